// A UE is handed over by another eNB: the target's part, cut at every step.
#include "node/enb_bench.h"

namespace baton::node::enb {
namespace {

using Radio = s1ap::CauseRadioNetwork;

Nh nh_of(Byte fill) {
  std::array<Byte, 32> b{};
  b.fill(fill);
  return Nh(b);
}

class HandoverInTest : public EnbTest {
 protected:
  HandoverInTest() : HandoverInTest(test_config()) {}
  explicit HandoverInTest(Config c) : EnbTest(std::move(c)) { set_up(); }
  KeyId id_of(const auto& key) { return key_id_of(KeyIdKey{}, key); }

  static rrc::HandoverPreparation preparation(const Phone& p) {
    return {p.at_, rrc::CRnti{0x1111}, 18, {2, 2}, {{5, 1}}};
  }
  static s1ap::TransparentContainer container(const rrc::Message& inside,
                                              Ecgi target = {PlmnId::test_value(), 0x19B01}) {
    return {s1ap::encode_container(
        s1ap::SourceToTarget{rrc::encode(inside),
                             {{s1ap::ErabId{5}, false}},
                             target,
                             {},
                             {s1ap::LastVisitedEutranCell{{PlmnId::test_value(), 0x19C01}, {}, 1}}})};
  }
  static s1ap::HandoverRequest request(const Phone& p, std::uint32_t mme_ue_id, Byte nh = 0x51,
                                       Byte ncc = 2) {
    s1ap::HandoverRequest m{s1ap::MmeUeS1apId{mme_ue_id},
                            s1ap::HandoverType::intra_lte,
                            Radio::handover_desirable_for_radio_reason,
                            {},
                            {},
                            container(preparation(p)),
                            {0xE000, 0xE000},
                            {},
                            {ncc, nh_of(nh)},
                            {},
                            {}};
    m.erabs.push_back({s1ap::ErabId{5}, s1ap::TransportLayerAddress::from({{127, 0, 0, 6}}), Teid{0xAA}, {}});
    return m;
  }
  struct Invitation {
    s1ap::EnbUeS1apId id;
    rrc::Reconfiguration command;
  };
  Invitation accepted() {
    const auto ack = next<s1ap::HandoverRequestAcknowledge>();
    const auto inside = s1ap::decode_target_to_source(ack.container.octets);
    EXPECT_TRUE(inside);
    return {ack.enb_ue_id, *rrc::decode<rrc::Reconfiguration>(inside->rrc)};
  }
  Invitation invited(Phone& p, std::uint32_t mme_ue_id, Byte nh = 0x51, Byte ncc = 2) {
    mme_says(request(p, mme_ue_id, nh, ncc), 1);
    return accepted();
  }
  void tune_in(Phone& p, const Invitation& to, Byte nh = 0x51) {
    p.tune_in(cell, to.command.mobility->c_rnti, derive_kenb_star(nh_of(nh), Pci{17}, *EarfcnDl::from(1850)),
              {Eea::eea2, Eia::eia2});
  }
  void complete(Phone& p, const Invitation& to) {
    p.say(rrc::ReconfigurationComplete{to.command.transaction}, now);
    flush();
  }
  s1ap::EnbUeS1apId arrived(Phone& p, std::uint32_t mme_ue_id, Byte nh = 0x51, Byte ncc = 2) {
    const auto to = invited(p, mme_ue_id, nh, ncc);
    tune_in(p, to, nh);
    complete(p, to);
    EXPECT_EQ(next<s1ap::HandoverNotify>().enb_ue_id, to.id);
    return to.id;
  }
  void expect_keys_of(const Phone& p) {
    EXPECT_TRUE(held(KeyKind::nh).empty());
    EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(*p.kenb)});
    EXPECT_EQ(held(KeyKind::krrc_int), std::vector{id_of(derive_krrc_int(*p.kenb, Eia::eia2))});
    EXPECT_EQ(held(KeyKind::krrc_enc), std::vector{id_of(derive_krrc_enc(*p.kenb, Eea::eea2))});
    EXPECT_EQ(held(KeyKind::kup_enc), std::vector{id_of(derive_kup_enc(*p.kenb, Eea::eea2))});
  }
  void expect_served(Phone& p, std::uint32_t mme_ue_id, s1ap::EnbUeS1apId id) {
    ASSERT_TRUE(silent());
    p.say(rrc::UlInformationTransfer{{0x31}}, now);
    flush();
    EXPECT_EQ(next<s1ap::UplinkNasTransport>().nas.octets, ByteVector{0x31});
    mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{mme_ue_id}, id, {{0x32}}}, 1);
    EXPECT_EQ(p.nas.back(), ByteVector{0x32});
    EXPECT_TRUE(silent());
  }
};

