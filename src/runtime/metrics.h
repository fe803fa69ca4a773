// metrics.h: how often what happened, and how long it took, per node.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace baton::runtime {

/// Upper ends of the histogram's buckets: from what memory takes to what a peer gives up at, three to a
/// decade. One more bucket holds what took longer.
inline constexpr std::array<Duration, 16> duration_buckets{50us, 100us, 200us, 500us, 1ms,   2ms, 5ms, 10ms,
                                                           20ms, 50ms,  100ms, 200ms, 500ms, 1s,  5s,  20s};

/// Durations is a distribution of times.
struct Durations {
  std::array<std::uint64_t, duration_buckets.size() + 1> buckets{};  ///< not cumulative
  std::uint64_t count = 0;
  Duration sum{};

  void add(Duration time) {
    std::size_t at = 0;
    while (at < duration_buckets.size() && time > duration_buckets[at]) ++at;
    ++buckets[at];
    ++count;
    sum += time;
  }
};

/// Metrics are counters and durations by node and name. docs/operations.md lists the names.
class Metrics {
 public:
  using Counters = std::map<std::string, std::uint64_t, std::less<>>;
  using Times = std::map<std::string, Durations, std::less<>>;

  void count(std::string_view node, std::string_view counter, std::uint64_t by = 1) {
    entry(entry(nodes_, node), counter) += by;
  }
  void took(std::string_view node, std::string_view procedure, Duration time) {
    entry(entry(times_, node), procedure).add(time);
  }
  /// counter and times_of are where one is counted, for who counts often; they stay there.
  std::uint64_t& counter(std::string_view node, std::string_view counter) {
    return entry(entry(nodes_, node), counter);
  }
  Durations& times_of(std::string_view node, std::string_view procedure) {
    return entry(entry(times_, node), procedure);
  }
  std::uint64_t value(std::string_view node, std::string_view counter) const {
    const auto n = nodes_.find(node);
    if (n == nodes_.end()) return 0;
    const auto c = n->second.find(counter);
    return c == n->second.end() ? 0 : c->second;
  }
  const std::map<std::string, Counters, std::less<>>& all() const { return nodes_; }
  const std::map<std::string, Times, std::less<>>& times() const { return times_; }

 private:
  /// The element of that name, made when there is none.
  template <class Map>
  static typename Map::mapped_type& entry(Map& map, std::string_view name) {
    const auto at = map.find(name);
    return at != map.end() ? at->second
                           : map.emplace(std::string(name), typename Map::mapped_type{}).first->second;
  }

  std::map<std::string, Counters, std::less<>> nodes_;
  std::map<std::string, Times, std::less<>> times_;
};

}  // namespace baton::runtime
