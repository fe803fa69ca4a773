#include "lab/network.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/cases.h"

namespace baton::lab {

const std::optional<Endpoint>& Doors::at(peer::Port port) const {
  switch (port) {
    case peer::Port::s1ap: return s1ap;
    case peer::Port::diameter: return diameter;
    case peer::Port::gtpc: return gtpc;
    case peer::Port::radio: return radio;
  }
  return s1ap;
}

namespace {
// By value: std::minmax gives references, which would outlive what seat_of() returned.
std::pair<std::size_t, std::size_t> ordered(std::size_t a, std::size_t b) {
  return a < b ? std::pair(a, b) : std::pair(b, a);
}
constexpr std::array all_ports{peer::Port::s1ap, peer::Port::diameter, peer::Port::gtpc, peer::Port::radio};
}  // namespace

void Network::add(std::unique_ptr<node::Node> node, Doors doors, store::Store* store) {
  const std::size_t seat = seats_.size();
  const std::string name(node->name());
  assert(!by_name_.contains(name));
  by_name_.emplace(name, seat);
  for (const peer::Port port : all_ports)
    if (const auto& door = doors.at(port)) by_door_.emplace(std::pair{port, *door}, seat);
  Seat s;
  s.name = name;
  s.node = std::move(node);
  s.doors = doors;
  s.store = store;
  seats_.push_back(std::move(s));
}

void Network::start(std::string_view name) { schedule(now_, seat_of(name), node::Started{}); }

void Network::crash(std::string_view name) { crash_seat(seat_of(name)); }

void Network::crash_seat(std::size_t at) {
  Seat& seat = seats_[at];
  if (!seat.node) return;
  seat.node.reset();
  ++seat.life;
  seat.timers.clear();
  seat.unsynced.clear();
  seat.sync_due = false;
  if (seat.store != nullptr) seat.store->crash();
  for (Watcher* w : watchers_) w->on_crash(static_cast<SeatNumber>(at), now_);
  for (std::size_t w = 0; w < wires_.size(); ++w)
    if (wires_[w].open && (wires_[w].seat[0] == at || wires_[w].seat[1] == at)) break_wire(w, at);
}

void Network::restart(std::unique_ptr<node::Node> node) {
  const std::size_t at = seat_of(node->name());
  restart_seat(at, std::move(node));
}

void Network::restart_seat(std::size_t at, std::unique_ptr<node::Node> node) {
  assert(!seats_[at].node);
  seats_[at].node = std::move(node);
  schedule(now_, at, node::Started{});
}

void Network::seed_faults(std::uint64_t seed) {
  const Faults faults = mischief_.faults();
  mischief_ = Mischief(seed);
  mischief_.set(faults);
}

void Network::on_crash(std::string_view name, Rebuild rebuild) {
  seats_[seat_of(name)].rebuild = std::move(rebuild);
}

void Network::keep_story(bool keep) {
  keep_story_ = keep;
  if (keep) return;
  ledger_.clear();
  steps_.clear();
  outcomes_.clear();
  log_.clear();
  faults_.clear();
}

void Network::command(std::string_view name, node::Command command, Subject subject) {
  const Subject before = std::exchange(subject_, subject);
  schedule(now_, seat_of(name), std::move(command));
  subject_ = before;
}

void Network::administer(std::string_view name, node::Administer task, Subject subject) {
  const Subject before = std::exchange(subject_, subject);
  schedule(now_, seat_of(name), std::move(task));
  subject_ = before;
}

void Network::inject(peer::Port port, Endpoint source, Endpoint destination, ByteVector octets) {
  if (const auto to = seat_at(port, destination))
    schedule(now_ + weather_.datagram, *to, node::DatagramIn{port, source, std::move(octets)});
}

bool Network::inject_link(std::string_view from, std::string_view to, peer::Port port, std::uint16_t stream,
                          ByteVector octets) {
  const std::size_t sender = seat_of(from);
  const std::size_t receiver = seat_of(to);
  for (const Wire& w : wires_) {
    if (!w.open || w.port != port) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      if (w.seat[side] != receiver || w.seat[1 - side] != sender) continue;
      schedule(now_ + weather_.link, receiver, node::LinkData{w.link[side], stream, std::move(octets)});
      return true;
    }
  }
  return false;
}

