#include "node/mme/handover.h"

#include <algorithm>

#include "base/cases.h"
#include "keys/derive_eps.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_update.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;
using Radio = s1ap::CauseRadioNetwork;

// --- keys ---------------------------------------------------------------------------------------

//= S3.D7
bool advance_chain(Core& core, Ue& ue) {
  if (!ue.nh || !ue.security) return false;
  constexpr unsigned ncc_mask = 7;
  // By KeNB* the UE gets a key of NCC 0, which says nothing of the chain: NH of NCC 0 would be taken for that
  // very key. The UE goes on to whichever NCC it is told, so that link is passed over.
  const bool zero_is_taken = core.config.policy.handover_refresh != context::HandoverRefresh::nh_ncc;
  const int links = zero_is_taken && ((ue.ncc + 1U) & ncc_mask) == 0 ? 2 : 1;
  if (ue.chain_hops + links > chain_hops_max) {
    core.count("mme.handover.chain_spent");
    return false;
  }
  //= TS 33.401, 7.2.10
  const Kasme* own = ue.old_chain ? &ue.old_chain->kasme : ue.security->kasme();
  if (own == nullptr) return false;
  const Kasme& kasme = *own;
  for (int i = 0; i < links; ++i) {
    Nh next = derive_nh(kasme, *ue.nh);
    core.log_key(ue, KeyEvent::derived, next, "TS 33.401, A.4", {core.keys.id(kasme), core.keys.id(*ue.nh)});
    core.log_key(ue, KeyEvent::erased, *ue.nh, "the chain went on");
    ue.nh = std::move(next);
    ue.ncc = static_cast<Byte>((ue.ncc + 1U) & ncc_mask);
    ++ue.chain_hops;
  }
  return true;
}

// --- the target eNB -----------------------------------------------------------------------------

namespace {

/// request_of is the HANDOVER REQUEST. Capabilities and algorithms are what this MME knows of the UE: no eNB
/// has a say in them.
s1ap::HandoverRequest request_of(Core& core, const Ue& ue, const S1Connection& c, Wanted& wanted) {
  s1ap::ErabToHandOver erab;
  erab.id = s1ap::ErabId{default_bearer};
  erab.address = s1ap::TransportLayerAddress::from(*ue.session->s1u_upe.v4);
  erab.teid = ue.session->s1u_upe.teid;
  erab.qos.qci = ue.session->qci;
  erab.qos.arp.priority_level = ue.session->priority;
  s1ap::HandoverRequest request{.mme_ue_id = c.mme_id,
                                .type = s1ap::HandoverType::intra_lte,
                                .cause = wanted.cause,
                                .ue_ambr = bit_rates(ue),
                                .erabs = {},
                                .container = {std::move(wanted.container)},
                                .ue_security_capabilities = s1ap_capabilities(ue.capability),
                                .restrictions = std::nullopt,
                                .security = wanted.star
                                                ? s1ap::SecurityContext{0, Nh(wanted.star->key.expose())}
                                                : s1ap::SecurityContext{ue.ncc, ue.nh->clone()},
                                .nas_security = std::nullopt,
                                .gummei = core.config.gummei};
  //= S3.B5
  if (wanted.star) request.key_handling = s1ap::KeyHandling{true, wanted.star->use.raw, false};
  //= S0.D10
  if (wanted.new_context) request.key_handling = s1ap::KeyHandling{false, false, true};
  request.erabs.push_back(std::move(erab));
  return request;
}

std::optional<Admitted> admitted(s1ap::HandoverRequestAcknowledge& ack) {
  for (const s1ap::ErabAdmitted& erab : ack.erabs) {
    const auto address = erab.address.ipv4();
    if (erab.id.value != default_bearer || !address) continue;
    return Admitted{gtp2::FTeid{gtp2::InterfaceType::s1u_enb, erab.teid, *address, std::nullopt},
                    std::move(ack.container.octets), std::move(ack.erabs)};
  }
  return std::nullopt;
}

/// drop_target ends the connection towards the target eNB, with a word to it if it has something to let go.
void drop_target(Core& core, Ue& ue, std::optional<s1ap::Cause> tell) {
  if (!ue.handover || !ue.handover->to) return;
  S1Connection* c = core.s1.find(*std::exchange(ue.handover->to, std::nullopt));
  if (c == nullptr) return;
  if (tell) {
    core.release_s1(*c, *tell);
  } else {
    core.s1.close(c->mme_id);
  }
}

}  // namespace

