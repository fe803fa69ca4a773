// inter_mme_tau.cpp: an idle UE turns up with the GUTI of another MME; this is the end it comes to.
#include <optional>
#include <utility>

#include "node/mme/context_transfer.h"
#include "node/mme/delegation.h"
#include "node/mme/gea.h"
#include "node/mme/handover.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_refresh.h"
#include "node/mme/procedures.h"
#include "node/mme/upe_keys.h"
#include "node/stopwatch.h"
#include "wire/gtp2/private.h"
#include "wire/nas/security_header.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

using gtp2::CauseValue;

/// The UE is not known, here or where it says: it attaches.
//= TS 24.301, 5.5.3.2.5
Refusal unknown(std::string_view because) {
  return reject(nas::EmmCause::ue_identity_cannot_be_derived, because);
}

/// fits checks with the keys that came that they are those of the UE that asks: its message is right under
/// them and has the COUNT before the next one. Whoever mixed up two UEs, or their COUNTs, is found out here.
bool fits(Ue& ue, Bytes pdu) {
  const NasCounter up = ue.security->uplink();
  const NasCounter down = ue.security->downlink();
  const auto last = up.last();
  if (!last) return false;
  ue.security->set_counts(NasCounter::starting_at(*last), down);
  return ue.security->unprotect(pdu) && ue.security->uplink() == up;
}

/// refreshed_well says whether what came beside a context is KASME' as it has to be: with its history, made
/// with the COUNT of the very message that the UE sent, and with counts and chain that begin anew.
//= S0.D2
//= S0.D11
bool refreshed_well(const gtp2::MovePrivate& said, const gtp2::EpsMmContext& mm, Bytes pdu) {
  const auto parsed = nas::parse_protected(pdu);
  return said.refresh && said.lineage && said.refresh->direction == RefreshDirection::idle && parsed &&
         parsed->sqn == said.refresh->n.sqn() && said.lineage->step > 0 && mm.uplink_count == NasCount{} &&
         mm.downlink_count == NasCount{}.next() && !mm.next_hop && !mm.old_security;
}

/// take makes what the other MME sent this UE's: its KASME in use, or KASME' waiting for the security mode,
/// and then the COUNT that it was made with. The cause says why it is not taken; then nothing of it stays.
Expected<std::optional<NasCount>, CauseValue> take(Core& core, Ue& ue, const MmePeer& from,
                                                   gtp2::ContextResponse& response, Bytes pdu,
                                                   bool refreshes) {
  ue.claimed = response.imsi;
  auto said = gtp2::decode_private(response.extensions, wire::enterprise());
  const auto drop = [&](CauseValue cause) {
    if (response.mm)
      drop_mm_context(core, ue.subscriber(), std::move(*response.mm), from.name, "Context Response");
    if (said) drop_beside(core, ue.subscriber(), *said, from.name, "Context Response");
    return Fail{cause};
  };
  if (!response.imsi || !response.mm || !response.sgw_s11) return drop(CauseValue::conditional_ie_missing);
  if (!said) {
    core.count("mme.s10.private_unreadable");
    return drop(CauseValue::mandatory_ie_incorrect);
  }
  const bool refreshed = said->refresh || said->lineage;
  if (refreshed && (!refreshes || !refreshed_well(*said, *response.mm, pdu))) {
    core.count("mme.context.refresh_unusable");
    return drop(CauseValue::mandatory_ie_incorrect);
  }
  if (refreshes && !refreshed && !core.config.policy.final_fallback) {
    core.count("mme.context.policy_refused");
    return drop(CauseValue::request_rejected);
  }
  //= S3.D6
  // A node that keeps to the standards has not announced that it can do without KASME.
  const bool delegated = says_delegated(*said);
  if (delegated && (!delegated_well(*said, *response.mm) || !context::beyond_final(core.config.policy))) {
    core.count("mme.delegated.unusable");
    return drop(CauseValue::mandatory_ie_incorrect);
  }
  auto adopted = adopt_mm_context(core, ue, std::move(*response.mm), from.name, "Context Response",
                                  delegated ? &*said : nullptr);
  if (!adopted) return Fail{adopted.why()};
  // What the UE sent is under KASME, which stayed behind: the other MME has checked it.
  if (!refreshed && !fits(ue, pdu)) {
    core.count("mme.context.does_not_fit");
    core.erase_security(ue, "not the keys of the UE that asks");
    return Fail{CauseValue::user_authentication_failed};
  }
  if (refreshed && !adopt_lineage(core, ue, std::move(*said->lineage))) {
    core.erase_security(ue, "its history cannot be");
    return Fail{CauseValue::mandatory_ie_incorrect};
  }
  if (!adopt_pdn_connections(core, ue, response.pdn_connections, *response.sgw_s11)) {
    core.erase_security(ue, "its session cannot be taken over");
    return Fail{CauseValue::request_rejected};
  }
  adopt_upe_key(ue, said->upe);
  // NH belongs to a connection, and this UE has made a new one.
  core.erase_as_keys(ue, "the UE was idle");
  if (!refreshed) return std::optional<NasCount>{};
  //= S0.D2
  // In use it is when the UE has shown that it made the same. The command takes the downlink COUNT 0.
  ue.fresh = std::move(ue.security);
  ue.security.reset();
  ue.fresh->set_counts(NasCounter{}, NasCounter{});
  return std::optional(said->refresh->n);
}

