// node_configs.h: what a topology means for each node: its own configuration and its doors.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "context/subscriber.h"
#include "node/enb/config.h"
#include "node/hss/config.h"
#include "node/mme/config.h"
#include "node/ue/config.h"
#include "node/upe/config.h"
#include "runtime/host.h"
#include "runtime/topology.h"

namespace baton::runtime {

/// An HSS counts its starts (`origin_state_id`): whoever starts it says how often that was.
node::hss::Config hss_config(const HssSettings& hss, const Topology& topology);
node::mme::Config mme_config(const MmeSettings& mme, const Topology& topology);
node::upe::Config upe_config(const UpeSettings& upe, const Topology& topology);
node::enb::Config enb_config(const EnbSettings& enb, const Topology& topology);
/// ue_config makes the UE number `index` (from 0) for a subscriber: "ue-" and its IMSI,
/// on the first address of the pool and so on.
/// Its card holds what the file says; it camps on the first of its cells and hears all of them.
node::ue::Config ue_config(const UeSettings& ue, std::size_t index, const context::SubscriberRecord& record,
                           const Topology& topology);

std::vector<Door> doors(const HssSettings& hss);
std::vector<Door> doors(const MmeSettings& mme);
/// carriers says how each Diameter neighbour that an MME connects to is reached.
std::map<Endpoint, Carrier> carriers(const MmeSettings& mme);
std::vector<Door> doors(const UpeSettings& upe);
std::vector<Door> doors(const EnbSettings& enb);
std::vector<Door> doors(const UeSettings& ue, std::size_t index);

/// ue_address is the address of UE number `index`; nothing past the end of the pool.
std::optional<Ipv4> ue_address(const UeSettings& ue, std::size_t index);

}  // namespace baton::runtime
