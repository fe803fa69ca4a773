#include "wire/nas/causes.h"

namespace baton::wire::nas {

std::string_view to_string(EmmCause cause) {
  using enum EmmCause;
  switch (cause) {
    case imsi_unknown_in_hss: return "IMSI unknown in HSS";
    case illegal_ue: return "illegal UE";
    case imei_not_accepted: return "IMEI not accepted";
    case illegal_me: return "illegal ME";
    case eps_services_not_allowed: return "EPS services not allowed";
    case eps_and_non_eps_services_not_allowed: return "EPS and non-EPS services not allowed";
    case ue_identity_cannot_be_derived: return "UE identity cannot be derived by the network";
    case implicitly_detached: return "implicitly detached";
    case plmn_not_allowed: return "PLMN not allowed";
    case tracking_area_not_allowed: return "tracking area not allowed";
    case roaming_not_allowed_in_tracking_area: return "roaming not allowed in this tracking area";
    case eps_services_not_allowed_in_plmn: return "EPS services not allowed in this PLMN";
    case no_suitable_cells_in_tracking_area: return "no suitable cells in tracking area";
    case msc_temporarily_not_reachable: return "MSC temporarily not reachable";
    case network_failure: return "network failure";
    case cs_domain_not_available: return "CS domain not available";
    case esm_failure: return "ESM failure";
    case mac_failure: return "MAC failure";
    case synch_failure: return "synch failure";
    case congestion: return "congestion";
    case ue_security_capabilities_mismatch: return "UE security capabilities mismatch";
    case security_mode_rejected_unspecified: return "security mode rejected, unspecified";
    case not_authorized_for_csg: return "not authorized for this CSG";
    case non_eps_authentication_unacceptable: return "non-EPS authentication unacceptable";
    case requested_service_option_not_authorized: return "requested service option not authorized";
    case cs_service_temporarily_not_available: return "CS service temporarily not available";
    case no_eps_bearer_context_activated: return "no EPS bearer context activated";
    case severe_network_failure: return "severe network failure";
    case semantically_incorrect_message: return "semantically incorrect message";
    case invalid_mandatory_information: return "invalid mandatory information";
    case message_type_non_existent: return "message type non-existent or not implemented";
    case message_type_not_compatible_with_state: return "message type not compatible with the state";
    case information_element_non_existent: return "information element non-existent or not implemented";
    case conditional_ie_error: return "conditional IE error";
    case message_not_compatible_with_state: return "message not compatible with the state";
    case protocol_error_unspecified: return "protocol error, unspecified";
  }
  return "unknown cause";
}

std::string_view to_string(EsmCause cause) {
  using enum EsmCause;
  switch (cause) {
    case operator_determined_barring: return "operator determined barring";
    case insufficient_resources: return "insufficient resources";
    case missing_or_unknown_apn: return "missing or unknown APN";
    case unknown_pdn_type: return "unknown PDN type";
    case user_authentication_failed: return "user authentication failed";
    case rejected_by_gateway: return "request rejected by Serving GW or PDN GW";
    case request_rejected_unspecified: return "request rejected, unspecified";
    case service_option_not_supported: return "service option not supported";
    case requested_service_option_not_subscribed: return "requested service option not subscribed";
    case service_option_temporarily_out_of_order: return "service option temporarily out of order";
    case pti_already_in_use: return "PTI already in use";
    case regular_deactivation: return "regular deactivation";
    case eps_qos_not_accepted: return "EPS QoS not accepted";
    case network_failure: return "network failure";
    case reactivation_requested: return "reactivation requested";
    case semantic_error_in_tft: return "semantic error in the TFT operation";
    case syntactical_error_in_tft: return "syntactical error in the TFT operation";
    case invalid_eps_bearer_identity: return "invalid EPS bearer identity";
    case semantic_errors_in_packet_filters: return "semantic errors in packet filters";
    case syntactical_errors_in_packet_filters: return "syntactical errors in packet filters";
    case pti_mismatch: return "PTI mismatch";
    case last_pdn_disconnection_not_allowed: return "last PDN disconnection not allowed";
    case pdn_type_ipv4_only: return "PDN type IPv4 only allowed";
    case pdn_type_ipv6_only: return "PDN type IPv6 only allowed";
    case single_address_bearers_only: return "single address bearers only allowed";
    case esm_information_not_received: return "ESM information not received";
    case pdn_connection_does_not_exist: return "PDN connection does not exist";
    case multiple_pdn_connections_not_allowed: return "multiple PDN connections for an APN not allowed";
    case collision_with_network_request: return "collision with network initiated request";
    case unsupported_qci: return "unsupported QCI value";
    case bearer_handling_not_supported: return "bearer handling not supported";
    case maximum_number_of_bearers: return "maximum number of EPS bearers reached";
    case invalid_pti: return "invalid PTI value";
    case semantically_incorrect_message: return "semantically incorrect message";
    case invalid_mandatory_information: return "invalid mandatory information";
    case message_type_non_existent: return "message type non-existent or not implemented";
    case message_type_not_compatible_with_state: return "message type not compatible with the state";
    case information_element_non_existent: return "information element non-existent or not implemented";
    case conditional_ie_error: return "conditional IE error";
    case message_not_compatible_with_state: return "message not compatible with the state";
    case protocol_error_unspecified: return "protocol error, unspecified";
  }
  return "unknown cause";
}

}  // namespace baton::wire::nas
