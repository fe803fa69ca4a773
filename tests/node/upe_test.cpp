// The UPE's procedures, one after the other.
#include "node/upe_world.h"

namespace baton::node::upe {
namespace {

// --- create -------------------------------------------------------------------------------------

//= TS 29.274, 7.2.1; type=test
TEST_F(UpeTest, ASessionHasTunnelEndsAndAnAddressOfItsOwn) {
  const auto r = created(create());
  EXPECT_EQ(r.cause.value, CauseValue::request_accepted);
  ASSERT_TRUE(r.sender);
  EXPECT_EQ(r.sender->interface, gtp2::InterfaceType::s11_sgw);
  EXPECT_EQ(r.sender->v4, upe_door.address);
  EXPECT_NE(r.sender->teid.value, 0U);
  EXPECT_EQ(r.paa->v4->to_string(), "10.45.0.1");
  EXPECT_EQ(r.ambr, (gtp2::Ambr{50'000, 100'000}));
  EXPECT_EQ(r.recovery, gtp2::Recovery{1});
  ASSERT_EQ(r.bearers.size(), 1U);
  EXPECT_EQ(r.bearers[0].ebi, gtp2::Ebi{5});
  EXPECT_EQ(r.bearers[0].cause.value, CauseValue::request_accepted);
  EXPECT_EQ(r.bearers[0].s1u_sgw->interface, gtp2::InterfaceType::s1u_sgw);
  const auto other = created(create("001010000000002"));
  EXPECT_NE(other.sender->teid, r.sender->teid);
  EXPECT_NE(other.bearers[0].s1u_sgw->teid, r.bearers[0].s1u_sgw->teid);
  EXPECT_NE(other.paa, r.paa);
}

TEST_F(UpeTest, ACreateForAUeThatIsKnownReplacesItsSession) {
  const auto first = created(create());
  const auto second = created(create());
  EXPECT_EQ(upe.sessions().size(), 1U);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 1U);
  EXPECT_EQ(upe.sessions().s1u_teids_in_use(), 1U);
  EXPECT_EQ(refused(modify(), first.sender->teid).value, CauseValue::context_not_found);
  EXPECT_EQ(refused(modify(), second.sender->teid).value, CauseValue::request_accepted);
}

TEST_F(UpeTest, ASecondConnectionOfAUeJoinsItsSessionAndAThirdOfTheSameBearerReplacesIt) {
  const auto first = created(create());
  const auto second = created(create("001010123456789", 6), mme1, first.sender->teid);
  EXPECT_EQ(second.sender->teid, first.sender->teid) << "one tunnel for a UE";
  EXPECT_NE(second.paa, first.paa);
  EXPECT_EQ(session().pdns.size(), 2U);
  created(create("001010123456789", 6), mme1, first.sender->teid);
  EXPECT_EQ(session().pdns.size(), 2U);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 2U);
  // Another subscriber cannot join, nor can a tunnel nobody has.
  EXPECT_EQ(refused(create("001010000000002", 7), first.sender->teid).value, CauseValue::context_not_found);
  EXPECT_EQ(refused(create(), Teid{first.sender->teid.value + 1}).value, CauseValue::context_not_found);
}

TEST_F(UpeTest, ADuplicateCreateIsExecutedOnce) {
  const auto octets = gtp2::encode(create(), Teid{}, gtp2::Sequence{7});
  const auto first = give(mme1, octets);
  const auto again = give(mme1, octets);
  ASSERT_FALSE(again.empty());
  const auto* answer = std::get_if<gtp2::CreateSessionResponse>(&again[0].message);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 1U);
  EXPECT_TRUE(std::any_of(first.begin(), first.end(),
                          [&](const gtp2::Decoded& d) { return d.message == again[0].message; }));
}

