// An idle UE moves between two MMEs and leaves its KASME behind: KASME', with everything real but the wires.
#include <gtest/gtest.h>

#include <algorithm>

#include "keys/derive_eps.h"
#include "keys/derive_policy.h"
#include "lab/cast.h"
#include "scenarios/story.h"
#include "wire/gtp2/codec.h"
#include "wire/nas/message.h"
#include "wire/nas/security_header.h"

namespace baton::lab {
namespace {

using context::InterMmeKasme;
using context::SecurityPolicy;
using Names = std::vector<std::string>;

constexpr Duration healing = 5min;
constexpr Byte context_request = 130, context_response = 131, context_acknowledge = 132;

/// Everything as `final` has it but KASME between MMEs.
SecurityPolicy refreshing(InterMmeKasme how = InterMmeKasme::refresh_and_update_hss) {
  SecurityPolicy p;
  p.inter_mme_kasme = how;
  return p;
}
Script two_mmes(const SecurityPolicy& policy) { return with_access(with_policy(script(1, 4, 1, 2), policy)); }

struct Walk {
  explicit Walk(const SecurityPolicy& policy = refreshing()) : cast(two_mmes(policy)) {}
  explicit Walk(Script s) : cast(std::move(s)) {}

  void attached_and_idle() {
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    ASSERT_TRUE(cast.idle(0)) << story(cast);
    kasme = cast.ue(0).context()->kasme()->clone();
  }
  /// until steps through the run to the moment at which a GTP-C message of that type leaves `from`.
  bool until(std::string_view from, Byte type) {
    for (std::size_t seen = cast.net.taps().size(); cast.net.step();)
      for (; seen < cast.net.taps().size(); ++seen) {
        const WireTap& t = cast.net.taps()[seen];
        if (t.port == peer::Port::gtpc && t.from == from && t.octets.size() > 1 && t.octets[1] == type)
          return true;
      }
    return false;
  }
  void begin_move(std::size_t enb) {
    cast.net.command(Cast::ue_name(0), {node::Verb::move, imsi_of(0), static_cast<std::uint32_t>(enb)});
  }
  const Kasme& now() { return *cast.ue(0).context()->kasme(); }
  std::optional<context::KasmeRecord> recorded() {
    auto stored = cast.subscribers.load(imsi_of(0));
    return stored && stored->kasme.record ? std::optional(stored->kasme.record->copy()) : std::nullopt;
  }
  std::optional<Generation> generation() {
    const auto r = recorded();
    return r ? std::optional(r->generation) : std::nullopt;
  }
  std::uint64_t of(std::string_view node, std::string_view counter) const {
    return cast.net.counter(node, counter);
  }
  /// at: the UE is at that MME and nowhere else, both hold the same key, and the HSS has it too.
  void expect_at(std::size_t mme, bool crashed = false) {
    EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
    const auto* here = cast.mme(mme).find(imsi_of(0));
    ASSERT_NE(here, nullptr) << story(cast);
    ASSERT_TRUE(here->security && cast.ue(0).context());
    EXPECT_EQ(*here->security->kasme(), now());
    EXPECT_EQ(here->security->uplink(), cast.ue(0).context()->uplink());
    EXPECT_EQ(here->security->downlink(), cast.ue(0).context()->downlink());
    EXPECT_EQ(cast.mme(1 - mme).find(imsi_of(0)), nullptr) << story(cast);
    // What a crash took away, nobody has written down as erased.
    EXPECT_TRUE(crashed || cast.agree(0, KeyKind::knas_int)) << story(cast);
    ASSERT_TRUE(recorded());
    EXPECT_EQ(recorded()->kasme, now()) << story(cast);
    EXPECT_EQ(recorded()->mme, cast.mme_configs[mme].identity);
  }
  void expect_service() {
    if (cast.ue(0).connected()) {
      EXPECT_TRUE(cast.idle(0));
    }
    EXPECT_TRUE(cast.service_request(0)) << story(cast);
    EXPECT_TRUE(cast.agree(0, KeyKind::kenb)) << story(cast);
    EXPECT_TRUE(cast.idle(0));
  }

