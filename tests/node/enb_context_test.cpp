// Initial context set-up, key change on the fly, release, reset: the good way and every bad one.
#include "node/enb_bench.h"

namespace baton::node::enb {
namespace {

class ContextTest : public EnbTest {
 protected:
  explicit ContextTest(Config c = test_config()) : EnbTest(std::move(c)) { set_up(); }
  KeyId id_of(const auto& key) { return key_id_of(KeyIdKey{}, key); }
};

//= TS 36.413, 8.3.1.2; type=test
TEST_F(ContextTest, a_context_is_set_up_with_keys_and_a_bearer) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.kenb = test_kenb(0x11);
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  const auto response = next<s1ap::InitialContextSetupResponse>();
  EXPECT_EQ(response.mme_ue_id, s1ap::MmeUeS1apId{100});
  ASSERT_EQ(response.erabs.size(), 1U);
  EXPECT_EQ(response.erabs[0].id, s1ap::ErabId{5});
  EXPECT_EQ(response.erabs[0].address.ipv4(), Ipv4::parse("127.0.1.1"));
  EXPECT_NE(response.erabs[0].teid, Teid{0});
  EXPECT_TRUE(response.failed.empty());
  EXPECT_EQ(p.nas.back(), (ByteVector{0x27, 1, 2, 3}));
  EXPECT_EQ(p.last<rrc::Reconfiguration>()->bearers, (std::vector<rrc::DrbToAdd>{{5, 1}}));
  EXPECT_EQ(p.last<rrc::SecurityModeCommand>()->algorithms, (rrc::AsAlgorithms{2, 2}));

  // Both ends hold the same keys, by name and by use.
  EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(*p.kenb)});
  EXPECT_EQ(held(KeyKind::krrc_int), std::vector{id_of(derive_krrc_int(*p.kenb, Eia::eia2))});
  EXPECT_EQ(held(KeyKind::krrc_enc), std::vector{id_of(derive_krrc_enc(*p.kenb, Eea::eea2))});
  EXPECT_EQ(held(KeyKind::kup_enc), std::vector{id_of(derive_kup_enc(*p.kenb, Eea::eea2))});
  for (const LedgerEntry& e : ledger) EXPECT_TRUE(e.subscriber.empty());
  p.say(rrc::UlInformationTransfer{{9, 9}}, now);
  flush();
  const auto uplink = next<s1ap::UplinkNasTransport>();
  EXPECT_EQ(uplink.nas.octets, (ByteVector{9, 9}));
  EXPECT_EQ(uplink.tai, (Tai{PlmnId::test_value(), Tac{7}}));
}

//= TS 33.401, 7.2.4.3.1; type=test
TEST_F(ContextTest, a_ue_without_a_common_algorithm_gets_no_context) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  for (const auto& [eea, eia] : {std::pair<std::uint16_t, std::uint16_t>{0x8000, 0xE000},
                                 {0xE000, 0x0000},
                                 {0x0000, 0x4000},
                                 {0x0000, 0x0000}}) {
    mme_says(context_setup(100, id, test_kenb(0x11), eea, eia), 1);
    EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
              s1ap::Cause{
                  s1ap::CauseRadioNetwork::encryption_and_or_integrity_protection_algorithms_not_supported});
    expect_no_keys();
    EXPECT_EQ(p.count<rrc::SecurityModeCommand>(), 0U);
  }
  // It is as connected as before.
  p.say(rrc::UlInformationTransfer{{1}}, now);
  flush();
  next<s1ap::UplinkNasTransport>();
}

TEST_F(ContextTest, a_ue_that_refuses_the_security_mode_gets_no_context) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.security_mode = Phone::Habit::refuse;
  p.kenb = test_kenb(0x11);
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure});
  expect_no_keys();
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{7}}}, 1);
  EXPECT_EQ(p.nas.back(), ByteVector{7});
}

TEST_F(ContextTest, a_ue_with_another_key_gets_no_context) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.kenb = test_kenb(0x22);
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure});
  expect_no_keys();
}

TEST_F(ContextTest, a_ue_that_does_not_answer_gets_no_context) {
  for (const bool at_security : {true, false}) {
    const std::uint32_t mme_id = at_security ? 100 : 101;
    Phone& p = phone(static_cast<Byte>(mme_id));
    const auto id = connected(p, mme_id);
    (at_security ? p.security_mode : p.reconfiguration) = Phone::Habit::silent;
    p.kenb = test_kenb(0x11);
    mme_says(context_setup(mme_id, id, test_kenb(0x11)), 1);
    EXPECT_TRUE(silent());
    advance(radio_guard + 1s);
    EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
              s1ap::Cause{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure});
    expect_no_keys();
  }
}

