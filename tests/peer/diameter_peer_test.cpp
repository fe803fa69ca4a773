// Two Diameter nodes in invented time: connections, watchdog, requests and answers.
#include "peer/diameter_peer.h"

#include <gtest/gtest.h>

#include "peer/diameter_world.h"
#include "wire/diameter/raw_avp.h"

namespace baton::test {
namespace {

using peer::DiameterAnswer;
using peer::DiameterDown;
using peer::DiameterLimits;
using peer::DiameterRequest;
using peer::DiameterTimeout;
using peer::DiameterUp;
using peer::diameter::State;

class DiameterPeerTest : public testing::Test {
 protected:
  void connect() {
    world.start(hss);
    world.start(mme);
    ASSERT_TRUE(mme.take<DiameterUp>());
    ASSERT_TRUE(hss.take<DiameterUp>());
  }
  peer::RequestToken ask(std::string session) {
    auto token = mme.node.request(hss_name, purge(std::move(session)), world.now, mme);
    EXPECT_TRUE(token);
    world.settle();
    return *token;
  }

  World world;
  Host& mme = world.add(mme_config());
  Host& hss = world.add(hss_config());
};

//= RFC 6733, 5.6; type=test
TEST_F(DiameterPeerTest, OneSideConnectsAndBothAreOpen) {
  connect();
  EXPECT_EQ(mme.node.state(hss_name), State::i_open);
  EXPECT_EQ(hss.node.state(mme_name), State::r_open);
  EXPECT_TRUE(mme.node.is_open(hss_name));
  EXPECT_EQ(*mme.node.open_peer_in(realm), hss_name);
  EXPECT_EQ(mme.node.open_peer_in(identity("elsewhere")), nullptr);
}

// Our own application is spoken only where both ends announced it.
//= S0.D3; type=test
TEST(DiameterOwnApplication, IsSpokenWhereBothAnnouncedIt) {
  for (const bool mme_announces : {false, true}) {
    for (const bool hss_announces : {false, true}) {
      World world;
      auto of_mme = mme_config();
      auto of_hss = hss_config();
      of_mme.private_application = mme_announces;
      of_hss.private_application = hss_announces;
      Host& mme = world.add(of_mme);
      Host& hss = world.add(of_hss);
      EXPECT_FALSE(mme.node.speaks_private(hss_name)) << "not before the connection";
      world.start(hss);
      world.start(mme);
      const bool both = mme_announces && hss_announces;
      EXPECT_EQ(mme.node.speaks_private(hss_name), both);
      EXPECT_EQ(hss.node.speaks_private(mme_name), both);

      const dia::ContextTransferRequest m{.session_id = "s;1",
                                          .origin_host = mme_name,
                                          .origin_realm = realm,
                                          .destination_realm = realm,
                                          .user_name = Imsi::test_value(),
                                          .access_label = "WLAN"};
      ASSERT_TRUE(mme.node.request(hss_name, m, world.now, mme));
      world.settle();
      const auto asked = hss.take<DiameterRequest>();
      EXPECT_EQ(asked.has_value(), both);
      if (both) {
        EXPECT_EQ(asked->header.application, dia::app_private);
        continue;
      }
      const auto answer = mme.take<DiameterAnswer>();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->result, dia::AnswerResult{dia::code::application_unsupported});
    }
  }
}

//= RFC 6733, 6.2; type=test
TEST_F(DiameterPeerTest, ARequestIsAnsweredOnceAndTheAnswerFindsItsToken) {
  connect();
  const auto first = ask("s;1");
  const auto second = ask("s;2");
  auto r1 = hss.take<DiameterRequest>();
  auto r2 = hss.take<DiameterRequest>();
  ASSERT_TRUE(r1 && r2);
  EXPECT_EQ(dia::session_of(r1->octets), "s;1");
  EXPECT_EQ(r1->peer, mme_name);
  EXPECT_EQ(hss.node.owed(), 2U);
  // Answered the other way round: the numbers decide, not the order.
  EXPECT_TRUE(hss.node.answer(r2->token, purged("s;2"), hss));
  EXPECT_TRUE(hss.node.answer(r1->token, purged("s;1"), hss));
  EXPECT_FALSE(hss.node.answer(r1->token, purged("s;1"), hss)) << "exactly one answer is owed";
  world.settle();
  const auto a2 = mme.take<DiameterAnswer>();
  const auto a1 = mme.take<DiameterAnswer>();
  ASSERT_TRUE(a1 && a2);
  EXPECT_EQ(a2->token, second);
  EXPECT_EQ(a1->token, first);
  EXPECT_TRUE(a1->result.success());
  EXPECT_EQ(mme.node.pending(hss_name), 0U);
  EXPECT_EQ(hss.node.owed(), 0U);
}

TEST_F(DiameterPeerTest, AnAnswerThatNobodyAskedForIsDropped) {
  connect();
  ask("s;1");
  auto r = hss.take<DiameterRequest>();
  const LinkId on_mme{1};
  const auto forge = [&](std::string session, dia::MessageIds ids) {
    world.say(mme, on_mme, dia::encode(purged(std::move(session)), ids));
    EXPECT_FALSE(mme.take<DiameterAnswer>());
    EXPECT_EQ(mme.node.pending(hss_name), 1U);
  };
  const auto ids = r->header.ids;
  forge("s;1", {ids.hop_by_hop + 1, ids.end_to_end});
  forge("s;1", {ids.hop_by_hop, ids.end_to_end + 1});
  forge("s;2", ids);
  dia::NotifyAnswer other_command{
      "s;1", {}, {}, dia::code::success, {}, dia::AuthSessionState::no_state_maintained, hss_name, realm};
  world.say(mme, on_mme, dia::encode(other_command, ids));
  EXPECT_FALSE(mme.take<DiameterAnswer>());
  EXPECT_EQ(mme.counters["diameter.answer_unasked"], 4);
  hss.node.answer(r->token, purged("s;1"), hss);
  world.settle();
  EXPECT_TRUE(mme.take<DiameterAnswer>());
}

TEST_F(DiameterPeerTest, AnAnswerWithoutAVerdictEndsTheWaitingAtOnce) {
  connect();
  ask("s;1");
  auto r = hss.take<DiameterRequest>();
  auto empty = purged("s;1");
  empty.result_code.reset();
  hss.node.answer(r->token, empty, hss);
  world.settle();
  EXPECT_TRUE(mme.take<DiameterTimeout>());
  EXPECT_EQ(mme.counters["diameter.answer_bad"], 1);
}

TEST_F(DiameterPeerTest, ASilentPeerTimesARequestOut) {
  connect();
  const auto token = ask("s;1");
  world.advance(9s);
  ask("s;2");
  world.advance(1s);
  const auto gone = mme.take<DiameterTimeout>();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->token, token);
  EXPECT_FALSE(mme.take<DiameterTimeout>()) << "the second has nine seconds left";
  world.advance(9s);
  EXPECT_TRUE(mme.take<DiameterTimeout>());
  // Its answer comes after all: nobody waits any more.
  auto r = hss.take<DiameterRequest>();
  hss.node.answer(r->token, purged("s;1"), hss);
  world.settle();
  EXPECT_FALSE(mme.take<DiameterAnswer>());
}

