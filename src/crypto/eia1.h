// eia1.h: 128-EIA1, integrity with SNOW 3G.
#pragma once

#include "crypto/eia2.h"
#include "crypto/snow3g.h"

namespace baton::crypto {

/// eia1 is UIA2 with BEARER in the five highest bits of FRESH. `bearer` is 0 to 31.
//= TS 33.401, B.2.2
inline MacI eia1(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
                 std::size_t bits, Bytes data, Path path = stream_path()) {
  return uia2(key, count, static_cast<std::uint32_t>(bearer) << 27U, direction, bits, data, path);
}

}  // namespace baton::crypto
