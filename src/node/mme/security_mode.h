// security_mode.h: which algorithms the MME takes.
#pragma once

#include <optional>

#include "keys/algorithms.h"
#include "node/mme/config.h"
#include "wire/nas/security.h"

namespace baton::node::mme {

/// algorithms_for takes the first of the operator's order that the UE has and that is built in. Null
/// ciphering only if the operator allows it and nothing else fits; null integrity never.
//= TS 33.401, 7.2.4.3.1
std::optional<Chosen> algorithms_for(const Config& config, const wire::nas::UeNetworkCapability& ue);

}  // namespace baton::node::mme
