// The instructions of AES and SHA-256 that a job cannot do without, in the order that their results allow, as
// many side by side as are fastest: no keys, no messages, no loads or stores to speak of. What they compute
// is of no use.
#include "limits.h"

#if defined(__x86_64__)

#include <cpuid.h>
#if !defined(__clang__)
// g++ 12's header makes undefined vectors of variables that are set to themselves, and warns about them.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstddef>

#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,sha,ssse3,sse4.1")

namespace baton::bench {
namespace {

/// Values that the compiler knows nothing of, so that it computes each of them by itself.
__m128i start() {
  __m128i v = _mm_set1_epi32(7);
  asm volatile("" : "+x"(v));
  return v;
}
template <std::size_t N>
void hold(__m128i (&v)[N]) {
  for (std::size_t n = 0; n < N; ++n) asm volatile("" : "+x"(v[n]));
}

/// One block of each of N messages: 32 double rounds and the schedule of their words.
template <std::size_t N>
inline void compress(__m128i (&a)[N], __m128i (&b)[N], __m128i (&w)[N][4]) {
  BATON_UNROLL
  for (int group = 0; group < 16; ++group) {
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) {
      __m128i& now = w[n][group % 4];
      if (group >= 4) {
        const __m128i partial =
            _mm_add_epi32(_mm_sha256msg1_epu32(now, w[n][(group + 1) % 4]),
                          _mm_alignr_epi8(w[n][(group + 3) % 4], w[n][(group + 2) % 4], 4));
        now = _mm_sha256msg2_epu32(partial, w[n][(group + 3) % 4]);
      }
      const __m128i wk = _mm_add_epi32(now, _mm_set1_epi32(0x428A2F98 + group));
      b[n] = _mm_sha256rnds2_epu32(b[n], a[n], wk);
      a[n] = _mm_sha256rnds2_epu32(a[n], b[n], _mm_shuffle_epi32(wk, 0x0E));
    }
  }
}
template <std::size_t N>
inline void words_of(const __m128i (&a)[N], const __m128i (&b)[N], __m128i (&w)[N][4]) {
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) {
    w[n][0] = a[n];
    w[n][1] = b[n];
    w[n][2] = start();
    w[n][3] = start();
  }
}

/// HMAC under a fresh key: two compressions that wait for nothing, then two that wait for one another.
inline void fresh_hmac(__m128i key) {
  __m128i a[2] = {key, start()}, b[2] = {key, start()};
  __m128i w[2][4];
  words_of(a, b, w);
  compress<2>(a, b, w);
  __m128i inner[1] = {a[0]}, inner_b[1] = {b[0]}, outer[1] = {a[1]}, outer_b[1] = {b[1]};
  __m128i m[1][4];
  words_of(inner, inner_b, m);
  compress<1>(inner, inner_b, m);
  words_of(inner, inner_b, m);
  compress<1>(outer, outer_b, m);
  hold(outer);
  hold(outer_b);
}
/// The same of four, side by side.
inline void fresh_hmacs() {
  __m128i a[4], b[4], w[4][4];
  for (std::size_t n = 0; n < 4; ++n) a[n] = b[n] = start();
  for (int i = 0; i < 4; ++i) {
    words_of(a, b, w);
    compress<4>(a, b, w);
  }
  hold(a);
  hold(b);
}

inline __m128i next_round_key(__m128i k) {
  const __m128i word =
      _mm_aesenclast_si128(_mm_shuffle_epi8(k, _mm_set1_epi32(0x0C0F0E0D)), _mm_set1_epi32(1));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
  return _mm_xor_si128(k, word);
}
/// A key schedule with one block on its heels.
inline void schedule(__m128i (&k)[11], __m128i& with) {
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    k[round] = next_round_key(k[round - 1]);
    with = round < 10 ? _mm_aesenc_si128(with, k[round]) : _mm_aesenclast_si128(with, k[round]);
  }
}
template <std::size_t N>
inline void encrypt(const __m128i (&k)[11], __m128i (&v)[N]) {
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n)
      v[n] = round < 10 ? _mm_aesenc_si128(v[n], k[round]) : _mm_aesenclast_si128(v[n], k[round]);
  }
}

