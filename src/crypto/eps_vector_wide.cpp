// MILENAGE of sixteen subscribers with VAES, and KASME of four with the SHA extensions, whose working values
// spread over the 32 registers of AVX-512.
#if defined(__x86_64__)

#if !defined(__clang__)
// g++ 12's header makes undefined vectors of variables that are set to themselves, and warns about them.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "crypto/eps_vector_paths.h"
#include "crypto/sha256_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,vaes,sha,avx2,avx512f,avx512bw,avx512dq,avx512vl")

#include "crypto/sha256_streams.h"

namespace baton::crypto {
namespace {

/// So many registers of four subscribers are under way together.
constexpr std::size_t at_once = 2;

inline __m512i four(const Byte* a, const Byte* b, const Byte* c, const Byte* d) {
  __m512i v = _mm512_castsi128_si512(stream_load(a));
  v = _mm512_inserti32x4(v, stream_load(b), 1);
  v = _mm512_inserti32x4(v, stream_load(c), 2);
  return _mm512_inserti32x4(v, stream_load(d), 3);
}
inline __m512i all(__m128i v) { return _mm512_broadcast_i32x4(v); }
/// c2 to c5: a number in the last octet of each block.
inline __m512i last_octet(int n) { return all(_mm_set_epi32(n << 24, 0, 0, 0)); }

/// See aes_hardware.cpp.
inline __m512i next_round_key(__m512i k, int round_constant) {
  const __m512i word = _mm512_aesenclast_epi128(_mm512_shuffle_epi8(k, _mm512_set1_epi32(0x0C0F0E0D)),
                                                _mm512_set1_epi32(round_constant));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 4));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 8));
  return _mm512_xor_si512(k, word);
}

inline void put_four(__m512i v, Byte* a, Byte* b, Byte* c, Byte* d) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(a), _mm512_castsi512_si128(v));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(b), _mm512_extracti32x4_epi32(v, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(c), _mm512_extracti32x4_epi32(v, 2));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(d), _mm512_extracti32x4_epi32(v, 3));
}

