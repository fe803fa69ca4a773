// Several HSSs on one PostgreSQL, and what a server that dies takes with it.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "keys/sqn.h"
#include "store/postgres_cluster.h"
#include "store/support.h"

namespace baton::store {
namespace {

using namespace std::chrono_literals;

/// SEQs of one block, as node/hss reserves them.
constexpr std::uint64_t block = 4;

/// Hss is the part of an HSS that matters here: it loads, reserves a block over the version it has read, and
/// counts the block as its own when the commit says so. It keeps what it may have answered.
struct Hss {
  explicit Hss(std::unique_ptr<PostgresStore> s) : store(std::move(s)) {}
  std::unique_ptr<PostgresStore> store;
  std::vector<std::pair<Imsi, std::uint64_t>> issued;  ///< subscriber and SEQ of vectors that left
  std::map<Imsi, std::pair<std::uint64_t, DiameterIdentity>>
      located;  ///< version and MME of answered updates
  std::uint64_t conflicts = 0;
  std::uint64_t failures = 0;

  void authenticate(const std::vector<Imsi>& who) {
    std::map<Imsi, std::uint64_t> from;
    for (auto& found : store->find_all(who)) {
      if (!found) {
        ++failures;
        store->crash();
        return;
      }
      const auto& record = *found;
      if (!record || from.contains(record->imsi)) continue;
      from[record->imsi] = record->seq_reserved;
      ASSERT_TRUE(store->reserve(record->imsi, record->version, record->seq_reserved + block));
    }
    std::vector<Imsi> staged;
    for (const auto& [imsi, seq] : from) staged.push_back(imsi);
    settle(staged, [&](const Imsi& imsi) {
      for (std::uint64_t n = 1; n <= block; ++n) issued.emplace_back(imsi, from.at(imsi) + n);
    });
  }

  void locate(const Imsi& imsi, const DiameterIdentity& mme) {
    auto found = store->find(imsi);
    if (!found || !*found) {
      ++failures;
      return;
    }
    auto& record = **found;
    record.mme = context::ServingNode{mme};
    const std::uint64_t version = *record.version + 1;
    ASSERT_TRUE(store->put(std::move(record)));
    settle({imsi}, [&](const Imsi&) { located.insert_or_assign(imsi, std::pair(version, mme)); });
  }

