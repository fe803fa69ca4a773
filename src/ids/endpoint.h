// endpoint.h: network addresses and the numbers that name tunnels and peers.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "base/strong.h"
#include "ids/digits.h"

namespace baton {

/// Ipv4 is an IPv4 address in network order. (IPv6 transports: docs/decisions/0003-ipv4-first.md)
struct Ipv4 {
  std::array<Byte, 4> octets{};
  static std::optional<Ipv4> parse(std::string_view dotted);
  std::string to_string() const;
  bool is_loopback() const { return octets[0] == 127; }
  friend auto operator<=>(const Ipv4&, const Ipv4&) = default;
};

/// Endpoint is an address and a UDP, TCP or SCTP port.
struct Endpoint {
  Ipv4 address;
  std::uint16_t port = 0;
  std::string to_string() const { return address.to_string() + ":" + std::to_string(port); }
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Teid names one end of a GTP tunnel. 0 is reserved for messages before a tunnel exists.
using Teid = Strong<std::uint32_t, struct TeidTag>;

/// DiameterIdentity is a fully qualified host name in lower case (RFC 6733, 4.3.1).
class DiameterIdentity {
 public:
  static constexpr std::size_t length_max = 255;
  static Expected<DiameterIdentity, IdError> parse(std::string_view fqdn);
  static DiameterIdentity test_value() { return DiameterIdentity("mme1.epc.mnc001.mcc001.3gppnetwork.org"); }
  const std::string& value() const { return value_; }
  /// is compares with a name as it was sent: without regard to case.
  bool is(std::string_view name) const;
  friend auto operator<=>(const DiameterIdentity&, const DiameterIdentity&) = default;

 private:
  explicit DiameterIdentity(std::string v) : value_(std::move(v)) {}
  std::string value_;
};

}  // namespace baton
