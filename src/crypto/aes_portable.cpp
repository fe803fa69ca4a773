// AES without tables and without branches on data: every octet of four blocks at once, bit by bit.
#include <algorithm>
#include <bit>

#include "base/secret.h"
#include "crypto/aes_paths.h"
#include "crypto/sliced_boxes.h"
#include "crypto/sliced_words.h"

namespace baton::crypto {
namespace {

/// Planes is 64 octets: word k holds bit k of each.
using Planes = sliced::Octets<std::uint64_t>;

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
    const std::uint64_t columns = sliced::transpose(rows);
    for (std::size_t k = 0; k < 8; ++k) s[k] |= (columns >> (8 * k) & 0xFFU) << (8 * group);
  }
}

void unpack(const Planes& s, MutableBytes out) {
  for (std::size_t group = 0; group < 8; ++group) {
    std::uint64_t columns = 0;
    for (std::size_t k = 0; k < 8; ++k) columns |= (s[k] >> (8 * group) & 0xFFU) << (8 * k);
    const std::uint64_t rows = sliced::transpose(columns);
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
      sliced::aes(s);
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
    sliced::aes(s);
    shift_rows(s);
    if (round < aes_rounds) mix_columns(s);
    add_round_key(s, schedule, round);
  }
  unpack(s, out);
  secure_wipe(s.data(), sizeof(s));
}

}  // namespace baton::crypto
