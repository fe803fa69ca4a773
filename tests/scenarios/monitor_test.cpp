// Each invariant is tripped by an observation that is wrong on purpose; the same observation made right is
// let pass.
#include <gtest/gtest.h>

#include "context/eps_security.h"
#include "context/pdcp.h"
#include "lab/monitor.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2_samples.h"
#include "wire/rrc/frame.h"

namespace baton::lab {
namespace {

using context::NasSecurityHeader;
using context::Side;
using peer::Port;

enum Seat : SeatNumber { hss, mme, mme2, enb1, enb3, ue };

template <class Key>
Key key(Byte n) {
  std::array<Byte, Key::size> octets{};
  octets.fill(n);
  return Key(octets);
}

class MonitorTest : public ::testing::Test {
 protected:
  Monitor monitor{{{"hss", node::Role::hss, {}, 0, 0},
                   {"mme", node::Role::mme, {}, 0, 0},
                   {"mme2", node::Role::mme, {}, 0, 0},
                   {"enb1", node::Role::enb, {}, 1, 1850},
                   {"enb3", node::Role::enb, {}, 3, 1850},
                   {"ue1", node::Role::ue, Imsi::test_value().digits(), 0, 0}}};
  const KeyIdKey ids{};
  Instant now{};
  std::uint32_t sessions = 0;

  void send(SeatNumber from, SeatNumber to, Port port, const ByteVector& octets) {
    const Endpoint nowhere{};
    now += 1ms;
    monitor.on_sent({now, from, to, port, 0, nowhere, nowhere, octets, ue, true});
    monitor.on_event_end(now);
  }
  template <class M>
  void s1(SeatNumber from, SeatNumber to, const M& m) {
    send(from, to, Port::s1ap, wire::s1ap::encode(m));
  }
  void write(SeatNumber at, KeyEvent event, KeyKind kind, KeyId id) {
    static const char* const names[] = {"hss", "mme", "mme2", "enb1", "enb3", "ue1"};
    now += 1ms;
    monitor.on_ledger({now, names[at], Imsi::test_value().digits(), event, kind, id, {}, "test", {}}, at, ue);
    monitor.on_event_end(now);
  }
  template <class Key>
  void write(SeatNumber at, KeyEvent event, const Key& k) {
    write(at, event, KeyKindOf<Key>::value, key_id_of(ids, k));
  }

