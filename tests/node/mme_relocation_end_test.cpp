// A UE goes from one MME to another: after Handover Command, when two MMEs might each think they have it.
#include "node/mme/departed.h"
#include "node/mme_relocation.h"

namespace baton::node::mme::test {
namespace {

/// attaches_again is the same subscriber in another cell of the source, who has lost everything but the USIM.
void attaches_again(Stage& from, Phone& ue) {
  Phone again{ue.imsi, 0x31};
  again.enb_id = EnbUeS1apId{7};
  again.enb = 1;
  again.usim = std::move(ue.usim);
  from.initial(again, again.first(nas::encode(again.attach())));
  from.authenticate(again);
}

// --- after the command: who has the UE? ---------------------------------------------------------

//= S0.D11; type=test
TEST_F(MmeRelocation, BackAtTheSourceOnceTheTargetHasErased) {
  commanded();
  cancel();
  EXPECT_EQ(from.waiting_at(0), 0U) << "not before the target has answered";
  const auto m = from.at_mme<gtp2::RelocationCancelRequest>();
  EXPECT_EQ(from.last_s10().teid, target_end());
  to.mme_asks(m, target_end());
  target_released();
  target_has_nothing();
  from.mme_says(to.at_mme<gtp2::RelocationCancelResponse>(), source_end());
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  over(false);
  serves(from);
}

//= S0.D11; type=test
TEST_F(MmeRelocation, BackAtTheSourceButTheTargetDoesNotSaySo) {
  for (const bool answers : {true, false}) {
    SCOPED_TRACE(answers);
    Stage alone;
    alone.start();
    Phone other{*Imsi::parse("001010000000002"), 0x41};
    alone.attach(other);
    alone.let_go();
    alone.outcomes.clear();
    alone.enb_says_message(
        0, s1ap::HandoverRequired{.mme_ue_id = other.mme_id,
                                  .enb_ue_id = other.enb_id,
                                  .type = s1ap::HandoverType::intra_lte,
                                  .cause = Radio::handover_desirable_for_radio_reason,
                                  .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                                  .direct_forwarding = std::nullopt,
                                  .container = {to_target}});
    (void)alone.at_mme<gtp2::ForwardRelocationRequest>();
    gtp2::ForwardRelocationResponse m;
    m.cause.value = CauseValue::request_accepted;
    m.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, Teid{9}, Ipv4{{127, 0, 0, 14}}, {}};
    m.container = gtp2::FContainer{gtp2::FContainer::eutran, to_source};
    alone.mme_says(m, *alone.context(other).s10);
    (void)alone.at_enb<s1ap::HandoverCommand>(0);
    alone.enb_says_message(0, s1ap::HandoverCancel{other.mme_id, other.enb_id, Radio::handover_cancelled});
    (void)alone.at_mme<gtp2::RelocationCancelRequest>();
    if (answers) {
      gtp2::RelocationCancelResponse no;
      no.cause.value = CauseValue::context_not_found;
      alone.mme_says(no, *alone.context(other).s10);
    } else {
      alone.advance(9s);
    }
    (void)alone.at_enb<s1ap::HandoverCancelAcknowledge>(0);
    (void)alone.at_enb<s1ap::UeContextReleaseCommand>(0);
    (void)alone.at_upe<gtp2::DeleteSessionRequest>();
    EXPECT_EQ(alone.mme.ue_count(), 0U);
    EXPECT_TRUE(alone.held(other.imsi).empty()) << "it authenticates again";
    ASSERT_EQ(alone.outcomes.size(), 1U);
    EXPECT_FALSE(alone.outcomes[0].ok);
  }
}

TEST_F(MmeRelocation, TheUeNeverArrives) {
  commanded();
  to.advance(12s);
  target_released();
  target_has_nothing();
  from.advance(12s);
  over(false);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  source_ends_the_session();
  source_has_nothing();
}

TEST_F(MmeRelocation, TheNotificationIsLost) {
  const auto m = arrived();
  path_switched();
  from.advance(12s);
  over(false);
  source_ends_the_session();  // the UPE refuses: it is the target's by now
  source_has_nothing();
  (void)m;
  moves();
  serves(to);
}

//= S0.D3; type=test
TEST_F(MmeRelocation, AUeThatNeverUpdatesIsRegisteredFiveSecondsAfterItsArrival) {
  const auto m = arrived();
  to.advance(2s);  // the UPE takes its time
  path_switched();
  to.advance(2999ms);
  EXPECT_TRUE(to.hss_unasked());
  to.advance(1ms);
  to.hss_says(to.ula(to.at_hss<diameter::UpdateLocationRequest>()));
  EXPECT_TRUE(to.context(ue).registered_at_hss);
  EXPECT_EQ(to.counter("mme.location.registered_without_update"), 1U);
  (void)m;
}

TEST_F(MmeRelocation, AndSoIsOneWhoseConnectionBreaksBeforeThePathIsSwitched) {
  (void)arrived();
  to.give(LinkDown{to.enb_link(arrival_enb)});
  ASSERT_TRUE(to.context(ue).idle());
  to.advance(4999ms);
  to.let_go();
  to.advance(1ms);
  path_switched();  // the session too is this MME's in the end
  to.hss_says(to.ula(to.at_hss<diameter::UpdateLocationRequest>()));
  EXPECT_TRUE(to.context(ue).registered_at_hss);
}

//= S0.D3; type=test
TEST_F(MmeRelocation, AnHssThatIsAwayIsToldAgainAndTheUeGoesOn) {
  (void)arrived();
  path_switched();
  moves();
  to.hss_link_lost();
  to.advance(5s);
  EXPECT_EQ(to.counter("mme.location.not_registered"), 1U);
  serves(to);
  to.advance(26s);
  to.hss_is_up();  // called again
  to.advance(3999ms);
  EXPECT_TRUE(to.hss_unasked());
  to.advance(1ms);
  to.hss_says(to.ula(to.at_hss<diameter::UpdateLocationRequest>()));
  EXPECT_TRUE(to.context(ue).registered_at_hss);
  to.advance(10min);
  EXPECT_TRUE(to.hss_unasked()) << "once is enough";
}

TEST_F(MmeRelocation, ButNotForEver) {
  (void)arrived();
  path_switched();
  moves();
  to.hss_link_lost();
  to.advance(5s);
  for (int i = 0; i < 20; ++i) to.advance(30s);
  EXPECT_EQ(to.counter("mme.location.not_registered"), 10U);
  EXPECT_EQ(to.counter("mme.location.given_up"), 1U);
  serves(to);
}

//= TS 24.301, 5.5.2.3.1; type=test
TEST_F(MmeRelocation, AUeThatTheHssRefusesIsSentAwayWithTheCause) {
  (void)arrived();
  path_switched();
  moves();
  to.advance(5s);
  auto no = Stage::ula(to.at_hss<diameter::UpdateLocationRequest>());
  no.result_code.reset();
  no.experimental_result =
      diameter::ExperimentalResult{diameter::vendor_3gpp, diameter::experimental::roaming_not_allowed};
  to.hss_says(no);
  const auto detach = to.hears<nas::NetworkDetachRequest>(ue);
  EXPECT_EQ(detach.detach_type, nas::NetworkDetachType::reattach_not_required);
  EXPECT_EQ(detach.cause, nas::EmmCause::plmn_not_allowed);
  to.uplink(ue, ue.cipher(nas::encode(nas::DetachAccept{})));
  (void)to.at_upe<gtp2::DeleteSessionRequest>();
  to.advance(9s);  // the UPE says nothing
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
  EXPECT_TRUE(to.hss_unasked()) << "there is nothing to purge";
  EXPECT_EQ(to.counter("mme.location.refused"), 1U);
}

TEST_F(MmeRelocation, AndIfItIsIdleItIsCalledFirstAndForgottenIfItDoesNotCome) {
  (void)arrived();
  to.give(LinkDown{to.enb_link(arrival_enb)});
  to.advance(4999ms);
  to.let_go();
  to.advance(1ms);
  path_switched();  // it was broken off; X4 does it again
  auto no = Stage::ula(to.at_hss<diameter::UpdateLocationRequest>());
  no.result_code.reset();
  no.experimental_result =
      diameter::ExperimentalResult{diameter::vendor_3gpp, diameter::experimental::user_unknown};
  to.hss_says(no);
  for (int i = 0; i < 3; ++i) to.advance(6s);
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
}

// --- an MME restarts ----------------------------------------------------------------------------

//= TS 23.007, 18; type=test
TEST_F(MmeRelocation, TheTargetMmeRestartsBeforeItsAnswer) {
  (void)leaves();
  restarts(from);
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system));
  over(false);
  serves(from);
}

