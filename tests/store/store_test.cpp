// What all back ends promise, and what a crash keeps.
#include "store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "keys/sqn.h"
#include "store/cached_store.h"
#include "store/memory_store.h"
#include "store/postgres_cluster.h"
#include "store/sqlite_store.h"
#include "store/support.h"

namespace baton::store {
namespace {

/// A crash of the process: what was not synced is gone, the rest is read back.
struct Backend {
  std::string name;
  std::function<std::unique_ptr<Store>(const Folder&)> open;
  bool durable_file;
};

class AnyStore : public testing::TestWithParam<Backend> {};

TEST_P(AnyStore, gives_back_what_was_put_even_before_it_is_durable) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1, 77)));
  const auto found = store->load(imsi(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq_reserved, 77U);
  EXPECT_EQ(std::get<MilenageSecret>(found->secret).k, key_of<K>(0x11));
  EXPECT_EQ(std::get<MilenageSecret>(found->secret).opc, key_of<Opc>(0x22));
  EXPECT_EQ(found->mme, context::ServingNode{DiameterIdentity::test_value()});
  EXPECT_EQ(found->subscription.msisdn, "4912345");
  EXPECT_FALSE(found->sgsn);
  EXPECT_FALSE(store->load(imsi(2)));
}

/// All that can be remembered of the KASMEs of a subscriber.
context::KasmeMemory memory() {
  Rand rand;
  rand.bytes.fill(0x33);
  context::KasmeMemory m{9, 3, {}, {}, *DiameterIdentity::parse("mme2.test")};
  context::KasmeRecord r{key_of<Kasme>(0x77),
                         rand,
                         {7, 2},
                         5,
                         PlmnId::test_value(),
                         DiameterIdentity::test_value(),
                         Instant{Duration(1'700'000'000'000'000)},
                         {}};
  for (std::uint32_t step = 0; step < context::kasme_steps_kept_max; ++step) {
    crypto::Digest digest;
    digest.fill(static_cast<Byte>(step));
    r.applied.push_back({step, digest});
  }
  m.record = std::move(r);
  for (std::uint32_t epoch = 1; epoch <= context::kasme_candidates_max; ++epoch)
    m.candidates.push_back({rand, epoch, PlmnId::test_value(), key_of<Kasme>(0x88)});
  return m;
}

//= S0.D6; type=test
TEST_P(AnyStore, keeps_which_kasme_is_in_use_and_what_was_delivered) {
  Folder folder;
  const auto store = GetParam().open(folder);
  auto r = record(1);
  r.kasme = memory();
  ASSERT_TRUE(store->put(std::move(r)));
  ASSERT_TRUE(store->put(record(2)));
  ASSERT_TRUE(store->sync());
  EXPECT_TRUE(store->load(imsi(1))->kasme == memory());
  EXPECT_TRUE(store->load(imsi(2))->kasme.empty());
  auto changed = store->load(imsi(1));
  changed->kasme.record.reset();
  ASSERT_TRUE(store->put(std::move(*changed)));
  store->crash();
  EXPECT_TRUE(store->load(imsi(1))->kasme == memory()) << "a change that was not synced is lost whole";
}

TEST_P(AnyStore, keeps_every_field_of_a_record) {
  Folder folder;
  const auto store = GetParam().open(folder);
  auto r = record(1, 77);
  std::array<Byte, 32> k{};
  k.fill(0x44);
  r.secret = TuakSecret{TuakK(k), key_of<Topc>(0x55), 16, 3};
  r.amf = Amf{{0x00, 0x21}};
  r.ind_bits = 6;
  r.sqn_scheme = context::SqnScheme::time;
  r.seq_offset = Sqn::seq_max(6);
  r.resyncs = 9;
  r.subscription.barred = true;
  r.subscription.barring = context::barring::roamer_vplmn_ap;
  r.subscription.apns.push_back({.context_id = 50, .apn = "*", .pdn = context::SubscribedPdn::ipv4v6});
  r.subscription.default_context = 50;
  r.subscription.allowed_plmns = {PlmnId::test_value()};
  r.mme = context::ServingNode{DiameterIdentity::test_value(), *DiameterIdentity::parse("realm.test"),
                               PlmnId::test_value(), true};
  r.sgsn = context::ServingNode{*DiameterIdentity::parse("sgsn.test"), {}, *PlmnId::parse("310410"), false};
  r.terminal = {"353490069873310", "07"};
  r.version = 0;
  const auto subscription = r.subscription;
  const auto mme = r.mme;
  const auto sgsn = r.sgsn;
  const auto terminal = r.terminal;
  ASSERT_TRUE(store->put(std::move(r)));
  ASSERT_TRUE(store->sync());
  const auto found = store->load(imsi(1));
  ASSERT_TRUE(found);
  const auto& secret = std::get<TuakSecret>(found->secret);
  EXPECT_EQ(secret.k, TuakK(k));
  EXPECT_EQ(secret.topc, key_of<Topc>(0x55));
  EXPECT_EQ(secret.res_octets, 16);
  EXPECT_EQ(secret.iterations, 3);
  EXPECT_EQ(found->amf, (Amf{{0x00, 0x21}}));
  EXPECT_EQ(found->seq_reserved, 77U);
  EXPECT_EQ(found->ind_bits, 6U);
  EXPECT_EQ(found->sqn_scheme, context::SqnScheme::time);
  EXPECT_EQ(found->seq_offset, Sqn::seq_max(6));
  EXPECT_EQ(found->resyncs, 9U);
  EXPECT_EQ(found->subscription, subscription);
  EXPECT_EQ(found->mme, mme);
  EXPECT_EQ(found->sgsn, sgsn);
  EXPECT_EQ(found->terminal, terminal);
  EXPECT_EQ(found->version, 1U) << "the first write";
}

TEST_P(AnyStore, reserves_sequence_numbers_and_counts_that_as_a_write) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1, 77)));
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->reserve(imsi(1), 1, 109));
  ASSERT_TRUE(store->sync());
  store->crash();
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 109U);
  EXPECT_EQ(store->load(imsi(1))->version, 2U);
  EXPECT_EQ(store->load(imsi(1))->subscription.msisdn, "4912345");
  const bool taken = store->reserve(imsi(2), 1, 109);
  EXPECT_TRUE(!taken || store->commit()->conflicts == std::vector<Imsi>{imsi(2)}) << "of nobody";
}

