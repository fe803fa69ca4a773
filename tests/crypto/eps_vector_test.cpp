// MILENAGE and KASME in one go give what the functions give one after the other, on each path.
#include "crypto/eps_vector.h"

#include <random>

#include "crypto/hmac_sha256.h"
#include "crypto/milenage.h"
#include "crypto/paths.h"

namespace baton::crypto {
namespace {

struct Subscriber {
  std::array<Byte, 16> k, opc, rand;
  std::uint64_t sqn;
  std::array<Byte, 2> amf;
  std::array<Byte, 3> serving_network;
  EpsVectorJob job() const { return {k, opc, rand, sqn, amf, serving_network}; }
};

std::vector<Subscriber> subscribers(std::size_t n) {
  std::mt19937_64 engine(11);
  std::vector<Subscriber> out(n);
  const auto fill = [&](MutableBytes b) {
    for (Byte& octet : b) octet = static_cast<Byte>(engine());
  };
  for (Subscriber& s : out) {
    for (const MutableBytes b : {MutableBytes(s.k), MutableBytes(s.opc), MutableBytes(s.rand),
                                 MutableBytes(s.amf), MutableBytes(s.serving_network)})
      fill(b);
    s.sqn = engine() >> 16U;
  }
  return out;
}

/// Every output beside what MILENAGE and HMAC-SHA-256, which are tested by themselves, give on the portable
/// path.
//= TS 33.401, A.2; type=test
void check(const Subscriber& s, const EpsVectorOutputs& made) {
  const Milenage milenage(s.k, s.opc, s.rand, Path::portable);
  std::array<Byte, 6> sqn;
  for (std::size_t i = 0; i < 6; ++i) sqn[i] = static_cast<Byte>(s.sqn >> (40 - 8 * i));
  const auto v = milenage.vector(sqn, s.amf);
  ByteVector autn;
  for (std::size_t i = 0; i < 6; ++i) autn.push_back(sqn[i] ^ v.ak.expose()[i]);
  ByteVector kasme_s{0x10, s.serving_network[0], s.serving_network[1], s.serving_network[2], 0, 3};
  kasme_s.insert(kasme_s.end(), autn.begin(), autn.end());
  kasme_s.insert(kasme_s.end(), {0, 6});
  autn.insert(autn.end(), s.amf.begin(), s.amf.end());
  autn.insert(autn.end(), v.macs.f1.begin(), v.macs.f1.end());
  ByteVector key(v.ck.expose().begin(), v.ck.expose().end());
  key.insert(key.end(), v.ik.expose().begin(), v.ik.expose().end());
  ASSERT_EQ(hex(made.autn), hex(autn));
  ASSERT_EQ(hex(made.res), hex(v.res.expose()));
  ASSERT_EQ(hex(made.ck), hex(v.ck.expose()));
  ASSERT_EQ(hex(made.ik), hex(v.ik.expose()));
  ASSERT_EQ(hex(Bytes(made.ak_star).first(6)), hex(milenage.f5_star().expose()));
  ASSERT_EQ(hex(made.kasme), hex(hmac_sha256(key, kasme_s, Path::portable)));
}

TEST(EpsVectors, AnyNumberOfThemIsWhatTheFunctionsGiveOneByOne) {
  const auto all = subscribers(40);
  on_each_path(batch_path(), [&](Path path) {
    for (const bool streams : {false, true}) {
      prefer_sha_streams(streams);
      for (const std::size_t n : {0U, 1U, 2U, 3U, 4U, 5U, 8U, 9U, 15U, 16U, 17U, 31U, 40U}) {
        std::vector<EpsVectorJob> jobs;
        for (std::size_t i = 0; i < n; ++i) jobs.push_back(all[i].job());
        std::vector<EpsVectorOutputs> made(n);
        eps_vectors(jobs, made, path);
        for (std::size_t i = 0; i < n; ++i) check(all[i], made[i]);
      }
    }
  });
  prefer_sha_streams(cpu().amd);
}

}  // namespace
}  // namespace baton::crypto
