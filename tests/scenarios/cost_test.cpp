// What a handover costs, and that the page about it says so.
#include "lab/cost.h"

#include <gtest/gtest.h>

#include "scenarios/document.h"

namespace baton::lab {
namespace {

TEST(Cost, EveryProfilePlaysAndTheReportIsThePageInTheDocumentation) {
  const auto costs = handover_costs(1);
  ASSERT_EQ(costs.size(), context::profiles.size() * 2);
  for (const HandoverCost& c : costs) {
    EXPECT_TRUE(c.complete) << to_string(c.profile) << c.between_mmes;
    const auto wire = [&](Interface i) { return c.wires[static_cast<std::size_t>(i)].messages; };
    // S10 and the HSS have a part in a move between MMEs only.
    EXPECT_EQ(wire(Interface::s10) > 0, c.between_mmes);
    EXPECT_EQ(c.hss_requests > 0, c.between_mmes);
    EXPECT_GT(c.preparation, Duration{});
    EXPECT_GT(c.interruption, Duration{});
  }
  // Another seed draws other keys and sends the same.
  const auto again = handover_costs(2);
  for (std::size_t i = 0; i < costs.size(); ++i)
    for (std::size_t w = 0; w < costs[i].wires.size(); ++w)
      EXPECT_EQ(costs[i].wires[w].messages, again[i].wires[w].messages);
  EXPECT_EQ(document("docs/reports/handover-cost.md"), cost_report(costs, 1))
      << "write it anew: baton lab cost > docs/reports/handover-cost.md";
}

}  // namespace
}  // namespace baton::lab
