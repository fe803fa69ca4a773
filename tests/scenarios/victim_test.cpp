// Somebody uses a victim's names, or its own old messages. The victim stays registered under the keys it
// has, and is served.
#include <gtest/gtest.h>

#include "relay.h"
#include "stage.h"
#include "wire/rrc/limits.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {
namespace {

constexpr std::size_t victim = 0;
constexpr std::size_t thief = 1;

std::optional<KeyId> kasme_of(Stage& s) {
  const auto keys = s.keys_at("mme", victim, KeyKind::kasme);
  return keys.size() == 1 ? std::optional(*keys.begin()) : std::nullopt;
}

// The victim is registered under `kasme` and gets what it asks for.
void expect_unaffected(Stage& s, std::optional<KeyId> kasme) {
  ASSERT_TRUE(kasme);
  EXPECT_EQ(s.cast.ue(victim).state(), node::ue::State::registered) << story(s.cast);
  EXPECT_NE(s.cast.mme().find(imsi_of(victim)), nullptr) << story(s.cast);
  EXPECT_NE(s.cast.upe().sessions().find(imsi_of(victim)), nullptr);
  EXPECT_EQ(kasme_of(s), kasme) << "the keys are the ones it had";
  EXPECT_EQ(s.wrong(), "") << story(s.cast);
  if (s.cast.ue(victim).connected()) {
    EXPECT_TRUE(s.cast.idle(victim)) << story(s.cast);
  }
  EXPECT_TRUE(s.cast.service_request(victim)) << story(s.cast);
  EXPECT_TRUE(s.cast.tau(victim)) << story(s.cast);
  EXPECT_TRUE(s.cast.idle(victim)) << story(s.cast);
  EXPECT_TRUE(s.cast.page(victim)) << story(s.cast);
  EXPECT_EQ(kasme_of(s), kasme) << "and it needed no new ones";
  EXPECT_EQ(s.wrong(), "") << story(s.cast);
}

// What passes from the thief names the victim, and what the cell answers to the victim the thief takes.
auto in_the_victims_name(std::array<Byte, 4> mine, std::array<Byte, 4> theirs, std::size_t& changed) {
  return [mine, theirs, &changed](bool up, ByteVector& octets) {
    if (up)
      changed += replace_all(octets, mine, theirs);
    else
      replace_all(octets, theirs, mine);
  };
}

TEST(Victim, OfAnAttachWithItsGutiNoticesNothing) {
  for (const bool idle : {false, true}) {
    Stage s(with_inactivity(2));
    ASSERT_TRUE(s.cast.attach(thief));
    ASSERT_TRUE(s.cast.detach(thief));  // it has a GUTI now, and no keys
    ASSERT_TRUE(s.cast.attach(victim));
    if (idle) {
      ASSERT_TRUE(s.cast.idle(victim));
    }
    const auto kasme = kasme_of(s);
    std::size_t changed = 0;
    {
      Relay relay(s.cast, thief,
                  in_the_victims_name(m_tmsi_octets(s.cast, thief), m_tmsi_octets(s.cast, victim), changed));
      s.cast.net.command("ue2", {node::Verb::attach, {}, 0});
      relay.run(30s);
    }
    EXPECT_GE(changed, 1U);
    s.cast.run(1min);
    expect_unaffected(s, kasme);
  }
}

TEST(Victim, OfAnAttachWithItsImsiNoticesNothing) {
  Script clone = with_inactivity(2);
  clone.ues[thief].imsi = imsi_of(victim);
  Stage s(std::move(clone));
  ASSERT_TRUE(s.cast.attach(victim));
  ASSERT_TRUE(s.cast.idle(victim));
  const auto location = s.cast.subscribers.load(imsi_of(victim))->mme;
  ASSERT_TRUE(location);
  const auto here = s.cast.mme().find(imsi_of(victim));
  s.cast.net.command("ue2", {node::Verb::attach, {}, 0});
  s.cast.run(1min);
  EXPECT_NE(s.cast.ue(thief).state(), node::ue::State::registered);
  EXPECT_EQ(s.cast.mme().find(imsi_of(victim)), here) << "the very same context";
  EXPECT_EQ(s.cast.mme().ue_count(), 1U);
  EXPECT_EQ(s.cast.subscribers.load(imsi_of(victim))->mme, location) << "the HSS must still find the victim";
  EXPECT_TRUE(s.cast.service_request(victim)) << story(s.cast);
  EXPECT_TRUE(s.cast.tau(victim)) << story(s.cast);
}

//= TS 24.301, 5.6.1.5; type=test
TEST(Victim, OfAServiceRequestWithABadShortMacNoticesNothing) {
  Stage s(with_inactivity(2));
  ASSERT_TRUE(s.cast.attach(thief));
  ASSERT_TRUE(s.cast.idle(thief));
  ASSERT_TRUE(s.cast.attach(victim));
  ASSERT_TRUE(s.cast.idle(victim));
  const auto kasme = kasme_of(s);
  std::size_t changed = 0;
  {
    Relay relay(s.cast, thief,
                in_the_victims_name(m_tmsi_octets(s.cast, thief), m_tmsi_octets(s.cast, victim), changed));
    s.cast.net.command("ue2", {node::Verb::service_request, {}, 0});
    relay.run(3s);
  }
  EXPECT_GE(changed, 1U);
  EXPECT_EQ(s.cast.net.counter("mme", "mme.service_request.bad_mac"), 1U) << story(s.cast);
  s.cast.run(1min);
  expect_unaffected(s, kasme);
}

TEST(Victim, OfATrackingAreaUpdateInItsNameNoticesNothing) {
  Stage s(with_inactivity(2));
  ASSERT_TRUE(s.cast.attach(thief));
  ASSERT_TRUE(s.cast.idle(thief));
  ASSERT_TRUE(s.cast.attach(victim));
  ASSERT_TRUE(s.cast.idle(victim));
  const auto kasme = kasme_of(s);
  std::size_t changed = 0;
  {
    Relay relay(s.cast, thief,
                in_the_victims_name(m_tmsi_octets(s.cast, thief), m_tmsi_octets(s.cast, victim), changed));
    s.cast.net.command("ue2", {node::Verb::tau, {}, 0});
    relay.run(3s);
  }
  EXPECT_GE(changed, 1U);
  s.cast.run(1min);
  expect_unaffected(s, kasme);
}

TEST(Victim, OfADetachInItsNameNoticesNothing) {
  for (const node::Verb verb : {node::Verb::detach, node::Verb::switch_off}) {
    Stage s(with_inactivity(2));
    ASSERT_TRUE(s.cast.attach(thief));
    ASSERT_TRUE(s.cast.idle(thief));
    ASSERT_TRUE(s.cast.attach(victim));
    ASSERT_TRUE(s.cast.idle(victim));
    const auto kasme = kasme_of(s);
    std::size_t changed = 0;
    {
      Relay relay(s.cast, thief,
                  in_the_victims_name(m_tmsi_octets(s.cast, thief), m_tmsi_octets(s.cast, victim), changed));
      s.cast.net.command("ue2", {verb, {}, 0});
      relay.run(3s);
    }
    EXPECT_GE(changed, 1U);
    expect_unaffected(s, kasme);
  }
}

// The first NAS messages of connections, as eNBs passed them on.
std::vector<ByteVector> first_messages(const Cast& cast) {
  std::vector<ByteVector> out;
  for (const WireTap& t : cast.net.taps()) {
    if (t.port != peer::Port::s1ap) continue;
    if (auto m = wire::s1ap::decode<wire::s1ap::InitialUeMessage>(t.octets))
      out.push_back(std::move(m->nas.octets));
  }
  return out;
}

TEST(Victim, OfItsOwnServiceRequestPlayedAgainNoticesNothing) {
  Stage s(with_inactivity(2));
  ASSERT_TRUE(s.cast.attach(victim));
  ASSERT_TRUE(s.cast.idle(victim));
  ASSERT_TRUE(s.cast.service_request(victim));
  const ByteVector heard = first_messages(s.cast).back();
  ASSERT_EQ(heard.size(), 4U) << "four octets of a Service Request";
  ASSERT_TRUE(s.cast.idle(victim));
  ASSERT_TRUE(s.cast.attach(thief));
  ASSERT_TRUE(s.cast.idle(thief));
  const auto kasme = kasme_of(s);
  const auto mine = m_tmsi_octets(s.cast, thief);
  const auto theirs = m_tmsi_octets(s.cast, victim);
  std::size_t changed = 0;
  {
    Relay relay(s.cast, thief, [&](bool up, ByteVector& octets) {
      if (!up) replace_all(octets, theirs, mine);
      if (!up || octets.size() < 18) return;
      replace_all(octets, mine, theirs);
      // The victim's message goes where the thief's stands: four octets that begin with C7, before the
      // four of PDCP's MAC-I.
      const auto at = octets.end() - 8;
      if (octets[3] != 2 || *at != 0xC7) return;
      std::copy(heard.begin(), heard.end(), at);
      ++changed;
    });
    s.cast.net.command("ue2", {node::Verb::service_request, {}, 0});
    relay.run(3s);
  }
  EXPECT_GE(changed, 1U);
  const auto all = first_messages(s.cast);
  EXPECT_EQ(std::count(all.begin(), all.end(), heard), 2) << "the replay reached the MME";
  EXPECT_EQ(s.cast.net.counter("mme", "mme.service_request.bad_mac"), 1U) << story(s.cast);
  s.cast.run(1min);
  expect_unaffected(s, kasme);
}

TEST(Victim, OfFramesThatArriveTwiceOrNeverNoticesNothing) {
  // A cell's edge: every third frame is lost, every other one comes twice.
  Stage s(with_inactivity());
  {
    const Endpoint ue{ue_address(victim), wire::rrc::udp_port};
    const Endpoint enb{enb_address(0), wire::rrc::udp_port};
    std::size_t n = 0;
    Relay relay(s.cast, victim, [&](bool up, ByteVector& octets) {
      if (++n % 3 == 0)
        octets.clear();
      else
        s.cast.net.inject(peer::Port::radio, up ? ue : enb, up ? enb : ue, octets);
    });
    s.cast.net.command("ue1", {node::Verb::attach, {}, 0});
    relay.run(10s);
  }
  ASSERT_EQ(s.cast.ue(victim).state(), node::ue::State::registered) << story(s.cast);
  expect_unaffected(s, kasme_of(s));
}

}  // namespace
}  // namespace baton::lab