void clean() {
  if (__builtin_cpu_supports("avx")) asm volatile("vzeroupper");
}

void kdf_one() {
  clean();
  fresh_hmac(start());
}
void kdf_four() {
  clean();
  fresh_hmacs();
}
void vector_one() {
  clean();
  __m128i k[11] = {start()};
  __m128i temp = k[0];
  schedule(k, temp);
  __m128i out[5];
  for (__m128i& v : out) v = _mm_xor_si128(temp, start());
  encrypt(k, out);
  hold(out);
  fresh_hmac(out[2]);
}
/// EEA2 and EIA2 of 100 octets: two keys, seven blocks of counters that wait for nothing, a subkey, and a
/// chain of seven blocks.
void aes_one() {
  __m128i k[11] = {start()};
  __m128i counter = k[0];
  schedule(k, counter);
  __m128i other[11] = {start()};
  __m128i subkey = other[0];
  schedule(other, subkey);
  __m128i counters[6];
  for (__m128i& v : counters) v = start();
  encrypt(k, counters);
  __m128i chain[1] = {subkey};
  for (int block = 0; block < 7; ++block) encrypt(other, chain);
  __m128i first[1] = {counter};
  hold(first);
  hold(counters);
  hold(chain);
}

}  // namespace
}  // namespace baton::bench

BATON_TARGET_END

BATON_TARGET_BEGIN("aes,vaes,sha,avx2,avx512f,avx512bw,avx512dq,avx512vl")

namespace baton::bench {
namespace {

template <std::size_t N>
void hold(__m512i (&v)[N]) {
  for (std::size_t n = 0; n < N; ++n) asm volatile("" : "+v"(v[n]));
}
__m512i wide_start() {
  __m512i v = _mm512_set1_epi32(7);
  asm volatile("" : "+v"(v));
  return v;
}
inline __m512i wide_next_round_key(__m512i k) {
  const __m512i word =
      _mm512_aesenclast_epi128(_mm512_shuffle_epi8(k, _mm512_set1_epi32(0x0C0F0E0D)), _mm512_set1_epi32(1));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 4));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 8));
  return _mm512_xor_si512(k, word);
}
/// Schedules of 4 N keys, each with a block on its heels.
template <std::size_t N>
inline void wide_schedule(__m512i (&k)[N][11], __m512i (&with)[N]) {
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) {
      k[n][round] = wide_next_round_key(k[n][round - 1]);
      with[n] = round < 10 ? _mm512_aesenc_epi128(with[n], k[n][round])
                           : _mm512_aesenclast_epi128(with[n], k[n][round]);
    }
  }
}

