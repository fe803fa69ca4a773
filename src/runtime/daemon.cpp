#include "runtime/daemon.h"

#include <csignal>
#include <memory>
#include <utility>

#include "runtime/entropy.h"
#include "runtime/harden.h"
#include "runtime/host.h"
#include "runtime/hosts.h"
#include "runtime/ledger_sink.h"
#include "runtime/node_configs.h"

namespace baton::runtime {
namespace {

/// Descriptors of a daemon beside one for each UE: sockets, links, files.
constexpr std::size_t daemon_descriptors = 8'192;

/// How long a daemon stays to say goodbye on its links.
constexpr Duration parting = 200ms;

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
  std::unique_ptr<store::Store> store;
  std::unique_ptr<transport::TlsIdentity> tls;
  std::vector<std::unique_ptr<Host>> hosts;
  std::string why;
  if (setup.role == "hss") {
    if (const auto* hss = pick(topology.hss, setup, why)) {
      if (const auto locked = keep_memory_from_swap(); !locked && setup.log)
        setup.log->write(loop.now(), hss->name, peer::LogLevel::warning, locked.why());
      auto opened = open_store(*hss, *entropy);
      if (!opened) return Fail{opened.why()};
      store = std::move(*opened);
      std::vector<context::SubscriberRecord> fresh;
      for (auto& s : setup.subscribers)
        if (!store->load(s.imsi)) fresh.push_back(std::move(s));
      if (const auto kept = store::import(*store, std::move(fresh)); !kept) return Fail{kept.why().what};
      auto certified = open_tls(hss->tls);
      if (!certified) return Fail{certified.why()};
      tls = std::move(*certified);
      hosts.push_back(hss_host(services, *hss, topology, *entropy, *store, tls.get()));
    }
  } else if (setup.role == "mme") {
    if (const auto* mme = pick(topology.mme, setup, why)) {
      auto certified = open_tls(mme->tls);
      if (!certified) return Fail{certified.why()};
      tls = std::move(*certified);
      hosts.push_back(mme_host(services, *mme, topology, *entropy, tls.get()));
    }
  } else if (setup.role == "upe") {
    if (const auto* upe = pick(topology.upe, setup, why))
      hosts.push_back(upe_host(services, *upe, topology, *entropy));
  } else if (setup.role == "enb") {
    if (const auto* enb = pick(topology.enb, setup, why))
      hosts.push_back(enb_host(services, *enb, topology, *entropy));
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
  hosts.clear();
  if (store) store->sync();
  ledger.flush();
  if (setup.capture) setup.capture->flush();
  if (setup.log) setup.log->flush();
  return Ok{};
}

}  // namespace baton::runtime
