// A long walk at random through everything people do with phones, with crashes and cuts on the way. What
// must be true of any network at any time is looked at whenever it is quiet, and of its wires at the end.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/cases.h"
#include "crypto/eia2.h"
#include "keys/derive_eps.h"
#include "stage.h"
#include "wire/diameter/message.h"
#include "wire/diameter/s6a.h"
#include "wire/nas/security_header.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {
namespace {

constexpr std::size_t ues = 6;

/// Walk is one walk; `done` counts the verbs that ended as they were meant to.
struct Walk {
  explicit Walk(std::uint64_t seed, int steps = 200)
      : stage(with_inactivity(ues, seed)), dice(seed, "walk"), verbs(steps) {}
  std::uint32_t roll(std::uint32_t sides) { return dice.u32() % sides; }

  /// ask has somebody begin something and does not wait for its end.
  std::string ask() {
    using node::Verb;
    const std::size_t i = roll(ues);
    const std::string ue = Cast::ue_name(i);
    auto& net = stage.cast.net;
    switch (roll(12)) {
      case 0:
      case 1: net.command(ue, {Verb::attach, {}, 0}); return ue + " attach";
      case 2:
      case 3: net.command(ue, {Verb::service_request, {}, 0}); return ue + " service request";
      case 4: net.command(ue, {Verb::tau, {}, roll(2)}); return ue + " tau";
      case 5: net.command(ue, {Verb::detach, {}, 0}); return ue + " detach";
      case 6: net.command(ue, {Verb::switch_off, {}, 0}); return ue + " switch off";
      case 7: net.command(ue, {Verb::power_cycle, {}, 0}); return ue + " power cycle";
      case 8: net.command(ue, {Verb::move, {}, roll(2)}); return ue + " move";
      case 9: net.command("upe", {Verb::page, imsi_of(i), 0}); return ue + " page";
      case 10: net.command("mme", {Verb::reauthenticate, imsi_of(i), 0}); return ue + " reauthenticate";
      default: net.command("mme", {Verb::detach, imsi_of(i), 0}); return ue + " network detach";
    }
  }

  /// break_something and repair it, with verbs in between.
  std::string mishap() {
    static const std::vector<std::pair<std::string, std::string>> wires{
        {"mme", "hss"}, {"mme", "upe"}, {"enb1", "mme"}, {"enb2", "mme"}, {"ue1", "enb1"}, {"ue2", "enb1"}};
    static const std::vector<std::string> nodes{"mme", "hss", "upe", "enb1", "enb2"};
    auto& net = stage.cast.net;
    std::string what;
    const bool wire = roll(2) != 0;
    const auto& w = wires[roll(static_cast<std::uint32_t>(wires.size()))];
    const auto& n = nodes[roll(static_cast<std::uint32_t>(nodes.size()))];
    const auto events = roll(40);
    what += "[" + ask() + ", " + std::to_string(events) + " events, ";
    for (std::uint32_t e = 0; e < events; ++e) net.step();
    what += wire ? w.first + "-" + w.second + " cut, " : n + " crashes, ";
    if (wire)
      net.cut(w.first, w.second);
    else
      stage.crash(n);
    for (std::uint32_t k = roll(3); k > 0; --k) {
      if (!wire && n == "mme") break;  // nobody to ask
      if (!wire && n == "upe") break;
      what += ask() + ", ";
      stage.cast.run(1ms * roll(3000));
    }
    stage.cast.run(1ms * roll(90'000));
    if (wire)
      net.mend(w.first, w.second);
    else
      stage.restart(n);
    return what + "mended]";
  }

  /// go walks. It ends early at the first thing that is wrong, and says what.
  std::string go() {
    for (int v = 0; v < verbs; ++v) {
      const bool ill = roll(20) == 0;
      path.push_back(ill ? mishap() : ask());
      if (ill) {
        stage.cast.run(healing);
        stage.notice();
      } else if (roll(4) == 0) {
        stage.cast.run(1us * roll(5000));  // the next verb meets this one under way
        continue;
      } else {
        stage.cast.run(30s);
      }
      if (const std::string wrong = stage.wrong(); !wrong.empty()) return wrong;
    }
    stage.cast.run(healing);
    stage.notice();
    return stage.wrong();
  }

  std::string told() const {
    std::string out;
    for (const auto& p : path) out += p + "\n";
    return out;
  }

  Stage stage;
  SeededEntropy dice;
  int verbs;
  std::vector<std::string> path;
};

/// Nas is one NAS message on S1, with the direction it went.
struct Nas {
  crypto::Direction direction;
  ByteVector octets;
};

/// S1 is what an ear on the S1 wires gathers.
struct S1 {
  std::vector<Nas> nas;
  std::vector<Kenb> kenbs;  ///< each that was handed to an eNB

  explicit S1(const std::vector<WireTap>& taps) {
    using namespace wire::s1ap;
    constexpr auto up = crypto::Direction::uplink;
    constexpr auto down = crypto::Direction::downlink;
    for (const WireTap& t : taps) {
      if (t.port != peer::Port::s1ap) continue;
      auto received = decode_any(t.octets);
      if (!received) {
        unreadable += hex(t.octets) + "\n";
        continue;
      }
      std::visit(Cases{[&](InitialUeMessage& m) {
                         nas.push_back({up, std::move(m.nas.octets)});
                       },
                       [&](UplinkNasTransport& m) {
                         nas.push_back({up, std::move(m.nas.octets)});
                       },
                       [&](DownlinkNasTransport& m) {
                         nas.push_back({down, std::move(m.nas.octets)});
                       },
                       [&](InitialContextSetupRequest& m) {
                         for (auto& e : m.erabs)
                           if (e.nas) nas.push_back({down, std::move(e.nas->octets)});
                         kenbs.push_back(std::move(m.security_key));
                       },
                       [&](UeContextModificationRequest& m) {
                         if (m.security_key) kenbs.push_back(std::move(*m.security_key));
                       },
                       [](auto&) {}},
                 received->pdu);
    }
  }
  std::string unreadable;
};

/// Vectors are what an ear on the S6a wires gathers: the keys that NAS can be under.
struct Vectors {
  std::vector<KnasInt> knas_int;
  std::set<std::array<Byte, 16>> autns;
  std::size_t given = 0;

  explicit Vectors(const std::vector<WireTap>& taps) {
    namespace diameter = wire::diameter;
    for (const WireTap& t : taps) {
      if (t.port != peer::Port::diameter) continue;
      auto aia = diameter::decode<diameter::AuthenticationInformationAnswer>(t.octets);
      if (!aia || !aia->authentication_info) continue;
      for (const auto& v : aia->authentication_info->eutran_vectors) {
        ++given;
        autns.insert(v.autn.bytes);
        knas_int.push_back(derive_knas_int(v.kasme, Eia::eia2));
      }
    }
  }
};

/// Use is one COUNT of one key in one direction.
using Use = std::tuple<std::size_t, crypto::Direction, std::uint32_t>;

class RandomWalk : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomWalk, NeverLeavesAKeyWhereItHasNoBusinessAndNeverUsesACountTwice) {
  Walk walk(GetParam());
  const std::string wrong = walk.go();
  ASSERT_EQ(wrong, "") << walk.told();

