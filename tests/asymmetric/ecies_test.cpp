#include "asymmetric/ecies.h"

#include <gtest/gtest.h>

#include "crypto/ctr_drbg.h"
#include "vectors/reader.h"

namespace baton::asymmetric {
namespace {

constexpr EciesProfile profiles[] = {EciesProfile::a, EciesProfile::b};

EciesKey key(EciesProfile p, std::uint64_t seed) {
  auto entropy = crypto::CtrDrbg::from_number(seed);
  return *EciesKey::generate(p, entropy);
}
const ByteVector text{1, 2, 3, 4, 5, 6, 7};

//= TS 33.501, C.4; type=test
TEST(Ecies, SealsAndOpensThePublishedSets) {
  int seen = 0;
  auto cases = vectors::read("ecies_ts33501.vec");
  for (vectors::Case& c : cases) {
    SCOPED_TRACE(c.text("Profile"));
    const EciesProfile p = c.text("Profile") == "A" ? EciesProfile::a : EciesProfile::b;
    const auto receiver = EciesKey::from(p, c.array<32>("Receiver"));
    auto ephemeral = EciesKey::from(p, c.array<32>("Ephemeral"));
    ASSERT_TRUE(receiver && ephemeral);
    EXPECT_EQ(hex(receiver->public_key()), c.text("ReceiverPublic"));
    EXPECT_EQ(hex(ephemeral->public_key()), c.text("EphemeralPublic"));
    const auto sealed = ecies_seal(receiver->public_key(), c.octets("Text"), {}, std::move(*ephemeral));
    ASSERT_TRUE(sealed);
    EXPECT_EQ(hex(*sealed), c.text("EphemeralPublic") + c.text("Ciphered") + c.text("Tag"));
    const auto opened = ecies_open(*receiver, *sealed, {});
    ASSERT_TRUE(opened);
    EXPECT_EQ(hex(opened->expose()), c.text("Text"));
    ++seen;
  }
  EXPECT_EQ(seen, 2);
}

TEST(Ecies, OpensWhatItSealedOfAnyLengthUnderTheSameBoundOctets) {
  for (const EciesProfile p : profiles) {
    const EciesKey receiver = key(p, 1);
    for (const std::size_t n :
         {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{33}, ecies_text_octets_max}) {
      const ByteVector plain(n, 0x5A);
      const auto sealed = ecies_seal(receiver.public_key(), plain, text, key(p, 2 + n));
      ASSERT_TRUE(sealed);
      EXPECT_EQ(sealed->size(), n + ecies_overhead_octets(p));
      const auto opened = ecies_open(receiver, *sealed, text);
      ASSERT_TRUE(opened);
      EXPECT_EQ(hex(opened->expose()), hex(plain));
      EXPECT_FALSE(ecies_open(receiver, *sealed, {})) << "other bound octets";
      EXPECT_FALSE(ecies_open(key(p, 9), *sealed, text)) << "another receiver";
    }
    EXPECT_FALSE(ecies_seal(receiver.public_key(), ByteVector(ecies_text_octets_max + 1), {}, key(p, 3)));
  }
}

TEST(Ecies, OpensNothingWhenAnyBitOrTheLengthDiffers) {
  for (const EciesProfile p : profiles) {
    const EciesKey receiver = key(p, 1);
    const auto sealed = ecies_seal(receiver.public_key(), text, {}, key(p, 2));
    ASSERT_TRUE(sealed);
    // X25519 ignores the highest bit of a point, but the bit goes into the derivation of the keys.
    for (std::size_t bit = 0; bit < 8 * sealed->size(); ++bit) {
      ByteVector other = *sealed;
      other[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
      EXPECT_FALSE(ecies_open(receiver, other, {})) << bit;
    }
    for (std::size_t n = 0; n < sealed->size(); ++n)
      EXPECT_FALSE(ecies_open(receiver, Bytes(*sealed).first(n), {}));
    ByteVector longer = *sealed;
    longer.push_back(0);
    EXPECT_FALSE(ecies_open(receiver, longer, {}));
  }
}

// Points that are none, or that would make a shared secret everybody knows.
TEST(Ecies, RefusesPointsAndPrivateKeysThatAreNone) {
  ByteVector point(32, 0);
  EXPECT_FALSE(ecies_seal(point, text, {}, key(EciesProfile::a, 1))) << "order 1 on X25519";
  point[0] = 1;
  EXPECT_FALSE(ecies_seal(point, text, {}, key(EciesProfile::a, 1))) << "order 4 on X25519";
  const EciesKey b = key(EciesProfile::b, 1);
  EXPECT_FALSE(ecies_seal(b.public_key(), text, {}, key(EciesProfile::a, 1)))
      << "a point of the other profile";
  EXPECT_FALSE(ecies_seal({}, text, {}, key(EciesProfile::b, 1)));
  EXPECT_FALSE(ecies_seal(ByteVector(33, 0), text, {}, key(EciesProfile::b, 1)));
  ByteVector uncompressed_head(b.public_key().begin(), b.public_key().end());
  uncompressed_head[0] = 4;
  EXPECT_FALSE(ecies_seal(uncompressed_head, text, {}, key(EciesProfile::b, 1)));
  // Half of all x have no y.
  int off_curve = 0;
  for (Byte i = 0; i < 32; ++i) {
    ByteVector x(33, i);
    x[0] = 2;
    if (!ecies_seal(x, text, {}, key(EciesProfile::b, 1))) ++off_curve;
  }
  EXPECT_GT(off_curve, 5);
  EXPECT_LT(off_curve, 27);
  ByteVector beyond(33, 0xFF);
  beyond[0] = 2;
  EXPECT_FALSE(ecies_seal(beyond, text, {}, key(EciesProfile::b, 1))) << "x over the field's prime";

  std::array<Byte, 32> octets{};
  EXPECT_FALSE(EciesKey::from(EciesProfile::b, octets)) << "zero";
  octets.fill(0xFF);
  EXPECT_FALSE(EciesKey::from(EciesProfile::b, octets)) << "over the order";
  // The order of the group itself, SEC 2, 2.4.2, and one less.
  const auto order = parse_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  std::copy(order->begin(), order->end(), octets.begin());
  EXPECT_FALSE(EciesKey::from(EciesProfile::b, octets));
  --octets[31];
  EXPECT_TRUE(EciesKey::from(EciesProfile::b, octets));
}

static_assert(!std::is_copy_constructible_v<EciesKey> && std::is_move_constructible_v<EciesKey>);
static_assert(!std::is_copy_constructible_v<OpenedText>);

}  // namespace
}  // namespace baton::asymmetric
