#include "runtime/topology.h"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/config.h"
#include "runtime/topology_services.h"
#include "runtime/topology_values.h"

namespace baton::runtime {
namespace {

using namespace topology_values;

/// Interface is one of `s1ap`, `gtpc`, `diameter` of a node: its own door and its neighbours.
struct Interface {
  std::optional<Endpoint> server;
  std::vector<NeighbourSettings> clients;
  std::vector<NeighbourSettings> aaa;                     ///< the other ones that an HSS listens to
  std::optional<std::vector<MmeNeighbourSettings>> mmes;  ///< `s10`, where it was given
  Carrier carrier = Carrier::tcp;                         ///< of `server`
  std::vector<DiameterDoor> more_doors;
  std::vector<NeighbourSettings> agents;
  std::optional<TlsSettings> tls;
  bool guarded = false;
};

/// Reader turns the sections of one file into settings. What is wrong goes to `errors_`; a node whose
/// mandatory values are missing is left out, which nobody sees because a file with errors gives nothing.
class Reader {
 public:
  explicit Reader(ConfigErrors& errors) : errors_(errors) {}

  Topology read(const ConfigNode& root) {
    Topology out;
    Section top(root, "", errors_);
    if (auto logger = top.section("logger")) out.logger = read_logger(*logger);
    if (auto global = top.section("global")) read_global(*global, out);
    plmn_ = out.plmn;
    each(top, "hss", [&](Section& s) { keep(out.hss, s, &Reader::read_hss); });
    each(top, "upe", [&](Section& s) { keep(out.upe, s, &Reader::read_upe); });
    each(top, "mme", [&](Section& s) { keep(out.mme, s, &Reader::read_mme); });
    each(top, "enb", [&](Section& s) { keep(out.enb, s, &Reader::read_enb); });
    if (auto ue = top.section("ue")) out.ue = read_ue(*ue);
    top.done();
    // Who is whose neighbour is asked only when every node could be read.
    if (errors_.empty()) {
      acquaint_mmes(out);
      acquaint_enbs(out);
      if (out.ue && !ue_cells_given_)
        for (const EnbSettings& enb : out.enb) out.ue->cells.push_back({enb.name, enb.radio});
    }
    return out;
  }

 private:
  template <class F>
  void each(Section& top, std::string_view role, F read_one) {
    auto sections = top.sections(role);
    if (sections.size() > topology_nodes_max)
      top.wrong(role, "at most " + std::to_string(topology_nodes_max) + " nodes");
    for (Section& section : sections) {
      read_one(section);
      section.done();
    }
  }

  template <class T>
  void keep(std::vector<T>& list, Section& s, std::optional<T> (Reader::*read_one)(Section&)) {
    const auto metrics = read_metrics(s);
    auto one = (this->*read_one)(s);
    if (!one) return;
    one->metrics = metrics;
    list.push_back(std::move(*one));
  }

  static LoggerSettings read_logger(Section& s) {
    LoggerSettings out;
    out.level = s.get("level", log_level, "trace, debug, info, warning or error").value_or(out.level);
    out.file = s.get("file", text, "a file name").value_or("");
    out.format = s.get("format", log_format, "plain or json").value_or(out.format);
    s.done();
    return out;
  }

  void read_global(Section& s, Topology& out) {
    if (auto plmn = s.section("plmn_id")) out.plmn = read_plmn(*plmn).value_or(out.plmn);
    plmn_ = out.plmn;
    out.id_key = s.get("key_id_key", id_key, "64 hexadecimal digits").value_or(KeyIdKey{});
    read_policy(s, out.policy);
    out.enterprise =
        s.get("enterprise", enterprise_number, "1 to 65535, and not 3GPP's").value_or(out.enterprise);
    s.done();
  }

