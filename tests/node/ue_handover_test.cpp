// To another cell without a break: the UE's part, cut at every step, and the way back.
#include "node/ue_road.h"

namespace baton::node::ue {
namespace {

//= S3.D7; type=test
//= TS 33.401, 7.2.8.4.3; type=test
TEST(UeHandover, AUeArrivesUnderKeysOfTheNewCellAndLeavesNoneOfTheOldOne) {
  Road n;
  const auto old_kenb = id_of(*n.kenb);
  // 1. The UE measures and reports; the network decides; the UE goes.
  n.hand_over(1, 2);
  n.expect_outcome(true);
  EXPECT_EQ(n.ue.state(), State::updating);  // 4.
  EXPECT_FALSE(n.running(Timer::t304));
  // 2. The keys of the new cell, and the chain where it stands; nothing else of the radio.
  EXPECT_FALSE(n.holds(old_kenb));
  n.expect_keys();
  EXPECT_TRUE(n.holds(id_of(n.nh(2))));
  EXPECT_FALSE(n.holds(id_of(n.nh(1))));
  // 3. Steps by their numbers.
  ASSERT_GE(n.steps.size(), 3U);
  EXPECT_EQ(n.steps[0].id, "1");
  EXPECT_EQ(n.steps[1].id, "9a");
  EXPECT_EQ(n.steps[2].id, "12");
  EXPECT_EQ(n.steps[2].to, "enb2");
  // 4. The area is another one, so the network is told, over the connection there is, COUNTs going on.
  n.tau_at_target();
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_EQ(n.outcomes[0].procedure, "tau");
  EXPECT_TRUE(n.outcomes[0].ok);
  EXPECT_TRUE(n.ue.connected());
}

TEST(UeHandover, NoUpdateIsMadeInAnAreaOfTheList) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.hand_over(1, 1);
  n.expect_outcome(true);
  EXPECT_TRUE(n.silent());
  n.expect_served();
}

//= TS 33.401, 7.2.8.4.3; type=test
TEST(UeHandover, AnyCountLeadsToItsKey) {
  for (Byte ncc = 0; ncc <= 7; ++ncc) {
    Road n;
    n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
    n.report();
    // The count of the current KeNB: from KeNB itself. Another one: from the next hop of that number.
    n.kenb.emplace(ncc == 0 ? derive_kenb_star(*n.kenb, Pci{2}, carrier)
                            : derive_kenb_star(n.nh(ncc), Pci{2}, carrier));
    n.expect_at(12, rrc::CRnti{0x500}, *n.kenb);
    n.say(Road::way(2, rrc::CRnti{0x500}, ncc));
    EXPECT_EQ(n.hop_refused, 0) << int{ncc};
    n.confirm();
    n.expect_outcome(true);
    n.expect_keys();
    // After a horizontal step the chain still begins with the first KeNB.
    n.cells.at(UeNetwork::radio(11)).tac = Tac{1};
    (void)n.heard_rrc<rrc::ReconfigurationComplete>();
    n.hand_over(0, ncc + 1);
    n.expect_outcome(true);
    n.expect_keys();
  }
}

//= S3.D8; type=test
TEST(UeHandover, ThereAndBackAndThereAgainNoKeyComesTwice) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  std::vector<KeyId> seen{id_of(*n.kenb)};
  for (int i = 1; i <= 20; ++i) {
    n.hand_over(i % 2 == 1 ? 1 : 0, i);
    n.expect_outcome(true);
    n.expect_keys();
    EXPECT_EQ(std::find(seen.begin(), seen.end(), id_of(*n.kenb)), seen.end()) << i;
    seen.push_back(id_of(*n.kenb));
  }
  n.expect_served();
}

//= TS 33.401, 7.2.4.2.3; type=test
TEST(UeHandover, OtherAlgorithmsComeWithOtherKeys) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.report();
  n.kenb.emplace(derive_kenb_star(n.nh(1), Pci{2}, carrier));
  n.expect_at(12, rrc::CRnti{0x500}, *n.kenb, {Eea::eea0, Eia::eia2});
  auto m = Road::way(2, rrc::CRnti{0x500}, 1);
  m.mobility->algorithms = rrc::AsAlgorithms{0, 2};
  n.say(m);
  n.confirm();
  n.expect_outcome(true);
  n.expect_keys({Eea::eea0, Eia::eia2});
  n.expect_served();
}

