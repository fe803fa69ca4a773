// mobile_identity.h: identities as they stand in NAS messages, for derivations that are bound to one.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "ids/subscriber_id.h"

namespace baton {

/// Type of identity, the low three bits of the first octet.
//= TS 24.301, 9.9.3.12
enum class MobileIdentityType : Byte { imsi = 1, imei = 2, guti = 6 };

/// The value of a mobile identity of type IMSI: the first digit beside type and parity, then two an octet.
//= TS 24.301, 9.9.3.12
ByteVector mobile_identity(const Imsi& imsi);
/// The same of an IMEI, eight octets. The check digit is 0, as it is on every interface: TS 23.003, 6.2.1.
//= TS 24.301, 9.9.3.12
ByteVector mobile_identity(const Imei& imei);

}  // namespace baton
