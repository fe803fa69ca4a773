// What keeps a UE's network honest: challenges, security mode, and what is listened to.
#include "crypto/milenage.h"
#include "node/ue_network.h"

namespace baton::node::ue {
namespace {

UeNetwork& asked(UeNetwork& n) {
  n.command(Verb::attach);
  (void)n.heard_as<nas::AttachRequest>();
  return n;
}

//= TS 24.301, 5.4.2.6; type=test
TEST(UeAuthentication, AForgedChallengeIsAnsweredWithMacFailure) {
  UeNetwork n;
  asked(n);
  auto v = n.vector(1);
  v.autn.bytes[15] ^= 1U;
  n.plain(nas::AuthenticationRequest{nas::Ksi::native(1), v.rand, v.autn});
  const auto m = n.heard_as<nas::AuthenticationFailure>();
  EXPECT_EQ(m.cause, EmmCause::mac_failure);
  EXPECT_FALSE(m.auts);
  EXPECT_TRUE(n.running(Timer::t3418));
  EXPECT_FALSE(n.running(Timer::t3410));
  EXPECT_TRUE(n.held().empty());
  // A genuine one in time puts everything right.
  n.challenge(1);
  EXPECT_FALSE(n.running(Timer::t3418));
  EXPECT_TRUE(n.running(Timer::t3410));
}

TEST(UeAuthentication, AChallengeUsedBeforeIsAnsweredWithTheCardsSequenceNumber) {
  UeNetwork n;
  asked(n);
  n.challenge(5);
  auto old = n.vector(4);
  n.plain(nas::AuthenticationRequest{nas::Ksi::native(2), old.rand, old.autn});
  const auto m = n.heard_as<nas::AuthenticationFailure>();
  EXPECT_EQ(m.cause, EmmCause::synch_failure);
  ASSERT_TRUE(m.auts);
  const auto sqn = verify_auts(n.k, n.opc, old.rand, *m.auts);
  ASSERT_TRUE(sqn);
  EXPECT_EQ(sqn->seq(), 5U);
  EXPECT_TRUE(n.running(Timer::t3420));
}

//= TS 33.401, 6.1.1; type=test
TEST(UeAuthentication, AVectorNotMadeForEpsIsRefused) {
  UeNetwork n;
  asked(n);
  // make_eps_vector always sets the bit, so MAC-A is made here for an AMF without it.
  const auto sqn = Sqn::of(1, 0)->octets();
  const Rand rand{};
  const crypto::Milenage f(UeNetwork::k_octets, UeNetwork::opc_octets, rand.bytes);
  const std::array<Byte, 2> amf{0x00, 0x00};
  const auto mac = f.f1(sqn, amf).f1;
  const auto res_ak = f.f2_f5();
  Autn autn;
  for (std::size_t i = 0; i < 6; ++i) autn.bytes[i] = static_cast<Byte>(sqn[i] ^ res_ak.ak.expose()[i]);
  std::copy(mac.begin(), mac.end(), autn.bytes.begin() + 8);
  n.plain(nas::AuthenticationRequest{nas::Ksi::native(1), rand, autn});
  EXPECT_EQ(n.heard_as<nas::AuthenticationFailure>().cause, EmmCause::non_eps_authentication_unacceptable);
  EXPECT_TRUE(n.held().empty());
}

//= TS 24.301, 5.4.2.7; type=test
TEST(UeAuthentication, ThreeWrongChallengesEndTheConnection) {
  UeNetwork n;
  asked(n);
  for (int i = 0; i < 3; ++i) {
    auto v = n.vector(1);
    v.autn.bytes[15] ^= 1U;
    n.plain(nas::AuthenticationRequest{nas::Ksi::native(1), v.rand, v.autn});
  }
  EXPECT_FALSE(n.ue.connected());
  EXPECT_FALSE(n.outcomes.at(0).ok);
  EXPECT_EQ(n.counters["ue.network_not_genuine"], 1);
}

TEST(UeAuthentication, NoGenuineChallengeBeforeT3418EndsTheConnection) {
  UeNetwork n;
  asked(n);
  auto v = n.vector(1);
  v.autn.bytes[15] ^= 1U;
  n.plain(nas::AuthenticationRequest{nas::Ksi::native(1), v.rand, v.autn});
  n.wait(20s);
  EXPECT_FALSE(n.ue.connected());
  EXPECT_FALSE(n.outcomes.at(0).ok);
}

//= TS 24.301, 5.4.2.3; type=test
TEST(UeAuthentication, TheSameChallengeAgainGetsTheSameAnswerWithoutTheCard) {
  UeNetwork n;
  asked(n);
  auto v = n.vector(1);
  const nas::AuthenticationRequest m{nas::Ksi::native(1), v.rand, v.autn};
  n.plain(m);
  const auto first = n.heard_as<nas::AuthenticationResponse>();
  n.plain(m);
  EXPECT_EQ(n.heard_as<nas::AuthenticationResponse>().res, first.res);
  // After T3416 the answer is forgotten, and the card takes the challenge for a replay.
  n.now += 14s;
  n.happen(TimerFired{{TimerDomain::ue, 0, static_cast<std::uint16_t>(Timer::t3416)}});
  n.plain(m);
  EXPECT_EQ(n.heard_as<nas::AuthenticationFailure>().cause, EmmCause::synch_failure);
}

//= TS 24.301, 5.4.2.5; type=test
TEST(UeAuthentication, ARejectTakesEverythingAndInvalidatesTheCard) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  n.plain(nas::AuthenticationReject{});
  EXPECT_FALSE(n.ue.usim_valid());
  EXPECT_FALSE(n.ue.guti());
  EXPECT_TRUE(n.held().empty());
  EXPECT_FALSE(n.outcomes.at(0).ok);
}

//= TS 24.301, 5.4.3.3; type=test
//= TS 24.301, 5.4.3.5; type=test
TEST(UeSecurityMode, CapabilitiesThatWereBidDownAreRefused) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  auto m = n.command_for(n.capability);
  m.replayed_capability.eea = 0x80;
  n.nas_octets(n.sealed_command(m));
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::ue_security_capabilities_mismatch);
  EXPECT_FALSE(n.ue.context());
  // The refused command left no trace: a right one under the next COUNT is taken.
  n.secure();
}