  /// A profile, and after it single fields by name.
  static void read_policy(Section& s, context::SecurityPolicy& out) {
    if (const auto profile =
            s.get("profile", context::profile_named, "final, seed, hardened, hash-chain or temporary-kasme"))
      out = context::policy_of(*profile);
    auto section = s.section("policy");
    if (!section) return;
    for (const auto& [field, value] : context::fields(out)) {
      // No field takes an empty value: what it says to one is what it expects.
      context::SecurityPolicy probe = out;
      const auto refused = context::set(probe, field, "");
      const std::string expected =
          refused ? "a value" : refused.why().substr(field.size() + std::string_view(": expected ").size());
      const auto into = [&, name = field](std::string_view written) -> std::optional<Ok> {
        return context::set(out, name, written) ? std::optional(Ok{}) : std::nullopt;
      };
      (void)section->get(field, into, expected);
    }
    section->done();
    if (const auto why = context::contradiction(out)) s.wrong("policy", *why);
  }

  std::optional<PlmnId> read_plmn(Section& s) {
    const auto mcc = s.need("mcc", mcc_digits, "3 digits");
    const auto mnc = s.need("mnc", mnc_digits, "2 or 3 digits");
    s.done();
    if (!mcc || !mnc) return std::nullopt;
    auto plmn = PlmnId::parse(*mcc + *mnc);
    return plmn ? std::optional(*plmn) : std::nullopt;
  }
  /// A node's PLMN is that of `global` unless it says otherwise.
  PlmnId plmn_or_global(Section& s) {
    auto section = s.section("plmn_id");
    if (!section) return plmn_;
    return read_plmn(*section).value_or(plmn_);
  }

  std::string read_name(Section& s, std::string_view role) {
    auto name =
        s.get("name", node_name, "a name of letters, digits, hyphens and dots").value_or(std::string(role));
    const auto [first, is_new] = line_of_name_.emplace(name, s.line());
    if (!is_new)
      s.wrong("name", "a name of its own, line " + std::to_string(first->second) + " has it already");
    return name;
  }

  DiameterIdentity read_realm(Section& s) {
    auto realm = s.get("realm", diameter_identity, "a realm such as epc.mnc001.mcc001.3gppnetwork.org");
    return realm ? std::move(*realm) : *DiameterIdentity::parse(plmn_.realm());
  }

