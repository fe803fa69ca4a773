// cancelled.h: handovers to this MME that their sources have cancelled.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "base/instant.h"
#include "ids/subscriber_id.h"
#include "node/mme/limits.h"
#include "wire/gtp2/values.h"

namespace baton::node::mme {

/// older: GTP numbers its requests upwards, and starts again at 1 past 2^23 - 1.
//= TS 29.274, 7.6
constexpr bool older(wire::gtp2::Sequence a, wire::gtp2::Sequence b) {
  constexpr std::uint32_t range = 0x0080'0000;
  return ((a.value - b.value) & (range - 1)) >= range / 2;
}

/// Cancellations remembers for a while which requests for a handover are over. UDP lets a cancellation
/// overtake the request that it is about: the request would make a context here of a UE that its source has
/// kept, and nobody would come for it.
class Cancellations {
 public:
  explicit Cancellations(std::size_t limit = cancellations_max) : limit_(limit) {}
  /// remember forgets the oldest when full. `number` is that of the Relocation Cancel Request of `mme`.
  void remember(const std::string& mme, const Imsi& imsi, wire::gtp2::Sequence number, Instant now);
  /// about tells whether a request of `mme` with this number was cancelled before it came.
  bool about(const std::string& mme, const Imsi& imsi, wire::gtp2::Sequence number, Instant now) const;
  /// forget ends all of an MME that has restarted, and numbers anew.
  void forget(const std::string& mme);
  std::size_t size() const { return cancelled_.size(); }

 private:
  using Key = std::pair<std::string, Imsi>;
  struct Entry {
    wire::gtp2::Sequence number;
    Instant at;
  };
  std::size_t limit_;
  std::map<Key, Entry> cancelled_;
  std::deque<std::pair<Key, Instant>> by_age_;  ///< oldest first; may hold what was renewed or forgotten
};

}  // namespace baton::node::mme
