// An idle UE moves between two MMEs: the MME alone, once as the end it leaves and once as the end it comes
// to.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using gtp2::CauseValue;

constexpr Teid their_end{0x5151};

nas::TauRequest tau_request(const Phone& p) {
  nas::TauRequest r;
  r.ksi = p.security->ksi();
  r.old_guti = nas::EpsMobileIdentity(*p.guti);
  r.capability = p.capability;
  return r;
}

class MmeGivesContext : public ::testing::Test {
 protected:
  MmeGivesContext() {
    stage.start();
    stage.attach(ue);
    stage.release_by_enb(ue);
    stage.let_go();
  }
  gtp2::ContextRequest asking(ByteVector pdu) const {
    gtp2::ContextRequest r;
    r.guti = ue.guti;
    r.complete_request = gtp2::CompleteRequest{gtp2::CompleteRequest::tracking_area_update, std::move(pdu)};
    r.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, their_end, Stage::other_mme().endpoint.address, {}};
    r.rat = gtp2::RatType::eutran;
    return r;
  }
  ByteVector update() { return ue.first(nas::encode(tau_request(ue))); }
  gtp2::ContextResponse given() {
    stage.mme_asks(asking(update()));
    return stage.at_mme<gtp2::ContextResponse>();
  }
  CauseValue refused(const gtp2::ContextRequest& r) {
    stage.mme_asks(r);
    const auto no = stage.at_mme<gtp2::ContextResponse>();
    EXPECT_FALSE(no.mm);
    EXPECT_FALSE(no.imsi);
    EXPECT_TRUE(no.pdn_connections.empty());
    return no.cause.value;
  }
  void acknowledge(CauseValue cause) {
    gtp2::ContextAcknowledge m;
    m.cause.value = cause;
    stage.mme_says(m, Teid{1});
  }
  // The UE is served here as before.
  void still_served() {
    ASSERT_TRUE(stage.context(ue).ours());
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    stage.initial(ue, stage.service_request(ue));
    (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
};

//= TS 23.401, 5.3.3.1; type=test
//= S0.D1; type=test
TEST_F(MmeGivesContext, WithEverythingTheOtherMmeNeedsToGoOn) {
  const auto r = given();
  EXPECT_EQ(stage.last_s10().teid, their_end);
  EXPECT_EQ(r.cause.value, CauseValue::request_accepted);
  EXPECT_EQ(r.imsi, ue.imsi);
  ASSERT_TRUE(r.mm);
  EXPECT_EQ(r.mm->kasme, *ue.security->kasme());
  EXPECT_EQ(r.mm->ksi, ue.security->ksi().value);
  EXPECT_EQ(r.mm->nas_integrity, 2);
  EXPECT_EQ(r.mm->nas_ciphering, 2);
  //= S0.D11; type=test
  // The next COUNTs: the update's own is spent.
  EXPECT_EQ(r.mm->uplink_count, ue.security->uplink().next());
  EXPECT_EQ(r.mm->downlink_count, ue.security->downlink().next());
  EXPECT_FALSE(r.mm->next_hop) << "an idle UE has no key of the radio";
  EXPECT_EQ(r.mm->ue_network_capability, (ByteVector{0xE0, 0x60}));
  EXPECT_EQ(r.mm->mei->digits, Imeisv::test_value().digits());
  EXPECT_EQ(r.mm->used_ambr, (gtp2::Ambr{50'000, 100'000}));
  ASSERT_EQ(r.pdn_connections.size(), 1U);
  const auto& pdn = r.pdn_connections[0];
  EXPECT_EQ(pdn.apn.value, "internet");
  EXPECT_EQ(pdn.linked_ebi, gtp2::Ebi{5});
  ASSERT_EQ(pdn.bearers.size(), 1U);
  EXPECT_EQ(pdn.bearers[0].ebi, gtp2::Ebi{5});
  ASSERT_TRUE(r.sgw_s11);
  EXPECT_EQ(pdn.bearers[0].s1u_sgw.teid.value, r.sgw_s11->teid.value + 0x10000);
  EXPECT_EQ(r.sgw_s11->v4, stage.mme.config().upe.endpoint.address);

  bool said = false;
  for (const auto& e : stage.entries)
    said |= e.event == KeyEvent::sent && e.kind == KeyKind::kasme && e.peer == "mme2";
  EXPECT_TRUE(said) << "the ledger says where KASME went";
}

//= S0.D11; type=test
TEST_F(MmeGivesContext, AndThenNeitherSendsNorAcceptsNas) {
  (void)given();
  const auto up = stage.context(ue).security->uplink();
  const auto down = stage.context(ue).security->downlink();
  // A service request, an update, a detach, each right under its keys.
  for (int i = 0; i < 3; ++i) {
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    nas::UeDetachRequest detach;
    detach.ksi = ue.security->ksi();
    detach.identity = nas::EpsMobileIdentity(*ue.guti);
    stage.initial(ue, i == 0 ? stage.service_request(ue) : i == 1 ? update() : ue.first(nas::encode(detach)));
    if (i == 2) (void)stage.hears<nas::DetachAccept>(ue);  // whoever it is may go
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
  }
  // Data, and whoever commands the MME.
  gtp2::DownlinkDataNotification data;
  stage.upe_asks(data, *stage.context(ue).s11);
  EXPECT_EQ(stage.at_upe<gtp2::DownlinkDataNotificationAck>().cause.value, CauseValue::unable_to_page_ue);
  stage.give(Command{Verb::page, ue.imsi});
  stage.give(Command{Verb::detach, ue.imsi});
  EXPECT_EQ(stage.outcomes.size(), 2U);
  for (const auto& o : stage.outcomes) EXPECT_FALSE(o.ok);
  EXPECT_EQ(stage.waiting_at(0) + stage.waiting_at(1), 0U);
  EXPECT_EQ(stage.context(ue).security->uplink(), up);
  EXPECT_EQ(stage.context(ue).security->downlink(), down);
}

TEST_F(MmeGivesContext, AndEndsEveryKeyWhenItIsTaken) {
  (void)given();
  acknowledge(CauseValue::request_accepted);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
  EXPECT_FALSE(stage.context(ue).security);
  EXPECT_EQ(stage.counter("mme.context.given"), 1U);
  // The HSS says the rest. The session is the other MME's by now.
  stage.hss_cancels(ue);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.upe_unasked());
  stage.advance(2min);
  EXPECT_EQ(stage.mme.ue_count(), 0U);
}

