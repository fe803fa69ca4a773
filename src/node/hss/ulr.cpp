// ulr.cpp: where a subscriber is, and what its MME or SGSN needs to know of it.
#include <algorithm>

#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// Refused is why a subscriber may not register where it is.
struct Refused {
  Verdict verdict;
  std::optional<dia::ErrorDiagnostic> diagnostic{};
  std::string_view counter;
};

constexpr bool is_eutran(dia::RatType t) {
  return t == dia::RatType::eutran || t == dia::RatType::eutran_nb_iot;
}
constexpr std::uint32_t restriction_of(dia::RatType t) {
  namespace restriction = context::access_restriction;
  switch (t) {
    case dia::RatType::utran: return restriction::utran;
    case dia::RatType::geran: return restriction::geran;
    case dia::RatType::eutran: return restriction::wb_eutran;
    case dia::RatType::eutran_nb_iot: return restriction::nb_iot;
  }
  return 0;
}

//= TS 29.272, 5.2.1.1.3
std::optional<Refused> refusal(const Core& core, const context::SubscriberRecord& r,
                               const dia::UpdateLocationRequest& m) {
  const context::Subscription& s = r.subscription;
  const bool s6a = (m.ulr_flags & dia::ulr_flag::s6a) != 0;
  if (s6a && s.apns.empty())
    return Refused{experimental(dia::experimental::unknown_eps_subscription),
                   dia::ErrorDiagnostic::no_gprs_data_subscribed, "hss.eps_unknown"};
  const std::uint32_t restricted = restriction_of(m.rat_type);
  if (restricted == 0 || is_eutran(m.rat_type) != s6a || (s.restrictions & restricted) != 0)
    return Refused{experimental(dia::experimental::rat_not_allowed), {}, "hss.rat_refused"};
  const auto& own = s.allowed_plmns;
  const bool allowed = own.empty() || std::find(own.begin(), own.end(), m.visited_plmn) != own.end();
  if (!core.roaming_allowed(m.visited_plmn) || !allowed)
    return Refused{experimental(dia::experimental::roaming_not_allowed), {}, "hss.roaming_refused"};
  if (s.barred && (s.barring & context::barring::all_packet_services) != 0)
    return Refused{experimental(dia::experimental::roaming_not_allowed), dia::ErrorDiagnostic::odb_all_apn,
                   "hss.barred"};
  return std::nullopt;
}

/// Moved is who has to let go of the subscriber.
struct Moved {
  std::optional<DiameterIdentity> mme, sgsn;
};

/// register_at writes the new place into the record.
//= TS 29.272, 5.2.1.1.3
Moved register_at(context::SubscriberRecord& r, const Client& client, const dia::UpdateLocationRequest& m) {
  const bool s6a = (m.ulr_flags & dia::ulr_flag::s6a) != 0;
  // An SGSN says nothing of single registration.
  //= TS 29.272, 7.3.7
  const std::uint32_t said =
      dia::ulr_flag::initial_attach | (s6a ? dia::ulr_flag::single_registration : std::uint32_t{0});
  const bool alone = (m.ulr_flags & said) != 0;
  Moved gone;
  auto& here = s6a ? r.mme : r.sgsn;
  auto& there = s6a ? r.sgsn : r.mme;
  if (here && here->host != client.identity) (s6a ? gone.mme : gone.sgsn) = here->host;
  here = context::ServingNode{client.identity, client.realm, m.visited_plmn};
  // Who begins anew, or says that it is registered once, is registered nowhere else. A node that is both MME
  // and SGSN keeps what it has.
  if (alone && there) {
    if (there->host != client.identity) (s6a ? gone.sgsn : gone.mme) = there->host;
    there.reset();
  }
  if (m.terminal_information) {
    r.terminal.imei = m.terminal_information->imei.value_or("");
    r.terminal.software_version = m.terminal_information->software_version.value_or("");
  }
  r.resyncs = 0;  // the card has taken a vector
  return gone;
}

void let_go(Core& core, const Imsi& imsi, const Moved& gone, std::uint32_t ulr_flags) {
  const bool anew = (ulr_flags & dia::ulr_flag::initial_attach) != 0;
  using Type = dia::CancellationType;
  if (gone.mme)
    cancel_location(core,
                    {imsi, *gone.mme, anew ? Type::initial_attach_procedure : Type::mme_update_procedure});
  if (gone.sgsn) {
    Cancellation c{imsi, *gone.sgsn, anew ? Type::initial_attach_procedure : Type::sgsn_update_procedure};
    c.sgsn = true;
    cancel_location(core, std::move(c));
  }
}

}  // namespace

