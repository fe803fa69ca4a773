// s6a.h: what an MME or SGSN asks the HSS (S6a, S6d), and Cancel Location. s6a_changes.h has what else the
// HSS says. TS 29.272, 7.2.
//
// Every table writes the AVPs Baton has a use for. Agents' AVPs (Route-Record, Proxy-Info) and all others
// that avp.h knows are stepped over where a table does not list them.
#pragma once

#include <string>
#include <tuple>

#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "wire/diameter/base.h"
#include "wire/diameter/overload.h"
#include "wire/diameter/private_app.h"
#include "wire/diameter/subscription.h"

namespace baton::wire::diameter {

/// RAT-Type. TS 29.212, 5.3.31. Others than these are not for an MME.
enum class RatType : std::uint32_t { utran = 1000, geran = 1001, eutran = 1004, eutran_nb_iot = 1005 };
constexpr bool is_known(RatType t) {
  const auto v = static_cast<std::uint32_t>(t);
  return v <= 1 || (v >= 1000 && v <= 1007) || (v >= 2000 && v <= 2003);
}

/// Cancellation-Type. TS 29.272, 7.3.24.
enum class CancellationType : std::uint32_t {
  mme_update_procedure = 0,
  sgsn_update_procedure = 1,
  subscription_withdrawal = 2,
  update_procedure_iwf = 3,
  initial_attach_procedure = 4,
};
constexpr bool is_known(CancellationType t) { return static_cast<std::uint32_t>(t) <= 4; }

/// Alert-Reason. TS 29.272, 7.3.83.
enum class AlertReason : std::uint32_t { ue_present = 0, ue_memory_available = 1 };
constexpr bool is_known(AlertReason r) { return static_cast<std::uint32_t>(r) <= 1; }

/// Error-Diagnostic. TS 29.272, 7.3.128.
enum class ErrorDiagnostic : std::uint32_t {
  gprs_data_subscribed = 0,
  no_gprs_data_subscribed = 1,
  odb_all_apn = 2,
  odb_hplmn_apn = 3,
  odb_vplmn_apn = 4,
};
constexpr bool is_known(ErrorDiagnostic d) { return static_cast<std::uint32_t>(d) <= 4; }

/// Bits of ULR-Flags. TS 29.272, 7.3.7.
namespace ulr_flag {
inline constexpr std::uint32_t single_registration = 1U << 0U;
inline constexpr std::uint32_t s6a = 1U << 1U;  ///< S6a/S6d-Indicator: set by an MME, clear from an SGSN
inline constexpr std::uint32_t skip_subscriber_data = 1U << 2U;
inline constexpr std::uint32_t gprs_subscription_data = 1U << 3U;
inline constexpr std::uint32_t node_type = 1U << 4U;  ///< the MME and the SGSN are one node
inline constexpr std::uint32_t initial_attach = 1U << 5U;
}  // namespace ulr_flag
/// Bits of ULA-Flags, PUA-Flags, CLR-Flags. TS 29.272, 7.3.8, 7.3.48, 7.3.152.
namespace ula_flag {
inline constexpr std::uint32_t separation = 1U << 0U;
}
namespace pua_flag {
inline constexpr std::uint32_t freeze_m_tmsi = 1U << 0U;
inline constexpr std::uint32_t freeze_p_tmsi = 1U << 1U;
}  // namespace pua_flag
namespace clr_flag {
inline constexpr std::uint32_t s6a = 1U << 0U;  ///< S6a/S6d-Indicator, as in ULR-Flags
inline constexpr std::uint32_t reattach_required = 1U << 1U;
}  // namespace clr_flag
/// Bits of PUR-Flags, NOR-Flags, IDR-Flags, IDA-Flags, DSR-Flags, DSA-Flags.
/// TS 29.272, 7.3.149, 7.3.49, 7.3.103, 7.3.47, 7.3.25, 7.3.26.
namespace pur_flag {
inline constexpr std::uint32_t purged_in_mme = 1U << 0U;
inline constexpr std::uint32_t purged_in_sgsn = 1U << 1U;
}  // namespace pur_flag
namespace nor_flag {
inline constexpr std::uint32_t single_registration = 1U << 0U;
inline constexpr std::uint32_t sgsn_area_restricted = 1U << 1U;
inline constexpr std::uint32_t ready_for_sm_sgsn = 1U << 2U;
inline constexpr std::uint32_t reachable_from_mme = 1U << 3U;
inline constexpr std::uint32_t reachable_from_sgsn = 1U << 5U;
inline constexpr std::uint32_t ready_for_sm_mme = 1U << 6U;
inline constexpr std::uint32_t s6a = 1U << 8U;  ///< S6a/S6d-Indicator
}  // namespace nor_flag
namespace idr_flag {
inline constexpr std::uint32_t ue_reachability = 1U << 0U;
inline constexpr std::uint32_t t_ads_data = 1U << 1U;
inline constexpr std::uint32_t eps_user_state = 1U << 2U;
inline constexpr std::uint32_t eps_location = 1U << 3U;
inline constexpr std::uint32_t current_location = 1U << 4U;
}  // namespace idr_flag
namespace ida_flag {
inline constexpr std::uint32_t area_restricted = 1U << 0U;
}
namespace dsr_flag {
inline constexpr std::uint32_t regional = 1U << 0U;
inline constexpr std::uint32_t complete_apn_profile = 1U << 1U;
inline constexpr std::uint32_t charging_characteristics = 1U << 2U;
inline constexpr std::uint32_t pdn_contexts = 1U << 3U;
inline constexpr std::uint32_t subscribed_periodic_timer = 1U << 15U;
}  // namespace dsr_flag

/// Supported-Features: bits of a vendor's list. TS 29.229, 6.3.29.
struct SupportedFeatures {
  std::uint32_t vendor_id = vendor_3gpp;
  std::uint32_t feature_list_id = 1;
  std::uint32_t feature_list = 0;