//= TS 36.413, 8.4.2.2; type=test
//= TS 36.413, 8.4.3.2; type=test
//= S3.D7; type=test
TEST_F(HandoverInTest, a_ue_is_taken_in_under_keys_of_this_cell) {
  Phone& p = phone(1);
  // 1. The MME asks; bearers and a name are prepared, keys made from NH.
  mme_says(request(p, 100), 1);
  const auto ack = next<s1ap::HandoverRequestAcknowledge>();
  EXPECT_EQ(ack.mme_ue_id, s1ap::MmeUeS1apId{100});
  ASSERT_EQ(ack.erabs.size(), 1U);
  EXPECT_EQ(ack.erabs[0].id, s1ap::ErabId{5});
  EXPECT_EQ(ack.erabs[0].address.ipv4(), Ipv4::parse("127.0.1.1"));
  EXPECT_NE(ack.erabs[0].teid, Teid{0});
  EXPECT_TRUE(ack.failed.empty());
  const auto command =
      *rrc::decode<rrc::Reconfiguration>(s1ap::decode_target_to_source(ack.container.octets)->rrc);
  ASSERT_TRUE(command.mobility);
  EXPECT_EQ(command.mobility->target_pci, 17);
  EXPECT_EQ(command.mobility->earfcn_dl, 1850U);
  EXPECT_FALSE(command.mobility->key_change_indicator);
  EXPECT_EQ(command.mobility->next_hop_chaining_count, 2);
  EXPECT_FALSE(command.mobility->algorithms);  // the UE's own already
  EXPECT_EQ(command.bearers, (std::vector<rrc::DrbToAdd>{{5, 1}}));
  // 2. Nothing is said on the air before the UE comes.
  EXPECT_TRUE(p.heard.empty());
  EXPECT_TRUE(held(KeyKind::nh).empty());
  // 3. The COUNTs of the source, and NAS that is early.
  mme_says(s1ap::MmeStatusTransfer{s1ap::MmeUeS1apId{100},
                                   ack.enb_ue_id,
                                   {{{s1ap::ErabId{5}, s1ap::PdcpCount{3, 0}, s1ap::PdcpCount{4, 1}, {}},
                                     {s1ap::ErabId{6}, {}, {}, {}}}}},
           1);
  EXPECT_EQ(enb.find(ack.enb_ue_id)->erabs.at(5).status->downlink, (s1ap::PdcpCount{4, 1}));
  EXPECT_EQ(counters["status_transfer_received"], 1);
  EXPECT_EQ(counters["status_transfer_unknown_bearer"], 1);
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, ack.enb_ue_id, {{0x21}}}, 1);
  EXPECT_TRUE(silent());
  // 4. The UE, under the new keys.
  const Invitation to{ack.enb_ue_id, command};
  tune_in(p, to);
  complete(p, to);
  const auto notify = next<s1ap::HandoverNotify>();
  EXPECT_EQ(notify, (s1ap::HandoverNotify{s1ap::MmeUeS1apId{100},
                                          ack.enb_ue_id,
                                          {PlmnId::test_value(), 0x19B01},
                                          {PlmnId::test_value(), Tac{7}}}));
  EXPECT_EQ(p.nas.back(), ByteVector{0x21});
  expect_keys_of(p);
  expect_served(p, 100, ack.enb_ue_id);
  advance(120s);
  EXPECT_TRUE(silent());
  // 5. It is a UE like any other: released, it leaves nothing.
  mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{100}, s1ap::CauseNas::normal_release}, 1);
  next<s1ap::UeContextReleaseComplete>();
  EXPECT_TRUE(p.released);
  expect_no_keys();
}

