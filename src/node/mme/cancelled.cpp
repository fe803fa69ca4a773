#include "node/mme/cancelled.h"

namespace baton::node::mme {

void Cancellations::remember(const std::string& mme, const Imsi& imsi, wire::gtp2::Sequence number,
                             Instant now) {
  if (limit_ == 0) return;
  Key key{mme, imsi};
  const auto [it, fresh] = cancelled_.try_emplace(key, Entry{number, now});
  if (!fresh) {
    if (older(number, it->second.number)) return;  // a repetition of one before
    it->second = {number, now};
  }
  by_age_.emplace_back(std::move(key), now);
  while (!by_age_.empty() && (by_age_.front().second + cancellation_kept < now || by_age_.size() > limit_)) {
    const auto oldest = cancelled_.find(by_age_.front().first);
    if (oldest != cancelled_.end() && oldest->second.at == by_age_.front().second) cancelled_.erase(oldest);
    by_age_.pop_front();
  }
}

bool Cancellations::about(const std::string& mme, const Imsi& imsi, wire::gtp2::Sequence number,
                          Instant now) const {
  const auto it = cancelled_.find({mme, imsi});
  return it != cancelled_.end() && now <= it->second.at + cancellation_kept &&
         older(number, it->second.number);
}

void Cancellations::forget(const std::string& mme) {
  std::erase_if(cancelled_, [&](const auto& e) { return e.first.first == mme; });
}

}  // namespace baton::node::mme
