// What the HSS says of its own accord: new subscription data, what is gone, lost places, and its load.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

class MmeSubscription : public ::testing::Test {
 protected:
  MmeSubscription() { stage.start(); }
  template <class M>
  M from_hss(const Imsi& imsi) {
    const Config& c = stage.mme.config();
    return {.session_id = "hss;1;1",
            .origin_host = c.hss.identity,
            .origin_realm = c.hss.realm,
            .destination_host = c.identity,
            .destination_realm = c.realm,
            .user_name = imsi};
  }
  template <class A, class M>
  A answered(const M& m) {
    stage.let_go();
    stage.hss_gives(diameter::encode(m, {++number_, 100 + number_}));
    return stage.at_hss<A>();
  }
  using Idr = diameter::InsertSubscriberDataRequest;
  using Ida = diameter::InsertSubscriberDataAnswer;
  using Dsr = diameter::DeleteSubscriberDataRequest;
  using Dsa = diameter::DeleteSubscriberDataAnswer;
  using Rsa = diameter::ResetAnswer;
  diameter::ResetRequest reset(std::vector<std::string> prefixes = {}) const {
    const Config& c = stage.mme.config();
    return {.session_id = "hss;1;1",
            .origin_host = c.hss.identity,
            .origin_realm = c.hss.realm,
            .destination_host = c.identity,
            .destination_realm = c.realm,
            .user_ids = std::move(prefixes)};
  }
  static diameter::ApnConfiguration apn(std::uint32_t id, std::string name, std::uint32_t qci) {
    diameter::ApnConfiguration a{.context_identifier = id, .service_selection = std::move(name)};
    a.qos = diameter::EpsSubscribedQosProfile{static_cast<diameter::QosClassIdentifier>(qci), {}};
    return a;
  }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
  std::uint32_t number_ = 0;
};

//= TS 29.272, 5.2.2.1.2; type=test
TEST_F(MmeSubscription, NewDataTakeThePlaceOfTheOldAndTheRestStays) {
  stage.attach(ue);
  auto idr = from_hss<Idr>(ue.imsi);
  idr.subscription_data.ambr = diameter::Ambr{1000, 2000};
  EXPECT_EQ(answered<Ida>(idr).result_code, diameter::code::success);
  EXPECT_EQ(stage.context(ue).subscription->ambr_up_bps, 1000U);
  EXPECT_EQ(stage.context(ue).subscription->ambr_down_bps, 2000U);
  ASSERT_EQ(stage.context(ue).subscription->accesses.size(), 1U);
  EXPECT_EQ(stage.context(ue).subscription->accesses[0].apn, "internet");

  // One more APN, which is the default from now on.
  idr = from_hss<Idr>(ue.imsi);
  idr.subscription_data.apn_configuration_profile = diameter::ApnConfigurationProfile{
      2, diameter::AllApnConfigurationsIncluded::modified_or_added, {apn(2, "ims", 5)}};
  EXPECT_EQ(answered<Ida>(idr).result_code, diameter::code::success);
  const auto& accesses = stage.context(ue).subscription->accesses;
  ASSERT_EQ(accesses.size(), 2U);
  EXPECT_EQ(accesses[0].apn, "ims");
  EXPECT_EQ(accesses[1].apn, "internet");

  // One that is known changes.
  idr.subscription_data.apn_configuration_profile = diameter::ApnConfigurationProfile{
      1, diameter::AllApnConfigurationsIncluded::modified_or_added, {apn(1, "internet", 7)}};
  (void)answered<Ida>(idr);
  ASSERT_EQ(stage.context(ue).subscription->accesses.size(), 2U);
  EXPECT_EQ(stage.context(ue).subscription->accesses[0].apn, "internet");
  EXPECT_EQ(stage.context(ue).subscription->accesses[0].qci, 7);

  // All of them, told anew: what is not among them is gone.
  idr.subscription_data.apn_configuration_profile =
      diameter::ApnConfigurationProfile{3, diameter::AllApnConfigurationsIncluded::all, {apn(3, "*", 9)}};
  (void)answered<Ida>(idr);
  ASSERT_EQ(stage.context(ue).subscription->accesses.size(), 1U);
  EXPECT_EQ(stage.context(ue).subscription->accesses[0].apn, "*");
  EXPECT_EQ(stage.counter("mme.s6a.subscription_changed"), 4U);
  EXPECT_TRUE(stage.quiet(ue)) << "the UE hears nothing of it";
}

TEST_F(MmeSubscription, NobodyElsesDataAreTaken) {
  auto idr = from_hss<Idr>(ue.imsi);
  idr.subscription_data.ambr = diameter::Ambr{1000, 2000};
  const auto ida = answered<Ida>(idr);
  ASSERT_TRUE(ida.experimental_result);
  EXPECT_EQ(ida.experimental_result->code, diameter::experimental::user_unknown);
  // Neither before it is registered.
  stage.attach(ue, Until::challenged);
  EXPECT_TRUE(answered<Ida>(idr).experimental_result);
  auto dsr = from_hss<Dsr>(ue.imsi);
  EXPECT_TRUE(answered<Dsa>(dsr).experimental_result);
  EXPECT_EQ(stage.counter("mme.s6a.unknown_user"), 3U);
}

