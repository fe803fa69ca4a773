// PATH SWITCH REQUEST at the MME: an eNB has taken a UE from another one without asking. The good path, and
// everything about it that may not be so.
#include <gtest/gtest.h>

#include "keys/derive_eps.h"
#include "node/mme_stage.h"
#include "wire/gtp2/private.h"
#include "wire/nas/private.h"

namespace baton::node::mme::test {
namespace {

using Radio = s1ap::CauseRadioNetwork;

constexpr EnbUeS1apId at_target{901};

class MmePathSwitch : public ::testing::Test {
 protected:
  MmePathSwitch() : stage(serving()) {
    stage.start();
    stage.attach(ue);
    stage.let_go();
    stage.outcomes.clear();
    before = *stage.context(ue).session->s1u_enb;
    first.emplace(derive_nh(*ue.security->kasme(), *ue.security->kenb()));
  }
  static Config serving() {
    Config c = Stage::config();
    c.path_switch = true;
    return c;
  }
  s1ap::PathSwitchRequest request() const {
    s1ap::PathSwitchRequest m{.enb_ue_id = at_target,
                              .erabs = {},
                              .source_mme_ue_id = ue.mme_id,
                              .cell = {PlmnId::test_value(), 0x200},
                              .tai = {PlmnId::test_value(), Tac{2}},
                              .ue_security_capabilities = {0xC000, 0xC000}};
    m.erabs.push_back({s1ap::ErabId{5}, s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}}), Teid{0x88}});
    return m;
  }
  void asks(const s1ap::PathSwitchRequest& m, std::size_t enb = 1) { stage.enb_says_message(enb, m); }
  s1ap::Cause refused(std::size_t enb = 1) {
    const auto no = stage.at_enb<s1ap::PathSwitchRequestFailure>(enb);
    EXPECT_EQ(no.enb_ue_id, at_target);
    return no.cause;
  }
  void moved() {
    ue.enb = 1;
    ue.enb_id = at_target;
  }
  /// The UE is where `ue` says, NAS goes on, and the chain stands at `nh`.
  void served(const Nh& nh, Byte ncc) {
    const Ue& c = stage.context(ue);
    EXPECT_EQ(c.nh, nh);
    EXPECT_EQ(c.ncc, ncc);
    EXPECT_FALSE(c.busy());
    EXPECT_EQ(stage.mme.connection_count(), 1U);
    stage.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
    (void)stage.hears<nas::PdnConnectivityReject>(ue);
    EXPECT_TRUE(stage.upe_unasked());
  }
  void unchanged() {
    EXPECT_EQ(stage.context(ue).session->s1u_enb, before);
    served(*first, 1);
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  gtp2::FTeid before;
  std::optional<Nh> first;
};

//= TS 36.413, 8.4.4; type=test
//= TS 33.401, 7.2.8.4.2; type=test
TEST_F(MmePathSwitch, GivesTheTargetThePathAndTheNextLink) {
  asks(request());
  // 2. The downlink goes to the target; it has no answer yet.
  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  ASSERT_EQ(modify.bearers.size(), 1U);
  ASSERT_TRUE(modify.bearers[0].s1u_enb);
  EXPECT_EQ(modify.bearers[0].s1u_enb->teid, Teid{0x88});
  EXPECT_EQ(stage.waiting_at(1), 0U);
  stage.bearer_modified();
  // 6. The next link of the chain, made of KASME.
  const auto yes = stage.at_enb<s1ap::PathSwitchRequestAcknowledge>(1);
  const Nh second = derive_nh(*ue.security->kasme(), *first);
  EXPECT_EQ(yes.security.next_hop, second);
  EXPECT_EQ(yes.security.next_hop_chaining_count, 2);
  EXPECT_EQ(yes.mme_ue_id, ue.mme_id);
  EXPECT_EQ(yes.enb_ue_id, at_target);
  EXPECT_EQ(stage.counter("mme.handover.path_switched"), 1U);
  ASSERT_EQ(stage.outcomes.size(), 1U);
  EXPECT_TRUE(stage.outcomes[0].ok);
  moved();
  served(second, 2);
}

/// What the eNB says of the UE's algorithms is counted and not taken.
//= TS 33.401, 7.2.4.2.2; type=test
TEST_F(MmePathSwitch, AnotherIdeaOfTheUesAlgorithmsIsCountedAndNotTaken) {
  auto m = request();
  m.ue_security_capabilities = {0, 0};
  asks(m);
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.bearer_modified();
  (void)stage.at_enb<s1ap::PathSwitchRequestAcknowledge>(1);
  EXPECT_EQ(stage.counter("mme.handover.path_switch_capabilities_differ"), 1U);
  EXPECT_EQ(stage.context(ue).capability, ue.capability);
}

TEST_F(MmePathSwitch, OneThatIsAsItWasSaidIsNotCounted) {
  asks(request());
  EXPECT_EQ(stage.counter("mme.handover.path_switch_capabilities_differ"), 0U);
}

