// location_update.cpp: what the MME tells the HSS of where a UE is, and what the HSS tells back.
#include <algorithm>

#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"
#include "node/mme/s6a_causes.h"
#include "wire/diameter/message.h"

namespace baton::node::mme {

namespace diameter = wire::diameter;
namespace nas = wire::nas;

namespace {

diameter::VendorSpecificApplicationId s6a_application() {
  return {diameter::vendor_3gpp, diameter::app_s6a, std::nullopt};
}

/// accesses_of are the APNs of a profile, the default one first.
std::vector<Subscription::Access> accesses_of(const diameter::ApnConfigurationProfile& profile) {
  std::vector<Subscription::Access> out;
  for (const auto& apn : profile.apns) {
    Subscription::Access a;
    a.apn = apn.service_selection;
    a.context_id = apn.context_identifier;
    if (apn.qos) {
      a.qci = static_cast<Byte>(static_cast<std::uint32_t>(apn.qos->qci));
      a.priority = static_cast<Byte>(apn.qos->priority.priority_level);
    }
    const bool is_default = apn.context_identifier == profile.context_identifier;
    out.insert(is_default ? out.begin() : out.end(), std::move(a));
  }
  return out;
}

/// subscription_from keeps of Subscription-Data what the MME decides by, the default APN first.
//= TS 29.272, 7.3.2
Subscription subscription_from(const diameter::SubscriptionData& data) {
  Subscription s;
  if (data.msisdn) s.msisdn = data.msisdn->digits;
  if (data.ambr) {
    s.ambr_up_bps = data.ambr->uplink_bps;
    s.ambr_down_bps = data.ambr->downlink_bps;
  }
  if (data.apn_configuration_profile) s.accesses = accesses_of(*data.apn_configuration_profile);
  return s;
}

}  // namespace

//= TS 29.272, 5.2.2.1.2
void change_subscription(Subscription& s, const diameter::SubscriptionData& data) {
  if (data.msisdn) s.msisdn = data.msisdn->digits;
  if (data.ambr) {
    s.ambr_up_bps = data.ambr->uplink_bps;
    s.ambr_down_bps = data.ambr->downlink_bps;
  }
  if (!data.apn_configuration_profile) return;
  const auto& profile = *data.apn_configuration_profile;
  auto told = accesses_of(profile);
  if (profile.all_included == diameter::AllApnConfigurationsIncluded::modified_or_added) {
    // The others stay; what is told takes the place of what had its identifier.
    for (auto& old : s.accesses) {
      const bool replaced = std::any_of(told.begin(), told.end(),
                                        [&](const auto& a) { return a.context_id == old.context_id; });
      if (replaced) continue;
      const bool is_default = old.context_id == profile.context_identifier;
      told.insert(is_default ? told.begin() : told.end(), std::move(old));
    }
  }
  s.accesses = std::move(told);
}

//= TS 29.272, 5.2.2.2.2
void take_away(Subscription& s, std::uint32_t dsr_flags, const std::vector<std::uint32_t>& contexts) {
  if ((dsr_flags & diameter::dsr_flag::complete_apn_profile) != 0) s.accesses.clear();
  if ((dsr_flags & diameter::dsr_flag::pdn_contexts) == 0) return;
  std::erase_if(s.accesses, [&](const auto& a) {
    return std::find(contexts.begin(), contexts.end(), a.context_id) != contexts.end();
  });
}

//= TS 29.272, 5.2.4.1.2
void run_due_location(Core& core, Ue& ue) {
  const bool can = !ue.busy() && !ue.handover && ue.emm == Ue::Emm::registered && ue.ours();
  if (!can || !std::exchange(ue.location_unconfirmed, false)) return;
  core.count("mme.location.told_again");
  ue.registered_at_hss = false;
  core.run(ue, "location-update", register_location(core, ue));
}

//= TS 29.272, 5.2.1.1
Task<Outcomes> update_location(Core& core, Ue& ue, LocationReason reason) {
  const Config& c = core.config;
  const bool attaching = reason == LocationReason::attach;
  diameter::UpdateLocationRequest request{
      .session_id = core.s6a.new_session_id(),
      .vendor_specific_application_id = s6a_application(),
      .origin_host = c.identity,
      .origin_realm = c.realm,
      .destination_host = c.hss_host(),
      .destination_realm = c.hss.realm,
      .user_name = *ue.imsi,
      .ulr_flags =
          attaching ? diameter::ulr_flag::s6a | diameter::ulr_flag::initial_attach : diameter::ulr_flag::s6a,
      .visited_plmn = c.gummei.plmn,
      .overload = diameter::OcSupportedFeatures{diameter::oc_feature::loss_algorithm}};
  if (ue.imeisv) {
    constexpr std::size_t imei_digits = 14;
    request.terminal_information = diameter::TerminalInformation{ue.imeisv->digits().substr(0, imei_digits),
                                                                 ue.imeisv->digits().substr(imei_digits)};
  }
  request.aka = aka_reference_of(core, ue);
  if (!core.ask_hss(ue, request))
    co_return Fail{reject(nas::EmmCause::network_failure, "the HSS cannot be reached")};
  ue.locating = true;
  core.step_to_hss(ue, attaching ? "8" : "12", "Update Location Request");

  auto wait = ue.inbox.next<HssAnswer, HssSilent>();
  auto got = co_await wait;
  ue.locating = false;
  const auto* answer = std::get_if<HssAnswer>(&got);
  if (answer == nullptr) co_return Fail{reject(nas::EmmCause::network_failure, "the HSS does not answer")};
  const std::string_view answer_step = attaching ? "11" : "17";
  if (!answer->result.success()) {
    core.step_from_hss(ue, answer_step, "Update Location Answer (refused)");
    co_return Fail{reject(emm_cause_for(answer->result), "the HSS refuses the location update")};
  }
  const auto ula = diameter::decode<diameter::UpdateLocationAnswer>(answer->octets);
  if (!ula || !ula->subscription_data) {
    core.count("mme.s6a.unusable_answer");
    co_return Fail{reject(nas::EmmCause::network_failure, "the HSS's answer holds no subscription")};
  }
  core.step_from_hss(ue, answer_step, "Update Location Answer");
  ue.registered_at_hss = true;
  ue.location_unconfirmed = false;
  ue.locations_tried = 0;
  if (ula->subscription_data->subscriber_status == diameter::SubscriberStatus::operator_determined_barring)
    co_return Fail{reject(nas::EmmCause::eps_services_not_allowed, "the subscription is barred")};
  ue.subscription = subscription_from(*ula->subscription_data);
  after_location(core, ue, ula->epoch);
  co_return Ok{};
}

bool settled_here(const Ue& ue) {
  return ue.registered_at_hss && ue.subscription && !(ue.session && ue.session->adopted);
}

//= TS 23.401, 5.3.3.2, steps 9 to 17
//= TS 23.401, 5.5.1.2.2, step 18
Task<Outcomes> settle_here(Core& core, Ue& ue) {
  // 9, 13. The session is ours from here on; what the former MME says of it counts no more.
  if (ue.session && ue.session->adopted) {
    auto modify = modify_bearer(core, ue, "9", "13");
    auto modified = co_await modify;
    if (!modified) {
      // Without a session the UE is registered in name only; it attaches.
      co_return Fail{reject(nas::EmmCause::implicitly_detached, modified.why().because)};
    }
  }
  // 12 to 17. The HSS has the former MME let go, and tells what the UE may do.
  if (!ue.registered_at_hss || !ue.subscription) {
    auto locate = update_location(core, ue, LocationReason::tracking_area_update);
    auto located = co_await locate;
    co_return located;
  }
  co_return Ok{};
}

//= TS 23.401, 5.5.1.2.2, step 18
//= S0.D3
Procedure register_location(Core& core, Ue& ue) {
  auto settle = settle_here(core, ue);
  auto settled = co_await settle;
  if (settled) {
    core.count("mme.location.registered_without_update");
    co_return;
  }
  const Refusal why = settled.why();
  core.count("mme.location.not_registered");
  core.log(LogLevel::warning, core.label(ue) + ": not registered at the HSS: " + std::string(why.because));
  if (why.cause == nas::EmmCause::network_failure) {
    // That says nothing of the UE. It keeps its service, and the HSS is told later.
    if (++ue.locations_tried < spec_of(Timer::xlocate).sends) {
      core.start_timer(ue, Timer::xlocate);
    } else {
      core.count("mme.location.given_up");
    }
    co_return;
  }
  // The HSS does not let it be here, or it has no session: it may not go on as if it were.
  //= TS 23.401, 5.3.3.1, step 17
  //= TS 24.301, 5.5.2.3.1
  core.count("mme.location.refused");
  nas::NetworkDetachRequest request;
  if (why.cause == nas::EmmCause::implicitly_detached) {
    request.detach_type = nas::NetworkDetachType::reattach_required;
  } else {
    request.cause = why.cause;
  }
  ue.doing = "detach";
  auto away = send_away(core, ue, request);
  co_await away;
}

//= TS 29.272, 5.2.1.3
void purge(Core& core, Ue& ue) {
  if (!ue.registered_at_hss || !ue.imsi) return;
  ue.registered_at_hss = false;
  const Config& c = core.config;
  core.tell_hss(diameter::PurgeUeRequest{.session_id = core.s6a.new_session_id(),
                                         .vendor_specific_application_id = s6a_application(),
                                         .origin_host = c.identity,
                                         .origin_realm = c.realm,
                                         .destination_host = c.hss_host(),
                                         .destination_realm = c.hss.realm,
                                         .user_name = *ue.imsi});
  core.step_to_hss(ue, "purge", "Purge UE Request");
}

//= TS 29.272, 5.2.1.2
//= TS 23.401, 5.3.8.4
void cancel_location(Core& core, const Imsi& imsi, diameter::CancellationType type, bool reattach) {
  const bool withdrawn = type == diameter::CancellationType::subscription_withdrawal;
  if (withdrawn) end_coming(core, imsi, "subscription withdrawn");
  Ue* ue = core.ues.find(imsi);
  if (!ue) return;  // cancelling what is not there succeeds
  // The HSS cancels a registration in favour of a later one, and what it sends on one connection arrives in
  // order. So while this MME's own registration is not confirmed, the cancelled one is older than that: the
  // UE has been here before, was elsewhere, and is back.
  if (!withdrawn && ue->ours() && (ue->locating || !ue->registered_at_hss)) {
    core.count("mme.s6a.older_registration_cancelled");
    return;
  }
  ue->registered_at_hss = false;  // the HSS knows: nothing to purge
  if (withdrawn && !ue->ours()) {
    // Its new MME sends it away; here there is nobody to be told.
    core.cancel(*ue);
    core.forget(*ue, "subscription withdrawn", wire::s1ap::CauseNas::detach, false);
    return;
  }
  // The session is the other MME's too by now.
  if (ue->custody == Ue::Custody::offered) ue->custody = Ue::Custody::given;
  const bool lent = ue->handover && ue->handover->role == Handover::Role::source && ue->handover->commanded;
  if (lent && !withdrawn) {
    if (core.offer(*ue, LocatedElsewhere{})) return;
  } else if (ue->nas_rests()) {
    // Nobody here may speak to it: whoever it is with hears of it, and it has to authenticate again.
    core.cancel(*ue);
    core.forget(*ue, "location cancelled during a handover", wire::s1ap::CauseNas::detach, false);
    return;
  }
  if (withdrawn) {
    const auto kind =
        reattach ? nas::NetworkDetachType::reattach_required : nas::NetworkDetachType::reattach_not_required;
    core.run(*ue, "detach", detach_by_network(core, *ue, {kind, std::nullopt}));
    return;
  }
  // Another MME has the UE now: it must not hear of it from us.
  core.cancel(*ue);
  core.forget(*ue, "location cancelled", wire::s1ap::CauseNas::detach, false);
}

}  // namespace baton::node::mme
