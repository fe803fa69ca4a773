// config.h: what a UE is: its card, its equipment, the cells it can hear.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "context/eps_security.h"
#include "context/policy.h"
#include "ids/endpoint.h"
#include "ids/subscriber_id.h"
#include "keys/ledger.h"
#include "keys/sqn.h"
#include "keys/types.h"
#include "node/ue/timers.h"
#include "wire/nas/security.h"

namespace baton::node::ue {

/// Cell is one cell in reach: where its radio stand-in listens, and its eNB's name in steps.
struct Cell {
  std::string name;
  Endpoint radio;
};

/// Bounds of what a network can make a UE remember.
inline constexpr std::size_t forbidden_areas_max = 40;  ///< TS 24.301, 5.3.2: at least 40

struct Config {
  std::string name;  ///< the node's name
  KeyIdKey id_key;

  // The card.
  Imsi imsi;
  K k;
  Opc opc;
  UsimSqnArray sqn{};

  // The equipment.
  Imeisv imeisv;
  /// EEA0, EEA2 and EIA2: what is built in. (EIA0 only where `null_integrity` allows it.)
  wire::nas::UeNetworkCapability capability{.eea = 0xA0, .eia = 0x20, .more = {}};
  /// Null integrity is refused; `allow` is for emergency calls and tests.
  context::NullIntegrity null_integrity = context::NullIntegrity::refuse;

  /// The APN to ask for; empty: the subscription's default. It is kept back until NAS is ciphered.
  std::string apn;

  std::vector<Cell> cells;  ///< the first is camped on at the start

  /// How keys are treated in a move; `final` announces nothing.
  context::SecurityPolicy policy{};

  /// Timer values by number; defaults of the specification (timers.h).
  Duration after(Timer t) const { return timer_values[static_cast<std::size_t>(t)]; }
  std::array<Duration, timers.size()> timer_values = [] {
    std::array<Duration, timers.size()> v{};
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = timers[i].after;
    return v;
  }();
};

}  // namespace baton::node::ue
