// SHA-256, HMAC and MILENAGE against published values, on each path.
#include <chrono>

#include "crypto/hmac_sha256.h"
#include "crypto/kdf.h"
#include "crypto/milenage.h"
#include "crypto/paths.h"
#include "vectors/reader.h"

namespace baton::crypto {
namespace {

using vectors::Case;
using vectors::for_each_case;

//= FIPS 180-4, 6.2; type=test
TEST(Sha256, GivesThePublishedDigests) {
  for_each_case("sha256.vec", [](Case& c) {
    const auto message = c.octets("Message");
    const auto times = c.number("Times");
    const auto digest = c.octets("Digest");
    on_each_path(sha_path(), [&](Path p) {
      Sha256 h(p);
      for (unsigned long i = 0; i < times; ++i) h.update(message);
      EXPECT_EQ(hex(h.finish()), hex(digest));
    });
  });
}

#if defined(__x86_64__)
// With a dirty upper half of a vector register each SHA instruction waits on many processors; the hardware
// path then takes a hundred times longer, far more than the portable one. Whoever takes VZEROUPPER away hears
// of it here, on a machine that has the penalty.
TEST(Sha256, TheHardwarePathIsNotSlowedByADirtyVectorRegister) {
  if (sha_path() == Path::portable || !__builtin_cpu_supports("avx")) GTEST_SKIP() << "no such path here";
  const auto seconds = [](Path p) {
    const auto before = std::chrono::steady_clock::now();
    Sha256 h(p);
    for (int i = 0; i < 2000; ++i) {
      asm volatile("vpcmpeqd %%xmm0, %%xmm0, %%xmm0\n\tvinsertf128 $1, %%xmm0, %%ymm0, %%ymm0" ::: "xmm0");
      h.update(std::array<Byte, 64>{});
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  };
  const double portable = std::min(seconds(Path::portable), seconds(Path::portable));
  const double hardware = std::min(seconds(Path::hardware), seconds(Path::hardware));
  EXPECT_LT(hardware, 2 * portable);
}
#endif

TEST(Sha256, IsTheSameHoweverTheMessageIsCut) {
  ByteVector message(200);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<Byte>(i * 7);
  for (std::size_t n = 0; n <= message.size(); ++n) {
    const Bytes part = Bytes(message).first(n);
    const Digest whole = sha256(part, Path::portable);
    on_each_path(sha_path(), [&](Path p) {
      for (const std::size_t cut : {n / 3, n / 2, std::min<std::size_t>(n, 64)}) {
        Sha256 h(p);
        h.update(part.first(cut));
        h.update(part.subspan(cut));
        ASSERT_EQ(hex(h.finish()), hex(whole)) << n << " cut at " << cut;
      }
    });
  }
}

//= RFC 2104, 2; type=test
TEST(HmacSha256, GivesThePublishedCodes) {
  for_each_case("hmac_sha256_rfc4231.vec", [](Case& c) {
    const auto key = c.octets("Key");
    const auto message = c.octets("Message");
    const auto code = c.octets("Code");
    on_each_path(sha_path(), [&](Path p) {
      EXPECT_EQ(hex(hmac_sha256(key, message, p)), hex(code));
      EXPECT_EQ(hex(kdf(key, message, p).expose()), hex(code));
    });
  });
}

TEST(HmacSha256, ACopyWithItsKeyServesManyMessages) {
  const HmacSha256 keyed(ByteVector(32, 0x0B));
  for (Byte i = 0; i < 3; ++i) {
    HmacSha256 h = keyed;
    h.update(ByteVector(40, i));
    EXPECT_EQ(hex(h.finish()), hex(hmac_sha256(ByteVector(32, 0x0B), ByteVector(40, i))));
  }
}

void check_milenage(Case& c) {
  const auto k = c.array<16>("K");
  const auto op = c.array<16>("OP");
  const auto opc = c.array<16>("OPc");
  const auto rand = c.array<16>("RAND");
  const auto sqn = c.array<6>("SQN");
  const auto amf = c.array<2>("AMF");
  const auto f1 = c.text("f1");
  const auto f1_star = c.text("f1*");
  const auto f2 = c.text("f2");
  const auto f3 = c.text("f3");
  const auto f4 = c.text("f4");
  const auto f5 = c.text("f5");
  const auto f5_star = c.text("f5*");
  on_each_path(aes_path(), [&](Path p) {
    EXPECT_EQ(hex(milenage_opc(k, op, p).expose()), hex(opc));
    const Milenage m(k, opc, rand, p);
    EXPECT_EQ(hex(m.f1(sqn, amf).f1), f1);
    EXPECT_EQ(hex(m.f1(sqn, amf).f1_star), f1_star);
    EXPECT_EQ(hex(m.f2_f5().res.expose()), f2);
    EXPECT_EQ(hex(m.f3().expose()), f3);
    EXPECT_EQ(hex(m.f4().expose()), f4);
    EXPECT_EQ(hex(m.f2_f5().ak.expose()), f5);
    EXPECT_EQ(hex(m.f5_star().expose()), f5_star);
    const auto v = m.vector(sqn, amf);
    EXPECT_EQ(hex(v.macs.f1) + hex(v.macs.f1_star), f1 + f1_star);
    EXPECT_EQ(hex(v.res.expose()) + hex(v.ak.expose()), f2 + f5);
    EXPECT_EQ(hex(v.ck.expose()) + hex(v.ik.expose()), f3 + f4);
  });
}

//= TS 35.206, 4.1; type=test
TEST(Milenage, PassesTheConformanceTest) { for_each_case("milenage_ts35208.vec", check_milenage); }
TEST(Milenage, PassesTheImplementorsTest) { for_each_case("milenage_ts35207.vec", check_milenage); }

}  // namespace
}  // namespace baton::crypto
