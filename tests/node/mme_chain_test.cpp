// How far the key chain may run ahead of a UE: NCC has three bits, and after seven links the next one would
// have the number of the UE's own key.
#include <gtest/gtest.h>

#include "keys/derive_eps.h"
#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Radio = s1ap::CauseRadioNetwork;

class MmeChain : public ::testing::Test {
 protected:
  MmeChain() : MmeChain(Stage::config()) {}
  explicit MmeChain(Config c) : stage(std::move(c)) {
    stage.start();
    stage.attach(ue);
    stage.let_go();
    stage.outcomes.clear();
  }
  void require() {
    const std::size_t to = 1 - ue.enb;
    const Tai tai{PlmnId::test_value(), Tac{static_cast<std::uint16_t>(to + 1)}};
    stage.enb_says_message(
        ue.enb,
        s1ap::HandoverRequired{
            .mme_ue_id = ue.mme_id,
            .enb_ue_id = ue.enb_id,
            .type = s1ap::HandoverType::intra_lte,
            .cause = Radio::handover_desirable_for_radio_reason,
            .target =
                s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), static_cast<std::uint32_t>(to + 1)}, tai},
            .direct_forwarding = std::nullopt,
            .container = {ByteVector{0x11}}});
  }
  /// asked takes the request the target gets, and gives its NCC.
  int asked() {
    const auto r = stage.at_enb<s1ap::HandoverRequest>(1 - ue.enb);
    there = r.mme_ue_id;
    return r.security.next_hop_chaining_count;
  }
  /// in_vain is a handover that the target refuses; the NCC it was asked with.
  int in_vain() {
    require();
    const int ncc = asked();
    stage.enb_says_message(
        1 - ue.enb, s1ap::HandoverFailure{there, Radio::no_radio_resources_available_in_target_cell, {}});
    (void)stage.at_enb<s1ap::HandoverPreparationFailure>(ue.enb);
    return ncc;
  }
  void refused() {
    stage.outcomes.clear();
    const auto derived = nhs();
    require();
    EXPECT_EQ(stage.at_enb<s1ap::HandoverPreparationFailure>(ue.enb).cause, s1ap::Cause(Radio::unspecified));
    EXPECT_EQ(stage.waiting_at(1 - ue.enb), 0U) << "no NH leaves";
    EXPECT_EQ(nhs(), derived);
    ASSERT_EQ(stage.outcomes.size(), 1U);
    EXPECT_FALSE(stage.outcomes[0].ok);
    EXPECT_TRUE(stage.context(ue).nh);
    EXPECT_FALSE(stage.context(ue).handover);
  }
  /// moves is a handover to its end; the NCC it was asked with.
  int moves() {
    require();
    const int ncc = asked();
    const std::size_t to = 1 - ue.enb;
    s1ap::ErabAdmitted erab;
    erab.id = s1ap::ErabId{default_bearer};
    erab.address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}});
    erab.teid = Teid{0x88};
    stage.enb_says_message(
        to, s1ap::HandoverRequestAcknowledge{there, EnbUeS1apId{501}, {erab}, {}, {{0x22}}, {}});
    (void)stage.at_enb<s1ap::HandoverCommand>(ue.enb);
    stage.enb_says_message(
        to, s1ap::HandoverNotify{there, EnbUeS1apId{501}, Ecgi{PlmnId::test_value(), 0x200},
                                 Tai{PlmnId::test_value(), Tac{static_cast<std::uint16_t>(to + 1)}}});
    (void)stage.at_upe<gtp2::ModifyBearerRequest>();
    stage.bearer_modified();
    (void)stage.at_enb<s1ap::UeContextReleaseCommand>(ue.enb);
    stage.confirm_release(ue);
    ue.enb = to;
    ue.mme_id = there;
    ue.enb_id = EnbUeS1apId{501};
    return ncc;
  }
  std::size_t nhs() const {
    std::size_t n = 0;
    for (const auto& e : stage.entries) n += e.event == KeyEvent::derived && e.kind == KeyKind::nh ? 1 : 0;
    return n;
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  MmeUeS1apId there{};
};

//= TS 33.401, 7.2.8.4.3; type=test
TEST_F(MmeChain, DoesNotRunRoundToTheUesOwnKey) {
  // The UE is at 0, and NH of 1 is kept already.
  for (int ncc = 2; ncc <= 7; ++ncc) EXPECT_EQ(in_vain(), ncc);
  refused();
  refused();
  EXPECT_EQ(stage.counter("mme.handover.chain_spent"), 2U);
  // A new KeNB begins a chain of its own.
  stage.give(Command{Verb::reauthenticate, ue.imsi});
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  const auto challenge = stage.hears<nas::AuthenticationRequest>(ue);
  stage.uplink(ue, ue.cipher(ue.answer(challenge)));
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  stage.uplink(ue, ue.complete(command));
  (void)stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  stage.enb_says_message(0, s1ap::UeContextModificationResponse{ue.mme_id, ue.enb_id, std::nullopt});
  EXPECT_EQ(in_vain(), 2);
}

TEST_F(MmeChain, IsAllBeforeAUeAgainThatHasFollowed) {
  for (int i = 0; i < 5; ++i) (void)in_vain();
  EXPECT_EQ(moves(), 7);
  for (const int ncc : {0, 1, 2, 3, 4, 5, 6}) EXPECT_EQ(in_vain(), ncc);
  refused();
  EXPECT_EQ(stage.counter("mme.handover.chain_spent"), 1U);
}

/// An MME that also hands over by KeNB*: that gives the UE a key of NCC 0, whatever its chain.
class MmeChainBesideStar : public MmeChain {
 protected:
  static Config config() {
    Config c = Stage::config();
    c.policy.handover_refresh = context::HandoverRefresh::hash_chain;
    c.policy.bit_protection = context::BitProtection::rrc;
    return c;
  }
  MmeChainBesideStar() : MmeChain(config()) {}
};

/// With NH of NCC 0 such a UE would take its KeNB where the eNB takes NH. These eNBs know the standards only.
//= TS 33.401, 7.2.8.4.3; type=test
//= S3.D7; type=test
TEST_F(MmeChainBesideStar, PassesOverTheCountThatKenbStarHas) {
  Nh nh = derive_nh(*ue.security->kasme(), *ue.security->kenb());  // of NCC 1
  const auto further = [&](int links) {
    for (int i = 0; i < links; ++i) nh = derive_nh(*ue.security->kasme(), nh);
  };
  for (const int ncc : {2, 3, 4}) EXPECT_EQ(in_vain(), ncc);
  EXPECT_EQ(moves(), 5);
  further(4);
  for (const int ncc : {6, 7, 1, 2, 3, 4}) {
    EXPECT_EQ(in_vain(), ncc);
    further(ncc == 1 ? 2 : 1);
    EXPECT_EQ(stage.context(ue).nh, nh) << ncc;
  }
  refused();
}

TEST_F(MmeChainBesideStar, AndNeverGoesPastTheUeBySkipping) {
  for (const int ncc : {2, 3}) EXPECT_EQ(in_vain(), ncc);
  EXPECT_EQ(moves(), 4);
  for (const int ncc : {5, 6, 7, 1, 2, 3}) EXPECT_EQ(in_vain(), ncc);
  refused();
}

}  // namespace
}  // namespace baton::node::mme::test
