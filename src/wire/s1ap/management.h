// management.h: messages about the S1 connection itself (TS 36.413, 9.1.8 and 9.1.9).
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "wire/s1ap/table.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

struct S1SetupRequest {
  GlobalEnbId enb;
  std::optional<Name> enb_name;
  std::vector<SupportedTa> supported_tas;
  PagingDrx default_paging_drx{};
  std::optional<AnnouncementOctets> announcement{};

  static constexpr Outline outline{Procedure::s1_setup, PduType::initiating, Criticality::reject,
                                   "S1 SETUP REQUEST"};
  //= TS 36.413, 9.1.8.4
  template <class M = S1SetupRequest>
  static constexpr auto ies() {
    return std::tuple{
        Required{IeId::global_enb_id, Criticality::reject, "Global eNB ID", &M::enb},
        Optional{IeId::enb_name, Criticality::ignore, "eNB Name", &M::enb_name},
        Required{IeId::supported_tas, Criticality::reject, "Supported TAs", &M::supported_tas},
        Assumed{IeId::default_paging_drx, "Default Paging DRX", &M::default_paging_drx, PagingDrx::v128},
        Optional{IeId::private_announcement, Criticality::ignore, "announcement", &M::announcement}};
  }
  friend bool operator==(const S1SetupRequest&, const S1SetupRequest&) = default;
};

struct S1SetupResponse {
  std::optional<Name> mme_name;
  std::vector<ServedGummei> served_gummeis;
  RelativeMmeCapacity relative_mme_capacity;
  std::optional<CriticalityDiagnostics> diagnostics;
  std::optional<AnnouncementOctets> announcement{};

  static constexpr Outline outline{Procedure::s1_setup, PduType::successful, Criticality::reject,
                                   "S1 SETUP RESPONSE"};
  //= TS 36.413, 9.1.8.5
  template <class M = S1SetupResponse>
  static constexpr auto ies() {
    return std::tuple{
        Optional{IeId::mme_name, Criticality::ignore, "MME Name", &M::mme_name},
        Required{IeId::served_gummeis, Criticality::reject, "Served GUMMEIs", &M::served_gummeis},
        Assumed{IeId::relative_mme_capacity, "Relative MME Capacity", &M::relative_mme_capacity,
                RelativeMmeCapacity{255}},
        Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                 &M::diagnostics},
        Optional{IeId::private_announcement, Criticality::ignore, "announcement", &M::announcement}};
  }
  friend bool operator==(const S1SetupResponse&, const S1SetupResponse&) = default;
};

struct S1SetupFailure {
  Cause cause;
  std::optional<TimeToWait> time_to_wait;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::s1_setup, PduType::unsuccessful, Criticality::reject,
                                   "S1 SETUP FAILURE"};
  //= TS 36.413, 9.1.8.6
  template <class M = S1SetupFailure>
  static constexpr auto ies() {
    return std::tuple{Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Optional{IeId::time_to_wait, Criticality::ignore, "Time to wait", &M::time_to_wait},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const S1SetupFailure&, const S1SetupFailure&) = default;
};

struct Reset {
  Cause cause;
  ResetType type;

  static constexpr Outline outline{Procedure::reset, PduType::initiating, Criticality::reject, "RESET"};
  //= TS 36.413, 9.1.8.1
  template <class M = Reset>
  static constexpr auto ies() {
    return std::tuple{Assumed{IeId::cause, "Cause", &M::cause, Cause{CauseMisc::unspecified}},
                      Required{IeId::reset_type, Criticality::reject, "Reset Type", &M::type}};
  }
  friend bool operator==(const Reset&, const Reset&) = default;
};

struct ResetAcknowledge {
  std::vector<UeConnection> connections;  ///< empty unless the Reset named some
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::reset, PduType::successful, Criticality::reject,
                                   "RESET ACKNOWLEDGE"};
  //= TS 36.413, 9.1.8.2
  template <class M = ResetAcknowledge>
  static constexpr auto ies() {
    return std::tuple{Optional{IeId::ue_associated_logical_s1_connection_list_res_ack, Criticality::ignore,
                               "UE-associated logical S1-connection list", &M::connections},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const ResetAcknowledge&, const ResetAcknowledge&) = default;
};

struct ErrorIndication {
  std::optional<MmeUeS1apId> mme_ue_id;
  std::optional<EnbUeS1apId> enb_ue_id;
  std::optional<Cause> cause;
  std::optional<CriticalityDiagnostics> diagnostics;

  static constexpr Outline outline{Procedure::error_indication, PduType::initiating, Criticality::ignore,
                                   "ERROR INDICATION"};
  //= TS 36.413, 9.1.8.3
  template <class M = ErrorIndication>
  static constexpr auto ies() {
    return std::tuple{Optional{IeId::mme_ue_s1ap_id, Criticality::ignore, "MME UE S1AP ID", &M::mme_ue_id},
                      Optional{IeId::enb_ue_s1ap_id, Criticality::ignore, "eNB UE S1AP ID", &M::enb_ue_id},
                      Optional{IeId::cause, Criticality::ignore, "Cause", &M::cause},
                      Optional{IeId::criticality_diagnostics, Criticality::ignore, "Criticality Diagnostics",
                               &M::diagnostics}};
  }
  friend bool operator==(const ErrorIndication&, const ErrorIndication&) = default;
};

}  // namespace baton::wire::s1ap
