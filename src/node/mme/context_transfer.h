// context_transfer.h: what of a UE moves to another MME, the same at a handover and when an idle UE turns up
// elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "node/mme/core.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

struct Renewed;

/// mm_context_of copies what makes the UE's security go on elsewhere: KASME, its KSI, the algorithms, the
/// next COUNT of each direction, the NH of a connected UE, capabilities. `to` is the MME it is sent to and
/// `message` the message that carries it, for the ledger. The UE keeps its context: whoever asks ends or
/// resumes it when the outcome is known, and until then uses none of its COUNTs.
/// Nothing when there is no context in use, or a COUNT is spent: a move would have to begin at one that has
/// been used. With `renewed` it is KASME' that moves, with counts and a chain that begin anew, and KASME
/// stays. With `delegated` KASME and the chain stay, and K_HO and the NAS keys are written down there; a UE
/// whose KASME another MME has kept moves in no other way.
//= S0.D1
//= S0.D2
//= S0.D11
//= TS 33.401, 7.2.8.4.3
std::optional<wire::gtp2::EpsMmContext> mm_context_of(Core& core, Ue& ue, const std::string& to,
                                                      std::string_view message,
                                                      const Renewed* renewed = nullptr,
                                                      wire::gtp2::MovePrivate* delegated = nullptr);
/// pdn_connections_of names the UE's PDN connection and its bearer; empty when there is none.
std::vector<wire::gtp2::PdnConnection> pdn_connections_of(const Core& core, const Ue& ue);
/// sgw_end_of is the UPE's end of the UE's S11 tunnel. The UE has a session.
wire::gtp2::FTeid sgw_end_of(const Core& core, const Ue& ue);

/// adopt_mm_context makes what another MME sent the current context of `ue`, which has none. `from` is that
/// MME and `message` the message, for the ledger. With `delegated` K_HO and the NAS keys that stand there are
/// in the place of KASME (delegated_well). Refused, with nothing of it kept: no key set (KSI 7), a COUNT or
/// capability that cannot be, algorithms that are not built in, that this MME's operator does not allow or
/// the UE does not have, null integrity, an old KASME beside an NH of the new one only.
//= S0.D1
//= TS 33.401, 7.2.4.3.1
Expected<Ok, wire::gtp2::CauseValue> adopt_mm_context(Core& core, Ue& ue, wire::gtp2::EpsMmContext mm,
                                                      const std::string& from, std::string_view message,
                                                      wire::gtp2::MovePrivate* delegated = nullptr);
/// adopt_pdn_connections takes over the session that another MME has at our UPE (`sgw_s11`). The UPE
/// learns of it with the next Modify Bearer Request. False, with nothing changed: it is at another UPE, or is
/// not one connection on the one default bearer.
bool adopt_pdn_connections(Core& core, Ue& ue, const std::vector<wire::gtp2::PdnConnection>& pdns,
                           const wire::gtp2::FTeid& sgw_s11);

/// drop_mm_context ends keys that another MME sent and that are not taken into use; the ledger says so.
void drop_mm_context(Core& core, const std::string& subscriber, wire::gtp2::EpsMmContext mm,
                     const std::string& from, std::string_view message);

}  // namespace baton::node::mme
