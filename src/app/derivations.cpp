#include "app/derivations.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "crypto/comp128.h"
#include "crypto/kdf.h"
#include "crypto/milenage.h"
#include "crypto/tuak.h"
#include "ids/plmn_id.h"
#include "keys/auc.h"
#include "keys/conversions.h"
#include "keys/derive_eps.h"
#include "keys/derive_policy.h"
#include "keys/eap_aka.h"
#include "keys/types.h"

namespace baton::app {

using Words = std::string_view;

/// Inputs reads typed values out of the options. After the first wrong one the rest are dummies and the
/// results are thrown away.
class Inputs {
 public:
  explicit Inputs(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  ~Inputs() {
    for (auto& [option, value] : values_) secure_wipe(value.data(), value.size());
  }
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  const std::string& error() const { return error_; }

  template <class Key>
  Key secret(Words option) {
    std::array<Byte, Key::size> octets{};
    fill(option, octets);
    Key key{std::span<const Byte, Key::size>(octets)};
    secure_wipe(octets.data(), octets.size());
    return key;
  }
  template <class Value>
  Value open(Words option) {
    Value value;
    fill(option, value.bytes);
    return value;
  }
  std::uint32_t number(Words option, std::uint32_t max) {
    const std::string& text = values_[std::string(option)];
    std::uint32_t value = 0;
    const bool hexadecimal = text.starts_with("0x");
    const char* first = text.data() + (hexadecimal ? 2 : 0);
    const auto [end, problem] =
        std::from_chars(first, text.data() + text.size(), value, hexadecimal ? 16 : 10);
    if (first == text.data() + text.size() || problem != std::errc{} || end != text.data() + text.size() ||
        value > max)
      wrong(option, "a number from 0 to " + std::to_string(max));
    return value > max ? 0 : value;
  }
  NasCount count() { return *NasCount::from(number("count", NasCount::max)); }
  PlmnId plmn() {
    auto plmn = PlmnId::parse(values_["plmn"]);
    if (!plmn) wrong("plmn", "MCC and MNC, 5 or 6 digits");
    return plmn ? *plmn : PlmnId::test_value();
  }
  Eea eea() { return static_cast<Eea>(number("algorithm", 3)); }
  Eia eia() { return static_cast<Eia>(number("algorithm", 3)); }
  Sqn sqn() {
    std::array<Byte, 6> octets{};
    fill("sqn", octets);
    return Sqn::from_octets(octets);
  }
  bool has(Words option) const { return values_.find(option) != values_.end(); }
  const std::string& text(Words option) { return values_[std::string(option)]; }
  /// refuse is for what only the derivation itself knows to be wrong.
  void refuse(Words option, const std::string& expected) { wrong(option, expected); }
  ByteVector octets(Words option) {
    auto octets = parse_hex(values_[std::string(option)]);
    if (!octets) wrong(option, "hexadecimal digits");
    return octets ? std::move(*octets) : ByteVector{};
  }

 private:
  void fill(Words option, MutableBytes out) {
    auto octets = parse_hex(values_[std::string(option)]);
    if (octets && octets->size() == out.size())
      std::copy(octets->begin(), octets->end(), out.begin());
    else
      wrong(option, std::to_string(2 * out.size()) + " hexadecimal digits");
    if (octets) secure_wipe(octets->data(), octets->size());
  }
  void wrong(Words option, const std::string& expected) {
    if (error_.empty()) error_ = "--" + std::string(option) + ": expected " + expected;
  }

  std::map<std::string, std::string, std::less<>> values_;
  std::string error_;
};

namespace {

template <class Key>
Derived key(const Key& k, const Shown& shown) {
  Derived out{std::string(to_string(KeyKindOf<Key>::value)), key_id_of(shown.id_key, k), {}};
  if (shown.secrets) out.value = hex(k.expose());
  return out;
}
/// A secret that the ledger does not name: no id.
Derived nameless(std::string name, Bytes secret, const Shown& shown) {
  Derived out{std::move(name), {}, {}};
  if (shown.secrets) out.value = hex(secret);
  return out;
}
Derived open(std::string name, Bytes octets) { return {std::move(name), {}, hex(octets)}; }

using List = std::vector<Derived>;
template <class... Ds>
List list(Ds... ds) {
  List out;
  (out.push_back(std::move(ds)), ...);
  return out;
}

List opc(Inputs& in, const Shown& s) {
  const K k = in.secret<K>("k");
  const Op op = in.secret<Op>("op");
  return list(key(derive_opc(k, op), s));
}
List vector(Inputs& in, const Shown& s) {
  const K k = in.secret<K>("k");
  const Opc c = in.secret<Opc>("opc");
  const NewEpsVector v =
      make_eps_vector(k, c, in.open<Amf>("amf"), in.sqn(), in.open<Rand>("rand"), in.plmn());
  return list(open("RAND", v.vector.rand.bytes), open("AUTN", v.vector.autn.bytes),
              nameless("XRES", v.vector.xres.expose(), s), key(v.ck, s), key(v.ik, s),
              key(v.vector.kasme, s));
}
List kasme(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  return list(key(derive_kasme(ck, ik, in.plmn(), in.open<SqnXorAk>("sqn-xor-ak")), s));
}
List kenb(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_kenb(k, UplinkNasCount{in.count()}), s));
}
List kenb_utran(Inputs& in, const Shown& s) {
  return list(key(derive_kenb_after_handover_from_utran(in.secret<Kasme>("kasme")), s));
}
List nh_first(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_nh(k, in.secret<Kenb>("kenb")), s));
}
List nh_next(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_nh(k, in.secret<Nh>("nh")), s));
}
template <class From>
List star(Inputs& in, const Shown& s, Words option) {
  const From from = in.secret<From>(option);
  const Pci pci{static_cast<std::uint16_t>(in.number("pci", 503))};
  return list(key(derive_kenb_star(from, pci, *EarfcnDl::from(in.number("earfcn", EarfcnDl::max))), s));
}
List star_kenb(Inputs& in, const Shown& s) { return star<Kenb>(in, s, "kenb"); }
List star_nh(Inputs& in, const Shown& s) { return star<Nh>(in, s, "nh"); }
List knas_enc(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_knas_enc(k, in.eea()), s));
}
List knas_int(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_knas_int(k, in.eia()), s));
}
List krrc_enc(Inputs& in, const Shown& s) {
  const Kenb k = in.secret<Kenb>("kenb");
  return list(key(derive_krrc_enc(k, in.eea()), s));
}
List krrc_int(Inputs& in, const Shown& s) {
  const Kenb k = in.secret<Kenb>("kenb");
  return list(key(derive_krrc_int(k, in.eia()), s));
}
List kup_enc(Inputs& in, const Shown& s) {
  const Kenb k = in.secret<Kenb>("kenb");
  return list(key(derive_kup_enc(k, in.eea()), s));
}
List kup_int(Inputs& in, const Shown& s) {
  const Kenb k = in.secret<Kenb>("kenb");
  return list(key(derive_kup_int(k, in.eia()), s));
}
List mapped_handover(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  const MappedUmtsKeys m = derive_mapped_umts_keys_at_handover(k, DownlinkNasCount{in.count()});
  return list(key(m.ck, s), key(m.ik, s));
}
List mapped_idle(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  const MappedUmtsKeys m = derive_mapped_umts_keys_at_idle_mobility(k, UplinkNasCount{in.count()});
  return list(key(m.ck, s), key(m.ik, s));
}
List nas_token(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  const NasToken token = derive_nas_token(k, UplinkNasCount{in.count()});
  return list(nameless("NAS token", token.expose(), s));
}
List kasme_handover(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  return list(key(derive_mapped_kasme_at_handover(ck, ik, in.open<NonceMme>("nonce-mme")), s));
}
List kasme_idle(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  const NonceUe nonce_ue = in.open<NonceUe>("nonce-ue");
  return list(key(derive_mapped_kasme_at_idle_mobility(ck, ik, nonce_ue, in.open<NonceMme>("nonce-mme")), s));
}
List srvcc(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  const SrvccKeys keys = derive_srvcc_keys(k, DownlinkNasCount{in.count()});
  return list(key(keys.ck, s), key(keys.ik, s));
}
List s_kenb(Inputs& in, const Shown& s) {
  const Kenb k = in.secret<Kenb>("kenb");
  return list(key(derive_s_kenb(k, ScgCounter{static_cast<std::uint16_t>(in.number("counter", 0xFFFF))}), s));
}
List hash(Inputs& in, const Shown&) { return list(open("HASH_MME", hash_mme(in.octets("message")).bytes)); }

