#include "keys/derive_eps.h"

#include <algorithm>

#include "crypto/hmac_sha256.h"
#include "crypto/kdf.h"
#include "keys/kdf_string.h"

namespace baton {
namespace {

using crypto::KdfOutput;

KdfOutput derive(Bytes key, const KdfString& s) { return crypto::kdf(key, s.octets()); }

/// CK || IK is the key where there is no KASME yet.
KdfOutput derive(const Ck& ck, const Ik& ik, const KdfString& s) {
  std::array<Byte, 32> both{};
  std::copy(ck.expose().begin(), ck.expose().end(), both.begin());
  std::copy(ik.expose().begin(), ik.expose().end(), both.begin() + 16);
  KdfOutput out = derive(both, s);
  secure_wipe(both.data(), both.size());
  return out;
}

template <class Key>
Key whole(const KdfOutput& out) {
  return Key(out.expose());
}
template <class Key>
Key first_half(const KdfOutput& out) {
  return Key(out.expose().template first<16>());
}
template <class Key>
Key second_half(const KdfOutput& out) {
  return Key(out.expose().template last<16>());
}

/// Algorithm type distinguishers.
//= TS 33.401, A.7
enum class AlgorithmType : Byte {
  nas_enc = 1,
  nas_int = 2,
  rrc_enc = 3,
  rrc_int = 4,
  up_enc = 5,
  up_int = 6,
};

template <class Key>
Key algorithm_key(Bytes parent, AlgorithmType type, Byte algorithm) {
  KdfString s(Fc::algorithm_key);
  s.number(static_cast<Byte>(type), 1).number(algorithm, 1);
  return second_half<Key>(derive(parent, s));
}

Kenb kenb_star(Bytes parent, Pci pci, EarfcnDl earfcn) {
  KdfString s(Fc::kenb_star);
  // The length of the carrier number goes by its value: numbers past 16 bits came later.
  s.number(pci.value, 2).number(earfcn.value(), earfcn.value() > 0xFFFF ? 3 : 2);
  return whole<Kenb>(derive(parent, s));
}

KdfOutput from_kasme(const Kasme& kasme, Fc fc, NasCount count) {
  KdfString s(fc);
  s.number(count.value(), 4);
  return derive(kasme.expose(), s);
}

}  // namespace

Kasme derive_kasme(const Ck& ck, const Ik& ik, const PlmnId& serving_network, const SqnXorAk& sqn_xor_ak) {
  KdfString s(Fc::kasme);
  s.add(serving_network.wire()).add(sqn_xor_ak.bytes);
  return whole<Kasme>(derive(ck, ik, s));
}

Kenb derive_kenb(const Kasme& kasme, UplinkNasCount count) {
  return whole<Kenb>(from_kasme(kasme, Fc::kenb, count.count));
}

Kenb derive_kenb_after_handover_from_utran(const Kasme& mapped) {
  KdfString s(Fc::kenb);
  s.number(0xFFFF'FFFF, 4);
  return whole<Kenb>(derive(mapped.expose(), s));
}

Nh derive_nh(const Kasme& kasme, const Kenb& initial) {
  KdfString s(Fc::nh);
  s.add(initial.expose());
  return whole<Nh>(derive(kasme.expose(), s));
}

Nh derive_nh(const Kasme& kasme, const Nh& previous) {
  KdfString s(Fc::nh);
  s.add(previous.expose());
  return whole<Nh>(derive(kasme.expose(), s));
}

Kenb derive_kenb_star(const Kenb& current, Pci pci, EarfcnDl earfcn) {
  return kenb_star(current.expose(), pci, earfcn);
}
Kenb derive_kenb_star(const Nh& nh, Pci pci, EarfcnDl earfcn) { return kenb_star(nh.expose(), pci, earfcn); }

KnasEnc derive_knas_enc(const Kasme& kasme, Eea algorithm) {
  return algorithm_key<KnasEnc>(kasme.expose(), AlgorithmType::nas_enc, static_cast<Byte>(algorithm));
}
KnasInt derive_knas_int(const Kasme& kasme, Eia algorithm) {
  return algorithm_key<KnasInt>(kasme.expose(), AlgorithmType::nas_int, static_cast<Byte>(algorithm));
}
KrrcEnc derive_krrc_enc(const Kenb& kenb, Eea algorithm) {
  return algorithm_key<KrrcEnc>(kenb.expose(), AlgorithmType::rrc_enc, static_cast<Byte>(algorithm));
}
KrrcInt derive_krrc_int(const Kenb& kenb, Eia algorithm) {
  return algorithm_key<KrrcInt>(kenb.expose(), AlgorithmType::rrc_int, static_cast<Byte>(algorithm));
}
KupEnc derive_kup_enc(const Kenb& kenb, Eea algorithm) {
  return algorithm_key<KupEnc>(kenb.expose(), AlgorithmType::up_enc, static_cast<Byte>(algorithm));
}
KupInt derive_kup_int(const Kenb& kenb, Eia algorithm) {
  return algorithm_key<KupInt>(kenb.expose(), AlgorithmType::up_int, static_cast<Byte>(algorithm));
}

MappedUmtsKeys derive_mapped_umts_keys_at_handover(const Kasme& kasme, DownlinkNasCount count) {
  const KdfOutput out = from_kasme(kasme, Fc::ck_ik_handover, count.count);
  return {first_half<CkMapped>(out), second_half<IkMapped>(out)};
}

MappedUmtsKeys derive_mapped_umts_keys_at_idle_mobility(const Kasme& kasme, UplinkNasCount count) {
  const KdfOutput out = from_kasme(kasme, Fc::ck_ik_idle, count.count);
  return {first_half<CkMapped>(out), second_half<IkMapped>(out)};
}

NasToken derive_nas_token(const Kasme& kasme, UplinkNasCount count) {
  return whole<NasToken>(from_kasme(kasme, Fc::nas_token, count.count));
}

Kasme derive_mapped_kasme_at_handover(const Ck& ck, const Ik& ik, const NonceMme& nonce_mme) {
  KdfString s(Fc::kasme_from_handover);
  s.add(nonce_mme.bytes);
  return whole<Kasme>(derive(ck, ik, s));
}

Kasme derive_mapped_kasme_at_idle_mobility(const Ck& ck, const Ik& ik, const NonceUe& nonce_ue,
                                           const NonceMme& nonce_mme) {
  KdfString s(Fc::kasme_from_idle);
  s.add(nonce_ue.bytes).add(nonce_mme.bytes);
  return whole<Kasme>(derive(ck, ik, s));
}

SrvccKeys derive_srvcc_keys(const Kasme& kasme, DownlinkNasCount count) {
  const KdfOutput out = from_kasme(kasme, Fc::ck_ik_srvcc, count.count);
  return {first_half<CkSrvcc>(out), second_half<IkSrvcc>(out)};
}

SKenb derive_s_kenb(const Kenb& kenb, ScgCounter counter) {
  KdfString s(Fc::s_kenb);
  s.number(counter.value, 2);
  return whole<SKenb>(derive(kenb.expose(), s));
}

HashMme hash_mme(Bytes plain_attach_or_tau_request) {
  const std::array<Byte, 32> zeros{};
  const crypto::Digest out = crypto::hmac_sha256(zeros, plain_attach_or_tau_request);
  return HashMme::from(Bytes(out).last(HashMme::size));
}

}  // namespace baton
