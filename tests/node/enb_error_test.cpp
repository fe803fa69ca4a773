// Messages of an MME or a phone that are wrong: the right answer, and nothing else changes.
#include "node/enb_bench.h"
#include "wire/s1ap_samples.h"

namespace baton::node::enb {
namespace {

class ErrorTest : public EnbTest {
 protected:
  ErrorTest() {
    set_up();
    id = secured(phone(1), 100);
  }
  /// The UE is as it was: secured, and heard in both directions.
  void expect_untouched() {
    ASSERT_NE(enb.find(id), nullptr);
    EXPECT_EQ(enb.find(id)->phase, Ue::Phase::connected);
    EXPECT_EQ(held(KeyKind::kenb).size(), 1U);
    phone(1).say(rrc::UlInformationTransfer{{1}}, now);
    flush();
    next<s1ap::UplinkNasTransport>();
    mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, {{0x31}}}, 1);
    EXPECT_EQ(phone(1).nas.back(), ByteVector{0x31});
    EXPECT_TRUE(silent());
  }
  s1ap::EnbUeS1apId id;
};

//= TS 36.413, 10.6; type=test
TEST_F(ErrorTest, ids_that_do_not_fit_are_indicated_and_change_nothing) {
  const s1ap::MmeUeS1apId mine{100}, other{101};
  const s1ap::EnbUeS1apId nobody{0xABCDE};
  const auto expect = [&](s1ap::CauseRadioNetwork cause, std::optional<s1ap::MmeUeS1apId> m,
                          std::optional<s1ap::EnbUeS1apId> e) {
    EXPECT_EQ(next<s1ap::ErrorIndication>(), (s1ap::ErrorIndication{m, e, cause, {}}));
  };
  using enum s1ap::CauseRadioNetwork;
  mme_says(s1ap::DownlinkNasTransport{mine, nobody, {{1}}}, 1);
  expect(unknown_enb_ue_s1ap_id, mine, nobody);
  mme_says(s1ap::DownlinkNasTransport{other, id, {{1}}}, 1);
  expect(unknown_pair_ue_s1ap_id, other, id);
  mme_says(context_setup(101, id, test_kenb(1)), 1);
  expect(unknown_pair_ue_s1ap_id, other, id);
  mme_says(s1ap::UeContextModificationRequest{other, id, test_kenb(1), {}, {}}, 1);
  expect(unknown_pair_ue_s1ap_id, other, id);
  mme_says(s1ap::UeContextReleaseCommand{s1ap::UeS1apIdPair{other, id}, s1ap::CauseNas::detach}, 1);
  expect(unknown_pair_ue_s1ap_id, other, id);
  mme_says(s1ap::UeContextReleaseCommand{other, s1ap::CauseNas::detach}, 1);
  expect(unknown_mme_ue_s1ap_id, other, {});
  // An MME UE S1AP ID that already is another UE's.
  connect(phone(2), rrc::RandomValue{2});
  const auto second = next<s1ap::InitialUeMessage>().enb_ue_id;
  mme_says(s1ap::DownlinkNasTransport{mine, second, {{1}}}, 1);
  expect(unknown_mme_ue_s1ap_id, mine, second);
  EXPECT_FALSE(enb.find(second)->mme_ue_id);
  expect_untouched();
}

TEST_F(ErrorTest, malformed_messages_are_answered_and_change_nothing) {
  int answered = 0;
  for (const s1ap::Pdu& m : s1ap::every_message()) {
    const ByteVector octets = s1ap::encode(m);
    for (std::size_t n = 0; n < octets.size(); ++n) {
      give(LinkData{enb.mmes()[0].link, 1,
                    ByteVector(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n))});
      ASSERT_LE(said.size(), 1U);
      if (said.empty()) continue;
      ++answered;
      said.clear();
    }
  }
  EXPECT_GT(answered, 100);
  EXPECT_GT(counters["s1ap_rx_error"], answered - 1);
  expect_untouched();
}

TEST_F(ErrorTest, messages_that_only_an_enb_sends_are_refused) {
  for (const s1ap::Pdu& m : s1ap::every_message()) {
    const bool uplink = std::holds_alternative<s1ap::S1SetupRequest>(m) ||
                        std::holds_alternative<s1ap::InitialUeMessage>(m) ||
                        std::holds_alternative<s1ap::UplinkNasTransport>(m) ||
                        std::holds_alternative<s1ap::NasNonDeliveryIndication>(m) ||
                        std::holds_alternative<s1ap::UeContextReleaseRequest>(m) ||
                        std::holds_alternative<s1ap::UeContextReleaseComplete>(m) ||
                        std::holds_alternative<s1ap::InitialContextSetupResponse>(m) ||
                        std::holds_alternative<s1ap::UeCapabilityInfoIndication>(m);
    if (!uplink) continue;
    give(LinkData{enb.mmes()[0].link, 1, s1ap::encode(m)});
    EXPECT_EQ(next<s1ap::ErrorIndication>().cause,
              s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  }
  expect_untouched();
}

TEST_F(ErrorTest, an_error_indication_about_unknown_ids_ends_the_ue_here_and_no_other) {
  secured(phone(2), 200);
  mme_says(
      s1ap::ErrorIndication{s1ap::MmeUeS1apId{999}, id, s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id, {}});
  mme_says(s1ap::ErrorIndication{s1ap::MmeUeS1apId{100}, id, s1ap::CauseProtocol::semantic_error, {}});
  EXPECT_EQ(enb.find(id)->phase, Ue::Phase::connected);
  mme_says(
      s1ap::ErrorIndication{s1ap::MmeUeS1apId{100}, id, s1ap::CauseRadioNetwork::unknown_mme_ue_s1ap_id, {}});
  EXPECT_EQ(enb.find(id), nullptr);
  EXPECT_TRUE(phone(1).released);
  EXPECT_FALSE(phone(2).released);
  EXPECT_TRUE(silent());
}

TEST_F(ErrorTest, nas_that_cannot_be_delivered_goes_back) {
  const s1ap::NasPdu huge{ByteVector(rrc::nas_octets_max + 1, 1)};
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{100}, id, huge}, 1);
  EXPECT_EQ(next<s1ap::NasNonDeliveryIndication>().nas, huge);
  expect_untouched();
}

