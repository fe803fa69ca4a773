// Release to idle, service request, tracking area update, paging, and what time does to an idle UE.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

class MmeIdle : public ::testing::Test {
 protected:
  MmeIdle() { stage.start(); }
  void idle() {
    stage.attach(ue);
    stage.release_by_enb(ue);
    stage.steps.clear();
  }
  nas::TauRequest tau(bool active = false) const {
    nas::TauRequest t;
    t.update_type.active = active;
    t.ksi = ue.security->ksi();
    t.old_guti = *ue.guti;
    return t;
  }
  std::vector<std::string> step_ids() const {
    std::vector<std::string> ids;
    for (const Step& s : stage.steps) ids.emplace_back(s.id);
    return ids;
  }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
};

//= TS 23.401, 5.3.5; type=test
TEST_F(MmeIdle, AReleasedUeKeepsItsContextAndLosesItsRadioKeys) {
  stage.attach(ue);
  // 1. The eNB asks; 2. the UPE forgets the eNB's end first.
  stage.enb_says_message(
      0, s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, s1ap::CauseRadioNetwork::user_inactivity});
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
  EXPECT_TRUE(stage.quiet(ue)) << "4 comes after 3";
  stage.upe_says(gtp2::ReleaseAccessBearersResponse{}, *stage.context(ue).s11);
  // 4. The command carries the eNB's own reason.
  const auto command = stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(command.cause, s1ap::Cause{s1ap::CauseRadioNetwork::user_inactivity});
  EXPECT_EQ(stage.mme.connection_count(), 1U) << "the ids are taken until the eNB confirms";
  stage.confirm_release(ue);
  EXPECT_EQ(stage.mme.connection_count(), 0U);
  const Ue& context = stage.context(ue);
  EXPECT_TRUE(context.idle());
  EXPECT_FALSE(context.busy()) << "an idle UE has no frame";
  EXPECT_FALSE(context.nh);
  EXPECT_TRUE(context.session);
  EXPECT_EQ(stage.held(ue.imsi), (std::vector{KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int}));
}

TEST_F(MmeIdle, ASilentUpeOrEnbDoesNotHoldAReleaseUp) {
  stage.attach(ue);
  stage.enb_says_message(
      0, s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, s1ap::CauseRadioNetwork::user_inactivity});
  stage.advance(10s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  stage.advance(6s);
  EXPECT_EQ(stage.mme.connection_count(), 0U);
  EXPECT_EQ(stage.counter("mme.s1ap.release_unconfirmed"), 1U);
}

//= TS 23.401, 5.3.4.1; type=test
TEST_F(MmeIdle, AServiceRequestBringsTheBearerBackUnderAKeyOfItsOwnCount) {
  idle();
  for (int round = 1; round <= 3; ++round) {
    // 1, 2. Four octets with a short MAC.
    stage.initial(ue, stage.service_request(ue));
    const NasCount count = *ue.security->last_sent();
    // 4. KeNB from the COUNT of this request, as the UE derives it.
    const auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
    EXPECT_EQ(setup.security_key, *ue.security->kenb());
    EXPECT_EQ(setup.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{count}));
    EXPECT_FALSE(setup.erabs.at(0).nas) << "there is no accept";
    // 7, 8, 12.
    stage.context_set_up(ue);
    stage.attach_from(ue, Until::attached);
    EXPECT_EQ(stage.context(ue).ncc, 1);
    EXPECT_FALSE(stage.context(ue).busy());
    EXPECT_EQ(step_ids(), (std::vector<std::string>{"1", "2", "4", "7", "8", "12"}));
    stage.release_by_enb(ue);
    stage.steps.clear();
  }
}

TEST_F(MmeIdle, AServiceRequestOfAnUnknownUeIsRefusedByWhatIsKnownOfItsName) {
  idle();
  Phone stranger{*Imsi::parse("001010000000002"), 0x21};
  stranger.enb_id = EnbUeS1apId{2};
  stranger.guti = Guti{stage.mme.config().gummei, MTmsi{0xC0FFEE00}};
  stage.initial(stranger, stage.service_request(ue));
  EXPECT_EQ(stage.hears<nas::ServiceReject>(stranger).cause, nas::EmmCause::implicitly_detached);
  stranger.guti->mme.code = MmeCode{9};
  stranger.enb_id = EnbUeS1apId{3};
  stage.initial(stranger, stage.service_request(ue));
  EXPECT_EQ(stage.hears<nas::ServiceReject>(stranger).cause, nas::EmmCause::ue_identity_cannot_be_derived);
}

