// walk.h: subscribers walked through procedures, whatever carries the nodes.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "node/key_agreement.h"
#include "node/node.h"
#include "runtime/topology.h"

namespace baton::node::ue {
class Ue;
}

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
  std::string name;  ///< one of walk_procedures()
  std::string subscriber;
  std::string profile = "final";
  bool outcome_ok = false;
  std::string cause;  ///< why not, in words
  std::vector<node::Step> steps;
  std::vector<KeyView> keys;
  double ms = 0;  ///< from the command to the UE's outcome

  // Of a procedure that moves the UE: eNBs and MMEs by name.
  std::string from_enb, to_enb;
  std::string from_mme, to_mme;

  /// keys_ok: every kind agrees at both ends and no two nodes of a role share a key; after a detach nobody
  /// holds any; after a move the MME that was left holds none and the new one holds K_ASME.
  bool keys_ok() const;
  bool ok() const { return outcome_ok && keys_ok(); }
};

/// How a procedure is run over many subscribers.
struct Pace {
  Duration timeout = 15s;    ///< for the UE's outcome, from its command on
  Duration settle = 3s;      ///< for the other ends to come to rest after it
  std::size_t at_once = 64;  ///< subscribers under way at a time
};

/// How often a walk wants to look whether procedures have come to rest.
inline constexpr Duration walk_looks_every = 2ms;

/// The procedures a walk knows, in the order in which the demo runs them.
const std::vector<std::string>& walk_procedures();

/// Stands says whether a UE can be given a command, and from where.
enum class Stands : Byte {
  under_way,  ///< a procedure runs, or a connection is coming up or going down
  idle,
  connected,  ///< under keys
};
/// stands tells it of a UE.
Stands stands(const node::ue::Ue& ue);

/// Ground is what a walk needs of the network it walks on. UEs are numbered from 0.
class Ground {
 public:
  virtual ~Ground() = default;
  virtual Instant now() const = 0;
  virtual void command(std::size_t ue, node::Command command) = 0;
  /// release lets the eNBs ask for the release of a UE, as when it has been silent.
  virtual void release(std::size_t ue) = 0;
  virtual Stands stands(std::size_t ue) const = 0;
  /// The number of the cell the UE is in.
  virtual std::size_t cell(std::size_t ue) const = 0;
};

/// Who walks and where: names as they stand in ledger, steps and outcomes.
struct Walkers {
  struct Ue {
    std::string name;
    std::string imsi;
  };
  struct Cell {
    std::string enb;
    std::string mme;  ///< of that eNB; empty where the topology does not know it
  };
  std::vector<Ue> ues;
  std::vector<Cell> cells;  ///< in the order of the UEs' lists
  std::map<std::string, node::Role> roles;
  /// false: there is no ledger, and results say nothing of keys.
  bool ledger = true;

  /// cells_of lists the cells of a topology's UEs with the MMEs behind them.
  static std::vector<Cell> cells_of(const Topology& topology);
};

/// Walk walks subscribers through procedures. A UE that has to be idle first is released, one that has to be
/// connected asks for service, and none gets its command before what it was doing has ended. Whoever carries
/// the nodes tells it what they say and lets it look from time to time.
class Walk {
 public:
  Walk(Ground& ground, Walkers walkers);
  ~Walk();

  // What nodes say.
  void on_ledger(const LedgerEntry& entry);
  void on_step(Instant at, const node::Step& step);
  /// An outcome as a UE reports it.
  void on_outcome(Instant at, const node::Outcome& outcome);
  std::optional<std::size_t> ue_of_name(std::string_view node) const;

  /// begin sets out with a procedure and these subscribers (0: the first), one result each in the same order.
  /// An unknown name gives results that say so. `on_result` hears of each as it ends.
  void begin(std::string_view procedure, std::vector<std::size_t> subscribers, const Pace& pace,
             std::function<void(const ProcedureResult&)> on_result = {});
  /// look moves on what has come to rest or is out of time; true when all have ended.
  bool look();
  /// The longest a walk can take.
  Duration at_most() const;
  /// take hands over the results; what had not ended yet says so.
  std::vector<ProcedureResult> take();

  /// keys of a subscriber as they stand now.
  std::vector<KeyView> keys(const std::string& imsi) const;

 private:
  struct Run;

  void admit();
  void start(Run& run);
  void prepare(Run& run);
  void order(Run& run);
  bool at_rest(const Run& run) const;
  void end(Run& run, std::string cause = {});
  void move_on(Run& run);
  std::optional<std::size_t> target_of(const Run& run) const;
  Run* run_of(std::string_view imsi);

  Ground& ground_;
  Walkers walkers_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::string, std::size_t, std::less<>> by_imsi_;
  node::KeyAgreement agreement_;
  std::map<std::string, std::map<KeyKind, KeyId>> last_key_;

  // The procedure under way.
  std::string procedure_;
  Pace pace_;
  std::function<void(const ProcedureResult&)> on_result_;
  std::vector<std::size_t> subscribers_;
  std::vector<ProcedureResult> results_;
  std::size_t next_ = 0;
  std::size_t ended_ = 0;
  std::map<std::size_t, std::unique_ptr<Run>> runs_;  ///< by UE
};

}  // namespace baton::runtime
