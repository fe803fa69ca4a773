#include "lab/monitor.h"

#include <algorithm>
#include <utility>

#include "base/cases.h"
#include "keys/derive_policy.h"
#include "lab/monitor_state.h"
#include "wire/diameter/message.h"
#include "wire/diameter/private_app.h"
#include "wire/gtp2/codec.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2/private.h"
#include "wire/nas/security_header.h"

namespace baton::lab {

namespace {

bool is_air(KeyKind k) {
  return k == KeyKind::kenb || k == KeyKind::krrc_enc || k == KeyKind::krrc_int || k == KeyKind::kup_enc ||
         k == KeyKind::kup_int;
}
bool is_nas(KeyKind k) {
  return k == KeyKind::kasme || k == KeyKind::kho || k == KeyKind::knas_enc || k == KeyKind::knas_int;
}

const KeyIdKey lab_ids{};

}  // namespace

std::string_view to_string(Invariant invariant) {
  switch (invariant) {
    case Invariant::count_once: return "count-once";
    case Invariant::count_rises: return "count-rises";
    case Invariant::same_keys: return "same-keys";
    case Invariant::known_key: return "known-key";
    case Invariant::algorithms: return "algorithms";
    case Invariant::key_gone: return "key-gone";
    case Invariant::accepted_once: return "accepted-once";
  }
  return "?";
}

std::string_view meaning_of(Invariant invariant) {
  switch (invariant) {
    case Invariant::count_once: return "a key and a COUNT protect one message in a direction";
    case Invariant::count_rises: return "no end goes back to a lower COUNT";
    case Invariant::same_keys: return "at rest both ends hold the same keys, or none";
    case Invariant::known_key: return "what is protected is under a key made for this UE";
    case Invariant::algorithms: return "no algorithm changes without a new key";
    case Invariant::key_gone: return "who gave a UE away keeps no key of it";
    case Invariant::accepted_once: return "no message is accepted twice";
  }
  return "?";
}

Monitor::Monitor(std::vector<Place> places) : places_(std::move(places)) {
  ues_.resize(places_.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].role != node::Role::ue) continue;
    ues_[i] = std::make_unique<UeState>();
    by_imsi_.emplace(places_[i].imsi, static_cast<Subject>(i));
  }
}

Monitor::~Monitor() = default;

void Monitor::violate(Invariant invariant, Subject ue, std::string text) {
  if (violations_.size() < violations_max) violations_.push_back({invariant, now_, ue, std::move(text)});
}

Subject Monitor::ue_of_imsi(std::string_view digits) const {
  const auto found = by_imsi_.find(digits);
  return found == by_imsi_.end() ? nobody : found->second;
}

std::string Monitor::who(Subject ue) const { return ue < places_.size() ? places_[ue].name : "nobody known"; }

Monitor::UeState* Monitor::state(Subject ue) { return ue < ues_.size() ? ues_[ue].get() : nullptr; }

// --- keys ----------------------------------------------------------------------------------------

void Monitor::learn(Subject ue, const Kasme& kasme) {
  UeState* s = state(ue);
  if (s == nullptr) return;
  const KeyId id = key_id_of(lab_ids, kasme);
  for (const auto& known : s->nas)
    if (known->id == id) return;
  auto keys = std::make_unique<NasKeys>(NasKeys{kasme.clone(), id, {}, {}, {false, false}, {}, {}});
  s->nas.push_back(std::move(keys));
}

void Monitor::learn(Subject ue, const Kenb& kenb) {
  UeState* s = state(ue);
  if (s == nullptr) return;
  for (const auto& known : s->radio)
    if (known->kenb == kenb) return;
  s->radio.push_back(
      std::make_unique<RadioKeys>(RadioKeys{kenb.clone(), std::nullopt, std::nullopt, std::nullopt, {}}));
}

void Monitor::learn(Subject ue, const Nh& nh) {
  UeState* s = state(ue);
  if (s == nullptr) return;
  for (const Nh& known : s->nhs)
    if (known == nh) return;
  s->nhs.push_back(nh.clone());
}

void Monitor::learn(Subject ue, const KenbStar& star) {
  UeState* s = state(ue);
  if (s == nullptr || std::find(s->stars.begin(), s->stars.end(), star) != s->stars.end()) return;
  s->stars.push_back(star.clone());
}

