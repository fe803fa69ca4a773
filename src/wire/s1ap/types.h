// types.h: the values that S1AP messages carry (TS 36.413, 9.2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"
#include "keys/types.h"
#include "wire/s1ap/cause.h"
#include "wire/s1ap/codes.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.2.3.3
using MmeUeS1apId = Strong<std::uint32_t, struct MmeUeS1apIdTag>;
//= TS 36.413, 9.2.3.4
/// 24 bits: at most `enb_ue_s1ap_id_max`.
using EnbUeS1apId = Strong<std::uint32_t, struct EnbUeS1apIdTag>;
inline constexpr std::uint32_t enb_ue_s1ap_id_max = 0xFF'FFFF;

//= TS 36.413, 9.2.1.2
/// ErabId is 0 to 15; NAS uses 5 to 15 (the EPS bearer identity).
using ErabId = Strong<std::uint8_t, struct ErabIdTag>;

//= TS 36.413, 9.2.3.5
/// NasPdu is a NAS message, opaque here.
struct NasPdu {
  ByteVector octets;
  friend bool operator==(const NasPdu&, const NasPdu&) = default;
};
//= TS 36.413, 9.2.1.27
/// UeRadioCapability is an RRC container, opaque here.
struct UeRadioCapability {
  ByteVector octets;
  friend bool operator==(const UeRadioCapability&, const UeRadioCapability&) = default;
};

//= TS 36.413, 9.2.1.37
/// HomeEnbId is the 28-bit identity of a home eNB: its one cell.
struct HomeEnbId {
  static constexpr std::uint32_t max = 0xFFF'FFFF;
  PlmnId plmn;
  std::uint32_t value;  ///< 28 bits
  friend auto operator<=>(const HomeEnbId&, const HomeEnbId&) = default;
};
/// GlobalEnbId names an eNB. The short and long macro forms of later releases are not spoken.
using GlobalEnbId = std::variant<MacroEnbId, HomeEnbId>;
PlmnId plmn_of(const GlobalEnbId& id);

/// Name is 1 to 150 characters of the ASN.1 PrintableString set (letters, digits, space and
/// ' ( ) + , - . / : = ?). The text of a peer: do not log it without quoting.
struct Name {
  std::string text;
  /// from replaces characters outside the set by '-' and cuts at 150, so any configured name can be sent.
  static Name from(std::string_view text);
  friend bool operator==(const Name&, const Name&) = default;
};

//= TS 36.413, 9.1.8.4
/// One tracking area and the networks (1 to 6) that it is broadcast for.
struct SupportedTa {
  Tac tac;
  std::vector<PlmnId> broadcast_plmns;
  friend bool operator==(const SupportedTa&, const SupportedTa&) = default;
};

//= TS 36.413, 9.1.8.5
/// Which GUMMEIs an MME answers to: every combination of the three lists.
struct ServedGummei {
  std::vector<PlmnId> plmns;       ///< 1 to 32
  std::vector<MmeGroupId> groups;  ///< 1 to 65535
  std::vector<MmeCode> codes;      ///< 1 to 256
  /// serves tells whether `g` is one of the combinations.
  bool serves(const Gummei& g) const;
  friend bool operator==(const ServedGummei&, const ServedGummei&) = default;
};

//= TS 36.413, 9.2.3.17
using RelativeMmeCapacity = Strong<std::uint8_t, struct RelativeMmeCapacityTag>;

//= TS 36.413, 9.2.1.16
enum class PagingDrx : Byte { v32, v64, v128, v256 };

//= TS 36.413, 9.2.1.61
enum class TimeToWait : Byte { v1s, v2s, v5s, v10s, v20s, v60s };
/// seconds_of gives 1, 2, 5, 10, 20 or 60.
unsigned seconds_of(TimeToWait t);

//= TS 36.413, 9.2.1.3a
enum class RrcEstablishmentCause : Byte {
  emergency,
  high_priority_access,
  mt_access,
  mo_signalling,
  mo_data,
  // extensions
  delay_tolerant_access,
  mo_voice_call,
  mo_exception_data,
};

