// An idle UE moves between two MMEs, with everything real but the wires.
#include <gtest/gtest.h>

#include "lab/cast.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

using Names = std::vector<std::string>;

// Reconnections, retries and the UE's pauses between attempts have had their turn.
constexpr Duration healing = 5min;

// What neighbours say on S10, by message type (TS 29.274, 6.1).
constexpr Byte context_request = 130, context_response = 131, context_acknowledge = 132;

Script two_mmes(std::size_t ues = 1) {
  Script s = script(ues, 4, 1, 2);
  // Each MME knows the other.
  for (auto& mme : s.mmes) {
    if (!mme.mmes.empty()) continue;
    for (const auto& other : s.mmes)
      if (other.name != mme.name)
        mme.mmes.push_back({other.name, other.identity, other.gummei, other.tais, other.gtpc});
  }
  return s;
}

class InterMmeTau : public ::testing::Test {
 protected:
  void attached_and_idle(std::size_t ue = 0) {
    ASSERT_TRUE(cast.attach(ue)) << story(cast);
    ASSERT_TRUE(cast.idle(ue)) << story(cast);
    kasme = cast.key(ue, KeyKind::kasme)->current;
  }
  /// until steps through the run to the moment at which a message of that type leaves `from` on S10.
  bool until(std::string_view from, Byte type) {
    for (std::size_t seen = cast.net.taps().size(); cast.net.step();) {
      for (; seen < cast.net.taps().size(); ++seen) {
        const WireTap& t = cast.net.taps()[seen];
        if (t.port == peer::Port::gtpc && t.from == from && t.octets.size() > 1 && t.octets[1] == type)
          return true;
      }
    }
    return false;
  }
  void begin_move(std::size_t ue, std::size_t enb) {
    cast.net.command(Cast::ue_name(ue), {node::Verb::move, imsi_of(ue), static_cast<std::uint32_t>(enb)});
  }
  std::size_t messages(Byte type) const {
    std::size_t n = 0;
    for (const WireTap& t : cast.net.taps())
      if (t.port == peer::Port::gtpc && t.octets.size() > 1 && t.octets[1] == type) ++n;
    return n;
  }
  bool same_kasme(std::size_t ue = 0) const { return cast.key(ue, KeyKind::kasme)->current == kasme; }
  /// at: the UE is registered at that MME and nowhere else, with everything in its place.
  void expect_at(std::size_t mme, std::size_t ue = 0) {
    const std::size_t other = 1 - mme;
    const Names names{cast.mme_configs[mme].name, Cast::ue_name(ue)};
    EXPECT_EQ(cast.ue(ue).state(), node::ue::State::registered) << story(cast);
    const auto* here = cast.mme(mme).find(imsi_of(ue));
    ASSERT_NE(here, nullptr) << story(cast);
    EXPECT_EQ(cast.mme(other).find(imsi_of(ue)), nullptr) << story(cast);
    EXPECT_EQ(cast.holders(ue, KeyKind::kasme), names) << story(cast);
    ASSERT_TRUE(cast.ue(ue).guti());
    EXPECT_EQ(cast.ue(ue).guti()->mme, cast.mme_configs[mme].gummei);
    EXPECT_EQ(here->guti, cast.ue(ue).guti());
    EXPECT_EQ(cast.subscribers.load(imsi_of(ue))->mme->host, cast.mme_configs[mme].identity);
    const auto* session = cast.upe().sessions().find(imsi_of(ue));
    ASSERT_NE(session, nullptr) << story(cast);
    EXPECT_EQ(session->mme, cast.mme_configs[mme].gtpc);
    // Both ends agree on the next COUNT of each direction.
    ASSERT_TRUE(here->security && cast.ue(ue).context());
    EXPECT_EQ(here->security->uplink(), cast.ue(ue).context()->uplink());
    EXPECT_EQ(here->security->downlink(), cast.ue(ue).context()->downlink());
  }
  void expect_service(std::size_t ue = 0) {
    if (cast.ue(ue).connected()) {
      EXPECT_TRUE(cast.idle(ue));
    }
    EXPECT_TRUE(cast.service_request(ue)) << story(cast);
    EXPECT_TRUE(cast.agree(ue, KeyKind::kenb)) << story(cast);
    EXPECT_TRUE(cast.idle(ue));
    EXPECT_TRUE(cast.page(ue)) << story(cast);
    EXPECT_TRUE(cast.idle(ue));
  }

