// What an attacker does with everything that a node ever held: it reads what was captured, and plays a cell.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "context/built_policy.h"
#include "keys/exposure.h"
#include "lab/attacker.h"
#include "lab/false_cell.h"
#include "scenarios/relay.h"
#include "scenarios/story.h"
#include "wire/diameter/message.h"
#include "wire/diameter/private_app.h"
#include "wire/rrc/limits.h"

namespace baton::lab {
namespace {

using context::BitProtection;
using context::HandoverRefresh;
using context::Profile;
using context::SecurityPolicy;
using node::Verb;

constexpr wire::rrc::AsAlgorithms eea2_eia2{2, 2};

/// radio_part is what a profile has for the keys of the radio; everything else is as in `final`.
SecurityPolicy radio_part(Profile profile) {
  const SecurityPolicy all = context::policy_of(profile);
  SecurityPolicy p;
  p.handover_refresh = all.handover_refresh;
  p.bit_protection = all.bit_protection;
  p.bind_earfcn = all.bind_earfcn;
  return p;
}

KeyId kenb_of(Cast& cast) { return *cast.key(0, KeyKind::kenb)->current; }

/// follows_from is what the ledger says that these nodes' keys lead to.
std::set<KeyId> follows_from(const Cast& cast, const std::set<std::string>& nodes) {
  std::vector<Compromise> compromised;
  for (const std::string& node : nodes) compromised.push_back({node, std::nullopt, false});
  std::set<KeyId> out;
  for (const ExposedKey& key : expose(cast.net.ledger(), compromised).keys)
    if (Attacker::follows(key.kind)) out.insert(key.key);
  return out;
}

template <class M>
bool has_message(const std::vector<Opened>& read) {
  return std::any_of(read.begin(), read.end(), [](const Opened& o) {
    const auto message = wire::rrc::decode_any(o.text);
    return message && std::holds_alternative<M>(*message);
  });
}

//= S3.D7; type=test
//= S3.B5; type=test
//= S3.P4; type=test
TEST(Attacker, WithAllThatTheSourceEnbEverHeldItReadsTheTargetCellUnderHashChainAlone) {
  for (const bool between : {false, true})
    for (const Profile profile : {Profile::final_, Profile::seed, Profile::hardened, Profile::hash_chain}) {
      SCOPED_TRACE(std::string(to_string(profile)) + (between ? " between MMEs" : " inside an MME"));
      const std::size_t target = between ? 2 : 1;
      const std::string enb = "enb" + std::to_string(target + 1);
      Cast cast(with_policy(script(1, 4, 1, 2), radio_part(profile)));
      // 1. The UE attaches at enb1 and is handed over; somebody captures the air.
      ASSERT_TRUE(cast.attach(0)) << story(cast);
      cast.run(10s);
      ASSERT_TRUE(cast.handover(0, target)) << story(cast);
      cast.run(10s);
      // 2. It has what enb1 held, and reads what was said there.
      const Attacker attacker(cast, {"enb1"});
      EXPECT_TRUE(has_message<wire::rrc::MeasurementReport>(attacker.read_radio("ue1", "enb1")));
      // 3. What was said in the target cell it reads if KeNB* is all that the key is made of.
      const auto read = attacker.read_radio("ue1", enb);
      const bool chain = profile == Profile::hash_chain;
      EXPECT_EQ(has_message<wire::rrc::ReconfigurationComplete>(read), chain);
      EXPECT_EQ(has_message<wire::rrc::Reconfiguration>(read), chain);
      EXPECT_EQ(read.empty(), !chain);
      EXPECT_EQ(attacker.has(kenb_of(cast)), chain);
      // 4. The ledger, which holds no key, had said just that.
      EXPECT_EQ(attacker.keys(), follows_from(cast, {"enb1"}));
      // 5. With the target eNB's own keys everybody reads it: it was there to be read.
      const Attacker insider(cast, {enb});
      EXPECT_TRUE(has_message<wire::rrc::ReconfigurationComplete>(insider.read_radio("ue1", enb)));
    }
}

// --- the source eNB changes the command --------------------------------------------------------------------

/// Traitor is enb1 in the attacker's hand: what it sends the UE passes through here, under keys that it has.
class Traitor {
 public:
  /// `change` may change the handover command, as the UE will read it.
  using Change = std::function<void(wire::rrc::MobilityControl&)>;
  Traitor(const SecurityPolicy& policy, Change change)
      : cast(with_policy(script(1, 2), policy)), change_(std::move(change)) {}

