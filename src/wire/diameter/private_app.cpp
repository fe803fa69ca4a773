#include "wire/diameter/private_app.h"

#include "wire/diameter/codec.h"

namespace baton::wire::diameter {

// clang-format off
template ByteVector encode(const KasmeUpdateRequest&, MessageIds, bool);
template ByteVector encode(const KasmeUpdateAnswer&, MessageIds, bool);
template ByteVector encode(const ContextTransferRequest&, MessageIds, bool);
template ByteVector encode(const ContextTransferAnswer&, MessageIds, bool);
template Expected<KasmeUpdateRequest, Error> decode(Bytes);
template Expected<KasmeUpdateAnswer, Error> decode(Bytes);
template Expected<ContextTransferRequest, Error> decode(Bytes);
template Expected<ContextTransferAnswer, Error> decode(Bytes);
// clang-format on

}  // namespace baton::wire::diameter
