// Vectors for UTRAN and GERAN, of every algorithm and every scheme of SQN, and two HSSs on one store.
#include <set>

#include "crypto/tuak.h"
#include "keys/auc.h"
#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

using Quintets = std::vector<dia::UtranVector>;

/// The second client is an SGSN.
class HssSgsn : public HssTest {
 protected:
  HssSgsn() {
    settings.clients[1].kind = ClientKind::sgsn;
    boot();
  }
  Air asks_for_quintets(std::uint32_t number = 1, std::size_t i = 1) {
    auto m = request<Air>(i);
    m.requested_eutran.reset();
    m.requested_utran_geran.emplace();
    m.requested_utran_geran->number_of_requested_vectors = number;
    return m;
  }
  Quintets quintets(std::uint32_t number = 1, std::optional<dia::Resynchronization> resync = {}) {
    auto m = asks_for_quintets(number);
    m.requested_utran_geran->resynchronization = resync;
    ask(m, 1);
    auto a = answer(1);
    if (!a) return {};
    last_result = a->result;
    auto aia = dia::decode<Aia>(a->octets);
    EXPECT_TRUE(aia) << aia.why().to_string();
    if (!aia->authentication_info) return {};
    EXPECT_TRUE(aia->authentication_info->eutran_vectors.empty());
    return std::move(aia->authentication_info->utran_vectors);
  }
};

//= TS 29.272, 5.2.3.1.3; type=test
//= TS 33.102, 6.3.2; type=test
TEST_F(HssSgsn, AQuintetIsAcceptedByTheCardAndHasNoSeparationBit) {
  const auto q = quintets(2);
  ASSERT_EQ(q.size(), 2U);
  Usim card = usim();
  for (std::uint32_t i = 0; i < 2; ++i) {
    EXPECT_EQ(q[i].item_number, i + 1);
    const auto answered = card.authenticate(q[i].rand, q[i].autn);
    const auto* ok = std::get_if<UsimSuccess>(&answered);
    ASSERT_NE(ok, nullptr);
    EXPECT_TRUE(constant_time_equal(ok->res.expose(), q[i].xres.expose()));
    EXPECT_TRUE(ok->ck == q[i].ck);
    EXPECT_TRUE(ok->ik == q[i].ik);
    EXPECT_FALSE(separation_bit(ok->amf)) << "an ME on E-UTRAN refuses it";
    EXPECT_EQ(sqn_in(q[i].rand, q[i].autn).ind(), 1U) << "the SGSN's own index";
  }
}

//= TS 33.401, 6.1.1; type=test
TEST_F(HssSgsn, TheSeparationBitIsThatOfTheAccessWhateverTheRecordSays) {
  for (const Byte first : {Byte{0x00}, Byte{0x80}, Byte{0xFF}}) {
    auto r = stored();
    r.amf = Amf{{first, 0x5A}};
    ASSERT_TRUE(store.put(std::move(r)));
    ASSERT_TRUE(store.sync());
    const auto v = vectors();
    const auto q = quintets();
    ASSERT_EQ(v.size() + q.size(), 2U);
    EXPECT_EQ(v[0].autn.bytes[6], first | 0x80U);
    EXPECT_EQ(q[0].autn.bytes[6], first & 0x7FU);
    EXPECT_EQ(v[0].autn.bytes[7], 0x5A) << "the operator's bits stay";
  }
}

TEST_F(HssSgsn, EachGetsTheVectorsOfItsAccessAndNoOthers) {
  ask(asks_for_quintets(1, 0), 0);
  EXPECT_EQ(verdict(0)->code, dia::code::authorization_rejected) << "quintets for an MME";
  auto m = request<Air>(1);
  ask(m, 1);
  EXPECT_EQ(verdict(1)->code, dia::code::authorization_rejected) << "vectors of E-UTRAN for an SGSN";
  m = asks_for_quintets();
  m.requested_eutran.emplace();
  ask(m, 1);
  EXPECT_EQ(verdict(1)->code, dia::code::authorization_rejected) << "one forbidden kind is enough";
  EXPECT_EQ(counters["hss.access_not_authorised"], 3);
  EXPECT_EQ(stored().seq_reserved, 0U);
}

