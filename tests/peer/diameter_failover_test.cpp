// Several Diameter peers: which of them is asked, what becomes of requests when one falls silent or goes,
// agents in between, and what one peer may cost the others.
#include <gtest/gtest.h>

#include "peer/diameter_peer.h"
#include "peer/diameter_world.h"

namespace baton::test {
namespace {

using peer::DiameterAnswer;
using peer::DiameterRequest;
using peer::DiameterTimeout;
using peer::DiameterUp;
using peer::SendFault;

const DiameterIdentity second_name = identity("hss2.epc.test");
const Ipv4 second_address{{127, 0, 1, 3}};
const DiameterIdentity agent_name = identity("dra.epc.test");
const Ipv4 agent_address{{127, 0, 1, 4}};

dia::PurgeUeRequest purge_anywhere(std::string session) {
  dia::PurgeUeRequest m = purge(std::move(session));
  m.destination_host.reset();
  return m;
}
dia::PurgeUeAnswer purged_by(const DiameterIdentity& who, std::string session) {
  dia::PurgeUeAnswer a = purged(std::move(session));
  a.origin_host = who;
  return a;
}

// An MME and two HSSs of one realm.
class DiameterFailover : public testing::Test {
 protected:
  static peer::DiameterConfig both() {
    auto c = mme_config();
    c.peers.push_back({second_name, realm, second_address, 3868, true});
    return c;
  }
  void connect() {
    world.start(primary);
    world.start(second);
    world.start(mme);
    ASSERT_TRUE(mme.take<DiameterUp>());
    ASSERT_TRUE(mme.take<DiameterUp>());
  }
  peer::RequestToken ask(std::string session) {
    const auto token = mme.node.request_in(realm, purge_anywhere(std::move(session)), world.now, mme);
    EXPECT_TRUE(token);
    world.settle();
    return *token;
  }

  World world;
  Host& mme = world.add(both());
  Host& primary = world.add(hss_config());
  Host& second =
      world.add({second_name, realm, second_address, {{mme_name, realm, mme_address, 3868, false}}});
};

//= RFC 6733, 6.1.6; type=test
TEST_F(DiameterFailover, TheFirstOpenPeerOfTheRealmIsAsked) {
  EXPECT_EQ(mme.node.request_in(realm, purge_anywhere("s;0"), world.now, mme).why(), SendFault::not_open);
  EXPECT_EQ(mme.node.request_in(identity("elsewhere"), purge_anywhere("s;0"), world.now, mme).why(),
            SendFault::unknown_peer);
  connect();
  ask("s;1");
  EXPECT_TRUE(primary.take<DiameterRequest>());
  EXPECT_FALSE(second.take<DiameterRequest>());
  world.reset(primary);
  ask("s;2");
  EXPECT_TRUE(second.take<DiameterRequest>());
}

//= RFC 6733, 5.5.4; type=test
TEST_F(DiameterFailover, WhatWasPendingGoesToTheOtherMarkedAsRepeatedAndIsAnsweredOnce) {
  connect();
  const auto token = ask("s;1");
  const auto first = primary.take<DiameterRequest>();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->header.retransmitted);
  world.reset(primary);
  EXPECT_FALSE(mme.take<DiameterTimeout>()) << "nobody above hears of it";
  EXPECT_EQ(mme.counters["diameter.failed_over"], 1);
  const auto again = second.take<DiameterRequest>();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->header.retransmitted);
  EXPECT_EQ(again->header.ids.end_to_end, first->header.ids.end_to_end);
  EXPECT_EQ(dia::session_of(again->octets), "s;1");
  ASSERT_TRUE(second.node.answer(again->token, purged_by(second_name, "s;1"), second));
  world.settle();
  const auto answer = mme.take<DiameterAnswer>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->token, token);
  EXPECT_EQ(answer->peer, second_name);
  EXPECT_EQ(mme.node.pending(hss_name) + mme.node.pending(second_name), 0U);
}

