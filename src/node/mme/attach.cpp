// attach.cpp: a UE registers and gets its default bearer.
#include "node/mme/handover.h"
#include "node/mme/procedures.h"
#include "node/stopwatch.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

/// esm_reject is a PDN CONNECTIVITY REJECT for the request in `asked`, which may be unreadable: its third
/// octet, the PTI, is there in any case.
nas::EsmContainer esm_reject(const nas::EsmContainer& asked, nas::EsmCause cause) {
  nas::PdnConnectivityReject m;
  m.pti = nas::Pti{asked.bytes()[1]};
  m.cause = cause;
  return nas::EsmContainer::of(nas::encode(m));
}

/// ask_for_options has the UE say what it kept back until NAS was ciphered.
//= TS 23.401, 5.3.2.1, step 6
//= TS 24.301, 6.6.1.2
Task<Outcomes> ask_for_options(Core& core, Ue& ue, nas::PdnConnectivityRequest& request) {
  nas::EsmInformationRequest question;
  question.pti = request.pti;
  const ByteVector plain = nas::encode(question);
  // T3489 has the values of T3470: 4 seconds against 6 is no difference worth a timer of its own.
  constexpr int sends = 3;
  for (int sent = 0; sent < sends; ++sent) {
    if (!core.send_nas(ue, plain)) break;
    core.step_to_ue(ue, "6", "ESM Information Request");
    core.start_timer(ue, Timer::t3470);
    auto wait = ue.inbox.next<nas::EsmInformationResponse, Expired>();
    auto got = co_await wait;
    auto* response = std::get_if<nas::EsmInformationResponse>(&got);
    if (response == nullptr || response->pti != request.pti) continue;
    core.stop_timer(ue, Timer::t3470);
    core.step_from_ue(ue, "6", "ESM Information Response");
    request.apn = std::move(response->apn);
    request.pco = std::move(response->pco);
    co_return Ok{};
  }
  co_return Fail{reject_esm(nas::EsmCause::esm_information_not_received, "no ESM Information Response")};
}

/// accept_of is the ATTACH ACCEPT with the default bearer inside.
//= TS 24.301, 5.5.1.2.4
ByteVector accept_of(const Core& core, const Ue& ue, nas::Pti pti, nas::PdnType asked) {
  nas::ActivateDefaultBearerRequest bearer;
  bearer.bearer = nas::EpsBearerId{default_bearer};
  bearer.pti = pti;
  bearer.qos.qci = ue.session->qci;
  if (auto apn = nas::Apn::from_text(ue.session->apn)) bearer.apn = *apn;
  bearer.address.ipv4 = ue.session->address.v4;
  //= S1.D3
  if (const auto& key = ue.session->upe_key) bearer.upe_key = nas::UpeKeyNotice{key->upe, key->counter};
  //= TS 24.301, 6.5.1.3
  if (asked == nas::PdnType::ipv4v6) bearer.cause = nas::EsmCause::pdn_type_ipv4_only;

  nas::AttachAccept accept;
  accept.result = nas::AttachResult::eps_only;
  accept.t3412 = nas::GprsTimer::of(std::chrono::duration_cast<std::chrono::seconds>(core.config.t3412));
  accept.tai_list.tais = ue.tais;
  accept.esm = nas::EsmContainer::of(nas::encode(bearer));
  accept.guti = ue.guti;
  accept.t3402 = nas::GprsTimer::of(std::chrono::duration_cast<std::chrono::seconds>(core.config.t3402));
  // A combined attach gets what there is. TS 24.301, 5.5.1.3.4.3.
  if (ue.attach->attach_type == nas::AttachType::combined)
    accept.cause = nas::EmmCause::cs_domain_not_available;
  return nas::encode(accept);
}

