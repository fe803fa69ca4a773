#include "crypto/aes_siv.h"

#include <gtest/gtest.h>

namespace baton::crypto {
namespace {

SivKey key() {
  const auto octets = *parse_hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  return SivKey(std::span<const Byte, 32>(octets.data(), 32));
}
ByteVector associated() { return *parse_hex("101112131415161718191a1b1c1d1e1f2021222324252627"); }

//= RFC 5297, A.1; type=test
TEST(AesSiv, gives_the_deterministic_example_of_the_rfc) {
  const auto ad = associated();
  const auto plain = *parse_hex("112233445566778899aabbccddee");
  const auto sealed = siv_seal(key(), {ad}, plain);
  EXPECT_EQ(hex(sealed), "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
  EXPECT_EQ(siv_open(key(), {ad}, sealed), plain);
}

//= RFC 5297, A.2; type=test
TEST(AesSiv, gives_the_nonce_based_example_of_the_rfc) {
  const auto k = *parse_hex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f");
  const SivKey two(std::span<const Byte, 32>(k.data(), 32));
  const auto ad1 =
      *parse_hex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100");
  const auto ad2 = *parse_hex("102030405060708090a0");
  const auto nonce = *parse_hex("09f911029d74e35bd84156c5635688c0");
  const auto plain = *parse_hex(
      "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553");
  EXPECT_EQ(
      hex(siv_seal(two, {ad1, ad2, nonce}, plain)),
      "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea6"
      "4ad544a272e9c485b62a3fd5c0d");
}

//= RFC 5297, 2.7; type=test
TEST(AesSiv, opens_nothing_when_any_bit_of_text_key_or_associated_data_differs) {
  const auto ad = associated();
  const auto plain = *parse_hex("112233445566778899aabbccddeeff0011");
  const auto sealed = siv_seal(key(), {ad}, plain);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto changed = sealed;
    changed[bit / 8] = static_cast<Byte>(changed[bit / 8] ^ (1U << (bit % 8)));
    ASSERT_FALSE(siv_open(key(), {ad}, changed)) << bit;
  }
  auto other = ad;
  other[0] ^= 1;
  EXPECT_FALSE(siv_open(key(), {other}, sealed));
  EXPECT_FALSE(siv_open(key(), {}, sealed));
  for (std::size_t n = 0; n < sealed.size(); ++n) ASSERT_FALSE(siv_open(key(), {ad}, Bytes(sealed).first(n)));
}

TEST(AesSiv, seals_and_opens_every_length_around_the_block) {
  for (std::size_t n = 0; n <= 50; ++n) {
    const ByteVector plain(n, static_cast<Byte>(n));
    const auto sealed = siv_seal(key(), {}, plain);
    ASSERT_EQ(sealed.size(), n + siv_tag_octets);
    ASSERT_EQ(siv_open(key(), {}, sealed), plain);
  }
}

}  // namespace
}  // namespace baton::crypto
