// The home network follows the KASME in use: every step of S0.D3 to D8, and every way to say something wrong.
#include <gtest/gtest.h>

#include "node/hss_kasme_world.h"

namespace baton::node::hss {
namespace {

namespace bad = dia::private_result;

/// Attached at MME 1 on a vector that its ULR named; then handed over to MME 2, which is registered.
class HssKasmeMoved : public HssKasmeTest {
 protected:
  HssKasmeMoved() : l(aka(mme1)) {
    EXPECT_EQ(locate(mme1, &l)->epoch, l.epoch);
    l.steps.clear();  // confirmed by the answer
    first = l.copy();
    move(l, mme2, 5);
    EXPECT_TRUE(locate(mme2));
    settle();
    before = memory();
  }
  /// refused: the verdict is `code`, the record is as it was, and nothing was written.
  void refused(const Kur& m, std::size_t mme, std::uint32_t code) {
    const auto syncs = store.syncs();
    EXPECT_EQ(tell_hss(m, mme), own_result(code));
    EXPECT_EQ(store.syncs(), syncs);
    EXPECT_TRUE(memory() == before);
  }
  Lineage l, first{Rand{}, 0, secret_from<Kasme>(std::string(64, '0'))};
  context::KasmeMemory before;
};

// --- the good path ------------------------------------------------------------------------------

//= S0.D4; type=test
//= S0.D6; type=test
TEST_F(HssKasmeTest, AVectorIsACandidateUntilTheUpdateLocationNamesIt) {
  Lineage l = aka(mme1);
  EXPECT_EQ(l.epoch, 1U);
  ASSERT_EQ(memory().candidates.size(), 1U);
  EXPECT_EQ(memory().candidates[0].kasme, l.kasme);
  EXPECT_FALSE(recorded());

  const auto ula = locate(mme1, &l);
  ASSERT_TRUE(ula);
  EXPECT_EQ(ula->epoch, 1U);
  const auto r = recorded();
  ASSERT_TRUE(r);
  EXPECT_EQ(r->kasme, l.kasme);
  EXPECT_EQ(r->rand, l.rand);
  EXPECT_EQ(r->generation, (Generation{1, 0}));
  EXPECT_EQ(r->ksi, l.ksi);
  EXPECT_EQ(r->plmn, home);
  EXPECT_EQ(r->mme, mme1_name);
  EXPECT_EQ(r->at, now);
  EXPECT_TRUE(memory().candidates.empty());
}

//= S0.D3; type=test
//= S0.D7; type=test
TEST_F(HssKasmeMoved, AfterTheUpdateLocationAnswerTheTargetTellsTheStepAndTheHssDerivesTheKeyItself) {
  EXPECT_EQ(recorded()->kasme, first.kasme) << "the location alone changes no key";
  now += 3s;
  ask(update(l, mme2), mme2);
  const auto a = answer(mme2);
  ASSERT_TRUE(a);
  const auto kua = dia::decode<dia::KasmeUpdateAnswer>(a->octets);
  ASSERT_TRUE(kua) << kua.why().to_string();
  EXPECT_EQ(kua->result_code, dia::code::success);
  EXPECT_EQ(kua->epoch, 1U);
  EXPECT_EQ(kua->step, 1U);
  const auto r = recorded();
  EXPECT_EQ(r->kasme, l.kasme);
  EXPECT_EQ(r->generation, (Generation{1, 1}));
  EXPECT_EQ(r->mme, mme2_name);
  EXPECT_EQ(r->at, now);
  EXPECT_TRUE(dia::secret_ranges(dia::encode(update(l, mme2), {})).size() == 1) << "the proof; no key";
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, AnExactRepetitionIsAnsweredLikeTheFirstTimeAndWritesNothing) {
  EXPECT_EQ(tell_hss(l, mme2), done());
  const auto after = memory();
  const auto syncs = store.syncs();
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(store.syncs(), syncs);
  EXPECT_TRUE(memory() == after);
  EXPECT_EQ(counters["hss.kasme_repeated"], 1);
}

//= S0.D4; type=test
//= S0.D5; type=test
TEST_F(HssKasmeMoved, StepsThatWereNotConfirmedCatchUpInOrder) {
  move(l, mme1, 9);
  move(l, mme2, 2, Imsi::test_value(), RefreshDirection::idle);
  ASSERT_EQ(l.steps.size(), 3U);
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(recorded()->kasme, l.kasme);
  EXPECT_EQ(recorded()->generation, (Generation{1, 3}));
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, AListMayBeginWithWhatIsRecordedAlready) {
  EXPECT_EQ(tell_hss(l, mme2), done());
  move(l, mme1, 9);
  ASSERT_TRUE(locate(mme1));
  EXPECT_EQ(tell_hss(l, mme1), done()) << "the first answer was lost: steps 1 and 2";
  EXPECT_EQ(recorded()->kasme, l.kasme);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, EightStepsAreCaughtUpWith) {
  for (std::uint32_t i = 2; i <= 8; ++i) move(l, i == 8 ? mme2 : mme1, 10 * i);
  ASSERT_EQ(l.steps.size(), 8U);
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(recorded()->generation.step, 8U);
  EXPECT_EQ(recorded()->kasme, l.kasme);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, AReauthenticationInPlaceIsToldAsStepZeroOfTheNextEpoch) {
  EXPECT_EQ(tell_hss(l, mme2), done());
  Lineage next = aka(mme2);
  EXPECT_EQ(recorded()->kasme, l.kasme) << "delivered is not named";
  EXPECT_EQ(tell_hss(next, mme2), done());
  EXPECT_EQ(recorded()->kasme, next.kasme);
  EXPECT_EQ(recorded()->generation, (Generation{2, 0}));
}

//= S0.D7; type=test
TEST_F(HssKasmeMoved, TheKeyOnTheWireMustBeTheOneTheStepsMake) {
  Kur m = update(l, mme2);
  m.kasme = first.kasme.clone();
  refused(m, mme2, bad::key_differs);
  m.kasme = l.kasme.clone();
  EXPECT_EQ(tell_hss(m, mme2), done());
  EXPECT_EQ(recorded()->kasme, l.kasme);
  EXPECT_EQ(dia::secret_ranges(dia::encode(m, {})).size(), 2U) << "captures blank the proof and the key";
}

// --- what is refused, each with its own result --------------------------------------------------

//= S0.D3; type=test
TEST_F(HssKasmeTest, AnUpdateBeforeTheLocationIsTooEarlyAndThenTaken) {
  Lineage l = aka(mme1);
  ASSERT_TRUE(locate(mme1, &l));
  move(l, mme2, 5);
  EXPECT_EQ(tell_hss(l, mme2), own_result(bad::not_yet_registered));
  EXPECT_EQ(recorded()->generation.step, 0U);
  ASSERT_TRUE(locate(mme2));
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(recorded()->kasme, l.kasme);
}

//= S0.D3; type=test
TEST_F(HssKasmeMoved, AnMmeThatIsNoLongerRegisteredIsRefused) {
  Lineage back = l.copy();
  move(back, mme1, 8);
  ASSERT_TRUE(locate(mme1));
  before = memory();
  refused(update(l, mme2), mme2, bad::not_registered);
  EXPECT_EQ(tell_hss(back, mme1), done());
  before = memory();
  refused(update(l, mme2), mme2, bad::not_registered);
}

//= S0.D5; type=test
TEST_F(HssKasmeMoved, TheKeyOfAnotherMmeIsForeign) {
  Lineage stolen = first.copy();
  move(stolen, mme1, 5);
  refused(update(stolen, mme2), mme2, bad::foreign_mme);
  refused(update(l, mme1), mme1, bad::foreign_mme);
}

//= S0.D6; type=test
TEST_F(HssKasmeMoved, AVectorNobodyRemembersIsNoReference) {
  Kur m = update(l, mme2);
  m.rand.bytes[0] ^= 1;
  refused(m, mme2, bad::unknown_aka_reference);
  m = update(l, mme2);
  m.epoch = 2;
  refused(m, mme2, bad::unknown_aka_reference);
  m.epoch = 0;
  refused(m, mme2, bad::unknown_aka_reference);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, AHoleInTheGenerationsIsAGap) {
  Lineage ahead = l.copy();
  move(ahead, mme1, 7);
  move(ahead, mme2, 9);
  ahead.steps.erase(ahead.steps.begin());
  refused(update(ahead, mme2), mme2, bad::generation_gap);
  Lineage hole = l.copy();
  move(hole, mme1, 7);
  move(hole, mme2, 9);
  hole.steps.erase(hole.steps.begin() + 1);
  refused(update(hole, mme2), mme2, bad::generation_gap);
  Lineage reversed = l.copy();
  move(reversed, mme2, 7);
  std::swap(reversed.steps[0], reversed.steps[1]);
  refused(update(reversed, mme2), mme2, bad::generation_gap);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, NineStepsAreTooMany) {
  for (std::uint32_t i = 2; i <= 9; ++i) move(l, mme2, 10 * i);
  ASSERT_EQ(l.steps.size(), 9U);
  refused(update(l, mme2), mme2, bad::too_many_steps);
  // The last eight of them leave a gap instead.
  l.steps.erase(l.steps.begin());
  refused(update(l, mme2), mme2, bad::generation_gap);
}

//= S0.D5; type=test
TEST_F(HssKasmeMoved, AProofHoldsForNothingButWhatItWasMadeFor) {
  const auto with = [&](auto change) {
    Lineage other = l.copy();
    change(other.steps.front());
    return update(other, mme2);
  };
  for (std::size_t octet = 0; octet < UpdateProof::size; ++octet)
    refused(with([&](dia::ChainStep& s) {
              std::array<Byte, 32> b{};
              std::copy(s.proof.expose().begin(), s.proof.expose().end(), b.begin());
              b[octet] ^= 1;
              s.proof = UpdateProof(b);
            }),
            mme2, bad::bad_proof);
  refused(with([](dia::ChainStep& s) { s.count = *NasCount::from(6); }), mme2, bad::bad_proof);
  refused(with([](dia::ChainStep& s) { s.direction = dia::StepDirection::idle; }), mme2, bad::bad_proof);
  refused(with([](dia::ChainStep& s) { s.direction = dia::StepDirection::aka; }), mme2, bad::bad_proof);
  // The way there counts too: a step through another MME than the one the proof names.
  Lineage there = l.copy();
  move(there, mme2, 9);
  there.steps.front().identity = mme1_name;
  refused(update(there, mme2), mme2, bad::bad_proof);
  // All or none: the first step holds, the second does not.
  Lineage half = l.copy();
  move(half, mme2, 9);
  half.steps.back().count = *NasCount::from(10);
  refused(update(half, mme2), mme2, bad::bad_proof);
  // A proof made for another subscriber.
  Lineage other = first.copy();
  other.steps.clear();
  move(other, mme2, 5, *Imsi::parse("001010000000099"));
  refused(update(other, mme2), mme2, bad::bad_proof);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, WhatHasBeenOvertakenIsStale) {
  const Lineage early = l.copy();
  Lineage both = l.copy();
  move(both, mme2, 9);
  EXPECT_EQ(tell_hss(both, mme2), done());
  before = memory();
  refused(update(early, mme2), mme2, bad::stale);

  // Another history under the same number.
  Lineage fork = first.copy();
  move(fork, mme2, 77);
  move(fork, mme2, 78);
  refused(update(fork, mme2), mme2, bad::stale);

  // The AKA before the last one.
  const Lineage next = aka(mme2);
  EXPECT_EQ(tell_hss(next, mme2), done());
  before = memory();
  refused(update(both, mme2), mme2, bad::stale);
}

//= S0.D4; type=test
TEST_F(HssKasmeTest, TheEpochOfARecordNeverDecreases) {
  Lineage older = aka(mme1);
  ASSERT_TRUE(locate(mme1));
  Lineage newer = aka(mme1);
  EXPECT_EQ(tell_hss(newer, mme1), done());
  EXPECT_EQ(tell_hss(older, mme1), own_result(bad::stale)) << "the vector before it was forgotten with it";
  EXPECT_EQ(recorded()->generation, (Generation{2, 0}));
}

TEST_F(HssKasmeMoved, AKeySetIdentifierHasSevenValues) {
  Kur m = update(l, mme2);
  m.ksi = 7;
  EXPECT_EQ(tell_hss(m, mme2), dia::AnswerResult{dia::code::invalid_avp_value});
  EXPECT_TRUE(memory() == before);
}

TEST_F(HssKasmeMoved, ASubscriberNobodyKnowsIsUnknown) {
  EXPECT_EQ(tell_hss(update(l, mme2, *Imsi::parse("001019999999999")), mme2),
            (dia::AnswerResult{dia::experimental::user_unknown, true, dia::vendor_3gpp}));
}

//= S0.D4; type=test
TEST_F(HssKasmeTest, AForgedReferenceInALocationUpdateMovesTheSubscriberButNoKey) {
  Lineage l = aka(mme1);
  Lineage forged = l.copy();
  forged.steps.front().proof = UpdateProof(std::array<Byte, 32>{});
  const auto ula = locate(mme1, &forged);
  ASSERT_TRUE(ula);
  EXPECT_FALSE(ula->epoch) << "the MME sees that it is not recorded";
  EXPECT_FALSE(recorded());
  EXPECT_EQ(memory().candidates.size(), 1U);
  EXPECT_EQ(counters["hss.kasme_reference_refused"], 1);
  EXPECT_EQ(tell_hss(l, mme1), done());
}

// --- durable before spoken ----------------------------------------------------------------------

//= S0.D6; type=test
TEST_F(HssKasmeTest, AVectorIsRememberedBeforeItLeaves) {
  hold_saves = true;
  ask(request<Air>(mme1), mme1);
  // The block of SQNs first, then the candidate: nothing leaves before either.
  for (int saves = 0; saves < 2; ++saves) {
    EXPECT_FALSE(answer(mme1));
    ASSERT_EQ(held_saves.size(), 1U);
    const StoreToken token = held_saves.front();
    held_saves.clear();
    tell(SubscriberSaved{token, store.sync()});
    settle();
  }
  EXPECT_TRUE(answer(mme1));
  EXPECT_EQ(memory().candidates.size(), 1U);
}

//= S0.D4; type=test
TEST_F(HssKasmeMoved, ACrashBeforeTheRecordIsDurableLosesTheUpdateAndNothingElse) {
  hold_saves = true;
  ask(update(l, mme2), mme2);
  EXPECT_FALSE(answer(mme2)) << "not recorded yet, so not said";
  hold_saves = false;
  crash();
  EXPECT_TRUE(memory() == before);
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(recorded()->kasme, l.kasme);
}

TEST_F(HssKasmeMoved, ACrashAfterTheRecordIsDurableMakesTheNextUpdateARepetition) {
  hold_saves = true;
  ask(update(l, mme2), mme2);
  hold_saves = false;
  ASSERT_TRUE(store.sync());
  crash();
  EXPECT_EQ(recorded()->kasme, l.kasme);
  const auto syncs = store.syncs();
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(store.syncs(), syncs);
}

TEST_F(HssKasmeMoved, WhatCannotBeStoredIsNotRecordedAndSaidSo) {
  store.fail_syncs(1);
  EXPECT_EQ(tell_hss(l, mme2), own_result(bad::not_stored));
  store.crash();
  EXPECT_TRUE(memory() == before);
  EXPECT_EQ(tell_hss(l, mme2), done());
}

// --- how long it is kept ------------------------------------------------------------------------

//= S0.D6; type=test
TEST_F(HssKasmeTest, TwoVectorsAtATimeAndEightInAll) {
  auto all = vectors(5, mme1);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].epoch, 1U);
  EXPECT_EQ(all[1].epoch, 2U);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(vectors(2, mme1).size(), 2U);
  EXPECT_EQ(memory().candidates.size(), 8U);
  ASSERT_EQ(vectors(1, mme1).size(), 1U);
  const auto kept = memory();
  ASSERT_EQ(kept.candidates.size(), 8U);
  EXPECT_EQ(kept.candidates.front().epoch, 2U) << "the oldest went";
  ASSERT_TRUE(locate(mme1));
  EXPECT_EQ(tell_hss(begun(all[0].rand, 1, std::move(all[0].kasme), mme1), mme1),
            own_result(bad::unknown_aka_reference));
  EXPECT_EQ(tell_hss(begun(all[1].rand, 2, std::move(all[1].kasme), mme1), mme1), done());
  EXPECT_EQ(memory().candidates.size(), 7U) << "later ones may still be named";
}