TEST(UeHandover, WhatIsNotPossibleNowSaysSo) {
  Road n;
  const auto refused = [&](std::uint32_t to) {
    n.command_verb(to);
    if (n.outcomes.size() != 1) return std::string("no outcome");
    EXPECT_FALSE(n.outcomes[0].ok);
    EXPECT_EQ(n.outcomes[0].procedure, "handover");
    auto why = n.outcomes[0].cause;
    n.outcomes.clear();
    return why;
  };
  EXPECT_EQ(refused(0), "this is the cell");
  EXPECT_EQ(refused(2), "no such cell");
  n.command_verb(1);
  EXPECT_EQ(refused(1), "busy");
  n.wait(15s);
  n.expect_outcome(false, "the network does not hand over");
  EXPECT_EQ(n.counters["ue.handover_not_commanded"], 1);
  n.release();
  EXPECT_EQ(refused(1), "not connected");
}

TEST(UeHandover, ACellThatDoesNotAnswerIsNotReported) {
  Road n;
  n.cell_answers = false;
  const auto camps = n.camps.size();
  n.command_verb(1);
  n.wait(5s);
  n.expect_outcome(false, "the cell does not answer");
  EXPECT_EQ(n.camps.size(), camps + 4);
  EXPECT_FALSE(n.heard_rrc<rrc::MeasurementReport>());
  n.expect_served();
}

TEST(UeHandover, ACommandThatComesLateIsFollowedAllTheSame) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.report();
  n.wait(15s);
  n.expect_outcome(false);
  n.expect_at(12, rrc::CRnti{0x500}, derive_kenb_star(n.nh(1), Pci{2}, carrier));
  n.say(Road::way(2, rrc::CRnti{0x500}, 1));
  n.confirm();
  n.expect_outcome(true);
}

TEST(UeHandover, AReleaseInsteadOfACommandEndsIt) {
  Road n;
  n.report();
  n.say(rrc::ConnectionRelease{});
  n.expect_outcome(false, "idle: released by the network");
  n.expect_no_radio_keys();
  EXPECT_FALSE(n.running(Timer::xreport));
}

// --- the target does not answer ---------------------------------------------------------------------

//= TS 36.331, 5.3.7.4; type=test
//= TS 36.331, 5.3.7.5; type=test
TEST(UeReestablishment, AUeThatDoesNotArriveGoesBackWithAProofAndOnUnderFreshKeys) {
  Road n;
  const auto old_kenb = n.kenb->clone();
  n.sent_away();
  EXPECT_TRUE(n.holds(id_of(old_kenb)));  // it may still need it
  // 1. T304.
  n.wait(2s);
  ASSERT_EQ(n.reestablishments.size(), 1U);
  const auto& request = n.reestablishments[0];
  EXPECT_EQ(request.c_rnti, n.source_c_rnti);
  EXPECT_EQ(request.pci, 1);
  EXPECT_EQ(request.short_mac_i,
            *context::short_mac_i(Eia::eia2, derive_krrc_int(old_kenb, Eia::eia2),
                                  n.cells.at(UeNetwork::radio(11)).cell, Pci{1}, n.source_c_rnti.value));
  EXPECT_TRUE(n.outcomes.empty());
  // 2. The source takes it back.
  n.take_back();
  EXPECT_TRUE(n.heard_rrc<rrc::ReestablishmentComplete>());
  n.expect_outcome(false, "back at the source");
  n.expect_keys();
  EXPECT_FALSE(n.holds(id_of(old_kenb)));
  EXPECT_EQ(n.counters["ue.reestablished"], 1);
  n.expect_served();
  // 3. The next handover has the next count, and its key.
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.hand_over(1, 2);
  n.expect_outcome(true);
  n.expect_keys();
}

