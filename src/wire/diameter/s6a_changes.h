// s6a_changes.h: what an HSS says and asks of its own accord, and what an equipment register is asked (S13).
// TS 29.272, 7.2.
#pragma once

#include <string>
#include <tuple>

#include "wire/diameter/s6a.h"

namespace baton::wire::diameter {

/// Where a UE is, as an MME knows it. TS 29.272, 7.3.115. The octets are those of TS 29.274 (ECGI, TAI
/// without their flags).
struct MmeLocationInformation {
  std::optional<ByteVector> ecgi{};
  std::optional<ByteVector> tai{};
  std::optional<std::uint32_t> current{};  ///< 0 when the location was just asked for
  std::optional<std::uint32_t> age_minutes{};

  static constexpr const AvpDef& def = avp::mme_location_information;
  //= TS 29.272, 7.3.115
  // [ E-UTRAN-Cell-Global-Identity ]  [ Tracking-Area-Identity ]  [ Current-Location-Retrieved ]
  // [ Age-Of-Location-Information ]  * [ AVP ]
  template <class M = MmeLocationInformation>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::eutran_cell_global_identity, &M::ecgi},
                      Optional{avp::tracking_area_identity, &M::tai},
                      Optional{avp::current_location_retrieved, &M::current},
                      Optional{avp::age_of_location_information, &M::age_minutes}};
  }
  friend bool operator==(const MmeLocationInformation&, const MmeLocationInformation&) = default;
};
struct EpsLocationInformation {
  std::optional<MmeLocationInformation> mme{};

  static constexpr const AvpDef& def = avp::eps_location_information;
  //= TS 29.272, 7.3.111
  // [ MME-Location-Information ]  [ SGSN-Location-Information ]  * [ AVP ]
  template <class M = EpsLocationInformation>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::mme_location_information, &M::mme}};
  }
  friend bool operator==(const EpsLocationInformation&, const EpsLocationInformation&) = default;
};

/// User-State. TS 29.272, 7.3.114.
enum class UserState : std::uint32_t {
  detached = 0,
  attached_not_reachable = 1,
  attached_reachable = 2,
  connected_not_reachable = 3,
  connected_reachable = 4,
  not_provided = 5,
};
constexpr bool is_known(UserState s) { return static_cast<std::uint32_t>(s) <= 5; }

template <const AvpDef& Def>
struct NodeUserState {
  std::optional<UserState> state{};

  static constexpr const AvpDef& def = Def;
  //= TS 29.272, 7.3.112 and 7.3.113
  // [ User-State ]  * [ AVP ]
  template <class M = NodeUserState>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::user_state, &M::state}};
  }
  friend bool operator==(const NodeUserState&, const NodeUserState&) = default;
};
using MmeUserState = NodeUserState<avp::mme_user_state>;
using SgsnUserState = NodeUserState<avp::sgsn_user_state>;
struct EpsUserState {
  std::optional<MmeUserState> mme{};
  std::optional<SgsnUserState> sgsn{};

  static constexpr const AvpDef& def = avp::eps_user_state;
  //= TS 29.272, 7.3.110
  // [ MME-User-State ]  [ SGSN-User-State ]  * [ AVP ]
  template <class M = EpsUserState>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::mme_user_state, &M::mme}, Optional{avp::sgsn_user_state, &M::sgsn}};
  }
  friend bool operator==(const EpsUserState&, const EpsUserState&) = default;
};

/// The HSS changes what a node knows of a subscription, or asks it where the UE is.
struct InsertSubscriberDataRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  DiameterIdentity destination_host;
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  SubscriptionData subscription_data{};  ///< only what is new; empty when only something is asked
  std::optional<std::uint32_t> idr_flags{};

  static constexpr Command command{319, app_s6a, true, true};
  static constexpr std::string_view name = "Insert-Subscriber-Data-Request";
  //= TS 29.272, 7.2.9
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  { Destination-Host }  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  { Subscription-Data }  [ IDR-Flags ]  * [ AVP ]
  template <class M = InsertSubscriberDataRequest>
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
                      Required{avp::subscription_data, &M::subscription_data},
                      Optional{avp::idr_flags, &M::idr_flags}};
  }
  friend bool operator==(const InsertSubscriberDataRequest&, const InsertSubscriberDataRequest&) = default;
};

struct InsertSubscriberDataAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::vector<SupportedFeatures> supported_features{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<EpsUserState> user_state{};
  std::optional<EpsLocationInformation> location{};
  std::optional<std::uint32_t> ida_flags{};
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{319, app_s6a, false, true};
  static constexpr std::string_view name = "Insert-Subscriber-Data-Answer";
  //= TS 29.272, 7.2.10
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  * [ Supported-Features ]  [ Result-Code ]
  // [ Experimental-Result ]  { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  [ EPS-User-State ]
  // [ EPS-Location-Information ]  [ IDA-Flags ]  * [ AVP ]  * [ Failed-AVP ]
  template <class M = InsertSubscriberDataAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Many{avp::supported_features, &M::supported_features},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::eps_user_state, &M::user_state},
                      Optional{avp::eps_location_information, &M::location},
                      Optional{avp::ida_flags, &M::ida_flags},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const InsertSubscriberDataAnswer&, const InsertSubscriberDataAnswer&) = default;
};

