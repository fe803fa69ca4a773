// reject.h: why a procedure of a UE ends badly, and how that is said.
#pragma once

#include <optional>
#include <string_view>

#include "wire/nas/causes.h"

namespace baton::node::mme {

/// Refusal carries the reason out of a procedure. Only the end of the procedure turns it into a message.
struct Refusal {
  enum class How : Byte {
    reject,                 ///< ATTACH REJECT, TAU REJECT ... with `cause`
    authentication_reject,  ///< AUTHENTICATION REJECT: the UE is not who it says
    silent,                 ///< nobody is there to be told: the connection is released
    detach,                 ///< the UE believes that it is registered: DETACH REQUEST, re-attach
  };
  How how = How::reject;
  wire::nas::EmmCause cause = wire::nas::EmmCause::network_failure;
  std::optional<wire::nas::EsmCause> esm;  ///< goes into a PDN CONNECTIVITY REJECT inside
  std::string_view because;                ///< for the log; a literal
};

inline Refusal reject(wire::nas::EmmCause cause, std::string_view because) {
  return {Refusal::How::reject, cause, std::nullopt, because};
}
/// The bearer could not be had. TS 24.301, 5.5.1.2.5: EMM cause 19 around the ESM cause.
inline Refusal reject_esm(wire::nas::EsmCause cause, std::string_view because) {
  return {Refusal::How::reject, wire::nas::EmmCause::esm_failure, cause, because};
}
inline Refusal reject_authentication(std::string_view because) {
  return {Refusal::How::authentication_reject, wire::nas::EmmCause::illegal_ue, std::nullopt, because};
}
inline Refusal abandon(std::string_view because) {
  return {Refusal::How::silent, wire::nas::EmmCause::network_failure, std::nullopt, because};
}
inline Refusal send_away(std::string_view because) {
  return {Refusal::How::detach, wire::nas::EmmCause::network_failure, std::nullopt, because};
}

}  // namespace baton::node::mme
