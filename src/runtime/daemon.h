// daemon.h: one node as a process of its own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "context/subscriber.h"
#include "runtime/capture.h"
#include "runtime/log.h"
#include "runtime/topology.h"

namespace baton::runtime {

/// Which node of a file a daemon is: its role ("hss", "mme", "upe", "enb", "ue") and, where the file has
/// several of the role, its name. "ue" is all the UEs of the subscribers given; they attach at once.
struct DaemonSetup {
  std::string role;
  std::string name;
  std::string version;  ///< of this program, for who asks
  Log* log = nullptr;
  Capture* capture = nullptr;
  std::string ledger_file;
  std::vector<context::SubscriberRecord> subscribers;  ///< HSS: taken into the store where unknown
  std::function<void()> on_ready;                      ///< the node's doors are open
};

/// run_daemon serves until SIGTERM or SIGINT and then leaves in good order: what was staged is synced, ledger
/// and capture are written out. The error is in words and comes before anything was served.
Expected<Ok, std::string> run_daemon(const Topology& topology, DaemonSetup setup);

}  // namespace baton::runtime
