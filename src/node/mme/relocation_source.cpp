// relocation_source.cpp: a UE goes to another MME: what the MME does that it leaves.
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

/// request_of is the Forward Relocation Request; nothing when the UE's context cannot move.
//= TS 29.274, 7.3.1
std::optional<gtp2::Message> request_of(Core& core, Ue& ue, s1ap::HandoverRequired& required,
                                        const MmePeer& mme, Teid own, const Renewed* renewed,
                                        gtp2::MovePrivate* delegated) {
  const auto& target = std::get<s1ap::TargetEnb>(required.target);
  if (!fits_in_s10(core, required.container.octets)) return std::nullopt;
  auto mm = mm_context_of(core, ue, mme.name, request_name, renewed, delegated);
  if (!mm) return std::nullopt;
  gtp2::ForwardRelocationRequest r{.mm = std::move(*mm)};
  r.imsi = ue.imsi;
  r.sender = {gtp2::InterfaceType::s10_mme, own, core.config.gtpc.address, std::nullopt};
  r.pdn_connections = pdn_connections_of(core, ue);
  r.sgw_s11 = sgw_end_of(core, ue);
  r.container = gtp2::FContainer{gtp2::FContainer::eutran, std::move(required.container.octets)};
  r.target = gtp2::TargetIdentification{std::get<MacroEnbId>(target.enb), target.selected_tai.tac};
  r.cause = cause_in_gtp(required.cause);
  r.serving_network = core.config.gummei.plmn;
  r.selected_plmn = target.selected_tai.plmn;
  r.recovery = core.gtpc.restart_counter();
  return gtp2::Message(std::move(r));
}

/// forwarding_of says where the source eNB may send what it has not delivered.
std::vector<s1ap::ErabToForward> forwarding_of(const gtp2::ForwardRelocationResponse& response, bool direct) {
  std::vector<s1ap::ErabToForward> out;
  if (!direct) return out;
  for (const gtp2::BearerSetUp& b : response.bearers) {
    s1ap::ErabToForward e{s1ap::ErabId{b.ebi.value}, {}, {}, {}, {}};
    if (b.enb_dl_forwarding && b.enb_dl_forwarding->v4) {
      e.dl_forwarding_address = s1ap::TransportLayerAddress::from(*b.enb_dl_forwarding->v4);
      e.dl_forwarding_teid = b.enb_dl_forwarding->teid;
    }
    if (b.enb_ul_forwarding && b.enb_ul_forwarding->v4) {
      e.ul_forwarding_address = s1ap::TransportLayerAddress::from(*b.enb_ul_forwarding->v4);
      e.ul_forwarding_teid = b.enb_ul_forwarding->teid;
    }
    if (e.dl_forwarding_address || e.ul_forwarding_address) out.push_back(std::move(e));
  }
  return out;
}

/// Gone is why the UE is not this MME's any more.
enum class Gone : Byte { arrived, unknown };

/// erase ends what this MME has of a UE that has left it, or may have. The session of a UE that has arrived
/// is the target's. When nobody knows, this MME deletes it: a target that has the UE after all has told the
/// UPE by then, and the UPE no longer takes that from here. Whoever comes with the old GUTI is a stranger who
/// is told to attach.
//= S0.D11
void erase(Core& core, Ue& ue, Gone gone, std::string_view because) {
  const bool ok = gone == Gone::arrived;
  core.count(ok ? "mme.handover.completed" : "mme.handover.outcome_unknown");
  if (ue.imsi && ue.handover->mme != nullptr) core.departed.remember(*ue.imsi, *ue.handover->mme, core.now);
  core.out->outcome({ue.subscriber(), "inter-mme-handover", ok, ok ? "" : std::string(because)});
  if (core.connection_of(ue)) core.step_to_enb(ue, "19a", "UE Context Release Command");
  ue.handover->commanded = true;  // no failure for the eNB: its context is released
  if (ok) {
    ue.handover->at_mme = false;
    ue.session.reset();
  }
  ue.registered_at_hss = false;
  core.forget(ue, because,
              ok ? Radio::successful_handover : Radio::ho_failure_in_target_epc_enb_or_target_system, true);
}

/// What came of asking the target MME for the UE.
enum class Back : Byte {
  taken,    ///< it has erased the UE's context
  arrived,  ///< the UE is there
  unknown,
};

