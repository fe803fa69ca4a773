// A UE goes to another MME that is given K_HO and the NAS keys in the place of KASME: what that one can do,
// and what it has to authenticate the UE for (S3.D6).
#include "context/handover_container.h"
#include "node/mme_relocation.h"

namespace baton::node::mme::test {
namespace {

using context::SecurityPolicy;

SecurityPolicy delegating() {
  SecurityPolicy p;
  p.handover_refresh = context::HandoverRefresh::forward_secure;
  p.delegated = true;
  return p;
}

class MmeDelegated : public MmeRelocation {
 protected:
  explicit MmeDelegated(const SecurityPolicy& policy = delegating())
      : MmeRelocation(source_of(policy), target_of(policy), context::Announcement::of(policy).encode()) {
    kasme.emplace(ue.security->kasme()->clone());
  }
  void add_to(s1ap::HandoverRequired& m) override {
    if (with_star) m.kenb_star.emplace(star.expose());
  }
  KenbStar plus() const { return derive_kenb_star_plus(derive_kho(*kasme, "Handover String"), star); }

  static std::vector<KeyEvent> told_of(const Stage& stage, const KeyId& id) {
    std::vector<KeyEvent> out;
    for (const LedgerEntry& e : stage.entries)
      if (e.key == id) out.push_back(e.event);
    return out;
  }
  template <class Key>
  static std::vector<KeyEvent> events_of(const Stage& stage, const Key& key) {
    return told_of(stage, key_id_of(KeyIdKey{}, key));
  }
  /// The UE has taken the downlink COUNT of a container.
  void heard_container() {
    NasCounter down = ue.security->downlink();
    down.used(*down.next());
    ue.security->set_counts(ue.security->uplink(), down);
  }
  /// NAS goes on at the target under the keys that it was given.
  void nas_goes_on() {
    const Ue& c = to.context(ue);
    to.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
    (void)to.hears<nas::PdnConnectivityReject>(ue);
    EXPECT_EQ(c.security->uplink().next(), ue.security->uplink().next());
    EXPECT_EQ(c.security->downlink().next(), ue.security->downlink().next());
  }
  /// The whole handover: the UE is at the target, which serves it without KASME.
  void gone() {
    told(arrived());
    over(true);
    (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
    from.confirm_release(ue);
    path_switched();
    moves();
    heard_container();
  }
  /// 18. The update that follows, by which the UE gets a GUTI of the target's.
  void updated() {
    nas::TauRequest r;
    r.ksi = ue.security->ksi();
    r.old_guti = nas::EpsMobileIdentity(*ue.guti);
    to.uplink(ue, ue.cipher(nas::encode(r)));
    to.hss_says(Stage::ula(to.at_hss<diameter::UpdateLocationRequest>()));
    const auto accept = to.hears<nas::TauAccept>(ue);
    ASSERT_TRUE(accept.guti);
    ue.guti = accept.guti;
    to.uplink(ue, ue.cipher(nas::encode(nas::TauComplete{})));
  }
  void released() {
    updated();
    const Teid end = *to.context(ue).s11;
    to.enb_says_message(arrival_enb,
                        s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id, Radio::user_inactivity});
    (void)to.at_upe<gtp2::ReleaseAccessBearersRequest>();
    to.upe_says(gtp2::ReleaseAccessBearersResponse{}, end);
    (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    to.confirm_release(ue);
  }
  /// The HSS that the target asks is past the numbers that the card has seen.
  void challenged() {
    const auto air = to.at_hss<diameter::AuthenticationInformationRequest>();
    (void)to.aia(air, ue);
    (void)to.aia(air, ue);
    to.hss_says(to.aia(air, ue));
  }
  void authenticates() {
    challenged();
    to.uplink(ue, ue.cipher(ue.answer(to.hears<nas::AuthenticationRequest>(ue))));
    to.uplink(ue, ue.complete(to.hears<nas::SecurityModeCommand>(ue)));
  }

  bool with_star = true;
  const KenbStar star{std::array<Byte, 32>{0x5A}};
  std::optional<Kasme> kasme;
};

//= S3.D6; type=test
//= S3.P11; type=test
TEST_F(MmeDelegated, FromRequiredToTheAkaOfTheNextServiceRequest) {
  // 3. K_HO and the NAS keys leave; KASME and its chain do not. No key set is named beside none.
  const KeyId knas_enc = key_id_of(KeyIdKey{}, *ue.security->knas_enc());
  const KeyId knas_int = key_id_of(KeyIdKey{}, *ue.security->knas_int());
  auto request = leaves();
  EXPECT_FALSE(request.mm.kasme);
  EXPECT_FALSE(request.mm.next_hop);
  EXPECT_FALSE(request.mm.old_security);
  EXPECT_EQ(request.mm.ksi, 7);
  const auto said = said_in(request.extensions);
  const Kho kho = derive_kho(*kasme, "Handover String");
  EXPECT_EQ(said.kho, kho);
  ASSERT_TRUE(said.nas_keys);
  EXPECT_EQ(said.nas_keys->enc, *ue.security->knas_enc());
  EXPECT_EQ(said.nas_keys->integrity, *ue.security->knas_int());
  EXPECT_EQ(said.nas_keys->ksi, ue.security->ksi().value);
  EXPECT_FALSE(said.nas_keys->raw);
  EXPECT_EQ(said.kenb_star, star);
  EXPECT_EQ(events_of(from, kho), (std::vector{KeyEvent::derived, KeyEvent::sent, KeyEvent::erased}));
  EXPECT_EQ(events_of(from, *kasme), (std::vector{KeyEvent::received})) << "it was never sent";
  EXPECT_EQ(told_of(from, knas_int).back(), KeyEvent::sent);
  EXPECT_EQ(told_of(from, knas_enc).back(), KeyEvent::sent);
  EXPECT_EQ(from.counter("mme.delegated.out"), 1U);

  // 5. The target eNB gets KeNB*+ made with the K_HO that came.
  const NasCount n = request.mm.downlink_count;
  brings(std::move(request));
  const auto to_enb = asked();
  EXPECT_EQ(to_enb.security.next_hop, Nh(plus().expose()));
  EXPECT_EQ(to_enb.key_handling, (s1ap::KeyHandling{true, false, false}));
  EXPECT_EQ(events_of(to, kho), (std::vector{KeyEvent::received})) << "it is kept for the next handover";
  EXPECT_TRUE(events_of(to, *kasme).empty());

  // 7 to 17. The container is under the NAS keys that came, and NAS goes on under them.
  room();
  const auto response = to.at_mme<gtp2::ForwardRelocationResponse>();
  const auto container = said_in(response.extensions).container;
  ASSERT_TRUE(container);
  const auto told_to_ue = context::verify_container(*container, *ue.security->knas_int(), n);
  ASSERT_TRUE(told_to_ue);
  ASSERT_TRUE(told_to_ue->star);
  EXPECT_TRUE(told_to_ue->star->plus);
  EXPECT_FALSE(told_to_ue->n_low);
  from.mme_says(response, source_end());
  (void)from.at_enb<s1ap::HandoverCommand>(0);
  notify();
  told(to.at_mme<gtp2::ForwardRelocationCompleteNotification>());
  over(true);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  from.confirm_release(ue);
  source_has_nothing();
  path_switched();
  moves();
  heard_container();
  nas_goes_on();
  EXPECT_EQ(to.context(ue).security->kasme(), nullptr);
  EXPECT_FALSE(to.context(ue).nh);

  // Idle, and active again: no KeNB can be made, so the UE is authenticated first, and KeNB is of the new
  // KASME.
  released();
  to.initial(ue, to.service_request(ue));
  authenticates();
  const auto setup = to.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  ASSERT_NE(to.context(ue).security->kasme(), nullptr);
  EXPECT_EQ(*to.context(ue).security->kasme(), *ue.security->kasme());
  EXPECT_EQ(setup.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
  EXPECT_EQ(to.counter("mme.delegated.kasme_needed"), 1U);
  // Nothing is left of what stood for the old KASME.
  EXPECT_EQ(events_of(to, kho).back(), KeyEvent::erased);
  EXPECT_EQ(told_of(to, knas_int).back(), KeyEvent::erased);
  EXPECT_EQ(told_of(to, knas_enc).back(), KeyEvent::erased);
}

// --- the way back ----------------------------------------------------------------------------------------

//= S0.D11; type=test
TEST_F(MmeDelegated, TheTargetRefusesAndTheSourceGoesOnWithKasme) {
  (void)leaves();
  gtp2::ForwardRelocationResponse no;
  no.cause.value = CauseValue::relocation_failure;
  from.mme_says(no, source_end());
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system));
  over(false);
  heard_container();  // its COUNT is burned
  serves(from);
  EXPECT_EQ(*from.context(ue).security->kasme(), *kasme);
}

//= S0.D11; type=test
TEST_F(MmeDelegated, BackAtTheSourceOnceTheTargetHasErased) {
  commanded();
  cancel();
  to.mme_asks(from.at_mme<gtp2::RelocationCancelRequest>(), target_end());
  target_released();
  target_has_nothing();
  from.mme_says(to.at_mme<gtp2::RelocationCancelResponse>(), source_end());
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  over(false);
  heard_container();
  serves(from);
}

//= S0.D11; type=test
TEST_F(MmeDelegated, TheUeNeverArrives) {
  commanded();
  from.advance(12s);
  to.advance(12s);
  over(false);
  EXPECT_EQ(from.mme.ue_count(), 0U);
  EXPECT_TRUE(from.held(ue.imsi).empty());
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
}

TEST_F(MmeDelegated, AnEnbThatMakesNoKenbStarDoesNotGetKasmeAway) {
  with_star = false;
  require();
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_target_not_allowed));
  EXPECT_EQ(from.counter("mme.handover.policy_refused"), 1U);
  EXPECT_TRUE(from.mme_untold());
  over(false);
  serves(from);
}

