// EEA2 and EIA2 of one packet with the processor's own instructions.
//
// A key schedule is a chain of ten steps, each of which waits for the one before: in that time the unit
// encrypts what needs nothing but the round keys as they come. EEA2 gives it its first eight counters, EIA2
// the zeros that its subkeys come from and its first block.
#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#include "crypto/aes_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,ssse3,sse4.1")

namespace baton::crypto {
namespace {

constexpr int constants[10] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1B, 0x36};

inline __m128i load(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
inline void store(void* p, __m128i v) { _mm_storeu_si128(static_cast<__m128i*>(p), v); }

/// See aes_hardware.cpp.
inline __m128i next_round_key(__m128i k, int round_constant) {
  const __m128i word =
      _mm_aesenclast_si128(_mm_shuffle_epi8(k, _mm_set1_epi32(0x0C0F0E0D)), _mm_set1_epi32(round_constant));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
  return _mm_xor_si128(k, word);
}

/// Round keys, wiped where the compiler put them.
struct Keys {
  __m128i k[11];
  ~Keys() {
    for (__m128i& v : k) v = _mm_setzero_si128();
    asm volatile("" : : "r"(k) : "memory");
  }
};

/// Round keys of `key`, with N blocks encrypted as they come.
template <std::size_t N>
inline void expand_and_encrypt(const Byte* key, Keys& keys, __m128i (&b)[N]) {
  __m128i k = load(key);
  keys.k[0] = k;
  BATON_UNROLL
  for (std::size_t i = 0; i < N; ++i) b[i] = _mm_xor_si128(b[i], k);
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    k = next_round_key(k, constants[round - 1]);
    keys.k[round] = k;
    BATON_UNROLL
    for (std::size_t i = 0; i < N; ++i)
      b[i] = round < 10 ? _mm_aesenc_si128(b[i], k) : _mm_aesenclast_si128(b[i], k);
  }
}
template <std::size_t N>
inline void encrypt(const Keys& keys, __m128i (&b)[N]) {
  BATON_UNROLL
  for (std::size_t i = 0; i < N; ++i) b[i] = _mm_xor_si128(b[i], keys.k[0]);
  BATON_UNROLL
  for (int round = 1; round < 10; ++round) {
    BATON_UNROLL
    for (std::size_t i = 0; i < N; ++i) b[i] = _mm_aesenc_si128(b[i], keys.k[round]);
  }
  BATON_UNROLL
  for (std::size_t i = 0; i < N; ++i) b[i] = _mm_aesenclast_si128(b[i], keys.k[10]);
}

constexpr std::size_t counters_at_once = 8;

inline void counters_from(std::uint64_t head, std::uint64_t number, __m128i (&b)[counters_at_once]) {
  BATON_UNROLL
  for (std::size_t i = 0; i < counters_at_once; ++i)
    b[i] =
        _mm_set_epi64x(static_cast<long long>(__builtin_bswap64(number + i)), static_cast<long long>(head));
}
/// Adds key stream to as many octets as there are, at most its own length.
inline void add_stream(const __m128i (&b)[counters_at_once], Byte*& data, std::size_t& octets) {
  BATON_UNROLL
  for (std::size_t i = 0; i < counters_at_once; ++i) {
    if (octets >= 16) {
      store(data, _mm_xor_si128(load(data), b[i]));
      data += 16;
      octets -= 16;
    } else if (octets > 0) {
      alignas(16) Byte last[16];
      store(last, b[i]);
      for (std::size_t n = 0; n < octets; ++n) data[n] = static_cast<Byte>(data[n] ^ last[n]);
      store(last, _mm_setzero_si128());
      asm volatile("" : : "r"(last) : "memory");
      octets = 0;
    }
  }
}

/// Twice a block in GF(2^128).
//= NIST SP 800-38B, 6.1
inline __m128i doubled(__m128i v) {
  const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
  v = _mm_shuffle_epi8(v, reversed);
  const __m128i carried = _mm_slli_si128(_mm_srli_epi64(v, 63), 8);
  const __m128i over = _mm_sub_epi64(_mm_setzero_si128(), _mm_srli_si128(_mm_srli_epi64(v, 63), 8));
  v = _mm_or_si128(_mm_slli_epi64(v, 1), carried);
  v = _mm_xor_si128(v, _mm_and_si128(over, _mm_set_epi64x(0, 0x87)));
  return _mm_shuffle_epi8(v, reversed);
}

/// Loaded from 16 + n, these are the numbers of PSHUFB that move a block's octets from n on to its beginning;
/// loaded from 16 - n, they are zero in the octet n alone.
alignas(16) constexpr Byte moves[48] = {
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

}  // namespace

//= TS 33.401, B.1.3
void hardware_eea2(const Byte* key, std::uint64_t head, Byte* data, std::size_t octets) {
  Keys keys;
  __m128i b[counters_at_once];
  counters_from(head, 0, b);
  expand_and_encrypt(key, keys, b);
  add_stream(b, data, octets);
  for (std::uint64_t number = counters_at_once; octets > 0; number += counters_at_once) {
    counters_from(head, number, b);
    encrypt(keys, b);
    add_stream(b, data, octets);
  }
}

//= TS 33.401, B.2.3
//= NIST SP 800-38B, 6.2
void hardware_eia2(const Byte* key, std::uint64_t head, const Byte* data, std::size_t bits, Byte* mac) {
  const std::size_t whole = bits / 8;
  const unsigned odd = bits % 8;
  const std::size_t last = (64 + bits - 1) / 128;  // the number of the last block
  const std::size_t from = last == 0 ? 0 : 16 * last - 8;
  const std::size_t left = whole - from;
  const std::size_t used = left + (last == 0 ? 8 : 0);  // octets of the last block

  // Zeros and the first block; where that is the last one, it waits for its subkey.
  std::uint64_t eight = 0;
  if (last > 0) std::memcpy(&eight, data, 8);
  Keys keys;
  __m128i b[2] = {_mm_setzero_si128(),
                  _mm_set_epi64x(static_cast<long long>(eight), static_cast<long long>(head))};
  expand_and_encrypt(key, keys, b);

  // The last block, with its padding.
  __m128i end;
  if (whole >= 16) {
    end = _mm_shuffle_epi8(load(data + whole - 16), load(moves + 16 + (16 - left)));
  } else {
    alignas(16) Byte octets[16] = {};
    Byte* to = octets;
    if (last == 0) {
      std::memcpy(to, &head, 8);
      to += 8;
    }
    for (std::size_t n = 0; n < left; ++n) to[n] = data[from + n];
    end = load(octets);
  }
  __m128i subkey = doubled(b[0]);
  if (used < 16) {
    subkey = doubled(subkey);
    const unsigned kept = odd == 0 ? 0U : data[whole] & (0xFF00U >> odd);
    const __m128i here = _mm_cmpeq_epi8(load(moves + 16 - used), _mm_setzero_si128());
    end = _mm_or_si128(end, _mm_and_si128(here, _mm_set1_epi8(static_cast<char>(kept | 0x80U >> odd))));
  }
  end = _mm_xor_si128(end, subkey);

  __m128i state[1] = {last == 0 ? _mm_setzero_si128() : b[1]};
  for (std::size_t block = 1; block < last; ++block) {
    state[0] = _mm_xor_si128(state[0], load(data + 16 * block - 8));
    encrypt(keys, state);
  }
  state[0] = _mm_xor_si128(state[0], end);
  encrypt(keys, state);
  const int code = _mm_cvtsi128_si32(state[0]);
  std::memcpy(mac, &code, 4);
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
