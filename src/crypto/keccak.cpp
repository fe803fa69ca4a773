#include "crypto/keccak.h"

#include <bit>

#include "base/secret.h"
#include "crypto/keccak_paths.h"

namespace baton::crypto {
namespace {

/// One round, lane (x, y) being number x + 5 y: theta, then rho, pi and chi a plane at a time, then iota.
//= FIPS 202, 3.2
inline void round(const KeccakState& a, KeccakState& out, std::uint64_t constant) {
  const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const std::uint64_t d0 = c4 ^ std::rotl(c1, 1);
  const std::uint64_t d1 = c0 ^ std::rotl(c2, 1);
  const std::uint64_t d2 = c1 ^ std::rotl(c3, 1);
  const std::uint64_t d3 = c2 ^ std::rotl(c4, 1);
  const std::uint64_t d4 = c3 ^ std::rotl(c0, 1);
  {
    const std::uint64_t b0 = a[0] ^ d0;
    const std::uint64_t b1 = std::rotl(a[6] ^ d1, 44);
    const std::uint64_t b2 = std::rotl(a[12] ^ d2, 43);
    const std::uint64_t b3 = std::rotl(a[18] ^ d3, 21);
    const std::uint64_t b4 = std::rotl(a[24] ^ d4, 14);
    out[0] = b0 ^ (~b1 & b2) ^ constant;
    out[1] = b1 ^ (~b2 & b3);
    out[2] = b2 ^ (~b3 & b4);
    out[3] = b3 ^ (~b4 & b0);
    out[4] = b4 ^ (~b0 & b1);
  }
  {
    const std::uint64_t b0 = std::rotl(a[3] ^ d3, 28);
    const std::uint64_t b1 = std::rotl(a[9] ^ d4, 20);
    const std::uint64_t b2 = std::rotl(a[10] ^ d0, 3);
    const std::uint64_t b3 = std::rotl(a[16] ^ d1, 45);
    const std::uint64_t b4 = std::rotl(a[22] ^ d2, 61);
    out[5] = b0 ^ (~b1 & b2);
    out[6] = b1 ^ (~b2 & b3);
    out[7] = b2 ^ (~b3 & b4);
    out[8] = b3 ^ (~b4 & b0);
    out[9] = b4 ^ (~b0 & b1);
  }
  {
    const std::uint64_t b0 = std::rotl(a[1] ^ d1, 1);
    const std::uint64_t b1 = std::rotl(a[7] ^ d2, 6);
    const std::uint64_t b2 = std::rotl(a[13] ^ d3, 25);
    const std::uint64_t b3 = std::rotl(a[19] ^ d4, 8);
    const std::uint64_t b4 = std::rotl(a[20] ^ d0, 18);
    out[10] = b0 ^ (~b1 & b2);
    out[11] = b1 ^ (~b2 & b3);
    out[12] = b2 ^ (~b3 & b4);
    out[13] = b3 ^ (~b4 & b0);
    out[14] = b4 ^ (~b0 & b1);
  }
  {
    const std::uint64_t b0 = std::rotl(a[4] ^ d4, 27);
    const std::uint64_t b1 = std::rotl(a[5] ^ d0, 36);
    const std::uint64_t b2 = std::rotl(a[11] ^ d1, 10);
    const std::uint64_t b3 = std::rotl(a[17] ^ d2, 15);
    const std::uint64_t b4 = std::rotl(a[23] ^ d3, 56);
    out[15] = b0 ^ (~b1 & b2);
    out[16] = b1 ^ (~b2 & b3);
    out[17] = b2 ^ (~b3 & b4);
    out[18] = b3 ^ (~b4 & b0);
    out[19] = b4 ^ (~b0 & b1);
  }
  {
    const std::uint64_t b0 = std::rotl(a[2] ^ d2, 62);
    const std::uint64_t b1 = std::rotl(a[8] ^ d3, 55);
    const std::uint64_t b2 = std::rotl(a[14] ^ d4, 39);
    const std::uint64_t b3 = std::rotl(a[15] ^ d0, 41);
    const std::uint64_t b4 = std::rotl(a[21] ^ d1, 2);
    out[20] = b0 ^ (~b1 & b2);
    out[21] = b1 ^ (~b2 & b3);
    out[22] = b2 ^ (~b3 & b4);
    out[23] = b3 ^ (~b4 & b0);
    out[24] = b4 ^ (~b0 & b1);
  }
}

}  // namespace

void keccak_f1600(KeccakState& state) {
  KeccakState a = state;
  KeccakState b;
  for (std::size_t i = 0; i < 24; i += 2) {
    round(a, b, keccak_constants[i]);
    round(b, a, keccak_constants[i + 1]);
  }
  state = a;
  secure_wipe(a.data(), sizeof(a));
  secure_wipe(b.data(), sizeof(b));
}

void keccak_f1600_two(KeccakState& a, KeccakState& b, Path path) {
#if defined(__x86_64__)
  if (path == Path::wide) return wide_keccak_two(a, b);
#endif
  (void)path;
  keccak_f1600(a);
  keccak_f1600(b);
}

}  // namespace baton::crypto