TEST_P(AnyStore, loses_at_a_crash_exactly_what_was_not_synced) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1, 100)));
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->put(record(1, 200)));
  ASSERT_TRUE(store->put(record(2)));
  store->crash();
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 100U);
  EXPECT_FALSE(store->load(imsi(2)));
  EXPECT_EQ(store->size(), 1U);
}

TEST_P(AnyStore, keeps_everything_that_was_synced) {
  Folder folder;
  const auto store = GetParam().open(folder);
  for (int n = 1; n <= 20; ++n) ASSERT_TRUE(store->put(record(n, static_cast<std::uint64_t>(n))));
  ASSERT_TRUE(store->sync());
  store->crash();
  for (int n = 1; n <= 20; ++n) EXPECT_EQ(store->load(imsi(n))->seq_reserved, static_cast<std::uint64_t>(n));
  EXPECT_EQ(store->subscribers().front(), imsi(1));
  EXPECT_EQ(store->subscribers().back(), imsi(20));
}

TEST_P(AnyStore, forgets_a_removed_subscriber_only_when_the_removal_is_durable) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1)));
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->remove(imsi(1)));
  EXPECT_FALSE(store->load(imsi(1)));
  store->crash();
  EXPECT_TRUE(store->load(imsi(1)));
  ASSERT_TRUE(store->remove(imsi(1)));
  ASSERT_TRUE(store->sync());
  store->crash();
  EXPECT_FALSE(store->load(imsi(1)));
  EXPECT_EQ(store->size(), 0U);
}

TEST_P(AnyStore, imports_all_or_nothing) {
  Folder folder;
  const auto store = GetParam().open(folder);
  std::vector<context::SubscriberRecord> records;
  for (int n = 1; n <= 3; ++n) records.push_back(record(n));
  const auto imported = import(*store, std::move(records));
  ASSERT_TRUE(imported);
  EXPECT_EQ(*imported, 3U);
  store->crash();
  EXPECT_EQ(store->size(), 3U);
}

