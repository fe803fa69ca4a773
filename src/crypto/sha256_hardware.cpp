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

}  // namespace

//= FIPS 180-4, 6.2.2
BATON_SHA_TARGET __attribute__((noinline)) void hardware_compress(Sha256State& state, const Byte* blocks,
                                                                  std::size_t count) {
  clear_upper_halves();
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);

  // The instructions want the working variables as ABEF and CDGH, A and C highest.
  const __m128i dcba = load(state.data());
  const __m128i hgfe = load(state.data() + 4);
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);
  const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);

  for (; count > 0; --count, blocks += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];
    for (unsigned i = 0; i < 4; ++i) w[i] = _mm_shuffle_epi8(load(blocks + 16 * i), big_endian);
#if defined(__clang__)
#pragma unroll
#else
#pragma GCC unroll 16
#endif
    for (unsigned group = 0; group < 16; ++group) {
      if (group >= 4) {
        // w[t] = s1(w[t-2]) + w[t-7] + s0(w[t-15]) + w[t-16], four at a time.
        const __m128i w_minus_7 = _mm_alignr_epi8(w[(group + 3) % 4], w[(group + 2) % 4], 4);
        const __m128i partial =
            _mm_add_epi32(_mm_sha256msg1_epu32(w[group % 4], w[(group + 1) % 4]), w_minus_7);
        w[group % 4] = _mm_sha256msg2_epu32(partial, w[(group + 3) % 4]);
      }
      const __m128i wk = _mm_add_epi32(w[group % 4], load(sha256_k.data() + 4 * group));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  store(state.data(), _mm_blend_epi16(feba, dchg, 0xF0));
  store(state.data() + 4, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace baton::crypto

#endif