//= TS 33.401, 7.2.4.2.3; type=test
TEST_F(HandoverInTest, other_algorithms_are_announced_and_the_same_ones_are_not) {
  Phone& p = phone(1);
  std::uint32_t mme_id = 100;
  for (const rrc::AsAlgorithms used : {rrc::AsAlgorithms{0, 2}, {2, 1}, {3, 3}, {2, 2}}) {
    auto m = request(p, ++mme_id);
    auto inside = preparation(p);
    inside.algorithms = used;
    m.container = container(inside);
    mme_says(m, 1);
    const auto to = accepted();
    const bool same = used == rrc::AsAlgorithms{2, 2};
    EXPECT_EQ(to.command.mobility->algorithms.has_value(), !same);
    if (!same) {
      EXPECT_EQ(*to.command.mobility->algorithms, (rrc::AsAlgorithms{2, 2}));
    }
  }
}

//= TS 36.413, 8.4.2.3; type=test
TEST_F(HandoverInTest, what_cannot_be_is_refused_with_its_cause_and_leaves_nothing) {
  Phone& p = phone(1);
  const auto refused = [&](const s1ap::HandoverRequest& m) {
    mme_says(m, 1);
    const auto failure = next<s1ap::HandoverFailure>();
    EXPECT_EQ(failure.mme_ue_id, m.mme_ue_id);
    expect_no_keys();
    EXPECT_EQ(enb.ue_count(), 0U);
    return failure.cause;
  };
  auto m = request(p, 100);
  m.ue_security_capabilities = {0x8000, 0x8000};
  EXPECT_EQ(refused(m), s1ap::Cause{Radio::encryption_and_or_integrity_protection_algorithms_not_supported});
  m = request(p, 100);
  m.ue_security_capabilities = {0, 0};
  EXPECT_EQ(refused(m), s1ap::Cause{Radio::encryption_and_or_integrity_protection_algorithms_not_supported});
  m = request(p, 100);
  m.type = s1ap::HandoverType::utran_to_lte;
  EXPECT_EQ(refused(m), s1ap::Cause{Radio::ho_failure_in_target_epc_enb_or_target_system});
  m = request(p, 100);
  m.container = container(preparation(p), {PlmnId::test_value(), 0x19B02});
  EXPECT_EQ(refused(m), s1ap::Cause{Radio::unknown_target_id});
  m = request(p, 100);
  m.container = container(rrc::Camp{});
  EXPECT_EQ(refused(m), s1ap::Cause{s1ap::CauseProtocol::abstract_syntax_error_reject});
  m = request(p, 100);
  m.erabs[0].address = {128, ByteVector(16, 1)};
  EXPECT_EQ(refused(m), s1ap::Cause{Radio::no_radio_resources_available_in_target_cell});
  // Containers of every length that is too short, and beyond.
  const auto whole = request(p, 100).container.octets;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    m = request(p, 100);
    m.container.octets.resize(n);
    EXPECT_EQ(refused(m), s1ap::Cause{s1ap::CauseProtocol::transfer_syntax_error}) << n;
  }
  m = request(p, 100);
  m.container.octets.assign(4000, 0xFF);
  refused(m);
  // And the good one is still welcome.
  arrived(p, 100);
}

class FullTest : public HandoverInTest {
 protected:
  FullTest()
      : HandoverInTest([] {
          Config c = test_config();
          c.ue_limit = 1;
          return c;
        }()) {}
};

