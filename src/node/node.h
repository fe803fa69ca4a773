// node.h: the vocabulary of every node: events in, actions out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/entropy.h"
#include "base/instant.h"
#include "context/store_fault.h"
#include "context/subscriber.h"
#include "ids/subscriber_id.h"
#include "keys/ledger.h"
#include "peer/world.h"

namespace baton::node {

using peer::DatagramIn;
using peer::LinkData;
using peer::LinkDown;
using peer::LinkId;
using peer::LinkUp;
using peer::LogLevel;
using peer::Port;
using peer::TimerDomain;
using peer::TimerFired;
using peer::TimerId;

// --- what happens -------------------------------------------------------------------------------

/// The world is ready; the node may open its links.
struct Started {};

/// Token names one request to the store; the answer carries it back.
using StoreToken = Strong<std::uint64_t, struct StoreTokenTag>;

/// The store's answer to LoadSubscriber; nothing when there is no such subscriber, or when the store cannot
/// say, which `fault` tells.
struct SubscriberLoaded {
  StoreToken token;
  std::optional<context::SubscriberRecord> record;
  context::StoreFault fault = context::StoreFault::none;
};
/// The store's answer to SaveSubscriber. `ok` means durable: it survives a crash of the node. If not, `fault`
/// says why, and the record is to be loaded again before anything else is done with it: what was to be
/// saved may have been, or somebody else has changed it (StoreFault::conflict).
struct SubscriberSaved {
  StoreToken token;
  bool ok = false;
  context::StoreFault fault = context::StoreFault::none;
};

/// Verb is what a person, a scenario or a load source asks of a node.
enum class Verb : Byte {
  attach,           ///< UE: attach (with whatever identity and context it has)
  detach,           ///< UE: detach, not switching off; MME: network-initiated detach of `subscriber`
  switch_off,       ///< UE: detach with switch off; no answer is expected
  power_cycle,      ///< UE: vanish without a word and come back with what non-volatile memory kept
  service_request,  ///< UE: return from idle
  tau,              ///< UE: tracking area update
  move,             ///< UE: camp on cell number `argument` (idle)
  release,          ///< eNB: ask the MME to release `subscriber` or the UE at radio `argument` (inactivity)
  page,             ///< MME: downlink data for `subscriber`; UPE: the same, from the user plane
  reauthenticate,   ///< MME: run AKA and security mode again for `subscriber`
  handover,         ///< UE: report that cell number `argument` is the better one (connected)
  stale_key,        ///< MME: a key of another access came into use that is made of a KASME which `subscriber`
                    ///< has left (S0.7, S0.8)
};
std::string_view to_string(Verb verb);
struct Command {
  Verb verb{};
  std::optional<Imsi> subscriber;
  std::uint32_t argument = 0;
};

using Event = std::variant<Started, LinkUp, LinkDown, LinkData, DatagramIn, TimerFired, SubscriberLoaded,
                           SubscriberSaved, Command>;

// --- what a node may ask for --------------------------------------------------------------------

struct Send {
  LinkId link;
  std::uint16_t stream = 0;
  ByteVector octets;
};
struct OpenLink {
  LinkId link;
  Port port{};
  Endpoint remote;
};
struct CloseLink {
  LinkId link;
};
struct SendDatagram {
  Port port{};
  Endpoint remote;
  ByteVector octets;
};
struct StartTimer {
  TimerId timer;
  Instant at;
};
struct StopTimer {
  TimerId timer;
};
struct LoadSubscriber {
  StoreToken token;
  Imsi imsi;
};
/// Saved durably before SubscriberSaved{ok} comes back; what relies on it is sent only then.
struct SaveSubscriber {
  StoreToken token;
  context::SubscriberRecord record;
};
struct Record {
  LedgerEntry entry;
};
struct Count {
  std::string_view counter;  ///< a literal
};
/// Took is how long one procedure took, for a distribution of such times.
struct Took {
  std::string_view procedure;  ///< a literal: "hss.air"; docs/operations.md lists the names
  Duration time{};
};
struct Log {
  LogLevel level{};
  std::string text;
};
/// Step is one numbered step of a procedure as a person reads it. The sender of a message reports it,
/// or the receiver where the sender does not know the subscriber.
struct Step {
  std::string subscriber;      ///< IMSI digits
  std::string_view procedure;  ///< "attach", "tau", "service-request", "detach"
  std::string_view id;         ///< number in the specification's flow, "5a"
  std::string text;
  std::string from, to;  ///< node names
  std::string_view protocol;
};
/// Outcome ends a procedure as the UE (or, for what the network starts, the MME) sees it.
struct Outcome {
  std::string subscriber;
  std::string_view procedure;
  bool ok = false;
  std::string cause;  ///< empty when ok
};

using Action = std::variant<Send, OpenLink, CloseLink, SendDatagram, StartTimer, StopTimer, LoadSubscriber,
                            SaveSubscriber, Record, Count, Took, Log, Step, Outcome>;

/// Actions collects what a node asks for while it handles one event, in order.
class Actions final : public peer::Outlet {
 public:
  /// Wanted is what somebody listens to. What nobody does costs nothing: no key id is computed, no text of a
  /// step is made (docs/benchmarks.md).
  struct Wanted {
    bool ledger = true;
    bool steps = true;
  };
  Actions() : Actions(Wanted{}) {}
  explicit Actions(Wanted wanted) : wanted_(wanted) { list_.reserve(usual); }

