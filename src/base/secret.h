// secret.h: secret octets are moved, wiped, compared in constant time, and cannot be printed.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <compare>
#include <cstddef>
#include <iosfwd>
#include <span>

#include "base/bytes.h"

namespace baton {

/// wipe_memory is secure_wipe() of any length.
void wipe_memory(void* memory, std::size_t octets);

/// secure_wipe clears memory in a way the optimiser cannot remove.
inline void secure_wipe(void* memory, std::size_t octets) {
  // Most secrets are 8 to 64 octets of a length the compiler knows: a few stores, where a call costs more.
  // The barrier reads the memory as far as the compiler knows, so that no store to it is dropped.
  if (__builtin_constant_p(octets) && octets > 0 && octets <= 128) {
    std::fill_n(static_cast<Byte*>(memory), octets, Byte{0});
    asm volatile("" : : "r"(memory) : "memory");
    return;
  }
  wipe_memory(memory, octets);
}

/// constant_time_equal takes the same time wherever the first difference lies. Different lengths
/// compare unequal at once: a length is not a secret here.
bool constant_time_equal(Bytes a, Bytes b);

/// Secret is N secret octets. They exist once: moved, never copied; wiped when they die or are
/// moved from; compared in constant time; impossible to stream. `Tag` makes two keys of one size
/// two types. `expose` is the one word a reviewer searches for. `clone` exists for the few places
/// where a key really is held twice in one node (a stored context and a message under way) and is
/// as easy to search for.
template <class Tag, std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size = N;

  explicit Secret(std::span<const Byte, N> in) { std::copy(in.begin(), in.end(), b_.begin()); }
  Secret(Secret&& o) noexcept : b_(o.b_) { secure_wipe(o.b_.data(), N); }
  Secret& operator=(Secret&& o) noexcept {
    if (this != &o) {
      b_ = o.b_;
      secure_wipe(o.b_.data(), N);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { secure_wipe(b_.data(), N); }

  std::span<const Byte, N> expose() const { return b_; }
  [[nodiscard]] Secret clone() const { return Secret(expose()); }

  friend bool operator==(const Secret& a, const Secret& b) { return constant_time_equal(a.b_, b.b_); }
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::array<Byte, N> b_{};
};

/// ShortSecret is a secret of at most Max octets whose length is public (XRES: 4 to 16 octets).
template <class Tag, std::size_t Max>
class ShortSecret {
 public:
  static constexpr std::size_t size_max = Max;

  explicit ShortSecret(Bytes in) : n_(in.size()) {
    assert(in.size() <= Max);
    std::copy(in.begin(), in.end(), b_.begin());
  }
  ShortSecret(ShortSecret&& o) noexcept : b_(o.b_), n_(o.n_) { o.wipe(); }
  ShortSecret& operator=(ShortSecret&& o) noexcept {
    if (this != &o) {
      b_ = o.b_;
      n_ = o.n_;
      o.wipe();
    }
    return *this;
  }
  ShortSecret(const ShortSecret&) = delete;
  ShortSecret& operator=(const ShortSecret&) = delete;
  ~ShortSecret() { wipe(); }

  Bytes expose() const { return Bytes(b_.data(), n_); }
  std::size_t size() const { return n_; }
  [[nodiscard]] ShortSecret clone() const { return ShortSecret(expose()); }

  friend bool operator==(const ShortSecret& a, const ShortSecret& b) {
    return constant_time_equal(a.expose(), b.expose());
  }
  friend std::ostream& operator<<(std::ostream&, const ShortSecret&) = delete;

 private:
  void wipe() {
    secure_wipe(b_.data(), Max);
    n_ = 0;
  }
  std::array<Byte, Max> b_{};
  std::size_t n_ = 0;
};

/// Public is N octets that travel in the clear: copyable, comparable, printable.
template <class Tag, std::size_t N>
struct Public {
  static constexpr std::size_t size = N;
  std::array<Byte, N> bytes{};

  /// from copies exactly N octets; the caller has checked the length.
  static Public from(Bytes in) {
    assert(in.size() == N);
    Public out;
    std::copy(in.begin(), in.end(), out.bytes.begin());
    return out;
  }
  friend auto operator<=>(const Public&, const Public&) = default;
};

}  // namespace baton
