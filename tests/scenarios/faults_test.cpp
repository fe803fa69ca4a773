// What goes wrong in the lab goes wrong as often as it was told to, where it may, and the same way again.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lab/cast.h"
#include "lab/network.h"
#include "story.h"

namespace baton::lab {
namespace {

using node::Actions;
using node::Event;
using peer::LinkId;
using peer::Port;

constexpr Endpoint door_a{{{127, 0, 0, 1}}, 36412};
constexpr Endpoint door_b{{{127, 0, 0, 2}}, 36412};
constexpr std::uint32_t many = 20'000;

// Chatter sends one numbered message each millisecond, on its links or as datagrams, and notes what it hears.
class Chatter final : public node::Node {
 public:
  Chatter(std::string name, std::optional<Endpoint> dials, std::optional<Port> shouts)
      : name_(std::move(name)), dials_(dials), shouts_(shouts) {}
  std::string_view name() const override { return name_; }
  void on(Event event, Instant now, Actions& out) override {
    const peer::TimerId tick{peer::TimerDomain::node, 0, 1};
    if (std::holds_alternative<node::Started>(event)) {
      if (dials_ && !shouts_) out.open_link(LinkId{++links_}, Port::s1ap, *dials_);
      if (dials_) out.start_timer(tick, now + 1ms);
    }
    if (std::holds_alternative<node::LinkUp>(event)) up_ = true;
    if (std::holds_alternative<node::LinkDown>(event)) {
      ++downs;
      up_ = false;
      if (dials_) out.open_link(LinkId{++links_}, Port::s1ap, *dials_);
    }
    if (std::holds_alternative<node::TimerFired>(event) && sent < many) {
      const ByteVector octets{static_cast<Byte>(sent >> 8U), static_cast<Byte>(sent)};
      if (shouts_) {
        out.datagram(*shouts_, door_b, octets);
        ++sent;
      } else if (up_) {
        out.send(LinkId{links_}, 0, octets);
        ++sent;
      }
      out.start_timer(tick, now + 1ms);
    }
    if (const auto* d = std::get_if<node::DatagramIn>(&event))
      heard.push_back(d->octets[0] << 8 | d->octets[1]);
    if (const auto* d = std::get_if<node::LinkData>(&event))
      heard.push_back(d->octets[0] << 8 | d->octets[1]);
  }
  std::vector<int> heard;
  std::uint32_t sent = 0;
  int downs = 0;

