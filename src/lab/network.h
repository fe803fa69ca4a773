// network.h: the whole network in one thread on invented time.
//
// The lab carries out what nodes ask for, as the runtime does on sockets, but its clock is a number and
// its wires are a queue. The same nodes with the same seeds give the same run, event by event; so do the
// faults, which are drawn from a seed too (faults.h).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/instant.h"
#include "ids/endpoint.h"
#include "lab/faults.h"
#include "lab/watcher.h"
#include "node/node.h"
#include "store/store.h"

namespace baton::lab {

/// Doors are the addresses at which a node is reached, by what is spoken there.
struct Doors {
  std::optional<Endpoint> s1ap, diameter, gtpc, radio;
  const std::optional<Endpoint>& at(peer::Port port) const;
};

/// Delays of the lab's wires where nothing goes wrong.
struct Weather {
  Duration datagram = 200us;
  Duration link = 300us;
  Duration connect = 1ms;
  Duration store_sync = 150us;
};

/// WireTap is one message as it crossed the lab's wires, whole, keys included: the lab's subscribers are
/// test subscribers.
struct WireTap {
  Instant at;
  std::string from, to;
  peer::Port port{};
  std::uint16_t stream = 0;
  Endpoint source, destination;
  ByteVector octets;
};

/// A counter or log line with the node it came from.
struct Line {
  Instant at;
  std::string node;
  peer::LogLevel level{};
  std::string text;
};

class Network {
 public:
  explicit Network(Weather weather = {}, Instant start = {}) : weather_(weather), now_(start) {}

  /// add places a node. `store` may be null; it outlives the network.
  void add(std::unique_ptr<node::Node> node, Doors doors, store::Store* store = nullptr);
  /// start gives the node its Started event.
  void start(std::string_view name);
  /// crash removes the node as a power cut would: links drop, timers die, unsynced data is lost.
  void crash(std::string_view name);
  /// restart puts a fresh node where one crashed; the caller has built it anew.
  void restart(std::unique_ptr<node::Node> node);
  /// command gives a node something to do now.
  void command(std::string_view name, node::Command command, Subject subject = nobody);
  /// administer gives an HSS a task of the operator's; what becomes of it ends up in administered().
  void administer(std::string_view name, node::Administer task, Subject subject = nobody);
  const std::vector<node::Administered>& administered() const { return administered_; }
  /// inject delivers a datagram to a door as if `source` had sent it: the attacker's hand.
  void inject(peer::Port port, Endpoint source, Endpoint destination, ByteVector octets);
  /// inject_link delivers octets on the link between two nodes as if `from` had sent them there. False when
  /// they have none open for that port.
  bool inject_link(std::string_view from, std::string_view to, peer::Port port, std::uint16_t stream,
                   ByteVector octets);
  /// cut stops all traffic between two nodes (links break) until mend.
  void cut(std::string_view a, std::string_view b);
  void mend(std::string_view a, std::string_view b);

  /// misbehave draws faults from here on, or with Faults{} no more. What is down or cut comes back all the
  /// same.
  void misbehave(Faults faults) { mischief_.set(faults); }
  /// seed_faults begins the draws of a seed.
  void seed_faults(std::uint64_t seed);
  /// Rebuild makes a node anew after a crash. Only nodes that have one crash by themselves.
  using Rebuild = std::function<std::unique_ptr<node::Node>()>;
  void on_crash(std::string_view name, Rebuild rebuild);
  /// FaultCounts are how many faults of each kind messages of each protocol have drawn.
  using FaultCounts = std::array<std::array<std::uint64_t, fault_kinds>, 4>;
  const FaultCounts& fault_counts() const { return fault_counts_; }
  std::uint64_t messages(peer::Port port) const { return messages_[static_cast<std::size_t>(port)]; }
  const std::vector<FaultEntry>& faults() const { return faults_; }

  /// watch tells `watcher`, which outlives the network, of everything from here on.
  void watch(Watcher& watcher) { watchers_.push_back(&watcher); }
  /// is_subject makes the node one for whom things happen: a UE.
  void is_subject(std::string_view name) { seats_[seat_of(name)].subject = true; }
  SeatNumber seat(std::string_view name) const { return static_cast<SeatNumber>(seat_of(name)); }
  const std::string& name_of(SeatNumber seat) const { return seats_[seat].name; }
  std::size_t seats() const { return seats_.size(); }

  Instant now() const { return now_; }
  /// step handles one event; false when there is none.
  bool step();
  /// run_until handles everything due up to `at`, then stands there.
  void run_until(Instant at);
  void run_for(Duration d) { run_until(now_ + d); }
  /// run_while_busy handles events until nothing but timers later than `quiet` ahead is left, at most
  /// `limit`.
  void run_while_busy(Duration quiet = 100ms, Duration limit = 60s);