Task<Admission> ask_target_enb(Core& core, Ue& ue, Wanted wanted) {
  const Enb* enb = core.enbs.find(wanted.enb);
  if (enb == nullptr || core.s1.size() >= s1_connections_max) {
    core.count("mme.handover.no_target");
    co_return Admission(Refused{Radio::ho_failure_in_target_epc_enb_or_target_system});
  }

  // 5. The target eNB gets {NH, NCC}, bearers, and what the source eNB wrote for it.
  S1Connection& c = core.s1.open_target(wanted.enb, enb->name, wanted.tai, ue.id);
  ue.handover->to = c.mme_id;
  ue.handover->by_chain = !wanted.star;
  if (wanted.star) {
    core.log_key(ue, KeyEvent::sent, wanted.star->key, "Handover Request", {}, enb->name);
    core.log_key(ue, KeyEvent::erased, wanted.star->key, "Handover Request");
  } else {
    core.log_key(ue, KeyEvent::sent, *ue.nh, "Handover Request", {}, enb->name);
  }
  core.send_s1ap(c.link, c.stream(), s1ap::encode(request_of(core, ue, c, wanted)));
  core.step(ue, "5", "Handover Request", core.config.name, enb->name, "S1AP");
  core.start_timer(ue, Timer::xhandover);

  // 5a. It makes room, or not.
  auto wait = ue.inbox.next<s1ap::HandoverRequestAcknowledge, s1ap::HandoverFailure, s1ap::HandoverCancel,
                            ConnectionLost, ReleaseWanted, S10Request, MmeRestarted, Expired>();
  auto got = co_await wait;
  core.stop_timer(ue, Timer::xhandover);
  const S1Connection* to = ue.handover->to ? core.s1.find(*ue.handover->to) : nullptr;
  const std::string name = to ? to->enb : std::string("enb");

  if (auto* ack = std::get_if<s1ap::HandoverRequestAcknowledge>(&got)) {
    core.step(ue, "5a", "Handover Request Acknowledge", name, core.config.name, "S1AP");
    auto room = admitted(*ack);
    if (!room) {
      core.count("mme.s1ap.setup_without_bearer");
      drop_target(core, ue, Radio::handover_cancelled);
      co_return Admission(Refused{Radio::no_radio_resources_available_in_target_cell});
    }
    co_return Admission(std::move(*room));
  }
  if (const auto* failure = std::get_if<s1ap::HandoverFailure>(&got)) {
    core.step(ue, "5a", "Handover Failure", name, core.config.name, "S1AP");
    core.count("mme.handover.refused_by_enb");
    drop_target(core, ue, std::nullopt);
    co_return Admission(Refused{failure->cause});
  }
  if (std::holds_alternative<Expired>(got)) {
    core.count("mme.handover.enb_silent");
    drop_target(core, ue, Radio::handover_cancelled);
    co_return Admission(Refused{Radio::ho_failure_in_target_epc_enb_or_target_system});
  }
  co_return std::visit(
      [](auto& event) -> Admission {
        if constexpr (std::is_constructible_v<Admission, std::in_place_type_t<std::decay_t<decltype(event)>>,
                                              decltype(std::move(event))>) {
          return Admission(std::move(event));
        } else {
          return Admission(Refused{Radio::unspecified});  // handled above
        }
      },
      got);
}

// --- the source eNB -----------------------------------------------------------------------------

