// kasme_chain.h: from the KASMEs that are remembered, by the steps of an update, to the one in use.
#pragma once

#include <vector>

#include "context/kasme_memory.h"
#include "node/hss/limits.h"
#include "wire/diameter/message.h"

namespace baton::node::hss {

/// Followed is where a list of steps leads.
struct Followed {
  bool repeated = false;  ///< nothing new: every step is recorded, and the last one is the record's
  bool named = false;     ///< the steps begin with a vector that nobody had named yet
  PlmnId plmn;            ///< the network of that vector, or of the record
  Generation generation;
  Kasme from;               ///< the key the steps begin with
  std::vector<Kasme> made;  ///< the keys of the new steps, in their order; the last one is now in use
  std::vector<context::AppliedStep> applied;
  const Kasme& in_use() const { return made.empty() ? from : made.back(); }
};

/// follow checks every step against the key before it and changes nothing: all steps hold, or none does.
/// What it refuses with is a private_result. Proofs are compared in constant time.
//= S0.D4
//= S0.D5
Expected<Followed, std::uint32_t> follow(const context::KasmeMemory& memory, const Imsi& imsi,
                                         const Rand& rand, std::uint32_t epoch,
                                         const std::vector<wire::diameter::ChainStep>& steps);

/// step_zero is the list an AKA-Reference stands for: the AKA itself, at the MME that names it.
std::vector<wire::diameter::ChainStep> step_zero(const wire::diameter::AkaReference& aka,
                                                 const DiameterIdentity& mme);

/// What a change of the record makes superfluous.
struct Superseded {
  std::optional<Kasme> record{};
  std::vector<Kasme> candidates{};
};

/// remember_candidate adds a delivered vector; what it pushes out comes back.
//= S0.D6
Superseded remember_candidate(context::KasmeMemory& memory, context::KasmeCandidate candidate);
/// record replaces what is recorded by where `followed` leads, and drops the candidates before it.
//= S0.D6
Superseded record(context::KasmeMemory& memory, const Followed& followed, const Rand& rand, std::uint8_t ksi,
                  const DiameterIdentity& mme, Instant now);
/// forget deletes every key. The numbers stay: an epoch never comes twice.
//= S0.D6
Superseded forget(context::KasmeMemory& memory);

}  // namespace baton::node::hss
