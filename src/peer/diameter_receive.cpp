// What arrives: who may come in, what the base protocol answers itself, and what goes to the node above.
#include <algorithm>

#include "peer/diameter_machine.h"
#include "wire/diameter/raw_avp.h"

namespace baton::peer {

namespace dia = wire::diameter;
using diameter::On;
using diameter::State;

namespace {

/// The AVPs of a request that decide whether the node above sees it.
struct Routing {
  std::string_view origin_host, origin_realm, destination_host, destination_realm, session;
  ByteVector proxy_info;
  bool sound = true;    ///< every AVP has a length that fits
  bool looped = false;  ///< it has been here before
};
Routing routing_of(Bytes message, const DiameterIdentity& here) {
  Routing out;
  wire::Reader r("Diameter", message.subspan(dia::header_octets), dia::header_octets);
  while (!r.empty()) {
    const auto a = dia::next_avp(r);
    if (!a) {
      out.sound = false;
      break;
    }
    const std::string_view text{reinterpret_cast<const char*>(a->value.data()), a->value.size()};
    if (a->is(dia::avp::origin_host)) out.origin_host = text;
    if (a->is(dia::avp::origin_realm)) out.origin_realm = text;
    if (a->is(dia::avp::destination_host)) out.destination_host = text;
    if (a->is(dia::avp::destination_realm)) out.destination_realm = text;
    if (a->is(dia::avp::session_id)) out.session = text;
    if (a->is(dia::avp::route_record) && here.is(text)) out.looped = true;
    if (a->is(dia::avp::proxy_info)) {
      const Bytes whole = message.subspan(a->offset, r.offset() - a->offset);
      out.proxy_info.insert(out.proxy_info.end(), whole.begin(), whole.end());
    }
  }
  return out;
}

}  // namespace

void DiameterMachine::message(LinkId link, Bytes octets) {
  const auto h = dia::decode_header(octets);
  if (!h) {
    out_.count("diameter.header_bad");
    // Version and length are sound here; what remains are flags that contradict each other.
    const auto index = node_.links_.at(link).peer;
    if ((octets[4] & 0x80U) == 0 || !index || !peer_at(*index).open()) return break_link(link, {});
    dia::Header request;
    request.request = true;
    request.code = static_cast<std::uint32_t>(octets[5]) << 16U |
                   static_cast<std::uint32_t>(octets[6]) << 8U | octets[7];
    wire::Reader r("Diameter", octets.subspan(8));
    request.application = static_cast<std::uint32_t>(*r.u("Application-ID", 4));
    request.ids.hop_by_hop = static_cast<std::uint32_t>(*r.u("Hop-by-Hop Identifier", 4));
    request.ids.end_to_end = static_cast<std::uint32_t>(*r.u("End-to-End Identifier", 4));
    return protocol_error(link, request, dia::result_code_for(h.why()), octets);
  }
  const auto index = node_.links_.at(link).peer;
  if (!index) return from_stranger(link, *h, octets);
  Peer& p = peer_at(*index);
  switch (p.state) {
    case State::wait_i_cea:
    case State::wait_returns:
      if (p.i == link) return for_a_cea(p, link, *h, octets);
      out_.count("diameter.before_capabilities");
      return;
    case State::i_open:
    case State::r_open:
    case State::closing: return on_open(p, link, *h, octets);
    case State::closed:
    case State::wait_conn_ack:
    case State::wait_conn_ack_elect: out_.count("diameter.before_capabilities"); return;
  }
}

template <class M>
bool DiameterMachine::shares_application(const M& m) const {
  const std::uint32_t want = node_.config_.application;
  const auto is = [&](std::uint32_t a) { return a == want || a == dia::app_relay; };
  return std::any_of(m.auth_application_ids.begin(), m.auth_application_ids.end(), is) ||
         std::any_of(m.vendor_specific_application_ids.begin(), m.vendor_specific_application_ids.end(),
                     [&](const auto& v) { return v.auth_application_id && is(*v.auth_application_id); });
}

/// A relay does not count: what our own application says is for the two ends of one connection.
template <class M>
bool DiameterMachine::both_speak_private(const M& m) const {
  const dia::VendorSpecificApplicationId own{dia::vendor_private, dia::app_private, {}};
  const auto& theirs = m.vendor_specific_application_ids;
  return node_.config_.private_application && std::find(theirs.begin(), theirs.end(), own) != theirs.end();
}

void DiameterMachine::refuse_cer(LinkId link, const dia::Header& h, std::uint32_t result, ByteVector failed,
                                 std::string_view counter) {
  auto cea = capabilities<dia::CapabilitiesExchangeAnswer>();
  cea.result_code = result;
  if (!failed.empty()) cea.failed_avp = dia::FailedAvp{std::move(failed)};
  send(link, dia::encode(cea, h.ids));
  break_link(link, counter);
}

/// from_stranger reads the first message of an accepted link: a CER of a peer the configuration names,
/// from the address it gives, or the end of the link.
void DiameterMachine::from_stranger(LinkId link, const dia::Header& h, Bytes octets) {
  if (h.code != dia::CapabilitiesExchangeRequest::command.code || !h.request)
    return break_link(link, "diameter.before_capabilities");
  const auto cer = dia::decode<dia::CapabilitiesExchangeRequest>(octets);
  if (!cer) {
    return refuse_cer(link, h, dia::result_code_for(cer.why()), dia::failed_avp_for(octets, cer.why()),
                      "diameter.cer_bad");
  }
  Peer* p = peer_named(cer->origin_host);
  //= RFC 6733, 5.3
  const Link& from = node_.links_.at(link);
  if (p == nullptr || p->config.via || p->config.realm != cer->origin_realm ||
      p->config.address != from.remote.address ||
      (p->config.secured || from.proof.secured) != proves(from.proof, p->config.identity)) {
    out_.log(LogLevel::warning,
             "Diameter connection from " + node_.links_.at(link).remote.to_string() +
                 " refused: no peer of that identity, realm, address and certificate is configured");
    return refuse_cer(link, h, dia::code::unknown_peer, {}, "diameter.unknown_peer");
  }
  if (!shares_application(*cer))
    return refuse_cer(link, h, dia::code::no_common_application, {}, "diameter.no_common_application");
  const auto& security = cer->inband_security_ids;
  if (!security.empty() && std::find(security.begin(), security.end(), 0U) == security.end())
    return refuse_cer(link, h, dia::code::no_common_security, {}, "diameter.no_common_security");
  node_.links_.at(link).speaks_private = both_speak_private(*cer);
  note_state(*p, cer->origin_state_id);
  fire(*p, On::r_conn_cer, {link, h.ids});
}

void DiameterMachine::for_a_cea(Peer& p, LinkId link, const dia::Header& h, Bytes octets) {
  const auto cea = dia::decode<dia::CapabilitiesExchangeAnswer>(octets);
  if (!cea || h.ids != p.cer_ids) {
    out_.count("diameter.cea_bad");
    return fire(p, On::i_rcv_non_cea, {link, h.ids});
  }
  const bool success = cea->result_code == dia::code::success;
  const bool itself = cea->origin_host == p.config.identity && cea->origin_realm == p.config.realm;
  if (!success || !itself || !shares_application(*cea)) {
    out_.count("diameter.cea_refused");
    out_.log(LogLevel::warning,
             "Diameter peer " + p.config.identity.value() + " not connected: " +
                 (!success  ? "it answered " + dia::AnswerResult{cea->result_code}.to_string()
                  : !itself ? std::string("it has another identity or realm")
                            : std::string("no common application")));
    return fire(p, On::i_rcv_non_cea, {link, h.ids});
  }
  node_.links_.at(link).speaks_private = both_speak_private(*cea);
  note_state(p, cea->origin_state_id);
  fire(p, On::i_rcv_cea, {link, h.ids});
}

void DiameterMachine::on_open(Peer& p, LinkId link, const dia::Header& h, Bytes octets) {
  if (p.link() != link) {
    out_.count("diameter.before_capabilities");
    return;
  }
  //= RFC 3539, 3.4.1
  // Whatever arrives shows that the peer is alive.
  if (p.open()) {
    p.heard = now_;
    if (p.watch != Watch::okay) {
      const bool suspected = std::exchange(p.watch, Watch::okay) == Watch::suspect;
      set_watchdog(p);
      // Nobody could be asked over this connection meanwhile; what was kept for them may go now.
      if (suspected) announce(p);
    }
  }
  if (h.application == dia::app_base) return base_command(p, link, h, octets);
  if (!p.open()) return;
  if (h.request) return request(p, link, h, octets);
  answer(p, link, h, octets);
}

void DiameterMachine::base_command(Peer& p, LinkId link, const dia::Header& h, Bytes octets) {
  const auto& c = node_.config_;
  if (h.code == dia::DeviceWatchdogRequest::command.code && h.request) {
    const auto dwr = dia::decode<dia::DeviceWatchdogRequest>(octets);
    dia::DeviceWatchdogAnswer dwa{dia::code::success, c.identity, c.realm};
    if (c.origin_state_id != 0) dwa.origin_state_id = c.origin_state_id;
    if (!dwr) {
      out_.count("diameter.request_bad");
      dwa.result_code = dia::result_code_for(dwr.why());
      if (auto failed = dia::failed_avp_for(octets, dwr.why()); !failed.empty())
        dwa.failed_avp = dia::FailedAvp{std::move(failed)};
    } else {
      note_state(p, dwr->origin_state_id);
    }
    return send(link, dia::encode(dwa, h.ids));
  }
  if (h.code == dia::DeviceWatchdogAnswer::command.code && !h.request)
    return watchdog_answered(p, h.ids.hop_by_hop);
  if (h.code == dia::DisconnectPeerRequest::command.code && h.request) {
    const auto dpr = dia::decode<dia::DisconnectPeerRequest>(octets);
    if (!dpr) return protocol_error(link, h, dia::result_code_for(dpr.why()), octets);
    //= RFC 6733, 5.4.3
    if (dpr->disconnect_cause == dia::DisconnectCause::do_not_want_to_talk_to_you) p.wanted = false;
    return fire(p, p.i == link ? On::i_rcv_dpr : On::r_rcv_dpr, {link, h.ids});
  }
  if (h.code == dia::DisconnectPeerAnswer::command.code && !h.request && p.state == State::closing)
    return fire(p, On::rcv_dpa, {link, h.ids});
  if (h.request) {
    out_.count("diameter.command_unsupported");
    return protocol_error(link, h, dia::code::command_unsupported, octets);
  }
  out_.count("diameter.answer_unasked");
}

/// origin_of is who a request of `p` comes from: itself, or somebody whose agent it is; null for anybody
/// else.
DiameterMachine::Peer* DiameterMachine::origin_of(Peer& p, std::string_view host, std::string_view realm) {
  const auto is = [&](const Peer& o) {
    return o.config.identity.is(host) && (realm.empty() || o.config.realm.is(realm));
  };
  if (host.empty() || is(p)) return &p;
  for (const auto& o : node_.peers_)
    if (o->config.via == p.config.identity && is(*o)) return o.get();
  return nullptr;
}

void DiameterMachine::request(Peer& p, LinkId link, const dia::Header& h, Bytes octets) {
  const auto refuse = [&](std::uint32_t result, std::string_view counter) {
    out_.count(counter);
    protocol_error(link, h, result, octets);
  };
  const bool own = h.application == dia::app_private && node_.links_.at(link).speaks_private;
  const auto& more = node_.config_.more_applications;
  const bool served = h.application == node_.config_.application ||
                      std::find(more.begin(), more.end(), h.application) != more.end();
  if (!served && !own) return refuse(dia::code::application_unsupported, "diameter.application_unsupported");
  const auto& c = node_.config_;
  const Routing to = routing_of(octets, c.identity);
  // A broken AVP further back is for the decoder to name; what stands before it decides here.
  Peer* const origin = origin_of(p, to.origin_host, to.origin_realm);
  if (origin == nullptr) return refuse(dia::code::authorization_rejected, "diameter.origin_not_the_peer");
  //= RFC 6733, 6.1.3
  if (to.looped) return refuse(dia::code::loop_detected, "diameter.loop_detected");
  if (!to.destination_realm.empty() && !c.realm.is(to.destination_realm))
    return refuse(dia::code::realm_not_served, "diameter.realm_not_served");
  if (!to.destination_host.empty() && !c.identity.is(to.destination_host))
    return refuse(dia::code::unable_to_deliver, "diameter.unable_to_deliver");
  if (p.owed >= DiameterLimits::owed_max) return refuse(dia::code::too_busy, "diameter.too_busy");
  if (!take_token(*origin) || (origin != &p && !take_token(p)))
    return refuse(dia::code::too_busy, "diameter.rate_limited");
  //= RFC 6733, 5.5.4 and 6.1
  // A repeated request whose first copy is still being worked on gets the one answer of both. It is repeated
  // because the way of the first is lost, so the answer goes the way of the last.
  if (DiameterNode::Owed* const first = under_way(*origin, h, to.session)) {
    out_.count("diameter.duplicate_request");
    if (first->link == link && first->header.ids == h.ids) return;
    out_.count("diameter.answer_redirected");
    --peer_at(first->peer).owed;
    *first = {p.index, origin->index, link, h, std::string(to.session), to.proxy_info};
    ++p.owed;
    return;
  }
  const OwedToken token{node_.next_token_++};
  node_.owed_[token] = {p.index, origin->index, link, h, std::string(to.session), to.proxy_info};
  peer_at(origin->first).asked.insert_or_assign(h.ids.end_to_end, token);
  ++p.owed;
  events_.push_back(
      DiameterRequest{token, origin->config.identity, h, ByteVector(octets.begin(), octets.end())});
}

DiameterNode::Owed* DiameterMachine::under_way(const Peer& origin, const dia::Header& h,
                                               std::string_view session) {
  if (!h.retransmitted) return nullptr;
  const auto& asked = peer_at(origin.first).asked;
  const auto last = asked.find(h.ids.end_to_end);
  if (last == asked.end()) return nullptr;
  DiameterNode::Owed& o = node_.owed_.at(last->second);
  // An answer to one command or in one session answers no other.
  const bool same = o.header.code == h.code && o.header.application == h.application && o.session == session;
  return same ? &o : nullptr;
}

void DiameterMachine::answer(Peer& p, LinkId link, const dia::Header& h, Bytes octets) {
  const auto at = p.pending.find(h.ids.hop_by_hop);
  //= RFC 6733, 6.2
  // Somebody who guesses a number must not complete another subscriber's procedure: link, command,
  // end-to-end id and session have to be those of the request.
  if (at == p.pending.end() || at->second.link != link || at->second.code != h.code ||
      at->second.end_to_end != h.ids.end_to_end || dia::session_of(octets) != at->second.session) {
    out_.count("diameter.answer_unasked");
    return;
  }
  // And it speaks for the peer that was asked, or for the agent in between.
  const Peer& asked = peer_at(at->second.asked);
  const Routing from = routing_of(octets, node_.config_.identity);
  if (!from.origin_host.empty() && !asked.config.identity.is(from.origin_host) &&
      !p.config.identity.is(from.origin_host)) {
    out_.count("diameter.answer_origin_wrong");
    return;
  }
  const RequestToken token = at->second.token;
  p.pending.erase(at);
  const auto result = dia::result_of(octets);
  if (!result) {
    out_.count("diameter.answer_bad");
    events_.push_back(DiameterTimeout{token, asked.config.identity});
    return;
  }
  events_.push_back(
      DiameterAnswer{token, asked.config.identity, h, *result, ByteVector(octets.begin(), octets.end())});
}

/// protocol_error answers a request the node above never sees.
void DiameterMachine::protocol_error(LinkId link, const dia::Header& h, std::uint32_t result, Bytes request) {
  const auto& c = node_.config_;
  dia::ErrorAnswer e{{}, c.identity, c.realm, result};
  const auto text = dia::session_of(request);
  if (!text.empty() && text.size() <= dia::session_id_octets_max) e.session_id = std::string(text);
  if (h.application != dia::app_base && result / 1000 != 3)
    e.auth_session_state = dia::AuthSessionState::no_state_maintained;
  ByteVector answer = dia::encode_error_answer(h, e);
  if (!add_proxy_info(answer, routing_of(request, c.identity).proxy_info))
    out_.count("diameter.answer_too_long");
  send(link, std::move(answer));
}

}  // namespace baton::peer