TEST_F(MmeGivesContext, AndForgetsTheRestByItselfWhenTheHssSaysNothing) {
  (void)given();
  acknowledge(CauseValue::request_accepted);
  stage.advance(61s);
  EXPECT_EQ(stage.mme.ue_count(), 0U);
  EXPECT_EQ(stage.counter("mme.context.not_cancelled"), 1U);
  EXPECT_TRUE(stage.upe_unasked()) << "the session is not this MME's to delete";
}

//= S0.D11; type=test
TEST_F(MmeGivesContext, AndGoesOnWhenItIsNotTaken) {
  (void)given();
  acknowledge(CauseValue::request_rejected);
  EXPECT_EQ(stage.counter("mme.context.taken_back"), 1U);
  still_served();
}

//= S0.D11; type=test
TEST_F(MmeGivesContext, AndErasesEverythingWhenNobodySaysWhatBecameOfIt) {
  (void)given();
  for (int again = 0; again < 2; ++again) {
    stage.advance(3s);
    EXPECT_EQ(stage.at_mme<gtp2::ContextResponse>().mm->kasme, *ue.security->kasme());
    EXPECT_FALSE(stage.held(ue.imsi).empty());
  }
  stage.advance(3s);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_EQ(stage.counter("mme.context.outcome_unknown"), 1U);
  (void)stage.at_hss<diameter::PurgeUeRequest>();
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  // What is said of it later finds nobody.
  acknowledge(CauseValue::request_rejected);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
}

TEST_F(MmeGivesContext, CancelLocationSaysAsMuchAsTheAcknowledgement) {
  (void)given();
  stage.hss_cancels(ue);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.upe_unasked());
}

TEST_F(MmeGivesContext, ARepeatedRequestGetsTheSameAnswerAndMovesNoCount) {
  const auto pdu = update();
  const auto octets = gtp2::encode(asking(pdu), Teid{0}, gtp2::Sequence{0x77});
  for (int i = 0; i < 3; ++i) stage.give(DatagramIn{Port::gtpc, Stage::other_mme().endpoint, octets});
  const auto first = stage.at_mme<gtp2::ContextResponse>();
  for (int i = 0; i < 2; ++i) {
    const auto again = stage.at_mme<gtp2::ContextResponse>();
    EXPECT_EQ(again.mm->uplink_count, first.mm->uplink_count);
    EXPECT_EQ(again.sender, first.sender);
  }
  EXPECT_TRUE(stage.mme_untold());
}

TEST_F(MmeGivesContext, ASecondRequestMeanwhileGetsNothing) {
  (void)given();
  EXPECT_EQ(refused(asking(update())), CauseValue::context_not_found);
  EXPECT_EQ(stage.context(ue).custody, Ue::Custody::offered);
}

