// ue_context.h: messages that make, change and end the context of a UE in an eNB (TS 36.413, 9.1.4).
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "keys/types.h"
#include "wire/s1ap/table.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

/// Carries KeNB, so it can be moved but not copied.
struct InitialContextSetupRequest {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  UeAmbr ue_ambr;
  std::vector<ErabToSetup> erabs;  ///< 1 to 256
  UeSecurityCapabilities ue_security_capabilities;
  Kenb security_key;
  std::optional<UeRadioCapability> ue_radio_capability;
  std::optional<Gummei> gummei;

  static constexpr Outline outline{Procedure::initial_context_setup, PduType::initiating, Criticality::reject,
                                   "INITIAL CONTEXT SETUP REQUEST"};
  //= TS 36.413, 9.1.4.1
  template <class M = InitialContextSetupRequest>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::ue_aggregate_maximum_bitrate, Criticality::reject,
                               "UE Aggregate Maximum Bit Rate", &M::ue_ambr},
                      Required{IeId::erab_to_be_setup_list_ctxt_su_req, Criticality::reject,
                               "E-RAB to Be Setup List", &M::erabs},
                      Required{IeId::ue_security_capabilities, Criticality::reject,
                               "UE Security Capabilities", &M::ue_security_capabilities},
                      Required{IeId::security_key, Criticality::reject, "Security Key", &M::security_key},
                      Optional{IeId::ue_radio_capability, Criticality::ignore, "UE Radio Capability",
                               &M::ue_radio_capability},
                      Optional{IeId::gummei, Criticality::ignore, "Registered GUMMEI", &M::gummei}};
  }
  friend bool operator==(const InitialContextSetupRequest&, const InitialContextSetupRequest&) = default;
};

struct InitialContextSetupResponse {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::vector<ErabSetUp> erabs;    ///< 1 to 256
  std::vector<ErabFailed> failed;  ///< 0 to 256
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::initial_context_setup, PduType::successful, Criticality::reject,
                                   "INITIAL CONTEXT SETUP RESPONSE"};
  //= TS 36.413, 9.1.4.3
  template <class M = InitialContextSetupResponse>
  static constexpr auto ies() {
    return std::tuple{
        Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
        Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
        Required{IeId::erab_setup_list_ctxt_su_res, Criticality::ignore, "E-RAB Setup List", &M::erabs},
        Optional{IeId::erab_failed_to_setup_list_ctxt_su_res, Criticality::ignore,
                 "E-RAB Failed to Setup List", &M::failed},
        Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                 &M::diagnostics}};
  }
  friend bool operator==(const InitialContextSetupResponse&, const InitialContextSetupResponse&) = default;
};

struct InitialContextSetupFailure {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::initial_context_setup, PduType::unsuccessful,
                                   Criticality::reject, "INITIAL CONTEXT SETUP FAILURE"};
  //= TS 36.413, 9.1.4.4
  template <class M = InitialContextSetupFailure>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const InitialContextSetupFailure&, const InitialContextSetupFailure&) = default;
};

struct UeContextReleaseRequest {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;

  static constexpr Outline outline{Procedure::ue_context_release_request, PduType::initiating,
                                   Criticality::ignore, "UE CONTEXT RELEASE REQUEST"};
  //= TS 36.413, 9.1.4.5
  template <class M = UeContextReleaseRequest>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}}};
  }
  friend bool operator==(const UeContextReleaseRequest&, const UeContextReleaseRequest&) = default;
};

struct UeContextReleaseCommand {
  UeS1apIds ids;
  Cause cause;

  static constexpr Outline outline{Procedure::ue_context_release, PduType::initiating, Criticality::reject,
                                   "UE CONTEXT RELEASE COMMAND"};
  //= TS 36.413, 9.1.4.6
  template <class M = UeContextReleaseCommand>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::ue_s1ap_ids, Criticality::reject, "UE S1AP IDs", &M::ids},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}}};
  }
  friend bool operator==(const UeContextReleaseCommand&, const UeContextReleaseCommand&) = default;
};

struct UeContextReleaseComplete {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::ue_context_release, PduType::successful, Criticality::reject,
                                   "UE CONTEXT RELEASE COMPLETE"};
  //= TS 36.413, 9.1.4.7
  template <class M = UeContextReleaseComplete>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const UeContextReleaseComplete&, const UeContextReleaseComplete&) = default;
};

/// May carry a new KeNB, so it can be moved but not copied.
struct UeContextModificationRequest {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::optional<Kenb> security_key;
  std::optional<UeAmbr> ue_ambr;
  std::optional<UeSecurityCapabilities> ue_security_capabilities;

  static constexpr Outline outline{Procedure::ue_context_modification, PduType::initiating,
                                   Criticality::reject, "UE CONTEXT MODIFICATION REQUEST"};
  //= TS 36.413, 9.1.4.8
  template <class M = UeContextModificationRequest>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::security_key, Criticality::reject, "Security Key", &M::security_key},
                      Optional{IeId::ue_aggregate_maximum_bitrate, Criticality::ignore,
                               "UE Aggregate Maximum Bit Rate", &M::ue_ambr},
                      Optional{IeId::ue_security_capabilities, Criticality::reject,
                               "UE Security Capabilities", &M::ue_security_capabilities}};
  }
  friend bool operator==(const UeContextModificationRequest&, const UeContextModificationRequest&) = default;
};

struct UeContextModificationResponse {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::ue_context_modification, PduType::successful,
                                   Criticality::reject, "UE CONTEXT MODIFICATION RESPONSE"};
  //= TS 36.413, 9.1.4.9
  template <class M = UeContextModificationResponse>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const UeContextModificationResponse&,
                         const UeContextModificationResponse&) = default;
};

struct UeContextModificationFailure {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  Cause cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::ue_context_modification, PduType::unsuccessful,
                                   Criticality::reject, "UE CONTEXT MODIFICATION FAILURE"};
  //= TS 36.413, 9.1.4.10
  template <class M = UeContextModificationFailure>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const UeContextModificationFailure&, const UeContextModificationFailure&) = default;
};

struct UeCapabilityInfoIndication {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  UeRadioCapability ue_radio_capability;

  static constexpr Outline outline{Procedure::ue_capability_info_indication, PduType::initiating,
                                   Criticality::ignore, "UE CAPABILITY INFO INDICATION"};
  //= TS 36.413, 9.1.10
  template <class M = UeCapabilityInfoIndication>
  static constexpr auto ies() {
    return std::tuple{Required{IeId::mme_ue_s1ap_id, Criticality::reject, "MME UE S1AP ID", &M::mme_ue_id},
                      Required{IeId::enb_ue_s1ap_id, Criticality::reject, "eNB UE S1AP ID", &M::enb_ue_id},
                      Required{IeId::ue_radio_capability, Criticality::ignore, "UE Radio Capability",
                               &M::ue_radio_capability}};
  }
  friend bool operator==(const UeCapabilityInfoIndication&, const UeCapabilityInfoIndication&) = default;
};

}  // namespace baton::wire::s1ap
