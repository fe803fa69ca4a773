#include "runtime/store_worker.h"

#include "runtime/limits.h"

namespace baton::runtime {

StoreWorker::StoreWorker(transport::Loop& loop, store::Store& store)
    : loop_(loop), store_(store), thread_([this] { serve(); }) {}

StoreWorker::~StoreWorker() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  more_.notify_one();
  thread_.join();
  *to_ = nullptr;
}

template <class Add>
bool StoreWorker::add(Add add) {
  {
    const std::lock_guard lock(mutex_);
    if (asked_ >= store_asked_max) return false;
    ++asked_;
    add(waiting_);
  }
  more_.notify_one();
  return true;
}

bool StoreWorker::load(node::StoreToken token, Imsi imsi) {
  return add([&](Batch& b) { b.loads.emplace_back(token, std::move(imsi)); });
}
bool StoreWorker::write(Write write) {
  return add([&](Batch& b) { b.writes.push_back(std::move(write)); });
}
bool StoreWorker::run(Work work, std::function<void()> then) {
  return add([&](Batch& b) { b.works.emplace_back(std::move(work), std::move(then)); });
}

void StoreWorker::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    more_.wait(lock, [this] { return over_ || waiting_.size() > 0; });
    if (over_) return;
    Batch batch = std::exchange(waiting_, {});
    const std::size_t n = batch.size();
    lock.unlock();
    auto results = std::make_shared<Results>(carry_out(std::move(batch)));
    loop_.post([to = to_, results] {
      if (*to) (*to)(*results);
    });
    lock.lock();
    asked_ -= n;
  }
}

StoreWorker::Results StoreWorker::carry_out(Batch batch) {
  Results out;
  if (!batch.loads.empty()) {
    std::vector<Imsi> sought;
    sought.reserve(batch.loads.size());
    for (const auto& [token, imsi] : batch.loads) sought.push_back(imsi);
    auto found = store_.find_all(sought);
    for (std::size_t i = 0; i < found.size(); ++i)
      out.found.emplace_back(batch.loads[i].first, std::move(found[i]));
  }
  for (Write& w : batch.writes) {
    const bool taken = w.record   ? store_.put(std::move(*w.record))
                       : w.erases ? store_.remove(w.imsi, w.version)
                                  : store_.reserve(w.imsi, w.version, w.seq_reserved);
    if (taken)
      out.covered.emplace_back(w.token, std::move(w.imsi));
    else
      out.refused.push_back(w.token);
  }
  if (!batch.writes.empty()) {
    out.done = store_.commit();
    // The node is told that nothing of it happened and loads again; nothing may happen later.
    if (!out.done) store_.crash();
  }
  for (auto& [work, then] : batch.works) {
    work(store_);
    out.then.push_back(std::move(then));
  }
  return out;
}

}  // namespace baton::runtime