  Cast cast;
  std::optional<Kasme> kasme;
};

//= S0.D2; type=test
//= S0.D3; type=test
TEST(IdleKasme, MovesUnderKasmePrimeAndTheHssLearnsIt) {
  Walk w;
  w.attached_and_idle();
  EXPECT_EQ(w.generation(), (Generation{1, 0}));
  const auto asked_with = w.cast.ue(0).context()->uplink().next();
  w.cast.move(0, 2);
  w.expect_at(1);
  EXPECT_EQ(w.now(), derive_kasme_refreshed(*w.kasme, RefreshDirection::idle, *asked_with));
  EXPECT_EQ(w.generation(), (Generation{1, 1}));
  EXPECT_EQ(w.of("mme", "mme.context.kasme_refreshed"), 1U);
  EXPECT_EQ(w.of("mme2", "mme.context.refreshed_here"), 1U);
  EXPECT_EQ(w.of("ue1", "ue.kasme_refreshed"), 1U);
  // KASME itself left nothing behind, and never was at the other MME.
  const KeyId old = key_id_of(KeyIdKey{}, *w.kasme);
  for (const LedgerEntry& e : w.cast.net.ledger())
    EXPECT_FALSE(e.node == "mme2" && e.key == old) << "KASME reached the target";
  EXPECT_EQ(w.cast.holders(0, KeyKind::kasme), (Names{"hss", "mme2", "ue1"}));
  w.expect_service();
}

//= S0.D10; type=test
TEST(IdleKasme, WithItsBearerKenbComesFromTheSecurityModeComplete) {
  Walk w;
  w.attached_and_idle();
  // From the list of its areas into another one, with something to send.
  w.begin_move(2);
  w.cast.settle();
  w.cast.net.command(Cast::ue_name(0), {node::Verb::tau, {}, 1});
  w.cast.settle();
  w.expect_at(1);
  ASSERT_TRUE(w.cast.ue(0).connected()) << story(w.cast);
  EXPECT_TRUE(w.cast.agree(0, KeyKind::kenb)) << story(w.cast);
}

//= S0.D4; type=test
TEST(IdleKasme, ThereAndBackManyTimesEveryStepIsRecordedInOrder) {
  Walk w;
  w.attached_and_idle();
  for (std::uint32_t step = 1; step <= 10; ++step) {
    w.cast.move(0, step % 2 == 1 ? 2 : 0);
    w.expect_at(step % 2);
    EXPECT_EQ(w.generation(), (Generation{1, step}));
  }
  w.expect_service();
}

//= S0.D4; type=test
TEST(IdleKasme, WhatTheHssCouldNotBeToldGoesAlongAndIsToldInOrder) {
  Walk w;
  w.attached_and_idle();
  // 1. Nobody reaches the HSS: the updates are refused, now and when the UE tries again (T3411). The refusal
  // is under KASME', so the UE keeps it as the MME does, and moves on from there.
  w.cast.move(0, 2);
  w.expect_at(1);
  std::vector<Kasme> keys;
  keys.push_back(w.now().clone());
  for (std::size_t step = 0; step < 3; ++step) {
    const std::size_t mme = step % 2;
    w.cast.net.cut(mme == 0 ? "mme" : "mme2", "hss");
    w.cast.move(0, mme == 0 ? 0 : 2);
    w.cast.run(15s);
    ASSERT_TRUE(w.cast.ue(0).context()) << story(w.cast);
    const auto* here = w.cast.mme(mme).find(imsi_of(0));
    ASSERT_TRUE(here != nullptr && here->security) << story(w.cast);
    EXPECT_EQ(*here->security->kasme(), w.now());
    for (const Kasme& earlier : keys) EXPECT_NE(w.now(), earlier);
    keys.push_back(w.now().clone());
    w.cast.net.mend(mme == 0 ? "mme" : "mme2", "hss");
  }
  EXPECT_EQ(w.of("ue1", "ue.kasme_refresh_dropped"), 0U);
  w.cast.run(healing);
  // 2. When it is back, it has what UE and MME have, by whatever way.
  w.cast.tau(0);
  w.cast.run(healing);
  ASSERT_TRUE(w.recorded());
  EXPECT_EQ(w.recorded()->kasme, w.now()) << story(w.cast);
}

// --- who does not want it -------------------------------------------------------------------------

TEST(IdleKasme, WhoAnnouncesNothingMovesUnderKasmeItself) {
  for (const char* place : {"ue", "source", "target"}) {
    Script s = two_mmes(refreshing());
    const std::string at = place;
    if (at == "ue") s.ues[0].policy = {};
    if (at == "source") {
      s.mmes[0].policy = {};
      s.mmes[1].mmes[0].standards_only = true;
    }
    if (at == "target") {
      s.mmes[1].policy = {};
      s.mmes[0].mmes[0].standards_only = true;
    }
    Walk w(std::move(s));
    w.attached_and_idle();
    w.cast.move(0, 2);
    w.cast.run(1s);
    EXPECT_EQ(w.cast.ue(0).state(), node::ue::State::registered) << at << story(w.cast);
    EXPECT_EQ(w.now(), *w.kasme) << at;
    EXPECT_EQ(w.of("ue1", "ue.kasme_refreshed"), 0U) << at;
    w.expect_service();
  }
}

TEST(IdleKasme, AndNotAtAllWherePolicyDoesNotAllowThat) {
  SecurityPolicy strict = refreshing();
  strict.final_fallback = false;
  Script s = two_mmes(strict);
  s.mmes[0].mmes[0].standards_only = true;  // the source knows of nothing that its neighbour understands
  Walk w(std::move(s));
  w.attached_and_idle();
  w.cast.move(0, 2);
  w.cast.run(healing);
  EXPECT_EQ(w.of("mme", "mme.context.policy_refused"), 1U);
  // It attaches: an AKA of its own is no fall-back.
  w.expect_at(1);
  EXPECT_EQ(w.generation(), (Generation{2, 0}));
}

//= S0.D5; type=test
TEST(IdleKasme, AnMmeThatSaysItIsSomebodyElseGetsNothing) {
  Script s = two_mmes(refreshing());
  s.mmes[0].mmes[0].identity = *DiameterIdentity::parse("another.example.org");
  Walk w(std::move(s));
  w.attached_and_idle();
  w.cast.move(0, 2);
  EXPECT_EQ(w.of("mme", "mme.context.foreign_identity"), 1U);
  w.cast.run(healing);
  w.expect_at(1);
  EXPECT_EQ(w.generation(), (Generation{2, 0})) << "the UE attached";
}

//= S0.D4; type=test
TEST(IdleKasme, WhenAkaIsDueTheUeAttaches) {
  Script s = two_mmes(refreshing());
  for (auto& m : s.mmes) m.kasme_lifetime = std::chrono::minutes(10);
  Walk w(std::move(s));
  w.attached_and_idle();
  w.cast.move(0, 2);
  w.expect_at(1);
  w.cast.run(11min);  // a move never lengthens it
  w.cast.move(0, 0);
  EXPECT_EQ(w.of("mme2", "mme.context.aka_due"), 1U);
  w.cast.run(healing);
  w.expect_at(0);
  EXPECT_EQ(w.generation(), (Generation{2, 0}));
}

// --- something is lost, or somebody ----------------------------------------------------------------

TEST(IdleKasme, ALostResponseIsRepeatedAndTheSameKeyMoves) {
  Walk w;
  w.attached_and_idle();
  w.begin_move(2);
  ASSERT_TRUE(w.until("mme2", context_request));
  w.cast.net.cut("mme", "mme2");
  w.cast.run(1s);
  w.cast.net.mend("mme", "mme2");
  w.cast.run(20s);
  w.expect_at(1);
  EXPECT_EQ(w.generation(), (Generation{1, 1}));
}

TEST(IdleKasme, ALostAcknowledgementIsRepeatedOrTheSourceErases) {
  for (const Duration apart : {1000ms, 30'000ms}) {
    Walk w;
    w.attached_and_idle();
    w.begin_move(2);
    ASSERT_TRUE(w.until("mme", context_response));
    ASSERT_TRUE(w.until("mme2", context_acknowledge));
    w.cast.net.cut("mme", "mme2");
    w.cast.run(apart);
    w.cast.net.mend("mme", "mme2");
    w.cast.run(healing);
    w.expect_at(1);
    EXPECT_EQ(w.generation(), (Generation{1, 1})) << "KASME' is the target's alone";
  }
}

// The radio goes before the UE has the command, or before its answer has left: KASME' came to nothing, both
// ends go on with KASME.
TEST(IdleKasme, ARadioThatFailsInTheMiddleLeavesTheOldContextGood) {
  for (const bool command_lost : {true, false}) {
    Walk w;
    w.attached_and_idle();
    w.begin_move(2);
    ASSERT_TRUE(w.until("mme", context_response));
    if (!command_lost) {
      while (w.of("ue1", "ue.kasme_refreshed") == 0 && w.cast.net.step()) {
      }
    }
    // What has left the UE comes as far as its eNB.
    const char* const one = command_lost ? "ue1" : "mme2";
    w.cast.net.cut(one, "enb3");
    w.cast.run(8s);
    w.cast.net.mend(one, "enb3");
    w.cast.run(healing);
    EXPECT_EQ(w.of("mme", "mme.context.taken_back"), 1U) << command_lost << story(w.cast);
    EXPECT_EQ(w.of("ue1", "ue.kasme_refresh_dropped"), command_lost ? 0U : 1U);
    // The next update makes another KASME' of the same KASME; no AKA was needed.
    w.expect_at(1);
    EXPECT_EQ(w.generation(), (Generation{1, 1})) << command_lost << story(w.cast);
  }
}

TEST(IdleKasme, ALostAcceptCostsAnAttachAndTheRecordGoesOn) {
  Walk w;
  w.attached_and_idle();
  w.begin_move(2);
  ASSERT_TRUE(w.until("mme2", context_acknowledge));
  w.cast.net.cut("ue1", "enb3");
  w.cast.run(20s);
  w.cast.net.mend("ue1", "enb3");
  w.cast.run(healing);
  EXPECT_EQ(w.of("ue1", "ue.kasme_refresh_dropped"), 1U) << story(w.cast);
  w.expect_at(1);
  EXPECT_EQ(w.generation(), (Generation{2, 0})) << story(w.cast);
}

TEST(IdleKasme, ACrashOfEitherMmeEndsInOneKeyThatAllThreeKnow) {
  for (const char* crashed : {"mme", "mme2"})
    for (const Byte when : {context_request, context_response, context_acknowledge}) {
      Walk w;
      w.attached_and_idle();
      w.begin_move(2);
      ASSERT_TRUE(w.until(when == context_response ? "mme" : "mme2", when));
      const bool source = std::string_view(crashed) == "mme";
      if (source)
        w.cast.crash_mme(0);
      else
        w.cast.crash_mme(1);
      w.cast.run(3s);
      if (source)
        w.cast.restart_mme(0);
      else
        w.cast.restart_mme(1);
      w.cast.run(healing);
      w.cast.net.command(Cast::ue_name(0), {node::Verb::tau, {}, 0});
      w.cast.run(healing);
      w.expect_at(1, true);
    }
}

// --- AKA after a move -------------------------------------------------------------------------------

//= S1.D7; type=test
TEST(IdleKasme, WherePolicyHasItSoTheMmeAuthenticatesTheUeItselfWhenItIsConnected) {
  for (const auto how : {context::AfterMobility::always, context::AfterMobility::never}) {
    SecurityPolicy p;
    p.after_mobility = how;
    Walk w(p);
    w.attached_and_idle();
    w.cast.move(0, 2);
    EXPECT_EQ(w.now(), *w.kasme) << "the UE was not connected long enough";
    ASSERT_TRUE(w.cast.service_request(0)) << story(w.cast);
    w.cast.run(5s);
    EXPECT_EQ(w.now() != *w.kasme, how == context::AfterMobility::always) << story(w.cast);
    EXPECT_TRUE(w.cast.agree(0, KeyKind::kasme)) << story(w.cast);
    EXPECT_TRUE(w.cast.agree(0, KeyKind::kenb)) << story(w.cast);
    // Once, and not at every connection.
    const Kasme after = w.now().clone();
    EXPECT_TRUE(w.cast.idle(0));
    EXPECT_TRUE(w.cast.service_request(0));
    w.cast.run(5s);
    EXPECT_EQ(w.now(), after);
  }
}

// --- refresh-temporary ------------------------------------------------------------------------------

AccessServer::Verdict comes(Walk& w) {
  EXPECT_TRUE(w.cast.comes_by_other_access(0));
  w.cast.run(1s);
  return w.cast.access().last()->verdict;
}

//= S0.D8; type=test
TEST(IdleKasme, OtherAccessFindsTheSameKeyWhereTheHssIsTold) {
  Walk w;
  w.attached_and_idle();
  EXPECT_EQ(comes(w), AccessServer::Verdict::current);
  w.cast.move(0, 2);
  EXPECT_EQ(comes(w), AccessServer::Verdict::current);
  EXPECT_EQ(w.of("aaa", "aaa.stale_use"), 0U);
}

//= S0.6; type=test
//= S0.7; type=test
//= S0.D8; type=test
TEST(IdleKasme, ATemporaryKeyMakesTheHssStaleAndIsDroppedWhenSomebodyStumblesOverIt) {
  Walk w(refreshing(InterMmeKasme::refresh_temporary));
  w.attached_and_idle();
  EXPECT_EQ(comes(w), AccessServer::Verdict::current);
  w.cast.move(0, 2);
  EXPECT_NE(w.now(), *w.kasme);
  ASSERT_TRUE(w.recorded());
  EXPECT_EQ(w.recorded()->kasme, *w.kasme) << "the HSS was not told";
  const auto state = w.cast.key(0, KeyKind::kasme);
  EXPECT_EQ(state->holders, (Names{"mme2", "ue1"}));
  EXPECT_EQ(state->stale_at, (Names{"hss"}));
  // 1. Found out, counted, and in the ledger.
  EXPECT_EQ(comes(w), AccessServer::Verdict::stale);
  EXPECT_EQ(w.of("aaa", "aaa.stale_use"), 1U);
  const auto& all = w.cast.net.ledger();
  const KeyId old = key_id_of(KeyIdKey{}, *w.kasme);
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == "aaa" && e.kind == KeyKind::kn3 && e.event == KeyEvent::received &&
           e.parents.size() == 1 && e.parents[0] == old;
  }));
  // 2. KASME' is dropped: a new AKA, which the HSS is told.
  ASSERT_TRUE(w.cast.service_request(0)) << story(w.cast);
  w.cast.net.command("mme2", {node::Verb::stale_key, imsi_of(0), 0});
  w.cast.run(5s);
  EXPECT_EQ(w.of("mme2", "mme.kasme.stale_use"), 1U);
  EXPECT_EQ(w.generation(), (Generation{2, 0})) << story(w.cast);
  EXPECT_EQ(comes(w), AccessServer::Verdict::current);
}

