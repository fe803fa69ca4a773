// limits.h: every bound and waiting time of the eNB, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace baton::node::enb {

/// Connected UEs. A UE takes some two kilobytes; 60,000 fit the C-RNTI space and 150 MB.
inline constexpr std::size_t ues_max = 60'000;
/// UEs that have asked for a connection and not said more. Anyone who can send a datagram can ask.
inline constexpr std::size_t ues_in_setup_max = 4'096;
/// Endpoints that listen to the broadcast. Past it a Camp is answered and not remembered.
inline constexpr std::size_t camped_max = 65'536;
/// C-RNTIs 0001 to 003C are taken by random access, those from FFF4 on reserved (TS 36.321, 7.1).
inline constexpr std::uint16_t c_rnti_min = 0x003D;
inline constexpr std::uint16_t c_rnti_max = 0xFFF3;
/// Names to give out. A UE has two of them while its keys change or it comes back, so they can run out before
/// ues_max is reached: whoever needs one then is refused.
inline constexpr std::size_t c_rntis_max = c_rnti_max - c_rnti_min + 1U;
/// Pairs of a received key and a C-RNTI that are remembered, so that none is used twice. A KeNB is good for a
/// handful of attempts at one target before the source has another one; C-RNTIs come round after 65,000.
inline constexpr std::size_t pairs_used_max = 1'024;
/// NAS messages that wait for the end of the AS security mode procedure. The MME sends one or two.
inline constexpr std::size_t held_nas_max = 8;
/// MMEs of one eNB. LTE pools have some ten.
inline constexpr std::size_t mmes_max = 16;
/// Neighbour cells of one cell. TS 36.331, 6.4 has room for 16 on the own carrier and on each of 8 others.
inline constexpr std::size_t neighbours_max = 256;
/// SCTP streams that UE-associated signalling is spread over; stream 0 is for the rest (TS 36.412, 7).
inline constexpr std::uint16_t ue_streams = 4;

/// How long the first message on a new radio connection may take. Two turns of the UE's T300.
inline constexpr Duration setup_guard = 4s;
/// How long an MME may take to say its first word about a UE. It asks its HSS before, which takes seconds at
/// worst; a UE that gave up in the meantime does not say so.
inline constexpr Duration first_word_guard = 30s;
/// How long a UE may take to answer a radio procedure: the radio link gives up after 4 s.
inline constexpr Duration radio_guard = 5s;
/// How long the source waits for the target: TS1RELOCprep (TS 36.413, 9.3). Between MMEs a message may be
/// sent several times, seconds apart.
inline constexpr Duration ts1reloc_prep = 10s;
/// How long a UE that was told to go may stay away before it is taken for lost: TS1RELOCoverall. It comes
/// back, if it does, when its T304 has run out, after 2 s.
inline constexpr Duration ts1reloc_overall = 10s;
/// How long the target waits for a UE. The command has to reach it through two MMEs and the source first.
inline constexpr Duration arrival_guard = 10s;
/// How long a released connection waits for the acknowledgement of its end.
inline constexpr Duration leave_guard = 5s;
/// How long an MME may take to answer a UE Context Release Request, a Reset or an S1 Setup Request.
inline constexpr Duration mme_guard = 10s;
/// Release requests without an answer until the eNB resets the connection on its own.
inline constexpr int release_requests_max = 3;
/// Reconnecting to an MME: doubled each time between these.
inline constexpr Duration reconnect_min = 1s;
inline constexpr Duration reconnect_max = 60s;
/// What a UE that finds no MME is told to wait.
inline constexpr Byte reject_wait_seconds = 2;

}  // namespace baton::node::enb
