#include "app/cli/policy_asked.h"

#include <utility>

#include "app/terminal.h"

namespace baton::app {

Expected<context::SecurityPolicy, std::string> policy_asked(context::SecurityPolicy policy,
                                                            const std::vector<std::string>& set) {
  for (const std::string& one : set) {
    const auto equals = one.find('=');
    if (equals == std::string::npos) return Fail{"--set takes FIELD=VALUE, not " + printable(one)};
    if (const auto done = context::set(policy, one.substr(0, equals), one.substr(equals + 1)); !done)
      return Fail{done.why()};
  }
  if (const auto why = context::contradiction(policy)) return Fail{std::string(*why)};
  return policy;
}

Expected<context::SecurityPolicy, std::string> policy_asked(const std::string& profile,
                                                            const std::vector<std::string>& set) {
  const auto named = context::profile_named(profile);
  if (!named) return Fail{"there is no profile " + printable(profile)};
  return policy_asked(context::policy_of(*named), set);
}

}  // namespace baton::app
