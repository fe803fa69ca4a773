// The lineage of a KASME: what a move adds, what the HSS takes off, and what no lineage can be.
#include "context/kasme_steps.h"

#include <gtest/gtest.h>

namespace baton::context {
namespace {

const Imsi imsi = *Imsi::parse("001010000000001");
DiameterIdentity mme(int n) { return *DiameterIdentity::parse("mme" + std::to_string(n) + ".example"); }
NasCount count(std::uint32_t v) { return *NasCount::from(v); }
Kasme kasme() {
  const auto octets = parse_hex("04a2d7ce0dd489817c7f6a2064f3b48bd1416c1506f98e2a4549949964b340e5");
  return Kasme(std::span<const Byte, 32>(octets->data(), 32));
}
KasmeLineage fresh(std::uint32_t epoch = 3) { return begun(Rand{{1, 2, 3}}, epoch, Instant{5s}, 24h); }
constexpr auto handover = RefreshDirection::handover;

//= S0.D4; type=test
//= S0.D5; type=test
TEST(KasmeSteps, AMoveAddsOneStepWithTheProofOfTheOldKey) {
  const KasmeLineage before = fresh();
  EXPECT_EQ(before.seconds_left, 86'400U);
  const auto moved = refreshed(kasme(), before, imsi, handover, count(5), mme(2), true);
  ASSERT_TRUE(moved);
  // KASME' and proof of the vectors: epoch 3, step 1, COUNT 5, mme2.example.
  EXPECT_EQ(hex(moved->kasme.expose()), "152667e6e2ec7f7720539d67082058faaf70064904d3ddbde597bf23647dddd9");
  ASSERT_EQ(moved->lineage.unacknowledged.size(), 1U);
  const KasmeStep& step = moved->lineage.unacknowledged.front();
  EXPECT_EQ(hex(step.proof.expose()), "fa13dd1161a18eb28ec7a10683b6c21f3db9020a60bf15c671a70bb37c1a8045");
  EXPECT_EQ(step.step, 1U);
  EXPECT_EQ(step.identity, mme(2));
  EXPECT_EQ(moved->lineage.step, 1U);
  EXPECT_EQ(moved->lineage.rand, before.rand);
  EXPECT_EQ(moved->lineage.aka_at, before.aka_at);
  EXPECT_EQ(moved->lineage.seconds_left, before.seconds_left);
  EXPECT_EQ(before.step, 0U);
  EXPECT_TRUE(consistent(moved->lineage, mme(2)));
  EXPECT_FALSE(consistent(moved->lineage, mme(3)));
}

//= S0.D4; type=test
TEST(KasmeSteps, EightMayWaitForTheHssAndTheNinthNeedsAka) {
  Kasme key = kasme();
  KasmeLineage lineage = fresh();
  for (std::uint32_t n = 1; n <= kasme_steps_max; ++n) {
    auto moved = refreshed(key, lineage, imsi, handover, count(n), mme(2), true);
    ASSERT_TRUE(moved) << n;
    key = std::move(moved->kasme);
    lineage = std::move(moved->lineage);
    EXPECT_TRUE(consistent(lineage, mme(2)));
  }
  EXPECT_EQ(refreshed(key, lineage, imsi, handover, count(9), mme(2), true).why(), StepRefusal::too_many);
  // The HSS acknowledges in order; what it has need not travel.
  acknowledged(lineage, 3);
  ASSERT_EQ(lineage.unacknowledged.size(), 5U);
  EXPECT_EQ(lineage.unacknowledged.front().step, 4U);
  EXPECT_TRUE(consistent(lineage, mme(2)));
  EXPECT_TRUE(refreshed(key, lineage, imsi, handover, count(9), mme(2), true));
  acknowledged(lineage, 8);
  EXPECT_TRUE(lineage.unacknowledged.empty());
  EXPECT_EQ(lineage.step, 8U);
  EXPECT_TRUE(consistent(lineage, mme(7)));
}

TEST(KasmeSteps, WhereTheHssIsNeverToldNothingWaitsForIt) {
  Kasme key = kasme();
  KasmeLineage lineage = fresh();
  for (std::uint32_t n = 1; n <= kasme_steps_max + 4; ++n) {
    auto moved = refreshed(key, lineage, imsi, RefreshDirection::idle, count(n), mme(2), false);
    ASSERT_TRUE(moved);
    key = std::move(moved->kasme);
    lineage = std::move(moved->lineage);
    EXPECT_TRUE(lineage.unacknowledged.empty());
    EXPECT_EQ(lineage.step, n);
  }
}

//= S0.D4; type=test
TEST(KasmeSteps, AHoleAWrongOrderOrTooManyIsNoLineage) {
  const auto of = [](std::uint32_t step, std::initializer_list<std::uint32_t> waiting) {
    KasmeLineage l = fresh();
    l.step = step;
    for (const std::uint32_t n : waiting)
      l.unacknowledged.push_back({n, handover, count(n), mme(2), UpdateProof(std::array<Byte, 32>{})});
    return consistent(l, mme(2));
  };
  EXPECT_TRUE(of(0, {}));
  EXPECT_TRUE(of(9, {}));
  EXPECT_TRUE(of(3, {1, 2, 3}));
  EXPECT_TRUE(of(3, {3}));
  EXPECT_TRUE(of(9, {2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_FALSE(of(9, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_FALSE(of(3, {1, 3}));
  EXPECT_FALSE(of(3, {2, 1, 3}));
  EXPECT_FALSE(of(3, {1, 2}));
  EXPECT_FALSE(of(3, {3, 3}));
  EXPECT_FALSE(of(0, {1}));
  EXPECT_FALSE(of(1, {0, 1}));
  EXPECT_FALSE(of(2, {4294967295U, 0, 1, 2}));
  KasmeLineage aka = fresh();
  aka.step = 1;
  aka.unacknowledged.push_back(
      {1, RefreshDirection::aka, count(0), mme(2), UpdateProof(std::array<Byte, 32>{})});
  EXPECT_FALSE(consistent(aka, mme(2)));
}

//= S0.D2; type=test
TEST(KasmeSteps, TheLifetimeOnlyShrinksAndItsEndNeedsAka) {
  KasmeLineage l = fresh();
  spend(l, 0s);
  spend(l, -5s);
  EXPECT_EQ(l.seconds_left, 86'400U);
  spend(l, 1ms);
  EXPECT_EQ(l.seconds_left, 86'399U);
  spend(l, 1h);
  EXPECT_EQ(l.seconds_left, 82'799U);
  EXPECT_TRUE(refreshed(kasme(), l, imsi, handover, count(1), mme(2), true));
  spend(l, 48h);
  EXPECT_EQ(l.seconds_left, 0U);
  EXPECT_EQ(refreshed(kasme(), l, imsi, handover, count(1), mme(2), true).why(), StepRefusal::expired);
}

//= S0.D2; type=test
TEST(KasmeSteps, TheUeFindsNAboveTheLastOneItUsed) {
  EXPECT_EQ(rebuilt_count(std::nullopt, 0), count(0));
  EXPECT_EQ(rebuilt_count(count(4), 5), count(5));
  EXPECT_EQ(rebuilt_count(count(4), 4), count(0x104));
  EXPECT_EQ(rebuilt_count(count(0x1FE), 1), count(0x201));
  EXPECT_EQ(rebuilt_count(count(NasCount::max), 0), std::nullopt);
  EXPECT_EQ(rebuilt_count(count(NasCount::max - 1), 0xFF), count(NasCount::max));
  EXPECT_EQ(rebuilt_count(count(NasCount::max - 1), 0xFE), std::nullopt);
}

TEST(StepRefusal, EachHasItsName) {
  EXPECT_NE(to_string(StepRefusal::too_many), to_string(StepRefusal::expired));
  EXPECT_NE(to_string(StepRefusal::expired), "?");
}

}  // namespace
}  // namespace baton::context