TEST_F(HssSgsn, ANodeThatIsBothGetsBothAndWhatItWantsAtOnceFirst) {
  settings.clients[1].kind = ClientKind::combined;
  boot();
  auto both = asks_for_quintets(2);
  both.requested_eutran.emplace();
  both.requested_eutran->number_of_requested_vectors = 3;
  ask(both, 1);
  auto aia = dia::decode<Aia>(answer(1)->octets);
  ASSERT_TRUE(aia && aia->authentication_info);
  EXPECT_EQ(aia->authentication_info->eutran_vectors.size(), 3U);
  EXPECT_EQ(aia->authentication_info->utran_vectors.size(), 2U);
  std::set<std::uint64_t> sqns;
  for (const auto& v : aia->authentication_info->eutran_vectors) sqns.insert(sqn_in(v.rand, v.autn).value());
  for (const auto& v : aia->authentication_info->utran_vectors) sqns.insert(sqn_in(v.rand, v.autn).value());
  EXPECT_EQ(sqns.size(), 5U);
  both.requested_utran_geran->immediate_response_preferred = 0;
  ask(both, 1);
  aia = dia::decode<Aia>(answer(1)->octets);
  ASSERT_TRUE(aia && aia->authentication_info);
  EXPECT_TRUE(aia->authentication_info->eutran_vectors.empty());
  EXPECT_EQ(aia->authentication_info->utran_vectors.size(), 2U);
}

TEST_F(HssSgsn, WhoAsksForVectorsOfNoAccessIsToldWhatIsMissing) {
  auto m = asks_for_quintets();
  m.requested_utran_geran.reset();
  ask(m, 1);
  EXPECT_EQ(verdict(1)->code, dia::code::missing_avp);
}

//= TS 33.102, 6.3.5; type=test
TEST_F(HssSgsn, AResynchronisationMovesBothAndAForgedOneNeither) {
  Usim card(secret_from<K>(k_digits), secret_from<Opc>(opc_digits));
  Rand rand;
  rand.bytes.fill(7);
  // The card has seen SEQ 1000.
  const auto ahead = make_quintet(MilenageSecret{secret_from<K>(k_digits), secret_from<Opc>(opc_digits)}, {},
                                  *Sqn::of(1000, 3), rand);
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(rand, ahead.autn)));
  const auto q = quintets();
  ASSERT_EQ(q.size(), 1U);
  // IND 1 of the card is still free, so the AuC's own vector is taken; a replay gives the AUTS.
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(q[0].rand, q[0].autn)));
  const auto answered = card.authenticate(q[0].rand, q[0].autn);
  const auto* sync = std::get_if<SyncFailure>(&answered);
  ASSERT_NE(sync, nullptr);
  for (std::size_t bit = 0; bit < 8 * Auts::size; bit += 5) {
    now += resync_window;
    auto forged = *sync;
    forged.auts.bytes[bit / 8] = static_cast<Byte>(forged.auts.bytes[bit / 8] ^ (1U << bit % 8));
    const auto before = stored().seq_reserved;
    EXPECT_TRUE(quintets(1, dia::Resynchronization{q[0].rand, forged.auts}).empty());
    EXPECT_EQ(last_result.code, dia::experimental::authentication_data_unavailable);
    EXPECT_EQ(stored().seq_reserved, before) << "bit " << bit;
    EXPECT_EQ(stored().resyncs, 0U);
  }
  now += resync_window;
  const auto next = quintets(1, dia::Resynchronization{q[0].rand, sync->auts});
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(sqn_in(next[0].rand, next[0].autn).seq(), 1001U);
  EXPECT_EQ(stored().resyncs, 1U);
  const auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 1002U) << "one counter for both";
}

// --- algorithms ---------------------------------------------------------------------------------

