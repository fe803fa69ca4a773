#include "node/mme/departed.h"

namespace baton::node::mme {

void Departures::remember(const Imsi& imsi, const MmePeer& to, Instant now) {
  if (limit_ == 0) return;
  gone_.insert_or_assign(imsi, Entry{&to, now});
  by_age_.emplace_back(imsi, now);
  while (!by_age_.empty() && (by_age_.front().second + departure_kept < now || by_age_.size() > limit_)) {
    const auto oldest = gone_.find(by_age_.front().first);
    if (oldest != gone_.end() && oldest->second.at == by_age_.front().second) gone_.erase(oldest);
    by_age_.pop_front();
  }
}

const MmePeer* Departures::take(const Imsi& imsi, Instant now) {
  const auto it = gone_.find(imsi);
  if (it == gone_.end()) return nullptr;
  const Entry entry = it->second;
  gone_.erase(it);
  return now <= entry.at + departure_kept ? entry.to : nullptr;
}

}  // namespace baton::node::mme
