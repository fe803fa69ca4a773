#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/policy_asked.h"
#include "app/terminal.h"
#include "base/expected.h"
#include "context/built_policy.h"
#include "lab/campaign.h"
#include "lab/cost.h"
#include "lab/kasme_walk.h"

namespace baton::app {
namespace {

/// Bounds of what may be asked for.
constexpr std::size_t ues_most = 10'000;
constexpr std::uint64_t seeds_most = 100'000;
constexpr std::size_t actions_most = 1'000;

struct Options {
  std::string scenario;
  std::size_t ues = 200;
  std::string seeds = "1..1";
  std::string loss = "0", duplicate = "0", reorder = "0", delay = "0", link = "0", crash = "0",
              partition = "0";
  std::string profile = "final";
  std::vector<std::string> set;
  std::uint64_t seed = 1;
  bool json = false;
};

struct WalkOptions {
  std::string profile = "hardened";
  std::vector<std::string> set;
  std::string seeds = "1..1";
  std::size_t actions = 16;
  bool json = false;
};

struct Seeds {
  std::uint64_t first = 1, last = 1;
};
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return out;
}
/// seeds_of reads "7" or "1..20".
std::optional<Seeds> seeds_of(std::string_view text) {
  const auto dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first >= seeds_most) return std::nullopt;
  return Seeds{*first, *last};
}

double milliseconds(Duration d) { return static_cast<double>(d.count()) / 1000.0; }

constexpr peer::Port ports[] = {peer::Port::s1ap, peer::Port::diameter, peer::Port::gtpc, peer::Port::radio};

/// Totals are the sums over all seeds.
struct Totals {
  std::size_t moves = 0, complete = 0, back = 0, reattached = 0, unknown = 0, unexplained = 0, stuck = 0;
  std::vector<Duration> interruptions;
  std::array<std::uint64_t, 4> move_messages{}, messages{};
  lab::Network::FaultCounts faults{};

  explicit Totals(const std::vector<lab::SeedResult>& results) {
    for (const lab::SeedResult& r : results) {
      moves += r.moves;
      complete += r.complete;
      back += r.back;
      reattached += r.reattached;
      unknown += r.unknown;
      unexplained += r.unexplained;
      stuck += r.stuck;
      interruptions.insert(interruptions.end(), r.interruptions.begin(), r.interruptions.end());
      for (std::size_t p = 0; p < 4; ++p) {
        move_messages[p] += r.move_messages[p];
        messages[p] += r.messages[p];
        for (std::size_t k = 0; k < lab::fault_kinds; ++k) faults[p][k] += r.faults[p][k];
      }
    }
  }
  double a_move(std::size_t port) const {
    return moves == 0 ? 0 : static_cast<double>(move_messages[port]) / static_cast<double>(moves);
  }
};

nlohmann::json faults_json(const lab::Network::FaultCounts& counts) {
  auto out = nlohmann::json::object();
  for (const peer::Port port : ports) {
    auto& one = out[std::string(to_string(port))] = nlohmann::json::object();
    for (const lab::FaultKind kind : lab::all_fault_kinds)
      one[std::string(to_string(kind))] =
          counts[static_cast<std::size_t>(port)][static_cast<std::size_t>(kind)];
  }
  return out;
}

nlohmann::json by_port(const std::array<std::uint64_t, 4>& counts) {
  auto out = nlohmann::json::object();
  for (const peer::Port port : ports)
    out[std::string(to_string(port))] = counts[static_cast<std::size_t>(port)];
  return out;
}

nlohmann::json seed_json(const lab::SeedResult& r) {
  auto again = nlohmann::json::array();
  for (const lab::Reattach& a : r.reattaches)
    again.push_back({{"ue", a.ue},
                     {"at_ms", milliseconds(a.at.since_epoch)},
                     {"unknown_outcome", a.unknown_outcome},
                     {"faults", a.faults}});
  return {{"seed", r.seed},
          {"ues", r.ues},
          {"attached", r.attached},
          {"moves", r.moves},
          {"complete", r.complete},
          {"back", r.back},
          {"reattached", r.reattached},
          {"unknown_outcome", r.unknown},
          {"unexplained", r.unexplained},
          {"stuck", r.stuck},
          {"interruption_ms",
           {{"median", milliseconds(lab::percentile(r.interruptions, 500))},
            {"p99", milliseconds(lab::percentile(r.interruptions, 990))}}},
          {"move_messages", by_port(r.move_messages)},
          {"messages", by_port(r.messages)},
          {"faults", faults_json(r.faults)},
          {"reattaches", std::move(again)},
          {"ledger_hash", r.ledger_hash},
          {"ledger_entries", r.ledger_entries},
          {"events", r.events},
          {"nas_verified", r.nas_verified},
          {"srb_verified", r.srb_verified},
          {"simulated_ms", milliseconds(r.simulated)},
          {"odd", r.odd},
          {"violations", r.violations}};
}

