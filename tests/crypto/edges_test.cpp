// The edges of every algorithm on every path: nothing, one bit, every length that is not whole octets, the
// longest, octets that lie at the end of what may be read, results that overwrite what they were made of, and
// input that is refused.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "crypto/aes.h"
#include "crypto/batch.h"
#include "crypto/checked.h"
#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/hmac_sha256.h"
#include "crypto/kasumi.h"
#include "crypto/kdf.h"
#include "crypto/paths.h"

namespace baton::crypto {
namespace {

constexpr std::size_t bits_most = 600;

// --- the two algorithms of AES as the specification writes them, one bit after the other

using Bits = std::vector<bool>;

void put(Bits& to, std::uint64_t value, unsigned bits) {
  for (unsigned i = bits; i > 0; --i) to.push_back((value >> (i - 1) & 1U) != 0);
}
Bits bits_of(Bytes octets, std::size_t bits) {
  Bits out;
  for (std::size_t i = 0; i < bits; ++i) out.push_back((octets[i / 8] >> (7 - i % 8) & 1U) != 0);
  return out;
}
ByteVector octets_of(const Bits& bits) {
  ByteVector out((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i]) out[i / 8] = static_cast<Byte>(out[i / 8] | 0x80U >> i % 8);
  return out;
}
Block block_of(const Bits& bits, std::size_t from) {
  Block out{};
  for (std::size_t i = 0; i < 128; ++i)
    if (bits[from + i]) out[i / 8] = static_cast<Byte>(out[i / 8] | 0x80U >> i % 8);
  return out;
}

struct Input {
  std::array<Byte, 16> key;
  std::uint32_t count;
  Byte bearer;
  Direction direction;
  Bits head() const {
    Bits out;
    put(out, count, 32);
    put(out, bearer, 5);
    put(out, static_cast<unsigned>(direction), 1);
    put(out, 0, 26);
    return out;
  }
};

//= TS 33.401, B.1.3; type=test
ByteVector eea2_by_the_book(const Input& in, Bytes data, std::size_t bits) {
  const Aes128 aes(in.key, Path::portable);
  Bits out = bits_of(data, bits);
  for (std::size_t block = 0; 128 * block < bits; ++block) {
    Bits counter = in.head();
    put(counter, block, 64);
    const Bits stream = bits_of(aes.encrypt(block_of(counter, 0)), 128);
    for (std::size_t i = 128 * block; i < std::min(bits, 128 * block + 128); ++i)
      out[i] = out[i] != stream[i % 128];
  }
  return octets_of(out);
}

Bits doubled(const Bits& in) {
  Bits out(in.begin() + 1, in.end());
  out.push_back(false);
  if (in[0])
    for (const std::size_t bit : {120U, 125U, 126U, 127U}) out[bit] = !out[bit];  // x^7 + x^2 + x + 1
  return out;
}

//= TS 33.401, B.2.3; type=test
//= NIST SP 800-38B, 6.2; type=test
MacI eia2_by_the_book(const Input& in, Bytes data, std::size_t bits) {
  const Aes128 aes(in.key, Path::portable);
  Bits message = in.head();
  for (const bool b : bits_of(data, bits)) message.push_back(b);
  Bits subkey = doubled(bits_of(aes.encrypt(Block{}), 128));
  if (message.size() % 128 != 0) {
    subkey = doubled(subkey);
    message.push_back(true);
    while (message.size() % 128 != 0) message.push_back(false);
  }
  for (std::size_t i = 0; i < 128; ++i) {
    auto&& bit = message[message.size() - 128 + i];
    bit = bit != subkey[i];
  }
  Block state{};
  for (std::size_t at = 0; at < message.size(); at += 128) {
    const Block block = block_of(message, at);
    for (std::size_t i = 0; i < 16; ++i) state[i] = static_cast<Byte>(state[i] ^ block[i]);
    state = aes.encrypt(state);
  }
  return {state[0], state[1], state[2], state[3]};
}

// --- inputs

class Noise {
 public:
  explicit Noise(unsigned seed) : engine_(seed) {}
  void fill(MutableBytes out) {
    for (Byte& b : out) b = static_cast<Byte>(engine_());
  }
  ByteVector octets(std::size_t n) {
    ByteVector out(n);
    fill(out);
    return out;
  }
  Input input() {
    Input in{{},
             static_cast<std::uint32_t>(engine_()),
             static_cast<Byte>(engine_() % 32),
             Direction(engine_() % 2)};
    fill(in.key);
    return in;
  }

