// sha256_lanes.h: compressions of SHA-256 side by side. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/batch_paths.h"
#include "crypto/sha256_paths.h"

namespace baton::crypto {

/// compress_lanes runs as many compressions as V's vectors have elements, beginning at lane `first`. V has
/// the vector type, load, store, all (one number in every element), add, turned (to the right), moved (to the
/// right, zeros behind), sum3 (exclusive or of three), choose and majority.
//= FIPS 180-4, 6.2.2
template <class V>
inline void compress_lanes(LaneState& state, const LaneMessage& block, std::size_t first) {
  using T = typename V::T;
  T w[16];
  for (std::size_t i = 0; i < 16; ++i) w[i] = V::load(block[i].of.data() + first);
  T s[8];
  for (std::size_t i = 0; i < 8; ++i) s[i] = V::load(state[i].of.data() + first);
  T a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  for (std::size_t t = 0; t < 64; t += 16) {
#if defined(__clang__)
#pragma unroll
#else
#pragma GCC unroll 16
#endif
    for (std::size_t i = 0; i < 16; ++i) {
      if (t > 0) {
        const T& w15 = w[(i + 1) % 16];
        const T& w2 = w[(i + 14) % 16];
        const T s0 =
            V::sum3(V::template turned<7>(w15), V::template turned<18>(w15), V::template moved<3>(w15));
        const T s1 =
            V::sum3(V::template turned<17>(w2), V::template turned<19>(w2), V::template moved<10>(w2));
        w[i] = V::add(V::add(w[i], s0), V::add(w[(i + 9) % 16], s1));
      }
      const T big_1 = V::sum3(V::template turned<6>(e), V::template turned<11>(e), V::template turned<25>(e));
      const T t1 =
          V::add(V::add(V::add(h, V::all(sha256_k[t + i])), w[i]), V::add(big_1, V::choose(e, f, g)));
      const T big_0 = V::sum3(V::template turned<2>(a), V::template turned<13>(a), V::template turned<22>(a));
      const T t2 = V::add(big_0, V::majority(a, b, c));
      h = g;
      g = f;
      f = e;
      e = V::add(d, t1);
      d = c;
      c = b;
      b = a;
      a = V::add(t1, t2);
    }
  }
  const T out[8] = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) V::store(state[i].of.data() + first, V::add(s[i], out[i]));
}

}  // namespace baton::crypto