  // The HSS gives the MME a vector with this KASME.
  void give(const Kasme& kasme, SeatNumber to = mme) {
    namespace d = wire::diameter;
    const auto host = DiameterIdentity::test_value();
    const std::string session = "s" + std::to_string(++sessions);
    d::AuthenticationInformationRequest air{session,
                                            {},
                                            d::AuthSessionState::no_state_maintained,
                                            host,
                                            host,
                                            {},
                                            host,
                                            Imsi::test_value(),
                                            {},
                                            {},
                                            PlmnId::test_value()};
    send(to, hss, Port::diameter, d::encode(air, {1, 1}));
    d::AuthenticationInfo info;
    info.eutran_vectors.push_back({{}, Rand{}, Xres(ByteVector(8, 1)), Autn{}, kasme.clone()});
    d::AuthenticationInformationAnswer aia{
        session, {}, d::code::success, {}, {}, d::AuthSessionState::no_state_maintained, host,
        host,    {}, std::move(info),  {}};
    send(hss, to, Port::diameter, d::encode(aia, {1, 1}));
  }
  // A context as the network or the UE holds it, with NAS keys.
  static context::EpsSecurityContext context_of(const Kasme& kasme, Side side, Eia eia = Eia::eia2) {
    context::EpsSecurityContext c(side, kasme.clone(), wire::nas::Ksi{1});
    EXPECT_TRUE(c.activate({Eea::eea2, eia}));
    return c;
  }
  // A Security Mode Command that says which algorithms it takes into use. TS 24.301, 8.2.20.
  static ByteVector command(context::EpsSecurityContext& network, Eia eia = Eia::eia2) {
    const ByteVector plain{0x07, 0x5D, static_cast<Byte>(0x20U | static_cast<Byte>(eia)), 0x01, 0x02,
                           0xE0, 0xE0};
    return *network.protect(NasSecurityHeader::integrity_new_context, plain);
  }
  void down(const ByteVector& nas, SeatNumber from = mme, SeatNumber to = enb1) {
    s1(from, to,
       wire::s1ap::DownlinkNasTransport{wire::s1ap::MmeUeS1apId{1}, wire::s1ap::EnbUeS1apId{1}, {nas}});
  }
  void up(const ByteVector& nas, SeatNumber enb = enb1, std::uint32_t id = 1) {
    s1(enb, mme,
       wire::s1ap::UplinkNasTransport{wire::s1ap::MmeUeS1apId{1},
                                      wire::s1ap::EnbUeS1apId{id},
                                      {nas},
                                      {PlmnId::test_value(), 1},
                                      {PlmnId::test_value(), Tac{1}}});
  }
  // One PDU of SRB1 on the air.
  void air(bool uplink, std::uint16_t c_rnti, const ByteVector& pdu, SeatNumber enb = enb1) {
    const wire::rrc::Frame frame{wire::rrc::Channel::srb1, wire::rrc::CRnti{c_rnti}, 0, 0, pdu};
    send(uplink ? SeatNumber{ue} : enb, uplink ? enb : SeatNumber{ue}, Port::radio, wire::rrc::encode(frame));
  }
  void set_up(const Kenb& kenb) {
    wire::s1ap::InitialContextSetupRequest m{
        wire::s1ap::MmeUeS1apId{1}, wire::s1ap::EnbUeS1apId{1}, {1, 1}, {}, {}, kenb.clone(), {}, {}};
    m.erabs.push_back(
        {wire::s1ap::ErabId{5}, {}, wire::s1ap::TransportLayerAddress::from({{127, 0, 0, 1}}), Teid{1}, {}});
    s1(mme, enb1, m);
  }
  static context::SignallingBearer bearer(const Kenb& kenb, Side side, Eia eia = Eia::eia2) {
    context::SignallingBearer b(side, 1);
    EXPECT_TRUE(b.start_integrity(eia, derive_krrc_int(kenb, eia)));
    EXPECT_TRUE(b.start_ciphering(Eea::eea2, derive_krrc_enc(kenb, Eea::eea2)));
    return b;
  }
  wire::gtp2::ForwardRelocationRequest relocation(const Kasme& kasme, std::uint32_t downlink) {
    wire::gtp2::ForwardRelocationRequest m = wire::gtp2::forward_relocation_request();
    m.mm.kasme = kasme.clone();
    m.mm.next_hop.reset();
    m.mm.vectors.clear();
    m.mm.old_security.reset();
    m.mm.ksi = 1;
    m.mm.nas_integrity = 2;
    m.mm.nas_ciphering = 2;
    m.mm.downlink_count = *NasCount::from(downlink);
    m.mm.uplink_count = *NasCount::from(5);
    return m;
  }
  void s10(SeatNumber from, SeatNumber to, const wire::gtp2::Message& m, std::uint32_t number = 7) {
    const ByteVector octets = wire::gtp2::encode(m, Teid{1}, wire::gtp2::Sequence{number});
    ASSERT_FALSE(octets.empty());
    send(from, to, Port::gtpc, octets);
  }

