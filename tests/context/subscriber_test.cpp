// A subscription as a store keeps it, and what it refuses.
#include "context/subscriber.h"

#include <gtest/gtest.h>

namespace baton::context {
namespace {

Subscription full() {
  Subscription s;
  s.barred = true;
  s.barring = barring::roamer_vplmn_ap;
  s.restrictions = access_restriction::geran | access_restriction::nb_iot;
  s.msisdn = "491701234567890";
  s.ambr_up_bps = 0xFFFF'FFFF;
  s.apns.clear();
  for (std::uint32_t id = 1; id <= apns_max; ++id)
    s.apns.push_back({.context_id = id,
                      .apn = id == 1 ? std::string(apn_octets_max, 'x') : "apn" + std::to_string(id),
                      .pdn = SubscribedPdn::ipv4v6,
                      .qci = static_cast<std::uint8_t>(id),
                      .retention = {15, true, true},
                      .ambr_up_bps = id,
                      .ambr_down_bps = id + 1,
                      .visited_gateway_allowed = true});
  s.default_context = apn_context_max;
  s.allowed_plmns.assign(allowed_plmns_max, PlmnId::test_value());
  s.rfsp = rfsp_max;
  s.periodic_timer_s = 0;
  s.charging = "08fF";
  return s;
}

TEST(Subscription, IsReadBackAsItWasWritten) {
  for (const Subscription& s : {Subscription{}, full()}) {
    ASSERT_EQ(s.wrong(), "");
    EXPECT_EQ(decode_subscription(encode(s)), s);
  }
  Subscription none;
  none.apns.clear();
  EXPECT_EQ(decode_subscription(encode(none)), none) << "no EPS subscription is one too";
}

TEST(Subscription, OctetsThatWereNotWrittenAreNothing) {
  const ByteVector good = encode(full());
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_FALSE(decode_subscription(Bytes(good).first(n))) << "cut at " << n;
  ByteVector longer = good;
  longer.push_back(0);
  EXPECT_FALSE(decode_subscription(longer));
  ByteVector newer = good;
  newer[0] = 2;
  EXPECT_FALSE(decode_subscription(newer));
  // Whatever octet is changed, what is read holds to the bounds.
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const Byte to : {Byte{0x00}, Byte{0xFF}, Byte{0x33}}) {
      ByteVector changed = good;
      changed[i] = to;
      const auto s = decode_subscription(changed);
      EXPECT_EQ(s ? s->wrong() : "", "") << i;
    }
  }
}

TEST(Subscription, EveryBoundIsOne) {
  const auto wrong = [](auto how) {
    Subscription s = full();
    how(s);
    return !s.wrong().empty();
  };
  EXPECT_FALSE(wrong([](auto&) {}));
  EXPECT_TRUE(wrong([](auto& s) { s.msisdn += "1"; }));
  EXPECT_TRUE(wrong([](auto& s) { s.msisdn = "49 170"; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns.push_back({.context_id = 51}); }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[3].context_id = 0; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[3].context_id = 3; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[3].apn.clear(); }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[0].apn += "x"; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[0].qci = 0; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[0].qci = 255; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[0].retention.priority = 0; }));
  EXPECT_TRUE(wrong([](auto& s) { s.apns[0].retention.priority = 16; }));
  EXPECT_TRUE(wrong([](auto& s) { s.default_context = 0; }));
  EXPECT_TRUE(wrong([](auto& s) { s.allowed_plmns.push_back(PlmnId::test_value()); }));
  EXPECT_TRUE(wrong([](auto& s) { s.rfsp = 0; }));
  EXPECT_TRUE(wrong([](auto& s) { s.rfsp = rfsp_max + 1; }));
  EXPECT_TRUE(wrong([](auto& s) { s.charging = "08F"; }));
  EXPECT_TRUE(wrong([](auto& s) { s.charging = "08FG"; }));
}

template <class T>
constexpr bool shows_a_secret = requires(T x) {
  x.secret;
};
static_assert(shows_a_secret<SubscriberRecord>);

TEST(SubscriberView, HasEverythingButSecrets) {
  std::array<Byte, 16> octets{};
  octets.fill(0x5A);
  SubscriberRecord r{.imsi = Imsi::test_value(), .secret = MilenageSecret{K(octets), Opc(octets)}};
  r.seq_reserved = 7;
  r.sqn_scheme = SqnScheme::partly_time;
  r.mme = ServingNode{DiameterIdentity::test_value()};
  r.version = 3;
  const auto v = view_of(r);
  EXPECT_EQ(v.algorithm, AkaAlgorithm::milenage);
  EXPECT_EQ(v.seq_reserved, 7U);
  EXPECT_EQ(v.sqn_scheme, SqnScheme::partly_time);
  EXPECT_EQ(v.mme, r.mme);
  EXPECT_EQ(v.version, 3U);
  EXPECT_FALSE(v.kasme);
  static_assert(!shows_a_secret<SubscriberView>);
}

}  // namespace
}  // namespace baton::context
