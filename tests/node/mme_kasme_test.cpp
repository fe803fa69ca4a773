// An MME tells the HSS which KASME it uses: with its location, after a re-authentication, again and again.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;
namespace own = diameter::private_result;

Config config_of(context::Profile profile) {
  Config c = Stage::config();
  c.policy = context::policy_of(profile);
  return c;
}

class MmeKasme : public ::testing::Test {
 protected:
  explicit MmeKasme(context::Profile profile = context::Profile::hardened) : stage(config_of(profile)) {
    stage.hss_announces = true;
    stage.start();
  }
  const Ue& ue() { return stage.context(phone); }
  UpdateProof proof_of_aka(std::uint32_t epoch) {
    const Kasme& k = *phone.security->kasme();
    return derive_update_proof(k, {epoch, 0}, phone.imsi, RefreshDirection::aka, NasCount{},
                               stage.mme.config().identity.value(), k);
  }
  diameter::KasmeUpdateAnswer answer_to(const diameter::KasmeUpdateRequest& m) {
    return {.session_id = m.session_id,
            .result_code = diameter::code::success,
            .origin_host = stage.mme.config().hss.identity,
            .origin_realm = stage.mme.config().hss.realm,
            .epoch = m.epoch,
            .step = m.steps.back().step};
  }
  diameter::KasmeUpdateAnswer refusal_of(const diameter::KasmeUpdateRequest& m, std::uint32_t code) {
    auto a = answer_to(m);
    a.result_code.reset();
    a.epoch.reset();
    a.step.reset();
    a.experimental_result = diameter::ExperimentalResult{diameter::vendor_private, code};
    return a;
  }
  /// attached with an HSS that has recorded the vector of epoch 1.
  void attached() {
    stage.attach(phone);
    ASSERT_TRUE(ue().aka_told);
  }
  /// rekeyed: AKA and security mode again, in place; the radio follows.
  void rekeyed() {
    stage.give(Command{Verb::reauthenticate, phone.imsi});
    const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
    stage.hss_says(stage.aia(air, phone));
    stage.uplink(phone, phone.cipher(phone.answer(stage.hears<nas::AuthenticationRequest>(phone))));
    stage.uplink(phone, phone.complete(stage.hears<nas::SecurityModeCommand>(phone)));
  }

  /// radio_follows ends what rekeyed began.
  void radio_follows() {
    const auto m = stage.at_enb_for<s1ap::UeContextModificationRequest>(phone);
    stage.enb_says_message(phone.enb,
                           s1ap::UeContextModificationResponse{m.mme_ue_id, m.enb_ue_id, std::nullopt});
  }

  Stage stage;
  Phone phone{*Imsi::parse("001010000000001"), 0x11};
};

//= S0.D4; type=test
TEST_F(MmeKasme, TheLocationUpdateOfAnAttachNamesTheVectorAndProvesIt) {
  stage.attach(phone, Until::locating);
  const auto& ulr = stage.located();
  ASSERT_TRUE(ulr.aka);
  EXPECT_EQ(ulr.aka->epoch, 1U);
  EXPECT_EQ(ulr.aka->ksi, phone.security->ksi().value);
  EXPECT_EQ(ulr.aka->proof, proof_of_aka(1));
  auto ula = Stage::ula(ulr);
  ula.epoch = 1;
  stage.hss_says(ula);
  EXPECT_TRUE(ue().aka_told);
  EXPECT_TRUE(stage.hss_unasked()) << "recorded is recorded";
}

//= S0.D3; type=test
TEST_F(MmeKasme, WhatTheLocationUpdateDidNotRecordIsToldAfterItsAnswer) {
  stage.attach(phone, Until::locating);
  const auto& ulr = stage.located();
  EXPECT_TRUE(stage.hss_unasked()) << "nothing before the answer";
  stage.hss_says(Stage::ula(ulr));
  const auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  EXPECT_EQ(update.rand, ulr.aka->rand);
  EXPECT_EQ(update.epoch, 1U);
  EXPECT_EQ(update.user_name, phone.imsi);
  ASSERT_EQ(update.steps.size(), 1U);
  EXPECT_EQ(update.steps[0].step, 0U);
  EXPECT_EQ(update.steps[0].direction, diameter::StepDirection::aka);
  EXPECT_EQ(update.steps[0].count, NasCount{});
  EXPECT_EQ(update.steps[0].identity, stage.mme.config().identity);
  EXPECT_EQ(update.steps[0].proof, proof_of_aka(1));
  EXPECT_FALSE(update.kasme) << "no key on the wire";
  stage.hss_says(answer_to(update));
  EXPECT_TRUE(ue().aka_told);
  EXPECT_EQ(stage.counter("mme.kasme.updated"), 1U);
}

//= S0.D4; type=test
TEST_F(MmeKasme, AReauthenticationInPlaceIsToldWithoutALocationUpdate) {
  attached();
  stage.let_go();
  rekeyed();
  const auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  EXPECT_EQ(update.epoch, 2U);
  ASSERT_EQ(update.steps.size(), 1U);
  EXPECT_EQ(update.steps[0].proof, proof_of_aka(2));
  stage.hss_says(answer_to(update));
  EXPECT_TRUE(ue().aka_told);
}

