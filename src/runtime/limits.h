// limits.h: every bound of the runtime, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace baton::runtime {

/// Links that neighbours may hold open at one node. An MME's eNBs and an HSS's MMEs stay far below; a
/// flood gets no more descriptors than these.
inline constexpr std::size_t accepted_links_max = 4'096;

/// Ledger entries kept in memory: a thousand subscribers leave some forty each. Beyond it the oldest
/// half goes and the loss is counted; a ledger file keeps all.
inline constexpr std::size_t ledger_entries_max = 2'000'000;

/// Octets handed out by the random generator between two seedings from the kernel.
inline constexpr std::uint64_t entropy_octets_per_seed = 1u << 20;

/// One line of the log; a longer one is cut.
inline constexpr std::size_t log_line_octets_max = 2'000;

/// A capture is written out when this much has gathered, and at the end of each turn of the loop.
inline constexpr std::size_t capture_buffer_octets = 256 * 1024;

/// Events that a node handles before what it asks for is carried out, when so many wait.
inline constexpr std::size_t events_at_once = 64;

/// Records that an HSS with a file of its own keeps in memory: somewhat below 1 KB each. More subscribers
/// than these are read from the file when they are asked for.
inline constexpr std::size_t records_cached_max = 1'000'000;

/// How often a store is told up to where SEQs may go by the clock, and how far ahead of it: a start after a
/// crash writes SEQs of the clock down for as long, and a store may be away for as long without that.
inline constexpr Duration clock_noted_every = std::chrono::minutes(1);
inline constexpr Duration clock_noted_ahead = std::chrono::minutes(3);
/// The same after a failure.
inline constexpr Duration clock_noted_again = std::chrono::seconds(5);

/// What may wait for a store that is asked on a thread of its own, or be under way there: a subscriber asks
/// for one thing at a time, and who has waited for this many is not waited for by its MME any more.
inline constexpr std::size_t store_asked_max = 4'096;

}  // namespace baton::runtime
