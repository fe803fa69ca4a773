#include "keys/eap_aka.h"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/fips186_prf.h"
#include "crypto/hmac_sha256.h"
#include "crypto/kdf.h"
#include "crypto/sha1.h"

namespace baton {
namespace {

/// Takes keys off the front of what a generator gave.
class Cutter {
 public:
  explicit Cutter(Bytes octets) : left_(octets) {}
  template <class Key>
  Key take() {
    Key key(left_.first<Key::size>());
    left_ = left_.subspan(Key::size);
    return key;
  }

 private:
  Bytes left_;
};

/// Octets that are wiped: generator outputs, and keys side by side.
template <std::size_t N>
struct Scratch {
  std::array<Byte, N> octets{};
  Scratch() = default;
  ~Scratch() { secure_wipe(octets.data(), N); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

std::array<Byte, 2> two(std::uint16_t n) { return {static_cast<Byte>(n >> 8U), static_cast<Byte>(n)}; }

/// PRF': T1 | T2 | ..., each from the one before, S and a number.
//= RFC 9048, 3.4.1
void prf_prime(Bytes key, std::initializer_list<Bytes> s, MutableBytes out) {
  Scratch<32> t;
  const crypto::HmacSha256 keyed(key);
  for (Byte number = 1; !out.empty(); ++number) {
    crypto::HmacSha256 h = keyed;
    if (number > 1) h.update(t.octets);
    for (const Bytes part : s) h.update(part);
    h.update(std::span<const Byte, 1>(&number, 1));
    t.octets = h.finish();
    const std::size_t n = std::min(out.size(), t.octets.size());
    std::copy_n(t.octets.begin(), n, out.begin());
    out = out.subspan(n);
  }
}

Bytes octets_of(std::string_view text) {
  return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
}

template <class A, class B>
void join(Scratch<32>& out, const A& a, const B& b) {
  std::copy(a.expose().begin(), a.expose().end(), out.octets.begin());
  std::copy(b.expose().begin(), b.expose().end(), out.octets.begin() + 16);
}

}  // namespace

EapAkaKeys derive_eap_aka(Bytes identity, const Ck& ck, const Ik& ik) {
  Scratch<20> mk;
  mk.octets = crypto::sha1({identity, ik.expose(), ck.expose()});
  Scratch<160> made;
  crypto::fips186_prf(mk.octets, made.octets);
  Cutter cut(made.octets);
  auto k_encr = cut.take<EapKencr>();
  auto k_aut = cut.take<EapAkaKaut>();
  auto msk = cut.take<Msk>();
  return {EapAkaMk(mk.octets), std::move(k_encr), std::move(k_aut), std::move(msk), cut.take<Emsk>()};
}

EapSessionKeys derive_eap_aka_reauth(Bytes identity, std::uint16_t counter, std::span<const Byte, 16> nonce_s,
                                     const EapAkaMk& mk) {
  const auto count = two(counter);
  Scratch<20> xkey;
  xkey.octets = crypto::sha1({identity, count, nonce_s, mk.expose()});
  Scratch<160> made;  // 128 octets are used
  crypto::fips186_prf(xkey.octets, made.octets);
  Cutter cut(made.octets);
  auto msk = cut.take<Msk>();
  return {std::move(msk), cut.take<Emsk>()};
}

Expected<EapPrimeKeys, EapRefusal> derive_eap_prime_keys(const Ck& ck, const Ik& ik,
                                                         std::string_view network_name,
                                                         const SqnXorAk& sqn_xor_ak) {
  if (network_name.size() > eap_network_name_octets_max) return Fail{EapRefusal::network_name_length};
  constexpr Byte fc = 0x20;  // TS 33.402 owns 20 to 2F
  ByteVector s{fc};
  const auto add = [&s](Bytes parameter) {
    s.insert(s.end(), parameter.begin(), parameter.end());
    const auto length = two(static_cast<std::uint16_t>(parameter.size()));
    s.insert(s.end(), length.begin(), length.end());
  };
  add(octets_of(network_name));
  add(sqn_xor_ak.bytes);
  Scratch<32> key;
  join(key, ck, ik);
  const crypto::KdfOutput out = crypto::kdf(key.octets, s);
  return EapPrimeKeys{CkPrime(out.expose().first<16>()), IkPrime(out.expose().last<16>())};
}

EapAkaPrimeKeys derive_eap_aka_prime(Bytes identity, const CkPrime& ck, const IkPrime& ik) {
  Scratch<32> key;
  join(key, ik, ck);
  Scratch<208> made;
  prf_prime(key.octets, {octets_of("EAP-AKA'"), identity}, made.octets);
  Cutter cut(made.octets);
  auto k_encr = cut.take<EapKencr>();
  auto k_aut = cut.take<EapAkaPrimeKaut>();
  auto k_re = cut.take<EapAkaPrimeKre>();
  auto msk = cut.take<Msk>();
  return {std::move(k_encr), std::move(k_aut), std::move(k_re), std::move(msk), cut.take<Emsk>()};
}

EapSessionKeys derive_eap_aka_prime_reauth(Bytes identity, std::uint16_t counter,
                                           std::span<const Byte, 16> nonce_s, const EapAkaPrimeKre& k_re) {
  const auto count = two(counter);
  Scratch<128> made;
  prf_prime(k_re.expose(), {octets_of("EAP-AKA' re-auth"), identity, count, nonce_s}, made.octets);
  Cutter cut(made.octets);
  auto msk = cut.take<Msk>();
  return {std::move(msk), cut.take<Emsk>()};
}

}  // namespace baton