/// take_back asks the target MME to erase the UE's context, and waits.
Task<Back> take_back(Core& core, Ue& ue, const MmePeer& mme, s1ap::Cause cause) {
  gtp2::RelocationCancelRequest cancel;
  cancel.imsi = ue.imsi;
  cancel.cause = cause_in_gtp(cause);
  if (!core.ask_mme(ue, mme, *ue.handover->mme_teid, cancel)) co_return Back::unknown;
  core.step_to_mme(ue, mme, "cancel", "Relocation Cancel Request");
  for (;;) {
    auto wait = ue.inbox.next<S10Answer, S10Silent, S10Request, ConnectionLost, ReleaseWanted, MmeRestarted,
                              LocatedElsewhere>();
    auto got = co_await wait;
    if (const auto* response = std::get_if<S10Answer>(&got)) {
      const auto* m = std::get_if<gtp2::RelocationCancelResponse>(&response->message);
      if (m != nullptr && gtp2::accepted(m->cause.value)) co_return Back::taken;
      const bool there = m != nullptr && m->cause.value == gtp2::CauseValue::request_rejected;
      co_return there ? Back::arrived : Back::unknown;
    }
    if (const auto* request = std::get_if<S10Request>(&got)) {
      // The UE is there after all: nothing is taken back.
      const bool arrived =
          std::holds_alternative<gtp2::ForwardRelocationCompleteNotification>(request->message);
      answer_mme(core, request->ref, *ue.handover->mme_teid,
                 arrived ? gtp2::CauseValue::request_accepted : gtp2::CauseValue::request_rejected);
      if (!arrived) continue;
      co_return Back::arrived;
    }
    if (std::holds_alternative<ReleaseWanted>(got)) continue;  // the UE is released in a moment, or stays
    if (std::holds_alternative<LocatedElsewhere>(got)) co_return Back::arrived;
    co_return Back::unknown;
  }
}

}  // namespace

