// The S1 interface itself: set-up, reset, lost associations, ids that do not belong together, rubbish.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

class MmeS1 : public ::testing::Test {
 protected:
  MmeS1() { stage.start(); }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
};

s1ap::S1SetupRequest setup(std::uint32_t enb, PlmnId plmn, std::uint16_t tac) {
  return {MacroEnbId{plmn, enb},
          s1ap::Name{"enb-x"},
          {s1ap::SupportedTa{Tac{tac}, {plmn}}},
          s1ap::PagingDrx::v128};
}

//= TS 36.413, 8.7.3; type=test
TEST(MmeS1Setup, TellsWhomTheMmeServes) {
  Stage stage;
  stage.give(Started{});
  stage.enb_link_up(0);
  stage.enb_is_up(0);
  const auto response = stage.at_enb<s1ap::S1SetupResponse>(0);
  EXPECT_EQ(response.mme_name->text, "mme");
  ASSERT_EQ(response.served_gummeis.size(), 1U);
  EXPECT_TRUE(response.served_gummeis[0].serves(stage.mme.config().gummei));
  EXPECT_EQ(stage.mme.enb_count(), 1U);
}

//= TS 36.413, 8.7.3.4; type=test
TEST(MmeS1Setup, RefusesAnEnbOfAnotherNetworkOrTrackingArea) {
  Stage stage;
  stage.give(Started{});
  stage.enb_link_up(0);
  stage.enb_says_message(0, setup(1, *PlmnId::parse("99999"), 1));
  EXPECT_EQ(stage.at_enb<s1ap::S1SetupFailure>(0).cause, s1ap::Cause{s1ap::CauseMisc::unknown_plmn});
  stage.enb_says_message(0, setup(1, PlmnId::test_value(), 77));
  (void)stage.at_enb<s1ap::S1SetupFailure>(0);
  EXPECT_EQ(stage.mme.enb_count(), 0U);
}

TEST(MmeS1Setup, AnAssociationThatStaysSilentLosesItsPlaceAndAnEnbGetsIt) {
  Stage stage;
  stage.give(Started{});
  for (std::uint32_t i = 0; i < unnamed_links_max; ++i)
    stage.give(
        LinkUp{peer::LinkId{peer::accepted_links_from + 1000 + i}, Port::s1ap, {{{127, 0, 9, 9}}, 36412}});
  EXPECT_EQ(stage.counter("mme.link.refused"), 0U);
  // One more finds no place.
  stage.give(LinkUp{peer::LinkId{peer::accepted_links_from + 2000}, Port::s1ap, {{{127, 0, 9, 9}}, 36412}});
  EXPECT_EQ(stage.counter("mme.link.refused"), 1U);
  // The silent ones go when their time is up, and an eNB that sets up S1 in time stays.
  stage.advance(unnamed_link_wait);
  EXPECT_EQ(stage.counter("mme.link.silent"), unnamed_links_max);
  stage.enb_link_up(0);
  stage.enb_is_up(0);
  (void)stage.at_enb<s1ap::S1SetupResponse>(0);
  stage.advance(2 * unnamed_link_wait);
  EXPECT_EQ(stage.mme.enb_count(), 1U);
  EXPECT_EQ(stage.counter("mme.link.silent"), unnamed_links_max);
}

TEST(MmeS1Setup, TheTableOfEnbsHasAnEnd) {
  Config c = Stage::config();
  c.enb_limit = 1;
  Stage stage(c);
  stage.give(Started{});
  stage.enb_link_up(0);
  stage.enb_is_up(0);
  (void)stage.at_enb<s1ap::S1SetupResponse>(0);
  stage.enb_link_up(1);
  stage.enb_is_up(1);
  const auto refused = stage.at_enb<s1ap::S1SetupFailure>(1);
  EXPECT_EQ(refused.cause, s1ap::Cause{s1ap::CauseMisc::control_processing_overload});
  EXPECT_TRUE(refused.time_to_wait);
}

