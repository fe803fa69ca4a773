#include "app/cli/outlets.h"

#include <CLI/CLI.hpp>

#include "runtime/topology_values.h"

namespace baton::app {

void add_outlet_options(CLI::App& command, const std::shared_ptr<OutletOptions>& options) {
  command.add_option("--log-level", options->log_level, "lines of this level and above")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error"}));
  command.add_option("--log-file", options->log_file, "file for the log; standard error otherwise");
  command.add_flag("--log-json", options->log_json, "log lines as JSON");
  CLI::Option* pcap =
      command.add_option("--pcap", options->pcap, "capture to FILE, keys overwritten with zeros");
  command
      .add_option("--pcap-with-keys", options->pcap_with_keys,
                  "capture to FILE as it is; for test subscribers")
      ->excludes(pcap);
  command.add_option("--ledger", options->ledger, "who held which key when, to FILE (JSON lines)");
}

Expected<Outlets, std::string> open_outlets(const OutletOptions& options,
                                            const runtime::LoggerSettings& logger) {
  Outlets out;
  runtime::LogSettings settings;
  settings.level =
      options.log_level.empty() ? logger.level : *runtime::topology_values::log_level(options.log_level);
  settings.file = options.log_file.empty() ? logger.file : options.log_file;
  settings.format = options.log_json ? runtime::LogFormat::json : logger.format;
  auto log = runtime::Log::open(settings);
  if (!log) return Fail{log.why()};
  out.log = std::move(*log);
  const bool with_keys = !options.pcap_with_keys.empty();
  if (with_keys || !options.pcap.empty()) {
    auto capture =
        runtime::Capture::open(with_keys ? options.pcap_with_keys : options.pcap,
                               with_keys ? runtime::CaptureKeys::with_keys : runtime::CaptureKeys::blanked);
    if (!capture) return Fail{capture.why()};
    out.capture = std::move(*capture);
  }
  return out;
}

}  // namespace baton::app
