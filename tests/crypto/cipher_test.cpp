// AES, its modes, EEA2 and EIA2 against published values, on each path.
#include "crypto/cmac.h"
#include "crypto/ctr.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "crypto/paths.h"
#include "vectors/reader.h"

namespace baton::crypto {
namespace {

using vectors::Case;
using vectors::for_each_case;

//= FIPS 197, 5.1; type=test
TEST(Aes, EncryptsThePublishedBlocks) {
  for_each_case("rijndael_ts35207.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto plain = c.array<16>("Plain");
    const auto cipher = c.octets("Cipher");
    on_each_path(aes_path(), [&](Path p) { EXPECT_EQ(hex(Aes128(key, p).encrypt(plain)), hex(cipher)); });
  });
}

TEST(Aes, EncryptsAnyNumberOfBlocksAsItEncryptsOne) {
  std::array<Byte, 16> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(17 * i + 3);
  const Aes128 one(key, Path::portable);
  on_each_path(aes_path(), [&](Path p) {
    const Aes128 aes(key, p);
    for (std::size_t blocks = 0; blocks <= 19; ++blocks) {
      ByteVector data(16 * blocks);
      for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<Byte>(i * i + blocks);
      ByteVector expected;
      for (std::size_t b = 0; b < blocks; ++b) {
        Block in;
        std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(16 * b), 16, in.begin());
        const Block out = one.encrypt(in);
        expected.insert(expected.end(), out.begin(), out.end());
      }
      aes.encrypt_blocks(data, data);
      EXPECT_EQ(hex(data), hex(expected)) << blocks << " blocks";
    }
  });
}

// The S-box is computed, not looked up: every octet goes through it in every position of the block.
TEST(Aes, TheTwoPathsAgreeOnEveryOctetInEveryPosition) {
  if (aes_path() == Path::portable) GTEST_SKIP() << "this processor has one path";
  const std::array<Byte, 16> key{0x2B, 0x7E, 0x15, 0x16};
  const Aes128 portable(key, Path::portable);
  const Aes128 hardware(key, Path::hardware);
  for (unsigned value = 0; value < 256; ++value) {
    ByteVector a(64);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<Byte>(value + i * (value | 1U));
    ByteVector b = a;
    portable.encrypt_blocks(a, a);
    hardware.encrypt_blocks(b, b);
    ASSERT_EQ(hex(a), hex(b)) << value;
  }
}

//= NIST SP 800-38A, 6.5; type=test
TEST(Ctr, GivesThePublishedStreamAndWrapsLikeOpenssl) {
  for_each_case("aes_ctr.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto counter = c.array<16>("Counter");
    const auto plain = c.octets("Plain");
    const auto cipher = c.octets("Cipher");
    on_each_path(aes_path(), [&](Path p) {
      const Aes128 aes(key, p);
      for (std::size_t n = 0; n <= plain.size(); ++n) {
        ByteVector data(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(n));
        ctr_xor(aes, counter, data);
        ASSERT_EQ(hex(data), hex(Bytes(cipher).first(n)));
      }
    });
  });
}

TEST(Ctr, ALongMessageIsTheSumOfItsParts) {
  const std::array<Byte, 16> key{1, 2, 3};
  on_each_path(aes_path(), [&](Path p) {
    const Aes128 aes(key, p);
    ByteVector whole(1000);
    ctr_xor(aes, Block{}, whole);
    for (std::size_t block = 0; block < 62; ++block) {
      Block counter{};
      counter[15] = static_cast<Byte>(block);
      const Block stream = aes.encrypt(counter);
      ASSERT_EQ(hex(Bytes(whole).subspan(16 * block, 16)), hex(stream)) << block;
    }
  });
}

//= NIST SP 800-38B, 6.2; type=test
TEST(Cmac, GivesThePublishedCodesHoweverTheMessageIsCut) {
  for_each_case("aes_cmac_rfc4493.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto message = c.octets("Message");
    const auto code = c.octets("Code");
    on_each_path(aes_path(), [&](Path p) {
      const Aes128 aes(key, p);
      for (std::size_t head = 0; head <= message.size(); ++head)
        ASSERT_EQ(
            hex(cmac(aes, Bytes(message).first(head), Bytes(message).subspan(head), 8 * message.size())),
            hex(code))
            << head;
    });
  });
}

//= TS 33.401, B.1.3; type=test
TEST(Eea2, CiphersAndDeciphersThePublishedSets) {
  for_each_case("eea2_ts33401.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto count = static_cast<std::uint32_t>(c.hex_number("COUNT"));
    const auto bearer = static_cast<Byte>(c.number("BEARER"));
    const auto direction = static_cast<Direction>(c.number("DIRECTION"));
    const auto bits = c.number("Bits");
    auto plain = c.octets("Data");
    plain.resize((bits + 7) / 8);
    const auto out = c.octets("Out");
    on_each_path(aes_path(), [&](Path p) {
      ByteVector data = plain;
      eea2(key, count, bearer, direction, bits, data, p);
      EXPECT_EQ(hex(data), hex(out));
      eea2(key, count, bearer, direction, bits, data, p);
      EXPECT_EQ(hex(data), hex(plain));
    });
  });
}