// --- what the target does not take -------------------------------------------------------------------------

TEST_F(MmeDelegated, WhatCannotStandForAKasmeIsRefused) {
  using Change = void (*)(gtp2::ForwardRelocationRequest&, gtp2::MovePrivate&);
  const std::vector<std::pair<Change, std::string_view>> changes{
      {[](auto&, auto& said) { said.kho.reset(); }, "mme.delegated.unusable"},
      {[](auto&, auto& said) { said.nas_keys.reset(); }, "mme.delegated.unusable"},
      {[](auto& m, auto&) { m.mm.kasme.emplace(std::array<Byte, 32>{0x77}); }, "mme.delegated.unusable"},
      {[](auto& m, auto&) {
         m.mm.next_hop = gtp2::NextHop{Nh(std::array<Byte, 32>{}), 2};
       },
       "mme.delegated.unusable"},
      // Nothing stands there at all.
      {[](auto&, auto& said) { said = {}; }, "mme.s10.context_unusable"},
      // Without KeNB* there is no key for the eNB.
      {[](auto&, auto& said) { said.kenb_star.reset(); }, "mme.handover.policy_refused"},
      // Its reading is not this policy's.
      {[](auto&, auto& said) { said.nas_keys->raw = true; }, "mme.delegated.other_reading"},
      // Algorithms that the operator does not have: there are no keys for others.
      {[](auto& m, auto&) { m.mm.nas_integrity = 1; }, "mme.s10.algorithms_refused"},
  };
  std::size_t i = 0;
  for (const auto& [change, counter] : changes) {
    auto request = leaves();
    auto said = said_in(request.extensions);
    change(request, said);
    say_in(request.extensions, said);
    brings(std::move(request));
    const auto refusal = to.at_mme<gtp2::ForwardRelocationResponse>();
    EXPECT_FALSE(gtp2::accepted(refusal.cause.value)) << i;
    EXPECT_EQ(to.counter(counter), i < 4 ? i + 1 : 1U) << i << " " << counter;
    EXPECT_EQ(to.mme.ue_count(), 0U) << i;
    EXPECT_TRUE(to.held(ue.imsi).empty()) << i;
    EXPECT_EQ(to.waiting_at(arrival_enb), 0U) << i;
    from.mme_says(refusal, source_end());
    (void)failed();
    ++i;
  }
}

