// built_policy.h: what of a policy can be run today.
#pragma once

#include "context/policy.h"

namespace baton::context {

/// built_part is the policy with the fields of not_built as `final` has them: what a node is run with. It
/// goes when nothing is left to build.
SecurityPolicy built_part(SecurityPolicy policy);

}  // namespace baton::context
