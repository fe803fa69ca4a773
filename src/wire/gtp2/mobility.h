// mobility.h: the GTPv2-C messages between MMEs (S10) as tables (TS 29.274, 7.3): a UE handed over, and a UE
// fetched when it comes by itself. Rows as in messages.h; members stand in the order of the rows.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "wire/gtp2/bearers.h"
#include "wire/gtp2/limits.h"
#include "wire/gtp2/mm_context.h"
#include "wire/gtp2/table.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

//= TS 29.274, 7.3.1, table 7.3.1-3
/// One bearer of a PDN connection as it is at the UPE.
struct BearerMoved {
  Ebi ebi{};
  std::optional<BearerTft> tft{};
  FTeid s1u_sgw{};
  std::optional<FTeid> s5u_pgw{};
  BearerQos qos{};
  std::optional<FContainer> container{};  ///< of a BSS

  static constexpr std::string_view name = "Bearer Context in a PDN Connection";
  template <class M = BearerMoved>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
                      Row{{ie::bearer_tft, 0}, Presence::c, "TFT", &M::tft},
                      Row{{ie::f_teid, 0}, Presence::m, "SGW S1 F-TEID for user plane", &M::s1u_sgw},
                      Row{{ie::f_teid, 1}, Presence::c, "PGW S5/S8 F-TEID for user plane", &M::s5u_pgw},
                      Row{{ie::bearer_qos, 0}, Presence::m, "Bearer Level QoS", &M::qos},
                      Row{{ie::f_container, 0}, Presence::o, "BSS Container", &M::container}};
  }
  friend bool operator==(const BearerMoved&, const BearerMoved&) = default;
};

//= TS 29.274, 7.3.1, table 7.3.1-2 and 8.39
struct PdnConnection {
  Apn apn{};
  std::optional<ApnRestriction> apn_restriction{};
  std::optional<SelectionMode> selection_mode{};
  std::optional<Ipv4> ipv4{};
  std::optional<Ipv6> ipv6{};
  Ebi linked_ebi{};
  FTeid pgw{};
  std::vector<BearerMoved> bearers{};
  Ambr ambr{};
  std::optional<PdnType> pdn_type{};

  static constexpr std::string_view name = "PDN Connection";
  template <class M = PdnConnection>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::apn, 0}, Presence::m, "Access Point Name", &M::apn},
        Row{{ie::apn_restriction, 0}, Presence::c, "APN Restriction", &M::apn_restriction},
        Row{{ie::selection_mode, 0}, Presence::c, "Selection Mode", &M::selection_mode},
        Row{{ie::ip_address, 0}, Presence::c, "IPv4 Address", &M::ipv4},
        Row{{ie::ip_address, 1}, Presence::c, "IPv6 Address", &M::ipv6},
        Row{{ie::ebi, 0}, Presence::m, "Linked EPS Bearer ID", &M::linked_ebi},
        Row{{ie::f_teid, 0}, Presence::m, "PGW S5/S8 IP Address for Control Plane or PMIP", &M::pgw},
        Row{{ie::bearer_context, 0}, Presence::c, "Bearer Contexts", &M::bearers, bearers_max},
        Row{{ie::ambr, 0}, Presence::m, "Aggregate Maximum Bit Rate", &M::ambr},
        Row{{ie::pdn_type, 0}, Presence::c, "PDN Type", &M::pdn_type}};
  }
  friend bool operator==(const PdnConnection&, const PdnConnection&) = default;
};

//= TS 29.274, 7.3.2, table 7.3.2-2
/// A bearer the target has made room for; the F-TEIDs are where data may be forwarded to meanwhile.
struct BearerSetUp {
  Ebi ebi{};
  std::optional<FTeid> enb_dl_forwarding{};
  std::optional<FTeid> enb_ul_forwarding{};
  std::optional<FTeid> sgw_dl_forwarding{};
  std::optional<FTeid> sgw_ul_forwarding{};

  static constexpr std::string_view name = "Bearer Context set up";
  template <class M = BearerSetUp>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
        Row{{ie::f_teid, 0}, Presence::c, "eNodeB F-TEID for DL data forwarding", &M::enb_dl_forwarding},
        Row{{ie::f_teid, 1}, Presence::c, "eNodeB F-TEID for UL data forwarding", &M::enb_ul_forwarding},
        Row{{ie::f_teid, 2}, Presence::c, "SGW F-TEID for DL data forwarding", &M::sgw_dl_forwarding},
        Row{{ie::f_teid, 5}, Presence::c, "SGW F-TEID for UL data forwarding", &M::sgw_ul_forwarding}};
  }
  friend bool operator==(const BearerSetUp&, const BearerSetUp&) = default;
};

