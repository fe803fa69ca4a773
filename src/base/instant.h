// instant.h: time as a value. Nobody below the line asks a clock; `now` is always a parameter.
#pragma once

#include <chrono>
#include <compare>

namespace baton {

using Duration = std::chrono::microseconds;
using namespace std::chrono_literals;

/// Instant is a point of the node's time axis. In a daemon it counts from the Unix epoch, in the
/// lab from wherever the scenario says.
struct Instant {
  Duration since_epoch{};

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.since_epoch + d}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return a.since_epoch - b.since_epoch; }
  constexpr Instant& operator+=(Duration d) {
    since_epoch += d;
    return *this;
  }
};

}  // namespace baton
