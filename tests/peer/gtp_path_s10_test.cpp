// The GTP-C path between MMEs: an exchange of three messages in which any can be lost, come twice, come late
// or come from somebody else; messages with keys; and neighbours of two kinds.
#include <gtest/gtest.h>

#include "peer/gtp_path.h"
#include "peer/radio_outlet.h"

namespace baton::peer {
namespace {

using namespace wire::gtp2;

constexpr Endpoint old_mme{{{127, 0, 0, 4}}, 2123};
constexpr Endpoint new_mme{{{127, 0, 0, 5}}, 2123};
constexpr Endpoint third_mme{{{127, 0, 0, 7}}, 2123};
constexpr Endpoint upe{{{127, 0, 0, 6}}, 2123};
constexpr Teid at_old{0x0101}, at_new{0x0202};

Kasme kasme() {
  std::array<Byte, 32> octets{};
  octets.fill(0xA5);
  return Kasme(octets);
}
ContextResponse context() {
  ContextResponse out;
  out.imsi = Imsi::test_value();
  out.mm = EpsMmContext{.kasme = kasme()};
  out.sender = FTeid{InterfaceType::s10_mme, at_old, old_mme.address, {}};
  return out;
}
ForwardRelocationRequest relocation() {
  ForwardRelocationRequest out{.mm = EpsMmContext{.kasme = kasme()}};
  out.sender = FTeid{InterfaceType::s10_mme, at_old, old_mme.address, {}};
  out.sgw_s11 = FTeid{InterfaceType::s11_sgw, Teid{9}, upe.address, {}};
  return out;
}

class GtpPathS10 : public ::testing::Test {
 protected:
  GtpPath at_new_mme{
      {{{"upe", upe, GtpInterface::s11}, {"mme1", old_mme, GtpInterface::s10}}, Recovery{1}, 1000, false}};
  GtpPath at_old_mme{{{{"upe", upe, GtpInterface::s11},
                       {"mme2", new_mme, GtpInterface::s10},
                       {"mme3", third_mme, GtpInterface::s10}},
                      Recovery{1},
                      // The same numbers on both sides: none may be taken for the other's.
                      1000,
                      false}};
  RecordingOutlet new_out, old_out;
  Instant now{};

  static ByteVector one(RecordingOutlet& out) {
    auto all = out.take();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? ByteVector{} : std::move(all[0].octets);
  }
  static Byte type_of_one(RecordingOutlet& out) {
    const auto m = decode_any(one(out));
    EXPECT_TRUE(m);
    return m ? type_of(m->message) : Byte{0};
  }
  std::vector<GtpEvent> to_old(Bytes octets, Endpoint from = new_mme) {
    return at_old_mme.on_datagram(from, octets, now, old_out);
  }
  std::vector<GtpEvent> to_new(Bytes octets, Endpoint from = old_mme) {
    return at_new_mme.on_datagram(from, octets, now, new_out);
  }
  template <class E>
  static const E* find(const std::vector<GtpEvent>& events) {
    for (const auto& e : events)
      if (const auto* found = std::get_if<E>(&e)) return found;
    return nullptr;
  }
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
  bool runs(const RecordingOutlet& out, std::uint16_t kind) const {
    for (const auto& [id, at] : out.timers)
      if (id.kind == kind) return true;
    return false;
  }

