// The HSSs of a store: how far each may have come by the clock, and whose indices are whose.
#include <gtest/gtest.h>

#include <functional>

#include "store/cached_store.h"
#include "store/memory_store.h"
#include "store/postgres_cluster.h"
#include "store/support.h"

namespace baton::store {
namespace {

using Opens = std::function<std::unique_ptr<Store>(const Folder&)>;
class Members : public testing::TestWithParam<Opens> {};

Member member(const std::string& name, std::uint32_t first, std::uint32_t indices, std::uint64_t run = 1) {
  return {name, run, first, indices, false};
}
Instant at(std::int64_t seconds) { return Instant{std::chrono::seconds(seconds)}; }

//= TS 33.102, C.1.1.3; type=test
TEST_P(Members, remembers_how_far_sequence_numbers_of_the_clock_may_have_gone) {
  Folder folder;
  const auto opened = GetParam()(folder);
  Store& store = *opened;
  const auto first = store.join(member("hss1.test", 0, 16), at(1000), at(1060));
  ASSERT_TRUE(first) << first.why().what;
  EXPECT_EQ(first->after, Instant{}) << "nobody was there before";
  ASSERT_TRUE(store.extend(member("hss1.test", 0, 16), at(1120)));
  ASSERT_TRUE(store.extend(member("hss1.test", 0, 16), at(1100))) << "and it does not go back";
  // The same HSS starts again, by a clock that was put back.
  const auto again = store.join(member("hss1.test", 0, 16, 2), at(500), at(560));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->after, at(1120));
  EXPECT_TRUE(again->displaced.empty());
  // The earlier start is over, whatever it thinks.
  const auto late = store.extend(member("hss1.test", 0, 16, 1), at(2000));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.why().fault, StoreFault::conflict);
  const auto third = store.join(member("hss1.test", 0, 16, 3), at(600), at(660));
  ASSERT_TRUE(third);
  EXPECT_EQ(third->after, at(1120)) << "what a start noted does not lower it";
}

//= TS 33.102, C.3.4; type=test
TEST_P(Members, gives_each_hss_indices_of_its_own) {
  Folder folder;
  const auto opened = GetParam()(folder);
  Store& store = *opened;
  ASSERT_TRUE(store.join(member("hss1.test", 0, 16), at(1000), at(1060)));
  ASSERT_TRUE(store.join(member("hss2.test", 16, 16), at(1000), at(1070))) << "beside it";
  for (const auto& [first, indices] : {std::pair(0U, 1U), std::pair(15U, 2U), std::pair(31U, 1U)}) {
    const auto other = store.join(member("hss3.test", first, indices), at(1050), at(1110));
    ASSERT_FALSE(other) << first;
    EXPECT_EQ(other.why().fault, StoreFault::conflict);
    EXPECT_NE(other.why().what.find(first < 16 ? "hss1.test" : "hss2.test"), std::string::npos)
        << other.why().what;
  }
  // When it has not been heard of for long enough its range is free, above all that it gave.
  const auto later = store.join(member("hss3.test", 0, 4), at(1061), at(1121));
  ASSERT_TRUE(later) << later.why().what;
  EXPECT_EQ(later->after, at(1070)) << "the highest of them all";
  EXPECT_EQ(later->displaced, std::vector<std::string>{"hss1.test"});
  EXPECT_FALSE(store.extend(member("hss1.test", 0, 16), at(1200))) << "it gives none any more by the clock";
  EXPECT_TRUE(store.extend(member("hss2.test", 16, 16), at(1200)));
  // Where a lock says that nobody else runs nobody is in the way.
  Member alone = member("renamed.test", 0, 32);
  alone.alone = true;
  const auto moved = store.join(alone, at(1100), at(1160));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->after, at(1200));
  EXPECT_EQ(moved->displaced.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Stores, Members,
    testing::Values(Opens([](const Folder&) { return std::make_unique<MemoryStore>(); }),
                    Opens([](const Folder& f) { return open_sqlite(f.file("s.db")); }),
                    Opens([](const Folder& f) {
                      return std::make_unique<CachedStore>(open_sqlite(f.file("s.db")), 1000);
                    }),
                    Opens([](const Folder&) { return shared_cluster().fresh_store(); })));

}  // namespace
}  // namespace baton::store