//= TS 35.231, 6; type=test
TEST_F(HssSgsn, ATuakSubscriberIsServedLikeAnyOther) {
  for (const std::size_t k_octets : {16U, 32U}) {
    std::array<Byte, 32> k{}, topc{};
    k.fill(0xAB);
    topc.fill(0xBD);
    auto r = stored();
    r.secret = TuakSecret{TuakK(Bytes(k).first(k_octets)), Topc(topc), 8, 2};
    ASSERT_TRUE(store.put(std::move(r)));
    ASSERT_TRUE(store.sync());
    const auto card = crypto::Tuak::make(Bytes(k).first(k_octets), topc, {.iterations = 2});
    ASSERT_TRUE(card);
    const auto check = [&](const Rand& rand, const Autn& autn, Bytes xres) {
      const auto f = card->f2345(rand.bytes);
      std::array<Byte, 6> sqn{};
      for (std::size_t i = 0; i < 6; ++i) sqn[i] = static_cast<Byte>(autn.bytes[i] ^ f.ak.expose()[i]);
      const std::span<const Byte, 16> a(autn.bytes);
      EXPECT_TRUE(constant_time_equal(card->f1(rand.bytes, sqn, a.subspan<6, 2>()).expose(),
                                      Bytes(autn.bytes).last(8)));
      EXPECT_TRUE(constant_time_equal(f.res.expose(), xres));
      return Sqn::from_octets(sqn);
    };
    const auto q = quintets();
    ASSERT_EQ(q.size(), 1U);
    check(q[0].rand, q[0].autn, q[0].xres.expose());
    const auto f = card->f2345(q[0].rand.bytes);
    EXPECT_TRUE(constant_time_equal(f.ck.expose(), q[0].ck.expose()));
    EXPECT_TRUE(constant_time_equal(f.ik.expose(), q[0].ik.expose()));
    const auto v = vectors();
    ASSERT_EQ(v.size(), 1U);
    check(v[0].rand, v[0].autn, v[0].xres.expose());
    const auto g = card->f2345(v[0].rand.bytes);
    const Kasme kasme = derive_kasme(Ck(g.ck.expose().first<16>()), Ik(g.ik.expose().first<16>()), home,
                                     SqnXorAk::from(Bytes(v[0].autn.bytes).first(6)));
    EXPECT_TRUE(kasme == v[0].kasme);

    // The card is at SEQ 5000: its AUTS moves the AuC, one with a bit changed does not.
    const auto sqn_ms = Sqn::of(5000, 0)->octets();
    const auto ak = card->f5_star(v[0].rand.bytes);
    const auto mac = card->f1_star(v[0].rand.bytes, sqn_ms, std::array<Byte, 2>{});
    Auts auts;
    for (std::size_t i = 0; i < 6; ++i) auts.bytes[i] = static_cast<Byte>(sqn_ms[i] ^ ak.expose()[i]);
    std::copy(mac.expose().begin(), mac.expose().end(), auts.bytes.begin() + 6);
    auto forged = auts;
    forged.bytes[13] ^= 1U;
    now += resync_window;
    EXPECT_TRUE(vectors(1, 0, dia::Resynchronization{v[0].rand, forged}).empty());
    const auto after = vectors(1, 0, dia::Resynchronization{v[0].rand, auts});
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(check(after[0].rand, after[0].autn, after[0].xres.expose()).seq(), 5001U);
    auto back = stored();
    back.seq_reserved = 0;
    ASSERT_TRUE(store.put(std::move(back)));
    ASSERT_TRUE(store.sync());
    boot();
  }
}

// --- schemes ------------------------------------------------------------------------------------