TEST_F(MmeIdle, AServiceRequestThatTheEnbOrTheUpeCannotServeEndsIdleAgain) {
  idle();
  // The eNB refuses.
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.enb_says_message(
      0, s1ap::InitialContextSetupFailure{ue.mme_id, ue.enb_id, s1ap::CauseMisc::unspecified, std::nullopt});
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  stage.confirm_release(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  // The eNB is silent.
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.advance(10s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  stage.confirm_release(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  // The UPE is silent.
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  stage.advance(10s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_FALSE(stage.context(ue).nh);
}

TEST_F(MmeIdle, AServiceRequestOnANewConnectionReleasesTheOldOne) {
  stage.attach(ue);
  const MmeUeS1apId old = ue.mme_id;
  ue.enb_id = EnbUeS1apId{5};
  stage.initial(ue, stage.service_request(ue));
  EXPECT_EQ(s1ap::mme_ue_id_of(stage.at_enb<s1ap::UeContextReleaseCommand>(0).ids), old);
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_NE(ue.mme_id, old);
}

// --- tracking area update

//= TS 23.401, 5.3.3.1; type=test
TEST_F(MmeIdle, ATrackingAreaUpdateGivesANewGutiAndEndsTheConnection) {
  idle();
  const auto old = ue.guti;
  ue.enb = 1;  // tracking area 2
  stage.initial(ue, ue.first(nas::encode(tau())));
  const auto accept = stage.hears<nas::TauAccept>(ue);
  ASSERT_TRUE(accept.guti);
  EXPECT_NE(accept.guti, old);
  EXPECT_TRUE(accept.tai_list->contains(Tai{PlmnId::test_value(), Tac{2}}));
  EXPECT_TRUE(accept.bearer_status->has(nas::EpsBearerId{default_bearer}));
  EXPECT_TRUE(stage.quiet(ue)) << "the connection stays until the UE has acknowledged";
  ue.guti = accept.guti;
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.context(ue).guti, accept.guti);
  EXPECT_EQ(step_ids(), (std::vector<std::string>{"2", "3", "20", "21"}));
}

TEST_F(MmeIdle, AnUpdateWithTheActiveFlagBringsTheBearerToo) {
  idle();
  stage.initial(ue, ue.first(nas::encode(tau(true))));
  const NasCount count = *ue.security->last_sent();
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_EQ(setup.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{count}));
  const auto accept = stage.opened<nas::TauAccept>(ue, setup.erabs.at(0).nas->octets);
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  ue.guti = accept.guti;
  EXPECT_FALSE(stage.context(ue).idle());
  EXPECT_FALSE(stage.context(ue).busy());
  EXPECT_TRUE(stage.quiet(ue));
}

TEST_F(MmeIdle, AnUpdateOfAConnectedUeLeavesItConnected) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher(nas::encode(tau())));
  ue.guti = stage.hears<nas::TauAccept>(ue).guti;
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  EXPECT_TRUE(stage.quiet(ue));
  EXPECT_FALSE(stage.context(ue).idle());
}

//= TS 24.301, 5.5.3.2.7; type=test
TEST_F(MmeIdle, AnUnacknowledgedGutiLeavesBothGood) {
  for (const bool ue_heard : {false, true}) {
    Stage fresh;
    fresh.start();
    Phone p{*Imsi::parse("001010000000001"), 0x11};
    fresh.attach(p);
    fresh.release_by_enb(p);
    nas::TauRequest request;
    request.ksi = p.security->ksi();
    request.old_guti = *p.guti;
    fresh.initial(p, p.first(nas::encode(request)));
    std::optional<Guti> given;
    for (int i = 0; i < spec_of(Timer::t3450).sends; ++i) {
      given = fresh.hears<nas::TauAccept>(p).guti;
      fresh.advance(6s);
    }
    (void)fresh.at_enb_for<s1ap::UeContextReleaseCommand>(p);
    fresh.confirm_release(p);
    // Whichever GUTI the UE has: it is found by it.
    if (ue_heard) p.guti = given;
    fresh.initial(p, fresh.service_request(p));
    (void)fresh.at_enb_for<s1ap::InitialContextSetupRequest>(p);
    EXPECT_EQ(fresh.context(p).guti, p.guti);
    EXPECT_FALSE(fresh.context(p).old_guti) << "the UE has shown which one it has";
  }
}

TEST_F(MmeIdle, AnUpdateOfAnUnknownUeIsRefused) {
  Phone stranger{*Imsi::parse("001010000000002"), 0x21};
  nas::TauRequest request;
  request.old_guti = Guti{stage.mme.config().gummei, MTmsi{0xC0FFEE00}};
  stage.initial(stranger, nas::encode(request));
  EXPECT_EQ(stage.hears<nas::TauReject>(stranger).cause, nas::EmmCause::implicitly_detached);
  request.old_guti = Guti{{PlmnId::test_value(), MmeGroupId{7}, MmeCode{7}}, MTmsi{1}};
  stranger.enb_id = EnbUeS1apId{2};
  stage.initial(stranger, nas::encode(request));
  EXPECT_EQ(stage.hears<nas::TauReject>(stranger).cause, nas::EmmCause::ue_identity_cannot_be_derived);
}

