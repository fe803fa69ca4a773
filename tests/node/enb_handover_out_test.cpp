// A UE is handed over to another eNB: the source's part, cut at every step.
#include "context/short_mac_i.h"
#include "node/enb_bench.h"

namespace baton::node::enb {
namespace {

using Radio = s1ap::CauseRadioNetwork;

class HandoverOutTest : public EnbTest {
 protected:
  HandoverOutTest() : HandoverOutTest(test_config()) {}
  explicit HandoverOutTest(Config c) : EnbTest(std::move(c)) { set_up(); }
  KeyId id_of(const auto& key) { return key_id_of(KeyIdKey{}, key); }

  void report(Phone& p, std::uint16_t pci = 18, std::uint32_t earfcn = 1850) {
    p.say(rrc::MeasurementReport{pci, earfcn}, now);
    flush();
  }
  /// preparing: the MME has the request for the UE of `p`.
  s1ap::HandoverRequired preparing(Phone& p) {
    report(p);
    return next<s1ap::HandoverRequired>();
  }
  static rrc::Reconfiguration way(std::uint16_t pci = 18) {
    rrc::Reconfiguration m{9, {}, {{5, 1}}, {}};
    m.mobility = rrc::MobilityControl{pci, 1850, rrc::CRnti{0x4321}, false, 2, {}};
    return m;
  }
  static s1ap::HandoverCommand command(std::uint32_t mme_ue_id, s1ap::EnbUeS1apId id,
                                       const rrc::Message& inside = way()) {
    return {s1ap::MmeUeS1apId{mme_ue_id},
            id,
            {},
            {},
            {},
            {},
            {s1ap::encode_container(s1ap::TargetToSource{rrc::encode(inside)})},
            {}};
  }
  /// gone: the UE has been sent away.
  s1ap::EnbUeS1apId gone(Phone& p, std::uint32_t mme_ue_id) {
    const auto id = secured(p, mme_ue_id);
    preparing(p);
    mme_says(command(mme_ue_id, id), 1);
    next<s1ap::EnbStatusTransfer>();
    return id;
  }
  rrc::ReestablishmentRequest proof(const Phone& p) const {
    const auto mac = context::short_mac_i(Eia::eia2, derive_krrc_int(*p.kenb, Eia::eia2),
                                          {PlmnId::test_value(), 0x19B01}, Pci{17}, p.link->c_rnti().value);
    return {p.link->c_rnti(), 17, *mac};
  }
  void ask_back(Phone& p, const rrc::ReestablishmentRequest& m) {
    p.plain(rrc::Channel::srb0, m, cell);
    flush();
  }
  /// follow takes the phone to what the Reestablishment it heard last leads to.
  void follow(Phone& p) {
    const auto* answer = p.last<rrc::Reestablishment>();
    ASSERT_NE(answer, nullptr);
    p.tune_in(cell, answer->c_rnti, derive_kenb_star(*p.kenb, Pci{17}, *EarfcnDl::from(1850)), p.algorithms);
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
  void expect_keys_of(const Phone& p) {
    EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(*p.kenb)});
    EXPECT_EQ(held(KeyKind::krrc_int), std::vector{id_of(derive_krrc_int(*p.kenb, Eia::eia2))});
    EXPECT_EQ(held(KeyKind::krrc_enc), std::vector{id_of(derive_krrc_enc(*p.kenb, Eea::eea2))});
    EXPECT_EQ(held(KeyKind::kup_enc), std::vector{id_of(derive_kup_enc(*p.kenb, Eea::eea2))});
  }
};

//= S1.A2; type=test
//= S1.A3; type=test
//= TS 36.413, 8.4.1.2; type=test
TEST_F(HandoverOutTest, a_ue_is_handed_over_and_nothing_of_it_is_left) {
  // 1. The UE names a better cell; the eNB knows whose it is.
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  advance(25s);
  report(p);
  const auto required = next<s1ap::HandoverRequired>();
  EXPECT_EQ(required.mme_ue_id, s1ap::MmeUeS1apId{100});
  EXPECT_EQ(required.enb_ue_id, id);
  EXPECT_EQ(required.type, s1ap::HandoverType::intra_lte);
  const PlmnId plmn = PlmnId::test_value();
  EXPECT_EQ(required.target, (s1ap::TargetId{s1ap::TargetEnb{MacroEnbId{plmn, 0x19C}, {plmn, Tac{8}}}}));
  EXPECT_FALSE(required.direct_forwarding);
  // 2. What the target has to know of the radio; no key is in it.
  const auto container = s1ap::decode_source_to_target(required.container.octets);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->target_cell, (Ecgi{plmn, 0x19C01}));
  EXPECT_EQ(container->erabs, (std::vector<s1ap::ErabInformation>{{s1ap::ErabId{5}, false}}));
  EXPECT_EQ(container->history, (std::vector<s1ap::LastVisitedCell>{s1ap::LastVisitedEutranCell{
                                    Ecgi{plmn, 0x19B01}, s1ap::CellSize::medium, 25}}));
  EXPECT_EQ(*rrc::decode<rrc::HandoverPreparation>(container->rrc),
            (rrc::HandoverPreparation{p.at_, p.link->c_rnti(), 17, {2, 2}, {{5, 1}}}));
  // 3. The target's command reaches the UE as it is, under the old keys.
  mme_says(command(100, id), 1);
  ASSERT_NE(p.last<rrc::Reconfiguration>(), nullptr);
  EXPECT_EQ(*p.last<rrc::Reconfiguration>(), way());
  // 4. The status of the bearers goes to the target.
  const auto status = next<s1ap::EnbStatusTransfer>();
  EXPECT_EQ(status.container.bearers, (std::vector<s1ap::ErabStatus>{{s1ap::ErabId{5}, {}, {}, {}}}));
  expect_keys_of(p);
  // 5. The UE has arrived: every key goes, and the UE hears nothing more under them.
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{100}, id},
                                         Radio::successful_handover},
           1);
  next<s1ap::UeContextReleaseComplete>();
  expect_no_keys();
  EXPECT_EQ(enb.ue_count(), 0U);
  EXPECT_FALSE(p.released);
  EXPECT_EQ(counters["handover_out_done"], 1);
  for (const auto& [timer, at] : timers) EXPECT_NE(timer.domain, TimerDomain::ue);
  // 6. Who comes back now is told that nobody knows it.
  ask_back(p, proof(p));
  EXPECT_EQ(p.count<rrc::ReestablishmentReject>(), 1U);
  EXPECT_TRUE(silent());
}