void Monitor::carried(SeatNumber to, KeyId key, Bytes message) {
  carriages_[{to, key}].messages.insert(digest_of(message));
}

// --- wires ---------------------------------------------------------------------------------------

void Monitor::on_sent(const Sent& sent) {
  now_ = sent.at;
  switch (sent.port) {
    case peer::Port::diameter: return on_diameter(sent);
    case peer::Port::gtpc: return on_gtp(sent);
    case peer::Port::s1ap: return on_s1ap(sent);
    case peer::Port::radio: return on_radio(sent);
  }
}

void Monitor::on_diameter(const Sent& sent) {
  namespace diameter = wire::diameter;
  constexpr std::uint32_t air = 318, clr = 317, success = 2001;
  const auto header = diameter::decode_header(sent.octets);
  if (!header) return;
  //= S0.D3
  // Under `seed` the key itself goes to the HSS.
  if (header->code == diameter::KasmeUpdateRequest::command.code && header->request && sent.to != nobody) {
    const auto m = diameter::decode<diameter::KasmeUpdateRequest>(sent.octets);
    if (m && m->kasme) carried(sent.to, key_id_of(lab_ids, *m->kasme), sent.octets);
    return;
  }
  if (header->code != air && header->code != clr) return;
  if (header->code == air && header->request) {
    if (const auto m = diameter::decode<diameter::AuthenticationInformationRequest>(sent.octets))
      sessions_[m->session_id] = ue_of_imsi(m->user_name.digits());
  } else if (header->code == clr && header->request) {
    if (const auto m = diameter::decode<diameter::CancelLocationRequest>(sent.octets))
      sessions_[m->session_id] = ue_of_imsi(m->user_name.digits());
  } else if (header->code == air) {
    const auto m = diameter::decode<diameter::AuthenticationInformationAnswer>(sent.octets);
    if (!m) return;
    const auto session = sessions_.find(m->session_id);
    if (session == sessions_.end()) return;
    const Subject ue = session->second;
    if (m->authentication_info && state(ue) != nullptr) {
      for (const auto& v : m->authentication_info->eutran_vectors) {
        learn(ue, v.kasme);
        ++state(ue)->vectors;
        if (sent.to != nobody) carried(sent.to, key_id_of(lab_ids, v.kasme), sent.octets);
      }
      state(ue)->home = sent.to;
    }
    sessions_.erase(session);
  } else {
    const auto m = diameter::decode<diameter::CancelLocationAnswer>(sent.octets);
    if (!m) return;
    const auto session = sessions_.find(m->session_id);
    if (session == sessions_.end()) return;
    const Subject ue = session->second;
    sessions_.erase(session);
    const UeState* s = state(ue);
    if (s != nullptr && m->result_code == success && s->home != sent.from)
      expect_gone(sent.from, ue, false, "after its Cancel Location Answer");
  }
}

