// Identities refuse to be wrong.
#include <gtest/gtest.h>

#include "ids/endpoint.h"
#include "ids/location.h"
#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"

namespace baton {
namespace {

//= TS 24.008, 10.5.1.3; type=test
TEST(PlmnId, HasTheOctetsOfTheStandardAndComesBack) {
  EXPECT_EQ(hex(PlmnId::parse("00101")->wire()), "00f110");
  EXPECT_EQ(hex(PlmnId::parse("310410")->wire()), "130014");
  for (const char* text : {"00101", "310410", "999999", "26201", "001001"}) {
    const auto p = PlmnId::parse(text);
    ASSERT_TRUE(p) << text;
    EXPECT_EQ(p->to_string(), text);
    EXPECT_EQ(*PlmnId::from_wire(p->wire()), *p);
  }
  EXPECT_EQ(*PlmnId::parse("00101"), PlmnId::test_value());
}

TEST(PlmnId, TwoAndThreeDigitNetworksDiffer) {
  EXPECT_NE(*PlmnId::parse("00101"), *PlmnId::parse("001010"));
  EXPECT_NE(*PlmnId::parse("00101"), *PlmnId::parse("001001"));
}

TEST(PlmnId, AnyNibbleThatIsNoDigitIsRefused) {
  for (std::size_t nibble = 0; nibble < 6; ++nibble) {
    for (unsigned value = 10; value < 16; ++value) {
      std::array<Byte, 3> wire{0x12, 0x34, 0x56};
      Byte& b = wire[nibble / 2];
      b = static_cast<Byte>(nibble % 2 == 0 ? (b & 0xF0U) | value : (b & 0x0FU) | value << 4U);
      const bool filler = nibble == 3 && value == 15;  // MNC digit 3
      EXPECT_EQ(static_cast<bool>(PlmnId::from_wire(wire)), filler) << nibble << " " << value;
    }
  }
  for (const char* bad : {"", "0010", "0010101", "0010x", "001 1"}) EXPECT_FALSE(PlmnId::parse(bad)) << bad;
  EXPECT_FALSE(PlmnId::from_wire(ByteVector(2)));
  EXPECT_FALSE(PlmnId::from_wire(ByteVector(4)));
}

//= TS 23.003, 19.2; type=test
TEST(PlmnId, TheRealmHasThreeDigits) {
  EXPECT_EQ(PlmnId::parse("00101")->realm(), "epc.mnc001.mcc001.3gppnetwork.org");
  EXPECT_EQ(PlmnId::parse("310410")->realm(), "epc.mnc410.mcc310.3gppnetwork.org");
}

//= TS 23.003, 2.2; type=test
TEST(Imsi, IsSixToFifteenDigits) {
  EXPECT_TRUE(Imsi::parse("001010"));
  EXPECT_TRUE(Imsi::parse("001010123456789"));
  EXPECT_FALSE(Imsi::parse("00101"));
  EXPECT_FALSE(Imsi::parse("0010101234567890"));
  EXPECT_FALSE(Imsi::parse("00101012345678x"));
}

TEST(Imeisv, IsSixteenDigits) {
  EXPECT_TRUE(Imeisv::parse("3534900698733153"));
  EXPECT_FALSE(Imeisv::parse("353490069873315"));
  EXPECT_FALSE(Imeisv::parse("35349006987331534"));
}

TEST(Tbcd, PacksTheFirstDigitLowAndFillsAnOddEnd) {
  EXPECT_EQ(hex(tbcd("12345")), "2143f5");
  EXPECT_EQ(hex(tbcd("1234")), "2143");
  EXPECT_EQ(parse_tbcd(tbcd("001010123456789")), "001010123456789");
  EXPECT_EQ(parse_tbcd({}), "");
}

TEST(Tbcd, AFillerInTheMiddleIsRefused) {
  EXPECT_FALSE(parse_tbcd(ByteVector{0xF1, 0x21}));
  EXPECT_FALSE(parse_tbcd(ByteVector{0x2F}));
  EXPECT_FALSE(parse_tbcd(ByteVector{0xA1}));
}

TEST(Ipv4, IsFourDecimalNumbers) {
  EXPECT_EQ(Ipv4::parse("127.0.1.255")->to_string(), "127.0.1.255");
  EXPECT_TRUE(Ipv4::parse("127.0.0.1")->is_loopback());
  EXPECT_FALSE(Ipv4::parse("128.0.0.1")->is_loopback());
  for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.", ".1.2.3", "1.2.3.x", "1.2.3.4 ",
                          "1..2.3", "0001.2.3.4", "-1.2.3.4"})
    EXPECT_FALSE(Ipv4::parse(bad)) << bad;
}

//= RFC 6733, 4.3.1; type=test
TEST(DiameterIdentity, IsALowerCaseNameWithinItsBounds) {
  EXPECT_EQ(DiameterIdentity::parse("HSS.Example.org")->value(), "hss.example.org");
  EXPECT_TRUE(DiameterIdentity::parse(std::string(DiameterIdentity::length_max, 'a')));
  EXPECT_FALSE(DiameterIdentity::parse(std::string(DiameterIdentity::length_max + 1, 'a')));
  EXPECT_FALSE(DiameterIdentity::parse(""));
  EXPECT_FALSE(DiameterIdentity::parse("a b"));
  EXPECT_FALSE(DiameterIdentity::parse("a\n"));
}

TEST(DiameterIdentity, ComparesWithANameWhateverItsCase) {
  const DiameterIdentity hss = *DiameterIdentity::parse("hss.Example.org");
  EXPECT_TRUE(hss.is("hss.example.org"));
  EXPECT_TRUE(hss.is("HSS.eXample.ORG"));
  EXPECT_FALSE(hss.is(""));
  EXPECT_FALSE(hss.is("hss.example.or"));
  EXPECT_FALSE(hss.is("hss.example.org2"));
  EXPECT_FALSE(hss.is("hss.example org"));
  EXPECT_FALSE(hss.is(std::string_view("hss\0example.org", 15)));
}

TEST(Location, HasATextForPeople) {
  EXPECT_EQ(to_string(Tai{PlmnId::test_value(), Tac{0x2A}}), "00101-002a");
  EXPECT_EQ(to_string(Guti::test_value()), "00101-8001-01-c0000001");
}

}  // namespace
}  // namespace baton
