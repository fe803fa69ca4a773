#include "app/virtual_network.h"

#include <utility>

#include "lab/seeded_entropy.h"
#include "node/enb/enb.h"
#include "node/hss/hss.h"
#include "node/mme/mme.h"
#include "node/ue/ue.h"
#include "node/upe/upe.h"
#include "runtime/network.h"
#include "runtime/node_configs.h"

namespace baton::app {
namespace {

constexpr std::string_view beat_name = "the walk's beat";

// A door from which links are opened has no port of its own on this machine; the lab's wires want one.
Endpoint whole(const runtime::Door& door) {
  Endpoint out = door.local;
  if (out.port == 0)
    out.port = door.port == peer::Port::diameter ? runtime::diameter_port : runtime::s1ap_port;
  return out;
}

lab::Doors lab_doors(const std::vector<runtime::Door>& doors) {
  lab::Doors out;
  for (const runtime::Door& door : doors) {
    switch (door.port) {
      case peer::Port::s1ap: out.s1ap = whole(door); break;
      case peer::Port::diameter: out.diameter = whole(door); break;
      case peer::Port::gtpc: out.gtpc = whole(door); break;
      case peer::Port::radio: out.radio = whole(door); break;
    }
  }
  return out;
}

}  // namespace

/// Beat is a seat in the lab that does nothing but let time pass in small steps, so that the walk can look
/// in between however quiet the nodes are.
class VirtualNetwork::Beat final : public node::Node {
 public:
  void on(node::Event, Instant now, node::Actions& out) override {
    out.start_timer({node::TimerDomain::node, 0, 0}, now + runtime::walk_looks_every);
  }
  std::string_view name() const override { return beat_name; }
};

/// Lab is the ground of a walk over the lab's nodes.
class VirtualNetwork::Lab final : public runtime::Ground {
 public:
  explicit Lab(VirtualNetwork& network) : network_(network) {}
  Instant now() const override { return network_.net_.now(); }
  void command(std::size_t ue, node::Command command) override {
    network_.net_.command(network_.ues_[ue].name, std::move(command));
  }
  void release(std::size_t ue) override {
    for (const node::enb::Enb* const enb : network_.enbs_)
      network_.net_.command(enb->name(),
                            {node::Verb::release, network_.ues_[ue].imsi, network_.ues_[ue].address});
  }
  runtime::Stands stands(std::size_t ue) const override { return runtime::stands(*network_.ues_[ue].node); }
  std::size_t cell(std::size_t ue) const override { return network_.ues_[ue].node->cell_number(); }

 private:
  VirtualNetwork& network_;
};

VirtualNetwork::VirtualNetwork(runtime::Topology topology, Setup setup)
    : topology_(std::move(topology)), setup_(std::move(setup)) {
  net_.keep_taps(false);
}

VirtualNetwork::~VirtualNetwork() = default;

Expected<std::unique_ptr<VirtualNetwork>, std::string> VirtualNetwork::build(
    runtime::Topology topology, std::vector<context::SubscriberRecord> subscribers, Setup setup) {
  std::unique_ptr<VirtualNetwork> network(new VirtualNetwork(std::move(topology), std::move(setup)));
  const auto made = network->add_nodes(std::move(subscribers));
  if (!made) return Fail{made.why()};
  return network;
}

Entropy& VirtualNetwork::entropy_for(const std::string& name) {
  entropies_.push_back(std::make_unique<lab::SeededEntropy>(setup_.seed, name));
  return *entropies_.back();
}

Expected<Ok, std::string> VirtualNetwork::add_nodes(std::vector<context::SubscriberRecord> subscribers) {
  if (!setup_.ledger_file.empty()) {
    const auto opened = ledger_.write_to(setup_.ledger_file);
    if (!opened) return Fail{opened.why()};
  }
  runtime::Walkers walkers;
  walkers.cells = runtime::Walkers::cells_of(topology_);
  const auto add = [&](std::unique_ptr<node::Node> node, const std::vector<runtime::Door>& doors,
                       node::Role role, store::Store* store = nullptr) {
    walkers.roles[std::string(node->name())] = role;
    net_.add(std::move(node), lab_doors(doors), store);
  };

  net_.add(std::make_unique<Beat>(), {});
  for (const runtime::HssSettings& hss : topology_.hss) {
    auto& store = *stores_.emplace_back(std::make_unique<store::MemoryStore>());
    std::vector<context::SubscriberRecord> copies;
    copies.reserve(subscribers.size());
    for (const auto& s : subscribers) copies.push_back(s.copy());
    if (const auto kept = store::import(store, std::move(copies)); !kept)
      return Fail{hss.name + ": " + kept.why().what};
    auto config = runtime::hss_config(hss, topology_);
    config.origin_state_id = 1;
    auto node = std::make_unique<node::hss::Hss>(std::move(config), entropy_for(hss.name));
    hsses_.push_back(node.get());
    add(std::move(node), runtime::doors(hss), node::Role::hss, &store);
  }
  for (const runtime::UpeSettings& upe : topology_.upe)
    add(std::make_unique<node::upe::Upe>(runtime::upe_config(upe, topology_), entropy_for(upe.name)),
        runtime::doors(upe), node::Role::upe);
  for (const runtime::MmeSettings& mme : topology_.mme)
    add(std::make_unique<node::mme::Mme>(runtime::mme_config(mme, topology_), entropy_for(mme.name)),
        runtime::doors(mme), node::Role::mme);
  for (const runtime::EnbSettings& enb : topology_.enb) {
    auto node = std::make_unique<node::enb::Enb>(runtime::enb_config(enb, topology_), entropy_for(enb.name));
    enbs_.push_back(node.get());
    add(std::move(node), runtime::doors(enb), node::Role::enb);
  }
  const std::size_t count = topology_.ue ? subscribers.size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto address = runtime::ue_address(*topology_.ue, i);
    if (!address) return Fail{std::string("there are more subscribers than addresses for UEs")};
    auto config = runtime::ue_config(*topology_.ue, i, subscribers[i], topology_);
    const std::string name = config.name;
    auto node = std::make_unique<node::ue::Ue>(std::move(config), entropy_for(name));
    std::uint32_t number = 0;
    for (const Byte b : address->octets) number = number << 8U | b;
    ues_.push_back({name, node.get(), number, subscribers[i].imsi});
    walkers.ues.push_back({name, subscribers[i].imsi.digits()});
    add(std::move(node), runtime::doors(*topology_.ue, i), node::Role::ue);
  }
  ground_ = std::make_unique<Lab>(*this);
  walk_ = std::make_unique<runtime::Walk>(*ground_, std::move(walkers));
  return Ok{};
}

