#include "base/bytes.h"

namespace baton {

std::string hex(Bytes octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(octets.size() * 2);
  for (const Byte b : octets) {
    out.push_back(digits[b >> 4]);
    out.push_back(digits[b & 0xF]);
  }
  return out;
}

namespace {
int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::optional<ByteVector> parse_hex(std::string_view digits) {
  ByteVector out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size();) {
    const char c = digits[i];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++i;
      continue;
    }
    if (i + 1 >= digits.size()) return std::nullopt;
    const int high = nibble(c);
    const int low = nibble(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<Byte>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace baton
