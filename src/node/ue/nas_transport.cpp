// nas_transport.cpp: how NAS messages are protected, and which unprotected ones are listened to.
#include <algorithm>
#include <array>

#include "base/cases.h"
#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;
using context::NasSecurityHeader;

namespace {

/// What a UE takes without integrity while the network has not shown that it holds the keys. (A plain
/// identity request may only ask for the IMSI; on_identity_request sees to that.)
//= TS 24.301, 4.4.4.2
constexpr std::array taken_unprotected{
    nas::IdentityRequest::type, nas::AuthenticationRequest::type, nas::AuthenticationReject::type,
    nas::AttachReject::type,    nas::DetachAccept::type,          nas::TauReject::type,
    nas::ServiceReject::type,
};

}  // namespace

bool Ue::send_nas(const nas::Message& message) {
  if (rrc_ != Rrc::connected) return false;
  ByteVector plain = nas::encode(message);
  if (!current_ || !current_->active()) return transfer(std::move(plain));
  //= TS 24.301, 4.4.2.3
  // Ciphering starts with the network's own proof; until then only the MAC goes along.
  const auto header = secured_ ? NasSecurityHeader::ciphered : NasSecurityHeader::integrity;
  return transfer_under(header, std::move(plain));
}

bool Ue::transfer_under(NasSecurityHeader header, ByteVector plain) {
  if (move_) return wait_for_cell({std::move(plain), header});
  if (!current_) return false;
  auto pdu = current_->protect(header, plain);
  if (!pdu) {
    count("ue.nas_unsendable");
    erase_context(current_, "no COUNT is left");
    release_ = "the NAS COUNT is spent";
    return false;
  }
  return transfer(std::move(*pdu));
}

bool Ue::transfer(ByteVector pdu) {
  if (move_) return wait_for_cell({std::move(pdu)});
  return send_rrc(wire::rrc::UlInformationTransfer{std::move(pdu)});
}

bool Ue::wait_for_cell(WaitingNas nas) {
  if (waiting_nas_.size() == waiting_nas_max) {
    count("ue.nas_waiting_full");
    return false;
  }
  waiting_nas_.push_back(std::move(nas));
  return true;
}

bool Ue::send_initial(const nas::Message& message, wire::rrc::EstablishmentCause cause) {
  ByteVector pdu = nas::encode(message);
  if (current_ && current_->active()) {
    //= TS 24.301, 4.4.5
    // A first message is readable, so that any MME can find out whose it is.
    const bool first = rrc_ != Rrc::connected || !secured_;
    const auto header = first ? NasSecurityHeader::integrity : NasSecurityHeader::ciphered;
    if (move_ && rrc_ == Rrc::connected) return transfer_under(header, std::move(pdu));
    auto sealed = current_->protect(header, pdu);
    if (!sealed) {
      count("ue.nas_unsendable");
      erase_context(current_, "no COUNT is left");
      return false;
    }
    pdu = std::move(*sealed);
  }
  send_initial(std::move(pdu), cause);
  return true;
}

//= TS 24.301, 4.4.4.2
void Ue::on_nas(Bytes pdu) {
  if (release_) return;
  const auto header = context::header_of(pdu);
  if (header == static_cast<Byte>(NasSecurityHeader::integrity_new_context))
    return on_security_mode_command(pdu);
  const bool plain_esm = nas::peek_discriminator(pdu) == static_cast<Byte>(nas::Family::esm);
  if (header == static_cast<Byte>(NasSecurityHeader::plain) || plain_esm) {
    const auto type = nas::peek_type(pdu);
    const bool taken =
        type && !plain_esm &&
        std::find(taken_unprotected.begin(), taken_unprotected.end(), *type) != taken_unprotected.end();
    if (secured_ || !taken) {
      count("ue.nas_unprotected");
      return;
    }
    return on_plain(pdu, false);
  }
  if (!current_) {
    count("ue.nas_unreadable");
    return;
  }
  const auto plain = current_->unprotect(pdu);
  if (!plain) {
    count("ue.nas_integrity_failed");
    return;
  }
  secured_ = true;
  //= S0.D11
  // The network has KASME' too, and after an idle move it has the answer to its security mode command: nobody
  // goes back behind it, not even when this is a refusal.
  settle_refresh(true, "KASME' is in use");
  on_plain(*plain, true);
}

void Ue::on_plain(Bytes plain, bool verified) {
  auto message = nas::decode_any(plain, nas::Direction::downlink);
  if (!message) {
    count("ue.nas_malformed");
    //= TS 24.301, 7.4
    //= TS 24.301, 7.5.1
    if (verified)
      send_status(message.why().fault == wire::Fault::wrong_type
                      ? nas::EmmCause::message_type_non_existent
                      : nas::EmmCause::invalid_mandatory_information);
    return;
  }
  std::visit(Cases{
                 [&](const nas::AttachAccept& m) { on_attach_accept(m); },
                 [&](const nas::AttachReject& m) { on_reject("attach", m.cause, m.t3346); },
                 [&](const nas::AuthenticationRequest& m) { on_authentication_request(m); },
                 [&](const nas::AuthenticationReject&) { on_authentication_reject(); },
                 [&](const nas::IdentityRequest& m) { on_identity_request(m, verified); },
                 [&](const nas::TauAccept& m) { on_tau_accept(m); },
                 [&](const nas::TauReject& m) { on_reject("tau", m.cause, m.t3346); },
                 [&](const nas::ServiceReject& m) { on_reject("service-request", m.cause, m.t3346); },
                 [&](const nas::DownlinkGenericNasTransport& m) { on_generic_transport(m); },
                 [&](const nas::GutiReallocationCommand& m) { on_guti_reallocation(m); },
                 [&](const nas::NetworkDetachRequest& m) { on_network_detach(m); },
                 [&](const nas::DetachAccept&) { on_detach_accept(); },
                 [&](const nas::EsmInformationRequest& m) { on_esm_information_request(m); },
                 [&](const nas::DeactivateBearerRequest& m) { on_deactivate_bearer(m); },
                 [&](const nas::ActivateDedicatedBearerRequest& m) {
                   nas::ActivateDedicatedBearerReject no;
                   no.bearer = m.bearer;
                   no.cause = nas::EsmCause::insufficient_resources;
                   send_nas(no);
                 },
                 [&](const nas::ActivateDefaultBearerRequest& m) {
                   nas::ActivateDefaultBearerReject no;
                   no.bearer = m.bearer;
                   no.cause = nas::EsmCause::insufficient_resources;
                   send_nas(no);
                 },
                 [&](const nas::EmmStatus& m) {
                   count("ue.nas_status_received");
                   log(LogLevel::info, "EMM STATUS: " + std::string(to_string(m.cause)));
                 },
                 [&](const nas::EsmStatus& m) {
                   count("ue.nas_status_received");
                   log(LogLevel::info, "ESM STATUS: " + std::string(to_string(m.cause)));
                 },
                 [&](const nas::EmmInformation&) { count("ue.emm_information"); },
                 [&](const nas::DownlinkNasTransport&) { count("ue.nas_transport_ignored"); },
                 [&](const auto&) {
                   count("ue.nas_unexpected");
                   send_status(nas::EmmCause::message_type_not_compatible_with_state);
                 },
             },
             *message);
}

/// send_status says that something was not understood; never to an unprotected message.
void Ue::send_status(nas::EmmCause cause) {
  if (secured_) send_nas(nas::EmmStatus{cause});
}

}  // namespace baton::node::ue
