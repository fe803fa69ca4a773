// Messages there and back, and messages that other implementations made.
#include "wire/diameter/message.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "wire/diameter/raw_avp.h"
#include "wire/diameter_foreign.h"
#include "wire/diameter_samples.h"

namespace baton::test {
namespace {

using namespace wire::diameter;

ByteVector octets(std::string_view digits) { return *parse_hex(digits); }

//= RFC 6733, 3; type=test
//= TS 29.272, 7.2; type=test
TEST(DiameterMessage, EveryMessageComesBackAsItWent) {
  for (const auto& [name, message] : samples()) {
    const ByteVector sent = encode_any(message, header_for());
    const auto back = decode_any(sent);
    ASSERT_TRUE(back) << name << ": " << back.why().to_string();
    EXPECT_TRUE(*back == message) << name;
    EXPECT_EQ(encode_any(*back, header_for()), sent) << name;
    const auto h = decode_header(sent);
    ASSERT_TRUE(h) << name;
    EXPECT_EQ(h->ids, header_for().ids) << name;
    EXPECT_EQ(h->length, sent.size()) << name;
    EXPECT_EQ(h->length % 4, 0U) << name;
    EXPECT_FALSE(h->error) << name;
  }
}

TEST(DiameterMessage, SamplesCoverEveryMessageBatonSpeaks) {
  std::set<std::size_t> seen;
  for (const auto& [name, message] : samples()) seen.insert(message.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<AnyMessage> - 1) << "all but the error answer";
}

TEST(DiameterMessage, TheCorpusHoldsEverySample) {
  // tshark and the fuzz program read these files; a change of the encoding has to change them too.
  for (const auto& [name, message] : samples()) {
    std::ifstream in(BATON_SOURCE_DIR "/fuzz/corpus/diameter/" + name + ".bin", std::ios::binary);
    const ByteVector kept((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(hex(kept), hex(encode_any(message, header_for()))) << name;
  }
}

TEST(DiameterMessage, OnlyARequestCarriesTheRetransmissionFlag) {
  for (const auto& [name, message] : samples()) {
    const auto h = decode_header(encode_any(message, header_for(true)));
    ASSERT_TRUE(h) << name;
    EXPECT_EQ(h->retransmitted, h->request) << name;
  }
}

//= RFC 6733, 4.1; type=test
TEST(DiameterMessage, AvpsArePaddedButTheirLengthIsNot) {
  const ByteVector sent = encode(DeviceWatchdogRequest{identity("a.b"), identity("b"), {}}, {});
  EXPECT_EQ(hex(Bytes(sent).subspan(20)),
            "00000108"
            "4000000b"
            "612e6200"
            "00000128"
            "40000009"
            "62000000");
}

//= RFC 6733, 8.8; type=test
TEST(DiameterMessage, SessionIdStandsRightBehindTheHeader) {
  for (const auto& [name, message] : samples()) {
    const ByteVector sent = encode_any(message, header_for());
    if (decode_header(sent)->application != app_s6a) continue;
    EXPECT_EQ(hex(Bytes(sent).subspan(20, 5)), "0000010740") << name;
    EXPECT_EQ(session_of(sent), session) << name;
  }
}

TEST(DiameterMessage, AvpsMayArriveInAnyOrder) {
  // RFC 6733, 3.2 fixes the place of `< >` only; Baton reads it anywhere.
  const ByteVector sent = encode(DeviceWatchdogRequest{identity("ab.cd"), identity("cd"), 7}, {});
  ByteVector turned(sent.begin(), sent.begin() + 20);
  turned.insert(turned.end(), sent.begin() + 36, sent.end());
  turned.insert(turned.end(), sent.begin() + 20, sent.begin() + 36);
  const auto back = decode<DeviceWatchdogRequest>(turned);
  ASSERT_TRUE(back) << back.why().to_string();
  EXPECT_EQ(back->origin_host.value(), "ab.cd");
  EXPECT_EQ(back->origin_state_id, 7U);
}

TEST(DiameterMessage, OneMessageIsNotAnother) {
  const ByteVector air = octets(foreign::air);
  EXPECT_EQ(decode<UpdateLocationRequest>(air).why().fault, wire::Fault::wrong_type);
  EXPECT_EQ(decode<AuthenticationInformationAnswer>(air).why().fault, wire::Fault::wrong_type);
}

TEST(DiameterMessage, ACommandBatonDoesNotSpeakIsUnsupported) {
  ByteVector other = octets(foreign::air);
  other[7] = 0x2C;  // 300, User-Authorization, of another application
  ASSERT_FALSE(decode_any(other));
  EXPECT_EQ(decode_any(other).why().fault, wire::Fault::unsupported);
  EXPECT_EQ(result_code_for(decode_any(other).why()), code::command_unsupported);
}

// --- messages Baton did not make ----------------------------------------------------------------

TEST(DiameterForeign, CapabilitiesExchangeRequestOfARelayLacksNothingButAProductIdentity) {
  const auto m = decode<CapabilitiesExchangeRequest>(octets(foreign::cer));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->origin_host.value(), "dra.swlab.roam.server.net");
  EXPECT_EQ(m->origin_realm.value(), "swlab.roam.server.net");
  ASSERT_EQ(m->host_ip_addresses.size(), 1U);
  EXPECT_EQ(m->host_ip_addresses[0].ipv4()->to_string(), "172.20.39.7");
  EXPECT_EQ(m->vendor_id, 99999U);
  EXPECT_EQ(m->product_name, "gy_relay");
  EXPECT_EQ(m->auth_application_ids, std::vector<std::uint32_t>{4});
  EXPECT_EQ(m->acct_application_ids, std::vector<std::uint32_t>{4});
  EXPECT_EQ(encode(*m, decode_header(octets(foreign::cer))->ids).size(), octets(foreign::cer).size());
}

TEST(DiameterForeign, CapabilitiesExchangeAnswerThatRefuses) {
  const auto m = decode<CapabilitiesExchangeAnswer>(octets(foreign::cea));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->result_code, code::unable_to_comply);
  EXPECT_EQ(m->error_message, "Invalid state to receive a new connection attempt.");
  EXPECT_EQ(m->supported_vendor_ids.size(), 8U);
  EXPECT_EQ(result_of(octets(foreign::cea))->to_string(), "5012 DIAMETER_UNABLE_TO_COMPLY");
}

TEST(DiameterForeign, UpdateLocationRequestThroughTwoAgents) {
  const auto m = decode<UpdateLocationRequest>(octets(foreign::ulr_via_relay));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->user_name.digits(), "228650000023349");
  EXPECT_EQ(m->origin_host.value(), "ix1cmm212.epc.mnc003.mcc228.3gppnetwork.org");
  EXPECT_EQ(m->visited_plmn.to_string(), "22803");
  EXPECT_EQ(m->ulr_flags, 3U);
  EXPECT_EQ(m->rat_type, RatType::eutran);
  ASSERT_EQ(m->supported_features.size(), 2U);
  EXPECT_EQ(m->supported_features[0].feature_list, 0x0C000607U);
  ASSERT_TRUE(m->terminal_information);
  EXPECT_EQ(m->terminal_information->imei, "35787810068698");
}

TEST(DiameterForeign, UpdateLocationRequestOfOpen5gs) {
  const auto m = decode<UpdateLocationRequest>(octets(foreign::ulr_open5gs));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->user_name.digits(), "208960100000001");
  EXPECT_EQ(m->visited_plmn.to_string(), "20896");
  EXPECT_EQ(m->rat_type, RatType::eutran);
  EXPECT_EQ(m->terminal_information->software_version, "53");
}