TEST_F(HandoverOutTest, a_report_counts_only_from_a_ue_with_keys_for_a_known_cell_and_once) {
  Phone& early = phone(9);
  connected(early, 900);
  report(early);
  EXPECT_EQ(counters["measurement_report_unprotected"], 1);
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  report(p, 19);
  report(p, 18, 1851);
  report(p, 17);  // this very cell
  EXPECT_EQ(counters["measurement_report_unknown_cell"], 3);
  EXPECT_TRUE(silent());
  preparing(p);
  report(p);
  EXPECT_EQ(counters["measurement_report_ignored"], 1);
  mme_says(command(100, id), 1);
  next<s1ap::EnbStatusTransfer>();
  EXPECT_TRUE(silent());
  // Nor while keys change, nor after a release was asked for.
  Phone& q = phone(2);
  const auto second = secured(q, 200);
  q.reconfiguration = Phone::Habit::silent;
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{200}, second, test_kenb(0x99), {}, {}}, 1);
  report(q);
  EXPECT_EQ(counters["measurement_report_ignored"], 2);
  EXPECT_TRUE(silent());
  Phone& r = phone(3);
  secured(r, 300);
  give(Command{Verb::release, {}, 0x7F000203});
  next<s1ap::UeContextReleaseRequest>();
  report(r);
  EXPECT_EQ(counters["measurement_report_ignored"], 3);
  EXPECT_TRUE(silent());
}

