#include "wire/s1ap/message.h"

namespace baton::wire::s1ap {

template ByteVector encode(const S1SetupRequest&);
template ByteVector encode(const S1SetupResponse&);
template ByteVector encode(const S1SetupFailure&);
template ByteVector encode(const Reset&);
template ByteVector encode(const ResetAcknowledge&);
template ByteVector encode(const ErrorIndication&);

template Expected<S1SetupRequest, Error> decode(Bytes);
template Expected<S1SetupResponse, Error> decode(Bytes);
template Expected<S1SetupFailure, Error> decode(Bytes);
template Expected<Reset, Error> decode(Bytes);
template Expected<ResetAcknowledge, Error> decode(Bytes);
template Expected<ErrorIndication, Error> decode(Bytes);

template Read<S1SetupRequest> read_message(const per::Contents&, Findings&);
template Read<S1SetupResponse> read_message(const per::Contents&, Findings&);
template Read<S1SetupFailure> read_message(const per::Contents&, Findings&);
template Read<Reset> read_message(const per::Contents&, Findings&);
template Read<ResetAcknowledge> read_message(const per::Contents&, Findings&);
template Read<ErrorIndication> read_message(const per::Contents&, Findings&);

}  // namespace baton::wire::s1ap
