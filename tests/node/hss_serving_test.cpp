// MME and SGSN beside each other, what their nodes are told of changes, the operator's tasks, and the
// equipment register.
#include <set>

#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

using Ulr = dia::UpdateLocationRequest;
using Ula = dia::UpdateLocationAnswer;
using Clr = dia::CancelLocationRequest;
using Idr = dia::InsertSubscriberDataRequest;
using Dsr = dia::DeleteSubscriberDataRequest;
using Type = dia::CancellationType;

/// The second client is an SGSN.
class HssServing : public HssTest {
 protected:
  static constexpr std::size_t mme = 0, sgsn = 1;
  HssServing() {
    settings.clients[sgsn].kind = ClientKind::sgsn;
    boot();
  }
  Ulr ulr(std::size_t i, std::uint32_t flags = 0) {
    auto m = request<Ulr>(i);
    m.ulr_flags = flags | (i == mme ? dia::ulr_flag::s6a : 0U);
    m.rat_type = i == mme ? dia::RatType::eutran : dia::RatType::utran;
    return m;
  }
  void register_at(std::size_t i, std::uint32_t flags = 0) {
    ask(ulr(i, flags), i);
    ASSERT_TRUE(verdict(i)->success());
  }
  template <class M>
  std::optional<M> asked(std::size_t i) {
    auto& all = mmes[i]->requests;
    if (all.empty()) return std::nullopt;
    last_token = all.front().token;
    const auto octets = all.front().octets;
    all.pop_front();
    auto m = dia::decode<M>(octets);
    if (!m) return std::nullopt;
    return std::move(*m);
  }
  template <class A>
  A from_client(std::size_t i, std::string session) {
    return {.session_id = std::move(session), .origin_host = names[i], .origin_realm = realm};
  }
  template <class A>
  void says(std::size_t i, A a) {
    Actions out;
    mmes[i]->node.answer(last_token, a, out);
    from_mme(i, out);
    settle();
  }
  template <class T>
  Administered administer(T task) {
    tell(Administer{AdminToken{77}, std::move(task)});
    settle();
    EXPECT_EQ(administered.size(), 1U);
    if (administered.empty()) return {};
    Administered a = std::move(administered.front());
    administered.clear();
    EXPECT_EQ(a.token, AdminToken{77});
    return a;
  }
  context::Subscription with(std::uint32_t ambr) {
    auto s = stored().subscription;
    s.ambr_up_bps = ambr;
    return s;
  }
  peer::OwedToken last_token{};
};

// --- places -------------------------------------------------------------------------------------

//= TS 29.272, 5.2.1.1.3; type=test
TEST_F(HssServing, AnMmeAndAnSgsnServeASubscriberBesideEachOther) {
  register_at(mme);
  register_at(sgsn);
  EXPECT_EQ(stored().mme->host, mme1_name);
  EXPECT_EQ(stored().mme->visited, home);
  EXPECT_EQ(stored().sgsn->host, mme2_name);
  EXPECT_TRUE(mmes[mme]->requests.empty());
  EXPECT_TRUE(mmes[sgsn]->requests.empty());
}

TEST_F(HssServing, WhoRegistersOnceOrBeginsAnewIsCancelledAtTheOther) {
  struct {
    std::size_t then;
    std::uint32_t flag;
    Type type;
  } const cases[] = {{mme, dia::ulr_flag::single_registration, Type::sgsn_update_procedure},
                     {mme, dia::ulr_flag::initial_attach, Type::initial_attach_procedure},
                     {sgsn, dia::ulr_flag::initial_attach, Type::initial_attach_procedure}};
  for (const auto& c : cases) {
    const std::size_t first = c.then == mme ? sgsn : mme;
    register_at(first, dia::ulr_flag::initial_attach);
    mmes[mme]->requests.clear();
    mmes[sgsn]->requests.clear();
    register_at(c.then, c.flag);
    const auto clr = asked<Clr>(first);
    ASSERT_TRUE(clr) << c.flag;
    EXPECT_EQ(clr->cancellation_type, c.type);
    if (c.type == Type::initial_attach_procedure)
      EXPECT_EQ(clr->clr_flags, first == mme ? dia::clr_flag::s6a : 0U);
    else
      EXPECT_FALSE(clr->clr_flags);
    EXPECT_TRUE(mmes[c.then]->requests.empty());
    EXPECT_EQ(stored().mme.has_value(), c.then == mme);
    EXPECT_EQ(stored().sgsn.has_value(), c.then == sgsn);
  }
}

