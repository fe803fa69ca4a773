// batch_paths.h: sixteen lanes of AES-128 with keys of their own, and of SHA-256. Nobody outside crypto
// includes this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/path.h"

namespace baton::crypto {

inline constexpr std::size_t lanes = 16;
/// A block of each lane, one after the other.
struct alignas(64) LaneBlocks {
  std::array<Byte, 16 * lanes> octets;
  Byte* lane(std::size_t n) { return octets.data() + 16 * n; }
  const Byte* lane(std::size_t n) const { return octets.data() + 16 * n; }
};
/// Round keys of each lane, in the form of the path that made them. The portable one has each of them twice.
struct alignas(64) LaneSchedule {
  std::array<LaneBlocks, 22> round;
};
/// A word of each lane.
struct alignas(64) LaneWords {
  std::array<std::uint32_t, lanes> of;
};
using LaneState = std::array<LaneWords, 8>;
using LaneMessage = std::array<LaneWords, 16>;

/// What a path computes on all lanes at once.
struct LaneFunctions {
  void (*expand)(const LaneBlocks& keys, LaneSchedule& out);
  /// `count` blocks of each lane (at most 8), in place.
  void (*encrypt)(const LaneSchedule& keys, LaneBlocks* blocks, std::size_t count);
  /// One compression of SHA-256. Null where one lane after the other is faster.
  void (*compress)(LaneState& state, const LaneMessage& block);
};
const LaneFunctions& portable_lanes();
#if defined(__x86_64__)
const LaneFunctions& hardware_lanes();
const LaneFunctions& wide_lanes();
/// EEA2 and EIA2 of up to so many packets with VAES.
inline constexpr std::size_t wide_packets = 16;
struct WidePacket {
  const Byte* key;     ///< 16 octets
  const Byte* data;    ///< of EIA2
  Byte* out;           ///< of EEA2: ciphered in place
  std::size_t bits;    ///< unused bits of EEA2's last octet are the caller's to clear
  std::uint64_t head;  ///< COUNT, BEARER, DIRECTION and zeros: eight octets as they lie in memory
};
/// Round keys; who has it wipes it.
struct alignas(64) WideSchedule {
  Byte round[11][wide_packets][16];
};
/// `count` is 1 to wide_packets.
void wide_eea2(const WidePacket* packets, std::size_t count, WideSchedule& keys);
void wide_eia2(const WidePacket* packets, std::size_t count, WideSchedule& keys, Byte (*macs)[4]);
#endif
inline const LaneFunctions& lanes_of(Path path) {
#if defined(__x86_64__)
  if (path == Path::wide) return wide_lanes();
  if (path == Path::hardware) return hardware_lanes();
#endif
  (void)path;
  return portable_lanes();
}

}  // namespace baton::crypto
