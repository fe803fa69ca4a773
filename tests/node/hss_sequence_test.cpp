// SEQ does not leave twice: two HSSs and a card between them, what operators change, failures of the store
// and clocks that go back.
#include <set>

#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

class HssSequence : public HssTest {
 public:
  HssSequence() = default;
  /// Another HSS on the same store.
  explicit HssSequence(std::shared_ptr<store::MemoryStore> of) : HssTest(std::move(of)) {
    settings.ind_base = 16;
    boot();
  }
  void TestBody() override {}
  using HssTest::before_start;
  using HssTest::boot;
  using HssTest::now;

  void scheme(context::SqnScheme s) {
    auto r = stored();
    r.sqn_scheme = s;
    ASSERT_TRUE(store.put(std::move(r)));
    ASSERT_TRUE(store.sync());
    boot();
  }
  /// by_the_clock begins in 2023, a second ago.
  void by_the_clock() {
    now = Instant{std::chrono::seconds(1'700'000'000)};
    scheme(context::SqnScheme::time);
    now += 1s;
  }
  Sqn sqn(std::optional<dia::Resynchronization> resync = {}) {
    last = vectors(1, 0, resync);
    if (last.empty()) return {};
    return sqn_in(last[0].rand, last[0].autn);
  }
  std::uint64_t seq(std::optional<dia::Resynchronization> resync = {}) {
    return sqn(resync).seq(stored().ind_bits);
  }
  AdminOutcome administer(decltype(Administer::task) task) {
    administered.clear();
    tell(Administer{AdminToken{1}, std::move(task)});
    settle();
    return administered.empty() ? AdminOutcome::too_busy : administered[0].outcome;
  }
  template <class How>
  void change(How how) {
    ChangeSubscriber c{.imsi = Imsi::test_value()};
    how(c);
    EXPECT_EQ(administer(std::move(c)), AdminOutcome::done);
  }
  /// The card takes the last vector, and says when it gets it once more where it is.
  dia::Resynchronization replay(Usim& card) {
    (void)card.authenticate(last[0].rand, last[0].autn);
    const auto answered = card.authenticate(last[0].rand, last[0].autn);
    return {last[0].rand, std::get<SyncFailure>(answered).auts};
  }

  std::vector<dia::EutranVector> last;
};

// --- two HSSs and a card ------------------------------------------------------------------------

//= TS 33.102, 6.3.5; type=test
TEST_F(HssSequence, ACardThatIsAheadByWhatAnotherHssGaveTakesNothingOfItsBlock) {
  std::set<std::uint64_t> seqs;
  Usim card = usim();
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(seqs.insert(seq()).second);
  HssSequence other(shared);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(seqs.insert(other.seq()).second);
  ASSERT_TRUE(seqs.contains(70));
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(other.last[0].rand, other.last[0].autn)));
  EXPECT_TRUE(seqs.insert(seq()).second);
  EXPECT_TRUE(seqs.contains(41));
  const auto after = seq(replay(card));
  EXPECT_TRUE(seqs.insert(after).second);
  EXPECT_EQ(after, 97U) << "above the block of the other";
  EXPECT_GE(stored().seq_reserved, 97U);
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(seqs.insert(other.seq()).second) << i;
    EXPECT_TRUE(seqs.insert(seq()).second) << i;
  }
}

TEST_F(HssSequence, WhereACardSendsSeqBackTheOtherHssGivesUpItsBlock) {
  std::set<std::uint64_t> seqs;
  Usim card = usim();
  EXPECT_EQ(seq(), 1U);
  HssSequence other(shared);
  EXPECT_EQ(other.seq(), 33U);
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(other.last[0].rand, other.last[0].autn)));
  // A wrong number, which only the card can put right.
  change([](auto& c) { c.seq = std::uint64_t{1} << 30U; });
  EXPECT_GT(seq(), std::uint64_t{1} << 30U);
  const auto answered = card.authenticate(last[0].rand, last[0].autn);
  const auto* sync = std::get_if<SyncFailure>(&answered);
  ASSERT_NE(sync, nullptr);
  const auto back = seq(dia::Resynchronization{last[0].rand, sync->auts});
  EXPECT_EQ(back, 34U);
  seqs.insert(back);
  for (int i = 0; i < 60; ++i) {
    EXPECT_TRUE(seqs.insert(other.seq()).second) << i;
    EXPECT_TRUE(seqs.insert(seq()).second) << i;
  }
}