void send_command(Core& core, Ue& ue, ByteVector container, std::vector<s1ap::ErabToForward> forwarding,
                  std::optional<ByteVector> security) {
  const S1Connection* c = core.connection_of(ue);
  if (c == nullptr) return;
  s1ap::HandoverCommand command{.mme_ue_id = c->mme_id,
                                .enb_ue_id = c->enb_id,
                                .type = s1ap::HandoverType::intra_lte,
                                .nas_security = std::nullopt,
                                .forwarding = std::move(forwarding),
                                .to_release = {},
                                .container = {std::move(container)},
                                .diagnostics = std::nullopt};
  if (security) command.security_container = s1ap::ContainerOctets{std::move(*security)};
  core.send_s1ap(c->link, c->stream(), s1ap::encode(command));
  core.step_to_enb(ue, "9", "Handover Command");
  ue.handover->commanded = true;
  core.start_timer(ue, Timer::xrelocation);
}

void send_cancelled(Core& core, const S1Connection& c) {
  core.send_s1ap(c.link, c.stream(),
                 s1ap::encode(s1ap::HandoverCancelAcknowledge{c.mme_id, c.enb_id, std::nullopt}));
}

void refuse_handover(Core& core, const S1Connection& c, s1ap::Cause cause) {
  core.count("mme.handover.refused");
  core.send_s1ap(c.link, c.stream(),
                 s1ap::encode(s1ap::HandoverPreparationFailure{c.mme_id, c.enb_id, cause, std::nullopt}));
}

// --- on the way ---------------------------------------------------------------------------------

void arrive(Core& core, Ue& ue, const s1ap::HandoverNotify& notify, gtp2::FTeid s1u_enb) {
  Handover& h = *ue.handover;
  if (S1Connection* left = core.connection_of(ue)) {
    left->ue.reset();
    h.from = left->mme_id;
  }
  ue.s1 = std::exchange(h.to, std::nullopt);
  h.arrived = true;
  S1Connection* here = core.connection_of(ue);
  here->cell = notify.cell;
  if (const Enb* enb = core.enbs.find(here->link); enb != nullptr && enb->serves(notify.tai))
    here->tai = notify.tai;
  ue.last_tai = here->tai;
  ue.secured = true;
  ue.context_at_enb = true;
  ue.session->s1u_enb = s1u_enb;
  if (h.by_chain) ue.chain_hops = 0;  // it has followed the chain to its end
  core.stop_timer(ue, Timer::xrelocation);
}

void pass_status(Core& core, Ue& ue, s1ap::StatusTransferContainer container) {
  const S1Connection* c = ue.handover->to ? core.s1.find(*ue.handover->to) : nullptr;
  if (c == nullptr) return;
  core.send_s1ap(c->link, c->stream(),
                 s1ap::encode(s1ap::MmeStatusTransfer{c->mme_id, c->enb_id, std::move(container)}));
  core.step(ue, "10c", "MME Status Transfer", core.config.name, c->enb, "S1AP");
}

// --- the end ------------------------------------------------------------------------------------

void abandon_handover(Core& core, Ue& ue, s1ap::Cause cause) {
  if (!ue.handover) return;
  core.stop_timer(ue, Timer::xhandover);
  core.stop_timer(ue, Timer::xrelocation);
  drop_target(core, ue, Radio::handover_cancelled);
  const Handover h = *std::exchange(ue.handover, std::nullopt);
  if (h.from) {
    if (S1Connection* left = core.s1.find(*h.from)) core.release_s1(*left, Radio::successful_handover);
  }
  // A source eNB that waits for HANDOVER COMMAND hears that none will come.
  if (h.role != Handover::Role::target && !h.commanded && !h.arrived) {
    if (const S1Connection* c = core.connection_of(ue)) refuse_handover(core, *c, cause);
  }
  if (h.role == Handover::Role::source && h.at_mme) {
    if (ue.mme_asked) core.gtpc.cancel(*ue.mme_asked, *core.out);
    gtp2::RelocationCancelRequest cancel;
    cancel.imsi = ue.imsi;
    cancel.cause = cause_in_gtp(cause);
    core.tell_mme(*h.mme, h.mme_teid.value_or(Teid{0}), cancel);
    core.step_to_mme(ue, *h.mme, "cancel", "Relocation Cancel Request");
  }
  if (h.role == Handover::Role::target && h.unanswered) {
    gtp2::ForwardRelocationResponse no;
    no.cause.value = gtp2::CauseValue::relocation_failure;
    no.s1ap_cause = cause_in_gtp(cause);
    core.gtpc.respond(*h.unanswered, *h.mme_teid, no, core.now, *core.out);
  }
  core.ues.close_s10(ue);
}

