// context_request.cpp: another MME asks for a UE that has turned up there; this is the end it leaves.
//
// The one thing that must never happen is that a COUNT of the UE is used at both ends. So from the Context
// Response on this end neither sends nor accepts NAS of the UE, until the other end has said in so many words
// that it did not take it. When nothing is heard of it, the keys go: the UE authenticates anew.
//
// Where the policy has it, KASME stays: what leaves is KASME', made of it and of the COUNT of the UE's
// message.
#include "node/mme/context_transfer.h"
#include "node/mme/delegation.h"
#include "node/mme/handover.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_refresh.h"
#include "node/mme/procedures.h"
#include "node/mme/upe_keys.h"
#include "wire/gtp2/private.h"
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
/// moves only if it is. Nothing: it is not.
//= TS 33.401, 7.2.7
//= TS 23.401, 5.3.3.1, step 5
std::optional<nas::TauRequest> proved(Ue& ue, const Guti& guti, const gtp2::CompleteRequest& complete) {
  if (complete.kind != gtp2::CompleteRequest::tracking_area_update) return std::nullopt;
  const auto parsed = nas::parse_protected(complete.nas);
  if (!parsed || parsed->header != nas::SecurityHeader::integrity) return std::nullopt;
  auto request = nas::decode<nas::TauRequest>(parsed->payload);
  const Guti* said = request ? request->old_guti.guti() : nullptr;
  if (said == nullptr || *said != guti || request->ksi != ue.security->ksi()) return std::nullopt;
  if (!ue.security->unprotect(complete.nas)) return std::nullopt;
  return std::move(*request);
}

/// Why a context does not leave, and the counter that says so.
struct KeptBack {
  CauseValue cause;
  std::string_view counter;
};

/// renewed_for makes KASME' for the MME that asks, or nothing where KASME itself moves.
//= S0.D2
Expected<std::optional<Renewed>, KeptBack> renewed_for(Core& core, Ue& ue, const MmePeer& to,
                                                       const gtp2::ContextRequest& request,
                                                       const std::optional<ByteVector>& ue_said) {
  const auto said = gtp2::decode_private(request.extensions, wire::enterprise());
  if (!said) return Fail{KeptBack{CauseValue::mandatory_ie_incorrect, "mme.s10.private_unreadable"}};
  const auto wanted = refreshes_idle(core, ue_said, to);
  const KeptBack no_agreement{CauseValue::request_rejected, "mme.context.policy_refused"};
  if (!wanted) return Fail{no_agreement};
  std::optional<Renewed> out;
  // An MME that does not name itself wants KASME as it is, whatever it is configured to understand.
  if (!*wanted || !said->mme) {
    const auto& own = core.config.policy;
    const bool fallen_back = own.inter_mme_kasme != context::InterMmeKasme::keep;
    if (fallen_back && !own.final_fallback) return Fail{no_agreement};
    return out;
  }
  //= S0.D5
  // The proof is for the MME that we know at this address; it has to be the one that asks.
  if (*said->mme != to.identity)
    return Fail{KeptBack{CauseValue::request_rejected, "mme.context.foreign_identity"}};
  auto made = renew_kasme(core, ue, to, RefreshDirection::idle);
  if (!made && made.why() == NotRenewed::not_wanted) {
    // Nobody knows how this KASME came about: the HSS has no numbers for its vectors.
    if (!core.config.policy.final_fallback) return Fail{no_agreement};
    return out;
  }
  //= S0.D4
  // KASME itself does not leave: the UE attaches, which is the AKA that is due.
  if (!made) return Fail{KeptBack{CauseValue::request_rejected, "mme.context.aka_due"}};
  out.emplace(std::move(*made));
  return out;
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
/// `refreshed` is KASME' where that is what leaves; it is held here until then, for a repetition.
Procedure give_context(Core& core, Ue& ue, const MmePeer& to, peer::GtpRequestRef ref, Teid their_end,
                       gtp2::Message response, std::optional<Kept<Kasme>> refreshed) {
  // A parameter would outlive the procedure.
  const std::optional<Kept<Kasme>> until_known = std::move(refreshed);

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
  if (!announces_enough(core, from))
    return refuse(CauseValue::request_rejected, "mme.context.policy_refused");
  Ue* ue = request.guti ? named(core, *request.guti) : nullptr;
  if (ue == nullptr) return refuse(CauseValue::context_not_found, "mme.context.not_found");
  if (const CauseValue why = may_go(*ue); !gtp2::accepted(why))
    return refuse(why,
                  why == CauseValue::context_not_found ? "mme.context.not_found" : "mme.context.refused");
  // No context leaves on somebody's word: the UE's own message says that it is there.
  const auto asked =
      request.complete_request ? proved(*ue, *request.guti, *request.complete_request) : std::nullopt;
  if (!asked) return refuse(CauseValue::user_authentication_failed, "mme.context.integrity_failed");
  std::optional<ByteVector> ue_said;
  if (asked->announcement) ue_said = asked->announcement->bytes();
  auto renewed = renewed_for(core, *ue, from, request, ue_said);
  if (!renewed) return refuse(renewed.why().cause, renewed.why().counter);
  //= S3.D6
  const auto keeps = delegates(core, from);
  if (!keeps) return refuse(CauseValue::request_rejected, "mme.context.policy_refused");
  const bool delegated = !*renewed && (*keeps || ue->security->kasme() == nullptr);
  if (delegated && !takes_delegated(core, from))
    return refuse(CauseValue::request_rejected, "mme.delegated.kasme_needed");
  std::optional<Kept<Kasme>> refreshed;
  if (*renewed) refreshed.emplace(core, *ue, (*renewed)->kasme.clone(), "the offer is over");

  // It has come back elsewhere, so it is not where it was; what was under way with it is over.
  //= TS 23.401, 5.3.3.1, step 5
  core.cancel(*ue);
  if (S1Connection* c = core.connection_of(*ue)) {
    core.count("mme.context.asked_while_connected");
    if (ue->session->s1u_enb) core.tell_upe(ue->session->upe_teid, gtp2::ReleaseAccessBearersRequest{});
    core.release_s1(*c, s1ap::CauseNas::normal_release);
  }
  gtp2::MovePrivate told;
  auto mm = mm_context_of(core, *ue, from.name, "Context Response", *renewed ? &**renewed : nullptr,
                          delegated ? &told : nullptr);
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
  if (delegated) core.count("mme.delegated.out");
  if (*renewed) {
    core.count("mme.context.kasme_refreshed");
    told.lineage = std::move((*renewed)->lineage);
    told.refresh = gtp2::KasmeRefresh{RefreshDirection::idle, (*renewed)->n};
    told.ue_announcement = ue_said.value_or(ByteVector{});
  } else {
    told.upe = carried_upe_key(core, *ue, from, false);
  }
  if (auto e = gtp2::encode_private(told, wire::enterprise())) response.extensions.push_back(std::move(*e));

  core.stop_timer(*ue, Timer::mobile_reachable);
  core.stop_timer(*ue, Timer::implicit_detach);
  core.ues.tunnel_s10(*ue, *teid);
  core.run(*ue, "inter-mme-tau",
           give_context(core, *ue, from, ref, their_end, gtp2::Message(std::move(response)),
                        std::move(refreshed)));
}

}  // namespace baton::node::mme
