// A UE goes from one MME to another: the good path, and preparation that fails at either end.
#include "node/mme_relocation.h"

namespace baton::node::mme::test {
namespace {

//= S1.A4; type=test
//= S1.D1; type=test
//= TS 23.401, 5.5.1.2.2; type=test
TEST_F(MmeRelocation, FromRequiredToRelease) {
  const Nh first = derive_nh(*ue.security->kasme(), *ue.security->kenb());
  const Nh second = derive_nh(*ue.security->kasme(), first);

  // 3. Everything that the target needs to go on with, and the fresh NH.
  auto request = leaves();
  EXPECT_EQ(request.imsi, ue.imsi);
  EXPECT_EQ(request.sender.interface, gtp2::InterfaceType::s10_mme);
  EXPECT_EQ(request.sender.teid, source_end());
  EXPECT_EQ(request.mm.kasme, *ue.security->kasme());
  ASSERT_TRUE(request.mm.next_hop);
  EXPECT_EQ(request.mm.next_hop->nh, second);
  EXPECT_EQ(request.mm.next_hop->ncc, 2);
  EXPECT_FALSE(request.mm.old_security);
  //= S0.D11; type=test
  EXPECT_EQ(request.mm.uplink_count, ue.security->uplink().next());
  EXPECT_EQ(request.mm.downlink_count, ue.security->downlink().next());
  EXPECT_EQ(request.container->octets, to_target);
  EXPECT_EQ(request.target->enb.value, 3U);
  EXPECT_EQ(request.target->tac, Tac{3});
  EXPECT_EQ(request.sgw_s11.teid, from.context(ue).session->upe_teid);

  // 5. The target passes {NH, NCC} on as they are.
  //= S1.A5; type=test
  brings(std::move(request));
  const auto to_enb = asked();
  EXPECT_EQ(to_enb.security.next_hop, second);
  EXPECT_EQ(to_enb.security.next_hop_chaining_count, 2);
  EXPECT_EQ(to_enb.container.octets, to_target);
  EXPECT_EQ(to_enb.ue_security_capabilities.eia, 0xC000);
  EXPECT_EQ(to_enb.erabs.at(0).teid, from.context(ue).session->s1u_upe.teid);
  EXPECT_EQ(to_enb.ue_ambr.downlink, 100'000'000U);

  // 7, 9.
  //= S1.A7; type=test
  //= S1.A8; type=test
  room();
  const auto response = to.at_mme<gtp2::ForwardRelocationResponse>();
  EXPECT_EQ(response.cause.value, CauseValue::request_accepted);
  EXPECT_EQ(to.last_s10().teid, source_end());
  EXPECT_EQ(response.sender->teid, target_end());
  from.mme_says(response, source_end());
  EXPECT_EQ(from.at_enb<s1ap::HandoverCommand>(0).container.octets, to_source);

  // 10 to 10c. What was counted goes through both.
  s1ap::StatusTransferContainer counted;
  s1ap::ErabStatus status{};
  status.id = s1ap::ErabId{default_bearer};
  counted.bearers.push_back(status);
  from.enb_says_message(0, s1ap::EnbStatusTransfer{ue.mme_id, ue.enb_id, counted});
  const auto passed = from.at_mme<gtp2::ForwardAccessContextNotification>();
  EXPECT_EQ(from.last_s10().teid, target_end());
  to.mme_asks(passed, target_end());
  EXPECT_EQ(to.at_mme<gtp2::ForwardAccessContextAcknowledge>().cause.value, CauseValue::request_accepted);
  EXPECT_EQ(to.at_enb<s1ap::MmeStatusTransfer>(arrival_enb).container, counted);

  // 13, 14. The UE is there; the source lets go of everything.
  notify();
  const auto complete = to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  EXPECT_EQ(to.last_s10().teid, source_end());
  told(complete);
  over(true);
  EXPECT_EQ(from.at_enb<s1ap::UeContextReleaseCommand>(0).cause, s1ap::Cause(Radio::successful_handover));
  from.confirm_release(ue);
  source_has_nothing();

  // 15. The session is the target's from here on.
  //= S1.A6; type=test
  const auto modify = to.at_upe<gtp2::ModifyBearerRequest>();
  EXPECT_EQ(modify.bearers.at(0).s1u_enb->teid, Teid{0x88});
  gtp2::ModifyBearerResponse response2;
  response2.cause.value = CauseValue::request_accepted;
  to.upe_says(response2, *to.context(ue).s11);
  moves();
  serves(to);
  EXPECT_EQ(to.counter("mme.handover.in_completed"), 1U);

  // Its old GUTI is a stranger's at the source now, and the IMSI need not be asked for.
  ue.enb_id = EnbUeS1apId{2};
  ue.enb = 0;
  from.initial(ue, from.service_request(ue));
  EXPECT_EQ(from.hears<nas::ServiceReject>(ue).cause, nas::EmmCause::implicitly_detached);
}

//= S0.D11; type=test
TEST_F(MmeRelocation, NasRestsAtBothWhileItIsUnderWay) {
  commanded();
  const auto up = from.context(ue).security->uplink();
  const auto down = from.context(ue).security->downlink();
  from.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
  EXPECT_TRUE(from.quiet(ue));
  from.give(Command{Verb::detach, ue.imsi});
  EXPECT_TRUE(from.quiet(ue));
  EXPECT_EQ(from.context(ue).security->uplink(), up);
  EXPECT_EQ(from.context(ue).security->downlink(), down);
  // At the target, before Notify.
  to.enb_says_message(arrival_enb,
                      s1ap::UplinkNasTransport{
                          there, at_target,
                          s1ap::NasPdu{ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()}))},
                          Ecgi{PlmnId::test_value(), 0x200}, tai_of(2)});
  EXPECT_EQ(to.context(ue).security->uplink(), up);
  EXPECT_EQ(to.counter("mme.handover.nas_dropped"), 1U);
  EXPECT_EQ(from.counter("mme.handover.nas_dropped"), 1U);
}

