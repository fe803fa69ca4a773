// PDUs that Baton did not make.
#include <gtest/gtest.h>

#include "wire/s1ap/s1ap.h"

namespace baton::wire::s1ap {
namespace {

struct Foreign {
  const char* provenance;
  const char* hex;
};

// clang-format off
const Foreign foreign[] = {
    {"srsRAN_4G lib/test/asn1/s1ap_test.cc, test_s1setup_request",
     "0011002d000004003b00080009f107000019b0003c400a0380656e62303031396200400007000001c009f1070089400140"},
    {"srsRAN_4G lib/test/asn1/s1ap_test.cc, test_init_ctxt_setup_req",
     "00090080c60000060000000200640008000200010042000a183b9aca00603b9aca000018007800003400734500093c0f800a0021f0"
     "b7361c5664273e5b04b7020742023e060009f107000700375266c101091b0774657374313233066d6e63303730066d636339303104"
     "677072730501c0a80302270e8080210a0300000a810608080808500bf609f107800101f67e72691309f10700012305f4f67e726900"
     "6b000518000c0000004900204525e49a77c8d5cf263363eb5bb9c3439b9eb3861fa8a7cf435407ae422b63b9"},
    {"srsRAN_4G lib/test/asn1/s1ap_test.cc, test_ue_ctxt_release_req",
     "00124015000003000000020001000800020001000240020280"},
    {"srsRAN_4G lib/test/asn1/s1ap_test.cc, unpack_test_served_gummeis_with_multiple_plmns",
     "201100260000020069001a014000f11000f11000f11000f11000f11000f11000008888007b00574001ff"},
    {"srsRAN_4G lib/test/asn1/s1ap_test.cc, test_paging",
     "000a402a00000400504002b4c0002b40096854020430687405f7006d400100002e400b00002f40060054f24004d2"},
};
// clang-format on

TEST(S1apForeign, pdus_of_another_implementation_decode_and_encode_to_the_same_octets) {
  for (const Foreign& f : foreign) {
    const ByteVector in = *parse_hex(f.hex);
    auto received = decode_any(in);
    ASSERT_TRUE(received) << f.provenance << ": " << received.why().error.to_string();
    EXPECT_TRUE(received->report.empty()) << f.provenance;
    EXPECT_EQ(hex(encode(received->pdu)), hex(in)) << f.provenance;
  }
}

TEST(S1apForeign, the_values_are_what_their_makers_say) {
  auto setup = decode<S1SetupRequest>(*parse_hex(foreign[0].hex));
  ASSERT_TRUE(setup);
  EXPECT_EQ(setup->enb, (GlobalEnbId{MacroEnbId{*PlmnId::parse("90170"), 0x19B}}));
  EXPECT_EQ(setup->enb_name->text, "enb0019b");
  EXPECT_EQ(setup->supported_tas, (std::vector<SupportedTa>{{Tac{7}, {*PlmnId::parse("90170")}}}));
  EXPECT_EQ(setup->default_paging_drx, PagingDrx::v128);

  auto context = decode<InitialContextSetupRequest>(*parse_hex(foreign[1].hex));
  ASSERT_TRUE(context);
  EXPECT_EQ(context->mme_ue_id, MmeUeS1apId{100});
  EXPECT_EQ(context->ue_security_capabilities, (UeSecurityCapabilities{0xC000, 0xC000}));
  EXPECT_EQ(context->ue_ambr, (UeAmbr{1'000'000'000, 1'000'000'000}));
  EXPECT_EQ(context->erabs.at(0).address.ipv4(), Ipv4::parse("10.0.33.240"));
  EXPECT_EQ(hex(context->security_key.expose()).substr(0, 8), "4525e49a");

  auto release = decode<UeContextReleaseRequest>(*parse_hex(foreign[2].hex));
  ASSERT_TRUE(release);
  EXPECT_EQ(release->cause, Cause{CauseRadioNetwork::user_inactivity});

  auto served = decode<S1SetupResponse>(*parse_hex(foreign[3].hex));
  ASSERT_TRUE(served);
  EXPECT_EQ(served->served_gummeis.at(0).plmns.size(), 6U);
  EXPECT_EQ(served->served_gummeis.at(0).groups.at(0), MmeGroupId{0x8888});

  auto paging = decode<Paging>(*parse_hex(foreign[4].hex));
  ASSERT_TRUE(paging);
  EXPECT_EQ(paging->tais, (std::vector<Tai>{{*PlmnId::parse("45204"), Tac{0x04D2}}}));
}

}  // namespace
}  // namespace baton::wire::s1ap
