// A store that takes its time is asked beside the loop, in a bounded queue.
#include "runtime/store_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include "runtime/host.h"
#include "runtime/limits.h"
#include "scripted_node.h"
#include "store/memory_store.h"

namespace baton::runtime {
namespace {

using node::Event;

Imsi imsi(std::uint64_t n) {
  std::string digits = std::to_string(n);
  return *Imsi::parse("00101" + std::string(10 - digits.size(), '0') + digits);
}

context::SubscriberRecord record(std::uint64_t n, std::uint64_t seq = 0) {
  const std::array<Byte, 16> key{};
  context::SubscriberRecord r{.imsi = imsi(n), .secret = MilenageSecret{K(key), Opc(key)}};
  r.seq_reserved = seq;
  return r;
}

/// A server that answers nobody while it hangs, and counts how often it is asked.
class Server final : public store::Store {
 public:
  void hang(bool now) {
    {
      const std::lock_guard lock(mutex_);
      hangs_ = now;
    }
    changed_.notify_all();
  }
  std::atomic<int> turns = 0, commits = 0;
  store::MemoryStore inner;

  Found find(const Imsi& who) override { return inner.find(who); }
  std::vector<Found> find_all(const std::vector<Imsi>& imsis) override {
    wait();
    ++turns;
    return store::Store::find_all(imsis);
  }
  bool put(context::SubscriberRecord r) override { return inner.put(std::move(r)); }
  using Store::remove;
  bool remove(const Imsi& who, std::optional<std::uint64_t> version) override {
    return inner.remove(who, version);
  }
  Expected<store::Committed, store::StoreError> commit() override {
    wait();
    ++commits;
    return inner.commit();
  }
  void crash() override { inner.crash(); }
  std::size_t size() const override { return inner.size(); }
  std::vector<Imsi> subscribers() const override { return inner.subscribers(); }
  Expected<std::vector<context::SubscriberRecord>, store::StoreError> range(const std::optional<Imsi>& after,
                                                                            std::size_t limit) override {
    return inner.range(after, limit);
  }
  Expected<store::Joined, store::StoreError> join(const store::Member& who, Instant now,
                                                  Instant until) override {
    return inner.join(who, now, until);
  }
  Expected<Ok, store::StoreError> extend(const store::Member& who, Instant until) override {
    return inner.extend(who, until);
  }

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !hangs_; });
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false;
};

/// A host on such a server, whose node keeps what it hears of the store.
struct Asking {
  Asking() {
    Host::Setup setup;
    setup.store = &server;
    setup.worker = &worker;
    services.metrics = &metrics;
    host = std::make_unique<Host>(services,
                                  scripted("hss",
                                           [this](Event& e, Instant, node::Actions& out) {
                                             if (auto* l = std::get_if<node::SubscriberLoaded>(&e))
                                               loaded.push_back(std::move(*l));
                                             if (auto* s = std::get_if<node::SubscriberSaved>(&e))
                                               saved.push_back(*s);
                                             if (std::holds_alternative<node::Started>(e) && asks) asks(out);
                                           }),
                                  std::move(setup));
  }
  void ask(std::function<void(node::Actions&)> what) {
    asks = std::move(what);
    host->start();
  }
  bool heard(std::size_t loads, std::size_t saves) {
    return loop.run_until([&] { return loaded.size() >= loads && saved.size() >= saves; }, 10s);
  }

  transport::Loop loop;
  Services services{loop};
  Metrics metrics;
  Server server;
  StoreWorker worker{loop, server};
  std::unique_ptr<Host> host;
  std::function<void(node::Actions&)> asks;
  std::vector<node::SubscriberLoaded> loaded;
  std::vector<node::SubscriberSaved> saved;
};

