// config.h: what a UPE has to be told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context/policy.h"
#include "ids/endpoint.h"
#include "keys/ledger.h"
#include "node/upe/limits.h"
#include "peer/gtp_path.h"

namespace baton::node::upe {

struct Config {
  std::string name = "upe";  ///< also in the derivation of K_UPE
  KeyIdKey id_key{};
  Endpoint gtpc;  ///< our own S11 address, port 2123
  Ipv4 gtpu;      ///< our own S1-U address
  /// Where UEs get their addresses from. The gateway hands them out in a network that has one (S5); until
  /// then the UPE stands in for it.
  Ipv4 pool{{10, 45, 0, 0}};
  unsigned pool_prefix = 16;        ///< pool_prefix_min to pool_prefix_max; outside, the nearest
  std::vector<peer::GtpPeer> mmes;  ///< who may ask
  std::size_t sessions = sessions_max;
  /// One more at every start (TS 23.007, 18). Absent: drawn from entropy, which misses one restart in 256.
  std::optional<wire::gtp2::Recovery> restart_counter;
  /// Whether K_UPE is taken from an MME; `none` leaves what holds one unread.
  context::SecurityPolicy policy{};
  bool echo = true;  ///< watch the paths to the MMEs
};

}  // namespace baton::node::upe