/// The HSS takes something away from what a node knows of a subscription.
struct DeleteSubscriberDataRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  DiameterIdentity destination_host;
  DiameterIdentity destination_realm;
  Imsi user_name;
  std::vector<SupportedFeatures> supported_features{};
  std::uint32_t dsr_flags = 0;
  std::vector<std::uint32_t> context_identifiers{};  ///< of APNs that are gone

  static constexpr Command command{320, app_s6a, true, true};
  static constexpr std::string_view name = "Delete-Subscriber-Data-Request";
  //= TS 29.272, 7.2.11
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  { Destination-Host }  { Destination-Realm }  { User-Name }
  // * [ Supported-Features ]  { DSR-Flags }  * [ Context-Identifier ]  * [ AVP ]
  template <class M = DeleteSubscriberDataRequest>
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
                      Required{avp::dsr_flags, &M::dsr_flags},
                      Many{avp::context_identifier, &M::context_identifiers}};
  }
  friend bool operator==(const DeleteSubscriberDataRequest&, const DeleteSubscriberDataRequest&) = default;
};

/// The HSS has lost what it knew of places: whoever serves its subscribers tells it again.
struct ResetRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  DiameterIdentity destination_host;
  DiameterIdentity destination_realm;
  std::vector<SupportedFeatures> supported_features{};
  std::vector<std::string> user_ids{};  ///< leading digits of the IMSIs concerned; none: all

  static constexpr Command command{322, app_s6a, true, true};
  static constexpr std::string_view name = "Reset-Request";
  //= TS 29.272, 7.2.15
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  { Destination-Host }  { Destination-Realm }  * [ Supported-Features ]  * [ User-Id ]
  // * [ AVP ]
  template <class M = ResetRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Required{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Many{avp::supported_features, &M::supported_features},
                      Many{avp::user_id, &M::user_ids}};
  }
  friend bool operator==(const ResetRequest&, const ResetRequest&) = default;
};

/// Equipment-Status. TS 29.272, 7.3.51.
enum class EquipmentStatus : std::uint32_t { whitelisted = 0, blacklisted = 1, greylisted = 2 };
constexpr bool is_known(EquipmentStatus s) { return static_cast<std::uint32_t>(s) <= 2; }

/// An MME or SGSN asks the equipment register about a device (S13, S13').
struct MeIdentityCheckRequest {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<DiameterIdentity> destination_host{};
  DiameterIdentity destination_realm;
  TerminalInformation terminal_information;
  std::optional<Imsi> user_name{};

  static constexpr Command command{324, app_s13, true, true};
  static constexpr std::string_view name = "ME-Identity-Check-Request";
  //= TS 29.272, 7.2.19
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  { Auth-Session-State }  { Origin-Host }
  // { Origin-Realm }  [ Destination-Host ]  { Destination-Realm }  { Terminal-Information }  [ User-Name ]
  // * [ AVP ]
  template <class M = MeIdentityCheckRequest>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::destination_host, &M::destination_host},
                      Required{avp::destination_realm, &M::destination_realm},
                      Required{avp::terminal_information, &M::terminal_information},
                      Optional{avp::user_name, &M::user_name}};
  }
  friend bool operator==(const MeIdentityCheckRequest&, const MeIdentityCheckRequest&) = default;
};

struct MeIdentityCheckAnswer {
  std::string session_id;
  std::optional<VendorSpecificApplicationId> vendor_specific_application_id{};
  std::optional<std::uint32_t> result_code{};
  std::optional<ExperimentalResult> experimental_result{};
  AuthSessionState auth_session_state = AuthSessionState::no_state_maintained;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<EquipmentStatus> equipment_status{};
  std::vector<FailedAvp> failed_avps{};

  static constexpr Command command{324, app_s13, false, true};
  static constexpr std::string_view name = "ME-Identity-Check-Answer";
  //= TS 29.272, 7.2.20
  // < Session-Id >  [ Vendor-Specific-Application-Id ]  [ Result-Code ]  [ Experimental-Result ]
  // { Auth-Session-State }  { Origin-Host }  { Origin-Realm }  [ Equipment-Status ]  * [ AVP ]
  // * [ Failed-AVP ]
  template <class M = MeIdentityCheckAnswer>
  static constexpr auto avps() {
    return std::tuple{Fixed{avp::session_id, &M::session_id},
                      Optional{avp::vendor_specific_application_id, &M::vendor_specific_application_id},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Required{avp::auth_session_state, &M::auth_session_state},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::equipment_status, &M::equipment_status},
                      Many{avp::failed_avp, &M::failed_avps}};
  }
  friend bool operator==(const MeIdentityCheckAnswer&, const MeIdentityCheckAnswer&) = default;
};

using DeleteSubscriberDataAnswer = VerdictAnswer<320>;
using ResetAnswer = VerdictAnswer<322>;

}  // namespace baton::wire::diameter