//= RFC 3539, 3.4.1; type=test
TEST_F(DiameterFailover, ASilentPeersRequestsGoOnAndItsLateAnswerIsNotTaken) {
  auto config = both();
  config.times.request = 5min;
  Host& patient = mme;  // the default of ten seconds ends before the watchdog does
  (void)patient;
  connect();
  world.advance(29s);
  world.silence(primary);
  world.advance(28s);  // the watchdog has asked and is not answered yet
  const auto token = ask("s;1");
  world.advance(9s);  // suspect: the request still has a second
  const auto again = second.take<DiameterRequest>();
  ASSERT_TRUE(again) << "moved on before it timed out";
  EXPECT_TRUE(again->header.retransmitted);
  EXPECT_EQ(mme.counters["diameter.peer_suspect"], 1);
  EXPECT_FALSE(mme.node.is_open(hss_name));
  world.unsilence();
  // What the first one says now is too late: it was not asked any more.
  world.say(mme, LinkId{1},
            dia::encode(purged("s;1"), {again->header.ids.hop_by_hop, again->header.ids.end_to_end}));
  EXPECT_FALSE(mme.take<DiameterAnswer>());
  EXPECT_EQ(mme.counters["diameter.answer_unasked"], 1);
  second.node.answer(again->token, purged_by(second_name, "s;1"), second);
  world.settle();
  const auto answer = mme.take<DiameterAnswer>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->token, token);
}

// The second peer is busy with a request of its own when the first one's come to it with less time left.
TEST_F(DiameterFailover, WhatABusyPeerTakesOverTimesOutWhenItsOwnTimeIsUp) {
  connect();
  world.silence(primary);
  const auto early = ask("s;1");
  world.advance(6s);
  const auto named = mme.node.request(second_name, purge("s;2", second_name), world.now, mme);
  ASSERT_TRUE(named);
  world.reset(primary);
  ASSERT_EQ(mme.node.pending(second_name), 2U);
  world.advance(5s);  // ten and more since the first was asked, five since the second
  const auto timeout = mme.take<DiameterTimeout>();
  ASSERT_TRUE(timeout);
  EXPECT_EQ(timeout->token, early);
  EXPECT_FALSE(mme.take<DiameterTimeout>());
  world.advance(6s);
  const auto later = mme.take<DiameterTimeout>();
  ASSERT_TRUE(later);
  EXPECT_EQ(later->token, *named);
}

// The primary goes and comes back; the second has its requests until the primary has answered three
// watchdogs.
//= RFC 3539, 3.4.1; type=test
TEST_F(DiameterFailover, APeerThatIsBackGetsItsRequestsWhenItHasAnsweredThreeWatchdogs) {
  connect();
  const auto goes_to_second = [&](std::string session) {
    ask(session);
    const auto at_primary = primary.take<DiameterRequest>(), at_second = second.take<DiameterRequest>();
    EXPECT_NE(at_primary.has_value(), at_second.has_value()) << "one of the two";
    if (at_primary) primary.node.answer(at_primary->token, purged(session), primary);
    if (at_second) second.node.answer(at_second->token, purged_by(second_name, session), second);
    world.settle();
    return at_second.has_value();
  };
  EXPECT_FALSE(goes_to_second("s;0"));
  world.reset(primary);
  // 1. It is dialled again after Tc, and asked at once.
  world.advance(31s);
  ASSERT_TRUE(mme.node.is_open(hss_name));
  EXPECT_EQ(mme.counters["diameter.peer_reopened"], 1);
  EXPECT_TRUE(goes_to_second("s;1")) << "one answer";
  EXPECT_EQ(*mme.node.open_peer_in(realm), second_name);
  // 2. What names it goes to it all the same.
  const auto named = mme.node.request(hss_name, purge("s;2"), world.now, mme);
  ASSERT_TRUE(named);
  world.settle();
  EXPECT_TRUE(primary.take<DiameterRequest>());
  // 3. However much it says, only answers to watchdogs count; those come Tw apart.
  for (int i = 0; i < 20; ++i) {
    world.say(mme, LinkId{3}, dia::encode(dia::DeviceWatchdogRequest{hss_name, realm}, {9, 9}));
    world.say(mme, LinkId{3},
              dia::encode(dia::DeviceWatchdogAnswer{dia::code::success, hss_name, realm}, {9, 9}));
  }
  EXPECT_EQ(mme.counters["diameter.answer_unasked"], 20);
  EXPECT_TRUE(goes_to_second("s;3"));
  world.advance(33s);
  EXPECT_TRUE(goes_to_second("s;4")) << "two answers";
  world.advance(33s);
  EXPECT_FALSE(goes_to_second("s;5")) << "three";
}

