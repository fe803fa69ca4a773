// relocation_target.cpp: a UE comes from another MME: what the MME does that it goes to.
#include "node/mme/context_transfer.h"
#include "node/mme/delegation.h"
#include "node/mme/handover.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_refresh.h"
#include "node/mme/upe_keys.h"
#include "node/stopwatch.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;
using Radio = s1ap::CauseRadioNetwork;

namespace {

constexpr std::string_view request_name = "Forward Relocation Request";

void respond(Core& core, const peer::GtpRequestRef& ref, Teid teid, const gtp2::Message& m) {
  core.gtpc.respond(ref, teid, m, core.now, *core.out);
}

/// erase ends the context of a UE that does not come. The session is still its source's.
void erase(Core& core, Ue& ue, std::string_view because) {
  core.count("mme.handover.in_failed");
  core.log(LogLevel::info, core.label(ue) + ": handover from another MME failed: " + std::string(because));
  ue.session.reset();
  core.forget(ue, because, Radio::handover_cancelled, false);
}

/// accepted_of is the Forward Relocation Response.
//= TS 29.274, 7.3.2
gtp2::ForwardRelocationResponse accepted_of(const Core& core, const Ue& ue, Admitted& room) {
  gtp2::ForwardRelocationResponse m;
  m.cause.value = gtp2::CauseValue::request_accepted;
  m.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, *ue.s10, core.config.gtpc.address, std::nullopt};
  for (const s1ap::ErabAdmitted& e : room.erabs) {
    gtp2::BearerSetUp b;
    b.ebi = gtp2::Ebi{e.id.value};
    const auto end = [](const auto& address, const auto& teid,
                        gtp2::InterfaceType interface) -> std::optional<gtp2::FTeid> {
      const auto v4 = address ? address->ipv4() : std::nullopt;
      if (!v4 || !teid) return std::nullopt;
      return gtp2::FTeid{interface, *teid, *v4, std::nullopt};
    };
    b.enb_dl_forwarding =
        end(e.dl_forwarding_address, e.dl_forwarding_teid, gtp2::InterfaceType::enb_dl_forwarding);
    b.enb_ul_forwarding =
        end(e.ul_forwarding_address, e.ul_forwarding_teid, gtp2::InterfaceType::enb_ul_forwarding);
    m.bearers.push_back(std::move(b));
    if (m.bearers.size() == gtp2::bearers_max) break;
  }
  m.container = gtp2::FContainer{gtp2::FContainer::eutran, std::move(room.container)};
  return m;
}

/// went_there: the UE was handed over to `mme`, and its Complete Notification has not come through.
bool went_there(const Ue& ue, const MmePeer& mme) {
  return ue.handover && ue.handover->role == Handover::Role::source && ue.handover->mme == &mme &&
         ue.handover->commanded;
}

/// make_way ends what this MME knew of a UE that has come from another MME. The session moves with the UE.
/// That the other MME says so is not enough to end anything here, least of all a connection in use: the UE
/// itself has shown the target eNB the keys. Only of a UE that was handed over to that very MME does its word
/// count.
void make_way(Core& core, Ue& old, const MmePeer& mme, Teid upe_teid) {
  if (went_there(old, mme)) {
    // It went there, and comes back before the notification has come through.
    core.count("mme.handover.completed");
    old.handover->arrived = true;
    old.handover->at_mme = false;
  }
  for (auto* session : {&old.session, &old.old_session})
    if (*session && (*session)->upe_teid == upe_teid) session->reset();
  old.registered_at_hss = false;
  core.count("mme.handover.context_replaced");
  core.cancel(old);
  core.forget(old, "the UE comes from another MME", Radio::successful_handover, false);
}

/// refreshed_well says whether what came beside a context is KASME' as it has to be: with its history, and
/// with counts and chain that begin anew.
//= S0.D2
//= S0.D11
bool refreshed_well(const gtp2::MovePrivate& said, const gtp2::EpsMmContext& mm) {
  return said.refresh && said.lineage && said.refresh->direction == RefreshDirection::handover &&
         said.lineage->step > 0 && mm.uplink_count == NasCount{} && mm.downlink_count == NasCount{}.next() &&
         !mm.next_hop && !mm.old_security;
}

