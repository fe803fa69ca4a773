#include "wire/nas/security_header.h"

#include <algorithm>
#include <cassert>

#include "wire/nas/layout.h"

namespace baton::wire::nas {

constexpr std::string_view message_name = "NAS message";

std::string_view to_string(SecurityHeader h) {
  switch (h) {
    case SecurityHeader::plain: return "plain";
    case SecurityHeader::integrity: return "integrity protected";
    case SecurityHeader::integrity_ciphered: return "integrity protected and ciphered";
    case SecurityHeader::integrity_new: return "integrity protected with new context";
    case SecurityHeader::integrity_ciphered_new: return "integrity protected and ciphered with new context";
    case SecurityHeader::service_request: return "service request";
  }
  return "?";
}

Expected<Protected, Error> parse_protected(Bytes message) {
  Reader r(message_name, message);
  if (message.size() > message_octets_max) return Fail{r.error(Fault::too_many, "message")};
  if (message.size() < message_octets_min) return Fail{r.error(Fault::short_read, "message")};
  const Byte discriminator = message[0] & 0x0FU;
  const auto type = static_cast<Byte>(message[0] >> 4U);
  Protected out;
  out.payload = message;
  if (discriminator == static_cast<Byte>(Family::esm)) return out;  // the upper half is the bearer
  if (discriminator != static_cast<Byte>(Family::emm))
    return Fail{r.error(Fault::wrong_type, "protocol discriminator", discriminator)};
  if (type == 0) return out;
  if (type == static_cast<Byte>(SecurityHeader::service_request)) {
    out.header = SecurityHeader::service_request;
    return out;
  }
  if (type > static_cast<Byte>(SecurityHeader::integrity_ciphered_new))
    return Fail{r.error(Fault::unsupported, "security header type", type)};
  // A message follows the header, and the shortest has two octets.
  if (message.size() < security_header_octets + message_octets_min)
    return Fail{r.error(Fault::short_read, "security header")};
  out.header = static_cast<SecurityHeader>(type);
  std::copy_n(message.begin() + 1, out.mac.size(), out.mac.begin());
  out.sqn = message[5];
  out.authenticated = message.subspan(5);
  out.payload = message.subspan(security_header_octets);
  return out;
}

ByteVector assemble(SecurityHeader header, const NasMac& mac, Byte sqn, Bytes payload) {
  assert(header != SecurityHeader::plain && header != SecurityHeader::service_request);
  Writer w;
  w.u8(static_cast<Byte>(static_cast<Byte>(header) << 4U | static_cast<Byte>(Family::emm)));
  w.bytes(mac);
  w.u8(sqn);
  w.bytes(payload);
  return w.done();
}

std::optional<Byte> peek_discriminator(Bytes message) {
  return message.empty() ? std::nullopt : std::optional<Byte>(message[0] & 0x0FU);
}

std::optional<Byte> peek_type(Bytes plain) {
  if (plain.size() < message_octets_min) return std::nullopt;
  if (plain[0] == static_cast<Byte>(Family::emm)) return plain[1];
  if ((plain[0] & 0x0FU) == static_cast<Byte>(Family::esm) && plain.size() >= 3) return plain[2];
  return std::nullopt;
}

}  // namespace baton::wire::nas
