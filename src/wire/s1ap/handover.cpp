#include "wire/s1ap/message.h"

namespace baton::wire::s1ap {

template ByteVector encode(const HandoverRequired&);
template ByteVector encode(const HandoverCommand&);
template ByteVector encode(const HandoverPreparationFailure&);
template ByteVector encode(const HandoverRequest&);
template ByteVector encode(const HandoverRequestAcknowledge&);
template ByteVector encode(const HandoverFailure&);
template ByteVector encode(const HandoverNotify&);
template ByteVector encode(const PathSwitchRequest&);
template ByteVector encode(const PathSwitchRequestAcknowledge&);
template ByteVector encode(const PathSwitchRequestFailure&);
template ByteVector encode(const HandoverCancel&);
template ByteVector encode(const HandoverCancelAcknowledge&);
template ByteVector encode(const EnbStatusTransfer&);
template ByteVector encode(const MmeStatusTransfer&);

template Expected<HandoverRequired, Error> decode(Bytes);
template Expected<HandoverCommand, Error> decode(Bytes);
template Expected<HandoverPreparationFailure, Error> decode(Bytes);
template Expected<HandoverRequest, Error> decode(Bytes);
template Expected<HandoverRequestAcknowledge, Error> decode(Bytes);
template Expected<HandoverFailure, Error> decode(Bytes);
template Expected<HandoverNotify, Error> decode(Bytes);
template Expected<PathSwitchRequest, Error> decode(Bytes);
template Expected<PathSwitchRequestAcknowledge, Error> decode(Bytes);
template Expected<PathSwitchRequestFailure, Error> decode(Bytes);
template Expected<HandoverCancel, Error> decode(Bytes);
template Expected<HandoverCancelAcknowledge, Error> decode(Bytes);
template Expected<EnbStatusTransfer, Error> decode(Bytes);
template Expected<MmeStatusTransfer, Error> decode(Bytes);

template Read<HandoverRequired> read_message(const per::Contents&, Findings&);
template Read<HandoverCommand> read_message(const per::Contents&, Findings&);
template Read<HandoverPreparationFailure> read_message(const per::Contents&, Findings&);
template Read<HandoverRequest> read_message(const per::Contents&, Findings&);
template Read<HandoverRequestAcknowledge> read_message(const per::Contents&, Findings&);
template Read<HandoverFailure> read_message(const per::Contents&, Findings&);
template Read<HandoverNotify> read_message(const per::Contents&, Findings&);
template Read<PathSwitchRequest> read_message(const per::Contents&, Findings&);
template Read<PathSwitchRequestAcknowledge> read_message(const per::Contents&, Findings&);
template Read<PathSwitchRequestFailure> read_message(const per::Contents&, Findings&);
template Read<HandoverCancel> read_message(const per::Contents&, Findings&);
template Read<HandoverCancelAcknowledge> read_message(const per::Contents&, Findings&);
template Read<EnbStatusTransfer> read_message(const per::Contents&, Findings&);
template Read<MmeStatusTransfer> read_message(const per::Contents&, Findings&);

}  // namespace baton::wire::s1ap