/// From here on the UE is on its way, or was.
//= TS 23.401, 5.5.1.2.2, steps 5 to 17
//= S1.A5
Procedure relocation_target(Core& core, Ue& ue, Handover handover, Wanted wanted,
                            std::optional<ByteVector> security) {
  const MmePeer& mme = *handover.mme;
  ue.handover = handover;
  Stopwatch watch(core.now);

  // 5, 5a. The target eNB gets the UE's keys as the source MME made them, and makes room.
  auto ask = ask_target_enb(core, ue, std::move(wanted));
  auto said = co_await ask;
  auto* room = std::get_if<Admitted>(&said);
  if (room == nullptr) {
    if (const auto* refused = std::get_if<Refused>(&said)) {
      core.step_to_mme(ue, mme, "7", "Forward Relocation Response (refused)");
      abandon_handover(core, ue, refused->cause);
      erase(core, ue, "the target eNB has no room");
    } else if (auto* request = std::get_if<S10Request>(&said)) {
      const bool cancel = std::holds_alternative<gtp2::RelocationCancelRequest>(request->message);
      const peer::GtpRequestRef ref = request->ref;
      const Teid theirs = *ue.handover->mme_teid;
      erase(core, ue, "cancelled by the source MME");
      answer_mme(core, ref, theirs,
                 cancel ? gtp2::CauseValue::request_accepted : gtp2::CauseValue::context_not_found);
    } else {
      erase(core, ue, "an end of it is gone");
    }
    co_return;
  }

  if (!fits_in_s10(core, room->container)) {
    core.step_to_mme(ue, mme, "7", "Forward Relocation Response (refused)");
    abandon_handover(core, ue, Radio::ho_failure_in_target_epc_enb_or_target_system);
    erase(core, ue, "the target eNB's container is too long");
    co_return;
  }

  // 7. The source MME hears that there is room.
  //= S1.A7
  gtp2::ForwardRelocationResponse response = accepted_of(core, ue, *room);
  if (security) {
    gtp2::MovePrivate told;
    told.container = std::move(security);
    if (auto e = gtp2::encode_private(told, wire::enterprise())) response.extensions.push_back(*e);
  }
  respond(core, *ue.handover->unanswered, *ue.handover->mme_teid, response);
  ue.handover->unanswered.reset();
  ue.handover->commanded = true;  // it may have been: from now on nobody here knows where the UE is
  core.step_to_mme(ue, mme, "7", "Forward Relocation Response");
  core.start_timer(ue, Timer::xrelocation);
  watch.phase("mme.handover_in.prepare", core.now, *core.out);

  bool notified = false;
  while (!notified) {
    auto wait =
        ue.inbox
            .next<S10Request, s1ap::HandoverNotify, ConnectionLost, ReleaseWanted, MmeRestarted, Expired>();
    auto got = co_await wait;
    if (auto* request = std::get_if<S10Request>(&got)) {
      const peer::GtpRequestRef ref = request->ref;
      const Teid theirs = *ue.handover->mme_teid;
      if (const auto* status = std::get_if<gtp2::ForwardAccessContextNotification>(&request->message)) {
        // 10a, 10b, 10c. What the source eNB has counted goes to ours.
        answer_mme(core, ref, theirs, gtp2::CauseValue::request_accepted);
        core.step_to_mme(ue, mme, "10b", "Forward Access Context Acknowledge");
        const Bytes octets = status->container.empty() ? Bytes{} : Bytes(status->container.front().octets);
        auto container = s1ap::decode_status_transfer(octets);
        if (container) {
          pass_status(core, ue, std::move(*container));
        } else {
          core.count("mme.s10.status_unreadable");
        }
      } else if (std::holds_alternative<gtp2::RelocationCancelRequest>(request->message)) {
        //= S0.D11
        // The answer leaves when nothing of the UE is here any more.
        erase(core, ue, "cancelled by the source MME");
        answer_mme(core, ref, theirs, gtp2::CauseValue::request_accepted);
        co_return;
      } else {
        answer_mme(core, ref, theirs, gtp2::CauseValue::request_rejected);
      }
    } else if (const auto* notify = std::get_if<s1ap::HandoverNotify>(&got)) {
      // 13. The UE is there.
      if (Ue* before = core.ues.find(*ue.claimed)) make_way(core, *before, mme, ue.session->upe_teid);
      core.ues.prove(ue, *ue.claimed);
      arrive(core, ue, *notify, room->s1u_enb);
      ue.emm = Ue::Emm::registered;
      ue.arrival = Arrival{&mme, ue.handover->request};
      // Should its update not come, the HSS hears of it all the same, whatever becomes of the rest of this.
      //= S0.D3
      core.start_timer(ue, Timer::xregister);
      core.step_from_enb(ue, "13", "Handover Notify");
      notified = true;
    } else if (std::holds_alternative<Expired>(got)) {
      core.count("mme.handover.ue_lost");
      erase(core, ue, "the UE did not arrive");
      co_return;
    } else if (!std::holds_alternative<MmeRestarted>(got)) {
      erase(core, ue, "the target eNB is gone");
      co_return;
    }
    // A source MME that restarted has lost the UE; if it comes all the same it is welcome.
  }

  watch.phase("mme.handover_in.execute", core.now, *core.out);

  // 14. The source MME hears that it may forget the UE; the path repeats it until it is acknowledged (14b).
  core.tell_mme(mme, *ue.handover->mme_teid, gtp2::ForwardRelocationCompleteNotification{});
  core.step_to_mme(ue, mme, "14", "Forward Relocation Complete Notification");

  // 15, 17. Downlink data know the way.
  //= S1.A6
  auto modify = modify_bearer(core, ue, "15", "17");
  auto modified = co_await modify;
  if (!modified) {
    core.count("mme.handover.path_not_switched");
    core.forget(ue, "the UPE did not switch the path", Radio::unspecified, false);
    co_return;
  }
  core.ues.close_s10(ue);
  ue.handover.reset();
  core.count("mme.handover.in_completed");
  watch.phase("mme.handover_in.complete", core.now, *core.out);
  // 18. A tracking area update that has come meanwhile has its turn now (run_waiting).
}

}  // namespace