TEST(DiameterForeign, AuthenticationInformationRequestOfACommercialMme) {
  const auto m = decode<AuthenticationInformationRequest>(octets(foreign::air));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->user_name.digits(), "724001111111111");
  EXPECT_EQ(m->visited_plmn.to_string(), "72405");
  EXPECT_EQ(m->destination_host->value(), "hsssm2.epc.mnc005.mcc724.3gppnetwork.org");
  EXPECT_EQ(m->requested_eutran->number_of_requested_vectors, 2U);
  EXPECT_EQ(m->requested_eutran->immediate_response_preferred, 1U);
  EXPECT_FALSE(m->requested_eutran->resynchronization);
}

TEST(DiameterForeign, AuthenticationInformationAnswerWithOneVector) {
  const auto m = decode<AuthenticationInformationAnswer>(octets(foreign::aia));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_EQ(m->result_code, code::success);
  ASSERT_EQ(m->authentication_info->eutran_vectors.size(), 1U);
  const auto& v = m->authentication_info->eutran_vectors[0];
  EXPECT_EQ(hex(v.rand.bytes), "ccbf13a96d18954fd9081e2e591e3454");
  EXPECT_EQ(hex(v.xres.expose()), "43f0de5aa79ce41a");
  EXPECT_EQ(hex(v.autn.bytes), "06594354621c8000c881359dc46cf84c");
  EXPECT_EQ(hex(v.kasme.expose()).substr(0, 8), "6417d38c");
  // The same octets come out again but for the order Baton writes AVPs in.
  EXPECT_EQ(encode(*m, {}).size(), octets(foreign::aia).size());
}

