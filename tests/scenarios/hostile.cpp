#include "scenarios/hostile.h"

#include <set>

#include "lab/seeded_entropy.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/rrc/frame.h"
#include "wire/rrc/messages.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {

namespace {

constexpr std::uint64_t dice_seed = 7;

// What a NAS PDU is as far as it can be seen from outside.
std::string shape(const ByteVector& nas) {
  if (nas.empty()) return " empty";
  const std::size_t type_at = (nas[0] >> 4U) == 0 ? 1 : 0;
  return " nas " + std::to_string(nas[0]) + "/" + std::to_string(nas.size() > type_at ? nas[type_at] : 0) +
         "/" + std::to_string(nas.size());
}

std::string kind_of(const WireTap& t) {
  switch (t.port) {
    case peer::Port::s1ap: {
      const auto got = wire::s1ap::decode_any(t.octets);
      std::string name = "s1ap ";
      if (!got) return name + "unreadable";
      name += wire::s1ap::name_of(got->pdu);
      if (const auto* m = std::get_if<wire::s1ap::DownlinkNasTransport>(&got->pdu))
        name += shape(m->nas.octets);
      if (const auto* m = std::get_if<wire::s1ap::UplinkNasTransport>(&got->pdu))
        name += shape(m->nas.octets);
      if (const auto* m = std::get_if<wire::s1ap::InitialUeMessage>(&got->pdu)) name += shape(m->nas.octets);
      return name;
    }
    case peer::Port::diameter: {
      const auto h = wire::diameter::decode_header(t.octets);
      if (!h) return "diameter unreadable";
      return "diameter " + std::to_string(h->code) + (h->request ? " request" : " answer");
    }
    case peer::Port::gtpc:
      return t.octets.size() < 2 ? std::string("gtp unreadable")
                                 : "gtp " + std::string(wire::gtp2::name_of_type(t.octets[1]));
    case peer::Port::radio: {
      const auto f = wire::rrc::decode_frame(t.octets);
      if (!f) return "radio unreadable";
      std::string name = "radio " + std::string(to_string(f->channel));
      if (f->channel == wire::rrc::Channel::broadcast || f->channel == wire::rrc::Channel::srb0)
        name += " " + std::to_string(f->payload[0]);
      else
        name += " of " + std::to_string(f->payload.size());
      return name;
    }
  }
  return {};
}

std::string counts(const std::optional<context::EpsSecurityContext>& c) {
  if (!c) return "none";
  const auto one = [](const std::optional<NasCount>& n) { return n ? std::to_string(n->value()) : "-"; };
  return one(c->uplink().last()) + "," + one(c->downlink().last());
}

}  // namespace

const std::vector<Kind>& life() {
  static const std::vector<Kind> all = [] {
    Cast cast(script());
    cast.attach(0);
    cast.idle(0);
    cast.service_request(0);
    cast.idle(0);
    cast.move(0, 1);
    cast.tau(0);
    cast.idle(0);
    cast.page(0);
    cast.reauthenticate(0);
    cast.run(1min);  // watchdogs and echoes
    cast.detach(0);
    std::vector<Kind> out;
    std::set<std::string> seen;
    for (const WireTap& t : cast.net.taps()) {
      std::string name = t.from + " to " + t.to + ": " + kind_of(t);
      if (t.to.empty() || !seen.insert(name).second) continue;
      out.push_back({std::move(name), t});
    }
    return out;
  }();
  return all;
}

Attitude attitude_of(const WireTap& like, const ByteVector& octets) {
  bool readable = false;
  switch (like.port) {
    case peer::Port::s1ap: readable = static_cast<bool>(wire::s1ap::decode_any(octets)); break;
    case peer::Port::diameter: {
      // A stream that lost its place takes its link along, so what does not fill its own length may act.
      const auto header = wire::diameter::decode_header(octets);
      readable = !header || static_cast<bool>(wire::diameter::decode_any(octets));
      break;
    }
    case peer::Port::gtpc: readable = static_cast<bool>(wire::gtp2::decode_any(octets)); break;
    case peer::Port::radio: readable = static_cast<bool>(wire::rrc::decode_frame(octets)); break;
  }
  return readable ? Attitude::different : Attitude::invalid;
}

bool deliver(Cast& cast, const WireTap& like, ByteVector octets) {
  if (like.port == peer::Port::gtpc || like.port == peer::Port::radio) {
    cast.net.inject(like.port, like.source, like.destination, std::move(octets));
    return true;
  }
  if (cast.net.inject_link(like.from, like.to, like.port, like.stream, octets)) return true;
  cast.run(3min);
  return cast.net.inject_link(like.from, like.to, like.port, like.stream, std::move(octets));
}

std::string tables(Cast& cast) {
  auto& mme = cast.mme();
  auto& sessions = cast.upe().sessions();
  std::string out = "mme " + std::to_string(mme.ue_count()) + " ues, " + std::to_string(mme.enb_count()) +
                    " enbs, " + std::to_string(mme.provisional_count()) + " provisional, " +
                    std::to_string(mme.connection_count()) + " connections; upe " +
                    std::to_string(sessions.size()) + " sessions, " +
                    std::to_string(sessions.addresses_in_use()) + " addresses, " +
                    std::to_string(sessions.s1u_teids_in_use()) + " teids; enbs";
  for (std::size_t i = 0; i < cast.enb_configs.size(); ++i)
    out += " " + std::to_string(cast.enb(i).ue_count()) + "/" + std::to_string(cast.enb(i).camped_count());
  return out + "; hss busy " + std::to_string(static_cast<node::hss::Hss&>(cast.hss()).busy());
}

