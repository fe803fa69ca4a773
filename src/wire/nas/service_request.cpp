#include "wire/nas/service_request.h"

#include "wire/nas/layout.h"
#include "wire/nas/security_header.h"

namespace baton::wire::nas {

constexpr Byte first_octet = static_cast<Byte>(static_cast<Byte>(SecurityHeader::service_request) << 4U |
                                               static_cast<Byte>(Family::emm));

ByteVector encode(const ServiceRequest& m) {
  Writer w;
  w.u8(first_octet);
  w.u8(static_cast<Byte>((m.ksi & 7U) << 5U | (m.sequence & 0x1FU)));
  w.bytes(m.short_mac);
  return w.done();
}

Expected<ServiceRequest, Error> decode_service_request(Bytes message) {
  Reader r(ServiceRequest::name, message);
  const auto head = r.u("security header type", 1);
  if (!head) return Fail{head.why()};
  if (*head != first_octet) return Fail{r.error(Fault::wrong_type, "security header type")};
  const auto ksi_and_sequence = r.u("KSI and sequence number", 1);
  if (!ksi_and_sequence) return Fail{ksi_and_sequence.why()};
  const auto mac = r.take("short MAC", 2);
  if (!mac) return Fail{mac.why()};
  // Types 13 to 15 leave room for a longer service request; 12 is exactly this one.
  if (!r.empty()) return Fail{r.error(Fault::trailing_bytes, "short MAC")};
  return ServiceRequest{static_cast<Byte>(*ksi_and_sequence >> 5U),
                        static_cast<Byte>(*ksi_and_sequence & 0x1FU),
                        {(*mac)[0], (*mac)[1]}};
}

std::string describe(const ServiceRequest& m) {
  return "  KSI: " + std::to_string(m.ksi) + "\n  Sequence number (short): " + std::to_string(m.sequence) +
         "\n  Short MAC: " + hex(m.short_mac) + "\n";
}

}  // namespace baton::wire::nas
