#include "peer/diameter_machine.h"

#include <algorithm>

#include "wire/diameter/raw_avp.h"

namespace baton::peer {

namespace dia = wire::diameter;
using diameter::Do;
using diameter::On;
using diameter::State;

namespace {

/// The AVPs of a request that decide whether the node above sees it.
struct Routing {
  std::string_view origin_host, origin_realm, destination_host, destination_realm, session;
  ByteVector proxy_info;
  bool sound = true;  ///< every AVP has a length that fits
};
Routing routing_of(Bytes message) {
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
    if (a->is(dia::avp::proxy_info)) {
      const Bytes whole = message.subspan(a->offset, r.offset() - a->offset);
      out.proxy_info.insert(out.proxy_info.end(), whole.begin(), whole.end());
    }
  }
  return out;
}

/// Host names compare without regard to case; an identity is already in lower case.
bool names(std::string_view text, const DiameterIdentity& identity) {
  const auto parsed = DiameterIdentity::parse(text);
  return parsed && *parsed == identity;
}

}  // namespace

// --- the table at work --------------------------------------------------------------------------

void DiameterMachine::fire(Peer& p, On on, const DiameterHand& hand) {
  const diameter::Row* row = diameter::row_for(p.state, on);
  if (row == nullptr) {
    out_.count("diameter.event_ignored");
    return;
  }
  const bool was_open = p.open();
  p.state = row->to;
  bool won = false;
  for (const Do what : row->what) act(p, what, hand, won);
  if (!was_open && p.open()) opened(p);
  if (was_open && !p.open()) left(p, on);
  if (p.state == State::closed) {
    stop_timer(DiameterTimer::answer, p.index);
    if (p.config.connect && p.wanted) set_timer(DiameterTimer::reconnect, p.index, node_.config_.times.tc);
  }
  if (won) fire(p, On::win_election, hand);
}

void DiameterMachine::act(Peer& p, Do what, const DiameterHand& hand, bool& won) {
  const auto& c = node_.config_;
  const auto own_request = [&](std::optional<LinkId> link) {
    if (!link) return;
    const dia::DisconnectPeerRequest dpr{c.identity, c.realm, p.cause};
    send(*link, dia::encode(dpr, {next_hop_by_hop(), next_end_to_end()}));
    set_timer(DiameterTimer::answer, p.index, c.times.disconnect);
  };
  const auto own_answer = [&](std::optional<LinkId> link) {
    if (link)
      send(*link, dia::encode(dia::DisconnectPeerAnswer{dia::code::success, c.identity, c.realm}, hand.ids));
  };
  switch (what) {
    case Do::nothing: return;
    case Do::i_snd_conn_req: {
      const LinkId link{node_.next_link_++};
      const Endpoint remote{p.config.address, p.config.port};
      p.i = link;
      node_.links_[link] = Link{remote, p.index, true};
      out_.open_link(link, Port::diameter, remote);
      set_timer(DiameterTimer::answer, p.index, c.times.capabilities);
      return;
    }
    case Do::i_snd_cer:
      p.cer_ids = {next_hop_by_hop(), next_end_to_end()};
      send(*p.i, dia::encode(capabilities<dia::CapabilitiesExchangeRequest>(), p.cer_ids));
      set_timer(DiameterTimer::answer, p.index, c.times.capabilities);
      return;
    case Do::r_accept:
      p.r = hand.link;
      p.r_cer_ids = hand.ids;
      node_.links_[hand.link].peer = p.index;
      stop_timer(DiameterTimer::stranger, hand.link.value);
      return;
    case Do::r_reject:
      out_.count("diameter.second_connection_refused");
      break_link(hand.link, {});
      return;
    case Do::r_snd_cea: {
      auto cea = capabilities<dia::CapabilitiesExchangeAnswer>();
      cea.result_code = dia::code::success;
      send(*p.r, dia::encode(cea, p.r_cer_ids));
      return;
    }
    //= RFC 6733, 5.6.4
    // The node with the greater identity keeps the connection that was opened towards it.
    case Do::elect: won = c.identity > p.config.identity; return;
    case Do::i_disc: forget_link(p, p.i); return;
    case Do::r_disc: forget_link(p, p.r); return;
    case Do::i_snd_dpr: own_request(p.i); return;
    case Do::r_snd_dpr: own_request(p.r); return;
    case Do::i_snd_dpa: own_answer(p.i); return;
    case Do::r_snd_dpa: own_answer(p.r); return;
    case Do::error:
      forget_link(p, p.i);
      forget_link(p, p.r);
      return;
  }
}

