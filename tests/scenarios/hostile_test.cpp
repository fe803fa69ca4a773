// Every message kind of a UE's life, mutated and delivered where it was heard: nothing a neighbour sends
// ends a node, what nobody can read changes nothing, and the network recovers from the rest.
#include "scenarios/hostile.h"

#include <gtest/gtest.h>

#include "wire/s1ap/s1ap.h"

namespace baton::lab {
namespace {

// Sampled where a message is long, so that the whole stays a matter of seconds.
constexpr std::size_t most_flips = 96;
constexpr std::size_t most_lies = 64;

std::vector<ByteVector> mutations(const Kind& kind, std::size_t number) {
  std::vector<ByteVector> out = cuts(kind.tap.octets);
  for (auto* more : {&flips, &lies}) {
    auto some = (*more)(kind.tap.octets, more == &flips ? most_flips : most_lies, number);
    out.insert(out.end(), some.begin(), some.end());
  }
  auto long_ones = swollen(kind.tap.octets);
  out.insert(out.end(), long_ones.begin(), long_ones.end());
  return out;
}

std::string hex(const ByteVector& in) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(in.size(), 400); ++i) {
    out += "0123456789abcdef"[in[i] >> 4U];
    out += "0123456789abcdef"[in[i] & 15U];
  }
  return out;
}

std::string without_counts(std::string s) {
  for (std::size_t at = 0; (at = s.find("counts ", at)) != std::string::npos; at += 7)
    s.erase(at + 7, s.find(' ', at + 7) - (at + 7));
  return s;
}

// The same for each interface: invalid forms one by one with a look after each, then the readable ones.
void bombard(peer::Port port, bool idle) {
  std::size_t number = 0;
  std::size_t invalid = 0, different = 0;
  for (const Kind& kind : life()) {
    ++number;
    if (kind.tap.port != port) continue;
    SCOPED_TRACE(kind.name + (idle ? ", victim idle" : ", victim connected"));
    auto cast = victim_network(idle);
    ASSERT_TRUE(cast);
    const auto all = mutations(kind, number);
    const std::string before = standing(*cast);
    for (const ByteVector& m : all) {
      if (attitude_of(kind.tap, m) != Attitude::invalid) continue;
      ++invalid;
      ASSERT_TRUE(deliver(*cast, kind.tap, m)) << hex(m);
      cast->settle();
      if (const std::string after = standing(*cast); after != before) {
        ADD_FAILURE() << hex(m) << "\n" << before << "\n" << after;
        return;
      }
    }
    EXPECT_TRUE(serves(*cast)) << "after messages nobody can read\n" << standing(*cast);
    for (const ByteVector& m : all) {
      if (attitude_of(kind.tap, m) == Attitude::invalid) continue;
      ++different;
      ASSERT_TRUE(deliver(*cast, kind.tap, m)) << hex(m);
      cast->settle();
      // What does not fill its length would swallow the next one: the watchdog finds that out.
      if (port == peer::Port::diameter) cast->run(2min);
    }
    const bool creates = kind.name.find("Create Session Request") != std::string::npos;
    EXPECT_TRUE(recovers(*cast, creates ? all.size() : 1)) << "after messages that say something else\n"
                                                           << standing(*cast);
  }
  ::testing::Test::RecordProperty("invalid", static_cast<int>(invalid));
  ::testing::Test::RecordProperty("different", static_cast<int>(different));
  EXPECT_GT(invalid + different, 0U);
}

TEST(Hostile, S1apChangesNothingUnlessItCanBeReadWhileTheVictimIsConnected) {
  bombard(peer::Port::s1ap, false);
}
TEST(Hostile, S1apChangesNothingUnlessItCanBeReadWhileTheVictimIsIdle) { bombard(peer::Port::s1ap, true); }
TEST(Hostile, GtpChangesNothingUnlessItCanBeRead) {
  bombard(peer::Port::gtpc, false);
  bombard(peer::Port::gtpc, true);
}
TEST(Hostile, RadioChangesNothingUnlessItCanBeRead) {
  bombard(peer::Port::radio, false);
  bombard(peer::Port::radio, true);
}
TEST(Hostile, DiameterAtItsWorstCostsAConnectionAndTheNetworkRecovers) {
  bombard(peer::Port::diameter, false);
}