  static constexpr const AvpDef& def = avp::supported_features;
  //= TS 29.229, 6.3.29
  // { Vendor-Id }  { Feature-List-ID }  { Feature-List }  * [ AVP ]
  template <class M = SupportedFeatures>
  static constexpr auto avps() {
    return std::tuple{Required{avp::vendor_id, &M::vendor_id},
                      Required{avp::feature_list_id, &M::feature_list_id},
                      Required{avp::feature_list, &M::feature_list}};
  }
  friend bool operator==(const SupportedFeatures&, const SupportedFeatures&) = default;
};

/// Terminal-Information: IMEI (14 or 15 digits) and software version (2 digits). TS 29.272, 7.3.3.
struct TerminalInformation {
  std::optional<std::string> imei{};
  std::optional<std::string> software_version{};

  static constexpr const AvpDef& def = avp::terminal_information;
  //= TS 29.272, 7.3.3
  // [ IMEI ]  [ Software-Version ]  * [ AVP ]
  template <class M = TerminalInformation>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::imei, &M::imei}, Optional{avp::software_version, &M::software_version}};
  }
  friend bool operator==(const TerminalInformation&, const TerminalInformation&) = default;
};

/// What an MME asks for: how many vectors, and the failed challenge when the USIM was out of step.
struct RequestedEutranAuthenticationInfo {
  std::optional<std::uint32_t> number_of_requested_vectors{};
  std::optional<std::uint32_t> immediate_response_preferred{};
  std::optional<Resynchronization> resynchronization{};

  static constexpr const AvpDef& def = avp::requested_eutran_authentication_info;
  //= TS 29.272, 7.3.11
  // [ Number-Of-Requested-Vectors ]  [ Immediate-Response-Preferred ]  [ Re-Synchronization-Info ]
  // * [ AVP ]
  template <class M = RequestedEutranAuthenticationInfo>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::number_of_requested_vectors, &M::number_of_requested_vectors},
                      Optional{avp::immediate_response_preferred, &M::immediate_response_preferred},
                      Optional{avp::re_synchronization_info, &M::resynchronization}};
  }
  friend bool operator==(const RequestedEutranAuthenticationInfo&,
                         const RequestedEutranAuthenticationInfo&) = default;
};

/// The same for UTRAN and GERAN.
struct RequestedUtranGeranAuthenticationInfo {
  std::optional<std::uint32_t> number_of_requested_vectors{};
  std::optional<std::uint32_t> immediate_response_preferred{};
  std::optional<Resynchronization> resynchronization{};

  static constexpr const AvpDef& def = avp::requested_utran_geran_authentication_info;
  //= TS 29.272, 7.3.12
  // [ Number-Of-Requested-Vectors ]  [ Immediate-Response-Preferred ]  [ Re-Synchronization-Info ]
  // * [ AVP ]
  template <class M = RequestedUtranGeranAuthenticationInfo>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::number_of_requested_vectors, &M::number_of_requested_vectors},
                      Optional{avp::immediate_response_preferred, &M::immediate_response_preferred},
                      Optional{avp::re_synchronization_info, &M::resynchronization}};
  }
  friend bool operator==(const RequestedUtranGeranAuthenticationInfo&,
                         const RequestedUtranGeranAuthenticationInfo&) = default;
};

