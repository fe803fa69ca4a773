// A connected UE goes from cell to cell of one MME: all nodes, on a quiet network.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

using Names = std::vector<std::string>;
constexpr std::array as_kinds{KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc};

/// expect_home: UE, eNB and MME named hold the same keys, and nobody else holds any.
void expect_home(Cast& cast, std::size_t enb, const std::string& mme) {
  const std::string cell = cast.enb_configs[enb].name;
  for (const KeyKind kind : as_kinds) {
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
    EXPECT_EQ(cast.holders(0, kind), (Names{cell, "ue1"})) << to_string(kind);
  }
  for (const KeyKind kind : {KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int}) {
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
    EXPECT_EQ(cast.holders(0, kind), (Names{mme, "ue1"})) << to_string(kind);
  }
  for (std::size_t i = 0; i < cast.enb_configs.size(); ++i)
    EXPECT_EQ(cast.enb(i).ue_count(), i == enb ? 1U : 0U) << cast.enb_configs[i].name;
}

KeyId kenb_of(Cast& cast) { return *cast.key(0, KeyKind::kenb)->current; }

//= S1.A2; type=test
//= S1.A3; type=test
//= S3.D7; type=test
TEST(Handover, InsideAnMmeTheUeArrivesAndTheSourceKeepsNothing) {
  // 1. At the first eNB.
  Cast cast(script(1, 2));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const KeyId before = kenb_of(cast);
  // 2. To the second.
  ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
  EXPECT_NE(kenb_of(cast), before);
  expect_home(cast, 1, "mme");
  // 3. The area is another one, so the UE has said where it is.
  ASSERT_NE(cast.outcome(0, "tau"), nullptr) << story(cast);
  EXPECT_TRUE(cast.outcome(0, "tau")->ok);
  const auto* moved = cast.outcome(0, "s1-handover");
  ASSERT_NE(moved, nullptr) << story(cast);
  EXPECT_TRUE(moved->ok);
  // 4. Everything goes on as usual.
  EXPECT_TRUE(cast.tau(0)) << story(cast);
  EXPECT_TRUE(cast.idle(0));
  for (const KeyKind kind : as_kinds) EXPECT_TRUE(cast.held_by_nobody(0, kind)) << to_string(kind);
  EXPECT_TRUE(cast.service_request(0)) << story(cast);
  EXPECT_TRUE(cast.network_detach(0)) << story(cast);
}

/// hop hands the UE over and looks at every key of every node; `seen` holds the KeNBs there have been.
void hop(Cast& cast, std::size_t enb, std::set<KeyId>& seen) {
  ASSERT_TRUE(cast.handover(0, enb)) << story(cast);
  cast.run(2s);
  expect_home(cast, enb, enb < 2 ? "mme" : "mme2");
  EXPECT_TRUE(seen.insert(kenb_of(cast)).second) << "a KeNB came twice\n" << story(cast);
}

//= S1.A4; type=test
//= S1.A8; type=test
//= S1.D1; type=test
TEST(Handover, TwentyMovesInsideAndBetweenMmesWithARestartOfTheTargetMmeBetween) {
  Cast cast(script(1, 4, 1, 2));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  std::set<KeyId> kenbs{kenb_of(cast)};
  constexpr std::array<std::size_t, 10> way{1, 2, 3, 0, 2, 0, 1, 3, 2, 0};
  for (const std::size_t enb : way) hop(cast, enb, kenbs);
  // The MME that the UE has been at and is not at now forgets everything.
  cast.crash_mme(1);
  cast.restart_mme(1);
  cast.run(3min);  // its eNBs and neighbours have found it again
  for (const std::size_t enb : way) hop(cast, enb, kenbs);
  EXPECT_EQ(kenbs.size(), 1 + 2 * way.size());
}

TEST(Handover, AUeThatIsLostBetweenTwoMmesLeavesNothingAnywhere) {
  Cast cast(script(1, 4, 1, 2));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_EQ(cast.upe().sessions().size(), 1U);
  cast.net.command("ue1", {node::Verb::handover, {}, 2});
  const auto commanded = [&] {
    const auto* ue = cast.mme(0).find(imsi_of(0));
    return ue != nullptr && ue->handover && ue->handover->commanded;
  };
  for (int i = 0; i < 5000 && !commanded(); ++i) cast.net.step();
  ASSERT_TRUE(commanded());
  // It has left the one cell and never comes to the other.
  cast.net.crash("ue1");
  cast.run(2min);
  for (const std::size_t i : {0U, 1U}) EXPECT_EQ(cast.mme(i).find(imsi_of(0)), nullptr) << story(cast);
  EXPECT_EQ(cast.upe().sessions().size(), 0U);
}

//= S3.D8; type=test
TEST(Handover, ThereAndBackTwentyTimesNoKenbComesTwice) {
  Cast cast(script(1, 2));
  ASSERT_TRUE(cast.attach(0));
  std::set<KeyId> seen{kenb_of(cast)};
  for (std::size_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(cast.handover(0, i % 2)) << i << "\n" << story(cast);
    EXPECT_TRUE(seen.insert(kenb_of(cast)).second) << i;
    expect_home(cast, i % 2, "mme");
  }
}

//= TS 33.401, 7.2.9.2; type=test
TEST(Handover, KeysChangeBetweenHandoversAndHandoversBetweenKeyChanges) {
  Cast cast(script(1, 2));
  ASSERT_TRUE(cast.attach(0));
  for (std::size_t i = 1; i <= 4; ++i) {
    ASSERT_TRUE(cast.reauthenticate(0)) << i << "\n" << story(cast);
    expect_home(cast, (i + 1) % 2, "mme");
    ASSERT_TRUE(cast.handover(0, i % 2)) << i << "\n" << story(cast);
    expect_home(cast, i % 2, "mme");
  }
}

TEST(Handover, ATargetThatIsNotThereCostsTheUeNothing) {
  Cast cast(script(1, 2));
  ASSERT_TRUE(cast.attach(0));
  const KeyId before = kenb_of(cast);
  // Nobody answers in that cell.
  cast.crash_enb(1);
  EXPECT_FALSE(cast.handover(0, 1));
  cast.run(5s);
  EXPECT_EQ(kenb_of(cast), before);
  EXPECT_TRUE(cast.tau(0)) << story(cast);
  EXPECT_EQ(cast.holders(0, KeyKind::kenb), (Names{"enb1", "ue1"}));
  cast.restart_enb(1);
  cast.run(30s);
  EXPECT_TRUE(cast.handover(0, 1)) << story(cast);
}

}  // namespace
}  // namespace baton::lab
