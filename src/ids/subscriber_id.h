// subscriber_id.h: IMSI, IMEI and IMEISV.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "ids/digits.h"

namespace baton {

/// Imsi is 6 to 15 decimal digits (TS 23.003, 2.2).
class Imsi {
 public:
  static Expected<Imsi, IdError> parse(std::string_view digits);
  static Imsi test_value() { return Imsi("001010123456789"); }
  const std::string& digits() const { return digits_; }
  friend auto operator<=>(const Imsi&, const Imsi&) = default;

 private:
  explicit Imsi(std::string d) : digits_(std::move(d)) {}
  std::string digits_;
};

/// Imei is 15 decimal digits: TAC, serial number and a check digit, which travels as 0 (TS 23.003, 6.2.1).
class Imei {
 public:
  static Expected<Imei, IdError> parse(std::string_view digits);
  static Imei test_value() { return Imei("353490069873310"); }
  const std::string& digits() const { return digits_; }
  friend auto operator<=>(const Imei&, const Imei&) = default;

 private:
  explicit Imei(std::string d) : digits_(std::move(d)) {}
  std::string digits_;
};

/// Imeisv is 16 decimal digits: TAC, serial number, software version (TS 23.003, 6.2.2).
class Imeisv {
 public:
  static Expected<Imeisv, IdError> parse(std::string_view digits);
  static Imeisv test_value() { return Imeisv("3534900698733153"); }
  const std::string& digits() const { return digits_; }
  friend auto operator<=>(const Imeisv&, const Imeisv&) = default;

 private:
  explicit Imeisv(std::string d) : digits_(std::move(d)) {}
  std::string digits_;
};

}  // namespace baton
