// private_limits.h: how long the private elements may be that stand in more than one protocol.
#pragma once

#include <cstddef>

namespace baton::wire {

/// An announcement of profiles and elements: four octets now, room for a later version. (Announcement)
inline constexpr std::size_t announcement_octets_max = 16;
/// A handover container: at most 84 octets now, room for a later version. (S3.D4)
inline constexpr std::size_t handover_container_octets_max = 128;

}  // namespace baton::wire
