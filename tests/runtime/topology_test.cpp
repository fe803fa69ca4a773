#include "runtime/topology.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "context/built_policy.h"
#include "runtime/node_configs.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

std::string demo() {
  std::ifstream in(BATON_SOURCE_DIR "/etc/demo.yaml");
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

/// The demo with one text replaced by another; the text must be there.
std::string demo_with(const std::string& from, const std::string& to) {
  std::string text = demo();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

InputErrors mistakes(const std::string& text) {
  auto result = parse_topology("net.yaml", text);
  return result ? InputErrors{} : result.why();
}

TEST(Topology, ReadsTheDemoNetwork) {
  auto result = parse_topology("demo.yaml", demo());
  ASSERT_TRUE(result) << to_text(result.why());
  EXPECT_EQ(result->plmn, PlmnId::test_value());
  ASSERT_EQ(result->hss.size(), 1U);
  EXPECT_EQ(result->hss[0].diameter.to_string(), "127.0.0.8:3868");
  EXPECT_EQ(result->hss[0].clients.at(0).identity->value(), "mme1.epc.mnc001.mcc001.3gppnetwork.org");
  EXPECT_EQ(result->hss[0].realm.value(), "epc.mnc001.mcc001.3gppnetwork.org");
  EXPECT_EQ(result->hss[0].clients.size(), 2U);
  ASSERT_EQ(result->mme.size(), 2U);
  EXPECT_EQ(result->mme[0].gummei.group.value, 0x8001);
  EXPECT_EQ(result->mme[1].gummei.code.value, 2);
  EXPECT_EQ(result->mme[0].tais.size(), 2U);
  EXPECT_EQ(result->mme[0].hss.endpoint.to_string(), "127.0.0.8:3868");
  EXPECT_EQ(result->mme[0].integrity_order, std::vector<Byte>{2});
  ASSERT_EQ(result->upe.size(), 1U);
  EXPECT_EQ(result->upe[0].pool.to_string(), "10.45.0.0");
  EXPECT_EQ(result->upe[0].clients.size(), 2U);
  ASSERT_EQ(result->enb.size(), 4U);
  EXPECT_EQ(result->enb[1].cell.cell, 0x10201U);
  EXPECT_EQ(result->enb[1].mme.endpoint.to_string(), "127.0.0.2:36412");
  EXPECT_EQ(result->enb[3].mme.endpoint.to_string(), "127.0.0.4:36412");
  ASSERT_TRUE(result->ue);
  EXPECT_EQ(result->ue->first_address.to_string(), "127.1.0.1");
}

// etc/hss.yaml shows what there is in lines that begin with # and no space: each such block is taken in,
// alone.
TEST(Topology, EveryExampleInTheFileOfAnHssIsOne) {
  const std::string text = content_of(BATON_SOURCE_DIR "/etc/hss.yaml");
  ASSERT_TRUE(parse_topology("hss.yaml", text)) << to_text(mistakes(text));
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto is_example = [&](std::size_t n) {
    const auto at = lines[n].find_first_not_of(' ');
    return at != std::string::npos && lines[n][at] == '#' && at + 1 < lines[n].size() &&
           // What goes on below an example is indented after its #.
           (lines[n][at + 1] != ' ' || lines[n].substr(at + 1).starts_with("  - {"));
  };
  std::set<std::string> shown;
  for (std::size_t from = 0; from < lines.size(); ++from) {
    if (!is_example(from)) continue;
    std::size_t to = from;
    std::string one;
    bool database = false;
    while (to < lines.size() && is_example(to)) {
      const std::string live = std::string(lines[to]).erase(lines[to].find('#'), 1);
      one += live + "\n";
      const auto key = live.substr(live.find_first_not_of(" -{"));
      shown.insert(key.substr(0, key.find(':')));
      database = database || key.starts_with("database:");
      ++to;
    }
    std::string whole;
    for (std::size_t n = 0; n < lines.size(); ++n) {
      if (n == from) whole += one;
      if (n >= from && n < to) continue;
      if (database && lines[n].starts_with("  store:")) continue;
      whole += lines[n] + "\n";
    }
    EXPECT_TRUE(parse_topology("hss.yaml", whole)) << one << to_text(mistakes(whole));
    from = to - 1;
  }
  for (const char* key : {"file", "realm", "database", "keys", "sqn", "tls", "protected-by", "roaming",
                          "equipment", "lost-places", "tokens", "server"})
    EXPECT_TRUE(shown.contains(key)) << key;
}

struct Case {
  const char* what;
  const char* from;
  const char* to;
  const char* field;
};

TEST(Topology, RefusesWhatIsWrongAndSaysWhere) {
  const Case cases[] = {
      {"an unknown key", "    gtpu: {address: 127.0.0.3}", "    gtpu: {adress: 127.0.0.3}",
       "upe[0].gtpu.address"},
      {"an address that is none", "address: 127.0.0.8", "address: 127.0.0.256",
       "hss.diameter.server[0].address"},
      {"a port out of range", "address: 127.0.0.8\n", "address: 127.0.0.8\n        port: 65536\n",
       "hss.diameter.server[0].port"},
      {"an MNC of one digit", "mnc: \"01\"", "mnc: \"1\"", "global.plmn_id.mnc"},
      {"a TAC out of range", "tac: [1, 2]", "tac: [1, 65536]", "mme[0].tai[0].tac"},
      {"an unknown algorithm", "[EEA2]", "[EEA4]", "mme[0].security.ciphering_order"},
      {"an algorithm twice", "integrity_order: [EIA2]", "integrity_order: [EIA2, EIA2]",
       "mme[0].security.integrity_order"},
      {"null integrity", "integrity_order: [EIA2]", "integrity_order: [EIA2, EIA0]",
       "mme[0].security.integrity_order"},
      {"null ciphering first", "ciphering_order: [EEA2]", "ciphering_order: [EEA0, EEA2]",
       "mme[0].security.ciphering_order"},
      {"a PCI out of range", "pci: 101", "pci: 504", "enb[0].cell.pci"},
      {"an eNB identity of 21 bits", "enb_id: 0x101", "enb_id: 0x100000", "enb[0].enb_id"},
      {"a subnet with host bits", "subnet: 10.45.0.0/16", "subnet: 10.45.0.1/16", "upe[0].session.subnet"},
      {"a name used twice", "name: enb2", "name: enb1", "enb[1].name"},
      {"a door used twice", "radio: {address: 127.0.0.22}", "radio: {address: 127.0.0.21}",
       "enb[1].radio.server"},
      {"a log level that is none", "level: warning", "level: loud", "logger.level"},
      {"an identity missing", "  identity: hss.epc.mnc001.mcc001.3gppnetwork.org\n  store", "  store",
       "hss.identity"},
      {"an IMEISV too short", "3534900698733153", "353490069873315", "ue.imeisv"},
      {"a scalar for a section", "    gtpu: {address: 127.0.0.3}", "    gtpu: 127.0.0.3", "upe[0].gtpu"},
  };
  for (const Case& c : cases) {
    const auto all = mistakes(demo_with(c.from, c.to));
    ASSERT_FALSE(all.empty()) << c.what;
    EXPECT_EQ(all[0].field, c.field) << c.what << "\n" << to_text(all);
    EXPECT_GT(all[0].line, 0U) << c.what;
    EXPECT_FALSE(all[0].expected.empty()) << c.what;
  }
}

TEST(Topology, NamesTheLineOfAMistake) {
  const auto all = mistakes("ue:\n  port: 4997\n  colour: blue\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].to_string(),
            "net.yaml:3: ue.colour: expected one of the keys addresses, port, imeisv, capability, cells");
}

TEST(Topology, MakesTheNodesOfOneFileNeighbours) {
  auto result = parse_topology("demo.yaml", demo());
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->mme[0].mmes.size(), 1U);
  const MmeNeighbourSettings& other = result->mme[0].mmes[0];
  EXPECT_EQ(other.name, "mme2");
  EXPECT_EQ(other.identity.value(), "mme2.epc.mnc001.mcc001.3gppnetwork.org");
  EXPECT_EQ(other.gummei, result->mme[1].gummei);
  EXPECT_EQ(other.tais, result->mme[1].tais);
  EXPECT_EQ(other.endpoint.to_string(), "127.0.0.4:2123");
  ASSERT_EQ(result->mme[1].mmes.size(), 1U);
  EXPECT_EQ(result->mme[1].mmes[0].name, "mme1");
  ASSERT_EQ(result->enb[0].neighbours.size(), 3U);
  EXPECT_EQ(result->enb[0].neighbours[0].enb, result->enb[1].id);
  EXPECT_EQ(result->enb[0].neighbours[2].pci, 104);
  EXPECT_EQ(result->enb[0].neighbours[2].tac, Tac{4});
  EXPECT_EQ(result->enb[0].neighbours[2].cell.cell, 0x10401U);
  ASSERT_EQ(result->ue->cells.size(), 4U);
  EXPECT_EQ(result->ue->cells[2].name, "enb3");
  EXPECT_EQ(result->ue->cells[2].radio.to_string(), "127.0.0.23:4997");
}

// mme1 of the demo with an S10 list of its own.
std::string demo_with_s10(const std::string& entries, const std::string& guard = "") {
  return demo_with("      client:\n        - {name: upe1, address: 127.0.0.3}\n    diameter",
                   "      client:\n        - {name: upe1, address: 127.0.0.3}\n      s10:\n" + entries +
                       guard + "    diameter");
}
const char* const far_mme =
    "        - name: far\n"
    "          identity: far.example.org\n"
    "          gummei: {mme_gid: 7, mme_code: 9}\n"
    "          tai: [{tac: [70, 71], plmn_id: {mcc: \"999\", mnc: \"70\"}}]\n";

TEST(Topology, ANodeThatWasToldItsNeighboursKnowsNoOthers) {
  auto result = parse_topology(
      "net.yaml",
      demo_with_s10(std::string(far_mme) + "          address: 127.0.0.9\n          port: 2124\n"));
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->mme[0].mmes.size(), 1U);
  EXPECT_EQ(result->mme[0].mmes[0].name, "far");
  EXPECT_EQ(result->mme[0].mmes[0].gummei.code.value, 9);
  ASSERT_EQ(result->mme[0].mmes[0].tais.size(), 2U);
  EXPECT_EQ(result->mme[0].mmes[0].tais[1].plmn.to_string(), "99970");
  EXPECT_EQ(result->mme[0].mmes[0].endpoint.to_string(), "127.0.0.9:2124");
  EXPECT_EQ(result->mme[1].mmes.at(0).name, "mme1") << "the other one is still told by the file";

  result = parse_topology("net.yaml", demo_with_s10("        []\n"));
  ASSERT_TRUE(result) << to_text(result.why());
  EXPECT_TRUE(result->mme[0].mmes.empty()) << "an empty list is a list";

  result = parse_topology("net.yaml",
                          demo_with("    radio: {address: 127.0.0.21}",
                                    "    radio: {address: 127.0.0.21}\n    neighbours:\n"
                                    "      - {enb_id: 0x102, cell_id: 3, tac: 2, pci: 5, earfcn_dl: 1800}"));
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->enb[0].neighbours.size(), 1U);
  EXPECT_EQ(result->enb[0].neighbours[0].cell.cell, 0x10203U);
  EXPECT_EQ(result->enb[0].neighbours[0].earfcn_dl, 1800U);
  EXPECT_EQ(result->enb[1].neighbours.size(), 3U);

  result = parse_topology("net.yaml", "ue:\n  cells: [{name: enb7, address: 127.0.0.77, port: 4998}]\n");
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->ue->cells.size(), 1U);
  EXPECT_EQ(result->ue->cells[0].name, "enb7");
  EXPECT_EQ(result->ue->cells[0].radio.to_string(), "127.0.0.77:4998");
}

