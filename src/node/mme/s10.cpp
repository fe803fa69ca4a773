// s10.cpp: what another MME says.
#include "base/cases.h"
#include "node/mme/context_transfer.h"
#include "node/mme/handover.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;

namespace {

/// about is the UE that a message of a handover is about, if it is one with this very MME.
Ue* about(Core& core, const MmePeer& mme, const peer::GtpRequest& r) {
  const Teid teid = r.ref.header.teid.value_or(Teid{0});
  Ue* ue = teid.value != 0 ? core.ues.find_s10(teid) : nullptr;
  const auto* cancel = std::get_if<gtp2::RelocationCancelRequest>(&r.message);
  // Who cancels before it has heard our TEID names the IMSI.
  const bool by_name = cancel != nullptr && teid.value == 0 && cancel->imsi;
  if (by_name) {
    ue = core.ues.find_coming(*cancel->imsi);
    if (ue == nullptr) ue = core.ues.find(*cancel->imsi);
  }
  if (ue == nullptr || !ue->handover || ue->handover->mme != &mme) return nullptr;
  const bool to_target =
      cancel != nullptr || std::holds_alternative<gtp2::ForwardAccessContextNotification>(r.message);
  const auto role = to_target ? Handover::Role::target : Handover::Role::source;
  if (ue->handover->role != role) return nullptr;
  // An IMSI does not say which handover. A cancellation that is older than the request for this one, late or
  // repeated, is about one that is over.
  if (by_name && older(r.ref.header.sequence, ue->handover->request)) {
    core.count("mme.handover.cancelled_late");
    return nullptr;
  }
  return ue;
}

/// gone_back ends a UE that has arrived from that very MME, says nothing, and has authenticated there
/// meanwhile. False: it is none of these, or the HSS knows already that it is here.
bool gone_back(Core& core, const MmePeer& mme, const peer::GtpRequest& r) {
  const auto* cancel = std::get_if<gtp2::RelocationCancelRequest>(&r.message);
  if (cancel == nullptr || !cancel->imsi || r.ref.header.teid.value_or(Teid{0}).value != 0) return false;
  Ue* ue = core.ues.find(*cancel->imsi);
  if (ue == nullptr || !ue->arrival || ue->arrival->from != &mme || !ue->ours() || ue->handover ||
      ue->locating || ue->registered_at_hss || older(r.ref.header.sequence, ue->arrival->request))
    return false;
  core.count("mme.handover.gone_back");
  core.cancel(*ue);
  core.forget(*ue, "it has gone back to the MME it came from", wire::s1ap::CauseNas::normal_release, false);
  return true;
}

void on_handover_message(Core& core, const MmePeer& mme, peer::GtpRequest& r) {
  using gtp2::CauseValue;
  if (const auto* cancel = std::get_if<gtp2::RelocationCancelRequest>(&r.message); cancel && cancel->imsi)
    core.cancelled.remember(mme.name, *cancel->imsi, r.ref.header.sequence, core.now);
  Ue* ue = about(core, mme, r);
  if (ue == nullptr && gone_back(core, mme, r))
    return answer_mme(core, r.ref, Teid{0}, CauseValue::request_accepted);
  if (ue == nullptr) {
    core.count("mme.s10.unknown_teid");
    return answer_mme(core, r.ref, Teid{0}, CauseValue::context_not_found);
  }
  const peer::GtpRequestRef ref = r.ref;
  const Teid theirs = ue->handover->mme_teid.value_or(Teid{0});
  if (core.offer(*ue, S10Request{r.ref, std::move(r.message)})) return;
  // Too early, or too late: nothing moves.
  core.count("mme.s10.unexpected");
  answer_mme(core, ref, theirs, CauseValue::request_rejected);
}

void on_request(Core& core, const MmePeer& mme, peer::GtpRequest& r) {
  if (const auto* request = std::get_if<gtp2::ContextRequest>(&r.message))
    return on_context_request(core, mme, r.ref, *request);
  if (std::holds_alternative<gtp2::ForwardRelocationRequest>(r.message))
    return on_forward_relocation(core, mme, r);
  if (std::holds_alternative<gtp2::RelocationCancelRequest>(r.message) ||
      std::holds_alternative<gtp2::ForwardAccessContextNotification>(r.message) ||
      std::holds_alternative<gtp2::ForwardRelocationCompleteNotification>(r.message))
    return on_handover_message(core, mme, r);
  //= TS 29.274, 7.7.4
  core.count("mme.s10.unexpected");
  core.log(LogLevel::warning,
           "S10: " + mme.name + ": " + std::string(gtp2::name_of(r.message)) + " has no place here");
  if (auto answer = gtp2::refusal(r.ref.header.type,
                                  gtp2::Cause{gtp2::CauseValue::service_not_supported, false, std::nullopt}))
    core.gtpc.respond(r.ref, Teid{0}, *answer, core.now, *core.out);
}

/// nobody_waits: the UE that asked has gone meanwhile. Its context goes back where it came from.
void nobody_waits(Core& core, const MmePeer& mme, peer::GtpResponse& r) {
  auto* response = std::get_if<gtp2::ContextResponse>(&r.message);
  if (response == nullptr || !gtp2::accepted(response->cause.value)) return;
  core.count("mme.context.not_taken");
  if (response->mm) {
    const std::string subscriber = response->imsi ? response->imsi->digits() : std::string();
    drop_mm_context(core, subscriber, std::move(*response->mm), mme.name, "Context Response");
  }
  gtp2::ContextAcknowledge no;
  no.cause.value = gtp2::CauseValue::request_rejected;
  core.gtpc.respond(r.ref, response->sender ? response->sender->teid : Teid{0}, no, core.now, *core.out);
}

//= TS 23.007, 18
/// It has lost every UE it knew; those that were on the way between us are told of it.
void on_restart(Core& core, const MmePeer& mme) {
  core.count("mme.s10.peer_restarted");
  core.cancelled.forget(mme.name);
  for (const UeId id : core.ues.all()) {
    Ue* ue = core.ues.find(id);
    if (ue != nullptr && ue->handover && !ue->handover->arrived && ue->handover->mme == &mme)
      deliver(core, *ue, MmeRestarted{}, "the restart of an MME");
  }
}

void on_announcement(Core& core, const MmePeer& mme, const peer::GtpEchoed& echo) {
  const auto said = gtp2::decode_private(echo.says, wire::enterprise());
  const auto announced =
      said && said->announcement ? context::Announcement::decode(*said->announcement) : std::nullopt;
  if (!announced) {
    core.count("mme.s10.announcement_unreadable");
    return;
  }
  //= S0.D5
  // Its keys are proved for the configured name, so they are of no use to it; each move finds that out.
  if (said->mme && *said->mme != mme.identity) {
    core.count("mme.s10.announcement_of_another");
    core.log(LogLevel::warning, "S10: " + mme.name + " says that it is another MME than the configured one");
  }
  switch (core.take_announcement(mme.endpoint, echo.counter, announced)) {
    case Core::Said::first:
      return core.log(LogLevel::info, "S10: " + mme.name + " has announced what it understands");
    case Core::Said::changed: return core.count("mme.s10.announcement_changed");
    case Core::Said::again: return;
  }
}

/// from is the neighbour an event is about.
Endpoint from(const peer::GtpEvent& event) {
  return std::visit(
      Cases{[](const peer::GtpRequest& e) { return e.ref.from; },
            [](const peer::GtpBadRequest& e) { return e.ref.from; },
            [](const peer::GtpResponse& e) { return e.from; }, [](const auto& e) { return e.peer; }},
      event);
}

}  // namespace