TEST_F(DiameterPeerTest, WhenThePeerGoesWhatWasPendingTimesOutAndWhatWasOwedIsForgotten) {
  connect();
  ask("s;1");
  auto r = hss.take<DiameterRequest>();
  world.reset(mme);
  EXPECT_TRUE(mme.take<DiameterTimeout>());
  EXPECT_TRUE(mme.take<DiameterDown>());
  EXPECT_TRUE(hss.take<DiameterDown>());
  EXPECT_EQ(hss.node.owed(), 0U);
  EXPECT_FALSE(hss.node.answer(r->token, purged("s;1"), hss));
  EXPECT_FALSE(mme.node.request(hss_name, purge("s;2"), world.now, mme));
  // Tc later it is back.
  world.advance(30s);
  EXPECT_TRUE(mme.take<DiameterUp>());
}

TEST_F(DiameterPeerTest, RequestsToNobodyAreRefused) {
  EXPECT_EQ(mme.node.request(identity("x.y"), purge("s;1"), world.now, mme).why(),
            peer::SendFault::unknown_peer);
  EXPECT_EQ(mme.node.request(hss_name, purge("s;1"), world.now, mme).why(), peer::SendFault::not_open);
}

TEST_F(DiameterPeerTest, RequestsOfTheNodeAboveMayBeRefusedWithAReason) {
  connect();
  ask("s;1");
  auto r = hss.take<DiameterRequest>();
  const auto why = dia::decode<dia::NotifyRequest>(r->octets).why();
  EXPECT_TRUE(hss.node.refuse(r->token, r->octets, why, hss));
  world.settle();
  const auto a = mme.take<DiameterAnswer>();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->result.code, dia::code::command_unsupported);
  EXPECT_TRUE(a->header.error);
}

