#include "runtime/text.h"

#include <cstdio>
#include <ctime>

#include "runtime/limits.h"

namespace baton::runtime {
namespace {

// Length of the well-formed UTF-8 sequence at the front, 0 if there is none. RFC 3629, 4.
std::size_t utf8_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || s.size() < n) return 0;
  for (std::size_t i = 1; i < n; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = at(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;
  return n;
}

}  // namespace

std::string utc(Instant at, bool microseconds) {
  const auto micros = at.since_epoch.count();
  const auto seconds = micros >= 0 ? micros / 1'000'000 : (micros - 999'999) / 1'000'000;
  const auto rest = static_cast<unsigned>(micros - seconds * 1'000'000);
  const std::time_t t = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&t, &parts);
  char date[32], all[48];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  if (microseconds)
    std::snprintf(all, sizeof all, "%s.%06uZ", date, rest);
  else
    std::snprintf(all, sizeof all, "%s.%03uZ", date, rest / 1000);
  return all;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t n = utf8_length(text);
    if (n == 0) {
      out += "\\ufffd";
      text.remove_prefix(1);
      continue;
    }
    const char c = text[0];
    if (n == 1 && (c == '"' || c == '\\')) {
      out.push_back('\\');
      out.push_back(c);
    } else if (n == 1 && static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += text.substr(0, n);
    }
    text.remove_prefix(n);
  }
  return out + "\"";
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, log_line_octets_max)) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", u);
      out += escape;
    } else {
      out.push_back(c);
    }
  }
  if (text.size() > log_line_octets_max) out += "...";
  return out;
}

}  // namespace baton::runtime
