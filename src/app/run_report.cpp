#include "app/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace baton::app {

bool RunReport::ok() const {
  return !procedures.empty() &&
         std::all_of(procedures.begin(), procedures.end(), [](const ProcedureReport& p) { return p.ok; });
}

KeyLine key_line(const node::KeyState& state, std::string_view last) {
  return {std::string(to_string(state.kind)), state.current ? state.current->to_string() : std::string(last),
          state.holders, state.agree, state.stale_at};
}

void settle(ProcedureReport& p, bool outcome_ok, std::string cause) {
  const bool agree = std::all_of(p.keys.begin(), p.keys.end(), [](const KeyLine& k) { return k.agree; });
  p.ok = outcome_ok && agree && !p.keys.empty();
  p.cause = std::move(cause);
  if (!p.cause.empty() || p.ok) return;
  if (!agree)
    p.cause = "keys differ";
  else if (p.keys.empty())
    p.cause = "the ledger knows no key of this subscriber";
  else
    p.cause = "failed";
}

namespace {

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What of the keys is not as it should be although both ends agree.
std::string misplaced(const runtime::ProcedureResult& result) {
  for (const runtime::KeyView& key : result.keys) {
    const std::string kind(to_string(key.state.kind));
    if (key.state.shared) return "two nodes of one kind hold the same " + kind;
    if (result.from_mme != result.to_mme &&
        (among(key.state.holders, result.from_mme) || among(key.state.stale_at, result.from_mme)))
      return result.from_mme + " still holds " + kind;
  }
  return result.name == "detach" ? "a key outlived the detach"
                                 : result.to_mme + " does not hold " + std::string(to_string(KeyKind::kasme));
}

}  // namespace

ProcedureReport report_of(const runtime::ProcedureResult& result) {
  ProcedureReport out;
  out.name = result.name;
  out.subscriber = result.subscriber;
  out.profile = result.profile;
  out.ms = result.ms;
  out.from_enb = result.from_enb;
  out.to_enb = result.to_enb;
  out.from_mme = result.from_mme;
  out.to_mme = result.to_mme;
  for (const node::Step& s : result.steps)
    out.steps.push_back({std::string(s.id), s.text, s.from, s.to, std::string(s.protocol)});
  for (const runtime::KeyView& key : result.keys) out.keys.push_back(key_line(key.state, key.last_id));
  settle(out, result.outcome_ok, result.cause);
  if (out.ok && !result.keys_ok()) {
    out.ok = false;
    out.cause = misplaced(result);
  }
  return out;
}

std::string to_json(const RunReport& report) {
  auto procedures = nlohmann::json::array();
  for (const ProcedureReport& p : report.procedures) {
    auto steps = nlohmann::json::array();
    for (const StepLine& s : p.steps)
      steps.push_back(
          {{"id", s.id}, {"text", s.text}, {"from", s.from}, {"to", s.to}, {"protocol", s.protocol}});
    auto keys = nlohmann::json::array();
    for (const KeyLine& k : p.keys)
      keys.push_back({{"kind", k.kind},
                      {"key_id", k.key_id},
                      {"holders", k.holders},
                      {"agree", k.agree},
                      {"stale_at", k.stale_at}});
    nlohmann::json one{{"name", p.name},
                       {"subscriber", p.subscriber},
                       {"profile", p.profile},
                       {"ok", p.ok},
                       {"steps", steps},
                       {"keys", keys},
                       {"ms", p.ms}};
    if (!p.ok) one["cause"] = p.cause;
    if (!p.to_enb.empty()) {
      one["from"] = {{"enb", p.from_enb}, {"mme", p.from_mme}};
      one["to"] = {{"enb", p.to_enb}, {"mme", p.to_mme}};
    }
    procedures.push_back(std::move(one));
  }
  nlohmann::json document{{"ok", report.ok()},
                          {"profile", report.profile},
                          {"not_built", report.not_built},
                          {"procedures", std::move(procedures)}};
  if (report.virtual_run)
    document["virtual"] = {{"seed", report.virtual_run->seed},
                           {"ledger_hash", report.virtual_run->ledger_hash}};
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& n : names) out += (out.empty() ? "" : " ") + printable(n);
  return out.empty() ? "-" : out;
}

}  // namespace

