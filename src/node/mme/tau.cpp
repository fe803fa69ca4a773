// tau.cpp: a UE says where it is. The node has verified that it is this UE.
#include <utility>

#include "node/mme/delegation.h"
#include "node/mme/gea.h"
#include "node/mme/procedures.h"
#include "node/mme/reauthentication.h"
#include "node/stopwatch.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

/// accept_of is the TRACKING AREA UPDATE ACCEPT.
//= TS 24.301, 5.5.3.2.4
ByteVector accept_of(const Core& core, const Ue& ue, bool with_guti) {
  nas::TauAccept m;
  m.result = nas::UpdateResult::ta_updated;
  m.t3412 = nas::GprsTimer::of(std::chrono::duration_cast<std::chrono::seconds>(core.config.t3412));
  if (with_guti) m.guti = ue.guti;
  m.tai_list = nas::TaiList{ue.tais};
  nas::EpsBearerStatus bearers;
  if (ue.session) bearers.add(nas::EpsBearerId{default_bearer});
  m.bearer_status = bearers;
  return nas::encode(m);
}

/// back_to_idle ends the signalling connection that was there for this procedure only.
void back_to_idle(Core& core, Ue& ue) {
  if (ue.session && ue.session->s1u_enb)
    core.tell_upe(ue.session->upe_teid, wire::gtp2::ReleaseAccessBearersRequest{});
  if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, s1ap::CauseNas::normal_release);
  core.go_idle(ue, "signalling connection released");
}

void refuse(Core& core, Ue& ue, const Refusal& why) {
  core.count("mme.tau.failed");
  core.log(LogLevel::info, core.label(ue) + ": tracking area update failed: " + std::string(why.because));
  if (why.how == Refusal::How::reject) {
    nas::TauReject m;
    m.cause = why.cause;
    core.send_nas(ue, nas::encode(m));
    core.step_to_ue(ue, "20", "Tracking Area Update Reject");
  } else if (why.how == Refusal::How::authentication_reject) {
    core.send_nas(ue, nas::encode(nas::AuthenticationReject{}));
    core.step_to_ue(ue, "6", "Authentication Reject");
  }
  if (ue.doing == "inter-mme-tau")
    core.out->outcome({ue.subscriber(), ue.doing, false, std::string(why.because)});
}

/// passes is whether a failure says nothing of the UE: the home network is away or has too much to do, or
/// nobody has answered.
bool passes(const Refusal& why) {
  if (why.how == Refusal::How::silent) return true;
  return why.how == Refusal::How::reject &&
         (why.cause == nas::EmmCause::network_failure || why.cause == nas::EmmCause::congestion);
}

}  // namespace

//= TS 23.401, 5.3.3.1
//= TS 24.301, 5.5.3
Procedure tau(Core& core, Ue& ue, nas::TauRequest request) {
  // 2, 3. The request has arrived, and it is the UE's.
  core.step_from_ue(ue, "2", "Tracking Area Update Request");
  core.step_from_enb(ue, "3", "Initial UE Message (Tracking Area Update Request)");
  auto update = update_tracking_area(core, ue, std::move(request));
  co_await update;
}