// --- the air --------------------------------------------------------------------------------------

TEST_F(ErrorTest, forged_frames_move_no_count_and_end_nothing) {
  Phone& p = phone(1);
  const auto c_rnti = p.link->c_rnti();
  for (int i = 0; i < 50; ++i) {
    ByteVector pdu(20, static_cast<Byte>(i * 5));
    give(DatagramIn{Port::radio, p.at_,
                    rrc::encode(rrc::Frame{rrc::Channel::srb1, c_rnti, static_cast<std::uint16_t>(3 + i % 4),
                                           0, std::move(pdu)})});
  }
  EXPECT_TRUE(silent());
  expect_untouched();
}

TEST_F(ErrorTest, a_plain_security_mode_failure_is_nothing_to_a_secured_ue) {
  Phone& p = phone(1);
  context::SignallingBearer naked(context::Side::ue, 1);
  auto pdu = naked.protect(rrc::encode(rrc::SecurityModeFailure{}));
  ASSERT_TRUE(pdu);
  const auto c_rnti = p.link->c_rnti();
  for (std::uint16_t sn = 0; sn < 12; ++sn)
    give(DatagramIn{Port::radio, p.at_, rrc::encode(rrc::Frame{rrc::Channel::srb1, c_rnti, sn, 0, *pdu})});
  expect_untouched();
}

TEST_F(ErrorTest, frames_from_another_address_do_not_reach_the_ue) {
  const auto c_rnti = phone(1).link->c_rnti();
  give(DatagramIn{Port::radio,
                  {{{127, 0, 66, 6}}, 4997},
                  rrc::encode(rrc::Frame{rrc::Channel::srb1, c_rnti, 2, 0, {1, 2, 3, 4, 5}})});
  EXPECT_EQ(counters["radio_rx_unknown_ue"], 1);
  expect_untouched();
}

TEST_F(ErrorTest, a_phone_that_speaks_before_the_mme_has_answered_is_not_heard) {
  connect(phone(2), rrc::RandomValue{2});
  next<s1ap::InitialUeMessage>();
  phone(2).say(rrc::UlInformationTransfer{{1}}, now);
  flush();
  EXPECT_TRUE(silent());
  EXPECT_EQ(counters["nas_ul_too_early"], 1);
  expect_untouched();
}

TEST_F(ErrorTest, a_ue_of_which_the_mme_says_nothing_is_let_go) {
  connect(phone(2), rrc::RandomValue{2});
  const auto second = next<s1ap::InitialUeMessage>().enb_ue_id;
  advance(first_word_guard - 1s);
  ASSERT_NE(enb.find(second), nullptr);
  EXPECT_EQ(enb.find(second)->phase, Ue::Phase::connected);
  advance(2s + leave_guard);
  EXPECT_EQ(enb.find(second), nullptr);
  expect_untouched();
}

TEST_F(ErrorTest, answers_that_nobody_asked_for_are_counted) {
  Phone& p = phone(1);
  p.say(rrc::SecurityModeComplete{}, now);
  p.say(rrc::ReconfigurationComplete{77}, now);
  p.say(rrc::SecurityModeFailure{}, now);
  p.say(rrc::ConnectionSetupComplete{PlmnId::test_value(), {}, {1}}, now);
  p.say(rrc::Camp{}, now);
  flush();
  EXPECT_EQ(counters["rrc_rx_unexpected"], 5);
  expect_untouched();
}

TEST_F(ErrorTest, connections_past_the_limit_are_rejected) {
  Config c = test_config();
  c.ue_limit = 2;
  Enb small(std::move(c), entropy);
  Actions out;
  small.on(Started{}, now, out);
  small.on(LinkUp{small.mmes()[0].link, Port::s1ap, mme1_door}, now, out);
  small.on(LinkData{small.mmes()[0].link, 0, s1ap::encode(setup_response())}, now, out);
  out.take();
  for (Byte n = 1; n <= 3; ++n) {
    const rrc::ConnectionRequest request{rrc::RandomValue{n}, rrc::EstablishmentCause::mo_data};
    small.on(DatagramIn{Port::radio,
                        {{{127, 0, 3, n}}, 4997},
                        rrc::encode(rrc::Frame{rrc::Channel::srb0, {}, 0, 0, rrc::encode(request)})},
             now, out);
    bool rejected = false;
    for (const Action& a : out.take())
      if (const auto* d = std::get_if<SendDatagram>(&a)) {
        auto m = rrc::decode_any(rrc::decode_frame(d->octets)->payload);
        rejected = std::holds_alternative<rrc::ConnectionReject>(*m);
      }
    EXPECT_EQ(rejected, n == 3);
  }
  EXPECT_EQ(small.ue_count(), 2U);
}

}  // namespace
}  // namespace baton::node::enb
