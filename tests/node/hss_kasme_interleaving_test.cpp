// Updates in every order: late, repeated, overtaken by other moves and other AKAs, with crashes of the HSS at
// every point. What is recorded is compared, after each message, with a model that is a few lines long.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "node/hss_kasme_world.h"

namespace baton::node::hss {
namespace {

/// Truth is what really happened to one subscriber, and Model what the home network may know of it.
struct Truth {
  std::map<Generation, ByteVector> keys;  ///< every KASME the UE ever had, by generation
};
struct Model {
  std::optional<Generation> recorded;
  std::optional<std::size_t> registered;
  std::set<std::uint32_t> waiting;  ///< epochs of vectors that were delivered and are not past

  void deliver(std::uint32_t up_to, std::size_t number) {
    for (std::size_t i = 0; i < number; ++i) waiting.insert(up_to - static_cast<std::uint32_t>(i));
    while (waiting.size() > 8) waiting.erase(waiting.begin());
  }
  void record(Generation g) {
    recorded = g;
    waiting.erase(waiting.begin(), waiting.upper_bound(g.epoch));
  }
};
/// Message is one update that was sent and may arrive at any time, more than once.
struct Message {
  std::size_t sender;
  Lineage l;
};

class HssKasmeInterleavings : public HssKasmeTest {
 protected:
  /// expected is what the model has to say to a message; `then` what is recorded if it is taken.
  struct Expected {
    bool taken = false;
    bool changes = false;
    Generation then;
  };
  static Expected expected(const Model& model, const Message& m) {
    if (model.registered != m.sender || m.l.steps.empty()) return {};
    const std::uint32_t from = m.l.steps.front().step, to = m.l.steps.back().step;
    const Generation then{m.l.epoch, to};
    if (m.l.steps.size() > 8) return {};
    if (!model.recorded || m.l.epoch > model.recorded->epoch) {
      const bool begins = from == 0 && model.waiting.contains(m.l.epoch);
      return {begins, begins, then};
    }
    if (m.l.epoch < model.recorded->epoch) return {};
    if (to < model.recorded->step || from > model.recorded->step + 1) return {};
    return {true, to > model.recorded->step, then};
  }
};

//= S0.D3; type=test
//= S0.D4; type=test
//= S0.D5; type=test
TEST_F(HssKasmeInterleavings, TheRecordIsCurrentOrCatchesUpInOrderAndIsNeverWrong) {
  constexpr int interleavings = 10'000;
  std::map<std::string, int> seen;
  std::mt19937_64 draw(33821);
  const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(draw() % n); };

