// Messages of a handover that Baton did not make, and messages assembled by hand from the ASN.1 of
// TS 36.413, 9.3.
#include <gtest/gtest.h>

#include "wire/s1ap/limits.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

ByteVector from_hex(std::string_view digits) {
  std::string dense;
  for (const char c : digits)
    if (c != ' ') dense += c;
  return *parse_hex(dense);
}

// --- recorded elsewhere -------------------------------------------------------------------------

// The octets that open5gs sends in its tests (tests/common/packet.c, tests1ap_build_...), recorded from an
// eNB of another maker.
constexpr std::string_view required[] = {
    "00000081030000060000 0005c0020000c400 080002000c000100 0100000240020220"
    "0004000d0000f110 0000043000f11030 3900680080d080ce 4080ab0f1014c598"
    "00018000bf06ec4d 00100302c0000000 000015a800140672 0af00348f10013d0"
    "3bc58414903bc588 09401de2c2100440 13f212249010127d ad808fd50398381c"
    "08fd503983805f50 37868baa010c846f b057874162d62e82 1f42f2e159f821d0"
    "9c0009e28aa1a001 2d888026d0600040 8008066072003e41 5250d46210208184"
    "3423c135002214d6 dfb0a0b06502c402 000004008177faab 4677235334a0e867"
    "213e804030000100 4e40024500004e40 0246000000f11000 043a000000f11000"
    "1f20a0000022",
    "000000810e0000060000 0005c0020000c500 0800020008000100 0100000240020220"
    "0004000d0000f110 00001f2000f11030 3900680080db80d9 4080ab0f1014c598"
    "00018000bf06ec4d 00100302c0000000 000015a800140672 0af003e8f10013d0"
    "3bc58414903bc588 09401de2c2100440 13f212249010127d ad808fd50398381c"
    "08fd503983805f50 37868baa010c846f b057874162d62e82 1f42f2e159f821d0"
    "9c0009e28aa1a001 2d888050d1bc0040 8008066072000874 1250d46210208184"
    "3423c135002214d6 dfb0a0b06502c402 000004008177faab 4677235334a0e867"
    "2134804030000100 4e40024500004e40 0246000000f11000 1f20a10000f11000"
    "043a000000350000 f110001f20a00000 22",
    "00000081190000060000 0005c0020000c600 080002000d000100 0100000240020220"
    "0004000d0000f110 0000043000f11030 3900680080e680e4 4080ab0f1014c598"
    "00018000bf06ec4d 00100302c0000000 000015a800140672 0af00348f10013d0"
    "3bc58414903bc588 09401de2c2100440 13f212249010127d ad808fd50398381c"
    "08fd503983805f50 37868baa010c846f b057874162d62e82 1f42f2e159f821d0"
    "9c0009e28aa1a001 2d888050514c0040 8008066072003e41 5250d46210208184"
    "3423c135002214d6 dfb0a0b06502c402 000004008177faab 4677235334a0e867"
    "213e804030000100 4e40024500004e40 0246000000f11000 043a020000f11000"
    "1f20a00000340000 f11000043a000000 350000f110001f20 a0000022"};
constexpr std::string_view acknowledge =
    "20010080e80000040000 4005c0020000c500 0840020008001240 47010014401f78a1"
    "f07f000001010007 080f807f00000101 0007090f807f0000 010100070a001440"
    "1f78c1f07f000001 010007100f807f00 0001010007110f80 7f00000101000712"
    "007b008086808400 80810bf900d8af40 00a0339057801f47 88009e81de2c20a4"
    "81de2c404a00ef16 2000010044013f21 2249008093efd243 3914cd2aa0a0142f"
    "f2214d6dfb82c194 0b10080000020040 bbfd55aeab41ad80 8fd50398381c08fd"
    "503983804d037868 baa016423342bc3a 18b58fa084ca833f a17970acfc10e84e"
    "0004f14550d00096 c88900";
