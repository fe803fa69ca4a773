// Lanes with AES-NI: the blocks of one lane, or one block of several lanes, are in flight together.
#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <cstddef>

#include "crypto/batch_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,ssse3,sse4.1")

namespace baton::crypto {
namespace {

constexpr std::size_t at_once = 8;

inline __m128i load(const Byte* p) { return _mm_load_si128(reinterpret_cast<const __m128i*>(p)); }
inline void store(Byte* p, __m128i v) { _mm_store_si128(reinterpret_cast<__m128i*>(p), v); }

/// See aes_hardware.cpp.
inline __m128i next_round_key(__m128i k, __m128i round_constant) {
  const __m128i last_word_rotated = _mm_set1_epi32(0x0C0F0E0D);
  const __m128i word = _mm_aesenclast_si128(_mm_shuffle_epi8(k, last_word_rotated), round_constant);
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
  return _mm_xor_si128(k, word);
}

void expand(const LaneBlocks& keys, LaneSchedule& out) {
  for (std::size_t first = 0; first < lanes; first += at_once) {
    __m128i k[at_once];
    for (std::size_t i = 0; i < at_once; ++i) {
      k[i] = load(keys.lane(first + i));
      store(out.round[0].lane(first + i), k[i]);
    }
    int constant = 1;
    for (std::size_t round = 1; round <= 10; ++round) {
      const __m128i round_constant = _mm_set1_epi32(constant);
      for (std::size_t i = 0; i < at_once; ++i) {
        k[i] = next_round_key(k[i], round_constant);
        store(out.round[round].lane(first + i), k[i]);
      }
      constant = constant == 0x80 ? 0x1B : constant << 1;
    }
  }
}

template <std::size_t N, class At, class KeyAt>
inline void encrypt_together(At at, KeyAt key_at) {
  __m128i b[N];
  for (std::size_t i = 0; i < N; ++i) b[i] = _mm_xor_si128(load(at(i)), load(key_at(0, i)));
  for (std::size_t round = 1; round < 10; ++round)
    for (std::size_t i = 0; i < N; ++i) b[i] = _mm_aesenc_si128(b[i], load(key_at(round, i)));
  for (std::size_t i = 0; i < N; ++i) store(at(i), _mm_aesenclast_si128(b[i], load(key_at(10, i))));
}

void encrypt(const LaneSchedule& keys, LaneBlocks* blocks, std::size_t count) {
  for (; count >= 5; count -= 5, blocks += 5)
    for (std::size_t n = 0; n < lanes; ++n)
      encrypt_together<5>([&](std::size_t i) { return blocks[i].lane(n); },
                          [&](std::size_t round, std::size_t) { return keys.round[round].lane(n); });
  for (; count > 0; --count, ++blocks)
    for (std::size_t first = 0; first < lanes; first += at_once)
      encrypt_together<at_once>(
          [&](std::size_t i) { return blocks[0].lane(first + i); },
          [&](std::size_t round, std::size_t i) { return keys.round[round].lane(first + i); });
}

}  // namespace

const LaneFunctions& hardware_lanes() {
  static constexpr LaneFunctions functions{expand, encrypt, nullptr};
  return functions;
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