class HssClock : public HssTest {
 protected:
  void scheme(context::SqnScheme s) {
    auto r = stored();
    r.sqn_scheme = s;
    ASSERT_TRUE(store.put(std::move(r)));
    ASSERT_TRUE(store.sync());
    boot();
  }
  std::uint64_t seq() {
    const auto v = vectors();
    return v.empty() ? 0 : sqn_in(v[0].rand, v[0].autn).seq();
  }
  Instant at(std::int64_t seconds) { return {std::chrono::seconds(seconds)}; }
};

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssClock, ByTheClockASeqIsTheTimeInTenthsOfASecondAndNothingIsWritten) {
  now = at(1'700'000'000);
  scheme(context::SqnScheme::time);
  now += 100ms;
  const auto writes = store.syncs();
  EXPECT_EQ(seq(), 17'000'000'001U);
  now += 250ms;
  EXPECT_EQ(seq(), 17'000'000'003U);
  EXPECT_EQ(store.syncs(), writes);
  // Several at once take what the clock has passed.
  now += 10s;
  const auto v = vectors(5);
  ASSERT_EQ(v.size(), 5U);
  EXPECT_EQ(sqn_in(v[4].rand, v[4].autn).seq(), 17'000'000'103U);
  EXPECT_EQ(store.syncs(), writes);
}

TEST_F(HssClock, WhoIsFasterThanTheClockGetsSeqsThatAreWrittenDownFirst) {
  now = at(1'700'000'000);
  scheme(context::SqnScheme::time);
  const auto writes = store.syncs();
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const auto s = seq();
    EXPECT_GT(s, last);
    last = s;
  }
  EXPECT_GE(stored().seq_reserved, last) << "a crash now must not give them again";
  EXPECT_EQ(store.syncs(), writes + 1);
}

TEST_F(HssClock, ACrashNeverLetsASeqOfTheClockBeUsedTwice) {
  now = at(1'700'000'000);
  scheme(context::SqnScheme::time);
  std::uint64_t last = 0;
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 2) crash();
    if (i % 7 == 0) now += 30ms;
    const auto s = seq();
    EXPECT_GT(s, last) << i;
    last = s;
  }
}

TEST_F(HssClock, ByTheClockAResynchronisationMovesTheOffset) {
  now = at(1'700'000'000);
  scheme(context::SqnScheme::time);
  now += 1s;
  auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  // A fresh card at 0: the jump is more than it forgives.
  Usim card = usim();
  const auto answered = card.authenticate(v[0].rand, v[0].autn);
  const auto* sync = std::get_if<SyncFailure>(&answered);
  ASSERT_NE(sync, nullptr);
  v = vectors(1, 0, dia::Resynchronization{v[0].rand, sync->auts});
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 1U);
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
  now += 3600s;
  v = vectors();
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 36'000U) << "the clock goes on from there";
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
  crash();
  now += 1s;
  EXPECT_EQ(seq(), 36'010U) << "the offset is durable";
}

//= TS 33.102, C.1.1.1; type=test
TEST_F(HssClock, PartlyByTheClockTheLowBitsFollowItAndTheHighOnesCountItsRounds) {
  constexpr std::int64_t period = 1 << 24;
  now = at(100 * period + 1'000'000);
  scheme(context::SqnScheme::partly_time);
  EXPECT_EQ(seq(), 1'000'000U);
  EXPECT_EQ(seq(), 1'000'001U) << "the clock has not moved";
  now += 10s;
  EXPECT_EQ(seq(), 1'000'010U);
  now = at(101 * period + 7);
  EXPECT_EQ(seq(), (1U << 24U) + 7) << "a round later";
  // The clock is put back by less than D: SEQ counts until the clock has caught up.
  now = at(101 * period + 1);
  EXPECT_EQ(seq(), (1U << 24U) + 8);
  crash();
  const auto after = seq();
  EXPECT_GT(after, (1U << 24U) + 8);
}

// --- two HSSs on one store ----------------------------------------------------------------------

class SecondHss : public HssTest {
 public:
  explicit SecondHss(std::shared_ptr<store::MemoryStore> of) : HssTest(std::move(of)) {
    settings.ind_base = 16;
    boot();
  }
  void TestBody() override {}
  using HssTest::counters;
  using HssTest::now;
  using HssTest::vectors;
};

TEST_F(HssTest, TwoHsssOnOneStoreNeverGiveTheSameSqnAndNeitherMakesTheOthersStale) {
  SecondHss other(shared);
  Usim card = usim();
  std::set<std::uint64_t> sqns;
  for (int i = 0; i < 200; ++i) {
    const auto mine = vectors(1 + static_cast<std::uint32_t>(i % 3));
    const auto theirs = other.vectors(1 + static_cast<std::uint32_t>(i % 2));
    for (const auto* all : {&mine, &theirs})
      for (const auto& v : *all) {
        const Sqn sqn = sqn_in(v.rand, v.autn);
        EXPECT_TRUE(sqns.insert(sqn.value()).second);
        EXPECT_EQ(sqn.ind(), all == &mine ? 0U : 16U);
        EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v.rand, v.autn)));
      }
  }
  EXPECT_EQ(sqns.size(), 699U);
  std::set<std::uint64_t> seqs;
  for (const auto v : sqns) seqs.insert(v >> 5U);
  EXPECT_EQ(seqs.size(), sqns.size()) << "not even a SEQ twice";
}

TEST_F(HssTest, AReservationThatMeetsAnotherHsssIsMadeAgainAboveIt) {
  hold_loads = true;
  ask(request<Air>());
  ASSERT_EQ(held.size(), 1U);
  // In between the other one reserves.
  SecondHss other(shared);
  const auto theirs = other.vectors();
  ASSERT_EQ(theirs.size(), 1U);
  hold_loads = false;
  tell(std::move(held[0]));
  settle();
  const auto aia = dia::decode<Aia>(answer()->octets);
  ASSERT_TRUE(aia && aia->authentication_info) << last_result.to_string();
  const auto& v = aia->authentication_info->eutran_vectors[0];
  EXPECT_EQ(sqn_in(theirs[0].rand, theirs[0].autn).seq(), 1U);
  EXPECT_EQ(sqn_in(v.rand, v.autn).seq(), sequence_block + 1);
}

TEST_F(HssTest, AnotherHssThatKeepsWritingIsGivenUpOnAfterABound) {
  hold_loads = true;
  ask(request<Air>());
  for (int i = 0; i < conflicts_max; ++i) {
    ASSERT_EQ(held.size(), 1U) << i;
    auto theirs = stored();
    ++theirs.resyncs;
    ASSERT_TRUE(store.put(std::move(theirs)));
    ASSERT_TRUE(store.sync());
    auto mine = std::move(held[0]);
    held.clear();
    tell(std::move(mine));
    settle();
  }
  EXPECT_EQ(verdict()->code, dia::code::too_busy);
  EXPECT_EQ(counters["hss.store_conflict"], 1);
}

TEST_F(HssTest, AStoreThatCannotReadIsNotTakenForNobodyThere) {
  store.fail_loads(1, context::StoreFault::corrupt);
  ask(request<Air>());
  EXPECT_EQ(*verdict(), (dia::AnswerResult{dia::code::unable_to_comply, false, 0}));
  store.fail_loads(1, context::StoreFault::locked);
  ask(request<Air>());
  EXPECT_EQ(*verdict(), (dia::AnswerResult{dia::code::too_busy, false, 0}));
  EXPECT_EQ(counters["hss.user_unknown"], 0);
  EXPECT_EQ(vectors().size(), 1U) << "and it goes on";
}

// --- endless resynchronisation ------------------------------------------------------------------

TEST_F(HssTest, ResynchronisationThatNeverEndsInARegistrationIsPausedAndARestartDoesNotBeginAgain) {
  Usim card = usim();
  const auto first = vectors();
  ASSERT_EQ(first.size(), 1U);
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(first[0].rand, first[0].autn)));
  const auto answered = card.authenticate(first[0].rand, first[0].autn);
  const auto auts = std::get<SyncFailure>(answered).auts;
  const dia::Resynchronization again{first[0].rand, auts};
  for (std::uint32_t i = 0; i < resyncs_unanswered_max; ++i) {
    now += resync_window;
    ASSERT_EQ(vectors(1, 0, again).size(), 1U) << i;
  }
  crash();
  EXPECT_EQ(stored().resyncs, resyncs_unanswered_max);
  now += resync_window;
  EXPECT_EQ(vectors(1, 0, again).size(), 1U) << "one in a pause, for a card that was repaired";
  now += resync_window;
  EXPECT_TRUE(vectors(1, 0, again).empty());
  EXPECT_EQ(last_result.code, dia::experimental::authentication_data_unavailable);
  EXPECT_EQ(counters["hss.resync_endless"], 1);
  EXPECT_EQ(vectors().size(), 1U) << "a plain request is served";
  now += resync_pause;
  EXPECT_EQ(vectors(1, 0, again).size(), 1U);
  // A location update shows that the card takes our vectors.
  ask(request<dia::UpdateLocationRequest>());
  EXPECT_TRUE(verdict()->success());
  EXPECT_EQ(stored().resyncs, 0U);
}

