// SNOW 3G and ZUC with AES-NI, SSSE3 and PCLMUL.
#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/sliced_boxes.h"
#include "crypto/stream_paths.h"
#include "crypto/target.h"

BATON_TARGET_BEGIN("aes,pclmul,ssse3,sse4.1")

#include "crypto/snow3g_lanes.h"
#include "crypto/zuc_lanes.h"

namespace baton::crypto {
namespace {

/// The values of a Boolean function of octets, computed when compiled. Sixteen of them make a register that
/// PSHUFB takes the wanted ones from, all in the same time.
template <std::size_t Bits, class F>
constexpr auto values_of(F f) {
  std::array<Byte, std::size_t{1} << Bits> out{};
  constexpr std::size_t at_once = 16;
  for (std::size_t first = 0; first < out.size(); first += at_once) {
    std::array<std::uint32_t, Bits> x{};
    for (std::size_t v = 0; v < at_once; ++v)
      for (std::size_t i = 0; i < Bits; ++i) x[i] |= static_cast<std::uint32_t>((first + v) >> i & 1U) << v;
    f(x);
    for (std::size_t v = 0; v < at_once; ++v)
      for (std::size_t i = 0; i < Bits; ++i)
        out[first + v] = static_cast<Byte>(out[first + v] | (x[i] >> v & 1U) << i);
  }
  return out;
}
/// A map that is linear but for a constant, by half octets: f(low) + f(high << 4) + f(0).
struct Halves {
  alignas(16) std::array<Byte, 16> low{};
  alignas(16) std::array<Byte, 16> high{};
};
constexpr Halves halves_of(const std::array<Byte, 256>& f) {
  Halves h;
  for (std::size_t i = 0; i < 16; ++i) {
    h.low[i] = f[i];
    h.high[i] = static_cast<Byte>(f[16 * i] ^ f[0]);
  }
  return h;
}

using Plane = std::uint32_t;
alignas(16) constexpr auto sq_values = values_of<8>([](auto& x) { sliced::snow_sq<Plane>(x); });
alignas(16) constexpr auto p1_values = values_of<4>([](auto& x) { sliced::zuc_p1<Plane>(x); });
alignas(16) constexpr auto p2_values = values_of<4>([](auto& x) { sliced::zuc_p2<Plane>(x); });
alignas(16) constexpr auto p3_values = values_of<4>([](auto& x) { sliced::zuc_p3<Plane>(x); });
constexpr Halves to_aes = halves_of(values_of<8>([](auto& x) { sliced::zuc_to_aes<Plane>(x); }));
constexpr Halves from_aes = halves_of(values_of<8>([](auto& x) { sliced::zuc_from_aes<Plane>(x); }));

inline __m128i row(const std::array<Byte, 16>& values) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(values.data()));
}
inline __m128i low_half(__m128i x) { return _mm_and_si128(x, _mm_set1_epi8(0x0F)); }
inline __m128i high_half(__m128i x) { return low_half(_mm_srli_epi16(x, 4)); }
inline __m128i map(const Halves& h, __m128i x) {
  return _mm_xor_si128(_mm_shuffle_epi8(row(h.low), low_half(x)),
                       _mm_shuffle_epi8(row(h.high), high_half(x)));
}
inline __m128i every_column(std::uint32_t w) { return _mm_set1_epi32(static_cast<int>(w)); }
inline std::uint32_t first_column(__m128i x) { return static_cast<std::uint32_t>(_mm_cvtsi128_si32(x)); }

