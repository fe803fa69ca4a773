#include "peer/gtp_path.h"

#include <algorithm>
#include <utility>

namespace baton::peer {

using namespace wire::gtp2;

std::string_view to_string(GtpFailure why) {
  switch (why) {
    case GtpFailure::timeout: return "no answer";
    case GtpFailure::unreadable_answer: return "unreadable answer";
    case GtpFailure::version_not_supported: return "version not supported";
  }
  return "?";
}

namespace {
TimerId t3(GtpToken token) { return {TimerDomain::transaction, token.value, gtp::timer_t3}; }
TimerId echo_timer(std::size_t path) {
  return {TimerDomain::link, static_cast<std::uint32_t>(path), gtp::timer_echo};
}
constexpr TimerId wipe_timer{TimerDomain::link, 0, gtp::timer_wipe};

//= TS 29.274, 6.1
// The messages of paths may come from anybody.
GtpInterface interface_of(Byte type) {
  if (type <= VersionNotSupportedIndication::type) return GtpInterface::any;
  const bool s10 = type >= ContextRequest::type && type <= RelocationCancelResponse::type;
  return s10 ? GtpInterface::s10 : GtpInterface::s11;
}
}  // namespace

GtpPath::GtpPath(GtpPathConfig config) : config_(std::move(config)) {
  for (const GtpPeer& peer : config_.peers) paths_.push_back(Path{peer, false, false, {}, {}});
  next_sequence_ = config_.first_sequence & sequence_max;
}

std::optional<std::size_t> GtpPath::path_of(Endpoint remote) const {
  for (std::size_t i = 0; i < paths_.size(); ++i)
    if (paths_[i].peer.remote == remote) return i;
  return std::nullopt;
}

bool GtpPath::is_up(Endpoint peer) const {
  const auto path = path_of(peer);
  return path && paths_[*path].up;
}

Sequence GtpPath::next_sequence() {
  // Never 0, and never the number of a request still under way: the number is its token.
  do next_sequence_ = (next_sequence_ + 1) & sequence_max;
  while (next_sequence_ == 0 || under_way_.contains(GtpToken{next_sequence_}));
  return Sequence{next_sequence_};
}

// --- our requests -------------------------------------------------------------------------------

std::optional<GtpToken> GtpPath::start_request(std::size_t path, Teid teid, const Message& message,
                                               bool own_echo, Instant now, Outlet& out) {
  if (under_way_.size() >= gtp::requests_max) {
    out.count("gtp_too_many_requests");
    return std::nullopt;
  }
  const auto answered_by = response_type(type_of(message));
  if (!answered_by) return std::nullopt;
  const Sequence sequence = next_sequence();
  WipedOctets octets(encode(message, teid, sequence));
  if (octets.empty()) return std::nullopt;
  const GtpToken token{sequence.value};
  out.datagram(Port::gtpc, paths_[path].peer.remote, octets.copy());
  out.start_timer(t3(token), now + gtp::t3_response);
  under_way_.emplace(token, UnderWay{path, sequence.value, *answered_by, std::move(octets), 1, own_echo});
  return token;
}

std::optional<GtpToken> GtpPath::request(Endpoint peer, Teid teid, const Message& message, Instant now,
                                         Outlet& out) {
  const auto path = path_of(peer);
  if (!path) return std::nullopt;
  return start_request(*path, teid, message, false, now, out);
}

bool GtpPath::notify(Endpoint peer, Teid teid, const Message& message, Outlet& out) {
  if (!path_of(peer)) return false;
  ByteVector octets = encode(message, teid, next_sequence());
  if (octets.empty()) return false;
  out.datagram(Port::gtpc, peer, std::move(octets));
  return true;
}

void GtpPath::cancel(GtpToken token, Outlet& out) {
  const auto it = under_way_.find(token);
  if (it == under_way_.end()) return;
  end(it);
  out.stop_timer(t3(token));
}

void GtpPath::end(std::map<GtpToken, UnderWay>::iterator it) {
  const auto acknowledge = acknowledges_.find({it->second.path, it->second.sequence});
  if (acknowledge != acknowledges_.end() && acknowledge->second == it->first)
    acknowledges_.erase(acknowledge);
  under_way_.erase(it);
}

void GtpPath::send_echo(std::size_t path, Instant now, Outlet& out) {
  Path& p = paths_[path];
  if (p.echo) return;  // one is under way
  p.echo =
      start_request(path, Teid{}, EchoRequest{config_.restart_counter, config_.echo_says}, true, now, out);
}

void GtpPath::start(Instant now, Outlet& out) {
  if (!config_.echo) return;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    send_echo(i, now, out);
    out.start_timer(echo_timer(i), now + gtp::echo_interval);
  }
}

