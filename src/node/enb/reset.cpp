// reset.cpp: one end has lost its contexts, all or some (TS 36.413, 8.7.1).
#include "node/enb/enb.h"

namespace baton::node::enb {

void Enb::leave_all(std::size_t mme, std::string_view reason) {
  for (auto& [id, ue] : ues_)
    if (ue->phase == Ue::Phase::connected && ue->mme == mme) leave(*ue, reason);
}

//= TS 36.413, 8.7.1.2.1
void Enb::on_reset(std::size_t mme, const s1ap::Reset& m, Diagnostics diagnostics) {
  out_->count("s1_reset_received");
  out_->log(LogLevel::warning, mmes_[mme].peer.name + " resets: " + s1ap::to_string(m.cause));
  s1ap::ResetAcknowledge acknowledge{{}, std::move(diagnostics)};
  if (const auto* connections = std::get_if<std::vector<s1ap::UeConnection>>(&m.type)) {
    for (const s1ap::UeConnection& c : *connections) {
      Ue* ue = nullptr;
      if (c.enb_ue_id) {
        ue = ue_by_id(*c.enb_ue_id);
        if (ue != nullptr && (ue->mme != mme || (c.mme_ue_id && ue->mme_ue_id != c.mme_ue_id))) ue = nullptr;
      } else if (c.mme_ue_id) {
        ue = ue_by_mme_id(mme, *c.mme_ue_id);
      }
      if (ue != nullptr) leave(*ue, "reset by the MME");
    }
    // In the order of the request, also what was not known: it is gone either way.
    acknowledge.connections = *connections;
  } else {
    leave_all(mme, "reset by the MME");
  }
  send_s1ap(mme, 0, acknowledge);
}

//= TS 36.413, 8.7.1.2.2
void Enb::on_reset_acknowledge(std::size_t, const s1ap::ResetAcknowledge&) {
  // The contexts were given up when the Reset was sent, so nothing is left to do.
  out_->count("s1_reset_acknowledged");
}

}  // namespace baton::node::enb
