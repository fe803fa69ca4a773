// snow3g.h: SNOW 3G and the UMTS algorithms UEA2 and UIA2 on it. EEA1 and EIA1 of LTE are in eea1.h and
// eia1.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "crypto/direction.h"
#include "crypto/eia2.h"
#include "crypto/path.h"

namespace baton::crypto {

/// snow3g_keystream fills `out`, whole words of four octets, with the generator's output. `key` is k0 to k3
/// and `iv` is IV0 to IV3 as the specification of the generator numbers them. UEA2 and UIA2 give their keys
/// the other way round; use those.
//= TS 35.216, 4
void snow3g_keystream(std::span<const Byte, 16> key, std::span<const Byte, 16> iv, MutableBytes out,
                      Path path = stream_path());

/// uea2 ciphers or deciphers the first `bits` bits of `data` in place; see eea2() for `data` and `bearer`.
//= TS 35.215, 3
void uea2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path = stream_path());

/// uia2 authenticates the first `bits` bits of `data`, which holds at least so many, under COUNT-I and FRESH.
//= TS 35.215, 4
MacI uia2(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh, Direction direction,
          std::size_t bits, Bytes data, Path path = stream_path());

}  // namespace baton::crypto