// Anybody can acknowledge a frame of the radio link; only who has the keys can say something under them.
//= S0.D11; type=test
TEST(UeReestablishment, AnAcknowledgementIsNoProofOfTheKeys) {
  Road n;
  const auto old_kenb = id_of(*n.kenb);
  n.sent_away();
  n.hop->deaf = false;
  n.wait(600ms);  // the completion comes again and is acknowledged
  EXPECT_TRUE(n.heard_rrc<rrc::ReconfigurationComplete>());
  EXPECT_TRUE(n.outcomes.empty());
  EXPECT_TRUE(n.running(Timer::t304));
  EXPECT_TRUE(n.holds(old_kenb)) << "it may still need it";
  // T304: back to the source, and no more than an acknowledgement there either.
  n.wait(1400ms);
  ASSERT_EQ(n.reestablishments.size(), 1U);
  n.expect_at(11, rrc::CRnti{0x600}, derive_kenb_star(*n.kenb, Pci{1}, carrier));
  n.srb0(rrc::Reestablishment{n.source_c_rnti, rrc::CRnti{0x600}, rrc::Ncc{0}});
  EXPECT_TRUE(n.heard_rrc<rrc::ReestablishmentComplete>());
  EXPECT_TRUE(n.outcomes.empty());
  n.wait(2s);
  ASSERT_FALSE(n.outcomes.empty());
  EXPECT_FALSE(n.outcomes[0].ok);
  n.expect_no_radio_keys();
}

TEST(UeReestablishment, ATargetWithOtherKeysIsNotArrivedAt) {
  Road n;
  n.report();
  n.source_c_rnti = n.link->c_rnti();
  // The command says 3, the target has made its key from 2.
  n.expect_at(12, rrc::CRnti{0x500}, derive_kenb_star(n.nh(2), Pci{2}, carrier));
  n.say(Road::way(2, rrc::CRnti{0x500}, 3));
  EXPECT_EQ(n.hop_refused, 1);
  n.wait(2s);
  n.take_back();
  n.expect_outcome(false, "back at the source");
  n.expect_keys();
  // A wrong count costs no more than this: the chain is where it was.
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  (void)n.heard_rrc<rrc::ReestablishmentComplete>();
  n.hop_refused = 0;
  n.hand_over(1, 4);
  n.expect_outcome(true);
}

TEST(UeReestablishment, WhatTheUeCannotFollowBringsItBackWithoutLeaving) {
  const auto with = [](auto change) {
    auto m = Road::way(2, rrc::CRnti{0x500}, 1);
    change(*m.mobility);
    return m;
  };
  using M = rrc::MobilityControl;
  for (const auto& m : {with([](M& c) { c.target_pci = 9; }), with([](M& c) { c.earfcn_dl = 7; }),
                        with([](M& c) { c.earfcn_dl = 0xFFFFFFFF; }),
                        with([](M& c) { c.key_change_indicator = true; }), with([](M& c) {
                          c.algorithms = rrc::AsAlgorithms{2, 0};
                        }),
                        with([](M& c) {
                          c.algorithms = rrc::AsAlgorithms{1, 2};
                        }),
                        with([](M& c) {
                          c.algorithms = rrc::AsAlgorithms{2, 3};
                        })}) {
    Road n;
    n.report();
    n.source_c_rnti = n.link->c_rnti();
    n.say(m);
    ASSERT_EQ(n.reestablishments.size(), 1U);
    n.take_back();
    EXPECT_TRUE(n.heard_rrc<rrc::ReestablishmentComplete>());
    n.expect_outcome(false, "back at the source");
    EXPECT_EQ(n.counters["ue.handover_impossible"], 1);
    n.expect_keys();
    n.expect_served();
  }
  // Nor does it go where it was not asked to measure.
  Road n;
  n.source_c_rnti = n.link->c_rnti();
  n.say(Road::way(2, rrc::CRnti{0x500}, 1));
  ASSERT_EQ(n.reestablishments.size(), 1U);
}

//= S3.D8; type=test
TEST(UeReestablishment, AKeyThatWasTakenToACellInVainIsNotUsedAgain) {
  Road n;
  n.sent_away(1);
  n.wait(2s);
  n.take_back();
  (void)n.heard_rrc<rrc::ReestablishmentComplete>();
  n.expect_outcome(false);
  // The same next hop for the same cell: whatever the name, the key stream would be the same.
  n.report();
  n.source_c_rnti = n.link->c_rnti();
  n.expect_at(12, rrc::CRnti{0x778}, derive_kenb_star(n.nh(1), Pci{2}, carrier));
  n.say(Road::way(2, rrc::CRnti{0x778}, 1));
  EXPECT_EQ(n.counters["ue.handover_impossible"], 1);
  EXPECT_TRUE(n.hop);  // it did not go
  n.take_back();
  n.expect_outcome(false, "back at the source");
  n.expect_keys();
}