TEST_F(DiameterFailover, APeerThatIsBackAndFallsSilentBeginsAnewWithOneMore) {
  connect();
  world.reset(primary);
  world.advance(31s);
  ASSERT_EQ(mme.counters["diameter.peer_reopened"], 1);
  world.advance(33s);  // two answers
  world.silence(primary);
  world.advance(33s);  // asked
  world.advance(33s);  // suspect
  ASSERT_FALSE(mme.node.is_open(hss_name));
  world.unsilence();
  world.say(mme, LinkId{3}, dia::encode(dia::DeviceWatchdogRequest{hss_name, realm}, {9, 9}));
  ASSERT_TRUE(mme.node.is_open(hss_name));
  for (int answers = 0; answers < 4; ++answers) {
    EXPECT_EQ(*mme.node.open_peer_in(realm), second_name) << answers << " answers";
    world.advance(33s);
  }
  EXPECT_EQ(*mme.node.open_peer_in(realm), hss_name);
}

TEST_F(DiameterFailover, APeerThatIsBackIsAskedAtOnceWhenThereIsNobodyElse) {
  connect();
  world.reset(primary);
  world.reset(second);
  world.advance(31s);
  ASSERT_TRUE(mme.node.is_open(hss_name));
  ASSERT_TRUE(mme.node.is_open(second_name));
  ask("s;1");
  EXPECT_TRUE(primary.take<DiameterRequest>());
  world.advance(1s);
  // The second one goes for good: what it has not answered goes to the one that is still to prove itself.
  world.reset(primary);
  const auto moved = second.take<DiameterRequest>();
  ASSERT_TRUE(moved);
  second.node.answer(moved->token, purged_by(second_name, "s;1"), second);
  world.settle();
  world.advance(64s);  // the second has proved itself, the primary has not
  ask("s;2");
  ASSERT_TRUE(second.take<DiameterRequest>());
  world.reset(second);
  EXPECT_TRUE(primary.take<DiameterRequest>());
  EXPECT_FALSE(mme.take<DiameterTimeout>());
}

// With one HSS there is nobody to come back from: it is asked as soon as it is there, and no more often.
TEST(DiameterReopened, AnOnlyPeerHasNothingToProve) {
  World world;
  Host& mme = world.add(mme_config());
  Host& hss = world.add(hss_config());
  world.start(hss);
  world.start(mme);
  world.reset(hss);
  world.advance(31s);
  ASSERT_TRUE(mme.node.is_open(hss_name));
  EXPECT_EQ(mme.counters["diameter.peer_reopened"], 0);
  EXPECT_EQ(*mme.node.open_peer_in(realm), hss_name);
}

TEST_F(DiameterFailover, WithoutAnotherPeerAndForANamedHostItTimesOut) {
  connect();
  world.reset(second);
  const auto lonely = ask("s;1");
  world.reset(primary);
  const auto timeout = mme.take<DiameterTimeout>();
  ASSERT_TRUE(timeout);
  EXPECT_EQ(timeout->token, lonely);
  EXPECT_EQ(timeout->peer, hss_name);

  world.advance(40s);  // both are dialled again
  ASSERT_TRUE(mme.node.is_open(hss_name) && mme.node.is_open(second_name));
  const auto named = mme.node.request(hss_name, purge("s;2"), world.now, mme);
  ASSERT_TRUE(named);
  world.settle();
  world.reset(primary);
  const auto lost = mme.take<DiameterTimeout>();
  ASSERT_TRUE(lost) << "a request that names its host is nobody else's";
  EXPECT_EQ(lost->token, *named);
  EXPECT_FALSE(second.take<DiameterRequest>());
}