 private:
  template <class Done>
  void settle(const std::vector<Imsi>& staged, Done done) {
    const auto committed = store->commit();
    if (!committed) {
      ++failures;
      store->crash();
      return;
    }
    const std::set<Imsi> lost(committed->conflicts.begin(), committed->conflicts.end());
    conflicts += lost.size();
    for (const Imsi& imsi : staged)
      if (!lost.contains(imsi)) done(imsi);
  }
};

DiameterIdentity mme(const std::string& name) { return *DiameterIdentity::parse(name + ".test"); }

TEST(PostgresStore, never_gives_two_hsss_the_same_sequence_number) {
  constexpr int subscribers = 5;  // few, so that they get in each other's way
  auto first = shared_cluster().fresh_store();
  for (int n = 1; n <= subscribers; ++n) ASSERT_TRUE(first->put(record(n)));
  ASSERT_TRUE(first->sync());
  std::vector<Hss> hsss;
  hsss.emplace_back(std::move(first));
  hsss.emplace_back(open_postgres(shared_cluster().connection()));
  hsss.emplace_back(open_postgres(shared_cluster().connection()));
  std::vector<std::thread> running;
  for (std::size_t h = 0; h < hsss.size(); ++h)
    running.emplace_back([&, h] {
      for (int round = 0; round < 120; ++round) {
        std::vector<Imsi> who;
        for (int n = 1; n <= subscribers; ++n)
          if ((round + static_cast<int>(h) + n) % 3 != 0) who.push_back(imsi(n));
        hsss[h].authenticate(who);
        hsss[h].locate(imsi(1 + round % subscribers), mme("mme" + std::to_string(h)));
      }
    });
  for (auto& t : running) t.join();

  std::set<std::pair<Imsi, std::uint64_t>> seen;
  std::map<Imsi, std::uint64_t> highest;
  std::map<Imsi, std::pair<std::uint64_t, DiameterIdentity>> last;
  std::uint64_t conflicts = 0;
  for (const Hss& h : hsss) {
    EXPECT_EQ(h.failures, 0U);
    EXPECT_GT(h.issued.size(), 0U);
    conflicts += h.conflicts;
    for (const auto& [who, seq] : h.issued) {
      EXPECT_TRUE(seen.emplace(who, seq).second) << "SEQ " << seq << " left twice";
      highest[who] = std::max(highest[who], seq);
    }
    for (const auto& [who, at] : h.located) {
      auto& l = last.try_emplace(who, at).first->second;
      if (at.first > l.first) l = at;
    }
  }
  EXPECT_GT(conflicts, 0U) << "they never met, and nothing was shown";
  for (const auto& [who, seq] : highest) EXPECT_EQ(hsss[0].store->load(who)->seq_reserved, seq);
  for (const auto& [who, at] : last)
    EXPECT_EQ(hsss[0].store->load(who)->mme->host, at.second) << "the last location that was answered";
}

TEST(PostgresStore, loses_nothing_acknowledged_when_the_primary_is_killed_and_its_standby_promoted) {
  constexpr int subscribers = 200;
  Cluster primary(nullptr,
                  "synchronous_standby_names = '*'\nsynchronous_commit = local\nwal_level = replica\n");
  Cluster standby(&primary, "synchronous_standby_names = ''\n");  // it has none of its own
  // What a session has less than durable is what a store sets right (docs/decisions/0018-postgresql.md).
  for (int tries = 0;
       tries < 100 && primary.run("SELECT count(*) FROM pg_stat_replication WHERE sync_state = "
                                  "'sync'") != "1";
       ++tries)
    std::this_thread::sleep_for(50ms);
  const std::string both =
      "host=" + primary.socket_folder() + "," + standby.socket_folder() + " user=postgres dbname=postgres";
  std::vector<Hss> hsss;
  hsss.emplace_back(open_postgres(both));
  hsss.emplace_back(open_postgres(both));
  for (int n = 1; n <= subscribers; ++n) ASSERT_TRUE(hsss[0].store->put(record(n)));
  ASSERT_TRUE(hsss[0].store->sync());

  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::vector<std::thread> running;
  for (std::size_t h = 0; h < hsss.size(); ++h)
    running.emplace_back([&, h] {
      for (int round = 0; !stop; ++round) {
        const std::uint64_t before = hsss[h].failures;
        std::vector<Imsi> who;
        for (int n = 0; n < 20; ++n) who.push_back(imsi(1 + (round * 13 + n * 7) % subscribers));
        hsss[h].authenticate(who);
        hsss[h].locate(imsi(1 + round % subscribers),
                       mme("mme" + std::to_string(h) + "-" + std::to_string(round)));
        if (hsss[h].failures == before)
          ++answered;
        else
          std::this_thread::sleep_for(20ms);
      }
    });
  while (answered < 40) std::this_thread::sleep_for(5ms);
  primary.kill();
  std::this_thread::sleep_for(300ms);
  standby.promote();
  const int at_promotion = answered;
  for (int tries = 0; tries < 400 && answered < at_promotion + 40; ++tries) std::this_thread::sleep_for(50ms);
  stop = true;
  for (auto& t : running) t.join();
  EXPECT_GE(answered, at_promotion + 40) << "they go on with the standby, without a restart";

  std::set<std::pair<Imsi, std::uint64_t>> seen;
  std::map<Imsi, std::uint64_t> highest;
  std::map<Imsi, std::pair<std::uint64_t, DiameterIdentity>> last;
  for (const Hss& h : hsss) {
    EXPECT_GT(h.failures, 0U) << "the primary's end was not noticed";
    EXPECT_GT(h.store->reconnects(), 0U);
    for (const auto& [who, seq] : h.issued) {
      EXPECT_TRUE(seen.emplace(who, seq).second) << "SEQ " << seq << " left twice";
      highest[who] = std::max(highest[who], seq);
    }
    for (const auto& [who, at] : h.located) {
      auto& l = last.try_emplace(who, at).first->second;
      if (at.first > l.first) l = at;
    }
  }
  const auto store = open_postgres(standby.connection());
  ASSERT_TRUE(store);
  EXPECT_EQ(store->size(), static_cast<std::size_t>(subscribers));
  for (const auto& [who, seq] : highest)
    EXPECT_GE(store->load(who)->seq_reserved, seq) << "a SEQ that left is not reserved any more";
  for (const auto& [who, at] : last) {
    const auto found = store->load(who);
    EXPECT_GE(*found->version, at.first) << "a location that was answered is lost";
    if (*found->version == at.first) {
      EXPECT_EQ(found->mme->host, at.second);
    }
  }
}

TEST(PostgresStore, says_what_is_wrong_and_goes_on_when_it_is_right_again) {
  Cluster cluster(nullptr, "fsync = off\n");
  auto store = open_postgres(cluster.connection(), 700ms);
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->put(record(1, 5)));
  ASSERT_TRUE(store->sync());
  const auto writes = [&] {
    auto r = store->load(imsi(1));
    if (!r) return StoreFault::gone;
    if (!store->put(std::move(*r))) return StoreFault::full;
    const auto done = store->commit();
    if (!done) store->crash();
    return done ? StoreFault::none : done.why().fault;
  };

