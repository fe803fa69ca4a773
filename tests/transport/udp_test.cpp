#include "transport/udp.h"

#include <gtest/gtest.h>

#include "transport/limits.h"

namespace baton::transport {
namespace {

TEST(Udp, an_echo_between_two_loopback_addresses_keeps_the_addresses) {
  Loop loop;
  std::unique_ptr<UdpSocket> server, client;
  Address seen{};
  auto s = UdpSocket::open(loop, {{127, 0, 21, 1}, 0}, [&](Address from, Bytes octets) {
    seen = from;
    EXPECT_TRUE(server->send(from, octets));
  });
  ASSERT_TRUE(s);
  server = std::move(*s);
  ByteVector got;
  Address answered{};
  auto c = UdpSocket::open(loop, {{127, 0, 21, 2}, 0}, [&](Address from, Bytes octets) {
    answered = from;
    got.assign(octets.begin(), octets.end());
  });
  ASSERT_TRUE(c);
  client = std::move(*c);
  const ByteVector hello{1, 2, 3};
  ASSERT_TRUE(client->send(server->local(), hello));
  ASSERT_TRUE(loop.run_until([&] { return !got.empty(); }, 1s));
  EXPECT_EQ(got, hello);
  EXPECT_EQ(seen, client->local());
  EXPECT_EQ(answered, server->local());
}

TEST(Udp, more_datagrams_than_one_batch_all_arrive) {
  Loop loop;
  std::size_t n = 0;
  auto server = UdpSocket::open(loop, {{127, 0, 21, 3}, 0}, [&](Address, Bytes octets) {
    EXPECT_EQ(octets.size(), 1 + n % 7);
    ++n;
  });
  auto client = UdpSocket::open(loop, {{127, 0, 21, 4}, 0}, [](Address, Bytes) {});
  ASSERT_TRUE(server && client);
  const std::size_t all = 3 * datagrams_per_wake + 5;
  for (std::size_t i = 0; i < all; ++i)
    ASSERT_TRUE((*client)->send((*server)->local(), ByteVector(1 + i % 7)));
  EXPECT_TRUE(loop.run_until([&] { return n == all; }, 1s));
}

TEST(Udp, the_largest_datagram_travels_and_one_octet_more_is_refused) {
  Loop loop;
  std::size_t got = 0;
  auto server =
      UdpSocket::open(loop, {{127, 0, 21, 5}, 0}, [&](Address, Bytes octets) { got = octets.size(); });
  auto client = UdpSocket::open(loop, {{127, 0, 21, 6}, 0}, [](Address, Bytes) {});
  ASSERT_TRUE(server && client);
  const Done refused = (*client)->send((*server)->local(), ByteVector(datagram_octets_max + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, Fault::too_large);
  ASSERT_TRUE((*client)->send((*server)->local(), ByteVector(datagram_octets_max)));
  EXPECT_TRUE(loop.run_until([&] { return got == datagram_octets_max; }, 1s));
}

TEST(Udp, a_socket_may_be_destroyed_while_it_delivers_a_batch) {
  Loop loop;
  std::unique_ptr<UdpSocket> server;
  int calls = 0;
  auto s = UdpSocket::open(loop, {{127, 0, 21, 7}, 0}, [&](Address, Bytes) {
    ++calls;
    server.reset();
  });
  ASSERT_TRUE(s);
  server = std::move(*s);
  const Address to = server->local();
  auto client = UdpSocket::open(loop, {{127, 0, 21, 8}, 0}, [](Address, Bytes) {});
  ASSERT_TRUE(client);
  for (int i = 0; i < 5; ++i) (void)(*client)->send(to, ByteVector{1});
  loop.run_for(20ms);
  EXPECT_EQ(calls, 1);
}

TEST(Udp, an_address_taken_or_foreign_is_refused_with_its_reason) {
  Loop loop;
  auto first = UdpSocket::open(loop, {{127, 0, 21, 9}, 0}, [](Address, Bytes) {});
  ASSERT_TRUE(first);
  auto second = UdpSocket::open(loop, (*first)->local(), [](Address, Bytes) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.why().fault, Fault::address_in_use);
  auto foreign = UdpSocket::open(loop, {{192, 0, 2, 1}, 0}, [](Address, Bytes) {});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.why().fault, Fault::address_not_available);
}

}  // namespace
}  // namespace baton::transport