//= TS 33.401, 7.2.7; type=test
TEST_F(MmeGivesContext, AForgedUpdateMovesNoCountWhateverItsSequenceNumber) {
  const auto up = stage.context(ue).security->uplink();
  const auto down = stage.context(ue).security->downlink();
  const auto genuine = update();
  for (unsigned sqn = 0; sqn < 256; ++sqn) {
    auto forged = genuine;
    forged[5] = static_cast<Byte>(sqn);
    if (forged == genuine) forged[1] ^= 1U;
    EXPECT_EQ(refused(asking(forged)), CauseValue::user_authentication_failed);
  }
  EXPECT_EQ(stage.context(ue).security->uplink(), up);
  EXPECT_EQ(stage.context(ue).security->downlink(), down);
  EXPECT_TRUE(stage.context(ue).ours());
  EXPECT_EQ(stage.counter("mme.context.integrity_failed"), 256U);
  // The genuine one is as good as ever.
  stage.mme_asks(asking(genuine));
  EXPECT_TRUE(stage.at_mme<gtp2::ContextResponse>().mm);
}

TEST_F(MmeGivesContext, OnlyForAnUpdateThatNamesThisUe) {
  const auto up = stage.context(ue).security->uplink();
  // A message of the UE's, right under its keys, but not an update of this GUTI.
  auto other = tau_request(ue);
  other.old_guti = nas::EpsMobileIdentity(Guti{ue.guti->mme, MTmsi{ue.guti->m_tmsi.value ^ 1U}});
  auto key_set = tau_request(ue);
  key_set.ksi = nas::Ksi::native(static_cast<Byte>((ue.security->ksi().value + 1U) % 7U));
  nas::UeDetachRequest detach;
  detach.ksi = ue.security->ksi();
  detach.identity = nas::EpsMobileIdentity(*ue.guti);
  const auto keep = ue.security->clone();
  for (const auto& plain : {nas::encode(other), nas::encode(key_set), nas::encode(detach)}) {
    EXPECT_EQ(refused(asking(ue.first(plain))), CauseValue::user_authentication_failed);
    ue.security.emplace(keep.clone());
  }
  // Plain, empty, ciphered, and of another kind.
  EXPECT_EQ(refused(asking(nas::encode(tau_request(ue)))), CauseValue::user_authentication_failed);
  EXPECT_EQ(refused(asking(ue.cipher(nas::encode(tau_request(ue))))), CauseValue::user_authentication_failed);
  ue.security.emplace(keep.clone());
  auto attach = asking(update());
  attach.complete_request->kind = gtp2::CompleteRequest::attach;
  EXPECT_EQ(refused(attach), CauseValue::user_authentication_failed);
  auto none = asking(update());
  none.complete_request.reset();
  EXPECT_EQ(refused(none), CauseValue::user_authentication_failed);
  EXPECT_EQ(stage.context(ue).security->uplink(), up);
}

TEST_F(MmeGivesContext, NobodyWhoIsNotThere) {
  auto r = asking(update());
  r.guti->m_tmsi.value ^= 1U;
  EXPECT_EQ(refused(r), CauseValue::context_not_found);
  r = asking(update());
  r.guti->mme.code = MmeCode{9};
  EXPECT_EQ(refused(r), CauseValue::context_not_found);
  r = asking(update());
  r.guti.reset();
  r.imsi = ue.imsi;
  EXPECT_EQ(refused(r), CauseValue::context_not_found) << "an IMSI is nobody's proof";
  r = asking(update());
  r.sender.reset();
  EXPECT_EQ(refused(r), CauseValue::conditional_ie_missing);
  r = asking(update());
  r.sender->interface = gtp2::InterfaceType::s11_mme;
  EXPECT_EQ(refused(r), CauseValue::mandatory_ie_incorrect);
  EXPECT_TRUE(stage.context(ue).ours());
}

TEST_F(MmeGivesContext, NothingToAStranger) {
  stage.give(DatagramIn{
      Port::gtpc, {{{127, 0, 0, 66}}, 2123}, gtp2::encode(asking(update()), Teid{0}, gtp2::Sequence{5})});
  EXPECT_TRUE(stage.mme_untold());
  EXPECT_EQ(stage.counter("gtp_unknown_peer"), 1U);
}

//= TS 23.401, 5.3.3.1; type=test
TEST_F(MmeGivesContext, AUeThatWasConnectedHereIsReleasedHere) {
  ue.enb_id = EnbUeS1apId{9};
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  const auto r = given();
  EXPECT_FALSE(r.mm->next_hop);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(stage.counter("mme.context.asked_while_connected"), 1U);
  acknowledge(CauseValue::request_accepted);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

TEST_F(MmeGivesContext, AUeThatIsBeingPagedAnswersByGoingElsewhere) {
  stage.give(Command{Verb::page, ue.imsi});
  (void)stage.at_enb<s1ap::Paging>(0);
  (void)given();
  stage.advance(10s);
  EXPECT_EQ(stage.counter("mme.paging.unanswered"), 0U);
}

TEST_F(MmeGivesContext, NotAUeThatIsToBeDetached) {
  stage.give(Command{Verb::detach, ue.imsi});  // it is paged first
  EXPECT_EQ(refused(asking(update())), CauseValue::context_not_found);
}

}  // namespace
}  // namespace baton::node::mme::test