// --- preparation that fails: the source resumes -------------------------------------------------

//= S0.D11; type=test
TEST_F(MmeRelocation, TheTargetMmeIsSilent) {
  (void)leaves();
  from.advance(9s);
  (void)failed();
  over(false);
  // A late context over there is taken back by name.
  const auto cancelled = [&] {
    for (int i = 0; i < 2; ++i) (void)from.at_mme<gtp2::ForwardRelocationRequest>();  // repetitions
    return from.at_mme<gtp2::RelocationCancelRequest>();
  }();
  EXPECT_EQ(cancelled.imsi, ue.imsi);
  EXPECT_EQ(from.last_s10().teid, Teid{0});
  serves(from);
}

//= TS 33.401, 7.2.8.4.3; type=test
TEST_F(MmeRelocation, TheChainDoesNotRunRoundToTheUesOwnKey) {
  for (int ncc = 2; ncc <= 7; ++ncc) {
    EXPECT_EQ(leaves().mm.next_hop->ncc, ncc);
    gtp2::ForwardRelocationResponse no;
    no.cause.value = CauseValue::relocation_failure;
    from.mme_says(no, source_end());
    (void)failed();
  }
  from.outcomes.clear();
  require();
  EXPECT_EQ(failed(), s1ap::Cause(Radio::unspecified));
  EXPECT_TRUE(from.mme_untold());
  EXPECT_EQ(from.counter("mme.handover.chain_spent"), 1U);
  over(false);
  serves(from);
}

TEST_F(MmeRelocation, TheTargetMmeRefuses) {
  (void)leaves();
  gtp2::ForwardRelocationResponse no;
  no.cause.value = CauseValue::no_resources_available;
  from.mme_says(no, source_end());
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system));
  EXPECT_TRUE(from.mme_untold()) << "it has nothing to take back";
  over(false);
  serves(from);
}

TEST_F(MmeRelocation, AnAnswerThatIsOfNoUse) {
  for (int what = 0; what < 2; ++what) {
    (void)leaves();
    gtp2::ForwardRelocationResponse m;
    m.cause.value = CauseValue::request_accepted;
    if (what == 0) m.container = gtp2::FContainer{gtp2::FContainer::eutran, to_source};
    if (what == 1) m.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, Teid{9}, Ipv4{{127, 0, 0, 14}}, {}};
    from.mme_says(m, source_end());
    (void)failed();
    EXPECT_EQ(from.at_mme<gtp2::RelocationCancelRequest>().imsi, ue.imsi);
    over(false);
  }
  serves(from);
}

