// bench_peers.h: what `baton bench` compares with, out of a module that is loaded at run time if it is there.
//
// The peers are other people's libraries, one of them under the GPL: neither the command nor the libraries of
// Baton link them. The module is built with the benchmarks, lies beside the command and is never installed.
#pragma once

#include <cstddef>

namespace baton::app {

/// BenchPeer is one thing to measure against: a peer's function, or the least that the processor needs.
struct BenchPeer {
  const char* key;   ///< which rows it belongs to
  const char* name;  ///< for people, with its version
  std::size_t jobs;  ///< one call does so many
  void (*call)();    ///< null where this processor or build lacks it
};

/// The module's one function. The array lives as long as the module.
using BenchPeersFunction = const BenchPeer* (*)(std::size_t* count);
inline constexpr const char* bench_peers_function = "baton_bench_peers";
inline constexpr const char* bench_peers_file = "baton_bench_peers.so";

}  // namespace baton::app
