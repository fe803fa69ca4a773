// crypto_bench.h: how fast the algorithms are, each beside a peer and beside what the processor allows, in
// the same run on one core.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/bench_peers.h"

namespace baton::app {

/// BenchEffort is how long is measured. A row is the median of rounds; ours, the peer's and the limit's
/// alternate, so that all see the same machine.
struct BenchEffort {
  int rounds = 15;
  double round_seconds = 0.01;
};

/// BenchRow is one line of the table. Nothing is where the processor, the build or the module lacks what it
/// takes.
struct BenchRow {
  std::string job;
  std::string path;  ///< which code of ours computed
  std::optional<double> ns;
  std::string peer;  ///< empty: there is none
  std::optional<double> peer_ns;
  std::string limit;  ///< empty: there is none
  std::optional<double> limit_ns;
  std::optional<double> target_ns;     ///< at most
  std::optional<double> target_ratio;  ///< at least so many times the peer's speed

  std::optional<double> ratio() const;  ///< the peer's time over ours
  std::optional<double> share() const;  ///< the limit's time over ours, at most 1 but for noise
  std::optional<bool> met() const;      ///< nothing without a target, or without what it takes to judge
};

/// bench_crypto measures every row. `each` is called with a row as soon as it is known.
std::vector<BenchRow> bench_crypto(const BenchEffort& effort, std::span<const BenchPeer> peers,
                                   const std::function<void(const BenchRow&)>& each);

}  // namespace baton::app
