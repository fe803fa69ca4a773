// The log of used SEQs: what was acknowledged is there after any failure, and nothing of it lowers a SEQ.
#include "store/sequence_log.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "store/cached_store.h"
#include "store/memory_store.h"
#include "store/support.h"

namespace baton::store {
namespace {

/// One thing that was done to the disk.
struct Step {
  enum class Kind { make, write, sync, rename } kind;
  std::string path;
  std::uint64_t at = 0;
  ByteVector octets{};
  std::string to{};
};

/// Disk remembers in which order things were done to it, and fails when it is told to.
class Disk final : public LogFiles {
 public:
  Expected<std::shared_ptr<void>, int> lock(const std::string&) override {
    return std::shared_ptr<void>(std::make_shared<int>());
  }
  Expected<std::optional<ByteVector>, int> read(const std::string& path) override {
    if (fail_read != 0) return Fail{fail_read};
    const auto at = files.find(path);
    return at == files.end() ? std::nullopt : std::optional(at->second);
  }
  Expected<std::unique_ptr<File>, int> make(const std::string& path) override {
    if (fail_make != 0) return Fail{fail_make};
    files[path].clear();
    steps.push_back({Step::Kind::make, path});
    return std::unique_ptr<File>(std::make_unique<Handle>(*this, path));
  }
  int rename(const std::string& from, const std::string& to) override {
    files[to] = files[from];
    files.erase(from);
    steps.push_back({Step::Kind::rename, from, 0, {}, to});
    return 0;
  }

  std::map<std::string, ByteVector> files;
  std::vector<Step> steps;
  int fail_read = 0, fail_make = 0, fail_write = 0, fail_sync = 0;

