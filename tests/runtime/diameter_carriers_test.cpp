// What carries Diameter, by configuration: TCP, TLS and SCTP between an HSS and a client, with certificates
// and without.
#include <gtest/gtest.h>

#include "peer/diameter_peer.h"
#include "runtime/entropy.h"
#include "runtime/host.h"
#include "runtime/hosts.h"
#include "runtime/node_configs.h"
#include "runtime/topology.h"
#include "scripted_node.h"
#include "store/memory_store.h"
#include "transport/certificates.h"

namespace baton::runtime {
namespace {

namespace dia = wire::diameter;
using transport::Certificates;
using transport::Certified;

constexpr std::string_view realm = "epc.mnc001.mcc001.3gppnetwork.org";
DiameterIdentity named(std::string_view host) {
  return *DiameterIdentity::parse(std::string(host) + "." + std::string(realm));
}

struct Pki {
  Certificates files;
  Certified ca = files.authority("ca");
  transport::TlsFiles hss = files.node("hss", {named("hss").value()}, ca, "ca");
  transport::TlsFiles mme = files.node("mme1", {named("mme1").value()}, ca, "ca");
  transport::TlsFiles other = files.node("mme2", {named("mme2").value()}, ca, "ca");

  std::string yaml(const transport::TlsFiles& f) const {
    return "{certificate: " + f.certificate + ", key: " + f.key + ", authorities: " + f.authorities + "}";
  }
};

/// An HSS with a door of each kind, each for a client of its own.
std::string hss_file(const Pki& pki, const std::string& net) {
  const std::string r(realm);
  return "hss:\n  identity: hss." + r + "\n  diameter:\n    tls: " + pki.yaml(pki.hss) +
         "\n    server:\n      - {address: " + net + ".1}\n      - {address: " + net +
         ".1, transport: tls}\n      - {address: " + net +
         ".1, transport: sctp}\n    client:\n      - {identity: mme1." + r + ", address: " + net +
         ".2, transport: tls}\n      - {identity: mme3." + r + ", address: " + net +
         ".3}\n      - {identity: mme4." + r + ", address: " + net + ".4, transport: sctp}\n";
}

/// A client that connects as somebody over a carrier, until it is up or has failed.
bool gets_in(const Pki& pki, const std::string& net, std::string_view who, Byte address, Carrier carrier,
             const transport::TlsFiles& with) {
  transport::Loop loop;
  Services services(loop);
  const auto topology = parse_topology("hss.yaml", hss_file(pki, net));
  EXPECT_TRUE(topology) << to_text(topology.why());
  const HssSettings& settings = topology->hss.front();
  const auto entropy = system_entropy();
  store::MemoryStore store;
  auto certified = open_tls(settings.tls);
  EXPECT_TRUE(certified);
  auto hss = hss_host(services, settings, *topology, *entropy, store, certified->get());
  const auto opened = hss->open();
  EXPECT_TRUE(opened) << opened.why();

  Endpoint server = settings.diameter;
  for (const DiameterDoor& d : settings.more_doors)
    if (d.carrier == carrier) server = d.local;
  Ipv4 local = server.address;
  local.octets[3] = address;
  peer::DiameterConfig config{named(who), *DiameterIdentity::parse(realm), local, {}};
  config.peers.push_back(
      {named("hss"), config.realm, server.address, server.port, true, carrier == Carrier::tls});
  peer::DiameterNode diameter(config, *entropy);
  bool up = false;
  auto identity = transport::TlsIdentity::open(with);
  EXPECT_TRUE(identity);
  Host::Setup setup;
  setup.doors = {{peer::Port::diameter, {local, 0}, false}};
  setup.carriers[server] = carrier;
  setup.tls = identity->get();
  const auto hear = [&](peer::PeerEvents events) {
    for (auto& e : events) up = up || std::holds_alternative<peer::DiameterUp>(e);
  };
  bool over = false;
  Host client(services,
              scripted("client",
                       [&](node::Event& e, Instant now, node::Actions& out) {
                         if (std::holds_alternative<node::Started>(e)) diameter.start(now, out);
                         if (auto* l = std::get_if<node::LinkUp>(&e))
                           hear(diameter.on_link_up(l->link, l->remote, now, out, l->proof));
                         if (auto* d = std::get_if<node::LinkData>(&e))
                           hear(diameter.on_link_data(d->link, d->octets, now, out));
                         if (auto* l = std::get_if<node::LinkDown>(&e)) {
                           hear(diameter.on_link_down(l->link, now, out));
                           over = true;
                         }
                       }),
              std::move(setup));
  EXPECT_TRUE(client.open());
  hss->start();
  client.start();
  loop.run_until([&] { return up || over || diameter.state(named("hss")) == peer::diameter::State::closed; },
                 5s);
  return up;
}

TEST(DiameterCarriers, EachClientComesOverItsOwn) {
  const Pki pki;
  EXPECT_TRUE(gets_in(pki, "127.0.61", "mme1", 2, Carrier::tls, pki.mme));
  EXPECT_TRUE(gets_in(pki, "127.0.62", "mme3", 3, Carrier::tcp, pki.mme));
  EXPECT_TRUE(gets_in(pki, "127.0.63", "mme4", 4, Carrier::sctp, pki.mme));
}

//= RFC 6733, 13.1; type=test
TEST(DiameterCarriers, AndOverNoOther) {
  const Pki pki;
  EXPECT_FALSE(gets_in(pki, "127.0.64", "mme1", 2, Carrier::tcp, pki.mme)) << "its client is on TLS";
  EXPECT_FALSE(gets_in(pki, "127.0.65", "mme1", 2, Carrier::tls, pki.other))
      << "the certificate is another's";
  EXPECT_FALSE(gets_in(pki, "127.0.66", "mme3", 3, Carrier::tls, pki.other)) << "a name of another";
}

TEST(DiameterCarriers, AConfigurationThatCannotBeKeptIsRefused) {
  const Pki pki;
  const std::string good = hss_file(pki, "127.0.67");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return parse_topology("hss.yaml", text.replace(at, from.size(), to));
  };
  ASSERT_TRUE(parse_topology("hss.yaml", good));
  EXPECT_FALSE(with("    tls: ", "    tsl: "));
  EXPECT_FALSE(with("transport: sctp}", "transport: pigeon}"));
  EXPECT_FALSE(with("    tls: " + pki.yaml(pki.hss) + "\n", "")) << "TLS without a certificate";
  EXPECT_FALSE(with("address: 127.0.67.2, transport: tls", "via: agent.example.org, transport: tls"))
      << "an agent nobody knows";
  EXPECT_FALSE(with("address: 127.0.67.3}", "address: 127.0.67.3, rate: 0}"));
  // Off this host TLS needs no other protection; TCP does.
  EXPECT_TRUE(with("address: 127.0.67.2, transport: tls", "address: 192.0.2.2, transport: tls"));
  EXPECT_FALSE(with("address: 127.0.67.3}", "address: 192.0.2.3}"));
}

TEST(DiameterCarriers, AgentsAndRatesReachTheNode) {
  const std::string r(realm);
  const auto read =
      parse_topology("hss.yaml", "hss:\n  identity: hss." + r +
                                     "\n  diameter:\n    server:\n      - {address: 127.0.68.1}\n    agent:\n"
                                     "      - {identity: dra." +
                                     r +
                                     ", address: 127.0.68.9, rate: 5000, burst: 7}\n    client:\n"
                                     "      - {identity: mme1." +
                                     r + ", via: dra." + r + ", rate: 40}\n      - {identity: mme2." + r +
                                     ", address: 127.0.68.2}\n");
  ASSERT_TRUE(read) << to_text(read.why());
  const auto config = hss_config(read->hss.front(), *read);
  ASSERT_EQ(config.agents.size(), 1U);
  EXPECT_EQ(config.agents[0].rate.per_second, 5000U);
  EXPECT_EQ(config.agents[0].rate.burst, 7U);
  ASSERT_EQ(config.clients.size(), 2U);
  EXPECT_EQ(config.clients[0].via, named("dra"));
  EXPECT_EQ(config.clients[0].rate.per_second, 40U);
  EXPECT_EQ(config.clients[0].rate.burst, 4U) << "a tenth of a second's";
  EXPECT_FALSE(config.clients[1].via);
  EXPECT_EQ(config.clients[1].rate.per_second, 0U) << "no bound unless one is given";
}

}  // namespace
}  // namespace baton::runtime
