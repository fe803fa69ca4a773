#include "peer/diameter_machine.h"

#include <algorithm>

namespace baton::peer {

namespace dia = wire::diameter;
using diameter::Do;
using diameter::On;
using diameter::State;

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
  for (const std::uint32_t more : c.more_applications) {
    m.auth_application_ids.push_back(more);
    m.vendor_specific_application_ids.push_back({c.application_vendor, more, {}});
  }
  if (c.private_application) {
    m.supported_vendor_ids.push_back(dia::vendor_private);
    m.vendor_specific_application_ids.push_back({dia::vendor_private, dia::app_private, {}});
  }
  return m;
}

template dia::CapabilitiesExchangeRequest DiameterMachine::capabilities() const;
template dia::CapabilitiesExchangeAnswer DiameterMachine::capabilities() const;

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
  p.heard = now_;
  p.dwr_hop_by_hop.reset();
  //= RFC 3539, 3.4.1
  // A peer that comes and goes would have requests move with it each time. What names it, and what nobody
  // else can answer, goes to it at once all the same.
  p.to_prove = p.was_lost && has_stand_in(p) ? watchdogs_of_a_reopened_peer : 0;
  if (p.to_prove > 0) {
    ask_watchdog(p);
    out_.count("diameter.peer_reopened");
  }
  set_watchdog(p);
  out_.count("diameter.peer_up");
  out_.log(LogLevel::info, "Diameter peer " + p.config.identity.value() + " is up");
  announce(p);
}

void DiameterMachine::announce(Peer& p) {
  events_.push_back(DiameterUp{p.config.identity, std::exchange(p.restarted, false)});
  // Whoever is behind an agent can be reached with it.
  for (const auto& behind : node_.peers_)
    if (behind->config.via == p.config.identity) events_.push_back(DiameterUp{behind->config.identity});
}

void DiameterMachine::left(Peer& p, On on) {
  stop_timer(DiameterTimer::watchdog, p.index);
  stop_timer(DiameterTimer::requests, p.index);
  p.requests_due.reset();
  p.was_lost = true;
  fail_over(p, true);
  // An answer that nobody waits for any more is not sent: the peer asks again on its next connection.
  std::erase_if(node_.owed_, [&](const auto& o) { return o.second.peer == p.index; });
  p.owed = 0;
  for (const auto& asker : node_.peers_)
    std::erase_if(asker->asked, [&](const auto& a) { return !node_.owed_.contains(a.second); });
  out_.count("diameter.peer_down");
  out_.log(LogLevel::warning, "Diameter peer " + p.config.identity.value() +
                                  " is down: " + std::string(diameter::to_string(on)));
  for (const auto& behind : node_.peers_)
    if (behind->config.via == p.config.identity)
      events_.push_back(DiameterDown{behind->config.identity, "its agent is down"});
  events_.push_back(DiameterDown{p.config.identity, std::string(diameter::to_string(on))});
}

//= RFC 3539, 3.4.1
DiameterMachine::Peer* DiameterMachine::first_usable(const DiameterNode& node, const DiameterIdentity& realm,
                                                     const Peer* except) {
  Peer* reopened = nullptr;
  for (const auto& p : node.peers_) {
    Peer* const over = node.carrier(*p);
    if (p->config.realm != realm || over == nullptr || over == except || !DiameterNode::usable(*over))
      continue;
    if (over->to_prove == 0) return p.get();
    if (reopened == nullptr) reopened = p.get();
  }
  return reopened;
}

//= RFC 6733, 5.5.4
//= RFC 3539, 3.4.1
void DiameterMachine::fail_over(Peer& p, bool gone) {
  std::map<std::uint32_t, DiameterNode::Pending> pendings = std::exchange(p.pending, {});
  for (auto& [hop_by_hop, pending] : pendings) {
    DiameterNode::Peer* other = nullptr;
    if (!pending.octets.empty() && pending.deadline > now_) {
      other = first_usable(node_, peer_at(pending.asked).config.realm, &p);
    }
    if (other != nullptr) {
      ByteVector again = pending.octets;
      dia::set_ids(again, {}, true);
      const RequestToken token = pending.token;
      const auto asked = peer_at(pending.asked).config.identity;
      if (node_.transmit(*node_.carrier(*other), *other, std::move(pending), std::move(again), out_)) {
        out_.count("diameter.failed_over");
        continue;
      }
      events_.push_back(DiameterTimeout{token, asked});
      continue;
    }
    if (!gone) {
      p.pending.emplace(hop_by_hop, std::move(pending));
      continue;
    }
    events_.push_back(DiameterTimeout{pending.token, peer_at(pending.asked).config.identity});
  }
}

