// error_indication.cpp: ids that do not fit, and what is said about it (TS 36.413, 8.7.2 and 10.6).
#include "node/enb/enb.h"

namespace baton::node::enb {

void Enb::indicate_error(std::size_t mme, std::uint16_t stream, s1ap::Cause cause,
                         std::optional<s1ap::MmeUeS1apId> mme_ue_id,
                         std::optional<s1ap::EnbUeS1apId> enb_ue_id, Diagnostics diagnostics) {
  out_->count("s1ap_tx_error_indication");
  send_s1ap(mme, stream, s1ap::ErrorIndication{mme_ue_id, enb_ue_id, cause, std::move(diagnostics)});
}

//= TS 36.413, 10.6
Ue* Enb::addressed(std::size_t mme, std::uint16_t stream, s1ap::MmeUeS1apId mme_ue_id,
                   s1ap::EnbUeS1apId enb_ue_id, bool first) {
  Ue* ue = ue_by_id(enb_ue_id);
  const auto refuse = [&](s1ap::CauseRadioNetwork cause) -> Ue* {
    out_->count("s1ap_rx_unknown_ue");
    indicate_error(mme, stream, cause, mme_ue_id, enb_ue_id);
    return nullptr;
  };
  // A UE of another MME is as unknown to this one as a UE that does not exist.
  if (ue == nullptr || ue->mme != mme) return refuse(s1ap::CauseRadioNetwork::unknown_enb_ue_s1ap_id);
  if (ue->mme_ue_id == mme_ue_id) return ue;
  if (ue->mme_ue_id || !first) return refuse(s1ap::CauseRadioNetwork::unknown_pair_ue_s1ap_id);
  // The MME's first message about this UE brings its id, unless another UE has it already.
  if (ue_by_mme_id(mme, mme_ue_id) != nullptr) return refuse(s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id);
  ue->mme_ue_id = mme_ue_id;
  stop_timer(*ue, UeTimer::setup);
  by_mme_id_[{mme, mme_ue_id.value}] = enb_ue_id.value;
  return ue;
}

void Enb::on_error_indication(std::size_t mme, const s1ap::ErrorIndication& m) {
  out_->count("s1ap_rx_error_indication");
  out_->log(LogLevel::warning, mmes_[mme].peer.name + " indicates an error" +
                                   (m.cause ? ": " + s1ap::to_string(*m.cause) : std::string()));
  //= TS 36.413, 10.6: an MME that does not know a UE's ids (any more) has no context for it
  if (!m.enb_ue_id) return;
  Ue* ue = ue_by_id(*m.enb_ue_id);
  if (ue == nullptr || ue->mme != mme || (ue->mme_ue_id && m.mme_ue_id != ue->mme_ue_id)) return;
  const bool unknown = m.cause == s1ap::Cause{s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id} ||
                       m.cause == s1ap::Cause{s1ap::CauseRadioNetwork::unknown_enb_ue_s1ap_id} ||
                       m.cause == s1ap::Cause{s1ap::CauseRadioNetwork::unknown_pair_ue_s1ap_id};
  if (unknown) leave(*ue, "the MME does not know the UE");
}

}  // namespace baton::node::enb