  void send(LinkId link, std::uint16_t stream, ByteVector octets) override {
    list_.push_back(Send{link, stream, std::move(octets)});
  }
  void open_link(LinkId link, Port port, Endpoint remote) override {
    list_.push_back(OpenLink{link, port, remote});
  }
  void close_link(LinkId link) override { list_.push_back(CloseLink{link}); }
  void datagram(Port port, Endpoint remote, ByteVector octets) override {
    list_.push_back(SendDatagram{port, remote, std::move(octets)});
  }
  void start_timer(TimerId timer, Instant at) override { list_.push_back(StartTimer{timer, at}); }
  void stop_timer(TimerId timer) override { list_.push_back(StopTimer{timer}); }
  void count(std::string_view counter) override { list_.push_back(Count{counter}); }
  void log(LogLevel level, std::string text) override { list_.push_back(Log{level, std::move(text)}); }

  void took(std::string_view procedure, Duration time) { list_.push_back(Took{procedure, time}); }
  void load(StoreToken token, Imsi imsi) { list_.push_back(LoadSubscriber{token, std::move(imsi)}); }
  void save(StoreToken token, context::SubscriberRecord record) {
    list_.push_back(SaveSubscriber{token, std::move(record)});
  }
  bool steps_on() const { return wanted_.steps; }
  void step(Step s) {
    if (wanted_.steps) list_.push_back(std::move(s));
  }
  void outcome(Outcome o) { list_.push_back(std::move(o)); }
  bool ledger_on() const { return wanted_.ledger; }
  void record(LedgerEntry e) {
    if (wanted_.ledger) list_.push_back(Record{std::move(e)});
  }

  /// take hands over what was collected and empties the list.
  std::vector<Action> take() { return std::exchange(list_, {}); }
  bool empty() const { return list_.empty(); }

 private:
  static constexpr std::size_t usual = 8;  ///< most events ask for fewer actions
  Wanted wanted_;
  std::vector<Action> list_;
};

/// KeyLog writes a node's ledger entries. It is the one place where key ids are made below the line.
class KeyLog {
 public:
  KeyLog(std::string node, KeyIdKey id_key) : node_(std::move(node)), id_key_(id_key) {}
  const std::string& node() const { return node_; }
  /// id is the name of a key, for parents in an entry.
  template <class Key>
  KeyId id(const Key& key) const {
    return listening_ ? key_id_of(id_key_, key) : KeyId{};
  }
  /// listen says whether anybody reads the ledger now. If not, `id` computes nothing: only a node that uses
  /// ids for its entries alone may say so.
  void listen(bool on) { listening_ = on; }
  /// write records what happened to `key`. `parents` are given as ids so that a parent may be gone.
  template <class Key>
  void write(Actions& out, Instant now, KeyEvent event, std::string subscriber, const Key& key,
             std::string reason, std::vector<KeyId> parents = {}, std::string peer = {}) const {
    if (!out.ledger_on()) return;
    out.record({now, node_, std::move(subscriber), event, KeyKindOf<Key>::value, id(key), std::move(parents),
                std::move(reason), std::move(peer)});
  }

 private:
  std::string node_;
  KeyIdKey id_key_;
  bool listening_ = true;
};

/// Node is a role of the network: a function from (event, now) to actions and its own state.
class Node {
 public:
  virtual ~Node() = default;
  /// on handles one event. It never throws and never aborts on anything a peer can cause.
  virtual void on(Event event, Instant now, Actions& out) = 0;
  virtual std::string_view name() const = 0;
};

}  // namespace baton::node
