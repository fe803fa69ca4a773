// procedure.h: a procedure of a node as a coroutine: events in, actions out, steps in order.
//
// A node stays a function from event to actions. Inside, a procedure that spans several messages
// reads from top to bottom and says where it waits and for what:
//
//     Procedure attach(Ue& ue) {
//       auto identify = identification(ue);         // a Task: starts when it is awaited
//       auto imsi = co_await identify;
//       auto wait = ue.inbox.next<Answer, Expiry>();
//       auto got = co_await wait;                    // std::variant<Answer, Expiry>
//       ...
//     }
//
// Only named objects may be awaited: g++ 12.2 destroys class temporaries of a co_await operand twice.
// The types here refuse anything else at compile time, and parameters of a coroutine are references to
// what outlives the frame, or values.
//
// Cancelling is destroying: every frame of the procedure, nested ones first, runs its destructors, so
// each Secret in them is wiped and nothing listens any more. A procedure is never destroyed while it
// runs; whoever owns it reaps it after offer() has returned.
#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace baton::node {

/// Procedure owns a root coroutine. It is created asleep and set going by Inbox::start. An empty one is
/// done. Destroying or replacing it cancels what it was doing.
class [[nodiscard]] Procedure {
 public:
  struct promise_type {
    Procedure get_return_object() {
      return Procedure(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }  // code below the line does not throw
  };

  Procedure() = default;
  Procedure(Procedure&& o) noexcept : h_(std::exchange(o.h_, {})) {}
  Procedure& operator=(Procedure&& o) noexcept {
    if (this != &o) {
      drop();
      h_ = std::exchange(o.h_, {});
    }
    return *this;
  }
  Procedure(const Procedure&) = delete;
  Procedure& operator=(const Procedure&) = delete;
  ~Procedure() { drop(); }

  /// done is true when there is nothing left to run: never given a coroutine, or it returned.
  bool done() const { return !h_ || h_.done(); }

 private:
  template <class Event>
  friend class Inbox;
  explicit Procedure(std::coroutine_handle<promise_type> h) : h_(h) {}
  void drop() {
    if (h_) std::exchange(h_, {}).destroy();
  }
  std::coroutine_handle<promise_type> h_;
};

namespace detail {

/// What the promise of every Task does, whatever it returns.
struct TaskPromiseBase {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) const noexcept {
      // Back to whoever awaits. A Task only ever runs when it is awaited, so there is someone.
      return h.promise().awaiting;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() { std::terminate(); }
  std::coroutine_handle<> awaiting;
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::coroutine_handle<TaskPromise> self() {
    return std::coroutine_handle<TaskPromise>::from_promise(*this);
  }
  std::coroutine_handle<TaskPromise> get_return_object() { return self(); }
  template <class U>
  void return_value(U&& v) {
    result.emplace(std::forward<U>(v));
  }
  T take() { return std::move(*result); }
  std::optional<T> result;
};
template <>
struct TaskPromise<void> : TaskPromiseBase {
  std::coroutine_handle<TaskPromise> get_return_object() {
    return std::coroutine_handle<TaskPromise>::from_promise(*this);
  }
  void return_void() {}
  void take() {}
};

}  // namespace detail

/// Task is a nested coroutine: a part of a procedure with a result. It starts when it is awaited and
/// may itself await the inbox and other tasks. It may be awaited once.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  Task(std::coroutine_handle<promise_type> h) : h_(h) {}
  Task(Task&& o) noexcept : h_(std::exchange(o.h_, {})) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (h_) h_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> h;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      h.promise().awaiting = awaiting;
      return h;  // symmetric transfer: the stack does not grow with nesting
    }
    T await_resume() { return h.promise().take(); }
  };
  Awaiter operator co_await() & noexcept {
    assert(h_ && !h_.done() && !h_.promise().awaiting);
    return Awaiter{h_};
  }
  void operator co_await() && = delete;  // name the task first

 private:
  std::coroutine_handle<promise_type> h_;
};

/// How many events may pile up for one procedure while it runs (Inbox::offer). What a procedure does can
/// make its neighbours report at once (a peer that is down answers "unreachable" inside the request), a
/// handful at most; more than this is refused like an unexpected event.
inline constexpr std::size_t events_waiting_max = 16;