//= S0.D6; type=test
TEST_F(HssKasmeMoved, ACancelledLocationOfAMoveKeepsTheRecord) {
  ASSERT_EQ(mmes[mme1]->requests.size(), 1U) << "MME 1 was told that the subscriber has left";
  EXPECT_TRUE(recorded());
}

//= S0.D6; type=test
TEST_F(HssKasmeMoved, AWithdrawnSubscriptionForgetsTheKeysButNotTheNumbers) {
  ASSERT_EQ(vectors(1, mme2).size(), 1U);
  Command c{Verb::detach, Imsi::test_value()};
  tell(c);
  settle();
  EXPECT_FALSE(recorded());
  EXPECT_TRUE(memory().candidates.empty());
  EXPECT_EQ(memory().last_epoch, 2U);
  EXPECT_EQ(aka(mme2).epoch, 3U);
}

//= S0.D6; type=test
TEST_F(HssKasmeMoved, OnlyThePurgeOfTheRegisteredMmeForgets) {
  ask(request<dia::PurgeUeRequest>(mme1), mme1);
  EXPECT_TRUE(recorded());
  ask(request<dia::PurgeUeRequest>(mme2), mme2);
  EXPECT_FALSE(recorded());
  while (answer(mme2)) {
  }
  EXPECT_EQ(tell_hss(l, mme2), own_result(bad::unknown_aka_reference));
}

