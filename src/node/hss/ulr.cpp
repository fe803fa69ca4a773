// ulr.cpp: where a subscriber is, and what its MME needs to know of it.
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

//= TS 29.272, 7.3.2
dia::SubscriptionData subscription_of(const context::SubscriberRecord& r) {
  const context::Subscription& s = r.subscription;
  dia::SubscriptionData data;
  data.subscriber_status =
      s.barred ? dia::SubscriberStatus::operator_determined_barring : dia::SubscriberStatus::service_granted;
  if (!s.msisdn.empty()) data.msisdn = dia::TelephoneNumber{s.msisdn};
  data.network_access_mode = dia::NetworkAccessMode::only_packet;
  if (s.restrictions != 0) data.access_restriction_data = s.restrictions;
  if (!s.charging.empty()) data.charging_characteristics = s.charging;
  data.ambr = dia::Ambr{s.ambr_up_bps, s.ambr_down_bps};
  data.rat_frequency_selection_priority = s.rfsp;
  data.periodic_tau_timer_s = s.periodic_timer_s;
  std::vector<dia::ApnConfiguration> apns;
  const auto preemption = [](bool on) { return on ? dia::Preemption::enabled : dia::Preemption::disabled; };
  for (const context::SubscribedApn& a : s.apns) {
    const dia::AllocationRetentionPriority priority{a.retention.priority, preemption(a.retention.may_preempt),
                                                    preemption(a.retention.preemptible)};
    apns.push_back({a.context_id, static_cast<dia::PdnType>(a.pdn), a.apn,
                    dia::EpsSubscribedQosProfile{dia::QosClassIdentifier{a.qci}, priority},
                    dia::Ambr{a.ambr_up_bps, a.ambr_down_bps}});
  }
  if (!apns.empty())
    data.apn_configuration_profile = dia::ApnConfigurationProfile{
        s.default_context, dia::AllApnConfigurationsIncluded::all, std::move(apns)};
  return data;
}

}  // namespace

//= TS 29.272, 5.2.1.1.3
Procedure update_location(Core& core, Desk& desk, UpdateLocation asked) {
  using Answer = dia::UpdateLocationAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);

  if (!core.may_ask_for(client, m.visited_plmn)) {
    core.count("hss.plmn_not_authorised");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record) {
    core.count("hss.user_unknown");
    core.reply<Answer>(asked, experimental(dia::experimental::user_unknown));
    co_return;
  }
  context::SubscriberRecord& record = *loaded.record;
  if (m.rat_type != dia::RatType::eutran && m.rat_type != dia::RatType::eutran_nb_iot) {
    core.reply<Answer>(asked, experimental(dia::experimental::rat_not_allowed));
    co_return;
  }
  if (!core.roaming_allowed(m.visited_plmn)) {
    core.count("hss.roaming_refused");
    core.reply<Answer>(asked, experimental(dia::experimental::roaming_not_allowed));
    co_return;
  }

  // The new place is on disk before the new MME hears that it is: after a crash the HSS knows whom to ask.
  std::optional<DiameterIdentity> previous;
  if (record.mme) previous = record.mme->host;
  record.mme = context::ServingNode{client.identity, client.realm, m.visited_plmn};
  if (previous && *previous != client.identity) record.kasme.mme_before = previous;
  //= S0.D4
  // It may name the vector in use. A reference that does not hold changes nothing here: where the subscriber
  // is stands on its own, and the answer tells what is recorded.
  std::optional<Followed> followed;
  Superseded gone;
  if (m.aka && core.tracks(client)) {
    auto led = m.aka->ksi <= ksi_max ? follow(record.kasme, desk.imsi, m.aka->rand, m.aka->epoch,
                                              step_zero(*m.aka, client.identity))
                                     : Fail{dia::private_result::bad_proof};
    if (led) {
      if (!led->repeated)
        gone = hss::record(record.kasme, *led, m.aka->rand, static_cast<std::uint8_t>(m.aka->ksi),
                           client.identity, core.now);
      followed = std::move(*led);
    } else {
      core.count("hss.kasme_reference_refused");
      core.log(LogLevel::warning, client.name + " names a vector of " + desk.imsi.digits() + ": " +
                                      dia::AnswerResult{led.why(), true, dia::vendor_private}.to_string());
    }
  }
  core.save(desk, record);
  auto saving = desk.inbox.next<SubscriberSaved>();
  const auto saved = co_await saving;
  if (!saved.ok) {
    core.count("hss.store_failed");
    core.log(LogLevel::error, "location of " + desk.imsi.digits() + " could not be stored");
    core.reply<Answer>(asked, result(dia::code::unable_to_comply));
    co_return;
  }

  if (followed && !followed->repeated) {
    core.count("hss.kasme_named");
    core.note_steps(desk.imsi, *followed, gone);
  }

  // The MME that had it lets go.
  if (previous && *previous != client.identity)
    cancel_location(core, {desk.imsi, *previous, dia::CancellationType::mme_update_procedure});
  // It may have come back to an MME that has not been told yet that it had left.
  core.untold.erase({client.identity, desk.imsi});

  core.count("hss.location_updated");
  Answer answer = core.answer_to<Answer>(m.session_id, success);
  answer.ula_flags = dia::ula_flag::separation;
  if ((m.ulr_flags & dia::ulr_flag::skip_subscriber_data) == 0)
    answer.subscription_data = subscription_of(record);
  if (followed) answer.epoch = followed->generation.epoch;
  core.s6a.answer(asked.token, answer, *core.out);
}

}  // namespace baton::node::hss
