#include "lab/kasme_walk.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

#include "keys/derive_policy.h"
#include "lab/cast.h"
#include "wire/diameter/message.h"

namespace baton::lab {

namespace {

constexpr std::size_t cells = 4;
constexpr std::size_t mmes = 2;
/// KASME-Updates that somebody remembers, to say them again.
constexpr std::size_t overheard_max = 6;
/// Longer than anybody who was down or away needs to find its peers again.
constexpr Duration recovery = 60s;
/// Of ten tries of 30 s each, longer than all.
constexpr Duration patience = 6min;
/// A UE that does not come back after so many tries never will.
constexpr std::uint64_t attempts_max = 12;

class Walk final : public Watcher {
 public:
  Walk(const KasmeWalk& plan, std::uint64_t seed)
      : plan_(plan),
        dice_(seed, "kasme walk"),
        cast_(with_access(with_policy(script(1, cells, seed, mmes), plan.policy))) {
    result_.seed = seed;
  }

  KasmeWalkResult run() {
    auto& net = cast_.net;
    net.keep_taps(false);
    net.keep_steps(false);
    net.keep_story(false);
    net.watch(*this);
    (void)cast_.attach(0);
    cast_.misbehave(plan_.faults);
    for (std::size_t i = 0; i < plan_.actions && result_.violations.empty(); ++i) {
      act();
      net.run_for(pause());
      look();
    }
    come_to_rest();
    return std::move(result_);
  }

  void on_sent(const Sent& s) override {
    if (s.port != peer::Port::diameter || !s.arrives) return;
    const auto header = wire::diameter::decode_header(s.octets);
    if (!header || !header->request || header->code != wire::diameter::KasmeUpdateRequest::command.code)
      return;
    if (overheard_.size() == overheard_max) overheard_.pop_front();
    overheard_.push_back({cast_.net.name_of(s.from), ByteVector(s.octets.begin(), s.octets.end())});
  }

  void on_ledger(const LedgerEntry& e, SeatNumber, Subject) override {
    if (e.kind != KeyKind::kasme) return;
    const bool held = e.event == KeyEvent::derived || e.event == KeyEvent::received;
    if (e.node == Cast::ue_name(0) && held) {
      of_ue_.insert(e.key);
      if (e.reason == "S0.D2") ++result_.refreshed;
    } else if (e.node != cast_.hss_config.name && held) {
      of_mme_.insert(e.key);
    } else if (e.node == cast_.hss_config.name && e.event == KeyEvent::stored && e.reason == "KASME in use") {
      ++result_.recorded;
      if (of_ue_.count(e.key) == 0) violate("the HSS records a KASME that the UE never made");
      if (of_mme_.count(e.key) == 0) violate("the HSS records a KASME that no MME ever had");
    }
  }

  void on_crash(SeatNumber, Instant) override { ++result_.crashes; }

 private:
  std::uint32_t roll(std::uint32_t sides) { return dice_.u32() % sides; }
  /// pause is as likely to be short as long, from less than a message needs to longer than a timer.
  Duration pause() {
    static constexpr std::array<Duration, 8> longest{100us, 300us, 1ms, 3ms, 30ms, 500ms, 5s, 40s};
    return Duration{1 + roll(static_cast<std::uint32_t>(longest[roll(longest.size())].count()))};
  }

  void violate(const std::string& text) {
    result_.violations.push_back("at " + std::to_string(cast_.net.now().since_epoch.count()) +
                                 " us: " + text);
  }

  void command_ue(node::Verb verb, std::uint32_t argument = 0) {
    cast_.net.command(Cast::ue_name(0), {verb, {}, argument});
  }
  void command_mmes(node::Verb verb) {
    for (const auto& c : cast_.mme_configs)
      if (cast_.net.running(c.name)) cast_.net.command(c.name, {verb, imsi_of(0), 0});
  }
  void let_go() {
    for (const auto& c : cast_.enb_configs)
      if (cast_.net.running(c.name)) cast_.net.command(c.name, {node::Verb::release, imsi_of(0), radio()});
  }
  static std::uint32_t radio() {
    std::uint32_t out = 0;
    for (const Byte b : ue_address(0).octets) out = out << 8U | b;
    return out;
  }

  /// elsewhere is a cell, more often one of the other MME.
  std::uint32_t elsewhere() {
    const auto here = static_cast<std::uint32_t>(cast_.ue(0).cell_number());
    return roll(4) == 0 ? roll(cells) : (here / 2 * 2 + cells / 2 + roll(2)) % cells;
  }

