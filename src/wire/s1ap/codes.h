// codes.h: the numbers of S1AP: procedures, protocol-IE ids, criticality.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.3.7
/// Procedure is an elementary procedure. Values that are not listed travel through as numbers.
enum class Procedure : Byte {
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
  cause = 2,
  enb_ue_s1ap_id = 8,
  erab_to_be_setup_list_ctxt_su_req = 24,
  nas_pdu = 26,
  erab_item = 35,
  security_context = 40,
  ue_paging_id = 43,
  paging_drx = 44,
  tai_list = 46,
  tai_item = 47,
  erab_failed_to_setup_list_ctxt_su_res = 48,
  erab_setup_item_ctxt_su_res = 50,
  erab_setup_list_ctxt_su_res = 51,
  erab_to_be_setup_item_ctxt_su_req = 52,
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
  ue_identity_index_value = 80,
  relative_mme_capacity = 87,
  ue_associated_logical_s1_connection_item = 91,
  reset_type = 92,
  ue_associated_logical_s1_connection_list_res_ack = 93,
  s_tmsi = 96,
  ue_s1ap_ids = 99,
  eutran_cgi = 100,
  served_gummeis = 105,
  ue_security_capabilities = 107,
  cn_domain = 109,
  rrc_establishment_cause = 134,
  default_paging_drx = 137,
};

}  // namespace baton::wire::s1ap