// --- neighbours that know nothing of it ---------------------------------------------------------

class HssKasmeMixed : public HssKasmeTest {
 protected:
  HssKasmeMixed() {
    announces = false;
    boot();
  }
};

TEST_F(HssKasmeMixed, AnMmeThatAnnouncedNothingGetsWhatTheStandardHas) {
  auto all = vectors(5, mme1);
  ASSERT_EQ(all.size(), 5U);
  for (const auto& v : all) EXPECT_FALSE(v.epoch);
  EXPECT_TRUE(memory().candidates.empty());
  Lineage l = begun(all[0].rand, 1, std::move(all[0].kasme), mme1);
  const auto ula = locate(mme1, &l);
  ASSERT_TRUE(ula);
  EXPECT_FALSE(ula->epoch);
  // Its own application is not spoken on that connection.
  EXPECT_EQ(tell_hss(l, mme1), dia::AnswerResult{dia::code::application_unsupported});
}

TEST_F(HssKasmeMixed, WhereThePolicyAsksForItAnMmeThatAnnouncedNothingGetsNoVector) {
  settings.policy.final_fallback = false;
  boot();
  EXPECT_TRUE(vectors(1, mme1).empty());
  EXPECT_EQ(last_result, dia::AnswerResult{dia::code::authorization_rejected});
  EXPECT_EQ(counters["hss.peer_unannounced"], 1);
}