/// Handed the derivations of a reading of S3, the KDF's or the raw one.
struct StarFunctions {
  KenbStar (*of_cell)(const Kenb&, Pci, std::optional<EarfcnDl>);
  Kho (*kho)(const Kasme&, Words);
  KenbStar (*plus)(const Kho&, const KenbStar&);
  Kenb (*kenb)(const KenbStar&, CRntiValue);
};
constexpr StarFunctions with_kdf{derive_kenb_star_of_cell, derive_kho, derive_kenb_star_plus,
                                 derive_kenb_from_star};
constexpr StarFunctions plain{raw::derive_kenb_star_of_cell, raw::derive_kho, raw::derive_kenb_star_plus,
                              raw::derive_kenb_from_star};
const StarFunctions& reading(Inputs& in) {
  const bool named = in.has("reading");
  const bool is_raw = named && in.text("reading") == "raw";
  if (named && !is_raw && in.text("reading") != "kdf") in.refuse("reading", "kdf or raw");
  return is_raw ? plain : with_kdf;
}
List star_of_cell(Inputs& in, const Shown& s) {
  const Kenb from = in.secret<Kenb>("kenb");
  const Pci pci{static_cast<std::uint16_t>(in.number("pci", 503))};
  std::optional<EarfcnDl> earfcn;
  if (in.has("earfcn")) earfcn = EarfcnDl::from(in.number("earfcn", EarfcnDl::max));
  return list(key(reading(in).of_cell(from, pci, earfcn), s));
}
List kho(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  std::string label(in.has("label") ? Words(in.text("label")) : handover_string_default);
  if (label.size() > handover_string_octets_max) {
    in.refuse("label", "at most " + std::to_string(handover_string_octets_max) + " octets");
    label.clear();
  }
  return list(key(reading(in).kho(k, label), s));
}
List star_plus(Inputs& in, const Shown& s) {
  const Kho k = in.secret<Kho>("kho");
  const KenbStar star = in.secret<KenbStar>("kenb-star");
  return list(key(reading(in).plus(k, star), s));
}
List kenb_of_star(Inputs& in, const Shown& s) {
  const KenbStar star = in.secret<KenbStar>("kenb-star");
  const CRntiValue c_rnti{static_cast<std::uint16_t>(in.number("c-rnti", 0xFFFF))};
  return list(key(reading(in).kenb(star, c_rnti), s));
}
/// The way a KASME came about: `aka` only where a proof is made.
RefreshDirection direction(Inputs& in, bool or_aka) {
  const std::string& text = in.text("direction");
  if (text == "idle") return RefreshDirection::idle;
  if (text == "aka" && or_aka) return RefreshDirection::aka;
  if (text != "handover") in.refuse("direction", or_aka ? "idle, handover or aka" : "idle or handover");
  return RefreshDirection::handover;
}
List kasme_refreshed(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  return list(key(derive_kasme_refreshed(k, direction(in, false), in.count()), s));
}
/// The proof and the KASME' it is for; at step 0 that is KASME itself.
List update_proof(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  const RefreshDirection way = direction(in, true);
  const NasCount count = in.count();
  const Generation generation{in.number("epoch", 0xFFFFFFFF), in.number("step", 0xFFFFFFFF)};
  const auto imsi = Imsi::parse(in.text("imsi"));
  if (!imsi) in.refuse("imsi", "6 to 15 digits");
  std::string identity = in.text("identity");
  if (identity.empty() || identity.size() > proof_identity_octets_max) {
    in.refuse("identity", "1 to " + std::to_string(proof_identity_octets_max) + " octets");
    identity.clear();
  }
  const Kasme next = way == RefreshDirection::aka ? k.clone() : derive_kasme_refreshed(k, way, count);
  const UpdateProof proof =
      derive_update_proof(k, generation, imsi ? *imsi : Imsi::test_value(), way, count, identity, next);
  return list(key(next, s), nameless("proof", proof.expose(), s));
}
List kupe(Inputs& in, const Shown& s) {
  const Kasme k = in.secret<Kasme>("kasme");
  std::string upe = in.text("upe");
  if (upe.empty() || upe.size() > upe_id_octets_max) {
    in.refuse("upe", "1 to " + std::to_string(upe_id_octets_max) + " octets");
    upe.clear();
  }
  const UpeKeyCounter counter{static_cast<std::uint16_t>(in.number("counter", 0xFFFF))};
  return list(key(derive_kupe(k, upe, counter), s));
}
List kup_of_kupe(Inputs& in, const Shown& s) {
  const Kupe k = in.secret<Kupe>("kupe");
  const Eea eea = in.eea();
  return list(key(derive_kup_enc(k, eea), s), key(derive_kup_int(k, in.eia()), s));
}