/// note_state remembers what a peer says of its life: another Origin-State-Id is another life.
//= RFC 6733, 8.16
void DiameterMachine::note_state(Peer& p, std::optional<std::uint32_t> state_id) {
  if (!state_id) return;
  if (p.state_id && *p.state_id != *state_id) {
    p.restarted = true;
    out_.count("diameter.peer_restarted");
    out_.log(LogLevel::info, "Diameter peer " + p.config.identity.value() + " has restarted");
  }
  p.state_id = state_id;
}

/// take_token is whether the rate of `p` allows one more request now.
bool DiameterMachine::take_token(Peer& p) {
  constexpr std::int64_t request_us = 1'000'000;
  const DiameterRate& rate = p.config.rate;
  if (rate.per_second == 0) return true;
  const std::int64_t most = request_us * std::max<std::uint32_t>(rate.burst, 1);
  const std::int64_t passed = (now_ - p.refilled).count();
  // A pause that fills the bucket is as good as any longer one, and cannot overflow.
  if (p.refilled == Instant{} || passed > most / rate.per_second)
    p.tokens_us = most;
  else if (passed > 0)
    p.tokens_us = std::min(most, p.tokens_us + passed * rate.per_second);
  p.refilled = now_;
  if (p.tokens_us < request_us) return false;
  p.tokens_us -= request_us;
  return true;
}

//= RFC 6733, 13.1
// TLS proves a name; only the peer of that name may speak on the link.
bool DiameterMachine::proves(const LinkProof& proof, const DiameterIdentity& identity) {
  return proof.secured &&
         std::find(proof.names.begin(), proof.names.end(), identity.value()) != proof.names.end();
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
  if (p.config.connect && !p.config.via && p.state == State::closed) fire(p, On::start);
}

void DiameterMachine::stop(Peer& p, dia::DisconnectCause cause) {
  p.wanted = false;
  p.cause = cause;
  stop_timer(DiameterTimer::reconnect, p.index);
  if (p.state != State::closed && p.state != State::closing) fire(p, On::stop);
}

// --- links --------------------------------------------------------------------------------------

void DiameterMachine::link_up(LinkId link, const Endpoint& remote, const LinkProof& proof) {
  if (const auto at = node_.links_.find(link); at != node_.links_.end()) {
    if (!at->second.ours) return;
    Peer& p = peer_at(*at->second.peer);
    at->second.proof = proof;
    if (p.config.secured && !proves(proof, p.config.identity)) {
      out_.log(LogLevel::warning, "Diameter peer " + p.config.identity.value() +
                                      " not connected: its certificate does not name it");
      return break_link(link, "diameter.certificate_wrong");
    }
    return fire(p, On::i_rcv_conn_ack);
  }
  const auto strangers = std::count_if(node_.links_.begin(), node_.links_.end(),
                                       [](const auto& l) { return !l.second.peer.has_value(); });
  if (static_cast<std::size_t>(strangers) >= DiameterLimits::strangers_max) {
    out_.count("diameter.strangers_refused");
    out_.close_link(link);
    return;
  }
  const auto neighbours = std::count_if(node_.links_.begin(), node_.links_.end(), [&](const auto& l) {
    return !l.second.peer.has_value() && l.second.remote.address == remote.address;
  });
  if (static_cast<std::size_t>(neighbours) >= DiameterLimits::strangers_per_address_max) {
    out_.count("diameter.strangers_refused");
    out_.close_link(link);
    return;
  }
  node_.links_[link] = Link{remote, {}, false, false, proof};
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
  // A message may close its own link; what waits for the rest of a message must not go with it meanwhile.
  dia::StreamFramer framer = std::move(at->second.framer);
  for (;;) {
    const auto next = framer.take(octets);
    if (!next) {
      out_.log(LogLevel::warning, "Diameter stream broken: " + next.why().to_string());
      break_link(link, "diameter.stream_broken");
      return;
    }
    if (!*next) break;
    message(link, **next);
    if (!node_.links_.contains(link)) return;
  }
  at = node_.links_.find(link);
  if (at != node_.links_.end()) at->second.framer = std::move(framer);
}