namespace {

bool keys_agree(const ProcedureReport& p) {
  return std::all_of(p.keys.begin(), p.keys.end(), [](const KeyLine& k) { return k.agree; });
}

/// Who holds the root of the NAS and AS keys; the subscriber itself is "UE".
std::string kasme_holders(const ProcedureReport& p) {
  std::string out;
  for (const KeyLine& k : p.keys) {
    if (k.kind != to_string(KeyKind::kasme)) continue;
    for (const std::string& h : k.holders)
      out += (out.empty() ? "" : " ") + (h == "ue-" + p.subscriber ? "UE" : printable(h));
  }
  return out.empty() ? "-" : out;
}

/// One line a procedure of one subscriber; of many subscribers only those that failed.
void print_rows(const RunReport& report, Terminal& terminal) {
  const bool all = report.procedures.size() <= table_rows_max;
  Table table({"procedure", "subscriber", "way", "steps", "keys held", "agree", "K_ASME at", "ms", "result"});
  for (const std::size_t column : {3U, 4U, 7U}) table.right(column);
  std::size_t rows = 0;
  for (const ProcedureReport& p : report.procedures) {
    if ((!all && p.ok) || ++rows > table_rows_max) continue;
    const auto held =
        std::count_if(p.keys.begin(), p.keys.end(), [](const KeyLine& k) { return !k.holders.empty(); });
    const bool agree = keys_agree(p);
    table.add({p.name,
               printable(p.subscriber),
               p.to_enb.empty() ? "" : printable(p.from_enb + "-" + p.to_enb),
               std::to_string(p.steps.size()),
               std::to_string(held),
               {agree ? "yes" : "no", agree ? Paint::plain : Paint::bad},
               kasme_holders(p),
               fmt::format("{:.1f}", p.ms),
               {p.ok ? "ok" : printable(p.cause), p.ok ? Paint::good : Paint::bad}});
  }
  if (table.empty()) return;
  table.print(terminal);
  terminal.line("");
}

void print_disagreements(const RunReport& report, Terminal& terminal) {
  std::size_t lines = 0;
  for (const ProcedureReport& p : report.procedures)
    for (const KeyLine& k : p.keys)
      if (!k.agree && ++lines <= table_rows_max)
        terminal.line(terminal.paint(p.name + " " + printable(p.subscriber) + ": " + k.kind + " " + k.key_id +
                                         " at " + joined(k.holders) + ", another one at " +
                                         joined(k.stale_at),
                                     Paint::bad));
}

/// What is behind although both ends agree: the HSS under refresh-temporary. (S0.6)
void print_stale(const RunReport& report, Terminal& terminal) {
  std::size_t lines = 0;
  for (const ProcedureReport& p : report.procedures)
    for (const KeyLine& k : p.keys)
      if (k.agree && !k.stale_at.empty() && ++lines <= table_rows_max)
        terminal.line(p.name + " " + printable(p.subscriber) + ": " + k.kind + " " + k.key_id + " at " +
                      joined(k.holders) + ", an older one at " + joined(k.stale_at));
  if (lines > 0) terminal.line("");
}

void print_summary(const RunReport& report, Terminal& terminal) {
  std::vector<std::string> names;
  for (const ProcedureReport& p : report.procedures)
    if (std::find(names.begin(), names.end(), p.name) == names.end()) names.push_back(p.name);
  Table table({"procedure", "subscribers", "ok", "ms median", "ms 99 %", "a second"});
  for (const std::size_t column : {1U, 2U, 3U, 4U, 5U}) table.right(column);
  for (const std::string& name : names) {
    std::vector<double> ms;
    std::size_t good = 0;
    for (const ProcedureReport& p : report.procedures) {
      if (p.name != name) continue;
      ms.push_back(p.ms);
      if (p.ok) ++good;
    }
    std::sort(ms.begin(), ms.end());
    const auto wall = report.wall_s.find(name);
    const std::string rate = wall == report.wall_s.end() || wall->second <= 0
                                 ? "-"
                                 : fmt::format("{:.0f}", static_cast<double>(ms.size()) / wall->second);
    table.add({name,
               std::to_string(ms.size()),
               {std::to_string(good), good == ms.size() ? Paint::good : Paint::bad},
               fmt::format("{:.1f}", ms[ms.size() / 2]),
               fmt::format("{:.1f}", ms[(ms.size() - 1) * 99 / 100]),
               rate});
  }
  table.print(terminal);
}

}  // namespace

void print_table(const RunReport& report, Terminal& terminal) {
  print_rows(report, terminal);
  print_disagreements(report, terminal);
  print_stale(report, terminal);
  print_summary(report, terminal);
  if (!report.not_built.empty()) {
    std::string fields;
    for (const std::string& field : report.not_built) fields += (fields.empty() ? "" : ", ") + field;
    terminal.line("");
    terminal.line("policy " + report.profile + "; not built yet, as final has it: " + fields);
  }
  if (!report.virtual_run) return;
  terminal.line("");
  terminal.line("seed " + std::to_string(report.virtual_run->seed) + ", ledger " +
                report.virtual_run->ledger_hash);
}

void print_steps(const ProcedureReport& p, Terminal& terminal) {
  terminal.line(terminal.paint(p.name + " " + printable(p.subscriber), Paint::strong) +
                fmt::format("  {:.1f} ms  ", p.ms) +
                terminal.paint(p.ok ? "ok" : printable(p.cause), p.ok ? Paint::good : Paint::bad));
  Table steps({"step", "from", "to", "protocol", "what"});
  for (const StepLine& s : p.steps)
    steps.add({s.id, printable(s.from), printable(s.to), s.protocol, printable(s.text)});
  steps.print(terminal);
  if (p.keys.empty()) return;
  terminal.line("");
  Table keys({"key", "key id", "held by", "agree"});
  for (const KeyLine& k : p.keys)
    keys.add(
        {k.kind, k.key_id, joined(k.holders), {k.agree ? "yes" : "no", k.agree ? Paint::plain : Paint::bad}});
  keys.print(terminal);
}

}  // namespace baton::app