  /// read_interface reads servers and clients of one interface. `wants_server`: it listens.
  Interface read_interface(Section& node, std::string_view key, std::uint16_t default_port, bool wants_server,
                           std::string_view client_role, std::size_t clients_min) {
    Interface out;
    auto s = node.need_section(key);
    if (!s) return out;
    bool exposed = false;
    auto servers = s->sections("server");
    const bool diameter = key == "diameter";
    if (auto tls = diameter ? s->section("tls") : std::nullopt) out.tls = read_tls(*tls);
    const auto carrier_of = [&](Section& one) {
      if (!diameter) return Carrier::tcp;
      const Carrier by = one.get("transport", carrier, "tcp, tls or sctp").value_or(Carrier::tcp);
      if (by == Carrier::tls && !out.tls) one.wrong("transport", "certificates in `tls` beside it");
      return by;
    };
    const auto port_of = [&](Carrier by) { return by == Carrier::tls ? diameter_tls_port : default_port; };
    for (Section& server : servers) {
      const Carrier by = carrier_of(server);
      const auto door = read_endpoint(server, port_of(by));
      server.done();
      if (!door) continue;
      exposed = exposed || (by != Carrier::tls && !door->address.is_loopback());
      claim(*s, by == Carrier::sctp ? "sctp" : key, *door);
      if (!out.server) {
        out.server = door;
        out.carrier = by;
      } else {
        out.more_doors.push_back({*door, by});
      }
    }
    if (servers.size() > (diameter && wants_server ? diameter_doors_max : 1))
      s->wrong("server", "one address");
    if (wants_server && servers.empty()) s->wrong("server", "the address to listen on, `- address: ...`");

    const auto read_neighbours_of = [&](std::string_view list, std::string_view called) {
      std::vector<NeighbourSettings> read;
      for (Section& client : s->sections(list)) {
        NeighbourSettings neighbour;
        neighbour.name = client.get("name", node_name, "a name").value_or(std::string(called));
        neighbour.identity = client.get("identity", diameter_identity, "a fully qualified host name");
        neighbour.realm = client.get("realm", diameter_identity, "a realm");
        if (key == "diameter" && list == "client" && client_role == "MME") {  // an HSS's
          neighbour.kind = client.get("kind", client_kind, "mme, sgsn or combined").value_or("");
          neighbour.plmns = client.values("plmns", plmn, "networks such as 00101");
        }
        if (diameter) {
          neighbour.via = client.get("via", diameter_identity, "the identity of one of the agents");
          neighbour.rate.per_second =
              client.get("rate", number<std::uint32_t, 1, 10'000'000>, "requests a second").value_or(0);
          neighbour.rate.burst = client.get("burst", number<std::uint32_t, 1, 10'000'000>, "requests at once")
                                     .value_or(std::max<std::uint32_t>(neighbour.rate.per_second / 10, 1));
          if (!neighbour.identity) client.wrong("identity", "the neighbour's Diameter identity");
        }
        neighbour.carrier = carrier_of(client);
        const auto agent = std::find_if(out.agents.begin(), out.agents.end(),
                                        [&](const auto& a) { return a.identity == neighbour.via; });
        if (neighbour.via && agent != out.agents.end()) {
          neighbour.endpoint = agent->endpoint;
          read.push_back(std::move(neighbour));
        } else if (neighbour.via) {
          client.wrong("via", "the identity of one of the agents");
        } else if (auto endpoint = read_endpoint(client, port_of(neighbour.carrier))) {
          neighbour.endpoint = *endpoint;
          exposed = exposed || (neighbour.carrier != Carrier::tls && !endpoint->address.is_loopback());
          read.push_back(std::move(neighbour));
        }
        client.done();
      }
      return read;
    };
    if (diameter) out.agents = read_neighbours_of("agent", "agent");
    out.clients = read_neighbours_of("client", client_role);
    //= S0.D8
    if (key == "diameter" && client_role == "MME") {  // an HSS's
      out.aaa = read_neighbours_of("aaa", "aaa");
      // What an MME may ask, a server of other access may not, and the other way round.
      for (const NeighbourSettings& aaa : out.aaa)
        for (const NeighbourSettings& client : out.clients)
          if (aaa.identity && aaa.identity == client.identity)
            s->wrong("aaa", "servers that are no MME; " + aaa.identity->value() + " is one");
    }
    if (key == "gtpc" && client_role == "UPE") {  // an MME's
      auto mmes = read_s10(*s);
      for (const MmeNeighbourSettings& mme : mmes) exposed = exposed || !mme.endpoint.address.is_loopback();
      if (s->has("s10")) out.mmes = std::move(mmes);
    }
    if (s->has("client") ? out.clients.size() < clients_min : clients_min > 0)
      s->wrong("client", "the " + std::string(client_role) + " to talk to, `- address: ...`");

    const auto guard = s->get("protected-by", protection, "ipsec");
    out.guarded = guard.has_value();
    // What travels here are keys or what keys are made of; in the clear only inside this host.
    if (exposed && !guard)
      s->wrong("protected-by", "ipsec, because this interface carries keys to an address off this host");
    s->done();
    return out;
  }

  static TlsSettings read_tls(Section& s) {
    TlsSettings out;
    const auto file = [&](std::string_view key) {
      return s.need(key, text, "the name of a PEM file").value_or("");
    };
    out.certificate = file("certificate");
    out.key = file("key");
    out.authorities = file("authorities");
    s.done();
    return out;
  }

  std::optional<Endpoint> read_endpoint(Section& s, std::uint16_t default_port) {
    const auto address = s.need("address", ipv4, "an IPv4 address");
    const auto port = s.get("port", port_number, "a port from 1 to 65535");
    if (!address) return std::nullopt;
    return Endpoint{*address, port.value_or(default_port)};
  }

