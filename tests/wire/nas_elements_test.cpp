// The values inside NAS messages: what they accept, what they refuse, how they are spelled.
#include <gtest/gtest.h>

#include "wire/nas_samples.h"

namespace baton::wire::nas {
namespace {

template <class T>
ByteVector octets_of(const T& v) {
  Writer w;
  v.write(w);
  return w.done();
}
ByteVector octets(std::string_view digits) { return parse_hex(digits).value(); }

//= TS 24.301, 9.9.3.12; type=test
TEST(NasIdentity, AnImsiOfOddAndOfEvenLengthKeepsItsDigits) {
  const EpsMobileIdentity odd(*Imsi::parse("001010123456789"));
  EXPECT_EQ(octets_of(odd), octets("0910101032547698"));
  const EpsMobileIdentity even(*Imsi::parse("00101012345678"));
  EXPECT_EQ(octets_of(even), octets("01101010325476f8"));
  for (std::size_t n = 6; n <= 15; ++n) {
    const EpsMobileIdentity sent(*Imsi::parse(std::string("001010123456789").substr(0, n)));
    const auto got = EpsMobileIdentity::parse(octets_of(sent));
    ASSERT_TRUE(got) << n;
    EXPECT_EQ(*got, sent);
  }
}

TEST(NasIdentity, ParityAndFillerMustAgreeAndDigitsMustBeDecimal) {
  EXPECT_TRUE(EpsMobileIdentity::parse(octets("0910101032547698")));
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("0110101032547698")));  // even, but no filler
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("09101010325476f8")));  // odd, with a filler
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("09101010a2547698")));  // not a digit
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("f910101032547698")));  // first digit is none
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("091010f032547698")));  // filler in the middle
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("0a10101032547698")));  // a type EPS does not know
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("0910f1")));            // too short for an IMSI
}

TEST(NasIdentity, AGutiIsElevenOctetsWithAValidPlmn) {
  const EpsMobileIdentity guti(Guti::test_value());
  EXPECT_EQ(octets_of(guti), octets("f600f110800101c0000001"));
  EXPECT_EQ(*EpsMobileIdentity::parse(octets_of(guti)), guti);
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("f600f110800101c00000")));
  EXPECT_FALSE(EpsMobileIdentity::parse(octets("f60af110800101c0000001")));
}

//= TS 24.008, 10.5.1.4; type=test
TEST(NasIdentity, AMobileIdentityHoldsImeisvTmsiOrNothing) {
  const MobileIdentity imeisv(Imeisv::test_value());
  EXPECT_EQ(octets_of(imeisv), octets("3335940096783351f3"));
  EXPECT_EQ(*MobileIdentity::parse(octets_of(imeisv)), imeisv);
  const MobileIdentity tmsi(Tmsi{0x01020304});
  EXPECT_EQ(octets_of(tmsi), octets("f401020304"));
  EXPECT_EQ(*MobileIdentity::parse(octets_of(tmsi)), tmsi);
  EXPECT_TRUE(MobileIdentity::parse(octets_of(MobileIdentity()))->none());
  EXPECT_FALSE(MobileIdentity::parse(octets("f4010203")));
  EXPECT_FALSE(MobileIdentity::parse(octets("3335940096783351")));  // 15 digits are no IMEISV
}

TEST(NasPrivate, AnEchoIsTheMmesOwnAnnouncementAndWhatItReceived) {
  const AnnouncementEcho both{{1, 5, 0, 0x7F}, {1, 1, 0, 0x7F}};
  EXPECT_EQ(octets_of(both), octets("040105007f0101007f"));
  EXPECT_EQ(AnnouncementEcho::parse(octets("040105007f0101007f")), both);
  const AnnouncementEcho nothing{{1, 5, 0, 0x7F}, {}};
  EXPECT_EQ(octets_of(nothing), octets("040105007f"));
  EXPECT_EQ(AnnouncementEcho::parse(octets("040105007f")), nothing);
  const AnnouncementEcho longest{ByteVector(announcement_octets_max, 1),
                                 ByteVector(announcement_octets_max, 2)};
  EXPECT_EQ(AnnouncementEcho::parse(octets_of(longest)), longest);
  for (const char* none : {"", "01", "0001", "0501050000"})
    EXPECT_FALSE(AnnouncementEcho::parse(octets(none)));
  ByteVector past = octets_of(longest);
  past.push_back(3);
  EXPECT_FALSE(AnnouncementEcho::parse(past));
  EXPECT_FALSE(AnnouncementEcho::parse(octets("11" + std::string(34, '0'))));  // 17 octets of its own
}

