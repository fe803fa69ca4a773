// kdf_paths.h: what single derivations and batches share. Nobody outside crypto includes this.
#pragma once

#include <algorithm>
#include <cstddef>

#include "crypto/kdf.h"
#include "crypto/sha256_paths.h"

namespace baton::crypto {

/// The longest S that fills one block with its padding.
inline constexpr std::size_t short_s_octets = 55;

/// The block of a short S with its padding, after one block of key.
inline void put_short_s(Bytes s, Byte* block) {
  std::fill_n(block, 64, Byte{0});
  std::copy(s.begin(), s.end(), block);
  block[s.size()] = 0x80;
  const std::size_t bits = 8 * (64 + s.size());
  block[62] = static_cast<Byte>(bits >> 8U);
  block[63] = static_cast<Byte>(bits);
}

}  // namespace baton::crypto
