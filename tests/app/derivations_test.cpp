#include "app/derivations.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace baton::app {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

const Derivation& by_name(std::string_view name) {
  const auto all = derivations();
  return *std::find_if(all.begin(), all.end(), [&](const Derivation& d) { return d.name == name; });
}

/// The hexadecimal of the one result named `result`.
std::string shown(std::string_view name, const Values& values, std::string_view result) {
  auto out = derive(by_name(name), values, Shown{{}, true});
  if (!out) return out.why();
  for (const Derived& d : *out)
    if (d.name == result && d.value) return *d.value;
  return "no such result";
}

constexpr const char* kasme = "d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990";
constexpr const char* kenb = "c4c7bc798ab94e3d354cd6608e79aa92f5569df46519507850051e36f018ca5f";

// The values of the public tests of srsRAN's key derivations.
//= TS 33.401, A.7; type=test
TEST(Derivations, GiveTheKeysOfAnotherImplementation) {
  EXPECT_EQ(shown("kasme",
                  {{"ck", "7bc15d69309cf3ec5d324404edd6f0f9"},
                   {"ik", "c15d69309cf3ec5d324404edd6f0f97b"},
                   {"plmn", "00101"},
                   {"sqn-xor-ak", "5d69309ce135"}},
                  "K_ASME"),
            kasme);
  EXPECT_EQ(shown("knas-int", {{"kasme", kasme}, {"algorithm", "1"}}, "K_NASint"),
            "b79408e243dd367dc8c6392295b3b451");
  EXPECT_EQ(
      shown("kenb",
            {{"kasme", "6144c681d1bea9dae1b8cf6cd10a686341db8046a1e7a9ab4d1ea0e33c994ac0"}, {"count", "0"}},
            "K_eNB"),
      kenb);
  EXPECT_EQ(shown("krrc-int", {{"kenb", kenb}, {"algorithm", "2"}}, "K_RRCint"),
            "fa1d6d1940f1d879cf0189342a8d73c2");
  EXPECT_EQ(shown("kup-enc", {{"kenb", kenb}, {"algorithm", "0"}}, "K_UPenc"),
            "9c3c92e1ddc0c8c5706cbb8f955e8263");
  EXPECT_EQ(shown("kenb-star", {{"kenb", kenb}, {"pci", "32"}, {"earfcn", "561"}}, "K_eNB"),
            "6f0454577f555ca76f449c2ac1da0f4fb7de4b9440110ffbd12f3a5d4de17350");
  EXPECT_EQ(
      shown("nh",
            {{"kasme", kasme}, {"nh", "0000000000000000000000000000000000000000000000000000000000000012"}},
            "NH"),
      "c855866413071b74aba01c132b943e7698aa5c11760d9bb1162ab313b11c6051");
}

//= TS 35.208, 4.3.1; type=test
TEST(Derivations, GiveOpcOfTestSetOne) {
  EXPECT_EQ(
      shown("opc", {{"k", "465b5ce8b199b49faa5f0a2ee238a6bc"}, {"op", "cdc202d5123e20f62b6d676ac72cb318"}},
            "OPc"),
      "cd63cb71954a9f4e48a5994e37a02baf");
}

//= TS 35.208, 4.3.19; type=test
TEST(Derivations, GiveAWholeVector) {
  const Values values{{"k", "5122250214c33e723a5dd523fc145fc0"},
                      {"opc", "981d464c7c52eb6e5036234984ad0bcf"},
                      {"rand", "81e92b6c0ee0e12ebceba8d92a99dfa5"},
                      {"sqn", "16f3b3f70fc2"},
                      {"amf", "8000"},
                      {"plmn", "00101"}};
  EXPECT_EQ(shown("vector", values, "CK"), "5349fbe098649f948f5d2e973a81c00f");
  EXPECT_EQ(shown("vector", values, "XRES"), "28d7b0f2a2ec3de5");
  EXPECT_EQ(shown("vector", values, "AUTN"), "bb52e91c747a80009a537d5e25e2ef65");
}

TEST(Derivations, ShowNoKeyUnlessAsked) {
  const Values all{{"k", "465b5ce8b199b49faa5f0a2ee238a6bc"},
                   {"op", "cdc202d5123e20f62b6d676ac72cb318"},
                   {"opc", "cd63cb71954a9f4e48a5994e37a02baf"},
                   {"amf", "8000"},
                   {"sqn", "000000000020"},
                   {"rand", "23553cbe9637a89d218ae64dae47bf35"},
                   {"plmn", "00101"},
                   {"ck", "b40ba9a3c58b2a05bbf0d987b21bf8cb"},
                   {"ik", "f769bcd751044604127672711c6d3441"},
                   {"sqn-xor-ak", "5d69309ce135"},
                   {"kasme", kasme},
                   {"kenb", kenb},
                   {"nh", kenb},
                   {"count", "7"},
                   {"pci", "1"},
                   {"earfcn", "1300"},
                   {"algorithm", "2"},
                   {"nonce-ue", "01020304"},
                   {"nonce-mme", "05060708"},
                   {"counter", "1"},
                   {"message", "0741"},
                   {"key", kasme},
                   {"s", "11"},
                   {"identity", "0001010000000001@wlan.mnc001.mcc001.3gppnetwork.org"},
                   {"network", "WLAN"},
                   {"version", "1"},
                   {"kc", "0123456789abcdef"},
                   {"kenb-star", kenb},
                   {"kho", kenb},
                   {"kupe", kenb},
                   {"c-rnti", "4660"},
                   {"direction", "handover"},
                   {"epoch", "1"},
                   {"step", "2"},
                   {"imsi", "001010000000001"},
                   {"upe", "upe-1"}};
  for (const Derivation& d : derivations()) {
    Values values;
    if (d.name == "tuak") values["topc"] = kasme;
    for (const std::string_view option : d.options) values[std::string(option)] = all.at(std::string(option));
    auto hidden = derive(d, values, Shown{});
    auto open = derive(d, values, Shown{{}, true});
    ASSERT_TRUE(hidden && open) << d.name;
    for (std::size_t i = 0; i < hidden->size(); ++i) {
      const Derived& one = (*hidden)[i];
      EXPECT_TRUE((*open)[i].value) << d.name;
      const bool public_value = one.name == "RAND" || one.name == "AUTN" || one.name == "HASH_MME" ||
                                one.name.find("(MAC-") != std::string::npos;
      EXPECT_EQ(one.value.has_value(), public_value) << d.name << " " << one.name;
      EXPECT_EQ(one.id, (*open)[i].id);
    }
  }
}

TEST(Derivations, SayWhichInputIsWrongAndRepeatNone) {
  auto out = derive(by_name("kenb"), {{"kasme", "abcdef0123"}, {"count", "0"}}, Shown{});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.why(), "--kasme: expected 64 hexadecimal digits");
  EXPECT_EQ(derive(by_name("kenb"), {{"kasme", kasme}}, Shown{}).why(), "--count: missing");
  EXPECT_EQ(derive(by_name("kenb"), {{"kasme", kasme}, {"count", "16777216"}}, Shown{}).why(),
            "--count: expected a number from 0 to 16777215");
  EXPECT_TRUE(derive(by_name("kenb"), {{"kasme", kasme}, {"count", "16777215"}}, Shown{}));
  EXPECT_FALSE(derive(by_name("kenb-star"), {{"kenb", kenb}, {"pci", "504"}, {"earfcn", "1"}}, Shown{}));
  EXPECT_FALSE(derive(by_name("knas-int"), {{"kasme", kasme}, {"algorithm", "4"}}, Shown{}));
}

}  // namespace
}  // namespace baton::app