TEST_F(MmeRelocation, NoMmeServesTheTarget) {
  from.enb_says_message(
      0, s1ap::HandoverRequired{.mme_ue_id = ue.mme_id,
                                .enb_ue_id = ue.enb_id,
                                .type = s1ap::HandoverType::intra_lte,
                                .cause = Radio::handover_desirable_for_radio_reason,
                                .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 9}, tai_of(9)},
                                .direct_forwarding = std::nullopt,
                                .container = {to_target}});
  EXPECT_EQ(failed(), s1ap::Cause(Radio::unknown_target_id));
  EXPECT_TRUE(from.mme_untold());
  serves(from);
}

TEST_F(MmeRelocation, CancelledBeforeTheAnswer) {
  (void)leaves();
  cancel();
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  EXPECT_EQ(from.waiting_at(0), 0U);
  EXPECT_EQ(from.at_mme<gtp2::RelocationCancelRequest>().imsi, ue.imsi);
  over(false);
  serves(from);
  // The request is not repeated, or it would make a context anew.
  from.advance(20s);
  while (!from.mme_untold()) (void)from.at_mme<gtp2::RelocationCancelRequest>();
}

TEST_F(MmeRelocation, TheSourceEnbGoesBeforeTheAnswer) {
  (void)leaves();
  from.give(LinkDown{from.enb_link(0)});
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  over(false);
  EXPECT_TRUE(from.context(ue).idle());
  EXPECT_FALSE(from.context(ue).handover);
  // It is this MME's still.
  ue.enb = 1;
  ue.enb_id = EnbUeS1apId{2};
  from.initial(ue, from.service_request(ue));
  (void)from.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
}

TEST_F(MmeRelocation, AskedTwiceThereIsNeither) {
  (void)leaves();
  require();
  EXPECT_EQ(failed(), s1ap::Cause(s1ap::CauseProtocol::message_not_compatible_with_receiver_state));
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  over(false);
  serves(from);
}

// --- the target's side of it --------------------------------------------------------------------

TEST_F(MmeRelocation, TheTargetEnbRefuses) {
  brings(leaves());
  (void)asked();
  to.enb_says_message(arrival_enb, s1ap::HandoverFailure{there, Radio::cell_not_available, std::nullopt});
  const auto no = to.at_mme<gtp2::ForwardRelocationResponse>();
  EXPECT_EQ(no.cause.value, CauseValue::relocation_failure);
  target_has_nothing();
  from.mme_says(no, source_end());
  EXPECT_EQ(failed(), s1ap::Cause(Radio::cell_not_available));
  over(false);
  serves(from);
}

TEST_F(MmeRelocation, TheTargetEnbIsSilent) {
  brings(leaves());
  (void)asked();
  to.advance(4s);
  EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::relocation_failure);
  target_released();
  target_has_nothing();
}

TEST_F(MmeRelocation, TheTargetEnbIsNotThere) {
  auto m = leaves();
  m.target->enb.value = 77;
  to.mme_asks(gtp2::Message(std::move(m)));
  const auto no = to.at_mme<gtp2::ForwardRelocationResponse>();
  EXPECT_EQ(no.cause.value, CauseValue::relocation_failure);
  EXPECT_EQ(no.s1ap_cause, (gtp2::FCause{0, static_cast<Byte>(Radio::unknown_target_id)}));
  target_has_nothing();
}

TEST_F(MmeRelocation, WhatIsMissingIsSaid) {
  for (int what = 0; what < 4; ++what) {
    auto m = leaves();
    if (what == 0) m.imsi.reset();
    if (what == 1) m.container.reset();
    if (what == 2) m.target.reset();
    if (what == 3) m.pdn_connections.clear();
    if (m.target) {
      m.target->enb.value = arrival_enb + 1;
      m.target->tac = Tac{arrival_enb + 1};
    }
    to.mme_asks(gtp2::Message(std::move(m)));
    EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::conditional_ie_missing);
    target_has_nothing();
    cancel();
    (void)from.at_mme<gtp2::RelocationCancelRequest>();
    from.outcomes.clear();
  }
}

TEST_F(MmeRelocation, WithoutAnNhThereIsNothingToHandOverWith) {
  auto m = leaves();
  m.mm.next_hop.reset();
  brings(std::move(m));
  EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::relocation_failure);
  target_has_nothing();
}

