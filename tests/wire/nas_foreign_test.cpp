// NAS messages that Baton did not make: captures and other implementations' test data.
#include <gtest/gtest.h>

#include "wire/nas/message.h"

namespace baton::wire::nas {
namespace {

// Reads a whole message, opens an integrity protected (or null-ciphered) one, and insists that what was
// read is spelled with the same octets unless elements were stepped over.
Message read(std::string_view digits, Direction d, bool same_octets = true) {
  const auto octets = parse_hex(digits).value();
  const auto outer = parse_protected(octets);
  EXPECT_TRUE(outer) << outer.why().to_string();
  auto m = decode_any(outer->payload, d);
  EXPECT_TRUE(m) << m.why().to_string();
  const auto again = encode(*m);
  if (same_octets)
    EXPECT_EQ(hex(again), hex(outer->payload));
  else
    EXPECT_EQ(*decode_any(again, d), *m);
  return std::move(*m);
}
template <class M>
M up(std::string_view digits, bool same_octets = true) {
  return std::get<M>(read(digits, Direction::uplink, same_octets));
}
template <class M>
M down(std::string_view digits, bool same_octets = true) {
  return std::get<M>(read(digits, Direction::downlink, same_octets));
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mo.
TEST(NasForeign, AnAttachRequestOfAPhone) {
  const auto m = up<AttachRequest>(
      "17D2EBA20A020741020BF602F8107500E0C301732F04E060C04000240202D011D1271D80802110010000108106000000008306"
      "00000000000D00000A000010005C0A003103E5E0341302F810040511035758A65D0100C1");
  // differs
  EXPECT_EQ(m.attach_type, AttachType::combined);
  EXPECT_EQ(m.ksi, Ksi::native(0));
  ASSERT_TRUE(m.identity.guti());
  EXPECT_EQ(m.identity.guti()->mme.plmn.to_string(), "20801");
  EXPECT_EQ(m.identity.guti()->m_tmsi, MTmsi{0xC301732F});
  EXPECT_EQ(m.capability.eea, 0xE0);
  EXPECT_EQ(m.capability.eia, 0x60);
  EXPECT_EQ(m.capability.uea(), Byte{0xC0});
  EXPECT_TRUE(m.classmark2 && m.drx && m.old_lai && m.voice_preference && m.ms_feature_support);
  const auto esm = std::get<PdnConnectivityRequest>(*decode_any(m.esm.bytes(), Direction::uplink));
  EXPECT_EQ(esm.pti, Pti{2});
  EXPECT_EQ(esm.pdn_type, PdnType::ipv4);
  EXPECT_TRUE(esm.information_transfer && esm.pco);
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mo.
TEST(NasForeign, WhatAPhoneAnswersDuringAnAttach) {
  const auto identity = up<IdentityResponse>("170d22f6f1030756080900000000000000");
  EXPECT_EQ(identity.identity.imsi()->digits(), "000000000000000");
  EXPECT_EQ(up<AuthenticationResponse>("17450740e3040753083ec3a476f829b414").res.size(), 8U);
  const auto complete = up<SecurityModeComplete>("075e23093395684292874145f0");
  ASSERT_TRUE(complete.imeisv);
  EXPECT_EQ(complete.imeisv->imeisv()->digits(),
            "3598624297814540"
            "");
  EXPECT_EQ(up<EsmInformationResponse>("0202da2807066f72616e6765").apn->value(), "orange");
  const auto attached = up<AttachComplete>("074300035200c2");
  EXPECT_EQ(
      std::get<ActivateDefaultBearerAccept>(*decode_any(attached.esm.bytes(), Direction::uplink)).bearer,
      EpsBearerId{5});
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mo.
TEST(NasForeign, WhatAPhoneSaysAfterwards) {
  const auto tau = up<TauRequest>(
      "0748610bf602f8108003c8c2e65e9a5804e060c0405202f810c4c25c0a00570220003103e5e0341302f810040511035758a65d"
      "0100c1");
  EXPECT_EQ(tau.ksi, Ksi::native(6));
  EXPECT_EQ(tau.old_guti.guti()->m_tmsi, MTmsi{0xC2E65E9A});
  EXPECT_TRUE(tau.bearer_status->has(EpsBearerId{5}));
  EXPECT_EQ(tau.last_tai->tac, Tac{0xC4C2});
  const auto service = up<ServiceRequest>("c7060500");
  EXPECT_EQ(service.ksi, 0);
  EXPECT_EQ(service.sequence, 6);
  EXPECT_EQ(service.short_mac, (std::array<Byte, 2>{5, 0}));
  (void)up<TauComplete>("074a");
  const auto detach = up<UeDetachRequest>("0745630bf602f8108003c8c2e65e9a");
  EXPECT_EQ(detach.detach_type, (UeDetachType{UeDetachType::Kind::combined, false}));
  EXPECT_EQ(up<UplinkNasTransport>("07632009011d00010007913386094000f01101830a816000000000000005d4f29cae00")
                .container.size(),
            0x20U);
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mt.
TEST(NasForeign, WhatANetworkAsksDuringAnAttach) {
  EXPECT_EQ(down<IdentityRequest>("075501").identity_type, IdentityType::imsi);
  const auto challenge =
      down<AuthenticationRequest>("075206905ADA1E7DA557ADA1E72650E21EE5E3104BFB73F6B4558000B1903AB88A27237F");
  EXPECT_EQ(challenge.ksi, Ksi::native(6));
  EXPECT_EQ(hex(challenge.rand.bytes), "905ada1e7da557ada1e72650e21ee5e3");
  EXPECT_EQ(challenge.autn.bytes[6], 0x80);  // the separation bit
  const auto secure = down<SecurityModeCommand>("37E8A14BCF00075D220605E060C04070C1");
  EXPECT_EQ(secure.algorithms, (NasAlgorithms{2, 2}));
  EXPECT_EQ(secure.replayed_capability.eea, 0xE0);
  EXPECT_EQ(secure.replayed_capability.gea, Byte{0x70});
  EXPECT_TRUE(secure.imeisv_request->requested);
  EXPECT_EQ(down<EsmInformationRequest>("0202d9").pti, Pti{2});
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mt.
TEST(NasForeign, AnAttachAcceptOfANetwork) {
  const auto m = down<AttachAccept>(
      "07420249062302f810c4c000725202c101081a066f72616e6765066d6e63303031066d6363323038046770727305010a745641"
      "5d010030101c911f7396fefe734bffff00fa00fa003203843401005e06fefedddd1010272780000d04c0a80a6e80210a030000"
      "0a"
      "8106c0a80a6e80210a0400000a83060000000000100205dc500bf602f8108003c8c2e65e9a1302f81004055949640103f05e01"
      "06",
      false);  // T3412 extended is stepped over
  EXPECT_EQ(m.result, AttachResult::combined);
  EXPECT_EQ(m.t3412.value(), std::chrono::minutes(54));
  EXPECT_EQ(m.tai_list.tais.size(), 4U);
  EXPECT_EQ(m.tai_list.tais[3].tac, Tac{0xC4C3});
  EXPECT_EQ(m.guti->m_tmsi, MTmsi{0xC2E65E9A});
  const auto esm = std::get<ActivateDefaultBearerRequest>(*decode_any(m.esm.bytes(), Direction::downlink));
  EXPECT_EQ(esm.bearer, EpsBearerId{5});
  EXPECT_EQ(esm.pti, Pti{2});
  EXPECT_EQ(esm.qos.qci, 8);
  EXPECT_EQ(esm.apn.value(), "orange.mnc001.mcc208.gprs");
  EXPECT_EQ(esm.address.ipv4->to_string(), "10.116.86.65");
  EXPECT_TRUE(esm.pco && esm.ambr && esm.negotiated_qos);
}

// Octets: pycrate, test/test_mobile.py, nas_pdu_mt.
TEST(NasForeign, WhatANetworkSaysAfterwards) {
  const auto info =
      down<EmmInformation>("07614308004f79d87d2e838c4508004f79d87d2e838c4771019190616180490101");
  EXPECT_TRUE(info.full_name && info.short_name && info.universal_time && info.daylight_saving);
  const auto tau = down<TauAccept>("0749015a4954062202f810c4a0570220001302f81004045949640103f05e0106", false);
  EXPECT_EQ(tau.tai_list->tais.size(), 3U);
  EXPECT_TRUE(tau.bearer_status->has(EpsBearerId{5}));
  EXPECT_EQ(down<DownlinkNasTransport>("0762028904").container.size(), 2U);
  (void)down<DetachAccept>("0746");
}

// Octets: open5gs, tests/unit/nas-message-test.c.
TEST(NasForeign, AnAttachAsOpen5gsTestsIt) {
  const auto request = up<AttachRequest>(
      "0741020bf600f110000201030003e605f07000001000050215d011d15200f11030395c0a003103e5e0349011035758a65d0100"
      "e0c1");
  EXPECT_EQ(request.identity.guti()->m_tmsi, MTmsi{0x030003E6});
  EXPECT_EQ(request.last_tai->tac, Tac{0x3039});
  const auto accept = down<AttachAccept>(
      "07420223060014f799303900325201c101090908696e7465726e657405010ae1000a271b80802110020200108106c0a8a80183"
      "06c0a8a801000d04c0a8a801500bf614f7992345e1000004561300f120fffd2305f400e102d4640123");
  EXPECT_EQ(accept.guti->mme.group, MmeGroupId{0x2345});
  EXPECT_EQ(accept.ms_identity->tmsi()->value, 0x00E102D4U);
}

// Octets: srsRAN 4G, srsue/test/upper/nas_test.cc.
TEST(NasForeign, WhatSrsranSendsToItsUe) {
  const auto challenge =
      down<AuthenticationRequest>("0752010c63a85413e6a4ced986fbe5ce9b625e106757b3c2b97090010c728a67579252b8");
  EXPECT_EQ(challenge.ksi, Ksi::native(1));
  const auto secure = down<SecurityModeCommand>("374efd571100075d020102f070c1");
  EXPECT_EQ(secure.algorithms, (NasAlgorithms{0, 2}));
  EXPECT_FALSE(secure.replayed_capability.umts);
  const auto accept = down<AttachAccept>(
      "2700000000000742013e060000f1100001002a5201c101041b0774657374313233066d6e63303031066d636330303104677072"
      "73"
      "0501c0a8050227018050"
      "0bf600f11080010135166dbc640100");
  EXPECT_EQ(accept.guti->m_tmsi, MTmsi{0x35166DBC});
  const auto bearer =
      std::get<ActivateDefaultBearerRequest>(*decode_any(accept.esm.bytes(), Direction::downlink));
  EXPECT_EQ(bearer.address.ipv4->to_string(), "192.168.5.2");
  EXPECT_EQ(down<EsmInformationRequest>("270000000000025ad9").pti, Pti{0x5A});
  const auto dedicated = down<ActivateDedicatedBearerRequest>(
      "2700000000006200c50501010721310003400"
      "8ae5d0200c28134014d");
  EXPECT_EQ(dedicated.linked.bearer, EpsBearerId{5});
  EXPECT_EQ(dedicated.bearer, EpsBearerId{6});
  EXPECT_EQ(down<DeactivateBearerRequest>("2700000000006200cd24").cause, EsmCause::regular_deactivation);
}

}  // namespace
}  // namespace baton::wire::nas
