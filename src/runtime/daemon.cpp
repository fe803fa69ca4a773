#include "runtime/daemon.h"

#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "runtime/admin/offline.h"
#include "runtime/admin/service.h"
#include "runtime/entropy.h"
#include "runtime/harden.h"
#include "runtime/host.h"
#include "runtime/hosts.h"
#include "runtime/hss_member.h"
#include "runtime/ledger_sink.h"
#include "runtime/metrics_server.h"
#include "runtime/node_configs.h"

namespace baton::runtime {
namespace {

/// Descriptors of a daemon beside one for each UE: sockets, links, files.
constexpr std::size_t daemon_descriptors = 8'192;

/// How long a daemon stays to say goodbye on its links.
constexpr Duration parting = 200ms;

/// How old the number of subscribers may be that a collector is told: counting them takes as long as there
/// are many.
constexpr Duration subscribers_counted_every = 60s;

struct Neighbour {
  peer::Port port{};
  std::string name;
  Ipv4 address;
};

/// Whom a node knows by its configuration, where a link says whether they are there.
template <class Settings>
std::vector<Neighbour> neighbours(const Settings& node) {
  std::vector<Neighbour> out;
  const auto add = [&](peer::Port port, const NeighbourSettings& n) {
    out.push_back({port, n.name, n.endpoint.address});
  };
  if constexpr (std::is_same_v<Settings, HssSettings>) {
    for (const auto& n : node.clients) add(peer::Port::diameter, n);
    for (const auto& n : node.aaa) add(peer::Port::diameter, n);
  } else if constexpr (std::is_same_v<Settings, MmeSettings>) {
    add(peer::Port::diameter, node.hss);
    for (const auto& n : node.more_hss) add(peer::Port::diameter, n);
  } else if constexpr (std::is_same_v<Settings, EnbSettings>) {
    add(peer::Port::s1ap, node.mme);
  }
  return out;
}

/// What is so at a host now, for a collector.
class Observer {
 public:
  Observer(std::string version, Host& host, std::string role, std::vector<Neighbour> known,
           bool holds_subscribers)
      : version_(std::move(version)),
        host_(host),
        role_(std::move(role)),
        known_(std::move(known)),
        holds_subscribers_(holds_subscribers) {}

  Snapshot operator()(Instant now) {
    Snapshot out;
    out.version = version_;
    out.nodes.push_back({host_.name(), role_});
    const auto links = host_.links();
    std::map<peer::Port, std::size_t> by_port;
    for (const Neighbour& n : known_) by_port[n.port] = 0;
    for (const Host::LinkState& link : links) ++by_port[link.port];
    for (const auto& [port, n] : by_port)
      out.links.push_back({host_.name(), std::string(peer::to_string(port)), n});
    for (const Neighbour& n : known_) {
      bool up = false;
      for (const Host::LinkState& link : links)
        up = up || (link.port == n.port && link.remote.address == n.address);
      out.peers.push_back({host_.name(), std::string(peer::to_string(n.port)), n.name, up});
    }
    if (holds_subscribers_) {
      if (!counted_ || now - *counted_ >= subscribers_counted_every) {
        // Where that takes time, the number is that of the time before.
        auto found = std::make_shared<std::size_t>();
        const auto counting = [found](store::Store& store) { *found = store.size(); };
        if (host_.with_store(counting, [found, to = subscribers_] { *to = *found; })) counted_ = now;
      }
      if (*subscribers_) out.held.push_back({host_.name(), **subscribers_});
    }
    out.process = this_process();
    return out;
  }