/// What an MME refuses early, before it has read all of it, is in the ledger all the same: it was given the
/// keys.
TEST_F(MmeDelegated, KeysOfARequestThatIsRefusedEarlyAreInTheLedger) {
  auto request = leaves();
  const Kho kho = derive_kho(*kasme, "Handover String");
  request.container.reset();
  brings(std::move(request));
  EXPECT_FALSE(gtp2::accepted(to.at_mme<gtp2::ForwardRelocationResponse>().cause.value));
  const std::vector both{KeyEvent::received, KeyEvent::erased};
  EXPECT_EQ(events_of(to, star), both);
  EXPECT_EQ(events_of(to, kho), both);
  EXPECT_EQ(events_of(to, *ue.security->knas_int()), both);
  EXPECT_EQ(events_of(to, *ue.security->knas_enc()), both);
}

// --- with whom it is not agreed
// ------------------------------------------------------------------------------

//= S3.D6; type=test
TEST(MmeDelegationPeer, AnMmeThatCannotDoWithoutIsGivenKasmeOrNothing) {
  struct Row {
    bool fallback;
    context::BitProtection bit;
    bool goes;
  };
  // A UE that was promised a container stays where there would be none; with `rrc` the command alone counts.
  for (const Row row :
       {Row{true, context::BitProtection::rrc, true}, Row{true, context::BitProtection::nas, false},
        Row{false, context::BitProtection::rrc, false}}) {
    SecurityPolicy policy = delegating();
    policy.final_fallback = row.fallback;
    policy.bit_protection = row.bit;
    Config c = source_of(policy);
    // It understands everything else.
    c.mmes[0].announced->elements &=
        static_cast<std::uint16_t>(~static_cast<unsigned>(context::PrivateElement::delegated));
    Stage from(std::move(c));
    const ByteVector said = context::Announcement::of(policy).encode();
    from.enbs_announce = said;
    from.start();
    Phone ue{*Imsi::parse("001010000000001"), 0x31};
    ue.announcement = said;
    from.attach(ue);
    s1ap::HandoverRequired m{ue.mme_id,
                             ue.enb_id,
                             s1ap::HandoverType::intra_lte,
                             Radio::handover_desirable_for_radio_reason,
                             s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                             std::nullopt,
                             {to_target}};
    m.kenb_star.emplace(std::array<Byte, 32>{0x5A});
    from.enb_says_message(0, m);
    if (!row.goes) {
      EXPECT_EQ(from.at_enb<s1ap::HandoverPreparationFailure>(0).cause,
                s1ap::Cause(Radio::ho_target_not_allowed));
      EXPECT_EQ(from.counter("mme.handover.policy_refused"), 1U);
      EXPECT_TRUE(from.mme_untold());
      continue;
    }
    const auto request = from.at_mme<gtp2::ForwardRelocationRequest>();
    EXPECT_EQ(request.mm.kasme, *ue.security->kasme());
    EXPECT_TRUE(request.mm.next_hop);
    EXPECT_TRUE(request.extensions.empty());
  }
}

