// KASME' at the MME a UE leaves and at the one it comes to.
#include "node/mme/kasme_refresh.h"

#include <gtest/gtest.h>

#include "context/kasme_steps.h"
#include "keys/derive_eps.h"
#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

Kasme key(Byte fill) {
  std::array<Byte, 32> b{};
  b.fill(fill);
  return Kasme(b);
}

class MmeKasmeRefresh : public ::testing::Test {
 protected:
  explicit MmeKasmeRefresh(context::Profile profile = context::Profile::hardened)
      : core(
            [&] {
              Config c = Stage::config();
              c.policy = context::policy_of(profile);
              return c;
            }(),
            entropy) {
    core.out = &out;
    core.now = Instant{1000s};
    ue.imsi = Imsi::test_value();
    ue.security.emplace(context::Side::network, key(0x11), nas::Ksi::native(2));
    EXPECT_TRUE(ue.security->activate({Eea::eea2, Eia::eia2}));
    NasCounter up, down;
    up.used(*NasCount::from(8));
    down.used(*NasCount::from(4));
    ue.security->set_counts(up, down);
    ue.lineage = context::begun(Rand{}, 3, Instant{900s}, 1h);
  }
  TestEntropy entropy;
  Core core;
  Actions out;
  Ue ue{UeId{1}};
  const MmePeer there = Stage::other_mme();
};

//= S0.D2; type=test
//= S0.D5; type=test
TEST_F(MmeKasmeRefresh, AtAHandoverTheNextDownlinkCountIsUsedUpAndTheKeyIsProvedForTheTarget) {
  const auto renewed = renew_kasme(core, ue, there, RefreshDirection::handover);
  ASSERT_TRUE(renewed);
  const NasCount n = *NasCount::from(5);
  EXPECT_EQ(renewed->n, n);
  EXPECT_EQ(renewed->kasme, derive_kasme_refreshed(key(0x11), RefreshDirection::handover, n));
  EXPECT_EQ(ue.security->downlink().next(), NasCount::from(6)) << "whatever comes of it";
  EXPECT_EQ(ue.security->uplink().next(), NasCount::from(9));
  EXPECT_EQ(*ue.security->kasme(), key(0x11)) << "a move that fails goes on with it";
  EXPECT_EQ(ue.lineage->step, 0U);
  EXPECT_EQ(renewed->lineage.step, 1U);
  EXPECT_EQ(renewed->lineage.seconds_left, 3500U) << "100 s of the hour are over";
  ASSERT_EQ(renewed->lineage.unacknowledged.size(), 1U);
  EXPECT_EQ(renewed->lineage.unacknowledged[0].identity, there.identity);
  EXPECT_EQ(renewed->lineage.unacknowledged[0].proof,
            derive_update_proof(key(0x11), {3, 1}, *ue.imsi, RefreshDirection::handover, n,
                                there.identity.value(), renewed->kasme));
  // The next try has another n, so that no two targets get the same key.
  const auto again = renew_kasme(core, ue, there, RefreshDirection::handover);
  ASSERT_TRUE(again);
  EXPECT_NE(again->kasme, renewed->kasme);
}

//= S0.D2; type=test
TEST_F(MmeKasmeRefresh, AtIdleMobilityItIsTheCountOfTheRequestThatWasVerified) {
  const auto renewed = renew_kasme(core, ue, there, RefreshDirection::idle);
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->n, NasCount::from(8));
  EXPECT_EQ(renewed->kasme, derive_kasme_refreshed(key(0x11), RefreshDirection::idle, *NasCount::from(8)));
  EXPECT_EQ(ue.security->downlink().next(), NasCount::from(5));
}

//= S0.D2; type=test
//= S0.D4; type=test
TEST_F(MmeKasmeRefresh, AfterEightStepsOrAtTheEndOfItsTimeOnlyAkaHelps) {
  for (std::uint32_t i = 0; i < kasme_steps_max; ++i) {
    auto renewed = renew_kasme(core, ue, there, RefreshDirection::handover);
    ASSERT_TRUE(renewed) << i;
    MmePeer here = there;
    here.identity = core.config.identity;
    renewed->lineage.unacknowledged.back().identity = here.identity;
    ASSERT_TRUE(adopt_lineage(core, ue, std::move(renewed->lineage)));
  }
  EXPECT_EQ(renew_kasme(core, ue, there, RefreshDirection::handover).why(), NotRenewed::aka_first);
  ue.lineage = context::begun(Rand{}, 4, core.now, 1h);
  core.now += 3599s;
  EXPECT_TRUE(renew_kasme(core, ue, there, RefreshDirection::handover));
  core.now += 1s;
  EXPECT_EQ(renew_kasme(core, ue, there, RefreshDirection::handover).why(), NotRenewed::aka_first);
}

