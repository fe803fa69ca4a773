// reauthentication.h: what else needs the radio half of a change of keys.
#pragma once

#include "node/mme/procedures.h"

namespace baton::node::mme {

/// rekey_enb gives the eNB that has the UE's context a KeNB from the new KASME and waits until it is in use.
/// An eNB that does not take it loses the UE: `ue` is idle afterwards.
//= TS 33.401, 7.2.9.2
Task<void> rekey_enb(Core& core, Ue& ue);

/// new_kasme runs AKA and security mode for a UE that is connected and known. Should it fail, the UE has what
/// it had.
//= TS 24.301, 5.4.2
Task<Outcomes> new_kasme(Core& core, Ue& ue);

}  // namespace baton::node::mme
