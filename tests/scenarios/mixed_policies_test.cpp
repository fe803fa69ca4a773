// A network of one profile with a node of another one somewhere: what becomes of its handovers.
#include <gtest/gtest.h>

#include <algorithm>

#include "context/built_policy.h"
#include "lab/cast.h"
#include "scenarios/document.h"
#include "scenarios/story.h"

namespace baton::lab {
namespace {

using context::Profile;
using context::SecurityPolicy;

SecurityPolicy policy_at(Profile profile) { return context::built_part(context::policy_of(profile)); }

/// The places at which the other node may stand. The first handover is from enb1 to enb2 at the first MME,
/// the second from enb1 to enb3 at the second.
enum class Place : Byte { ue, source_enb, target_enb, source_mme, target_mme, hss };
constexpr Place places[] = {Place::ue,         Place::source_enb, Place::target_enb,
                            Place::source_mme, Place::target_mme, Place::hss};
const char* name_of(Place place) {
  switch (place) {
    case Place::ue: return "UE";
    case Place::source_enb: return "source eNB";
    case Place::target_enb: return "target eNB";
    case Place::source_mme: return "source MME";
    case Place::target_mme: return "target MME";
    case Place::hss: return "HSS";
  }
  return "?";
}

Script mixed(Profile network, Place place, Profile other, std::size_t target) {
  Script s = with_policy(script(1, 4, 1, 2), policy_at(network));
  const SecurityPolicy odd = policy_at(other);
  switch (place) {
    case Place::ue: s.ues[0].policy = odd; break;
    case Place::source_enb: s.enbs[0].policy = odd; break;
    case Place::target_enb: s.enbs[target].policy = odd; break;
    case Place::source_mme: s.mmes[0].policy = odd; break;
    case Place::target_mme: s.mmes[1].policy = odd; break;
    case Place::hss: s.hss.policy = odd; break;
  }
  return s;
}

/// ends says how a handover to that eNB ends. Whatever it is, both ends hold the same keys afterwards.
std::string ends(Profile network, Place place, Profile other, std::size_t target) {
  SCOPED_TRACE(std::string(to_string(network)) + ", " + name_of(place) + " " + std::string(to_string(other)));
  Cast cast(mixed(network, place, other, target));
  if (!cast.attach(0)) return "no attach";
  cast.run(5s);
  const auto before = cast.key(0, KeyKind::kenb)->current;
  const bool arrived = cast.handover(0, target);
  cast.run(30s);  // a UE waits that long for a command after its report
  for (const KeyKind kind :
       {KeyKind::kenb, KeyKind::krrc_int, KeyKind::kup_enc, KeyKind::kasme, KeyKind::knas_int})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind) << "\n" << story(cast);
  EXPECT_TRUE(cast.tau(0)) << story(cast);
  const std::string enb = arrived ? cast.enb_configs[target].name : std::string("enb1");
  EXPECT_EQ(cast.holders(0, KeyKind::kenb), (std::vector<std::string>{enb, "ue1"})) << story(cast);
  // A refusal is counted where it is decided.
  const auto counted = [&](const char* node, const char* what) { return cast.net.counter(node, what); };
  const std::uint64_t refusals =
      counted("mme", "mme.handover.policy_refused") + counted("mme2", "mme.handover.policy_refused") +
      counted("mme2", "mme.handover.in_refused") + counted("enb1", "handover_policy_refused") +
      counted("ue1", "ue.handover_impossible") + counted("enb2", "handover_request_refused") +
      counted("enb3", "handover_request_refused");
  EXPECT_EQ(refusals > 0, !arrived) << story(cast);
  if (!arrived) {
    EXPECT_TRUE(cast.key(0, KeyKind::kenb)->current == before || counted("ue1", "ue.reestablished") == 1U);
    return "stays";
  }
  const auto& all = cast.net.ledger();
  const bool plus = std::any_of(all.begin(), all.end(), [&](const LedgerEntry& e) {
    return e.node == "ue1" && e.event == KeyEvent::derived && e.kind == KeyKind::kenb_star &&
           e.reason == "S3.P4";
  });
  return plus ? "`forward-secure`" : "`nh-ncc`";
}

std::string row(Profile network, Place place, Profile other) {
  // Inside an MME there is no other MME to be different.
  const bool apart = place == Place::target_mme;
  return "| `" + std::string(to_string(network)) + "` | " + name_of(place) + " | `" +
         std::string(to_string(other)) + "` | " + (apart ? "" : ends(network, place, other, 1)) + " | " +
         ends(network, place, other, 2) + " |";
}

class MixedPolicies : public ::testing::TestWithParam<Profile> {};

TEST_P(MixedPolicies, EveryPairAtEveryPlaceEndsAsTheTableSays) {
  const std::string page = document("docs/extensions.md");
  for (const Place place : places)
    for (const Profile other : {Profile::final_, Profile::seed, Profile::hardened}) {
      if (other == GetParam()) continue;
      const std::string got = row(GetParam(), place, other);
      EXPECT_NE(page.find(got + "\n"), std::string::npos) << got;
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, MixedPolicies,
                         ::testing::Values(Profile::final_, Profile::seed, Profile::hardened));

// What the configuration requires of a neighbour has no fallback, and is asked of its Echo.
TEST(MixedPolicies, AnMmeThatHasToAnnounceAndDoesNotGetsNobody) {
  for (const Profile theirs : {Profile::final_, Profile::hardened}) {
    Script s = with_policy(script(1, 4, 1, 2), policy_at(Profile::hardened));
    s.mmes[1].policy = policy_at(theirs);
    s.mmes[0].mmes[0].required = context::Announcement::of(policy_at(Profile::hardened));
    Cast cast(std::move(s));
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    const bool same = theirs == Profile::hardened;
    EXPECT_EQ(cast.handover(0, 2), same) << story(cast);
    EXPECT_EQ(cast.net.counter("mme", "mme.handover.policy_refused"), same ? 0U : 1U);
  }
}

// The other MME comes back with another mind: what it says in its new life counts.
TEST(MixedPolicies, AnAnnouncementIsThatOfTheNeighboursLife) {
  Cast cast(with_policy(script(1, 4, 1, 2), policy_at(Profile::hardened)));
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.crash_mme(1);
  cast.mme_configs[1].policy = {};
  cast.run(1s);
  cast.restart_mme(1);
  cast.run(3min);
  ASSERT_TRUE(cast.ue(0).connected() || cast.service_request(0)) << story(cast);
  EXPECT_FALSE(cast.handover(0, 2)) << "the UE was promised the container, and that MME makes none";
  EXPECT_EQ(cast.net.counter("mme", "mme.handover.policy_refused"), 1U) << story(cast);
}

}  // namespace
}  // namespace baton::lab