/// Octets of a secret, of a length that the algorithm checks; wiped.
class SecretOctets {
 public:
  explicit SecretOctets(ByteVector octets) : octets_(std::move(octets)) {}
  ~SecretOctets() { secure_wipe(octets_.data(), octets_.size()); }
  SecretOctets(const SecretOctets&) = delete;
  SecretOctets& operator=(const SecretOctets&) = delete;
  operator Bytes() const { return octets_; }

 private:
  ByteVector octets_;
};

List milenage(Inputs& in, const Shown& s) {
  const K k = in.secret<K>("k");
  const Opc c = in.secret<Opc>("opc");
  const auto rand = in.open<Rand>("rand");
  const auto amf = in.open<Amf>("amf");
  const crypto::Milenage f(k.expose(), c.expose(), rand.bytes);
  const auto v = f.vector(in.sqn().octets(), amf.bytes);
  const auto star = f.f5_star();
  return list(open("f1 (MAC-A)", v.macs.f1), open("f1* (MAC-S)", v.macs.f1_star),
              nameless("f2 (RES)", v.res.expose(), s), key(Ck(v.ck.expose()), s), key(Ik(v.ik.expose()), s),
              nameless("f5 (AK)", v.ak.expose(), s), nameless("f5* (AK)", star.expose(), s));
}
List tuak(Inputs& in, const Shown& s) {
  const SecretOctets k(in.octets("k"));
  const auto iterations = in.has("iterations") ? in.number("iterations", 255) : 1;
  std::array<Byte, 32> topc{};
  if (in.has("topc") == in.has("top")) {
    in.refuse("topc", "either --top or --topc");
  } else if (in.has("topc")) {
    const auto given = in.secret<crypto::TuakTopc>("topc");
    std::copy(given.expose().begin(), given.expose().end(), topc.begin());
  } else {
    const auto top = in.secret<crypto::TuakTopc>("top");
    const auto made = crypto::tuak_topc(k, top.expose(), iterations);
    if (!made) {
      in.refuse("k", std::string(to_string(made.why())));
    } else {
      std::copy(made->expose().begin(), made->expose().end(), topc.begin());
    }
  }
  crypto::TuakSizes sizes;
  sizes.iterations = iterations;
  const auto length = [&](Words option, unsigned& octets) {
    if (in.has(option)) octets = in.number(option, 256) / 8;
  };
  length("mac-bits", sizes.mac);
  length("res-bits", sizes.res);
  length("ck-bits", sizes.ck);
  length("ik-bits", sizes.ik);
  const auto f = crypto::Tuak::make(k, topc, sizes);
  Derived shown_topc = nameless("TOPc", topc, s);
  secure_wipe(topc.data(), topc.size());
  const auto rand = in.open<Rand>("rand");
  const auto amf = in.open<Amf>("amf");
  const auto sqn = in.sqn().octets();
  if (!f) {
    in.refuse("k", std::string(to_string(f.why())));
    return {};
  }
  const auto v = f->vector(rand.bytes, sqn, amf.bytes);
  return list(std::move(shown_topc), open("f1 (MAC-A)", v.mac.expose()),
              open("f1* (MAC-S)", f->f1_star(rand.bytes, sqn, amf.bytes).expose()),
              nameless("f2 (RES)", v.answer.res.expose(), s), nameless("f3 (CK)", v.answer.ck.expose(), s),
              nameless("f4 (IK)", v.answer.ik.expose(), s), nameless("f5 (AK)", v.answer.ak.expose(), s),
              nameless("f5* (AK)", f->f5_star(rand.bytes).expose(), s));
}
List general_kdf(Inputs& in, const Shown& s) {
  const SecretOctets k(in.octets("key"));
  return list(nameless("KDF", crypto::kdf(k, in.octets("s")).expose(), s));
}
Bytes octets_of(const std::string& text) {
  return Bytes(reinterpret_cast<const Byte*>(text.data()), text.size());
}
List eap_aka(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  const EapAkaKeys k = derive_eap_aka(octets_of(in.text("identity")), ck, ik);
  return list(nameless("MK", k.mk.expose(), s), nameless("K_encr", k.k_encr.expose(), s),
              nameless("K_aut", k.k_aut.expose(), s), nameless("MSK", k.msk.expose(), s),
              nameless("EMSK", k.emsk.expose(), s));
}
List eap_aka_prime(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  const auto bound = derive_eap_prime_keys(ck, ik, in.text("network"), in.open<SqnXorAk>("sqn-xor-ak"));
  if (!bound) {
    in.refuse("network", "at most " + std::to_string(eap_network_name_octets_max) + " octets");
    return {};
  }
  const EapAkaPrimeKeys k = derive_eap_aka_prime(octets_of(in.text("identity")), bound->ck, bound->ik);
  return list(nameless("CK'", bound->ck.expose(), s), nameless("IK'", bound->ik.expose(), s),
              nameless("K_encr", k.k_encr.expose(), s), nameless("K_aut", k.k_aut.expose(), s),
              nameless("K_re", k.k_re.expose(), s), nameless("MSK", k.msk.expose(), s),
              nameless("EMSK", k.emsk.expose(), s));
}
List gsm_milenage(Inputs& in, const Shown& s) {
  const K k = in.secret<K>("k");
  const Opc c = in.secret<Opc>("opc");
  const auto rand = in.open<Rand>("rand");
  const GsmVector folded = make_gsm_vector(k, c, rand);
  const GsmVector cut = make_gsm_vector(k, c, rand, SresForm::truncated);
  return list(nameless("SRES, folded", folded.sres.expose(), s),
              nameless("SRES, truncated", cut.sres.expose(), s), nameless("Kc", folded.kc.expose(), s));
}
List comp128(Inputs& in, const Shown& s) {
  const K k = in.secret<K>("k");
  const auto version = in.number("version", 3);
  if (version == 0) in.refuse("version", "1, 2 or 3");
  const auto out =
      crypto::comp128(static_cast<crypto::Comp128Version>(version), k.expose(), in.open<Rand>("rand").bytes);
  return list(nameless("SRES", out.sres.expose(), s), nameless("Kc", out.kc.expose(), s));
}
List gsm_keys(Inputs& in, const Shown& s) {
  const Ck ck = in.secret<Ck>("ck");
  const Ik ik = in.secret<Ik>("ik");
  return list(nameless("Kc (c3)", convert_c3(ck, ik).expose(), s),
              nameless("Kc128", derive_kc128(ck, ik).expose(), s));
}
List umts_keys(Inputs& in, const Shown& s) {
  const Kc kc = in.secret<Kc>("kc");
  return list(key(convert_c4(kc), s), key(convert_c5(kc), s));
}

