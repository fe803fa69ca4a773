// limits.h: every bound of the radio stand-in, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::wire::rrc {

/// A PDCP SDU is at most 8188 octets (TS 36.323, 4.3.1), so no NAS message over the air is longer.
inline constexpr std::size_t nas_octets_max = 8188;
/// What a frame may carry: an RRC message with a NAS message inside, a PDCP header and a MAC.
inline constexpr std::size_t payload_octets_max = 9000;
/// maxPageRec of TS 36.331, 6.4.
inline constexpr std::size_t paging_records_max = 16;
/// maxDRB of TS 36.331, 6.4; also one NAS message for each bearer of a reconfiguration.
inline constexpr std::size_t bearers_max = 11;
/// UL/DL frames start with a header of this size.
inline constexpr std::size_t frame_header_octets = 10;

/// UDP port of the stand-in at a UE and at an eNB.
inline constexpr std::uint16_t udp_port = 4997;

}  // namespace baton::wire::rrc