void interrupt_handover(Core& core, Ue& ue) {
  if (!ue.handover) return;
  const bool arrived = ue.handover->arrived;
  const bool ours = ue.handover->role != Handover::Role::target;
  if (!arrived) core.count(ours ? "mme.handover.failed" : "mme.handover.in_failed");
  abandon_handover(core, ue, Radio::interaction_with_other_procedure);
  if (ours) core.out->outcome({ue.subscriber(), ue.doing, arrived, arrived ? "" : "interrupted"});
}

void refuse_waiting(Core& core, Ue& ue) {
  if (!std::exchange(ue.waiting.handover, std::nullopt)) return;
  if (const S1Connection* c = core.connection_of(ue))
    refuse_handover(core, *c, Radio::interaction_with_other_procedure);
}

bool fits_in_s10(Core& core, Bytes container) {
  if (container.size() <= relocation_container_octets_max) return true;
  core.count("mme.handover.container_too_long");
  return false;
}

void answer_mme(Core& core, const peer::GtpRequestRef& ref, Teid teid, gtp2::CauseValue cause) {
  if (auto m = gtp2::refusal(ref.header.type, gtp2::Cause{cause, false, std::nullopt}))
    core.gtpc.respond(ref, teid, *m, core.now, *core.out);
}

void fail_handover(Core& core, Ue& ue, s1ap::Cause cause, std::string_view because) {
  core.count("mme.handover.failed");
  core.log(LogLevel::info, core.label(ue) + ": handover failed: " + std::string(because));
  abandon_handover(core, ue, cause);
  core.out->outcome({ue.subscriber(), ue.doing, false, std::string(because)});
}

void let_go(Core& core, Ue& ue, s1ap::Cause cause, std::string_view reason) {
  if (ue.session) core.tell_upe(ue.session->upe_teid, gtp2::ReleaseAccessBearersRequest{});
  if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, cause);
  core.go_idle(ue, reason);
}

// --- causes -------------------------------------------------------------------------------------

gtp2::FCause cause_in_gtp(const s1ap::Cause& cause) {
  return {static_cast<Byte>(cause.index()), std::visit([](auto c) { return static_cast<Byte>(c); }, cause)};
}

s1ap::Cause cause_in_s1ap(gtp2::FCause cause) {
  // Groups and numbers are those of S1AP; what it does not know becomes the general reason.
  const auto within = [&](auto last) { return cause.value <= static_cast<Byte>(last); };
  switch (cause.type) {
    case 0:
      if (within(s1ap::CauseRadioNetwork::n26_interface_not_available))
        return static_cast<s1ap::CauseRadioNetwork>(cause.value);
      break;
    case 1:
      if (within(s1ap::CauseTransport::unspecified)) return static_cast<s1ap::CauseTransport>(cause.value);
      break;
    case 2:
      if (within(s1ap::CauseNas::csg_subscription_expiry)) return static_cast<s1ap::CauseNas>(cause.value);
      break;
    case 3:
      if (within(s1ap::CauseProtocol::unspecified)) return static_cast<s1ap::CauseProtocol>(cause.value);
      break;
    case 4:
      if (within(s1ap::CauseMisc::unknown_plmn)) return static_cast<s1ap::CauseMisc>(cause.value);
      break;
    default: break;
  }
  return s1ap::CauseRadioNetwork::ho_failure_in_target_epc_enb_or_target_system;
}