void Network::cut(std::string_view a, std::string_view b) { cut_seats(seat_of(a), seat_of(b)); }

void Network::cut_seats(std::size_t a, std::size_t b) {
  const auto pair = ordered(a, b);
  cuts_.push_back(pair);
  for (std::size_t w = 0; w < wires_.size(); ++w) {
    if (wires_[w].open && ordered(wires_[w].seat[0], wires_[w].seat[1]) == pair) break_wire(w, std::nullopt);
  }
}

void Network::mend(std::string_view a, std::string_view b) {
  const auto pair = ordered(seat_of(a), seat_of(b));
  cuts_.erase(std::remove(cuts_.begin(), cuts_.end(), pair), cuts_.end());
}

bool Network::step() {
  while (!queue_.empty()) {
    const Due due = queue_.top();
    queue_.pop();
    Seat& seat = seats_[due.seat];
    if (due.what == What::restart || due.what == What::mend) {
      now_ = std::max(now_, due.at);
      ++handled_;
      if (due.what == What::mend) {
        const auto pair = ordered(due.seat, due.other);
        cuts_.erase(std::remove(cuts_.begin(), cuts_.end(), pair), cuts_.end());
      } else if (!seat.node && seat.rebuild) {
        restart_seat(due.seat, seat.rebuild());
      }
      return true;
    }
    if (!seat.node || seat.life != due.life) continue;
    if (due.arming != 0) {
      // A timer that was stopped or started again since does not fire.
      const auto& timer = std::get<node::TimerFired>(*due.event).timer;
      const auto running = seat.timers.find(timer);
      if (running == seat.timers.end() || running->second != due.arming) continue;
      seat.timers.erase(running);
    }
    if (due.what == What::event && is_moot(due.seat, *due.event)) continue;
    now_ = std::max(now_, due.at);
    ++handled_;
    subject_ = seat.subject ? static_cast<Subject>(due.seat) : due.subject;
    if (due.event)
      if (const auto* down = std::get_if<node::LinkDown>(due.event.get())) link_is_down(due.seat, down->link);
    if (due.what == What::sync)
      sync(due.seat);
    else
      handle(due.seat, std::move(*due.event));
    subject_ = nobody;
    for (Watcher* w : watchers_) w->on_event_end(now_);
    return true;
  }
  return false;
}

void Network::run_until(Instant at) {
  while (!queue_.empty() && queue_.top().at <= at)
    if (!step()) break;
  now_ = std::max(now_, at);
}

void Network::run_while_busy(Duration quiet, Duration limit) {
  const Instant end = now_ + limit;
  while (!queue_.empty()) {
    // Dead timers must not keep the run going, so drop them before looking at what is next.
    const Due& next = queue_.top();
    const Seat& seat = seats_[next.seat];
    const bool ours = next.what == What::restart || next.what == What::mend;
    bool dead = !ours && (!seat.node || seat.life != next.life);
    if (!dead && next.arming != 0) {
      const auto running = seat.timers.find(std::get<node::TimerFired>(*next.event).timer);
      dead = running == seat.timers.end() || running->second != next.arming;
    }
    if (dead) {
      queue_.pop();
      continue;
    }
    if (next.at > now_ + quiet || next.at > end) return;
    step();
  }
}

node::Node& Network::node(std::string_view name) {
  Seat& seat = seats_[seat_of(name)];
  assert(seat.node);
  return *seat.node;
}

std::uint64_t Network::counter(std::string_view node, std::string_view counter) const {
  const auto& counters = seats_[seat_of(node)].counters;
  const auto found = counters.find(counter);
  return found == counters.end() ? 0 : found->second;
}

std::size_t Network::seat_of(std::string_view name) const {
  const auto found = by_name_.find(name);
  assert(found != by_name_.end());
  return found->second;
}

std::optional<std::size_t> Network::seat_at(peer::Port port, const Endpoint& door) const {
  const auto found = by_door_.find({port, door});
  if (found == by_door_.end()) return std::nullopt;
  return found->second;
}

bool Network::is_cut(std::size_t a, std::size_t b) const {
  return std::find(cuts_.begin(), cuts_.end(), ordered(a, b)) != cuts_.end();
}