// Risks seen in other cores: an answer from the wrong peer is accepted (open5gs#4343). A peer answers for
// itself and nobody else.
TEST_F(DiameterFailover, AnAnswerInAnotherPeersNameIsDropped) {
  connect();
  ask("s;1");
  const auto request = primary.take<DiameterRequest>();
  ASSERT_TRUE(request);
  primary.node.answer(request->token, purged_by(second_name, "s;1"), primary);
  world.settle();
  EXPECT_FALSE(mme.take<DiameterAnswer>());
  EXPECT_EQ(mme.counters["diameter.answer_origin_wrong"], 1);
  EXPECT_EQ(mme.node.pending(hss_name), 1U) << "the right one may still come";
  // The second peer cannot answer what the first was asked, with whatever numbers.
  world.say(mme, LinkId{2}, dia::encode(purged_by(second_name, "s;1"), request->header.ids));
  world.say(mme, LinkId{2}, dia::encode(purged_by(hss_name, "s;1"), request->header.ids));
  EXPECT_FALSE(mme.take<DiameterAnswer>());
  EXPECT_EQ(mme.counters["diameter.answer_unasked"], 2);
}

//= RFC 6733, 8.16; type=test
TEST_F(DiameterFailover, AnotherOriginStateIdIsAnotherLife) {
  connect();
  const auto dwr = [&](std::uint32_t state) {
    dia::DeviceWatchdogRequest m{mme_name, realm};
    m.origin_state_id = state;
    world.say(primary, LinkId{peer::accepted_links_from + 1}, dia::encode(m, {7, 7}));
  };
  EXPECT_FALSE(primary.take<DiameterUp>()->restarted);
  dwr(5);
  EXPECT_EQ(primary.counters["diameter.peer_restarted"], 0) << "as in its capabilities";
  dwr(6);
  EXPECT_EQ(primary.counters["diameter.peer_restarted"], 1);
}

// An agent (a relay) in the middle, as far as an HSS sees it.
class DiameterAgent : public testing::Test {
 protected:
  static peer::DiameterConfig behind_agent() {
    auto c = hss_config();
    c.peers = {{agent_name, realm, agent_address}, {mme_name, realm, {}, 3868, false, false, agent_name}};
    return c;
  }
  void SetUp() override {
    link = world.dial(hss, agent_address);
    dia::CapabilitiesExchangeRequest cer{agent_name, realm, {dia::Address::from(agent_address)}, 0, "relay"};
    cer.auth_application_ids = {dia::app_relay};
    world.say(hss, link, dia::encode(cer, {1, 1}));
    ASSERT_EQ(dia::result_of(world.heard.back().second)->code, dia::code::success);
    ASSERT_TRUE(hss.take<DiameterUp>());
    const auto behind = hss.take<DiameterUp>();
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->peer, mme_name);
  }
  std::uint32_t verdict(const ByteVector& m) {
    world.heard.clear();
    world.say(hss, link, m);
    return world.heard.empty() ? 0U : dia::result_of(world.heard.back().second)->code;
  }

  World world;
  Host& hss = world.add(behind_agent());
  LinkId link;
};

TEST_F(DiameterAgent, BringsTheRequestsOfThoseBehindItAndOfNobodyElse) {
  EXPECT_EQ(verdict(dia::encode(purge("s;1"), {5, 6})), 0U);
  const auto request = hss.take<DiameterRequest>();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->peer, mme_name) << "it is the MME who asks";
  world.heard.clear();
  ASSERT_TRUE(hss.node.answer(request->token, purged("s;1"), hss));
  world.settle();
  ASSERT_EQ(world.heard.size(), 1U);
  EXPECT_EQ(world.heard[0].first, link);
  EXPECT_EQ(dia::decode_header(world.heard[0].second)->ids, (dia::MessageIds{5, 6}));

  dia::PurgeUeRequest stranger = purge("s;2");
  stranger.origin_host = identity("mme9.epc.test");
  EXPECT_EQ(verdict(dia::encode(stranger, {7, 8})), dia::code::authorization_rejected);
  EXPECT_FALSE(hss.take<DiameterRequest>());
}

