// ue_context_modification.cpp: the MME changes a UE's context, in particular its KeNB on the fly
// (TS 36.413, 8.3.4; TS 33.401, 7.2.9.2).
#include "node/enb/enb.h"

namespace baton::node::enb {

//= TS 36.413, 8.3.4.2
void Enb::on_context_modification(std::size_t mme, std::uint16_t stream, s1ap::UeContextModificationRequest m,
                                  Diagnostics diagnostics) {
  Ue* ue = addressed(mme, stream, m.mme_ue_id, m.enb_ue_id, false);
  if (ue == nullptr) return;
  note_activity(*ue);
  const auto refuse = [&](s1ap::Cause cause) {
    send_s1ap(*ue,
              s1ap::UeContextModificationFailure{m.mme_ue_id, m.enb_ue_id, cause, std::move(diagnostics)});
  };
  //= TS 33.401, 7.2.10: no two changes at once, and none while the UE is handed over
  //= S0.D11
  if (ue->handover != Handover::none) {
    out_->count("key_change_during_handover");
    return refuse(s1ap::CauseRadioNetwork::s1_intra_system_handover_triggered);
  }
  if (!ue->procedure.done()) return refuse(s1ap::CauseRadioNetwork::interaction_with_other_procedure);
  if (!ue->context_set_up) return refuse(s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
  if (!m.security_key) {
    // Bit rates and capabilities only: nothing of this eNB depends on them yet.
    send_s1ap(*ue, s1ap::UeContextModificationResponse{m.mme_ue_id, m.enb_ue_id, std::move(diagnostics)});
    return;
  }
  if (!c_rnti_free()) return refuse(s1ap::CauseRadioNetwork::radio_resources_not_available);
  const KeyId fresh = keys_.id(*m.security_key);
  log_key(KeyEvent::received, *m.security_key, "UE Context Modification Request", {}, mmes_[mme].peer.name);
  // The change is an intra-cell handover, and so is the derivation: the fresh KeNB is bound to the cell.
  //= TS 33.401, 7.2.9.2 and A.5
  Kenb kenb = derive_kenb_star(*m.security_key, config_.cell.pci, earfcn_);
  log_key(KeyEvent::derived, kenb, "TS 33.401, A.5", {fresh});
  log_key(KeyEvent::erased, *m.security_key, "bound to the cell");
  // A fresh KeNB begins a chain of its own.
  ue->next_security.emplace(as_security(std::move(kenb), 0, ue->security->algorithms));
  start(*ue, change_key(*ue, std::move(diagnostics)));
}

void Enb::replace_radio(Ue& ue, rrc::CRnti c_rnti) {
  const auto a = ue.timer(UeTimer::radio_link_a);
  const auto timer = ue.radio.link.timer() == a ? ue.timer(UeTimer::radio_link_b) : a;
  RadioConnection fresh(ue.radio.link.remote(), c_rnti, timer);
  // COUNTs begin at 0 under the new keys.
  const bool started = start_bearer(fresh.srb1, *ue.next_security);
  assert(started);  // the same algorithms are in use already
  (void)started;
  ue.former.emplace(std::exchange(ue.radio, std::move(fresh)));
}

void Enb::restore_radio(Ue& ue) {
  erase(ue.radio.srb1, "the UE does not use it");
  close_radio(ue.radio);
  ue.radio = std::move(*ue.former);
  ue.former.reset();
}

void Enb::drop_former(Ue& ue, std::string_view reason) {
  erase(ue.former->srb1, reason);
  close_radio(*ue.former);
  ue.former.reset();
}

Procedure Enb::change_key(Ue& ue, Diagnostics diagnostics) {
  rrc::Reconfiguration command;
  command.transaction = ++ue.transaction;
  //= TS 36.331, 5.3.5.4: keyChangeIndicator TRUE, NCC 0
  const rrc::CRnti c_rnti = new_c_rnti(ue.id.value, ue.radio.link.remote());
  command.mobility = rrc::MobilityControl{config_.cell.pci.value, earfcn_.value(), c_rnti, true, 0, {}};
  // The command is the last message under the old keys.
  std::optional<s1ap::Cause> trouble;
  const bool sent = send_rrc(ue, command);
  replace_radio(ue, c_rnti);
  if (sent) {
    auto completed = reconfigured(ue, command.transaction);
    trouble = co_await completed;
  }
  // The completion itself has to come under the new keys.
  if (!trouble && ue.former) trouble = s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure;
  if (trouble) {
    //= TS 36.413, 8.3.4.3: the context is as before
    if (ue.former) restore_radio(ue);
    erase(*ue.next_security, "key change failed");
    ue.next_security.reset();
    out_->count("key_change_failed");
    send_s1ap(ue, s1ap::UeContextModificationFailure{*ue.mme_ue_id, ue.id, *trouble, std::move(diagnostics)});
    co_return;
  }
  erase(*ue.security, "key changed on the fly");
  ue.security = std::exchange(ue.next_security, std::nullopt);
  out_->count("key_change_done");
  send_s1ap(ue, s1ap::UeContextModificationResponse{*ue.mme_ue_id, ue.id, std::move(diagnostics)});
}

}  // namespace baton::node::enb
