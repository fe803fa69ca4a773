// An idle UE moves between two MMEs under KASME': the MME alone, once as the end it leaves and once as the
// end it comes to.
#include <gtest/gtest.h>

#include <memory>

#include "context/kasme_steps.h"
#include "keys/derive_eps.h"
#include "keys/derive_policy.h"
#include "node/mme_moved_ue.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme::test {
namespace {

using gtp2::CauseValue;

context::SecurityPolicy refreshing() {
  context::SecurityPolicy p;
  p.inter_mme_kasme = context::InterMmeKasme::refresh_and_update_hss;
  return p;
}
Config config_of(const context::SecurityPolicy& policy) {
  Config c = Stage::config();
  c.policy = policy;
  for (auto& m : c.mmes) m.announced = context::Announcement::of(refreshing());
  return c;
}
std::vector<gtp2::PrivateExtension> extension_of(const gtp2::MovePrivate& said) {
  std::vector<gtp2::PrivateExtension> out;
  if (auto e = gtp2::encode_private(said, wire::enterprise_default)) out.push_back(*e);
  return out;
}
nas::TauRequest tau_request(const Phone& p, bool announces, bool active = false) {
  nas::TauRequest r;
  r.update_type.active = active;
  r.ksi = p.security->ksi();
  r.old_guti = nas::EpsMobileIdentity(*p.guti);
  r.capability = p.capability;
  if (announces) r.announcement = nas::UeAnnouncement::of(context::Announcement::of(refreshing()).encode());
  return r;
}

// --- the end it leaves ------------------------------------------------------------------------------

class MmeGivesRefreshed : public ::testing::Test {
 protected:
  explicit MmeGivesRefreshed(const context::SecurityPolicy& policy = refreshing())
      : stage(config_of(policy)) {
    stage.hss_announces = true;
    stage.start();
    stage.attach(ue);
    stage.release_by_enb(ue);
    stage.let_go();
  }
  gtp2::ContextRequest asking(bool ue_announces = true, bool names_itself = true) {
    gtp2::ContextRequest r;
    r.guti = ue.guti;
    r.complete_request = gtp2::CompleteRequest{gtp2::CompleteRequest::tracking_area_update,
                                               ue.first(nas::encode(tau_request(ue, ue_announces)))};
    r.sender = gtp2::FTeid{gtp2::InterfaceType::s10_mme, their_end, Stage::other_mme().endpoint.address, {}};
    r.rat = gtp2::RatType::eutran;
    gtp2::MovePrivate said;
    if (names_itself) said.mme = Stage::other_mme().identity;
    r.extensions = extension_of(said);
    return r;
  }
  gtp2::ContextResponse given(const gtp2::ContextRequest& request) {
    stage.mme_asks(request);
    return stage.at_mme<gtp2::ContextResponse>();
  }
  void acknowledge(CauseValue cause) {
    gtp2::ContextAcknowledge m;
    m.cause.value = cause;
    stage.mme_says(m, Teid{1});
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
};

//= S0.D2; type=test
//= S0.D5; type=test
TEST_F(MmeGivesRefreshed, KasmePrimeOfTheCountOfTheVerifiedRequestAndNeverKasme) {
  const Kasme old = ue.security->kasme()->clone();
  const auto request = asking();
  const NasCount n = *ue.security->last_sent();
  const auto r = given(request);
  ASSERT_TRUE(r.mm) << static_cast<int>(r.cause.value);
  const Kasme refreshed = derive_kasme_refreshed(old, RefreshDirection::idle, n);
  EXPECT_EQ(r.mm->kasme, refreshed);
  EXPECT_EQ(r.mm->uplink_count, NasCount{});
  EXPECT_EQ(r.mm->downlink_count, NasCount::from(1));
  EXPECT_EQ(r.mm->ksi, ue.security->ksi().value);
  const auto said = gtp2::decode_private(r.extensions, wire::enterprise_default);
  ASSERT_TRUE(said && said->refresh && said->lineage);
  EXPECT_EQ(said->refresh->direction, RefreshDirection::idle);
  EXPECT_EQ(said->refresh->n, n);
  EXPECT_EQ(said->lineage->step, 1U);
  EXPECT_EQ(said->ue_announcement, context::Announcement::of(refreshing()).encode());
  ASSERT_EQ(said->lineage->unacknowledged.size(), 1U);
  EXPECT_EQ(said->lineage->unacknowledged[0].proof,
            derive_update_proof(old, {1, 1}, ue.imsi, RefreshDirection::idle, n,
                                Stage::other_mme().identity.value(), refreshed));
  for (const auto& e : stage.entries)
    EXPECT_FALSE(e.event == KeyEvent::sent && e.peer == "mme2" && e.key == key_id_of(KeyIdKey{}, old));
  // Taken: nothing is left, of either.
  acknowledge(CauseValue::request_accepted);
  EXPECT_TRUE(stage.held(ue.imsi).empty());
}

TEST_F(MmeGivesRefreshed, NotTakenItGoesOnWithKasmeAndMakesAnotherTheNextTime) {
  const auto first = given(asking());
  ASSERT_TRUE(first.mm);
  acknowledge(CauseValue::request_rejected);
  EXPECT_EQ(stage.counter("mme.context.taken_back"), 1U);
  EXPECT_EQ(*stage.context(ue).security->kasme(), *ue.security->kasme());
  EXPECT_EQ(stage.context(ue).lineage->step, 0U);
  EXPECT_TRUE(stage.was_erased(KeyKind::kasme, key_id_of(KeyIdKey{}, *first.mm->kasme)));
  const auto second = given(asking());
  ASSERT_TRUE(second.mm);
  EXPECT_NE(second.mm->kasme, first.mm->kasme);
}

TEST_F(MmeGivesRefreshed, KasmeItselfToWhoDoesNotNameItselfOrForAUeThatDoesNotKnow) {
  for (const bool announces : {true, false}) {
    const auto r = given(asking(announces, !announces));
    ASSERT_TRUE(r.mm);
    EXPECT_EQ(r.mm->kasme, *ue.security->kasme());
    EXPECT_EQ(r.mm->uplink_count, ue.security->uplink().next());
    EXPECT_TRUE(r.extensions.empty());
    acknowledge(CauseValue::request_rejected);
  }
}

TEST_F(MmeGivesRefreshed, NothingToWhoNamesItselfWrongly) {
  auto request = asking();
  gtp2::MovePrivate said;
  said.mme = *DiameterIdentity::parse("mme3.epc.mnc001.mcc001.3gppnetwork.org");
  request.extensions = extension_of(said);
  EXPECT_FALSE(given(request).mm);
  EXPECT_EQ(stage.counter("mme.context.foreign_identity"), 1U);
  EXPECT_TRUE(stage.context(ue).ours());
  // Nor to what cannot be read.
  request = asking();
  request.extensions.at(0).octets = {0x08};
  EXPECT_FALSE(given(request).mm);
  EXPECT_EQ(stage.counter("mme.s10.private_unreadable"), 1U);
}

class MmeGivesRefreshedOrNothing : public MmeGivesRefreshed {
 protected:
  static context::SecurityPolicy strict() {
    auto p = refreshing();
    p.final_fallback = false;
    return p;
  }
  MmeGivesRefreshedOrNothing() : MmeGivesRefreshed(strict()) {}
};

TEST_F(MmeGivesRefreshedOrNothing, WherePolicyHasNoWayBack) {
  for (const bool announces : {true, false}) {
    EXPECT_FALSE(given(asking(announces, !announces)).mm);
    EXPECT_TRUE(stage.context(ue).ours());
  }
  EXPECT_EQ(stage.counter("mme.context.policy_refused"), 2U);
}

// --- the end it comes to -----------------------------------------------------------------------------

class MmeTakesRefreshed : public ::testing::Test {
 protected:
  MmeTakesRefreshed() : stage(config_of(refreshing())) {
    stage.hss_announces = true;
    stage.start();
    ue.guti = Guti{Stage::other_mme().gummei, MTmsi{0xC0001234}};
    ue.security.emplace(context::Side::ue, kasme(), nas::Ksi::native(3));
    EXPECT_TRUE(ue.security->activate({Eea::eea2, Eia::eia2}));
    ue.security->set_counts(NasCounter::starting_at(n()), NasCounter::starting_at(*NasCount::from(0x203)));
  }
  static NasCount n() { return *NasCount::from(0x1FE); }
  static Kasme kasme() {
    std::array<Byte, 32> k{};
    k.fill(0x5A);
    return Kasme(k);
  }
  static Kasme refreshed() { return derive_kasme_refreshed(kasme(), RefreshDirection::idle, n()); }
  gtp2::MovePrivate beside() const {
    auto made = context::refreshed(kasme(), context::begun(Rand{}, 7, stage.now, 1h), ue.imsi,
                                   RefreshDirection::idle, n(), stage.mme.config().identity, true);
    gtp2::MovePrivate out;
    out.lineage = std::move(made->lineage);
    out.refresh = gtp2::KasmeRefresh{RefreshDirection::idle, n()};
    out.ue_announcement = context::Announcement::of(refreshing()).encode();
    return out;
  }
  gtp2::ContextResponse response() const {
    gtp2::EpsMmContext mm{.ksi = 3,
                          .nas_integrity = 2,
                          .nas_ciphering = 2,
                          .uplink_count = NasCount{},
                          .downlink_count = *NasCount::from(1),
                          .kasme = refreshed()};
    gtp2::ContextResponse r = response_with(std::move(mm), ue, stage);
    r.extensions = extension_of(beside());
    return r;
  }
  gtp2::ContextRequest asked(bool announces = true, bool active = false) {
    stage.initial(ue, ue.first(nas::encode(tau_request(ue, announces, active))));
    auto request = stage.at_mme<gtp2::ContextRequest>();
    mme_end = request.sender->teid;
    return request;
  }
  void answer(gtp2::ContextResponse r) { stage.mme_says(gtp2::Message(std::move(r)), mme_end); }
  CauseValue acknowledged() { return stage.at_mme<gtp2::ContextAcknowledge>().cause.value; }
  /// commanded: the UE holds the Security Mode Command under KASME'.
  nas::SecurityModeCommand commanded() {
    (void)asked();
    answer(response());
    EXPECT_TRUE(stage.mme_untold()) << "the other MME hears nothing before the UE has answered";
    auto command = stage.hears<nas::SecurityModeCommand>(ue);
    ue.fresh.emplace(context::Side::ue, refreshed(), nas::Ksi::native(3));
    return command;
  }
  void nothing_is_left() {
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    EXPECT_TRUE(stage.held(ue.imsi).empty());
    EXPECT_TRUE(stage.upe_unasked()) << "the session is the other MME's";
    EXPECT_TRUE(stage.hss_unasked());
  }