 private:
  struct Handle final : File {
    Handle(Disk& d, std::string p) : disk(d), path(std::move(p)) {}
    int write(std::uint64_t at, Bytes octets) override {
      if (disk.fail_write != 0) return disk.fail_write;
      // The file goes on under its new name.
      ByteVector& f = disk.files.contains(path) ? disk.files[path] : disk.files["log"];
      if (f.size() < at + octets.size()) f.resize(static_cast<std::size_t>(at) + octets.size());
      std::copy(octets.begin(), octets.end(), f.begin() + static_cast<std::ptrdiff_t>(at));
      disk.steps.push_back({Step::Kind::write, path, at, ByteVector(octets.begin(), octets.end())});
      return 0;
    }
    int sync() override {
      if (disk.fail_sync != 0) return disk.fail_sync;
      disk.steps.push_back({Step::Kind::sync, path});
      return 0;
    }
    Disk& disk;
    std::string path;
  };
};

constexpr std::size_t small = 600;  ///< octets: a dozen records

SequenceLog::Entry entry(int n, std::uint64_t seq) {
  const auto r = record(n);
  return SequenceLog::Entry::of(r, number_of(r.imsi), seq, 2);
}
std::unique_ptr<SequenceLog> open(LogFiles& disk, std::size_t octets = small) {
  auto log = SequenceLog::open("log", octets, disk);
  EXPECT_TRUE(log) << (log ? "" : log.why().what);
  return log ? std::move(*log) : nullptr;
}
std::uint64_t seq_in(const SequenceLog& log, int n) {
  const auto* e = log.find(number_of(imsi(n)));
  return e == nullptr ? 0 : e->seq;
}

TEST(SequenceLog, remembers_what_was_committed_and_nothing_else) {
  Disk disk;
  auto log = open(disk);
  log->stage(entry(1, 32));
  log->stage(entry(2, 64));
  EXPECT_EQ(seq_in(*log, 1), 0U) << "not durable yet";
  ASSERT_TRUE(log->commit());
  log->stage(entry(3, 96));
  log->drop();
  ASSERT_TRUE(log->commit());
  log = open(disk);
  EXPECT_EQ(seq_in(*log, 1), 32U);
  EXPECT_EQ(seq_in(*log, 2), 64U);
  EXPECT_EQ(log->find(number_of(imsi(3))), nullptr);
  log->forget(number_of(imsi(1)));
  log->stage(entry(2, 65));
  ASSERT_TRUE(log->commit());
  log = open(disk);
  EXPECT_EQ(log->find(number_of(imsi(1))), nullptr) << "its row says more";
  EXPECT_EQ(seq_in(*log, 2), 65U);
}

TEST(SequenceLog, takes_one_write_and_one_flush_for_a_group) {
  Disk disk;
  auto log = open(disk, 100'000);
  disk.steps.clear();
  for (int n = 1; n <= 256; ++n) log->stage(entry(n, 32));
  ASSERT_TRUE(log->commit());
  ASSERT_EQ(disk.steps.size(), 2U);
  EXPECT_EQ(disk.steps[0].kind, Step::Kind::write);
  EXPECT_EQ(disk.steps[1].kind, Step::Kind::sync);
}

TEST(SequenceLog, begins_a_new_file_when_one_is_full_and_loses_nothing_by_it) {
  Disk disk;
  auto log = open(disk);
  for (std::uint64_t round = 1; round <= 200; ++round) {
    log->stage(entry(static_cast<int>(round % 7) + 1, round));
    ASSERT_TRUE(log->commit());
  }
  EXPECT_GT(log->files(), 5U);
  EXPECT_EQ(log->all().size(), 7U);
  log = open(disk);
  for (int n = 1; n <= 7; ++n) EXPECT_GT(seq_in(*log, n), 200U - 7) << n;
}

/// What a disk may hold at every moment: all that was synced, and of the rest any part of any write. Whatever
/// was acknowledged by then is in it.
TEST(SequenceLog, survives_a_power_cut_at_every_step) {
  Disk disk;
  std::vector<std::pair<std::size_t, std::uint64_t>> acknowledged;  ///< after so many steps: this round
  {
    auto log = open(disk);
    for (std::uint64_t round = 1; round <= 40; ++round) {
      for (int n = 1; n <= 5; ++n) log->stage(entry(n, round));
      ASSERT_TRUE(log->commit());
      acknowledged.emplace_back(disk.steps.size(), round);
    }
    ASSERT_GT(log->files(), 4U);
  }
  std::size_t tried = 0;
  for (std::size_t upto = 0; upto <= disk.steps.size(); ++upto) {
    std::uint64_t least = 0;
    for (const auto& [steps, round] : acknowledged)
      if (steps <= upto) least = round;
    // 0: nothing that was not synced; 1: all of it; others: a part of each write.
    for (std::size_t part = 0; part < 8; ++part) {
      Disk left;
      std::map<std::string, ByteVector> certain;  // by the name of now
      std::map<std::string, std::vector<const Step*>> pending;
      const auto put = [](ByteVector& f, const Step& s, std::size_t octets) {
        if (f.size() < s.at + octets) f.resize(static_cast<std::size_t>(s.at) + octets);
        std::copy_n(s.octets.begin(), octets, f.begin() + static_cast<std::ptrdiff_t>(s.at));
      };
      std::string current = "log.new";
      for (std::size_t i = 0; i < upto; ++i) {
        const Step& s = disk.steps[i];
        switch (s.kind) {
          case Step::Kind::make:
            current = "log.new";
            certain[current].clear();
            pending[current].clear();
            break;
          case Step::Kind::write: pending[current].push_back(&s); break;
          case Step::Kind::sync:
            for (const Step* p : pending[current]) put(certain[current], *p, p->octets.size());
            pending[current].clear();
            break;
          case Step::Kind::rename:
            certain["log"] = certain["log.new"];
            certain.erase("log.new");
            pending.erase("log.new");
            pending["log"].clear();
            current = "log";
            break;
        }
      }
      left.files = certain;
      for (const auto& [path, writes] : pending)
        for (const Step* p : writes)
          if (part > 0) put(left.files[path], *p, part == 1 ? p->octets.size() : p->octets.size() * part / 9);
      if (!left.files.contains("log") && least == 0) continue;
      ++tried;
      auto log = open(left);
      ASSERT_NE(log, nullptr) << "after step " << upto;
      if (least == 0) continue;
      for (int n = 1; n <= 5; ++n) {
        ASSERT_GE(seq_in(*log, n), least) << "after step " << upto << ", part " << part;
        ASSERT_LE(seq_in(*log, n), least + 1);
      }
    }
  }
  EXPECT_GT(tried, 500U);
}

TEST(SequenceLog, takes_no_octet_that_was_changed) {
  Disk disk;
  {
    auto log = open(disk);
    log->stage(entry(1, 32));
    log->stage(entry(2, 64));
    ASSERT_TRUE(log->commit());
  }
  const ByteVector good = disk.files["log"];
  const std::size_t used = 24 + 2 * 48;
  for (std::size_t i = 0; i < used; ++i) {
    Disk other;
    other.files["log"] = good;
    other.files["log"][i] ^= 0x10U;
    auto log = SequenceLog::open("log", small, other);
    if (i < 24) {
      ASSERT_FALSE(log) << "octet " << i;
      EXPECT_EQ(log.why().fault, StoreFault::corrupt);
      continue;
    }
    ASSERT_TRUE(log);
    EXPECT_EQ(seq_in(**log, 1), i < 24 + 48 ? 0U : 32U);
    EXPECT_EQ(seq_in(**log, 2), i < 24 + 48 ? 64U : 0U);
  }
  // Half a header is none either.
  Disk other;
  other.files["log"] = ByteVector(good.begin(), good.begin() + 10);
  EXPECT_FALSE(SequenceLog::open("log", small, other));
}

TEST(SequenceLog, belongs_to_one) {
  Folder folder;
  auto log = SequenceLog::open(folder.file("log"));
  ASSERT_TRUE(log);
  const auto second = SequenceLog::open(folder.file("log"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.why().fault, StoreFault::locked);
  (*log)->stage(entry(1, 32));
  ASSERT_TRUE((*log)->commit());
  log->reset();
  const auto third = SequenceLog::open(folder.file("log"));
  ASSERT_TRUE(third);
  EXPECT_EQ(seq_in(**third, 1), 32U);
}

TEST(SequenceLog, says_what_failed_and_goes_on_in_a_new_file) {
  for (const bool at_sync : {false, true}) {
    Disk disk;
    auto log = open(disk);
    log->stage(entry(1, 32));
    ASSERT_TRUE(log->commit());
    (at_sync ? disk.fail_sync : disk.fail_write) = ENOSPC;
    log->stage(entry(1, 64));
    auto failed = log->commit();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.why().fault, StoreFault::full);
    EXPECT_EQ(seq_in(*log, 1), 32U);
    // Still full: the new file cannot be written either.
    failed = log->commit();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.why().fault, StoreFault::full);
    EXPECT_EQ(seq_in(*log, 1), 32U);
    {
      Disk now;
      now.files = disk.files;
      EXPECT_GE(seq_in(*open(now), 1), 32U);
    }
    disk.fail_make = EROFS;
    failed = log->commit();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.why().fault, StoreFault::read_only);
    disk.fail_make = disk.fail_sync = disk.fail_write = 0;
    ASSERT_TRUE(log->commit()) << "what was staged stays so";
    EXPECT_EQ(seq_in(*log, 1), 64U);
    EXPECT_EQ(seq_in(*open(disk), 1), 64U);
  }
  Disk disk;
  disk.fail_read = EIO;
  const auto unread = SequenceLog::open("log", small, disk);
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.why().fault, StoreFault::io);
}