constexpr std::string_view failure = "40010012000002000040 05c0020000c5 000240020000";
constexpr std::string_view status[] = {
    "00184027000003000000 05c0020000c40008 0002000c005a0011 00000059400b0500 004b000000001100 00",
    "00184027000003000000 05c0020000c50008 00020008005a0011 00000059400b0500 00a8000000004100 00"};
constexpr std::string_view notify[] = {
    "00024028000004000000 05c0020000c50008 0002000800644008 0000f11000043a00 004340060000f110 3039",
    "00024028000004000000 05c0020000c60008 0002000d00644008 0000f110001f20a0 004340060000f110 3039"};
constexpr std::string_view cancel = "00040018000003000000 05c0020000c60008 0002000d00024002 0120";
// srsRAN_4G lib/test/asn1/s1ap_test.cc, test_ho_request
constexpr std::string_view request =
    "00010080e60000080000000200640001000100000240020000004200 0a183b9aca00603b9aca0000350019"
    "00001b00144a1f0a0021f0b7361c5600093c0000008f4001000068007574005f0a100c81a00000180002e87fe40000"
    "150000000591000002900978000000627c1f50298f00e9ce021300009501004640000001901384001c006700a05180"
    "41400670dfbc44006b01400080020800c14ca2d54e2803517240e0591401217b000009f1070019b0100009f1070019"
    "c02100001f006b000518000c000000280021108b0dabd7e59834b3ef6cc1aaa727fbf45308ff74947ca71bd9b437b9"
    "02786212";

TEST(S1apHandoverForeign, messages_of_another_maker_decode_and_encode_to_the_same_octets) {
  std::vector<std::string_view> all{acknowledge, failure, cancel};
  all.insert(all.end(), std::begin(required), std::end(required));
  all.insert(all.end(), std::begin(status), std::end(status));
  all.insert(all.end(), std::begin(notify), std::end(notify));
  for (const std::string_view digits : all) {
    const ByteVector in = from_hex(digits);
    auto received = decode_any(in);
    ASSERT_TRUE(received) << digits << ": " << received.why().error.to_string();
    EXPECT_TRUE(received->report.empty()) << digits;
    EXPECT_EQ(hex(encode(received->pdu)), hex(in)) << name_of(received->pdu);
  }
}

