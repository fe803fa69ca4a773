// TUAK, KASUMI, COMP128, the test algorithm and MILENAGE with constants of an operator's own.
#include <random>

#include "crypto/batch.h"
#include "crypto/comp128.h"
#include "crypto/fips186_prf.h"
#include "crypto/kasumi.h"
#include "crypto/milenage.h"
#include "crypto/paths.h"
#include "crypto/sha1.h"
#include "crypto/test_algorithm.h"
#include "crypto/tuak.h"
#include "vectors/reader.h"

namespace baton::crypto {
namespace {

using vectors::Case;
using vectors::for_each_case;

//= FIPS 202, 3.3; type=test
TEST(Keccak, PermutesThePublishedStates) {
  for_each_case("keccak_ts35232.vec", [](Case& c) {
    const auto in = c.array<200>("In");
    KeccakState state{};
    for (std::size_t i = 0; i < in.size(); ++i)
      state[i / 8] |= static_cast<std::uint64_t>(in[i]) << (8 * (i % 8));
    keccak_f1600(state);
    ByteVector out(200);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(state[i / 8] >> (8 * (i % 8)));
    EXPECT_EQ(hex(out), c.text("Out"));

    const KeccakState other{1, 2, 3};
    KeccakState other_alone = other;
    keccak_f1600(other_alone);
    on_each_path(batch_path(), [&](Path path) {
      KeccakState a{};
      for (std::size_t i = 0; i < in.size(); ++i)
        a[i / 8] |= static_cast<std::uint64_t>(in[i]) << (8 * (i % 8));
      KeccakState b = other;
      keccak_f1600_two(a, b, path);
      EXPECT_EQ(a, state);
      EXPECT_EQ(b, other_alone);
    });
  });
}

//= TS 35.231, 6; type=test
TEST(Tuak, GivesThePublishedSetsOfEveryLength) {
  for_each_case("tuak_ts35233.vec", [](Case& c) {
    const auto k = c.octets("K");
    const auto rand = c.array<16>("RAND");
    const auto sqn = c.array<6>("SQN");
    const auto amf = c.array<2>("AMF");
    const auto iterations = static_cast<unsigned>(c.number("Iterations"));
    const auto topc = tuak_topc(k, c.array<32>("TOP"), iterations);
    ASSERT_TRUE(topc);
    EXPECT_EQ(hex(topc->expose()), c.text("TOPc"));
    const auto octets = [&](const char* f) { return static_cast<unsigned>(c.text(f).size() / 2); };
    const auto tuak =
        Tuak::make(k, topc->expose(), {octets("f1"), octets("f2"), octets("f3"), octets("f4"), iterations});
    ASSERT_TRUE(tuak);
    EXPECT_EQ(hex(tuak->f1(rand, sqn, amf).expose()), c.text("f1"));
    EXPECT_EQ(hex(tuak->f1_star(rand, sqn, amf).expose()), c.text("f1*"));
    on_each_path(batch_path(), [&](Path path) {
      const auto both = tuak->vector(rand, sqn, amf, path);
      EXPECT_EQ(hex(both.mac.expose()), c.text("f1"));
      EXPECT_EQ(hex(both.answer.res.expose()), c.text("f2"));
      EXPECT_EQ(hex(both.answer.ck.expose()), c.text("f3"));
      EXPECT_EQ(hex(both.answer.ik.expose()), c.text("f4"));
      EXPECT_EQ(hex(both.answer.ak.expose()), c.text("f5"));
    });
    const auto answer = tuak->f2345(rand);
    EXPECT_EQ(hex(answer.res.expose()), c.text("f2"));
    EXPECT_EQ(hex(answer.ck.expose()), c.text("f3"));
    EXPECT_EQ(hex(answer.ik.expose()), c.text("f4"));
    EXPECT_EQ(hex(answer.ak.expose()), c.text("f5"));
    EXPECT_EQ(hex(tuak->f5_star(rand).expose()), c.text("f5*"));
  });
}

//= TS 35.231, 6; type=test
TEST(Tuak, RefusesLengthsThatItDoesNotHave) {
  const std::array<Byte, 32> top{1};
  const auto why = [&](std::size_t k, TuakSizes sizes) {
    const auto made = Tuak::make(ByteVector(k, 7), top, sizes);
    return made ? std::string("taken") : std::string(to_string(made.why()));
  };
  for (std::size_t k = 0; k <= 40; ++k) {
    EXPECT_EQ(why(k, {}) == "taken", k == 16 || k == 32) << k;
    EXPECT_EQ(static_cast<bool>(tuak_topc(ByteVector(k, 7), top)), k == 16 || k == 32) << k;
  }
  for (unsigned n = 0; n <= 40; ++n) {
    EXPECT_EQ(why(16, {.mac = n}) == "taken", n == 8 || n == 16 || n == 32) << n;
    EXPECT_EQ(why(16, {.res = n}) == "taken", n == 4 || n == 8 || n == 16 || n == 32) << n;
    EXPECT_EQ(why(16, {.ck = n}) == "taken", n == 16 || n == 32) << n;
    EXPECT_EQ(why(16, {.ik = n}) == "taken", n == 16 || n == 32) << n;
  }
  EXPECT_EQ(why(16, {.iterations = 0}), "there are 1 to 255 iterations");
  EXPECT_EQ(why(16, {.iterations = 255}), "taken");
  EXPECT_EQ(why(16, {.iterations = 256}), "there are 1 to 255 iterations");
  EXPECT_FALSE(tuak_topc(ByteVector(16), top, 0));
  EXPECT_FALSE(tuak_topc(ByteVector(16), top, 256));
}

//= TS 35.202, 4; type=test
TEST(Kasumi, EncryptsThePublishedBlocks) {
  for_each_case("kasumi_ts35203.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    auto block = c.array<8>("In");
    for (auto times = c.number("Times"); times > 0; --times) block = kasumi(key, block);
    EXPECT_EQ(hex(block), c.text("Out"));
  });
}

struct UmtsPacket {
  std::array<Byte, 16> key;
  std::uint32_t count;
  std::uint32_t other;
  Direction direction;
  std::size_t bits;
  ByteVector data;
};

//= TS 35.201, 3; type=test
TEST(Uea1, CiphersAndDeciphersThePublishedSets) {
  for_each_case("uea1_ts35203.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto count = static_cast<std::uint32_t>(c.hex_number("COUNT"));
    const auto bearer = static_cast<Byte>(c.number("BEARER"));
    const auto direction = static_cast<Direction>(c.number("DIRECTION"));
    const auto bits = c.number("Bits");
    auto plain = c.octets("Data");
    plain.resize((bits + 7) / 8);
    ByteVector data = plain;
    uea1(key, count, bearer, direction, bits, data);
    EXPECT_EQ(hex(data), c.text("Out"));
    uea1(key, count, bearer, direction, bits, data);
    if (bits % 8 != 0) plain.back() = static_cast<Byte>(plain.back() & (0xFF00U >> bits % 8));
    EXPECT_EQ(hex(data), hex(plain));
  });
}