void DiameterMachine::opened(Peer& p) {
  stop_timer(DiameterTimer::answer, p.index);
  stop_timer(DiameterTimer::reconnect, p.index);
  p.wanted = true;
  p.watch = Watch::okay;
  set_watchdog(p);
  out_.count("diameter.peer_up");
  out_.log(LogLevel::info, "Diameter peer " + p.config.identity.value() + " is up");
  events_.push_back(DiameterUp{p.config.identity});
}

void DiameterMachine::left(Peer& p, On on) {
  stop_timer(DiameterTimer::watchdog, p.index);
  stop_timer(DiameterTimer::requests, p.index);
  for (const auto& [hop_by_hop, pending] : std::exchange(p.pending, {}))
    events_.push_back(DiameterTimeout{pending.token, p.config.identity});
  // An answer that nobody waits for any more is not sent: the peer asks again on its next connection.
  std::erase_if(node_.owed_, [&](const auto& o) { return o.second.peer == p.index; });
  p.owed = 0;
  out_.count("diameter.peer_down");
  out_.log(LogLevel::warning, "Diameter peer " + p.config.identity.value() +
                                  " is down: " + std::string(diameter::to_string(on)));
  events_.push_back(DiameterDown{p.config.identity, std::string(diameter::to_string(on))});
}

void DiameterMachine::forget_link(Peer&, std::optional<LinkId>& which) {
  if (!which) return;
  if (node_.links_.erase(*which) > 0) out_.close_link(*which);
  which.reset();
}

/// break_link closes a link that misbehaved or that nobody wants, and tells its peer's machine.
void DiameterMachine::break_link(LinkId link, std::string_view counter) {
  if (!counter.empty()) out_.count(counter);
  if (!node_.links_.contains(link)) return;
  out_.close_link(link);
  link_down(link);
}

void DiameterMachine::start(Peer& p) {
  p.wanted = true;
  if (p.config.connect && p.state == State::closed) fire(p, On::start);
}

void DiameterMachine::stop(Peer& p, dia::DisconnectCause cause) {
  p.wanted = false;
  p.cause = cause;
  stop_timer(DiameterTimer::reconnect, p.index);
  if (p.state != State::closed && p.state != State::closing) fire(p, On::stop);
}

// --- links --------------------------------------------------------------------------------------

void DiameterMachine::link_up(LinkId link, const Endpoint& remote) {
  if (const auto at = node_.links_.find(link); at != node_.links_.end()) {
    if (at->second.ours) fire(peer_at(*at->second.peer), On::i_rcv_conn_ack);
    return;
  }
  const auto strangers = std::count_if(node_.links_.begin(), node_.links_.end(),
                                       [](const auto& l) { return !l.second.peer.has_value(); });
  if (static_cast<std::size_t>(strangers) >= DiameterLimits::strangers_max) {
    out_.count("diameter.strangers_refused");
    out_.close_link(link);
    return;
  }
  node_.links_[link] = Link{remote, {}, false};
  set_timer(DiameterTimer::stranger, link.value, node_.config_.times.capabilities);
}

