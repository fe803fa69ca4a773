#include "app/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace baton::app {
namespace {

ProcedureReport attach(bool agree) {
  ProcedureReport p;
  p.name = "attach";
  p.subscriber = "001010000000001";
  p.profile = "final";
  p.steps = {{"1", "Attach Request", "ue1", "enb1", "NAS"}};
  p.keys = {{"K_ASME", "0102030405060708", {"mme1", "ue1"}, true, {}},
            {"K_eNB",
             "1112131415161718",
             {"ue1"},
             agree,
             agree ? std::vector<std::string>{} : std::vector<std::string>{"enb1"}}};
  p.ms = 12.5;
  settle(p, true, "");
  return p;
}

TEST(RunReport, WritesTheDocumentOfTheContract) {
  RunReport report;
  report.procedures.push_back(attach(true));
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_TRUE(json["ok"].get<bool>());
  const auto& p = json["procedures"][0];
  EXPECT_EQ(p["name"], "attach");
  EXPECT_EQ(p["steps"][0]["protocol"], "NAS");
  EXPECT_EQ(p["keys"][0]["holders"], (std::vector<std::string>{"mme1", "ue1"}));
  EXPECT_EQ(p["ms"], 12.5);
  EXPECT_FALSE(p.contains("cause"));
}

TEST(RunReport, IsNotOkWhenKeysDiffer) {
  RunReport report;
  report.procedures = {attach(true), attach(false)};
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.procedures[1].ok);
  EXPECT_EQ(report.procedures[1].cause, "keys differ");
  std::ostringstream out;
  Terminal terminal(out, false, false);
  print_table(report, terminal);
  EXPECT_NE(out.str().find("K_eNB 1112131415161718 at ue1, another one at enb1"), std::string::npos)
      << out.str();
}

TEST(RunReport, IsNotOkWhenNothingWasDone) { EXPECT_FALSE(RunReport{}.ok()); }

TEST(RunReport, IsNotOkWhenTheLedgerKnowsNoKey) {
  ProcedureReport p;
  p.name = "attach";
  settle(p, true, "");
  EXPECT_FALSE(p.ok);
}

TEST(RunReport, KeepsTheCauseOfAFailure) {
  ProcedureReport p = attach(true);
  settle(p, false, "no answer from the HSS");
  EXPECT_FALSE(p.ok);
  EXPECT_EQ(p.cause, "no answer from the HSS");
}

TEST(RunReport, SaysOfAMoveWhereItWentAndWhoHoldsTheRoot) {
  runtime::ProcedureResult result;
  result.name = "inter-mme-handover";
  result.subscriber = "001010000000001";
  result.outcome_ok = true;
  result.from_enb = "enb1";
  result.to_enb = "enb3";
  result.from_mme = "mme1";
  result.to_mme = "mme2";
  node::KeyState root;
  root.kind = KeyKind::kasme;
  root.agree = true;
  root.holders = {"mme2", "ue-001010000000001"};
  result.keys = {{root, "0102030405060708"}};
  RunReport report;
  report.procedures.push_back(report_of(result));
  EXPECT_TRUE(report.ok());
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["procedures"][0]["from"]["enb"], "enb1");
  EXPECT_EQ(json["procedures"][0]["to"]["mme"], "mme2");
  EXPECT_FALSE(json.contains("virtual"));
  std::ostringstream out;
  Terminal terminal(out, false, false);
  report.virtual_run = VirtualRun{7, "abcd"};
  print_table(report, terminal);
  EXPECT_NE(out.str().find("enb1-enb3"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("mme2 UE"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("seed 7, ledger abcd"), std::string::npos) << out.str();
  EXPECT_EQ(nlohmann::json::parse(to_json(report))["virtual"]["ledger_hash"], "abcd");
}

TEST(RunReport, IsNotOkWhenAnMmeKeepsWhatItGaveAway) {
  runtime::ProcedureResult result;
  result.name = "inter-mme-tau";
  result.outcome_ok = true;
  result.from_mme = "mme1";
  result.to_mme = "mme2";
  node::KeyState root;
  root.kind = KeyKind::kasme;
  root.agree = true;
  root.holders = {"mme1", "mme2", "ue"};
  result.keys = {{root, ""}};
  EXPECT_EQ(report_of(result).cause, "mme1 still holds K_ASME");
  result.keys[0].state.shared = true;
  EXPECT_EQ(report_of(result).cause, "two nodes of one kind hold the same K_ASME");
  result.keys[0].state = root;
  result.keys[0].state.holders = {"mme9", "ue"};
  EXPECT_EQ(report_of(result).cause, "mme2 does not hold K_ASME");
  EXPECT_FALSE(report_of(result).ok);
}

TEST(RunReport, ShowsTheLastIdOfAKeyThatNobodyHolds) {
  node::KeyState state;
  state.kind = KeyKind::kasme;
  state.agree = true;
  const KeyLine line = key_line(state, "0102030405060708");
  EXPECT_EQ(line.key_id, "0102030405060708");
  EXPECT_TRUE(line.holders.empty());
  EXPECT_TRUE(line.agree);
}

}  // namespace
}  // namespace baton::app
