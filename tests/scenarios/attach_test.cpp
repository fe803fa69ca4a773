// A whole network on invented time: attach, idle, service request, tracking area update, detach.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "lab/cast.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

constexpr std::array nas_keys{KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int};
constexpr std::array as_keys{KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc};

void expect_agreement(const Cast& cast, std::size_t ue, bool as) {
  for (const KeyKind kind : nas_keys)
    EXPECT_TRUE(cast.agree(ue, kind)) << to_string(kind) << "\n" << story(cast);
  for (const KeyKind kind : as_keys) {
    if (as)
      EXPECT_TRUE(cast.agree(ue, kind)) << to_string(kind) << "\n" << story(cast);
    else
      EXPECT_TRUE(cast.held_by_nobody(ue, kind)) << to_string(kind) << " outlives its connection\n"
                                                 << story(cast);
  }
}

//= TS 23.401, 5.3.2.1; type=test
TEST(Attach, AUeAttachesAndBothEndsHoldTheSameKeys) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered);
  EXPECT_TRUE(cast.ue(0).connected());
  EXPECT_TRUE(cast.ue(0).as_secured());
  EXPECT_TRUE(cast.ue(0).guti());
  EXPECT_TRUE(cast.ue(0).address());
  EXPECT_NE(cast.mme().find(imsi_of(0)), nullptr);
  expect_agreement(cast, 0, true);
  const auto* session = cast.upe().sessions().find(imsi_of(0));
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(session->connected());
  for (const auto& kind : {KeyKind::ck, KeyKind::ik})
    EXPECT_TRUE(cast.held_by_nobody(0, kind)) << to_string(kind) << " is used up when KASME is made";
}

//= TS 23.401, 5.3.5; type=test
//= TS 23.401, 5.3.4.1; type=test
TEST(Attach, AnIdleUeHasNoKeysOfTheAirAndComesBackWithNewOnes) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto first = cast.key(0, KeyKind::kenb)->current;
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  expect_agreement(cast, 0, false);
  EXPECT_FALSE(cast.upe().sessions().find(imsi_of(0))->connected());
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  expect_agreement(cast, 0, true);
  EXPECT_NE(cast.key(0, KeyKind::kenb)->current, first);
  EXPECT_TRUE(cast.upe().sessions().find(imsi_of(0))->connected());
}

//= TS 23.401, 5.3.4.3; type=test
TEST(Attach, DataForAnIdleUePagesItAndItComes) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  EXPECT_TRUE(cast.page(0)) << story(cast);
  expect_agreement(cast, 0, true);
}

//= TS 23.401, 5.3.3.1; type=test
TEST(Attach, AnIdleUeThatMovesUpdatesItsTrackingArea) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  const auto kasme = cast.key(0, KeyKind::kasme)->current;
  cast.move(0, 1);
  EXPECT_TRUE(cast.tau(0)) << story(cast);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered);
  for (const KeyKind kind : nas_keys)
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
  EXPECT_EQ(cast.key(0, KeyKind::kasme)->current, kasme) << "an update makes no new keys";
}

//= TS 23.401, 5.3.8.2; type=test
TEST(Attach, ADetachedUeLeavesNoKeyBehindAnywhere) {
  for (const bool switch_off : {false, true}) {
    Cast cast(script());
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    ASSERT_TRUE(switch_off ? cast.switch_off(0) : cast.detach(0)) << story(cast);
    EXPECT_EQ(cast.ue(0).state(), node::ue::State::deregistered);
    EXPECT_EQ(cast.upe().sessions().size(), 0U);
    for (const KeyKind kind : as_keys) EXPECT_TRUE(cast.held_by_nobody(0, kind)) << to_string(kind);
  }
}

TEST(Attach, TheNetworkSendsAUeAway) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_TRUE(cast.network_detach(0)) << story(cast);
  EXPECT_EQ(cast.upe().sessions().size(), 0U);
  for (const KeyKind kind : as_keys) EXPECT_TRUE(cast.held_by_nobody(0, kind)) << to_string(kind);
}

TEST(Attach, AUeThatIsKnownAttachesAgainWithItsGuti) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.detach(0)) << story(cast);
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  expect_agreement(cast, 0, true);
}

TEST(Attach, ANewAuthenticationMakesNewKeysAtBothEnds) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_TRUE(cast.reauthenticate(0)) << story(cast);
}

TEST(Attach, ManyUesAttachSideBySideAndNoneKnowsAnothersKeys) {
  constexpr std::size_t many = 30;
  Cast cast(script(many));
  for (std::size_t i = 0; i < many; ++i) cast.net.command(Cast::ue_name(i), {node::Verb::attach, {}, 0});
  cast.settle();
  std::set<KeyId> keys;
  for (std::size_t i = 0; i < many; ++i) {
    const auto* o = cast.outcome(i, "attach");
    ASSERT_NE(o, nullptr) << i;
    EXPECT_TRUE(o->ok) << o->cause;
    EXPECT_TRUE(cast.agree(i, KeyKind::kenb));
    keys.insert(*cast.key(i, KeyKind::kasme)->current);
  }
  EXPECT_EQ(keys.size(), many);
  EXPECT_EQ(cast.upe().sessions().size(), many);
}

// The same seed gives the same ledger, entry by entry; another seed another one.
TEST(Attach, TheLedgerFollowsFromTheSeed) {
  const auto ledger = [](std::uint64_t seed) {
    Cast cast(script(3, 2, seed));
    for (std::size_t i = 0; i < 3; ++i) cast.attach(i);
    std::string out;
    for (const LedgerEntry& e : cast.net.ledger())
      out += std::to_string(e.at.since_epoch.count()) + e.node + std::string(to_string(e.event)) +
             e.key.to_string();
    return out;
  };
  EXPECT_EQ(ledger(1), ledger(1));
  EXPECT_NE(ledger(1), ledger(2));
}

}  // namespace
}  // namespace baton::lab