 private:
  std::mt19937 engine_;
};

/// Memory that ends where nothing may be read, and that nothing may be read before.
class Fenced {
 public:
  Fenced() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* all = mmap(nullptr, (pages + 2) * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) std::abort();
    all_ = static_cast<Byte*>(all);
    if (mprotect(all_ + page_, pages * page_, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  ~Fenced() { munmap(all_, (pages + 2) * page_); }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;

  /// A copy of `octets` whose end is the end of the memory, or whose beginning is its beginning.
  MutableBytes at_end(Bytes octets) { return copied(octets, all_ + (pages + 1) * page_ - octets.size()); }
  MutableBytes at_start(Bytes octets) { return copied(octets, all_ + page_); }

 private:
  static constexpr std::size_t pages = 4;
  static MutableBytes copied(Bytes octets, Byte* to) {
    std::copy(octets.begin(), octets.end(), to);
    return {to, octets.size()};
  }
  std::size_t page_;
  Byte* all_ = nullptr;
};

using Cipher1 = void (*)(std::span<const Byte, 16>, std::uint32_t, Byte, Direction, std::size_t, MutableBytes,
                         Path);
using Code1 = MacI (*)(std::span<const Byte, 16>, std::uint32_t, Byte, Direction, std::size_t, Bytes, Path);
struct CipherPair {
  const char* name;
  Cipher1 one;
  void (*many)(std::span<const CipherJob>, Path);
};
struct CodePair {
  const char* name;
  Code1 one;
  void (*many)(std::span<const MacJob>, std::span<MacI>, Path);
};
constexpr CipherPair all_ciphers[] = {
    {"EEA1", eea1, eea1_batch}, {"EEA2", eea2, eea2_batch}, {"EEA3", eea3, eea3_batch}};
constexpr CodePair all_codes[] = {
    {"EIA1", eia1, eia1_batch}, {"EIA2", eia2, eia2_batch}, {"EIA3", eia3, eia3_batch}};

ByteVector ciphered(Cipher1 cipher, const Input& in, ByteVector data, std::size_t bits, Path p) {
  cipher(in.key, in.count, in.bearer, in.direction, bits, data, p);
  return data;
}

// --- every length

TEST(Edges, Eea2OfEveryBitLengthIsWhatTheBookSays) {
  Noise noise(1);
  for (std::size_t bits = 0; bits <= bits_most; ++bits) {
    const Input in = noise.input();
    const ByteVector data = noise.octets((bits + 7) / 8);
    const ByteVector expected = eea2_by_the_book(in, data, bits);
    on_each_path(aes_path(),
                 [&](Path p) { ASSERT_EQ(hex(ciphered(eea2, in, data, bits, p)), hex(expected)) << bits; });
  }
}

TEST(Edges, Eia2OfEveryBitLengthIsWhatTheBookSays) {
  Noise noise(2);
  for (std::size_t bits = 0; bits <= bits_most; ++bits) {
    const Input in = noise.input();
    const ByteVector data = noise.octets((bits + 7) / 8);
    const MacI expected = eia2_by_the_book(in, data, bits);
    on_each_path(aes_path(), [&](Path p) {
      ASSERT_EQ(eia2(in.key, in.count, in.bearer, in.direction, bits, data, p), expected) << bits;
    });
  }
}

// All lengths side by side in one batch, so that each has neighbours that begin and end elsewhere; and each
// length with neighbours of its own.
TEST(Edges, EveryBitLengthInABatchIsWhatItIsAlone) {
  Noise noise(3);
  std::vector<Input> inputs;
  std::vector<ByteVector> data;
  for (std::size_t bits = 0; bits <= bits_most; ++bits) {
    inputs.push_back(noise.input());
    data.push_back(noise.octets((bits + 7) / 8));
  }
  const auto check = [&](const std::vector<std::size_t>& lengths, Path p) {
    for (const CipherPair& a : all_ciphers) {
      std::vector<ByteVector> work;
      for (const std::size_t bits : lengths) work.push_back(data[bits]);
      std::vector<CipherJob> jobs;
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        const Input& in = inputs[lengths[i]];
        jobs.push_back({in.key, in.count, in.bearer, in.direction, lengths[i], work[i]});
      }
      a.many(jobs, p);
      for (std::size_t i = 0; i < lengths.size(); ++i)
        ASSERT_EQ(hex(work[i]),
                  hex(ciphered(a.one, inputs[lengths[i]], data[lengths[i]], lengths[i], Path::portable)))
            << a.name << ' ' << lengths[i] << ' ' << i;
    }
    for (const CodePair& a : all_codes) {
      std::vector<MacJob> jobs;
      for (const std::size_t bits : lengths) {
        const Input& in = inputs[bits];
        jobs.push_back({in.key, in.count, in.bearer, in.direction, bits, data[bits]});
      }
      std::vector<MacI> codes(jobs.size());
      a.many(jobs, codes, p);
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        const Input& in = inputs[lengths[i]];
        ASSERT_EQ(codes[i], a.one(in.key, in.count, in.bearer, in.direction, lengths[i], data[lengths[i]],
                                  Path::portable))
            << a.name << ' ' << lengths[i] << ' ' << i;
      }
    }
  };
  on_each_path(batch_path(), [&](Path p) {
    std::vector<std::size_t> all(bits_most + 1);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    check(all, p);
    std::shuffle(all.begin(), all.end(), std::mt19937(4));
    check(all, p);
    for (const std::size_t bits :
         {0U, 1U, 7U, 8U, 9U, 63U, 64U, 65U, 127U, 128U, 129U, 191U, 192U, 193U, 511U, 512U, 513U})
      check(std::vector<std::size_t>(17, bits), p);
  });
}

TEST(Edges, TheUmtsAlgorithmsOfEveryBitLengthInABatchAreWhatTheyAreAlone) {
  Noise noise(5);
  // One block costs as much as 64, so alone only some lengths are computed.
  for (const std::size_t first : {0U, 1U, 60U, 120U, 185U, 500U}) {
    std::vector<Input> inputs;
    std::vector<ByteVector> data;
    for (std::size_t i = 0; i < 65; ++i) {
      inputs.push_back(noise.input());
      data.push_back(noise.octets((first + i + 7) / 8));
    }
    std::vector<ByteVector> work = data;
    std::vector<CipherJob> ciphers;
    std::vector<UmtsMacJob> macs;
    for (std::size_t i = 0; i < 65; ++i) {
      const Input& in = inputs[i];
      ciphers.push_back({in.key, in.count, in.bearer, in.direction, first + i, work[i]});
      macs.push_back({in.key, in.count, ~in.count, in.direction, first + i, data[i]});
    }
    uea1_batch(ciphers);
    std::vector<MacI> codes(65);
    uia1_batch(macs, codes);
    for (std::size_t i = 0; i < 65; i += 8) {
      const Input& in = inputs[i];
      ByteVector alone = data[i];
      uea1(in.key, in.count, in.bearer, in.direction, first + i, alone);
      ASSERT_EQ(hex(work[i]), hex(alone)) << first + i;
      ASSERT_EQ(codes[i], uia1(in.key, in.count, ~in.count, in.direction, first + i, data[i])) << first + i;
    }
  }
}

// A million bits, and more than the library takes at once.
TEST(Edges, TheLongestMessages) {
  Noise noise(6);
  const Input in = noise.input();
  constexpr std::size_t octets = 131072;
  const ByteVector data = noise.octets(octets);
  for (const std::size_t bits : {8 * octets, 8 * octets - 5}) {
    for (const CipherPair& a : all_ciphers) {
      const ByteVector expected = ciphered(a.one, in, data, bits, Path::portable);
      on_each_path(batch_path(), [&](Path p) {
        EXPECT_TRUE(ciphered(a.one, in, data, bits, std::min(p, stream_path())) == expected) << a.name;
        std::vector<ByteVector> work(2, data);
        const std::vector<CipherJob> jobs{{in.key, in.count, in.bearer, in.direction, bits, work[0]},
                                          {in.key, in.count, in.bearer, in.direction, bits, work[1]}};
        a.many(jobs, p);
        EXPECT_TRUE(work[0] == expected && work[1] == expected) << a.name;
      });
    }
    for (const CodePair& a : all_codes) {
      const MacI expected = a.one(in.key, in.count, in.bearer, in.direction, bits, data, Path::portable);
      on_each_path(batch_path(), [&](Path p) {
        EXPECT_EQ(a.one(in.key, in.count, in.bearer, in.direction, bits, data, std::min(p, stream_path())),
                  expected);
        const std::vector<MacJob> jobs(2, {in.key, in.count, in.bearer, in.direction, bits, data});
        std::vector<MacI> codes(2);
        a.many(jobs, codes, p);
        EXPECT_EQ(codes[0], expected) << a.name;
        EXPECT_EQ(codes[1], expected) << a.name;
      });
    }
  }
}

// A key and COUNT under which a generator of ZUC that is careless with zero modulo 2^31 - 1 goes wrong in the
// eighth word (libipsec-mb 1.3 does, one stream at a time). Every number of packets, and packets of different
// lengths.
TEST(Edges, ZucWhereItsRegisterComesToZero) {
  std::array<Byte, 16> key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(i);
  constexpr std::uint32_t count = 3478155851;
  const auto check = [&](const std::vector<std::size_t>& lengths, Path p) {
    std::vector<ByteVector> data;
    for (const std::size_t bits : lengths) data.emplace_back((bits + 7) / 8, 0x5A);
    const auto plain = data;
    std::vector<CipherJob> ciphers;
    std::vector<MacJob> macs;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      ciphers.push_back({key, count, 0, Direction::uplink, lengths[i], data[i]});
      macs.push_back({key, count, 0, Direction::uplink, lengths[i], plain[i]});
    }
    eea3_batch(ciphers, p);
    std::vector<MacI> codes(lengths.size());
    eia3_batch(macs, codes, p);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      ByteVector alone = plain[i];
      eea3(key, count, 0, Direction::uplink, lengths[i], alone, Path::portable);
      ASSERT_EQ(hex(data[i]), hex(alone)) << lengths[i] << " bits, " << i << " of " << lengths.size();
      ASSERT_EQ(codes[i], eia3(key, count, 0, Direction::uplink, lengths[i], plain[i], Path::portable))
          << lengths[i] << " bits, " << i << " of " << lengths.size();
    }
  };
  on_each_path(batch_path(), [&](Path p) {
    for (const std::size_t packets : {1U, 2U, 3U, 4U, 5U, 9U, 16U, 17U, 33U})
      for (const std::size_t bits : {232U, 240U, 247U, 800U})
        check(std::vector<std::size_t>(packets, bits), p);
    std::vector<std::size_t> mixed(20, 800);
    mixed[0] = 64;
    check(mixed, p);
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = 512 + i;
    check(mixed, p);
  });
}

