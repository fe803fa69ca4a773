// default_bearer.cpp: the session of a UE at the UPE.
#include "node/mme/procedures.h"
#include "node/mme/upe_keys.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;

namespace {

/// esm_cause_for says in NAS why the UPE refused.
//= TS 29.274, annex C
nas::EsmCause esm_cause_for(gtp2::CauseValue v) {
  using C = gtp2::CauseValue;
  using E = nas::EsmCause;
  switch (v) {
    case C::no_resources_available:
    case C::all_dynamic_addresses_occupied:
    case C::no_memory_available: return E::insufficient_resources;
    case C::missing_or_unknown_apn: return E::missing_or_unknown_apn;
    case C::preferred_pdn_type_not_supported: return E::unknown_pdn_type;
    case C::service_not_supported: return E::service_option_not_supported;
    case C::service_denied:
    case C::request_rejected: return E::rejected_by_gateway;
    default: return E::network_failure;
  }
}

/// access_for is what the subscription says of the APN that is asked for; the default one for none.
//= TS 23.401, 4.3.8.1
const Subscription::Access* access_for(const Subscription& s, const std::string& apn) {
  if (s.accesses.empty()) return nullptr;
  if (apn.empty()) return &s.accesses.front();
  for (const auto& a : s.accesses)
    if (a.apn == apn) return &a;
  for (const auto& a : s.accesses)
    if (a.apn == "*") return &a;
  return nullptr;
}

std::uint32_t kbps_of(std::uint64_t bps) { return static_cast<std::uint32_t>((bps + 999) / 1000); }

}  // namespace

//= TS 23.401, 5.3.2.1, steps 12 to 16
Task<Outcomes> create_session(Core& core, Ue& ue, std::string apn, std::optional<nas::Pco> pco) {
  const auto* access = access_for(*ue.subscription, apn);
  if (access == nullptr || (apn.empty() && access->apn == "*")) {
    co_return Fail{reject_esm(nas::EsmCause::missing_or_unknown_apn, "the APN is not subscribed")};
  }
  if (apn.empty()) apn = access->apn;
  // The subscription may change while the UPE is asked: what the session is made with is what was asked for.
  const auto qci = access->qci;
  const auto priority = access->priority;
  if (!may_do_without(core, ue)) {
    core.count("mme.upe_key.refused");
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "the UPE does not have what the policy needs")};
  }
  const auto teid = core.draw_teid();
  if (!teid) co_return Fail{reject_esm(nas::EsmCause::insufficient_resources, "no TEID")};
  core.ues.tunnel(ue, *teid);

  // 12. The MME asks the UPE for a session.
  gtp2::CreateSessionRequest request;
  request.imsi = ue.imsi;
  if (!ue.subscription->msisdn.empty()) request.msisdn = gtp2::Msisdn{ue.subscription->msisdn};
  if (ue.imeisv) request.mei = gtp2::Mei{ue.imeisv->digits()};
  if (const S1Connection* c = core.connection_of(ue)) request.uli = gtp2::Uli{c->tai, c->cell};
  request.serving_network = core.config.gummei.plmn;
  request.rat = gtp2::RatType::eutran;
  request.sender = {gtp2::InterfaceType::s11_mme, *teid, core.config.gtpc.address, std::nullopt};
  request.apn = gtp2::Apn{apn};
  request.selection_mode = gtp2::SelectionMode::subscribed;
  request.pdn_type = gtp2::PdnType::ipv4;
  request.paa = gtp2::Paa::ipv4(Ipv4{});
  request.maximum_apn_restriction = gtp2::ApnRestriction{0};
  request.ambr = gtp2::Ambr{kbps_of(ue.subscription->ambr_up_bps), kbps_of(ue.subscription->ambr_down_bps)};
  if (pco) request.pco = gtp2::Pco{pco->bytes()};
  gtp2::BearerToCreate bearer;
  bearer.ebi = gtp2::Ebi{default_bearer};
  bearer.qos.qci = qci;
  bearer.qos.priority = priority;
  request.bearers.push_back(bearer);
  request.recovery = core.gtpc.restart_counter();
  const auto key = next_upe_key(core, ue);
  if (!key && core.config.policy.upe_keys != context::UpeKeys::none && !core.config.policy.final_fallback) {
    core.count("mme.upe_key.refused");
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "no key for the UPE can be made")};
  }
  if (key) put_upe_key(core, ue, *key, request.extensions);
  if (!core.ask_upe(ue, Teid{0}, request)) {
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "the UPE cannot be asked")};
  }
  core.step_to_upe(ue, "12", "Create Session Request");

  // 16. The UPE answers.
  auto wait = ue.inbox.next<S11Answer, S11Silent>();
  auto got = co_await wait;
  auto* answer = std::get_if<S11Answer>(&got);
  auto* created = answer ? std::get_if<gtp2::CreateSessionResponse>(&answer->message) : nullptr;
  if (created == nullptr)
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "the UPE does not answer")};
  if (!gtp2::accepted(created->cause.value)) {
    core.step_from_upe(ue, "16", "Create Session Response (refused)");
    co_return Fail{reject_esm(esm_cause_for(created->cause.value), "the UPE refuses the session")};
  }
  if (!created->sender || created->sender->teid.value == 0) {
    core.count("mme.s11.unusable_answer");
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "the UPE's answer names no tunnel")};
  }
  core.step_from_upe(ue, "16", "Create Session Response");
  // From here on there is something to be taken back at the UPE.
  Session session{std::move(apn), created->sender->teid, {}, {}, qci, priority, std::nullopt};
  if (created->bearers.empty() || !gtp2::accepted(created->bearers.front().cause.value) ||
      !created->bearers.front().s1u_sgw || !created->bearers.front().s1u_sgw->v4 || !created->paa ||
      !created->paa->v4) {
    ue.session = std::move(session);
    core.count("mme.s11.unusable_answer");
    co_return Fail{reject_esm(nas::EsmCause::network_failure, "the UPE's answer holds no bearer")};
  }
  session.s1u_upe = *created->bearers.front().s1u_sgw;
  session.address = *created->paa;
  session.upe_key = key;  // the UE hears of it with the bearer
  ue.session = std::move(session);
  co_return Ok{};
}