//= TS 36.413, 9.2.1.20
/// In bit/s, each at most `bit_rate_max`.
struct UeAmbr {
  std::uint64_t downlink = 0;
  std::uint64_t uplink = 0;
  friend bool operator==(const UeAmbr&, const UeAmbr&) = default;
};
inline constexpr std::uint64_t bit_rate_max = 10'000'000'000;

//= TS 36.413, 9.2.1.60
struct AllocationRetentionPriority {
  std::uint8_t priority_level = 9;  ///< 0 to 15; 1 is highest, 15 none, 0 spare
  bool may_trigger_pre_emption = false;
  bool pre_emptable = false;
  friend bool operator==(const AllocationRetentionPriority&, const AllocationRetentionPriority&) = default;
};
//= TS 36.413, 9.2.1.18
/// Bit rates of a GBR bearer in bit/s, each at most `bit_rate_max`.
struct GbrQos {
  std::uint64_t maximum_downlink = 0;
  std::uint64_t maximum_uplink = 0;
  std::uint64_t guaranteed_downlink = 0;
  std::uint64_t guaranteed_uplink = 0;
  friend bool operator==(const GbrQos&, const GbrQos&) = default;
};
//= TS 36.413, 9.2.1.15
struct ErabQos {
  std::uint8_t qci = 9;
  AllocationRetentionPriority arp;
  std::optional<GbrQos> gbr;
  friend bool operator==(const ErabQos&, const ErabQos&) = default;
};

//= TS 36.413, 9.2.2.1
/// TransportLayerAddress is 1 to 160 bits: 32 are IPv4, 128 IPv6, 160 both (IPv4 first).
struct TransportLayerAddress {
  std::uint8_t bits = 0;
  ByteVector octets;  ///< bits, first bit highest, rounded up to octets, unused bits zero
  static TransportLayerAddress from(Ipv4 address);
  /// ipv4 is the IPv4 address when there is one.
  std::optional<Ipv4> ipv4() const;
  friend bool operator==(const TransportLayerAddress&, const TransportLayerAddress&) = default;
};

/// An E-RAB that the MME asks for (TS 36.413, 9.1.4.1). The address and TEID are the S-GW's uplink end.
struct ErabToSetup {
  ErabId id;
  ErabQos qos;
  TransportLayerAddress address;
  Teid teid;
  std::optional<NasPdu> nas;
  friend bool operator==(const ErabToSetup&, const ErabToSetup&) = default;
};
/// An E-RAB that the eNB has set up (TS 36.413, 9.1.4.3). The address and TEID are the eNB's downlink end.
struct ErabSetUp {
  ErabId id;
  TransportLayerAddress address;
  Teid teid;
  friend bool operator==(const ErabSetUp&, const ErabSetUp&) = default;
};
//= TS 36.413, 9.2.1.36
struct ErabFailed {
  ErabId id;
  Cause cause;
  friend bool operator==(const ErabFailed&, const ErabFailed&) = default;
};

//= TS 36.413, 9.2.1.40
/// UeSecurityCapabilities has one bit an algorithm, highest bit first: EEA1 is 0x8000, EEA2 0x4000,
/// EEA3 0x2000, and the same for EIA. The null algorithms have no bit.
struct UeSecurityCapabilities {
  std::uint16_t eea = 0;
  std::uint16_t eia = 0;
  bool has_eea(unsigned n) const { return n == 0 || (n <= 16 && (eea >> (16 - n) & 1U) != 0); }
  bool has_eia(unsigned n) const { return n == 0 || (n <= 16 && (eia >> (16 - n) & 1U) != 0); }
  friend bool operator==(const UeSecurityCapabilities&, const UeSecurityCapabilities&) = default;
};

//= TS 36.413, 9.2.1.26
/// SecurityContext is {NCC, NH}, used by the handover procedures.
struct SecurityContext {
  std::uint8_t next_hop_chaining_count = 0;  ///< 0 to 7
  Nh next_hop;
  friend bool operator==(const SecurityContext&, const SecurityContext&) = default;
};