  /// attach is the good part.
  bool attach() {
    const bool attached = cast.attach(0);
    cast.run(2s);
    kenb_before.emplace(kenb_of(cast));
    kasme_before.emplace(*cast.key(0, KeyKind::kasme)->current);
    return attached;
  }

  /// hand_over lets the UE report enb2; from the changed command on a false cell stands where enb2 is.
  void hand_over() {
    Relay relay(cast, 0, [this](bool up, ByteVector& octets) {
      if (!up) betray(octets);
    });
    cast.net.command("ue1", {Verb::handover, {}, 1});
    for (int i = 0; i < 200; ++i) {
      relay.run(20ms);
      if (false_cell) play();
      if (false_cell && heard<wire::rrc::UlInformationTransfer>()) return;  // the UE takes it for the network
    }
  }

  template <class M>
  bool heard() const {
    const auto& all = false_cell->heard();
    return std::any_of(all.begin(), all.end(), [](const auto& m) { return std::holds_alternative<M>(m); });
  }

  Cast cast;
  std::optional<KeyId> kenb_before, kasme_before;
  std::optional<FalseCell> false_cell;
  std::optional<Kenb> false_kenb;

 private:
  /// betray changes the command and writes it anew in its own place.
  void betray(ByteVector& octets) {
    auto frame = wire::rrc::decode_frame(octets);
    if (false_cell || !frame || frame->channel != wire::rrc::Channel::srb1) return;
    const Attacker attacker(cast, {"enb1"});
    const Kenb* kenb = attacker.kenb(*kenb_before);
    if (kenb == nullptr) return;
    const auto text = Attacker::open_srb(*kenb, eea2_eia2, false, frame->payload);
    auto command = text ? wire::rrc::decode<wire::rrc::Reconfiguration>(*text)
                        : Expected<wire::rrc::Reconfiguration, wire::Error>(Fail{wire::Error{}});
    if (!command || !command->mobility) return;
    change_(*command->mobility);
    frame->payload =
        Attacker::forge_srb(*kenb, eea2_eia2, false, frame->payload[0], wire::rrc::encode(*command));
    octets = wire::rrc::encode(*frame);
    // KeNB* is all it has of the next key. It gives the UE a name and says that this is enough.
    const wire::rrc::CRnti name = command->mobility->c_rnti;
    false_kenb.emplace(derive_kenb_from_star(*attacker.newest_star(), CRntiValue{name.value}));
    false_cell.emplace(cast.net, "ue1", "enb2", Endpoint{ue_address(0), wire::rrc::udp_port},
                       Endpoint{enb_address(1), wire::rrc::udp_port});
    false_cell->serve(name, *false_kenb, eea2_eia2);
  }
  /// play is the false cell: it confirms its keys to a UE that has come.
  void play() {
    false_cell->hear();
    if (confirmed_ || !heard<wire::rrc::ReconfigurationComplete>()) return;
    confirmed_ = false_cell->say(wire::rrc::Reconfiguration{2, {}, {}, {}});
  }

