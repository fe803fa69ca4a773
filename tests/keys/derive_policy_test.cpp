// The derivations of the key policies, against values that another program computed.
#include "keys/derive_policy.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "crypto/sha256.h"
#include "keys/private_fc.h"
#include "vectors/reader.h"

namespace baton {
namespace {

using vectors::Case;
using vectors::for_each_case;

std::uint32_t number(Bytes octets) {
  std::uint32_t v = 0;
  for (const Byte b : octets) v = v << 8U | b;
  return v;
}
std::string_view label(const ByteVector& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}
template <class Key>
std::string text(const Key& key) {
  return hex(key.expose());
}
template <class Key>
Key filled(Byte b) {
  std::array<Byte, 32> octets{};
  octets.fill(b);
  return Key(octets);
}
template <class Key>
Key parsed(std::string_view digits) {
  const auto octets = parse_hex(digits);
  return Key(std::span<const Byte, 32>(octets->data(), 32));
}

/// IMSI out of a mobile identity, as somebody else would read it.
Imsi imsi_of(Bytes value) {
  std::string digits(1, static_cast<char>('0' + (value[0] >> 4U)));
  for (const Byte b : value.subspan(1))
    for (const unsigned d : {b & 0xFU, unsigned{b} >> 4U})
      if (d < 10) digits += static_cast<char>('0' + d);
  return *Imsi::parse(digits);
}

struct Inputs {
  std::array<Byte, 32> key;
  std::vector<ByteVector> p;
  template <class Key>
  Key as() const {
    return Key(key);
  }
};

using Function = std::function<std::string(const Inputs&)>;
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all{
      {"kenb_star_of_cell",
       [](const Inputs& in) {
         std::optional<EarfcnDl> earfcn;
         if (in.p.size() == 2) earfcn = EarfcnDl::from(number(in.p[1]));
         const Pci pci{static_cast<std::uint16_t>(number(in.p.at(0)))};
         return text(derive_kenb_star_of_cell(in.as<Kenb>(), pci, earfcn));
       }},
      {"kho", [](const Inputs& in) { return text(derive_kho(in.as<Kasme>(), label(in.p.at(0)))); }},
      {"kenb_star_plus",
       [](const Inputs& in) {
         const KenbStar star(std::span<const Byte, 32>(in.p.at(0).data(), 32));
         return text(derive_kenb_star_plus(in.as<Kho>(), star));
       }},
      {"kenb_from_star",
       [](const Inputs& in) {
         const CRntiValue c_rnti{static_cast<std::uint16_t>(number(in.p.at(0)))};
         return text(derive_kenb_from_star(in.as<KenbStar>(), c_rnti));
       }},
      {"kasme_refreshed",
       [](const Inputs& in) {
         const auto direction = static_cast<RefreshDirection>(in.p.at(0).at(0));
         return text(derive_kasme_refreshed(in.as<Kasme>(), direction, *NasCount::from(number(in.p.at(1)))));
       }},
      {"update_proof",
       [](const Inputs& in) {
         const Bytes origin = in.p.at(3);
         const auto direction = static_cast<RefreshDirection>(origin[0]);
         const NasCount count = *NasCount::from(number(origin.subspan(1)));
         // At step 0 the key proves itself; otherwise it is KASME' of the direction and COUNT.
         const Kasme refreshed = direction == RefreshDirection::aka
                                     ? in.as<Kasme>()
                                     : derive_kasme_refreshed(in.as<Kasme>(), direction, count);
         EXPECT_EQ(hex(crypto::sha256(refreshed.expose())), hex(in.p.at(5)));
         const Bytes generation = in.p.at(1);
         return text(
             derive_update_proof(in.as<Kasme>(), {number(generation.first(4)), number(generation.last(4))},
                                 imsi_of(in.p.at(2)), direction, count, label(in.p.at(4)), refreshed));
       }},
      {"kupe",
       [](const Inputs& in) {
         const UpeKeyCounter counter{static_cast<std::uint16_t>(number(in.p.at(1)))};
         return text(derive_kupe(in.as<Kasme>(), label(in.p.at(0)), counter));
       }},
      {"kn3",
       [](const Inputs& in) {
         return text(derive_kn3(in.as<Kasme>(), label(in.p.at(0)), label(in.p.at(1)), number(in.p.at(2))));
       }},
      {"kup_enc",
       [](const Inputs& in) { return text(derive_kup_enc(in.as<Kupe>(), *eea_from(in.p.at(1).at(0)))); }},
      {"kup_int",
       [](const Inputs& in) { return text(derive_kup_int(in.as<Kupe>(), *eia_from(in.p.at(1).at(0)))); }},
  };
  return all;
}

//= S0.D2; type=test
//= S0.D5; type=test
//= S1.D3; type=test
//= S3.D1; type=test
//= S3.P4; type=test
//= S3.B5; type=test
TEST(DerivePolicy, EveryFunctionGivesItsComputedValue) {
  std::map<std::string, int> seen;
  for_each_case("kdf_policies_computed.vec", [&](Case& c) {
    const std::string name = c.text("Function");
    Inputs in{c.array<32>("Key"), {}};
    c.text("FC");  // part of the result
    for (const char* p : {"P0", "P1", "P2", "P3", "P4", "P5"})
      if (c.has(p)) in.p.push_back(c.octets(p));
    const std::string out = c.text("Out");
    ++seen[name];
    ASSERT_EQ(functions().count(name), 1U) << name;
    const std::string got = functions().at(name)(in);
    EXPECT_EQ(got, got.size() == 32 ? out.substr(32) : out) << c.where();
  });
  for (const auto& [name, function] : functions()) EXPECT_GT(seen[name], 0) << name;
}

// A value of srsRAN's tests: with a carrier it is the derivation of the standard.
//= TS 33.401, A.5; type=test
TEST(DerivePolicy, KenbStarWithACarrierIsTheStandardsOne) {
  const Kenb kenb = parsed<Kenb>("c4c7bc798ab94e3d354cd6608e79aa92f5569df46519507850051e36f018ca5f");
  EXPECT_EQ(text(derive_kenb_star_of_cell(kenb, Pci{32}, EarfcnDl::from(561))),
            "6f0454577f555ca76f449c2ac1da0f4fb7de4b9440110ffbd12f3a5d4de17350");
  EXPECT_NE(derive_kenb_star_of_cell(kenb, Pci{32}, std::nullopt),
            derive_kenb_star_of_cell(kenb, Pci{32}, EarfcnDl::from(561)));
}

// The values are those of Python's hmac over the plain concatenations.
//= S3.D2; type=test
TEST(DerivePolicy, TheRawReadingHashesPlainConcatenations) {
  const Kasme kasme = parsed<Kasme>("04a2d7ce0dd489817c7f6a2064f3b48bd1416c1506f98e2a4549949964b340e5");
  const Kenb kenb = parsed<Kenb>("cbda522e4649cceba6e705aa107d7da65ecf640de1b8075d8c471fac3cabd880");
  const KenbStar star = raw::derive_kenb_star_of_cell(kenb, Pci{1}, std::nullopt);
  EXPECT_EQ(text(star), "ed9eda6469276daeec110d8966fcc8ef01476ba074816660ef04238ef029f601");
  EXPECT_EQ(text(raw::derive_kenb_star_of_cell(kenb, Pci{1}, EarfcnDl::from(3350))),
            "43ab44b2b2a549c7ba4d4e37b2252d8421388ecf733d70a0416ff8729107015a");
  EXPECT_EQ(text(raw::derive_kenb_star_of_cell(kenb, Pci{1}, EarfcnDl::from(65536))),
            "14e895296b21bfcce2bbb02ba991aa2ae92c1f0181284a05bd13cabb800cecc6");
  const Kho kho = raw::derive_kho(kasme);
  EXPECT_EQ(text(kho), "b75deb5f7f47c0405e98fa4509988e58ea52a94c3bb95391fed095963bf396f5");
  const KenbStar plus = raw::derive_kenb_star_plus(kho, star);
  EXPECT_EQ(text(plus), "5801e6755512e7503062156688c6283e45058b7abbd51f42be7f5a0bea8bbad3");
  EXPECT_EQ(text(raw::derive_kenb_from_star(star, CRntiValue{0x1234})),
            "9d396728ce309fd300126c46c1f88cef7217887bb1db3b50a773a9d7d8fda870");
  EXPECT_EQ(text(raw::derive_kenb_from_star(plus, CRntiValue{0x1234})),
            "0363e4f33b6d86c15e86c5aeca9544c2b7cb14504d264c0276fc500918a28ff6");
  EXPECT_NE(raw::derive_kho(kasme), derive_kho(kasme));
}

// What a proof is bound to: nothing in it may change without the proof changing.
//= S0.D5; type=test
TEST(DerivePolicy, AProofIsOfOneStepOfOneSubscriberAtOneMme) {
  const Kasme old = filled<Kasme>(1);
  const Kasme refreshed = filled<Kasme>(2);
  const Imsi imsi = *Imsi::parse("001010000000001");
  const NasCount count = *NasCount::from(5);
  const auto direction = RefreshDirection::handover;
  const UpdateProof proof =
      derive_update_proof(old, {3, 1}, imsi, direction, count, "mme2.example", refreshed);
  const auto differs = [&](const UpdateProof& other) { return !(other == proof); };
  EXPECT_TRUE(
      differs(derive_update_proof(refreshed, {3, 1}, imsi, direction, count, "mme2.example", refreshed)));
  EXPECT_TRUE(differs(derive_update_proof(old, {4, 1}, imsi, direction, count, "mme2.example", refreshed)));
  EXPECT_TRUE(differs(derive_update_proof(old, {3, 2}, imsi, direction, count, "mme2.example", refreshed)));
  EXPECT_TRUE(differs(derive_update_proof(old, {3, 1}, *Imsi::parse("001010000000002"), direction, count,
                                          "mme2.example", refreshed)));
  EXPECT_TRUE(differs(
      derive_update_proof(old, {3, 1}, imsi, RefreshDirection::idle, count, "mme2.example", refreshed)));
  EXPECT_TRUE(differs(
      derive_update_proof(old, {3, 1}, imsi, direction, *NasCount::from(6), "mme2.example", refreshed)));
  EXPECT_TRUE(differs(derive_update_proof(old, {3, 1}, imsi, direction, count, "mme3.example", refreshed)));
  EXPECT_TRUE(differs(derive_update_proof(old, {3, 1}, imsi, direction, count, "mme2.example", old)));
}

TEST(Generation, OrdersByEpochThenStep) {
  EXPECT_LT((Generation{1, 9}), (Generation{2, 0}));
  EXPECT_LT((Generation{2, 0}), (Generation{2, 1}));
}

TEST(DerivePolicyDeathTest, RefusesWhatHasNoPlaceInAString) {
  const Kasme kasme = filled<Kasme>(1);
  const std::string label(handover_string_octets_max + 1, 'x');
  EXPECT_DEBUG_DEATH(derive_kho(kasme, label), "");
  EXPECT_DEBUG_DEATH(derive_kupe(kasme, std::string(upe_id_octets_max + 1, 'u'), UpeKeyCounter{1}), "");
}

}  // namespace
}  // namespace baton
