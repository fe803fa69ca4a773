// Random walks of one subscriber while nodes crash and messages are lost, late, repeated and said again: what
// its home network knows of the KASME in use. `baton lab kasme` plays thousands; here are a few of each
// policy.
#include "lab/kasme_walk.h"

#include <gtest/gtest.h>

namespace baton::lab {
namespace {

using context::InterMmeKasme;
using context::SecurityPolicy;

SecurityPolicy refreshing(InterMmeKasme how) {
  SecurityPolicy p;
  p.inter_mme_kasme = how;
  return p;
}

/// Sum of what happened in `seeds` walks, none of which may violate anything.
KasmeWalkResult walked(const SecurityPolicy& policy, std::uint64_t seeds, Faults faults = usual_faults()) {
  KasmeWalk plan;
  plan.policy = policy;
  plan.faults = faults;
  KasmeWalkResult all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const KasmeWalkResult r = walk_kasme(plan, seed);
    for (const std::string& v : r.violations) ADD_FAILURE() << "seed " << seed << ", " << v;
    all.moves += r.moves;
    all.refreshed += r.refreshed;
    all.recorded += r.recorded;
    all.repeated += r.repeated;
    all.crashes += r.crashes;
    all.uses += r.uses;
    all.stale += r.stale;
  }
  return all;
}

//= S0.D3; type=test
//= S0.D4; type=test
TEST(KasmeWalk, WhereTheHssIsToldItsRecordIsCurrentOrCatchesUpAndNeverWrong) {
  const auto all = walked(refreshing(InterMmeKasme::refresh_and_update_hss), 40);
  // The walks went where they were to go.
  EXPECT_GT(all.moves, 200U);
  EXPECT_GT(all.refreshed, 30U);
  EXPECT_GT(all.recorded, 60U);
  EXPECT_GT(all.crashes, 5U);
  EXPECT_GT(all.repeated, 0U);
}

//= S0.D4; type=test
TEST(KasmeWalk, SoItIsUnderEveryProfileThatTellsIt) {
  for (const auto profile : {context::Profile::seed, context::Profile::hardened})
    (void)walked(context::policy_of(profile), 10);
}

//= S0.6; type=test
//= S0.7; type=test
TEST(KasmeWalk, WhereItIsNotToldEveryStaleUseIsFoundOutAndTheKeyDropped) {
  const auto all = walked(context::policy_of(context::Profile::temporary_kasme), 40);
  EXPECT_GT(all.refreshed, 30U);
  EXPECT_GT(all.stale, 15U);
  EXPECT_GT(all.uses, all.stale);
}

//= S0.8; type=test
TEST(KasmeWalk, OrKept) {
  SecurityPolicy p = refreshing(InterMmeKasme::refresh_temporary);
  p.confusion = context::Confusion::keep;
  const auto all = walked(p, 40);
  EXPECT_GT(all.stale, 15U);
}

TEST(KasmeWalk, TheSameSeedIsTheSameWalk) {
  KasmeWalk plan;
  plan.policy = context::policy_of(context::Profile::hardened);
  plan.faults = usual_faults();
  const auto a = walk_kasme(plan, 5), b = walk_kasme(plan, 5);
  EXPECT_EQ(a.moves, b.moves);
  EXPECT_EQ(a.recorded, b.recorded);
  EXPECT_EQ(a.crashes, b.crashes);
  EXPECT_EQ(a.uses, b.uses);
  EXPECT_EQ(a.attempts, b.attempts);
}

}  // namespace
}  // namespace baton::lab