bool GtpPath::owns(TimerId timer) {
  return (timer.domain == TimerDomain::transaction && timer.kind == gtp::timer_t3) ||
         (timer.domain == TimerDomain::link &&
          (timer.kind == gtp::timer_echo || timer.kind == gtp::timer_wipe));
}

std::vector<GtpEvent> GtpPath::on_timer(TimerId timer, Instant now, Outlet& out) {
  std::vector<GtpEvent> events;
  if (!owns(timer)) return events;
  if (timer.kind == gtp::timer_echo) {
    if (timer.owner >= paths_.size()) return events;
    send_echo(timer.owner, now, out);
    out.start_timer(timer, now + gtp::echo_interval);
    return events;
  }
  if (timer.kind == gtp::timer_wipe) {
    wipe_timer_runs_ = false;
    wipe_old_keys(now, out);
    return events;
  }
  const GtpToken token{timer.owner};
  const auto it = under_way_.find(token);
  if (it == under_way_.end()) return events;
  UnderWay& u = it->second;
  Path& p = paths_[u.path];
  //= TS 29.274, 7.6
  if (u.sent < gtp::n3_requests) {
    ++u.sent;
    out.count("gtp_retransmission");
    out.datagram(Port::gtpc, p.peer.remote, u.octets.copy());
    out.start_timer(timer, now + gtp::t3_response);
    return events;
  }
  const bool own_echo = u.own_echo;
  end(it);
  out.count("gtp_timeout");
  if (!own_echo) {
    events.push_back(GtpFailed{token, p.peer.remote, GtpFailure::timeout});
    return events;
  }
  p.echo.reset();
  p.up = false;
  if (!std::exchange(p.down_said, true)) events.push_back(GtpPathDown{p.peer.remote});
  return events;
}

// --- what arrives -------------------------------------------------------------------------------

std::vector<GtpEvent> GtpPath::on_datagram(Endpoint from, Bytes datagram, Instant now, Outlet& out) {
  std::vector<GtpEvent> events;
  const auto path = path_of(from);
  if (!path) {
    out.count("gtp_unknown_peer");
    return events;
  }
  Bytes rest = datagram;
  // At most one message rides on another (TS 29.274, 5.5.1).
  for (int i = 0; i < 2 && !rest.empty(); ++i) {
    const auto packet = decode_header(rest);
    if (!packet) {
      out.count("gtp_bad_header");
      //= TS 29.274, 7.7.2
      if (version_of(rest) > 2) {
        // Its sequence number stands where ours would, if it has the header of version 2.
        const std::size_t at = (rest[0] & 0x08U) != 0 ? 8 : 4;
        std::uint32_t sequence = 0;
        for (std::size_t k = at; k < at + 3 && k < rest.size(); ++k) sequence = sequence << 8U | rest[k];
        out.datagram(Port::gtpc, from, encode(VersionNotSupportedIndication{}, Teid{}, Sequence{sequence}));
      }
      return events;
    }
    on_packet(*path, *packet, rest.first(rest.size() - packet->piggybacked.size()), now, out, events);
    rest = packet->piggybacked;
  }
  return events;
}

void GtpPath::on_packet(std::size_t path, const Packet& packet, Bytes datagram, Instant now, Outlet& out,
                        std::vector<GtpEvent>& events) {
  const Byte type = packet.header.type;
  const GtpInterface spoken = paths_[path].peer.interface, needed = interface_of(type);
  //= TS 29.274, 7.7.5
  if (spoken != GtpInterface::any && needed != GtpInterface::any && spoken != needed) {
    out.count("gtp_unexpected_message");
    return;
  }
  if (type == VersionNotSupportedIndication::type || is_response(type))
    on_response(path, packet, datagram, now, out, events);
  else
    on_request(path, packet, datagram, now, out, events);
}

void GtpPath::heard(std::size_t path, std::vector<GtpEvent>& events) {
  Path& p = paths_[path];
  p.down_said = false;
  if (!std::exchange(p.up, true)) events.push_back(GtpPathUp{p.peer.remote});
}

//= TS 23.007, 18
void GtpPath::counter_confirmed(std::size_t path, Recovery counter, std::vector<GtpEvent>& events) {
  Path& p = paths_[path];
  const bool restarted = p.counter && *p.counter != counter;
  p.counter = counter;
  if (!restarted) return;
  // What it asked before it restarted is nothing to do with what it asks now. A request that named the new
  // counter came after it: its repetition is one.
  std::erase_if(answers_, [&](const auto& entry) {
    return std::get<Endpoint>(entry.first) == p.peer.remote && entry.second.counter != counter;
  });
  events.push_back(GtpPeerRestarted{p.peer.remote, counter});
}

