// The attach of TS 23.401, 5.3.2.1, seen from the MME, and every way in which it can be cut short.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

Phone phone(std::string_view imsi = "001010000000001", Byte secret = 0x11) {
  return Phone(*Imsi::parse(imsi), secret);
}

class MmeAttach : public ::testing::Test {
 protected:
  MmeAttach() { stage.start(); }

  // Nothing is left of the UE: no context, no key, no connection, no session.
  void nothing_is_left(const Phone& p) {
    EXPECT_EQ(stage.mme.find(p.imsi), nullptr);
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    EXPECT_TRUE(stage.held(p.imsi).empty());
    stage.advance(6s);  // an eNB that does not confirm the release
    EXPECT_EQ(stage.mme.connection_count(), 0U);
  }

  Stage stage;
  Phone ue = phone();
};

//= TS 23.401, 5.3.2.1; type=test
TEST_F(MmeAttach, AnUnknownImsiIsAuthenticatedSecuredAndGetsItsBearer) {
  // 1, 2. The UE asks to attach with its IMSI.
  stage.initial(ue, nas::encode(ue.attach()));
  // 5a. The MME asks the home network for a vector of its own network, one, at once.
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  EXPECT_EQ(air.user_name, ue.imsi);
  EXPECT_EQ(air.visited_plmn, PlmnId::test_value());
  EXPECT_EQ(air.requested_eutran->number_of_requested_vectors, 1U);
  EXPECT_FALSE(air.requested_eutran->resynchronization);
  stage.hss_says(stage.aia(air, ue));
  // 5a. The challenge, the answer, the security mode: EEA2 and EIA2, the UE's capabilities replayed.
  const auto challenge = stage.hears<nas::AuthenticationRequest>(ue);
  EXPECT_TRUE(challenge.ksi.available());
  stage.uplink(ue, ue.answer(challenge));
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  EXPECT_EQ(command.algorithms, (nas::NasAlgorithms{2, 2}));
  EXPECT_EQ(command.replayed_capability, nas::UeSecurityCapability::of(ue.capability));
  EXPECT_EQ(command.ksi, challenge.ksi);
  stage.uplink(ue, ue.complete(command));
  // 8, 11. The MME registers; the IMEISV goes along.
  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  EXPECT_EQ(ulr.user_name, ue.imsi);
  EXPECT_EQ(ulr.terminal_information->imei, Imeisv::test_value().digits().substr(0, 14));
  stage.hss_says(stage.ula(ulr));
  // 12, 16. A session with the subscribed APN.
  const auto create = stage.at_upe<gtp2::CreateSessionRequest>();
  EXPECT_EQ(create.imsi, ue.imsi);
  EXPECT_EQ(create.apn.value, "internet");
  EXPECT_EQ(create.bearers.at(0).ebi.value, default_bearer);
  stage.upe_says(stage.created(create), create.sender.teid);
  // 17. The eNB gets KeNB, made from the COUNT of the Security Mode Complete, and the accept inside.
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_EQ(setup.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
  EXPECT_EQ(setup.ue_security_capabilities, (s1ap::UeSecurityCapabilities{0xC000, 0xC000}));
  const auto accept = stage.opened<nas::AttachAccept>(ue, setup.erabs.at(0).nas->octets);
  ASSERT_TRUE(accept.guti);
  EXPECT_EQ(accept.guti->mme, stage.mme.config().gummei);
  EXPECT_TRUE(accept.tai_list.contains(Tai{PlmnId::test_value(), Tac{1}}));
  const auto bearer = nas::decode<nas::ActivateDefaultBearerRequest>(accept.esm.bytes());
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->pti, ue.pti);
  EXPECT_EQ(bearer->address.ipv4, (Ipv4{{10, 45, 0, 2}}));
  ue.guti = accept.guti;
  // 20, 22. The eNB and the UE are content.
  stage.context_set_up(ue);
  stage.uplink(ue, ue.cipher(nas::encode(ue.attach_complete())));
  // 23, 24. The UPE learns the eNB's end.
  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  EXPECT_EQ(modify.bearers.at(0).s1u_enb->teid, Teid{0x77});
  stage.bearer_modified();
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_TRUE(stage.upe_unasked() && stage.hss_unasked() && stage.quiet(ue));
}

