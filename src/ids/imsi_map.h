// imsi_map.h: what is remembered by IMSI, found in one step however many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "ids/subscriber_id.h"

namespace baton {

/// number_of is the digits of an IMSI as a number, behind a 1: so two of different lengths differ.
inline std::uint64_t number_of(const Imsi& imsi) {
  std::uint64_t v = 1;
  for (const char c : imsi.digits()) v = v * 10 + static_cast<std::uint64_t>(c - '0');
  return v;
}
/// imsi_of is the other way; nothing for what is no IMSI's number.
Expected<Imsi, IdError> imsi_of(std::uint64_t number);

/// ImsiMap holds a value for each of many IMSIs: one look into a table of numbers and one at the value. There
/// is no walking through it: the order in which a hash table keeps things would become an order in which
/// things happen. References stay valid until the value is erased.
template <class V>
class ImsiMap {
 public:
  V* find(std::uint64_t number) {
    const std::size_t at = slot_of(number);
    return at == nowhere ? nullptr : &*values_[slots_[at].value];
  }
  const V* find(std::uint64_t number) const {
    const std::size_t at = slot_of(number);
    return at == nowhere ? nullptr : &*values_[slots_[at].value];
  }
  V* find(const Imsi& imsi) { return find(number_of(imsi)); }
  const V* find(const Imsi& imsi) const { return find(number_of(imsi)); }
  bool contains(const Imsi& imsi) const { return find(imsi) != nullptr; }
  /// put sets the value, and makes it where there is none.
  V& put(std::uint64_t number, V value) {
    if (V* const there = find(number)) return *there = std::move(value);
    if (2 * (size_ + 1) > slots_.size()) grow();
    std::uint32_t at = 0;
    if (free_.empty()) {
      at = static_cast<std::uint32_t>(values_.size());
      values_.emplace_back(std::move(value));
    } else {
      at = free_.back();
      free_.pop_back();
      values_[at].emplace(std::move(value));
    }
    place({number, at});
    ++size_;
    return *values_[at];
  }
  V& put(const Imsi& imsi, V value) { return put(number_of(imsi), std::move(value)); }
  bool erase(std::uint64_t number) {
    std::size_t at = slot_of(number);
    if (at == nowhere) return false;
    values_[slots_[at].value].reset();
    free_.push_back(slots_[at].value);
    --size_;
    // Whoever stands behind because of it moves up, so that a search may end at the first empty slot.
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t next = (at + 1) & mask; slots_[next].number != 0; next = (next + 1) & mask) {
      const std::size_t home = hash(slots_[next].number) & mask;
      if (((next - home) & mask) < ((next - at) & mask)) continue;
      slots_[at] = slots_[next];
      at = next;
    }
    slots_[at] = {};
    return true;
  }
  bool erase(const Imsi& imsi) { return erase(number_of(imsi)); }
  void clear() {
    slots_.clear();
    values_.clear();
    free_.clear();
    size_ = 0;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  /// No IMSI's number is 0.
  struct Slot {
    std::uint64_t number = 0;
    std::uint32_t value = 0;  ///< index in values_
  };
  static constexpr std::size_t nowhere = ~std::size_t{0};

  /// Numbers of neighbours are neighbours; the table wants them apart.
  static std::size_t hash(std::uint64_t v) {
    v *= 0x9E3779B97F4A7C15U;
    return v ^ v >> 32U;
  }
  std::size_t slot_of(std::uint64_t number) const {
    if (slots_.empty() || number == 0) return nowhere;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash(number) & mask; slots_[at].number != 0; at = (at + 1) & mask)
      if (slots_[at].number == number) return at;
    return nowhere;
  }
  void place(const Slot& s) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash(s.number) & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = s;
  }
  void grow() {
    std::vector<Slot> before(std::max<std::size_t>(16, 2 * slots_.size()));
    before.swap(slots_);
    for (const Slot& s : before)
      if (s.number != 0) place(s);
  }

  std::vector<Slot> slots_;  ///< a power of two of them, at least half of them empty
  std::deque<std::optional<V>> values_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace baton
