// stopwatch.h: how long a procedure took, and the phases of it.
#pragma once

#include <string_view>

#include "node/node.h"

namespace baton::node {

/// Stopwatch runs from its construction. What ends badly is not read: counters tell of that, and how long a
/// failure took says nothing of how long the rest takes. docs/operations.md lists the names.
class Stopwatch {
 public:
  explicit Stopwatch(Instant now) : began_(now), phase_(now) {}
  /// phase reports the time since the phase before, or since the start.
  void phase(std::string_view name, Instant now, Actions& out) {
    out.took(name, now - phase_);
    phase_ = now;
  }
  /// whole reports the time since the start.
  void whole(std::string_view name, Instant now, Actions& out) const { out.took(name, now - began_); }

 private:
  Instant began_, phase_;
};

}  // namespace baton::node