constexpr Input inputs[] = {
    {"k", "K, 32 hexadecimal digits"},
    {"op", "OP, 32 hexadecimal digits"},
    {"opc", "OPc, 32 hexadecimal digits"},
    {"amf", "AMF, 4 hexadecimal digits"},
    {"sqn", "SQN, 12 hexadecimal digits"},
    {"rand", "RAND, 32 hexadecimal digits"},
    {"plmn", "serving network, MCC and MNC, for example 00101"},
    {"ck", "CK, 32 hexadecimal digits"},
    {"ik", "IK, 32 hexadecimal digits"},
    {"sqn-xor-ak", "SQN xor AK as in AUTN, 12 hexadecimal digits"},
    {"kasme", "K_ASME, 64 hexadecimal digits"},
    {"kenb", "K_eNB, 64 hexadecimal digits"},
    {"nh", "NH, 64 hexadecimal digits"},
    {"count", "NAS COUNT, 0 to 16777215"},
    {"pci", "physical cell identity, 0 to 503"},
    {"earfcn", "downlink EARFCN, 0 to 262143"},
    {"algorithm", "number of the EEA or EIA algorithm, 0 to 3"},
    {"nonce-ue", "NONCE_UE, 8 hexadecimal digits"},
    {"nonce-mme", "NONCE_MME, 8 hexadecimal digits"},
    {"counter", "SCG counter or UPE key counter, 0 to 65535"},
    {"kenb-star", "K_eNB* or K_eNB*+, 64 hexadecimal digits"},
    {"kho", "K_HO, 64 hexadecimal digits"},
    {"kupe", "K_UPE, 64 hexadecimal digits"},
    {"c-rnti", "C-RNTI, 0 to 65535"},
    {"label", "label of K_HO; \"Handover String\" otherwise"},
    {"reading", "kdf, or raw for plain concatenations; kdf otherwise"},
    {"direction", "how the key came about: idle or handover; for a proof also aka"},
    {"epoch", "number of the vector, 0 to 4294967295"},
    {"step", "changes since that AKA, 0 to 4294967295"},
    {"imsi", "IMSI, 6 to 15 digits"},
    {"upe", "name of the UPE"},
    {"message", "the plain NAS message, hexadecimal"},
    {"top", "TOP, 64 hexadecimal digits"},
    {"topc", "TOPc, 64 hexadecimal digits"},
    {"iterations", "how often Keccak is run, 1 to 255; 1 otherwise"},
    {"mac-bits", "64, 128 or 256; 64 otherwise"},
    {"res-bits", "32, 64, 128 or 256; 64 otherwise"},
    {"ck-bits", "128 or 256; 128 otherwise"},
    {"ik-bits", "128 or 256; 128 otherwise"},
    {"key", "the key, hexadecimal"},
    {"s", "the input string, hexadecimal"},
    {"identity", "the identity, as it is sent"},
    {"network", "the access network's name, for example WLAN"},
    {"version", "1, 2 or 3"},
    {"kc", "Kc, 16 hexadecimal digits"},
};