void DiameterMachine::link_down(LinkId link) {
  const auto at = node_.links_.find(link);
  if (at == node_.links_.end()) return;
  const auto index = at->second.peer;
  const bool ours = at->second.ours;
  node_.links_.erase(at);
  if (!index) {
    stop_timer(DiameterTimer::stranger, link.value);
    return;
  }
  Peer& p = peer_at(*index);
  if (ours && p.i == link) {
    p.i.reset();
    const bool connecting = p.state == State::wait_conn_ack || p.state == State::wait_conn_ack_elect;
    fire(p, connecting ? On::i_rcv_conn_nack : On::i_peer_disc);
  } else if (p.r == link) {
    p.r.reset();
    fire(p, On::r_peer_disc);
  }
}

void DiameterMachine::link_data(LinkId link, Bytes octets) {
  auto at = node_.links_.find(link);
  if (at == node_.links_.end()) {
    out_.count("diameter.data_on_closed_link");
    return;
  }
  at->second.framer.push(octets);
  for (;;) {
    // A message may close its own link.
    at = node_.links_.find(link);
    if (at == node_.links_.end()) return;
    auto next = at->second.framer.next();
    if (!next) {
      out_.log(LogLevel::warning, "Diameter stream broken: " + next.why().to_string());
      break_link(link, "diameter.stream_broken");
      return;
    }
    if (!*next) return;
    message(link, std::move(**next));
  }
}

// --- messages -----------------------------------------------------------------------------------

