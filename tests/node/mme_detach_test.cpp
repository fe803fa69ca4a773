// Detach from either side and by the HSS, and what is left of a UE afterwards.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

class MmeDetach : public ::testing::Test {
 protected:
  MmeDetach() { stage.start(); }
  nas::UeDetachRequest request(bool switch_off) const {
    nas::UeDetachRequest r;
    r.detach_type.switch_off = switch_off;
    r.ksi = ue.security->ksi();
    r.identity = *ue.guti;
    return r;
  }
  void session_deleted() {
    (void)stage.at_upe<gtp2::DeleteSessionRequest>();
    stage.upe_says(gtp2::DeleteSessionResponse{}, Teid{1});
  }
  void nothing_is_left() {
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    EXPECT_TRUE(stage.held(ue.imsi).empty());
  }
  void cancel_location(diameter::CancellationType type) {
    const Config& c = stage.mme.config();
    diameter::CancelLocationRequest clr{.session_id = "hss;1;1",
                                        .origin_host = c.hss.identity,
                                        .origin_realm = c.hss.realm,
                                        .destination_host = c.identity,
                                        .destination_realm = c.realm,
                                        .user_name = ue.imsi,
                                        .cancellation_type = type};
    stage.hss_gives(diameter::encode(clr, {7, 8}));
    EXPECT_EQ(stage.at_hss<diameter::CancelLocationAnswer>().result_code, diameter::code::success);
  }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
};

//= TS 23.401, 5.3.8.2.1; type=test
TEST_F(MmeDetach, AUeThatDetachesGetsItsAnswerWhenEverythingIsUndone) {
  stage.attach(ue);
  stage.steps.clear();
  stage.uplink(ue, ue.cipher(nas::encode(request(false))));
  EXPECT_TRUE(stage.quiet(ue)) << "11 comes after 2";
  session_deleted();
  (void)stage.hears<nas::DetachAccept>(ue);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(stage.at_hss<diameter::PurgeUeRequest>().user_name, ue.imsi);
  nothing_is_left();
  EXPECT_EQ(stage.mme.remembered_count(), 1U);
  EXPECT_EQ(stage.steps.front().procedure, "detach");
}

TEST_F(MmeDetach, WhoSwitchesOffGetsNoAnswer) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher(nas::encode(request(true))));
  session_deleted();
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_TRUE(stage.quiet(ue));
  nothing_is_left();
}

TEST_F(MmeDetach, AnIdleUeDetachesWithItsFirstMessage) {
  stage.attach(ue);
  stage.release_by_enb(ue);
  stage.initial(ue, ue.first(nas::encode(request(false))));
  session_deleted();
  (void)stage.hears<nas::DetachAccept>(ue);
  nothing_is_left();
}

TEST_F(MmeDetach, ASilentUpeDoesNotHoldADetachUp) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher(nas::encode(request(false))));
  stage.advance(10s);
  (void)stage.hears<nas::DetachAccept>(ue);
  nothing_is_left();
}

TEST_F(MmeDetach, ADetachDuringAttachEndsBoth) {
  for (const auto cut : {Stage::Until::accepted, Stage::Until::set_up}) {
    Stage fresh;
    fresh.start();
    Phone p{*Imsi::parse("001010000000001"), 0x11};
    fresh.attach(p, cut);
    nas::UeDetachRequest r;
    r.identity = *p.guti;
    fresh.uplink(p, p.cipher(nas::encode(r)));
    (void)fresh.at_upe<gtp2::DeleteSessionRequest>();
    fresh.upe_says(gtp2::DeleteSessionResponse{}, Teid{1});
    (void)fresh.hears<nas::DetachAccept>(p);
    EXPECT_EQ(fresh.mme.ue_count(), 0U);
    EXPECT_TRUE(fresh.held(p.imsi).empty());
  }
}

TEST_F(MmeDetach, TheNextAttachByGutiNeedsNoIdentificationButAnAuthentication) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher(nas::encode(request(true))));
  session_deleted();
  stage.let_go();
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  stage.confirm_release(ue);
  const auto old = *ue.guti;
  stage.initial(ue, ue.first(nas::encode(ue.attach())));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  EXPECT_EQ(air.user_name, ue.imsi) << "the GUTI is remembered, the keys are not";
  stage.hss_says(stage.aia(air, ue));
  stage.uplink(ue, ue.answer(stage.hears<nas::AuthenticationRequest>(ue)));
  stage.uplink(ue, ue.complete(stage.hears<nas::SecurityModeCommand>(ue)));
  stage.hss_says(Stage::ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  const auto create = stage.at_upe<gtp2::CreateSessionRequest>();
  stage.upe_says(stage.created(create), create.sender.teid);
  stage.let_go();
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_NE(stage.opened<nas::AttachAccept>(ue, setup.erabs.at(0).nas->octets).guti, old);
}

