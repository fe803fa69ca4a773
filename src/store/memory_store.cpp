#include "store/memory_store.h"

#include <algorithm>
#include <utility>

namespace baton::store {

std::optional<context::SubscriberRecord> MemoryStore::load(const Imsi& imsi) {
  if (const auto staged = staged_.find(imsi); staged != staged_.end()) {
    if (!staged->second) return std::nullopt;
    return staged->second->copy();
  }
  const auto found = durable_.find(imsi);
  if (found == durable_.end()) return std::nullopt;
  return found->second.copy();
}

bool MemoryStore::put(context::SubscriberRecord record) {
  Imsi imsi = record.imsi;
  staged_.insert_or_assign(std::move(imsi), std::optional(std::move(record)));
  return true;
}

bool MemoryStore::remove(const Imsi& imsi) {
  staged_.insert_or_assign(imsi, std::nullopt);
  return true;
}

bool MemoryStore::sync() {
  if (failing_syncs_ > 0) {
    --failing_syncs_;
    return false;
  }
  ++syncs_;
  for (auto& [imsi, record] : staged_) {
    if (record)
      durable_.insert_or_assign(imsi, std::move(*record));
    else
      durable_.erase(imsi);
  }
  staged_.clear();
  return true;
}

void MemoryStore::crash() { staged_.clear(); }

std::size_t MemoryStore::size() const { return subscribers().size(); }

std::vector<Imsi> MemoryStore::subscribers() const {
  std::vector<Imsi> out;
  for (const auto& [imsi, record] : durable_)
    if (!staged_.contains(imsi)) out.push_back(imsi);
  for (const auto& [imsi, record] : staged_)
    if (record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace baton::store