//= TS 36.413, 8.4.4.3; type=test
TEST_F(MmePathSwitch, WhatCannotBeIsRefusedAndChangesNothing) {
  using Change = void (*)(s1ap::PathSwitchRequest&);
  struct Row {
    Change change;
    std::size_t enb;
    Radio cause;
  };
  const Row rows[] = {
      // A UE that nobody knows.
      {[](auto& m) { m.source_mme_ue_id = MmeUeS1apId{0x7777}; }, 1, Radio::unknown_mme_ue_s1ap_id},
      // The eNB at which it is.
      {[](auto&) {}, 0, Radio::ho_target_not_allowed},
      // A tracking area that this eNB does not serve.
      {[](auto& m) { m.tai.tac = Tac{1}; }, 1, Radio::ho_target_not_allowed},
      // Not the bearer that there is.
      {[](auto& m) { m.erabs[0].id = s1ap::ErabId{6}; }, 1, Radio::ho_target_not_allowed},
  };
  std::uint64_t n = 0;
  for (const Row& row : rows) {
    auto m = request();
    row.change(m);
    asks(m, row.enb);
    EXPECT_EQ(refused(row.enb), s1ap::Cause(row.cause)) << n;
    EXPECT_EQ(stage.counter("mme.handover.path_switch_refused"), ++n);
    EXPECT_TRUE(stage.upe_unasked());
  }
  unchanged();
}

/// An eNB that has not set S1 up is nobody.
TEST_F(MmePathSwitch, AForeignEnbIsNotHeard) {
  // Its association is a new one, on which nothing was set up.
  stage.enb_link_up(1);
  asks(request());
  EXPECT_EQ(stage.counter("mme.handover.path_switched"), 0U);
  EXPECT_TRUE(stage.upe_unasked());
  unchanged();
}

TEST_F(MmePathSwitch, ARepeatedRequestIsRefusedWhileTheFirstOneRunsAndAfterIt) {
  asks(request());
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  asks(request());
  EXPECT_EQ(refused(), s1ap::Cause(Radio::interaction_with_other_procedure));
  stage.bearer_modified();
  (void)stage.at_enb<s1ap::PathSwitchRequestAcknowledge>(1);
  moved();
  // Now the UE is at that very eNB.
  asks(request());
  EXPECT_EQ(refused(), s1ap::Cause(Radio::ho_target_not_allowed));
  served(derive_nh(*ue.security->kasme(), *first), 2);
}

TEST_F(MmePathSwitch, WhenTheUpeRefusesTheUeStaysAtTheSource) {
  asks(request());
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  gtp2::ModifyBearerResponse no;
  no.cause.value = gtp2::CauseValue::system_failure;
  stage.upe_says(no, *stage.context(ue).s11);
  EXPECT_EQ(refused(), s1ap::Cause(Radio::unspecified));
  ASSERT_EQ(stage.outcomes.size(), 1U);
  EXPECT_FALSE(stage.outcomes[0].ok);
  unchanged();
}

TEST_F(MmePathSwitch, WhenTheUpeIsSilentTheUeStaysAtTheSource) {
  asks(request());
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.upe_answers_echo = true;
  stage.advance(9s);
  EXPECT_EQ(refused(), s1ap::Cause(Radio::unspecified));
  EXPECT_EQ(stage.context(ue).session->s1u_enb, before);
  EXPECT_EQ(stage.context(ue).nh, *first);
}

/// The UPE has switched, and then the target cannot have the UE after all: its name is taken by another one.
TEST_F(MmePathSwitch, RefusedAfterTheUpeHasSwitchedThePathGoesBack) {
  asks(request());
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  // Meanwhile another UE comes up there under the very number.
  Phone other{*Imsi::parse("001010000000002"), 0x32};
  other.enb = 1;
  other.enb_id = at_target;
  stage.enb_says_message(1, stage.initial_message(other, other.first(nas::encode(other.attach()))));
  stage.bearer_modified();
  EXPECT_EQ(refused(), s1ap::Cause(Radio::unknown_enb_ue_s1ap_id));
  // Downlink data are to find the way back.
  const auto back = stage.at_upe<gtp2::ModifyBearerRequest>();
  ASSERT_EQ(back.bearers.size(), 1U);
  EXPECT_EQ(back.bearers[0].s1u_enb, before);
  EXPECT_EQ(stage.context(ue).session->s1u_enb, before);
  EXPECT_EQ(stage.context(ue).nh, *first) << "no link was used up";
  EXPECT_EQ(stage.context(ue).ncc, 1);
}

/// The target's link goes while the UPE is asked: there is nobody to answer, and the path goes back.
TEST_F(MmePathSwitch, ATargetThatIsGoneMeanwhileGetsNothing) {
  asks(request());
  (void)stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.give(LinkDown{stage.enb_link(1)});
  stage.bearer_modified();
  const auto back = stage.at_upe<gtp2::ModifyBearerRequest>();
  EXPECT_EQ(back.bearers.at(0).s1u_enb, before);
  EXPECT_EQ(stage.context(ue).nh, *first);
}

