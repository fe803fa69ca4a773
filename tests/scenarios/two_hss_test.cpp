// Two HSSs on one store, and an MME that knows both: whichever goes at whatever moment, what was under way
// goes on over the other, is answered once, and the first has its traffic back when it has proved steady.
#include <gtest/gtest.h>

#include <string>

#include "stage.h"
#include "wire/diameter/header.h"
#include "wire/diameter/message.h"

namespace baton::lab {
namespace {

namespace dia = wire::diameter;
using peer::Port;

const DiameterIdentity second_identity = *DiameterIdentity::parse("hss2.epc.mnc001.mcc001.3gppnetwork.org");
constexpr Ipv4 second_address{{127, 0, 0, 18}};

Script with_two() {
  Script s = with_inactivity();
  s.mmes.front().more_hss.push_back({"hss2", second_identity, s.hss.realm, Endpoint{second_address, 3868}});
  return s;
}

/// Pair is a stage with the second HSS on it.
struct Pair {
  Pair() : s(with_two()) {
    node::hss::Config second = s.cast.hss_config;
    second.name = "hss2";
    second.identity = second_identity;
    second.address = second_address;
    second.ind_base = 16;
    Doors doors;
    doors.diameter = Endpoint{second_address, 3868};
    s.cast.net.add(std::make_unique<node::hss::Hss>(second, entropy), doors, &s.cast.subscribers);
    s.cast.net.start("hss2");
    s.cast.run(1min);  // the MME dials it again
  }
  /// asked are the requests of one command that `hss` got of the MME.
  std::vector<dia::Header> asked(const std::string& hss, std::uint32_t command) const {
    std::vector<dia::Header> out;
    for (const WireTap& t : s.cast.net.taps()) {
      if (t.from != "mme" || t.to != hss || t.port != Port::diameter) continue;
      const auto h = dia::decode_header(t.octets);
      if (h && h->request && h->code == command) out.push_back(*h);
    }
    return out;
  }
  SeededEntropy entropy{7, "hss2"};
  Stage s;
};

constexpr std::uint32_t air = dia::AuthenticationInformationRequest::command.code;

//= RFC 6733, 5.5.4; type=test
TEST(TwoHss, WhatTheFirstWasAskedWhenItWentTheSecondAnswersOnce) {
  Pair p;
  auto& net = p.s.cast.net;
  // 1. The UE attaches, and the first HSS goes when it has been asked.
  net.command("ue1", {node::Verb::attach, {}, 0});
  while (p.asked("hss", air).empty()) ASSERT_TRUE(net.step());
  ASSERT_TRUE(p.asked("hss2", air).empty());
  p.s.crash("hss");
  p.s.cast.settle();
  // 2. The second is asked the same, marked as repeated, and nobody notices.
  const auto first = p.asked("hss", air), again = p.asked("hss2", air);
  ASSERT_EQ(again.size(), 1U) << story(p.s.cast);
  EXPECT_TRUE(again[0].retransmitted);
  EXPECT_EQ(again[0].ids.end_to_end, first[0].ids.end_to_end);
  EXPECT_EQ(net.counter("mme", "diameter.failed_over"), 1U);
  EXPECT_TRUE(p.s.in_service(0)) << story(p.s.cast);
  EXPECT_EQ(p.s.wrong(), "");
  // 3. The first comes back and answers what it was asked: too late. The same in the second's name: not
  // asked.
  p.s.restart("hss");
  p.s.cast.run(31s);
  const auto unasked = net.counter("mme", "diameter.answer_unasked");
  const auto kasme = p.s.keys_at("mme", 0, KeyKind::kasme);
  dia::AuthenticationInformationAnswer late{.session_id = "hss;late",
                                            .result_code = dia::code::success,
                                            .origin_host = p.s.cast.hss_config.identity,
                                            .origin_realm = p.s.cast.hss_config.realm};
  ASSERT_TRUE(net.inject_link("hss", "mme", Port::diameter, 0, dia::encode(late, first[0].ids)));
  late.origin_host = second_identity;
  ASSERT_TRUE(net.inject_link("hss2", "mme", Port::diameter, 0, dia::encode(late, again[0].ids)));
  p.s.cast.settle();
  EXPECT_EQ(net.counter("mme", "diameter.answer_unasked"), unasked + 2);
  EXPECT_EQ(p.s.keys_at("mme", 0, KeyKind::kasme), kasme);
  ASSERT_TRUE(p.s.revive(0)) << story(p.s.cast);  // its eNB had let it go meanwhile
  // 4. The first is asked again when it has answered three watchdogs (RFC 3539).
  //= RFC 3539, 3.4.1; type=test
  ASSERT_TRUE(p.s.cast.reauthenticate(0)) << story(p.s.cast);
  EXPECT_EQ(p.asked("hss2", air).size(), 2U);
  EXPECT_EQ(p.asked("hss", air).size(), 1U);
  p.s.cast.run(2min);
  ASSERT_TRUE(p.s.revive(0)) << story(p.s.cast);
  ASSERT_TRUE(p.s.cast.reauthenticate(0)) << story(p.s.cast);
  EXPECT_EQ(p.asked("hss", air).size(), 2U);
}

TEST(TwoHss, AnAttachSurvivesTheLossOfEitherAfterAnyOfItsEvents) {
  std::uint64_t events = 0;
  {
    Pair p;
    const auto before = p.s.cast.net.events_handled();
    ASSERT_TRUE(p.s.cast.attach(0));
    events = p.s.cast.net.events_handled() - before;
  }
  ASSERT_GT(events, 10U);
  for (const std::string victim : {"hss", "hss2"}) {
    for (const bool crashes : {false, true}) {
      if (crashes && victim == "hss2") continue;  // its process is not the cast's to restart
      for (std::uint64_t at = 1; at <= events; ++at) {
        SCOPED_TRACE(victim + (crashes ? " crashes" : " is cut off") + " after event " + std::to_string(at));
        Pair p;
        auto& net = p.s.cast.net;
        net.command("ue1", {node::Verb::attach, {}, 0});
        for (std::uint64_t i = 0; i < at; ++i) net.step();
        if (crashes)
          p.s.crash(victim);
        else
          net.cut("mme", victim);
        p.s.cast.settle();
        // Not by a second attempt: the first one went through.
        ASSERT_TRUE(p.s.in_service(0)) << story(p.s.cast);
        ASSERT_EQ(p.s.wrong(), "") << story(p.s.cast);
        const auto record = p.s.cast.subscribers.load(imsi_of(0));
        ASSERT_TRUE(record && record->mme);
        EXPECT_EQ(record->mme->host, p.s.cast.mme_configs[0].identity);
        if (crashes)
          p.s.restart(victim);
        else
          net.mend("mme", victim);
        p.s.cast.run(healing);
        ASSERT_TRUE(p.s.revive(0)) << story(p.s.cast);
        ASSERT_TRUE(p.s.cast.reauthenticate(0)) << "a vector that the card takes\n" << story(p.s.cast);
        ASSERT_EQ(p.s.wrong(), "") << story(p.s.cast);
      }
    }
  }
}

}  // namespace
}  // namespace baton::lab
