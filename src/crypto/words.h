// words.h: octets as 64-bit words, for the loops that would be slow an octet at a time. Nobody outside crypto
// includes this.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "crypto/direction.h"

namespace baton::crypto {

/// A word whose octets lie in memory most significant first.
inline void store_big_endian(Byte* p, std::uint64_t v) {
  if constexpr (std::endian::native == std::endian::little) v = __builtin_bswap64(v);
  std::memcpy(p, &v, sizeof(v));
}
inline std::uint64_t load_big_endian(const Byte* p) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof(v));
  if constexpr (std::endian::native == std::endian::little) v = __builtin_bswap64(v);
  return v;
}

/// packet_head is COUNT, BEARER, DIRECTION and zeros, as EEA2's first counter and EIA2's message begin: eight
/// octets as they lie in memory.
inline std::uint64_t packet_head(std::uint32_t count, Byte bearer, Direction direction) {
  Byte octets[8];
  store_big_endian(octets, static_cast<std::uint64_t>(count) << 32U |
                               static_cast<std::uint64_t>(bearer) << 27U |
                               static_cast<std::uint64_t>(direction) << 26U);
  std::uint64_t v = 0;
  std::memcpy(&v, octets, sizeof(v));
  return v;
}

/// xor_into adds `n` octets of `from` to `to`.
inline void xor_into(Byte* to, const Byte* from, std::size_t n) {
  for (; n >= 8; n -= 8, to += 8, from += 8) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, to, 8);
    std::memcpy(&b, from, 8);
    a ^= b;
    std::memcpy(to, &a, 8);
  }
  for (; n > 0; --n, ++to, ++from) *to = static_cast<Byte>(*to ^ *from);
}

}  // namespace baton::crypto