TEST_F(MmePathSwitch, AnIdleUeHasNoPathToSwitch) {
  stage.release_by_enb(ue);
  asks(request());
  EXPECT_EQ(refused(), s1ap::Cause(Radio::unknown_mme_ue_s1ap_id));
}

// --- K_UPE: whenever one end may not have it, the next use of the path brings another one ------------------

context::SecurityPolicy with_upe_keys() {
  context::SecurityPolicy p;
  p.upe_keys = context::UpeKeys::update;
  return p;
}

class MmeUpeKey : public ::testing::Test {
 protected:
  MmeUpeKey() : stage(config()) {
    ue.announcement = context::Announcement::of(with_upe_keys()).encode();
    stage.enbs_announce = ue.announcement;
    stage.start();
    stage.attach(ue);
    stage.let_go();
  }
  static Config config() {
    Config c = Stage::config();
    c.policy = with_upe_keys();
    c.upe.announced = context::Announcement::of(with_upe_keys());
    return c;
  }
  static std::optional<gtp2::UpeKeyName> named(const gtp2::ModifyBearerRequest& m) {
    auto said = gtp2::decode_private(m.extensions, wire::enterprise_default);
    EXPECT_TRUE(said);
    EXPECT_EQ(said->kupe.has_value(), said->upe.has_value());
    return said->upe;
  }
  /// used lets the UE come back from idle and gives what the UPE is told with its path.
  std::optional<gtp2::UpeKeyName> used() {
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    stage.initial(ue, stage.service_request(ue));
    (void)stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
    stage.context_set_up(ue);
    return named(stage.at_upe<gtp2::ModifyBearerRequest>());
  }
  UpeKeyCounter told_to_ue() {
    const auto m = stage.hears<nas::DownlinkGenericNasTransport>(ue);
    const auto notice = nas::UpeKeyNotice::parse(m.container.bytes());
    EXPECT_TRUE(notice);
    return notice ? notice->counter : UpeKeyCounter{};
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
};

//= S1.D3; type=test
TEST_F(MmeUpeKey, WhereNothingWasLostTheKeyStays) {
  ASSERT_EQ(stage.context(ue).upe_key.made, UpeKeyCounter{1});
  stage.release_by_enb(ue);
  EXPECT_FALSE(used());
}

//= S1.D3; type=test
TEST_F(MmeUpeKey, ANasMessageThatWasNotDeliveredBringsAnotherKey) {
  // The notice itself, or whatever it was: the MME does not look into what came back.
  stage.enb_says_message(ue.enb,
                         s1ap::NasNonDeliveryIndication{
                             ue.mme_id, ue.enb_id, {{0x27, 1, 2}}, Radio::radio_connection_with_ue_lost});
  EXPECT_EQ(stage.counter("mme.nas.not_delivered"), 1U);
  stage.release_by_enb(ue);
  const auto next = used();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->counter, UpeKeyCounter{2}) << "never one that there was before";
  stage.bearer_modified();
  EXPECT_EQ(told_to_ue(), UpeKeyCounter{2});
  stage.release_by_enb(ue);
  EXPECT_FALSE(used());
}

/// Nobody says what an eNB that is gone had delivered.
//= S1.D3; type=test
TEST_F(MmeUpeKey, AConnectionThatIsLostBringsAnotherKey) {
  stage.give(LinkDown{stage.enb_link(0)});
  (void)stage.at_upe<gtp2::ReleaseAccessBearersRequest>();
  stage.enb_comes_back(0);
  const auto next = used();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->counter, UpeKeyCounter{2});
}

/// The UPE may have taken the key, and the UE has not heard of it.
//= S1.D3; type=test
TEST_F(MmeUpeKey, ALostAnswerOfTheUpeBringsAnotherKey) {
  stage.enb_says_message(ue.enb,
                         s1ap::NasNonDeliveryIndication{
                             ue.mme_id, ue.enb_id, {{0x27, 1, 2}}, Radio::radio_connection_with_ue_lost});
  stage.release_by_enb(ue);
  const auto lost = used();
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->counter, UpeKeyCounter{2});
  stage.advance(15s);  // no answer to the last repetition
  EXPECT_EQ(stage.counter("mme.service_request.failed"), 1U);
  EXPECT_EQ(stage.counter("mme.upe_key.changed"), 0U);
  (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
  stage.confirm_release(ue);
  while (!stage.upe_unasked()) {
    try {
      (void)stage.at_upe<gtp2::ModifyBearerRequest>();
    } catch (const std::runtime_error&) {
    }
  }
  const auto again = used();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->counter, UpeKeyCounter{3});
  stage.bearer_modified();
  EXPECT_EQ(told_to_ue(), UpeKeyCounter{3});
}

}  // namespace
}  // namespace baton::node::mme::test