//= TS 36.413, 8.4.1.3; type=test
TEST_F(HandoverOutTest, a_refused_handover_leaves_the_ue_where_it_is_and_may_be_tried_again) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  for (int i = 0; i < 3; ++i) {
    preparing(p);
    mme_says(s1ap::HandoverPreparationFailure{s1ap::MmeUeS1apId{100}, id, Radio::ho_target_not_allowed, {}},
             1);
    expect_served(p, 100, id);
    expect_keys_of(p);
  }
  advance(60s);
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["handover_refused"], 3);
  EXPECT_EQ(p.count<rrc::Reconfiguration>(), 1U);  // that of its bearers
}

//= TS 36.413, 8.4.1.4; type=test
//= TS 36.413, 8.4.5.2; type=test
TEST_F(HandoverOutTest, an_mme_that_is_silent_is_told_that_it_need_not_go_on) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  preparing(p);
  advance(ts1reloc_prep);
  const auto cancel = next<s1ap::HandoverCancel>();
  EXPECT_EQ(cancel.cause, s1ap::Cause{Radio::ts1relocprep_expiry});
  // Answers that crossed it are ignored.
  mme_says(command(100, id), 1);
  mme_says(s1ap::HandoverPreparationFailure{s1ap::MmeUeS1apId{100}, id, Radio::unspecified, {}}, 1);
  EXPECT_EQ(counters["handover_late_answer"], 2);
  EXPECT_EQ(p.count<rrc::Reconfiguration>(), 1U);
  expect_served(p, 100, id);
  mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
  expect_served(p, 100, id);
  // The next one goes its way.
  preparing(p);
  // And an MME that does not even acknowledge costs the UE nothing.
  advance(ts1reloc_prep);
  next<s1ap::HandoverCancel>();
  advance(mme_guard);
  EXPECT_EQ(counters["handover_cancel_unanswered"], 1);
  expect_served(p, 100, id);
  expect_keys_of(p);
}

TEST_F(HandoverOutTest, answers_with_wrong_ids_or_at_the_wrong_time_move_nothing) {
  Phone& p = phone(1);
  Phone& q = phone(2);
  const auto id = secured(p, 100);
  const auto other = secured(q, 200);
  const auto incompatible = s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state};
  const auto nobody_waits = [&] {
    mme_says(command(100, id), 1);
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);
    mme_says(s1ap::HandoverPreparationFailure{s1ap::MmeUeS1apId{100}, id, Radio::unspecified, {}}, 1);
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);
    mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);
    mme_says(s1ap::MmeStatusTransfer{s1ap::MmeUeS1apId{100}, id, {{{s1ap::ErabId{5}, {}, {}, {}}}}}, 1);
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);
  };
  nobody_waits();
  preparing(p);
  mme_says(command(100, other), 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause, s1ap::Cause{Radio::unknown_pair_ue_s1ap_id});
  mme_says(command(200, id), 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause, s1ap::Cause{Radio::unknown_pair_ue_s1ap_id});
  mme_says(command(100, s1ap::EnbUeS1apId{77}), 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause, s1ap::Cause{Radio::unknown_enb_ue_s1ap_id});
  mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);  // nothing was cancelled
  EXPECT_EQ(p.count<rrc::Reconfiguration>(), 1U);
  EXPECT_EQ(q.count<rrc::Reconfiguration>(), 1U);
  // The right one is taken, once.
  mme_says(command(100, id), 1);
  next<s1ap::EnbStatusTransfer>();
  nobody_waits();
  EXPECT_EQ(p.count<rrc::Reconfiguration>(), 2U);
  expect_served(q, 200, other);
}

