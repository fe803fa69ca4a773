// What is wrong with a message, and the answer it deserves.
#include <gtest/gtest.h>

#include <random>

#include "wire/diameter/message.h"
#include "wire/diameter/raw_avp.h"
#include "wire/diameter_foreign.h"
#include "wire/diameter_samples.h"

namespace baton::test {
namespace {

using namespace wire::diameter;
using wire::Fault;

ByteVector octets(std::string_view digits) { return *parse_hex(digits); }

/// with appends octets to a message and mends its length.
ByteVector with(ByteVector message, std::string_view more) {
  const ByteVector add = octets(more);
  message.insert(message.end(), add.begin(), add.end());
  message[1] = static_cast<Byte>(message.size() >> 16U);
  message[2] = static_cast<Byte>(message.size() >> 8U);
  message[3] = static_cast<Byte>(message.size());
  return message;
}

/// without cuts the first top-level AVP of a code out of a message.
ByteVector without(const ByteVector& message, const AvpDef& def) {
  wire::Reader r("test", Bytes(message).subspan(20), 20);
  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a->is(def)) continue;
    ByteVector cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(a->offset));
    cut.insert(cut.end(), message.begin() + static_cast<std::ptrdiff_t>(r.offset()), message.end());
    return with(cut, "");
  }
  ADD_FAILURE() << def.name << " is not there";
  return message;
}

ByteVector air() { return octets(foreign::air); }

//= RFC 6733, 7.1.5; type=test
TEST(DiameterFault, AnAvpNobodyKnowsWithTheMBitIsRefusedAndQuoted) {
  const ByteVector bad = with(air(), "0000ffff c0000010 000028af 01020304");
  const auto m = decode<AuthenticationInformationRequest>(bad);
  ASSERT_FALSE(m);
  EXPECT_EQ(m.why().fault, Fault::unknown_mandatory);
  EXPECT_EQ(m.why().code, 0xFFFFU);
  EXPECT_EQ(m.why().offset, air().size());
  EXPECT_EQ(result_code_for(m.why()), code::avp_unsupported);
  EXPECT_EQ(hex(failed_avp_for(bad, m.why())), "0000ffffc0000010000028af01020304");
}

TEST(DiameterFault, AnAvpNobodyKnowsWithoutTheMBitIsSteppedOver) {
  const auto plain = decode<AuthenticationInformationRequest>(air());
  const auto m =
      decode<AuthenticationInformationRequest>(with(air(), "0000ffff 80000011 000028af 0102030405000000"));
  ASSERT_TRUE(m) << m.why().to_string();
  EXPECT_TRUE(*m == *plain);
}

TEST(DiameterFault, AnUnknownAvpInsideAGroupedOneCountsToo) {
  // Requested-EUTRAN-Authentication-Info with one unknown AVP that has the M bit.
  const ByteVector bad = with(without(air(), avp::requested_eutran_authentication_info),
                              "00000580c000001c000028af 0000fffe c0000010 000028af 00000000");
  const auto m = decode<AuthenticationInformationRequest>(bad);
  ASSERT_FALSE(m);
  EXPECT_EQ(m.why().fault, Fault::unknown_mandatory);
  EXPECT_EQ(m.why().code, 0xFFFEU);
}

TEST(DiameterFault, AnAnswerIsNotLostForAnUnknownAvp) {
  EXPECT_TRUE(decode<AuthenticationInformationAnswer>(
      with(octets(foreign::aia), "0000ffff c0000010 000028af 01020304")));
}

TEST(DiameterFault, AgentsAvpsAreSteppedOver) {
  // Route-Record and Proxy-Info { Proxy-Host, Proxy-State }, both with the M bit.
  EXPECT_TRUE(decode<AuthenticationInformationRequest>(
      with(air(),
           "0000011a4000000b612e6200 0000011c40000020 0000011840000009 62000000 000000214000000a 01020000")));
}

