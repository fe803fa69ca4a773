// stream_algorithms.h: the parts of UEA2, UIA2, EEA3 and EIA3 that single calls and batches share. Nobody
// outside crypto includes this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/direction.h"
#include "crypto/eia2.h"
#include "crypto/stream_paths.h"

namespace baton::crypto {

/// clear_unused_bits zeroes the low bits of the last octet that `bits` does not reach.
inline void clear_unused_bits(std::size_t bits, MutableBytes data) {
  if (bits % 8 != 0) data.back() = static_cast<Byte>(data.back() & (0xFF00U >> bits % 8));
}

StreamIn snow3g_start(std::span<const Byte, 16> key);
StreamIn uea2_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction);
StreamIn uia2_start(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh,
                    Direction direction);
StreamIn eea3_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction);
StreamIn eia3_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction);

inline constexpr std::size_t uia2_stream_octets = 20;
constexpr std::size_t eia3_stream_octets(std::size_t bits) { return ((bits + 31) / 32 + 2) * 4; }

/// The code out of the key stream.
MacI uia2_finish(std::span<const Byte, uia2_stream_octets> z, Bytes data, std::size_t bits, Path path);
MacI eia3_finish(Bytes z, Bytes data, std::size_t bits, Path path);

}  // namespace baton::crypto