TEST_P(AnyStore, imports_over_nothing_that_is_there) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1, 100)));
  ASSERT_TRUE(store->sync());
  std::vector<context::SubscriberRecord> records;
  for (int n = 1; n <= 2; ++n) records.push_back(record(n));
  const auto imported = import(*store, std::move(records));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.why().fault, StoreFault::conflict);
  EXPECT_NE(imported.why().what.find(imsi(1).digits()), std::string::npos);
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 100U) << "a live subscriber's SQN";
  EXPECT_FALSE(store->load(imsi(2))) << "all or nothing";
  ASSERT_TRUE(store->sync());
  EXPECT_FALSE(store->load(imsi(2))) << "nor later";
  std::vector<context::SubscriberRecord> again;
  for (int n = 1; n <= 3; ++n) again.push_back(record(n));
  const auto added = add_missing(*store, std::move(again));
  ASSERT_TRUE(added) << added.why().what;
  EXPECT_EQ(*added, 2U);
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 100U);
  EXPECT_TRUE(store->load(imsi(3)));
}

TEST_P(AnyStore, gives_its_records_page_by_page_in_ascending_order) {
  Folder folder;
  const auto store = GetParam().open(folder);
  for (int n = 1; n <= 7; ++n) ASSERT_TRUE(store->put(record(n, static_cast<std::uint64_t>(n))));
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->put(record(8, 8)));
  ASSERT_TRUE(store->remove(imsi(2)));
  std::vector<std::uint64_t> seen;
  std::optional<Imsi> after;
  for (;;) {
    const auto page = store->range(after, 3);
    ASSERT_TRUE(page);
    for (const auto& r : *page) {
      EXPECT_EQ(r.imsi, imsi(static_cast<int>(r.seq_reserved)));
      seen.push_back(r.seq_reserved);
    }
    if (page->size() < 3) break;
    after = page->back().imsi;
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 3, 4, 5, 6, 7, 8}));
  EXPECT_TRUE(store->range(imsi(8), 3)->empty());
}

TEST_P(AnyStore, reserves_no_sequence_number_in_a_record_that_another_has_written) {
  Folder folder;
  const auto store = GetParam().open(folder);
  ASSERT_TRUE(store->put(record(1, 10)));
  ASSERT_TRUE(store->sync());
  const auto read = store->load(imsi(1));
  ASSERT_TRUE(store->reserve(imsi(1), read->version, 42));
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 42U) << "seen before it is durable";
  EXPECT_EQ(store->load(imsi(1))->version, *read->version + 1);
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->reserve(imsi(1), read->version, 43));
  const auto late = store->commit();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->conflicts, std::vector<Imsi>{imsi(1)});
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 42U);
  EXPECT_EQ(store->load(imsi(1))->subscription.msisdn, "4912345") << "the rest of the record is as it was";
  // A change of the record on top of a reservation that is not durable yet.
  auto mine = store->load(imsi(1));
  ASSERT_TRUE(store->reserve(imsi(1), mine->version, 74));
  mine = store->load(imsi(1));
  EXPECT_EQ(mine->seq_reserved, 74U);
  mine->subscription.msisdn = "49999";
  ASSERT_TRUE(store->put(std::move(*mine)));
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 74U);
  EXPECT_EQ(store->load(imsi(1))->subscription.msisdn, "49999");
}

TEST_P(AnyStore, finds_several_at_once) {
  Folder folder;
  const auto store = GetParam().open(folder);
  for (int n = 1; n <= 300; ++n) ASSERT_TRUE(store->put(record(n, static_cast<std::uint64_t>(n))));
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->put(record(301, 301)));
  std::vector<Imsi> sought;
  for (int n = 0; n <= 301; ++n) sought.push_back(imsi(n));
  const auto found = store->find_all(sought);
  ASSERT_EQ(found.size(), sought.size());
  EXPECT_FALSE(*found[0]);
  for (std::size_t n = 1; n <= 301; ++n) {
    ASSERT_TRUE(found[n]);
    ASSERT_TRUE(*found[n]);
    EXPECT_EQ((*found[n])->seq_reserved, n);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Stores, AnyStore,
    testing::Values(Backend{"memory", [](const Folder&) { return std::make_unique<MemoryStore>(); }, false},
                    Backend{"sqlite", [](const Folder& f) { return open_sqlite(f.file("s.db")); }, true},
                    Backend{"cached",
                            [](const Folder& f) {
                              return std::make_unique<CachedStore>(open_sqlite(f.file("s.db")), 1000);
                            },
                            true},
                    Backend{"postgres", [](const Folder&) { return shared_cluster().fresh_store(); }, true}),
    [](const auto& param) { return param.param.name; });

