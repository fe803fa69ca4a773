// cached_store.h: the records that were asked for last, in memory, in front of a store of one's own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ids/imsi_map.h"
#include "store/sequence_log.h"
#include "store/store.h"

namespace baton::store {

/// CachedStore answers from memory what it has read or written before. A commit goes to the store below, and
/// what is in memory follows only when that has succeeded. It is for a store that nobody else writes to while
/// it is served: what another process writes is seen when it leads to a conflict, which drops the record
/// here, or when the record falls out. Versions keep even then what the other wrote.
///
/// With a log, reservations of SEQs go there and not to the store below, which is behind by them until the
/// record is written as a whole or `settle` is called. A record has then one version more here for each.
class CachedStore final : public Store {
 public:
  CachedStore(std::unique_ptr<Store> below, std::size_t records_max,
              std::unique_ptr<SequenceLog> log = nullptr);
  ~CachedStore() override;

  Found find(const Imsi& imsi) override;
  const context::SubscriberRecord* at_hand(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  bool reserve(const Imsi& imsi, std::optional<std::uint64_t> version, std::uint64_t seq_reserved) override;
  using Store::remove;
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) override;
  Expected<Joined, StoreError> join(const Member& who, Instant now, Instant until) override {
    return below_->join(who, now, until);
  }
  Expected<Ok, StoreError> extend(const Member& who, Instant until) override {
    return below_->extend(who, until);
  }
  Expected<Committed, StoreError> commit() override;
  Expected<Committed, StoreError> commit_whole() override;
  void crash() override;
  std::size_t size() const override { return below_->size(); }
  std::vector<Imsi> subscribers() const override { return below_->subscribers(); }
  Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                     std::size_t limit) override;

  /// fill reads records, in their order, until there is no more room for them. Gives how many there are.
  Expected<std::size_t, StoreError> fill();
  /// settle writes what is in the log into the store below, and begins the log anew. Nothing is staged.
  Expected<Ok, StoreError> settle();

  Store& below() { return *below_; }
  const SequenceLog* log() const { return log_.get(); }
  std::size_t cached() const { return records_.size(); }
  std::uint64_t hits() const { return hits_; }

 private:
  struct Cached {
    context::SubscriberRecord record;
    std::optional<std::uint64_t> below;  ///< the version that the store below has
    bool reserving = false;              ///< a reservation waits for a commit of the log
  };
  /// What becomes of a cached record when the commit succeeds; no record: it is dropped.
  struct Follows {
    std::optional<context::SubscriberRecord> record;
    std::optional<std::uint64_t> below;
    Imsi imsi;
  };
  struct Reserving {
    std::uint64_t imsi;
    std::uint64_t seq;
  };

  void keep(std::uint64_t number, context::SubscriberRecord record, std::optional<std::uint64_t> below);
  Expected<Ok, StoreError> commit_log();
  void drop(std::uint64_t number) { records_.erase(number); }
  /// touched is whether something of the subscriber waits for a commit of the store below.
  bool touched(std::uint64_t number) const { return !staged_.empty() && staged_.contains(number); }
  /// raise brings a record of the store below to what the log says. Gives the version it had.
  std::optional<std::uint64_t> raise(std::uint64_t number, context::SubscriberRecord& record) const;
  /// below_version is what the store below calls the version that a caller has read here.
  std::optional<std::uint64_t> below_version(std::uint64_t number,
                                             std::optional<std::uint64_t> version) const;

  std::unique_ptr<Store> below_;
  std::unique_ptr<SequenceLog> log_;
  std::size_t records_max_;
  ImsiMap<Cached> records_;
  std::deque<std::uint64_t> order_;  ///< as they came; the first one goes first
  std::unordered_map<std::uint64_t, Follows> staged_;
  std::vector<Reserving> reserving_;
  std::uint64_t hits_ = 0;
};

}  // namespace baton::store