// --- nothing is read or written outside

// The message, and with it the key, lies against memory that may not be touched: behind it, then before it.
TEST(Edges, NothingIsReadOrWrittenOutsideOfTheMessage) {
  Noise noise(7);
  Fenced memory;
  Fenced key_memory;
  const Input in = noise.input();
  const auto at = [](Fenced& m, Bytes octets, bool end) {
    return end ? m.at_end(octets) : m.at_start(octets);
  };
  for (std::size_t bits = 1; bits <= bits_most; bits += bits < 150 ? 1 : 13) {
    const ByteVector plain = noise.octets((bits + 7) / 8);
    for (const bool end : {true, false}) {
      const std::span<const Byte, 16> key(at(key_memory, in.key, end).data(), 16);
      on_each_path(batch_path(), [&](Path p) {
        for (const CipherPair& a : all_ciphers) {
          const std::string expected = hex(ciphered(a.one, in, plain, bits, Path::portable));
          MutableBytes data = at(memory, plain, end);
          a.one(key, in.count, in.bearer, in.direction, bits, data, std::min(p, stream_path()));
          ASSERT_EQ(hex(data), expected) << a.name << ' ' << bits;
          // In a batch it is the first, the last, and the only long one.
          data = at(memory, plain, end);
          ByteVector other(3, 0x11);
          const std::vector<CipherJob> jobs{{key, in.count, in.bearer, in.direction, bits, data},
                                            {key, 1, 2, Direction::uplink, 24, other}};
          a.many(jobs, p);
          ASSERT_EQ(hex(data), expected) << a.name << ' ' << bits;
        }
        for (const CodePair& a : all_codes) {
          const MacI expected = a.one(in.key, in.count, in.bearer, in.direction, bits, plain, Path::portable);
          const Bytes data = at(memory, plain, end);
          ASSERT_EQ(a.one(key, in.count, in.bearer, in.direction, bits, data, std::min(p, stream_path())),
                    expected)
              << a.name << ' ' << bits;
          const std::vector<MacJob> jobs(3, {key, in.count, in.bearer, in.direction, bits, data});
          std::vector<MacI> codes(3);
          a.many(jobs, codes, p);
          ASSERT_EQ(codes[2], expected) << a.name << ' ' << bits;
        }
      });
    }
  }
}