TEST(MemoryStore, that_cannot_say_what_it_has_gets_nothing_added) {
  MemoryStore store;
  ASSERT_TRUE(store.put(record(1, 100)));
  ASSERT_TRUE(store.sync());
  const auto both = [] {
    std::vector<context::SubscriberRecord> out;
    for (int n = 1; n <= 2; ++n) out.push_back(record(n));
    return out;
  };
  store.fail_loads(1, StoreFault::gone);
  const auto failed = add_missing(store, both());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.why().fault, StoreFault::gone);
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 100U);
  EXPECT_EQ(store.size(), 1U);
  for (const auto& [fault, known] : {std::pair(StoreFault::io, true), std::pair(StoreFault::slow, false)}) {
    store.fail_syncs(1, fault);
    const auto why = import(store, both()).why().what;
    EXPECT_EQ(why.find("nothing was imported") != std::string::npos, known) << why;
  }
  EXPECT_EQ(*add_missing(store, both()), 1U);
}

TEST(MemoryStore, a_failed_sync_keeps_records_staged_and_an_import_whole) {
  MemoryStore store;
  store.fail_syncs(1);
  std::vector<context::SubscriberRecord> records;
  records.push_back(record(1));
  EXPECT_FALSE(import(store, std::move(records)));
  EXPECT_EQ(store.size(), 0U);
  ASSERT_TRUE(store.put(record(2)));
  store.fail_syncs(1);
  EXPECT_FALSE(store.sync());
  EXPECT_TRUE(store.sync());
  store.crash();
  EXPECT_TRUE(store.load(imsi(2)));
}

TEST_P(AnyStore, writes_a_record_only_over_the_version_it_was_loaded_with) {
  Folder folder;
  const auto opened = GetParam().open(folder);
  Store& store = *opened;
  auto fresh = record(1, 1);
  fresh.version = 0;
  ASSERT_TRUE(store.put(std::move(fresh)));
  ASSERT_TRUE(store.sync());
  auto mine = store.load(imsi(1));
  auto theirs = store.load(imsi(1));
  theirs->seq_reserved = 33;
  ASSERT_TRUE(store.put(std::move(*theirs)));
  ASSERT_TRUE(store.sync());
  mine->seq_reserved = 32;
  ASSERT_TRUE(store.put(std::move(*mine)));
  ASSERT_TRUE(store.put(record(2)));
  const auto done = store.commit();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->conflicts, std::vector<Imsi>{imsi(1)});
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 33U) << "what the other wrote stands";
  EXPECT_TRUE(store.load(imsi(2))) << "a conflict is nobody else's";
  auto second = record(1);
  second.version = 0;
  ASSERT_TRUE(store.put(std::move(second)));
  EXPECT_EQ(store.commit()->conflicts.size(), 1U) << "it is there already";
}

TEST_P(AnyStore, removes_a_record_only_of_the_version_that_was_read) {
  Folder folder;
  const auto opened = GetParam().open(folder);
  Store& store = *opened;
  ASSERT_TRUE(store.put(record(1, 1)));
  ASSERT_TRUE(store.sync());
  const auto read = store.load(imsi(1));
  auto theirs = store.load(imsi(1));
  theirs->seq_reserved = 33;
  ASSERT_TRUE(store.put(std::move(*theirs)));
  ASSERT_TRUE(store.sync());
  ASSERT_TRUE(store.remove(imsi(1), read->version));
  const auto late = store.commit();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->conflicts, std::vector<Imsi>{imsi(1)});
  ASSERT_TRUE(store.load(imsi(1))) << "what the other wrote stands";
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 33U);
  // Of a version that is staged and not durable yet.
  auto mine = store.load(imsi(1));
  const std::uint64_t next = *mine->version + 1;
  ASSERT_TRUE(store.put(std::move(*mine)));
  ASSERT_TRUE(store.remove(imsi(1), next));
  ASSERT_TRUE(store.sync());
  EXPECT_FALSE(store.load(imsi(1)));
  ASSERT_TRUE(store.remove(imsi(1), next));
  EXPECT_EQ(store.commit()->conflicts.size(), 1U) << "it is gone already";
  ASSERT_TRUE(store.remove(imsi(1)));
  EXPECT_TRUE(store.sync());
  auto fresh = record(2);
  fresh.version = 0;
  ASSERT_TRUE(store.put(std::move(fresh)));
  ASSERT_TRUE(store.remove(imsi(2), 1));
  EXPECT_TRUE(store.sync());
  EXPECT_FALSE(store.load(imsi(2)));
}