TEST_F(MmeAttach, TheUeHoldsWhatTheMmeHolds) {
  stage.attach(ue);
  const Ue& context = stage.context(ue);
  EXPECT_EQ(*context.security->kasme(), *ue.security->kasme());
  EXPECT_EQ(context.ncc, 1);
  const Kenb kenb = derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}});
  EXPECT_EQ(*context.nh, derive_nh(*ue.security->kasme(), kenb));
  EXPECT_FALSE(context.busy()) << "a registered UE has no frame";
  EXPECT_EQ(stage.held(ue.imsi),
            (std::vector{KeyKind::kasme, KeyKind::nh, KeyKind::knas_enc, KeyKind::knas_int}));
  const auto kenb_id = key_id_of(KeyIdKey{}, kenb);
  EXPECT_TRUE(stage.was_erased(KeyKind::kenb, kenb_id)) << "the MME keeps no KeNB";
  EXPECT_TRUE(std::any_of(stage.entries.begin(), stage.entries.end(), [&](const LedgerEntry& e) {
    return e.event == KeyEvent::sent && e.key == kenb_id && e.peer == "enb1";
  }));
}

TEST_F(MmeAttach, TheStepsAreThoseOfTheFlow) {
  stage.attach(ue);
  std::vector<std::string> ids;
  for (const Step& s : stage.steps) {
    EXPECT_EQ(s.subscriber, ue.imsi.digits());
    EXPECT_EQ(s.procedure, "attach");
    ids.emplace_back(s.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"1", "2", "5a", "5a", "5a", "5a", "5a", "5a", "8", "11", "12",
                                           "16", "17", "20", "22", "23", "24"}));
  EXPECT_EQ(stage.steps.front().from, "ue-001010000000001");
  EXPECT_EQ(stage.steps.back().to, "mme");
}

TEST_F(MmeAttach, AnUnknownGutiIsAskedForItsImsiAndTheStepsKeepTheirOrder) {
  ue.guti = Guti::test_value();
  stage.initial(ue, nas::encode(ue.attach()));
  // 4. Whoever that is: nobody is asked for a vector yet.
  EXPECT_TRUE(stage.hss_unasked());
  EXPECT_EQ(stage.hears<nas::IdentityRequest>(ue).identity_type, nas::IdentityType::imsi);
  EXPECT_TRUE(stage.steps.empty()) << "the subscriber is not known yet";
  stage.uplink(ue, nas::encode(nas::IdentityResponse{nas::MobileIdentity(ue.imsi)}));
  stage.attach_from(ue, Until::challenged);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  ASSERT_GE(stage.steps.size(), 4U);
  EXPECT_EQ(stage.steps[0].id, "1");
  EXPECT_EQ(stage.steps[2].id, "4");
  EXPECT_EQ(stage.steps[0].from, "ue-001010000000001");
}

//= TS 24.301, 5.4.4.6; type=test
TEST_F(MmeAttach, AUeThatDoesNotSayWhoItIsIsGivenUpAfterFiveQuestions) {
  ue.guti = Guti::test_value();
  stage.initial(ue, nas::encode(ue.attach()));
  for (int i = 0; i < spec_of(Timer::t3470).sends; ++i) {
    (void)stage.hears<nas::IdentityRequest>(ue);
    stage.advance(6s);
  }
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  nothing_is_left(ue);
}

TEST_F(MmeAttach, AnIdentityResponseWithoutAnImsiIsRefused) {
  ue.guti = Guti::test_value();
  stage.initial(ue, nas::encode(ue.attach()));
  (void)stage.hears<nas::IdentityRequest>(ue);
  stage.uplink(ue, nas::encode(nas::IdentityResponse{nas::MobileIdentity(Imeisv::test_value())}));
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::ue_identity_cannot_be_derived);
  nothing_is_left(ue);
}

// --- the HSS

TEST_F(MmeAttach, AnUnknownSubscriberIsRefusedWithCause8) {
  stage.initial(ue, nas::encode(ue.attach()));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.hss_says(Stage::aia_refusal(air, diameter::experimental::user_unknown));
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::eps_and_non_eps_services_not_allowed);
  nothing_is_left(ue);
}

