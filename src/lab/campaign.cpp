#include "lab/campaign.h"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <utility>

#include "lab/cast.h"

namespace baton::lab {

namespace {

constexpr std::size_t cells = 4;
constexpr std::size_t mmes = 2;

constexpr CampaignName names[] = {
    {CampaignKind::attach, "attach", "every UE attaches"},
    {CampaignKind::s1_handover, "s1-handover", "every connected UE is handed over inside its MME"},
    {CampaignKind::inter_mme_handover, "inter-mme-handover",
     "every connected UE is handed over to the other MME"},
    {CampaignKind::inter_mme_tau, "inter-mme-tau", "every idle UE turns up at the other MME"},
    {CampaignKind::mixed, "mixed", "a random walk through all that UEs do, ping-pong included"},
};

// Nothing more is sent for a UE for so long: longer than GTP-C (3 s) and the radio hop wait before they
// repeat.
constexpr Duration quiet = 4s;
constexpr Duration look_again = 250ms;
constexpr Duration attach_again = 15s;
constexpr Duration prepare_limit = 10min;
constexpr Duration attach_limit = 60min;
constexpr Duration rest = 3min;

std::string text_of(Duration d) {
  std::string ms = std::to_string(d.count() / 1000);
  std::string us = std::to_string(1000 + d.count() % 1000).substr(1);
  return ms + "." + us + " ms";
}

enum class Doing : Byte { attaching, preparing, moving, acting, done };
enum class MoveKind : Byte { handover, idle_update };

struct Exchange {
  SeatNumber asked_by = nobody;
  int sent = 0;
  bool answered = false;
};

struct Move {
  MoveKind kind{};
  Instant began;
  std::size_t source = 0, target = 0;  ///< eNBs
  bool attached_again = false;
  std::optional<bool> said;  ///< the UE's own outcome
  std::optional<Instant> left, heard;
  bool over = false;  ///< as the source MME sees it
  bool link_broke = false;
  std::array<std::uint64_t, 4> messages{};
  std::map<std::pair<SeatNumber, std::uint32_t>, Exchange>
      exchanges;  ///< GTP-C, by the lower seat and number
  std::vector<FaultEntry> faults;
};

struct Agent {
  std::size_t number = 0;
  SeatNumber seat = nobody;
  Doing doing = Doing::attaching;
  Instant since;      ///< of `doing`
  Instant last_sent;  ///< any message for the UE
  std::size_t cell = 0;
  std::size_t before = 0;  ///< the cell it came from
  std::size_t actions_left = 0;
  MoveKind wanted = MoveKind::handover;
  std::size_t wanted_target = 0;
  bool powerful_word_said = false;
  Move move;
};

class Play final : public Watcher {
 public:
  Play(const CampaignPlan& plan, std::uint64_t seed)
      : plan_(plan), dice_(seed, "campaign"), cast_(script_for(plan, seed)), monitor_(places()) {
    result_.seed = seed;
    result_.ues = plan.ues;
  }

