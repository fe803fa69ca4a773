// s6a.cpp: what the HSS says.
#include "base/cases.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"
#include "wire/diameter/message.h"

namespace baton::node::mme {

namespace diameter = wire::diameter;

namespace {

//= TS 29.272, 5.2.1.2
void on_cancel_location(Core& core, const peer::DiameterRequest& r) {
  const auto request = diameter::decode<diameter::CancelLocationRequest>(r.octets);
  if (!request) {
    core.count("mme.s6a.malformed");
    core.s6a.refuse(r.token, r.octets, request.why(), *core.out);
    return;
  }
  // Only the HSS of the configuration may send a UE away; the peer layer has checked who this is.
  diameter::CancelLocationAnswer answer{.session_id = request->session_id,
                                        .result_code = diameter::code::success,
                                        .origin_host = core.config.identity,
                                        .origin_realm = core.config.realm};
  core.s6a.answer(r.token, answer, *core.out);
  const bool reattach =
      request->clr_flags && (*request->clr_flags & diameter::clr_flag::reattach_required) != 0;
  cancel_location(core, request->user_name, request->cancellation_type, reattach);
}

void on_request(Core& core, const peer::DiameterRequest& r) {
  if (r.header.code == diameter::CancelLocationRequest::command.code) return on_cancel_location(core, r);
  core.count("mme.s6a.unexpected");
  core.s6a.refuse(r.token, diameter::code::command_unsupported, *core.out);
}

}  // namespace

void on_s6a(Core& core, peer::PeerEvent event) {
  std::visit(
      Cases{[&](peer::DiameterUp& e) { core.log(LogLevel::info, "S6a: " + e.peer.value() + " is up"); },
            [&](peer::DiameterDown& e) {
              core.count("mme.s6a.down");
              core.log(LogLevel::warning, "S6a: " + e.peer.value() + " is down: " + e.reason);
            },
            [&](peer::DiameterRequest& r) { on_request(core, r); },
            [&](peer::DiameterAnswer& a) {
              HssAnswer answer(a.result, std::move(a.octets));
              if (on_kasme_answer(core, a.token, &answer.result, answer.octets)) return;
              if (Ue* ue = core.whose(a.token)) return deliver(core, *ue, std::move(answer), "an S6a answer");
              core.located_late(a.token,
                                answer.result.success() ? Core::Located::here : Core::Located::refused);
            },
            [&](peer::DiameterTimeout& t) {
              core.count("mme.s6a.unanswered");
              if (on_kasme_answer(core, t.token, nullptr, {})) return;
              if (Ue* ue = core.whose(t.token)) return deliver(core, *ue, HssSilent{}, "silence on S6a");
              core.located_late(t.token, Core::Located::unknown);
            }},
      event);
}

}  // namespace baton::node::mme