TEST_F(HssKasmeTest, AnHssThatDoesNotTrackSpeaksTheStandardOnly) {
  settings.policy = {};
  boot();
  auto all = vectors(5, mme1);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_FALSE(all[0].epoch);
  EXPECT_TRUE(memory().empty());
}

// --- K_N3 ---------------------------------------------------------------------------------------

class HssTransfer : public HssKasmeMoved {
 protected:
  dia::ContextTransferAnswer transfer(std::string label = "WLAN", std::size_t who = aaa) {
    dia::ContextTransferRequest m{.session_id = mmes[who]->node.new_session_id(),
                                  .origin_host = names[who],
                                  .origin_realm = realm,
                                  .destination_realm = realm,
                                  .user_name = Imsi::test_value(),
                                  .access_label = std::move(label)};
    ask(m, who);
    const auto a = answer(who);
    EXPECT_TRUE(a);
    last_result = a->result;
    auto cta = dia::decode<dia::ContextTransferAnswer>(a->octets);
    if (!cta) return {.session_id = "", .origin_host = hss_name, .origin_realm = realm};
    return std::move(*cta);
  }
};

//= S0.D8; type=test
TEST_F(HssTransfer, AnAaaServerGetsItsOwnKeyAndNeverKasme) {
  auto first_time = transfer();
  ASSERT_TRUE(first_time.kn3);
  EXPECT_EQ(first_time.counter, 1U);
  EXPECT_EQ(*first_time.kn3, derive_kn3(first.kasme, "WLAN", aaa_name.value(), 1));
  const KeyId parent = key_id_of(KeyIdKey{}, first.kasme);
  EXPECT_EQ(first_time.parent_key_id, ByteVector(parent.octets.begin(), parent.octets.end()));
  EXPECT_EQ(first_time.step, 0U);
  EXPECT_EQ(first_time.mme, mme1_name);
  // Each transfer has a key of its own, also after a crash.
  crash();
  auto second = transfer();
  EXPECT_EQ(second.counter, 2U);
  EXPECT_NE(*second.kn3, *first_time.kn3);
}