TEST_F(HssSequence, AStoreThatForgotAReservationMakesNoSeqLeaveAgain) {
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(seq(), i);
  auto behind = stored();
  behind.seq_reserved = 0;
  ASSERT_TRUE(store.put(std::move(behind)));
  ASSERT_TRUE(store.sync());
  EXPECT_EQ(seq(), 4U);
  EXPECT_GE(stored().seq_reserved, 4U);
}

// --- what an operator changes -------------------------------------------------------------------

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssSequence, WhatAnOperatorChangesOfASubscriberOfTheClockSendsNoSqnBack) {
  by_the_clock();
  std::uint64_t before = sqn().value();
  const auto goes_on = [&](std::string_view what) {
    const auto after = sqn().value();
    EXPECT_GT(after, before) << what;
    before = after;
  };
  const auto offset = stored().seq_offset;
  change([](auto& c) { c.sqn_scheme = context::SqnScheme::time; });
  goes_on("the scheme it has");
  EXPECT_EQ(stored().seq_offset, offset);
  change([&](auto& c) { c.seq = stored().seq_reserved; });
  goes_on("the SEQ that was shown");
  change([](auto& c) { c.ind_bits = 6; });
  goes_on("a longer index");
  change([](auto& c) { c.ind_bits = 5; });
  goes_on("a shorter index");
  change([](auto& c) { c.sqn_scheme = context::SqnScheme::counter; });
  goes_on("to counting");
  change([](auto& c) { c.sqn_scheme = context::SqnScheme::time; });
  goes_on("to the clock");
  now += 1s;
  goes_on("a second later");
  change([](auto& c) { c.sqn_scheme = context::SqnScheme::partly_time; });
  goes_on("to both");
  change([](auto& c) { c.ind_bits = 4; });
  goes_on("a shorter index again");
}

TEST_F(HssSequence, ASeqThatAnOperatorNamesHoldsForEveryHss) {
  HssSequence other(shared);
  EXPECT_EQ(seq(), 1U);
  EXPECT_EQ(other.seq(), 33U);
  change([](auto& c) { c.seq = 5; });
  EXPECT_EQ(seq(), 6U);
  EXPECT_EQ(other.seq(), 38U);
  by_the_clock();
  EXPECT_GT(seq(), 1'000'000U);
  change([](auto& c) { c.seq = 7; });
  EXPECT_EQ(seq(), 8U);
}

TEST_F(HssSequence, AChangeOfSomethingElseIsNoReasonToForgetWhatLeft) {
  by_the_clock();
  std::set<std::uint64_t> sqns;
  for (int i = 0; i < 8; ++i) {
    for (const auto& v : vectors(5)) EXPECT_TRUE(sqns.insert(sqn_in(v.rand, v.autn).value()).second) << i;
    change([](auto& c) { c.amf = Amf{{0x80, 0x01}}; });
  }
  EXPECT_EQ(sqns.size(), 40U);
}

// --- the clock ----------------------------------------------------------------------------------