//= S0.D3; type=test
TEST_F(MmeKasme, AnUpdateThatIsTooEarlyOrUnansweredIsToldAgain) {
  attached();
  stage.let_go();
  rekeyed();
  radio_follows();
  auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  stage.hss_says(refusal_of(update, own::not_yet_registered));
  EXPECT_TRUE(stage.hss_unasked());
  stage.advance(30s);
  update = stage.at_hss<diameter::KasmeUpdateRequest>();
  stage.hss_says(refusal_of(update, own::not_stored));
  stage.advance(30s);
  (void)stage.at_hss<diameter::KasmeUpdateRequest>();
  stage.advance(11s);  // silence
  stage.advance(30s);
  update = stage.at_hss<diameter::KasmeUpdateRequest>();
  EXPECT_EQ(update.steps.at(0).proof, proof_of_aka(2));
  stage.hss_says(answer_to(update));
  EXPECT_TRUE(ue().aka_told);
  stage.advance(60s);
  EXPECT_TRUE(stage.hss_unasked());
  EXPECT_EQ(stage.counter("mme.kasme.update_sent"), 4U);
}

TEST_F(MmeKasme, ItIsToldTenTimesAndNotAgain) {
  attached();
  stage.let_go();
  rekeyed();
  radio_follows();
  for (int i = 0; i < 20; ++i) stage.advance(45s);
  EXPECT_EQ(stage.counter("mme.kasme.update_sent"), 10U);
  EXPECT_EQ(stage.counter("mme.kasme.given_up"), 1U);
}

//= S0.D4; type=test
TEST_F(MmeKasme, WhatTheHssDoesNotFollowEndsInANewAka) {
  attached();
  stage.let_go();
  rekeyed();
  const auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  // The radio is being rekeyed: the refusal is not forgotten over that.
  stage.hss_says(refusal_of(update, own::stale));
  EXPECT_TRUE(ue().aka_due);
  radio_follows();
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.hss_says(stage.aia(air, phone));
  stage.uplink(phone, phone.cipher(phone.answer(stage.hears<nas::AuthenticationRequest>(phone))));
  stage.uplink(phone, phone.complete(stage.hears<nas::SecurityModeCommand>(phone)));
  const auto next = stage.at_hss<diameter::KasmeUpdateRequest>();
  EXPECT_EQ(next.epoch, 3U);
  EXPECT_EQ(next.steps.at(0).proof, proof_of_aka(3));
  EXPECT_EQ(stage.counter("mme.kasme.reauthentication"), 1U);
}

TEST_F(MmeKasme, AnAnswerAboutTheAkaBeforeIsNotTakenForThisOne) {
  attached();
  stage.let_go();
  rekeyed();
  const auto first = stage.at_hss<diameter::KasmeUpdateRequest>();
  auto wrong = answer_to(first);
  wrong.epoch = 1;
  stage.hss_says(wrong);
  EXPECT_FALSE(ue().aka_told);
  EXPECT_EQ(stage.counter("mme.s6a.unusable_answer"), 1U);
}

TEST_F(MmeKasme, AnMmeThatIsNotRegisteredAnyMoreStopsTelling) {
  attached();
  stage.let_go();
  rekeyed();
  stage.hss_says(refusal_of(stage.at_hss<diameter::KasmeUpdateRequest>(), own::not_registered));
  stage.advance(120s);
  EXPECT_EQ(stage.counter("mme.kasme.update_sent"), 1U);
  EXPECT_EQ(stage.counter("mme.kasme.not_registered"), 1U);
}

class MmeKasmeSeed : public MmeKasme {
 protected:
  MmeKasmeSeed() : MmeKasme(context::Profile::seed) {}
};

//= S0.D3; type=test
TEST_F(MmeKasmeSeed, TheSeedSendsTheKeyItself) {
  stage.attach(phone, Until::locating);
  stage.hss_says(Stage::ula(stage.located()));
  const auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  ASSERT_TRUE(update.kasme);
  EXPECT_EQ(*update.kasme, *phone.security->kasme());
}

class MmeKasmeFinal : public MmeKasme {
 protected:
  MmeKasmeFinal() : MmeKasme(context::Profile::final_) {}
};

//= S0.D1; type=test
TEST_F(MmeKasmeFinal, AnMmeWithoutThePolicySaysNothingOfIt) {
  stage.attach(phone, Until::locating);
  const auto& ulr = stage.located();
  EXPECT_FALSE(ulr.aka);
  stage.hss_says(Stage::ula(ulr));
  EXPECT_TRUE(stage.hss_unasked());
}

TEST(MmeKasmeMixed, AnHssThatAnnouncedNothingIsToldNothing) {
  Stage stage(config_of(context::Profile::hardened));
  stage.start();
  Phone phone{*Imsi::parse("001010000000001"), 0x11};
  stage.attach(phone, Until::locating);
  const auto& ulr = stage.located();
  EXPECT_FALSE(ulr.aka);
  stage.hss_says(Stage::ula(ulr));
  EXPECT_TRUE(stage.hss_unasked());
}

}  // namespace
}  // namespace baton::node::mme::test
