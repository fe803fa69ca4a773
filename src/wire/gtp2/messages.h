// messages.h: the GTPv2-C messages of paths and S11 as tables (TS 29.274, 7.1 and 7.2); those of S10 are in
// mobility.h. The rows are in the
// order of the specification's tables and only those Baton decides by or must keep; every other element is
// stepped over. Decoding gives the elements of a type and instance wherever they stand.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "wire/gtp2/bearers.h"
#include "wire/gtp2/limits.h"
#include "wire/gtp2/mobility.h"
#include "wire/gtp2/table.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

//= TS 29.274, 7.1.1
/// Are you there; and this is my restart counter.
struct EchoRequest {
  Recovery recovery{};
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 1;
  static constexpr bool has_teid = false;
  static constexpr std::string_view name = "Echo Request";
  template <class M = EchoRequest>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::recovery, 0}, Presence::m, "Recovery", &M::recovery},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const EchoRequest&, const EchoRequest&) = default;
};

//= TS 29.274, 7.1.2
struct EchoResponse {
  Recovery recovery{};
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 2;
  static constexpr bool has_teid = false;
  static constexpr std::string_view name = "Echo Response";
  template <class M = EchoResponse>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::recovery, 0}, Presence::m, "Recovery", &M::recovery},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const EchoResponse&, const EchoResponse&) = default;
};

//= TS 29.274, 7.1.3
/// Header only.
struct VersionNotSupportedIndication {
  static constexpr Byte type = 3;
  static constexpr bool has_teid = false;
  static constexpr std::string_view name = "Version Not Supported Indication";
  static constexpr auto rows() { return std::tuple{}; }
  friend bool operator==(const VersionNotSupportedIndication&,
                         const VersionNotSupportedIndication&) = default;
};

//= TS 29.274, 7.2.1
/// Header TEID 0 on S11 for the UE's first PDN connection.
struct CreateSessionRequest {
  std::optional<Imsi> imsi;
  std::optional<Msisdn> msisdn;
  std::optional<Mei> mei;
  std::optional<Uli> uli;
  std::optional<PlmnId> serving_network;
  RatType rat{};
  std::optional<Indication> indication;
  FTeid sender{};
  std::optional<FTeid> pgw;
  Apn apn{};
  std::optional<SelectionMode> selection_mode;
  std::optional<PdnType> pdn_type;
  std::optional<Paa> paa;
  std::optional<ApnRestriction> maximum_apn_restriction;
  std::optional<Ambr> ambr;
  std::optional<Ebi> linked_ebi;
  std::optional<Pco> pco;
  std::vector<BearerToCreate> bearers;
  std::vector<BearerToRemove> bearers_to_remove;
  std::optional<Recovery> recovery;
  std::optional<UeTimeZone> ue_time_zone;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 32;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Create Session Request";
  template <class M = CreateSessionRequest>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
        Row{{ie::msisdn, 0}, Presence::c, "MSISDN", &M::msisdn},
        Row{{ie::mei, 0}, Presence::c, "ME Identity", &M::mei},
        Row{{ie::uli, 0}, Presence::c, "User Location Information", &M::uli},
        Row{{ie::serving_network, 0}, Presence::c, "Serving Network", &M::serving_network},
        Row{{ie::rat_type, 0}, Presence::m, "RAT Type", &M::rat},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::f_teid, 0}, Presence::m, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::f_teid, 1}, Presence::c, "PGW S5/S8 Address for Control Plane or PMIP", &M::pgw},
        Row{{ie::apn, 0}, Presence::m, "Access Point Name", &M::apn},
        Row{{ie::selection_mode, 0}, Presence::c, "Selection Mode", &M::selection_mode},
        Row{{ie::pdn_type, 0}, Presence::c, "PDN Type", &M::pdn_type},
        Row{{ie::paa, 0}, Presence::c, "PDN Address Allocation", &M::paa},
        Row{{ie::apn_restriction, 0}, Presence::c, "Maximum APN Restriction", &M::maximum_apn_restriction},
        Row{{ie::ambr, 0}, Presence::c, "Aggregate Maximum Bit Rate", &M::ambr},
        Row{{ie::ebi, 0}, Presence::c, "Linked EPS Bearer ID", &M::linked_ebi},
        Row{{ie::pco, 0}, Presence::c, "Protocol Configuration Options", &M::pco},
        Row{{ie::bearer_context, 0}, Presence::m, "Bearer Contexts to be created", &M::bearers, bearers_max},
        Row{{ie::bearer_context, 1},
            Presence::c,
            "Bearer Contexts to be removed",
            &M::bearers_to_remove,
            bearers_max},
        Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
        Row{{ie::ue_time_zone, 0}, Presence::o, "UE Time Zone", &M::ue_time_zone},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const CreateSessionRequest&, const CreateSessionRequest&) = default;
};