TEST(MmeS1Setup, NothingIsTakenBeforeIt) {
  Stage stage;
  stage.give(Started{});
  stage.enb_link_up(0);
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
  stage.initial(ue, nas::encode(ue.attach()));
  EXPECT_EQ(stage.at_enb<s1ap::ErrorIndication>(0).cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  EXPECT_EQ(stage.mme.ue_count(), 0U);
}

TEST_F(MmeS1, ALostAssociationMakesItsUesIdleAndLeavesTheOthers) {
  Phone other{*Imsi::parse("001010000000002"), 0x21};
  other.enb = 1;
  stage.attach(ue);
  stage.attach(other);
  stage.give(LinkDown{stage.enb_link(0)});
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_FALSE(stage.context(ue).nh);
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
  EXPECT_FALSE(stage.context(other).idle());
  // Back again: the UE is served under the context it kept.
  stage.enb_comes_back(0);
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
}

TEST_F(MmeS1, ASecondSetupOrANewAssociationOfTheSameEnbStartsOver) {
  stage.attach(ue);
  stage.enb_is_up(0);
  (void)stage.at_enb<s1ap::S1SetupResponse>(0);
  EXPECT_TRUE(stage.context(ue).idle());
  stage.let_go();
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
  stage.enb_comes_back(0);  // the old association was never reported lost
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.mme.enb_count(), 2U);
}

//= TS 36.413, 8.7.1; type=test
TEST_F(MmeS1, AResetOfSomeConnectionsNamesThemInTheAnswer) {
  Phone other{*Imsi::parse("001010000000002"), 0x21};
  other.enb_id = EnbUeS1apId{2};
  stage.attach(ue);
  stage.attach(other);
  const std::vector<s1ap::UeConnection> some{{ue.mme_id, std::nullopt}, {MmeUeS1apId{999}, std::nullopt}};
  stage.enb_says_message(0, s1ap::Reset{s1ap::CauseMisc::unspecified, some});
  EXPECT_EQ(stage.at_enb<s1ap::ResetAcknowledge>(0).connections, some);
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_FALSE(stage.context(other).idle());
}

TEST_F(MmeS1, AResetCannotReachAnotherEnbsUes) {
  stage.attach(ue);
  stage.enb_says_message(
      1, s1ap::Reset{s1ap::CauseMisc::unspecified, std::vector<s1ap::UeConnection>{{ue.mme_id, ue.enb_id}}});
  (void)stage.at_enb<s1ap::ResetAcknowledge>(1);
  EXPECT_FALSE(stage.context(ue).idle());
}

//= TS 36.413, 10.6; type=test
TEST_F(MmeS1, IdsThatDoNotBelongTogetherAreAnsweredAndTouchNothing) {
  using Cause = s1ap::CauseRadioNetwork;
  Phone other{*Imsi::parse("001010000000002"), 0x21};
  other.enb_id = EnbUeS1apId{2};
  stage.attach(ue);
  stage.attach(other);
  const auto say = [&](std::size_t enb, MmeUeS1apId mme_id, EnbUeS1apId enb_id) {
    stage.enb_says_message(enb, s1ap::UeContextReleaseRequest{mme_id, enb_id, Cause::user_inactivity});
    return stage.at_enb<s1ap::ErrorIndication>(enb).cause;
  };
  EXPECT_EQ(say(0, MmeUeS1apId{4711}, EnbUeS1apId{1}), s1ap::Cause{Cause::unknown_mme_ue_s1ap_id});
  EXPECT_EQ(say(0, ue.mme_id, EnbUeS1apId{77}), s1ap::Cause{Cause::unknown_enb_ue_s1ap_id});
  EXPECT_EQ(say(0, ue.mme_id, other.enb_id), s1ap::Cause{Cause::unknown_pair_ue_s1ap_id});
  EXPECT_EQ(say(1, ue.mme_id, ue.enb_id), s1ap::Cause{Cause::unknown_mme_ue_s1ap_id}) << "another eNB's UE";
  EXPECT_FALSE(stage.context(ue).idle());
  EXPECT_FALSE(stage.context(other).idle());
  EXPECT_TRUE(stage.upe_unasked());
}