  Cast cast{two_mmes(2)};
  std::optional<KeyId> kasme;
};

//= TS 23.401, 5.3.3.1; type=test
TEST_F(InterMmeTau, TakesTheUesKeysAlongAndLeavesNone) {
  attached_and_idle();
  cast.move(0, 2);
  expect_at(1);
  EXPECT_TRUE(same_kasme()) << "no authentication was needed";
  EXPECT_EQ(cast.net.counter("mme", "mme.context.given"), 1U);
  EXPECT_EQ(cast.net.counter("mme2", "mme.context.taken"), 1U);
  EXPECT_EQ(cast.net.counter("hss", "hss.clr_done"), 1U);
  const auto* outcome = cast.outcome(0, "inter-mme-tau");
  ASSERT_NE(outcome, nullptr);
  EXPECT_TRUE(outcome->ok);
  expect_service();
}

TEST_F(InterMmeTau, ThereAndBackManyTimes) {
  attached_and_idle();
  for (int round = 0; round < 5; ++round) {
    cast.move(0, 2);
    expect_at(1);
    cast.move(0, 0);
    expect_at(0);
  }
  EXPECT_TRUE(same_kasme());
  expect_service();
}

TEST_F(InterMmeTau, TwoUesAtOnceDoNotMeet) {
  attached_and_idle(0);
  cast.move(1, 2);
  ASSERT_TRUE(cast.attach(1)) << story(cast);
  ASSERT_TRUE(cast.idle(1));
  const auto first = cast.key(0, KeyKind::kasme)->current, second = cast.key(1, KeyKind::kasme)->current;
  begin_move(0, 3);
  begin_move(1, 1);
  cast.settle();
  expect_at(1, 0);
  expect_at(0, 1);
  EXPECT_EQ(cast.key(0, KeyKind::kasme)->current, first);
  EXPECT_EQ(cast.key(1, KeyKind::kasme)->current, second);
}

TEST_F(InterMmeTau, AnMmeThatForgotTheUeSendsItBackToAttach) {
  attached_and_idle();
  cast.crash_mme(0);
  cast.restart_mme(0);
  cast.run(1s);
  cast.move(0, 2);
  cast.run(healing);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_NE(cast.mme(1).find(imsi_of(0)), nullptr);
  EXPECT_FALSE(same_kasme());
}

TEST_F(InterMmeTau, AnMmeOutOfReachCostsAnAttach) {
  attached_and_idle();
  cast.net.cut("mme", "mme2");
  cast.move(0, 2);
  cast.run(healing);
  EXPECT_EQ(cast.net.counter("mme2", "mme.context.unanswered"), 1U);
  // The former MME never heard of the move itself, but the HSS has told it.
  expect_at(1);
  EXPECT_FALSE(same_kasme());
}

// --- each of the three messages lost ------------------------------------------------------------

TEST_F(InterMmeTau, ALostRequestIsRepeated) {
  attached_and_idle();
  cast.net.cut("mme", "mme2");
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_request));
  cast.net.mend("mme", "mme2");
  cast.run(20s);
  expect_at(1);
  EXPECT_TRUE(same_kasme());
}

TEST_F(InterMmeTau, ALostResponseIsRepeated) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_request));
  cast.net.cut("mme", "mme2");  // the request arrives, its answer does not
  ASSERT_TRUE(until("mme", context_response));
  cast.net.mend("mme", "mme2");
  cast.run(20s);
  expect_at(1);
  EXPECT_TRUE(same_kasme());
}

TEST_F(InterMmeTau, ALostAcknowledgementIsRepeated) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme", context_response));
  cast.net.cut("mme", "mme2");
  ASSERT_TRUE(until("mme2", context_acknowledge));
  cast.net.mend("mme", "mme2");
  // The HSS would say as much as the acknowledgement; here it cannot.
  cast.net.cut("mme", "hss");
  cast.run(20s);
  EXPECT_EQ(cast.holders(0, KeyKind::kasme), (Names{"mme2", "ue1"})) << story(cast);
  EXPECT_EQ(cast.net.counter("mme", "mme.context.given"), 1U);
  EXPECT_TRUE(same_kasme());
}