//= TS 29.272, 7.3.7; type=test
TEST_F(HssServing, AnSgsnSaysNothingOfSingleRegistration) {
  register_at(mme);
  register_at(sgsn, dia::ulr_flag::single_registration);
  EXPECT_TRUE(mmes[mme]->requests.empty());
  EXPECT_TRUE(stored().mme);
  EXPECT_TRUE(stored().sgsn);
}

TEST_F(HssServing, ANodeThatIsBothAndAwayIsCancelledAsBoth) {
  settings.clients[sgsn].kind = ClientKind::combined;
  boot();
  register_at(sgsn);
  auto m = ulr(sgsn, dia::ulr_flag::s6a);
  m.rat_type = dia::RatType::eutran;
  ask(m, sgsn);
  ASSERT_TRUE(verdict(sgsn)->success());
  lose(sgsn);
  register_at(mme, dia::ulr_flag::initial_attach);
  reconnect(sgsn);
  std::set<std::uint32_t> told;
  while (const auto clr = asked<Clr>(sgsn)) told.insert(clr->clr_flags.value_or(0xFFFF'FFFF));
  EXPECT_EQ(told, (std::set<std::uint32_t>{0, dia::clr_flag::s6a}));
}

TEST_F(HssServing, ANodeOfOneKindCannotRegisterAsTheOther) {
  auto m = ulr(mme);
  m.ulr_flags = 0;
  m.rat_type = dia::RatType::utran;
  ask(m, mme);
  EXPECT_EQ(verdict(mme)->code, dia::code::authorization_rejected);
  m = ulr(sgsn);
  m.ulr_flags = dia::ulr_flag::s6a;
  m.rat_type = dia::RatType::eutran;
  ask(m, sgsn);
  EXPECT_EQ(verdict(sgsn)->code, dia::code::authorization_rejected);
  EXPECT_EQ(counters["hss.access_not_authorised"], 2);
  EXPECT_FALSE(stored().mme);
  EXPECT_FALSE(stored().sgsn);
}

TEST_F(HssServing, ANodeThatIsBothIsNotCancelledForItself) {
  settings.clients[sgsn].kind = ClientKind::combined;
  boot();
  register_at(sgsn);
  auto m = ulr(sgsn, dia::ulr_flag::s6a | dia::ulr_flag::initial_attach);
  m.rat_type = dia::RatType::eutran;
  ask(m, sgsn);
  EXPECT_TRUE(verdict(sgsn)->success());
  EXPECT_TRUE(mmes[sgsn]->requests.empty());
  EXPECT_TRUE(stored().mme);
  EXPECT_FALSE(stored().sgsn);
}

//= TS 29.272, 5.2.1.1.3; type=test
TEST_F(HssServing, EachReasonOfTheSubscriptionHasItsOwnRefusal) {
  const auto refused = [&](std::size_t i, const Ulr& m, std::uint32_t code,
                           std::optional<dia::ErrorDiagnostic> diagnostic = {}) {
    ask(m, i);
    auto a = answer(i);
    ASSERT_TRUE(a);
    EXPECT_EQ(a->result, (dia::AnswerResult{code, true, dia::vendor_3gpp}));
    const auto ula = dia::decode<Ula>(a->octets);
    ASSERT_TRUE(ula);
    EXPECT_EQ(ula->error_diagnostic, diagnostic);
    EXPECT_FALSE(ula->subscription_data);
    EXPECT_FALSE(stored().mme);
    EXPECT_FALSE(stored().sgsn);
  };
  const auto change = [&](auto how) {
    auto r = stored();
    r.subscription = {};
    how(r.subscription);
    ASSERT_TRUE(store.put(std::move(r)));
    ASSERT_TRUE(store.sync());
  };
  change([](auto& s) { s.apns.clear(); });
  refused(mme, ulr(mme), dia::experimental::unknown_eps_subscription,
          dia::ErrorDiagnostic::no_gprs_data_subscribed);
  ask(request<Air>());
  EXPECT_EQ(verdict()->code, dia::experimental::unknown_eps_subscription) << "and no vector";
  change([](auto& s) { s.restrictions = context::access_restriction::wb_eutran; });
  refused(mme, ulr(mme), dia::experimental::rat_not_allowed);
  change([](auto& s) { s.restrictions = context::access_restriction::utran; });
  refused(sgsn, ulr(sgsn), dia::experimental::rat_not_allowed);
  change([](auto& s) { s.allowed_plmns = {partner}; });
  refused(mme, ulr(mme), dia::experimental::roaming_not_allowed);
  change([](auto& s) {
    s.barred = true;
    s.barring = context::barring::all_packet_services;
  });
  refused(mme, ulr(mme), dia::experimental::roaming_not_allowed, dia::ErrorDiagnostic::odb_all_apn);
  auto m = ulr(sgsn);
  m.rat_type = dia::RatType::eutran;
  change([](auto&) {});
  refused(sgsn, m, dia::experimental::rat_not_allowed);
}

//= TS 29.272, 7.3.2; type=test
TEST_F(HssServing, TheAnswerHasTheWholeSubscription) {
  auto r = stored();
  r.subscription.apns.push_back({.context_id = 7,
                                 .apn = "ims",
                                 .pdn = context::SubscribedPdn::ipv4v6,
                                 .qci = 5,
                                 .retention = {2, true, true},
                                 .visited_gateway_allowed = true});
  r.subscription.default_context = 7;
  r.subscription.barred = true;
  r.subscription.barring = context::barring::roamer_hplmn_ap;
  r.subscription.restrictions = context::access_restriction::geran;
  r.subscription.rfsp = 9;
  r.subscription.periodic_timer_s = 3600;
  r.subscription.charging = "0800";
  ASSERT_TRUE(store.put(std::move(r)));
  ASSERT_TRUE(store.sync());
  ask(ulr(mme));
  const auto ula = dia::decode<Ula>(answer()->octets);
  ASSERT_TRUE(ula && ula->subscription_data);
  const auto& d = *ula->subscription_data;
  EXPECT_EQ(d.subscriber_status, dia::SubscriberStatus::operator_determined_barring);
  EXPECT_EQ(d.operator_determined_barring, context::barring::roamer_hplmn_ap);
  EXPECT_EQ(d.access_restriction_data, context::access_restriction::geran);
  EXPECT_EQ(d.rat_frequency_selection_priority, 9U);
  EXPECT_EQ(d.periodic_tau_timer_s, 3600U);
  EXPECT_EQ(d.charging_characteristics, "0800");
  const auto& profile = *d.apn_configuration_profile;
  EXPECT_EQ(profile.context_identifier, 7U);
  ASSERT_EQ(profile.apns.size(), 2U);
  const auto& ims = profile.apns[1];
  EXPECT_EQ(ims.pdn_type, dia::PdnType::ipv4v6);
  EXPECT_EQ(ims.qos->qci, dia::QosClassIdentifier{5});
  EXPECT_EQ(ims.qos->priority,
            (dia::AllocationRetentionPriority{2, dia::Preemption::enabled, dia::Preemption::enabled}));
  EXPECT_EQ(ims.vplmn_dynamic_address, dia::VplmnDynamicAddress::allowed);
  EXPECT_FALSE(profile.apns[0].vplmn_dynamic_address);
}

TEST_F(HssServing, TheTerminalIsRememberedAndANotificationChangesIt) {
  auto m = ulr(mme);
  m.terminal_information = dia::TerminalInformation{"35349006987331", "53"};
  ask(m);
  EXPECT_TRUE(verdict()->success());
  EXPECT_EQ(stored().terminal, (context::Terminal{"35349006987331", "53"}));
  auto nor = request<dia::NotifyRequest>();
  nor.terminal_information = dia::TerminalInformation{"35349006987332", {}};
  ask(nor);
  EXPECT_TRUE(verdict()->success());
  EXPECT_EQ(stored().terminal, (context::Terminal{"35349006987332", ""}));
  // The same again is no write.
  const auto version = stored().version;
  ask(nor);
  EXPECT_EQ(stored().version, version);
  // Of somebody else's it is not taken: a forged IMEI changes nothing.
  nor = request<dia::NotifyRequest>(sgsn);
  nor.terminal_information = dia::TerminalInformation{"11111111111111", {}};
  ask(nor, sgsn);
  EXPECT_EQ(verdict(sgsn)->code, dia::experimental::unknown_serving_node);
  EXPECT_EQ(stored().terminal.imei, "35349006987332");
}

//= TS 29.272, 5.2.5.1.3; type=test
TEST_F(HssServing, ANotificationOfSingleRegistrationCancelsTheSgsn) {
  register_at(sgsn);
  register_at(mme);
  auto nor = request<dia::NotifyRequest>();
  nor.nor_flags = dia::nor_flag::single_registration;
  nor.alert_reason = dia::AlertReason::ue_present;
  ask(nor);
  EXPECT_TRUE(verdict()->success());
  EXPECT_FALSE(stored().sgsn);
  EXPECT_TRUE(stored().mme);
  EXPECT_EQ(asked<Clr>(sgsn)->cancellation_type, Type::sgsn_update_procedure);
  EXPECT_EQ(counters["hss.notified_reachable"], 1);
}

TEST_F(HssServing, ANotificationThatCannotBeStoredIsNotConfirmed) {
  register_at(mme);
  store.fail_syncs(1);
  auto nor = request<dia::NotifyRequest>();
  nor.terminal_information = dia::TerminalInformation{"35349006987332", {}};
  ask(nor);
  EXPECT_EQ(verdict()->code, dia::code::unable_to_comply);
  EXPECT_EQ(stored().terminal.imei, "");
}

//= TS 29.272, 5.2.1.3.3; type=test
TEST_F(HssServing, EachNodePurgesItsOwn) {
  register_at(mme);
  register_at(sgsn);
  ask(request<dia::PurgeUeRequest>(sgsn), sgsn);
  auto pua = dia::decode<dia::PurgeUeAnswer>(answer(sgsn)->octets);
  EXPECT_EQ(pua->pua_flags, dia::pua_flag::freeze_p_tmsi);
  EXPECT_TRUE(stored().sgsn->purged);
  EXPECT_FALSE(stored().mme->purged);
  auto pur = request<dia::PurgeUeRequest>(mme);
  pur.pur_flags = dia::pur_flag::purged_in_sgsn;  // it is not the subscriber's SGSN
  ask(pur);
  pua = dia::decode<dia::PurgeUeAnswer>(answer()->octets);
  EXPECT_EQ(pua->result_code, dia::code::success);
  EXPECT_FALSE(pua->pua_flags);
  EXPECT_FALSE(stored().mme->purged);
  pur.pur_flags = dia::pur_flag::purged_in_mme;
  ask(pur);
  pua = dia::decode<dia::PurgeUeAnswer>(answer()->octets);
  EXPECT_EQ(pua->pua_flags, dia::pua_flag::freeze_m_tmsi);
  EXPECT_TRUE(stored().mme->purged);
}

TEST_F(HssServing, AWithdrawalReachesBothNodes) {
  register_at(mme);
  register_at(sgsn);
  tell(Command{Verb::detach, Imsi::test_value()});
  settle();
  for (const std::size_t i : {mme, sgsn})
    EXPECT_EQ(asked<Clr>(i)->cancellation_type, Type::subscription_withdrawal);
  EXPECT_FALSE(stored().mme);
  EXPECT_FALSE(stored().sgsn);
}

// --- the operator -------------------------------------------------------------------------------

TEST_F(HssServing, ASubscriberIsAddedOnceShownWithoutItsKeysAndServed) {
  const Imsi who = *Imsi::parse("001010000000042");
  auto a = administer(ShowSubscriber{who});
  EXPECT_EQ(a.outcome, AdminOutcome::unknown);
  EXPECT_EQ(a.view, nullptr);
  auto record = subscriber(who);
  record.mme = context::ServingNode{mme1_name};  // nobody can be added as registered
  record.seq_reserved = 500;
  a = administer(AddSubscriber{std::move(record)});
  EXPECT_EQ(a.outcome, AdminOutcome::done) << a.why;
  ASSERT_NE(a.view, nullptr);
  EXPECT_EQ(a.view->seq_reserved, 500U);
  EXPECT_EQ(a.view->version, 1U);
  EXPECT_FALSE(a.view->mme);
  crash();
  EXPECT_TRUE(store.load(who)) << "durable before it was answered";
  a = administer(AddSubscriber{subscriber(who)});
  EXPECT_EQ(a.outcome, AdminOutcome::exists);
  EXPECT_EQ(store.load(who)->seq_reserved, 500U);
  ask(request<Air>(0, who));
  EXPECT_TRUE(verdict()->success());
}

TEST_F(HssServing, WhatNoHssCouldServeIsNotTaken) {
  const Imsi who = *Imsi::parse("001010000000042");
  const auto wrong = [&](auto how) {
    auto record = subscriber(who);
    how(record);
    const auto a = administer(AddSubscriber{std::move(record)});
    EXPECT_EQ(a.outcome, AdminOutcome::invalid);
    EXPECT_FALSE(a.why.empty());
    EXPECT_FALSE(store.load(who));
  };
  wrong([](auto& r) { r.ind_bits = 9; });
  wrong([](auto& r) { r.seq_reserved = Sqn::seq_max() + 1; });
  wrong([](auto& r) { r.subscription.default_context = 2; });
  wrong([](auto& r) { r.subscription.msisdn = "12x"; });
  wrong([](auto& r) { r.subscription.apns.push_back({}); });
  wrong([](auto& r) { r.subscription.apns[0].qci = 0; });
  wrong([](auto& r) { r.subscription.apns[0].apn = std::string(101, 'a'); });
  wrong([](auto& r) { r.secret = TestSecret{secret_from<K>(k_digits)}; });
  wrong([](auto& r) {
    r.secret = TuakSecret{TuakK(Bytes(std::array<Byte, 24>{})), Topc(std::array<Byte, 32>{})};
  });
  settings.test_algorithm = true;
  boot();
  auto record = subscriber(who);
  record.secret = TestSecret{secret_from<K>(k_digits)};
  EXPECT_EQ(administer(AddSubscriber{std::move(record)}).outcome, AdminOutcome::done);
}

//= TS 29.272, 5.2.2.1.3; type=test
TEST_F(HssServing, AChangedSubscriptionIsToldToTheNodesThatServe) {
  register_at(mme);
  register_at(sgsn);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.subscription = with(777);
  const auto a = administer(std::move(change));
  EXPECT_EQ(a.outcome, AdminOutcome::done);
  EXPECT_EQ(a.view->subscription.ambr_up_bps, 777U);
  for (const std::size_t i : {mme, sgsn}) {
    const auto idr = asked<Idr>(i);
    ASSERT_TRUE(idr) << i;
    EXPECT_EQ(idr->user_name, Imsi::test_value());
    EXPECT_EQ(idr->destination_host, names[i]);
    EXPECT_EQ(idr->subscription_data.ambr->uplink_bps, 777U);
    EXPECT_EQ(idr->subscription_data.apn_configuration_profile->all_included,
              dia::AllApnConfigurationsIncluded::all);
    auto ida = from_client<dia::InsertSubscriberDataAnswer>(i, idr->session_id);
    ida.result_code = dia::code::success;
    says(i, ida);
  }
  EXPECT_EQ(counters["hss.idr_done"], 2);
  // The same again is told to nobody; nor is a new key.
  ChangeSubscriber same{.imsi = Imsi::test_value()};
  same.subscription = stored().subscription;
  same.amf = Amf{{0x80, 0x01}};
  EXPECT_EQ(administer(std::move(same)).outcome, AdminOutcome::done);
  EXPECT_TRUE(mmes[mme]->requests.empty());
}

//= TS 29.272, 5.2.2.2.3; type=test
TEST_F(HssServing, WhatIsTakenAwayIsToldByADeletion) {
  auto r = stored();
  r.subscription.charging = "0800";
  r.subscription.periodic_timer_s = 60;
  ASSERT_TRUE(store.put(std::move(r)));
  ASSERT_TRUE(store.sync());
  register_at(mme);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.subscription = stored().subscription;
  change.subscription->charging.clear();
  change.subscription->periodic_timer_s.reset();
  change.subscription->apns.clear();
  EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::done);
  const auto dsr = asked<Dsr>(mme);
  ASSERT_TRUE(dsr);
  EXPECT_EQ(dsr->dsr_flags, dia::dsr_flag::complete_apn_profile | dia::dsr_flag::charging_characteristics |
                                dia::dsr_flag::subscribed_periodic_timer);
  EXPECT_TRUE(asked<Idr>(mme));
}

TEST_F(HssServing, ANodeThatWasAwayHearsWhatIsSubscribedToThenNotWhatWas) {
  register_at(mme);
  lose(mme);
  for (const std::uint32_t ambr : {111U, 222U}) {
    ChangeSubscriber change{.imsi = Imsi::test_value()};
    change.subscription = with(ambr);
    EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::done);
  }
  reconnect(mme);
  EXPECT_EQ(asked<Idr>(mme)->subscription_data.ambr->uplink_bps, 222U);
  EXPECT_TRUE(mmes[mme]->requests.empty());
  // It does not answer, and again, and is given up on.
  for (int sent = 2; sent <= cancellations_max; ++sent) {
    lose(mme);
    reconnect(mme);
    EXPECT_TRUE(asked<Idr>(mme)) << sent;
  }
  EXPECT_EQ(counters["hss.idr_abandoned"], 0);
  lose(mme);
  EXPECT_EQ(counters["hss.idr_abandoned"], 1);
  reconnect(mme);
  EXPECT_FALSE(asked<Idr>(mme));
}

