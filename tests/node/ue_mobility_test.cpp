// After the attach: idle, back, elsewhere, and away.
#include "node/ue_network.h"

namespace baton::node::ue {
namespace {

TEST(UeIdle, AReleaseTakesTheRadioKeysAndLeavesTheOthers) {
  UeNetwork n;
  n.attach();
  n.release();
  const auto held = n.held();
  EXPECT_EQ(held.size(), 3U);
  EXPECT_TRUE(n.ue.context());
  EXPECT_TRUE(n.running(Timer::t3412));
  ASSERT_TRUE(n.camps.back().s_tmsi);
  EXPECT_EQ(n.camps.back().s_tmsi->m_tmsi, Guti::test_value().m_tmsi);
}

//= TS 24.301, 5.6.1.2; type=test
//= TS 23.401, 5.3.4.1; type=test
TEST(UeServiceRequest, FourOctetsBringTheBearersBackUnderANewKenb) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::service_request);
  EXPECT_EQ(n.requests.back().cause, rrc::EstablishmentCause::mo_data);
  EXPECT_TRUE(std::holds_alternative<STmsi>(n.requests.back().identity));
  const auto pdu = n.heard();
  ASSERT_EQ(pdu.size(), 4U);
  ASSERT_TRUE(n.context->verify_service_request(pdu));
  n.as_security();
  n.set_up_bearers(std::nullopt);
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_EQ(n.outcomes[0].procedure, "service-request");
  EXPECT_TRUE(n.outcomes[0].ok);
  EXPECT_EQ(n.ue.state(), State::registered);
  EXPECT_FALSE(n.running(Timer::t3417));
  EXPECT_EQ(n.steps.front().id, "1");
}

TEST(UeServiceRequest, APageIsAnsweredAndAnothersIsNot) {
  UeNetwork n;
  n.attached_and_idle();
  n.broadcast(rrc::Paging{{STmsi{MmeCode{1}, MTmsi{7}}}});
  EXPECT_TRUE(n.silent());
  n.broadcast(rrc::Paging{{STmsi{MmeCode{1}, Guti::test_value().m_tmsi}}});
  EXPECT_EQ(n.requests.back().cause, rrc::EstablishmentCause::mt_access);
  EXPECT_EQ(n.heard().size(), 4U);
}

//= TS 24.301, 5.6.1.6; type=test
TEST(UeServiceRequest, SilenceEndsItAfterT3417AndTheUeStaysRegistered) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::service_request);
  (void)n.heard();
  n.wait(5s);
  EXPECT_FALSE(n.outcomes.at(0).ok);
  EXPECT_EQ(n.ue.state(), State::registered);
  EXPECT_FALSE(n.ue.connected());
}

//= TS 24.301, 5.6.1.5; type=test
TEST(UeServiceRequest, ANetworkThatDoesNotKnowTheUeMakesItAttachAnew) {
  for (const EmmCause cause : {EmmCause::ue_identity_cannot_be_derived, EmmCause::implicitly_detached}) {
    UeNetwork n;
    n.attached_and_idle();
    n.command(Verb::service_request);
    (void)n.heard();
    n.plain(nas::ServiceReject{.cause = cause});
    EXPECT_FALSE(n.outcomes.at(0).ok);
    EXPECT_TRUE(n.held().empty());
    n.say(rrc::ConnectionRelease{});
    const auto request = n.heard_as<nas::AttachRequest>();
    EXPECT_TRUE(request.identity.imsi());
    EXPECT_EQ(n.ue.state(), State::attaching);
  }
}

TEST(UeServiceRequest, WhatIsNotPossibleNowSaysSo) {
  UeNetwork n;
  n.command(Verb::service_request);
  n.command(Verb::tau);
  n.command(Verb::detach);
  ASSERT_EQ(n.outcomes.size(), 3U);
  for (const Outcome& o : n.outcomes) EXPECT_FALSE(o.ok) << o.procedure;
  n.attach();
  n.command(Verb::service_request);
  EXPECT_EQ(n.outcomes.back().cause, "not idle");
}