TEST_F(MmeRelocation, ARepeatedRequestIsAnsweredTwiceAndExecutedOnce) {
  auto m = leaves();
  m.target->enb.value = arrival_enb + 1;
  m.target->tac = Tac{arrival_enb + 1};
  const ByteVector octets = gtp2::encode(gtp2::Message(std::move(m)), Teid{0}, gtp2::Sequence{0x777});
  const auto say = [&] { to.give(DatagramIn{Port::gtpc, Stage::other_mme().endpoint, octets}); };
  say();
  say();
  (void)asked();
  EXPECT_EQ(to.waiting_at(arrival_enb), 0U);
  room();
  (void)to.at_mme<gtp2::ForwardRelocationResponse>();
  say();
  (void)to.at_mme<gtp2::ForwardRelocationResponse>();
  EXPECT_EQ(to.mme.ue_count(), 1U);
  EXPECT_EQ(to.waiting_at(arrival_enb), 0U);
}

TEST_F(MmeRelocation, ANewRequestForTheSameUeTakesThePlaceOfTheOld) {
  brings(leaves());
  (void)asked();
  const MmeUeS1apId before = there;
  cancel();
  (void)from.at_mme<gtp2::RelocationCancelRequest>();  // lost
  brings(leaves());
  const auto release = to.at_enb<s1ap::UeContextReleaseCommand>(arrival_enb);
  EXPECT_EQ(std::get<MmeUeS1apId>(release.ids), before);
  EXPECT_EQ(asked().security.next_hop_chaining_count, 3);
  EXPECT_EQ(to.mme.ue_count(), 1U);
}

TEST_F(MmeRelocation, CancelledByNameBeforeTheAnswer) {
  brings(leaves());
  (void)asked();
  gtp2::RelocationCancelRequest m;
  m.imsi = ue.imsi;
  to.mme_asks(m);
  target_released();
  EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::relocation_failure);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::request_accepted);
  target_has_nothing();
}