TEST(MmeRememberedGutis, ForgetTheOldestFirst) {
  RememberedGutis r(2);
  const auto imsi = [](int n) { return *Imsi::parse("00101000000000" + std::to_string(n)); };
  r.remember(MTmsi{1}, imsi(1));
  r.remember(MTmsi{2}, imsi(2));
  EXPECT_EQ(r.size(), 2U);
  r.remember(MTmsi{3}, imsi(3));
  EXPECT_EQ(r.size(), 2U);
  EXPECT_EQ(r.find(MTmsi{1}), nullptr);
  ASSERT_NE(r.find(MTmsi{3}), nullptr);
  EXPECT_EQ(*r.find(MTmsi{2}), imsi(2));
}

TEST_F(MmeDetach, WhatAUeAsksForWhileItDetachesComesTooLateButANewAttachDoesNot) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher(nas::encode(request(false))));
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  Phone again{ue.imsi, 0x11};
  again.guti = ue.guti;
  again.security = ue.security->clone();
  again.enb_id = EnbUeS1apId{2};
  stage.initial(again, stage.service_request(again));
  EXPECT_EQ(stage.hears<nas::ServiceReject>(again).cause, nas::EmmCause::implicitly_detached);
  again.enb_id = EnbUeS1apId{3};
  stage.initial(again, again.first(nas::encode(again.attach())));
  const auto create = stage.at_upe<gtp2::CreateSessionRequest>();
  EXPECT_EQ(create.imsi, ue.imsi) << "its keys are as good as before";
}

// --- sent away

//= TS 23.401, 5.3.8.3; type=test
TEST_F(MmeDetach, TheNetworkDetachesAConnectedUe) {
  stage.attach(ue);
  stage.give(Command{Verb::detach, ue.imsi, 0});
  EXPECT_EQ(stage.hears<nas::NetworkDetachRequest>(ue).detach_type,
            nas::NetworkDetachType::reattach_not_required);
  stage.uplink(ue, ue.cipher(nas::encode(nas::DetachAccept{})));
  session_deleted();
  nothing_is_left();
  ASSERT_EQ(stage.outcomes.size(), 1U);
  EXPECT_EQ(stage.outcomes[0].procedure, "detach");
  EXPECT_TRUE(stage.outcomes[0].ok);
}

//= TS 24.301, 5.5.2.3.4; type=test
TEST_F(MmeDetach, AUeThatDoesNotAcceptIsToldFiveTimesAndDetachedAllTheSame) {
  stage.attach(ue);
  stage.give(Command{Verb::detach, ue.imsi, 0});
  for (int i = 0; i < spec_of(Timer::t3422).sends; ++i) {
    (void)stage.hears<nas::NetworkDetachRequest>(ue);
    stage.advance(6s);
  }
  session_deleted();
  nothing_is_left();
}

TEST_F(MmeDetach, AnIdleUeIsCalledFirst) {
  stage.attach(ue);
  stage.release_by_enb(ue);
  stage.give(Command{Verb::detach, ue.imsi, 0});
  (void)stage.at_enb<s1ap::Paging>(0);
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  stage.attach_from(ue, Stage::Until::attached);
  (void)stage.hears<nas::NetworkDetachRequest>(ue);
  stage.uplink(ue, ue.cipher(nas::encode(nas::DetachAccept{})));
  session_deleted();
  nothing_is_left();
}

TEST_F(MmeDetach, AnIdleUeThatIsNotFoundIsDetachedWithoutIt) {
  stage.attach(ue);
  stage.release_by_enb(ue);
  stage.give(Command{Verb::detach, ue.imsi, 0});
  stage.advance(12s);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  nothing_is_left();
  EXPECT_EQ(stage.outcomes.size(), 1U);
}

//= TS 23.401, 5.3.8.4; type=test
TEST_F(MmeDetach, AWithdrawnSubscriptionSendsTheUeAway) {
  stage.attach(ue);
  cancel_location(diameter::CancellationType::subscription_withdrawal);
  (void)stage.hears<nas::NetworkDetachRequest>(ue);
  stage.uplink(ue, ue.cipher(nas::encode(nas::DetachAccept{})));
  session_deleted();
  EXPECT_TRUE(stage.hss_unasked()) << "the HSS knows: no purge";
  nothing_is_left();
}

TEST_F(MmeDetach, AUeThatIsElsewhereNowIsForgottenWithoutAWord) {
  stage.attach(ue);
  cancel_location(diameter::CancellationType::mme_update_procedure);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  nothing_is_left();
}

TEST_F(MmeDetach, CancellingAnUnknownSubscriberSucceeds) {
  cancel_location(diameter::CancellationType::subscription_withdrawal);
}

TEST_F(MmeDetach, CommandsForWhomIsNotThereAreAnsweredWithAReason) {
  for (const Verb verb : {Verb::detach, Verb::page, Verb::reauthenticate, Verb::attach})
    stage.give(Command{verb, ue.imsi, 0});
  stage.give(Command{Verb::detach, std::nullopt, 0});
  ASSERT_EQ(stage.outcomes.size(), 5U);
  for (const Outcome& o : stage.outcomes) EXPECT_FALSE(o.ok);
}

}  // namespace
}  // namespace baton::node::mme::test
