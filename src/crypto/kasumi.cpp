#include "crypto/kasumi.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/secret.h"
#include "crypto/sliced_boxes.h"
#include "crypto/stream_algorithms.h"
#include "crypto/words.h"

namespace baton::crypto {
namespace {

/// Bit n of a plane belongs to lane n.
using W = std::uint64_t;
constexpr std::size_t lanes = 64;
/// Sixteen planes: bit i of a 16-bit word of every lane, 0 being the least significant. To turn the word is
/// to count its planes from elsewhere.
using Word = std::array<W, 16>;
struct Half {
  Word high, low;
};
/// Planes of blocks and of keys: [0] is the most significant word.
using Block = std::array<Word, 4>;
using Key = std::array<Word, 8>;

Word turned(const Word& w, std::size_t left) {
  Word out;
  for (std::size_t i = 0; i < 16; ++i) out[(i + left) % 16] = w[i];
  return out;
}

/// Subkeys of eight rounds.
//= TS 35.202, 4.7
struct Schedule {
  struct Round {
    Word kl1, kl2, ko1, ko2, ko3, ki1, ki2, ki3;
  };
  std::array<Round, 8> round;

  explicit Schedule(const Key& k) {
    constexpr std::array<std::uint16_t, 8> c{0x0123, 0x4567, 0x89AB, 0xCDEF, 0xFEDC, 0xBA98, 0x7654, 0x3210};
    Key prime = k;
    for (std::size_t j = 0; j < 8; ++j)
      for (std::size_t i = 0; i < 16; ++i) prime[j][i] ^= W{0} - (c[j] >> i & 1U);
    for (std::size_t i = 0; i < 8; ++i) {
      const auto at = [i](const Key& from, std::size_t further) -> const Word& {
        return from[(i + further) % 8];
      };
      round[i] = {turned(at(k, 0), 1),  at(prime, 2), turned(at(k, 1), 5), turned(at(k, 5), 8),
                  turned(at(k, 6), 13), at(prime, 4), at(prime, 3),        at(prime, 7)};
    }
    secure_wipe(&prime, sizeof(prime));
  }
  ~Schedule() { secure_wipe(this, sizeof(*this)); }
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
};

//= TS 35.202, 4.4
inline void fi(Word& w, const Word& ki) {
  std::array<W, 9> nine;
  std::array<W, 7> seven;
  std::copy_n(w.begin() + 7, 9, nine.begin());
  std::copy_n(w.begin(), 7, seven.begin());
  sliced::kasumi_s9(nine);
  for (std::size_t i = 0; i < 7; ++i) nine[i] ^= seven[i];
  sliced::kasumi_s7(seven);
  for (std::size_t i = 0; i < 7; ++i) seven[i] ^= nine[i] ^ ki[9 + i];
  for (std::size_t i = 0; i < 9; ++i) nine[i] ^= ki[i];
  sliced::kasumi_s9(nine);
  for (std::size_t i = 0; i < 7; ++i) nine[i] ^= seven[i];
  sliced::kasumi_s7(seven);
  for (std::size_t i = 0; i < 7; ++i) seven[i] ^= nine[i];
  std::copy(nine.begin(), nine.end(), w.begin());
  std::copy(seven.begin(), seven.end(), w.begin() + 9);
}

inline void add(Word& a, const Word& b) {
  for (std::size_t i = 0; i < 16; ++i) a[i] ^= b[i];
}

//= TS 35.202, 4.3
void fo(Half& x, const Schedule::Round& k) {
  const auto step = [&x](const Word& ko, const Word& ki) {
    add(x.high, ko);
    fi(x.high, ki);
    add(x.high, x.low);
    std::swap(x.high, x.low);
  };
  step(k.ko1, k.ki1);
  step(k.ko2, k.ki2);
  step(k.ko3, k.ki3);
}

//= TS 35.202, 4.2
void fl(Half& x, const Schedule::Round& k) {
  for (std::size_t i = 0; i < 16; ++i) x.low[(i + 1) % 16] ^= x.high[i] & k.kl1[i];
  for (std::size_t i = 0; i < 16; ++i) x.high[(i + 1) % 16] ^= x.low[i] | k.kl2[i];
}

//= TS 35.202, 4.1
void encrypt(Block& b, const Schedule& k) {
  Half left{b[0], b[1]};
  Half right{b[2], b[3]};
  const auto add_half = [](Half& a, const Half& c) {
    add(a.high, c.high);
    add(a.low, c.low);
  };
  for (std::size_t i = 0; i < 8; i += 2) {
    Half t = left;
    fl(t, k.round[i]);
    fo(t, k.round[i]);
    add_half(right, t);
    t = right;
    fo(t, k.round[i + 1]);
    fl(t, k.round[i + 1]);
    add_half(left, t);
  }
  b = {left.high, left.low, right.high, right.low};
}

/// transpose turns a matrix of 64 words by 64 bits about its diagonal.
void transpose(std::array<W, 64>& m) {
  W mask = 0x0000'0000'FFFF'FFFF;
  for (unsigned n = 32; n != 0; n >>= 1U, mask ^= mask << n) {
    for (std::size_t i = 0; i < 64; i = (i + n + 1) & ~std::size_t{n}) {
      const W t = (m[i] >> n ^ m[i + n]) & mask;
      m[i + n] ^= t;
      m[i] ^= t << n;
    }
  }
}

/// A number of 64 bits of each lane.
using Numbers = std::array<std::uint64_t, lanes>;

Block planes_of(Numbers n) {
  transpose(n);
  Block b;
  for (std::size_t w = 0; w < 4; ++w)
    std::copy_n(n.begin() + static_cast<std::ptrdiff_t>(48 - 16 * w), 16, b[w].begin());
  secure_wipe(n.data(), sizeof(n));
  return b;
}
Numbers numbers_of(const Block& b) {
  Numbers n;
  for (std::size_t w = 0; w < 4; ++w)
    std::copy(b[w].begin(), b[w].end(), n.begin() + static_cast<std::ptrdiff_t>(48 - 16 * w));
  transpose(n);
  return n;
}

/// Keys of up to 64 lanes, as they are and changed by a pattern.
struct Keys {
  Numbers high{}, low{};
  void set(std::size_t lane, std::span<const Byte, 16> key) {
    high[lane] = load_big_endian(key.data());
    low[lane] = load_big_endian(key.data() + 8);
  }
  Key planes(std::uint64_t pattern) const {
    Numbers h = high;
    Numbers l = low;
    for (std::size_t n = 0; n < lanes; ++n) {
      h[n] ^= pattern;
      l[n] ^= pattern;
    }
    const Block first = planes_of(h);
    const Block second = planes_of(l);
    secure_wipe(h.data(), sizeof(h));
    secure_wipe(l.data(), sizeof(l));
    return {first[0], first[1], first[2], first[3], second[0], second[1], second[2], second[3]};
  }
  ~Keys() {
    secure_wipe(high.data(), sizeof(high));
    secure_wipe(low.data(), sizeof(low));
  }
};

constexpr std::uint64_t f8_modifier = 0x5555'5555'5555'5555;
constexpr std::uint64_t f9_modifier = 0xAAAA'AAAA'AAAA'AAAA;

void put(std::uint64_t word, std::size_t at, MutableBytes out) {
  for (std::size_t i = 0; i < 8 && at + i < out.size(); ++i)
    out[at + i] = static_cast<Byte>(word >> (56 - 8 * i));
}

/// KGCORE of every lane: key stream into `out`, whose lengths may differ.
//= TS 55.216, 4.1
template <class Take>
void generate(const Keys& keys, const Numbers& start, std::size_t longest, Take take) {
  Block a = planes_of(start);
  {
    const Schedule modified(keys.planes(f8_modifier));
    encrypt(a, modified);
  }
  const Schedule schedule(keys.planes(0));
  Block block{};
  for (std::uint64_t count = 0; 8 * count < longest; ++count) {
    for (std::size_t w = 0; w < 4; ++w)
      for (std::size_t i = 0; i < 16; ++i) block[w][i] ^= a[w][i];
    for (std::size_t i = 0; i < 16; ++i) block[3][i] ^= W{0} - (count >> i & 1U);
    for (std::size_t i = 0; i < 16; ++i) block[2][i] ^= W{0} - (count >> (16 + i) & 1U);
    encrypt(block, schedule);
    Numbers stream = numbers_of(block);
    take(8 * count, stream);
    secure_wipe(stream.data(), sizeof(stream));
  }
  secure_wipe(&a, sizeof(a));
  secure_wipe(&block, sizeof(block));
}

/// A of KGCORE: CC, CB, CD, two zeros, CA, CE.
std::uint64_t kgcore_start(Byte ca, Byte cb, std::uint32_t cc, Direction cd) {
  return static_cast<std::uint64_t>(cc) << 32U | static_cast<std::uint64_t>(cb) << 27U |
         static_cast<std::uint64_t>(cd) << 26U | static_cast<std::uint64_t>(ca) << 16U;
}

std::array<Byte, 16> doubled(std::span<const Byte, 8> kc) {
  std::array<Byte, 16> key;
  std::copy(kc.begin(), kc.end(), key.begin());
  std::copy(kc.begin(), kc.end(), key.begin() + 8);
  return key;
}

void generate_one(std::span<const Byte, 8> kc, std::uint64_t start, MutableBytes out) {
  std::array<Byte, 16> key = doubled(kc);
  Keys keys;
  keys.set(0, key);
  secure_wipe(key.data(), key.size());
  Numbers starts{};
  starts[0] = start;
  generate(keys, starts, out.size(), [&](std::size_t at, const Numbers& stream) { put(stream[0], at, out); });
}

void ciphers(std::span<const CipherJob> jobs) {
  Keys keys;
  Numbers start{};
  std::size_t longest = 0;
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const CipherJob& j = jobs[n];
    assert(j.bearer <= 31 && j.data.size() == (j.bits + 7) / 8);
    keys.set(n, j.key);
    start[n] = kgcore_start(0, j.bearer, j.count, j.direction);
    longest = std::max(longest, j.data.size());
  }
  if (longest == 0) return;
  generate(keys, start, longest, [&](std::size_t at, const Numbers& stream) {
    for (std::size_t n = 0; n < jobs.size(); ++n) {
      const MutableBytes data = jobs[n].data;
      if (data.size() <= at) continue;
      std::array<Byte, 8> octets;
      store_big_endian(octets.data(), stream[n]);
      xor_into(data.data() + at, octets.data(), std::min<std::size_t>(8, data.size() - at));
    }
  });
  for (const CipherJob& j : jobs) clear_unused_bits(j.bits, j.data);
}

/// Word `at` of COUNT || FRESH || message || DIRECTION || 1 || zeros.
//= TS 35.201, 4.4
std::uint64_t padded_word(const UmtsMacJob& j, std::size_t at) {
  if (at == 0) return static_cast<std::uint64_t>(j.count) << 32U | j.fresh;
  const std::size_t first = 64 * (at - 1);
  if (first + 64 <= j.bits) return load_big_endian(j.data.data() + first / 8);
  const std::size_t bits = j.bits > first ? j.bits - first : 0;
  std::uint64_t word = 0;
  if (bits > 0) {
    std::array<Byte, 8> octets{};
    const auto from = j.data.begin() + static_cast<std::ptrdiff_t>(first / 8);
    std::copy(from, from + static_cast<std::ptrdiff_t>((bits + 7) / 8), octets.begin());
    word = load_big_endian(octets.data()) & ~(~std::uint64_t{0} >> bits);
  }
  // The two bits after the message may fall into two words.
  const auto set = [&](std::size_t bit, bool value) {
    if (value && bit >= first && bit < first + 64) word |= std::uint64_t{1} << (63 - (bit - first));
  };
  set(j.bits, j.direction == Direction::downlink);
  set(j.bits + 1, true);
  return word;
}

void codes(std::span<const UmtsMacJob> jobs, std::span<MacI> macs) {
  Keys keys;
  std::array<std::size_t, lanes> words{};
  std::size_t longest = 0;
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    assert(jobs[n].bits <= 8 * jobs[n].data.size());
    keys.set(n, jobs[n].key);
    words[n] = 1 + (jobs[n].bits + 2 + 63) / 64;
    longest = std::max(longest, words[n]);
  }
  const Schedule schedule(keys.planes(0));
  Block a{};
  Numbers sum{};
  for (std::size_t at = 0; at < longest; ++at) {
    Numbers in{};
    for (std::size_t n = 0; n < jobs.size(); ++n)
      if (at < words[n]) in[n] = padded_word(jobs[n], at);
    const Block message = planes_of(in);
    for (std::size_t w = 0; w < 4; ++w) add(a[w], message[w]);
    encrypt(a, schedule);
    Numbers out = numbers_of(a);
    for (std::size_t n = 0; n < jobs.size(); ++n)
      if (at < words[n]) sum[n] ^= out[n];
    secure_wipe(out.data(), sizeof(out));
  }
  const Schedule modified(keys.planes(f9_modifier));
  Block b = planes_of(sum);
  encrypt(b, modified);
  const Numbers out = numbers_of(b);
  for (std::size_t n = 0; n < jobs.size(); ++n)
    store_word(macs[n].data(), static_cast<std::uint32_t>(out[n] >> 32U));
  secure_wipe(&a, sizeof(a));
  secure_wipe(sum.data(), sizeof(sum));
}

}  // namespace

