// cause.h: why something was refused, released or reported (TS 36.413, 9.2.1.3).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.2.1.3
enum class CauseRadioNetwork : Byte {
  unspecified,
  tx2relocoverall_expiry,
  successful_handover,
  release_due_to_eutran_generated_reason,
  handover_cancelled,
  partial_handover,
  ho_failure_in_target_epc_enb_or_target_system,
  ho_target_not_allowed,
  ts1relocoverall_expiry,
  ts1relocprep_expiry,
  cell_not_available,
  unknown_target_id,
  no_radio_resources_available_in_target_cell,
  unknown_mme_ue_s1ap_id,
  unknown_enb_ue_s1ap_id,
  unknown_pair_ue_s1ap_id,
  handover_desirable_for_radio_reason,
  time_critical_handover,
  resource_optimisation_handover,
  reduce_load_in_serving_cell,
  user_inactivity,
  radio_connection_with_ue_lost,
  load_balancing_tau_required,
  cs_fallback_triggered,
  ue_not_available_for_ps_service,
  radio_resources_not_available,
  failure_in_radio_interface_procedure,
  invalid_qos_combination,
  interrat_redirection,
  interaction_with_other_procedure,
  unknown_erab_id,
  multiple_erab_id_instances,
  encryption_and_or_integrity_protection_algorithms_not_supported,
  s1_intra_system_handover_triggered,
  s1_inter_system_handover_triggered,
  x2_handover_triggered,
  // extensions
  redirection_towards_1xrtt,
  not_supported_qci_value,
  invalid_csg_id,
  release_due_to_pre_emption,
  n26_interface_not_available,
};
enum class CauseTransport : Byte { transport_resource_unavailable, unspecified };
enum class CauseNas : Byte {
  normal_release,
  authentication_failure,
  detach,
  unspecified,
  csg_subscription_expiry,  ///< extension
};
enum class CauseProtocol : Byte {
  transfer_syntax_error,
  abstract_syntax_error_reject,
  abstract_syntax_error_ignore_and_notify,
  message_not_compatible_with_receiver_state,
  semantic_error,
  abstract_syntax_error_falsely_constructed_message,
  unspecified,
};
enum class CauseMisc : Byte {
  control_processing_overload,
  not_enough_user_plane_processing_resources,
  hardware_failure,
  om_intervention,
  unspecified,
  unknown_plmn,
};

/// Cause is one of the five groups, in the order of the CHOICE.
using Cause = std::variant<CauseRadioNetwork, CauseTransport, CauseNas, CauseProtocol, CauseMisc>;

/// to_string gives group and value, "radio network: user inactivity".
std::string to_string(const Cause& cause);

}  // namespace baton::wire::s1ap