//= RFC 6733, 6.2; type=test
TEST_F(DiameterPeerTest, ProxyInfoGoesBackAsItCame) {
  connect();
  const std::string_view proxy_info =
      "0000011c40000020"
      "0000011840000009"
      "62000000"
      "000000214000000a"
      "01020000";
  ByteVector m = dia::encode(purge("s;1"), {77, 78});
  const auto extra = *parse_hex(proxy_info);
  m.insert(m.end(), extra.begin(), extra.end());
  m[2] = static_cast<Byte>(m.size() >> 8U);
  m[3] = static_cast<Byte>(m.size());
  const LinkId on_hss{peer::accepted_links_from + 1};
  world.say(hss, on_hss, m);
  auto r = hss.take<DiameterRequest>();
  ASSERT_TRUE(r);
  hss.node.answer(r->token, purged("s;1"), hss);
  ASSERT_EQ(hss.sent.size(), 1U);
  const ByteVector& answer = hss.sent[0].second;
  EXPECT_TRUE(dia::decode<dia::PurgeUeAnswer>(answer)) << dia::describe(answer);
  EXPECT_TRUE(hex(answer).ends_with(proxy_info));
  EXPECT_EQ(dia::decode_header(answer)->ids, (dia::MessageIds{77, 78}));
}

// --- whom a node listens to ---------------------------------------------------------------------

class DiameterDoor : public DiameterPeerTest {
 protected:
  static dia::CapabilitiesExchangeRequest cer() {
    dia::CapabilitiesExchangeRequest m{mme_name, realm, {dia::Address::from(mme_address)}, 0, "x"};
    m.vendor_specific_application_ids = {{dia::vendor_3gpp, dia::app_s6a, {}}};
    return m;
  }
  /// What the HSS answers to a first message from an address; 0 when it hangs up without a word.
  std::uint32_t knock(Bytes first, const Ipv4& from = mme_address) {
    world.heard.clear();
    world.hung_up.clear();
    const LinkId link = world.dial(hss, from);
    world.say(hss, link, first);
    last = link;
    if (world.heard.empty()) return 0;
    return dia::result_of(world.heard.back().second)->code;
  }
  std::uint32_t knock(const dia::CapabilitiesExchangeRequest& m, const Ipv4& from = mme_address) {
    return knock(dia::encode(m, {1, 2}), from);
  }
  bool hung_up() const { return world.hung_up.size() == 1 && world.hung_up[0] == last; }
  LinkId last{};
};

//= RFC 6733, 5.3; type=test
TEST_F(DiameterDoor, OnlyAConfiguredIdentityFromItsAddressGetsIn) {
  auto stranger = cer();
  stranger.origin_host = identity("evil.epc.test");
  EXPECT_EQ(knock(stranger), dia::code::unknown_peer);
  EXPECT_TRUE(hung_up());
  auto elsewhere = cer();
  elsewhere.origin_realm = identity("other.test");
  EXPECT_EQ(knock(elsewhere), dia::code::unknown_peer);
  EXPECT_TRUE(hung_up());
  EXPECT_EQ(knock(cer(), Ipv4{{127, 0, 1, 9}}), dia::code::unknown_peer);
  EXPECT_TRUE(hung_up());
  EXPECT_EQ(hss.counters["diameter.unknown_peer"], 3);
  EXPECT_FALSE(hss.take<DiameterUp>());

  EXPECT_EQ(knock(cer()), dia::code::success);
  EXPECT_FALSE(hung_up());
  EXPECT_TRUE(hss.take<DiameterUp>());
}

