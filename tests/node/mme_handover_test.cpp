// A UE goes from one eNB of an MME to the other: the good path, and every step of it gone wrong.
#include <gtest/gtest.h>

#include "keys/derive_eps.h"
#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Radio = s1ap::CauseRadioNetwork;
using s1ap::CauseProtocol;

const ByteVector to_target{0x11, 0x22, 0x33};
const ByteVector to_source{0x44, 0x55};

Tai tai_of(std::size_t enb) { return {PlmnId::test_value(), Tac{static_cast<std::uint16_t>(enb + 1)}}; }

class MmeHandover : public ::testing::Test {
 protected:
  MmeHandover() {
    stage.start();
    stage.attach(ue);
    stage.let_go();
    stage.outcomes.clear();
  }

  // --- what the eNBs say
  s1ap::HandoverRequired required(std::size_t enb) const {
    return {.mme_ue_id = ue.mme_id,
            .enb_ue_id = ue.enb_id,
            .type = s1ap::HandoverType::intra_lte,
            .cause = Radio::handover_desirable_for_radio_reason,
            .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), static_cast<std::uint32_t>(enb + 1)},
                                      tai_of(enb)},
            .direct_forwarding = std::nullopt,
            .container = {to_target}};
  }
  void require(std::size_t enb) { stage.enb_says_message(ue.enb, required(enb)); }
  s1ap::HandoverRequest asked(std::size_t enb) {
    auto r = stage.at_enb<s1ap::HandoverRequest>(enb);
    there = r.mme_ue_id;
    return r;
  }
  s1ap::HandoverRequestAcknowledge room() const {
    s1ap::ErabAdmitted erab;
    erab.id = s1ap::ErabId{default_bearer};
    erab.address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}});
    erab.teid = Teid{0x88};
    return {there, at_target, {erab}, {}, {to_source}, std::nullopt};
  }
  void acknowledge(std::size_t enb) { stage.enb_says_message(enb, room()); }
  s1ap::HandoverNotify notify(std::size_t enb) const {
    return {there, at_target, Ecgi{PlmnId::test_value(), 0x200}, tai_of(enb)};
  }
  void arrive(std::size_t enb) { stage.enb_says_message(enb, notify(enb)); }
  void cancel() {
    stage.enb_says_message(ue.enb, s1ap::HandoverCancel{ue.mme_id, ue.enb_id, Radio::handover_cancelled});
  }
  // Up to HANDOVER COMMAND.
  void command(std::size_t enb) {
    require(enb);
    (void)asked(enb);
    acknowledge(enb);
    (void)stage.at_enb<s1ap::HandoverCommand>(ue.enb);
  }
  // The UE is at the target for everybody.
  void complete(std::size_t enb) {
    command(enb);
    arrive(enb);
    (void)stage.at_upe<gtp2::ModifyBearerRequest>();
    stage.bearer_modified();
    (void)stage.at_enb<s1ap::UeContextReleaseCommand>(ue.enb);
    stage.confirm_release(ue);
    moved(enb);
  }
  void moved(std::size_t enb) {
    ue.enb = enb;
    ue.mme_id = there;
    ue.enb_id = at_target;
    at_target.value += 1;
  }

  // --- what must hold
  s1ap::Cause failed() { return stage.at_enb<s1ap::HandoverPreparationFailure>(ue.enb).cause; }
  void target_released(std::size_t enb) {
    const auto m = stage.at_enb<s1ap::UeContextReleaseCommand>(enb);
    const auto* pair = std::get_if<s1ap::UeS1apIdPair>(&m.ids);
    EXPECT_EQ(pair ? pair->mme_ue_id : std::get<MmeUeS1apId>(m.ids), there);
    EXPECT_EQ(m.cause, s1ap::Cause(Radio::handover_cancelled));
    stage.enb_says_message(enb, s1ap::UeContextReleaseComplete{there, at_target, std::nullopt});
  }
  void over(bool ok, std::string_view procedure = "s1-handover") {
    ASSERT_EQ(stage.outcomes.size(), 1U);
    EXPECT_EQ(stage.outcomes[0].procedure, procedure);
    EXPECT_EQ(stage.outcomes[0].ok, ok) << stage.outcomes[0].cause;
    stage.outcomes.clear();
  }
  // The UE is served where it is as if nothing had been: it hears a protected message and may ask.
  void still_served() {
    const Ue& c = stage.context(ue);
    EXPECT_FALSE(c.handover);
    EXPECT_FALSE(c.busy());
    ASSERT_EQ(c.s1, ue.mme_id);
    EXPECT_TRUE(c.nh);
    EXPECT_EQ(stage.mme.connection_count(), 1U);
    const auto down = c.security->downlink().next();
    stage.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
    (void)stage.hears<nas::PdnConnectivityReject>(ue);
    EXPECT_EQ(c.security->downlink().next()->value(), down->value() + 1);
  }
  std::size_t count_of(KeyEvent event, KeyKind kind) const {
    std::size_t n = 0;
    for (const auto& e : stage.entries) n += e.event == event && e.kind == kind ? 1 : 0;
    return n;
  }

  // AKA and security mode again, on NAS that is secured; the eNB holds the new KeNB then.
  void reauthenticate(bool to_the_end = true) {
    stage.give(Command{Verb::reauthenticate, ue.imsi});
    stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
    const auto challenge = stage.hears<nas::AuthenticationRequest>(ue);
    stage.uplink(ue, ue.cipher(ue.answer(challenge)));
    const auto command = stage.hears<nas::SecurityModeCommand>(ue);
    if (to_the_end) stage.uplink(ue, ue.complete(command));
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  MmeUeS1apId there{};
  EnbUeS1apId at_target{501};
};