//= RFC 6733, 7.1.5; type=test
TEST(DiameterFault, EachMissingAvpIsNamedAndQuotedAsZeros) {
  struct Case {
    const AvpDef& def;
    std::string_view quoted;
  };
  const Case cases[] = {
      {avp::session_id, "0000010740000008"},
      {avp::auth_session_state, "000001154000000c00000000"},
      {avp::origin_host, "0000010840000008"},
      {avp::origin_realm, "0000012840000008"},
      {avp::destination_realm, "0000011b40000008"},
      {avp::user_name, "0000000140000008"},
      {avp::visited_plmn_id, "0000057fc000000f000028af00000000"},
  };
  for (const Case& c : cases) {
    const ByteVector bad = without(air(), c.def);
    const auto m = decode<AuthenticationInformationRequest>(bad);
    ASSERT_FALSE(m) << c.def.name;
    EXPECT_EQ(m.why().fault, Fault::missing_mandatory) << c.def.name;
    EXPECT_EQ(m.why().field, c.def.name);
    EXPECT_EQ(result_code_for(m.why()), code::missing_avp);
    EXPECT_EQ(hex(failed_avp_for(bad, m.why())), c.quoted) << c.def.name;
  }
}

TEST(DiameterFault, ARepeatedAvpOccursTooOften) {
  const ByteVector twice = with(air(), "000000014000000e 303031303031 0000");
  const auto m = decode<AuthenticationInformationRequest>(twice);
  ASSERT_FALSE(m);
  EXPECT_EQ(m.why().fault, Fault::repeated);
  EXPECT_EQ(result_code_for(m.why()), code::avp_occurs_too_many_times);
  EXPECT_EQ(hex(failed_avp_for(twice, m.why())), "000000014000000e3030313030310000");
}

TEST(DiameterFault, VectorsUpToTheBoundAreTakenAndOneMoreIsNot) {
  AuthenticationInformationAnswer m{session, {}, code::success,        {}, {}, {}, hss_host,
                                    realm,   {}, AuthenticationInfo{}, {}};
  for (std::uint32_t i = 0; i < vectors_max; ++i)
    m.authentication_info->eutran_vectors.push_back(sample_vector(i));
  const ByteVector most = encode(m, {});
  ASSERT_TRUE(decode<AuthenticationInformationAnswer>(most));
  // One more vector: written by hand, because the encoder would refuse.
  wire::Reader r("test", Bytes(most).subspan(20), 20);
  ByteVector more;
  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a->is(avp::authentication_info)) continue;
    const std::size_t one = a->value.size() / vectors_max;
    wire::Writer w;
    w.bytes(Bytes(most).first(a->offset));
    put_avp(w, avp::authentication_info, [&] {
      w.bytes(a->value);
      w.bytes(a->value.first(one));
    });
    more = with(w.done(), "");
  }
  const auto refused = decode<AuthenticationInformationAnswer>(more);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, Fault::too_many);
  EXPECT_EQ(refused.why().field, "E-UTRAN-Vector");
}