//= RFC 6733, 5.3; type=test
TEST_F(DiameterDoor, WithoutACommonApplicationThereIsNoConnection) {
  auto m = cer();
  m.vendor_specific_application_ids = {{dia::vendor_3gpp, 16777252, {}}};
  m.auth_application_ids = {4};
  EXPECT_EQ(knock(m), dia::code::no_common_application);
  EXPECT_TRUE(hung_up());
  m.auth_application_ids = {4, dia::app_s6a};
  EXPECT_EQ(knock(m), dia::code::success);
}

TEST_F(DiameterDoor, ARelayIsSpokenToAndTlsInsideIsNot) {
  auto m = cer();
  m.vendor_specific_application_ids.clear();
  m.auth_application_ids = {dia::app_relay};
  m.inband_security_ids = {1};
  EXPECT_EQ(knock(m), dia::code::no_common_security);
  m.inband_security_ids = {1, 0};
  EXPECT_EQ(knock(m), dia::code::success);
}

TEST_F(DiameterDoor, NothingButACapabilitiesExchangeMayComeFirst) {
  EXPECT_EQ(knock(dia::encode(purge("s;1"), {})), 0U);
  EXPECT_TRUE(hung_up());
  EXPECT_EQ(knock(dia::encode(dia::DeviceWatchdogRequest{mme_name, realm}, {})), 0U);
  EXPECT_TRUE(hung_up());
  EXPECT_EQ(knock(*parse_hex("474554202f20485454502f312e310d0a")), 0U);
  EXPECT_TRUE(hung_up());
  EXPECT_FALSE(hss.take<DiameterRequest>());
}

TEST_F(DiameterDoor, ABrokenCapabilitiesExchangeIsAnsweredWithWhatIsWrong) {
  ByteVector m = dia::encode(cer(), {});
  m[23] = 0x07;  // the code of Origin-Host is Session-Id now
  EXPECT_EQ(knock(m), dia::code::missing_avp);
  EXPECT_TRUE(hung_up());
}

TEST_F(DiameterDoor, WhoSaysNothingIsHungUpOn) {
  world.dial(hss, mme_address);
  world.advance(9s);
  EXPECT_TRUE(world.hung_up.empty());
  world.advance(1s);
  EXPECT_EQ(world.hung_up.size(), 1U);
}

TEST_F(DiameterDoor, StrangersUpToTheBoundMayWaitAndOneMoreMayNot) {
  for (std::size_t i = 0; i < DiameterLimits::strangers_max; ++i)
    world.dial(hss, {{127, 0, 9, static_cast<Byte>(i / DiameterLimits::strangers_per_address_max)}});
  EXPECT_TRUE(world.hung_up.empty());
  world.dial(hss, mme_address);
  EXPECT_EQ(world.hung_up.size(), 1U);
  EXPECT_EQ(hss.counters["diameter.strangers_refused"], 1);
}

TEST_F(DiameterDoor, OneAddressCannotTakeThePlacesOfAll) {
  for (std::size_t i = 0; i < DiameterLimits::strangers_per_address_max; ++i)
    world.dial(hss, {{127, 0, 9, 9}});
  EXPECT_TRUE(world.hung_up.empty());
  world.dial(hss, {{127, 0, 9, 9}});
  EXPECT_EQ(world.hung_up.size(), 1U);
  EXPECT_EQ(hss.counters["diameter.strangers_refused"], 1);
  world.dial(hss, mme_address);
  EXPECT_EQ(world.hung_up.size(), 1U) << "others are not hurt";
}

TEST_F(DiameterDoor, ASecondConnectionOfAnOpenPeerIsRefused) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  EXPECT_EQ(knock(cer()), 0U);
  EXPECT_TRUE(hung_up());
  EXPECT_EQ(hss.node.state(mme_name), State::r_open);
}