TEST(UeSecurityMode, EveryCapabilityButOursIsRefused) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  auto m = n.command_for(n.capability);
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto changed = m;
    (bit < 8 ? changed.replayed_capability.eea : changed.replayed_capability.eia) ^=
        static_cast<Byte>(1U << (bit % 8));
    n.nas_octets(n.sealed_command(changed));
    EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::ue_security_capabilities_mismatch);
  }
  auto more = m;
  more.replayed_capability.umts.emplace();
  n.nas_octets(n.sealed_command(more));
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::ue_security_capabilities_mismatch);
}

TEST(UeSecurityMode, AForgedCommandIsRefused) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  auto octets = n.sealed_command(n.command_for(n.capability));
  octets[2] ^= 1U;
  n.nas_octets(octets);
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::security_mode_rejected_unspecified);
  EXPECT_FALSE(n.ue.context());
}

TEST(UeSecurityMode, AReplayedCommandIsRefusedAndTheContextStays) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  const auto octets = n.sealed_command(n.command_for(n.capability));
  n.nas_octets(octets);
  (void)n.heard_as<nas::SecurityModeComplete>();
  n.adopt();
  const auto before = n.ue.context()->receiving();
  n.nas_octets(octets);
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::security_mode_rejected_unspecified);
  EXPECT_EQ(n.ue.context()->receiving(), before);
  EXPECT_EQ(n.held().at(std::string(to_string(KeyKind::knas_int))), 1);
}

TEST(UeSecurityMode, NullIntegrityIsRefusedAndAnUnknownKeySetToo) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  auto null = n.command_for(n.capability);
  null.algorithms = {2, 0};
  n.nas_octets(n.sealed_command(null));
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::security_mode_rejected_unspecified);
  auto unknown = n.command_for(n.capability);
  unknown.ksi = nas::Ksi::native(5);
  n.nas_octets(n.sealed_command(unknown));
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::security_mode_rejected_unspecified);
  EXPECT_FALSE(n.ue.context());
}

TEST(UeSecurityMode, ACommandBeforeAnyChallengeIsRefused) {
  UeNetwork n;
  asked(n);
  n.fresh.emplace(context::Side::network, std::move(n.vector(1).kasme), nas::Ksi::native(1));
  ASSERT_TRUE(n.fresh->activate({Eea::eea2, Eia::eia2}));
  n.nas_octets(n.sealed_command(n.command_for(n.capability)));
  EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, EmmCause::security_mode_rejected_unspecified);
}

