// The key between a UE and the UPE: made with the session, made anew under another KASME and in a move, the
// same at both ends and nowhere else.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lab/cast.h"
#include "story.h"

namespace baton::lab {
namespace {

using context::SecurityPolicy;
using context::UpeKeys;

SecurityPolicy with_keys(UpeKeys how) {
  SecurityPolicy p;
  p.upe_keys = how;
  return p;
}

std::optional<KeyId> kupe_of(const Cast& cast) {
  const auto k = cast.key(0, KeyKind::kupe);
  return k ? k->current : std::nullopt;
}

/// ledger_of is what was written of K_UPEs, for a test that fails.
std::string ledger_of(const Cast& cast) {
  std::string out;
  for (const LedgerEntry& e : cast.net.ledger())
    if (e.kind == KeyKind::kupe)
      out += e.node + " " + std::string(to_string(e.event)) + " " + e.key.to_string() + " " + e.reason + "\n";
  return out;
}

/// expect_one: UE and UPE hold the same K_UPE, and nobody else holds one.
void expect_one(const Cast& cast) {
  EXPECT_TRUE(cast.agree(0, KeyKind::kupe)) << story(cast) << ledger_of(cast);
  EXPECT_EQ(cast.holders(0, KeyKind::kupe), (std::vector<std::string>{"ue1", "upe"})) << story(cast);
}

/// made_of is the KASME that a K_UPE was made of, as its maker wrote.
std::set<KeyId> made_of(const Cast& cast, KeyId kupe) {
  std::set<KeyId> out;
  for (const LedgerEntry& e : cast.net.ledger())
    if (e.event == KeyEvent::derived && e.kind == KeyKind::kupe && e.key == kupe)
      out.insert(e.parents.begin(), e.parents.end());
  return out;
}

//= S1.A4; type=test
//= S1.A6; type=test
//= S1.D3; type=test
TEST(UpeKey, IsMadeWithTheSessionAndGoesWithIt) {
  for (const UpeKeys how : {UpeKeys::update, UpeKeys::same}) {
    Cast cast(with_policy(script(1, 2), with_keys(how)));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    expect_one(cast);
    const auto first = kupe_of(cast);
    EXPECT_EQ(made_of(cast, *first), std::set<KeyId>{*cast.key(0, KeyKind::kasme)->current});
    // Neither idle time nor a handover inside the MME makes another: the ends are the same.
    ASSERT_TRUE(cast.idle(0));
    ASSERT_TRUE(cast.service_request(0));
    ASSERT_TRUE(cast.handover(0, 1)) << story(cast);
    cast.run(2s);
    EXPECT_EQ(kupe_of(cast), first);
    expect_one(cast);
    ASSERT_TRUE(cast.detach(0));
    EXPECT_TRUE(cast.held_by_nobody(0, KeyKind::kupe)) << story(cast);
    // The next registration has another KASME.
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    expect_one(cast);
    EXPECT_NE(kupe_of(cast), first);
  }
}

//= S1.D3; type=test
TEST(UpeKey, ANewKasmeBringsANewOneWhenThePathIsNextUsed) {
  Cast cast(with_policy(script(1, 2), with_keys(UpeKeys::update)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto first = kupe_of(cast);
  ASSERT_TRUE(cast.reauthenticate(0)) << story(cast);
  expect_one(cast);
  EXPECT_EQ(kupe_of(cast), first) << "until then the path goes on with the one it has";
  ASSERT_TRUE(cast.idle(0));
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(1s);
  expect_one(cast);
  EXPECT_NE(kupe_of(cast), first);
  EXPECT_EQ(made_of(cast, *kupe_of(cast)), std::set<KeyId>{*cast.key(0, KeyKind::kasme)->current});
  // And stays: one key for one KASME, if nothing asks for another.
  const auto second = kupe_of(cast);
  ASSERT_TRUE(cast.idle(0));
  ASSERT_TRUE(cast.service_request(0));
  EXPECT_EQ(kupe_of(cast), second);
}

// An idle UE turns up at another MME: with `update` the key is another one there, with `same` it goes on.
//= S1.D3; type=test
TEST(UpeKey, AtAnIdleMoveItIsUpdatedOrStays) {
  for (const UpeKeys how : {UpeKeys::update, UpeKeys::same}) {
    Cast cast(with_policy(script(1, 4, 1, 2), with_keys(how)));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    std::set<KeyId> seen{*kupe_of(cast)};
    for (const std::size_t enb : {2U, 0U, 3U}) {
      ASSERT_TRUE(cast.idle(0));
      cast.move(0, enb);
      cast.run(10s);
      expect_one(cast);
      EXPECT_EQ(seen.insert(*kupe_of(cast)).second, how == UpeKeys::update) << enb << story(cast);
      ASSERT_TRUE(cast.service_request(0)) << story(cast);
      expect_one(cast);
    }
  }
}

// A handover between MMEs: the container names the key to the UE, the target MME gives it to the UPE.
//= S1.A4; type=test
//= S1.A6; type=test
//= S1.D3; type=test
TEST(UpeKey, AtAHandoverBetweenMmesItIsUpdatedOrStays) {
  for (const UpeKeys how : {UpeKeys::update, UpeKeys::same})
    for (const auto refresh : {context::HandoverRefresh::nh_ncc, context::HandoverRefresh::hash_chain,
                               context::HandoverRefresh::forward_secure}) {
      SecurityPolicy policy = with_keys(how);
      policy.handover_refresh = refresh;
      Cast cast(with_policy(script(1, 4, 1, 2), policy));
      ASSERT_TRUE(cast.attach(0)) << story(cast);
      std::set<KeyId> seen{*kupe_of(cast)};
      for (const std::size_t enb : {2U, 0U, 3U}) {
        ASSERT_TRUE(cast.handover(0, enb)) << describe(policy) << " to " << enb << "\n" << story(cast);
        cast.run(10s);
        expect_one(cast);
        EXPECT_EQ(seen.insert(*kupe_of(cast)).second, how == UpeKeys::update)
            << describe(policy) << " to " << enb << "\n"
            << story(cast);
      }
      // Where the UE learns of it: in the container, and nothing is said of it afterwards.
      EXPECT_EQ(cast.net.counter("ue1", "ue.upe_key_refused"), 0U);
    }
}

// Under KASME' the keys begin anew, and each is made of the KASME that UE and MME have then.
//= S1.D3; type=test
TEST(UpeKey, ANewKasmeInAMoveBringsANewOne) {
  for (const auto profile : {context::Profile::seed, context::Profile::hardened}) {
    Cast cast(with_policy(script(1, 4, 1, 2), context::policy_of(profile)));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    std::set<KeyId> seen{*kupe_of(cast)};
    for (const std::size_t enb : {2U, 0U, 3U}) {
      ASSERT_TRUE(cast.handover(0, enb)) << story(cast);
      cast.run(10s);
      expect_one(cast);
      EXPECT_TRUE(seen.insert(*kupe_of(cast)).second) << story(cast);
      EXPECT_EQ(made_of(cast, *kupe_of(cast)), std::set<KeyId>{*cast.key(0, KeyKind::kasme)->current});
    }
    ASSERT_TRUE(cast.idle(0));
    cast.move(0, 1);
    cast.run(10s);
    expect_one(cast);
    EXPECT_TRUE(seen.insert(*kupe_of(cast)).second) << story(cast);
  }
}

// The UE comes back: the key that it left with is still the UPE's.
//= S1.D3; type=test
TEST(UpeKey, AHandoverThatFailsLeavesTheKeyAndBurnsItsCounter) {
  Cast cast(with_policy(script(1, 4, 1, 2), with_keys(UpeKeys::update)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto first = kupe_of(cast);
  cast.crash_mme(1);
  EXPECT_FALSE(cast.handover(0, 2));
  cast.run(15s);
  EXPECT_EQ(kupe_of(cast), first) << story(cast);
  expect_one(cast);
  // Whether the UE had followed nobody knows here: the next use of the path brings another one.
  ASSERT_TRUE(cast.idle(0));
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(1s);
  expect_one(cast);
  const auto second = kupe_of(cast);
  EXPECT_NE(second, first);
  cast.restart_mme(1);
  cast.run(1min);
  ASSERT_TRUE(cast.service_request(0) || cast.ue(0).connected()) << story(cast);
  ASSERT_TRUE(cast.handover(0, 3)) << story(cast);
  cast.run(10s);
  expect_one(cast);
  EXPECT_NE(kupe_of(cast), second);
}

// An MME in between that does not count: what comes after it might have been there before.
TEST(UpeKey, AfterAnMmeThatDoesNotCountThereIsNoOtherUntilTheNextKasme) {
  Script s = with_policy(script(1, 4, 1, 2), with_keys(UpeKeys::update));
  s.mmes[1].policy = {};
  Cast cast(std::move(s));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto first = kupe_of(cast);
  for (const std::size_t enb : {2U, 0U}) {
    ASSERT_TRUE(cast.idle(0));
    cast.move(0, enb);
    cast.run(10s);
  }
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  expect_one(cast);
  EXPECT_EQ(kupe_of(cast), first);
  ASSERT_TRUE(cast.reauthenticate(0)) << story(cast);
  ASSERT_TRUE(cast.idle(0));
  ASSERT_TRUE(cast.service_request(0)) << story(cast);
  cast.run(1s);
  expect_one(cast);
  EXPECT_NE(kupe_of(cast), first);
}

// Who knows the standards only, at one place after the other: there is no such key, and everything else is as
// it was.
TEST(UpeKey, WhereOneOfThemDoesNotKnowItThereIsNone) {
  for (const int place : {0, 1, 2}) {
    Script s = with_policy(script(1, 2), with_keys(UpeKeys::update));
    if (place == 0) s.ues[0].policy = {};
    if (place == 1) s.upe.policy = {};
    if (place == 2) s.mmes[0].policy = {};
    Cast cast(std::move(s));
    ASSERT_TRUE(cast.attach(0)) << place << "\n" << story(cast);
    EXPECT_TRUE(cast.held_by_nobody(0, KeyKind::kupe)) << place << "\n" << story(cast);
    ASSERT_TRUE(cast.idle(0));
    ASSERT_TRUE(cast.service_request(0)) << place;
    EXPECT_TRUE(cast.held_by_nobody(0, KeyKind::kupe)) << place;
  }
}

TEST(UpeKey, WhereThePolicyInsistsThereIsNoSessionWithout) {
  SecurityPolicy policy = with_keys(UpeKeys::update);
  policy.final_fallback = false;
  Script s = with_policy(script(1, 2), policy);
  s.upe.policy = {};
  Cast cast(std::move(s));
  EXPECT_FALSE(cast.attach(0));
  EXPECT_GE(cast.net.counter("mme", "mme.upe_key.refused"), 1U);
  EXPECT_EQ(cast.upe().sessions().size(), 0U);
}

TEST(UpeKey, ARestartOfTheUpeTakesTheKeyWithTheSession) {
  Cast cast(with_policy(script(1, 2), with_keys(UpeKeys::update)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  const auto first = kupe_of(cast);
  cast.crash_upe();
  cast.restart_upe();
  cast.run(3min);
  // The MME has let go of the UE, which finds out by asking, and attaches.
  cast.idle(0);
  cast.service_request(0);
  cast.run(30s);
  // What the UPE had is gone without a line in the ledger.
  EXPECT_EQ(cast.holders(0, KeyKind::kupe), (std::vector<std::string>{"ue1", "upe"})) << ledger_of(cast);
  EXPECT_NE(kupe_of(cast), first);
}

}  // namespace
}  // namespace baton::lab