TEST_F(DiameterDoor, RequestsMustBeForThisNodeAndFromThePeer) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  const auto tell = [&](const ByteVector& m) {
    world.heard.clear();
    world.say(hss, last, m);
    EXPECT_FALSE(hss.take<DiameterRequest>());
    return world.heard.empty() ? 0U : dia::result_of(world.heard.back().second)->code;
  };
  auto m = purge("s;1");
  m.origin_host = identity("mme2.epc.test");
  EXPECT_EQ(tell(dia::encode(m, {})), dia::code::authorization_rejected);
  m = purge("s;1");
  m.origin_realm = identity("other.test");
  EXPECT_EQ(tell(dia::encode(m, {})), dia::code::authorization_rejected);
  m = purge("s;1");
  m.destination_realm = identity("other.test");
  EXPECT_EQ(tell(dia::encode(m, {})), dia::code::realm_not_served);
  EXPECT_EQ(tell(dia::encode(purge("s;1", identity("hss2.epc.test")), {})), dia::code::unable_to_deliver);
  ByteVector other = dia::encode(purge("s;1"), {});
  other[11] = 0x24;  // the application after S6a
  EXPECT_EQ(tell(other), dia::code::application_unsupported);
  ByteVector flags = dia::encode(purge("s;1"), {});
  flags[4] |= 0x20;
  EXPECT_EQ(tell(flags), dia::code::invalid_hdr_bits);
  ByteVector base = dia::encode(dia::DeviceWatchdogRequest{mme_name, realm}, {});
  base[7] = 0x12;  // 274, Abort-Session, on the base application
  EXPECT_EQ(tell(base), dia::code::command_unsupported);
  ByteVector dwr = dia::encode(dia::DeviceWatchdogRequest{mme_name, realm}, {});
  dwr[23] = 0x07;
  EXPECT_EQ(tell(dwr), dia::code::missing_avp);
}

TEST_F(DiameterDoor, ARepeatedRequestIsNotWorkedOnTwiceAtATime) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  const auto first = dia::encode(purge("s;1"), {1, 9});
  const auto again = dia::encode(purge("s;1"), {2, 9}, true);
  world.say(hss, last, first);
  world.say(hss, last, again);
  auto r = hss.take<DiameterRequest>();
  EXPECT_TRUE(r);
  EXPECT_FALSE(hss.take<DiameterRequest>());
  hss.node.answer(r->token, purged("s;1"), hss);
  world.say(hss, last, again);
  EXPECT_TRUE(hss.take<DiameterRequest>()) << "its answer may have been lost";
}

//= RFC 6733, 5.5.4; type=test
TEST_F(DiameterDoor, TheAnswerGoesToTheLastCopyOfARequestAndToNoOtherRequest) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  world.say(hss, last, dia::encode(purge("s;1"), {1, 9}));
  world.say(hss, last, dia::encode(purge("s;1"), {2, 9}, true));
  const auto r = hss.take<DiameterRequest>();
  ASSERT_TRUE(r);
  EXPECT_FALSE(hss.take<DiameterRequest>());
  EXPECT_EQ(hss.counters["diameter.answer_redirected"], 1);
  world.say(hss, last, dia::encode(purge("s;1"), {2, 9}, true));
  EXPECT_EQ(hss.counters["diameter.duplicate_request"], 2);
  EXPECT_EQ(hss.counters["diameter.answer_redirected"], 1) << "the same way once more";
  world.say(hss, last, dia::encode(purge("s;2"), {3, 9}, true));
  const auto other = hss.take<DiameterRequest>();
  ASSERT_TRUE(other) << "another session is another request, whatever its numbers";
  EXPECT_EQ(hss.node.owed(), 2U);

  world.heard.clear();
  ASSERT_TRUE(hss.node.answer(r->token, purged("s;1"), hss));
  ASSERT_TRUE(hss.node.answer(other->token, purged("s;2"), hss));
  world.settle();
  ASSERT_EQ(world.heard.size(), 2U);
  EXPECT_EQ(dia::decode_header(world.heard[0].second)->ids, (dia::MessageIds{2, 9}));
  EXPECT_EQ(dia::decode_header(world.heard[1].second)->ids, (dia::MessageIds{3, 9}));
  EXPECT_EQ(hss.node.owed(), 0U);
}

