#include "app/ledger_file.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "ids/digits.h"

namespace baton::app {
namespace {

constexpr KeyKind last_kind = KeyKind::kn3;

std::optional<KeyKind> kind_of(const std::string& text) {
  for (unsigned k = 0; k <= static_cast<unsigned>(last_kind); ++k)
    if (to_string(static_cast<KeyKind>(k)) == text) return static_cast<KeyKind>(k);
  return std::nullopt;
}

std::optional<KeyEvent> event_of(const std::string& text) {
  for (const KeyEvent e :
       {KeyEvent::derived, KeyEvent::received, KeyEvent::sent, KeyEvent::stored, KeyEvent::erased})
    if (to_string(e) == text) return e;
  return std::nullopt;
}

std::optional<KeyId> key_of(const std::string& text) {
  const auto octets = parse_hex(text);
  KeyId out;
  if (!octets || octets->size() != out.octets.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), out.octets.begin());
  return out;
}

/// LineReader takes fields out of one line and remembers the first that is wrong.
class LineReader {
 public:
  explicit LineReader(const nlohmann::json& line) : line_(line) {}
  const std::string& wrong() const { return wrong_; }

  std::string text(const char* field) {
    const auto found = line_.find(field);
    if (found != line_.end() && found->is_string()) return found->get<std::string>();
    note(field);
    return {};
  }
  template <class Parse>
  auto value(const char* field, Parse parse) {
    auto out = parse(text(field));
    if (!out) note(field);
    return out.value_or(typename decltype(out)::value_type{});
  }
  std::vector<KeyId> keys(const char* field) {
    std::vector<KeyId> out;
    const auto found = line_.find(field);
    if (found == line_.end() || !found->is_array()) {
      note(field);
      return out;
    }
    for (const auto& item : *found) {
      const auto id = item.is_string() ? key_of(item.get<std::string>()) : std::nullopt;
      if (!id) note(field);
      out.push_back(id.value_or(KeyId{}));
    }
    return out;
  }

 private:
  void note(const char* field) {
    if (wrong_.empty()) wrong_ = field;
  }
  const nlohmann::json& line_;
  std::string wrong_;
};

}  // namespace

std::optional<Instant> ledger_time(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr || *rest != '.') return std::nullopt;
  const std::string_view fraction = std::string_view(rest).substr(1);
  if (fraction.size() != 7 || fraction.back() != 'Z' || !is_digits(fraction.substr(0, 6)))
    return std::nullopt;
  std::int64_t micros = 0;
  for (const char c : fraction.substr(0, 6)) micros = micros * 10 + (c - '0');
  return Instant{Duration(static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000 + micros)};
}

Expected<std::vector<LedgerEntry>, std::string> read_ledger(std::string_view text) {
  std::vector<LedgerEntry> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string where = "line " + std::to_string(number) + ": ";
    if (line.size() > ledger_line_max) return Fail{where + "longer than a ledger's line can be"};
    if (line.empty()) continue;
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return Fail{where + "expected a JSON object"};
    LineReader in(json);
    LedgerEntry entry;
    entry.at = in.value("t", ledger_time);
    entry.node = in.text("node");
    entry.subscriber = in.text("subscriber");
    entry.event = in.value("event", event_of);
    entry.kind = in.value("kind", kind_of);
    entry.key = in.value("key", key_of);
    entry.parents = in.keys("parents");
    entry.reason = in.text("reason");
    entry.peer = in.text("peer");
    if (!in.wrong().empty()) return Fail{where + in.wrong() + ": not what a ledger holds"};
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace baton::app