TEST_F(ContextTest, a_ue_that_is_gone_is_reported) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.deaf = true;
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  advance(4500ms);
  EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::radio_connection_with_ue_lost});
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::radio_connection_with_ue_lost});
  expect_no_keys();
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{100}, id},
                                         s1ap::CauseRadioNetwork::radio_connection_with_ue_lost},
           1);
  next<s1ap::UeContextReleaseComplete>();
  EXPECT_EQ(enb.ue_count(), 0U);
}

//= TS 36.413, 8.3.1.4; type=test
TEST_F(ContextTest, bearers_that_cannot_be_are_named_and_the_others_set_up) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.kenb = test_kenb(0x11);
  auto m = context_setup(100, id, test_kenb(0x11));
  const auto address = s1ap::TransportLayerAddress::from({{127, 0, 0, 6}});
  m.erabs.push_back({s1ap::ErabId{6}, {}, address, Teid{1}, {}});
  m.erabs.push_back({s1ap::ErabId{6}, {}, address, Teid{2}, {}});
  m.erabs.push_back({s1ap::ErabId{7}, {}, {128, ByteVector(16, 1)}, Teid{3}, {}});
  m.erabs.push_back({s1ap::ErabId{4}, {}, address, Teid{3}, {}});
  mme_says(m, 1);
  const auto response = next<s1ap::InitialContextSetupResponse>();
  EXPECT_EQ(response.erabs.size(), 1U);
  EXPECT_EQ(response.failed, (std::vector<s1ap::ErabFailed>{
                                 {s1ap::ErabId{6}, s1ap::CauseRadioNetwork::multiple_erab_id_instances},
                                 {s1ap::ErabId{7}, s1ap::CauseTransport::transport_resource_unavailable},
                                 {s1ap::ErabId{4}, s1ap::CauseRadioNetwork::radio_resources_not_available}}));
}

TEST_F(ContextTest, a_context_without_any_bearer_fails) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  auto m = context_setup(100, id, test_kenb(0x11));
  m.erabs[0].address = {128, ByteVector(16, 1)};
  mme_says(m, 1);
  EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
            s1ap::Cause{s1ap::CauseTransport::transport_resource_unavailable});
  expect_no_keys();
}

TEST_F(ContextTest, a_second_context_set_up_is_refused_and_the_first_stands) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  const auto keys = held(KeyKind::kenb);
  mme_says(context_setup(100, id, test_kenb(0x77)), 1);
  EXPECT_EQ(next<s1ap::InitialContextSetupFailure>().cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  EXPECT_EQ(held(KeyKind::kenb), keys);
  p.say(rrc::UlInformationTransfer{{1}}, now);
  flush();
  next<s1ap::UplinkNasTransport>();
}

TEST_F(ContextTest, nas_during_the_security_mode_procedure_waits_for_its_end) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.kenb = test_kenb(0x11);
  p.deaf = true;  // the command is lost on the air
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{0x55}}}, 1);
  p.deaf = false;
  advance(1s);
  next<s1ap::InitialContextSetupResponse>();
  EXPECT_NE(std::find(p.nas.begin(), p.nas.end(), ByteVector{0x55}), p.nas.end());
}

// --- key change -----------------------------------------------------------------------------------

//= TS 33.401, 7.2.9.2; type=test
TEST_F(ContextTest, keys_change_on_the_fly) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  p.next_kenb = test_kenb(0x99);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x99), {}, {}}, 1);
  next<s1ap::UeContextModificationResponse>();
  const auto mobility = p.last<rrc::Reconfiguration>()->mobility;
  ASSERT_TRUE(mobility);
  EXPECT_TRUE(mobility->key_change_indicator);
  EXPECT_EQ(mobility->next_hop_chaining_count, 0);
  EXPECT_EQ(mobility->target_pci, 17);
  // Nothing of the old keys is left, and the new ones are those of the phone.
  EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(*p.kenb)});
  EXPECT_EQ(held(KeyKind::krrc_int), std::vector{id_of(derive_krrc_int(*p.kenb, Eia::eia2))});
  EXPECT_EQ(held(KeyKind::krrc_enc), std::vector{id_of(derive_krrc_enc(*p.kenb, Eea::eea2))});
  EXPECT_EQ(held(KeyKind::kup_enc), std::vector{id_of(derive_kup_enc(*p.kenb, Eea::eea2))});
  EXPECT_EQ(id_of(*p.kenb), id_of(derive_kenb_star(test_kenb(0x99), Pci{17}, *EarfcnDl::from(1850))));
  // Both directions work under them; and once more.
  p.say(rrc::UlInformationTransfer{{1}}, now);
  flush();
  next<s1ap::UplinkNasTransport>();
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{0x66}}}, 1);
  EXPECT_EQ(p.nas.back(), ByteVector{0x66});
  p.next_kenb = test_kenb(0x9A);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x9A), {}, {}}, 1);
  next<s1ap::UeContextModificationResponse>();
  EXPECT_EQ(held(KeyKind::kenb).size(), 1U);
}

