#include "node/ue/ue.h"

#include <cassert>
#include <utility>

#include "base/cases.h"

namespace baton::node::ue {

Ue::Ue(Config config, Entropy& entropy)
    : config_(std::move(config)),
      entropy_(entropy),
      keys_(config_.name, config_.id_key),
      usim_(std::move(config_.k), std::move(config_.opc), config_.sqn) {
  assert(!config_.cells.empty());
}
Ue::~Ue() = default;

void Ue::on(Event event, Instant now, Actions& out) {
  out_ = &out;
  now_ = now;
  std::visit(Cases{[&](const Started&) { camp(); },
                   [&](const DatagramIn& d) {
                     if (!off_ && d.port == Port::radio) on_datagram(d);
                   },
                   [&](const TimerFired& t) {
                     if (t.timer.domain == TimerDomain::ue && t.timer.kind < timers.size())
                       on_timer(static_cast<Timer>(t.timer.kind));
                   },
                   [&](const Command& c) { on_command(c); }, [](const auto&) {}},
             event);
  settle();
  out_ = nullptr;
}

void Ue::on_command(const Command& c) {
  switch (c.verb) {
    case Verb::attach:
      off_ = false;
      if (state_ != State::deregistered) return refuse_command("attach", "already registered");
      if (!usim_valid_) return refuse_command("attach", "the USIM is not valid for EPS services");
      begin("attach");
      stop_timer(Timer::t3411);
      stop_timer(Timer::t3402);
      attempts_ = 0;
      wants_attach_ = true;
      if (!camped()) camp();
      return;
    case Verb::detach: return start_detach(false);
    case Verb::switch_off: return start_detach(true);
    case Verb::power_cycle: return power_cycle();
    case Verb::service_request:
      if (!doing_.empty()) return refuse_command("service-request", "busy");
      return start_service_request(wire::rrc::EstablishmentCause::mo_data);
    case Verb::tau:
      if (!doing_.empty()) return refuse_command("tau", "busy");
      return start_tau({wire::nas::UpdateType::Kind::ta_updating, c.argument != 0});
    case Verb::handover: return start_handover(c.argument);
    case Verb::move:
      // A connected UE moves by handover only, and that is its network's decision.
      if (rrc_ == Rrc::connected || c.argument >= config_.cells.size()) {
        count("ue.move_refused");
        return;
      }
      cell_ = c.argument;
      cell_information_.reset();
      //= TS 36.331, 5.3.3.5
      // One that only asks for a connection stops asking: nobody is to answer it in the cell it has left.
      if (rrc_ != Rrc::idle) return go_idle("another cell was chosen before there was a connection");
      return camp();
    default: count("ue.command_unknown");
  }
}

void Ue::on_timer(Timer t) {
  switch (t) {
    case Timer::t300:
    case Timer::t302: return request_connection();
    case Timer::t3410: return attach_attempt_failed("no answer to the attach request (T3410)");
    case Timer::t3402:
    case Timer::t3411:
      if (state_ == State::deregistered)
        wants_attach_ = true;
      else
        wants_tau_ = true;
      return;
    case Timer::t3412:
      //= TS 24.301, 5.3.5
      t3412_expired_ = true;
      return start_tau({wire::nas::UpdateType::Kind::periodic, false});
    case Timer::t3416: return forget_challenge();
    case Timer::t3417:
      //= TS 24.301, 5.6.1.6
      if (!go(On::failed)) return;
      end(false, "no answer to the service request (T3417)");
      release_ = "service request unanswered";
      return;
    case Timer::t3418:
    case Timer::t3420: return network_not_genuine("the network sent no genuine challenge in time");
    case Timer::t3421: return send_detach_request();
    case Timer::t3430: return tau_attempt_failed("no answer to the tracking area update (T3430)");
    case Timer::t3440:
      //= TS 24.301, 5.3.1.2
      count("ue.release_overdue");
      release_ = "the network did not release the connection (T3440)";
      return;
    case Timer::xcamp:
      if (!camped()) camp();
      return;
    case Timer::xoff: release_ = "switched off"; return;
    case Timer::xlink:
      if (link_ && link_->on_timer(now_, *out_) == peer::RadioLink::Health::failed)
        release_ = "radio link failure";
      return;
    case Timer::t301:
      if (move_ && move_->returning && !link_) ask_back();
      return;
    case Timer::t304:
      if (move_ && !move_->returning) reestablish("no answer from the target (T304)");
      if (move_ && move_->returning && link_) release_ = "no answer under the keys of the way back";
      return;
    case Timer::xmeasure: return measure();
    case Timer::xreport:
      if (doing_ == "handover") count("ue.handover_not_commanded");
      return end_handover(false, "the network does not hand over");
  }
}

void Ue::start_timer(Timer t, Duration after) {
  out_->start_timer({TimerDomain::ue, 0, static_cast<std::uint16_t>(t)}, now_ + after);
}
void Ue::stop_timer(Timer t) { out_->stop_timer({TimerDomain::ue, 0, static_cast<std::uint16_t>(t)}); }

bool Ue::go(On on) {
  const auto to = next(state_, on);
  if (!to) return false;
  const State was = std::exchange(state_, *to);
  if (was == State::updating) {
    asked_with_.reset();
    // What a handover left behind does not depend on an update.
    if (!handed_over_refreshed())
      settle_refresh(on != On::failed, on == On::failed ? "the update failed" : "KASME' is in use");
  }
  return true;
}

bool Ue::at_rest() const {
  if (!doing_.empty() || move_ || release_) return false;
  if (state_ != State::registered && state_ != State::deregistered) return false;
  if (wants_tau_ && state_ == State::registered) return false;
  return rrc_ == Rrc::idle || (rrc_ == Rrc::connected && as_);
}

void Ue::begin(Name procedure) { doing_ = procedure; }

void Ue::end(bool ok, std::string cause) {
  if (doing_.empty()) return;
  out_->outcome({config_.imsi.digits(), std::exchange(doing_, {}), ok, std::move(cause)});
}

void Ue::refuse_command(Name procedure, std::string cause) {
  out_->outcome({config_.imsi.digits(), procedure, false, std::move(cause)});
}

void Ue::sent_step(std::string_view id, std::string text) {
  if (doing_.empty() || !out_->steps_on()) return;
  out_->step({config_.imsi.digits(), doing_, id, std::move(text), config_.name, cell().name, "RRC"});
}
void Ue::received_step(std::string_view id, std::string text) {
  if (doing_.empty() || !out_->steps_on()) return;
  out_->step({config_.imsi.digits(), doing_, id, std::move(text), cell().name, config_.name, "RRC"});
}

void Ue::settle() {
  if (release_) go_idle(*std::exchange(release_, std::nullopt));
  if (off_ || !camped()) return;
  if (rrc_ == Rrc::connected && as_ && !move_ && wants_tau_ && state_ == State::registered && doing_.empty())
    return start_tau(tau_type_);
  if (rrc_ != Rrc::idle) return;
  if (wants_attach_ && state_ == State::deregistered && usim_valid_)
    start_attach();
  else if (wants_tau_ && state_ == State::registered && doing_.empty())
    start_tau(tau_type_);
}

}  // namespace baton::node::ue
