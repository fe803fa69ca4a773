// kasme_lineage.h: how the KASME in use came from the last AKA, as it travels with a context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "ids/endpoint.h"
#include "keys/derive_policy.h"
#include "keys/types.h"

namespace baton {

/// So many steps may be unknown to the HSS; past that the MME runs AKA.
//= S0.D4
inline constexpr std::size_t kasme_steps_max = 8;

/// KasmeStep is one change of KASME, with the proof that the MME which held the key before made for the MME
/// that may use the new one.
//= S0.D5
struct KasmeStep {
  std::uint32_t step = 0;  ///< changes since the AKA, this one included
  RefreshDirection direction = RefreshDirection::handover;
  NasCount count{};
  DiameterIdentity identity;  ///< of the MME that may use the key
  UpdateProof proof;
  friend bool operator==(const KasmeStep&, const KasmeStep&) = default;
};

/// KasmeLineage says which AKA the KASME in use comes from, how often it changed since, and which of these
/// changes the HSS has not acknowledged. It travels with the context.
//= S0.D4
struct KasmeLineage {
  Rand rand;                       ///< of the vector
  std::uint32_t epoch = 0;         ///< number of the vector
  std::uint32_t step = 0;          ///< changes since
  Instant aka_at;                  ///< when the UE and the network agreed on the vector
  std::uint32_t seconds_left = 0;  ///< of the key's lifetime when this was written; a move never lengthens it
  std::vector<KasmeStep> unacknowledged{};  ///< in order, at most kasme_steps_max
  friend bool operator==(const KasmeLineage&, const KasmeLineage&) = default;
};

}  // namespace baton
