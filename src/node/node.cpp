#include "node/node.h"

namespace baton::node {

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::attach: return "attach";
    case Verb::detach: return "detach";
    case Verb::switch_off: return "switch-off";
    case Verb::power_cycle: return "power-cycle";
    case Verb::service_request: return "service-request";
    case Verb::tau: return "tau";
    case Verb::move: return "move";
    case Verb::release: return "release";
    case Verb::page: return "page";
    case Verb::reauthenticate: return "reauthenticate";
    case Verb::handover: return "handover";
    case Verb::stale_key: return "stale-key";
  }
  return "?";
}

}  // namespace baton::node