struct SnowBoxes {
  using Words = std::array<std::uint32_t, 1>;
  // With the word in every column ShiftRows moves nothing, and a round of AES is S1: its octets count from
  // the other end, and so does SNOW 3G's matrix.
  static void s1(Words& w) { w[0] = first_column(_mm_aesenc_si128(every_column(w[0]), _mm_setzero_si128())); }
  static void s2(Words& w) {
    const __m128i x = _mm_cvtsi32_si128(static_cast<int>(w[0]));
    __m128i out = _mm_setzero_si128();
    // Octets outside the sixteen values of a row get their highest bit set, for which PSHUFB gives zero.
    for (std::size_t h = 0; h < 16; ++h) {
      const __m128i at =
          _mm_adds_epu8(_mm_xor_si128(x, _mm_set1_epi8(static_cast<char>(16 * h))), _mm_set1_epi8(0x70));
      const auto* values = reinterpret_cast<const __m128i*>(sq_values.data()) + h;
      out = _mm_xor_si128(out, _mm_shuffle_epi8(_mm_load_si128(values), at));
    }
    w[0] = mixed_column(first_column(out), snow_s2_reduction);
  }
  static std::uint32_t alphas(Byte c, Byte d) {
    const __m128i low_bits = _mm_setr_epi32(1, 2, 4, 8);
    const __m128i high_bits = _mm_setr_epi32(16, 32, 64, 128);
    const auto part = [](__m128i octet, __m128i bits, const std::uint32_t* table) {
      const __m128i set = _mm_cmpeq_epi32(_mm_and_si128(octet, bits), bits);
      return _mm_and_si128(set, _mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
    };
    const __m128i cs = _mm_set1_epi32(c);
    const __m128i ds = _mm_set1_epi32(d);
    __m128i sum = _mm_xor_si128(_mm_xor_si128(part(cs, low_bits, snow_mul_alpha.data()),
                                              part(cs, high_bits, snow_mul_alpha.data() + 4)),
                                _mm_xor_si128(part(ds, low_bits, snow_div_alpha.data()),
                                              part(ds, high_bits, snow_div_alpha.data() + 4)));
    sum = _mm_xor_si128(sum, _mm_shuffle_epi32(sum, 0x4E));
    return first_column(_mm_xor_si128(sum, _mm_shuffle_epi32(sum, 0xB1)));
  }
};

struct ZucBoxes {
  using Words = std::array<std::uint32_t, 1>;
  static void s(Words& a, Words& b) {
    constexpr std::uint32_t for_s0 = 0xFF00'FF00;
    const __m128i x = _mm_cvtsi32_si128(static_cast<int>((a[0] & for_s0) | (b[0] & for_s0) >> 8U));
    __m128i low = low_half(x);
    __m128i high = high_half(x);
    high = _mm_xor_si128(high, _mm_shuffle_epi8(row(p1_values), low));
    low = _mm_xor_si128(low, _mm_shuffle_epi8(row(p2_values), high));
    high = _mm_xor_si128(high, _mm_shuffle_epi8(row(p3_values), low));
    const std::uint32_t y = first_column(_mm_or_si128(_mm_slli_epi16(high, 4), low));
    const std::uint32_t s0 = (y & 0x0707'0707U) << 5U | (y >> 3U & 0x1F1F'1F1FU);

    const __m128i z = every_column((a[0] & ~for_s0) | (b[0] & ~for_s0) << 8U);
    const std::uint32_t s1 =
        first_column(map(from_aes, _mm_aesenclast_si128(map(to_aes, z), _mm_setzero_si128())));
    a[0] = (s0 & for_s0) | (s1 & ~for_s0);
    b[0] = (s0 & ~for_s0) << 8U | (s1 & for_s0) >> 8U;
  }
};

inline __m128i single(std::uint64_t v) { return _mm_cvtsi64_si128(static_cast<long long>(v)); }
inline std::uint64_t low_64(__m128i v) { return static_cast<std::uint64_t>(_mm_cvtsi128_si64(v)); }

/// x^64 = x^4 + x^3 + x + 1: the upper half comes back twice, the second time with what grew past bit 63.
inline std::uint64_t multiply(std::uint64_t a, __m128i p) {
  const __m128i reduction = single(0x1B);
  const __m128i product = _mm_clmulepi64_si128(single(a), p, 0x00);
  const __m128i once = _mm_clmulepi64_si128(product, reduction, 0x01);
  const __m128i twice = _mm_clmulepi64_si128(once, reduction, 0x01);
  return low_64(_mm_xor_si128(_mm_xor_si128(product, once), twice));
}

inline std::uint32_t reversed(std::uint32_t v) {
  v = (v & 0x5555'5555U) << 1U | (v >> 1U & 0x5555'5555U);
  v = (v & 0x3333'3333U) << 2U | (v >> 2U & 0x3333'3333U);
  v = (v & 0x0F0F'0F0FU) << 4U | (v >> 4U & 0x0F0F'0F0FU);
  return __builtin_bswap32(v);
}

}  // namespace

void hardware_snow3g(const StreamIn& in, MutableBytes out) { snow3g_one<Snow3gLanes<SnowBoxes, 1>>(in, out); }
void hardware_zuc(const StreamIn& in, MutableBytes out) { zuc_one<ZucLanes<ZucBoxes, 1>>(in, out); }

std::uint64_t hardware_evaluate(std::uint64_t p, Bytes data, std::uint64_t eval) {
  const __m128i factor = single(p);
  for (; data.size() >= 8; data = data.subspan(8))
    eval = multiply(eval ^ load_big_endian(data.data()), factor);
  if (data.empty()) return eval;
  std::array<Byte, 8> last{};
  std::copy(data.begin(), data.end(), last.begin());
  return multiply(eval ^ load_big_endian(last.data()), factor);
}

std::uint32_t hardware_zuc_fold(Bytes stream, Bytes data, std::size_t bits) {
  // Bit i of the message, counted from the first, moves the window by i: a product of the reversed word.
  std::uint64_t sum = 0;
  const auto add = [&sum](std::uint32_t word, const Byte* window) {
    const __m128i product =
        _mm_clmulepi64_si128(single(reversed(word)), single(load_big_endian(window)), 0x00);
    sum ^= low_64(product) >> 32U;
  };
  std::size_t at = 0;
  for (; 8 * at + 32 <= bits; at += 4) add(load_word(data.data() + at), stream.data() + at);
  if (8 * at < bits) {
    const std::size_t left = bits - 8 * at;
    std::array<Byte, 4> last{};
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(at), (left + 7) / 8, last.begin());
    add(load_word(last.data()) & ~(0xFFFF'FFFFU >> left), stream.data() + at);
  }
  return static_cast<std::uint32_t>(sum);
}

}  // namespace baton::crypto

BATON_TARGET_END

#endif