//= TS 36.331, 5.3.7.8; type=test
TEST(UeReestablishment, ARefusalOrSilenceEndsInIdleAndTheNetworkHearsWhereTheUeIs) {
  for (const bool refused : {true, false}) {
    Road n;
    n.sent_away();
    n.connection_answers = false;
    n.wait(2s);
    if (refused) {
      // A refusal of somebody else's request is none.
      n.srb0(rrc::ReestablishmentReject{rrc::CRnti{static_cast<std::uint16_t>(n.source_c_rnti.value + 1)}});
      EXPECT_TRUE(n.outcomes.empty());
      n.connection_answers = true;
      n.srb0(rrc::ReestablishmentReject{n.source_c_rnti});
    } else {
      n.wait(1900ms);
      EXPECT_EQ(n.reestablishments.size(), 4U);
      EXPECT_EQ(n.reestablishments[0], n.reestablishments[3]);
      n.connection_answers = true;
      n.wait(200ms);
    }
    ASSERT_FALSE(n.outcomes.empty());
    EXPECT_FALSE(n.outcomes[0].ok);
    EXPECT_EQ(n.outcomes[0].procedure, "handover");
    n.expect_no_radio_keys();
    // NAS goes on where it was: an update with the context there is, asking for the bearers.
    const auto request = n.heard_as<nas::TauRequest>();
    EXPECT_TRUE(request.update_type.active);
    EXPECT_EQ(n.here(), UeNetwork::radio(11));
  }
}

TEST(UeReestablishment, AFalseAnswerCostsTheConnectionAndNoKey) {
  for (const Byte ncc : {0, 1, 5}) {
    Road n;
    n.sent_away();
    n.wait(2s);
    // The name of another request, then one under which nobody has our keys.
    n.srb0(rrc::Reestablishment{rrc::CRnti{1}, rrc::CRnti{0x600}, rrc::Ncc{ncc}});
    EXPECT_TRUE(n.outcomes.empty());
    n.expect_at(11, rrc::CRnti{0x600}, *n.initial);
    n.srb0(rrc::Reestablishment{n.source_c_rnti, rrc::CRnti{0x600}, rrc::Ncc{ncc}});
    EXPECT_EQ(n.hop_refused, 1);
    // A second answer is not listened to any more.
    const auto kenbs = n.ledger.size();
    n.srb0(rrc::Reestablishment{n.source_c_rnti, rrc::CRnti{0x601}, rrc::Ncc{ncc}});
    n.srb0(rrc::ReestablishmentReject{n.source_c_rnti});
    EXPECT_EQ(n.ledger.size(), kenbs);
    n.wait(6s);
    ASSERT_FALSE(n.outcomes.empty());
    EXPECT_FALSE(n.outcomes[0].ok);
    n.expect_no_radio_keys();
    EXPECT_EQ(n.ue.state(), State::updating);
  }
}

TEST(UeReestablishment, NobodyElsesMomentIsDisturbed) {
  Road n;
  const auto entries = n.ledger.size();
  n.srb0(rrc::Reestablishment{n.link->c_rnti(), rrc::CRnti{0x600}, rrc::Ncc{1}});
  n.srb0(rrc::ReestablishmentReject{n.link->c_rnti()});
  EXPECT_EQ(n.counters["ue.rrc_unexpected"], 2);
  EXPECT_EQ(n.ledger.size(), entries);
  n.expect_served();
}

// --- between two cells --------------------------------------------------------------------------------

TEST(UeBetweenCells, WhatNasHasToSayWaitsAndLeavesAtTheTarget) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.sent_away();
  n.command(Verb::detach);
  n.expect_outcome(false, "overtaken by a detach");
  EXPECT_TRUE(n.silent());
  n.hop->deaf = false;
  n.wait(600ms);  // the frame comes again
  EXPECT_TRUE(n.silent());
  n.confirm();
  (void)n.heard_as<nas::UeDetachRequest>();
  EXPECT_TRUE(n.outcomes.empty());  // the handover has been reported
  n.sealed(nas::DetachAccept{});
  n.release();
  EXPECT_TRUE(n.held().empty());
  ASSERT_EQ(n.outcomes.size(), 1U);
  EXPECT_EQ(n.outcomes[0].procedure, "detach");
  EXPECT_TRUE(n.outcomes[0].ok);
}