//= S0.D2; type=test
TEST(NasPrivate, ANoticeOfKasmeIsAFlagAndTheLowOctetOfN) {
  EXPECT_EQ(octets_of(KasmeNotice{0xA5}), octets("01a5"));
  EXPECT_EQ(KasmeNotice::parse(octets("01a5")), KasmeNotice{0xA5});
  for (const char* none : {"", "01", "00a5", "03a5", "01a500"})
    EXPECT_FALSE(KasmeNotice::parse(octets(none)));
}

//= S1.D3; type=test
TEST(NasPrivate, ANoticeOfAUpeKeyIsANameAndACounter) {
  const UpeKeyNotice notice{"upe-2", UpeKeyCounter{0x0102}};
  EXPECT_EQ(octets_of(notice), octets("7570652d320102"));
  EXPECT_EQ(UpeKeyNotice::parse(octets("7570652d320102")), notice);
  const UpeKeyNotice longest{std::string(upe_id_octets_max, 'u'), UpeKeyCounter{0xFFFF}};
  EXPECT_EQ(UpeKeyNotice::parse(octets_of(longest)), longest);
  EXPECT_FALSE(UpeKeyNotice::parse(octets("0102")));
  ByteVector past = octets_of(longest);
  past.push_back(0);
  EXPECT_FALSE(UpeKeyNotice::parse(past));
  EXPECT_EQ(notice.text().find("upe-2"), std::string::npos);
}

// A receiver that does not know them steps over them: they need not be understood.
//= TS 24.007, 11.2.4; type=test
TEST(NasPrivate, TheirIdentifiersNeedNotBeUnderstood) {
  for (const Byte iei : {announcement_iei, kasme_notice_iei, upe_key_iei}) {
    EXPECT_NE(iei & 0xF0, 0x00);  // not comprehension required
    EXPECT_EQ(iei & 0x80, 0x00);  // type 4: a length follows
    EXPECT_NE(iei & 0xF8, 0x78);  // of one octet
  }
}

//= TS 24.301, 9.9.3.33; type=test
TEST(NasTaiList, TheThreeSpellingsOfAListMeanTheSame) {
  const auto a = PlmnId::test_value();
  const TaiList three{{{a, Tac{1}}, {a, Tac{2}}, {a, Tac{3}}}};
  EXPECT_EQ(*TaiList::parse(octets("0200f110000100020003")), three);
  EXPECT_EQ(*TaiList::parse(octets("2200f1100001")), three);
  EXPECT_EQ(*TaiList::parse(octets("4200f110000100f110000200f1100003")), three);
  // Two partial lists, one after the other.
  EXPECT_EQ(*TaiList::parse(octets("2100f1100001"
                                   "0000f1100003")),
            three);
  EXPECT_EQ(octets_of(three), octets("2200f1100001"));
  EXPECT_EQ(octets_of(TaiList{{{a, Tac{1}}, {a, Tac{5}}}}), octets("0100f11000010005"));
  EXPECT_TRUE(three.contains({a, Tac{2}}));
  EXPECT_FALSE(three.contains({a, Tac{4}}));
  EXPECT_FALSE(three.contains({other_plmn(), Tac{2}}));
}

TEST(NasTaiList, SixteenAreasAreReadAndSeventeenAreNot) {
  const auto consecutive = [](unsigned n) {
    ByteVector v = octets("2000f1100001");
    v[0] = static_cast<Byte>(0x20U | (n - 1));
    return TaiList::parse(v);
  };
  ASSERT_TRUE(consecutive(tai_list_max));
  EXPECT_EQ(consecutive(tai_list_max)->tais.size(), tai_list_max);
  EXPECT_FALSE(consecutive(tai_list_max + 1));
}