//= TS 24.301, 5.5.3.2.2; type=test
//= TS 24.301, 5.5.3.2.4; type=test
TEST(UeTau, AnUpdateIsReadableButProtectedAndANewGutiIsAcknowledged) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::tau);
  const auto request = n.heard_as<nas::TauRequest>();
  EXPECT_EQ(n.last_header, nas::SecurityHeader::integrity);
  EXPECT_EQ(request.old_guti.guti()->m_tmsi, Guti::test_value().m_tmsi);
  EXPECT_TRUE(request.bearer_status->has(nas::EpsBearerId{5}));
  n.is_sealed = true;
  nas::TauAccept accept;
  accept.guti = Guti::test_value();
  accept.guti->m_tmsi = MTmsi{0xC0000002};
  n.sealed(accept);
  (void)n.heard_as<nas::TauComplete>();
  EXPECT_EQ(n.ue.guti()->m_tmsi, MTmsi{0xC0000002});
  EXPECT_TRUE(n.outcomes.at(0).ok);
  EXPECT_EQ(n.outcomes[0].procedure, "tau");
  EXPECT_TRUE(n.running(Timer::t3440));
  EXPECT_FALSE(n.ue.at_rest()) << "the network is about to release it";
  // A network that forgets the release is not waited for.
  n.wait(10s);
  EXPECT_FALSE(n.ue.connected());
  EXPECT_TRUE(n.ue.at_rest());
}

TEST(UeTau, ACellOfAnotherAreaIsToldAtOnceAndOneOfTheListIsNot) {
  UeNetwork n;
  n.attached_and_idle();
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.command(Verb::move, 1);
  EXPECT_TRUE(n.silent());
  n.cells.at(UeNetwork::radio(11)).tac = Tac{3};
  n.command(Verb::move, 0);
  const auto request = n.heard_as<nas::TauRequest>();
  EXPECT_EQ(request.last_tai->tac, Tac{1});
  EXPECT_EQ(n.setup_complete->registered_mme, Guti::test_value().mme);
  EXPECT_TRUE(std::holds_alternative<rrc::RandomValue>(n.requests.back().identity));
}

//= TS 36.331, 5.3.3.5; type=test
TEST(UeTau, ACellThatDoesNotAnswerIsLeftForAnotherOne) {
  UeNetwork n;
  n.attached_and_idle();
  n.connection_answers = false;
  n.command(Verb::tau);
  EXPECT_FALSE(n.ue.at_rest());
  n.wait(1s);
  EXPECT_EQ(n.last_cell, UeNetwork::radio(11));
  n.connection_answers = true;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{3};
  n.command(Verb::move, 1);
  EXPECT_EQ(n.counters["ue.move_refused"], 0);
  EXPECT_FALSE(n.outcomes.at(0).ok) << "the first update has come to nothing";
  (void)n.heard_as<nas::TauRequest>();
  EXPECT_EQ(n.last_cell, UeNetwork::radio(12));
  EXPECT_FALSE(n.running(Timer::t300));
}

//= TS 24.301, 5.3.5; type=test
TEST(UeTau, T3412MakesAPeriodicUpdate) {
  UeNetwork n;
  n.attached_and_idle();
  n.wait(std::chrono::minutes(54));
  const auto request = n.heard_as<nas::TauRequest>();
  EXPECT_EQ(request.update_type.kind, nas::UpdateType::Kind::periodic);
}

TEST(UeTau, SilenceLeavesTheUeRegisteredAndItTriesAgain) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::tau);
  (void)n.heard();
  n.wait(15s);
  EXPECT_FALSE(n.outcomes.at(0).ok);
  EXPECT_EQ(n.ue.state(), State::registered);
  n.wait(10s);
  (void)n.heard_as<nas::TauRequest>();
}

TEST(UeTau, ALostBearerMeansAttachingAnew) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::tau);
  (void)n.heard_as<nas::TauRequest>();
  nas::TauAccept accept;
  accept.bearer_status.emplace();
  n.sealed(accept);
  EXPECT_TRUE(n.outcomes.at(0).ok);
  n.say(rrc::ConnectionRelease{});
  (void)n.heard_as<nas::AttachRequest>();
}

TEST(UeGuti, AReallocationIsTakenAndAcknowledged) {
  UeNetwork n;
  n.attach();
  Guti next = Guti::test_value();
  next.m_tmsi = MTmsi{0xC0000077};
  n.sealed(nas::GutiReallocationCommand{nas::EpsMobileIdentity(next), {}});
  (void)n.heard_as<nas::GutiReallocationComplete>();
  EXPECT_EQ(n.ue.guti(), next);
  n.sealed(nas::GutiReallocationCommand{nas::EpsMobileIdentity(Imsi::test_value()), {}});
  EXPECT_EQ(n.heard_as<nas::EmmStatus>().cause, EmmCause::invalid_mandatory_information);
}

//= TS 24.301, 5.5.2.2.1; type=test
//= TS 23.401, 5.3.8.2.1; type=test
TEST(UeDetach, ADetachEndsWithoutAnyKey) {
  for (const bool idle : {false, true}) {
    UeNetwork n;
    n.attach();
    if (idle) n.release();
    n.outcomes.clear();
    n.command(Verb::detach);
    const auto request = n.heard_as<nas::UeDetachRequest>();
    EXPECT_FALSE(request.detach_type.switch_off);
    n.sealed(nas::DetachAccept{});
    EXPECT_EQ(n.ue.state(), State::deregistered);
    EXPECT_TRUE(n.outcomes.empty());  // the radio keys are still there
    n.release();
    EXPECT_TRUE(n.held().empty());
    ASSERT_EQ(n.outcomes.size(), 1U);
    EXPECT_TRUE(n.outcomes[0].ok);
    EXPECT_EQ(n.outcomes[0].procedure, "detach");
    EXPECT_EQ(n.ue.guti(), Guti::test_value());
  }
}