TEST_P(AnyStore, takes_two_changes_of_one_record_before_a_commit) {
  Folder folder;
  const auto opened = GetParam().open(folder);
  Store& store = *opened;
  ASSERT_TRUE(store.put(record(1, 1)));
  ASSERT_TRUE(store.sync());
  auto r = store.load(imsi(1));
  r->seq_reserved = 2;
  ASSERT_TRUE(store.put(r->copy()));
  ++*r->version;
  r->seq_reserved = 3;
  ASSERT_TRUE(store.put(r->copy()));
  ASSERT_TRUE(store.sync());
  ++*r->version;
  r->seq_reserved = 4;
  ASSERT_TRUE(store.put(std::move(*r)));
  EXPECT_TRUE(store.sync());
  EXPECT_EQ(store.load(imsi(1))->seq_reserved, 4U);
}

TEST(SqliteStore, keeps_synced_records_through_the_kill_of_its_process) {
  Folder folder;
  const std::string path = folder.file("s.db");
  const pid_t child = ::fork();
  if (child == 0) {
    auto opened = SqliteStore::open(path, key_of<context::StoreKey>(0x5A));
    if (!opened) ::_exit(1);
    (void)(*opened)->put(record(1, 100));
    if (!(*opened)->sync()) ::_exit(2);
    (void)(*opened)->put(record(1, 999));
    (void)(*opened)->put(record(2));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto store = open_sqlite(path);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 100U);
  EXPECT_FALSE(store->load(imsi(2)));
}

TEST(SqliteStore, never_holds_half_of_a_sync_whenever_it_is_killed) {
  // The child syncs pairs with equal numbers as fast as it can; whatever instant it dies at, the pair is
  // even.
  for (int round = 0; round < 6; ++round) {
    Folder folder;
    const std::string path = folder.file("s.db");
    const pid_t child = ::fork();
    if (child == 0) {
      auto opened = SqliteStore::open(path, key_of<context::StoreKey>(0x5A));
      if (!opened) ::_exit(1);
      for (std::uint64_t n = 1;; ++n) {
        (void)(*opened)->put(record(1, n));
        (void)(*opened)->put(record(2, n));
        if (!(*opened)->sync()) ::_exit(2);
      }
    }
    ::usleep(60'000 + 17'000 * static_cast<unsigned>(round));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto store = open_sqlite(path);
    ASSERT_TRUE(store);
    const auto one = store->load(imsi(1));
    const auto two = store->load(imsi(2));
    ASSERT_EQ(one.has_value(), two.has_value());
    if (one) {
      EXPECT_EQ(one->seq_reserved, two->seq_reserved);
    }
  }
}

TEST(SqliteStore, refuses_another_key_file_and_says_so) {
  Folder folder;
  { ASSERT_TRUE(open_sqlite(folder.file("s.db"), 0x5A)); }
  const auto other = SqliteStore::open(folder.file("s.db"), key_of<context::StoreKey>(0x5B));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.why().fault, StoreFault::wrong_key);
  EXPECT_NE(other.why().what.find("not wrapped with this key file"), std::string::npos);
}

TEST(SqliteStore, refuses_a_file_that_is_no_database_and_one_of_a_newer_version) {
  Folder folder;
  std::ofstream(folder.file("text")) << std::string(4096, 'x');
  EXPECT_FALSE(SqliteStore::open(folder.file("text"), key_of<context::StoreKey>(1)));
  EXPECT_FALSE(SqliteStore::open("/nonexistent/s.db", key_of<context::StoreKey>(1)));
}

