// policy_asked.h: the key policy that a command line names.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "context/policy.h"

namespace baton::app {

/// policy_asked is `policy` with each FIELD=VALUE of `set`; the reason when one of them is none, or when the
/// whole contradicts itself.
Expected<context::SecurityPolicy, std::string> policy_asked(context::SecurityPolicy policy,
                                                            const std::vector<std::string>& set);

/// policy_asked is the profile of that name with each FIELD=VALUE of `set`.
Expected<context::SecurityPolicy, std::string> policy_asked(const std::string& profile,
                                                            const std::vector<std::string>& set);

}  // namespace baton::app