//= TS 36.413, 8.4.4; type=test
TEST_F(HandoverOutTest, a_path_switch_answer_that_nobody_asked_for_moves_nothing) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  const auto incompatible = s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state};
  const std::array<Byte, 32> nh{0x4E};
  const auto answer = [&](std::uint32_t mme_ue_id, s1ap::EnbUeS1apId enb_ue_id) {
    return s1ap::PathSwitchRequestAcknowledge{.mme_ue_id = s1ap::MmeUeS1apId{mme_ue_id},
                                              .enb_ue_id = enb_ue_id,
                                              .ue_ambr = std::nullopt,
                                              .switched = {},
                                              .to_release = {},
                                              .security = {2, Nh(nh)},
                                              .diagnostics = std::nullopt};
  };
  // Of the UE that is here, of one that is not, and of one under another name.
  int n = 0;
  for (const auto& [mme_ue_id, enb_ue_id] :
       {std::pair{100U, id}, std::pair{100U, s1ap::EnbUeS1apId{77}}, std::pair{101U, id}}) {
    mme_says(answer(mme_ue_id, enb_ue_id), 1);
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause, incompatible);
    EXPECT_EQ(counters["s1ap_rx_unexpected"], ++n);
  }
  mme_says(s1ap::PathSwitchRequestFailure{s1ap::MmeUeS1apId{100}, id, Radio::unspecified, {}}, 1);
  EXPECT_EQ(counters["s1ap_rx_unexpected"], ++n);
  EXPECT_TRUE(held(KeyKind::nh).empty()) << "its NH is nobody's";
  expect_keys_of(p);
  expect_served(p, 100, id);
}

TEST_F(HandoverOutTest, a_command_that_leads_nowhere_does_not_reach_the_ue) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  auto unreadable = command(100, id);
  unreadable.container.octets = {0xFF, 0xFF, 0xFF};
  auto empty = command(100, id);
  empty.container.octets.clear();
  auto not_rrc = command(100, id);
  not_rrc.container.octets = s1ap::encode_container(s1ap::TargetToSource{{0xEE, 1}});
  auto elsewhere = way();
  elsewhere.mobility->earfcn_dl = 7;
  int cancelled = 0;
  for (const auto& bad :
       {unreadable, empty, not_rrc, command(100, id, rrc::Reconfiguration{1, {}, {}, {}}),
        command(100, id, way(19)), command(100, id, elsewhere), command(100, id, rrc::ConnectionRelease{})}) {
    preparing(p);
    mme_says(bad, 1);
    EXPECT_EQ(next<s1ap::HandoverCancel>().cause,
              s1ap::Cause{Radio::ho_failure_in_target_epc_enb_or_target_system});
    mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
    expect_served(p, 100, id);
    EXPECT_EQ(p.count<rrc::Reconfiguration>(), 1U);
    EXPECT_FALSE(p.released);
    EXPECT_EQ(counters["handover_command_unusable"], ++cancelled);
  }
}

//= S0.D11; type=test
TEST_F(HandoverOutTest, no_key_changes_while_a_ue_is_handed_over) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  const auto refused = [&] {
    mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x99), {}, {}}, 1);
    EXPECT_EQ(next<s1ap::UeContextModificationFailure>().cause,
              s1ap::Cause{Radio::s1_intra_system_handover_triggered});
    mme_says(context_setup(100, id, test_kenb(0x98)), 1);
    EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
              s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  };
  preparing(p);
  refused();
  expect_served(p, 100, id);
  mme_says(command(100, id), 1);
  next<s1ap::EnbStatusTransfer>();
  refused();
  expect_keys_of(p);
  advance(ts1reloc_overall);
  next<s1ap::UeContextReleaseRequest>();
  refused();
}