TEST_F(MmeAttach, ASilentHssIsANetworkFailureAtEitherQuestion) {
  stage.initial(ue, nas::encode(ue.attach()));
  (void)stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.advance(15s);
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::network_failure);
  nothing_is_left(ue);

  Phone other = phone("001010000000002", 0x21);
  other.enb_id = EnbUeS1apId{2};
  stage.attach(other, Until::locating);
  stage.advance(15s);
  EXPECT_EQ(stage.hears<nas::AttachReject>(other).cause, nas::EmmCause::network_failure);
  nothing_is_left(other);
}

TEST_F(MmeAttach, AnHssThatIsGoneIsANetworkFailureAtOnce) {
  stage.hss_link_lost();
  stage.initial(ue, nas::encode(ue.attach()));
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::network_failure);
  nothing_is_left(ue);
}

TEST_F(MmeAttach, AnHssThatGoesAwayWhileItIsAskedIsANetworkFailure) {
  stage.attach(ue, Until::locating);
  stage.hss_link_lost();
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::network_failure);
  nothing_is_left(ue);
}

TEST_F(MmeAttach, ARefusedLocationUpdateIsToldToTheUe) {
  const std::pair<std::uint32_t, nas::EmmCause> cases[] = {
      {diameter::experimental::user_unknown, nas::EmmCause::eps_and_non_eps_services_not_allowed},
      {diameter::experimental::roaming_not_allowed, nas::EmmCause::plmn_not_allowed},
      {diameter::experimental::rat_not_allowed, nas::EmmCause::no_suitable_cells_in_tracking_area},
      {diameter::experimental::unknown_eps_subscription, nas::EmmCause::no_suitable_cells_in_tracking_area}};
  std::uint32_t n = 10;
  for (const auto& [code, cause] : cases) {
    ++n;
    Phone p = phone("0010100000000" + std::to_string(n), static_cast<Byte>(n * 2));
    p.enb_id = EnbUeS1apId{n};
    stage.initial(p, nas::encode(p.attach()));
    stage.authenticate(p);
    const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
    diameter::UpdateLocationAnswer refused = Stage::ula(ulr);
    refused.result_code.reset();
    refused.subscription_data.reset();
    refused.experimental_result = diameter::ExperimentalResult{diameter::vendor_3gpp, code};
    stage.hss_says(refused);
    EXPECT_EQ(stage.hears<nas::AttachReject>(p).cause, cause);
    nothing_is_left(p);
  }
}

TEST_F(MmeAttach, AnAnswerWithoutVectorOrWithoutSubscriptionIsANetworkFailure) {
  stage.initial(ue, nas::encode(ue.attach()));
  auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  auto empty = stage.aia(air, ue);
  empty.authentication_info.reset();
  stage.hss_says(empty);
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::network_failure);
  nothing_is_left(ue);

  Phone other = phone("001010000000002", 0x21);
  other.enb_id = EnbUeS1apId{2};
  stage.initial(other, nas::encode(other.attach()));
  stage.authenticate(other);
  auto ula = Stage::ula(stage.at_hss<diameter::UpdateLocationRequest>());
  ula.subscription_data.reset();
  stage.hss_says(ula);
  EXPECT_EQ(stage.hears<nas::AttachReject>(other).cause, nas::EmmCause::network_failure);
  nothing_is_left(other);
}

// --- the UPE

TEST_F(MmeAttach, ASilentUpeIsAnEsmFailureAndTheHssIsToldThatTheUeIsGone) {
  stage.attach(ue, Until::creating);
  stage.advance(10s);
  const auto reject = stage.hears<nas::AttachReject>(ue);
  EXPECT_EQ(reject.cause, nas::EmmCause::esm_failure);
  ASSERT_TRUE(reject.esm);
  const auto why = nas::decode<nas::PdnConnectivityReject>(reject.esm->bytes());
  ASSERT_TRUE(why);
  EXPECT_EQ(why->pti, ue.pti);
  EXPECT_EQ(why->cause, nas::EsmCause::network_failure);
  EXPECT_EQ(stage.at_hss<diameter::PurgeUeRequest>().user_name, ue.imsi);
  nothing_is_left(ue);
}

