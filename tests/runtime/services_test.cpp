// Log, ledger file, randomness and the words they use.
#include <gtest/gtest.h>

#include <set>

#include "runtime/entropy.h"
#include "runtime/ledger_sink.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/text.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

constexpr Instant moment{Duration(1'795'162'500'123'456)};  // 2026-11-20T08:15:00.123456Z

TEST(Text, an_instant_is_written_in_utc) {
  EXPECT_EQ(utc(moment), "2026-11-20T08:15:00.123Z");
  EXPECT_EQ(utc(moment, true), "2026-11-20T08:15:00.123456Z");
  EXPECT_EQ(utc(Instant{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc(Instant{Duration(-1)}), "1969-12-31T23:59:59.999Z");
}

TEST(Text, a_json_string_stays_one_whatever_it_holds) {
  EXPECT_EQ(json_string("plain"), "\"plain\"");
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\u000a\\u0001\"");
  EXPECT_EQ(json_string("\xC3\xA9\xE2\x82\xAC"), "\"\xC3\xA9\xE2\x82\xAC\"");
  EXPECT_EQ(json_string("\xFF\xC0\x80\xED\xA0\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_string("\xE2\x82"), "\"\\ufffd\\ufffd\"");
}

TEST(Text, a_line_stays_one_line_and_is_cut_at_its_bound) {
  EXPECT_EQ(one_line("a\nb\rc\x1b[31m"), "a\\x0ab\\x0dc\\x1b[31m");
  const std::string longest(log_line_octets_max, 'x');
  EXPECT_EQ(one_line(longest), longest);
  EXPECT_EQ(one_line(longest + "y"), longest + "...");
}

TEST(Log, writes_one_line_a_call_at_its_level_and_above) {
  const TemporaryFolder folder;
  {
    auto log = Log::open({peer::LogLevel::info, folder.file("log"), LogFormat::text});
    ASSERT_TRUE(log);
    (*log)->write(moment, "mme1", peer::LogLevel::info, "S1 Setup from enb1");
    (*log)->write(moment, "mme1", peer::LogLevel::debug, "not this one");
    (*log)->write(moment, "hss\n", peer::LogLevel::warning, "a\nforged line {} %s");
  }
  EXPECT_EQ(content_of(folder.file("log")),
            "2026-11-20T08:15:00.123Z [mme1] INFO: S1 Setup from enb1\n"
            "2026-11-20T08:15:00.123Z [hss\\x0a] WARNING: a\\x0aforged line {} %s\n");
}

TEST(Log, writes_json_lines) {
  const TemporaryFolder folder;
  {
    auto log = Log::open({peer::LogLevel::trace, folder.file("log"), LogFormat::json});
    ASSERT_TRUE(log);
    (*log)->write(moment, "mme1", peer::LogLevel::trace, "say \"hello\"");
  }
  EXPECT_EQ(content_of(folder.file("log")),
            "{\"t\":\"2026-11-20T08:15:00.123Z\",\"node\":\"mme1\",\"level\":\"trace\",\"text\":\"say "
            "\\\"hello\\\"\"}\n");
}

TEST(Log, a_file_that_cannot_be_written_is_a_reason_in_words) {
  const auto log = Log::open({peer::LogLevel::info, "/proc/no-such-folder/log", LogFormat::text});
  ASSERT_FALSE(log);
  EXPECT_NE(log.why().find("/proc/no-such-folder/log"), std::string::npos);
}

LedgerEntry entry() {
  LedgerEntry e;
  e.at = moment;
  e.node = "mme1";
  e.subscriber = "001010000000001";
  e.event = KeyEvent::derived;
  e.kind = KeyKind::kenb;
  e.key.octets = {1, 2, 3, 4, 5, 6, 7, 8};
  e.parents = {KeyId{{9, 9, 9, 9, 9, 9, 9, 9}}};
  e.reason = "attach 17";
  return e;
}

TEST(LedgerSink, writes_json_lines_and_keeps_entries) {
  const TemporaryFolder folder;
  std::size_t told = 0;
  {
    LedgerSink sink;
    EXPECT_FALSE(sink.on());
    ASSERT_TRUE(sink.write_to(folder.file("ledger")));
    sink.keep_in_memory(true);
    sink.tell([&](const LedgerEntry&) { ++told; });
    EXPECT_TRUE(sink.on());
    sink.add(entry());
    LedgerEntry second = entry();
    second.parents.clear();
    second.peer = "enb1";
    second.event = KeyEvent::sent;
    sink.add(second);
    EXPECT_EQ(sink.entries().size(), 2u);
    EXPECT_TRUE(sink.flush());
  }
  EXPECT_EQ(told, 2u);
  EXPECT_EQ(
      content_of(folder.file("ledger")),
      "{\"t\":\"2026-11-20T08:15:00.123456Z\",\"node\":\"mme1\",\"subscriber\":\"001010000000001\","
      "\"event\":\"derived\",\"kind\":\"" +
          std::string(to_string(KeyKind::kenb)) +
          "\",\"key\":\"0102030405060708\",\"parents\":[\"0909090909090909\"],\"reason\":\"attach "
          "17\",\"peer\":\"\"}\n"
          "{\"t\":\"2026-11-20T08:15:00.123456Z\",\"node\":\"mme1\",\"subscriber\":\"001010000000001\","
          "\"event\":\"sent\",\"kind\":\"" +
          std::string(to_string(KeyKind::kenb)) +
          "\",\"key\":\"0102030405060708\",\"parents\":[],\"reason\":\"attach 17\",\"peer\":\"enb1\"}\n");
}

TEST(LedgerSink, says_when_it_cannot_write) {
  LedgerSink sink;
  EXPECT_FALSE(sink.write_to("/proc/no-such-folder/ledger"));
  ASSERT_TRUE(sink.write_to("/dev/full"));
  sink.add(entry());
  EXPECT_FALSE(sink.flush());
}

TEST(Entropy, two_sources_differ_and_reseeding_does_not_stop_the_flow) {
  const auto a = system_entropy();
  const auto b = system_entropy();
  std::array<Byte, 32> x{}, y{};
  a->fill(x);
  b->fill(y);
  EXPECT_NE(x, y);
  ByteVector much(64 * 1024);
  std::set<std::uint32_t> seen;
  for (std::uint64_t given = 0; given < 2 * entropy_octets_per_seed; given += much.size()) {
    a->fill(much);
    seen.insert(a->u32());
  }
  EXPECT_GT(seen.size(), 30u);
}

}  // namespace
}  // namespace baton::runtime
