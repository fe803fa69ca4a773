// aes.h: AES-128, the block cipher under MILENAGE, EEA2, EIA2 and the generator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "crypto/path.h"

namespace baton::crypto {

inline constexpr std::size_t aes_block_octets = 16;
using Block = std::array<Byte, aes_block_octets>;

/// Aes128 holds an expanded key and encrypts blocks. Decryption is never needed here. The schedule is wiped
/// when it dies; it is neither copied nor moved.
//= FIPS 197, 5.1
class Aes128 {
 public:
  explicit Aes128(std::span<const Byte, 16> key, Path path = aes_path());
  ~Aes128();
  Aes128(const Aes128&) = delete;
  Aes128& operator=(const Aes128&) = delete;

  Block encrypt(const Block& in) const;
  /// encrypt_blocks encrypts `in.size() / 16` blocks independently; `out` may be `in`. Sizes are equal and
  /// a multiple of 16.
  void encrypt_blocks(Bytes in, MutableBytes out) const;

 private:
  Path path_;
  /// Hardware: eleven round keys. Portable: the same, bit-sliced (see aes_portable.h).
  alignas(16) std::array<std::uint64_t, 88> schedule_;
};

}  // namespace baton::crypto
