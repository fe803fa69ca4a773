// What is in memory in front of a store is never other than what lies in it.
#include "store/cached_store.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"
#include "store/support.h"

namespace baton::store {
namespace {

struct World {
  explicit World(std::size_t max = 100) {
    auto below = std::make_unique<MemoryStore>();
    memory = below.get();
    store = std::make_unique<CachedStore>(std::move(below), max);
    for (int n = 1; n <= 5; ++n) EXPECT_TRUE(store->put(record(n, 10)));
    EXPECT_TRUE(store->sync());
  }
  std::uint64_t seq(int n) {
    const auto found = store->load(imsi(n));
    return found ? found->seq_reserved : 0;
  }
  MemoryStore* memory = nullptr;
  std::unique_ptr<CachedStore> store;
};

TEST(CachedStore, answers_from_memory_what_it_has_read_or_written) {
  World w;
  EXPECT_EQ(w.seq(1), 10U);
  EXPECT_EQ(w.store->hits(), 0U);
  auto r = w.store->load(imsi(1));
  EXPECT_EQ(w.store->hits(), 1U);
  r->seq_reserved = 20;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  EXPECT_EQ(w.seq(1), 20U) << "seen before it is durable";
  ASSERT_TRUE(w.store->sync());
  const auto hits = w.store->hits();
  EXPECT_EQ(w.seq(1), 20U);
  EXPECT_EQ(w.store->hits(), hits + 1);
  EXPECT_EQ(w.store->load(imsi(1))->version, w.memory->load(imsi(1))->version);
  ASSERT_TRUE(w.store->reserve(imsi(1), w.store->load(imsi(1))->version, 52));
  ASSERT_TRUE(w.store->sync());
  EXPECT_EQ(w.seq(1), 52U);
  EXPECT_EQ(w.memory->load(imsi(1))->seq_reserved, 52U);
  EXPECT_EQ(w.store->load(imsi(1))->version, w.memory->load(imsi(1))->version);
}

TEST(CachedStore, forgets_what_did_not_happen) {
  World w;
  for (int n = 1; n <= 3; ++n) EXPECT_EQ(w.seq(n), 10U);
  // A commit that fails.
  auto r = w.store->load(imsi(1));
  r->seq_reserved = 20;
  ASSERT_TRUE(w.store->put(std::move(*r)));
  w.memory->fail_syncs(1, StoreFault::full);
  EXPECT_FALSE(w.store->sync());
  w.store->crash();
  EXPECT_EQ(w.seq(1), 10U);
  // One that is never tried.
  ASSERT_TRUE(w.store->reserve(imsi(2), w.store->load(imsi(2))->version, 42));
  w.store->crash();
  EXPECT_EQ(w.seq(2), 10U);
  // A removal.
  ASSERT_TRUE(w.store->remove(imsi(3)));
  EXPECT_FALSE(w.store->load(imsi(3)));
  ASSERT_TRUE(w.store->sync());
  EXPECT_FALSE(w.store->load(imsi(3)));
  EXPECT_EQ(w.store->size(), 4U);
}

TEST(CachedStore, drops_a_record_that_another_has_written) {
  World w;
  auto mine = w.store->load(imsi(1));
  auto theirs = w.memory->load(imsi(1));
  theirs->seq_reserved = 99;
  ASSERT_TRUE(w.memory->put(std::move(*theirs)));
  ASSERT_TRUE(w.memory->sync());
  EXPECT_EQ(w.seq(1), 10U) << "not seen yet: that is the price";
  mine->seq_reserved = 42;
  ASSERT_TRUE(w.store->put(std::move(*mine)));
  const auto done = w.store->commit();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->conflicts, std::vector<Imsi>{imsi(1)});
  EXPECT_EQ(w.seq(1), 99U) << "what the other wrote stands, and is read now";
}

TEST(CachedStore, keeps_within_its_bound) {
  World w(3);
  for (int round = 0; round < 3; ++round)
    for (int n = 1; n <= 5; ++n) {
      EXPECT_EQ(w.seq(n), 10U);
      EXPECT_LE(w.store->cached(), 3U);
    }
  EXPECT_FALSE(w.store->load(imsi(77)));
  EXPECT_EQ(w.store->cached(), 3U) << "nobody is not remembered";
}

TEST(CachedStore, says_when_the_store_below_cannot_say) {
  World w;
  w.memory->fail_loads(1, StoreFault::gone);
  const auto found = w.store->find(imsi(1));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.why().fault, StoreFault::gone);
  EXPECT_EQ(w.seq(1), 10U);
  w.memory->fail_loads(1, StoreFault::gone);
  EXPECT_EQ(w.seq(1), 10U) << "what is in memory needs nobody";
}

}  // namespace
}  // namespace baton::store
