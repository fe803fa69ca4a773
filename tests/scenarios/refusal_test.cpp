// Attaches that must not succeed, and resynchronisation, on a whole network.
#include <gtest/gtest.h>

#include "relay.h"
#include "stage.h"

namespace baton::lab {
namespace {

// Nothing of the UE is anywhere.
void expect_nothing_left(Stage& s) {
  EXPECT_NE(s.cast.ue(0).state(), node::ue::State::registered) << story(s.cast);
  EXPECT_FALSE(s.cast.ue(0).connected()) << story(s.cast);
  EXPECT_EQ(s.cast.mme().ue_count(), 0U) << story(s.cast);
  EXPECT_EQ(s.cast.enb(0).ue_count(), 0U);
  EXPECT_EQ(s.cast.upe().sessions().size(), 0U);
  EXPECT_TRUE(s.holdings().empty()) << s.wrong() << story(s.cast);
}

std::size_t steps_with(const Cast& cast, std::string_view text) {
  std::size_t n = 0;
  for (const auto& s : cast.net.steps()) n += s.text.find(text) != std::string::npos ? 1U : 0U;
  return n;
}

//= TS 24.301, 5.4.2.5; type=test
TEST(Refusal, AWrongResIsRejectedAndLeavesNoKey) {
  Stage s(script());
  std::size_t changed = 0;
  {
    Relay relay(s.cast, 0, [&](bool up, ByteVector& octets) {
      // AUTHENTICATION RESPONSE, RES of eight octets: one bit of it arrives wrong.
      const std::array<Byte, 3> response{0x07, 0x53, 0x08};
      const auto at = std::search(octets.begin(), octets.end(), response.begin(), response.end());
      if (!up || at == octets.end()) return;
      at[3] ^= 1;
      ++changed;
    });
    s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
    relay.run(20s);
  }
  EXPECT_GE(changed, 1U);
  EXPECT_EQ(s.cast.net.counter("mme", "mme.authentication.rejected"), 1U) << story(s.cast);
  EXPECT_FALSE(s.cast.ue(0).usim_valid());
  s.cast.run(1min);
  expect_nothing_left(s);
  // The card is as good as before; only somebody on the way was not.
  s.cast.power_cycle(0);
  EXPECT_TRUE(s.cast.attach(0)) << story(s.cast);
  EXPECT_EQ(s.wrong(), "");
}

//= TS 24.301, 5.4.2.7; type=test
TEST(Refusal, AUeWithAnotherOpcFindsTheMacWrongAndGetsNoService) {
  Script wrong = script();
  const std::array<Byte, 16> other{1, 2, 3};
  wrong.ues[0].opc = Opc(other);
  Stage s(std::move(wrong));
  EXPECT_FALSE(s.cast.attach(0));
  EXPECT_GE(steps_with(s.cast, "Authentication Failure"), 1U) << story(s.cast);
  s.cast.run(5min);
  expect_nothing_left(s);
}

//= TS 33.102, 6.3.5; type=test
TEST(Refusal, AUeFarAheadIsFollowedAndAttaches) {
  for (const std::uint64_t ahead : {2ULL, 5'000ULL, 200'000'000ULL}) {
    Script apart = script();
    ASSERT_TRUE(apart.ues[0].sqn.accept(*Sqn::of(ahead, 0)));
    Stage s(std::move(apart));
    EXPECT_TRUE(s.cast.attach(0)) << ahead << story(s.cast);
    EXPECT_EQ(steps_with(s.cast, "Request (resynchronisation)"), 1U) << story(s.cast);
    EXPECT_GT(s.cast.subscribers.load(imsi_of(0))->seq_reserved, ahead);
    EXPECT_EQ(s.wrong(), "");
    // And the AuC stays in step.
    EXPECT_TRUE(s.cast.reauthenticate(0)) << story(s.cast);
    EXPECT_EQ(steps_with(s.cast, "Request (resynchronisation)"), 1U);
  }
}

//= TS 24.301, 5.4.2.7; type=test
TEST(Refusal, ACardThatIsNeverSatisfiedIsNotResynchronisedForEver) {
  Script broken = script();
  // Not one SEQ ahead is acceptable to it.
  broken.ues[0].sqn = UsimSqnArray(UsimSqnArray::Rule{Sqn::ind_bits_default, 0, std::nullopt});
  Stage s(std::move(broken));
  EXPECT_FALSE(s.cast.attach(0));
  s.cast.run(30min);
  EXPECT_EQ(steps_with(s.cast, "Request (resynchronisation)"), 1U) << story(s.cast);
  expect_nothing_left(s);
}

//= TS 24.301, 5.5.1.2.5; type=test
TEST(Refusal, AnImsiThatTheHssDoesNotKnowGetsNoService) {
  Script unknown = script();
  unknown.subscribers.clear();
  Stage s(std::move(unknown));
  EXPECT_FALSE(s.cast.attach(0));
  const auto* o = s.cast.outcome(0, "attach");
  ASSERT_NE(o, nullptr);
  EXPECT_NE(o->cause.find("cause 8"), std::string::npos) << o->cause;
  s.cast.run(5min);
  expect_nothing_left(s);
}

//= TS 33.401, 5.1.4.1; type=test
TEST(Refusal, AUeThatCanDoNothingButNullGetsNoService) {
  for (const Byte eea : {Byte{0x80}, Byte{0xA0}}) {
    Script null_only = script();
    null_only.ues[0].capability = {.eea = eea, .eia = 0x80, .more = {}};
    null_only.ues[0].null_integrity = context::NullIntegrity::allow;
    Stage s(std::move(null_only));
    EXPECT_FALSE(s.cast.attach(0));
    s.cast.run(1min);
    expect_nothing_left(s);
    EXPECT_EQ(steps_with(s.cast, "Security Mode Command"), 0U) << story(s.cast);
  }
}

//= TS 24.301, 5.4.3.5; type=test
TEST(Refusal, CapabilitiesThatWereBidDownOnTheWayAreNoticedAndTheNextAttemptIsFine) {
  Stage s(script());
  bool bid_down = true;
  Relay relay(s.cast, 0, [&](bool up, ByteVector& octets) {
    // UE network capability: EEA0, EEA2 and EIA2 arrive as EEA2 and EIA2.
    const std::array<Byte, 3> said{0x02, 0xA0, 0x20}, heard{0x02, 0x20, 0x20};
    if (up && bid_down) replace_all(octets, said, heard);
  });
  s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
  relay.run(5s);
  EXPECT_EQ(steps_with(s.cast, "Security Mode Reject"), 1U) << story(s.cast);
  EXPECT_NE(s.cast.ue(0).state(), node::ue::State::registered);
  EXPECT_EQ(s.cast.mme().ue_count(), 0U) << story(s.cast);
  EXPECT_TRUE(s.holdings().empty()) << s.wrong() << story(s.cast);
  bid_down = false;
  relay.run(30s);
  if (s.cast.ue(0).state() != node::ue::State::registered) {
    s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
    relay.run(5s);
  }
  EXPECT_EQ(s.cast.ue(0).state(), node::ue::State::registered) << story(s.cast);
  EXPECT_EQ(s.wrong(), "");
}

}  // namespace
}  // namespace baton::lab