TEST_F(HssSequence, AStoreThatFailsOrAnotherWriterIsNoReasonToForgetWhatLeftByTheClock) {
  by_the_clock();
  const auto first = seq();
  // The next one, in the same tenth of a second, has to be written down, and another HSS is faster.
  hold_loads = true;
  ask(request<Air>());
  ASSERT_EQ(held.size(), 1U);
  auto theirs = stored();
  theirs.terminal.imei = "35349006987331";
  ASSERT_TRUE(store.put(std::move(theirs)));
  ASSERT_TRUE(store.sync());
  hold_loads = false;
  tell(std::move(held[0]));
  settle();
  const auto aia = dia::decode<Aia>(answer()->octets);
  ASSERT_TRUE(aia && aia->authentication_info);
  const auto& v = aia->authentication_info->eutran_vectors[0];
  const auto second = sqn_in(v.rand, v.autn).seq();
  EXPECT_GT(second, first);

  now += 10s;
  const auto third = seq();
  EXPECT_GT(third, second);
  store.fail_syncs(1);
  EXPECT_TRUE(vectors().empty()) << "it had to be written down";
  EXPECT_GT(seq(), third);
}

TEST_F(HssSequence, ASubscriberAddedLongAfterTheStartBeginsWhereItsCardIs) {
  by_the_clock();
  now += 3600s;
  auto r = subscriber();
  r.sqn_scheme = context::SqnScheme::time;
  EXPECT_EQ(administer(RemoveSubscriber{Imsi::test_value()}), AdminOutcome::done);
  EXPECT_EQ(administer(AddSubscriber{std::move(r)}), AdminOutcome::done);
  EXPECT_EQ(seq(), 1U);
}

TEST_F(HssSequence, AClockThatIsPutBackStopsForSeqsAndDoesNotSpendThem) {
  by_the_clock();
  change([](auto& c) { c.seq = 3; });
  std::uint64_t before = seq();
  EXPECT_EQ(before, 4U);
  now += 10s;
  before = seq();
  EXPECT_EQ(before, 103U);
  now += -60s;
  for (int i = 0; i < 40; ++i) {
    const auto after = seq();
    EXPECT_GT(after, before);
    EXPECT_LT(after, 1000U);
    before = after;
  }
  crash();
  const auto after = seq();
  EXPECT_GT(after, before) << "those were written down";
  EXPECT_LT(after, 1000U);
}