template <class Mm>
void Monitor::context_moves(const Sent& sent, Subject ue, const Mm& mm,
                            const std::vector<wire::gtp2::PrivateExtension>& extensions) {
  UeState* s = state(ue);
  if (s == nullptr || sent.to == nobody) return;
  const auto said = wire::gtp2::decode_private(extensions, wire::enterprise());
  // Where KASME stays behind, its NAS keys say which one it is.
  //= S3.D6
  const auto is_it = [&](const auto& k) {
    if (mm.kasme) return k->kasme == *mm.kasme;
    return said && said->nas_keys && k->eia && *k->eia == mm.nas_integrity &&
           derive_knas_int(k->kasme, static_cast<Eia>(*k->eia)) == said->nas_keys->integrity;
  };
  const auto found = std::find_if(s->nas.begin(), s->nas.end(), is_it);
  if (found == s->nas.end()) {
    violate(Invariant::known_key, ue, "a context of " + who(ue) + " moves under a KASME nobody gave it");
    return;
  }
  NasKeys& keys = **found;
  const KeyId id = keys.id;
  // Under KASME' the algorithms go on, and no security mode command says so.
  if (!keys.eia && said && said->refresh) {
    keys.eia = mm.nas_integrity;
    keys.eea = mm.nas_ciphering;
  }
  if (keys.eia && (mm.nas_integrity != *keys.eia || mm.nas_ciphering != *keys.eea))
    violate(Invariant::algorithms, ue,
            "the context that moves names EIA" + std::to_string(mm.nas_integrity) + " and EEA" +
                std::to_string(mm.nas_ciphering) + ", in use are EIA" + std::to_string(*keys.eia) +
                " and EEA" + std::to_string(*keys.eea));
  // The same request again, later, says what was so when it was first sent.
  Carriage& carriage = carriages_[{sent.to, id}];
  const bool again = !carriage.messages.insert(digest_of(sent.octets)).second;
  if (!again && std::int64_t{mm.downlink_count.value()} <= keys.uses[0].highest)
    violate(Invariant::count_rises, ue,
            "the context that moves says that downlink COUNT " + std::to_string(mm.downlink_count.value()) +
                " is the next, but " + std::to_string(keys.uses[0].highest) + " has been used");
  if (mm.next_hop) {
    learn(ue, mm.next_hop->nh);
    carried(sent.to, key_id_of(lab_ids, mm.next_hop->nh), sent.octets);
  }
  for (const auto& v : mm.vectors) {
    learn(ue, v.kasme);
    carried(sent.to, key_id_of(lab_ids, v.kasme), sent.octets);
  }
  if (mm.old_security) {
    carried(sent.to, key_id_of(lab_ids, mm.old_security->kasme), sent.octets);
    if (mm.old_security->next_hop) {
      learn(ue, mm.old_security->next_hop->nh);
      carried(sent.to, key_id_of(lab_ids, mm.old_security->next_hop->nh), sent.octets);
    }
  }
  if (!again) s->home = sent.to;
}

void Monitor::carried_beside(const Sent& sent, const std::vector<wire::gtp2::PrivateExtension>& extensions) {
  const auto said = wire::gtp2::decode_private(extensions, wire::enterprise());
  if (!said || sent.to == nobody) return;
  const auto brings = [&](const auto& key) { carried(sent.to, key_id_of(lab_ids, key), sent.octets); };
  if (said->kenb_star) brings(*said->kenb_star);
  if (said->kho) brings(*said->kho);
  if (said->kupe) brings(*said->kupe);
  if (said->nas_keys) brings(said->nas_keys->enc);
  if (said->nas_keys) brings(said->nas_keys->integrity);
}

void Monitor::on_gtp(const Sent& sent) {
  namespace gtp2 = wire::gtp2;
  // The type stands in the second octet (TS 29.274, 5.1); only these move keys.
  const Byte type = sent.octets.size() > 1 ? sent.octets[1] : 0;
  if (type == gtp2::CreateSessionRequest::type || type == gtp2::ModifyBearerRequest::type) {
    // K_UPE, for the UPE.
    const auto asked = gtp2::decode_any(sent.octets);
    if (!asked) return;
    if (const auto* m = std::get_if<gtp2::CreateSessionRequest>(&asked->message))
      carried_beside(sent, m->extensions);
    if (const auto* m = std::get_if<gtp2::ModifyBearerRequest>(&asked->message))
      carried_beside(sent, m->extensions);
    return;
  }
  if (type != gtp2::ContextResponse::type && type != gtp2::ForwardRelocationRequest::type &&
      type != gtp2::RelocationCancelRequest::type && type != gtp2::RelocationCancelResponse::type)
    return;
  const auto decoded = gtp2::decode_any(sent.octets);
  if (!decoded) return;
  const auto named = [&](const std::optional<Imsi>& imsi) {
    return imsi ? ue_of_imsi(imsi->digits()) : sent.subject;
  };
  // KASME' of a key that is known, made as the message says, is known from here on.
  //= S0.D2
  const auto learn_refreshed = [&](Subject ue, const std::optional<Kasme>& moved,
                                   const std::vector<gtp2::PrivateExtension>& extensions) {
    const auto said = gtp2::decode_private(extensions, wire::enterprise());
    const UeState* s = state(ue);
    if (!said || !said->refresh || !moved || s == nullptr) return;
    const bool made = std::any_of(s->nas.begin(), s->nas.end(), [&](const auto& known) {
      return derive_kasme_refreshed(known->kasme, said->refresh->direction, said->refresh->n) == *moved;
    });
    if (made) learn(ue, *moved);
  };
  if (const auto* m = std::get_if<gtp2::ForwardRelocationRequest>(&decoded->message)) {
    learn_refreshed(named(m->imsi), m->mm.kasme, m->extensions);
    carried_beside(sent, m->extensions);
    context_moves(sent, named(m->imsi), m->mm, m->extensions);
  } else if (const auto* r = std::get_if<gtp2::ContextResponse>(&decoded->message)) {
    if (!r->mm) return;
    learn_refreshed(named(r->imsi), r->mm->kasme, r->extensions);
    carried_beside(sent, r->extensions);
    context_moves(sent, named(r->imsi), *r->mm, r->extensions);
  } else if (const auto* asked = std::get_if<gtp2::RelocationCancelRequest>(&decoded->message)) {
    cancels_[{sent.from, decoded->header.sequence.value}] = named(asked->imsi);
  } else if (const auto* c = std::get_if<gtp2::RelocationCancelResponse>(&decoded->message)) {
    const auto request = cancels_.find({sent.to, decoded->header.sequence.value});
    if (request == cancels_.end() || !gtp2::accepted(c->cause.value)) return;
    const Subject ue = request->second;
    UeState* s = state(ue);
    if (s == nullptr) return;
    expect_gone(sent.from, ue, false, "after its Relocation Cancel Response");
    // The context is where it came from.
    if (s->home == sent.from) s->home = sent.to;
  }
}