/// What each version added to the one before it, from version 2 on.
const std::vector<std::vector<std::string>> added{
    {"kasme_sealed"},
    {"algorithm", "tuak_res", "tuak_iterations", "sqn_scheme", "seq_offset", "resyncs", "subscription",
     "mme_plmn", "sgsn_host", "sgsn_realm", "sgsn_plmn", "sgsn_purged", "imei", "software_version",
     "version"},
    {"data_key"}};

std::string hex_literal(Bytes octets) { return "x'" + hex(octets) + "'"; }

/// back_to makes a database one of an older version: without what later ones added, and with the one
/// subscriber's secrets sealed by the key file itself.
void back_to(const std::string& path, std::size_t version) {
  std::string sql = "DROP TABLE member;";
  for (std::size_t v = added.size(); v >= version; --v)
    for (const auto& column : added[v - 1]) sql += "ALTER TABLE subscriber DROP COLUMN " + column + ";";
  const auto key = key_of<context::StoreKey>(0x5A);
  const auto sealed = [&](std::string_view field, const auto& secret) {
    return hex_literal(context::seal(key, imsi(1), field, secret));
  };
  constexpr std::string_view where = "store";
  constexpr std::string_view text = "baton store key";
  const auto octets = [](std::string_view s) {
    return Bytes(reinterpret_cast<const Byte*>(s.data()), s.size());
  };
  sql += "UPDATE subscriber SET k_sealed = " + sealed("K", key_of<K>(0x11)) +
         ", opc_sealed = " + sealed("OPc", key_of<Opc>(0x22)) + "; DROP TABLE data_key;" +
         "INSERT INTO store (id, key_check) VALUES (1, " +
         hex_literal(crypto::siv_seal(key, {octets(where)}, octets(text))) + ");";
  in_file(path, sql + "PRAGMA user_version=" + std::to_string(version) + ";PRAGMA wal_checkpoint;");
}

TEST(SqliteStore, opens_a_database_of_every_version_before_and_goes_on_with_it) {
  for (const std::size_t version : {1U, 2U, 3U}) {
    SCOPED_TRACE(version);
    Folder folder;
    const std::string path = folder.file("old.db");
    {
      auto store = open_sqlite(path);
      auto r = record(1, 5);
      r.subscription.apns.front().apn = "old.example";
      r.subscription.apns.front().qci = 7;
      ASSERT_TRUE(store->put(std::move(r)));
      ASSERT_TRUE(store->sync());
    }
    back_to(path, version);
    const auto other = SqliteStore::open(path, key_of<context::StoreKey>(0x5B));
    ASSERT_FALSE(other) << "another key file";
    EXPECT_EQ(other.why().fault, StoreFault::wrong_key);
    auto store = open_sqlite(path);
    ASSERT_TRUE(store);
    EXPECT_EQ(*store->sealed_under(0), 1U);
    auto found = store->load(imsi(1));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->seq_reserved, 5U);
    EXPECT_TRUE(found->kasme.empty());
    EXPECT_EQ(found->subscription.apns.size(), 1U);
    EXPECT_EQ(found->subscription.apns.front().apn, "old.example");
    EXPECT_EQ(found->subscription.apns.front().qci, 7);
    EXPECT_EQ(found->subscription.msisdn, "4912345");
    EXPECT_EQ(found->mme, context::ServingNode{DiameterIdentity::test_value()});
    EXPECT_EQ(std::get<MilenageSecret>(found->secret).opc, key_of<Opc>(0x22));
    found->kasme = memory();
    found->subscription.apns.front().qci = 5;
    ASSERT_TRUE(store->put(std::move(*found)));
    ASSERT_TRUE(store->sync());
    EXPECT_EQ(*store->sealed_under(0), 0U);
    store.reset();
    store = open_sqlite(path);
    EXPECT_TRUE(store->load(imsi(1))->kasme == memory());
    EXPECT_EQ(store->load(imsi(1))->subscription.apns.front().qci, 5);
  }
}

