#include "wire/nas/emm_common.h"

#include "wire/nas/codec.h"

namespace baton::wire::nas {

BATON_NAS_MESSAGE(GutiReallocationCommand)
BATON_NAS_MESSAGE(GutiReallocationComplete)
BATON_NAS_MESSAGE(AuthenticationRequest)
BATON_NAS_MESSAGE(AuthenticationResponse)
BATON_NAS_MESSAGE(AuthenticationReject)
BATON_NAS_MESSAGE(IdentityRequest)
BATON_NAS_MESSAGE(IdentityResponse)
BATON_NAS_MESSAGE(AuthenticationFailure)
BATON_NAS_MESSAGE(SecurityModeCommand)
BATON_NAS_MESSAGE(SecurityModeComplete)
BATON_NAS_MESSAGE(SecurityModeReject)
BATON_NAS_MESSAGE(EmmStatus)
BATON_NAS_MESSAGE(EmmInformation)
BATON_NAS_MESSAGE(DownlinkNasTransport)
BATON_NAS_MESSAGE(UplinkNasTransport)
BATON_NAS_MESSAGE(DownlinkGenericNasTransport)
BATON_NAS_MESSAGE(UplinkGenericNasTransport)

}  // namespace baton::wire::nas