/// One vector. XRES and KASME are secret: the structure is moved, not copied.
struct EutranVector {
  std::optional<std::uint32_t> item_number{};  ///< order of use when there are several
  Rand rand;
  Xres xres;
  Autn autn;
  Kasme kasme;
  /// Which of the subscriber's vectors this is; only to an MME that announced our own application. (S0.D4)
  std::optional<std::uint32_t> epoch{};

  static constexpr const AvpDef& def = avp::eutran_vector;
  //= TS 29.272, 7.3.18
  // [ Item-Number ]  { RAND }  { XRES }  { AUTN }  { KASME }  * [ AVP ]
  //= S0.D4
  // [ KASME-Epoch ]
  template <class M = EutranVector>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::item_number, &M::item_number},
                      Required{avp::rand, &M::rand},
                      Required{avp::xres, &M::xres},
                      Required{avp::autn, &M::autn},
                      Required{avp::kasme, &M::kasme},
                      Optional{avp::kasme_epoch, &M::epoch}};
  }
  friend bool operator==(const EutranVector&, const EutranVector&) = default;
};

/// A quintet, for an SGSN or an MME that serves UTRAN too. XRES, CK and IK are secret.
struct UtranVector {
  std::optional<std::uint32_t> item_number{};
  Rand rand;
  Xres xres;
  Autn autn;
  Ck ck;
  Ik ik;

  static constexpr const AvpDef& def = avp::utran_vector;
  //= TS 29.272, 7.3.19
  // [ Item-Number ]  { RAND }  { XRES }  { AUTN }  { Confidentiality-Key }  { Integrity-Key }  * [ AVP ]
  template <class M = UtranVector>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::item_number, &M::item_number},
                      Required{avp::rand, &M::rand},
                      Required{avp::xres, &M::xres},
                      Required{avp::autn, &M::autn},
                      Required{avp::confidentiality_key, &M::ck},
                      Required{avp::integrity_key, &M::ik}};
  }
  friend bool operator==(const UtranVector&, const UtranVector&) = default;
};

/// A triplet, for who has a SIM and no USIM. SRES and Kc are secret.
struct GeranVector {
  std::optional<std::uint32_t> item_number{};
  Rand rand;
  Sres sres;
  Kc kc;

  static constexpr const AvpDef& def = avp::geran_vector;
  //= TS 29.272, 7.3.20
  // [ Item-Number ]  { RAND }  { SRES }  { Kc }  * [ AVP ]
  template <class M = GeranVector>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::item_number, &M::item_number}, Required{avp::rand, &M::rand},
                      Required{avp::sres, &M::sres}, Required{avp::kc, &M::kc}};
  }
  friend bool operator==(const GeranVector&, const GeranVector&) = default;
};

struct AuthenticationInfo {
  std::vector<EutranVector> eutran_vectors{};
  std::vector<UtranVector> utran_vectors{};
  std::vector<GeranVector> geran_vectors{};

  static constexpr const AvpDef& def = avp::authentication_info;
  //= TS 29.272, 7.3.17
  // * [ E-UTRAN-Vector ]  * [ UTRAN-Vector ]  * [ GERAN-Vector ]  * [ AVP ]; Baton takes at most vectors_max
  template <class M = AuthenticationInfo>
  static constexpr auto avps() {
    return std::tuple{Many{avp::eutran_vector, &M::eutran_vectors, 0, vectors_max},
                      Many{avp::utran_vector, &M::utran_vectors, 0, vectors_max},
                      Many{avp::geran_vector, &M::geran_vectors, 0, vectors_max}};
  }
  friend bool operator==(const AuthenticationInfo&, const AuthenticationInfo&) = default;
};

struct AuthenticationInformationRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  std::optional<RequestedEutranAuthenticationInfo> requested_eutran{};
  PlmnId visited_plmn;
  std::optional<RequestedUtranGeranAuthenticationInfo> requested_utran_geran{};
  std::optional<OcSupportedFeatures> overload{};

  static constexpr Command command{318, app_s6a, true, true};
  static constexpr std::string_view name = "Authentication-Information-Request";
  //= TS 29.272, 7.2.5
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  [ Requested-EUTRAN-Authentication-Info ]  { Visited-PLMN-Id }
  // [ Requested-UTRAN-GERAN-Authentication-Info ]  [ OC-Supported-Features ]  * [ AVP ]
  template <class M = AuthenticationInformationRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::requested_eutran_authentication_info, &M::requested_eutran},
                      Required{avp::visited_plmn_id, &M::visited_plmn},
                      Optional{avp::requested_utran_geran_authentication_info, &M::requested_utran_geran},
                      Optional{avp::oc_supported_features, &M::overload}};
  }
  friend bool operator==(const AuthenticationInformationRequest&,
                         const AuthenticationInformationRequest&) = default;
};