TEST(NasTaiList, ReservedTypesOverflowAndCutListsAreRefused) {
  EXPECT_FALSE(TaiList::parse(octets("6000f1100001")));    // type 3 is all areas of a PLMN, or reserved
  EXPECT_FALSE(TaiList::parse(octets("2100f110ffff")));    // there is no area after FFFF
  EXPECT_FALSE(TaiList::parse(octets("0100f1100001")));    // says two, holds one
  EXPECT_FALSE(TaiList::parse(octets("0000f110000100")));  // an octet of a second list
  EXPECT_FALSE(TaiList::parse(octets("000af1100001")));    // not a PLMN
  EXPECT_FALSE(TaiList::parse({}));
}

TEST(NasTaiList, SixteenAreasOfDifferentNetworksFitTheElement) {
  TaiList list;
  for (std::uint16_t i = 0; i < tai_list_max; ++i)
    list.tais.push_back({i % 2 == 0 ? PlmnId::test_value() : other_plmn(), Tac{i}});
  const auto v = octets_of(list);
  EXPECT_EQ(v.size(), TaiList::octets_max);
  EXPECT_EQ(*TaiList::parse(v), list);
}

//= TS 24.008, 10.5.7.3; type=test
TEST(NasTimer, ATimeIsToldExactlyWhereItCanBeAndNeverShortened) {
  using namespace std::chrono_literals;
  EXPECT_EQ(GprsTimer::of(0s).octet(), 0x00);
  EXPECT_EQ(GprsTimer::of(62s).octet(), 0x1F);
  EXPECT_EQ(GprsTimer::of(63s).value(), 120s);
  EXPECT_EQ(GprsTimer::of(31min).octet(), 0x3F);
  EXPECT_EQ(GprsTimer::of(54min).octet(), 0x49);
  EXPECT_EQ(GprsTimer::of(54min).value(), 54min);
  EXPECT_EQ(GprsTimer::of(100h).value(), 186min);
  EXPECT_EQ(GprsTimer::deactivated().value(), std::nullopt);
  EXPECT_EQ(GprsTimer::parse(octets("61"))->value(), 1min);  // a reserved unit counts as a minute
  for (int s = 0; s < 11000; ++s) {
    const auto told = GprsTimer::of(std::chrono::seconds(s)).value();
    EXPECT_GE(*told, std::chrono::seconds(s));
  }
}

//= TS 23.003, 9.1; type=test
TEST(NasApn, LabelsAreSpelledWithTheirLengthsAndDotsDoNotTravel) {
  const auto apn = Apn::from_text("internet.mnc001.mcc001.gprs");
  ASSERT_TRUE(apn);
  EXPECT_EQ(octets_of(*apn), octets("08696e7465726e6574066d6e63303031066d63633030310467707273"));
  EXPECT_EQ(*Apn::parse(octets_of(*apn)), *apn);
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "caf\xc3\xa9", "a/b"})
    EXPECT_FALSE(Apn::from_text(bad)) << bad;
  EXPECT_FALSE(Apn::parse(octets("03612e62")));  // a dot inside a label
  EXPECT_FALSE(Apn::parse(octets("0361")));      // says three, holds one
  EXPECT_FALSE(Apn::parse(octets("00")));
  EXPECT_FALSE(Apn::parse(octets("016100")));
}

TEST(NasApn, AHundredOctetsAreReadAndOneMoreIsNot) {
  const std::string label(49, 'a');
  EXPECT_TRUE(Apn::from_text(label + "." + label));  // 50 + 50 octets
  EXPECT_FALSE(Apn::from_text(label + "." + label + "a"));
  EXPECT_TRUE(Apn::from_text(std::string(apn_label_octets_max, 'a')));
  EXPECT_FALSE(Apn::from_text(std::string(apn_label_octets_max + 1, 'a')));
}