//= TS 36.413, 9.1.5.1; type=test
TEST(S1apHandoverForeign, a_handover_required_and_its_container_say_what_their_maker_meant) {
  const PlmnId plmn = *PlmnId::parse("00101");
  const auto got = decode<HandoverRequired>(from_hex(required[0]));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->mme_ue_id, MmeUeS1apId{0x0200'00C4});
  EXPECT_EQ(got->enb_ue_id, EnbUeS1apId{12});
  EXPECT_EQ(got->type, HandoverType::intra_lte);
  EXPECT_EQ(got->cause, Cause{CauseRadioNetwork::time_critical_handover});
  EXPECT_EQ(got->target, (TargetId{TargetEnb{MacroEnbId{plmn, 0x00043}, Tai{plmn, Tac{12345}}}}));
  EXPECT_FALSE(got->direct_forwarding);
  EXPECT_EQ(got->container.octets.size(), 0xCEU);

  const auto inside = decode_source_to_target(got->container.octets);
  ASSERT_TRUE(inside) << inside.why().to_string();
  EXPECT_EQ(inside->rrc.size(), 0xABU);
  EXPECT_EQ(hex(inside->rrc).substr(0, 8), "0f1014c5");
  EXPECT_EQ(inside->erabs, (std::vector<ErabInformation>{{ErabId{5}, true}, {ErabId{6}, true}}));
  EXPECT_EQ(inside->target_cell, (Ecgi{plmn, 0x00043A0}));
  EXPECT_FALSE(inside->subscriber_profile);
  EXPECT_EQ(
      inside->history,
      (std::vector<LastVisitedCell>{LastVisitedEutranCell{{plmn, 0x001F20A}, CellSize::very_small, 0x22}}));
  EXPECT_EQ(encode_container(*inside), got->container.octets);
}

TEST(S1apHandoverForeign, a_container_with_a_history_of_several_cells_is_read_to_its_end) {
  for (const std::string_view digits : required) {
    const auto got = decode<HandoverRequired>(from_hex(digits));
    ASSERT_TRUE(got);
    const auto inside = decode_source_to_target(got->container.octets);
    ASSERT_TRUE(inside) << inside.why().to_string();
    EXPECT_EQ(encode_container(*inside), got->container.octets);
  }
  const auto last =
      decode_source_to_target(decode<HandoverRequired>(from_hex(required[2]))->container.octets);
  const PlmnId plmn = *PlmnId::parse("00101");
  EXPECT_EQ(last->history, (std::vector<LastVisitedCell>{
                               LastVisitedEutranCell{{plmn, 0x001F20A}, CellSize::very_small, 0x34},
                               LastVisitedEutranCell{{plmn, 0x00043A0}, CellSize::very_small, 0x35},
                               LastVisitedEutranCell{{plmn, 0x001F20A}, CellSize::very_small, 0x22}}));
}

//= TS 36.413, 9.1.5.5; type=test
TEST(S1apHandoverForeign, a_request_acknowledge_has_both_tunnels_of_every_bearer) {
  const auto got = decode<HandoverRequestAcknowledge>(from_hex(acknowledge));
  ASSERT_TRUE(got);
  const auto local = TransportLayerAddress::from(*Ipv4::parse("127.0.0.1"));
  EXPECT_EQ(got->erabs,
            (std::vector<ErabAdmitted>{
                {ErabId{5}, local, Teid{0x0100'0708}, local, Teid{0x0100'0709}, local, Teid{0x0100'070A}},
                {ErabId{6}, local, Teid{0x0100'0710}, local, Teid{0x0100'0711}, local, Teid{0x0100'0712}}}));
  const auto inside = decode_target_to_source(got->container.octets);
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->rrc.size(), 0x81U);
  EXPECT_EQ(hex(inside->rrc).substr(0, 8), "0bf900d8");
  EXPECT_EQ(encode_container(*inside), got->container.octets);
}

//= TS 36.413, 9.1.5.13; type=test
TEST(S1apHandoverForeign, a_status_transfer_has_the_counts_of_its_bearer) {
  const auto got = decode<EnbStatusTransfer>(from_hex(status[0]));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->container, (StatusTransferContainer{{{ErabId{5}, {0x4B, 0}, {0x11, 0}, {}}}}));
  // The container's octets on their own, as GTPv2-C carries them between MMEs.
  EXPECT_EQ(hex(encode_container(got->container)),
            "0000005940"
            "0b050000"
            "4b000000"
            "00110000");
  EXPECT_EQ(*decode_status_transfer(encode_container(got->container)), got->container);
}

TEST(S1apHandoverForeign, the_other_messages_say_what_their_maker_meant) {
  const PlmnId plmn = *PlmnId::parse("00101");
  EXPECT_EQ(*decode<HandoverFailure>(from_hex(failure)),
            (HandoverFailure{MmeUeS1apId{0x0200'00C5}, CauseRadioNetwork::unspecified, {}}));
  EXPECT_EQ(
      *decode<HandoverNotify>(from_hex(notify[0])),
      (HandoverNotify{MmeUeS1apId{0x0200'00C5}, EnbUeS1apId{8}, {plmn, 0x00043A0}, {plmn, Tac{12345}}}));
  EXPECT_EQ(
      *decode<HandoverCancel>(from_hex(cancel)),
      (HandoverCancel{MmeUeS1apId{0x0200'00C6}, EnbUeS1apId{13}, CauseRadioNetwork::ts1relocprep_expiry}));
}

//= TS 36.413, 9.1.5.4; type=test
TEST(S1apHandoverForeign, a_handover_request_with_an_extension_inside_a_bearer_is_read) {
  const ByteVector in = from_hex(request);
  auto received = decode_any(in);
  ASSERT_TRUE(received) << received.why().error.to_string();
  EXPECT_TRUE(received->report.empty());  // Data Forwarding Not Possible, criticality ignore
  const auto& got = std::get<HandoverRequest>(received->pdu);
  EXPECT_EQ(got.mme_ue_id, MmeUeS1apId{100});
  EXPECT_EQ(got.cause, Cause{CauseRadioNetwork::unspecified});
  EXPECT_EQ(got.ue_ambr, (UeAmbr{1'000'000'000, 1'000'000'000}));
  EXPECT_EQ(got.erabs,
            (std::vector<ErabToHandOver>{{ErabId{5}, TransportLayerAddress::from(*Ipv4::parse("10.0.33.240")),
                                          Teid{0xB736'1C56}, ErabQos{9, {15, false, false}, {}}}}));
  EXPECT_EQ(got.ue_security_capabilities, (UeSecurityCapabilities{0xC000, 0xC000}));
  EXPECT_EQ(got.security.next_hop_chaining_count, 2);
  EXPECT_EQ(hex(got.security.next_hop.expose()),
            "8b0dabd7e59834b3ef6cc1aaa727fbf45308ff74947ca71bd9b437b902786212");
  const auto inside = decode_source_to_target(got.container.octets);
  ASSERT_TRUE(inside) << inside.why().to_string();
  EXPECT_EQ(inside->target_cell, (Ecgi{*PlmnId::parse("90170"), 0x0019B01}));
  EXPECT_TRUE(inside->erabs.empty());
  EXPECT_EQ(inside->history, (std::vector<LastVisitedCell>{LastVisitedEutranCell{
                                 {*PlmnId::parse("90170"), 0x0019C02}, CellSize::medium, 31}}));
  // NH is found in it, and nothing else.
  const auto secrets = secret_ranges(in);
  ASSERT_EQ(secrets.size(), 1U);
  EXPECT_EQ(secrets[0].offset + secrets[0].octets, in.size());
  EXPECT_EQ(secrets[0].octets, 32U);
}

// --- assembled by hand --------------------------------------------------------------------------

// A line is an element: its id (2 octets), criticality (00 reject, 40 ignore), length and value. Values start
// with their bits:
//   E-RAB ID 5:  0 (extension) 0101        an address: 0 (extension) 00011111 (32 bits less 1), then 4 octets
//   a SEQUENCE:  0 (extension), a bit for each OPTIONAL, 0 (no iE-Extensions)
//   a Cause:     0 000 (radio network) 0 and six bits
constexpr std::string_view hand_made_path_switch =
    "00 03 00 41 00 0006"
    "0008 00 02 0009"
    "0016 00 0f 00 0017 00 0a 0a1f 7f000009 00000007"  // 0 0 | 0 0101 | 0 00011111
    "0058 00 02 0007"
    "0064 40 08 00 00f110 0019b010"
    "0043 40 06 00 00f110 0007"
    "006b 40 05 1c000e0000";  // 0 0 | 0 1110000000000000 | 0 1110000000000000
constexpr std::string_view hand_made_path_switch_acknowledge =
    "20 03 00 47 00 0004"
    "0000 40 02 0007"
    "0008 40 02 0009"
    "005f 40 0f 00 005e 40 0a 0a1f 7f000009 00000008"
    "0028 00 21 10"  // 0 0 | 010
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf b0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
constexpr std::string_view hand_made_path_switch_failure =
    "40 03 00 15 00 0003"
    "0000 40 02 0007"
    "0008 40 02 0009"
    "0002 40 02 01a0";  // 0 000 0 001101
constexpr std::string_view hand_made_command =
    "20 00 00 3b 00 0006"
    "0000 00 02 0007"
    "0008 00 02 0009"
    "0001 00 01 00"
    "000c 40 10 00 000e 40 0b 60a1f0 7f000009 00000001"  // 0 1100 0 | 0 0101 | 0 00011111
    "000d 40 08 00 0023 40 03 0c0300"                    // 0 0 | 0 0110 | 0 000 0 001100
    "007b 00 03 02aabb";
constexpr std::string_view hand_made_preparation_failure =
    "40 00 00 15 00 0003"
    "0000 40 02 0007"
    "0008 40 02 0009"
    "0002 40 02 0160";  // 0 000 0 001011
constexpr std::string_view hand_made_cancel_acknowledge =
    "20 04 00 0f 00 0002"
    "0000 40 02 0007"
    "0008 40 02 0009";
const TransportLayerAddress hand_made_address = TransportLayerAddress::from(*Ipv4::parse("127.0.0.9"));
const MmeUeS1apId seven{7};
const EnbUeS1apId nine{9};

template <class M>
void expect_both_ways(const M& m, std::string_view digits) {
  EXPECT_EQ(hex(encode(m)), hex(from_hex(digits))) << M::outline.name;
  auto got = decode<M>(from_hex(digits));
  ASSERT_TRUE(got) << M::outline.name << ": " << got.why().to_string();
  EXPECT_EQ(*got, m) << M::outline.name;
}

//= TS 36.413, 9.1.5; type=test
TEST(S1apHandoverByHand, messages_are_what_the_asn1_says) {
  expect_both_ways(PathSwitchRequest{nine,
                                     {{ErabId{5}, hand_made_address, Teid{7}}},
                                     seven,
                                     {sample_plmn(), 0x0019B01},
                                     {sample_plmn(), Tac{7}},
                                     {0xE000, 0xE000}},
                   hand_made_path_switch);
  expect_both_ways(PathSwitchRequestAcknowledge{seven,
                                                nine,
                                                {},
                                                {{ErabId{5}, hand_made_address, Teid{8}}},
                                                {},
                                                SecurityContext{2, sample_nh()},
                                                {}},
                   hand_made_path_switch_acknowledge);
  expect_both_ways(PathSwitchRequestFailure{seven, nine, CauseRadioNetwork::unknown_mme_ue_s1ap_id, {}},
                   hand_made_path_switch_failure);
  expect_both_ways(
      HandoverCommand{seven,
                      nine,
                      HandoverType::intra_lte,
                      {},
                      {{ErabId{5}, hand_made_address, Teid{1}, {}, {}}},
                      {{ErabId{6}, CauseRadioNetwork::no_radio_resources_available_in_target_cell}},
                      {{0xAA, 0xBB}},
                      {}},
      hand_made_command);
  expect_both_ways(HandoverPreparationFailure{seven, nine, CauseRadioNetwork::unknown_target_id, {}},
                   hand_made_preparation_failure);
  expect_both_ways(HandoverCancelAcknowledge{seven, nine, {}}, hand_made_cancel_acknowledge);
}

//= TS 36.413, 9.2.1.6; type=test
TEST(S1apHandoverByHand, every_kind_of_target_is_what_the_asn1_says) {
  const auto with = [](const TargetId& target) {
    // Cause: 0 100 (miscellaneous) 0 100
    return encode(
        HandoverRequired{seven, nine, HandoverType::intra_lte, CauseMisc::unspecified, target, {}, {{0xCC}}});
  };
  const auto head = [](std::string_view length, std::string_view target) {
    return hex(from_hex("00 00 00 " + std::string(length) +
                        "00 0006 0000 00 02 0007 0008 00 02 0009 0001 00 01 00 0002 40 01 44 0004 00" +
                        std::string(target) + "0068 00 02 01cc"));
  };
  // 0 00 | 0 0 | 0 0 then PLMN | 0 0 (macro) then 20 bits | 0 0 then PLMN, TAC
  EXPECT_EQ(hex(with(TargetEnb{MacroEnbId{sample_plmn(), 0x19C}, sample_tai()})),
            head("30", "0d 00 00f110 00 0019c0 00f110 0007"));
  // 0 00 | 0 0 | 0 0 then PLMN | 0 1 (home) then 28 bits | 0 0 then PLMN, TAC
  EXPECT_EQ(hex(with(TargetEnb{HomeEnbId{sample_plmn(), 0xABCDEF1}, sample_tai()})),
            head("31", "0e 00 00f110 40 abcdef10 00f110 0007"));
  // 0 01 | 0 1 1 0 | 0 0 then PLMN, LAC, RAC, RNC-ID, extended RNC-ID less 4096
  EXPECT_EQ(hex(with(TargetRnc{{sample_plmn(), Lac{0x1234}}, Rac{5}, 4095, ExtendedRncId{4097}})),
            head("2f", "0c 2c00 00f110 1234 05 0fff 0001"));
  // 0 10 | 0 1 0 then PLMN, LAC, CI, RAC
  EXPECT_EQ(hex(with(TargetCgi{sample_plmn(), Lac{0xFFFF}, CellOfGeran{0xABCD}, Rac{5}})),
            head("2c", "09 48 00f110 ffff abcd 05"));
}

//= TS 36.413, 9.2.1.31; type=test
TEST(S1apHandoverByHand, a_status_transfer_at_its_bounds_is_what_the_asn1_says) {
  // 0 0 | one item | 0059 ignore | 0 1 0 | 0 0101 | 0 0 | SN | 10 (three octets) HFN | 0 0 | SN | 00 (one
  // octet) HFN | 4096 bits
  std::string digits = "00 00 0059 40 820d 45 00 0fff 80 0fffff 00 0345 00 12";
  for (int i = 0; i < 512; ++i) digits += "a5";
  const StatusTransferContainer c{
      {{ErabId{5}, PdcpCount::from(0xFFFF'FFFF), {0x345, 0x12}, ReceiveStatus{ByteVector(512, 0xA5)}}}};
  EXPECT_EQ(hex(encode_container(c)), hex(from_hex(digits)));
  EXPECT_EQ(*decode_status_transfer(from_hex(digits)), c);
  EXPECT_EQ(PdcpCount::from(0x0001'2345), (PdcpCount{0x345, 0x12}));
  EXPECT_EQ((PdcpCount{0x345, 0x12}).count(), 0x0001'2345U);
}

//= TS 36.413, 9.2.1.7; type=test
TEST(S1apHandoverByHand, a_source_to_target_container_is_what_the_asn1_says) {
  const SourceToTarget c{{0xAA, 0xBB},
                         {{ErabId{5}, true}, {ErabId{6}, false}},
                         {sample_plmn(), 0x0019B01},
                         256,
                         {LastVisitedUtranCell{{1, 2, 3}}, LastVisitedGeranCell{},
                          LastVisitedEutranCell{{sample_plmn(), 0x0019C02}, CellSize::large, 4095}}};
  const std::string_view digits =
      "60"                    // 0 | 1 1 0: with bearers and with a profile
      "02 aabb"               // the RRC container
      "01"                    // two bearers
      "004e 40 02 4500"       // 0 1 0 | 0 0101 | 0
      "004e 40 01 06"         // 0 0 0 | 0 0110
      "00 00f110 0019b010"    // 0 0 then PLMN, 28 bits
      "ff"                    // 256 less 1
      "22 03 010203"          // 0010 (three cells) | 0 01 (UTRAN) then its octets
      "4000 00f110 0019c021"  // 0 10 (GERAN) 0 | 0 00 (E-UTRAN) | 0 0 | 0 0 then PLMN, 28 bits | 0 0 | 0 1...
      "80 0fff";              // ...1 (large) then the seconds
  EXPECT_EQ(hex(encode_container(c)), hex(from_hex(digits)));
  EXPECT_EQ(*decode_source_to_target(from_hex(digits)), c);
  // 0 0 then the RRC container
  EXPECT_EQ(hex(encode_container(TargetToSource{{1, 2, 3}})), "0003010203");
}

}  // namespace
}  // namespace baton::wire::s1ap