Monitor::Connection& Monitor::connection(SeatNumber enb, std::uint32_t enb_ue_id, Subject subject) {
  auto& place = connections_[{enb, enb_ue_id}];
  if (!place) place = std::make_unique<Connection>();
  if (place->ue == nobody) place->ue = subject;
  return *place;
}

bool Monitor::connected_at(SeatNumber enb, Subject ue) const {
  for (auto it = connections_.lower_bound({enb, 0}); it != connections_.end() && it->first.first == enb; ++it)
    if (it->second->ue == ue) return true;
  return false;
}

void Monitor::uplink_nas(const Sent& sent, std::uint32_t enb_ue_id, const ByteVector& octets) {
  Connection& c = connection(sent.from, enb_ue_id, sent.subject);
  const auto parsed = wire::nas::parse_protected(octets);
  const bool plain = parsed && parsed->header == wire::nas::SecurityHeader::plain;
  if (!plain && !c.uplink.insert(digest_of(octets)).second)
    violate(Invariant::accepted_once, c.ue,
            place(sent.from).name + " passes on the same NAS message twice on one connection");
  nas(c.ue, true, false, octets);
}

void Monitor::on_s1ap(const Sent& sent) {
  using namespace wire::s1ap;
  auto received = decode_any(sent.octets);
  if (!received) return;
  const bool up = place(sent.from).role == node::Role::enb;
  const SeatNumber enb = up ? sent.from : sent.to;
  if (enb == nobody) return;
  std::visit(Cases{[&](InitialUeMessage& m) { uplink_nas(sent, m.enb_ue_id.value, m.nas.octets); },
                   [&](UplinkNasTransport& m) { uplink_nas(sent, m.enb_ue_id.value, m.nas.octets); },
                   [&](DownlinkNasTransport& m) {
                     nas(connection(enb, m.enb_ue_id.value, sent.subject).ue, false, true, m.nas.octets);
                   },
                   [&](InitialContextSetupRequest& m) {
                     const Subject ue = connection(enb, m.enb_ue_id.value, sent.subject).ue;
                     learn(ue, m.security_key);
                     carried(enb, key_id_of(lab_ids, m.security_key), sent.octets);
                     for (const auto& e : m.erabs)
                       if (e.nas) nas(ue, false, true, e.nas->octets);
                   },
                   [&](UeContextModificationRequest& m) {
                     const Subject ue = connection(enb, m.enb_ue_id.value, sent.subject).ue;
                     if (!m.security_key) return;
                     learn(ue, *m.security_key);
                     carried(enb, key_id_of(lab_ids, *m.security_key), sent.octets);
                   },
                   [&](HandoverRequest& m) {
                     // The field of NH may hold KeNB* or KeNB*+.
                     if (m.key_handling && m.key_handling->from_star) {
                       const KenbStar star{m.security.next_hop.expose()};
                       learn(sent.subject, star);
                       carried(enb, key_id_of(lab_ids, star), sent.octets);
                       return;
                     }
                     learn(sent.subject, m.security.next_hop);
                     carried(enb, key_id_of(lab_ids, m.security.next_hop), sent.octets);
                   },
                   [&](HandoverRequired& m) {
                     if (m.kenb_star) carried(sent.to, key_id_of(lab_ids, *m.kenb_star), sent.octets);
                   },
                   [&](HandoverRequestAcknowledge& m) { connection(enb, m.enb_ue_id.value, sent.subject); },
                   [&](PathSwitchRequestAcknowledge& m) {
                     learn(sent.subject, m.security.next_hop);
                     carried(enb, key_id_of(lab_ids, m.security.next_hop), sent.octets);
                   },
                   [&](HandoverNotify& m) {
                     Connection& c = connection(enb, m.enb_ue_id.value, sent.subject);
                     if (std::exchange(c.notified, true))
                       violate(Invariant::accepted_once, c.ue,
                               place(enb).name + " notifies the same handover twice");
                   },
                   [&](UeContextReleaseComplete& m) {
                     const auto found = connections_.find({enb, m.enb_ue_id.value});
                     const Subject ue = found == connections_.end() ? sent.subject : found->second->ue;
                     if (found != connections_.end()) connections_.erase(found);
                     if (ue != nobody && !connected_at(enb, ue))
                       expect_gone(enb, ue, true, "after its UE Context Release Complete");
                   },
                   [&](Reset& m) {
                     if (std::holds_alternative<ResetAll>(m.type)) return forget_connections(enb);
                     for (const auto& c : std::get<std::vector<wire::s1ap::UeConnection>>(m.type))
                       if (c.enb_ue_id) connections_.erase({enb, c.enb_ue_id->value});
                   },
                   [](auto&) {}},
             received->pdu);
}

