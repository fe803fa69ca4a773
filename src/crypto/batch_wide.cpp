// Lanes with VAES and AVX-512: four blocks of AES, sixteen words of SHA-256 in a register.
#if defined(__x86_64__)

#if !defined(__clang__)
// g++ 12's header makes undefined vectors of variables that are set to themselves, and warns about them.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/batch_paths.h"
#include "crypto/sha256_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,vaes,avx2,avx512f,avx512bw,avx512dq,avx512vl")

#include "crypto/sha256_lanes.h"

namespace baton::crypto {
namespace {

constexpr std::size_t vectors = lanes / 4;

inline __m512i load(const Byte* p) { return _mm512_load_si512(p); }
inline void store(Byte* p, __m512i v) { _mm512_store_si512(p, v); }

/// See aes_hardware.cpp.
inline __m512i next_round_key(__m512i k, __m512i round_constant) {
  const __m512i last_word_rotated = _mm512_set1_epi32(0x0C0F0E0D);
  const __m512i word = _mm512_aesenclast_epi128(_mm512_shuffle_epi8(k, last_word_rotated), round_constant);
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 4));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 8));
  return _mm512_xor_si512(k, word);
}

void expand(const LaneBlocks& keys, LaneSchedule& out) {
  __m512i k[vectors];
  for (std::size_t v = 0; v < vectors; ++v) {
    k[v] = load(keys.lane(4 * v));
    store(out.round[0].lane(4 * v), k[v]);
  }
  int constant = 1;
  for (std::size_t round = 1; round <= 10; ++round) {
    const __m512i round_constant = _mm512_set1_epi32(constant);
    for (std::size_t v = 0; v < vectors; ++v) {
      k[v] = next_round_key(k[v], round_constant);
      store(out.round[round].lane(4 * v), k[v]);
    }
    constant = constant == 0x80 ? 0x1B : constant << 1;
  }
}

template <std::size_t Count>
inline void encrypt_together(const LaneSchedule& keys, LaneBlocks* blocks) {
  // Count blocks of two vectors are in flight: ten for the vectors of MILENAGE.
  for (std::size_t first = 0; first < vectors; first += 2) {
    __m512i b[Count][2];
    for (std::size_t i = 0; i < Count; ++i)
      for (std::size_t v = 0; v < 2; ++v)
        b[i][v] = _mm512_xor_si512(load(blocks[i].lane(4 * (first + v))),
                                   load(keys.round[0].lane(4 * (first + v))));
    for (std::size_t round = 1; round < 10; ++round) {
      for (std::size_t v = 0; v < 2; ++v) {
        const __m512i key = load(keys.round[round].lane(4 * (first + v)));
        for (std::size_t i = 0; i < Count; ++i) b[i][v] = _mm512_aesenc_epi128(b[i][v], key);
      }
    }
    for (std::size_t v = 0; v < 2; ++v) {
      const __m512i key = load(keys.round[10].lane(4 * (first + v)));
      for (std::size_t i = 0; i < Count; ++i)
        store(blocks[i].lane(4 * (first + v)), _mm512_aesenclast_epi128(b[i][v], key));
    }
  }
}

void encrypt(const LaneSchedule& keys, LaneBlocks* blocks, std::size_t count) {
  for (; count >= 5; count -= 5, blocks += 5) encrypt_together<5>(keys, blocks);
  for (; count >= 2; count -= 2, blocks += 2) encrypt_together<2>(keys, blocks);
  for (; count > 0; --count, ++blocks) {
    __m512i b[vectors];
    for (std::size_t v = 0; v < vectors; ++v)
      b[v] = _mm512_xor_si512(load(blocks[0].lane(4 * v)), load(keys.round[0].lane(4 * v)));
    for (std::size_t round = 1; round < 10; ++round)
      for (std::size_t v = 0; v < vectors; ++v)
        b[v] = _mm512_aesenc_epi128(b[v], load(keys.round[round].lane(4 * v)));
    for (std::size_t v = 0; v < vectors; ++v)
      store(blocks[0].lane(4 * v), _mm512_aesenclast_epi128(b[v], load(keys.round[10].lane(4 * v))));
  }
}

struct SixteenWords {
  using T = __m512i;
  static T load(const std::uint32_t* p) { return _mm512_load_si512(p); }
  static void store(std::uint32_t* p, T v) { _mm512_store_si512(p, v); }
  static T all(std::uint32_t v) { return _mm512_set1_epi32(static_cast<int>(v)); }
  static T add(T a, T b) { return _mm512_add_epi32(a, b); }
  template <int N>
  static T turned(T v) {
    return _mm512_ror_epi32(v, N);
  }
  template <int N>
  static T moved(T v) {
    return _mm512_srli_epi32(v, N);
  }
  static T sum3(T a, T b, T c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
  static T choose(T e, T f, T g) { return _mm512_ternarylogic_epi32(e, f, g, 0xCA); }
  static T majority(T a, T b, T c) { return _mm512_ternarylogic_epi32(a, b, c, 0xE8); }
};

void compress(LaneState& state, const LaneMessage& block) { compress_lanes<SixteenWords>(state, block, 0); }

}  // namespace

const LaneFunctions& wide_lanes() {
  static constexpr LaneFunctions functions{expand, encrypt, compress};
  return functions;
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
