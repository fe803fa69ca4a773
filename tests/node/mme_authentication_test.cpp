// EPS AKA and security mode, network side: what a UE can answer, and what follows.
#include <gtest/gtest.h>

#include "node/mme/security_mode.h"
#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

class MmeAuthentication : public ::testing::Test {
 protected:
  MmeAuthentication() { stage.start(); }
  nas::AuthenticationRequest challenged() {
    const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
    stage.hss_says(stage.aia(air, ue));
    return stage.hears<nas::AuthenticationRequest>(ue);
  }
  void nothing_is_left() {
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    EXPECT_TRUE(stage.held(ue.imsi).empty());
  }
  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
};

//= TS 24.301, 5.4.2.5; type=test
TEST_F(MmeAuthentication, AWrongResIsRejectedAndTheKeyIsErased) {
  stage.attach(ue, Until::challenged);
  stage.uplink(ue, nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(8, 0x55))}));
  (void)stage.hears<nas::AuthenticationReject>(ue);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  nothing_is_left();
  EXPECT_EQ(stage.counter("mme.authentication.rejected"), 1U);
}

TEST_F(MmeAuthentication, ARightResCutShortIsWrong) {
  stage.initial(ue, nas::encode(ue.attach()));
  const auto right = nas::decode<nas::AuthenticationResponse>(ue.answer(challenged()));
  ByteVector head(right->res.bytes().begin(), right->res.bytes().begin() + 4);
  stage.uplink(ue, nas::encode(nas::AuthenticationResponse{nas::Res::of(head)}));
  (void)stage.hears<nas::AuthenticationReject>(ue);
  nothing_is_left();
}

//= TS 24.301, 5.4.2.7; type=test
TEST_F(MmeAuthentication, ASilentUeIsChallengedFiveTimesWithTheSameChallenge) {
  stage.initial(ue, nas::encode(ue.attach()));
  const auto first = challenged();
  for (int i = 1; i < spec_of(Timer::t3460).sends; ++i) {
    stage.advance(6s);
    EXPECT_EQ(stage.hears<nas::AuthenticationRequest>(ue), first);
  }
  stage.advance(6s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  nothing_is_left();
}

TEST_F(MmeAuthentication, AMacFailureOfAnImsiIsRejected) {
  for (const auto cause : {nas::EmmCause::mac_failure, nas::EmmCause::non_eps_authentication_unacceptable}) {
    stage.attach(ue, Until::challenged);
    stage.uplink(ue, nas::encode(nas::AuthenticationFailure{cause, {}}));
    (void)stage.hears<nas::AuthenticationReject>(ue);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
    nothing_is_left();
  }
}

//= TS 24.301, 5.4.2.7; type=test
TEST_F(MmeAuthentication, AMacFailureOfAGutiIsAGuessOfOursAndTheImsiIsAsked) {
  // A GUTI of ours that belongs to someone else by now.
  Phone owner(*Imsi::parse("001010000000009"), 0x71);
  owner.enb_id = EnbUeS1apId{9};
  stage.attach(owner);
  ue.guti = owner.guti;
  stage.initial(ue, nas::encode(ue.attach()));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  EXPECT_EQ(air.user_name, owner.imsi);
  stage.hss_says(stage.aia(air, owner));
  // The USIM cannot verify what was made with the owner's K.
  stage.uplink(ue, ue.answer(stage.hears<nas::AuthenticationRequest>(ue)));
  (void)stage.hears<nas::IdentityRequest>(ue);
  stage.uplink(ue, nas::encode(nas::IdentityResponse{nas::MobileIdentity(ue.imsi)}));
  stage.attach_from(ue, Until::challenged);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
  EXPECT_EQ(stage.context(owner).emm, Ue::Emm::registered) << "the owner never heard of it";
}

//= TS 24.301, 5.4.2.7; type=test
TEST_F(MmeAuthentication, AnUsimOutOfStepIsResynchronisedOnce) {
  // The card has seen sequence numbers that this HSS has not given.
  for (std::uint64_t seq = 1; seq < 5; ++seq) {
    Rand rand{};
    const auto made =
        make_eps_vector(ue.k, ue.opc, Amf{{0x80, 0}}, *Sqn::of(seq + 100, 0), rand, PlmnId::test_value());
    (void)ue.usim.authenticate(made.vector.rand, made.vector.autn);
  }
  stage.initial(ue, nas::encode(ue.attach()));
  const auto first = challenged();
  stage.uplink(ue, ue.answer(first));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  ASSERT_TRUE(air.requested_eutran->resynchronization);
  EXPECT_EQ(air.requested_eutran->resynchronization->rand, first.rand);
  stage.hss_says(stage.aia(air, ue));  // checks the AUTS
  stage.uplink(ue, ue.answer(stage.hears<nas::AuthenticationRequest>(ue)));
  EXPECT_EQ(stage.hears<nas::SecurityModeCommand>(ue).algorithms.eia, 2);
}

TEST_F(MmeAuthentication, AResynchronisationOfSomebodyElsesCardDoesNotCountForTheUe) {
  Phone owner(*Imsi::parse("001010000000009"), 0x71);
  owner.enb_id = EnbUeS1apId{9};
  stage.attach(owner);
  ue.guti = owner.guti;
  stage.initial(ue, nas::encode(ue.attach()));
  // The guess is wrong, and the first thing said of it is that it is out of step.
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), owner));
  (void)stage.hears<nas::AuthenticationRequest>(ue);
  const nas::AuthenticationFailure failure{nas::EmmCause::synch_failure, Auts{}};
  stage.uplink(ue, nas::encode(failure));
  auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  ASSERT_TRUE(air.requested_eutran->resynchronization);
  air.requested_eutran->resynchronization.reset();
  stage.hss_says(stage.aia(air, owner));
  stage.uplink(ue, ue.answer(stage.hears<nas::AuthenticationRequest>(ue)));
  (void)stage.hears<nas::IdentityRequest>(ue);
  stage.uplink(ue, nas::encode(nas::IdentityResponse{nas::MobileIdentity(ue.imsi)}));

  // The UE's own card is out of step too, and that is put right.
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  (void)stage.hears<nas::AuthenticationRequest>(ue);
  stage.uplink(ue, nas::encode(failure));
  EXPECT_EQ(stage.at_hss<diameter::AuthenticationInformationRequest>().user_name, ue.imsi);
}