TEST_F(FullTest, a_cell_without_room_says_so) {
  secured(phone(1), 100);
  mme_says(request(phone(2), 200), 1);
  EXPECT_EQ(next<s1ap::HandoverFailure>().cause,
            s1ap::Cause{Radio::no_radio_resources_available_in_target_cell});
  EXPECT_EQ(enb.ue_count(), 1U);
  EXPECT_TRUE(held(KeyKind::nh).empty());
}

class NamesTest : public HandoverInTest {
 protected:
  NamesTest()
      : HandoverInTest([] {
          Config c = test_config();
          c.c_rnti_limit = 2;
          return c;
        }()) {}
};

TEST_F(NamesTest, whoever_needs_a_name_when_there_is_none_is_refused) {
  secured(phone(1), 100);
  const auto id = secured(phone(2), 101);
  Phone& p = phone(2);
  // 1. A handover.
  mme_says(request(phone(3), 200), 1);
  EXPECT_EQ(next<s1ap::HandoverFailure>().cause,
            s1ap::Cause{Radio::no_radio_resources_available_in_target_cell});
  // 2. A key change: the UE keeps the keys it has.
  p.next_kenb = test_kenb(0x99);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{101}, id, test_kenb(0x99), {}, {}}, 1);
  EXPECT_EQ(next<s1ap::UeContextModificationFailure>().cause,
            s1ap::Cause{Radio::radio_resources_not_available});
  expect_served(p, 101, id);
  // 3. A connection.
  phone(4).plain(rrc::Channel::srb0,
                 rrc::ConnectionRequest{rrc::RandomValue{4}, rrc::EstablishmentCause::mo_signalling}, cell);
  flush();
  EXPECT_FALSE(phone(4).link);
  EXPECT_EQ(counters["c_rnti_exhausted"], 3);
  EXPECT_EQ(enb.ue_count(), 2U);
  // 4. When one is free again there is room.
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{101}, id},
                                         s1ap::CauseNas::normal_release},
           1);
  next<s1ap::UeContextReleaseComplete>();
  advance(6s);
  mme_says(request(phone(3), 200), 1);
  next<s1ap::HandoverRequestAcknowledge>();
}

TEST_F(HandoverInTest, an_id_that_is_in_use_is_refused_and_its_ue_unharmed) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  const auto keys = held(KeyKind::kenb);
  mme_says(request(phone(2), 100), 1);
  EXPECT_EQ(next<s1ap::HandoverFailure>().cause, s1ap::Cause{Radio::unknown_mme_ue_s1ap_id});
  EXPECT_EQ(held(KeyKind::kenb), keys);
  expect_served(p, 100, id);
  // A request that comes twice as well.
  Phone& q = phone(3);
  const auto to = invited(q, 300);
  mme_says(request(q, 300), 1);
  EXPECT_EQ(next<s1ap::HandoverFailure>().cause, s1ap::Cause{Radio::unknown_mme_ue_s1ap_id});
  tune_in(q, to);
  complete(q, to);
  next<s1ap::HandoverNotify>();
}

TEST_F(HandoverInTest, bearers_that_cannot_be_are_named_and_the_others_taken) {
  Phone& p = phone(1);
  auto m = request(p, 100);
  const auto address = s1ap::TransportLayerAddress::from({{127, 0, 0, 6}});
  m.erabs.push_back({s1ap::ErabId{6}, {128, ByteVector(16, 1)}, Teid{3}, {}});
  m.erabs.push_back({s1ap::ErabId{7}, address, Teid{4}, {}});
  m.erabs.push_back({s1ap::ErabId{7}, address, Teid{5}, {}});
  mme_says(m, 1);
  const auto ack = next<s1ap::HandoverRequestAcknowledge>();
  EXPECT_EQ(ack.erabs.size(), 1U);
  EXPECT_EQ(ack.failed, (std::vector<s1ap::ErabFailed>{
                            {s1ap::ErabId{6}, s1ap::CauseTransport::transport_resource_unavailable},
                            {s1ap::ErabId{7}, Radio::multiple_erab_id_instances}}));
  const auto command =
      *rrc::decode<rrc::Reconfiguration>(s1ap::decode_target_to_source(ack.container.octets)->rrc);
  EXPECT_EQ(command.bearers.size(), 1U);
}

