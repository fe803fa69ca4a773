#include "store/members.h"

#include <algorithm>

#include "store/store.h"

namespace baton::store {

namespace {

bool overlap(const Member& a, const Member& b) {
  return a.first_index < b.first_index + b.indices && b.first_index < a.first_index + a.indices;
}

std::string range_of(const Member& m) {
  return std::to_string(m.first_index) + " to " + std::to_string(m.first_index + m.indices - 1);
}

}  // namespace

Expected<Joined, StoreError> may_join(const std::vector<Seat>& seats, const Member& who, Instant now) {
  Joined out;
  for (const Seat& seat : seats) {
    out.after = std::max(out.after, seat.until);
    const Member& other = seat.member;
    if (other.name == who.name || !overlap(other, who)) continue;
    // Who still lives says so again before its time is over.
    if (!who.alone && seat.until > now) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(seat.until - now);
      return Fail{StoreError{"the HSS " + other.name + " of the same database has the indices " +
                                 range_of(other) + " in the SQN, and this one " + range_of(who) +
                                 ": each needs a range of its own (sqn.index-base); if " + other.name +
                                 " does not run any more, its range is free in " +
                                 std::to_string(left.count()) + " s",
                             StoreFault::conflict}};
    }
    out.displaced.push_back(other.name);
  }
  return out;
}

StoreError place_taken(const Member& who) {
  return {"another start has taken the place of " + who.name + " in the store", StoreFault::conflict};
}

}  // namespace baton::store