TEST_F(MmeRelocation, NobodyElseCancels) {
  brings(leaves());
  (void)asked();
  gtp2::RelocationCancelRequest m;
  m.imsi = *Imsi::parse("001010000000009");
  to.mme_asks(m);
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
  to.mme_asks(gtp2::RelocationCancelRequest{}, Teid{0x1234});
  EXPECT_EQ(to.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
  m.imsi = ue.imsi;
  to.give(
      DatagramIn{Port::gtpc, Endpoint{{{127, 0, 0, 99}}, 2123}, gtp2::encode(m, Teid{0}, gtp2::Sequence{5})});
  EXPECT_TRUE(to.mme_untold()) << "a stranger gets no answer";
  EXPECT_EQ(to.mme.ue_count(), 1U);
  // Nor does a source cancel for itself what it is the source of.
  from.mme_asks(m);
  EXPECT_EQ(from.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
}

/// Requests with numbers of the test's choice, which come round.
class MmeRelocationByNumber : public MmeRelocation {
 protected:
  static void says(Stage& target, const gtp2::Message& m, std::uint32_t number) {
    number = number > 0x7F'FFFFU ? number - 0x7F'FFFFU : number;
    target.give(DatagramIn{Port::gtpc, Stage::other_mme().endpoint,
                           gtp2::encode(m, Teid{0}, gtp2::Sequence{number})});
  }
  /// asks brings a request to the target; the source hears that it came to nothing, and may ask again.
  void asks(Stage& target, std::uint32_t number) {
    auto m = leaves();
    m.target->enb.value = arrival_enb + 1;
    m.target->tac = Tac{arrival_enb + 1};
    says(target, gtp2::Message(std::move(m)), number);
    gtp2::ForwardRelocationResponse no;
    no.cause.value = CauseValue::relocation_failure;
    from.mme_says(no, source_end());
  }
};

// An IMSI does not say which handover is cancelled; the number of the request does.
//= TS 29.274, 7.6; type=test
TEST_F(MmeRelocationByNumber, AnOldCancellationByNameEndsNoLaterHandover) {
  for (const std::uint32_t first : {0x100U, 0x7F'FFFDU}) {
    SCOPED_TRACE(first);
    Stage target;
    target.start();
    const auto say = [&](const gtp2::Message& m, std::uint32_t number) { says(target, m, number); };
    const auto request = [&](std::uint32_t number) {
      asks(target, number);
      (void)target.at_enb<s1ap::HandoverRequest>(arrival_enb);
    };
    gtp2::RelocationCancelRequest cancel;
    cancel.imsi = ue.imsi;
    request(first);
    say(cancel, first + 1);
    (void)target.at_mme<gtp2::ForwardRelocationResponse>();
    EXPECT_EQ(target.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::request_accepted);
    EXPECT_EQ(target.mme.ue_count(), 0U);

    request(first + 3);
    target.advance(3s);
    say(cancel, first + 2);  // on its way since before
    EXPECT_EQ(target.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
    EXPECT_EQ(target.counter("mme.handover.cancelled_late"), 1U);
    ASSERT_EQ(target.mme.ue_count(), 1U);
    EXPECT_TRUE(target.context(ue).handover);
    say(cancel, first + 4);
    (void)target.at_mme<gtp2::ForwardRelocationResponse>();
    EXPECT_EQ(target.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::request_accepted);
    EXPECT_EQ(target.mme.ue_count(), 0U);
  }
}

// UDP turns the order round: the context would stay here, and nobody would come for it.
TEST_F(MmeRelocationByNumber, ACancellationThatIsFasterThanTheRequestEndsItAllTheSame) {
  for (const std::uint32_t first : {0x100U, 0x7F'FFFEU}) {
    SCOPED_TRACE(first);
    Stage target;
    target.start();
    const auto say = [&](const gtp2::Message& m, std::uint32_t number) { says(target, m, number); };
    const auto request = [&](std::uint32_t number) { asks(target, number); };
    gtp2::RelocationCancelRequest cancel;
    cancel.imsi = ue.imsi;
    say(cancel, first + 1);
    EXPECT_EQ(target.at_mme<gtp2::RelocationCancelResponse>().cause.value, CauseValue::context_not_found);
    target.advance(29s);
    request(first);
    EXPECT_EQ(target.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::request_rejected);
    EXPECT_EQ(target.mme.ue_count(), 0U);
    EXPECT_EQ(target.waiting_at(arrival_enb), 0U);
    EXPECT_EQ(target.counter("mme.handover.cancelled_before"), 1U);
    // The next one is another.
    request(first + 2);
    (void)target.at_enb<s1ap::HandoverRequest>(arrival_enb);
    EXPECT_EQ(target.mme.ue_count(), 1U);
  }
}

TEST(Cancellations, AreRememberedForAWhile) {
  const Imsi imsi = Imsi::test_value();
  Cancellations some;
  some.remember("a", imsi, gtp2::Sequence{7}, Instant{});
  EXPECT_TRUE(some.about("a", imsi, gtp2::Sequence{6}, Instant{cancellation_kept}));
  EXPECT_FALSE(some.about("a", imsi, gtp2::Sequence{6}, Instant{cancellation_kept + 1us}));
  EXPECT_FALSE(some.about("a", imsi, gtp2::Sequence{8}, Instant{}));
  EXPECT_FALSE(some.about("b", imsi, gtp2::Sequence{6}, Instant{}));
  // A repetition of an older one takes nothing back.
  some.remember("a", imsi, gtp2::Sequence{5}, Instant{1s});
  EXPECT_TRUE(some.about("a", imsi, gtp2::Sequence{6}, Instant{1s}));
  some.forget("b");
  EXPECT_TRUE(some.about("a", imsi, gtp2::Sequence{6}, Instant{1s}));
  some.forget("a");
  EXPECT_FALSE(some.about("a", imsi, gtp2::Sequence{6}, Instant{1s}));
}

TEST(Cancellations, AreBounded) {
  const Imsi imsi = Imsi::test_value();
  Cancellations two(2);
  for (const char* mme : {"a", "b", "a", "c"}) two.remember(mme, imsi, gtp2::Sequence{7}, Instant{1s});
  EXPECT_LE(two.size(), 2U);
  EXPECT_TRUE(two.about("c", imsi, gtp2::Sequence{6}, Instant{1s}));
  Cancellations none(0);
  none.remember("a", imsi, gtp2::Sequence{7}, Instant{});
  EXPECT_EQ(none.size(), 0U);
  // What is too old goes when something new comes.
  Cancellations some;
  some.remember("a", imsi, gtp2::Sequence{7}, Instant{});
  some.remember("b", imsi, gtp2::Sequence{7}, Instant{cancellation_kept + 1us});
  EXPECT_EQ(some.size(), 1U);
}

// The word of another MME ends no connection here; the UE's own does.
TEST_F(MmeRelocation, AConnectedUeIsNotEndedByARequestForIt) {
  Phone here{ue.imsi, 0x31};
  here.enb_id = EnbUeS1apId{40};
  to.attach(here);
  to.let_go();
  brings(leaves());
  (void)asked();
  room();
  (void)to.at_mme<gtp2::ForwardRelocationResponse>();
  const auto served = [&] {
    to.uplink(here, here.cipher(nas::encode(nas::PdnConnectivityRequest{here.pdn_request()})));
    (void)to.hears<nas::PdnConnectivityReject>(here);
  };
  served();
  to.advance(12s);  // nobody comes
  (void)to.at_enb<s1ap::UeContextReleaseCommand>(arrival_enb);
  EXPECT_EQ(to.mme.ue_count(), 1U);
  served();
  EXPECT_TRUE(to.upe_unasked());
  EXPECT_EQ(to.counter("mme.handover.context_replaced"), 0U);
}

TEST_F(MmeRelocation, AndGivesWayWhenItHasArrivedUnderTheOtherKeys) {
  Phone here{ue.imsi, 0x31};
  here.enb_id = EnbUeS1apId{40};
  to.attach(here);
  to.let_go();
  (void)prepared();
  EXPECT_EQ(to.mme.ue_count(), 2U);
  notify();
  (void)to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(here);
  EXPECT_EQ(to.mme.ue_count(), 1U);
  EXPECT_EQ(to.counter("mme.handover.context_replaced"), 1U);
  path_switched();
  moves();
  serves(to);
}

TEST_F(MmeRelocation, AnAttachHereEndsAHandoverToHere) {
  brings(leaves());
  (void)asked();
  Phone here{ue.imsi, 0x31};
  here.enb_id = EnbUeS1apId{40};
  to.attach(here);
  EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::relocation_failure);
  target_released();
  EXPECT_EQ(to.mme.ue_count(), 1U);
}

TEST_F(MmeRelocation, UnknownUesDoNotTakeTheRoomOfThoseThatAreHandedOver) {
  Config c = Stage::config();
  c.provisional_limit = 0;
  c.coming_limit = 1;
  Stage full(c);
  full.start();
  const auto comes = [&](const char* imsi) {
    auto m = leaves();
    m.imsi = *Imsi::parse(imsi);
    m.target->enb.value = 2;
    m.target->tac = Tac{2};
    full.mme_asks(gtp2::Message(std::move(m)));
    gtp2::ForwardRelocationResponse no;
    no.cause.value = CauseValue::relocation_failure;
    from.mme_says(no, source_end());
  };
  comes("001010000000001");
  (void)full.at_enb<s1ap::HandoverRequest>(1);
  EXPECT_EQ(full.mme.provisional_count(), 0U);
  // Nor have they more than their own.
  comes("001010000000002");
  EXPECT_EQ(full.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::no_resources_available);
  EXPECT_EQ(full.counter("mme.handover.congestion"), 1U);
  EXPECT_EQ(full.mme.ue_count(), 1U);
}

//= TS 33.401, 7.2.10; type=test
TEST_F(MmeRelocation, AnOldKasmeComesWithItsOwnChainOrNotAtAll) {
  const auto old = [](std::optional<gtp2::NextHop> chain) {
    return gtp2::OldEpsSecurity{5, Kasme(std::array<Byte, 32>{7}), std::move(chain)};
  };
  // An NH of the new KASME beside the old one: which chain does the radio run on?
  auto m = leaves();
  m.mm.old_security = old(std::nullopt);
  brings(std::move(m));
  EXPECT_EQ(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::mandatory_ie_incorrect);
  EXPECT_EQ(to.counter("mme.s10.context_unusable"), 1U);
  target_has_nothing();
  cancel();
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  // Two chains: the radio's is that of the old KASME.
  m = leaves();
  const Nh nh(std::array<Byte, 32>{9});
  m.mm.old_security = old(gtp2::NextHop{nh.clone(), 5});
  brings(std::move(m));
  const auto request = asked();
  EXPECT_EQ(request.security.next_hop, nh);
  EXPECT_EQ(request.security.next_hop_chaining_count, 5);
}

// --- what does not fit into a datagram ----------------------------------------------------------

TEST_F(MmeRelocation, AContainerOfTheSourceThatIsTooLongForS10) {
  auto required = [&](std::size_t octets) {
    return s1ap::HandoverRequired{.mme_ue_id = ue.mme_id,
                                  .enb_ue_id = ue.enb_id,
                                  .type = s1ap::HandoverType::intra_lte,
                                  .cause = Radio::handover_desirable_for_radio_reason,
                                  .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                                  .direct_forwarding = std::nullopt,
                                  .container = {ByteVector(octets, 0x5A)}};
  };
  from.enb_says_message(0, required(relocation_container_octets_max + 1));
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system));
  EXPECT_TRUE(from.mme_untold());
  EXPECT_EQ(from.counter("mme.handover.container_too_long"), 1U);
  over(false);
  from.enb_says_message(0, required(relocation_container_octets_max));
  EXPECT_EQ(from.at_mme<gtp2::ForwardRelocationRequest>().container->octets.size(),
            relocation_container_octets_max);
}

TEST_F(MmeRelocation, AContainerOfTheTargetThatIsTooLongForS10) {
  for (const std::size_t more : {1U, 0U}) {
    SCOPED_TRACE(more);
    brings(leaves());
    (void)asked();
    s1ap::ErabAdmitted erab;
    erab.id = s1ap::ErabId{default_bearer};
    erab.address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}});
    erab.teid = Teid{0x88};
    to.enb_says_message(arrival_enb, s1ap::HandoverRequestAcknowledge{
                                         there,
                                         at_target,
                                         {erab},
                                         {},
                                         {ByteVector(relocation_container_octets_max + more, 0x5A)},
                                         std::nullopt});
    const auto answer = to.at_mme<gtp2::ForwardRelocationResponse>();
    EXPECT_EQ(gtp2::accepted(answer.cause.value), more == 0);
    from.mme_says(answer, source_end());
    if (more == 0) {
      EXPECT_EQ(from.at_enb<s1ap::HandoverCommand>(0).container.octets.size(),
                relocation_container_octets_max);
      continue;
    }
    (void)failed();
    target_released();
    target_has_nothing();
    EXPECT_EQ(to.counter("mme.handover.container_too_long"), 1U);
  }
}