//= TS 24.301, 9.9.4.9; type=test
TEST(NasPdnAddress, TheLengthFollowsTheType) {
  const PdnAddress v4{.ipv4 = Ipv4{{10, 0, 0, 1}}};
  EXPECT_EQ(octets_of(v4), octets("010a000001"));
  EXPECT_EQ(*PdnAddress::parse(octets_of(v4)), v4);
  EXPECT_FALSE(PdnAddress::parse(octets("010a00000102")));
  EXPECT_FALSE(PdnAddress::parse(octets("020a000001")));
  EXPECT_FALSE(PdnAddress::parse(octets("040a000001")));
  EXPECT_EQ(PdnAddress::parse(octets("0500000000"))->type(), PdnType::non_ip);
}

//= TS 24.301, 9.9.3.36; type=test
TEST(NasCapability, WhatIsReplayedIsWhatWasSentWithoutTheUcs2Flag) {
  const UeNetworkCapability c{.eea = 0xE0, .eia = 0x60, .more = decltype(c.more)::of({0xC0, 0xC0, 0x1A})};
  EXPECT_EQ(octets_of(UeSecurityCapability::of(c)), octets("e060c040"));
  EXPECT_EQ(octets_of(UeSecurityCapability::of(c, Byte{0xF0})), octets("e060c04070"));
  const UeNetworkCapability bare{.eea = 0xE0, .eia = 0x60};
  EXPECT_EQ(octets_of(UeSecurityCapability::of(bare)), octets("e060"));
  EXPECT_EQ(octets_of(UeSecurityCapability::of(bare, Byte{0x70})), octets("e060000070"));
  EXPECT_FALSE(UeSecurityCapability::parse(octets("e06000")));
  EXPECT_TRUE(c.has_eea(2) && c.has_eia(2) && !c.has_eea(3) && !c.has_eia(0));
}

TEST(NasCapability, EveryCombinationOfAlgorithmOctetsSurvives) {
  for (unsigned eea = 0; eea < 256; ++eea)
    for (unsigned eia = 0; eia < 256; ++eia) {
      const ByteVector v{static_cast<Byte>(eea), static_cast<Byte>(eia)};
      const auto c = UeSecurityCapability::parse(v);
      ASSERT_TRUE(c);
      ASSERT_EQ(octets_of(*c), v);
    }
}

//= TS 24.301, 9.9.2.1; type=test
TEST(NasBearerStatus, BitsNameBearersFiveToFifteen) {
  EpsBearerStatus s;
  s.add(EpsBearerId{5});
  s.add(EpsBearerId{8});
  EXPECT_EQ(octets_of(s), octets("2001"));
  const auto got = EpsBearerStatus::parse(octets("ffff"));
  EXPECT_FALSE(got->has(EpsBearerId{4}));
  EXPECT_TRUE(got->has(EpsBearerId{15}));
}

TEST(NasHalfOctets, ReservedValuesCountAsTheirClauseSays) {
  const auto identity_request = [](Byte b) { return decode<IdentityRequest>(ByteVector{0x07, 0x55, b}); };
  EXPECT_EQ(identity_request(3)->identity_type, IdentityType::imeisv);
  EXPECT_EQ(identity_request(0)->identity_type, IdentityType::imsi);
  EXPECT_EQ(identity_request(7)->identity_type, IdentityType::imsi);
  EXPECT_EQ(UeDetachType::from_half(0x0C)->kind, UeDetachType::Kind::combined);
  EXPECT_TRUE(UeDetachType::from_half(0x0C)->switch_off);
  EXPECT_EQ(UpdateType::from_half(7)->kind, UpdateType::Kind::ta_updating);
  ByteVector accept = encode(filled<TauAccept>(false));
  accept[2] = 0x02;
  EXPECT_EQ(decode<TauAccept>(accept).why().fault, Fault::bad_value);
}

TEST(NasCauses, EveryOctetIsACauseAndTheNamedOnesHaveNames) {
  EXPECT_EQ(to_string(EmmCause::synch_failure), "synch failure");
  EXPECT_EQ(to_string(static_cast<EmmCause>(200)), "unknown cause");
  for (unsigned c = 0; c < 256; ++c) {
    const auto got = decode<EmmStatus>(ByteVector{0x07, 0x60, static_cast<Byte>(c)});
    ASSERT_TRUE(got);
    EXPECT_EQ(static_cast<unsigned>(got->cause), c);
  }
}

}  // namespace
}  // namespace baton::wire::nas