  // Steps 1 and 2: the new MME asks, the old one answers. The answer is on its way.
  struct Asked {
    GtpToken request, response;
    ByteVector request_octets, response_octets;
    GtpRequestRef ref;
  };
  Asked ask() {
    ContextRequest m;
    m.guti = Guti::test_value();
    const auto request = at_new_mme.request(old_mme, Teid{0}, m, now, new_out);
    EXPECT_TRUE(request);
    auto request_octets = one(new_out);
    const auto events = to_old(request_octets);
    const auto* asked = find<GtpRequest>(events);
    EXPECT_TRUE(asked);
    const auto response =
        at_old_mme.respond_expecting_acknowledge(asked->ref, at_new, Message{context()}, now, old_out);
    EXPECT_TRUE(response);
    return {*request, *response, std::move(request_octets), one(old_out), asked->ref};
  }
  // Step 3: the answer arrives and is acknowledged; the acknowledgement is on its way.
  ByteVector acknowledge(const Asked& asked) {
    const auto events = to_new(asked.response_octets);
    const auto* answer = find<GtpResponse>(events);
    EXPECT_TRUE(answer);
    if (!answer) return {};
    EXPECT_EQ(answer->token, asked.request);
    EXPECT_EQ(answer->ref.header.teid, at_new);
    at_new_mme.respond(answer->ref, at_old, ContextAcknowledge{}, now, new_out);
    return one(new_out);
  }
};

//= TS 29.274, 7.3.5; type=test
//= TS 29.274, 7.3.7; type=test
TEST_F(GtpPathS10, AContextIsAskedForGivenAndAcknowledgedUnderOneSequenceNumber) {
  const auto asked = ask();
  EXPECT_GE(asked.response.value, gtp::acknowledge_token_first);
  EXPECT_TRUE(runs(old_out, gtp::timer_t3));
  const auto octets = acknowledge(asked);
  const auto sent = decode_any(octets);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->header.type, ContextAcknowledge::type);
  EXPECT_EQ(sent->header.sequence.value, asked.request.value);
  EXPECT_EQ(sent->header.teid, at_old);
  const auto events = to_old(octets);
  const auto* done = find<GtpResponse>(events);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->token, asked.response);
  EXPECT_EQ(done->from, new_mme);
  EXPECT_EQ(done->ref.header.teid, at_old);
  EXPECT_TRUE(std::holds_alternative<ContextAcknowledge>(done->message));
  EXPECT_FALSE(runs(old_out, gtp::timer_t3));
  EXPECT_FALSE(runs(new_out, gtp::timer_t3));
  EXPECT_EQ(at_old_mme.requests_under_way(), 0U);
  EXPECT_TRUE(to_old(octets).empty()) << "a second acknowledgement acknowledges nothing";
  EXPECT_EQ(old_out.counters["gtp_unasked_response"], 1);
}

TEST_F(GtpPathS10, ARepeatedContextRequestGetsTheSameResponseAndIsExecutedOnce) {
  const auto asked = ask();
  EXPECT_TRUE(to_old(asked.request_octets).empty());
  EXPECT_EQ(one(old_out), asked.response_octets);
  EXPECT_EQ(old_out.counters["gtp_duplicate_request"], 1);
  EXPECT_EQ(at_old_mme.requests_under_way(), 1U);
  // The new MME hears both and acknowledges both with the same octets.
  const auto first = acknowledge(asked);
  EXPECT_TRUE(to_new(asked.response_octets).empty());
  EXPECT_EQ(one(new_out), first);
  EXPECT_EQ(new_out.counters["gtp_duplicate_response"], 1);
  EXPECT_TRUE(find<GtpResponse>(to_old(first)));
  // After the acknowledgement a late repetition is neither executed nor given the keys again.
  EXPECT_TRUE(to_old(asked.request_octets).empty());
  EXPECT_TRUE(old_out.take().empty());
}

TEST_F(GtpPathS10, ALostAcknowledgeIsAskedForByRepeatingTheResponse) {
  const auto asked = ask();
  const auto lost = acknowledge(asked);
  EXPECT_TRUE(fire(at_old_mme, old_out, gtp::timer_t3).empty());
  EXPECT_EQ(now, Instant{} + gtp::t3_response);
  const auto again = one(old_out);
  EXPECT_EQ(again, asked.response_octets);
  EXPECT_TRUE(to_new(again).empty()) << "taken over once";
  const auto second = one(new_out);
  EXPECT_EQ(second, lost);
  const auto events = to_old(second);
  ASSERT_TRUE(find<GtpResponse>(events));
  EXPECT_EQ(find<GtpResponse>(events)->token, asked.response);
}

TEST_F(GtpPathS10, ALostResponseIsRepeatedByWhoeverNoticesFirst) {
  const auto asked = ask();
  // The new MME repeats its request first.
  EXPECT_TRUE(fire(at_new_mme, new_out, gtp::timer_t3).empty());
  EXPECT_EQ(one(new_out), asked.request_octets);
  EXPECT_TRUE(to_old(asked.request_octets).empty());
  const auto response = one(old_out);
  EXPECT_EQ(response, asked.response_octets);
  EXPECT_TRUE(find<GtpResponse>(to_new(response)));
}