std::array<Byte, 8> kasumi(std::span<const Byte, 16> key, std::span<const Byte, 8> block) {
  Keys keys;
  keys.set(0, key);
  Numbers in{};
  in[0] = load_big_endian(block.data());
  Block b = planes_of(in);
  encrypt(b, Schedule(keys.planes(0)));
  std::array<Byte, 8> out;
  store_big_endian(out.data(), numbers_of(b)[0]);
  return out;
}

void uea1(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data) {
  const CipherJob job{key, count, bearer, direction, bits, data};
  ciphers(std::span(&job, 1));
}
void uea1_batch(std::span<const CipherJob> jobs) {
  for (std::size_t at = 0; at < jobs.size(); at += lanes)
    ciphers(jobs.subspan(at, std::min(lanes, jobs.size() - at)));
}

MacI uia1(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh, Direction direction,
          std::size_t bits, Bytes data) {
  const UmtsMacJob job{key, count, fresh, direction, bits, data};
  MacI mac;
  codes(std::span(&job, 1), std::span(&mac, 1));
  return mac;
}
void uia1_batch(std::span<const UmtsMacJob> jobs, std::span<MacI> macs) {
  assert(jobs.size() == macs.size());
  for (std::size_t at = 0; at < jobs.size(); at += lanes) {
    const std::size_t n = std::min(lanes, jobs.size() - at);
    codes(jobs.subspan(at, n), macs.subspan(at, n));
  }
}

A53Blocks a5_3(std::span<const Byte, 8> kc, std::uint32_t count) {
  assert(count >> 22U == 0);
  std::array<Byte, 29> stream;  // 228 bits
  generate_one(kc, kgcore_start(0x0F, 0, count, Direction::uplink), stream);
  A53Blocks out;
  for (std::size_t i = 0; i < 15; ++i) {
    out.downlink[i] = stream[i];
    // The second block begins in the third bit of octet 14.
    out.uplink[i] = static_cast<Byte>(stream[14 + i] << 2U | (i < 14 ? stream[15 + i] >> 6U : 0U));
  }
  clear_unused_bits(114, out.downlink);
  clear_unused_bits(114, out.uplink);
  secure_wipe(stream.data(), stream.size());
  return out;
}

void gea3(std::span<const Byte, 8> kc, std::uint32_t input, Direction direction, MutableBytes out) {
  generate_one(kc, kgcore_start(0xFF, 0, input, direction), out);
}

}  // namespace baton::crypto
