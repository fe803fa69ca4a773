// The AuC: vectors, sequence numbers over crashes, resynchronisation, and every bad AIR.
#include <algorithm>
#include <set>

#include "keys/auc.h"
#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

//= TS 29.272, 5.2.3.1.3; type=test
//= TS 33.401, 6.1.2; type=test
TEST_F(HssTest, AVectorIsAcceptedByTheCardAndBothEndsMakeTheSameKasme) {
  auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  Usim card = usim();
  const auto answered = card.authenticate(v[0].rand, v[0].autn);
  const auto* ok = std::get_if<UsimSuccess>(&answered);
  ASSERT_NE(ok, nullptr);
  EXPECT_TRUE(constant_time_equal(ok->res.expose(), v[0].xres.expose()));
  EXPECT_TRUE(separation_bit(ok->amf));
  EXPECT_TRUE(derive_kasme(ok->ck, ok->ik, home, ok->sqn_xor_ak) == v[0].kasme);
}

TEST_F(HssTest, KasmeIsBoundToTheNetworkThatAsked) {
  auto m = request<Air>();
  m.visited_plmn = partner;
  ask(m);
  const auto aia = dia::decode<Aia>(answer()->octets);
  ASSERT_TRUE(aia && aia->authentication_info);
  const auto& v = aia->authentication_info->eutran_vectors[0];
  Usim card = usim();
  const auto answered = card.authenticate(v.rand, v.autn);
  const auto& ok = std::get<UsimSuccess>(answered);
  EXPECT_TRUE(derive_kasme(ok.ck, ok.ik, partner, ok.sqn_xor_ak) == v.kasme);
  EXPECT_FALSE(derive_kasme(ok.ck, ok.ik, home, ok.sqn_xor_ak) == v.kasme);
}

TEST_F(HssTest, AsManyVectorsAsTheBoundAreGivenAndNeverMore) {
  EXPECT_EQ(vectors(vectors_max).size(), vectors_max);
  EXPECT_EQ(vectors(vectors_max + 1).size(), vectors_max);
  EXPECT_EQ(vectors(0xFFFFFFFF).size(), vectors_max);
  EXPECT_EQ(vectors(0).size(), 1U);
  auto v = vectors(3);
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(v[i].item_number, i + 1) << "the order of use";
}

//= TS 33.102, C.3.4; type=test
TEST_F(HssTest, OneMmesVectorsDoNotMakeAnothersStale) {
  auto early = vectors(2, 0);
  auto later = vectors(2, 1);
  Usim card = usim();
  for (auto& v : later) EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v.rand, v.autn)));
  for (auto& v : early) EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v.rand, v.autn)));
  EXPECT_EQ(sqn_in(early[0].rand, early[0].autn).ind(), 0U);
  EXPECT_EQ(sqn_in(later[0].rand, later[0].autn).ind(), 1U);
}

// --- sequence numbers and crashes ---------------------------------------------------------------

TEST_F(HssTest, OneWriteCoversABlockOfSequenceNumbers) {
  const auto before = store.syncs();
  for (std::uint64_t i = 0; i < sequence_block; ++i) ASSERT_EQ(vectors().size(), 1U);
  EXPECT_EQ(store.syncs() - before, 1U);
  vectors();
  EXPECT_EQ(store.syncs() - before, 2U);
}

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssTest, NoVectorLeavesBeforeItsSequenceNumberIsDurable) {
  hold_saves = true;
  EXPECT_TRUE(vectors().empty());
  ASSERT_EQ(held_saves.size(), 1U);
  ASSERT_TRUE(store.sync());
  tell(SubscriberSaved{held_saves[0], true});
  settle();
  EXPECT_TRUE(verdict()->success());
}

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssTest, ACrashAtAnyPointNeverLetsASequenceNumberBeUsedTwice) {
  std::set<std::uint64_t> seen;
  std::uint64_t highest = 0;
  Usim card = usim();
  for (int round = 0; round < 60; ++round) {
    for (int i = 0; i <= round % 7; ++i) {
      for (auto& v : vectors(1 + static_cast<std::uint32_t>(i) % 5, static_cast<std::size_t>(i) % 2)) {
        const Sqn sqn = sqn_in(v.rand, v.autn);
        EXPECT_TRUE(seen.insert(sqn.seq()).second) << "SEQ " << sqn.seq() << " twice, round " << round;
        EXPECT_GT(sqn.seq(), highest);
        highest = sqn.seq();
        EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v.rand, v.autn)));
      }
    }
    // A crash between the reservation and the answer, every third time with the write done, every third
    // without, else between two requests.
    if (round % 3 != 2) {
      for (std::uint64_t i = 0; i < sequence_block && held_saves.empty(); ++i) {
        hold_saves = true;
        for (auto& v : vectors()) {
          highest = sqn_in(v.rand, v.autn).seq();
          EXPECT_TRUE(seen.insert(highest).second);
        }
      }
      ASSERT_EQ(held_saves.size(), 1U);
      if (round % 3 == 0) {
        ASSERT_TRUE(store.sync());
      }
      hold_saves = false;
      held_saves.clear();
    }
    crash();
  }
  EXPECT_GT(seen.size(), 300U);
}

