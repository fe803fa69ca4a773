// What one generation makes of another's keys, and the keys of EAP-AKA and EAP-AKA'.
#include "keys/conversions.h"

#include "crypto/hmac_sha256.h"
#include "keys/eap_aka.h"
#include "vectors/reader.h"

namespace baton {
namespace {

using vectors::Case;
using vectors::for_each_case;

ByteVector text(std::string_view t) { return ByteVector(t.begin(), t.end()); }

//= TS 33.102, 6.8.1.2; type=test
//= TS 33.102, 6.8.2.3; type=test
//= TS 33.102, B.5; type=test
TEST(Conversions, MakeKeysOfOneGenerationFromAnother) {
  for_each_case("conversions_computed.vec", [](Case& c) {
    const Ck ck(c.array<16>("CK"));
    const Ik ik(c.array<16>("IK"));
    EXPECT_EQ(hex(convert_c2(Xres(c.octets("XRES"))).expose()), c.text("c2"));
    const Kc kc = convert_c3(ck, ik);
    EXPECT_EQ(hex(kc.expose()), c.text("c3"));
    EXPECT_EQ(hex(convert_c4(kc).expose()), c.text("c4"));
    EXPECT_EQ(hex(convert_c5(kc).expose()), c.text("c5"));
    EXPECT_EQ(hex(derive_kc128(ck, ik).expose()), c.text("Kc128"));
  });
  const Rand rand{{1, 2, 3}};
  EXPECT_EQ(convert_c1(rand), rand);
}

TEST(Conversions, C2TakesEveryLengthOfRes) {
  const ByteVector res{0x10, 0x20, 0x30, 0x40, 0x01, 0x02, 0x03, 0x04, 0x80, 0, 0, 0, 0, 0, 0, 0x08};
  EXPECT_EQ(hex(convert_c2(Xres(Bytes(res).first(4))).expose()), "10203040");
  EXPECT_EQ(hex(convert_c2(Xres(Bytes(res).first(5))).expose()), "11203040");
  EXPECT_EQ(hex(convert_c2(Xres(res)).expose()), "9122334c");
}

//= TS 55.205, 3; type=test
TEST(GsmMilenage, GivesThePublishedSetsInBothForms) {
  for_each_case("gsm_milenage_ts55205.vec", [](Case& c) {
    const K k(c.array<16>("Ki"));
    const Opc opc(c.array<16>("OPc"));
    const Rand rand{c.array<16>("RAND")};
    const GsmVector folded = make_gsm_vector(k, opc, rand);
    EXPECT_EQ(hex(folded.sres.expose()), c.text("SRES#1"));
    EXPECT_EQ(hex(folded.kc.expose()), c.text("Kc"));
    EXPECT_EQ(folded.rand, rand);
    EXPECT_EQ(hex(make_gsm_vector(k, opc, rand, SresForm::truncated).sres.expose()), c.text("SRES#2"));
  });
}

//= RFC 9048, 3.3; type=test
TEST(EapAkaPrime, GivesThePublishedKeys) {
  for_each_case("eap_aka_prime_rfc9048.vec", [](Case& c) {
    const auto autn = c.octets("AUTN");
    const auto bound = derive_eap_prime_keys(Ck(c.array<16>("CK")), Ik(c.array<16>("IK")), c.text("Network"),
                                             SqnXorAk::from(Bytes(autn).first(6)));
    ASSERT_TRUE(bound);
    EXPECT_EQ(hex(bound->ck.expose()), c.text("CK'"));
    EXPECT_EQ(hex(bound->ik.expose()), c.text("IK'"));
    const auto keys = derive_eap_aka_prime(text(c.text("Identity")), bound->ck, bound->ik);
    EXPECT_EQ(hex(keys.k_encr.expose()), c.text("K_encr"));
    EXPECT_EQ(hex(keys.k_aut.expose()), c.text("K_aut"));
    EXPECT_EQ(hex(keys.k_re.expose()), c.text("K_re"));
    EXPECT_EQ(hex(keys.msk.expose()), c.text("MSK"));
    EXPECT_EQ(hex(keys.emsk.expose()), c.text("EMSK"));

    // Session keys of a re-authentication, written out.
    const std::array<Byte, 16> nonce{9, 8, 7};
    const auto again = derive_eap_aka_prime_reauth(text("id"), 0x0102, nonce, keys.k_re);
    ByteVector s = text("EAP-AKA' re-authid");
    s.push_back(1);
    s.push_back(2);
    s.insert(s.end(), nonce.begin(), nonce.end());
    ByteVector one = s;
    one.push_back(1);
    const auto t1 = crypto::hmac_sha256(keys.k_re.expose(), one);
    ByteVector two(t1.begin(), t1.end());
    two.insert(two.end(), s.begin(), s.end());
    two.push_back(2);
    EXPECT_EQ(hex(again.msk.expose()), hex(t1) + hex(crypto::hmac_sha256(keys.k_re.expose(), two)));
    EXPECT_NE(hex(again.emsk.expose()), hex(again.msk.expose()));
  });
}

TEST(EapAkaPrime, RefusesANetworkNameThatNoAttributeHolds) {
  const Ck ck(std::array<Byte, 16>{1});
  const Ik ik(std::array<Byte, 16>{2});
  EXPECT_TRUE(derive_eap_prime_keys(ck, ik, std::string(eap_network_name_octets_max, 'x'), {}));
  const auto refused = derive_eap_prime_keys(ck, ik, std::string(eap_network_name_octets_max + 1, 'x'), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why(), EapRefusal::network_name_length);
}

//= RFC 4187, 7; type=test
TEST(EapAka, GivesTheKeysThatAnIndependentProgramGives) {
  for_each_case("eap_aka_computed.vec", [](Case& c) {
    const auto keys = derive_eap_aka(text(c.text("Identity")), Ck(c.array<16>("CK")), Ik(c.array<16>("IK")));
    EXPECT_EQ(hex(keys.mk.expose()), c.text("MK"));
    EXPECT_EQ(hex(keys.k_encr.expose()), c.text("K_encr"));
    EXPECT_EQ(hex(keys.k_aut.expose()), c.text("K_aut"));
    EXPECT_EQ(hex(keys.msk.expose()), c.text("MSK"));
    EXPECT_EQ(hex(keys.emsk.expose()), c.text("EMSK"));
    const std::array<Byte, 16> nonce{1};
    const auto a = derive_eap_aka_reauth(text("id"), 1, nonce, keys.mk);
    EXPECT_NE(a.msk, keys.msk);
    EXPECT_NE(a.msk, derive_eap_aka_reauth(text("id"), 2, nonce, keys.mk).msk);
    EXPECT_EQ(a.emsk, derive_eap_aka_reauth(text("id"), 1, nonce, keys.mk).emsk);
  });
}

}  // namespace
}  // namespace baton