  Stage stage;
  Phone ue{*Imsi::parse("001010000000001"), 0x31};
  Teid mme_end;
};

//= S0.D2; type=test
//= S0.D3; type=test
//= S0.D10; type=test
TEST_F(MmeTakesRefreshed, UnderASecurityModeCommandOfItsOwnAndTellsTheHssWhenItIsRegistered) {
  // 4. It names itself, so that KASME' can be proved for it.
  const auto request = [&] {
    stage.initial(ue, ue.first(nas::encode(tau_request(ue, true, true))));
    return stage.at_mme<gtp2::ContextRequest>();
  }();
  mme_end = request.sender->teid;
  const auto said = gtp2::decode_private(request.extensions, wire::enterprise_default);
  ASSERT_TRUE(said && said->mme);
  EXPECT_EQ(*said->mme, stage.mme.config().identity);
  // 5, 6. Downlink COUNT 0, and the low octet of n.
  answer(response());
  const auto command = stage.hears<nas::SecurityModeCommand>(ue);
  ASSERT_TRUE(command.kasme);
  EXPECT_EQ(command.kasme->n_low, 0xFE);
  ASSERT_TRUE(command.announcement);
  EXPECT_EQ(command.announcement->received, context::Announcement::of(refreshing()).encode());
  EXPECT_EQ(nas::parse_protected(ue.last_down)->sqn, 0U);
  ue.fresh.emplace(context::Side::ue, refreshed(), nas::Ksi::native(3));
  stage.uplink(ue, ue.complete(command));
  // 7. Only now.
  EXPECT_EQ(acknowledged(), CauseValue::request_accepted);
  const auto modify = stage.at_upe<gtp2::ModifyBearerRequest>();
  stage.tunnels[Teid{0x9000}] = modify.sender->teid;
  stage.bearer_modified();
  const auto ulr = stage.at_hss<diameter::UpdateLocationRequest>();
  EXPECT_FALSE(ulr.aka) << "what is in use is no vector's";
  EXPECT_TRUE(stage.hss_unasked()) << "nothing before the location is known";
  stage.hss_says(stage.ula(ulr));
  const auto update = stage.at_hss<diameter::KasmeUpdateRequest>();
  EXPECT_EQ(update.epoch, 7U);
  ASSERT_EQ(update.steps.size(), 1U);
  EXPECT_EQ(update.steps[0].step, 1U);
  EXPECT_EQ(update.steps[0].direction, diameter::StepDirection::idle);
  EXPECT_EQ(update.steps[0].count, n());
  EXPECT_EQ(update.steps[0].proof, beside().lineage->unacknowledged[0].proof);
  // 20. KeNB comes from the COUNT of the Security Mode Complete.
  const auto setup = stage.at_enb_for<s1ap::InitialContextSetupRequest>(ue);
  EXPECT_EQ(setup.security_key, derive_kenb(refreshed(), UplinkNasCount{NasCount{}}));
}

TEST_F(MmeTakesRefreshed, AUeThatAnnouncedNothingIsAskedForAsItAlwaysWas) {
  const auto request = asked(false);
  EXPECT_TRUE(request.extensions.empty());
  // And KASME' is not taken for it, whatever the other MME thinks.
  answer(response());
  EXPECT_EQ(acknowledged(), CauseValue::mandatory_ie_incorrect);
  EXPECT_EQ(stage.counter("mme.context.refresh_unusable"), 1U);
}

//= S0.D2; type=test
TEST_F(MmeTakesRefreshed, NotWhatCannotBe) {
  using Change = void (*)(gtp2::MovePrivate&, gtp2::ContextResponse&);
  const Change changes[] = {
      [](auto& p, auto&) { p.refresh.reset(); },
      [](auto& p, auto&) { p.lineage.reset(); },
      [](auto& p, auto&) { p.refresh->direction = RefreshDirection::handover; },
      [](auto& p, auto&) { p.refresh->n = *NasCount::from(0x1FF); },  // not the request's
      [](auto& p, auto&) { p.lineage->step = 0; },
      [](auto& p, auto&) { p.lineage->step = 2; },  // a hole in its history
      [](auto& p, auto&) { p.lineage->unacknowledged[0].identity = Stage::other_mme().identity; },
      [](auto&, auto& r) { r.mm->uplink_count = n(); },
      [](auto&, auto& r) { r.mm->downlink_count = NasCount{}; },
      [](auto&, auto& r) {
        r.mm->next_hop = gtp2::NextHop{Nh(std::array<Byte, 32>{}), 1};
      },
  };
  const auto before = ue.security->clone();
  int i = 0;
  for (const Change change : changes) {
    SCOPED_TRACE(i++);
    ue.security.emplace(before.clone());
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    (void)asked();
    auto r = response();
    auto p = beside();
    change(p, r);
    r.extensions = extension_of(p);
    answer(std::move(r));
    EXPECT_FALSE(gtp2::accepted(acknowledged()));
    EXPECT_EQ(stage.hears<nas::TauReject>(ue).cause, nas::EmmCause::ue_identity_cannot_be_derived);
    (void)stage.at_enb_for<s1ap::UeContextReleaseCommand>(ue);
    stage.confirm_release(ue);
    nothing_is_left();
  }
}

//= S0.D2; type=test
TEST_F(MmeTakesRefreshed, AUeThatRefusesOrIsSilentOrGoneStaysTheOtherMmes) {
  const auto before = ue.security->clone();
  for (const char* how : {"refuses", "silent", "gone", "another key"}) {
    SCOPED_TRACE(how);
    const std::string what = how;
    ue.security.emplace(before.clone());
    ue.enb_id = EnbUeS1apId{ue.enb_id.value + 1};
    const auto command = commanded();
    if (what == "refuses") {
      stage.uplink(ue,
                   nas::encode(nas::SecurityModeReject{nas::EmmCause::security_mode_rejected_unspecified}));
    } else if (what == "silent") {
      stage.advance(6s);
    } else if (what == "another key") {
      // A complete under KASME' of another COUNT: nobody's, and then silence.
      context::EpsSecurityContext other(
          context::Side::ue, derive_kasme_refreshed(kasme(), RefreshDirection::idle, *NasCount::from(1)),
          nas::Ksi::native(3));
      ASSERT_TRUE(other.activate({Eea::eea2, Eia::eia2}));
      stage.uplink(ue, *other.protect(context::NasSecurityHeader::ciphered_new_context,
                                      nas::encode(nas::SecurityModeComplete{})));
      EXPECT_TRUE(stage.mme_untold());
      stage.advance(6s);
    } else {
      stage.enb_says_message(
          ue.enb, s1ap::UeContextReleaseRequest{ue.mme_id, ue.enb_id,
                                                s1ap::CauseRadioNetwork::radio_connection_with_ue_lost});
      if (stage.mme_untold()) stage.advance(6s);
    }
    EXPECT_EQ(acknowledged(), CauseValue::request_rejected);
    if (what == "refuses") (void)stage.hears<nas::TauReject>(ue);
    EXPECT_EQ(stage.mme.ue_count(), 0U);
    nothing_is_left();
    stage.advance(10s);
  }
}

}  // namespace
}  // namespace baton::node::mme::test
