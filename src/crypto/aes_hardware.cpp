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

}  // namespace baton::crypto

#endif
