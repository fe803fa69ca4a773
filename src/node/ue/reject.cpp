// reject.cpp: what the cause of a refusal means for the UE.
#include <algorithm>
#include <array>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;
using nas::EmmCause;

namespace {

enum class Consequence : Byte {
  usim_invalid,    ///< nothing more until the power is cycled
  begin_again,     ///< the network does not know us: attach anew
  area_forbidden,  ///< not in this tracking area
  plmn_forbidden,  ///< not in this network
  try_again,       ///< something went wrong there; later, and not for ever
};

struct Rule {
  EmmCause cause;
  Consequence consequence;
};
//= TS 24.301, 5.5.1.2.5
//= TS 24.301, 5.5.3.2.5
//= TS 24.301, 5.6.1.5
constexpr std::array rules{
    Rule{EmmCause::illegal_ue, Consequence::usim_invalid},
    Rule{EmmCause::illegal_me, Consequence::usim_invalid},
    Rule{EmmCause::eps_services_not_allowed, Consequence::usim_invalid},
    Rule{EmmCause::eps_and_non_eps_services_not_allowed, Consequence::usim_invalid},
    Rule{EmmCause::ue_identity_cannot_be_derived, Consequence::begin_again},
    Rule{EmmCause::implicitly_detached, Consequence::begin_again},
    Rule{EmmCause::no_eps_bearer_context_activated, Consequence::begin_again},
    Rule{EmmCause::plmn_not_allowed, Consequence::plmn_forbidden},
    Rule{EmmCause::eps_services_not_allowed_in_plmn, Consequence::plmn_forbidden},
    Rule{EmmCause::tracking_area_not_allowed, Consequence::area_forbidden},
    Rule{EmmCause::roaming_not_allowed_in_tracking_area, Consequence::area_forbidden},
    Rule{EmmCause::no_suitable_cells_in_tracking_area, Consequence::area_forbidden},
};

Consequence consequence_of(EmmCause cause, State state) {
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.cause == cause; });
  const auto c = rule == rules.end() ? Consequence::try_again : rule->consequence;
  // To an attach "I do not know you" says nothing new.
  return c == Consequence::begin_again && state == State::attaching ? Consequence::try_again : c;
}

}  // namespace

void Ue::on_reject(Name procedure, EmmCause cause, std::optional<nas::GprsTimer> back_off) {
  const State asked = procedure == "attach" ? State::attaching
                      : procedure == "tau"  ? State::updating
                                            : State::requesting;
  if (state_ != asked) {
    count("ue.nas_unexpected");
    return send_status(EmmCause::message_type_not_compatible_with_state);
  }
  for (const Timer t : {Timer::t3410, Timer::t3417, Timer::t3430}) stop_timer(t);
  const std::string why =
      "cause " + std::to_string(static_cast<unsigned>(cause)) + " (" + std::string(to_string(cause)) + ")";
  log(LogLevel::info, std::string(procedure) + " rejected: " + why);
  count("ue.rejected");
  // The network ends the connection, and not too late.
  if (rrc_ == Rrc::connected) start_timer(Timer::t3440);

  switch (consequence_of(cause, state_)) {
    case Consequence::usim_invalid:
      go(On::refused);
      forget_registration(why, true);
      usim_valid_ = false;
      return end(false, why);
    case Consequence::begin_again:
      go(On::refused);
      forget_registration(why, true);
      wants_attach_ = true;
      return end(false, why);
    case Consequence::area_forbidden:
      go(On::refused);
      forget_registration(why, true);
      if (forbidden_areas_.size() == forbidden_areas_max) forbidden_areas_.erase(forbidden_areas_.begin());
      forbidden_areas_.push_back(tai());
      return end(false, why);
    case Consequence::plmn_forbidden:
      go(On::refused);
      forget_registration(why, true);
      if (forbidden_plmns_.size() == forbidden_areas_max) forbidden_plmns_.erase(forbidden_plmns_.begin());
      forbidden_plmns_.push_back(tai().plmn);
      return end(false, why);
    case Consequence::try_again: break;
  }
  go(On::failed);
  end(false, why);
  if (asked == State::requesting) return;  // the next reason to send tries again
  const auto pause = back_off ? back_off->value() : std::nullopt;
  if (pause && pause->count() > 0) return start_timer(Timer::t3411, *pause);
  retry_later(Timer::t3411);
}

}  // namespace baton::node::ue
