// s1ap_uplink.cpp: an S1AP message arrives.
#include "base/cases.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

namespace {

/// connection_for finds the connection that a UE-associated message names. A message with ids that do not
/// belong together is answered and touches nothing.
//= TS 36.413, 10.6
S1Connection* connection_for(Core& core, const Enb& enb, MmeUeS1apId mme_id, EnbUeS1apId enb_id) {
  using Cause = s1ap::CauseRadioNetwork;
  S1Connection* c = core.s1.find(mme_id);
  if (c != nullptr && c->link == enb.link && c->enb_id_known && c->enb_id == enb_id) return c;
  Cause cause = Cause::unknown_mme_ue_s1ap_id;
  if (c != nullptr && c->link == enb.link)
    cause = core.s1.find(enb.link, enb_id) ? Cause::unknown_pair_ue_s1ap_id : Cause::unknown_enb_ue_s1ap_id;
  core.count("mme.s1ap.unknown_id");
  send_error(core, enb.link, mme_id, enb_id, cause);
  return nullptr;
}

template <class M>
S1Connection* connection_for(Core& core, const Enb& enb, const M& m) {
  return connection_for(core, enb, m.mme_ue_id, m.enb_ue_id);
}

/// pass gives an S1AP answer to the UE's procedure. While the UE is being handed over only the eNB where it
/// is speaks for it.
template <class M>
void pass(Core& core, const Enb& enb, M& m) {
  S1Connection* c = connection_for(core, enb, m);
  Ue* ue = c && c->ue ? core.ues.find(*c->ue) : nullptr;
  if (ue && ue->s1 != c->mme_id) {
    core.count("mme.s1ap.unexpected");
    return;
  }
  if (ue) deliver(core, *ue, std::move(m), M::outline.name);
}

//= TS 23.401, 5.3.5
void on_release_request(Core& core, const Enb& enb, const s1ap::UeContextReleaseRequest& m) {
  S1Connection* c = connection_for(core, enb, m);
  Ue* ue = c && c->ue ? core.ues.find(*c->ue) : nullptr;
  if (ue == nullptr) return;
  if (ue->handover && !ue->handover->arrived) {
    if (ue->s1 == c->mme_id) return deliver(core, *ue, ReleaseWanted{m.cause}, "UE CONTEXT RELEASE REQUEST");
    // The target eNB gives up before the UE is there.
    ue->handover->to.reset();
    core.release_s1(*c, m.cause);
    return deliver(core, *ue, ConnectionLost{true}, "UE CONTEXT RELEASE REQUEST");
  }
  refuse_waiting(core, *ue);
  if (ue->doing == "detach") {
    core.release_s1(*c, m.cause);
  } else if (ue->emm == Ue::Emm::registered) {
    if (ue->doing != "release") core.run(*ue, "release", release(core, *ue, m.cause));
  } else {
    core.cancel(*ue);
    purge(core, *ue);
    core.forget(*ue, "the eNB released the UE", m.cause, false);
  }
}

void on_release_complete(Core& core, const Enb& enb, const s1ap::UeContextReleaseComplete& m) {
  S1Connection* c = core.s1.find(m.mme_ue_id);
  // The target eNB of a handover may be released before it has named its id.
  if (c == nullptr || c->link != enb.link || c->enb_id_known || c->ue) c = connection_for(core, enb, m);
  if (c == nullptr) return;
  if (c->ue) {  // nobody asked for it, but the eNB has no such UE any more
    core.count("mme.s1ap.unexpected");
    lose_connection(core, *c);
    return;
  }
  core.out->stop_timer({TimerDomain::node, c->mme_id.value, static_cast<std::uint16_t>(Timer::xrelease)});
  core.s1.close(c->mme_id);
}

void on_capability(Core& core, const Enb& enb, s1ap::UeCapabilityInfoIndication& m) {
  S1Connection* c = connection_for(core, enb, m);
  Ue* ue = c && c->ue ? core.ues.find(*c->ue) : nullptr;
  if (ue == nullptr || ue->s1 != c->mme_id) return;
  if (m.ue_radio_capability.octets.size() > radio_capability_octets_max) {
    core.count("mme.s1ap.radio_capability_too_long");
    return;
  }
  ue->radio_capability = std::move(m.ue_radio_capability);
}

/// misplaced answers what only an MME sends, or what an eNB may not send now.
//= TS 36.413, 10.4
void misplaced(Core& core, peer::LinkId link, std::string_view name) {
  core.count("mme.s1ap.unexpected");
  core.log(LogLevel::warning, "S1AP: " + std::string(name) + " has no place here");
  send_error(core, link, std::nullopt, std::nullopt,
             s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
}

}  // namespace

void on_s1ap(Core& core, peer::LinkId link, Bytes octets) {
  auto received = s1ap::decode_any(octets);
  if (!received) {
    //= TS 36.413, 10.2 to 10.5
    core.count("mme.s1ap.malformed");
    core.log(LogLevel::warning, "S1AP: " + received.why().error.to_string());
    if (auto answer = s1ap::answer_to(received.why())) core.send_s1ap(link, 0, std::move(*answer));
    return;
  }
  if (auto* setup = std::get_if<s1ap::S1SetupRequest>(&received->pdu)) return s1_setup(core, link, *setup);
  Enb* enb = core.enbs.find(link);
  if (enb == nullptr) return misplaced(core, link, s1ap::name_of(received->pdu));

  //= TS 36.413, 10.3.4.2
  if (!received->report.empty()) {
    core.count("mme.s1ap.ie_not_understood");
    s1ap::CriticalityDiagnostics diagnostics;
    diagnostics.ies = received->report;
    send_error(core, link, std::nullopt, std::nullopt,
               s1ap::CauseProtocol::abstract_syntax_error_ignore_and_notify, std::move(diagnostics));
  }

  std::visit(Cases{[&](s1ap::InitialUeMessage& m) { on_initial(core, *enb, std::move(m)); },
                   [&](s1ap::UplinkNasTransport& m) {
                     S1Connection* c = connection_for(core, *enb, m);
                     if (c == nullptr || !c->ue) return;
                     c->tai = m.tai;
                     c->cell = m.cell;
                     on_uplink(core, *c, m.nas.octets);
                   },
                   [&](s1ap::InitialContextSetupResponse& m) { pass(core, *enb, m); },
                   [&](s1ap::InitialContextSetupFailure& m) { pass(core, *enb, m); },
                   [&](s1ap::UeContextModificationResponse& m) { pass(core, *enb, m); },
                   [&](s1ap::UeContextModificationFailure& m) { pass(core, *enb, m); },
                   [&](s1ap::HandoverRequired& m) {
                     if (S1Connection* c = connection_for(core, *enb, m))
                       on_handover_required(core, *c, std::move(m));
                   },
                   [&](s1ap::HandoverCancel& m) {
                     if (S1Connection* c = connection_for(core, *enb, m))
                       on_handover_cancel(core, *c, std::move(m));
                   },
                   [&](s1ap::HandoverNotify& m) {
                     if (S1Connection* c = connection_for(core, *enb, m))
                       on_handover_notify(core, *c, std::move(m));
                   },
                   [&](s1ap::HandoverRequestAcknowledge& m) { on_handover_answer(core, *enb, std::move(m)); },
                   [&](s1ap::HandoverFailure& m) { on_handover_answer(core, *enb, std::move(m)); },
                   [&](s1ap::EnbStatusTransfer& m) { pass(core, *enb, m); },
                   [&](s1ap::PathSwitchRequest& m) { on_path_switch(core, *enb, std::move(m)); },
                   [&](s1ap::UeContextReleaseRequest& m) { on_release_request(core, *enb, m); },
                   [&](s1ap::UeContextReleaseComplete& m) { on_release_complete(core, *enb, m); },
                   [&](s1ap::UeCapabilityInfoIndication& m) { on_capability(core, *enb, m); },
                   [&](s1ap::NasNonDeliveryIndication& m) {
                     // Whoever waits for the answer sends again when its timer runs out.
                     const S1Connection* c = connection_for(core, *enb, m);
                     if (c == nullptr) return;
                     core.count("mme.nas.not_delivered");
                     // It may have been the name of a K_UPE, for which nobody waits.
                     Ue* ue = c->ue ? core.ues.find(*c->ue) : nullptr;
                     if (ue != nullptr && ue->upe_key.made.value != 0) ue->upe_key.doubtful = true;
                   },
                   [&](s1ap::Reset& m) { reset(core, *enb, m); },
                   [&](s1ap::ErrorIndication& m) { on_error_indication(core, *enb, m); },
                   [&](s1ap::ResetAcknowledge&) { core.count("mme.s1ap.unexpected"); },
                   [&](auto& m) { misplaced(core, link, std::decay_t<decltype(m)>::outline.name); }},
             received->pdu);
}

void deliver(Core& core, Ue& ue, UeEvent event, std::string_view what) {
  if (!core.offer(ue, std::move(event))) {
    core.count("mme.unexpected");
    core.log(LogLevel::info, core.label(ue) + ": nobody waits for " + std::string(what));
  }
  while (ue.inbox.unclaimed()) core.count("mme.unexpected");
}

}  // namespace baton::node::mme
