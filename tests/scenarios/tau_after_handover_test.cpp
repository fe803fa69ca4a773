// A UE that was handed over to another MME says where it is.
#include <gtest/gtest.h>

#include "lab/cast.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

using Names = std::vector<std::string>;

class TauAfterHandover : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    kasme = cast.key(0, KeyKind::kasme)->current;
  }
  void expect_registered_at_mme2() {
    const auto* here = cast.mme(1).find(imsi_of(0));
    ASSERT_NE(here, nullptr) << story(cast);
    EXPECT_TRUE(here->registered_at_hss) << story(cast);
    EXPECT_TRUE(here->subscription);
    EXPECT_EQ(cast.subscribers.load(imsi_of(0))->mme->host, cast.mme_configs[1].identity);
    EXPECT_EQ(cast.mme(0).find(imsi_of(0)), nullptr) << story(cast);
    EXPECT_EQ(cast.holders(0, KeyKind::kasme), (Names{"mme2", "ue1"})) << story(cast);
    EXPECT_EQ(cast.key(0, KeyKind::kasme)->current, kasme);
  }

  Cast cast{script(2, 4, 1, 2)};
  std::optional<KeyId> kasme;
};

//= TS 23.401, 5.5.1.2.2; type=test
TEST_F(TauAfterHandover, GivesTheUeAGutiOfItsNewMme) {
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(2s);
  const auto* update = cast.outcome(0, "tau");
  ASSERT_NE(update, nullptr) << story(cast);
  EXPECT_TRUE(update->ok) << update->cause;
  expect_registered_at_mme2();
  EXPECT_EQ(cast.ue(0).guti()->mme, cast.mme_configs[1].gummei);
  EXPECT_EQ(cast.mme(1).find(imsi_of(0))->guti, cast.ue(0).guti());
  EXPECT_EQ(cast.net.counter("hss", "hss.clr_sent"), 1U);
  EXPECT_EQ(cast.net.counter("mme2", "mme.location.registered_without_update"), 0U);
  // Idle and back, under the keys it came with.
  EXPECT_TRUE(cast.idle(0)) << story(cast);
  EXPECT_TRUE(cast.page(0)) << story(cast);
}

}  // namespace
}  // namespace baton::lab
