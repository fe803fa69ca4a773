#include "wire/diameter/base.h"

#include "wire/diameter/codec.h"

namespace baton::wire::diameter {

// clang-format off
template ByteVector encode(const CapabilitiesExchangeRequest&, MessageIds, bool);
template ByteVector encode(const CapabilitiesExchangeAnswer&, MessageIds, bool);
template ByteVector encode(const DeviceWatchdogRequest&, MessageIds, bool);
template ByteVector encode(const DeviceWatchdogAnswer&, MessageIds, bool);
template ByteVector encode(const DisconnectPeerRequest&, MessageIds, bool);
template ByteVector encode(const DisconnectPeerAnswer&, MessageIds, bool);
template Expected<CapabilitiesExchangeRequest, Error> decode(Bytes);
template Expected<CapabilitiesExchangeAnswer, Error> decode(Bytes);
template Expected<DeviceWatchdogRequest, Error> decode(Bytes);
template Expected<DeviceWatchdogAnswer, Error> decode(Bytes);
template Expected<DisconnectPeerRequest, Error> decode(Bytes);
template Expected<DisconnectPeerAnswer, Error> decode(Bytes);
// clang-format on

//= RFC 6733, 7.2 and 7.1.3
// The E bit belongs to protocol errors; what fails otherwise follows the command's own grammar.
ByteVector encode_error_answer(const Header& request, const ErrorAnswer& answer) {
  const bool protocol_error = answer.result_code && *answer.result_code / 1000 == 3;
  Writer w;
  put_header(w, {request.code, request.application, false, request.proxiable}, request.ids, false,
             protocol_error);
  put_rows(w, answer);
  close_header(w);
  return w.done();
}

Expected<ErrorAnswer, Error> decode_error_answer(Bytes message) {
  const auto h = decode_header(message);
  if (!h) return Fail{h.why()};
  if (h->request) return Fail{Error{Fault::wrong_type, ErrorAnswer::name, "Command Flags", 4, h->code}};
  Reader r(ErrorAnswer::name, message.subspan(header_octets), header_octets);
  return get_rows<ErrorAnswer>(r, {ErrorAnswer::name, false}, 0);
}

}  // namespace baton::wire::diameter
