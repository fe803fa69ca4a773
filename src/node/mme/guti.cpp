#include "node/mme/guti.h"

namespace baton::node::mme {

void RememberedGutis::remember(MTmsi m, Imsi imsi) {
  if (limit_ == 0) return;
  if (!imsis_.insert_or_assign(m, std::move(imsi)).second) return;
  order_.push_back(m);
  // An M-TMSI that was forgotten stays in order_ until its turn; the queue is cut with the table.
  while (imsis_.size() > limit_ || order_.size() > 2 * limit_) {
    imsis_.erase(order_.front());
    order_.pop_front();
  }
}

const Imsi* RememberedGutis::find(MTmsi m) const {
  const auto it = imsis_.find(m);
  return it == imsis_.end() ? nullptr : &it->second;
}

}  // namespace baton::node::mme