//= TS 23.401, 5.5.1.2.2; type=test
//= TS 33.401, 7.2.8.4.3; type=test
TEST_F(MmeHandover, InsideFromRequiredToRelease) {
  const Kenb kenb = *ue.security->kenb();
  const Nh first = derive_nh(*ue.security->kasme(), kenb);
  const Nh second = derive_nh(*ue.security->kasme(), first);

  // 2, 5. The target gets a fresh NH and what the MME knows of the UE.
  require(1);
  const auto request = asked(1);
  EXPECT_NE(request.mme_ue_id, ue.mme_id) << "each S1 connection has its own id";
  EXPECT_EQ(request.security.next_hop_chaining_count, 2);
  EXPECT_EQ(request.security.next_hop, second);
  EXPECT_EQ(request.container.octets, to_target);
  EXPECT_EQ(request.ue_security_capabilities.eea, 0xC000);
  EXPECT_EQ(request.ue_security_capabilities.eia, 0xC000);
  ASSERT_EQ(request.erabs.size(), 1U);
  EXPECT_EQ(request.erabs[0].teid, stage.context(ue).session->s1u_upe.teid);
  EXPECT_EQ(request.ue_ambr.downlink, 100'000'000U);
  EXPECT_TRUE(stage.was_erased(KeyKind::nh, key_id_of(stage.mme.config().id_key, first)));

  // 5a, 9. The source lets go.
  acknowledge(1);
  const auto command = stage.at_enb<s1ap::HandoverCommand>(0);
  EXPECT_EQ(command.mme_ue_id, ue.mme_id);
  EXPECT_EQ(command.enb_ue_id, ue.enb_id);
  EXPECT_EQ(command.container.octets, to_source);
  EXPECT_TRUE(command.forwarding.empty()) << "there is no direct path";

  // 10, 10c. What was counted goes through untouched.
  s1ap::StatusTransferContainer counted;
  s1ap::ErabStatus status{};
  status.id = s1ap::ErabId{default_bearer};
  counted.bearers.push_back(status);
  stage.enb_says_message(0, s1ap::EnbStatusTransfer{ue.mme_id, ue.enb_id, counted});
  const auto passed = stage.at_enb<s1ap::MmeStatusTransfer>(1);
  EXPECT_EQ(passed.mme_ue_id, there);
  EXPECT_EQ(passed.container, counted);

  // 13, 15. The UE is there; downlink data follow.
  arrive(1);
  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  EXPECT_EQ(modify.bearers.at(0).s1u_enb->teid, Teid{0x88});
  EXPECT_EQ(stage.waiting_at(0), 0U) << "the source holds the UE until the path has been switched";
  stage.bearer_modified();

  // 19a. The source may forget it.
  const auto release = stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  EXPECT_EQ(release.cause, s1ap::Cause(Radio::successful_handover));
  EXPECT_EQ(std::get<s1ap::UeS1apIdPair>(release.ids).mme_ue_id, ue.mme_id);
  stage.confirm_release(ue);
  over(true);
  moved(1);
  still_served();
  EXPECT_EQ(stage.context(ue).last_tai, tai_of(1));
}

