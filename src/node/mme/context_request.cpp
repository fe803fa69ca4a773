// context_request.cpp: another MME asks for a UE that has turned up there; this is the end it leaves.
//
// The one thing that must never happen is that a COUNT of the UE is used at both ends. So from the Context
// Response on this end neither sends nor accepts NAS of the UE, until the other end has said in so many words
// that it did not take it. When nothing is heard of it, the keys go: the UE authenticates anew.
#include "node/mme/context_transfer.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"
#include "wire/nas/message.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

using gtp2::CauseValue;

/// named finds the UE that a GUTI stands for: one of ours, or the one by which a UE came here and which it
/// still has because it never heard of ours.
Ue* named(Core& core, const Guti& guti) {
  return guti.mme == core.config.gummei ? core.ues.find(guti.m_tmsi) : core.ues.find(guti);
}

/// proved checks the UE's own message: a TAU request that names this very UE, right under its keys. COUNT
/// moves only if it is.
//= TS 33.401, 7.2.7
//= TS 23.401, 5.3.3.1, step 5
bool proved(Ue& ue, const Guti& guti, const gtp2::CompleteRequest& complete) {
  if (complete.kind != gtp2::CompleteRequest::tracking_area_update) return false;
  const auto parsed = nas::parse_protected(complete.nas);
  if (!parsed || parsed->header != nas::SecurityHeader::integrity) return false;
  const auto request = nas::decode<nas::TauRequest>(parsed->payload);
  const Guti* said = request ? request->old_guti.guti() : nullptr;
  if (said == nullptr || *said != guti || request->ksi != ue.security->ksi()) return false;
  return static_cast<bool>(ue.security->unprotect(complete.nas));
}

/// may_go says why a UE is not given away now; request_accepted when it may.
CauseValue may_go(const Ue& ue) {
  // A context that is at another MME, a UE that is leaving or not quite here yet: as good as unknown.
  if (!ue.ours() || ue.emm != Ue::Emm::registered || !ue.security || !ue.session || ue.pending_detach)
    return CauseValue::context_not_found;
  // Two moves of one UE at a time would need two sets of COUNTs.
  //= S0.D11
  if (ue.handover) return CauseValue::request_rejected;
  return CauseValue::request_accepted;
}

/// give_context offers the UE and waits for what becomes of the offer.
Procedure give_context(Core& core, Ue& ue, const MmePeer& to, peer::GtpRequestRef ref, Teid their_end,
                       gtp2::Message response) {
  // 5. The context leaves; until the answer is known it is nobody's to use.
  ue.custody = Ue::Custody::offered;
  if (!core.offer_context(ue, ref, their_end, response)) {
    // It did not leave at all.
    ue.custody = Ue::Custody::ours;
    core.go_idle(ue, "the context could not be sent");
    co_return;
  }
  core.step_to_mme(ue, to, "5", "Context Response");

  // 7. What became of it?
  auto wait = ue.inbox.next<S10Answer, S10Silent>();
  auto got = co_await wait;
  const auto* said = std::get_if<S10Answer>(&got);
  const auto* answer = said ? std::get_if<gtp2::ContextAcknowledge>(&said->message) : nullptr;
  if (answer == nullptr) {
    //= S0.D11
    core.count("mme.context.outcome_unknown");
    core.log(LogLevel::warning, core.label(ue) + ": " + to.name +
                                    " does not say whether it has the UE; it will have to authenticate anew");
    purge(core, ue);
    core.forget(ue, "outcome of the move unknown", s1ap::CauseNas::unspecified, true);
    co_return;
  }
  core.ues.close_s10(ue);
  if (!gtp2::accepted(answer->cause.value)) {
    // It was not taken, so no COUNT of it was used there.
    core.count("mme.context.taken_back");
    ue.custody = Ue::Custody::ours;
    core.go_idle(ue, "the other MME did not take it");
    co_return;
  }
  core.count("mme.context.given");
  give_up(core, ue, to, "the UE is at " + to.name);
}

}  // namespace