TEST(Hostile, TheLifeShowsEveryKindOfMessageOnEveryInterface) {
  std::map<peer::Port, std::size_t> kinds;
  for (const Kind& k : life()) ++kinds[k.tap.port];
  EXPECT_GE(kinds[peer::Port::s1ap], 25U);
  EXPECT_GE(kinds[peer::Port::diameter], 8U);
  EXPECT_GE(kinds[peer::Port::gtpc], 10U);
  EXPECT_GE(kinds[peer::Port::radio], 20U);
}

// Whoever has the victim's S1 connection and not its keys: every NAS message of a life, changed, replayed,
// or made of nothing, under the ids of the connection. No MAC is right and no COUNT is new.
//= TS 24.301, 4.4.4.2 and 4.4.4.3; type=test
TEST(Hostile, NasUnderTheVictimsConnectionChangesNothingWithoutItsKeys) {
  std::optional<wire::s1ap::MmeUeS1apId> mme_id;
  std::optional<wire::s1ap::EnbUeS1apId> enb_id;
  std::size_t number = 0, tried = 0;
  const auto bombard_with = [&](const Kind& kind, auto message) {
    if (!mme_id) {  // the first of a life has the ids of the victim's first connection
      mme_id = message.mme_ue_id;
      enb_id = message.enb_ue_id;
    }
    message.mme_ue_id = *mme_id;
    message.enb_ue_id = *enb_id;
    const ByteVector genuine = message.nas.octets;
    auto cast = victim_network(false);
    ASSERT_TRUE(cast);
    const std::string before = standing(*cast);
    std::vector<ByteVector> all = flips(genuine, most_flips * 2, ++number);
    for (auto& m : cuts(genuine)) all.push_back(std::move(m));
    for (auto& m : lies(genuine, most_lies, number)) all.push_back(std::move(m));
    for (const ByteVector& nas : all) {
      message.nas.octets = nas;
      WireTap where = kind.tap;
      where.stream = 1;
      deliver(*cast, where, wire::s1ap::encode(message));
      cast->settle();
      ++tried;
      // A Security Mode Command that cannot be accepted is answered, protected by the context in use, and
      // the answer has a COUNT (TS 24.301, 5.4.3.5). Nothing else may have moved.
      const bool command = genuine.size() > 7 && genuine[0] == 0x37 && genuine[7] == 0x5D;
      if (command) {
        ASSERT_EQ(without_counts(standing(*cast)), without_counts(before)) << kind.name << " " << hex(nas);
        continue;
      }
      ASSERT_EQ(standing(*cast), before) << kind.name << " " << hex(nas);
    }
    EXPECT_TRUE(serves(*cast)) << kind.name << standing(*cast);
  };
  for (const Kind& kind : life()) {
    if (kind.tap.port != peer::Port::s1ap) continue;
    if (auto up = wire::s1ap::decode<wire::s1ap::UplinkNasTransport>(kind.tap.octets))
      bombard_with(kind, std::move(*up));
    if (auto down = wire::s1ap::decode<wire::s1ap::DownlinkNasTransport>(kind.tap.octets))
      bombard_with(kind, std::move(*down));
  }
  EXPECT_GT(tried, 1000U);
}

// Exact copies, twice each and in the order in which they were heard, backwards and shuffled.
TEST(Hostile, AWholeLifePlayedAgainInAnyOrderEndsInAServedVictim) {
  for (int order = 0; order < 3; ++order) {
    for (const bool idle : {false, true}) {
      SCOPED_TRACE(order);
      auto cast = victim_network(idle);
      ASSERT_TRUE(cast);
      std::vector<const Kind*> heard;
      for (const Kind& k : life()) heard.push_back(&k);
      if (order == 1) std::reverse(heard.begin(), heard.end());
      if (order == 2) {
        SeededEntropy dice(3, "order");
        for (std::size_t i = heard.size(); i > 1; --i) std::swap(heard[i - 1], heard[dice.u32() % i]);
      }
      for (const Kind* k : heard) {
        for (int twice = 0; twice < 2; ++twice) deliver(*cast, k->tap, k->tap.octets);
        if (order != 0) cast->settle();
      }
      cast->settle();
      EXPECT_TRUE(recovers(*cast)) << standing(*cast);
    }
  }
}

}  // namespace
}  // namespace baton::lab
