// Two states of Keccak side by side: all 25 lanes of both fit the 32 registers of AVX-512.
#if defined(__x86_64__)

#if !defined(__clang__)
// See batch_wide.cpp.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "crypto/keccak_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("avx2,avx512f,avx512vl")

namespace baton::crypto {
namespace {

inline __m128i sum3(__m128i a, __m128i b, __m128i c) { return _mm_ternarylogic_epi64(a, b, c, 0x96); }
/// a + (not b) c
inline __m128i chi(__m128i a, __m128i b, __m128i c) { return _mm_ternarylogic_epi64(a, b, c, 0xD2); }

}  // namespace

//= FIPS 202, 3.3
void wide_keccak_two(KeccakState& first, KeccakState& second) {
  __m128i a0 = _mm_set_epi64x(static_cast<long long>(second[0]), static_cast<long long>(first[0]));
  __m128i a1 = _mm_set_epi64x(static_cast<long long>(second[1]), static_cast<long long>(first[1]));
  __m128i a2 = _mm_set_epi64x(static_cast<long long>(second[2]), static_cast<long long>(first[2]));
  __m128i a3 = _mm_set_epi64x(static_cast<long long>(second[3]), static_cast<long long>(first[3]));
  __m128i a4 = _mm_set_epi64x(static_cast<long long>(second[4]), static_cast<long long>(first[4]));
  __m128i a5 = _mm_set_epi64x(static_cast<long long>(second[5]), static_cast<long long>(first[5]));
  __m128i a6 = _mm_set_epi64x(static_cast<long long>(second[6]), static_cast<long long>(first[6]));
  __m128i a7 = _mm_set_epi64x(static_cast<long long>(second[7]), static_cast<long long>(first[7]));
  __m128i a8 = _mm_set_epi64x(static_cast<long long>(second[8]), static_cast<long long>(first[8]));
  __m128i a9 = _mm_set_epi64x(static_cast<long long>(second[9]), static_cast<long long>(first[9]));
  __m128i a10 = _mm_set_epi64x(static_cast<long long>(second[10]), static_cast<long long>(first[10]));
  __m128i a11 = _mm_set_epi64x(static_cast<long long>(second[11]), static_cast<long long>(first[11]));
  __m128i a12 = _mm_set_epi64x(static_cast<long long>(second[12]), static_cast<long long>(first[12]));
  __m128i a13 = _mm_set_epi64x(static_cast<long long>(second[13]), static_cast<long long>(first[13]));
  __m128i a14 = _mm_set_epi64x(static_cast<long long>(second[14]), static_cast<long long>(first[14]));
  __m128i a15 = _mm_set_epi64x(static_cast<long long>(second[15]), static_cast<long long>(first[15]));
  __m128i a16 = _mm_set_epi64x(static_cast<long long>(second[16]), static_cast<long long>(first[16]));
  __m128i a17 = _mm_set_epi64x(static_cast<long long>(second[17]), static_cast<long long>(first[17]));
  __m128i a18 = _mm_set_epi64x(static_cast<long long>(second[18]), static_cast<long long>(first[18]));
  __m128i a19 = _mm_set_epi64x(static_cast<long long>(second[19]), static_cast<long long>(first[19]));
  __m128i a20 = _mm_set_epi64x(static_cast<long long>(second[20]), static_cast<long long>(first[20]));
  __m128i a21 = _mm_set_epi64x(static_cast<long long>(second[21]), static_cast<long long>(first[21]));
  __m128i a22 = _mm_set_epi64x(static_cast<long long>(second[22]), static_cast<long long>(first[22]));
  __m128i a23 = _mm_set_epi64x(static_cast<long long>(second[23]), static_cast<long long>(first[23]));
  __m128i a24 = _mm_set_epi64x(static_cast<long long>(second[24]), static_cast<long long>(first[24]));
  for (const std::uint64_t constant : keccak_constants) {
    const __m128i c0 = sum3(sum3(a0, a5, a10), a15, a20);
    const __m128i c1 = sum3(sum3(a1, a6, a11), a16, a21);
    const __m128i c2 = sum3(sum3(a2, a7, a12), a17, a22);
    const __m128i c3 = sum3(sum3(a3, a8, a13), a18, a23);
    const __m128i c4 = sum3(sum3(a4, a9, a14), a19, a24);
    const __m128i d0 = _mm_xor_si128(c4, _mm_rol_epi64(c1, 1));
    const __m128i d1 = _mm_xor_si128(c0, _mm_rol_epi64(c2, 1));
    const __m128i d2 = _mm_xor_si128(c1, _mm_rol_epi64(c3, 1));
    const __m128i d3 = _mm_xor_si128(c2, _mm_rol_epi64(c4, 1));
    const __m128i d4 = _mm_xor_si128(c3, _mm_rol_epi64(c0, 1));
    const __m128i b0 = _mm_xor_si128(a0, d0);
    const __m128i b1 = _mm_rol_epi64(_mm_xor_si128(a6, d1), 44);
    const __m128i b2 = _mm_rol_epi64(_mm_xor_si128(a12, d2), 43);
    const __m128i b3 = _mm_rol_epi64(_mm_xor_si128(a18, d3), 21);
    const __m128i b4 = _mm_rol_epi64(_mm_xor_si128(a24, d4), 14);
    const __m128i b5 = _mm_rol_epi64(_mm_xor_si128(a3, d3), 28);
    const __m128i b6 = _mm_rol_epi64(_mm_xor_si128(a9, d4), 20);
    const __m128i b7 = _mm_rol_epi64(_mm_xor_si128(a10, d0), 3);
    const __m128i b8 = _mm_rol_epi64(_mm_xor_si128(a16, d1), 45);
    const __m128i b9 = _mm_rol_epi64(_mm_xor_si128(a22, d2), 61);
    const __m128i b10 = _mm_rol_epi64(_mm_xor_si128(a1, d1), 1);
    const __m128i b11 = _mm_rol_epi64(_mm_xor_si128(a7, d2), 6);
    const __m128i b12 = _mm_rol_epi64(_mm_xor_si128(a13, d3), 25);
    const __m128i b13 = _mm_rol_epi64(_mm_xor_si128(a19, d4), 8);
    const __m128i b14 = _mm_rol_epi64(_mm_xor_si128(a20, d0), 18);
    const __m128i b15 = _mm_rol_epi64(_mm_xor_si128(a4, d4), 27);
    const __m128i b16 = _mm_rol_epi64(_mm_xor_si128(a5, d0), 36);
    const __m128i b17 = _mm_rol_epi64(_mm_xor_si128(a11, d1), 10);
    const __m128i b18 = _mm_rol_epi64(_mm_xor_si128(a17, d2), 15);
    const __m128i b19 = _mm_rol_epi64(_mm_xor_si128(a23, d3), 56);
    const __m128i b20 = _mm_rol_epi64(_mm_xor_si128(a2, d2), 62);
    const __m128i b21 = _mm_rol_epi64(_mm_xor_si128(a8, d3), 55);
    const __m128i b22 = _mm_rol_epi64(_mm_xor_si128(a14, d4), 39);
    const __m128i b23 = _mm_rol_epi64(_mm_xor_si128(a15, d0), 41);
    const __m128i b24 = _mm_rol_epi64(_mm_xor_si128(a21, d1), 2);
    a0 = _mm_xor_si128(chi(b0, b1, b2), _mm_set1_epi64x(static_cast<long long>(constant)));
    a1 = chi(b1, b2, b3);
    a2 = chi(b2, b3, b4);
    a3 = chi(b3, b4, b0);
    a4 = chi(b4, b0, b1);
    a5 = chi(b5, b6, b7);
    a6 = chi(b6, b7, b8);
    a7 = chi(b7, b8, b9);
    a8 = chi(b8, b9, b5);
    a9 = chi(b9, b5, b6);
    a10 = chi(b10, b11, b12);
    a11 = chi(b11, b12, b13);
    a12 = chi(b12, b13, b14);
    a13 = chi(b13, b14, b10);
    a14 = chi(b14, b10, b11);
    a15 = chi(b15, b16, b17);
    a16 = chi(b16, b17, b18);
    a17 = chi(b17, b18, b19);
    a18 = chi(b18, b19, b15);
    a19 = chi(b19, b15, b16);
    a20 = chi(b20, b21, b22);
    a21 = chi(b21, b22, b23);
    a22 = chi(b22, b23, b24);
    a23 = chi(b23, b24, b20);
    a24 = chi(b24, b20, b21);
  }
  first[0] = static_cast<std::uint64_t>(_mm_extract_epi64(a0, 0));
  second[0] = static_cast<std::uint64_t>(_mm_extract_epi64(a0, 1));
  first[1] = static_cast<std::uint64_t>(_mm_extract_epi64(a1, 0));
  second[1] = static_cast<std::uint64_t>(_mm_extract_epi64(a1, 1));
  first[2] = static_cast<std::uint64_t>(_mm_extract_epi64(a2, 0));
  second[2] = static_cast<std::uint64_t>(_mm_extract_epi64(a2, 1));
  first[3] = static_cast<std::uint64_t>(_mm_extract_epi64(a3, 0));
  second[3] = static_cast<std::uint64_t>(_mm_extract_epi64(a3, 1));
  first[4] = static_cast<std::uint64_t>(_mm_extract_epi64(a4, 0));
  second[4] = static_cast<std::uint64_t>(_mm_extract_epi64(a4, 1));
  first[5] = static_cast<std::uint64_t>(_mm_extract_epi64(a5, 0));
  second[5] = static_cast<std::uint64_t>(_mm_extract_epi64(a5, 1));
  first[6] = static_cast<std::uint64_t>(_mm_extract_epi64(a6, 0));
  second[6] = static_cast<std::uint64_t>(_mm_extract_epi64(a6, 1));
  first[7] = static_cast<std::uint64_t>(_mm_extract_epi64(a7, 0));
  second[7] = static_cast<std::uint64_t>(_mm_extract_epi64(a7, 1));
  first[8] = static_cast<std::uint64_t>(_mm_extract_epi64(a8, 0));
  second[8] = static_cast<std::uint64_t>(_mm_extract_epi64(a8, 1));
  first[9] = static_cast<std::uint64_t>(_mm_extract_epi64(a9, 0));
  second[9] = static_cast<std::uint64_t>(_mm_extract_epi64(a9, 1));
  first[10] = static_cast<std::uint64_t>(_mm_extract_epi64(a10, 0));
  second[10] = static_cast<std::uint64_t>(_mm_extract_epi64(a10, 1));
  first[11] = static_cast<std::uint64_t>(_mm_extract_epi64(a11, 0));
  second[11] = static_cast<std::uint64_t>(_mm_extract_epi64(a11, 1));
  first[12] = static_cast<std::uint64_t>(_mm_extract_epi64(a12, 0));
  second[12] = static_cast<std::uint64_t>(_mm_extract_epi64(a12, 1));
  first[13] = static_cast<std::uint64_t>(_mm_extract_epi64(a13, 0));
  second[13] = static_cast<std::uint64_t>(_mm_extract_epi64(a13, 1));
  first[14] = static_cast<std::uint64_t>(_mm_extract_epi64(a14, 0));
  second[14] = static_cast<std::uint64_t>(_mm_extract_epi64(a14, 1));
  first[15] = static_cast<std::uint64_t>(_mm_extract_epi64(a15, 0));
  second[15] = static_cast<std::uint64_t>(_mm_extract_epi64(a15, 1));
  first[16] = static_cast<std::uint64_t>(_mm_extract_epi64(a16, 0));
  second[16] = static_cast<std::uint64_t>(_mm_extract_epi64(a16, 1));
  first[17] = static_cast<std::uint64_t>(_mm_extract_epi64(a17, 0));
  second[17] = static_cast<std::uint64_t>(_mm_extract_epi64(a17, 1));
  first[18] = static_cast<std::uint64_t>(_mm_extract_epi64(a18, 0));
  second[18] = static_cast<std::uint64_t>(_mm_extract_epi64(a18, 1));
  first[19] = static_cast<std::uint64_t>(_mm_extract_epi64(a19, 0));
  second[19] = static_cast<std::uint64_t>(_mm_extract_epi64(a19, 1));
  first[20] = static_cast<std::uint64_t>(_mm_extract_epi64(a20, 0));
  second[20] = static_cast<std::uint64_t>(_mm_extract_epi64(a20, 1));
  first[21] = static_cast<std::uint64_t>(_mm_extract_epi64(a21, 0));
  second[21] = static_cast<std::uint64_t>(_mm_extract_epi64(a21, 1));
  first[22] = static_cast<std::uint64_t>(_mm_extract_epi64(a22, 0));
  second[22] = static_cast<std::uint64_t>(_mm_extract_epi64(a22, 1));
  first[23] = static_cast<std::uint64_t>(_mm_extract_epi64(a23, 0));
  second[23] = static_cast<std::uint64_t>(_mm_extract_epi64(a23, 1));
  first[24] = static_cast<std::uint64_t>(_mm_extract_epi64(a24, 0));
  second[24] = static_cast<std::uint64_t>(_mm_extract_epi64(a24, 1));
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
