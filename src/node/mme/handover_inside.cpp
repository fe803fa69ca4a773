// handover_inside.cpp: a UE goes from one eNB of this MME to another.
#include <algorithm>

#include "node/mme/delegation.h"
#include "node/mme/handover.h"
#include "node/mme/reauthentication.h"
#include "node/stopwatch.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;
using Radio = s1ap::CauseRadioNetwork;

namespace {

/// forwarding_of says where the source eNB may send what it has not delivered; nowhere without a direct path.
std::vector<s1ap::ErabToForward> forwarding_of(const Admitted& room, bool direct) {
  std::vector<s1ap::ErabToForward> out;
  if (!direct) return out;
  for (const s1ap::ErabAdmitted& e : room.erabs)
    if (e.dl_forwarding_address || e.ul_forwarding_address)
      out.push_back({e.id, e.dl_forwarding_address, e.dl_forwarding_teid, e.ul_forwarding_address,
                     e.ul_forwarding_teid});
  return out;
}

/// unprepared ends a handover that the target eNB was asked for in vain.
void unprepared(Core& core, Ue& ue, const Admission& answer) {
  if (const auto* refused = std::get_if<Refused>(&answer))
    return fail_handover(core, ue, refused->cause, "the target eNB has no room");
  if (std::holds_alternative<s1ap::HandoverCancel>(answer)) {
    //= TS 36.413, 8.4.5
    ue.handover->commanded = true;  // the eNB waits for another answer than a failure
    fail_handover(core, ue, Radio::handover_cancelled, "cancelled by the source eNB");
    if (const S1Connection* c = core.connection_of(ue)) send_cancelled(core, *c);
    return;
  }
  if (const auto* lost = std::get_if<ConnectionLost>(&answer)) {
    if (lost->target)
      return fail_handover(core, ue, Radio::ho_failure_in_target_epc_enb_or_target_system,
                           "the target eNB is gone");
    fail_handover(core, ue, Radio::radio_connection_with_ue_lost, "the source eNB is gone");
    return let_go(core, ue, Radio::radio_connection_with_ue_lost, "connection lost");
  }
  if (const auto* release = std::get_if<ReleaseWanted>(&answer)) {
    ue.handover->commanded = true;  // UE CONTEXT RELEASE COMMAND is answer enough
    fail_handover(core, ue, release->cause, "the source eNB released the UE");
    return let_go(core, ue, release->cause, "connection released");
  }
  fail_handover(core, ue, Radio::unspecified, "interrupted");
}

}  // namespace