TEST_F(MmeAuthentication, EndlessResynchronisationEnds) {
  stage.attach(ue, Until::challenged);
  const nas::AuthenticationFailure failure{nas::EmmCause::synch_failure, Auts{}};
  stage.uplink(ue, nas::encode(failure));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  ASSERT_TRUE(air.requested_eutran->resynchronization);
  auto again = air;
  again.requested_eutran->resynchronization.reset();  // an HSS that cannot help either
  stage.hss_says(stage.aia(again, ue));
  (void)stage.hears<nas::AuthenticationRequest>(ue);
  stage.uplink(ue, nas::encode(failure));
  (void)stage.hears<nas::AuthenticationReject>(ue);
  EXPECT_TRUE(stage.hss_unasked());
  nothing_is_left();
}

TEST_F(MmeAuthentication, ASecondAnswerToOneChallengeChangesNothing) {
  stage.initial(ue, nas::encode(ue.attach()));
  const auto answer = ue.answer(challenged());
  stage.uplink(ue, answer);
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  stage.uplink(ue, answer);
  EXPECT_EQ(stage.counter("mme.nas.unexpected"), 1U);
  EXPECT_TRUE(stage.quiet(ue));
  stage.uplink(ue, ue.complete(command));
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
}

// --- security mode

TEST_F(MmeAuthentication, AKeySetNumberThatTheUeHasIsNotGivenAgain) {
  for (Byte n = 0; n < 7; ++n) {
    Phone p(*Imsi::parse("00101000000010" + std::to_string(n)), static_cast<Byte>(0x30 + n));
    p.enb_id = EnbUeS1apId{100U + n};
    auto request = p.attach();
    request.ksi = nas::Ksi::native(n);
    stage.initial(p, nas::encode(request));
    const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
    stage.hss_says(stage.aia(air, p));
    const auto challenge = stage.hears<nas::AuthenticationRequest>(p);
    EXPECT_TRUE(challenge.ksi.available());
    EXPECT_NE(challenge.ksi.value, n);
  }
}

TEST_F(MmeAuthentication, ARejectedSecurityModeEndsTheAttach) {
  stage.attach(ue, Until::commanded);
  stage.uplink(ue, nas::encode(nas::SecurityModeReject{nas::EmmCause::ue_security_capabilities_mismatch}));
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::ue_security_capabilities_mismatch);
  nothing_is_left();
}

TEST_F(MmeAuthentication, ASilentUeIsCommandedFiveTimes) {
  stage.attach(ue, Until::commanded);
  for (int i = 1; i < spec_of(Timer::t3460).sends; ++i) {
    stage.advance(6s);
    (void)stage.hears<nas::SecurityModeCommand>(ue);
  }
  stage.advance(6s);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  nothing_is_left();
}

