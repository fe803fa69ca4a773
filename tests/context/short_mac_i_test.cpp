// shortMAC-I: values computed with another program (Python's cryptography, AES-CMAC over the 53 bits and
// three zeros, COUNT FFFFFFFF, BEARER 1F, DIRECTION 1).
#include "context/short_mac_i.h"

#include <gtest/gtest.h>

namespace baton::context {
namespace {

const std::array<Byte, 16> octets{0x10, 1, 2, 3};

//= TS 36.331, 5.3.7.4; type=test
TEST(ShortMacI, IsTheLowerHalfOfMacIOverCellPciAndCRnti) {
  const KrrcInt key(octets);
  const PlmnId plmn = PlmnId::test_value();
  EXPECT_EQ(*short_mac_i(Eia::eia2, key, {plmn, 0x19B01}, Pci{17}, 0x1234), 0xFABE);
  EXPECT_EQ(*short_mac_i(Eia::eia2, key, {plmn, Ecgi::max}, Pci{503}, 0xFFFF), 0xC9A2);
  EXPECT_EQ(*short_mac_i(Eia::eia2, key, {plmn, 0}, Pci{0}, 0), 0x7215);
}

TEST(ShortMacI, EveryInputCounts) {
  const KrrcInt key(octets);
  const std::array<Byte, 16> others{0x11, 1, 2, 3};
  const PlmnId plmn = PlmnId::test_value();
  const auto whole = *short_mac_i(Eia::eia2, key, {plmn, 0x19B01}, Pci{17}, 0x1234);
  EXPECT_NE(*short_mac_i(Eia::eia2, KrrcInt(others), {plmn, 0x19B01}, Pci{17}, 0x1234), whole);
  EXPECT_NE(*short_mac_i(Eia::eia2, key, {plmn, 0x19B02}, Pci{17}, 0x1234), whole);
  EXPECT_NE(*short_mac_i(Eia::eia2, key, {plmn, 0x19B01}, Pci{18}, 0x1234), whole);
  EXPECT_NE(*short_mac_i(Eia::eia2, key, {plmn, 0x19B01}, Pci{17}, 0x1235), whole);
}

}  // namespace
}  // namespace baton::context
