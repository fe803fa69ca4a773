#include "app/virtual_network.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/run_report.h"
#include "runtime/import.h"

namespace baton::app {
namespace {

std::string source(const std::string& path) { return std::string(BATON_SOURCE_DIR) + "/" + path; }

std::string demo() {
  std::ifstream in(source("etc/demo.yaml"));
  return {std::istreambuf_iterator<char>(in), {}};
}

std::unique_ptr<VirtualNetwork> network(std::uint64_t seed, const std::string& text = demo(),
                                        const std::string& ledger_file = "") {
  auto topology = runtime::parse_topology("demo.yaml", text);
  EXPECT_TRUE(topology) << runtime::to_text(topology.why());
  auto subscribers = runtime::load_subscribers(source("etc/subscribers.csv"));
  EXPECT_TRUE(subscribers);
  VirtualNetwork::Setup setup;
  setup.seed = seed;
  setup.ledger_file = ledger_file;
  auto built = VirtualNetwork::build(std::move(*topology), std::move(*subscribers), std::move(setup));
  EXPECT_TRUE(built) << built.why();
  return std::move(*built);
}

std::vector<std::size_t> all(const VirtualNetwork& n) {
  std::vector<std::size_t> out(n.subscribers());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

// Everything the demo does, and the ledger's hash afterwards.
std::string walk(std::uint64_t seed, const std::string& ledger_file = "") {
  const auto n = network(seed, demo(), ledger_file);
  const auto started = n->start();
  EXPECT_TRUE(started) << started.why();
  for (const char* procedure : {"attach", "service-request", "tau", "detach"}) {
    for (const runtime::ProcedureResult& r : n->run(procedure, all(*n))) {
      EXPECT_TRUE(r.ok()) << procedure << " " << r.subscriber << ": " << report_of(r).cause;
      EXPECT_FALSE(r.steps.empty()) << procedure;
      EXPECT_FALSE(r.keys.empty()) << procedure;
      EXPECT_GT(r.ms, 0) << procedure;
    }
  }
  EXPECT_TRUE(n->flush());
  return n->ledger_hash();
}

TEST(VirtualNetwork, WalksTheDemoSubscribersThroughEverything) {
  const auto n = network(1);
  ASSERT_TRUE(n->start());
  EXPECT_EQ(n->subscribers(), 4U);
  const auto attached = n->run("attach", all(*n));
  ASSERT_EQ(attached.size(), 4U);
  for (const auto& r : attached) EXPECT_TRUE(r.ok()) << r.subscriber << ": " << report_of(r).cause;
}

TEST(VirtualNetwork, TheSameSeedGivesTheSameLedgerAndAnotherSeedAnother) {
  const std::string first = walk(7);
  EXPECT_EQ(first.size(), 64U);
  EXPECT_EQ(walk(7), first);
  EXPECT_NE(walk(8), first);
}

TEST(VirtualNetwork, TheHashIsThatOfTheLedgerItWrites) {
  std::string name = (std::filesystem::temp_directory_path() / "baton-ledger-XXXXXX").string();
  ::close(::mkstemp(name.data()));
  const std::string hash = walk(7, name);
  std::ifstream in(name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_GT(text.size(), 10'000U);
  EXPECT_EQ(hex(crypto::sha256({reinterpret_cast<const Byte*>(text.data()), text.size()})), hash);
  std::filesystem::remove(name);
}

TEST(VirtualNetwork, SaysWhatIsMissingWhenAnMmeCannotReachItsHss) {
  std::string text = demo();
  const std::string entry =
      "      - {name: mme2, identity: mme2.epc.mnc001.mcc001.3gppnetwork.org, address: 127.0.0.4}\n";
  const std::size_t at = text.find(entry);
  ASSERT_NE(at, std::string::npos);
  text.replace(
      at, entry.size(),
      "      - {name: mme2, identity: mme2.epc.mnc001.mcc001.3gppnetwork.org, address: 127.0.0.5}\n");
  const auto n = network(1, text);
  const auto started = n->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.why(), "mme2 has not reached hss");
}

TEST(VirtualNetwork, AProcedureNobodyKnowsAndASubscriberNobodyHasAreResults) {
  const auto n = network(1);
  ASSERT_TRUE(n->start());
  EXPECT_EQ(n->run("dance", {0}).at(0).cause, "there is no such procedure");
  EXPECT_EQ(n->run("attach", {9}).at(0).cause, "there is no such subscriber");
  const auto twice = n->run("attach", {0, 0});
  EXPECT_TRUE(twice.at(0).ok());
  EXPECT_EQ(twice.at(1).cause, "given twice");
}

// A UE that nobody lets in says so in the time that the standard gives it, which costs nothing here.
TEST(VirtualNetwork, AServiceRequestWithoutRegistrationFails) {
  const auto n = network(1);
  ASSERT_TRUE(n->start());
  const auto results = n->run("service-request", {0});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_FALSE(results[0].ok());
  EXPECT_FALSE(results[0].cause.empty());
}

}  // namespace
}  // namespace baton::app