// --- at the MME that was not given KASME
// ---------------------------------------------------------------------

/// further asks the delegated MME for a handover to its neighbour.
struct Further : MmeDelegated {
  using MmeDelegated::MmeDelegated;
  void requires_further(std::uint16_t enb = 3,
                        std::optional<KenbStar> with = KenbStar{std::array<Byte, 32>{0x6B}}) {
    s1ap::HandoverRequired m{.mme_ue_id = ue.mme_id,
                             .enb_ue_id = ue.enb_id,
                             .type = s1ap::HandoverType::intra_lte,
                             .cause = Radio::handover_desirable_for_radio_reason,
                             .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), enb}, tai_of(enb)},
                             .direct_forwarding = std::nullopt,
                             .container = {to_target}};
    m.kenb_star = std::move(with);
    to.enb_says_message(arrival_enb, m);
  }
};

//= S3.D6; type=test
TEST_F(Further, HandsOnWhatItWasGiven) {
  gone();
  requires_further();
  const auto request = to.at_mme<gtp2::ForwardRelocationRequest>();
  EXPECT_FALSE(request.mm.kasme);
  EXPECT_EQ(request.mm.ksi, 7);
  const auto said = said_in(request.extensions);
  EXPECT_EQ(said.kho, derive_kho(*kasme, "Handover String"));
  ASSERT_TRUE(said.nas_keys);
  EXPECT_EQ(said.nas_keys->integrity, *ue.security->knas_int());
}