TEST(Topology, RefusesNeighboursThatAreWrongAndSaysWhere) {
  const std::string here = "          address: 127.0.0.9\n";
  const std::string neighbour = "    radio: {address: 127.0.0.21}";
  const auto with_neighbours = [&](const std::string& list) {
    return demo_with(neighbour, neighbour + "\n    neighbours:\n" + list);
  };
  const std::string cell = "      - {enb_id: 0x102, cell_id: 3, tac: 2, pci: 5, earfcn_dl: 1800}\n";
  const struct {
    const char* what;
    std::string text;
    const char* field;
  } cases[] = {
      {"an MME without a GUMMEI",
       demo_with_s10(
           "        - {name: far, identity: far.example.org, address: 127.0.0.9, tai: [{tac: [7]}]}\n"),
       "mme[0].gtpc.s10[0].gummei"},
      {"an MME without tracking areas",
       demo_with_s10("        - {identity: far.example.org, address: 127.0.0.9, "
                     "gummei: {mme_gid: 1, mme_code: 1}}\n"),
       "mme[0].gtpc.s10[0].tai"},
      {"an MME without an address", demo_with_s10(far_mme), "mme[0].gtpc.s10[0].address"},
      {"an unknown key", demo_with_s10(far_mme + here + "          colour: blue\n"),
       "mme[0].gtpc.s10[0].colour"},
      {"one MME twice", demo_with_s10(far_mme + here + far_mme + "          address: 127.0.0.10\n"),
       "mme[0].gtpc.s10"},
      {"itself",
       demo_with_s10("        - {identity: far.example.org, address: 127.0.0.9, tai: [{tac: [7]}], "
                     "gummei: {mme_gid: 0x8001, mme_code: 1}}\n"),
       "mme[0].gtpc.s10"},
      {"a GUMMEI used twice", demo_with("mme_code: 2}", "mme_code: 1}"), "mme[1].gummei"},
      {"S10 at a UPE",
       demo_with("        - {name: mme2, address: 127.0.0.4}\n    gtpu",
                 "        - {name: mme2, address: 127.0.0.4}\n      s10: []\n    gtpu"),
       "upe[0].gtpc.s10"},
      {"two cells that a UE cannot tell apart", demo_with("pci: 103", "pci: 102"), "enb[0].cell"},
      {"the same in a list", with_neighbours(cell + cell), "enb[0].neighbours"},
      {"a cell like its own",
       with_neighbours("      - {enb_id: 0x102, cell_id: 3, tac: 2, pci: 101, earfcn_dl: 1300}\n"),
       "enb[0].neighbours"},
      {"a neighbour's PCI out of range",
       with_neighbours("      - {enb_id: 0x102, cell_id: 3, tac: 2, pci: 504, earfcn_dl: 1300}\n"),
       "enb[0].neighbours[0].pci"},
      {"a neighbour without its eNB", with_neighbours("      - {cell_id: 3, tac: 2, pci: 5, earfcn_dl: 1}\n"),
       "enb[0].neighbours[0].enb_id"},
      {"a UE's cell without an address", "ue:\n  cells: [{name: enb7}]\n", "ue.cells[0].address"},
  };
  for (const auto& c : cases) {
    const auto all = mistakes(c.text);
    ASSERT_FALSE(all.empty()) << c.what;
    EXPECT_EQ(all[0].field, c.field) << c.what << "\n" << to_text(all);
    EXPECT_GT(all[0].line, 0U) << c.what;
  }
}