// --- in front of a store ------------------------------------------------------------------------

struct Logged {
  explicit Logged(int subscribers = 5) {
    auto m = std::make_unique<MemoryStore>();
    memory = m.get();
    store = std::make_unique<CachedStore>(std::move(m), 100, open(disk, 4'000));
    for (int n = 1; n <= subscribers; ++n) EXPECT_TRUE(store->put(record(n, 10)));
    EXPECT_TRUE(store->sync());
    for (int n = 1; n <= subscribers; ++n) EXPECT_TRUE(store->load(imsi(n)));
  }
  bool reserve(int n, std::uint64_t seq) {
    return store->reserve(imsi(n), store->load(imsi(n))->version, seq);
  }
  /// again is the process after the loss of the first one: what the store below had, and the log.
  std::unique_ptr<CachedStore> again() {
    auto m = std::make_unique<MemoryStore>();
    for (const Imsi& i : memory->subscribers()) {
      auto r = memory->load(i);
      r->version.reset();
      EXPECT_TRUE(m->put(std::move(*r)));
    }
    EXPECT_TRUE(m->sync());
    left.files = disk.files;
    return std::make_unique<CachedStore>(std::move(m), 100, open(left, 4'000));
  }
  Disk disk, left;
  MemoryStore* memory = nullptr;
  std::unique_ptr<CachedStore> store;
};

TEST(LoggedStore, writes_reservations_into_the_log_alone) {
  Logged w;
  const auto version = w.store->load(imsi(1))->version;
  const auto syncs = w.memory->syncs();
  ASSERT_TRUE(w.reserve(1, 42));
  EXPECT_EQ(w.store->at_hand(imsi(1)), nullptr) << "a write of it is under way";
  EXPECT_EQ(w.store->load(imsi(1))->seq_reserved, 42U) << "seen before it is durable";
  EXPECT_EQ(w.store->load(imsi(1))->version, *version + 1);
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.memory->syncs(), syncs);
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 10U);
  ASSERT_NE(w.store->at_hand(imsi(1)), nullptr);
  EXPECT_EQ(w.store->at_hand(imsi(1))->seq_reserved, 42U);
  EXPECT_EQ(w.store->at_hand(imsi(1))->version, *version + 1);
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 42U);
  EXPECT_EQ(w.store->range(std::nullopt, 1)->front().seq_reserved, 42U);
}

TEST(LoggedStore, writes_a_whole_record_over_what_the_log_says) {
  Logged w;
  for (std::uint64_t seq = 42; seq < 200; seq += 32) {
    ASSERT_TRUE(w.reserve(1, seq));
    ASSERT_TRUE(w.store->sync());
  }
  auto r = w.store->load(imsi(1));
  EXPECT_EQ(r->seq_reserved, 170U);
  const auto version = *r->version;
  r->mme = context::ServingNode{*DiameterIdentity::parse("mme7.test")};
  ASSERT_TRUE(w.store->put(std::move(*r)));
  ASSERT_TRUE(w.store->sync()) << "the row's version is another, and that is no conflict";
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 170U);
  EXPECT_EQ(w.store->load(imsi(1))->version, version + 1);
  ASSERT_TRUE(w.reserve(1, 202));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 202U);
  EXPECT_EQ(w.again()->load(imsi(1))->mme->host, *DiameterIdentity::parse("mme7.test"));
  // In one commit: a reservation, and the record with it in.
  ASSERT_TRUE(w.reserve(1, 234));
  r = w.store->load(imsi(1));
  r->resyncs = 3;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 234U);
  EXPECT_EQ(w.memory->load(imsi(1))->resyncs, 3U);
}