inline __m512i sum(__m512i a, __m512i b, __m512i c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
/// Sixteen compressions on AVX-512.
__attribute__((noinline)) void wide_compress(__m512i (&s)[8], __m512i (&w)[16]) {
  __m512i a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
  for (int t = 0; t < 64; t += 16) {
    BATON_UNROLL
    for (int i = 0; i < 16; ++i) {
      if (t > 0) {
        const __m512i x = w[(i + 1) % 16], y = w[(i + 14) % 16];
        const __m512i s0 = sum(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3));
        const __m512i s1 = sum(_mm512_ror_epi32(y, 17), _mm512_ror_epi32(y, 19), _mm512_srli_epi32(y, 10));
        w[i] = _mm512_add_epi32(_mm512_add_epi32(w[i], s0), _mm512_add_epi32(w[(i + 9) % 16], s1));
      }
      const __m512i big_1 = sum(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
      const __m512i t1 =
          _mm512_add_epi32(_mm512_add_epi32(_mm512_add_epi32(h, _mm512_set1_epi32(0x428A2F98 + t + i)), w[i]),
                           _mm512_add_epi32(big_1, _mm512_ternarylogic_epi32(e, f, g, 0xCA)));
      const __m512i big_0 = sum(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
      const __m512i t2 = _mm512_add_epi32(big_0, _mm512_ternarylogic_epi32(a, b, c, 0xE8));
      h = g, g = f, f = e, e = _mm512_add_epi32(d, t1), d = c, c = b, b = a, a = _mm512_add_epi32(t1, t2);
    }
  }
  const __m512i out[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) s[i] = _mm512_add_epi32(s[i], out[i]);
}
void lanes_of_hmac() {
  __m512i s[8], w[16];
  for (__m512i& v : s) v = wide_start();
  for (__m512i& v : w) v = wide_start();
  for (int i = 0; i < 4; ++i) wide_compress(s, w);
  hold(s);
}

/// AES of sixteen vectors: schedule with TEMP, then five blocks each.
void sixteen_milenages() {
  for (int pair = 0; pair < 2; ++pair) {
    __m512i k[2][11];
    __m512i temp[2];
    for (int n = 0; n < 2; ++n) k[n][0] = temp[n] = wide_start();
    wide_schedule(k, temp);
    __m512i v[2][5];
    for (int n = 0; n < 2; ++n)
      for (__m512i& x : v[n]) x = _mm512_xor_si512(temp[n], wide_start());
    BATON_UNROLL
    for (int round = 1; round <= 10; ++round) {
      BATON_UNROLL
      for (int n = 0; n < 2; ++n) {
        BATON_UNROLL
        for (int i = 0; i < 5; ++i) v[n][i] = _mm512_aesenc_epi128(v[n][i], k[n][round]);
      }
    }
    hold(v[0]);
    hold(v[1]);
  }
}
void kdf_sixteen_in_lanes() { lanes_of_hmac(); }
void vector_sixteen_in_lanes() {
  sixteen_milenages();
  lanes_of_hmac();
}
void vector_sixteen_in_streams() {
  sixteen_milenages();
  for (int i = 0; i < 4; ++i) kdf_four();
}
void kdf_sixteen_in_streams() {
  for (int i = 0; i < 4; ++i) kdf_four();
}
/// EEA2 and EIA2 of 32 packets of 100 octets, eight vectors of four packets at a time: what one of the chains
/// leaves of the unit's time, another takes.
void aes_thirty_two() {
  constexpr std::size_t n_vectors = 8;
  __m512i k[n_vectors][11];
  __m512i v[n_vectors];
  for (int keys = 0; keys < 2; ++keys) {
    for (std::size_t n = 0; n < n_vectors; ++n) k[n][0] = v[n] = wide_start();
    wide_schedule(k, v);
    // Seven blocks more of the chain, six of the counters: the first was on the schedule's heels.
    for (int block = 0; block < 6 + keys; ++block) {
      for (int round = 1; round <= 10; ++round) {
        BATON_UNROLL
        for (std::size_t n = 0; n < n_vectors; ++n) v[n] = _mm512_aesenc_epi128(v[n], k[n][round]);
      }
    }
    hold(v);
  }
}

}  // namespace
}  // namespace baton::bench

BATON_TARGET_END

namespace baton::bench {

std::vector<app::BenchPeer> limits() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool leaf_7 = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0;
  const bool sha = leaf_7 && (b >> 29U & 1U) != 0;
  const bool aes = __builtin_cpu_supports("aes") != 0;
  const bool wide = leaf_7 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512dq") && (c >> 9U & 1U) != 0;
  const bool amd = __builtin_cpu_is("amd") != 0;
  const auto if_there = [](bool there, void (*call)()) { return there ? call : nullptr; };
  // SHA-256 of many: through the SHA extensions on AMD's processors, in lanes of AVX-512 on Intel's.
  const bool streams = sha && amd;
  return {{"limit kdf 1", "its instructions alone", 1, if_there(sha, kdf_one)},
          {"limit kdf 16", "its instructions alone", 16,
           if_there(wide, streams ? kdf_sixteen_in_streams : kdf_sixteen_in_lanes)},
          {"limit vector 1", "its instructions alone", 1, if_there(sha && aes, vector_one)},
          {"limit vector 16", "its instructions alone", 16,
           if_there(wide, streams ? vector_sixteen_in_streams : vector_sixteen_in_lanes)},
          {"limit aes 1", "its instructions alone", 1, if_there(aes, aes_one)},
          {"limit aes 32", "its instructions alone", 32, if_there(wide, aes_thirty_two)}};
}

}  // namespace baton::bench

#else

namespace baton::bench {

std::vector<app::BenchPeer> limits() { return {}; }

}  // namespace baton::bench

#endif