TEST_F(MmeSubscription, WhereAUeIsAndInWhatStateIsToldWhenAsked) {
  stage.attach(ue);
  auto idr = from_hss<Idr>(ue.imsi);
  auto ida = answered<Ida>(idr);
  EXPECT_FALSE(ida.user_state) << "not asked";
  EXPECT_FALSE(ida.location);
  idr.idr_flags = diameter::idr_flag::eps_user_state | diameter::idr_flag::eps_location;
  ida = answered<Ida>(idr);
  EXPECT_EQ(ida.user_state->mme->state, diameter::UserState::connected_reachable);
  const Tai tai = *stage.context(ue).last_tai;
  ByteVector octets(tai.plmn.wire().begin(), tai.plmn.wire().end());
  octets.push_back(static_cast<Byte>(tai.tac.value >> 8U));
  octets.push_back(static_cast<Byte>(tai.tac.value));
  EXPECT_EQ(ida.location->mme->tai, octets);
  EXPECT_EQ(ida.location->mme->current, 0U);
  stage.release_by_enb(ue);
  ida = answered<Ida>(idr);
  EXPECT_EQ(ida.user_state->mme->state, diameter::UserState::attached_reachable);
  EXPECT_FALSE(ida.location->mme->current) << "that is where it was";
}

TEST_F(MmeSubscription, WhoIsBarredIsDetached) {
  stage.attach(ue);
  auto idr = from_hss<Idr>(ue.imsi);
  idr.subscription_data.subscriber_status = diameter::SubscriberStatus::operator_determined_barring;
  EXPECT_EQ(answered<Ida>(idr).result_code, diameter::code::success);
  (void)stage.hears<nas::NetworkDetachRequest>(ue);
  EXPECT_EQ(stage.counter("mme.s6a.barred"), 1U);
}

//= TS 29.272, 5.2.2.2.2; type=test
TEST_F(MmeSubscription, WhatIsTakenAwayIsGoneAndWithoutAnApnNobodyStays) {
  stage.attach(ue);
  auto idr = from_hss<Idr>(ue.imsi);
  idr.subscription_data.apn_configuration_profile = diameter::ApnConfigurationProfile{
      1, diameter::AllApnConfigurationsIncluded::modified_or_added, {apn(2, "ims", 5)}};
  (void)answered<Ida>(idr);
  auto dsr = from_hss<Dsr>(ue.imsi);
  dsr.dsr_flags = diameter::dsr_flag::pdn_contexts;
  dsr.context_identifiers = {2, 9};
  EXPECT_EQ(answered<Dsa>(dsr).result_code, diameter::code::success);
  ASSERT_EQ(stage.context(ue).subscription->accesses.size(), 1U);
  EXPECT_EQ(stage.context(ue).subscription->accesses[0].apn, "internet");
  EXPECT_TRUE(stage.quiet(ue));
  dsr = from_hss<Dsr>(ue.imsi);
  dsr.dsr_flags = diameter::dsr_flag::complete_apn_profile;
  EXPECT_EQ(answered<Dsa>(dsr).result_code, diameter::code::success);
  (void)stage.hears<nas::NetworkDetachRequest>(ue);
}

//= TS 29.272, 5.2.4.1.2; type=test
TEST_F(MmeSubscription, AfterAResetTheHssIsToldAgainWhenTheUeIsHeardOf) {
  stage.attach(ue);
  stage.release_by_enb(ue);
  EXPECT_EQ(answered<Rsa>(reset({"00102"})).result_code, diameter::code::success);
  EXPECT_FALSE(stage.context(ue).location_unconfirmed) << "of other subscribers";
  EXPECT_EQ(answered<Rsa>(reset({"00102", "00101"})).result_code, diameter::code::success);
  EXPECT_TRUE(stage.hss_unasked()) << "not all at once";
  // The UE comes back.
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  EXPECT_EQ(ulr.user_name, ue.imsi);
  EXPECT_EQ(ulr.ulr_flags, diameter::ulr_flag::s6a) << "no initial attach";
  stage.hss_says(Stage::ula(ulr));
  EXPECT_TRUE(stage.context(ue).registered_at_hss);
  EXPECT_EQ(stage.counter("mme.location.told_again"), 1U);
  // And only once.
  stage.release_by_enb(ue);
  stage.initial(ue, stage.service_request(ue));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  stage.context_set_up(ue);
  stage.attach_from(ue, Until::attached);
  EXPECT_TRUE(stage.hss_unasked());
}