TEST_F(HssTest, AStoreThatFailsGivesNoVectorAndCostsNothing) {
  store.fail_syncs(1);
  EXPECT_TRUE(vectors().empty());
  EXPECT_EQ(last_result, (dia::AnswerResult{dia::code::unable_to_comply, false, 0}));
  EXPECT_EQ(counters["hss.store_failed"], 1);
  auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 1U);
}

TEST_F(HssTest, ASpentSequenceNumberEndsTheSubscriptionAndDoesNotWrap) {
  auto r = subscriber();
  r.seq_reserved = Sqn::seq_max() - 1;
  store.put(std::move(r));
  store.sync();
  boot();
  EXPECT_EQ(vectors(5).size(), 1U) << "one is left";
  EXPECT_TRUE(vectors().empty());
  EXPECT_EQ(last_result.code, dia::experimental::authentication_data_unavailable);
}

TEST(HssBounds, CountersAreForgottenTogetherPastTheirBound) {
  CountingEntropy entropy;
  Core core(config(), entropy);
  auto record = subscriber();
  for (std::size_t i = 0; i < counters_kept_max; ++i) {
    record.imsi = *Imsi::parse("00101" + std::to_string(1'000'000'000 + i));
    core.counter_of(record).last_seq = 5;
  }
  EXPECT_EQ(core.counters.size(), counters_kept_max);
  record.imsi = Imsi::test_value();
  record.seq_reserved = 64;
  EXPECT_EQ(core.counter_of(record).last_seq, 64U) << "what is reserved counts as used";
  EXPECT_EQ(core.counters.size(), 1U);
}

// --- resynchronisation --------------------------------------------------------------------------

class HssResync : public HssTest {
 protected:
  /// A card that has seen a vector the HSS knows nothing of, under MME 1's IND.
  Usim card_ahead(std::uint64_t seq) {
    Usim card = usim();
    Rand rand;
    entropy.fill(rand.bytes);
    const auto v = make_eps_vector(secret_from<K>(k_digits), secret_from<Opc>(opc_digits), Amf{{0x80, 0}},
                                   *Sqn::of(seq, 0), rand, home);
    EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v.vector.rand, v.vector.autn)));
    return card;
  }
  dia::Resynchronization out_of_sync(Usim& card, const dia::EutranVector& v) {
    const auto answered = card.authenticate(v.rand, v.autn);
    const auto* sync = std::get_if<SyncFailure>(&answered);
    EXPECT_NE(sync, nullptr);
    return {v.rand, sync->auts};
  }
};

//= TS 33.102, 6.3.5; type=test
TEST_F(HssResync, ACardAheadIsFollowedAndTheNextVectorIsFresh) {
  Usim card = card_ahead(5000);
  auto stale = vectors();
  const auto resync = out_of_sync(card, stale[0]);
  auto fresh = vectors(1, 0, resync);
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_EQ(sqn_in(fresh[0].rand, fresh[0].autn).seq(), 5001U);
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(fresh[0].rand, fresh[0].autn)));
  EXPECT_TRUE(logged_text("SQN of the USIM was ahead, SEQ goes from 1 to 5000"));
  // The move was durable before the vector left.
  crash();
  auto after = vectors();
  EXPECT_GT(sqn_in(after[0].rand, after[0].autn).seq(), 5001U);

  // The same AUTS once more moves nothing back.
  auto again = vectors(1, 0, resync);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_GT(sqn_in(again[0].rand, again[0].autn).seq(), sqn_in(after[0].rand, after[0].autn).seq());
  EXPECT_EQ(counters["hss.resync_not_needed"], 1);
}

//= TS 33.102, C.2.1; type=test
TEST_F(HssResync, AnAucFarAheadComesBackToTheCardForGood) {
  // The card refuses jumps of more than 2^28: after a wrong import only its own word helps.
  auto r = subscriber();
  r.seq_reserved = std::uint64_t{1} << 30U;
  store.put(std::move(r));
  store.sync();
  boot();
  Usim card = usim();
  auto far = vectors();
  const auto resync = out_of_sync(card, far[0]);
  auto fresh = vectors(1, 0, resync);
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(fresh[0].rand, fresh[0].autn)));
  crash();
  auto after = vectors();
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(after[0].rand, after[0].autn)))
      << "the move back was durable too";
}