//= S3.D6; type=test
TEST_F(Further, GoesOnInsideByKenbStarPlus) {
  gone();
  requires_further(1);
  const auto to_enb = to.at_enb<s1ap::HandoverRequest>(0);
  EXPECT_EQ(to_enb.security.next_hop, Nh(derive_kenb_star_plus(derive_kho(*kasme, "Handover String"),
                                                               KenbStar{std::array<Byte, 32>{0x6B}})
                                             .expose()));
}

//= S3.D6; type=test
TEST_F(Further, AuthenticatesFirstWhereTheHandoverTakesNh) {
  gone();
  requires_further(1, std::nullopt);
  EXPECT_EQ(to.at_enb<s1ap::HandoverPreparationFailure>(arrival_enb).cause,
            s1ap::Cause(Radio::interaction_with_other_procedure));
  EXPECT_EQ(to.counter("mme.delegated.kasme_needed"), 1U);
  // The AKA comes by itself, and the radio gets a KeNB of the new KASME.
  authenticates();
  const auto rekey = to.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  ASSERT_TRUE(rekey.security_key);
  EXPECT_EQ(*rekey.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
  to.enb_says_message(arrival_enb,
                      s1ap::UeContextModificationResponse{rekey.mme_ue_id, rekey.enb_ue_id, std::nullopt});
  // Now there is a chain.
  requires_further(1, std::nullopt);
  EXPECT_EQ(to.at_enb<s1ap::HandoverRequest>(0).security.next_hop_chaining_count, 2);
}

/// An eNB that is about to hand the UE over takes no new KeNB; on the old keys there is no chain to go on by.
TEST_F(Further, AnEnbThatDoesNotTakeTheNewKeyLosesTheUe) {
  gone();
  requires_further(1, std::nullopt);
  (void)to.at_enb<s1ap::HandoverPreparationFailure>(arrival_enb);
  authenticates();
  const auto rekey = to.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  requires_further(1, std::nullopt);  // it waits
  to.enb_says_message(
      arrival_enb, s1ap::UeContextModificationFailure{rekey.mme_ue_id, rekey.enb_ue_id,
                                                      Radio::interaction_with_other_procedure, std::nullopt});
  (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(to.counter("mme.reauthentication.radio_not_rekeyed"), 1U);
}

//= S3.D6; type=test
TEST_F(Further, NextLinkForAPathSwitchThereIsNone) {
  gone();
  s1ap::ErabSwitched erab;
  erab.id = s1ap::ErabId{default_bearer};
  erab.address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 9}});
  erab.teid = Teid{0x99};
  to.enb_says_message(0, s1ap::PathSwitchRequest{.enb_ue_id = EnbUeS1apId{777},
                                                 .erabs = {erab},
                                                 .source_mme_ue_id = ue.mme_id,
                                                 .cell = Ecgi{PlmnId::test_value(), 0x100},
                                                 .tai = tai_of(1),
                                                 .ue_security_capabilities = {}});
  EXPECT_EQ(to.at_enb<s1ap::PathSwitchRequestFailure>(0).cause, s1ap::Cause(Radio::ho_target_not_allowed));
  EXPECT_EQ(to.counter("mme.delegated.kasme_needed"), 1U);
  EXPECT_TRUE(to.upe_unasked());
  nas_goes_on();
}

