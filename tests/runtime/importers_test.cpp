// What other cores and SIM vendors write. The samples are our own, after the formats' descriptions; keys are
// those of TS 35.208.
#include <gtest/gtest.h>

#include <string>

#include "keys/auc.h"
#include "runtime/import.h"

namespace baton::runtime {
namespace {

using context::SubscriberRecord;

const std::string k_digits = "465b5ce8b199b49faa5f0a2ee238a6bc";    // TS 35.208, set 1
const std::string op_digits = "cdc202d5123e20f62b6d676ac72cb318";   // the same set
const std::string opc_digits = "cd63cb71954a9f4e48a5994e37a02baf";  // and OPc of both

std::string hex_of(const Opc& opc) { return hex(opc.expose()); }
const MilenageSecret& secret(const SubscriberRecord& r) { return std::get<MilenageSecret>(r.secret); }

Expected<std::vector<SubscriberRecord>, InputErrors> parse(const std::string& text,
                                                           ImportOptions options = {}) {
  return parse_subscribers("file", text, options);
}

std::string first_error(const std::string& text, ImportOptions options = {}) {
  const auto out = parse(text, std::move(options));
  return out || out.why().empty() ? "none" : out.why().front().to_string();
}

std::string open5gs(const std::string& security, const std::string& more = "") {
  return R"({"imsi":"001010000000001","security":{)" + security + "}" + more + "}\n";
}
const std::string open5gs_keys = R"("k":")" + k_digits + R"(","opc":")" + opc_digits + R"(","amf":"8000")";

TEST(ImportOpen5gs, reads_what_mongoexport_writes) {
  const std::string text =
      R"({"_id":{"$oid":"64"},"imsi":"001010000000001","msisdn":["4915","4916"],"security":{"k":"465B5CE8 B199B49F AA5F0A2E E238A6BC",)"
      R"("op":null,"opc":"CD63CB71 954A9F4E 48A5994E 37A02BAF","amf":"9001","sqn":{"$numberLong":"97"}},)"
      R"("ambr":{"downlink":{"value":2,"unit":3},"uplink":{"value":300,"unit":1}},"slice":[)"
      R"({"sst":2,"session":[{"name":"other","qos":{"index":1}}]},)"
      R"({"sst":1,"default_indicator":true,"session":[{"name":"Internet","type":3,"qos":{"index":8}},{"name":"ims"}]}]})"
      "\n";
  const auto out = parse(text);
  ASSERT_TRUE(out) << to_text(out.why());
  ASSERT_EQ(out->size(), 1u);
  const SubscriberRecord& r = out->front();
  EXPECT_EQ(r.imsi.digits(), "001010000000001");
  EXPECT_EQ(hex(secret(r).k.expose()), k_digits);
  EXPECT_EQ(hex_of(secret(r).opc), opc_digits);
  EXPECT_EQ(hex(r.amf.bytes), "9001");
  EXPECT_EQ(r.seq_reserved, 97u >> 5U);  // SEQ is the SQN without its index of 5 bits
  EXPECT_EQ(r.subscription.msisdn, "4915");
  EXPECT_EQ(r.subscription.apns.front().apn, "internet");
  EXPECT_EQ(r.subscription.apns.front().qci, 8);
  EXPECT_EQ(r.subscription.ambr_down_bps, 2'000'000'000u);
  EXPECT_EQ(r.subscription.ambr_up_bps, 300'000u);
}

TEST(ImportOpen5gs, reads_arrays_older_documents_and_op) {
  const std::string old =
      R"({"imsi":"001010000000002","security":{"k":")" + k_digits + R"(","op":")" + op_digits +
      R"(","amf":"8000","sqn":64},"ambr":{"downlink":{"$numberLong":"1024000"},"uplink":5},)"
      R"("pdn":[{"apn":"old.apn","qos":{"qci":6}}]})";
  const auto out = parse("[" + old + ",\n" + open5gs(open5gs_keys) + "]");
  ASSERT_TRUE(out) << to_text(out.why());
  ASSERT_EQ(out->size(), 2u);
  EXPECT_EQ(hex_of(secret(out->front()).opc), opc_digits) << "OPc of K and OP";
  EXPECT_EQ(out->front().subscription.apns.front().apn, "old.apn");
  EXPECT_EQ(out->front().subscription.apns.front().qci, 6);
  EXPECT_EQ(out->front().subscription.ambr_down_bps, 1'024'000u);
}

TEST(ImportOpen5gs, names_document_and_member_of_every_mistake_and_repeats_no_value) {
  ImportOptions all;
  all.errors_max = import_errors_max;
  const std::string text =
      open5gs(R"("k":"12","opc":")" + opc_digits + R"(")") + open5gs(open5gs_keys + R"(,"sqn":"x")") +
      "{\"imsi\":}\n" +
      open5gs(open5gs_keys, R"(,"slice":[{"session":[{"name":"a","ue":{"addr":"10.0.0.1"}}]}])");
  const auto out = parse(text, all);
  ASSERT_FALSE(out);
  const std::string said = to_text(out.why());
  EXPECT_NE(said.find("file:1: #1 security.k: expected 32 hexadecimal digits"), std::string::npos) << said;
  EXPECT_NE(said.find("file:2: #2 security.sqn: expected a number below 2^48"), std::string::npos) << said;
  EXPECT_NE(said.find("file:3: #3: expected a JSON document"), std::string::npos) << said;
  EXPECT_NE(said.find("file:4: #4 session.ue: expected no address"), std::string::npos) << said;
  EXPECT_EQ(said.find(opc_digits), std::string::npos);
}

TEST(ImportOpen5gs, ends_what_does_not_end) {
  EXPECT_NE(first_error(R"({"imsi":"00101)").find("a whole JSON document"), std::string::npos);
  EXPECT_NE(first_error(std::string(200'000, '{')).find("a whole JSON document"), std::string::npos);
  EXPECT_NE(first_error(open5gs(open5gs_keys) + "x").find("JSON documents, one after the other"),
            std::string::npos);
  EXPECT_EQ(first_error("[]"), "file: expected at least one subscriber");
}

TEST(ImportDbctl, reads_its_commands) {
  const auto out =
      parse("# comment\nopen5gs-dbctl add 001010000000001 " + k_digits + " " + opc_digits +
            "\nsudo ./open5gs-dbctl --db_uri=mongodb://x add_ue_with_apn 001010000000002 " + k_digits + " " +
            opc_digits + " My.Apn\nadd_ue_with_slice 001010000000003 " + k_digits + "\t" + opc_digits +
            " slice.apn 1 ffffff\nambr_speed 001010000000002 3 2 700 1\n");
  ASSERT_TRUE(out) << to_text(out.why());
  ASSERT_EQ(out->size(), 3u);
  EXPECT_EQ((*out)[0].subscription.ambr_up_bps, 1'000'000'000u);
  EXPECT_EQ((*out)[1].subscription.apns.front().apn, "my.apn");
  EXPECT_EQ((*out)[1].subscription.ambr_down_bps, 3'000'000u);
  EXPECT_EQ((*out)[1].subscription.ambr_up_bps, 700'000u);
  EXPECT_EQ((*out)[2].subscription.apns.front().apn, "slice.apn");
}

TEST(ImportDbctl, says_what_it_does_not_take_over) {
  const std::string good = "add 001010000000001 " + k_digits + " " + opc_digits + "\n";
  EXPECT_NE(
      first_error("add 001010000000001 10.0.0.1 " + k_digits + " " + opc_digits).find("fixed addresses"),
      std::string::npos);
  EXPECT_NE(first_error(good + "remove 001010000000001\n").find("file:2: expected add,"), std::string::npos);
  EXPECT_NE(first_error(good + "ambr_speed 001010000000009 1 1 1 1\n").find("file:2: imsi"),
            std::string::npos);
  EXPECT_NE(first_error(good + "ambr_speed 001010000000001 1 7 1 1\n").find("a unit from 0"),
            std::string::npos);
  EXPECT_NE(first_error(good + good).find("each IMSI once, it stands in line 1"), std::string::npos);
}

TEST(ImportPyhss, puts_the_three_lists_together) {
  const std::string subscriber =
      R"([{"subscriber_id":1,"imsi":"001010000000001","enabled":true,"auc_id":7,"default_apn":3,"msisdn":"123","ue_ambr_dl":10,"ue_ambr_ul":20}])";
  const std::string auc = R"([{"auc_id":7,"ki":")" + k_digits + R"(","opc":")" + opc_digits +
                          R"(","amf":"8000","sqn":"160","imsi":null}])";
  const std::string apn = R"([{"apn_id":3,"apn":"internet","qci":9}])";
  const auto out = parse(subscriber + "\n" + apn + "\n" + auc);  // a subscriber may come before what it names
  ASSERT_TRUE(out) << to_text(out.why());
  ASSERT_EQ(out->size(), 1u);
  EXPECT_EQ(out->front().seq_reserved, 5u);
  EXPECT_EQ(out->front().subscription.ambr_up_bps, 20u);
  EXPECT_NE(first_error(subscriber + apn).find("the number of an auc of this file"), std::string::npos);
  EXPECT_NE(first_error(subscriber + auc).find("the number of an apn of this file"), std::string::npos);
  EXPECT_NE(first_error(R"([{"auc_id":7,"amf":"8000","sqn":1}])").find("enable_insecure_auc"),
            std::string::npos);
  EXPECT_NE(first_error(R"([{"auc_id":7,"apn_id":1}])").find("expected"), std::string::npos);
}

const std::string sim_head =
    "*HEADER DESCRIPTION\n***********\nCustomer: X\nTransport_key: KEY\n*\n*INPUT VARIABLES\nVar_In:\nIMSI: "
    "001010000000001\n"
    "*OUTPUT VARIABLES\n";
std::string sim(const std::string& key, const std::string& rest) {
  std::string out = sim_head;
  return out.replace(out.find("KEY"), 3, key) + rest;
}

TEST(ImportSim, reads_the_columns_it_knows) {
  const auto out = parse(sim("0", "Var_Out: ICCID/IMSI/PIN1/Ki/OPc\n8949 001010000000001 1234 " + k_digits +
                                      " " + opc_digits + "\n"));
  ASSERT_TRUE(out) << to_text(out.why());
  EXPECT_EQ(hex(secret(out->front()).k.expose()), k_digits);
  EXPECT_EQ(out->front().seq_reserved, 0u);
  const auto next_line =
      parse(sim("00", "Var_Out:\nIMSI/K/OP\n001010000000001 " + k_digits + " " + op_digits + "\n"));
  ASSERT_TRUE(next_line) << to_text(next_line.why());
  EXPECT_EQ(hex_of(secret(next_line->front()).opc), opc_digits);
}

TEST(ImportSim, decrypts_what_is_encrypted_and_nothing_else) {
  ImportOptions options;
  std::size_t calls = 0;
  // Not a cipher: a test of what is handed to one.
  options.decrypt = [&](MutableBytes key) {
    ++calls;
    for (Byte& b : key) b ^= 0xFF;
  };
  const auto inverted = [](std::string digits) {
    auto octets = *parse_hex(digits);
    for (Byte& b : octets) b ^= 0xFF;
    return hex(octets);
  };
  const std::string row = "001010000000001 " + inverted(k_digits) + " " + inverted(opc_digits) + "\n";
  for (const auto& text :
       {sim("17", "Var_Out: IMSI/Ki/OPc\n" + row), sim("0", "Var_Out: IMSI/eKi/eOPc\n" + row)}) {
    calls = 0;
    const auto out = parse(text, options);
    ASSERT_TRUE(out) << to_text(out.why());
    EXPECT_EQ(calls, 2u);
    EXPECT_EQ(hex(secret(out->front()).k.expose()), k_digits);
    EXPECT_EQ(hex_of(secret(out->front()).opc), opc_digits);
  }
  EXPECT_NE(first_error(sim("17", "Var_Out: IMSI/Ki/OPc\n" + row)).find("a transport key"),
            std::string::npos);
  calls = 0;
  ASSERT_TRUE(parse(sim("0", "Var_Out: IMSI/Ki/OPc\n001010000000001 " + k_digits + " " + opc_digits + "\n"),
                    options));
  EXPECT_EQ(calls, 0u);
}

TEST(ImportSim, refuses_columns_that_do_not_say_enough) {
  EXPECT_NE(first_error(sim("0", "Var_Out: Ki/OPc\nx y\n")).find("IMSI once"), std::string::npos);
  EXPECT_NE(first_error(sim("0", "Var_Out: IMSI/OPc\nx y\n")).find("Ki or eKi once"), std::string::npos);
  EXPECT_NE(first_error(sim("0", "Var_Out: IMSI/Ki\nx y\n")).find("OPc, eOPc or OP once"), std::string::npos);
  EXPECT_NE(first_error(sim("0", "Var_Out: IMSI/Ki/OPc\nx y\n")).find("3 columns as in Var_Out, found 2"),
            std::string::npos);
  EXPECT_NE(first_error(sim("0", "nothing more\n")).find("a line `Var_Out"), std::string::npos);
}

TEST(ImportAll, every_mistake_is_named_where_that_is_wanted) {
  std::string text = "imsi,k,opc,amf,sqn\n";
  for (int n = 0; n < 500; ++n) text += "00101000000" + std::to_string(1000 + n) + ",,,8000,000000000000\n";
  EXPECT_EQ(parse(text).why().size(), input_errors_max);
  ImportOptions all;
  all.errors_max = import_errors_max;
  EXPECT_EQ(parse(text, all).why().size(), 1'000u);  // K and OPc of each
}

TEST(ImportAll, reports_progress_up_to_the_end_of_what_it_reads) {
  std::string text = "imsi,k,opc,amf,sqn\n";
  for (int n = 0; n < 3'000; ++n)
    text += "0010100000" + std::to_string(10'000 + n) + "," + k_digits + "," + opc_digits +
            ",8000,000000000000\n";
  ImportOptions options;
  std::vector<std::size_t> seen;
  options.progress = [&](std::size_t done, std::size_t all) {
    EXPECT_EQ(all, text.size());
    seen.push_back(done);
  };
  ASSERT_TRUE(parse(text, options));
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_TRUE(seen[0] < seen[1] && seen[1] < seen[2] && seen[2] <= text.size());
}

}  // namespace
}  // namespace baton::runtime
