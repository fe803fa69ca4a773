// aes_paths.h: the two implementations behind Aes128. Nobody else includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace baton::crypto {

inline constexpr unsigned aes_rounds = 10;
using AesSchedule = std::array<std::uint64_t, 88>;

// Bit-sliced: 64 octets (four blocks) lie in eight words, word k holding bit k of every octet. The octet in
// row r and column c of block b has position 16 r + 4 c + b, so that ShiftRows turns 16-bit lanes and
// MixColumns turns whole words. The schedule is eleven round keys of eight words.
void portable_expand(std::span<const Byte, 16> key, AesSchedule& schedule);
/// At most four blocks; sizes are equal and a multiple of 16.
void portable_encrypt(const AesSchedule& schedule, Bytes in, MutableBytes out);

#if defined(__x86_64__)
// AES-NI. The schedule is eleven round keys of 16 octets at its start, aligned to 16.
void hardware_expand(std::span<const Byte, 16> key, AesSchedule& schedule);
/// Any number of blocks.
void hardware_encrypt(const AesSchedule& schedule, Bytes in, MutableBytes out);
/// OUT1 to OUT5 of MILENAGE with its standard constants, the round keys never leaving the registers on
/// purpose.
void hardware_milenage(const Byte* k, const Byte* opc, const Byte* rand, const Byte* sqn, const Byte* amf,
                       std::array<Byte, 16>* out);
/// EEA2 and EIA2 of one packet, the blocks on the heels of the key schedule. `head` is COUNT, BEARER,
/// DIRECTION and zeros, eight octets as they lie in memory. Unused bits of EEA2's last octet are the caller's
/// to clear.
void hardware_eea2(const Byte* key, std::uint64_t head, Byte* data, std::size_t octets);
void hardware_eia2(const Byte* key, std::uint64_t head, const Byte* data, std::size_t bits, Byte* mac);
#endif

}  // namespace baton::crypto
