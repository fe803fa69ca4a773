// EEA2 and EIA2 of up to sixteen packets with VAES, from the octets of the packets to those of the results
// without a stop in memory on the way.
//
// EEA2 takes a packet at a time, four of its blocks in a register under one key: packets overlap as the
// processor looks ahead. EIA2, whose blocks wait for one another, takes a block of each packet, four packets
// in a register. Nothing of the standard library stands here that the compiler could put into a function of
// its own: such a function would be compiled for AVX-512 and might serve the rest of the program.
#if defined(__x86_64__)

#if !defined(__clang__)
// g++ 12's header makes undefined vectors of variables that are set to themselves, and warns about them.
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crypto/batch_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,vaes,avx2,bmi2,avx512f,avx512bw,avx512dq,avx512vl")

namespace baton::crypto {
namespace {

constexpr std::size_t in_register = 4;
constexpr std::size_t registers = wide_packets / in_register;

inline __m128i load_block(const Byte* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
inline __m512i four(const Byte* a, const Byte* b, const Byte* c, const Byte* d) {
  __m512i v = _mm512_castsi128_si512(load_block(a));
  v = _mm512_inserti32x4(v, load_block(b), 1);
  v = _mm512_inserti32x4(v, load_block(c), 2);
  return _mm512_inserti32x4(v, load_block(d), 3);
}

/// See aes_hardware.cpp.
inline __m512i next_round_key(__m512i k, __m512i round_constant) {
  const __m512i word =
      _mm512_aesenclast_epi128(_mm512_shuffle_epi8(k, _mm512_set1_epi32(0x0C0F0E0D)), round_constant);
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 4));
  k = _mm512_xor_si512(k, _mm512_bslli_epi128(k, 8));
  return _mm512_xor_si512(k, word);
}

/// Round keys of all packets, and with each key a block of zeros encrypted while its schedule grows. Where
/// there are fewer packets than places, the last one stands in the rest.
inline void expand(const WidePacket* packets, std::size_t count, WideSchedule& keys,
                   __m512i (&zeros)[registers]) {
  constexpr int constants[10] = {1, 2, 4, 8, 16, 32, 64, 128, 0x1B, 0x36};
  const auto key = [&](std::size_t n) { return packets[n < count ? n : count - 1].key; };
  __m512i k[registers];
  BATON_UNROLL
  for (std::size_t v = 0; v < registers; ++v) {
    k[v] = zeros[v] = four(key(4 * v), key(4 * v + 1), key(4 * v + 2), key(4 * v + 3));
    _mm512_store_si512(keys.round[0][4 * v], k[v]);
  }
  BATON_UNROLL
  for (int round = 1; round <= 10; ++round) {
    BATON_UNROLL
    for (std::size_t v = 0; v < registers; ++v) {
      k[v] = next_round_key(k[v], _mm512_set1_epi32(constants[round - 1]));
      zeros[v] = round < 10 ? _mm512_aesenc_epi128(zeros[v], k[v]) : _mm512_aesenclast_epi128(zeros[v], k[v]);
      _mm512_store_si512(keys.round[round][4 * v], k[v]);
    }
  }
}

// --- EEA2

/// So many of the lowest octets of a register.
inline __mmask64 first_octets(std::size_t n) {
  return n >= 64 ? ~__mmask64{0} : _bzhi_u64(~std::uint64_t{0}, static_cast<unsigned>(n));
}

/// N registers of key stream for the packet of one lane, `counters` before each its four counters as numbers.
template <std::size_t N>
inline void stream(const WideSchedule& keys, std::size_t lane, __m512i& counters, __m512i (&s)[N]) {
  const __m512i big_endian = _mm512_broadcast_i32x4(_mm_set_epi64x(0x08090A0B0C0D0E0F, 0x0706050403020100));
  const __m512i step = _mm512_broadcast_i32x4(_mm_set_epi64x(4, 0));
  const auto key = [&](int round) { return _mm512_broadcast_i32x4(load_block(keys.round[round][lane])); };
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) {
    s[n] = _mm512_xor_si512(_mm512_shuffle_epi8(counters, big_endian), key(0));
    counters = _mm512_add_epi64(counters, step);
  }
  BATON_UNROLL
  for (int round = 1; round < 10; ++round) {
    const __m512i k = key(round);
    BATON_UNROLL
    for (std::size_t n = 0; n < N; ++n) s[n] = _mm512_aesenc_epi128(s[n], k);
  }
  const __m512i k = key(10);
  BATON_UNROLL
  for (std::size_t n = 0; n < N; ++n) s[n] = _mm512_aesenclast_epi128(s[n], k);
}

