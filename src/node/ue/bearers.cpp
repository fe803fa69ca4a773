// bearers.cpp: the UE's side of ESM: one PDN connection with its default bearer.
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

namespace {

/// Bearer identities that may be assigned. TS 24.007, 11.2.3.1.5.
bool assignable(nas::EpsBearerId b) { return b.value >= 5 && b.value <= 15; }

}  // namespace

//= TS 24.301, 6.5.1.2
std::optional<nas::EsmContainer> Ue::pdn_request() {
  nas::PdnConnectivityRequest m;
  pti_ = static_cast<Byte>(pti_ % 254 + 1);  // 1 to 254
  m.pti = nas::Pti{pti_};
  m.request_type = nas::RequestType::initial;
  m.pdn_type = nas::PdnType::ipv4;
  // The APN says where the user goes; it waits for ciphering.
  if (!config_.apn.empty()) m.information_transfer = nas::InformationTransfer{true};
  return nas::EsmContainer::parse(nas::encode(m));
}

//= TS 24.301, 6.6.1.2.3
void Ue::on_esm_information_request(const nas::EsmInformationRequest& m) {
  if (state_ != State::attaching || m.pti.value != pti_) {
    nas::EsmStatus status;
    status.pti = m.pti;
    status.cause = nas::EsmCause::pti_mismatch;
    send_nas(status);
    return;
  }
  nas::EsmInformationResponse answer;
  answer.pti = m.pti;
  answer.apn = nas::Apn::from_text(config_.apn);
  send_nas(answer);
}

//= TS 24.301, 6.4.1.3
std::optional<nas::EsmContainer> Ue::accept_default_bearer(const nas::EsmContainer& esm) {
  const auto m = nas::decode<nas::ActivateDefaultBearerRequest>(esm.bytes());
  if (!m || !assignable(m->bearer) || m->pti.value != pti_) {
    count("ue.bearer_refused");
    return std::nullopt;
  }
  if (m->upe_key && !take_upe_key(m->upe_key->upe, m->upe_key->counter)) return std::nullopt;
  bearer_ = m->bearer.value;
  address_ = m->address;
  nas::ActivateDefaultBearerAccept answer;
  answer.bearer = m->bearer;
  return nas::EsmContainer::parse(nas::encode(answer));
}

//= TS 24.301, 6.4.4.3
void Ue::on_deactivate_bearer(const nas::DeactivateBearerRequest& m) {
  if (!bearer_ || m.bearer.value != *bearer_) {
    nas::EsmStatus status;
    status.bearer = m.bearer;
    status.pti = m.pti;
    status.cause = nas::EsmCause::invalid_eps_bearer_identity;
    send_nas(status);
    return;
  }
  nas::DeactivateBearerAccept answer;
  answer.bearer = m.bearer;
  send_nas(answer);
  // The only PDN connection is gone, and without one there is no registration.
  //= TS 24.301, 6.4.4.6
  go(On::gone);
  forget_registration("the last bearer was deactivated", false);
  end(false, "the network deactivated the bearer");
  if (m.cause == nas::EsmCause::reactivation_requested) wants_attach_ = true;
  start_timer(Timer::t3440);
}

}  // namespace baton::node::ue