TEST_F(HandoverInTest, a_forged_arrival_is_none) {
  Phone& p = phone(1);
  const auto to = invited(p, 100);
  // Whoever knows the name but not the key.
  p.tune_in(cell, to.command.mobility->c_rnti, test_kenb(0x66), {Eea::eea2, Eia::eia2});
  complete(p, to);
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["rrc_rx_refused"], 1);
  // Without any protection.
  p.link.emplace(cell, to.command.mobility->c_rnti, TimerId{TimerDomain::ue, 0, 0});
  p.srb1.emplace(context::Side::ue, Byte{1});
  complete(p, to);
  EXPECT_EQ(counters["rrc_rx_refused"], 2);
  // The right key from another place.
  Phone& thief = phone(2);
  tune_in(thief, to);
  complete(thief, to);
  EXPECT_EQ(counters["radio_rx_unknown_ue"], 1);
  EXPECT_TRUE(silent());
  // No COUNT has moved, so the UE itself is heard.
  tune_in(p, to);
  complete(p, to);
  next<s1ap::HandoverNotify>();
  expect_served(p, 100, to.id);
}

TEST_F(HandoverInTest, an_answer_to_something_else_is_no_arrival) {
  Phone& p = phone(1);
  const auto to = invited(p, 100);
  tune_in(p, to);
  p.say(rrc::ReconfigurationComplete{static_cast<Byte>(to.command.transaction + 1)}, now);
  p.say(rrc::MeasurementReport{18, 1850}, now);
  p.say(rrc::ReestablishmentComplete{}, now);
  flush();
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["measurement_report_unprotected"], 1);
  complete(p, to);
  next<s1ap::HandoverNotify>();
  complete(p, to);  // once more: one arrival is enough
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["rrc_rx_unexpected"], 2);
}

TEST_F(HandoverInTest, a_ue_that_does_not_come_leaves_no_key_and_who_comes_late_is_not_heard) {
  Phone& p = phone(1);
  const auto to = invited(p, 100);
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, to.id, {{0x21}}}, 1);
  advance(arrival_guard);
  EXPECT_EQ(next<s1ap::NasNonDeliveryIndication>().nas.octets, ByteVector{0x21});
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause, s1ap::Cause{Radio::radio_connection_with_ue_lost});
  expect_no_keys();
  tune_in(p, to);
  complete(p, to);
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["radio_rx_unknown_ue"], 1);
  EXPECT_FALSE(p.link->quiet());  // it is not told that it has arrived
  // Without keys its words would be anybody's.
  p.link.emplace(cell, to.command.mobility->c_rnti, TimerId{TimerDomain::ue, 0, 0});
  p.srb1.emplace(context::Side::ue, Byte{1});
  p.say(rrc::UlInformationTransfer{{0x31}}, now);
  flush();
  EXPECT_TRUE(silent());
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, to.id, {{0x32}}}, 1);
  next<s1ap::NasNonDeliveryIndication>();
  mme_says(s1ap::MmeStatusTransfer{s1ap::MmeUeS1apId{100}, to.id, {{{s1ap::ErabId{5}, {}, {}, {}}}}}, 1);
  next<s1ap::ErrorIndication>();
  mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{100}, Radio::radio_connection_with_ue_lost}, 1);
  next<s1ap::UeContextReleaseComplete>();
  EXPECT_EQ(enb.ue_count(), 0U);
  for (const auto& [timer, at] : timers) EXPECT_NE(timer.domain, TimerDomain::ue);
}

