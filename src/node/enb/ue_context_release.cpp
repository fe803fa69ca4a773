// ue_context_release.cpp: the end of a UE's context, and of its keys (TS 36.413, 8.3.2 and 8.3.3).
#include "node/enb/enb.h"

namespace baton::node::enb {

//= TS 36.413, 8.3.2.2
void Enb::request_release(Ue& ue, s1ap::Cause cause) {
  if (!ue.mme_ue_id || ue.release_cause) return;
  ue.release_cause = cause;
  ue.release_requests = 1;
  out_->count("ue_context_release_requested");
  send_s1ap(ue, s1ap::UeContextReleaseRequest{*ue.mme_ue_id, ue.id, cause});
  start_timer(ue, UeTimer::release, mme_guard);
}

void Enb::on_release_guard(Ue& ue) {
  if (!ue.mme_ue_id || !ue.release_cause) return;
  if (ue.release_requests < release_requests_max) {
    ++ue.release_requests;
    send_s1ap(ue, s1ap::UeContextReleaseRequest{*ue.mme_ue_id, ue.id, *ue.release_cause});
    start_timer(ue, UeTimer::release, mme_guard);
    return;
  }
  //= TS 36.413, 8.7.1.2.2: the MME has lost track of this connection
  out_->count("s1_reset_sent");
  send_s1ap(ue.mme, 0,
            s1ap::Reset{s1ap::CauseRadioNetwork::release_due_to_eutran_generated_reason,
                        std::vector<s1ap::UeConnection>{{ue.mme_ue_id, ue.id}}});
  leave(ue, "no answer to the release request");
}

/// `argument` names a UE by its IPv4 address on the radio side or by its C-RNTI; 0 is every UE.
void Enb::on_release_verb(std::uint32_t argument) {
  for (auto& [id, ue] : ues_) {
    if (ue->phase != Ue::Phase::connected || ue->handover != Handover::none) continue;
    const auto& a = ue->radio.link.remote().address.octets;
    const std::uint32_t address = static_cast<std::uint32_t>(a[0]) << 24 |
                                  static_cast<std::uint32_t>(a[1]) << 16 |
                                  static_cast<std::uint32_t>(a[2]) << 8 | a[3];
    if (argument == 0 || argument == address || argument == ue->radio.link.c_rnti().value)
      request_release(*ue, s1ap::CauseRadioNetwork::user_inactivity);
  }
}

//= TS 36.413, 8.3.3.2
void Enb::on_release_command(std::size_t mme, std::uint16_t stream, const s1ap::UeContextReleaseCommand& m,
                             Diagnostics diagnostics) {
  Ue* ue = nullptr;
  if (const auto* pair = std::get_if<s1ap::UeS1apIdPair>(&m.ids)) {
    ue = addressed(mme, stream, pair->mme_ue_id, pair->enb_ue_id, true);
    if (ue == nullptr) return;
  } else {
    const auto id = s1ap::mme_ue_id_of(m.ids);
    ue = ue_by_mme_id(mme, id);
    if (ue == nullptr) {
      out_->count("s1ap_rx_unknown_ue");
      indicate_error(mme, stream, s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id, id);
      return;
    }
  }
  if (m.cause == s1ap::Cause{s1ap::CauseRadioNetwork::successful_handover}) {
    // The UE is elsewhere; nothing more is said to it under the old keys.
    if (ue->elsewhere()) out_->count("handover_out_done");
    if (ue->handover == Handover::executing) ue->handover = Handover::overdue;
  }
  const bool balancing = m.cause == s1ap::Cause{s1ap::CauseRadioNetwork::load_balancing_tau_required};
  const s1ap::UeContextReleaseComplete complete{*ue->mme_ue_id, ue->id, std::move(diagnostics)};
  leave(*ue, "UE Context Release",
        balancing ? rrc::ReleaseCause::load_balancing_tau_required : rrc::ReleaseCause::other);
  out_->count("ue_context_released");
  send_s1ap(*ue, complete);
}

void Enb::forget_mme_id(const Ue& ue) {
  if (!ue.mme_ue_id) return;
  const auto at = by_mme_id_.find({ue.mme, ue.mme_ue_id->value});
  if (at != by_mme_id_.end() && at->second == ue.id.value) by_mme_id_.erase(at);
}

void Enb::leave(Ue& ue, std::string_view reason, rrc::ReleaseCause cause) {
  if (ue.phase == Ue::Phase::leaving) return;
  assert(!ue.inbox.running());
  ue.procedure = Procedure();
  for (const UeTimer t :
       {UeTimer::setup, UeTimer::procedure, UeTimer::inactivity, UeTimer::release, UeTimer::relocation})
    stop_timer(ue, t);
  if (ue.phase == Ue::Phase::setup) --in_setup_;
  ue.phase = Ue::Phase::leaving;
  forget_mme_id(ue);
  //= TS 36.331, 5.3.8: the last message under the AS keys
  // A UE that has been sent away has not gone as long as the command is not acknowledged.
  const bool here =
      !ue.elsewhere() || (ue.handover == Handover::executing && !ue.former && !ue.radio.link.quiet());
  const bool told = here && ue.radio.link.health() == peer::RadioLink::Health::up &&
                    send_rrc(ue, rrc::ConnectionRelease{cause});
  if (told)
    start_timer(ue, UeTimer::leave, leave_guard);
  else
    ended_.push_back(ue.id.value);
  erase_security(ue, reason);
}

void Enb::erase(AsSecurity& keys, std::string_view reason) {
  log_key(KeyEvent::erased, keys.kup_enc, std::string(reason));
  log_key(KeyEvent::erased, keys.kenb, std::string(reason));
}

void Enb::erase(context::SignallingBearer& bearer, std::string_view reason) {
  if (const KrrcInt* key = bearer.krrc_int()) log_key(KeyEvent::erased, *key, std::string(reason));
  if (const KrrcEnc* key = bearer.krrc_enc()) log_key(KeyEvent::erased, *key, std::string(reason));
}

//= TS 33.401, 7.2.5.1: no AS key outlives the connection
void Enb::erase_security(Ue& ue, std::string_view reason) {
  if (ue.former) drop_former(ue, reason);
  erase(ue.radio.srb1, reason);
  // The bearer goes on without protection, as it was before the AS had security; its COUNTs go on too.
  context::SignallingBearer bare(context::Side::network, 1);
  bare.set_counters(ue.radio.srb1.sending(), ue.radio.srb1.receiving());
  ue.radio.srb1 = std::move(bare);
  for (auto* keys : {&ue.security, &ue.next_security}) {
    if (!*keys) continue;
    erase(**keys, reason);
    keys->reset();
  }
  if (ue.fresh_hop) log_key(KeyEvent::erased, ue.fresh_hop->nh, std::string(reason));
  ue.fresh_hop.reset();
  ue.context_set_up = false;
  ue.erabs.clear();
}

}  // namespace baton::node::enb
