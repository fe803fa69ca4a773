// Handovers to an MME that is not given KASME (S3.D6), over the whole network: both ends go on, the next
// thing that takes KASME brings an AKA, and a compromised target reads what it serves and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "keys/exposure.h"
#include "lab/attacker.h"
#include "lab/campaign.h"
#include "lab/cast.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

using context::SecurityPolicy;

SecurityPolicy delegating() {
  SecurityPolicy p;
  p.handover_refresh = context::HandoverRefresh::forward_secure;
  p.delegated = true;
  return p;
}
/// Cells 1 and 2 are the first MME's, 3 and 4 the second's.
Script two_mmes(const SecurityPolicy& policy = delegating()) {
  return with_policy(script(1, 4, 1, 2), policy);
}

KeyId current(const Cast& cast, KeyKind kind) { return *cast.key(0, kind)->current; }
bool ever_at(const Cast& cast, const std::string& node, KeyId key) {
  const auto& all = cast.net.ledger();
  return std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == node && e.key == key && (e.event == KeyEvent::derived || e.event == KeyEvent::received);
  });
}
/// The radio and NAS have the same keys at both ends; of KASME only the UE need know.
void expect_agreement(const Cast& cast) {
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc,
                             KeyKind::knas_enc, KeyKind::knas_int})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
}

//= S3.D6; type=test
//= S3.P11; type=test
TEST(Delegated, KasmeStaysBehindThroughEveryHandoverUntilSomethingTakesIt) {
  Cast cast(two_mmes());
  // 1. At the first MME.
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.run(5s);
  const KeyId kasme = current(cast, KeyKind::kasme);
  std::set<KeyId> kenbs{current(cast, KeyKind::kenb)};
  // 2. To the second, inside it, back to the first, and away again: by K_HO each time, with no AKA.
  for (const std::size_t enb : {2U, 3U, 0U, 1U, 2U}) {
    ASSERT_TRUE(cast.handover(0, enb)) << enb << "\n" << story(cast);
    cast.run(10s);
    expect_agreement(cast);
    EXPECT_EQ(current(cast, KeyKind::kasme), kasme);
    EXPECT_TRUE(kenbs.insert(current(cast, KeyKind::kenb)).second) << "a KeNB came twice";
    EXPECT_EQ(cast.holders(0, KeyKind::kasme), (std::vector<std::string>{"ue1"})) << story(cast);
  }
  EXPECT_FALSE(ever_at(cast, "mme2", kasme));
  EXPECT_TRUE(cast.tau(0)) << story(cast);
  EXPECT_EQ(cast.net.counter("mme", "mme.delegated.kasme_needed") +
                cast.net.counter("mme2", "mme.delegated.kasme_needed"),
            0U);
  // 3. Idle, and active again: that takes a KeNB, and a KeNB takes KASME.
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(5s);
  EXPECT_EQ(cast.net.counter("mme2", "mme.delegated.kasme_needed"), 1U);
  EXPECT_NE(current(cast, KeyKind::kasme), kasme);
  expect_agreement(cast);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
  // 4. From here on it is an MME like any other, and its own KASME stays there in turn.
  const KeyId second = current(cast, KeyKind::kasme);
  ASSERT_TRUE(cast.handover(0, 0)) << story(cast);
  cast.run(10s);
  expect_agreement(cast);
  EXPECT_FALSE(ever_at(cast, "mme", second));
}

//= S1.D7; type=test
//= S3.D6; type=test
TEST(Delegated, WithAfterMobilityAlwaysTheAkaFollowsTheArrival) {
  SecurityPolicy policy = delegating();
  policy.after_mobility = context::AfterMobility::always;
  Cast cast(two_mmes(policy));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.run(5s);
  const KeyId kasme = current(cast, KeyKind::kasme);
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(30s);
  EXPECT_NE(current(cast, KeyKind::kasme), kasme) << story(cast);
  expect_agreement(cast);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
  EXPECT_EQ(cast.net.counter("mme2", "mme.delegated.kasme_needed"), 0U) << "nothing had to wait for it";
}

