// Whoever has not proved who it is changes nothing of anybody else.
#include <gtest/gtest.h>

#include "node/mme_stage.h"

namespace baton::node::mme::test {
namespace {

using Until = Stage::Until;

class MmeSecurity : public ::testing::Test {
 protected:
  MmeSecurity() {
    stage.start();
    attacker.enb_id = EnbUeS1apId{66};
    attacker.enb = 1;
  }
  // What must not change when somebody else speaks in the victim's name.
  struct Picture {
    Ue::Emm emm;
    NasCounter uplink, downlink;
    KeyId kasme;
    std::optional<Guti> guti;
    bool idle, session;
    friend bool operator==(const Picture&, const Picture&) = default;
  };
  Picture picture_of(const Phone& p) {
    const Ue& ue = stage.context(p);
    return {ue.emm,
            ue.security->uplink(),
            ue.security->downlink(),
            key_id_of(KeyIdKey{}, *ue.security->kasme()),
            ue.guti,
            ue.idle(),
            ue.session.has_value()};
  }
  void victim_attaches(bool idle) {
    stage.attach(victim);
    if (idle) stage.release_by_enb(victim);
    stage.let_go();
  }

  Stage stage;
  Phone victim{*Imsi::parse("001010000000001"), 0x11};
  Phone attacker{*Imsi::parse("001010000000666"), 0x66};
};

//= TS 24.301, 4.4.4.3; type=test
TEST_F(MmeSecurity, AnAttachInTheVictimsNameNeverReachesItsContext) {
  for (const bool idle : {false, true}) {
    for (const bool by_guti : {false, true}) {
      Stage fresh;
      fresh.start();
      Phone owner{*Imsi::parse("001010000000001"), 0x11};
      fresh.attach(owner);
      if (idle) fresh.release_by_enb(owner);
      fresh.let_go();
      const Ue& context = fresh.context(owner);
      const auto uplink = context.security->uplink();
      const auto kasme = key_id_of(KeyIdKey{}, *context.security->kasme());

      Phone thief{owner.imsi, 0x66};  // the victim's IMSI on a card with another K
      thief.enb = 1;
      thief.enb_id = EnbUeS1apId{66};
      if (by_guti) thief.guti = owner.guti;
      fresh.initial(thief, nas::encode(thief.attach()));
      const auto air = fresh.at_hss<diameter::AuthenticationInformationRequest>();
      fresh.hss_says(fresh.aia(air, owner));
      (void)fresh.hears<nas::AuthenticationRequest>(thief);
      fresh.uplink(thief, nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(8, 0))}));
      if (by_guti) {
        (void)fresh.hears<nas::IdentityRequest>(thief);
        fresh.uplink(thief, nas::encode(nas::IdentityResponse{nas::MobileIdentity(owner.imsi)}));
      }
      (void)fresh.hears<nas::AuthenticationReject>(thief);
      EXPECT_EQ(&fresh.context(owner), &context) << "the same context still";
      EXPECT_EQ(context.emm, Ue::Emm::registered);
      EXPECT_EQ(context.idle(), idle);
      EXPECT_EQ(context.security->uplink(), uplink);
      EXPECT_EQ(key_id_of(KeyIdKey{}, *context.security->kasme()), kasme);
      EXPECT_TRUE(fresh.upe_unasked()) << "its session stands";
      EXPECT_TRUE(fresh.quiet(owner));
      EXPECT_EQ(fresh.mme.ue_count(), 1U);
    }
  }
}