//= TS 33.102, 6.3.5; type=test
TEST_F(HssResync, AForgedAutsMovesNothingAndTheLogSaysWhy) {
  auto v = vectors();
  dia::Resynchronization forged{v[0].rand, {}};
  forged.auts.bytes.fill(0x5A);
  EXPECT_TRUE(vectors(1, 0, forged).empty());
  EXPECT_EQ(last_result,
            (dia::AnswerResult{dia::experimental::authentication_data_unavailable, true, dia::vendor_3gpp}));
  EXPECT_TRUE(logged_text("MAC-S is wrong: wrong OPc or K in the record, or forged AUTS"));
  auto next = vectors();
  EXPECT_EQ(sqn_in(next[0].rand, next[0].autn).seq(), 2U);
}

TEST_F(HssResync, AnAutsForAnotherChallengeIsForged) {
  Usim card = usim();
  auto first = vectors(2);
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(first[1].rand, first[1].autn)));
  auto resync = out_of_sync(card, first[0]);
  resync.rand = first[1].rand;
  EXPECT_TRUE(vectors(1, 0, resync).empty());
  EXPECT_EQ(counters["hss.auts_wrong"], 1);
}

TEST_F(HssResync, EndlessResynchronisationIsCutOffUntilAMinuteHasPassed) {
  Usim card = usim();
  auto v = vectors();
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
  const auto resync = out_of_sync(card, v[0]);
  for (std::uint32_t i = 0; i < resyncs_max; ++i) EXPECT_EQ(vectors(1, 0, resync).size(), 1U) << i;
  EXPECT_EQ(counters["hss.resync_throttled"], 0);
  EXPECT_TRUE(vectors(1, 0, resync).empty());
  EXPECT_EQ(last_result.code, dia::experimental::authentication_data_unavailable);
  EXPECT_EQ(counters["hss.resync_throttled"], 1);
  EXPECT_EQ(vectors().size(), 1U) << "who does not resynchronise is served";
  now += resync_window;
  EXPECT_EQ(vectors(1, 0, resync).size(), 1U);
}

TEST_F(HssResync, ForgedAutssTakeNothingFromTheCardAndFillNoLog) {
  Usim card = usim();
  auto v = vectors();
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
  const auto resync = out_of_sync(card, v[0]);
  dia::Resynchronization forged{v[0].rand, {}};
  const auto forge = [&] {
    for (std::uint32_t i = 0; i < 4 * resyncs_max; ++i) EXPECT_TRUE(vectors(1, 0, forged).empty());
  };
  forge();
  EXPECT_EQ(counters["hss.auts_wrong"], static_cast<int>(4 * resyncs_max));
  EXPECT_EQ(std::count_if(logged.begin(), logged.end(),
                          [](const auto& l) { return l.find("MAC-S is wrong") != std::string::npos; }),
            static_cast<std::ptrdiff_t>(resyncs_max));
  EXPECT_EQ(vectors(1, 0, resync).size(), 1U);
  // Nor where the card has one an hour left.
  for (std::uint32_t i = 1; i < resyncs_unanswered_max; ++i) {
    now += resync_window;
    EXPECT_EQ(vectors(1, 0, resync).size(), 1U) << i;
  }
  now += resync_pause;
  forge();
  EXPECT_EQ(vectors(1, 0, resync).size(), 1U);
  EXPECT_TRUE(vectors(1, 0, resync).empty());
  EXPECT_EQ(counters["hss.resync_endless"], 1);
}

// Seen in other home networks: an AUTS is believed whatever its MAC-S.
//= TS 33.102, 6.3.5; type=test
TEST_F(HssResync, AnAutsWithOneBitChangedMovesNothing) {
  Usim card = card_ahead(5000);
  auto stale = vectors();
  const auto resync = out_of_sync(card, stale[0]);
  const auto before = stored();
  constexpr int bits = 14 * 8;
  for (int bit = 0; bit < bits; ++bit) {
    auto changed = resync;
    changed.auts.bytes[static_cast<std::size_t>(bit / 8)] ^= static_cast<Byte>(1U << (bit % 8));
    EXPECT_TRUE(vectors(1, 0, changed).empty()) << bit;
    EXPECT_EQ(last_result.code, dia::experimental::authentication_data_unavailable);
  }
  EXPECT_EQ(counters["hss.auts_wrong"], bits);
  EXPECT_EQ(stored().seq_reserved, before.seq_reserved);
  const auto next = vectors();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(sqn_in(next[0].rand, next[0].autn).seq(), 2U);
  // The one that was not touched is still good.
  const auto fresh = vectors(1, 0, resync);
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(fresh[0].rand, fresh[0].autn)));
}

