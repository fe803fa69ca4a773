// outlets.h: where `run` and `node` write: log, capture, ledger, by the same options.
#pragma once

#include <memory>
#include <string>

#include "base/expected.h"
#include "runtime/capture.h"
#include "runtime/log.h"
#include "runtime/topology.h"

namespace CLI {
class App;
}

namespace baton::app {

struct OutletOptions {
  std::string log_level;
  std::string log_file;
  bool log_json = false;
  std::string pcap;
  std::string pcap_with_keys;
  std::string ledger;
};

/// add_outlet_options gives a command the options above.
void add_outlet_options(CLI::App& command, const std::shared_ptr<OutletOptions>& options);

struct Outlets {
  std::unique_ptr<runtime::Log> log;
  std::unique_ptr<runtime::Capture> capture;  ///< null when none was asked for
};

/// open_outlets opens what was asked for; the options take precedence over the topology's `logger`.
Expected<Outlets, std::string> open_outlets(const OutletOptions& options,
                                            const runtime::LoggerSettings& logger);

}  // namespace baton::app