std::map<GtpToken, GtpPath::UnderWay>::iterator GtpPath::under_way(std::size_t path, const Header& header) {
  GtpToken token{header.sequence.value};
  if (const auto it = acknowledges_.find({path, header.sequence.value});
      header.type == ContextAcknowledge::type && it != acknowledges_.end())
    token = it->second;
  const auto it = under_way_.find(token);
  const bool asked =
      it != under_way_.end() && it->second.path == path &&
      (header.type == VersionNotSupportedIndication::type || header.type == it->second.answered_by);
  return asked ? it : under_way_.end();
}

void GtpPath::on_response(std::size_t path, const Packet& packet, Bytes datagram, Instant now, Outlet& out,
                          std::vector<GtpEvent>& events) {
  const Endpoint from = paths_[path].peer.remote;
  const AnswerKey key{from, packet.header.type, packet.header.sequence.value};
  //= TS 29.274, 7.3.7
  // A response that came before and was acknowledged: the acknowledgement was lost.
  const bool to_acknowledge = acknowledge_type(packet.header.type).has_value();
  if (to_acknowledge) {
    forget_old_answers(now);
    if (repeated(key, datagram, out)) {
      out.count("gtp_duplicate_response");
      return;
    }
  }
  const bool no_such_version = packet.header.type == VersionNotSupportedIndication::type;
  const auto it = under_way(path, packet.header);
  if (it == under_way_.end()) {
    out.count("gtp_unasked_response");
    return;
  }
  const GtpToken token = it->first;
  const bool own_echo = it->second.own_echo;
  auto message = decode_body(packet);
  if (own_echo && !message) {
    out.count("gtp_bad_response");
    return;  // the Echo goes on until a readable answer or its end
  }
  end(it);
  out.stop_timer(t3(token));
  if (own_echo) {
    paths_[path].echo.reset();
    if (no_such_version) return;
    heard(path, events);
    if (const auto counter = recovery_of(*message)) counter_confirmed(path, *counter, events);
    if (auto* echo = std::get_if<EchoResponse>(&*message); echo != nullptr && !echo->extensions.empty())
      events.push_back(GtpEchoed{from, echo->recovery, std::move(echo->extensions)});
    return;
  }
  heard(path, events);
  if (no_such_version) {
    events.push_back(GtpFailed{token, from, GtpFailure::version_not_supported});
    return;
  }
  if (!message) {
    out.count("gtp_bad_response");
    events.push_back(GtpFailed{token, from, GtpFailure::unreadable_answer});
    return;
  }
  // The answer to a request of ours is as good as an Echo Response, except that its Recovery is optional
  // and a first one only tells what we did not know.
  if (const auto counter = recovery_of(*message)) counter_confirmed(path, *counter, events);
  if (to_acknowledge && accepted(cause_of(*message)->value))
    keep(key, datagram, recovery_of(*message), now, out);
  // What was repeated until it was acknowledged need not be repeated again, whoever asks.
  if (packet.header.type == ContextAcknowledge::type) {
    const auto answered = answers_.find({from, ContextRequest::type, packet.header.sequence.value});
    if (answered != answers_.end()) answered->second.response = {};
  }
  events.push_back(GtpResponse{token, from, std::move(*message), {from, packet.header}});
}

bool GtpPath::repeated(const AnswerKey& key, Bytes datagram, Outlet& out) {
  const auto it = answers_.find(key);
  if (it == answers_.end()) return false;
  const Bytes before = it->second.request.view();
  if (!std::equal(datagram.begin(), datagram.end(), before.begin(), before.end())) return false;
  if (!it->second.response.empty())
    out.datagram(Port::gtpc, std::get<Endpoint>(key), it->second.response.copy());
  return true;
}

void GtpPath::keep(const AnswerKey& key, Bytes datagram, std::optional<Recovery> counter, Instant now,
                   Outlet& out) {
  const std::uint64_t serial = ++serial_;
  const bool keys = carries_keys(std::get<Byte>(key)) || !secret_ranges(datagram).empty();
  answers_.insert_or_assign(key, Answer{WipedOctets(datagram), {}, now, serial, keys, counter});
  answers_by_age_.emplace_back(key, serial);
  if (keys) wipe_later(now, out);
  forget_old_answers(now);
}

void GtpPath::wipe_later(Instant at, Outlet& out) {
  if (std::exchange(wipe_timer_runs_, true)) return;
  out.start_timer(wipe_timer, at + gtp::answer_kept + 1us);
}

void GtpPath::wipe_old_keys(Instant now, Outlet& out) {
  std::optional<Instant> oldest;
  for (auto it = answers_.begin(); it != answers_.end();) {
    const Answer& a = it->second;
    if (a.keys && now - a.at > gtp::answer_kept) {
      it = answers_.erase(it);
      continue;
    }
    if (a.keys && (!oldest || a.at < *oldest)) oldest = a.at;
    ++it;
  }
  if (oldest) wipe_later(*oldest, out);
}