//= TS 23.401, 5.5.1.2.2
//= S1.A4
//= S1.D1
Procedure relocation_source(Core& core, Ue& ue, s1ap::HandoverRequired required, const MmePeer& mme) {
  ue.handover.emplace();
  ue.handover->role = Handover::Role::source;
  ue.handover->mme = &mme;
  Stopwatch watch(core.now);

  // 2. The source eNB has decided.
  core.step_from_enb(ue, "2", "Handover Required");
  const S1Connection* from = core.connection_of(ue);
  auto policy = policy_of(core, ue, from ? core.enbs.find(from->link) : nullptr, mme);
  if (!policy) {
    core.count("mme.handover.policy_refused");
    fail_handover(core, ue, Radio::ho_target_not_allowed, to_string(policy.why()));
    co_return;
  }
  // Where all of them have it so, KASME stays here, and the target gets what serves the handover. The source
  // eNB has announced KeNB*, without which that would be nothing: one that leaves it out does not get KASME
  // away.
  //= S3.D6
  const bool star = policy->handover_refresh != context::HandoverRefresh::nh_ncc && required.kenb_star;
  const bool delegated = policy->delegated && star;
  if (policy->delegated && !star) {
    core.count("mme.handover.policy_refused");
    fail_handover(core, ue, Radio::ho_target_not_allowed, "its source eNB made no KeNB*");
    co_return;
  }
  if (ue.security->kasme() == nullptr && !delegated) {
    aka_instead(core, ue);
    co_return;
  }
  // Where all of them have it so, the UE goes under KASME', and KASME stays here.
  std::optional<Renewed> renewed;
  if (policy->inter_mme_kasme != context::InterMmeKasme::keep) {
    auto made = renew_kasme(core, ue, mme, RefreshDirection::handover);
    if (made) {
      core.count("mme.handover.kasme_refreshed");
      renewed.emplace(std::move(*made));
    } else if (made.why() == NotRenewed::aka_first) {
      //= S0.D4
      // The UE stays for an AKA; the eNB may ask again after it.
      core.count("mme.handover.aka_first");
      ue.waiting.aka = true;
      fail_handover(core, ue, Radio::interaction_with_other_procedure, "KASME may not change before AKA");
      co_return;
    } else if (made.why() == NotRenewed::spent || !core.config.policy.final_fallback) {
      const bool spent = made.why() == NotRenewed::spent;
      if (!spent) core.count("mme.handover.policy_refused");
      fail_handover(core, ue, Radio::ho_target_not_allowed,
                    spent ? "no NAS COUNT is left" : "nobody knows how its KASME came about");
      co_return;
    }
  }
  // By KeNB* the UE does not catch up with the chain that goes along.
  if (star && !renewed && ue.chain_hops > chain_hops_carried_max) {
    core.count("mme.handover.chain_spent");
    fail_handover(core, ue, Radio::unspecified, "the UE is too far behind its key chain");
    co_return;
  }
  // KASME' is held for a repetition of the request, no longer.
  std::optional<Kept<Kasme>> until_answered;
  if (renewed) until_answered.emplace(core, ue, renewed->kasme.clone(), "the target MME has answered");
  // Where the keys of the target hang on KeNB* or KASME', no NH is given to an eNB, and the chain stays where
  // it is.
  //= TS 33.401, 7.2.8.4.3
  if (!star && !renewed && !advance_chain(core, ue)) {
    fail_handover(core, ue, Radio::unspecified, "the key chain cannot go on");
    co_return;
  }

  // 3. The target MME gets the UE's whole context.
  const bool direct = required.direct_forwarding.has_value();
  const auto own = core.draw_teid();
  gtp2::MovePrivate beside;
  auto request = own ? request_of(core, ue, required, mme, *own, renewed ? &*renewed : nullptr,
                                  delegated ? &beside : nullptr)
                     : std::nullopt;
  if (request && delegated) core.count("mme.delegated.out");
  //= S1.A4
  //= S1.D3
  if (request && policy->upe_keys != context::UpeKeys::none)
    beside.upe = carried_upe_key(core, ue, mme, renewed.has_value());
  if (beside.upe && !renewed) given_upe_key(ue);
  if (request && (star || renewed || beside.upe)) {
    beside.ue_announcement = ue.announced;
    if (star) {
      //= S3.P3
      core.log_key(ue, KeyEvent::received, *required.kenb_star, "Handover Required", {}, from->enb);
      core.log_key(ue, KeyEvent::sent, *required.kenb_star, std::string(request_name), {}, mme.name);
      core.log_key(ue, KeyEvent::erased, *required.kenb_star, std::string(request_name));
      beside.kenb_star = std::move(required.kenb_star);
    }
    if (renewed) {
      //= S0.D2
      //= S0.D4
      beside.lineage = std::move(renewed->lineage);
      beside.refresh = gtp2::KasmeRefresh{RefreshDirection::handover, renewed->n};
    } else {
      //= S3.D4
      // The target uses the next COUNT for the container; this MME never does, whatever comes of it.
      burn_count(ue);
    }
    auto& extensions = std::get<gtp2::ForwardRelocationRequest>(*request).extensions;
    if (auto e = gtp2::encode_private(beside, wire::enterprise())) extensions.push_back(*e);
  }
  if (!request || !core.ask_mme(ue, mme, Teid{0}, *request)) {
    fail_handover(core, ue, Radio::ho_failure_in_target_epc_enb_or_target_system,
                  "the target MME cannot be asked");
    co_return;
  }
  request.reset();
  const bool container_needed = renewed.has_value();
  renewed.reset();
  core.ues.tunnel_s10(ue, *own);
  ue.handover->at_mme = true;
  core.step_to_mme(ue, mme, "3", request_name);

  // 7. It has made room at its eNB, or not.
  std::optional<gtp2::ForwardRelocationResponse> response;
  {
    auto wait =
        ue.inbox
            .next<S10Answer, S10Silent, s1ap::HandoverCancel, ConnectionLost, ReleaseWanted, MmeRestarted>();
    auto got = co_await wait;
    if (auto* answered = std::get_if<S10Answer>(&got)) {
      if (auto* m = std::get_if<gtp2::ForwardRelocationResponse>(&answered->message))
        response = std::move(*m);
    } else if (std::holds_alternative<S10Silent>(got)) {
      core.count("mme.handover.mme_silent");
    } else if (std::holds_alternative<s1ap::HandoverCancel>(got)) {
      ue.handover->commanded = true;  // the eNB waits for another answer than a failure
      fail_handover(core, ue, Radio::handover_cancelled, "cancelled by the source eNB");
      if (const S1Connection* c = core.connection_of(ue)) send_cancelled(core, *c);
      co_return;
    } else if (std::holds_alternative<ConnectionLost>(got)) {
      //= S0.D11
      // No Handover Command has left: the context is this MME's own again.
      fail_handover(core, ue, Radio::radio_connection_with_ue_lost, "the source eNB is gone");
      let_go(core, ue, Radio::radio_connection_with_ue_lost, "connection lost");
      co_return;
    } else if (const auto* release = std::get_if<ReleaseWanted>(&got)) {
      ue.handover->commanded = true;  // UE CONTEXT RELEASE COMMAND is answer enough
      fail_handover(core, ue, release->cause, "the source eNB released the UE");
      let_go(core, ue, release->cause, "connection released");
      co_return;
    }
  }
  until_answered.reset();
  if (response && !gtp2::accepted(response->cause.value)) {
    ue.handover->at_mme = false;
    core.count("mme.handover.refused_by_mme");
    core.step_from_mme(ue, mme, "7", "Forward Relocation Response (refused)");
    fail_handover(core, ue,
                  response->s1ap_cause ? cause_in_s1ap(*response->s1ap_cause)
                                       : s1ap::Cause(Radio::ho_failure_in_target_epc_enb_or_target_system),
                  "the target MME refuses");
    co_return;
  }
  if (!response || !response->sender || response->sender->teid.value == 0 || !response->container) {
    fail_handover(core, ue, Radio::ho_failure_in_target_epc_enb_or_target_system,
                  "the target MME does not answer");
    co_return;
  }
  ue.handover->mme_teid = response->sender->teid;
  core.step_from_mme(ue, mme, "7", "Forward Relocation Response");

  std::optional<ByteVector> security;
  if (auto said = gtp2::decode_private(response->extensions, wire::enterprise()); said)
    security = std::move(said->container);
  if (container_needed && !security) {
    // Without it the UE does not hear of KASME'.
    core.count("mme.handover.container_missing");
    fail_handover(core, ue, Radio::ho_failure_in_target_epc_enb_or_target_system,
                  "the target MME says nothing of KASME'");
    co_return;
  }

  // 9. The source eNB lets the UE go.
  //= S1.A8
  auto forwarding = forwarding_of(*response, direct);
  send_command(core, ue, std::move(response->container->octets), std::move(forwarding), std::move(security));
  watch.phase("mme.handover_out.prepare", core.now, *core.out);

  for (;;) {
    auto wait = ue.inbox.next<s1ap::EnbStatusTransfer, S10Request, s1ap::HandoverCancel, ConnectionLost,
                              ReleaseWanted, MmeRestarted, LocatedElsewhere, Expired>();
    auto got = co_await wait;
    if (const auto* status = std::get_if<s1ap::EnbStatusTransfer>(&got)) {
      // 10, 10a. What the source eNB has counted goes to the target; 10b is the path's business.
      core.step_from_enb(ue, "10", "eNB Status Transfer");
      gtp2::ForwardAccessContextNotification m;
      m.container.push_back({gtp2::FContainer::eutran, s1ap::encode_container(status->container)});
      if (!fits_in_s10(core, m.container.back().octets)) {
        // The handover goes on: the bearers begin to count anew at the target.
        if (const S1Connection* c = core.connection_of(ue))
          send_error(core, c->link, c->mme_id, c->enb_id, s1ap::CauseProtocol::unspecified);
        continue;
      }
      core.tell_mme(mme, *ue.handover->mme_teid, m);
      core.step_to_mme(ue, mme, "10a", "Forward Access Context Notification");

    } else if (const auto* said = std::get_if<S10Request>(&got)) {
      if (!std::holds_alternative<gtp2::ForwardRelocationCompleteNotification>(said->message)) {
        answer_mme(core, said->ref, *ue.handover->mme_teid, gtp2::CauseValue::request_rejected);
        continue;
      }
      // 14, 14b. The UE is at the target: nothing of it stays here.
      core.step_from_mme(ue, mme, "14", "Forward Relocation Complete Notification");
      answer_mme(core, said->ref, *ue.handover->mme_teid, gtp2::CauseValue::request_accepted);
      core.step_to_mme(ue, mme, "14b", "Forward Relocation Complete Acknowledge");
      watch.phase("mme.handover_out.execute", core.now, *core.out);
      erase(core, ue, Gone::arrived, "the UE is at the target MME");
      co_return;

    } else if (const auto* cancelled = std::get_if<s1ap::HandoverCancel>(&got)) {
      //= S0.D11
      // The UE is back at the source. It is this MME's again once the target has erased its context.
      core.stop_timer(ue, Timer::xrelocation);
      auto take = take_back(core, ue, mme, cancelled->cause);
      const Back back = co_await take;
      ue.handover->at_mme = false;  // it has been told, whatever came of it
      if (const S1Connection* c = core.connection_of(ue)) send_cancelled(core, *c);
      if (back != Back::taken) {
        if (back == Back::arrived) ue.session.reset();  // it went with the UE
        erase(core, ue, Gone::unknown, "the target MME did not take its part back");
        co_return;
      }
      fail_handover(core, ue, Radio::handover_cancelled, "the UE is back at the source");
      if (core.connection_of(ue) == nullptr) let_go(core, ue, Radio::unspecified, "connection lost");
      co_return;

    } else if (const auto* release = std::get_if<ReleaseWanted>(&got)) {
      // The source eNB waits for the UE no longer, but it may still come up at the target.
      if (S1Connection* c = core.connection_of(ue)) {
        c->ue.reset();
        ue.s1.reset();
        core.release_s1(*c, release->cause);
      }
    } else if (std::holds_alternative<LocatedElsewhere>(got)) {
      // Another MME has told the HSS before its notification came through.
      core.count("mme.handover.completed_by_hss");
      erase(core, ue, Gone::arrived, "the UE is registered at another MME");
      co_return;
    } else if (std::holds_alternative<MmeRestarted>(got)) {
      ue.handover->at_mme = false;
      erase(core, ue, Gone::unknown, "the target MME restarted");
      co_return;
    } else if (std::holds_alternative<Expired>(got)) {
      erase(core, ue, Gone::unknown, "nothing more was heard of the UE");
      co_return;
    }
    // The source eNB is gone: the UE may have left it before.
  }
}

}  // namespace baton::node::mme
