// eea3.h: 128-EEA3, ciphering with ZUC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/direction.h"
#include "crypto/path.h"

namespace baton::crypto {

/// eea3 ciphers or deciphers the first `bits` bits of `data` in place. `data` and `bearer` as with eea2().
//= TS 35.221, 3
//= TS 33.401, B.1.4
void eea3(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path = stream_path());

}  // namespace baton::crypto