/// An idle UE takes its context along without KASME, too; the active flag takes a KeNB.
//= S3.D6; type=test
TEST(Delegated, WhenTheUeMovesIdleKasmeStaysToo) {
  Cast cast(two_mmes());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0));
  const KeyId kasme = current(cast, KeyKind::kasme);
  cast.move(0, 2);
  cast.run(10s);
  EXPECT_TRUE(cast.agree(0, KeyKind::knas_int)) << story(cast);
  EXPECT_FALSE(ever_at(cast, "mme2", kasme));
  EXPECT_EQ(current(cast, KeyKind::kasme), kasme);
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(5s);
  EXPECT_NE(current(cast, KeyKind::kasme), kasme);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
  expect_agreement(cast);
}

/// What the attacker makes of everything that the target MME ever held: its own cells and NAS. What the
/// ledger alone says is the same.
//= S3.D6; type=test
TEST(Delegated, ACompromisedTargetReadsWhatItServesAndNothingOfTheRadioBefore) {
  Cast cast(two_mmes());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.run(10s);
  const KeyId kasme = current(cast, KeyKind::kasme);
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(10s);
  const Attacker target(cast, {"mme2"});
  EXPECT_FALSE(target.has(kasme));
  EXPECT_TRUE(target.has(current(cast, KeyKind::kenb)));
  EXPECT_FALSE(target.read_radio("ue1", "enb3").empty());
  EXPECT_TRUE(target.read_radio("ue1", "enb1").empty());
  // NAS keys do not change in a handover: what was said before it is under the keys that were given.
  EXPECT_FALSE(target.read_nas("enb3").empty());
  EXPECT_FALSE(target.read_nas("enb1").empty());
  std::set<KeyId> said;
  const std::vector<Compromise> compromised{{"mme2", std::nullopt, false}};
  for (const ExposedKey& key : expose(cast.net.ledger(), compromised).keys)
    if (Attacker::follows(key.kind)) said.insert(key.key);
  EXPECT_FALSE(said.contains(kasme));
  EXPECT_EQ(target.keys(), said);
  // After the AKA that the next service request brings, the one that has KASME is the target; the first has
  // nothing.
  ASSERT_TRUE(cast.idle(0));
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(5s);
  EXPECT_FALSE(Attacker(cast, {"mme"}).has(current(cast, KeyKind::kenb)));
}

/// The network has one MME that keeps to the standards. With the bit in RRC alone the move falls back to
/// KASME and NH; without leave to fall back the UE stays.
//= S3.D6; type=test
TEST(Delegated, BesideAnMmeThatDoesNotKnowIt) {
  for (const bool fallback : {true, false}) {
    SecurityPolicy policy = delegating();
    policy.bit_protection = context::BitProtection::rrc;
    policy.final_fallback = fallback;
    Script s = two_mmes(policy);
    s.mmes[1].policy = SecurityPolicy{};
    Cast cast(std::move(s));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    cast.run(5s);
    const KeyId kasme = current(cast, KeyKind::kasme);
    EXPECT_EQ(cast.handover(0, 2), fallback) << story(cast);
    cast.run(30s);
    EXPECT_EQ(ever_at(cast, "mme2", kasme), fallback);
    EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
    expect_agreement(cast);
  }
}

/// Many UEs, and everything fails: no key is used in two places, none is left behind, and every UE is served.
//= S0.D11; type=test
//= S3.D6; type=test
TEST(Delegated, HoldsInAFailingNetwork) {
  CampaignPlan plan;
  plan.kind = CampaignKind::inter_mme_handover;
  plan.ues = 12;
  plan.faults.loss = *Chance::percent("2");
  plan.faults.duplicate = *Chance::percent("2");
  plan.faults.reorder = *Chance::percent("5");
  plan.faults.break_link = *Chance::percent("0.1");
  plan.policy = delegating();
  for (const char* crash : {"0", "0.05"}) {
    plan.faults.crash = *Chance::percent(crash);
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      const SeedResult r = play_campaign(plan, seed);
      EXPECT_EQ(r.violations, std::vector<std::string>{}) << crash << " " << seed;
      EXPECT_EQ(r.stuck, 0U) << crash << " " << seed;
      EXPECT_GT(r.complete, 0U) << crash << " " << seed;
    }
  }
}

}  // namespace
}  // namespace baton::lab
