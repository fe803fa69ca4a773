#include "peer/diameter_table.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "peer/diameter_world.h"

namespace baton::test {
namespace {

using peer::diameter::Do;
using peer::diameter::On;
using peer::diameter::row_for;
using peer::diameter::rows;
using peer::diameter::State;

constexpr State all_states[] = {
    State::closed,       State::wait_conn_ack, State::wait_i_cea, State::wait_conn_ack_elect,
    State::wait_returns, State::r_open,        State::i_open,     State::closing};

//= RFC 6733, 5.6; type=test
TEST(DiameterTable, NoEventHasTwoMeaningsInOneState) {
  std::set<std::pair<State, On>> seen;
  for (const auto& r : rows)
    EXPECT_TRUE(seen.insert({r.at, r.on}).second) << to_string(r.at) << " " << to_string(r.on);
}

TEST(DiameterTable, EveryStateIsReachedAndLeft) {
  std::set<State> reached{State::closed}, left;
  for (const auto& r : rows) {
    reached.insert(r.to);
    if (r.to != r.at) left.insert(r.at);
  }
  for (const State s : all_states) {
    EXPECT_TRUE(reached.contains(s)) << to_string(s);
    EXPECT_TRUE(left.contains(s)) << to_string(s);
  }
}

TEST(DiameterTable, EveryStateButClosedEndsByTimeoutAndByStop) {
  for (const State s : all_states) {
    if (s == State::closed) continue;
    ASSERT_NE(row_for(s, On::timeout), nullptr) << to_string(s);
    EXPECT_EQ(row_for(s, On::timeout)->to, State::closed) << to_string(s);
    EXPECT_TRUE(s == State::closing || row_for(s, On::stop) != nullptr) << to_string(s);
  }
}

TEST(DiameterTable, ASecondCerNeverReplacesAnOpenConnection) {
  for (const State s : {State::r_open, State::i_open, State::closing}) {
    const auto* row = row_for(s, On::r_conn_cer);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->what[0], Do::r_reject);
    EXPECT_EQ(row->to, s);
  }
}

TEST(DiameterTable, DrawsItself) {
  EXPECT_NE(peer::diameter::dot().find("\"Wait-I-CEA\" -> \"I-Open\" [label=\"I-Rcv-CEA\"]"),
            std::string::npos);
}

// Whatever is said on whatever link in whatever order, nothing breaks and no request is answered twice.
TEST(DiameterTable, ARandomConversationHarmsNothing) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return random() % n; };
  int opened = 0;
  for (int round = 0; round < 200; ++round) {
    World world;
    Host& hss = world.add(hss_config(round % 2 == 0));
    hss.node.start(world.now, hss);
    std::vector<LinkId> links;
    dia::CapabilitiesExchangeRequest cer{mme_name, realm, {dia::Address::from(mme_address)}, 0, "x"};
    cer.auth_application_ids = {dia::app_s6a};
    dia::CapabilitiesExchangeAnswer cea{2001, mme_name, realm, {dia::Address::from(mme_address)}, 0, "x"};
    cea.auth_application_ids = {dia::app_s6a};
    const std::vector<ByteVector> phrases = {
        dia::encode(cer, {1, 1}),
        dia::encode(cea, {static_cast<std::uint32_t>(pick(4)), 1}),
        dia::encode(dia::DeviceWatchdogRequest{mme_name, realm}, {2, 2}),
        dia::encode(dia::DeviceWatchdogAnswer{2001, mme_name, realm}, {2, 2}),
        dia::encode(dia::DisconnectPeerRequest{mme_name, realm, dia::DisconnectCause::busy}, {3, 3}),
        dia::encode(dia::DisconnectPeerAnswer{2001, mme_name, realm}, {3, 3}),
        dia::encode(purge("s;1"), {4, 4}),
        dia::encode(purged("s;1"), {4, 4}),
    };
    for (int step = 0; step < 60; ++step) {
      switch (pick(8)) {
        case 0: links.push_back(world.dial(hss, mme_address)); break;
        case 1:
          // The connection the HSS asked for is made, or not.
          if (pick(2) == 0) {
            hss.note(hss.node.on_link_up(LinkId{1 + static_cast<std::uint32_t>(pick(3))}, {mme_address, 3868},
                                         world.now, hss));
          } else {
            hss.note(hss.node.on_link_down(LinkId{1 + static_cast<std::uint32_t>(pick(3))}, world.now, hss));
          }
          world.settle();
          break;
        case 2: world.advance(Duration(std::chrono::seconds(pick(40)))); break;
        default: {
          ByteVector m = phrases[pick(phrases.size())];
          if (pick(6) == 0) m[pick(m.size())] = static_cast<Byte>(random());
          const LinkId link = links.empty() || pick(4) == 0 ? LinkId{1 + static_cast<std::uint32_t>(pick(3))}
                                                            : links[pick(links.size())];
          world.say(hss, link, m);
        }
      }
      if (auto r = hss.take<peer::DiameterRequest>()) {
        EXPECT_TRUE(hss.node.answer(r->token, purged("s;1"), hss));
        EXPECT_FALSE(hss.node.answer(r->token, purged("s;1"), hss));
      }
      opened += hss.take<peer::DiameterUp>() ? 1 : 0;
    }
    hss.note(hss.node.stop(dia::DisconnectCause::rebooting, world.now, hss));
    world.advance(10s);
    EXPECT_EQ(hss.node.state(mme_name), State::closed);
    EXPECT_EQ(hss.node.owed(), 0U);
  }
  EXPECT_GT(opened, 50) << "the conversation must get somewhere";
}

}  // namespace
}  // namespace baton::test