  // Read only, as a standby that nobody has promoted.
  cluster.set("default_transaction_read_only", "on");
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(writes(), StoreFault::read_only);
  cluster.run("ALTER SYSTEM RESET default_transaction_read_only");
  cluster.run("SELECT pg_reload_conf()");
  std::this_thread::sleep_for(400ms);
  EXPECT_EQ(writes(), StoreFault::none);

  // A session that is ended between two requests is made anew, and nobody notices.
  cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton'");
  EXPECT_EQ(writes(), StoreFault::none);
  EXPECT_GT(store->reconnects(), 0U);

  // Another transaction holds the row longer than it is worth waiting.
  std::thread holder(
      [&] { cluster.run("BEGIN; SELECT 1 FROM subscriber FOR UPDATE; SELECT pg_sleep(2); COMMIT"); });
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(writes(), StoreFault::slow);
  holder.join();
  EXPECT_EQ(writes(), StoreFault::none);

  // Somebody else's table.
  cluster.run("ALTER TABLE subscriber RENAME TO hidden");
  EXPECT_EQ(store->find(imsi(2)).why().fault, StoreFault::io);
  cluster.run("ALTER TABLE hidden RENAME TO subscriber");
  EXPECT_EQ(writes(), StoreFault::none);

  // The server goes, and comes back.
  cluster.kill();
  std::this_thread::sleep_for(100ms);
  const auto gone = store->find(imsi(1));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.why().fault, StoreFault::gone);
  EXPECT_EQ(store->find(imsi(1)).why().fault, StoreFault::gone) << "and at once, while it is away";
  cluster.start();
  std::this_thread::sleep_for(400ms);
  EXPECT_EQ(writes(), StoreFault::none);
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 5U);

  // Other keys.
  const auto other =
      PostgresStore::open({cluster.connection(), 5s}, key_file(key_of<context::StoreKey>(0x5B)));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.why().fault, StoreFault::wrong_key);
  cluster.run("UPDATE store SET schema_version = 99");
  EXPECT_FALSE(PostgresStore::open({cluster.connection(), 5s}, key_file(key_of<context::StoreKey>(0x5A))));
}

TEST(PostgresStore, does_not_go_on_with_a_session_that_is_half_prepared) {
  auto store = shared_cluster().fresh_store();
  ASSERT_TRUE(store->put(record(1, 5)));
  ASSERT_TRUE(store->sync());
  // The session ends, and the next one cannot prepare its statements.
  shared_cluster().run("ALTER TABLE subscriber RENAME TO hidden");
  shared_cluster().run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton'");
  EXPECT_FALSE(store->find(imsi(1)));
  shared_cluster().run("ALTER TABLE hidden RENAME TO subscriber");
  std::optional<context::SubscriberRecord> found;
  for (int tries = 0; tries < 50 && !found; ++tries) {
    std::this_thread::sleep_for(100ms);
    found = store->load(imsi(1));
  }
  ASSERT_TRUE(found) << "the table is there again, and it needs no restart";
  EXPECT_EQ(found->seq_reserved, 5U);
}