TEST_F(HandoverOutTest, nas_for_a_ue_that_has_gone_is_given_back) {
  Phone& p = phone(1);
  const auto id = gone(p, 100);
  const auto before = p.nas.size();
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{0x41}}}, 1);
  const auto back = next<s1ap::NasNonDeliveryIndication>();
  EXPECT_EQ(back.nas.octets, ByteVector{0x41});
  EXPECT_EQ(back.cause, s1ap::Cause{Radio::s1_intra_system_handover_triggered});
  EXPECT_EQ(p.nas.size(), before);
}

//= TS 36.413, 8.4.1.4; type=test
TEST_F(HandoverOutTest, a_ue_of_which_nothing_is_heard_is_released_in_the_end) {
  Phone& p = phone(1);
  const auto id = gone(p, 100);
  advance(ts1reloc_overall);
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause, s1ap::Cause{Radio::ts1relocoverall_expiry});
  // It is too late to come back.
  ask_back(p, proof(p));
  EXPECT_EQ(p.count<rrc::ReestablishmentReject>(), 1U);
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{100}, id},
                                         Radio::ts1relocoverall_expiry},
           1);
  next<s1ap::UeContextReleaseComplete>();
  expect_no_keys();
  EXPECT_EQ(enb.ue_count(), 0U);
  advance(120s);
  EXPECT_TRUE(silent());
}

TEST_F(HandoverOutTest, a_ue_whose_radio_fails_before_the_command_is_reported) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  preparing(p);
  p.deaf = true;
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{0x41}}}, 1);
  advance(5s);
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause, s1ap::Cause{Radio::radio_connection_with_ue_lost});
  mme_says(command(100, id), 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{100}, id},
                                         Radio::radio_connection_with_ue_lost},
           1);
  next<s1ap::UeContextReleaseComplete>();
  expect_no_keys();
}

TEST_F(HandoverOutTest, silence_of_a_ue_that_was_sent_away_is_no_failure) {
  Phone& p = phone(1);
  secured(p, 100);
  preparing(p);
  p.deaf = true;  // it heard the command and its acknowledgement was lost
  mme_says(command(100, enb.find(s1ap::EnbUeS1apId{1})->id), 1);
  next<s1ap::EnbStatusTransfer>();
  advance(6s);
  EXPECT_TRUE(silent());
}

// --- the UE comes back ------------------------------------------------------------------------------

//= TS 36.331, 5.3.7.5; type=test
//= TS 33.401, 7.2.8.4.4; type=test
TEST_F(HandoverOutTest, a_ue_that_comes_back_goes_on_under_fresh_keys) {
  Phone& p = phone(1);
  const auto id = gone(p, 100);
  const auto before = id_of(*p.kenb);
  const auto was = p.link->c_rnti();
  // 1. It proves who it is with the keys of the connection it left.
  ask_back(p, proof(p));
  const auto* answer = p.last<rrc::Reestablishment>();
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->was, was);
  EXPECT_NE(answer->c_rnti, was);
  EXPECT_EQ(answer->ncc, rrc::Ncc{0});
  EXPECT_TRUE(silent());  // nothing moves before it has shown the new keys
  // 2. Under the new keys: now the handover is taken back.
  follow(p);
  EXPECT_NE(id_of(*p.kenb), before);
  p.say(rrc::ReestablishmentComplete{}, now);
  flush();
  EXPECT_EQ(next<s1ap::HandoverCancel>().cause, s1ap::Cause{Radio::failure_in_radio_interface_procedure});
  expect_keys_of(p);
  mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
  expect_served(p, 100, id);
  EXPECT_EQ(counters["handover_ue_back"], 1);
  // 3. Nothing of the handover is left: keys change, and the next handover begins.
  p.next_kenb = test_kenb(0x99);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x99), {}, {}}, 1);
  next<s1ap::UeContextModificationResponse>();
  expect_keys_of(p);
  preparing(p);
}

