// timers.h: the MME's timers by their numbers: default, how often, what they guard.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

namespace baton::node::mme {

/// Timer names a timer of one UE. Those with a T are 3GPP's, those with an X our own.
enum class Timer : Byte {
  t3413,
  t3422,
  t3450,
  t3460,
  t3470,
  mobile_reachable,
  implicit_detach,
  xrelease,
  xsetup,
  xgiven,
  xregister,
  xhandover,
  xrelocation,
  xlocate,
  xkasme
};

struct TimerSpec {
  Timer timer;
  std::string_view name;
  Duration after;
  int sends;  ///< how often the message leaves before the procedure gives up
  std::string_view guards;
};

//= TS 24.301, table 10.2.2
inline constexpr std::array timers{
    TimerSpec{Timer::t3413, "T3413", 6s, 2, "PAGING"},
    TimerSpec{Timer::t3422, "T3422", 6s, 5, "DETACH REQUEST"},
    TimerSpec{Timer::t3450, "T3450", 6s, 5, "ATTACH ACCEPT, TRACKING AREA UPDATE ACCEPT"},
    TimerSpec{Timer::t3460, "T3460", 6s, 5, "AUTHENTICATION REQUEST, SECURITY MODE COMMAND"},
    TimerSpec{Timer::t3470, "T3470", 6s, 5, "IDENTITY REQUEST"},
    // T3412 plus four minutes; the UE's own timer runs T3412. The value here is added to T3412.
    TimerSpec{Timer::mobile_reachable, "mobile reachable", 240s, 1, "the periodic update of an idle UE"},
    TimerSpec{Timer::implicit_detach, "implicit detach", 240s, 1, "an unreachable UE's context"},
    // An eNB that does not confirm a release has lost the UE; a release must not wait for ever.
    TimerSpec{Timer::xrelease, "X1", 5s, 1, "UE CONTEXT RELEASE COMMAND"},
    TimerSpec{Timer::xsetup, "X2", 10s, 1, "INITIAL CONTEXT SETUP REQUEST, UE CONTEXT MODIFICATION REQUEST"},
    // The new MME registers within a few seconds; a minute also covers an HSS that is away for a moment.
    TimerSpec{Timer::xgiven, "X3", 60s, 1, "what is left of a UE that is at another MME"},
    // A UE that was handed over into another tracking area says so at once.
    TimerSpec{Timer::xregister, "X4", 5s, 1, "the update of a UE that was handed over"},
    // Shorter than the other MME repeats its Forward Relocation Request (9 s), so that it hears a refusal.
    TimerSpec{Timer::xhandover, "X5", 4s, 1, "HANDOVER REQUEST"},
    // From HANDOVER COMMAND on; at a source MME longer than the Complete Notification is repeated (9 s).
    TimerSpec{Timer::xrelocation, "X6", 12s, 1, "the UE's arrival at the target"},
    // Five minutes in all; after that the UE's next update tries again, T3412 later at worst.
    TimerSpec{Timer::xlocate, "X7", 30s, 10,
              "UPDATE LOCATION REQUEST after a handover, while the HSS is away"},
    // As long: what is untold then goes with the UE's next location update, or with its context.
    TimerSpec{Timer::xkasme, "X8", 30s, 10, "KASME-UPDATE REQUEST, while the HSS cannot take it"},
};
constexpr const TimerSpec& spec_of(Timer t) { return timers[static_cast<std::size_t>(t)]; }
static_assert(std::all_of(timers.begin(), timers.end(),
                          [](const TimerSpec& s) { return &spec_of(s.timer) == &s; }));

}  // namespace baton::node::mme