//= TS 33.401, 7.2.8.4.3; type=test
//= S3.D7; type=test
TEST_F(MmeHandover, TwentyInARowWalkTheChainRoundTheCounter) {
  Nh nh = derive_nh(*ue.security->kasme(), *ue.security->kenb());
  Byte ncc = 1;
  for (int hop = 0; hop < 20; ++hop) {
    const std::size_t target = hop % 2 == 0 ? 1 : 0;
    nh = derive_nh(*ue.security->kasme(), nh);
    ncc = static_cast<Byte>((ncc + 1) % 8);
    require(target);
    const auto request = asked(target);
    ASSERT_EQ(request.security.next_hop, nh) << "hop " << hop;
    ASSERT_EQ(request.security.next_hop_chaining_count, ncc) << "hop " << hop;
    acknowledge(target);
    (void)stage.at_enb<s1ap::HandoverCommand>(ue.enb);
    arrive(target);
    (void)stage.at_upe<gtp2::ModifyBearerRequest>();
    stage.bearer_modified();
    (void)stage.at_enb<s1ap::UeContextReleaseCommand>(ue.enb);
    stage.confirm_release(ue);
    over(true);
    moved(target);
  }
  EXPECT_EQ(count_of(KeyEvent::erased, KeyKind::nh), 20U) << "each NH goes with the next one";
  still_served();
}

TEST_F(MmeHandover, ForwardingOnlyOverADirectPath) {
  auto m = required(1);
  m.direct_forwarding = s1ap::DirectForwardingPath::available;
  stage.enb_says_message(0, m);
  (void)asked(1);
  auto ack = room();
  ack.erabs[0].dl_forwarding_address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}});
  ack.erabs[0].dl_forwarding_teid = Teid{0x99};
  stage.enb_says_message(1, ack);
  const auto command = stage.at_enb<s1ap::HandoverCommand>(0);
  ASSERT_EQ(command.forwarding.size(), 1U);
  EXPECT_EQ(command.forwarding[0].dl_forwarding_teid, Teid{0x99});
}

// --- where to -----------------------------------------------------------------------------------

TEST_F(MmeHandover, NowhereKnown) {
  require(8);
  EXPECT_EQ(failed(), s1ap::Cause(Radio::unknown_target_id));
  // An eNB of ours, a tracking area it does not serve.
  auto m = required(1);
  std::get<s1ap::TargetEnb>(m.target).selected_tai = tai_of(0);
  stage.enb_says_message(0, m);
  EXPECT_EQ(failed(), s1ap::Cause(Radio::unknown_target_id));
  EXPECT_EQ(stage.context(ue).ncc, 1) << "the chain stands where it was";
  still_served();
}

TEST_F(MmeHandover, NotToAnotherRadio) {
  for (const auto type : {s1ap::HandoverType::lte_to_utran, s1ap::HandoverType::lte_to_geran,
                          s1ap::HandoverType::utran_to_lte, s1ap::HandoverType::geran_to_lte}) {
    auto m = required(1);
    m.type = type;
    stage.enb_says_message(0, m);
    EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_target_not_allowed));
  }
  auto m = required(1);
  m.target = s1ap::TargetRnc{{PlmnId::test_value(), s1ap::Lac{1}}, std::nullopt, 1, std::nullopt};
  stage.enb_says_message(0, m);
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_target_not_allowed));
  still_served();
}

