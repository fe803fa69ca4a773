// kasumi.h: KASUMI and what 2G and 3G build on it: UEA1, UIA1, A5/3 and GEA3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "crypto/batch.h"
#include "crypto/direction.h"
#include "crypto/eia2.h"

namespace baton::crypto {

/// kasumi encrypts one block. Everything on this page is computed bit by bit for up to 64 keys at the same
/// time, without a table and without a branch on data; one block takes as long as 64, so give many at once.
//= TS 35.202, 4
std::array<Byte, 8> kasumi(std::span<const Byte, 16> key, std::span<const Byte, 8> block);

/// uea1 ciphers or deciphers the first `bits` bits of `data` in place; see eea2() for `data` and `bearer`.
//= TS 35.201, 3
void uea1(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data);
/// uea1_batch does many, 64 at a time.
void uea1_batch(std::span<const CipherJob> jobs);

/// UmtsMacJob is one call of uia1().
struct UmtsMacJob {
  std::span<const Byte, 16> key;
  std::uint32_t count;
  std::uint32_t fresh;
  Direction direction;
  std::size_t bits;
  Bytes data;
};
/// uia1 authenticates the first `bits` bits of `data`, which holds at least so many, under COUNT-I and FRESH.
//= TS 35.201, 4
MacI uia1(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh, Direction direction,
          std::size_t bits, Bytes data);
void uia1_batch(std::span<const UmtsMacJob> jobs, std::span<MacI> macs);

/// A5/3 gives two blocks of 114 bits for one TDMA frame; the last six bits of each array are zero.
struct A53Blocks {
  std::array<Byte, 15> downlink;  ///< BLOCK1: network to mobile
  std::array<Byte, 15> uplink;    ///< BLOCK2
};
/// a5_3 takes Kc and COUNT, the 22 bits that stand for the frame's number.
//= TS 55.216, 4.2
A53Blocks a5_3(std::span<const Byte, 8> kc, std::uint32_t count);

/// gea3 fills `out` with key stream for one LLC frame. INPUT is 32 bits.
//= TS 55.216, 4.4
void gea3(std::span<const Byte, 8> kc, std::uint32_t input, Direction direction, MutableBytes out);

}  // namespace baton::crypto
