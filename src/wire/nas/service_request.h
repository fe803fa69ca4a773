// service_request.h: the one NAS message with a format of its own: four octets.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/nas/security.h"

namespace baton::wire::nas {

/// ServiceRequest: UE to network, back from idle. It names the key set and the low five bits of the uplink
/// count; the MAC is the two last octets of the NAS-MAC over the first two octets of the message.
//= TS 24.301, 8.2.25
//= TS 24.301, 9.9.3.19
//= TS 24.301, 9.9.3.28
struct ServiceRequest {
  static constexpr std::string_view name = "SERVICE REQUEST";
  static constexpr std::size_t octets = 4;
  static constexpr std::size_t authenticated_octets = 2;  ///< what the MAC covers

  Byte ksi = 0;       ///< 0 to 7
  Byte sequence = 0;  ///< 5 bits
  std::array<Byte, 2> short_mac{};
  friend bool operator==(const ServiceRequest&, const ServiceRequest&) = default;
};

/// encode writes the four octets; `short_mac` may be filled in afterwards at offset 2.
ByteVector encode(const ServiceRequest& m);
/// decode_service_request refuses any other length, discriminator or header type.
Expected<ServiceRequest, Error> decode_service_request(Bytes message);
std::string describe(const ServiceRequest& m);

}  // namespace baton::wire::nas
