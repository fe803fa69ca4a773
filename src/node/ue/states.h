// states.h: the EMM states of a UE and the ways between them. The UE steps through this table.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace baton::node::ue {

//= TS 24.301, 5.1.3.2
enum class State : Byte {
  deregistered,
  attaching,  ///< EMM-REGISTERED-INITIATED
  registered,
  updating,    ///< EMM-TRACKING-AREA-UPDATING-INITIATED
  requesting,  ///< EMM-SERVICE-REQUEST-INITIATED
  detaching,   ///< EMM-DEREGISTERED-INITIATED
};
enum class On : Byte {
  attach,
  tau,
  service_request,
  detach,
  accepted,
  failed,   ///< no answer, or one that leaves the registration as it was
  refused,  ///< a cause that ends the registration
  gone,     ///< detached by the network, switched off, without power
};
std::string_view to_string(State s);
std::string_view to_string(On on);

struct Edge {
  State from;
  On on;
  State to;
};
inline constexpr std::array edges{
    Edge{State::deregistered, On::attach, State::attaching},
    Edge{State::attaching, On::accepted, State::registered},
    Edge{State::attaching, On::failed, State::deregistered},
    Edge{State::attaching, On::refused, State::deregistered},
    Edge{State::attaching, On::gone, State::deregistered},
    Edge{State::attaching, On::detach, State::detaching},
    Edge{State::registered, On::tau, State::updating},
    Edge{State::registered, On::service_request, State::requesting},
    Edge{State::registered, On::detach, State::detaching},
    Edge{State::registered, On::refused, State::deregistered},
    Edge{State::registered, On::gone, State::deregistered},
    Edge{State::updating, On::accepted, State::registered},
    Edge{State::updating, On::failed, State::registered},
    Edge{State::updating, On::refused, State::deregistered},
    Edge{State::updating, On::detach, State::detaching},
    Edge{State::updating, On::gone, State::deregistered},
    Edge{State::requesting, On::accepted, State::registered},
    Edge{State::requesting, On::failed, State::registered},
    Edge{State::requesting, On::refused, State::deregistered},
    Edge{State::requesting, On::detach, State::detaching},
    Edge{State::requesting, On::gone, State::deregistered},
    Edge{State::detaching, On::accepted, State::deregistered},
    Edge{State::detaching, On::failed, State::deregistered},
    Edge{State::detaching, On::refused, State::deregistered},
    Edge{State::detaching, On::gone, State::deregistered},
};
constexpr std::optional<State> next(State from, On on) {
  for (const Edge& e : edges)
    if (e.from == from && e.on == on) return e.to;
  return std::nullopt;
}
static_assert(!next(State::deregistered, On::accepted));  // nothing is accepted that was not asked for
static_assert(!next(State::deregistered, On::tau) && !next(State::deregistered, On::service_request));

/// dot prints the table as a picture.
std::string dot();

}  // namespace baton::node::ue
