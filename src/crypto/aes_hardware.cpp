// AES with the processor's own instructions.
#if defined(__x86_64__)

#include <immintrin.h>

#include "crypto/aes_paths.h"

#define BATON_AES_TARGET __attribute__((target("aes,ssse3,sse4.1")))

namespace baton::crypto {
namespace {

BATON_AES_TARGET inline __m128i load(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
BATON_AES_TARGET inline void store(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// next_round_key gets SubWord(RotWord(w3)) + Rcon from AESENCLAST: the shuffle puts the rotated last word
/// into all four columns, where ShiftRows moves nothing. AESKEYGENASSIST does the same five times slower.
BATON_AES_TARGET inline __m128i next_round_key(__m128i k, int round_constant) {
  const __m128i last_word_rotated = _mm_set1_epi32(0x0C0F0E0D);
  const __m128i word =
      _mm_aesenclast_si128(_mm_shuffle_epi8(k, last_word_rotated), _mm_set1_epi32(round_constant));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
  return _mm_xor_si128(k, word);
}

/// At once in flight: enough to cover the latency of AESENC with its throughput.
constexpr std::size_t lanes = 8;

template <std::size_t N>
BATON_AES_TARGET inline void encrypt_together(const __m128i* k, const Byte* from, Byte* to) {
  __m128i b[N];
  const __m128i first = load(k);
  for (std::size_t i = 0; i < N; ++i) b[i] = _mm_xor_si128(load(from + 16 * i), first);
  for (unsigned round = 1; round < aes_rounds; ++round) {
    const __m128i key = load(k + round);
    for (std::size_t i = 0; i < N; ++i) b[i] = _mm_aesenc_si128(b[i], key);
  }
  const __m128i last = load(k + aes_rounds);
  for (std::size_t i = 0; i < N; ++i) store(to + 16 * i, _mm_aesenclast_si128(b[i], last));
}

}  // namespace

BATON_AES_TARGET void hardware_expand(std::span<const Byte, 16> key, AesSchedule& schedule) {
  auto* out = reinterpret_cast<__m128i*>(schedule.data());
  __m128i k = load(key.data());
  store(out, k);
  int round_constant = 1;
  for (unsigned round = 1; round <= aes_rounds; ++round) {
    k = next_round_key(k, round_constant);
    store(out + round, k);
    round_constant = round_constant == 0x80 ? 0x1B : round_constant << 1;
  }
}

BATON_AES_TARGET void hardware_encrypt(const AesSchedule& schedule, Bytes in, MutableBytes out) {
  const auto* k = reinterpret_cast<const __m128i*>(schedule.data());
  const Byte* from = in.data();
  Byte* to = out.data();
  std::size_t blocks = in.size() / 16;
  for (; blocks >= lanes; blocks -= lanes, from += 16 * lanes, to += 16 * lanes)
    encrypt_together<lanes>(k, from, to);
  switch (blocks) {
    case 7: return encrypt_together<7>(k, from, to);
    case 6: return encrypt_together<6>(k, from, to);
    case 5: return encrypt_together<5>(k, from, to);
    case 4: return encrypt_together<4>(k, from, to);
    case 3: return encrypt_together<3>(k, from, to);
    case 2: return encrypt_together<2>(k, from, to);
    case 1: return encrypt_together<1>(k, from, to);
    default: return;
  }
}

//= TS 35.206, 4.1
BATON_AES_TARGET void hardware_milenage(const Byte* k, const Byte* opc_octets, const Byte* rand,
                                        const Byte* sqn, const Byte* amf, std::array<Byte, 16>* out) {
  alignas(16) Byte in1_octets[16];
  for (std::size_t i = 0; i < 6; ++i) in1_octets[i] = in1_octets[8 + i] = sqn[i];
  for (std::size_t i = 0; i < 2; ++i) in1_octets[6 + i] = in1_octets[14 + i] = amf[i];

  // TEMP is encrypted while the schedule grows.
  __m128i key[aes_rounds + 1];
  const __m128i opc = load(opc_octets);
  key[0] = load(k);
  __m128i temp = _mm_xor_si128(_mm_xor_si128(load(rand), opc), key[0]);
  int round_constant = 1;
#if defined(__clang__)
#pragma unroll
#else
#pragma GCC unroll 10
#endif
  for (unsigned round = 1; round <= aes_rounds; ++round) {
    key[round] = next_round_key(key[round - 1], round_constant);
    temp = round < aes_rounds ? _mm_aesenc_si128(temp, key[round]) : _mm_aesenclast_si128(temp, key[round]);
    round_constant = round_constant == 0x80 ? 0x1B : round_constant << 1;
  }

  // r1 to r5 are 64, 0, 32, 64 and 96: whole words.
  const __m128i base = _mm_xor_si128(temp, opc);
  __m128i b[5] = {
      _mm_xor_si128(_mm_shuffle_epi32(_mm_xor_si128(load(in1_octets), opc), 0x4E), temp),
      _mm_xor_si128(base, _mm_set_epi32(1 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x39), _mm_set_epi32(2 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x4E), _mm_set_epi32(4 << 24, 0, 0, 0)),
      _mm_xor_si128(_mm_shuffle_epi32(base, 0x93), _mm_set_epi32(8 << 24, 0, 0, 0)),
  };
  for (__m128i& v : b) v = _mm_xor_si128(v, key[0]);
  for (unsigned round = 1; round < aes_rounds; ++round)
    for (__m128i& v : b) v = _mm_aesenc_si128(v, key[round]);
  for (std::size_t i = 0; i < 5; ++i)
    store(out[i].data(), _mm_xor_si128(_mm_aesenclast_si128(b[i], key[aes_rounds]), opc));
  // What the compiler spilled of the schedule is overwritten.
  for (__m128i& v : key) v = _mm_setzero_si128();
  asm volatile("" : : "r"(key) : "memory");
}

}  // namespace baton::crypto

#endif