void VirtualNetwork::step() {
  net_.step();
  for (const auto& entries = net_.ledger(); ledger_seen_ < entries.size(); ++ledger_seen_) {
    const LedgerEntry& entry = entries[ledger_seen_];
    const std::string line = runtime::ledger_line(entry) + "\n";
    hash_.update({reinterpret_cast<const Byte*>(line.data()), line.size()});
    walk_->on_ledger(entry);
    if (ledger_.on()) ledger_.add(entry);
  }
  for (const auto& steps = net_.steps(); steps_seen_ < steps.size(); ++steps_seen_)
    walk_->on_step(net_.now(), steps[steps_seen_]);
  for (const auto& outcomes = net_.outcomes(); outcomes_seen_ < outcomes.size(); ++outcomes_seen_)
    walk_->on_outcome(net_.now(), outcomes[outcomes_seen_]);
}

Expected<Ok, std::string> VirtualNetwork::start(Duration at_most) {
  const Instant end = net_.now() + at_most;
  const auto until_quiet = [&] {
    // What a node says while it starts takes a few round trips of the lab's wires.
    const Instant quiet = net_.now() + 100ms;
    while (net_.now() < quiet) step();
  };
  net_.start(beat_name);
  // The core first, so that nobody finds a door closed and waits for its next attempt.
  for (const auto& hss : topology_.hss) net_.start(hss.name);
  for (const auto& upe : topology_.upe) net_.start(upe.name);
  for (const auto& mme : topology_.mme) net_.start(mme.name);
  until_quiet();
  for (const auto& enb : topology_.enb) net_.start(enb.name);
  until_quiet();
  for (const UeSeat& ue : ues_) net_.start(ue.name);
  until_quiet();
  for (;;) {
    auto missing = runtime::unready(topology_, enbs_, hsses_);
    if (missing.empty()) return Ok{};
    if (net_.now() >= end) return Fail{std::move(missing)};
    step();
  }
}

std::vector<runtime::ProcedureResult> VirtualNetwork::run(std::string_view procedure,
                                                          const std::vector<std::size_t>& subscribers,
                                                          const runtime::Pace& pace) {
  walk_->begin(procedure, subscribers, pace, setup_.on_result);
  const Instant end = net_.now() + walk_->at_most();
  Instant look = net_.now() + runtime::walk_looks_every;
  while (net_.now() < end) {
    step();
    if (net_.now() < look) continue;
    if (walk_->look()) break;
    look = net_.now() + runtime::walk_looks_every;
  }
  ledger_.flush();
  return walk_->take();
}

std::string VirtualNetwork::ledger_hash() const {
  crypto::Sha256 so_far = hash_;
  return hex(so_far.finish());
}

}  // namespace baton::app