TEST_F(DiameterAgent, CarriesRequestsToThoseBehindItAndTheirAnswers) {
  ASSERT_TRUE(hss.node.is_open(mme_name));
  world.heard.clear();
  auto m = purge("s;1", mme_name);
  m.origin_host = hss_name;
  const auto token = hss.node.request(mme_name, m, world.now, hss);
  ASSERT_TRUE(token);
  world.settle();
  ASSERT_EQ(world.heard.size(), 1U);
  EXPECT_EQ(world.heard[0].first, link);
  const auto h = dia::decode_header(world.heard[0].second);
  world.say(hss, link, dia::encode(purged_by(identity("mme7.epc.test"), "s;1"), h->ids));
  EXPECT_FALSE(hss.take<DiameterAnswer>()) << "in the name of somebody else";
  world.say(hss, link, dia::encode(purged_by(mme_name, "s;1"), h->ids));
  const auto answer = hss.take<DiameterAnswer>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->token, *token);
  EXPECT_EQ(answer->peer, mme_name);
}

TEST_F(DiameterAgent, ThatWasSilentAndSpeaksAgainBringsBackThoseBehindIt) {
  world.advance(2 * 32s);
  ASSERT_FALSE(hss.node.is_open(mme_name)) << "suspect";
  EXPECT_FALSE(hss.take<DiameterUp>());
  world.say(hss, link, dia::encode(dia::DeviceWatchdogRequest{agent_name, realm}, {9, 9}));
  const auto agent = hss.take<DiameterUp>(), behind = hss.take<DiameterUp>();
  ASSERT_TRUE(agent && behind);
  EXPECT_EQ(agent->peer, agent_name);
  EXPECT_EQ(behind->peer, mme_name);
}

// An MME behind two agents: it repeats over the second what the first has not brought an answer to.
//= RFC 6733, 5.5.4; type=test
TEST(DiameterTwoAgents, ARepeatedRequestIsAnsweredOnceOverTheAgentThatBroughtItLast) {
  const DiameterIdentity other_name = identity("dra2.epc.test");
  const Ipv4 other_address{{127, 0, 1, 5}};
  for (const bool first_agent_goes : {false, true}) {
    World world;
    auto config = hss_config();
    config.peers = {{agent_name, realm, agent_address},
                    {mme_name, realm, {}, 3868, false, false, agent_name},
                    {other_name, realm, other_address},
                    {mme_name, realm, {}, 3868, false, false, other_name}};
    Host& hss = world.add(config);
    const auto open = [&](const DiameterIdentity& who, const Ipv4& from) {
      const LinkId l = world.dial(hss, from);
      dia::CapabilitiesExchangeRequest cer{who, realm, {dia::Address::from(from)}, 0, "relay"};
      cer.auth_application_ids = {dia::app_relay};
      world.say(hss, l, dia::encode(cer, {1, 1}));
      return l;
    };
    const LinkId a1 = open(agent_name, agent_address), a2 = open(other_name, other_address);
    world.say(hss, a1, dia::encode(purge("s;1"), {5, 9}));
    const auto request = hss.take<DiameterRequest>();
    ASSERT_TRUE(request);
    world.say(hss, a2, dia::encode(purge("s;1"), {6, 9}, true));
    EXPECT_FALSE(hss.take<DiameterRequest>()) << "it is being worked on";
    EXPECT_EQ(hss.counters["diameter.answer_redirected"], 1);
    // What is owed over the first agent no more is not forgotten with it.
    if (first_agent_goes) hss.note(hss.node.on_link_down(a1, world.now, hss));
    EXPECT_TRUE(hss.node.owes(request->token));
    world.heard.clear();
    ASSERT_TRUE(hss.node.answer(request->token, purged("s;1"), hss));
    world.settle();
    ASSERT_EQ(world.heard.size(), 1U);
    EXPECT_EQ(world.heard[0].first, a2);
    EXPECT_EQ(dia::decode_header(world.heard[0].second)->ids, (dia::MessageIds{6, 9}));
    EXPECT_EQ(hss.node.owed(), 0U);
  }
}

//= RFC 6733, 6.1.3; type=test
TEST_F(DiameterAgent, ARequestThatHasBeenHereBeforeIsALoop) {
  const auto with_route = [&](std::string_view through) {
    ByteVector m = dia::encode(purge("s;1"), {5, 6});
    wire::Writer w;
    w.bytes(m);
    const std::size_t at = w.size();
    w.u(dia::avp::route_record.code, 4);
    w.u8(0x40);
    w.u(8 + through.size(), 3);
    w.bytes({reinterpret_cast<const Byte*>(through.data()), through.size()});
    w.zeros((4 - (w.size() - at) % 4) % 4);
    w.patch(1, w.size(), 3);
    return w.done();
  };
  EXPECT_EQ(verdict(with_route("MME1.epc.test")), 0U);
  ASSERT_TRUE(hss.take<DiameterRequest>());
  EXPECT_EQ(verdict(with_route("HSS1.epc.test")), dia::code::loop_detected);
  EXPECT_FALSE(hss.take<DiameterRequest>());
}

