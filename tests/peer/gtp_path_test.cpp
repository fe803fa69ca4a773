// The GTP-C path against answers that come, do not come, come twice, or come from somebody else.
#include <gtest/gtest.h>

#include "peer/gtp_path.h"
#include "peer/radio_outlet.h"

namespace baton::peer {
namespace {

using namespace wire::gtp2;

constexpr Endpoint mme{{{127, 0, 0, 4}}, 2123};
constexpr Endpoint upe{{{127, 0, 0, 6}}, 2123};
constexpr Endpoint stranger{{{127, 0, 0, 66}}, 2123};

GtpPath path_to(Endpoint remote, Byte counter, bool echo = true) {
  return GtpPath({{{"peer", remote}}, Recovery{counter}, 1000, echo});
}

class GtpPathTest : public ::testing::Test {
 protected:
  GtpPath at_mme = path_to(upe, 1);
  GtpPath at_upe = path_to(mme, 1);
  RecordingOutlet mme_out, upe_out;
  Instant now{};
  const Message ask = ReleaseAccessBearersRequest{};
  const Message answer = ReleaseAccessBearersResponse{};

  Decoded only(RecordingOutlet& out) {
    auto all = out.take();
    EXPECT_EQ(all.size(), 1U);
    auto m = decode_any(all.at(0).octets);
    EXPECT_TRUE(m);
    return std::move(*m);
  }
  // Lets time pass until the one timer of `kind` fires.
  std::vector<GtpEvent> fire(GtpPath& path, RecordingOutlet& out, std::uint16_t kind) {
    for (const auto& [id, at] : out.timers) {
      if (id.kind != kind) continue;
      const TimerId timer = id;
      now = at;
      out.timers.erase(timer);
      return path.on_timer(timer, now, out);
    }
    ADD_FAILURE() << "no such timer";
    return {};
  }
  // Carries everything under way between the two until both are quiet; returns what both were told.
  std::vector<GtpEvent> exchange() {
    std::vector<GtpEvent> all;
    for (int i = 0; i < 6; ++i) {
      for (auto& d : mme_out.take())
        for (auto& e : at_upe.on_datagram(mme, d.octets, now, upe_out)) all.push_back(std::move(e));
      for (auto& d : upe_out.take())
        for (auto& e : at_mme.on_datagram(upe, d.octets, now, mme_out)) all.push_back(std::move(e));
    }
    return all;
  }
  template <class E>
  static const E& only_event(const std::vector<GtpEvent>& events) {
    EXPECT_EQ(events.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<E>(events.at(0)));
    return std::get<E>(events.at(0));
  }
};

TEST_F(GtpPathTest, ARequestIsAnsweredOnce) {
  const auto token = at_mme.request(upe, Teid{5}, ask, now, mme_out);
  ASSERT_TRUE(token);
  const auto sent = mme_out.take();
  const auto asked = at_upe.on_datagram(mme, sent.at(0).octets, now, upe_out);
  const auto& request = only_event<GtpRequest>(asked);
  EXPECT_EQ(request.ref.header.teid, Teid{5});
  at_upe.respond(request.ref, Teid{9}, answer, now, upe_out);
  const auto reply = upe_out.take();
  const auto told = at_mme.on_datagram(upe, reply.at(0).octets, now, mme_out);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<GtpPathUp>(told[0]));
  EXPECT_EQ(std::get<GtpResponse>(told[1]).token, *token);
  EXPECT_TRUE(mme_out.timers.empty());
  EXPECT_TRUE(at_mme.on_datagram(upe, reply.at(0).octets, now, mme_out).empty())
      << "a second answer answers nothing";
  EXPECT_EQ(mme_out.counters["gtp_unasked_response"], 1);
}

//= TS 29.274, 7.6; type=test
TEST_F(GtpPathTest, ARequestWithoutAnswerIsSentN3TimesInAllAndThenFails) {
  const auto token = at_mme.request(upe, Teid{5}, ask, now, mme_out);
  const auto first = mme_out.take().at(0).octets;
  for (int i = 1; i < gtp::n3_requests; ++i) {
    EXPECT_TRUE(fire(at_mme, mme_out, gtp::timer_t3).empty());
    EXPECT_EQ(mme_out.take().at(0).octets, first) << "a repetition has the same octets";
  }
  EXPECT_EQ(now, Instant{} + gtp::t3_response * (gtp::n3_requests - 1));
  const auto events = fire(at_mme, mme_out, gtp::timer_t3);
  EXPECT_EQ(only_event<GtpFailed>(events).token, *token);
  EXPECT_EQ(only_event<GtpFailed>(events).why, GtpFailure::timeout);
  EXPECT_TRUE(mme_out.take().empty());
  EXPECT_EQ(at_mme.requests_under_way(), 0U);
}

TEST_F(GtpPathTest, AnAnswerCountsOnlyFromTheNeighbourAskedWithTheNumberAndTheType) {
  GtpPath both({{{"upe", upe}, {"other", stranger}}, Recovery{1}, 1000, false});
  const auto token = both.request(upe, Teid{5}, ask, now, mme_out);
  const Sequence sequence{token->value};
  EXPECT_TRUE(both.on_datagram(stranger, encode(answer, Teid{}, sequence), now, mme_out).empty());
  EXPECT_TRUE(
      both.on_datagram(upe, encode(answer, Teid{}, Sequence{sequence.value + 1}), now, mme_out).empty());
  EXPECT_TRUE(both.on_datagram(upe, encode(DeleteSessionResponse{}, Teid{}, sequence), now, mme_out).empty());
  EXPECT_EQ(mme_out.counters["gtp_unasked_response"], 3);
  EXPECT_EQ(both.on_datagram(upe, encode(answer, Teid{}, sequence), now, mme_out).size(), 2U);
}

TEST_F(GtpPathTest, SomebodyWhoIsNotConfiguredIsNotHeard) {
  EXPECT_TRUE(at_upe.on_datagram(stranger, encode(ask, Teid{5}, Sequence{1}), now, upe_out).empty());
  EXPECT_TRUE(
      at_upe.on_datagram({mme.address, 2124}, encode(ask, Teid{5}, Sequence{1}), now, upe_out).empty());
  EXPECT_TRUE(upe_out.take().empty());
  EXPECT_EQ(upe_out.counters["gtp_unknown_peer"], 2);
  EXPECT_FALSE(at_mme.request(stranger, Teid{}, ask, now, mme_out));
}

TEST_F(GtpPathTest, ADuplicateIsExecutedOnceAndAnsweredTwice) {
  const auto octets = encode(ask, Teid{5}, Sequence{77});
  const auto events = at_upe.on_datagram(mme, octets, now, upe_out);
  const auto ref = only_event<GtpRequest>(events).ref;
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  EXPECT_TRUE(upe_out.take().empty()) << "still being worked on";
  at_upe.respond(ref, Teid{9}, answer, now, upe_out);
  const auto first = upe_out.take().at(0).octets;
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  EXPECT_EQ(upe_out.take().at(0).octets, first);
  EXPECT_EQ(upe_out.counters["gtp_duplicate_request"], 2);
  // The same number with other octets is a new request.
  EXPECT_EQ(at_upe.on_datagram(mme, encode(ask, Teid{6}, Sequence{77}), now, upe_out).size(), 1U);
  // Long after, the same octets are a new request as well.
  now += gtp::answer_kept + 1us;
  EXPECT_EQ(at_upe.on_datagram(mme, encode(ask, Teid{6}, Sequence{77}), now, upe_out).size(), 1U);
}

TEST_F(GtpPathTest, AnswersAreKeptUpToTheirBound) {
  const auto send = [&](std::uint32_t i) {
    return at_upe.on_datagram(mme, encode(ask, Teid{5}, Sequence{i}), now, upe_out).size();
  };
  for (std::uint32_t i = 0; i < gtp::answers_max; ++i) ASSERT_EQ(send(i), 1U);
  EXPECT_EQ(send(0), 0U) << "the oldest is still known at the bound";
  EXPECT_EQ(send(gtp::answers_max), 1U);
  EXPECT_EQ(send(0), 1U) << "one past it, the oldest is forgotten";
}

TEST_F(GtpPathTest, RequestsUnderWayEndAtTheirBound) {
  for (std::size_t i = 0; i < gtp::requests_max; ++i)
    ASSERT_TRUE(at_mme.request(upe, Teid{}, ask, now, mme_out));
  EXPECT_FALSE(at_mme.request(upe, Teid{}, ask, now, mme_out));
}

TEST_F(GtpPathTest, ACancelledRequestLeavesNoTimerAndHearsNoAnswer) {
  const auto token = at_mme.request(upe, Teid{5}, ask, now, mme_out);
  at_mme.cancel(*token, mme_out);
  EXPECT_TRUE(mme_out.timers.empty());
  EXPECT_TRUE(at_mme.on_datagram(upe, encode(answer, Teid{}, Sequence{token->value}), now, mme_out).empty());
}

//= TS 29.274, 7.1.1; type=test
TEST_F(GtpPathTest, EchoWatchesThePathAndTellsWhenItFallsSilentAndComesBack) {
  at_mme.start(now, mme_out);
  auto events = exchange();
  EXPECT_TRUE(std::holds_alternative<GtpPathUp>(events.at(0)));
  EXPECT_TRUE(at_mme.is_up(upe));
  events = fire(at_mme, mme_out, gtp::timer_echo);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(now, Instant{} + gtp::echo_interval);
  for (int i = 0; i < gtp::n3_requests; ++i) {
    mme_out.take();  // lost
    events = fire(at_mme, mme_out, gtp::timer_t3);
  }
  EXPECT_EQ(only_event<GtpPathDown>(events).peer, upe);
  EXPECT_FALSE(at_mme.is_up(upe));
  fire(at_mme, mme_out, gtp::timer_echo);
  events = exchange();
  EXPECT_EQ(only_event<GtpPathUp>(events).peer, upe);
}

// Announcement: only the answer to an Echo Request of ours is listened to, and only if it says something.
TEST_F(GtpPathTest, WhatANeighbourSaysOfItselfIsHeardInItsEchoResponse) {
  const PrivateExtension says{0, 32473, {1, 2, 3}};
  GtpPathConfig config;
  config.peers.push_back({"mme", mme, GtpInterface::any});
  config.restart_counter = Recovery{1};
  config.echo_says = {says};
  at_upe = GtpPath(config);
  // 1. It asks, and says so: nobody believes that.
  at_upe.start(now, upe_out);
  const auto asked = upe_out.take();
  for (const GtpEvent& e : at_mme.on_datagram(upe, asked.at(0).octets, now, mme_out))
    EXPECT_FALSE(std::holds_alternative<GtpEchoed>(e));
  // 2. It is asked, because it said a counter that is new.
  int heard = 0;
  for (const GtpEvent& e : exchange()) {
    const auto* echoed = std::get_if<GtpEchoed>(&e);
    if (echoed == nullptr) continue;
    ++heard;
    EXPECT_EQ(echoed->peer, upe);
    EXPECT_EQ(echoed->counter, Recovery{1});
    ASSERT_EQ(echoed->says.size(), 1U);
    EXPECT_EQ(echoed->says[0], says);
  }
  EXPECT_EQ(heard, 1);
}

//= TS 23.007, 18; type=test
TEST_F(GtpPathTest, ANeighboursRestartIsBelievedWhenItConfirmsIt) {
  at_mme.start(now, mme_out);
  exchange();
  EXPECT_TRUE(exchange().empty()) << "the first counter is no restart";
  // The MME comes back with another counter.
  at_mme = path_to(upe, 2);
  mme_out = {};
  at_mme.start(now, mme_out);
  const auto events = exchange();
  bool restarted = false;
  for (const auto& e : events)
    if (const auto* r = std::get_if<GtpPeerRestarted>(&e)) {
      EXPECT_EQ(r->peer, mme);
      EXPECT_EQ(r->counter, Recovery{2});
      restarted = true;
    }
  EXPECT_TRUE(restarted);
}

TEST_F(GtpPathTest, AForgedCounterDropsNothing) {
  at_mme.start(now, mme_out);
  exchange();
  EXPECT_TRUE(
      at_upe.on_datagram(mme, encode(EchoRequest{Recovery{99}, {}}, Teid{}, Sequence{3}), now, upe_out)
          .empty());
  // The UPE answers, and asks the real MME, which confirms the old counter.
  EXPECT_EQ(upe_out.datagrams.size(), 2U);
  for (const auto& e : exchange()) EXPECT_FALSE(std::holds_alternative<GtpPeerRestarted>(e));
}

TEST_F(GtpPathTest, ARequestSaysToWhichLifeOfTheNeighbourItBelongs) {
  at_mme.start(now, mme_out);
  exchange();
  auto events = at_upe.on_datagram(mme, encode(ask, Teid{1}, Sequence{5}), now, upe_out);
  EXPECT_EQ(only_event<GtpRequest>(events).peer_counter, Recovery{1}) << "as last confirmed";
  ModifyBearerRequest m;
  m.recovery = Recovery{2};
  events = at_upe.on_datagram(mme, encode(m, Teid{1}, Sequence{6}), now, upe_out);
  EXPECT_EQ(only_event<GtpRequest>(events).peer_counter, Recovery{2}) << "as the message says";
  EXPECT_TRUE(std::holds_alternative<EchoRequest>(only(upe_out).message)) << "and the neighbour is asked";
}

//= TS 29.274, 7.7.2; type=test
TEST_F(GtpPathTest, AnotherVersionIsAnsweredWithVersionNotSupported) {
  auto octets = encode(ask, Teid{5}, Sequence{77});
  octets[0] = 0x68;
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  const auto reply = only(upe_out);
  EXPECT_TRUE(std::holds_alternative<VersionNotSupportedIndication>(reply.message));
  EXPECT_EQ(reply.header.sequence, Sequence{77});
  const auto token = at_mme.request(upe, Teid{5}, ask, now, mme_out);
  const auto events = at_mme.on_datagram(
      upe, encode(VersionNotSupportedIndication{}, Teid{}, Sequence{token->value}), now, mme_out);
  EXPECT_EQ(std::get<GtpFailed>(events.at(1)).why, GtpFailure::version_not_supported);
  // Older versions and what is too short for a header are dropped in silence.
  octets[0] = 0x30;
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  for (std::size_t n = 0; n < 12; ++n) {
    const auto whole = encode(ask, Teid{5}, Sequence{77});
    EXPECT_TRUE(at_upe.on_datagram(mme, Bytes(whole).first(n), now, upe_out).empty());
  }
  EXPECT_TRUE(upe_out.take().empty());
}

TEST_F(GtpPathTest, ARequestThatCannotBeReadIsTheNodesToRefuseOnce) {
  const auto whole = encode(DownlinkDataNotificationAck{}, Teid{5}, Sequence{7});
  auto octets = encode(CreateSessionResponse{}, Teid{5}, Sequence{7});
  octets.assign(whole.begin(), whole.begin() + 12);  // a header alone
  octets[1] = CreateSessionRequest::type;
  octets[2] = 0;
  octets[3] = 8;
  const auto events = at_upe.on_datagram(mme, octets, now, upe_out);
  const auto& bad = only_event<GtpBadRequest>(events);
  at_upe.respond(bad.ref, Teid{}, *refusal(bad.ref.header.type, cause_for(bad.why)), now, upe_out);
  const auto reply = only(upe_out);
  EXPECT_EQ(cause_of(reply.message)->value, CauseValue::mandatory_ie_missing);
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  EXPECT_EQ(upe_out.take().size(), 1U) << "the duplicate gets the same refusal";
}

TEST_F(GtpPathTest, AnAnswerThatCannotBeReadEndsTheRequest) {
  const auto token = at_mme.request(upe, Teid{5}, ask, now, mme_out);
  auto octets = encode(answer, Teid{}, Sequence{token->value});
  octets.resize(12);
  octets[3] = 8;
  const auto events = at_mme.on_datagram(upe, octets, now, mme_out);
  EXPECT_EQ(std::get<GtpFailed>(events.at(1)).why, GtpFailure::unreadable_answer);
  EXPECT_TRUE(mme_out.timers.empty());
}

TEST_F(GtpPathTest, SequenceNumbersGoRoundWithin23BitsAndSkipZero) {
  GtpPath path({{{"upe", upe}}, Recovery{1}, sequence_max, false});
  EXPECT_EQ(path.request(upe, Teid{}, ask, now, mme_out)->value, 1U);
  GtpPath last({{{"upe", upe}}, Recovery{1}, sequence_max - 1, false});
  EXPECT_EQ(last.request(upe, Teid{}, ask, now, mme_out)->value, sequence_max);
  EXPECT_EQ(last.request(upe, Teid{}, ask, now, mme_out)->value, 1U);
}

TEST_F(GtpPathTest, AMessageNobodyKnowsIsDroppedAndANotificationHasNoTimer) {
  auto octets = encode(ask, Teid{5}, Sequence{77});
  octets[1] = 250;
  EXPECT_TRUE(at_upe.on_datagram(mme, octets, now, upe_out).empty());
  EXPECT_EQ(upe_out.counters["gtp_unknown_message"], 1);
  EXPECT_TRUE(at_mme.notify(upe, Teid{5}, DownlinkDataNotificationFailureIndication{}, mme_out));
  EXPECT_TRUE(mme_out.timers.empty());
  const auto sent = mme_out.take();
  EXPECT_EQ(at_upe.on_datagram(mme, sent.at(0).octets, now, upe_out).size(), 1U);
}

}  // namespace
}  // namespace baton::peer