TEST_F(UpeTest, WhatIsWrongWithACreateIsSaidAndNothingIsKept) {
  auto m = create();
  m.imsi.reset();
  EXPECT_EQ(refused(m, {}), (gtp2::Cause{CauseValue::conditional_ie_missing, false, IeId{ie::imsi, 0}}));
  m = create();
  m.sender.interface = gtp2::InterfaceType::s1u_enb;
  EXPECT_EQ(refused(m, {}), (gtp2::Cause{CauseValue::mandatory_ie_incorrect, false, IeId{ie::f_teid, 0}}));
  m = create();
  m.sender.teid = Teid{0};
  EXPECT_EQ(refused(m, {}), (gtp2::Cause{CauseValue::mandatory_ie_incorrect, false, IeId{ie::f_teid, 0}}));
  for (const Byte ebi : {Byte{0}, Byte{4}}) {
    m = create("001010123456789", ebi);
    EXPECT_EQ(refused(m, {}), (gtp2::Cause{CauseValue::mandatory_ie_incorrect, false, IeId{ie::ebi, 0}}));
  }
  m = create();
  m.pdn_type = gtp2::PdnType::ipv6;
  EXPECT_EQ(refused(m, {}).value, CauseValue::preferred_pdn_type_not_supported);
  EXPECT_EQ(upe.sessions().size(), 0U);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 0U);
  m.pdn_type = gtp2::PdnType::ipv4v6;
  EXPECT_EQ(refused(m, {}).value, CauseValue::new_pdn_type_network_preference);
  EXPECT_EQ(refused(create("001010000000015", 15), {}).value, CauseValue::request_accepted);
}

//= TS 29.274, 7.7.6; type=test
TEST_F(UpeTest, ACreateWithoutAMandatoryElementNamesIt) {
  auto octets = gtp2::encode(create(), Teid{}, gtp2::Sequence{7});
  for (std::size_t at = 12; at < octets.size(); at += 4 + (octets[at + 1] << 8U | octets[at + 2]))
    if (octets[at] == ie::apn) octets[at] = 200;
  const auto sent = give(mme1, octets);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.teid, Teid{0});
  EXPECT_EQ(gtp2::cause_of(sent[0].message),
            (gtp2::Cause{CauseValue::mandatory_ie_missing, false, IeId{ie::apn, 0}}));
  EXPECT_EQ(upe.sessions().size(), 0U);
}

class SmallUpeTest : public UpeTest {
 protected:
  static Config small() {
    Config c = config();
    c.sessions = 2;
    c.pool_prefix = 30;  // two hosts
    return c;
  }
  SmallUpeTest() : UpeTest(small()) {}
};

TEST_F(SmallUpeTest, SessionsEndAtTheirBound) {
  EXPECT_EQ(refused(create("001010000000001"), {}).value, CauseValue::request_accepted);
  EXPECT_EQ(refused(create("001010000000002"), {}).value, CauseValue::request_accepted);
  EXPECT_EQ(refused(create("001010000000003"), {}).value, CauseValue::no_resources_available);
  EXPECT_EQ(upe.sessions().size(), 2U);
  EXPECT_EQ(refused(create("001010000000002"), {}).value, CauseValue::request_accepted)
      << "a replacement fits";
}

TEST_F(SmallUpeTest, AddressesEndWithThePoolAndNothingHalfMadeIsLeft) {
  const auto first = created(create("001010000000001"));
  EXPECT_EQ(refused(create("001010000000001", 6), first.sender->teid).value, CauseValue::request_accepted);
  EXPECT_EQ(refused(create("001010000000002"), {}).value, CauseValue::all_dynamic_addresses_occupied);
  EXPECT_EQ(upe.sessions().size(), 1U);
  EXPECT_EQ(refused(create("001010000000001", 7), first.sender->teid).value,
            CauseValue::all_dynamic_addresses_occupied);
  EXPECT_EQ(session("001010000000001").pdns.size(), 2U);
}

