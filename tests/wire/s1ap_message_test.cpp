// Every S1AP message there and back, its bounds, its keys and its readable form.
#include <gtest/gtest.h>

#include <set>

#include "wire/per/per.h"
#include "wire/s1ap/limits.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

TEST(S1apMessage, the_samples_hold_every_alternative) {
  std::set<std::size_t> seen;
  for (const Pdu& m : every_message()) seen.insert(m.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<Pdu>);
}

//= TS 36.413, 9.1; type=test
TEST(S1apMessage, every_message_comes_back_as_it_was) {
  for (const Pdu& m : every_message()) {
    const ByteVector octets = encode(m);
    auto back = decode_any(octets);
    ASSERT_TRUE(back) << name_of(m) << ": " << back.why().error.to_string();
    EXPECT_TRUE(back->pdu == m) << name_of(m) << "\n" << describe(octets);
    EXPECT_TRUE(back->report.empty());
    EXPECT_EQ(encode(back->pdu), octets) << name_of(m);
  }
}

TEST(S1apMessage, a_message_asked_for_by_name_must_be_that_one) {
  const ByteVector setup = encode(Pdu(S1SetupFailure{CauseMisc::unspecified, {}, {}}));
  EXPECT_TRUE(decode<S1SetupFailure>(setup));
  EXPECT_EQ(decode<S1SetupRequest>(setup).why().fault, Fault::wrong_type);
  EXPECT_EQ(decode<Reset>(setup).why().fault, Fault::wrong_type);
}

TEST(S1apMessage, every_cause_and_every_enumerated_value_comes_back) {
  std::vector<Cause> causes;
  for (unsigned i = 0; i <= 40; ++i) causes.emplace_back(static_cast<CauseRadioNetwork>(i));
  for (unsigned i = 0; i <= 1; ++i) causes.emplace_back(static_cast<CauseTransport>(i));
  for (unsigned i = 0; i <= 4; ++i) causes.emplace_back(static_cast<CauseNas>(i));
  for (unsigned i = 0; i <= 6; ++i) causes.emplace_back(static_cast<CauseProtocol>(i));
  for (unsigned i = 0; i <= 5; ++i) causes.emplace_back(static_cast<CauseMisc>(i));
  std::set<std::string> names;
  for (const Cause& c : causes) {
    auto back = decode<ErrorIndication>(encode(ErrorIndication{{}, {}, c, {}}));
    ASSERT_TRUE(back) << to_string(c);
    EXPECT_EQ(back->cause, c);
    names.insert(to_string(c));
  }
  EXPECT_EQ(names.size(), causes.size());
  for (unsigned i = 0; i <= 5; ++i) {
    const auto t = static_cast<TimeToWait>(i);
    EXPECT_EQ(decode<S1SetupFailure>(encode(S1SetupFailure{CauseMisc::unspecified, t, {}}))->time_to_wait, t);
  }
}

TEST(S1apMessage, lists_come_back_at_their_bounds) {
  S1SetupRequest setup{MacroEnbId{sample_plmn(), MacroEnbId::max}, {}, {}, {}};
  for (std::size_t i = 0; i < tacs_max; ++i)
    setup.supported_tas.push_back(
        {Tac{static_cast<std::uint16_t>(i)}, std::vector<PlmnId>(broadcast_plmns_max, sample_plmn())});
  EXPECT_EQ(*decode<S1SetupRequest>(encode(setup)), setup);

  S1SetupResponse served{{}, {}, RelativeMmeCapacity{0}, {}};
  for (std::size_t i = 0; i < rats_max; ++i)
    served.served_gummeis.push_back({std::vector<PlmnId>(plmns_per_mme_max, sample_plmn()),
                                     std::vector<MmeGroupId>(100, MmeGroupId{9}),
                                     std::vector<MmeCode>(mmecs_max, MmeCode{3})});
  EXPECT_EQ(*decode<S1SetupResponse>(encode(served)), served);
  served.served_gummeis.resize(1);
  served.served_gummeis[0].groups.resize(group_ids_max, MmeGroupId{9});
  EXPECT_EQ(*decode<S1SetupResponse>(encode(served)), served);

  ResetAcknowledge ack{{}, CriticalityDiagnostics{}};
  ack.connections.resize(individual_connections_max, {MmeUeS1apId{1}, EnbUeS1apId{2}});
  ack.diagnostics->ies.resize(errors_max, {Criticality::ignore, IeId::cause, TypeOfError::missing});
  EXPECT_EQ(*decode<ResetAcknowledge>(encode(ack)), ack);

  Paging paging{UeIdentityIndexValue{1}, Imsi::test_value(), {}, {}, {}};
  paging.tais.resize(tais_max, sample_tai());
  EXPECT_EQ(*decode<Paging>(encode(paging)), paging);
}