//= TS 35.201, 4; type=test
TEST(Uia1, AuthenticatesThePublishedSets) {
  for_each_case("uia1_ts35203.vec", [](Case& c) {
    const auto key = c.array<16>("Key");
    const auto count = static_cast<std::uint32_t>(c.hex_number("COUNT"));
    const auto fresh = static_cast<std::uint32_t>(c.hex_number("FRESH"));
    const auto direction = static_cast<Direction>(c.number("DIRECTION"));
    const auto bits = c.number("Bits");
    auto data = c.octets("Data");
    EXPECT_EQ(hex(uia1(key, count, fresh, direction, bits, data)), c.text("Out"));
    data.push_back(0xFF);
    if (bits % 8 != 0) data[bits / 8] = static_cast<Byte>(data[bits / 8] | 0xFFU >> bits % 8);
    EXPECT_EQ(hex(uia1(key, count, fresh, direction, bits, data)), c.text("Out"));
  });
}

std::vector<UmtsPacket> umts_packets(std::size_t n) {
  std::mt19937 random(static_cast<unsigned>(n));
  std::vector<UmtsPacket> out;
  for (std::size_t i = 0; i < n; ++i) {
    UmtsPacket p{{},
                 static_cast<std::uint32_t>(random()),
                 static_cast<std::uint32_t>(random() % 32),
                 static_cast<Direction>(random() % 2),
                 random() % 400,
                 {}};
    p.data.resize((p.bits + 7) / 8);
    for (Byte& b : p.key) b = static_cast<Byte>(random());
    for (Byte& b : p.data) b = static_cast<Byte>(random());
    out.push_back(std::move(p));
  }
  return out;
}