//= TS 29.274, 7.3.5
/// New MME to old: give me this UE. Header TEID 0. The UE is named by IMSI or by GUTI.
struct ContextRequest {
  std::optional<Imsi> imsi{};
  std::optional<Guti> guti{};
  std::optional<CompleteRequest> complete_request{};
  std::optional<FTeid> sender{};
  std::optional<RatType> rat{};
  std::optional<Indication> indication{};
  std::optional<PlmnId> target_plmn{};
  std::optional<Uli> uli{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 130;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Context Request";
  template <class M = ContextRequest>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
        Row{{ie::guti, 0}, Presence::c, "GUTI", &M::guti},
        Row{{ie::complete_request, 0}, Presence::c, "Complete Request Message", &M::complete_request},
        Row{{ie::f_teid, 0}, Presence::c, "S10 Address and TEID for Control Plane", &M::sender},
        Row{{ie::rat_type, 0}, Presence::c, "RAT Type", &M::rat},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::serving_network, 0}, Presence::c, "Target PLMN ID", &M::target_plmn},
        Row{{ie::uli, 0}, Presence::c, "User Location Information", &M::uli},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ContextRequest&, const ContextRequest&) = default;
};

//= TS 29.274, 7.3.6
/// Old MME to new. It is a response that is itself answered, by a Context Acknowledge of the same sequence
/// number, when its cause accepts; a refusal carries the cause alone and is not.
struct ContextResponse {
  Cause cause{};
  std::optional<Imsi> imsi{};
  std::optional<EpsMmContext> mm{};
  std::vector<PdnConnection> pdn_connections{};
  std::optional<FTeid> sender{};
  std::optional<FTeid> sgw_s11{};
  std::optional<Indication> indication{};
  std::optional<UeTimeZone> ue_time_zone{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 131;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Context Response";
  template <class M = ContextResponse>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
        Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
        Row{{ie::eps_mm_context, 0}, Presence::c, "MME UE MM Context", &M::mm},
        Row{{ie::pdn_connection, 0},
            Presence::c,
            "MME UE EPS PDN Connections",
            &M::pdn_connections,
            pdn_connections_max},
        Row{{ie::f_teid, 0}, Presence::c, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::f_teid, 1}, Presence::c, "SGW S11 Address and TEID for Control Plane", &M::sgw_s11},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::ue_time_zone, 0}, Presence::o, "UE Time Zone", &M::ue_time_zone},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ContextResponse&, const ContextResponse&) = default;
};

//= TS 29.274, 7.3.7
/// New MME to old: I have it (or could not take it), with the sequence number of the response.
struct ContextAcknowledge {
  Cause cause{};
  std::optional<Indication> indication{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 132;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Context Acknowledge";
  template <class M = ContextAcknowledge>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ContextAcknowledge&, const ContextAcknowledge&) = default;
};

//= TS 29.274, 7.3.1
/// Source MME to target: take this UE. Header TEID 0.
struct ForwardRelocationRequest {
  std::optional<Imsi> imsi{};
  FTeid sender{};
  std::vector<PdnConnection> pdn_connections{};
  FTeid sgw_s11{};
  EpsMmContext mm;
  std::optional<Indication> indication{};
  std::optional<FContainer> container{};
  std::optional<TargetIdentification> target{};
  std::optional<FCause> cause{};  ///< of S1AP
  std::optional<PlmnId> serving_network{};
  std::optional<PlmnId> selected_plmn{};
  std::optional<Recovery> recovery{};
  std::optional<UeTimeZone> ue_time_zone{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 133;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Relocation Request";
  template <class M = ForwardRelocationRequest>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
        Row{{ie::f_teid, 0}, Presence::m, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::pdn_connection, 0},
            Presence::c,
            "MME UE EPS PDN Connections",
            &M::pdn_connections,
            pdn_connections_max},
        Row{{ie::f_teid, 1}, Presence::m, "SGW S11 Address and TEID for Control Plane", &M::sgw_s11},
        Row{{ie::eps_mm_context, 0}, Presence::m, "MME UE MM Context", &M::mm},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::f_container, 0}, Presence::c, "E-UTRAN Transparent Container", &M::container},
        Row{{ie::target_identification, 0}, Presence::c, "Target Identification", &M::target},
        Row{{ie::f_cause, 0}, Presence::c, "S1-AP Cause", &M::cause},
        Row{{ie::serving_network, 0}, Presence::c, "Serving Network", &M::serving_network},
        Row{{ie::selected_plmn, 0}, Presence::c, "Selected PLMN ID", &M::selected_plmn},
        Row{{ie::recovery, 0}, Presence::c, "Recovery", &M::recovery},
        Row{{ie::ue_time_zone, 0}, Presence::o, "UE Time Zone", &M::ue_time_zone},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ForwardRelocationRequest&, const ForwardRelocationRequest&) = default;
};

