#include "peer/diameter_peer.h"

#include <algorithm>

#include "peer/diameter_machine.h"

namespace baton::peer {

namespace dia = wire::diameter;

std::string_view to_string(SendFault f) {
  switch (f) {
    case SendFault::unknown_peer: return "no such Diameter peer is configured";
    case SendFault::not_open: return "the Diameter peer is not connected";
    case SendFault::busy: return "too many requests are pending there";
    case SendFault::too_long: return "the message is too long";
  }
  return "?";
}

DiameterNode::DiameterNode(DiameterConfig config, Entropy& entropy)
    : config_(std::move(config)),
      entropy_(entropy),
      next_link_(config_.first_link.value),
      next_hop_by_hop_(entropy.u32()),
      next_end_to_end_(entropy.u32()),
      session_high_(entropy.u32()) {
  for (const DiameterPeer& p : config_.peers) {
    auto peer = std::make_unique<Peer>(Peer{p});
    peer->index = static_cast<std::uint32_t>(peers_.size());
    const Peer* const first = find(p.identity);
    peer->first = first != nullptr ? first->index : peer->index;
    peers_.push_back(std::move(peer));
  }
}

DiameterNode::~DiameterNode() = default;

void DiameterNode::start(Instant now, Outlet& out) {
  DiameterMachine m(*this, now, out);
  for (auto& p : peers_) m.start(*p);
}

PeerEvents DiameterNode::stop(dia::DisconnectCause cause, Instant now, Outlet& out) {
  DiameterMachine m(*this, now, out);
  for (auto& p : peers_) m.stop(*p, cause);
  return m.take();
}

bool DiameterNode::owns(LinkId link) const { return links_.contains(link); }

bool DiameterNode::owns(const TimerId& timer) {
  return timer.domain == TimerDomain::link &&
         timer.kind >= static_cast<std::uint16_t>(DiameterTimer::stranger) &&
         timer.kind <= static_cast<std::uint16_t>(DiameterTimer::requests);
}

PeerEvents DiameterNode::on_link_up(LinkId link, const Endpoint& remote, Instant now, Outlet& out,
                                    const LinkProof& proof) {
  DiameterMachine m(*this, now, out);
  m.link_up(link, remote, proof);
  return m.take();
}

PeerEvents DiameterNode::on_link_data(LinkId link, Bytes octets, Instant now, Outlet& out) {
  DiameterMachine m(*this, now, out);
  m.link_data(link, octets);
  return m.take();
}

PeerEvents DiameterNode::on_link_down(LinkId link, Instant now, Outlet& out) {
  DiameterMachine m(*this, now, out);
  m.link_down(link);
  return m.take();
}

PeerEvents DiameterNode::on_timer(const TimerId& timer, Instant now, Outlet& out) {
  DiameterMachine m(*this, now, out);
  m.timer(timer);
  return m.take();
}

DiameterNode::Peer* DiameterNode::find(const DiameterIdentity& identity) const {
  const auto at = std::find_if(peers_.begin(), peers_.end(),
                               [&](const auto& p) { return p->config.identity == identity; });
  return at == peers_.end() ? nullptr : at->get();
}

DiameterNode::Peer* DiameterNode::carrier(Peer& p) const { return p.config.via ? find(*p.config.via) : &p; }

bool DiameterNode::usable(const Peer& carrier) { return carrier.open() && carrier.watch != Watch::suspect; }

Expected<RequestToken, SendFault> DiameterNode::transmit(Peer& over, Peer& asked, Pending pending,
                                                         ByteVector octets, Outlet& out) {
  if (over.pending.size() >= DiameterLimits::pending_max) return Fail{SendFault::busy};
  if (octets.size() > dia::message_octets_max) return Fail{SendFault::too_long};
  while (over.pending.contains(next_hop_by_hop_)) ++next_hop_by_hop_;
  const std::uint32_t hop_by_hop = next_hop_by_hop_++;
  dia::set_ids(octets, {hop_by_hop, pending.end_to_end}, false);
  const RequestToken token = pending.token;
  pending.link = *over.link();
  pending.asked = asked.index;
  // One that another peer has lost brings an earlier deadline than those that wait here.
  if (!over.requests_due || pending.deadline < *over.requests_due) {
    over.requests_due = pending.deadline;
    out.start_timer(timer_id(DiameterTimer::requests, over.index), pending.deadline);
  }
  over.pending[hop_by_hop] = std::move(pending);
  out.send(*over.link(), 0, std::move(octets));
  return token;
}

namespace {

std::uint32_t command_of(Bytes message) {
  return static_cast<std::uint32_t>(message[5]) << 16U | static_cast<std::uint32_t>(message[6]) << 8U |
         static_cast<std::uint32_t>(message[7]);
}

}  // namespace

Expected<RequestToken, SendFault> DiameterNode::send_request(const DiameterIdentity& identity,
                                                             ByteVector octets, std::string session,
                                                             Instant now, Outlet& out) {
  Peer* const p = find(identity);
  Peer* const over = p == nullptr ? nullptr : carrier(*p);
  if (over == nullptr) return Fail{SendFault::unknown_peer};
  if (!usable(*over)) return Fail{SendFault::not_open};
  Pending pending{RequestToken{next_token_++}, std::move(session), command_of(octets), next_end_to_end_++};
  pending.deadline = now + config_.times.request;
  return transmit(*over, *p, std::move(pending), std::move(octets), out);
}

//= RFC 6733, 6.1.6
Expected<RequestToken, SendFault> DiameterNode::send_request_in(const DiameterIdentity& realm,
                                                                ByteVector octets, std::string session,
                                                                Instant now, Outlet& out) {
  const auto of_realm =
      std::count_if(peers_.begin(), peers_.end(), [&](const auto& p) { return p->config.realm == realm; });
  if (of_realm == 0) return Fail{SendFault::unknown_peer};
  Peer* const first = DiameterMachine::first_usable(*this, realm);
  if (first == nullptr) return Fail{SendFault::not_open};
  Pending pending{RequestToken{next_token_++}, std::move(session), command_of(octets), next_end_to_end_++};
  pending.deadline = now + config_.times.request;
  if (of_realm > 1) pending.octets = octets;
  return transmit(*carrier(*first), *first, std::move(pending), std::move(octets), out);
}

bool add_proxy_info(ByteVector& answer, Bytes proxy_info) {
  if (answer.size() + proxy_info.size() > dia::message_octets_max) return false;
  //= RFC 6733, 6.2
  answer.insert(answer.end(), proxy_info.begin(), proxy_info.end());
  answer[1] = static_cast<Byte>(answer.size() >> 16U);
  answer[2] = static_cast<Byte>(answer.size() >> 8U);
  answer[3] = static_cast<Byte>(answer.size());
  return true;
}

bool DiameterNode::send_answer(OwedToken token, ByteVector octets, Outlet& out) {
  const auto at = owed_.find(token);
  if (at == owed_.end()) {
    out.count("diameter.answer_too_late");
    return false;
  }
  const Owed owed = std::move(at->second);
  owed_.erase(at);
  --peers_[owed.peer]->owed;
  auto& asked = peers_[peers_[owed.origin]->first]->asked;
  if (const auto last = asked.find(owed.header.ids.end_to_end); last != asked.end() && last->second == token)
    asked.erase(last);
  dia::set_ids(octets, owed.header.ids, false);
  octets[4] = static_cast<Byte>((octets[4] & ~0x40U) | (owed.header.proxiable ? 0x40U : 0U));
  if (!add_proxy_info(octets, owed.proxy_info)) {
    out.count("diameter.answer_too_long");
    dia::ErrorAnswer e{{}, config_.identity, config_.realm, dia::code::unable_to_comply};
    if (!owed.session.empty() && owed.session.size() <= dia::session_id_octets_max)
      e.session_id = owed.session;
    if (owed.header.application != dia::app_base)
      e.auth_session_state = dia::AuthSessionState::no_state_maintained;
    octets = dia::encode_error_answer(owed.header, e);
    // Should Proxy-Info fill a message alone, the neighbour has the hop-by-hop id at least.
    (void)add_proxy_info(octets, owed.proxy_info);
  }
  out.send(owed.link, 0, std::move(octets));
  return true;
}

bool DiameterNode::refuse(OwedToken token, std::uint32_t result_code, Outlet& out) {
  return refuse(token, {}, result_code, out);
}

bool DiameterNode::refuse(OwedToken token, Bytes request, const wire::Error& why, Outlet& out) {
  out.count("diameter.request_bad");
  return refuse(token, dia::failed_avp_for(request, why), dia::result_code_for(why), out);
}

bool DiameterNode::refuse(OwedToken token, ByteVector failed, std::uint32_t result_code, Outlet& out) {
  const auto at = owed_.find(token);
  if (at == owed_.end()) {
    out.count("diameter.answer_too_late");
    return false;
  }
  dia::ErrorAnswer e{{}, config_.identity, config_.realm, result_code};
  if (!at->second.session.empty() && at->second.session.size() <= dia::session_id_octets_max)
    e.session_id = at->second.session;
  if (!failed.empty()) e.failed_avp = dia::FailedAvp{std::move(failed)};
  if (at->second.header.application != dia::app_base && result_code / 1000 != 3)
    e.auth_session_state = dia::AuthSessionState::no_state_maintained;
  return send_answer(token, dia::encode_error_answer(at->second.header, e), out);
}

std::string DiameterNode::new_session_id() {
  if (++session_low_ == 0) ++session_high_;
  return config_.identity.value() + ";" + std::to_string(session_high_) + ";" + std::to_string(session_low_);
}

bool DiameterNode::owes(OwedToken token) const { return owed_.contains(token); }

bool DiameterNode::is_open(const DiameterIdentity& peer) const {
  Peer* const p = find(peer);
  const Peer* const over = p == nullptr ? nullptr : carrier(*p);
  return over != nullptr && usable(*over);
}

//= S0.D3
bool DiameterNode::speaks_private(const DiameterIdentity& peer) const {
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& p) {
    if (p->config.identity != peer || !p->open() || !p->link()) return false;
    const auto link = links_.find(*p->link());
    return link != links_.end() && link->second.speaks_private;
  });
}

diameter::State DiameterNode::state(const DiameterIdentity& peer) const {
  const Peer* const p = find(peer);
  return p == nullptr ? diameter::State::closed : p->state;
}

const DiameterIdentity* DiameterNode::open_peer_in(const DiameterIdentity& realm) const {
  const Peer* const first = DiameterMachine::first_usable(*this, realm);
  return first == nullptr ? nullptr : &first->config.identity;
}

std::size_t DiameterNode::pending(const DiameterIdentity& peer) const {
  const Peer* const p = find(peer);
  return p == nullptr ? 0 : p->pending.size();
}

}  // namespace baton::peer
