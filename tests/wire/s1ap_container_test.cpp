// The containers that eNBs send each other, at every length and with every damage.
#include <gtest/gtest.h>

#include <algorithm>

#include "wire/s1ap/limits.h"
#include "wire/s1ap_elements.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

// CVE-2024-24433 to 24436: a length from the wire into a buffer of a fixed size, or into a narrower integer.
TEST(S1apContainer, a_container_of_every_length_arrives_whole) {
  HandoverRequired m{MmeUeS1apId{1},
                     EnbUeS1apId{2},
                     HandoverType::intra_lte,
                     CauseMisc::unspecified,
                     TargetEnb{MacroEnbId{sample_plmn(), 1}, sample_tai()},
                     {},
                     {}};
  for (std::size_t n = 0; n <= transparent_container_octets_max; ++n) {
    m.container.octets.assign(n, static_cast<Byte>(n * 7));
    if (n > 0) m.container.octets.back() = 0xEE;
    const auto got = decode<HandoverRequired>(encode(m));
    ASSERT_TRUE(got) << n << ": " << got.why().to_string();
    ASSERT_EQ(got->container, m.container) << n;
  }
  // One past the bound.
  per::Writer past;
  past.octet_string(ByteVector(transparent_container_octets_max + 1), {});
  Apart parts = apart(encode(m));
  parts.find(IeId::source_to_target_transparent_container)->value = past.done();
  const auto got = decode_any(parts.together());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.why().error.fault, Fault::too_many);
  EXPECT_TRUE(answer_as<ErrorIndication>(got.why()));
}

TEST(S1apContainer, a_container_of_every_length_around_the_fragments_arrives_in_every_message) {
  std::vector<std::size_t> lengths;
  for (std::size_t n = 0; n < 300; ++n) lengths.push_back(n);
  for (const std::size_t n : {16'384UL, 32'768UL, 49'152UL, 65'536UL})
    for (std::size_t d = 0; d < 60; ++d) lengths.push_back(n - d);
  for (const std::size_t n : lengths) {
    const TransparentContainer container{ByteVector(n, 0x5A)};
    const auto command = decode<HandoverCommand>(
        encode(HandoverCommand{{}, {}, HandoverType::intra_lte, {}, {}, {}, container, {}}));
    ASSERT_TRUE(command && command->container == container) << n;
    const auto acknowledge = decode<HandoverRequestAcknowledge>(encode(HandoverRequestAcknowledge{
        {}, {}, {{ErabId{5}, TransportLayerAddress::from({}), Teid{1}, {}, {}, {}, {}}}, {}, container, {}}));
    ASSERT_TRUE(acknowledge && acknowledge->container == container) << n;
    const HandoverRequest request{{},
                                  HandoverType::intra_lte,
                                  Cause{},
                                  {},
                                  {{ErabId{5}, TransportLayerAddress::from({}), Teid{1}, {}}},
                                  container,
                                  {},
                                  {},
                                  SecurityContext{1, sample_nh()},
                                  {},
                                  sample_gummei()};
    const ByteVector octets = encode(request);
    const auto back = decode<HandoverRequest>(octets);
    ASSERT_TRUE(back && *back == request) << n;
    // The key in it is found, fragments or not.
    ByteVector blanked = octets;
    for (const SecretRange& s : secret_ranges(octets))
      std::fill_n(blanked.begin() + static_cast<std::ptrdiff_t>(s.offset), s.octets, Byte{0});
    const std::string key = hex(sample_nh().expose()).substr(0, 8);
    ASSERT_NE(hex(octets).find(key), std::string::npos);
    ASSERT_EQ(hex(blanked).find(key), std::string::npos) << n;
  }
}

TEST(S1apContainer, the_inside_of_a_container_is_read_at_every_length) {
  // The lengths inside agree.
  SourceToTarget c = sample_source_to_target();
  const std::size_t beside = encode_container(c).size() - c.rrc.size();
  for (std::size_t n = 0; n + beside + 8 <= transparent_container_octets_max; n += n < 1'000 ? 1 : 97) {
    c.rrc.assign(n, static_cast<Byte>(n));
    const auto got = decode_source_to_target(encode_container(c));
    ASSERT_TRUE(got && *got == c) << n;
    const TargetToSource t{c.rrc};
    ASSERT_EQ(*decode_target_to_source(encode_container(t)), t) << n;
  }
  // They do not: every length of the same octets.
  for (const Byte fill : {0x00, 0x01, 0x55, 0x80, 0xFF}) {
    for (std::size_t n = 0; n <= transparent_container_octets_max + 1; n += n < 1'000 ? 1 : 499) {
      const ByteVector octets(n, fill);
      (void)decode_source_to_target(octets);
      (void)decode_target_to_source(octets);
      (void)decode_status_transfer(octets);
    }
  }
  const ByteVector past(transparent_container_octets_max + 1);
  EXPECT_EQ(decode_source_to_target(past).why().fault, Fault::too_many);
  EXPECT_EQ(decode_target_to_source(past).why().fault, Fault::too_many);
  EXPECT_EQ(decode_status_transfer(past).why().fault, Fault::too_many);
  EXPECT_FALSE(decode_source_to_target({}));
  EXPECT_FALSE(decode_target_to_source({}));
  EXPECT_FALSE(decode_status_transfer({}));
}

template <class C, class Decode>
void expect_a_value_of_every_damage(const C& c, Decode decode) {
  const ByteVector octets = encode_container(c);
  ASSERT_EQ(*decode(octets), c);
  for (std::size_t n = 0; n < octets.size(); ++n) ASSERT_FALSE(decode(Bytes(octets).first(n))) << n;
  ByteVector longer = octets;
  longer.push_back(0);
  ASSERT_EQ(decode(longer).why().fault, Fault::trailing_bytes);
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    ByteVector flipped = octets;
    flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ 0x80U >> bit % 8);
    const auto got = decode(flipped);
    if (!got) continue;
    const ByteVector again = encode_container(*got);
    const auto twice = decode(again);
    ASSERT_TRUE(twice) << bit;
    ASSERT_EQ(*twice, *got) << bit;
  }
}

TEST(S1apContainer, a_damaged_container_is_a_value_or_an_error) {
  expect_a_value_of_every_damage(sample_source_to_target(),
                                 [](Bytes b) { return decode_source_to_target(b); });
  expect_a_value_of_every_damage(sample_target_to_source(),
                                 [](Bytes b) { return decode_target_to_source(b); });
  expect_a_value_of_every_damage(sample_status(), [](Bytes b) { return decode_status_transfer(b); });
}

TEST(S1apContainer, an_extension_that_had_to_be_understood_makes_a_container_unreadable) {
  const auto with = [](Criticality c) {
    per::Writer w;
    w.bits(1, 2);  // iE-Extensions
    w.octet_string(ByteVector{1}, {});
    w.count(1, {1, 65'535});
    w.whole(60'000, 0, 65'535);
    w.index({static_cast<std::uint32_t>(c), false}, 3, false);
    w.open_type(ByteVector{1, 2, 3});
    return decode_target_to_source(w.done());
  };
  EXPECT_EQ(*with(Criticality::ignore), TargetToSource{{1}});
  EXPECT_EQ(*with(Criticality::notify), TargetToSource{{1}});
  EXPECT_EQ(with(Criticality::reject).why().fault, Fault::unknown_mandatory);
}

}  // namespace
}  // namespace baton::wire::s1ap
