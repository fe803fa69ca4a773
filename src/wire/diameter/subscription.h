// subscription.h: Subscription-Data and what stands inside it. TS 29.272, 7.3.
#pragma once

#include <string>
#include <tuple>

#include "wire/diameter/rows.h"
#include "wire/diameter/values.h"

namespace baton::wire::diameter {

enum class SubscriberStatus : std::uint32_t { service_granted = 0, operator_determined_barring = 1 };
constexpr bool is_known(SubscriberStatus s) { return static_cast<std::uint32_t>(s) <= 1; }

enum class NetworkAccessMode : std::uint32_t { packet_and_circuit = 0, reserved = 1, only_packet = 2 };
constexpr bool is_known(NetworkAccessMode m) { return static_cast<std::uint32_t>(m) <= 2; }

enum class AllApnConfigurationsIncluded : std::uint32_t { all = 0, modified_or_added = 1 };
constexpr bool is_known(AllApnConfigurationsIncluded v) { return static_cast<std::uint32_t>(v) <= 1; }

enum class PdnType : std::uint32_t { ipv4 = 0, ipv6 = 1, ipv4v6 = 2, ipv4_or_ipv6 = 3 };
constexpr bool is_known(PdnType t) { return static_cast<std::uint32_t>(t) <= 3; }

/// QCI 1 to 9 and what later releases and operators added: any octet. TS 29.212, 5.3.17.
enum class QosClassIdentifier : std::uint32_t {};
constexpr bool is_known(QosClassIdentifier q) { return static_cast<std::uint32_t>(q) <= 255; }

/// Enabled is 0 for both. TS 29.212, 5.3.46 and 5.3.47.
enum class Preemption : std::uint32_t { enabled = 0, disabled = 1 };
constexpr bool is_known(Preemption p) { return static_cast<std::uint32_t>(p) <= 1; }

/// Whether a gateway of the visited network may serve an APN. TS 29.272, 7.3.38.
enum class VplmnDynamicAddress : std::uint32_t { not_allowed = 0, allowed = 1 };
constexpr bool is_known(VplmnDynamicAddress v) { return static_cast<std::uint32_t>(v) <= 1; }

/// AMBR: bits per second. TS 29.272, 7.3.41.
struct Ambr {
  std::uint32_t uplink_bps = 0;
  std::uint32_t downlink_bps = 0;

  static constexpr const AvpDef& def = avp::ambr;
  //= TS 29.272, 7.3.41
  // { Max-Requested-Bandwidth-UL }  { Max-Requested-Bandwidth-DL }  * [ AVP ]
  template <class M = Ambr>
  static constexpr auto avps() {
    return std::tuple{Required{avp::max_requested_bandwidth_ul, &M::uplink_bps},
                      Required{avp::max_requested_bandwidth_dl, &M::downlink_bps}};
  }
  friend bool operator==(const Ambr&, const Ambr&) = default;
};

/// Allocation-Retention-Priority. TS 29.272, 7.3.40; TS 29.212, 5.3.32. Level 1 (highest) to 15.
struct AllocationRetentionPriority {
  std::uint32_t priority_level = 15;
  std::optional<Preemption> capability{};
  std::optional<Preemption> vulnerability{};

  static constexpr const AvpDef& def = avp::allocation_retention_priority;
  //= TS 29.212, 5.3.32
  // { Priority-Level }  [ Pre-emption-Capability ]  [ Pre-emption-Vulnerability ]
  template <class M = AllocationRetentionPriority>
  static constexpr auto avps() {
    return std::tuple{Required{avp::priority_level, &M::priority_level},
                      Optional{avp::preemption_capability, &M::capability},
                      Optional{avp::preemption_vulnerability, &M::vulnerability}};
  }
  friend bool operator==(const AllocationRetentionPriority&, const AllocationRetentionPriority&) = default;
};

struct EpsSubscribedQosProfile {
  QosClassIdentifier qci{};
  AllocationRetentionPriority priority;

  static constexpr const AvpDef& def = avp::eps_subscribed_qos_profile;
  //= TS 29.272, 7.3.37
  // { QoS-Class-Identifier }  { Allocation-Retention-Priority }  * [ AVP ]
  template <class M = EpsSubscribedQosProfile>
  static constexpr auto avps() {
    return std::tuple{Required{avp::qos_class_identifier, &M::qci},
                      Required{avp::allocation_retention_priority, &M::priority}};
  }
  friend bool operator==(const EpsSubscribedQosProfile&, const EpsSubscribedQosProfile&) = default;
};

/// One APN of the subscription. TS 29.272, 7.3.35.
struct ApnConfiguration {
  std::uint32_t context_identifier = 0;
  PdnType pdn_type{};
  std::string service_selection;  ///< the APN network identifier, or "*"
  std::optional<EpsSubscribedQosProfile> qos{};
  std::optional<Ambr> ambr{};
  std::optional<std::string> charging_characteristics{};
  std::optional<VplmnDynamicAddress> vplmn_dynamic_address{};