struct AuthenticationInformationAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  std::optional<ErrorDiagnostic> error_diagnostic{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::vector<SupportedFeatures> supported_features{};
  std::optional<AuthenticationInfo> authentication_info{};
  std::vector<FailedAvp> failed_avps{};
  std::optional<OcSupportedFeatures> overload{};
  std::optional<OcOlr> overload_report{};

  static constexpr Command command{318, app_s6a, false, true};
  static constexpr std::string_view name = "Authentication-Information-Answer";
  //= TS 29.272, 7.2.6
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  [ Result-Code ]  [ Experimental-Result ]
  // [ Error-Diagnostic ]  { Auth-Session-State }  { Origin-Host }  { Origin-Realm }
  // * [ Supported-Features ]  [ Authentication-Info ]  * [ AVP ]  * [ Failed-AVP ]
  // [ OC-Supported-Features ]  [ OC-OLR ]
  template <class M = AuthenticationInformationAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Optional{avp::error_diagnostic, &M::error_diagnostic},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::authentication_info, &M::authentication_info},
                      Many{avp::failed_avp, &M::failed_avps},
                      Optional{avp::oc_supported_features, &M::overload},
                      Optional{avp::oc_olr, &M::overload_report}};
  }
  friend bool operator==(const AuthenticationInformationAnswer&,
                         const AuthenticationInformationAnswer&) = default;
};

struct UpdateLocationRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  std::optional<TerminalInformation> terminal_information{};
  RatType rat_type = RatType::eutran;
  std::uint32_t ulr_flags = 0;
  PlmnId visited_plmn;
  /// The vector in use and the proof of it, at step 0; only to an HSS that announced our own application.
  std::optional<AkaReference> aka{};
  std::optional<TelephoneNumber> sgsn_number{};
  std::optional<OcSupportedFeatures> overload{};

  static constexpr Command command{316, app_s6a, true, true};
  static constexpr std::string_view name = "Update-Location-Request";
  //= TS 29.272, 7.2.3
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  [ Terminal-Information ]  { RAT-Type }  { ULR-Flags }
  // { Visited-PLMN-Id }  [ SGSN-Number ]  [ OC-Supported-Features ]  * [ AVP ]
  //= S0.D4
  // [ AKA-Reference ]
  template <class M = UpdateLocationRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::terminal_information, &M::terminal_information},
                      Required{avp::rat_type, &M::rat_type},
                      Required{avp::ulr_flags, &M::ulr_flags},
                      Required{avp::visited_plmn_id, &M::visited_plmn},
                      Optional{avp::aka_reference, &M::aka},
                      Optional{avp::sgsn_number, &M::sgsn_number},
                      Optional{avp::oc_supported_features, &M::overload}};
  }
  friend bool operator==(const UpdateLocationRequest&, const UpdateLocationRequest&) = default;
};

struct UpdateLocationAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  std::optional<ErrorDiagnostic> error_diagnostic{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::vector<SupportedFeatures> supported_features{};
  std::optional<std::uint32_t> ula_flags{};
  std::optional<SubscriptionData> subscription_data{};
  std::vector<FailedAvp> failed_avps{};
  /// The epoch that is recorded, to a node that speaks our own application; none: no KASME is.
  std::optional<std::uint32_t> epoch{};
  std::optional<OcSupportedFeatures> overload{};
  std::optional<OcOlr> overload_report{};

  static constexpr Command command{316, app_s6a, false, true};
  static constexpr std::string_view name = "Update-Location-Answer";
  //= TS 29.272, 7.2.4
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  [ Result-Code ]  [ Experimental-Result ]
  // [ Error-Diagnostic ]  { Auth-Session-State }  { Origin-Host }  { Origin-Realm }
  // * [ Supported-Features ]  [ ULA-Flags ]  [ Subscription-Data ]  * [ AVP ]  * [ Failed-AVP ]
  // [ OC-Supported-Features ]  [ OC-OLR ]
  //= S0.D4
  // [ KASME-Epoch ]
  template <class M = UpdateLocationAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Optional{avp::error_diagnostic, &M::error_diagnostic},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::ula_flags, &M::ula_flags},
                      Optional{avp::subscription_data, &M::subscription_data},
                      Many{avp::failed_avp, &M::failed_avps},
                      Optional{avp::kasme_epoch, &M::epoch},
                      Optional{avp::oc_supported_features, &M::overload},
                      Optional{avp::oc_olr, &M::overload_report}};
  }
  friend bool operator==(const UpdateLocationAnswer&, const UpdateLocationAnswer&) = default;
};