TEST_F(MmeIdle, AUeThatLostItsBearerIsToldToAttach) {
  idle();
  auto request = tau();
  request.bearer_status = nas::EpsBearerStatus{};
  stage.initial(ue, ue.first(nas::encode(request)));
  EXPECT_EQ(stage.hears<nas::TauReject>(ue).cause, nas::EmmCause::no_eps_bearer_context_activated);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

// --- paging

//= TS 23.401, 5.3.4.3; type=test
TEST_F(MmeIdle, DownlinkDataCallTheUeWhereItIs) {
  idle();
  // 2a, 2b.
  gtp2::DownlinkDataNotification data;
  data.ebi = gtp2::Ebi{default_bearer};
  stage.upe_asks(data, *stage.context(ue).s11);
  EXPECT_EQ(stage.at_upe<gtp2::DownlinkDataNotificationAck>().cause.value,
            gtp2::CauseValue::request_accepted);
  // 3a. Only the eNBs of its tracking area call.
  const auto page = stage.at_enb<s1ap::Paging>(0);
  EXPECT_EQ(page.ue_paging_id, s1ap::UePagingId{(STmsi{ue.guti->mme.code, ue.guti->m_tmsi})});
  EXPECT_EQ(page.ue_identity_index, s1ap::ue_identity_index_of(ue.imsi));
  EXPECT_EQ(stage.waiting_at(1), 0U);
  // Twice, since the first may have been missed.
  stage.advance(6s);
  (void)stage.at_enb<s1ap::Paging>(0);
  // 4. The UE answers.
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_EQ(stage.counter("mme.paging.answered"), 1U);
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
}

TEST_F(MmeIdle, AnUnansweredCallIsToldToTheUpe) {
  idle();
  stage.give(Command{Verb::page, ue.imsi, 0});
  for (int i = 0; i < spec_of(Timer::t3413).sends; ++i) {
    (void)stage.at_enb<s1ap::Paging>(0);
    stage.advance(6s);
  }
  EXPECT_EQ(stage.at_upe<gtp2::DownlinkDataNotificationFailureIndication>().cause.value,
            gtp2::CauseValue::ue_not_responding);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_FALSE(stage.context(ue).busy());
}

TEST_F(MmeIdle, DataForATunnelNobodyHasAreRefused) {
  gtp2::DownlinkDataNotification data;
  stage.upe_asks(data, Teid{0xDEAD});
  EXPECT_EQ(stage.at_upe<gtp2::DownlinkDataNotificationAck>().cause.value,
            gtp2::CauseValue::context_not_found);
}

// --- time

//= TS 24.301, 5.3.5; type=test
TEST_F(MmeIdle, AUeThatIsNotHeardOfIsDetachedInTheEnd) {
  idle();
  const auto& c = stage.mme.config();
  const Duration reachable = c.t3412 + c.after(Timer::mobile_reachable);
  stage.advance(reachable + c.after(Timer::implicit_detach) - 1s);
  EXPECT_NE(stage.mme.find(ue.imsi), nullptr);
  stage.advance(2s);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  EXPECT_EQ(stage.at_hss<diameter::PurgeUeRequest>().user_name, ue.imsi);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

TEST_F(MmeIdle, APeriodicUpdateKeepsTheUe) {
  idle();
  for (int i = 0; i < 3; ++i) {
    stage.advance(stage.mme.config().t3412);
    auto request = tau();
    request.update_type.kind = nas::UpdateType::Kind::periodic;
    stage.initial(ue, ue.first(nas::encode(request)));
    ue.guti = stage.hears<nas::TauAccept>(ue).guti;
    stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
  }
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

TEST_F(MmeIdle, AnUpdateOnANewConnectionLeavesNoOldEndAtTheUpe) {
  stage.attach(ue);
  stage.let_go();
  ue.enb = 1;
  ue.enb_id = EnbUeS1apId{5};
  stage.initial(ue, ue.first(nas::encode(tau())));
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
  (void)stage.hears<nas::TauAccept>(ue);
}

TEST_F(MmeIdle, AnUpdateThatEndsACallTellsTheUpe) {
  idle();
  gtp2::DownlinkDataNotification data;
  data.ebi = gtp2::Ebi{default_bearer};
  stage.upe_asks(data, *stage.context(ue).s11);
  (void)stage.at_upe<gtp2::DownlinkDataNotificationAck>();
  stage.initial(ue, ue.first(nas::encode(tau())));
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
}

TEST_F(MmeIdle, ASlowUpeDoesNotSilenceTheTimerOfAnUpdate) {
  idle();
  stage.initial(ue, ue.first(nas::encode(tau(true))));
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  const auto accept = stage.opened<nas::TauAccept>(ue, std::move(setup.erabs.at(0).nas->octets));
  ASSERT_TRUE(accept.guti);
  stage.context_set_up(ue);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.advance(7s);  // T3450 runs out meanwhile, and nobody listens to it
  stage.bearer_modified();
  stage.advance(7s);
  (void)stage.hears<nas::TauAccept>(ue);
}

//= TS 33.401, 7.2.9.2; type=test
TEST_F(MmeIdle, AnUpdateOfAConnectedUeThatBringsNewKeysBringsThemToTheRadioToo) {
  stage.attach(ue);
  ue.capability.eea |= 0x10;
  auto request = tau();
  request.capability = ue.capability;
  stage.uplink(ue, ue.cipher(nas::encode(request)));
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  stage.uplink(ue, ue.cipher(ue.answer(stage.hears<nas::AuthenticationRequest>(ue))));
  stage.uplink(ue, ue.complete(stage.hears<nas::SecurityModeCommand>(ue)));
  const auto change = stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  EXPECT_EQ(*change.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
  EXPECT_TRUE(stage.quiet(ue));
  stage.enb_says_message(0, s1ap::UeContextModificationResponse{ue.mme_id, ue.enb_id, std::nullopt});
  (void)stage.hears<nas::TauAccept>(ue);
}

//= TS 24.301, 5.5.3.2.4; type=test
TEST_F(MmeIdle, GprsAlgorithmsThatChangedAreReplayedInASecurityModeCommand) {
  stage.attach(ue);
  auto request = tau();
  // GEA1 is the top bit of the first octet, GEA2 and GEA3 are bits 7 and 6 of the second.
  request.ms_capability = nas::MsNetworkCapability::of({0x80, 0x60});
  ue.capability.more = decltype(ue.capability.more)::of({0xC0, 0x40});  // UEA and UIA, which GEA stands after
  request.capability = ue.capability;
  const auto update = [&] {
    stage.uplink(ue, ue.cipher(nas::encode(request)));
    stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
    stage.uplink(ue, ue.cipher(ue.answer(stage.hears<nas::AuthenticationRequest>(ue))));
    return stage.hears<nas::SecurityModeCommand>(ue);
  };
  auto command = update();
  EXPECT_EQ(command.replayed_capability.gea, Byte{0x70});
  stage.uplink(ue, ue.complete(command));
  (void)stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  stage.enb_says_message(0, s1ap::UeContextModificationResponse{ue.mme_id, ue.enb_id, std::nullopt});
  (void)stage.hears<nas::TauAccept>(ue);
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));

  // The GPRS ones alone are reason enough.
  request.ms_capability = nas::MsNetworkCapability::of({0x80, 0x20});
  command = update();
  EXPECT_EQ(command.replayed_capability.gea, Byte{0x50});
}

//= TS 24.301, 5.5.3.2.5; type=test
TEST_F(MmeIdle, AnHssThatIsAwayCostsAUeWithOtherCapabilitiesNothingButTime) {
  idle();
  const auto before = stage.context(ue).capability;
  const KeyId kasme = key_id_of(KeyIdKey{}, *stage.context(ue).security->kasme());
  ue.capability.eea |= 0x10;
  auto request = tau();
  request.capability = ue.capability;
  // 1. Nobody can make new keys: refused, and it is as registered as it was, with what was replayed to it.
  stage.initial(ue, ue.first(nas::encode(request)));
  (void)stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.advance(15s);
  EXPECT_EQ(stage.hears<nas::TauReject>(ue).cause, nas::EmmCause::network_failure);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  stage.confirm_release(ue);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_EQ(stage.context(ue).capability, before);
  EXPECT_FALSE(stage.was_erased(KeyKind::kasme, kasme));
  EXPECT_TRUE(stage.hss_unasked()) << "it is not purged";
  // 2. It comes again, and now they are made.
  stage.initial(ue, ue.first(nas::encode(request)));
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  stage.uplink(ue, ue.cipher(ue.answer(stage.hears<nas::AuthenticationRequest>(ue))));
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  EXPECT_EQ(command.replayed_capability, nas::UeSecurityCapability::of(ue.capability));
  stage.uplink(ue, ue.complete(command));
  (void)stage.hears<nas::TauAccept>(ue);
  EXPECT_EQ(stage.context(ue).capability, ue.capability);
}

}  // namespace
}  // namespace baton::node::mme::test