/// Inbox is a procedure's only door to the world: one for each context that runs procedures. `Event` is a
/// std::variant of everything such a procedure can wait for.
template <class Event>
class Inbox {
 public:
  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  ~Inbox() { assert(!running_); }

  /// Wait suspends whoever awaits it until one of Ms arrives. One Ms gives that type, more give a variant.
  template <class... Ms>
  class [[nodiscard]] Wait {
    static_assert(sizeof...(Ms) > 0);

   public:
    using Got = std::variant<Ms...>;
    explicit Wait(Inbox& in) : in_(in) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (in_.slot_ == this) in_.deafen();  // a dropped procedure no longer listens
    }

    struct Awaiter {
      Wait& wait;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) noexcept { wait.in_.listen(h, &wait, &Wait::take); }
      auto await_resume() {
        if constexpr (sizeof...(Ms) == 1) {
          auto got = std::move(std::get<0>(*wait.got_));
          wait.got_.reset();
          return got;
        } else {
          auto got = std::move(*wait.got_);
          wait.got_.reset();
          return got;
        }
      }
    };
    Awaiter operator co_await() & noexcept { return Awaiter{*this}; }
    void operator co_await() && = delete;  // name the wait first

   private:
    static bool take(void* slot, Event& e) {
      auto& self = *static_cast<Wait*>(slot);
      return std::visit(
          [&self](auto& m) {
            using M = std::decay_t<decltype(m)>;
            if constexpr ((std::is_same_v<M, Ms> || ...)) {
              self.got_.emplace(std::in_place_type<M>, std::move(m));
              return true;
            } else {
              return false;
            }
          },
          e);
    }
    Inbox& in_;
    std::optional<Got> got_;
  };

  template <class... Ms>
  Wait<Ms...> next() {
    return Wait<Ms...>(*this);
  }

  /// start runs `p` until it waits or is done.
  void start(Procedure& p) {
    assert(!running_ && !slot_ && p.h_ && !p.h_.done());
    resume(p.h_);
    drain();
  }

  /// offer hands an event to the waiting procedure and runs it until it waits again or is done. False:
  /// the procedure does not expect this event (or there is none); `e` is as it was, nothing has changed.
  /// While the procedure runs the event is kept until it waits; if it is not wanted then, it comes back
  /// through unclaimed().
  bool offer(Event&& e) {
    if (running_) {
      if (waiting_.size() >= events_waiting_max) return false;
      waiting_.push_back(std::move(e));
      return true;
    }
    if (!deliver(e)) return false;
    drain();
    return true;
  }

  /// unclaimed gives back, in order, the events that were kept while the procedure ran and that it did
  /// not want afterwards. They belong to the node's default table.
  std::optional<Event> unclaimed() {
    if (unclaimed_.empty()) return std::nullopt;
    std::optional<Event> e(std::move(unclaimed_.front()));
    unclaimed_.pop_front();
    return e;
  }

  /// running is true inside a procedure of this inbox: then it must be neither replaced nor destroyed.
  bool running() const { return running_; }
  /// listening is true while a procedure waits here.
  bool listening() const { return slot_ != nullptr; }

 private:
  using Take = bool (*)(void*, Event&);

  void listen(std::coroutine_handle<> h, void* slot, Take take) {
    assert(!slot_);  // a procedure waits in one place at a time
    leaf_ = h;
    slot_ = slot;
    take_ = take;
  }
  void deafen() {
    leaf_ = {};
    slot_ = nullptr;
    take_ = nullptr;
  }
  bool deliver(Event& e) {
    if (!take_ || !take_(slot_, e)) return false;
    auto h = leaf_;
    deafen();
    resume(h);
    return true;
  }
  void resume(std::coroutine_handle<> h) {
    running_ = true;
    h.resume();
    running_ = false;
  }
  void drain() {
    while (!waiting_.empty()) {
      Event e = std::move(waiting_.front());
      waiting_.pop_front();
      if (!deliver(e)) unclaimed_.push_back(std::move(e));
    }
  }

  std::coroutine_handle<> leaf_;
  void* slot_ = nullptr;
  Take take_ = nullptr;
  bool running_ = false;
  std::deque<Event> waiting_;
  std::deque<Event> unclaimed_;
};

}  // namespace baton::node