TEST(Topology, BoundsTheMmesThatOneSpeaksWith) {
  const auto many = [](std::size_t n) {
    std::string out;
    for (std::size_t i = 1; i <= n; ++i)
      out += "        - {identity: m" + std::to_string(i) + ".example.org, address: 127.0.3." +
             std::to_string(i) + ", tai: [{tac: [7]}], gummei: {mme_gid: 1, mme_code: " + std::to_string(i) +
             "}}\n";
    return demo_with_s10(out);
  };
  EXPECT_TRUE(mistakes(many(topology_s10_max)).empty()) << to_text(mistakes(many(topology_s10_max)));
  const auto all = mistakes(many(topology_s10_max + 1));
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].field, "mme[0].gtpc.s10");
}

// S10 carries KASME and NH: what holds for S11 holds for it.
TEST(Topology, RefusesS10InTheClearOffThisHost) {
  const std::string away = std::string(far_mme) + "          address: 192.0.2.9\n";
  auto all = mistakes(demo_with_s10(away));
  ASSERT_EQ(all.size(), 1U) << to_text(all);
  EXPECT_EQ(all[0].field, "mme[0].gtpc.protected-by");
  EXPECT_TRUE(mistakes(demo_with_s10(away, "      protected-by: ipsec\n")).empty());

  // The other MME of the same file says that its own door is protected, which says nothing of ours.
  all =
      mistakes(demo_with("      server:\n        - address: 127.0.0.4\n      client:\n        - {name: upe1",
                         "      protected-by: ipsec\n      server:\n        - address: 192.0.2.4\n      "
                         "client:\n        - {name: upe1"));
  ASSERT_EQ(all.size(), 1U) << to_text(all);
  EXPECT_EQ(all[0].field, "mme[0].gtpc.protected-by");
}

