// A record that is at hand spares the store a question, and changes nothing else.
#include "hss_world.h"

namespace baton::node::hss {
namespace {

class World final : public HssTest {
 public:
  explicit World(bool at_hand) {
    if (at_hand)
      hss->read_from([this](const Imsi& imsi) {
        const auto* found = store.at_hand(imsi);
        if (found != nullptr) ++hits;
        return found;
      });
  }
  void TestBody() override {}

  /// asked sends one request and gives all that came of it, as octets.
  std::vector<ByteVector> asked(Air m, std::size_t i = 0) {
    ask(m, i);
    std::vector<ByteVector> out;
    while (auto a = answer(i)) out.push_back(std::move(a->octets));
    return out;
  }
  Air air(std::uint32_t number = 1, std::size_t i = 0, const Imsi& imsi = Imsi::test_value()) {
    auto m = request<Air>(i, imsi);
    m.requested_eutran->number_of_requested_vectors = number;
    return m;
  }
  using HssTest::counters;
  using HssTest::hss;
  using HssTest::ledger;
  using HssTest::now;
  using HssTest::store;
  int hits = 0;
};

std::vector<std::string> said(const World& w) {
  std::vector<std::string> out;
  for (const LedgerEntry& e : w.ledger)
    out.push_back(e.node + " " + e.subscriber + " " + std::to_string(static_cast<int>(e.event)) + " " +
                  e.key.to_string() + " " + e.reason + " " + e.peer);
  return out;
}

/// same does the same in two worlds, one of which has records at hand.
template <class Do>
void same(Do what) {
  World without(false), with(true);
  const auto first = what(without);
  const auto second = what(with);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i], second[i]) << "answer " << i;
  EXPECT_EQ(said(without), said(with));
  EXPECT_EQ(without.counters, with.counters);
  EXPECT_EQ(without.hss->busy(), 0U);
  EXPECT_EQ(with.hss->busy(), 0U);
  EXPECT_EQ(without.hits, 0);
  EXPECT_GT(with.hits, 0);
}

void add(std::vector<ByteVector>& all, std::vector<ByteVector> more) {
  for (auto& m : more) all.push_back(std::move(m));
}

TEST(HssAtHand, AnswersAreTheSameOctetForOctetThroughThreeBlocks) {
  same([](World& w) {
    std::vector<ByteVector> all;
    for (int i = 0; i < 60; ++i) {
      const std::size_t mme = i % 3 == 0 ? 1 : 0;
      add(all, w.asked(w.air(static_cast<std::uint32_t>(i % 6), mme), mme));
      w.now += 10ms;
    }
    EXPECT_EQ(all.size(), 60U);
    EXPECT_GE(w.store.load(Imsi::test_value())->seq_reserved, 96U);
    return all;
  });
}

TEST(HssAtHand, TheClocksSchemesAreTheSame) {
  for (const auto scheme : {context::SqnScheme::partly_time, context::SqnScheme::time})
    same([&](World& w) {
      auto r = w.store.load(Imsi::test_value());
      r->sqn_scheme = scheme;
      EXPECT_TRUE(w.store.put(std::move(*r)));
      EXPECT_TRUE(w.store.sync());
      std::vector<ByteVector> all;
      for (int i = 0; i < 20; ++i) {
        add(all, w.asked(w.air(2)));
        w.now += 300ms;
      }
      return all;
    });
}

TEST(HssAtHand, RefusalsAreTheSame) {
  same([](World& w) {
    std::vector<ByteVector> all;
    add(all, w.asked(w.air(1, 0, *Imsi::parse("001019999999999"))));
    auto foreign = w.air();
    foreign.visited_plmn = elsewhere;
    add(all, w.asked(std::move(foreign)));
    auto quintets = w.air();
    quintets.requested_eutran.reset();
    quintets.requested_utran_geran.emplace();
    add(all, w.asked(std::move(quintets)));
    auto overloaded = w.air();
    overloaded.overload = dia::OcSupportedFeatures{dia::oc_feature::loss_algorithm};
    add(all, w.asked(std::move(overloaded)));
    auto spent = w.store.load(Imsi::test_value());
    spent->seq_reserved = Sqn::seq_max();
    spent->seq_offset = 7;
    EXPECT_TRUE(w.store.put(std::move(*spent)));
    EXPECT_TRUE(w.store.sync());
    add(all, w.asked(w.air()));
    auto no_eps = w.store.load(Imsi::test_value());
    no_eps->subscription.apns.clear();
    EXPECT_TRUE(w.store.put(std::move(*no_eps)));
    EXPECT_TRUE(w.store.sync());
    add(all, w.asked(w.air()));
    EXPECT_EQ(all.size(), 6U);
    return all;
  });
}

TEST_F(HssTest, WhatIsUnderWayForASubscriberIsWaitedFor) {
  hss->read_from([this](const Imsi& imsi) { return store.at_hand(imsi); });
  ASSERT_EQ(vectors().size(), 1U);
  // A registration waits for the disk; the vector that is asked for meanwhile comes after it.
  hold_saves = true;
  auto ulr = request<dia::UpdateLocationRequest>();
  ask(ulr);
  EXPECT_EQ(held_saves.size(), 1U);
  ask(request<Air>());
  EXPECT_FALSE(answer());
  hold_saves = false;
  tell(committed(held_saves.front()));
  settle();
  const auto first = answer();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->header.code, dia::UpdateLocationAnswer::command.code);
  const auto second = answer();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->header.code, dia::AuthenticationInformationAnswer::command.code);
}

TEST_F(HssTest, ADeskIsUsedAgainWithoutWhatItWasUsedForBefore) {
  hold_loads = true;
  ask(request<Air>());
  ASSERT_EQ(held.size(), 1U);
  const auto token = held.front().token;
  hold_loads = false;
  auto late = std::move(held.front());
  tell(std::move(late));
  settle();
  EXPECT_TRUE(answer());
  // The same answer of the store once more, while somebody else sits there.
  hold_loads = true;
  held.clear();
  ask(request<Air>());
  ASSERT_EQ(held.size(), 1U);
  EXPECT_NE(held.front().token, token);
  tell(SubscriberLoaded{token, stored()});
  settle();
  EXPECT_FALSE(answer());
  EXPECT_EQ(counters["hss.store_answer_unasked"], 1);
  auto mine = std::move(held.front());
  tell(std::move(mine));
  settle();
  EXPECT_TRUE(answer());
}

}  // namespace
}  // namespace baton::node::hss