TEST_F(MmeRelocation, AStatusThatIsTooLongForS10) {
  commanded();
  const auto of = [](std::size_t bearers) {
    s1ap::StatusTransferContainer c;
    for (std::size_t i = 0; i < bearers; ++i) {
      s1ap::ErabStatus status{};
      status.id = s1ap::ErabId{static_cast<std::uint8_t>(i % 16)};
      status.received = s1ap::ReceiveStatus{ByteVector(s1ap::ReceiveStatus::bits / 8, 0xA5)};
      c.bearers.push_back(std::move(status));
    }
    return c;
  };
  std::size_t most = 1;
  while (s1ap::encode_container(of(most + 1)).size() <= relocation_container_octets_max) ++most;
  from.enb_says_message(0, s1ap::EnbStatusTransfer{ue.mme_id, ue.enb_id, of(most + 1)});
  EXPECT_EQ(from.at_enb<s1ap::ErrorIndication>(0).mme_ue_id, ue.mme_id);
  EXPECT_TRUE(from.mme_untold());
  EXPECT_EQ(from.counter("mme.handover.container_too_long"), 1U);
  EXPECT_TRUE(from.context(ue).handover) << "it goes on";
  from.enb_says_message(0, s1ap::EnbStatusTransfer{ue.mme_id, ue.enb_id, of(most)});
  auto passed = from.at_mme<gtp2::ForwardAccessContextNotification>();
  to.mme_asks(passed, target_end());
  EXPECT_EQ(to.at_enb<s1ap::MmeStatusTransfer>(arrival_enb).container, of(most));
}

TEST_F(MmeRelocation, TheTargetIsFull) {
  Config c = Stage::config();
  c.ue_limit = 0;
  Stage full(c);
  full.start();
  auto m = leaves();
  m.target->enb.value = 2;
  m.target->tac = Tac{2};
  full.mme_asks(gtp2::Message(std::move(m)));
  EXPECT_EQ(full.at_mme<gtp2::ForwardRelocationResponse>().cause.value, CauseValue::no_resources_available);
  EXPECT_TRUE(full.held(ue.imsi).empty());
}

}  // namespace
}  // namespace baton::node::mme::test
