// Every way in which the file of a store can fail: it says which, and goes on when it is over.
#include <gtest/gtest.h>

#include "store/fault_vfs.h"
#include "store/postgres_cluster.h"
#include "store/support.h"

namespace baton::store {
namespace {

using Call = FaultVfs::Call;

/// Fault is one kind: how it is made, and what a load and a commit answer while it lasts.
struct Fault {
  std::string name;
  std::function<void(FaultVfs&)> make;
  StoreFault load = StoreFault::none;
  StoreFault commit = StoreFault::none;
};

class Faults : public testing::TestWithParam<Fault> {};

StoreFault load(SqliteStore& store, int n) {
  const auto found = store.find(imsi(n));
  return found ? StoreFault::none : found.why().fault;
}
StoreFault commit(SqliteStore& store, int n, std::uint64_t seq) {
  EXPECT_TRUE(store.put(record(n, seq)));
  const auto done = store.commit();
  if (!done) store.crash();
  return done ? StoreFault::none : done.why().fault;
}

TEST_P(Faults, is_told_apart_and_over_when_its_cause_is) {
  Folder folder;
  FaultVfs vfs;
  {
    auto store = open_sqlite(folder.file("s.db"));
    // More than a few pages, so that a page that fails is not the first one.
    for (int n = 1; n <= 200; ++n) ASSERT_TRUE(store->put(record(n, 10)));
    ASSERT_TRUE(store->sync());
  }
  auto store = open_sqlite(folder.file("s.db"));
  ASSERT_EQ(commit(*store, 1, 11), StoreFault::none);
  GetParam().make(vfs);
  EXPECT_EQ(load(*store, 150), GetParam().load);
  EXPECT_EQ(commit(*store, 2, 12), GetParam().commit);
  EXPECT_EQ(commit(*store, 3, 12), GetParam().commit) << "and again";
  vfs.heal();
  // The same handle, without anything else having been done.
  EXPECT_EQ(load(*store, 150), StoreFault::none);
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 11U) << "what was acknowledged before is there";
  EXPECT_EQ(commit(*store, 4, 13), StoreFault::none);
  EXPECT_EQ(store->load(imsi(2))->seq_reserved, GetParam().commit == StoreFault::none ? 12U : 10U)
      << "what failed did not happen";
  store.reset();
  auto again = open_sqlite(folder.file("s.db"));
  EXPECT_EQ(again->load(imsi(4))->seq_reserved, 13U);
  EXPECT_TRUE(again->check().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Faults,
    testing::Values(Fault{"disk_full", [](FaultVfs& v) { v.fail(Call::write, SQLITE_FULL); },
                          StoreFault::none, StoreFault::full},
                    Fault{"disk_full_in_the_middle_of_a_commit",
                          [](FaultVfs& v) { v.fail(Call::write, SQLITE_FULL, "-wal", 2); }, StoreFault::none,
                          StoreFault::full},
                    Fault{"write_fails", [](FaultVfs& v) { v.fail(Call::write, SQLITE_IOERR_WRITE); },
                          StoreFault::none, StoreFault::io},
                    Fault{"short_write", [](FaultVfs& v) { v.tear(SQLITE_IOERR_WRITE); }, StoreFault::none,
                          StoreFault::io},
                    Fault{"short_write_for_want_of_room", [](FaultVfs& v) { v.tear(SQLITE_FULL); },
                          StoreFault::none, StoreFault::full},
                    Fault{"flush_fails", [](FaultVfs& v) { v.fail(Call::sync, SQLITE_IOERR_FSYNC); },
                          StoreFault::none, StoreFault::io},
                    Fault{"flush_is_slow", [](FaultVfs& v) { v.slow(60'000); }},
                    Fault{"read_only", [](FaultVfs& v) { v.fail(Call::write, SQLITE_READONLY); },
                          StoreFault::none, StoreFault::read_only},
                    Fault{"read_fails", [](FaultVfs& v) { v.fail(Call::read, SQLITE_IOERR_READ); },
                          StoreFault::io, StoreFault::io},
                    Fault{"page_corrupt", [](FaultVfs& v) { v.corrupt("s.db"); }, StoreFault::corrupt,
                          StoreFault::corrupt},
                    Fault{"lock_refused", [](FaultVfs& v) { v.fail(Call::shm_lock, SQLITE_BUSY); },
                          StoreFault::locked, StoreFault::locked},
                    Fault{"lock_fails", [](FaultVfs& v) { v.fail(Call::shm_lock, SQLITE_IOERR_SHMLOCK); },
                          StoreFault::io, StoreFault::io}),
    [](const auto& param) { return param.param.name; });

TEST(StoreFaults, another_process_holds_the_database) {
  Folder folder;
  auto store = open_sqlite(folder.file("s.db"));
  ASSERT_EQ(commit(*store, 1, 1), StoreFault::none);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file("s.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::locked);
  EXPECT_EQ(load(*store, 1), StoreFault::none) << "who reads does not wait";
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::none);
  sqlite3_close(other);
}

TEST(StoreFaults, the_file_goes_and_comes_back) {
  Folder folder;
  FaultVfs vfs;
  auto store = open_sqlite(folder.file("s.db"));
  ASSERT_EQ(commit(*store, 1, 1), StoreFault::none);
  vfs.fail(Call::sync, SQLITE_IOERR_FSYNC);
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::io);
  vfs.heal();
  vfs.fail(Call::open, SQLITE_CANTOPEN);
  EXPECT_EQ(load(*store, 1), StoreFault::gone) << "made anew after the failure, and it cannot be";
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::gone);
  vfs.heal();
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 1U);
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::none);
}

TEST(StoreFaults, a_record_under_a_key_that_is_not_there) {
  Folder folder;
  auto store = open_sqlite(folder.file("s.db"));
  ASSERT_EQ(commit(*store, 1, 1), StoreFault::none);
  ASSERT_EQ(commit(*store, 2, 1), StoreFault::none);
  // The fifth octet is the key's number.
  in_file(folder.file("s.db"),
          "UPDATE subscriber SET k_sealed = CAST(x'0100000009' || substr(k_sealed, 6) AS "
          "BLOB) WHERE imsi = '" +
              imsi(1).digits() + "'");
  EXPECT_EQ(load(*store, 2), StoreFault::none);
  EXPECT_NE(load(*store, 1), StoreFault::none);
  EXPECT_EQ(store->check().size(), 1U);
  EXPECT_EQ(commit(*store, 1, 2), StoreFault::none) << "written anew it can be read again";
  EXPECT_EQ(load(*store, 1), StoreFault::none);
}

/// Both kinds of a store that keeps its keys, and a way to open it once more and to run SQL on it.
struct Place {
  explicit Place(bool in_shared) : shared(in_shared) {}
  Folder folder;
  bool shared;
  std::unique_ptr<KeyedStore> first() const {
    if (shared) return shared_cluster().fresh_store();
    return again();
  }
  std::unique_ptr<KeyedStore> again() const {
    if (shared) return open_postgres(shared_cluster().connection());
    return open_sqlite(folder.file("s.db"));
  }
  void sql(const std::string& text) const {
    if (shared)
      shared_cluster().run(text);
    else
      in_file(folder.file("s.db"), text);
  }
};

TEST(Rotation, drops_no_key_that_somebody_still_seals_with) {
  for (const bool shared : {false, true}) {
    SCOPED_TRACE(shared);
    const Place place(shared);
    const auto store = place.first();
    ASSERT_TRUE(store->put(record(1, 1)));
    ASSERT_TRUE(store->sync());
    const auto late = place.again();  // it meets none of the keys that follow
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(rotate(*store));
    ASSERT_EQ(*store->data_keys(), (std::vector<std::uint32_t>{3, 4}));
    auto fresh = record(2, 2);
    fresh.version = 0;
    ASSERT_TRUE(late->put(std::move(fresh)));
    ASSERT_TRUE(late->put(record(3, 3)));
    const auto done = late->commit();
    ASSERT_TRUE(done) << done.why().what;
    EXPECT_TRUE(done->conflicts.empty());
    const auto reader = place.again();
    for (int n = 1; n <= 3; ++n) {
      const auto found = reader->find(imsi(n));
      ASSERT_TRUE(found) << found.why().what;
      EXPECT_EQ((*found)->seq_reserved, static_cast<std::uint64_t>(n));
    }
    EXPECT_EQ(*store->sealed_under(4), 3U);
  }
}

TEST(Rotation, says_so_when_it_cannot_tell_which_keys_there_are) {
  for (const bool shared : {false, true}) {
    SCOPED_TRACE(shared);
    const Place place(shared);
    const auto store = place.first();
    ASSERT_TRUE(store->put(record(1, 1)));
    ASSERT_TRUE(store->sync());
    EXPECT_FALSE(rotate(*store, [&](std::size_t) { place.sql("ALTER TABLE data_key RENAME TO hidden"); }));
    EXPECT_FALSE(store->data_keys());
    place.sql("ALTER TABLE hidden RENAME TO data_key");
    EXPECT_TRUE(store->data_keys());
  }
}

/// It wraps, and what it unwraps is something else: a token whose key was replaced.
class Forgetful final : public vault::KeyWrapper {
 public:
  std::string_view kind() const override { return "token"; }
  Expected<ByteVector, vault::VaultError> wrap(std::uint32_t, const vault::DataKey&) override {
    return ByteVector(40, 7);
  }
  Expected<vault::DataKey, vault::VaultError> unwrap(std::uint32_t, Bytes) override {
    return vault::make_data_key();
  }
};

TEST(Rotation, rewraps_every_key_or_none) {
  for (const bool shared : {false, true}) {
    SCOPED_TRACE(shared);
    const Place place(shared);
    const auto store = place.first();
    ASSERT_TRUE(store->put(record(1, 1)));
    ASSERT_TRUE(store->sync());
    ASSERT_TRUE(rotate(*store));
    const auto lost = store->rewrap(std::make_shared<Forgetful>());
    ASSERT_FALSE(lost) << "nothing would open these keys any more";
    EXPECT_EQ(lost.why().fault, StoreFault::wrong_key);
    ASSERT_TRUE(place.again()) << "the keys are wrapped as before";
    place.sql("ALTER TABLE data_key RENAME TO hidden");
    EXPECT_FALSE(store->rewrap(vault::file_wrapper(key_of<vault::FileKey>(0x5C))));
    place.sql("ALTER TABLE hidden RENAME TO data_key");

    ASSERT_TRUE(store->rewrap(vault::file_wrapper(key_of<vault::FileKey>(0x5C))));
    auto source = key_file(key_of<context::StoreKey>(0x5C));
    std::unique_ptr<KeyedStore> now;
    if (shared) {
      auto opened = PostgresStore::open({shared_cluster().connection()}, std::move(source));
      ASSERT_TRUE(opened) << opened.why().what;
      now = std::move(*opened);
    } else {
      auto opened = SqliteStore::open(place.folder.file("s.db"), std::move(source));
      ASSERT_TRUE(opened) << opened.why().what;
      now = std::move(*opened);
    }
    EXPECT_EQ(now->load(imsi(1))->seq_reserved, 1U);
    EXPECT_EQ(*now->data_keys(), (std::vector<std::uint32_t>{1, 2}));
  }
}

TEST(Rotation, seals_everything_under_a_new_key_while_others_work) {
  Folder folder;
  auto store = open_sqlite(folder.file("s.db"));
  auto daemon = open_sqlite(folder.file("s.db"));
  for (int n = 1; n <= 1200; ++n) ASSERT_TRUE(store->put(record(n, static_cast<std::uint64_t>(n))));
  ASSERT_TRUE(store->sync());
  ASSERT_EQ(load(*daemon, 1), StoreFault::none);
  bool wrote = false;
  const auto rotated = rotate(*store, [&](std::size_t done) {
    if (wrote || done < 500) return;
    wrote = true;
    EXPECT_EQ(commit(*daemon, 1, 77), StoreFault::none) << "under the key it still has";
    EXPECT_EQ(load(*daemon, 2), StoreFault::none) << "which it has never met";
    EXPECT_EQ(commit(*daemon, 2, 78), StoreFault::none);
  });
  ASSERT_TRUE(rotated) << rotated.why().what;
  EXPECT_EQ(rotated->data_key, 2U);
  EXPECT_EQ(rotated->resealed, 1200U);
  EXPECT_EQ(rotated->left, 1U);
  EXPECT_EQ(*store->data_keys(), (std::vector<std::uint32_t>{1, 2})) << "the one before stays";
  ASSERT_TRUE(rotate(*store));
  ASSERT_TRUE(rotate(*store));
  EXPECT_EQ(*store->data_keys(), (std::vector<std::uint32_t>{3, 4}));
  EXPECT_EQ(load(*daemon, 1), StoreFault::none);
  EXPECT_EQ(daemon->load(imsi(1))->seq_reserved, 77U);
  EXPECT_EQ(daemon->load(imsi(2))->seq_reserved, 78U);
  EXPECT_EQ(daemon->load(imsi(1200))->seq_reserved, 1200U);

  // Another wrapper for the same keys: the file opens with it and not with the one before.
  const auto words = [](std::string_view s) {
    return vault::Passphrase(WipedOctets(Bytes(reinterpret_cast<const Byte*>(s.data()), s.size())));
  };
  ASSERT_TRUE(store->rewrap(vault::passphrase_wrapper(words("seven words"), 4)));
  EXPECT_EQ(load(*daemon, 3), StoreFault::none) << "who has the keys needs no wrapper";
  const auto before = SqliteStore::open(folder.file("s.db"), key_of<context::StoreKey>(0x5A));
  ASSERT_FALSE(before);
  EXPECT_EQ(before.why().fault, StoreFault::wrong_key);
  const auto now =
      SqliteStore::open(folder.file("s.db"), {vault::passphrase_wrapper(words("seven words"), 4), {}});
  ASSERT_TRUE(now) << now.why().what;
  EXPECT_EQ((*now)->load(imsi(1200))->seq_reserved, 1200U);
}

}  // namespace
}  // namespace baton::store
