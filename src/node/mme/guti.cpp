#include "node/mme/guti.h"

#include "node/mme/procedures.h"

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

void used_guti(Core& core, Ue& ue, const Guti& guti) {
  if (guti.mme != core.config.gummei) return;  // it never heard of ours
  core.ues.forget_former(ue);
  if (!ue.old_guti) return;
  if (ue.guti && *ue.old_guti == guti) std::swap(ue.guti, ue.old_guti);
  settle_guti(core, ue);
}

bool new_guti(Core& core, Ue& ue) {
  const auto m = draw_m_tmsi(core.entropy, [&core](MTmsi t) {
    return core.ues.find(t) != nullptr || core.remembered.find(t) != nullptr;
  });
  if (!m) return false;
  settle_guti(core, ue);  // a GUTI that was never acknowledged is the old one now
  ue.old_guti = ue.guti;
  ue.guti = Guti{core.config.gummei, *m};
  core.ues.name(ue, *m);
  return true;
}

void settle_guti(Core& core, Ue& ue) {
  if (!ue.old_guti) return;
  core.ues.unname(ue.old_guti->m_tmsi);
  ue.old_guti.reset();
}

}  // namespace baton::node::mme