TEST(UeBetweenCells, OrAtTheSourceWhenTheUeIsBack) {
  Road n;
  n.sent_away();
  n.command(Verb::detach);
  n.outcomes.clear();
  n.wait(2s);
  EXPECT_TRUE(n.silent());
  n.take_back();
  (void)n.heard_as<nas::UeDetachRequest>();
  EXPECT_TRUE(n.outcomes.empty());
  n.sealed(nas::DetachAccept{});
  n.release();
  EXPECT_TRUE(n.held().empty());
}

TEST(UeBetweenCells, PowerAndSwitchLeaveNoKeyOfEitherCell) {
  for (const int how : {0, 1, 2, 3}) {
    Road n;
    n.sent_away();
    if (how >= 2) n.wait(2s);
    if (how % 2 == 0) {
      n.command(Verb::power_cycle);
    } else {
      n.command(Verb::switch_off);
      n.wait(6s);
      EXPECT_TRUE(n.held().empty());
    }
    n.expect_no_radio_keys();
    EXPECT_FALSE(n.ue.connected());
    for (const Timer t : {Timer::t301, Timer::t304, Timer::xmeasure, Timer::xreport})
      EXPECT_FALSE(n.running(t));
  }
}

TEST(UeBetweenCells, ABusyUeRefusesEverythingElse) {
  Road n;
  n.sent_away();
  EXPECT_FALSE(n.ue.at_rest());
  n.command(Verb::tau);
  n.command(Verb::service_request);
  n.command_verb(0);
  ASSERT_EQ(n.outcomes.size(), 3U);
  for (const Outcome& o : n.outcomes) EXPECT_EQ(o.cause, "busy");
  n.command(Verb::move, 0);
  EXPECT_EQ(n.counters["ue.move_refused"], 1);
}

// --- with new keys on NAS --------------------------------------------------------------------------------

//= TS 33.401, 7.2.9.2; type=test
//= TS 33.401, A.4; type=test
TEST(UeHandover, AfterAKeyChangeTheChainBeginsWithTheFreshKenb) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.hand_over(1, 2);
  n.expect_outcome(true);
  // 1. A new KASME on NAS, then on the radio.
  n.challenge(7, 2);
  n.secure();
  n.initial.emplace(*n.context->kenb());
  n.kenb.emplace(derive_kenb_star(*n.initial, Pci{2}, carrier));
  n.expect_at(12, rrc::CRnti{0x900}, *n.kenb);
  rrc::Reconfiguration m{6, {}, {}, {}};
  m.mobility = rrc::MobilityControl{2, 1575, rrc::CRnti{0x900}, true, 0, {}};
  n.say(m);
  EXPECT_TRUE(n.heard_rrc<rrc::ReconfigurationComplete>());
  n.expect_keys();
  // 2. Handover after it, with the chain of the new KASME.
  n.hand_over(0, 1);
  n.expect_outcome(true);
  n.expect_keys();
  n.hand_over(1, 2);
  n.expect_outcome(true);
  n.expect_keys();
}

//= TS 33.401, 7.2.10; type=test
TEST(UeHandover, TheRadioMovesOnUnderItsOldChainWhileNasHasANewKasme) {
  Road n;
  n.cells.at(UeNetwork::radio(12)).tac = Tac{1};
  n.old_kasme.emplace(n.context->kasme()->clone());
  n.challenge(7, 2);
  n.secure();
  EXPECT_EQ(n.held_of("K_ASME"), 2);
  n.hand_over(1, 2);
  n.expect_outcome(true);
  EXPECT_EQ(n.held_of("K_eNB"), 1);
  EXPECT_EQ(n.held_of("K_ASME"), 2);
  // With the connection the old one goes.
  n.release();
  EXPECT_EQ(n.held_of("K_ASME"), 1);
  n.expect_no_radio_keys();
}

}  // namespace
}  // namespace baton::node::ue