//= TS 23.401, 5.5.1.2.2
Procedure handover_inside(Core& core, Ue& ue, s1ap::HandoverRequired required, peer::LinkId target) {
  ue.handover.emplace();
  Stopwatch watch(core.now);

  // 2. The source eNB has decided. The chain goes on before anything leaves.
  core.step_from_enb(ue, "2", "Handover Required");
  const S1Connection* from = core.connection_of(ue);
  const auto policy =
      policy_of(core, ue, from ? core.enbs.find(from->link) : nullptr, core.enbs.find(target));
  if (!policy) {
    core.count("mme.handover.policy_refused");
    fail_handover(core, ue, Radio::ho_target_not_allowed, to_string(policy.why()));
    co_return;
  }
  std::optional<StarKey> star;
  std::optional<ByteVector> security;
  //= S3.P3
  if (policy->handover_refresh != context::HandoverRefresh::nh_ncc && required.kenb_star) {
    core.log_key(ue, KeyEvent::received, *required.kenb_star, "Handover Required", {}, from->enb);
    const bool plus = context::forward_secure_between(*policy, true);
    if (plus)
      core.count("mme.handover.forward_secure");
    else
      core.count("mme.handover.hash_chain");
    star = star_key(core, ue, std::move(*required.kenb_star), *policy, plus);
    if (!star) {
      aka_instead(core, ue);
      co_return;
    }
    const auto& enb = std::get<s1ap::TargetEnb>(required.target).enb;
    security = container_for(core, ue, star->use, *policy, enb);
    if (!security) {
      fail_handover(core, ue, Radio::unspecified, "no NAS COUNT for the handover container");
      co_return;
    }
    //= S3.D6
  } else if (ue.security->kasme() == nullptr) {
    aka_instead(core, ue);
    co_return;
    //= TS 33.401, 7.2.8.4.3
  } else if (!advance_chain(core, ue)) {
    fail_handover(core, ue, Radio::unspecified, "the key chain cannot go on");
    co_return;
  }

  // 5, 5a. The target eNB makes room.
  const bool direct = required.direct_forwarding.has_value();
  Wanted wanted{target, std::get<s1ap::TargetEnb>(required.target).selected_tai, required.cause,
                std::move(required.container.octets), std::move(star)};
  auto ask = ask_target_enb(core, ue, std::move(wanted));
  auto answer = co_await ask;
  auto* room = std::get_if<Admitted>(&answer);
  if (room == nullptr) {
    unprepared(core, ue, answer);
    co_return;
  }

  // 9. The source eNB lets the UE go.
  auto forwarding = forwarding_of(*room, direct);
  send_command(core, ue, std::move(room->container), std::move(forwarding), std::move(security));
  watch.phase("mme.handover.prepare", core.now, *core.out);

  bool notified = false;
  while (!notified) {
    auto wait = ue.inbox.next<s1ap::EnbStatusTransfer, s1ap::HandoverNotify, s1ap::HandoverCancel,
                              ConnectionLost, ReleaseWanted, Expired>();
    auto got = co_await wait;
    if (auto* status = std::get_if<s1ap::EnbStatusTransfer>(&got)) {
      // 10, 10c. What the source eNB has counted goes to the target.
      core.step_from_enb(ue, "10", "eNB Status Transfer");
      pass_status(core, ue, std::move(status->container));
    } else if (const auto* notify = std::get_if<s1ap::HandoverNotify>(&got)) {
      // 13. The UE is there.
      arrive(core, ue, *notify, room->s1u_enb);
      core.step_from_enb(ue, "13", "Handover Notify");
      notified = true;
    } else if (std::holds_alternative<s1ap::HandoverCancel>(got)) {
      // The UE is back at the source.
      fail_handover(core, ue, Radio::handover_cancelled, "the UE is back at the source");
      if (const S1Connection* c = core.connection_of(ue)) send_cancelled(core, *c);
      co_return;
    } else if (const auto* lost = std::get_if<ConnectionLost>(&got)) {
      if (!lost->target && ue.handover->to) continue;  // the UE may be on its way
      fail_handover(core, ue, Radio::handover_cancelled, "the target eNB is gone");
      if (core.connection_of(ue) == nullptr) let_go(core, ue, Radio::unspecified, "connection lost");
      co_return;
    } else if (const auto* release = std::get_if<ReleaseWanted>(&got)) {
      // The source eNB waits for the UE no longer, but it may still come up at the target.
      if (S1Connection* c = core.connection_of(ue)) {
        c->ue.reset();
        ue.s1.reset();
        core.release_s1(*c, release->cause);
      }
    } else if (std::holds_alternative<Expired>(got)) {
      core.count("mme.handover.ue_lost");
      fail_handover(core, ue, Radio::handover_cancelled, "the UE did not arrive");
      let_go(core, ue, Radio::ts1relocoverall_expiry, "lost in a handover");
      co_return;
    }
  }

  watch.phase("mme.handover.execute", core.now, *core.out);

  // 15, 17. Downlink data know the way.
  auto modify = modify_bearer(core, ue, "15", "17");
  auto modified = co_await modify;
  if (!modified) {
    core.count("mme.handover.path_not_switched");
    fail_handover(core, ue, Radio::unspecified, "the UPE did not switch the path");
    let_go(core, ue, Radio::unspecified, "the UPE did not switch the path");
    co_return;
  }

  // 19a. The source eNB may forget the UE.
  if (ue.handover->from) {
    if (S1Connection* left = core.s1.find(*std::exchange(ue.handover->from, std::nullopt))) {
      core.step(ue, "19a", "UE Context Release Command", core.config.name, left->enb, "S1AP");
      core.release_s1(*left, Radio::successful_handover);
    }
  }
  ue.handover.reset();
  core.count("mme.handover.completed");
  watch.phase("mme.handover.complete", core.now, *core.out);
  core.out->outcome({ue.subscriber(), "s1-handover", true, ""});

  //= S0.D11
  // The radio catches up with NAS, unless a tracking area update is about to come: that brings a newer COUNT.
  const S1Connection* here = core.connection_of(ue);
  if (ue.old_chain && here && std::find(ue.tais.begin(), ue.tais.end(), here->tai) != ue.tais.end()) {
    auto rekey = rekey_enb(core, ue);
    co_await rekey;
  }
}

}  // namespace baton::node::mme