void DiameterMachine::message(LinkId link, ByteVector octets) {
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
    wire::Reader r("Diameter", Bytes(octets).subspan(8));
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
    case State::closing: return on_open(p, link, *h, std::move(octets));
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

//= RFC 6733, 5.3
template <class M>
M DiameterMachine::capabilities() const {
  const auto& c = node_.config_;
  M m = [&] {
    if constexpr (M::command.request)
      return M{c.identity, c.realm, {dia::Address::from(c.address)}, c.vendor_id, c.product_name};
    else
      return M{0, c.identity, c.realm, {dia::Address::from(c.address)}, c.vendor_id, c.product_name};
  }();
  if (c.origin_state_id != 0) m.origin_state_id = c.origin_state_id;
  m.supported_vendor_ids = {c.application_vendor};
  m.auth_application_ids = {c.application};
  m.vendor_specific_application_ids = {{c.application_vendor, c.application, {}}};
  return m;
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
void DiameterMachine::from_stranger(LinkId link, const dia::Header& h, const ByteVector& octets) {
  if (h.code != dia::CapabilitiesExchangeRequest::command.code || !h.request)
    return break_link(link, "diameter.before_capabilities");
  const auto cer = dia::decode<dia::CapabilitiesExchangeRequest>(octets);
  if (!cer) {
    return refuse_cer(link, h, dia::result_code_for(cer.why()), dia::failed_avp_for(octets, cer.why()),
                      "diameter.cer_bad");
  }
  Peer* p = peer_named(cer->origin_host);
  //= RFC 6733, 5.3
  if (p == nullptr || p->config.realm != cer->origin_realm ||
      p->config.address != node_.links_.at(link).remote.address) {
    out_.log(LogLevel::warning, "Diameter connection from " + node_.links_.at(link).remote.to_string() +
                                    " refused: no peer of that identity, realm and address is configured");
    return refuse_cer(link, h, dia::code::unknown_peer, {}, "diameter.unknown_peer");
  }
  if (!shares_application(*cer))
    return refuse_cer(link, h, dia::code::no_common_application, {}, "diameter.no_common_application");
  const auto& security = cer->inband_security_ids;
  if (!security.empty() && std::find(security.begin(), security.end(), 0U) == security.end())
    return refuse_cer(link, h, dia::code::no_common_security, {}, "diameter.no_common_security");
  fire(*p, On::r_conn_cer, {link, h.ids});
}

void DiameterMachine::for_a_cea(Peer& p, LinkId link, const dia::Header& h, const ByteVector& octets) {
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
  fire(p, On::i_rcv_cea, {link, h.ids});
}

void DiameterMachine::on_open(Peer& p, LinkId link, const dia::Header& h, ByteVector octets) {
  if (p.link() != link) {
    out_.count("diameter.before_capabilities");
    return;
  }
  //= RFC 3539, 3.4.1
  // Whatever arrives shows that the peer is alive.
  if (p.open()) {
    p.watch = Watch::okay;
    set_watchdog(p);
  }
  if (h.application == dia::app_base) return base_command(p, link, h, octets);
  if (!p.open()) return;
  if (h.request) return request(p, link, h, std::move(octets));
  answer(p, link, h, std::move(octets));
}

void DiameterMachine::base_command(Peer& p, LinkId link, const dia::Header& h, const ByteVector& octets) {
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
    }
    return send(link, dia::encode(dwa, h.ids));
  }
  if (h.code == dia::DeviceWatchdogAnswer::command.code && !h.request) {
    if (h.ids.hop_by_hop != p.dwr_hop_by_hop) out_.count("diameter.answer_unasked");
    return;
  }
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

void DiameterMachine::request(Peer& p, LinkId link, const dia::Header& h, ByteVector octets) {
  const auto refuse = [&](std::uint32_t result, std::string_view counter) {
    out_.count(counter);
    protocol_error(link, h, result, octets);
  };
  if (h.application != node_.config_.application)
    return refuse(dia::code::application_unsupported, "diameter.application_unsupported");
  const Routing to = routing_of(octets);
  // A broken AVP further back is for the decoder to name; what stands before it decides here.
  const auto& c = node_.config_;
  if (!to.origin_host.empty() && (!names(to.origin_host, p.config.identity) ||
                                  (!to.origin_realm.empty() && !names(to.origin_realm, p.config.realm))))
    return refuse(dia::code::authorization_rejected, "diameter.origin_not_the_peer");
  if (!to.destination_realm.empty() && !names(to.destination_realm, c.realm))
    return refuse(dia::code::realm_not_served, "diameter.realm_not_served");
  if (!to.destination_host.empty() && !names(to.destination_host, c.identity))
    return refuse(dia::code::unable_to_deliver, "diameter.unable_to_deliver");
  if (p.owed >= DiameterLimits::owed_max) return refuse(dia::code::too_busy, "diameter.too_busy");
  //= RFC 6733, 5.5.4 and 6.1
  // A repeated request whose first copy is still being worked on has its answer on the way.
  const bool under_way =
      h.retransmitted && std::any_of(node_.owed_.begin(), node_.owed_.end(), [&](const auto& o) {
        return o.second.peer == p.index && o.second.header.ids.end_to_end == h.ids.end_to_end;
      });
  if (under_way) {
    out_.count("diameter.duplicate_request");
    return;
  }
  const OwedToken token{node_.next_token_++};
  node_.owed_[token] = {p.index, link, h, std::string(to.session), to.proxy_info};
  ++p.owed;
  events_.push_back(DiameterRequest{token, p.config.identity, h, std::move(octets)});
}

void DiameterMachine::answer(Peer& p, LinkId link, const dia::Header& h, ByteVector octets) {
  const auto at = p.pending.find(h.ids.hop_by_hop);
  //= RFC 6733, 6.2
  // Somebody who guesses a number must not complete another subscriber's procedure: link, command,
  // end-to-end id and session have to be those of the request.
  if (at == p.pending.end() || at->second.link != link || at->second.code != h.code ||
      at->second.end_to_end != h.ids.end_to_end || dia::session_of(octets) != at->second.session) {
    out_.count("diameter.answer_unasked");
    return;
  }
  const RequestToken token = at->second.token;
  p.pending.erase(at);
  const auto result = dia::result_of(octets);
  if (!result) {
    out_.count("diameter.answer_bad");
    events_.push_back(DiameterTimeout{token, p.config.identity});
    return;
  }
  events_.push_back(DiameterAnswer{token, p.config.identity, h, *result, std::move(octets)});
}

/// protocol_error answers a request the node above never sees.
void DiameterMachine::protocol_error(LinkId link, const dia::Header& h, std::uint32_t result, Bytes request) {
  const auto& c = node_.config_;
  dia::ErrorAnswer e{{}, c.identity, c.realm, result};
  const auto text = dia::session_of(request);
  if (!text.empty() && text.size() <= dia::session_id_octets_max) e.session_id = std::string(text);
  if (h.application == dia::app_s6a && result / 1000 != 3)
    e.auth_session_state = dia::AuthSessionState::no_state_maintained;
  send(link, dia::encode_error_answer(h, e));
}

// --- time ---------------------------------------------------------------------------------------

void DiameterMachine::set_watchdog(Peer& p) {
  Duration after = node_.config_.times.tw;
  //= RFC 3539, 3.4.1
  if (after > Duration(6s)) {
    constexpr std::int64_t jitter_us = 2'000'000;
    after += Duration(static_cast<std::int64_t>(node_.entropy_.u32() % (2 * jitter_us)) - jitter_us);
  }
  set_timer(DiameterTimer::watchdog, p.index, after);
}

//= RFC 3539, 3.4.1
void DiameterMachine::watchdog(Peer& p) {
  if (!p.open()) return;
  const auto& c = node_.config_;
  switch (p.watch) {
    case Watch::okay: {
      p.watch = Watch::asked;
      p.dwr_hop_by_hop = next_hop_by_hop();
      dia::DeviceWatchdogRequest dwr{c.identity, c.realm};
      if (c.origin_state_id != 0) dwr.origin_state_id = c.origin_state_id;
      send(*p.link(), dia::encode(dwr, {p.dwr_hop_by_hop, next_end_to_end()}));
      return set_watchdog(p);
    }
    case Watch::asked:
      p.watch = Watch::suspect;
      out_.count("diameter.peer_suspect");
      return set_watchdog(p);
    case Watch::suspect: out_.count("diameter.watchdog_expired"); return fire(p, On::timeout);
  }
}

void DiameterMachine::expire_requests(Peer& p) {
  std::optional<Instant> next;
  for (auto at = p.pending.begin(); at != p.pending.end();) {
    if (at->second.deadline <= now_) {
      out_.count("diameter.request_timeout");
      events_.push_back(DiameterTimeout{at->second.token, p.config.identity});
      at = p.pending.erase(at);
    } else {
      if (!next || at->second.deadline < *next) next = at->second.deadline;
      ++at;
    }
  }
  if (next) out_.start_timer(timer_id(DiameterTimer::requests, p.index), *next);
}

void DiameterMachine::timer(const TimerId& timer) {
  const auto kind = static_cast<DiameterTimer>(timer.kind);
  if (kind == DiameterTimer::stranger) {
    const auto at = node_.links_.find(LinkId{timer.owner});
    if (at != node_.links_.end() && !at->second.peer) break_link(at->first, "diameter.stranger_silent");
    return;
  }
  if (timer.owner >= node_.peers_.size()) return;
  Peer& p = peer_at(timer.owner);
  switch (kind) {
    case DiameterTimer::answer:
      if (!p.open() && p.state != State::closed) fire(p, On::timeout);
      return;
    case DiameterTimer::reconnect:
      if (p.wanted && p.state == State::closed) fire(p, On::start);
      return;
    case DiameterTimer::watchdog: return watchdog(p);
    case DiameterTimer::requests: return expire_requests(p);
    case DiameterTimer::stranger: return;
  }
}

DiameterMachine::Peer* DiameterMachine::peer_named(const DiameterIdentity& identity) {
  for (auto& p : node_.peers_)
    if (p->config.identity == identity) return p.get();
  return nullptr;
}

}  // namespace baton::peer
