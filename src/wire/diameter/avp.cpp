#include "wire/diameter/avp.h"

#include <algorithm>
#include <array>
#include <utility>

namespace baton::wire::diameter {

namespace {

using namespace avp;

// In the order of vendor and code, so that a look-up is a binary search; checked below.
constexpr std::array known{
    &user_name,
    &proxy_state,
    &host_ip_address,
    &auth_application_id,
    &acct_application_id,
    &vendor_specific_application_id,
    &session_id,
    &origin_host,
    &supported_vendor_id,
    &vendor_id,
    &firmware_revision,
    &result_code,
    &product_name,
    &disconnect_cause,
    &auth_session_state,
    &origin_state_id,
    &failed_avp,
    &proxy_host,
    &error_message,
    &route_record,
    &destination_realm,
    &proxy_info,
    &destination_host,
    &error_reporting_host,
    &origin_realm,
    &experimental_result,
    &experimental_result_code,
    &inband_security_id,
    &service_selection,
    &oc_supported_features,
    &oc_feature_vector,
    &oc_olr,
    &oc_sequence_number,
    &oc_validity_duration,
    &oc_report_type,
    &oc_reduction_percentage,
    // 3GPP
    &charging_characteristics,
    &max_requested_bandwidth_dl,
    &max_requested_bandwidth_ul,
    &confidentiality_key,
    &integrity_key,
    &supported_features,
    &feature_list_id,
    &feature_list,
    &msisdn,
    &qos_class_identifier,
    &rat_type,
    &allocation_retention_priority,
    &priority_level,
    &preemption_capability,
    &preemption_vulnerability,
    &subscription_data,
    &terminal_information,
    &imei,
    &software_version,
    &ulr_flags,
    &ula_flags,
    &visited_plmn_id,
    &requested_eutran_authentication_info,
    &requested_utran_geran_authentication_info,
    &number_of_requested_vectors,
    &re_synchronization_info,
    &immediate_response_preferred,
    &authentication_info,
    &eutran_vector,
    &utran_vector,
    &geran_vector,
    &network_access_mode,
    &item_number,
    &cancellation_type,
    &dsr_flags,
    &dsa_flags,
    &context_identifier,
    &subscriber_status,
    &operator_determined_barring,
    &access_restriction_data,
    &all_apn_configurations_included_indicator,
    &apn_configuration_profile,
    &apn_configuration,
    &eps_subscribed_qos_profile,
    &vplmn_dynamic_address_allowed,
    &alert_reason,
    &ambr,
    &pdn_gw_allocation_type,
    &rat_frequency_selection_priority_id,
    &ida_flags,
    &pua_flags,
    &nor_flags,
    &user_id,
    &equipment_status,
    &avp::rand,
    &xres,
    &autn,
    &kasme,
    &kc,
    &sres,
    &pdn_type,
    &sgsn_number,
    &idr_flags,
    &homogeneous_ims_voice,
    &eps_user_state,
    &eps_location_information,
    &mme_user_state,
    &sgsn_user_state,
    &user_state,
    &mme_location_information,
    &eutran_cell_global_identity,
    &tracking_area_identity,
    &current_location_retrieved,
    &age_of_location_information,
    &error_diagnostic,
    &ue_srvcc_capability,
    &subscribed_periodic_rau_tau_timer,
    &pur_flags,
    &clr_flags,
    // our own
    &kasme_epoch,
    &chain_step,
    &step_number,
    &step_direction,
    &step_count,
    &step_identity,
    &update_proof,
    &eksi,
    &aka_reference,
    &refreshed_kasme,
    &access_label,
    &transfer_counter,
    &kn3,
    &parent_key_id,
};

constexpr auto key(const AvpDef* d) { return std::pair(d->vendor, d->code); }
constexpr bool ordered() {
  for (std::size_t i = 1; i < known.size(); ++i)
    if (!(key(known[i - 1]) < key(known[i]))) return false;
  return true;
}
static_assert(ordered(), "the list is searched by vendor and code");

}  // namespace

const AvpDef* find_avp(std::uint32_t code, std::uint32_t vendor) {
  const auto want = std::pair(vendor, code);
  const auto* const at = std::lower_bound(known.begin(), known.end(), want,
                                          [](const AvpDef* d, const auto& k) { return key(d) < k; });
  return at != known.end() && key(*at) == want ? *at : nullptr;
}

std::span<const AvpDef* const> all_avps() { return known; }

}  // namespace baton::wire::diameter
