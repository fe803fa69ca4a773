#include "runtime/walk.h"

#include <gtest/gtest.h>

namespace baton::runtime {
namespace {

/// Puppet is a ground on which nothing happens by itself.
class Puppet final : public Ground {
 public:
  Instant now() const override { return at; }
  void command(std::size_t, node::Command command) override { commands.push_back(std::move(command)); }
  void release(std::size_t) override { ++releases; }
  Stands stands(std::size_t) const override { return ue; }
  std::size_t cell(std::size_t) const override { return in_cell; }

  Instant at;
  Stands ue = Stands::connected;
  std::size_t in_cell = 0;
  std::vector<node::Command> commands;
  int releases = 0;
};

/// One UE, two eNBs at each of two MMEs.
class WalkTest : public ::testing::Test {
 protected:
  static Walkers walkers() {
    return {{{"ue", "001010000000001"}},
            {{"enb1", "mme1"}, {"enb2", "mme1"}, {"enb3", "mme2"}, {"enb4", "mme2"}},
            {{"ue", node::Role::ue}, {"mme1", node::Role::mme}, {"mme2", node::Role::mme}},
            true};
  }
  void hold(const std::string& node, KeyEvent event, Byte number = 1, KeyKind kind = KeyKind::kasme) {
    LedgerEntry e;
    e.node = node;
    e.subscriber = "001010000000001";
    e.event = event;
    e.kind = kind;
    e.key.octets[0] = number;
    walk.on_ledger(e);
  }
  void say(std::string_view procedure, bool ok, std::string cause = "") {
    walk.on_outcome(ground.at, {"001010000000001", procedure, ok, std::move(cause)});
  }
  void step(std::string_view procedure, std::string_view id) {
    walk.on_step(ground.at, {"001010000000001", procedure, id, "something", "a", "b", "S1AP"});
  }
  /// wait lets time pass as a network would, and says whether the walk ended.
  bool wait(Duration d) {
    for (const Instant end = ground.at + d; ground.at < end;) {
      ground.at = ground.at + walk_looks_every;
      if (walk.look()) return true;
    }
    return false;
  }
  ProcedureResult only() {
    auto all = walk.take();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? ProcedureResult{} : std::move(all[0]);
  }

  Puppet ground;
  Walk walk{ground, walkers()};
};

TEST_F(WalkTest, AHandoverGoesToTheNextEnbOfTheSameMme) {
  hold("ue", KeyEvent::derived);
  hold("mme1", KeyEvent::received);
  walk.begin("s1-handover", {0}, {});
  ASSERT_EQ(ground.commands.size(), 1U);
  EXPECT_EQ(ground.commands[0].verb, node::Verb::handover);
  EXPECT_EQ(ground.commands[0].argument, 1U);
  step("s1-handover", "2");
  step("attach", "1");  // of something else
  step("tau", "20");
  say("handover", true);
  EXPECT_TRUE(wait(100ms));
  const ProcedureResult result = only();
  EXPECT_TRUE(result.ok()) << result.cause;
  EXPECT_EQ(result.steps.size(), 2U);
  EXPECT_EQ(result.from_enb + result.to_enb + result.from_mme + result.to_mme, "enb1enb2mme1mme1");
}

TEST_F(WalkTest, AnIdleUeAsksForServiceBeforeItsHandover) {
  ground.ue = Stands::idle;
  walk.begin("inter-mme-handover", {0}, {});
  ASSERT_EQ(ground.commands.size(), 1U);
  EXPECT_EQ(ground.commands[0].verb, node::Verb::service_request);
  ground.ue = Stands::connected;
  EXPECT_FALSE(wait(100ms));
  ASSERT_EQ(ground.commands.size(), 2U);
  EXPECT_EQ(ground.commands[1].verb, node::Verb::handover);
  EXPECT_EQ(ground.commands[1].argument, 2U);
}

TEST_F(WalkTest, NoCommandComesBeforeTheUesLastProcedureHasEnded) {
  // It is connected, and nobody says anything of it for long: its request for service is not over.
  ground.ue = Stands::idle;
  walk.begin("s1-handover", {0}, {});
  ASSERT_EQ(ground.commands.size(), 1U);
  ground.ue = Stands::under_way;
  EXPECT_FALSE(wait(5s));
  EXPECT_EQ(ground.commands.size(), 1U);
  ground.ue = Stands::connected;
  EXPECT_FALSE(wait(100ms));
  ASSERT_EQ(ground.commands.size(), 2U);
  EXPECT_EQ(ground.commands[1].verb, node::Verb::handover);
  say("handover", true);
  EXPECT_TRUE(wait(10s));
  (void)walk.take();

  // An update's connection is about to go: first it goes, then there is service.
  ground.commands.clear();
  ground.ue = Stands::under_way;
  walk.begin("s1-handover", {0}, {});
  EXPECT_FALSE(wait(100ms));
  EXPECT_TRUE(ground.commands.empty());
  ground.ue = Stands::idle;
  EXPECT_FALSE(wait(100ms));
  ASSERT_EQ(ground.commands.size(), 1U);
  EXPECT_EQ(ground.commands[0].verb, node::Verb::service_request);
  // It comes to nothing, and is asked for again.
  EXPECT_FALSE(wait(2s));
  EXPECT_GE(ground.commands.size(), 2U);
  EXPECT_LE(ground.commands.size(), 3U);
  ground.ue = Stands::connected;
  EXPECT_FALSE(wait(100ms));
  EXPECT_EQ(ground.commands.back().verb, node::Verb::handover);
}

TEST_F(WalkTest, AHandoverBetweenMmesEndsWithItsUpdateAndWithoutKeysAtTheOldOne) {
  hold("ue", KeyEvent::derived);
  hold("mme1", KeyEvent::received);
  walk.begin("inter-mme-handover", {0}, {});
  hold("mme2", KeyEvent::received);
  say("handover", true);
  EXPECT_FALSE(wait(1s)) << "the update is still to come";
  say("tau", true);
  EXPECT_FALSE(wait(1s)) << "two MMEs hold K_ASME";
  hold("mme1", KeyEvent::erased);
  EXPECT_TRUE(wait(100ms));
  EXPECT_TRUE(only().ok());
}

TEST_F(WalkTest, AnMmeThatKeepsWhatItGaveAwayIsNotOk) {
  hold("ue", KeyEvent::derived);
  hold("mme1", KeyEvent::received);
  walk.begin("inter-mme-handover", {0}, {});
  hold("mme2", KeyEvent::received);
  say("handover", true);
  say("tau", true);
  EXPECT_TRUE(wait(10s));
  ProcedureResult result = only();
  EXPECT_TRUE(result.outcome_ok);
  EXPECT_FALSE(result.ok());

  // Nor is one that keeps an old NH, nor an arrival without K_ASME.
  hold("mme1", KeyEvent::erased);
  hold("mme1", KeyEvent::derived, 2, KeyKind::nh);
  ground.in_cell = 0;
  walk.begin("inter-mme-handover", {0}, {});
  say("handover", true);
  say("tau", true);
  EXPECT_TRUE(wait(10s));
  EXPECT_FALSE(only().ok());
  hold("mme1", KeyEvent::erased, 2, KeyKind::nh);
  hold("mme2", KeyEvent::erased);
  hold("ue", KeyEvent::erased);
  walk.begin("inter-mme-handover", {0}, {});
  say("handover", true);
  say("tau", true);
  EXPECT_TRUE(wait(10s));
  EXPECT_FALSE(only().ok());
}

TEST_F(WalkTest, AHandoverOrAnUpdateThatFailsKeepsItsCause) {
  walk.begin("inter-mme-handover", {0}, {});
  say("handover", false, "back at enb1");
  EXPECT_TRUE(wait(10s));
  EXPECT_EQ(only().cause, "back at enb1");

  walk.begin("inter-mme-handover", {0}, {});
  say("handover", true);
  say("tau", false, "no answer");
  EXPECT_TRUE(wait(10s));
  ProcedureResult result = only();
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.cause, "the tracking area update after it: no answer");

