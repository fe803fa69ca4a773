// imsi_map.h: what is remembered by IMSI, found in one step however many there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

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

/// ImsiMap holds a value for each of many IMSIs. There is no walking through it: the order in which a hash
/// table keeps things would become an order in which things happen. References stay valid until the value is
/// erased.
template <class V>
class ImsiMap {
 public:
  V* find(std::uint64_t number) {
    const auto at = map_.find(number);
    return at == map_.end() ? nullptr : &at->second;
  }
  const V* find(std::uint64_t number) const {
    const auto at = map_.find(number);
    return at == map_.end() ? nullptr : &at->second;
  }
  V* find(const Imsi& imsi) { return find(number_of(imsi)); }
  const V* find(const Imsi& imsi) const { return find(number_of(imsi)); }
  bool contains(const Imsi& imsi) const { return find(imsi) != nullptr; }
  /// put sets the value, and makes it where there is none.
  V& put(std::uint64_t number, V value) {
    return map_.insert_or_assign(number, std::move(value)).first->second;
  }
  V& put(const Imsi& imsi, V value) { return put(number_of(imsi), std::move(value)); }
  bool erase(std::uint64_t number) { return map_.erase(number) > 0; }
  bool erase(const Imsi& imsi) { return erase(number_of(imsi)); }
  void clear() { map_.clear(); }
  void reserve(std::size_t n) { map_.reserve(n); }
  std::size_t size() const { return map_.size(); }
  bool empty() const { return map_.empty(); }

 private:
  /// Numbers of neighbours are neighbours; the table wants them apart.
  struct Hash {
    std::size_t operator()(std::uint64_t v) const noexcept {
      v *= 0x9E3779B97F4A7C15U;
      return v ^ v >> 32U;
    }
  };
  std::unordered_map<std::uint64_t, V, Hash> map_;
};

}  // namespace baton