// An AVP of any length behind a message.
ByteVector with_avp(Bytes message, const dia::AvpDef& avp, std::size_t octets) {
  wire::Writer w;
  w.bytes(message);
  dia::put_avp(w, avp, [&] { w.zeros(octets); });
  w.patch(1, w.size(), 3);
  return w.done();
}

//= RFC 6733, 6.2; type=test
TEST_F(DiameterDoor, WhatTheNodeAboveNeverSeesIsAnsweredWithItsProxyInfoToo) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  const auto told = [&](const ByteVector& m) {
    world.heard.clear();
    world.say(hss, last, m);
    EXPECT_FALSE(hss.take<DiameterRequest>());
    return world.heard.empty() ? ByteVector{} : world.heard[0].second;
  };
  const ByteVector request = dia::encode(purge("s;1", identity("hss2.epc.test")), {5, 6});
  const ByteVector bare = told(request);
  ASSERT_EQ(dia::result_of(bare)->code, dia::code::unable_to_deliver);
  const ByteVector answer = told(with_avp(request, dia::avp::proxy_info, 21));
  EXPECT_EQ(answer, with_avp(bare, dia::avp::proxy_info, 21));

  // Nothing but Proxy-Info, as much as a message can hold, leaves no room for an answer around it.
  ByteVector bald = request;
  bald.resize(dia::header_octets);
  bald[11] = 0x24;  // the application after S6a
  const std::size_t room = dia::message_octets_max - bald.size() - 8;
  const ByteVector without = told(with_avp(bald, dia::avp::proxy_info, room));
  ASSERT_FALSE(without.empty());
  EXPECT_LT(without.size(), 200U);
  EXPECT_EQ(without.size() % 256, without[3]);
  EXPECT_TRUE(dia::decode_error_answer(without));
  EXPECT_EQ(hss.counters["diameter.answer_too_long"], 1);
}

