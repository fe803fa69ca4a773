// Vectors with AES-NI and the SHA extensions. This file must not be compiled for AVX: see sha256_streams.h.
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/eps_vector_paths.h"
#include "crypto/sha256_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,sha,ssse3,sse4.1")

#include "crypto/sha256_streams.h"

namespace baton::crypto {
namespace {

void clean_entry() {
  static const bool avx = __builtin_cpu_supports("avx");
  if (avx) clear_upper_halves();
}
inline void put(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// See aes_hardware.cpp.
inline __m128i next_round_key(__m128i k, int round_constant) {
  const __m128i word =
      _mm_aesenclast_si128(_mm_shuffle_epi8(k, _mm_set1_epi32(0x0C0F0E0D)), _mm_set1_epi32(round_constant));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
  return _mm_xor_si128(k, word);
}

/// All but KASME of the outputs; returns the block that KASME is derived from.
//= TS 35.206, 4.1
inline StreamBlock milenage(const EpsVectorJob& j, EpsVectorOutputs& out) {
  constexpr int constants[10] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1B, 0x36};
  const std::uint64_t in1 = sqn_and_amf(j);
  __m128i key[11];
  const __m128i opc = stream_load(j.opc.data());
  key[0] = stream_load(j.k.data());
  __m128i temp = _mm_xor_si128(_mm_xor_si128(stream_load(j.rand.data()), opc), key[0]);
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    key[round] = next_round_key(key[round - 1], constants[round - 1]);
    temp = round < 10 ? _mm_aesenc_si128(temp, key[round]) : _mm_aesenclast_si128(temp, key[round]);
  }
  // r1 to r5 are 64, 0, 32, 64 and 96: whole words.
  const __m128i base = _mm_xor_si128(temp, opc);
  const __m128i in1_twice = _mm_set1_epi64x(static_cast<long long>(in1));
  __m128i b[5] = {
      _mm_xor_si128(_mm_shuffle_epi32(_mm_xor_si128(in1_twice, opc), 0x4E), temp),
      _mm_xor_si128(base, _mm_set_epi32(1 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x39), _mm_set_epi32(2 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x4E), _mm_set_epi32(4 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x93), _mm_set_epi32(8 << 24, 0, 0, 0)),
  };
  BATON_UNROLL
  for (int i = 0; i < 5; ++i) b[i] = _mm_xor_si128(b[i], key[0]);
  BATON_UNROLL
  for (int round = 1; round < 10; ++round) {
    BATON_UNROLL
    for (int i = 0; i < 5; ++i) b[i] = _mm_aesenc_si128(b[i], key[round]);
  }
  BATON_UNROLL
  for (int i = 0; i < 5; ++i) b[i] = _mm_xor_si128(_mm_aesenclast_si128(b[i], key[10]), opc);
  put(out.ck.data(), b[2]);
  put(out.ik.data(), b[3]);
  const __m128i sqn_xor_ak = _mm_xor_si128(in1_twice, _mm_and_si128(b[1], _mm_set_epi32(0, 0, 0xFFFF, -1)));
  put(out.autn.data(), _mm_unpacklo_epi64(sqn_xor_ak, b[0]));
  _mm_storeh_pd(reinterpret_cast<double*>(out.res.data()), _mm_castsi128_pd(b[1]));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out.ak_star.data()), b[4]);
  const KasmeInput s = kasme_input(j, static_cast<std::uint64_t>(_mm_cvtsi128_si64(sqn_xor_ak)));
  const __m128i first = _mm_set_epi64x(static_cast<long long>(s.high), static_cast<long long>(s.low));
  const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  return {{_mm_shuffle_epi8(first, big_endian), _mm_setzero_si128(), _mm_setzero_si128(),
           _mm_set_epi32(8 * (64 + 14), 0, 0, 0)}};
}

}  // namespace

__attribute__((noinline)) void hardware_eps_vector(const EpsVectorJob& job, EpsVectorOutputs& out) {
  clean_entry();
  StreamBlock m[1] = {milenage(job, out)};
  hmac_streams<1>({out.ck.data()}, m, {out.kasme.data()});
}

__attribute__((noinline)) void hardware_eps_vectors(const EpsVectorJob* const (&jobs)[hardware_vectors],
                                                    EpsVectorOutputs* const (&out)[hardware_vectors]) {
  clean_entry();
  StreamBlock m[hardware_vectors];
  for (std::size_t n = 0; n < hardware_vectors; ++n) m[n] = milenage(*jobs[n], *out[n]);
  hmac_streams<hardware_vectors>(
      {out[0]->ck.data(), out[1]->ck.data(), out[2]->ck.data(), out[3]->ck.data()}, m,
      {out[0]->kasme.data(), out[1]->kasme.data(), out[2]->kasme.data(), out[3]->kasme.data()});
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