// What the key policies need and S1AP does not have (docs/extensions.md).

/// AnnouncementOctets is what a node says of its profiles and private elements: 1 to
/// announcement_octets_max octets, opaque here.
struct AnnouncementOctets {
  ByteVector octets;
  friend bool operator==(const AnnouncementOctets&, const AnnouncementOctets&) = default;
};
/// KeyHandling says what a target eNB does with the key in the field of NH. S1AP has no New Security Context
/// Indicator; its meaning (TS 33.401, 7.2.8.4.3) stands here too.
//= S3.B5
//= S0.D10
struct KeyHandling {
  bool from_star = false;    ///< it is KeNB* or KeNB*+: KeNB is made of it and the C-RNTI
  bool raw = false;          ///< by the raw reading (S3.D2)
  bool new_context = false;  ///< it was made from another KASME than the UE's KeNB: keyChangeIndicator
  static constexpr Byte known = 0x07;
  static std::optional<KeyHandling> from(Byte octet) {
    if ((octet & ~known) != 0) return std::nullopt;
    return KeyHandling{(octet & 1U) != 0, (octet & 2U) != 0, (octet & 4U) != 0};
  }
  Byte octet() const {
    return static_cast<Byte>((from_star ? 1U : 0U) | (raw ? 2U : 0U) | (new_context ? 4U : 0U));
  }
  friend bool operator==(const KeyHandling&, const KeyHandling&) = default;
};
/// ContainerOctets is the handover container for the UE: 1 to handover_container_octets_max octets, opaque
/// here.
//= S3.D4a
struct ContainerOctets {
  ByteVector octets;
  friend bool operator==(const ContainerOctets&, const ContainerOctets&) = default;
};

//= TS 36.413, 9.2.1.21
struct IeDiagnostics {
  Criticality criticality{};
  IeId id{};
  TypeOfError type{};
  friend bool operator==(const IeDiagnostics&, const IeDiagnostics&) = default;
};
struct CriticalityDiagnostics {
  std::optional<Procedure> procedure;
  std::optional<PduType> triggering_message;
  std::optional<Criticality> procedure_criticality;
  std::vector<IeDiagnostics> ies;  ///< 0 to 256
  friend bool operator==(const CriticalityDiagnostics&, const CriticalityDiagnostics&) = default;
};

//= TS 36.413, 9.1.8.1
struct ResetAll {
  friend bool operator==(const ResetAll&, const ResetAll&) = default;
};
/// UeConnection is a UE-associated logical S1 connection by either id or both.
struct UeConnection {
  std::optional<MmeUeS1apId> mme_ue_id;
  std::optional<EnbUeS1apId> enb_ue_id;
  friend bool operator==(const UeConnection&, const UeConnection&) = default;
};
using ResetType = std::variant<ResetAll, std::vector<UeConnection>>;  ///< 1 to 256 connections

//= TS 36.413, 9.2.3.18
struct UeS1apIdPair {
  MmeUeS1apId mme_ue_id;
  EnbUeS1apId enb_ue_id;
  friend bool operator==(const UeS1apIdPair&, const UeS1apIdPair&) = default;
};
using UeS1apIds = std::variant<UeS1apIdPair, MmeUeS1apId>;
inline MmeUeS1apId mme_ue_id_of(const UeS1apIds& ids) {
  const auto* pair = std::get_if<UeS1apIdPair>(&ids);
  return pair != nullptr ? pair->mme_ue_id : *std::get_if<MmeUeS1apId>(&ids);
}

//= TS 36.413, 9.2.3.10
/// UeIdentityIndexValue is IMSI modulo 1024, 10 bits.
using UeIdentityIndexValue = Strong<std::uint16_t, struct UeIdentityIndexValueTag>;
UeIdentityIndexValue ue_identity_index_of(const Imsi& imsi);
//= TS 36.413, 9.2.3.13
using UePagingId = std::variant<STmsi, Imsi>;
//= TS 36.413, 9.2.3.22
enum class CnDomain : Byte { ps, cs };

}  // namespace baton::wire::s1ap