TEST(LoggedStore, lets_nothing_old_raise_a_seq_that_was_sent_back) {
  Logged w;
  ASSERT_TRUE(w.reserve(1, 1'000'000));
  ASSERT_TRUE(w.store->sync());
  auto r = w.store->load(imsi(1));
  r->seq_reserved = 20;
  ++r->seq_offset;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  ASSERT_TRUE(w.store->sync());
  // The log still has the record of before: nothing has been written to it since.
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 20U);
  EXPECT_EQ(w.store->load(imsi(1))->seq_reserved, 20U);
}

TEST(LoggedStore, keeps_seqs_when_another_process_writes_the_row) {
  Logged w;
  ASSERT_TRUE(w.reserve(1, 500));
  ASSERT_TRUE(w.store->sync());
  // A rotation of keys, twice: the row gets the version that the log's record has, and more.
  for (int i = 0; i < 2; ++i) {
    auto theirs = w.memory->load(imsi(1));
    ASSERT_TRUE(w.memory->put(std::move(*theirs)));
    ASSERT_TRUE(w.memory->sync());
  }
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 500U);
  auto r = w.store->load(imsi(1));
  r->resyncs = 1;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  const auto done = w.store->commit();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->conflicts, std::vector<Imsi>{imsi(1)});
  EXPECT_EQ(w.store->load(imsi(1))->seq_reserved, 500U) << "read again, with what the log says";
  r = w.store->load(imsi(1));
  r->resyncs = 1;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 500U);
}