TEST(Eea2, AnyNumberOfBitsIsTheBeginningOfALongerMessageAndTheRestIsZero) {
  const std::array<Byte, 16> key{9, 8, 7};
  ByteVector longest(40, 0xA5);
  eea2(key, 77, 31, Direction::downlink, 320, longest);
  for (std::size_t bits = 0; bits <= 320; ++bits) {
    ByteVector data((bits + 7) / 8, 0xA5);
    eea2(key, 77, 31, Direction::downlink, bits, data);
    ByteVector expected(longest.begin(), longest.begin() + static_cast<std::ptrdiff_t>(data.size()));
    if (bits % 8 != 0) expected.back() = static_cast<Byte>(expected.back() & (0xFF00U >> bits % 8));
    ASSERT_EQ(hex(data), hex(expected)) << bits;
  }
}

//= TS 33.401, B.2.3; type=test
TEST(Eia2, AuthenticatesThePublishedSetsOfAnyBitLength) {
  for_each_case("eia2_ts33401.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto count = static_cast<std::uint32_t>(c.hex_number("COUNT"));
    const auto bearer = static_cast<Byte>(c.number("BEARER"));
    const auto direction = static_cast<Direction>(c.number("DIRECTION"));
    const auto bits = c.number("Bits");
    auto data = c.octets("Data");
    const auto out = c.octets("Out");
    on_each_path(aes_path(), [&](Path p) {
      EXPECT_EQ(hex(eia2(key, count, bearer, direction, bits, data, p)), hex(out));
      // What follows the last bit does not count.
      ByteVector noisy = data;
      noisy.push_back(0xFF);
      if (bits % 8 != 0) noisy[bits / 8] = static_cast<Byte>(noisy[bits / 8] | 0xFFU >> bits % 8);
      EXPECT_EQ(hex(eia2(key, count, bearer, direction, bits, noisy, p)), hex(out));
    });
  });
}

TEST(Eia2, EveryInputChangesTheCode) {
  const std::array<Byte, 16> key{1};
  const ByteVector data(20, 0x11);
  const MacI mac = eia2(key, 5, 3, Direction::uplink, 160, data);
  EXPECT_NE(mac, eia2(key, 6, 3, Direction::uplink, 160, data));
  EXPECT_NE(mac, eia2(key, 5, 4, Direction::uplink, 160, data));
  EXPECT_NE(mac, eia2(key, 5, 3, Direction::downlink, 160, data));
  EXPECT_NE(mac, eia2(key, 5, 3, Direction::uplink, 159, data));
  EXPECT_NE(mac, eia2(std::array<Byte, 16>{2}, 5, 3, Direction::uplink, 160, data));
}

//= NIST SP 800-90A, 10.2.1; type=test
TEST(CtrDrbg, GivesWhatNistPublished) {
  for_each_case("ctr_drbg.vec", [](Case& c) {
    const auto seed = c.array<32>("EntropyInput");
    const auto expected = c.octets("ReturnedBits");
    on_each_path(aes_path(), [&](Path p) {
      CtrDrbg drbg(seed, p);
      ByteVector out(expected.size());
      drbg.fill(out);
      drbg.fill(out);
      EXPECT_EQ(hex(out), hex(expected));
      EXPECT_EQ(drbg.requests_since_seed(), 2U);
    });
  });
}

TEST(CtrDrbg, TheSameNumberGivesTheSameOctetsAndAnotherGivesOthers) {
  CtrDrbg a = CtrDrbg::from_number(42);
  CtrDrbg b = CtrDrbg::from_number(42);
  CtrDrbg c = CtrDrbg::from_number(43);
  ByteVector x(33);
  ByteVector y(33);
  ByteVector z(33);
  a.fill(x);
  b.fill(y);
  c.fill(z);
  EXPECT_EQ(hex(x), hex(y));
  EXPECT_NE(hex(x), hex(z));
  a.fill(y);
  EXPECT_NE(hex(x), hex(y));
}

TEST(CtrDrbg, AReseedChangesWhatFollowsAndStartsTheCountAnew) {
  CtrDrbg a = CtrDrbg::from_number(1);
  CtrDrbg b = CtrDrbg::from_number(1);
  b.reseed(std::array<Byte, 32>{1});
  EXPECT_NE(a.u32(), b.u32());
  EXPECT_EQ(b.requests_since_seed(), 1U);
}

// One request is at most 65536 octets; a longer fill is several requests.
TEST(CtrDrbg, ALongFillIsCutIntoRequests) {
  for (const std::size_t n : {std::size_t{65536}, std::size_t{65537}}) {
    CtrDrbg a = CtrDrbg::from_number(7);
    ByteVector out(n);
    a.fill(out);
    EXPECT_EQ(a.requests_since_seed(), n > 65536 ? 2U : 1U);
    EXPECT_NE(hex(Bytes(out).last(17)), hex(ByteVector(17)));
  }
}

// Octets come in the order of the source, none twice, however they are asked for.
TEST(BufferedEntropy, HandsOutItsSourceInOrder) {
  CtrDrbg a = CtrDrbg::from_number(3);
  CtrDrbg b = CtrDrbg::from_number(3);
  BufferedEntropy buffered(a);
  ByteVector direct;
  for (int i = 0; i < 5; ++i) {
    ByteVector part(4096);  // what it takes at a time
    b.fill(part);
    direct.insert(direct.end(), part.begin(), part.end());
  }
  ByteVector got;
  for (const std::size_t n : {16U, 1U, 16U, 0U, 4047U, 16U, 16U, 5U, 4096U, 1500U, 16U}) {
    ByteVector part(n);
    buffered.fill(part);
    got.insert(got.end(), part.begin(), part.end());
  }
  EXPECT_EQ(hex(got), hex(Bytes(direct).first(got.size())));
}

}  // namespace
}  // namespace baton::crypto
