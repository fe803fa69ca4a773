// Where subscribers are: ULR, CLR, PUR, NOR, and what a crash keeps.
#include "node/hss_world.h"

namespace baton::node::hss {
namespace {

using Ulr = dia::UpdateLocationRequest;
using Ula = dia::UpdateLocationAnswer;
using Pur = dia::PurgeUeRequest;
using Nor = dia::NotifyRequest;
using Clr = dia::CancelLocationRequest;

//= TS 29.272, 5.2.1.1.3; type=test
TEST_F(HssTest, AnUpdateIsStoredAndAnsweredWithTheSubscription) {
  ask(request<Ulr>());
  const auto a = answer();
  ASSERT_TRUE(a && a->result.success());
  const auto ula = dia::decode<Ula>(a->octets);
  ASSERT_TRUE(ula) << ula.why().to_string();
  EXPECT_EQ(ula->ula_flags, dia::ula_flag::separation);
  ASSERT_TRUE(ula->subscription_data);
  const auto& data = *ula->subscription_data;
  EXPECT_EQ(data.subscriber_status, dia::SubscriberStatus::service_granted);
  EXPECT_EQ(data.msisdn->digits, "491701234567");
  EXPECT_EQ(data.ambr, (dia::Ambr{50'000'000, 100'000'000}));
  ASSERT_EQ(data.apn_configuration_profile->apns.size(), 1U);
  const auto& apn = data.apn_configuration_profile->apns[0];
  EXPECT_EQ(apn.service_selection, "internet");
  EXPECT_EQ(apn.context_identifier, data.apn_configuration_profile->context_identifier);
  EXPECT_EQ(apn.qos->qci, dia::QosClassIdentifier{9});
  EXPECT_EQ(stored().mme->host, mme1_name);
  EXPECT_EQ(stored().mme->realm, realm);
}

TEST_F(HssTest, WhoHasTheSubscriptionAlreadyIsNotToldAgain) {
  auto m = request<Ulr>();
  m.ulr_flags |= dia::ulr_flag::skip_subscriber_data;
  ask(m);
  EXPECT_FALSE(dia::decode<Ula>(answer()->octets)->subscription_data);
}

TEST_F(HssTest, NoAnswerLeavesBeforeTheLocationIsDurableAndACrashKeepsIt) {
  hold_saves = true;
  ask(request<Ulr>());
  EXPECT_FALSE(answer());
  ASSERT_TRUE(store.sync());
  tell(SubscriberSaved{held_saves.at(0), true});
  settle();
  EXPECT_TRUE(verdict()->success());
  hold_saves = false;
  crash();
  EXPECT_EQ(stored().mme->host, mme1_name);
  ask(request<Nor>());
  EXPECT_TRUE(verdict()->success()) << "the HSS still knows whom to believe";
}

TEST_F(HssTest, ALocationThatCannotBeStoredIsNotConfirmed) {
  store.fail_syncs(1);
  ask(request<Ulr>());
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::code::unable_to_comply, false, 0}));
  crash();
  EXPECT_FALSE(stored().mme);
}

//= TS 29.272, 5.2.1.2.3; type=test
TEST_F(HssTest, TheOldMmeIsToldWhenTheSubscriberMoves) {
  ask(request<Ulr>(0), 0);
  EXPECT_TRUE(mmes[0]->requests.empty());
  ask(request<Ulr>(1), 1);
  EXPECT_TRUE(verdict(1)->success());
  ASSERT_EQ(mmes[0]->requests.size(), 1U);
  const auto clr = dia::decode<Clr>(mmes[0]->requests[0].octets);
  ASSERT_TRUE(clr) << clr.why().to_string();
  EXPECT_EQ(clr->user_name, Imsi::test_value());
  EXPECT_EQ(clr->destination_host, mme1_name);
  EXPECT_EQ(clr->cancellation_type, dia::CancellationType::mme_update_procedure);
  // It confirms.
  Actions out;
  mmes[0]->node.answer(mmes[0]->requests[0].token,
                       dia::CancelLocationAnswer{.session_id = clr->session_id,
                                                 .result_code = dia::code::success,
                                                 .origin_host = mme1_name,
                                                 .origin_realm = realm},
                       out);
  from_mme(0, out);
  settle();
  EXPECT_EQ(counters["hss.clr_done"], 1);
  // Staying where one is cancels nothing.
  ask(request<Ulr>(1), 1);
  EXPECT_EQ(mmes[0]->requests.size(), 1U);
  EXPECT_TRUE(mmes[1]->requests.empty());
}