//= TS 29.274, 7.3.2
struct ForwardRelocationResponse {
  Cause cause{};
  std::optional<FTeid> sender{};
  std::optional<Indication> indication{};
  std::vector<BearerSetUp> bearers{};
  std::optional<FCause> s1ap_cause{};
  std::optional<FContainer> container{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 134;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Relocation Response";
  template <class M = ForwardRelocationResponse>
  static constexpr auto rows() {
    return std::tuple{
        Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
        Row{{ie::f_teid, 0}, Presence::c, "Sender F-TEID for Control Plane", &M::sender},
        Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
        Row{{ie::bearer_context, 0}, Presence::c, "List of Set-up Bearers", &M::bearers, bearers_max},
        Row{{ie::f_cause, 0}, Presence::c, "S1-AP Cause", &M::s1ap_cause},
        Row{{ie::f_container, 0}, Presence::c, "E-UTRAN Transparent Container", &M::container},
        Row{{ie::private_extension, 0},
            Presence::o,
            "Private Extension",
            &M::extensions,
            private_extensions_max}};
  }
  friend bool operator==(const ForwardRelocationResponse&, const ForwardRelocationResponse&) = default;
};

//= TS 29.274, 7.3.3
/// Target MME to source: the UE has arrived.
struct ForwardRelocationCompleteNotification {
  std::optional<Indication> indication{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 135;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Relocation Complete Notification";
  template <class M = ForwardRelocationCompleteNotification>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ForwardRelocationCompleteNotification&,
                         const ForwardRelocationCompleteNotification&) = default;
};

//= TS 29.274, 7.3.4
struct ForwardRelocationCompleteAcknowledge {
  Cause cause{};
  std::optional<Recovery> recovery{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 136;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Relocation Complete Acknowledge";
  template <class M = ForwardRelocationCompleteAcknowledge>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::recovery, 0}, Presence::o, "Recovery", &M::recovery},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ForwardRelocationCompleteAcknowledge&,
                         const ForwardRelocationCompleteAcknowledge&) = default;
};

//= TS 29.274, 7.3.8
/// Source MME to target: what the source eNB has counted (the Status Transfer container of S1AP).
struct ForwardAccessContextNotification {
  static constexpr std::size_t containers_max = 1;
  std::vector<FContainer> container{};  ///< none or one
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 137;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Access Context Notification";
  template <class M = ForwardAccessContextNotification>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::f_container, 0},
                          Presence::c,
                          "E-UTRAN Transparent Container",
                          &M::container,
                          containers_max},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const ForwardAccessContextNotification&,
                         const ForwardAccessContextNotification&) = default;
};

//= TS 29.274, 7.3.9
struct ForwardAccessContextAcknowledge {
  Cause cause{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 138;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Forward Access Context Acknowledge";
  template <class M = ForwardAccessContextAcknowledge>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause}, Row{{ie::private_extension, 0},
                                                                                Presence::o,
                                                                                "Private Extension",
                                                                                &M::extensions,
                                                                                private_extensions_max}};
  }
  friend bool operator==(const ForwardAccessContextAcknowledge&,
                         const ForwardAccessContextAcknowledge&) = default;
};

//= TS 29.274, 7.3.16
/// Source MME to target: the move is off. Header TEID 0 while the target's is not known; then the IMSI says
/// which UE.
struct RelocationCancelRequest {
  std::optional<Imsi> imsi{};
  std::optional<Indication> indication{};
  std::optional<FCause> cause{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 139;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Relocation Cancel Request";
  template <class M = RelocationCancelRequest>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::imsi, 0}, Presence::c, "IMSI", &M::imsi},
                      Row{{ie::indication, 0}, Presence::c, "Indication Flags", &M::indication},
                      Row{{ie::f_cause, 0}, Presence::c, "Cause of the radio side", &M::cause},
                      Row{{ie::private_extension, 0},
                          Presence::o,
                          "Private Extension",
                          &M::extensions,
                          private_extensions_max}};
  }
  friend bool operator==(const RelocationCancelRequest&, const RelocationCancelRequest&) = default;
};

//= TS 29.274, 7.3.17
struct RelocationCancelResponse {
  Cause cause{};
  std::vector<PrivateExtension> extensions{};

  static constexpr Byte type = 140;
  static constexpr bool has_teid = true;
  static constexpr std::string_view name = "Relocation Cancel Response";
  template <class M = RelocationCancelResponse>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause}, Row{{ie::private_extension, 0},
                                                                                Presence::o,
                                                                                "Private Extension",
                                                                                &M::extensions,
                                                                                private_extensions_max}};
  }
  friend bool operator==(const RelocationCancelResponse&, const RelocationCancelResponse&) = default;
};

}  // namespace baton::wire::gtp2