//= TS 29.274, 7.2.2
/// Bearer contexts are there when the cause accepts; a refusal may carry the cause alone.
struct CreateSessionResponse {
  Cause cause{};
  std::optional<FTeid> sender;
  std::optional<FTeid> pgw;
  std::optional<Paa> paa;
  std::optional<ApnRestriction> apn_restriction;
  std::optional<Ambr> ambr;
  std::optional<Ebi> linked_ebi;
  std::optional<Pco> pco;
  std::vector<BearerCreated> bearers;
  std::optional<Recovery> recovery;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 33;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Create Session Response";
  template <class M = CreateSessionResponse>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
        Row{{ie::f_teid, 0}, Presence::c, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::f_teid, 1}, Presence::c, "PGW S5/S8 F-TEID for Control Plane", &M::pgw},
        Row{{ie::paa, 0}, Presence::c, "PDN Address Allocation", &M::paa},
        Row{{ie::apn_restriction, 0}, Presence::c, "APN Restriction", &M::apn_restriction},
        Row{{ie::ambr, 0}, Presence::c, "Aggregate Maximum Bit Rate", &M::ambr},
        Row{{ie::ebi, 0}, Presence::c, "Linked EPS Bearer ID", &M::linked_ebi},
        Row{{ie::pco, 0}, Presence::c, "Protocol Configuration Options", &M::pco},
        Row{{ie::bearer_context, 0}, Presence::c, "Bearer Contexts created", &M::bearers, bearers_max},
        Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const CreateSessionResponse&, const CreateSessionResponse&) = default;
};

//= TS 29.274, 7.2.7
struct ModifyBearerRequest {
  std::optional<Mei> mei;
  std::optional<Uli> uli;
  std::optional<PlmnId> serving_network;
  std::optional<RatType> rat;
  std::optional<Indication> indication;
  std::optional<FTeid> sender;
  std::optional<Ambr> ambr;
  std::optional<DelayValue> delay;
  std::vector<BearerToModify> bearers;
  std::vector<BearerToRemove> bearers_to_remove;
  std::optional<Recovery> recovery;
  std::optional<UeTimeZone> ue_time_zone;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 34;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Modify Bearer Request";
  template <class M = ModifyBearerRequest>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::mei, 0}, Presence::c, "ME Identity", &M::mei},
        Row{{ie::uli, 0}, Presence::c, "User Location Information", &M::uli},
        Row{{ie::serving_network, 0}, Presence::c, "Serving Network", &M::serving_network},
        Row{{ie::rat_type, 0}, Presence::c, "RAT Type", &M::rat},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::f_teid, 0}, Presence::c, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::ambr, 0}, Presence::c, "Aggregate Maximum Bit Rate", &M::ambr},
        Row{{ie::delay_value, 0}, Presence::c, "Delay Downlink Packet Notification Request", &M::delay},
        Row{{ie::bearer_context, 0}, Presence::c, "Bearer Contexts to be modified", &M::bearers, bearers_max},
        Row{{ie::bearer_context, 1},
            Presence::c,
            "Bearer Contexts to be removed",
            &M::bearers_to_remove,
            bearers_max},
        Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
        Row{{ie::ue_time_zone, 0}, Presence::o, "UE Time Zone", &M::ue_time_zone},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ModifyBearerRequest&, const ModifyBearerRequest&) = default;
};

//= TS 29.274, 7.2.8
struct ModifyBearerResponse {
  Cause cause{};
  std::optional<Msisdn> msisdn;
  std::optional<Ebi> linked_ebi;
  std::optional<ApnRestriction> apn_restriction;
  std::optional<Pco> pco;
  std::vector<BearerModified> bearers;
  std::optional<Recovery> recovery;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 35;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Modify Bearer Response";
  template <class M = ModifyBearerResponse>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
        Row{{ie::msisdn, 0}, Presence::c, "MSISDN", &M::msisdn},
        Row{{ie::ebi, 0}, Presence::c, "Linked EPS Bearer ID", &M::linked_ebi},
        Row{{ie::apn_restriction, 0}, Presence::c, "APN Restriction", &M::apn_restriction},
        Row{{ie::pco, 0}, Presence::c, "Protocol Configuration Options", &M::pco},
        Row{{ie::bearer_context, 0}, Presence::c, "Bearer Contexts modified", &M::bearers, bearers_max},
        Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ModifyBearerResponse&, const ModifyBearerResponse&) = default;
};

//= TS 29.274, 7.2.9.1
struct DeleteSessionRequest {
  std::optional<Cause> cause;
  std::optional<Ebi> linked_ebi;
  std::optional<Uli> uli;
  std::optional<Indication> indication;
  std::optional<Pco> pco;
  std::optional<FTeid> sender;
  std::optional<UeTimeZone> ue_time_zone;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 36;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Delete Session Request";
  template <class M = DeleteSessionRequest>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::c, "Cause", &M::cause},
                      Row{{ie::ebi, 0}, Presence::c, "Linked EPS Bearer ID", &M::linked_ebi},
                      Row{{ie::uli, 0}, Presence::c, "User Location Information", &M::uli},
                      Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
                      Row{{ie::pco, 0}, Presence::c, "Protocol Configuration Options", &M::pco},
                      Row{{ie::f_teid, 0}, Presence::o, "Sender F-TEID for Control Plane", &M::sender},
                      Row{{ie::ue_time_zone, 0}, Presence::o, "UE Time Zone", &M::ue_time_zone},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const DeleteSessionRequest&, const DeleteSessionRequest&) = default;
};

