// address.h: where a transport is bound or connected, and why an operation failed.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"

namespace baton::transport {

/// Address is an IPv4 address in network order and a port of UDP, TCP or SCTP. Port 0 means "any".
struct Address {
  std::array<Byte, 4> octets{};
  std::uint16_t port = 0;
  std::string to_string() const;
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// Fault says what went wrong, as far as the caller can act on it.
enum class Fault : Byte {
  address_in_use,
  address_not_available,
  not_permitted,
  too_large,      ///< the message exceeds a bound of limits.h
  queue_full,     ///< the peer does not keep up
  not_connected,  ///< not yet, or no longer
  busy,           ///< the SCTP stack serves another loop of this process
  unsupported,    ///< this machine has no such transport
  system,         ///< anything else; `code` is the errno
};
std::string_view to_string(Fault fault);

/// Error is a Fault with the system's own number.
struct Error {
  Fault fault{};
  int code = 0;
  std::string to_string() const;
};

/// error_from_errno sorts an errno value under a Fault.
Error error_from_errno(int code);

using Done = Expected<Ok, Error>;

}  // namespace baton::transport
