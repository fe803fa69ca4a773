// timers.h: the UE's timers by their numbers: default, how often, what they guard.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

namespace baton::node::ue {

/// Timer names a timer. Those with a T are 3GPP's, those with an X our own.
enum class Timer : Byte {
  t300,
  t302,
  t3402,
  t3410,
  t3411,
  t3412,
  t3416,
  t3417,
  t3418,
  t3420,
  t3421,
  t3430,
  t3440,
  xcamp,
  xoff,
  xlink,
  t301,
  t304,
  xmeasure,
  xreport,
};

struct TimerSpec {
  Timer timer;
  std::string_view name;
  Duration after;
  int sends;  ///< how often a message leaves before the procedure gives up; 1 where nothing is repeated
  std::string_view guards;
};

//= TS 24.301, table 10.2.1
//= TS 36.331, 7.3
inline constexpr std::array timers{
    TimerSpec{Timer::t300, "T300", 1s, 5, "ConnectionRequest"},
    TimerSpec{Timer::t302, "T302", 1s, 1, "the wait a ConnectionReject asks for"},
    TimerSpec{Timer::t3402, "T3402", 720s, 1, "the rest after five fruitless attempts"},
    TimerSpec{Timer::t3410, "T3410", 15s, 1, "ATTACH REQUEST"},
    TimerSpec{Timer::t3411, "T3411", 10s, 5, "the pause between attempts to attach or update"},
    TimerSpec{Timer::t3412, "T3412", 3240s, 1, "the periodic update; the network says how long"},
    TimerSpec{Timer::t3416, "T3416", 30s, 1, "RAND and RES kept for a repeated challenge"},
    TimerSpec{Timer::t3417, "T3417", 5s, 1, "SERVICE REQUEST"},
    TimerSpec{Timer::t3418, "T3418", 20s, 1, "AUTHENTICATION FAILURE, causes 20 and 26"},
    TimerSpec{Timer::t3420, "T3420", 15s, 1, "AUTHENTICATION FAILURE, cause 21"},
    TimerSpec{Timer::t3421, "T3421", 15s, 5, "DETACH REQUEST"},
    TimerSpec{Timer::t3430, "T3430", 15s, 1, "TRACKING AREA UPDATE REQUEST"},
    TimerSpec{Timer::t3440, "T3440", 10s, 1, "a release that the network owes"},
    // A cell that does not answer may have restarted; a UE goes on looking.
    TimerSpec{Timer::xcamp, "X1", 1s, 1, "Camp"},
    // Who switches off tries no longer than this. TS 24.301, 5.5.2.2.2.
    TimerSpec{Timer::xoff, "X2", 5s, 1, "DETACH REQUEST at switch off"},
    TimerSpec{Timer::xlink, "X3", 0s, 1, "retransmission on the radio link, whose own time it is"},
    TimerSpec{Timer::t301, "T301", 500ms, 4, "ReestablishmentRequest"},
    TimerSpec{Timer::t304, "T304", 2s, 1, "the way to another cell"},
    TimerSpec{Timer::xmeasure, "X4", 500ms, 4, "Camp in a cell that is only measured"},
    // Longer than TS1RELOCprep of the eNB, after which no command comes any more.
    TimerSpec{Timer::xreport, "X5", 15s, 1, "the network's word on a measurement report"},
};
constexpr const TimerSpec& spec_of(Timer t) { return timers[static_cast<std::size_t>(t)]; }
static_assert(std::all_of(timers.begin(), timers.end(),
                          [](const TimerSpec& s) { return &spec_of(s.timer) == &s; }));

}  // namespace baton::node::ue