TEST_F(GtpPathS10, WithoutAcknowledgeTheResponseIsSentN3TimesAndItsTokenFails) {
  const auto asked = ask();
  for (int i = 1; i < gtp::n3_requests; ++i) {
    EXPECT_TRUE(fire(at_old_mme, old_out, gtp::timer_t3).empty());
    EXPECT_EQ(one(old_out), asked.response_octets);
  }
  const auto events = fire(at_old_mme, old_out, gtp::timer_t3);
  ASSERT_EQ(events.size(), 1U);
  const auto* failed = find<GtpFailed>(events);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->token, asked.response);
  EXPECT_EQ(failed->peer, new_mme);
  EXPECT_EQ(failed->why, GtpFailure::timeout);
  EXPECT_TRUE(old_out.take().empty());
  EXPECT_EQ(at_old_mme.requests_under_way(), 0U);
  // Too late.
  EXPECT_FALSE(find<GtpResponse>(to_old(acknowledge(asked))));
  EXPECT_EQ(old_out.counters["gtp_unasked_response"], 1);
}

TEST_F(GtpPathS10, AnAcknowledgeCountsOnlyFromTheNeighbourWithTheNumberAndTheType) {
  const auto asked = ask();
  const Sequence sequence{asked.request.value};
  const auto say = [&](const Message& m, Sequence s) { return encode(m, at_old, s); };
  EXPECT_TRUE(to_old(say(ContextAcknowledge{}, sequence), third_mme).empty()) << "another MME";
  EXPECT_TRUE(to_old(say(ContextAcknowledge{}, sequence), {{{127, 0, 0, 66}}, 2123}).empty()) << "a stranger";
  EXPECT_TRUE(to_old(say(ContextAcknowledge{}, sequence), upe).empty()) << "the UPE";
  EXPECT_TRUE(to_old(say(ContextAcknowledge{}, Sequence{sequence.value + 1})).empty());
  EXPECT_TRUE(to_old(say(RelocationCancelResponse{}, sequence)).empty());
  EXPECT_TRUE(to_old(say(ContextResponse{}, sequence)).empty());
  EXPECT_TRUE(to_old(say(ForwardRelocationCompleteAcknowledge{}, sequence)).empty());
  EXPECT_EQ(at_old_mme.requests_under_way(), 1U);
  EXPECT_EQ(old_out.counters["gtp_unasked_response"], 5);
  EXPECT_EQ(old_out.counters["gtp_unexpected_message"], 1);
  EXPECT_EQ(old_out.counters["gtp_unknown_peer"], 1);
  EXPECT_TRUE(find<GtpResponse>(to_old(acknowledge(asked))));
}

TEST_F(GtpPathS10, AnAcknowledgeThatCannotBeReadEndsTheExchangeWithoutOne) {
  const auto asked = ask();
  auto octets = encode(ContextAcknowledge{}, at_old, Sequence{asked.request.value});
  octets.resize(12);
  octets[3] = 8;
  const auto events = to_old(octets);
  const auto* failed = find<GtpFailed>(events);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->token, asked.response);
  EXPECT_EQ(failed->why, GtpFailure::unreadable_answer);
}

TEST_F(GtpPathS10, BothSidesMayUseTheSameNumberForDifferentThings) {
  // The old MME asks something of its own under the number the new MME has just used.
  const auto asked = ask();
  const auto own = at_old_mme.request(new_mme, at_new, RelocationCancelRequest{}, now, old_out);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->value, asked.request.value);
  EXPECT_NE(*own, asked.response);
  old_out.take();
  const auto cancelled = to_old(encode(RelocationCancelResponse{}, at_old, Sequence{own->value}));
  ASSERT_TRUE(find<GtpResponse>(cancelled));
  EXPECT_EQ(find<GtpResponse>(cancelled)->token, *own);
  const auto acknowledged = to_old(acknowledge(asked));
  ASSERT_TRUE(find<GtpResponse>(acknowledged));
  EXPECT_EQ(find<GtpResponse>(acknowledged)->token, asked.response);
}

