// A process that is killed at a random moment, again and again: BATON_KILLS=200 for as often as the page on
// operation says. bench/hss_kill.py does the same with a whole HSS.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "store/cached_store.h"
#include "store/support.h"

namespace baton::store {
namespace {

constexpr int subscribers = 10'000;

/// What the process says it has made durable, in one write of the pipe.
struct Said {
  std::uint32_t subscriber;
  std::uint32_t mme;  ///< number of the MME, 0: only SEQs
  std::uint64_t seq;
};

/// works reserves SEQs and registers subscribers, as fast as it can, and says each time what is durable.
[[noreturn]] void works(const std::string& path, int to, unsigned seed) {
  auto opened = SqliteStore::open(path, key_of<context::StoreKey>(0x5A));
  if (!opened) ::_exit(1);
  // Short, so that it is begun anew many times.
  auto log = SequenceLog::open(path + ".sqn", 200'000);
  if (!log) ::_exit(1);
  CachedStore store(std::move(*opened), 1'000, std::move(*log));
  std::uint64_t lots = seed;
  for (;;) {
    std::vector<Said> said;
    for (int i = 0; i < 8; ++i) {
      lots = lots * 6364136223846793005ULL + 1442695040888963407ULL;
      const auto n = static_cast<std::uint32_t>((lots >> 33U) % subscribers) + 1;
      auto r = store.load(imsi(static_cast<int>(n)));
      if (!r) ::_exit(2);
      const std::uint64_t seq = r->seq_reserved + 32;
      if (i % 4 == 0) {
        const auto mme = static_cast<std::uint32_t>(lots >> 50U) + 1;
        r->seq_reserved = seq;
        r->mme = context::ServingNode{*DiameterIdentity::parse("mme" + std::to_string(mme) + ".test")};
        if (!store.put(std::move(*r))) ::_exit(3);
        said.push_back({n, mme, seq});
      } else {
        if (!store.reserve(imsi(static_cast<int>(n)), r->version, seq)) ::_exit(4);
        said.push_back({n, 0, seq});
      }
    }
    if (!store.sync()) ::_exit(5);
    const auto octets = said.size() * sizeof(Said);
    if (::write(to, said.data(), octets) != static_cast<ssize_t>(octets)) ::_exit(6);
  }
}

TEST(Kill, loses_no_subscriber_no_location_and_no_sequence_number) {
  const char* const asked = std::getenv("BATON_KILLS");  // NOLINT(concurrency-mt-unsafe)
  const int kills = asked == nullptr ? 4 : std::atoi(asked);
  Folder folder;
  const std::string path = folder.file("s.db");
  {
    auto store = open_sqlite(path);
    for (int n = 1; n <= subscribers; ++n) ASSERT_TRUE(store->put(record(n)));
    ASSERT_TRUE(store->sync());
  }
  std::vector<std::uint64_t> seq(subscribers + 1, 0);
  std::vector<std::uint32_t> mme(subscribers + 1, 0);
  std::uint64_t acknowledged = 0;
  std::uint64_t lots = 1;
  for (int kill = 1; kill <= kills; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) works(path, ends[1], static_cast<unsigned>(kill));
    ::close(ends[1]);
    // The pipe is read while the process lives, so that it never waits; then it is killed in the middle.
    lots = lots * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t until = acknowledged + 1 + (lots >> 33U) % 4'000;
    std::vector<Said> said(512);
    std::size_t rest = 0;
    bool killed = false;
    for (;;) {
      auto* const into = reinterpret_cast<char*>(said.data()) + rest;
      const ssize_t got = ::read(ends[0], into, said.size() * sizeof(Said) - rest);
      if (got <= 0) break;
      const std::size_t octets = rest + static_cast<std::size_t>(got);
      const std::size_t whole = octets / sizeof(Said);
      for (std::size_t i = 0; i < whole; ++i) {
        seq[said[i].subscriber] = std::max(seq[said[i].subscriber], said[i].seq);
        if (said[i].mme != 0) mme[said[i].subscriber] = said[i].mme;
      }
      acknowledged += whole;
      rest = octets - whole * sizeof(Said);
      std::copy_n(reinterpret_cast<char*>(said.data()) + whole * sizeof(Said), rest,
                  reinterpret_cast<char*>(said.data()));
      if (!killed && acknowledged >= until) {
        ::usleep(static_cast<useconds_t>((lots >> 20U) % 700));
        ::kill(child, SIGKILL);
        killed = true;
      }
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself with " << WEXITSTATUS(status);
    auto log = SequenceLog::open(path + ".sqn", 200'000);
    ASSERT_TRUE(log) << log.why().what;
    auto store = std::make_unique<CachedStore>(open_sqlite(path), subscribers, std::move(*log));
    ASSERT_EQ(store->size(), static_cast<std::size_t>(subscribers));
    for (int n = 1; n <= subscribers; ++n) {
      const auto at = static_cast<std::size_t>(n);
      if (seq[at] == 0) continue;
      const auto found = store->load(imsi(n));
      ASSERT_TRUE(found);
      ASSERT_GE(found->seq_reserved, seq[at]) << "kill " << kill;
      // A location that nobody heard of may have come after the last one that was said.
      if (mme[at] != 0 && found->seq_reserved == seq[at]) {
        ASSERT_EQ(found->mme->host, *DiameterIdentity::parse("mme" + std::to_string(mme[at]) + ".test"));
      }
      // What was written and not said may have brought another MME.
      if (found->seq_reserved > seq[at]) mme[at] = 0;
      seq[at] = found->seq_reserved;
    }
  }
  EXPECT_TRUE(open_sqlite(path)->check().empty());
  EXPECT_GT(acknowledged, 500U * static_cast<unsigned>(kills));
}

}  // namespace
}  // namespace baton::store
