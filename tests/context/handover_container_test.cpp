// The handover container: its octets, what is refused, and that nothing in it may change.
#include "context/handover_container.h"

#include <gtest/gtest.h>

#include <set>

namespace baton::context {
namespace {

const PlmnId plmn = PlmnId::test_value();

KnasInt key_of(Byte first) {
  std::array<Byte, 16> octets{};
  for (Byte& b : octets) b = first++;
  return KnasInt(octets);
}
NasCount count_of(std::uint32_t v) { return *NasCount::from(v); }

HandoverContainer plain() {
  HandoverContainer c;
  c.ksi = wire::nas::Ksi::native(1);
  c.algorithms = {Eea::eea2, Eia::eia2};
  c.target = target_enb_id(MacroEnbId{plmn, 0x19});
  return c;
}

/// Every combination of what may be there, of the two places of the bit and of the integrity algorithms.
std::vector<HandoverContainer> every_combination() {
  std::vector<HandoverContainer> out;
  for (unsigned flags = 0; flags < 128; ++flags) {
    const auto flag = [flags](unsigned n) { return (flags >> n & 1U) != 0; };
    HandoverContainer c = plain();
    if (flag(0)) c.star = StarUse{flag(1), flag(2), flag(3)};
    if (!flag(0) && (flag(1) || flag(2) || flag(3))) continue;
    if (flag(4)) c.n_low = 0xA5;
    if (flag(5)) c.upe = UpeKey{std::string(1 + flags % upe_id_octets_max, 'u'), UpeKeyCounter{0xFFFE}};
    c.bit_in_algorithms = flag(6);
    if (flag(6) && !(c.star && c.star->plus)) continue;
    c.algorithms = {static_cast<Eea>(flags % 4), static_cast<Eia>(1 + flags % 3)};
    c.target = target_enb_id(MacroEnbId{plmn, flags * 0x2041 & MacroEnbId::max});
    out.push_back(c);
  }
  return out;
}

// Octets and MACs are those of Python's CMAC.
//= S3.D4; type=test
//= S3.P10; type=test
TEST(HandoverContainer, HasItsOctets) {
  const KnasInt key = key_of(0x20);
  HandoverContainer c = plain();
  c.star = StarUse{true, true, false};
  EXPECT_EQ(hex(*seal_container(c, key, count_of(0x105))), "011905012200f1100000001945d8964f");
  c.star = StarUse{true, false, false};
  c.ksi = wire::nas::Ksi::native(0);
  c.n_low = 6;
  c.upe = UpeKey{"upe-2", UpeKeyCounter{1}};
  EXPECT_EQ(hex(*seal_container(c, key, count_of(0))), "010f00002206057570652d32000100f11000000019e1a65ea9");
  HandoverContainer spare = plain();
  spare.star = StarUse{true, false, false};
  spare.bit_in_algorithms = true;
  spare.ksi = wire::nas::Ksi::native(6);
  EXPECT_EQ(hex(*seal_container(spare, key, count_of(0xFFFF))), "0108ff06a200f11000000019dec3af58");
}

//= S1.D4; type=test
TEST(TargetEnbId, IsThePlmnAndTheIdentityRightAligned) {
  EXPECT_EQ(hex(target_enb_id(MacroEnbId{plmn, 0x101}).bytes), "00f11000000101");
  EXPECT_EQ(hex(target_enb_id(MacroEnbId{plmn, MacroEnbId::max}).bytes), "00f110000fffff");
  EXPECT_EQ(target_enb_id(Ecgi{plmn, 0x10107}), target_enb_id(MacroEnbId{plmn, 0x101}));
  EXPECT_EQ(target_enb_id(Ecgi{plmn, Ecgi::max}), target_enb_id(MacroEnbId{plmn, MacroEnbId::max}));
}

//= S3.D4; type=test
TEST(HandoverContainer, EveryCombinationComesBackAsItWasSealed) {
  const auto all = every_combination();
  EXPECT_EQ(all.size(), 52U);
  std::set<std::string> different;
  for (HandoverContainer c : all) {
    const KnasInt key = key_of(1);
    for (const std::uint32_t count : {0U, 5U, 0x1FFU, NasCount::max}) {
      const auto octets = seal_container(c, key, count_of(count));
      ASSERT_TRUE(octets) << to_string(octets.why());
      EXPECT_GE(octets->size(), HandoverContainer::octets_min);
      EXPECT_LE(octets->size(), HandoverContainer::octets_max);
      c.sqn = count_of(count).sqn();
      ASSERT_TRUE(decode_unverified(*octets));
      EXPECT_EQ(*decode_unverified(*octets), c);
      const auto verified = verify_container(*octets, key, count_of(count));
      ASSERT_TRUE(verified) << to_string(verified.why());
      EXPECT_EQ(*verified, c);
      different.insert(hex(*octets));
    }
  }
  EXPECT_EQ(different.size(), 4 * all.size());
}

//= S3.D4; type=test
TEST(HandoverContainer, EveryTruncationEveryLongerOneAndEveryFlippedBitIsRefused) {
  const KnasInt key = key_of(1);
  const NasCount count = count_of(0x1234);
  for (const HandoverContainer& c : every_combination()) {
    const ByteVector whole = *seal_container(c, key, count);
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_FALSE(verify_container(Bytes(whole).first(n), key, count)) << n;
    for (ByteVector longer = whole; longer.size() <= HandoverContainer::octets_max + 1;) {
      longer.push_back(0);
      EXPECT_FALSE(verify_container(longer, key, count)) << longer.size();
    }
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      ByteVector flipped = whole;
      flipped[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
      EXPECT_FALSE(verify_container(flipped, key, count)) << bit;
    }
  }
}

//= S3.D4; type=test
TEST(HandoverContainer, OnlyTheKeyAndTheCountItWasSealedWithVerifyIt) {
  const HandoverContainer c = plain();
  const ByteVector whole = *seal_container(c, key_of(1), count_of(0x105));
  EXPECT_TRUE(verify_container(whole, key_of(1), count_of(0x105)));
  EXPECT_EQ(verify_container(whole, key_of(2), count_of(0x105)).why(), ContainerRefusal::bad_mac);
  EXPECT_EQ(verify_container(whole, key_of(1), count_of(0x106)).why(), ContainerRefusal::count);
  // The same low octet, another COUNT: a replay in the next round.
  EXPECT_EQ(verify_container(whole, key_of(1), count_of(0x205)).why(), ContainerRefusal::bad_mac);
}

/// A container of these octets, of the right length of MAC.
ContainerRefusal why(std::string_view octets_without_mac) {
  ByteVector octets = *parse_hex(octets_without_mac);
  octets.resize(octets.size() + 4);
  auto read = decode_unverified(octets);
  EXPECT_FALSE(read) << octets_without_mac;
  return read ? ContainerRefusal::bad_mac : read.why();
}

//= S3.D4; type=test
TEST(HandoverContainer, WhatDoesNotFitIsRefusedByWhatIsWrong) {
  const std::string target = "00f11000000019";
  EXPECT_TRUE(decode_unverified(*parse_hex("0100050122" + target + "00000000")));
  EXPECT_EQ(why("0000050122" + target), ContainerRefusal::version);
  EXPECT_EQ(why("0200050122" + target), ContainerRefusal::version);
  EXPECT_EQ(why("0140050122" + target), ContainerRefusal::malformed);  // flags nobody knows
  EXPECT_EQ(why("0180050122" + target), ContainerRefusal::malformed);
  EXPECT_EQ(why("0100051122" + target), ContainerRefusal::malformed);     // spare bits beside eKSI
  EXPECT_EQ(why("0100050722" + target), ContainerRefusal::malformed);     // no key is available
  EXPECT_EQ(why("010005012a" + target), ContainerRefusal::malformed);     // spare bit beside the EIA
  EXPECT_EQ(why("0100050142" + target), ContainerRefusal::not_built);     // EEA4
  EXPECT_EQ(why("0100050127" + target), ContainerRefusal::not_built);     // EIA7
  EXPECT_EQ(why("0101050122" + target), ContainerRefusal::inconsistent);  // KeNB*+ without KeNB*
  EXPECT_EQ(why("0110050122" + target), ContainerRefusal::inconsistent);
  EXPECT_EQ(why("0120050122" + target), ContainerRefusal::inconsistent);
  EXPECT_EQ(why("01000501a2" + target), ContainerRefusal::inconsistent);
  EXPECT_EQ(why("01090501a2" + target), ContainerRefusal::inconsistent);  // the bit at both places
  EXPECT_EQ(why("0102050122" + target), ContainerRefusal::malformed);     // n is missing
  EXPECT_EQ(why("0104050122"
                "00"
                "0001" +
                target),
            ContainerRefusal::malformed);  // a UPE without a name
  EXPECT_EQ(why("0104050122"
                "0475706500" +
                target),
            ContainerRefusal::malformed);  // its length is wrong
  EXPECT_EQ(why("0104050122"
                "ff"
                "0001" +
                target),
            ContainerRefusal::malformed);
  EXPECT_EQ(why("0100050122" + target + "00"), ContainerRefusal::malformed);
  std::string longest =
      "0106050122"
      "01"
      "40" +
      hex(ByteVector(upe_id_octets_max, 'u')) + "0001" + target;
  EXPECT_TRUE(decode_unverified(*parse_hex(longest + "00000000")));
  EXPECT_EQ(why("0106050122"
                "01"
                "41" +
                hex(ByteVector(upe_id_octets_max + 1, 'u')) + "0001" + target),
            ContainerRefusal::malformed);
}

TEST(HandoverContainer, IsNotSealedWhereItWouldProveNothing) {
  HandoverContainer c = plain();
  c.algorithms.eia = Eia::eia0;
  EXPECT_EQ(seal_container(c, key_of(1), count_of(0)).why(), ContainerRefusal::null_integrity);
  EXPECT_EQ(verify_container(*parse_hex("0100000120"
                                        "00f11000000019"
                                        "00000000"),
                             key_of(1), count_of(0))
                .why(),
            ContainerRefusal::null_integrity);
  c = plain();
  c.ksi = wire::nas::Ksi::none();
  EXPECT_FALSE(seal_container(c, key_of(1), count_of(0)));
  c = plain();
  c.upe = UpeKey{"", UpeKeyCounter{1}};
  EXPECT_FALSE(seal_container(c, key_of(1), count_of(0)));
  c.upe = UpeKey{std::string(upe_id_octets_max + 1, 'u'), UpeKeyCounter{1}};
  EXPECT_FALSE(seal_container(c, key_of(1), count_of(0)));
  // A place for a bit that is not there is no place.
  c = plain();
  c.bit_in_algorithms = true;
  EXPECT_TRUE(verify_container(*seal_container(c, key_of(1), count_of(0)), key_of(1), count_of(0)));
}

TEST(ContainerRefusal, EachHasItsName) {
  std::set<std::string_view> names;
  for (Byte b = 0; b <= static_cast<Byte>(ContainerRefusal::bad_mac); ++b)
    EXPECT_TRUE(names.insert(to_string(static_cast<ContainerRefusal>(b))).second);
  EXPECT_EQ(names.count("?"), 0U);
}

}  // namespace
}  // namespace baton::context
