// eia2.h: 128-EIA2, integrity with AES-CMAC.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/direction.h"
#include "crypto/path.h"

namespace baton::crypto {

/// MacI is the 32-bit code that EIA algorithms make.
using MacI = std::array<Byte, 4>;

/// eia2 authenticates the first `bits` bits of `data`, which holds at least so many. `bearer` is 0 to 31.
//= TS 33.401, B.2.3
MacI eia2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, Bytes data, Path path = aes_path());

}  // namespace baton::crypto
