// network.h: a whole network in one process, on real sockets, walked through procedures.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/expected.h"
#include "context/subscriber.h"
#include "node/key_agreement.h"
#include "node/node.h"
#include "runtime/host.h"
#include "runtime/ledger_sink.h"
#include "runtime/metrics.h"
#include "runtime/topology.h"
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

/// KeyView is one kind of key as a procedure left it. `last_id` names the newest key of the kind even when
/// nobody holds it any more.
struct KeyView {
  node::KeyState state;
  std::string last_id;
};

/// ProcedureResult is one procedure of one subscriber: what the UE said of its end, and what the ledger says
/// of the keys once both ends had come to rest.
struct ProcedureResult {
  std::string name;  ///< "attach", "service-request", "tau", "detach"
  std::string subscriber;
  std::string profile = "final";
  bool outcome_ok = false;
  std::string cause;  ///< why not, in words
  std::vector<node::Step> steps;
  std::vector<KeyView> keys;
  double ms = 0;  ///< from the command to the UE's outcome

  /// keys_ok: every kind agrees at both ends; after a detach nobody holds any.
  bool keys_ok() const;
  bool ok() const { return outcome_ok && keys_ok(); }
};

/// How a procedure is run over many subscribers.
struct Pace {
  Duration timeout = 15s;    ///< for the UE's outcome, from its command on
  Duration settle = 3s;      ///< for the other ends to come to rest after it
  std::size_t at_once = 64;  ///< subscribers under way at a time
};

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

  /// run walks the subscribers of these numbers (0: the first in the file) through a procedure, one result
  /// each in the same order. A UE that is to come back from idle is released first. An unknown name gives
  /// results that say so.
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
  std::vector<KeyView> keys(const std::string& imsi) const;
  std::uint64_t events_handled() const;

 private:
  struct UeSeat {
    std::unique_ptr<Host> host;
    node::ue::Ue* node = nullptr;
    std::string imsi;
    std::uint32_t address = 0;  ///< by which an eNB's release command names it
  };
  struct Run;

  EmbeddedNetwork(transport::Loop& loop, Topology topology, Setup setup);
  Expected<Ok, std::string> add_nodes(std::vector<context::SubscriberRecord> subscribers);
  bool ready() const;
  std::string unready() const;
  void begin(Run& run);
  void order(Run& run);
  bool at_rest(const Run& run) const;
  void finish(Run& run);
  void advance();

  transport::Loop& loop_;
  Topology topology_;
  Setup setup_;
  Services services_;
  Metrics metrics_;
  LedgerSink ledger_;
  std::unique_ptr<Entropy> entropy_;
  std::vector<std::unique_ptr<store::Store>> stores_;
  std::vector<std::unique_ptr<Host>> hosts_;  ///< all but the UEs
  std::vector<node::enb::Enb*> enbs_;
  std::vector<node::hss::Hss*> hsses_;
  std::vector<Host*> enb_hosts_;
  std::vector<UeSeat> ues_;
  std::map<std::string, std::size_t, std::less<>> ue_by_name_;
  std::map<std::string, std::size_t, std::less<>> ue_by_imsi_;

  std::unique_ptr<node::KeyAgreement> agreement_;
  std::map<std::string, std::map<KeyKind, KeyId>> last_key_;

  // The procedure under way.
  std::map<std::size_t, std::unique_ptr<Run>> runs_;  ///< by UE
  std::size_t ended_ = 0;
};

}  // namespace baton::runtime
