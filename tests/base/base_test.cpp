// Octets, Expected, secrets.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/expected.h"
#include "base/instant.h"
#include "base/secret.h"
#include "base/strong.h"

namespace baton {
namespace {

TEST(Hex, IsReadBackAsItWasWritten) {
  ByteVector all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Byte>(i);
  EXPECT_EQ(parse_hex(hex(all)), all);
  EXPECT_EQ(parse_hex("DE ad\tbe\nEF"), (ByteVector{0xDE, 0xAD, 0xBE, 0xEF}));
  EXPECT_EQ(parse_hex(""), ByteVector());
}

TEST(Hex, AnythingElseIsRefused) {
  for (const char* bad : {"1", "123", "0g", "g0", "1 2", "0x12", "12:34", "12 3"})
    EXPECT_FALSE(parse_hex(bad)) << bad;
}

TEST(Expected, HoldsAValueOrTheReason) {
  const Expected<int, std::string> good = 7;
  const Expected<int, std::string> bad = Fail{std::string("because")};
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.why(), "because");
}

TEST(Expected, WorksWhenValueAndReasonAreOneType) {
  const Expected<int, int> bad = Fail{3};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.why(), 3);
}

using Key = Secret<struct KeyTag, 16>;
using OtherKey = Secret<struct OtherKeyTag, 16>;
constexpr std::array<Byte, 16> octets{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
static_assert(std::is_nothrow_move_constructible_v<Key> && std::is_nothrow_move_assignable_v<Key>);
static_assert(!std::is_constructible_v<Key, OtherKey> && !std::is_convertible_v<Key, Bytes>);
static_assert(!std::is_default_constructible_v<Key>);

bool all_zero(Bytes b) {
  return std::all_of(b.begin(), b.end(), [](Byte x) { return x == 0; });
}

TEST(Secret, AMovedFromSecretIsWiped) {
  Key a(octets);
  Key b(std::move(a));
  EXPECT_TRUE(all_zero(a.expose()));  // NOLINT: that is the promise
  EXPECT_EQ(hex(b.expose()), hex(octets));
  Key c(std::array<Byte, 16>{9});
  c = std::move(b);
  EXPECT_TRUE(all_zero(b.expose()));  // NOLINT
  EXPECT_EQ(hex(c.expose()), hex(octets));
  Key& same = c;
  c = std::move(same);
  EXPECT_EQ(hex(c.expose()), hex(octets));
}

// The memory outlives the key here, so that it may be looked at.
TEST(Secret, ADeadSecretIsWiped) {
  alignas(Key) std::array<Byte, sizeof(Key)> memory{};
  auto* key = new (memory.data()) Key(octets);
  ASSERT_FALSE(all_zero(memory));
  key->~Key();
  EXPECT_TRUE(all_zero(memory));

  using Short = ShortSecret<struct ShortTag, 16>;
  alignas(Short) std::array<Byte, sizeof(Short)> short_memory{};
  auto* secret = new (short_memory.data()) Short(Bytes(octets).first(8));
  ASSERT_FALSE(all_zero(short_memory));
  secret->~Short();
  EXPECT_TRUE(all_zero(Bytes(short_memory).first(Short::size_max)));  // the length after them is no secret
}

TEST(Secret, ComparesEveryOctet) {
  const Key a(octets);
  for (std::size_t i = 0; i < 16; ++i) {
    auto other = octets;
    other[i] = static_cast<Byte>(other[i] ^ 0x80U);
    EXPECT_FALSE(a == Key(other)) << i;
  }
  EXPECT_TRUE(a == a.clone());
}

TEST(ShortSecret, HasItsOwnLength) {
  using Short = ShortSecret<struct ShortTag, 16>;
  Short a(Bytes(octets).first(8));
  EXPECT_EQ(a.size(), 8U);
  EXPECT_FALSE(a == Short(Bytes(octets).first(7)));
  Short b(std::move(a));
  EXPECT_EQ(a.size(), 0U);  // NOLINT: wiped
  EXPECT_EQ(hex(b.expose()), "0102030405060708");
  EXPECT_EQ(Short(octets).size(), Short::size_max);
}

TEST(ConstantTimeEqual, IsEquality) {
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_TRUE(constant_time_equal(octets, octets));
  EXPECT_FALSE(constant_time_equal(octets, Bytes(octets).first(15)));
}

TEST(SecureWipe, ClearsAllOfIt) {
  ByteVector b(100, 0xEE);
  secure_wipe(b.data(), b.size());
  EXPECT_TRUE(all_zero(b));
}

struct Counting final : Entropy {
  void fill(MutableBytes out) override {
    for (Byte& b : out) b = next++;
  }
  Byte next = 1;
};
TEST(Entropy, MakesANumberOfFourOctetsInNetworkOrder) {
  Counting c;
  EXPECT_EQ(c.u32(), 0x01020304U);
}

TEST(Instant, AddsAndSubtractsDurations) {
  const Instant t{5s};
  EXPECT_EQ((t + 6s) - t, Duration(6s));
  EXPECT_LT(t, t + Duration(1));
}

}  // namespace
}  // namespace baton