TEST_F(MmeHandover, ContainersOfAnyLengthPassUntouched) {
  for (const std::size_t octets : {1U, 255U, 256U, 16'383U, 16'384U, 60'000U}) {
    ByteVector big(octets);
    for (std::size_t i = 0; i < octets; ++i) big[i] = static_cast<Byte>(i * 7);
    auto m = required(1);
    m.container.octets = big;
    stage.enb_says_message(0, m);
    const auto request = asked(1);
    EXPECT_EQ(request.container.octets, big);
    stage.enb_says_message(1, s1ap::HandoverFailure{there, Radio::cell_not_available, std::nullopt});
    EXPECT_EQ(failed(), s1ap::Cause(Radio::cell_not_available));
  }
  still_served();
}

//= TS 36.413, 8.4.4; type=test
TEST_F(MmeHandover, PathSwitchIsRefusedAndChangesNothing) {
  s1ap::PathSwitchRequest m{.enb_ue_id = EnbUeS1apId{9},
                            .erabs = {},
                            .source_mme_ue_id = ue.mme_id,
                            .cell = {PlmnId::test_value(), 0x200},
                            .tai = tai_of(1),
                            .ue_security_capabilities = {0, 0}};
  m.erabs.push_back({s1ap::ErabId{5}, s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}}), Teid{1}});
  stage.enb_says_message(1, m);
  const auto no = stage.at_enb<s1ap::PathSwitchRequestFailure>(1);
  EXPECT_EQ(no.enb_ue_id, EnbUeS1apId{9});
  EXPECT_EQ(stage.counter("mme.handover.path_switch_refused"), 1U);
  // What the eNB said of algorithms is nobody's concern.
  require(1);
  EXPECT_EQ(asked(1).ue_security_capabilities.eia, 0xC000);
}

// --- preparation that fails ---------------------------------------------------------------------

TEST_F(MmeHandover, RefusedByTheTarget) {
  require(1);
  (void)asked(1);
  stage.enb_says_message(
      1, s1ap::HandoverFailure{there, Radio::no_radio_resources_available_in_target_cell, std::nullopt});
  EXPECT_EQ(failed(), s1ap::Cause(Radio::no_radio_resources_available_in_target_cell));
  EXPECT_EQ(stage.waiting_at(1), 0U) << "it has nothing to release";
  over(false);
  still_served();
}

TEST_F(MmeHandover, RoomWithoutTheBearerIsNoRoom) {
  require(1);
  (void)asked(1);
  auto ack = room();
  ack.erabs[0].id = s1ap::ErabId{6};
  stage.enb_says_message(1, ack);
  (void)failed();
  target_released(1);
  over(false);
  still_served();
}

TEST_F(MmeHandover, SilenceOfTheTarget) {
  require(1);
  (void)asked(1);
  stage.advance(4s);
  (void)failed();
  // It has not named its id: it is told the MME's alone, and its late answer finds nobody.
  const auto release = stage.at_enb<s1ap::UeContextReleaseCommand>(1);
  EXPECT_EQ(std::get<MmeUeS1apId>(release.ids), there);
  acknowledge(1);
  EXPECT_EQ(stage.counter("mme.handover.late_answer"), 1U);
  stage.enb_says_message(1, s1ap::UeContextReleaseComplete{there, at_target, std::nullopt});
  over(false);
  still_served();
}

//= TS 36.413, 8.4.5; type=test
TEST_F(MmeHandover, CancelledBeforeTheAnswer) {
  require(1);
  (void)asked(1);
  cancel();
  EXPECT_EQ(stage.at_enb<s1ap::HandoverCancelAcknowledge>(0).enb_ue_id, ue.enb_id);
  EXPECT_EQ(stage.waiting_at(0), 0U) << "one answer is enough";
  target_released(1);
  over(false);
  still_served();
}

TEST_F(MmeHandover, CancelledWithoutAHandover) {
  cancel();
  (void)stage.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  still_served();
}

TEST_F(MmeHandover, CancelledAfterTheCommand) {
  command(1);
  cancel();
  (void)stage.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  target_released(1);
  over(false);
  still_served();
  // The chain does not go back: the next target's key is one that no eNB has seen.
  require(1);
  EXPECT_EQ(asked(1).security.next_hop_chaining_count, 3);
}

