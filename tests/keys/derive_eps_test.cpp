// Every derivation of TS 33.401, annex A, against other implementations' values and computed ones.
#include "keys/derive_eps.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "crypto/kdf.h"
#include "keys/kdf_string.h"
#include "vectors/reader.h"

namespace baton {
namespace {

using vectors::Case;
using vectors::for_each_case;

/// The parts of one case as the typed functions want them.
struct Inputs {
  std::array<Byte, 32> key;
  std::vector<ByteVector> p;

  std::uint32_t number(std::size_t i) const {
    std::uint32_t v = 0;
    for (const Byte b : p.at(i)) v = v << 8U | b;
    return v;
  }
  template <class T>
  T as() const {
    return T(key);
  }
  Ck ck() const { return Ck(std::span<const Byte, 32>(key).first<16>()); }
  Ik ik() const { return Ik(std::span<const Byte, 32>(key).last<16>()); }
  NasCount count() const { return NasCount::from(number(0)).value(); }
  Pci pci() const { return Pci{static_cast<std::uint16_t>(number(0))}; }
  EarfcnDl earfcn() const { return EarfcnDl::from(number(1)).value(); }
};

template <class Key>
std::string text(const Key& key) {
  return hex(key.expose());
}

/// What a function of the header says, as hex; a 16-octet key is the end of the KDF's output.
using Function = std::function<std::string(const Inputs&)>;
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all{
      {"kasme",
       [](const Inputs& in) {
         const auto plmn = PlmnId::from_wire(in.p.at(0));
         return text(derive_kasme(in.ck(), in.ik(), *plmn, SqnXorAk::from(in.p.at(1))));
       }},
      {"kenb",
       [](const Inputs& in) { return text(derive_kenb(in.as<Kasme>(), UplinkNasCount{in.count()})); }},
      {"kenb_after_handover_from_utran",
       [](const Inputs& in) { return text(derive_kenb_after_handover_from_utran(in.as<Kasme>())); }},
      {"nh",
       [](const Inputs& in) {
         return text(derive_nh(in.as<Kasme>(), Kenb(std::span<const Byte, 32>(in.p.at(0).data(), 32))));
       }},
      {"nh_next",
       [](const Inputs& in) {
         return text(derive_nh(in.as<Kasme>(), Nh(std::span<const Byte, 32>(in.p.at(0).data(), 32))));
       }},
      {"kenb_star",
       [](const Inputs& in) { return text(derive_kenb_star(in.as<Kenb>(), in.pci(), in.earfcn())); }},
      {"kenb_star_vertical",
       [](const Inputs& in) { return text(derive_kenb_star(in.as<Nh>(), in.pci(), in.earfcn())); }},
      {"knas_enc",
       [](const Inputs& in) { return text(derive_knas_enc(in.as<Kasme>(), *eea_from(in.p.at(1).at(0)))); }},
      {"knas_int",
       [](const Inputs& in) { return text(derive_knas_int(in.as<Kasme>(), *eia_from(in.p.at(1).at(0)))); }},
      {"krrc_enc",
       [](const Inputs& in) { return text(derive_krrc_enc(in.as<Kenb>(), *eea_from(in.p.at(1).at(0)))); }},
      {"krrc_int",
       [](const Inputs& in) { return text(derive_krrc_int(in.as<Kenb>(), *eia_from(in.p.at(1).at(0)))); }},
      {"kup_enc",
       [](const Inputs& in) { return text(derive_kup_enc(in.as<Kenb>(), *eea_from(in.p.at(1).at(0)))); }},
      {"kup_int",
       [](const Inputs& in) { return text(derive_kup_int(in.as<Kenb>(), *eia_from(in.p.at(1).at(0)))); }},
      {"ck_ik_handover",
       [](const Inputs& in) {
         const auto k = derive_mapped_umts_keys_at_handover(in.as<Kasme>(), DownlinkNasCount{in.count()});
         return text(k.ck) + text(k.ik);
       }},
      {"ck_ik_idle",
       [](const Inputs& in) {
         const auto k = derive_mapped_umts_keys_at_idle_mobility(in.as<Kasme>(), UplinkNasCount{in.count()});
         return text(k.ck) + text(k.ik);
       }},
      {"nas_token",
       [](const Inputs& in) { return text(derive_nas_token(in.as<Kasme>(), UplinkNasCount{in.count()})); }},
      {"kasme_handover",
       [](const Inputs& in) {
         return text(derive_mapped_kasme_at_handover(in.ck(), in.ik(), NonceMme::from(in.p.at(0))));
       }},
      {"kasme_idle",
       [](const Inputs& in) {
         return text(derive_mapped_kasme_at_idle_mobility(in.ck(), in.ik(), NonceUe::from(in.p.at(0)),
                                                          NonceMme::from(in.p.at(1))));
       }},
      {"srvcc",
       [](const Inputs& in) {
         const auto k = derive_srvcc_keys(in.as<Kasme>(), DownlinkNasCount{in.count()});
         return text(k.ck) + text(k.ik);
       }},
      {"s_kenb",
       [](const Inputs& in) {
         return text(derive_s_kenb(in.as<Kenb>(), ScgCounter{static_cast<std::uint16_t>(in.number(0))}));
       }},
  };
  return all;
}

void check(Case& c, std::map<std::string, int>& seen) {
  const std::string name = c.text("Function");
  const auto fc = static_cast<Byte>(c.hex_number("FC"));
  Inputs in{c.array<32>("Key"), {}};
  for (const char* p : {"P0", "P1"})
    if (c.has(p)) in.p.push_back(c.octets(p));
  const std::string out = c.text("Out");

  KdfString s(fc);
  for (const ByteVector& p : in.p) s.add(p);
  EXPECT_EQ(text(crypto::kdf(in.key, s.octets())), out);
  ++seen[name];
  if (name == "kdf") return;
  const auto found = functions().find(name);
  ASSERT_NE(found, functions().end()) << name;
  const std::string got = found->second(in);
  EXPECT_EQ(got, got.size() == 32 ? out.substr(32) : out);
}

//= TS 33.401, A.2; type=test
//= TS 33.401, A.3; type=test
//= TS 33.401, A.4; type=test
//= TS 33.401, A.5; type=test
//= TS 33.401, A.7; type=test
//= TS 33.401, A.15; type=test
TEST(DeriveEps, AgreesWithOtherImplementations) {
  std::map<std::string, int> seen;
  for_each_case("kdf_third_party.vec", [&](Case& c) { check(c, seen); });
  for (const char* name : {"kasme", "kenb", "nh_next", "kenb_star", "knas_enc", "knas_int", "krrc_enc",
                           "krrc_int", "kup_enc", "kup_int", "s_kenb"})
    EXPECT_GT(seen[name], 0) << name;
}

//= TS 33.401, A.8; type=test
//= TS 33.401, A.9; type=test
//= TS 33.401, A.10; type=test
//= TS 33.401, A.11; type=test
//= TS 33.401, A.12; type=test
//= TS 33.401, A.13; type=test
TEST(DeriveEps, EveryFunctionGivesItsComputedValue) {
  std::map<std::string, int> seen;
  for_each_case("kdf_computed.vec", [&](Case& c) { check(c, seen); });
  for_each_case("kdf_third_party.vec", [&](Case& c) { check(c, seen); });
  for (const auto& [name, function] : functions()) EXPECT_GT(seen[name], 0) << name;
}

//= TS 33.220, B.2.1; type=test
TEST(KdfString, AnEmptyParameterIsAParameter) {
  KdfString none(Byte{0x32});
  EXPECT_EQ(hex(none.octets()), "32");
  KdfString empty(Byte{0x32});
  empty.add({});
  EXPECT_EQ(hex(empty.octets()), "320000");
  KdfString two(Fc::kasme);
  two.number(0x0102, 2).number(0xA0B0C0, 3);
  EXPECT_EQ(hex(two.octets()),
            "10"
            "0102"
            "0002"
            "a0b0c0"
            "0003");
}

TEST(KdfString, HoldsTheLongestItIsMadeFor) {
  KdfString s(Fc::nh);
  s.add(ByteVector(KdfString::octets_max - 3, 0xEE));
  EXPECT_EQ(s.octets().size(), KdfString::octets_max);
}
TEST(KdfStringDeathTest, RefusesOneOctetMore) {
  KdfString s(Fc::nh);
  EXPECT_DEBUG_DEATH(s.add(ByteVector(KdfString::octets_max - 2, 0xEE)), "");
}

TEST(EarfcnDl, IsAtMost18Bits) {
  EXPECT_TRUE(EarfcnDl::from(EarfcnDl::max));
  EXPECT_FALSE(EarfcnDl::from(EarfcnDl::max + 1));
}

// Value computed with openssl: printf '\x07\x41\x71' | openssl mac -digest SHA256 -macopt hexkey:00..00 HMAC
//= TS 33.401, I.2; type=test
TEST(HashMme, IsTheEndOfAnHmacUnderZeros) {
  EXPECT_EQ(hex(hash_mme(ByteVector{0x07, 0x41, 0x71}).bytes), "a76e85f540b876a6");
}

// A hash over a length kept in too few bits covers only part of the message (CVE-2024-24432). The values are
// Python's hmac over octets 7 i + 3 modulo 256.
//= TS 33.401, I.2; type=test
TEST(DeriveEps, HashMmeCoversTheWholeMessageWhateverItsLength) {
  const std::pair<std::size_t, std::string_view> cases[] = {
      {0, "c6c712144292c5ad"},   {1, "cefb8f867962bb86"},   {255, "8bfe14d7de2b9877"},
      {256, "7430a0ab0073c298"}, {257, "d252dfa227afa7f8"}, {512, "6b5c5323b817c72e"},
      {8188, "bf34fb9b2d57c874"}};
  for (const auto& [octets, expected] : cases) {
    ByteVector message(octets);
    for (std::size_t i = 0; i < octets; ++i) message[i] = static_cast<Byte>(i * 7 + 3);
    EXPECT_EQ(hex(hash_mme(message).bytes), expected) << octets;
  }
}

}  // namespace
}  // namespace baton
