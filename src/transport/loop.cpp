#define ASIO_STANDALONE
#define ASIO_NO_DEPRECATED
#include "transport/loop.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <map>
#include <utility>

namespace baton::transport {
namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

struct Loop::Impl {
  asio::io_context io{1};  // one thread: asio leaves out its locks' contention
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  SteadyClock::time_point steady_start = SteadyClock::now();
  Duration system_start =
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
  std::unique_ptr<asio::signal_set> signals;
  std::function<void(int)> on_signal;
  std::map<const void*, std::shared_ptr<void>> kept;

  SteadyClock::time_point steady(Instant at) const { return steady_start + (at.since_epoch - system_start); }
  void await_signal() {
    signals->async_wait([this](const asio::error_code& error, int number) {
      if (error) return;
      on_signal(number);
      await_signal();
    });
  }
};

namespace {

// The part of a timer that a pending wait shares: it may outlive the timer by one handler.
struct TimerState {
  explicit TimerState(asio::io_context& io, std::function<void()> f) : timer(io), fired(std::move(f)) {}
  asio::steady_timer timer;
  std::function<void()> fired;
  std::uint64_t generation = 0;
};

class AsioTimer final : public Timer {
 public:
  using Steady = std::function<SteadyClock::time_point(Instant)>;
  AsioTimer(asio::io_context& io, std::function<void()> fired, Steady steady)
      : state_(std::make_shared<TimerState>(io, std::move(fired))), steady_(std::move(steady)) {}
  ~AsioTimer() override {
    ++state_->generation;
    state_->timer.cancel();
  }
  void set(Instant at) override {
    const std::uint64_t mine = ++state_->generation;
    state_->timer.expires_at(steady_(at));
    state_->timer.async_wait([state = state_, mine](const asio::error_code& error) {
      if (error || state->generation != mine) return;
      ++state->generation;
      state->fired();
    });
  }
  void stop() override {
    ++state_->generation;
    state_->timer.cancel();
  }

 private:
  std::shared_ptr<TimerState> state_;
  Steady steady_;
};

struct WatchState : std::enable_shared_from_this<WatchState> {
  WatchState(asio::io_context& io, int fd, std::function<void()> r, std::function<void()> w)
      : descriptor(io, fd), readable(std::move(r)), writable(std::move(w)) {}
  asio::posix::stream_descriptor descriptor;
  std::function<void()> readable, writable;
  bool gone = false;
  bool reading = true;
  bool read_pending = false;
  bool write_pending = false;

  void await_read() {
    if (gone || !reading || read_pending) return;
    read_pending = true;
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const asio::error_code& error) {
                            self->read_pending = false;
                            if (error || self->gone || !self->reading) return;
                            self->readable();
                            self->await_read();
                          });
  }
  void await_write() {
    if (gone || write_pending) return;
    write_pending = true;
    descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                          [self = shared_from_this()](const asio::error_code& error) {
                            self->write_pending = false;
                            if (error || self->gone) return;
                            self->writable();
                          });
  }
};

class AsioWatch final : public Watch {
 public:
  explicit AsioWatch(std::shared_ptr<WatchState> state) : state_(std::move(state)) { state_->await_read(); }
  ~AsioWatch() override {
    state_->gone = true;
    state_->descriptor.release();  // the owner closes the descriptor
  }
  void want_write() override { state_->await_write(); }
  void want_read(bool on) override {
    state_->reading = on;
    state_->await_read();
  }

 private:
  std::shared_ptr<WatchState> state_;
};

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  impl_->io.restart();
  impl_->io.run();
}

bool Loop::run_until(const std::function<bool()>& done, Duration at_most) {
  impl_->io.restart();
  const auto end = SteadyClock::now() + at_most;
  while (!done()) {
    if (SteadyClock::now() >= end) return false;
    impl_->io.run_one_until(end);
    if (impl_->io.stopped()) return done();
  }
  return true;
}

void Loop::run_for(Duration time) {
  impl_->io.restart();
  impl_->io.run_for(time);
}

void Loop::stop() { impl_->io.stop(); }

Instant Loop::now() const {
  return {impl_->system_start +
          std::chrono::duration_cast<Duration>(SteadyClock::now() - impl_->steady_start)};
}

void Loop::post(std::function<void()> what) { asio::post(impl_->io, std::move(what)); }

std::unique_ptr<Timer> Loop::timer(std::function<void()> fired) {
  return std::make_unique<AsioTimer>(impl_->io, std::move(fired),
                                     [impl = impl_.get()](Instant at) { return impl->steady(at); });
}

std::unique_ptr<Watch> Loop::watch(int descriptor, std::function<void()> readable,
                                   std::function<void()> writable) {
  return std::make_unique<AsioWatch>(
      std::make_shared<WatchState>(impl_->io, descriptor, std::move(readable), std::move(writable)));
}

void Loop::keep(std::shared_ptr<void> object) {
  const void* const name = object.get();
  impl_->kept.emplace(name, std::move(object));
}

void Loop::let_go(const void* object) {
  post([impl = impl_.get(), object] { impl->kept.erase(object); });
}

void Loop::on_signals(std::vector<int> signals, std::function<void(int)> what) {
  impl_->signals = std::make_unique<asio::signal_set>(impl_->io);
  for (const int number : signals) {
    asio::error_code ignored;
    impl_->signals->add(number, ignored);
  }
  impl_->on_signal = std::move(what);
  impl_->await_signal();
}

}  // namespace baton::transport
