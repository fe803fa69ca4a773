// Handovers between MMEs under KASME', with an HSS that is told and with one that is not: the whole network.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

using context::HandoverRefresh;
using context::InterMmeKasme;
using context::SecurityPolicy;
using Names = std::vector<std::string>;

/// Policies of the radio, each with a KASME that changes; no keys for the UPE, which nobody makes yet.
std::vector<SecurityPolicy> all_policies() {
  std::vector<SecurityPolicy> out;
  for (const auto profile : {context::Profile::seed, context::Profile::hardened,
                             context::Profile::temporary_kasme, context::Profile::hash_chain}) {
    out.push_back(context::policy_of(profile));
    out.back().upe_keys = context::UpeKeys::none;
    if (profile == context::Profile::hash_chain)
      out.back().inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
  }
  out.emplace_back();
  out.back().inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
  return out;
}

Script everywhere(const SecurityPolicy& policy, std::uint64_t seed = 1) {
  Script s = with_policy(script(1, 4, seed, 2), policy);
  s.hss.policy = policy;
  return s;
}

KeyId kasme_of(Cast& cast) { return *cast.key(0, KeyKind::kasme)->current; }
bool given_to(const Cast& cast, const std::string& node, KeyId key) {
  const auto& all = cast.net.ledger();
  return std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == node && e.key == key && e.event == KeyEvent::received;
  });
}
bool sent(const Cast& cast, KeyId key, const std::string& by) {
  const auto& all = cast.net.ledger();
  return std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == by && e.key == key && e.event == KeyEvent::sent;
  });
}

/// expect_home: UE, MME and eNB hold the same keys; the HSS has the same KASME, or an older one that is said
/// to be stale.
void expect_home(Cast& cast, const SecurityPolicy& policy, const std::string& mme, bool moved) {
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc,
                             KeyKind::knas_enc, KeyKind::knas_int})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << " " << describe(policy) << "\n" << story(cast);
  const auto kasme = cast.key(0, KeyKind::kasme);
  ASSERT_TRUE(kasme);
  EXPECT_TRUE(kasme->agree && !kasme->shared) << describe(policy) << "\n" << story(cast);
  const bool told = policy.inter_mme_kasme == InterMmeKasme::refresh_and_update_hss;
  if (told || !moved) {
    EXPECT_EQ(kasme->holders, (Names{"hss", mme, "ue1"})) << describe(policy) << "\n" << story(cast);
    EXPECT_TRUE(kasme->stale_at.empty()) << describe(policy) << "\n" << story(cast);
  } else {
    EXPECT_EQ(kasme->holders, (Names{mme, "ue1"})) << describe(policy) << "\n" << story(cast);
    EXPECT_EQ(kasme->stale_at, Names{"hss"}) << describe(policy);
  }
}

//= S0.D1; type=test
//= S0.D2; type=test
//= S0.D3; type=test
//= S0.D9; type=test
//= S0.D10; type=test
//= S0.6; type=test
TEST(RefreshedHandover, EveryMoveBetweenMmesMakesANewKasmeAndNoMoveInsideDoes) {
  for (const SecurityPolicy& policy : all_policies()) {
    // 1. At the first MME.
    Cast cast(everywhere(policy));
    ASSERT_TRUE(cast.attach(0)) << describe(policy) << "\n" << story(cast);
    cast.run(1min);
    expect_home(cast, policy, "mme", false);
    std::set<KeyId> kasmes{kasme_of(cast)};
    const KeyId first = kasme_of(cast);
    bool at_mme2 = false;
    for (const std::size_t enb : {2U, 3U, 0U, 1U, 2U}) {
      const KeyId before = kasme_of(cast);
      // 2. To the next eNB, and the update that follows.
      ASSERT_TRUE(cast.handover(0, enb)) << describe(policy) << " to " << enb << "\n" << story(cast);
      cast.run(10s);
      const bool to_mme2 = enb >= 2;
      const bool changed = to_mme2 != std::exchange(at_mme2, to_mme2);
      expect_home(cast, policy, to_mme2 ? "mme2" : "mme", true);
      // 3. A new KASME where the MME is a new one, and the old one never left.
      EXPECT_EQ(kasme_of(cast) != before, changed) << describe(policy) << " to " << enb;
      if (changed) {
        EXPECT_TRUE(kasmes.insert(kasme_of(cast)).second) << "a KASME came twice";
        EXPECT_FALSE(given_to(cast, to_mme2 ? "mme2" : "mme", before)) << describe(policy);
      }
    }
    EXPECT_FALSE(sent(cast, first, "mme")) << describe(policy);
    // 4. Everything goes on as usual.
    EXPECT_TRUE(cast.tau(0)) << story(cast);
    EXPECT_TRUE(cast.idle(0));
    EXPECT_TRUE(cast.service_request(0)) << describe(policy) << "\n" << story(cast);
    expect_home(cast, policy, "mme2", true);
    EXPECT_TRUE(cast.reauthenticate(0)) << describe(policy) << "\n" << story(cast);
    cast.run(1min);
    expect_home(cast, policy, "mme2", false);
    EXPECT_TRUE(cast.detach(0)) << story(cast);
  }
}

