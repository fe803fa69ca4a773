#include <bit>

#include "base/secret.h"
#include "crypto/sha256_paths.h"

namespace baton::crypto {
namespace {

std::uint32_t big_endian(const Byte* p) {
  return static_cast<std::uint32_t>(p[0]) << 24U | static_cast<std::uint32_t>(p[1]) << 16U |
         static_cast<std::uint32_t>(p[2]) << 8U | p[3];
}

}  // namespace

//= FIPS 180-4, 6.2.2
void portable_compress(Sha256State& state, const Byte* blocks, std::size_t count) {
  std::array<std::uint32_t, 64> w{};
  Sha256State v{};
  for (; count > 0; --count, blocks += 64) {
    for (std::size_t t = 0; t < 16; ++t) w[t] = big_endian(blocks + 4 * t);
    for (std::size_t t = 16; t < 64; ++t) {
      const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3U;
      const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10U;
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    v = state;
    auto& [a, b, c, d, e, f, g, h] = v;
    for (std::size_t t = 0; t < 64; ++t) {
      const std::uint32_t big_s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const std::uint32_t t1 = h + big_s1 + ((e & f) ^ (~e & g)) + sha256_k[t] + w[t];
      const std::uint32_t big_s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const std::uint32_t t2 = big_s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    for (std::size_t i = 0; i < 8; ++i) state[i] += v[i];
  }
  secure_wipe(w.data(), sizeof(w));
  secure_wipe(v.data(), sizeof(v));
}

}  // namespace baton::crypto
