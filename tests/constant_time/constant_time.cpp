// constant_time [planted]: runs every algorithm on secrets that memcheck takes for undefined. A branch on
// one, or an address made of one, is then an error, and valgrind ends with the status it was told to. With
// "planted" there is such a look-up, which has to be found.
//
// valgrind 3.19 does not know SHA-NI, VAES and AVX-512, and hides them from the program: the portable and
// AES-NI paths are what runs here.
#include <valgrind/memcheck.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "crypto/aes_siv.h"
#include "crypto/batch.h"
#include "crypto/comp128.h"
#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/fips186_prf.h"
#include "crypto/kasumi.h"
#include "crypto/kdf.h"
#include "crypto/milenage.h"
#include "crypto/sha1.h"
#include "crypto/test_algorithm.h"
#include "crypto/tuak.h"

namespace {

using namespace baton;
using namespace baton::crypto;

template <std::size_t N>
struct SecretArray {
  std::array<Byte, N> octets{};
  explicit SecretArray(Byte seed) {
    for (std::size_t i = 0; i < N; ++i) octets[i] = static_cast<Byte>(seed + 37 * i);
    VALGRIND_MAKE_MEM_UNDEFINED(octets.data(), N);
  }
};

/// What comes out may be sent, and then it is no secret.
void sent(const void* p, std::size_t n) { VALGRIND_MAKE_MEM_DEFINED(p, n); }

void streams(Path p) {
  const SecretArray<16> key(1);
  for (const std::size_t bits : {1U, 800U, 253U}) {
    ByteVector data((bits + 7) / 8, 0x5A);
    for (const auto cipher : {eea1, eea2, eea3}) {
      VALGRIND_MAKE_MEM_UNDEFINED(data.data(), data.size());
      cipher(key.octets, 7, 3, Direction::uplink, bits, data, p);
    }
    for (const auto code : {eia1, eia2, eia3}) {
      VALGRIND_MAKE_MEM_UNDEFINED(data.data(), data.size());
      const MacI mac = code(key.octets, 7, 3, Direction::downlink, bits, data, p);
      sent(mac.data(), mac.size());
    }
  }
}

void batches(Path p) {
  constexpr std::size_t packets = 20;
  std::vector<SecretArray<16>> keys;
  std::vector<ByteVector> data;
  std::vector<CipherJob> ciphers;
  std::vector<MacJob> codes;
  std::vector<UmtsMacJob> umts;
  for (std::size_t i = 0; i < packets; ++i) {
    keys.emplace_back(static_cast<Byte>(i));
    data.emplace_back(20 + i);
    VALGRIND_MAKE_MEM_UNDEFINED(data[i].data(), data[i].size());
  }
  for (std::size_t i = 0; i < packets; ++i) {
    const std::size_t bits = 8 * data[i].size() - i % 8;
    ciphers.push_back({keys[i].octets, 1, 2, Direction::uplink, bits, data[i]});
    codes.push_back({keys[i].octets, 1, 2, Direction::uplink, bits, data[i]});
    umts.push_back({keys[i].octets, 1, 2, Direction::uplink, bits, data[i]});
  }
  std::vector<MacI> macs(packets);
  for (const auto batch : {eea1_batch, eea2_batch, eea3_batch}) batch(ciphers, p);
  for (const auto batch : {eia1_batch, eia2_batch, eia3_batch}) batch(codes, macs, p);
  if (p == Path::portable) {
    uea1_batch(ciphers);
    uia1_batch(umts, macs);
  }

  std::vector<MilenageJob> jobs;
  const std::array<Byte, 16> rand{};
  const std::array<Byte, 6> sqn{};
  const std::array<Byte, 2> amf{};
  for (std::size_t i = 0; i < packets; ++i)
    jobs.push_back({keys[i].octets, keys[packets - 1 - i].octets, rand, sqn, amf});
  std::vector<MilenageOutputs> out(packets);
  milenage_batch(jobs, out, p);
  milenage_batch(std::span(jobs).first(1), std::span(out).first(1), p);

  std::vector<SecretArray<32>> wide;
  std::vector<std::array<Byte, 32>> made(packets);
  std::vector<KdfJob> kdfs;
  for (std::size_t i = 0; i < packets; ++i) wide.emplace_back(static_cast<Byte>(i));
  for (std::size_t i = 0; i < packets; ++i) kdfs.push_back({wide[i].octets, sqn, made[i]});
  kdf_batch(kdfs, p);
}

void authentication(Path p) {
  const SecretArray<16> k(1);
  const SecretArray<16> opc(2);
  const SecretArray<32> topc(3);
  const std::array<Byte, 16> rand{1};
  const std::array<Byte, 6> sqn{2};
  const std::array<Byte, 2> amf{0x80};
  const auto made_opc = milenage_opc(k.octets, opc.octets, p);
  const Milenage milenage(k.octets, made_opc.expose(), rand, p);
  const auto v = milenage.vector(sqn, amf);
  const auto star = milenage.f5_star();
  sent(v.macs.f1.data(), 8);
  const auto tuak = *Tuak::make(k.octets, topc.octets);
  const auto t = tuak.vector(rand, sqn, amf, Path::portable);
  sent(t.mac.expose().data(), t.mac.size());
  const TestAlgorithm test(k.octets, rand);
  const auto res = test.f2();
  for (const auto version : {Comp128Version::v1, Comp128Version::v2, Comp128Version::v3})
    (void)comp128(version, k.octets, rand);
  const auto blocks = a5_3(std::span<const Byte, 16>(k.octets).first<8>(), 5);
  sent(blocks.uplink.data(), blocks.uplink.size());

  const SecretArray<32> key(9);
  (void)kdf(key.octets, rand, Path::portable);
  (void)kdf(key.octets, ByteVector(80, 1), Path::portable);
  const auto digest = sha1({k.octets, opc.octets});
  std::array<Byte, 160> expanded;
  fips186_prf(digest, expanded);
}

/// What must be found: S-boxes by look-up.
int planted() {
  const SecretArray<16> key(1);
  static const std::array<Byte, 256> table{1, 2, 3};
  int sum = 0;
  for (const Byte b : key.octets) sum += table[b];
  sent(&sum, sizeof(sum));
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "planted") == 0) {
    std::printf("%d\n", planted());
    return 0;
  }
  for (const Path p : {Path::portable, Path::hardware}) {
    if (p > stream_path()) break;
    std::printf("%s\n", std::string(to_string(p)).c_str());
    streams(p);
    batches(p);
    authentication(p);
  }
  std::printf("under valgrind: %s\n", RUNNING_ON_VALGRIND ? "yes" : "no");
  return 0;
}
