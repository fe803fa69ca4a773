// example.h: what the examples share: octets from hexadecimal digits, and a line for each value that is
// compared.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace example {

/// N octets from 2 N digits of the program itself.
template <std::size_t N>
std::array<baton::Byte, N> octets(std::string_view digits) {
  const auto parsed = baton::parse_hex(digits);
  std::array<baton::Byte, N> out{};
  if (parsed && parsed->size() == N) std::copy(parsed->begin(), parsed->end(), out.begin());
  return out;
}

inline int failures = 0;

/// same prints a value and remembers when it is not the published one.
inline void same(const char* what, baton::Bytes got, std::string_view wanted) {
  const std::string text = baton::hex(got);
  std::printf("%-34s %s%s\n", what, text.substr(0, 64).c_str(), text == wanted ? "" : "   WRONG");
  if (text != wanted) ++failures;
}
inline void holds(const char* what, bool it_does) {
  std::printf("%-34s %s\n", what, it_does ? "yes" : "no   WRONG");
  if (!it_does) ++failures;
}

}  // namespace example
