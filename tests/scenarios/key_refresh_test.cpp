// A KeNB whose KeNB* has been given away for nothing makes no second one: the source eNB refreshes it first.
#include <gtest/gtest.h>

#include <vector>

#include "keys/derive_policy.h"
#include "lab/cast.h"
#include "scenarios/story.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {
namespace {

using context::HandoverRefresh;
using context::Profile;
using context::SecurityPolicy;

std::vector<SecurityPolicy> star_policies() {
  std::vector<SecurityPolicy> out;
  for (const Profile profile : {Profile::seed, Profile::hardened, Profile::hash_chain}) {
    const SecurityPolicy all = context::policy_of(profile);
    SecurityPolicy p;
    p.handover_refresh = all.handover_refresh;
    p.bit_protection = all.bit_protection;
    p.bind_earfcn = all.bind_earfcn;
    out.push_back(p);
  }
  return out;
}

/// stars are all KeNB* that left eNBs in HANDOVER REQUIRED.
std::vector<KenbStar> stars(const Cast& cast) {
  std::vector<KenbStar> out;
  for (const WireTap& tap : cast.net.taps()) {
    if (tap.port != peer::Port::s1ap) continue;
    const auto received = wire::s1ap::decode_any(tap.octets);
    const auto* m = received ? std::get_if<wire::s1ap::HandoverRequired>(&received->pdu) : nullptr;
    if (m != nullptr && m->kenb_star) out.push_back(m->kenb_star->clone());
  }
  return out;
}

/// expect_no_pair_twice: were every target to give out the same C-RNTI, no two KeNBs would be the same.
void expect_no_pair_twice(const Cast& cast, std::size_t asked) {
  constexpr CRntiValue forced{0x1234};
  const auto all = stars(cast);
  ASSERT_EQ(all.size(), asked);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      EXPECT_FALSE(derive_kenb_from_star(all[i], forced) == derive_kenb_from_star(all[k], forced)) << i << k;
}

void expect_agreement(Cast& cast) {
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_int, KeyKind::kup_enc, KeyKind::kasme})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
}

/// refused_once lets a handover to enb2 come to nothing: the MME has no link to it. Then it is there again,
/// in another life.
void refused_once(Cast& cast) {
  cast.net.cut("enb2", "mme");
  cast.run(1s);
  EXPECT_FALSE(cast.handover(0, 1));
  cast.run(10s);
  EXPECT_EQ(cast.net.counter("enb1", "handover_refused"), 1U);
  cast.crash_enb(1);
  cast.net.mend("enb2", "mme");
  cast.restart_enb(1);
  cast.run(5s);
}

//= S3.D8; type=test
TEST(KeyRefresh, AfterAHandoverThatWasRefusedTheNextOneBeginsFromAnotherKenb) {
  for (const SecurityPolicy& policy : star_policies()) {
    SCOPED_TRACE(describe(policy));
    // 1. The MME has lost the target: the handover is refused after KeNB* has left.
    Cast cast(with_policy(script(1, 3), policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    const auto first = cast.key(0, KeyKind::kenb)->current;
    refused_once(cast);
    EXPECT_EQ(cast.key(0, KeyKind::kenb)->current, first);
    expect_agreement(cast);
    // 2. It is back, with C-RNTIs from wherever it likes. The UE gets another KeNB, then it goes.
    ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
    cast.run(2s);
    EXPECT_EQ(cast.net.counter("enb1", "key_refresh_done"), 1U);
    EXPECT_EQ(cast.net.counter("ue1", "ue.as_keys_refreshed"), 1U);
    expect_agreement(cast);
    expect_no_pair_twice(cast, 2);
    // 3. The next ones need none: each cell has a KeNB of its own.
    ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
    EXPECT_EQ(cast.net.counter("enb2", "key_refresh_done"), 0U);
    cast.run(2s);
    expect_agreement(cast);
    EXPECT_TRUE(cast.tau(0)) << story(cast);
  }
}

//= S3.D8; type=test
TEST(KeyRefresh, AUeThatCameBackHasAnotherKenbAlready) {
  for (const SecurityPolicy& policy : star_policies()) {
    SCOPED_TRACE(describe(policy));
    Cast cast(with_policy(script(1, 2), policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    // 1. The UE is told to go, cannot hear the target when it gets there, and comes back.
    cast.net.command("ue1", {node::Verb::handover, {}, 1});
    cast.run(1ms);
    cast.net.cut("ue1", "enb2");
    cast.run(20s);
    cast.net.mend("ue1", "enb2");
    ASSERT_EQ(cast.holders(0, KeyKind::kenb), (std::vector<std::string>{"enb1", "ue1"})) << story(cast);
    // 2. It goes again.
    ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
    cast.run(2s);
    expect_agreement(cast);
    expect_no_pair_twice(cast, 2);
  }
}

//= S3.D8; type=test
TEST(KeyRefresh, ThereAndBackAgainNoKeyComesTwice) {
  for (const SecurityPolicy& policy : star_policies()) {
    SCOPED_TRACE(describe(policy));
    Cast cast(with_policy(script(1, 2), policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    for (std::size_t hop = 0; hop < 10; ++hop) {
      ASSERT_TRUE(cast.handover(0, 1 - hop % 2)) << hop << "\n" << story(cast);
      cast.run(2s);
    }
    expect_agreement(cast);
    expect_no_pair_twice(cast, 10);
    EXPECT_EQ(cast.net.counter("enb1", "key_refresh_done"), 0U);
  }
}

TEST(KeyRefresh, TheChainOfNhNeedsNone) {
  Cast cast(script(1, 2));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  refused_once(cast);
  ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
  EXPECT_EQ(cast.net.counter("enb1", "key_refresh_done"), 0U);
}

//= S3.D8; type=test
TEST(KeyRefresh, AUeThatDoesNotFollowIsNotHandedOverAndNothingIsGivenAway) {
  SecurityPolicy policy;
  policy.handover_refresh = HandoverRefresh::hash_chain;
  Cast cast(with_policy(script(1, 2), policy));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  refused_once(cast);
  // The UE's report is under way when the air goes dead: what the eNB says then is not heard.
  cast.net.command("ue1", {node::Verb::handover, {}, 1});
  cast.run(500us);
  cast.net.cut("ue1", "enb1");
  cast.run(30s);
  EXPECT_EQ(cast.net.counter("enb1", "key_refresh_failed"), 1U);
  EXPECT_EQ(stars(cast).size(), 1U);
}

}  // namespace
}  // namespace baton::lab
