// What an HSS says of its load, and to whom.
#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

class HssLoaded : public HssTest {
 protected:
  HssLoaded() {
    settings.busy_max = 20;
    boot();
    hold_loads = true;
  }
  Imsi who(std::size_t i) { return *Imsi::parse("00101" + std::to_string(1'000'000'000 + i)); }
  Air understands(std::size_t i) {
    auto m = request<Air>(0, who(i));
    m.overload = dia::OcSupportedFeatures{};
    return m;
  }
  std::optional<dia::OcOlr> report() {
    const auto a = answer();
    if (!a) return std::nullopt;
    const auto aia = dia::decode<Aia>(a->octets);
    EXPECT_TRUE(aia && aia->overload) << "whoever understands is told that this side does";
    return aia->overload_report;
  }
};

//= RFC 7683, 5.2.2; type=test
TEST_F(HssLoaded, ClientsThatUnderstandAreAskedForLessTheFullerTheDesksAre) {
  for (std::size_t i = 0; i < 14; ++i) ask(understands(i));
  EXPECT_EQ(counters["hss.overload_changed"], 0);
  ask(understands(14));  // three quarters
  EXPECT_EQ(counters["hss.overload_changed"], 1);
  for (std::size_t i = 15; i < 20; ++i) ask(understands(i));
  auto first = std::move(held.front());
  held.erase(held.begin());
  tell(std::move(first));
  settle();
  auto olr = report();
  ASSERT_TRUE(olr);
  EXPECT_EQ(olr->report_type, dia::OcReportType::host);
  EXPECT_EQ(olr->reduction_percentage, overload_reduction_max) << "full";
  EXPECT_EQ(olr->validity_s, overload_validity_s);
  const auto sequence = olr->sequence_number;
  // As they empty, it stays until half are free, and then it is said that it is over.
  hold_loads = false;
  auto rest = std::move(held);
  held.clear();
  for (auto& l : rest) {
    tell(std::move(l));
    settle();
  }
  std::optional<dia::OcOlr> last;
  while (!mmes[0]->answers.empty()) last = report();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->reduction_percentage, 0U);
  EXPECT_GT(last->sequence_number, sequence);
  now += std::chrono::seconds(overload_validity_s);
  ask(understands(99));
  EXPECT_FALSE(report()) << "by then nobody goes by it any more";
}

TEST_F(HssLoaded, WhoDoesNotUnderstandReportsGetsNone) {
  for (std::size_t i = 0; i < 19; ++i) ask(request<Air>(0, who(i)));
  tell(std::move(held.front()));
  settle();
  const auto aia = dia::decode<Aia>(answer()->octets);
  ASSERT_TRUE(aia);
  EXPECT_FALSE(aia->overload);
  EXPECT_FALSE(aia->overload_report);
}

/// A client takes a number that it has heard for what it knows already.
//= RFC 7683, 5.2.2; type=test
TEST(OverloadControl, WhileTheLoadLastsTheReportIsRenewedBeforeItRunsOut) {
  OverloadControl control;
  Instant now{std::chrono::hours(1)};
  ASSERT_TRUE(control.observe(18, 20, now));
  const auto first = control.report(now);
  ASSERT_TRUE(first);
  now += std::chrono::seconds(overload_validity_s / 2) - std::chrono::milliseconds(1);
  EXPECT_EQ(control.report(now), first);
  now += std::chrono::milliseconds(1);
  const auto second = control.report(now);
  ASSERT_TRUE(second);
  EXPECT_GT(second->sequence_number, first->sequence_number);
  EXPECT_EQ(second->reduction_percentage, first->reduction_percentage);
  EXPECT_EQ(control.report(now), second) << "once";
  // Nobody asks for long; the load is the same, and whoever comes then is told with a number that is new.
  now += std::chrono::hours(1);
  EXPECT_GT(control.report(now)->sequence_number, second->sequence_number);
  // The end has its own.
  const auto last = control.report(now)->sequence_number;
  ASSERT_TRUE(control.observe(0, 20, now));
  EXPECT_GT(control.report(now)->sequence_number, last);
  EXPECT_EQ(control.report(now)->validity_s, 0U);
  now += std::chrono::seconds(overload_validity_s);
  EXPECT_FALSE(control.report(now));
}

}  // namespace
}  // namespace baton::node::hss
