// GTPv2-C messages that Baton did not make: captures and other implementations' test vectors.
#include <gtest/gtest.h>

#include "wire/gtp2/codec.h"

namespace baton::wire::gtp2 {
namespace {

Decoded decoded(std::string_view digits) {
  auto m = decode_any(parse_hex(digits).value());
  EXPECT_TRUE(m) << m.why().to_string();
  return std::move(*m);
}

// Octets: open5gs, tests/unit/gtp-message-test.c (the body; the header is the plain one of S11).
TEST(Gtp2Foreign, ACreateSessionRequestAsOpen5gsWritesIt) {
  const auto d = decoded(
      "482000f800000000000001000100080055153011340010f44c00060094715276"
      "00414b000800536120009178840056000d001855f501102255f50100019d0153"
      "00030055f5015200010006570009008a800000840a32360a5700090187000000"
      "000a3236254700220005766f6c7465036e6732046d6e6574066d6e6330313006"
      "6d6363353535046770727380000100fc63000100014f00050001000000007f00"
      "01000048000800000003e8000007d04e001a0080802110010000108106000000"
      "00830600000000000d00000a005d001f00490001000550001600450500000000"
      "000000000000000000000000000000007200020040005f0002005400");
  const auto& m = std::get<CreateSessionRequest>(d.message);
  EXPECT_EQ(m.imsi->digits(), "555103114300014");
  EXPECT_EQ(m.msisdn->digits, "491725670014");
  EXPECT_EQ(m.mei->digits, "3516020019874800");
  EXPECT_EQ(m.uli->tai->tac, Tac{4130});
  EXPECT_EQ(m.uli->tai->plmn.to_string(), "55510");
  EXPECT_EQ(m.uli->ecgi->cell, 105729U);
  EXPECT_EQ(m.rat, RatType::eutran);
  EXPECT_EQ(m.sender.interface, InterfaceType::s11_mme);
  EXPECT_EQ(m.sender.teid, Teid{0x80000084});
  EXPECT_EQ(m.sender.v4->to_string(), "10.50.54.10");
  EXPECT_EQ(m.pgw->v4->to_string(), "10.50.54.37");
  EXPECT_EQ(m.apn.value, "volte.ng2.mnet.mnc010.mcc555.gprs");
  EXPECT_EQ(m.selection_mode, SelectionMode::subscribed);
  EXPECT_EQ(m.ambr, (Ambr{1000, 2000}));
  ASSERT_EQ(m.bearers.size(), 1U);
  EXPECT_EQ(m.bearers[0].ebi, Ebi{5});
  EXPECT_EQ(m.bearers[0].qos.qci, 5);
  EXPECT_EQ(m.bearers[0].qos.priority, 1);
  EXPECT_FALSE(m.bearers[0].qos.may_pre_empt);
  EXPECT_FALSE(m.bearers[0].qos.may_be_pre_empted);
  EXPECT_EQ(m.ue_time_zone->zone, 0x40);
}

// Octets: sebastiw/otc, test/otc_gtpv2c_codec_tests.erl, create_session_request_test (from a live network).
TEST(Gtp2Foreign, ACreateSessionRequestOfALiveNetwork) {
  const auto d = decoded(
      "482001860000000037B2EE000100080042829978563412F14C0006007409036606"
      "454B000800733272311171350156000D001842F08928E742F08900041701530003"
      "0042F089520001000A570009008A67B8031EAC10436F570009018700000000AC10"
      "0899470026000F696E7465726E74696E7465726E6574027636066D6E6330393806"
      "6D63633234300467707273800001000163000100014F00050001000000007F0001"
      "000048000800003D0900003D09004E006F0080C2231501000015106C7357576C73"
      "57576C7357576C735757C2233102000031104F58DE7396EDCF6266F4B6CF369C47"
      "A96A544274444B55476D736E474863774D436F32516E6378467A46464280211001"
      "000010810600000000830600000000000D00000300000A000005000010005D001F"
      "004900010005500016006809000000000000000000000000000000000000000003"
      "00010044720002006300A9001A0007090102030405060708091112131415160521"
      "2223242542F089CC0014000000006400000000000000C8E02B90CC01020304");
  EXPECT_EQ(d.header.sequence, Sequence{3650286});
  EXPECT_EQ(d.header.teid, Teid{0});
  const auto& m = std::get<CreateSessionRequest>(d.message);
  EXPECT_EQ(m.imsi->digits(), "242899876543211");
  EXPECT_EQ(m.msisdn->digits, "479030666054");
  EXPECT_EQ(m.serving_network->to_string(), "24098");
  EXPECT_EQ(m.uli->tai->tac, Tac{0x28e7});
  EXPECT_EQ(m.uli->ecgi->cell, 0x0041701U);
  EXPECT_EQ(m.sender.teid, Teid{0x67b8031e});
  EXPECT_EQ(m.sender.v4->to_string(), "172.16.67.111");
  EXPECT_EQ(m.apn.value, "interntinternet.v6.mnc098.mcc240.gprs");
  EXPECT_EQ(m.selection_mode, SelectionMode::ms_not_verified);
  EXPECT_EQ(m.paa, Paa::ipv4(Ipv4{}));
  EXPECT_EQ(m.ambr, (Ambr{4'000'000, 4'000'000}));
  EXPECT_EQ(m.pco->octets.size(), 111U);
  EXPECT_EQ(m.bearers[0].qos.priority, 10);
  EXPECT_EQ(m.bearers[0].qos.qci, 9);
  EXPECT_TRUE(m.bearers[0].qos.may_be_pre_empted);
  EXPECT_FALSE(m.bearers[0].qos.may_pre_empt);
  EXPECT_EQ(m.recovery, Recovery{68});
}

// Octets: sebastiw/otc, test/otc_gtpv2c_codec_tests.erl, create_session_response_test.
TEST(Gtp2Foreign, ACreateSessionResponseOfALiveNetwork) {
  const auto d = decoded(
      "4821008405415EA10000620002000200100057000901878701000AB92737594F00"
      "0500010A83AC117F000100004800080000000100000001004E00270080000D0408"
      "080808000D04080804048021100300001081060808080883060808040400100205"
      "DC5D002000490001000502000200100057000902858701000AB92737595E000400"
      "03145955");
  EXPECT_EQ(d.header.teid, Teid{88170145});
  EXPECT_EQ(d.header.sequence, Sequence{98});
  const auto& m = std::get<CreateSessionResponse>(d.message);
  EXPECT_EQ(m.cause.value, CauseValue::request_accepted);
  EXPECT_FALSE(m.sender) << "S5 answers with the P-GW's F-TEID only";
  EXPECT_EQ(m.pgw->teid, Teid{2264989706});
  EXPECT_EQ(m.paa->v4->to_string(), "10.131.172.17");
  EXPECT_EQ(m.ambr, (Ambr{256, 256}));
  ASSERT_EQ(m.bearers.size(), 1U);
  EXPECT_EQ(m.bearers[0].s5u_pgw->v4->to_string(), "185.39.55.89");
  EXPECT_EQ(m.bearers[0].charging_id, ChargingId{0x03145955});
}

// Octets: wmnsk/go-gtp, gtpv2/message/create-session-res_test.go, modify-bearer-req_test.go,
// echo-req_test.go.
TEST(Gtp2Foreign, MessagesAsGoGtpWritesThem) {
  const auto created = decoded(
      "482100a6 11223344 00000100 02000200 1000 57000900 8bffffffff01010103 57000901 87ffffffff01010102"
      "4f000500 0102020202 7f000100 01"
      "5d002500 02000200 1000 49000100 05 57000900 81ffffffff01010103 57000901 85ffffffff01010102"
      "5d002500 02000200 1000 49000100 06 57000900 81ffffffff01010103 57000901 85ffffffff01010102"
      "84000700 01010101020001 84000701 01010101030001 5e000400 00000001");
  const auto& c = std::get<CreateSessionResponse>(created.message);
  EXPECT_EQ(c.sender->interface, InterfaceType::s11_sgw);
  EXPECT_EQ(c.sender->v4->to_string(), "1.1.1.3");
  EXPECT_EQ(c.paa->v4->to_string(), "2.2.2.2");
  ASSERT_EQ(c.bearers.size(), 2U);
  EXPECT_EQ(c.bearers[1].ebi, Ebi{6});
  EXPECT_EQ(c.bearers[1].s1u_sgw->interface, InterfaceType::s1u_sgw);

  const auto modify = decoded(
      "48220034 11223344 00000100"
      "5d001200 49000100 05 57000900 80ffffffff01010104 5d001200 49000100 06 57000900 80ffffffff01010104");
  const auto& b = std::get<ModifyBearerRequest>(modify.message);
  ASSERT_EQ(b.bearers.size(), 2U);
  EXPECT_EQ(b.bearers[0].s1u_enb->v4->to_string(), "1.1.1.4");

  const auto echo = decoded("4001000e 00000000 03000100 80 98000100 01");
  EXPECT_EQ(std::get<EchoRequest>(echo.message).recovery, Recovery{0x80});
}

}  // namespace
}  // namespace baton::wire::gtp2
