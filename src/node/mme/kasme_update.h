// kasme_update.h: the HSS hears which KASME is in use, where the policy has it know.
#pragma once

#include <optional>

#include "node/mme/core.h"
#include "wire/diameter/message.h"

namespace baton::node::mme {

/// tells_kasme is whether this MME and its HSS both want that, and both announced it.
//= S0.D3
bool tells_kasme(const Core& core);

/// begin_lineage notes which vector a fresh security context comes from; one without a number has no lineage.
//= S0.D4
void begin_lineage(const Core& core, Ue& ue, const Rand& rand, std::optional<std::uint32_t> epoch);
/// take_lineage goes with a fresh context that becomes the current one. A registered MME tells the HSS at
/// once: no location update follows a re-authentication in place.
//= S0.D4
void take_lineage(Core& core, Ue& ue);

/// aka_reference_of is what an Update Location Request says of the vector in use; nothing when the HSS has it
/// already, or KASME has changed since.
//= S0.D4
std::optional<wire::diameter::AkaReference> aka_reference_of(const Core& core, const Ue& ue);
/// after_location goes on when the HSS has answered: `epoch` is what it has recorded, if anything. Nothing
/// is told before.
//= S0.D3
void after_location(Core& core, Ue& ue, std::optional<std::uint32_t> epoch);

/// tell_kasme sends everything that the HSS has not acknowledged. Silence, and an answer that asks for it,
/// are tried again (X8); an answer that no repetition can change ends in a new AKA.
//= S0.D3
//= S0.D4
void tell_kasme(Core& core, Ue& ue);
/// on_kasme_answer takes the HSS's answer to that, or its silence. False: `token` is something else.
bool on_kasme_answer(Core& core, peer::RequestToken token, const wire::diameter::AnswerResult* result,
                     Bytes octets);
/// on_stale_key ends a confusion that refresh_temporary has led to: a key of another access has come into use
/// that is made of the KASME at the HSS, which the UE has left. By policy KASME' is dropped, and UE, MME and
/// HSS meet at a new AKA, or it is kept, and the HSS learns it. Counted under any policy.
//= S0.7
//= S0.8
//= S0.D8
void on_stale_key(Core& core, Ue& ue);
/// run_due_aka is that new AKA, if one is due and can be now.
//= S0.D4
//= S1.D7
void run_due_aka(Core& core, Ue& ue);
/// on_kasme_timer is X8.
void on_kasme_timer(Core& core, Ue& ue);

}  // namespace baton::node::mme