TEST_F(MmeS1, AnEnbThatUsesAnIdAgainHasLostTheUeThatHadIt) {
  stage.attach(ue);
  Phone other{*Imsi::parse("001010000000002"), 0x21};
  stage.let_go();
  stage.initial(other, nas::encode(other.attach()));
  EXPECT_TRUE(stage.context(ue).idle());
  stage.attach_from(other, Until::challenged, Until::challenged);
}

TEST_F(MmeS1, OnlyAnEnbMayTellTheMmeWhatEnbsTell) {
  stage.attach(ue);
  stage.enb_says_message(0, s1ap::DownlinkNasTransport{ue.mme_id, ue.enb_id, s1ap::NasPdu{{0x07, 0x42}}});
  EXPECT_EQ(stage.at_enb<s1ap::ErrorIndication>(0).cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  EXPECT_FALSE(stage.context(ue).idle());
}

TEST_F(MmeS1, AnErrorIndicationIsNeverAnsweredAndEndsOnlyItsOwnConnection) {
  stage.attach(ue);
  const auto before = stage.waiting_at(0);
  stage.enb_says_message(
      1, s1ap::ErrorIndication{ue.mme_id, ue.enb_id,
                               s1ap::Cause{s1ap::CauseRadioNetwork::unknown_pair_ue_s1ap_id}, std::nullopt});
  stage.enb_says_message(
      0, s1ap::ErrorIndication{ue.mme_id, ue.enb_id, s1ap::Cause{s1ap::CauseProtocol::semantic_error},
                               std::nullopt});
  EXPECT_FALSE(stage.context(ue).idle());
  stage.enb_says_message(
      0, s1ap::ErrorIndication{ue.mme_id, ue.enb_id,
                               s1ap::Cause{s1ap::CauseRadioNetwork::unknown_enb_ue_s1ap_id}, std::nullopt});
  EXPECT_TRUE(stage.context(ue).idle());
  EXPECT_EQ(stage.waiting_at(0), before);
}

TEST_F(MmeS1, AUeWhereNobodyIsServedIsRefused) {
  auto m = stage.initial_message(ue, nas::encode(ue.attach()));
  m.tai.tac = Tac{99};
  stage.enb_says_message(0, m);
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::tracking_area_not_allowed);
  EXPECT_EQ(stage.mme.ue_count(), 0U);
}

TEST_F(MmeS1, RadioCapabilitiesComeBackAtTheNextServiceRequestIfTheyFit) {
  for (const std::size_t octets : {radio_capability_octets_max, radio_capability_octets_max + 1}) {
    Stage fresh;
    fresh.start();
    Phone p{*Imsi::parse("001010000000001"), 0x11};
    fresh.attach(p);
    fresh.enb_says_message(0,
                           s1ap::UeCapabilityInfoIndication{p.mme_id, p.enb_id, {ByteVector(octets, 0x5A)}});
    fresh.release_by_enb(p);
    fresh.initial(p, fresh.service_request(p));
    const auto again = fresh.at_enb_for<s1ap::InitialContextSetupRequest>(p);
    EXPECT_EQ(again.ue_radio_capability.has_value(), octets <= radio_capability_octets_max);
  }
}

// --- rubbish

TEST_F(MmeS1, MalformedFirstMessagesOfAUeLeaveNothing) {
  const auto good = nas::encode(ue.attach());
  std::uint32_t n = 100;
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    ue.enb_id = EnbUeS1apId{++n};
    stage.initial(ue, ByteVector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)));
    ASSERT_EQ(stage.mme.ue_count(), 0U) << "cut at " << cut;
    ASSERT_TRUE(stage.hss_unasked());
    while (!stage.quiet(ue)) {
      try {
        (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
      } catch (const std::runtime_error&) {  // the EMM STATUS before it
      }
    }
    stage.confirm_release(ue);
  }
  EXPECT_EQ(stage.mme.connection_count(), 0U);
}

