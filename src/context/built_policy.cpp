#include "context/built_policy.h"

namespace baton::context {

SecurityPolicy built_part(SecurityPolicy p) {
  const SecurityPolicy plain;
  p.inter_rat_keys = plain.inter_rat_keys;
  p.context_carrier = plain.context_carrier;
  p.e2m_key_source = plain.e2m_key_source;
  p.device_binding = plain.device_binding;
  return p;
}

}  // namespace baton::context
