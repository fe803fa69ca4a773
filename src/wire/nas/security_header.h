// security_header.h: what is outside a NAS message's protection, read without any key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/nas/limits.h"

namespace baton::wire::nas {

//= TS 24.301, 9.3.1
enum class SecurityHeader : Byte {
  plain = 0,
  integrity = 1,
  integrity_ciphered = 2,
  integrity_new = 3,           ///< with a new EPS security context: security mode command
  integrity_ciphered_new = 4,  ///< security mode complete
  service_request = 12,        ///< the short form, 12 to 15
};
std::string_view to_string(SecurityHeader h);
constexpr bool ciphered(SecurityHeader h) {
  return h == SecurityHeader::integrity_ciphered || h == SecurityHeader::integrity_ciphered_new;
}

/// Mac is the message authentication code of a NAS message.
using NasMac = std::array<Byte, 4>;

/// Protected is a received message taken apart, not checked. For `plain` and `service_request` the payload
/// is the whole message, and mac and sqn are zero.
struct Protected {
  SecurityHeader header = SecurityHeader::plain;
  NasMac mac{};
  Byte sqn = 0;
  Bytes payload;        ///< a view into what was parsed: the plain or ciphered message
  Bytes authenticated;  ///< a view: sequence number and payload, what the MAC covers
};

/// parse_protected reads the security header of a whole NAS message. Refused: less than a header, an
/// unknown header type, a protocol discriminator that is neither EMM nor (plain) ESM, more than
/// message_octets_max.
//= TS 24.301, 9.1
Expected<Protected, Error> parse_protected(Bytes message);

/// assemble puts header, MAC and sequence number in front of `payload`, which is ciphered already where
/// the header says so. `header` is one of the four protected ones.
ByteVector assemble(SecurityHeader header, const NasMac& mac, Byte sqn, Bytes payload);

/// The protocol discriminator (bits 1 to 4 of the first octet); nothing for an empty string.
std::optional<Byte> peek_discriminator(Bytes message);
/// The message type of a plain EMM or ESM message; nothing for anything shorter or protected. A service
/// request has none.
std::optional<Byte> peek_type(Bytes plain);

}  // namespace baton::wire::nas