bool Network::is_moot(std::size_t seat, const node::Event& event) const {
  const auto* up = std::get_if<node::LinkUp>(&event);
  const auto* data = std::get_if<node::LinkData>(&event);
  if (up == nullptr && data == nullptr) return false;
  const auto found = wire_of_.find({seat, up != nullptr ? up->link : data->link});
  if (found == wire_of_.end()) return true;
  const Wire& wire = wires_[found->second];
  // What was delayed on a link that has ended since is lost with it.
  const std::size_t side =
      wire.seat[0] == seat && wire.link[0] == (up != nullptr ? up->link : data->link) ? 0 : 1;
  return up != nullptr ? !wire.open : wire.ended_by == seat || wire.down[side];
}

void Network::link_is_down(std::size_t seat, peer::LinkId link) {
  const auto found = wire_of_.find({seat, link});
  if (found == wire_of_.end()) return;
  Wire& wire = wires_[found->second];
  wire.down[wire.seat[0] == seat && wire.link[0] == link ? 0 : 1] = true;
}

void Network::schedule(Instant at, std::size_t seat, node::Event event, std::uint64_t arming) {
  queue_.push(Due{at, ++order_, seat, seats_[seat].life, arming,
                  std::make_shared<node::Event>(std::move(event)), What::event, subject_, 0});
}

void Network::handle(std::size_t seat, node::Event event) {
  // A node may die of a message: before it has read it, or when all is done that follows from it.
  bool dies = false;
  const Faults& faults = mischief_.faults();
  if (faults.crash.per_million != 0 && seats_[seat].rebuild) {
    const auto* data = std::get_if<node::LinkData>(&event);
    const auto* datagram = std::get_if<node::DatagramIn>(&event);
    if ((data != nullptr || datagram != nullptr) && mischief_.strikes(faults.crash)) {
      const peer::Port port =
          datagram != nullptr ? datagram->port : wires_[wire_of_.at({seat, data->link})].port;
      log_fault(FaultKind::crash, port, seat, seat, faults.down_for);
      queue_.push(Due{now_ + faults.down_for, ++order_, seat, 0, 0, nullptr, What::restart, nobody, 0});
      dies = true;
      if (mischief_.coin()) {
        crash_seat(seat);
        return;
      }
    }
  }
  node::Actions out({keep_ledger_, keep_steps_});
  seats_[seat].node->on(std::move(event), now_, out);
  for (node::Action& action : out.take()) carry_out(seat, action);
  if (dies) crash_seat(seat);
}

void Network::log_fault(FaultKind kind, peer::Port port, std::size_t from, std::size_t to, Duration by) {
  ++fault_counts_[static_cast<std::size_t>(port)][static_cast<std::size_t>(kind)];
  const FaultEntry entry{now_,     kind, port, static_cast<SeatNumber>(from), static_cast<SeatNumber>(to),
                         subject_, by};
  if (keep_story_) faults_.push_back(entry);
  for (Watcher* w : watchers_) w->on_fault(entry);
}

void Network::maybe_part(peer::Port port, std::size_t from, std::size_t to) {
  const Faults& faults = mischief_.faults();
  if (!mischief_.strikes(faults.partition) || is_cut(from, to)) return;
  log_fault(FaultKind::partition, port, from, to, faults.apart_for);
  cut_seats(from, to);
  queue_.push(Due{now_ + faults.apart_for, ++order_, from, 0, 0, nullptr, What::mend, nobody, to});
}

void Network::tell_sent(const Sent& sent) {
  ++messages_[static_cast<std::size_t>(sent.port)];
  if (keep_taps_)
    taps_.push_back({now_, seats_[sent.from].name, sent.to == nobody ? "" : seats_[sent.to].name, sent.port,
                     sent.stream, sent.source, sent.destination,
                     ByteVector(sent.octets.begin(), sent.octets.end())});
  for (Watcher* w : watchers_) w->on_sent(sent);
}

