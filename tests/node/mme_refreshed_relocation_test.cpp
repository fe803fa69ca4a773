// A UE goes from one MME to another under KASME': what travels, what each of the three makes of it, and every
// way back.
#include "context/handover_container.h"
#include "context/kasme_steps.h"
#include "node/mme_relocation.h"

namespace baton::node::mme::test {
namespace {

using context::InterMmeKasme;
using context::SecurityPolicy;

SecurityPolicy chain_of_kasme() {
  SecurityPolicy p;
  p.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
  return p;
}

class MmeRefreshedRelocation : public MmeRelocation {
 protected:
  explicit MmeRefreshedRelocation(const SecurityPolicy& policy = chain_of_kasme())
      : MmeRelocation(source_of(policy), target_of(policy), context::Announcement::of(policy).encode()) {
    kasme.emplace(ue.security->kasme()->clone());
  }

  /// n is what the next handover makes KASME' with.
  NasCount n() { return *from.context(ue).security->downlink().next(); }
  Kasme refreshed(NasCount with) const {
    return derive_kasme_refreshed(*kasme, RefreshDirection::handover, with);
  }
  /// The UE hears a command that was made with n, and goes; or it comes back, and keeps n behind it.
  void follows(NasCount with) {
    context::EpsSecurityContext made(context::Side::ue, refreshed(with), ue.security->ksi());
    ASSERT_TRUE(made.activate(ue.security->algorithms()));
    made.set_counts(NasCounter{}, NasCounter::starting_at(*NasCount{}.next()));
    ue.security.emplace(std::move(made));
  }
  void knows_of(NasCount with) {
    NasCounter down = ue.security->downlink();
    down.used(with);
    ue.security->set_counts(ue.security->uplink(), down);
  }
  /// sent: the MME gave this KASME to somebody, by its own ledger.
  static bool sent(const Stage& stage, const Kasme& key) {
    const KeyId id = key_id_of(KeyIdKey{}, key);
    return std::any_of(stage.entries.begin(), stage.entries.end(),
                       [&](const LedgerEntry& e) { return e.key == id && e.event == KeyEvent::sent; });
  }
  static bool holds(const Stage& stage, const Kasme& key) {
    const KeyId id = key_id_of(KeyIdKey{}, key);
    bool yes = false;
    for (const LedgerEntry& e : stage.entries)
      if (e.key == id && e.event != KeyEvent::sent) yes = e.event != KeyEvent::erased;
    return yes;
  }
  /// The source goes on where it was, above n, and nothing of KASME' is left there.
  void resumes(NasCount burned) {
    knows_of(burned);
    EXPECT_FALSE(holds(from, refreshed(burned)));
    EXPECT_TRUE(holds(from, *kasme));
    serves(from);
  }