  Change change_;
  bool confirmed_ = false;
};

void clear_bit(wire::rrc::MobilityControl& m) { m.refresh->star_plus = false; }

//= S3.D3; type=test
//= S3.D4a; type=test
TEST(Attacker, UnderSeedTheSourceEnbClearsTheBitAndPlaysTheTargetItself) {
  // 1. A UE under the profile of the document, where the bit stands in the RRC command alone.
  Traitor traitor(radio_part(Profile::seed), clear_bit);
  ASSERT_TRUE(traitor.attach()) << story(traitor.cast);
  // 2. The source eNB asks for a handover as it should, clears the bit, and stands where the target is.
  traitor.hand_over();
  Cast& cast = traitor.cast;
  ASSERT_TRUE(traitor.false_cell);
  // 3. The UE believes it: it has arrived, on a key that the attacker has and the genuine target has not.
  EXPECT_TRUE(traitor.heard<wire::rrc::ReconfigurationComplete>()) << story(cast);
  EXPECT_EQ(cast.net.counter("ue1", "ue.handover_completed"), 1U) << story(cast);
  ASSERT_TRUE(cast.ue(0).as_secured()) << story(cast);
  const KeyId now = kenb_of(cast);
  EXPECT_EQ(now, key_id_of(KeyIdKey{}, *traitor.false_kenb));
  EXPECT_TRUE(Attacker(cast, {"enb1"}).has(now));
  EXPECT_FALSE(Attacker(cast, {"enb2"}).has(now));
  // 4. It reads: the update of the UE's tracking area comes to it, inside RRC, and every PDU opens.
  EXPECT_TRUE(traitor.heard<wire::rrc::UlInformationTransfer>());
  EXPECT_EQ(traitor.false_cell->refused(), 0U);
  // 5. It forges: what it says is obeyed.
  ASSERT_TRUE(cast.ue(0).connected());
  ASSERT_TRUE(traitor.false_cell->say(wire::rrc::ConnectionRelease{}));
  cast.run(100ms);
  EXPECT_FALSE(cast.ue(0).connected()) << story(cast);
}

/// refused: the UE has not believed it, has gone back to enb1 and is served there as before.
void expect_refused(Traitor& traitor, std::string_view counter) {
  Cast& cast = traitor.cast;
  ASSERT_TRUE(traitor.false_cell);
  EXPECT_TRUE(traitor.false_cell->heard().empty());
  EXPECT_EQ(cast.net.counter("ue1", counter), 1U) << counter << "\n" << story(cast);
  EXPECT_EQ(cast.net.counter("ue1", "ue.handover_completed"), 0U);
  EXPECT_EQ(cast.net.counter("ue1", "ue.reestablished"), 1U) << story(cast);
  EXPECT_NE(kenb_of(cast), key_id_of(KeyIdKey{}, *traitor.false_kenb));
  EXPECT_EQ(cast.key(0, KeyKind::kasme)->current, traitor.kasme_before);
  EXPECT_EQ(cast.holders(0, KeyKind::kenb), (std::vector<std::string>{"enb1", "ue1"})) << story(cast);
  for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_int, KeyKind::kasme, KeyKind::knas_int})
    EXPECT_TRUE(cast.agree(0, kind)) << to_string(kind);
  // The next one, which nobody meddles with, is as good as any.
  traitor.false_cell.reset();
  cast.run(10s);
  EXPECT_TRUE(cast.handover(0, 1)) << story(cast);
  cast.run(2s);
  EXPECT_TRUE(cast.agree(0, KeyKind::kenb)) << story(cast);
}

//= S3.D3; type=test
//= S3.D4a; type=test
TEST(Attacker, UnderHardenedTheClearedBitIsRefusedAndTheUeGoesOnAtTheSource) {
  for (const BitProtection bit : {BitProtection::nas, BitProtection::algorithm_id}) {
    SecurityPolicy policy = radio_part(Profile::hardened);
    policy.bit_protection = bit;
    Traitor traitor(policy, clear_bit);
    ASSERT_TRUE(traitor.attach()) << story(traitor.cast);
    traitor.hand_over();
    expect_refused(traitor, "ue.handover_bit_differs");
  }
}

