// limits.h: the least that the processor needs for a job of `baton bench crypto`.
#pragma once

#include <vector>

#include "app/bench_peers.h"

namespace baton::bench {

/// limits gives one entry for each key; those for which the processor lacks instructions have no call.
std::vector<app::BenchPeer> limits();

}  // namespace baton::bench