TEST_F(HssTest, AnOldMmeThatIsAwayDoesNotHoldTheMoveUp) {
  ask(request<Ulr>(0), 0);
  lose(0);
  ask(request<Ulr>(1), 1);
  EXPECT_TRUE(verdict(1)->success());
  EXPECT_EQ(counters["hss.clr_not_sent"], 1);
  EXPECT_EQ(stored().mme->host, mme2_name);
}

TEST_F(HssTest, UpdatesAreRefusedForTheirReasons) {
  ask(request<Ulr>(0, *Imsi::parse("001019999999999")));
  EXPECT_EQ(verdict()->code, dia::experimental::user_unknown);
  auto m = request<Ulr>();
  m.visited_plmn = elsewhere;
  ask(m);
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::code::authorization_rejected, false, 0}));
  m = request<Ulr>();
  m.visited_plmn = partner;  // MME 1 may speak for it, but subscribers may not register there
  ask(m);
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::experimental::roaming_not_allowed, true, dia::vendor_3gpp}));
  m = request<Ulr>();
  m.rat_type = dia::RatType::utran;
  ask(m);
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::experimental::rat_not_allowed, true, dia::vendor_3gpp}));
  EXPECT_FALSE(stored().mme);
  m = request<Ulr>();
  m.rat_type = dia::RatType::eutran_nb_iot;
  ask(m);
  EXPECT_TRUE(verdict()->success());
}

//= TS 29.272, 5.2.1.3.3; type=test
TEST_F(HssTest, OnlyTheMmeOfASubscriberPurgesIt) {
  ask(request<Ulr>(0), 0);
  ask(request<Pur>(1), 1);
  auto other = answer(1);
  ASSERT_TRUE(other && other->result.success());
  EXPECT_FALSE(dia::decode<dia::PurgeUeAnswer>(other->octets)->pua_flags);
  EXPECT_FALSE(stored().mme->purged);

  answer(0);
  ask(request<Pur>(0), 0);
  auto own = answer(0);
  ASSERT_TRUE(own && own->result.success());
  EXPECT_EQ(dia::decode<dia::PurgeUeAnswer>(own->octets)->pua_flags, dia::pua_flag::freeze_m_tmsi);
  crash();
  EXPECT_TRUE(stored().mme->purged);
  // It comes back.
  ask(request<Ulr>(0), 0);
  EXPECT_FALSE(stored().mme->purged);
}

TEST_F(HssTest, APurgeThatCannotBeStoredIsNotConfirmed) {
  ask(request<Ulr>(0), 0);
  answer();
  store.fail_syncs(1);
  ask(request<Pur>(0), 0);
  EXPECT_EQ(verdict()->code, dia::code::unable_to_comply);
  ask(request<Pur>(0, *Imsi::parse("001019999999999")), 0);
  EXPECT_EQ(verdict()->code, dia::experimental::user_unknown);
}

//= TS 29.272, 5.2.5.1.3; type=test
TEST_F(HssTest, OnlyTheMmeOfASubscriberNotifies) {
  ask(request<Nor>(0), 0);
  EXPECT_EQ(verdict(), (dia::AnswerResult{dia::experimental::unknown_serving_node, true, dia::vendor_3gpp}));
  ask(request<Ulr>(0), 0);
  EXPECT_TRUE(verdict()->success());
  ask(request<Nor>(0), 0);
  EXPECT_TRUE(verdict()->success());
  ask(request<Nor>(1), 1);
  EXPECT_EQ(verdict(1)->code, dia::experimental::unknown_serving_node);
  ask(request<Nor>(0, *Imsi::parse("001019999999999")), 0);
  EXPECT_EQ(verdict()->code, dia::experimental::user_unknown);
}

TEST_F(HssTest, TheOperatorWithdrawsASubscription) {
  ask(request<Ulr>(0), 0);
  answer();
  tell(Command{Verb::detach, Imsi::test_value()});
  settle();
  ASSERT_EQ(mmes[0]->requests.size(), 1U);
  EXPECT_EQ(dia::decode<Clr>(mmes[0]->requests[0].octets)->cancellation_type,
            dia::CancellationType::subscription_withdrawal);
  EXPECT_FALSE(stored().mme);
  // Nobody to withdraw from: nothing happens.
  tell(Command{Verb::detach, Imsi::test_value()});
  tell(Command{Verb::detach, *Imsi::parse("001019999999999")});
  tell(Command{Verb::attach, Imsi::test_value()});
  settle();
  EXPECT_EQ(counters["hss.withdraw_nobody"], 2);
  EXPECT_EQ(mmes[0]->requests.size(), 1U);
  EXPECT_EQ(hss->busy(), 0U);
}