void on_gtpc(Core& core, peer::GtpEvent event) {
  if (const MmePeer* mme = core.mme_at(from(event))) return on_s10(core, *mme, std::move(event));
  on_s11(core, std::move(event));
}

void on_s10(Core& core, const MmePeer& mme, peer::GtpEvent event) {
  std::visit(Cases{[&](peer::GtpRequest& r) { on_request(core, mme, r); },
                   [&](peer::GtpBadRequest& r) {
                     //= TS 29.274, 7.7
                     core.count("mme.s10.malformed");
                     core.log(LogLevel::warning, "S10: " + mme.name + ": " + r.why.to_string());
                     if (auto answer = gtp2::refusal(r.ref.header.type, gtp2::cause_for(r.why)))
                       core.gtpc.respond(r.ref, Teid{0}, *answer, core.now, *core.out);
                   },
                   [&](peer::GtpResponse& r) {
                     if (Ue* ue = core.whose(r.token))
                       deliver(core, *ue, S10Answer{std::move(r.message), r.ref}, "an S10 answer");
                     else
                       nobody_waits(core, mme, r);
                   },
                   [&](peer::GtpFailed& f) {
                     core.count("mme.s10.unanswered");
                     if (Ue* ue = core.whose(f.token)) deliver(core, *ue, S10Silent{}, "silence on S10");
                   },
                   [&](peer::GtpPeerRestarted& r) {
                     // What it said before, it said in another life.
                     core.forget_announcement(mme.endpoint, r.counter);
                     on_restart(core, mme);
                   },
                   [&](peer::GtpEchoed& e) { on_announcement(core, mme, e); },
                   [&](peer::GtpPathDown&) {
                     core.count("mme.s10.path_down");
                     core.log(LogLevel::warning, "S10: " + mme.name + " does not answer");
                   },
                   [&](peer::GtpPathUp&) { core.log(LogLevel::info, "S10: " + mme.name + " answers"); }},
             event);
}

}  // namespace baton::node::mme