//= TS 33.401, 7.2.4.4; type=test
TEST(UeSecurityMode, ARequestChangedOnItsWayIsSentAgainInside) {
  UeNetwork n;
  n.command(Verb::attach);
  const ByteVector request = n.heard();
  n.challenge(1);
  auto m = n.command_for(n.capability);
  m.hash_mme = nas::HashMme::from(hash_mme(request).bytes);
  auto wrong = m;
  wrong.hash_mme->bytes[0] ^= 1U;
  n.nas_octets(n.sealed_command(wrong));
  const auto complete = n.heard_as<nas::SecurityModeComplete>();
  ASSERT_TRUE(complete.replayed_nas);
  EXPECT_EQ(complete.replayed_nas->bytes(), request);
}

//= TS 24.301, 4.4.4.2; type=test
TEST(UeProtection, OnlyTheNamedMessagesAreTakenWithoutProtection) {
  UeNetwork n;
  asked(n);
  int ignored = 0;
  const auto ignore = [&](const nas::Message& m) {
    n.plain(m);
    EXPECT_TRUE(n.silent()) << nas::name_of(m);
    EXPECT_EQ(n.counters["ue.nas_unprotected"], ++ignored) << nas::name_of(m);
  };
  ignore(n.accept(nas::Pti{1}));
  ignore(nas::GutiReallocationCommand{nas::EpsMobileIdentity(Guti::test_value()), {}});
  ignore(nas::NetworkDetachRequest{});
  ignore(nas::EmmInformation{});
  ignore(nas::IdentityRequest{nas::IdentityType::imeisv});
  ignore(nas::EsmInformationRequest{});
  n.plain(nas::IdentityRequest{nas::IdentityType::imsi});
  EXPECT_EQ(*n.heard_as<nas::IdentityResponse>().identity.imsi(), Imsi::test_value());
}

TEST(UeProtection, NothingIsTakenWithoutProtectionOnceItIsOn) {
  UeNetwork n;
  n.attach();
  n.plain(nas::IdentityRequest{nas::IdentityType::imsi});
  n.plain(nas::AuthenticationReject{});
  n.plain(nas::NetworkDetachRequest{});
  auto v = n.vector(9);
  n.plain(nas::AuthenticationRequest{nas::Ksi::native(3), v.rand, v.autn});
  EXPECT_EQ(n.counters["ue.nas_unprotected"], 4);
  EXPECT_TRUE(n.silent());
  EXPECT_TRUE(n.ue.usim_valid());
  EXPECT_EQ(n.ue.state(), State::registered);
}

TEST(UeProtection, AReplayedOrForgedMessageMovesNoCount) {
  UeNetwork n;
  n.attach();
  auto pdu = *n.context->protect(context::NasSecurityHeader::ciphered,
                                 nas::encode(nas::IdentityRequest{nas::IdentityType::imsi}));
  n.nas_octets(pdu);
  (void)n.heard_as<nas::IdentityResponse>();
  const auto before = n.ue.context()->receiving();
  n.nas_octets(pdu);
  auto forged = pdu;
  forged.back() ^= 1U;
  n.nas_octets(forged);
  EXPECT_EQ(n.counters["ue.nas_integrity_failed"], 2);
  EXPECT_EQ(n.ue.context()->receiving(), before);
  EXPECT_TRUE(n.silent());
}

//= TS 24.301, 7.4; type=test
TEST(UeProtection, WhatCannotBeReadIsAnsweredWithAStatus) {
  UeNetwork n;
  n.attach();
  n.nas_octets(*n.context->protect(context::NasSecurityHeader::ciphered, ByteVector{0x07, 0xFF}));
  EXPECT_EQ(n.heard_as<nas::EmmStatus>().cause, EmmCause::message_type_non_existent);
  n.nas_octets(*n.context->protect(context::NasSecurityHeader::ciphered, ByteVector{0x07, 0x49}));
  EXPECT_EQ(n.heard_as<nas::EmmStatus>().cause, EmmCause::invalid_mandatory_information);
  n.sealed(nas::TauComplete{});
  EXPECT_EQ(n.heard_as<nas::EmmStatus>().cause, EmmCause::message_type_not_compatible_with_state);
}