TEST(DiameterRateTest, WhoAsksFasterThanItsRateIsToldToWaitAndOthersAreNot) {
  World world;
  auto config = hss_config();
  config.peers[0].rate = {10, 3};
  config.peers.push_back({second_name, realm, second_address});
  Host& hss = world.add(config);
  const auto open = [&](const DiameterIdentity& who, const Ipv4& from) {
    const LinkId l = world.dial(hss, from);
    dia::CapabilitiesExchangeRequest cer{who, realm, {dia::Address::from(from)}, 0, "raw"};
    cer.auth_application_ids = {dia::app_s6a};
    world.say(hss, l, dia::encode(cer, {1, 1}));
    return l;
  };
  const LinkId limited = open(mme_name, mme_address), other = open(second_name, second_address);
  std::uint32_t n = 0;
  const auto taken = [&](LinkId l, const DiameterIdentity& who) {
    auto m = purge("s;" + std::to_string(++n));
    m.origin_host = who;
    world.heard.clear();
    world.say(hss, l, dia::encode(m, {n, n}));
    const bool in = hss.take<DiameterRequest>().has_value();
    if (!in) {
      EXPECT_EQ(dia::result_of(world.heard.back().second)->code, dia::code::too_busy);
    }
    return in;
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(taken(limited, mme_name)) << i;
  EXPECT_FALSE(taken(limited, mme_name));
  EXPECT_EQ(hss.counters["diameter.rate_limited"], 1);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(taken(other, second_name));
  world.advance(99ms);
  EXPECT_FALSE(taken(limited, mme_name)) << "a tenth of a second for each";
  world.advance(1ms);
  EXPECT_TRUE(taken(limited, mme_name));
  EXPECT_FALSE(taken(limited, mme_name));
  world.advance(20s);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(taken(limited, mme_name)) << "never more than the burst";
  EXPECT_FALSE(taken(limited, mme_name));
}

//= RFC 6733, 13.1; type=test
TEST(DiameterCertificate, OnlyThePeerThatItNamesGetsIn) {
  World world;
  auto config = hss_config();
  config.peers[0].secured = true;
  Host& hss = world.add(config);
  dia::CapabilitiesExchangeRequest cer{mme_name, realm, {dia::Address::from(mme_address)}, 0, "raw"};
  cer.auth_application_ids = {dia::app_s6a};
  const auto knock = [&](const peer::LinkProof& proof) {
    const LinkId l = world.dial(hss, mme_address, proof);
    world.heard.clear();
    world.say(hss, l, dia::encode(cer, {1, 1}));
    return dia::result_of(world.heard.back().second)->code;
  };
  EXPECT_EQ(knock({}), dia::code::unknown_peer) << "in the clear";
  EXPECT_EQ(knock({true, {}}), dia::code::unknown_peer) << "a certificate without a name";
  EXPECT_EQ(knock({true, {"mme2.epc.test", "epc.test"}}), dia::code::unknown_peer) << "of somebody else";
  EXPECT_EQ(knock({false, {mme_name.value()}}), dia::code::unknown_peer);
  EXPECT_EQ(hss.counters["diameter.unknown_peer"], 4);
  EXPECT_EQ(knock({true, {"other.epc.test", mme_name.value()}}), dia::code::success);
}

TEST(DiameterCertificate, AndOnlyAPeerThatItNamesIsSpokenTo) {
  World world;
  auto config = mme_config();
  config.peers[0].secured = true;
  Host& mme = world.add(config);
  Host& hss = world.add(hss_config());
  (void)hss;
  world.start(mme);  // the invented network proves nothing
  EXPECT_FALSE(mme.node.is_open(hss_name));
  EXPECT_EQ(mme.counters["diameter.certificate_wrong"], 1);
}

}  // namespace
}  // namespace baton::test