TEST(StoreWorker, does_together_what_waits_and_tells_each_its_own) {
  Asking hss;
  ASSERT_TRUE(hss.server.put(record(1, 10)));
  ASSERT_TRUE(hss.server.sync());
  hss.server.hang(true);
  hss.ask([](node::Actions& out) { out.load({1}, imsi(9)); });
  // While that one is under way: a batch.
  hss.ask([](node::Actions& out) {
    out.load({2}, imsi(1));
    out.load({3}, imsi(2));
    auto old = record(1, 99);
    old.version = 7;
    out.save({4}, std::move(old));
    auto made = record(3, 5);
    made.version = 0;
    out.save({5}, std::move(made));
  });
  hss.server.turns = hss.server.commits = 0;
  hss.server.hang(false);
  ASSERT_TRUE(hss.heard(3, 2));
  EXPECT_LE(hss.server.turns, 2);
  EXPECT_EQ(hss.server.commits, 1);
  std::set<std::uint64_t> tokens;
  for (const auto& l : hss.loaded) {
    EXPECT_EQ(l.fault, context::StoreFault::none);
    EXPECT_EQ(l.record.has_value(), l.token.value == 2);
    tokens.insert(l.token.value);
  }
  EXPECT_EQ(tokens, (std::set<std::uint64_t>{1, 2, 3}));
  for (const auto& s : hss.saved) {
    EXPECT_EQ(s.ok, s.token.value == 5);
    EXPECT_EQ(s.fault, s.token.value == 5 ? context::StoreFault::none : context::StoreFault::conflict);
  }
  EXPECT_EQ(hss.server.load(imsi(1))->seq_reserved, 10u);
  EXPECT_EQ(hss.server.load(imsi(3))->seq_reserved, 5u);
}

TEST(StoreWorker, keeps_the_loop_free_while_a_server_hangs_and_refuses_what_is_too_much) {
  Asking hss;
  hss.server.hang(true);
  hss.ask([](node::Actions& out) {
    for (std::uint64_t n = 0; n < store_asked_max + 3; ++n) out.load({n}, imsi(n));
    out.save({1}, record(1));
  });
  // Refused at once, as who may ask again.
  EXPECT_EQ(hss.loaded.size(), 3u);
  for (const auto& l : hss.loaded) EXPECT_TRUE(context::passes(l.fault));
  ASSERT_EQ(hss.saved.size(), 1u);
  EXPECT_TRUE(context::passes(hss.saved[0].fault));
  int turns = 0;
  std::unique_ptr<transport::Timer> watchdog;
  watchdog = hss.loop.timer([&] {
    ++turns;
    watchdog->set(hss.loop.now() + 1ms);
  });
  watchdog->set(hss.loop.now());
  EXPECT_TRUE(hss.loop.run_until([&] { return turns == 20; }, 10s)) << "others are served meanwhile";
  EXPECT_EQ(hss.loaded.size(), 3u);
  hss.server.hang(false);
  ASSERT_TRUE(hss.heard(store_asked_max + 3, 1));
  hss.ask([](node::Actions& out) { out.load({1}, imsi(1)); });
  ASSERT_TRUE(hss.heard(store_asked_max + 4, 1)) << "and there is room again";
}

TEST(StoreWorker, tells_a_failure_and_stages_nothing_of_it) {
  Asking hss;
  hss.server.inner.fail_syncs(1, context::StoreFault::full);
  hss.ask([](node::Actions& out) { out.save({1}, record(1)); });
  ASSERT_TRUE(hss.heard(0, 1));
  EXPECT_EQ(hss.saved[0].fault, context::StoreFault::full);
  // Work of others finds nothing of it either, and is told in the loop.
  std::size_t found = 9;
  bool done = false;
  ASSERT_TRUE(hss.host->with_store([&](store::Store& s) { found = s.size(); }, [&] { done = true; }));
  ASSERT_TRUE(hss.loop.run_until([&] { return done; }, 10s));
  EXPECT_EQ(found, 0u);
}

TEST(StoreWorker, ends_with_what_is_under_way_and_tells_nobody_who_is_gone) {
  auto hss = std::make_unique<Asking>();
  hss->server.hang(true);
  hss->ask([](node::Actions& out) { out.load({1}, imsi(1)); });
  hss->host.reset();
  hss->server.hang(false);
  hss->loop.run_for(20ms);
  EXPECT_TRUE(hss->loaded.empty());
}

}  // namespace
}  // namespace baton::runtime