TEST_F(HssTest, AWrongMacIsExplainedByWhatIsKnownOfTheCard) {
  const auto v = vectors();
  Auts forged;
  forged.bytes.fill(0x5A);
  EXPECT_TRUE(vectors(1, 0, dia::Resynchronization{v[0].rand, forged}).empty());
  EXPECT_TRUE(logged_text("wrong OPc or K in the record, or forged AUTS")) << logged.back();
  ask(request<dia::UpdateLocationRequest>());
  EXPECT_TRUE(verdict()->success());
  EXPECT_TRUE(vectors(1, 0, dia::Resynchronization{v[0].rand, forged}).empty());
  EXPECT_TRUE(logged_text("forged AUTS; the card has been in service"));
}

TEST_F(HssTest, ARecordThatHoldsOpInPlaceOfOpcIsRecognised) {
  // The card's OPc is made of OP; the record holds that OP.
  const K k = secret_from<K>(k_digits);
  const Op op = secret_from<Op>(opc_digits);
  Usim card(k.clone(), derive_opc(k, op));
  const auto right = AkaSecret(MilenageSecret{k.clone(), derive_opc(k, op)});
  Rand rand;
  rand.bytes.fill(1);
  const auto fresh = make_quintet(right, {}, *Sqn::of(9, 0), rand);
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(rand, fresh.autn)));
  const auto auts = std::get<SyncFailure>(card.authenticate(rand, fresh.autn)).auts;
  EXPECT_TRUE(vectors(1, 0, dia::Resynchronization{rand, auts}).empty());
  EXPECT_TRUE(logged_text("the record holds OP where OPc belongs"));
  EXPECT_EQ(counters["hss.auts_wrong"], 1);
}

}  // namespace
}  // namespace baton::node::hss
