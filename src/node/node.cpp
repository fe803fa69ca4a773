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

std::string_view to_string(AdminOutcome o) {
  switch (o) {
    case AdminOutcome::done: return "done";
    case AdminOutcome::unknown: return "no such subscriber";
    case AdminOutcome::exists: return "the subscriber exists";
    case AdminOutcome::conflict: return "the record has changed";
    case AdminOutcome::invalid: return "invalid";
    case AdminOutcome::too_busy: return "too busy";
    case AdminOutcome::not_stored: return "not stored";
  }
  return "?";
}

}  // namespace baton::node
