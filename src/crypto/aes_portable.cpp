// AES without tables and without branches on data: every octet of four blocks at once, bit by bit.
#include <bit>

#include "base/secret.h"
#include "crypto/aes_paths.h"

namespace baton::crypto {
namespace {

/// Planes is 64 elements of GF(2^8): word k is the coefficient of x^k of each.
using Planes = std::array<std::uint64_t, 8>;

/// reduce folds the coefficients x^8 to x^14 back: x^8 = x^4 + x^3 + x + 1.
//= FIPS 197, 4.2
template <std::size_t K>
inline void fold(std::array<std::uint64_t, 15>& c) {
  c[K - 4] ^= c[K];
  c[K - 5] ^= c[K];
  c[K - 7] ^= c[K];
  c[K - 8] ^= c[K];
}
Planes reduce(std::array<std::uint64_t, 15>& c) {
  fold<14>(c);
  fold<13>(c);
  fold<12>(c);
  fold<11>(c);
  fold<10>(c);
  fold<9>(c);
  fold<8>(c);
  return {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]};
}

/// row adds a_i times b, shifted by i: written out, as compilers leave the double loop in memory.
template <std::size_t I>
inline void row(std::array<std::uint64_t, 15>& c, std::uint64_t a, const Planes& b) {
  c[I] ^= a & b[0];
  c[I + 1] ^= a & b[1];
  c[I + 2] ^= a & b[2];
  c[I + 3] ^= a & b[3];
  c[I + 4] ^= a & b[4];
  c[I + 5] ^= a & b[5];
  c[I + 6] ^= a & b[6];
  c[I + 7] ^= a & b[7];
}

Planes multiply(const Planes& a, const Planes& b) {
  std::array<std::uint64_t, 15> c{};
  row<0>(c, a[0], b);
  row<1>(c, a[1], b);
  row<2>(c, a[2], b);
  row<3>(c, a[3], b);
  row<4>(c, a[4], b);
  row<5>(c, a[5], b);
  row<6>(c, a[6], b);
  row<7>(c, a[7], b);
  return reduce(c);
}

/// Squaring is linear in characteristic two: the coefficients only move apart.
Planes square(const Planes& a) {
  std::array<std::uint64_t, 15> c{a[0], 0, a[1], 0, a[2], 0, a[3], 0, a[4], 0, a[5], 0, a[6], 0, a[7]};
  return reduce(c);
}

/// The S-box: x^254, which is the inverse (and 0 for 0), then the affine map.
//= FIPS 197, 5.1.1
Planes substitute(const Planes& x) {
  const Planes x2 = square(x);
  const Planes x3 = multiply(x2, x);
  const Planes x12 = square(square(x3));
  const Planes x15 = multiply(x12, x3);
  const Planes x240 = square(square(square(square(x15))));
  const Planes x252 = multiply(x240, x12);
  const Planes inverse = multiply(x252, x2);
  Planes out{};
  for (std::size_t k = 0; k < 8; ++k) {
    out[k] = inverse[k] ^ inverse[(k + 4) % 8] ^ inverse[(k + 5) % 8] ^ inverse[(k + 6) % 8] ^
             inverse[(k + 7) % 8];
    if ((0x63U >> k & 1U) != 0) out[k] = ~out[k];
  }
  return out;
}

/// shift_rows turns row r (lane r of 16 bits) left by r columns (4 r bits, as four blocks lie side by side).
//= FIPS 197, 5.1.2
void shift_rows(Planes& s) {
  for (std::uint64_t& w : s) {
    std::uint64_t out = 0;
    for (unsigned row = 0; row < 4; ++row) {
      const auto lane = static_cast<std::uint16_t>(w >> (16 * row));
      out |= static_cast<std::uint64_t>(std::rotr(lane, static_cast<int>(4 * row))) << (16 * row);
    }
    w = out;
  }
}

/// Each octet becomes 2a + 3b + c + d, where b, c, d are the octets below it in its column.
//= FIPS 197, 5.1.3
void mix_columns(Planes& s) {
  Planes sum{};  // a + b
  for (std::size_t k = 0; k < 8; ++k) sum[k] = s[k] ^ std::rotr(s[k], 16);
  Planes twice{};  // 2 (a + b)
  twice[0] = sum[7];
  for (std::size_t k = 1; k < 8; ++k) twice[k] = sum[k - 1];
  twice[1] ^= sum[7];
  twice[3] ^= sum[7];
  twice[4] ^= sum[7];
  for (std::size_t k = 0; k < 8; ++k)
    s[k] = twice[k] ^ std::rotr(s[k], 16) ^ std::rotr(sum[k], 32);  // + b + c + d
}

/// transpose turns an 8 by 8 bit matrix, one octet a row, about its diagonal.
std::uint64_t transpose(std::uint64_t m) {
  std::uint64_t t = (m ^ m >> 7U) & 0x00AA'00AA'00AA'00AAU;
  m ^= t ^ t << 7U;
  t = (m ^ m >> 14U) & 0x0000'CCCC'0000'CCCCU;
  m ^= t ^ t << 14U;
  t = (m ^ m >> 28U) & 0x0000'0000'F0F0'F0F0U;
  return m ^ t ^ t << 28U;
}

/// Position p holds octet p / 4 % 4 * 4 + p / 16 of block p % 4: columns are the four-octet groups of a
/// block.
constexpr std::size_t octet_at(std::size_t p) { return p % 4 * 16 + p / 4 % 4 * 4 + p / 16; }

void pack(Bytes in, Planes& s) {
  s.fill(0);
  for (std::size_t group = 0; group < 8; ++group) {
    std::uint64_t rows = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t at = octet_at(8 * group + i);
      if (at < in.size()) rows |= static_cast<std::uint64_t>(in[at]) << (8 * i);
    }
    const std::uint64_t columns = transpose(rows);
    for (std::size_t k = 0; k < 8; ++k) s[k] |= (columns >> (8 * k) & 0xFFU) << (8 * group);
  }
}