  node::Node& node(std::string_view name);
  /// running: the node is there, and not crashed.
  bool running(std::string_view name) const { return seats_[seat_of(name)].node != nullptr; }
  const std::vector<LedgerEntry>& ledger() const { return ledger_; }
  const std::vector<node::Step>& steps() const { return steps_; }
  const std::vector<node::Outcome>& outcomes() const { return outcomes_; }
  const std::vector<WireTap>& taps() const { return taps_; }
  const std::vector<Line>& log() const { return log_; }
  std::uint64_t counter(std::string_view node, std::string_view counter) const;
  std::uint64_t events_handled() const { return handled_; }
  /// keep_taps false saves memory in long runs.
  void keep_taps(bool keep) { keep_taps_ = keep; }
  /// keep_ledger false lets nodes skip the ledger altogether.
  void keep_ledger(bool keep) { keep_ledger_ = keep; }
  /// keep_steps false lets them skip the text of their steps.
  void keep_steps(bool keep) { keep_steps_ = keep; }
  /// keep_story false tells ledger entries, steps, outcomes, log lines and faults to the watchers only: for
  /// long runs. It forgets those there are.
  void keep_story(bool keep);

 private:
  struct Seat {
    std::string name;
    std::unique_ptr<node::Node> node;  ///< null while crashed
    Doors doors;
    store::Store* store = nullptr;
    std::uint64_t life = 0;  ///< counts restarts; what was sent to an earlier life is not delivered
    std::uint32_t next_accepted = peer::accepted_links_from;
    std::map<peer::TimerId, std::uint64_t> timers;  ///< the running arming of each timer
    std::map<std::string, std::uint64_t, std::less<>> counters;
    bool sync_due = false;
    std::vector<std::pair<node::StoreToken, Subject>> unsynced;
    bool subject = false;
    Rebuild rebuild;
  };
  /// Wire is one link between two seats.
  struct Wire {
    std::size_t seat[2];
    peer::LinkId link[2];
    Endpoint address[2];
    peer::Port port{};
    bool open = true;
    std::optional<std::size_t> ended_by;  ///< the seat that closed it, and hears no more of it
    bool down[2] = {false, false};        ///< that side has been told that it ended
    Instant last[2];  ///< when the last message to that side arrives; nothing overtakes it
  };
  enum class What : Byte { event, sync, restart, mend };
  struct Due {
    Instant at;
    std::uint64_t order;  ///< ties go to whoever came first
    std::size_t seat;
    std::uint64_t life;
    std::uint64_t arming;  ///< of a timer; 0 for anything else
    std::shared_ptr<node::Event> event;
    What what = What::event;
    Subject subject = nobody;
    std::size_t other = 0;  ///< of a mending, the other end
    bool operator>(const Due& o) const { return std::tie(at, order) > std::tie(o.at, o.order); }
  };

  std::size_t seat_of(std::string_view name) const;
  std::optional<std::size_t> seat_at(peer::Port port, const Endpoint& door) const;
  bool is_cut(std::size_t a, std::size_t b) const;
  /// is_moot: the event is about a link that ended before it could come up, or that the node itself closed.
  bool is_moot(std::size_t seat, const node::Event& event) const;
  void schedule(Instant at, std::size_t seat, node::Event event, std::uint64_t arming = 0);
  void handle(std::size_t seat, node::Event event);
  void carry_out(std::size_t seat, node::Action& action);
  void connect(std::size_t seat, const node::OpenLink& open);
  void break_wire(std::size_t wire, std::optional<std::size_t> silent_side);
  void sync(std::size_t seat);
  /// staged goes on with a write that the store of a seat took, or did not.
  void staged(std::size_t from, node::StoreToken token, bool taken);
  void crash_seat(std::size_t seat);
  void restart_seat(std::size_t seat, std::unique_ptr<node::Node> node);
  void cut_seats(std::size_t a, std::size_t b);
  void link_is_down(std::size_t seat, peer::LinkId link);
  void log_fault(FaultKind kind, peer::Port port, std::size_t from, std::size_t to, Duration by = {});
  void maybe_part(peer::Port port, std::size_t from, std::size_t to);
  void send_on_link(std::size_t from, node::Send& a);
  void send_datagram(std::size_t from, node::SendDatagram& a);
  void tell_sent(const Sent& sent);

  Weather weather_;
  Instant now_;
  std::vector<Seat> seats_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::pair<peer::Port, Endpoint>, std::size_t> by_door_;
  std::vector<Wire> wires_;
  std::map<std::pair<std::size_t, peer::LinkId>, std::size_t> wire_of_;
  std::vector<std::pair<std::size_t, std::size_t>> cuts_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
  std::uint64_t order_ = 0;
  std::uint64_t handled_ = 0;
  std::uint16_t next_ephemeral_ = 49152;
  bool keep_taps_ = true;
  bool keep_ledger_ = true;
  bool keep_steps_ = true;

  std::vector<LedgerEntry> ledger_;
  std::vector<node::Administered> administered_;
  std::vector<node::Step> steps_;
  std::vector<node::Outcome> outcomes_;
  std::vector<WireTap> taps_;
  std::vector<Line> log_;

  bool keep_story_ = true;
  Mischief mischief_;
  std::vector<FaultEntry> faults_;
  FaultCounts fault_counts_{};
  std::array<std::uint64_t, 4> messages_{};
  std::vector<Watcher*> watchers_;
  Subject subject_ = nobody;  ///< of the event being handled
};

}  // namespace baton::lab
