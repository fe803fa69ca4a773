// limits.h: every bound of the MME, with the reason for its value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace baton::node::mme {

/// UE contexts at once, provisional ones included. 30,000 of them take about 100 MB; past that a new
/// attach is answered "congestion" and the UEs that are there keep their service. Config may lower it.
inline constexpr std::size_t ues_max = 30'000;

/// UE contexts that have not proved who they are. Someone without a SIM can make these for the price of
/// one message, so they get their own, lower bound: real UEs need one for a second or two each.
inline constexpr std::size_t provisional_ues_max = 4'000;

/// UEs on their way here from other MMEs. Only a configured MME can announce one, so this is not shared with
/// those of whom nobody knows anything: a flood of them must not keep a call from being handed over. Each
/// lasts 16 s at most (X5, X6), so this is room for more than a hundred handovers a second.
inline constexpr std::size_t coming_ues_max = 2'000;

/// eNBs, and so S1 associations that sent S1 Setup. S1AP itself has no bound; 256 cells is a large
/// private network.
inline constexpr std::size_t enbs_max = 256;

/// Other MMEs this one speaks S10 with. Each is watched with an Echo Request a minute; a pool of MMEs has a
/// dozen, and a UE is handed over to a neighbour, not across a country.
inline constexpr std::size_t mmes_max = 32;

/// SCTP associations that have not sent a usable S1 Setup yet.
inline constexpr std::size_t unnamed_links_max = 64;
/// How long such an association may stay silent: an eNB sends S1 Setup at once, and repeats it within the
/// longest time to wait, 60 s. Without an end, 64 silent ones would lock every new eNB out.
inline constexpr Duration unnamed_link_wait = std::chrono::seconds(90);

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

/// S1 connections: one for each UE and room for those whose release the eNB has not confirmed yet.
inline constexpr std::size_t s1_connections_max = 2 * ues_max;

/// Links of the key chain between the newest NH and the last key the UE is known to hold. NCC has three bits:
/// with an eighth it would be the UE's own again, and the UE would take its KeNB where the eNB takes NH.
//= TS 33.401, 7.2.8.4.3
inline constexpr int chain_hops_max = 7;
/// Of these, links that a UE may be behind when it goes to another MME by KeNB*. That does not bring the UE
/// up to the newest NH, and the other MME is not told how far behind it is: it takes this for it, and has as
/// many links left.
inline constexpr int chain_hops_carried_max = 3;

/// Cancelled handovers that are remembered: one for each UE that may be on its way here, twice over.
inline constexpr std::size_t cancellations_max = 2 * coming_ues_max;
/// For how long: a request is repeated for 9 s (T3-RESPONSE, N3-REQUESTS), and what a network has kept longer
/// than twenty seconds more it does not deliver.
inline constexpr Duration cancellation_kept = std::chrono::seconds(30);

/// UEs that were handed over to another MME and are remembered, should they attach here after all.
inline constexpr std::size_t departures_max = 2 * coming_ues_max;
/// For how long: well past the time after which the target registers a UE that it has not heard of (X4).
inline constexpr Duration departure_kept = std::chrono::seconds(30);

/// An eNB's container, or its bearers' COUNTs, passed on to another MME. A UDP datagram has 65,507 octets,
/// and the rest of a Forward Relocation Request takes less than 4,000; real containers have some hundreds.
inline constexpr std::size_t relocation_container_octets_max = 60'000;

/// Of the requests that an HSS asks not to be sent, how many per cent are held back at the most: without any
/// answer nobody would hear that it is over. RFC 7683, 7.7 has 100.
inline constexpr std::uint32_t hss_reduction_max = 90;
/// How long one report of an HSS holds at the most, in seconds. RFC 7683, 7.5 allows for a day, and that is
/// how long one message too many, or a wrong one, would keep UEs out. Who is loaded for longer says it again.
inline constexpr std::uint32_t hss_report_s_max = 300;

/// Radio capability of a UE, kept for its next connection. Real ones have 50 to 4000 octets; 30,000 UEs
/// with this many take half a gigabyte, which is why it is no more.
inline constexpr std::size_t radio_capability_octets_max = 16'384;

}  // namespace baton::node::mme
