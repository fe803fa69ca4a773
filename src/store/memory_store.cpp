#include "store/memory_store.h"

#include <algorithm>
#include <string>
#include <utility>

namespace baton::store {

namespace {

StoreError made_to_fail(StoreFault as) { return {"the store was made to fail", as}; }

}  // namespace

Expected<std::optional<context::SubscriberRecord>, StoreError> MemoryStore::find(const Imsi& imsi) {
  if (failing_loads_ > 0) {
    --failing_loads_;
    return Fail{made_to_fail(loads_fail_as_)};
  }
  std::optional<context::SubscriberRecord> out;
  if (const Staged* staged = staged_.find(imsi)) {
    if (staged->record) out = staged->record->copy();
  } else if (const auto found = durable_.find(imsi); found != durable_.end()) {
    out = found->second.copy();
  }
  return out;
}

const context::SubscriberRecord* MemoryStore::at_hand(const Imsi& imsi) {
  if (failing_loads_ > 0 || staged_.find(imsi) != nullptr) return nullptr;
  const auto found = durable_.find(imsi);
  return found == durable_.end() ? nullptr : &found->second;
}

bool MemoryStore::put(context::SubscriberRecord record) { return staged_.put(std::move(record)); }
bool MemoryStore::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  return staged_.remove(imsi, version);
}

Expected<Committed, StoreError> MemoryStore::commit() {
  if (failing_syncs_ > 0) {
    --failing_syncs_;
    return Fail{made_to_fail(syncs_fail_as_)};
  }
  ++syncs_;
  Committed out;
  for (auto& [imsi, staged] : staged_.all()) {
    const auto there = durable_.find(imsi);
    const std::uint64_t version = there == durable_.end() ? 0 : there->second.version.value_or(0);
    if (!may_replace(staged.expected, version)) {
      out.conflicts.push_back(imsi);
    } else if (!staged.record) {
      durable_.erase(imsi);
    } else {
      if (!staged.record->version) staged.record->version = version + 1;
      durable_.insert_or_assign(imsi, std::move(*staged.record));
    }
  }
  staged_.clear();
  return out;
}

Expected<Committed, StoreError> MemoryStore::commit_whole() {
  Committed out;
  for (const auto& [imsi, staged] : staged_.all()) {
    const auto there = durable_.find(imsi);
    const std::uint64_t version = there == durable_.end() ? 0 : there->second.version.value_or(0);
    if (!may_replace(staged.expected, version)) out.conflicts.push_back(imsi);
  }
  if (out.conflicts.empty() || failing_syncs_ > 0) return commit();
  staged_.clear();
  return out;
}

void MemoryStore::crash() { staged_.clear(); }

std::size_t MemoryStore::size() const { return subscribers().size(); }

std::vector<Imsi> MemoryStore::subscribers() const {
  std::vector<Imsi> out;
  for (const auto& [imsi, record] : durable_)
    if (staged_.find(imsi) == nullptr) out.push_back(imsi);
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

Expected<std::vector<context::SubscriberRecord>, StoreError> MemoryStore::range(
    const std::optional<Imsi>& after, std::size_t limit) {
  std::vector<context::SubscriberRecord> out;
  const std::vector<Imsi> all = subscribers();
  auto at = after ? std::upper_bound(all.begin(), all.end(), *after) : all.begin();
  for (; at != all.end() && out.size() < limit; ++at) {
    auto found = find(*at);
    if (!found) return Fail{found.why()};
    if (*found) out.push_back(std::move(**found));
  }
  return out;
}

Expected<Joined, StoreError> MemoryStore::join(const Member& who, Instant now, Instant until) {
  auto joined = may_join(seats_, who, now);
  if (!joined) return joined;
  std::erase_if(seats_, [&](const Seat& s) {
    return s.member.name == who.name || std::find(joined->displaced.begin(), joined->displaced.end(),
                                                  s.member.name) != joined->displaced.end();
  });
  seats_.push_back({who, std::max(until, joined->after)});
  return joined;
}

Expected<Ok, StoreError> MemoryStore::extend(const Member& who, Instant until) {
  if (failing_syncs_ > 0) {
    --failing_syncs_;
    return Fail{made_to_fail(syncs_fail_as_)};
  }
  for (Seat& s : seats_) {
    if (s.member.name != who.name || s.member.run != who.run) continue;
    s.until = std::max(s.until, until);
    return Ok{};
  }
  return Fail{place_taken(who)};
}

}  // namespace baton::store