TEST_F(MmeSecurity, OnlyTheRealSubscriberReplacesItsOwnContext) {
  victim_attaches(false);
  const KeyId old = key_id_of(KeyIdKey{}, *stage.context(victim).security->kasme());
  const MmeUeS1apId old_connection = victim.mme_id;
  // The same card in another phone, or after a battery pull: an IMSI and nothing else.
  Phone again{victim.imsi, 0x11};
  again.usim = std::move(victim.usim);
  again.enb = 1;
  again.enb_id = EnbUeS1apId{2};
  stage.attach(again, Until::commanded);
  EXPECT_EQ(key_id_of(KeyIdKey{}, *stage.context(victim).security->kasme()), old) << "not proved yet";
  EXPECT_EQ(stage.mme.ue_count(), 2U);
  stage.uplink(again,
               again.complete(*nas::decode<nas::SecurityModeCommand>(context::text_of(again.last_down))));
  // Now it is: the old context is gone, its connection released, its session deleted (step 10).
  EXPECT_EQ(stage.mme.ue_count(), 1U);
  EXPECT_TRUE(stage.was_erased(KeyKind::kasme, old));
  const auto command = stage.at_enb<s1ap::UeContextReleaseCommand>(0);
  EXPECT_EQ(s1ap::mme_ue_id_of(command.ids), old_connection);
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  EXPECT_TRUE(stage.hss_unasked());
  stage.upe_says(gtp2::DeleteSessionResponse{}, Teid{1});
  (void)stage.at_hss<diameter::UpdateLocationRequest>();
}

TEST_F(MmeSecurity, ForgedFirstMessagesWithTheVictimsGutiAreTurnedAway) {
  victim_attaches(true);
  const auto before = picture_of(victim);
  attacker.guti = victim.guti;

  // A tracking area update without a MAC, and with a wrong one.
  nas::TauRequest tau;
  tau.old_guti = *victim.guti;
  for (const bool with_mac : {false, true}) {
    auto pdu = nas::encode(tau);
    if (with_mac) pdu = nas::assemble(nas::SecurityHeader::integrity, {1, 2, 3, 4}, 200, pdu);
    stage.initial(attacker, pdu);
    EXPECT_EQ(stage.hears<nas::TauReject>(attacker).cause, nas::EmmCause::ue_identity_cannot_be_derived);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(attacker);
    stage.confirm_release(attacker);
    EXPECT_EQ(picture_of(victim), before);
  }
  // A detach: whoever it is may go, the victim stays.
  nas::UeDetachRequest detach;
  detach.identity = *victim.guti;
  stage.initial(attacker, nas::encode(detach));
  (void)stage.hears<nas::DetachAccept>(attacker);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(attacker);
  stage.confirm_release(attacker);
  EXPECT_EQ(picture_of(victim), before);
  detach.detach_type.switch_off = true;
  stage.initial(attacker, nas::encode(detach));
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(attacker);
  stage.confirm_release(attacker);
  EXPECT_EQ(picture_of(victim), before);
  // A service request with every short MAC but the right one: a sample.
  auto right = *victim.security->clone().service_request();
  for (int i = 0; i < 64; ++i) {
    auto wrong = right;
    wrong[static_cast<std::size_t>(2 + i % 2)] ^= static_cast<Byte>(1U << (i / 2 % 8));
    stage.initial(attacker, wrong);
    EXPECT_EQ(stage.hears<nas::ServiceReject>(attacker).cause, nas::EmmCause::ue_identity_cannot_be_derived);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(attacker);
    stage.confirm_release(attacker);
  }
  EXPECT_EQ(picture_of(victim), before);
  EXPECT_TRUE(stage.upe_unasked() && stage.hss_unasked());
  // And the victim itself is served at once.
  stage.initial(victim, stage.service_request(victim));
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(victim);
}