  walk.begin("inter-mme-handover", {0}, {});
  say("handover", true);
  EXPECT_TRUE(wait(60s));
  result = only();
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.cause, "no tracking area update after it");
}

TEST_F(WalkTest, AnUpdateAtAnotherMmeStartsFromIdleWithAMove) {
  ground.in_cell = 3;
  walk.begin("inter-mme-tau", {0}, {});
  EXPECT_EQ(ground.releases, 1);
  EXPECT_TRUE(ground.commands.empty());
  ground.ue = Stands::idle;
  EXPECT_FALSE(wait(100ms));
  ASSERT_EQ(ground.commands.size(), 1U);
  EXPECT_EQ(ground.commands[0].verb, node::Verb::move);
  EXPECT_EQ(ground.commands[0].argument, 0U);
  hold("ue", KeyEvent::derived);
  hold("mme1", KeyEvent::received);
  say("tau", true);
  EXPECT_TRUE(wait(100ms));
  const ProcedureResult result = only();
  EXPECT_TRUE(result.ok()) << result.cause;
  EXPECT_EQ(result.from_mme + result.to_mme, "mme2mme1");
}

TEST_F(WalkTest, WithoutAnywhereToGoItSaysSo) {
  Walkers alone = walkers();
  alone.cells.resize(1);
  Walk small(ground, alone);
  small.begin("s1-handover", {0}, {});
  EXPECT_TRUE(small.look());
  EXPECT_EQ(small.take().at(0).cause, "there is no other eNB at this MME");
  small.begin("inter-mme-tau", {0}, {});
  EXPECT_TRUE(small.look());
  EXPECT_EQ(small.take().at(0).cause, "there is no eNB at another MME");
  EXPECT_TRUE(ground.commands.empty());
}

TEST_F(WalkTest, SilenceEndsItInTheTimeItHas) {
  walk.begin("s1-handover", {0}, {});
  EXPECT_TRUE(wait(Pace{}.timeout + 1s));
  EXPECT_EQ(only().cause, "no outcome in time");
  ground.ue = Stands::connected;
  walk.begin("tau", {0}, {});
  EXPECT_TRUE(wait(Pace{}.timeout + 1s));
  EXPECT_EQ(only().cause, "the UE was not released to idle");
}

}  // namespace
}  // namespace baton::runtime