//= RFC 6733, 6.2; type=test
TEST_F(DiameterDoor, AnAnswerThatIsTooLongGivesWayToAShortOneThatFindsItsWay) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  // A Session-Id that no message may have, and Proxy-Info that leaves no room for an answer that quotes it.
  for (const std::size_t session : {std::size_t{3}, dia::session_id_octets_max + 1}) {
    const std::string name(session, 's');
    world.say(hss, last, with_avp(dia::encode(purge(name), {5, 6}), dia::avp::proxy_info, 60'000));
    const auto r = hss.take<DiameterRequest>();
    ASSERT_TRUE(r);
    auto long_answer = purged("s;1");
    long_answer.session_id = std::string(10'000, 's');
    world.heard.clear();
    ASSERT_TRUE(hss.node.answer(r->token, long_answer, hss));
    world.settle();
    ASSERT_EQ(world.heard.size(), 1U);
    const ByteVector& answer = world.heard[0].second;
    EXPECT_LE(answer.size(), dia::message_octets_max);
    EXPECT_GT(answer.size(), 60'000U) << "with Proxy-Info";
    const auto error = dia::decode_error_answer(answer);
    ASSERT_TRUE(error) << error.why().to_string();
    EXPECT_EQ(error->result_code, dia::code::unable_to_comply);
    EXPECT_EQ(error->session_id, session == 3 ? std::optional(name) : std::nullopt);
  }
  EXPECT_EQ(hss.counters["diameter.answer_too_long"], 2);
}

TEST_F(DiameterDoor, AsManyRequestsAsTheBoundAreTakenAndOneMoreIsTooBusy) {
  EXPECT_EQ(knock(cer()), dia::code::success);
  const auto m = dia::encode(purge("s;1"), {});
  for (std::size_t i = 0; i < DiameterLimits::owed_max; ++i)
    hss.note(hss.node.on_link_data(last, m, world.now, hss));
  EXPECT_EQ(hss.node.owed(), DiameterLimits::owed_max);
  world.settle();
  world.heard.clear();
  world.say(hss, last, m);
  ASSERT_EQ(world.heard.size(), 1U);
  EXPECT_EQ(dia::result_of(world.heard[0].second)->code, dia::code::too_busy);
}

TEST_F(DiameterPeerTest, AsManyRequestsAsTheBoundMayBePendingAndOneMoreMayNot) {
  connect();
  world.silence(hss);
  for (std::size_t i = 0; i < DiameterLimits::pending_max; ++i) {
    ASSERT_TRUE(mme.node.request(hss_name, purge("s"), world.now, mme));
    mme.sent.clear();
  }
  EXPECT_EQ(mme.node.request(hss_name, purge("s"), world.now, mme).why(), peer::SendFault::busy);
}

// --- life and death of a connection -------------------------------------------------------------

//= RFC 6733, 5.6.4; type=test
TEST(DiameterElection, WhenBothConnectOneConnectionIsLeft) {
  for (const bool mme_first : {true, false}) {
    World world;
    Host& mme = world.add(mme_config(true));
    Host& hss = world.add(hss_config(true));
    // Both ask before either hears anything.
    if (mme_first) {
      mme.node.start(world.now, mme);
      hss.node.start(world.now, hss);
    } else {
      hss.node.start(world.now, hss);
      mme.node.start(world.now, mme);
    }
    world.settle();
    EXPECT_TRUE(mme.take<DiameterUp>());
    EXPECT_TRUE(hss.take<DiameterUp>());
    EXPECT_FALSE(mme.take<DiameterDown>());
    EXPECT_FALSE(hss.take<DiameterDown>());
    // "mme1..." is greater than "hss1...": the connection towards the MME stays.
    EXPECT_EQ(mme.node.state(hss_name), State::r_open);
    EXPECT_EQ(hss.node.state(mme_name), State::i_open);
    world.advance(200s);
    EXPECT_FALSE(mme.take<DiameterDown>()) << "and it lasts";
    ASSERT_TRUE(mme.node.request(hss_name, purge("s;1"), world.now, mme));
    world.settle();
    EXPECT_TRUE(hss.take<DiameterRequest>());
  }
}

//= RFC 3539, 3.4.1; type=test
TEST_F(DiameterPeerTest, TheWatchdogAsksAndTheConnectionLasts) {
  connect();
  world.advance(300s);
  EXPECT_TRUE(mme.node.is_open(hss_name));
  EXPECT_TRUE(hss.node.is_open(mme_name));
  EXPECT_FALSE(mme.take<DiameterDown>());
}

//= RFC 3539, 3.4.1; type=test
TEST_F(DiameterPeerTest, ADeadPeerIsSuspectedThenDroppedThenDialledAgain) {
  connect();
  world.silence(hss);
  world.advance(2 * 32s);
  EXPECT_FALSE(mme.node.is_open(hss_name)) << "suspect: no request goes there";
  EXPECT_FALSE(mme.take<DiameterDown>());
  world.advance(32s);
  ASSERT_TRUE(mme.take<DiameterDown>());
  world.unsilence();
  world.advance(62s);
  EXPECT_TRUE(mme.take<DiameterUp>());
  EXPECT_TRUE(hss.node.is_open(mme_name));
}

TEST_F(DiameterPeerTest, ASuspectThatSpeaksIsTrustedAgain) {
  connect();
  world.silence(hss);
  world.advance(2 * 32s);
  EXPECT_FALSE(mme.node.is_open(hss_name));
  world.unsilence();
  EXPECT_FALSE(mme.take<DiameterUp>());
  world.say(mme, LinkId{1}, dia::encode(dia::DeviceWatchdogRequest{hss_name, realm}, {}));
  EXPECT_TRUE(mme.node.is_open(hss_name));
  const auto up = mme.take<DiameterUp>();
  ASSERT_TRUE(up) << "what could not be asked meanwhile may go now";
  EXPECT_EQ(up->peer, hss_name);
  world.say(mme, LinkId{1}, dia::encode(dia::DeviceWatchdogRequest{hss_name, realm}, {}));
  EXPECT_FALSE(mme.take<DiameterUp>()) << "once";
  world.advance(100s);
  EXPECT_FALSE(mme.take<DiameterDown>());
}

//= RFC 6733, 5.4; type=test
TEST_F(DiameterPeerTest, StopSaysGoodbyeAndTheOtherSideComesBackLater) {
  connect();
  hss.note(hss.node.stop(dia::DisconnectCause::rebooting, world.now, hss));
  world.settle();
  EXPECT_TRUE(mme.take<DiameterDown>());
  EXPECT_TRUE(hss.take<DiameterDown>());
  EXPECT_EQ(hss.node.state(mme_name), State::closed);
  EXPECT_EQ(mme.node.state(hss_name), State::closed);
  hss.node.start(world.now, hss);
  world.advance(30s);
  EXPECT_TRUE(mme.take<DiameterUp>());
}

TEST_F(DiameterPeerTest, APeerThatDoesNotWantToTalkIsNotDialledAgain) {
  connect();
  hss.note(hss.node.stop(dia::DisconnectCause::do_not_want_to_talk_to_you, world.now, hss));
  world.settle();
  world.advance(300s);
  EXPECT_FALSE(mme.node.is_open(hss_name));
  mme.node.start(world.now, mme);
  world.settle();
  EXPECT_TRUE(mme.node.is_open(hss_name)) << "until somebody decides otherwise";
}

TEST_F(DiameterPeerTest, AGoodbyeThatIsNotAnsweredEndsAfterItsTimer) {
  connect();
  world.silence(mme);
  hss.note(hss.node.stop(dia::DisconnectCause::rebooting, world.now, hss));
  world.settle();
  EXPECT_EQ(hss.node.state(mme_name), State::closing);
  world.advance(5s);
  EXPECT_EQ(hss.node.state(mme_name), State::closed);
}

TEST_F(DiameterPeerTest, ARefusedConnectionIsTriedAgainAfterTc) {
  world.refuse_connections = true;
  world.start(mme);
  EXPECT_EQ(mme.node.state(hss_name), State::closed);
  world.refuse_connections = false;
  world.advance(29s);
  EXPECT_EQ(mme.node.state(hss_name), State::closed);
  world.advance(1s);
  EXPECT_TRUE(mme.take<DiameterUp>());
}

TEST_F(DiameterPeerTest, GarbageOnAnOpenConnectionEndsIt) {
  connect();
  ask("s;1");
  world.say(mme, LinkId{1}, *parse_hex("ff"));
  EXPECT_TRUE(mme.take<DiameterTimeout>());
  EXPECT_TRUE(mme.take<DiameterDown>());
  EXPECT_TRUE(hss.take<DiameterDown>());
  EXPECT_EQ(mme.counters["diameter.stream_broken"], 1);
}

TEST_F(DiameterPeerTest, AnAnswerOfTheWrongNodeIsNoCapabilitiesExchange) {
  // The node at the HSS's address has another name.
  World other;
  Host& m = other.add(mme_config());
  auto config = hss_config();
  config.identity = identity("hss9.epc.test");
  other.add(config);
  other.start(m);
  EXPECT_EQ(m.node.state(hss_name), State::closed);
  EXPECT_FALSE(m.take<DiameterUp>());
  EXPECT_EQ(m.counters["diameter.cea_refused"], 1);
}

TEST_F(DiameterPeerTest, SessionIdsAreNeverTheSame) {
  EXPECT_NE(mme.node.new_session_id(), mme.node.new_session_id());
  EXPECT_TRUE(mme.node.new_session_id().starts_with("mme1.epc.test;"));
}

TEST_F(DiameterPeerTest, TimersAreToldFromOthers) {
  connect();
  for (const auto& [timer, at] : mme.timers) EXPECT_TRUE(DiameterNode::owns(timer));
  EXPECT_FALSE(DiameterNode::owns({peer::TimerDomain::link, 1, 1}));
  EXPECT_FALSE(DiameterNode::owns({peer::TimerDomain::ue, 1, 0xD103}));
}

}  // namespace
}  // namespace baton::test