TEST(DiameterFault, RepeatsUpToTheBoundAreTakenAndOneMoreIsNot) {
  CapabilitiesExchangeRequest m{mme_host, realm, {Address::from(Ipv4{{127, 0, 0, 1}})}, 0, "x"};
  m.supported_vendor_ids.assign(avp_repeats_max, 10415);
  const ByteVector most = encode(m, {});
  ASSERT_TRUE(decode<CapabilitiesExchangeRequest>(most));
  const auto refused = decode<CapabilitiesExchangeRequest>(with(most, "000001094000000c000028af"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, Fault::too_many);
}

TEST(DiameterFault, WrongLengthsAndWrongValuesAreToldApart) {
  struct Case {
    const AvpDef& def;
    std::string_view avp;
    std::uint32_t result;
    std::string_view why;
  };
  const Case cases[] = {
      {avp::auth_session_state, "000001154000000b00000100", code::invalid_avp_length,
       "three octets of a number"},
      {avp::auth_session_state, "000001154000000d0000000100000000", code::invalid_avp_length, "five octets"},
      {avp::auth_session_state, "000001154000000c00000002", code::invalid_avp_value, "no such state"},
      {avp::user_name, "000000014000000d3030317830000000", code::invalid_avp_value, "a letter in an IMSI"},
      {avp::user_name, "000000014000000d3030313031000000", code::invalid_avp_value, "five digits"},
      {avp::user_name, "0000000140000008", code::invalid_avp_value, "no digits"},
      {avp::visited_plmn_id, "0000057fc000000e000028af27f40000", code::invalid_avp_length,
       "two octets of a PLMN"},
      {avp::visited_plmn_id, "0000057fc000000f000028afaaf45000", code::invalid_avp_value,
       "no digits in a PLMN"},
      {avp::origin_host, "000001084000000a61200000", code::invalid_avp_value, "a space in a host name"},
      {avp::origin_host, "0000010840000008", code::invalid_avp_value, "an empty host name"},
      {avp::session_id, "0000010740000009ff000000", code::invalid_avp_value, "no UTF-8"},
      {avp::requested_eutran_authentication_info, "00000580c000001c000028af00000583c000000d000028af 00000000",
       code::invalid_avp_length, "one octet of Re-Synchronization-Info"},
      {avp::requested_eutran_authentication_info, "00000580c0000010000028af00000583",
       code::invalid_avp_length, "half an AVP inside a Grouped one"},
      {avp::requested_eutran_authentication_info, "00000580c000001c000028af00000582c0000011000028af 00000000",
       code::invalid_avp_length, "an inner AVP that reaches outside"},
  };
  for (const Case& c : cases) {
    const ByteVector bad = with(without(air(), c.def), c.avp);
    const auto m = decode<AuthenticationInformationRequest>(bad);
    ASSERT_FALSE(m) << c.why;
    EXPECT_EQ(result_code_for(m.why()), c.result) << c.why << ": " << m.why().to_string();
    const ByteVector quoted = failed_avp_for(bad, m.why());
    EXPECT_EQ(quoted.size() % 4, 0U) << c.why;
  }
}

TEST(DiameterFault, TheLengthOfAnAvpIsCheckedAgainstTheMessage) {
  for (const std::string_view tail : {"0000010840000007", "0000010840000000", "0000010840ffffff",
                                      "00000108400000", "00000108c0000008", "0000010840000010"}) {
    ByteVector bad = with(air(), tail);
    bad.resize((bad.size() + 3) / 4 * 4);
    bad = with(bad, "");
    const auto m = decode<AuthenticationInformationRequest>(bad);
    ASSERT_FALSE(m) << tail;
    EXPECT_EQ(result_code_for(m.why()), code::invalid_avp_length) << tail << " " << m.why().to_string();
    EXPECT_EQ(m.why().offset, air().size()) << tail;
  }
}

//= RFC 6733, 3; type=test
TEST(DiameterFault, HeadersAreChecked) {
  ByteVector m = air();
  m[0] = 2;
  EXPECT_EQ(result_code_for(decode_header(m).why()), code::unsupported_version);
  m = air();
  m[3] = static_cast<Byte>(m[3] + 4);
  EXPECT_EQ(result_code_for(decode_header(m).why()), code::invalid_message_length);
  m = air();
  m.resize(m.size() - 1);
  m[3] = static_cast<Byte>(m[3] - 1);
  EXPECT_EQ(result_code_for(decode_header(m).why()), code::invalid_message_length);
  m = air();
  m[4] |= 0x20;
  EXPECT_EQ(result_code_for(decode_header(m).why()), code::invalid_hdr_bits);
  m = octets(foreign::aia);
  m[4] |= 0x10;
  EXPECT_EQ(result_code_for(decode_header(m).why()), code::invalid_hdr_bits);
  for (std::size_t n = 0; n < header_octets; ++n) EXPECT_FALSE(decode_header(Bytes(air()).first(n))) << n;
  m = air();
  m[4] |= 0x0F;  // reserved bits mean nothing
  EXPECT_TRUE(decode_header(m));
}

TEST(DiameterFault, NoTruncationDecodesAndNoneHurts) {
  for (const auto& [name, message] : samples()) {
    const ByteVector whole = encode_any(message, header_for());
    for (std::size_t n = 0; n < whole.size(); ++n) {
      ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
      EXPECT_FALSE(decode_any(cut)) << name << " cut to " << n;
      if (n >= 4) cut = with(cut, "");  // with a length that agrees: mandatory AVPs or an AVP's length fail
      (void)decode_any(cut);
      (void)describe(cut);
      for (const auto& s : secret_ranges(cut)) EXPECT_LE(s.offset + s.octets, cut.size());
    }
  }
}

TEST(DiameterFault, FlippedBitsAreAnErrorOrAnotherValueNeverHarm) {
  std::size_t refused = 0;
  for (const auto& [name, message] : samples()) {
    const ByteVector whole = encode_any(message, header_for());
    for (std::size_t i = 0; i < whole.size() * 8; ++i) {
      ByteVector m = whole;
      m[i / 8] = static_cast<Byte>(m[i / 8] ^ (1U << (i % 8)));
      const auto back = decode_any(m);
      if (!back) {
        ++refused;
        EXPECT_NE(result_code_for(back.why()), 0U);
        EXPECT_EQ(failed_avp_for(m, back.why()).size() % 4, 0U);
      } else {
        (void)encode_any(*back, header_for());
      }
    }
  }
  EXPECT_GT(refused, 5000U);
}

TEST(DiameterFault, GroupedAvpsAsDeepAsTheBoundAndDeeperAreWalkedSafely) {
  ByteVector avps = octets(
      "0000010d40000009"
      "78000000");
  for (int depth = 0; depth < 40; ++depth) {
    wire::Writer w;
    put_avp(w, avp::failed_avp, [&] { w.bytes(avps); });
    avps = w.done();
  }
  wire::Writer w;
  put_header(w, CapabilitiesExchangeAnswer::command, {}, false, false);
  w.bytes(avps);
  close_header(w);
  const ByteVector m = w.done();
  const auto ranges = secret_ranges(m);
  ASSERT_EQ(ranges.size(), 1U) << "what lies deeper than anybody looks counts as secret";
  EXPECT_LT(describe(m).size(), 4000U);
}

TEST(DiameterFault, ErrorAnswersSetTheErrorBitForProtocolErrorsOnly) {
  const Header request = *decode_header(air());
  ErrorAnswer a{session, hss_host, realm, code::realm_not_served};
  auto h = decode_header(encode_error_answer(request, a));
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->error);
  EXPECT_FALSE(h->request);
  EXPECT_EQ(h->ids, request.ids);
  EXPECT_EQ(h->code, 318U);
  a.result_code = code::missing_avp;
  a.failed_avp = FailedAvp{octets("0000000140000008")};
  a.auth_session_state = AuthSessionState::no_state_maintained;
  const ByteVector sent = encode_error_answer(request, a);
  h = decode_header(sent);
  EXPECT_FALSE(h->error);
  EXPECT_TRUE(*decode_error_answer(sent) == a);
  EXPECT_TRUE(decode<AuthenticationInformationAnswer>(sent)) << "a 5xxx answer follows its command's grammar";
  EXPECT_EQ(result_of(sent)->code, code::missing_avp);
}

