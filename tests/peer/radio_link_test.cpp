// Two ends of a radio link against each other, with frames lost, doubled, late and forged.
#include <gtest/gtest.h>

#include "peer/radio_link.h"
#include "peer/radio_outlet.h"

namespace baton::peer {
namespace {

using wire::rrc::Channel;
using wire::rrc::CRnti;
using wire::rrc::Frame;

constexpr Endpoint ue_door{{{127, 0, 1, 1}}, 4997};
constexpr Endpoint enb_door{{{127, 0, 0, 5}}, 4997};
constexpr CRnti c_rnti{61};

struct End {
  RadioLink link;
  RecordingOutlet out;
  std::vector<ByteVector> got;

  std::vector<Frame> frames() {
    std::vector<Frame> all;
    for (const auto& d : out.take()) all.push_back(*wire::rrc::decode_frame(d.octets));
    return all;
  }
  void hear(const Frame& f, Instant now) {
    link.on_frame(f, now, out);
    while (auto pdu = link.take(out)) got.push_back(std::move(pdu->octets));
  }
};

class RadioLinkTest : public ::testing::Test {
 protected:
  End ue{RadioLink(enb_door, c_rnti, {TimerDomain::link, 1, 1}), {}, {}};
  End enb{RadioLink(ue_door, c_rnti, {TimerDomain::link, 2, 1}), {}, {}};
  Instant now{};

  void deliver(End& from, End& to) {
    for (const Frame& f : from.frames()) to.hear(f, now);
  }
  void settle() {
    for (int i = 0; i < 20; ++i) {
      deliver(ue, enb);
      deliver(enb, ue);
    }
  }
  void turn(End& end) {
    now += radio::retransmit_after;
    end.link.on_timer(now, end.out);
  }
};

TEST_F(RadioLinkTest, PdusArriveInOrderAndTheSenderLearnsIt) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  ASSERT_TRUE(ue.link.send(Channel::srb2, {2}, now, ue.out));
  EXPECT_FALSE(ue.link.quiet());
  EXPECT_EQ(ue.out.timers.size(), 1U);
  settle();
  EXPECT_EQ(enb.got, (std::vector<ByteVector>{{1}, {2}}));
  EXPECT_TRUE(ue.link.quiet());
  EXPECT_TRUE(ue.out.timers.empty());
}

TEST_F(RadioLinkTest, ALostFrameIsSentAgainAndNothingOvertakesIt) {
  for (Byte i = 1; i <= 3; ++i) ASSERT_TRUE(ue.link.send(Channel::srb1, {i}, now, ue.out));
  auto frames = ue.frames();
  ASSERT_EQ(frames.size(), 3U);
  enb.hear(frames[2], now);
  enb.hear(frames[1], now);
  EXPECT_TRUE(enb.got.empty()) << "the first is missing";
  enb.out.take();
  turn(ue);
  settle();
  EXPECT_EQ(enb.got, (std::vector<ByteVector>{{1}, {2}, {3}}));
  EXPECT_TRUE(ue.link.quiet());
}

TEST_F(RadioLinkTest, ADuplicateIsAcknowledgedAndNotDeliveredTwice) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  const auto frames = ue.frames();
  enb.hear(frames[0], now);
  enb.out.take();  // the acknowledgement is lost
  enb.hear(frames[0], now);
  EXPECT_EQ(enb.got.size(), 1U);
  EXPECT_EQ(enb.out.counters["radio_duplicate"], 1);
  deliver(enb, ue);
  EXPECT_TRUE(ue.link.quiet());
}

TEST_F(RadioLinkTest, TheWindowIsFullAtItsBoundAndTheQueueBehindItAtItsOwn) {
  for (int i = 0; i < radio::window; ++i) ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  EXPECT_EQ(ue.out.datagrams.size(), radio::window);
  for (std::size_t i = 0; i < radio::queue_max; ++i)
    ASSERT_TRUE(ue.link.send(Channel::srb1, {2}, now, ue.out));
  EXPECT_EQ(ue.out.datagrams.size(), radio::window) << "what is past the window waits";
  EXPECT_FALSE(ue.link.send(Channel::srb1, {3}, now, ue.out));
  settle();
  EXPECT_EQ(enb.got.size(), radio::window + radio::queue_max);
  EXPECT_TRUE(ue.link.send(Channel::srb1, {3}, now, ue.out));
}

TEST_F(RadioLinkTest, SequenceNumbersGoRound) {
  for (int i = 0; i < 70'000; ++i) {
    ASSERT_TRUE(ue.link.send(Channel::srb1, {static_cast<Byte>(i)}, now, ue.out));
    deliver(ue, enb);
    deliver(enb, ue);
    ASSERT_EQ(enb.got.size(), 1U) << i;
    ASSERT_EQ(enb.got[0][0], static_cast<Byte>(i));
    enb.got.clear();
  }
}