TEST(Edges, AMessageMayLieAtAnyAddress) {
  Noise noise(8);
  const Input in = noise.input();
  const ByteVector plain = noise.octets(150);
  ByteVector memory(300);
  for (std::size_t offset = 0; offset < 64; ++offset) {
    on_each_path(batch_path(), [&](Path p) {
      for (const CipherPair& a : all_ciphers) {
        const MutableBytes data = MutableBytes(memory).subspan(offset, plain.size());
        std::fill(memory.begin(), memory.end(), Byte{0x77});
        std::copy(plain.begin(), plain.end(), data.begin());
        ByteVector second = plain;
        const std::vector<CipherJob> jobs{{in.key, in.count, in.bearer, in.direction, 1200, data},
                                          {in.key, in.count, in.bearer, in.direction, 1200, second}};
        a.many(jobs, p);
        ASSERT_EQ(hex(data), hex(second)) << a.name;
        ASSERT_EQ(std::count(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(offset), 0x77),
                  static_cast<std::ptrdiff_t>(offset));
        ASSERT_EQ(std::count(memory.begin() + static_cast<std::ptrdiff_t>(offset + plain.size()),
                             memory.end(), 0x77),
                  static_cast<std::ptrdiff_t>(memory.size() - offset - plain.size()));
      }
    });
  }
}