//= TS 35.206, 4.1
inline void milenage(const EpsVectorJob* const* jobs, EpsVectorOutputs* const* out) {
  constexpr int constants[10] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1B, 0x36};
  __m512i key[at_once][11];
  __m512i opc[at_once];
  __m512i temp[at_once];
  __m512i in1[at_once];
  BATON_UNROLL
  for (std::size_t v = 0; v < at_once; ++v) {
    const EpsVectorJob* const* j = jobs + 4 * v;
    opc[v] = four(j[0]->opc.data(), j[1]->opc.data(), j[2]->opc.data(), j[3]->opc.data());
    key[v][0] = four(j[0]->k.data(), j[1]->k.data(), j[2]->k.data(), j[3]->k.data());
    temp[v] = four(j[0]->rand.data(), j[1]->rand.data(), j[2]->rand.data(), j[3]->rand.data());
    temp[v] = _mm512_ternarylogic_epi32(temp[v], opc[v], key[v][0], 0x96);
    const auto twice = [&](std::size_t n) { return static_cast<long long>(sqn_and_amf(*j[n])); };
    in1[v] = _mm512_set_epi64(twice(3), twice(3), twice(2), twice(2), twice(1), twice(1), twice(0), twice(0));
  }
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    BATON_UNROLL
    for (std::size_t v = 0; v < at_once; ++v) {
      key[v][round] = next_round_key(key[v][round - 1], constants[round - 1]);
      temp[v] = round < 10 ? _mm512_aesenc_epi128(temp[v], key[v][round])
                           : _mm512_aesenclast_epi128(temp[v], key[v][round]);
    }
  }
  // r1 to r5 are 64, 0, 32, 64 and 96: whole words.
  __m512i b[at_once][5];
  BATON_UNROLL
  for (std::size_t v = 0; v < at_once; ++v) {
    const __m512i base = _mm512_xor_si512(temp[v], opc[v]);
    const __m512i k0 = key[v][0];
    b[v][0] = _mm512_ternarylogic_epi32(
        _mm512_shuffle_epi32(_mm512_xor_si512(in1[v], opc[v]), _MM_PERM_ENUM(0x4E)), temp[v], k0, 0x96);
    b[v][1] = _mm512_ternarylogic_epi32(base, last_octet(1), k0, 0x96);
    b[v][2] =
        _mm512_ternarylogic_epi32(_mm512_shuffle_epi32(base, _MM_PERM_ENUM(0x39)), last_octet(2), k0, 0x96);
    b[v][3] =
        _mm512_ternarylogic_epi32(_mm512_shuffle_epi32(base, _MM_PERM_ENUM(0x4E)), last_octet(4), k0, 0x96);
    b[v][4] =
        _mm512_ternarylogic_epi32(_mm512_shuffle_epi32(base, _MM_PERM_ENUM(0x93)), last_octet(8), k0, 0x96);
  }
  BATON_UNROLL
  for (int round = 1; round < 10; ++round) {
    BATON_UNROLL
    for (std::size_t v = 0; v < at_once; ++v) {
      BATON_UNROLL
      for (int i = 0; i < 5; ++i) b[v][i] = _mm512_aesenc_epi128(b[v][i], key[v][round]);
    }
  }
  BATON_UNROLL
  for (std::size_t v = 0; v < at_once; ++v) {
    BATON_UNROLL
    for (int i = 0; i < 5; ++i)
      b[v][i] = _mm512_xor_si512(_mm512_aesenclast_epi128(b[v][i], key[v][10]), opc[v]);
    EpsVectorOutputs* const* o = out + 4 * v;
    put_four(b[v][2], o[0]->ck.data(), o[1]->ck.data(), o[2]->ck.data(), o[3]->ck.data());
    put_four(b[v][3], o[0]->ik.data(), o[1]->ik.data(), o[2]->ik.data(), o[3]->ik.data());
    const __m512i ak = _mm512_and_si512(b[v][1], all(_mm_set_epi32(0, 0, 0xFFFF, -1)));
    const __m512i autn = _mm512_unpacklo_epi64(_mm512_xor_si512(in1[v], ak), b[v][0]);
    put_four(autn, o[0]->autn.data(), o[1]->autn.data(), o[2]->autn.data(), o[3]->autn.data());
    // RES is the second half of OUT2, AK* the beginning of OUT5.
    static_assert(offsetof(EpsVectorOutputs, ak_star) == offsetof(EpsVectorOutputs, res) + 8);
    const __m512i rest = _mm512_unpacklo_epi64(_mm512_bsrli_epi128(b[v][1], 8), b[v][4]);
    put_four(rest, o[0]->res.data(), o[1]->res.data(), o[2]->res.data(), o[3]->res.data());
  }
}

}  // namespace

__attribute__((noinline)) void wide_eps_milenage(const EpsVectorJob* const (&jobs)[wide_vectors],
                                                 EpsVectorOutputs* const (&out)[wide_vectors]) {
  for (std::size_t first = 0; first < wide_vectors; first += 4 * at_once) milenage(jobs + first, out + first);
  clear_upper_halves();
}

__attribute__((noinline)) void wide_eps_kasme(const EpsVectorJob* const (&jobs)[hardware_vectors],
                                              EpsVectorOutputs* const (&out)[hardware_vectors]) {
  clear_upper_halves();
  StreamBlock m[hardware_vectors];
  BATON_UNROLL
  for (std::size_t n = 0; n < hardware_vectors; ++n) {
    std::uint64_t autn;
    std::memcpy(&autn, out[n]->autn.data(), sizeof(autn));
    const KasmeInput s = kasme_input(*jobs[n], autn);
    const __m128i first = _mm_set_epi64x(static_cast<long long>(s.high), static_cast<long long>(s.low));
    const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
    m[n] = {{_mm_shuffle_epi8(first, big_endian), _mm_setzero_si128(), _mm_setzero_si128(),
             _mm_set_epi32(8 * (64 + 14), 0, 0, 0)}};
  }
  hmac_streams<hardware_vectors>(
      {out[0]->ck.data(), out[1]->ck.data(), out[2]->ck.data(), out[3]->ck.data()}, m,
      {out[0]->kasme.data(), out[1]->kasme.data(), out[2]->kasme.data(), out[3]->kasme.data()});
}

__attribute__((noinline)) void wide_kdf_streams(const Byte* const (&keys)[kdf_streams],
                                                const Byte (*messages)[64], Byte* const (&out)[kdf_streams]) {
  clear_upper_halves();
  StreamBlock m[kdf_streams];
  BATON_UNROLL
  for (std::size_t n = 0; n < kdf_streams; ++n) m[n] = block_from(messages[n]);
  hmac_streams<kdf_streams>(keys, m, out);
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
