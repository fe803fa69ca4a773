// staged.h: what was put into a store and is not durable yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "context/subscriber.h"

namespace baton::store {

/// Staged is one change that waits for a commit.
struct Staged {
  /// The record as it will be found, with the version it will have where that is known; empty: removed.
  std::optional<context::SubscriberRecord> record;
  /// The version that has to be in the store for this to be written; nothing: whatever is there.
  std::optional<std::uint64_t> expected{};
  /// With it there is no record: only these SEQs are reserved, in the record of version `expected`.
  std::optional<std::uint64_t> reserved{};
  bool removal() const { return !record && !reserved; }
};

/// Staging is the changes since the last commit, one for each subscriber, in ascending order.
class Staging {
 public:
  using Map = std::map<Imsi, Staged>;

  /// put stages a record. A second one of the same subscriber takes the first one's place and keeps what
  /// that expected to find, if it carries the version that the first will have. False: no room.
  bool put(context::SubscriberRecord record);
  /// remove stages the removal of the record of `version`, or of whatever is there. False: no room.
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version);
  /// reserve stages one number. False: no room, or something else of that subscriber is staged.
  bool reserve(const Imsi& imsi, std::uint64_t version, std::uint64_t seq_reserved);
  const Staged* find(const Imsi& imsi) const;
  const Map& all() const { return map_; }
  Map& all() { return map_; }
  bool empty() const { return map_.empty(); }
  void clear() { map_.clear(); }

  /// More than this is refused until a commit: a store that cannot write must not eat memory.
  static constexpr std::size_t staged_max = 1'000'000;

 private:
  Map map_;
};

}  // namespace baton::store
