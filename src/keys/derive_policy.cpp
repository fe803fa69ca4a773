#include "keys/derive_policy.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "crypto/kdf.h"
#include "crypto/sha256.h"
#include "keys/kdf_string.h"
#include "keys/mobile_identity.h"
#include "keys/private_fc.h"

namespace baton {
namespace {

Bytes octets_of(std::string_view text) {
  return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
}

KdfString string_of(PrivateFc fc) { return KdfString(static_cast<Byte>(fc)); }

/// An EARFCN has two octets or, past 16 bits, three. TS 33.401, A.5.
std::size_t octets_of(EarfcnDl earfcn) { return earfcn.value() > 0xFFFF ? 3 : 2; }

void put(ByteVector& out, std::uint32_t value, std::size_t octets) {
  while (octets-- > 0) out.push_back(static_cast<Byte>(value >> (8 * octets)));
}

/// Key is the whole output of the KDF.
template <class Key>
Key derive(Bytes key, Bytes s) {
  return Key(crypto::kdf(key, s).expose());
}

/// The last 16 octets: the keys of algorithms.
template <class Key>
Key algorithm_key(const Kupe& kupe, Byte type, Byte algorithm) {
  KdfString s(Fc::algorithm_key);
  s.number(type, 1).number(algorithm, 1);
  return Key(crypto::kdf(kupe.expose(), s.octets()).expose().last<16>());
}

}  // namespace

KenbStar derive_kenb_star_of_cell(const Kenb& kenb, Pci pci, std::optional<EarfcnDl> earfcn) {
  KdfString s(Fc::kenb_star);
  s.number(pci.value, 2);
  if (earfcn) s.number(earfcn->value(), octets_of(*earfcn));
  return derive<KenbStar>(kenb.expose(), s.octets());
}

Kho derive_kho(const Kasme& kasme, std::string_view label) {
  assert(label.size() <= handover_string_octets_max);
  KdfString s = string_of(PrivateFc::kho);
  s.add(octets_of(label));
  return derive<Kho>(kasme.expose(), s.octets());
}

KenbStar derive_kenb_star_plus(const Kho& kho, const KenbStar& kenb_star) {
  KdfString s = string_of(PrivateFc::kenb_star_plus);
  s.add(kenb_star.expose());
  return derive<KenbStar>(kho.expose(), s.octets());
}

Kenb derive_kenb_from_star(const KenbStar& kenb_star, CRntiValue c_rnti) {
  KdfString s = string_of(PrivateFc::kenb_of_c_rnti);
  s.number(c_rnti.value, 2);
  return derive<Kenb>(kenb_star.expose(), s.octets());
}

namespace raw {

KenbStar derive_kenb_star_of_cell(const Kenb& kenb, Pci pci, std::optional<EarfcnDl> earfcn) {
  ByteVector s;
  put(s, pci.value, 2);
  if (earfcn) put(s, earfcn->value(), octets_of(*earfcn));
  return derive<KenbStar>(kenb.expose(), s);
}

Kho derive_kho(const Kasme& kasme, std::string_view label) {
  return derive<Kho>(kasme.expose(), octets_of(label));
}

KenbStar derive_kenb_star_plus(const Kho& kho, const KenbStar& kenb_star) {
  return derive<KenbStar>(kho.expose(), kenb_star.expose());
}

Kenb derive_kenb_from_star(const KenbStar& kenb_star, CRntiValue c_rnti) {
  ByteVector s;
  put(s, c_rnti.value, 2);
  return derive<Kenb>(kenb_star.expose(), s);
}

}  // namespace raw

Kasme derive_kasme_refreshed(const Kasme& kasme, RefreshDirection direction, NasCount count) {
  KdfString s = string_of(PrivateFc::kasme_refreshed);
  s.number(static_cast<Byte>(direction), 1).number(count.value(), 4);
  return derive<Kasme>(kasme.expose(), s.octets());
}

UpdateProof derive_update_proof(const Kasme& old, Generation generation, const Imsi& imsi,
                                RefreshDirection direction, NasCount count, std::string_view identity,
                                const Kasme& refreshed) {
  assert(identity.size() <= proof_identity_octets_max);
  // The name of an MME may be longer than all of a KdfString; nothing in this string is secret.
  ByteVector s{static_cast<Byte>(PrivateFc::kasme_refreshed)};
  const auto add = [&s](Bytes parameter) {
    s.insert(s.end(), parameter.begin(), parameter.end());
    put(s, static_cast<std::uint32_t>(parameter.size()), 2);
  };
  ByteVector number;
  put(number, generation.epoch, 4);
  put(number, generation.step, 4);
  ByteVector origin{static_cast<Byte>(direction)};
  put(origin, count.value(), 4);
  const ByteVector subscriber = mobile_identity(imsi);
  const auto hash = crypto::sha256(refreshed.expose());
  add(octets_of("KASME-UPDATE"));
  add(number);
  add(subscriber);
  add(origin);
  add(octets_of(identity));
  add(hash);
  return derive<UpdateProof>(old.expose(), s);
}

Kupe derive_kupe(const Kasme& kasme, std::string_view upe_id, UpeKeyCounter counter) {
  assert(upe_id.size() <= upe_id_octets_max);
  KdfString s = string_of(PrivateFc::kupe);
  s.add(octets_of(upe_id)).number(counter.value, 2);
  return derive<Kupe>(kasme.expose(), s.octets());
}

KupEnc derive_kup_enc(const Kupe& kupe, Eea algorithm) {
  return algorithm_key<KupEnc>(kupe, 5, static_cast<Byte>(algorithm));
}
KupInt derive_kup_int(const Kupe& kupe, Eia algorithm) {
  return algorithm_key<KupInt>(kupe, 6, static_cast<Byte>(algorithm));
}

Kn3 derive_kn3(const Kasme& kasme, std::string_view access_label, std::string_view aaa,
               std::uint32_t counter) {
  assert(access_label.size() <= access_label_octets_max && aaa.size() <= proof_identity_octets_max);
  ByteVector s{static_cast<Byte>(PrivateFc::kn3)};
  const auto add = [&s](Bytes parameter) {
    s.insert(s.end(), parameter.begin(), parameter.end());
    put(s, static_cast<std::uint32_t>(parameter.size()), 2);
  };
  ByteVector number;
  put(number, counter, 4);
  add(octets_of(access_label));
  add(octets_of(aaa));
  add(number);
  return derive<Kn3>(kasme.expose(), s);
}

}  // namespace baton