TEST_F(RadioLinkTest, SilenceIsReportedAfterTheNamedNumberOfTurnsAndNotBefore) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  for (int i = 0; i < radio::retransmissions_max; ++i) {
    turn(ue);
    EXPECT_EQ(ue.link.health(), RadioLink::Health::up) << i;
  }
  EXPECT_EQ(ue.out.take().size(), 1U + radio::retransmissions_max);
  turn(ue);
  EXPECT_EQ(ue.link.health(), RadioLink::Health::failed);
  EXPECT_TRUE(ue.out.take().empty());
  EXPECT_FALSE(ue.link.send(Channel::srb1, {1}, now, ue.out));
}

TEST_F(RadioLinkTest, AForgedFrameThatPdcpRefusesDoesNotCostTheGenuineOne) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {7}, now, ue.out));
  const auto genuine = ue.frames();
  enb.link.on_frame(Frame{Channel::srb1, c_rnti, 0, 0, {0xEE}}, now, enb.out);
  const auto forged = enb.link.take(enb.out);
  ASSERT_TRUE(forged);
  enb.link.refuse();
  EXPECT_FALSE(enb.link.take(enb.out));
  deliver(enb, ue);
  EXPECT_FALSE(ue.link.quiet()) << "the number was not acknowledged";
  enb.hear(genuine[0], now);
  EXPECT_EQ(enb.got, (std::vector<ByteVector>{{7}}));
  settle();
  EXPECT_TRUE(ue.link.quiet());
}

TEST_F(RadioLinkTest, RefusingTwiceOrNothingChangesNothing) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {7}, now, ue.out));
  deliver(ue, enb);
  enb.link.refuse();
  enb.link.refuse();
  ASSERT_TRUE(ue.link.send(Channel::srb1, {8}, now, ue.out));
  settle();
  EXPECT_EQ(enb.got, (std::vector<ByteVector>{{7}, {8}}));
}

TEST_F(RadioLinkTest, AcknowledgementsOfWhatWasNeverSentAndFramesOutsideTheWindowAreDropped) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  ue.hear(Frame{Channel::ack, c_rnti, 0, 2, {}}, now);
  ue.hear(Frame{Channel::ack, c_rnti, 0, 0xFFFF, {}}, now);
  EXPECT_FALSE(ue.link.quiet());
  EXPECT_EQ(ue.out.counters["radio_ack_outside_window"], 2);
  enb.hear(Frame{Channel::srb1, c_rnti, radio::window, 0, {9}}, now);
  enb.hear(Frame{Channel::srb1, c_rnti, 0xFFFF, 0, {9}}, now);
  EXPECT_EQ(enb.out.counters["radio_duplicate"], 2);
  enb.hear(Frame{Channel::srb1, CRnti{62}, 0, 0, {9}}, now);
  EXPECT_TRUE(enb.got.empty()) << "another C-RNTI is another connection";
  enb.hear(Frame{Channel::srb1, c_rnti, radio::window - 1, 0, {9}}, now);
  settle();
  EXPECT_EQ(enb.got, (std::vector<ByteVector>{{1}}));
}

TEST_F(RadioLinkTest, WhatAPlainChannelCarriesIsNotForALink) {
  EXPECT_FALSE(ue.link.send(Channel::broadcast, {1}, now, ue.out));
  EXPECT_FALSE(ue.link.send(Channel::srb0, {1}, now, ue.out));
  EXPECT_FALSE(ue.link.send(Channel::ack, {1}, now, ue.out));
  EXPECT_FALSE(ue.link.send(Channel::srb1, {}, now, ue.out));
  EXPECT_TRUE(ue.link.send(Channel::drb, ByteVector(wire::rrc::payload_octets_max, 1), now, ue.out));
  EXPECT_FALSE(ue.link.send(Channel::drb, ByteVector(wire::rrc::payload_octets_max + 1, 1), now, ue.out));
  enb.hear(Frame{Channel::srb0, c_rnti, 0, 0, {9}}, now);
  EXPECT_TRUE(enb.got.empty());
}

TEST_F(RadioLinkTest, AReleasedConnectionStillAcknowledgesTheLastFrame) {
  ASSERT_TRUE(enb.link.send(Channel::srb1, {1}, now, enb.out));
  const auto release = enb.frames();
  RadioLink::acknowledge_gone(release[0], enb_door, ue.out);
  deliver(ue, enb);
  EXPECT_TRUE(enb.link.quiet());
  RadioLink::acknowledge_gone(Frame{Channel::ack, c_rnti, 0, 0, {}}, enb_door, ue.out);
  EXPECT_TRUE(ue.out.take().empty()) << "acknowledgements are not acknowledged";
}

TEST_F(RadioLinkTest, CloseForgetsEverythingAndStopsTheTimer) {
  ASSERT_TRUE(ue.link.send(Channel::srb1, {1}, now, ue.out));
  ue.link.close(ue.out);
  EXPECT_TRUE(ue.out.timers.empty());
  EXPECT_TRUE(ue.link.quiet());
}

}  // namespace
}  // namespace baton::peer