/// Acknowledgement is what the other MME waits for. However the procedure ends: unless it said that the UE is
/// here, it says that it is not, and the other MME goes on with it.
class Acknowledgement {
 public:
  Acknowledgement(Core& core, Ue& ue, const MmePeer& to, const S10Answer& answer, Teid their_end)
      : core_(core), ue_(ue), to_(to), ref_(answer.ref), their_end_(their_end) {}
  Acknowledgement(const Acknowledgement&) = delete;
  Acknowledgement& operator=(const Acknowledgement&) = delete;
  ~Acknowledgement() { refuse(CauseValue::request_rejected); }

  void accept() {
    if (say(CauseValue::request_accepted)) core_.step_to_mme(ue_, to_, "7", "Context Acknowledge");
  }
  void refuse(CauseValue cause) {
    if (!say(cause)) return;
    core_.count("mme.context.not_taken");
    core_.step_to_mme(ue_, to_, "7", "Context Acknowledge (refused)");
  }

 private:
  /// False: it was said before, or this node is about to be gone.
  bool say(CauseValue cause) {
    if (std::exchange(said_, true) || core_.out == nullptr) return false;
    gtp2::ContextAcknowledge m;
    m.cause.value = cause;
    core_.gtpc.respond(ref_, their_end_, m, core_.now, *core_.out);
    return true;
  }

  Core& core_;
  Ue& ue_;
  const MmePeer& to_;
  peer::GtpRequestRef ref_;
  Teid their_end_;
  bool said_ = false;
};

/// fetch_context asks the MME that gave `guti` out for the UE; afterwards the UE is one of this MME's.
Task<Outcomes> fetch_context(Core& core, Ue& ue, const MmePeer& from, Guti guti,
                             const nas::TauRequest& update, const ByteVector& pdu) {
  keep_announcement(ue, update.announcement);
  const auto refreshes = refreshes_idle(core, ue.announced, from);
  if (!refreshes || !announces_enough(core, from)) {
    core.count("mme.context.policy_refused");
    co_return Fail{unknown("its policy is not ours")};
  }
  // 4. Context Request, with the UE's own message for the other MME to check.
  const auto teid = core.draw_teid();
  if (!teid) co_return Fail{unknown("no TEID")};
  core.ues.tunnel_s10(ue, *teid);
  gtp2::ContextRequest request;
  request.guti = guti;
  request.complete_request = gtp2::CompleteRequest{gtp2::CompleteRequest::tracking_area_update, pdu};
  request.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, *teid, core.config.gtpc.address, std::nullopt};
  request.rat = gtp2::RatType::eutran;
  request.target_plmn = core.config.gummei.plmn;
  if (const S1Connection* c = core.connection_of(ue)) request.uli = gtp2::Uli{c->tai, c->cell};
  if (*refreshes) {
    //= S0.D5
    // Who asks by name takes KASME' for an answer.
    gtp2::MovePrivate said;
    said.mme = core.config.identity;
    if (auto e = gtp2::encode_private(said, wire::enterprise())) request.extensions.push_back(std::move(*e));
  }
  if (!core.ask_mme(ue, from, Teid{0}, request)) co_return Fail{unknown("its MME cannot be asked")};
  core.step_to_mme(ue, from, "4", "Context Request");

  // 5. Context Response.
  auto wait = ue.inbox.next<S10Answer, S10Silent>();
  auto got = co_await wait;
  auto* answer = std::get_if<S10Answer>(&got);
  auto* response = answer ? std::get_if<gtp2::ContextResponse>(&answer->message) : nullptr;
  if (response == nullptr) {
    core.count("mme.context.unanswered");
    co_return Fail{unknown("its MME does not answer")};
  }
  if (!gtp2::accepted(response->cause.value)) {
    core.count("mme.context.not_given");
    core.step_from_mme(ue, from, "5", "Context Response (refused)");
    co_return Fail{unknown("its MME does not give it away")};
  }
  const Teid their_end = response->sender ? response->sender->teid : Teid{0};
  Acknowledgement acknowledgement(core, ue, from, *answer, their_end);
  const auto taken = take(core, ue, from, *response, pdu, *refreshes);
  if (!taken) {
    acknowledgement.refuse(taken.why());
    co_return Fail{unknown("its context is not taken")};
  }

  // 6. KASME' is taken into use. Until then the other MME can go on with KASME, as the UE can.
  //= S0.D2
  if (*taken) {
    // The session is the other MME's as long as the UE is.
    std::optional<Session> session = std::exchange(ue.session, std::nullopt);
    auto secure = security_mode(core, ue, *taken);
    auto secured = co_await secure;
    if (!secured) {
      core.count("mme.context.refresh_failed");
      acknowledgement.refuse(CauseValue::request_rejected);
      core.erase_security(ue, "KASME' did not come into use");
      co_return Fail{secured.why()};
    }
    ue.session = std::move(session);
    core.count("mme.context.refreshed_here");
  }

  // 7. From here on the UE is this MME's, and its first COUNT here is the next one.
  const Imsi imsi = *ue.claimed;
  end_coming(core, imsi, "the UE is here already");
  if (Ue* before = core.ues.find(imsi); before != nullptr && before != &ue) {
    // The UE has been here before. Its session has come back with it.
    core.cancel(*before);
    if (before->session && before->session->upe_teid == ue.session->upe_teid) before->session.reset();
    core.forget(*before, "the UE is back with another MME's context", s1ap::CauseNas::normal_release, false);
  }
  core.ues.prove(ue, imsi);
  if (guti.mme != core.config.gummei) {
    core.ues.name(ue, guti);
  } else if (core.ues.find(guti.m_tmsi) == nullptr) {
    // It went away and came back without ever hearing of the other MME's GUTI: it still has ours.
    ue.guti = guti;
    core.ues.name(ue, guti.m_tmsi);
  }
  ue.emm = Ue::Emm::registered;
  ue.secured = true;
  ue.as_count = ue.security->last_received();
  acknowledgement.accept();
  core.ues.close_s10(ue);
  core.count("mme.context.taken");
  co_return Ok{};
}

