// topology.h: which nodes there are, with their identities and addresses, as plain data.
//
// One file may hold a whole network (etc/demo.yaml, for `baton run`) or a single node (for `baton node`).
// docs/operations.md lists every key. Nothing here knows the nodes' own configuration: node_configs.h makes
// that from this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "context/policy.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"
#include "keys/ledger.h"
#include "peer/diameter_peer.h"
#include "peer/world.h"
#include "runtime/carrier.h"
#include "runtime/input_error.h"
#include "runtime/log.h"
#include "wire/enterprise.h"

namespace baton::runtime {

/// Nodes of one role in one file.
inline constexpr std::size_t topology_nodes_max = 256;
/// MMEs that one MME speaks S10 with: node::mme::mmes_max.
inline constexpr std::size_t topology_s10_max = 32;
/// Algorithms of one order: EEA0 to EEA3 or EIA0 to EIA3, each once.
inline constexpr std::size_t algorithm_order_max = 4;

/// Doors of one node for Diameter: each carrier, on two addresses.
inline constexpr std::size_t diameter_doors_max = 6;

/// Ports where the file names none.
inline constexpr std::uint16_t s1ap_port = 36412;         ///< TS 36.412, 6
inline constexpr std::uint16_t gtpc_port = 2123;          ///< TS 29.274, 4.4.3.1
inline constexpr std::uint16_t diameter_port = 3868;      ///< RFC 6733, 2.1
inline constexpr std::uint16_t diameter_tls_port = 5658;  ///< RFC 6733, 2.1
inline constexpr std::uint16_t radio_port = 4997;         ///< docs/extensions.md
inline constexpr std::uint16_t metrics_port = 9090;       ///< as Open5GS has it
inline constexpr std::uint16_t admin_port = 8080;

struct LoggerSettings {
  peer::LogLevel level = peer::LogLevel::info;
  std::string file;  ///< empty: standard error
  LogFormat format = LogFormat::text;
};

/// Where an HSS takes orders.
struct AdminSettings {
  std::string socket;              ///< local socket; empty: none
  std::optional<Endpoint> server;  ///< HTTP, or HTTPS with a certificate
  std::string certificate, key;    ///< PEM files; empty: no TLS
  std::string tokens;              ///< file of who may what over HTTP
  std::string audit;               ///< file of who did what; empty: beside the store
};

/// A neighbour by name and address; `identity` and `realm` where it is a Diameter one.
struct NeighbourSettings {
  std::string name;
  Endpoint endpoint;
  std::optional<DiameterIdentity> identity;
  std::optional<DiameterIdentity> realm;
  Carrier carrier = Carrier::tcp;
  std::optional<DiameterIdentity> via{};  ///< the Diameter agent in between; `endpoint` is its own then
  peer::DiameterRate rate{};              ///< of its requests
  std::string kind{};                     ///< of an HSS's client: "mme", "sgsn" or "combined"; empty: an MME
  std::vector<PlmnId> plmns{};            ///< networks an HSS's client may ask for; empty: that of the file
};

/// Where a node listens for Diameter beside its first door.
struct DiameterDoor {
  Endpoint local;
  Carrier carrier = Carrier::tcp;
};

/// How the data keys of a store are wrapped.
struct KeySettings {
  enum class Kind : Byte { file, passphrase, token } kind = Kind::file;
  std::string file;    ///< a key file or the file of a passphrase or PIN; empty with Kind::file: STORE.key
  std::string module;  ///< path of the token's PKCS#11 library
  std::string token;   ///< its label
  std::string key;     ///< the label of the wrapping key on it; made there when there is none
};

/// A line of an equipment register: leading digits of IMEIs, and "white", "grey" or "black".
struct EquipmentSettings {
  std::string imei;
  std::string status;
};

struct HssSettings {
  std::string name = "hss";
  DiameterIdentity identity;
  DiameterIdentity realm;
  Endpoint diameter;
  std::vector<NeighbourSettings> clients;  ///< who may ask: MMEs by identity and address
  std::vector<NeighbourSettings> aaa;      ///< servers of other access that may ask for K_N3
  std::string store;                       ///< SQLite file; empty: in memory
  std::string subscribers;                 ///< file to import at start; empty: none
  Carrier carrier = Carrier::tcp;          ///< of the first door
  std::vector<DiameterDoor> more_doors{};
  std::vector<NeighbourSettings> agents{};  ///< Diameter agents, through which clients may come
  std::optional<TlsSettings> tls{};
  /// Where several HSSs share their subscribers: how to connect, as libpq takes it. In the place of `store`.
  std::string database{};
  KeySettings keys{};
  std::uint32_t sqn_index_base = 0;  ///< added to the index of every client in the SQN
  bool test_algorithm = false;       ///< serve subscribers of the test algorithm of TS 34.108
  bool lost_places = false;          ///< tell the clients that places are lost (a backup was restored)
  std::vector<PlmnId> roaming{};     ///< networks beside that of the file where subscribers may register
  std::vector<EquipmentSettings> equipment{};
  std::optional<Endpoint> metrics{};  ///< where counters are read; absent: nowhere
  AdminSettings admin{};
};

/// Another MME, reached over S10 from the same door as the UPE.
struct MmeNeighbourSettings {
  std::string name;
  DiameterIdentity identity;
  Gummei gummei;
  std::vector<Tai> tais;
  Endpoint endpoint;
};

struct MmeSettings {
  std::string name = "mme";
  Gummei gummei;
  std::vector<Tai> tais;
  DiameterIdentity identity;
  DiameterIdentity realm;
  Endpoint s1ap;
  Endpoint gtpc;
  Ipv4 diameter;  ///< our own address towards the HSS
  NeighbourSettings hss;
  NeighbourSettings upe;
  std::vector<MmeNeighbourSettings> mmes;  ///< `gtpc.s10`, or else the other MMEs of the file
  std::vector<Byte> integrity_order{2};    ///< numbers of TS 24.301, 9.9.3.23
  std::vector<Byte> ciphering_order{2};
  /// HSSs of the same realm and the same subscribers, in the order in which they stand in for the first.
  std::vector<NeighbourSettings> more_hss{};
  std::vector<NeighbourSettings> agents{};  ///< Diameter agents, through which HSSs may be reached
  std::optional<TlsSettings> tls{};
  std::optional<Endpoint> metrics{};
};

struct UpeSettings {
  std::string name = "upe";
  Endpoint gtpc;
  Ipv4 gtpu;
  Ipv4 pool;  ///< first address of the subnet UEs get theirs from
  unsigned pool_prefix = 16;
  std::vector<NeighbourSettings> clients;  ///< who may ask: MMEs
  std::optional<Endpoint> metrics{};
};

/// A cell of another eNB, to which UEs may be handed over.
struct CellNeighbourSettings {
  MacroEnbId enb;
  Ecgi cell;
  Tac tac;
  std::uint16_t pci = 0;
  std::uint32_t earfcn_dl = 0;
};

struct EnbSettings {
  std::string name = "enb";
  MacroEnbId id;
  Ecgi cell;
  Tac tac;
  std::uint16_t pci = 0;        ///< 0 to 503, TS 36.211, 6.11
  std::uint32_t earfcn_dl = 0;  ///< 0 to 262143, TS 36.101, 5.7.3
  Ipv4 s1ap;                    ///< our own address towards the MME
  NeighbourSettings mme;
  Endpoint radio;
  Ipv4 gtpu;
  std::vector<CellNeighbourSettings> neighbours;  ///< `neighbours`, or else the other eNBs of the file
  std::vector<Byte> integrity_order{2};
  std::vector<Byte> ciphering_order{2};
  std::optional<Endpoint> metrics{};
};

/// Where a cell's radio stand-in listens.
struct RadioCellSettings {
  std::string name;  ///< its eNB's
  Endpoint radio;
};

/// What all simulated UEs have in common.
struct UeSettings {
  Ipv4 first_address{{127, 1, 0, 1}};  ///< the first UE's; the next one has the next address
  unsigned prefix = 16;
  std::uint16_t port = radio_port;
  Imeisv imeisv;                   ///< the first UE's; the serial number counts up
  std::vector<Byte> eea{0, 1, 2};  ///< algorithms it can do
  std::vector<Byte> eia{1, 2};
  std::vector<RadioCellSettings>
      cells;  ///< `cells`, or else those of the file's eNBs; the first is camped on
};

struct Topology {
  LoggerSettings logger;
  PlmnId plmn = PlmnId::test_value();
  KeyIdKey id_key;
  /// Of every node of the file. What of it is not built is as `final` has it (context::built_part).
  context::SecurityPolicy policy{};
  /// The enterprise number of what no standard has (wire/enterprise.h): an operator's own, or the one for
  /// examples.
  std::uint16_t enterprise = wire::enterprise_default;
  std::vector<HssSettings> hss;
  std::vector<MmeSettings> mme;
  std::vector<UpeSettings> upe;
  std::vector<EnbSettings> enb;
  std::optional<UeSettings> ue;
};

/// parse_topology reads a whole file or nothing. Unknown keys, wrong types and values, two nodes of one name,
/// two doors with one address, two MMEs of one GUMMEI, two cells of a neighbourhood that a UE could not tell
/// apart (PCI and EARFCN), and an interface that carries keys to an address off this host without
/// `protected_by: ipsec` are mistakes, each with its line.
Expected<Topology, InputErrors> parse_topology(std::string_view file, std::string_view text);
Expected<Topology, InputErrors> load_topology(const std::string& path);

}  // namespace baton::runtime