TEST_F(MmeRelocation, TheTargetMmeRestartsAfterTheCommand) {
  commanded();
  restarts(from);
  over(false);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  source_ends_the_session();
  source_has_nothing();
}

TEST_F(MmeRelocation, TheSourceMmeRestartsAndTheUeComesAllTheSame) {
  commanded();
  restarts(to);
  notify();
  (void)to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  path_switched();
  moves();
  serves(to);
}

TEST_F(MmeRelocation, TheSourceMmeRestartsBeforeTheTargetEnbHasAnswered) {
  brings(leaves());
  (void)asked();
  restarts(to);
  (void)to.at_enb<s1ap::UeContextReleaseCommand>(arrival_enb);
  target_has_nothing();
}

// --- a spent COUNT ------------------------------------------------------------------------------

//= S0.D1; type=test
TEST_F(MmeRelocation, AUeWhoseCountIsSpentStaysWhereItIs) {
  // Its last downlink COUNT comes with it, and is used here.
  const NasCount last = *NasCount::from(0xFF'FFFF);
  auto m = leaves();
  m.mm.downlink_count = last;
  brings(std::move(m));
  (void)asked();
  room();
  (void)to.at_mme<gtp2::ForwardRelocationResponse>();
  notify();
  (void)to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  path_switched();
  moves();
  to.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
  EXPECT_FALSE(to.context(ue).security->downlink().next());
  // Where would it go on?
  to.enb_says_message(
      arrival_enb,
      s1ap::HandoverRequired{.mme_ue_id = ue.mme_id,
                             .enb_ue_id = ue.enb_id,
                             .type = s1ap::HandoverType::intra_lte,
                             .cause = Radio::handover_desirable_for_radio_reason,
                             .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                             .direct_forwarding = std::nullopt,
                             .container = {to_target}});
  (void)to.at_enb<s1ap::HandoverPreparationFailure>(arrival_enb);
  EXPECT_TRUE(to.mme_untold());
  EXPECT_EQ(to.counter("mme.s10.count_spent"), 1U);
  EXPECT_TRUE(to.context(ue).security);
  EXPECT_TRUE(to.context(ue).nh);
}

TEST_F(MmeRelocation, TheNotificationComesTwiceAndTooLate) {
  const auto m = arrived();
  const Teid end = source_end();
  told(m);
  over(true);
  from.mme_asks(m, end);
  EXPECT_EQ(from.at_mme<gtp2::ForwardRelocationCompleteAcknowledge>().cause.value,
            CauseValue::context_not_found);
  source_has_nothing();
}

TEST_F(MmeRelocation, ANotificationBeforeTheCommandOrOfAStranger) {
  (void)leaves();
  from.mme_asks(gtp2::ForwardRelocationCompleteNotification{}, source_end());
  EXPECT_EQ(from.at_mme<gtp2::ForwardRelocationCompleteAcknowledge>().cause.value,
            CauseValue::request_rejected);
  from.mme_asks(gtp2::ForwardRelocationCompleteNotification{}, Teid{0x4242});
  EXPECT_EQ(from.at_mme<gtp2::ForwardRelocationCompleteAcknowledge>().cause.value,
            CauseValue::context_not_found);
  EXPECT_TRUE(from.outcomes.empty());
  EXPECT_TRUE(from.context(ue).handover);
}

TEST_F(MmeRelocation, ACancelAfterTheArrivalTakesNothingBack) {
  const auto complete = arrived();
  cancel();
  const auto m = from.at_mme<gtp2::RelocationCancelRequest>();
  to.mme_asks(m, target_end());
  const auto no = to.at_mme<gtp2::RelocationCancelResponse>();
  EXPECT_EQ(no.cause.value, CauseValue::request_rejected);
  from.mme_says(no, source_end());
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  source_has_nothing();
  path_switched();
  moves();
  serves(to);
  (void)complete;
}

TEST_F(MmeRelocation, TheSourceEnbGoesAfterTheCommand) {
  commanded();
  from.give(LinkDown{from.enb_link(0)});
  notify();
  told(to.at_mme<gtp2::ForwardRelocationCompleteNotification>());
  over(true);
  source_has_nothing();
}

TEST_F(MmeRelocation, TheTargetEnbGoesAfterTheCommand) {
  commanded();
  to.give(LinkDown{to.enb_link(arrival_enb)});
  target_has_nothing();
  from.advance(12s);
  over(false);
  source_ends_the_session();
  source_has_nothing();
}

TEST_F(MmeRelocation, TheSourceReleasesWhileTheUeIsOnItsWay) {
  commanded();
  from.enb_says_message(0,
                        s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, Radio::ts1relocoverall_expiry});
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  notify();
  told(to.at_mme<gtp2::ForwardRelocationCompleteNotification>());
  over(true);
  source_has_nothing();
}

