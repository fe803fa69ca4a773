// message.h: encode and decode. Each message is instantiated once, in base.cpp, s6a.cpp and
// private_app.cpp.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/diameter/base.h"
#include "wire/diameter/header.h"
#include "wire/diameter/result.h"
#include "wire/diameter/s6a.h"
#include "wire/diameter/s6a_changes.h"

namespace baton::wire::diameter {

/// encode writes a whole message. `retransmitted` sets the T flag of a request.
template <class M>
ByteVector encode(const M& message, MessageIds ids, bool retransmitted = false);

/// decode reads a whole message of type M. What it refuses: another command or direction (wrong_type), a
/// bad header, a missing or repeated AVP, a bad length or value, and in requests an AVP nobody knows that
/// has the M bit (unknown_mandatory; `code` is its AVP code). In answers such an AVP is stepped over: the
/// transaction is over and nothing is gained by dropping the verdict. Error::offset is where the AVP in
/// question begins, Error::field is its name; result_code_for and failed_avp_for make the answer of it.
template <class M>
Expected<M, Error> decode(Bytes message);

/// encode_error_answer answers `request` with whatever `answer` says, E bit set for 3xxx. Proxy-Info
/// AVPs of the request are carried over by the peer, not here.
ByteVector encode_error_answer(const Header& request, const ErrorAnswer& answer);
Expected<ErrorAnswer, Error> decode_error_answer(Bytes message);

/// AnyMessage is one decoded message of those Baton speaks.
using AnyMessage = std::variant<
    CapabilitiesExchangeRequest, CapabilitiesExchangeAnswer, DeviceWatchdogRequest, DeviceWatchdogAnswer,
    DisconnectPeerRequest, DisconnectPeerAnswer, AuthenticationInformationRequest,
    AuthenticationInformationAnswer, UpdateLocationRequest, UpdateLocationAnswer, CancelLocationRequest,
    CancelLocationAnswer, PurgeUeRequest, PurgeUeAnswer, InsertSubscriberDataRequest,
    InsertSubscriberDataAnswer, DeleteSubscriberDataRequest, DeleteSubscriberDataAnswer, ResetRequest,
    ResetAnswer, MeIdentityCheckRequest, MeIdentityCheckAnswer, NotifyRequest, NotifyAnswer,
    KasmeUpdateRequest, KasmeUpdateAnswer, ContextTransferRequest, ContextTransferAnswer, ErrorAnswer>;

/// decode_any reads whatever message this is; unsupported when Baton does not speak the command.
Expected<AnyMessage, Error> decode_any(Bytes message);
/// encode_any is the inverse for everything but ErrorAnswer, which needs its request's header.
ByteVector encode_any(const AnyMessage& message, const Header& header);

/// describe prints a message for a person: one AVP a line, Grouped ones indented. Octets of secret AVPs
/// are not printed, only their number. It also prints what it can of a broken message, and where it broke.
std::string describe(Bytes message);

/// secret_ranges are the octets of a message that hold key material, at any depth. Of a message whose
/// AVPs cannot be walked to the end, everything after the place where the walk broke counts as secret.
std::vector<SecretRange> secret_ranges(Bytes message);

}  // namespace baton::wire::diameter
