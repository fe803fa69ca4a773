#include "store/store.h"

#include <algorithm>
#include <utility>

namespace baton::store {

std::optional<context::SubscriberRecord> Store::load(const Imsi& imsi) {
  auto found = find(imsi);
  return found ? std::move(*found) : std::nullopt;
}

std::vector<Store::Found> Store::find_all(const std::vector<Imsi>& imsis) {
  std::vector<Found> out;
  out.reserve(imsis.size());
  for (const Imsi& imsi : imsis) out.push_back(find(imsi));
  return out;
}

bool Store::sync() {
  const auto done = commit();
  return done && done->conflicts.empty();
}

bool Store::reserve(const Imsi& imsi, std::optional<std::uint64_t> version, std::uint64_t seq_reserved) {
  auto record = load(imsi);
  if (!record) return false;
  record->seq_reserved = seq_reserved;
  record->version = version;
  return put(std::move(*record));
}

namespace {

/// take puts new records and commits once. A conflict keeps all of them out where they belong together.
Expected<std::size_t, StoreError> take(Store& store, std::vector<context::SubscriberRecord> records,
                                       bool together) {
  const std::size_t n = records.size();
  for (auto& record : records) {
    record.version = 0;
    if (!store.put(std::move(record))) {
      store.crash();  // drop what was staged: all or nothing
      return Fail{StoreError{"the store takes no more subscribers", StoreFault::full}};
    }
  }
  const auto done = together ? store.commit_whole() : store.commit();
  if (!done) {
    store.crash();
    const StoreFault fault = done.why().fault;
    // Another machine was asked and did not answer: it may have done it.
    const bool open = fault == StoreFault::slow || fault == StoreFault::gone;
    return Fail{StoreError{std::string("the store could not make the import durable, ") +
                               (open ? "and whether it happened is open: " : "nothing was imported: ") +
                               done.why().what,
                           fault}};
  }
  if (!done->conflicts.empty())
    return Fail{StoreError{std::to_string(done->conflicts.size()) +
                               " subscribers are there already and stay as they are, the first is " +
                               done->conflicts.front().digits() +
                               (together ? "; nothing was imported" : "; the others were imported"),
                           StoreFault::conflict}};
  return n;
}

}  // namespace

Expected<std::size_t, StoreError> import(Store& store, std::vector<context::SubscriberRecord> records) {
  return take(store, std::move(records), true);
}

Expected<std::size_t, StoreError> add_missing(Store& store, std::vector<context::SubscriberRecord> records) {
  std::vector<context::SubscriberRecord> missing;
  for (std::size_t from = 0; from < records.size(); from += sought_at_once) {
    const std::size_t to = std::min(from + sought_at_once, records.size());
    std::vector<Imsi> sought;
    for (std::size_t i = from; i < to; ++i) sought.push_back(records[i].imsi);
    const auto found = store.find_all(sought);
    for (std::size_t i = from; i < to; ++i) {
      if (!found[i - from]) return Fail{found[i - from].why()};
      if (!*found[i - from]) missing.push_back(std::move(records[i]));
    }
  }
  const std::size_t n = missing.size();
  if (n == 0) return n;
  auto kept = take(store, std::move(missing), false);
  if (!kept && kept.why().fault == StoreFault::conflict) return n;
  return kept;
}

}  // namespace baton::store
