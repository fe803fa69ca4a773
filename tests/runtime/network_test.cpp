#include "runtime/network.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "runtime/import.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

std::string source(const std::string& path) { return std::string(BATON_SOURCE_DIR) + "/" + path; }

// The demo network on other addresses, so that tests and a running demo do not meet.
Topology topology(const std::string& net) {
  std::string text = content_of(source("etc/demo.yaml"));
  for (std::size_t at = text.find("127.0.0."); at != std::string::npos; at = text.find("127.0.0.", at))
    text.replace(at, 8, "127.0." + net + ".");
  const std::size_t ues = text.find("127.1.0.0/16");
  text.replace(ues, 12, "127." + net + ".0.0/16");
  auto t = parse_topology("demo.yaml", text);
  EXPECT_TRUE(t) << to_text(t.why());
  return std::move(*t);
}

std::vector<context::SubscriberRecord> subscribers() {
  auto s = load_subscribers(source("etc/subscribers.csv"));
  EXPECT_TRUE(s);
  return std::move(*s);
}

std::vector<context::SubscriberRecord> many(std::size_t n) {
  std::string text = "imsi,k,opc,amf,sqn\n";
  for (std::size_t i = 0; i < n; ++i) {
    char line[160];
    std::snprintf(line, sizeof line, "00101%010zu,%032zx,%032zx,8000,000000000000\n", i + 1, 7 * i + 1,
                  11 * i + 5);
    text += line;
  }
  auto s = parse_subscribers("made", text);
  EXPECT_TRUE(s) << to_text(s.why());
  return std::move(*s);
}

void expect_all_hold(const std::vector<ProcedureResult>& results) {
  for (const ProcedureResult& r : results) {
    EXPECT_TRUE(r.outcome_ok) << r.name << " " << r.subscriber << ": " << r.cause;
    EXPECT_FALSE(r.steps.empty()) << r.name << " " << r.subscriber;
    EXPECT_FALSE(r.keys.empty()) << r.name << " " << r.subscriber;
    EXPECT_GT(r.ms, 0);
    for (const KeyView& k : r.keys) {
      EXPECT_TRUE(k.state.agree) << r.name << " " << r.subscriber << " " << to_string(k.state.kind);
      EXPECT_FALSE(k.last_id.empty());
      if (r.name == "detach") {
        EXPECT_TRUE(k.state.holders.empty())
            << r.subscriber << " " << to_string(k.state.kind) << " at " << k.state.holders.front();
      }
    }
  }
}

TEST(EmbeddedNetwork, walks_the_demo_subscribers_from_attach_to_detach_and_back) {
  transport::Loop loop;
  std::set<std::string> protocols;
  EmbeddedNetwork::Setup setup;
  setup.on_step = [&](const node::Step& s) { protocols.insert(std::string(s.protocol)); };
  auto network = EmbeddedNetwork::build(loop, topology("61"), subscribers(), std::move(setup));
  ASSERT_TRUE(network) << network.why();
  const auto started = (*network)->start();
  ASSERT_TRUE(started) << started.why();

  const auto attached = (*network)->run_all("attach");
  ASSERT_EQ(attached.size(), 4u);
  expect_all_hold(attached);
  const auto holds = [&](KeyKind kind, const std::string& node) {
    for (const KeyView& k : attached[0].keys)
      if (k.state.kind == kind)
        return std::find(k.state.holders.begin(), k.state.holders.end(), node) != k.state.holders.end();
    return false;
  };
  EXPECT_TRUE(holds(KeyKind::kasme, "ue-001010000000001") && holds(KeyKind::kasme, "mme1"));
  EXPECT_FALSE(holds(KeyKind::kasme, "enb1"));
  EXPECT_TRUE(holds(KeyKind::kenb, "ue-001010000000001") && holds(KeyKind::kenb, "enb1"));
  EXPECT_FALSE(holds(KeyKind::kasme, "upe1"));

  expect_all_hold((*network)->run_all("service-request"));
  expect_all_hold((*network)->run_all("tau"));
  expect_all_hold((*network)->run_all("detach"));
  expect_all_hold((*network)->run_all("attach"));
  EXPECT_TRUE(protocols.contains("RRC"));
}

TEST(EmbeddedNetwork, a_procedure_nobody_knows_and_a_subscriber_nobody_has_are_results) {
  transport::Loop loop;
  auto network = EmbeddedNetwork::build(loop, topology("62"), subscribers(), {});
  ASSERT_TRUE(network) << network.why();
  ASSERT_TRUE((*network)->start());
  auto results = (*network)->run("fly", {0});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].ok());
  results = (*network)->run("attach", {99});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].ok());
}

