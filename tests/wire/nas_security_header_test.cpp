// The outside of a protected NAS message, read without a key.
#include <gtest/gtest.h>

#include "wire/nas/message.h"

namespace baton::wire::nas {
namespace {

//= TS 24.301, 9.1; type=test
//= TS 24.301, 9.3.1; type=test
TEST(NasSecurityHeader, WhatIsAssembledComesApartAgain) {
  const ByteVector payload{0x07, 0x46};
  const NasMac mac{1, 2, 3, 4};
  for (const auto h : {SecurityHeader::integrity, SecurityHeader::integrity_ciphered,
                       SecurityHeader::integrity_new, SecurityHeader::integrity_ciphered_new}) {
    const auto octets = assemble(h, mac, 9, payload);
    const auto got = parse_protected(octets);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->header, h);
    EXPECT_EQ(got->mac, mac);
    EXPECT_EQ(got->sqn, 9);
    EXPECT_EQ(ByteVector(got->payload.begin(), got->payload.end()), payload);
    EXPECT_EQ(ByteVector(got->authenticated.begin(), got->authenticated.end()), (ByteVector{9, 0x07, 0x46}));
    EXPECT_FALSE(decode_any(octets, Direction::uplink));  // a plain reader does not look inside
    for (std::size_t n = 0; n < octets.size(); ++n)
      EXPECT_FALSE(parse_protected(Bytes(octets).first(n))) << n;
  }
}

TEST(NasSecurityHeader, PlainMessagesAndServiceRequestsAreTheirOwnPayload) {
  const ByteVector plain{0x07, 0x46};
  EXPECT_EQ(parse_protected(plain)->header, SecurityHeader::plain);
  EXPECT_EQ(parse_protected(plain)->payload.size(), 2U);
  const ByteVector esm{0x52, 0x01, 0xC1};
  EXPECT_EQ(parse_protected(esm)->header, SecurityHeader::plain);
  const auto service = encode(ServiceRequest{.ksi = 1});
  EXPECT_EQ(parse_protected(service)->header, SecurityHeader::service_request);
  EXPECT_EQ(parse_protected(service)->payload.size(), 4U);
}

TEST(NasSecurityHeader, OtherHeaderTypesDiscriminatorsAndLengthsAreRefused) {
  for (unsigned type = 0; type < 16; ++type) {
    ByteVector octets(16, Byte{0x07});
    octets[0] = static_cast<Byte>(type << 4U | 7U);
    EXPECT_EQ(static_cast<bool>(parse_protected(octets)), type <= 4 || type == 12) << type;
  }
  EXPECT_EQ(parse_protected(ByteVector{0x03, 0x05}).why().fault, Fault::wrong_type);
  EXPECT_EQ(parse_protected(ByteVector{0x07}).why().fault, Fault::short_read);
  EXPECT_TRUE(parse_protected(ByteVector(message_octets_max, Byte{0x07})));
  EXPECT_EQ(parse_protected(ByteVector(message_octets_max + 1, Byte{0x07})).why().fault, Fault::too_many);
}

TEST(NasSecurityHeader, TheTypeOfAPlainMessageCanBePeekedAt) {
  EXPECT_EQ(peek_type(ByteVector{0x07, 0x41}), Byte{0x41});
  EXPECT_EQ(peek_type(ByteVector{0x52, 0x01, 0xC1}), Byte{0xC1});
  EXPECT_EQ(peek_type(ByteVector{0x17, 0x41}), std::nullopt);
  EXPECT_EQ(peek_type(ByteVector{0x07}), std::nullopt);
  EXPECT_EQ(peek_type(ByteVector{0x52, 0x01}), std::nullopt);
  EXPECT_EQ(peek_discriminator(ByteVector{}), std::nullopt);
  EXPECT_EQ(peek_discriminator(ByteVector{0x52}), Byte{2});
}

}  // namespace
}  // namespace baton::wire::nas
