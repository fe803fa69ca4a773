// The elements of ours in S1AP: their octets, their bounds, and what a node that does not know them does.
#include <gtest/gtest.h>

#include "wire/private_limits.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

/// A PDU of hand-made elements: procedure, criticality of the procedure, type, elements.
ByteVector pdu(std::string_view head, std::size_t elements, const std::string& octets) {
  const std::string count = hex(ByteVector{static_cast<Byte>(elements)});
  const std::string body =
      "00"
      "00" +
      count + octets;
  const std::size_t n = body.size() / 2;
  EXPECT_LT(n, 128U);
  return *parse_hex(std::string(head) + hex(ByteVector{static_cast<Byte>(n)}) + body);
}
/// Handover Command of intra-LTE with a container of two octets and one element more.
ByteVector command(const std::string& element) {
  return pdu("200000", 5, "0000000200010008000200020001000100007b0003020506" + element);
}

//= S3.D4a; type=test
TEST(S1apPrivate, AContainerStandsInAHandoverCommandWithCriticalityReject) {
  const ByteVector octets = command("fffb000302c5c6");
  const auto read = decode<HandoverCommand>(octets);
  ASSERT_TRUE(read) << read.why().to_string();
  ASSERT_TRUE(read->security_container);
  EXPECT_EQ(hex(read->security_container->octets), "c5c6");
  EXPECT_EQ(hex(encode(*read)), hex(octets));
  EXPECT_TRUE(secret_ranges(octets).empty());
  EXPECT_FALSE(decode<HandoverCommand>(command("fffb000100")));        // of no octets
  EXPECT_FALSE(decode<HandoverCommand>(command("fffb000302c5")));      // cut
  EXPECT_FALSE(decode<HandoverCommand>(command("fffb000402c5c6c7")));  // longer than it says
}

//= S3.B5; type=test
//= S0.D10; type=test
TEST(S1apPrivate, KeyHandlingIsOneOctetOfKnownBits) {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const auto handling = KeyHandling::from(static_cast<Byte>(octet));
    EXPECT_EQ(handling.has_value(), octet < 8) << octet;
    if (handling) {
      EXPECT_EQ(handling->octet(), octet);
    }
  }
  EXPECT_EQ(KeyHandling::from(1), (KeyHandling{true, false, false}));
  EXPECT_EQ(KeyHandling::from(2), (KeyHandling{false, true, false}));
  EXPECT_EQ(KeyHandling::from(4), (KeyHandling{false, false, true}));
}

/// The first message of this type among `all`, and its octets.
template <class M>
std::pair<ByteVector, const M*> sample(std::vector<Pdu>& all) {
  for (const Pdu& m : all)
    if (const auto* found = std::get_if<M>(&m)) return {encode(m), found};
  return {{}, nullptr};
}

TEST(S1apPrivate, AHandoverRequestWithAnUnknownWayToHandleTheKeyIsRefused) {
  auto all = every_private_message();
  const auto [octets, message] = sample<HandoverRequest>(all);
  ASSERT_NE(message, nullptr);
  ASSERT_EQ(octets.back(), 0x05);  // from KeNB*, new security context
  ByteVector unknown = octets;
  unknown.back() = 0x09;
  EXPECT_FALSE(decode<HandoverRequest>(unknown));
  EXPECT_FALSE(decode_any(unknown));
}

// What a node without these elements does: reject stops the procedure, ignore does not.
//= TS 36.413, 10.3.4; type=test
TEST(S1apPrivate, WhoDoesNotKnowAKeysElementRefusesAndAnAnnouncementIsSteppedOver) {
  for (Pdu& m : every_private_message()) {
    ByteVector octets = encode(m);
    // The last element becomes one that nobody knows: 655xx turns into 654xx.
    const std::string text = hex(octets);
    std::size_t at = std::string::npos;
    for (const char* id : {"fff800", "fff840", "fff900", "fffa00", "fffb00"})
      if (const auto found = text.rfind(id); found != std::string::npos && found % 2 == 0) at = found / 2;
    ASSERT_NE(at, std::string::npos) << name_of(m);
    const bool announcement = octets[at + 1] == 0xF8;
    octets[at] = 0xFE;
    const auto read = decode_any(octets);
    EXPECT_EQ(static_cast<bool>(read), announcement) << name_of(m);
    EXPECT_EQ(octets[at + 2], announcement ? 0x40 : 0x00);
  }
}

TEST(S1apPrivate, AnAnnouncementHasItsBound) {
  const auto request = [](std::size_t octets) {
    return S1SetupRequest{MacroEnbId{sample_plmn(), 1},
                          {},
                          {{Tac{7}, {sample_plmn()}}},
                          PagingDrx::v128,
                          AnnouncementOctets{ByteVector(octets, 1)}};
  };
  for (const std::size_t n : {std::size_t{1}, std::size_t{4}, announcement_octets_max}) {
    const auto read = decode<S1SetupRequest>(encode(request(n)));
    ASSERT_TRUE(read) << n;
    EXPECT_EQ(*read, request(n));
  }
}

}  // namespace
}  // namespace baton::wire::s1ap
