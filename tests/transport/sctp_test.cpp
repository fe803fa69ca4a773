#include "transport/sctp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "transport/link_support.h"
#include "transport/udp.h"

namespace baton::transport {
namespace {

constexpr std::uint16_t port = 36412;
using Ip = std::array<Byte, 4>;

// Short timers, so that what depends on silence is found out within a second.
SctpOptions quick() {
  SctpOptions o;
  o.rto_initial = 100ms;
  o.rto_min = 50ms;
  o.rto_max = 200ms;
  o.heartbeat = 100ms;
  o.path_retransmissions = 2;
  o.init_attempts = 2;
  return o;
}

class Sctp : public ::testing::TestWithParam<SctpStack> {
 protected:
  void SetUp() override {
    if (GetParam() == SctpStack::kernel && !kernel_has_sctp())
      GTEST_SKIP() << "this kernel has no SCTP (socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) is refused)";
  }
  std::unique_ptr<SctpEndpoint> open(Ip ip, const SctpOptions& options = quick()) {
    auto e = open_sctp(loop, ip, options, GetParam());
    EXPECT_TRUE(e) << e.why().to_string();
    return e ? std::move(*e) : nullptr;
  }
  // A node that listens at `port` and keeps every association it is offered.
  struct Server {
    std::unique_ptr<SctpEndpoint> endpoint;
    std::vector<std::unique_ptr<Listener>> accepted;
    bool echo = false;
  };
  void listen(Server& s, Ip ip, const SctpOptions& options = quick()) {
    s.endpoint = open(ip, options);
    ASSERT_TRUE(s.endpoint->listen(port, [&s](std::unique_ptr<Link> link) {
      s.accepted.push_back(std::make_unique<Listener>());
      s.accepted.back()->echo = s.echo;
      s.accepted.back()->adopt(std::move(link));
    }));
  }
  bool until(const std::function<bool()>& done, Duration at_most = 5s) {
    return loop.run_until(done, at_most);
  }

  Loop loop;
};

TEST_P(Sctp, ten_thousand_messages_on_several_streams_are_echoed_in_order_within_each) {
  Server s;
  s.echo = true;
  listen(s, {127, 0, 31, 1});
  auto node = open({127, 0, 31, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 31, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1 && s.accepted.size() == 1; }));
  EXPECT_EQ(s.accepted[0]->link->remote().octets, (Ip{127, 0, 31, 2}));
  EXPECT_EQ(s.accepted[0]->link->remote(), c.link->local());
  EXPECT_EQ(s.accepted[0]->link->local(), (Address{{127, 0, 31, 1}, port}));
  EXPECT_EQ(c.link->remote(), (Address{{127, 0, 31, 1}, port}));