TEST_F(MmeSubscription, WhatCannotBeReadIsRefused) {
  stage.attach(ue);
  auto idr = diameter::encode(from_hss<Idr>(ue.imsi), {1, 2});
  for (const std::uint32_t code : {319U, 320U, 322U}) {
    ByteVector cut(idr.begin(), idr.begin() + 20);
    cut[5] = 0;
    cut[6] = static_cast<Byte>(code >> 8U);
    cut[7] = static_cast<Byte>(code);
    cut[1] = cut[2] = 0;
    cut[3] = 20;
    stage.let_go();
    stage.hss_gives(cut);
    ASSERT_FALSE(stage.hss_unasked()) << code;
    stage.let_go();
  }
  EXPECT_EQ(stage.counter("mme.s6a.malformed"), 3U);
}

// --- load ---------------------------------------------------------------------------------------

//= RFC 7683, 6; type=test
TEST_F(MmeSubscription, TheShareTheHssAsksForIsHeldBackAndNoMore) {
  // It says 50 per cent in the answer that refuses this one.
  stage.attach(ue, Until::attached);
  Phone teller{*Imsi::parse("001010000000099"), 0x12};
  const auto refused_with = [&](std::uint32_t percent, std::uint64_t sequence) {
    stage.initial(teller, nas::encode(teller.attach()));
    const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
    EXPECT_TRUE(air.overload) << "this MME understands reports";
    auto aia = Stage::aia_refusal(air, diameter::experimental::user_unknown);
    aia.overload_report = diameter::OcOlr{sequence, diameter::OcReportType::host, percent, 30};
    stage.hss_says(aia);
    (void)stage.hears<nas::AttachReject>(teller);
  };
  refused_with(50, 7);
  int sent = 0, held = 0;
  for (int i = 0; i < 10; ++i) {
    Phone one{*Imsi::parse("00101000000010" + std::to_string(i)), static_cast<Byte>(0x20 + i)};
    one.enb_id = EnbUeS1apId{static_cast<std::uint32_t>(100 + i)};
    stage.initial(one, nas::encode(one.attach()));
    if (stage.hss_unasked()) {
      EXPECT_EQ(stage.hears<nas::AttachReject>(one).cause, nas::EmmCause::congestion);
      ++held;
    } else {
      stage.let_go();
      ++sent;
    }
  }
  EXPECT_EQ(sent, 5);
  EXPECT_EQ(held, 5);
  EXPECT_EQ(stage.counter("mme.s6a.held_back"), 5U);
  stage.advance(31s);
  for (int i = 0; i < 4; ++i) {
    Phone one{*Imsi::parse("00101000000020" + std::to_string(i)), static_cast<Byte>(0x40 + i)};
    one.enb_id = EnbUeS1apId{static_cast<std::uint32_t>(200 + i)};
    stage.initial(one, nas::encode(one.attach()));
    EXPECT_FALSE(stage.hss_unasked()) << "what was said holds no more";
    stage.let_go();
  }
}

/// told has an HSS say something of its load in the answer that refuses `p` a vector.
void told(Stage& stage, Phone& p, const diameter::OcOlr& report) {
  stage.initial(p, nas::encode(p.attach()));
  auto aia = Stage::aia_refusal(stage.at_hss<diameter::AuthenticationInformationRequest>(),
                                diameter::experimental::user_unknown);
  aia.overload_report = report;
  stage.hss_says(aia);
  (void)stage.hears<nas::AttachReject>(p);
}

//= RFC 7683, 5.2.1; type=test
TEST_F(MmeSubscription, OneReportDoesNotEndAuthenticationForADay) {
  constexpr std::uint64_t last = ~std::uint64_t{0};
  Phone teller{*Imsi::parse("001010000000099"), 0x12};
  told(stage, teller, {last, diameter::OcReportType::host, 100, 86400});
  // Somebody gets in: otherwise nobody would hear that it is over.
  std::uint32_t number = 100;
  const auto let_in = [&](int of) {
    int in = 0;
    for (int i = 0; i < of; ++i, ++number) {
      Phone one{*Imsi::parse("001010000000" + std::to_string(number)), static_cast<Byte>(number)};
      one.enb_id = EnbUeS1apId{number};
      stage.initial(one, nas::encode(one.attach()));
      if (!stage.hss_unasked()) ++in;
      stage.let_go();
    }
    return in;
  };
  EXPECT_EQ(let_in(20), 2);
  stage.advance(5min);
  EXPECT_EQ(let_in(20), 20) << "not for a day";
  // And the number that cannot be passed is forgotten with it.
  Phone later{*Imsi::parse("001010000000098"), 0x13};
  later.enb_id = EnbUeS1apId{98};
  told(stage, later, {1, diameter::OcReportType::host, 50, 30});
  EXPECT_EQ(let_in(20), 10);
  EXPECT_EQ(stage.counter("mme.s6a.load_heard"), 2U);
}

}  // namespace
}  // namespace baton::node::mme::test