TEST(UeRekey, ANewAuthenticationWhileConnectedReplacesTheNasKeysAndThenTheRadiosOnes) {
  UeNetwork n;
  n.attach();
  n.challenge(2, 2);
  n.secure();
  EXPECT_EQ(n.ue.context()->ksi(), nas::Ksi::native(2));
  // The radio goes on under the old KASME's chain until it gets keys of the new one.
  //= TS 33.401, 7.2.10; type=test
  for (const auto& [kind, count] : n.held()) EXPECT_EQ(count, kind == "K_ASME" ? 2 : 1) << kind;
  // The eNB orders an intra-cell handover under the KeNB that comes of the new KASME.
  //= TS 33.401, 7.2.9.2; type=test
  const Kenb star = derive_kenb_star(*n.context->kenb(), Pci{1}, *EarfcnDl::from(1575));
  const rrc::CRnti renamed{0x777};
  auto order = n.srb1->protect(
      rrc::encode(rrc::Reconfiguration{9, {}, {}, rrc::MobilityControl{1, 1575, renamed, true, 0, {}}}));
  Actions air;
  ASSERT_TRUE(order && n.link->send(rrc::Channel::srb1, std::move(*order), n.now, air));
  n.link.emplace(peer::RadioLink(n.link->remote(), renamed, n.link->timer()));
  n.srb1.emplace(context::Side::network, Byte{1});
  ASSERT_TRUE(n.srb1->start_integrity(Eia::eia2, derive_krrc_int(star, Eia::eia2)));
  ASSERT_TRUE(n.srb1->start_ciphering(Eea::eea2, derive_krrc_enc(star, Eea::eea2)));
  for (Action& a : air.take())
    if (auto* d = std::get_if<SendDatagram>(&a))
      n.happen(DatagramIn{Port::radio, n.here(), std::move(d->octets)});
  const auto done = n.heard_rrc<rrc::ReconfigurationComplete>();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->transaction, 9);
  EXPECT_TRUE(n.ue.connected());
  KeyId kenb;
  for (const LedgerEntry& e : n.ledger)
    if (e.kind == KeyKind::kenb && e.event == KeyEvent::derived) kenb = e.key;
  EXPECT_EQ(kenb, key_id_of(KeyIdKey{}, star));
  for (const auto& [kind, count] : n.held()) EXPECT_EQ(count, 1) << kind;
}

//= TS 36.331, 5.3.4.3; type=test
TEST(UeRadioSecurity, ACommandUnderAnotherKeyIsRefusedInTheEnd) {
  UeNetwork n;
  asked(n);
  n.challenge(1);
  n.secure();
  const std::array<Byte, 32> wrong{1};
  const Kenb kenb(wrong);
  ASSERT_TRUE(n.srb1->start_integrity(Eia::eia2, derive_krrc_int(kenb, Eia::eia2)));
  n.say(rrc::SecurityModeCommand{{2, 2}});
  EXPECT_FALSE(n.ue.as_secured());
  EXPECT_EQ(n.counters["ue.as_command_forged"], 1);
}

// Whoever recorded the command of an earlier connection can play it again on one that brought no new COUNT:
// its MAC-I is right, and the bearers would repeat the key stream.
//= TS 33.401, 7.2.9.1; type=test
TEST(UeRadioSecurity, AKenbIsNotTakenIntoUseTwice) {
  UeNetwork n;
  n.attached_and_idle();
  // A detach makes a connection, but no KeNB.
  n.command(Verb::detach);
  (void)n.heard_as<nas::UeDetachRequest>();
  const auto old = n.context->kenb();
  ASSERT_TRUE(old);
  ASSERT_TRUE(n.srb1->start_integrity(Eia::eia2, derive_krrc_int(*old, Eia::eia2)));
  n.say(rrc::SecurityModeCommand{{2, 2}});
  EXPECT_FALSE(n.ue.as_secured());
  EXPECT_EQ(n.counters["ue.as_security_refused"], 1);
}

TEST(UeRadioSecurity, BearersBeforeSecurityAreRefused) {
  UeNetwork n;
  asked(n);
  n.say(rrc::Reconfiguration{1, {}, {{5, 1}}, {}});
  EXPECT_FALSE(n.heard_rrc<rrc::ReconfigurationComplete>());
  EXPECT_EQ(n.counters["ue.reconfiguration_before_security"], 1);
}

TEST(UeRadio, DatagramsOfStrangersAndNonsenseAreCountedAndIgnored) {
  UeNetwork n;
  n.happen(DatagramIn{Port::radio, UeNetwork::radio(99), {1, 2, 3}});
  n.happen(DatagramIn{Port::radio, UeNetwork::radio(11), {1, 2, 3}});
  n.happen(DatagramIn{Port::radio, UeNetwork::radio(11), {}});
  EXPECT_EQ(n.counters["ue.radio_stranger"], 1);
  EXPECT_EQ(n.counters["ue.radio_malformed"], 2);
  EXPECT_EQ(n.ue.state(), State::deregistered);
}

}  // namespace
}  // namespace baton::node::ue
