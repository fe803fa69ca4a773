// What an attacker has who reads keys out of a node, worked out by hand for small ledgers.
#include "keys/exposure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace baton {
namespace {

KeyId id(Byte n) {
  KeyId out;
  out.octets.fill(n);
  return out;
}

/// A ledger written line by line, a second apart.
class Ledger {
 public:
  Ledger& derived(const char* node, KeyKind kind, Byte key, std::initializer_list<Byte> parents = {}) {
    LedgerEntry e = entry(node, KeyEvent::derived, kind, key);
    for (const Byte p : parents) e.parents.push_back(id(p));
    return add(std::move(e));
  }
  Ledger& received(const char* node, KeyKind kind, Byte key) {
    return add(entry(node, KeyEvent::received, kind, key));
  }
  Ledger& sent(const char* node, KeyKind kind, Byte key) {
    return add(entry(node, KeyEvent::sent, kind, key));
  }
  Ledger& erased(const char* node, KeyKind kind, Byte key) {
    return add(entry(node, KeyEvent::erased, kind, key));
  }
  Instant now() const { return Instant{Duration(std::chrono::seconds(entries_.size()))}; }
  Exposure expose(std::vector<Compromise> compromised) const { return baton::expose(entries_, compromised); }
  Exposure expose(const char* node) const { return expose({Compromise{node, std::nullopt, false}}); }