  SeedResult run() {
    auto& net = cast_.net;
    net.keep_taps(false);
    net.keep_story(false);
    net.watch(monitor_);
    net.watch(*this);
    cast_.misbehave(plan_.faults);

    Instant at = net.now();
    for (std::size_t i = 0; i < plan_.ues; ++i) {
      Agent a;
      a.number = i;
      a.seat = net.seat(Cast::ue_name(i));
      a.cell = a.before = i % cells;
      a.actions_left = plan_.kind == CampaignKind::attach  ? 0
                       : plan_.kind == CampaignKind::mixed ? plan_.actions
                                                           : 1;
      at += Duration{1 + roll(40'000)};
      a.since = at;
      agents_.push_back(std::move(a));
      by_seat_.resize(net.seats(), nullptr);
      agenda_.push({at, i});
      if (i % cells != 0)
        net.command(Cast::ue_name(i), {node::Verb::move, {}, static_cast<std::uint32_t>(i % cells)});
    }
    for (Agent& a : agents_) by_seat_[a.seat] = &a;
    next_move_ = at + 1s;

    while (!agenda_.empty() && monitor_.violations().empty()) {
      const auto [due, who] = agenda_.top();
      agenda_.pop();
      while (net.now() < due && monitor_.violations().empty()) {
        // In pieces, so that a violation stops the run soon.
        net.run_until(std::min(due, net.now() + 100ms));
      }
      act(agents_[who]);
    }
    if (monitor_.violations().empty()) come_to_rest();
    sum_up();
    return std::move(result_);
  }

  // --- what is seen on the way
  void on_sent(const Sent& s) override {
    Agent* a = s.subject < by_seat_.size() ? by_seat_[s.subject] : nullptr;
    if (a == nullptr) return;
    a->last_sent = s.at;
    if (a->doing != Doing::moving) return;
    Move& m = a->move;
    ++m.messages[static_cast<std::size_t>(s.port)];
    // Its first frame on SRB1 (channel 2, wire/rrc/frame.h): before, it has only listened to that cell.
    if (s.port == peer::Port::radio && !m.left && s.from == a->seat && s.to == enb_seat(m.target) &&
        s.octets.size() > 3 && s.octets[3] == 2)
      m.left = s.at;
    // An initiating message (0) of the procedure Handover Notification (2). TS 36.413, 9.3.6.
    if (s.port == peer::Port::s1ap && !m.heard && s.from == enb_seat(m.target) && s.octets.size() > 1 &&
        s.octets[0] == 0 && s.octets[1] == 2)
      m.heard = s.at;
    if (s.port == peer::Port::gtpc && s.to != nobody && s.octets.size() >= 12) note_exchange(m, s);
  }

  void on_outcome(const node::Outcome& o, SeatNumber at, Instant) override {
    // The source MME has let the UE go: no association matters to this move any more.
    if (o.ok && (o.procedure == "inter-mme-handover" || o.procedure == "s1-handover") &&
        std::find(mme_seats_.begin(), mme_seats_.end(), at) != mme_seats_.end())
      for (Agent& other : agents_)
        if (other.doing == Doing::moving && imsi_of(other.number).digits() == o.subscriber)
          other.move.over = true;
    Agent* a = at < by_seat_.size() ? by_seat_[at] : nullptr;
    if (a == nullptr || a->doing != Doing::moving) return;
    if (o.procedure == "attach") a->move.attached_again = true;
    const bool own = o.procedure == (a->move.kind == MoveKind::handover ? "handover" : "tau");
    if (own && !(a->move.said && *a->move.said)) a->move.said = o.ok;
  }

  void on_fault(const FaultEntry& f) override {
    const bool wide =
        f.kind == FaultKind::break_link || f.kind == FaultKind::crash || f.kind == FaultKind::partition;
    for (Agent& a : agents_) {
      if (a.doing != Doing::moving) continue;
      if (f.subject != a.seat && !(wide && on_way(a, f.from) && on_way(a, f.to))) continue;
      a.move.faults.push_back(f);
    }
  }

  void on_link_end(SeatNumber a, SeatNumber b, peer::Port port, Instant) override {
    if (port != peer::Port::s1ap) return;
    for (Agent& agent : agents_)
      if (agent.doing == Doing::moving && !agent.move.over && on_way(agent, a) && on_way(agent, b))
        agent.move.link_broke = true;
  }

 private:
  static Script script_for(const CampaignPlan& plan, std::uint64_t seed) {
    Script s = script(plan.ues, cells, seed, mmes);
    if (context::beyond_final(plan.policy)) s = with_policy(std::move(s), plan.policy);
    for (auto& enb : s.enbs) enb.inactivity = plan.inactivity;
    return s;
  }

  std::vector<Place> places() {
    std::vector<Place> out(cast_.net.seats());
    for (std::size_t i = 0; i < out.size(); ++i) out[i].name = cast_.net.name_of(static_cast<SeatNumber>(i));
    const auto role = [&](const std::string& name, node::Role r) -> Place& {
      Place& p = out[cast_.net.seat(name)];
      p.role = r;
      return p;
    };
    role(cast_.hss_config.name, node::Role::hss);
    role(cast_.upe_config.name, node::Role::upe);
    for (const auto& c : cast_.mme_configs) {
      role(c.name, node::Role::mme);
      mme_seats_.push_back(cast_.net.seat(c.name));
    }
    for (const auto& c : cast_.enb_configs) {
      Place& p = role(c.name, node::Role::enb);
      p.pci = c.cell.pci.value;
      p.earfcn_dl = c.cell.earfcn_dl;
      enb_seats_.push_back(cast_.net.seat(c.name));
    }
    for (std::size_t i = 0; i < plan_.ues; ++i)
      role(Cast::ue_name(i), node::Role::ue).imsi = imsi_of(i).digits();
    hss_seat_ = cast_.net.seat(cast_.hss_config.name);
    upe_seat_ = cast_.net.seat(cast_.upe_config.name);
    return out;
  }

  std::uint32_t roll(std::uint32_t sides) { return dice_.u32() % sides; }
  SeatNumber enb_seat(std::size_t i) const { return enb_seats_[i]; }
  SeatNumber mme_seat(std::size_t enb) const { return mme_seats_[mme_of_enb(enb, cells, mmes)]; }

  bool on_way(const Agent& a, SeatNumber seat) const {
    const Move& m = a.move;
    return seat == a.seat || seat == enb_seat(m.source) || seat == enb_seat(m.target) ||
           seat == mme_seat(m.source) || seat == mme_seat(m.target) || seat == hss_seat_ || seat == upe_seat_;
  }

  static void note_exchange(Move& m, const Sent& s) {
    //= TS 29.274, 5.1
    const std::size_t at = (s.octets[0] & 0x08U) != 0 ? 8 : 4;
    const auto number =
        static_cast<std::uint32_t>(s.octets[at] << 16U | s.octets[at + 1] << 8U | s.octets[at + 2]);
    Exchange& e = m.exchanges[{std::min(s.from, s.to) << 16U | std::max(s.from, s.to), number}];
    if (e.asked_by == nobody) e.asked_by = s.from;
    if (e.asked_by == s.from)
      ++e.sent;
    else
      e.answered = e.answered || s.arrives;
  }

  void command(const Agent& a, node::Verb verb, std::uint32_t argument = 0) {
    cast_.net.command(Cast::ue_name(a.number), {verb, {}, argument}, a.seat);
  }
  void again(Agent& a, Duration after) { agenda_.push({cast_.net.now() + after, a.number}); }
  void turn_to(Agent& a, Doing doing) {
    a.doing = doing;
    a.since = cast_.net.now();
    a.powerful_word_said = false;
  }

  const node::ue::Ue& ue(const Agent& a) { return cast_.ue(a.number); }
  bool registered(const Agent& a) { return ue(a).state() == node::ue::State::registered; }
  /// in_cell is the eNB whose keys the UE has; nothing when there is not exactly one.
  std::optional<std::size_t> in_cell(const Agent& a) const {
    const auto at = monitor_.holders(a.seat, KeyKind::kenb, node::Role::enb);
    if (at.size() != 1) return std::nullopt;
    const auto found = std::find(enb_seats_.begin(), enb_seats_.end(), at[0]);
    return static_cast<std::size_t>(found - enb_seats_.begin());
  }

  void act(Agent& a) {
    switch (a.doing) {
      case Doing::attaching: return act_attaching(a);
      case Doing::preparing: return act_preparing(a);
      case Doing::moving: return act_moving(a);
      case Doing::acting: return act_acting(a);
      case Doing::done: return;
    }
  }

  void act_attaching(Agent& a) {
    const Instant now = cast_.net.now();
    if (registered(a)) {
      ++result_.attached;
      return next_action(a);
    }
    if (now - a.since > attach_limit) {
      complain(a, "cannot attach");
      return turn_to(a, Doing::done);
    }
    if (ue(a).state() == node::ue::State::deregistered) command(a, node::Verb::attach);
    again(a, attach_again);
  }

  /// next_action lets the UE do the next thing of its plan, at a time of its own.
  void next_action(Agent& a) {
    if (a.actions_left == 0) return turn_to(a, Doing::done);
    --a.actions_left;
    next_move_ = std::max(next_move_, cast_.net.now()) +
                 Duration{1 + roll(static_cast<std::uint32_t>(2 * plan_.spacing.count()))};
    a.wanted = MoveKind::handover;
    const std::size_t here = a.cell, half = cells / mmes;
    const std::size_t inside = here / half * half + (here + 1) % half;
    const std::size_t across = (here / half + 1) % mmes * half + roll(half);
    a.wanted_target = across;
    switch (plan_.kind) {
      case CampaignKind::attach:
      case CampaignKind::inter_mme_handover: break;
      case CampaignKind::s1_handover: a.wanted_target = inside; break;
      case CampaignKind::inter_mme_tau: a.wanted = MoveKind::idle_update; break;
      case CampaignKind::mixed:
        switch (roll(8)) {
          case 0:
          case 1: break;
          case 2: a.wanted_target = inside; break;
          case 3: a.wanted_target = a.before == here ? across : a.before; break;  // ping-pong
          case 4: a.wanted = MoveKind::idle_update; break;
          default:
            turn_to(a, Doing::acting);
            agenda_.push({next_move_, a.number});
            return;
        }
    }
    turn_to(a, Doing::preparing);
    a.since = next_move_;
    agenda_.push({next_move_, a.number});
  }

  /// What has no target: it is asked for, and the network has time for it.
  void act_acting(Agent& a) {
    if (!std::exchange(a.powerful_word_said, true)) {
      const bool up = registered(a);
      switch (roll(4)) {
        case 0: command(a, up ? node::Verb::tau : node::Verb::attach); break;
        case 1: command(a, up ? node::Verb::service_request : node::Verb::attach); break;
        case 2: command(a, up ? node::Verb::detach : node::Verb::attach); break;
        default:
          for (const auto& c : cast_.mme_configs)
            if (cast_.net.running(c.name))
              cast_.net.command(c.name, {node::Verb::reauthenticate, imsi_of(a.number), 0}, a.seat);
      }
      return again(a, 1ms * (1 + roll(12'000)));
    }
    next_action(a);
  }

  void act_preparing(Agent& a) {
    const Instant now = cast_.net.now();
    if (now - a.since > prepare_limit) {
      complain(a, "cannot be brought to where its move can begin");
      return turn_to(a, Doing::done);
    }
    if (ue(a).state() == node::ue::State::deregistered) {
      command(a, node::Verb::attach);
      return again(a, attach_again);
    }
    if (!registered(a)) return again(a, look_again);
    const bool connected = ue(a).connected();
    if (a.wanted == MoveKind::idle_update) {
      if (connected || now - a.last_sent < 1s) return again(a, look_again);
      const auto at = monitor_.holders(a.seat, KeyKind::knas_int, node::Role::mme);
      if (at.size() != 1) {
        command(a, node::Verb::tau);
        return again(a, quiet);
      }
      return begin_move(a);
    }
    const auto here = in_cell(a);
    if (connected && ue(a).as_secured() && here && now - a.last_sent > 200ms) {
      a.cell = *here;
      if (a.wanted_target == a.cell) a.wanted_target = (a.cell + cells / mmes) % cells;
      const bool crosses = mme_of_enb(a.cell, cells, mmes) != mme_of_enb(a.wanted_target, cells, mmes);
      if (plan_.kind == CampaignKind::inter_mme_handover && !crosses)
        a.wanted_target = (a.wanted_target + cells / mmes) % cells;
      if (plan_.kind == CampaignKind::s1_handover && crosses)
        a.wanted_target = a.cell / 2 * 2 + (a.cell + 1) % 2;
      return begin_move(a);
    }
    if (now - a.last_sent > 1s) {
      // A UE without a connection asks for one; one whose eNB has forgotten it finds out by speaking.
      if (!connected)
        command(a, node::Verb::service_request);
      else if (!here)
        command(a, node::Verb::tau);
    }
    again(a, look_again);
  }

  void begin_move(Agent& a) {
    turn_to(a, Doing::moving);
    a.move = Move{};
    a.move.kind = a.wanted;
    a.move.began = cast_.net.now();
    a.move.source = a.cell;
    a.move.target = a.wanted_target;
    ++result_.moves;
    command(a, a.wanted == MoveKind::handover ? node::Verb::handover : node::Verb::move,
            static_cast<std::uint32_t>(a.wanted_target));
    again(a, look_again);
  }

  void act_moving(Agent& a) {
    const Instant now = cast_.net.now();
    Move& m = a.move;
    const bool over_limit = now - m.began > move_limit;
    if (!over_limit) {
      const bool silent = now - std::max(a.last_sent, m.began) >= quiet;
      if (!silent || (!m.said && now - m.began < 30s)) return again(a, look_again);
      if (!registered(a) && ue(a).state() != node::ue::State::deregistered) return again(a, look_again);
    }
    end_move(a, over_limit);
  }

  void end_move(Agent& a, bool over_limit) {
    Move& m = a.move;
    const auto at = monitor_.holders(a.seat, KeyKind::knas_int, node::Role::mme);
    const bool unanswered = std::any_of(m.exchanges.begin(), m.exchanges.end(), [](const auto& e) {
      return !e.second.answered && e.second.sent >= 3;
    });
    const bool unknown = m.link_broke || unanswered;
    const bool again_attached = m.attached_again || ue(a).state() == node::ue::State::deregistered;
    const bool at_target_mme = at.size() == 1 && at[0] == mme_seat(m.target);
    const bool at_source_mme = at.size() == 1 && at[0] == mme_seat(m.source);
    const bool crosses = mme_seat(m.source) != mme_seat(m.target);
    const bool arrived = m.kind == MoveKind::handover ? m.heard.has_value() && at_target_mme
                                                      : m.said.value_or(true) && at_target_mme;

    for (std::size_t p = 0; p < m.messages.size(); ++p) result_.move_messages[p] += m.messages[p];
    if (unknown) ++result_.unknown;
    bool fine = true;
    if (again_attached) {
      ++result_.reattached;
      fine = !m.faults.empty();  // it has its own goal, and is listed with what hit it
      result_.reattaches.push_back({Cast::ue_name(a.number), m.began, unknown, told(m.faults)});
    } else if (arrived) {
      ++result_.complete;
    } else if (registered(a) && at_source_mme && (crosses || !m.heard)) {
      ++result_.back;
    } else {
      fine = false;
      if (over_limit) ++result_.stuck;
      odd_.push_back(Cast::ue_name(a.number) + " at " + text_of(m.began.since_epoch) + ": " +
                     std::string(to_string(ue(a).state())) + ", KASME at " +
                     (at.empty() ? "no MME" : cast_.net.name_of(at[0])) +
                     (m.heard ? ", heard at the target" : ", not heard at the target") +
                     (unknown ? ", outcome unknown" : ""));
    }
    if (!fine && !unknown) ++result_.unexplained;
    if (m.left && m.heard && m.kind == MoveKind::handover && *m.heard >= *m.left)
      result_.interruptions.push_back(*m.heard - *m.left);
    if (arrived) a.before = std::exchange(a.cell, m.target);
    if (const auto here = in_cell(a)) a.cell = *here;
    next_action(a);
  }

  std::string told(const FaultEntry& f) const {
    const auto& name = [&](SeatNumber s) { return s == nobody ? std::string("?") : cast_.net.name_of(s); };
    std::string out = std::string(to_string(f.kind)) + " at " + text_of(f.at.since_epoch) + ", ";
    if (f.kind == FaultKind::crash) return out + name(f.from);
    return out + std::string(to_string(f.port)) + " " + name(f.from) + " to " + name(f.to);
  }
  /// told lists what can have caused it: first what takes messages, links and nodes away.
  std::vector<std::string> told(const std::vector<FaultEntry>& faults) const {
    constexpr std::size_t most = 8;
    std::vector<std::string> out;
    for (const bool grave : {true, false}) {
      for (const FaultEntry& f : faults) {
        const bool mild =
            f.kind == FaultKind::duplicate || f.kind == FaultKind::reorder || f.kind == FaultKind::delay;
        if (mild == grave || out.size() >= most) continue;
        out.push_back(told(f));
      }
      if (!out.empty()) break;
    }
    return out;
  }

  void complain(const Agent& a, std::string_view what) {
    ++result_.stuck;
    odd_.push_back(Cast::ue_name(a.number) + " " + std::string(what) + ": " +
                   std::string(to_string(ue(a).state())) + (ue(a).connected() ? ", connected" : ", idle"));
  }

  /// come_to_rest ends the mischief, waits until nothing is under way, lets the UEs find out what only
  /// speaking tells them, and looks at both ends of everything.
  void come_to_rest() {
    auto& net = cast_.net;
    net.misbehave({});
    net.run_for(rest);
    for (int turn = 0; turn < 2 && monitor_.violations().empty(); ++turn) {
      for (Agent& a : agents_) {
        if (!registered(a)) continue;
        const auto there = monitor_.holders(a.seat, KeyKind::knas_int, node::Role::mme);
        const bool forgotten = there.size() != 1 || (ue(a).connected() && !in_cell(a));
        if (!forgotten && same_kasme(a)) continue;
        command(a, node::Verb::tau);
        net.run_for(20ms);
      }
      net.run_for(rest);
    }
    if (!monitor_.violations().empty()) return;
    std::size_t secured = 0;
    for (Agent& a : agents_) {
      monitor_.at_rest(a.seat, registered(a), ue(a).as_secured(), net.now());
      secured += ue(a).connected() ? 1 : 0;
    }
    std::size_t at_enbs = 0, at_mmes = 0;
    for (std::size_t i = 0; i < cells; ++i) at_enbs += cast_.enb(i).ue_count();
    for (std::size_t i = 0; i < mmes; ++i) at_mmes += cast_.mme(i).connection_count();
    if (at_enbs != secured || at_mmes != secured)
      result_.violations.push_back("at rest " + std::to_string(secured) +
                                   " UEs are connected, but the eNBs know " + std::to_string(at_enbs) +
                                   " and the MMEs " + std::to_string(at_mmes));
  }

  bool same_kasme(const Agent& a) const {
    std::optional<KeyId> one;
    for (const auto& h : monitor_.held(a.seat)) {
      if (h.kind != KeyKind::kasme) continue;
      if (one && *one != h.key) return false;
      one = h.key;
    }
    return true;
  }

  void sum_up() {
    auto& net = cast_.net;
    for (const Violation& v : monitor_.violations())
      result_.violations.push_back("seed " + std::to_string(result_.seed) + ", " + text_of(v.at.since_epoch) +
                                   ", " + (v.ue == nobody ? "nobody" : net.name_of(v.ue)) + ": " +
                                   std::string(to_string(v.invariant)) + ": " + v.text);
    for (std::string& o : odd_) result_.odd.push_back(std::move(o));
    result_.faults = net.fault_counts();
    for (std::size_t p = 0; p < 4; ++p) result_.messages[p] = net.messages(static_cast<peer::Port>(p));
    result_.ledger_hash = hex(monitor_.ledger_hash());
    result_.ledger_entries = monitor_.ledger_entries();
    result_.nas_verified = monitor_.nas_verified();
    result_.srb_verified = monitor_.srb_verified();
    result_.events = net.events_handled();
    result_.simulated = net.now().since_epoch;
  }

  CampaignPlan plan_;
  SeededEntropy dice_;
  Cast cast_;
  std::vector<SeatNumber> mme_seats_, enb_seats_;
  SeatNumber hss_seat_ = nobody, upe_seat_ = nobody;
  Monitor monitor_;
  SeedResult result_;
  std::vector<Agent> agents_;
  std::vector<Agent*> by_seat_;
  using Entry = std::pair<Instant, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> agenda_;
  Instant next_move_;
  std::vector<std::string> odd_;
};

}  // namespace

std::span<const CampaignName> campaigns() { return names; }

const CampaignName* find_campaign(std::string_view name) {
  for (const CampaignName& c : names)
    if (c.name == name) return &c;
  return nullptr;
}

SeedResult play_campaign(const CampaignPlan& plan, std::uint64_t seed) { return Play(plan, seed).run(); }

std::vector<std::string> missed_goals(const CampaignPlan& plan, const std::vector<SeedResult>& results) {
  std::size_t moves = 0, complete = 0, reattached = 0, unexplained = 0, stuck = 0, missing = 0;
  for (const SeedResult& r : results) {
    moves += r.moves;
    complete += r.complete;
    reattached += r.reattached;
    unexplained += r.unexplained;
    stuck += r.stuck;
    missing += r.ues - r.attached;
  }
  std::vector<std::string> out;
  if (missing != 0) out.push_back(std::to_string(missing) + " UEs never attached");
  if (stuck != 0) out.push_back(std::to_string(stuck) + " UEs got stuck");
  if (plan.faults.crash.per_million != 0 || moves == 0) return out;
  if (unexplained != 0)
    out.push_back(std::to_string(unexplained) +
                  " moves ended neither complete nor back, although no outcome was unknown");
  if (reattached * 100 > moves)
    out.push_back(std::to_string(reattached) + " of " + std::to_string(moves) +
                  " moves ended with an attach: more than 1 %");
  if (complete * 10 < moves * 9)
    out.push_back("only " + std::to_string(complete) + " of " + std::to_string(moves) +
                  " moves ended at the target: less than 90 %");
  return out;
}

std::string repeat_command(const CampaignPlan& plan, std::uint64_t seed) {
  std::string out = "baton lab run ";
  for (const CampaignName& c : names)
    if (c.kind == plan.kind) out += c.name;
  out += " --ues " + std::to_string(plan.ues);
  const Faults& f = plan.faults;
  const std::pair<const char*, Chance> chances[] = {
      {"loss", f.loss},        {"duplicate", f.duplicate}, {"reorder", f.reorder},    {"delay", f.delay},
      {"break", f.break_link}, {"crash", f.crash},         {"partition", f.partition}};
  for (const auto& [name, chance] : chances)
    if (chance.per_million != 0) out += std::string(" --") + name + " " + chance.to_string();
  if (!plan.policy_named.empty()) out += " " + plan.policy_named;
  return out + " --seeds " + std::to_string(seed) + ".." + std::to_string(seed);
}

Duration percentile(std::vector<Duration> list, std::uint32_t per_mille) {
  if (list.empty()) return Duration{};
  std::sort(list.begin(), list.end());
  return list[std::min(list.size() - 1, list.size() * per_mille / 1000)];
}

}  // namespace baton::lab
