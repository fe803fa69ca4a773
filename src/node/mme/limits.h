// limits.h: every bound of the MME, with the reason for its value.
#pragma once

#include <cstddef>

namespace baton::node::mme {

/// UE contexts at once, provisional ones included. 30,000 of them take about 100 MB; past that a new
/// attach is answered "congestion" and the UEs that are there keep their service. Config may lower it.
inline constexpr std::size_t ues_max = 30'000;

/// UE contexts that have not proved who they are. Someone without a SIM can make these for the price of
/// one message, so they get their own, lower bound: real UEs need one for a second or two each.
inline constexpr std::size_t provisional_ues_max = 4'000;

/// eNBs, and so S1 associations that sent S1 Setup. S1AP itself has no bound; 256 cells is a large
/// private network.
inline constexpr std::size_t enbs_max = 256;

/// SCTP associations that have not sent a usable S1 Setup yet.
inline constexpr std::size_t unnamed_links_max = 64;

/// GUTI of UEs that are gone, kept with their IMSI so that they need not send it in the clear when they
/// come back. The oldest is forgotten first. 64 octets each.
inline constexpr std::size_t remembered_gutis_max = 100'000;

/// Draws of an M-TMSI before giving up. With 30,000 UEs of 2^30 values one draw collides with
/// probability 2^-15, so eight in a row mean that the source of randomness is broken.
inline constexpr int m_tmsi_draws_max = 8;

/// Steps of a procedure kept until the subscriber is known (identity request and response come first).
inline constexpr std::size_t steps_kept_max = 8;

/// Malformed, unexpected or unverifiable NAS messages on one S1 connection of a UE that has not proved who
/// it is; the next one ends the connection. A UE that works sends none.
inline constexpr int nas_strikes_max = 32;

/// Diameter request and S11 transactions of one UE that are under way: one procedure waits for one answer.
inline constexpr std::size_t asked_max = 4;

}  // namespace baton::node::mme