struct CancelLocationRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  DiameterIdentity destination_host;
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  CancellationType cancellation_type{};
  std::optional<std::uint32_t> clr_flags{};

  static constexpr Command command{317, app_s6a, true, true};
  static constexpr std::string_view name = "Cancel-Location-Request";
  //= TS 29.272, 7.2.7
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  { Destination-Host }  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  { Cancellation-Type }  [ CLR-Flags ]  * [ AVP ]
  template <class M = CancelLocationRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Required{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Many{avp::supported_features, &M::supported_features},
                      Required{avp::cancellation_type, &M::cancellation_type},
                      Optional{avp::clr_flags, &M::clr_flags}};
  }
  friend bool operator==(const CancelLocationRequest&, const CancelLocationRequest&) = default;
};

struct PurgeUeRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::optional<std::uint32_t> pur_flags{};
  std::vector<SupportedFeatures> supported_features{};

  static constexpr Command command{321, app_s6a, true, true};
  static constexpr std::string_view name = "Purge-UE-Request";
  //= TS 29.272, 7.2.13
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }  [ PUR-Flags ]
  // * [ Supported-Features ]  * [ AVP ]
  template <class M = PurgeUeRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Optional{avp::pur_flags, &M::pur_flags},
                      Many{avp::supported_features, &M::supported_features}};
  }
  friend bool operator==(const PurgeUeRequest&, const PurgeUeRequest&) = default;
};

struct PurgeUeAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::vector<SupportedFeatures> supported_features{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::uint32_t> pua_flags{};
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{321, app_s6a, false, true};
  static constexpr std::string_view name = "Purge-UE-Answer";
  //= TS 29.272, 7.2.14
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  * [ Supported-Features ]  [ Result-Code ]
  // [ Experimental-Result ]  { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  [ PUA-Flags ]
  // * [ AVP ]  * [ Failed-AVP ]
  template <class M = PurgeUeAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::pua_flags, &M::pua_flags},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const PurgeUeAnswer&, const PurgeUeAnswer&) = default;
};

struct NotifyRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  std::optional<TerminalInformation> terminal_information{};
  std::optional<std::uint32_t> context_identifier{};
  std::optional<std::string> service_selection{};
  std::optional<AlertReason> alert_reason{};
  std::optional<std::uint32_t> nor_flags{};

  static constexpr Command command{323, app_s6a, true, true};
  static constexpr std::string_view name = "Notify-Request";
  //= TS 29.272, 7.2.17
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  [ Terminal-Information ]  [ Context-Identifier ]  [ Service-Selection ]
  // [ Alert-Reason ]  [ NOR-Flags ]  * [ AVP ]
  template <class M = NotifyRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::user_name, &M::user_name},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::terminal_information, &M::terminal_information},
                      Optional{avp::context_identifier, &M::context_identifier},
                      Optional{avp::service_selection, &M::service_selection},
                      Optional{avp::alert_reason, &M::alert_reason},
                      Optional{avp::nor_flags, &M::nor_flags}};
  }
  friend bool operator==(const NotifyRequest&, const NotifyRequest&) = default;
};

/// CLA, DSA, RSA and NOA carry a verdict and nothing else that Baton uses; they share one table.
template <std::uint32_t Code>
struct VerdictAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::vector<SupportedFeatures> supported_features{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{Code, app_s6a, false, true};
  static constexpr std::string_view name = Code == 317   ? "Cancel-Location-Answer"
                                           : Code == 320 ? "Delete-Subscriber-Data-Answer"
                                           : Code == 322 ? "Reset-Answer"
                                                         : "Notify-Answer";
  //= TS 29.272, 7.2.8, 7.2.12, 7.2.16 and 7.2.18
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  * [ Supported-Features ]  [ Result-Code ]
  // [ Experimental-Result ]  { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  * [ AVP ]
  // * [ Failed-AVP ]
  template <class M = VerdictAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const VerdictAnswer&, const VerdictAnswer&) = default;
};
using CancelLocationAnswer = VerdictAnswer<317>;
using NotifyAnswer = VerdictAnswer<323>;

}  // namespace baton::wire::diameter
