// delegation.h: a UE goes to another MME without its KASME, and is here without it: K_HO and the NAS keys
// stand in the place of it (S3.D6).
#pragma once

#include <string>
#include <string_view>

#include "base/expected.h"
#include "node/mme/procedures.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

/// delegates is whether an idle UE goes to `mme` without its KASME. The refusal: the policy has it so, `mme`
/// has not announced it, and there is no fallback.
//= S3.D6
Expected<bool, context::PolicyRefusal> delegates(const Core& core, const MmePeer& mme);
/// takes_delegated is whether `mme` has announced that it can do without KASME.
bool takes_delegated(const Core& core, const MmePeer& mme);

/// put_delegated writes down what goes to the MME `to` in the place of KASME: K_HO, made here or as another
/// MME gave it, and the NAS keys.
void put_delegated(Core& core, const Ue& ue, const std::string& to, std::string_view message,
                   wire::gtp2::MovePrivate& beside);
/// says_delegated is whether anything of that stands there; delegated_well whether all of it does, beside an
/// MM context without KASME and without any link of a chain.
bool says_delegated(const wire::gtp2::MovePrivate& said);
bool delegated_well(const wire::gtp2::MovePrivate& said, const wire::gtp2::EpsMmContext& mm);

/// drop_beside ends the keys that another MME sent beside an MM context and that are still there: they are
/// not taken into use.
void drop_beside(Core& core, const std::string& subscriber, wire::gtp2::MovePrivate& said,
                 const std::string& from, std::string_view message);

/// aka_instead refuses HANDOVER REQUIRED of a UE whose KASME another MME has kept, where the handover takes
/// it: the UE stays for an AKA, and the eNB may ask again. The handover is over.
//= S3.D6
void aka_instead(Core& core, Ue& ue);
/// own_kasme runs AKA and security mode for a connected UE whose KASME another MME has kept; there is nothing
/// to do for any other. Should it fail, the UE has what it had.
//= S3.D6
Task<Outcomes> own_kasme(Core& core, Ue& ue);

}  // namespace baton::node::mme