  for (int run = 0; run < interleavings; ++run) {
    const std::string digits = std::to_string(100'000 + run);
    const Imsi imsi = *Imsi::parse("0010155" + std::string(8 - digits.size(), '0') + digits);
    ASSERT_TRUE(store.put(subscriber(imsi)));
    ASSERT_TRUE(store.sync());
    ledger.clear();
    logged.clear();

    Truth truth;
    Model model;
    std::size_t at = below(2);  // the MME that serves the UE
    Lineage l = aka(at, imsi);
    model.deliver(l.epoch, 1);
    const auto happened = [&] {
      const auto key = l.kasme.expose();
      truth.keys[{l.epoch, l.step}] = ByteVector(key.begin(), key.end());
    };
    happened();
    std::vector<Message> under_way;
    const auto say = [&] { under_way.push_back({at, l.copy()}); };
    /// right checks what is recorded against the truth and the model.
    const auto right = [&] {
      const auto r = recorded(imsi);
      ASSERT_EQ(r.has_value(), model.recorded.has_value());
      if (!r) return;
      ASSERT_EQ(r->generation, *model.recorded);
      const auto key = r->kasme.expose();
      ASSERT_EQ(truth.keys.at(r->generation), ByteVector(key.begin(), key.end()));
    };
    const auto arrive = [&](const Message& m) {
      const auto want = expected(model, m);
      const auto got = tell_hss(update(m.l, m.sender, imsi), m.sender);
      ASSERT_TRUE(got);
      ASSERT_EQ(got->success(), want.taken) << got->to_string();
      ++seen[got->to_string()];
      if (want.changes) model.record(want.then);
      // The MME that hears it is told to remember less; the others learn with the next context.
      if (want.taken && m.sender == at && m.l.epoch == l.epoch)
        std::erase_if(l.steps, [&](const auto& s) { return s.step <= want.then.step; });
    };
    const auto register_at = [&](bool names_it) {
      const bool first = !l.steps.empty() && l.steps.front().step == 0 && l.steps.size() == 1 && names_it;
      const auto ula = locate(at, first ? &l : nullptr, imsi);
      ASSERT_TRUE(ula);
      model.registered = at;
      if (first &&
          (model.waiting.contains(l.epoch) || (model.recorded && model.recorded->epoch == l.epoch))) {
        model.record({l.epoch, 0});
        ASSERT_EQ(ula->epoch, l.epoch);
        l.steps.clear();
      }
    };
    register_at(below(2) == 0);
    say();

    const std::size_t events = 4 + below(9);
    for (std::size_t i = 0; i < events && !HasFatalFailure(); ++i) {
      switch (below(8)) {
        case 0:
        case 1:  // the UE moves; nine steps that nobody confirmed mean AKA instead
          if (l.steps.size() >= 8) break;
          at = 1 - at;
          move(l, at, static_cast<std::uint32_t>(below(1U << 24U)), imsi,
               below(2) == 0 ? RefreshDirection::handover : RefreshDirection::idle);
          happened();
          if (below(3) != 0) register_at(false);
          say();
          ++seen["moves"];
          break;
        case 2:  // a new AKA where the UE is
        {
          const auto number = 1 + static_cast<std::uint32_t>(below(2));
          l = aka(at, imsi, number);
          model.deliver(l.epoch, number);
          happened();
          say();
        }
          ++seen["re-authentications"];
          break;
        case 3: register_at(true); break;
        case 4:
        case 5:
        case 6:  // something that was sent arrives; it may arrive again
          if (under_way.empty()) break;
          {
            const std::size_t which = below(under_way.size());
            arrive(under_way[which]);
            if (below(2) == 0) under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
          }
          break;
        case 7:  // the HSS goes down, at rest or while it records, before or after that is durable
          if (below(6) != 0) break;
          if (below(2) == 0 && !under_way.empty()) {
            const Message& m = under_way[below(under_way.size())];
            const auto want = expected(model, m);
            hold_saves = true;
            ask(update(m.l, m.sender, imsi), m.sender);
            hold_saves = false;
            if (below(2) == 0) {
              ASSERT_TRUE(store.sync());
              if (want.changes) model.record(want.then);
            }
          }
          crash();
          ++seen["crashes"];
          break;
      }
      if (!HasFatalFailure()) right();
      if (HasFatalFailure()) break;
    }
    ASSERT_FALSE(HasFatalFailure()) << "interleaving " << run;

    // It comes to rest: the MME that serves the UE registers and tells what it has left to tell.
    register_at(false);
    ASSERT_FALSE(HasFatalFailure()) << "interleaving " << run;
    if (!l.steps.empty()) {
      arrive({at, l.copy()});
      ASSERT_FALSE(HasFatalFailure()) << "interleaving " << run;
    }
    const auto r = recorded(imsi);
    ASSERT_TRUE(r) << "interleaving " << run;
    ASSERT_EQ(r->kasme, l.kasme) << "interleaving " << run;
    ASSERT_EQ(r->generation, (Generation{l.epoch, l.step})) << "interleaving " << run;
    ASSERT_TRUE(store.remove(imsi));
    ASSERT_TRUE(store.sync());
  }
  // The draw really met what it is for.
  const auto met = [&](std::uint32_t code) { return seen[own_result(code).to_string()]; };
  EXPECT_GT(seen["moves"], interleavings);
  EXPECT_GT(seen["re-authentications"], interleavings / 4);
  EXPECT_GT(seen["crashes"], interleavings / 20);
  EXPECT_GT(seen[done().to_string()], interleavings);
  EXPECT_GT(met(result_of_own::stale), 100);
  EXPECT_GT(met(result_of_own::not_registered), 100);
  EXPECT_GT(met(result_of_own::not_yet_registered), 100);
}

}  // namespace
}  // namespace baton::node::hss