class OneNameTest : public HandoverOutTest {
 protected:
  OneNameTest()
      : HandoverOutTest([] {
          Config c = test_config();
          c.c_rnti_limit = 1;
          return c;
        }()) {}
};

TEST_F(OneNameTest, a_ue_for_which_there_is_no_name_does_not_come_back) {
  Phone& p = phone(1);
  gone(p, 100);
  ask_back(p, proof(p));
  EXPECT_NE(p.last<rrc::ReestablishmentReject>(), nullptr);
  EXPECT_EQ(p.last<rrc::Reestablishment>(), nullptr);
  EXPECT_EQ(counters["c_rnti_exhausted"], 1);
}

TEST_F(HandoverOutTest, a_second_return_has_other_keys_again) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  std::vector<KeyId> seen{id_of(*p.kenb)};
  for (int i = 0; i < 4; ++i) {
    preparing(p);
    mme_says(command(100, id), 1);
    next<s1ap::EnbStatusTransfer>();
    ask_back(p, proof(p));
    follow(p);
    p.say(rrc::ReestablishmentComplete{}, now);
    flush();
    next<s1ap::HandoverCancel>();
    mme_says(s1ap::HandoverCancelAcknowledge{s1ap::MmeUeS1apId{100}, id, {}}, 1);
    EXPECT_EQ(std::find(seen.begin(), seen.end(), id_of(*p.kenb)), seen.end());
    seen.push_back(id_of(*p.kenb));
    expect_keys_of(p);
  }
}

TEST_F(HandoverOutTest, a_wrong_proof_touches_nothing) {
  Phone& p = phone(1);
  const auto id = gone(p, 100);
  const auto good = proof(p);
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto bad = good;
    bad.short_mac_i = static_cast<std::uint16_t>(bad.short_mac_i ^ 1U << bit);
    ask_back(p, bad);
  }
  EXPECT_EQ(counters["reestablishment_forged"], 16);
  auto bad = good;
  bad.pci = 18;
  ask_back(p, bad);
  bad = good;
  bad.c_rnti.value = static_cast<std::uint16_t>(bad.c_rnti.value + 1);
  ask_back(p, bad);
  // The right proof from another address is nobody's.
  Phone& thief = phone(2);
  ask_back(thief, good);
  EXPECT_EQ(counters["reestablishment_refused"], 3);
  EXPECT_EQ(p.count<rrc::ReestablishmentReject>(), 18U);
  EXPECT_EQ(thief.count<rrc::ReestablishmentReject>(), 1U);
  EXPECT_EQ(p.count<rrc::Reestablishment>(), 0U);
  expect_keys_of(p);
  EXPECT_TRUE(silent());
  // The UE itself still may.
  ask_back(p, good);
  follow(p);
  p.say(rrc::ReestablishmentComplete{}, now);
  flush();
  EXPECT_EQ(next<s1ap::HandoverCancel>().enb_ue_id, id);
}

TEST_F(HandoverOutTest, only_a_ue_that_was_sent_away_comes_back) {
  Phone& p = phone(1);
  secured(p, 100);
  ask_back(p, proof(p));
  preparing(p);
  ask_back(p, proof(p));
  EXPECT_EQ(counters["reestablishment_refused"], 2);
  EXPECT_EQ(p.count<rrc::ReestablishmentReject>(), 2U);
  expect_keys_of(p);
  Phone& q = phone(2);
  const auto second = secured(q, 200);
  q.reconfiguration = Phone::Habit::silent;
  const auto old = proof(q);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{200}, second, test_kenb(0x99), {}, {}}, 1);
  ask_back(q, old);
  EXPECT_EQ(counters["reestablishment_refused"], 3);
}

