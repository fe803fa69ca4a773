// sliced_aes.h: AES rounds on bit planes. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "crypto/sliced_boxes.h"

namespace baton::crypto::sliced {

// Four blocks, 64 octets, lie in eight words of 64 bits, word k holding bit k of every octet. The octet in
// row r and column c of block b has position 16 r + 4 c + b, so that ShiftRows turns lanes of 16 bits and
// MixColumns turns whole words. W is such a word, or a vector of them: then each element holds four blocks of
// its own.

/// Two words side by side: as much as every processor of today has in a register.
using Pair = std::uint64_t __attribute__((vector_size(16)));

/// swap_bits exchanges the bits of `a` under the mask, moved by n, with those of `b`.
template <class W>
inline void swap_bits(W& a, W& b, std::uint64_t mask, unsigned n) {
  const W t = ((a >> n) ^ b) & (W{} + mask);
  b ^= t;
  a ^= t << n;
}
/// turn exchanges words and bits: bit k of octet i of word j becomes bit j of octet i of word k. Its own
/// inverse.
template <class W>
inline void turn(Octets<W>& q) {
  for (std::size_t j = 0; j < 8; j += 2) swap_bits(q[j], q[j + 1], 0x5555'5555'5555'5555, 1);
  for (const std::size_t j : {0U, 1U, 4U, 5U}) swap_bits(q[j], q[j + 2], 0x3333'3333'3333'3333, 2);
  for (std::size_t j = 0; j < 4; ++j) swap_bits(q[j], q[j + 4], 0x0F0F'0F0F'0F0F'0F0F, 4);
}

/// Octets of a column, moved apart so that those of another fit between them, and back.
inline std::uint64_t spread(std::uint64_t x) {
  x = (x | x << 16U) & 0x0000'FFFF'0000'FFFF;
  return (x | x << 8U) & 0x00FF'00FF'00FF'00FF;
}
inline std::uint32_t gathered(std::uint64_t x) {
  x &= 0x00FF'00FF'00FF'00FF;
  x = (x | x >> 8U) & 0x0000'FFFF'0000'FFFF;
  return static_cast<std::uint32_t>(x | x >> 16U);
}
inline std::uint32_t column(const std::uint8_t* block, std::size_t c) {
  const std::uint8_t* p = block + 4 * c;
  return static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8U |
         static_cast<std::uint32_t>(p[2]) << 16U | static_cast<std::uint32_t>(p[3]) << 24U;
}
/// Word 4 c + b holds columns c and c + 2 of block b.
inline std::uint64_t columns(const std::uint8_t* block, std::size_t c) {
  return spread(column(block, c)) | spread(column(block, c + 2)) << 8U;
}
inline void put_columns(std::uint64_t x, std::uint8_t* block, std::size_t c) {
  const std::uint32_t first = gathered(x);
  const std::uint32_t second = gathered(x >> 8U);
  for (std::size_t r = 0; r < 4; ++r) {
    block[4 * c + r] = static_cast<std::uint8_t>(first >> (8 * r));
    block[4 * (c + 2) + r] = static_cast<std::uint8_t>(second >> (8 * r));
  }
}

/// pack reads 4 blocks for each element of W from `in`, 16 octets each; unpack writes them.
inline void pack(const std::uint8_t* in, Octets<std::uint64_t>& q) {
  for (std::size_t j = 0; j < 8; ++j) q[j] = columns(in + 16 * (j % 4), j / 4);
  turn(q);
}
inline void pack(const std::uint8_t* in, Octets<Pair>& q) {
  for (std::size_t j = 0; j < 8; ++j)
    q[j] = Pair{columns(in + 16 * (j % 4), j / 4), columns(in + 64 + 16 * (j % 4), j / 4)};
  turn(q);
}
inline void unpack(Octets<std::uint64_t> q, std::uint8_t* out) {
  turn(q);
  for (std::size_t j = 0; j < 8; ++j) put_columns(q[j], out + 16 * (j % 4), j / 4);
}
inline void unpack(Octets<Pair> q, std::uint8_t* out) {
  turn(q);
  for (std::size_t j = 0; j < 8; ++j) {
    put_columns(q[j][0], out + 16 * (j % 4), j / 4);
    put_columns(q[j][1], out + 64 + 16 * (j % 4), j / 4);
  }
}

/// shift_rows turns row r (16 bits) by r columns (4 r bits, as four blocks lie side by side).
//= FIPS 197, 5.1.2
template <class W>
inline void shift_rows(Octets<W>& s) {
  for (W& w : s) {
    const W rows_0_2 = (w & (W{} + 0x0000'0000'0000'FFFFULL)) | (w & (W{} + 0x0000'FF00'0000'0000ULL)) >> 8U |
                       (w & (W{} + 0x0000'00FF'0000'0000ULL)) << 8U;
    const W row_1 = (w & (W{} + 0x0000'0000'FFF0'0000ULL)) >> 4U | (w & (W{} + 0x0000'0000'000F'0000ULL))
                                                                       << 12U;
    const W row_3 = (w & (W{} + 0xF000'0000'0000'0000ULL)) >> 12U | (w & (W{} + 0x0FFF'0000'0000'0000ULL))
                                                                        << 4U;
    w = rows_0_2 | row_1 | row_3;
  }
}

/// Each octet becomes 2a + 3b + c + d, where b, c, d are the octets below it in its column.
//= FIPS 197, 5.1.3
template <class W>
inline void mix_columns(Octets<W>& s) {
  const auto up = [](const W& w, unsigned rows) { return W(w >> (16 * rows) | w << (64 - 16 * rows)); };
  Octets<W> sum;  // a + b
  for (std::size_t k = 0; k < 8; ++k) sum[k] = s[k] ^ up(s[k], 1);
  Octets<W> twice{sum[7], sum[0] ^ sum[7], sum[1], sum[2] ^ sum[7], sum[3] ^ sum[7], sum[4], sum[5], sum[6]};
  for (std::size_t k = 0; k < 8; ++k) s[k] = twice[k] ^ up(s[k], 1) ^ up(sum[k], 2);
}

/// Ten rounds under round keys of eight words each.
//= FIPS 197, 5.1
template <class W>
inline void encrypt(Octets<W>& s, const W* round_keys) {
  for (std::size_t k = 0; k < 8; ++k) s[k] ^= round_keys[k];
  for (unsigned round = 1; round <= 10; ++round) {
    aes(s);
    shift_rows(s);
    if (round < 10) mix_columns(s);
    for (std::size_t k = 0; k < 8; ++k) s[k] ^= round_keys[8 * round + k];
  }
}

}  // namespace baton::crypto::sliced