 private:
  LedgerEntry entry(const char* node, KeyEvent event, KeyKind kind, Byte key) const {
    // eNBs do not know whom they serve.
    const bool knows = std::string_view(node).substr(0, 3) != "enb";
    return {Instant{Duration(std::chrono::seconds(entries_.size() + 1))},
            node,
            knows ? "001010000000001" : "",
            event,
            kind,
            id(key),
            {},
            "test",
            ""};
  }
  Ledger& add(LedgerEntry e) {
    entries_.push_back(std::move(e));
    return *this;
  }
  std::vector<LedgerEntry> entries_;
};

const ExposedKey* find(const Exposure& e, Byte key) {
  const auto found =
      std::find_if(e.keys.begin(), e.keys.end(), [&](const ExposedKey& k) { return k.key == id(key); });
  return found == e.keys.end() ? nullptr : &*found;
}

constexpr Byte k = 1, ck = 2, kasme = 3, kenb = 4, nh1 = 5, nh2 = 6, kenb_a = 7, kenb_b = 8, rrc_a = 9,
               rrc_b = 10, rrc = 11, kenb_star = 12;

/// A UE attaches at enb1, goes to enb2 with a vertical derivation and from there to enb3.
Ledger chain() {
  Ledger l;
  l.derived("hss", KeyKind::ck, ck, {k}).derived("hss", KeyKind::kasme, kasme, {ck});
  l.erased("hss", KeyKind::ck, ck)
      .erased("hss", KeyKind::kasme, kasme)
      .received("mme1", KeyKind::kasme, kasme);
  l.derived("mme1", KeyKind::kenb, kenb, {kasme}).derived("mme1", KeyKind::nh, nh1, {kasme, kenb});
  l.received("enb1", KeyKind::kenb, kenb).erased("mme1", KeyKind::kenb, kenb);
  l.derived("enb1", KeyKind::krrc_enc, rrc, {kenb});
  l.derived("mme1", KeyKind::nh, nh2, {kasme, nh1}).erased("mme1", KeyKind::nh, nh1);
  l.received("enb2", KeyKind::nh, nh2).derived("enb2", KeyKind::kenb, kenb_a, {nh2});
  l.erased("enb2", KeyKind::nh, nh2).derived("enb2", KeyKind::krrc_enc, rrc_a, {kenb_a});
  l.erased("enb1", KeyKind::kenb, kenb).erased("enb1", KeyKind::krrc_enc, rrc);
  return l;
}

//= S3.D7; type=test
TEST(Exposure, TheSourceEnbOfAVerticalHandoverHasNoKeyOfTheTarget) {
  const Exposure e = chain().expose("enb1");
  EXPECT_NE(find(e, kenb), nullptr);
  EXPECT_NE(find(e, rrc), nullptr);
  EXPECT_EQ(find(e, kenb_a), nullptr);
  EXPECT_EQ(find(e, rrc_a), nullptr);
  EXPECT_EQ(find(e, kasme), nullptr);
  EXPECT_EQ(find(e, nh1), nullptr) << "NH needs KASME too";
}

//= S3.B2; type=test
TEST(Exposure, TheSourceEnbOfAHashChainHasTheTargetsKeys) {
  Ledger l = chain();
  // enb2 hashes its own KeNB for enb3.
  l.derived("enb2", KeyKind::kenb, kenb_star, {kenb_a}).sent("enb2", KeyKind::kenb, kenb_star);
  l.erased("enb2", KeyKind::kenb, kenb_star).erased("enb2", KeyKind::krrc_enc, rrc_a);
  l.erased("enb2", KeyKind::kenb, kenb_a);
  l.received("enb3", KeyKind::kenb, kenb_star).derived("enb3", KeyKind::kenb, kenb_b, {kenb_star});
  l.derived("enb3", KeyKind::krrc_enc, rrc_b, {kenb_b});
  const Exposure e = l.expose("enb2");
  const ExposedKey* target = find(e, rrc_b);
  ASSERT_NE(target, nullptr);
  EXPECT_FALSE(target->read);
  EXPECT_EQ(target->from, std::vector<KeyId>{id(kenb_b)});
  EXPECT_EQ(target->epoch, Epoch::after) << "enb2 had erased all when this key was made";
  EXPECT_EQ(target->holders, std::vector<std::string>{"enb3"});
  EXPECT_EQ(target->subscriber, "001010000000001") << "whose it is follows from what it is made of";
  EXPECT_EQ(find(e, rrc), nullptr) << "what was before it is closed";
}

TEST(Exposure, TheHssHasEverything) {
  const Exposure e = chain().expose("hss");
  for (const Byte key : {ck, kasme, kenb, nh1, nh2, kenb_a, rrc, rrc_a})
    EXPECT_NE(find(e, key), nullptr) << int{key};
  EXPECT_EQ(e.keys.size(), 8U) << "K itself has no entry";
  EXPECT_EQ(e.keys_in_ledger, 9U);
}

TEST(Exposure, EveryParentIsNeeded) {
  Ledger l;
  l.received("a", KeyKind::kasme, 1).received("b", KeyKind::kenb, 2).derived("c", KeyKind::nh, 3, {1, 2});
  EXPECT_EQ(find(l.expose("a"), 3), nullptr);
  EXPECT_EQ(find(l.expose("b"), 3), nullptr);
  EXPECT_NE(find(l.expose({{"a", {}, false}, {"b", {}, false}}), 3), nullptr) << "together they have it";
}

TEST(Exposure, AnyOfTwoWaysIsEnough) {
  Ledger l;
  l.received("a", KeyKind::kenb, 1).received("b", KeyKind::nh, 2);
  l.derived("c", KeyKind::kenb, 3, {1}).derived("d", KeyKind::kenb, 3, {2});
  EXPECT_NE(find(l.expose("a"), 3), nullptr);
  EXPECT_NE(find(l.expose("b"), 3), nullptr);
}

TEST(Exposure, AMomentShowsWhatIsInMemoryThen) {
  Ledger l;
  const Instant empty = l.now();
  l.received("mme", KeyKind::kasme, 1);
  const Instant first = l.now();
  l.derived("mme", KeyKind::kenb, 2, {1}).erased("mme", KeyKind::kasme, 1);
  const Instant second = l.now();
  l.received("mme", KeyKind::kasme, 3).derived("enb", KeyKind::krrc_enc, 4, {2});

  EXPECT_TRUE(l.expose({{"mme", empty, false}}).keys.empty());
  const Exposure at_first = l.expose({{"mme", first, false}});
  EXPECT_TRUE(find(at_first, 1) && find(at_first, 1)->read);
  EXPECT_TRUE(find(at_first, 2) && !find(at_first, 2)->read) << "made later, but of a key it had";
  EXPECT_EQ(find(at_first, 2)->epoch, Epoch::after);
  EXPECT_EQ(find(at_first, 3), nullptr);
  const Exposure at_second = l.expose({{"mme", second, false}});
  EXPECT_EQ(find(at_second, 1), nullptr) << "erased at that very moment";
  EXPECT_NE(find(at_second, 4), nullptr);
  EXPECT_EQ(find(at_second, 3), nullptr);
  EXPECT_NE(find(l.expose({{"mme", second, true}}), 3), nullptr) << "the attacker stayed";
}

TEST(Exposure, AKeyThatCameBackIsHeldAgain) {
  Ledger l;
  l.received("a", KeyKind::kasme, 1).erased("a", KeyKind::kasme, 1);
  const Instant away = l.now();
  l.received("a", KeyKind::kasme, 1);
  const Instant back = l.now();
  EXPECT_TRUE(l.expose({{"a", away, false}}).keys.empty());
  EXPECT_NE(find(l.expose({{"a", back, false}}), 1), nullptr);
}

TEST(Exposure, ANodeNobodyHeardOfExposesNothing) {
  const Exposure e = chain().expose("enb9");
  EXPECT_FALSE(e.node_known);
  EXPECT_TRUE(e.keys.empty());
  EXPECT_TRUE(baton::expose({}, {}).keys.empty());
}

TEST(Exposure, SendingAKeyIsNotHoldingIt) {
  Ledger l;
  l.sent("a", KeyKind::kasme, 1).erased("b", KeyKind::kasme, 1);
  EXPECT_EQ(find(l.expose("a"), 1), nullptr);
  EXPECT_EQ(find(l.expose("b"), 1), nullptr) << "nor is erasing it";
}

TEST(Exposure, AnIntegrityKeyForgesAnEncryptionKeyReads) {
  EXPECT_FALSE(protects(KeyKind::kasme));
  EXPECT_TRUE(protects(KeyKind::knas_enc)->confidentiality);
  EXPECT_FALSE(protects(KeyKind::krrc_int)->confidentiality);
  EXPECT_EQ(protects(KeyKind::kup_enc)->traffic, "user plane");
}

}  // namespace
}  // namespace baton
