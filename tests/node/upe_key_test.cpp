// The key between UE and UPE, as the UPE gets it.
#include "node/upe_world.h"
#include "wire/gtp2/private.h"

namespace baton::node::upe {
namespace {

class UpeKeyTest : public UpeTest {
 protected:
  static Config with_keys() {
    Config c = config();
    c.policy.upe_keys = context::UpeKeys::update;
    return c;
  }
  UpeKeyTest() : UpeTest(with_keys()) {}

  static Kupe key(Byte octet) {
    std::array<Byte, Kupe::size> octets{};
    octets.fill(octet);
    return Kupe(octets);
  }
  template <class M>
  static M with(M m, std::optional<Byte> octet, std::optional<std::uint16_t> counter = 1,
                const std::string& name = "upe") {
    gtp2::MovePrivate told;
    if (octet) told.kupe.emplace(key(*octet));
    if (counter) told.upe = gtp2::UpeKeyName{name, UpeKeyCounter{*counter}};
    m.extensions.push_back(*gtp2::encode_private(told, wire::enterprise_default));
    return m;
  }
  std::vector<std::string> ledger() const {
    std::vector<std::string> out;
    for (const Action& a : last)
      if (const auto* r = std::get_if<Record>(&a))
        out.push_back(std::string(to_string(r->entry.event)) + " " + std::string(to_string(r->entry.kind)));
    return out;
  }
};

//= S1.A6; type=test
TEST_F(UpeKeyTest, IsTakenWithTheSessionChangedWithAModificationAndErasedAtTheEnd) {
  const Teid s11 = created(with(create(), Byte{1})).sender->teid;
  EXPECT_EQ(ledger(), std::vector<std::string>{"received K_UPE"});
  ASSERT_TRUE(session().key);
  EXPECT_EQ(session().key->key, key(1));
  EXPECT_EQ(session().key->counter, UpeKeyCounter{1});
  // Without one it goes on.
  EXPECT_EQ(refused(modify(), s11).value, CauseValue::request_accepted);
  EXPECT_EQ(session().key->key, key(1));
  // The same once more is no other one.
  EXPECT_EQ(refused(with(modify(), Byte{1}), s11).value, CauseValue::request_accepted);
  EXPECT_TRUE(ledger().empty());
  EXPECT_EQ(refused(with(modify(), Byte{2}, 2), s11).value, CauseValue::request_accepted);
  EXPECT_EQ(ledger(), (std::vector<std::string>{"erased K_UPE", "received K_UPE"}));
  EXPECT_EQ(session().key->key, key(2));
  gtp2::DeleteSessionRequest end;
  end.linked_ebi = gtp2::Ebi{5};
  EXPECT_EQ(refused(end, s11).value, CauseValue::request_accepted);
  EXPECT_EQ(ledger(), std::vector<std::string>{"erased K_UPE"});
}

TEST_F(UpeKeyTest, WhatCannotBeOursIsRefusedAndChangesNothing) {
  const Teid s11 = created(with(create(), Byte{1})).sender->teid;
  const auto wrong = [&](const gtp2::ModifyBearerRequest& m, CauseValue cause) {
    EXPECT_EQ(refused(m, s11).value, cause);
    EXPECT_EQ(session().key->key, key(1));
    EXPECT_FALSE(session().connected());
    EXPECT_TRUE(ledger().empty());
  };
  wrong(with(modify(), Byte{2}, std::nullopt), CauseValue::request_rejected);
  wrong(with(modify(), std::nullopt, 2), CauseValue::request_rejected);
  wrong(with(modify(), Byte{2}, 2, "upe2"), CauseValue::request_rejected);
  wrong(with(modify(), Byte{2}, 0), CauseValue::request_rejected);
  auto unreadable = modify();
  unreadable.extensions.emplace_back();
  unreadable.extensions[0].enterprise = wire::enterprise_default;
  unreadable.extensions[0].octets = {0x0A, 0x00, 0x20, 1};
  wrong(unreadable, CauseValue::invalid_message_format);
  EXPECT_EQ(refused(with(create("001010000000002"), Byte{2}, 1, "upe2"), Teid{}).value,
            CauseValue::request_rejected);
  EXPECT_EQ(upe.sessions().size(), 1U);
  // Somebody else's extension is not ours to read.
  auto foreign = modify();
  foreign.extensions.emplace_back();
  foreign.extensions[0].enterprise = 7;
  foreign.extensions[0].octets = {1, 2, 3};
  EXPECT_EQ(refused(foreign, s11).value, CauseValue::request_accepted);
}

TEST_F(UpeTest, WithoutThePolicyWhatHoldsAKeyIsNotRead) {
  gtp2::CreateSessionRequest m = create();
  gtp2::MovePrivate told;
  told.upe = gtp2::UpeKeyName{"upe", UpeKeyCounter{1}};
  told.kupe.emplace(std::array<Byte, Kupe::size>{});
  m.extensions.push_back(*gtp2::encode_private(told, wire::enterprise_default));
  created(m);
  EXPECT_FALSE(session().key);
}

}  // namespace
}  // namespace baton::node::upe