void Monitor::forget_connections(SeatNumber enb) {
  connections_.erase(connections_.lower_bound({enb, 0}), connections_.lower_bound({enb + 1, 0}));
}

void Monitor::on_link_end(SeatNumber a, SeatNumber b, peer::Port port, Instant now) {
  now_ = now;
  if (port != peer::Port::s1ap) return;
  for (const SeatNumber seat : {a, b})
    if (place(seat).role == node::Role::enb) forget_connections(seat);
}

// --- the ledger ----------------------------------------------------------------------------------

void Monitor::on_ledger(const LedgerEntry& e, SeatNumber at, Subject subject) {
  now_ = e.at;
  ++entries_;
  const auto add = [&](std::string_view s) {
    hash_.update({reinterpret_cast<const Byte*>(s.data()), s.size()});
    constexpr Byte end[] = {0};
    hash_.update(end);
  };
  add(std::to_string(e.at.since_epoch.count()));
  add(e.node);
  add(e.subscriber);
  add(to_string(e.event));
  add(to_string(e.kind));
  hash_.update(e.key.octets);
  for (const KeyId& parent : e.parents) hash_.update(parent.octets);
  add(e.reason);
  add(e.peer);

  Subject ue = ue_of_imsi(e.subscriber);
  if (ue == nobody)
    if (const auto known = owner_.find(e.key); known != owner_.end()) ue = known->second;
  for (const KeyId& parent : e.parents) {
    if (ue != nobody) break;
    if (const auto known = owner_.find(parent); known != owner_.end()) ue = known->second;
  }
  if (ue == nobody) ue = subject;
  UeState* s = state(ue);
  if (s == nullptr) return;
  owner_.emplace(e.key, ue);

  const auto same = [&](const Held& h) { return h.key == e.key && h.seat == at; };
  switch (e.event) {
    case KeyEvent::erased: std::erase_if(s->held, same); break;
    case KeyEvent::sent: break;
    case KeyEvent::received: {
      Carriage& carriage = carriages_[{at, e.key}];
      if (++carriage.received > carriage.messages.size())
        violate(Invariant::accepted_once, ue,
                e.node + " received " + std::string(to_string(e.kind)) + " " + e.key.to_string() + " of " +
                    who(ue) + " " + std::to_string(carriage.received) + " times, but " +
                    std::to_string(carriage.messages.size()) + " messages brought it");
      [[fallthrough]];
    }
    case KeyEvent::derived:
    case KeyEvent::stored:
      if (std::none_of(s->held.begin(), s->held.end(), same)) s->held.push_back({e.key, at, e.kind});
      break;
  }
}

