// What the configuration requires of a neighbour holds at every door: who has not announced it gets no key of
// a UE and brings none, whatever the policy says of falling back.
#include <gtest/gtest.h>

#include <algorithm>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

/// network is two MMEs with two eNBs each. The first requires `hardened` of the second, which is `final`.
Cast network() {
  const auto policy = context::policy_of(context::Profile::hardened);
  Script s = with_policy(script(1, 4, 1, 2), policy);
  s.mmes[1].policy = {};
  s.mmes[0].mmes[0].required = context::Announcement::of(policy);
  return Cast(std::move(s));
}

/// between says whether a KASME went from one node to the other.
bool between(const Cast& cast, const std::string& from, const std::string& to) {
  const auto& all = cast.net.ledger();
  return std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == from && e.peer == to && e.event == KeyEvent::sent && e.kind == KeyKind::kasme;
  });
}

TEST(RequiredAnnouncement, NoUeIsHandedOverThere) {
  Cast cast = network();
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  EXPECT_FALSE(cast.handover(0, 2));
  cast.run(10s);
  EXPECT_FALSE(between(cast, "mme", "mme2")) << story(cast);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << "it stays where it is\n" << story(cast);
}

TEST(RequiredAnnouncement, NoIdleUeIsGivenThere) {
  Cast cast = network();
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0));
  cast.move(0, 2);
  cast.run(1min);
  EXPECT_FALSE(between(cast, "mme", "mme2")) << story(cast);
  EXPECT_GE(cast.net.counter("mme", "mme.context.policy_refused"), 1U);
}

TEST(RequiredAnnouncement, AndNoneIsTakenFromThere) {
  for (const bool connected : {true, false}) {
    Cast cast = network();
    cast.move(0, 2);
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    ASSERT_EQ(cast.enb(2).ue_count(), 1U) << story(cast);
    if (connected) {
      EXPECT_FALSE(cast.handover(0, 0)) << story(cast);
      EXPECT_GE(cast.net.counter("mme", "mme.handover.policy_refused"), 1U) << story(cast);
    } else {
      ASSERT_TRUE(cast.idle(0));
      cast.move(0, 0);
      cast.run(1min);
      EXPECT_GE(cast.net.counter("mme", "mme.context.policy_refused"), 1U) << story(cast);
    }
    const auto root = cast.key(0, KeyKind::kasme);
    ASSERT_TRUE(root);
    // At the first MME there is none but one that it made with the UE itself.
    EXPECT_FALSE(!connected && between(cast, "mme2", "mme")) << story(cast);
  }
}

}  // namespace
}  // namespace baton::lab
