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
template ByteVector encode(const InsertSubscriberDataRequest&, MessageIds, bool);
template ByteVector encode(const InsertSubscriberDataAnswer&, MessageIds, bool);
template ByteVector encode(const DeleteSubscriberDataRequest&, MessageIds, bool);
template ByteVector encode(const DeleteSubscriberDataAnswer&, MessageIds, bool);
template ByteVector encode(const ResetRequest&, MessageIds, bool);
template ByteVector encode(const ResetAnswer&, MessageIds, bool);
template ByteVector encode(const MeIdentityCheckRequest&, MessageIds, bool);
template ByteVector encode(const MeIdentityCheckAnswer&, MessageIds, bool);
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
template Expected<InsertSubscriberDataRequest, Error> decode(Bytes);
template Expected<InsertSubscriberDataAnswer, Error> decode(Bytes);
template Expected<DeleteSubscriberDataRequest, Error> decode(Bytes);
template Expected<DeleteSubscriberDataAnswer, Error> decode(Bytes);
template Expected<ResetRequest, Error> decode(Bytes);
template Expected<ResetAnswer, Error> decode(Bytes);
template Expected<MeIdentityCheckRequest, Error> decode(Bytes);
template Expected<MeIdentityCheckAnswer, Error> decode(Bytes);
// clang-format on

Expected<OcOlr, Error> decode_olr(Bytes value) {
  Reader r(avp::oc_olr.name, value);
  return get_rows<OcOlr>(r, {avp::oc_olr.name, false}, 0);
}

}  // namespace baton::wire::diameter