//= TS 23.401, 5.3.2.1, steps 23 and 24
Task<Outcomes> modify_bearer(Core& core, Ue& ue, std::string_view request_step,
                             std::string_view answer_step) {
  gtp2::ModifyBearerRequest request;
  if (ue.session->s1u_enb) {
    gtp2::BearerToModify bearer;
    bearer.ebi = gtp2::Ebi{default_bearer};
    bearer.s1u_enb = ue.session->s1u_enb;
    request.bearers.push_back(bearer);
  }
  //= TS 29.274, 7.2.7
  if (ue.session->adopted && ue.s11) {
    request.sender =
        gtp2::FTeid{gtp2::InterfaceType::s11_mme, *ue.s11, core.config.gtpc.address, std::nullopt};
    request.serving_network = core.config.gummei.plmn;
    request.rat = gtp2::RatType::eutran;
    if (const S1Connection* c = core.connection_of(ue)) request.uli = gtp2::Uli{c->tai, c->cell};
    request.recovery = core.gtpc.restart_counter();
  }
  const auto key = due_upe_key(core, ue);
  if (key) put_upe_key(core, ue, *key, request.extensions);
  if (!core.ask_upe(ue, ue.session->upe_teid, request)) co_return Fail{send_away("the UPE cannot be asked")};
  core.step_to_upe(ue, request_step, "Modify Bearer Request");

  auto wait = ue.inbox.next<S11Answer, S11Silent>();
  auto got = co_await wait;
  const auto* answer = std::get_if<S11Answer>(&got);
  const auto* modified = answer ? std::get_if<gtp2::ModifyBearerResponse>(&answer->message) : nullptr;
  if (modified == nullptr) co_return Fail{send_away("the UPE does not answer")};
  if (!gtp2::accepted(modified->cause.value)) {
    core.step_from_upe(ue, answer_step, "Modify Bearer Response (refused)");
    co_return Fail{send_away("the UPE refuses the eNB's end of the bearer")};
  }
  core.step_from_upe(ue, answer_step, "Modify Bearer Response");
  ue.session->adopted = false;
  if (key) upe_key_taken(core, ue, *key);
  co_return Ok{};
}

Task<void> delete_session(Core& core, Ue& ue, Session session, std::string_view request_step,
                          std::string_view answer_step) {
  if (session.adopted) {
    core.end_session(ue, std::move(session));
    co_return;
  }
  gtp2::DeleteSessionRequest request;
  request.linked_ebi = gtp2::Ebi{default_bearer};
  if (!core.ask_upe(ue, session.upe_teid, request)) co_return;
  core.step_to_upe(ue, request_step, "Delete Session Request");

  auto wait = ue.inbox.next<S11Answer, S11Silent>();
  auto got = co_await wait;
  if (std::holds_alternative<S11Answer>(got)) core.step_from_upe(ue, answer_step, "Delete Session Response");
}

}  // namespace baton::node::mme