TEST_F(MmeAuthentication, ACompleteUnderOtherKeysIsNotTaken) {
  stage.initial(ue, nas::encode(ue.attach()));
  stage.uplink(ue, ue.answer(challenged()));
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  auto forged = ue.complete(command);
  for (std::size_t i = 1; i < forged.size(); ++i) {
    auto broken = forged;
    broken[i] ^= 0x01;
    stage.uplink(ue, broken);
    ASSERT_TRUE(stage.hss_unasked()) << "octet " << i;
  }
  stage.uplink(ue, forged);
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
}

TEST_F(MmeAuthentication, ANullOnlyUeIsRefused) {
  ue.capability.eea = 0x80;
  ue.capability.eia = 0x80;
  stage.initial(ue, nas::encode(ue.attach()));
  stage.uplink(ue, ue.answer(challenged()));
  EXPECT_EQ(stage.hears<nas::AttachReject>(ue).cause, nas::EmmCause::ue_security_capabilities_mismatch);
  nothing_is_left();
}

//= TS 33.401, 7.2.4.3.1; type=test
TEST(MmeAlgorithms, EveryCombinationOfCapabilitiesIsChosenFromOrRefused) {
  for (const bool allow_null : {false, true}) {
    Config c = Stage::config();
    c.allow_null_ciphering = allow_null;
    c.ciphering_order = {0, 2};  // null first in the file changes nothing
    c.integrity_order = {0, 2};
    for (unsigned eea = 0; eea < 256; ++eea) {
      for (unsigned eia = 0; eia < 256; ++eia) {
        nas::UeNetworkCapability ue;
        ue.eea = static_cast<Byte>(eea);
        ue.eia = static_cast<Byte>(eia);
        const auto chosen = algorithms_for(c, ue);
        const bool aes = (eea & 0x20U) != 0;
        const bool null = allow_null && (eea & 0x80U) != 0;
        const bool expected = (eia & 0x20U) != 0 && (aes || null);
        ASSERT_EQ(chosen.has_value(), expected) << eea << " " << eia;
        if (!chosen) continue;
        ASSERT_EQ(chosen->eia, Eia::eia2);
        ASSERT_EQ(chosen->eea, aes ? Eea::eea2 : Eea::eea0);
      }
    }
  }
}

// The same sweep through the whole node, every 7th combination: refused or commanded, and always alive.
TEST_F(MmeAuthentication, TheNodeOutlivesTheCapabilitySweep) {
  stage.ledger = false;
  std::uint32_t n = 1000;
  for (unsigned pair = 0; pair < 65536; pair += 97) {
    Phone p(*Imsi::parse("001010000000077"), 0x41);
    p.enb_id = EnbUeS1apId{++n};
    p.capability.eea = static_cast<Byte>(pair >> 8U);
    p.capability.eia = static_cast<Byte>(pair & 0xFFU);
    stage.initial(p, nas::encode(p.attach()));
    const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
    // A new card each time: its sequence numbers start again with the HSS's going on.
    stage.hss_says(stage.aia(air, p));
    stage.uplink(p, p.answer(stage.hears<nas::AuthenticationRequest>(p)));
    const bool fits = (p.capability.eea & 0x20U) != 0 && (p.capability.eia & 0x20U) != 0;
    if (fits) {
      const auto command = stage.hears<nas::SecurityModeCommand>(p);
      ASSERT_EQ(command.algorithms, (nas::NasAlgorithms{2, 2}));
      ASSERT_EQ(command.replayed_capability.eea, p.capability.eea);
      ASSERT_EQ(command.replayed_capability.eia, p.capability.eia);
      stage.uplink(p,
                   nas::encode(nas::SecurityModeReject{nas::EmmCause::security_mode_rejected_unspecified}));
    }
    ASSERT_EQ(stage.hears<nas::AttachReject>(p).cause,
              fits ? nas::EmmCause::security_mode_rejected_unspecified
                   : nas::EmmCause::ue_security_capabilities_mismatch);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(p);
    stage.confirm_release(p);
    ASSERT_EQ(stage.mme.ue_count(), 0U);
  }
}

TEST(MmeNullCiphering, IsTheLastChoiceAndIsCounted) {
  Config c = Stage::config();
  c.allow_null_ciphering = true;
  Stage stage(c);
  stage.start();
  Phone ue(*Imsi::parse("001010000000001"), 0x11);
  ue.capability.eea = 0x80;
  ue.capability.eia = 0x20;
  stage.attach(ue);
  EXPECT_EQ(stage.context(ue).security->algorithms(), (Chosen{Eea::eea0, Eia::eia2}));
  EXPECT_EQ(stage.counter("mme.security_mode.null_ciphering"), 1U);
}

