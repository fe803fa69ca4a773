// codes.h: the numbers of S1AP: procedures, protocol-IE ids, criticality.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.3.7
/// Procedure is an elementary procedure. Values that are not listed travel through as numbers.
enum class Procedure : Byte {
  handover_preparation = 0,
  handover_resource_allocation = 1,
  handover_notification = 2,
  path_switch_request = 3,
  handover_cancel = 4,
  initial_context_setup = 9,
  paging = 10,
  downlink_nas_transport = 11,
  initial_ue_message = 12,
  uplink_nas_transport = 13,
  reset = 14,
  error_indication = 15,
  nas_non_delivery_indication = 16,
  s1_setup = 17,
  ue_context_release_request = 18,
  ue_context_modification = 21,
  ue_capability_info_indication = 22,
  ue_context_release = 23,
  enb_status_transfer = 24,
  mme_status_transfer = 25,
};
std::string_view to_string(Procedure p);

//= TS 36.413, 9.3.1
/// PduType is the alternative of the outermost CHOICE; it is also what TriggeringMessage names.
enum class PduType : Byte { initiating = 0, successful = 1, unsuccessful = 2 };
std::string_view to_string(PduType t);

//= TS 36.413, 10.3.2
/// Criticality says what a receiver does with an element that it does not understand.
enum class Criticality : Byte { reject = 0, ignore = 1, notify = 2 };
std::string_view to_string(Criticality c);

//= TS 36.413, 9.2.1.21
enum class TypeOfError : Byte { not_understood = 0, missing = 1 };

//= TS 36.413, 9.3.7
/// IeId names a protocol IE. A peer may send any of 65536 values; those listed are known to a table.
enum class IeId : std::uint16_t {
  mme_ue_s1ap_id = 0,
  handover_type = 1,
  cause = 2,
  target_id = 4,
  enb_ue_s1ap_id = 8,
  erab_subject_to_data_forwarding_list = 12,
  erab_to_release_list_ho_cmd = 13,
  erab_data_forwarding_item = 14,
  erab_admitted_list = 18,
  erab_failed_to_setup_list_ho_req_ack = 19,
  erab_admitted_item = 20,
  erab_failed_to_setup_item_ho_req_ack = 21,
  erab_to_be_switched_dl_list = 22,
  erab_to_be_switched_dl_item = 23,
  erab_to_be_setup_list_ctxt_su_req = 24,
  nas_pdu = 26,
  erab_to_be_setup_item_ho_req = 27,
  erab_to_be_released_list = 33,
  erab_item = 35,
  security_context = 40,
  handover_restriction_list = 41,
  ue_paging_id = 43,
  paging_drx = 44,
  tai_list = 46,
  tai_item = 47,
  erab_failed_to_setup_list_ctxt_su_res = 48,
  erab_setup_item_ctxt_su_res = 50,
  erab_setup_list_ctxt_su_res = 51,
  erab_to_be_setup_item_ctxt_su_req = 52,
  erab_to_be_setup_list_ho_req = 53,
  criticality_diagnostics = 58,
  global_enb_id = 59,
  enb_name = 60,
  mme_name = 61,
  supported_tas = 64,
  time_to_wait = 65,
  ue_aggregate_maximum_bitrate = 66,
  tai = 67,
  security_key = 73,
  ue_radio_capability = 74,
  gummei = 75,
  erab_information_list_item = 78,
  direct_forwarding_path_availability = 79,
  ue_identity_index_value = 80,
  relative_mme_capacity = 87,
  source_mme_ue_s1ap_id = 88,
  bearers_subject_to_status_transfer_item = 89,
  enb_status_transfer_transparent_container = 90,
  ue_associated_logical_s1_connection_item = 91,
  reset_type = 92,
  ue_associated_logical_s1_connection_list_res_ack = 93,
  erab_to_be_switched_ul_item = 94,
  erab_to_be_switched_ul_list = 95,
  s_tmsi = 96,
  ue_s1ap_ids = 99,
  eutran_cgi = 100,
  source_to_target_transparent_container = 104,
  served_gummeis = 105,
  ue_security_capabilities = 107,
  cn_domain = 109,
  target_to_source_transparent_container = 123,
  rrc_establishment_cause = 134,
  nas_security_parameters_from_eutran = 135,
  nas_security_parameters_to_eutran = 136,
  default_paging_drx = 137,
  // Ours, at the top of the range (docs/extensions.md).
  private_announcement = 65528,  // extension
  private_kenb_star = 65529,     // extension
  private_key_handling = 65530,  // extension
  private_container = 65531,     // extension
};

}  // namespace baton::wire::s1ap