void Network::send_on_link(std::size_t from, node::Send& a) {
  const auto found = wire_of_.find({from, a.link});
  if (found == wire_of_.end() || !wires_[found->second].open) return;  // the link is gone: lost
  const std::size_t index = found->second;
  const std::size_t side = wires_[index].seat[0] == from && wires_[index].link[0] == a.link ? 1 : 0;
  const std::size_t to = wires_[index].seat[side];
  const peer::Port port = wires_[index].port;
  const Faults& faults = mischief_.faults();

  const bool breaks = mischief_.strikes(faults.break_link);
  const bool arrives = !breaks || mischief_.coin();
  Duration delay = weather_.link;
  if (mischief_.strikes(faults.delay)) {
    const Duration by = mischief_.up_to(faults.delay_max);
    log_fault(FaultKind::delay, port, from, to, by);
    delay += by;
  }
  tell_sent({now_, static_cast<SeatNumber>(from), static_cast<SeatNumber>(to), port, a.stream,
             wires_[index].address[1 - side], wires_[index].address[side], a.octets, subject_, arrives});
  if (arrives) {
    Instant& last = wires_[index].last[side];
    last = std::max(last, now_ + delay);
    schedule(last, to, node::LinkData{wires_[index].link[side], a.stream, std::move(a.octets)});
  }
  if (breaks) {
    log_fault(FaultKind::break_link, port, from, to);
    break_wire(index, std::nullopt);
    return;
  }
  maybe_part(port, from, to);
}

void Network::send_datagram(std::size_t from, node::SendDatagram& a) {
  const auto& source = seats_[from].doors.at(a.port);
  const auto to = seat_at(a.port, a.remote);
  if (!source) return;
  const Faults& faults = mischief_.faults();
  if (to) maybe_part(a.port, from, *to);
  const bool cut = !to || is_cut(from, *to);
  const bool lost = !cut && mischief_.strikes(faults.loss);
  if (lost) log_fault(FaultKind::loss, a.port, from, *to);
  tell_sent({now_, static_cast<SeatNumber>(from), to ? static_cast<SeatNumber>(*to) : nobody, a.port, 0,
             *source, a.remote, a.octets, subject_, !cut && !lost});
  if (cut || lost) return;
  Duration delay = weather_.datagram;
  if (mischief_.strikes(faults.reorder)) {
    const Duration by = mischief_.up_to(faults.reorder_by);
    log_fault(FaultKind::reorder, a.port, from, *to, by);
    delay += by;
  }
  if (mischief_.strikes(faults.delay)) {
    const Duration by = mischief_.up_to(faults.delay_max);
    log_fault(FaultKind::delay, a.port, from, *to, by);
    delay += by;
  }
  if (mischief_.strikes(faults.duplicate)) {
    const Duration by = mischief_.up_to(faults.reorder_by);
    log_fault(FaultKind::duplicate, a.port, from, *to, by);
    schedule(now_ + delay + by, *to, node::DatagramIn{a.port, *source, a.octets});
  }
  schedule(now_ + delay, *to, node::DatagramIn{a.port, *source, std::move(a.octets)});
}

void Network::carry_out(std::size_t from, node::Action& action) {
  const auto at = static_cast<SeatNumber>(from);
  std::visit(Cases{
                 [&](node::Send& a) { send_on_link(from, a); },
                 [&](node::OpenLink& a) { connect(from, a); },
                 [&](node::CloseLink& a) {
                   const auto found = wire_of_.find({from, a.link});
                   if (found != wire_of_.end() && wires_[found->second].open) break_wire(found->second, from);
                 },
                 [&](node::SendDatagram& a) { send_datagram(from, a); },
                 [&](node::StartTimer& a) {
                   const std::uint64_t arming = order_ + 1;
                   seats_[from].timers[a.timer] = arming;
                   schedule(std::max(a.at, now_), from, node::TimerFired{a.timer}, arming);
                 },
                 [&](node::StopTimer& a) { seats_[from].timers.erase(a.timer); },
                 [&](node::LoadSubscriber& a) {
                   auto record =
                       seats_[from].store != nullptr ? seats_[from].store->load(a.imsi) : std::nullopt;
                   schedule(now_, from, node::SubscriberLoaded{a.token, std::move(record)});
                 },
                 [&](node::SaveSubscriber& a) {
                   staged(from, a.token,
                          seats_[from].store != nullptr && seats_[from].store->put(std::move(*a.record)));
                 },
                 [&](node::ReserveSequence& a) {
                   staged(from, a.token,
                          seats_[from].store != nullptr &&
                              seats_[from].store->reserve(a.imsi, a.version, a.seq_reserved));
                 },
                 [&](node::EraseSubscriber& a) {
                   staged(from, a.token,
                          seats_[from].store != nullptr && seats_[from].store->remove(a.imsi, a.version));
                 },
                 [&](node::Administered& a) { administered_.push_back(std::move(a)); },
                 [&](node::Record& a) {
                   for (Watcher* w : watchers_) w->on_ledger(a.entry, at, subject_);
                   if (keep_story_) ledger_.push_back(std::move(a.entry));
                 },
                 [&](node::Count& a) {
                   auto& counters = seats_[from].counters;
                   const auto found = counters.find(a.counter);
                   if (found != counters.end())
                     ++found->second;
                   else
                     counters.emplace(a.counter, 1);
                 },
                 [](node::Took&) {},  // invented time says nothing of how fast anybody is
                 [&](node::Log& a) {
                   for (Watcher* w : watchers_) w->on_log(at, a.level, a.text);
                   if (keep_story_) log_.push_back({now_, seats_[from].name, a.level, std::move(a.text)});
                 },
                 [&](node::Step& a) {
                   for (Watcher* w : watchers_) w->on_step(a, subject_);
                   if (keep_story_) steps_.push_back(std::move(a));
                 },
                 [&](node::Outcome& a) {
                   for (Watcher* w : watchers_) w->on_outcome(a, at, now_);
                   if (keep_story_) outcomes_.push_back(std::move(a));
                 },
             },
             action);
}