TEST_F(MmeRelocation, ADuplicateNotifyMovesNothing) {
  (void)arrived();
  path_switched();
  notify();
  (void)to.at_enb<s1ap::ErrorIndication>(arrival_enb);
  EXPECT_TRUE(to.mme_untold());
  moves();
  serves(to);
}

TEST_F(MmeRelocation, TheUpeDoesNotAnswerTheTarget) {
  told(arrived());
  (void)to.at_upe<gtp2::ModifyBearerRequest>();
  to.advance(9s);
  (void)to.at_enb<s1ap::UeContextReleaseCommand>(arrival_enb);
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
  source_has_nothing();
  // The session is nobody's else: it is taken over, when the UPE answers again, and deleted.
  for (int i = 0; i < 2; ++i) (void)to.at_upe<gtp2::ModifyBearerRequest>();  // the first one, repeated
  const auto take = to.at_upe<gtp2::ModifyBearerRequest>();
  ASSERT_TRUE(take.sender);
  EXPECT_TRUE(take.bearers.empty());
  to.upe_says(gtp2::ModifyBearerResponse{}, take.sender->teid);
  EXPECT_EQ(to.at_upe<gtp2::DeleteSessionRequest>().linked_ebi, gtp2::Ebi{default_bearer});
}

// --- there and back -----------------------------------------------------------------------------