//= TS 29.274, 7.2.10.1
struct DeleteSessionResponse {
  Cause cause{};
  std::optional<Recovery> recovery;
  std::optional<Pco> pco;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 37;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Delete Session Response";
  template <class M = DeleteSessionResponse>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
                      Row{{ie::pco, 0}, Presence::c, "Protocol Configuration Options", &M::pco},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const DeleteSessionResponse&, const DeleteSessionResponse&) = default;
};

//= TS 29.274, 7.2.11.3
/// MME to UPE, a message of its own without an answer: paging failed after the Ack had said it began.
struct DownlinkDataNotificationFailureIndication {
  Cause cause{};
  std::optional<Imsi> imsi;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 70;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Downlink Data Notification Failure Indication";
  template <class M = DownlinkDataNotificationFailureIndication>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::imsi, 0}, Presence::o, "IMSI", &M::imsi},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const DownlinkDataNotificationFailureIndication&,
                         const DownlinkDataNotificationFailureIndication&) = default;
};

//= TS 29.274, 7.2.21
/// The UE goes idle: forget the eNB's end of its bearers.
struct ReleaseAccessBearersRequest {
  std::vector<Ebi> rabs;
  std::optional<Indication> indication;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 170;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Release Access Bearers Request";
  template <class M = ReleaseAccessBearersRequest>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::c, "List of RABs", &M::rabs, bearers_max},
                      Row{{ie::indication, 0}, Presence::o, "Indication Flags", &M::indication},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ReleaseAccessBearersRequest&, const ReleaseAccessBearersRequest&) = default;
};

//= TS 29.274, 7.2.22
struct ReleaseAccessBearersResponse {
  Cause cause{};
  std::optional<Recovery> recovery;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 171;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Release Access Bearers Response";
  template <class M = ReleaseAccessBearersResponse>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::recovery, 0}, Presence::o, "Recovery", &M::recovery},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ReleaseAccessBearersResponse&, const ReleaseAccessBearersResponse&) = default;
};

//= TS 29.274, 7.2.11.1
/// UPE to MME: data has come for an idle UE.
struct DownlinkDataNotification {
  std::optional<Cause> cause;
  std::optional<Ebi> ebi;
  std::optional<Imsi> imsi;
  std::optional<FTeid> sender;
  std::optional<Indication> indication;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 176;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Downlink Data Notification";
  template <class M = DownlinkDataNotification>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::o, "Cause", &M::cause},
                      Row{{ie::ebi, 0}, Presence::c, "EPS Bearer ID", &M::ebi},
                      Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
                      Row{{ie::f_teid, 0}, Presence::o, "Sender F-TEID for Control Plane", &M::sender},
                      Row{{ie::indication, 0}, Presence::o, "Indication Flags", &M::indication},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const DownlinkDataNotification&, const DownlinkDataNotification&) = default;
};

//= TS 29.274, 7.2.11.2
struct DownlinkDataNotificationAck {
  Cause cause{};
  std::optional<DelayValue> delay;
  std::optional<Recovery> recovery;
  std::optional<Imsi> imsi;
  std::vector<PrivateExtension> extensions;

  static constexpr Byte type = 177;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Downlink Data Notification Acknowledge";
  template <class M = DownlinkDataNotificationAck>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::delay_value, 0}, Presence::c, "Data Notification Delay", &M::delay},
                      Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
                      Row{{ie::imsi, 0}, Presence::o, "IMSI", &M::imsi},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const DownlinkDataNotificationAck&, const DownlinkDataNotificationAck&) = default;
};

/// Message is any of them. It may hold keys (the MM context): it is moved, not copied.
using Message =
    std::variant<EchoRequest, EchoResponse, VersionNotSupportedIndication, CreateSessionRequest,
                 CreateSessionResponse, ModifyBearerRequest, ModifyBearerResponse, DeleteSessionRequest,
                 DeleteSessionResponse, DownlinkDataNotificationFailureIndication,
                 ReleaseAccessBearersRequest, ReleaseAccessBearersResponse, DownlinkDataNotification,
                 DownlinkDataNotificationAck, ContextRequest, ContextResponse, ContextAcknowledge,
                 ForwardRelocationRequest, ForwardRelocationResponse, ForwardRelocationCompleteNotification,
                 ForwardRelocationCompleteAcknowledge, ForwardAccessContextNotification,
                 ForwardAccessContextAcknowledge, RelocationCancelRequest, RelocationCancelResponse>;

}  // namespace baton::wire::gtp2