  void nothing() const {
    for (const Violation& v : monitor.violations()) ADD_FAILURE() << to_string(v.invariant) << ": " << v.text;
  }
  void only(Invariant what) const {
    ASSERT_FALSE(monitor.violations().empty());
    for (const Violation& v : monitor.violations()) EXPECT_EQ(v.invariant, what) << v.text;
    EXPECT_EQ(monitor.violations()[0].ue, SeatNumber{ue});
  }
};

const ByteVector plain_one{0x07, 0x61, 0x41}, plain_two{0x07, 0x61, 0x42};

TEST_F(MonitorTest, ANasCountProtectsOneMessage) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  auto twin = network.clone();
  const ByteVector one = *network.protect(NasSecurityHeader::ciphered, plain_one);
  down(one);
  down(one);  // the very same octets again: a lower layer repeats them
  nothing();
  EXPECT_EQ(monitor.nas_verified(), 3U);
  down(*twin.protect(NasSecurityHeader::ciphered, plain_two));
  only(Invariant::count_once);
}

TEST_F(MonitorTest, AnEndNeverGoesBackToALowerCount) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  const ByteVector skipped = *network.protect(NasSecurityHeader::ciphered, plain_one);
  down(*network.protect(NasSecurityHeader::ciphered, plain_two));
  nothing();
  down(skipped);
  only(Invariant::count_rises);
}

TEST_F(MonitorTest, AContextThatMovesGoesOnWhereItStands) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));                                          // COUNT 0
  down(*network.protect(NasSecurityHeader::ciphered, plain_one));  // COUNT 1
  s10(mme, mme2, relocation(kasme, 2));
  s10(mme, mme2, relocation(kasme, 2));  // repeated by GTP
  nothing();
  s10(mme, mme2, relocation(kasme, 1), 8);
  only(Invariant::count_rises);
}

TEST_F(MonitorTest, AnSrbCountProtectsOneMessageAndRises) {
  const auto kenb = key<Kenb>(2);
  set_up(kenb);
  auto uplink = bearer(kenb, Side::ue), twin = bearer(kenb, Side::ue);
  const ByteVector one = *uplink.protect(ByteVector{0x24});
  air(true, 100, one);
  air(true, 100, one);
  nothing();
  EXPECT_EQ(monitor.srb_verified(), 2U);
  // The same key again on another connection: its COUNTs begin at 0 once more.
  air(true, 101, *twin.protect(ByteVector{0x27, 0x01}));
  only(Invariant::count_once);
}

TEST_F(MonitorTest, AnSrbCountIsNotLowered) {
  const auto kenb = key<Kenb>(2);
  set_up(kenb);
  auto downlink = bearer(kenb, Side::network);
  const ByteVector skipped = *downlink.protect(ByteVector{0x24});
  air(false, 100, *downlink.protect(ByteVector{0x27, 0x01}));
  nothing();
  air(false, 100, skipped);
  only(Invariant::count_rises);
}

TEST_F(MonitorTest, FollowsTheKeysOfAHandover) {
  const auto nh = key<Nh>(3);
  s1(mme2, enb3,
     wire::s1ap::HandoverRequest{
         wire::s1ap::MmeUeS1apId{1},
         {},
         {},
         {1, 1},
         {{wire::s1ap::ErabId{5}, wire::s1ap::TransportLayerAddress::from({{127, 0, 0, 1}}), Teid{1}, {}}},
         {{1}},
         {},
         {},
         {1, nh.clone()},
         {},
         {}});
  const Kenb star = derive_kenb_star(nh, Pci{3}, *EarfcnDl::from(1850));
  auto uplink = bearer(star, Side::ue);
  air(true, 100, *uplink.protect(ByteVector{0x27, 0x01}), enb3);
  nothing();
  // The same NH made into a KeNB for another cell is not this cell's.
  const Kenb elsewhere = derive_kenb_star(nh, Pci{4}, *EarfcnDl::from(1850));
  auto wrong = bearer(elsewhere, Side::ue);
  air(true, 101, *wrong.protect(ByteVector{0x27, 0x02}), enb3);
  only(Invariant::known_key);
}

TEST_F(MonitorTest, WhatIsProtectedIsUnderAKeyMadeForTheUe) {
  const auto kasme = key<Kasme>(1), other = key<Kasme>(9);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  nothing();
  auto stranger = context_of(other, Side::ue);
  up(*stranger.protect(NasSecurityHeader::ciphered, plain_one));
  only(Invariant::known_key);
}