TEST(Kasumi, ManyAtOnceAreWhatEachGivesAlone) {
  for (const std::size_t n : {0U, 1U, 2U, 63U, 64U, 65U, 130U}) {
    auto packets = umts_packets(n);
    std::vector<ByteVector> alone;
    std::vector<CipherJob> ciphers;
    std::vector<UmtsMacJob> codes;
    for (UmtsPacket& p : packets) {
      alone.push_back(p.data);
      uea1(p.key, p.count, static_cast<Byte>(p.other), p.direction, p.bits, alone.back());
      codes.push_back({p.key, p.count, p.other, p.direction, p.bits, p.data});
      ciphers.push_back({p.key, p.count, static_cast<Byte>(p.other), p.direction, p.bits, p.data});
    }
    std::vector<MacI> macs(n);
    uia1_batch(codes, macs);
    for (std::size_t i = 0; i < n; ++i) {
      const UmtsPacket& p = packets[i];
      ASSERT_EQ(hex(macs[i]), hex(uia1(p.key, p.count, p.other, p.direction, p.bits, p.data))) << i;
    }
    uea1_batch(ciphers);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(hex(packets[i].data), hex(alone[i])) << i;
  }
}

// The direction bit and the one after it fall into the last word of the message or the next.
TEST(Uia1, EveryLengthAroundAWordGivesAnotherCode) {
  const std::array<Byte, 16> key{1, 2, 3};
  const ByteVector data(40);
  std::set<MacI> seen;
  for (std::size_t bits = 0; bits <= 260; ++bits)
    for (const Direction d : {Direction::uplink, Direction::downlink})
      EXPECT_TRUE(seen.insert(uia1(key, 1, 2, d, bits, data)).second) << bits;
}

//= TS 55.216, 4.2; type=test
TEST(A53, GivesWhatAnotherImplementationGives) {
  for_each_case("a53_computed.vec", [](Case& c) {
    const auto out = a5_3(c.array<8>("Kc"), static_cast<std::uint32_t>(c.hex_number("COUNT")));
    EXPECT_EQ(hex(out.downlink), c.text("Downlink"));
    EXPECT_EQ(hex(out.uplink), c.text("Uplink"));
  });
}

//= TS 55.216, 4.4; type=test
TEST(Gea3, GivesWhatAnotherImplementationGives) {
  for_each_case("gea3_computed.vec", [](Case& c) {
    const auto expected = c.octets("Out");
    ByteVector out(expected.size());
    gea3(c.array<8>("Kc"), static_cast<std::uint32_t>(c.hex_number("INPUT")),
         static_cast<Direction>(c.number("DIRECTION")), out);
    EXPECT_EQ(hex(out), hex(expected));
  });
}

TEST(Comp128, GivesWhatAnotherImplementationGives) {
  for_each_case("comp128_computed.vec", [](Case& c) {
    const auto out =
        comp128(static_cast<Comp128Version>(c.number("Version")), c.array<16>("Ki"), c.array<16>("RAND"));
    EXPECT_EQ(hex(out.sres.expose()), c.text("SRES"));
    EXPECT_EQ(hex(out.kc.expose()), c.text("Kc"));
  });
}

