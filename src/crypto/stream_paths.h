// stream_paths.h: what differs between the paths of SNOW 3G and ZUC. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "crypto/words.h"

namespace baton::crypto {

/// StreamIn says where a generator starts: k0 to k3 and IV0 to IV3 of SNOW 3G, k and iv of ZUC.
struct StreamIn {
  std::array<Byte, 16> key;
  std::array<Byte, 16> iv;
};

/// Each fills `out` with key stream (SNOW 3G's and ZUC's words, most significant octet first). Sizes need not
/// be whole words.
void portable_snow3g(const StreamIn& in, MutableBytes out);
void portable_zuc(const StreamIn& in, MutableBytes out);
/// stream_lanes generators in step; streams may be of different lengths, and empty.
inline constexpr std::size_t stream_lanes = 16;
void portable_snow3g_lanes(const std::array<StreamIn, stream_lanes>& in,
                           const std::array<MutableBytes, stream_lanes>& out);
void portable_zuc_lanes(const std::array<StreamIn, stream_lanes>& in,
                        const std::array<MutableBytes, stream_lanes>& out);
/// The product in GF(2^64) with x^64 = x^4 + x^3 + x + 1, over the words of `data`, most significant octet
/// first; the last one is filled with zeros: eval = (eval + word) p for each.
//= TS 35.215, 4.3.2
std::uint64_t portable_evaluate(std::uint64_t p, Bytes data, std::uint64_t eval);
/// zuc_fold adds up the 32-bit windows of the key stream at which `bits` bits of `data` are one. `stream` is
/// as long as the message and eight octets more.
//= TS 35.221, 4.3
std::uint32_t portable_zuc_fold(Bytes stream, Bytes data, std::size_t bits);

#if defined(__x86_64__)
void hardware_snow3g(const StreamIn& in, MutableBytes out);
void hardware_zuc(const StreamIn& in, MutableBytes out);
std::uint64_t hardware_evaluate(std::uint64_t p, Bytes data, std::uint64_t eval);
std::uint32_t hardware_zuc_fold(Bytes stream, Bytes data, std::size_t bits);
#endif

inline std::uint32_t load_word(const Byte* p) {
  return static_cast<std::uint32_t>(p[0]) << 24U | static_cast<std::uint32_t>(p[1]) << 16U |
         static_cast<std::uint32_t>(p[2]) << 8U | p[3];
}
inline void store_word(Byte* p, std::uint32_t v) {
  p[0] = static_cast<Byte>(v >> 24U);
  p[1] = static_cast<Byte>(v >> 16U);
  p[2] = static_cast<Byte>(v >> 8U);
  p[3] = static_cast<Byte>(v);
}

/// mixed_column multiplies the four octets of a word by the matrix of AES's MixColumns, over the field in
/// which x^8 is `reduction`.
//= TS 35.216, 3.3.1 and 3.3.2
inline std::uint32_t mixed_column(std::uint32_t a, std::uint32_t reduction) {
  const std::uint32_t twice = (a & 0x7F7F'7F7FU) << 1U ^ (a >> 7U & 0x0101'0101U) * reduction;
  return twice ^ std::rotr(twice ^ a, 8) ^ std::rotr(a, 16) ^ std::rotr(a, 24);
}
inline constexpr std::uint32_t snow_s1_reduction = 0x1B;
inline constexpr std::uint32_t snow_s2_reduction = 0x69;

/// Multiplication by x^e in GF(2^8) with x^8 = x^7 + x^5 + x^3 + 1.
//= TS 35.216, 3.1.1 and 3.1.2
constexpr std::uint32_t snow_mulx_pow(std::uint32_t v, unsigned e) {
  for (; e > 0; --e) v = (v << 1U & 0xFFU) ^ (v >> 7U & 1U) * 0xA9U;
  return v;
}
/// MULalpha and DIValpha are linear: their values for the eight single bits are all there is to know.
//= TS 35.216, 3.4.2 and 3.4.3
inline constexpr std::array<std::uint32_t, 8> snow_mul_alpha = [] {
  std::array<std::uint32_t, 8> t{};
  for (unsigned i = 0; i < 8; ++i)
    t[i] = snow_mulx_pow(1U << i, 23) << 24U | snow_mulx_pow(1U << i, 245) << 16U |
           snow_mulx_pow(1U << i, 48) << 8U | snow_mulx_pow(1U << i, 239);
  return t;
}();
inline constexpr std::array<std::uint32_t, 8> snow_div_alpha = [] {
  std::array<std::uint32_t, 8> t{};
  for (unsigned i = 0; i < 8; ++i)
    t[i] = snow_mulx_pow(1U << i, 16) << 24U | snow_mulx_pow(1U << i, 39) << 16U |
           snow_mulx_pow(1U << i, 6) << 8U | snow_mulx_pow(1U << i, 64);
  return t;
}();

}  // namespace baton::crypto