TEST_F(MmeAuthentication, AConnectedUeGetsNewKeysOnCommand) {
  stage.attach(ue);
  const KeyId old = key_id_of(KeyIdKey{}, *stage.context(ue).security->kasme());
  stage.give(Command{Verb::reauthenticate, ue.imsi, 0});
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.hss_says(stage.aia(air, ue));
  stage.uplink(ue, ue.cipher(ue.answer(stage.hears<nas::AuthenticationRequest>(ue))));
  stage.uplink(ue, ue.complete(stage.hears<nas::SecurityModeCommand>(ue)));
  //= S0.D11; type=test
  EXPECT_FALSE(stage.was_erased(KeyKind::kasme, old)) << "the radio still runs on it";
  EXPECT_EQ(*stage.context(ue).security->kasme(), *ue.security->kasme());
  // The radio gets its key from the new KASME and the COUNT of the Security Mode Complete.
  const auto change = stage.at_enb_for<s1ap::UeContextModificationRequest>(ue);
  EXPECT_EQ(*change.security_key, derive_kenb(*ue.security->kasme(), UplinkNasCount{NasCount{}}));
  stage.enb_says_message(0, s1ap::UeContextModificationResponse{ue.mme_id, ue.enb_id, std::nullopt});
  EXPECT_TRUE(stage.was_erased(KeyKind::kasme, old));
  EXPECT_EQ(stage.context(ue).ncc, 1);
  ASSERT_EQ(stage.outcomes.size(), 1U);
  EXPECT_TRUE(stage.outcomes[0].ok);
}

TEST_F(MmeAuthentication, AReauthenticationWithoutHssLeavesTheOldKeysInUse) {
  stage.attach(ue);
  stage.give(Command{Verb::reauthenticate, ue.imsi, 0});
  (void)stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.advance(15s);
  EXPECT_FALSE(stage.outcomes.at(0).ok);
  EXPECT_EQ(*stage.context(ue).security->kasme(), *ue.security->kasme());
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

TEST_F(MmeAuthentication, AReauthenticationTheUeRefusesLeavesNoNewKeyBehind) {
  stage.attach(ue);
  const auto before = stage.held(ue.imsi);
  stage.give(Command{Verb::reauthenticate, ue.imsi, 0});
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.hss_says(stage.aia(air, ue));
  stage.uplink(ue, ue.cipher(ue.answer(stage.hears<nas::AuthenticationRequest>(ue))));
  (void)stage.at_enb_for<s1ap::DownlinkNasTransport>(ue);
  stage.uplink(
      ue, ue.cipher(nas::encode(nas::SecurityModeReject{nas::EmmCause::security_mode_rejected_unspecified})));
  EXPECT_FALSE(stage.outcomes.at(0).ok);
  EXPECT_FALSE(stage.context(ue).fresh);
  EXPECT_EQ(stage.held(ue.imsi), before);
}

// Octets: pycrate, test/test_mobile.py: what a phone said of itself (nas_pdu_mo) and what its network
// replayed to it (nas_pdu_mt).
//= TS 24.301, 9.9.3.36; type=test
TEST_F(MmeAuthentication, TheGprsAlgorithmsAreReplayedAsTheCommandHasThem) {
  auto request = ue.attach();
  const ByteVector network{0xE0, 0x60, 0xC0, 0x40};
  const ByteVector ms{0xE5, 0xE0, 0x34};
  request.capability = *nas::UeNetworkCapability::parse(network);
  request.ms_capability = nas::MsNetworkCapability::parse(ms);
  ASSERT_TRUE(request.ms_capability);
  stage.initial(ue, nas::encode(request));
  stage.hss_says(stage.aia(stage.at_hss<diameter::AuthenticationInformationRequest>(), ue));
  stage.uplink(ue, ue.answer(stage.hears<nas::AuthenticationRequest>(ue)));
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  const ByteVector replayed{0xE0, 0x60, 0xC0, 0x40, 0x70};
  EXPECT_EQ(command.replayed_capability, nas::UeSecurityCapability::parse(replayed));
}

//= TS 24.301, 6.5.1.4; type=test
TEST_F(MmeAuthentication, AUeThatTakesNothingButIpv6IsToldSo) {
  auto wanted = ue.pdn_request();
  wanted.pdn_type = nas::PdnType::ipv6;
  auto request = ue.attach();
  request.esm = nas::EsmContainer::of(nas::encode(wanted));
  stage.initial(ue, nas::encode(request));
  stage.authenticate(ue);
  const auto reject = stage.hears<nas::AttachReject>(ue);
  EXPECT_EQ(reject.cause, nas::EmmCause::esm_failure);
  ASSERT_TRUE(reject.esm);
  const auto inside = nas::decode<nas::PdnConnectivityReject>(reject.esm->bytes());
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->cause, nas::EsmCause::pdn_type_ipv4_only);
}

}  // namespace
}  // namespace baton::node::mme::test
