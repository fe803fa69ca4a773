// paging.cpp: an idle UE is looked for (TS 36.413, 8.5; TS 36.331, 5.3.2).
#include <algorithm>

#include "node/enb/enb.h"

namespace baton::node::enb {

//= TS 36.413, 8.5.2
void Enb::on_paging(const s1ap::Paging& m) {
  const bool here = std::any_of(m.tais.begin(), m.tais.end(), [&](const Tai& t) {
    return t.tac == config_.cell.tac &&
           std::find(config_.plmns.begin(), config_.plmns.end(), t.plmn) != config_.plmns.end();
  });
  if (!here) {
    out_->count("paging_elsewhere");
    return;
  }
  const auto* s_tmsi = std::get_if<STmsi>(&m.ue_paging_id);
  if (s_tmsi == nullptr) {
    // Paging by IMSI exists for an MME that lost its UEs' temporary identities; the stand-in has none.
    out_->count("paging_by_imsi");
    return;
  }
  out_->count("paging");
  // On the air every UE of this paging occasion wakes up. Here those do that said they are the one looked
  // for, and, where nobody did, all: a UE may have got its identity after it camped.
  const auto is_it = [&](const auto& c) { return c.second == *s_tmsi; };
  const bool known = std::any_of(camped_.begin(), camped_.end(), is_it);
  for (const auto& c : camped_)
    if (!known || is_it(c)) send_plain(c.first, rrc::Channel::broadcast, rrc::Paging{{*s_tmsi}});
}

}  // namespace baton::node::enb
