// message.h: any NAS message without security header, for dispatch and for people.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "wire/nas/emm.h"
#include "wire/nas/esm.h"
#include "wire/nas/security_header.h"

namespace baton::wire::nas {

/// Direction decides which of two messages with one type octet is meant (detach request).
enum class Direction : Byte { uplink, downlink };

//= TS 24.301, 9.8
using Message =
    std::variant<AttachRequest, AttachAccept, AttachComplete, AttachReject, UeDetachRequest,
                 NetworkDetachRequest, DetachAccept, TauRequest, TauAccept, TauComplete, TauReject,
                 ServiceReject, ServiceRequest, GutiReallocationCommand, GutiReallocationComplete,
                 AuthenticationRequest, AuthenticationResponse, AuthenticationReject, IdentityRequest,
                 IdentityResponse, AuthenticationFailure, SecurityModeCommand, SecurityModeComplete,
                 SecurityModeReject, EmmStatus, EmmInformation, DownlinkNasTransport, UplinkNasTransport,
                 DownlinkGenericNasTransport, UplinkGenericNasTransport, ActivateDefaultBearerRequest,
                 ActivateDefaultBearerAccept, ActivateDefaultBearerReject, ActivateDedicatedBearerRequest,
                 ActivateDedicatedBearerAccept, ActivateDedicatedBearerReject, DeactivateBearerRequest,
                 DeactivateBearerAccept, PdnConnectivityRequest, PdnConnectivityReject, PdnDisconnectRequest,
                 PdnDisconnectReject, EsmInformationRequest, EsmInformationResponse, EsmStatus>;

/// decode_any reads one message without security header, or a service request. An unknown type is
/// `wrong_type` (EMM cause 97), a protected message `unsupported`; the rest as decode<M>.
Expected<Message, Error> decode_any(Bytes plain, Direction direction);

ByteVector encode(const Message& message);
std::string_view name_of(const Message& message);
/// describe is the message for a person: its name, then a line for each element. ESM messages inside are
/// described too. No octets of RES, options or unknown containers.
std::string describe(const Message& message, Direction direction);

/// describe_octets takes a message as it was on the wire: security header, then whatever can be read
/// without keys. Never fails; says what is wrong.
std::string describe_octets(Bytes message, Direction direction);

}  // namespace baton::wire::nas