// Seen in other home networks: MAC-S is computed with the AMF of the subscription. It is made with zeros.
//= TS 33.102, 6.3.3; type=test
TEST_F(HssResync, TheAmfOfTheRecordHasNoPartInAnAuts) {
  for (const Amf amf : {Amf{{0x80, 0x00}}, Amf{{0xB9, 0xB9}}, Amf{{0x00, 0x01}}, Amf{{0xFF, 0xFF}}}) {
    auto r = subscriber();
    r.amf = amf;
    store.put(std::move(r));
    store.sync();
    boot();
    Usim card = card_ahead(5000);
    auto stale = vectors();
    const auto fresh = vectors(1, 0, out_of_sync(card, stale[0]));
    ASSERT_EQ(fresh.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(fresh[0].rand, fresh[0].autn)));
  }
  EXPECT_EQ(counters["hss.auts_wrong"], 0);
}

// --- who may not have one -----------------------------------------------------------------------

TEST_F(HssTest, AnUnknownSubscriberIsUnknown) {
  ask(request<Air>(0, *Imsi::parse("001019999999999")));
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::experimental::user_unknown, true, dia::vendor_3gpp}));
}

TEST_F(HssTest, AnMmeMaySpeakForItsNetworksOnly) {
  auto m = request<Air>();
  m.visited_plmn = elsewhere;
  ask(m);
  EXPECT_EQ(verdict()->code, dia::code::authorization_rejected);
  m = request<Air>(1);
  m.visited_plmn = partner;
  ask(m, 1);
  EXPECT_EQ(verdict(1)->code, dia::code::authorization_rejected) << "a partner of MME 1 only";
}

TEST_F(HssTest, WhoSaysSomebodyElsesNameGetsNothing) {
  auto m = request<Air>(1);
  m.origin_host = mme1_name;
  say(dia::encode(m, {1, 1}), 1);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(dia::result_of(said[0])->code, dia::code::authorization_rejected);
}

/// A request with one AVP cut out or put in, as octets.
ByteVector mended(ByteVector m) {
  m[1] = static_cast<Byte>(m.size() >> 16U);
  m[2] = static_cast<Byte>(m.size() >> 8U);
  m[3] = static_cast<Byte>(m.size());
  return m;
}

TEST_F(HssTest, RequestsThatAreWrongAreToldWhatIsWrong) {
  const auto good = dia::encode(request<Air>(), {1, 1});
  const auto find = [&](std::string_view digits) {
    const auto what = *parse_hex(digits);
    return std::search(good.begin(), good.end(), what.begin(), what.end());
  };
  const auto failed_of = [&] { return hex(dia::decode_error_answer(said.at(0))->failed_avp.value().avps); };

  // Without User-Name: 8 octets of header, 15 digits, one of padding.
  auto m = good;
  const auto name_at = find("00000001400000") - good.begin();
  m.erase(m.begin() + name_at, m.begin() + name_at + 24);
  say(mended(m));
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::missing_avp);
  EXPECT_EQ(failed_of(), "0000000140000008");

  // A letter in it.
  m = good;
  m[static_cast<std::size_t>(name_at) + 8] = 'x';
  say(m);
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::invalid_avp_value);
  EXPECT_TRUE(
      failed_of().starts_with("0000000140000017"
                              "78"));

  // An AUTS of 13 octets.
  auto air = request<Air>();
  air.requested_eutran->resynchronization.emplace();
  m = dia::encode(air, {1, 1});
  const auto what = *parse_hex("00000583c000002a");
  const auto auts = std::search(m.begin(), m.end(), what.begin(), what.end());
  ASSERT_NE(auts, m.end());
  *(auts + 7) = 0x29;
  say(m);
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::invalid_avp_length);

  // Nothing asked for.
  auto empty = request<Air>();
  empty.requested_eutran.reset();
  say(dia::encode(empty, {1, 1}));
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::missing_avp);
  EXPECT_TRUE(failed_of().starts_with("00000580"));

  // An AVP nobody knows that must be understood.
  m = good;
  const auto unknown = *parse_hex("0000ffffc0000010000028af00000000");
  m.insert(m.end(), unknown.begin(), unknown.end());
  say(mended(m));
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::avp_unsupported);
  EXPECT_EQ(failed_of(), hex(unknown));

  // A command that is not served.
  m = good;
  m[7] = 0x3F;
  say(m);
  EXPECT_EQ(dia::result_of(said.at(0))->code, dia::code::command_unsupported);

  EXPECT_EQ(hss->busy(), 0U);
  EXPECT_EQ(stored().seq_reserved, 0U) << "nothing of this reached the AuC";
  EXPECT_EQ(vectors().size(), 1U) << "and the HSS goes on";
}