  /// Two nodes cannot listen at the same place.
  void claim(Section& s, std::string_view interface, const Endpoint& endpoint) {
    const auto [first, is_new] = line_of_door_.emplace(std::pair{std::string(interface), endpoint}, s.line());
    if (!is_new)
      s.wrong("server", "an address of its own, line " + std::to_string(first->second) + " has it already");
  }

  KeySettings read_keys(Section& s) {
    KeySettings out;
    auto section = s.section("keys");
    if (!section) return out;
    const std::string wrapped =
        section->need("wrapped-by", text, "file, passphrase or token").value_or("file");
    out.file = section->get("file", text, "a file name").value_or("");
    if (wrapped == "token") {
      out.kind = KeySettings::Kind::token;
      out.module = section->need("module", text, "the path of a PKCS#11 library").value_or("");
      out.token = section->need("token", text, "the token's label").value_or("");
      out.key = section->get("key", text, "the label of a key").value_or("baton");
    } else if (wrapped == "passphrase") {
      out.kind = KeySettings::Kind::passphrase;
    } else if (wrapped != "file") {
      section->wrong("wrapped-by", "file, passphrase or token");
    }
    if (out.kind != KeySettings::Kind::file && out.file.empty())
      section->wrong("file", "the file that holds the passphrase or the PIN");
    section->done();
    return out;
  }

  std::optional<HssSettings> read_hss(Section& s) {
    const std::string name = read_name(s, "hss");
    auto identity = s.need("identity", diameter_identity, "a fully qualified host name");
    auto realm = read_realm(s);
    auto diameter = read_interface(s, "diameter", diameter_port, true, "MME", 1);
    auto store = s.get("store", text, "a file name, or memory").value_or("memory");
    auto subscribers = s.get("subscribers", text, "a file name").value_or("");
    auto database = s.get("database", text, "a connection string of PostgreSQL").value_or("");
    auto keys = read_keys(s);
    auto admin = read_admin(s);
    if (!database.empty() && store != "memory") s.wrong("database", "no store beside it");
    if (!database.empty() && keys.kind == KeySettings::Kind::file && keys.file.empty())
      s.wrong("keys", "what wraps the data keys of a database: every HSS of it needs the same");
    const auto answers = read_hss_answers(s);
    // HSSs of one database that gave two clients the same index could make the same SQN by the same clock.
    //= TS 33.102, C.3.4
    const std::uint32_t index_base = answers.sqn_index_base.value_or(0);
    if (!database.empty() && !answers.sqn_index_base)
      s.wrong("sqn.index-base", "a number from 0 to 31: each HSS of a database has a range of its own");
    if (index_base > 0 && index_base + diameter.clients.size() > sqn_index_max)
      s.wrong("sqn.index-base", "room for an index of each client, 31 at most, above it");
    if (!identity || !diameter.server) return std::nullopt;
    HssSettings out{name,
                    std::move(*identity),
                    std::move(realm),
                    *diameter.server,
                    std::move(diameter.clients),
                    std::move(diameter.aaa),
                    store == "memory" ? "" : std::move(store),
                    std::move(subscribers)};
    out.carrier = diameter.carrier;
    out.more_doors = std::move(diameter.more_doors);
    out.agents = std::move(diameter.agents);
    out.tls = std::move(diameter.tls);
    out.database = std::move(database);
    out.keys = std::move(keys);
    out.admin = std::move(admin);
    out.sqn_index_base = index_base;
    out.test_algorithm = answers.test_algorithm;
    out.lost_places = answers.lost_places;
    out.roaming = answers.roaming;
    out.equipment = answers.equipment;
    return out;
  }

