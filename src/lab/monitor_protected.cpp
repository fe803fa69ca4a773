// monitor_protected.cpp: verifies what NAS and PDCP protect, and notes the COUNTs.
#include <algorithm>
#include <utility>

#include "base/cases.h"
#include "context/algorithms.h"
#include "keys/derive_policy.h"
#include "lab/monitor_state.h"
#include "wire/nas/security_header.h"
#include "wire/rrc/frame.h"

namespace baton::lab {

namespace {

using wire::rrc::AsAlgorithms;

constexpr crypto::Direction direction_of(bool up) {
  return up ? crypto::Direction::uplink : crypto::Direction::downlink;
}

constexpr std::size_t mac_octets = 4;
constexpr std::uint32_t srb_sns = 32;

}  // namespace

// --- NAS -----------------------------------------------------------------------------------------

bool Monitor::use(Subject ue, Uses& uses, std::uint32_t count, Bytes message, bool ordered, const char* what,
                  bool up) {
  const std::uint64_t digest = digest_of(message);
  const auto [known, fresh] = uses.messages.emplace(count, digest);
  const auto named = [&] {
    return std::string(up ? "uplink " : "downlink ") + what + " COUNT " + std::to_string(count) + " of " +
           who(ue);
  };
  // The same octets again are a lower layer's doing.
  if (!fresh && known->second != digest)
    violate(Invariant::count_once, ue, named() + " protects a second message");
  if (fresh && ordered && std::int64_t{count} < uses.highest)
    violate(Invariant::count_rises, ue, named() + " comes after " + std::to_string(uses.highest));
  uses.highest = std::max(uses.highest, std::int64_t{count});
  return fresh;
}

bool Monitor::nas_under(Subject ue, NasKeys& keys, bool up, bool ordered, Bytes pdu) {
  using wire::nas::SecurityHeader;
  const auto parsed = wire::nas::parse_protected(pdu);
  if (!parsed) return false;
  const bool service_request = parsed->header == SecurityHeader::service_request;
  std::vector<Byte> eias;
  std::optional<std::pair<Byte, Byte>> commanded;  // EIA, EEA
  if (parsed->header == SecurityHeader::integrity_new && parsed->payload.size() > 2) {
    //= TS 24.301, 8.2.20.1 and 9.9.3.23
    const Byte algorithms = parsed->payload[2];
    commanded = {static_cast<Byte>(algorithms & 7U), static_cast<Byte>(algorithms >> 4U & 7U)};
    eias.push_back(commanded->first);
  } else {
    if (!keys.eia) return false;  // never taken into use
    eias.push_back(*keys.eia);
    eias.insert(eias.end(), keys.former_eia.begin(), keys.former_eia.end());
  }
  Uses& uses = keys.uses[up ? 1 : 0];
  const std::uint32_t sns = service_request ? 32 : 256;
  const std::uint32_t sn = service_request ? pdu[1] & 31U : parsed->sqn;
  const auto base = static_cast<std::uint32_t>(std::max<std::int64_t>(uses.highest, 0)) / sns * sns;
  for (const Byte eia : eias) {
    if (eia == 0 || eia > 3) continue;
    const KnasInt key = derive_knas_int(keys.kasme, static_cast<Eia>(eia));
    for (const int step : {0, 1, -1}) {
      if (step < 0 && base < sns) continue;
      const std::uint32_t count = base + static_cast<std::uint32_t>(step) * sns + sn;
      const context::CipherInput in{count, 0, direction_of(up)};
      const Bytes over = service_request ? pdu.first(2) : parsed->authenticated;
      const auto mac = context::integrity(static_cast<Eia>(eia), key.expose(), in, over);
      if (!mac) continue;
      const bool right = service_request ? pdu.size() == 4 && (*mac)[2] == pdu[2] && (*mac)[3] == pdu[3]
                                         : *mac == parsed->mac;
      if (!right) continue;
      if (commanded && (!keys.eia || *keys.eia != commanded->first || *keys.eea != commanded->second)) {
        if (keys.eia && *keys.eia != commanded->first) keys.former_eia.push_back(*keys.eia);
        std::erase(keys.former_eia, commanded->first);
        keys.eia = commanded->first;
        keys.eea = commanded->second;
        keys.confirmed[0] = keys.confirmed[1] = false;
      } else if (!commanded && eia != *keys.eia && keys.confirmed[up ? 1 : 0]) {
        violate(Invariant::algorithms, ue,
                who(ue) + " or its MME goes back to EIA" + std::to_string(eia) + " under the same KASME");
      } else if (!commanded && eia == *keys.eia) {
        keys.confirmed[up ? 1 : 0] = true;
      }
      use(ue, uses, count, pdu, ordered, "NAS", up);
      ++nas_verified_;
      return true;
    }
  }
  return false;
}

void Monitor::nas(Subject ue, bool up, bool ordered, Bytes pdu) {
  const auto parsed = wire::nas::parse_protected(pdu);
  if (!parsed || parsed->header == wire::nas::SecurityHeader::plain) return;
  UeState* s = state(ue);
  if (s == nullptr) return;
  for (auto keys = s->nas.rbegin(); keys != s->nas.rend(); ++keys)
    if (nas_under(ue, **keys, up, ordered, pdu)) return;
  violate(Invariant::known_key, ue,
          std::string(up ? "an uplink" : "a downlink") + " NAS message of " + who(ue) + " (" +
              std::string(to_string(parsed->header)) + ", sequence number " + std::to_string(parsed->sqn) +
              ") is under no key that was given for it");
}

// --- the radio hop -------------------------------------------------------------------------------

void Monitor::on_radio(const Sent& sent) {
  if (sent.to == nobody) return;
  const bool up = place(sent.from).role == node::Role::ue;
  const Subject ue = up ? sent.from : sent.to;
  const SeatNumber enb = up ? sent.to : sent.from;
  if (state(ue) == nullptr || place(enb).role != node::Role::enb) return;
  const auto frame = wire::rrc::decode_frame(sent.octets);
  if (!frame || frame->channel != wire::rrc::Channel::srb1) return;
  on_srb1(ue, enb, up, frame->c_rnti.value, frame->payload);
}

std::optional<Monitor::Opened> Monitor::srb_under(RadioKeys& keys, AsAlgorithms algorithms, bool up,
                                                  bool ciphered, Bytes pdu) {
  if (algorithms.eia == 0 || algorithms.eia > 3 || algorithms.eea > 3) return std::nullopt;
  const auto eia = static_cast<Eia>(algorithms.eia);
  const auto eea = static_cast<Eea>(algorithms.eea);
  if (!context::is_built(eia) || !context::is_built(eea)) return std::nullopt;
  const bool known = keys.algorithms && *keys.algorithms == algorithms;
  if (known && !keys.krrc_int) keys.krrc_int.emplace(derive_krrc_int(keys.kenb, eia));
  if (known && !keys.krrc_enc) keys.krrc_enc.emplace(derive_krrc_enc(keys.kenb, eea));
  const KrrcInt integrity = known ? keys.krrc_int->clone() : derive_krrc_int(keys.kenb, eia);
  const KrrcEnc cipher = known ? keys.krrc_enc->clone() : derive_krrc_enc(keys.kenb, eea);
  const Uses& uses = keys.uses[up ? 1 : 0];
  const auto base = static_cast<std::uint32_t>(std::max<std::int64_t>(uses.highest, 0)) / srb_sns * srb_sns;
  for (const int step : {0, 1, -1}) {
    if (step < 0 && base < srb_sns) continue;
    const std::uint32_t count = base + static_cast<std::uint32_t>(step) * srb_sns + (pdu[0] & 31U);
    const context::CipherInput in{count, 0, direction_of(up)};
    ByteVector clear(pdu.begin(), pdu.end());
    if (ciphered && !context::cipher(eea, cipher.expose(), in, MutableBytes(clear).subspan(1)))
      return std::nullopt;
    const Bytes covered = Bytes(clear).first(clear.size() - mac_octets);
    const auto mac = context::integrity(eia, integrity.expose(), in, covered);
    if (!mac || !std::equal(mac->begin(), mac->end(), clear.end() - mac_octets)) continue;
    return Opened{ByteVector(clear.begin() + 1, clear.end() - mac_octets), count};
  }
  return std::nullopt;
}

void Monitor::on_srb1(Subject ue, SeatNumber enb, bool up, std::uint16_t c_rnti, Bytes pdu) {
  if (pdu.size() <= 1 + mac_octets || pdu[0] >= srb_sns) return;
  UeState& s = *state(ue);
  Radio& radio = s.radios[{enb, c_rnti}];
  const Bytes plain = pdu.subspan(1, pdu.size() - 1 - mac_octets);
  const Bytes mac = pdu.last(mac_octets);
  const bool no_mac = std::all_of(mac.begin(), mac.end(), [](Byte b) { return b == 0; });
  if (no_mac) {
    radio.keys = nullptr;  // a connection at its beginning
    return on_rrc(ue, up, plain, radio);
  }

  // The command itself says which algorithms it is under.
  if (!up)
    if (const auto command = wire::rrc::decode<wire::rrc::SecurityModeCommand>(plain))
      radio.announced = command->algorithms;

  std::optional<Opened> opened;
  const auto fits = [&](RadioKeys& keys, AsAlgorithms algorithms) {
    for (const bool ciphered : {true, false})
      if ((opened = srb_under(keys, algorithms, up, ciphered, pdu))) return true;
    return false;
  };
  const auto candidates = [&] {
    std::vector<AsAlgorithms> out;
    if (radio.announced) out.push_back(*radio.announced);
    out.push_back(s.algorithms);
    for (Byte eia = 1; eia <= 3; ++eia)
      for (Byte eea = 0; eea <= 3; ++eea) {
        const AsAlgorithms a{eea, eia};
        if (std::find(out.begin(), out.end(), a) == out.end()) out.push_back(a);
      }
    return out;
  };
  bool found = radio.keys != nullptr && radio.keys->algorithms && fits(*radio.keys, *radio.keys->algorithms);
  std::optional<AsAlgorithms> under;
  if (!found) {
    // Any KeNB of the UE, then what this cell makes of one or of an NH.
    RadioKeys* keys = nullptr;
    const auto all = candidates();
    for (const AsAlgorithms& algorithms : all) {
      for (auto k = s.radio.rbegin(); k != s.radio.rend() && !found; ++k)
        if (fits(**k, algorithms)) found = true, keys = k->get(), under = algorithms;
      if (found) break;
    }
    if (!found) {
      const auto earfcn = EarfcnDl::from(place(enb).earfcn_dl);
      const Pci pci{place(enb).pci};
      std::vector<Kenb> stars;
      if (earfcn) {
        for (auto nh = s.nhs.rbegin(); nh != s.nhs.rend(); ++nh)
          stars.push_back(derive_kenb_star(*nh, pci, *earfcn));
        for (auto k = s.radio.rbegin(); k != s.radio.rend(); ++k)
          stars.push_back(derive_kenb_star((*k)->kenb, pci, *earfcn));
      }
      for (auto star = s.stars.rbegin(); star != s.stars.rend(); ++star) {
        stars.push_back(derive_kenb_from_star(*star, CRntiValue{c_rnti}));
        stars.push_back(raw::derive_kenb_from_star(*star, CRntiValue{c_rnti}));
      }
      for (Kenb& star : stars) {
        auto made = std::make_unique<RadioKeys>(
            RadioKeys{star.clone(), std::nullopt, std::nullopt, std::nullopt, {}});
        for (const AsAlgorithms& algorithms : all)
          if (!found && fits(*made, algorithms)) found = true, under = algorithms;
        if (!found) continue;
        s.radio.push_back(std::move(made));
        keys = s.radio.back().get();
        break;
      }
    }
    if (found && keys != nullptr) {
      if (keys->algorithms && !(*keys->algorithms == *under)) {
        violate(Invariant::algorithms, ue,
                "SRB1 of " + who(ue) + " at " + place(enb).name + " changes to EEA" +
                    std::to_string(under->eea) + " and EIA" + std::to_string(under->eia) +
                    " under the same KeNB");
        keys->krrc_int.reset();
        keys->krrc_enc.reset();
      }
      keys->algorithms = under;
      s.algorithms = *under;
      radio.keys = keys;
    }
  }
  if (!found) {
    violate(Invariant::known_key, ue,
            std::string(up ? "an uplink" : "a downlink") + " SRB1 message of " + who(ue) + " at " +
                place(enb).name + " (sequence number " + std::to_string(pdu[0]) +
                ") is under no key that was given for it");
    return;
  }
  ++srb_verified_;
  if (use(ue, radio.keys->uses[up ? 1 : 0], opened->count, pdu, true, "SRB1", up))
    on_rrc(ue, up, opened->text, radio);
}

void Monitor::on_rrc(Subject ue, bool up, Bytes text, Radio& radio) {
  auto message = wire::rrc::decode_any(text);
  if (!message) return;
  std::visit(Cases{[&](const wire::rrc::ConnectionSetupComplete& m) { nas(ue, up, true, m.nas); },
                   [&](const wire::rrc::UlInformationTransfer& m) { nas(ue, up, true, m.nas); },
                   [&](const wire::rrc::DlInformationTransfer& m) { nas(ue, up, false, m.nas); },
                   [&](const wire::rrc::Reconfiguration& m) {
                     for (const ByteVector& n : m.nas) nas(ue, up, false, n);
                   },
                   [&](const wire::rrc::SecurityModeCommand& m) { radio.announced = m.algorithms; },
                   [](const auto&) {}},
             *message);
}

}  // namespace baton::lab