TEST_F(HandoverInTest, an_mme_that_ignores_the_missing_ue_is_reset_for_it) {
  invited(phone(1), 100);
  advance(arrival_guard);
  for (int i = 0; i < release_requests_max; ++i) {
    next<s1ap::UeContextReleaseRequest>();
    advance(mme_guard);
  }
  next<s1ap::Reset>();
  EXPECT_EQ(enb.ue_count(), 0U);
}

TEST_F(HandoverInTest, a_handover_that_is_taken_back_leaves_nothing) {
  for (const int how : {0, 1, 2}) {
    Phone& p = phone(static_cast<Byte>(how + 1));
    const std::uint32_t mme_id = static_cast<std::uint32_t>(100 + how);
    const auto to = invited(p, mme_id);
    mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{mme_id}, to.id, {{0x21}}}, 1);
    if (how == 0) {
      mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{mme_id}, to.id},
                                             Radio::handover_cancelled},
               1);
      next<s1ap::UeContextReleaseComplete>();
    }
    if (how == 1) {
      mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}});
      next<s1ap::ResetAcknowledge>();
    }
    if (how == 2) give(LinkDown{enb.mmes()[0].link});
    expect_no_keys();
    EXPECT_EQ(enb.ue_count(), 0U);
    // The UE, should it come, finds nobody; and nothing was said to it that would end it elsewhere.
    tune_in(p, to);
    complete(p, to);
    EXPECT_TRUE(silent());
    EXPECT_TRUE(p.heard.empty());
    EXPECT_FALSE(p.link->quiet());
  }
}

//= S3.D8; type=test
TEST_F(HandoverInTest, no_name_is_given_out_again_soon_and_not_after_a_restart) {
  Phone& p = phone(1);
  std::vector<std::uint16_t> names;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto to = invited(p, 100 + i);
    names.push_back(to.command.mobility->c_rnti.value);
    mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{100 + i}, Radio::handover_cancelled}, 1);
    next<s1ap::UeContextReleaseComplete>();
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  // Another life begins elsewhere.
  Enb second(test_config(), entropy), third(test_config(), entropy);
  const auto first_name = [&](Enb& e) {
    Actions out;
    e.on(Started{}, now, out);
    e.on(LinkUp{e.mmes()[0].link, Port::s1ap, mme1_door}, now, out);
    e.on(LinkData{e.mmes()[0].link, 0, s1ap::encode(setup_response())}, now, out);
    (void)out.take();
    e.on(LinkData{e.mmes()[0].link, 1, s1ap::encode(request(p, 1))}, now, out);
    std::uint16_t name = 0;
    for (Action& a : out.take())
      if (auto* sent = std::get_if<Send>(&a)) {
        auto m = s1ap::decode_any(sent->octets);
        const auto& ack = std::get<s1ap::HandoverRequestAcknowledge>(m->pdu);
        name = rrc::decode<rrc::Reconfiguration>(s1ap::decode_target_to_source(ack.container.octets)->rrc)
                   ->mobility->c_rnti.value;
      }
    return name;
  };
  EXPECT_NE(first_name(second), first_name(third));
}

TEST_F(HandoverInTest, a_ue_that_came_by_handover_changes_keys_and_moves_on) {
  Phone& p = phone(1);
  const auto id = arrived(p, 100, 0x51, 5);
  // 1. A new KASME reaches it like any other UE, and the chain begins anew.
  p.next_kenb = test_kenb(0x99);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x99), {}, {}}, 1);
  next<s1ap::UeContextModificationResponse>();
  expect_keys_of(p);
  EXPECT_EQ(enb.find(id)->security->ncc, 0);
  // 2. And it is handed over in its turn.
  p.say(rrc::MeasurementReport{18, 1850}, now);
  flush();
  next<s1ap::HandoverRequired>();
}

TEST_F(HandoverInTest, the_count_of_its_key_stays_with_a_ue_that_comes_back) {
  Phone& p = phone(1);
  const auto id = arrived(p, 100, 0x51, 5);
  EXPECT_EQ(enb.find(id)->security->ncc, 5);
}

}  // namespace
}  // namespace baton::node::enb
