#include "app/describe.h"

#include <gtest/gtest.h>

namespace baton::app {
namespace {

ByteVector octets(std::string_view hex_digits) { return *parse_hex(hex_digits); }

TEST(Describe, GuessesTheProtocolOfAMessage) {
  EXPECT_EQ(guess(octets("0100001c 80000118 00000000 00000001 00000002 00000108 00000008")), Kind::diameter);
  EXPECT_EQ(guess(octets("40010009 00000100 0300010000")), Kind::gtp2);
  EXPECT_EQ(guess(octets("0748")), Kind::nas_down);
  EXPECT_EQ(guess(octets("0011 0005 00000000 00")), Kind::s1ap);
  EXPECT_EQ(guess(octets("42520100 0000 0000 0000 01")), Kind::radio);
}

TEST(Describe, NamesAMessageOfEachProtocol) {
  // An Echo Request with restart counter 0 (TS 29.274, 7.1.1).
  EXPECT_NE(describe_message(Kind::gtp2, octets("40010009 00000100 0300010000")).find("Echo Request"),
            std::string::npos);
  // Device-Watchdog-Request: header alone (RFC 6733, 5.5.1).
  EXPECT_FALSE(
      describe_message(Kind::diameter, octets("01000014 80000118 00000000 00000001 00000002")).empty());
  EXPECT_FALSE(describe_message(Kind::nas_down, octets("0755 01")).empty());
}

TEST(Describe, SaysSomethingAboutAnyOctets) {
  for (const Kind kind :
       {Kind::s1ap, Kind::gtp2, Kind::diameter, Kind::radio, Kind::nas_up, Kind::nas_down}) {
    for (std::size_t n = 0; n < 40; ++n) {
      for (const Byte fill : {Byte{0x00}, Byte{0x07}, Byte{0x40}, Byte{0x55}, Byte{0xFF}}) {
        EXPECT_FALSE(describe_message(kind, ByteVector(n, fill)).empty()) << n;
      }
    }
  }
}

TEST(Describe, KnowsProtocolsByTheNamesOfTheOption) {
  EXPECT_EQ(kind_of_name("nas-up"), Kind::nas_up);
  EXPECT_FALSE(kind_of_name("NAS"));
}

}  // namespace
}  // namespace baton::app
