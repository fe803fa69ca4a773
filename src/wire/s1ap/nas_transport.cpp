#include "wire/s1ap/message.h"

namespace baton::wire::s1ap {

template ByteVector encode(const InitialUeMessage&);
template ByteVector encode(const DownlinkNasTransport&);
template ByteVector encode(const UplinkNasTransport&);
template ByteVector encode(const NasNonDeliveryIndication&);
template ByteVector encode(const Paging&);

template Expected<InitialUeMessage, Error> decode(Bytes);
template Expected<DownlinkNasTransport, Error> decode(Bytes);
template Expected<UplinkNasTransport, Error> decode(Bytes);
template Expected<NasNonDeliveryIndication, Error> decode(Bytes);
template Expected<Paging, Error> decode(Bytes);

template Read<InitialUeMessage> read_message(const per::Contents&, Findings&);
template Read<DownlinkNasTransport> read_message(const per::Contents&, Findings&);
template Read<UplinkNasTransport> read_message(const per::Contents&, Findings&);
template Read<NasNonDeliveryIndication> read_message(const per::Contents&, Findings&);
template Read<Paging> read_message(const per::Contents&, Findings&);

}  // namespace baton::wire::s1ap
