#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/outlets.h"
#include "app/cli/policy_asked.h"
#include "app/run_report.h"
#include "app/terminal.h"
#include "app/virtual_network.h"
#include "context/policy.h"
#include "runtime/import.h"
#include "runtime/network.h"
#include "wire/enterprise.h"

namespace baton::app {
namespace {

struct Options {
  std::string topology;
  std::string subscribers;
  std::vector<std::string> procedures = runtime::walk_procedures();
  std::string profile;
  std::vector<std::string> set;
  std::size_t at_once = runtime::Pace{}.at_once;
  bool json = false;
  bool stay = false;
  bool steps = false;
  bool counters = false;
  bool in_lab = false;
  std::uint64_t seed = 1;
  std::string in_force;                ///< the policy, by its name or its values
  std::vector<std::string> not_built;  ///< fields of it that are as `final` has them all the same
  std::shared_ptr<OutletOptions> outlets = std::make_shared<OutletOptions>();
};

int complain_about(const runtime::InputErrors& errors) {
  std::cerr << runtime::to_text(errors);
  return Exit::usage;
}

/// walk runs the procedures one after the other; who fails at one is left out of the next.
/// `now` is the clock of the network.
template <class Network, class Now>
RunReport walk(Network& network, const Options& options, Now now) {
  RunReport report;
  report.profile = options.in_force;
  report.not_built = options.not_built;
  std::vector<std::size_t> going(network.subscribers());
  for (std::size_t i = 0; i < going.size(); ++i) going[i] = i;
  runtime::Pace pace;
  pace.at_once = options.at_once;
  for (const std::string& procedure : options.procedures) {
    const Instant began = now();
    const auto results = network.run(procedure, going, pace);
    report.wall_s[procedure] += static_cast<double>((now() - began).count()) / 1e6;
    std::vector<std::size_t> next;
    for (std::size_t i = 0; i < results.size(); ++i) {
      report.procedures.push_back(report_of(results[i]));
      report.procedures.back().profile = report.profile;
      if (report.procedures.back().ok) next.push_back(going[i]);
    }
    going = std::move(next);
  }
  return report;
}

void print_counters(const runtime::Metrics& metrics, Terminal& terminal) {
  Table table({"node", "counter", "times"});
  table.right(2);
  for (const auto& [node, counters] : metrics.all())
    for (const auto& [counter, times] : counters) table.add({node, counter, std::to_string(times)});
  terminal.line("");
  table.print(terminal);
}

/// What a run is made of, once every file is in order.
struct Material {
  runtime::Topology topology;
  std::vector<context::SubscriberRecord> subscribers;
};

std::function<void(const runtime::ProcedureResult&)> progress(const Options& options, Terminal& terminal,
                                                              std::size_t count) {
  if (options.json) return {};
  return [&terminal, count, ended = std::size_t{0}](const runtime::ProcedureResult& result) mutable {
    ++ended;
    terminal.progress(result.name + " " + std::to_string((ended - 1) % count + 1) + " of " +
                      std::to_string(count));
  };
}

void print(const RunReport& report, const Options& options, Terminal& terminal) {
  if (options.json) return terminal.line(to_json(report));
  if (options.steps)
    for (const ProcedureReport& p : report.procedures) {
      print_steps(p, terminal);
      terminal.line("");
    }
  print_table(report, terminal);
}

int run_on_sockets(const Options& options, Material material, const Outlets& outlets) {
  Terminal terminal = Terminal::standard();
  runtime::EmbeddedNetwork::Setup setup;
  setup.log = outlets.log.get();
  setup.capture = outlets.capture.get();
  setup.ledger_file = options.outlets->ledger;
  setup.on_result = progress(options, terminal, material.subscribers.size());

  transport::Loop loop;
  auto network = runtime::EmbeddedNetwork::build(loop, std::move(material.topology),
                                                 std::move(material.subscribers), std::move(setup));
  if (!network) {
    complain("run: " + network.why());
    return Exit::failed;
  }
  if (const auto started = (*network)->start(); !started) {
    complain("run: " + started.why());
    return Exit::failed;
  }
  const RunReport report = walk(**network, options, [&] { return loop.now(); });
  print(report, options, terminal);
  if (options.counters && !options.json) print_counters((*network)->metrics(), terminal);
  bool written = (*network)->ledger().flush();
  if (outlets.capture) written = outlets.capture->flush() && written;
  if (!written) complain("run: the ledger or the capture could not be written to its end");

  if (options.stay) {
    if (!options.json) terminal.line("serving; Ctrl-C ends it");
    std::cout.flush();
    loop.on_signals({SIGINT, SIGTERM}, [&](int) { loop.stop(); });
    loop.run();
  }
  return report.ok() && written ? Exit::ok : Exit::failed;
}

int run_in_lab(const Options& options, Material material) {
  Terminal terminal = Terminal::standard();
  VirtualNetwork::Setup setup;
  setup.seed = options.seed;
  setup.ledger_file = options.outlets->ledger;
  setup.on_result = progress(options, terminal, material.subscribers.size());
  auto network =
      VirtualNetwork::build(std::move(material.topology), std::move(material.subscribers), std::move(setup));
  if (!network) {
    complain("run: " + network.why());
    return Exit::failed;
  }
  if (const auto started = (*network)->start(); !started) {
    complain("run: " + started.why());
    return Exit::failed;
  }
  RunReport report = walk(**network, options, [&] { return (*network)->now(); });
  report.virtual_run = VirtualRun{options.seed, (*network)->ledger_hash()};
  print(report, options, terminal);
  const bool written = (*network)->flush();
  if (!written) complain("run: the ledger could not be written to its end");
  return report.ok() && written ? Exit::ok : Exit::failed;
}

int run(Options options) {
  const std::string topology_file = options.topology.empty() ? demo_file("demo.yaml") : options.topology;
  auto topology = runtime::load_topology(topology_file);
  if (!topology) return complain_about(topology.why());
  wire::set_enterprise(topology->enterprise);
  if (topology->hss.empty() || topology->mme.empty() || topology->enb.empty() || topology->upe.empty() ||
      !topology->ue)
    return complain("run: " + printable(topology_file) + ": a network needs hss, mme, upe, enb and ue");
  if (const auto profile = context::profile_named(options.profile))
    topology->policy = context::policy_of(*profile);
  auto policy = policy_asked(std::move(topology->policy), options.set);
  if (!policy) return complain("run: " + policy.why());
  topology->policy = std::move(*policy);
  options.in_force = context::describe(topology->policy);
  if (topology->policy != context::SecurityPolicy{})
    for (const std::string_view field : context::not_built(topology->policy))
      options.not_built.emplace_back(field);
  std::string subscriber_file = options.subscribers;
  if (subscriber_file.empty()) subscriber_file = topology->hss.front().subscribers;
  if (subscriber_file.empty()) subscriber_file = demo_file("subscribers.csv");
  auto subscribers = runtime::load_subscribers(subscriber_file);
  if (!subscribers) return complain_about(subscribers.why());
  auto outlets = open_outlets(*options.outlets, topology->logger);
  if (!outlets) return complain("run: " + outlets.why());
  Material material{std::move(*topology), std::move(*subscribers)};
  return options.in_lab ? run_in_lab(options, std::move(material))
                        : run_on_sockets(options, std::move(material), *outlets);
}

}  // namespace

void add_run(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Attach subscribers to a network of nodes in this process");
  command->add_option("--topology", options->topology, "nodes and addresses (YAML); etc/demo.yaml otherwise");
  command->add_option("--subscribers", options->subscribers,
                      "subscribers (CSV); etc/subscribers.csv otherwise");
  command->add_option("--procedures", options->procedures, "what every subscriber does, in this order")
      ->delimiter(',')
      ->check(CLI::IsMember(runtime::walk_procedures()));
  std::vector<std::string> names;
  for (const context::Profile p : context::profiles) names.emplace_back(to_string(p));
  command
      ->add_option("--profile", options->profile, "how keys are treated in a move; the topology's otherwise")
      ->check(CLI::IsMember(names));
  command->add_option("--set", options->set, "change one field of the policy: FIELD=VALUE");
  command->add_option("--at-once", options->at_once, "subscribers under way at a time")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--json", options->json, "one JSON document instead of progress and a table");
  command->add_flag("--steps", options->steps, "print every numbered step");
  CLI::Option* counters = command->add_flag("--counters", options->counters, "print every node's counters");
  CLI::Option* stay = command->add_flag("--stay", options->stay, "keep serving afterwards");
  add_outlet_options(*command, options->outlets);
  CLI::Option* in_lab = command->add_flag(
      "--virtual", options->in_lab, "without sockets and on invented time; one seed decides everything");
  command->add_option("--seed", options->seed, "of everything random in a virtual run")->needs(in_lab);
  // What only sockets, or a clock that goes on by itself, can give.
  in_lab->excludes(counters)->excludes(stay);
  for (const char* option : {"--pcap", "--pcap-with-keys", "--log-level", "--log-file", "--log-json"})
    in_lab->excludes(command->get_option(option));
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace baton::app
