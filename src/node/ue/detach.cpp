// detach.cpp: the UE leaves, or is sent away. Either way its keys go.
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= TS 24.301, 5.5.2.2.1
//= TS 23.401, 5.3.8.2.1
void Ue::start_detach(bool switch_off) {
  // What was under way does not end any more.
  end(false, "overtaken by a detach");
  for (const Timer t : {Timer::t3410, Timer::t3411, Timer::t3412, Timer::t3417, Timer::t3430}) stop_timer(t);
  begin("detach");
  wants_attach_ = wants_tau_ = false;
  switching_off_ = switch_off;
  detaches_sent_ = 0;
  if (state_ == State::deregistered || (!guti_ && rrc_ != Rrc::connected)) {
    off_ = switch_off;
    switching_off_ = false;
    if (switch_off) {
      forget_registration("switched off", false);
      if (rrc_ != Rrc::idle) release_ = "switched off";
      return end(true);
    }
    return end(false, "not registered");
  }
  if (rrc_ == Rrc::requesting || rrc_ == Rrc::waiting) {
    // The connection was for something else, which nobody wants any more.
    rrc_ = Rrc::idle;
    initial_nas_.clear();
    stop_timer(Timer::t300);
    stop_timer(Timer::t302);
  }
  go(On::detach);
  if (switch_off) start_timer(Timer::xoff);
  send_detach_request();
}

void Ue::send_detach_request() {
  if (state_ != State::detaching) return;
  //= TS 24.301, 5.5.2.2.4
  if (detaches_sent_++ == spec_of(Timer::t3421).sends || (!camped() && !link_)) {
    release_ = "no answer to the detach request (T3421)";
    return;
  }
  // 1. Who leaves, and whether anybody waits for an answer.
  nas::UeDetachRequest m;
  m.detach_type.switch_off = switching_off_;
  if (current_) m.ksi = current_->ksi();
  m.identity = guti_ ? nas::EpsMobileIdentity(*guti_) : nas::EpsMobileIdentity(config_.imsi);
  if (!send_initial(m, wire::rrc::EstablishmentCause::mo_signalling)) {
    release_ = "the detach request cannot be protected";
    return;
  }
  sent_step("1", switching_off_ ? "Detach Request (switch off)" : "Detach Request");
  if (!switching_off_) start_timer(Timer::t3421);
}

//= TS 24.301, 5.5.2.2.3
void Ue::on_detach_accept() {
  if (state_ != State::detaching || switching_off_) {
    count("ue.nas_unexpected");
    return send_status(nas::EmmCause::message_type_not_compatible_with_state);
  }
  // 11. Gone. The radio keys live until the connection ends: its release is protected with them.
  received_step("11", "Detach Accept");
  stop_timer(Timer::t3421);
  go(On::accepted);
  forget_registration("detach", false);
  detached_ = true;
  start_timer(Timer::t3440);
}

/// finish_detach ends a detach whose connection is gone before an answer came, or that wants none.
void Ue::finish_detach() {
  stop_timer(Timer::t3421);
  stop_timer(Timer::xoff);
  go(On::accepted);
  off_ = std::exchange(switching_off_, false);
  forget_registration(off_ ? "switched off" : "detach", false);
  end(true);
}

//= TS 24.301, 5.5.2.3.2
//= TS 23.401, 5.3.8.3
void Ue::on_network_detach(const nas::NetworkDetachRequest& m) {
  if (m.detach_type == nas::NetworkDetachType::imsi) {
    // Only the CS side ends, and there is none.
    send_nas(nas::DetachAccept{});
    return;
  }
  // 10. The last message under these keys.
  send_nas(nas::DetachAccept{});
  for (const Timer t : {Timer::t3410, Timer::t3411, Timer::t3417, Timer::t3421, Timer::t3430}) stop_timer(t);
  if (state_ == State::detaching) {
    //= TS 24.301, 5.5.2.2.4
    // Both want the same.
    detached_ = doing_ == "detach";
  } else {
    end(false, "detached by the network");
  }
  off_ = std::exchange(switching_off_, false);
  go(On::gone);
  forget_registration("detached by the network", false);
  if (m.cause == nas::EmmCause::illegal_ue || m.cause == nas::EmmCause::illegal_me ||
      m.cause == nas::EmmCause::eps_services_not_allowed ||
      m.cause == nas::EmmCause::eps_and_non_eps_services_not_allowed) {
    //= TS 24.301, 5.5.2.3.2
    usim_valid_ = false;
    guti_.reset();
  } else if (m.detach_type == nas::NetworkDetachType::reattach_required && !off_) {
    wants_attach_ = true;
  }
  start_timer(Timer::t3440);
}

}  // namespace baton::node::ue
