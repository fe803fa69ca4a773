#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/outlets.h"
#include "app/terminal.h"
#include "runtime/daemon.h"
#include "runtime/import.h"
#include "wire/enterprise.h"

namespace baton::app {
namespace {

struct Options {
  std::string role;
  std::string file;
  std::string name;
  std::string subscribers;
  std::shared_ptr<OutletOptions> outlets = std::make_shared<OutletOptions>();
};

int node(const Options& options) {
  auto topology = runtime::load_topology(options.file);
  if (!topology) {
    std::cerr << runtime::to_text(topology.why());
    return Exit::usage;
  }
  wire::set_enterprise(topology->enterprise);
  runtime::DaemonSetup setup;
  setup.role = options.role;
  setup.name = options.name;
  setup.version = version();
  std::string file = options.subscribers;
  if (file.empty() && options.role == "hss")
    for (const runtime::HssSettings& hss : topology->hss)
      if (options.name.empty() || hss.name == options.name) file = hss.subscribers;
  if (options.role == "ue" && file.empty())
    return complain("node ue: --subscribers: say which UEs there are");
  if (!file.empty()) {
    auto subscribers = runtime::load_subscribers(file);
    if (!subscribers) {
      std::cerr << runtime::to_text(subscribers.why());
      return Exit::usage;
    }
    setup.subscribers = std::move(*subscribers);
  }
  auto outlets = open_outlets(*options.outlets, topology->logger);
  if (!outlets) return complain("node: " + outlets.why());
  setup.log = outlets->log.get();
  setup.capture = outlets->capture.get();
  setup.ledger_file = options.outlets->ledger;
  setup.on_ready = [&options] { std::cout << options.role << " serves" << std::endl; };
  const auto served = runtime::run_daemon(*topology, std::move(setup));
  if (!served) {
    complain("node " + options.role + ": " + printable(served.why()));
    return Exit::failed;
  }
  return Exit::ok;
}

}  // namespace

void add_node(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("node", "Serve as one node until SIGTERM or SIGINT");
  command->add_option("role", options->role, "hss, mme, upe, enb, or ue (all UEs of the subscriber file)")
      ->required()
      ->check(CLI::IsMember({"hss", "mme", "upe", "enb", "ue"}));
  command->add_option("-c,--config", options->file, "configuration (YAML)")->required();
  command->add_option("--name", options->name, "which node, where the file has several of the role");
  command->add_option("--subscribers", options->subscribers, "subscribers (CSV), for hss and ue");
  add_outlet_options(*command, options->outlets);
  command->callback([options, &status] { status = node(*options); });
}

}  // namespace baton::app
