#include "store/cached_store.h"

#include <utility>

namespace baton::store {

CachedStore::CachedStore(std::unique_ptr<Store> below, std::size_t records_max)
    : below_(std::move(below)), records_max_(records_max) {}

Store::Found CachedStore::find(const Imsi& imsi) {
  if (touched(imsi)) return below_->find(imsi);
  if (const auto at = records_.find(imsi); at != records_.end()) {
    ++hits_;
    return std::optional(at->second.copy());
  }
  auto found = below_->find(imsi);
  if (found && *found) keep((*found)->copy());
  return found;
}

void CachedStore::keep(context::SubscriberRecord record) {
  if (const auto at = records_.find(record.imsi); at != records_.end()) {
    at->second = std::move(record);
    return;
  }
  // A name in `order_` whose record is gone by now costs a turn and no more.
  while (records_.size() >= records_max_ && !order_.empty()) {
    records_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(record.imsi);
  Imsi imsi = record.imsi;
  records_.emplace(std::move(imsi), std::move(record));
}

bool CachedStore::put(context::SubscriberRecord record) {
  Imsi imsi = record.imsi;
  std::optional<context::SubscriberRecord> follows;
  // Only what carries a version is known to be what the row will be.
  if (record.version) {
    follows = record.copy();
    ++*follows->version;
  }
  if (!below_->put(std::move(record))) return false;
  staged_.insert_or_assign(std::move(imsi), std::move(follows));
  return true;
}

bool CachedStore::reserve(const Imsi& imsi, std::optional<std::uint64_t> version,
                          std::uint64_t seq_reserved) {
  std::optional<context::SubscriberRecord> follows;
  if (const auto at = records_.find(imsi);
      at != records_.end() && version && at->second.version == version && !touched(imsi)) {
    follows = at->second.copy();
    follows->seq_reserved = seq_reserved;
    ++*follows->version;
  }
  if (!below_->reserve(imsi, version, seq_reserved)) return false;
  staged_.insert_or_assign(imsi, std::move(follows));
  return true;
}

bool CachedStore::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  if (!below_->remove(imsi, version)) return false;
  staged_.insert_or_assign(imsi, std::nullopt);
  return true;
}

Expected<Committed, StoreError> CachedStore::commit() {
  auto done = below_->commit();
  if (!done) {
    // It may have happened all the same: what is in memory cannot be relied on. What is staged stays so.
    for (const auto& [imsi, follows] : staged_) records_.erase(imsi);
    return done;
  }
  for (const Imsi& imsi : done->conflicts) staged_[imsi].reset();
  for (auto& [imsi, follows] : staged_) {
    if (follows)
      keep(std::move(*follows));
    else
      records_.erase(imsi);
  }
  staged_.clear();
  return done;
}

void CachedStore::crash() {
  below_->crash();
  for (const auto& [imsi, follows] : staged_) records_.erase(imsi);
  staged_.clear();
}

}  // namespace baton::store