TEST(Topology, RefusesKeysInTheClearOffThisHost) {
  const std::string away = demo_with("      server:\n        - address: 127.0.0.2\n    gtpc",
                                     "      server:\n        - address: 192.0.2.2\n    gtpc");
  const auto all = mistakes(away);
  ASSERT_EQ(all.size(), 1U) << to_text(all);
  EXPECT_EQ(all[0].field, "mme[0].s1ap.protected-by");
}

TEST(Topology, TakesAnInterfaceOffThisHostThatIsProtected) {
  const std::string away =
      demo_with("      server:\n        - address: 127.0.0.2\n    gtpc",
                "      server:\n        - address: 192.0.2.2\n      protected-by: ipsec\n    gtpc");
  EXPECT_TRUE(mistakes(away).empty()) << to_text(mistakes(away));
  const std::string unknown =
      demo_with("      server:\n        - address: 127.0.0.2\n    gtpc",
                "      server:\n        - address: 192.0.2.2\n      protected-by: hope\n    gtpc");
  EXPECT_FALSE(mistakes(unknown).empty());
}

TEST(Topology, RefusesANeighbourOffThisHostWithoutProtection) {
  const auto all =
      mistakes(demo_with("3gppnetwork.org, address: 127.0.0.2}", "3gppnetwork.org, address: 192.0.2.2}"));
  ASSERT_EQ(all.size(), 1U) << to_text(all);
  EXPECT_EQ(all[0].field, "hss.diameter.protected-by");
}

