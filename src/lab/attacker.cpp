#include "lab/attacker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cases.h"
#include "context/algorithms.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2/private.h"
#include "wire/nas/security_header.h"
#include "wire/rrc/frame.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {

namespace {

using wire::rrc::AsAlgorithms;

/// A NAS COUNT that a key is made with is tried up to here; the lab's scenarios stay far below.
constexpr std::uint32_t counts_tried = 64;
constexpr std::size_t mac_octets = 4;
constexpr std::uint32_t srb_sns = 32;
constexpr std::uint32_t nas_sns = 256;

const KeyIdKey lab_ids{};

constexpr std::array eeas{Eea::eea0, Eea::eea1, Eea::eea2, Eea::eea3};
constexpr std::array eias{Eia::eia1, Eia::eia2, Eia::eia3};

constexpr crypto::Direction direction_of(bool up) {
  return up ? crypto::Direction::uplink : crypto::Direction::downlink;
}

}  // namespace

bool Attacker::follows(KeyKind kind) {
  switch (kind) {
    case KeyKind::kasme:
    case KeyKind::kenb:
    case KeyKind::nh:
    case KeyKind::kenb_star:
    case KeyKind::kho:
    case KeyKind::knas_enc:
    case KeyKind::knas_int:
    case KeyKind::krrc_enc:
    case KeyKind::krrc_int:
    case KeyKind::kup_enc: return true;
    default: return false;
  }
}

Attacker::Attacker(const Cast& cast, std::set<std::string> nodes) : cast_(cast), nodes_(std::move(nodes)) {
  for (const LedgerEntry& e : cast.net.ledger()) in_ledger_.insert(e.key);
  for (const WireTap& tap : cast.net.taps()) {
    if (tap.port == peer::Port::radio) {
      // A C-RNTI stands in the clear on every frame.
      if (const auto frame = wire::rrc::decode_frame(tap.octets)) c_rntis_.insert(frame->c_rnti.value);
    } else if (nodes_.contains(tap.from) || nodes_.contains(tap.to)) {
      read(tap);
    }
  }
  follow_all();
}

template <class Key>
void Attacker::learn(std::map<KeyId, Key>& of, Key key, bool read) {
  const KeyId id = key_id_of(lab_ids, key);
  if (!read && !in_ledger_.contains(id)) return;
  ids_.insert(id);
  of.emplace(id, std::move(key));
}

/// read takes the keys out of what a compromised node sent or was sent.
void Attacker::read(const WireTap& tap) {
  if (tap.port == peer::Port::s1ap) {
    using namespace wire::s1ap;
    auto received = decode_any(tap.octets);
    if (!received) return;
    std::visit(Cases{[&](InitialContextSetupRequest& m) { learn(kenbs_, m.security_key.clone(), true); },
                     [&](UeContextModificationRequest& m) {
                       if (m.security_key) learn(kenbs_, m.security_key->clone(), true);
                     },
                     [&](HandoverRequired& m) {
                       if (!m.kenb_star) return;
                       learn(stars_, m.kenb_star->clone(), true);
                       if (nodes_.contains(tap.from)) stars_read_.push_back(m.kenb_star->clone());
                     },
                     [&](HandoverRequest& m) {
                       if (m.key_handling && m.key_handling->from_star)
                         learn(stars_, KenbStar(m.security.next_hop.expose()), true);
                       else
                         learn(nhs_, m.security.next_hop.clone(), true);
                     },
                     [&](PathSwitchRequestAcknowledge& m) { learn(nhs_, m.security.next_hop.clone(), true); },
                     [](auto&) {}},
               received->pdu);
  } else if (tap.port == peer::Port::gtpc) {
    namespace gtp2 = wire::gtp2;
    const auto decoded = gtp2::decode_any(tap.octets);
    if (!decoded) return;
    const auto beside = [&](const std::vector<gtp2::PrivateExtension>& extensions) {
      const auto said = gtp2::decode_private(extensions, wire::enterprise());
      if (!said) return;
      if (said->kenb_star) learn(stars_, said->kenb_star->clone(), true);
      if (said->kho) learn(khos_, said->kho->clone(), true);
      if (said->nas_keys)
        nas_.try_emplace(key_id_of(lab_ids, said->nas_keys->integrity),
                         NasKeys{said->nas_keys->enc.clone(), said->nas_keys->integrity.clone()});
    };
    const auto context = [&](const auto& mm) {
      if (mm.kasme) learn(kasmes_, mm.kasme->clone(), true);
      if (mm.next_hop) learn(nhs_, mm.next_hop->nh.clone(), true);
      if (mm.old_security) learn(kasmes_, mm.old_security->kasme.clone(), true);
    };
    if (const auto* m = std::get_if<gtp2::ForwardRelocationRequest>(&decoded->message)) {
      context(m->mm);
      beside(m->extensions);
    }
    if (const auto* m = std::get_if<gtp2::ContextResponse>(&decoded->message); m != nullptr && m->mm) {
      context(*m->mm);
      beside(m->extensions);
    }
  } else if (tap.port == peer::Port::diameter) {
    namespace diameter = wire::diameter;
    const auto m = diameter::decode<diameter::AuthenticationInformationAnswer>(tap.octets);
    if (!m || !m->authentication_info) return;
    for (const auto& v : m->authentication_info->eutran_vectors) learn(kasmes_, v.kasme.clone(), true);
  }
}