//= S3.D4a; type=test
TEST(Attacker, UnderHardenedAContainerThatIsGoneOrChangedIsRefused) {
  const struct {
    const char* what;
    const char* counter;
    Traitor::Change change;
  } cases[] = {
      {"no container", "ue.handover_container_missing",
       [](auto& m) {
         m.container.reset();
         clear_bit(m);
       }},
      {"neither container nor bit, as if there were no such thing", "ue.handover_container_missing",
       [](auto& m) {
         m.container.reset();
         m.refresh.reset();
       }},
      {"the bit cleared in both", "ue.handover_container_forged",
       [](auto& m) {
         (*m.container)[1] = static_cast<Byte>((*m.container)[1] & ~1U);
         clear_bit(m);
       }},
      {"another COUNT", "ue.handover_container_forged", [](auto& m) { (*m.container)[2] ^= 1U; }},
      {"another eNB", "ue.handover_container_forged",
       [](auto& m) { (*m.container)[m.container->size() - 5] ^= 1U; }},
      {"another MAC", "ue.handover_container_forged", [](auto& m) { m.container->back() ^= 1U; }},
      {"cut short", "ue.handover_container_forged", [](auto& m) { m.container->pop_back(); }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    Traitor traitor(radio_part(Profile::hardened), c.change);
    ASSERT_TRUE(traitor.attach()) << story(traitor.cast);
    traitor.hand_over();
    expect_refused(traitor, c.counter);
  }
}

// --- compromised MMEs --------------------------------------------------------------------------------------

TEST(Attacker, AnMmeWhoseKasmeMovesOnReadsWhatComesAfterItAndWhatWasBeforeIt) {
  for (const Profile profile : {Profile::final_, Profile::seed, Profile::hardened, Profile::hash_chain}) {
    SCOPED_TRACE(to_string(profile));
    Cast cast(with_policy(script(1, 4, 1, 2), radio_part(profile)));
    // 1. At the first MME, then by handover at the second, with the update that follows.
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    cast.run(10s);
    ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
    cast.run(10s);
    for (const std::string mme : {"mme", "mme2"}) {
      SCOPED_TRACE(mme);
      // 2. KASME has been at both. Each of them alone reads NAS and the radio on both sides of the move.
      const Attacker attacker(cast, {mme});
      EXPECT_TRUE(attacker.has(*cast.key(0, KeyKind::kasme)->current));
      for (const std::string enb : {"enb1", "enb3"}) {
        EXPECT_FALSE(attacker.read_nas(enb).empty()) << enb;
        EXPECT_FALSE(attacker.read_radio("ue1", enb).empty()) << enb;
      }
      // 3. The ledger says the same.
      EXPECT_EQ(attacker.keys(), follows_from(cast, {mme}));
    }
  }
}

//= S0.D2; type=test
TEST(Attacker, UnderKasmeRefreshedTheTargetMmeHasNothingOfWhatWasBefore) {
  for (const Profile profile : {Profile::seed, Profile::hardened, Profile::temporary_kasme}) {
    SCOPED_TRACE(to_string(profile));
    Cast cast(with_policy(script(1, 4, 1, 2), context::built_part(context::policy_of(profile))));
    // 1. The UE goes from the first MME to the second under KASME'.
    ASSERT_TRUE(cast.attach(0)) << story(cast);
    cast.run(10s);
    const KeyId kasme = *cast.key(0, KeyKind::kasme)->current;
    ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
    cast.run(15s);
    ASSERT_NE(*cast.key(0, KeyKind::kasme)->current, kasme) << story(cast);
    // 2. The second one reads what is said at it, and nothing of what was captured before.
    const Attacker target(cast, {"mme2"});
    EXPECT_FALSE(target.has(kasme));
    EXPECT_FALSE(target.read_nas("enb3").empty());
    EXPECT_TRUE(target.read_nas("enb1").empty());
    EXPECT_FALSE(target.read_radio("ue1", "enb3").empty());
    EXPECT_TRUE(target.read_radio("ue1", "enb1").empty());
    // The ledger had said all of it; of the chain that begins at KASME' it says more than this one makes.
    const auto said = follows_from(cast, {"mme2"});
    EXPECT_TRUE(std::includes(said.begin(), said.end(), target.keys().begin(), target.keys().end()));
    // 3. The first one has made KASME' itself: it reads on.
    const Attacker source(cast, {"mme"});
    EXPECT_TRUE(source.has(*cast.key(0, KeyKind::kasme)->current));
    EXPECT_FALSE(source.read_nas("enb3").empty());
    EXPECT_FALSE(source.read_nas("enb1").empty());
  }
}

// --- MMEs that tell the HSS what is not theirs to tell
// -------------------------------------------------------

namespace dia = wire::diameter;

/// Told is a network whose HSS follows KASME, with what its MMEs have said to it.
class Told {
 public:
  Told() : cast(network()) {}
  static Script network() {
    SecurityPolicy policy;
    policy.inter_mme_kasme = context::InterMmeKasme::refresh_and_update_hss;
    return with_policy(script(1, 4, 1, 2), policy);
  }
  /// updates are all KASME-Update Requests of an MME so far.
  std::vector<dia::KasmeUpdateRequest> updates(const std::string& mme) const {
    std::vector<dia::KasmeUpdateRequest> out;
    for (const WireTap& tap : cast.net.taps()) {
      if (tap.port != peer::Port::diameter || tap.from != mme) continue;
      if (auto m = dia::decode<dia::KasmeUpdateRequest>(tap.octets)) out.push_back(std::move(*m));
    }
    return out;
  }
  /// say has an MME, in the attacker's hand, send that; the private result code it gets, 0 for success.
  std::optional<std::uint32_t> say(std::size_t mme, dia::KasmeUpdateRequest m) {
    const auto& config = cast.mme_configs[mme];
    m.origin_host = config.identity;
    m.origin_realm = config.realm;
    m.session_id = config.identity.value() + ";1;" + std::to_string(++said_);
    const dia::MessageIds ids{0x7700'0000U + said_, 0x7700'0000U + said_};
    const std::size_t before = cast.net.taps().size();
    if (!cast.net.inject_link(config.name, "hss", peer::Port::diameter, 0, dia::encode(m, ids)))
      return std::nullopt;
    cast.run(1s);
    for (std::size_t i = before; i < cast.net.taps().size(); ++i) {
      const WireTap& tap = cast.net.taps()[i];
      if (tap.from != "hss" || tap.to != config.name) continue;
      const auto answer = dia::decode<dia::KasmeUpdateAnswer>(tap.octets);
      if (!answer || answer->session_id != m.session_id) continue;
      return answer->experimental_result ? answer->experimental_result->code : 0U;
    }
    return std::nullopt;
  }
  context::KasmeMemory record() { return std::move(cast.subscribers.load(imsi_of(0))->kasme); }

  Cast cast;

 private:
  std::uint32_t said_ = 0;
};

//= S0.D3; type=test
//= S0.D5; type=test
TEST(Attacker, AForeignMmeAndAStaleOneAreRefusedByTheHssAndTheRecordStays) {
  // 1. The UE attaches at the first MME and is authenticated anew there, twice: the HSS is told both times.
  Told told;
  Cast& cast = told.cast;
  ASSERT_TRUE(cast.attach(0)) << story(cast);
  cast.run(2s);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(cast.reauthenticate(0)) << story(cast);
    cast.run(2s);
  }
  const auto updates = told.updates("mme");
  ASSERT_EQ(updates.size(), 2U) << story(cast);
  const auto copy = [](const dia::KasmeUpdateRequest& m) {
    return *dia::decode<dia::KasmeUpdateRequest>(dia::encode(m, dia::MessageIds{1, 1}));
  };
  const context::KasmeMemory before = told.record();
  ASSERT_TRUE(before.record);
  // 2. Another MME, where the UE never was, sends what the first one sent: that key is not for it.
  EXPECT_EQ(told.say(1, copy(updates[1])), dia::private_result::foreign_mme);
  // 3. It puts its own name there: the HSS has that step already, and not from it.
  auto renamed = copy(updates[1]);
  renamed.steps.back().identity = cast.mme_configs[1].identity;
  EXPECT_EQ(told.say(1, std::move(renamed)), dia::private_result::not_registered);
  //    It makes a next step up: then it has no KASME to make a proof with.
  auto next = copy(updates[1]);
  next.steps.back().step = 1;
  next.steps.back().direction = dia::StepDirection::handover;
  next.steps.back().identity = cast.mme_configs[1].identity;
  EXPECT_EQ(told.say(1, std::move(next)), dia::private_result::bad_proof);
  // 4. The registered MME itself cannot go back to an earlier key.
  EXPECT_EQ(told.say(0, copy(updates[0])), dia::private_result::stale);
  EXPECT_EQ(told.record(), before);
  // 5. The UE goes to the second MME, which registers. The first one tells again what was right before: late.
  ASSERT_TRUE(cast.handover(0, 2)) << story(cast);
  cast.run(15s);
  const context::KasmeMemory moved = told.record();
  EXPECT_EQ(told.say(0, copy(updates[1])), dia::private_result::not_registered);
  EXPECT_EQ(told.record(), moved);
  // 6. Nobody noticed: the UE is served under the keys that it has.
  EXPECT_TRUE(cast.agree(0, KeyKind::kasme)) << story(cast);
  EXPECT_TRUE(cast.tau(0)) << story(cast);
}

}  // namespace
}  // namespace baton::lab
