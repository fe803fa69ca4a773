// What each node's crash loses, what it keeps, and how the network heals.
#include <gtest/gtest.h>

#include "lab/cast.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

// Lets time pass until reconnections, echoes and retries have had their turn.
constexpr Duration healing = 3min;

TEST(Crash, AnMmeKeepsNothingAndItsUesAttachAgain) {
  Cast cast(script(2));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.attach(1)) << story(cast);
  ASSERT_TRUE(cast.idle(1)) << story(cast);
  cast.crash_mme();
  cast.run(5s);
  cast.restart_mme();
  cast.run(healing);
  EXPECT_EQ(cast.mme().enb_count(), 2U) << "the eNBs have set S1 up again";
  for (std::size_t i = 0; i < 2; ++i) {
    if (cast.ue(i).state() != node::ue::State::registered || cast.mme().find(imsi_of(i)) == nullptr) {
      cast.service_request(i);  // refused by an MME that does not know the UE: it attaches
      cast.run(healing);
    }
    EXPECT_EQ(cast.ue(i).state(), node::ue::State::registered) << story(cast);
    EXPECT_NE(cast.mme().find(imsi_of(i)), nullptr) << story(cast);
    EXPECT_NE(cast.upe().sessions().find(imsi_of(i)), nullptr);
  }
  // The ledger cannot know that a crash erased what the MME held, so it lists the old keys as held there.
  for (std::size_t i = 0; i < 2; ++i) {
    const auto kasme = cast.key(i, KeyKind::kasme);
    ASSERT_TRUE(kasme && kasme->current);
    EXPECT_GE(kasme->holders.size(), 2U) << "UE and MME hold the new one";
  }
}

TEST(Crash, AnHssKeepsSubscribersAndNeverIssuesASequenceNumberTwice) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto before = cast.subscribers.load(imsi_of(0))->seq_reserved;
  EXPECT_GT(before, 0U) << "reserved before the first vector left";
  ASSERT_TRUE(cast.detach(0));
  cast.crash_hss();
  cast.restart_hss();
  cast.run(healing);
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.reauthenticate(0)) << story(cast);
  EXPECT_GT(cast.subscribers.load(imsi_of(0))->seq_reserved, before);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme));
  EXPECT_TRUE(cast.subscribers.load(imsi_of(0))->mme);
}

TEST(Crash, AUpeThatLosesItsSessionsDoesNotLeaveTheUeStranded) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  cast.crash_upe();
  cast.restart_upe();
  cast.run(healing);
  EXPECT_EQ(cast.upe().sessions().size(), 0U);
  // However the network tells the UE, after its next request and time to act on the answer it has a session.
  cast.service_request(0);
  cast.run(healing);
  if (cast.ue(0).state() == node::ue::State::deregistered) cast.attach(0);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_NE(cast.upe().sessions().find(imsi_of(0)), nullptr) << story(cast);
}

TEST(Crash, AUeWhoseEnbRestartedFindsOutWhenItSpeaksAndComesBack) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto old = cast.key(0, KeyKind::kenb)->current;
  cast.crash_enb(0);
  cast.run(1s);
  cast.restart_enb(0);
  cast.run(healing);
  EXPECT_EQ(cast.mme().connection_count(), 0U) << "S1 Setup again means that the eNB forgot its UEs";
  // A real phone would lose the cell's signal. On the stand-in it notices when nobody acknowledges it.
  cast.tau(0);
  cast.run(healing);
  if (!cast.ue(0).connected()) {
    ASSERT_TRUE(cast.service_request(0)) << story(cast);
  }
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_EQ(cast.mme().connection_count(), 1U) << story(cast);
  const auto kenb = cast.key(0, KeyKind::kenb);
  ASSERT_TRUE(kenb && kenb->current);
  EXPECT_NE(kenb->current, old) << "the key of the lost connection is not used again";
  EXPECT_GE(kenb->holders.size(), 2U);
}

TEST(Crash, AnHssOutOfReachFailsTheAttachAndALaterOneSucceeds) {
  Cast cast(script());
  cast.net.cut("mme", "hss");
  EXPECT_FALSE(cast.attach(0));
  cast.run(healing);
  cast.net.mend("mme", "hss");
  cast.run(healing);
  if (cast.ue(0).state() != node::ue::State::registered) {
    EXPECT_TRUE(cast.attach(0)) << story(cast);
  }
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
}

TEST(Crash, AUpeOutOfReachFailsTheAttachAndLeavesNoKeyOfTheAir) {
  Cast cast(script());
  cast.net.cut("mme", "upe");
  EXPECT_FALSE(cast.attach(0));
  cast.run(60s);
  EXPECT_TRUE(cast.held_by_nobody(0, KeyKind::kenb)) << story(cast);
  cast.net.mend("mme", "upe");
  cast.run(healing);
  if (cast.ue(0).state() != node::ue::State::registered) {
    EXPECT_TRUE(cast.attach(0)) << story(cast);
  }
  EXPECT_NE(cast.upe().sessions().find(imsi_of(0)), nullptr) << story(cast);
}

TEST(Crash, APhoneWithoutPowerComesBackWithWhatItsMemoryKept) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.power_cycle(0);
  cast.run(healing);
  if (cast.ue(0).state() != node::ue::State::registered) {
    EXPECT_TRUE(cast.attach(0)) << story(cast);
  }
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
  EXPECT_EQ(cast.upe().sessions().size(), 1U);
}

}  // namespace
}  // namespace baton::lab
