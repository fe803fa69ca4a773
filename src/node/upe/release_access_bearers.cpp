// release_access_bearers.cpp: the UE goes idle.
#include "node/upe/upe.h"

namespace baton::node::upe {

//= TS 29.274, 7.2.21
//= TS 23.401, 5.3.5, steps 2 and 3
Upe::Answer Upe::release_access_bearers(const gtp2::ReleaseAccessBearersRequest& m,
                                        const peer::GtpRequest& request, Actions& out) {
  Session* session = addressed(request.ref);
  if (session == nullptr)
    return refuse(Teid{}, gtp2::ReleaseAccessBearersRequest::type, gtp2::CauseValue::context_not_found);
  const auto named = [&](gtp2::Ebi ebi) {
    if (m.rabs.empty()) return true;  // all of them
    for (const auto rab : m.rabs)
      if (rab == ebi) return true;
    return false;
  };
  for (auto& [id, pdn] : session->pdns)
    for (auto& [ebi, bearer] : pdn.bearers)
      if (named(ebi)) bearer.s1u_enb.reset();
  // Whatever call was under way is over as well: the next data start a new one.
  if (!session->connected()) session->being_paged = false;
  out.count("upe.access_bearers_released");
  gtp2::ReleaseAccessBearersResponse answer;
  answer.recovery = s11_.restart_counter();
  return {session->mme_s11.teid, answer};
}

}  // namespace baton::node::upe
