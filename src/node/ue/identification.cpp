// identification.cpp: the network asks who we are.
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= TS 24.301, 5.4.4.3
void Ue::on_identity_request(const nas::IdentityRequest& m, bool verified) {
  //= TS 24.301, 4.4.4.2
  // Without protection only the IMSI is given away: there is no other way in.
  if (!verified && m.identity_type != nas::IdentityType::imsi) {
    count("ue.nas_unprotected");
    return;
  }
  nas::IdentityResponse answer;
  switch (m.identity_type) {
    case nas::IdentityType::imsi: answer.identity = nas::MobileIdentity(config_.imsi); break;
    case nas::IdentityType::imeisv: answer.identity = nas::MobileIdentity(config_.imeisv); break;
    case nas::IdentityType::imei: {
      // The IMEI is the IMEISV without its version, and a check digit that is sent as 0.
      const auto imei = Imei::parse(config_.imeisv.digits().substr(0, 14) + "0");
      if (imei) answer.identity = nas::MobileIdentity(*imei);
      break;
    }
    case nas::IdentityType::tmsi: break;  // none: there is no CS domain here
  }
  send_nas(answer);
}

}  // namespace baton::node::ue