TEST_F(GtpPathS10, ANumberUsedAgainBelongsToTheLaterResponse) {
  const auto first = ask();
  // The new MME has restarted and counts as before; it asks for another UE.
  ContextRequest m;
  m.imsi = Imsi::test_value();
  const auto events = to_old(encode(m, Teid{0}, Sequence{first.request.value}));
  const auto* request = find<GtpRequest>(events);
  ASSERT_TRUE(request);
  const auto second =
      at_old_mme.respond_expecting_acknowledge(request->ref, at_new, Message{context()}, now, old_out);
  ASSERT_TRUE(second);
  EXPECT_NE(*second, first.response);
  const auto done = to_old(encode(ContextAcknowledge{}, at_old, Sequence{first.request.value}));
  ASSERT_TRUE(find<GtpResponse>(done));
  EXPECT_EQ(find<GtpResponse>(done)->token, *second);
  for (int i = 1; i < gtp::n3_requests; ++i) fire(at_old_mme, old_out, gtp::timer_t3);
  const auto failed = fire(at_old_mme, old_out, gtp::timer_t3);
  ASSERT_TRUE(find<GtpFailed>(failed));
  EXPECT_EQ(find<GtpFailed>(failed)->token, first.response);
}

TEST_F(GtpPathS10, ACancelledResponseWaitsForNothing) {
  const auto asked = ask();
  at_old_mme.cancel(asked.response, old_out);
  EXPECT_FALSE(runs(old_out, gtp::timer_t3));
  EXPECT_FALSE(find<GtpResponse>(to_old(acknowledge(asked))));
  EXPECT_EQ(at_old_mme.requests_under_way(), 0U);
}

TEST_F(GtpPathS10, ARefusalIsNotAcknowledgedAndOtherMessagesHaveNoAcknowledge) {
  ContextRequest m;
  m.guti = Guti::test_value();
  const auto token = at_new_mme.request(old_mme, Teid{0}, m, now, new_out);
  const auto events = to_old(one(new_out));
  const auto ref = find<GtpRequest>(events)->ref;
  EXPECT_FALSE(
      at_old_mme.respond_expecting_acknowledge(ref, at_new, RelocationCancelResponse{}, now, old_out));
  EXPECT_TRUE(old_out.take().empty());
  at_old_mme.respond(ref, at_new, *refusal(ref.header.type, {CauseValue::context_not_found, false, {}}), now,
                     old_out);
  const auto no = one(old_out);
  const auto told = to_new(no);
  ASSERT_TRUE(find<GtpResponse>(told));
  EXPECT_EQ(find<GtpResponse>(told)->token, *token);
  EXPECT_TRUE(to_new(no).empty());
  EXPECT_EQ(new_out.counters["gtp_unasked_response"], 1) << "nothing was kept to repeat";
  EXPECT_TRUE(new_out.take().empty());
}

TEST_F(GtpPathS10, AContextThatNobodyAskedForAnyMoreIsNotTaken) {
  const auto asked = ask();
  at_new_mme.cancel(asked.request, new_out);
  EXPECT_TRUE(to_new(asked.response_octets).empty());
  EXPECT_TRUE(new_out.take().empty());
  EXPECT_EQ(new_out.counters["gtp_unasked_response"], 1);
}

TEST_F(GtpPathS10, ResponsesUnderWayCountForTheBoundAndOnePastItNothingIsSent) {
  for (std::size_t i = 0; i < gtp::requests_max; ++i)
    ASSERT_TRUE(at_old_mme.request(new_mme, at_new, RelocationCancelRequest{}, now, old_out));
  old_out.take();
  ContextRequest m;
  m.guti = Guti::test_value();
  const auto events = to_old(encode(m, Teid{0}, Sequence{77}));
  const auto ref = find<GtpRequest>(events)->ref;
  EXPECT_FALSE(at_old_mme.respond_expecting_acknowledge(ref, at_new, Message{context()}, now, old_out));
  EXPECT_TRUE(old_out.take().empty());
  EXPECT_EQ(old_out.counters["gtp_too_many_requests"], 1);
}