//= TS 29.272, 5.2.2.2.3; type=test
TEST_F(HssServing, ANodeThatWasAwayHearsWhatWasTakenAwayUnlessItWasGivenBack) {
  const auto change = [&](auto how) {
    ChangeSubscriber c{.imsi = Imsi::test_value()};
    c.subscription = stored().subscription;
    how(*c.subscription);
    EXPECT_EQ(administer(std::move(c)).outcome, AdminOutcome::done);
  };
  change([](auto& s) { s.charging = "0800"; });
  register_at(mme);
  lose(mme);
  const auto apns = stored().subscription.apns;
  change([](auto& s) { s.charging.clear(); });
  change([](auto& s) { s.apns.clear(); });
  change([&](auto& s) { s.apns = apns; });
  reconnect(mme);
  for (int again = 0; again < 2; ++again) {
    const auto dsr = asked<Dsr>(mme);
    ASSERT_TRUE(dsr) << again;
    EXPECT_EQ(dsr->dsr_flags, dia::dsr_flag::charging_characteristics);
    EXPECT_TRUE(asked<Idr>(mme)) << again;
    EXPECT_TRUE(mmes[mme]->requests.empty());
    // Neither is answered before the node goes again.
    lose(mme);
    reconnect(mme);
  }
}

TEST_F(HssServing, ANodeThatServesNoMoreIsNotTold) {
  register_at(mme);
  lose(mme);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.subscription = with(111);
  EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::done);
  tell(Command{Verb::detach, Imsi::test_value()});
  settle();
  reconnect(mme);
  EXPECT_TRUE(asked<Clr>(mme));
  EXPECT_FALSE(asked<Idr>(mme));
  EXPECT_EQ(counters["hss.idr_moot"], 1);
}

