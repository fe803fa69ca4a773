// snow3g_lanes.h: N generators of SNOW 3G in step. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/stream_fill.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

/// Snow3gLanes runs N generators with keys and initial values of their own. Boxes computes the S-boxes and
/// the multiplications by alpha for N words at once; it is what differs between the paths:
///
///   static void s1(std::array<std::uint32_t, N>& words);
///   static void s2(std::array<std::uint32_t, N>& words);
///   static std::uint32_t alphas(Byte c, Byte d);  // MULalpha(c) + DIValpha(d)
//= TS 35.216, 3 and 4
template <class Boxes, std::size_t N>
class Snow3gLanes {
 public:
  using Words = std::array<std::uint32_t, N>;

  Snow3gLanes() = default;
  ~Snow3gLanes() { secure_wipe(this, sizeof(*this)); }
  Snow3gLanes(const Snow3gLanes&) = delete;
  Snow3gLanes& operator=(const Snow3gLanes&) = delete;

  /// k[0] to k[3] and iv[0] to iv[3] as the specification of the generator numbers them.
  //= TS 35.216, 4.1
  void start(const std::array<Words, 4>& k, const std::array<Words, 4>& iv) {
    constexpr std::uint32_t ones = 0xFFFF'FFFF;
    for (std::size_t n = 0; n < N; ++n) {
      for (std::size_t i = 0; i < 4; ++i) {
        s_[i][n] = s_[i + 8][n] = k[i][n] ^ ones;
        s_[i + 4][n] = s_[i + 12][n] = k[i][n];
      }
      s_[15][n] ^= iv[0][n];
      s_[12][n] ^= iv[1][n];
      s_[10][n] ^= iv[2][n];
      s_[9][n] ^= iv[3][n];
      r1_[n] = r2_[n] = r3_[n] = 0;
    }
    Words f;
    for (unsigned i = 0; i < 32; ++i) {
      clock_fsm(f);
      clock_lfsr(f);
    }
    clock_fsm(f);
    clock_lfsr(Words{});
  }

  /// next gives one word of key stream of each generator.
  //= TS 35.216, 4.2
  void next(Words& z) {
    clock_fsm(z);
    for (std::size_t n = 0; n < N; ++n) z[n] ^= at(0)[n];
    clock_lfsr(Words{});
  }

 private:
  Words& at(unsigned i) { return s_[(first_ + i) % 16]; }

  //= TS 35.216, 3.4.4 and 3.4.5
  void clock_lfsr(const Words& in) {
    Words& s0 = at(0);
    const Words& s2 = at(2);
    const Words& s11 = at(11);
    for (std::size_t n = 0; n < N; ++n)
      s0[n] = s0[n] << 8U ^ s2[n] ^ s11[n] >> 8U ^
              Boxes::alphas(static_cast<Byte>(s0[n] >> 24U), static_cast<Byte>(s11[n])) ^ in[n];
    first_ = (first_ + 1) % 16;
  }
  //= TS 35.216, 3.4.6
  void clock_fsm(Words& f) {
    Words next_r1;
    for (std::size_t n = 0; n < N; ++n) {
      f[n] = (at(15)[n] + r1_[n]) ^ r2_[n];
      next_r1[n] = r2_[n] + (r3_[n] ^ at(5)[n]);
    }
    r3_ = r2_;
    Boxes::s2(r3_);
    r2_ = r1_;
    Boxes::s1(r2_);
    r1_ = next_r1;
  }

  std::array<Words, 16> s_{};  ///< the register as a ring: s0 is s_[first_]
  unsigned first_ = 0;
  Words r1_{}, r2_{}, r3_{};
};

/// snow3g_words reads k0 to k3 (or IV0 to IV3) of N generators.
template <std::size_t N, class Part>
inline std::array<std::array<std::uint32_t, N>, 4> snow3g_words(const StreamIn* in, Part part) {
  std::array<std::array<std::uint32_t, N>, 4> words;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t n = 0; n < N; ++n) words[i][n] = load_word(part(in[n]).data() + 4 * i);
  return words;
}

/// One generator of SNOW 3G with the boxes of a path.
template <class Lanes>
inline void snow3g_one(const StreamIn& in, MutableBytes out) {
  Lanes generator;
  generator.start(snow3g_words<1>(&in, [](const StreamIn& s) { return s.key; }),
                  snow3g_words<1>(&in, [](const StreamIn& s) { return s.iv; }));
  fill_stream(out, [&generator] {
    typename Lanes::Words z;
    generator.next(z);
    return z[0];
  });
}
}  // namespace baton::crypto