  static constexpr const AvpDef& def = avp::apn_configuration;
  //= TS 29.272, 7.3.35
  // { Context-Identifier }  { PDN-Type }  { Service-Selection }  [ EPS-Subscribed-QoS-Profile ]
  // [ AMBR ]  [ 3GPP-Charging-Characteristics ]  [ VPLMN-Dynamic-Address-Allowed ]  * [ AVP ]
  template <class M = ApnConfiguration>
  static constexpr auto avps() {
    return std::tuple{Required{avp::context_identifier, &M::context_identifier},
                      Required{avp::pdn_type, &M::pdn_type},
                      Required{avp::service_selection, &M::service_selection},
                      Optional{avp::eps_subscribed_qos_profile, &M::qos},
                      Optional{avp::ambr, &M::ambr},
                      Optional{avp::charging_characteristics, &M::charging_characteristics},
                      Optional{avp::vplmn_dynamic_address_allowed, &M::vplmn_dynamic_address}};
  }
  friend bool operator==(const ApnConfiguration&, const ApnConfiguration&) = default;
};

/// All APNs; `context_identifier` names the default one. TS 29.272, 7.3.34.
struct ApnConfigurationProfile {
  std::uint32_t context_identifier = 0;
  AllApnConfigurationsIncluded all_included{};
  std::vector<ApnConfiguration> apns;

  static constexpr const AvpDef& def = avp::apn_configuration_profile;
  //= TS 29.272, 7.3.34
  // { Context-Identifier }  { All-APN-Configurations-Included-Indicator }  1* { APN-Configuration }
  // * [ AVP ]
  template <class M = ApnConfigurationProfile>
  static constexpr auto avps() {
    return std::tuple{Required{avp::context_identifier, &M::context_identifier},
                      Required{avp::all_apn_configurations_included_indicator, &M::all_included},
                      Many{avp::apn_configuration, &M::apns, 1}};
  }
  friend bool operator==(const ApnConfigurationProfile&, const ApnConfigurationProfile&) = default;
};

/// What an MME needs to know of a subscription. TS 29.272, 7.3.2.
struct SubscriptionData {
  std::optional<SubscriberStatus> subscriber_status{};
  std::optional<TelephoneNumber> msisdn{};
  std::optional<NetworkAccessMode> network_access_mode{};
  std::optional<std::uint32_t> access_restriction_data{};
  std::optional<std::string> charging_characteristics{};
  std::optional<Ambr> ambr{};
  std::optional<ApnConfigurationProfile> apn_configuration_profile{};
  std::optional<std::uint32_t> rat_frequency_selection_priority{};
  std::optional<std::uint32_t> periodic_tau_timer_s{};
  std::optional<std::uint32_t> operator_determined_barring{};

  static constexpr const AvpDef& def = avp::subscription_data;
  //= TS 29.272, 7.3.2
  // [ Subscriber-Status ]  [ MSISDN ]  [ Network-Access-Mode ]  [ Access-Restriction-Data ]
  // [ 3GPP-Charging-Characteristics ]  [ AMBR ]  [ APN-Configuration-Profile ]
  // [ RAT-Frequency-Selection-Priority-ID ]  [ Subscribed-Periodic-RAU-TAU-Timer ]
  // [ Operator-Determined-Barring ]  * [ AVP ]
  template <class M = SubscriptionData>
  static constexpr auto avps() {
    return std::tuple{
        Optional{avp::subscriber_status, &M::subscriber_status},
        Optional{avp::msisdn, &M::msisdn},
        Optional{avp::network_access_mode, &M::network_access_mode},
        Optional{avp::access_restriction_data, &M::access_restriction_data},
        Optional{avp::charging_characteristics, &M::charging_characteristics},
        Optional{avp::ambr, &M::ambr},
        Optional{avp::apn_configuration_profile, &M::apn_configuration_profile},
        Optional{avp::rat_frequency_selection_priority_id, &M::rat_frequency_selection_priority},
        Optional{avp::subscribed_periodic_rau_tau_timer, &M::periodic_tau_timer_s},
        Optional{avp::operator_determined_barring, &M::operator_determined_barring}};
  }
  friend bool operator==(const SubscriptionData&, const SubscriptionData&) = default;
};

}  // namespace baton::wire::diameter
