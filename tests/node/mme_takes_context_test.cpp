// An idle UE moves between two MMEs: the MME alone, once as the end it leaves and once as the end it comes
// to.
#include <gtest/gtest.h>

#include "keys/derive_eps.h"
#include "node/mme_moved_ue.h"

namespace baton::node::mme::test {
namespace {

using gtp2::CauseValue;

nas::TauRequest tau_request(const Phone& p, bool active = false) {
  nas::TauRequest r;
  r.update_type.active = active;
  r.ksi = p.security->ksi();
  r.old_guti = nas::EpsMobileIdentity(*p.guti);
  r.capability = p.capability;
  return r;
}

class MmeTakesContext : public ::testing::Test {
 protected:
  MmeTakesContext() {
    stage.start();
    ue.guti = Guti{Stage::other_mme().gummei, MTmsi{0xC0001234}};
    ue.security.emplace(context::Side::ue, kasme(), nas::Ksi::native(3));
    EXPECT_TRUE(ue.security->activate({Eea::eea2, Eia::eia2}));
    // Counts past their first octet: overflow travels with the context, not with the message.
    ue.security->set_counts(NasCounter::starting_at(*NasCount::from(0x1FE)),
                            NasCounter::starting_at(*NasCount::from(0x203)));
  }
  static Kasme kasme(Byte fill = 0x5A) {
    std::array<Byte, 32> k{};
    k.fill(fill);
    return Kasme(k);
  }
  gtp2::ContextResponse response() const {
    gtp2::EpsMmContext mm{.ksi = 3,
                          .nas_integrity = 2,
                          .nas_ciphering = 2,
                          .uplink_count = *ue.security->uplink().next(),
                          .downlink_count = *ue.security->downlink().next(),
                          .kasme = kasme()};
    return response_with(std::move(mm), ue, stage);
  }
  // 2 to 4: the update arrives, and the other MME holds the question.
  gtp2::ContextRequest asked(bool active = false) {
    stage.initial(ue, ue.first(nas::encode(tau_request(ue, active))));
    auto request = stage.at_mme<gtp2::ContextRequest>();
    mme_end = request.sender->teid;
    return request;
  }
  void answer(gtp2::ContextResponse r) { stage.mme_says(gtp2::Message(std::move(r)), mme_end); }
  CauseValue acknowledged() { return stage.at_mme<gtp2::ContextAcknowledge>().cause.value; }
  void session_moved() {
    const auto m = stage.at_upe<gtp2::ModifyBearerRequest>();
    ASSERT_TRUE(m.sender);
    stage.tunnels[Teid{0x9000}] = m.sender->teid;
    stage.bearer_modified();
  }
  // 5 to 17.
  void taken() {
    (void)asked();
    answer(response());
    ASSERT_EQ(acknowledged(), CauseValue::request_accepted);
    session_moved();
    stage.hss_says(stage.ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  }
  // 20, 21.
  void accepted() {
    const auto accept = stage.hears<nas::TauAccept>(ue);
    ASSERT_TRUE(accept.guti);
    ue.guti = accept.guti;
    stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
  }
  void rejected(nas::EmmCause cause) {
    EXPECT_EQ(stage.hears<nas::TauReject>(ue).cause, cause);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
  }
  // Nothing of the UE stayed anywhere.
  void nothing_is_left() {
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    EXPECT_EQ(stage.mme.connection_count(), 0U);
    EXPECT_TRUE(stage.held(ue.imsi).empty());
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  Teid mme_end;
};

//= TS 23.401, 5.3.3.1; type=test
//= S0.D11; type=test
TEST_F(MmeTakesContext, AndGoesOnWhereTheOtherMmeStopped) {
  const auto request = asked();
  EXPECT_EQ(request.guti, ue.guti);
  EXPECT_EQ(request.complete_request->kind, gtp2::CompleteRequest::tracking_area_update);
  EXPECT_EQ(request.complete_request->nas[5], 0xFE) << "the whole message, MAC and sequence number and all";
  EXPECT_EQ(request.target_plmn, PlmnId::test_value());
  answer(response());
  ASSERT_EQ(acknowledged(), CauseValue::request_accepted);
  EXPECT_EQ(stage.last_s10().teid, their_end);

  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  ASSERT_TRUE(modify.sender);
  EXPECT_EQ(modify.sender->interface, gtp2::InterfaceType::s11_mme);
  EXPECT_TRUE(modify.bearers.empty()) << "an idle UE has no eNB";
  stage.tunnels[Teid{0x9000}] = modify.sender->teid;
  EXPECT_TRUE(stage.hss_unasked());
  stage.bearer_modified();

  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  EXPECT_EQ(ulr.user_name, ue.imsi);
  EXPECT_EQ(ulr.ulr_flags & diameter::ulr_flag::initial_attach, 0U);
  EXPECT_TRUE(stage.quiet(ue)) << "no downlink NAS before the HSS knows";
  stage.hss_says(stage.ula(ulr));

  const auto accept = stage.hears<nas::TauAccept>(ue);
  EXPECT_EQ(ue.security->last_received(), NasCount::from(0x203)) << "the next COUNT of the context";
  ASSERT_TRUE(accept.guti);
  EXPECT_EQ(accept.guti->mme, stage.mme.config().gummei);
  EXPECT_TRUE(accept.bearer_status->has(nas::EpsBearerId{5}));
  ue.guti = accept.guti;
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(stage.counter("mme.tau.completed"), 1U);
  EXPECT_EQ(stage.context(ue).security->uplink().next(), NasCount::from(0x200));

  bool said = false;
  for (const auto& e : stage.entries)
    said |= e.event == KeyEvent::received && e.kind == KeyKind::kasme && e.peer == "mme2";
  EXPECT_TRUE(said) << "the ledger says where KASME came from";
}

//= TS 33.401, 7.2.7; type=test
TEST_F(MmeTakesContext, WithTheBearerIfTheUeWantsIt) {
  (void)asked(true);
  answer(response());
  (void)acknowledged();
  session_moved();
  stage.hss_says(stage.ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  // KeNB comes from the COUNT of the update that the other MME verified.
  EXPECT_EQ(setup.security_key, derive_kenb(kasme(), UplinkNasCount{*NasCount::from(0x1FE)}));
  EXPECT_EQ(setup.erabs.at(0).teid, Teid{0x9100});
  (void)stage.opened<nas::TauAccept>(ue, std::move(setup.erabs.at(0).nas->octets));
  stage.context_set_up(ue);
  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  EXPECT_FALSE(modify.sender) << "the UPE knows already";
  ASSERT_EQ(modify.bearers.size(), 1U);
  EXPECT_TRUE(modify.bearers[0].s1u_enb);
}

TEST_F(MmeTakesContext, AndTheUeIsOneOfItsOwn) {
  taken();
  accepted();
  ue.enb_id = EnbUeS1apId{2};
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
}

TEST_F(MmeTakesContext, NotWhenTheOtherMmeDoesNotGiveIt) {
  for (const auto cause : {CauseValue::context_not_found, CauseValue::user_authentication_failed,
                           CauseValue::request_rejected, CauseValue::system_failure}) {
    (void)asked();
    gtp2::ContextResponse no;
    no.cause.value = cause;
    answer(std::move(no));
    rejected(nas::EmmCause::ue_identity_cannot_be_derived);
    EXPECT_TRUE(stage.mme_untold()) << "a refusal is not acknowledged";
    nothing_is_left();
  }
}

TEST_F(MmeTakesContext, NotWhenTheOtherMmeIsSilent) {
  (void)asked();
  stage.advance(3s);
  (void)stage.at_mme<gtp2::ContextRequest>();
  stage.advance(3s);
  (void)stage.at_mme<gtp2::ContextRequest>();
  stage.advance(3s);
  rejected(nas::EmmCause::ue_identity_cannot_be_derived);
  nothing_is_left();
  // What it says after that comes too late, and is not acknowledged: it has to assume the worst.
  answer(response());
  EXPECT_TRUE(stage.mme_untold());
  nothing_is_left();
}

TEST_F(MmeTakesContext, NotFromAnMmeNobodyKnows) {
  ue.guti->mme.code = MmeCode{9};
  stage.initial(ue, ue.first(nas::encode(tau_request(ue))));
  rejected(nas::EmmCause::ue_identity_cannot_be_derived);
  EXPECT_TRUE(stage.mme_untold());
  // Nor on the word of a message without any protection.
  ue.guti->mme = Stage::other_mme().gummei;
  stage.initial(ue, nas::encode(tau_request(ue)));
  rejected(nas::EmmCause::ue_identity_cannot_be_derived);
  EXPECT_TRUE(stage.mme_untold());
}

TEST_F(MmeTakesContext, NotWhatItCannotUse) {
  using Change = void (*)(gtp2::ContextResponse&);
  const Change changes[] = {
      [](gtp2::ContextResponse& r) { r.imsi.reset(); },
      [](gtp2::ContextResponse& r) { r.mm.reset(); },
      [](gtp2::ContextResponse& r) { r.sgw_s11.reset(); },
      [](gtp2::ContextResponse& r) { r.mm->ksi = 7; },
      [](gtp2::ContextResponse& r) { r.mm->nas_integrity = 0; },  // null integrity
      [](gtp2::ContextResponse& r) { r.mm->nas_integrity = 7; },  // nobody knows it
      [](gtp2::ContextResponse& r) { r.mm->nas_ciphering = 0; },  // null ciphering, not allowed here
      [](gtp2::ContextResponse& r) { r.mm->nas_ciphering = 1; },  // not in this operator's list
      [](gtp2::ContextResponse& r) { r.mm->nas_ciphering = 15; },
      [](gtp2::ContextResponse& r) { r.mm->ue_network_capability = {0xE0}; },
      [](gtp2::ContextResponse& r) { r.mm->ue_network_capability.clear(); },
      [](gtp2::ContextResponse& r) {
        r.mm->ue_network_capability = {0x80, 0x60};
      },  // a UE without EEA2
      [](gtp2::ContextResponse& r) { r.mm->ms_network_capability = {1}; },
      [](gtp2::ContextResponse& r) { r.mm->kasme = kasme(0x5B); },  // another UE's
      [](gtp2::ContextResponse& r) { r.mm->uplink_count = *NasCount::from(0x1FE); },
      [](gtp2::ContextResponse& r) { r.mm->uplink_count = *NasCount::from(0x2FF); },
      [](gtp2::ContextResponse& r) { r.mm->uplink_count = NasCount{}; },
      [](gtp2::ContextResponse& r) { r.pdn_connections.clear(); },
      [](gtp2::ContextResponse& r) { r.pdn_connections.push_back(r.pdn_connections[0]); },
      [](gtp2::ContextResponse& r) { r.pdn_connections[0].linked_ebi = gtp2::Ebi{6}; },
      [](gtp2::ContextResponse& r) { r.pdn_connections[0].ipv4.reset(); },
      [](gtp2::ContextResponse& r) {
        r.sgw_s11->v4 = Ipv4{{127, 0, 0, 99}};
      },  // another UPE's
      [](gtp2::ContextResponse& r) { r.sgw_s11->teid = Teid{0}; },
  };
  const auto before = ue.security->clone();
  int n = 0;
  for (const Change change : changes) {
    SCOPED_TRACE(n++);
    ue.security.emplace(before.clone());
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    (void)asked();
    auto r = response();
    change(r);
    answer(std::move(r));
    EXPECT_FALSE(gtp2::accepted(acknowledged())) << "the other MME goes on with it";
    rejected(nas::EmmCause::ue_identity_cannot_be_derived);
    nothing_is_left();
    EXPECT_TRUE(stage.upe_unasked());
    EXPECT_TRUE(stage.hss_unasked());
  }
}

TEST_F(MmeTakesContext, AndGivesItBackWhenTheUeHasGoneMeanwhile) {
  (void)asked();
  stage.enb_says_message(0, s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}});
  answer(response());
  EXPECT_FALSE(gtp2::accepted(acknowledged()));
  nothing_is_left();
}

//= TS 24.301, 5.5.3.2.7; type=test
TEST_F(MmeTakesContext, AnUpdateWhoseAcceptWasLostIsKnownByTheFormerGuti) {
  taken();
  (void)stage.at_enb_for<s1ap::DownlinkNasTransport>(ue);  // the UE never hears it
  // T3430 has run out: the same GUTI of the other MME, on a new connection.
  ue.enb_id = EnbUeS1apId{2};
  stage.initial(ue, ue.first(nas::encode(tau_request(ue))));
  EXPECT_TRUE(stage.mme_untold()) << "its context is here";
  EXPECT_TRUE(stage.upe_unasked());
  EXPECT_TRUE(stage.hss_unasked());
  // COUNTs go on past the accept that was lost.
  const auto accept = stage.hears<nas::TauAccept>(ue);
  EXPECT_EQ(ue.security->last_received(), NasCount::from(0x204));
  ue.guti = accept.guti;
  stage.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  // From here on that GUTI names nobody.
  ue.enb_id = EnbUeS1apId{3};
  auto again = tau_request(ue);
  again.old_guti = nas::EpsMobileIdentity(Guti{Stage::other_mme().gummei, MTmsi{0xC0001234}});
  stage.initial(ue, ue.first(nas::encode(again)));
  (void)stage.at_mme<gtp2::ContextRequest>();
}

TEST_F(MmeTakesContext, AnUpdateThatIsBrokenOffGoesOnWhereItStopped) {
  (void)asked();
  answer(response());
  (void)acknowledged();
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  // The UE comes again before the UPE has answered.
  ue.enb_id = EnbUeS1apId{2};
  stage.initial(ue, ue.first(nas::encode(tau_request(ue))));
  session_moved();
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
  // And again before the HSS has.
  ue.enb_id = EnbUeS1apId{3};
  stage.initial(ue, ue.first(nas::encode(tau_request(ue))));
  EXPECT_TRUE(stage.upe_unasked());
  stage.hss_says(stage.ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  accepted();
  EXPECT_TRUE(stage.mme_untold());
}

TEST_F(MmeTakesContext, TwoUpdatesOfOneUeAtOnceEndInOneContext) {
  (void)asked();
  const auto first = stage.last_s10();
  auto context = response();
  // The UE lost its radio connection and asks again at once; nobody can tell yet that it is the same.
  ue.enb_id = EnbUeS1apId{2};
  stage.initial(ue, ue.first(nas::encode(tau_request(ue))));
  (void)stage.at_mme<gtp2::ContextRequest>();
  const auto second = stage.last_s10();
  stage.give(DatagramIn{Port::gtpc, Stage::other_mme().endpoint,
                        gtp2::encode(gtp2::Message(std::move(context)), mme_end, first.sequence)});
  EXPECT_EQ(acknowledged(), CauseValue::request_accepted);
  // The other MME has given the UE away by now and knows nothing of a second one.
  gtp2::ContextResponse no;
  no.cause.value = CauseValue::context_not_found;
  stage.give(DatagramIn{Port::gtpc, Stage::other_mme().endpoint,
                        gtp2::encode(gtp2::Message(std::move(no)), mme_end, second.sequence)});
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  session_moved();
  stage.hss_says(stage.ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  accepted();  // on the second connection
  EXPECT_EQ(stage.mme.ue_count(), 1U);
}

TEST_F(MmeTakesContext, AForgedUpdateDoesNotDisturbTheUeThatIsHere) {
  taken();
  accepted();
  const auto up = stage.context(ue).security->uplink();
  Phone thief(*Imsi::parse("001010000000066"), 0x66);
  thief.enb_id = EnbUeS1apId{7};
  thief.guti = Guti{Stage::other_mme().gummei, MTmsi{0xC0001234}};
  thief.security.emplace(context::Side::ue, kasme(0x66), nas::Ksi::native(3));
  ASSERT_TRUE(thief.security->activate({Eea::eea2, Eia::eia2}));
  stage.initial(thief, thief.first(nas::encode(tau_request(thief))));
  (void)stage.at_mme<gtp2::ContextRequest>();
  gtp2::ContextResponse no;
  no.cause.value = CauseValue::user_authentication_failed;
  stage.mme_says(gtp2::Message(std::move(no)));
  EXPECT_EQ(stage.hears<nas::TauReject>(thief).cause, nas::EmmCause::ue_identity_cannot_be_derived);
  EXPECT_EQ(stage.context(ue).security->uplink(), up);
}

TEST_F(MmeTakesContext, AUpeThatDoesNotKnowTheSessionSendsTheUeBackToAttach) {
  (void)asked();
  answer(response());
  (void)acknowledged();
  const auto m = stage.at_upe<gtp2::ModifyBearerRequest>();
  gtp2::ModifyBearerResponse no;
  no.cause.value = CauseValue::context_not_found;
  stage.upe_says(no, m.sender->teid);
  rejected(nas::EmmCause::implicitly_detached);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

TEST_F(MmeTakesContext, AnHssThatIsSilentCostsTheUpdateAndNotTheContext) {
  (void)asked();
  answer(response());
  (void)acknowledged();
  session_moved();
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
  stage.hss_link_lost();
  rejected(nas::EmmCause::network_failure);
  EXPECT_TRUE(stage.context(ue).security);
  EXPECT_FALSE(stage.context(ue).registered_at_hss);
}

// The HSS cancels an older stay here, and the message arrives while the UE registers anew.
//= TS 29.272, 5.2.1.2; type=test
TEST_F(MmeTakesContext, ACancellationOfAnOlderStayDoesNotEndThisOne) {
  (void)asked();
  answer(response());
  (void)acknowledged();
  stage.hss_cancels(ue);
  session_moved();
  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  stage.hss_cancels(ue);
  EXPECT_EQ(stage.counter("mme.s6a.older_registration_cancelled"), 2U);
  EXPECT_TRUE(stage.context(ue).security);
}

TEST_F(MmeTakesContext, ACancellationOfThisStayEndsIt) {
  taken();
  accepted();
  stage.hss_cancels(ue);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

//= TS 29.272, 5.2.1.2; type=test
TEST_F(MmeTakesContext, AnUpdateNobodyWaitsForCountsAsSoonAsTheHssHasAnswered) {
  (void)asked();
  answer(response());
  ASSERT_EQ(acknowledged(), CauseValue::request_accepted);
  session_moved();
  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  stage.give(LinkDown{stage.enb_link(0)});
  ASSERT_TRUE(stage.context(ue).idle());
  stage.hss_says(stage.ula(ulr));
  EXPECT_EQ(stage.counter("mme.location.late_answer"), 1U);
  // What comes after the answer is about this stay of the UE.
  stage.hss_cancels(ue);
  EXPECT_EQ(stage.mme.find(ue.imsi), nullptr);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

TEST_F(MmeTakesContext, AndWhatComesBeforeTheAnswerIsAboutAnOlderOne) {
  (void)asked();
  answer(response());
  ASSERT_EQ(acknowledged(), CauseValue::request_accepted);
  session_moved();
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
  stage.give(LinkDown{stage.enb_link(0)});
  stage.hss_cancels(ue);
  EXPECT_TRUE(stage.context(ue).security);
  EXPECT_EQ(stage.counter("mme.s6a.older_registration_cancelled"), 1U);
}

TEST_F(MmeTakesContext, InPlaceOfWhatItHadOfTheUeBefore) {
  // The UE was attached here, went elsewhere, and nobody told this MME.
  Phone before(ue.imsi, 0x31);
  before.enb_id = EnbUeS1apId{40};
  stage.attach(before);
  stage.release_by_enb(before);
  (void)asked();
  answer(response());
  ASSERT_EQ(acknowledged(), CauseValue::request_accepted);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();  // of the session it had then
  session_moved();
  stage.hss_says(stage.ula(stage.at_hss<diameter::UpdateLocationRequest>()));
  accepted();
  EXPECT_EQ(stage.mme.ue_count(), 1U);
  EXPECT_EQ(*stage.context(ue).security->kasme(), kasme());
  EXPECT_EQ(stage.held(ue.imsi).size(), 3U) << "KASME and two NAS keys of the one that came, no more";
}

}  // namespace
}  // namespace baton::node::mme::test