// --- time ---------------------------------------------------------------------------------------

void DiameterMachine::set_watchdog(Peer& p) {
  Duration after = node_.config_.times.tw;
  //= RFC 3539, 3.4.1
  if (after > Duration(6s)) {
    constexpr std::int64_t jitter_us = 2'000'000;
    after += Duration(static_cast<std::int64_t>(node_.entropy_.u32() % (2 * jitter_us)) - jitter_us);
  }
  p.quiet = after;
  set_timer(DiameterTimer::watchdog, p.index, after);
}

void DiameterMachine::ask_watchdog(Peer& p) {
  const auto& c = node_.config_;
  p.watch = Watch::asked;
  p.dwr_hop_by_hop = next_hop_by_hop();
  dia::DeviceWatchdogRequest dwr{c.identity, c.realm};
  if (c.origin_state_id != 0) dwr.origin_state_id = c.origin_state_id;
  send(*p.link(), dia::encode(dwr, {*p.dwr_hop_by_hop, next_end_to_end()}));
}

void DiameterMachine::watchdog_answered(Peer& p, std::uint32_t hop_by_hop) {
  if (p.dwr_hop_by_hop != hop_by_hop) return out_.count("diameter.answer_unasked");
  p.dwr_hop_by_hop.reset();
  if (p.to_prove == 0 || --p.to_prove > 0) return;
  out_.log(LogLevel::info, "Diameter peer " + p.config.identity.value() + " has proved steady");
}

bool DiameterMachine::has_stand_in(const Peer& p) const {
  // Only who is dialled is asked by realm: a client is asked by its name.
  if (!p.config.connect) return false;
  for (const auto& carried : node_.peers_) {
    if (node_.carrier(*carried) != &p) continue;
    for (const auto& other : node_.peers_) {
      const Peer* const over = node_.carrier(*other);
      if (other->config.realm == carried->config.realm && over != nullptr && over != &p &&
          over->config.connect)
        return true;
    }
  }
  return false;
}

//= RFC 3539, 3.4.1
void DiameterMachine::watchdog(Peer& p) {
  if (!p.open()) return;
  switch (p.watch) {
    case Watch::okay: {
      // What arrives does not move the timer: a loaded connection would do little else. The timer looks back.
      // Who has to prove itself is asked whatever it says.
      if (const Instant due = p.heard + p.quiet; due > now_ && p.to_prove == 0)
        return out_.start_timer(timer_id(DiameterTimer::watchdog, p.index), due);
      ask_watchdog(p);
      return set_watchdog(p);
    }
    case Watch::asked:
      p.watch = Watch::suspect;
      if (p.to_prove > 0) p.to_prove = watchdogs_of_a_reopened_peer + 1;
      out_.count("diameter.peer_suspect");
      fail_over(p, false);
      return set_watchdog(p);
    case Watch::suspect: out_.count("diameter.watchdog_expired"); return fire(p, On::timeout);
  }
}

void DiameterMachine::expire_requests(Peer& p) {
  std::optional<Instant> next;
  for (auto at = p.pending.begin(); at != p.pending.end();) {
    if (at->second.deadline <= now_) {
      out_.count("diameter.request_timeout");
      events_.push_back(DiameterTimeout{at->second.token, peer_at(at->second.asked).config.identity});
      at = p.pending.erase(at);
    } else {
      if (!next || at->second.deadline < *next) next = at->second.deadline;
      ++at;
    }
  }
  p.requests_due = next;
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
