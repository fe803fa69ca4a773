#include "peer/world.h"

namespace baton::peer {

std::string_view to_string(Port port) {
  switch (port) {
    case Port::s1ap: return "S1AP";
    case Port::diameter: return "Diameter";
    case Port::gtpc: return "GTPv2-C";
    case Port::radio: return "RRC";
  }
  return "?";
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return "trace";
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "?";
}

}  // namespace baton::peer