Task<void> update_tracking_area(Core& core, Ue& ue, nas::TauRequest request) {
  const Stopwatch watch(core.now);
  const bool for_this_only = !ue.context_at_enb && !request.update_type.active;
  // A UE without a GUTI of ours has one of the MME it came from.
  const bool moved = !ue.guti;
  const Guti* said = request.old_guti.guti();
  // Should the accept be lost, the UE comes again with the GUTI it has.
  if (moved && said != nullptr && said->mme != core.config.gummei && core.ues.find(*said) == nullptr)
    core.ues.name(ue, *said);
  if (const S1Connection* c = core.connection_of(ue)) ue.tais = {c->tai};

  //= TS 24.301, 5.5.3.2.5
  if (request.bearer_status && !request.bearer_status->has(nas::EpsBearerId{default_bearer})) {
    refuse(core, ue, reject(nas::EmmCause::no_eps_bearer_context_activated, "the UE has lost its bearer"));
    purge(core, ue);
    core.forget(ue, "tracking area update refused", s1ap::CauseNas::unspecified, true);
    co_return;
  }

  // 6. New capabilities are replayed in a security mode command, so that nobody on the way has made them up.
  const bool gprs_changed = request.ms_capability && gea_of(request.ms_capability) != ue.gea;
  keep_announcement(ue, request.announcement);
  const auto said_before = std::pair(ue.capability, ue.ms_capability);
  if (request.ms_capability) keep_gprs_capability(ue, request.ms_capability);
  if ((request.capability && *request.capability != ue.capability) || gprs_changed) {
    if (request.capability) ue.capability = *request.capability;
    auto make = new_kasme(core, ue);
    const auto result = co_await make;
    if (!result) {
      refuse(core, ue, result.why());
      if (passes(result.why())) {
        // What nobody has replayed to the UE is not taken for said: the next update has it again.
        ue.capability = said_before.first;
        keep_gprs_capability(ue, said_before.second);
        back_to_idle(core, ue);
        co_return;
      }
      purge(core, ue);
      core.forget(ue, "tracking area update failed", s1ap::CauseNas::authentication_failure, false);
      co_return;
    }
  }
  //= S3.D6
  // The eNB is to have a KeNB: that takes KASME.
  if (request.update_type.active && !ue.context_at_enb) {
    auto own = own_kasme(core, ue);
    auto owned = co_await own;
    if (!owned) {
      refuse(core, ue, owned.why());
      if (passes(owned.why())) {
        // It has what it had, and asks again.
        back_to_idle(core, ue);
        co_return;
      }
      purge(core, ue);
      core.forget(ue, "tracking area update failed", s1ap::CauseNas::authentication_failure, false);
      co_return;
    }
  }
  //= S0.D11
  // Keys of different age on NAS and radio are not left standing: those just made, or those that the radio
  // could not take before a handover.
  if (ue.old_chain && ue.context_at_enb) {
    auto rekey = rekey_enb(core, ue);
    co_await rekey;
    if (ue.idle()) co_return;
  }

  // 9 to 17. A UE that came from another MME is one of ours to UPE and HSS too.
  auto settle = settle_here(core, ue);
  auto settled = co_await settle;
  if (!settled) {
    refuse(core, ue, settled.why());
    if (settled.why().cause == nas::EmmCause::network_failure) {
      // Nobody knows better than the UE's context here; it comes again.
      back_to_idle(core, ue);
      co_return;
    }
    purge(core, ue);
    core.forget(ue, "tracking area update refused", s1ap::CauseNas::unspecified, true);
    co_return;
  }

  // 20. Accepted, with a new GUTI if the operator wants that or it has none of ours, with the bearer if the
  // UE wants it.
  const bool guti_wanted = moved || core.config.guti_reallocation == GutiReallocation::at_attach_and_tau;
  const bool with_guti = guti_wanted && new_guti(core, ue);
  if (moved && !with_guti) {
    refuse(core, ue, reject(nas::EmmCause::network_failure, "no GUTI"));
    back_to_idle(core, ue);
    co_return;
  }
  const ByteVector plain = accept_of(core, ue, with_guti);
  bool bearer_wanted = request.update_type.active && !ue.context_at_enb;
  if (bearer_wanted) {
    auto inside = core.protect_nas(ue, plain);
    auto sent = inside ? send_context_setup(core, ue, std::move(inside), "20",
                                            "Initial Context Setup Request (Tracking Area Update Accept)")
                       : Outcomes(Fail{abandon("the accept cannot be protected")});
    if (!sent) {
      back_to_idle(core, ue);
      co_return;
    }
    core.start_timer(ue, Timer::xsetup);
  } else {
    core.send_nas(ue, plain);
    core.step_to_ue(ue, "20", "Tracking Area Update Accept");
  }

  // 21. The UE acknowledges its new GUTI, the eNB the bearer.
  bool complete_wanted = with_guti;
  int accepts = 1;
  if (complete_wanted) core.start_timer(ue, Timer::t3450);
  while (complete_wanted || bearer_wanted) {
    auto wait = ue.inbox.next<nas::TauComplete, s1ap::InitialContextSetupResponse,
                              s1ap::InitialContextSetupFailure, Expired>();
    auto got = co_await wait;
    if (std::holds_alternative<nas::TauComplete>(got)) {
      if (!complete_wanted) continue;
      core.stop_timer(ue, Timer::t3450);
      core.step_from_ue(ue, "21", "Tracking Area Update Complete");
      settle_guti(core, ue);
      core.ues.forget_former(ue);
      complete_wanted = false;
    } else if (const auto* response = std::get_if<s1ap::InitialContextSetupResponse>(&got)) {
      core.stop_timer(ue, Timer::xsetup);
      core.step_from_enb(ue, "21", "Initial Context Setup Response");
      if (!take_context_setup(core, ue, *response)) {
        back_to_idle(core, ue);
        co_return;
      }
      auto modify = modify_bearer(core, ue, "9", "13");
      auto modified = co_await modify;
      if (!modified) {
        back_to_idle(core, ue);
        co_return;
      }
      bearer_wanted = false;
      // What was said or expired while the UPE was asked went unheard.
      if (complete_wanted) core.start_timer(ue, Timer::t3450);
    } else if (std::holds_alternative<s1ap::InitialContextSetupFailure>(got) ||
               std::get_if<Expired>(&got)->timer == Timer::xsetup) {
      back_to_idle(core, ue);
      co_return;
    } else {
      //= TS 24.301, 5.5.3.2.7, case c
      // Both GUTIs stay good: nobody knows which one the UE has.
      if (accepts++ == spec_of(Timer::t3450).sends) {
        core.count("mme.tau.unacknowledged");
        back_to_idle(core, ue);
        co_return;
      }
      core.send_nas(ue, plain);
      core.step_to_ue(ue, "20", "Tracking Area Update Accept (again)");
      core.start_timer(ue, Timer::t3450);
    }
  }
  core.count("mme.tau.completed");
  watch.whole("mme.tau", core.now, *core.out);
  //= S1.D7
  // The level that the UE came with is another MME's word; this one's own comes as soon as it is connected.
  if (moved && core.config.policy.after_mobility == context::AfterMobility::always) ue.aka_due = true;
  if (ue.doing == "inter-mme-tau") core.out->outcome({ue.subscriber(), ue.doing, true, ""});
  if (ue.pending_detach) {
    ue.doing = "detach";
    auto detach = network_detach(core, ue, *ue.pending_detach);
    co_await detach;
    co_return;
  }
  if (for_this_only) back_to_idle(core, ue);
}

}  // namespace baton::node::mme
