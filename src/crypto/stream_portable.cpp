// SNOW 3G and ZUC without tables and without branches on data.
#include <algorithm>

#include "crypto/sliced_boxes.h"
#include "crypto/sliced_words.h"
#include "crypto/snow3g_lanes.h"
#include "crypto/stream_paths.h"
#include "crypto/zuc_lanes.h"

namespace baton::crypto {
namespace {

using sliced::Octets;

template <std::size_t N>
struct SnowBoxes {
  using Words = std::array<std::uint32_t, N>;
  static void s1(Words& w) {
    sliced::on_words(w, [](Octets<std::uint64_t>& x) { sliced::aes(x); });
    for (std::uint32_t& v : w) v = mixed_column(v, snow_s1_reduction);
  }
  static void s2(Words& w) {
    sliced::on_words(w, [](Octets<std::uint64_t>& x) { sliced::snow_sq(x); });
    for (std::uint32_t& v : w) v = mixed_column(v, snow_s2_reduction);
  }
  static std::uint32_t alphas(Byte c, Byte d) {
    std::uint32_t v = 0;
    for (unsigned i = 0; i < 8; ++i) {
      v ^= snow_mul_alpha[i] & (0U - (c >> i & 1U));
      v ^= snow_div_alpha[i] & (0U - (d >> i & 1U));
    }
    return v;
  }
};

/// Octets 3 and 1 of a word, counted from the least significant, go through S0, the others through S1.
template <std::size_t N>
struct ZucBoxes {
  using Words = std::array<std::uint32_t, N>;
  static void s(Words& a, Words& b) {
    constexpr std::uint32_t for_s0 = 0xFF00'FF00;
    Words s0;
    Words s1;
    // The four octets for one box of a word of each register fill a word.
    for (std::size_t n = 0; n < N; ++n) {
      s0[n] = (a[n] & for_s0) | (b[n] & for_s0) >> 8U;
      s1[n] = (a[n] & ~for_s0) | (b[n] & ~for_s0) << 8U;
    }
    sliced::on_words(s0, [](Octets<std::uint64_t>& x) { sliced::zuc_s0(x); });
    sliced::on_words(s1, [](Octets<std::uint64_t>& x) { sliced::zuc_s1(x); });
    for (std::size_t n = 0; n < N; ++n) {
      a[n] = (s0[n] & for_s0) | (s1[n] & ~for_s0);
      b[n] = (s0[n] & ~for_s0) << 8U | (s1[n] & for_s0) >> 8U;
    }
  }
};

template <class Lanes>
void fill_lanes(Lanes& generator, const std::array<MutableBytes, stream_lanes>& out) {
  std::size_t longest = 0;
  for (const MutableBytes o : out) longest = std::max(longest, o.size());
  typename Lanes::Words z;
  for (std::size_t at = 0; at < longest; at += 4) {
    generator.next(z);
    for (std::size_t n = 0; n < stream_lanes; ++n) {
      const std::size_t left = out[n].size() > at ? out[n].size() - at : 0;
      if (left >= 4)
        store_word(out[n].data() + at, z[n]);
      else
        for (std::size_t i = 0; i < left; ++i) out[n][at + i] = static_cast<Byte>(z[n] >> (24 - 8 * i));
    }
  }
  secure_wipe(z.data(), sizeof(z));
}

/// The low 64 bits of a product without carries. Every fourth bit of a factor leaves room for the carries of
/// an ordinary multiplication to die in.
std::uint64_t multiply_low(std::uint64_t x, std::uint64_t y) {
  constexpr std::uint64_t m = 0x1111'1111'1111'1111;
  std::uint64_t out = 0;
  for (unsigned k = 0; k < 4; ++k) {
    std::uint64_t z = 0;
    for (unsigned i = 0; i < 4; ++i) z ^= (x & m << i) * (y & m << ((k - i) & 3U));
    out |= z & m << k;
  }
  return out;
}
std::uint64_t reversed(std::uint64_t x) {
  x = (x & 0x5555'5555'5555'5555) << 1U | (x >> 1U & 0x5555'5555'5555'5555);
  x = (x & 0x3333'3333'3333'3333) << 2U | (x >> 2U & 0x3333'3333'3333'3333);
  x = (x & 0x0F0F'0F0F'0F0F'0F0F) << 4U | (x >> 4U & 0x0F0F'0F0F'0F0F'0F0F);
  return __builtin_bswap64(x);
}
std::uint64_t multiply(std::uint64_t x, std::uint64_t y) {
  const std::uint64_t high = reversed(multiply_low(reversed(x), reversed(y))) >> 1U;
  // The four bits that leave at the top when `high` is multiplied by x^4 + x^3 + x + 1 come back once more.
  const std::uint64_t over = high >> 63U ^ high >> 61U ^ high >> 60U;
  const std::uint64_t fold = high ^ over;
  return multiply_low(x, y) ^ fold ^ fold << 1U ^ fold << 3U ^ fold << 4U;
}

}  // namespace

void portable_snow3g(const StreamIn& in, MutableBytes out) {
  snow3g_one<Snow3gLanes<SnowBoxes<1>, 1>>(in, out);
}
void portable_zuc(const StreamIn& in, MutableBytes out) { zuc_one<ZucLanes<ZucBoxes<1>, 1>>(in, out); }

void portable_snow3g_lanes(const std::array<StreamIn, stream_lanes>& in,
                           const std::array<MutableBytes, stream_lanes>& out) {
  Snow3gLanes<SnowBoxes<stream_lanes>, stream_lanes> generator;
  generator.start(snow3g_words<stream_lanes>(in.data(), [](const StreamIn& s) { return s.key; }),
                  snow3g_words<stream_lanes>(in.data(), [](const StreamIn& s) { return s.iv; }));
  fill_lanes(generator, out);
}
void portable_zuc_lanes(const std::array<StreamIn, stream_lanes>& in,
                        const std::array<MutableBytes, stream_lanes>& out) {
  ZucLanes<ZucBoxes<stream_lanes>, stream_lanes> generator;
  std::array<std::array<Byte, 16>, stream_lanes> k;
  std::array<std::array<Byte, 16>, stream_lanes> iv;
  for (std::size_t n = 0; n < stream_lanes; ++n) {
    k[n] = in[n].key;
    iv[n] = in[n].iv;
  }
  generator.start(k, iv);
  secure_wipe(k.data(), sizeof(k));
  fill_lanes(generator, out);
}

std::uint64_t portable_evaluate(std::uint64_t p, Bytes data, std::uint64_t eval) {
  for (; data.size() >= 8; data = data.subspan(8)) eval = multiply(eval ^ load_big_endian(data.data()), p);
  if (data.empty()) return eval;
  std::array<Byte, 8> last{};
  std::copy(data.begin(), data.end(), last.begin());
  return multiply(eval ^ load_big_endian(last.data()), p);
}

std::uint32_t portable_zuc_fold(Bytes stream, Bytes data, std::size_t bits) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; 8 * at < bits; ++at) {
    // Five octets of key stream hold the eight windows of an octet of the message.
    const std::uint64_t window =
        static_cast<std::uint64_t>(load_word(stream.data() + at)) << 8U | stream[at + 4];
    Byte octet = data[at];
    if (bits - 8 * at < 8) octet = static_cast<Byte>(octet & (0xFF00U >> (bits - 8 * at)));
    for (unsigned i = 0; i < 8; ++i)
      sum ^= static_cast<std::uint32_t>(window >> (8 - i)) & (0U - (octet >> (7 - i) & 1U));
  }
  return sum;
}

}  // namespace baton::crypto