TEST(PostgresStore, is_patient_with_a_server_that_goes_on_answering) {
  auto store = shared_cluster().fresh_store();
  std::vector<Imsi> all;
  for (int n = 1; n <= 400; ++n) {
    all.push_back(imsi(n));
    ASSERT_TRUE(store->put(record(n, static_cast<std::uint64_t>(n))));
  }
  ASSERT_TRUE(store->sync());
  store.reset();
  // Each record takes 10 ms, all of them four times as long as the patience.
  shared_cluster().run(
      "ALTER TABLE subscriber RENAME TO hidden; CREATE VIEW subscriber AS SELECT * FROM hidden WHERE "
      "pg_sleep(0.01)::text = ''");
  const auto slow = open_postgres(shared_cluster().connection(), 1s);
  ASSERT_TRUE(slow);
  const auto found = slow->find_all(all);
  shared_cluster().run("DROP VIEW subscriber; ALTER TABLE hidden RENAME TO subscriber");
  for (const auto& f : found) ASSERT_TRUE(f) << f.why().what;
  EXPECT_EQ((*found.back())->seq_reserved, 400U);
}

TEST(PostgresStore, reads_all_of_a_backup_at_one_moment) {
  const auto store = shared_cluster().fresh_store();
  const auto other = open_postgres(shared_cluster().connection());
  for (int n = 1; n <= 4; ++n) ASSERT_TRUE(store->put(record(n, 10)));
  ASSERT_TRUE(store->sync());
  const auto done = store->at_one_moment([&]() -> Expected<Ok, StoreError> {
    EXPECT_EQ(store->range(std::nullopt, 2)->size(), 2U);
    for (int n = 1; n <= 5; ++n) EXPECT_TRUE(other->put(record(n, 20)));
    EXPECT_TRUE(other->sync());
    const auto rest = store->range(imsi(2), 9);
    if (!rest) return Fail{rest.why()};
    EXPECT_EQ(rest->size(), 2U) << "who came later is not in it";
    for (const auto& r : *rest) EXPECT_EQ(r.seq_reserved, 10U) << "as the first two were read";
    return Ok{};
  });
  ASSERT_TRUE(done) << done.why().what;
  EXPECT_EQ(store->load(imsi(3))->seq_reserved, 20U);
  // What is lost in the middle is not gone on with on another connection.
  const auto lost = store->at_one_moment([&]() -> Expected<Ok, StoreError> {
    shared_cluster().run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'baton' AND state = "
        "'idle in transaction'");
    for (int n = 0; n < 2; ++n)
      if (const auto page = store->range(std::nullopt, 2); page) return Ok{};
    return Fail{StoreError{"lost", StoreFault::gone}};
  });
  EXPECT_FALSE(lost);
  EXPECT_TRUE(store->sync());
  EXPECT_EQ(store->load(imsi(3))->seq_reserved, 20U);
}

TEST(PostgresStore, brings_a_database_of_version_1_up_and_goes_on_with_it) {
  auto store = shared_cluster().fresh_store();
  ASSERT_TRUE(store->put(record(1, 5)));
  ASSERT_TRUE(store->sync());
  store.reset();
  shared_cluster().run(
      "DROP TABLE member; DELETE FROM store WHERE id = 2; UPDATE store SET schema_version = 1");
  store = open_postgres(shared_cluster().connection());
  ASSERT_TRUE(store);
  EXPECT_EQ(shared_cluster().run("SELECT schema_version FROM store WHERE id = 1"), "2");
  EXPECT_EQ(store->load(imsi(1))->seq_reserved, 5U);
  EXPECT_TRUE(store->join({"hss1.test", 1, 0, 16}, Instant{1s}, Instant{61s}));
}

