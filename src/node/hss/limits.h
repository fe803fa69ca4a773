// limits.h: every bound of the HSS, and why it is what it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "wire/diameter/limits.h"

namespace baton::node::hss {

/// SEQs reserved at a time. One write to the store covers this many vectors; a crash skips at most as many,
/// out of 2^43.
inline constexpr std::uint64_t sequence_block = 32;

/// How far another HSS of the same store may be ahead before the rest of a block is given up. Some eight
/// blocks: several HSSs that take turns are less apart, and no card's age limit is as short.
inline constexpr std::uint64_t sequence_lag_max = 8 * sequence_block;

/// Vectors in one answer, whatever the MME asks for.
inline constexpr std::size_t vectors_max = wire::diameter::vectors_max;
static_assert(vectors_max <= sequence_block);

/// Vectors in one answer while the KASME in use is tracked: each is remembered until one is named. (S0.D6)
inline constexpr std::size_t vectors_max_tracked = 2;

/// Steps in one KASME-Update: what a context carries unacknowledged. Past them the MME runs AKA. (S0.D4)
inline constexpr std::size_t steps_unacknowledged_max = 8;

/// How often a change is tried against another HSS of the same store that writes the record in between. Two
/// that serve one subscriber at the same time meet once or twice; more is somebody's error.
inline constexpr int conflicts_max = 4;

/// Key set identifiers that name a context; 7 means none. TS 24.301, 9.9.3.21.
inline constexpr std::uint32_t ksi_max = 6;

/// Subscribers with a request under way. An MME's signalling storm gets TOO_BUSY beyond this; each costs a
/// coroutine frame and a record, some two kilobytes.
inline constexpr std::size_t subscribers_busy_max = 16384;

/// Requests of one subscriber that wait for the one under way. A UE has one procedure at a time; two MMEs
/// that fight over it make a handful.
inline constexpr std::size_t requests_waiting_max = 8;

/// Sequence counters kept in memory between requests (some 90 octets each). When they are all taken
/// they are forgotten together; the next vector of each subscriber begins a new block.
inline constexpr std::size_t counters_kept_max = 2'000'000;

/// How often an MME is told that a subscriber has left it, in all. What it still holds then ends by its own
/// timers, or when the UE comes back to it.
inline constexpr int cancellations_max = 3;
/// Cancellations kept for MMEs that are away, some 200 octets each.
inline constexpr std::size_t cancellations_kept_max = 16384;

/// Resynchronisations of one subscriber within `resync_window`. A healthy USIM needs one; what asks for more
/// is broken or somebody who wants to wear down the AuC.
inline constexpr std::uint32_t resyncs_max = 5;
inline constexpr Duration resync_window = 60s;

/// Resynchronisations of one subscriber since a location update last showed that its card takes our vectors.
/// It is kept in the record, so a restart does not begin again. Past it there is one in `resync_pause`, for a
/// card that somebody has repaired in between.
inline constexpr std::uint32_t resyncs_unanswered_max = 16;
inline constexpr Duration resync_pause = 3600s;

/// How long a report of overload holds, RFC 7683, 7.5, and how much less is asked for at the most: somebody
/// has to get in to see that it is over.
inline constexpr std::uint32_t overload_validity_s = 30;
inline constexpr std::uint32_t overload_reduction_max = 90;

}  // namespace baton::node::hss
