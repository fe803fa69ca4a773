#include "asymmetric/rsa_oaep.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace baton::asymmetric {
namespace {

struct Der {
  ByteVector pub, priv;
};
Der made(unsigned bits) {
  EVP_PKEY* key = EVP_RSA_gen(bits);
  Der d;
  unsigned char* at = nullptr;
  const int pub = i2d_PUBKEY(key, &at);
  d.pub.assign(at, at + pub);
  OPENSSL_free(at);
  at = nullptr;
  const int priv = i2d_PrivateKey(key, &at);
  d.priv.assign(at, at + priv);
  OPENSSL_free(at);
  EVP_PKEY_free(key);
  return d;
}
const ByteVector label{'I', 'M', 'E', 'I'};

//= RFC 8017, 7.1; type=test
TEST(RsaOaep, OpensWhatItSealedUnderTheSameLabel) {
  for (const unsigned bits : {2048U, 3072U}) {
    const Der der = made(bits);
    const auto pub = RsaKey::public_from(der.pub);
    const auto priv = RsaKey::private_from(der.priv);
    ASSERT_TRUE(pub && priv);
    EXPECT_EQ(pub->octets(), bits / 8);
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{32}, pub->octets() - 66}) {
      const ByteVector text(n, 0x5A);
      for (const Bytes l : {Bytes(), Bytes(label)}) {
        const auto sealed = pub->seal(text, l);
        ASSERT_TRUE(sealed);
        EXPECT_EQ(sealed->size(), pub->octets());
        EXPECT_NE(hex(*sealed), hex(*pub->seal(text, l))) << "the padding is random";
        const auto opened = priv->open(*sealed, l);
        ASSERT_TRUE(opened);
        EXPECT_EQ(hex(opened->expose()), hex(text));
        EXPECT_FALSE(priv->open(*sealed, ByteVector{'X'})) << "another label";
        EXPECT_FALSE(pub->open(*sealed, l)) << "a public key";
      }
    }
    EXPECT_FALSE(pub->seal(ByteVector(pub->octets() - 65), label)) << "one octet too long";
  }
}

TEST(RsaOaep, OpensNothingThatDiffersAndTellsNoReason) {
  const Der der = made(2048);
  const auto pub = RsaKey::public_from(der.pub);
  const auto priv = RsaKey::private_from(der.priv);
  const auto sealed = pub->seal(ByteVector(32, 1), label);
  for (std::size_t octet = 0; octet < sealed->size(); octet += 15) {
    ByteVector other = *sealed;
    other[octet] ^= 1U;
    const auto opened = priv->open(other, label);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.why(), SealError::refused);
  }
  EXPECT_FALSE(priv->open(ByteVector(256, 0), label));
  EXPECT_FALSE(priv->open(ByteVector(256, 0xFF), label)) << "over the modulus";
  for (const std::size_t n : {0U, 1U, 255U, 257U, 384U})
    EXPECT_FALSE(priv->open(ByteVector(n, 1), label)) << n;
}

TEST(RsaOaep, TakesKeysOf2048And3072BitsOnly) {
  const Der small = made(1024);
  EXPECT_FALSE(RsaKey::public_from(small.pub));
  EXPECT_FALSE(RsaKey::private_from(small.priv));
  Der der = made(2048);
  EXPECT_FALSE(RsaKey::public_from({}));
  EXPECT_FALSE(RsaKey::public_from(Bytes(der.pub).first(der.pub.size() - 1)));
  der.pub.push_back(0);
  EXPECT_FALSE(RsaKey::public_from(der.pub)) << "octets after the key";
  EXPECT_FALSE(RsaKey::private_from(der.pub)) << "a public key is no private one";
}

}  // namespace
}  // namespace baton::asymmetric