TEST(S1apMessage, a_list_one_past_its_bound_is_refused) {
  // The count of broadcast PLMNs has three bits: 7 and 8 fit the field and not the bound.
  const S1SetupRequest setup{MacroEnbId{sample_plmn(), 1}, {}, {{Tac{7}, {sample_plmn()}}}, {}};
  const ByteVector good = encode(setup);
  unsigned refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned bits = 1; bits < 256; ++bits) {
      ByteVector bad = good;
      bad[at] = static_cast<Byte>(bad[at] ^ bits);
      auto got = decode<S1SetupRequest>(bad);
      if (!got && got.why().fault == Fault::too_many) ++refused;
      if (!got) continue;
      for (const SupportedTa& t : got->supported_tas) {
        ASSERT_LE(t.broadcast_plmns.size(), broadcast_plmns_max);
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(S1apMessage, a_container_one_past_its_bound_is_refused) {
  const auto with_elements = [](std::size_t n) {
    per::Writer value;
    value.bit(false);
    value.count(n, {0, 65'535});
    for (std::size_t i = 0; i < n; ++i) {
      value.whole(60'000 + i, 0, 65'535);
      value.index({1, false}, 3, false);
      value.open_type(ByteVector{0});
    }
    per::Writer pdu;
    pdu.index({0, false}, 3, true);
    pdu.whole(15, 0, 255);
    pdu.index({1, false}, 3, false);
    pdu.open_type(value.done());
    return pdu.done();
  };
  EXPECT_TRUE(decode<ErrorIndication>(with_elements(ies_max)));
  EXPECT_EQ(decode<ErrorIndication>(with_elements(ies_max + 1)).why().fault, Fault::too_many);
}

TEST(S1apMessage, a_pdu_one_past_its_bound_is_refused) {
  ByteVector fits(200'000, 0x55);
  EXPECT_TRUE(decode_any(encode(UeCapabilityInfoIndication{{}, {}, {fits}})));
  ByteVector octets(pdu_octets_max + 1);
  EXPECT_EQ(decode_any(octets).why().error.fault, Fault::too_many);
  octets.pop_back();
  EXPECT_NE(decode_any(octets).why().error.fault, Fault::too_many);
}

TEST(S1apMessage, nas_of_every_length_around_fragmentation_comes_back) {
  for (const std::size_t n : {0UL, 1UL, 120UL, 127UL, 128UL, 16'300UL, 16'383UL, 16'384UL, 16'385UL, 32'768UL,
                              49'152UL, 65'535UL, 65'536UL, 100'000UL}) {
    const DownlinkNasTransport m{MmeUeS1apId{1}, EnbUeS1apId{2}, {ByteVector(n, 0x5A)}};
    auto back = decode<DownlinkNasTransport>(encode(m));
    ASSERT_TRUE(back) << n << back.why().to_string();
    EXPECT_EQ(*back, m) << n;
  }
}

TEST(S1apMessage, a_name_is_fitted_to_what_can_be_sent) {
  EXPECT_EQ(Name::from("enb_1\n").text, "enb-1-");
  EXPECT_EQ(Name::from("").text, "-");
  EXPECT_EQ(Name::from(std::string(151, 'x')).text.size(), name_characters_max);
  const S1SetupRequest m{
      MacroEnbId{sample_plmn(), 1}, Name::from(std::string(200, 'y')), {{Tac{1}, {sample_plmn()}}}, {}};
  EXPECT_EQ(*decode<S1SetupRequest>(encode(m)), m);
}

TEST(S1apMessage, helpers_of_the_values_hold) {
  const ServedGummei served{{sample_plmn()}, {MmeGroupId{1}, MmeGroupId{2}}, {MmeCode{3}}};
  EXPECT_TRUE(served.serves({sample_plmn(), MmeGroupId{2}, MmeCode{3}}));
  EXPECT_FALSE(served.serves({sample_plmn(), MmeGroupId{2}, MmeCode{4}}));
  EXPECT_FALSE(served.serves({*PlmnId::parse("00102"), MmeGroupId{2}, MmeCode{3}}));
  //= TS 36.304, 7.1; type=test
  EXPECT_EQ(ue_identity_index_of(Imsi::test_value()).value, 1010123456789ULL % 1024);
  const UeSecurityCapabilities caps{0x4000, 0x2000};
  EXPECT_TRUE(caps.has_eea(0) && caps.has_eea(2) && !caps.has_eea(1) && caps.has_eia(3) && !caps.has_eia(2));
  EXPECT_FALSE(caps.has_eea(17));
  const std::array<unsigned, 6> seconds{1, 2, 5, 10, 20, 60};
  for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(seconds_of(static_cast<TimeToWait>(i)), seconds[i]);
  EXPECT_FALSE((TransportLayerAddress{128, ByteVector(16)}.ipv4()));
}

// --- keys ---------------------------------------------------------------------------------------

TEST(S1apSecrets, the_octets_of_a_key_are_found_and_nothing_else) {
  for (const Pdu& m : every_message()) {
    const ByteVector octets = encode(m);
    const auto ranges = secret_ranges(octets);
    const std::string key = hex(sample_kenb().expose());
    const bool holds = hex(octets).find(key) != std::string::npos;
    ASSERT_EQ(ranges.size(), holds ? 1U : 0U) << name_of(m);
    if (!holds) continue;
    ASSERT_EQ(ranges[0].octets, 32U);
    EXPECT_EQ(hex(Bytes(octets).subspan(ranges[0].offset, 32)), key);
    ByteVector blanked = octets;
    std::fill_n(blanked.begin() + static_cast<std::ptrdiff_t>(ranges[0].offset), 32, Byte{0});
    EXPECT_TRUE(decode_any(blanked));
  }
}

TEST(S1apSecrets, no_octet_of_a_key_is_left_in_what_cannot_be_read) {
  const std::string key = hex(sample_kenb().expose());
  for (const Pdu& m : every_message()) {
    const ByteVector octets = encode(m);
    if (secret_ranges(octets).empty()) continue;
    for (std::size_t n = 0; n < octets.size(); ++n) {
      ByteVector cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n));
      for (const SecretRange& r : secret_ranges(cut)) {
        ASSERT_LE(r.offset + r.octets, cut.size());
        std::fill_n(cut.begin() + static_cast<std::ptrdiff_t>(r.offset), r.octets, Byte{0});
      }
      for (std::size_t i = 0; i + 8 <= key.size(); i += 2)
        ASSERT_EQ(hex(cut).find(key.substr(i, 8)), std::string::npos) << n;
    }
  }
}

TEST(S1apSecrets, a_message_in_fragments_is_blanked_as_a_whole) {
  InitialContextSetupRequest m{MmeUeS1apId{1},
                               EnbUeS1apId{2},
                               {},
                               {},
                               {},
                               sample_kenb(),
                               UeRadioCapability{ByteVector(20'000, 1)},
                               {}};
  m.erabs.push_back({ErabId{5}, {}, TransportLayerAddress::from({}), Teid{1}, {}});
  const ByteVector octets = encode(m);
  const auto ranges = secret_ranges(octets);
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges[0].offset, 3U);
  EXPECT_EQ(ranges[0].offset + ranges[0].octets, octets.size());
}

// --- readable text ------------------------------------------------------------------------------

TEST(S1apDescribe, every_message_is_readable_and_shows_no_key) {
  const std::string key = hex(sample_kenb().expose());
  for (const Pdu& m : every_message()) {
    const std::string text = describe(encode(m));
    EXPECT_NE(text.find(name_of(m)), std::string::npos);
    for (std::size_t i = 0; i + 8 <= key.size(); i += 2)
      ASSERT_EQ(text.find(key.substr(i, 8)), std::string::npos) << text;
  }
  EXPECT_EQ(describe(encode(
                UeContextReleaseRequest{MmeUeS1apId{1}, EnbUeS1apId{2}, CauseRadioNetwork::user_inactivity})),
            "S1AP UE CONTEXT RELEASE REQUEST\n"
            "  MME UE S1AP ID: 1\n"
            "  eNB UE S1AP ID: 2\n"
            "  Cause: radio network: user inactivity\n");
  EXPECT_NE(describe(*parse_hex("0011")).find("short read"), std::string::npos);
}

}  // namespace
}  // namespace baton::wire::s1ap