TEST_F(ContextTest, a_key_change_that_the_ue_does_not_follow_leaves_the_old_keys) {
  for (const Phone::Habit habit : {Phone::Habit::silent, Phone::Habit::refuse}) {
    const std::uint32_t mme_id = habit == Phone::Habit::silent ? 100 : 101;
    Phone& p = phone(static_cast<Byte>(mme_id));
    const auto id = secured(p, mme_id);
    const auto kenb = held(KeyKind::kenb), krrc = held(KeyKind::krrc_int);
    p.reconfiguration = habit;  // `refuse` answers under the old keys
    p.next_kenb = test_kenb(0x99);
    mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{mme_id}, id, test_kenb(0x99), {}, {}}, 1);
    advance(radio_guard + 1s);
    EXPECT_EQ(next<s1ap::UeContextModificationFailure>().cause,
              s1ap::Cause{s1ap::CauseRadioNetwork::failure_in_radio_interface_procedure});
    EXPECT_EQ(held(KeyKind::kenb), kenb);
    EXPECT_EQ(held(KeyKind::krrc_int), krrc);
    p.reconfiguration = Phone::Habit::obey;
    p.say(rrc::UlInformationTransfer{{1}}, now);
    flush();
    next<s1ap::UplinkNasTransport>();
    mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{mme_id}, id, {{0x44}}}, 1);
    EXPECT_EQ(p.nas.back(), ByteVector{0x44});
    ledger.clear();
  }
}

TEST_F(ContextTest, a_modification_without_a_context_or_during_another_is_refused) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  const auto modify = [&] {
    mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, test_kenb(0x99), {}, {}}, 1);
    return next<s1ap::UeContextModificationFailure>().cause;
  };
  EXPECT_EQ(modify(), s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  p.kenb = test_kenb(0x11);
  p.reconfiguration = Phone::Habit::silent;
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  EXPECT_EQ(modify(), s1ap::Cause{s1ap::CauseRadioNetwork::interaction_with_other_procedure});
  EXPECT_EQ(held(KeyKind::kenb), std::vector{id_of(test_kenb(0x11))});
}

TEST_F(ContextTest, a_modification_without_a_key_is_accepted) {
  const auto id = secured(phone(1), 100);
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{100}, id, {}, s1ap::UeAmbr{1, 2}, {}}, 1);
  next<s1ap::UeContextModificationResponse>();
  EXPECT_EQ(held(KeyKind::kenb).size(), 1U);
}

// --- release --------------------------------------------------------------------------------------

//= TS 36.413, 8.3.3.2; type=test
TEST_F(ContextTest, a_released_ue_leaves_no_key_and_no_trace) {
  for (const bool pair : {true, false}) {
    const std::uint32_t mme_id = pair ? 100 : 101;
    Phone& p = phone(static_cast<Byte>(mme_id));
    const auto id = secured(p, mme_id);
    EXPECT_FALSE(held(KeyKind::kenb).empty());
    s1ap::UeS1apIds ids = s1ap::MmeUeS1apId{mme_id};
    if (pair) ids = s1ap::UeS1apIdPair{s1ap::MmeUeS1apId{mme_id}, id};
    mme_says(s1ap::UeContextReleaseCommand{ids, s1ap::CauseNas::normal_release}, 1);
    EXPECT_EQ(next<s1ap::UeContextReleaseComplete>(),
              (s1ap::UeContextReleaseComplete{s1ap::MmeUeS1apId{mme_id}, id, {}}));
    EXPECT_TRUE(p.released);
    expect_no_keys();
    EXPECT_EQ(enb.find(id), nullptr);
  }
  EXPECT_EQ(enb.ue_count(), 0U);
  // What is left over is nothing that wakes up later.
  for (const auto& [timer, at] : timers) EXPECT_NE(timer.domain, TimerDomain::ue);
}

