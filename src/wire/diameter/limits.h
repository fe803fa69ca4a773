// limits.h: every bound of the Diameter codec, and why it is what it is.
#pragma once

#include <cstddef>

namespace baton::wire::diameter {

/// A message longer than this ends the connection. The length field reaches 16 MiB; the largest S6a
/// message (Subscription-Data with every APN) stays under 20 kB, so 64 KiB leaves room and bounds memory.
inline constexpr std::size_t message_octets_max = 65536;

/// Grouped AVPs inside Grouped AVPs. Subscription-Data > APN-Configuration-Profile > APN-Configuration >
/// EPS-Subscribed-QoS-Profile > Allocation-Retention-Priority > Priority-Level is the deepest that S6a has.
inline constexpr std::size_t avp_depth_max = 8;

/// How often an AVP may occur that its grammar marks with `*`, unless the row says otherwise. A CER with
/// every known application has about 40 of one kind.
inline constexpr std::size_t avp_repeats_max = 64;

/// E-UTRAN vectors in one answer. TS 29.272, 7.3.11 sets no number; TS 33.401, 6.1.2 recommends one at a
/// time, and five is what MAP allowed (TS 29.002, SendAuthenticationInfo).
inline constexpr std::size_t vectors_max = 5;

/// Steps in one KASME-Update. A context carries at most 8 unacknowledged; a list of up to twice that is read,
/// so that it can be refused for what it is.
inline constexpr std::size_t chain_steps_max = 16;

/// A Session-Id longer than this is refused: RFC 6733, 8.8 asks for identity and numbers, which fit well.
inline constexpr std::size_t session_id_octets_max = 512;

/// A UTF8String of any other AVP.
inline constexpr std::size_t text_octets_max = 1024;

/// An OctetString, and what a Failed-AVP quotes.
inline constexpr std::size_t octet_string_octets_max = 16384;

}  // namespace baton::wire::diameter