// --- requests of a handover -----------------------------------------------------------------------

TEST_F(GtpPathS10, EveryRequestOfAHandoverIsExecutedOnceHoweverOftenItComes) {
  std::vector<Message> requests;
  requests.emplace_back(relocation());
  requests.emplace_back(ForwardRelocationCompleteNotification{});
  requests.emplace_back(ForwardAccessContextNotification{});
  requests.emplace_back(RelocationCancelRequest{});
  std::uint32_t sequence = 50;
  for (const Message& m : requests) {
    const auto octets = encode(m, at_new, Sequence{++sequence});
    const auto events = to_new(octets);
    const auto* request = find<GtpRequest>(events);
    ASSERT_TRUE(request) << name_of(m);
    EXPECT_TRUE(to_new(octets).empty()) << name_of(m) << " while it is worked on";
    EXPECT_TRUE(new_out.take().empty());
    at_new_mme.respond(request->ref, at_old, *refusal(type_of(m), Cause{}), now, new_out);
    const auto answer = one(new_out);
    EXPECT_TRUE(to_new(octets).empty()) << name_of(m) << " when it is done";
    EXPECT_EQ(one(new_out), answer);
  }
}

TEST_F(GtpPathS10, ARelocationWithoutAnswerIsRepeatedWithTheSameOctets) {
  const auto token = at_old_mme.request(new_mme, Teid{0}, Message{relocation()}, now, old_out);
  ASSERT_TRUE(token);
  const auto first = one(old_out);
  EXPECT_FALSE(secret_ranges(first).empty());
  for (int i = 1; i < gtp::n3_requests; ++i) {
    fire(at_old_mme, old_out, gtp::timer_t3);
    EXPECT_EQ(one(old_out), first);
  }
  EXPECT_TRUE(find<GtpFailed>(fire(at_old_mme, old_out, gtp::timer_t3)));
  EXPECT_EQ(at_old_mme.requests_under_way(), 0U);
}

TEST_F(GtpPathS10, WhatIsKeptWithKeysInItIsDroppedInTimeWithoutAnotherMessage) {
  // At the target: the request. Nothing else arrives, and still it is gone: its repetition is a new request.
  const auto octets = encode(Message{relocation()}, Teid{0}, Sequence{51});
  const auto events = to_new(octets);
  const auto first = now;
  now += 4s;
  at_new_mme.respond(find<GtpRequest>(events)->ref, at_old, ForwardRelocationResponse{}, now, new_out);
  new_out.take();
  // The timer was set for the request; the answer has made it younger.
  EXPECT_TRUE(fire(at_new_mme, new_out, gtp::timer_wipe).empty());
  EXPECT_EQ(now, first + gtp::answer_kept + 1us);
  EXPECT_TRUE(to_new(octets).empty()) << "kept as long as any other";
  new_out.take();
  EXPECT_TRUE(fire(at_new_mme, new_out, gtp::timer_wipe).empty());
  EXPECT_EQ(now, first + 4s + gtp::answer_kept + 1us);
  EXPECT_FALSE(runs(new_out, gtp::timer_wipe)) << "nothing is left to wipe";
  EXPECT_EQ(to_new(octets).size(), 1U);
  // At the old MME: the response.
  const auto asked = ask();
  EXPECT_TRUE(runs(old_out, gtp::timer_wipe));
  fire(at_old_mme, old_out, gtp::timer_wipe);
  EXPECT_FALSE(runs(old_out, gtp::timer_wipe));
  // What has no keys in it starts no such timer.
  RecordingOutlet plain;
  (void)at_old_mme.on_datagram(new_mme, encode(RelocationCancelRequest{}, at_old, Sequence{9}), now, plain);
  EXPECT_FALSE(runs(plain, gtp::timer_wipe));
}

// --- neighbours of two kinds ------------------------------------------------------------------------