TEST(DiameterResult, IsReadFromEitherAvp) {
  for (const auto& [name, message] : samples()) {
    const ByteVector m = encode_any(message, header_for());
    const auto r = result_of(m);
    if (decode_header(m)->request) {
      EXPECT_FALSE(r) << name;
      continue;
    }
    ASSERT_TRUE(r) << name;
    if (name == "aia_unknown") {
      EXPECT_EQ(*r, (AnswerResult{experimental::user_unknown, true, vendor_3gpp}));
      EXPECT_EQ(r->to_string(), "5001 DIAMETER_ERROR_USER_UNKNOWN");
    } else if (name == "kua_refused") {
      EXPECT_EQ(*r, (AnswerResult{private_result::bad_proof, true, vendor_private}));
      EXPECT_EQ(r->to_string(), "5004 KASME_BAD_PROOF");
    } else {
      EXPECT_TRUE(r->success()) << name;
    }
  }
}

/// update is a KASME-Update with so many steps.
ByteVector update(std::size_t steps) {
  for (auto& [name, message] : samples()) {
    if (name != "kur") continue;
    auto& m = std::get<KasmeUpdateRequest>(message);
    m.steps.clear();
    for (std::size_t i = 0; i < steps; ++i) m.steps.push_back(sample_step(1));
    return encode(m, {});
  }
  return {};
}

