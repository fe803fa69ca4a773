// delete_session.cpp: a PDN connection ends; with the last one the UE is forgotten.
#include "node/upe/upe.h"

namespace baton::node::upe {

//= TS 29.274, 7.2.9.1
//= TS 23.401, 5.3.8.2, steps 2 and 6
Upe::Answer Upe::delete_session(const gtp2::DeleteSessionRequest& m, const peer::GtpRequest& request,
                                Actions& out) {
  Session* session = addressed(request.ref);
  if (session == nullptr)
    return refuse(Teid{}, gtp2::DeleteSessionRequest::type, gtp2::CauseValue::context_not_found);
  const Teid to = session->mme_s11.teid;
  if (m.linked_ebi && !session->pdns.contains(*m.linked_ebi))
    return refuse(to, gtp2::DeleteSessionRequest::type, gtp2::CauseValue::context_not_found,
                  gtp2::IeId{gtp2::ie::ebi, 0});
  // An MME that detaches a UE may leave out which connection it means: all of them.
  if (m.linked_ebi) sessions_.remove_pdn(*session, *m.linked_ebi);
  if (!m.linked_ebi || session->pdns.empty()) forget(*session, out);
  out.count("upe.session_deleted");
  gtp2::DeleteSessionResponse answer;
  answer.recovery = s11_.restart_counter();
  return {to, answer};
}

}  // namespace baton::node::upe
