// tau.cpp: the UE says where it is: because it moved, because it is time, or because it was told to.
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= TS 24.301, 5.5.3.2.2
//= TS 23.401, 5.3.3.1
void Ue::start_tau(nas::UpdateType type) {
  wants_tau_ = false;
  begin("tau");
  tau_type_ = type;
  if (state_ != State::registered || !guti_ || !current_) return end(false, "not registered");
  if (!camped() || rrc_ == Rrc::requesting || rrc_ == Rrc::waiting) {
    wants_tau_ = true;
    doing_ = {};
    return;
  }
  if (forbidden(tai())) return end(false, "this tracking area is forbidden");
  go(On::tau);
  stop_timer(Timer::t3411);

  // 2. Our GUTI, our key set, our bearers.
  nas::TauRequest m;
  m.announcement = announcement();
  m.update_type = type;
  m.ksi = current_->ksi();
  m.old_guti = nas::EpsMobileIdentity(*guti_);
  m.capability = config_.capability;
  m.last_tai = last_tai_;
  nas::EpsBearerStatus bearers;
  if (bearer_) bearers.add(nas::EpsBearerId{*bearer_});
  m.bearer_status = bearers;
  asked_plain_ = nas::encode(m);
  const bool from_idle = rrc_ == Rrc::idle;
  if (!send_initial(m, wire::rrc::EstablishmentCause::mo_signalling)) {
    // No COUNT is left under these keys: new ones come with an attach.
    go(On::refused);
    end(false, "the NAS COUNT is spent");
    wants_attach_ = true;
    return;
  }
  if (from_idle) asked_with_ = current_->last_sent();
  sent_step("2", "Tracking Area Update Request");
  start_timer(Timer::t3430);
}

//= TS 24.301, 5.5.3.2.4
void Ue::on_tau_accept(const nas::TauAccept& m) {
  if (state_ != State::updating) {
    // A repeated accept is answered again; anything else has no place here.
    if (state_ == State::registered && m.guti && m.guti == guti_) {
      send_nas(nas::TauComplete{});
      return;
    }
    count("ue.nas_unexpected");
    return send_status(nas::EmmCause::message_type_not_compatible_with_state);
  }
  stop_timer(Timer::t3430);
  received_step("20", "Tracking Area Update Accept");
  //= S0.D2
  // It came to another MME with KASME as it was, and may not: the keys that both MMEs have are of no more
  // use.
  const bool elsewhere = m.guti && guti_ && m.guti->mme != guti_->mme;
  const bool refreshes = in_force_.inter_mme_kasme != context::InterMmeKasme::keep;
  if (elsewhere && asked_with_ && !before_ && refreshes && !config_.policy.final_fallback) {
    count("ue.update_without_kasme_refresh");
    log(LogLevel::warning, "another MME, and the same KASME: attaching anew");
    go(On::refused);
    end(false, "KASME moved as it was");
    forget_registration("KASME moved as it was", false);
    wants_attach_ = true;
    return;
  }
  if (m.tai_list) keep_tai_list(*m.tai_list);
  if (m.t3412) keep_t3412(*m.t3412);
  if (m.t3402) t3402_ = m.t3402->value();
  last_tai_ = tai();
  attempts_ = 0;
  t3412_expired_ = false;
  go(On::accepted);
  if (m.guti) {
    keep_guti(*m.guti);
    // 21. The new GUTI has arrived.
    send_nas(nas::TauComplete{});
    sent_step("21", "Tracking Area Update Complete");
  }
  end(true);
  if (m.bearer_status && bearer_ && !m.bearer_status->has(nas::EpsBearerId{*bearer_})) {
    // The network has lost the only bearer: registered in name only, so begin again.
    go(On::gone);
    forget_registration("the network has no bearer for the UE", false);
    wants_attach_ = true;
  }
  //= TS 24.301, 5.3.1.2
  if (!as_ && !tau_type_.active) start_timer(Timer::t3440);
}

//= TS 24.301, 5.5.3.2.6
void Ue::tau_attempt_failed(std::string why) {
  stop_timer(Timer::t3430);
  if (state_ != State::updating || !go(On::failed)) return;
  end(false, std::move(why));
  if (rrc_ != Rrc::idle) release_ = "tracking area update failed";
  retry_later(Timer::t3411);
}

}  // namespace baton::node::ue