//= TS 24.301, 7.4; type=test
TEST_F(MmeS1, AnUnknownMessageTypeIsAnsweredWithCause97AndABrokenOneWithCause96) {
  stage.attach(ue);
  stage.uplink(ue, ue.cipher({0x07, 0x7F}));
  EXPECT_EQ(stage.hears<nas::EmmStatus>(ue).cause, nas::EmmCause::message_type_non_existent);
  stage.uplink(ue, ue.cipher({0x07, nas::AttachComplete::type}));
  EXPECT_EQ(stage.hears<nas::EmmStatus>(ue).cause, nas::EmmCause::invalid_mandatory_information);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

TEST_F(MmeS1, EveryCutAndEveryFlippedBitOfAnS1apMessageIsSurvived) {
  stage.attach(ue);
  const auto before = stage.context(ue).security->uplink();
  const auto good = s1ap::encode(
      s1ap::UplinkNasTransport{ue.mme_id, ue.enb_id, s1ap::NasPdu{{0x07, 0x60, 0x6F}},
                               Ecgi{PlmnId::test_value(), 0x100}, Tai{PlmnId::test_value(), Tac{1}}});
  for (std::size_t cut = 0; cut < good.size(); ++cut)
    stage.enb_says(0, ByteVector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)));
  EXPECT_FALSE(stage.context(ue).idle());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto broken = good;
    broken[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    stage.enb_says(0, broken);
    ASSERT_EQ(stage.context(ue).security->uplink(), before) << "bit " << bit;
  }
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

//= TS 24.301, 6.5.1.4; type=test
//= TS 24.301, 6.5.2.4; type=test
TEST_F(MmeS1, ASecondPdnConnectionAndTheEndOfTheOnlyOneAreRefused) {
  stage.attach(ue);
  nas::PdnConnectivityRequest more;
  more.pti = nas::Pti{7};
  stage.uplink(ue, ue.cipher(nas::encode(more)));
  const auto no_more = stage.hears<nas::PdnConnectivityReject>(ue);
  EXPECT_EQ(no_more.pti, nas::Pti{7});
  EXPECT_EQ(no_more.cause, nas::EsmCause::service_option_not_supported);
  nas::PdnDisconnectRequest less;
  less.pti = nas::Pti{8};
  less.linked.bearer = nas::EpsBearerId{default_bearer};
  stage.uplink(ue, ue.cipher(nas::encode(less)));
  EXPECT_EQ(stage.hears<nas::PdnDisconnectReject>(ue).cause,
            nas::EsmCause::last_pdn_disconnection_not_allowed);
  EXPECT_TRUE(stage.context(ue).session);
}

TEST(MmeLinks, AssociationsThatSayNothingAreBounded) {
  Stage stage;
  stage.give(Started{});
  for (std::size_t i = 0; i < unnamed_links_max; ++i) stage.enb_link_up(0);
  EXPECT_EQ(stage.counter("mme.link.refused"), 0U) << "on the bound";
  stage.enb_link_up(1);
  EXPECT_EQ(stage.counter("mme.link.refused"), 1U) << "one past it";
  stage.enb_is_up(1);
  EXPECT_EQ(stage.mme.enb_count(), 0U);
  EXPECT_EQ(stage.counter("mme.link.unknown"), 1U);
}

TEST(MmeGuti, ABrokenSourceOfRandomnessIsGivenUpAfterEightDraws) {
  TestEntropy entropy;
  for (const int free_at : {m_tmsi_draws_max, m_tmsi_draws_max + 1}) {
    int draws = 0;
    const auto m = draw_m_tmsi(entropy, [&](MTmsi) { return ++draws < free_at; });
    EXPECT_EQ(m.has_value(), free_at <= m_tmsi_draws_max);
    if (m) {
      EXPECT_EQ(m->value >> 30U, 3U) << "mapped to a P-TMSI it must not change";
    }
  }
}

TEST_F(MmeS1, AnUpeThatRestartedHasLostItsSessionsAndTheUesAreLetGo) {
  stage.attach(ue);
  stage.advance(61s);  // the next Echo
  gtp2::EchoRequest restarted{gtp2::Recovery{2}, {}};
  stage.echo_counter = 2;
  stage.upe_asks(restarted, Teid{0});
  stage.advance(61s);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

}  // namespace
}  // namespace baton::node::mme::test
