// sha1.h: SHA-1, for EAP-AKA and its generator only; nothing new may be built on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace baton::crypto {

using Sha1State = std::array<std::uint32_t, 5>;
//= FIPS 180-4, 5.3.1
inline constexpr Sha1State sha1_start{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

/// sha1_compress takes one block of 64 octets into the state.
//= FIPS 180-4, 6.1.2
void sha1_compress(Sha1State& state, const Byte* block);

/// sha1 is the digest of the parts one after the other. All that it held is wiped: parts are keys.
std::array<Byte, 20> sha1(std::initializer_list<Bytes> parts);

}  // namespace baton::crypto
