// run_report.h: what a run of the network did, for a person and for a program.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/terminal.h"
#include "node/key_agreement.h"
#include "runtime/walk.h"

namespace baton::app {

/// StepLine is one numbered step as it is printed.
struct StepLine {
  std::string id, text, from, to, protocol;
};

/// KeyLine is one kind of key at the end of a procedure.
struct KeyLine {
  std::string kind;
  std::string key_id;  ///< of the key in use, or the last one when nobody holds any
  std::vector<std::string> holders;
  bool agree = false;
  std::vector<std::string> stale_at;
};

/// ProcedureReport is one procedure of one subscriber.
struct ProcedureReport {
  std::string name;  ///< one of runtime::walk_procedures()
  std::string subscriber;
  std::string profile;  ///< key policy, design.md rule 5
  bool ok = false;      ///< it ended well and every key agrees
  std::vector<StepLine> steps;
  std::vector<KeyLine> keys;
  double ms = 0;
  std::string cause;  ///< why not, in words
  /// Of a procedure that moves the UE; empty otherwise.
  std::string from_enb, to_enb, from_mme, to_mme;
};

/// VirtualRun is what a run in the lab has to say of itself.
struct VirtualRun {
  std::uint64_t seed = 0;
  std::string ledger_hash;  ///< SHA-256 of the whole ledger, in hexadecimal
};

/// RunReport is a whole run.
struct RunReport {
  std::vector<ProcedureReport> procedures;
  std::string profile = "final";
  /// Fields of the policy whose procedures do not exist yet; they are as `final` has them.
  std::vector<std::string> not_built;
  /// How long all subscribers together took for the procedures of each name, in seconds.
  std::map<std::string, double> wall_s;
  std::optional<VirtualRun> virtual_run;
  /// ok: something was done and all of it held.
  bool ok() const;
};

/// key_line turns a state into what is printed; `last` is the id shown when nobody holds a key any more.
KeyLine key_line(const node::KeyState& state, std::string_view last);
/// settle decides `ok` of a procedure: it ended well, the ledger knows keys, and all of them agree.
void settle(ProcedureReport& procedure, bool outcome_ok, std::string cause);
/// report_of is a procedure of a walk as it is reported.
ProcedureReport report_of(const runtime::ProcedureResult& result);

/// to_json is the document of `run --json`.
std::string to_json(const RunReport& report);
/// More lines than this nobody reads: then only what did not hold is printed, and the summary.
inline constexpr std::size_t table_rows_max = 60;
/// print_table is the same for a person: a line a procedure, what did not hold, and a summary.
void print_table(const RunReport& report, Terminal& terminal);
/// print_steps writes one procedure as its numbered steps.
void print_steps(const ProcedureReport& procedure, Terminal& terminal);

}  // namespace baton::app
