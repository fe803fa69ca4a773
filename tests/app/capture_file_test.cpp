#include "app/capture_file.h"

#include <gtest/gtest.h>

#include "app/capture_builder.h"

namespace baton::app {
namespace {

using namespace test;

const ByteVector hello = octets("hello");

TEST(CaptureFile, ReadsAPcapOfBothByteOrders) {
  auto little = read_capture(pcap({udp(2123, 2123, hello)}));
  ASSERT_TRUE(little) << little.why();
  ASSERT_EQ(little->messages.size(), 1U);
  EXPECT_EQ(little->messages[0].protocol, Protocol::gtp2);
  EXPECT_EQ(little->messages[0].octets, hello);
  EXPECT_EQ(little->messages[0].from.to_string(), "127.0.0.1:2123");
  EXPECT_EQ(little->messages[0].at.since_epoch.count(), 1700000000'123456);

  ByteVector big{0xA1, 0xB2, 0xC3, 0xD4};
  put(big, 0x00020004, 4);
  put(big, 0, 8);
  put(big, 262144, 4);
  put(big, 101, 4);
  const ByteVector packet = udp(2123, 2123, hello);
  put(big, 1700000000, 4);
  put(big, 123456, 4);
  put(big, packet.size(), 4);
  put(big, packet.size(), 4);
  put(big, packet);
  auto capture = read_capture(big);
  ASSERT_TRUE(capture) << capture.why();
  ASSERT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->messages[0].at, little->messages[0].at);
}

TEST(CaptureFile, ReadsPcapngWithItsOwnResolution) {
  auto capture = read_capture(pcapng({udp(4997, 4997, hello), udp(1, 2, hello)}));
  ASSERT_TRUE(capture) << capture.why();
  ASSERT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->messages[0].protocol, Protocol::radio);
  EXPECT_EQ(capture->messages[0].at.since_epoch.count(), 1700000000'123456);
  EXPECT_EQ(capture->packets, 2U);
  EXPECT_EQ(capture->skipped, 1U);
}

TEST(CaptureFile, FindsTheChunksOfAnSctpPacket) {
  ByteVector chunks = chunk(1, 0, octets("a"));
  put(chunks, chunk(2, 3, octets("bcd")));
  auto capture = read_capture(pcap({sctp(chunks)}));
  ASSERT_TRUE(capture);
  ASSERT_EQ(capture->messages.size(), 2U);
  EXPECT_EQ(capture->messages[0].octets, octets("a"));
  EXPECT_EQ(capture->messages[1].stream, 3);
  EXPECT_EQ(capture->messages[1].protocol, Protocol::s1ap);
}

TEST(CaptureFile, FindsSctpInUdp) {
  auto capture = read_capture(pcap({udp(9899, 9899, sctp_packet(chunk(1, 0, hello)))}));
  ASSERT_TRUE(capture);
  ASSERT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->messages[0].protocol, Protocol::s1ap);
  EXPECT_EQ(capture->messages[0].from.port, 36412);
}

TEST(CaptureFile, PutsAFragmentedSctpMessageTogether) {
  auto capture = read_capture(pcap({sctp(chunk(7, 1, octets("he"), 2)), sctp(chunk(8, 1, octets("ll"), 0)),
                                    sctp(chunk(9, 1, octets("o"), 1))}));
  ASSERT_TRUE(capture);
  ASSERT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->messages[0].octets, hello);
  EXPECT_EQ(capture->messages[0].packet, 3U);
}

TEST(CaptureFile, DropsAnSctpMessageWithAHole) {
  auto capture = read_capture(pcap({sctp(chunk(7, 1, octets("he"), 2)), sctp(chunk(9, 1, octets("o"), 1))}));
  ASSERT_TRUE(capture);
  EXPECT_TRUE(capture->messages.empty());
  EXPECT_EQ(capture->skipped, 1U);
}

TEST(CaptureFile, FollowsADiameterConnection) {
  ByteVector stream = diameter(24, 0xAA);
  put(stream, diameter(32, 0xBB));
  const Bytes all(stream);
  auto capture = read_capture(pcap({tcp(99, {}, 0x02), tcp(100, all.first(10)), tcp(110, all.subspan(10, 30)),
                                    tcp(110, all.subspan(10, 30)), tcp(130, all.subspan(30))}));
  ASSERT_TRUE(capture);
  ASSERT_EQ(capture->messages.size(), 2U);
  EXPECT_EQ(capture->messages[0].octets, diameter(24, 0xAA));
  EXPECT_EQ(capture->messages[1].octets, diameter(32, 0xBB));
  EXPECT_EQ(capture->skipped, 0U);
}

