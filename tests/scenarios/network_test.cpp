// The lab's network carried by nodes that only repeat what they hear.
#include <gtest/gtest.h>

#include "lab/network.h"
#include "store/memory_store.h"

namespace baton::lab {
namespace {

using node::Actions;
using node::Event;
using peer::LinkId;
using peer::Port;
using peer::TimerDomain;
using peer::TimerId;

constexpr Endpoint door_a{{{127, 0, 0, 1}}, 36412};
constexpr Endpoint door_b{{{127, 0, 0, 2}}, 36412};
constexpr TimerId tick{TimerDomain::node, 1, 1};

// Writes down what it hears and does what the test says.
class Toy final : public node::Node {
 public:
  using Doing = void (*)(Toy&, const Event&, Instant, Actions&);
  Toy(std::string name, Doing doing) : name_(std::move(name)), doing_(doing) {}
  void on(Event event, Instant now, Actions& out) override {
    heard.push_back(std::to_string(now.since_epoch.count()) + " " + word_for(event));
    if (doing_ != nullptr) doing_(*this, event, now, out);
  }
  std::string_view name() const override { return name_; }
  std::vector<std::string> heard;

 private:
  static std::string word_for(const Event& e) {
    if (std::holds_alternative<node::Started>(e)) return "started";
    if (const auto* up = std::get_if<node::LinkUp>(&e)) return "up " + up->remote.to_string();
    if (std::holds_alternative<node::LinkDown>(e)) return "down";
    if (const auto* d = std::get_if<node::LinkData>(&e)) return "data " + hex(d->octets);
    if (const auto* d = std::get_if<node::DatagramIn>(&e)) return "datagram " + hex(d->octets);
    if (std::holds_alternative<node::TimerFired>(e)) return "timer";
    if (const auto* s = std::get_if<node::SubscriberLoaded>(&e)) return s->record ? "loaded" : "not there";
    if (const auto* s = std::get_if<node::SubscriberSaved>(&e)) return s->ok ? "saved" : "not saved";
    return "command";
  }
  std::string name_;
  Doing doing_;
};

class NetworkTest : public ::testing::Test {
 protected:
  Network net;
  Toy& add(const char* name, Endpoint door, Toy::Doing doing, store::Store* store = nullptr) {
    auto toy = std::make_unique<Toy>(name, doing);
    Toy& out = *toy;
    net.add(std::move(toy), Doors{door, {}, door, {}}, store);
    return out;
  }
};

void dial_b(Toy&, const Event& e, Instant, Actions& out) {
  if (std::holds_alternative<node::Started>(e)) out.open_link(LinkId{1}, Port::s1ap, door_b);
  if (const auto* up = std::get_if<node::LinkUp>(&e)) {
    out.send(up->link, 0, {1});
    out.send(up->link, 1, {2});
  }
}

TEST_F(NetworkTest, ALinkComesUpAtBothEndsAndCarriesMessagesInOrder) {
  Toy& a = add("a", door_a, dial_b);
  Toy& b = add("b", door_b, nullptr);
  net.start("a");
  net.run_while_busy();
  EXPECT_EQ(a.heard, (std::vector<std::string>{"0 started", "1000 up 127.0.0.2:36412"}));
  EXPECT_EQ(b.heard, (std::vector<std::string>{"1000 up 127.0.0.1:36412", "1300 data 01", "1300 data 02"}));
  ASSERT_EQ(net.taps().size(), 2U);
  EXPECT_EQ(net.taps()[1].stream, 1);
  EXPECT_EQ(net.taps()[1].from, "a");
}

TEST_F(NetworkTest, ALinkToNobodyOrToACrashedNodeDoesNotComeUp) {
  Toy& a = add("a", door_a, dial_b);
  net.start("a");
  net.run_while_busy();
  EXPECT_EQ(a.heard.back(), "1000 down");
  add("b", door_b, nullptr);
  net.crash("b");
  net.start("a");
  net.run_while_busy();
  EXPECT_EQ(a.heard.back(), "2000 down");
}

TEST_F(NetworkTest, ACrashBreaksLinksForgetsTimersAndWhatWasUnderWayIsNotForTheNextLife) {
  Toy& a = add("a", door_a, dial_b);
  add("b", door_b, [](Toy&, const Event& e, Instant now, Actions& out) {
    if (std::holds_alternative<node::LinkUp>(e)) out.start_timer(tick, now + 1ms);
  });
  net.start("a");
  net.run_until(Instant{} + 1100us);  // up, data under way
  net.crash("b");
  auto again = std::make_unique<Toy>("b", nullptr);
  Toy& second = *again;
  net.restart(std::move(again));
  net.run_for(1s);
  EXPECT_EQ(second.heard, (std::vector<std::string>{"1100 started"}));
  EXPECT_EQ(a.heard.back(), "1400 down");
}

TEST_F(NetworkTest, ALinkThatBreaksBeforeItIsUpIsOnlyEverDown) {
  Toy& a = add("a", door_a, dial_b);
  add("b", door_b, nullptr);
  net.start("a");
  net.step();
  net.crash("b");
  net.run_for(1s);
  EXPECT_EQ(a.heard, (std::vector<std::string>{"0 started", "300 down"}));
}

TEST_F(NetworkTest, WhoClosesALinkHearsNoMoreOfIt) {
  Toy& a = add("a", door_a, [](Toy&, const Event& e, Instant, Actions& out) {
    if (std::holds_alternative<node::Started>(e)) out.open_link(LinkId{1}, Port::s1ap, door_b);
    if (std::holds_alternative<node::LinkUp>(e)) out.close_link(LinkId{1});
  });
  Toy& b = add("b", door_b, [](Toy&, const Event& e, Instant, Actions& out) {
    if (const auto* up = std::get_if<node::LinkUp>(&e)) out.send(up->link, 0, {9});
  });
  net.start("a");
  net.run_for(1s);
  EXPECT_EQ(a.heard.back(), "1000 up 127.0.0.2:36412");
  EXPECT_EQ(b.heard.back(), "1300 down");
}

TEST_F(NetworkTest, ACutStopsDatagramsAndBreaksLinksUntilItIsMended) {
  const Toy::Doing shout = [](Toy&, const Event& e, Instant, Actions& out) {
    if (std::holds_alternative<node::Command>(e)) out.datagram(Port::gtpc, door_b, {7});
  };
  add("a", door_a, shout);
  Toy& b = add("b", door_b, nullptr);
  net.cut("b", "a");
  net.command("a", {});
  net.run_for(1ms);
  EXPECT_TRUE(b.heard.empty());
  net.mend("a", "b");
  net.command("a", {});
  net.run_for(1ms);
  EXPECT_EQ(b.heard, (std::vector<std::string>{"1200 datagram 07"}));
  net.inject(Port::gtpc, {{{9, 9, 9, 9}}, 1}, door_b, {8});
  net.run_for(1ms);
  EXPECT_EQ(b.heard.back(), "2200 datagram 08");
}

TEST_F(NetworkTest, ATimerThatIsStartedAgainFiresOnceAndAStoppedOneNever) {
  Toy& a = add("a", door_a, [](Toy&, const Event& e, Instant now, Actions& out) {
    const auto* c = std::get_if<node::Command>(&e);
    if (c == nullptr) return;
    if (c->argument == 0) out.stop_timer(tick);
    if (c->argument == 1) out.start_timer(tick, now + 5ms);
  });
  net.command("a", {{}, {}, 1});
  net.run_for(1ms);
  net.command("a", {{}, {}, 1});
  net.run_for(1s);
  EXPECT_EQ(a.heard, (std::vector<std::string>{"0 command", "1000 command", "6000 timer"}));
  net.command("a", {{}, {}, 1});
  net.run_for(1ms);
  net.command("a", {{}, {}, 0});
  net.run_for(1s);
  EXPECT_EQ(a.heard.back().substr(a.heard.back().find(' ')), " command");
}

TEST_F(NetworkTest, ASaveIsAnsweredWhenItIsDurableAndACrashBeforeThatLosesIt) {
  store::MemoryStore store;
  const Toy::Doing save = [](Toy&, const Event& e, Instant, Actions& out) {
    if (!std::holds_alternative<node::Command>(e)) return;
    const std::array<Byte, 16> zeros{};
    out.save(node::StoreToken{1},
             {.imsi = Imsi::test_value(), .secret = MilenageSecret{K(zeros), Opc(zeros)}});
  };
  Toy& a = add("a", door_a, save, &store);
  net.command("a", {});
  net.run_for(1ms);
  EXPECT_EQ(a.heard.back(), "150 saved");
  store.remove(Imsi::test_value());
  store.sync();
  net.command("a", {});
  net.run_for(100us);
  net.crash("a");
  EXPECT_FALSE(store.load(Imsi::test_value()));
  store.fail_syncs(1);
  auto again = std::make_unique<Toy>("a", save);
  Toy& second = *again;
  net.restart(std::move(again));
  net.command("a", {});
  net.run_for(1ms);
  EXPECT_EQ(second.heard.back(), "1250 not saved");
}

TEST_F(NetworkTest, TheSameRunTwiceIsTheSame) {
  const auto run = [] {
    Network n;
    auto a = std::make_unique<Toy>("a", dial_b);
    auto b = std::make_unique<Toy>("b", [](Toy&, const Event& e, Instant now, Actions& out) {
      if (const auto* d = std::get_if<node::LinkData>(&e)) {
        out.start_timer({TimerDomain::node, d->octets[0], 1}, now + 3ms);
        out.datagram(Port::gtpc, door_a, d->octets);
      }
    });
    Toy& heard = *a;
    n.add(std::move(a), Doors{door_a, {}, door_a, {}});
    n.add(std::move(b), Doors{door_b, {}, door_b, {}});
    n.start("a");
    n.run_for(1s);
    return heard.heard;
  };
  EXPECT_EQ(run(), run());
  EXPECT_EQ(run().size(), 4U);
}

}  // namespace
}  // namespace baton::lab
