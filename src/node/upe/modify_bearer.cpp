// modify_bearer.cpp: an MME says where the eNB's ends of the bearers are, or that it now serves the UE.
#include "node/upe/upe.h"

namespace baton::node::upe {

using gtp2::CauseValue;
using gtp2::IeId;
namespace ie = gtp2::ie;

//= TS 29.274, 7.2.7
//= TS 23.401, 5.3.4.1, steps 8 to 12
Upe::Answer Upe::modify_bearer(const gtp2::ModifyBearerRequest& m, const peer::GtpRequest& request,
                               Actions& out) {
  const Byte type = gtp2::ModifyBearerRequest::type;
  // A Sender F-TEID says that another MME has taken the UE over. Any configured MME that knows our TEID may
  // say so; without one the request must come from the MME that serves the UE.
  Session* session = m.sender ? sessions_.find(*request.ref.header.teid) : addressed(request.ref);
  if (session == nullptr)
    return refuse(m.sender ? m.sender->teid : Teid{}, type, CauseValue::context_not_found);
  if (m.sender && (m.sender->interface != gtp2::InterfaceType::s11_mme || m.sender->teid.value == 0))
    return refuse(session->mme_s11.teid, type, CauseValue::mandatory_ie_incorrect, IeId{ie::f_teid, 0});
  for (const auto& wanted : m.bearers) {
    // Nothing is changed by a request that is wrong anywhere.
    const auto& end = wanted.s1u_enb;
    if (end && (end->interface != gtp2::InterfaceType::s1u_enb || !end->v4))
      return refuse(session->mme_s11.teid, type, CauseValue::mandatory_ie_incorrect, IeId{ie::f_teid, 0});
  }

  auto key = key_in(m.extensions, out);
  if (!key) return refuse(session->mme_s11.teid, type, key.why());

  const bool moved = m.sender && session->mme != request.ref.from;
  if (m.sender) {
    session->mme = request.ref.from;
    session->mme_s11 = *m.sender;
  }
  if (moved) take_over(*session, out);
  if (m.sender || m.recovery) session->mme_life = request.peer_counter;

  gtp2::ModifyBearerResponse answer;
  std::size_t unknown = 0;
  for (const auto& wanted : m.bearers) {
    gtp2::BearerModified modified;
    modified.ebi = wanted.ebi;
    Bearer* bearer = session->bearer(wanted.ebi);
    if (bearer == nullptr) {
      modified.cause.value = CauseValue::context_not_found;
      ++unknown;
    } else {
      if (wanted.s1u_enb) bearer->s1u_enb = wanted.s1u_enb;
      modified.s1u_sgw = gtp2::FTeid{gtp2::InterfaceType::s1u_sgw, bearer->s1u, config_.gtpu, {}};
    }
    answer.bearers.push_back(modified);
  }
  for (const auto& gone : m.bearers_to_remove) {
    if (session->pdns.contains(gone.ebi)) {
      sessions_.remove_pdn(*session, gone.ebi);
      continue;
    }
    for (auto& [id, pdn] : session->pdns) {
      const auto it = pdn.bearers.find(gone.ebi);
      if (it == pdn.bearers.end()) continue;
      sessions_.release_s1u(it->second.s1u);
      pdn.bearers.erase(it);
    }
  }
  take_key(*session, std::move(*key), out);
  const Teid to = session->mme_s11.teid;
  if (session->pdns.empty()) {
    // Nothing is left that a UE could be reached through: no session either.
    forget(*session, out);
  } else if (session->connected()) {
    session->being_paged = false;
  }
  if (unknown > 0)
    answer.cause.value =
        unknown == m.bearers.size() ? CauseValue::context_not_found : CauseValue::request_accepted_partially;
  answer.recovery = s11_.restart_counter();
  out.count("upe.bearers_modified");
  return {to, answer};
}

//= TS 23.401, 5.3.3.2 and 5.5.1.2.2
void Upe::take_over(Session& session, Actions& out) {
  // What the former MME knew of eNBs and of calls under way is void: the new one names its own.
  for (auto& [id, pdn] : session.pdns)
    for (auto& [ebi, bearer] : pdn.bearers) bearer.s1u_enb.reset();
  if (session.notification) {
    s11_.cancel(*session.notification, out);
    notifications_.erase(*session.notification);
    session.notification.reset();
  }
  session.being_paged = false;
  out.count("upe.session_moved");
}

}  // namespace baton::node::upe