TEST_F(MmeKasmeRefresh, WhatNobodyKnowsTheOriginOfIsNotRenewed) {
  ue.lineage.reset();
  EXPECT_EQ(renew_kasme(core, ue, there, RefreshDirection::handover).why(), NotRenewed::not_wanted);
  EXPECT_EQ(ue.security->downlink().next(), NasCount::from(5));
}

class MmeKasmeKept : public MmeKasmeRefresh {
 protected:
  MmeKasmeKept() : MmeKasmeRefresh(context::Profile::final_) {}
};

//= S0.D1; type=test
TEST_F(MmeKasmeKept, TheStandardKeepsIt) {
  EXPECT_EQ(renew_kasme(core, ue, there, RefreshDirection::handover).why(), NotRenewed::not_wanted);
}

class MmeKasmeTemporary : public MmeKasmeRefresh {
 protected:
  MmeKasmeTemporary() : MmeKasmeRefresh(context::Profile::temporary_kasme) {}
};

//= S0.6; type=test
TEST_F(MmeKasmeTemporary, ATemporaryKeyLeavesNothingToTellTheHss) {
  const auto renewed = renew_kasme(core, ue, there, RefreshDirection::handover);
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->lineage.step, 1U);
  EXPECT_TRUE(renewed->lineage.unacknowledged.empty());
}

//= S0.D10; type=test
//= S0.D11; type=test
TEST_F(MmeKasmeRefresh, TheContextThatMovesBeginsAnewUnderIt) {
  auto renewed = renew_kasme(core, ue, there, RefreshDirection::handover);
  ASSERT_TRUE(renewed);
  std::array<Byte, 32> octets{};
  gtp2::EpsMmContext mm{.ksi = 2,
                        .nas_integrity = 2,
                        .nas_ciphering = 2,
                        .uplink_count = *NasCount::from(9),
                        .downlink_count = *NasCount::from(5),
                        .kasme = key(0x11)};
  mm.next_hop = gtp2::NextHop{Nh(octets), 3};
  mm.old_security = gtp2::OldEpsSecurity{1, key(0x22), {}};
  put_renewed(mm, *renewed);
  EXPECT_EQ(mm.kasme, renewed->kasme);
  EXPECT_EQ(mm.ksi, 2);
  EXPECT_EQ(mm.uplink_count, NasCount{});
  EXPECT_EQ(mm.downlink_count, NasCount::from(1)) << "0 is the container's";
  EXPECT_FALSE(mm.next_hop);
  EXPECT_FALSE(mm.old_security);
}

//= S0.D4; type=test
TEST_F(MmeKasmeRefresh, TheTargetTakesALineageThatIsMeantForIt) {
  auto renewed = renew_kasme(core, ue, there, RefreshDirection::handover);
  ASSERT_TRUE(renewed);
  Ue coming{UeId{2}};
  EXPECT_FALSE(adopt_lineage(core, coming, context::clone(renewed->lineage))) << "that is another MME's";
  EXPECT_FALSE(coming.lineage);
  MmePeer here = there;
  here.identity = core.config.identity;
  renewed = renew_kasme(core, ue, here, RefreshDirection::handover);
  ASSERT_TRUE(adopt_lineage(core, coming, context::clone(renewed->lineage)));
  EXPECT_EQ(coming.lineage->epoch, 3U);
  EXPECT_EQ(coming.lineage->step, 1U);
  EXPECT_EQ(coming.lineage->unacknowledged.size(), 1U);
  // A move does not lengthen its life: 3500 s are left at 1000 s.
  coming.imsi = ue.imsi;
  coming.security.emplace(context::Side::network, renewed->kasme.clone(), nas::Ksi::native(2));
  core.now += 3499s;
  EXPECT_TRUE(renew_kasme(core, coming, there, RefreshDirection::handover));
  core.now += 1s;
  EXPECT_EQ(renew_kasme(core, coming, there, RefreshDirection::handover).why(), NotRenewed::aka_first);
}

//= S0.D10; type=test
TEST_F(MmeKasmeRefresh, TheChainBeginsWithTheKenbOfTheNewKey) {
  begin_chain(core, ue);
  EXPECT_EQ(ue.ncc, 0);
  // KDF(KASME, 11, FFFFFFFF): the standard's derivation with the COUNT that no message has.
  const Kenb kenb = derive_kenb_after_handover_from_utran(key(0x11));
  EXPECT_TRUE(std::equal(kenb.expose().begin(), kenb.expose().end(), ue.nh->expose().begin()));
}

}  // namespace
}  // namespace baton::node::mme::test
