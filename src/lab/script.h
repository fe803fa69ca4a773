// script.h: who plays in a scenario, as configurations a test may still change.
#pragma once

#include <cstdint>
#include <vector>

#include "context/subscriber.h"
#include "node/enb/config.h"
#include "node/hss/config.h"
#include "node/mme/config.h"
#include "node/ue/config.h"
#include "node/upe/config.h"

namespace baton::lab {

/// Script is one HSS, one MME, one UPE, eNBs "enb1", "enb2" ... with a cell each, and UEs "ue1", "ue2" ...
/// which all hear every cell and camp on the first. Each UE's subscription is in the HSS.
struct Script {
  std::uint64_t seed = 1;
  node::hss::Config hss;
  node::mme::Config mme;
  node::upe::Config upe;
  std::vector<node::enb::Config> enbs;
  std::vector<node::ue::Config> ues;
  std::vector<context::SubscriberRecord> subscribers;
};

/// script writes the usual one: 001/01, TAC 1 for the first eNB and 2 for the second and so on, all of them
/// served by the MME. IMSI, K and OPc of UE number i (from 0) follow from the seed and i.
Script script(std::size_t ues = 1, std::size_t enbs = 2, std::uint64_t seed = 1);

/// imsi_of is the subscriber of UE number i, from 0.
Imsi imsi_of(std::size_t i);

// The addresses of the usual script.
inline constexpr Ipv4 mme_address{{127, 0, 0, 4}};
inline constexpr Ipv4 upe_address{{127, 0, 0, 6}};
inline constexpr Ipv4 hss_address{{127, 0, 0, 8}};
Ipv4 enb_address(std::size_t i);
Ipv4 ue_address(std::size_t i);

}  // namespace baton::lab