  /// The highest index in an SQN of the usual five bits.
  //= TS 33.102, C.1.1.1
  static constexpr std::uint64_t sqn_index_max = 31;
  /// What decides how an HSS answers.
  struct HssAnswers {
    std::optional<std::uint32_t> sqn_index_base{};
    bool test_algorithm = false, lost_places = false;
    std::vector<PlmnId> roaming{};
    std::vector<EquipmentSettings> equipment{};
  };
  HssAnswers read_hss_answers(Section& s) {
    HssAnswers out;
    if (auto sqn = s.section("sqn")) {
      out.sqn_index_base =
          sqn->get("index-base", number<std::uint32_t, 0, sqn_index_max>, "a number from 0 to 31");
      sqn->done();
    }
    out.test_algorithm = s.get("test-algorithm", yes_or_no, "yes or no").value_or(false);
    out.lost_places = s.get("lost-places", yes_or_no, "yes or no").value_or(false);
    out.roaming = s.values("roaming", plmn, "networks such as 00101");
    for (Section& line : s.sections("equipment")) {
      const auto imei = line.need("imei", imei_prefix, "leading digits of an IMEI, or any");
      const auto status = line.need("status", equipment_status, "white, grey or black");
      if (imei && status) out.equipment.push_back({*imei, *status});
      line.done();
    }
    return out;
  }

  std::optional<MmeSettings> read_mme(Section& s) {
    const std::string name = read_name(s, "mme");
    auto identity = s.need("identity", diameter_identity, "a fully qualified host name");
    auto realm = read_realm(s);
    std::optional<Gummei> gummei;
    if (auto section = s.need_section("gummei")) gummei = read_gummei(*section);
    auto tais = read_tais(s);
    auto orders = read_security(s);
    auto s1ap = read_interface(s, "s1ap", s1ap_port, true, "eNB", 0);
    auto gtpc = read_interface(s, "gtpc", gtpc_port, true, "UPE", 1);
    auto diameter = read_interface(s, "diameter", diameter_port, false, "HSS", 1);
    if (!identity || !gummei || !s1ap.server || !gtpc.server || gtpc.clients.empty() ||
        diameter.clients.empty())
      return std::nullopt;
    const Ipv4 own = diameter.server ? diameter.server->address : s1ap.server->address;
    for (NeighbourSettings& one : diameter.clients)
      if (!one.realm) one.realm = realm;
    NeighbourSettings hss = std::move(diameter.clients.front());
    diameter.clients.erase(diameter.clients.begin());
    mme_notes_.push_back({*s.section("gtpc"), *s.section("gummei"), gtpc.mmes.has_value(), gtpc.guarded});
    MmeSettings out{name,
                    *gummei,
                    std::move(tais),
                    std::move(*identity),
                    std::move(realm),
                    *s1ap.server,
                    *gtpc.server,
                    own,
                    std::move(hss),
                    std::move(gtpc.clients.front()),
                    std::move(gtpc.mmes).value_or(std::vector<MmeNeighbourSettings>{}),
                    std::move(orders.integrity),
                    std::move(orders.ciphering)};
    out.more_hss = std::move(diameter.clients);
    out.agents = std::move(diameter.agents);
    out.tls = std::move(diameter.tls);
    return out;
  }

  std::vector<Tai> read_tais(Section& s) {
    std::vector<Tai> tais;
    for (Section& section : s.sections("tai")) {
      const PlmnId plmn = plmn_or_global(section);
      for (const std::uint16_t tac :
           section.values("tac", number<std::uint16_t, 0, 0xFFFF>, "a number from 0 to 65535"))
        tais.push_back({plmn, Tac{tac}});
      section.done();
    }
    //= TS 36.413, 9.1.8.4
    if (tais.empty() || tais.size() > 256) s.wrong("tai", "1 to 256 tracking areas, `- tac: [1, 2]`");
    return tais;
  }

  /// The MMEs that share S10 with this one.
  std::vector<MmeNeighbourSettings> read_s10(Section& gtpc) {
    std::vector<MmeNeighbourSettings> out;
    auto sections = gtpc.sections("s10");
    for (Section& s : sections) {
      auto name = s.get("name", node_name, "a name").value_or("mme");
      auto identity = s.need("identity", diameter_identity, "a fully qualified host name");
      std::optional<Gummei> gummei;
      if (auto section = s.need_section("gummei")) gummei = read_gummei(*section);
      auto tais = read_tais(s);
      const auto endpoint = read_endpoint(s, gtpc_port);
      s.done();
      if (identity && gummei && endpoint)
        out.push_back({std::move(name), std::move(*identity), *gummei, std::move(tais), *endpoint});
    }
    return out;
  }