TEST(CaptureFile, BeginsADiameterConnectionInTheMiddle) {
  auto capture = read_capture(pcap({tcp(5, octets("xyz")), tcp(100, diameter(24, 1))}));
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->skipped, 1U);
}

TEST(CaptureFile, ForgetsAConnectionThatLacksASegment) {
  auto capture = read_capture(pcap(
      {tcp(100, Bytes(diameter(24, 1)).first(20)), tcp(200, diameter(28, 2)), tcp(228, diameter(28, 3))}));
  ASSERT_TRUE(capture);
  ASSERT_EQ(capture->messages.size(), 1U);
  EXPECT_EQ(capture->messages[0].octets, diameter(28, 3));
}

TEST(CaptureFile, ReadsEthernetAndCookedLinks) {
  ByteVector ethernet(12, 0);
  put(ethernet, 0x0800, 2);
  put(ethernet, udp(2123, 2123, hello));
  ByteVector tagged(12, 0);
  put(tagged, 0x8100000108000000 >> 16U, 6);
  put(tagged, udp(2123, 2123, hello));
  auto capture = read_capture(pcap({ethernet, tagged}, 1));
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->messages.size(), 2U);

  ByteVector cooked(14, 0);
  put(cooked, 0x0800, 2);
  put(cooked, udp(2123, 2123, hello));
  capture = read_capture(pcap({cooked}, 113));
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->messages.size(), 1U);

  capture = read_capture(pcap({cooked}, 147));
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->skipped, 1U);
}

TEST(CaptureFile, StepsOverFragmentsAndOtherProtocols) {
  ByteVector fragment = udp(2123, 2123, hello);
  fragment[6] = 0x20;
  ByteVector version6 = udp(2123, 2123, hello);
  version6[0] = 0x65;
  auto capture = read_capture(pcap({fragment, version6, ip(1, hello)}));
  ASSERT_TRUE(capture);
  EXPECT_TRUE(capture->messages.empty());
  EXPECT_EQ(capture->skipped, 3U);
}

TEST(CaptureFile, SaysWhatIsWrongWithAFile) {
  EXPECT_FALSE(read_capture(octets("no capture at all")));
  EXPECT_FALSE(read_capture({}));
  EXPECT_FALSE(is_capture(octets("0x01")));
  ByteVector longer = pcap({udp(2123, 2123, hello)});
  longer.push_back(0);
  EXPECT_FALSE(read_capture(longer));
}

TEST(CaptureFile, RefusesEveryTruncationOrReadsWhatIsWhole) {
  for (const ByteVector& file : {pcap({udp(2123, 2123, hello), sctp(chunk(1, 0, hello))}),
                                 pcapng({udp(2123, 2123, hello), tcp(1, diameter(24, 1))})}) {
    for (std::size_t n = 0; n < file.size(); ++n) {
      auto capture = read_capture(Bytes(file).first(n));
      if (capture) {
        EXPECT_LT(capture->messages.size(), 2U) << n;
      }
    }
  }
}

TEST(CaptureFile, SurvivesEveryFlippedBit) {
  ByteVector chunks = chunk(1, 0, octets("a"));
  put(chunks, chunk(2, 3, octets("bcd")));
  for (ByteVector file : {pcap({udp(2123, 2123, hello), sctp(chunks)}), pcapng({tcp(1, diameter(24, 1))})}) {
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
      file[bit / 8] = static_cast<Byte>(file[bit / 8] ^ 1U << bit % 8);
      auto capture = read_capture(file);
      if (capture) {
        EXPECT_LE(capture->messages.size(), 4U);
      }
      file[bit / 8] = static_cast<Byte>(file[bit / 8] ^ 1U << bit % 8);
    }
  }
}

TEST(CaptureFile, TakesAPacketOfTheLargestSizeAndNotOneLarger) {
  const auto of_size = [](std::size_t n) { return pcap({ByteVector(n, 0)}); };
  EXPECT_TRUE(read_capture(of_size(capture_packet_max)));
  EXPECT_FALSE(read_capture(of_size(capture_packet_max + 1)));
}

}  // namespace
}  // namespace baton::app
