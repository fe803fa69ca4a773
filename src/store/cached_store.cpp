#include "store/cached_store.h"

#include <utility>

namespace baton::store {

namespace {

/// Rows of one transaction when the log is written into the store below, and records read at a time.
constexpr std::size_t at_once = 10'000;

}  // namespace

CachedStore::CachedStore(std::unique_ptr<Store> below, std::size_t records_max,
                         std::unique_ptr<SequenceLog> log)
    : below_(std::move(below)), log_(std::move(log)), records_max_(records_max) {}

// What does not get there stays in the log, and counts at the next start.
CachedStore::~CachedStore() { (void)settle(); }

std::optional<std::uint64_t> CachedStore::raise(std::uint64_t number,
                                                context::SubscriberRecord& record) const {
  const auto below = record.version;
  const auto* said = log_ ? log_->find(number) : nullptr;
  if (said == nullptr || !said->raises(record)) return below;
  record.seq_reserved = said->seq;
  if (record.version) record.version = std::max(*record.version + 1, said->version);
  return below;
}

Store::Found CachedStore::find(const Imsi& imsi) {
  const std::uint64_t number = number_of(imsi);
  if (touched(number)) {
    const Follows& f = staged_.at(number);
    if (f.record) return std::optional(f.record->copy());
    return below_->find(imsi);
  }
  if (const Cached* c = records_.find(number)) {
    ++hits_;
    auto out = std::optional(c->record.copy());
    if (!c->reserving) return out;
    for (const Reserving& r : reserving_)
      if (r.imsi == number) out->seq_reserved = r.seq;
    ++*out->version;
    return out;
  }
  auto found = below_->find(imsi);
  if (found && *found) {
    const auto below = raise(number, **found);
    keep(number, (*found)->copy(), below);
  }
  return found;
}

const context::SubscriberRecord* CachedStore::at_hand(const Imsi& imsi) {
  const std::uint64_t number = number_of(imsi);
  const Cached* c = records_.find(number);
  if (c == nullptr || c->reserving || touched(number)) return nullptr;
  ++hits_;
  return &c->record;
}

void CachedStore::keep(std::uint64_t number, context::SubscriberRecord record,
                       std::optional<std::uint64_t> below) {
  if (Cached* c = records_.find(number)) {
    c->record = std::move(record);
    c->below = below;
    c->reserving = false;
    return;
  }
  // A name in `order_` whose record is gone by now costs a turn and no more. One with a reservation under way
  // has its turn when all others had theirs.
  for (std::size_t turns = order_.size(); records_.size() >= records_max_ && turns > 0; --turns) {
    const std::uint64_t first = order_.front();
    order_.pop_front();
    if (const Cached* c = records_.find(first); c != nullptr && c->reserving)
      order_.push_back(first);
    else
      records_.erase(first);
  }
  order_.push_back(number);
  records_.put(number, {std::move(record), below});
}

std::optional<std::uint64_t> CachedStore::below_version(std::uint64_t number,
                                                        std::optional<std::uint64_t> version) const {
  if (!version) return version;
  if (const auto at = staged_.find(number); at != staged_.end())
    return at->second.record && at->second.record->version == version ? at->second.below : version;
  const Cached* c = records_.find(number);
  if (c == nullptr || !c->record.version) return version;
  const std::uint64_t here = *c->record.version + (c->reserving ? 1 : 0);
  return here == *version ? c->below : version;
}

bool CachedStore::put(context::SubscriberRecord record) {
  const std::uint64_t number = number_of(record.imsi);
  // A new row for somebody of whom the log knows more: the database is another one, and what left has left.
  // Who was removed on purpose is forgotten there.
  if (record.version == 0)
    if (const auto* said = log_ ? log_->find(number) : nullptr; said != nullptr && said->raises(record))
      record.seq_reserved = said->seq;
  Follows follows{std::nullopt, below_version(number, record.version), record.imsi};
  // Only what carries a version is known to be what the row will be.
  if (record.version) {
    follows.record = record.copy();
    ++*follows.record->version;
    record.version = follows.below;
    if (follows.below) ++*follows.below;
  }
  if (!below_->put(std::move(record))) return false;
  staged_.insert_or_assign(number, std::move(follows));
  return true;
}

bool CachedStore::reserve(const Imsi& imsi, std::optional<std::uint64_t> version,
                          std::uint64_t seq_reserved) {
  const std::uint64_t number = number_of(imsi);
  Cached* const c = records_.find(number);
  const bool as_cached =
      c != nullptr && version && c->record.version == version && !c->reserving && !touched(number);
  if (as_cached && log_) {
    log_->stage(SequenceLog::Entry::of(c->record, number, seq_reserved, *version + 1));
    c->reserving = true;
    reserving_.push_back({number, seq_reserved});
    return true;
  }
  Follows follows{std::nullopt, below_version(number, version), imsi};
  if (as_cached) {
    follows.record = c->record.copy();
    follows.record->seq_reserved = seq_reserved;
    ++*follows.record->version;
  }
  if (!below_->reserve(imsi, follows.below, seq_reserved)) return false;
  if (follows.below) ++*follows.below;
  staged_.insert_or_assign(number, std::move(follows));
  return true;
}

bool CachedStore::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  const std::uint64_t number = number_of(imsi);
  if (!below_->remove(imsi, below_version(number, version))) return false;
  staged_.insert_or_assign(number, Follows{std::nullopt, std::nullopt, imsi});
  return true;
}