 private:
  std::string version_;
  Host& host_;
  std::string role_;
  std::vector<Neighbour> known_;
  bool holds_subscribers_;
  std::optional<Instant> counted_;
  std::shared_ptr<std::optional<std::size_t>> subscribers_ = std::make_shared<std::optional<std::size_t>>();
};

// The one node of a role, or the one of the name; nothing and a reason otherwise.
template <class Settings>
const Settings* pick(const std::vector<Settings>& nodes, const DaemonSetup& setup, std::string& why) {
  if (nodes.empty()) why = "the file has no " + setup.role;
  if (nodes.size() == 1 && setup.name.empty()) return &nodes.front();
  for (const Settings& n : nodes)
    if (n.name == setup.name) return &n;
  if (why.empty())
    why = setup.name.empty() ? "the file has several " + setup.role + ": say which one by its name"
                             : "the file has no " + setup.role + " of the name " + setup.name;
  return nullptr;
}

}  // namespace

Expected<Ok, std::string> run_daemon(const Topology& topology, DaemonSetup setup) {
  transport::Loop loop;
  Metrics metrics;
  LedgerSink ledger;
  Services services(loop);
  services.metrics = &metrics;
  services.log = setup.log;
  services.capture = setup.capture;
  if (!setup.ledger_file.empty()) {
    const auto opened = ledger.write_to(setup.ledger_file);
    if (!opened) return Fail{opened.why()};
    services.ledger = &ledger;
  }
  // More links than the system allows fail one by one; UEs need theirs from the start.
  const auto room = make_room_for(daemon_descriptors + setup.subscribers.size());
  if (!room && setup.role == "ue") return Fail{room.why()};

  const auto entropy = system_entropy();
  std::optional<admin::StoreLock> lock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<StoreWorker> worker;
  std::unique_ptr<HssMember> member;
  std::unique_ptr<transport::TlsIdentity> tls;
  const HssSettings* administered = nullptr;
  std::vector<std::unique_ptr<Host>> hosts;
  std::string why;
  std::optional<Endpoint> metrics_at;
  std::vector<Neighbour> known;
  const auto note = [&](const auto& node) {
    metrics_at = node.metrics;
    known = neighbours(node);
  };
  if (setup.role == "hss") {
    if (const auto* hss = pick(topology.hss, setup, why)) {
      if (const auto locked = keep_memory_from_swap(); !locked && setup.log)
        setup.log->write(loop.now(), hss->name, peer::LogLevel::warning, locked.why());
      if (const auto made = admin::make_folders(*hss); !made) return Fail{made.why()};
      auto locked = admin::StoreLock::take(hss->store);
      if (!locked) return Fail{locked.why()};
      lock.emplace(std::move(*locked));
      if (!hss->admin.socket.empty() || hss->admin.server) administered = hss;
      auto opened = open_store(*hss, *entropy);
      if (!opened) return Fail{opened.why()};
      store = std::move(*opened);
      auto joined = HssMember::join(services, *hss, *store, *entropy);
      if (!joined) return Fail{joined.why()};
      member = std::move(*joined);
      // What a store already knows of a subscriber, above all the SQN, is newer than the file.
      if (const auto kept = store::add_missing(*store, std::move(setup.subscribers)); !kept)
        return Fail{kept.why().what};
      // A subscriber's first request waits for no disk.
      if (const auto ready = read_ahead(*store); !ready) return Fail{ready.why().what};
      auto certified = open_tls(hss->tls);
      if (!certified) return Fail{certified.why()};
      tls = std::move(*certified);
      // Another machine may take its time to answer, and peers do not wait for it.
      if (!hss->database.empty()) worker = std::make_unique<StoreWorker>(loop, *store);
      hosts.push_back(
          hss_host(services, *hss, topology, *entropy, *store, tls.get(), worker.get(), member.get()));
      note(*hss);
    }
  } else if (setup.role == "mme") {
    if (const auto* mme = pick(topology.mme, setup, why)) {
      auto certified = open_tls(mme->tls);
      if (!certified) return Fail{certified.why()};
      tls = std::move(*certified);
      hosts.push_back(mme_host(services, *mme, topology, *entropy, tls.get()));
      note(*mme);
    }
  } else if (setup.role == "upe") {
    if (const auto* upe = pick(topology.upe, setup, why)) {
      hosts.push_back(upe_host(services, *upe, topology, *entropy));
      note(*upe);
    }
  } else if (setup.role == "enb") {
    if (const auto* enb = pick(topology.enb, setup, why)) {
      hosts.push_back(enb_host(services, *enb, topology, *entropy));
      note(*enb);
    }
  } else if (setup.role == "ue") {
    if (setup.subscribers.empty())
      why = "there are no subscribers";
    else if (!topology.ue)
      why = "the file has no ue";
    else if (!ue_address(*topology.ue, setup.subscribers.size() - 1))
      why = "there are more subscribers than addresses for UEs";
    for (std::size_t i = 0; why.empty() && i < setup.subscribers.size(); ++i)
      hosts.push_back(ue_host(services, *topology.ue, i, setup.subscribers[i], topology, *entropy));
  } else {
    why = "there is no role " + setup.role;
  }
  if (why.empty() && hosts.empty()) why = "there is nobody to serve";
  if (!why.empty()) return Fail{why};

  for (const auto& host : hosts)
    if (const auto opened = host->open(); !opened) return Fail{opened.why()};
  std::unique_ptr<HttpServer> metrics_server;
  if (metrics_at) {
    Observer observer(setup.version, *hosts.front(), setup.role, std::move(known), store != nullptr);
    auto serving = serve_metrics(loop, *metrics_at, metrics,
                                 [observer, &loop]() mutable { return observer(loop.now()); });
    if (!serving) return Fail{serving.why()};
    metrics_server = std::move(*serving);
  }
  std::unique_ptr<admin::Service> administration;
  if (administered != nullptr) {
    auto opened = admin::Service::open(*administered, setup.version, loop, *hosts.front(), setup.log);
    if (!opened) return Fail{opened.why()};
    administration = std::move(*opened);
  }
  loop.on_signals({SIGTERM, SIGINT}, [&](int) { loop.stop(); });
  for (const auto& host : hosts) {
    host->start();
    if (setup.role == "ue") host->command({node::Verb::attach, {}, 0});
  }
  if (setup.on_ready) setup.on_ready();
  loop.run();

  // Neighbours hear that the node goes, not that it is lost.
  for (const auto& host : hosts) host->close_links();
  loop.run_for(parting);
  administration.reset();
  metrics_server.reset();
  member.reset();
  hosts.clear();
  worker.reset();
  if (store) store->sync();
  ledger.flush();
  if (setup.capture) setup.capture->flush();
  if (setup.log) setup.log->flush();
  return Ok{};
}

}  // namespace baton::runtime
