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
  RunReport report{{attach(true)}, {}};
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
  RunReport report{{attach(true), attach(false)}, {}};
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
