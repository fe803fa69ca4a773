// expected.h: a value, or the reason there is none.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace baton {

/// Fail carries the reason out of a function: `return Fail{Reject{...}};`
template <class E>
struct Fail {
  E why;
};
template <class E>
Fail(E) -> Fail<E>;

/// Ok is the value of an operation that succeeds without saying more.
struct Ok {
  friend bool operator==(const Ok&, const Ok&) = default;
};

/// Expected holds a value or the reason there is none. Everything a peer, a file or the network
/// can cause travels in it; assertions are for our own bugs only. When the compiler brings
/// std::expected, this is the one place that changes.
template <class T, class E>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : v_(std::in_place_index<0>, std::move(value)) {}
  template <class F>
  Expected(Fail<F> fail) : v_(std::in_place_index<1>, E(std::move(fail.why))) {}

  explicit operator bool() const { return v_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& why() const {
    assert(v_.index() == 1);
    return *std::get_if<1>(&v_);
  }

 private:
  T& value() {
    assert(v_.index() == 0);
    return *std::get_if<0>(&v_);
  }
  const T& value() const {
    assert(v_.index() == 0);
    return *std::get_if<0>(&v_);
  }
  std::variant<T, E> v_;
};

}  // namespace baton
