// attach.cpp: the UE registers and gets its default bearer.
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

/// The attach attempt counter's end.
//= TS 24.301, 5.5.1.2.6
constexpr int attempts_max = 5;

//= TS 24.301, 5.5.1.2.2
//= TS 23.401, 5.3.2.1
void Ue::start_attach() {
  wants_attach_ = false;
  if (doing_.empty()) begin("attach");
  if (forbidden(tai())) return end(false, "this tracking area is forbidden");
  auto esm = pdn_request();
  if (!esm || !go(On::attach)) return end(false, "the request cannot be made");

  // 1. Who we are, as little as possible; what we can do; what we want.
  nas::AttachRequest m;
  m.attach_type = nas::AttachType::eps;
  if (current_) m.ksi = current_->ksi();
  m.identity = guti_ ? nas::EpsMobileIdentity(*guti_) : nas::EpsMobileIdentity(config_.imsi);
  m.capability = config_.capability;
  m.announcement = announcement();
  m.esm = std::move(*esm);
  if (guti_) m.last_tai = last_tai_;
  asked_plain_ = nas::encode(m);
  if (!send_initial(m, wire::rrc::EstablishmentCause::mo_signalling)) {
    // The context was spent and is gone; without it the request needs no COUNT.
    m.ksi = nas::Ksi::none();
    asked_plain_ = nas::encode(m);
    send_initial(m, wire::rrc::EstablishmentCause::mo_signalling);
  }
  sent_step("1", guti_ ? "Attach Request (GUTI)" : "Attach Request (IMSI)");
  start_timer(Timer::t3410);
}

//= TS 24.301, 5.5.1.2.4
void Ue::on_attach_accept(const nas::AttachAccept& m) {
  if (state_ == State::registered && bearer_ && (!m.guti || m.guti == guti_)) {
    // The network repeats itself because our answer is late.
    if (auto esm = accept_default_bearer(m.esm)) send_nas(nas::AttachComplete{std::move(*esm)});
    return;
  }
  if (state_ != State::attaching) {
    count("ue.nas_unexpected");
    return send_status(nas::EmmCause::message_type_not_compatible_with_state);
  }
  stop_timer(Timer::t3410);
  auto esm = accept_default_bearer(m.esm);
  if (!esm) {
    //= TS 24.301, 5.5.1.2.6
    end(false, "no default bearer in the attach accept");
    return start_detach(false);
  }
  if (m.guti) keep_guti(*m.guti);
  keep_tai_list(m.tai_list);
  keep_t3412(m.t3412);
  if (m.t3402) t3402_ = m.t3402->value();
  attempts_ = 0;
  go(On::accepted);

  // 21. Registered.
  send_nas(nas::AttachComplete{std::move(*esm)});
  sent_step("21", "Direct Transfer (Attach Complete)");
  end(true);
}

//= TS 24.301, 5.5.1.2.6
void Ue::attach_attempt_failed(std::string why) {
  stop_timer(Timer::t3410);
  if (state_ != State::attaching || !go(On::failed)) return;
  end(false, std::move(why));
  if (rrc_ != Rrc::idle) release_ = "attach failed";
  retry_later(Timer::t3411);
}

void Ue::retry_later(Timer pause) {
  if (++attempts_ < attempts_max) return start_timer(pause);
  attempts_ = 0;
  if (state_ == State::deregistered) forget_registration("five attempts to attach failed", true);
  start_timer(Timer::t3402, t3402_.value_or(config_.after(Timer::t3402)));
}

//= TS 24.301, 5.4.1.3
void Ue::on_guti_reallocation(const nas::GutiReallocationCommand& m) {
  const Guti* guti = m.guti.guti();
  if (!guti || state_ == State::deregistered)
    return send_status(guti ? nas::EmmCause::message_type_not_compatible_with_state
                            : nas::EmmCause::invalid_mandatory_information);
  keep_guti(*guti);
  if (m.tai_list) keep_tai_list(*m.tai_list);
  send_nas(nas::GutiReallocationComplete{});
}

}  // namespace baton::node::ue
