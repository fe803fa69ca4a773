// exposition.h: what a collector of metrics reads: the text format of Prometheus, or OpenMetrics.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "runtime/metrics.h"

namespace baton::runtime {

enum class ExpositionFormat : Byte {
  text,         ///< text/plain; version=0.0.4
  openmetrics,  ///< application/openmetrics-text; version=1.0.0
};
/// format_for reads an Accept header.
ExpositionFormat format_for(std::string_view accept);
std::string_view content_type(ExpositionFormat format);

/// What is so at the moment of asking, beside what was counted.
struct Snapshot {
  struct Node {
    std::string name, role;
  };
  struct Links {
    std::string node, interface;
    std::size_t count = 0;
  };
  struct Peer {
    std::string node, interface, name;
    bool up = false;
  };
  /// Of an HSS's store.
  struct Held {
    std::string node;
    std::size_t subscribers = 0;
  };
  struct Process {
    double started_s = 0;  ///< since the Unix epoch
    double cpu_s = 0;
    double resident_octets = 0;
    double descriptors = 0;
  };
  std::string version;
  std::vector<Node> nodes;
  std::vector<Links> links;
  std::vector<Peer> peers;
  std::vector<Held> held;
  std::optional<Process> process;
};

/// One series of its own for a counter that says something of security: it is there from the start, at zero,
/// so that a rule that watches it has something to watch. Several counters may feed one series.
struct SecuritySeries {
  std::string_view role;          ///< of the nodes that have it
  std::string_view family;        ///< without "baton_" and "_total"
  std::string_view label, value;  ///< both empty: none
  std::string_view counter;
};
std::span<const SecuritySeries> security_series();

/// expose writes all of it. Names and labels are ours; label values are escaped whatever they hold.
std::string expose(const Metrics& metrics, const Snapshot& now, ExpositionFormat format);

/// this_process reads what the system knows of this process; nothing where it does not say.
std::optional<Snapshot::Process> this_process();

}  // namespace baton::runtime
