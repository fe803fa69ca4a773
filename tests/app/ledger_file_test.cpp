#include "app/ledger_file.h"

#include <gtest/gtest.h>

#include "runtime/ledger_sink.h"

namespace baton::app {
namespace {

LedgerEntry entry() {
  LedgerEntry e;
  e.at = Instant{Duration(1'700'000'000'123'456)};
  e.node = "mme1";
  e.subscriber = "001010123456789";
  e.event = KeyEvent::derived;
  e.kind = KeyKind::knas_int;
  e.key.octets = {1, 2, 3, 4, 5, 6, 7, 8};
  e.parents = {KeyId{{8, 7, 6, 5, 4, 3, 2, 1}}};
  e.reason = "attach 5a";
  e.peer = "enb \"1\"";
  return e;
}

TEST(LedgerFile, ReadsBackWhatTheSinkWrites) {
  const std::string text = runtime::ledger_line(entry()) + "\n" + runtime::ledger_line(entry()) + "\n";
  auto read = read_ledger(text);
  ASSERT_TRUE(read) << read.why();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(runtime::ledger_line(read->front()), runtime::ledger_line(entry()));
}

TEST(LedgerFile, ReadsEveryKindAndEvent) {
  for (unsigned kind = 0; kind <= static_cast<unsigned>(KeyKind::kn3); ++kind) {
    LedgerEntry e = entry();
    e.kind = static_cast<KeyKind>(kind);
    auto read = read_ledger(runtime::ledger_line(e));
    ASSERT_TRUE(read) << read.why();
    EXPECT_EQ(read->front().kind, e.kind);
  }
}

TEST(LedgerFile, NamesLineAndFieldOfAMistake) {
  std::string text = runtime::ledger_line(entry()) + "\n" + runtime::ledger_line(entry()) + "\n";
  text.replace(text.rfind("K_NASint"), 8, "K_COLOUR");
  auto read = read_ledger(text);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.why(), "line 2: kind: not what a ledger holds");
}

TEST(LedgerFile, RefusesEveryTruncatedLine) {
  const std::string line = runtime::ledger_line(entry());
  for (std::size_t n = 1; n < line.size(); ++n) EXPECT_FALSE(read_ledger(line.substr(0, n))) << n;
}

TEST(LedgerFile, RefusesOtherJson) {
  for (const char* text : {"[]", "1", "{}", "null", "{\"t\": 7}"}) EXPECT_FALSE(read_ledger(text)) << text;
}

TEST(LedgerFile, TakesALineOfTheLongestLengthAndNotOneLonger) {
  const std::string line = runtime::ledger_line(entry());
  EXPECT_TRUE(read_ledger(line + std::string(ledger_line_max - line.size(), ' ')));
  EXPECT_FALSE(read_ledger(line + std::string(ledger_line_max - line.size() + 1, ' ')));
}

}  // namespace
}  // namespace baton::app
