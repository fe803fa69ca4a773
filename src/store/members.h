// members.h: the HSSs of a store, and how far each may have come with SEQs of the clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"

namespace baton::store {

struct StoreError;

/// Member is one start of an HSS that gives out vectors of a store's subscribers. It has indices in the SQN
/// of its own, and gives SEQs by the clock only up to an instant that the store knows: nobody who takes its
/// place, after a crash or with another clock, gives one of them again.
//= TS 33.102, C.1.1.3
//= TS 33.102, C.3.4
struct Member {
  std::string name;               ///< Diameter identity
  std::uint64_t run = 0;          ///< of this start, by lot: a later one of the same HSS takes its place
  std::uint32_t first_index = 0;  ///< with `indices`: its range
  std::uint32_t indices = 1;
  /// Nobody else runs on this store, a lock says so: every range is free.
  bool alone = false;
};

/// Seat is a member as the store remembers it.
struct Seat {
  Member member{};
  Instant until{};  ///< the clock that its SEQs do not go beyond
};

/// Joined is what a start has to know.
struct Joined {
  Instant after{};                       ///< SEQs of the clock up to here may have left, of whichever member
  std::vector<std::string> displaced{};  ///< members that were on the range and are over
};

/// may_join is whether `who` may take its place beside the others: where nobody else has an index of its
/// range, or had one and is over. StoreFault::conflict otherwise, in words for the operator.
Expected<Joined, StoreError> may_join(const std::vector<Seat>& seats, const Member& who, Instant now);
/// place_taken is what a member is told whose place another start has.
StoreError place_taken(const Member& who);

}  // namespace baton::store