//= TS 36.413, 10.4; type=test
TEST_F(MmeHandover, AskedTwiceThereIsNeither) {
  require(1);
  (void)asked(1);
  require(1);
  EXPECT_EQ(failed(), s1ap::Cause(CauseProtocol::message_not_compatible_with_receiver_state));
  EXPECT_EQ(stage.waiting_at(0), 0U);
  target_released(1);
  over(false);
  still_served();
}

TEST_F(MmeHandover, AskedAgainAfterTheCommandTheFirstGoesOn) {
  command(1);
  require(1);
  EXPECT_EQ(failed(), s1ap::Cause(CauseProtocol::message_not_compatible_with_receiver_state));
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  over(true);
}

// --- notify -------------------------------------------------------------------------------------

TEST_F(MmeHandover, ANotifyThatIsNotTheTargetsMovesNothing) {
  require(1);
  (void)asked(1);
  // Before the target has answered.
  arrive(1);
  (void)stage.at_enb<s1ap::ErrorIndication>(1);
  acknowledge(1);
  (void)stage.at_enb<s1ap::HandoverCommand>(0);
  // Another eNB, the source's own ids, another eNB id, an unknown UE.
  stage.enb_says_message(0, notify(1));
  (void)stage.at_enb<s1ap::ErrorIndication>(0);
  stage.enb_says_message(0, s1ap::HandoverNotify{ue.mme_id, ue.enb_id, {PlmnId::test_value(), 1}, tai_of(0)});
  (void)stage.at_enb<s1ap::ErrorIndication>(0);
  stage.enb_says_message(1,
                         s1ap::HandoverNotify{there, EnbUeS1apId{999}, {PlmnId::test_value(), 1}, tai_of(1)});
  (void)stage.at_enb<s1ap::ErrorIndication>(1);
  stage.enb_says_message(
      1, s1ap::HandoverNotify{MmeUeS1apId{0xFFFF}, at_target, {PlmnId::test_value(), 1}, tai_of(1)});
  (void)stage.at_enb<s1ap::ErrorIndication>(1);
  EXPECT_TRUE(stage.upe_unasked());
  EXPECT_EQ(stage.context(ue).s1, ue.mme_id);
  // The right one still counts.
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
}

TEST_F(MmeHandover, ARepeatedNotifyMovesNothing) {
  complete(1);
  over(true);
  stage.enb_says_message(1, s1ap::HandoverNotify{ue.mme_id, ue.enb_id, {PlmnId::test_value(), 1}, tai_of(1)});
  (void)stage.at_enb<s1ap::ErrorIndication>(1);
  EXPECT_TRUE(stage.upe_unasked());
  still_served();
}

// --- the UE does not come -----------------------------------------------------------------------

TEST_F(MmeHandover, TheUeNeverArrives) {
  command(1);
  stage.advance(12s);
  target_released(1);
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
  over(false);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_FALSE(stage.context(ue).nh);
  // It is registered, and comes back with a service request.
  ue.enb_id = EnbUeS1apId{2};
  stage.initial(ue, stage.service_request(ue));
  EXPECT_EQ(stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue).erabs.size(), 1U);
}

TEST_F(MmeHandover, TheSourceReleasesWhileTheUeIsOnItsWay) {
  command(1);
  stage.enb_says_message(0,
                         s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, Radio::ts1relocoverall_expiry});
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  stage.confirm_release(ue);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  over(true);
  moved(1);
  still_served();
}

TEST_F(MmeHandover, TheSourceReleasesBeforeTheAnswer) {
  require(1);
  (void)asked(1);
  stage.enb_says_message(
      0, s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, Radio::radio_connection_with_ue_lost});
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  target_released(1);
  over(false);
  EXPECT_TRUE(stage.context(ue).idle());
}

// --- links --------------------------------------------------------------------------------------

