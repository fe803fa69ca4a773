// SHA-256 with the processor's own instructions. They exist in the legacy SSE encoding only: while the upper
// half of a vector register is dirty, each of them waits for it, and a compression takes a hundred times
// longer. So VZEROUPPER runs first, and this file must not be compiled for AVX (no -march=native).
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/sha256_paths.h"

#define BATON_SHA_TARGET __attribute__((target("sha,ssse3,sse4.1")))

namespace baton::crypto {
namespace {

BATON_SHA_TARGET inline __m128i load(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
BATON_SHA_TARGET inline void store(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// At the entry of a function that is not inlined no vector register holds a live value.
inline void clear_upper_halves() {
  static const bool avx = __builtin_cpu_supports("avx");
  if (avx) asm volatile("vzeroupper");
}

/// A state the way the instructions want it: ABEF and CDGH, A and C highest.
struct Working {
  __m128i abef, cdgh;
};
BATON_SHA_TARGET inline Working read(const Sha256State& state) {
  const __m128i cdab = _mm_shuffle_epi32(load(state.data()), 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(load(state.data() + 4), 0x1B);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}
BATON_SHA_TARGET inline void write(const Working& v, Sha256State& state) {
  const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xB1);
  store(state.data(), _mm_blend_epi16(feba, dchg, 0xF0));
  store(state.data() + 4, _mm_alignr_epi8(dchg, feba, 8));
}

/// The digest, most significant octet first.
BATON_SHA_TARGET inline void put_digest(const Working& v, Byte* out) {
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  const __m128i feba = _mm_shuffle_epi32(v.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(v.cdgh, 0xB1);
  store(out, _mm_shuffle_epi8(_mm_blend_epi16(feba, dchg, 0xF0), big_endian));
  store(out + 16, _mm_shuffle_epi8(_mm_alignr_epi8(dchg, feba, 8), big_endian));
}

/// One block of each of N messages. With two, one computes while the other waits for its last round.
template <std::size_t N>
BATON_SHA_TARGET inline void compress_together(Working (&v)[N], const Byte* const (&blocks)[N]) {
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  Working before[N];
  __m128i w[N][4];
  for (std::size_t n = 0; n < N; ++n) {
    before[n] = v[n];
    for (unsigned i = 0; i < 4; ++i) w[n][i] = _mm_shuffle_epi8(load(blocks[n] + 16 * i), big_endian);
  }
#if defined(__clang__)
#pragma unroll
#else
#pragma GCC unroll 16
#endif
  for (unsigned group = 0; group < 16; ++group) {
    for (std::size_t n = 0; n < N; ++n) {
      __m128i& now = w[n][group % 4];
      if (group >= 4) {
        // w[t] = s1(w[t-2]) + w[t-7] + s0(w[t-15]) + w[t-16], four at a time.
        const __m128i w_minus_7 = _mm_alignr_epi8(w[n][(group + 3) % 4], w[n][(group + 2) % 4], 4);
        const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[n][(group + 1) % 4]), w_minus_7);
        now = _mm_sha256msg2_epu32(partial, w[n][(group + 3) % 4]);
      }
      const __m128i wk = _mm_add_epi32(now, load(sha256_k.data() + 4 * group));
      v[n].cdgh = _mm_sha256rnds2_epu32(v[n].cdgh, v[n].abef, wk);
      v[n].abef = _mm_sha256rnds2_epu32(v[n].abef, v[n].cdgh, _mm_shuffle_epi32(wk, 0x0E));
    }
  }
  for (std::size_t n = 0; n < N; ++n) {
    v[n].abef = _mm_add_epi32(v[n].abef, before[n].abef);
    v[n].cdgh = _mm_add_epi32(v[n].cdgh, before[n].cdgh);
  }
}

}  // namespace

//= FIPS 180-4, 6.2.2
BATON_SHA_TARGET __attribute__((noinline)) void hardware_compress(Sha256State& state, const Byte* blocks,
                                                                  std::size_t count) {
  clear_upper_halves();
  Working v[1] = {read(state)};
  for (; count > 0; --count, blocks += 64) {
    const Byte* const at[1] = {blocks};
    compress_together<1>(v, at);
  }
  write(v[0], state);
}

//= RFC 2104, 2
BATON_SHA_TARGET __attribute__((noinline)) void hardware_kdf(const Byte* key, const Byte* message,
                                                             Byte* out) {
  clear_upper_halves();
  const __m128i ipad = _mm_set1_epi8(0x36);
  const __m128i opad = _mm_set1_epi8(0x5C);
  alignas(16) Byte pads[2][64];
  for (std::size_t half = 0; half < 2; ++half) {
    const __m128i k = load(key + 16 * half);
    store(pads[0] + 16 * half, _mm_xor_si128(k, ipad));
    store(pads[1] + 16 * half, _mm_xor_si128(k, opad));
    store(pads[0] + 32 + 16 * half, ipad);
    store(pads[1] + 32 + 16 * half, opad);
  }
  const Working start = read(sha256_start);
  Working v[2] = {start, start};
  const Byte* const both[2] = {pads[0], pads[1]};
  compress_together<2>(v, both);

  Working inner[1] = {v[0]};
  const Byte* const one[1] = {message};
  compress_together<1>(inner, one);

  // The digest is the first half of the last block.
  put_digest(inner[0], pads[0]);
  store(pads[0] + 32, _mm_cvtsi32_si128(0x80));
  store(pads[0] + 48, _mm_set_epi32(0x0003'0000, 0, 0, 0));  // 768 bits
  Working outer[1] = {v[1]};
  const Byte* const last[1] = {pads[0]};
  compress_together<1>(outer, last);
  put_digest(outer[0], out);
  const __m128i zero = _mm_setzero_si128();
  for (auto& pad : pads)
    for (std::size_t i = 0; i < 64; i += 16) store(pad + i, zero);
  asm volatile("" : : "r"(pads) : "memory");
}

}  // namespace baton::crypto

#endif
