// handover.h: messages that move a connected UE from one eNB to another (TS 36.413, 9.1.5).
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "wire/s1ap/containers.h"
#include "wire/s1ap/handover_types.h"
#include "wire/s1ap/table.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

/// Carries KeNB*, if the policy has it, so it can be moved but not copied.
struct HandoverRequired {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  HandoverType type{};
  Cause cause;
  TargetId target;
  std::optional<DirectForwardingPath> direct_forwarding;
  TransparentContainer container;  ///< source to target
  std::optional<KenbStar> kenb_star{};

  static constexpr Outline outline{Procedure::handover_preparation, PduType::initiating, Criticality::reject,
                                   "HANDOVER REQUIRED"};
  //= TS 36.413, 9.1.5.1
  template <class M = HandoverRequired>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::handover_type, Criticality::reject, "Handover Type", &M::type},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Required{IeId::target_id, Criticality::reject, "Target ID", &M::target},
                      Optional{IeId::direct_forwarding_path_availability, Criticality::ignore,
                               "Direct Forwarding Path Availability", &M::direct_forwarding},
                      Required{IeId::source_to_target_transparent_container, Criticality::reject,
                               "Source to Target Transparent Container", &M::container},
                      Optional{IeId::private_kenb_star, Criticality::reject, "KeNB*", &M::kenb_star}};
  }
  friend bool operator==(const HandoverRequired&, const HandoverRequired&) = default;
};

struct HandoverCommand {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  HandoverType type{};
  std::optional<NasSecurityParameters> nas_security;  ///< to UTRAN or GERAN
  std::vector<ErabToForward> forwarding;              ///< 0 to 256
  std::vector<ErabFailed> to_release;                 ///< 0 to 256
  TransparentContainer container;                     ///< target to source
  std::optional<CriticalityDiagnostics> diagnostics;
  std::optional<ContainerOctets> security_container{};

  static constexpr Outline outline{Procedure::handover_preparation, PduType::successful, Criticality::reject,
                                   "HANDOVER COMMAND"};
  //= TS 36.413, 9.1.5.2
  template <class M = HandoverCommand>
  static constexpr auto ies() {
    return std::tuple{
        Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
        Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
        Required{IeId::handover_type, Criticality::reject, "Handover Type", &M::type},
        Optional{IeId::nas_security_parameters_from_eutran, Criticality::reject,
                 "NAS Security Parameters from E-UTRAN", &M::nas_security},
        OptionalItems{IeId::erab_subject_to_data_forwarding_list, Criticality::ignore,
                      "E-RABs Subject to Forwarding List", &M::forwarding, IeId::erab_data_forwarding_item,
                      Criticality::ignore},
        Optional{IeId::erab_to_release_list_ho_cmd, Criticality::ignore, "E-RABs to Release List",
                 &M::to_release},
        Required{IeId::target_to_source_transparent_container, Criticality::reject,
                 "Target to Source Transparent Container", &M::container},
        Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                 &M::diagnostics},
        Optional{IeId::private_container, Criticality::reject, "handover container", &M::security_container}};
  }
  friend bool operator==(const HandoverCommand&, const HandoverCommand&) = default;
};

struct HandoverPreparationFailure {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::handover_preparation, PduType::unsuccessful,
                                   Criticality::reject, "HANDOVER PREPARATION FAILURE"};
  //= TS 36.413, 9.1.5.3
  template <class M = HandoverPreparationFailure>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const HandoverPreparationFailure&, const HandoverPreparationFailure&) = default;
};

/// Carries NH, so it can be moved but not copied.
struct HandoverRequest {
  MmeUeS1apId mme_ue_id;
  HandoverType type{};
  Cause cause;
  UeAmbr ue_ambr;
  std::vector<ErabToHandOver> erabs;  ///< 1 to 256
  TransparentContainer container;     ///< source to target
  UeSecurityCapabilities ue_security_capabilities;
  std::optional<HandoverRestrictionList> restrictions;
  SecurityContext security;
  std::optional<NasSecurityParameters> nas_security;  ///< from UTRAN or GERAN
  std::optional<Gummei> gummei;
  std::optional<KeyHandling> key_handling{};

