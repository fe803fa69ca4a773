// Handovers whose keys do not come from the NH chain: KeNB* and KeNB*+, inside an MME and between MMEs.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

using context::BitProtection;
using context::HandoverRefresh;
using context::SecurityPolicy;

/// A policy that refreshes the keys of the radio and leaves everything else as `final` has it.
SecurityPolicy refreshing(HandoverRefresh how, BitProtection bit = BitProtection::nas) {
  SecurityPolicy p;
  p.handover_refresh = how;
  p.bit_protection = bit;
  return p;
}
std::vector<SecurityPolicy> all_policies() {
  std::vector<SecurityPolicy> out;
  for (const auto how : {HandoverRefresh::hash_chain, HandoverRefresh::forward_secure})
    for (const auto bit : {BitProtection::nas, BitProtection::rrc, BitProtection::algorithm_id}) {
      out.push_back(refreshing(how, bit));
      out.back().bind_earfcn = how == HandoverRefresh::forward_secure;
    }
  out.push_back(refreshing(HandoverRefresh::forward_secure));
  out.back().raw_reading = true;
  out.push_back(refreshing(HandoverRefresh::forward_secure));
  out.back().handover_string = "Handover Key";
  return out;
}

KeyId kenb_of(Cast& cast) { return *cast.key(0, KeyKind::kenb)->current; }

/// expect_agreement: UE and its eNB hold the same keys of the radio, UE and MME those of NAS.
void expect_agreement(Cast& cast) {
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc,
                             KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
}

/// star_behind is the id of KeNB* or KeNB*+ that a node made the newest KeNB of.
std::optional<KeyId> star_behind(const Cast& cast, const std::string& node, KeyId kenb) {
  std::optional<KeyId> out;
  for (const LedgerEntry& e : cast.net.ledger())
    if (e.node == node && e.event == KeyEvent::derived && e.kind == KeyKind::kenb && e.key == kenb &&
        e.reason == "S3.B5" && e.parents.size() == 1)
      out = e.parents.front();
  return out;
}
/// ever_at: a node has made or been given this key.
bool ever_at(const Cast& cast, const std::string& node, KeyId key) {
  const auto& all = cast.net.ledger();
  return std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == node && e.key == key && (e.event == KeyEvent::derived || e.event == KeyEvent::received);
  });
}

//= S3.B2; type=test
//= S3.B5; type=test
//= S3.B8; type=test
//= S3.P4; type=test
//= S3.P5; type=test
//= S3.P8; type=test
TEST(PolicyHandover, InsideAnMmeUeAndTargetAgreeAndOnlyKenbStarPlusIsNewToTheSource) {
  for (const SecurityPolicy& policy : all_policies()) {
    // 1. At the first eNB.
    Cast cast(with_policy(script(1, 2), policy));
    ASSERT_TRUE(cast.attach(0)) << describe(policy) << "\n" << story(cast);
    // 2. To the second; the tracking area update that follows shows that NAS has gone on.
    ASSERT_TRUE(cast.handover(0, 1)) << describe(policy) << "\n" << story(cast);
    cast.run(2s);
    expect_agreement(cast);
    EXPECT_EQ(cast.enb(1).ue_count(), 1U) << describe(policy);
    EXPECT_EQ(cast.enb(0).ue_count(), 0U) << describe(policy);
    const auto star = star_behind(cast, "enb2", kenb_of(cast));
    ASSERT_TRUE(star) << describe(policy) << "\n" << story(cast);
    EXPECT_EQ(star_behind(cast, "ue1", kenb_of(cast)), star);
    // 3. What the source has had is enough under hash-chain and not under forward-secure.
    const bool plus = policy.handover_refresh == HandoverRefresh::forward_secure;
    EXPECT_EQ(ever_at(cast, "enb1", *star), !plus) << describe(policy);
    // 4. Everything goes on as usual.
    EXPECT_TRUE(cast.tau(0)) << story(cast);
    EXPECT_TRUE(cast.idle(0));
    EXPECT_TRUE(cast.service_request(0)) << story(cast);
    expect_agreement(cast);
  }
}

//= S3.B3; type=test
//= S3.P3; type=test
//= S3.P6; type=test
//= S3.P7; type=test
TEST(PolicyHandover, BetweenMmesToo) {
  for (const SecurityPolicy& policy : all_policies()) {
    Cast cast(with_policy(script(1, 4, 1, 2), policy));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    cast.run(1min);
    std::set<KeyId> kenbs{kenb_of(cast)};
    for (const std::size_t enb : {2U, 3U, 0U, 2U}) {
      ASSERT_TRUE(cast.handover(0, enb)) << describe(policy) << " to " << enb << "\n" << story(cast);
      cast.run(10s);
      expect_agreement(cast);
      const std::string name = "enb" + std::to_string(enb + 1);
      const auto star = star_behind(cast, name, kenb_of(cast));
      ASSERT_TRUE(star) << describe(policy) << " to " << name << "\n" << story(cast);
      EXPECT_TRUE(kenbs.insert(kenb_of(cast)).second) << "a KeNB came twice";
    }
  }
}

//= S3.D8; type=test
TEST(PolicyHandover, ThereAndBackNoPairOfKeyAndNameComesTwice) {
  for (const auto how : {HandoverRefresh::hash_chain, HandoverRefresh::forward_secure}) {
    Cast cast(with_policy(script(1, 2), refreshing(how)));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    std::set<KeyId> kenbs{kenb_of(cast)};
    for (std::size_t hop = 0; hop < 12; ++hop) {
      ASSERT_TRUE(cast.handover(0, 1 - hop % 2)) << hop << "\n" << story(cast);
      cast.run(2s);
      EXPECT_TRUE(kenbs.insert(kenb_of(cast)).second) << hop;
      expect_agreement(cast);
    }
  }
}

// Who knows the standards only, at one place after the other: the handover falls back to them, or there is
// none where the policy does not allow that.
TEST(PolicyHandover, APeerThatAnnouncesNothingIsServedAsFinalOrNotAtAll) {
  for (const bool fallback : {true, false})
    for (const std::size_t place : {0U, 1U, 2U, 3U}) {
      SecurityPolicy policy = refreshing(HandoverRefresh::forward_secure);
      policy.final_fallback = fallback;
      Script s = with_policy(script(1, 2), policy);
      if (place < 2) s.enbs[place].policy = {};
      if (place == 2) s.mmes[0].policy = {};
      if (place == 3) s.ues[0].policy = {};
      Cast cast(std::move(s));
      const bool attached = cast.attach(0);
      // A UE that must not fall back does not take a network that says nothing.
      EXPECT_EQ(attached, fallback || place != 2) << place;
      if (!attached) continue;
      const KeyId before = kenb_of(cast);
      const bool moved = cast.handover(0, 1);
      cast.run(2s);
      expect_agreement(cast);
      // A UE that was promised the container is not sent by way of an eNB that cannot bring it: it stays.
      EXPECT_EQ(moved, fallback && place >= 2) << place << "\n" << story(cast);
      if (moved)
        EXPECT_FALSE(star_behind(cast, "enb2", kenb_of(cast))) << place;
      else
        EXPECT_EQ(kenb_of(cast), before) << place;
    }
}

}  // namespace
}  // namespace baton::lab
