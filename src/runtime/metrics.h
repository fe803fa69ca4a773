// metrics.h: how often what happened, per node.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace baton::runtime {

/// Metrics are counters by node and name. docs/operations.md lists the names.
class Metrics {
 public:
  using Counters = std::map<std::string, std::uint64_t, std::less<>>;

  void count(std::string_view node, std::string_view counter, std::uint64_t by = 1) {
    auto n = nodes_.find(node);
    if (n == nodes_.end()) n = nodes_.emplace(std::string(node), Counters{}).first;
    auto c = n->second.find(counter);
    if (c == n->second.end()) c = n->second.emplace(std::string(counter), 0).first;
    c->second += by;
  }
  std::uint64_t value(std::string_view node, std::string_view counter) const {
    const auto n = nodes_.find(node);
    if (n == nodes_.end()) return 0;
    const auto c = n->second.find(counter);
    return c == n->second.end() ? 0 : c->second;
  }
  const std::map<std::string, Counters, std::less<>>& all() const { return nodes_; }

 private:
  std::map<std::string, Counters, std::less<>> nodes_;
};

}  // namespace baton::runtime