TEST_F(MmeRelocation, ComesBackBeforeTheNotificationHasComeThrough) {
  (void)arrived();  // lost
  path_switched();
  moves();
  // The UE wants to the first MME again: its eNB 1 there.
  to.enb_says_message(
      arrival_enb,
      s1ap::HandoverRequired{.mme_ue_id = ue.mme_id,
                             .enb_ue_id = ue.enb_id,
                             .type = s1ap::HandoverType::intra_lte,
                             .cause = Radio::handover_desirable_for_radio_reason,
                             .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                             .direct_forwarding = std::nullopt,
                             .container = {to_target}});
  auto back = to.at_mme<gtp2::ForwardRelocationRequest>();
  EXPECT_EQ(back.mm.next_hop->ncc, 3);
  back.target->enb.value = 2;
  back.target->tac = Tac{2};
  from.mme_asks(gtp2::Message(std::move(back)));
  // What the first one had is over, and was a success.
  over(true);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  const auto request = from.at_enb<s1ap::HandoverRequest>(1);
  EXPECT_EQ(request.security.next_hop_chaining_count, 3);
  EXPECT_EQ(from.counter("mme.handover.context_replaced"), 1U);
  EXPECT_EQ(from.mme.ue_count(), 1U);
  EXPECT_TRUE(from.upe_unasked()) << "the session moves with the UE";
}

//= S0.D11; type=test
TEST_F(MmeRelocation, TheOldSecurityContextTravelsWhenTheRadioWasNotRekeyed) {
  const Kasme old = ue.security->kasme()->clone();
  const Nh second = derive_nh(old, derive_nh(old, *ue.security->kenb()));
  reauthenticate();
  (void)from.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  require();
  EXPECT_TRUE(from.mme_untold());
  from.enb_says_message(0, s1ap::UeContextModificationFailure{
                               ue.mme_id, ue.enb_id, Radio::interaction_with_other_procedure, std::nullopt});
  from.outcomes.clear();
  auto m = from.at_mme<gtp2::ForwardRelocationRequest>();
  EXPECT_EQ(m.mm.kasme, *ue.security->kasme());
  EXPECT_FALSE(m.mm.next_hop);
  ASSERT_TRUE(m.mm.old_security);
  EXPECT_EQ(m.mm.old_security->kasme, old);
  EXPECT_EQ(m.mm.old_security->next_hop->nh, second);
  EXPECT_EQ(m.mm.old_security->next_hop->ncc, 2);
  brings(std::move(m));
  EXPECT_EQ(asked().security.next_hop, second);
  EXPECT_TRUE(to.context(ue).old_chain);
}

