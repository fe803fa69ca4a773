// Somebody who has a UE and no key of the victim's: the victim must not notice.
#include <gtest/gtest.h>

#include "lab/cast.h"
#include "scenarios/story.h"
#include "wire/gtp2/codec.h"
#include "wire/rrc/messages.h"

namespace baton::lab {
namespace {

// UE 1 has the IMSI of UE 0 on a card with another K.
Script with_a_clone() {
  Script s = script(2);
  s.ues[1].imsi = imsi_of(0);
  return s;
}

TEST(Intruder, AnAttachWithSomebodyElsesImsiFailsAndTheVictimKeepsEverything) {
  Cast cast(with_a_clone());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  ASSERT_NE(cast.mme().find(imsi_of(0)), nullptr);
  cast.net.command("ue2", {node::Verb::attach, {}, 0});
  cast.settle();
  cast.run(30s);
  EXPECT_NE(cast.ue(1).state(), node::ue::State::registered) << story(cast);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered);
  EXPECT_NE(cast.mme().find(imsi_of(0)), nullptr) << "the victim's context is still there";
  EXPECT_NE(cast.upe().sessions().find(imsi_of(0)), nullptr);
  // It can still be paged and come back, with the keys it had.
  if (cast.ue(0).connected()) {
    ASSERT_TRUE(cast.idle(0)) << story(cast);
  }
  EXPECT_TRUE(cast.service_request(0)) << story(cast);
}

TEST(Intruder, WhateverIsThrownAtTheRadioDoorTheUeOnItStaysConnected) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const Endpoint ue{ue_address(0), wire::rrc::udp_port};
  const Endpoint enb{enb_address(0), wire::rrc::udp_port};
  SeededEntropy dice(42, "intruder");
  // Frames with the UE's address and every likely C-RNTI, sequence numbers all around, and no MAC.
  std::vector<ByteVector> heard;
  for (const auto& t : cast.net.taps())
    if (t.port == peer::Port::radio) heard.push_back(t.octets);
  for (int i = 0; i < 2000; ++i) {
    ByteVector f = heard[dice.u32() % heard.size()];
    const bool connection = f.size() > 10 && f[3] >= 2;
    if (!connection) continue;
    f[8] = f[9] = 0;  // acknowledges nothing: that would be outside what PDCP can protect
    for (std::size_t k = 10; k < f.size(); ++k) f[k] = static_cast<Byte>(dice.u32());
    cast.net.inject(peer::Port::radio, ue, enb, f);
    cast.net.inject(peer::Port::radio, enb, ue, std::move(f));
  }
  cast.run(10s);
  EXPECT_TRUE(cast.ue(0).connected()) << story(cast);
  EXPECT_EQ(cast.enb(0).ue_count(), 1U);
  EXPECT_TRUE(cast.agree(0, KeyKind::kenb));
  ASSERT_TRUE(cast.idle(0)) << story(cast);
  EXPECT_TRUE(cast.service_request(0)) << story(cast);
}

TEST(Intruder, DatagramsOfAStrangerChangeNothingInTheCore) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const Endpoint stranger{{{127, 0, 0, 66}}, 2123};
  const Endpoint upe{upe_address, 2123};
  const Endpoint mme{mme_address, 2123};
  using namespace wire::gtp2;
  const Teid s11 = cast.upe().sessions().find(imsi_of(0))->s11;
  cast.net.inject(peer::Port::gtpc, stranger, upe, encode(DeleteSessionRequest{}, s11, Sequence{1}));
  cast.net.inject(peer::Port::gtpc, stranger, mme, encode(EchoRequest{Recovery{77}, {}}, {}, Sequence{1}));
  // Even with the MME's own address, a changed restart counter is not believed before it is confirmed.
  cast.net.inject(peer::Port::gtpc, mme, upe, encode(EchoRequest{Recovery{77}, {}}, {}, Sequence{2}));
  cast.run(10s);
  EXPECT_NE(cast.upe().sessions().find(imsi_of(0)), nullptr);
  EXPECT_EQ(cast.net.counter("upe", "gtp_unknown_peer"), 1U);
  EXPECT_EQ(cast.net.counter("upe", "upe.mme_restart"), 0U);
}

TEST(Intruder, EveryMessageOfAnAttachPlayedAgainChangesNothing) {
  Cast cast(script());
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto taps = cast.net.taps();
  const auto kasme = cast.key(0, KeyKind::kasme)->current;
  const auto kenb = cast.key(0, KeyKind::kenb)->current;
  for (const auto& t : taps) {
    if (t.port == peer::Port::radio || t.port == peer::Port::gtpc)
      cast.net.inject(t.port, t.source, t.destination, t.octets);
  }
  cast.run(5s);
  EXPECT_EQ(cast.ue(0).state(), node::ue::State::registered) << story(cast);
  EXPECT_EQ(cast.key(0, KeyKind::kasme)->current, kasme);
  EXPECT_EQ(cast.key(0, KeyKind::kenb)->current, kenb);
  EXPECT_EQ(cast.upe().sessions().size(), 1U);
  EXPECT_NE(cast.mme().find(imsi_of(0)), nullptr);
  if (cast.ue(0).connected()) {
    ASSERT_TRUE(cast.idle(0)) << story(cast);
  }
  EXPECT_TRUE(cast.service_request(0)) << story(cast);
}

}  // namespace
}  // namespace baton::lab
