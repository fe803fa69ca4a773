// s6a_causes.h: what a UE is told when the HSS says no.
#pragma once

#include "wire/diameter/result.h"
#include "wire/nas/causes.h"

namespace baton::node::mme {

//= TS 29.272, annex A
inline wire::nas::EmmCause emm_cause_for(const wire::diameter::AnswerResult& r) {
  using wire::nas::EmmCause;
  namespace experimental = wire::diameter::experimental;
  if (!r.experimental) return EmmCause::network_failure;
  switch (r.code) {
    case experimental::user_unknown: return EmmCause::eps_and_non_eps_services_not_allowed;
    case experimental::unknown_eps_subscription: return EmmCause::no_suitable_cells_in_tracking_area;
    case experimental::rat_not_allowed: return EmmCause::no_suitable_cells_in_tracking_area;
    case experimental::roaming_not_allowed: return EmmCause::plmn_not_allowed;
    default: return EmmCause::network_failure;
  }
}

}  // namespace baton::node::mme