/// The MME that the UE has left purges what is left of it while the new one cannot register: the record is
/// gone, and other access gets no key that could be found stale.
//= S0.D8; type=test
TEST(IdleKasme, ARecordThatAPurgeHasTakenAwayComesBackWithAnAka) {
  Walk w(refreshing(InterMmeKasme::refresh_temporary));
  w.attached_and_idle();
  w.cast.net.cut("mme2", "hss");
  w.cast.move(0, 2);
  w.cast.run(2min);
  ASSERT_FALSE(w.recorded()) << story(w.cast);
  w.cast.net.mend("mme2", "hss");
  w.cast.run(1min);
  w.cast.tau(0);
  ASSERT_EQ(w.of("mme2", "mme.kasme.not_followed"), 1U) << story(w.cast);
  // It is authenticated when it is next connected.
  w.cast.service_request(0);
  w.cast.run(healing);
  ASSERT_TRUE(w.recorded()) << story(w.cast);
  EXPECT_EQ(w.recorded()->kasme, w.now());
  EXPECT_EQ(w.of("mme2", "mme.attach.completed"), 0U) << "it never had to attach";
}

//= S0.8; type=test
TEST(IdleKasme, OrItIsKeptAndTheHssLearnsItAfterAll) {
  SecurityPolicy p = refreshing(InterMmeKasme::refresh_temporary);
  p.confusion = context::Confusion::keep;
  Walk w(p);
  w.attached_and_idle();
  w.cast.move(0, 2);
  w.cast.move(0, 0);
  const Kasme twice = w.now().clone();
  EXPECT_EQ(comes(w), AccessServer::Verdict::stale);
  w.cast.net.command("mme", {node::Verb::stale_key, imsi_of(0), 0});
  w.cast.run(5s);
  EXPECT_EQ(w.generation(), (Generation{1, 2})) << story(w.cast);
  EXPECT_EQ(w.now(), twice) << "nothing changed for the UE";
  EXPECT_EQ(comes(w), AccessServer::Verdict::current);
  // The next one is temporary again.
  w.cast.move(0, 2);
  EXPECT_EQ(comes(w), AccessServer::Verdict::stale);
}

}  // namespace
}  // namespace baton::lab
