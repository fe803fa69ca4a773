// Many jobs at once give what each gives alone, on each path.
#include "crypto/batch.h"

#include <random>

#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/hmac_sha256.h"
#include "crypto/milenage.h"
#include "crypto/paths.h"
#include "vectors/reader.h"

namespace baton::crypto {
namespace {

using vectors::Case;

/// A packet with inputs of its own.
struct Packet {
  std::array<Byte, 16> key;
  std::uint32_t count;
  Byte bearer;
  Direction direction;
  std::size_t bits;
  ByteVector data;

  CipherJob cipher_job() { return {key, count, bearer, direction, bits, data}; }
  MacJob mac_job() const { return {key, count, bearer, direction, bits, data}; }
};

class Noise {
 public:
  explicit Noise(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  void fill(MutableBytes out) {
    for (Byte& b : out) b = static_cast<Byte>(engine_());
  }
  Packet packet(std::size_t bits) {
    Packet p{{},
             static_cast<std::uint32_t>(engine_()),
             static_cast<Byte>(below(32)),
             static_cast<Direction>(below(2)),
             bits,
             ByteVector((bits + 7) / 8)};
    fill(p.key);
    fill(p.data);
    return p;
  }

 private:
  std::mt19937 engine_;
};

/// Sets of every size around the width of the lanes, of lengths that differ, with empty ones among them.
std::vector<std::vector<Packet>> sets() {
  Noise noise(7);
  std::vector<std::vector<Packet>> out;
  for (const std::size_t packets : {0U, 1U, 2U, 3U, 15U, 16U, 17U, 31U, 32U, 33U, 70U}) {
    std::vector<Packet> set;
    for (std::size_t i = 0; i < packets; ++i)
      set.push_back(noise.packet(noise.below(3) == 0 ? noise.below(130) : noise.below(2000)));
    out.push_back(std::move(set));
  }
  // Equal lengths, the shortest, the longest of a packet, and one that the library does not take.
  for (const std::size_t bits : {1U, 7U, 8U, 64U, 800U, 8 * 1500U, 8 * 8184U, 8 * 8188U, 8 * 9001U}) {
    std::vector<Packet> set;
    for (std::size_t i = 0; i < (bits > 20000 ? 3 : 18); ++i) set.push_back(noise.packet(bits));
    out.push_back(std::move(set));
  }
  return out;
}

template <class Batch, class Single>
void check_cipher(Batch batch, Single single) {
  for (const auto& set : sets()) {
    std::vector<ByteVector> expected;
    for (Packet p : set) {
      single(p.key, p.count, p.bearer, p.direction, p.bits, p.data, Path::portable);
      expected.push_back(p.data);
    }
    on_each_path(batch_path(), [&](Path path) {
      auto packets = set;
      std::vector<CipherJob> jobs;
      for (Packet& p : packets) jobs.push_back(p.cipher_job());
      batch(jobs, path);
      for (std::size_t i = 0; i < packets.size(); ++i)
        ASSERT_EQ(hex(packets[i].data), hex(expected[i])) << packets[i].bits << " bits, " << i;
    });
  }
}

template <class Batch, class Single>
void check_mac(Batch batch, Single single) {
  for (const auto& set : sets()) {
    on_each_path(batch_path(), [&](Path path) {
      std::vector<MacJob> jobs;
      for (const Packet& p : set) jobs.push_back(p.mac_job());
      std::vector<MacI> macs(jobs.size());
      batch(jobs, macs, path);
      for (std::size_t i = 0; i < set.size(); ++i) {
        const Packet& p = set[i];
        ASSERT_EQ(macs[i], single(p.key, p.count, p.bearer, p.direction, p.bits, p.data, Path::portable))
            << p.bits << " bits, " << i;
      }
    });
  }
}

//= TS 33.401, B.1; type=test
TEST(Batch, Eea1IsWhatEachPacketGivesAlone) { check_cipher(eea1_batch, eea1); }
TEST(Batch, Eea2IsWhatEachPacketGivesAlone) { check_cipher(eea2_batch, eea2); }
TEST(Batch, Eea3IsWhatEachPacketGivesAlone) { check_cipher(eea3_batch, eea3); }
//= TS 33.401, B.2; type=test
TEST(Batch, Eia1IsWhatEachPacketGivesAlone) { check_mac(eia1_batch, eia1); }
TEST(Batch, Eia2IsWhatEachPacketGivesAlone) { check_mac(eia2_batch, eia2); }
TEST(Batch, Eia3IsWhatEachPacketGivesAlone) { check_mac(eia3_batch, eia3); }

/// The published sets, sixteen copies of each file side by side.
template <class Run>
void with_published(const char* file, Run run) {
  auto cases = vectors::read(file);
  ASSERT_FALSE(cases.empty()) << file;
  std::vector<Packet> packets;
  std::vector<std::string> out;
  for (int copy = 0; copy < 16; ++copy) {
    for (Case& c : cases) {
      Packet p{c.array<16>("Key"),
               static_cast<std::uint32_t>(c.hex_number("COUNT")),
               static_cast<Byte>(c.number("BEARER")),
               static_cast<Direction>(c.number("DIRECTION")),
               c.number("Bits"),
               c.octets("Data")};
      p.data.resize((p.bits + 7) / 8);
      packets.push_back(std::move(p));
      out.push_back(c.text("Out"));
    }
  }
  on_each_path(batch_path(), [&](Path path) { run(packets, out, path); });
}
void published_cipher(const char* file, void (*batch)(std::span<const CipherJob>, Path)) {
  with_published(file, [&](std::vector<Packet> packets, const std::vector<std::string>& out, Path path) {
    std::vector<CipherJob> jobs;
    for (Packet& p : packets) jobs.push_back(p.cipher_job());
    batch(jobs, path);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(hex(packets[i].data), out[i]);
  });
}
void published_mac(const char* file, void (*batch)(std::span<const MacJob>, std::span<MacI>, Path)) {
  with_published(file,
                 [&](const std::vector<Packet>& packets, const std::vector<std::string>& out, Path path) {
                   std::vector<MacJob> jobs;
                   for (const Packet& p : packets) jobs.push_back(p.mac_job());
                   std::vector<MacI> macs(jobs.size());
                   batch(jobs, macs, path);
                   for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(hex(macs[i]), out[i]);
                 });
}

//= TS 33.401, C.1; type=test
//= TS 33.401, C.2; type=test
//= TS 33.401, C.3; type=test
//= TS 33.401, C.4; type=test
TEST(Batch, GivesThePublishedSets) {
  published_cipher("eea1_ts33401.vec", eea1_batch);
  published_cipher("eea2_ts33401.vec", eea2_batch);
  published_cipher("eea3_ts35223.vec", eea3_batch);
  published_mac("eia1_ts33401.vec", eia1_batch);
  published_mac("eia2_ts33401.vec", eia2_batch);
  published_mac("eia3_ts35223.vec", eia3_batch);
}

//= TS 35.206, 4.1; type=test
TEST(Batch, MilenageGivesThePublishedSets) {
  for (const char* file : {"milenage_ts35207.vec", "milenage_ts35208.vec"}) {
    auto cases = vectors::read(file);
    struct Inputs {
      std::array<Byte, 16> k, opc, rand;
      std::array<Byte, 6> sqn;
      std::array<Byte, 2> amf;
    };
    std::vector<Inputs> inputs;
    for (Case& c : cases)
      inputs.push_back(
          {c.array<16>("K"), c.array<16>("OPc"), c.array<16>("RAND"), c.array<6>("SQN"), c.array<2>("AMF")});
    std::vector<MilenageJob> jobs;
    for (int copy = 0; copy < 5; ++copy)
      for (const Inputs& i : inputs) jobs.push_back({i.k, i.opc, i.rand, i.sqn, i.amf});
    on_each_path(batch_path(), [&](Path path) {
      for (const std::size_t some : {std::size_t{1}, inputs.size(), jobs.size()}) {
        std::vector<MilenageOutputs> out(some);
        milenage_batch(std::span<const MilenageJob>(jobs).first(some), out, path);
        for (std::size_t i = 0; i < some; ++i) {
          Case& c = cases[i % cases.size()];
          ASSERT_EQ(hex(out[i].f1()), c.text("f1"));
          ASSERT_EQ(hex(out[i].f1_star()), c.text("f1*"));
          ASSERT_EQ(hex(out[i].f2()), c.text("f2"));
          ASSERT_EQ(hex(out[i].f3()), c.text("f3"));
          ASSERT_EQ(hex(out[i].f4()), c.text("f4"));
          ASSERT_EQ(hex(out[i].f5()), c.text("f5"));
          ASSERT_EQ(hex(out[i].f5_star()), c.text("f5*"));
        }
      }
    });
  }
}

//= TS 33.220, B.2; type=test
TEST(Batch, TheKdfIsHmacSha256ForAnyLengthOfS) {
  Noise noise(3);
  std::vector<std::array<Byte, 32>> keys(40);
  std::vector<ByteVector> s;
  for (auto& k : keys) noise.fill(k);
  for (const bool with_long_ones : {false, true}) {
    s.clear();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      s.emplace_back(with_long_ones && i % 5 == 0 ? noise.below(300) : (i * 7) % 56);
      noise.fill(s.back());
    }
    on_each_path(batch_path(), [&](Path path) {
      for (const bool streams : {false, true}) {
        prefer_sha_streams(streams);
        for (const std::size_t some : {0U, 1U, 2U, 3U, 4U, 5U, 16U, 17U, 40U}) {
          std::vector<std::array<Byte, 32>> out(some);
          std::vector<KdfJob> jobs;
          for (std::size_t i = 0; i < some; ++i) jobs.push_back({keys[i], s[i], out[i]});
          kdf_batch(jobs, path);
          for (std::size_t i = 0; i < some; ++i)
            ASSERT_EQ(hex(out[i]), hex(hmac_sha256(keys[i], s[i], Path::portable))) << s[i].size();
        }
      }
    });
  }
  prefer_sha_streams(cpu().amd);
}

// What a caller limits, the defaults obey; what it names, it gets.
TEST(Paths, CanBeLimited) {
  limit_path(Path::portable);
  EXPECT_EQ(aes_path(), Path::portable);
  EXPECT_EQ(sha_path(), Path::portable);
  EXPECT_EQ(stream_path(), Path::portable);
  EXPECT_EQ(batch_path(), Path::portable);
  limit_path(Path::hardware);
  EXPECT_LE(batch_path(), Path::hardware);
  limit_path(Path::wide);
  EXPECT_EQ(to_string(Path::portable), "portable");
  EXPECT_EQ(to_string(Path::hardware), "hardware");
  EXPECT_EQ(to_string(Path::wide), "wide");
}

}  // namespace
}  // namespace baton::crypto
