// kasme_walk.h: one subscriber among two MMEs while everything goes wrong, and whether its home network knows
// which KASME it uses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "context/policy.h"
#include "lab/faults.h"

namespace baton::lab {

/// KasmeWalk is one walk but for its seed: handovers, idle moves, updates, re-authentications and power cuts
/// of the UE at random moments, while messages and nodes are hit, and KASME-Updates are said again late by
/// somebody who has listened.
struct KasmeWalk {
  context::SecurityPolicy policy;
  Faults faults;
  std::size_t actions = 16;
};
/// usual_faults are those of a walk unless somebody asks for others.
Faults usual_faults();

/// KasmeWalkResult is what became of one seed.
struct KasmeWalkResult {
  std::uint64_t seed = 0;
  std::uint64_t moves = 0;      ///< begun, between cells or MMEs
  std::uint64_t refreshed = 0;  ///< KASME' that the UE made
  std::uint64_t recorded = 0;   ///< changes of the HSS's record
  std::uint64_t repeated = 0;   ///< KASME-Updates said again late
  std::uint64_t crashes = 0;
  std::uint64_t uses = 0;               ///< K_N3s that other access was given
  std::uint64_t stale = 0;              ///< of them made of a KASME that the UE had left, and found out
  std::uint64_t attempts = 0;           ///< of the UE, at the end, until HSS and UE agreed
  std::vector<std::string> violations;  ///< empty: everything held
};

/// walk_kasme plays one seed. The same walk and seed give the same result on any compiler.
///
/// What must hold: the HSS's record is always a key that the UE and an MME both held, its generation only
/// grows and never comes with another key; every K_N3 made of another KASME than the UE's is found out; when
/// the faults have stopped and what was due has happened, the record is the UE's KASME: with
/// refresh_temporary after the next use of it, by either way out.
KasmeWalkResult walk_kasme(const KasmeWalk& walk, std::uint64_t seed);

}  // namespace baton::lab
