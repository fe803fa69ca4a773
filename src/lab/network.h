// network.h: the whole network in one thread on invented time.
//
// The lab carries out what nodes ask for, as the runtime does on sockets, but its clock is a number and
// its wires are a queue. The same nodes with the same seeds give the same run, event by event.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
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
#include "node/node.h"
#include "store/store.h"

namespace baton::lab {

/// Doors are the addresses at which a node is reached, by what is spoken there.
struct Doors {
  std::optional<Endpoint> s1ap, diameter, gtpc, radio;
  const std::optional<Endpoint>& at(peer::Port port) const;
};

/// Delays of the lab's wires. Faults (loss, duplication, reordering) will join them here; today every
/// datagram arrives once and in order.
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
  void command(std::string_view name, node::Command command);
  /// inject delivers a datagram to a door as if `source` had sent it: the attacker's hand.
  void inject(peer::Port port, Endpoint source, Endpoint destination, ByteVector octets);
  /// inject_link delivers octets on the link between two nodes as if `from` had sent them there. False when
  /// they have none open for that port.
  bool inject_link(std::string_view from, std::string_view to, peer::Port port, std::uint16_t stream,
                   ByteVector octets);
  /// cut stops all traffic between two nodes (links break) until mend.
  void cut(std::string_view a, std::string_view b);
  void mend(std::string_view a, std::string_view b);

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
    std::vector<node::StoreToken> unsynced;
  };
  /// Wire is one link between two seats.
  struct Wire {
    std::size_t seat[2];
    peer::LinkId link[2];
    Endpoint address[2];
    peer::Port port{};
    bool open = true;
    std::optional<std::size_t> ended_by;  ///< the seat that closed it, and hears no more of it
  };
  struct Due {
    Instant at;
    std::uint64_t order;  ///< ties go to whoever came first
    std::size_t seat;
    std::uint64_t life;
    std::uint64_t arming;  ///< of a timer; 0 for anything else
    std::shared_ptr<node::Event> event;
    bool sync = false;
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

  std::vector<LedgerEntry> ledger_;
  std::vector<node::Step> steps_;
  std::vector<node::Outcome> outcomes_;
  std::vector<WireTap> taps_;
  std::vector<Line> log_;
};

}  // namespace baton::lab
