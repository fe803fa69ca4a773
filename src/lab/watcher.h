// watcher.h: who looks on while the lab runs.
#pragma once

#include "ids/endpoint.h"
#include "lab/faults.h"
#include "node/node.h"

namespace baton::lab {

/// Sent is one message as it leaves a node, whole, keys included: the lab's subscribers are test subscribers.
struct Sent {
  Instant at;
  SeatNumber from = nobody;
  SeatNumber to = nobody;  ///< `nobody` when no node has that address
  peer::Port port{};
  std::uint16_t stream = 0;
  const Endpoint& source;
  const Endpoint& destination;
  Bytes octets;
  Subject subject = nobody;
  bool arrives = true;  ///< false: lost on the way
};

/// Watcher is told of everything in the order in which it happens. What it is told of lives only for the
/// call.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_sent(const Sent&) {}
  virtual void on_ledger(const LedgerEntry&, SeatNumber /*at*/, Subject) {}
  virtual void on_step(const node::Step&, Subject) {}
  virtual void on_outcome(const node::Outcome&, SeatNumber /*at*/, Instant) {}
  virtual void on_log(SeatNumber /*at*/, peer::LogLevel, const std::string&) {}
  virtual void on_fault(const FaultEntry&) {}
  /// A link between two nodes ended: broken, closed, or one of them is gone.
  virtual void on_link_end(SeatNumber, SeatNumber, peer::Port, Instant) {}
  virtual void on_crash(SeatNumber, Instant) {}
  /// Everything that one event led to at one node has been told.
  virtual void on_event_end(Instant) {}
};

}  // namespace baton::lab