/// pass_on gives this UE's connection to the context that the same UE has here by now: it has asked twice,
/// and the first time went well. True when that was it.
bool pass_on(Core& core, Ue& ue, const Guti& guti, const nas::TauRequest& request, Bytes pdu) {
  Ue* here = core.ues.find(guti);
  S1Connection* c = core.connection_of(ue);
  if (here == nullptr || here == &ue || c == nullptr || !here->ours() || !here->security ||
      !here->security->unprotect(pdu))
    return false;
  here->arrival.reset();
  core.cancel(*here);
  if (S1Connection* old = core.connection_of(*here)) core.release_s1(*old, s1ap::CauseNas::normal_release);
  core.part_s1(*here);
  core.stop_timer(*here, Timer::mobile_reachable);
  core.stop_timer(*here, Timer::implicit_detach);
  c->ue = here->id;
  here->s1 = c->mme_id;
  here->last_tai = c->tai;
  here->secured = true;
  here->as_count = here->security->last_received();
  ue.s1.reset();
  core.run(*here, "inter-mme-tau", tau(core, *here, request));
  return true;
}

}  // namespace

//= TS 23.401, 5.3.3.1
//= TS 33.401, 7.2.7
Procedure inter_mme_tau(Core& core, Ue& ue, const MmePeer& from, nas::TauRequest request, ByteVector pdu) {
  // 2, 3. A UE says that it is one of the other MME's. Only that one can tell.
  core.step_from_ue(ue, "2", "Tracking Area Update Request");
  core.step_from_enb(ue, "3", "Initial UE Message (Tracking Area Update Request)");
  const Guti guti = *request.old_guti.guti();
  const Stopwatch watch(core.now);

  // 4, 5, 7. Its context comes here.
  auto fetch = fetch_context(core, ue, from, guti, request, pdu);
  auto fetched = co_await fetch;
  if (!fetched) {
    if (!pass_on(core, ue, guti, request, pdu)) {
      core.count("mme.tau.failed");
      core.log(LogLevel::info, core.label(ue) + ": a tracking area update from " + from.name +
                                   " failed: " + std::string(fetched.why().because));
      if (fetched.why().how == Refusal::How::reject) {
        nas::TauReject m;
        m.cause = fetched.why().cause;
        core.send_nas(ue, nas::encode(m), Protection::plain);
        core.step_to_ue(ue, "20", "Tracking Area Update Reject");
      }
    }
    core.forget(ue, "its context did not come", s1ap::CauseNas::normal_release, false);
    co_return;
  }

  watch.whole("mme.context_fetch", core.now, *core.out);

  // 6, 9 to 21. The rest is as for any UE that has moved here.
  auto update = update_tracking_area(core, ue, std::move(request));
  co_await update;
}

}  // namespace baton::node::mme
