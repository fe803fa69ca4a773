// A UE registers: the good path, and everything its network can do wrong on it.
#include "node/ue_network.h"

namespace baton::node::ue {
namespace {

//= TS 23.401, 5.3.2.1; type=test
//= TS 24.301, 5.5.1.2.2; type=test
//= TS 24.301, 5.5.1.2.4; type=test
TEST(UeAttach, ANewUeRegistersWithItsImsiAndEndsWithAGutiABearerAndKeys) {
  UeNetwork n;
  n.command(Verb::attach);
  const auto request = n.heard_as<nas::AttachRequest>();
  EXPECT_EQ(n.last_header, nas::SecurityHeader::plain);
  ASSERT_TRUE(request.identity.imsi());
  EXPECT_EQ(*request.identity.imsi(), Imsi::test_value());
  EXPECT_FALSE(request.ksi.available());
  EXPECT_FALSE(n.setup_complete->registered_mme);
  n.challenge(1);
  n.secure();
  n.as_security();
  const auto esm = nas::decode<nas::PdnConnectivityRequest>(request.esm.bytes());
  n.set_up_bearers(n.accept(esm->pti));
  const auto complete = n.heard_as<nas::AttachComplete>();
  const auto bearer = nas::decode<nas::ActivateDefaultBearerAccept>(complete.esm.bytes());
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->bearer, nas::EpsBearerId{5});

  EXPECT_EQ(n.ue.state(), State::registered);
  EXPECT_EQ(n.ue.guti(), Guti::test_value());
  EXPECT_EQ(n.ue.address()->ipv4->to_string(), "10.0.0.9");
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_EQ(n.outcomes[0].procedure, "attach");
  EXPECT_TRUE(n.outcomes[0].ok);
  EXPECT_FALSE(n.running(Timer::t3410));

