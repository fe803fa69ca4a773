#include "context/subscriber.h"

namespace baton::context {

SubscriberRecord SubscriberRecord::copy() const {
  return {imsi,        k.clone(),     opc.clone(), amf,      seq_reserved, ind_bits, apn,          qci,
          ambr_up_bps, ambr_down_bps, msisdn,      mme_host, mme_realm,    purged,   kasme.copy(), version};
}

}  // namespace baton::context
