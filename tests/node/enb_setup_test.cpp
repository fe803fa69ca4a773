// S1 Setup, choice of the MME, camping, connection, paging.
#include "node/enb_bench.h"

namespace baton::node::enb {
namespace {

using SetupTest = EnbTest;

//= TS 36.413, 8.7.3.2; type=test
TEST_F(SetupTest, s1_is_set_up_with_every_mme_when_the_world_is_ready) {
  give(Started{});
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].remote, mme1_door);
  EXPECT_EQ(opened[0].port, Port::s1ap);
  give(LinkUp{opened[0].link, Port::s1ap, mme1_door});
  const auto request = next<s1ap::S1SetupRequest>();
  EXPECT_EQ(last_stream, 0);
  EXPECT_EQ(request.enb, (s1ap::GlobalEnbId{MacroEnbId{PlmnId::test_value(), 0x19B}}));
  EXPECT_EQ(request.enb_name->text, "enb1");
  EXPECT_EQ(request.supported_tas, (std::vector<s1ap::SupportedTa>{{Tac{7}, {PlmnId::test_value()}}}));
  mme_says(setup_response());
  EXPECT_TRUE(enb.mmes()[0].ready());
}

//= TS 36.413, 8.7.3.3; type=test
TEST_F(SetupTest, a_refused_setup_is_tried_again_after_the_time_to_wait) {
  give(Started{});
  give(LinkUp{enb.mmes()[0].link, Port::s1ap, mme1_door});
  next<s1ap::S1SetupRequest>();
  mme_says(s1ap::S1SetupFailure{s1ap::CauseMisc::unknown_plmn, s1ap::TimeToWait::v20s, {}});
  advance(19s);
  EXPECT_TRUE(silent());
  advance(2s);
  next<s1ap::S1SetupRequest>();
  mme_says(setup_response());
  EXPECT_TRUE(enb.mmes()[0].ready());
}

TEST_F(SetupTest, a_setup_without_an_answer_starts_over_with_a_new_link) {
  give(Started{});
  const LinkId first = enb.mmes()[0].link;
  give(LinkUp{first, Port::s1ap, mme1_door});
  next<s1ap::S1SetupRequest>();
  advance(15s);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].link, first);
  ASSERT_EQ(opened.size(), 2U);
  EXPECT_NE(opened[1].link, first);
  // What is said on the old link is nothing to this one.
  give(LinkData{first, 0, s1ap::encode(setup_response())});
  EXPECT_FALSE(enb.mmes()[0].ready());
}

TEST_F(SetupTest, a_link_that_is_down_is_opened_again_with_growing_patience) {
  give(Started{});
  std::size_t before = opened.size();
  Duration waited{};
  for (int i = 0; i < 4; ++i) {
    give(LinkDown{enb.mmes()[0].link});
    Duration wait{};
    while (opened.size() == before) {
      advance(100ms);
      wait += 100ms;
      ASSERT_LT(wait, 100s);
    }
    EXPECT_GE(wait, waited);
    waited = wait;
    before = opened.size();
  }
  EXPECT_GE(waited, 8s);
}

TEST_F(SetupTest, an_mme_that_answers_what_was_not_asked_is_told_so) {
  set_up();
  mme_says(setup_response());
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
  EXPECT_TRUE(enb.mmes()[0].ready());
}

TEST_F(SetupTest, nothing_but_setup_is_taken_before_setup) {
  give(Started{});
  give(LinkUp{enb.mmes()[0].link, Port::s1ap, mme1_door});
  next<s1ap::S1SetupRequest>();
  mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}});
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause,
            s1ap::Cause{s1ap::CauseProtocol::message_not_compatible_with_receiver_state});
}

// --- the air ------------------------------------------------------------------------------------

TEST_F(SetupTest, a_phone_that_camps_learns_the_cell) {
  Phone& p = phone(1);
  p.plain(rrc::Channel::broadcast, rrc::Camp{}, cell);
  flush();
  const auto* information = p.last<rrc::CellInformation>();
  ASSERT_NE(information, nullptr);
  EXPECT_EQ(*information, (rrc::CellInformation{PlmnId::test_value(),
                                                Tac{7},
                                                {PlmnId::test_value(), 0x19B01},
                                                17,
                                                1850,
                                                {PlmnId::test_value(), 0x19B}}));
  EXPECT_EQ(enb.camped_count(), 1U);
}

