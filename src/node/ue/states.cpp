#include "node/ue/states.h"

namespace baton::node::ue {

std::string_view to_string(State s) {
  switch (s) {
    case State::deregistered: return "deregistered";
    case State::attaching: return "attaching";
    case State::registered: return "registered";
    case State::updating: return "updating";
    case State::requesting: return "requesting";
    case State::detaching: return "detaching";
  }
  return "?";
}

std::string_view to_string(On on) {
  switch (on) {
    case On::attach: return "attach";
    case On::tau: return "tau";
    case On::service_request: return "service request";
    case On::detach: return "detach";
    case On::accepted: return "accepted";
    case On::failed: return "failed";
    case On::refused: return "refused";
    case On::gone: return "gone";
  }
  return "?";
}

std::string dot() {
  std::string out = "digraph ue_emm {\n";
  for (const Edge& e : edges)
    out.append("  ")
        .append(to_string(e.from))
        .append(" -> ")
        .append(to_string(e.to))
        .append(" [label=\"")
        .append(to_string(e.on))
        .append("\"];\n");
  return out + "}\n";
}

}  // namespace baton::node::ue