  std::vector<std::string_view> ids;
  for (const Step& s : n.steps) ids.push_back(s.id);
  EXPECT_EQ(ids, (std::vector<std::string_view>{"1", "18", "18", "18", "19", "21"}));
}

TEST(UeAttach, TheLedgerEndsWithOneOfEachKeyAndTheSameOnesAsTheNetworks) {
  UeNetwork n;
  n.attach();
  const std::map<std::string, int> expected{{"KASME", 1},   {"KNASenc", 1}, {"KNASint", 1}, {"KeNB", 1},
                                            {"KRRCenc", 1}, {"KRRCint", 1}, {"KUPenc", 1}};
  const auto held = n.held();
  EXPECT_EQ(held.size(), expected.size());
  for (const auto& [kind, count] : held) EXPECT_EQ(count, 1) << kind;
  const auto last = [&](KeyKind kind) {
    KeyId id;
    for (const LedgerEntry& e : n.ledger)
      if (e.kind == kind && e.event == KeyEvent::derived) id = e.key;
    return id;
  };
  const KeyIdKey zero;
  EXPECT_EQ(last(KeyKind::kasme), key_id_of(zero, *n.context->kasme()));
  EXPECT_EQ(last(KeyKind::knas_int), key_id_of(zero, *n.context->knas_int()));
  EXPECT_EQ(last(KeyKind::knas_enc), key_id_of(zero, *n.context->knas_enc()));
  EXPECT_EQ(last(KeyKind::kenb), key_id_of(zero, *n.context->kenb()));
  for (const LedgerEntry& e : n.ledger) EXPECT_EQ(e.subscriber, Imsi::test_value().digits());
}

TEST(UeAttach, AnApnIsKeptBackUntilNasIsCiphered) {
  Config c = UeNetwork::config();
  c.apn = "internet";
  UeNetwork n(std::move(c));
  n.command(Verb::attach);
  const auto request = n.heard_as<nas::AttachRequest>();
  const auto esm = nas::decode<nas::PdnConnectivityRequest>(request.esm.bytes());
  ASSERT_TRUE(esm);
  EXPECT_FALSE(esm->apn);
  ASSERT_TRUE(esm->information_transfer && esm->information_transfer->required);
  nas::EsmInformationRequest ask;
  ask.pti = esm->pti;
  n.plain(ask);  // too early
  EXPECT_TRUE(n.silent());
  n.challenge(1);
  n.secure();
  n.sealed(ask);
  EXPECT_EQ(n.heard_as<nas::EsmInformationResponse>().apn->value(), "internet");
  EXPECT_EQ(n.last_header, nas::SecurityHeader::integrity_ciphered);
}

TEST(UeAttach, ARepeatedAcceptIsAnsweredAgain) {
  UeNetwork n;
  n.attach();
  n.sealed(n.accept(nas::Pti{1}));
  (void)n.heard_as<nas::AttachComplete>();
  EXPECT_EQ(n.outcomes.size(), 1U);
}

TEST(UeAttach, AnAcceptThatNobodyAskedForIsRefused) {
  UeNetwork n;
  n.attach();
  auto other = n.accept(nas::Pti{1});
  other.guti->m_tmsi = MTmsi{0xDEAD};
  n.sealed(other);
  EXPECT_EQ(n.heard_as<nas::EmmStatus>().cause, EmmCause::message_type_not_compatible_with_state);
  EXPECT_EQ(n.ue.guti(), Guti::test_value());
}

TEST(UeAttach, AnAcceptWithoutProtectionIsNotListenedTo) {
  UeNetwork n;
  n.command(Verb::attach);
  (void)n.heard_as<nas::AttachRequest>();
  n.plain(n.accept(nas::Pti{1}));
  EXPECT_EQ(n.ue.state(), State::attaching);
  EXPECT_EQ(n.counters["ue.nas_unprotected"], 1);
  EXPECT_TRUE(n.silent());
}

//= TS 24.301, 5.5.1.2.6; type=test
TEST(UeAttach, AnAcceptWithoutAUsableBearerEndsInADetach) {
  UeNetwork n;
  n.command(Verb::attach);
  (void)n.heard_as<nas::AttachRequest>();
  n.challenge(1);
  n.secure();
  n.sealed(n.accept(nas::Pti{99}));  // an answer to a request nobody made
  EXPECT_FALSE(n.outcomes.at(0).ok);
  (void)n.heard_as<nas::UeDetachRequest>();
}

//= TS 24.301, 5.5.1.2.6; type=test
TEST(UeAttach, SilenceEndsTheAttemptAfterT3410AndT3411StartsTheNext) {
  UeNetwork n;
  n.command(Verb::attach);
  (void)n.heard_as<nas::AttachRequest>();
  n.wait(15s);
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_FALSE(n.outcomes[0].ok);
  EXPECT_FALSE(n.ue.connected());
  n.wait(10s);
  (void)n.heard_as<nas::AttachRequest>();
  EXPECT_EQ(n.ue.state(), State::attaching);
}

TEST(UeAttach, AfterFiveAttemptsT3402GivesTheNetworkARest) {
  UeNetwork n;
  n.command(Verb::attach);
  for (int i = 0; i < 5; ++i) {
    (void)n.heard_as<nas::AttachRequest>();
    n.wait(15s);
    if (i < 4) n.wait(10s);
  }
  EXPECT_EQ(n.outcomes.size(), 5U);
  EXPECT_TRUE(n.running(Timer::t3402));
  n.wait(60s);
  EXPECT_TRUE(n.silent());
  n.wait(720s);
  EXPECT_FALSE(n.silent());
}

TEST(UeAttach, ACellThatDoesNotAnswerIsAFailedAttempt) {
  UeNetwork n;
  n.connection_answers = false;
  n.command(Verb::attach);
  n.wait(6s);
  EXPECT_EQ(n.requests.size(), 5U);
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_EQ(n.outcomes[0].cause, "no radio connection");
}

struct Rejected {
  EmmCause cause;
  bool usim_valid;
  bool guti_kept;
  bool tries_again;
};
//= TS 24.301, 5.5.1.2.5; type=test
TEST(UeAttach, TheCauseOfARejectDecidesWhatTheUeDoesNext) {
  const Rejected table[] = {
      {EmmCause::illegal_ue, false, false, false},
      {EmmCause::illegal_me, false, false, false},
      {EmmCause::eps_and_non_eps_services_not_allowed, false, false, false},
      {EmmCause::plmn_not_allowed, true, false, false},
      {EmmCause::tracking_area_not_allowed, true, false, false},
      {EmmCause::no_suitable_cells_in_tracking_area, true, false, false},
      {EmmCause::network_failure, true, true, true},
      {EmmCause::esm_failure, true, true, true},
      {EmmCause::ue_identity_cannot_be_derived, true, true, true},
      {static_cast<EmmCause>(200), true, true, true},
  };
  for (const Rejected& r : table) {
    UeNetwork n;
    n.attached_and_idle();
    n.command(Verb::power_cycle);
    n.command(Verb::attach);
    (void)n.heard();
    nas::AttachReject m;
    m.cause = r.cause;
    n.plain(m);
    const auto label = static_cast<unsigned>(r.cause);
    ASSERT_EQ(n.outcomes.size(), 1U) << label;
    EXPECT_FALSE(n.outcomes[0].ok);
    EXPECT_EQ(n.ue.state(), State::deregistered) << label;
    EXPECT_EQ(n.ue.usim_valid(), r.usim_valid) << label;
    EXPECT_EQ(n.ue.guti().has_value(), r.guti_kept) << label;
    EXPECT_EQ(n.running(Timer::t3411), r.tries_again) << label;
    EXPECT_EQ(n.ue.context().has_value(), r.guti_kept) << label;
    n.release();
    n.outcomes.clear();
    n.command(Verb::attach);
    const bool may = r.usim_valid && r.tries_again;
    EXPECT_EQ(n.ue.state() == State::attaching, may) << label;
  }
}

TEST(UeAttach, AForbiddenAreaIsForbiddenAndTheNextOneIsNot) {
  UeNetwork n;
  n.command(Verb::attach);
  (void)n.heard();
  nas::AttachReject m;
  m.cause = EmmCause::tracking_area_not_allowed;
  n.plain(m);
  n.release();
  n.command(Verb::move, 1);
  n.command(Verb::attach);
  EXPECT_EQ(n.ue.state(), State::attaching);
  EXPECT_EQ(n.last_cell, UeNetwork::radio(12));
}

TEST(UeAttach, AReattachUsesTheGutiAndTheStoredContext) {
  UeNetwork n;
  n.attached_and_idle();
  n.command(Verb::power_cycle);
  EXPECT_EQ(n.ue.state(), State::deregistered);
  n.command(Verb::attach);
  const auto request = n.heard_as<nas::AttachRequest>();
  EXPECT_EQ(n.last_header, nas::SecurityHeader::integrity);
  EXPECT_TRUE(request.identity.guti());
  EXPECT_EQ(request.ksi, nas::Ksi::native(1));
  EXPECT_EQ(n.setup_complete->registered_mme, Guti::test_value().mme);
  // The network takes it at its word: same keys, a new KeNB from this request's COUNT.
  n.is_sealed = true;
  n.as_security();
  const auto esm = nas::decode<nas::PdnConnectivityRequest>(request.esm.bytes());
  n.set_up_bearers(n.accept(esm->pti));
  (void)n.heard_as<nas::AttachComplete>();
  ASSERT_FALSE(n.outcomes.empty());
  EXPECT_TRUE(n.outcomes.back().ok);
}

TEST(UeAttach, AttachWhileRegisteredIsRefusedAndDisturbsNothing) {
  UeNetwork n;
  n.attach();
  n.command(Verb::attach);
  EXPECT_EQ(n.outcomes.size(), 2U);
  EXPECT_FALSE(n.outcomes[1].ok);
  EXPECT_EQ(n.ue.state(), State::registered);
}

TEST(UeStates, EveryWaitingStateHasAWayToFailAndEveryEdgeIsDrawn) {
  for (const State s : {State::attaching, State::updating, State::requesting, State::detaching}) {
    EXPECT_TRUE(next(s, On::failed));
    EXPECT_TRUE(next(s, On::accepted));
    EXPECT_TRUE(next(s, On::gone));
  }
  EXPECT_NE(dot().find("attaching -> registered [label=\"accepted\"]"), std::string::npos);
}

}  // namespace
}  // namespace baton::node::ue
