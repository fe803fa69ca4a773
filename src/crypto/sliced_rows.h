// sliced_rows.h: AES rounds on bit planes of one row each. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/secret.h"
#include "crypto/sliced_boxes.h"

namespace baton::crypto::sliced {

// Thirty-two blocks lie in four rows of eight planes: bit n of element c of plane k in row r is bit k of the
// octet in row r and column c of block n. ShiftRows then turns the elements of a vector, which every
// processor does in one instruction, and MixColumns adds whole vectors of neighbouring rows: neither costs a
// shift or a mask, as they do where a plane holds several rows (sliced_aes.h), at the price of needing 32
// blocks.

inline constexpr std::size_t row_blocks = 32;
/// Four columns side by side.
using Columns = std::uint32_t __attribute__((vector_size(16)));
using Rows = std::array<Octets<Columns>, 4>;

/// exchange swaps the bits of `a` under the mask, moved by n, with those of `b`.
inline void exchange(Columns& a, Columns& b, std::uint32_t mask, unsigned n) {
  const Columns t = ((a >> n) ^ b) & (Columns{} + mask);
  b ^= t;
  a ^= t << n;
}
/// turn exchanges planes and blocks: bit k of octet i of vector j becomes bit j of octet i of vector k. Its
/// own inverse.
inline void turn(Octets<Columns>& q) {
  for (std::size_t j = 0; j < 8; j += 2) exchange(q[j], q[j + 1], 0x5555'5555, 1);
  for (const std::size_t j : {0U, 1U, 4U, 5U}) exchange(q[j], q[j + 2], 0x3333'3333, 2);
  for (std::size_t j = 0; j < 4; ++j) exchange(q[j], q[j + 4], 0x0F0F'0F0F, 4);
}
/// part takes the octets of four blocks' columns apart by row: octet r of vector m becomes octet m of vector
/// r, in each element. Its own inverse.
inline void part(std::array<Columns, 4>& b) {
  exchange(b[0], b[1], 0x00FF'00FF, 8);
  exchange(b[2], b[3], 0x00FF'00FF, 8);
  exchange(b[0], b[2], 0x0000'FFFF, 16);
  exchange(b[1], b[3], 0x0000'FFFF, 16);
}

/// pack_rows reads 32 blocks; `block(n)` gives the place of block n's 16 octets. unpack_rows writes them.
template <class F>
inline void pack_rows(F block, Rows& rows) {
  for (std::size_t j = 0; j < 8; ++j) {
    std::array<Columns, 4> four;
    for (std::size_t m = 0; m < 4; ++m) std::memcpy(&four[m], block(8 * m + j), 16);
    part(four);
    for (std::size_t r = 0; r < 4; ++r) rows[r][j] = four[r];
  }
  for (auto& row : rows) turn(row);
}
template <class F>
inline void unpack_rows(Rows& rows, F block) {
  for (auto& row : rows) turn(row);
  for (std::size_t j = 0; j < 8; ++j) {
    std::array<Columns, 4> four{rows[0][j], rows[1][j], rows[2][j], rows[3][j]};
    part(four);
    for (std::size_t m = 0; m < 4; ++m) std::memcpy(block(8 * m + j), &four[m], 16);
  }
}

/// Row r moves by r columns.
//= FIPS 197, 5.1.2
inline void shift_rows(Rows& rows) {
  for (std::size_t k = 0; k < 8; ++k) {
    rows[1][k] = __builtin_shufflevector(rows[1][k], rows[1][k], 1, 2, 3, 0);
    rows[2][k] = __builtin_shufflevector(rows[2][k], rows[2][k], 2, 3, 0, 1);
    rows[3][k] = __builtin_shufflevector(rows[3][k], rows[3][k], 3, 0, 1, 2);
  }
}

/// Each octet becomes 2 (a + b) + b + c + d, where b, c, d are the octets below it in its column.
//= FIPS 197, 5.1.3
inline void mix_columns(Rows& rows) {
  Rows sum;  // a + b
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t k = 0; k < 8; ++k) sum[r][k] = rows[r][k] ^ rows[(r + 1) % 4][k];
  const Octets<Columns> first = rows[0];
  for (std::size_t r = 0; r < 4; ++r) {
    const Octets<Columns>& s = sum[r];
    const Octets<Columns>& below = r < 3 ? rows[r + 1] : first;
    const Octets<Columns> twice{s[7], s[0] ^ s[7], s[1], s[2] ^ s[7], s[3] ^ s[7], s[4], s[5], s[6]};
    for (std::size_t k = 0; k < 8; ++k) rows[r][k] = twice[k] ^ below[k] ^ sum[(r + 2) % 4][k];
  }
}

/// add_round_key adds a round key to the state, plane by plane.
//= FIPS 197, 5.1.4
inline void add_round_key(Rows& rows, const Rows& key) {
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t k = 0; k < 8; ++k) rows[r][k] ^= key[r][k];
}

/// Ten rounds under eleven round keys.
//= FIPS 197, 5.1
inline void encrypt(Rows& rows, const Rows* round_keys) {
  add_round_key(rows, round_keys[0]);
  for (unsigned round = 1; round <= 10; ++round) {
    for (auto& row : rows) aes(row);
    shift_rows(rows);
    if (round < 10) mix_columns(rows);
    add_round_key(rows, round_keys[round]);
  }
}

/// next_round_key makes the round key that follows. The word that is turned and substituted is column 3.
//= FIPS 197, 5.2
inline void next_round_key(Rows& key, std::uint32_t round_constant) {
  Octets<Columns> last;  // element r: row r of column 3
  for (std::size_t k = 0; k < 8; ++k)
    last[k] = Columns{key[0][k][3], key[1][k][3], key[2][k][3], key[3][k][3]};
  aes(last);
  for (std::size_t k = 0; k < 8; ++k) {
    last[k] = __builtin_shufflevector(last[k], last[k], 1, 2, 3, 0);
    last[k] ^= Columns{0U - (round_constant >> k & 1U), 0, 0, 0};
    for (std::size_t r = 0; r < 4; ++r) {
      // Every column becomes the sum of itself, those before it, and what came of the last one.
      Columns& w = key[r][k];
      constexpr Columns none{};
      w ^= __builtin_shufflevector(none, w, 0, 4, 5, 6);
      w ^= __builtin_shufflevector(none, w, 0, 1, 4, 5);
      w ^= Columns{} + last[k][r];
    }
  }
  secure_wipe(last.data(), sizeof(last));
}

}  // namespace baton::crypto::sliced