void end_coming(Core& core, const Imsi& imsi, std::string_view because) {
  Ue* ue = core.ues.find_coming(imsi);
  if (ue == nullptr) return;
  core.cancel(*ue);
  erase(core, *ue, because);
}

//= TS 29.274, 7.3.1
void on_forward_relocation(Core& core, const MmePeer& mme, peer::GtpRequest& r) {
  auto& m = *std::get_if<gtp2::ForwardRelocationRequest>(&r.message);
  const Teid theirs = m.sender.teid;
  const auto refuse = [&](gtp2::CauseValue cause, std::optional<s1ap::Cause> radio,
                          std::string_view because) {
    core.count("mme.handover.in_refused");
    core.log(LogLevel::info, "S10: a handover from " + mme.name + " is refused: " + std::string(because));
    gtp2::ForwardRelocationResponse no;
    no.cause.value = cause;
    if (radio) no.s1ap_cause = cause_in_gtp(*radio);
    respond(core, r.ref, theirs, no);
  };
  auto said = gtp2::decode_private(m.extensions, wire::enterprise());
  if (!said) core.count("mme.s10.private_unreadable");
  const auto drop = [&] {
    const std::string subscriber = m.imsi ? m.imsi->digits() : std::string();
    drop_mm_context(core, subscriber, std::move(m.mm), mme.name, request_name);
    if (said) drop_beside(core, subscriber, *said, mme.name, request_name);
  };

  // 3. Is it complete, and for an eNB of ours?
  if (!m.imsi || !m.target || !m.container || m.pdn_connections.empty()) {
    drop();
    return refuse(gtp2::CauseValue::conditional_ie_missing, std::nullopt, "something is missing");
  }
  const Tai tai{m.selected_plmn.value_or(m.target->enb.plmn), m.target->tac};
  const Enb* enb =
      m.target->kind == gtp2::TargetIdentification::macro_enb && m.container->type == gtp2::FContainer::eutran
          ? core.enbs.find(s1ap::GlobalEnbId{m.target->enb})
          : nullptr;
  if (enb == nullptr || !enb->serves(tai)) {
    drop();
    return refuse(gtp2::CauseValue::relocation_failure, Radio::unknown_target_id, "no such target here");
  }
  // What its source has cancelled is over, even if the cancellation was faster.
  if (core.cancelled.about(mme.name, *m.imsi, r.ref.header.sequence, core.now)) {
    core.count("mme.handover.cancelled_before");
    drop();
    return refuse(gtp2::CauseValue::request_rejected, std::nullopt, "it is cancelled");
  }
  // A second request for the UE takes the place of the first.
  end_coming(core, *m.imsi, "another request for the same UE");
  Ue* ue = core.ues.add_coming(*m.imsi);
  if (ue == nullptr) {
    core.count("mme.handover.congestion");
    drop();
    return refuse(gtp2::CauseValue::no_resources_available, s1ap::CauseMisc::control_processing_overload,
                  "no room for a UE context");
  }

  const bool refreshed = said && (said->refresh || said->lineage);
  if (refreshed && !refreshed_well(*said, m.mm)) {
    core.count("mme.handover.refresh_unusable");
    drop();
    core.forget(*ue, "not a KASME'", Radio::unspecified, false);
    return refuse(gtp2::CauseValue::mandatory_ie_incorrect, std::nullopt, "what it says of KASME' cannot be");
  }

  const bool delegated = said && says_delegated(*said);
  if (delegated && !delegated_well(*said, m.mm)) {
    core.count("mme.delegated.unusable");
    drop();
    core.forget(*ue, "not what stands for a KASME", Radio::unspecified, false);
    return refuse(gtp2::CauseValue::mandatory_ie_incorrect, std::nullopt,
                  "what stands for KASME is incomplete");
  }

  // The context is taken over as far as this MME would have it so itself.
  const auto teid = core.draw_teid();
  const auto adopted =
      adopt_mm_context(core, *ue, std::move(m.mm), mme.name, request_name, delegated ? &*said : nullptr);
  const bool followed = !refreshed || (adopted && adopt_lineage(core, *ue, std::move(*said->lineage)));
  //= S0.D10
  if (adopted && refreshed) begin_chain(core, *ue);
  const bool has_keys = ue->nh || delegated;
  if (!adopted || !followed || !has_keys || !teid ||
      !adopt_pdn_connections(core, *ue, m.pdn_connections, m.sgw_s11)) {
    ue->session.reset();
    if (said) drop_beside(core, m.imsi->digits(), *said, mme.name, request_name);
    core.forget(*ue, "the context of another MME is of no use", Radio::unspecified, false);
    return refuse(adopted ? gtp2::CauseValue::relocation_failure : adopted.why(),
                  Radio::ho_failure_in_target_epc_enb_or_target_system, "its context is of no use");
  }
  if (Ue* before = core.ues.find(*m.imsi); before != nullptr && went_there(*before, mme))
    make_way(core, *before, mme, m.sgw_s11.teid);
  core.ues.tunnel_s10(*ue, *teid);
  Handover h;
  h.role = Handover::Role::target;
  h.mme = &mme;
  h.mme_teid = theirs;
  h.unanswered = r.ref;
  h.request = r.ref.header.sequence;
  ue->tais = {tai};
  Wanted wanted{enb->link, tai,
                m.cause ? cause_in_s1ap(*m.cause) : s1ap::Cause(Radio::handover_desirable_for_radio_reason),
                std::move(m.container->octets)};
  const auto refuse_policy = [&] {
    core.count("mme.handover.policy_refused");
    if (wanted.star) core.log_key(*ue, KeyEvent::erased, wanted.star->key, "not given to an eNB");
    ue->session.reset();
    core.forget(*ue, "the policy of its handover", Radio::unspecified, false);
    refuse(gtp2::CauseValue::relocation_failure, Radio::ho_target_not_allowed, "its policy is not ours");
  };
  // Where the policy has it, KeNB of the target follows from the source eNB's KeNB*, or from KASME'.
  //= S3.P4
  //= S0.D10
  std::optional<ByteVector> security;
  adopt_upe_key(*ue, said ? said->upe : std::nullopt);
  if (refreshed && !said->upe) ue->upe_key = {};
  if (refreshed || delegated || (said && (said->kenb_star || said->upe))) {
    ue->announced = std::move(said->ue_announcement);
    const auto policy = policy_of(core, *ue, enb, mme);
    const bool star =
        policy && said->kenb_star && policy->handover_refresh != context::HandoverRefresh::nh_ncc;
    std::optional<context::StarUse> use;
    if (said->kenb_star)
      core.log_key(*ue, KeyEvent::received, *said->kenb_star, std::string(request_name), {}, mme.name);
    if (star) {
      const bool plus = context::forward_secure_between(*policy, mme.gummei.plmn == core.config.gummei.plmn);
      if (plus)
        core.count("mme.handover.forward_secure");
      else
        core.count("mme.handover.hash_chain");
      wanted.star = star_key(core, *ue, std::move(*said->kenb_star), *policy, plus);
      if (!wanted.star) return refuse_policy();
      use = wanted.star->use;
    } else if (said->kenb_star) {
      // The source has left the chain for the target to go on with.
      core.log_key(*ue, KeyEvent::erased, *said->kenb_star, "not of this policy");
    }
    // Without a KASME there is no chain, and only KeNB* is left.
    if (delegated && !star) return refuse_policy();
    if (!policy || (refreshed && policy->inter_mme_kasme == context::InterMmeKasme::keep))
      return refuse_policy();
    if (refreshed) core.count("mme.handover.in_kasme_refreshed");
    //= S1.D3
    const auto upe_key = said->upe && policy->upe_keys == context::UpeKeys::update
                             ? upe_key_of_move(core, *ue)
                             : std::optional<gtp2::UpeKeyName>();
    const bool sealed = star || refreshed || upe_key;
    if (sealed)
      security = container_for(core, *ue, use, *policy, s1ap::GlobalEnbId{m.target->enb},
                               refreshed ? std::optional(said->refresh->n) : std::nullopt, upe_key);
    wanted.new_context = refreshed && !star;
    if (star && !refreshed && ue->nh) ue->chain_hops = chain_hops_carried_max;
    const bool chain_stood = said->kenb_star || star || refreshed;
    if (sealed && !security) return refuse_policy();
    if (chain_stood && !star && !refreshed && !advance_chain(core, *ue)) return refuse_policy();
  } else if (!announces_enough(core, mme) ||
             (context::beyond_final(core.config.policy) && !core.config.policy.final_fallback)) {
    // As the standards have it, and that is not enough here.
    return refuse_policy();
  }
  core.run(*ue, "inter-mme-handover",
           relocation_target(core, *ue, h, std::move(wanted), std::move(security)));
}

}  // namespace baton::node::mme
