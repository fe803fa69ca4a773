// zuc_lanes.h: N generators of ZUC in step. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/stream_fill.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

/// ZucLanes runs N generators. Boxes puts the octets of 2 N words through S0, S1, S0, S1, most significant
/// first:
///
///   static void s(std::array<std::uint32_t, N>& a, std::array<std::uint32_t, N>& b);
//= TS 35.222, 3
template <class Boxes, std::size_t N>
class ZucLanes {
 public:
  using Words = std::array<std::uint32_t, N>;
  using Octets16 = std::array<std::array<Byte, 16>, N>;

  ZucLanes() = default;
  ~ZucLanes() { secure_wipe(this, sizeof(*this)); }
  ZucLanes(const ZucLanes&) = delete;
  ZucLanes& operator=(const ZucLanes&) = delete;

  //= TS 35.222, 3.5 and 3.6.1
  void start(const Octets16& k, const Octets16& iv) {
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t n = 0; n < N; ++n)
        s_[i][n] = static_cast<std::uint32_t>(k[n][i]) << 23U | d[i] << 8U | iv[n][i];
    Words w;
    for (unsigned i = 0; i < 32; ++i) {
      reorganise();
      compute(w);
      for (std::uint32_t& word : w) word >>= 1U;
      clock(w);
    }
    reorganise();
    compute(w);
    clock(Words{});
  }

  /// next gives one word of key stream of each generator.
  //= TS 35.222, 3.6.2
  void next(Words& z) {
    reorganise();
    compute(z);
    for (std::size_t n = 0; n < N; ++n) z[n] ^= x3_[n];
    clock(Words{});
  }

 private:
  //= TS 35.222, 3.5
  static constexpr std::array<std::uint32_t, 16> d{0x44D7, 0x26BC, 0x626B, 0x135E, 0x5789, 0x35E2,
                                                   0x7135, 0x09AF, 0x4D78, 0x2F13, 0x6BC4, 0x1AF1,
                                                   0x5E26, 0x3C4D, 0x789A, 0x47AC};
  static constexpr std::uint32_t modulus = 0x7FFF'FFFF;

  Words& at(unsigned i) { return s_[(first_ + i) % 16]; }

  /// A multiple of 2^k modulo 2^31 - 1 is the number turned; a sum folds its carry back. No summand is zero,
  /// so no sum is: zero stays written as the modulus, as the specification wants it.
  static std::uint32_t turned(std::uint32_t v, unsigned k) { return (v << k | v >> (31 - k)) & modulus; }
  static std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t c = a + b;
    return (c & modulus) + (c >> 31U);
  }

  //= TS 35.222, 3.2.2
  void clock(const Words& u) {
    Words& s0 = at(0);
    const Words& s4 = at(4);
    const Words& s10 = at(10);
    const Words& s13 = at(13);
    const Words& s15 = at(15);
    for (std::size_t n = 0; n < N; ++n) {
      std::uint32_t v = sum(s0[n], turned(s0[n], 8));
      v = sum(v, turned(s4[n], 20));
      v = sum(v, turned(s10[n], 21));
      v = sum(v, turned(s13[n], 17));
      v = sum(v, turned(s15[n], 15));
      s0[n] = sum(v, u[n]);
    }
    first_ = (first_ + 1) % 16;
  }
  //= TS 35.222, 3.3
  void reorganise() {
    constexpr std::uint32_t low = 0xFFFF;
    for (std::size_t n = 0; n < N; ++n) {
      x0_[n] = (at(15)[n] << 1U & ~low) | (at(14)[n] & low);
      x1_[n] = at(11)[n] << 16U | at(9)[n] >> 15U;
      x2_[n] = at(7)[n] << 16U | at(5)[n] >> 15U;
      x3_[n] = at(2)[n] << 16U | at(0)[n] >> 15U;
    }
  }
  //= TS 35.222, 3.4
  void compute(Words& w) {
    for (std::size_t n = 0; n < N; ++n) {
      w[n] = (x0_[n] ^ r1_[n]) + r2_[n];
      const std::uint32_t w1 = r1_[n] + x1_[n];
      const std::uint32_t w2 = r2_[n] ^ x2_[n];
      const std::uint32_t u = w1 << 16U | w2 >> 16U;
      const std::uint32_t v = w2 << 16U | w1 >> 16U;
      r1_[n] = u ^ std::rotl(u, 2) ^ std::rotl(u, 10) ^ std::rotl(u, 18) ^ std::rotl(u, 24);
      r2_[n] = v ^ std::rotl(v, 8) ^ std::rotl(v, 14) ^ std::rotl(v, 22) ^ std::rotl(v, 30);
    }
    Boxes::s(r1_, r2_);
  }

  std::array<Words, 16> s_{};
  unsigned first_ = 0;
  Words r1_{}, r2_{};
  Words x0_{}, x1_{}, x2_{}, x3_{};
};

template <class Lanes>
inline void zuc_one(const StreamIn& in, MutableBytes out) {
  Lanes generator;
  generator.start({in.key}, {in.iv});
  fill_stream(out, [&generator] {
    typename Lanes::Words z;
    generator.next(z);
    return z[0];
  });
}

}  // namespace baton::crypto
