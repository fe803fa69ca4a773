// base.h: the AVPs every application shares, and the messages two Diameter peers exchange about themselves.
// RFC 6733, 5.3 to 5.5.
#pragma once

#include <string>
#include <tuple>

#include "wire/diameter/rows.h"
#include "wire/diameter/values.h"

namespace baton::wire::diameter {

/// Why a peer ends the connection. RFC 6733, 5.4.3.
enum class DisconnectCause : std::uint32_t { rebooting = 0, busy = 1, do_not_want_to_talk_to_you = 2 };
constexpr bool is_known(DisconnectCause c) { return static_cast<std::uint32_t>(c) <= 2; }

/// Auth-Session-State. S6a keeps no session state. RFC 6733, 8.11; TS 29.272, 7.1.4.
enum class AuthSessionState : std::uint32_t { state_maintained = 0, no_state_maintained = 1 };
constexpr bool is_known(AuthSessionState s) { return static_cast<std::uint32_t>(s) <= 1; }

/// Vendor-Specific-Application-Id. RFC 6733, 6.11.
struct VendorSpecificApplicationId {
  std::uint32_t vendor_id = 0;
  std::optional<std::uint32_t> auth_application_id{};
  std::optional<std::uint32_t> acct_application_id{};

  static constexpr const AvpDef& def = avp::vendor_specific_application_id;
  //= RFC 6733, 6.11
  // { Vendor-Id }  [ Auth-Application-Id ]  [ Acct-Application-Id ]
  template <class M = VendorSpecificApplicationId>
  static constexpr auto avps() {
    return std::tuple{Required{avp::vendor_id, &M::vendor_id},
                      Optional{avp::auth_application_id, &M::auth_application_id},
                      Optional{avp::acct_application_id, &M::acct_application_id}};
  }
  friend bool operator==(const VendorSpecificApplicationId&, const VendorSpecificApplicationId&) = default;
};

/// Experimental-Result. RFC 6733, 7.6.
struct ExperimentalResult {
  std::uint32_t vendor_id = vendor_3gpp;
  std::uint32_t code = 0;

  static constexpr const AvpDef& def = avp::experimental_result;
  //= RFC 6733, 7.6
  // { Vendor-Id }  { Experimental-Result-Code }
  template <class M = ExperimentalResult>
  static constexpr auto avps() {
    return std::tuple{Required{avp::vendor_id, &M::vendor_id},
                      Required{avp::experimental_result_code, &M::code}};
  }
  friend bool operator==(const ExperimentalResult&, const ExperimentalResult&) = default;
};

struct CapabilitiesExchangeRequest {
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::vector<Address> host_ip_addresses;
  std::uint32_t vendor_id = 0;
  std::string product_name;
  std::optional<std::uint32_t> origin_state_id{};
  std::vector<std::uint32_t> supported_vendor_ids{};
  std::vector<std::uint32_t> auth_application_ids{};
  std::vector<std::uint32_t> inband_security_ids{};
  std::vector<std::uint32_t> acct_application_ids{};
  std::vector<VendorSpecificApplicationId> vendor_specific_application_ids{};
  std::optional<std::uint32_t> firmware_revision{};

