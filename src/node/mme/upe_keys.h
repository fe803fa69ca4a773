// upe_keys.h: the key between a UE and the UPE: when there is to be a new one, and who is told of it.
#pragma once

#include <optional>
#include <vector>

#include "node/mme/core.h"
#include "wire/gtp2/private.h"
#include "wire/gtp2/values.h"

namespace baton::node::mme {

/// upe_keys_of is what the policy has of K_UPE where this UE and the UPE are concerned: `none` where one of
/// them does not understand it.
context::UpeKeys upe_keys_of(const Core& core, const Ue& ue);

/// may_do_without says whether a session may be made without a key: the policy has none, allows to go on as
/// `final` does, or there will be one.
bool may_do_without(const Core& core, const Ue& ue);

/// next_upe_key counts one K_UPE of the KASME in use more, which is never counted back. Nothing: there is no
/// such key, or no counter is left and only another AKA helps.
//= S1.D3
std::optional<wire::gtp2::UpeKeyName> next_upe_key(Core& core, Ue& ue);

/// put_upe_key derives the K_UPE of that name and adds it to a request to the UPE.
//= S1.A6
void put_upe_key(Core& core, const Ue& ue, const wire::gtp2::UpeKeyName& name,
                 std::vector<wire::gtp2::PrivateExtension>& extensions);

/// carried_upe_key is what another MME has to know of a UE that goes there: how many K_UPEs have been made of
/// the KASME that goes along; none of a `renewed` one. Nothing where this MME does not know that itself, or
/// `to` has no such keys.
std::optional<wire::gtp2::UpeKeyName> carried_upe_key(const Core& core, const Ue& ue, const MmePeer& to,
                                                      bool renewed);

/// given_upe_key: the other MME may make the next one, whatever comes of the handover. Here its counter is
/// used up, and what the UE has is in doubt until it has another.
//= S1.D3
void given_upe_key(Ue& ue);

/// adopt_upe_key takes that over. From an MME that does not count comes nothing: what it knew is lost until
/// the next KASME.
void adopt_upe_key(Ue& ue, const std::optional<wire::gtp2::UpeKeyName>& carried);

/// upe_key_of_move is the K_UPE that a UE which comes by a handover is told of in its container. Nothing: it
/// keeps the one it has.
std::optional<wire::gtp2::UpeKeyName> upe_key_of_move(Core& core, Ue& ue);

/// due_upe_key is the K_UPE that the UPE has to get with the next request about the UE's session: the one a
/// move has named; with `update` a new one where the UE has come without its naming one; a first one where
/// KASME is another than that of the key in use.
std::optional<wire::gtp2::UpeKeyName> due_upe_key(Core& core, Ue& ue);

/// upe_key_taken: the UPE has it. The UE is told, if it does not know yet.
void upe_key_taken(Core& core, Ue& ue, const wire::gtp2::UpeKeyName& name);

}  // namespace baton::node::mme