//= TS 24.301, 4.4.3.2; type=test
TEST_F(MmeSecurity, AReplayedFirstMessageIsTurnedAway) {
  victim_attaches(true);
  const auto request = stage.service_request(victim);
  stage.initial(victim, request);
  (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(victim);
  stage.context_set_up(victim);
  stage.attach_from(victim, Until::attached);
  stage.release_by_enb(victim);
  const auto before = picture_of(victim);
  attacker.guti = victim.guti;
  stage.initial(attacker, request);
  EXPECT_EQ(stage.hears<nas::ServiceReject>(attacker).cause, nas::EmmCause::ue_identity_cannot_be_derived);
  EXPECT_EQ(picture_of(victim), before);
}

//= TS 24.301, 4.4.4.3; type=test
TEST_F(MmeSecurity, WithSecurityOnNothingUnprotectedIsTaken) {
  stage.attach(victim);
  const auto before = picture_of(victim);
  const std::vector<ByteVector> plain{
      nas::encode(victim.attach_complete()),
      nas::encode(nas::TauComplete{}),
      nas::encode(nas::SecurityModeComplete{}),
      nas::encode(nas::DetachAccept{}),
      nas::encode(nas::IdentityResponse{nas::MobileIdentity(attacker.imsi)}),
      nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(8, 1))}),
      nas::encode(nas::SecurityModeReject{nas::EmmCause::security_mode_rejected_unspecified}),
      nas::encode(nas::EmmStatus{nas::EmmCause::message_type_non_existent}),
      nas::encode(nas::TauRequest{.old_guti = *victim.guti})};
  for (const auto& message : plain) {
    stage.uplink(victim, message);
    EXPECT_EQ(picture_of(victim), before) << hex(message);
    stage.uplink(victim, nas::assemble(nas::SecurityHeader::integrity_ciphered, {9, 9, 9, 9}, 7, message));
    EXPECT_EQ(picture_of(victim), before);
  }
  nas::UeDetachRequest detach;
  detach.identity = *victim.guti;
  detach.detach_type.switch_off = true;
  stage.uplink(victim, nas::encode(detach));
  EXPECT_EQ(picture_of(victim), before);
  EXPECT_TRUE(stage.quiet(victim));
  EXPECT_GT(stage.counter("mme.nas.unprotected") + stage.counter("mme.nas.integrity_failed"), 10U);
}

TEST_F(MmeSecurity, ReplayedAndBrokenMessagesMoveNoCount) {
  stage.attach(victim, Until::set_up);
  const auto complete = victim.cipher(nas::encode(victim.attach_complete()));
  for (std::size_t bit = 0; bit < complete.size() * 8; ++bit) {
    auto broken = complete;
    broken[bit / 8] ^= static_cast<Byte>(1U << (bit % 8));
    stage.uplink(victim, broken);
    ASSERT_TRUE(stage.upe_unasked()) << "bit " << bit;
  }
  stage.uplink(victim, complete);
  stage.attach_from(victim, Until::attached);
  const auto before = picture_of(victim);
  stage.uplink(victim, complete);
  EXPECT_EQ(picture_of(victim), before);
  EXPECT_EQ(stage.counter("mme.attach.completed"), 1U);
}

//= TS 24.301, 5.5.1.2.7; type=test
TEST_F(MmeSecurity, TheSameAttachRequestAgainIsIgnoredAndAnsweredAgainOnceAccepted) {
  const auto request = nas::encode(victim.attach());
  stage.initial(victim, request);
  stage.attach_from(victim, Until::challenged, Until::challenged);
  stage.uplink(victim, request);
  EXPECT_TRUE(stage.quiet(victim) && stage.hss_unasked());
  stage.attach_from(victim, Until::commanded, Until::set_up);
  stage.uplink(victim, request);
  EXPECT_EQ(stage.hears<nas::AttachAccept>(victim).guti, victim.guti);
  stage.attach_from(victim, Until::completed);
  EXPECT_EQ(stage.context(victim).emm, Ue::Emm::registered);
}

TEST_F(MmeSecurity, AnotherAttachRequestOnTheConnectionBeginsAnew) {
  stage.attach(victim, Until::challenged);
  auto request = victim.attach();
  request.capability.eea = 0x60;
  victim.capability = request.capability;
  stage.uplink(victim, nas::encode(request));
  stage.attach_from(victim, Until::challenged);
  EXPECT_EQ(stage.context(victim).security->capability().eea, 0x60);
}

TEST_F(MmeSecurity, AReAttachWithAGoodMacNeedsNoAuthentication) {
  victim_attaches(true);
  const KeyId kasme = key_id_of(KeyIdKey{}, *stage.context(victim).security->kasme());
  const auto guti = victim.guti;
  const auto first = victim.first(nas::encode(victim.attach()));
  const auto count = *victim.security->last_sent();
  stage.initial(victim, first);
  // Step 10: the old session goes; then straight on to a new one.
  (void)stage.at_upe<gtp2::DeleteSessionRequest>();
  stage.upe_says(gtp2::DeleteSessionResponse{}, *stage.context(victim).s11);
  EXPECT_TRUE(stage.hss_unasked());
  const auto create = stage.at_upe<gtp2::CreateSessionRequest>();
  stage.upe_says(stage.created(create), create.sender.teid);
  auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(victim);
  EXPECT_EQ(setup.security_key, derive_kenb(*victim.security->kasme(), UplinkNasCount{count}));
  victim.guti = stage.opened<nas::AttachAccept>(victim, setup.erabs.at(0).nas->octets).guti;
  EXPECT_NE(victim.guti, guti) << "a new GUTI at every attach";
  stage.attach_from(victim, Until::set_up);
  EXPECT_EQ(key_id_of(KeyIdKey{}, *stage.context(victim).security->kasme()), kasme);
}