TEST_F(SetupTest, a_cell_without_an_mme_takes_no_connections) {
  Phone& p = phone(1);
  p.plain(rrc::Channel::srb0,
          rrc::ConnectionRequest{rrc::RandomValue{1}, rrc::EstablishmentCause::mo_signalling}, cell);
  flush();
  EXPECT_NE(p.last<rrc::ConnectionReject>(), nullptr);
  EXPECT_EQ(enb.ue_count(), 0U);
}

//= TS 36.413, 8.6.2.1; type=test
TEST_F(SetupTest, the_first_nas_message_goes_to_the_mme_with_place_and_cause) {
  set_up();
  Phone& p = phone(1);
  connect(p, STmsi{MmeCode{1}, MTmsi{9}}, Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{1}},
          {1, 2, 3});
  const auto m = next<s1ap::InitialUeMessage>();
  EXPECT_EQ(m, (s1ap::InitialUeMessage{m.enb_ue_id,
                                       {{1, 2, 3}},
                                       {PlmnId::test_value(), Tac{7}},
                                       {PlmnId::test_value(), 0x19B01},
                                       s1ap::RrcEstablishmentCause::mo_signalling,
                                       STmsi{MmeCode{1}, MTmsi{9}},
                                       Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{1}}}));
  EXPECT_GE(last_stream, 1);
}

TEST_F(SetupTest, a_repeated_connection_request_gets_the_same_answer) {
  set_up();
  Phone& p = phone(1);
  const rrc::ConnectionRequest request{rrc::RandomValue{5}, rrc::EstablishmentCause::mo_data};
  for (int i = 0; i < 3; ++i) p.plain(rrc::Channel::srb0, request, cell);
  flush();
  EXPECT_EQ(p.count<rrc::ConnectionSetup>(), 3U);
  EXPECT_EQ(enb.ue_count(), 1U);
  // A connection that is not completed is given up, and its place with it.
  advance(setup_guard + leave_guard + 1s);
  EXPECT_EQ(enb.ue_count(), 0U);
  EXPECT_TRUE(silent());
}

TEST_F(SetupTest, rubbish_on_the_air_changes_nothing) {
  set_up();
  const auto before = enb.ue_count();
  for (const char* octets : {"", "42", "4252010100000000000000", "ffffffffffffffffffffffff"})
    give(DatagramIn{Port::radio, {{{127, 0, 9, 9}}, 1}, *parse_hex(octets)});
  EXPECT_EQ(enb.ue_count(), before);
  EXPECT_TRUE(silent());
  EXPECT_GE(counters["radio_rx_error"] + counters["rrc_rx_error"], 3);
}

TEST_F(SetupTest, paging_reaches_the_one_looked_for_and_nobody_elsewhere) {
  set_up();
  phone(1).plain(rrc::Channel::broadcast, rrc::Camp{STmsi{MmeCode{1}, MTmsi{1}}}, cell);
  phone(2).plain(rrc::Channel::broadcast, rrc::Camp{STmsi{MmeCode{1}, MTmsi{2}}}, cell);
  phone(3).plain(rrc::Channel::broadcast, rrc::Camp{}, cell);
  flush();
  const auto page = [&](MTmsi who, Tac where) {
    mme_says(s1ap::Paging{s1ap::UeIdentityIndexValue{1},
                          STmsi{MmeCode{1}, who},
                          {},
                          s1ap::CnDomain::ps,
                          {{PlmnId::test_value(), where}}});
  };
  page(MTmsi{2}, Tac{7});
  EXPECT_EQ(phone(1).count<rrc::Paging>() + phone(3).count<rrc::Paging>(), 0U);
  ASSERT_NE(phone(2).last<rrc::Paging>(), nullptr);
  EXPECT_EQ(phone(2).last<rrc::Paging>()->records, (std::vector<STmsi>{{MmeCode{1}, MTmsi{2}}}));
  // Nobody said to be this one: everyone hears it.
  page(MTmsi{77}, Tac{7});
  EXPECT_EQ(phone(1).count<rrc::Paging>() + phone(2).count<rrc::Paging>() + phone(3).count<rrc::Paging>(),
            4U);
  page(MTmsi{77}, Tac{8});
  EXPECT_EQ(counters["paging_elsewhere"], 1);
  mme_says(s1ap::Paging{s1ap::UeIdentityIndexValue{1},
                        Imsi::test_value(),
                        {},
                        s1ap::CnDomain::ps,
                        {{PlmnId::test_value(), Tac{7}}}});
  EXPECT_EQ(counters["paging_by_imsi"], 1);
  EXPECT_TRUE(silent());
}