  constexpr std::uint32_t count = 10'000;
  for (std::uint32_t i = 0; i < count; ++i)
    ASSERT_TRUE(c.link->send(static_cast<std::uint16_t>(i % 16), numbered(i, 40 + i % 160)));
  ASSERT_TRUE(until([&] { return c.heard.size() == count; }, 30s)) << c.heard.size();
  std::map<std::uint16_t, std::uint32_t> next;
  for (const Heard& h : c.heard) {
    const std::uint32_t n = number_of(h.octets);
    ASSERT_EQ(n % 16, h.stream);
    ASSERT_EQ(h.octets, numbered(n, 40 + n % 160));
    const auto [at, first] = next.try_emplace(h.stream, h.stream);
    ASSERT_EQ(n, at->second) << "stream " << h.stream;
    at->second += 16;
  }
}

TEST_P(Sctp, the_largest_message_arrives_whole_and_one_octet_more_is_refused) {
  Server s;
  s.echo = true;
  listen(s, {127, 0, 32, 1});
  auto node = open({127, 0, 32, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 32, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1; }));
  const Done refused = c.link->send(1, ByteVector(sctp_message_octets_max + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, Fault::too_large);
  EXPECT_FALSE(c.link->send(1, ByteVector{})) << "SCTP has no empty messages";
  const ByteVector largest = numbered(1, sctp_message_octets_max);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(c.link->send(static_cast<std::uint16_t>(i), largest));
  ASSERT_TRUE(until([&] { return c.heard.size() == 3; }, 20s));
  for (const Heard& h : c.heard) EXPECT_TRUE(h.octets == largest);
}

TEST_P(Sctp, a_peer_that_sends_more_than_the_bound_loses_its_association) {
  Server s;
  SctpOptions narrow = quick();
  narrow.message_octets_max = 1'000;
  listen(s, {127, 0, 33, 1}, narrow);
  auto node = open({127, 0, 33, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 33, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1; }));
  ASSERT_TRUE(c.link->send(0, ByteVector(1'000)));
  ASSERT_TRUE(until([&] { return s.accepted.size() == 1 && s.accepted[0]->heard.size() == 1; }));
  ASSERT_TRUE(c.link->send(0, ByteVector(1'001)));
  ASSERT_TRUE(until([&] { return s.accepted[0]->down.has_value() && c.down.has_value(); }));
  EXPECT_EQ(*s.accepted[0]->down, Down::oversized);
  EXPECT_EQ(s.accepted[0]->heard.size(), 1u);
}

TEST_P(Sctp, the_send_queue_is_bounded) {
  Server s;
  listen(s, {127, 0, 34, 1});
  auto node = open({127, 0, 34, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 34, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1; }));
  std::size_t taken = 0;
  std::optional<Error> why;
  while (!why && taken < 64u << 20) {
    const Done done = c.link->send(0, ByteVector(sctp_message_octets_max));
    if (done)
      taken += sctp_message_octets_max;
    else
      why = done.why();
  }
  ASSERT_TRUE(why);
  EXPECT_EQ(why->fault, Fault::queue_full);
  EXPECT_GE(taken, send_queue_octets_max);
  ASSERT_TRUE(until([&] { return s.accepted.size() == 1 && s.accepted[0]->octets == taken; }, 60s));
}

TEST_P(Sctp, closing_in_good_order_delivers_what_was_sent) {
  Server s;
  listen(s, {127, 0, 35, 1});
  auto node = open({127, 0, 35, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 35, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1; }));
  for (std::uint32_t i = 0; i < 50; ++i) ASSERT_TRUE(c.link->send(1, numbered(i, 1'000)));
  c.link->close();
  c.link.reset();
  ASSERT_TRUE(until([&] { return !s.accepted.empty() && s.accepted[0]->down.has_value(); }));
  EXPECT_EQ(*s.accepted[0]->down, Down::closed_by_peer);
  EXPECT_EQ(s.accepted[0]->heard.size(), 50u);
  EXPECT_FALSE(c.down) << "who closes hears nothing more";
}

TEST_P(Sctp, a_destroyed_link_resets_the_peer) {
  Server s;
  listen(s, {127, 0, 36, 1});
  auto node = open({127, 0, 36, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 36, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.ups == 1 && s.accepted.size() == 1; }));
  s.accepted[0]->link.reset();
  ASSERT_TRUE(until([&] { return c.down.has_value(); }));
  EXPECT_EQ(*c.down, Down::reset);
  const Done sent = c.link->send(0, ByteVector{1});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.why().fault, Fault::not_connected);
}

TEST_P(Sctp, connecting_to_an_address_where_nobody_is_times_out) {
  auto node = open({127, 0, 37, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 37, 1}, port}, c);
  EXPECT_FALSE(c.down);
  ASSERT_TRUE(until([&] { return c.down.has_value(); }));
  EXPECT_TRUE(*c.down == Down::timed_out || *c.down == Down::refused) << to_string(*c.down);
  EXPECT_EQ(c.ups, 0);
}

TEST_P(Sctp, a_node_that_does_not_listen_refuses_although_another_node_of_the_process_listens_there) {
  Server other;
  listen(other, {127, 0, 38, 3});
  auto deaf = open({127, 0, 38, 1});
  auto node = open({127, 0, 38, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 38, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.down.has_value(); }));
  EXPECT_EQ(*c.down, Down::refused);
  EXPECT_TRUE(other.accepted.empty());
}

TEST_P(Sctp, two_nodes_listen_at_the_same_port_and_each_hears_its_own_callers) {
  Server first, second;
  listen(first, {127, 0, 39, 1});
  listen(second, {127, 0, 39, 3});
  auto node = open({127, 0, 39, 2});
  Listener to_first, to_second;
  to_first.link = node->connect(0, {{127, 0, 39, 1}, port}, to_first);
  to_second.link = node->connect(0, {{127, 0, 39, 3}, port}, to_second);
  ASSERT_TRUE(until([&] { return to_first.ups == 1 && to_second.ups == 1; }));
  ASSERT_TRUE(to_first.link->send(0, ByteVector{1}));
  ASSERT_TRUE(to_second.link->send(0, ByteVector{2}));
  ASSERT_TRUE(until([&] {
    return first.accepted.size() == 1 && second.accepted.size() == 1 && first.accepted[0]->octets == 1 &&
           second.accepted[0]->octets == 1;
  }));
  EXPECT_EQ(first.accepted[0]->heard[0].octets, ByteVector{1});
  EXPECT_EQ(second.accepted[0]->heard[0].octets, ByteVector{2});
}

TEST_P(Sctp, a_neighbour_that_falls_silent_is_found_by_heartbeats_and_the_others_stay) {
  Server s;
  s.echo = true;
  listen(s, {127, 0, 40, 1});
  auto dying = open({127, 0, 40, 2});
  auto living = open({127, 0, 40, 3});
  Listener d, l;
  d.link = dying->connect(0, {{127, 0, 40, 1}, port}, d);
  l.link = living->connect(0, {{127, 0, 40, 1}, port}, l);
  ASSERT_TRUE(until([&] { return d.ups == 1 && l.ups == 1 && s.accepted.size() == 2; }));
  if (GetParam() == SctpStack::user) {
    dying->vanish();
    Listener* lost = nullptr;
    ASSERT_TRUE(until(
        [&] {
          for (const auto& a : s.accepted) {
            if (a->down) lost = a.get();
          }
          return lost != nullptr;
        },
        10s));
    EXPECT_EQ(*lost->down, Down::timed_out);
  }
  ASSERT_TRUE(l.link->send(3, ByteVector{9}));
  EXPECT_TRUE(until([&] { return l.heard.size() == 1; }));
  EXPECT_FALSE(l.down);
}

TEST_P(Sctp, the_restart_of_one_node_leaves_the_others_associations_up) {
  Server s;
  s.echo = true;
  listen(s, {127, 0, 41, 1});
  auto restarting = open({127, 0, 41, 2});
  auto staying = open({127, 0, 41, 3});
  Listener before, after, other;
  before.link = restarting->connect(0, {{127, 0, 41, 1}, port}, before);
  other.link = staying->connect(0, {{127, 0, 41, 1}, port}, other);
  ASSERT_TRUE(until([&] { return before.ups == 1 && other.ups == 1 && s.accepted.size() == 2; }));
  restarting.reset();  // links still held by their owner are dead, not dangling
  EXPECT_FALSE(before.link->send(0, ByteVector{1}));
  before.link.reset();
  restarting = open({127, 0, 41, 2});
  after.link = restarting->connect(0, {{127, 0, 41, 1}, port}, after);
  ASSERT_TRUE(until([&] { return after.ups == 1; }));
  ASSERT_TRUE(after.link->send(2, ByteVector{1}));
  ASSERT_TRUE(other.link->send(2, ByteVector{2}));
  ASSERT_TRUE(until([&] { return after.heard.size() == 1 && other.heard.size() == 1; }));
  EXPECT_FALSE(other.down);
  EXPECT_EQ(
      std::count_if(s.accepted.begin(), s.accepted.end(), [](const auto& a) { return a->down.has_value(); }),
      1);
}

TEST_P(Sctp, a_peer_that_begins_anew_with_the_same_ports_is_a_link_lost_and_a_link_made) {
  if (GetParam() == SctpStack::kernel) GTEST_SKIP() << "a kernel association cannot be made to vanish";
  Server s;
  s.echo = true;
  SctpOptions patient = quick();
  patient.heartbeat = 60s;
  listen(s, {127, 0, 42, 1}, patient);
  auto node = open({127, 0, 42, 2}, patient);
  Listener before, after;
  before.link = node->connect(40'000, {{127, 0, 42, 1}, port}, before);
  ASSERT_TRUE(until([&] { return before.ups == 1 && s.accepted.size() == 1; }));
  node->vanish();  // no ABORT leaves
  before.link.reset();
  node.reset();
  node = open({127, 0, 42, 2}, patient);
  after.link = node->connect(40'000, {{127, 0, 42, 1}, port}, after);
  ASSERT_TRUE(until([&] { return after.ups == 1 && s.accepted.size() == 2 && s.accepted[0]->down; }));
  EXPECT_EQ(s.accepted[1]->link->remote(), (Address{{127, 0, 42, 2}, 40'000}));
  ASSERT_TRUE(after.link->send(1, ByteVector{7}));
  ASSERT_TRUE(until([&] { return after.heard.size() == 1; }));
}

TEST_P(Sctp, a_link_may_be_destroyed_by_its_own_observer_and_accepting_may_refuse) {
  auto server = open({127, 0, 43, 1});
  int offered = 0;
  ASSERT_TRUE(server->listen(port, [&](std::unique_ptr<Link>) { ++offered; }));
  auto node = open({127, 0, 43, 2});
  Listener c;
  c.link = node->connect(0, {{127, 0, 43, 1}, port}, c);
  ASSERT_TRUE(until([&] { return c.down.has_value(); }));
  EXPECT_EQ(offered, 1);
  EXPECT_EQ(*c.down, Down::reset);
}

TEST_P(Sctp, an_address_that_is_taken_is_refused) {
  auto first = open({127, 0, 44, 1});
  ASSERT_TRUE(first->listen(port, [](std::unique_ptr<Link>) {}));
  if (GetParam() == SctpStack::user) {
    auto second = open_sctp(loop, Ip{127, 0, 44, 1}, quick(), GetParam());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.why().fault, Fault::address_in_use);
  }
  const Done again = first->listen(port, [](std::unique_ptr<Link>) {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.why().fault, Fault::address_in_use);
}

INSTANTIATE_TEST_SUITE_P(Stacks, Sctp, ::testing::Values(SctpStack::user, SctpStack::kernel),
                         [](const auto& p) { return p.param == SctpStack::user ? "user" : "kernel"; });

TEST(SctpUser, serves_one_loop_at_a_time) {
  Loop first, second;
  auto a = open_sctp(first, Ip{127, 0, 45, 1}, quick(), SctpStack::user);
  ASSERT_TRUE(a);
  auto b = open_sctp(second, Ip{127, 0, 45, 2}, quick(), SctpStack::user);
  ASSERT_FALSE(b);
  EXPECT_EQ(b.why().fault, Fault::busy);
  a->reset();
  EXPECT_TRUE(open_sctp(second, Ip{127, 0, 45, 2}, quick(), SctpStack::user));
}

TEST(SctpUser, packets_of_noise_and_more_half_open_neighbours_than_the_bound_do_no_harm) {
  Loop loop;
  auto server = open_sctp(loop, Ip{127, 0, 46, 1}, quick(), SctpStack::user);
  ASSERT_TRUE(server);
  std::vector<std::unique_ptr<Listener>> accepted;
  ASSERT_TRUE((*server)->listen(port, [&](std::unique_ptr<Link> link) {
    accepted.push_back(std::make_unique<Listener>());
    accepted.back()->adopt(std::move(link));
  }));
  const Address to{{127, 0, 46, 1}, 9899};
  std::uint32_t state = 7;
  const auto random = [&] { return state = state * 1664525u + 1013904223u; };
  for (std::size_t i = 0; i < sctp_half_open_paths_max + 50; ++i) {
    const Address from{{127, 0, static_cast<Byte>(100 + i / 200), static_cast<Byte>(1 + i % 200)}, 9899};
    auto stranger = UdpSocket::open(loop, from, [](Address, Bytes) {});
    ASSERT_TRUE(stranger);
    // A plausible INIT (wrong checksum on every second) and then noise that begins like one.
    ByteVector init(32);
    init[0] = 0x9C, init[1] = 0x40, init[2] = port >> 8, init[3] = port & 0xFF, init[12] = 1, init[15] = 20;
    for (std::size_t k = 16; k < 32; ++k) init[k] = static_cast<Byte>(random() >> 24);
    ASSERT_TRUE((*stranger)->send(to, init));
    ByteVector noise(random() % 60);
    for (Byte& b : noise) b = static_cast<Byte>(random() >> 24);
    if (noise.size() > 12) noise[12] = static_cast<Byte>(i % 16);
    ASSERT_TRUE((*stranger)->send(to, noise));
    if (i % 16 == 0) loop.run_for(1ms);
  }
  auto node = open_sctp(loop, Ip{127, 0, 46, 2}, quick(), SctpStack::user);
  ASSERT_TRUE(node);
  Listener c;
  c.link = (*node)->connect(0, {{127, 0, 46, 1}, port}, c);
  ASSERT_TRUE(loop.run_until([&] { return c.ups == 1 && accepted.size() == 1; }, 5s));
  ASSERT_TRUE(c.link->send(0, ByteVector{1}));
  EXPECT_TRUE(loop.run_until([&] { return accepted[0]->octets == 1; }, 5s));
}

}  // namespace
}  // namespace baton::transport
