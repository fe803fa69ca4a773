#include "ids/digits.h"

#include <algorithm>

namespace baton {

std::string_view to_string(IdError e) {
  switch (e) {
    case IdError::not_digits: return "not decimal digits";
    case IdError::wrong_length: return "wrong length";
    case IdError::bad_filler: return "bad filler";
    case IdError::out_of_range: return "out of range";
  }
  return "?";
}

bool is_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ByteVector tbcd(std::string_view digits) {
  ByteVector out;
  out.reserve((digits.size() + 1) / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const Byte low = static_cast<Byte>(digits[i] - '0');
    const Byte high = i + 1 < digits.size() ? static_cast<Byte>(digits[i + 1] - '0') : Byte{0xF};
    out.push_back(static_cast<Byte>(high << 4 | low));
  }
  return out;
}

std::optional<std::string> parse_tbcd(Bytes octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const Byte low = octets[i] & 0xF;
    const Byte high = octets[i] >> 4;
    if (low > 9) return std::nullopt;
    out.push_back(static_cast<char>('0' + low));
    if (high == 0xF && i + 1 == octets.size()) break;
    if (high > 9) return std::nullopt;
    out.push_back(static_cast<char>('0' + high));
  }
  return out;
}

}  // namespace baton