//= TS 34.108, 8.1.2; type=test
TEST(TestAlgorithm, IsKXorRandCutUp) {
  const std::array<Byte, 16> k{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                               0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F};
  const std::array<Byte, 16> rand{0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0,
                                  0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0};
  const TestAlgorithm a(k, rand);
  EXPECT_EQ(hex(a.f2().expose()), "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  EXPECT_EQ(hex(a.f3().expose()), "f1f2f3f4f5f6f7f8f9fafbfcfdfefff0");
  EXPECT_EQ(hex(a.f4().expose()), "f2f3f4f5f6f7f8f9fafbfcfdfefff0f1");
  EXPECT_EQ(hex(a.f5().expose()), "f3f4f5f6f7f8");
  const std::array<Byte, 6> sqn{0, 0, 0, 0, 0, 1};
  EXPECT_EQ(hex(a.f1(sqn, std::array<Byte, 2>{0x80, 0})), "f0f1f2f3f4f476f7");
}

//= TS 35.206, 4.1; type=test
// One bit after the other, as the specification writes it.
Block by_the_book(const Aes128& aes, const Block& opc, const Block& in, unsigned r, const Block& c,
                  const Block& plus) {
  Block b{};
  for (unsigned i = 0; i < 128; ++i) {
    const unsigned from = (i + r) % 128;
    const unsigned bit = ((in[from / 8] ^ opc[from / 8]) >> (7 - from % 8)) & 1U;
    b[i / 8] = static_cast<Byte>(b[i / 8] | bit << (7 - i % 8));
  }
  for (std::size_t i = 0; i < 16; ++i) b[i] ^= c[i] ^ plus[i];
  b = aes.encrypt(b);
  for (std::size_t i = 0; i < 16; ++i) b[i] ^= opc[i];
  return b;
}

TEST(Milenage, TakesConstantsOfAnOperatorsOwn) {
  std::mt19937 random(9);
  const auto block = [&] {
    Block b;
    for (Byte& o : b) o = static_cast<Byte>(random());
    return b;
  };
  for (int round = 0; round < 40; ++round) {
    const Block k = block(), opc = block(), rand = block();
    MilenageConstants m{};
    for (std::size_t i = 0; i < 5; ++i) {
      m.c[i] = block();
      m.r[i] = static_cast<Byte>(random() % 128);
    }
    const std::array<Byte, 6> sqn{1, 2, 3, 4, 5, static_cast<Byte>(round)};
    const std::array<Byte, 2> amf{0x80, 0x01};
    const Aes128 aes(k, Path::portable);
    Block temp = rand;
    for (std::size_t i = 0; i < 16; ++i) temp[i] ^= opc[i];
    temp = aes.encrypt(temp);
    const Block in1{1, 2, 3, 4, 5, sqn[5], 0x80, 1, 1, 2, 3, 4, 5, sqn[5], 0x80, 1};
    on_each_path(aes_path(), [&](Path p) {
      const Milenage f(k, opc, rand, m, p);
      const auto v = f.vector(sqn, amf);
      const std::string out1 = hex(by_the_book(aes, opc, in1, m.r[0], m.c[0], temp));
      EXPECT_EQ(hex(v.macs.f1) + hex(v.macs.f1_star), out1);
      const std::string out2 = hex(by_the_book(aes, opc, temp, m.r[1], m.c[1], Block{}));
      EXPECT_EQ(hex(v.res.expose()), out2.substr(16));
      EXPECT_EQ(hex(v.ak.expose()), out2.substr(0, 12));
      EXPECT_EQ(hex(f.f3().expose()), hex(by_the_book(aes, opc, temp, m.r[2], m.c[2], Block{})));
      EXPECT_EQ(hex(f.f4().expose()), hex(by_the_book(aes, opc, temp, m.r[3], m.c[3], Block{})));
      EXPECT_EQ(hex(f.f5_star().expose()),
                hex(by_the_book(aes, opc, temp, m.r[4], m.c[4], Block{})).substr(0, 12));
    });
  }
}

//= TS 35.206, 5.3; type=test
TEST(Milenage, TellsConstantsThatLetFunctionsMeet) {
  MilenageConstants m = MilenageConstants::standard();
  EXPECT_TRUE(m.sound());
  m.c[2] = m.c[3];
  EXPECT_TRUE(m.sound());  // r still tells them apart
  m.r[2] = static_cast<Byte>(m.r[3] + 128);
  EXPECT_FALSE(m.sound());
  m = MilenageConstants::standard();
  m.c[4][0] = 1;  // an even number of ones
  EXPECT_FALSE(m.sound());
}

//= FIPS 180-4, 6.1.2; type=test
TEST(Sha1, GivesThePublishedDigests) {
  const auto of = [](std::string_view text) {
    return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
  };
  EXPECT_EQ(hex(sha1({of("abc")})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(sha1({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex(sha1({of("abcdbcdecdefdefgefghfghighij"), of("hijkijkljklmklmnlmnomnopnopq")})),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  const ByteVector as(1000000, 'a');
  EXPECT_EQ(hex(sha1({as})), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

//= RFC 4187, A; type=test
TEST(Fips186Prf, GivesThePublishedOctets) {
  for_each_case("fips186_prf_rfc4186.vec", [](Case& c) {
    std::array<Byte, 160> out{};
    fips186_prf(c.array<20>("MK"), out);
    EXPECT_EQ(hex(out), c.text("Out"));
  });
}

}  // namespace
}  // namespace baton::crypto
