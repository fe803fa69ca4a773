// store.h: what is remembered, and the points at which it is certain to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"
#include "context/store_fault.h"
#include "context/subscriber.h"
#include "store/members.h"

namespace baton::store {

using context::StoreFault;

/// Why a store refused.
struct StoreError {
  std::string what;  ///< in words, without key material
  StoreFault fault = StoreFault::io;
};

/// Committed is what became of what was staged.
struct Committed {
  /// Not written, because the record is not of the version any more that it was loaded with. Its other
  /// companions of the same commit are written.
  std::vector<Imsi> conflicts{};
};

/// Store keeps subscribers. `put` stages a record; nothing staged is promised to survive until `commit` has
/// succeeded. One commit covers everything staged before it (group commit), all of it or none, conflicts
/// apart.
///
/// Several processes may share a store. Every record has a version, which goes up by one with each write; a
/// record that is put carries the version it was loaded with, and is written only if that is still the one
/// there. So neither does one process overwrite what another wrote, nor can two reserve the same SEQs.
class Store {
 public:
  virtual ~Store() = default;
  /// What a search gives: a record, nothing when there is no such subscriber, an error when the store cannot
  /// say.
  using Found = Expected<std::optional<context::SubscriberRecord>, StoreError>;
  /// find sees staged records too, with the version they will have. Nothing when there is no such
  /// subscriber; an error when the store cannot say.
  virtual Expected<std::optional<context::SubscriberRecord>, StoreError> find(const Imsi& imsi) = 0;
  /// at_hand is a record that is in memory and of which nothing is staged, exactly as it is durable; valid
  /// until the next call. Null says nothing: find() does.
  virtual const context::SubscriberRecord* at_hand(const Imsi&) { return nullptr; }
  /// find_all finds several, each as find() does: a store on another machine is asked once for all.
  virtual std::vector<Found> find_all(const std::vector<Imsi>& imsis);
  /// put stages a record, new or changed (SubscriberRecord::version says what it may replace). False when
  /// the store can take no more before a commit.
  virtual bool put(context::SubscriberRecord record) = 0;
  /// reserve is a put of one number in the record that was read at `version`: SEQs up to `seq_reserved` count
  /// as used. A back end that can write that with less than the whole record does, and says at the commit
  /// that there is no such record of that version (Committed::conflicts).
  virtual bool reserve(const Imsi& imsi, std::optional<std::uint64_t> version, std::uint64_t seq_reserved);
  /// remove stages the removal of a record, of that version if there is one: of another, or of none, it is a
  /// conflict. Without a version, removing what is not there is no error.
  virtual bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) = 0;
  bool remove(const Imsi& imsi) { return remove(imsi, std::nullopt); }
  /// commit makes everything staged durable. When it fails nothing of it can be relied on, and it stays
  /// staged: the next commit tries again, and crash() drops it. A failure in the middle of a commit to
  /// another machine leaves open whether it happened; the versions tell at the next attempt.
  virtual Expected<Committed, StoreError> commit() = 0;
  /// commit_whole is a commit in which a conflict keeps everything from being written; what was staged is
  /// dropped then. For many records that belong together.
  virtual Expected<Committed, StoreError> commit_whole() { return commit(); }
  /// crash forgets what was not committed, as the loss of the process would.
  virtual void crash() = 0;
  virtual std::size_t size() const = 0;
  /// subscribers lists the IMSIs in ascending order.
  virtual std::vector<Imsi> subscribers() const = 0;
  /// range gives at most `limit` records whose IMSI comes after `after`, in ascending order; from the first
  /// one without `after`. Fewer than `limit` are the last. Staged records are seen.
  virtual Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                             std::size_t limit) = 0;

  /// join gives a start of an HSS its place among the others of the store, durably; its SEQs of the clock go
  /// up to `until` then. StoreFault::conflict: another has indices of its range. What is staged is not
  /// touched.
  virtual Expected<Joined, StoreError> join(const Member& who, Instant now, Instant until) = 0;
  /// extend moves that instant on, durably; it never goes back. StoreFault::conflict: another start has taken
  /// the place, and what this one gives by the clock ends where it was.
  virtual Expected<Ok, StoreError> extend(const Member& who, Instant until) = 0;

  /// load is find() for who cannot do anything about a failure: it takes that for absence.
  std::optional<context::SubscriberRecord> load(const Imsi& imsi);
  /// sync is commit() for who has to know only whether everything staged is durable now.
  bool sync();
};

/// import puts new records and commits once: all of them are kept, or none. What is there already is never
/// written over: StoreFault::conflict then, and nothing is kept.
Expected<std::size_t, StoreError> import(Store& store, std::vector<context::SubscriberRecord> records);
/// add_missing imports those of the records that the store does not have, and gives their number. An error of
/// the store, which may have them and cannot say so, adds nothing. Who brings the same ones meanwhile is no
/// error.
Expected<std::size_t, StoreError> add_missing(Store& store, std::vector<context::SubscriberRecord> records);
/// Records that add_missing asks for at a time.
inline constexpr std::size_t sought_at_once = 500;

/// may_replace is whether a record that carries `carried` may be written where `there` is the version in the
/// store; 0 for none there.
constexpr bool may_replace(const std::optional<std::uint64_t>& carried, std::uint64_t there) {
  return !carried || *carried == there;
}

}  // namespace baton::store
