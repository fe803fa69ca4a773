// The enterprise number of the configuration: on every private element, and nothing else is taken for ours.
#include "wire/enterprise.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wire/diameter/message.h"
#include "wire/diameter/private_app.h"
#include "wire/diameter_samples.h"
#include "wire/gtp2/private.h"

namespace baton::wire {
namespace {

namespace dia = diameter;

/// Number is the number in use as long as it lives.
struct Number {
  explicit Number(std::uint16_t n) { set_enterprise(n); }
  ~Number() { set_enterprise(enterprise_default); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
};

std::size_t count(const ByteVector& octets, std::uint32_t number) {
  const ByteVector four{static_cast<Byte>(number >> 24U), static_cast<Byte>(number >> 16U),
                        static_cast<Byte>(number >> 8U), static_cast<Byte>(number)};
  std::size_t out = 0;
  for (auto at = octets.begin();; ++out, ++at) {
    at = std::search(at, octets.end(), four.begin(), four.end());
    if (at == octets.end()) return out;
  }
}

dia::AnyMessage sample(std::string_view name) {
  for (auto& [known, message] : test::samples())
    if (known == name) return std::move(message);
  ADD_FAILURE() << "no sample " << name;
  return std::move(test::samples().front().second);
}

TEST(Enterprise, IsTheOneForExamplesUnlessSomebodySaysOtherwise) {
  EXPECT_EQ(enterprise(), 32473);
  EXPECT_EQ(on_wire(enterprise_default), 32473U);
  const Number own(51515);
  EXPECT_EQ(enterprise(), 51515);
  EXPECT_EQ(on_wire(enterprise_default), 51515U);
  EXPECT_EQ(on_wire(diameter::vendor_3gpp), diameter::vendor_3gpp);
  EXPECT_EQ(from_wire(51515), std::uint32_t{enterprise_default});
  EXPECT_EQ(from_wire(enterprise_default), vendor_unknown) << "somebody's who plays with examples";
  EXPECT_EQ(from_wire(diameter::vendor_3gpp), diameter::vendor_3gpp);
}

TEST(Enterprise, StandsInEveryVendorFieldOfDiameterAndComesBack) {
  const auto any = sample("kur");
  const auto& request = std::get<diameter::KasmeUpdateRequest>(any);
  const ByteVector before = diameter::encode(request, {1, 2});
  const std::size_t fields = count(before, enterprise_default);
  EXPECT_GT(fields, 5U);
  ByteVector after;
  {
    const Number own(51515);
    after = diameter::encode(request, {1, 2});
    EXPECT_EQ(count(after, 51515), fields);
    EXPECT_EQ(count(after, enterprise_default), 0U);
    const auto read = diameter::decode<diameter::KasmeUpdateRequest>(after);
    ASSERT_TRUE(read) << read.why().to_string();
    EXPECT_EQ(read->vendor_specific_application_id->vendor_id, diameter::vendor_private);
    EXPECT_EQ(diameter::encode(*read, {1, 2}), after);
    // Of another operator: its AVPs are unknown, and ours are missing.
    EXPECT_FALSE(diameter::decode<diameter::KasmeUpdateRequest>(before));
    EXPECT_FALSE(diameter::secret_ranges(after).empty());
  }
  EXPECT_FALSE(diameter::decode<diameter::KasmeUpdateRequest>(after));
  EXPECT_EQ(diameter::encode(request, {1, 2}), before);
}

TEST(Enterprise, AnnouncesItselfAndReadsItsOwnResults) {
  const Number own(51515);
  const auto any = sample("kua_refused");
  const ByteVector octets = diameter::encode(std::get<diameter::KasmeUpdateAnswer>(any), {1, 2});
  const auto result = diameter::result_of(octets);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->vendor, diameter::vendor_private);
  EXPECT_EQ(count(octets, enterprise_default), 0U);
}

TEST(Enterprise, StandsInThePrivateExtension) {
  const Number own(51515);
  gtp2::MovePrivate m;
  m.upe = gtp2::UpeKeyName{"u", UpeKeyCounter{1}};
  const auto extension = gtp2::encode_private(m, enterprise());
  ASSERT_TRUE(extension);
  EXPECT_EQ(extension->enterprise, 51515);
  EXPECT_EQ(*gtp2::decode_private({*extension}, enterprise()), m);
  EXPECT_TRUE(gtp2::decode_private({*extension}, enterprise_default)->empty());
}

}  // namespace
}  // namespace baton::wire
