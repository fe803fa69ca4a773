#include "transport/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <csignal>

#include "transport/descriptor.h"

namespace baton::transport {
namespace {

TEST(Loop, timers_fire_in_order_of_their_instants) {
  Loop loop;
  std::vector<int> fired;
  auto late = loop.timer([&] { fired.push_back(2); });
  auto early = loop.timer([&] { fired.push_back(1); });
  late->set(loop.now() + 20ms);
  early->set(loop.now() + 5ms);
  ASSERT_TRUE(loop.run_until([&] { return fired.size() == 2; }, 2s));
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
}

TEST(Loop, a_timer_that_is_set_again_fires_once_at_the_later_instant) {
  Loop loop;
  int fired = 0;
  auto timer = loop.timer([&] { ++fired; });
  timer->set(loop.now() + 1ms);
  timer->set(loop.now() + 10ms);
  loop.run_for(40ms);
  EXPECT_EQ(fired, 1);
}

TEST(Loop, a_stopped_or_destroyed_timer_stays_silent) {
  Loop loop;
  int fired = 0;
  auto stopped = loop.timer([&] { ++fired; });
  auto destroyed = loop.timer([&] { ++fired; });
  stopped->set(loop.now());
  destroyed->set(loop.now());
  stopped->stop();
  destroyed.reset();
  loop.run_for(10ms);
  EXPECT_EQ(fired, 0);
}

TEST(Loop, a_timer_may_destroy_itself_while_it_fires) {
  Loop loop;
  std::unique_ptr<Timer> timer;
  bool fired = false;
  timer = loop.timer([&] {
    timer.reset();
    fired = true;
  });
  timer->set(loop.now());
  EXPECT_TRUE(loop.run_until([&] { return fired; }, 1s));
}

TEST(Loop, what_is_posted_runs_after_what_is_ready) {
  Loop loop;
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] { order.push_back(3); });
    order.push_back(1);
  });
  loop.post([&] { order.push_back(2); });
  loop.run_for(5ms);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Loop, a_watch_tells_of_octets_and_of_room) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  const Descriptor a(ends[0]), b(ends[1]);
  Loop loop;
  int readable = 0, writable = 0;
  auto watch = loop.watch(
      a.get(),
      [&] {
        char c;
        ASSERT_EQ(::read(a.get(), &c, 1), 1);
        ++readable;
      },
      [&] { ++writable; });
  loop.run_for(5ms);
  EXPECT_EQ(readable, 0);
  EXPECT_EQ(writable, 0);
  ASSERT_EQ(::write(b.get(), "xy", 2), 2);
  watch->want_write();
  EXPECT_TRUE(loop.run_until([&] { return readable == 2 && writable == 1; }, 1s));
  watch->want_read(false);
  ASSERT_EQ(::write(b.get(), "z", 1), 1);
  loop.run_for(5ms);
  EXPECT_EQ(readable, 2);
  watch->want_read(true);
  EXPECT_TRUE(loop.run_until([&] { return readable == 3; }, 1s));
}

TEST(Loop, its_clock_begins_at_the_systems_and_does_not_run_back) {
  Loop loop;
  const auto system =
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
  const Instant first = loop.now();
  EXPECT_LT(first.since_epoch - system, 1s);
  EXPECT_GT(first.since_epoch - system, -1s);
  EXPECT_LE(first, loop.now());
}

TEST(Loop, signals_arrive_as_events) {
  Loop loop;
  std::vector<int> seen;
  loop.on_signals({SIGUSR1, SIGUSR2}, [&](int number) { seen.push_back(number); });
  std::raise(SIGUSR1);
  ASSERT_TRUE(loop.run_until([&] { return seen.size() == 1; }, 1s));
  std::raise(SIGUSR2);
  ASSERT_TRUE(loop.run_until([&] { return seen.size() == 2; }, 1s));
  EXPECT_EQ(seen, (std::vector<int>{SIGUSR1, SIGUSR2}));
}

}  // namespace
}  // namespace baton::transport