void GtpPath::forget_old_answers(Instant now) {
  while (!answers_by_age_.empty()) {
    const auto& [key, serial] = answers_by_age_.front();
    const auto it = answers_.find(key);
    const bool gone = it == answers_.end() || it->second.serial != serial;
    const bool old = !gone && now - it->second.at > gtp::answer_kept;
    const bool too_many = answers_.size() > gtp::answers_max;
    if (!gone && !old && !too_many) return;
    if (!gone) answers_.erase(it);
    answers_by_age_.pop_front();
  }
}

void GtpPath::on_request(std::size_t path, const Packet& packet, Bytes datagram, Instant now, Outlet& out,
                         std::vector<GtpEvent>& events) {
  Path& p = paths_[path];
  const GtpRequestRef ref{p.peer.remote, packet.header};
  auto message = decode_body(packet);
  if (!message && message.why().fault == wire::Fault::wrong_type) {
    //= TS 29.274, 7.7.4
    out.count("gtp_unknown_message");
    return;
  }

  // Echo is answered anew each time: it changes nothing.
  if (packet.header.type == EchoRequest::type) {
    if (!message) {
      out.count("gtp_bad_request");
      return;  // an Echo Response has no Cause to say so
    }
    const Recovery theirs = std::get<EchoRequest>(*message).recovery;
    out.datagram(
        Port::gtpc, p.peer.remote,
        encode(EchoResponse{config_.restart_counter, config_.echo_says}, Teid{}, packet.header.sequence));
    if (!p.counter || *p.counter != theirs) send_echo(path, now, out);
    return;
  }

  if (response_type(packet.header.type)) {
    //= TS 29.274, 7.6
    // A request whose octets are the same is a repetition; with the same number but other octets it is a
    // new request of a neighbour that counts from the start again.
    forget_old_answers(now);
    const AnswerKey key{p.peer.remote, packet.header.type, packet.header.sequence.value};
    if (repeated(key, datagram, out)) {
      out.count("gtp_duplicate_request");
      return;
    }
    keep(key, datagram, message ? recovery_of(*message) : std::nullopt, now, out);
  }

  if (!message) {
    out.count("gtp_bad_request");
    events.push_back(GtpBadRequest{ref, message.why()});
    return;
  }
  const auto said = recovery_of(*message);
  if (said && p.counter != said) send_echo(path, now, out);
  events.push_back(GtpRequest{ref, std::move(*message), said ? said : p.counter});
}

ByteVector GtpPath::send_answer(const GtpRequestRef& ref, Teid teid, const Message& message, Instant now,
                                Outlet& out) {
  ByteVector octets = encode(message, teid, ref.header.sequence);
  if (octets.empty()) {
    out.count("gtp_answer_too_long");
    return octets;
  }
  const auto it = answers_.find(AnswerKey{ref.from, ref.header.type, ref.header.sequence.value});
  if (it != answers_.end()) {
    Answer& answer = it->second;
    answer.response = WipedOctets(Bytes(octets));
    answer.at = now;
    answer.keys = answer.keys || carries_keys(type_of(message));
    if (answer.keys) wipe_later(now, out);
  }
  out.datagram(Port::gtpc, ref.from, octets);
  return octets;
}

void GtpPath::respond(const GtpRequestRef& ref, Teid teid, const Message& message, Instant now, Outlet& out) {
  (void)WipedOctets(send_answer(ref, teid, message, now, out));
}

std::optional<GtpToken> GtpPath::respond_expecting_acknowledge(const GtpRequestRef& ref, Teid teid,
                                                               const Message& message, Instant now,
                                                               Outlet& out) {
  const auto path = path_of(ref.from);
  const auto acknowledged_by = acknowledge_type(type_of(message));
  if (!path || !acknowledged_by) return std::nullopt;
  if (under_way_.size() >= gtp::requests_max) {
    out.count("gtp_too_many_requests");
    return std::nullopt;
  }
  WipedOctets octets(send_answer(ref, teid, message, now, out));
  if (octets.empty()) return std::nullopt;
  do next_acknowledge_token_ = std::max(next_acknowledge_token_ + 1, gtp::acknowledge_token_first);
  while (under_way_.contains(GtpToken{next_acknowledge_token_}));
  const GtpToken token{next_acknowledge_token_};
  const std::uint32_t sequence = ref.header.sequence.value;
  out.start_timer(t3(token), now + gtp::t3_response);
  under_way_.emplace(token, UnderWay{*path, sequence, *acknowledged_by, std::move(octets), 1, false});
  // Should the neighbour use a number again at once, the earlier response waits for nothing and times out.
  acknowledges_.insert_or_assign({*path, sequence}, token);
  return token;
}

}  // namespace baton::peer