void print(const lab::CampaignPlan& plan, const std::vector<lab::SeedResult>& results,
           const std::vector<std::string>& missed, Terminal& terminal) {
  const Totals all(results);
  const auto fixed = [](double v) {
    std::string out = std::to_string(v);
    return out.substr(0, out.find('.') + 3);
  };
  const auto share = [&](std::size_t n) {
    return all.moves == 0 ? std::string("-")
                          : fixed(100.0 * static_cast<double>(n) / static_cast<double>(all.moves)) + " %";
  };
  Table ends({"of the moves", "number", "share"});
  ends.add({"begun", std::to_string(all.moves), ""});
  ends.add({"complete at the target", std::to_string(all.complete), share(all.complete)});
  ends.add({"back at the source", std::to_string(all.back), share(all.back)});
  ends.add({"attached again", std::to_string(all.reattached), share(all.reattached)});
  ends.add({"with an S1 or S10 outcome unknown", std::to_string(all.unknown), share(all.unknown)});
  ends.add({"stuck", std::to_string(all.stuck), share(all.stuck)});
  ends.print(terminal);
  terminal.line("");
  if (!all.interruptions.empty()) {
    terminal.line("interruption of service: median " +
                  fixed(milliseconds(lab::percentile(all.interruptions, 500))) + " ms, 99th percentile " +
                  fixed(milliseconds(lab::percentile(all.interruptions, 990))) + " ms");
    terminal.line("");
  }
  std::vector<std::string> heads{"protocol", "messages", "a move"};
  for (const lab::FaultKind kind : lab::all_fault_kinds) heads.emplace_back(to_string(kind));
  Table wires(heads);
  for (const peer::Port port : ports) {
    const auto p = static_cast<std::size_t>(port);
    std::vector<Table::Cell> row{std::string(to_string(port)), std::to_string(all.messages[p]),
                                 fixed(all.a_move(p))};
    for (const lab::FaultKind kind : lab::all_fault_kinds)
      row.emplace_back(std::to_string(all.faults[p][static_cast<std::size_t>(kind)]));
    wires.add(row);
  }
  wires.print(terminal);
  terminal.line("");
  Table seeds({"seed", "moves", "complete", "back", "again", "unknown", "stuck", "ledger hash"});
  for (const lab::SeedResult& r : results)
    seeds.add({std::to_string(r.seed), std::to_string(r.moves), std::to_string(r.complete),
               std::to_string(r.back), std::to_string(r.reattached), std::to_string(r.unknown),
               std::to_string(r.stuck), r.ledger_hash});
  seeds.print(terminal);
  for (const lab::SeedResult& r : results) {
    for (const lab::Reattach& a : r.reattaches) {
      terminal.line("seed " + std::to_string(r.seed) + ", " + a.ue + " attached again after its move at " +
                    fixed(milliseconds(a.at.since_epoch)) + " ms" +
                    (a.faults.empty() ? ": no fault hit it" : ":"));
      for (const std::string& f : a.faults) terminal.line("    " + f);
    }
    for (const std::string& o : r.odd) terminal.line("seed " + std::to_string(r.seed) + ", " + o);
  }
  for (const lab::SeedResult& r : results) {
    for (const std::string& v : r.violations) terminal.line(terminal.paint("VIOLATED ", Paint::bad) + v);
    if (!r.violations.empty()) terminal.line("again: " + lab::repeat_command(plan, r.seed));
  }
  for (const std::string& m : missed) terminal.line(terminal.paint("MISSED ", Paint::bad) + m);
}