// --- a result may overwrite what it is made of

TEST(Edges, BlocksMayBeEncryptedWhereTheyAre) {
  Noise noise(9);
  const auto key = noise.input().key;
  for (std::size_t blocks = 0; blocks <= 20; ++blocks) {
    const ByteVector in = noise.octets(16 * blocks);
    on_each_path(aes_path(), [&](Path p) {
      const Aes128 aes(key, p);
      ByteVector out(in.size());
      aes.encrypt_blocks(in, out);
      ByteVector in_place = in;
      aes.encrypt_blocks(in_place, in_place);
      EXPECT_EQ(hex(in_place), hex(out));
    });
  }
}

TEST(Edges, ADerivationMayOverwriteItsKeyOrItsString) {
  Noise noise(10);
  for (const std::size_t some : {1U, 2U, 3U, 4U, 5U, 16U, 19U}) {
    std::vector<std::array<Byte, 32>> keys(some);
    std::vector<std::array<Byte, 32>> strings(some);
    for (std::size_t i = 0; i < some; ++i) {
      noise.fill(keys[i]);
      noise.fill(strings[i]);
    }
    on_each_path(batch_path(), [&](Path p) {
      auto into_keys = keys;
      auto into_strings = strings;
      std::vector<KdfJob> jobs;
      for (std::size_t i = 0; i < some; ++i) jobs.push_back({into_keys[i], strings[i], into_keys[i]});
      kdf_batch(jobs, p);
      jobs.clear();
      for (std::size_t i = 0; i < some; ++i) jobs.push_back({keys[i], into_strings[i], into_strings[i]});
      kdf_batch(jobs, p);
      for (std::size_t i = 0; i < some; ++i) {
        const std::string expected = hex(hmac_sha256(keys[i], strings[i], Path::portable));
        ASSERT_EQ(hex(into_keys[i]), expected) << i << " of " << some;
        ASSERT_EQ(hex(into_strings[i]), expected) << i << " of " << some;
      }
    });
  }
}

// --- what is refused

