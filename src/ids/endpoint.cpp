#include "ids/endpoint.h"

#include <algorithm>
#include <array>

namespace baton {

std::optional<Ipv4> Ipv4::parse(std::string_view s) {
  Ipv4 out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    unsigned v = 0;
    std::size_t digits = 0;
    while (at < s.size() && s[at] >= '0' && s[at] <= '9' && digits < 4) {
      v = v * 10 + static_cast<unsigned>(s[at] - '0');
      ++at;
      ++digits;
    }
    if (digits == 0 || digits > 3 || v > 255) return std::nullopt;
    out.octets[i] = static_cast<Byte>(v);
    if (i < 3 && (at >= s.size() || s[at++] != '.')) return std::nullopt;
  }
  if (at != s.size()) return std::nullopt;
  return out;
}

std::string Ipv4::to_string() const {
  std::string out;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) out.push_back('.');
    out += std::to_string(octets[i]);
  }
  return out;
}

namespace {

/// identity_octets gives for each octet what stands for it in an identity: itself, in lower case, or 0 for
/// what may not stand there. A request has four identities of some forty octets.
constexpr std::array<char, 256> identity_octets = [] {
  std::array<char, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = static_cast<char>(c);
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = static_cast<char>(c);
  for (const char c : {'.', '-', '_'}) table[static_cast<unsigned char>(c)] = c;
  return table;
}();

}  // namespace

Expected<DiameterIdentity, IdError> DiameterIdentity::parse(std::string_view s) {
  if (s.empty() || s.size() > length_max) return Fail{IdError::wrong_length};
  std::string v(s);
  bool all = true;
  for (char& c : v) {
    c = identity_octets[static_cast<unsigned char>(c)];
    all = all && c != 0;
  }
  if (!all) return Fail{IdError::out_of_range};
  return DiameterIdentity(std::move(v));
}

bool DiameterIdentity::is(std::string_view name) const {
  if (name == value_) return true;
  return std::equal(name.begin(), name.end(), value_.begin(), value_.end(), [](char sent, char ours) {
    return identity_octets[static_cast<unsigned char>(sent)] == ours;
  });
}

}  // namespace baton
