// virtual_network.h: a topology's network in the lab, on invented time, walked through procedures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "context/subscriber.h"
#include "crypto/sha256.h"
#include "lab/network.h"
#include "lab/seeded_entropy.h"
#include "runtime/ledger_sink.h"
#include "runtime/topology.h"
#include "runtime/walk.h"
#include "store/memory_store.h"

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

namespace baton::app {

/// VirtualNetwork is what runtime::EmbeddedNetwork is, without sockets and without a clock: the same nodes
/// from the same topology, and a seed that decides everything random. The same seed gives the same ledger.
/// Stores are in memory, whatever the topology says.
class VirtualNetwork {
 public:
  struct Setup {
    std::uint64_t seed = 1;
    std::string ledger_file;                                         ///< empty: none
    std::function<void(const runtime::ProcedureResult&)> on_result;  ///< as each one ends
  };

  /// build places the nodes. The error is in words.
  static Expected<std::unique_ptr<VirtualNetwork>, std::string> build(
      runtime::Topology topology, std::vector<context::SubscriberRecord> subscribers, Setup setup);
  ~VirtualNetwork();

  /// start wakes the nodes and waits until every eNB has set up S1 and every MME has reached its HSS.
  Expected<Ok, std::string> start(Duration at_most = 10s);
  /// run walks the subscribers of these numbers through a procedure (runtime/walk.h), one result each.
  std::vector<runtime::ProcedureResult> run(std::string_view procedure,
                                            const std::vector<std::size_t>& subscribers,
                                            const runtime::Pace& pace = {});

  std::size_t subscribers() const { return ues_.size(); }
  Instant now() const { return net_.now(); }
  /// ledger_hash is SHA-256, in hexadecimal, of the ledger so far, line by line as it is written to a file.
  std::string ledger_hash() const;
  /// flush writes the ledger's file out; false when it could not be written.
  bool flush() { return ledger_.flush(); }

 private:
  class Beat;
  class Lab;
  struct UeSeat {
    std::string name;
    const node::ue::Ue* node;
    std::uint32_t address;
    Imsi imsi;
  };

  VirtualNetwork(runtime::Topology topology, Setup setup);
  Expected<Ok, std::string> add_nodes(std::vector<context::SubscriberRecord> subscribers);
  Entropy& entropy_for(const std::string& name);
  /// step handles one event and passes on what nodes said in it.
  void step();

  runtime::Topology topology_;
  Setup setup_;
  runtime::LedgerSink ledger_;
  crypto::Sha256 hash_;
  std::vector<std::unique_ptr<lab::SeededEntropy>> entropies_;
  std::vector<std::unique_ptr<store::MemoryStore>> stores_;
  lab::Network net_;
  std::vector<node::hss::Hss*> hsses_;
  std::vector<node::enb::Enb*> enbs_;
  std::vector<UeSeat> ues_;
  std::unique_ptr<runtime::Ground> ground_;
  std::unique_ptr<runtime::Walk> walk_;

  // How much of what the lab keeps has been passed on.
  std::size_t ledger_seen_ = 0;
  std::size_t steps_seen_ = 0;
  std::size_t outcomes_seen_ = 0;
};

}  // namespace baton::app
