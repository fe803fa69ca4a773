// kasme_memory.h: what a home network remembers of the KASMEs of a subscriber: the one in use, and those of
// vectors that were delivered and not yet named.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "crypto/sha256.h"
#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "keys/derive_policy.h"
#include "keys/types.h"

namespace baton::context {

/// Vectors remembered until one is named; the oldest goes. (S0.D6)
inline constexpr std::size_t kasme_candidates_max = 8;
/// Steps of which a repetition is recognised: as many as a context may carry unacknowledged. (S0.D4)
inline constexpr std::size_t kasme_steps_kept_max = 8;

/// KasmeCandidate is the KASME of a vector that an MME has and that nobody has named yet.
//= S0.D6
struct KasmeCandidate {
  Rand rand;
  std::uint32_t epoch = 0;
  PlmnId plmn;  ///< the network KASME is bound to
  Kasme kasme;
  KasmeCandidate copy() const { return {rand, epoch, plmn, kasme.clone()}; }
  friend bool operator==(const KasmeCandidate&, const KasmeCandidate&) = default;
};

/// AppliedStep lets an exact repetition of a step be told from another one with the same number, without
/// keeping its proof.
struct AppliedStep {
  std::uint32_t step = 0;
  crypto::Digest digest{};
  friend bool operator==(const AppliedStep&, const AppliedStep&) = default;
};

/// KasmeRecord is the KASME in use, as far as the home network was told.
//= S0.D6
struct KasmeRecord {
  Kasme kasme;
  Rand rand;  ///< of the vector it began with
  Generation generation;
  std::uint8_t ksi = 0;
  PlmnId plmn;
  DiameterIdentity mme;              ///< that told it
  Instant at;                        ///< when
  std::vector<AppliedStep> applied;  ///< the last ones, ascending, at most kasme_steps_kept_max
  KasmeRecord copy() const { return {kasme.clone(), rand, generation, ksi, plmn, mme, at, applied}; }
  friend bool operator==(const KasmeRecord&, const KasmeRecord&) = default;
};

/// KasmeMemory is all of it. The numbers survive when keys are deleted, so that they never come again.
struct KasmeMemory {
  std::uint32_t last_epoch = 0;  ///< of the last vector made under this policy; 0: none
  std::uint32_t transfers = 0;   ///< K_N3s given away
  std::optional<KasmeRecord> record{};
  std::vector<KasmeCandidate> candidates{};      ///< by epoch, ascending
  std::optional<DiameterIdentity> mme_before{};  ///< registered before the one that is now

  KasmeMemory copy() const;
  bool empty() const { return last_epoch == 0 && transfers == 0 && !record && !mme_before; }
  friend bool operator==(const KasmeMemory&, const KasmeMemory&) = default;
};

/// The form in which a store keeps it, sealed. What encode wrote decode reads; anything else is nothing.
ByteVector encode(const KasmeMemory& memory);
std::optional<KasmeMemory> decode_kasme_memory(Bytes octets);

}  // namespace baton::context
