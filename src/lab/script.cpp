#include "lab/script.h"

#include <string>

#include "lab/seeded_entropy.h"
#include "wire/gtp2/limits.h"
#include "wire/rrc/limits.h"

namespace baton::lab {

namespace {

constexpr std::uint16_t s1ap_port = 36412;
constexpr std::uint16_t diameter_port = 3868;

DiameterIdentity host(std::string_view name, const PlmnId& plmn) {
  return *DiameterIdentity::parse(std::string(name) + "." + plmn.realm());
}

template <class Secret>
Secret drawn(Entropy& entropy) {
  std::array<Byte, Secret::size> octets{};
  entropy.fill(octets);
  return Secret(octets);
}

// IMEISV with a serial number of its own.
Imeisv imeisv_of(std::size_t i) {
  std::string serial = std::to_string(i + 1);
  serial.insert(0, 6 - serial.size(), '0');
  return *Imeisv::parse("35349006" + serial + "01");
}

std::string mme_name(std::size_t i) { return i == 0 ? "mme" : "mme" + std::to_string(i + 1); }

}  // namespace

Imsi imsi_of(std::size_t i) {
  std::string msin = std::to_string(i + 1);
  msin.insert(0, 10 - msin.size(), '0');
  return *Imsi::parse("00101" + msin);
}

Ipv4 mme_address_of(std::size_t i) { return i == 0 ? mme_address : Ipv4{{127, 0, 2, static_cast<Byte>(i)}}; }
Ipv4 enb_address(std::size_t i) { return {{127, 0, 1, static_cast<Byte>(i + 1)}}; }
Ipv4 ue_address(std::size_t i) {
  const std::size_t n = i + 1;
  return {{127, static_cast<Byte>(1 + n / 65536), static_cast<Byte>(n / 256), static_cast<Byte>(n)}};
}

Script script(std::size_t ues, std::size_t enbs, std::uint64_t seed, std::size_t mmes) {
  const PlmnId plmn = PlmnId::test_value();
  const DiameterIdentity realm = *DiameterIdentity::parse(plmn.realm());
  const DiameterIdentity hss_identity = host("hss", plmn);
  const Endpoint upe_gtpc{upe_address, wire::gtp2::udp_port};

  node::hss::Config hss{
      .identity = hss_identity, .realm = realm, .address = hss_address, .clients = {}, .plmns = {plmn}};
  node::upe::Config upe;
  upe.gtpc = upe_gtpc;
  upe.gtpu = upe_address;
  upe.restart_counter = wire::gtp2::Recovery{1};

  std::vector<node::mme::Config> all_mmes;
  for (std::size_t i = 0; i < mmes; ++i) {
    const std::string name = mme_name(i);
    const DiameterIdentity identity = host(name, plmn);
    const Endpoint gtpc{mme_address_of(i), wire::gtp2::udp_port};
    node::mme::Config mme{.id_key = {},
                          .gummei = {plmn, MmeGroupId{0x8001}, MmeCode{static_cast<Byte>(i + 1)}},
                          .tais = {},
                          .identity = identity,
                          .realm = realm,
                          .hss = {"hss", hss_identity, realm, {hss_address, diameter_port}},
                          .upe = {"upe", upe_gtpc},
                          .gtpc = gtpc};
    mme.name = name;
    all_mmes.push_back(std::move(mme));
    // An index of its own in the SQN for each MME. TS 33.102, C.3.4.
    hss.clients.push_back({name, identity, realm, gtpc.address, {plmn}, static_cast<std::uint32_t>(i)});
    upe.mmes.push_back({name, gtpc});
  }

  std::vector<node::enb::Config> all_enbs;
  std::vector<node::ue::Cell> cells;
  for (std::size_t i = 0; i < enbs; ++i) {
    const auto number = static_cast<std::uint32_t>(i + 1);
    const Tac tac{static_cast<std::uint16_t>(number)};
    const std::size_t at = mme_of_enb(i, enbs, mmes);
    all_mmes[at].tais.push_back({plmn, tac});
    node::enb::Config enb{
        .id_key = {},
        .id = {plmn, number},
        .cell = {{plmn, number << 8U | 1U}, tac, Pci{static_cast<std::uint16_t>(number)}, 1850},
        .plmns = {plmn},
        .mmes = {{all_mmes[at].name, {mme_address_of(at), s1ap_port}}},
        .neighbours = {},
        .gtpu = enb_address(i)};
    enb.name = "enb" + std::to_string(number);
    cells.push_back({enb.name, {enb_address(i), wire::rrc::udp_port}});
    all_enbs.push_back(std::move(enb));
  }

  // Every MME knows the others, and what they serve.
  for (auto& mme : all_mmes)
    for (const auto& other : all_mmes)
      if (other.name != mme.name)
        mme.mmes.push_back({other.name, other.identity, other.gummei, other.tais, other.gtpc});

  // Every cell is heard beside every other.
  for (auto& enb : all_enbs)
    for (const auto& other : all_enbs)
      if (other.name != enb.name)
        enb.neighbours.push_back(
            {other.cell.pci, other.cell.earfcn_dl, other.id, other.tai(), other.cell.id});

  std::vector<node::ue::Config> all_ues;
  std::vector<context::SubscriberRecord> subscribers;
  for (std::size_t i = 0; i < ues; ++i) {
    const Imsi imsi = imsi_of(i);
    SeededEntropy card(seed, "card of " + imsi.digits());
    K k = drawn<K>(card);
    Opc opc = drawn<Opc>(card);
    subscribers.push_back({.imsi = imsi, .secret = MilenageSecret{k.clone(), opc.clone()}});
    node::ue::Config ue{.name = "ue" + std::to_string(i + 1),
                        .id_key = {},
                        .imsi = imsi,
                        .k = std::move(k),
                        .opc = std::move(opc),
                        .imeisv = imeisv_of(i),
                        .apn = {},
                        .cells = cells};
    all_ues.push_back(std::move(ue));
  }
  return {seed,
          std::move(hss),
          std::move(all_mmes),
          std::move(upe),
          std::move(all_enbs),
          std::move(all_ues),
          std::move(subscribers),
          {}};
}

Script with_policy(Script s, const context::SecurityPolicy& policy) {
  s.hss.policy = policy;
  s.upe.policy = policy;
  for (auto& mme : s.mmes) mme.policy = policy;
  for (auto& enb : s.enbs) enb.policy = policy;
  for (auto& ue : s.ues) ue.policy = policy;
  return s;
}

Script with_access(Script s) {
  const DiameterIdentity identity = *DiameterIdentity::parse("aaa.wlan.example.org");
  s.hss.aaa_servers.push_back({"aaa", identity, s.hss.realm, access_address});
  s.access = AccessServer::Config{.name = "aaa",
                                  .id_key = s.hss.key_id_key,
                                  .identity = identity,
                                  .realm = s.hss.realm,
                                  .address = access_address,
                                  .hss = s.hss.identity,
                                  .hss_door = {s.hss.address, diameter_port}};
  return s;
}

}  // namespace baton::lab