void unpack(const Planes& s, MutableBytes out) {
  for (std::size_t group = 0; group < 8; ++group) {
    std::uint64_t columns = 0;
    for (std::size_t k = 0; k < 8; ++k) columns |= (s[k] >> (8 * group) & 0xFFU) << (8 * k);
    const std::uint64_t rows = transpose(columns);
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t at = octet_at(8 * group + i);
      if (at < out.size()) out[at] = static_cast<Byte>(rows >> (8 * i));
    }
  }
}

void add_round_key(Planes& s, const AesSchedule& schedule, std::size_t round) {
  for (std::size_t k = 0; k < 8; ++k) s[k] ^= schedule[8 * round + k];
}

}  // namespace

//= FIPS 197, 5.2
void portable_expand(std::span<const Byte, 16> key, AesSchedule& schedule) {
  std::array<Byte, 16> round_key{};
  std::copy(key.begin(), key.end(), round_key.begin());
  std::array<Byte, 64> four{};
  Planes s{};
  Byte round_constant = 1;
  for (std::size_t round = 0; round <= aes_rounds; ++round) {
    if (round > 0) {
      std::array<Byte, 4> word{round_key[13], round_key[14], round_key[15], round_key[12]};
      pack(word, s);
      s = substitute(s);
      unpack(s, word);
      word[0] = static_cast<Byte>(word[0] ^ round_constant);
      round_constant = static_cast<Byte>(round_constant << 1U ^ (round_constant >> 7U) * 0x1BU);
      for (std::size_t i = 0; i < 16; ++i)
        round_key[i] = static_cast<Byte>(round_key[i] ^ (i < 4 ? word[i] : round_key[i - 4]));
      secure_wipe(word.data(), word.size());
    }
    for (std::size_t block = 0; block < 4; ++block)
      std::copy(round_key.begin(), round_key.end(), four.begin() + static_cast<std::ptrdiff_t>(16 * block));
    pack(four, s);
    std::copy(s.begin(), s.end(), schedule.begin() + static_cast<std::ptrdiff_t>(8 * round));
  }
  secure_wipe(round_key.data(), round_key.size());
  secure_wipe(four.data(), four.size());
  secure_wipe(s.data(), sizeof(s));
}

//= FIPS 197, 5.1
void portable_encrypt(const AesSchedule& schedule, Bytes in, MutableBytes out) {
  Planes s{};
  pack(in, s);
  add_round_key(s, schedule, 0);
  for (std::size_t round = 1; round <= aes_rounds; ++round) {
    s = substitute(s);
    shift_rows(s);
    if (round < aes_rounds) mix_columns(s);
    add_round_key(s, schedule, round);
  }
  unpack(s, out);
  secure_wipe(s.data(), sizeof(s));
}

}  // namespace baton::crypto