/// follow_all makes what can be made, until nothing new comes.
void Attacker::follow_all() {
  std::vector<std::pair<Pci, EarfcnDl>> cells;
  std::set<std::string> labels;
  for (const auto& enb : cast_.enb_configs) {
    if (const auto earfcn = EarfcnDl::from(enb.cell.earfcn_dl)) cells.emplace_back(enb.cell.pci, *earfcn);
    labels.insert(enb.policy.handover_string);
  }
  for (const auto& mme : cast_.mme_configs) labels.insert(mme.policy.handover_string);

  for (std::size_t before = 0; before != ids_.size();) {
    before = ids_.size();
    // What is made goes to a place of its own first: a map must not grow under the loop over it.
    std::vector<Kasme> kasmes;
    std::vector<Kenb> kenbs;
    std::vector<Nh> nhs;
    std::vector<KenbStar> stars;
    std::vector<Kho> khos;
    for (const auto& [id, kasme] : kasmes_) {
      for (std::uint32_t n = 0; n < counts_tried; ++n) {
        const NasCount count = *NasCount::from(n);
        kenbs.push_back(derive_kenb(kasme, {count}));
        for (const auto direction : {RefreshDirection::idle, RefreshDirection::handover})
          kasmes.push_back(derive_kasme_refreshed(kasme, direction, count));
      }
      kenbs.push_back(derive_kenb_after_handover_from_utran(kasme));
      for (const std::string& label : labels) {
        khos.push_back(derive_kho(kasme, label));
        khos.push_back(raw::derive_kho(kasme, label));
      }
      for (const auto& [kenb_id, kenb] : kenbs_) nhs.push_back(derive_nh(kasme, kenb));
      for (const auto& [nh_id, nh] : nhs_) nhs.push_back(derive_nh(kasme, nh));
    }
    for (const auto& [pci, earfcn] : cells) {
      for (const auto& [id, kenb] : kenbs_) {
        kenbs.push_back(derive_kenb_star(kenb, pci, earfcn));
        for (const auto& bound : {std::optional<EarfcnDl>(), std::optional<EarfcnDl>(earfcn)}) {
          stars.push_back(derive_kenb_star_of_cell(kenb, pci, bound));
          stars.push_back(raw::derive_kenb_star_of_cell(kenb, pci, bound));
        }
      }
      for (const auto& [id, nh] : nhs_) kenbs.push_back(derive_kenb_star(nh, pci, earfcn));
    }
    for (const auto& [id, star] : stars_) {
      for (const auto& [kho_id, kho] : khos_) {
        stars.push_back(derive_kenb_star_plus(kho, star));
        stars.push_back(raw::derive_kenb_star_plus(kho, star));
      }
      for (const std::uint16_t name : c_rntis_) {
        kenbs.push_back(derive_kenb_from_star(star, CRntiValue{name}));
        kenbs.push_back(raw::derive_kenb_from_star(star, CRntiValue{name}));
      }
    }
    for (Kasme& key : kasmes) learn(kasmes_, std::move(key), false);
    for (Kenb& key : kenbs) learn(kenbs_, std::move(key), false);
    for (Nh& key : nhs) learn(nhs_, std::move(key), false);
    for (KenbStar& key : stars) learn(stars_, std::move(key), false);
    for (Kho& key : khos) learn(khos_, std::move(key), false);
  }

  // The keys that protect.
  const auto note = [&](const auto& key) {
    const KeyId id = key_id_of(lab_ids, key);
    if (in_ledger_.contains(id)) ids_.insert(id);
  };
  for (const auto& [id, keys] : nas_) {
    note(keys.enc);
    note(keys.integrity);
  }
  for (const auto& [id, kasme] : kasmes_) {
    for (const Eea eea : eeas) note(derive_knas_enc(kasme, eea));
    for (const Eia eia : eias) note(derive_knas_int(kasme, eia));
  }
  for (const auto& [id, kenb] : kenbs_) {
    for (const Eea eea : eeas) {
      note(derive_krrc_enc(kenb, eea));
      note(derive_kup_enc(kenb, eea));
    }
    for (const Eia eia : eias) note(derive_krrc_int(kenb, eia));
  }
}