Expected<Ok, StoreError> CachedStore::commit_log() {
  if (reserving_.empty()) return Ok{};
  if (const auto logged = log_->commit(); !logged) return Fail{logged.why()};
  for (const Reserving& r : std::exchange(reserving_, {})) {
    Cached* const c = records_.find(r.imsi);
    if (c == nullptr) continue;
    c->reserving = false;
    c->record.seq_reserved = r.seq;
    ++*c->record.version;
  }
  return Ok{};
}

Expected<Committed, StoreError> CachedStore::commit() {
  if (const auto logged = commit_log(); !logged) return Fail{logged.why()};
  if (staged_.empty()) return Committed{};
  auto done = below_->commit();
  if (!done) {
    // It may have happened all the same: what is in memory cannot be relied on. What is staged stays so.
    for (const auto& [number, follows] : staged_) drop(number);
    return done;
  }
  for (const Imsi& imsi : done->conflicts) {
    const std::uint64_t number = number_of(imsi);
    drop(number);
    staged_.erase(number);
  }
  for (auto& [number, follows] : staged_) {
    // The row was written from what the log says, or over it on purpose.
    if (log_) log_->forget(number);
    if (follows.record)
      keep(number, std::move(*follows.record), follows.below);
    else
      drop(number);
  }
  staged_.clear();
  return done;
}

Expected<Committed, StoreError> CachedStore::commit_whole() {
  if (const auto logged = commit_log(); !logged) return Fail{logged.why()};
  auto done = below_->commit_whole();
  const bool written = done && done->conflicts.empty();
  // They are many: each is read again when it is asked for.
  for (const auto& [number, follows] : staged_) {
    if (written && log_) log_->forget(number);
    drop(number);
  }
  if (done) staged_.clear();
  return done;
}

void CachedStore::crash() {
  below_->crash();
  if (log_) log_->drop();
  for (const Reserving& r : reserving_)
    if (Cached* c = records_.find(r.imsi)) c->reserving = false;
  reserving_.clear();
  for (const auto& [number, follows] : staged_) drop(number);
  staged_.clear();
}

Expected<std::vector<context::SubscriberRecord>, StoreError> CachedStore::range(
    const std::optional<Imsi>& after, std::size_t limit) {
  auto found = below_->range(after, limit);
  if (found && log_)
    for (auto& record : *found) (void)raise(number_of(record.imsi), record);
  return found;
}

Expected<std::size_t, StoreError> CachedStore::fill() {
  std::optional<Imsi> after;
  for (;;) {
    auto found =
        below_->range(after, std::min(at_once, records_max_ - std::min(records_max_, records_.size())));
    if (!found) return Fail{found.why()};
    for (auto& record : *found) {
      const std::uint64_t number = number_of(record.imsi);
      const auto below = raise(number, record);
      after = record.imsi;
      keep(number, std::move(record), below);
    }
    if (found->size() < at_once) return records_.size();
  }
}

Expected<Ok, StoreError> CachedStore::settle() {
  if (!log_ || log_->all().empty()) return Ok{};
  const auto& all = log_->all();
  for (std::size_t i = 0; i < all.size();) {
    for (const std::size_t end = std::min(all.size(), i + at_once); i < end; ++i) {
      const auto imsi = imsi_of(all[i].imsi);
      if (!imsi) continue;
      const Cached* c = records_.find(all[i].imsi);
      if (c != nullptr && c->below && c->record.seq_reserved == all[i].seq) {
        if (!below_->reserve(*imsi, c->below, all[i].seq))
          return Fail{StoreError{"the store takes no more", StoreFault::full}};
        continue;
      }
      auto found = below_->find(*imsi);
      if (!found) return Fail{found.why()};
      if (*found && all[i].raises(**found) && !below_->reserve(*imsi, (*found)->version, all[i].seq))
        return Fail{StoreError{"the store takes no more", StoreFault::full}};
    }
    const auto done = below_->commit();
    if (!done) {
      below_->crash();
      return Fail{done.why()};
    }
    if (!done->conflicts.empty())
      return Fail{StoreError{"another process writes to the store", StoreFault::conflict}};
  }
  // What is in memory has the versions of before.
  records_.clear();
  order_.clear();
  return log_->clear();
}

}  // namespace baton::store