TEST(UpeAddressPool, EveryHostIsGivenOutOnceAndAReturnedOneWaitsItsTurn) {
  AddressPool pool({{10, 45, 0, 77}}, 29);
  EXPECT_EQ(pool.size(), 6U);
  std::vector<std::string> got;
  while (const auto a = pool.take()) got.push_back(a->to_string());
  ASSERT_EQ(got.size(), 6U);
  EXPECT_EQ(got.front(), "10.45.0.73");
  EXPECT_EQ(got.back(), "10.45.0.78");
  pool.give_back({{10, 45, 0, 75}});
  pool.give_back({{10, 45, 0, 74}});
  EXPECT_EQ(pool.take()->to_string(), "10.45.0.75");
  EXPECT_EQ(pool.take()->to_string(), "10.45.0.74");
  EXPECT_FALSE(pool.take());
  EXPECT_EQ(AddressPool({{10, 0, 0, 0}}, 0).size(), AddressPool({{10, 0, 0, 0}}, pool_prefix_min).size());
  EXPECT_EQ(AddressPool({{10, 0, 0, 0}}, 32).size(), 2U);
}

// --- modify, release, delete --------------------------------------------------------------------

//= TS 29.274, 7.2.7; type=test
TEST_F(UpeTest, ModifyBearerPutsTheEnbsEndInPlaceAndReleaseTakesItAway) {
  const Teid s11 = created(create()).sender->teid;
  EXPECT_FALSE(session().connected());
  const auto d = ask(modify(), s11);
  EXPECT_EQ(d.header.teid, Teid{0xAA}) << "the MME's end of the tunnel";
  const auto& r = std::get<gtp2::ModifyBearerResponse>(d.message);
  EXPECT_EQ(r.cause.value, CauseValue::request_accepted);
  ASSERT_EQ(r.bearers.size(), 1U);
  EXPECT_EQ(r.bearers[0].cause.value, CauseValue::request_accepted);
  EXPECT_TRUE(r.bearers[0].s1u_sgw);
  EXPECT_TRUE(session().connected());
  EXPECT_EQ(refused(gtp2::ReleaseAccessBearersRequest{{gtp2::Ebi{6}}, {}, {}}, s11).value,
            CauseValue::request_accepted);
  EXPECT_TRUE(session().connected()) << "another bearer was named";
  EXPECT_EQ(refused(gtp2::ReleaseAccessBearersRequest{}, s11).value, CauseValue::request_accepted);
  EXPECT_FALSE(session().connected());
}

TEST_F(UpeTest, ModifyOfABearerNobodyHasSaysSoForThatBearer) {
  const Teid s11 = created(create()).sender->teid;
  EXPECT_EQ(refused(modify(6), s11).value, CauseValue::context_not_found);
  auto both = modify(5);
  both.bearers.push_back(modify(6).bearers[0]);
  const auto d = ask(both, s11);
  const auto& r = std::get<gtp2::ModifyBearerResponse>(d.message);
  EXPECT_EQ(r.cause.value, CauseValue::request_accepted_partially);
  EXPECT_EQ(r.bearers[0].cause.value, CauseValue::request_accepted);
  EXPECT_EQ(r.bearers[1].cause.value, CauseValue::context_not_found);
}

TEST_F(UpeTest, AModifyThatIsWrongAnywhereChangesNothing) {
  const Teid s11 = created(create()).sender->teid;
  auto m = modify();
  m.bearers.push_back(modify().bearers[0]);
  m.bearers[1].s1u_enb->interface = gtp2::InterfaceType::s1u_sgw;
  EXPECT_EQ(refused(m, s11), (gtp2::Cause{CauseValue::mandatory_ie_incorrect, false, IeId{ie::f_teid, 0}}));
  EXPECT_FALSE(session().connected());
  m = modify();
  m.sender = gtp2::FTeid{gtp2::InterfaceType::s11_mme, Teid{0}, mme1.address, {}};
  EXPECT_EQ(refused(m, s11).value, CauseValue::mandatory_ie_incorrect);
}

