// plmn_id.h: MCC and MNC.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "ids/digits.h"

namespace baton {

/// PlmnId is a mobile country code and network code. Two-digit and three-digit network codes are
/// different networks ("001"/"01" is not "001"/"010").
class PlmnId {
 public:
  /// parse reads "00101" or "310410": MCC and MNC without a separator.
  static Expected<PlmnId, IdError> parse(std::string_view mcc_mnc);
  /// from_wire reads the three octets of TS 24.008, 10.5.1.3.
  static Expected<PlmnId, IdError> from_wire(Bytes three_octets);
  static constexpr PlmnId test_value() { return PlmnId({0x00, 0xF1, 0x10}); }

  /// The three octets MCC2|MCC1, MNC3|MCC3, MNC2|MNC1; also the SN id of TS 33.401, A.2.
  const std::array<Byte, 3>& wire() const { return wire_; }
  std::string mcc() const;
  std::string mnc() const;
  /// "00101"
  std::string to_string() const { return mcc() + mnc(); }
  /// realm is epc.mncNNN.mccNNN.3gppnetwork.org (TS 23.003, 19.2).
  std::string realm() const;

  friend auto operator<=>(const PlmnId&, const PlmnId&) = default;

 private:
  explicit constexpr PlmnId(std::array<Byte, 3> w) : wire_(w) {}
  std::array<Byte, 3> wire_;
};

}  // namespace baton
