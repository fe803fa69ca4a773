#include "transport/tcp.h"

#include <gtest/gtest.h>

#include "transport/limits.h"
#include "transport/link_support.h"
#include "transport/memory.h"

namespace baton::transport {
namespace {

struct Pair {
  Loop loop;
  Listener client, server;
  std::unique_ptr<TcpListener> listener;

  explicit Pair(Byte net) {
    auto l = TcpListener::open(loop, {{127, 0, net, 1}, 0},
                               [this](std::unique_ptr<Link> link) { server.adopt(std::move(link)); });
    EXPECT_TRUE(l);
    listener = std::move(*l);
    client.link = tcp_connect(loop, {{127, 0, net, 2}, 0}, listener->local(), client);
  }
  ~Pair() {
    client.link.reset();
    server.link.reset();
  }
  bool up() {
    return loop.run_until([this] { return client.ups == 1 && server.link != nullptr; }, 2s);
  }
};

TEST(Tcp, a_connection_comes_from_the_address_it_was_bound_to) {
  Pair p(22);
  ASSERT_TRUE(p.up());
  EXPECT_EQ(p.server.link->remote().octets, (std::array<Byte, 4>{127, 0, 22, 2}));
  EXPECT_EQ(p.server.link->remote(), p.client.link->local());
  EXPECT_EQ(p.client.link->remote(), p.server.link->local());
}

TEST(Tcp, ten_thousand_messages_are_echoed_in_order) {
  Pair p(23);
  ASSERT_TRUE(p.up());
  p.server.echo = true;
  p.server.keep = false;
  ByteVector sent;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const ByteVector m = numbered(i, 20 + i % 100);
    sent.insert(sent.end(), m.begin(), m.end());
    ASSERT_TRUE(p.client.link->send(0, m));
  }
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.octets == sent.size(); }, 10s));
  ByteVector got;
  for (const Heard& h : p.client.heard) got.insert(got.end(), h.octets.begin(), h.octets.end());
  EXPECT_TRUE(got == sent);
}

TEST(Tcp, a_good_bye_delivers_what_was_sent_before_it) {
  Pair p(24);
  ASSERT_TRUE(p.up());
  const std::size_t much = 3u << 20;
  ASSERT_TRUE(p.client.link->send(0, ByteVector(much, 7)));
  p.client.link->close();
  p.client.link.reset();
  ASSERT_TRUE(p.loop.run_until([&] { return p.server.down.has_value(); }, 5s));
  EXPECT_EQ(p.server.octets, much);
  EXPECT_EQ(*p.server.down, Down::closed_by_peer);
}

TEST(Tcp, the_send_queue_takes_its_bound_and_not_one_octet_more) {
  Pair p(25);
  ASSERT_TRUE(p.up());
  ASSERT_TRUE(p.client.link->send(0, ByteVector(send_queue_octets_max)));
  const Done refused = p.client.link->send(0, ByteVector(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, Fault::queue_full);
  EXPECT_TRUE(p.loop.run_until([&] { return p.server.octets == send_queue_octets_max; }, 5s));
}

TEST(Tcp, connecting_to_nobody_is_told_as_refused) {
  Loop loop;
  Listener client;
  client.link = tcp_connect(loop, {{127, 0, 26, 2}, 0}, {{127, 0, 26, 1}, 9}, client);
  EXPECT_FALSE(client.down) << "told from inside the call";
  ASSERT_TRUE(loop.run_until([&] { return client.down.has_value(); }, 2s));
  EXPECT_EQ(*client.down, Down::refused);
  EXPECT_EQ(client.ups, 0);
}

TEST(Tcp, binding_to_an_address_nobody_has_is_told_in_a_later_turn) {
  Loop loop;
  Listener client;
  client.link = tcp_connect(loop, {{192, 0, 2, 1}, 0}, {{127, 0, 26, 1}, 9}, client);
  ASSERT_TRUE(loop.run_until([&] { return client.down.has_value(); }, 2s));
  EXPECT_EQ(*client.down, Down::local);
}

TEST(Tcp, a_peer_that_is_destroyed_resets_the_connection) {
  Pair p(27);
  ASSERT_TRUE(p.up());
  p.server.link.reset();
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.down.has_value(); }, 2s));
  EXPECT_EQ(*p.client.down, Down::reset);
  const Done sent = p.client.link->send(0, ByteVector{1});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.why().fault, Fault::not_connected);
}

TEST(Tcp, a_link_may_be_destroyed_by_its_own_observer) {
  Pair p(28);
  ASSERT_TRUE(p.up());
  struct Quitter final : LinkObserver {
    std::unique_ptr<Link>* link = nullptr;
    int calls = 0;
    void on_up() override {}
    void on_data(std::uint16_t, Bytes) override {
      ++calls;
      link->reset();
    }
    void on_down(Down) override { ++calls; }
  } quitter;
  quitter.link = &p.server.link;
  p.server.link->observe(quitter);
  ASSERT_TRUE(p.client.link->send(0, ByteVector(200'000)));
  ASSERT_TRUE(p.loop.run_until([&] { return p.client.down.has_value(); }, 2s));
  EXPECT_EQ(quitter.calls, 1);
}

TEST(Tcp, a_listener_that_is_gone_leaves_its_connections_up) {
  Pair p(29);
  ASSERT_TRUE(p.up());
  p.listener.reset();
  ASSERT_TRUE(p.client.link->send(0, ByteVector{5}));
  EXPECT_TRUE(p.loop.run_until([&] { return p.server.octets == 1; }, 2s));
}

TEST(Memory, messages_arrive_whole_and_in_order_in_a_later_turn) {
  Loop loop;
  auto [a, b] = memory_pair(loop, {{127, 0, 0, 1}, 1}, {{127, 0, 0, 2}, 2});
  Listener left, right;
  right.echo = true;
  left.adopt(std::move(a));
  right.adopt(std::move(b));
  for (std::uint32_t i = 0; i < 100; ++i)
    ASSERT_TRUE(left.link->send(static_cast<std::uint16_t>(i % 3), numbered(i, 10)));
  EXPECT_TRUE(right.heard.empty());
  ASSERT_TRUE(loop.run_until([&] { return left.heard.size() == 100; }, 1s));
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(left.heard[i].octets, numbered(i, 10));
    EXPECT_EQ(left.heard[i].stream, i % 3);
  }
  EXPECT_FALSE(left.link->send(0, ByteVector(sctp_message_octets_max + 1)));
  ASSERT_TRUE(left.link->send(0, ByteVector(sctp_message_octets_max)));
  left.link->close();
  ASSERT_TRUE(loop.run_until([&] { return right.down.has_value(); }, 1s));
  EXPECT_EQ(right.heard.back().octets.size(), sctp_message_octets_max);
  EXPECT_EQ(*right.down, Down::closed_by_peer);
  EXPECT_FALSE(left.down);
}

}  // namespace
}  // namespace baton::transport