int run(const Options& options) {
  const lab::CampaignName* name = lab::find_campaign(options.scenario);
  if (name == nullptr)
    return complain("lab: there is no " + printable(options.scenario) + "; see baton lab list");
  const auto seeds = seeds_of(options.seeds);
  if (!seeds) return complain("lab: --seeds takes one number or FIRST..LAST, at most 100000 of them");
  if (options.ues == 0 || options.ues > ues_most) return complain("lab: --ues takes 1 to 10000");

  lab::CampaignPlan plan;
  plan.kind = name->kind;
  plan.ues = options.ues;
  const std::pair<const char*, std::pair<const std::string*, lab::Chance*>> chances[] = {
      {"loss", {&options.loss, &plan.faults.loss}},
      {"duplicate", {&options.duplicate, &plan.faults.duplicate}},
      {"reorder", {&options.reorder, &plan.faults.reorder}},
      {"delay", {&options.delay, &plan.faults.delay}},
      {"break", {&options.link, &plan.faults.break_link}},
      {"crash", {&options.crash, &plan.faults.crash}},
      {"partition", {&options.partition, &plan.faults.partition}}};
  for (const auto& [option, value] : chances) {
    const auto chance = lab::Chance::percent(*value.first);
    if (!chance)
      return complain(std::string("lab: --") + option +
                      " takes percent from 0 to 100 with at most four places");
    *value.second = *chance;
  }
  auto policy = policy_asked(options.profile, options.set);
  if (!policy) return complain("lab: " + policy.why());
  plan.policy = context::built_part(std::move(*policy));
  if (options.profile != "final") plan.policy_named = "--profile " + options.profile;
  for (const std::string& one : options.set)
    plan.policy_named += (plan.policy_named.empty() ? "--set " : " --set ") + one;

  std::vector<lab::SeedResult> results;
  bool held = true;
  for (std::uint64_t seed = seeds->first; seed <= seeds->last && held; ++seed) {
    results.push_back(lab::play_campaign(plan, seed));
    held = results.back().violations.empty();
  }
  const auto missed = lab::missed_goals(plan, results);
  const bool ok = held && missed.empty();
  Terminal terminal = Terminal::standard();
  if (options.json) {
    const Totals all(results);
    auto list = nlohmann::json::array();
    auto a_move = nlohmann::json::object();
    for (const lab::SeedResult& r : results) list.push_back(seed_json(r));
    for (const peer::Port port : ports)
      a_move[std::string(to_string(port))] = all.a_move(static_cast<std::size_t>(port));
    nlohmann::json out{{"ok", ok},
                       {"scenario", options.scenario},
                       {"ues", plan.ues},
                       {"moves", all.moves},
                       {"complete", all.complete},
                       {"back", all.back},
                       {"reattached", all.reattached},
                       {"unknown_outcome", all.unknown},
                       {"unexplained", all.unexplained},
                       {"stuck", all.stuck},
                       {"interruption_ms",
                        {{"median", milliseconds(lab::percentile(all.interruptions, 500))},
                         {"p99", milliseconds(lab::percentile(all.interruptions, 990))}}},
                       {"messages_a_move", std::move(a_move)},
                       {"faults", faults_json(all.faults)},
                       {"missed", missed},
                       {"seeds", std::move(list)}};
    if (!held) out["again"] = lab::repeat_command(plan, results.back().seed);
    terminal.line(out.dump(2));
  } else {
    print(plan, results, missed, terminal);
  }
  return ok ? Exit::ok : Exit::failed;
}

int walk(const WalkOptions& options) {
  const auto seeds = seeds_of(options.seeds);
  if (!seeds) return complain("lab: --seeds takes one number or FIRST..LAST, at most 100000 of them");
  if (options.actions == 0 || options.actions > actions_most)
    return complain("lab: --actions takes 1 to 1000");
  lab::KasmeWalk plan;
  auto policy = policy_asked(options.profile, options.set);
  if (!policy) return complain("lab: " + policy.why());
  plan.policy = std::move(*policy);
  plan.faults = lab::usual_faults();
  plan.actions = options.actions;

  lab::KasmeWalkResult all;
  std::uint64_t played = 0, most_attempts = 0;
  std::vector<std::pair<std::uint64_t, std::string>> violations;
  for (std::uint64_t seed = seeds->first; seed <= seeds->last && violations.empty(); ++seed, ++played) {
    const lab::KasmeWalkResult r = lab::walk_kasme(plan, seed);
    all.moves += r.moves;
    all.refreshed += r.refreshed;
    all.recorded += r.recorded;
    all.repeated += r.repeated;
    all.crashes += r.crashes;
    all.uses += r.uses;
    all.stale += r.stale;
    most_attempts = std::max(most_attempts, r.attempts);
    for (const std::string& v : r.violations) violations.emplace_back(seed, v);
  }
  const std::pair<const char*, std::uint64_t> counts[] = {
      {"seeds", played},          {"moves", all.moves},       {"refreshed", all.refreshed},
      {"recorded", all.recorded}, {"repeated", all.repeated}, {"crashes", all.crashes},
      {"uses", all.uses},         {"stale", all.stale},       {"attempts_at_most", most_attempts}};
  Terminal terminal = Terminal::standard();
  if (options.json) {
    nlohmann::json out{{"ok", violations.empty()}, {"policy", context::describe(plan.policy)}};
    for (const auto& [name, value] : counts) out[name] = value;
    auto list = nlohmann::json::array();
    for (const auto& [seed, text] : violations) list.push_back({{"seed", seed}, {"text", text}});
    out["violations"] = std::move(list);
    terminal.line(out.dump(2));
  } else {
    Table table({"of all seeds", "number"});
    for (const auto& [name, value] : counts) table.add({name, std::to_string(value)});
    table.print(terminal);
    for (const auto& [seed, text] : violations)
      terminal.line(terminal.paint("VIOLATED ", Paint::bad) + "seed " + std::to_string(seed) + ", " + text);
  }
  return violations.empty() ? Exit::ok : Exit::failed;
}

