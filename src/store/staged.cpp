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
  // After a removal it takes the place of what that removes.
  if (!after_removal && !follows) before.expected = record.version;
  if (record.version) ++*record.version;
  before.record = std::move(record);
  before.reserved.reset();
  return true;
}

bool Staging::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  const auto at = map_.find(imsi);
  if (at == map_.end()) {
    if (map_.size() >= staged_max) return false;
    map_.emplace(imsi, Staged{std::nullopt, version, std::nullopt});
    return true;
  }
  const Staged& before = at->second;
  // Of what is staged: what that expected to find is to be removed, and a new one is not to become.
  const bool follows = version && ((before.record && before.record->version == version) ||
                                   (before.reserved && *before.expected + 1 == *version));
  if (follows && before.expected == 0U)
    map_.erase(at);
  else
    at->second = Staged{std::nullopt, follows ? before.expected : version, std::nullopt};
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
