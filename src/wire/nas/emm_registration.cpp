#include "wire/nas/emm_registration.h"

#include "wire/nas/codec.h"

namespace baton::wire::nas {

BATON_NAS_MESSAGE(AttachRequest)
BATON_NAS_MESSAGE(AttachAccept)
BATON_NAS_MESSAGE(AttachComplete)
BATON_NAS_MESSAGE(AttachReject)
BATON_NAS_MESSAGE(UeDetachRequest)
BATON_NAS_MESSAGE(NetworkDetachRequest)
BATON_NAS_MESSAGE(DetachAccept)
BATON_NAS_MESSAGE(TauRequest)
BATON_NAS_MESSAGE(TauAccept)
BATON_NAS_MESSAGE(TauComplete)
BATON_NAS_MESSAGE(TauReject)
BATON_NAS_MESSAGE(ServiceReject)

}  // namespace baton::wire::nas
