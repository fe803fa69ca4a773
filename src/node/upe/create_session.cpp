// create_session.cpp: an MME asks for a PDN connection.
#include "node/upe/upe.h"

namespace baton::node::upe {

namespace {

using gtp2::CauseValue;
using gtp2::IeId;
namespace ie = gtp2::ie;

struct Refusal {
  CauseValue why;
  std::optional<IeId> about;
};

bool usable(gtp2::Ebi ebi) { return ebi.value >= ebi_min && ebi.value <= ebi_max; }

// What can be said of the request without looking at any state.
//= TS 29.274, 7.2.1, table 7.2.1-1
std::optional<Refusal> fault_of(const gtp2::CreateSessionRequest& m) {
  // Without an IMSI there are only emergency calls, which Baton does not carry.
  if (!m.imsi) return Refusal{CauseValue::conditional_ie_missing, IeId{ie::imsi, 0}};
  const bool sender_ok =
      m.sender.interface == gtp2::InterfaceType::s11_mme && m.sender.v4 && m.sender.teid.value != 0;
  if (!sender_ok) return Refusal{CauseValue::mandatory_ie_incorrect, IeId{ie::f_teid, 0}};
  for (const auto& bearer : m.bearers)
    if (!usable(bearer.ebi)) return Refusal{CauseValue::mandatory_ie_incorrect, IeId{ie::ebi, 0}};
  const auto type = m.pdn_type.value_or(gtp2::PdnType::ipv4);
  if (type != gtp2::PdnType::ipv4 && type != gtp2::PdnType::ipv4v6)
    return Refusal{CauseValue::preferred_pdn_type_not_supported, {}};
  return std::nullopt;
}

}  // namespace

//= TS 29.274, 7.2.1
//= TS 23.401, 5.3.2.1, steps 12 to 16
Upe::Answer Upe::create_session(const gtp2::CreateSessionRequest& m, const peer::GtpRequest& request,
                                Actions& out) {
  const Byte type = gtp2::CreateSessionRequest::type;
  const Teid to = m.sender.teid;
  if (const auto fault = fault_of(m)) return refuse(to, type, fault->why, fault->about);
  auto key = key_in(m.extensions, out);
  if (!key) return refuse(to, type, key.why());

  // A TEID in the header means: one more connection for a UE that is known. Without one the UE starts anew.
  const bool additional = request.ref.header.teid->value != 0;
  Session* session = additional ? addressed(request.ref) : sessions_.find(*m.imsi);
  if (additional && (session == nullptr || session->imsi != *m.imsi))
    return refuse(to, type, CauseValue::context_not_found);
  if (!additional && session != nullptr) {
    out.count("upe.session_replaced");
    forget(*session, out);
    session = nullptr;
  }
  if (session == nullptr) session = sessions_.add(*m.imsi);
  if (session == nullptr) return refuse(to, type, CauseValue::no_resources_available);
  session->mme = request.ref.from;
  session->mme_s11 = m.sender;
  session->mme_life = request.peer_counter;

  const gtp2::Ebi default_bearer = m.bearers.front().ebi;
  // Bearers of those numbers that belong to other connections give way, as a connection of this one does.
  for (const auto& bearer : m.bearers) {
    std::optional<gtp2::Ebi> other;
    for (auto& [id, pdn] : session->pdns)
      if (pdn.bearers.contains(bearer.ebi)) other = id;
    if (other) sessions_.remove_pdn(*session, *other);
  }
  Pdn* pdn = sessions_.add_pdn(*session, default_bearer);
  if (pdn == nullptr) {
    if (session->pdns.empty()) forget(*session, out);
    return refuse(to, type, CauseValue::all_dynamic_addresses_occupied);
  }
  pdn->apn = m.apn;
  pdn->ambr = m.ambr;

  gtp2::CreateSessionResponse answer;
  for (const auto& wanted : m.bearers) {
    if (pdn->bearers.contains(wanted.ebi)) continue;  // named twice
    const auto teid = sessions_.new_s1u_teid();
    if (!teid) {
      sessions_.remove_pdn(*session, default_bearer);
      if (session->pdns.empty()) forget(*session, out);
      return refuse(to, type, CauseValue::no_resources_available);
    }
    pdn->bearers.emplace(wanted.ebi, Bearer{wanted.qos, *teid, wanted.s1u_enb});
    gtp2::BearerCreated created;
    created.ebi = wanted.ebi;
    created.s1u_sgw = gtp2::FTeid{gtp2::InterfaceType::s1u_sgw, *teid, config_.gtpu, {}};
    answer.bearers.push_back(created);
  }
  take_key(*session, std::move(*key), out);
  out.count("upe.session_created");

  answer.cause.value = m.pdn_type == gtp2::PdnType::ipv4v6 ? CauseValue::new_pdn_type_network_preference
                                                           : CauseValue::request_accepted;
  answer.sender = gtp2::FTeid{gtp2::InterfaceType::s11_sgw, session->s11, config_.gtpc.address, {}};
  answer.paa = gtp2::Paa::ipv4(pdn->address);
  answer.apn_restriction = gtp2::ApnRestriction{0};
  answer.ambr = m.ambr;
  answer.recovery = s11_.restart_counter();
  return {to, answer};
}

}  // namespace baton::node::upe
