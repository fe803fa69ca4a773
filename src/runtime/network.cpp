#include "runtime/network.h"

#include <algorithm>
#include <utility>

#include "node/enb/enb.h"
#include "node/hss/hss.h"
#include "node/ue/ue.h"
#include "runtime/entropy.h"
#include "runtime/hosts.h"
#include "runtime/node_configs.h"

namespace baton::runtime {
namespace {

/// Descriptors of a process beside its nodes' sockets: standard streams, files, the loop's own, links.
constexpr std::size_t spare_descriptors = 256;

/// How often the network looks whether procedures have come to rest; and how long nothing must have been said
/// of a subscriber for that.
constexpr Duration look_every = 2ms;
constexpr Duration quiet = 20ms;

std::optional<node::Verb> verb_of(std::string_view procedure) {
  if (procedure == "attach") return node::Verb::attach;
  if (procedure == "service-request") return node::Verb::service_request;
  if (procedure == "tau") return node::Verb::tau;
  if (procedure == "detach") return node::Verb::detach;
  return std::nullopt;
}
bool from_idle(node::Verb verb) { return verb == node::Verb::service_request || verb == node::Verb::tau; }

// What the card and the AuC hold for good is no key of a registration.
bool permanent(KeyKind kind) { return kind == KeyKind::k || kind == KeyKind::opc; }

}  // namespace

bool ProcedureResult::keys_ok() const {
  return std::all_of(keys.begin(), keys.end(), [this](const KeyView& k) {
    return k.state.agree && (name != "detach" || k.state.holders.empty());
  });
}

// Run is one procedure of one UE under way.
struct EmbeddedNetwork::Run {
  enum class Phase : Byte {
    releasing,  ///< the UE is to become idle first
    under_way,  ///< the UE has its command
    settling,   ///< the UE has said how it ended; the other ends come to rest
    ended,
  };
  std::size_t ue = 0;
  node::Verb verb{};
  Phase phase = Phase::releasing;
  Instant began;      ///< of the phase
  Instant last_word;  ///< of anybody about this subscriber
  Instant commanded;
  Pace pace;
  ProcedureResult result;
};

EmbeddedNetwork::EmbeddedNetwork(transport::Loop& loop, Topology topology, Setup setup)
    : loop_(loop),
      topology_(std::move(topology)),
      setup_(std::move(setup)),
      services_(loop),
      entropy_(system_entropy()) {}

EmbeddedNetwork::~EmbeddedNetwork() = default;

Expected<std::unique_ptr<EmbeddedNetwork>, std::string> EmbeddedNetwork::build(
    transport::Loop& loop, Topology topology, std::vector<context::SubscriberRecord> subscribers,
    Setup setup) {
  std::unique_ptr<EmbeddedNetwork> network(new EmbeddedNetwork(loop, std::move(topology), std::move(setup)));
  const auto made = network->add_nodes(std::move(subscribers));
  if (!made) return Fail{made.why()};
  return network;
}

Expected<Ok, std::string> EmbeddedNetwork::add_nodes(std::vector<context::SubscriberRecord> subscribers) {
  const std::size_t count = topology_.ue ? subscribers.size() : 0;
  const auto room =
      make_room_for(count + 4 * (topology_.mme.size() + topology_.enb.size()) + spare_descriptors);
  if (!room) return Fail{room.why()};

  services_.metrics = &metrics_;
  services_.log = setup_.log;
  services_.capture = setup_.capture;
  services_.ledger = &ledger_;
  if (!setup_.ledger_file.empty()) {
    const auto opened = ledger_.write_to(setup_.ledger_file);
    if (!opened) return Fail{opened.why()};
  }
  std::map<std::string, node::Role> roles;
  const auto add = [&](std::unique_ptr<Host> host, node::Role role) -> Expected<Ok, std::string> {
    auto opened = host->open();
    if (!opened) return Fail{opened.why()};
    roles[host->name()] = role;
    hosts_.push_back(std::move(host));
    return Ok{};
  };

  for (const HssSettings& hss : topology_.hss) {
    auto store = open_store(hss, *entropy_);
    if (!store) return Fail{hss.name + ": " + store.why()};
    std::vector<context::SubscriberRecord> copies;
    copies.reserve(subscribers.size());
    // What a store already knows of a subscriber, above all the SQN, is newer than the file.
    for (const auto& s : subscribers)
      if (!(*store)->load(s.imsi)) copies.push_back(s.copy());
    if (const auto kept = store::import(**store, std::move(copies)); !kept)
      return Fail{hss.name + ": " + kept.why().what};
    stores_.push_back(std::move(*store));
    auto host = hss_host(services_, hss, topology_, *entropy_, *stores_.back());
    hsses_.push_back(static_cast<node::hss::Hss*>(&host->node()));
    if (const auto added = add(std::move(host), node::Role::hss); !added) return Fail{added.why()};
  }
  for (const UpeSettings& upe : topology_.upe) {
    const auto added = add(upe_host(services_, upe, *entropy_), node::Role::upe);
    if (!added) return Fail{added.why()};
  }
  for (const MmeSettings& mme : topology_.mme) {
    const auto added = add(mme_host(services_, mme, topology_, *entropy_), node::Role::mme);
    if (!added) return Fail{added.why()};
  }
  for (const EnbSettings& enb : topology_.enb) {
    auto host = enb_host(services_, enb, topology_, *entropy_);
    enbs_.push_back(static_cast<node::enb::Enb*>(&host->node()));
    enb_hosts_.push_back(host.get());
    if (const auto added = add(std::move(host), node::Role::enb); !added) return Fail{added.why()};
  }
  for (std::size_t i = 0; i < count; ++i) {
    UeSeat seat;
    seat.imsi = subscribers[i].imsi.digits();
    seat.host = ue_host(services_, *topology_.ue, i, subscribers[i], topology_, *entropy_);
    seat.node = static_cast<node::ue::Ue*>(&seat.host->node());
    if (const auto opened = seat.host->open(); !opened) return Fail{opened.why()};
    if (const auto address = ue_address(*topology_.ue, i)) {
      for (const Byte b : address->octets) seat.address = seat.address << 8 | b;
    } else {
      return Fail{seat.host->name() + ": there are more subscribers than addresses for UEs"};
    }
    roles[seat.host->name()] = node::Role::ue;
    ue_by_name_[seat.host->name()] = i;
    ue_by_imsi_[seat.imsi] = i;
    ues_.push_back(std::move(seat));
  }

  agreement_ = std::make_unique<node::KeyAgreement>(std::move(roles));
  if (setup_.ledger) {
    ledger_.tell([this](const LedgerEntry& e) {
      agreement_->add(e);
      const bool begins =
          e.event == KeyEvent::derived || e.event == KeyEvent::received || e.event == KeyEvent::stored;
      if (begins && !e.subscriber.empty()) last_key_[e.subscriber][e.kind] = e.key;
    });
  }
  services_.on_step = [this](std::string_view, Instant at, const node::Step& step) {
    if (setup_.on_step) setup_.on_step(step);
    const auto ue = ue_by_imsi_.find(step.subscriber);
    const auto run = ue == ue_by_imsi_.end() ? runs_.end() : runs_.find(ue->second);
    if (run == runs_.end()) return;
    run->second->last_word = at;
    if (step.procedure == run->second->result.name) run->second->result.steps.push_back(step);
  };
  services_.on_outcome = [this](std::string_view node, Instant at, const node::Outcome& outcome) {
    const auto ue = ue_by_name_.find(node);
    const auto at_run = ue == ue_by_name_.end() ? runs_.end() : runs_.find(ue->second);
    if (at_run == runs_.end()) return;
    Run& run = *at_run->second;
    run.last_word = at;
    if (run.phase != Run::Phase::under_way || outcome.procedure != run.result.name) return;
    run.result.outcome_ok = outcome.ok;
    run.result.cause = outcome.cause;
    run.result.ms = static_cast<double>((at - run.commanded).count()) / 1000.0;
    run.phase = Run::Phase::settling;
    run.began = at;
  };
  return Ok{};
}

bool EmbeddedNetwork::ready() const { return unready().empty(); }

// What is still missing, in words; empty when nothing is.
std::string EmbeddedNetwork::unready() const {
  for (const node::enb::Enb* const enb : enbs_) {
    for (const auto& link : enb->mmes())
      if (!link.ready()) return std::string(enb->name()) + " has not set up S1 with " + link.peer.name;
  }
  for (std::size_t i = 0; i < hsses_.size(); ++i) {
    for (const NeighbourSettings& c : topology_.hss[i].clients) {
      const bool ours = std::any_of(topology_.mme.begin(), topology_.mme.end(),
                                    [&](const MmeSettings& m) { return m.identity == *c.identity; });
      if (ours && !hsses_[i]->s6a().is_open(*c.identity))
        return c.name + " has not reached " + std::string(hsses_[i]->name());
    }
  }
  return {};
}

Expected<Ok, std::string> EmbeddedNetwork::start(Duration at_most) {
  for (const auto& host : hosts_) host->start();
  for (const UeSeat& ue : ues_) ue.host->start();
  const Instant end = loop_.now() + at_most;
  while (!ready()) {
    if (loop_.now() >= end) return Fail{unready()};
    loop_.run_for(look_every);
  }
  return Ok{};
}

bool EmbeddedNetwork::command(std::string_view node, node::Command command) {
  if (const auto ue = ue_by_name_.find(node); ue != ue_by_name_.end()) {
    ues_[ue->second].host->command(std::move(command));
    return true;
  }
  for (const auto& host : hosts_) {
    if (host->name() != node) continue;
    host->command(std::move(command));
    return true;
  }
  return false;
}

std::vector<ProcedureResult> EmbeddedNetwork::run_all(std::string_view procedure, const Pace& pace) {
  std::vector<std::size_t> all(ues_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return run(procedure, all, pace);
}

std::vector<ProcedureResult> EmbeddedNetwork::run(std::string_view procedure,
                                                  const std::vector<std::size_t>& subscribers,
                                                  const Pace& pace) {
  std::vector<ProcedureResult> results(subscribers.size());
  std::map<std::size_t, std::size_t> place;  // of a UE in the results
  const auto verb = verb_of(procedure);
  std::size_t next = 0, done = 0;
  std::vector<std::size_t> ended;

  const auto admit = [&] {
    while (next < subscribers.size() && runs_.size() < pace.at_once) {
      const std::size_t ue = subscribers[next];
      ProcedureResult& result = results[next];
      result.name = std::string(procedure);
      result.subscriber = ue < ues_.size() ? ues_[ue].imsi : "";
      if (!verb || ue >= ues_.size() || runs_.contains(ue)) {
        result.cause = !verb               ? "there is no such procedure"
                       : ue >= ues_.size() ? "there is no such subscriber"
                                           : "given twice";
        ++next;
        ++done;
        continue;
      }
      auto run = std::make_unique<Run>();
      run->ue = ue;
      run->verb = *verb;
      run->pace = pace;
      run->result = result;
      place[ue] = next++;
      Run& admitted = *run;
      runs_[ue] = std::move(run);
      begin(admitted);
    }
  };

  std::unique_ptr<transport::Timer> look;
  look = loop_.timer([&] {
    advance();
    look->set(loop_.now() + look_every);
  });
  look->set(loop_.now() + look_every);
  const auto all_done = [&] {
    if (ended_ == 0) return done == subscribers.size();
    for (auto at = runs_.begin(); at != runs_.end();) {
      if (at->second->phase != Run::Phase::ended) {
        ++at;
        continue;
      }
      results[place[at->first]] = std::move(at->second->result);
      if (setup_.on_result) setup_.on_result(results[place[at->first]]);
      ++done;
      at = runs_.erase(at);
    }
    ended_ = 0;
    admit();
    return done == subscribers.size();
  };
  admit();
  // Every run ends by its own deadlines; this one only bounds their sum.
  const auto rounds =
      static_cast<Duration::rep>(subscribers.size() / std::max<std::size_t>(pace.at_once, 1) + 1);
  loop_.run_until(all_done, rounds * (2 * pace.timeout + pace.settle + 1s));
  runs_.clear();
  ledger_.flush();
  if (setup_.capture) setup_.capture->flush();
  return results;
}

void EmbeddedNetwork::begin(Run& run) {
  run.began = run.last_word = loop_.now();
  if (!from_idle(run.verb) || !ues_[run.ue].node->connected()) return order(run);
  for (Host* const enb : enb_hosts_) enb->command({node::Verb::release, {}, ues_[run.ue].address});
}

void EmbeddedNetwork::order(Run& run) {
  run.phase = Run::Phase::under_way;
  run.began = run.commanded = run.last_word = loop_.now();
  ues_[run.ue].host->command({run.verb, {}, 0});
}

// Both ends have come to rest: the keys agree (after a detach: are gone), and nobody has said anything for a
// while. A wrong state stays wrong until `settle` has passed and is then reported as it is.
bool EmbeddedNetwork::at_rest(const Run& run) const {
  if (loop_.now() - run.last_word < quiet) return false;
  if (!setup_.ledger) return true;
  ProcedureResult now;
  now.name = run.result.name;
  now.keys = keys(ues_[run.ue].imsi);
  return now.keys_ok();
}

void EmbeddedNetwork::finish(Run& run) {
  if (run.phase == Run::Phase::ended) return;
  run.phase = Run::Phase::ended;
  run.result.keys = keys(ues_[run.ue].imsi);
  ++ended_;
}

void EmbeddedNetwork::advance() {
  const Instant now = loop_.now();
  for (auto& [ue, run] : runs_) {
    const Duration since = now - run->began;
    switch (run->phase) {
      case Run::Phase::releasing:
        if (!ues_[ue].node->connected() && now - run->last_word >= quiet && since >= quiet) {
          order(*run);
        } else if (since >= run->pace.timeout) {
          run->result.cause = "the UE was not released to idle";
          finish(*run);
        }
        break;
      case Run::Phase::under_way:
        if (since < run->pace.timeout) break;
        run->result.cause = "no outcome in time";
        run->result.ms = static_cast<double>(since.count()) / 1000.0;
        finish(*run);
        break;
      case Run::Phase::settling:
        if (at_rest(*run) || since >= run->pace.settle) finish(*run);
        break;
      case Run::Phase::ended: break;
    }
  }
}

std::vector<KeyView> EmbeddedNetwork::keys(const std::string& imsi) const {
  std::vector<KeyView> out;
  const auto last = last_key_.find(imsi);
  for (node::KeyState& state : agreement_->states(imsi)) {
    if (permanent(state.kind)) continue;
    KeyView view{std::move(state), ""};
    if (view.state.current)
      view.last_id = view.state.current->to_string();
    else if (last != last_key_.end() && last->second.contains(view.state.kind))
      view.last_id = last->second.at(view.state.kind).to_string();
    out.push_back(std::move(view));
  }
  return out;
}

std::uint64_t EmbeddedNetwork::events_handled() const {
  std::uint64_t all = 0;
  for (const auto& host : hosts_) all += host->events_handled();
  for (const UeSeat& ue : ues_) all += ue.host->events_handled();
  return all;
}

}  // namespace baton::runtime
