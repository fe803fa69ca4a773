#include "crypto/sha1.h"

#include <bit>

#include "base/secret.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

void sha1_compress(Sha1State& state, const Byte* block) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t t = 0; t < 16; ++t) w[t] = load_word(block + 4 * t);
  for (std::size_t t = 16; t < 80; ++t) w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  Sha1State v = state;
  auto& [a, b, c, d, e] = v;
  for (std::size_t t = 0; t < 80; ++t) {
    const std::uint32_t f = t < 20   ? (b & c) ^ (~b & d)
                            : t < 40 ? b ^ c ^ d
                            : t < 60 ? (b & c) ^ (b & d) ^ (c & d)
                                     : b ^ c ^ d;
    const std::uint32_t k = t < 20 ? 0x5a827999 : t < 40 ? 0x6ed9eba1 : t < 60 ? 0x8f1bbcdc : 0xca62c1d6;
    const std::uint32_t sum = std::rotl(a, 5) + f + e + k + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = sum;
  }
  for (std::size_t i = 0; i < 5; ++i) state[i] += v[i];
  secure_wipe(w.data(), sizeof(w));
  secure_wipe(v.data(), sizeof(v));
}

//= FIPS 180-4, 5.1.1
std::array<Byte, 20> sha1(std::initializer_list<Bytes> parts) {
  Sha1State state = sha1_start;
  std::array<Byte, 64> block{};
  std::uint64_t octets = 0;
  const auto add = [&](Byte b) {
    block[octets++ % 64] = b;
    if (octets % 64 == 0) sha1_compress(state, block.data());
  };
  for (const Bytes part : parts)
    for (const Byte b : part) add(b);
  const std::uint64_t bits = 8 * octets;
  add(0x80);
  while (octets % 64 != 56) add(0);
  for (unsigned i = 0; i < 8; ++i) add(static_cast<Byte>(bits >> (56 - 8 * i)));
  std::array<Byte, 20> out;
  for (std::size_t i = 0; i < 5; ++i) store_word(out.data() + 4 * i, state[i]);
  secure_wipe(block.data(), block.size());
  secure_wipe(state.data(), sizeof(state));
  return out;
}

}  // namespace baton::crypto
