// From eNB to eNB without the core, with the Path Switch after it; and how far a compromised eNB reaches by
// this way and by the ways over S1.
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/attacker.h"
#include "scenarios/document.h"
#include "scenarios/story.h"
#include "wire/rrc/limits.h"

namespace baton::lab {
namespace {

using context::Profile;
using context::SecurityPolicy;

/// with_x2 lets every eNB hand over to every other one without the core, and the MMEs serve that.
Script with_x2(Script s) {
  for (auto& mme : s.mmes) mme.path_switch = true;
  for (auto& enb : s.enbs)
    for (auto& neighbour : enb.neighbours)
      for (std::size_t i = 0; i < s.enbs.size(); ++i)
        if (s.enbs[i].id == neighbour.enb) neighbour.x2 = Endpoint{enb_address(i), wire::rrc::udp_port};
  return s;
}

void expect_agreement(Cast& cast) {
  for (const KeyKind kind :
       {KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc, KeyKind::kasme})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
}

/// made_of is the kind of key that the newest KeNB of the UE was made of.
std::optional<KeyKind> made_of(const Cast& cast) {
  const auto kenb = cast.key(0, KeyKind::kenb);
  std::optional<KeyKind> out;
  for (const LedgerEntry& e : cast.net.ledger()) {
    if (e.event != KeyEvent::derived || !kenb || e.key != kenb->current || e.node != "ue1") continue;
    for (const LedgerEntry& p : cast.net.ledger())
      if (!e.parents.empty() && p.key == e.parents.front()) out = p.kind;
  }
  return out;
}

//= TS 33.401, 7.2.8.4.2; type=test
//= TS 36.413, 8.4.4; type=test
TEST(PathSwitch, TheFirstHopIsMadeOfKenbAndTheSecondOfTheNhThatTheMmeGave) {
  Cast cast(with_x2(script(1, 3)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  // 1. No NH has been given to anybody: KeNB* of the second cell is made of KeNB.
  ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
  cast.run(2s);
  expect_agreement(cast);
  EXPECT_EQ(made_of(cast), KeyKind::kenb);
  EXPECT_EQ(cast.enb(0).ue_count(), 0U);
  EXPECT_EQ(cast.enb(1).ue_count(), 1U);
  EXPECT_EQ(cast.net.counter("mme", "mme.handover.path_switched"), 1U);
  EXPECT_EQ(cast.net.counter("enb1", "handover_required"), 0U);
  // 2. With the Path Switch came an NH: KeNB* of the third cell is made of that.
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(2s);
  expect_agreement(cast);
  EXPECT_EQ(made_of(cast), KeyKind::nh);
  // 3. And so on, past where the count comes round; NAS, paging and the path go on.
  for (std::size_t hop = 0; hop < 10; ++hop) {
    ASSERT_TRUE(cast.handover(0, hop % 2)) << hop << "\n" << story(cast);
    cast.run(2s);
    expect_agreement(cast);
    EXPECT_EQ(made_of(cast), KeyKind::nh) << hop;
  }
  ASSERT_TRUE(cast.idle(0));
  EXPECT_TRUE(cast.page(0)) << story(cast);
  expect_agreement(cast);
  EXPECT_TRUE(cast.detach(0));
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::nh, KeyKind::kasme})
    EXPECT_TRUE(cast.held_by_nobody(0, kind)) << to_string(kind);
}

//= TS 36.413, 8.4.4.3; type=test
TEST(PathSwitch, WhenTheMmeRefusesTheUeGoesBackToTheSource) {
  Script s = with_x2(script(1, 2));
  s.mmes[0].path_switch = false;
  Cast cast(std::move(s));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_FALSE(cast.handover(0, 1));
  cast.run(10s);
  EXPECT_EQ(cast.net.counter("mme", "mme.handover.path_switch_refused"), 1U);
  EXPECT_EQ(cast.net.counter("enb2", "x2_path_not_switched"), 1U);
  EXPECT_EQ(cast.holders(0, KeyKind::kenb), (std::vector<std::string>{"enb1", "ue1"})) << story(cast);
  expect_agreement(cast);
  EXPECT_EQ(cast.enb(1).ue_count(), 0U);
  EXPECT_TRUE(cast.tau(0)) << story(cast);
}

TEST(PathSwitch, WhenTheTargetCannotBeReachedTheUeStays) {
  Cast cast(with_x2(script(1, 2)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.net.cut("enb1", "enb2");
  EXPECT_FALSE(cast.handover(0, 1));
  cast.run(20s);
  EXPECT_EQ(cast.net.counter("enb1", "x2_handover_refused"), 1U);
  expect_agreement(cast);
  EXPECT_EQ(cast.holders(0, KeyKind::kenb), (std::vector<std::string>{"enb1", "ue1"}));
}

TEST(PathSwitch, UnderAPolicyThatTellsTheUeUnderNasMacItGoesOverTheCore) {
  SecurityPolicy policy;
  policy.handover_refresh = context::HandoverRefresh::forward_secure;
  Cast cast(with_policy(with_x2(script(1, 2)), policy));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
  EXPECT_EQ(cast.net.counter("enb1", "x2_handover_begun"), 0U);
  EXPECT_EQ(cast.net.counter("enb1", "handover_required"), 1U);
}

// --- how far a compromised eNB reaches
// -----------------------------------------------------------------------

/// reach is a row of the table: what follows in its own cell, in the next one and in the one after it.
std::string reach(const char* way, const SecurityPolicy& policy, bool x2) {
  Script s = with_policy(script(1, 3), policy);
  Cast cast(x2 ? with_x2(std::move(s)) : std::move(s));
  std::string out =
      std::string("| ") + way + " | `" + std::string(to_string(policy.handover_refresh)) + "` |";
  if (!cast.attach(0) || !cast.handover(0, 1)) return out + " the first handover failed |";
  cast.run(2s);
  if (!cast.handover(0, 2)) return out + " the second handover failed |";
  cast.run(2s);
  const Attacker attacker(cast, {"enb1"});
  for (const char* enb : {"enb1", "enb2", "enb3"})
    out += attacker.read_radio("ue1", enb).empty() ? " nothing |" : " everything |";
  return out;
}

//= S3.D7; type=test
TEST(PathSwitch, WhatACompromisedEnbReadsOneAndTwoHopsOnIsInTheTable) {
  SecurityPolicy final_policy, chain, secure;
  chain.handover_refresh = context::HandoverRefresh::hash_chain;
  secure.handover_refresh = context::HandoverRefresh::forward_secure;
  const std::string rows[] = {reach("S1", final_policy, false), reach("S1", chain, false),
                              reach("S1", secure, false), reach("X2 with Path Switch", final_policy, true)};
  // One hop over S1, two over X2; KeNB* alone never ends.
  EXPECT_EQ(rows[0], "| S1 | `nh-ncc` | everything | nothing | nothing |");
  EXPECT_EQ(rows[1], "| S1 | `hash-chain` | everything | everything | everything |");
  EXPECT_EQ(rows[2], "| S1 | `forward-secure` | everything | nothing | nothing |");
  EXPECT_EQ(rows[3], "| X2 with Path Switch | `nh-ncc` | everything | everything | nothing |");
  const std::string page = document("docs/security.md");
  for (const std::string& row : rows) EXPECT_NE(page.find(row + "\n"), std::string::npos) << row;
}

}  // namespace
}  // namespace baton::lab