void Network::connect(std::size_t from, const node::OpenLink& open) {
  const auto to = seat_at(open.port, open.remote);
  if (!to || !seats_[*to].node || is_cut(from, *to)) {
    schedule(now_ + weather_.connect, from, node::LinkDown{open.link});
    return;
  }
  const auto& own = seats_[from].doors.at(open.port);
  Endpoint source = own ? *own : Endpoint{};
  // SCTP keeps its port on both sides, as eNBs do; TCP takes a fresh one.
  if (open.port == peer::Port::diameter) source.port = next_ephemeral_++;
  if (next_ephemeral_ == 0) next_ephemeral_ = 49152;
  Wire wire;
  wire.seat[0] = from;
  wire.seat[1] = *to;
  wire.link[0] = open.link;
  wire.link[1] = peer::LinkId{seats_[*to].next_accepted++};
  wire.address[0] = source;
  wire.address[1] = open.remote;
  wire.port = open.port;
  const std::size_t index = wires_.size();
  wires_.push_back(wire);
  wire_of_[{from, wire.link[0]}] = index;
  wire_of_[{*to, wire.link[1]}] = index;
  schedule(now_ + weather_.connect, *to, node::LinkUp{wire.link[1], open.port, source});
  schedule(now_ + weather_.connect, from, node::LinkUp{wire.link[0], open.port, open.remote});
}

void Network::break_wire(std::size_t index, std::optional<std::size_t> silent_side) {
  Wire& wire = wires_[index];
  wire.open = false;
  wire.ended_by = silent_side;
  for (Watcher* w : watchers_)
    w->on_link_end(static_cast<SeatNumber>(wire.seat[0]), static_cast<SeatNumber>(wire.seat[1]), wire.port,
                   now_);
  // The end of a link concerns everybody on it, not only the one whose message met it.
  const Subject before = std::exchange(subject_, nobody);
  for (std::size_t side = 0; side < 2; ++side) {
    if (silent_side && wire.seat[side] == *silent_side) continue;
    schedule(now_ + weather_.link, wire.seat[side], node::LinkDown{wire.link[side]});
  }
  subject_ = before;
}

void Network::staged(std::size_t from, node::StoreToken token, bool taken) {
  Seat& seat = seats_[from];
  if (!taken) {
    schedule(now_, from, node::SubscriberSaved{token, false});
    return;
  }
  // Saves that meet while a sync is under way share the next one: group commit.
  seat.unsynced.emplace_back(token, subject_);
  if (seat.sync_due) return;
  seat.sync_due = true;
  queue_.push(
      Due{now_ + weather_.store_sync, ++order_, from, seat.life, 0, nullptr, What::sync, subject_, 0});
}

void Network::sync(std::size_t at) {
  Seat& seat = seats_[at];
  seat.sync_due = false;
  const bool ok = seat.store->sync();
  for (const auto& [token, subject] : std::exchange(seat.unsynced, {})) {
    subject_ = subject;
    schedule(now_, at, node::SubscriberSaved{token, ok});
  }
}

}  // namespace baton::lab