/// accept sends steps 17 and waits for 20 and 22, which may come in either order.
Task<Outcomes> accept(Core& core, Ue& ue, nas::Pti pti, nas::PdnType asked) {
  const ByteVector plain = accept_of(core, ue, pti, asked);
  // 17. Initial Context Setup Request with the Attach Accept inside.
  auto inside = core.protect_nas(ue, plain);
  if (!inside) co_return Fail{abandon("the Attach Accept cannot be protected")};
  auto sent =
      send_context_setup(core, ue, std::move(inside), "17", "Initial Context Setup Request (Attach Accept)");
  if (!sent) co_return Fail{sent.why()};
  ue.accept_sent = true;
  core.start_timer(ue, Timer::t3450);
  core.start_timer(ue, Timer::xsetup);

  bool completed = false;
  int accepts = 1;
  while (!completed || !ue.context_at_enb) {
    auto wait = ue.inbox.next<s1ap::InitialContextSetupResponse, s1ap::InitialContextSetupFailure,
                              nas::AttachComplete, Expired, AttachRepeated>();
    auto got = co_await wait;

    // 20. The eNB has set up the radio bearer.
    if (const auto* response = std::get_if<s1ap::InitialContextSetupResponse>(&got)) {
      if (!take_context_setup(core, ue, *response))
        co_return Fail{abandon("the eNB has no bearer for the UE")};
      core.stop_timer(ue, Timer::xsetup);
      core.step_from_enb(ue, "20", "Initial Context Setup Response");
    } else if (std::holds_alternative<s1ap::InitialContextSetupFailure>(got)) {
      core.step_from_enb(ue, "20", "Initial Context Setup Failure");
      co_return Fail{abandon("the eNB cannot serve the UE")};

      // 22. The UE has accepted.
    } else if (const auto* complete = std::get_if<nas::AttachComplete>(&got)) {
      //= TS 24.301, 5.5.1.2.4
      core.stop_timer(ue, Timer::t3450);
      core.step_from_ue(ue, "22", "Attach Complete");
      const auto bearer = nas::decode<nas::ActivateDefaultBearerAccept>(complete->esm.bytes());
      if (!bearer || bearer->bearer.value != default_bearer)
        co_return Fail{send_away("the UE did not accept its default bearer")};
      completed = true;
    } else if (std::holds_alternative<AttachRepeated>(got)) {
      //= TS 24.301, 5.5.1.2.7, case d
      if (completed) continue;
      core.send_nas(ue, plain);
      core.start_timer(ue, Timer::t3450);
    } else if (std::get_if<Expired>(&got)->timer == Timer::xsetup) {
      co_return Fail{abandon("no Initial Context Setup Response")};
    } else {
      //= TS 24.301, 5.5.1.2.7, case c
      if (accepts++ == spec_of(Timer::t3450).sends) co_return Fail{abandon("no Attach Complete (T3450)")};
      core.send_nas(ue, plain);
      core.step_to_ue(ue, "17", "Attach Accept (again)");
      core.start_timer(ue, Timer::t3450);
    }
  }
  co_return Ok{};
}

//= TS 23.401, 5.3.2.1
Task<Outcomes> attach_steps(Core& core, Ue& ue) {
  // 4. Who is it?
  if (!ue.imsi && !ue.claimed) {
    auto identify = identification(core, ue);
    auto identified = co_await identify;
    if (!identified) co_return identified;
  }

  // 5a. Is it so? A UE whose request was verified under a context that both ends have need not prove it
  // again, unless another MME has kept its KASME.
  const bool without_kasme = ue.security && ue.security->kasme() == nullptr;
  if (!ue.secured || ue.capabilities_changed || without_kasme) {
    if (ue.imsi) ue.claimed = ue.imsi;
    auto authenticate = authentication(core, ue);
    auto authenticated = co_await authenticate;
    if (!authenticated) co_return authenticated;
    auto secure = security_mode(core, ue);
    auto secured = co_await secure;
    if (!secured) co_return secured;
    ue.capabilities_changed = false;
    replace_context(core, ue);
  }

  // 6. What does it want?
  auto request = nas::decode<nas::PdnConnectivityRequest>(ue.attach->esm.bytes());
  if (!request)
    co_return Fail{reject_esm(nas::EsmCause::invalid_mandatory_information, "unreadable PDN request")};
  if (request->pti.value == 0 || request->pti.value == 255)
    co_return Fail{reject_esm(nas::EsmCause::invalid_pti, "no PTI")};
  //= TS 24.301, 6.5.1.4
  // IPv4 is all there is; a UE that can do with it says so by asking for both.
  if (request->pdn_type != nas::PdnType::ipv4 && request->pdn_type != nas::PdnType::ipv4v6)
    co_return Fail{reject_esm(nas::EsmCause::pdn_type_ipv4_only, "it wants something else than IPv4")};
  if (request->information_transfer && request->information_transfer->required) {
    auto ask = ask_for_options(core, ue, *request);
    auto options = co_await ask;
    if (!options) co_return options;
  }

  // 10. What the UE had before is gone.
  if (ue.old_session) {
    Session old = std::move(*ue.old_session);
    ue.old_session.reset();
    auto deleted = delete_session(core, ue, std::move(old), "10", "10");
    co_await deleted;
  }

  // 8, 11. The HSS learns where the UE is, the MME what it may do.
  if (!ue.registered_at_hss || !ue.subscription) {
    auto locate = update_location(core, ue, LocationReason::attach);
    auto located = co_await locate;
    if (!located) co_return located;
  }

  // 12 to 16. The default bearer.
  std::string apn = request->apn ? request->apn->value() : std::string();
  auto create = create_session(core, ue, std::move(apn), std::move(request->pco));
  auto created = co_await create;
  if (!created) co_return created;

  // 17 to 22. The UE and its eNB hear of it.
  if (!new_guti(core, ue)) co_return Fail{reject(nas::EmmCause::network_failure, "no GUTI")};
  auto tell = accept(core, ue, request->pti, request->pdn_type);
  auto told = co_await tell;
  if (!told) co_return told;
  settle_guti(core, ue);
  ue.emm = Ue::Emm::registered;

  // 23, 24. Downlink data know the way.
  auto modify = modify_bearer(core, ue, "23", "24");
  auto modified = co_await modify;
  co_return modified;
}