const char* const last_client =
    "      - {name: mme2, identity: mme2.epc.mnc001.mcc001.3gppnetwork.org, address: 127.0.0.4}\n";
std::string with_aaa(const std::string& entry) {
  return demo_with(last_client, std::string(last_client) + "    aaa:\n      - " + entry + "\n");
}

//= S0.D8; type=test
TEST(Topology, TellsAnHssWhichServersOfOtherAccessMayAskForAKey) {
  auto result = parse_topology(
      "net.yaml", with_aaa("{name: wlan, identity: aaa.wlan.example.org, realm: wlan.example.org, "
                           "address: 127.0.0.9}"));
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->hss[0].aaa.size(), 1U);
  const auto config = hss_config(result->hss[0], *result);
  ASSERT_EQ(config.aaa_servers.size(), 1U);
  EXPECT_EQ(config.aaa_servers[0].name, "wlan");
  EXPECT_EQ(config.aaa_servers[0].identity.value(), "aaa.wlan.example.org");
  EXPECT_EQ(config.aaa_servers[0].realm.value(), "wlan.example.org");
  EXPECT_EQ(config.aaa_servers[0].address.to_string(), "127.0.0.9");
  EXPECT_EQ(config.clients.size(), 2U);  // and it is none of these
}

//= TS 33.102, C.3.4; type=test
TEST(Topology, HasAnIndexForEachClientOfEachHssOfADatabase) {
  const auto with = [](const std::string& more) { return demo_with("\nhss:\n", "\nhss:\n" + more); };
  const std::string database = "  database: host=/nowhere\n  keys: {wrapped-by: file, file: wrapping.key}\n";
  for (const char* base : {"0", "16", "29"}) {
    const auto result = parse_topology("net.yaml", with(database + "  sqn: {index-base: " + base + "}\n"));
    ASSERT_TRUE(result) << to_text(result.why());
    EXPECT_EQ(std::to_string(hss_config(result->hss[0], *result).ind_base), base);
  }
  // The demo has two clients: 30 leaves room for one.
  for (const std::string& wrong : {database, std::string("  sqn: {index-base: 30}\n")}) {
    const auto all = mistakes(with(wrong));
    ASSERT_EQ(all.size(), 1U) << wrong << to_text(all);
    EXPECT_EQ(all[0].field, "hss.sqn.index-base");
  }
}