/// Up to 64 N octets, more than 64 (N - 1).
template <std::size_t N>
inline void cipher_some(const WideSchedule& keys, std::size_t lane, __m512i& counters, Byte* data,
                        std::size_t octets) {
  __m512i s[N];
  stream(keys, lane, counters, s);
  BATON_UNROLL
  for (std::size_t n = 0; n + 1 < N; ++n)
    _mm512_storeu_si512(data + 64 * n, _mm512_xor_si512(s[n], _mm512_loadu_si512(data + 64 * n)));
  Byte* last = data + 64 * (N - 1);
  const __mmask64 there = first_octets(octets - 64 * (N - 1));
  _mm512_mask_storeu_epi8(last, there, _mm512_xor_si512(s[N - 1], _mm512_maskz_loadu_epi8(there, last)));
}

// --- EIA2

/// Twice each block in GF(2^128).
//= NIST SP 800-38B, 6.1
inline __m512i doubled(__m512i v) {
  const __m512i reversed = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F));
  v = _mm512_shuffle_epi8(v, reversed);
  const __m512i carried = _mm512_bslli_epi128(_mm512_srli_epi64(v, 63), 8);
  const __m512i over = _mm512_bsrli_epi128(_mm512_srai_epi64(v, 63), 8);
  v = _mm512_or_si512(_mm512_slli_epi64(v, 1), carried);
  v = _mm512_xor_si512(v, _mm512_and_si512(over, _mm512_set1_epi64(0x87)));
  return _mm512_shuffle_epi8(v, reversed);
}

/// The packet's last block as it goes into the chain, but for its subkey; true when it is a whole one.
//= NIST SP 800-38B, 6.2
inline bool put_end(const WidePacket& p, std::size_t last, Byte* to) {
  // The message is eight octets of head and the packet; `from` is where of the packet the block begins.
  const std::size_t whole = p.bits / 8;
  const unsigned odd = p.bits % 8;
  const std::size_t from = last == 0 ? 0 : 16 * last - 8;
  const std::size_t left = whole - from;
  const std::size_t head = last == 0 ? 8 : 0;
  const auto mask = static_cast<__mmask16>(_bzhi_u32(0xFFFF, static_cast<unsigned>(left)));
  __m128i v = _mm_maskz_loadu_epi8(mask, p.data + from);
  if (last == 0) v = _mm_unpacklo_epi64(_mm_cvtsi64_si128(static_cast<long long>(p.head)), v);
  const bool complete = head + left == 16;
  if (!complete) {
    // A one and zeros, after the bits of an octet that is not used to its end.
    const unsigned kept = odd == 0 ? 0U : p.data[whole] & (0xFF00U >> odd);
    v = _mm_mask_mov_epi8(v, static_cast<__mmask16>(1U << (head + left)),
                          _mm_set1_epi8(static_cast<char>(kept | 0x80U >> odd)));
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), v);
  return complete;
}

inline void encrypt_state(const WideSchedule& keys, __m512i (&s)[registers]) {
  BATON_UNROLL
  for (std::size_t v = 0; v < registers; ++v)
    s[v] = _mm512_xor_si512(s[v], _mm512_load_si512(keys.round[0][4 * v]));
  BATON_UNROLL
  for (int round = 1; round < 10; ++round) {
    BATON_UNROLL
    for (std::size_t v = 0; v < registers; ++v)
      s[v] = _mm512_aesenc_epi128(s[v], _mm512_load_si512(keys.round[round][4 * v]));
  }
  BATON_UNROLL
  for (std::size_t v = 0; v < registers; ++v)
    s[v] = _mm512_aesenclast_epi128(s[v], _mm512_load_si512(keys.round[10][4 * v]));
}

}  // namespace

