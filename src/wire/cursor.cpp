#include "wire/cursor.h"

namespace baton::wire {

std::string_view to_string(Fault f) {
  switch (f) {
    case Fault::short_read: return "short read";
    case Fault::trailing_bytes: return "trailing octets";
    case Fault::bad_value: return "bad value";
    case Fault::missing_mandatory: return "mandatory element missing";
    case Fault::unknown_mandatory: return "unknown element that must be understood";
    case Fault::repeated: return "repeated element";
    case Fault::too_many: return "too many elements";
    case Fault::wrong_type: return "wrong message type";
    case Fault::unsupported: return "unsupported";
  }
  return "?";
}

std::string Error::to_string() const {
  std::string out(message);
  out += ", ";
  out += field;
  out += ": ";
  out += wire::to_string(fault);
  out += " at octet " + std::to_string(offset);
  if (code != 0) out += " (element " + std::to_string(code) + ")";
  return out;
}

}  // namespace baton::wire
