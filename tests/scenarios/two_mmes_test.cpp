// A network of two MMEs with two eNBs each.
#include <gtest/gtest.h>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

using Names = std::vector<std::string>;

TEST(TwoMmes, EachServesItsOwnEnbsAndTheUesThatComeThere) {
  Cast cast(script(2, 4, 1, 2));
  EXPECT_EQ(cast.mme(0).enb_count(), 2U);
  EXPECT_EQ(cast.mme(1).enb_count(), 2U);
  EXPECT_EQ(cast.enb_configs[1].mmes[0].name, "mme");
  EXPECT_EQ(cast.enb_configs[2].mmes[0].name, "mme2");

  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_NE(cast.mme(0).find(imsi_of(0)), nullptr);
  EXPECT_EQ(cast.mme(1).find(imsi_of(0)), nullptr);
  EXPECT_EQ(cast.holders(0, KeyKind::kasme), (Names{"mme", "ue1"}));

  cast.move(1, 3);
  ASSERT_TRUE(cast.attach(1)) << story(cast);
  EXPECT_EQ(cast.mme(0).find(imsi_of(1)), nullptr);
  EXPECT_NE(cast.mme(1).find(imsi_of(1)), nullptr);
  EXPECT_EQ(cast.holders(1, KeyKind::kasme), (Names{"mme2", "ue2"}));
  EXPECT_TRUE(cast.agree(1, KeyKind::kenb));

  // What is asked of "the MME" goes to the one that knows the UE.
  EXPECT_TRUE(cast.reauthenticate(1)) << story(cast);
  EXPECT_TRUE(cast.network_detach(1)) << story(cast);
  EXPECT_TRUE(cast.held_by_nobody(1, KeyKind::kasme));
}

TEST(TwoMmes, OneMayCrashWithoutTheOther) {
  Cast cast(script(2, 4, 1, 2));
  cast.move(1, 2);
  ASSERT_TRUE(cast.attach(0));
  ASSERT_TRUE(cast.attach(1)) << story(cast);
  cast.crash_mme(1);
  EXPECT_TRUE(cast.idle(0));
  EXPECT_TRUE(cast.service_request(0)) << story(cast);
  cast.restart_mme(1);
  cast.run(3min);
  EXPECT_EQ(cast.mme(1).enb_count(), 2U);
  EXPECT_EQ(cast.mme(1).find(imsi_of(1)), nullptr);
  EXPECT_NE(cast.mme(0).find(imsi_of(0)), nullptr);
}

}  // namespace
}  // namespace baton::lab