TEST_F(MmeHandover, TheTargetsLinkBreaks) {
  for (const bool commanded : {false, true}) {
    require(1);
    (void)asked(1);
    if (commanded) {
      acknowledge(1);
      (void)stage.at_enb<s1ap::HandoverCommand>(0);
    }
    stage.give(LinkDown{stage.enb_link(1)});
    if (!commanded) (void)failed();
    over(false);
    still_served();
    stage.enb_comes_back(1);
  }
}

TEST_F(MmeHandover, TheSourcesLinkBreaksBeforeTheCommand) {
  require(1);
  (void)asked(1);
  stage.give(LinkDown{stage.enb_link(0)});
  target_released(1);
  over(false);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.mme.connection_count(), 0U);
}

TEST_F(MmeHandover, TheSourcesLinkBreaksAfterTheCommand) {
  command(1);
  stage.give(LinkDown{stage.enb_link(0)});
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  over(true);
  moved(1);
  still_served();
}

TEST_F(MmeHandover, AResetOfEitherEnb) {
  command(1);
  stage.enb_says_message(1, s1ap::Reset{Radio::unspecified, s1ap::ResetAll{}});
  (void)stage.at_enb<s1ap::ResetAcknowledge>(1);
  over(false);
  still_served();
  at_target = EnbUeS1apId{601};
  command(1);
  stage.enb_says_message(0, s1ap::Reset{Radio::unspecified, s1ap::ResetAll{}});
  (void)stage.at_enb<s1ap::ResetAcknowledge>(0);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
}

TEST_F(MmeHandover, TheTargetGivesUpBeforeTheUeIsThere) {
  command(1);
  stage.enb_says_message(1, s1ap::UeContextReleaseRequest{there, at_target, Radio::unspecified});
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(1);
  stage.enb_says_message(1, s1ap::UeContextReleaseComplete{there, at_target, std::nullopt});
  over(false);
  still_served();
}

// --- what else happens to the UE meanwhile ------------------------------------------------------

//= S0.D11; type=test
TEST_F(MmeHandover, NoSecurityModeCommandWhileItIsUnderWay) {
  require(1);
  (void)asked(1);
  stage.give(Command{Verb::reauthenticate, ue.imsi});
  ASSERT_EQ(stage.outcomes.size(), 1U);
  EXPECT_FALSE(stage.outcomes[0].ok);
  EXPECT_TRUE(stage.hss_unasked());
}

//= S0.D11; type=test
TEST_F(MmeHandover, WaitsForTheEndOfASecurityModeCommand) {
  reauthenticate(false);
  require(1);
  EXPECT_EQ(stage.counter("mme.handover.waits"), 1U);
  EXPECT_EQ(stage.waiting_at(1), 0U);
  EXPECT_EQ(stage.waiting_at(0), 0U);
}

//= S0.D11; type=test
//= TS 33.401, 7.2.10; type=test
TEST_F(MmeHandover, RunsOnTheOldChainWhenTheRadioWasNotRekeyed) {
  const Kasme old = ue.security->kasme()->clone();
  const Nh first = derive_nh(old, *ue.security->kenb());
  reauthenticate();
  // The eNB is handing over when it hears of the new key.
  (void)stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  EXPECT_FALSE(stage.was_erased(KeyKind::kasme, key_id_of(stage.mme.config().id_key, old)))
      << "the radio runs on it";
  require(1);
  EXPECT_EQ(stage.waiting_at(1), 0U);
  stage.enb_says_message(0, s1ap::UeContextModificationFailure{
                                ue.mme_id, ue.enb_id, Radio::interaction_with_other_procedure, std::nullopt});
  const auto request = asked(1);
  EXPECT_EQ(request.security.next_hop, derive_nh(old, first));
  EXPECT_EQ(request.security.next_hop_chaining_count, 2);
  stage.outcomes.clear();
  // The tracking area is another one: the radio is rekeyed when the UE's update has come.
  acknowledge(1);
  (void)stage.at_enb<s1ap::HandoverCommand>(0);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  over(true);
  EXPECT_TRUE(stage.context(ue).old_chain);
}

