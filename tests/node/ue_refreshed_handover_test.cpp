// To a cell of another MME under KASME': what the UE makes of the container, what it refuses, and when it
// goes back behind it.
#include "context/handover_container.h"
#include "context/policy.h"
#include "node/ue_road.h"

namespace baton::node::ue {
namespace {

using context::BitProtection;
using context::HandoverRefresh;
using context::InterMmeKasme;
using context::SecurityPolicy;
using context::StarUse;

SecurityPolicy refreshing(HandoverRefresh how = HandoverRefresh::nh_ncc,
                          BitProtection bit = BitProtection::nas) {
  SecurityPolicy p;
  p.inter_mme_kasme = InterMmeKasme::refresh_and_update_hss;
  p.handover_refresh = how;
  p.bit_protection = bit;
  return p;
}
const StarUse plus{true, true, false};

/// RefreshedRoad is a road whose network changes KASME on the way to cell 2, which is another MME's.
class RefreshedRoad : public Road {
 public:
  explicit RefreshedRoad(const SecurityPolicy& policy = refreshing())
      : Road(under(policy), answer(policy)), first(context->kasme()->clone()) {
    cells.at(radio(12)).tac = Tac{1};
  }
  static Config under(const SecurityPolicy& policy) {
    Config c = config();
    c.policy = policy;
    return c;
  }
  static nas::AnnouncementEcho answer(const SecurityPolicy& policy) {
    const ByteVector octets = context::Announcement::of(policy).encode();
    return {octets, octets};
  }

  /// burn is what the MME does that the UE leaves: the next downlink COUNT is n.
  NasCount burn() {
    NasCounter down = context->sending();
    const NasCount n = *down.next();
    down.used(n);
    context->set_counts(context->receiving(), down);
    return n;
  }
  /// beyond is the context under KASME' of n, as the other MME begins with it.
  context::EpsSecurityContext beyond(NasCount n) const {
    context::EpsSecurityContext made(
        context::Side::network, derive_kasme_refreshed(first, RefreshDirection::handover, n), context->ksi());
    EXPECT_TRUE(made.activate(context->algorithms()));
    made.set_counts(NasCounter{}, NasCounter::starting_at(*NasCount{}.next()));
    return made;
  }
  ByteVector container(NasCount n, std::uint32_t enb = 2, std::optional<StarUse> star = {}) const {
    context::HandoverContainer c;
    c.ksi = context->ksi();
    c.algorithms = context->algorithms();
    c.star = star;
    c.n_low = n.sqn();
    c.target = context::target_enb_id(MacroEnbId{PlmnId::test_value(), enb});
    auto sealed_one = context::seal_container(c, *beyond(n).knas_int(), NasCount{});
    return sealed_one ? *sealed_one : ByteVector{};
  }
  /// The KeNB of cell 2: of KASME' alone, or of K_HO of it and the KeNB of cell 1.
  Kenb target_kenb(NasCount n, std::optional<StarUse> star, rrc::CRnti c_rnti) const {
    const Kasme kasme = derive_kasme_refreshed(first, RefreshDirection::handover, n);
    if (!star) return derive_kenb_star(derive_kenb_after_handover_from_utran(kasme), Pci{2}, carrier);
    const KenbStar of_cell = derive_kenb_star_of_cell(*kenb, Pci{2}, carrier);
    const KenbStar key =
        star->plus ? derive_kenb_star_plus(derive_kho(kasme), of_cell) : KenbStar(of_cell.expose());
    return derive_kenb_from_star(key, CRntiValue{c_rnti.value});
  }
  void send(NasCount n, std::optional<ByteVector> with, bool deaf = false, std::optional<StarUse> star = {},
            std::optional<bool> indicator = {}) {
    report();
    source_c_rnti = link->c_rnti();
    const rrc::CRnti name{next_c_rnti++};
    next_kenb.emplace(target_kenb(n, star, name));
    expect_at(12, name, *next_kenb);
    hop->deaf = deaf;
    auto m = way(2, name, 0);
    m.mobility->key_change_indicator = indicator.value_or(!star);
    if (star) m.mobility->refresh = rrc::KeyRefresh{star->plus, star->earfcn_bound, star->raw};
    m.mobility->container = std::move(with);
    say(m);
  }
  void expect_arrival(NasCount n) {
    EXPECT_EQ(hop_refused, 0);
    ASSERT_TRUE(heard_rrc<rrc::ReconfigurationComplete>());
    kenb.emplace(std::move(*next_kenb));
    context.emplace(beyond(n));
    confirm();
    expect_outcome(true);
  }
  void expect_refusal(std::string_view counter) {
    const auto it = counters.find(counter);
    EXPECT_EQ(it == counters.end() ? 0 : it->second, 1) << counter;
    take_back();
    expect_outcome(false, "back at the source");
    expect_keys();
    expect_served();
    EXPECT_TRUE(holds(id_of(first)));
  }