// --- what goes into captures and onto screens ---------------------------------------------------

TEST(DiameterSecrets, EveryKeyOctetOfAVectorIsCovered) {
  const ByteVector aia = octets(foreign::aia);
  const auto ranges = secret_ranges(aia);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(hex(Bytes(aia).subspan(ranges[0].offset, ranges[0].octets)), "43f0de5aa79ce41a");
  EXPECT_EQ(ranges[1].octets, 32U);
  EXPECT_EQ(ranges[1].offset + ranges[1].octets, aia.size());
}

TEST(DiameterSecrets, MessagesWithoutKeysHaveNone) {
  for (const auto& [name, message] : samples()) {
    if (name == "aia" || name == "aia_epoch" || name == "aia_utran" || name == "ulr_aka" || name == "kur" ||
        name == "cta")
      continue;
    EXPECT_TRUE(secret_ranges(encode_any(message, header_for())).empty()) << name;
  }
}

TEST(DiameterSecrets, WhatCannotBeWalkedIsSecretToItsEnd) {
  ByteVector aia = octets(foreign::aia);
  // Authentication-Info, then the vector, then RAND: break the length of RAND.
  const auto ranges = secret_ranges(aia);
  const std::size_t rand_avp = ranges[0].offset - 12 - 28;
  aia[rand_avp + 7] = 0xFF;
  const auto broken = secret_ranges(aia);
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken[0].offset, rand_avp);
  EXPECT_EQ(broken[0].offset + broken[0].octets, aia.size());
}

TEST(DiameterDescribe, NamesEveryAvpAndShowsNoKey) {
  const ByteVector aia = octets(foreign::aia);
  const std::string text = describe(aia);
  EXPECT_NE(text.find("Authentication-Information-Answer (application 16777251)"), std::string::npos) << text;
  EXPECT_NE(text.find("Result-Code: 2001"), std::string::npos) << text;
  EXPECT_NE(text.find("RAND: ccbf13a9"), std::string::npos) << text;
  EXPECT_NE(text.find("KASME: [32 secret octets]"), std::string::npos) << text;
  EXPECT_EQ(text.find("6417d38c"), std::string::npos) << text;
  EXPECT_EQ(text.find("43f0de5a"), std::string::npos) << text;
}

TEST(DiameterDescribe, ReadsIdentitiesAndNetworksAloud) {
  const std::string text = describe(octets(foreign::air));
  EXPECT_NE(text.find("Visited-PLMN-Id: 72405"), std::string::npos) << text;
  EXPECT_NE(text.find("User-Name: 724001111111111"), std::string::npos) << text;
  EXPECT_NE(text.find("Number-Of-Requested-Vectors: 2"), std::string::npos) << text;
}

TEST(DiameterDictionary, FindsEveryDefinitionAndNothingElse) {
  for (const AvpDef* d : all_avps()) EXPECT_EQ(find_avp(d->code, d->vendor), d) << d->name;
  EXPECT_EQ(find_avp(1450, 0), nullptr);
  EXPECT_EQ(find_avp(263, vendor_3gpp), nullptr);
  EXPECT_EQ(find_avp(0, 0), nullptr);
  EXPECT_EQ(find_avp(0xFFFF'FFFF, 0xFFFF'FFFF), nullptr);
}

}  // namespace
}  // namespace baton::test