//= S0.D11; type=test
TEST_F(MmeRelocation, AnotherRegistrationEndsIt) {
  // The HSS says so before the notification has come through.
  commanded();
  from.hss_cancels(ue, diameter::CancellationType::mme_update_procedure);
  over(true);
  source_has_nothing();
}

TEST_F(MmeRelocation, AWithdrawnSubscriptionEndsItEverywhere) {
  commanded();
  from.hss_cancels(ue, diameter::CancellationType::subscription_withdrawal);
  EXPECT_EQ(from.mme.ue_count(), 0U);
  EXPECT_TRUE(from.held(ue.imsi).empty());
  to.mme_asks(from.at_mme<gtp2::RelocationCancelRequest>(), target_end());
  target_released();
  target_has_nothing();
}

/// The HSS ends what the subscriber may use: it bars it, or takes away its last APN.
void ends_service(Stage& stage, const Phone& p, bool barred) {
  const Config& c = stage.mme.config();
  if (barred) {
    diameter::InsertSubscriberDataRequest idr{.session_id = "hss;1;1",
                                              .origin_host = c.hss.identity,
                                              .origin_realm = c.hss.realm,
                                              .destination_host = c.identity,
                                              .destination_realm = c.realm,
                                              .user_name = p.imsi};
    idr.subscription_data.subscriber_status = diameter::SubscriberStatus::operator_determined_barring;
    stage.hss_gives(diameter::encode(idr, {11, 12}));
    EXPECT_EQ(stage.at_hss<diameter::InsertSubscriberDataAnswer>().result_code, diameter::code::success);
  } else {
    diameter::DeleteSubscriberDataRequest dsr{.session_id = "hss;1;2",
                                              .origin_host = c.hss.identity,
                                              .origin_realm = c.hss.realm,
                                              .destination_host = c.identity,
                                              .destination_realm = c.realm,
                                              .user_name = p.imsi,
                                              .dsr_flags = diameter::dsr_flag::complete_apn_profile};
    stage.hss_gives(diameter::encode(dsr, {13, 14}));
    EXPECT_EQ(stage.at_hss<diameter::DeleteSubscriberDataAnswer>().result_code, diameter::code::success);
  }
}

class MmeRelocationBarred : public MmeRelocation, public ::testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(ByTheHss, MmeRelocationBarred, ::testing::Bool());

//= S0.D11; type=test
TEST_P(MmeRelocationBarred, NoCountOfAUeThatIsOnItsWayIsUsedAtTheSource) {
  commanded();
  const auto given = to.context(ue).security->downlink().next();
  ASSERT_EQ(from.context(ue).security->downlink().next(), given) << "the target goes on with it";
  ends_service(from, ue, GetParam());
  // Nothing of it stays here, and the target hears that it is over.
  EXPECT_EQ(from.mme.ue_count(), 0U);
  EXPECT_TRUE(from.held(ue.imsi).empty());
  to.mme_asks(from.at_mme<gtp2::RelocationCancelRequest>(), target_end());
  target_released();
  target_has_nothing();
  source_ends_the_session();
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  EXPECT_EQ(from.waiting_at(0), 0U) << "a Detach Request would have the COUNT that the target has been given";
  EXPECT_EQ(from.at_hss<diameter::PurgeUeRequest>().user_name, ue.imsi);
  EXPECT_EQ(from.counter("mme.s6a.ended_in_handover"), 1U);
}

//= S0.D11; type=test
TEST_P(MmeRelocationBarred, NorBeforeTheCommand) {
  (void)leaves();
  ends_service(from, ue, GetParam());
  (void)failed();
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  EXPECT_EQ(from.waiting_at(0), 0U) << "and no NAS";
  EXPECT_EQ(from.mme.ue_count(), 0U);
  EXPECT_TRUE(from.held(ue.imsi).empty());
}

