// sliced_words.h: turns octets into bit planes and back. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace baton::crypto::sliced {

/// transpose turns an 8 by 8 bit matrix, one octet a row, about its diagonal.
constexpr std::uint64_t transpose(std::uint64_t m) {
  std::uint64_t t = (m ^ m >> 7U) & 0x00AA'00AA'00AA'00AAU;
  m ^= t ^ t << 7U;
  t = (m ^ m >> 14U) & 0x0000'CCCC'0000'CCCCU;
  m ^= t ^ t << 14U;
  t = (m ^ m >> 28U) & 0x0000'0000'F0F0'F0F0U;
  return m ^ t ^ t << 28U;
}

/// on_words applies a function of bit planes to the octets of N words (at most 16). Position 4 n + i of a
/// plane is octet i of word n, counted from the least significant.
template <std::size_t N, class F>
inline void on_words(std::array<std::uint32_t, N>& words, F f) {
  static_assert(N == 1 || (N % 2 == 0 && N <= 16));
  std::array<std::uint64_t, 8> planes{};
  constexpr std::size_t groups = (N + 1) / 2;
  for (std::size_t g = 0; g < groups; ++g) {
    std::uint64_t rows = words[2 * g];
    if constexpr (N > 1) rows |= static_cast<std::uint64_t>(words[2 * g + 1]) << 32U;
    const std::uint64_t columns = transpose(rows);
    for (std::size_t k = 0; k < 8; ++k) planes[k] |= (columns >> (8 * k) & 0xFFU) << (8 * g);
  }
  f(planes);
  for (std::size_t g = 0; g < groups; ++g) {
    std::uint64_t columns = 0;
    for (std::size_t k = 0; k < 8; ++k) columns |= (planes[k] >> (8 * g) & 0xFFU) << (8 * k);
    const std::uint64_t rows = transpose(columns);
    words[2 * g] = static_cast<std::uint32_t>(rows);
    if constexpr (N > 1) words[2 * g + 1] = static_cast<std::uint32_t>(rows >> 32U);
  }
}

}  // namespace baton::crypto::sliced
