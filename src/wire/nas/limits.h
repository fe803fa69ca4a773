// limits.h: every bound of NAS, with its reason.
#pragma once

#include <cstddef>

namespace baton::wire::nas {

/// A NAS message travels in one PDCP SDU, and those are at most 8188 octets (TS 36.323, 4.3.1).
inline constexpr std::size_t message_octets_max = 8188;
/// A security protected message before its payload: header, MAC and sequence number (TS 24.301, 9.1).
inline constexpr std::size_t security_header_octets = 6;
/// The shortest plain message: EMM header and type (TS 24.301, 9.1).
inline constexpr std::size_t message_octets_min = 2;
/// An ESM message inside EMM: what is left of the largest message is for the rest of the attach.
inline constexpr std::size_t esm_container_octets_max = 4096;
/// TS 24.301, 9.9.3.15: a header, a PTI and a message type are three octets.
inline constexpr std::size_t esm_container_octets_min = 3;
/// TS 24.301, 9.9.3.33: 16 tracking areas in a list.
inline constexpr std::size_t tai_list_max = 16;
/// TS 23.003, 9.1: an APN is at most 100 octets on the wire, a label 63.
inline constexpr std::size_t apn_octets_max = 100;
inline constexpr std::size_t apn_label_octets_max = 63;
/// TS 24.008, 10.5.6.3: the value of protocol configuration options.
inline constexpr std::size_t pco_octets_max = 251;
/// TS 24.008, 10.5.1.4 and TS 24.301, 9.9.3.12: the longest identity is 16 digits in nine octets, a GUTI
/// is eleven. (IMSI, IMEI and GUTI only; nothing else is ever asked for.)
inline constexpr std::size_t identity_octets_max = 11;
/// TS 24.301, 9.9.3.4: RES.
inline constexpr std::size_t res_octets_min = 4;
inline constexpr std::size_t res_octets_max = 16;
/// Unknown optional elements that are stepped over in one message. The largest layout of any release has
/// about forty; more than this is not a later release, it is an attack on our patience.
inline constexpr std::size_t unknown_elements_max = 64;

}  // namespace baton::wire::nas
