// kasme_steps.h: what becomes of the lineage of a KASME when it changes, moves, and is known to the HSS.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/expected.h"
#include "keys/kasme_lineage.h"

namespace baton::context {

/// begun is the lineage of a KASME fresh from AKA: step 0, nothing the HSS need be told.
//= S0.D4
KasmeLineage begun(const Rand& rand, std::uint32_t epoch, Instant now, Duration lifetime);

[[nodiscard]] KasmeLineage clone(const KasmeLineage& lineage);
[[nodiscard]] KasmeStep clone(const KasmeStep& step);

/// Why a KASME may not change again before AKA has been run.
enum class StepRefusal : Byte {
  too_many,  ///< kasme_steps_max steps are unknown to the HSS
  expired,   ///< the lifetime of the AKA is over
};
std::string_view to_string(StepRefusal r);

/// Refreshed is KASME' and the lineage that moves with it.
struct Refreshed {
  Kasme kasme;
  KasmeLineage lineage;
};
/// refreshed makes the next KASME of `old` for the MME `target`, its proof included. `told` is false where
/// the HSS is never told (refresh_temporary): then no step waits for it. `lineage` itself is unchanged.
//= S0.D2
//= S0.D4
//= S0.D5
Expected<Refreshed, StepRefusal> refreshed(const Kasme& old, const KasmeLineage& lineage, const Imsi& imsi,
                                           RefreshDirection direction, NasCount n,
                                           const DiameterIdentity& target, bool told);

/// acknowledged drops every step up to and including `step`: the HSS has them.
//= S0.D4
void acknowledged(KasmeLineage& lineage, std::uint32_t step);

/// consistent says whether a lineage that came from a peer can be one: steps in order without a hole, up to
/// the current one, no more than kasme_steps_max, the last for `here` when there is any.
//= S0.D4
bool consistent(const KasmeLineage& lineage, const DiameterIdentity& here);

/// spend takes time off the lifetime: at a move and when AKA is asked for. It never goes below 0 and never
/// up.
//= S0.D2
void spend(KasmeLineage& lineage, Duration elapsed);

/// rebuilt_count is n as the UE finds it: the lowest COUNT above `last_used` whose low octet is `low`.
/// Nothing at the end of the COUNTs.
//= S0.D2
std::optional<NasCount> rebuilt_count(std::optional<NasCount> last_used, Byte low);

}  // namespace baton::context