TEST_F(HssServing, AChangeHoldsOnlyForTheVersionItWasMadeFrom) {
  const auto seen = administer(ShowSubscriber{Imsi::test_value()});
  ASSERT_EQ(seen.outcome, AdminOutcome::done);
  register_at(mme);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.if_version = seen.view->version;
  change.subscription = with(333);
  auto a = administer(std::move(change));
  EXPECT_EQ(a.outcome, AdminOutcome::conflict);
  ASSERT_NE(a.view, nullptr);
  ChangeSubscriber again{.imsi = Imsi::test_value()};
  again.if_version = a.view->version;
  again.subscription = with(333);
  EXPECT_EQ(administer(std::move(again)).outcome, AdminOutcome::done);
}

TEST_F(HssServing, ARemovedSubscriberIsCancelledAndUnknown) {
  register_at(mme);
  register_at(sgsn);
  EXPECT_EQ(administer(RemoveSubscriber{Imsi::test_value()}).outcome, AdminOutcome::done);
  for (const std::size_t i : {mme, sgsn})
    EXPECT_EQ(asked<Clr>(i)->cancellation_type, Type::subscription_withdrawal);
  crash();
  ask(request<Air>());
  EXPECT_EQ(verdict()->code, dia::experimental::user_unknown);
  EXPECT_EQ(administer(RemoveSubscriber{Imsi::test_value()}).outcome, AdminOutcome::unknown);
}

