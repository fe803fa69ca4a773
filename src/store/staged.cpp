#include "store/staged.h"

#include <utility>

namespace baton::store {

bool Staging::put(context::SubscriberRecord record) {
  const auto at = map_.find(record.imsi);
  if (at == map_.end()) {
    if (map_.size() >= staged_max) return false;
    const auto expected = record.version;
    if (record.version) ++*record.version;
    Imsi imsi = record.imsi;
    map_.emplace(std::move(imsi), Staged{std::move(record), expected, std::nullopt});
    return true;
  }
  Staged& before = at->second;
  // Made from what is staged: it goes in its place, and what that expected to find still holds. Made from
  // anything else: it stands for itself.
  const bool after_removal = before.removal() && record.version.value_or(0) == 0;
  const bool follows = record.version && ((before.record && before.record->version == record.version) ||
                                          (before.reserved && *before.expected + 1 == *record.version));
  if (after_removal)
    before.expected.reset();
  else if (!follows)
    before.expected = record.version;
  if (record.version) ++*record.version;
  before.record = std::move(record);
  before.reserved.reset();
  return true;
}

bool Staging::remove(const Imsi& imsi) {
  if (map_.size() >= staged_max && !map_.contains(imsi)) return false;
  map_.insert_or_assign(imsi, Staged{});
  return true;
}

bool Staging::reserve(const Imsi& imsi, std::uint64_t version, std::uint64_t seq_reserved) {
  if (map_.size() >= staged_max || map_.contains(imsi)) return false;
  map_.emplace(imsi, Staged{std::nullopt, version, seq_reserved});
  return true;
}

const Staged* Staging::find(const Imsi& imsi) const {
  const auto at = map_.find(imsi);
  return at == map_.end() ? nullptr : &at->second;
}

}  // namespace baton::store
