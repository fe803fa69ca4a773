#include "wire/nas/esm.h"

#include "wire/nas/codec.h"

namespace baton::wire::nas {

BATON_NAS_MESSAGE(ActivateDefaultBearerRequest)
BATON_NAS_MESSAGE(ActivateDefaultBearerAccept)
BATON_NAS_MESSAGE(ActivateDefaultBearerReject)
BATON_NAS_MESSAGE(ActivateDedicatedBearerRequest)
BATON_NAS_MESSAGE(ActivateDedicatedBearerAccept)
BATON_NAS_MESSAGE(ActivateDedicatedBearerReject)
BATON_NAS_MESSAGE(DeactivateBearerRequest)
BATON_NAS_MESSAGE(DeactivateBearerAccept)
BATON_NAS_MESSAGE(PdnConnectivityRequest)
BATON_NAS_MESSAGE(PdnConnectivityReject)
BATON_NAS_MESSAGE(PdnDisconnectRequest)
BATON_NAS_MESSAGE(PdnDisconnectReject)
BATON_NAS_MESSAGE(EsmInformationRequest)
BATON_NAS_MESSAGE(EsmInformationResponse)
BATON_NAS_MESSAGE(EsmStatus)

}  // namespace baton::wire::nas