TEST_F(HssSequence, AStartUnderAClockThatWasPutBackGoesOnAboveWhatLeftBeforeTheLastLocationUpdate) {
  by_the_clock();
  now += 3600s;
  const auto before = seq();
  ask(request<dia::UpdateLocationRequest>());
  EXPECT_TRUE(verdict()->success());
  now += -1800s;
  crash();
  EXPECT_EQ(seq(), before + 1);
  EXPECT_EQ(seq(), before + 2);
}

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssSequence, TheClockOfSeqsGoesNoFurtherThanTheStoreKnowsAndBeyondEachIsWrittenDown) {
  const Instant start{std::chrono::seconds(1'700'000'000)};
  before_start = [&](Hss& h) { h.go_by_clock({}, start + 60s, 0); };
  by_the_clock();
  std::set<std::uint64_t> seqs;
  auto writes = store.syncs();
  for (int i = 0; i < 5; ++i, now += 10s) EXPECT_TRUE(seqs.insert(seq()).second);
  EXPECT_EQ(store.syncs(), writes) << "by the clock nothing is written";
  // The store is not told in time.
  now = start + 600s;
  for (int i = 0; i < 40; ++i, now += 1s) EXPECT_TRUE(seqs.insert(seq()).second);
  EXPECT_GT(store.syncs(), writes);
  EXPECT_GE(stored().seq_reserved, *seqs.rbegin()) << "above the clock's end they are written down";
  // It is again.
  hss->clock_until(now + 60s);
  now += 30s;
  EXPECT_TRUE(seqs.insert(seq()).second);
  writes = store.syncs();
  for (int i = 0; i < 5; ++i) {
    now += 5s;
    EXPECT_TRUE(seqs.insert(seq()).second);
  }
  EXPECT_EQ(store.syncs(), writes);
}

//= TS 33.102, C.1.1.3; type=test
TEST_F(HssSequence, AStartUnderAClockThatWasPutBackGoesOnAboveAllThatTheClockMayHaveGiven) {
  const Instant start{std::chrono::seconds(1'700'000'000)};
  Instant until = start + 7200s;
  before_start = [&](Hss& h) { h.go_by_clock({}, until, 0); };
  by_the_clock();
  now += 7000s;
  std::uint64_t before = seq();
  for (int i = 0; i < 20; ++i) before = seq();
  // Nothing was written, the process ends, and the clock of the next one is an hour behind.
  before_start = [&](Hss& h) { h.go_by_clock(until, until, 0); };
  now += -3600s;
  crash();
  std::set<std::uint64_t> seqs;
  for (int i = 0; i < 40; ++i) {
    const auto after = seq();
    EXPECT_GT(after, before);
    EXPECT_TRUE(seqs.insert(after).second);
  }
  // Once more, with nothing known but what was written down and the same instant.
  crash();
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(seqs.insert(seq()).second);
}

//= TS 33.102, C.3.4; type=test
TEST_F(HssSequence, TwoHssWhoseIndicesMeetInASubscriberWithFewGiveNoSqnTwiceByTheClock) {
  before_start = [](Hss& h) { h.go_by_clock({}, Instant{Duration::max()}, 5); };
  auto r = stored();
  r.ind_bits = 4;
  ASSERT_TRUE(store.put(std::move(r)));
  ASSERT_TRUE(store.sync());
  by_the_clock();
  HssSequence other(shared);
  other.before_start = before_start;
  other.now = now;
  other.boot();
  std::set<std::uint64_t> sqns;
  for (int i = 0; i < 40; ++i) {
    if (i % 8 == 0) other.now = now += 1s;
    EXPECT_TRUE(sqns.insert(sqn().value()).second);
    EXPECT_TRUE(sqns.insert(other.sqn().value()).second);
  }
  EXPECT_EQ(sqn().ind(4), other.sqn().ind(4)) << "the same index: only SEQ tells them apart";
}

// Another start has the place, and gives SEQs of the clock with our indices and without a write that we could
// see.
//= TS 33.102, C.1.1.3; type=test
TEST_F(HssSequence, AnHssThatHasLostItsPlaceOrMayHaveGivesNothingByTheClock) {
  const Instant start{std::chrono::seconds(1'700'000'000)};
  before_start = [&](Hss& h) { h.go_by_clock({}, start + 60s, 5); };
  by_the_clock();
  EXPECT_GT(seq(), 0U);
  // 1. The store has not heard of us in time.
  now = start + 61s;
  ask(request<dia::AuthenticationInformationRequest>());
  EXPECT_EQ(verdict()->code, dia::code::too_busy);
  hss->clock_until(now + 60s);
  EXPECT_GT(seq(), 0U);
  // 2. It says that somebody else is there.
  hss->place_lost();
  ask(request<dia::AuthenticationInformationRequest>());
  EXPECT_EQ(verdict()->code, dia::code::too_busy);
}

// --- indices ------------------------------------------------------------------------------------

//= TS 33.102, C.3.4; type=test
TEST_F(HssSequence, AClientWhoseIndexIsTooLargeForASubscriberSharesOne) {
  settings.clients[0].ind = 20;
  settings.ind_base = 16;
  auto r = stored();
  r.ind_bits = 3;
  ASSERT_TRUE(store.put(std::move(r)));
  ASSERT_TRUE(store.sync());
  boot();
  const auto one = sqn();
  EXPECT_EQ(one.ind(3), 4U);
  EXPECT_EQ(one.seq(3), 1U);
  change([](auto& c) { c.ind_bits = 0; });
  EXPECT_GT(sqn().value(), one.value());
  change([](auto& c) { c.ind_bits = 8; });
  EXPECT_EQ(sqn().ind(8), 36U);
}

}  // namespace
}  // namespace baton::node::hss