//= S0.D4; type=test
TEST(RefreshedHandover, TwoFastOnesAreToldInOrder) {
  for (const SecurityPolicy& policy : all_policies()) {
    Cast cast(everywhere(policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    // 1. There, and back before the other MME has told anybody.
    cast.net.command("ue1", {node::Verb::handover, {}, 2});
    const auto arrived = [&] {
      const auto* ue = cast.mme(1).find(imsi_of(0));
      return ue != nullptr && !ue->handover && cast.ue(0).at_rest();
    };
    for (int i = 0; i < 5000 && !arrived(); ++i) cast.net.step();
    ASSERT_TRUE(arrived()) << describe(policy);
    ASSERT_TRUE(cast.handover(0, 0)) << describe(policy) << "\n" << story(cast);
    cast.run(10min);
    expect_home(cast, policy, "mme", true);
  }
}

//= S0.D2; type=test
//= S0.D11; type=test
TEST(RefreshedHandover, AUeThatCannotHearTheTargetGoesOnAtTheSourceUnderItsOldKasme) {
  for (const SecurityPolicy& policy : all_policies()) {
    Cast cast(everywhere(policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    cast.run(1min);
    const KeyId before = kasme_of(cast);
    cast.net.command("ue1", {node::Verb::handover, {}, 2});
    const auto prepared = [&] {
      const auto* ue = cast.mme(0).find(imsi_of(0));
      return ue != nullptr && ue->handover && ue->handover->commanded;
    };
    for (int i = 0; i < 5000 && !prepared(); ++i) cast.net.step();
    ASSERT_TRUE(prepared());
    cast.net.cut("ue1", "enb3");
    cast.run(1min);
    EXPECT_EQ(kasme_of(cast), before) << describe(policy);
    expect_home(cast, policy, "mme", false);
    EXPECT_EQ(cast.mme(1).find(imsi_of(0)), nullptr) << story(cast);
    EXPECT_TRUE(cast.tau(0)) << describe(policy) << "\n" << story(cast);
    // It works the next time.
    cast.net.mend("ue1", "enb3");
    ASSERT_TRUE(cast.handover(0, 2)) << describe(policy) << "\n" << story(cast);
    cast.run(10s);
    expect_home(cast, policy, "mme2", true);
    EXPECT_NE(kasme_of(cast), before);
  }
}

//= S0.D3; type=test
TEST(RefreshedHandover, AnHssThatIsAwayIsToldWhenItIsBack) {
  SecurityPolicy policy;
  policy.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
  Cast cast(everywhere(policy));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.run(1min);
  cast.crash_hss();
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(20s);
  const auto away = cast.key(0, KeyKind::kasme);
  ASSERT_TRUE(away);
  EXPECT_EQ(away->holders, (Names{"mme2", "ue1"}));
  EXPECT_EQ(away->stale_at, Names{"hss"});
  cast.restart_hss();
  cast.run(10min);
  ASSERT_TRUE(cast.ue(0).connected() || cast.service_request(0)) << story(cast);
  expect_home(cast, policy, "mme2", true);
  EXPECT_EQ(kasme_of(cast), *away->current);
}

// Who does not take part: the move is as `final` has it where the policy allows that.
//= S0.D1; type=test
TEST(RefreshedHandover, WithAPeerThatKnowsTheStandardsOnlyKasmeMovesOrNothingDoes) {
  for (const bool fallback : {true, false})
    for (std::size_t place = 0; place < 4; ++place) {
      SecurityPolicy policy;
      policy.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
      policy.final_fallback = fallback;
      Script s = everywhere(policy);
      if (place == 0) s.enbs[0].policy = {};
      if (place == 1) s.ues[0].policy = {};
      if (place == 2) {
        s.mmes[1].policy = {};
        s.mmes[0].mmes[0].standards_only = true;
      }
      if (place == 3) s.enbs[2].policy = {};
      Cast cast(std::move(s));
      ASSERT_TRUE(cast.attach(0)) << place << "\n" << story(cast);
      cast.run(1min);
      const KeyId before = kasme_of(cast);
      const bool moved = cast.handover(0, 2);
      cast.run(10s);
      // The target eNB is known to its MME only: KASME' has been made by then.
      EXPECT_EQ(moved, fallback && place != 3) << place << "\n" << story(cast);
      EXPECT_EQ(kasme_of(cast), before) << place;
      EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << place << "\n" << story(cast);
      EXPECT_TRUE(cast.agree(0, KeyKind::kenb)) << place << "\n" << story(cast);
    }
}

}  // namespace
}  // namespace baton::lab
