// http_limits.h: every bound of the HTTP server, with its reason.
#pragma once

#include <cstddef>

#include "base/instant.h"

namespace baton::runtime {

/// Connections of one server: a collector, a few programs and people. A flood gets no more descriptors.
inline constexpr unsigned http_connections_max = 64;
/// From one address: the rest stays for others.
inline constexpr unsigned http_connections_per_address_max = 32;
/// Request line, headers and what the library needs beside them, per connection.
inline constexpr std::size_t http_header_octets_max = 16 * 1024;
/// A body where none is taken: its sender still reads why.
inline constexpr std::size_t http_dropped_octets_max = 64 * 1024;
/// From a connection's last answer to the end of its next request. Who sends an octet a second is cut off
/// here; a collector that asks more seldom opens a new connection.
inline constexpr Duration http_request_time_max = 20s;
/// How often that is looked at.
inline constexpr Duration http_sweep_every = 1s;
/// Connections that the system may hold for us between two turns of the loop.
inline constexpr int http_backlog = 64;

}  // namespace baton::runtime
