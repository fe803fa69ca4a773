// store_worker.h: asks a store that takes its time, on a thread of its own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "node/node.h"
#include "store/store.h"
#include "transport/loop.h"

namespace baton::runtime {

/// StoreWorker has a store to itself: nobody else uses it while the worker lives. What is asked waits in a
/// bounded queue; all that waits is done together, reads with one find_all(), writes with one commit(), and
/// the results come back in a turn of the loop. A server that hangs costs its requests their time, and the
/// loop nothing.
class StoreWorker {
 public:
  struct Write {
    node::StoreToken token;
    Imsi imsi;
    std::unique_ptr<context::SubscriberRecord> record{};  ///< to be put; absent: one of the others
    bool erases = false;                                  ///< otherwise it reserves
    std::optional<std::uint64_t> version{};
    std::uint64_t seq_reserved = 0;
  };
  struct Results {
    std::vector<std::pair<node::StoreToken, store::Store::Found>> found{};
    std::vector<std::pair<node::StoreToken, Imsi>> covered{};  ///< writes that `done` is about
    std::vector<node::StoreToken> refused{};                   ///< writes that the store had no room for
    Expected<store::Committed, store::StoreError> done = store::Committed{};
    std::vector<std::function<void()>> then{};
  };
  using Work = std::function<void(store::Store&)>;

  StoreWorker(transport::Loop& loop, store::Store& store);
  /// What is under way is done, what waits is not.
  ~StoreWorker();
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;

  /// on_results says who gets them, in the loop's thread.
  void on_results(std::function<void(Results&)> to) { *to_ = std::move(to); }

  /// Each asks for something; false when too much waits already (limits.h, store_asked_max).
  bool load(node::StoreToken token, Imsi imsi);
  bool write(Write write);
  /// run has `work` done with the store, of which nothing is staged then, and `then` in the loop.
  bool run(Work work, std::function<void()> then);

 private:
  struct Batch {
    std::vector<std::pair<node::StoreToken, Imsi>> loads{};
    std::vector<Write> writes{};
    std::vector<std::pair<Work, std::function<void()>>> works{};
    std::size_t size() const { return loads.size() + writes.size() + works.size(); }
  };
  void serve();
  Results carry_out(Batch batch);
  template <class Add>
  bool add(Add add);

  transport::Loop& loop_;
  store::Store& store_;
  std::mutex mutex_;
  std::condition_variable more_;
  Batch waiting_;          ///< under mutex_
  std::size_t asked_ = 0;  ///< waiting or under way; under mutex_
  bool over_ = false;      ///< under mutex_
  /// Of the loop's thread. What was posted may come after the worker is gone.
  std::shared_ptr<std::function<void(Results&)>> to_ = std::make_shared<std::function<void(Results&)>>();
  std::thread thread_;
};

}  // namespace baton::runtime