TEST_F(HssTest, AWithdrawalThatCannotBeStoredTellsNobody) {
  ask(request<Ulr>(0), 0);
  store.fail_syncs(1);
  tell(Command{Verb::detach, Imsi::test_value()});
  settle();
  EXPECT_TRUE(mmes[0]->requests.empty());
}

TEST_F(HssTest, ACancelThatNobodyConfirmsIsCounted) {
  ask(request<Ulr>(0), 0);
  tell(Command{Verb::detach, Imsi::test_value()});
  settle();
  lose(0);
  EXPECT_EQ(counters["hss.clr_unanswered"], 1);
}

//= TS 29.272, 5.2.1.2.3; type=test
TEST_F(HssTest, AnMmeThatWasAwayIsToldWhenItIsBack) {
  ask(request<Ulr>(0), 0);
  lose(0);
  ask(request<Ulr>(1), 1);
  EXPECT_EQ(counters["hss.clr_not_sent"], 1);
  reconnect(0);
  ASSERT_EQ(mmes[0]->requests.size(), 1U);
  EXPECT_EQ(dia::decode<Clr>(mmes[0]->requests[0].octets)->cancellation_type,
            dia::CancellationType::mme_update_procedure);
  // Once is enough.
  lose(1);
  reconnect(1);
  EXPECT_EQ(mmes[0]->requests.size(), 1U);
}

TEST_F(HssTest, ACancelWhoseAnswerWasLostIsSentAgainButNotForEver) {
  ask(request<Ulr>(0), 0);
  ask(request<Ulr>(1), 1);
  for (int sent = 1; sent <= cancellations_max; ++sent) {
    ASSERT_EQ(mmes[0]->requests.size(), static_cast<std::size_t>(sent));
    lose(0);
    reconnect(0);
  }
  EXPECT_EQ(mmes[0]->requests.size(), static_cast<std::size_t>(cancellations_max));
  EXPECT_EQ(counters["hss.clr_unanswered"], cancellations_max);
  EXPECT_EQ(counters["hss.clr_abandoned"], 1);
}

// A, B and back to A: what cancels the first stay at A must not reach the second.
TEST_F(HssTest, ASubscriberThatIsBackIsNotCancelledForHavingLeft) {
  ask(request<Ulr>(0), 0);
  ask(request<Ulr>(1), 1);
  ASSERT_EQ(mmes[0]->requests.size(), 1U);
  lose(0);  // with the request unanswered
  reconnect(0);
  ASSERT_EQ(mmes[0]->requests.size(), 2U) << "it is still at the other";
  lose(0);
  ask(request<Ulr>(1), 1);
  // Now it comes back before the MME has heard of its leaving.
  hold_loads = true;
  reconnect(0);
  ASSERT_EQ(held.size(), 1U) << "the repetition looks first where the subscriber is";
  ask(request<Ulr>(0), 0);  // waits behind it
  auto record = stored();
  record.mme = context::ServingNode{mme1_name};
  ASSERT_TRUE(store.put(std::move(record)));
  hold_loads = false;
  tell(SubscriberLoaded{held[0].token, store.load(Imsi::test_value())});
  settle();
  EXPECT_EQ(counters["hss.clr_moot"], 1);
  EXPECT_EQ(mmes[0]->requests.size(), 2U);
  EXPECT_TRUE(verdict(0)->success());
}

TEST_F(HssTest, ComingBackDropsWhatTheMmeWasNotToldYet) {
  ask(request<Ulr>(0), 0);
  lose(0);
  ask(request<Ulr>(1), 1);
  ASSERT_EQ(counters["hss.clr_not_sent"], 1);
  // The MME is back and asks at once, ahead of the repetition.
  hold_loads = true;
  reconnect(0);
  ASSERT_EQ(held.size(), 1U);
  hold_loads = false;
  tell(SubscriberLoaded{held[0].token, store.load(Imsi::test_value())});
  settle();
  EXPECT_EQ(mmes[0]->requests.size(), 1U);
  ask(request<Ulr>(0), 0);
  lose(0);
  reconnect(0);
  EXPECT_EQ(mmes[0]->requests.size(), 1U) << "nothing of the first stay is left to cancel";
}

}  // namespace
}  // namespace baton::node::hss