constexpr Words k_op[] = {"k", "op"};
constexpr Words vector_from[] = {"k", "opc", "amf", "sqn", "rand", "plmn"};
constexpr Words kasme_from[] = {"ck", "ik", "plmn", "sqn-xor-ak"};
constexpr Words kasme_count[] = {"kasme", "count"};
constexpr Words kasme_only[] = {"kasme"};
constexpr Words kasme_kenb[] = {"kasme", "kenb"};
constexpr Words kasme_nh[] = {"kasme", "nh"};
constexpr Words kenb_cell[] = {"kenb", "pci", "earfcn"};
constexpr Words nh_cell[] = {"nh", "pci", "earfcn"};
constexpr Words kasme_algorithm[] = {"kasme", "algorithm"};
constexpr Words kenb_algorithm[] = {"kenb", "algorithm"};
constexpr Words ck_ik_nonce[] = {"ck", "ik", "nonce-mme"};
constexpr Words ck_ik_nonces[] = {"ck", "ik", "nonce-ue", "nonce-mme"};
constexpr Words kenb_counter[] = {"kenb", "counter"};
constexpr Words message_only[] = {"message"};
constexpr Words milenage_from[] = {"k", "opc", "rand", "sqn", "amf"};
constexpr Words tuak_from[] = {"k", "rand", "sqn", "amf"};
constexpr Words tuak_optional[] = {"top", "topc", "iterations", "mac-bits", "res-bits", "ck-bits", "ik-bits"};
constexpr Words key_s[] = {"key", "s"};
constexpr Words eap_aka_from[] = {"identity", "ck", "ik"};
constexpr Words eap_aka_prime_from[] = {"identity", "ck", "ik", "network", "sqn-xor-ak"};
constexpr Words gsm_from[] = {"k", "opc", "rand"};
constexpr Words comp128_from[] = {"version", "k", "rand"};
constexpr Words ck_ik[] = {"ck", "ik"};
constexpr Words kc_only[] = {"kc"};
constexpr Words kenb_pci[] = {"kenb", "pci"};
constexpr Words earfcn_reading[] = {"earfcn", "reading"};
constexpr Words label_reading[] = {"label", "reading"};
constexpr Words only_reading[] = {"reading"};
constexpr Words kho_star[] = {"kho", "kenb-star"};
constexpr Words star_c_rnti[] = {"kenb-star", "c-rnti"};
constexpr Words kasme_step[] = {"kasme", "direction", "count"};
constexpr Words proof_from[] = {"kasme", "epoch", "step", "imsi", "direction", "count", "identity"};
constexpr Words kupe_from[] = {"kasme", "upe", "counter"};
constexpr Words kupe_algorithm[] = {"kupe", "algorithm"};