TEST_F(HandoverOutTest, a_repeated_request_gets_the_same_answer) {
  Phone& p = phone(1);
  gone(p, 100);
  const auto request = proof(p);
  ask_back(p, request);
  const auto first = *p.last<rrc::Reestablishment>();
  const auto keys = held(KeyKind::kenb);
  ask_back(p, request);
  EXPECT_EQ(p.count<rrc::Reestablishment>(), 2U);
  EXPECT_EQ(*p.last<rrc::Reestablishment>(), first);
  EXPECT_EQ(held(KeyKind::kenb), keys);
  follow(p);
  p.say(rrc::ReestablishmentComplete{}, now);
  flush();
  next<s1ap::HandoverCancel>();
  // Its old name is nobody's any more.
  ask_back(p, request);
  EXPECT_EQ(p.count<rrc::ReestablishmentReject>(), 1U);
}

TEST_F(HandoverOutTest, a_return_without_the_new_keys_is_none) {
  Phone& p = phone(1);
  gone(p, 100);
  const auto request = proof(p);
  ask_back(p, request);
  // A forger knows the new name, which was in the clear, and no key.
  const auto kenb = p.kenb->clone();
  const auto answer = *p.last<rrc::Reestablishment>();
  p.tune_in(cell, answer.c_rnti, test_kenb(0x66), p.algorithms);
  p.say(rrc::ReestablishmentComplete{}, now);
  flush();
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["rrc_rx_refused"], 1);
  advance(radio_guard);
  EXPECT_EQ(counters["reestablishment_failed"], 1);
  EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(kenb)});
  EXPECT_EQ(held(KeyKind::krrc_int).size(), 1U);
  EXPECT_TRUE(silent());
  // However often somebody repeats what the UE said, TS1RELOCoverall ends it.
  ask_back(p, request);
  advance(ts1reloc_overall);
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause, s1ap::Cause{Radio::ts1relocoverall_expiry});
  EXPECT_TRUE(silent());
}

// --- everything ends at any moment ---------------------------------------------------------------------

TEST_F(HandoverOutTest, a_release_a_reset_or_a_lost_link_at_any_moment_leaves_nothing) {
  for (const int moment : {0, 1, 2, 3, 4})
    for (const int how : {0, 1, 2}) {
      const std::uint32_t mme_id = static_cast<std::uint32_t>(100 + moment * 10 + how);
      Phone& p = phone(static_cast<Byte>(mme_id));
      const auto id = secured(p, mme_id);
      preparing(p);
      if (moment >= 1) mme_says(command(mme_id, id), 1);
      if (moment >= 2) ask_back(p, proof(p));
      if (moment == 3) {
        follow(p);
        p.say(rrc::ReestablishmentComplete{}, now);
        flush();  // HANDOVER CANCEL has left
      }
      if (moment == 4) {
        advance(ts1reloc_overall + radio_guard);
      }
      said.clear();
      if (how == 0)
        mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{mme_id}, s1ap::CauseNas::detach}, 1);
      if (how == 1) mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}});
      if (how == 2) give(LinkDown{enb.mmes()[0].link});
      expect_no_keys();
      advance(10s);
      EXPECT_EQ(enb.ue_count(), 0U) << moment << " " << how;
      said.clear();
      if (how == 2) {
        give(LinkUp{enb.mmes()[0].link, Port::s1ap, mme1_door});
        next<s1ap::S1SetupRequest>();
        mme_says(setup_response());
      }
    }
}

//= TS 36.331, 5.3.8; type=test
TEST_F(HandoverOutTest, a_ue_that_may_still_be_here_is_told_of_its_release) {
  Phone& p = phone(1);
  secured(p, 100);
  preparing(p);
  p.deaf = true;  // the command is under way
  mme_says(command(100, enb.find(s1ap::EnbUeS1apId{1})->id), 1);
  next<s1ap::EnbStatusTransfer>();
  mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{100}, s1ap::CauseNas::detach}, 1);
  next<s1ap::UeContextReleaseComplete>();
  p.deaf = false;
  advance(1s);
  EXPECT_TRUE(p.released);
  expect_no_keys();
}

}  // namespace
}  // namespace baton::node::enb
