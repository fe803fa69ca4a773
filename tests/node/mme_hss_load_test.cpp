// What an MME makes of the reports of HSSs: each by itself, none without measure.
#include <gtest/gtest.h>

#include "node/mme/hss_load.h"

namespace baton::node::mme {
namespace {

using wire::diameter::OcOlr;
using wire::diameter::OcReportType;

class HssLoadTest : public testing::Test {
 protected:
  static OcOlr olr(std::uint64_t sequence, std::optional<std::uint32_t> percent,
                   std::optional<std::uint32_t> valid_s = std::nullopt) {
    return {sequence, OcReportType::host, percent, valid_s};
  }
  int held(const DiameterIdentity& hss, int of) {
    int n = 0;
    for (int i = 0; i < of; ++i) n += load.abate(hss, now) ? 1 : 0;
    return n;
  }
  const DiameterIdentity one = *DiameterIdentity::parse("hss1.example"),
                         other = *DiameterIdentity::parse("hss2.example");
  HssLoad load;
  Instant now{std::chrono::hours(1)};
};

//= RFC 7683, 5.2.1; type=test
TEST_F(HssLoadTest, WhatOneSaysHoldsForItself) {
  load.hear(one, olr(900, 50), now);
  EXPECT_EQ(held(one, 10), 5);
  EXPECT_EQ(held(other, 10), 0);
  // The other one numbers from where it likes.
  load.hear(other, olr(3, 20), now);
  EXPECT_EQ(held(other, 10), 2);
  EXPECT_EQ(load.reduction(one, now), 50U);
  load.hear(other, olr(4, 0, 0), now);
  EXPECT_EQ(held(other, 10), 0);
  EXPECT_EQ(held(one, 10), 5);
}

//= RFC 7683, 5.2.1; type=test
TEST_F(HssLoadTest, ANumberThatIsNotGreaterSaysNothingNew) {
  load.hear(one, olr(7, 50), now);
  now += std::chrono::seconds(20);
  load.hear(one, olr(7, 80), now);
  load.hear(one, olr(6, 80), now);
  EXPECT_EQ(load.reduction(one, now), 50U);
  now += std::chrono::seconds(10);
  EXPECT_EQ(load.reduction(one, now), 0U) << "nor does it go on for longer";
  load.hear(one, olr(8, 30), now);
  EXPECT_EQ(load.reduction(one, now), 30U);
}

//= RFC 7683, 7.5; type=test
TEST_F(HssLoadTest, NoReportHoldsForLongAndTheNumberGoesWithIt) {
  constexpr std::uint64_t last = ~std::uint64_t{0};
  load.hear(one, olr(last, 100, 86400), now);
  EXPECT_EQ(held(one, 100), 90) << "somebody has to get in to see that it is over";
  now += std::chrono::seconds(hss_report_s_max) - std::chrono::milliseconds(1);
  EXPECT_EQ(load.reduction(one, now), hss_reduction_max);
  load.hear(one, olr(1, 10), now);
  EXPECT_EQ(load.reduction(one, now), hss_reduction_max) << "that one is older";
  now += std::chrono::milliseconds(1);
  EXPECT_EQ(held(one, 100), 0);
  load.hear(one, olr(1, 10), now);
  EXPECT_EQ(load.reduction(one, now), 10U);
}

/// An end that is said is not undone by a report that it overtook.
TEST_F(HssLoadTest, TheNumberOfAnEndIsKeptForAWhile) {
  load.hear(one, olr(5, 0, 0), now);
  load.hear(one, olr(4, 50), now);
  EXPECT_EQ(load.reduction(one, now), 0U);
  now += std::chrono::seconds(30);
  load.hear(one, olr(4, 50), now);
  EXPECT_EQ(load.reduction(one, now), 50U);
}

//= RFC 7683, 7.5; type=test
//= RFC 7683, 7.7; type=test
TEST_F(HssLoadTest, ValuesThatThereAreNotAreNotHeeded) {
  load.hear(one, olr(5, 40), now);
  load.hear(one, olr(6, 101), now);
  EXPECT_EQ(load.reduction(one, now), 40U) << "more than everything";
  load.hear(one, olr(7, 60, 86401), now);
  EXPECT_EQ(load.reduction(one, now + std::chrono::seconds(29)), 60U);
  EXPECT_EQ(load.reduction(one, now + std::chrono::seconds(30)), 0U) << "as if no time stood there";
  load.hear(one, olr(8, std::nullopt), now);
  EXPECT_EQ(load.reduction(one, now), 0U);
}

}  // namespace
}  // namespace baton::node::mme