/// undo ends an attach that failed: the UE is told, and nothing of it stays anywhere.
void undo(Core& core, Ue& ue, const Refusal& why) {
  core.count("mme.attach.failed");
  core.log(LogLevel::info, core.label(ue) + ": attach failed: " + std::string(why.because));
  s1ap::Cause cause = s1ap::CauseNas::unspecified;
  switch (why.how) {
    case Refusal::How::reject: {
      //= TS 24.301, 5.5.1.2.5
      nas::AttachReject m;
      m.cause = why.cause;
      if (why.esm) m.esm = esm_reject(ue.attach->esm, *why.esm);
      core.send_nas(ue, nas::encode(m));
      core.step_to_ue(ue, "17", "Attach Reject");
      break;
    }
    case Refusal::How::authentication_reject:
      //= TS 24.301, 5.4.2.5
      core.send_nas(ue, nas::encode(nas::AuthenticationReject{}));
      core.step_to_ue(ue, "5a", "Authentication Reject");
      core.count("mme.authentication.rejected");
      cause = s1ap::CauseNas::authentication_failure;
      break;
    case Refusal::How::silent: break;
    case Refusal::How::detach: {
      nas::NetworkDetachRequest m;
      m.detach_type = nas::NetworkDetachType::reattach_required;
      core.send_nas(ue, nas::encode(m));
      core.step_to_ue(ue, "17", "Detach Request (re-attach required)");
      cause = s1ap::CauseNas::detach;
      break;
    }
  }
  purge(core, ue);
  core.forget(ue, "attach failed", cause, false);
}

}  // namespace

Procedure attach(Core& core, Ue& ue) {
  const Stopwatch watch(core.now);
  // What an earlier registration of this same context left is deleted in step 10.
  ue.emm = Ue::Emm::deregistered;
  ue.accept_sent = false;
  ue.pending_detach.reset();
  if (ue.session) ue.old_session = std::exchange(ue.session, std::nullopt);
  if (const S1Connection* c = core.connection_of(ue)) ue.tais = {c->tai};

  core.step_from_ue(ue, "1", "Attach Request");
  core.step_from_enb(ue, "2", "Initial UE Message (Attach Request)");
  auto steps = attach_steps(core, ue);
  auto result = co_await steps;
  if (!result) {
    undo(core, ue, result.why());
    co_return;
  }
  ue.attach.reset();
  core.count("mme.attach.completed");
  watch.whole("mme.attach", core.now, *core.out);
}

/// call_back tells the MME to which this UE was handed over that it is here: it has lost the target cell and
/// has proved itself anew. An MME that has not heard of it would register it all the same (X4), and the HSS
/// would take that for the later place.
//= TS 29.274, 7.3.16
//= S0.D3
void call_back(Core& core, Ue& ue, const Imsi& imsi) {
  const MmePeer* at = core.departed.take(imsi, core.now);
  if (at == nullptr) return;
  gtp2::RelocationCancelRequest cancel;
  cancel.imsi = imsi;
  cancel.cause = cause_in_gtp(s1ap::CauseRadioNetwork::handover_cancelled);
  core.tell_mme(*at, Teid{0}, cancel);
  core.count("mme.handover.called_back");
  core.step_to_mme(ue, *at, "cancel", "Relocation Cancel Request");
}

void replace_context(Core& core, Ue& ue) {
  const Imsi imsi = *ue.claimed;
  end_coming(core, imsi, "the UE attaches");
  call_back(core, ue, imsi);
  if (Ue* old = core.ues.find(imsi); old != nullptr && old != &ue) {
    core.cancel(*old);
    if (old->custody != Ue::Custody::given) {  // else they are another MME's
      ue.old_session = std::exchange(old->session, std::nullopt);
      ue.registered_at_hss = old->registered_at_hss;
    }
    core.forget(*old, "replaced by a new attach", s1ap::CauseNas::normal_release, false);
  }
  if (!ue.imsi) core.ues.prove(ue, imsi);
}

}  // namespace baton::node::mme
