// script.h: who plays in a scenario, as configurations a test may still change.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "context/policy.h"
#include "context/subscriber.h"
#include "lab/access.h"
#include "node/enb/config.h"
#include "node/hss/config.h"
#include "node/mme/config.h"
#include "node/ue/config.h"
#include "node/upe/config.h"

namespace baton::lab {

/// Script is one HSS, MMEs "mme", "mme2" ..., one UPE, eNBs "enb1", "enb2" ... with a cell each, and UEs
/// "ue1", "ue2" ... which all hear every cell and camp on the first. Each UE's subscription is in the HSS.
struct Script {
  std::uint64_t seed = 1;
  node::hss::Config hss;
  std::vector<node::mme::Config> mmes;  ///< at least one
  node::upe::Config upe;
  std::vector<node::enb::Config> enbs;
  std::vector<node::ue::Config> ues;
  std::vector<context::SubscriberRecord> subscribers;
  /// A server of other access that the HSS knows. It plays only where somebody places it. (AccessServer)
  std::optional<AccessServer::Config> access{};
};

/// script writes the usual one: 001/01, TAC 1 for the first eNB and 2 for the second and so on. The MMEs
/// share the eNBs evenly in their order: with two MMEs and four eNBs, enb1 and enb2 are at "mme", enb3 and
/// enb4 at "mme2". UPE, HSS and the MMEs know every MME, each eNB every other cell as its neighbour. IMSI, K
/// and OPc of UE number i (from 0) follow from the seed and i.
Script script(std::size_t ues = 1, std::size_t enbs = 2, std::uint64_t seed = 1, std::size_t mmes = 1);

/// with_policy has every node of a script run under one policy and announce it.
Script with_policy(Script s, const context::SecurityPolicy& policy);

/// with_access adds a server of WLAN access that may ask the HSS for K_N3.
Script with_access(Script s);

/// mme_of_enb is the number of the MME that serves eNB number `enb`, both from 0, in that script.
constexpr std::size_t mme_of_enb(std::size_t enb, std::size_t enbs, std::size_t mmes) {
  return enb * mmes / enbs;
}

/// imsi_of is the subscriber of UE number i, from 0.
Imsi imsi_of(std::size_t i);

// The addresses of the usual script.
inline constexpr Ipv4 mme_address{{127, 0, 0, 4}};  ///< of the first MME
Ipv4 mme_address_of(std::size_t i);
inline constexpr Ipv4 upe_address{{127, 0, 0, 6}};
inline constexpr Ipv4 hss_address{{127, 0, 0, 8}};
inline constexpr Ipv4 access_address{{127, 0, 0, 9}};
Ipv4 enb_address(std::size_t i);
Ipv4 ue_address(std::size_t i);

}  // namespace baton::lab
