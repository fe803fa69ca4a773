// mme_relocation.h: two MMEs, each alone on a stage, and what one says to the other carried over by the test,
// or changed, repeated, or kept back.
#pragma once

#include <gtest/gtest.h>

#include "keys/derive_eps.h"
#include "node/mme_stage.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme::test {

using gtp2::CauseValue;
using Radio = s1ap::CauseRadioNetwork;

inline const ByteVector to_target{0x11, 0x22, 0x33};
inline const ByteVector to_source{0x44, 0x55};
/// The target eNB, by its place on the stage of the target MME.
inline constexpr std::size_t arrival_enb = 1;
inline constexpr EnbUeS1apId at_target{501};

inline Tai tai_of(std::uint16_t tac) { return {PlmnId::test_value(), Tac{tac}}; }

inline Config source_of(const context::SecurityPolicy& policy) {
  Config c = Stage::config();
  c.policy = policy;
  c.mmes[0].announced = context::Announcement::of(policy);
  return c;
}
/// The target is the MME that the source knows as mme2.
inline Config target_of(const context::SecurityPolicy& policy) {
  Config c = source_of(policy);
  c.mmes[0].identity = c.identity;
  c.identity = Stage::other_mme().identity;
  return c;
}

inline gtp2::MovePrivate said_in(const std::vector<gtp2::PrivateExtension>& extensions) {
  auto said = gtp2::decode_private(extensions, wire::enterprise_default);
  EXPECT_TRUE(said);
  return said ? std::move(*said) : gtp2::MovePrivate{};
}
inline void say_in(std::vector<gtp2::PrivateExtension>& extensions, const gtp2::MovePrivate& said) {
  extensions.clear();
  if (auto e = gtp2::encode_private(said, wire::enterprise_default)) extensions.push_back(*e);
}

class MmeRelocation : public ::testing::Test {
 protected:
  MmeRelocation() : MmeRelocation(Stage::config(), Stage::config(), std::nullopt) {}
  /// Everybody between these two MMEs announces `said`.
  MmeRelocation(Config source, Config target, const std::optional<ByteVector>& said)
      : from(std::move(source)), to(std::move(target)) {
    from.hss_announces = to.hss_announces = said.has_value();
    from.enbs_announce = to.enbs_announce = ue.announcement = said;
    from.start();
    to.start();
    from.attach(ue);
    from.let_go();
    from.outcomes.clear();
  }

  // --- the source
  virtual void add_to(s1ap::HandoverRequired&) {}
  void require() {
    s1ap::HandoverRequired m{.mme_ue_id = ue.mme_id,
                             .enb_ue_id = ue.enb_id,
                             .type = s1ap::HandoverType::intra_lte,
                             .cause = Radio::handover_desirable_for_radio_reason,
                             .target = s1ap::TargetEnb{MacroEnbId{PlmnId::test_value(), 3}, tai_of(3)},
                             .direct_forwarding = std::nullopt,
                             .container = {to_target}};
    add_to(m);
    from.enb_says_message(0, m);
  }
  /// leaves is step 3 as the source MME sends it.
  gtp2::ForwardRelocationRequest leaves() {
    require();
    return from.at_mme<gtp2::ForwardRelocationRequest>();
  }
  Teid source_end() { return *from.context(ue).s10; }
  Teid target_end() { return *to.context(ue).s10; }
  void cancel() {
    from.enb_says_message(0, s1ap::HandoverCancel{ue.mme_id, ue.enb_id, Radio::handover_cancelled});
  }
  s1ap::Cause failed() { return from.at_enb<s1ap::HandoverPreparationFailure>(0).cause; }