  void act() {
    switch (roll(12)) {
      case 0:
      case 1:
        ++result_.moves;
        command_ue(node::Verb::handover, elsewhere());
        break;
      case 2: {  // two, the second before the first has ended
        const std::uint32_t first = elsewhere();
        result_.moves += 2;
        command_ue(node::Verb::handover, first);
        cast_.net.run_for(Duration{1 + roll(20'000)});
        command_ue(node::Verb::handover, (first + cells / 2) % cells);
        break;
      }
      case 3:
      case 4:
      case 5:  // idle, and then elsewhere
        ++result_.moves;
        let_go();
        cast_.net.run_for(Duration{1 + roll(300'000)});
        command_ue(node::Verb::move, elsewhere());
        break;
      case 6: command_ue(node::Verb::service_request); break;
      case 7: command_ue(node::Verb::tau, roll(2)); break;
      case 8: command_mmes(node::Verb::reauthenticate); break;
      case 9:
        if (roll(3) == 0)
          command_ue(node::Verb::power_cycle);
        else if (cast_.ue(0).state() == node::ue::State::deregistered)
          command_ue(node::Verb::attach);
        break;
      case 10: say_again(); break;
      default: use(); break;
    }
    if (cast_.ue(0).state() == node::ue::State::deregistered && roll(2) == 0) command_ue(node::Verb::attach);
  }

  /// say_again puts a KASME-Update of some time ago on the same MME's link, or on the other one's.
  void say_again() {
    if (overheard_.empty()) return;
    const auto& [from, octets] = overheard_[roll(static_cast<std::uint32_t>(overheard_.size()))];
    const std::string& by = roll(4) == 0 ? cast_.mme_configs[roll(mmes)].name : from;
    if (cast_.net.inject_link(by, cast_.hss_config.name, peer::Port::diameter, 0, octets)) ++result_.repeated;
  }

  /// use has the UE come by other access too.
  void use() {
    const auto& context = cast_.ue(0).context();
    if (!context) return;
    const Kasme now = context->kasme()->clone();
    const std::uint64_t before = cast_.access().uses();
    if (!cast_.comes_by_other_access(0)) return;
    for (int i = 0; i < 40 && cast_.access().uses() == before; ++i) cast_.net.run_for(1s);
    if (cast_.access().uses() == before) return violate("a use of other access has no end");
    judge(now);
  }

  /// judge asks the keys themselves: does the UE make the same K_N3?
  void judge(const Kasme& of_ue) {
    const AccessServer::Use& u = *cast_.access().last();
    if (!u.kn3) return;
    ++result_.uses;
    const AccessServer& a = cast_.access();
    const Kn3 own = derive_kn3(of_ue, a.config().access_label, a.config().identity.value(), u.counter);
    const bool stale = !(own == *u.kn3);
    if (stale != (u.verdict == AccessServer::Verdict::stale))
      violate(stale ? "a stale use is not found out" : "a use that is right is called stale");
    if (!stale) return;
    ++result_.stale;
    command_mmes(node::Verb::stale_key);
  }

  /// look is what holds at every moment: the record goes on in order.
  void look() {
    const auto stored = cast_.subscribers.load(imsi_of(0));
    if (!stored || !stored->kasme.record) return;
    const auto& r = *stored->kasme.record;
    const KeyId id = key_id_of(KeyIdKey{}, r.kasme);
    if (last_ && r.generation < *last_) violate("the record goes back");
    last_ = r.generation;
    const auto [known, fresh] = keys_of_.emplace(std::pair{r.generation.epoch, r.generation.step}, id);
    if (!fresh && known->second != id) violate("a generation comes with two keys");
    if (of_ue_.count(id) == 0 || of_mme_.count(id) == 0)
      violate("the record is nobody's key: " + id.to_string());
  }

  std::optional<KeyId> recorded() {
    const auto stored = cast_.subscribers.load(imsi_of(0));
    if (!stored || !stored->kasme.record) return std::nullopt;
    return key_id_of(KeyIdKey{}, stored->kasme.record->kasme);
  }
  bool agreed() {
    const auto& context = cast_.ue(0).context();
    return context && recorded() == key_id_of(KeyIdKey{}, *context->kasme());
  }

  bool is_served() {
    if (cast_.ue(0).state() != node::ue::State::registered) return false;
    for (std::size_t i = 0; i < mmes; ++i)
      if (const auto* at = cast_.mme(i).find(imsi_of(0)); at != nullptr && at->ours()) return true;
    return false;
  }

  void come_to_rest() {
    auto& net = cast_.net;
    cast_.misbehave({});
    net.run_for(recovery);
    const bool temporary = plan_.policy.inter_mme_kasme == context::InterMmeKasme::refresh_temporary;
    bool served = false;
    for (result_.attempts = 1; result_.attempts <= attempts_max && result_.violations.empty();
         ++result_.attempts) {
      // Who was forgotten finds out by speaking.
      const bool up = cast_.ue(0).state() == node::ue::State::registered;
      command_ue(up ? node::Verb::tau : node::Verb::attach, up ? 1U : 0U);
      net.run_for(20s);
      served = is_served();
      if (!served) {
        net.run_for(recovery);
        look();
        continue;
      }
      // What is untold is told within this time.
      if (!agreed() && !temporary) net.run_for(patience);
      look();
      if (temporary && !agreed()) {
        // The next use finds out, and leads out.
        if (!cast_.ue(0).connected()) command_ue(node::Verb::service_request);
        net.run_for(1s);
        use();
        net.run_for(10s);
        look();
      }
      if (agreed()) break;
    }
    if (!result_.violations.empty()) return;
    if (!served) return violate("the UE is not served at the end");
    if (!agreed()) {
      const auto& context = cast_.ue(0).context();
      return violate(
          "at rest the HSS has " + (recorded() ? recorded()->to_string() : std::string("nothing")) +
          ", the UE " +
          (context ? key_id_of(KeyIdKey{}, *context->kasme()).to_string() : std::string("nothing")));
    }
    const std::uint64_t stale = result_.stale;
    use();
    if (result_.stale != stale) violate("a use at rest is stale");
  }

  const KasmeWalk& plan_;
  SeededEntropy dice_;
  Cast cast_;
  KasmeWalkResult result_;
  std::set<KeyId> of_ue_, of_mme_;
  std::optional<Generation> last_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, KeyId> keys_of_;
  std::deque<std::pair<std::string, ByteVector>> overheard_;
};

}  // namespace

Faults usual_faults() {
  Faults f;
  f.loss = *Chance::percent("2");
  f.duplicate = *Chance::percent("2");
  f.reorder = *Chance::percent("5");
  f.delay = *Chance::percent("1");
  f.break_link = *Chance::percent("0.3");
  f.crash = *Chance::percent("0.5");
  f.partition = *Chance::percent("0.2");
  return f;
}

KasmeWalkResult walk_kasme(const KasmeWalk& walk, std::uint64_t seed) { return Walk(walk, seed).run(); }

}  // namespace baton::lab