TEST(SqliteStore, refuses_another_key_file_for_a_database_of_before_however_often) {
  const auto refuses = [](const std::string& path) {
    const auto other = SqliteStore::open(path, key_of<context::StoreKey>(0x5B));
    EXPECT_FALSE(other);
    if (!other) {
      EXPECT_EQ(other.why().fault, StoreFault::wrong_key);
    }
  };
  for (const std::size_t version : {1U, 2U, 3U}) {
    SCOPED_TRACE(version);
    Folder folder;
    const std::string path = folder.file("old.db");
    {
      auto store = open_sqlite(path);
      ASSERT_TRUE(store->put(record(1, 5)));
      ASSERT_TRUE(store->sync());
    }
    back_to(path, version);
    for (int start = 1; start <= 3; ++start) refuses(path);
    ASSERT_TRUE(open_sqlite(path)->load(imsi(1)));
    // As a start leaves it that ends after the tables and before the first data key.
    in_file(path, "DELETE FROM data_key");
    refuses(path);
    ASSERT_TRUE(open_sqlite(path)->load(imsi(1)));
  }
}

TEST(SqliteStore, takes_no_secret_for_one_of_another_algorithm) {
  Folder folder;
  const std::string path = folder.file("s.db");
  {
    auto store = open_sqlite(path);
    auto r = record(1);
    r.secret = TuakSecret{TuakK(key_of<K>(0x11).expose()), key_of<Topc>(0x22)};
    ASSERT_TRUE(store->put(std::move(r)));
    ASSERT_TRUE(store->put(record(2)));
    ASSERT_TRUE(store->sync());
  }
  in_file(path, "UPDATE subscriber SET algorithm = 2 - 2 * algorithm");  // TUAK to MILENAGE, MILENAGE to test
  auto store = open_sqlite(path);
  EXPECT_FALSE(store->load(imsi(1)));
  EXPECT_FALSE(store->load(imsi(2)));
  EXPECT_EQ(store->unreadable(), 2U);
}

TEST(SqliteStore, takes_no_kasme_of_another_subscriber_and_no_octets_that_were_changed) {
  Folder folder;
  const std::string path = folder.file("moved.db");
  {
    auto store = open_sqlite(path);
    for (int n = 1; n <= 2; ++n) {
      auto r = record(n);
      r.kasme = memory();
      ASSERT_TRUE(store->put(std::move(r)));
    }
    ASSERT_TRUE(store->sync());
  }
  in_file(path, "UPDATE subscriber SET kasme_sealed = (SELECT kasme_sealed FROM subscriber WHERE imsi = '" +
                    imsi(1).digits() + "') WHERE imsi = '" + imsi(2).digits() + "'");
  auto store = open_sqlite(path);
  EXPECT_TRUE(store->load(imsi(1)));
  EXPECT_FALSE(store->load(imsi(2))) << "better no subscriber than an old key taken for the one in use";
  EXPECT_EQ(store->unreadable(), 1U);
}

TEST(SqliteStore, makes_its_file_for_its_owner_only) {
  Folder folder;
  const auto store = open_sqlite(folder.file("s.db"));
  ASSERT_TRUE(store->put(record(1)));
  ASSERT_TRUE(store->sync());
  for (const char* name : {"s.db", "s.db-wal"}) {
    struct stat s {};
    ASSERT_EQ(::stat(folder.file(name).c_str(), &s), 0) << name;
    EXPECT_EQ(s.st_mode & 0777U, 0600U) << name;
  }
}

TEST(SqliteStore, lets_no_key_lie_in_its_files) {
  Folder folder;
  const auto store = open_sqlite(folder.file("s.db"));
  auto r = record(1);
  r.kasme = memory();
  ASSERT_TRUE(store->put(std::move(r)));
  ASSERT_TRUE(store->sync());
  bool searched = false;
  for (const char* name : {"s.db", "s.db-wal"}) {
    std::ifstream in(folder.file(name), std::ios::binary);
    const std::string octets((std::istreambuf_iterator<char>(in)), {});
    searched |= octets.find("001010000000001") != std::string::npos;
    EXPECT_EQ(octets.find(std::string(8, '\x11')), std::string::npos) << name;
    EXPECT_EQ(octets.find(std::string(8, '\x22')), std::string::npos) << name;
    EXPECT_EQ(octets.find(std::string(8, '\x77')), std::string::npos) << name << ": the KASME in use";
    EXPECT_EQ(octets.find(std::string(8, static_cast<char>(0x88))), std::string::npos) << name;
  }
  EXPECT_TRUE(searched);  // the record itself is there, so the search could have found its keys
}

}  // namespace
}  // namespace baton::store