  static constexpr Outline outline{Procedure::handover_resource_allocation, PduType::initiating,
                                   Criticality::reject, "HANDOVER REQUEST"};
  //= TS 36.413, 9.1.5.4
  template <class M = HandoverRequest>
  static constexpr auto ies() {
    return std::tuple{
        Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
        Required{IeId::handover_type, Criticality::reject, "Handover Type", &M::type},
        Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
        Required{IeId::ue_aggregate_maximum_bitrate, Criticality::reject, "UE Aggregate Maximum Bit Rate",
                 &M::ue_ambr},
        RequiredItems{IeId::erab_to_be_setup_list_ho_req, Criticality::reject, "E-RABs To Be Setup List",
                      &M::erabs, IeId::erab_to_be_setup_item_ho_req, Criticality::reject},
        Required{IeId::source_to_target_transparent_container, Criticality::reject,
                 "Source to Target Transparent Container", &M::container},
        Required{IeId::ue_security_capabilities, Criticality::reject, "UE Security Capabilities",
                 &M::ue_security_capabilities},
        Optional{IeId::handover_restriction_list, Criticality::ignore, "Handover Restriction List",
                 &M::restrictions},
        Required{IeId::security_context, Criticality::reject, "Security Context", &M::security},
        Optional{IeId::nas_security_parameters_to_eutran, Criticality::reject,
                 "NAS Security Parameters to E-UTRAN", &M::nas_security},
        Optional{IeId::gummei, Criticality::ignore, "GUMMEI", &M::gummei},
        Optional{IeId::private_key_handling, Criticality::reject, "key handling", &M::key_handling}};
  }
  friend bool operator==(const HandoverRequest&, const HandoverRequest&) = default;
};

struct HandoverRequestAcknowledge {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::vector<ErabAdmitted> erabs;  ///< 1 to 256
  std::vector<ErabFailed> failed;   ///< 0 to 256
  TransparentContainer container;   ///< target to source
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::handover_resource_allocation, PduType::successful,
                                   Criticality::reject, "HANDOVER REQUEST ACKNOWLEDGE"};
  //= TS 36.413, 9.1.5.5
  template <class M = HandoverRequestAcknowledge>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      RequiredItems{IeId::erab_admitted_list, Criticality::ignore, "E-RABs Admitted List",
                                    &M::erabs, IeId::erab_admitted_item, Criticality::ignore},
                      OptionalItems{IeId::erab_failed_to_setup_list_ho_req_ack, Criticality::ignore,
                                    "E-RABs Failed to Setup List", &M::failed,
                                    IeId::erab_failed_to_setup_item_ho_req_ack, Criticality::ignore},
                      Required{IeId::target_to_source_transparent_container, Criticality::reject,
                               "Target to Source Transparent Container", &M::container},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const HandoverRequestAcknowledge&, const HandoverRequestAcknowledge&) = default;
};

struct HandoverFailure {
  MmeUeS1apId mme_ue_id;
  Cause cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::handover_resource_allocation, PduType::unsuccessful,
                                   Criticality::reject, "HANDOVER FAILURE"};
  //= TS 36.413, 9.1.5.6
  template <class M = HandoverFailure>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const HandoverFailure&, const HandoverFailure&) = default;
};

struct HandoverNotify {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Ecgi cell;
  Tai tai;

  static constexpr Outline outline{Procedure::handover_notification, PduType::initiating, Criticality::ignore,
                                   "HANDOVER NOTIFY"};
  //= TS 36.413, 9.1.5.7
  template <class M = HandoverNotify>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::eutran_cgi, Criticality::ignore, "E-UTRAN CGI", &M::cell},
                      Required{IeId::tai, Criticality::ignore, "TAI", &M::tai}};
  }
  friend bool operator==(const HandoverNotify&, const HandoverNotify&) = default;
};

struct PathSwitchRequest {
  EnbUeS1apId enb_ue_id;
  std::vector<ErabSwitched> erabs;  ///< 1 to 256
  MmeUeS1apId source_mme_ue_id;     ///< the id that the UE had at the source eNB
  Ecgi cell;
  Tai tai;
  UeSecurityCapabilities ue_security_capabilities;