TEST_F(HssServing, ATaskThatCannotBeStoredIsRefusedAndTellsNobody) {
  register_at(mme);
  store.fail_syncs(1);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.subscription = with(333);
  EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::not_stored);
  EXPECT_TRUE(mmes[mme]->requests.empty());
  EXPECT_NE(stored().subscription.ambr_up_bps, 333U);
  store.fail_loads(1);
  EXPECT_EQ(administer(ShowSubscriber{Imsi::test_value()}).outcome, AdminOutcome::not_stored);
}

TEST_F(HssServing, ANewSecretOrSqnIsUsedByTheNextVector) {
  EXPECT_EQ(vectors().size(), 1U);
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.seq = 9000;
  EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::done);
  auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 9001U);
  ChangeSubscriber other{.imsi = Imsi::test_value()};
  other.secret = MilenageSecret{secret_from<K>(opc_digits), secret_from<Opc>(k_digits)};
  EXPECT_EQ(administer(std::move(other)).outcome, AdminOutcome::done);
  v = vectors();
  Usim card(secret_from<K>(opc_digits), secret_from<Opc>(k_digits));
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
}

TEST_F(HssServing, ASubscriberOfTheClockBeginsWhereItsCardIs) {
  now = Instant{std::chrono::seconds(1'700'000'000)};
  boot();
  ChangeSubscriber change{.imsi = Imsi::test_value()};
  change.sqn_scheme = context::SqnScheme::time;
  EXPECT_EQ(administer(std::move(change)).outcome, AdminOutcome::done);
  now += 10s;
  const auto v = vectors();
  ASSERT_EQ(v.size(), 1U);
  EXPECT_EQ(sqn_in(v[0].rand, v[0].autn).seq(), 100U);
  Usim card = usim();
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(card.authenticate(v[0].rand, v[0].autn)));
}

//= TS 29.272, 5.2.2.1.3; type=test
TEST_F(HssServing, TheOperatorAsksWhereASubscriberIs) {
  EXPECT_EQ(administer(LocateSubscriber{Imsi::test_value()}).outcome, AdminOutcome::too_busy);
  register_at(mme);
  tell(Administer{AdminToken{5}, LocateSubscriber{Imsi::test_value()}});
  settle();
  EXPECT_TRUE(administered.empty());
  auto idr = asked<Idr>(mme);
  ASSERT_TRUE(idr);
  EXPECT_EQ(idr->idr_flags, dia::idr_flag::eps_user_state | dia::idr_flag::eps_location);
  auto ida = from_client<dia::InsertSubscriberDataAnswer>(mme, idr->session_id);
  ida.result_code = dia::code::success;
  ida.user_state = dia::EpsUserState{dia::MmeUserState{dia::UserState::connected_reachable}, std::nullopt};
  ida.location = dia::EpsLocationInformation{
      dia::MmeLocationInformation{.tai = ByteVector{0x00, 0xF1, 0x10, 0x00, 0x07}, .age_minutes = 3}};
  says(mme, ida);
  ASSERT_EQ(administered.size(), 1U);
  EXPECT_EQ(administered[0].token, AdminToken{5});
  ASSERT_NE(administered[0].whereabouts, nullptr);
  EXPECT_EQ(administered[0].whereabouts->state, 4U);
  EXPECT_EQ(hex(administered[0].whereabouts->tai), "00f1100007");
  EXPECT_EQ(administered[0].whereabouts->age_minutes, 3U);
  // An MME that does not know the subscriber, and one that says nothing.
  administered.clear();
  tell(Administer{AdminToken{6}, LocateSubscriber{Imsi::test_value()}});
  settle();
  idr = asked<Idr>(mme);
  ida = from_client<dia::InsertSubscriberDataAnswer>(mme, idr->session_id);
  ida.experimental_result = dia::ExperimentalResult{dia::vendor_3gpp, dia::experimental::user_unknown};
  says(mme, ida);
  ASSERT_EQ(administered.size(), 1U);
  EXPECT_EQ(administered[0].outcome, AdminOutcome::unknown);
  administered.clear();
  tell(Administer{AdminToken{7}, LocateSubscriber{Imsi::test_value()}});
  settle();
  lose(mme);
  ASSERT_EQ(administered.size(), 1U);
  EXPECT_EQ(administered[0].outcome, AdminOutcome::too_busy);
}

// --- lost places --------------------------------------------------------------------------------

//= TS 29.272, 5.2.4.1.3; type=test
TEST_F(HssServing, WhoLostWhatItKnewOfPlacesSaysSoOnceToEachClient) {
  EXPECT_EQ(counters["hss.rsr_sent"], 0);
  settings.lost_places = true;
  boot();
  for (const std::size_t i : {mme, sgsn}) {
    const auto rsr = asked<dia::ResetRequest>(i);
    ASSERT_TRUE(rsr) << i;
    EXPECT_TRUE(rsr->user_ids.empty());
    if (i == sgsn) break;  // this one does not answer
    auto rsa = from_client<dia::ResetAnswer>(i, rsr->session_id);
    rsa.result_code = dia::code::success;
    says(i, rsa);
  }
  EXPECT_EQ(counters["hss.rsr_done"], 1);
  for (const std::size_t i : {mme, sgsn}) {
    lose(i);
    reconnect(i);
    EXPECT_EQ(asked<dia::ResetRequest>(i).has_value(), i == sgsn) << "until it is confirmed";
  }
}

// --- equipment ----------------------------------------------------------------------------------

class HssEquipment : public HssServing {
 protected:
  HssEquipment() {
    settings.equipment = {{"", dia::EquipmentStatus::greylisted},
                          {"35349006", dia::EquipmentStatus::whitelisted},
                          {"353490069873319", dia::EquipmentStatus::blacklisted}};
    equipment = true;
    boot();
  }
  std::optional<dia::EquipmentStatus> check(std::string imei) {
    auto m = dia::MeIdentityCheckRequest{.session_id = mmes[0]->node.new_session_id(),
                                         .origin_host = names[0],
                                         .origin_realm = realm,
                                         .destination_realm = realm,
                                         .terminal_information = {std::move(imei), {}}};
    ask(m);
    auto a = answer();
    if (!a) return std::nullopt;
    last_result = a->result;
    const auto eca = dia::decode<dia::MeIdentityCheckAnswer>(a->octets);
    EXPECT_TRUE(eca);
    return eca->equipment_status;
  }
};

//= TS 29.272, 6.2.1.1; type=test
TEST_F(HssEquipment, TheLongestEntryDecides) {
  EXPECT_EQ(check("353490069873319"), dia::EquipmentStatus::blacklisted);
  EXPECT_EQ(check("353490069873318"), dia::EquipmentStatus::whitelisted);
  EXPECT_EQ(check("01234567890123"), dia::EquipmentStatus::greylisted);
  EXPECT_EQ(counters["hss.equipment_checked"], 3);
}

TEST_F(HssEquipment, WhatIsNoImeiIsRefusedAndWhatIsNotListedUnknown) {
  EXPECT_FALSE(check("3534900698733"));
  EXPECT_EQ(last_result.code, dia::code::invalid_avp_value);
  EXPECT_FALSE(check("35349006987331x"));
  EXPECT_EQ(last_result.code, dia::code::invalid_avp_value);
  settings.equipment.erase(settings.equipment.begin());
  boot();
  EXPECT_FALSE(check("01234567890123"));
  EXPECT_EQ(last_result, (dia::AnswerResult{dia::experimental::equipment_unknown, true, dia::vendor_3gpp}));
}

TEST_F(HssServing, AnHssWithoutARegisterDoesNotSpeakOfEquipment) {
  equipment = true;  // the MME would
  boot();
  auto m = dia::MeIdentityCheckRequest{.session_id = mmes[0]->node.new_session_id(),
                                       .origin_host = names[0],
                                       .origin_realm = realm,
                                       .destination_realm = realm,
                                       .terminal_information = {"353490069873319", {}}};
  ask(m);
  EXPECT_EQ(verdict()->code, dia::code::application_unsupported);
}

}  // namespace
}  // namespace baton::node::hss
