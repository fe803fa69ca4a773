#include "runtime/host.h"

#include <algorithm>
#include <variant>

#include "base/secret.h"
#include "runtime/limits.h"

namespace baton::runtime {

transport::Address to_address(const Endpoint& e) { return {e.address.octets, e.port}; }
Endpoint to_endpoint(const transport::Address& a) { return {Ipv4{a.octets}, a.port}; }

namespace {

/// Diameter in the clear. RFC 6733, 11.5.
constexpr std::uint32_t diameter_payload_protocol = 46;

peer::LinkProof proof_of(const transport::Link& link) {
  transport::Proof proof = link.proof();
  return {proof.secured, std::move(proof.names)};
}

}  // namespace

// Line is one link with its number: it turns what the transport tells into events.
struct Host::Line final : transport::LinkObserver {
  Line(Host& h, peer::LinkId i, peer::Port p, bool o) : host(h), id(i), port(p), opened_by_us(o) {}
  Host& host;
  peer::LinkId id;
  peer::Port port;
  bool opened_by_us;
  bool up = false;
  Endpoint local, remote;
  std::unique_ptr<transport::Link> link;

  void on_up() override {
    up = true;
    local = to_endpoint(link->local());
    if (host.services_.capture)
      host.services_.capture->opened(host.services_.loop.now(), port, local, remote);
    host.feed(node::LinkUp{id, port, remote, proof_of(*link)});
  }
  void on_data(std::uint16_t stream, Bytes octets) override {
    if (host.captures_from(remote.address))
      host.services_.capture->message(host.services_.loop.now(), port, remote, local, stream, octets);
    host.feed(node::LinkData{id, stream, ByteVector(octets.begin(), octets.end())});
  }
  void on_down(transport::Down why) override { host.link_down(id, why); }
};

Host::Host(Services& services, std::unique_ptr<node::Node> node, Setup setup)
    : services_(services), node_(std::move(node)), name_(node_->name()), setup_(std::move(setup)) {
  timer_ = services_.loop.timer([this] { timers_due(); });
  if (setup_.worker != nullptr)
    setup_.worker->on_results([this](StoreWorker::Results& results) { worked(results); });
}

Host::~Host() {
  *alive_ = false;
  if (setup_.worker != nullptr) setup_.worker->on_results(nullptr);
  // Links first: they belong to endpoints.
  lines_.clear();
  buried_.clear();
}

const Door* Host::door(peer::Port port) const {
  for (const Door& d : setup_.doors) {
    if (d.port == port) return &d;
  }
  return nullptr;
}

Expected<Ok, std::string> Host::open() {
  for (const Door& d : setup_.doors) {
    const auto opened = open_door(d);
    if (!opened)
      return Fail{name_ + ": cannot open " + std::string(peer::to_string(d.port)) + " at " +
                  d.local.to_string() + ": " + opened.why()};
    if (services_.capture) services_.capture->hosted(d.local.address, name_);
  }
  return Ok{};
}

Expected<transport::SctpEndpoint*, std::string> Host::sctp(peer::Port port, Ipv4 local) {
  auto& endpoint = sctp_[{port, local}];
  if (!endpoint) {
    transport::SctpOptions options = setup_.sctp;
    //= RFC 6733, 4.1
    if (port == peer::Port::diameter) options.payload_protocol = diameter_payload_protocol;
    auto made = transport::open_sctp(services_.loop, local.octets, options, setup_.sctp_stack);
    if (!made) return Fail{made.why().to_string()};
    endpoint = std::move(*made);
  }
  return endpoint.get();
}

Expected<Ok, std::string> Host::listen_sctp(const Door& d, const transport::OnAccept& on_accept) {
  const auto endpoint = sctp(d.port, d.local.address);
  if (!endpoint) return Fail{endpoint.why()};
  if (!d.listen) return Ok{};
  const auto listening = (*endpoint)->listen(d.local.port, on_accept);
  if (!listening) return Fail{listening.why().to_string()};
  return Ok{};
}

Expected<Ok, std::string> Host::open_door(const Door& d) {
  const auto on_accept = [this, port = d.port](std::unique_ptr<transport::Link> link) {
    accepted(port, std::move(link));
  };
  switch (d.port) {
    case peer::Port::s1ap: return listen_sctp(d, on_accept);
    case peer::Port::diameter: {
      if (d.carrier == Carrier::sctp) return listen_sctp(d, on_accept);
      if (!d.listen) return Ok{};
      if (d.carrier == Carrier::tls) {
        if (setup_.tls == nullptr) return Fail{"no certificate"};
        auto listener =
            transport::TlsListener::open(services_.loop, *setup_.tls, to_address(d.local), on_accept);
        if (!listener) return Fail{listener.why().to_string()};
        tls_listeners_.push_back(std::move(*listener));
        return Ok{};
      }
      auto listener = transport::TcpListener::open(services_.loop, to_address(d.local), on_accept);
      if (!listener) return Fail{listener.why().to_string()};
      listeners_.push_back(std::move(*listener));
      return Ok{};
    }
    case peer::Port::gtpc:
    case peer::Port::radio: {
      auto socket = transport::UdpSocket::open(
          services_.loop, to_address(d.local),
          [this, port = d.port, local = d.local](transport::Address from, Bytes octets) {
            const Endpoint remote = to_endpoint(from);
            if (captures_from(remote.address)) {
              services_.capture->datagram(services_.loop.now(), port, remote, local, octets);
              flush_capture_later();
            }
            feed(node::DatagramIn{port, remote, ByteVector(octets.begin(), octets.end())});
          });
      if (!socket) return Fail{socket.why().to_string()};
      sockets_[d.port] = std::move(*socket);
      return Ok{};
    }
  }
  return Ok{};
}

void Host::start() { feed(node::Started{}); }
void Host::administer(node::Administer task) { feed(std::move(task)); }

void Host::command(node::Command command) { feed(std::move(command)); }

// Events that arise while the node handles another wait for their turn: a node is never entered twice.
void Host::feed(node::Event event) {
  queue_.push_back(std::move(event));
  handle_queued();
}

void Host::handle_queued() {
  if (handling_) return;
  handling_ = true;
  while (!queue_.empty()) handle();
  handling_ = false;
}

// What waits already is handled together: what it asks for is carried out in the same order.
void Host::handle() {
  node::Actions actions(
      {services_.ledger != nullptr && services_.ledger->on(), static_cast<bool>(services_.on_step)});
  const Instant now = services_.loop.now();
  for (std::size_t i = 0; i < events_at_once && !queue_.empty(); ++i) {
    ++handled_;
    node::Event next = std::move(queue_.front());
    queue_.pop_front();
    node_->on(std::move(next), now, actions);
  }
  for (node::Action& action : actions.take()) std::visit([this](auto& a) { carry_out(a); }, action);
}

void Host::carry_out(node::Send& a) {
  // It may hold keys, a HSS's answers above all, and nobody needs it any more.
  struct Wiped {
    ByteVector& octets;
    ~Wiped() { secure_wipe(octets.data(), octets.size()); }
  } const wiped{a.octets};
  const auto at = lines_.find(a.link);
  if (at == lines_.end()) return count("link.send_on_closed");
  Line& line = *at->second;
  const auto sent = line.link->send(a.stream, a.octets);
  if (sent) {
    if (services_.capture) {
      services_.capture->message(services_.loop.now(), line.port, line.local, line.remote, a.stream,
                                 a.octets);
      flush_capture_later();
    }
    return;
  }
  count("link.send_failed");
  log(peer::LogLevel::warning, std::string(peer::to_string(line.port)) + " to " + line.remote.to_string() +
                                   ": " + sent.why().to_string());
  // A message that cannot be queued is a hole in a reliable stream: the link is of no use any more.
  if (sent.why().fault == transport::Fault::queue_full) link_down(a.link, transport::Down::local);
}

void Host::carry_out(node::OpenLink& a) {
  const Door* const from = door(a.port);
  if (!from || lines_.contains(a.link)) {
    count("link.open_refused");
    queue_.push_back(node::LinkDown{a.link});
    return;
  }
  auto line = std::make_unique<Line>(*this, a.link, a.port, true);
  line->remote = a.remote;
  Line& made = *line;
  lines_.emplace(a.link, std::move(line));
  const transport::Address remote = to_address(a.remote);
  const auto said = setup_.carriers.find(a.remote);
  const Carrier carrier = a.port == peer::Port::s1ap      ? Carrier::sctp
                          : said == setup_.carriers.end() ? Carrier::tcp
                                                          : said->second;
  const auto refused = [&](std::string_view why) {
    log(peer::LogLevel::error,
        std::string(peer::to_string(a.port)) + " to " + a.remote.to_string() + ": " + std::string(why));
    count("link.open_refused");
    lines_.erase(a.link);
    queue_.push_back(node::LinkDown{a.link});
  };
  if (carrier == Carrier::sctp) {
    const auto endpoint = sctp(a.port, from->local.address);
    if (!endpoint) return refused(endpoint.why());
    made.link = (*endpoint)->connect(0, remote, made);
  } else if (carrier == Carrier::tls) {
    if (setup_.tls == nullptr) return refused("no certificate");
    made.link =
        transport::tls_connect(services_.loop, *setup_.tls, {from->local.address.octets, 0}, remote, made);
  } else {
    made.link = transport::tcp_connect(services_.loop, {from->local.address.octets, 0}, remote, made);
  }
}

void Host::carry_out(node::CloseLink& a) {
  const auto at = lines_.find(a.link);
  if (at == lines_.end()) return;
  Line& line = *at->second;
  if (services_.capture && line.up) {
    services_.capture->closed(services_.loop.now(), line.port, line.local, line.remote);
    flush_capture_later();
  }
  line.link->close();
  bury(at);
}

bool Host::with_store(StoreWorker::Work work, std::function<void()> then) {
  if (setup_.worker != nullptr) return setup_.worker->run(std::move(work), std::move(then));
  if (!setup_.store) return false;
  // What the node has staged is committed first, so that neither is taken for the other.
  while (!unsynced_.empty()) sync_store();
  work(*setup_.store);
  then();
  return true;
}

void Host::close_links() {
  while (!lines_.empty()) {
    node::CloseLink a{lines_.begin()->first};
    carry_out(a);
  }
}

std::vector<Host::LinkState> Host::links() const {
  std::vector<LinkState> out;
  for (const auto& [id, line] : lines_)
    if (line->up) out.push_back({line->port, line->remote});
  return out;
}

void Host::carry_out(node::SendDatagram& a) {
  const auto at = sockets_.find(a.port);
  if (at == sockets_.end()) return count("datagram.no_door");
  const auto sent = at->second->send(to_address(a.remote), a.octets);
  if (!sent) count("datagram.send_failed");  // as if lost on the way; the protocols repeat
  if (sent && services_.capture) {
    services_.capture->datagram(services_.loop.now(), a.port, door(a.port)->local, a.remote, a.octets);
    flush_capture_later();
  }
  // Between MMEs it may hold keys, and nobody needs it any more.
  secure_wipe(a.octets.data(), a.octets.size());
}

void Host::carry_out(node::StartTimer& a) {
  const auto [at, is_new] = timers_.try_emplace(a.timer, a.at);
  if (!is_new) {
    by_instant_.erase({at->second, a.timer});
    at->second = a.at;
  }
  by_instant_.insert({a.at, a.timer});
  arm_timer();
}

void Host::carry_out(node::StopTimer& a) {
  const auto at = timers_.find(a.timer);
  if (at == timers_.end()) return;
  by_instant_.erase({at->second, a.timer});
  timers_.erase(at);
}

void Host::arm_timer() {
  if (!by_instant_.empty()) timer_->set(by_instant_.begin()->first);
}

// Fires what is due now and was started before: a node that starts a timer in the past gets it in the next
// turn. A timer that was stopped leaves the host's one clock armed; it then finds nothing due.
void Host::timers_due() {
  const Instant now = services_.loop.now();
  const std::vector<std::pair<Instant, peer::TimerId>> due(
      by_instant_.begin(), by_instant_.upper_bound({now + Duration(1), peer::TimerId{}}));
  for (const auto& entry : due) {
    if (by_instant_.erase(entry) == 0) continue;  // an earlier one stopped or moved it
    timers_.erase(entry.second);
    feed(node::TimerFired{entry.second});
  }
  arm_timer();
}

void Host::carry_out(node::LoadSubscriber& a) {
  node::SubscriberLoaded loaded{a.token, std::nullopt};
  if (setup_.worker != nullptr) {
    if (setup_.worker->load(a.token, a.imsi)) return;
    count("store.too_much_waits");
    loaded.fault = context::StoreFault::slow;
  } else if (setup_.store) {
    auto found = setup_.store->find(a.imsi);
    if (found)
      loaded.record = std::move(*found);
    else
      loaded.fault = store_failed("store.load_failed", found.why());
  }
  queue_.push_back(std::move(loaded));
}

void Host::carry_out(node::SaveSubscriber& a) {
  Imsi imsi = a.record->imsi;
  if (setup_.worker != nullptr) return write({a.token, std::move(imsi), std::move(a.record)});
  staged(a.token, std::move(imsi), setup_.store != nullptr && setup_.store->put(std::move(*a.record)));
}
void Host::carry_out(node::ReserveSequence& a) {
  if (setup_.worker != nullptr)
    return write({a.token, std::move(a.imsi), nullptr, false, a.version, a.seq_reserved});
  const bool taken = setup_.store != nullptr && setup_.store->reserve(a.imsi, a.version, a.seq_reserved);
  staged(a.token, std::move(a.imsi), taken);
}
void Host::carry_out(node::EraseSubscriber& a) {
  if (setup_.worker != nullptr) return write({a.token, std::move(a.imsi), nullptr, true, a.version});
  const bool taken = setup_.store != nullptr && setup_.store->remove(a.imsi, a.version);
  staged(a.token, std::move(a.imsi), taken);
}
void Host::carry_out(node::Administered& a) {
  if (administered_) administered_(a);
}

void Host::write(StoreWorker::Write w) {
  const node::StoreToken token = w.token;
  if (setup_.worker->write(std::move(w))) return;
  count("store.too_much_waits");
  queue_.push_back(node::SubscriberSaved{token, false, context::StoreFault::slow});
}

void Host::staged(node::StoreToken token, Imsi imsi, bool taken) {
  if (!taken) {
    count("store.put_failed");
    queue_.push_back(node::SubscriberSaved{token, false, context::StoreFault::full});
    return;
  }
  unsynced_.emplace_back(token, std::move(imsi));
  if (unsynced_.size() > 1) return;  // the commit is already on its way
  services_.loop.post([this, alive = alive_] {
    if (*alive) sync_store();
  });
}

void Host::sync_store() {
  const auto covered = std::exchange(unsynced_, {});
  const auto done = setup_.store->commit();
  // The node is told that nothing of it happened and loads again; nothing may happen later.
  if (!done) setup_.store->crash();
  committed(covered, done);
}

void Host::worked(StoreWorker::Results& results) {
  for (auto& [token, found] : results.found) {
    node::SubscriberLoaded loaded{token, std::nullopt};
    if (found)
      loaded.record = std::move(*found);
    else
      loaded.fault = store_failed("store.load_failed", found.why());
    feed(std::move(loaded));
  }
  for (const node::StoreToken token : results.refused) {
    count("store.put_failed");
    feed(node::SubscriberSaved{token, false, context::StoreFault::full});
  }
  if (!results.covered.empty()) committed(results.covered, results.done);
  for (const auto& then : results.then) then();
}

void Host::committed(const std::vector<std::pair<node::StoreToken, Imsi>>& covered,
                     const Expected<store::Committed, store::StoreError>& done) {
  count("store.syncs");
  auto fault = context::StoreFault::none;
  if (!done) fault = store_failed("store.sync_failed", done.why());
  for (const auto& [token, imsi] : covered) {
    auto outcome = fault;
    if (done && std::find(done->conflicts.begin(), done->conflicts.end(), imsi) != done->conflicts.end()) {
      count("store.conflicts");
      outcome = context::StoreFault::conflict;
    }
    queue_.push_back(node::SubscriberSaved{token, outcome == context::StoreFault::none, outcome});
  }
  handle_queued();
}

namespace {

std::string_view counter_of(context::StoreFault fault) {
  switch (fault) {
    case context::StoreFault::none: break;
    case context::StoreFault::full: return "store.fault_full";
    case context::StoreFault::read_only: return "store.fault_read_only";
    case context::StoreFault::locked: return "store.fault_locked";
    case context::StoreFault::slow: return "store.fault_slow";
    case context::StoreFault::io: return "store.fault_io";
    case context::StoreFault::corrupt: return "store.fault_corrupt";
    case context::StoreFault::wrong_key: return "store.fault_wrong_key";
    case context::StoreFault::gone: return "store.fault_gone";
    case context::StoreFault::conflict: return "store.fault_conflict";
  }
  return "store.fault_none";
}

}  // namespace

context::StoreFault Host::store_failed(std::string_view counter, const store::StoreError& why) {
  count(counter);
  count(counter_of(why.fault));
  log(peer::LogLevel::error, "store (" + std::string(context::to_string(why.fault)) + "): " + why.what);
  return why.fault;
}

void Host::carry_out(node::Record& a) {
  if (services_.ledger) services_.ledger->add(std::move(a.entry));
}
void Host::carry_out(node::Count& a) { count(a.counter); }
void Host::carry_out(node::Took& a) {
  if (!services_.metrics) return;
  Durations*& at = times_[a.procedure.data()];
  if (at == nullptr) at = &services_.metrics->times_of(name_, a.procedure);
  at->add(a.time);
}
void Host::carry_out(node::Log& a) { log(a.level, a.text); }
void Host::carry_out(node::Step& a) {
  if (services_.on_step) services_.on_step(name_, services_.loop.now(), a);
}
void Host::carry_out(node::Outcome& a) {
  if (services_.on_outcome) services_.on_outcome(name_, services_.loop.now(), a);
}

void Host::accepted(peer::Port port, std::unique_ptr<transport::Link> link) {
  if (accepted_count_ >= accepted_links_max) return count("link.accept_refused");  // letting go refuses
  do {
    if (++next_accepted_ < peer::accepted_links_from) next_accepted_ = peer::accepted_links_from;
  } while (lines_.contains(peer::LinkId{next_accepted_}));
  const peer::LinkId id{next_accepted_};
  auto line = std::make_unique<Line>(*this, id, port, false);
  line->up = true;
  line->local = to_endpoint(link->local());
  line->remote = to_endpoint(link->remote());
  line->link = std::move(link);
  Line& made = *line;
  lines_.emplace(id, std::move(line));
  ++accepted_count_;
  if (captures_from(made.remote.address))
    services_.capture->opened(services_.loop.now(), port, made.remote, made.local);
  const Endpoint remote = made.remote;
  made.link->observe(made);
  feed(node::LinkUp{id, port, remote, proof_of(*made.link)});
}

// A line may end inside its own call from the transport, so it is destroyed in a later turn.
void Host::bury(std::map<peer::LinkId, std::unique_ptr<Line>>::iterator line) {
  if (!line->second->opened_by_us) --accepted_count_;
  buried_.push_back(std::move(line->second));
  lines_.erase(line);
  if (burial_posted_) return;
  burial_posted_ = true;
  services_.loop.post([this, alive = alive_] {
    if (!*alive) return;
    burial_posted_ = false;
    buried_.clear();
  });
}

void Host::link_down(peer::LinkId id, transport::Down why) {
  const auto at = lines_.find(id);
  if (at == lines_.end()) return;
  Line& line = *at->second;
  if (services_.capture && line.up) {
    if (why == transport::Down::closed_by_peer && captures_from(line.remote.address))
      services_.capture->closed(services_.loop.now(), line.port, line.remote, line.local);
    else if (why != transport::Down::closed_by_peer)
      services_.capture->lost(line.port, line.local, line.remote);
    flush_capture_later();
  }
  log(peer::LogLevel::debug, std::string(peer::to_string(line.port)) + " link with " +
                                 line.remote.to_string() +
                                 " is down: " + std::string(transport::to_string(why)));
  bury(at);
  feed(node::LinkDown{id});
}

void Host::count(std::string_view counter) {
  if (!services_.metrics) return;
  std::uint64_t*& at = counters_[counter.data()];
  if (at == nullptr) at = &services_.metrics->counter(name_, counter);
  ++*at;
}
void Host::log(peer::LogLevel level, std::string_view text) {
  if (services_.log) services_.log->write(services_.loop.now(), name_, level, text);
}

bool Host::captures_from(Ipv4 remote) const {
  return services_.capture && !services_.capture->is_hosted(remote);
}

void Host::flush_capture_later() {
  if (capture_flush_posted_) return;
  capture_flush_posted_ = true;
  services_.loop.post([this, alive = alive_] {
    if (!*alive) return;
    capture_flush_posted_ = false;
    services_.capture->flush();
  });
}

}  // namespace baton::runtime