TEST_F(HssTest, AsManyRequestsOfOneSubscriberAsTheBoundWaitAndOneMoreDoesNot) {
  hold_loads = true;
  for (std::size_t i = 0; i <= requests_waiting_max; ++i) ask(request<Air>());
  EXPECT_FALSE(verdict());
  ask(request<Air>());
  EXPECT_EQ(verdict()->code, dia::code::too_busy);
  hold_loads = false;
  ASSERT_EQ(held.size(), 1U) << "one at a time";
  tell(std::move(held[0]));
  settle();
  std::size_t served = 0;
  while (auto v = verdict()) served += v->success() ? 1U : 0U;
  EXPECT_EQ(served, requests_waiting_max + 1);
  EXPECT_EQ(hss->busy(), 0U);
}

TEST_F(HssTest, AsManySubscribersAsTheBoundAreServedAtATimeAndOneMoreIsNot) {
  hold_loads = true;
  const auto who = [](std::size_t i) { return *Imsi::parse("0010100000" + std::to_string(10000 + i)); };
  // Two MMEs: each may have owed_max requests open, and that bound is another.
  for (std::size_t i = 0; i < subscribers_busy_max; ++i) ask(request<Air>(i % 2, who(i)), i % 2);
  EXPECT_EQ(hss->busy(), subscribers_busy_max);
  EXPECT_EQ(counters["hss.too_busy"], 0);
  ask(request<Air>(0, who(subscribers_busy_max)));
  EXPECT_EQ(verdict()->code, dia::code::too_busy);
}

TEST_F(HssTest, AnMmeThatLeavesWhileTheStoreWorksCostsNoVector) {
  hold_saves = true;
  ask(request<Air>());
  lose(0);
  store.sync();
  tell(SubscriberSaved{held_saves.at(0), true});
  settle();
  EXPECT_TRUE(ledger.empty());
  EXPECT_EQ(hss->busy(), 0U);
}

TEST_F(HssTest, AStoreAnswerThatNobodyAskedForIsIgnored) {
  tell(SubscriberSaved{StoreToken{99}, true});
  tell(SubscriberLoaded{StoreToken{98}, subscriber()});
  settle();
  EXPECT_EQ(counters["hss.store_answer_unasked"], 2);
}

// --- what is written down -----------------------------------------------------------------------

TEST_F(HssTest, TheLedgerTellsTheWholeLifeOfEveryKeyHere) {
  auto v = vectors();
  const KeyIdKey id_key{};
  const KeyId kasme = key_id_of(id_key, v[0].kasme);
  struct Line {
    KeyEvent event;
    KeyKind kind;
  };
  const std::vector<Line> expected = {{KeyEvent::derived, KeyKind::ck},    {KeyEvent::derived, KeyKind::ik},
                                      {KeyEvent::derived, KeyKind::kasme}, {KeyEvent::sent, KeyKind::kasme},
                                      {KeyEvent::erased, KeyKind::ck},     {KeyEvent::erased, KeyKind::ik},
                                      {KeyEvent::erased, KeyKind::kasme}};
  ASSERT_EQ(ledger.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(ledger[i].event, expected[i].event) << i;
    EXPECT_EQ(ledger[i].kind, expected[i].kind) << i;
    EXPECT_EQ(ledger[i].subscriber, Imsi::test_value().digits());
    EXPECT_EQ(ledger[i].node, "hss");
  }
  EXPECT_EQ(ledger[2].key, kasme);
  EXPECT_EQ(ledger[2].parents, (std::vector<KeyId>{ledger[0].key, ledger[1].key}));
  EXPECT_EQ(ledger[3].peer, "mme1");
}

TEST_F(HssTest, NothingThatIsSaidHoldsAKey) {
  auto v = vectors(3);
  dia::Resynchronization forged{v[0].rand, {}};
  vectors(1, 0, forged);
  for (const auto& line : logged) {
    EXPECT_EQ(line.find(k_digits.substr(0, 8)), std::string::npos) << line;
    EXPECT_EQ(line.find(opc_digits.substr(0, 8)), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace baton::node::hss
