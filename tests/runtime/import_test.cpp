#include "runtime/import.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace baton::runtime {
namespace {

// K, OP and OPc of TS 35.208, test set 1.
constexpr const char* k_hex = "465b5ce8b199b49faa5f0a2ee238a6bc";
constexpr const char* op_hex = "cdc202d5123e20f62b6d676ac72cb318";
constexpr const char* opc_hex = "cd63cb71954a9f4e48a5994e37a02baf";

std::string srsepc(const std::string& imsi = "001010123456789", const std::string& key = k_hex,
                   const std::string& type = "opc", const std::string& op = opc_hex,
                   const std::string& auth = "mil", const std::string& amf = "9001",
                   const std::string& sqn = "000000001234", const std::string& qci = "7",
                   const std::string& ip = "dynamic") {
  return "ue1," + auth + "," + imsi + "," + key + "," + type + "," + op + "," + amf + "," + sqn + "," + qci +
         "," + ip + "\n";
}

InputErrors mistakes(const std::string& text) {
  auto result = parse_subscribers("sim.csv", text);
  return result ? InputErrors{} : result.why();
}

/// The one mistake of a text, or an empty one when there are none or several.
InputError only_mistake(const std::string& text) {
  const InputErrors all = mistakes(text);
  return all.size() == 1 ? all.front() : InputError{};
}

TEST(Import, ReadsALineOfSrsepc) {
  auto result = parse_subscribers("sim.csv", "# a comment\n\n" + srsepc());
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->size(), 1U);
  const auto& record = result->front();
  EXPECT_EQ(record.imsi.digits(), "001010123456789");
  EXPECT_EQ(hex(std::get<MilenageSecret>(record.secret).k.expose()), k_hex);
  EXPECT_EQ(hex(std::get<MilenageSecret>(record.secret).opc.expose()), opc_hex);
  EXPECT_EQ(hex(record.amf.bytes), "9001");
  EXPECT_EQ(record.subscription.apns.front().qci, 7);
}

TEST(Import, SplitsTheSqnIntoSeqAndInd) {
  auto result = parse_subscribers("sim.csv", srsepc());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->front().ind_bits, 5U);
  EXPECT_EQ(result->front().seq_reserved, 0x1234U >> 5U);
}

//= TS 35.208, 4.3.1; type=test
TEST(Import, MakesOpcOfOp) {
  auto result = parse_subscribers("sim.csv", srsepc("001010123456789", k_hex, "op", op_hex));
  ASSERT_TRUE(result) << to_text(result.why());
  EXPECT_EQ(hex(std::get<MilenageSecret>(result->front().secret).opc.expose()), opc_hex);
}

TEST(Import, ReadsThePlainFormatInAnyOrderOfColumns) {
  const std::string text = std::string("opc,IMSI,k,sqn,amf,msisdn,apn\n") + opc_hex + ",001010000000001," +
                           k_hex + ",000000000020,8000,491700000001,Internet.Example\r\n";
  auto result = parse_subscribers("plain.csv", text);
  ASSERT_TRUE(result) << to_text(result.why());
  const auto& record = result->front();
  EXPECT_EQ(record.imsi.digits(), "001010000000001");
  EXPECT_EQ(record.seq_reserved, 1U);
  EXPECT_EQ(record.subscription.apns.front().apn, "internet.example");
  EXPECT_EQ(record.subscription.msisdn, "491700000001");
  EXPECT_EQ(record.subscription.apns.front().qci, 9);
}

//= TS 33.102, C.1.1.3; type=test
TEST(Import, ReadsHowTheSqnOfASubscriberIsMade) {
  const std::string row = std::string(",") + k_hex + "," + opc_hex + ",8000,";
  const std::string text = "imsi,k,opc,amf,sqn,sqn_scheme,ind_bits\n001010000000001" + row +
                           "000000000440,Counter,6\n001010000000002" + row +
                           "000000000440,partly-time,\n001010000000003" + row +
                           "000000000440,time,5\n001010000000004" + row + "000000000440,,\n";
  ImportOptions options;
  options.now = Instant{std::chrono::seconds(1'000'000)};
  const auto result = parse_subscribers("plain.csv", text, options);
  ASSERT_TRUE(result) << to_text(result.why());
  ASSERT_EQ(result->size(), 4U);
  EXPECT_EQ((*result)[0].sqn_scheme, context::SqnScheme::counter);
  EXPECT_EQ((*result)[0].ind_bits, 6U);
  EXPECT_EQ((*result)[0].seq_reserved, 0x440U >> 6U);
  EXPECT_EQ((*result)[1].sqn_scheme, context::SqnScheme::partly_time);
  EXPECT_EQ((*result)[1].ind_bits, 5U);
  EXPECT_EQ((*result)[1].seq_reserved, 0x440U >> 5U);
  EXPECT_EQ((*result)[2].sqn_scheme, context::SqnScheme::time);
  // The clock, in tenths of a second, and the difference give the SEQ of the file, modulo 2^43.
  EXPECT_EQ(((*result)[2].seq_offset + 10'000'000U) & ((std::uint64_t{1} << 43U) - 1), 0x440U >> 5U);
  EXPECT_EQ((*result)[3].sqn_scheme, context::SqnScheme::counter);
  EXPECT_EQ((*result)[3].seq_offset, 0U);

  for (const auto& [scheme, bits, field] :
       {std::tuple("clock", "5", "sqn_scheme"), std::tuple("time", "33", "ind_bits"),
        std::tuple("time", "-1", "ind_bits"), std::tuple("time", "5x", "ind_bits")}) {
    const auto wrong =
        parse_subscribers("plain.csv", "imsi,k,opc,amf,sqn,sqn_scheme,ind_bits\n001010000000001" + row +
                                           "000000000440," + scheme + "," + bits + "\n");
    ASSERT_FALSE(wrong);
    ASSERT_EQ(wrong.why().size(), 1U);
    EXPECT_EQ(wrong.why()[0].field, field);
  }
}

