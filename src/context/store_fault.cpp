#include "context/store_fault.h"

namespace baton::context {

std::string_view to_string(StoreFault fault) {
  switch (fault) {
    case StoreFault::none: return "none";
    case StoreFault::full: return "full";
    case StoreFault::read_only: return "read-only";
    case StoreFault::locked: return "locked";
    case StoreFault::slow: return "slow";
    case StoreFault::io: return "input or output failed";
    case StoreFault::corrupt: return "corrupt";
    case StoreFault::wrong_key: return "wrong key";
    case StoreFault::gone: return "gone";
    case StoreFault::conflict: return "conflict";
  }
  return "?";
}

}  // namespace baton::context
