// limits.h: how much a peer may make us hold.
#pragma once

#include <cstddef>

namespace baton::wire::s1ap {

/// An S1AP message. SCTP user messages of the transport are bounded by the same figure; the largest
/// sensible message is a list of 256 E-RABs with a NAS message each.
inline constexpr std::size_t pdu_octets_max = 262'144;

/// Protocol IEs of one container. The standard allows 65535; a message has some fifteen known ones, and
/// later releases add at most a few dozen that are stepped over.
inline constexpr std::size_t ies_max = 128;

// Bounds of TS 36.413, 9.3.6.
inline constexpr std::size_t erabs_max = 256;
inline constexpr std::size_t errors_max = 256;
inline constexpr std::size_t tais_max = 256;
inline constexpr std::size_t tacs_max = 256;
inline constexpr std::size_t broadcast_plmns_max = 6;
inline constexpr std::size_t plmns_per_mme_max = 32;
inline constexpr std::size_t group_ids_max = 65'535;
inline constexpr std::size_t mmecs_max = 256;
inline constexpr std::size_t rats_max = 8;
inline constexpr std::size_t individual_connections_max = 256;
inline constexpr std::size_t name_characters_max = 150;
inline constexpr std::size_t transport_address_bits_max = 160;
inline constexpr std::size_t equivalent_plmns_max = 15;
inline constexpr std::size_t equivalent_plmns_plus_one_max = 16;
inline constexpr std::size_t forbidden_areas_max = 4096;
inline constexpr std::size_t cells_in_history_max = 16;

/// A container between two eNBs. The standard sets no bound. A handover to another MME takes it through one
/// GTPv2-C element, whose length has 16 bits; what is longer than that could never arrive, so it is refused
/// where it enters.
inline constexpr std::size_t transparent_container_octets_max = 65'536;

}  // namespace baton::wire::s1ap