  std::optional<Kasme> kasme;
};

//= S0.D2; type=test
//= S0.D3; type=test
//= S0.D4; type=test
//= S0.D5; type=test
//= S0.D10; type=test
//= S0.D11; type=test
//= S3.D4; type=test
TEST_F(MmeRefreshedRelocation, FromRequiredToKasmeUpdate) {
  const NasCount with = n();
  const Kasme next = refreshed(with);

  // 3. KASME' and its history leave; KASME does not. n is used up.
  auto request = leaves();
  EXPECT_EQ(request.mm.kasme, next);
  EXPECT_EQ(request.mm.uplink_count, NasCount{});
  EXPECT_EQ(request.mm.downlink_count, NasCount{}.next());
  EXPECT_FALSE(request.mm.next_hop);
  EXPECT_FALSE(request.mm.old_security);
  EXPECT_EQ(request.mm.ksi, ue.security->ksi().value);
  EXPECT_EQ(n(), *with.next());
  EXPECT_FALSE(sent(from, *kasme));
  EXPECT_TRUE(sent(from, next));
  const auto said = said_in(request.extensions);
  EXPECT_FALSE(said.kenb_star);
  ASSERT_TRUE(said.refresh && said.lineage);
  EXPECT_EQ(*said.refresh, (gtp2::KasmeRefresh{RefreshDirection::handover, with}));
  EXPECT_EQ(said.lineage->step, 1U);
  ASSERT_EQ(said.lineage->unacknowledged.size(), 1U);
  const UpdateProof proof =
      derive_update_proof(*kasme, {said.lineage->epoch, 1}, ue.imsi, RefreshDirection::handover, with,
                          to.mme.config().identity.value(), next);
  EXPECT_EQ(said.lineage->unacknowledged[0].proof, proof);

  // 5. The target eNB gets KeNB' of KASME' in the place of NH, with NCC 0, and hears that KASME is a new one.
  brings(std::move(request));
  const auto to_enb = asked();
  EXPECT_EQ(to_enb.security.next_hop, Nh(derive_kenb_after_handover_from_utran(next).expose()));
  EXPECT_EQ(to_enb.security.next_hop_chaining_count, 0);
  EXPECT_EQ(to_enb.key_handling, (s1ap::KeyHandling{false, false, true}));

  // 7, 9. The container says n, under KASME' and its COUNT 0; it goes to the source eNB as it is.
  room();
  const auto response = to.at_mme<gtp2::ForwardRelocationResponse>();
  const auto container = said_in(response.extensions).container;
  ASSERT_TRUE(container);
  const auto told_to_ue = context::verify_container(*container, derive_knas_int(next, Eia::eia2), NasCount{});
  ASSERT_TRUE(told_to_ue);
  EXPECT_EQ(told_to_ue->n_low, with.sqn());
  EXPECT_FALSE(told_to_ue->star);
  EXPECT_EQ(told_to_ue->target, context::target_enb_id(MacroEnbId{PlmnId::test_value(), arrival_enb + 1}));
  from.mme_says(response, source_end());
  const auto command = from.at_enb<s1ap::HandoverCommand>(0);
  ASSERT_TRUE(command.security_container);
  EXPECT_EQ(command.security_container->octets, *container);
  EXPECT_FALSE(holds(from, next)) << "it was held for a repetition of the request";
  EXPECT_TRUE(holds(from, *kasme)) << "the UE may come back";

  // 13, 14. The UE is there: the source has nothing of it.
  notify();
  told(to.at_mme<gtp2::ForwardRelocationCompleteNotification>());
  over(true);
  (void)from.at_enb<s1ap::UeContextReleaseCommand>(0);
  from.confirm_release(ue);
  source_has_nothing();
  // 15. Uplink COUNT 0 and downlink COUNT 1 are the first under KASME'.
  path_switched();
  moves();
  follows(with);
  serves(to);
  EXPECT_EQ(ue.security->last_received(), NasCount{}.next());

  // 18. No update comes: after five seconds the location, and only after its answer KASME'.
  EXPECT_TRUE(to.hss_unasked());
  to.advance(5s);
  const auto ulr = to.at_hss<diameter::UpdateLocationRequest>();
  EXPECT_FALSE(ulr.aka) << "the vector is not in use any more";
  EXPECT_TRUE(to.hss_unasked());
  to.hss_says(Stage::ula(ulr));
  const auto update = to.at_hss<diameter::KasmeUpdateRequest>();
  ASSERT_EQ(update.steps.size(), 1U);
  EXPECT_EQ(update.steps[0].step, 1U);
  EXPECT_EQ(update.steps[0].count, with);
  EXPECT_EQ(update.steps[0].proof, proof);
  EXPECT_EQ(update.origin_host, update.steps[0].identity);
  EXPECT_FALSE(update.kasme) << "no key on the wire";
}

// --- preparation that fails, and a UE that comes back: n is burned, KASME' is nobody's -------------

//= S0.D2; type=test
//= S0.D11; type=test
TEST_F(MmeRefreshedRelocation, TheTargetRefuses) {
  const NasCount with = n();
  (void)leaves();
  gtp2::ForwardRelocationResponse no;
  no.cause.value = CauseValue::relocation_failure;
  from.mme_says(no, source_end());
  EXPECT_EQ(failed(), s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system));
  over(false);
  resumes(with);
  // The next try is made with another n.
  const NasCount again = n();
  EXPECT_GT(again.value(), with.value());
  EXPECT_EQ(leaves().mm.kasme, refreshed(again));
}

//= S0.D11; type=test
TEST_F(MmeRefreshedRelocation, TheTargetIsSilent) {
  const NasCount with = n();
  (void)leaves();
  from.advance(9s);
  (void)failed();
  over(false);
  resumes(with);
}

//= S0.D11; type=test
TEST_F(MmeRefreshedRelocation, CancelledBeforeTheAnswer) {
  const NasCount with = n();
  brings(leaves());
  (void)asked();
  cancel();
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  to.mme_asks(from.at_mme<gtp2::RelocationCancelRequest>());
  target_released();
  target_has_nothing();
  EXPECT_FALSE(holds(to, refreshed(with)));
  resumes(with);
}

//= S0.D11; type=test
TEST_F(MmeRefreshedRelocation, BackAtTheSourceOnceTheTargetHasErased) {
  const NasCount with = n();
  commanded();
  cancel();
  to.mme_asks(from.at_mme<gtp2::RelocationCancelRequest>(), target_end());
  EXPECT_FALSE(holds(to, refreshed(with)));
  from.mme_says(to.at_mme<gtp2::RelocationCancelResponse>(), source_end());
  (void)from.at_enb<s1ap::HandoverCancelAcknowledge>(0);
  over(false);
  resumes(with);
}

//= S0.D11; type=test
TEST_F(MmeRefreshedRelocation, TheUeNeverArrives) {
  commanded();
  from.advance(12s);
  to.advance(12s);
  over(false);
  EXPECT_EQ(from.mme.ue_count(), 0U);
  EXPECT_TRUE(from.held(ue.imsi).empty());
  EXPECT_EQ(to.mme.ue_count(), 0U);
  EXPECT_TRUE(to.held(ue.imsi).empty());
}

TEST_F(MmeRefreshedRelocation, AnAnswerWithoutTheContainerIsOfNoUse) {
  const NasCount with = n();
  auto response = prepared();
  response.extensions.clear();
  from.mme_says(response, source_end());
  (void)failed();
  (void)from.at_mme<gtp2::RelocationCancelRequest>();
  EXPECT_EQ(from.counter("mme.handover.container_missing"), 1U);
  over(false);
  resumes(with);
}

// --- what the target does not take -----------------------------------------------------------------

TEST_F(MmeRefreshedRelocation, WhatCannotBeAKasmeRefreshIsRefused) {
  using Change = void (*)(gtp2::ForwardRelocationRequest&, gtp2::MovePrivate&);
  const std::vector<Change> changes{
      [](auto&, auto& said) { said.lineage.reset(); },
      [](auto&, auto& said) { said.refresh.reset(); },
      [](auto&, auto& said) { said.refresh->direction = RefreshDirection::idle; },
      [](auto&, auto& said) { said.lineage->step = 0; },
      [](auto& m, auto&) { m.mm.uplink_count = *NasCount::from(1); },
      [](auto& m, auto&) { m.mm.downlink_count = NasCount{}; },
      [](auto& m, auto&) {
        m.mm.next_hop = gtp2::NextHop{Nh(std::array<Byte, 32>{}), 2};
      },
      // Its last step is for another MME.
      [](auto&, auto& said) {
        said.lineage->unacknowledged.back().identity = *DiameterIdentity::parse("mme3.example.org");
      },
      // It has a hole.
      [](auto&, auto& said) { said.lineage->step = 2; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto request = leaves();
    auto said = said_in(request.extensions);
    changes[i](request, said);
    say_in(request.extensions, said);
    brings(std::move(request));
    const auto refusal = to.at_mme<gtp2::ForwardRelocationResponse>();
    EXPECT_FALSE(gtp2::accepted(refusal.cause.value)) << i;
    EXPECT_EQ(to.mme.ue_count(), 0U) << i;
    EXPECT_TRUE(to.held(ue.imsi).empty()) << i;
    EXPECT_EQ(to.waiting_at(arrival_enb), 0U) << i;
    from.mme_says(refusal, source_end());
    (void)failed();
  }
}

// --- with whom it is not agreed ----------------------------------------------------------------------

//= S0.D1; type=test
TEST(MmeRefreshPeer, AnMmeThatAnnouncedNothingIsGivenKasmeOrNothing) {
  for (const bool fallback : {true, false}) {
    SecurityPolicy policy = chain_of_kasme();
    policy.final_fallback = fallback;
    Config c = source_of(policy);
    c.mmes[0].announced.reset();
    Stage from(std::move(c));
    const ByteVector said = context::Announcement::of(policy).encode();
    from.hss_announces = true;
    from.enbs_announce = said;
    from.start();
    Phone ue{*Imsi::parse("001010000000001"), 0x31};
    ue.announcement = said;
    from.attach(ue);
    from.enb_says_message(
        0, s1ap::HandoverRequired{ue.mme_id,
                                  ue.enb_id,
                                  s1ap::HandoverType::intra_lte,
                                  Radio::handover_desirable_for_radio_reason,
                                  s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                                  std::nullopt,
                                  {to_target}});
    if (!fallback) {
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

// --- AKA first -----------------------------------------------------------------------------------------

//= S0.D2; type=test
//= S0.D4; type=test
TEST_F(MmeRefreshedRelocation, WhenItsTimeIsOverTheUeStaysForAnAka) {
  from.advance(from.mme.config().kasme_lifetime);
  from.let_go();
  require();
  EXPECT_EQ(failed(), s1ap::Cause(Radio::interaction_with_other_procedure));
  EXPECT_TRUE(from.mme_untold());
  EXPECT_EQ(from.counter("mme.handover.aka_first"), 1U);
  over(false);
  // The COUNT is burned all the same; the challenge has the next one.
  knows_of(*ue.security->downlink().next());
  from.hss_says(from.aia(from.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  const auto challenge = from.hears<nas::AuthenticationRequest>(ue);
  from.uplink(ue, ue.cipher(ue.answer(challenge)));
  from.uplink(ue, ue.complete(from.hears<nas::SecurityModeCommand>(ue)));
  const auto rekey = from.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  from.enb_says_message(0,
                        s1ap::UeContextModificationResponse{rekey.mme_ue_id, rekey.enb_ue_id, std::nullopt});
  // Now it may go.
  kasme.emplace(ue.security->kasme()->clone());
  const NasCount with = n();
  EXPECT_EQ(leaves().mm.kasme, refreshed(with));
}

// --- nobody is told --------------------------------------------------------------------------------------

class MmeTemporaryRelocation : public MmeRefreshedRelocation {
 protected:
  MmeTemporaryRelocation() : MmeRefreshedRelocation(context::policy_of(context::Profile::temporary_kasme)) {}
};

//= S0.6; type=test
TEST_F(MmeTemporaryRelocation, TheHssHearsOfTheLocationAndNothingElse) {
  const NasCount with = n();
  told(arrived());
  path_switched();
  moves();
  follows(with);
  serves(to);
  to.advance(5s);
  auto answer = Stage::ula(to.at_hss<diameter::UpdateLocationRequest>());
  answer.epoch = to.context(ue).lineage->epoch;  // it has the KASME of that AKA
  to.hss_says(answer);
  to.advance(1min);
  EXPECT_TRUE(to.hss_unasked());
}

//= S0.D8; type=test
TEST_F(MmeTemporaryRelocation, AnHssThatHasNoRecordMakesAnAkaDue) {
  const NasCount with = n();
  told(arrived());
  path_switched();
  moves();
  follows(with);
  serves(to);
  to.advance(5s);
  to.hss_says(
      Stage::ula(to.at_hss<diameter::UpdateLocationRequest>()));  // no epoch: a purge has taken the record
  EXPECT_EQ(to.counter("mme.kasme.not_followed"), 1U);
  (void)to.at_hss<diameter::AuthenticationInformationRequest>();
}

// --- where the keys of the radio come from KeNB*
// ------------------------------------------------------------

class MmeHardenedRelocation : public MmeRefreshedRelocation {
 protected:
  MmeHardenedRelocation() : MmeRefreshedRelocation(context::policy_of(context::Profile::hardened)) {}
  void add_to(s1ap::HandoverRequired& m) override { m.kenb_star.emplace(star.expose()); }
  const KenbStar star{std::array<Byte, 32>{0x5A}};
};

//= S0.D10; type=test
//= S3.P4; type=test
TEST_F(MmeHardenedRelocation, KhoIsMadeOfKasmeRefreshed) {
  const NasCount with = n();
  const Kasme next = refreshed(with);
  auto request = leaves();
  EXPECT_EQ(n(), *with.next()) << "one COUNT, not two";
  brings(std::move(request));
  const auto to_enb = asked();
  EXPECT_EQ(to_enb.security.next_hop,
            Nh(derive_kenb_star_plus(derive_kho(next, "Handover String"), star).expose()));
  EXPECT_EQ(to_enb.key_handling, (s1ap::KeyHandling{true, false, false}));
  room();
  const auto response = to.at_mme<gtp2::ForwardRelocationResponse>();
  const auto read = context::verify_container(*said_in(response.extensions).container,
                                              derive_knas_int(next, Eia::eia2), NasCount{});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->n_low, with.sqn());
  ASSERT_TRUE(read->star);
  EXPECT_TRUE(read->star->plus);
  // The chain begins anew, should a later handover be by it.
  EXPECT_EQ(to.context(ue).nh, Nh(derive_kenb_after_handover_from_utran(next).expose()));
  EXPECT_EQ(to.context(ue).ncc, 0);
}

}  // namespace
}  // namespace baton::node::mme::test
