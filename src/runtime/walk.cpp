#include "runtime/walk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/ue/ue.h"

namespace baton::runtime {
namespace {

/// How long nothing must have been said of a subscriber for its procedure to have come to rest.
constexpr Duration quiet = 20ms;
/// When a UE that has not become idle or connected, and does nothing about it, is asked for it once more.
constexpr Duration ask_again = 1s;

/// What a UE has to be when it gets its command.
enum class Needs : Byte { nothing, idle, connection };
/// Where the procedure takes it.
enum class Goes : Byte { nowhere, same_mme, other_mme };

struct Procedure {
  std::string_view name;
  node::Verb verb;
  Needs needs;
  Goes goes;
  std::string_view outcome;  ///< as the UE calls it
};
// A UE that is handed over says so itself; one that camps elsewhere says how its update ended.
constexpr std::array procedures{
    Procedure{"attach", node::Verb::attach, Needs::nothing, Goes::nowhere, "attach"},
    Procedure{"service-request", node::Verb::service_request, Needs::idle, Goes::nowhere, "service-request"},
    Procedure{"tau", node::Verb::tau, Needs::idle, Goes::nowhere, "tau"},
    Procedure{"s1-handover", node::Verb::handover, Needs::connection, Goes::same_mme, "handover"},
    Procedure{"inter-mme-handover", node::Verb::handover, Needs::connection, Goes::other_mme, "handover"},
    Procedure{"inter-mme-tau", node::Verb::move, Needs::idle, Goes::other_mme, "tau"},
    Procedure{"detach", node::Verb::detach, Needs::nothing, Goes::nowhere, "detach"},
};

const Procedure* find(std::string_view name) {
  for (const Procedure& p : procedures)
    if (p.name == name) return &p;
  return nullptr;
}

// What the card and the AuC hold for good is no key of a registration.
bool permanent(KeyKind kind) { return kind == KeyKind::k || kind == KeyKind::opc; }

/// needed says where a UE has to stand for a procedure that needs something.
Stands needed(Needs needs) { return needs == Needs::idle ? Stands::idle : Stands::connected; }

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Stands stands(const node::ue::Ue& ue) {
  if (!ue.at_rest()) return Stands::under_way;
  return ue.connected() ? Stands::connected : Stands::idle;
}

const std::vector<std::string>& walk_procedures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Procedure& p : procedures) out.emplace_back(p.name);
    return out;
  }();
  return names;
}

bool ProcedureResult::keys_ok() const {
  const bool left = !from_mme.empty() && from_mme != to_mme;
  bool arrived = !left;
  for (const KeyView& k : keys) {
    if (!k.state.agree || k.state.shared) return false;
    if (name == "detach" && !k.state.holders.empty()) return false;
    if (left && (contains(k.state.holders, from_mme) || contains(k.state.stale_at, from_mme))) return false;
    const bool root = k.state.kind == KeyKind::kasme || k.state.kind == KeyKind::kho;
    arrived = arrived || (root && contains(k.state.holders, to_mme));
  }
  return arrived || keys.empty();
}

std::vector<Walkers::Cell> Walkers::cells_of(const Topology& topology) {
  std::vector<Cell> out;
  if (!topology.ue) return out;
  for (const RadioCellSettings& cell : topology.ue->cells) {
    out.push_back({cell.name, ""});
    for (const EnbSettings& enb : topology.enb)
      if (enb.name == cell.name) out.back().mme = enb.mme.name;
  }
  return out;
}

// Run is one procedure of one UE under way.
struct Walk::Run {
  enum class Phase : Byte {
    preparing,  ///< the UE is to become idle or connected first
    under_way,  ///< the UE has its command
    updating,   ///< it is where it was to go, and tells its new MME
    settling,   ///< the UE has said how it ended; the other ends come to rest
    ended,
  };
  std::size_t ue = 0;
  std::size_t place = 0;  ///< in the results
  const Procedure* procedure = nullptr;
  std::optional<std::size_t> target;  ///< cell
  Phase phase = Phase::preparing;
  Instant began;                 ///< of the phase
  Instant last_word;             ///< of anybody about this subscriber
  std::optional<Instant> asked;  ///< to become idle or connected
  Instant commanded;
  ProcedureResult result;

  bool wants(const node::Step& step) const {
    if (phase == Phase::preparing) return false;
    if (step.procedure == result.name) return true;
    // A move has a handover's steps or an update's, and an update follows a handover.
    return procedure->goes != Goes::nowhere &&
           (step.procedure == "handover" || step.procedure == "tau" || step.procedure == "inter-mme-tau");
  }
};

Walk::Walk(Ground& ground, Walkers walkers)
    : ground_(ground), walkers_(std::move(walkers)), agreement_(walkers_.roles) {
  for (std::size_t i = 0; i < walkers_.ues.size(); ++i) {
    by_name_[walkers_.ues[i].name] = i;
    by_imsi_[walkers_.ues[i].imsi] = i;
  }
}