TEST_F(MmeAttach, AnUpeThatRefusesIsToldToTheUeInItsOwnWords) {
  const std::pair<gtp2::CauseValue, nas::EsmCause> cases[] = {
      {gtp2::CauseValue::no_resources_available, nas::EsmCause::insufficient_resources},
      {gtp2::CauseValue::missing_or_unknown_apn, nas::EsmCause::missing_or_unknown_apn},
      {gtp2::CauseValue::request_rejected, nas::EsmCause::rejected_by_gateway},
      {gtp2::CauseValue::system_failure, nas::EsmCause::network_failure}};
  std::uint32_t n = 10;
  for (const auto& [cause, expected] : cases) {
    ++n;
    Phone p = phone("0010100000000" + std::to_string(n), static_cast<Byte>(n * 2));
    p.enb_id = EnbUeS1apId{n};
    stage.initial(p, nas::encode(p.attach()));
    stage.authenticate(p);
    stage.hss_says(Stage::ula(stage.at_hss<diameter::UpdateLocationRequest>()));
    const auto request = stage.at_upe<gtp2::CreateSessionRequest>();
    gtp2::CreateSessionResponse refused;
    refused.cause.value = cause;
    stage.upe_says(refused, request.sender.teid);
    const auto reject = stage.hears<nas::AttachReject>(p);
    EXPECT_EQ(reject.cause, nas::EmmCause::esm_failure);
    EXPECT_EQ(nas::decode<nas::PdnConnectivityReject>(reject.esm->bytes())->cause, expected);
    (void)stage.at_hss<diameter::PurgeUeRequest>();
    nothing_is_left(p);
  }
}

TEST_F(MmeAttach, AnAcceptingAnswerWithoutBearerIsTakenBack) {
  stage.initial(ue, nas::encode(ue.attach()));
  stage.authenticate(ue);
  stage.hss_says(Stage::ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  const auto request = stage.at_upe<gtp2::CreateSessionRequest>();
  auto answer = stage.created(request);
  answer.bearers.front().s1u_sgw.reset();
  const Teid made = answer.sender->teid;
  stage.upe_says(answer, request.sender.teid);
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::esm_failure);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  EXPECT_EQ(stage.tunnels.count(made), 1U);
  (void)stage.at_hss<diameter::PurgeUeRequest>();
  nothing_is_left(ue);
}

TEST_F(MmeAttach, ASessionThatArrivesAfterTheUeHasGoneIsDeleted) {
  stage.attach(ue, Until::creating);
  // The radio connection breaks while the UPE is working.
  stage.enb_says_message(
      0, s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id,
                                       s1ap::CauseRadioNetwork::radio_connection_with_ue_lost});
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(stage.mme.ue_count(), 0U);
  gtp2::CreateSessionResponse late;
  late.sender = gtp2::FTeid{gtp2::InterfaceType::s11_sgw, Teid{0x99}, Ipv4{{127, 0, 0, 3}}, std::nullopt};
  late.paa = gtp2::Paa::ipv4(Ipv4{{10, 45, 0, 9}});
  gtp2::BearerCreated b;
  b.ebi = gtp2::Ebi{default_bearer};
  late.bearers.push_back(b);
  stage.upe_says(late, Teid{1});
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  EXPECT_EQ(stage.counter("mme.s11.orphan_session"), 1U);
}

TEST_F(MmeAttach, AnUpeThatDoesNotTakeTheEnbsEndSendsTheUeAwayToAttachAgain) {
  stage.attach(ue, Until::completed);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.advance(10s);
  EXPECT_EQ(stage.hears<nas::NetworkDetachRequest>(ue).detach_type,
            nas::NetworkDetachType::reattach_required);
  nothing_is_left(ue);
}

// --- the eNB and the UE at the end

TEST_F(MmeAttach, AnEnbThatCannotServeTheUeEndsTheAttach) {
  stage.attach(ue, Until::accepted);
  stage.enb_says_message(
      0, s1ap::InitialContextSetupFailure{
             ue.mme_id, ue.enb_id, s1ap::CauseRadioNetwork::radio_resources_not_available, std::nullopt});
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  (void)stage.at_hss<diameter::PurgeUeRequest>();
  nothing_is_left(ue);
}

