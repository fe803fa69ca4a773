// limits.h: every bound of the GTPv2-C codec, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::wire::gtp2 {

/// UDP port of GTPv2-C (TS 29.274, 4.2.2).
inline constexpr std::uint16_t udp_port = 2123;
/// The largest UDP payload over IPv4; nothing longer can be one message.
inline constexpr std::size_t datagram_octets_max = 65'507;
/// A UE has eight data bearers in the original numbering and at most 11 (EPS bearer identities 5 to 15).
inline constexpr std::size_t bearers_max = 11;
/// Private extensions of one message. Baton sends one; a few vendors may share a message.
inline constexpr std::size_t private_extensions_max = 8;
/// A UE with a PDN connection for each of its bearers has as many as bearers.
inline constexpr std::size_t pdn_connections_max = bearers_max;
/// Authentication vectors of each kind in one MM context (TS 29.274, figure 8.38-5: an array of at most
/// five).
inline constexpr std::size_t vectors_max = 5;
/// UE network capability: 13 octets in NAS (TS 24.301, 9.9.3.34), and MS network capability: 8
/// (TS 24.008, 10.5.5.12).
inline constexpr std::size_t ue_network_capability_max = 13;
inline constexpr std::size_t ms_network_capability_max = 8;
/// An E-UTRAN transparent container, a status transfer container or a NAS message that came in one S1AP
/// message: nothing shorter than the datagram bounds it.
inline constexpr std::size_t container_octets_max = datagram_octets_max;
/// A traffic flow template is at most 255 octets in NAS (TS 24.008, 10.5.6.12).
inline constexpr std::size_t tft_octets_max = 255;
/// An APN is at most 100 octets (TS 23.003, 9.1).
inline constexpr std::size_t apn_octets_max = 100;
/// MSISDN: 15 digits in theory, 9 octets of TBCD in the address string of TS 29.002 (ISDN-AddressString).
inline constexpr std::size_t msisdn_octets_max = 9;
/// Opaque elements (PCO, indication flags): PCO is at most 251 octets in NAS (TS 24.008, 10.5.6.3).
inline constexpr std::size_t opaque_octets_max = 1024;
/// A private extension after its enterprise number. The lineage of a KASME has eight steps of at most 301
/// octets, and everything else of private.h fits beside it.
inline constexpr std::size_t private_extension_octets_max = 4096;
/// Sequence numbers have 24 bits; the highest one marks answers to commands (TS 29.274, 7.6).
inline constexpr std::uint32_t sequence_max = 0x7F'FFFF;

}  // namespace baton::wire::gtp2
