// eea1.h: 128-EEA1, ciphering with SNOW 3G.
#pragma once

#include "crypto/eea2.h"
#include "crypto/snow3g.h"

namespace baton::crypto {

/// eea1 is UEA2. `data` and `bearer` as with eea2().
//= TS 33.401, B.1.2
inline void eea1(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
                 std::size_t bits, MutableBytes data, Path path = stream_path()) {
  uea2(key, count, bearer, direction, bits, data, path);
}

}  // namespace baton::crypto
