// The derivations that hold a USIM to its device, against values that another program computed.
#include "keys/derive_device.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "vectors/reader.h"

namespace baton {
namespace {

using vectors::Case;
using vectors::for_each_case;

template <class S>
S secret(Bytes octets) {
  EXPECT_EQ(octets.size(), S::size);
  return S(std::span<const Byte, S::size>(octets.data(), S::size));
}
template <class P>
P sent(Bytes octets) {
  return P::from(octets);
}
template <class S>
std::string text(const S& s) {
  return hex(s.expose());
}

struct Inputs {
  ByteVector key;
  std::vector<ByteVector> p;
  std::size_t tag = 0;  ///< octets of it that are sent
  Kme kme() const { return secret<Kme>(key); }
};

using Function = std::function<std::string(const Inputs&)>;
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all{
      {"kme_check",
       [](const Inputs& in) {
         std::optional<CheckNonce> nonce;
         if (in.p.size() == 3) nonce = sent<CheckNonce>(in.p[2]);
         return text(derive_kme_check(in.kme(), static_cast<MobileIdentityType>(in.p.at(0).at(0)), in.p.at(1),
                                      nonce, static_cast<KmeCheckSize>(in.tag)));
       }},
      {"raw_kme_check", [](const Inputs& in) { return text(raw::derive_kme_check(in.kme(), in.p.at(0))); }},
      {"me_rsp",
       [](const Inputs& in) {
         return text(derive_me_rsp(in.kme(), sent<LoadNonce>(in.p.at(0)), in.p.at(1)));
       }},
      {"krsp", [](const Inputs& in) { return text(derive_krsp(in.kme())); }},
      {"me_rsp_of_krsp",
       [](const Inputs& in) {
         return text(derive_me_rsp(secret<Krsp>(in.key), sent<LoadNonce>(in.p.at(0)), in.p.at(1)));
       }},
      {"kasme_bound",
       [](const Inputs& in) {
         const Kasme kasme = secret<Kasme>(Bytes(in.key).first(32));
         const Kme kme = secret<Kme>(Bytes(in.key).subspan(32));
         const auto network = PlmnId::from_wire(std::span<const Byte, 3>(in.p.at(0).data(), 3));
         return text(derive_kasme_bound(kasme, kme, *network, in.p.at(1)));
       }},
      {"res_bound",
       [](const Inputs& in) { return text(derive_res_bound(in.kme(), sent<Rand>(in.p.at(0)), in.p.at(1))); }},
      {"store_proof",
       [](const Inputs& in) { return text(derive_store_proof(in.kme(), sent<Rand>(in.p.at(1)))); }},
  };
  return all;
}

//= S4.P1; type=test
//= S4.7; type=test
//= S4.D3; type=test
//= S4.D8; type=test
//= S4.D9; type=test
//= S4.D10; type=test
TEST(DeriveDevice, EveryFunctionGivesItsComputedValue) {
  std::map<std::string, int> seen;
  for_each_case("kdf_device_computed.vec", [&](Case& c) {
    const std::string name = c.text("Function");
    Inputs in{c.octets("Key"), {}};
    if (c.has("FC")) c.text("FC");  // part of the result
    for (const char* p : {"P0", "P1", "P2"})
      if (c.has(p)) in.p.push_back(c.octets(p));
    std::string out = c.text("Out");
    if (c.has("Tag")) {
      const std::string tag = c.text("Tag");
      EXPECT_EQ(out.substr(out.size() - tag.size()), tag) << c.where();
      out = tag;
      in.tag = tag.size() / 2;
    }
    ++seen[name];
    ASSERT_EQ(functions().count(name), 1U) << name;
    EXPECT_EQ(functions().at(name)(in), out) << c.where();
  });
  for (const auto& [name, function] : functions()) EXPECT_GT(seen[name], 0) << name;
}

// With another identity, KME or nonce a check is another: that is what stops it from being used for somebody
// else.
//= S4.D3; type=test
TEST(DeriveDevice, ACheckIsOfOneKmeOneIdentityAndOneNonce) {
  std::array<Byte, 32> octets{1};
  const Kme kme(octets);
  octets[31] = 1;
  const Kme other(octets);
  const ByteVector imsi = mobile_identity(*Imsi::parse("001010000000001"));
  const ByteVector another = mobile_identity(*Imsi::parse("001010000000002"));
  const auto check = [](const Kme& k, MobileIdentityType t, Bytes v, std::optional<CheckNonce> n) {
    return derive_kme_check(k, t, v, n);
  };
  const KmeCheck base = check(kme, MobileIdentityType::imsi, imsi, CheckNonce{});
  EXPECT_EQ(base, check(kme, MobileIdentityType::imsi, imsi, CheckNonce{}));
  EXPECT_FALSE(base == check(other, MobileIdentityType::imsi, imsi, CheckNonce{}));
  EXPECT_FALSE(base == check(kme, MobileIdentityType::imsi, another, CheckNonce{}));
  EXPECT_FALSE(base == check(kme, MobileIdentityType::guti, imsi, CheckNonce{}));
  EXPECT_FALSE(base == check(kme, MobileIdentityType::imsi, imsi, CheckNonce{{1}}));
  EXPECT_FALSE(base == check(kme, MobileIdentityType::imsi, imsi, std::nullopt));
}

// TS 24.301, 9.9.3.12: the first digit stands beside type and parity; an even number of digits ends with
// 1111.
//= TS 24.301, 9.9.3.12; type=test
TEST(MobileIdentity, IsWrittenAsInMessages) {
  EXPECT_EQ(hex(mobile_identity(*Imsi::parse("001010000000001"))), "0910100000000010");
  EXPECT_EQ(hex(mobile_identity(*Imsi::parse("00101000000001"))), "01101000000000f1");
  // TS 23.003, 6.2.1: the check digit is not sent, 0 stands in its place.
  EXPECT_EQ(hex(mobile_identity(*Imei::parse("353490069873310"))), "3a35940096783301");
  EXPECT_EQ(hex(mobile_identity(*Imei::parse("490154203237518"))), "4a09512430325701");
}

}  // namespace
}  // namespace baton
