// limits.h: every bound of the UPE, with its reason.
#pragma once

#include <cstddef>

namespace baton::node::upe {

/// Subscribers with sessions at once. A session is some 500 octets; a quarter of a million stay below 150 MB.
inline constexpr std::size_t sessions_max = 250'000;
/// EPS bearer identities run from 5 to 15 (TS 24.301, 9.3.2), so a UE cannot have more bearers.
inline constexpr unsigned ebi_min = 5;
inline constexpr unsigned ebi_max = 15;
/// The pool is a subnet of at most this many addresses: a /8.
inline constexpr unsigned pool_prefix_min = 8;
/// ... and at least a /30: two addresses beside those of network and broadcast.
inline constexpr unsigned pool_prefix_max = 30;
/// Draws until a TEID is one nobody has. With every session in use one draw fails once in ten thousand times.
inline constexpr int teid_draws_max = 16;

}  // namespace baton::node::upe
