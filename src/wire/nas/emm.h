// emm.h: all EMM messages.
#pragma once

#include "wire/nas/emm_common.h"
#include "wire/nas/emm_registration.h"
#include "wire/nas/service_request.h"