TEST_F(ContextTest, a_release_in_the_middle_of_a_procedure_ends_it) {
  Phone& p = phone(1);
  const auto id = connected(p, 100);
  p.security_mode = Phone::Habit::silent;
  p.kenb = test_kenb(0x11);
  mme_says(context_setup(100, id, test_kenb(0x11)), 1);
  mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{100}, s1ap::CauseNas::detach}, 1);
  next<s1ap::UeContextReleaseComplete>();
  expect_no_keys();
  advance(60s);
  EXPECT_TRUE(silent());
  EXPECT_EQ(enb.ue_count(), 0U);

  Phone& q = phone(2);
  const auto second = secured(q, 200);
  q.reconfiguration = Phone::Habit::silent;
  mme_says(s1ap::UeContextModificationRequest{s1ap::MmeUeS1apId{200}, second, test_kenb(0x99), {}, {}}, 1);
  mme_says(s1ap::UeContextReleaseCommand{s1ap::MmeUeS1apId{200}, s1ap::CauseNas::detach}, 1);
  next<s1ap::UeContextReleaseComplete>();
  expect_no_keys();
  advance(60s);
  EXPECT_TRUE(silent());
  EXPECT_EQ(enb.ue_count(), 0U);
}

TEST_F(ContextTest, a_person_can_ask_for_a_release) {
  const auto id = secured(phone(1), 100);
  secured(phone(2), 200);
  give(Command{Verb::release, {}, 0x7F000201});
  const auto request = next<s1ap::UeContextReleaseRequest>();
  EXPECT_EQ(request.enb_ue_id, id);
  EXPECT_EQ(request.cause, s1ap::Cause{s1ap::CauseRadioNetwork::user_inactivity});
  EXPECT_TRUE(silent());
  give(Command{Verb::release, {}, 0});
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().mme_ue_id, s1ap::MmeUeS1apId{200});
  EXPECT_TRUE(silent());  // the first one is under way already
}

TEST_F(ContextTest, an_mme_that_ignores_release_requests_is_reset_for_this_ue) {
  Phone& p = phone(1);
  const auto id = secured(p, 100);
  give(Command{Verb::release, {}, 0});
  for (int i = 0; i < release_requests_max; ++i) {
    next<s1ap::UeContextReleaseRequest>();
    advance(mme_guard);
  }
  const auto reset = next<s1ap::Reset>();
  EXPECT_EQ(reset.type, (s1ap::ResetType{std::vector<s1ap::UeConnection>{{s1ap::MmeUeS1apId{100}, id}}}));
  EXPECT_EQ(last_stream, 0);
  EXPECT_TRUE(p.released);
  expect_no_keys();
  mme_says(s1ap::ResetAcknowledge{{{s1ap::MmeUeS1apId{100}, id}}, {}});
  EXPECT_TRUE(silent());
}

class InactivityTest : public ContextTest {
 protected:
  InactivityTest()
      : ContextTest([] {
          Config c = test_config();
          c.inactivity = 10s;
          return c;
        }()) {}
};

//= TS 36.413, 8.3.2.2; type=test
TEST_F(InactivityTest, a_silent_ue_is_released_and_a_talking_one_is_not) {
  Phone& p = phone(1);
  secured(p, 100);
  for (int i = 0; i < 5; ++i) {
    advance(8s);
    p.say(rrc::UlInformationTransfer{{1}}, now);
    flush();
    next<s1ap::UplinkNasTransport>();
  }
  advance(9s);
  EXPECT_TRUE(silent());
  advance(2s);
  EXPECT_EQ(next<s1ap::UeContextReleaseRequest>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::user_inactivity});
}

// --- reset ----------------------------------------------------------------------------------------

//= TS 36.413, 8.7.1.2.1; type=test
TEST_F(ContextTest, a_reset_of_all_ends_all) {
  for (Byte n = 1; n <= 3; ++n) secured(phone(n), n);
  mme_says(s1ap::Reset{s1ap::CauseMisc::om_intervention, s1ap::ResetAll{}});
  EXPECT_EQ(next<s1ap::ResetAcknowledge>(), (s1ap::ResetAcknowledge{{}, {}}));
  EXPECT_EQ(last_stream, 0);
  EXPECT_EQ(enb.ue_count(), 0U);
  expect_no_keys();
  for (Byte n = 1; n <= 3; ++n) EXPECT_TRUE(phone(n).released);
}

TEST_F(ContextTest, a_reset_of_some_ends_those_and_names_all_it_was_given) {
  const auto a = secured(phone(1), 1), b = secured(phone(2), 2), c = secured(phone(3), 3);
  const std::vector<s1ap::UeConnection> list{{s1ap::MmeUeS1apId{1}, {}},
                                             {{}, b},
                                             {s1ap::MmeUeS1apId{99}, s1ap::EnbUeS1apId{99}},
                                             {s1ap::MmeUeS1apId{1}, c}};  // ids of two different UEs
  mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, list});
  EXPECT_EQ(next<s1ap::ResetAcknowledge>().connections, list);
  EXPECT_EQ(enb.find(a), nullptr);
  EXPECT_EQ(enb.find(b), nullptr);
  EXPECT_EQ(enb.find(c)->phase, Ue::Phase::connected);
}

}  // namespace
}  // namespace baton::node::enb