TEST_F(MonitorTest, AContextThatMovesIsUnderAKeyMadeForTheUe) {
  s10(mme, mme2, relocation(key<Kasme>(9), 2));
  only(Invariant::known_key);
}

TEST_F(MonitorTest, AlgorithmsStayUnderTheirKey) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  auto one = context_of(kasme, Side::ue);
  down(command(network));
  up(*one.protect(NasSecurityHeader::ciphered_new_context, plain_one));
  // A command changes them, and with them the keys.
  ASSERT_TRUE(network.activate({Eea::eea2, Eia::eia1}));
  down(command(network, Eia::eia1));
  auto two = context_of(kasme, Side::ue, Eia::eia1);
  two.set_counts(NasCounter::starting_at(*NasCount::from(1)), {});
  up(*two.protect(NasSecurityHeader::ciphered_new_context, plain_one));
  nothing();
  // Nothing goes back to the former ones without a command.
  auto back = context_of(kasme, Side::ue);
  back.set_counts(NasCounter::starting_at(*NasCount::from(2)), {});
  up(*back.protect(NasSecurityHeader::ciphered, plain_two));
  only(Invariant::algorithms);
}

TEST_F(MonitorTest, AContextThatMovesNamesTheAlgorithmsInUse) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  auto m = relocation(kasme, 1);
  m.mm.nas_ciphering = 0;
  s10(mme, mme2, std::move(m));
  only(Invariant::algorithms);
}

TEST_F(MonitorTest, RadioAlgorithmsStayUnderTheirKey) {
  const auto kenb = key<Kenb>(2);
  set_up(kenb);
  auto uplink = bearer(kenb, Side::ue);
  air(true, 100, *uplink.protect(ByteVector{0x24}));
  nothing();
  auto other = bearer(kenb, Side::ue, Eia::eia1);
  other.set_counters(context::PdcpCounter::starting_at(1), {});
  air(true, 100, *other.protect(ByteVector{0x27, 0x01}));
  only(Invariant::algorithms);
}

TEST_F(MonitorTest, AnEnbThatReleasedAUeKeepsNoKeyOfIt) {
  const auto kenb = key<Kenb>(2);
  const wire::s1ap::UeContextReleaseComplete complete{
      wire::s1ap::MmeUeS1apId{1}, wire::s1ap::EnbUeS1apId{1}, {}};
  set_up(kenb);
  write(enb1, KeyEvent::received, kenb);
  write(enb1, KeyEvent::erased, kenb);
  s1(enb1, mme, complete);
  nothing();
  set_up(key<Kenb>(4));
  write(enb1, KeyEvent::received, key<Kenb>(4));
  s1(enb1, mme, complete);
  only(Invariant::key_gone);
}

TEST_F(MonitorTest, AnMmeThatGaveAUeAwayKeepsNoKeyOfIt) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  write(mme, KeyEvent::received, kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  s10(mme, mme2, relocation(kasme, 1));
  write(mme2, KeyEvent::received, kasme);
  nothing();
  monitor.on_outcome({Imsi::test_value().digits(), "inter-mme-handover", true, ""}, mme, now);
  monitor.on_event_end(now);
  only(Invariant::key_gone);
}

TEST_F(MonitorTest, ATargetWhoseHandoverWasCancelledKeepsNoKey) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  s10(mme, mme2, relocation(kasme, 1));
  write(mme2, KeyEvent::received, kasme);
  write(mme2, KeyEvent::erased, kasme);
  wire::gtp2::RelocationCancelRequest cancel;
  cancel.imsi = Imsi::test_value();
  s10(mme, mme2, cancel, 8);
  s10(mme2, mme, wire::gtp2::RelocationCancelResponse{}, 8);
  nothing();
  write(mme2, KeyEvent::stored, kasme);
  // The answer to a request about somebody else, whatever led to it, says nothing of this UE.
  cancel.imsi = *Imsi::parse("001010000000099");
  s10(mme, mme2, cancel, 9);
  s10(mme2, mme, wire::gtp2::RelocationCancelResponse{}, 9);
  nothing();
  cancel.imsi = Imsi::test_value();
  s10(mme, mme2, cancel, 10);
  s10(mme2, mme, wire::gtp2::RelocationCancelResponse{}, 10);
  only(Invariant::key_gone);
}

