// values.h: data formats that are more than a number or a string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "ids/endpoint.h"
#include "keys/conversions.h"
#include "keys/types.h"

namespace baton::wire::diameter {

/// Address is a family number and its octets: 1 IPv4, 2 IPv6. RFC 6733, 4.3.1. Other families are kept.
struct Address {
  std::uint16_t family = 1;
  ByteVector octets;
  static Address from(const Ipv4& a) { return {1, {a.octets.begin(), a.octets.end()}}; }
  std::optional<Ipv4> ipv4() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// TelephoneNumber is decimal digits in TBCD (MSISDN, SGSN-Number). TS 29.329, 6.3.2.
struct TelephoneNumber {
  std::string digits;
  friend bool operator==(const TelephoneNumber&, const TelephoneNumber&) = default;
};

/// FailedAvp holds the AVPs an answer complains about, as they stood in the request. RFC 6733, 7.5.
struct FailedAvp {
  ByteVector avps;
  friend bool operator==(const FailedAvp&, const FailedAvp&) = default;
};

/// Resynchronization is the RAND of the failed challenge and the USIM's answer. TS 29.272, 7.3.15.
struct Resynchronization {
  Rand rand;
  Auts auts;
  friend bool operator==(const Resynchronization&, const Resynchronization&) = default;
};

}  // namespace baton::wire::diameter