Walk::~Walk() = default;

void Walk::on_ledger(const LedgerEntry& e) {
  agreement_.add(e);
  const bool begins =
      e.event == KeyEvent::derived || e.event == KeyEvent::received || e.event == KeyEvent::stored;
  if (begins && !e.subscriber.empty()) last_key_[e.subscriber][e.kind] = e.key;
}

std::optional<std::size_t> Walk::ue_of_name(std::string_view node) const {
  const auto found = by_name_.find(node);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

Walk::Run* Walk::run_of(std::string_view imsi) {
  const auto ue = by_imsi_.find(imsi);
  const auto run = ue == by_imsi_.end() ? runs_.end() : runs_.find(ue->second);
  return run == runs_.end() ? nullptr : run->second.get();
}

void Walk::on_step(Instant at, const node::Step& step) {
  Run* const run = run_of(step.subscriber);
  if (run == nullptr) return;
  run->last_word = at;
  if (run->wants(step)) run->result.steps.push_back(step);
}

void Walk::on_outcome(Instant at, const node::Outcome& outcome) {
  Run* const run = run_of(outcome.subscriber);
  if (run == nullptr) return;
  run->last_word = at;
  const bool moves_by_handover = run->procedure->verb == node::Verb::handover;
  if (run->phase == Run::Phase::under_way && outcome.procedure == run->procedure->outcome) {
    run->result.outcome_ok = outcome.ok;
    run->result.cause = outcome.cause;
    run->result.ms = static_cast<double>((at - run->commanded).count()) / 1000.0;
    run->began = at;
    run->phase = outcome.ok && moves_by_handover && run->procedure->goes == Goes::other_mme
                     ? Run::Phase::updating
                     : Run::Phase::settling;
    return;
  }
  if (!moves_by_handover || outcome.procedure != "tau") return;
  if (run->phase != Run::Phase::updating && run->phase != Run::Phase::settling) return;
  if (!outcome.ok) {
    run->result.outcome_ok = false;
    run->result.cause = "the tracking area update after it: " + outcome.cause;
  }
  if (run->phase == Run::Phase::updating) run->began = at;
  run->phase = Run::Phase::settling;
}

void Walk::begin(std::string_view procedure, std::vector<std::size_t> subscribers, const Pace& pace,
                 std::function<void(const ProcedureResult&)> on_result) {
  procedure_ = std::string(procedure);
  pace_ = pace;
  on_result_ = std::move(on_result);
  subscribers_ = std::move(subscribers);
  results_.assign(subscribers_.size(), {});
  runs_.clear();
  next_ = ended_ = 0;
  admit();
}

Duration Walk::at_most() const {
  // Every run ends by its own deadlines; this one only bounds their sum.
  const auto rounds = subscribers_.size() / std::max<std::size_t>(pace_.at_once, 1) + 1;
  return static_cast<Duration::rep>(rounds) * (3 * pace_.timeout + pace_.settle + 1s);
}

std::vector<ProcedureResult> Walk::take() {
  for (auto& [ue, run] : runs_) {
    if (run->result.cause.empty()) run->result.cause = "it did not end";
    results_[run->place] = std::move(run->result);
  }
  runs_.clear();
  return std::exchange(results_, {});
}

void Walk::admit() {
  const Procedure* const procedure = find(procedure_);
  while (next_ < subscribers_.size() && runs_.size() < pace_.at_once) {
    const std::size_t place = next_++;
    const std::size_t ue = subscribers_[place];
    const bool known = ue < walkers_.ues.size();
    ProcedureResult& result = results_[place];
    result.name = procedure_;
    result.subscriber = known ? walkers_.ues[ue].imsi : "";
    if (procedure == nullptr || !known || runs_.contains(ue)) {
      result.cause = procedure == nullptr ? "there is no such procedure"
                     : !known             ? "there is no such subscriber"
                                          : "given twice";
      ++ended_;
      continue;
    }
    auto run = std::make_unique<Run>();
    run->ue = ue;
    run->place = place;
    run->procedure = procedure;
    run->result = result;
    Run& admitted = *run;
    runs_[ue] = std::move(run);
    start(admitted);
  }
}

// The next cell in the list of UEs, from the UE's own on, that is where the procedure goes to.
std::optional<std::size_t> Walk::target_of(const Run& run) const {
  const std::size_t count = walkers_.cells.size();
  const std::size_t here = ground_.cell(run.ue);
  if (here >= count || walkers_.cells[here].mme.empty()) return std::nullopt;
  for (std::size_t i = 1; i < count; ++i) {
    const std::size_t there = (here + i) % count;
    const Walkers::Cell& cell = walkers_.cells[there];
    if (cell.mme.empty() || cell.enb == walkers_.cells[here].enb) continue;
    if ((cell.mme == walkers_.cells[here].mme) == (run.procedure->goes == Goes::same_mme)) return there;
  }
  return std::nullopt;
}

void Walk::start(Run& run) {
  run.began = run.last_word = ground_.now();
  if (run.procedure->goes != Goes::nowhere) {
    run.target = target_of(run);
    if (!run.target)
      return end(run, run.procedure->goes == Goes::same_mme ? "there is no other eNB at this MME"
                                                            : "there is no eNB at another MME");
    const Walkers::Cell& here = walkers_.cells[ground_.cell(run.ue)];
    const Walkers::Cell& there = walkers_.cells[*run.target];
    run.result.from_enb = here.enb;
    run.result.from_mme = here.mme;
    run.result.to_enb = there.enb;
    run.result.to_mme = there.mme;
  }
  prepare(run);
}

// A command to a UE whose last procedure is not over would only be refused, and how long that takes nobody
// but the UE can say.
void Walk::prepare(Run& run) {
  const Needs needs = run.procedure->needs;
  if (needs == Needs::nothing) return order(run);
  const Instant now = ground_.now();
  const Stands stands = ground_.stands(run.ue);
  if (stands == Stands::under_way) return;
  if (stands == needed(needs)) {
    // Who has just got there is left in peace until the other ends have got there too.
    if (now == run.began || (now - run.last_word >= quiet && now - run.began >= quiet)) order(run);
    return;
  }
  if (run.asked && now - *run.asked < ask_again) return;
  run.asked = now;
  if (needs == Needs::idle) return ground_.release(run.ue);
  ground_.command(run.ue, {node::Verb::service_request, {}, 0});
}

void Walk::order(Run& run) {
  run.phase = Run::Phase::under_way;
  run.began = run.commanded = run.last_word = ground_.now();
  ground_.command(run.ue, {run.procedure->verb, {}, static_cast<std::uint32_t>(run.target.value_or(0))});
}

// Both ends have come to rest: the keys are as they should be, and nobody has said anything for a while. A
// wrong state stays wrong until `settle` has passed and is then reported as it is.
bool Walk::at_rest(const Run& run) const {
  if (ground_.now() - run.last_word < quiet) return false;
  if (!walkers_.ledger) return true;
  ProcedureResult now;
  now.name = run.result.name;
  now.from_mme = run.result.from_mme;
  now.to_mme = run.result.to_mme;
  now.keys = keys(run.result.subscriber);
  return now.keys_ok();
}

void Walk::end(Run& run, std::string cause) {
  if (run.phase == Run::Phase::ended) return;
  run.phase = Run::Phase::ended;
  if (!cause.empty()) {
    run.result.outcome_ok = false;
    run.result.cause = std::move(cause);
  }
  run.result.keys = keys(run.result.subscriber);
}

void Walk::move_on(Run& run) {
  const Instant now = ground_.now();
  const Duration since = now - run.began;
  switch (run.phase) {
    case Run::Phase::preparing:
      if (since < pace_.timeout) return prepare(run);
      end(run, run.procedure->needs == Needs::connection ? "the UE got no connection"
                                                         : "the UE was not released to idle");
      break;
    case Run::Phase::under_way:
      if (since < pace_.timeout) break;
      run.result.ms = static_cast<double>(since.count()) / 1000.0;
      end(run, "no outcome in time");
      break;
    case Run::Phase::updating:
      if (since >= pace_.timeout) end(run, "no tracking area update after it");
      break;
    case Run::Phase::settling:
      if (at_rest(run) || since >= pace_.settle) end(run);
      break;
    case Run::Phase::ended: break;
  }
}

bool Walk::look() {
  for (auto& [ue, run] : runs_) move_on(*run);
  for (auto at = runs_.begin(); at != runs_.end();) {
    Run& run = *at->second;
    if (run.phase != Run::Phase::ended) {
      ++at;
      continue;
    }
    ProcedureResult& result = results_[run.place] = std::move(run.result);
    ++ended_;
    if (on_result_) on_result_(result);
    at = runs_.erase(at);
  }
  admit();
  return ended_ == subscribers_.size();
}

std::vector<KeyView> Walk::keys(const std::string& imsi) const {
  std::vector<KeyView> out;
  const auto last = last_key_.find(imsi);
  for (node::KeyState& state : agreement_.states(imsi)) {
    if (permanent(state.kind)) continue;
    KeyView view{std::move(state), ""};
    if (view.state.current)
      view.last_id = view.state.current->to_string();
    else if (last != last_key_.end() && last->second.contains(view.state.kind))
      view.last_id = last->second.at(view.state.kind).to_string();
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace baton::runtime
