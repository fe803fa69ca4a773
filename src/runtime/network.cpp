#include "runtime/network.h"

#include <algorithm>
#include <utility>

#include "node/enb/enb.h"
#include "node/hss/hss.h"
#include "node/ue/ue.h"
#include "runtime/entropy.h"
#include "runtime/hosts.h"
#include "runtime/hss_member.h"
#include "runtime/node_configs.h"

namespace baton::runtime {
namespace {

/// Descriptors of a process beside its nodes' sockets: standard streams, files, the loop's own, links.
constexpr std::size_t spare_descriptors = 256;

}  // namespace

std::string unready(const Topology& topology, const std::vector<node::enb::Enb*>& enbs,
                    const std::vector<node::hss::Hss*>& hsses) {
  for (const node::enb::Enb* const enb : enbs) {
    for (const auto& link : enb->mmes())
      if (!link.ready()) return std::string(enb->name()) + " has not set up S1 with " + link.peer.name;
  }
  for (std::size_t i = 0; i < hsses.size(); ++i) {
    for (const NeighbourSettings& c : topology.hss[i].clients) {
      const bool ours = std::any_of(topology.mme.begin(), topology.mme.end(),
                                    [&](const MmeSettings& m) { return m.identity == *c.identity; });
      if (ours && !hsses[i]->s6a().is_open(*c.identity))
        return c.name + " has not reached " + std::string(hsses[i]->name());
    }
  }
  return {};
}

/// Sockets is the ground of a walk over real nodes.
class EmbeddedNetwork::Sockets final : public Ground {
 public:
  explicit Sockets(EmbeddedNetwork& network) : network_(network) {}
  Instant now() const override { return network_.loop_.now(); }
  void command(std::size_t ue, node::Command command) override {
    network_.ues_[ue].host->command(std::move(command));
  }
  void release(std::size_t ue) override {
    for (Host* const enb : network_.enb_hosts_)
      enb->command({node::Verb::release, {}, network_.ues_[ue].address});
  }
  Stands stands(std::size_t ue) const override { return runtime::stands(*network_.ues_[ue].node); }
  std::size_t cell(std::size_t ue) const override { return network_.ues_[ue].node->cell_number(); }

 private:
  EmbeddedNetwork& network_;
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
  Walkers walkers;
  auto& roles = walkers.roles;
  walkers.cells = Walkers::cells_of(topology_);
  walkers.ledger = setup_.ledger;
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
    for (const auto& s : subscribers) copies.push_back(s.copy());
    if (const auto kept = store::add_missing(**store, std::move(copies)); !kept)
      return Fail{hss.name + ": " + kept.why().what};
    auto member = HssMember::join(services_, hss, **store, *entropy_);
    if (!member) return Fail{member.why()};
    members_.push_back(std::move(*member));
    stores_.push_back(std::move(*store));
    auto certified = open_tls(hss.tls);
    if (!certified) return Fail{hss.name + ": " + certified.why()};
    certificates_.push_back(std::move(*certified));
    auto host = hss_host(services_, hss, topology_, *entropy_, *stores_.back(), certificates_.back().get(),
                         nullptr, members_.back().get());
    hsses_.push_back(static_cast<node::hss::Hss*>(&host->node()));
    if (const auto added = add(std::move(host), node::Role::hss); !added) return Fail{added.why()};
  }
  for (const UpeSettings& upe : topology_.upe) {
    const auto added = add(upe_host(services_, upe, topology_, *entropy_), node::Role::upe);
    if (!added) return Fail{added.why()};
  }
  for (const MmeSettings& mme : topology_.mme) {
    auto certified = open_tls(mme.tls);
    if (!certified) return Fail{mme.name + ": " + certified.why()};
    certificates_.push_back(std::move(*certified));
    const auto added =
        add(mme_host(services_, mme, topology_, *entropy_, certificates_.back().get()), node::Role::mme);
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
    seat.host = ue_host(services_, *topology_.ue, i, subscribers[i], topology_, *entropy_);
    seat.node = static_cast<node::ue::Ue*>(&seat.host->node());
    if (const auto opened = seat.host->open(); !opened) return Fail{opened.why()};
    if (const auto address = ue_address(*topology_.ue, i)) {
      for (const Byte b : address->octets) seat.address = seat.address << 8 | b;
    } else {
      return Fail{seat.host->name() + ": there are more subscribers than addresses for UEs"};
    }
    roles[seat.host->name()] = node::Role::ue;
    walkers.ues.push_back({seat.host->name(), subscribers[i].imsi.digits()});
    ues_.push_back(std::move(seat));
  }

  ground_ = std::make_unique<Sockets>(*this);
  walk_ = std::make_unique<Walk>(*ground_, std::move(walkers));
  if (setup_.ledger) ledger_.tell([this](const LedgerEntry& e) { walk_->on_ledger(e); });
  services_.on_step = [this](std::string_view, Instant at, const node::Step& step) {
    if (setup_.on_step) setup_.on_step(step);
    walk_->on_step(at, step);
  };
  services_.on_outcome = [this](std::string_view node, Instant at, const node::Outcome& outcome) {
    if (walk_->ue_of_name(node)) walk_->on_outcome(at, outcome);
  };
  return Ok{};
}

Expected<Ok, std::string> EmbeddedNetwork::start(Duration at_most) {
  for (const auto& host : hosts_) host->start();
  for (const UeSeat& ue : ues_) ue.host->start();
  const Instant end = loop_.now() + at_most;
  for (;;) {
    auto missing = unready(topology_, enbs_, hsses_);
    if (missing.empty()) return Ok{};
    if (loop_.now() >= end) return Fail{std::move(missing)};
    loop_.run_for(walk_looks_every);
  }
}

bool EmbeddedNetwork::command(std::string_view node, node::Command command) {
  if (const auto ue = walk_->ue_of_name(node)) {
    ues_[*ue].host->command(std::move(command));
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
  bool done = false;
  std::unique_ptr<transport::Timer> look;
  look = loop_.timer([&] {
    done = walk_->look();
    look->set(loop_.now() + walk_looks_every);
  });
  look->set(loop_.now() + walk_looks_every);
  walk_->begin(procedure, subscribers, pace, setup_.on_result);
  loop_.run_until([&] { return done; }, walk_->at_most());
  ledger_.flush();
  if (setup_.capture) setup_.capture->flush();
  return walk_->take();
}

std::uint64_t EmbeddedNetwork::events_handled() const {
  std::uint64_t all = 0;
  for (const auto& host : hosts_) all += host->events_handled();
  for (const UeSeat& ue : ues_) all += ue.host->events_handled();
  return all;
}

}  // namespace baton::runtime