TEST(EmbeddedNetwork, a_service_request_without_registration_fails_and_says_so) {
  transport::Loop loop;
  auto network = EmbeddedNetwork::build(loop, topology("63"), subscribers(), {});
  ASSERT_TRUE(network) << network.why();
  ASSERT_TRUE((*network)->start());
  Pace pace;
  pace.timeout = 1s;
  const auto results = (*network)->run("service-request", {0}, pace);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].ok());
  EXPECT_FALSE(results[0].cause.empty());
}

TEST(EmbeddedNetwork, an_address_that_is_taken_names_the_node) {
  transport::Loop loop;
  auto first = EmbeddedNetwork::build(loop, topology("64"), {}, {});
  ASSERT_TRUE(first) << first.why();
  const auto second = EmbeddedNetwork::build(loop, topology("64"), {}, {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.why().find("hss: cannot open Diameter at 127.0.64.8:3868"), std::string::npos)
      << second.why();
}

TEST(EmbeddedNetwork, a_thousand_subscribers_attach_over_real_sockets) {
  transport::Loop loop;
  auto network = EmbeddedNetwork::build(loop, topology("67"), many(1'000), {});
  ASSERT_TRUE(network) << network.why();
  ASSERT_TRUE((*network)->start());
  Pace pace;
  pace.timeout = 60s;  // under sanitizers, beside other tests
  const auto results = (*network)->run_all("attach", pace);
  ASSERT_EQ(results.size(), 1'000u);
  expect_all_hold(results);
  // One sync served many: each attach needs two at least (a block of SEQs, the location).
  EXPECT_LT((*network)->metrics().value("hss", "store.syncs"), 2'000u);
}

TEST(EmbeddedNetwork, what_it_says_reads_well_in_tshark_and_shows_no_key) {
  if (std::system("tshark --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is not installed";
  const TemporaryFolder folder;
  const std::string path = folder.file("network.pcapng");
  {
    auto capture = Capture::open(path, CaptureKeys::blanked);
    ASSERT_TRUE(capture);
    transport::Loop loop;
    EmbeddedNetwork::Setup setup;
    setup.capture = capture->get();
    auto network = EmbeddedNetwork::build(loop, topology("68"), subscribers(), std::move(setup));
    ASSERT_TRUE(network) << network.why();
    ASSERT_TRUE((*network)->start());
    for (const char* procedure : {"attach", "service-request", "tau", "detach"})
      expect_all_hold((*network)->run_all(procedure));
  }
  const auto tshark = [&](const std::string& arguments) {
    std::string out;
    std::FILE* const pipe = ::popen(("tshark -r " + path + " " + arguments + " 2>/dev/null").c_str(), "r");
    std::array<char, 4096> piece{};
    while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), n);
    EXPECT_EQ(::pclose(pipe), 0);
    return out;
  };
  const std::string protocols = tshark("-T fields -e _ws.col.Protocol");
  for (const char* expected : {"S1AP", "DIAMETER", "GTPv2", "SCTP", "TCP"})
    EXPECT_NE(protocols.find(expected), std::string::npos) << expected;
  // Ciphered NAS is not to be guessed at: one message in a few looks like a plain one of no known type.
  EXPECT_EQ(tshark("-o nas-eps.null_decipher:FALSE -Y '_ws.malformed || _ws.expert.severity >= 0x600000' -V"),
            "");
  // Keys are blanked where they stand: KeNB in S1AP, KASME in Diameter.
  EXPECT_EQ(tshark("-Y 's1ap.SecurityKey && s1ap.SecurityKey != " + std::string("00") +
                   [] {
                     std::string zeros;
                     for (int i = 0; i < 31; ++i) zeros += ":00";
                     return zeros;
                   }() +
                   "'"),
            "");
  EXPECT_NE(tshark("-Y s1ap.SecurityKey"), "");
}

TEST(EmbeddedNetwork, a_hundred_subscribers_attach_and_leave_side_by_side) {
  transport::Loop loop;
  auto network = EmbeddedNetwork::build(loop, topology("65"), many(100), {});
  ASSERT_TRUE(network) << network.why();
  ASSERT_TRUE((*network)->start());
  expect_all_hold((*network)->run_all("attach"));
  expect_all_hold((*network)->run_all("detach"));
}

}  // namespace
}  // namespace baton::runtime
