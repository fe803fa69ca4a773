// s6a.cpp: what the HSS says.
#include <algorithm>

#include "base/cases.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"
#include "wire/diameter/message.h"
#include "wire/diameter/raw_avp.h"

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

template <class Answer>
Answer answer_to(const Core& core, std::string session) {
  return {.session_id = std::move(session),
          .vendor_specific_application_id =
              diameter::VendorSpecificApplicationId{diameter::vendor_3gpp, diameter::app_s6a, std::nullopt},
          .origin_host = core.config.identity,
          .origin_realm = core.config.realm};
}

/// asked_of decodes a request and finds its subscriber; it answers what cannot be answered otherwise.
template <class Request, class Answer>
std::optional<std::pair<Request, Ue*>> asked_of(Core& core, const peer::DiameterRequest& r) {
  auto request = diameter::decode<Request>(r.octets);
  if (!request) {
    core.count("mme.s6a.malformed");
    core.s6a.refuse(r.token, r.octets, request.why(), *core.out);
    return std::nullopt;
  }
  Ue* ue = core.ues.find(request->user_name);
  // The HSS takes a UE for one of ours from its location update on, before it has attached.
  const bool served = ue != nullptr && (ue->emm == Ue::Emm::registered || ue->doing == "attach") &&
                      ue->ours() && ue->subscription;
  if (!served) {
    //= TS 29.272, 5.2.2.1.2
    core.count("mme.s6a.unknown_user");
    auto answer = answer_to<Answer>(core, request->session_id);
    answer.experimental_result =
        diameter::ExperimentalResult{diameter::vendor_3gpp, diameter::experimental::user_unknown};
    core.s6a.answer(r.token, answer, *core.out);
    return std::nullopt;
  }
  return std::pair(std::move(*request), ue);
}

/// The last tracking area a UE was seen in, as TS 29.118, 9.4.21a has it after its first octets: PLMN and
/// TAC.
ByteVector octets_of(const Tai& tai) {
  ByteVector out(tai.plmn.wire().begin(), tai.plmn.wire().end());
  out.push_back(static_cast<Byte>(tai.tac.value >> 8U));
  out.push_back(static_cast<Byte>(tai.tac.value));
  return out;
}

/// end_service sends a UE away that may use nothing any more.
void end_service(Core& core, Ue& ue) {
  if (ue.nas_rests()) {
    //= S0.D11
    // Another MME has been given the COUNT that a Detach Request would have. The handover is called off
    // there; should the UE have arrived already, that MME hears of it from the HSS.
    core.count("mme.s6a.ended_in_handover");
    core.cancel(ue);
    purge(core, ue);
    core.forget(ue, "subscription ended during a handover", wire::s1ap::CauseNas::detach, false);
    return;
  }
  core.run(ue, "detach",
           detach_by_network(core, ue,
                             {wire::nas::NetworkDetachType::reattach_not_required,
                              wire::nas::EmmCause::eps_services_not_allowed}));
}

//= TS 29.272, 5.2.2.1
void on_insert_subscriber_data(Core& core, const peer::DiameterRequest& r) {
  using Answer = diameter::InsertSubscriberDataAnswer;
  const auto asked = asked_of<diameter::InsertSubscriberDataRequest, Answer>(core, r);
  if (!asked) return;
  const auto& [request, ue] = *asked;
  change_subscription(*ue->subscription, request.subscription_data);
  auto answer = answer_to<Answer>(core, request.session_id);
  answer.result_code = diameter::code::success;
  const std::uint32_t wanted = request.idr_flags.value_or(0);
  if ((wanted & diameter::idr_flag::eps_user_state) != 0) {
    const auto state =
        ue->idle() ? diameter::UserState::attached_reachable : diameter::UserState::connected_reachable;
    answer.user_state = diameter::EpsUserState{diameter::MmeUserState{state}, std::nullopt};
  }
  if ((wanted & diameter::idr_flag::eps_location) != 0 && ue->last_tai) {
    diameter::MmeLocationInformation where{.tai = octets_of(*ue->last_tai)};
    // While it is connected, where it is seen is where it is.
    if (!ue->idle()) where.current = 0;
    answer.location = diameter::EpsLocationInformation{std::move(where)};
  }
  core.s6a.answer(r.token, answer, *core.out);
  core.count("mme.s6a.subscription_changed");
  // Nobody whose operator bars it, or who has nothing left that it may use, goes on.
  const bool barred =
      request.subscription_data.subscriber_status == diameter::SubscriberStatus::operator_determined_barring;
  if (!barred) return;
  core.count("mme.s6a.barred");
  end_service(core, *ue);
}