void give_up(Core& core, Ue& ue, const MmePeer& to, const std::string& reason) {
  core.erase_security(ue, reason);
  ue.custody = Ue::Custody::given;
  ue.given_to = &to;
  ue.emm = Ue::Emm::deregistered;
  core.stop_timer(ue, Timer::mobile_reachable);
  core.stop_timer(ue, Timer::implicit_detach);
  // What is left has no key; it waits for the HSS to say that the UE is registered there.
  core.start_timer(ue, Timer::xgiven);
}

//= TS 23.401, 5.3.3.1, steps 4 and 5
//= TS 29.274, 7.3.5
void on_context_request(Core& core, const MmePeer& from, const peer::GtpRequestRef& ref,
                        const gtp2::ContextRequest& request) {
  const Teid their_end = request.sender ? request.sender->teid : Teid{0};
  const auto refuse = [&](CauseValue why, std::string_view counter,
                          std::optional<gtp2::IeId> about = std::nullopt) {
    core.count(counter);
    core.log(LogLevel::info, from.name + " does not get a UE's context: " + std::string(to_string(why)));
    gtp2::ContextResponse no;
    no.cause = {why, false, about};
    core.gtpc.respond(ref, their_end, gtp2::Message(std::move(no)), core.now, *core.out);
  };
  if (!request.sender)
    return refuse(CauseValue::conditional_ie_missing, "mme.context.refused", gtp2::IeId{gtp2::ie::f_teid, 0});
  if (request.sender->interface != gtp2::InterfaceType::s10_mme || their_end.value == 0)
    return refuse(CauseValue::mandatory_ie_incorrect, "mme.context.refused", gtp2::IeId{gtp2::ie::f_teid, 0});
  Ue* ue = request.guti ? named(core, *request.guti) : nullptr;
  if (ue == nullptr) return refuse(CauseValue::context_not_found, "mme.context.not_found");
  if (const CauseValue why = may_go(*ue); !gtp2::accepted(why))
    return refuse(why,
                  why == CauseValue::context_not_found ? "mme.context.not_found" : "mme.context.refused");
  // No context leaves on somebody's word: the UE's own message says that it is there.
  if (!request.complete_request || !proved(*ue, *request.guti, *request.complete_request))
    return refuse(CauseValue::user_authentication_failed, "mme.context.integrity_failed");

  // It has come back elsewhere, so it is not where it was; what was under way with it is over.
  //= TS 23.401, 5.3.3.1, step 5
  core.cancel(*ue);
  if (S1Connection* c = core.connection_of(*ue)) {
    core.count("mme.context.asked_while_connected");
    if (ue->session->s1u_enb) core.tell_upe(ue->session->upe_teid, gtp2::ReleaseAccessBearersRequest{});
    core.release_s1(*c, s1ap::CauseNas::normal_release);
  }
  auto mm = mm_context_of(core, *ue, from.name, "Context Response");
  const auto teid = core.draw_teid();
  if (!mm || !teid) {
    core.go_idle(*ue, "the context cannot be given away");
    return refuse(CauseValue::system_failure, "mme.context.refused");
  }
  gtp2::ContextResponse response;
  response.imsi = ue->imsi;
  response.mm = std::move(*mm);
  response.pdn_connections = pdn_connections_of(core, *ue);
  response.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, *teid, core.config.gtpc.address, std::nullopt};
  response.sgw_s11 = sgw_end_of(core, *ue);

  core.stop_timer(*ue, Timer::mobile_reachable);
  core.stop_timer(*ue, Timer::implicit_detach);
  core.ues.tunnel_s10(*ue, *teid);
  core.run(*ue, "inter-mme-tau",
           give_context(core, *ue, from, ref, their_end, gtp2::Message(std::move(response))));
}

}  // namespace baton::node::mme
