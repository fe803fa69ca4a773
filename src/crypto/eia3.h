// eia3.h: 128-EIA3, integrity with ZUC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/eia2.h"

namespace baton::crypto {

/// eia3 authenticates the first `bits` bits of `data`, which holds at least so many. `bearer` is 0 to 31.
//= TS 35.221, 4
//= TS 33.401, B.2.4
MacI eia3(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, Bytes data, Path path = stream_path());

}  // namespace baton::crypto
