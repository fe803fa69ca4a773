// topology_services.h: what a node serves beside its protocols, out of its section of a topology.
#pragma once

#include <optional>

#include "runtime/config.h"
#include "runtime/topology.h"

namespace baton::runtime {

/// Where a node tells its counters. What is read there holds no key and no name of a subscriber.
std::optional<Endpoint> read_metrics(Section& node);

/// Where an HSS takes orders.
AdminSettings read_admin(Section& node);

}  // namespace baton::runtime
