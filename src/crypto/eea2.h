// eea2.h: 128-EEA2, ciphering with AES in counter mode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/direction.h"
#include "crypto/path.h"

namespace baton::crypto {

/// bearer_max: BEARER is five bits.
inline constexpr Byte bearer_max = 31;

/// eea2 ciphers or deciphers the first `bits` bits of `data` in place. `data` is exactly as many octets as
/// these bits need; the unused low bits of the last octet become zero. `bearer` is 0 to 31.
//= TS 33.401, B.1.3
void eea2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path = aes_path());

}  // namespace baton::crypto