TEST(Checked, RefusesWhatDoesNotFitAndSaysWhat) {
  const ByteVector key(16, 1);
  const ByteVector data(4, 2);
  const AlgorithmInput good{key, 7, 3, 1, 32, data};
  for (const Cipher c : {Cipher::eea1, Cipher::eea2, Cipher::eea3, Cipher::uea1, Cipher::uea2}) {
    const auto why = [&](const AlgorithmInput& in) {
      const auto made = cipher_checked(c, in);
      return made ? std::string("taken") : std::string(to_string(made.why()));
    };
    EXPECT_EQ(why(good), "taken") << to_string(c);
    for (const std::size_t octets : {0U, 15U, 17U, 32U}) {
      const ByteVector other(octets, 1);
      AlgorithmInput in = good;
      in.key = other;
      EXPECT_EQ(why(in), "the key is 16 octets") << octets;
    }
    AlgorithmInput in = good;
    in.count = 0xFFFF'FFFF;
    EXPECT_EQ(why(in), "taken");
    in.count = 0x1'0000'0000;
    EXPECT_EQ(why(in), "COUNT is 32 bits");
    in = good;
    in.bearer_or_fresh = 31;
    EXPECT_EQ(why(in), "taken");
    in.bearer_or_fresh = 32;
    EXPECT_EQ(why(in), "BEARER is 5 bits, 0 to 31");
    in.bearer_or_fresh = ~std::uint64_t{0};
    EXPECT_EQ(why(in), "BEARER is 5 bits, 0 to 31");
    in = good;
    in.direction = 2;
    EXPECT_EQ(why(in), "DIRECTION is 0 or 1");
    in = good;
    in.bits = 33;
    EXPECT_EQ(why(in), "there are fewer bits of data than that");
    in.bits = ~std::size_t{0};
    EXPECT_EQ(why(in), "there are fewer bits of data than that");
    in = {key, 7, 3, 1, 0, {}};
    EXPECT_EQ(why(in), "taken");
    in.bits = 1;
    EXPECT_EQ(why(in), "there are fewer bits of data than that");
  }
  for (const Code c : {Code::eia1, Code::eia2, Code::eia3, Code::uia1, Code::uia2}) {
    const auto why = [&](const AlgorithmInput& in) {
      const auto made = code_checked(c, in);
      return made ? std::string("taken") : std::string(to_string(made.why()));
    };
    EXPECT_EQ(why(good), "taken") << to_string(c);
    const ByteVector longer(17, 1);
    AlgorithmInput in = good;
    in.key = longer;
    EXPECT_EQ(why(in), "the key is 16 octets");
    in = good;
    in.count = 0x1'0000'0000;
    EXPECT_EQ(why(in), "COUNT is 32 bits");
    in = good;
    in.bearer_or_fresh = 32;
    EXPECT_EQ(why(in), takes_fresh(c) ? "taken" : "BEARER is 5 bits, 0 to 31");
    in.bearer_or_fresh = 0x1'0000'0000;
    EXPECT_EQ(why(in), takes_fresh(c) ? "FRESH is 32 bits" : "BEARER is 5 bits, 0 to 31");
    in = good;
    in.direction = 2;
    EXPECT_EQ(why(in), "DIRECTION is 0 or 1");
    in = good;
    in.bits = 33;
    EXPECT_EQ(why(in), "there are fewer bits of data than that");
    in = {key, 7, 3, 1, 0, {}};
    EXPECT_EQ(why(in), "taken");
  }
}

TEST(Checked, GivesWhatTheFunctionsGive) {
  Noise noise(11);
  const Input in = noise.input();
  const ByteVector data = noise.octets(20);
  for (const std::size_t bits : {0U, 1U, 77U, 160U}) {
    const AlgorithmInput input{in.key, in.count, in.bearer, static_cast<unsigned>(in.direction), bits, data};
    const Cipher ciphers[] = {Cipher::eea1, Cipher::eea2, Cipher::eea3};
    const Code codes[] = {Code::eia1, Code::eia2, Code::eia3};
    for (std::size_t i = 0; i < 3; ++i) {
      const ByteVector used(data.begin(), data.begin() + static_cast<std::ptrdiff_t>((bits + 7) / 8));
      EXPECT_EQ(*cipher_checked(ciphers[i], input),
                ciphered(all_ciphers[i].one, in, used, bits, Path::portable));
      EXPECT_EQ(*code_checked(codes[i], input),
                all_codes[i].one(in.key, in.count, in.bearer, in.direction, bits, data, Path::portable));
    }
  }
}

}  // namespace
}  // namespace baton::crypto