TEST_F(MmeHandover, ARefusedRekeyingWithoutAHandoverLetsTheUeGo) {
  reauthenticate();
  (void)stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  stage.enb_says_message(
      0, s1ap::UeContextModificationFailure{ue.mme_id, ue.enb_id, Radio::unspecified, std::nullopt});
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_FALSE(stage.context(ue).old_chain);
}

TEST_F(MmeHandover, ADetachOfTheUeEndsIt) {
  require(1);
  (void)asked(1);
  nas::UeDetachRequest m;
  m.detach_type.switch_off = true;
  m.ksi = ue.security->ksi();
  m.identity = *ue.guti;
  stage.uplink(ue, ue.cipher(nas::encode(m)));
  EXPECT_EQ(failed(), s1ap::Cause(Radio::interaction_with_other_procedure));
  target_released(1);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  over(false);
}

TEST_F(MmeHandover, CannotWaitForADetach) {
  stage.give(Command{Verb::detach, ue.imsi});
  (void)stage.hears<nas::NetworkDetachRequest>(ue);
  require(1);
  EXPECT_EQ(failed(), s1ap::Cause(Radio::interaction_with_other_procedure));
  EXPECT_EQ(stage.waiting_at(1), 0U);
}

TEST_F(MmeHandover, NasFromTheTargetBeforeNotifyIsNotHeard) {
  command(1);
  const auto up = stage.context(ue).security->uplink();
  stage.enb_says_message(
      1, s1ap::UplinkNasTransport{
             there, at_target,
             s1ap::NasPdu{ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()}))},
             Ecgi{PlmnId::test_value(), 0x200}, tai_of(1)});
  EXPECT_EQ(stage.context(ue).security->uplink(), up);
  EXPECT_EQ(stage.counter("mme.handover.nas_dropped"), 1U);
}

TEST_F(MmeHandover, NoDownlinkNasAfterTheCommand) {
  command(1);
  const auto down = stage.context(ue).security->downlink();
  stage.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
  EXPECT_TRUE(stage.quiet(ue));
  EXPECT_EQ(stage.context(ue).security->downlink(), down);
}

TEST_F(MmeHandover, AnUpdateWaitsForTheUpe) {
  command(1);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  nas::TauRequest m;
  m.ksi = ue.security->ksi();
  m.old_guti = nas::EpsMobileIdentity(*ue.guti);
  stage.enb_says_message(1,
                         s1ap::UplinkNasTransport{there, at_target, s1ap::NasPdu{ue.cipher(nas::encode(m))},
                                                  Ecgi{PlmnId::test_value(), 0x200}, tai_of(1)});
  EXPECT_EQ(stage.counter("mme.tau.waits"), 1U);
  EXPECT_EQ(stage.waiting_at(1), 0U);
  stage.bearer_modified();
  over(true);
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  stage.confirm_release(ue);
  moved(1);
  EXPECT_EQ(stage.hears<nas::TauAccept>(ue).tai_list->tais, std::vector{tai_of(1)});
}

TEST_F(MmeHandover, TheUpeDoesNotSwitchThePath) {
  command(1);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.advance(9s);
  over(false);
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(1);
  EXPECT_TRUE(stage.context(ue).idle());
}

TEST_F(MmeHandover, TheNewConnectionBreaksWhileTheUpeIsAsked) {
  command(1);
  arrive(1);
  stage.give(LinkDown{stage.enb_link(1)});
  (void)stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  stage.confirm_release(ue);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.mme.connection_count(), 0U);
}

TEST_F(MmeHandover, AnotherOneWhileTheUpeIsAskedWaits) {
  command(1);
  arrive(1);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  const Phone before = Phone(ue.imsi, 0x31);
  stage.enb_says_message(1, [&] {
    auto m = required(0);
    m.mme_ue_id = there;
    m.enb_ue_id = at_target;
    return m;
  }());
  EXPECT_EQ(stage.counter("mme.handover.waits"), 1U);
  stage.bearer_modified();
  const auto request = stage.at_enb<s1ap::HandoverRequest>(0);
  EXPECT_EQ(request.security.next_hop_chaining_count, 3);
}

}  // namespace
}  // namespace baton::node::mme::test
