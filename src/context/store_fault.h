// store_fault.h: the ways in which a store of subscribers can fail, as its users tell them apart.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace baton::context {

/// StoreFault is why a store did not do what it was asked. What failed may be asked again: none of these
/// lasts beyond its cause, and none needs a restart.
enum class StoreFault : Byte {
  none,
  full,       ///< no room on the disk, or in the store's own bounds
  read_only,  ///< the medium or the database takes no writes
  locked,     ///< somebody else holds it, longer than it is worth waiting
  slow,       ///< no answer in time; what was asked may still happen
  io,         ///< the medium failed to read, write or flush
  corrupt,    ///< what was read is not what was written
  wrong_key,  ///< sealed under a key that is not here
  gone,       ///< the database cannot be reached, or went away in the middle
  conflict,   ///< somebody else has changed the record since it was loaded
};
std::string_view to_string(StoreFault fault);

/// passes is whether the same request may succeed soon without anybody doing anything.
constexpr bool passes(StoreFault fault) {
  return fault == StoreFault::locked || fault == StoreFault::slow || fault == StoreFault::gone ||
         fault == StoreFault::conflict;
}

}  // namespace baton::context