  // The walk was no idle one.
  std::map<std::string, int> succeeded;
  for (const auto& o : walk.stage.cast.net.outcomes()) succeeded[std::string(o.procedure)] += o.ok ? 1 : 0;
  EXPECT_GE(succeeded["attach"], 10);
  EXPECT_GE(succeeded["service-request"], 3);
  EXPECT_GE(succeeded["tau"], 3);
  EXPECT_GE(succeeded["detach"], 5);

  // Whoever is in whatever state can be served in the end, and leaves nothing behind.
  for (std::size_t i = 0; i < ues; ++i)
    EXPECT_TRUE(walk.stage.revive(i)) << Cast::ue_name(i) << " is stuck\n" << walk.told();
  EXPECT_EQ(walk.stage.wrong(), "") << walk.told();
  for (std::size_t i = 0; i < ues; ++i) EXPECT_TRUE(walk.stage.cast.detach(i)) << walk.told();
  walk.stage.cast.run(1min);
  EXPECT_TRUE(walk.stage.holdings().empty()) << walk.stage.wrong();
  EXPECT_EQ(walk.stage.cast.upe().sessions().size(), 0U);
  EXPECT_EQ(walk.stage.cast.mme().ue_count(), 0U);

  // What the wires say.
  const auto& taps = walk.stage.cast.net.taps();
  const Vectors vectors(taps);
  EXPECT_EQ(vectors.autns.size(), vectors.given) << "an AUTN was given twice";
  const S1 s1(taps);
  EXPECT_EQ(s1.unreadable, "");

  for (std::size_t a = 0; a < s1.kenbs.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      EXPECT_FALSE(s1.kenbs[a] == s1.kenbs[b]) << "two connections under one KeNB would use its COUNTs twice";

  //= TS 33.401, 8.1.1; type=test
  std::map<Use, ByteVector> uses;
  std::size_t verified = 0, unverified = 0;
  for (const Nas& m : s1.nas) {
    const auto parsed = wire::nas::parse_protected(m.octets);
    ASSERT_TRUE(parsed);
    using wire::nas::SecurityHeader;
    if (parsed->header == SecurityHeader::plain || parsed->header == SecurityHeader::service_request)
      continue;
    bool found = false;
    for (std::size_t key = vectors.knas_int.size(); key-- > 0 && !found;) {
      for (std::uint32_t overflow = 0; overflow < 2 && !found; ++overflow) {
        const std::uint32_t count = overflow << 8U | parsed->sqn;
        const auto mac = crypto::eia2(vectors.knas_int[key].expose(), count, 0, m.direction,
                                      parsed->authenticated.size() * 8, parsed->authenticated);
        if (mac != parsed->mac) continue;
        found = true;
        const auto [use, fresh] = uses.emplace(Use{key, m.direction, count}, m.octets);
        EXPECT_TRUE(fresh || use->second == m.octets)
            << "COUNT " << count << " protects two messages: " << hex(use->second) << " and "
            << hex(m.octets);
      }
    }
    ++(found ? verified : unverified);
  }
  EXPECT_GT(verified, 100U);
  EXPECT_EQ(unverified, 0U) << "every protected message is under a key that the HSS gave";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomWalk, ::testing::Values(1, 2, 3, 4, 5, 6));

// Crashes, cuts and all: the same seed is the same walk to the last entry.
TEST(SameSeed, IsTheSameWalkAndTheSameLedger) {
  const auto ledger = [](std::uint64_t seed) {
    Walk walk(seed, 60);
    EXPECT_EQ(walk.go(), "");
    std::string out;
    for (const LedgerEntry& e : walk.stage.cast.net.ledger())
      out += std::to_string(e.at.since_epoch.count()) + e.node + std::string(to_string(e.event)) +
             e.key.to_string() + e.reason + "\n";
    return out;
  };
  const std::string first = ledger(7);
  EXPECT_EQ(first, ledger(7));
  EXPECT_NE(first, ledger(8));
}

}  // namespace
}  // namespace baton::lab
