// cached_store.h: the records that were asked for last, in memory, in front of a store of one's own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "store/store.h"

namespace baton::store {

/// CachedStore answers from memory what it has read or written before. A commit goes to the store below, and
/// what is in memory follows only when that has succeeded. It is for a store that nobody else writes to while
/// it is served: what another process writes is seen when it leads to a conflict, which drops the record
/// here, or when the record falls out. Versions keep even then what the other wrote.
class CachedStore final : public Store {
 public:
  CachedStore(std::unique_ptr<Store> below, std::size_t records_max);

  Found find(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  bool reserve(const Imsi& imsi, std::optional<std::uint64_t> version, std::uint64_t seq_reserved) override;
  using Store::remove;
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) override;
  Expected<Committed, StoreError> commit() override;
  void crash() override;
  std::size_t size() const override { return below_->size(); }
  std::vector<Imsi> subscribers() const override { return below_->subscribers(); }
  Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                     std::size_t limit) override {
    return below_->range(after, limit);
  }

  Store& below() { return *below_; }
  std::size_t cached() const { return records_.size(); }
  std::uint64_t hits() const { return hits_; }

 private:
  struct Hash {
    std::size_t operator()(const Imsi& imsi) const { return std::hash<std::string_view>()(imsi.digits()); }
  };
  using Records = std::unordered_map<Imsi, context::SubscriberRecord, Hash>;

  void keep(context::SubscriberRecord record);
  /// touched is whether something of the subscriber waits for a commit: the store below knows what.
  bool touched(const Imsi& imsi) const { return staged_.contains(imsi); }

  std::unique_ptr<Store> below_;
  std::size_t records_max_;
  Records records_;
  std::deque<Imsi> order_;  ///< as they came; the first one goes first
  /// What becomes of a cached record when the commit succeeds; nothing: it is dropped.
  std::unordered_map<Imsi, std::optional<context::SubscriberRecord>, Hash> staged_;
  std::uint64_t hits_ = 0;
};

}  // namespace baton::store