//= TS 29.272, 5.2.2.2
void on_delete_subscriber_data(Core& core, const peer::DiameterRequest& r) {
  using Answer = diameter::DeleteSubscriberDataAnswer;
  const auto asked = asked_of<diameter::DeleteSubscriberDataRequest, Answer>(core, r);
  if (!asked) return;
  const auto& [request, ue] = *asked;
  take_away(*ue->subscription, request.dsr_flags, request.context_identifiers);
  auto answer = answer_to<Answer>(core, request.session_id);
  answer.result_code = diameter::code::success;
  core.s6a.answer(r.token, answer, *core.out);
  core.count("mme.s6a.subscription_taken");
  // Without an APN there is nothing for a UE in EPS.
  if (!ue->subscription->accesses.empty()) return;
  end_service(core, *ue);
}

//= TS 29.272, 5.2.4.1
void on_reset(Core& core, const peer::DiameterRequest& r) {
  const auto request = diameter::decode<diameter::ResetRequest>(r.octets);
  if (!request) {
    core.count("mme.s6a.malformed");
    core.s6a.refuse(r.token, r.octets, request.why(), *core.out);
    return;
  }
  auto answer = answer_to<diameter::ResetAnswer>(core, request->session_id);
  answer.result_code = diameter::code::success;
  core.s6a.answer(r.token, answer, *core.out);
  core.count("mme.s6a.reset");
  const auto& prefixes = request->user_ids;
  for (const UeId id : core.ues.all()) {
    Ue* ue = core.ues.find(id);
    if (ue == nullptr || !ue->imsi || !ue->registered_at_hss || !ue->ours()) continue;
    const bool meant = prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& p) {
                         return ue->imsi->digits().starts_with(p);
                       });
    if (meant) ue->location_unconfirmed = true;
  }
}

/// hear_load takes in what any answer says of the load of the HSS that was asked.
//= RFC 7683, 5.2.1
void hear_load(Core& core, const DiameterIdentity& hss, Bytes octets) {
  wire::Reader r("answer", octets.subspan(diameter::header_octets), diameter::header_octets);
  while (!r.empty()) {
    const auto a = diameter::next_avp(r);
    if (!a) return;
    if (!a->is(diameter::avp::oc_olr)) continue;
    const auto report = diameter::decode_olr(a->value);
    if (!report) {
      core.count("mme.s6a.malformed");
      return;
    }
    const auto before = core.hss_load.reduction(hss, core.now);
    core.hss_load.hear(hss, *report, core.now);
    if (const auto now = core.hss_load.reduction(hss, core.now); now != before) {
      core.count("mme.s6a.load_heard");
      core.log(LogLevel::warning, hss.value() + " asks for " + std::to_string(now) + " % fewer requests");
    }
    return;
  }
}

void on_request(Core& core, const peer::DiameterRequest& r) {
  switch (r.header.code) {
    case diameter::CancelLocationRequest::command.code: return on_cancel_location(core, r);
    case diameter::InsertSubscriberDataRequest::command.code: return on_insert_subscriber_data(core, r);
    case diameter::DeleteSubscriberDataRequest::command.code: return on_delete_subscriber_data(core, r);
    case diameter::ResetRequest::command.code: return on_reset(core, r);
    default: break;
  }
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
              hear_load(core, a.peer, a.octets);
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
