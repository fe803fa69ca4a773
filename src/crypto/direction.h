// direction.h: the DIRECTION input of the LTE algorithms.
#pragma once

#include "base/bytes.h"

namespace baton::crypto {

//= TS 33.401, B.1.1 and B.2.1
enum class Direction : Byte { uplink = 0, downlink = 1 };

}  // namespace baton::crypto
