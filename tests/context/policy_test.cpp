// The policy as a value: presets, refused combinations, what nodes tell each other and what they then agree
// on.
#include "context/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "context/built_policy.h"

namespace baton::context {
namespace {

constexpr std::array roles{PeerRole::enb, PeerRole::mme, PeerRole::ue, PeerRole::hss};

/// Every value of a field, by its spelling.
const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> spellings{
    {"handover_refresh", {"nh-ncc", "forward-secure", "hash-chain"}},
    {"bit_protection", {"nas", "rrc", "algorithm-id"}},
    {"inter_mme_kasme", {"keep", "refresh-and-update-hss", "refresh-temporary"}},
    {"upe_keys", {"none", "update", "same"}},
    {"inter_rat_keys", {"mapped", "transferred", "transferred-nonce"}},
    {"context_carrier", {"gtp", "aaa"}},
    {"after_mobility", {"reauthenticate-when-weaker", "never", "always"}},
    {"e2m_key_source", {"emsdp", "pull", "push", "context"}},
    {"device_binding", {"imei-check", "hardened", "hardened-combined", "seed", "seed-combined"}},
    {"bind_earfcn", {"true", "false"}},
    {"raw_reading", {"false", "true"}},
    {"delegated", {"false", "true"}},
    {"key_in_update", {"false", "true"}},
    {"pairs", {"always", "never", "inter-plmn"}},
    {"confusion", {"dump", "keep"}},
    {"final_fallback", {"true", "false"}},
    {"handover_string", {"Handover String", "Handover Key"}},
};

SecurityPolicy with(SecurityPolicy p, std::string_view field, std::string_view value) {
  EXPECT_TRUE(set(p, field, value)) << field;
  return p;
}

TEST(SecurityPolicy, BeginsAsFinal) {
  EXPECT_EQ(SecurityPolicy{}, policy_of(Profile::final_));
  for (const auto& [field, values] : spellings)
    EXPECT_EQ(with({}, field, values.front()), SecurityPolicy{}) << field;
}

// The table of the profiles, field by field; what a row does not name is as in `final`.
TEST(SecurityPolicy, TheProfilesAreWhatTheirTableSays) {
  using Row = std::vector<std::pair<std::string_view, std::string_view>>;
  const std::map<std::string_view, Row> table{
      {"final", {}},
      {"seed",
       {{"handover_refresh", "forward-secure"},
        {"bit_protection", "rrc"},
        {"inter_mme_kasme", "refresh-and-update-hss"},
        {"key_in_update", "true"},
        {"upe_keys", "update"},
        {"inter_rat_keys", "transferred"},
        {"e2m_key_source", "pull"},
        {"device_binding", "seed"},
        {"bind_earfcn", "false"}}},
      {"hardened",
       {{"handover_refresh", "forward-secure"},
        {"inter_mme_kasme", "refresh-and-update-hss"},
        {"upe_keys", "update"},
        {"inter_rat_keys", "transferred-nonce"},
        {"e2m_key_source", "pull"},
        {"device_binding", "hardened"}}},
      {"hash-chain", {{"handover_refresh", "hash-chain"}, {"bind_earfcn", "false"}}},
      {"temporary-kasme", {{"inter_mme_kasme", "refresh-temporary"}}}};
  ASSERT_EQ(table.size(), profiles.size());
  for (const auto& [name, row] : table) {
    SecurityPolicy expected;
    for (const auto& [field, value] : row) expected = with(expected, field, value);
    const auto profile = profile_named(name);
    ASSERT_TRUE(profile) << name;
    EXPECT_EQ(to_string(*profile), name);
    EXPECT_EQ(policy_of(*profile), expected) << name;
    EXPECT_EQ(profile_of(expected), profile) << name;
    EXPECT_EQ(describe(expected), name);
    EXPECT_FALSE(contradiction(expected)) << name;
    EXPECT_EQ(describe(with(expected, "final_fallback", "false")), std::string(name) + " without fallback");
  }
  EXPECT_FALSE(profile_named("Final"));
  EXPECT_FALSE(profile_named(""));
}

TEST(SecurityPolicy, EveryFieldIsReadAsItIsPrinted) {
  ASSERT_EQ(fields({}).size(), spellings.size());
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    const auto& [field, values] = spellings[i];
    EXPECT_EQ(fields({})[i].first, field);
    std::set<std::string> printed;
    for (const std::string_view value : values) {
      const SecurityPolicy p = with({}, field, value);
      EXPECT_EQ(fields(p)[i].second, value);
      printed.insert(describe(p));
      SecurityPolicy again;
      for (const auto& [name, text] : fields(p)) again = with(again, name, text);
      EXPECT_EQ(again, p);
    }
    EXPECT_EQ(printed.size(), values.size()) << field;
  }
}

TEST(SecurityPolicy, AValueNobodyKnowsIsRefusedWithWhatWasExpected) {
  SecurityPolicy p;
  EXPECT_EQ(set(p, "handover_refresh", "nh_ncc").why(),
            "handover_refresh: expected nh-ncc, forward-secure or hash-chain");
  EXPECT_EQ(set(p, "raw_reading", "yes").why(), "raw_reading: expected false or true");
  EXPECT_EQ(set(p, "colour", "red").why(), "no field of a policy: colour");
  EXPECT_FALSE(set(p, "handover_string", ""));
  EXPECT_FALSE(set(p, "handover_string", std::string(handover_string_octets_max + 1, 'x')));
  EXPECT_TRUE(set(p, "handover_string", std::string(handover_string_octets_max, 'x')));
  EXPECT_EQ(p, with({}, "handover_string", std::string(handover_string_octets_max, 'x')));
}

//= S1.D3; type=test
//= S3.D6; type=test
TEST(SecurityPolicy, WhatContradictsItselfIsRefused) {
  using Row = std::vector<std::pair<std::string_view, std::string_view>>;
  const std::pair<Row, std::string_view> refused[] = {
      {{{"upe_keys", "same"}, {"inter_mme_kasme", "refresh-temporary"}}, "upe_keys"},
      {{{"upe_keys", "same"}, {"inter_mme_kasme", "refresh-and-update-hss"}}, "upe_keys"},
      {{{"raw_reading", "true"}}, "raw_reading"},
      {{{"bind_earfcn", "false"}}, "bind_earfcn"},
      {{{"pairs", "never"}}, "pairs"},
      {{{"pairs", "inter-plmn"}, {"handover_refresh", "hash-chain"}}, "pairs"},
      {{{"handover_string", "Handover Key"}, {"handover_refresh", "hash-chain"}}, "handover_string"},
      {{{"delegated", "true"}}, "delegated"},
      {{{"delegated", "true"},
        {"handover_refresh", "forward-secure"},
        {"inter_mme_kasme", "refresh-temporary"}},
       "delegated"},
      {{{"delegated", "true"}, {"handover_refresh", "forward-secure"}, {"upe_keys", "update"}}, "delegated"},
      {{{"key_in_update", "true"}, {"inter_mme_kasme", "refresh-temporary"}}, "key_in_update"},
      {{{"confusion", "keep"}, {"inter_mme_kasme", "refresh-and-update-hss"}}, "confusion"}};
  for (const auto& [row, word] : refused) {
    SecurityPolicy p;
    for (const auto& [field, value] : row) p = with(p, field, value);
    const auto why = contradiction(p);
    ASSERT_TRUE(why) << describe(p);
    EXPECT_NE(why->find(word), std::string_view::npos) << *why;
  }
  SecurityPolicy empty;
  empty.handover_refresh = HandoverRefresh::forward_secure;
  empty.handover_string.clear();
  EXPECT_TRUE(contradiction(empty));

  const Row allowed[] = {
      {{"upe_keys", "same"}},
      {{"handover_refresh", "hash-chain"}, {"raw_reading", "true"}},
      {{"handover_refresh", "forward-secure"}, {"pairs", "never"}},
      {{"handover_refresh", "forward-secure"}, {"delegated", "true"}},
      {{"handover_refresh", "forward-secure"}, {"delegated", "true"}, {"upe_keys", "same"}},
      {{"inter_mme_kasme", "refresh-temporary"}, {"confusion", "keep"}}};
  for (const Row& row : allowed) {
    SecurityPolicy p;
    for (const auto& [field, value] : row) p = with(p, field, value);
    EXPECT_FALSE(contradiction(p)) << describe(p);
    EXPECT_FALSE(profile_of(p)) << describe(p);
  }
}

TEST(SecurityPolicy, SaysWhichValuesAskForWhatIsNotBuilt) {
  const auto plain = not_built({});
  EXPECT_EQ(std::count(plain.begin(), plain.end(), "device_binding"), 1);
  EXPECT_EQ(std::count(plain.begin(), plain.end(), "context_carrier"), 0);
  const auto aaa = not_built(with({}, "context_carrier", "aaa"));
  EXPECT_EQ(std::count(aaa.begin(), aaa.end(), "context_carrier"), 1);
}

TEST(SecurityPolicy, WhatIsBuiltOfAProfileAsksForNothingElse) {
  const std::vector<std::string_view> nobodys = not_built({});
  for (const Profile profile : profiles) {
    const SecurityPolicy whole = policy_of(profile);
    const SecurityPolicy part = built_part(whole);
    EXPECT_EQ(not_built(part), nobodys) << to_string(profile);
    EXPECT_EQ(part.handover_refresh, whole.handover_refresh);
    EXPECT_EQ(part.bit_protection, whole.bit_protection);
    EXPECT_FALSE(contradiction(part)) << to_string(profile);
    for (const auto& [field, value] : fields(part)) {
      const auto missing = not_built(whole);
      const bool named = std::find(missing.begin(), missing.end(), field) != missing.end();
      const bool of_one = field == "key_in_update" || field == "confusion";
      if (named || of_one) continue;
      for (const auto& [other, asked] : fields(whole)) {
        if (other == field) {
          EXPECT_EQ(value, asked) << to_string(profile) << " " << field;
        }
      }
    }
  }
  EXPECT_EQ(built_part(policy_of(Profile::final_)), policy_of(Profile::final_));
  EXPECT_EQ(built_part(policy_of(Profile::hash_chain)), policy_of(Profile::hash_chain));
}

TEST(Announcement, HasItsOctets) {
  const auto of = [](Profile p) { return hex(Announcement::of(policy_of(p)).encode()); };
  EXPECT_EQ(of(Profile::final_), "0101007f");
  EXPECT_EQ(of(Profile::seed), "0103007f");
  EXPECT_EQ(of(Profile::hardened), "0105007f");
  EXPECT_EQ(of(Profile::hash_chain), "0109007f");
  EXPECT_EQ(of(Profile::temporary_kasme), "0111007f");
  SecurityPolicy strict = policy_of(Profile::hardened);
  strict.final_fallback = false;
  EXPECT_EQ(hex(Announcement::of(strict, 0x1234).encode()), "01041234");
  EXPECT_EQ(hex(Announcement::of(with({}, "upe_keys", "same")).encode()), "0181007f");
}

TEST(Announcement, IsReadAsItIsWrittenAndLaterVersionsAsFarAsThisOneGoes) {
  for (unsigned octets = 0; octets < 0x1000000; octets += 0x0101'01) {
    const Announcement a{static_cast<Byte>(octets >> 16U), static_cast<std::uint16_t>(octets)};
    EXPECT_EQ(Announcement::decode(a.encode()), a);
  }
  EXPECT_EQ(Announcement::decode(*parse_hex("0205007f1122")), (Announcement{5, 0x7F}));
  EXPECT_EQ(Announcement::decode(*parse_hex("0205007f")), (Announcement{5, 0x7F}));
  for (const char* none : {"", "01", "010500", "0005007f", "0105007f00"})
    EXPECT_FALSE(Announcement::decode(*parse_hex(none))) << none;
  ByteVector longest{2, 5, 0, 0x7F};
  longest.resize(Announcement::octets_max);
  EXPECT_TRUE(Announcement::decode(longest));
  longest.push_back(0);
  EXPECT_FALSE(Announcement::decode(longest));
}

TEST(Agreed, FinalNeedsNothingOfAnybody) {
  const SecurityPolicy final_policy;
  for (const PeerRole role : roles) {
    EXPECT_EQ(elements_needed(final_policy, role), 0);
    const auto in_force = agreed(Announcement::of(final_policy), std::nullopt, final_policy, role);
    ASSERT_TRUE(in_force);
    EXPECT_EQ(*in_force, final_policy);
  }
}

TEST(Agreed, EachPolicyNeedsOfEachPeerWhatItMustUnderstand) {
  using E = PrivateElement;
  const auto needed = [](Profile p, PeerRole role) { return elements_needed(policy_of(p), role); };
  const auto set_of = [](std::initializer_list<E> all) {
    std::uint16_t out = 0;
    for (const E e : all) out |= static_cast<std::uint16_t>(e);
    return out;
  };
  for (const Profile p : {Profile::seed, Profile::hardened}) {
    EXPECT_EQ(needed(p, PeerRole::enb), set_of({E::refresh, E::container}));
    EXPECT_EQ(needed(p, PeerRole::mme), set_of({E::refresh, E::container, E::kasme_refresh, E::upe_keys}));
    EXPECT_EQ(needed(p, PeerRole::ue), needed(p, PeerRole::mme));
    EXPECT_EQ(needed(p, PeerRole::hss), set_of({E::kasme_update}));
  }
  EXPECT_EQ(needed(Profile::hash_chain, PeerRole::enb), set_of({E::refresh, E::container}));
  EXPECT_EQ(needed(Profile::hash_chain, PeerRole::hss), 0);
  EXPECT_EQ(needed(Profile::temporary_kasme, PeerRole::enb), set_of({E::container}));
  EXPECT_EQ(needed(Profile::temporary_kasme, PeerRole::mme), set_of({E::container, E::kasme_refresh}));
  EXPECT_EQ(needed(Profile::temporary_kasme, PeerRole::hss), 0);
  // The source eNB reads the bit in the container, whoever believes it.
  const SecurityPolicy rrc = with(policy_of(Profile::hash_chain), "bit_protection", "rrc");
  EXPECT_EQ(elements_needed(rrc, PeerRole::enb), set_of({E::refresh, E::container}));
  SecurityPolicy delegated = with(policy_of(Profile::hash_chain), "handover_refresh", "forward-secure");
  delegated = with(with(delegated, "delegated", "true"), "raw_reading", "true");
  EXPECT_EQ(elements_needed(delegated, PeerRole::mme),
            set_of({E::refresh, E::container, E::raw_reading, E::delegated}));
  EXPECT_EQ(elements_needed(delegated, PeerRole::ue), set_of({E::refresh, E::container, E::raw_reading}));
}

constexpr std::uint16_t everything = elements_understood;

// Each pair of nodes at each place: one knows the standards only, one runs seed, one runs hardened; with and
// without leave to fall back.
TEST(Agreed, EachPairOfNodesEndsInOnePolicyOrInARefusal) {
  for (const PeerRole role : roles)
    for (const Profile mine : {Profile::seed, Profile::hardened, Profile::hash_chain})
      for (const bool fallback : {true, false}) {
        SecurityPolicy policy = policy_of(mine);
        policy.final_fallback = fallback;
        if (elements_needed(policy, role) == 0) continue;
        const Announcement own = Announcement::of(policy, everything);
        const auto meets = [&](const std::optional<Announcement>& peer) {
          return agreed(own, peer, policy, role);
        };
        const auto falls_back = [&](const Expected<SecurityPolicy, PolicyRefusal>& got, PolicyRefusal why) {
          ASSERT_EQ(static_cast<bool>(got), fallback) << to_string(mine);
          if (!fallback)
            EXPECT_EQ(got.why(), why);
          else
            EXPECT_EQ(*got, fallen_back(policy, role));
        };
        falls_back(meets(std::nullopt), PolicyRefusal::nothing_announced);
        for (const Profile theirs : profiles) {
          const Announcement peer = Announcement::of(policy_of(theirs), everything);
          if (theirs == mine) {
            ASSERT_TRUE(meets(peer));
            EXPECT_EQ(*meets(peer), policy);
            // The same profile without an element it needs is as good as another profile.
            Announcement poor = peer;
            poor.elements &= static_cast<std::uint16_t>(~elements_needed(policy, role));
            falls_back(meets(poor), PolicyRefusal::element_missing);
          } else {
            falls_back(meets(peer), PolicyRefusal::no_common_profile);
          }
          // Who does not fall back on its side is not fallen back to.
          SecurityPolicy strict = policy_of(theirs);
          strict.final_fallback = false;
          if (theirs != mine && theirs != Profile::final_) {
            EXPECT_FALSE(meets(Announcement::of(strict, everything))) << to_string(theirs);
          }
        }
      }
}

TEST(Agreed, WhatFellBackNeedsNothingMoreOfThatPeerAndContradictsNothing) {
  for (const Profile p : profiles)
    for (const PeerRole role : roles) {
      const SecurityPolicy less = fallen_back(policy_of(p), role);
      EXPECT_EQ(elements_needed(less, role), 0);
      EXPECT_FALSE(contradiction(less)) << describe(less);
      // One peer after the other: the second is asked for what is left.
      const auto next = agreed(Announcement::of(policy_of(p)), std::nullopt, less, role);
      ASSERT_TRUE(next);
      EXPECT_EQ(*next, less);
    }
  // An HSS that knows the standards only costs KASME', not the keys of the radio.
  EXPECT_EQ(fallen_back(policy_of(Profile::hardened), PeerRole::hss).handover_refresh,
            HandoverRefresh::forward_secure);
}

TEST(Agreed, PoliciesWithoutANameAgreeByWhatTheyNeed) {
  const SecurityPolicy own = with(policy_of(Profile::hardened), "inter_mme_kasme", "keep");
  const Announcement announced = Announcement::of(own, everything);
  EXPECT_TRUE(agreed(announced, announced, own, PeerRole::mme));
  EXPECT_EQ(*agreed(announced, announced, own, PeerRole::mme), own);
  const auto other =
      agreed(announced, Announcement::of(policy_of(Profile::hardened), everything), own, PeerRole::mme);
  ASSERT_TRUE(other);
  EXPECT_EQ(*other, fallen_back(own, PeerRole::mme));
}

//= S3.D5; type=test
TEST(ForwardSecurePairs, ChoosesWhereKenbStarPlusIsUsed) {
  const SecurityPolicy p = policy_of(Profile::hardened);
  EXPECT_TRUE(forward_secure_between(p, true));
  EXPECT_TRUE(forward_secure_between(p, false));
  const SecurityPolicy never = with(p, "pairs", "never");
  EXPECT_FALSE(forward_secure_between(never, true));
  EXPECT_FALSE(forward_secure_between(never, false));
  const SecurityPolicy inter = with(p, "pairs", "inter-plmn");
  EXPECT_FALSE(forward_secure_between(inter, true));
  EXPECT_TRUE(forward_secure_between(inter, false));
  EXPECT_FALSE(forward_secure_between(policy_of(Profile::hash_chain), false));
  EXPECT_FALSE(forward_secure_between({}, false));
}

TEST(PolicyRefusal, EachHasItsName) {
  std::set<std::string_view> names;
  for (Byte b = 0; b <= static_cast<Byte>(PolicyRefusal::element_missing); ++b)
    EXPECT_TRUE(names.insert(to_string(static_cast<PolicyRefusal>(b))).second);
  EXPECT_EQ(names.count("?"), 0U);
}

}  // namespace
}  // namespace baton::context
