// What each node keeps over a crash, and what it does not; what a detach leaves; whose keys are whose.
#include <gtest/gtest.h>

#include "stage.h"
#include "wire/diameter/message.h"
#include "wire/diameter/s6a.h"

namespace baton::lab {
namespace {

std::size_t vectors_given(const Cast& cast) {
  std::size_t n = 0;
  for (const WireTap& t : cast.net.taps())
    if (t.port == peer::Port::diameter &&
        wire::diameter::decode<wire::diameter::AuthenticationInformationAnswer>(t.octets))
      ++n;
  return n;
}

TEST(Memory, AnMmeThatCrashedKnowsNobodyAndEveryUeAttachesAgainWithNewKeys) {
  Stage s(with_inactivity(3));
  for (std::size_t i = 0; i < 3; ++i) ASSERT_TRUE(s.cast.attach(i));
  ASSERT_TRUE(s.cast.idle(1));
  ASSERT_TRUE(s.cast.detach(2));
  EXPECT_EQ(s.cast.mme().remembered_count(), 1U);
  std::vector<KeyId> before;
  for (std::size_t i = 0; i < 2; ++i) before.push_back(*s.keys_at("mme", i, KeyKind::kasme).begin());
  s.crash("mme");
  s.restart("mme");
  EXPECT_EQ(s.cast.mme().ue_count(), 0U);
  EXPECT_EQ(s.cast.mme().remembered_count(), 0U);
  EXPECT_EQ(s.cast.mme().connection_count(), 0U);
  s.cast.run(healing);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(s.revive(i)) << story(s.cast);
    if (i < 2) {
      EXPECT_FALSE(s.keys_at("mme", i, KeyKind::kasme).contains(before[i])) << "the old key is gone for good";
      EXPECT_FALSE(s.keys_at(Cast::ue_name(i), i, KeyKind::kasme).contains(before[i]));
    }
  }
  EXPECT_EQ(s.wrong(), "") << story(s.cast);
  EXPECT_EQ(s.cast.upe().sessions().size(), 3U) << "one session each, the old ones are gone";
}

TEST(Memory, AnHssThatCrashedStillKnowsWhereEverybodyIs) {
  Stage s(with_inactivity(2));
  ASSERT_TRUE(s.cast.attach(0));
  ASSERT_TRUE(s.cast.attach(1));
  ASSERT_TRUE(s.cast.detach(1));
  s.cast.run(10s);
  const auto record = [&](std::size_t i) { return s.cast.subscribers.load(imsi_of(i)); };
  ASSERT_TRUE(record(0)->mme);
  EXPECT_FALSE(record(0)->mme->purged);
  EXPECT_TRUE(record(1)->mme->purged);
  const auto seq = record(0)->seq_reserved;
  s.crash("hss");
  // What the store holds now is what was synced.
  EXPECT_EQ(record(0)->mme->host, s.cast.mme_configs[0].identity);
  EXPECT_TRUE(record(1)->mme->purged);
  EXPECT_EQ(record(0)->seq_reserved, seq);
  s.restart("hss");
  s.cast.run(healing);
  EXPECT_EQ(s.cast.ue(0).state(), node::ue::State::registered) << "nobody noticed";
  EXPECT_EQ(s.wrong(), "");
  // A purged subscriber is found again when it comes back.
  EXPECT_TRUE(s.cast.attach(1)) << story(s.cast);
  EXPECT_FALSE(record(1)->mme->purged);
  ASSERT_TRUE(s.revive(0));
  EXPECT_TRUE(s.cast.reauthenticate(0)) << story(s.cast);
}

// An HSS that crashes at each moment of an attach, over and over, never gives the card a SQN it has seen.
TEST(Memory, AnHssThatCrashesAllTheTimeNeverPutsACardOutOfStep) {
  for (int at = 1; at < 40; at += 3) {
    Stage s(with_inactivity());
    for (int round = 0; round < 3; ++round) {
      s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
      for (int i = 0; i < at; ++i) s.cast.net.step();
      s.crash("hss");
      s.restart("hss");
      s.cast.run(1min);
      if (s.cast.ue(0).state() == node::ue::State::registered) {
        ASSERT_TRUE(s.cast.detach(0));
      }
    }
    s.cast.run(healing);
    EXPECT_TRUE(s.revive(0)) << story(s.cast);
    for (const auto& step : s.cast.net.steps())
      EXPECT_EQ(step.text.find("synch"), std::string::npos) << "a SQN was used twice, at " << at;
  }
}

TEST(Memory, APhoneWithoutPowerComesBackWithItsGutiAndItsKeysAndNeedsNoVector) {
  Stage s(with_inactivity());
  ASSERT_TRUE(s.cast.attach(0));
  const auto vectors = vectors_given(s.cast);
  const auto kasme = s.keys_at("ue1", 0, KeyKind::kasme);
  const auto kenb = s.keys_at("ue1", 0, KeyKind::kenb);
  const auto guti = s.cast.ue(0).guti();
  s.cast.power_cycle(0);
  EXPECT_TRUE(s.keys_at("ue1", 0, KeyKind::kenb).empty()) << "the air's keys are not in that memory";
  ASSERT_EQ(s.cast.ue(0).guti(), guti);
  ASSERT_TRUE(s.cast.attach(0)) << story(s.cast);
  EXPECT_EQ(vectors_given(s.cast), vectors) << "a good MAC under a context that both have is enough";
  EXPECT_EQ(s.keys_at("ue1", 0, KeyKind::kasme), kasme);
  EXPECT_NE(s.keys_at("ue1", 0, KeyKind::kenb), kenb) << "but the connection has a key of its own";
  EXPECT_NE(s.cast.ue(0).guti(), guti) << "and the UE a new name";
  EXPECT_EQ(s.wrong(), "");
  EXPECT_EQ(s.cast.upe().sessions().size(), 1U);
}

TEST(Memory, AnUpdateWithTheActiveFlagBringsTheBearerAndAKeyForIt) {
  Stage s(with_inactivity());
  ASSERT_TRUE(s.cast.attach(0));
  ASSERT_TRUE(s.cast.idle(0));
  s.cast.net.command("ue1", {node::Verb::tau, {}, 1});
  s.cast.settle();
  EXPECT_TRUE(s.in_service(0)) << story(s.cast);
  EXPECT_EQ(s.wrong(), "");
}

TEST(Memory, AfterADetachOfEitherSideNoNodeHoldsAKeyOfTheUeAndOthersKeepTheirs) {
  for (const int way : {0, 1, 2}) {
    Stage s(with_inactivity(2));
    ASSERT_TRUE(s.cast.attach(0));
    ASSERT_TRUE(s.cast.attach(1));
    if (way == 0) {
      EXPECT_TRUE(s.cast.detach(0));
    } else if (way == 1) {
      EXPECT_TRUE(s.cast.switch_off(0));
    } else {
      EXPECT_TRUE(s.cast.network_detach(0));
    }
    s.cast.run(5s);
    std::set<KeyKind> of_the_other;
    for (const auto& h : s.holdings()) {
      EXPECT_EQ(h.subscriber, imsi_of(1).digits()) << h.node << " " << to_string(h.kind);
      of_the_other.insert(h.kind);
    }
    EXPECT_GE(of_the_other.size(), 7U);
    EXPECT_EQ(s.wrong(), "");
    EXPECT_TRUE(s.in_service(1));
  }
}

// UEs side by side in every state: nobody ever held a key of another UE, not even for a moment.
TEST(Memory, NoNodeOfAUeEverHoldsAKeyOfAnotherUe) {
  Stage s(with_inactivity(4));
  for (std::size_t i = 0; i < 4; ++i) s.cast.net.command(Cast::ue_name(i), {node::Verb::attach, {}, 0});
  s.cast.settle();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(s.cast.idle(i) && s.cast.service_request(i));
  std::map<KeyId, std::set<std::string>> phones;
  for (const LedgerEntry& e : s.cast.net.ledger())
    if (e.node.starts_with("ue")) phones[e.key].insert(e.node);
  EXPECT_GE(phones.size(), 4U * 10U);
  for (const auto& [key, who] : phones) EXPECT_EQ(who.size(), 1U) << key.to_string();
}

}  // namespace
}  // namespace baton::lab
