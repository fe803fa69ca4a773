#include "node/procedure.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "keys/types.h"

namespace baton::node {
namespace {

struct Question {
  int number = 0;
};
struct Answer {
  std::string text;
};
struct Expiry {};
using TestEvent = std::variant<Question, Answer, Expiry>;

/// Alive counts the secrets of a procedure that exist, and how many were destroyed.
struct Tally {
  int alive = 0;
  int wiped = 0;
};
class Held {
 public:
  explicit Held(Tally& t) : t_(&t) { ++t_->alive; }
  Held(Held&& o) noexcept : t_(std::exchange(o.t_, nullptr)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  Held& operator=(Held&&) = delete;
  ~Held() {
    if (!t_) return;
    --t_->alive;
    ++t_->wiped;
  }

 private:
  Tally* t_;
};

struct Context {
  Inbox<TestEvent> inbox;
  Procedure running;
  std::vector<std::string> seen;
  Tally tally;
};

Task<std::string> deepest(Context& c) {
  Held secret(c.tally);
  auto wait = c.inbox.next<Answer>();
  auto answer = co_await wait;
  c.seen.push_back("deepest " + answer.text);
  co_return answer.text;
}
Task<int> middle(Context& c) {
  Held secret(c.tally);
  auto nested = deepest(c);
  auto first = co_await nested;
  auto again = deepest(c);
  auto second = co_await again;
  co_return static_cast<int>(first.size() + second.size());
}
Task<void> pause(Context& c) {
  auto wait = c.inbox.next<Question, Expiry>();
  auto got = co_await wait;
  c.seen.push_back(std::holds_alternative<Expiry>(got) ? "expired" : "asked");
}
Procedure whole(Context& c) {
  Held secret(c.tally);
  auto paused = pause(c);
  co_await paused;
  auto nested = middle(c);
  const int n = co_await nested;
  c.seen.push_back("sum " + std::to_string(n));
}
// What `whole` waits for, in order.
std::vector<TestEvent> script() {
  return {TestEvent{Question{1}}, TestEvent{Answer{"ab"}}, TestEvent{Answer{"cde"}}};
}

TEST(Procedure, RunsFromTopToBottomThroughNestedTasks) {
  Context c;
  c.running = whole(c);
  EXPECT_FALSE(c.running.done());
  EXPECT_TRUE(c.seen.empty()) << "a procedure sleeps until it is started";
  c.inbox.start(c.running);
  for (auto& e : script()) EXPECT_TRUE(c.inbox.offer(std::move(e)));
  EXPECT_TRUE(c.running.done());
  EXPECT_EQ(c.seen, (std::vector<std::string>{"asked", "deepest ab", "deepest cde", "sum 5"}));
  c.running = {};
  EXPECT_EQ(c.tally.alive, 0);
}

TEST(Procedure, AnEventNobodyWaitsForIsRefusedAndUntouched) {
  Context c;
  TestEvent early{Answer{"early"}};
  EXPECT_FALSE(c.inbox.offer(std::move(early)));  // no procedure at all
  c.running = whole(c);
  c.inbox.start(c.running);
  EXPECT_FALSE(c.inbox.offer(std::move(early)));  // the procedure waits for something else
  EXPECT_EQ(std::get<Answer>(early).text, "early");
  EXPECT_TRUE(c.seen.empty());
  EXPECT_TRUE(c.inbox.offer(Expiry{}));
  EXPECT_EQ(c.seen.back(), "expired");
}

TEST(Procedure, CancellingAtEverySuspensionPointWipesEveryFrameAndListensNoMore) {
  const std::size_t points = script().size();
  for (std::size_t cut = 0; cut <= points; ++cut) {
    Context c;
    c.running = whole(c);
    c.inbox.start(c.running);
    auto events = script();
    for (std::size_t i = 0; i < cut; ++i) ASSERT_TRUE(c.inbox.offer(std::move(events[i])));
    const auto said = c.seen;
    if (cut < points) {
      EXPECT_GT(c.tally.alive, 0) << "cut " << cut;
      EXPECT_TRUE(c.inbox.listening());
    }
    c.running = {};
    EXPECT_EQ(c.tally.alive, 0) << "cut " << cut;
    EXPECT_FALSE(c.inbox.listening());
    for (auto& e : script()) EXPECT_FALSE(c.inbox.offer(std::move(e)));
    EXPECT_EQ(c.seen, said);
  }
}

TEST(Procedure, AProcedureCancelledBeforeItsStartLeavesNothing) {
  Context c;
  c.running = whole(c);
  c.running = {};
  EXPECT_TRUE(c.running.done());
  EXPECT_EQ(c.tally.wiped, 0);
}

TEST(Procedure, AnotherProcedureMayFollowInTheSameInbox) {
  Context c;
  for (int round = 0; round < 3; ++round) {
    c.running = whole(c);
    c.inbox.start(c.running);
    ASSERT_TRUE(c.inbox.offer(Question{round}));  // cut in the middle by the next round
  }
  for (auto* text : {"x", "y"}) ASSERT_TRUE(c.inbox.offer(Answer{text}));
  EXPECT_TRUE(c.running.done());
}

// A procedure that causes events for itself while it runs.
Procedure eager(Context& c) {
  // The neighbour reports at once, before the procedure waits.
  (void)c.inbox.offer(Answer{"at once"});
  (void)c.inbox.offer(Question{7});
  (void)c.inbox.offer(Answer{"and again"});
  c.seen.push_back(c.inbox.running() ? "running" : "not running");
  auto wait = c.inbox.next<Answer>();
  auto got = co_await wait;
  c.seen.push_back(got.text);
  auto more = c.inbox.next<Answer>();
  auto next = co_await more;
  c.seen.push_back(next.text);
}

TEST(Procedure, WhatArrivesWhileItRunsWaitsAndNothingIsLost) {
  Context c;
  c.running = eager(c);
  c.inbox.start(c.running);
  EXPECT_TRUE(c.running.done());
  EXPECT_EQ(c.seen, (std::vector<std::string>{"running", "at once", "and again"}));
  auto left = c.inbox.unclaimed();  // the question was not wanted: the default table gets it
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(std::get<Question>(*left).number, 7);
  EXPECT_FALSE(c.inbox.unclaimed().has_value());
}

Procedure flooded(Context& c, int n, int& taken) {
  for (int i = 0; i < n; ++i) taken += c.inbox.offer(Question{i}) ? 1 : 0;
  auto wait = c.inbox.next<Answer>();
  (void)co_await wait;
}

TEST(Procedure, AFullInboxRefusesOneMore) {
  for (const int extra : {0, 1}) {
    Context c;
    int taken = 0;
    const int full = static_cast<int>(events_waiting_max);
    c.running = flooded(c, full + extra, taken);
    c.inbox.start(c.running);
    EXPECT_EQ(taken, full);
  }
}

// The key itself, not a stand-in: what the frame held is gone from its memory.
struct KeyArrived {
  Kasme kasme;
};
using KeyEvent2 = std::variant<KeyArrived, Expiry>;
struct KeyContext {
  Inbox<KeyEvent2> inbox;
  Procedure running;
  const Byte* where = nullptr;
};
Procedure holds_a_key(KeyContext& c, int* gone) {
  struct Check {
    int* gone;
    const KeyContext& c;
    ~Check() { *gone = 1; }
  } check{gone, c};
  auto wait = c.inbox.next<KeyArrived>();
  auto arrived = co_await wait;
  c.where = arrived.kasme.expose().data();
  auto more = c.inbox.next<Expiry>();
  (void)co_await more;
}

TEST(Procedure, AKeyMovesThroughTheInboxOnceAndLeavesNoCopyBehind) {
  KeyContext c;
  int gone = 0;
  c.running = holds_a_key(c, &gone);
  c.inbox.start(c.running);
  const std::array<Byte, 32> octets{1, 2, 3};
  KeyEvent2 event{KeyArrived{Kasme(octets)}};
  ASSERT_TRUE(c.inbox.offer(std::move(event)));
  const auto& left = std::get<KeyArrived>(event).kasme;  // moved from: wiped
  EXPECT_TRUE(std::all_of(left.expose().begin(), left.expose().end(), [](Byte b) { return b == 0; }));
  ASSERT_NE(c.where, nullptr);
  EXPECT_EQ(c.where[0], 1);
  c.running = {};
  EXPECT_EQ(gone, 1);
}

}  // namespace
}  // namespace baton::node