const Kenb* Attacker::kenb(KeyId id) const {
  const auto found = kenbs_.find(id);
  return found == kenbs_.end() ? nullptr : &found->second;
}

namespace {

struct Text {
  ByteVector text;
  std::uint32_t count = 0;
};

/// Of a PDU only the low bits of its COUNT are seen; those near the highest seen so far are tried.
std::optional<Text> unprotect_srb(const Kenb& kenb, AsAlgorithms algorithms, bool up, std::uint32_t near,
                                  Bytes pdu) {
  const auto eia = static_cast<Eia>(algorithms.eia);
  const auto eea = static_cast<Eea>(algorithms.eea);
  if (!context::is_built(eia) || !context::is_built(eea) || pdu.size() <= 1 + mac_octets || pdu[0] >= srb_sns)
    return std::nullopt;
  const KrrcInt integrity = derive_krrc_int(kenb, eia);
  const KrrcEnc cipher = derive_krrc_enc(kenb, eea);
  for (const std::uint32_t turn : {near / srb_sns, near / srb_sns + 1}) {
    const context::CipherInput in{turn * srb_sns + pdu[0], 0, direction_of(up)};
    // The AS security mode procedure is protected and not ciphered yet.
    for (const bool ciphered : {true, false}) {
      ByteVector clear(pdu.begin(), pdu.end());
      if (ciphered && !context::cipher(eea, cipher.expose(), in, MutableBytes(clear).subspan(1)))
        return std::nullopt;
      const auto mac =
          context::integrity(eia, integrity.expose(), in, Bytes(clear).first(clear.size() - mac_octets));
      if (!mac || !std::equal(mac->begin(), mac->end(), clear.end() - mac_octets)) continue;
      return Text{ByteVector(clear.begin() + 1, clear.end() - mac_octets), in.count};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ByteVector> Attacker::open_srb(const Kenb& kenb, AsAlgorithms algorithms, bool up, Bytes pdu) {
  auto opened = unprotect_srb(kenb, algorithms, up, 0, pdu);
  if (!opened) return std::nullopt;
  return std::move(opened->text);
}

ByteVector Attacker::forge_srb(const Kenb& kenb, AsAlgorithms algorithms, bool up, Byte count, Bytes text) {
  const auto eia = static_cast<Eia>(algorithms.eia);
  const auto eea = static_cast<Eea>(algorithms.eea);
  const context::CipherInput in{count, 0, direction_of(up)};
  ByteVector pdu(1 + text.size());
  pdu.front() = count;
  std::copy(text.begin(), text.end(), pdu.begin() + 1);
  const KrrcInt integrity = derive_krrc_int(kenb, eia);
  const KrrcEnc cipher = derive_krrc_enc(kenb, eea);
  const auto mac = context::integrity(eia, integrity.expose(), in, pdu);
  if (mac) pdu.insert(pdu.end(), mac->begin(), mac->end());
  (void)context::cipher(eea, cipher.expose(), in, MutableBytes(pdu).subspan(1));
  return pdu;
}

std::vector<Opened> Attacker::read_radio(std::string_view ue, std::string_view enb) const {
  std::vector<Opened> out;
  std::map<std::pair<KeyId, bool>, std::uint32_t> near;
  for (const WireTap& tap : cast_.net.taps()) {
    const bool up = tap.from == ue && tap.to == enb;
    if (tap.port != peer::Port::radio || (!up && !(tap.from == enb && tap.to == ue))) continue;
    const auto frame = wire::rrc::decode_frame(tap.octets);
    if (!frame || frame->channel != wire::rrc::Channel::srb1 || frame->payload.size() <= mac_octets) continue;
    const Bytes mac = Bytes(frame->payload).last(mac_octets);
    if (std::all_of(mac.begin(), mac.end(), [](Byte b) { return b == 0; })) continue;  // not protected
    std::optional<Text> opened;
    for (const auto& [id, kenb] : kenbs_) {
      for (const Eia eia : eias)
        for (const Eea eea : eeas) {
          if (opened) break;
          const AsAlgorithms algorithms{static_cast<Byte>(eea), static_cast<Byte>(eia)};
          opened = unprotect_srb(kenb, algorithms, up, near[{id, up}], frame->payload);
        }
      if (!opened) continue;
      near[{id, up}] = opened->count;
      out.push_back({tap.at, up, opened->count, id, std::move(opened->text)});
      break;
    }
  }
  return out;
}

std::vector<Opened> Attacker::read_nas(std::string_view enb) const {
  using namespace wire::s1ap;
  std::vector<Opened> out;
  std::map<std::pair<KeyId, bool>, std::uint32_t> near;
  const auto open = [&](const WireTap& tap, bool up, const ByteVector& pdu) {
    const auto parsed = wire::nas::parse_protected(pdu);
    if (!parsed || !wire::nas::ciphered(parsed->header)) return;
    // Under this key of integrity; `cipher_of` is the key that goes with each algorithm.
    const auto under = [&](KeyId id, Eia eia, const KnasInt& integrity, const auto& cipher_of) {
      std::uint32_t& highest = near[{id, up}];
      for (const std::uint32_t turn : {highest / nas_sns, highest / nas_sns + 1}) {
        const context::CipherInput in{turn * nas_sns + parsed->sqn, 0, direction_of(up)};
        const auto mac = context::integrity(eia, integrity.expose(), in, parsed->authenticated);
        if (!mac || *mac != parsed->mac) continue;
        highest = in.count;
        // EMM and ESM messages tell themselves by their discriminator; the algorithm that yields one is it.
        for (const Eea eea : {Eea::eea2, Eea::eea1, Eea::eea3, Eea::eea0}) {
          ByteVector text(parsed->payload.begin(), parsed->payload.end());
          const KnasEnc cipher = cipher_of(eea);
          if (!in_ledger_.contains(key_id_of(lab_ids, cipher)) ||
              !context::cipher(eea, cipher.expose(), in, text))
            continue;
          out.push_back({tap.at, up, in.count, id, std::move(text)});
          return true;
        }
      }
      return false;
    };
    for (const auto& [id, kasme] : kasmes_) {
      const Kasme& of = kasme;
      for (const Eia eia : eias)
        if (under(id, eia, derive_knas_int(of, eia), [&of](Eea eea) { return derive_knas_enc(of, eea); }))
          return;
    }
    for (const auto& [id, keys] : nas_) {
      const NasKeys& given = keys;
      for (const Eia eia : eias)
        if (under(id, eia, given.integrity, [&given](Eea) { return given.enc.clone(); })) return;
    }
  };
  for (const WireTap& tap : cast_.net.taps()) {
    if (tap.port != peer::Port::s1ap || (tap.from != enb && tap.to != enb)) continue;
    auto received = decode_any(tap.octets);
    if (!received) continue;
    std::visit(Cases{[&](const InitialUeMessage& m) { open(tap, true, m.nas.octets); },
                     [&](const UplinkNasTransport& m) { open(tap, true, m.nas.octets); },
                     [&](const DownlinkNasTransport& m) { open(tap, false, m.nas.octets); },
                     [&](const InitialContextSetupRequest& m) {
                       for (const auto& e : m.erabs)
                         if (e.nas) open(tap, false, e.nas->octets);
                     },
                     [](const auto&) {}},
               received->pdu);
  }
  return out;
}

}  // namespace baton::lab