void Monitor::on_crash(SeatNumber seat, Instant now) {
  now_ = now;
  for (const auto& s : ues_)
    if (s) std::erase_if(s->held, [&](const Held& h) { return h.seat == seat; });
  // It has forgotten what it had accepted. A peer that never heard its answer repeats the same message, and
  // is right to be heard once more.
  for (auto& [where, carriage] : carriages_)
    if (where.first == seat) carriage.received = 0;
  if (place(seat).role == node::Role::enb) forget_connections(seat);
}

void Monitor::expect_gone(SeatNumber seat, Subject ue, bool air, const char* when) {
  checks_.push_back({seat, ue, air, when});
}

void Monitor::on_outcome(const node::Outcome& outcome, SeatNumber at, Instant now) {
  now_ = now;
  if (!outcome.ok || place(at).role != node::Role::mme || outcome.procedure != "inter-mme-handover") return;
  const Subject ue = ue_of_imsi(outcome.subscriber);
  const UeState* s = state(ue);
  if (s != nullptr && s->home != at) expect_gone(at, ue, false, "after it handed the UE over");
}

void Monitor::on_event_end(Instant now) {
  now_ = now;
  for (const Check& c : std::exchange(checks_, {})) {
    for (const Held& h : state(c.ue)->held) {
      if (h.seat != c.seat ||
          (c.air ? !is_air(h.kind) && h.kind != KeyKind::nh : !is_nas(h.kind) && h.kind != KeyKind::nh))
        continue;
      violate(Invariant::key_gone, c.ue,
              place(c.seat).name + " holds " + std::string(to_string(h.kind)) + " " + h.key.to_string() +
                  " of " + who(c.ue) + " " + c.when);
    }
  }
}

const std::vector<Monitor::Held>& Monitor::held(Subject ue) const { return ues_[ue]->held; }

std::vector<SeatNumber> Monitor::holders(Subject ue, KeyKind kind, node::Role role) const {
  std::vector<SeatNumber> out;
  for (const Held& h : ues_[ue]->held)
    if (h.kind == kind && place(h.seat).role == role &&
        std::find(out.begin(), out.end(), h.seat) == out.end())
      out.push_back(h.seat);
  std::sort(out.begin(), out.end());
  return out;
}

std::uint64_t Monitor::authentications(Subject ue) const { return ues_[ue]->vectors; }

void Monitor::at_rest(Subject ue, bool registered, bool secured, Instant now) {
  now_ = now;
  const UeState& s = *ues_[ue];
  const auto keys = [&](KeyKind kind, node::Role role) {
    std::set<KeyId> out;
    for (const Held& h : s.held)
      if (h.kind == kind && place(h.seat).role == role) out.insert(h.key);
    return out;
  };
  for (const KeyKind kind : {KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int, KeyKind::kenb,
                             KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc}) {
    const node::Role other = is_air(kind) ? node::Role::enb : node::Role::mme;
    const std::string name(to_string(kind));
    if (holders(ue, kind, other).size() > 1)
      violate(Invariant::same_keys, ue,
              "more than one node holds " + name + " of " + who(ue) + ": " +
                  place(holders(ue, kind, other)[0]).name + " and " +
                  place(holders(ue, kind, other)[1]).name);
    const auto here = keys(kind, node::Role::ue), there = keys(kind, other);
    const bool shared = is_air(kind) ? secured : registered;
    // An MME that was not given KASME has K_HO in the place of it.
    //= S3.D6
    if (kind == KeyKind::kasme && here.size() == 1 && there.empty() &&
        keys(KeyKind::kho, node::Role::mme).size() == 1)
      continue;
    // Whoever has deregistered may keep its context for the next attach; so may its MME. TS 24.301, annex C.
    if (shared ? here.size() != 1 || there != here : is_air(kind) && (!here.empty() || !there.empty()))
      violate(Invariant::same_keys, ue,
              who(ue) + (shared ? "" : ", without a connection,") + " holds " + std::to_string(here.size()) +
                  " " + name + ", the other end " + std::to_string(there.size()) +
                  (there == here ? "" : ", and they are not the same"));
  }
}

crypto::Digest Monitor::ledger_hash() const {
  crypto::Sha256 copy = hash_;
  return copy.finish();
}

}  // namespace baton::lab