TEST_F(GtpPathS10, AUpeCannotAskForKeysNorAnMmeForSessions) {
  ContextRequest m;
  m.guti = Guti::test_value();
  EXPECT_TRUE(to_old(encode(m, Teid{0}, Sequence{5}), upe).empty());
  EXPECT_TRUE(to_old(encode(Message{relocation()}, Teid{0}, Sequence{6}), upe).empty());
  EXPECT_TRUE(to_old(encode(DownlinkDataNotification{}, Teid{1}, Sequence{7}), new_mme).empty());
  EXPECT_TRUE(old_out.take().empty());
  EXPECT_EQ(old_out.counters["gtp_unexpected_message"], 3);
  EXPECT_EQ(to_old(encode(DownlinkDataNotification{}, Teid{1}, Sequence{7}), upe).size(), 1U);
  EXPECT_EQ(to_old(encode(m, Teid{0}, Sequence{5}), new_mme).size(), 1U);
  // Echo is everybody's.
  EXPECT_TRUE(to_old(encode(EchoRequest{Recovery{1}, {}}, {}, Sequence{8}), upe).empty());
  EXPECT_TRUE(to_old(encode(EchoRequest{Recovery{1}, {}}, {}, Sequence{8}), new_mme).empty());
  EXPECT_EQ(old_out.counters["gtp_unexpected_message"], 3);
}

TEST_F(GtpPathS10, OneNeighboursRestartForgetsOnlyItsOwnRequests) {
  ContextRequest m;
  m.guti = Guti::test_value();
  const auto octets = encode(m, Teid{0}, Sequence{5});
  EXPECT_EQ(to_old(octets, new_mme).size(), 1U);
  EXPECT_EQ(to_old(octets, third_mme).size(), 1U) << "the same number of another neighbour";
  const auto confirm = [&](Byte counter) {
    RecordingOutlet out;
    (void)at_old_mme.on_datagram(new_mme, encode(EchoRequest{Recovery{counter}, {}}, {}, Sequence{counter}),
                                 now, out);
    for (const auto& d : out.take()) {
      const auto sent = decode_any(d.octets);
      if (!sent || sent->header.type != EchoRequest::type) continue;
      return at_old_mme.on_datagram(
          new_mme, encode(EchoResponse{Recovery{counter}, {}}, {}, sent->header.sequence), now, out);
    }
    return std::vector<GtpEvent>{};
  };
  (void)confirm(1);
  const auto events = confirm(2);
  ASSERT_TRUE(find<GtpPeerRestarted>(events));
  EXPECT_EQ(find<GtpPeerRestarted>(events)->peer, new_mme);
  EXPECT_EQ(to_old(octets, new_mme).size(), 1U) << "a new life asks anew";
  EXPECT_TRUE(to_old(octets, third_mme).empty());
}

TEST_F(GtpPathS10, WhatTheNewLifeAskedBeforeItWasConfirmedIsNotForgotten) {
  // The old MME asks whether a counter is right, and is told so.
  const auto confirm = [&](Byte counter) {
    for (const auto& d : old_out.take()) {
      const auto sent = decode_any(d.octets);
      if (!sent || sent->header.type != EchoRequest::type) continue;
      return to_old(encode(EchoResponse{Recovery{counter}, {}}, {}, sent->header.sequence));
    }
    return std::vector<GtpEvent>{};
  };
  auto old_life = relocation();
  old_life.recovery = Recovery{1};
  auto new_life = relocation();
  new_life.recovery = Recovery{2};
  const auto before = encode(Message{std::move(old_life)}, Teid{0}, Sequence{5});
  const auto after = encode(Message{std::move(new_life)}, Teid{0}, Sequence{6});
  EXPECT_TRUE(find<GtpRequest>(to_old(before)));
  EXPECT_FALSE(find<GtpPeerRestarted>(confirm(1))) << "the first counter is no restart";
  EXPECT_TRUE(find<GtpRequest>(to_old(after))) << "it restarted, and asks at once";
  ASSERT_TRUE(find<GtpPeerRestarted>(confirm(2)));
  EXPECT_FALSE(find<GtpRequest>(to_old(after))) << "a repetition: the UE's keys are accepted once";
  EXPECT_TRUE(find<GtpRequest>(to_old(before))) << "what its old life asked is forgotten";
}

}  // namespace
}  // namespace baton::peer
