// kasme_refresh.h: a UE goes to another MME under KASME', and comes to this one under it.
#pragma once

#include "base/expected.h"
#include "node/mme/core.h"
#include "wire/gtp2/mobility.h"

namespace baton::node::mme {

/// Renewed is what moves in the place of a UE's KASME.
struct Renewed {
  Kasme kasme;           ///< KASME'
  KasmeLineage lineage;  ///< with the step to it, for the target
  RefreshDirection direction{};
  NasCount n{};  ///< the COUNT it was made with; at a handover nobody uses it for anything else
};

/// Why a UE does not go under KASME'.
enum class NotRenewed : Byte {
  not_wanted,  ///< the policy keeps KASME, or nothing is known of where it comes from
  spent,       ///< no COUNT is left
  aka_first,   ///< too many steps the HSS does not know, or the AKA is too old
};

/// refreshes_idle is whether an idle UE goes between this MME and `mme` under KASME': both of them and the UE
/// announced what that takes. `ue_said` is what the UE announced in the request it made. The refusal: one of
/// them did not, and the policy does not let it go on as `final` does.
//= S0.D2
Expected<bool, context::PolicyRefusal> refreshes_idle(const Core& core,
                                                      const std::optional<ByteVector>& ue_said,
                                                      const MmePeer& mme);

/// renew_kasme makes KASME' for the MME `to`. At a handover n is the next downlink COUNT, which is used up
/// whatever comes of it; at idle mobility the uplink COUNT of the request that was verified. The UE's context
/// here stays what it is: a move that fails goes on with it, above n.
//= S0.D2
//= S0.D9
Expected<Renewed, NotRenewed> renew_kasme(Core& core, Ue& ue, const MmePeer& to, RefreshDirection direction);

/// put_renewed makes of an MM context the one under KASME', and ends the copy of KASME in it: the counts
/// begin anew, with the downlink COUNT 0 used by the container or the Security Mode Command. No link of the
/// old chain goes along.
//= S0.D2
//= S0.D10
//= S0.D11
void put_renewed(wire::gtp2::EpsMmContext& mm, const Renewed& renewed);

/// adopt_lineage takes what came beside an MM context. False, with nothing taken: it cannot be one, or its
/// last step is not for this MME.
//= S0.D4
bool adopt_lineage(Core& core, Ue& ue, KasmeLineage lineage);

/// begin_chain is the target's with `nh-ncc`: KeNB' of KASME' as NH with NCC 0, for the target eNB to bind to
/// its cell. The UE has a security context and no chain.
//= S0.D10
void begin_chain(Core& core, Ue& ue);

}  // namespace baton::node::mme
