// To another cell under keys that do not come from the chain: what the UE believes, and what it refuses.
#include "context/handover_container.h"
#include "context/policy.h"
#include "node/ue_road.h"

namespace baton::node::ue {
namespace {

using context::BitProtection;
using context::HandoverRefresh;
using context::SecurityPolicy;
using context::StarUse;

SecurityPolicy refreshing(HandoverRefresh how, BitProtection bit) {
  SecurityPolicy p;
  p.handover_refresh = how;
  p.bit_protection = bit;
  return p;
}

/// StarRoad is a road whose network has the UE's policy, and makes KeNB* and KeNB*+ as its eNB and MME do.
class StarRoad : public Road {
 public:
  explicit StarRoad(const SecurityPolicy& policy) : Road(under(policy), answer(policy)), policy_(policy) {
    cells.at(radio(12)).tac = Tac{1};
    cells.at(radio(11)).tac = Tac{1};
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

  /// target_kenb is the KeNB of cell 2 for this C-RNTI.
  Kenb target_kenb(StarUse use, rrc::CRnti c_rnti) const {
    const auto bound = use.earfcn_bound ? std::optional(carrier) : std::nullopt;
    KenbStar star = use.raw ? raw::derive_kenb_star_of_cell(*kenb, Pci{2}, bound)
                            : derive_kenb_star_of_cell(*kenb, Pci{2}, bound);
    if (use.plus) {
      const Kho kho = use.raw ? raw::derive_kho(*context->kasme()) : derive_kho(*context->kasme());
      star = use.raw ? raw::derive_kenb_star_plus(kho, star) : derive_kenb_star_plus(kho, star);
    }
    const CRntiValue name{c_rnti.value};
    return use.raw ? raw::derive_kenb_from_star(star, name) : derive_kenb_from_star(star, name);
  }
  /// container is the MME's; it takes a COUNT.
  ByteVector container(StarUse use, std::uint32_t enb = 2) {
    context::HandoverContainer c;
    c.ksi = context->ksi();
    c.algorithms = context->algorithms();
    c.star = use;
    c.bit_in_algorithms = policy_.bit_protection == BitProtection::algorithm_id;
    c.target = context::target_enb_id(MacroEnbId{PlmnId::test_value(), enb});
    NasCounter down = context->sending();
    const NasCount n = *down.next();
    auto sealed_one = context::seal_container(c, *context->knas_int(), n);
    down.used(n);
    context->set_counts(context->receiving(), down);
    return sealed_one ? *sealed_one : ByteVector{};
  }
  /// send tells the UE to go to cell 2; `told` is what the RRC command says, `made_with` what the target has.
  void send(std::optional<StarUse> told, std::optional<ByteVector> with, StarUse made_with,
            bool deaf = false) {
    report();
    source_c_rnti = link->c_rnti();
    const rrc::CRnti name{next_c_rnti++};
    next_kenb.emplace(target_kenb(made_with, name));
    expect_at(12, name, *next_kenb);
    hop->deaf = deaf;
    auto m = way(2, name, 0);
    if (told) m.mobility->refresh = rrc::KeyRefresh{told->plus, told->earfcn_bound, told->raw};
    m.mobility->container = std::move(with);
    say(m);
  }
  void expect_arrival() {
    EXPECT_EQ(hop_refused, 0);
    ASSERT_TRUE(heard_rrc<rrc::ReconfigurationComplete>());
    kenb.emplace(std::move(*next_kenb));
    confirm();
    expect_outcome(true);
    expect_keys();
    expect_served();
  }
  /// The UE has not gone: it is back at the source, under keys made of the old ones.
  void expect_refusal(std::string_view counter) {
    EXPECT_EQ(counted(counter), 1) << counter;
    take_back();
    expect_outcome(false, "back at the source");
    expect_keys();
    expect_served();
  }
  int counted(std::string_view counter) const {
    const auto it = counters.find(std::string(counter));
    return it == counters.end() ? 0 : static_cast<int>(it->second);
  }

  std::optional<Kenb> next_kenb;

 private:
  SecurityPolicy policy_;
};

const StarUse plus{true, true, false};
const StarUse star_only{false, true, false};

//= S3.P7; type=test
//= S3.P8; type=test
//= S3.B8; type=test
//= S3.D2; type=test
TEST(UeStarHandover, TheUeGoesByWhatItIsTold) {
  for (const auto bit : {BitProtection::nas, BitProtection::rrc, BitProtection::algorithm_id})
    for (unsigned flags = 0; flags < 8; ++flags) {
      const StarUse use{(flags & 1U) != 0, (flags & 2U) != 0, (flags & 4U) != 0};
      StarRoad n(refreshing(HandoverRefresh::forward_secure, bit));
      ByteVector container = n.container(use);
      n.send(use, std::move(container), use);
      n.expect_arrival();
    }
}

// The bit cleared on its way: who believes the RRC command runs on KeNB* alone, which the source eNB has.
//= S3.D3; type=test
TEST(UeStarHandover, AClearedBitSucceedsWhereTheCommandAloneDecidesAndIsRefusedWhereNasMacDoes) {
  // 1. rrc: the UE goes to a cell that has only what the source eNB had.
  StarRoad rrc_decides(refreshing(HandoverRefresh::forward_secure, BitProtection::rrc));
  rrc_decides.send(star_only, rrc_decides.container(plus), star_only);
  rrc_decides.expect_arrival();
  // 2. nas: it refuses and goes on at the source, under its old context.
  for (const auto bit : {BitProtection::nas, BitProtection::algorithm_id}) {
    StarRoad n(refreshing(HandoverRefresh::forward_secure, bit));
    n.send(star_only, n.container(plus), star_only);
    n.expect_refusal("ue.handover_bit_differs");
  }
}

//= S3.D4a; type=test
TEST(UeStarHandover, AMissingAForgedAndAForeignContainerAreRefused) {
  const SecurityPolicy policy = refreshing(HandoverRefresh::forward_secure, BitProtection::nas);
  {
    StarRoad n(policy);
    n.send(plus, std::nullopt, plus);
    n.expect_refusal("ue.handover_container_missing");
  }
  {
    // Nor does it help to leave out the refresh with the container: horizontally from KeNB the source knows
    // the key as well.
    StarRoad n(policy);
    n.send(std::nullopt, std::nullopt, plus);
    n.expect_refusal("ue.handover_container_missing");
  }
  {
    constexpr std::size_t octets = context::HandoverContainer::octets_min;
    for (std::size_t i = 0; i < octets; i += 3) {
      StarRoad one(policy);
      ByteVector forged = one.container(plus);
      forged[i] ^= 0x01;
      one.send(plus, std::move(forged), plus);
      one.expect_refusal("ue.handover_container_forged");
    }
  }
  {
    StarRoad n(policy);
    n.send(plus, n.container(plus, 3), plus);
    n.expect_refusal("ue.handover_container_foreign");
  }
}

// A container that has been used is under a COUNT that has been used.
//= S3.D4; type=test
TEST(UeStarHandover, AContainerIsGoodOnce) {
  StarRoad n(refreshing(HandoverRefresh::forward_secure, BitProtection::nas));
  const ByteVector container = n.container(plus);
  n.send(plus, container, plus, true);  // the target says nothing
  n.wait(2s);
  n.take_back();
  n.expect_outcome(false, "back at the source");
  n.other.clear();
  n.send(plus, container, plus);
  n.expect_refusal("ue.handover_container_forged");
}

// Announcement: what the network heard must be what was said; a network that says nothing knows the standards
// only.
TEST(UeStarHandover, AUeThatFellBackGoesByTheChainAndByNothingElse) {
  SecurityPolicy policy = refreshing(HandoverRefresh::forward_secure, BitProtection::nas);
  Road n(StarRoad::under(policy));
  n.hand_over(1, 2);
  n.expect_outcome(true);
}

TEST(UeStarHandover, AnEchoOfAnotherAnnouncementIsRefused) {
  const SecurityPolicy policy = refreshing(HandoverRefresh::forward_secure, BitProtection::nas);
  for (const bool allowed : {true, false}) {
    SecurityPolicy p = policy;
    p.final_fallback = allowed;
    UeNetwork n(StarRoad::under(p));
    nas::AnnouncementEcho lie = StarRoad::answer(p);
    lie.received.clear();
    n.echo = lie;
    n.command(Verb::attach);
    (void)n.heard_as<nas::AttachRequest>();
    n.challenge(1);
    n.nas_octets(n.sealed_command(n.command_for(n.capability)));
    EXPECT_EQ(n.heard_as<nas::SecurityModeReject>().cause, nas::EmmCause::security_mode_rejected_unspecified);
  }
}

}  // namespace
}  // namespace baton::node::ue