std::string standing(Cast& cast) {
  auto& ue = cast.ue(0);
  std::string out = "ue state " + std::to_string(static_cast<int>(ue.state())) + " connected " +
                    std::to_string(ue.connected()) + " secured " + std::to_string(ue.as_secured()) +
                    " counts " + counts(ue.context()) + " guti " +
                    (ue.guti() ? std::to_string(ue.guti()->m_tmsi.value) : "none");
  if (const auto* c = cast.mme().find(imsi_of(0))) {
    out += "; mme emm " + std::to_string(static_cast<int>(c->emm)) + " idle " + std::to_string(c->idle()) +
           " counts " + counts(c->security) + " guti " +
           (c->guti ? std::to_string(c->guti->m_tmsi.value) : "none") + (c->busy() ? " busy" : "");
  } else {
    out += "; mme knows nothing";
  }
  for (const auto& k : cast.keys(0)) {
    out += " " + std::string(to_string(k.kind)) + "=" + (k.current ? k.current->to_string() : "-");
    for (const auto& h : k.holders) out += "@" + h;
  }
  const auto* session = cast.upe().sessions().find(imsi_of(0));
  out += session == nullptr ? "; no session" : session->connected() ? "; session up" : "; session idle";
  return out + "; " + tables(cast);
}

bool serves(Cast& cast) {
  const auto agree = [&] {
    return cast.agree(0, KeyKind::kasme) && cast.agree(0, KeyKind::knas_enc) &&
           cast.agree(0, KeyKind::knas_int);
  };
  if (cast.ue(0).connected() && !cast.idle(0)) return false;
  if (!cast.service_request(0) || !agree() || !cast.agree(0, KeyKind::kenb)) return false;
  if (!cast.idle(0) || !cast.tau(0) || !agree()) return false;
  if (cast.ue(0).connected() && !cast.idle(0)) return false;
  return cast.page(0) && agree() && cast.agree(0, KeyKind::kenb);
}

bool recovers(Cast& cast, std::size_t most_sessions) {
  using node::ue::State;
  for (int tries = 0; tries < 4; ++tries) {
    cast.run(tries == 0 ? 40s : 15min);  // watchdogs, retries and the pauses between attempts end
    if (cast.ue(0).connected()) cast.idle(0);
    if (cast.ue(0).state() == State::registered && cast.service_request(0) && serves(cast)) break;
    // As somebody who switches the phone off and on again.
    if (cast.ue(0).state() == State::registered) cast.detach(0);
    cast.power_cycle(0);
    cast.attach(0);
    if (cast.ue(0).state() == State::registered && serves(cast)) break;
    if (tries == 3) return false;
  }
  cast.run(15min);  // what is half done anywhere ends
  auto& mme = cast.mme();
  auto& sessions = cast.upe().sessions();
  std::size_t at_enbs = 0;
  for (std::size_t i = 0; i < cast.enb_configs.size(); ++i) at_enbs += cast.enb(i).ue_count();
  return mme.ue_count() <= 1 && mme.provisional_count() == 0 && mme.connection_count() <= 1 &&
         mme.enb_count() == cast.enb_configs.size() && sessions.size() <= most_sessions && at_enbs <= 1 &&
         static_cast<node::hss::Hss&>(cast.hss()).busy() == 0;
}

std::unique_ptr<Cast> victim_network(bool idle) {
  auto cast = std::make_unique<Cast>(script());
  cast->net.keep_taps(false);
  if (!cast->attach(0) || (idle && !cast->idle(0))) return nullptr;
  return cast;
}

std::vector<ByteVector> cuts(const ByteVector& m) {
  std::vector<ByteVector> out;
  for (std::size_t n = 0; n < m.size(); ++n)
    out.emplace_back(m.begin(), m.begin() + static_cast<std::ptrdiff_t>(n));
  return out;
}

std::vector<ByteVector> flips(const ByteVector& m, std::size_t most, std::uint64_t seed) {
  std::vector<ByteVector> out;
  const std::size_t bits = m.size() * 8;
  SeededEntropy dice(seed + dice_seed, "flips");
  for (std::size_t i = 0; i < std::min(bits, most); ++i) {
    const std::size_t bit = bits <= most ? i : dice.u32() % bits;
    ByteVector f = m;
    f[bit / 8] = static_cast<Byte>(f[bit / 8] ^ (1U << (bit % 8)));
    out.push_back(std::move(f));
  }
  return out;
}

std::vector<ByteVector> lies(const ByteVector& m, std::size_t most, std::uint64_t seed) {
  std::vector<ByteVector> out;
  constexpr Byte values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
  const std::size_t all = m.size() * std::size(values);
  SeededEntropy dice(seed + dice_seed, "lies");
  for (std::size_t i = 0; i < std::min(all, most); ++i) {
    const std::size_t which = all <= most ? i : dice.u32() % all;
    ByteVector f = m;
    f[which / std::size(values)] = values[which % std::size(values)];
    if (f != m) out.push_back(std::move(f));
  }
  return out;
}

std::vector<ByteVector> swollen(const ByteVector& m) {
  std::vector<ByteVector> out;
  for (const std::size_t more : {std::size_t{1}, std::size_t{4}, std::size_t{256}, std::size_t{65000}}) {
    ByteVector f = m;
    f.resize(m.size() + more, Byte{0xA5});
    out.push_back(std::move(f));
  }
  return out;
}

}  // namespace baton::lab
