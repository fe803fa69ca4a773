// limits.h: every bound of the transports, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace baton::transport {

/// The largest SCTP message in either direction. S1AP messages stay below 16 KiB in practice (the
/// longest carries a UE radio capability); four times that leaves room, and a peer cannot make us
/// collect more than this per association.
inline constexpr std::size_t sctp_message_octets_max = 65'536;

/// Octets that may wait on one SCTP association or TCP connection for a slow peer. Beyond it, send
/// says so and the owner drops the link: the alternative is memory without end.
inline constexpr std::size_t send_queue_octets_max = 4u << 20;

/// The largest UDP payload over IPv4: 65535 less 20 octets of IP and 8 of UDP header.
inline constexpr std::size_t datagram_octets_max = 65'507;

/// Datagrams taken from one socket before others get their turn.
inline constexpr std::size_t datagrams_per_wake = 32;

/// Octets read from one TCP connection before others get their turn.
inline constexpr std::size_t tcp_octets_per_wake = 256 * 1024;

/// Connections the kernel may hold for us between two turns of the loop.
inline constexpr int listen_backlog = 128;

/// How long a connection that was closed in good order may take to deliver what it still holds.
inline constexpr Duration close_linger = 1s;

/// TLS handshakes under way at one door, in all and from one address. Peers need one each; a flood of
/// half-open ones costs some 50 kB each and gets no more than these.
inline constexpr std::size_t tls_handshakes_max = 64;
inline constexpr std::size_t tls_handshakes_per_address_max = 4;
/// How long a handshake may take: three round trips anywhere on Earth, with a retransmission.
inline constexpr Duration tls_handshake_wait = 5s;
/// Certificates between a neighbour's own and one that is trusted.
inline constexpr int certificate_depth_max = 4;
/// Host names looked at in one certificate.
inline constexpr std::size_t certificate_names_max = 32;

/// Neighbours that have sent an SCTP INIT to one process and not (yet) become an association.
/// Beyond it the oldest is forgotten; it may try again.
inline constexpr std::size_t sctp_half_open_paths_max = 1'024;

/// Receive buffer asked of the kernel for every UDP socket that carries SCTP; bursts of a thousand
/// UEs fit (the kernel may give less, SCTP retransmits what is lost).
inline constexpr int sctp_socket_buffer_octets = 4 << 20;
/// Receive buffer asked for an ordinary UDP socket.
inline constexpr int udp_socket_buffer_octets = 256 * 1024;

}  // namespace baton::transport
