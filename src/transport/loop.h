// loop.h: the event loop: readiness of descriptors, timers, signals. One thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/instant.h"

namespace baton::transport {

/// Timer fires once at the instant it was set to. Destroying it stops it.
class Timer {
 public:
  virtual ~Timer() = default;
  /// set replaces an earlier instant. An instant that has passed fires in the next turn.
  virtual void set(Instant at) = 0;
  virtual void stop() = 0;
};

/// Watch tells when a descriptor can be read or written. It does not own the descriptor; destroy the
/// watch before closing it.
class Watch {
 public:
  virtual ~Watch() = default;
  /// want_write asks to be told once when the descriptor can be written.
  virtual void want_write() = 0;
  /// want_read false stops telling about reading, true starts again. A new watch reads.
  virtual void want_read(bool on) = 0;
};

/// Loop runs everything of a process that touches the world. All calls come from the thread that runs
/// it. Destroy what was made from it (timers, watches) first.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// run serves until stop() is called.
  void run();
  /// run_until serves until `done` holds or `at_most` has passed, and says whether it holds. `done` is
  /// asked after every handler.
  bool run_until(const std::function<bool()>& done, Duration at_most);
  /// run_for serves for a while.
  void run_for(Duration time);
  void stop();

  /// now is the system's clock when the loop was made plus the steady time since: it never jumps.
  Instant now() const;

  /// post runs `what` after everything that is ready now: at the end of this turn.
  void post(std::function<void()> what);
  std::unique_ptr<Timer> timer(std::function<void()> fired);
  std::unique_ptr<Watch> watch(int descriptor, std::function<void()> readable,
                               std::function<void()> writable);
  /// keep owns `object` until let_go or the end of the loop: for what outlives its last user for a while.
  void keep(std::shared_ptr<void> object);
  /// let_go drops what was kept, after the current handler.
  void let_go(const void* object);
  /// on_signals calls `what` with the number when one of `signals` arrives, every time.
  void on_signals(std::vector<int> signals, std::function<void(int)> what);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton::transport