TEST(LoggedStore, settles_what_the_log_says_and_begins_it_anew) {
  Logged w;
  ASSERT_TRUE(w.reserve(1, 100));
  ASSERT_TRUE(w.reserve(2, 200));
  ASSERT_TRUE(w.store->sync());
  ASSERT_TRUE(w.store->settle());
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 100U);
  EXPECT_EQ(w.memory->load(imsi(2))->seq_reserved, 200U);
  EXPECT_TRUE(w.store->log()->all().empty());
  EXPECT_EQ(w.store->load(imsi(1))->version, w.memory->load(imsi(1))->version);
  // One that cannot be written stays where it is.
  ASSERT_TRUE(w.reserve(3, 300));
  ASSERT_TRUE(w.store->sync());
  w.memory->fail_syncs(1, StoreFault::full);
  EXPECT_FALSE(w.store->settle());
  EXPECT_EQ(w.again()->load(imsi(3))->seq_reserved, 300U);
  ASSERT_TRUE(w.store->settle());
  EXPECT_EQ(w.memory->load(imsi(3))->seq_reserved, 300U);
}

TEST(LoggedStore, forgets_a_reservation_that_failed) {
  Logged w;
  ASSERT_TRUE(w.reserve(1, 100));
  w.disk.fail_sync = EIO;
  const auto failed = w.store->commit();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.why().fault, StoreFault::io);
  w.store->crash();
  EXPECT_EQ(w.store->load(imsi(1))->seq_reserved, 10U);
  w.disk.fail_sync = 0;
  ASSERT_TRUE(w.reserve(1, 42));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 42U);
}

TEST(LoggedStore, does_not_give_a_new_subscriber_what_a_removed_one_had) {
  Logged w;
  ASSERT_TRUE(w.reserve(1, 100));
  ASSERT_TRUE(w.store->sync());
  ASSERT_TRUE(w.store->remove(imsi(1)));
  ASSERT_TRUE(w.store->sync());
  EXPECT_FALSE(w.store->load(imsi(1)));
  auto fresh = record(1, 0);
  fresh.version = 0;
  ASSERT_TRUE(w.store->put(std::move(fresh)));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.store->load(imsi(1))->seq_reserved, 0U);
  ASSERT_TRUE(w.reserve(2, 50));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.again()->load(imsi(1))->seq_reserved, 0U);
}

// The database is gone and a new one stands in its place: what the log says has left has left.
TEST(LoggedStore, gives_a_row_that_is_made_anew_the_seq_that_the_log_has) {
  Disk disk;
  {
    const auto log = open(disk, 4'000);
    log->stage(SequenceLog::Entry::of(record(1, 10), number_of(imsi(1)), 100, 2));
    ASSERT_TRUE(log->commit());
  }
  CachedStore store(std::make_unique<MemoryStore>(), 10, open(disk, 4'000));
  auto fresh = record(1, 10);
  fresh.version = 0;
  ASSERT_TRUE(store.put(std::move(fresh)));
  ASSERT_TRUE(store.sync());
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 100U);
}

TEST(LoggedStore, keeps_a_record_in_memory_while_a_reservation_of_it_is_under_way) {
  Disk disk;
  auto m = std::make_unique<MemoryStore>();
  CachedStore store(std::move(m), 2, open(disk, 4'000));
  for (int n = 1; n <= 6; ++n) ASSERT_TRUE(store.put(record(n, 10)));
  ASSERT_TRUE(store.sync());
  const auto r = store.load(imsi(1));
  ASSERT_TRUE(store.reserve(imsi(1), r->version, 42));
  for (int n = 2; n <= 6; ++n) EXPECT_TRUE(store.load(imsi(n)));
  ASSERT_TRUE(store.sync());
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 42U);
  for (int n = 2; n <= 6; ++n) EXPECT_TRUE(store.load(imsi(n)));
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 42U) << "fallen out, and read again";
}

}  // namespace
}  // namespace baton::store