// --- two MMEs -----------------------------------------------------------------------------------

class TwoMmesTest : public EnbTest {
 protected:
  TwoMmesTest()
      : EnbTest([] {
          Config c = test_config();
          c.mmes.push_back({"mme2", mme2_door});
          return c;
        }()) {}
  LinkId went_to() const { return said.front().link; }
};

TEST_F(TwoMmesTest, a_phone_goes_back_to_the_mme_that_knows_it) {
  set_up();
  const auto gummei = [](Byte code) {
    return Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{code}};
  };
  for (const Byte code : {Byte{1}, Byte{2}}) {
    connect(phone(code), rrc::RandomValue{code}, gummei(code));
    EXPECT_EQ(went_to(), enb.mmes()[code - 1U].link);
    next<s1ap::InitialUeMessage>();
    connect(phone(static_cast<Byte>(code + 10)), STmsi{MmeCode{code}, MTmsi{1}});
    EXPECT_EQ(went_to(), enb.mmes()[code - 1U].link);
    next<s1ap::InitialUeMessage>();
  }
}

TEST_F(TwoMmesTest, new_phones_are_spread_and_none_goes_to_an_mme_that_is_down) {
  set_up();
  std::map<std::uint32_t, int> load;
  for (Byte n = 1; n <= 40; ++n) {
    connect(phone(n), rrc::RandomValue{n});
    ++load[went_to().value];
    next<s1ap::InitialUeMessage>();
  }
  EXPECT_EQ(load.size(), 2U);
  give(LinkDown{enb.mmes()[1].link});
  for (Byte n = 41; n <= 60; ++n) {
    connect(phone(n), rrc::RandomValue{n}, Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{2}});
    EXPECT_EQ(went_to(), enb.mmes()[0].link);
    next<s1ap::InitialUeMessage>();
  }
}

TEST_F(TwoMmesTest, the_loss_of_one_mme_leaves_the_ues_of_the_other_alone) {
  set_up();
  std::vector<s1ap::EnbUeS1apId> of_first, of_second;
  for (Byte n = 1; n <= 8; ++n) {
    connect(phone(n), rrc::RandomValue{n},
            Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{Byte(1 + n % 2)}});
    (n % 2 == 0 ? of_first : of_second).push_back(next<s1ap::InitialUeMessage>().enb_ue_id);
  }
  give(LinkDown{enb.mmes()[0].link});
  for (const auto id : of_first) EXPECT_TRUE(enb.find(id) == nullptr);
  for (const auto id : of_second) EXPECT_EQ(enb.find(id)->phase, Ue::Phase::connected);
  EXPECT_TRUE(phone(2).released);
  EXPECT_FALSE(phone(1).released);
}

TEST_F(TwoMmesTest, an_mme_cannot_touch_the_ues_of_another) {
  set_up();
  connect(phone(1), rrc::RandomValue{1}, Gummei{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{1}});
  const auto id = next<s1ap::InitialUeMessage>().enb_ue_id;
  mme_says(s1ap::DownlinkNasTransport{s1ap::MmeUeS1apId{1}, id, {{1}}}, 1, 1);
  EXPECT_EQ(next<s1ap::ErrorIndication>().cause,
            s1ap::Cause{s1ap::CauseRadioNetwork::unknown_enb_ue_s1ap_id});
  mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, s1ap::ResetAll{}}, 0, 1);
  next<s1ap::ResetAcknowledge>();
  mme_says(s1ap::Reset{s1ap::CauseMisc::unspecified, std::vector<s1ap::UeConnection>{{{}, id}}}, 0, 1);
  next<s1ap::ResetAcknowledge>();
  EXPECT_EQ(enb.find(id)->phase, Ue::Phase::connected);
  EXPECT_FALSE(enb.find(id)->mme_ue_id);
}

}  // namespace
}  // namespace baton::node::enb