  /// Every MME gets to know the others of the file, unless it was told whom it knows.
  void acquaint_mmes(Topology& out) {
    std::map<Gummei, std::size_t> line_of_gummei;
    for (std::size_t i = 0; i < out.mme.size(); ++i) {
      const auto [first, is_new] = line_of_gummei.emplace(out.mme[i].gummei, mme_notes_[i].gummei.line());
      if (!is_new)
        errors_.add(mme_notes_[i].gummei.line(), mme_notes_[i].gummei.path(),
                    "a GUMMEI of its own, line " + std::to_string(first->second) + " has it already");
    }
    for (std::size_t i = 0; i < out.mme.size(); ++i) {
      MmeSettings& mme = out.mme[i];
      MmeNotes& notes = mme_notes_[i];
      if ((notes.s10_given ? mme.mmes.size() : out.mme.size() - 1) > topology_s10_max)
        notes.gtpc.wrong("s10", "at most " + std::to_string(topology_s10_max) + " other MMEs");
      if (notes.s10_given) {
        std::vector<Gummei> known{mme.gummei};
        for (const MmeNeighbourSettings& other : mme.mmes) {
          if (std::find(known.begin(), known.end(), other.gummei) != known.end())
            notes.gtpc.wrong("s10", "other MMEs, each GUMMEI once");
          known.push_back(other.gummei);
        }
        continue;
      }
      bool exposed = false;
      for (const MmeSettings& other : out.mme) {
        if (&other == &mme) continue;
        mme.mmes.push_back({other.name, other.identity, other.gummei, other.tais, other.gtpc});
        exposed = exposed || !other.gtpc.address.is_loopback();
      }
      if (exposed && !notes.guarded)
        notes.gtpc.wrong("protected-by", "ipsec, because S10 carries keys to an MME off this host");
    }
  }

  /// Every eNB gets to know the others of the file, unless it was told whom it knows.
  void acquaint_enbs(Topology& out) {
    for (std::size_t i = 0; i < out.enb.size(); ++i) {
      EnbSettings& enb = out.enb[i];
      EnbNotes& notes = enb_notes_[i];
      if (!notes.neighbours_given)
        for (const EnbSettings& other : out.enb)
          if (&other != &enb)
            enb.neighbours.push_back({other.id, other.cell, other.tac, other.pci, other.earfcn_dl});
      // A UE names the better cell by these two numbers, nothing else.
      std::vector<std::pair<std::uint16_t, std::uint32_t>> known{{enb.pci, enb.earfcn_dl}};
      for (const CellNeighbourSettings& other : enb.neighbours) {
        const std::pair cell{other.pci, other.earfcn_dl};
        if (std::find(known.begin(), known.end(), cell) != known.end()) {
          notes.section.wrong(notes.neighbours_given ? "neighbours" : "cell",
                              "a neighbourhood in which each PCI stands once on an EARFCN, PCI " +
                                  std::to_string(other.pci) + " stands twice");
          break;
        }
        known.push_back(cell);
      }
    }
  }

  struct Orders {
    std::vector<Byte> integrity{2};
    std::vector<Byte> ciphering{2};
  };
  static Orders read_security(Section& s) {
    Orders out;
    if (auto security = s.section("security")) {
      if (security->has("integrity_order"))
        out.integrity = read_order(*security, "integrity_order", eia, "EIA1 to EIA3");
      if (security->has("ciphering_order"))
        out.ciphering = read_order(*security, "ciphering_order", eea, "EEA0 to EEA3");
      // Null integrity protects nothing; TS 33.401, 5.1.4.1 has it for emergency calls only.
      if (std::find(out.integrity.begin(), out.integrity.end(), 0) != out.integrity.end())
        security->wrong("integrity_order", "EIA1 to EIA3; EIA0 protects nothing");
      // What stands after null ciphering could never be chosen by anybody.
      const auto null = std::find(out.ciphering.begin(), out.ciphering.end(), 0);
      if (null != out.ciphering.end() && null + 1 != out.ciphering.end())
        security->wrong("ciphering_order", "EEA0 last, if at all");
      security->done();
    }
    return out;
  }