// S0.6: without an update what the home network gives away hangs on a key that the UE has left.
//= S0.6; type=test
//= S0.D8; type=test
TEST_F(HssTransfer, TheIdOfTheParentTellsAStaleRecordFromTheOneInUse) {
  const KeyId in_use = key_id_of(KeyIdKey{}, l.kasme);
  const ByteVector of_the_ue(in_use.octets.begin(), in_use.octets.end());
  EXPECT_NE(transfer().parent_key_id, of_the_ue);
  EXPECT_EQ(tell_hss(l, mme2), done());
  EXPECT_EQ(transfer().parent_key_id, of_the_ue);
}

TEST_F(HssTransfer, OnlyAServerOfOtherAccessMayAskForIt) {
  EXPECT_FALSE(transfer("WLAN", mme2).kn3);
  EXPECT_EQ(last_result, dia::AnswerResult{dia::code::authorization_rejected});
  ask(request<Air>(aaa), aaa);
  EXPECT_EQ(verdict(aaa), dia::AnswerResult{dia::code::authorization_rejected});
  EXPECT_EQ(tell_hss(update(l, aaa), aaa), dia::AnswerResult{dia::code::authorization_rejected});
}

TEST_F(HssTransfer, TheLabelHasBounds) {
  EXPECT_TRUE(transfer(std::string(access_label_octets_max, 'w')).kn3);
  EXPECT_FALSE(transfer(std::string(access_label_octets_max + 1, 'w')).kn3);
  EXPECT_EQ(last_result, dia::AnswerResult{dia::code::invalid_avp_value});
  EXPECT_FALSE(transfer("").kn3);
}