constexpr Derivation table[] = {
    {"opc", "TS 35.206, 4.1", "OPc from the operator's OP", k_op, opc},
    {"vector", "TS 33.401, 6.1.2", "an EPS authentication vector", vector_from, vector},
    {"kasme", "TS 33.401, A.2", "K_ASME from CK and IK", kasme_from, kasme},
    {"kenb", "TS 33.401, A.3", "K_eNB from K_ASME", kasme_count, kenb},
    {"kenb-from-utran", "TS 33.401, 9.2.2", "K_eNB at a handover from UTRAN", kasme_only, kenb_utran},
    {"nh-first", "TS 33.401, A.4", "the first NH of a chain", kasme_kenb, nh_first},
    {"nh", "TS 33.401, A.4", "the next NH", kasme_nh, nh_next},
    {"kenb-star", "TS 33.401, A.5", "K_eNB* from K_eNB", kenb_cell, star_kenb},
    {"kenb-star-nh", "TS 33.401, A.5", "K_eNB* from NH", nh_cell, star_nh},
    {"knas-enc", "TS 33.401, A.7", "NAS ciphering key", kasme_algorithm, knas_enc},
    {"knas-int", "TS 33.401, A.7", "NAS integrity key", kasme_algorithm, knas_int},
    {"krrc-enc", "TS 33.401, A.7", "RRC ciphering key", kenb_algorithm, krrc_enc},
    {"krrc-int", "TS 33.401, A.7", "RRC integrity key", kenb_algorithm, krrc_int},
    {"kup-enc", "TS 33.401, A.7", "user plane ciphering key", kenb_algorithm, kup_enc},
    {"kup-int", "TS 33.401, A.7", "user plane integrity key", kenb_algorithm, kup_int},
    {"ck-ik-handover", "TS 33.401, A.8", "CK' and IK' at handover to UTRAN", kasme_count, mapped_handover},
    {"nas-token", "TS 33.401, A.9", "the NAS token", kasme_count, nas_token},
    {"kasme-handover", "TS 33.401, A.10", "K'_ASME at handover from UTRAN", ck_ik_nonce, kasme_handover},
    {"kasme-idle", "TS 33.401, A.11", "K'_ASME at idle mobility from UTRAN", ck_ik_nonces, kasme_idle},
    {"srvcc", "TS 33.401, A.12", "CK and IK of the CS domain after SRVCC", kasme_count, srvcc},
    {"ck-ik-idle", "TS 33.401, A.13", "CK' and IK' at idle mobility to UTRAN", kasme_count, mapped_idle},
    {"s-kenb", "TS 33.401, A.15", "S-K_eNB of dual connectivity", kenb_counter, s_kenb},
    {"hash-mme", "TS 33.401, I.2", "HASH_MME of an Attach or TAU Request", message_only, hash},
    {"milenage", "TS 35.206, 4.1", "all functions of MILENAGE", milenage_from, milenage},
    {"tuak", "TS 35.231, 6", "all functions of TUAK; K has 32 or 64 digits", tuak_from, tuak, tuak_optional},
    {"kdf", "TS 33.220, B.2", "the key derivation function itself", key_s, general_kdf},
    {"eap-aka", "RFC 4187, 7", "the keys of EAP-AKA", eap_aka_from, eap_aka},
    {"eap-aka-prime", "RFC 9048, 3.3", "the keys of EAP-AKA'", eap_aka_prime_from, eap_aka_prime},
    {"gsm-milenage", "TS 55.205, 3", "SRES and Kc from MILENAGE", gsm_from, gsm_milenage},
    {"comp128", "TS 43.020, 4.3", "SRES and Kc from COMP128; K is Ki", comp128_from, comp128},
    {"gsm-keys", "TS 33.102, 6.8.1.2 and B.5", "Kc and Kc128 from CK and IK", ck_ik, gsm_keys},
    {"umts-keys", "TS 33.102, 6.8.2.3", "CK and IK from Kc (c4, c5)", kc_only, umts_keys},
    {"kenb-star-cell", "S3.D1", "K_eNB* of a cell, with or without its carrier", kenb_pci, star_of_cell,
     earfcn_reading},
    {"kho", "S3.P4, S3.D1", "K_HO, what makes K_eNB*+ of K_eNB*", kasme_only, kho, label_reading},
    {"kenb-star-plus", "S3.P4, S3.D1", "K_eNB*+", kho_star, star_plus, only_reading},
    {"kenb-c-rnti", "S3.B5, S3.D1", "K_eNB of the target cell", star_c_rnti, kenb_of_star, only_reading},
    {"kasme-refreshed", "S0.D2", "K_ASME' of the next MME", kasme_step, kasme_refreshed},
    {"update-proof", "S0.D5", "the proof with which an MME tells the HSS of it", proof_from, update_proof},
    {"kupe", "S1.D3", "K_UPE", kupe_from, kupe},
    {"kup-upe", "S1.D3", "the keys between UE and UPE", kupe_algorithm, kup_of_kupe},
};

}  // namespace

std::span<const Derivation> derivations() { return table; }

const Input& input(std::string_view option) {
  return *std::find_if(std::begin(inputs), std::end(inputs),
                       [&](const Input& i) { return i.option == option; });
}

Expected<std::vector<Derived>, std::string> derive(const Derivation& derivation,
                                                   std::map<std::string, std::string, std::less<>> values,
                                                   const Shown& shown) {
  for (const Words option : derivation.options)
    if (values.find(option) == values.end()) return Fail{"--" + std::string(option) + ": missing"};
  Inputs in(std::move(values));
  auto out = derivation.run(in, shown);
  if (!in.error().empty()) return Fail{in.error()};
  return out;
}

}  // namespace baton::app