TEST(PostgresStore, lets_one_in_of_two_that_take_the_same_indices_at_once) {
  const auto store = shared_cluster().fresh_store();
  std::vector<std::unique_ptr<PostgresStore>> stores;
  for (int n = 0; n < 4; ++n) stores.push_back(open_postgres(shared_cluster().connection()));
  std::vector<std::optional<Expected<Joined, StoreError>>> joined(stores.size());
  std::vector<std::thread> running;
  for (std::size_t n = 0; n < stores.size(); ++n)
    running.emplace_back([&, n] {
      joined[n].emplace(
          stores[n]->join({"hss" + std::to_string(n) + ".test", 1, 0, 16}, Instant{1s}, Instant{61s}));
    });
  for (auto& t : running) t.join();
  int in = 0;
  for (const auto& j : joined) {
    if (*j) {
      ++in;
    } else {
      EXPECT_EQ(j->why().fault, StoreFault::conflict) << j->why().what;
    }
  }
  EXPECT_EQ(in, 1);
}

TEST(PostgresStore, takes_many_records_in_slices_of_one_transaction) {
  const auto store = shared_cluster().fresh_store();
  const auto other = open_postgres(shared_cluster().connection());
  const int many = static_cast<int>(2 * PostgresStore::slice + 1);
  ASSERT_TRUE(other->put(record(many, 77)));
  ASSERT_TRUE(other->sync());
  const auto all = [&] {
    std::vector<context::SubscriberRecord> out;
    for (int n = 1; n <= many; ++n) out.push_back(record(n));
    return out;
  };
  const auto refused = import(*store, all());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().fault, StoreFault::conflict);
  EXPECT_EQ(other->size(), 1U) << "nothing of the first slices";
  const auto taken = add_missing(*store, all());
  ASSERT_TRUE(taken) << taken.why().what;
  EXPECT_EQ(*taken, static_cast<std::size_t>(many - 1));
  EXPECT_EQ(other->size(), static_cast<std::size_t>(many));
  EXPECT_EQ(other->load(imsi(many))->seq_reserved, 77U);
}

TEST(PostgresStore, is_held_by_one_who_works_on_it_and_by_nobody_who_is_gone) {
  const auto store = shared_cluster().fresh_store();
  const auto other = open_postgres(shared_cluster().connection());
  auto held = store->hold();
  ASSERT_TRUE(held) << held.why().what;
  const auto second = other->hold();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.why().fault, StoreFault::locked);
  // Records are read and written all the same.
  ASSERT_TRUE(other->put(record(1, 7)));
  EXPECT_TRUE(other->sync());
  held->reset();
  auto third = other->hold();
  // The server notices in its own time.
  for (int tries = 0; tries < 50 && !third; ++tries) {
    std::this_thread::sleep_for(100ms);
    third = other->hold();
  }
  EXPECT_TRUE(third);
}

TEST(PostgresStore, adds_no_data_key_that_the_others_cannot_open) {
  const auto store = shared_cluster().fresh_store();
  const auto behind = open_postgres(shared_cluster().connection());
  const auto anew = key_file(key_of<context::StoreKey>(0x33));
  ASSERT_TRUE(store->rewrap(anew.wrapper));
  const auto added = behind->add_data_key();
  ASSERT_FALSE(added) << "its wrapper is the one of before";
  EXPECT_EQ(added.why().fault, StoreFault::wrong_key);
  EXPECT_EQ(store->data_keys()->size(), 1U);
  EXPECT_TRUE(store->add_data_key());
}

TEST(PostgresStore, starts_on_an_empty_database_beside_others_that_do_the_same) {
  shared_cluster().empty();
  std::vector<std::unique_ptr<PostgresStore>> stores(4);
  std::vector<std::thread> running;
  for (auto& s : stores) running.emplace_back([&s] { s = open_postgres(shared_cluster().connection()); });
  for (auto& t : running) t.join();
  for (const auto& s : stores) ASSERT_TRUE(s);
  ASSERT_TRUE(stores[0]->put(record(1, 7)));
  ASSERT_TRUE(stores[0]->sync());
  for (const auto& s : stores) EXPECT_EQ(s->load(imsi(1))->seq_reserved, 7U) << "they have the same data key";
  EXPECT_EQ(*stores[0]->data_keys(), std::vector<std::uint32_t>{1});
}

}  // namespace
}  // namespace baton::store