TEST_F(HssTransfer, WithoutARecordThereIsNoKey) {
  ask(request<dia::PurgeUeRequest>(mme2), mme2);
  EXPECT_FALSE(transfer().kn3);
  EXPECT_EQ(last_result, own_result(bad::no_key));
}

// --- the ledger ---------------------------------------------------------------------------------

TEST_F(HssKasmeMoved, TheLedgerTellsWhatIsHeldAndWhatCameOfIt) {
  EXPECT_EQ(tell_hss(l, mme2), done());
  const KeyId old_id = key_id_of(KeyIdKey{}, first.kasme), new_id = key_id_of(KeyIdKey{}, l.kasme);
  const auto find = [&](KeyEvent event, const KeyId& key) {
    return std::find_if(ledger.begin(), ledger.end(),
                        [&](const LedgerEntry& e) { return e.event == event && e.key == key; });
  };
  ASSERT_NE(find(KeyEvent::derived, new_id), ledger.end());
  EXPECT_EQ(find(KeyEvent::derived, new_id)->parents, std::vector<KeyId>{old_id});
  EXPECT_EQ(find(KeyEvent::derived, new_id)->reason, "S0.D2");
  EXPECT_NE(find(KeyEvent::stored, new_id), ledger.end());
  EXPECT_NE(find(KeyEvent::erased, old_id), ledger.end());
  EXPECT_EQ(find(KeyEvent::erased, new_id), ledger.end());
}

}  // namespace
}  // namespace baton::node::hss
