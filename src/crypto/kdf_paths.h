// kdf_paths.h: what single derivations and batches share. Nobody outside crypto includes this.
#pragma once

#include <cstddef>
#include <span>

#include "crypto/kdf.h"
#include "crypto/sha256_paths.h"

namespace baton::crypto {

/// The longest S that fills one block with its padding.
inline constexpr std::size_t short_s_octets = 55;

void kdf_into(std::span<const Byte, 32> key, Bytes s, std::span<Byte, 32> out, Path path);

}  // namespace baton::crypto