int list(bool json) {
  Terminal terminal = Terminal::standard();
  auto all = nlohmann::json::array();
  Table table({"scenario", "what happens"});
  for (const lab::CampaignName& c : lab::campaigns()) {
    all.push_back({{"name", c.name}, {"text", c.text}});
    table.add({std::string(c.name), std::string(c.text)});
  }
  if (json)
    terminal.line(nlohmann::json{{"scenarios", std::move(all)}}.dump(2));
  else
    table.print(terminal);
  return Exit::ok;
}

}  // namespace

void add_lab(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "lab", "Play many UEs on invented time while the network misbehaves, and check what must hold");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* listing = command->add_subcommand("list", "Name the scenarios");
  listing->add_flag("--json", options->json, "JSON instead of a table");
  listing->callback([options, &status] { status = list(options->json); });

  CLI::App* cost = command->add_subcommand("cost", "Count what a handover costs under each key policy");
  cost->add_option("--seed", options->seed, "of the run")->capture_default_str();
  cost->callback([options, &status] {
    const auto costs = lab::handover_costs(options->seed);
    std::cout << lab::cost_report(costs, options->seed);
    const bool ok = std::all_of(costs.begin(), costs.end(), [](const auto& c) { return c.complete; });
    status = ok ? Exit::ok : Exit::failed;
  });

  CLI::App* one = command->add_subcommand("run", "Play a scenario for each seed and check every invariant");
  one->add_option("scenario", options->scenario, "see lab list")->required();
  one->add_option("--ues", options->ues, "how many UEs")->capture_default_str();
  one->add_option("--profile", options->profile, "key policy")->capture_default_str();
  one->add_option("--set", options->set, "change one field of the policy: FIELD=VALUE");
  one->add_option("--loss", options->loss, "of the datagrams of GTP-C and the radio hop, percent");
  one->add_option("--duplicate", options->duplicate, "of those datagrams, percent");
  one->add_option("--reorder", options->reorder, "of those datagrams, up to 30 ms later, percent");
  one->add_option("--delay", options->delay, "of all messages, up to 500 ms, percent");
  one->add_option("--break", options->link,
                  "of the messages on SCTP and TCP: the link goes with it, percent");
  one->add_option("--crash", options->crash,
                  "of the messages a network node handles: it is down for 10 s, percent");
  one->add_option("--partition", options->partition,
                  "of all messages: its two nodes are apart for 5 s, percent");
  one->add_option("--seeds", options->seeds, "one seed, or FIRST..LAST")->capture_default_str();
  one->add_flag("--json", options->json, "JSON instead of tables");
  one->callback([options, &status] { status = run(*options); });

  auto walking = std::make_shared<WalkOptions>();
  CLI::App* kasme = command->add_subcommand(
      "kasme", "Move one UE at random while everything fails, and check what the HSS knows of its KASME");
  kasme->add_option("--profile", walking->profile, "key policy")->capture_default_str();
  kasme->add_option("--set", walking->set, "change one field of the policy: FIELD=VALUE");
  kasme->add_option("--seeds", walking->seeds, "one seed, or FIRST..LAST")->capture_default_str();
  kasme->add_option("--actions", walking->actions, "what is done in one seed")->capture_default_str();
  kasme->add_flag("--json", walking->json, "JSON instead of a table");
  kasme->callback([walking, &status] { status = walk(*walking); });
}

}  // namespace baton::app