TEST_F(MmeAttach, AnEnbThatNeverAnswersEndsTheAttach) {
  stage.attach(ue, Until::accepted);
  stage.uplink(ue, ue.cipher(nas::encode(ue.attach_complete())));
  stage.advance(10s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  nothing_is_left(ue);
}

//= TS 24.301, 5.5.1.2.7; type=test
TEST_F(MmeAttach, AnAcceptThatIsNotAcknowledgedIsSentFiveTimesInAll) {
  stage.attach(ue, Until::set_up);
  for (int i = 1; i < spec_of(Timer::t3450).sends; ++i) {
    stage.advance(6s);
    EXPECT_EQ(stage.hears<nas::AttachAccept>(ue).guti, ue.guti);
  }
  stage.advance(6s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  nothing_is_left(ue);
}

TEST_F(MmeAttach, TheEnbAndTheUeMayAnswerInEitherOrder) {
  stage.attach(ue, Until::accepted);
  stage.uplink(ue, ue.cipher(nas::encode(ue.attach_complete())));
  EXPECT_TRUE(stage.upe_unasked());
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

TEST_F(MmeAttach, AUeThatKeepsItsOptionsBackIsAskedOnceSecurityIsOn) {
  auto request = ue.attach();
  auto pdn = ue.pdn_request();
  pdn.information_transfer = nas::InformationTransfer{true};
  request.esm = nas::EsmContainer::of(nas::encode(pdn));
  stage.initial(ue, nas::encode(request));
  stage.authenticate(ue);
  // 6. The question travels ciphered.
  EXPECT_EQ(stage.hears<nas::EsmInformationRequest>(ue).pti, ue.pti);
  nas::EsmInformationResponse options;
  options.pti = ue.pti;
  options.apn = nas::Apn::from_text("internet");
  stage.uplink(ue, ue.cipher(nas::encode(options)));
  auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  stage.hss_says(Stage::ula(ulr));
  EXPECT_EQ(stage.at_upe<gtp2::CreateSessionRequest>().apn.value, "internet");
}

TEST_F(MmeAttach, AnApnThatIsNotSubscribedIsRefused) {
  auto request = ue.attach();
  auto pdn = ue.pdn_request();
  pdn.apn = nas::Apn::from_text("somewhere.else");
  request.esm = nas::EsmContainer::of(nas::encode(pdn));
  stage.initial(ue, nas::encode(request));
  stage.authenticate(ue);
  stage.hss_says(Stage::ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  const auto reject = stage.hears<nas::AttachReject>(ue);
  EXPECT_EQ(nas::decode<nas::PdnConnectivityReject>(reject.esm->bytes())->cause,
            nas::EsmCause::missing_or_unknown_apn);
  EXPECT_TRUE(stage.upe_unasked());
  (void)stage.at_hss<diameter::PurgeUeRequest>();
  nothing_is_left(ue);
}

TEST_F(MmeAttach, AnUnreadablePdnRequestIsRefusedAfterSecurity) {
  auto request = ue.attach();
  request.esm = nas::EsmContainer::of({0x02, 0x01, 0xFF});
  stage.initial(ue, nas::encode(request));
  stage.authenticate(ue);
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::esm_failure);
  nothing_is_left(ue);
}

// The connection is lost at every point of the attach: nothing stays anywhere.
TEST_F(MmeAttach, ALostConnectionAtAnyStepLeavesNothing) {
  std::uint32_t n = 20;
  for (const Until cut : {Until::challenged, Until::commanded, Until::locating, Until::creating,
                          Until::accepted, Until::set_up}) {
    ++n;
    Phone p = phone("0010100000000" + std::to_string(n), static_cast<Byte>(n * 2));
    p.enb_id = EnbUeS1apId{n};
    stage.attach(p, cut);
    stage.let_go();
    stage.enb_says_message(0, s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}});
    (void)stage.at_enb<s1ap::ResetAcknowledge>(0);
    EXPECT_EQ(stage.mme.ue_count(), 0U) << "cut " << static_cast<int>(cut);
    EXPECT_EQ(stage.mme.connection_count(), 0U);
    EXPECT_TRUE(stage.held(p.imsi).empty()) << "cut " << static_cast<int>(cut);
    // Who was told of the UE is told that it is gone.
    EXPECT_EQ(stage.hss_unasked(), cut < Until::creating);
    stage.let_go();
  }
}

}  // namespace
}  // namespace baton::node::mme::test
