// network.h: a whole network in one process, on real sockets, walked through procedures.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/expected.h"
#include "context/subscriber.h"
#include "node/node.h"
#include "runtime/host.h"
#include "runtime/ledger_sink.h"
#include "runtime/metrics.h"
#include "runtime/topology.h"
#include "runtime/walk.h"
#include "store/store.h"

namespace baton::node {
namespace ue {
class Ue;
}
namespace enb {
class Enb;
}
namespace hss {
class Hss;
}
}  // namespace baton::node

namespace baton::runtime {

class HssMember;

/// unready says in words what a network still lacks before anybody can attach: an eNB without S1, an MME that
/// has not reached its HSS. Empty when nothing is missing. `hsses` are those of the topology, in its order.
std::string unready(const Topology& topology, const std::vector<node::enb::Enb*>& enbs,
                    const std::vector<node::hss::Hss*>& hsses);

/// EmbeddedNetwork holds every node of a topology and a UE for each subscriber, each at its own address, on
/// one loop.
class EmbeddedNetwork {
 public:
  struct Setup {
    Log* log = nullptr;
    Capture* capture = nullptr;
    std::string ledger_file;  ///< empty: none
    std::function<void(const node::Step&)> on_step;
    std::function<void(const ProcedureResult&)> on_result;  ///< as each one ends
    /// false leaves out the ledger and with it every statement about keys: for measuring.
    bool ledger = true;
  };

  /// build makes stores, nodes and sockets. The error, in words, names the node. `loop` and what `setup`
  /// points to outlive the network.
  static Expected<std::unique_ptr<EmbeddedNetwork>, std::string> build(
      transport::Loop& loop, Topology topology, std::vector<context::SubscriberRecord> subscribers,
      Setup setup);
  ~EmbeddedNetwork();

  /// start wakes the nodes and waits until every eNB has set up S1 and every MME has reached its HSS.
  Expected<Ok, std::string> start(Duration at_most = 10s);

  /// run walks the subscribers of these numbers (0: the first in the file) through a procedure (walk.h), one
  /// result each in the same order.
  std::vector<ProcedureResult> run(std::string_view procedure, const std::vector<std::size_t>& subscribers,
                                   const Pace& pace = {});
  /// run_all does it with all of them.
  std::vector<ProcedureResult> run_all(std::string_view procedure, const Pace& pace = {});

  /// command gives any node something to do; false when there is no node of that name.
  bool command(std::string_view node, node::Command command);

  std::size_t subscribers() const { return ues_.size(); }
  const Metrics& metrics() const { return metrics_; }
  LedgerSink& ledger() { return ledger_; }
  /// keys of a subscriber as they stand now.
  std::vector<KeyView> keys(const std::string& imsi) const { return walk_->keys(imsi); }
  std::uint64_t events_handled() const;

 private:
  struct UeSeat {
    std::unique_ptr<Host> host;
    node::ue::Ue* node = nullptr;
    std::uint32_t address = 0;  ///< by which an eNB's release command names it
  };
  class Sockets;

  EmbeddedNetwork(transport::Loop& loop, Topology topology, Setup setup);
  Expected<Ok, std::string> add_nodes(std::vector<context::SubscriberRecord> subscribers);

  transport::Loop& loop_;
  Topology topology_;
  Setup setup_;
  Services services_;
  Metrics metrics_;
  LedgerSink ledger_;
  std::unique_ptr<Entropy> entropy_;
  std::vector<std::unique_ptr<store::Store>> stores_;
  std::vector<std::unique_ptr<transport::TlsIdentity>> certificates_;  ///< before the hosts, which use them
  std::vector<std::unique_ptr<Host>> hosts_;                           ///< all but the UEs
  std::vector<std::unique_ptr<HssMember>> members_;
  std::vector<node::enb::Enb*> enbs_;
  std::vector<node::hss::Hss*> hsses_;
  std::vector<Host*> enb_hosts_;
  std::vector<UeSeat> ues_;
  std::unique_ptr<Ground> ground_;
  std::unique_ptr<Walk> walk_;
};

}  // namespace baton::runtime