TEST_F(UpeTest, AnotherMmeTakesAUeOverOnlyByNamingItsOwnEndOfTheTunnel) {
  const Teid s11 = created(create()).sender->teid;
  EXPECT_EQ(refused(modify(), s11, mme2).value, CauseValue::context_not_found) << "not its UE";
  EXPECT_EQ(refused(gtp2::DeleteSessionRequest{}, s11, mme2).value, CauseValue::context_not_found);
  EXPECT_EQ(refused(gtp2::ReleaseAccessBearersRequest{}, s11, mme2).value, CauseValue::context_not_found);
  auto m = modify();
  m.sender = gtp2::FTeid{gtp2::InterfaceType::s11_mme, Teid{0xBB}, mme2.address, {}};
  const auto d = ask(m, s11, mme2);
  EXPECT_EQ(d.header.teid, Teid{0xBB});
  EXPECT_EQ(gtp2::cause_of(d.message)->value, CauseValue::request_accepted);
  EXPECT_EQ(refused(modify(), s11, mme1).value, CauseValue::context_not_found) << "it is the other one's now";
}

TEST_F(UpeTest, BearersThatTheEnbRefusedAreRemovedAndADefaultOneTakesItsConnectionAlong) {
  auto two = create();
  two.bearers.push_back({gtp2::Ebi{6}, {}, {}, {}, {}});
  const Teid s11 = created(two).sender->teid;
  EXPECT_EQ(upe.sessions().s1u_teids_in_use(), 2U);
  auto m = modify();
  m.bearers_to_remove = {{gtp2::Ebi{6}}};
  EXPECT_EQ(refused(m, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(upe.sessions().s1u_teids_in_use(), 1U);
  m = gtp2::ModifyBearerRequest{};
  m.bearers_to_remove = {{gtp2::Ebi{5}}, {gtp2::Ebi{9}}};
  EXPECT_EQ(refused(m, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 0U);
  EXPECT_EQ(upe.sessions().size(), 0U) << "no session without a bearer stays";
  EXPECT_EQ(refused(modify(), s11).value, CauseValue::context_not_found);
}

// --- a UE that moves to another MME -------------------------------------------------------------

gtp2::ModifyBearerRequest taking_over(Teid own = Teid{0xBB}) {
  gtp2::ModifyBearerRequest m;
  m.sender = gtp2::FTeid{gtp2::InterfaceType::s11_mme, own, mme2.address, {}};
  return m;
}

//= TS 23.401, 5.3.3.2; type=test
//= S1.A6; type=test
TEST_F(UpeTest, WhatTheFormerMmeSaysOfAUeThatHasMovedTouchesNothing) {
  const Teid s11 = connected();
  ASSERT_EQ(refused(taking_over(), s11, mme2).value, CauseValue::request_accepted);
  EXPECT_TRUE(counted("upe.session_moved"));
  EXPECT_FALSE(session().connected()) << "the former MME's eNB has the UE no more, and no other is named";
  auto m = modify();
  ASSERT_EQ(refused(m, s11, mme2).value, CauseValue::request_accepted);
  ASSERT_TRUE(session().connected());

  EXPECT_EQ(refused(gtp2::ReleaseAccessBearersRequest{}, s11, mme1).value, CauseValue::context_not_found);
  EXPECT_EQ(refused(modify(), s11, mme1).value, CauseValue::context_not_found);
  EXPECT_EQ(refused(gtp2::DeleteSessionRequest{}, s11, mme1).value, CauseValue::context_not_found);
  EXPECT_TRUE(session().connected());
  EXPECT_EQ(session().mme, mme2);
  EXPECT_EQ(session().mme_s11.teid, Teid{0xBB});
}

//= TS 23.401, 5.5.1.2.2; type=test
TEST_F(UpeTest, AMoveWithTheNewEnbsEndLeavesTheBearerConnectedThere) {
  const Teid s11 = connected();
  auto m = taking_over();
  m.bearers = {
      {gtp2::Ebi{5}, gtp2::FTeid{gtp2::InterfaceType::s1u_enb, Teid{77}, Ipv4{{127, 0, 0, 15}}, {}}, {}}};
  ASSERT_EQ(refused(m, s11, mme2).value, CauseValue::request_accepted);
  EXPECT_EQ(session().bearer(gtp2::Ebi{5})->s1u_enb->teid, Teid{77});
}

TEST_F(UpeTest, DataAfterAMoveCallTheUeThroughItsNewMme) {
  const Teid s11 = created(create()).sender->teid;
  const auto before = page();
  ASSERT_EQ(before.size(), 1U);
  gtp2::DownlinkDataNotificationAck ack;
  give(mme1, gtp2::encode(ack, s11, before[0].header.sequence));
  EXPECT_TRUE(page().empty()) << "the former MME pages";

  ASSERT_EQ(refused(taking_over(), s11, mme2).value, CauseValue::request_accepted);
  const auto after = page();
  ASSERT_EQ(after.size(), 1U) << "the former call is over";
  EXPECT_EQ(after[0].header.teid, Teid{0xBB});
  const auto* to = std::get_if<SendDatagram>(&last.front());
  ASSERT_NE(to, nullptr);
  EXPECT_EQ(to->remote, mme2);

  // A late refusal of the former MME's is no word on the session.
  gtp2::DownlinkDataNotificationAck late;
  late.cause.value = CauseValue::context_not_found;
  give(mme1, gtp2::encode(late, s11, before[0].header.sequence));
  EXPECT_EQ(upe.sessions().size(), 1U);
}

TEST_F(UpeTest, ANotificationOnItsWayToTheFormerMmeIsNotHeldAgainstTheUe) {
  const Teid s11 = created(create()).sender->teid;
  const auto before = page();
  ASSERT_EQ(before.size(), 1U);
  ASSERT_EQ(refused(taking_over(), s11, mme2).value, CauseValue::request_accepted);
  gtp2::DownlinkDataNotificationAck no;
  no.cause.value = CauseValue::context_not_found;
  give(mme1, gtp2::encode(no, s11, before[0].header.sequence));
  EXPECT_EQ(upe.sessions().size(), 1U) << "the former MME knows the UE no more, but the new one does";
  EXPECT_EQ(page().size(), 1U);
}

TEST_F(UpeTest, NobodyButAConfiguredMmeTakesAUeOver) {
  const Teid s11 = connected();
  EXPECT_TRUE(give(stranger, gtp2::encode(taking_over(), s11, gtp2::Sequence{++sequence})).empty());
  EXPECT_TRUE(counted("gtp_unknown_peer"));
  EXPECT_EQ(session().mme, mme1);
  // And a configured one only if it knows the tunnel.
  EXPECT_EQ(refused(taking_over(), Teid{s11.value + 1}, mme2).value, CauseValue::context_not_found);
  EXPECT_TRUE(session().connected());
}

TEST_F(UpeTest, AUeThatComesBackToItsFirstMmeIsThatMmesAgain) {
  const Teid s11 = connected();
  ASSERT_EQ(refused(taking_over(), s11, mme2).value, CauseValue::request_accepted);
  auto back = taking_over(Teid{0xAB});
  back.sender->v4 = mme1.address;
  ASSERT_EQ(refused(back, s11, mme1).value, CauseValue::request_accepted);
  EXPECT_EQ(session().mme, mme1);
  EXPECT_EQ(refused(gtp2::DeleteSessionRequest{}, s11, mme2).value, CauseValue::context_not_found);
}

//= TS 29.274, 7.2.9.1; type=test
TEST_F(UpeTest, DeleteSessionGivesEverythingBack) {
  const Teid s11 = connected();
  gtp2::DeleteSessionRequest m;
  m.linked_ebi = gtp2::Ebi{6};
  EXPECT_EQ(refused(m, s11), (gtp2::Cause{CauseValue::context_not_found, false, IeId{ie::ebi, 0}}));
  EXPECT_EQ(upe.sessions().size(), 1U);
  m.linked_ebi = gtp2::Ebi{5};
  EXPECT_EQ(refused(m, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(upe.sessions().size(), 0U);
  EXPECT_EQ(upe.sessions().addresses_in_use(), 0U);
  EXPECT_EQ(upe.sessions().s1u_teids_in_use(), 0U);
  EXPECT_EQ(refused(m, s11).value, CauseValue::context_not_found);
}

TEST_F(UpeTest, DeleteOfOneConnectionLeavesTheOtherAndDeleteOfNoneInParticularEndsAll) {
  const Teid s11 = created(create()).sender->teid;
  created(create("001010123456789", 6), mme1, s11);
  gtp2::DeleteSessionRequest m;
  m.linked_ebi = gtp2::Ebi{5};
  EXPECT_EQ(refused(m, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(session().pdns.size(), 1U);
  EXPECT_EQ(refused(gtp2::DeleteSessionRequest{}, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(upe.sessions().size(), 0U);
}

TEST_F(UpeTest, ATunnelNobodyHasIsContextNotFound) {
  for (const Teid teid : {Teid{0}, Teid{1}, Teid{0xFFFFFFFF}}) {
    EXPECT_EQ(refused(modify(), teid).value, CauseValue::context_not_found);
    EXPECT_EQ(refused(gtp2::ReleaseAccessBearersRequest{}, teid).value, CauseValue::context_not_found);
    EXPECT_EQ(refused(gtp2::DeleteSessionRequest{}, teid).value, CauseValue::context_not_found);
  }
}

// --- downlink data ------------------------------------------------------------------------------

//= TS 29.274, 7.2.11.1; type=test
TEST_F(UpeTest, DataForAnIdleUeNotifiesItsMmeOnce) {
  const Teid s11 = connected();
  EXPECT_TRUE(page().empty()) << "it is connected";
  EXPECT_TRUE(counted("upe.data_for_connected"));
  refused(gtp2::ReleaseAccessBearersRequest{}, s11);
  const auto sent = page();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.teid, Teid{0xAA});
  EXPECT_EQ(std::get<gtp2::DownlinkDataNotification>(sent[0].message).ebi, gtp2::Ebi{5});
  EXPECT_TRUE(page().empty()) << "one is under way";
  const auto ack = [&](CauseValue v) {
    gtp2::DownlinkDataNotificationAck m;
    m.cause.value = v;
    give(mme1, gtp2::encode(m, s11, sent[0].header.sequence));
  };
  ack(CauseValue::request_accepted);
  EXPECT_TRUE(page().empty()) << "the MME pages";
  EXPECT_EQ(refused(modify(), s11).value, CauseValue::request_accepted);
  refused(gtp2::ReleaseAccessBearersRequest{}, s11);
  EXPECT_EQ(page().size(), 1U) << "the UE came and left again";
  EXPECT_TRUE(page("001010000000099").empty());
  EXPECT_TRUE(counted("upe.data_for_nobody"));
}

//= TS 29.274, 7.2.11.3; type=test
TEST_F(UpeTest, PagingThatFailsLaterLetsTheNextDataTryAgain) {
  const Teid s11 = created(create()).sender->teid;
  const auto sent = page();
  give(mme1, gtp2::encode(gtp2::DownlinkDataNotificationAck{}, s11, sent.at(0).header.sequence));
  gtp2::DownlinkDataNotificationFailureIndication failed;
  failed.cause.value = CauseValue::ue_not_responding;
  give(mme2, gtp2::encode(failed, s11, gtp2::Sequence{1}));
  EXPECT_TRUE(counted("upe.unknown_tunnel")) << "another MME's word about this UE counts nothing";
  EXPECT_TRUE(page().empty());
  give(mme1, gtp2::encode(failed, s11, gtp2::Sequence{2}));
  EXPECT_EQ(page().size(), 1U);
}

TEST_F(UpeTest, AReleaseEndsTheCallThatWasUnderWay) {
  const Teid s11 = created(create()).sender->teid;
  const auto sent = page();
  give(mme1, gtp2::encode(gtp2::DownlinkDataNotificationAck{}, s11, sent.at(0).header.sequence));
  EXPECT_TRUE(page().empty()) << "the MME pages";
  refused(gtp2::ReleaseAccessBearersRequest{}, s11);
  EXPECT_EQ(page().size(), 1U) << "the UE answered with an update and is idle again";
}

TEST_F(UpeTest, AnMmeThatRefusesToPageKeepsTheSessionUnlessItDoesNotKnowTheUe) {
  const Teid s11 = created(create()).sender->teid;
  gtp2::DownlinkDataNotificationAck no;
  no.cause.value = CauseValue::unable_to_page_ue;
  give(mme1, gtp2::encode(no, s11, page().at(0).header.sequence));
  EXPECT_EQ(upe.sessions().size(), 1U);
  no.cause.value = CauseValue::context_not_found;
  const auto sent = page();
  ASSERT_EQ(sent.size(), 1U);
  give(mme2, gtp2::encode(no, s11, sent[0].header.sequence));
  EXPECT_EQ(upe.sessions().size(), 1U) << "the other MME was not asked";
  give(mme1, gtp2::encode(no, s11, sent[0].header.sequence));
  EXPECT_EQ(upe.sessions().size(), 0U);
}

TEST_F(UpeTest, AnMmeThatDoesNotAnswerANotificationMayBeAskedAgainLater) {
  created(create());
  page();
  for (int i = 0; i < peer::gtp::n3_requests; ++i) {
    TimerId t3{};
    for (const Action& a : last)
      if (const auto* s = std::get_if<StartTimer>(&a))
        if (s->timer.kind == peer::gtp::timer_t3) t3 = s->timer;
    now += peer::gtp::t3_response;
    Actions out;
    upe.on(TimerFired{t3}, now, out);
    last = out.take();
  }
  EXPECT_TRUE(counted("upe.notification_unanswered"));
  EXPECT_EQ(page().size(), 1U);
}

TEST_F(UpeTest, ASessionThatEndsTakesItsNotificationAlong) {
  const Teid s11 = created(create()).sender->teid;
  const auto sent = page();
  refused(gtp2::DeleteSessionRequest{}, s11);
  EXPECT_TRUE(std::any_of(last.begin(), last.end(),
                          [](const Action& a) { return std::holds_alternative<StopTimer>(a); }));
  give(mme1, gtp2::encode(gtp2::DownlinkDataNotificationAck{}, s11, sent.at(0).header.sequence));
  EXPECT_EQ(upe.sessions().size(), 0U);
}

// --- paths --------------------------------------------------------------------------------------

//= TS 23.007, 18; type=test
TEST_F(UpeTest, AnMmesRestartEndsTheSessionsOfItsEarlierLifeOnly) {
  created(create("001010000000001"));
  auto of_mme2 = create("001010000000002");
  of_mme2.sender.v4 = mme2.address;
  created(of_mme2, mme2);
  answer_echo(mme1, 1);
  answer_echo(mme2, 1);
  EXPECT_EQ(upe.sessions().size(), 2U) << "the first counter heard is no restart";
  // The MME comes back and makes a session in its new life; that moves the UPE to ask it.
  auto again = create("001010000000003");
  again.recovery = gtp2::Recovery{2};
  created(again);
  EXPECT_EQ(upe.sessions().size(), 3U) << "nothing is dropped on a word that may be forged";
  answer_echo(mme1, 2);
  EXPECT_EQ(upe.sessions().size(), 2U);
  EXPECT_EQ(upe.sessions().find(*Imsi::parse("001010000000001")), nullptr);
  EXPECT_NE(upe.sessions().find(*Imsi::parse("001010000000002")), nullptr);
  EXPECT_NE(upe.sessions().find(*Imsi::parse("001010000000003")), nullptr);
}

TEST_F(UpeTest, EchoIsAnsweredWithOurRestartCounter) {
  const auto sent = give(mme1, gtp2::encode(gtp2::EchoRequest{gtp2::Recovery{4}, {}}, {}, gtp2::Sequence{5}));
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(std::get<gtp2::EchoResponse>(sent[0].message).recovery, gtp2::Recovery{1});
  EXPECT_EQ(sent[0].header.sequence, gtp2::Sequence{5});
}

// --- whatever else comes ------------------------------------------------------------------------

TEST_F(UpeTest, AStrangerGetsNoAnswer) {
  EXPECT_TRUE(give(stranger, gtp2::encode(create(), {}, gtp2::Sequence{1})).empty());
  EXPECT_TRUE(counted("gtp_unknown_peer"));
  EXPECT_EQ(upe.sessions().size(), 0U);
}

TEST_F(UpeTest, ANotificationToTheUpeIsNotItsService) {
  EXPECT_EQ(refused(gtp2::DownlinkDataNotification{}, {}).value, CauseValue::service_not_supported);
}

TEST_F(UpeTest, NoBrokenRequestTouchesASession) {
  const Teid s11 = connected();
  std::vector<gtp2::Message> requests;
  requests.emplace_back(create());
  requests.emplace_back(modify());
  requests.emplace_back(gtp2::DeleteSessionRequest{});
  requests.emplace_back(gtp2::ReleaseAccessBearersRequest{});
  const auto address = session().pdns.begin()->second.address;
  for (const auto& m : requests) {
    const bool creates = gtp2::type_of(m) == gtp2::CreateSessionRequest::type;
    const auto whole = gtp2::encode(m, creates ? Teid{} : s11, gtp2::Sequence{++sequence});
    for (std::size_t n = 0; n < whole.size(); ++n) {
      give(mme1, ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)));
      ASSERT_EQ(upe.sessions().size(), 1U);
      ASSERT_EQ(session().pdns.begin()->second.address, address);
      ASSERT_TRUE(session().connected());
    }
  }
  // Flipped bits may make another good request; what must hold is that nothing breaks and nothing leaks.
  for (const auto& m : requests) {
    const auto whole = gtp2::encode(m, s11, gtp2::Sequence{++sequence});
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      auto octets = whole;
      octets[bit / 8] = static_cast<Byte>(octets[bit / 8] ^ (1U << (bit % 8)));
      give(mme1, std::move(octets));
    }
  }
  std::size_t pdns = 0, bearers = 0;
  upe.sessions().each([&](const Session& s) {
    pdns += s.pdns.size();
    for (const auto& [ebi, pdn] : s.pdns) bearers += pdn.bearers.size();
  });
  EXPECT_EQ(upe.sessions().addresses_in_use(), pdns);
  EXPECT_EQ(upe.sessions().s1u_teids_in_use(), bearers);
}

TEST_F(UpeTest, EventsOfOtherRolesAreIgnored) {
  Actions out;
  upe.on(DatagramIn{Port::radio, mme1, gtp2::encode(create(), {}, gtp2::Sequence{1})}, now, out);
  upe.on(LinkUp{}, now, out);
  upe.on(LinkDown{}, now, out);
  upe.on(LinkData{}, now, out);
  upe.on(SubscriberSaved{}, now, out);
  upe.on(Command{Verb::attach, Imsi::test_value(), 0}, now, out);
  upe.on(Command{Verb::page, std::nullopt, 0}, now, out);
  upe.on(TimerFired{{TimerDomain::ue, 1, 1}}, now, out);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace baton::node::upe
