// sha256.h: SHA-256.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/path.h"

namespace baton::crypto {

using Digest = std::array<Byte, 32>;

/// Sha256 hashes what it is fed. Its state is wiped when it dies: much of what is hashed here is keys.
//= FIPS 180-4, 6.2
class Sha256 {
 public:
  explicit Sha256(Path path = sha_path());
  ~Sha256();
  Sha256(const Sha256&) = default;
  Sha256& operator=(const Sha256&) = default;

  void update(Bytes in);
  /// finish returns the digest; the object is then spent.
  Digest finish();

 private:
  void compress(const Byte* blocks, std::size_t count);

  std::array<std::uint32_t, 8> state_;
  std::array<Byte, 64> pending_{};
  std::uint64_t octets_ = 0;
  Path path_;
};

Digest sha256(Bytes in, Path path = sha_path());

}  // namespace baton::crypto