TEST(Topology, RefusesServersOfOtherAccessThatAreWrong) {
  const Case wrong[] = {
      {"no identity", "", "{name: wlan, address: 127.0.0.9}", "hss.diameter.aaa[0].identity"},
      {"no address", "", "{identity: aaa.example.org}", "hss.diameter.aaa[0].address"},
      {"off this host", "", "{identity: aaa.example.org, address: 192.0.2.9}", "hss.diameter.protected-by"},
      {"an MME", "", "{identity: mme2.epc.mnc001.mcc001.3gppnetwork.org, address: 127.0.0.9}",
       "hss.diameter.aaa"}};
  for (const Case& c : wrong) {
    const auto all = mistakes(with_aaa(c.to));
    ASSERT_EQ(all.size(), 1U) << c.what << to_text(all);
    EXPECT_EQ(all[0].field, c.field) << c.what;
  }
}

// The HSS runs under the policy of the file as every other node does.
TEST(Topology, GivesTheHssThePolicyOfTheFile) {
  for (const char* profile : {"final", "seed", "hardened", "hash-chain", "temporary-kasme"}) {
    const auto result = parse_topology(
        "net.yaml", demo_with("global:\n", std::string("global:\n  profile: ") + profile + "\n"));
    ASSERT_TRUE(result) << to_text(result.why());
    EXPECT_EQ(hss_config(result->hss[0], *result).policy, mme_config(result->mme[0], *result).policy)
        << profile;
    EXPECT_EQ(hss_config(result->hss[0], *result).policy, context::built_part(result->policy)) << profile;
  }
}

TEST(Topology, TakesAnOperatorsEnterpriseNumberAndNoOneElses) {
  const auto with = [](const std::string& value) {
    return parse_topology("net.yaml", demo_with("global:\n", "global:\n  enterprise: " + value + "\n"));
  };
  EXPECT_EQ(parse_topology("net.yaml", demo_with("global:\n", "global:\n"))->enterprise, 32473);
  EXPECT_EQ(with("51515")->enterprise, 51515);
  for (const char* wrong : {"0", "65536", "10415", "ours"}) {
    const auto result = with(wrong);
    ASSERT_FALSE(result) << wrong;
    EXPECT_NE(to_text(result.why()).find("enterprise"), std::string::npos) << wrong;
  }
}

TEST(Topology, ReadsAFileWithOneNode) {
  auto result = parse_topology(
      "upe.yaml",
      "upe:\n  gtpc: {server: [{address: 127.0.0.3, port: 2123}], client: [{address: 127.0.0.2}]}\n"
      "  gtpu: {address: 127.0.0.3}\n  session: {subnet: 10.0.0.0/8}\n");
  ASSERT_TRUE(result) << to_text(result.why());
  EXPECT_EQ(result->upe.size(), 1U);
  EXPECT_TRUE(result->mme.empty());
  EXPECT_FALSE(result->ue);
}

}  // namespace
}  // namespace baton::runtime