//= TS 29.272, 7.3.2
dia::SubscriptionData subscription_of(const context::SubscriberRecord& r) {
  const context::Subscription& s = r.subscription;
  dia::SubscriptionData data;
  data.subscriber_status =
      s.barred ? dia::SubscriberStatus::operator_determined_barring : dia::SubscriberStatus::service_granted;
  if (s.barred) data.operator_determined_barring = s.barring;
  if (!s.msisdn.empty()) data.msisdn = dia::TelephoneNumber{s.msisdn};
  data.network_access_mode = dia::NetworkAccessMode::only_packet;
  // Absent is no restriction; in a change it has to be said that there is none any more.
  data.access_restriction_data = s.restrictions;
  if (!s.charging.empty()) data.charging_characteristics = s.charging;
  data.ambr = dia::Ambr{s.ambr_up_bps, s.ambr_down_bps};
  data.rat_frequency_selection_priority = s.rfsp;
  data.periodic_tau_timer_s = s.periodic_timer_s;
  std::vector<dia::ApnConfiguration> apns;
  const auto preemption = [](bool on) { return on ? dia::Preemption::enabled : dia::Preemption::disabled; };
  for (const context::SubscribedApn& a : s.apns) {
    const dia::AllocationRetentionPriority priority{a.retention.priority, preemption(a.retention.may_preempt),
                                                    preemption(a.retention.preemptible)};
    dia::ApnConfiguration apn{a.context_id, static_cast<dia::PdnType>(a.pdn), a.apn,
                              dia::EpsSubscribedQosProfile{dia::QosClassIdentifier{a.qci}, priority},
                              dia::Ambr{a.ambr_up_bps, a.ambr_down_bps}};
    if (a.visited_gateway_allowed) apn.vplmn_dynamic_address = dia::VplmnDynamicAddress::allowed;
    apns.push_back(std::move(apn));
  }
  if (!apns.empty())
    data.apn_configuration_profile = dia::ApnConfigurationProfile{
        s.default_context, dia::AllApnConfigurationsIncluded::all, std::move(apns)};
  return data;
}

//= TS 29.272, 5.2.1.1.3
Procedure update_location(Core& core, Desk& desk, UpdateLocation asked) {
  using Answer = dia::UpdateLocationAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);
  const bool s6a = (m.ulr_flags & dia::ulr_flag::s6a) != 0;

  if (!core.may_ask_for(client, m.visited_plmn)) {
    core.count("hss.plmn_not_authorised");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }
  if (client.kind == (s6a ? ClientKind::sgsn : ClientKind::mme)) {
    core.count("hss.access_not_authorised");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (!loaded.record) {
      core.reply_absent<Answer>(asked, loaded.fault);
      co_return;
    }
    context::SubscriberRecord& record = *loaded.record;
    if (const auto no = refusal(core, record, m)) {
      core.count(no->counter);
      Answer answer = core.answer_to<Answer>(m.session_id, no->verdict);
      answer.error_diagnostic = no->diagnostic;
      core.pay(asked, answer);
      co_return;
    }

    // The new place is on disk before the new node hears that it is: after a crash the HSS knows whom to ask.
    const Moved gone_from = register_at(record, client, m);
    if (gone_from.mme) record.kasme.mme_before = gone_from.mme;
    //= S0.D4
    // It may name the vector in use. A reference that does not hold changes nothing here: where the
    // subscriber is stands on its own, and the answer tells what is recorded.
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
      if (core.again(saved, attempt)) continue;
      core.log(LogLevel::error, "location of " + desk.imsi.digits() + " could not be stored");
      core.reply_unsaved<Answer>(asked, saved.fault);
      co_return;
    }

    if (followed && !followed->repeated) {
      core.count("hss.kasme_named");
      core.note_steps(desk.imsi, *followed, gone);
    }

    // Who had it lets go.
    let_go(core, desk.imsi, gone_from, m.ulr_flags);
    // It may have come back to a node that has not been told yet that it had left, and is told everything
    // now.
    core.untold.erase({client.identity, desk.imsi, !s6a});
    if ((m.ulr_flags & dia::ulr_flag::skip_subscriber_data) == 0)
      core.unrefreshed.erase({client.identity, desk.imsi});

    core.count("hss.location_updated");
    Answer answer = core.answer_to<Answer>(m.session_id, success);
    answer.ula_flags = dia::ula_flag::separation;
    if ((m.ulr_flags & dia::ulr_flag::skip_subscriber_data) == 0)
      answer.subscription_data = subscription_of(record);
    // Said unasked, too: an MME that has KASME' and is told of no record, or of another AKA's, knows that
    // nobody follows its key. Who named one that does not hold is told nothing, and tells its steps.
    //= S0.D3
    if (followed)
      answer.epoch = followed->generation.epoch;
    else if (!m.aka && core.tracks(client) && record.kasme.record)
      answer.epoch = record.kasme.record->generation.epoch;
    core.pay(asked, answer);
    co_return;
  }
}

}  // namespace baton::node::hss