TEST(UeDetach, AfterADetachTheGutiServesForTheNextAttachButNoKeyDoes) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::detach);
  (void)n.heard_as<nas::UeDetachRequest>();
  n.sealed(nas::DetachAccept{});
  n.release();
  n.command(Verb::attach);
  const auto request = n.heard_as<nas::AttachRequest>();
  EXPECT_EQ(n.last_header, nas::SecurityHeader::plain);
  EXPECT_TRUE(request.identity.guti());
  EXPECT_FALSE(request.ksi.available());
}

//= TS 24.301, 5.5.2.2.4; type=test
TEST(UeDetach, FiveUnansweredRequestsAndTheUeLeavesAllTheSame) {
  UeNetwork n;
  n.attach();
  n.outcomes.clear();
  n.command(Verb::detach);
  for (int i = 0; i < 5; ++i) {
    (void)n.heard_as<nas::UeDetachRequest>();
    n.wait(15s);
  }
  EXPECT_TRUE(n.silent());
  EXPECT_TRUE(n.outcomes.at(0).ok);
  EXPECT_TRUE(n.held().empty());
}

TEST(UeDetach, SwitchingOffWaitsForNothingAndAnAttachSwitchesOnAgain) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::switch_off);
  const auto request = n.heard_as<nas::UeDetachRequest>();
  EXPECT_TRUE(request.detach_type.switch_off);
  n.wait(5s);
  EXPECT_TRUE(n.outcomes.at(0).ok);
  EXPECT_TRUE(n.held().empty());
  n.broadcast(rrc::Paging{{STmsi{MmeCode{1}, Guti::test_value().m_tmsi}}});
  EXPECT_TRUE(n.silent());
  n.command(Verb::attach);
  (void)n.heard_as<nas::AttachRequest>();
}

//= TS 24.301, 5.5.2.3.2; type=test
TEST(UeDetach, TheNetworkSendsTheUeAwayAndItComesBackIfAsked) {
  for (const auto type :
       {nas::NetworkDetachType::reattach_required, nas::NetworkDetachType::reattach_not_required}) {
    UeNetwork n;
    n.attach();
    n.sealed(nas::NetworkDetachRequest{type, {}});
    (void)n.heard_as<nas::DetachAccept>();
    EXPECT_EQ(n.ue.state(), State::deregistered);
    n.say(rrc::ConnectionRelease{});
    EXPECT_TRUE(n.held().empty());
    const bool again = type == nas::NetworkDetachType::reattach_required;
    EXPECT_EQ(n.ue.state() == State::attaching, again);
    EXPECT_EQ(n.silent(), !again);
  }
}

TEST(UeDetach, AnIllegalUeIsSentAwayForGood) {
  UeNetwork n;
  n.attach();
  n.sealed(nas::NetworkDetachRequest{nas::NetworkDetachType::reattach_required, EmmCause::illegal_ue});
  (void)n.heard_as<nas::DetachAccept>();
  n.release();
  EXPECT_FALSE(n.ue.usim_valid());
  EXPECT_FALSE(n.ue.guti());
  EXPECT_EQ(n.ue.state(), State::deregistered);
}

//= TS 24.301, annex C; type=test
TEST(UePower, ALostBatteryKeepsGutiAndContextAndNothingOfTheRadio) {
  UeNetwork n;
  n.attach();
  const auto counts = n.ue.context()->sending();
  n.command(Verb::power_cycle);
  EXPECT_EQ(n.ue.state(), State::deregistered);
  EXPECT_FALSE(n.ue.connected());
  EXPECT_EQ(n.ue.guti(), Guti::test_value());
  ASSERT_TRUE(n.ue.context());
  EXPECT_EQ(n.ue.context()->sending(), counts);
  EXPECT_EQ(n.held().size(), 3U);
}

TEST(UeRadio, ALinkThatFailsLeavesTheUeRegisteredAndIdle) {
  UeNetwork n;
  n.attach();
  n.link.reset();  // the eNB is gone
  n.command(Verb::tau);
  n.wait(10s);
  EXPECT_FALSE(n.ue.connected());
  EXPECT_EQ(n.ue.state(), State::registered);
}

}  // namespace
}  // namespace baton::node::ue
