#include "keys/derive_device.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

#include "crypto/kdf.h"
#include "crypto/sha256.h"
#include "keys/kdf_string.h"
#include "keys/private_fc.h"

namespace baton {
namespace {

KdfString string_of(PrivateFc fc) { return KdfString(static_cast<Byte>(fc)); }

Bytes octets_of(std::string_view text) {
  return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
}

MeRsp me_rsp(Bytes key, const LoadNonce& nonce, Bytes imei) {
  assert(imei.size() <= identity_octets_max);
  KdfString s = string_of(PrivateFc::me_rsp);
  s.add(nonce.bytes).add(imei);
  return MeRsp(crypto::kdf(key, s.octets()).expose().last<16>());
}

}  // namespace

KmeCheck derive_kme_check(const Kme& kme, MobileIdentityType type, Bytes value,
                          const std::optional<CheckNonce>& nonce, KmeCheckSize size) {
  assert(value.size() <= identity_octets_max);
  KdfString s = string_of(PrivateFc::kme_check);
  s.number(static_cast<Byte>(type), 1).add(value);
  if (nonce) s.add(nonce->bytes);
  return KmeCheck(Bytes(crypto::kdf(kme.expose(), s.octets()).expose()).last(static_cast<std::size_t>(size)));
}

MeRsp derive_me_rsp(const Kme& kme, const LoadNonce& nonce, Bytes imei) {
  return me_rsp(kme.expose(), nonce, imei);
}

Krsp derive_krsp(const Kme& kme) {
  KdfString s = string_of(PrivateFc::me_rsp);
  s.add(octets_of("RSP"));
  return Krsp(crypto::kdf(kme.expose(), s.octets()).expose());
}

MeRsp derive_me_rsp(const Krsp& krsp, const LoadNonce& nonce, Bytes imei) {
  return me_rsp(krsp.expose(), nonce, imei);
}

Kasme derive_kasme_bound(const Kasme& kasme, const Kme& kme, const PlmnId& serving_network, Bytes imei) {
  assert(imei.size() <= identity_octets_max);
  std::array<Byte, Kasme::size + Kme::size> key;
  const auto end = std::copy(kasme.expose().begin(), kasme.expose().end(), key.begin());
  std::copy(kme.expose().begin(), kme.expose().end(), end);
  KdfString s = string_of(PrivateFc::kasme_bound);
  s.add(serving_network.wire()).add(imei);
  Kasme bound(crypto::kdf(key, s.octets()).expose());
  secure_wipe(key.data(), key.size());
  return bound;
}

Xres derive_res_bound(const Kme& kme, const Rand& rand, Bytes res) {
  assert(res.size() <= Xres::size_max);
  KdfString s = string_of(PrivateFc::res_bound);
  s.add(rand.bytes).add(res);
  return Xres(Bytes(crypto::kdf(kme.expose(), s.octets()).expose()).last(8));
}

StoreProof derive_store_proof(const Kme& kme, const Rand& rand) {
  KdfString s = string_of(PrivateFc::res_bound);
  s.add(octets_of("STORE")).add(rand.bytes);
  return StoreProof(crypto::kdf(kme.expose(), s.octets()).expose());
}

namespace raw {

KmeCheck derive_kme_check(const Kme& kme, Bytes value) {
  assert(value.size() <= identity_octets_max);
  std::array<Byte, Kme::size + identity_octets_max> text;
  const auto end = std::copy(kme.expose().begin(), kme.expose().end(), text.begin());
  std::copy(value.begin(), value.end(), end);
  const KmeCheck check(crypto::sha256(Bytes(text).first(Kme::size + value.size())));
  secure_wipe(text.data(), text.size());
  return check.clone();
}

}  // namespace raw

}  // namespace baton
