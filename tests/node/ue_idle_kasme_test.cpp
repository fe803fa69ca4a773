// An idle UE moves between MMEs, and the one it comes to has KASME' and not KASME.
#include "keys/derive_policy.h"
#include "node/ue_network.h"

namespace baton::node::ue {
namespace {

context::SecurityPolicy refreshing() {
  context::SecurityPolicy p;
  p.inter_mme_kasme = context::InterMmeKasme::refresh_and_update_hss;
  return p;
}
Config config_of(const context::SecurityPolicy& policy) {
  Config c = UeNetwork::config();
  c.policy = policy;
  return c;
}
ByteVector announcement_of(const context::SecurityPolicy& p) { return context::Announcement::of(p).encode(); }

/// A UE that has asked for an update, and a network that got KASME' for it.
struct Moving {
  explicit Moving(const context::SecurityPolicy& policy = refreshing()) : net(config_of(policy)) {
    if (context::beyond_final(policy))
      net.echo = nas::AnnouncementEcho{announcement_of(policy), announcement_of(policy)};
    net.attached_and_idle();
    old.emplace(net.context->clone());
    ask();
  }
  void ask() {
    net.command(Verb::tau);
    const auto request = net.heard_as<nas::TauRequest>();
    EXPECT_EQ(request.announcement.has_value(), net.echo.has_value());
    n = *net.context->last_received();
    old.emplace(net.context->clone());
    net.fresh.emplace(context::Side::network, refreshed(n), net.context->ksi());
    EXPECT_TRUE(net.fresh->activate({Eea::eea2, Eia::eia2}));
  }
  Kasme refreshed(NasCount with) const {
    return derive_kasme_refreshed(*old->kasme(), RefreshDirection::idle, with);
  }
  nas::SecurityModeCommand command() const {
    auto m = net.command_for(net.capability);
    m.kasme = nas::KasmeNotice{n.sqn()};
    return m;
  }
  void say(const nas::SecurityModeCommand& m) { net.nas_octets(net.sealed_command(m)); }
  /// commanded: the UE has taken the command and answered it, as the network heard.
  void commanded() {
    say(command());
    (void)net.heard_as<nas::SecurityModeComplete>();
    net.adopt();
  }
  void refused() {
    (void)net.heard_as<nas::SecurityModeReject>();
    EXPECT_EQ(*net.ue.context()->kasme(), *old->kasme());
    EXPECT_EQ(kasmes(), 1);
  }
  int kasmes() const { return net.held()["K_ASME"]; }
  /// back: the next update is under KASME again, with a COUNT above n.
  void expect_back() {
    ASSERT_TRUE(net.ue.context());
    EXPECT_EQ(*net.ue.context()->kasme(), *old->kasme());
    EXPECT_EQ(kasmes(), 1);
    net.context.emplace(old->clone());
    net.is_sealed = false;
    net.uplink.clear();
    net.command(Verb::tau);
    (void)net.heard_as<nas::TauRequest>();
    EXPECT_GT(net.context->last_received(), n);
  }