TEST_F(MonitorTest, AKeyIsReceivedAsOftenAsItWasSent) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  write(mme, KeyEvent::received, kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  s10(mme, mme2, relocation(kasme, 1));
  s10(mme, mme2, relocation(kasme, 1));  // one message, sent twice
  write(mme2, KeyEvent::received, kasme);
  nothing();
  write(mme2, KeyEvent::received, kasme);
  only(Invariant::accepted_once);
}

TEST_F(MonitorTest, ANasMessageIsPassedOnOnce) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  auto network = context_of(kasme, Side::network);
  down(command(network));
  auto phone = context_of(kasme, Side::ue);
  const ByteVector one = *phone.protect(NasSecurityHeader::ciphered, plain_one);
  up(one);
  up(one, enb1, 2);  // the UE says it again on its next connection
  nothing();
  up(one);
  only(Invariant::accepted_once);
}

TEST_F(MonitorTest, AHandoverIsNotifiedOnce) {
  const wire::s1ap::HandoverNotify notify{wire::s1ap::MmeUeS1apId{1},
                                          wire::s1ap::EnbUeS1apId{9},
                                          {PlmnId::test_value(), 3},
                                          {PlmnId::test_value(), Tac{3}}};
  s1(enb3, mme2, notify);
  nothing();
  s1(enb3, mme2, notify);
  only(Invariant::accepted_once);
}

TEST_F(MonitorTest, AtRestBothEndsHoldTheSameKeys) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  const auto all = [&](SeatNumber at, const Kasme& k) {
    write(at, KeyEvent::derived, k);
    write(at, KeyEvent::derived, derive_knas_enc(k, Eea::eea2));
    write(at, KeyEvent::derived, derive_knas_int(k, Eia::eia2));
  };
  all(ue, kasme);
  all(mme, kasme);
  monitor.at_rest(ue, true, false, now);
  nothing();
  all(mme2, kasme);
  monitor.at_rest(ue, true, false, now);
  only(Invariant::same_keys);
}

TEST_F(MonitorTest, AtRestARegisteredUeIsNotForgotten) {
  const auto kasme = key<Kasme>(1);
  write(ue, KeyEvent::derived, kasme);
  monitor.at_rest(ue, false, false, now);
  nothing();
  monitor.at_rest(ue, true, false, now);
  only(Invariant::same_keys);
}

TEST_F(MonitorTest, ACrashTakesTheKeysOfANode) {
  const auto kasme = key<Kasme>(1);
  give(kasme);
  write(mme, KeyEvent::received, kasme);
  ASSERT_EQ(monitor.holders(ue, KeyKind::kasme, node::Role::mme), std::vector<SeatNumber>{mme});
  monitor.on_crash(mme, now);
  EXPECT_TRUE(monitor.held(ue).empty());
}

TEST_F(MonitorTest, TheHashIsOfEveryEntryInOrder) {
  Monitor other{{{"hss", node::Role::hss, {}, 0, 0}}};
  EXPECT_EQ(monitor.ledger_hash(), other.ledger_hash());
  write(mme, KeyEvent::derived, key<Kasme>(1));
  const auto one = monitor.ledger_hash();
  EXPECT_NE(one, other.ledger_hash());
  EXPECT_EQ(one, monitor.ledger_hash()) << "to ask changes nothing";
  write(mme, KeyEvent::erased, key<Kasme>(1));
  EXPECT_NE(one, monitor.ledger_hash());
}

}  // namespace
}  // namespace baton::lab
