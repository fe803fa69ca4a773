// s11.cpp: what the UPE says.
#include "base/cases.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

namespace {

//= TS 23.401, 5.3.4.3
void on_downlink_data(Core& core, const peer::GtpRequest& r) {
  gtp2::DownlinkDataNotificationAck ack;
  Ue* ue = r.ref.header.teid ? core.ues.find(*r.ref.header.teid) : nullptr;
  if (ue == nullptr || !ue->session) {
    ack.cause.value = gtp2::CauseValue::context_not_found;
    core.gtpc.respond(r.ref, Teid{0}, ack, core.now, *core.out);
    core.count("mme.s11.unknown_teid");
    return;
  }
  if (!ue->ours()) {
    // Another MME is about to have the UE; the UPE asks that one when it knows.
    ack.cause.value = gtp2::CauseValue::unable_to_page_ue;
    core.gtpc.respond(r.ref, ue->session->upe_teid, ack, core.now, *core.out);
    core.count("mme.paging.moving");
    return;
  }
  // 2b. The MME has heard.
  core.gtpc.respond(r.ref, ue->session->upe_teid, ack, core.now, *core.out);
  if (!ue->idle() || ue->busy()) return;
  core.run(*ue, "paging", paging(core, *ue));
}

void on_request(Core& core, const peer::GtpRequest& r) {
  if (std::holds_alternative<gtp2::DownlinkDataNotification>(r.message)) return on_downlink_data(core, r);
  //= TS 29.274, 7.7.4
  core.count("mme.s11.unexpected");
  if (auto answer = gtp2::refusal(r.ref.header.type,
                                  gtp2::Cause{gtp2::CauseValue::service_not_supported, false, std::nullopt}))
    core.gtpc.respond(r.ref, Teid{0}, *answer, core.now, *core.out);
}

/// nobody_waits: the question was forgotten. What it made at the UPE is taken back.
void nobody_waits(Core& core, const peer::GtpResponse& r) {
  const auto* created = std::get_if<gtp2::CreateSessionResponse>(&r.message);
  if (created == nullptr || !gtp2::accepted(created->cause.value) || !created->sender) return;
  core.count("mme.s11.orphan_session");
  gtp2::DeleteSessionRequest request;
  request.linked_ebi = gtp2::Ebi{default_bearer};
  core.tell_upe(created->sender->teid, request);
}

//= TS 23.007, 14.1
/// The UPE has lost every session: UEs are let go and attach again.
void on_restart(Core& core) {
  core.count("mme.s11.peer_restarted");
  for (const UeId id : core.ues.all()) {
    Ue* ue = core.ues.find(id);
    if (ue == nullptr || (!ue->session && !ue->old_session)) continue;
    ue->session.reset();
    ue->old_session.reset();
    core.cancel(*ue);
    purge(core, *ue);
    core.forget(*ue, "the UPE restarted", s1ap::CauseNas::unspecified, true);
  }
}

void on_announcement(Core& core, const peer::GtpEchoed& echo) {
  const auto said = gtp2::decode_private(echo.says, wire::enterprise());
  const auto announced =
      said && said->announcement ? context::Announcement::decode(*said->announcement) : std::nullopt;
  if (!announced) return core.count("mme.s11.announcement_unreadable");
  if (core.take_announcement(core.config.upe.endpoint, echo.counter, announced) == Core::Said::changed)
    core.count("mme.s11.announcement_changed");
}

}  // namespace

void on_s11(Core& core, peer::GtpEvent event) {
  std::visit(
      Cases{[&](peer::GtpRequest& r) { on_request(core, r); },
            [&](peer::GtpBadRequest& r) {
              //= TS 29.274, 7.7
              core.count("mme.s11.malformed");
              core.log(LogLevel::warning, "S11: " + r.why.to_string());
              if (auto answer = gtp2::refusal(r.ref.header.type, gtp2::cause_for(r.why)))
                core.gtpc.respond(r.ref, Teid{0}, *answer, core.now, *core.out);
            },
            [&](peer::GtpResponse& r) {
              if (core.on_taken_over(r.token, &r.message)) return;
              if (Ue* ue = core.whose(r.token)) {
                deliver(core, *ue, S11Answer{std::move(r.message)}, "an S11 answer");
              } else {
                nobody_waits(core, r);
              }
            },
            [&](peer::GtpFailed& f) {
              core.count("mme.s11.unanswered");
              if (core.on_taken_over(f.token, nullptr)) return;
              if (Ue* ue = core.whose(f.token)) deliver(core, *ue, S11Silent{}, "silence on S11");
            },
            [&](peer::GtpPeerRestarted& r) {
              core.forget_announcement(core.config.upe.endpoint, r.counter);
              on_restart(core);
            },
            [&](peer::GtpPathDown&) {
              core.count("mme.s11.path_down");
              core.log(LogLevel::warning, "S11: " + core.config.upe.name + " does not answer");
            },
            [&](peer::GtpEchoed& e) { on_announcement(core, e); },
            [&](peer::GtpPathUp&) { core.log(LogLevel::info, "S11: " + core.config.upe.name + " answers"); }},
      event);
}

}  // namespace baton::node::mme
