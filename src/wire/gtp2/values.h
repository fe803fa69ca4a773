// values.h: what GTPv2-C information elements carry (TS 29.274, clause 8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/secret.h"
#include "base/strong.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"

namespace baton::wire::gtp2 {

/// Sequence is the 24-bit sequence number that ties a response to its request.
using Sequence = Strong<std::uint32_t, struct SequenceTag>;

/// IeId names an element: its type and which of several of that type it is.
struct IeId {
  Byte type = 0;
  Byte instance = 0;
  friend auto operator<=>(const IeId&, const IeId&) = default;
};

//= TS 29.274, 8.1
/// The element types Baton reads or writes.
namespace ie {
inline constexpr Byte imsi = 1, cause = 2, recovery = 3, apn = 71, ambr = 72, ebi = 73, ip_address = 74,
                      mei = 75, msisdn = 76, indication = 77, pco = 78, paa = 79, bearer_qos = 80,
                      rat_type = 82, serving_network = 83, bearer_tft = 84, uli = 86, f_teid = 87,
                      delay_value = 92, bearer_context = 93, charging_id = 94, pdn_type = 99,
                      eps_mm_context = 107, pdn_connection = 109, ue_time_zone = 114, complete_request = 116,
                      guti = 117, f_container = 118, f_cause = 119, selected_plmn = 120,
                      target_identification = 121, apn_restriction = 127, selection_mode = 128,
                      private_extension = 255;
/// The MM contexts of all kinds of security stand in a row, from GSM keys to UMTS keys with quadruplets.
inline constexpr Byte mm_context_first = 103, mm_context_last = 108;
}  // namespace ie

//= TS 29.274, 8.4
/// CauseValue says how a request ended. Values Baton does not name travel as they are.
enum class CauseValue : Byte {
  local_detach = 2,
  isr_deactivation = 10,
  error_indication = 11,
  request_accepted = 16,
  request_accepted_partially = 17,
  new_pdn_type_network_preference = 18,
  new_pdn_type_single_address = 19,
  context_not_found = 64,
  invalid_message_format = 65,
  version_not_supported_by_next_peer = 66,
  invalid_length = 67,
  service_not_supported = 68,
  mandatory_ie_incorrect = 69,
  mandatory_ie_missing = 70,
  system_failure = 72,
  no_resources_available = 73,
  missing_or_unknown_apn = 78,
  relocation_failure = 81,
  preferred_pdn_type_not_supported = 83,
  all_dynamic_addresses_occupied = 84,
  ue_not_responding = 87,
  ue_refuses = 88,
  service_denied = 89,
  unable_to_page_ue = 90,
  no_memory_available = 91,
  user_authentication_failed = 92,
  request_rejected = 94,
  p_tmsi_signature_mismatch = 95,
  imsi_not_known = 96,
  remote_peer_not_responding = 100,
  unable_to_page_ue_due_to_suspension = 102,
  conditional_ie_missing = 103,
  data_forwarding_not_supported = 106,
  invalid_reply_from_remote_peer = 107,
  temporarily_rejected = 110,  ///< a handover or tracking area update is in progress
  ue_already_reattached = 115,
};
std::string_view to_string(CauseValue value);
/// Values 16 to 63 say that the request was accepted.
constexpr bool accepted(CauseValue v) { return static_cast<Byte>(v) >= 16 && static_cast<Byte>(v) < 64; }

struct Cause {
  CauseValue value = CauseValue::request_accepted;
  bool from_remote = false;          ///< CS: the cause was originated by a node behind the sender
  std::optional<IeId> offending_ie;  ///< which element was missing or wrong
  friend bool operator==(const Cause&, const Cause&) = default;
};

/// Ebi is an EPS bearer identity, 5 to 15 in use; 4 bits on the wire.
using Ebi = Strong<Byte, struct EbiTag>;

//= TS 29.274, 8.22
/// InterfaceType says which reference point an F-TEID belongs to. 6 bits.
enum class InterfaceType : Byte {
  s1u_enb = 0,
  s1u_sgw = 1,
  s5_sgw_user = 4,
  s5_pgw_user = 5,
  s5_sgw_control = 6,
  s5_pgw_control = 7,
  s11_mme = 10,
  s11_sgw = 11,
  s10_mme = 12,
  s3_mme = 13,
  s3_sgsn = 14,
  enb_dl_forwarding = 19,
  enb_ul_forwarding = 20,
  sgw_dl_forwarding = 23,
  sgw_ul_forwarding = 28,
};
/// FTeid names one end of a tunnel: TEID and address. At least one address on the wire.
struct FTeid {
  InterfaceType interface {};
  Teid teid;
  std::optional<Ipv4> v4;
  std::optional<std::array<Byte, 16>> v6;
  friend bool operator==(const FTeid&, const FTeid&) = default;
};

//= TS 29.274, 8.17
enum class RatType : Byte {
  utran = 1,
  geran = 2,
  wlan = 3,
  eutran = 6,
  virtual_ = 7,
  eutran_nb_iot = 8,
  lte_m = 9
};
//= TS 29.274, 8.34
enum class PdnType : Byte { ipv4 = 1, ipv6 = 2, ipv4v6 = 3, non_ip = 4, ethernet = 5 };
//= TS 29.274, 8.58
enum class SelectionMode : Byte { subscribed = 0, ms_not_verified = 1, network_not_verified = 2 };

/// Paa is the address (or prefix) given to the UE; all zero in a request for a dynamic one.
struct Paa {
  struct V6 {
    Byte prefix_length = 64;
    std::array<Byte, 16> address{};
    friend bool operator==(const V6&, const V6&) = default;
  };
  PdnType type = PdnType::ipv4;  ///< says which of the two are there
  std::optional<Ipv4> v4;
  std::optional<V6> v6;
  static Paa ipv4(Ipv4 address) { return {PdnType::ipv4, address, {}}; }
  friend bool operator==(const Paa&, const Paa&) = default;
};

/// BearerQos: allocation and retention priority, QCI, and rates in kbit/s (0 for a non-GBR bearer).
struct BearerQos {
  static constexpr std::uint64_t rate_max = 0xFF'FFFF'FFFF;
  bool may_pre_empt = false;      ///< pre-emption capability (0 on the wire means enabled)
  Byte priority = 8;              ///< 1 (highest) to 15
  bool may_be_pre_empted = true;  ///< pre-emption vulnerability (0 on the wire means enabled)
  Byte qci = 9;
  std::uint64_t max_up = 0, max_down = 0, guaranteed_up = 0, guaranteed_down = 0;  ///< 40 bits each
  friend bool operator==(const BearerQos&, const BearerQos&) = default;
};

/// Ambr: aggregate maximum bit rates in kbit/s.
struct Ambr {
  std::uint32_t up_kbps = 0, down_kbps = 0;
  friend bool operator==(const Ambr&, const Ambr&) = default;
};

/// Uli: where the UE is. Other kinds of location in the element are stepped over.
struct Uli {
  std::optional<Tai> tai;
  std::optional<Ecgi> ecgi;
  friend bool operator==(const Uli&, const Uli&) = default;
};

/// Apn in its readable form, "internet" or "internet.mnc001.mcc001.gprs": 1 to 100 octets on the wire.
struct Apn {
  std::string value;
  friend bool operator==(const Apn&, const Apn&) = default;
};
/// Msisdn is an international number in digits, without plus sign.
struct Msisdn {
  std::string digits;
  friend bool operator==(const Msisdn&, const Msisdn&) = default;
};
/// Mei is an IMEI (15 digits) or IMEISV (16 digits).
struct Mei {
  std::string digits;
  friend bool operator==(const Mei&, const Mei&) = default;
};

/// Recovery is the restart counter of the sender (TS 23.007, 18).
using Recovery = Strong<Byte, struct RecoveryTag>;
using ApnRestriction = Strong<Byte, struct ApnRestrictionTag>;
using ChargingId = Strong<std::uint32_t, struct ChargingIdTag>;
/// DelayValue in steps of 50 ms (TS 29.274, 8.27).
using DelayValue = Strong<Byte, struct DelayValueTag>;

/// Indication: the flag octets as they are (TS 29.274, 8.12), at least two.
struct Indication {
  ByteVector flags;
  friend bool operator==(const Indication&, const Indication&) = default;
};
/// Pco travels between UE and gateway; nobody between reads it.
struct Pco {
  ByteVector octets;
  friend bool operator==(const Pco&, const Pco&) = default;
};
/// UeTimeZone: time zone in quarters of an hour as in TS 24.008, and daylight saving 0 to 2.
struct UeTimeZone {
  Byte zone = 0;
  Byte daylight_saving = 0;
  friend bool operator==(const UeTimeZone&, const UeTimeZone&) = default;
};
/// PrivateExtension: an enterprise number and what that enterprise says (docs/extensions.md). There may be
/// keys among it (private.h), so it is wiped when it dies.
struct PrivateExtension {
  Byte instance = 0;
  std::uint16_t enterprise = 0;
  ByteVector octets;
  ~PrivateExtension() { secure_wipe(octets.data(), octets.size()); }
  friend bool operator==(const PrivateExtension&, const PrivateExtension&) = default;
};

}  // namespace baton::wire::gtp2