/// At the target there is no subscription before the UE has come: nobody's COUNT moves for what the HSS says.
TEST_F(MmeRelocation, AtTheTargetNothingIsSaidBeforeItHasCome) {
  commanded();
  const Config& c = to.mme.config();
  diameter::InsertSubscriberDataRequest idr{.session_id = "hss;1;1",
                                            .origin_host = c.hss.identity,
                                            .origin_realm = c.hss.realm,
                                            .destination_host = c.identity,
                                            .destination_realm = c.realm,
                                            .user_name = ue.imsi};
  idr.subscription_data.subscriber_status = diameter::SubscriberStatus::operator_determined_barring;
  to.hss_gives(diameter::encode(idr, {11, 12}));
  EXPECT_TRUE(to.at_hss<diameter::InsertSubscriberDataAnswer>().experimental_result);
  EXPECT_EQ(to.waiting_at(arrival_enb), 0U);
  notify();
  (void)to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  path_switched();
  moves();
  serves(to);
}

TEST_F(MmeRelocation, AnAttachAtTheSourceEndsIt) {
  commanded();
  attaches_again(from, ue);
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  EXPECT_EQ(from.mme.ue_count(), 1U);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
}

// --- the UE loses the target cell and attaches where it came from -------------------------------

//= S0.D3; type=test
//= TS 29.274, 7.3.16; type=test
TEST_F(MmeRelocation, AUeThatAttachesAtTheSourceAfterItsArrivalIsCalledBackBeforeItIsRegisteredThere) {
  told(arrived());
  path_switched();
  over(true);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  from.let_go();
  // Nobody has heard of it at the target, and at the source it shows that it is who it says.
  attaches_again(from, ue);
  const auto cancel = from.at_mme<gtp2::RelocationCancelRequest>();
  EXPECT_EQ(cancel.imsi, ue.imsi);
  EXPECT_EQ(from.last_s10().teid, Teid{0});
  EXPECT_EQ(from.counter("mme.handover.called_back"), 1U);
  to.mme_asks(cancel);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::request_accepted);
  target_released();
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
  EXPECT_EQ(to.counter("mme.handover.gone_back"), 1U);
  to.let_go();
  to.advance(1min);
  EXPECT_TRUE(to.hss_unasked()) << "it does not register what is not there";
}

TEST_F(MmeRelocation, WhoHasHeardOfTheUeDoesNotGiveItBack) {
  gtp2::RelocationCancelRequest cancel;
  cancel.imsi = ue.imsi;
  told(arrived());
  path_switched();
  moves();
  serves(to);  // it has spoken, under its keys
  to.mme_asks(cancel);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
  EXPECT_EQ(to.mme.ue_count(), 1U);
  EXPECT_EQ(to.counter("mme.handover.gone_back"), 0U);
}

TEST_F(MmeRelocation, NorWhoHasRegisteredIt) {
  told(arrived());
  path_switched();
  to.advance(5s);
  gtp2::RelocationCancelRequest cancel;
  cancel.imsi = ue.imsi;
  // The HSS is being told, and has been.
  const auto ulr = to.at_hss<diameter::UpdateLocationRequest>();
  (void)to.at_mme<gtp2::ForwardRelocationCompleteNotification>();  // again: nobody has acknowledged it
  to.mme_asks(cancel);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
  to.hss_says(to.ula(ulr));
  to.mme_asks(cancel);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
  EXPECT_TRUE(to.context(ue).registered_at_hss);
}

TEST_F(MmeRelocation, LongAfterAHandoverNobodyIsCalledBack) {
  told(arrived());
  path_switched();
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  from.let_go();
  from.advance(departure_kept + 1s);
  attaches_again(from, ue);
  EXPECT_EQ(from.counter("mme.handover.called_back"), 0U);
}

TEST(Departures, ForgetTheOldestWhenThereAreTooMany) {
  const MmePeer a = Stage::other_mme(), b = Stage::other_mme();
  Departures d(2);
  const auto imsi = [](int n) { return *Imsi::parse("00101000000000" + std::to_string(n)); };
  const Instant now{1h};
  d.remember(imsi(1), a, now);
  d.remember(imsi(2), a, now);
  d.remember(imsi(2), b, now + 1s);  // it went again, to another one
  EXPECT_EQ(d.take(imsi(1), now + 1s), nullptr) << "pushed out";
  EXPECT_EQ(d.take(imsi(2), now + 1s), &b);
  EXPECT_EQ(d.take(imsi(2), now + 1s), nullptr) << "taken once";
  d.remember(imsi(3), a, now);
  EXPECT_EQ(d.take(imsi(3), now + departure_kept + 1us), nullptr) << "too long ago";
  Departures none(0);
  none.remember(imsi(1), a, now);
  EXPECT_EQ(none.size(), 0U);
}

}  // namespace
}  // namespace baton::node::mme::test