// --- and lost for good ------------------------------------------------------------------------

//= S0.D11; type=test
TEST_F(InterMmeTau, AResponseThatNeverArrivesEndsTheContextAtBothEnds) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_request));
  cast.net.cut("mme", "mme2");
  cast.run(healing);
  EXPECT_EQ(cast.net.counter("mme", "mme.context.outcome_unknown"), 1U) << story(cast);
  expect_at(1);
  EXPECT_FALSE(same_kasme()) << "the UE has authenticated anew";
  expect_service();
}

//= S0.D11; type=test
TEST_F(InterMmeTau, AnAcknowledgementThatNeverArrivesLeavesTheUeWhereItIs) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme", context_response));
  cast.net.cut("mme", "mme2");
  cast.net.cut("mme", "hss");
  cast.run(20s);
  EXPECT_EQ(cast.net.counter("mme", "mme.context.outcome_unknown"), 1U) << story(cast);
  expect_at(1);
  EXPECT_TRUE(same_kasme());
  expect_service();
}

TEST_F(InterMmeTau, ANewMmeThatDiesWithTheContextTakesItWithIt) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_acknowledge));
  cast.crash_mme(1);
  cast.run(2s);
  cast.restart_mme(1);
  cast.run(healing);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_NE(cast.mme(1).find(imsi_of(0)), nullptr) << story(cast);
  EXPECT_EQ(cast.mme(0).find(imsi_of(0)), nullptr) << story(cast);
  EXPECT_FALSE(same_kasme());
}

TEST_F(InterMmeTau, AnOldMmeThatDiesAfterItsResponseIsNotMissed) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme", context_response));
  cast.crash_mme(0);
  cast.run(20s);
  cast.restart_mme(0);
  cast.run(healing);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  ASSERT_NE(cast.mme(1).find(imsi_of(0)), nullptr) << story(cast);
  EXPECT_TRUE(same_kasme());
  expect_service();
}

// --- the UE's end -----------------------------------------------------------------------------

//= TS 24.301, 5.5.3.2.7; type=test
TEST_F(InterMmeTau, AUeThatMissesTheAcceptIsKnownWhenItComesAgain) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_acknowledge));
  cast.net.cut("ue1", "enb3");
  cast.run(8s);
  cast.net.mend("ue1", "enb3");
  cast.run(healing);
  expect_at(1);
  EXPECT_TRUE(same_kasme());
  EXPECT_EQ(cast.net.counter("mme", "mme.context.given"), 1U) << "one context request was enough";
}

TEST_F(InterMmeTau, AUeThatMissesTheAcceptAndGoesBackIsFetchedBack) {
  attached_and_idle();
  begin_move(0, 2);
  ASSERT_TRUE(until("mme2", context_acknowledge));
  cast.net.cut("ue1", "enb3");
  cast.net.cut("mme", "hss");  // so that the first MME still knows whom it gave the UE to
  cast.run(30s);
  cast.net.mend("mme", "hss");
  begin_move(0, 0);
  cast.run(healing);
  expect_at(0);
  EXPECT_TRUE(same_kasme()) << "its keys came back with it";
  EXPECT_EQ(cast.net.counter("mme", "mme.context.taken"), 1U);
  expect_service();
}

TEST_F(InterMmeTau, AUpeOutOfReachCostsAnAttachAndLeavesNoKeyBehind) {
  attached_and_idle();
  cast.net.cut("mme2", "upe");
  cast.move(0, 2);
  cast.run(30s);
  cast.net.mend("mme2", "upe");
  cast.run(healing);
  if (cast.ue(0).state() != node::ue::State::registered) {
    ASSERT_TRUE(cast.attach(0)) << story(cast);
  }
  expect_at(1);
}

TEST_F(InterMmeTau, AnHssOutOfReachDelaysTheUpdate) {
  attached_and_idle();
  cast.net.cut("mme2", "hss");
  cast.move(0, 2);
  cast.run(5s);
  EXPECT_EQ(cast.net.counter("mme2", "mme.tau.completed"), 0U);
  cast.net.mend("mme2", "hss");
  cast.run(healing);
  expect_at(1);
  EXPECT_TRUE(same_kasme()) << story(cast);
}

}  // namespace
}  // namespace baton::lab