/// The home network is away: the UE stays registered and asks again.
TEST_F(Further, AServiceRequestWithoutTheHomeNetworkComesToNothing) {
  gone();
  released();
  to.initial(ue, to.service_request(ue));
  const auto air = to.at_hss<diameter::AuthenticationInformationRequest>();
  to.hss_says(Stage::aia_refusal(air, 4181));
  (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  to.confirm_release(ue);
  EXPECT_EQ(to.counter("mme.service_request.failed"), 1U);
  EXPECT_EQ(to.mme.ue_count(), 1U);
  to.initial(ue, to.service_request(ue));
  authenticates();
  (void)to.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
}

/// A UE that is not the one of this IMSI does not get in.
TEST_F(Further, AServiceRequestWhoseAkaFailsEndsTheContext) {
  gone();
  released();
  to.initial(ue, to.service_request(ue));
  challenged();
  (void)to.hears<nas::AuthenticationRequest>(ue);
  to.uplink(ue, ue.cipher(nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(8, 0x55))})));
  (void)to.hears<nas::AuthenticationReject>(ue);
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
}

// --- idle mobility
// ---------------------------------------------------------------------------------------------

gtp2::ContextRequest asking(const Phone& ue, ByteVector pdu) {
  gtp2::ContextRequest r;
  r.guti = ue.guti;
  r.complete_request = gtp2::CompleteRequest{gtp2::CompleteRequest::tracking_area_update, std::move(pdu)};
  r.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, Teid{0x5151}, Stage::other_mme().endpoint.address, {}};
  r.rat = gtp2::RatType::eutran;
  return r;
}
ByteVector update_of(Phone& ue, bool active = false) {
  nas::TauRequest r;
  r.update_type.active = active;
  r.ksi = ue.security->ksi();
  r.old_guti = nas::EpsMobileIdentity(*ue.guti);
  r.capability = ue.capability;
  if (ue.announcement) r.announcement = nas::UeAnnouncement::of(*ue.announcement);
  return ue.first(nas::encode(r));
}

class MmeDelegatesIdle : public ::testing::Test {
 protected:
  explicit MmeDelegatesIdle(Config c = source_of(delegating())) : stage(std::move(c)) {
    const ByteVector said = context::Announcement::of(delegating()).encode();
    stage.enbs_announce = ue.announcement = said;
    stage.start();
    stage.attach(ue);
    stage.release_by_enb(ue);
    stage.let_go();
  }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
};

//= S3.D6; type=test
TEST_F(MmeDelegatesIdle, KasmeStaysWhenAnIdleUeMovesToo) {
  stage.mme_asks(asking(ue, update_of(ue)));
  const auto r = stage.at_mme<gtp2::ContextResponse>();
  ASSERT_TRUE(r.mm);
  EXPECT_FALSE(r.mm->kasme);
  EXPECT_EQ(r.mm->ksi, 7);
  const auto said = said_in(r.extensions);
  EXPECT_EQ(said.kho, derive_kho(*ue.security->kasme(), "Handover String"));
  ASSERT_TRUE(said.nas_keys);
  EXPECT_EQ(said.nas_keys->integrity, *ue.security->knas_int());
  for (const LedgerEntry& e : stage.entries)
    EXPECT_FALSE(e.kind == KeyKind::kasme && e.event == KeyEvent::sent);
}

struct MmeDelegatesIdleToFinal : MmeDelegatesIdle {
  MmeDelegatesIdleToFinal()
      : MmeDelegatesIdle([] {
          Config c = source_of(delegating());
          c.mmes[0].announced.reset();
          return c;
        }()) {}
};
TEST_F(MmeDelegatesIdleToFinal, AnMmeThatAnnouncedNothingIsGivenKasmeWhereThatIsAllowed) {
  stage.mme_asks(asking(ue, update_of(ue)));
  const auto r = stage.at_mme<gtp2::ContextResponse>();
  ASSERT_TRUE(r.mm);
  EXPECT_EQ(r.mm->kasme, *ue.security->kasme());
  EXPECT_FALSE(said_in(r.extensions).kho);
}