  const Kasme first;
  std::optional<Kenb> next_kenb;
};

//= S0.D2; type=test
//= S0.D10; type=test
//= S0.D11; type=test
TEST(UeRefreshedHandover, TheUeArrivesUnderKasmeRefreshedAndKeepsTheOldOneUntilNasIsHeard) {
  RefreshedRoad n;
  // 1. The network has burned a few; the UE knows of none of them, and finds n by its low octet.
  for (int i = 0; i < 40; ++i) n.burn();
  const NasCount with = n.burn();
  n.send(with, n.container(with));
  n.expect_arrival(with);
  // 2. Both contexts stand side by side: nothing under the new one has come yet.
  const KeyId refreshed = id_of(*n.context->kasme());
  EXPECT_TRUE(n.holds(refreshed));
  EXPECT_TRUE(n.holds(id_of(n.first)));
  EXPECT_EQ(n.held_of("K_NASint"), 2);
  // 3. The first downlink NAS has COUNT 1, and ends the old one; uplink begins at 0.
  n.expect_served();
  EXPECT_TRUE(n.holds(refreshed));
  EXPECT_FALSE(n.holds(id_of(n.first)));
  EXPECT_EQ(n.held_of("K_NASint"), 1);
  EXPECT_EQ(n.context->last_received(), NasCount{});
  n.expect_keys();
  // 4. The chain of the radio begins with KeNB' of KASME', as the MME's does.
  const Nh begun(derive_kenb_after_handover_from_utran(*n.context->kasme()).expose());
  EXPECT_TRUE(n.holds(id_of(begun)));
}

//= S0.D2; type=test
TEST(UeRefreshedHandover, WhatIsForgedMissingForeignOrUsedBeforeIsRefused) {
  // 1. Every octet counts.
  const std::size_t octets = context::HandoverContainer::octets_min + 1;
  for (std::size_t i = 0; i < octets; i += 2) {
    RefreshedRoad n;
    const NasCount with = n.burn();
    ByteVector forged = n.container(with);
    ASSERT_EQ(forged.size(), octets);
    forged[i] ^= 0x01;
    n.send(with, std::move(forged));
    n.expect_refusal("ue.handover_container_forged");
  }
  // 2. A command that speaks of a new KASME and does not bring the container.
  {
    RefreshedRoad n;
    n.send(n.burn(), std::nullopt);
    n.expect_refusal("ue.handover_container_missing");
  }
  // 3. A command that denies it.
  {
    RefreshedRoad n;
    const NasCount with = n.burn();
    n.send(with, n.container(with), false, {}, false);
    n.expect_refusal("ue.handover_bit_differs");
  }
  // 4. For another eNB.
  {
    RefreshedRoad n;
    const NasCount with = n.burn();
    n.send(with, n.container(with, 3));
    n.expect_refusal("ue.handover_container_foreign");
  }
  // 5. n was a COUNT the UE has had.
  {
    RefreshedRoad n;
    const NasCount used = *n.context->last_sent();
    n.send(used, n.container(used));
    n.expect_refusal("ue.handover_container_forged");
  }
}

TEST(UeRefreshedHandover, AUeThatDidNotAgreeOnItTakesNone) {
  SecurityPolicy policy;
  policy.handover_refresh = HandoverRefresh::forward_secure;
  RefreshedRoad n(policy);
  const NasCount with = n.burn();
  n.send(with, n.container(with));
  n.expect_refusal("ue.handover_container_forged");
}

//= S0.D2; type=test
//= S0.D11; type=test
TEST(UeRefreshedHandover, BackAtTheSourceItIsTheOldContextAboveN) {
  RefreshedRoad n;
  const NasCount with = n.burn();
  const ByteVector container = n.container(with);
  // 1. The target says nothing; KASME' is made, and the UE waits.
  n.send(with, container, true);
  EXPECT_EQ(n.held_of("K_ASME"), 2);
  n.wait(2s);
  // 2. Re-established: KASME' is gone, n is behind.
  n.take_back();
  n.expect_outcome(false, "back at the source");
  EXPECT_EQ(n.held_of("K_ASME"), 1);
  EXPECT_TRUE(n.holds(id_of(n.first)));
  n.expect_keys();
  n.expect_served();
  EXPECT_EQ(n.counters["ue.kasme_refresh_dropped"], 1);
  // 3. The same container leads nowhere a second time.
  n.other.clear();
  n.send(with, container);
  n.expect_refusal("ue.handover_container_forged");
  // 4. Another one does.
  n.other.clear();
  const NasCount again = n.burn();
  n.send(again, n.container(again));
  n.expect_arrival(again);
  n.expect_served();
}

//= S0.D11; type=test
TEST(UeRefreshedHandover, WhatTheUeHasToSayOnTheWayIsSaidUnderTheContextItComesOutWith) {
  for (const bool arrives : {true, false}) {
    RefreshedRoad n;
    const NasCount with = n.burn();
    n.send(with, n.container(with), true);
    n.command(Verb::detach);
    EXPECT_TRUE(n.silent());
    if (arrives) {
      n.hop->deaf = false;
      n.wait(1s);  // the completion is sent again
      n.context.emplace(n.beyond(with));
      n.say(rrc::Reconfiguration{1, {}, {}, {}});
    } else {
      n.wait(2s);
      n.take_back();
    }
    (void)n.heard_as<nas::UeDetachRequest>();
    EXPECT_EQ(n.last_header, nas::SecurityHeader::integrity_ciphered);
  }
}

//= S0.D11; type=test
TEST(UeRefreshedHandover, IdleOrWithoutPowerThereIsNoWayBackToTheSource) {
  for (const bool power : {true, false}) {
    RefreshedRoad n;
    const NasCount with = n.burn();
    n.send(with, n.container(with));
    n.expect_arrival(with);
    if (power)
      n.command(Verb::power_cycle);
    else
      n.release();
    EXPECT_FALSE(n.holds(id_of(n.first)));
    EXPECT_TRUE(n.holds(id_of(derive_kasme_refreshed(n.first, RefreshDirection::handover, with))));
  }
}

// The chain goes on from there: NCC 1 is the NH after KeNB', whichever way the keys of the cell came about.
//= S0.D10; type=test
//= TS 33.401, 7.2.8.4.3; type=test
TEST(UeRefreshedHandover, ALaterHandoverByTheChainFindsBothEndsAtOnePlace) {
  RefreshedRoad n;
  const NasCount with = n.burn();
  n.send(with, n.container(with));
  n.expect_arrival(with);
  n.sealed(nas::EmmInformation{});
  const Kasme& kasme = *n.context->kasme();
  const Nh first = derive_nh(kasme, derive_kenb_after_handover_from_utran(kasme));
  n.command_verb(0);
  ASSERT_TRUE(n.heard_rrc<rrc::MeasurementReport>());
  Kenb next = derive_kenb_star(first, Pci{1}, carrier);
  n.expect_at(11, rrc::CRnti{0x700}, next);
  n.say(n.way(1, rrc::CRnti{0x700}, 1));
  EXPECT_EQ(n.hop_refused, 0);
  ASSERT_TRUE(n.heard_rrc<rrc::ReconfigurationComplete>());
  n.kenb.emplace(std::move(next));
  n.confirm();
  n.expect_outcome(true);
  n.expect_keys();
}

// The next handover may come before any NAS has: what it leads back to is where the UE is by then.
//= S0.D11; type=test
TEST(UeRefreshedHandover, ARefusedCommandAfterItLeadsBackToKasmeRefreshedAndNotBehindIt) {
  RefreshedRoad n;
  const NasCount with = n.burn();
  n.send(with, n.container(with));
  n.expect_arrival(with);
  // 1. Back to cell 1, by a command that speaks of yet another KASME and has no container.
  n.command_verb(0);
  ASSERT_TRUE(n.heard_rrc<rrc::MeasurementReport>());
  n.source_c_rnti = n.link->c_rnti();
  auto m = n.way(1, rrc::CRnti{0x700}, 0);
  m.mobility->key_change_indicator = true;
  n.say(m);
  EXPECT_EQ(n.counters["ue.handover_container_missing"], 1);
  // 2. Re-established in cell 2.
  Kenb next = derive_kenb_star(*n.kenb, Pci{2}, carrier);
  n.expect_at(12, rrc::CRnti{0x701}, next);
  n.srb0(rrc::Reestablishment{n.source_c_rnti, rrc::CRnti{0x701}, rrc::Ncc{0}});
  n.kenb.emplace(std::move(next));
  n.confirm();
  n.expect_outcome(false, "back at the source");
  EXPECT_TRUE(n.holds(id_of(*n.context->kasme())));
  EXPECT_FALSE(n.holds(id_of(n.first)));
  n.expect_served();
}

//= S0.D10; type=test
//= S3.P8; type=test
TEST(UeRefreshedHandover, WithKenbStarTheHandoverKeyIsMadeOfKasmeRefreshed) {
  for (const auto bit : {BitProtection::nas, BitProtection::rrc}) {
    RefreshedRoad n(refreshing(HandoverRefresh::forward_secure, bit));
    const NasCount with = n.burn();
    n.send(with, n.container(with, 2, plus), false, plus);
    n.expect_arrival(with);
    n.expect_served();
    n.expect_keys();
  }
  // Where the command alone says which KeNB*, it still cannot say which KASME.
  RefreshedRoad n(refreshing(HandoverRefresh::forward_secure, BitProtection::rrc));
  const NasCount with = n.burn();
  ByteVector forged = n.container(with, 2, plus);
  forged.back() ^= 0x01;
  n.send(with, std::move(forged), false, plus);
  n.expect_refusal("ue.handover_container_forged");
}

}  // namespace
}  // namespace baton::node::ue
