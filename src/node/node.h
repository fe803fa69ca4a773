// node.h: the vocabulary of every node: events in, actions out.
#pragma once

#include <memory>
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
/// The store's answer to SaveSubscriber, ReserveSequence and EraseSubscriber. `ok` means durable: it survives
/// a crash of the node. If not, `fault` says why, and the record is to be loaded again before anything else
/// is done with it: what was to be saved may have been, or somebody else has changed it
/// (StoreFault::conflict).
struct SubscriberSaved {
  StoreToken token;
  bool ok = false;
  context::StoreFault fault = context::StoreFault::none;
};

// --- administration -----------------------------------------------------------------------------

/// AdminToken names one task of the operator's; Administered carries it back.
using AdminToken = Strong<std::uint64_t, struct AdminTokenTag>;

/// AddSubscriber makes a subscription. `record.version`, places and KASMEs are not looked at.
struct AddSubscriber {
  context::SubscriberRecord record;
};
/// ChangeSubscriber changes what is given and leaves the rest. New subscription data go to the nodes that
/// serve the subscriber; a new secret or SQN ends nothing by itself.
struct ChangeSubscriber {
  Imsi imsi;
  /// Only if the record still has this version; absent: whatever it has.
  std::optional<std::uint64_t> if_version{};
  std::optional<AkaSecret> secret{};
  std::optional<Amf> amf{};
  std::optional<std::uint64_t> seq{};  ///< the highest SEQ that counts as used
  std::optional<std::uint32_t> ind_bits{};
  std::optional<context::SqnScheme> sqn_scheme{};
  std::optional<context::Subscription> subscription{};
};
/// RemoveSubscriber ends a subscription: the serving nodes are told to let go.
struct RemoveSubscriber {
  Imsi imsi;
};
struct ShowSubscriber {
  Imsi imsi;
};
/// LocateSubscriber asks the MME where the subscriber is and in what state; it waits for that answer.
struct LocateSubscriber {
  Imsi imsi;
};
/// Administer is a task of the operator's. It waits its turn among the requests for the same subscriber and
/// is durable before it is answered.
struct Administer {
  AdminToken token;
  std::variant<AddSubscriber, ChangeSubscriber, RemoveSubscriber, ShowSubscriber, LocateSubscriber> task;
};
/// What became of it.
enum class AdminOutcome : Byte {
  done,
  unknown,   ///< there is no such subscriber
  exists,    ///< AddSubscriber: there is one already
  conflict,  ///< the record has another version than the one asked for, or changes too fast
  invalid,   ///< `why` says what does not hold
  too_busy,
  not_stored,  ///< the store did not take it; nothing has changed
};
std::string_view to_string(AdminOutcome o);

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
                           SubscriberSaved, Command, Administer>;

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
/// The record stands apart: an Action is moved often and a record is larger than all the others.
struct SaveSubscriber {
  StoreToken token;
  std::unique_ptr<context::SubscriberRecord> record;
};
/// ReserveSequence is a SaveSubscriber of one number: SEQs up to `seq_reserved` count as used. It counts as a
/// write of the record that was read at `version`, which is one higher afterwards. TS 33.102, annex C.
struct ReserveSequence {
  StoreToken token;
  Imsi imsi;
  std::optional<std::uint64_t> version;
  std::uint64_t seq_reserved = 0;
};
/// EraseSubscriber removes the record that was read at `version`.
struct EraseSubscriber {
  StoreToken token;
  Imsi imsi;
  std::optional<std::uint64_t> version;
};
/// Whereabouts is what an MME said of a subscriber. TS 29.272, 7.3.114 and 7.3.115.
struct Whereabouts {
  std::optional<std::uint32_t> state;  ///< User-State
  ByteVector ecgi;                     ///< E-UTRAN-Cell-Global-Identity, may be empty
  ByteVector tai;                      ///< Tracking-Area-Identity, may be empty
  std::optional<std::uint32_t> age_minutes;
};
/// Administered answers Administer. The view is of the record as it is now; null when there is none.
struct Administered {
  AdminToken token;
  AdminOutcome outcome{};
  std::string why;  ///< for people, without secrets; empty when done
  std::unique_ptr<context::SubscriberView> view;
  std::unique_ptr<Whereabouts> whereabouts{};  ///< LocateSubscriber
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
                            SaveSubscriber, ReserveSequence, EraseSubscriber, Administered, Record, Count,
                            Took, Log, Step, Outcome>;

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
    list_.push_back(SaveSubscriber{token, std::make_unique<context::SubscriberRecord>(std::move(record))});
  }
  void reserve(ReserveSequence r) { list_.push_back(std::move(r)); }
  void erase(EraseSubscriber e) { list_.push_back(std::move(e)); }
  void administered(Administered a) { list_.push_back(std::move(a)); }
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
