// departed.h: UEs that this MME has handed over to another one, for as long as that one may not have heard of
// them again.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "base/instant.h"
#include "ids/subscriber_id.h"
#include "node/mme/limits.h"
#include "wire/gtp2/values.h"

namespace baton::node::mme {

struct MmePeer;

/// Arrival says how a UE came here by a handover, until it has said something itself or the HSS knows of it.
struct Arrival {
  const MmePeer* from;           ///< one of the configured ones
  wire::gtp2::Sequence request;  ///< number of the Forward Relocation Request
};

/// Departures remembers which MME each of them went to.
class Departures {
 public:
  explicit Departures(std::size_t limit = departures_max) : limit_(limit) {}
  /// remember forgets the oldest when full.
  void remember(const Imsi& imsi, const MmePeer& to, Instant now);
  /// take gives where the UE went and forgets it; null when it did not, or too long ago.
  const MmePeer* take(const Imsi& imsi, Instant now);
  std::size_t size() const { return gone_.size(); }

 private:
  struct Entry {
    const MmePeer* to;
    Instant at;
  };
  std::size_t limit_;
  std::map<Imsi, Entry> gone_;
  std::deque<std::pair<Imsi, Instant>> by_age_;  ///< oldest first; may hold what was taken or renewed
};

}  // namespace baton::node::mme