  // --- the target
  /// brings hands step 3 to the target MME, whose second eNB it is about there.
  void brings(gtp2::ForwardRelocationRequest m) {
    m.target->enb.value = arrival_enb + 1;
    m.target->tac = Tac{arrival_enb + 1};
    to.mme_asks(gtp2::Message(std::move(m)));
  }
  s1ap::HandoverRequest asked() {
    auto r = to.at_enb<s1ap::HandoverRequest>(arrival_enb);
    there = r.mme_ue_id;
    return r;
  }
  void room() {
    s1ap::ErabAdmitted erab;
    erab.id = s1ap::ErabId{default_bearer};
    erab.address = s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 2}});
    erab.teid = Teid{0x88};
    to.enb_says_message(arrival_enb, s1ap::HandoverRequestAcknowledge{
                                         there, at_target, {erab}, {}, {to_source}, std::nullopt});
  }
  void notify() {
    to.enb_says_message(arrival_enb, s1ap::HandoverNotify{there, at_target, Ecgi{PlmnId::test_value(), 0x200},
                                                          tai_of(arrival_enb + 1)});
  }
  void path_switched() {
    (void)to.at_upe<gtp2::ModifyBearerRequest>();
    gtp2::ModifyBearerResponse response;
    response.cause.value = CauseValue::request_accepted;
    gtp2::BearerModified b;
    b.ebi = gtp2::Ebi{default_bearer};
    response.bearers.push_back(b);
    to.upe_says(response, *to.context(ue).s11);
  }
  void target_released() {
    const auto m = to.at_enb<s1ap::UeContextReleaseCommand>(arrival_enb);
    const auto* pair = std::get_if<s1ap::UeS1apIdPair>(&m.ids);
    EXPECT_EQ(pair ? pair->mme_ue_id : std::get<MmeUeS1apId>(m.ids), there);
    to.enb_says_message(arrival_enb, s1ap::UeContextReleaseComplete{there, at_target, std::nullopt});
  }

  // --- stretches
  gtp2::ForwardRelocationResponse prepared() {
    brings(leaves());
    (void)asked();
    room();
    return to.at_mme<gtp2::ForwardRelocationResponse>();
  }
  void commanded() {
    from.mme_says(prepared(), source_end());
    (void)from.at_enb<s1ap::HandoverCommand>(0);
  }
  gtp2::ForwardRelocationCompleteNotification arrived() {
    commanded();
    notify();
    return to.at_mme<gtp2::ForwardRelocationCompleteNotification>();
  }
  void told(const gtp2::ForwardRelocationCompleteNotification& m) {
    from.mme_asks(m, source_end());
    EXPECT_EQ(from.at_mme<gtp2::ForwardRelocationCompleteAcknowledge>().cause.value,
              CauseValue::request_accepted);
  }

  /// restarts: the other MME of `stage` has lost everything, and its restart counter says so.
  static void restarts(Stage& stage) {
    stage.mme_echo_counter += 1;
    stage.mme_asks(gtp2::EchoRequest{gtp2::Recovery{stage.mme_echo_counter}, {}});
    (void)stage.at_mme<gtp2::EchoResponse>();
    EXPECT_EQ(stage.counter("mme.s10.peer_restarted"), 1U);
  }

  // --- what must hold
  void over(bool ok) {
    ASSERT_EQ(from.outcomes.size(), 1U);
    EXPECT_EQ(from.outcomes[0].procedure, "inter-mme-handover");
    EXPECT_EQ(from.outcomes[0].ok, ok) << from.outcomes[0].cause;
    from.outcomes.clear();
  }
  void source_has_nothing() {
    EXPECT_EQ(from.mme.ue_count(), 0U);
    EXPECT_TRUE(from.held(ue.imsi).empty());
    EXPECT_TRUE(from.upe_unasked()) << "the session is the target's";
  }
  // Nobody knows where the UE is: the session goes, unless the UPE has heard of another owner.
  void source_ends_the_session() {
    EXPECT_EQ(from.at_upe<gtp2::DeleteSessionRequest>().linked_ebi, gtp2::Ebi{default_bearer});
  }
  void target_has_nothing() {
    EXPECT_EQ(to.mme.ue_count(), 0U);
    EXPECT_TRUE(to.held(ue.imsi).empty());
    EXPECT_TRUE(to.upe_unasked()) << "the session is the source's";
  }
  // NAS goes on where it was: the next COUNT in both directions, none twice.
  void serves(Stage& stage) {
    const Ue& c = stage.context(ue);
    EXPECT_FALSE(c.handover);
    ASSERT_EQ(c.s1, ue.mme_id);
    EXPECT_TRUE(c.nh);
    ASSERT_EQ(c.security->uplink().next(), ue.security->uplink().next());
    ASSERT_EQ(c.security->downlink().next(), ue.security->downlink().next());
    stage.uplink(ue, ue.cipher(nas::encode(nas::PdnConnectivityRequest{ue.pdn_request()})));
    (void)stage.hears<nas::PdnConnectivityReject>(ue);
    EXPECT_EQ(c.security->uplink().next(), ue.security->uplink().next());
  }
  void moves() {
    ue.enb = arrival_enb;
    ue.mme_id = there;
    ue.enb_id = at_target;
  }

  // AKA and security mode again, on NAS that is secured; the eNB holds the new KeNB then.
  void reauthenticate(bool to_the_end = true) {
    from.give(Command{Verb::reauthenticate, ue.imsi});
    from.hss_says(from.aia(from.at_hss<diameter::AuthenticationInformationRequest>(), ue));
    const auto challenge = from.hears<nas::AuthenticationRequest>(ue);
    from.uplink(ue, ue.cipher(ue.answer(challenge)));
    const auto command = from.hears<nas::SecurityModeCommand>(ue);
    if (to_the_end) from.uplink(ue, ue.complete(command));
  }

  Stage from, to;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  MmeUeS1apId there{};
};

}  // namespace baton::node::mme::test
