#include "ids/endpoint.h"

#include <algorithm>

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

Expected<DiameterIdentity, IdError> DiameterIdentity::parse(std::string_view s) {
  if (s.empty() || s.size() > length_max) return Fail{IdError::wrong_length};
  std::string v;
  v.reserve(s.size());
  for (const char c : s) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '.' && c != '-' && c != '_') return Fail{IdError::out_of_range};
    v.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return DiameterIdentity(std::move(v));
}

}  // namespace baton
