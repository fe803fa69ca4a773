#include "runtime/node_configs.h"

#include <string>

#include "context/built_policy.h"

namespace baton::runtime {

static_assert(topology_s10_max == node::mme::mmes_max && topology_nodes_max <= node::enb::neighbours_max + 1);

namespace {

template <class Algorithm>
std::vector<Algorithm> algorithms(const std::vector<Byte>& numbers) {
  std::vector<Algorithm> out;
  for (const Byte number : numbers) out.push_back(static_cast<Algorithm>(number));
  return out;
}

/// Bit 80 (hexadecimal) is algorithm 0: TS 24.301, 9.9.3.34.
Byte bits(const std::vector<Byte>& numbers) {
  unsigned out = 0;
  for (const Byte number : numbers) out |= 0x80U >> number;
  return static_cast<Byte>(out);
}

/// The IMEISV of UE number `index`: the serial number (digits 9 to 14) counts up. TS 23.003, 6.2.2.
Imeisv imeisv_of(const Imeisv& first, std::size_t index) {
  std::string digits = first.digits();
  std::size_t serial = 0;
  for (std::size_t i = 8; i < 14; ++i) serial = serial * 10 + static_cast<std::size_t>(digits[i] - '0');
  serial = (serial + index) % 1'000'000;
  for (std::size_t i = 14; i > 8; --i, serial /= 10) digits[i - 1] = static_cast<char>('0' + serial % 10);
  auto out = Imeisv::parse(digits);
  return out ? *out : first;
}

}  // namespace

node::hss::Config hss_config(const HssSettings& hss, const Topology& topology) {
  node::hss::Config out{.name = hss.name,
                        .identity = hss.identity,
                        .realm = hss.realm,
                        .address = hss.diameter.address,
                        .clients = {},
                        .plmns = {topology.plmn},
                        .key_id_key = topology.id_key};
  for (const NeighbourSettings& c : hss.clients) {
    // Each MME has its own IND, so that the vectors one of them holds do not make the others' stale.
    const auto ind = static_cast<std::uint32_t>(out.clients.size() + 1) % 32;
    const auto kind = c.kind == "sgsn"       ? node::hss::ClientKind::sgsn
                      : c.kind == "combined" ? node::hss::ClientKind::combined
                                             : node::hss::ClientKind::mme;
    out.clients.push_back({c.name, *c.identity, c.realm.value_or(hss.realm), c.endpoint.address,
                           c.plmns.empty() ? std::vector{topology.plmn} : c.plmns, ind, kind});
    out.clients.back().secured = c.carrier == Carrier::tls && !c.via;
    out.clients.back().via = c.via;
    out.clients.back().rate = c.rate;
  }
  for (const NeighbourSettings& a : hss.agents) {
    peer::DiameterPeer agent{*a.identity, a.realm.value_or(hss.realm), a.endpoint.address};
    agent.secured = a.carrier == Carrier::tls;
    agent.rate = a.rate;
    out.agents.push_back(std::move(agent));
  }
  out.ind_base = hss.sqn_index_base;
  out.test_algorithm = hss.test_algorithm;
  out.lost_places = hss.lost_places;
  out.plmns.insert(out.plmns.end(), hss.roaming.begin(), hss.roaming.end());
  for (const EquipmentSettings& e : hss.equipment) {
    using Status = wire::diameter::EquipmentStatus;
    out.equipment.push_back({e.imei, e.status == "white"  ? Status::whitelisted
                                     : e.status == "grey" ? Status::greylisted
                                                          : Status::blacklisted});
  }
  for (const NeighbourSettings& a : hss.aaa)
    out.aaa_servers.push_back({a.name, *a.identity, a.realm.value_or(hss.realm), a.endpoint.address});
  out.policy = context::built_part(topology.policy);
  return out;
}

namespace {

node::mme::HssPeer hss_peer(const NeighbourSettings& n, const MmeSettings& mme) {
  return {n.name, *n.identity, n.realm.value_or(mme.realm), n.endpoint, n.carrier == Carrier::tls && !n.via,
          n.via};
}

}  // namespace

node::mme::Config mme_config(const MmeSettings& mme, const Topology& topology) {
  const bool null_ciphering = !mme.ciphering_order.empty() && mme.ciphering_order.back() == 0;
  node::mme::Config out{.id_key = topology.id_key,
                        .gummei = mme.gummei,
                        .tais = mme.tais,
                        .identity = mme.identity,
                        .realm = mme.realm,
                        .hss = hss_peer(mme.hss, mme),
                        .upe = {mme.upe.name, mme.upe.endpoint},
                        .gtpc = mme.gtpc,
                        .mmes = {}};
  out.name = mme.name;
  for (const NeighbourSettings& n : mme.more_hss) out.more_hss.push_back(hss_peer(n, mme));
  for (const NeighbourSettings& n : mme.agents) out.agents.push_back(hss_peer(n, mme));
  for (const MmeNeighbourSettings& m : mme.mmes)
    out.mmes.push_back({m.name, m.identity, m.gummei, m.tais, m.endpoint});
  out.policy = context::built_part(topology.policy);
  out.integrity_order = mme.integrity_order;
  out.ciphering_order = mme.ciphering_order;
  out.allow_null_ciphering = null_ciphering;
  return out;
}

node::upe::Config upe_config(const UpeSettings& upe, const Topology& topology) {
  node::upe::Config out;
  out.id_key = topology.id_key;
  out.policy = context::built_part(topology.policy);
  out.name = upe.name;
  out.gtpc = upe.gtpc;
  out.gtpu = upe.gtpu;
  out.pool = upe.pool;
  out.pool_prefix = upe.pool_prefix;
  for (const NeighbourSettings& mme : upe.clients) out.mmes.push_back({mme.name, mme.endpoint});
  return out;
}

node::enb::Config enb_config(const EnbSettings& enb, const Topology& topology) {
  node::enb::Config out{.id_key = topology.id_key,
                        .id = enb.id,
                        .cell = {enb.cell, enb.tac, Pci{enb.pci}, enb.earfcn_dl},
                        .plmns = {enb.cell.plmn},
                        .mmes = {{enb.mme.name, enb.mme.endpoint}},
                        .neighbours = {},
                        .gtpu = enb.gtpu};
  out.name = enb.name;
  for (const CellNeighbourSettings& n : enb.neighbours)
    out.neighbours.push_back({Pci{n.pci}, n.earfcn_dl, n.enb, {n.cell.plmn, n.tac}, n.cell});
  out.policy = context::built_part(topology.policy);
  out.ciphering_order = algorithms<Eea>(enb.ciphering_order);
  out.integrity_order = algorithms<Eia>(enb.integrity_order);
  return out;
}

node::ue::Config ue_config(const UeSettings& ue, std::size_t index, const context::SubscriberRecord& record,
                           const Topology& topology) {
  // The simulated card speaks MILENAGE. One of a subscriber with another algorithm holds zeros, which its HSS
  // and it both see at the first challenge.
  const auto* milenage = std::get_if<MilenageSecret>(&record.secret);
  node::ue::Config out{
      .name = "ue-" + record.imsi.digits(),
      .id_key = topology.id_key,
      .imsi = record.imsi,
      .k = milenage != nullptr ? milenage->k.clone() : K(std::array<Byte, K::size>{}),
      .opc = milenage != nullptr ? milenage->opc.clone() : Opc(std::array<Byte, Opc::size>{}),
      .imeisv = imeisv_of(ue.imeisv, index),
      .apn = {},
      .cells = {}};
  out.policy = context::built_part(topology.policy);
  out.capability.eea = bits(ue.eea);
  out.capability.eia = bits(ue.eia);
  for (const RadioCellSettings& cell : ue.cells) out.cells.push_back({cell.name, cell.radio});
  return out;
}

std::optional<Ipv4> ue_address(const UeSettings& ue, std::size_t index) {
  std::uint32_t bits = 0;
  for (const Byte b : ue.first_address.octets) bits = bits << 8U | b;
  const std::uint32_t hosts = 0xFFFF'FFFFU >> ue.prefix;
  const std::uint64_t host = (bits & hosts) + std::uint64_t{index};
  if (host >= hosts) return std::nullopt;  // the last address of a subnet is the broadcast address
  bits = (bits & ~hosts) | static_cast<std::uint32_t>(host);
  return Ipv4{{static_cast<Byte>(bits >> 24U), static_cast<Byte>(bits >> 16U), static_cast<Byte>(bits >> 8U),
               static_cast<Byte>(bits)}};
}

std::vector<Door> doors(const HssSettings& hss) {
  std::vector<Door> out{{peer::Port::diameter, hss.diameter, true, hss.carrier}};
  for (const DiameterDoor& d : hss.more_doors)
    out.push_back({peer::Port::diameter, d.local, true, d.carrier});
  return out;
}

std::map<Endpoint, Carrier> carriers(const MmeSettings& mme) {
  std::map<Endpoint, Carrier> out;
  out[mme.hss.endpoint] = mme.hss.carrier;
  for (const NeighbourSettings& n : mme.more_hss) out[n.endpoint] = n.carrier;
  // An agent's door is the agent's, whatever those behind it say.
  for (const NeighbourSettings& n : mme.agents) out[n.endpoint] = n.carrier;
  return out;
}

std::vector<Door> doors(const MmeSettings& mme) {
  return {{peer::Port::s1ap, mme.s1ap, true},
          {peer::Port::gtpc, mme.gtpc, true},
          {peer::Port::diameter, {mme.diameter, 0}, false}};
}

std::vector<Door> doors(const UpeSettings& upe) { return {{peer::Port::gtpc, upe.gtpc, true}}; }

std::vector<Door> doors(const EnbSettings& enb) {
  return {{peer::Port::s1ap, {enb.s1ap, 0}, false}, {peer::Port::radio, enb.radio, true}};
}

std::vector<Door> doors(const UeSettings& ue, std::size_t index) {
  const auto address = ue_address(ue, index);
  if (!address) return {};
  return {{peer::Port::radio, {*address, ue.port}, true}};
}

}  // namespace baton::runtime