TEST(Import, ReadsThePlainFormatWithOp) {
  const std::string text =
      std::string("imsi,k,op,amf,sqn\n001010000000001,") + k_hex + "," + op_hex + ",8000,000000000000\n";
  auto result = parse_subscribers("plain.csv", text);
  ASSERT_TRUE(result) << to_text(result.why());
  EXPECT_EQ(hex(std::get<MilenageSecret>(result->front().secret).opc.expose()), opc_hex);
}

TEST(Import, LoadsNothingWhenOneLineIsWrong) {
  const std::string text =
      srsepc("001010000000001") + srsepc("001010000000002", "12") + srsepc("001010000000003");
  const InputError mistake = only_mistake(text);
  EXPECT_EQ(mistake.line, 2U);
  EXPECT_EQ(mistake.field, "Key");
  EXPECT_EQ(mistake.to_string(), "sim.csv:2: Key: expected 32 hexadecimal digits, found 2 characters");
}

TEST(Import, NamesEveryMistakeOfAFile) {
  const std::string text =
      srsepc("00101x") + srsepc("001010000000002", k_hex, "opc", opc_hex, "xor") +
      srsepc("001010000000003", k_hex, "opd") +
      srsepc("001010000000004", k_hex, "opc", opc_hex, "mil", "100") +
      srsepc("001010000000005", k_hex, "opc", opc_hex, "mil", "8000", "12") +
      srsepc("001010000000006", k_hex, "opc", opc_hex, "mil", "8000", "000000000000", "0") +
      srsepc("001010000000007", k_hex, "opc", opc_hex, "mil", "8000", "000000000000", "9", "172.16.0.1");
  const InputErrors all = mistakes(text);
  ASSERT_EQ(all.size(), 7U);
  const char* fields[] = {"IMSI", "Auth", "OP_Type", "AMF", "SQN", "QCI", "IP_alloc"};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].line, i + 1);
    EXPECT_EQ(all[i].field, fields[i]);
  }
}

TEST(Import, RefusesTheSameImsiTwiceAndNamesTheFirst) {
  const InputError mistake = only_mistake(srsepc() + "# between\n" + srsepc());
  EXPECT_EQ(mistake.line, 3U);
  EXPECT_EQ(mistake.field, "IMSI");
  EXPECT_NE(mistake.expected.find("line 1"), std::string::npos);
}

TEST(Import, NeverRepeatsWhatStoodInTheFile) {
  // A column is missing, so keys stand where names, numbers and identities should.
  const std::string shifted =
      std::string("ue1,mil,") + k_hex + ",001010000000001,opc," + opc_hex + ",8000,0,9,dynamic\n";
  const std::string odd = std::string("ue1,") + k_hex + ",001010000000001," + k_hex + "0," + op_hex + "," +
                          opc_hex + "zz," + k_hex + "," + k_hex + "," + k_hex + "," + k_hex + "\n";
  const std::string header = std::string("imsi,") + k_hex + ",opc,amf,sqn\n";
  for (const std::string& text : {shifted, odd, header}) {
    const std::string said = to_text(mistakes(text));
    EXPECT_FALSE(said.empty());
    for (const char* secret : {k_hex, op_hex, opc_hex})
      EXPECT_EQ(said.find(std::string(secret).substr(0, 8)), std::string::npos) << said;
  }
}

TEST(Import, RefusesAHeaderThatLacksAColumn) {
  EXPECT_EQ(only_mistake("imsi,k,opc,amf\n").field, "sqn");
  EXPECT_EQ(only_mistake("imsi,k,amf,sqn\n").field, "opc");
  EXPECT_EQ(only_mistake("imsi,k,op,opc,amf,sqn\n").field, "opc");
  EXPECT_EQ(only_mistake("imsi,imsi,k,opc,amf,sqn\n").field, "imsi");
  EXPECT_EQ(only_mistake("imsi,k,opc,amf,sqn,colour\n").line, 1U);
}

TEST(Import, RefusesAFileWithoutSubscribers) {
  EXPECT_FALSE(parse_subscribers("empty.csv", ""));
  EXPECT_FALSE(parse_subscribers("empty.csv", "# nobody\n"));
  EXPECT_FALSE(parse_subscribers("empty.csv", "imsi,k,opc,amf,sqn\n"));
}

TEST(Import, RefusesOtherFilesAsAWhole) {
  EXPECT_EQ(mistakes("\x7f"
                     "ELF\x02\x01\n\n1\n2\n3\n")
                .size(),
            1U);
  EXPECT_EQ(only_mistake("a,b,c\n1,2,3\n").line, 1U);
  EXPECT_FALSE(load_subscribers("/nonexistent/sim.csv"));
}

TEST(Import, TakesALineOfTheLongestLengthAndNotOneLonger) {
  std::string line = srsepc();
  line.pop_back();
  const std::string longest = std::string(import_line_max - line.size(), 'n') + line;
  EXPECT_TRUE(parse_subscribers("sim.csv", longest));
  EXPECT_FALSE(parse_subscribers("sim.csv", "n" + longest));
}

TEST(Import, ReportsAtMostTwentyMistakes) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += srsepc("x");
  EXPECT_EQ(mistakes(text).size(), input_errors_max);
}

}  // namespace
}  // namespace baton::runtime
