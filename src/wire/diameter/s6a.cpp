#include "wire/diameter/s6a.h"

#include "wire/diameter/codec.h"

namespace baton::wire::diameter {

// clang-format off
template ByteVector encode(const AuthenticationInformationRequest&, MessageIds, bool);
template ByteVector encode(const AuthenticationInformationAnswer&, MessageIds, bool);
template ByteVector encode(const UpdateLocationRequest&, MessageIds, bool);
template ByteVector encode(const UpdateLocationAnswer&, MessageIds, bool);
template ByteVector encode(const CancelLocationRequest&, MessageIds, bool);
template ByteVector encode(const CancelLocationAnswer&, MessageIds, bool);
template ByteVector encode(const PurgeUeRequest&, MessageIds, bool);
template ByteVector encode(const PurgeUeAnswer&, MessageIds, bool);
template ByteVector encode(const NotifyRequest&, MessageIds, bool);
template ByteVector encode(const NotifyAnswer&, MessageIds, bool);
template Expected<AuthenticationInformationRequest, Error> decode(Bytes);
template Expected<AuthenticationInformationAnswer, Error> decode(Bytes);
template Expected<UpdateLocationRequest, Error> decode(Bytes);
template Expected<UpdateLocationAnswer, Error> decode(Bytes);
template Expected<CancelLocationRequest, Error> decode(Bytes);
template Expected<CancelLocationAnswer, Error> decode(Bytes);
template Expected<PurgeUeRequest, Error> decode(Bytes);
template Expected<PurgeUeAnswer, Error> decode(Bytes);
template Expected<NotifyRequest, Error> decode(Bytes);
template Expected<NotifyAnswer, Error> decode(Bytes);
// clang-format on

}  // namespace baton::wire::diameter