//= TS 33.401, B.1.3
void wide_eea2(const WidePacket* packets, std::size_t count, WideSchedule& keys) {
  __m512i unused[registers];
  expand(packets, count, keys, unused);
  for (std::size_t n = 0; n < count; ++n) {
    const auto head = static_cast<long long>(packets[n].head);
    __m512i counters = _mm512_set_epi64(3, head, 2, head, 1, head, 0, head);
    Byte* data = packets[n].out;
    std::size_t octets = (packets[n].bits + 7) / 8;
    for (; octets > 256; octets -= 256, data += 256) cipher_some<4>(keys, n, counters, data, 256);
    if (octets > 192)
      cipher_some<4>(keys, n, counters, data, octets);
    else if (octets > 128)
      cipher_some<3>(keys, n, counters, data, octets);
    else if (octets > 64)
      cipher_some<2>(keys, n, counters, data, octets);
    else if (octets > 0)
      cipher_some<1>(keys, n, counters, data, octets);
  }
}

//= TS 33.401, B.2.3
void wide_eia2(const WidePacket* packets, std::size_t count, WideSchedule& keys, Byte (*macs)[4]) {
  alignas(64) Byte ends[wide_packets][16];
  alignas(64) Byte firsts[wide_packets][16];
  const Byte* data[wide_packets];
  std::size_t last[wide_packets];  // the number of a packet's last block
  std::uint32_t complete = 0;      // two bits each: the packet ends with a whole block
  std::size_t least = ~std::size_t{0};
  std::size_t most = 0;
  for (std::size_t n = 0; n < wide_packets; ++n) {
    const WidePacket& p = packets[n < count ? n : count - 1];
    last[n] = (64 + p.bits - 1) / 128;
    least = last[n] < least ? last[n] : least;
    most = last[n] > most ? last[n] : most;
    complete |= put_end(p, last[n], ends[n]) ? 3U << (2 * n) : 0;
    std::memcpy(firsts[n], &p.head, 8);
    if (last[n] > 0) std::memcpy(firsts[n] + 8, p.data, 8);
    data[n] = p.data;
  }
  __m512i subkeys[registers];
  expand(packets, count, keys, subkeys);
  __m512i state[registers];
  BATON_UNROLL
  for (std::size_t v = 0; v < registers; ++v) {
    const __m512i k1 = doubled(subkeys[v]);
    const __m512i k2 = doubled(k1);
    const __m512i subkey = _mm512_mask_mov_epi64(k2, static_cast<__mmask8>(complete >> (8 * v)), k1);
    _mm512_store_si512(ends[4 * v], _mm512_xor_si512(_mm512_load_si512(ends[4 * v]), subkey));
    state[v] = _mm512_setzero_si512();
  }
  for (std::size_t block = 0; block <= most; ++block) {
    if (block > 0 && block < least) {
      const std::size_t at = 16 * block - 8;
      BATON_UNROLL
      for (std::size_t v = 0; v < registers; ++v)
        state[v] = _mm512_xor_si512(state[v], four(data[4 * v] + at, data[4 * v + 1] + at,
                                                   data[4 * v + 2] + at, data[4 * v + 3] + at));
      encrypt_state(keys, state);
      continue;
    }
    // Some packet begins or ends here. One that has ended goes on with octets that nobody reads.
    const auto next = [&](std::size_t n) -> const Byte* {
      return block >= last[n] ? ends[n] : block == 0 ? firsts[n] : data[n] + 16 * block - 8;
    };
    for (std::size_t v = 0; v < registers; ++v)
      state[v] =
          _mm512_xor_si512(state[v], four(next(4 * v), next(4 * v + 1), next(4 * v + 2), next(4 * v + 3)));
    encrypt_state(keys, state);
    alignas(64) Byte out[wide_packets][16];
    for (std::size_t v = 0; v < registers; ++v) _mm512_store_si512(out[4 * v], state[v]);
    for (std::size_t n = 0; n < count; ++n)
      if (block == last[n]) std::memcpy(macs[n], out[n], 4);
  }
  for (std::size_t v = 0; v < registers; ++v) {
    _mm512_store_si512(ends[4 * v], _mm512_setzero_si512());
    asm volatile("" : : "r"(ends[4 * v]) : "memory");
  }
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