// AVPs of vendor 32473 (7ED9); no standard has them.
//= S0.D5; type=test
TEST(DiameterFault, AnUpdateOfTheKeyInUseHasItsFormToo) {
  const auto fault_of = [](const ByteVector& m) { return decode<KasmeUpdateRequest>(m).why(); };
  EXPECT_TRUE(decode<KasmeUpdateRequest>(update(chain_steps_max)));
  // One step more than is read.
  const ByteVector more = with(update(chain_steps_max), hex(Bytes(update(1)).subspan([] {
                                 const ByteVector one = update(1);
                                 wire::Reader r("test", Bytes(one).subspan(20), 20);
                                 for (;;) {
                                   const auto a = next_avp(r);
                                   if (a->is(avp::chain_step)) return a->offset;
                                 }
                               }())));
  EXPECT_EQ(fault_of(more).fault, Fault::too_many);
  EXPECT_EQ(result_code_for(fault_of(more)), code::avp_occurs_too_many_times);
  for (const AvpDef* needed : {&avp::rand, &avp::kasme_epoch, &avp::eksi, &avp::user_name}) {
    EXPECT_EQ(fault_of(without(update(1), *needed)).fault, Fault::missing_mandatory) << needed->name;
    EXPECT_EQ(fault_of(without(update(1), *needed)).code, needed->code);
  }
  EXPECT_EQ(fault_of(update(0)).fault, Fault::missing_mandatory);
  const auto with_step = [](std::string_view avps) {
    std::string length = hex(ByteVector{static_cast<Byte>(12 + avps.size() / 2)});
    return with(update(0), "00000002 800000" + length + "00007ed9" + std::string(avps));
  };
  const std::string number = "0000000380000010000 07ed900000001", direction = "000000048000001000007ed9",
                    count = "000000058000001000007ed9", identity = "000000068000000f00007ed9 612e6200",
                    proof = "000000078000002c00007ed9";
  const std::string key(64, '7');
  const auto squeezed = [](std::string s) {
    std::erase(s, ' ');
    return s;
  };
  const auto step = [&](const std::string& d, const std::string& c, const std::string& p) {
    return with_step(squeezed(number + direction + d + count + c + identity + p));
  };
  EXPECT_TRUE(decode<KasmeUpdateRequest>(step("00000001", "00ffffff", proof + key)));
  EXPECT_EQ(fault_of(step("00000001", "01000000", proof + key)).fault, Fault::bad_value) << "24 bits";
  EXPECT_EQ(fault_of(step("00000002", "00000001", proof + key)).fault, Fault::bad_value) << "no direction";
  EXPECT_EQ(fault_of(step("00000001", "00000001", "000000078000002800007ed9" + key.substr(8))).fault,
            Fault::short_read);
  EXPECT_EQ(fault_of(step("00000001", "00000001", "")).fault, Fault::missing_mandatory);
  // What a Failed-AVP quotes of a step has no proof in it.
  const ByteVector bad = step("00000002", "00000001", proof + key);
  EXPECT_EQ(hex(failed_avp_for(bad, fault_of(bad))).find("7777"), std::string::npos);
}

}  // namespace
}  // namespace baton::test
