// The key between UE and UPE, at the UE: the network names it, once or again, and never an old one.
#include <gtest/gtest.h>

#include "node/ue_network.h"
#include "wire/nas/private.h"

namespace baton::node::ue {
namespace {

class UeUpeKey : public ::testing::Test {
 protected:
  static context::SecurityPolicy policy() {
    context::SecurityPolicy p;
    p.upe_keys = context::UpeKeys::update;
    return p;
  }
  static Config under() {
    Config c = UeNetwork::config();
    c.policy = policy();
    return c;
  }
  UeUpeKey() : n(under()) {
    const ByteVector octets = context::Announcement::of(policy()).encode();
    n.echo = nas::AnnouncementEcho{octets, octets};
  }
  /// accept is an ATTACH ACCEPT whose bearer has a K_UPE of that counter.
  nas::AttachAccept accept(std::uint16_t counter) {
    nas::AttachAccept m = n.accept(pti);
    auto bearer = *nas::decode<nas::ActivateDefaultBearerRequest>(m.esm.bytes());
    bearer.upe_key = nas::UpeKeyNotice{"upe", UpeKeyCounter{counter}};
    m.esm = *nas::EsmContainer::parse(nas::encode(bearer));
    return m;
  }
  void attach() {
    n.command(Verb::attach);
    const auto request = n.heard_as<nas::AttachRequest>();
    pti = nas::decode<nas::PdnConnectivityRequest>(request.esm.bytes())->pti;
    n.challenge(1);
    n.secure();
    n.as_security();
    n.set_up_bearers(accept(1));
    (void)n.heard_as<nas::AttachComplete>();
  }
  void tell(const ByteVector& container, Byte type = nas::upe_key_container_type) {
    nas::DownlinkGenericNasTransport m;
    m.container_type = type;
    m.container = *nas::GenericContainer::parse(container);
    n.sealed(m);
  }
  static ByteVector notice(std::uint16_t counter) {
    wire::Writer w;
    nas::UpeKeyNotice{"upe", UpeKeyCounter{counter}}.write(w);
    return w.done();
  }
  /// made is how many K_UPEs the UE has derived, and the id of the last.
  std::vector<KeyId> made() const {
    std::vector<KeyId> out;
    for (const LedgerEntry& e : n.ledger)
      if (e.event == KeyEvent::derived && e.kind == KeyKind::kupe) out.push_back(e.key);
    return out;
  }
  KeyId expected(std::uint16_t counter) const {
    return key_id_of(KeyIdKey{}, derive_kupe(*n.context->kasme(), "upe", UpeKeyCounter{counter}));
  }

  UeNetwork n;
  nas::Pti pti;
};

//= S1.D3; type=test
TEST_F(UeUpeKey, AnAcceptThatIsSentAgainIsAnsweredAgain) {
  attach();
  EXPECT_EQ(made(), std::vector<KeyId>{expected(1)});
  // The ATTACH COMPLETE was lost, or late.
  n.sealed(accept(1));
  (void)n.heard_as<nas::AttachComplete>();
  EXPECT_EQ(made().size(), 1U);
  EXPECT_EQ(n.held()["K_UPE"], 1);
}

//= S1.D3; type=test
TEST_F(UeUpeKey, ANewOneTakesThePlaceOfTheOneBeforeAndAnOldOneNever) {
  attach();
  tell(notice(3));
  EXPECT_EQ(made(), (std::vector<KeyId>{expected(1), expected(3)}));
  EXPECT_EQ(n.held()["K_UPE"], 1);
  for (const std::uint16_t old : {3, 2, 1, 0}) tell(notice(old));
  EXPECT_EQ(made().size(), 2U);
  // What cannot be read, and what is for somebody else.
  tell({1});
  tell(notice(9), 1);
  EXPECT_EQ(made().size(), 2U);
}

TEST_F(UeUpeKey, GoesWithTheRegistration) {
  attach();
  n.command(Verb::power_cycle);
  EXPECT_EQ(n.held()["K_UPE"], 0);
}

}  // namespace
}  // namespace baton::node::ue
