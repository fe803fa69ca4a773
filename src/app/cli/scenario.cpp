#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/run_report.h"
#include "app/scenarios.h"
#include "app/terminal.h"
#include "lab/cast.h"

namespace baton::app {
namespace {

struct Options {
  std::string name;
  std::uint64_t seed = 1;
  bool json = false;
};

/// Played is one act as it went.
struct Played {
  std::string text;
  bool ok = false;
  std::vector<StepLine> steps;
};

const Scenario* find(const std::string& name) {
  for (const Scenario& s : scenarios())
    if (s.name == name) return &s;
  return nullptr;
}

std::vector<Played> play(const Scenario& scenario, lab::Cast& cast) {
  std::vector<Played> out;
  for (const Act& act : scenario.acts) {
    const std::size_t before = cast.net.steps().size();
    Played played{std::string(act.text), act.play(cast), {}};
    const auto& steps = cast.net.steps();
    for (std::size_t i = before; i < steps.size(); ++i)
      played.steps.push_back({std::string(steps[i].id), steps[i].text, steps[i].from, steps[i].to,
                              std::string(steps[i].protocol)});
    const bool ok = played.ok;
    out.push_back(std::move(played));
    if (!ok) break;  // what follows rests on it
  }
  return out;
}

std::vector<KeyLine> keys(const lab::Cast& cast) {
  std::vector<KeyLine> out;
  for (const node::KeyState& state : cast.keys(0)) out.push_back(key_line(state, "-"));
  return out;
}

nlohmann::json to_json(const std::vector<Played>& acts, const std::vector<KeyLine>& held, bool ok) {
  auto list = nlohmann::json::array();
  for (const Played& act : acts) {
    auto steps = nlohmann::json::array();
    for (const StepLine& s : act.steps)
      steps.push_back(
          {{"id", s.id}, {"text", s.text}, {"from", s.from}, {"to", s.to}, {"protocol", s.protocol}});
    list.push_back({{"text", act.text}, {"ok", act.ok}, {"steps", std::move(steps)}});
  }
  auto key_list = nlohmann::json::array();
  for (const KeyLine& k : held)
    key_list.push_back({{"kind", k.kind}, {"key_id", k.key_id}, {"holders", k.holders}, {"agree", k.agree}});
  return {{"ok", ok}, {"acts", std::move(list)}, {"keys", std::move(key_list)}};
}

void print_acts(const std::vector<Played>& acts, Terminal& terminal, bool with_steps) {
  for (std::size_t i = 0; i < acts.size(); ++i) {
    const Played& act = acts[i];
    terminal.line(terminal.paint(act.ok ? "ok    " : "FAILED", act.ok ? Paint::good : Paint::bad) + " " +
                  terminal.paint(std::to_string(i + 1) + ". " + act.text, Paint::strong));
    if (!with_steps || act.steps.empty()) continue;
    Table table({"step", "from", "to", "protocol", "what"});
    for (const StepLine& s : act.steps) table.add({s.id, s.from, s.to, s.protocol, printable(s.text)});
    table.print(terminal);
    terminal.line("");
  }
}

int run(const Options& options, bool show) {
  const Scenario* scenario = find(options.name);
  if (scenario == nullptr)
    return complain("scenario: there is no " + printable(options.name) + "; see baton scenario list");
  lab::Cast cast(lab::script(scenario->ues, 2 * scenario->mmes, options.seed, scenario->mmes));
  const std::vector<Played> acts = play(*scenario, cast);
  const bool ok = acts.size() == scenario->acts.size() &&
                  std::all_of(acts.begin(), acts.end(), [](const Played& p) { return p.ok; });
  Terminal terminal = Terminal::standard();
  if (options.json) {
    terminal.line(to_json(acts, keys(cast), ok).dump(2));
    return ok ? Exit::ok : Exit::failed;
  }
  print_acts(acts, terminal, show);
  if (!show) {
    terminal.line("");
    Table table({"key", "key id", "held by"});
    for (const KeyLine& k : keys(cast)) {
      std::string holders;
      for (const std::string& h : k.holders) holders += (holders.empty() ? "" : " ") + h;
      table.add({k.kind, k.key_id, holders.empty() ? "-" : holders});
    }
    table.print(terminal);
  }
  return ok ? Exit::ok : Exit::failed;
}

int list(bool json) {
  Terminal terminal = Terminal::standard();
  auto all = nlohmann::json::array();
  Table table({"scenario", "what happens"});
  for (const Scenario& s : scenarios()) {
    all.push_back({{"name", s.name}, {"text", s.text}});
    table.add({std::string(s.name), std::string(s.text)});
  }
  if (json)
    terminal.line(nlohmann::json{{"scenarios", std::move(all)}}.dump(2));
  else
    table.print(terminal);
  return Exit::ok;
}

}  // namespace

void add_scenario(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("scenario", "Play a procedure in the lab, on invented time");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* listing = command->add_subcommand("list", "Name the scenarios");
  listing->add_flag("--json", options->json, "JSON instead of a table");
  listing->callback([options, &status] { status = list(options->json); });

  for (const bool show : {true, false}) {
    CLI::App* one = show ? command->add_subcommand("show", "Print a scenario's numbered steps")
                         : command->add_subcommand("run", "Play a scenario and say whether it held");
    one->add_option("name", options->name, "see scenario list")->required();
    one->add_option("--seed", options->seed, "of everything random; the same seed plays the same");
    one->add_flag("--json", options->json, "JSON instead of a table");
    one->callback([options, show, &status] { status = run(*options, show); });
  }
}

}  // namespace baton::app
