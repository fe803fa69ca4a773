// nas_count.h: the count of NAS messages under one KASME.
#pragma once

#include <cassert>
#include <compare>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace baton {

/// NasCount is OVERFLOW (16 bits) || SQN (8 bits). Algorithms and derivations see it as 32 bits with eight
/// leading zeros.
//= TS 24.301, 4.4.3.1
class NasCount {
 public:
  static constexpr std::uint32_t max = 0xFF'FFFF;

  constexpr NasCount() = default;
  /// from refuses more than 24 bits.
  static constexpr std::optional<NasCount> from(std::uint32_t v) {
    if (v > max) return std::nullopt;
    return NasCount(v);
  }
  static constexpr NasCount of(std::uint16_t overflow, Byte sqn) {
    return NasCount(static_cast<std::uint32_t>(overflow) << 8U | sqn);
  }

  constexpr std::uint32_t value() const { return v_; }
  /// sqn is the part that travels.
  constexpr Byte sqn() const { return static_cast<Byte>(v_ & 0xFFU); }
  constexpr std::uint16_t overflow() const { return static_cast<std::uint16_t>(v_ >> 8U); }
  /// The count after this one; nothing after the last: it never wraps.
  constexpr std::optional<NasCount> next() const { return from(v_ + 1); }

  friend constexpr auto operator<=>(const NasCount&, const NasCount&) = default;

 private:
  constexpr explicit NasCount(std::uint32_t v) : v_(v) {}
  std::uint32_t v_ = 0;
};

/// NasCounter is one direction of a security context: the lowest COUNT not used yet. It only grows, and
/// after the last COUNT it is spent.
//= TS 24.301, 4.4.3.1 and 4.4.3.5
class NasCounter {
 public:
  constexpr NasCounter() = default;
  /// starting_at is for a context that was transferred or kept: `next` is the first COUNT to be used.
  static constexpr NasCounter starting_at(NasCount next) {
    NasCounter c;
    c.next_ = next.value();
    return c;
  }

  constexpr bool spent() const { return next_ > NasCount::max; }
  /// The lowest COUNT not used yet; nothing when spent.
  constexpr std::optional<NasCount> next() const { return NasCount::from(next_); }
  /// The highest COUNT used; nothing when none was.
  constexpr std::optional<NasCount> last() const {
    if (next_ == 0) return std::nullopt;
    return NasCount::from(next_ - 1);
  }
  /// COUNTs left; below a threshold the network runs a new AKA.
  constexpr std::uint32_t left() const { return NasCount::max + 1 - next_; }

  /// estimate is the lowest unused COUNT whose low `bits` bits (8, or 5 in a Service Request) are those of
  /// `sqn`. It never goes back and never wraps: nothing when there is no such COUNT. It changes nothing.
  constexpr std::optional<NasCount> estimate(Byte sqn, unsigned bits = 8) const {
    const std::uint32_t period = 1U << bits;
    const std::uint32_t ahead = (sqn - next_) & (period - 1);
    return NasCount::from(next_ + ahead);
  }
  /// used marks `c` and everything below as used. `c` is not below next(): an earlier one is our own bug.
  constexpr void used(NasCount c) {
    assert(c.value() >= next_);
    next_ = c.value() + 1;
  }

  friend constexpr bool operator==(const NasCounter&, const NasCounter&) = default;

 private:
  std::uint32_t next_ = 0;  ///< 0 to 2^24; 2^24 when spent
};

}  // namespace baton