 private:
  std::string name_;
  std::optional<Endpoint> dials_;
  std::optional<Port> shouts_;
  std::uint32_t links_ = 0;
  bool up_ = false;
};

struct Pair {
  explicit Pair(Faults faults, std::optional<Port> shouts, std::uint64_t seed = 1) {
    auto one = std::make_unique<Chatter>("a", door_b, shouts);
    auto two = std::make_unique<Chatter>("b", std::nullopt, std::nullopt);
    a = one.get();
    b = two.get();
    const Doors doors_a{door_a, {}, door_a, door_a}, doors_b{door_b, {}, door_b, door_b};
    net.add(std::move(one), doors_a);
    net.add(std::move(two), doors_b);
    net.seed_faults(seed);
    net.misbehave(faults);
  }
  void run() {
    net.start("a");
    net.run_for(std::chrono::seconds(60));
  }
  std::uint64_t drawn(Port port, FaultKind kind) const {
    return net.fault_counts()[static_cast<std::size_t>(port)][static_cast<std::size_t>(kind)];
  }
  Network net;
  Chatter* a = nullptr;
  Chatter* b = nullptr;
};

Chance percent(std::string_view text) { return *Chance::percent(text); }

TEST(Chance, IsReadAndWrittenAsPercent) {
  EXPECT_EQ(percent("2%").per_million, 20'000U);
  EXPECT_EQ(percent("0.05%").per_million, 500U);
  EXPECT_EQ(percent("0.0001").per_million, 1U);
  EXPECT_EQ(percent("100%"), Chance{Chance::certain});
  for (const char* wrong :
       {"", "%", ".", "-1", "1e3", "100.0001", "0.00001", "1.2.3", "99999999999999999999"})
    EXPECT_FALSE(Chance::percent(wrong)) << wrong;
  for (const char* text : {"0%", "2%", "0.05%", "0.0001%", "12.5%", "100%"})
    EXPECT_EQ(percent(text).to_string(), text);
}

TEST(Faults, StrikeDatagramsAsOftenAsTheyWereTold) {
  Faults f;
  f.loss = percent("10");
  f.duplicate = percent("5");
  f.reorder = percent("20");
  f.delay = percent("2");
  for (const Port port : {Port::gtpc, Port::radio}) {
    Pair p(f, port);
    p.run();
    ASSERT_EQ(p.a->sent, many);
    const auto lost = p.drawn(port, FaultKind::loss);
    const auto twice = p.drawn(port, FaultKind::duplicate);
    // Five standard deviations.
    EXPECT_NEAR(static_cast<double>(lost), many * 0.10, 215);
    EXPECT_NEAR(static_cast<double>(twice), (many - lost) * 0.05, 155);
    EXPECT_NEAR(static_cast<double>(p.drawn(port, FaultKind::reorder)), (many - lost) * 0.20, 270);
    EXPECT_NEAR(static_cast<double>(p.drawn(port, FaultKind::delay)), (many - lost) * 0.02, 95);
    EXPECT_EQ(p.b->heard.size(), many - lost + twice) << "what is heard is what the log says";
    EXPECT_FALSE(std::is_sorted(p.b->heard.begin(), p.b->heard.end())) << "some overtook others";
    EXPECT_EQ(p.net.messages(port), many);
    EXPECT_EQ(p.net.faults().size(),
              lost + twice + p.drawn(port, FaultKind::reorder) + p.drawn(port, FaultKind::delay));
  }
}

TEST(Faults, OnALinkNothingIsLostRepeatedOrOvertakenUnlessTheLinkBreaks) {
  Faults f;
  f.loss = f.duplicate = f.reorder = percent("50");
  f.delay = percent("10");
  Pair p(f, std::nullopt);
  p.run();
  std::vector<int> all(many);
  for (std::uint32_t i = 0; i < many; ++i) all[i] = static_cast<int>(i);
  EXPECT_EQ(p.b->heard, all);
  EXPECT_NEAR(static_cast<double>(p.drawn(Port::s1ap, FaultKind::delay)), many * 0.10, 215);
  EXPECT_EQ(p.drawn(Port::s1ap, FaultKind::loss) + p.drawn(Port::s1ap, FaultKind::duplicate) +
                p.drawn(Port::s1ap, FaultKind::reorder),
            0U);

  f.break_link = percent("0.5");
  f.delay = {};
  Pair q(f, std::nullopt);
  q.run();
  const auto broken = q.drawn(Port::s1ap, FaultKind::break_link);
  EXPECT_NEAR(static_cast<double>(broken), many * 0.005, 50);
  EXPECT_EQ(static_cast<std::uint64_t>(q.a->downs), broken);
  EXPECT_EQ(static_cast<std::uint64_t>(q.b->downs), broken);
  EXPECT_TRUE(std::is_sorted(q.b->heard.begin(), q.b->heard.end()));
  EXPECT_EQ(std::adjacent_find(q.b->heard.begin(), q.b->heard.end()), q.b->heard.end()) << "none twice";
  const std::size_t missing = many - q.b->heard.size();
  EXPECT_LE(missing, broken) << "only the message with which the link broke may be missing";
  EXPECT_GT(missing, broken / 4) << "sometimes it is";
  EXPECT_LT(missing, broken - broken / 4) << "and sometimes not";
}

TEST(Faults, NodesCrashAndComeBackAndOnlyThoseThatCanBeBuiltAnew) {
  Faults f;
  f.crash = percent("0.1");
  f.down_for = 100ms;
  Pair none(f, Port::gtpc);
  none.run();
  EXPECT_EQ(none.drawn(Port::gtpc, FaultKind::crash), 0U);

  Pair p(f, Port::gtpc);
  int lives = 0;
  p.net.on_crash("b", [&] {
    ++lives;
    return std::make_unique<Chatter>("b", std::nullopt, std::nullopt);
  });
  p.run();
  const auto crashes = p.drawn(Port::gtpc, FaultKind::crash);
  EXPECT_EQ(static_cast<std::uint64_t>(lives), crashes);
  // What it never hears while it is down cannot crash it: one message in 1000 and 100 in between.
  EXPECT_NEAR(static_cast<double>(crashes), many / 1100.0, 22);
  EXPECT_TRUE(p.net.running("b"));
}

TEST(Faults, APartitionKeepsTwoNodesApartForItsTime) {
  Faults f;
  f.partition = percent("0.1");
  f.apart_for = 50ms;
  Pair p(f, Port::gtpc);
  p.run();
  const auto apart = p.drawn(Port::gtpc, FaultKind::partition);
  EXPECT_NEAR(static_cast<double>(apart), many / 1050.0, 22);
  const auto missing = static_cast<double>(many - p.b->heard.size());
  EXPECT_NEAR(missing, static_cast<double>(apart) * 50, static_cast<double>(apart) * 2);
}

// One seed decides everything, in the toys and in the whole network.
struct Played {
  std::vector<FaultEntry> faults;
  std::string ledger;
  std::uint64_t registered = 0;
};
Played attach_under_faults(std::uint64_t seed) {
  Script s = script(5, 4, seed, 2);
  for (auto& enb : s.enbs) enb.inactivity = std::chrono::seconds(10);
  Cast cast(std::move(s));
  Faults f;
  f.loss = percent("5");
  f.duplicate = percent("5");
  f.reorder = percent("5");
  f.delay = percent("5");
  f.break_link = percent("0.5");
  f.delay = {};
  f.crash = percent("0.2");
  f.partition = percent("0.1");
  cast.misbehave(f);
  for (std::size_t i = 0; i < 5; ++i) cast.net.command(Cast::ue_name(i), {node::Verb::attach, {}, 0});
  cast.run(std::chrono::minutes(5));
  Played out;
  out.faults = cast.net.faults();
  for (const LedgerEntry& e : cast.net.ledger())
    out.ledger += std::to_string(e.at.since_epoch.count()) + e.node + std::string(to_string(e.event)) +
                  e.key.to_string() + e.reason + "\n";
  for (std::size_t i = 0; i < 5; ++i) out.registered += cast.ue(i).state() == node::ue::State::registered;
  return out;
}

TEST(Faults, OfOneSeedAreTheSameAgainAndOfAnotherNot) {
  const Played one = attach_under_faults(3);
  const Played again = attach_under_faults(3);
  const Played other = attach_under_faults(4);
  EXPECT_GT(one.faults.size(), 20U);
  EXPECT_EQ(one.faults, again.faults);
  EXPECT_EQ(one.ledger, again.ledger);
  EXPECT_NE(one.faults, other.faults);
  EXPECT_NE(one.ledger, other.ledger);
  EXPECT_EQ(one.registered, 5U);
}

// A fault names the UE whose message it hit, also where that message was the HSS's.
TEST(Faults, KnowForWhomTheMessageWas) {
  Cast cast(script(2));
  Faults f;
  f.delay = Chance{Chance::certain};
  cast.misbehave(f);
  cast.net.command("ue2", {node::Verb::attach, {}, 0});
  // Not until the Diameter watchdog speaks, 28 s after the last answer at the earliest: what a timer sends
  // counts for whoever's message armed it, and that was this UE's. run() would get there: it goes past its
  // end to the next event when a stopped timer is due before.
  cast.net.run_while_busy(std::chrono::seconds(10), std::chrono::seconds(20));
  ASSERT_EQ(cast.ue(1).state(), node::ue::State::registered) << story(cast);
  std::map<Port, int> hits;
  for (const FaultEntry& e : cast.net.faults())
    if (e.subject == cast.net.seat("ue2")) ++hits[e.port];
  for (const FaultEntry& e : cast.net.faults()) EXPECT_NE(e.subject, cast.net.seat("ue1"));
  EXPECT_GT(hits[Port::radio], 10);
  EXPECT_GT(hits[Port::s1ap], 5);
  EXPECT_EQ(hits[Port::diameter], 4) << "AIR, AIA, ULR, ULA";
  EXPECT_GE(hits[Port::gtpc], 4);
}

}  // namespace
}  // namespace baton::lab