TEST_F(MmeSecurity, AUeThatCanDoSomethingElseNowGetsNewKeys) {
  victim_attaches(true);
  const KeyId old = key_id_of(KeyIdKey{}, *stage.context(victim).security->kasme());
  victim.capability.eea = 0xA0;
  stage.initial(victim, victim.first(nas::encode(victim.attach())));
  const auto air = stage.at_hss<diameter::AuthenticationInformationRequest>();
  stage.hss_says(stage.aia(air, victim));
  stage.uplink(victim, victim.cipher(victim.answer(stage.hears<nas::AuthenticationRequest>(victim))));
  const auto command = stage.hears<nas::SecurityModeCommand>(victim);
  EXPECT_EQ(command.replayed_capability.eea, 0xA0);
  stage.uplink(victim, victim.complete(command));
  EXPECT_TRUE(stage.was_erased(KeyKind::kasme, old));
}

TEST_F(MmeSecurity, AStrangerGetsOnlySoManyUselessMessages) {
  stage.attach(attacker, Until::challenged);
  for (int i = 0; i < nas_strikes_max; ++i) stage.uplink(attacker, nas::encode(nas::TauComplete{}));
  EXPECT_EQ(stage.mme.ue_count(), 1U) << "on the bound";
  stage.uplink(attacker, nas::encode(nas::TauComplete{}));
  EXPECT_EQ(stage.mme.ue_count(), 0U) << "one past it";
  EXPECT_TRUE(stage.held(attacker.imsi).empty());
}

TEST(MmeLimits, ProvisionalContextsAreBoundedAndDoNotCrowdOutRegisteredOnes) {
  Config c = Stage::config();
  c.provisional_limit = 3;
  Stage stage(c);
  stage.start();
  Phone registered(*Imsi::parse("001010000000001"), 0x11);
  registered.enb_id = EnbUeS1apId{100};
  stage.attach(registered);
  for (std::uint32_t n = 1; n <= 3; ++n) {
    Phone p(*Imsi::parse("00101000000001" + std::to_string(n)), static_cast<Byte>(0x20 + n));
    p.enb_id = EnbUeS1apId{n};
    stage.attach(p, Until::challenged);
  }
  Phone fourth(*Imsi::parse("001010000000044"), 0x55);
  fourth.enb_id = EnbUeS1apId{4};
  stage.initial(fourth, nas::encode(fourth.attach()));
  EXPECT_EQ(stage.hears<nas::AttachReject>(fourth).cause, nas::EmmCause::congestion);
  EXPECT_EQ(stage.context(registered).emm, Ue::Emm::registered);
}

TEST(MmeLimits, APlainAttachOnAConnectionIsNothingWhileThereIsNoRoomForANewcomer) {
  Config config = Stage::config();
  config.provisional_limit = 1;
  Stage stage(std::move(config));
  stage.start();
  Phone ue{*Imsi::parse("001010000000001"), 0x11};
  Phone other{*Imsi::parse("001010000000002"), 0x22};
  other.enb_id = EnbUeS1apId{2};
  stage.attach(ue, Until::creating);
  stage.initial(other, nas::encode(other.attach()));  // takes the only room
  stage.uplink(ue, nas::encode(other.attach()));
  EXPECT_EQ(stage.counter("mme.attach.congestion"), 1U);
  EXPECT_TRUE(stage.context(ue).busy());
  stage.attach_from(ue, Until::accepted);
  EXPECT_EQ(stage.context(ue).emm, Ue::Emm::registered);
}

}  // namespace
}  // namespace baton::node::mme::test