// --- what arrives -------------------------------------------------------------------------------

namespace {

/// begin_handover decides where the UE goes.
//= S1.A4
void begin_handover(Core& core, Ue& ue, s1ap::HandoverRequired m) {
  const S1Connection* c = core.connection_of(ue);
  if (c == nullptr || c->mme_id != m.mme_ue_id) return;  // it asked on a connection that is gone
  // A UE whose KASME another MME has kept has no chain; by KeNB* it can go all the same.
  const bool has_keys = ue.nh || (ue.security && ue.security->handover_root() != nullptr);
  if (ue.emm != Ue::Emm::registered || !ue.context_at_enb || !ue.session || !has_keys)
    return refuse_handover(core, *c, s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
  const auto* target = std::get_if<s1ap::TargetEnb>(&m.target);
  if (m.type != s1ap::HandoverType::intra_lte || target == nullptr) {
    core.count("mme.handover.unsupported_type");
    return refuse_handover(core, *c, Radio::ho_target_not_allowed);
  }
  if (const Enb* enb = core.enbs.find(target->enb)) {
    if (!enb->serves(target->selected_tai)) return refuse_handover(core, *c, Radio::unknown_target_id);
    const peer::LinkId link = enb->link;
    return core.run(ue, "s1-handover", handover_inside(core, ue, std::move(m), link));
  }
  const MmePeer* mme = core.mme_serving(target->selected_tai);
  if (mme == nullptr || !std::holds_alternative<MacroEnbId>(target->enb)) {
    core.count("mme.handover.unknown_target");
    return refuse_handover(core, *c, Radio::unknown_target_id);
  }
  core.run(ue, "inter-mme-handover", relocation_source(core, ue, std::move(m), *mme));
}

}  // namespace

//= TS 36.413, 8.4.1
//= S1.A3
void on_handover_required(Core& core, S1Connection& c, s1ap::HandoverRequired m) {
  Ue* ue = c.ue ? core.ues.find(*c.ue) : nullptr;
  if (ue == nullptr || ue->s1 != c.mme_id)
    return refuse_handover(core, c, s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
  if ((ue->handover && !ue->handover->arrived) || ue->waiting.handover) {
    //= TS 36.413, 10.4
    // Two at once there cannot be. While the first one is being prepared the eNB could not tell which of
    // them the failure is for, so there is neither; one that has been commanded goes on.
    core.count("mme.handover.second_required");
    const s1ap::Cause why = s1ap::CauseProtocol::message_not_compatible_with_receiver_state;
    if (ue->waiting.handover) {
      ue->waiting.handover.reset();
      refuse_handover(core, c, why);
    } else if (ue->handover->commanded) {
      refuse_handover(core, c, why);
    } else {
      fail_handover(core, *ue, why, "the eNB asked twice");
      core.cancel(*ue);
      core.ended(*ue);
    }
    return;
  }
  if (!ue->busy()) {
    begin_handover(core, *ue, std::move(m));
  } else if (ue->doing == "detach" || ue->doing == "release" ||
             (ue->emm != Ue::Emm::registered && ue->doing != "attach")) {
    // The UE is leaving: there will be nothing to hand over.
    refuse_handover(core, c, Radio::interaction_with_other_procedure);
  } else {
    //= S0.D11
    core.count("mme.handover.waits");
    ue->waiting.handover = std::move(m);
  }
}

//= TS 36.413, 8.4.5
void on_handover_cancel(Core& core, S1Connection& c, s1ap::HandoverCancel m) {
  Ue* ue = c.ue ? core.ues.find(*c.ue) : nullptr;
  if (ue != nullptr && ue->s1 == c.mme_id) {
    core.count("mme.handover.cancelled");
    ue->waiting.handover.reset();
    // The procedure answers, in its own time.
    if (ue->handover && !ue->handover->arrived && core.offer(*ue, std::move(m))) return;
  }
  // Nothing is under way, or it is over: cancelled it is in any case.
  send_cancelled(core, c);
}

//= TS 36.413, 8.4.3
void on_handover_notify(Core& core, S1Connection& c, s1ap::HandoverNotify m) {
  Ue* ue = c.ue ? core.ues.find(*c.ue) : nullptr;
  if (ue != nullptr && ue->handover && ue->handover->to == c.mme_id && core.offer(*ue, std::move(m))) return;
  // Repeated, before the command, or of a UE that is not being handed over: nothing moves.
  core.count("mme.handover.unexpected_notify");
  send_error(core, c.link, c.mme_id, c.enb_id,
             s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
}

void on_handover_answer(Core& core, const Enb& enb, s1ap::HandoverRequestAcknowledge m) {
  S1Connection* c = core.s1.find(m.mme_ue_id);
  if (c == nullptr || c->link != enb.link || c->enb_id_known) {
    core.count("mme.s1ap.unknown_id");
    return send_error(core, enb.link, m.mme_ue_id, m.enb_ue_id, Radio::unknown_mme_ue_s1ap_id);
  }
  // An eNB that uses an id again has lost the UE that had it.
  if (S1Connection* before = core.s1.find(enb.link, m.enb_ue_id)) {
    core.count("mme.s1ap.id_reused");
    lose_connection(core, *before);
    c = core.s1.find(m.mme_ue_id);
    if (c == nullptr || c->enb_id_known) return;
  }
  core.s1.learn(*c, m.enb_ue_id);
  Ue* ue = c->ue ? core.ues.find(*c->ue) : nullptr;
  if (ue != nullptr) return deliver(core, *ue, std::move(m), "HANDOVER REQUEST ACKNOWLEDGE");
  core.count("mme.handover.late_answer");  // it has been told to release
}

void on_handover_answer(Core& core, const Enb& enb, s1ap::HandoverFailure m) {
  const S1Connection* c = core.s1.find(m.mme_ue_id);
  if (c == nullptr || c->link != enb.link || c->enb_id_known) {
    core.count("mme.s1ap.unknown_id");
    return send_error(core, enb.link, m.mme_ue_id, std::nullopt, Radio::unknown_mme_ue_s1ap_id);
  }
  if (Ue* ue = c->ue ? core.ues.find(*c->ue) : nullptr)
    return deliver(core, *ue, std::move(m), "HANDOVER FAILURE");
  core.count("mme.handover.late_answer");
  core.out->stop_timer({TimerDomain::node, c->mme_id.value, static_cast<std::uint16_t>(Timer::xrelease)});
  core.s1.close(c->mme_id);
}

void run_waiting(Core& core) {
  while (const auto id = core.next_due()) {
    Ue* ue = core.ues.find(*id);
    if (ue == nullptr || ue->busy()) continue;
    if (auto required = std::exchange(ue->waiting.handover, std::nullopt))
      begin_handover(core, *ue, std::move(*required));
    ue = core.ues.find(*id);
    if (ue == nullptr || ue->busy()) continue;
    //= S0.D4
    if (std::exchange(ue->waiting.aka, false) && ue->emm == Ue::Emm::registered && !ue->idle())
      core.run(*ue, "reauthenticate", reauthenticate(core, *ue));
    ue = core.ues.find(*id);
    if (ue == nullptr || ue->busy()) continue;
    if (auto request = std::exchange(ue->waiting.tau, std::nullopt))
      begin_tau(core, *ue, std::move(*request));
    ue = core.ues.find(*id);
    if (ue != nullptr) run_due_aka(core, *ue);
    ue = core.ues.find(*id);
    if (ue != nullptr) run_due_location(core, *ue);
  }
}

}  // namespace baton::node::mme