struct MmeDelegatesIdleStrictly : MmeDelegatesIdle {
  MmeDelegatesIdleStrictly()
      : MmeDelegatesIdle([] {
          SecurityPolicy p = delegating();
          p.final_fallback = false;
          Config c = source_of(p);
          c.mmes[0].announced.reset();
          return c;
        }()) {}
};
TEST_F(MmeDelegatesIdleStrictly, AndNothingWhereItIsNot) {
  stage.mme_asks(asking(ue, update_of(ue)));
  const auto r = stage.at_mme<gtp2::ContextResponse>();
  EXPECT_EQ(r.cause.value, CauseValue::request_rejected);
  EXPECT_FALSE(r.mm);
  EXPECT_EQ(stage.counter("mme.context.policy_refused"), 1U);
}

/// An update that wants the bearer takes KASME as a service request does: with the home network away the UE
/// is told so, stays registered and comes again.
TEST_F(Further, AnActiveUpdateWithoutTheHomeNetworkComesToNothing) {
  gone();
  released();
  for (const bool answers : {true, false}) {
    SCOPED_TRACE(answers);
    to.initial(ue, update_of(ue, true));
    const auto air = to.at_hss<diameter::AuthenticationInformationRequest>();
    if (answers)
      to.hss_says(Stage::aia_refusal(air, 4181));
    else
      to.advance(10s);
    EXPECT_EQ(to.hears<nas::TauReject>(ue).cause, nas::EmmCause::network_failure);
    (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    to.confirm_release(ue);
    ASSERT_EQ(to.mme.ue_count(), 1U);
    EXPECT_TRUE(to.context(ue).idle());
    EXPECT_TRUE(to.context(ue).registered_at_hss) << "nobody purges it";
    EXPECT_TRUE(to.hss_unasked());
  }
  EXPECT_EQ(to.counter("mme.tau.failed"), 2U);
  to.initial(ue, update_of(ue, true));
  authenticates();
  const auto setup = to.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_EQ(setup.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
}

/// Silence of the UE says nothing of who it is either.
TEST_F(Further, AnActiveUpdateWhoseChallengeIsNotAnsweredComesToNothing) {
  gone();
  released();
  to.initial(ue, update_of(ue, true));
  challenged();
  for (int i = 0; i < 5; ++i) {
    (void)to.hears<nas::AuthenticationRequest>(ue);
    to.advance(6s);
  }
  (void)to.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  EXPECT_EQ(to.mme.ue_count(), 1U);
  EXPECT_TRUE(to.hss_unasked());
}

/// Who fails the challenge is forgotten, and who is not known at home.
TEST_F(Further, AnActiveUpdateOfWhoMayNotBeThereEndsTheContext) {
  gone();
  released();
  to.initial(ue, update_of(ue, true));
  challenged();
  (void)to.hears<nas::AuthenticationRequest>(ue);
  to.uplink(ue, ue.cipher(nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(8, 0x55))})));
  (void)to.hears<nas::AuthenticationReject>(ue);
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
}

TEST_F(Further, AndSoDoesTheUpdateOfWhomTheHomeNetworkDoesNotKnow) {
  gone();
  released();
  to.initial(ue, update_of(ue, true));
  const auto air = to.at_hss<diameter::AuthenticationInformationRequest>();
  to.hss_says(Stage::aia_refusal(air, diameter::experimental::user_unknown));
  EXPECT_EQ(to.hears<nas::TauReject>(ue).cause, nas::EmmCause::eps_and_non_eps_services_not_allowed);
  EXPECT_EQ(to.mme.ue_count(), 0U);
}

/// From one MME that was not given KASME to another one, and to one that cannot do without.
TEST_F(Further, WhenTheUeMovesIdleItGoesAsItCame) {
  gone();
  released();
  to.mme_asks(asking(ue, update_of(ue)));
  const auto r = to.at_mme<gtp2::ContextResponse>();
  ASSERT_TRUE(r.mm);
  EXPECT_FALSE(r.mm->kasme);
  EXPECT_EQ(said_in(r.extensions).kho, derive_kho(*kasme, "Handover String"));
}

}  // namespace
}  // namespace baton::node::mme::test