  std::optional<Gummei> read_gummei(Section& s) {
    const PlmnId plmn = plmn_or_global(s);
    const auto group = s.need("mme_gid", number<std::uint16_t, 0, 0xFFFF>, "a number from 0 to 65535");
    const auto code = s.need("mme_code", number<std::uint8_t, 0, 0xFF>, "a number from 0 to 255");
    s.done();
    if (!group || !code) return std::nullopt;
    return Gummei{plmn, MmeGroupId{*group}, MmeCode{*code}};
  }

  template <class Parse>
  static std::vector<Byte> read_order(Section& s, std::string_view key, Parse parse,
                                      std::string_view expected) {
    std::vector<Byte> out = s.values(key, parse, expected);
    std::vector<Byte> sorted = out;
    std::sort(sorted.begin(), sorted.end());
    if (out.empty() || out.size() > algorithm_order_max ||
        std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      s.wrong(key, "a list of " + std::string(expected) + ", each once");
    return out;
  }

  std::optional<UpeSettings> read_upe(Section& s) {
    const std::string name = read_name(s, "upe");
    auto gtpc = read_interface(s, "gtpc", gtpc_port, true, "MME", 1);
    std::optional<Ipv4> gtpu;
    if (auto section = s.need_section("gtpu")) gtpu = read_address(*section);
    std::optional<Subnet> pool;
    if (auto session = s.need_section("session")) {
      pool = session->need("subnet", subnet, "a subnet such as 10.45.0.0/16");
      session->done();
    }
    if (!gtpc.server || !gtpu || !pool) return std::nullopt;
    return UpeSettings{name, *gtpc.server, *gtpu, pool->address, pool->prefix, std::move(gtpc.clients)};
  }

  std::optional<Ipv4> read_address(Section& s) {
    const auto address = s.need("address", ipv4, "an IPv4 address");
    s.done();
    return address;
  }

  std::optional<EnbSettings> read_enb(Section& s) {
    const std::string name = read_name(s, "enb");
    const PlmnId plmn = plmn_or_global(s);
    const auto id = s.need("enb_id", number<std::uint32_t, 0, MacroEnbId::max>, "a number from 0 to 1048575");
    CellValues cell;
    if (auto section = s.need_section("cell")) {
      cell = read_cell(*section);
      section->done();
    }
    auto s1ap = read_interface(s, "s1ap", s1ap_port, true, "MME", 1);
    std::optional<Endpoint> radio;
    if (auto section = s.need_section("radio")) {
      radio = read_endpoint(*section, radio_port);
      section->done();
      if (radio) claim(*section, "radio", *radio);
    }
    std::optional<Ipv4> gtpu;
    if (auto section = s.section("gtpu")) gtpu = read_address(*section);
    auto orders = read_security(s);
    const bool neighbours_given = s.has("neighbours");
    auto neighbours = read_neighbours(s);
    if (!id || !cell.complete() || !s1ap.server || s1ap.clients.empty() || !radio) return std::nullopt;
    enb_notes_.push_back({s, neighbours_given});
    return EnbSettings{name,
                       {plmn, *id},
                       {plmn, *id << 8U | *cell.id},
                       Tac{*cell.tac},
                       *cell.pci,
                       *cell.earfcn,
                       s1ap.server->address,
                       std::move(s1ap.clients.front()),
                       *radio,
                       gtpu.value_or(s1ap.server->address),
                       std::move(neighbours),
                       std::move(orders.integrity),
                       std::move(orders.ciphering)};
  }

  struct CellValues {
    std::optional<std::uint8_t> id;
    std::optional<std::uint16_t> tac, pci;
    std::optional<std::uint32_t> earfcn;
    bool complete() const { return id && tac && pci && earfcn; }
  };
  static CellValues read_cell(Section& s) {
    CellValues out;
    out.id = s.need("cell_id", number<std::uint8_t, 0, 0xFF>, "a number from 0 to 255");
    out.tac = s.need("tac", number<std::uint16_t, 0, 0xFFFF>, "a number from 0 to 65535");
    out.pci = s.need("pci", number<std::uint16_t, 0, 503>, "a number from 0 to 503");
    out.earfcn = s.need("earfcn_dl", number<std::uint32_t, 0, 262'143>, "a number from 0 to 262143");
    return out;
  }

  std::vector<CellNeighbourSettings> read_neighbours(Section& enb) {
    std::vector<CellNeighbourSettings> out;
    auto sections = enb.sections("neighbours");
    if (sections.size() > topology_nodes_max)
      enb.wrong("neighbours", "at most " + std::to_string(topology_nodes_max) + " cells");
    for (Section& s : sections) {
      const PlmnId plmn = plmn_or_global(s);
      const auto id =
          s.need("enb_id", number<std::uint32_t, 0, MacroEnbId::max>, "a number from 0 to 1048575");
      const CellValues cell = read_cell(s);
      s.done();
      if (id && cell.complete())
        out.push_back({{plmn, *id}, {plmn, *id << 8U | *cell.id}, Tac{*cell.tac}, *cell.pci, *cell.earfcn});
    }
    return out;
  }

  std::optional<UeSettings> read_ue(Section& s) {
    UeSettings out{.imeisv = Imeisv::test_value(), .cells = {}};
    if (auto pool = s.get("addresses", subnet, "a subnet such as 127.1.0.0/16")) {
      out.first_address = pool->address;
      out.first_address.octets[3] |= 1U;
      out.prefix = pool->prefix;
    }
    out.port = s.get("port", port_number, "a port from 1 to 65535").value_or(out.port);
    if (auto imeisv_value = s.get("imeisv", imeisv, "16 digits")) out.imeisv = *imeisv_value;
    if (auto capability = s.section("capability")) {
      if (capability->has("eea")) out.eea = read_order(*capability, "eea", eea, "EEA0 to EEA3");
      if (capability->has("eia")) out.eia = read_order(*capability, "eia", eia, "EIA0 to EIA3");
      capability->done();
    }
    ue_cells_given_ = s.has("cells");
    auto cells = s.sections("cells");
    if (cells.size() > topology_nodes_max)
      s.wrong("cells", "at most " + std::to_string(topology_nodes_max) + " cells");
    for (Section& cell : cells) {
      auto name = cell.get("name", node_name, "a name").value_or("enb");
      const auto radio = read_endpoint(cell, radio_port);
      cell.done();
      if (radio) out.cells.push_back({std::move(name), *radio});
    }
    s.done();
    return out;
  }

  /// What the settings do not say any more, for mistakes that need the whole file to be seen.
  struct MmeNotes {
    Section gtpc;
    Section gummei;
    bool s10_given;
    bool guarded;
  };
  struct EnbNotes {
    Section section;
    bool neighbours_given;
  };

  ConfigErrors& errors_;
  std::vector<MmeNotes> mme_notes_;
  std::vector<EnbNotes> enb_notes_;
  bool ue_cells_given_ = false;
  PlmnId plmn_ = PlmnId::test_value();
  std::map<std::string, std::size_t> line_of_name_;
  std::map<std::pair<std::string, Endpoint>, std::size_t> line_of_door_;
};

Expected<Topology, InputErrors> read_tree(std::string_view file, Expected<ConfigNode, InputErrors> tree) {
  if (!tree) return Fail{tree.why()};
  ConfigErrors errors{std::string(file)};
  Topology out = Reader(errors).read(*tree);
  if (!errors.empty()) return Fail{errors.take()};
  return out;
}

}  // namespace

Expected<Topology, InputErrors> parse_topology(std::string_view file, std::string_view text) {
  return read_tree(file, parse_yaml(file, text));
}

Expected<Topology, InputErrors> load_topology(const std::string& path) {
  return read_tree(path, load_yaml(path));
}

}  // namespace baton::runtime