  UeNetwork net;
  std::optional<context::EpsSecurityContext> old;
  NasCount n;
};

//= S0.D2; type=test
TEST(UeIdleKasme, MakesKasmePrimeOfTheCountItSentAndKeepsTheOldOneUntilItIsAccepted) {
  Moving m;
  m.commanded();
  EXPECT_EQ(*m.net.ue.context()->kasme(), m.refreshed(m.n));
  EXPECT_EQ(m.net.ue.context()->uplink().next(), NasCount::from(1)) << "COUNTs begin anew";
  EXPECT_EQ(m.kasmes(), 2) << "nobody has accepted it yet";
  nas::TauAccept accept;
  accept.guti = Guti::test_value();
  m.net.sealed(accept);
  (void)m.net.heard_as<nas::TauComplete>();
  EXPECT_EQ(m.kasmes(), 1);
  EXPECT_EQ(m.net.ue.state(), State::registered);
  EXPECT_EQ(*m.net.ue.context()->kasme(), m.refreshed(m.n));
}

TEST(UeIdleKasme, ARepeatedCommandIsAnsweredUnderTheNextCount) {
  Moving m;
  m.say(m.command());
  (void)m.net.heard_as<nas::SecurityModeComplete>();
  m.say(m.command());
  (void)m.net.heard_as<nas::SecurityModeComplete>();
  EXPECT_EQ(m.net.fresh->last_received(), NasCount::from(1));
  EXPECT_EQ(m.kasmes(), 2);
}

//= S0.D2; type=test
TEST(UeIdleKasme, AnotherCountThanItsOwnIsRefused) {
  for (const int off : {-1, 1, 128}) {
    Moving m;
    auto changed = m.command();
    changed.kasme->n_low = static_cast<Byte>(changed.kasme->n_low + off);
    m.say(changed);
    m.refused();
  }
  // A key of another COUNT under the right octet: its MAC is wrong.
  Moving m;
  m.net.fresh.emplace(context::Side::network, m.refreshed(*NasCount::from(m.n.value() + 256)), m.old->ksi());
  ASSERT_TRUE(m.net.fresh->activate({Eea::eea2, Eia::eia2}));
  m.say(m.command());
  m.refused();
}

TEST(UeIdleKasme, ACommandWithoutTheElementIsUnderNoKeyOfTheUe) {
  Moving m;
  auto stripped = m.command();
  stripped.kasme.reset();
  m.say(stripped);
  m.refused();
  // And one with it, under KASME itself, is under none either.
  Moving under_old;
  under_old.net.fresh.emplace(under_old.old->clone());
  under_old.say(under_old.command());
  under_old.refused();
}

TEST(UeIdleKasme, AUeThatNeverAnnouncedItDoesNotKnowTheElement) {
  Moving m{context::SecurityPolicy{}};
  m.say(m.command());
  m.refused();
}

TEST(UeIdleKasme, ANetworkThatDoesNotEchoTheAnnouncementHasNotAgreed) {
  Moving m;
  auto silent = m.command();
  silent.announcement.reset();
  m.say(silent);
  m.refused();
  auto changed = m.command();
  changed.announcement->received.back() ^= 1;
  m.say(changed);
  m.refused();
}

TEST(UeIdleKasme, OutsideAnUpdateThereIsNoSuchMove) {
  UeNetwork net(config_of(refreshing()));
  net.echo = nas::AnnouncementEcho{announcement_of(refreshing()), announcement_of(refreshing())};
  net.attach();
  const Kasme before = net.ue.context()->kasme()->clone();
  const NasCount last = *net.context->last_received();
  net.fresh.emplace(context::Side::network, derive_kasme_refreshed(before, RefreshDirection::idle, last),
                    net.context->ksi());
  ASSERT_TRUE(net.fresh->activate({Eea::eea2, Eia::eia2}));
  auto command = net.command_for(net.capability);
  command.kasme = nas::KasmeNotice{last.sqn()};
  net.nas_octets(net.sealed_command(command));
  (void)net.heard_as<nas::SecurityModeReject>();
  EXPECT_EQ(*net.ue.context()->kasme(), before);
}

//= S0.D2; type=test
TEST(UeIdleKasme, WhateverEndsTheUpdateBadlyBringsTheOldOneBack) {
  {
    SCOPED_TRACE("no answer");
    Moving m;
    m.commanded();
    m.net.wait(15s);
    m.expect_back();
  }
  {
    SCOPED_TRACE("the radio is gone");
    Moving m;
    m.commanded();
    m.net.say(rrc::ConnectionRelease{});
    m.expect_back();
  }
}

/// Who refuses under KASME' has the UE's answer to its command, and has told the MME before it so: there is
/// nobody to go back to (docs/decisions/0013).
//= S0.D2; type=test
TEST(UeIdleKasme, ARefusalUnderKasmePrimeShowsThatTheNetworkHasIt) {
  Moving m;
  m.commanded();
  nas::TauReject no;
  no.cause = EmmCause::network_failure;
  m.net.sealed(no);
  m.net.say(rrc::ConnectionRelease{});
  ASSERT_TRUE(m.net.ue.context());
  EXPECT_EQ(*m.net.ue.context()->kasme(), m.refreshed(m.n));
  EXPECT_EQ(m.kasmes(), 1);
  EXPECT_EQ(m.net.ue.state(), State::registered);
  // The next update is under it.
  m.net.is_sealed = false;
  m.net.uplink.clear();
  m.net.command(Verb::tau);
  (void)m.net.heard_as<nas::TauRequest>();
  EXPECT_EQ(m.net.context->last_received(), NasCount::from(1));
}

/// A refusal that nobody vouches for changes nothing: the UE waits, and goes back when nothing comes.
TEST(UeIdleKasme, ARefusalUnderNoKeyIsNotHeard) {
  Moving m;
  m.commanded();
  nas::TauReject no;
  no.cause = EmmCause::network_failure;
  m.net.nas_octets(nas::encode(no));
  EXPECT_EQ(m.kasmes(), 2);
  EXPECT_EQ(m.net.ue.state(), State::updating);
  m.net.wait(15s);
  m.expect_back();
}

/// An MME that another one gave KASME as it is: with leave to fall back the UE goes on, without it attaches
/// anew.
//= S0.D2; type=test
TEST(UeIdleKasme, AnotherMmeWithTheSameKasmeIsTakenOnlyWithLeaveToFallBack) {
  for (const bool fallback : {true, false}) {
    context::SecurityPolicy policy = refreshing();
    policy.final_fallback = fallback;
    Moving m(policy);
    nas::TauAccept accept;
    accept.guti = Guti::test_value();
    accept.guti->mme.code = MmeCode{static_cast<Byte>(accept.guti->mme.code.value + 1)};
    m.net.sealed(accept);
    EXPECT_EQ(m.kasmes(), fallback ? 1 : 0);
    if (fallback) {
      (void)m.net.heard_as<nas::TauComplete>();
      EXPECT_EQ(m.net.ue.state(), State::registered);
    } else {
      EXPECT_NE(m.net.ue.state(), State::registered);
      EXPECT_FALSE(m.net.ue.context());
    }
  }
}

/// The same MME has nothing to refresh.
//= S0.D9; type=test
TEST(UeIdleKasme, TheSameMmeNeedsNoKasmePrime) {
  context::SecurityPolicy policy = refreshing();
  policy.final_fallback = false;
  Moving m(policy);
  nas::TauAccept accept;
  accept.guti = Guti::test_value();
  m.net.sealed(accept);
  EXPECT_EQ(m.net.ue.state(), State::registered);
  EXPECT_EQ(*m.net.ue.context()->kasme(), *m.old->kasme());
}

TEST(UeIdleKasme, ALostBatteryBringsTheOldOneBack) {
  Moving m;
  m.commanded();
  m.net.command(Verb::power_cycle);
  ASSERT_TRUE(m.net.ue.context());
  EXPECT_EQ(*m.net.ue.context()->kasme(), *m.old->kasme());
  EXPECT_EQ(m.kasmes(), 1);
}

TEST(UeIdleKasme, AUeThatIsNotKnownAnyMoreKeepsNeither) {
  Moving m;
  m.commanded();
  nas::TauReject no;
  no.cause = EmmCause::ue_identity_cannot_be_derived;
  m.net.sealed(no);
  EXPECT_EQ(m.kasmes(), 0);
  EXPECT_FALSE(m.net.ue.context());
}

}  // namespace
}  // namespace baton::node::ue