  static constexpr Outline outline{Procedure::path_switch_request, PduType::initiating, Criticality::reject,
                                   "PATH SWITCH REQUEST"};
  //= TS 36.413, 9.1.5.8
  template <class M = PathSwitchRequest>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      RequiredItems{IeId::erab_to_be_switched_dl_list, Criticality::reject,
                                    "E-RAB To Be Switched in Downlink List", &M::erabs,
                                    IeId::erab_to_be_switched_dl_item, Criticality::reject},
                      Required{IeId::source_mme_ue_s1ap_id, Criticality::reject, "Source MME UE S1AP ID",
                               &M::source_mme_ue_id},
                      Required{IeId::eutran_cgi, Criticality::ignore, "E-UTRAN CGI", &M::cell},
                      Required{IeId::tai, Criticality::ignore, "TAI", &M::tai},
                      Required{IeId::ue_security_capabilities, Criticality::ignore,
                               "UE Security Capabilities", &M::ue_security_capabilities}};
  }
  friend bool operator==(const PathSwitchRequest&, const PathSwitchRequest&) = default;
};

/// Carries NH, so it can be moved but not copied.
struct PathSwitchRequestAcknowledge {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::optional<UeAmbr> ue_ambr;
  std::vector<ErabSwitched> switched;  ///< 0 to 256: those whose uplink end changes
  std::vector<ErabFailed> to_release;  ///< 0 to 256
  SecurityContext security;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::path_switch_request, PduType::successful, Criticality::reject,
                                   "PATH SWITCH REQUEST ACKNOWLEDGE"};
  //= TS 36.413, 9.1.5.9
  template <class M = PathSwitchRequestAcknowledge>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::ue_aggregate_maximum_bitrate, Criticality::ignore,
                               "UE Aggregate Maximum Bit Rate", &M::ue_ambr},
                      OptionalItems{IeId::erab_to_be_switched_ul_list, Criticality::ignore,
                                    "E-RAB To Be Switched in Uplink List", &M::switched,
                                    IeId::erab_to_be_switched_ul_item, Criticality::ignore},
                      Optional{IeId::erab_to_be_released_list, Criticality::ignore,
                               "E-RAB To Be Released List", &M::to_release},
                      Required{IeId::security_context, Criticality::reject, "Security Context", &M::security},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const PathSwitchRequestAcknowledge&, const PathSwitchRequestAcknowledge&) = default;
};

struct PathSwitchRequestFailure {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::path_switch_request, PduType::unsuccessful, Criticality::reject,
                                   "PATH SWITCH REQUEST FAILURE"};
  //= TS 36.413, 9.1.5.10
  template <class M = PathSwitchRequestFailure>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const PathSwitchRequestFailure&, const PathSwitchRequestFailure&) = default;
};

struct HandoverCancel {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;

  static constexpr Outline outline{Procedure::handover_cancel, PduType::initiating, Criticality::reject,
                                   "HANDOVER CANCEL"};
  //= TS 36.413, 9.1.5.11
  template <class M = HandoverCancel>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}}};
  }
  friend bool operator==(const HandoverCancel&, const HandoverCancel&) = default;
};

struct HandoverCancelAcknowledge {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::handover_cancel, PduType::successful, Criticality::reject,
                                   "HANDOVER CANCEL ACKNOWLEDGE"};
  //= TS 36.413, 9.1.5.12
  template <class M = HandoverCancelAcknowledge>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const HandoverCancelAcknowledge&, const HandoverCancelAcknowledge&) = default;
};

struct EnbStatusTransfer {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  StatusTransferContainer container;

  static constexpr Outline outline{Procedure::enb_status_transfer, PduType::initiating, Criticality::ignore,
                                   "ENB STATUS TRANSFER"};
  //= TS 36.413, 9.1.5.13
  template <class M = EnbStatusTransfer>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::enb_status_transfer_transparent_container, Criticality::reject,
                               "eNB Status Transfer Transparent Container", &M::container}};
  }
  friend bool operator==(const EnbStatusTransfer&, const EnbStatusTransfer&) = default;
};

struct MmeStatusTransfer {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  StatusTransferContainer container;

  static constexpr Outline outline{Procedure::mme_status_transfer, PduType::initiating, Criticality::ignore,
                                   "MME STATUS TRANSFER"};
  //= TS 36.413, 9.1.5.14
  template <class M = MmeStatusTransfer>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::enb_status_transfer_transparent_container, Criticality::reject,
                               "eNB Status Transfer Transparent Container", &M::container}};
  }
  friend bool operator==(const MmeStatusTransfer&, const MmeStatusTransfer&) = default;
};

}  // namespace baton::wire::s1ap
