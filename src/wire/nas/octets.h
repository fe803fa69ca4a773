// octets.h: elements whose inside Baton does not look into, with the bounds of their clause.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "wire/cursor.h"

namespace baton::wire::nas {

/// Octets is Min to Max octets that are carried as they are. Two of the same bounds are two types. A
/// default one is Min zero octets, so that no value is ever out of bounds. Text shows the length only:
/// a container may hold what nobody should read in a log.
template <class Tag, std::size_t Min, std::size_t Max>
class Octets {
 public:
  static constexpr std::size_t octets_min = Min;
  static constexpr std::size_t octets_max = Max;

  Octets() : v_(Min, Byte{0}) {}
  /// parse copies `in`; nothing when its length is out of bounds.
  static std::optional<Octets> parse(Bytes in) {
    if (in.size() < Min || in.size() > Max) return std::nullopt;
    return Octets(ByteVector(in.begin(), in.end()));
  }
  /// of is parse for octets that we made ourselves: a wrong length is our bug.
  static Octets of(ByteVector in) {
    assert(in.size() >= Min && in.size() <= Max);
    return Octets(std::move(in));
  }
  const ByteVector& bytes() const { return v_; }
  std::size_t size() const { return v_.size(); }
  bool empty() const { return v_.empty(); }
  void write(Writer& w) const { w.bytes(v_); }
  std::string text() const { return std::to_string(v_.size()) + " octets"; }
  friend bool operator==(const Octets&, const Octets&) = default;

 private:
  explicit Octets(ByteVector v) : v_(std::move(v)) {}
  ByteVector v_;
};

/// HalfOctet is a type 1 element that Baton carries without acting on it.
template <class Tag>
struct HalfOctet {
  Byte value = 0;  ///< 0 to 15
  static std::optional<HalfOctet> from_half(Byte b) { return HalfOctet{static_cast<Byte>(b & 0x0FU)}; }
  Byte half() const { return value & 0x0FU; }
  std::string text() const { return std::to_string(value); }
  friend bool operator==(const HalfOctet&, const HalfOctet&) = default;
};

}  // namespace baton::wire::nas