  static constexpr Command command{257, app_base, true, false};
  static constexpr std::string_view name = "Capabilities-Exchange-Request";
  //= RFC 6733, 5.3.1
  // { Origin-Host }  { Origin-Realm }  1* { Host-IP-Address }  { Vendor-Id }  { Product-Name }
  // [ Origin-State-Id ]  * [ Supported-Vendor-Id ]  * [ Auth-Application-Id ]  * [ Inband-Security-Id ]
  // * [ Acct-Application-Id ]  * [ Vendor-Specific-Application-Id ]  [ Firmware-Revision ]  * [ AVP ]
  template <class M = CapabilitiesExchangeRequest>
  static constexpr auto avps() {
    return std::tuple{Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Many{avp::host_ip_address, &M::host_ip_addresses, 1},
                      Required{avp::vendor_id, &M::vendor_id},
                      Required{avp::product_name, &M::product_name},
                      Optional{avp::origin_state_id, &M::origin_state_id},
                      Many{avp::supported_vendor_id, &M::supported_vendor_ids},
                      Many{avp::auth_application_id, &M::auth_application_ids},
                      Many{avp::inband_security_id, &M::inband_security_ids},
                      Many{avp::acct_application_id, &M::acct_application_ids},
                      Many{avp::vendor_specific_application_id, &M::vendor_specific_application_ids},
                      Optional{avp::firmware_revision, &M::firmware_revision}};
  }
  friend bool operator==(const CapabilitiesExchangeRequest&, const CapabilitiesExchangeRequest&) = default;
};

struct CapabilitiesExchangeAnswer {
  std::uint32_t result_code = 0;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::vector<Address> host_ip_addresses;
  std::uint32_t vendor_id = 0;
  std::string product_name;
  std::optional<std::uint32_t> origin_state_id{};
  std::optional<std::string> error_message{};
  std::optional<FailedAvp> failed_avp{};
  std::vector<std::uint32_t> supported_vendor_ids{};
  std::vector<std::uint32_t> auth_application_ids{};
  std::vector<std::uint32_t> inband_security_ids{};
  std::vector<std::uint32_t> acct_application_ids{};
  std::vector<VendorSpecificApplicationId> vendor_specific_application_ids{};
  std::optional<std::uint32_t> firmware_revision{};

  static constexpr Command command{257, app_base, false, false};
  static constexpr std::string_view name = "Capabilities-Exchange-Answer";
  //= RFC 6733, 5.3.2
  // { Result-Code }  { Origin-Host }  { Origin-Realm }  1* { Host-IP-Address }  { Vendor-Id }
  // { Product-Name }  [ Origin-State-Id ]  [ Error-Message ]  [ Failed-AVP ]  * [ Supported-Vendor-Id ]
  // * [ Auth-Application-Id ]  * [ Inband-Security-Id ]  * [ Acct-Application-Id ]
  // * [ Vendor-Specific-Application-Id ]  [ Firmware-Revision ]  * [ AVP ]
  template <class M = CapabilitiesExchangeAnswer>
  static constexpr auto avps() {
    return std::tuple{Required{avp::result_code, &M::result_code},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Many{avp::host_ip_address, &M::host_ip_addresses, 1},
                      Required{avp::vendor_id, &M::vendor_id},
                      Required{avp::product_name, &M::product_name},
                      Optional{avp::origin_state_id, &M::origin_state_id},
                      Optional{avp::error_message, &M::error_message},
                      Optional{avp::failed_avp, &M::failed_avp},
                      Many{avp::supported_vendor_id, &M::supported_vendor_ids},
                      Many{avp::auth_application_id, &M::auth_application_ids},
                      Many{avp::inband_security_id, &M::inband_security_ids},
                      Many{avp::acct_application_id, &M::acct_application_ids},
                      Many{avp::vendor_specific_application_id, &M::vendor_specific_application_ids},
                      Optional{avp::firmware_revision, &M::firmware_revision}};
  }
  friend bool operator==(const CapabilitiesExchangeAnswer&, const CapabilitiesExchangeAnswer&) = default;
};

struct DeviceWatchdogRequest {
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::uint32_t> origin_state_id{};

  static constexpr Command command{280, app_base, true, false};
  static constexpr std::string_view name = "Device-Watchdog-Request";
  //= RFC 6733, 5.5.1
  // { Origin-Host }  { Origin-Realm }  [ Origin-State-Id ]  * [ AVP ]
  template <class M = DeviceWatchdogRequest>
  static constexpr auto avps() {
    return std::tuple{Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::origin_state_id, &M::origin_state_id}};
  }
  friend bool operator==(const DeviceWatchdogRequest&, const DeviceWatchdogRequest&) = default;
};

struct DeviceWatchdogAnswer {
  std::uint32_t result_code = 0;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::string> error_message{};
  std::optional<FailedAvp> failed_avp{};
  std::optional<std::uint32_t> origin_state_id{};

