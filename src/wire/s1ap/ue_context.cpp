#include "wire/s1ap/message.h"

namespace baton::wire::s1ap {

template ByteVector encode(const InitialContextSetupRequest&);
template ByteVector encode(const InitialContextSetupResponse&);
template ByteVector encode(const InitialContextSetupFailure&);
template ByteVector encode(const UeContextReleaseRequest&);
template ByteVector encode(const UeContextReleaseCommand&);
template ByteVector encode(const UeContextReleaseComplete&);
template ByteVector encode(const UeContextModificationRequest&);
template ByteVector encode(const UeContextModificationResponse&);
template ByteVector encode(const UeContextModificationFailure&);
template ByteVector encode(const UeCapabilityInfoIndication&);

template Expected<InitialContextSetupRequest, Error> decode(Bytes);
template Expected<InitialContextSetupResponse, Error> decode(Bytes);
template Expected<InitialContextSetupFailure, Error> decode(Bytes);
template Expected<UeContextReleaseRequest, Error> decode(Bytes);
template Expected<UeContextReleaseCommand, Error> decode(Bytes);
template Expected<UeContextReleaseComplete, Error> decode(Bytes);
template Expected<UeContextModificationRequest, Error> decode(Bytes);
template Expected<UeContextModificationResponse, Error> decode(Bytes);
template Expected<UeContextModificationFailure, Error> decode(Bytes);
template Expected<UeCapabilityInfoIndication, Error> decode(Bytes);

template Read<InitialContextSetupRequest> read_message(const per::Contents&, Findings&);
template Read<InitialContextSetupResponse> read_message(const per::Contents&, Findings&);
template Read<InitialContextSetupFailure> read_message(const per::Contents&, Findings&);
template Read<UeContextReleaseRequest> read_message(const per::Contents&, Findings&);
template Read<UeContextReleaseCommand> read_message(const per::Contents&, Findings&);
template Read<UeContextReleaseComplete> read_message(const per::Contents&, Findings&);
template Read<UeContextModificationRequest> read_message(const per::Contents&, Findings&);
template Read<UeContextModificationResponse> read_message(const per::Contents&, Findings&);
template Read<UeContextModificationFailure> read_message(const per::Contents&, Findings&);
template Read<UeCapabilityInfoIndication> read_message(const per::Contents&, Findings&);

}  // namespace baton::wire::s1ap
