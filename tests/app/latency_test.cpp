// Durations counted in buckets: what comes out is what a sorted list would say, to 1/64.
#include "app/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace baton::test {
namespace {

using app::Latency;

TEST(LatencyTest, NothingCountedIsZero) {
  const Latency l;
  EXPECT_EQ(l.count(), 0U);
  EXPECT_EQ(l.least(), 0U);
  EXPECT_EQ(l.most(), 0U);
  EXPECT_EQ(l.percentile(50), 0U);
  EXPECT_EQ(l.mean(), 0.0);
}

TEST(LatencyTest, SmallDurationsAreExact) {
  Latency l;
  for (std::uint64_t v = 1; v <= 60; ++v) l.record(v);
  EXPECT_EQ(l.percentile(50), 30U);
  EXPECT_EQ(l.percentile(100), 60U);
  EXPECT_EQ(l.percentile(0), 1U);
  EXPECT_EQ(l.least(), 1U);
}

TEST(LatencyTest, PercentilesAreThoseOfTheSortedList) {
  Latency l;
  std::vector<std::uint64_t> all;
  std::uint64_t x = 12345;
  for (int i = 0; i < 100'000; ++i) {
    x = x * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t v = (x >> 40U) * ((x >> 20U & 15U) + 1);  // up to 268 million, skewed
    all.push_back(v);
    l.record(v);
  }
  std::sort(all.begin(), all.end());
  for (const double p : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(static_cast<double>(all.size()) * p / 100.0));
    const auto exact = static_cast<double>(all[rank - 1]);
    EXPECT_GE(static_cast<double>(l.percentile(p)), exact) << p;
    EXPECT_LE(static_cast<double>(l.percentile(p)), exact * (1 + 1.0 / 64) + 1) << p;
  }
  EXPECT_EQ(l.most(), all.back());
  EXPECT_EQ(l.least(), all.front());
}

TEST(LatencyTest, EveryPowerOfTwoFallsIntoABucketThatHoldsIt) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    Latency l;
    const std::uint64_t v = std::uint64_t{1} << shift;
    l.record(v);
    EXPECT_EQ(l.percentile(50), std::min(v, Latency::largest)) << shift;
  }
}

TEST(LatencyTest, TwoAddedAreTheSameAsOne) {
  Latency a, b, both;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b).record(i * i);
    both.record(i * i);
  }
  a.add(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.most(), both.most());
  EXPECT_EQ(a.least(), both.least());
  EXPECT_DOUBLE_EQ(a.mean(), both.mean());
  for (const double p : {5.0, 50.0, 95.0}) EXPECT_EQ(a.percentile(p), both.percentile(p));
}

}  // namespace
}  // namespace baton::test