  static constexpr Command command{280, app_base, false, false};
  static constexpr std::string_view name = "Device-Watchdog-Answer";
  //= RFC 6733, 5.5.2
  // { Result-Code }  { Origin-Host }  { Origin-Realm }  [ Error-Message ]  [ Failed-AVP ]
  // [ Origin-State-Id ]  * [ AVP ]
  template <class M = DeviceWatchdogAnswer>
  static constexpr auto avps() {
    return std::tuple{
        Required{avp::result_code, &M::result_code},   Required{avp::origin_host, &M::origin_host},
        Required{avp::origin_realm, &M::origin_realm}, Optional{avp::error_message, &M::error_message},
        Optional{avp::failed_avp, &M::failed_avp},     Optional{avp::origin_state_id, &M::origin_state_id}};
  }
  friend bool operator==(const DeviceWatchdogAnswer&, const DeviceWatchdogAnswer&) = default;
};

struct DisconnectPeerRequest {
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  DisconnectCause disconnect_cause{};

  static constexpr Command command{282, app_base, true, false};
  static constexpr std::string_view name = "Disconnect-Peer-Request";
  //= RFC 6733, 5.4.1
  // { Origin-Host }  { Origin-Realm }  { Disconnect-Cause }  * [ AVP ]
  template <class M = DisconnectPeerRequest>
  static constexpr auto avps() {
    return std::tuple{Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Required{avp::disconnect_cause, &M::disconnect_cause}};
  }
  friend bool operator==(const DisconnectPeerRequest&, const DisconnectPeerRequest&) = default;
};

struct DisconnectPeerAnswer {
  std::uint32_t result_code = 0;
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::string> error_message{};
  std::optional<FailedAvp> failed_avp{};

  static constexpr Command command{282, app_base, false, false};
  static constexpr std::string_view name = "Disconnect-Peer-Answer";
  //= RFC 6733, 5.4.2
  // { Result-Code }  { Origin-Host }  { Origin-Realm }  [ Error-Message ]  [ Failed-AVP ]  * [ AVP ]
  template <class M = DisconnectPeerAnswer>
  static constexpr auto avps() {
    return std::tuple{
        Required{avp::result_code, &M::result_code}, Required{avp::origin_host, &M::origin_host},
        Required{avp::origin_realm, &M::origin_realm}, Optional{avp::error_message, &M::error_message},
        Optional{avp::failed_avp, &M::failed_avp}};
  }
  friend bool operator==(const DisconnectPeerAnswer&, const DisconnectPeerAnswer&) = default;
};

/// ErrorAnswer is what any request may be answered with instead of its own answer (E bit set). The
/// command's code and application are those of the request: encode_error_answer takes them.
struct ErrorAnswer {
  std::optional<std::string> session_id{};
  DiameterIdentity origin_host;
  DiameterIdentity origin_realm;
  std::optional<std::uint32_t> result_code{};
  std::optional<std::uint32_t> origin_state_id{};
  std::optional<std::string> error_message{};
  std::optional<DiameterIdentity> error_reporting_host{};
  std::optional<FailedAvp> failed_avp{};
  std::optional<ExperimentalResult> experimental_result{};
  /// Not in the grammar, but the answers of S6a require it and a 5xxx answer follows theirs.
  std::optional<AuthSessionState> auth_session_state{};

  static constexpr std::string_view name = "error answer";
  //= RFC 6733, 7.2
  // 0*1 < Session-Id >  { Origin-Host }  { Origin-Realm }  { Result-Code }  [ Origin-State-Id ]
  // [ Error-Message ]  [ Error-Reporting-Host ]  [ Failed-AVP ]  [ Experimental-Result ]  * [ AVP ]
  // Result-Code is optional here because S6a answers carry Experimental-Result in its place.
  template <class M = ErrorAnswer>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::session_id, &M::session_id},
                      Required{avp::origin_host, &M::origin_host},
                      Required{avp::origin_realm, &M::origin_realm},
                      Optional{avp::result_code, &M::result_code},
                      Optional{avp::origin_state_id, &M::origin_state_id},
                      Optional{avp::error_message, &M::error_message},
                      Optional{avp::error_reporting_host, &M::error_reporting_host},
                      Optional{avp::failed_avp, &M::failed_avp},
                      Optional{avp::experimental_result, &M::experimental_result},
                      Optional{avp::auth_session_state, &M::auth_session_state}};
  }
  friend bool operator==(const ErrorAnswer&, const ErrorAnswer&) = default;
};

}  // namespace baton::wire::diameter
