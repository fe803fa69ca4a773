#include "node/key_agreement.h"

#include <gtest/gtest.h>

namespace baton::node {
namespace {

KeyId id(Byte n) { return KeyId{{n, n, n, n, n, n, n, n}}; }

struct Ledger {
  KeyAgreement reader{{{"ue-1", Role::ue},
                       {"mme", Role::mme},
                       {"mme2", Role::mme},
                       {"enb-1", Role::enb},
                       {"enb-2", Role::enb},
                       {"hss", Role::hss}}};

  void entry(std::string node, std::string subscriber, KeyEvent event, KeyKind kind, KeyId key,
             std::vector<KeyId> parents = {}) {
    reader.add(
        {{}, std::move(node), std::move(subscriber), event, kind, key, std::move(parents), "test", {}});
  }
  KeyState state(KeyKind kind) {
    for (KeyState& s : reader.states("001010000000001"))
      if (s.kind == kind) return s;
    return {};
  }
};
constexpr auto imsi = "001010000000001";

TEST(KeyAgreement, agrees_when_both_ends_hold_the_same_key) {
  Ledger l;
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  const KeyState s = l.state(KeyKind::kasme);
  EXPECT_TRUE(s.agree);
  EXPECT_EQ(s.current, id(1));
  EXPECT_EQ(s.holders, (std::vector<std::string>{"mme", "ue-1"}));
  EXPECT_TRUE(s.stale_at.empty());
}

// While a context moves between MMEs both hold its KASME; afterwards only the second one does.
TEST(KeyAgreement, tells_a_key_that_two_mmes_hold_from_one_that_has_moved) {
  Ledger l;
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  EXPECT_FALSE(l.state(KeyKind::kasme).shared);
  l.entry("mme", imsi, KeyEvent::sent, KeyKind::kasme, id(1));
  l.entry("mme2", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  EXPECT_TRUE(l.state(KeyKind::kasme).shared);
  l.entry("mme", imsi, KeyEvent::erased, KeyKind::kasme, id(1));
  const KeyState s = l.state(KeyKind::kasme);
  EXPECT_FALSE(s.shared);
  EXPECT_TRUE(s.agree);
  EXPECT_EQ(s.holders, (std::vector<std::string>{"mme2", "ue-1"}));
}

// An MME that is not given KASME holds K_HO of it.
//= S3.D6; type=test
TEST(KeyAgreement, takes_an_mme_with_k_ho_for_the_other_end_of_its_kasme) {
  Ledger l;
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::derived, KeyKind::kho, id(2), {id(1)});
  l.entry("mme", imsi, KeyEvent::sent, KeyKind::kho, id(2));
  l.entry("mme", imsi, KeyEvent::erased, KeyKind::kho, id(2));
  l.entry("mme2", imsi, KeyEvent::received, KeyKind::kho, id(2));
  l.entry("mme", imsi, KeyEvent::erased, KeyKind::kasme, id(1));
  KeyState s = l.state(KeyKind::kasme);
  EXPECT_TRUE(s.agree);
  EXPECT_EQ(s.holders, std::vector<std::string>{"ue-1"});
  EXPECT_EQ(l.state(KeyKind::kho).holders, std::vector<std::string>{"mme2"});
  // K_HO of another KASME says nothing of this one.
  l.entry("ue-1", imsi, KeyEvent::erased, KeyKind::kasme, id(1));
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(3));
  EXPECT_FALSE(l.state(KeyKind::kasme).agree);
}

TEST(KeyAgreement, does_not_agree_when_one_end_holds_nothing) {
  Ledger l;
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  EXPECT_FALSE(l.state(KeyKind::kasme).agree);
}

TEST(KeyAgreement, does_not_agree_when_the_ends_hold_different_keys) {
  Ledger l;
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::received, KeyKind::kasme, id(2));
  const KeyState s = l.state(KeyKind::kasme);
  EXPECT_FALSE(s.agree);
  EXPECT_EQ(s.current, id(1));
  EXPECT_EQ(s.stale_at, std::vector<std::string>{"mme"});
}

TEST(KeyAgreement, names_a_node_that_kept_an_old_key) {
  Ledger l;
  for (const auto* node : {"ue-1", "mme", "hss"})
    l.entry(node, imsi, KeyEvent::derived, KeyKind::kasme, id(1));
  for (const auto* node : {"ue-1", "mme"}) {
    l.entry(node, imsi, KeyEvent::derived, KeyKind::kasme, id(2));
    l.entry(node, imsi, KeyEvent::erased, KeyKind::kasme, id(1));
  }
  const KeyState s = l.state(KeyKind::kasme);
  EXPECT_EQ(s.current, id(2));
  EXPECT_EQ(s.stale_at, std::vector<std::string>{"hss"});
  EXPECT_TRUE(s.agree) << "the HSS is no end of the key";
  // An end of it that kept the old one is another matter.
  l.entry("mme2", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  EXPECT_FALSE(l.state(KeyKind::kasme).agree);
}

TEST(KeyAgreement, lists_no_holders_and_agrees_when_everything_is_erased) {
  Ledger l;
  for (const auto* node : {"ue-1", "mme"}) {
    l.entry(node, imsi, KeyEvent::derived, KeyKind::kasme, id(1));
    l.entry(node, imsi, KeyEvent::erased, KeyKind::kasme, id(1));
  }
  const KeyState s = l.state(KeyKind::kasme);
  EXPECT_TRUE(s.agree);
  EXPECT_TRUE(s.holders.empty());
  EXPECT_FALSE(s.current);
}

TEST(KeyAgreement, finds_the_subscriber_of_an_enb_that_does_not_know_it_through_ids_and_parents) {
  Ledger l;
  l.entry("mme", imsi, KeyEvent::derived, KeyKind::kenb, id(3));
  l.entry("mme", imsi, KeyEvent::erased, KeyKind::kenb, id(3));
  l.entry("enb-1", "", KeyEvent::received, KeyKind::kenb, id(3));
  l.entry("enb-1", "", KeyEvent::derived, KeyKind::krrc_int, id(4), {id(3)});
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::kenb, id(3));
  l.entry("ue-1", imsi, KeyEvent::derived, KeyKind::krrc_int, id(4), {id(3)});
  EXPECT_TRUE(l.state(KeyKind::kenb).agree);
  EXPECT_TRUE(l.state(KeyKind::krrc_int).agree);
  EXPECT_EQ(l.reader.ever_held(id(3)), (std::vector<std::string>{"mme", "enb-1", "ue-1"}));
}

TEST(KeyAgreement, sending_a_key_does_not_end_holding_it) {
  Ledger l;
  l.entry("mme", imsi, KeyEvent::received, KeyKind::kasme, id(1));
  l.entry("mme", imsi, KeyEvent::sent, KeyKind::kasme, id(1));
  EXPECT_EQ(l.state(KeyKind::kasme).holders, std::vector<std::string>{"mme"});
}

}  // namespace
}  // namespace baton::node
