#include "store/store.h"

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

Expected<std::size_t, StoreError> import(Store& store, std::vector<context::SubscriberRecord> records) {
  const std::size_t n = records.size();
  for (auto& record : records) {
    if (!store.put(std::move(record))) {
      store.crash();  // drop what was staged: all or nothing
      return Fail{StoreError{"the store takes no more subscribers", StoreFault::full}};
    }
  }
  if (const auto done = store.commit(); !done) {
    store.crash();
    return Fail{
        StoreError{"the store could not make the import durable, nothing was imported: " + done.why().what,
                   done.why().fault}};
  }
  return n;
}

}  // namespace baton::store
