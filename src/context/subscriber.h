// subscriber.h: what an HSS knows of a subscriber.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "context/kasme_memory.h"
#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "keys/aka_secret.h"

namespace baton::context {

/// How SEQ is made; the numbers are those of the store. TS 33.102, C.1.
enum class SqnScheme : Byte {
  counter = 0,      ///< one more than the last: C.1.1.2, profile 2
  partly_time = 1,  ///< the low 24 bits follow the clock: C.1.1.1, profile 1
  time = 2,         ///< the clock, moved by what a resynchronisation found: C.1.1.3, profile 3
};
std::string_view to_string(SqnScheme s);

// --- what is subscribed to ----------------------------------------------------------------------

/// Access-Restriction-Data: what the subscriber may not use. TS 29.272, 7.3.31.
namespace access_restriction {
inline constexpr std::uint32_t utran = 1U << 0U;
inline constexpr std::uint32_t geran = 1U << 1U;
inline constexpr std::uint32_t gan = 1U << 2U;
inline constexpr std::uint32_t i_hspa_evolution = 1U << 3U;
inline constexpr std::uint32_t wb_eutran = 1U << 4U;
inline constexpr std::uint32_t ho_to_non_3gpp = 1U << 5U;
inline constexpr std::uint32_t nb_iot = 1U << 6U;
}  // namespace access_restriction

/// Operator-Determined-Barring: what the operator keeps from the subscriber. TS 29.272, 7.3.30.
namespace barring {
inline constexpr std::uint32_t all_packet_services = 1U << 0U;
inline constexpr std::uint32_t roamer_hplmn_ap = 1U << 1U;
inline constexpr std::uint32_t roamer_vplmn_ap = 1U << 2U;
}  // namespace barring

/// Values of PDN-Type. TS 29.272, 7.3.62.
enum class SubscribedPdn : Byte { ipv4 = 0, ipv6 = 1, ipv4v6 = 2, ipv4_or_ipv6 = 3 };

/// Retention is who keeps a bearer when there are not enough. TS 29.212, 5.3.32. Unless told otherwise
/// bearers neither pre-empt nor are pre-empted; 8 of 15 leaves room on both sides.
struct Retention {
  std::uint8_t priority = 8;  ///< 1, the highest, to 15
  bool may_preempt = false;
  bool preemptible = false;
  friend bool operator==(const Retention&, const Retention&) = default;
};

/// SubscribedApn is one APN-Configuration. TS 29.272, 7.3.35.
struct SubscribedApn {
  std::uint32_t context_id = 1;  ///< 1 to apn_context_max, each once
  std::string apn = "internet";  ///< at most apn_octets_max octets; "*" is any
  SubscribedPdn pdn = SubscribedPdn::ipv4;
  std::uint8_t qci = 9;
  Retention retention{};
  std::uint32_t ambr_up_bps = 50'000'000;
  std::uint32_t ambr_down_bps = 100'000'000;
  bool visited_gateway_allowed = false;  ///< VPLMN-Dynamic-Address-Allowed
  friend bool operator==(const SubscribedApn&, const SubscribedApn&) = default;
};

/// APNs of one subscriber: TS 29.002 has 50 at most, and their identifiers go from 1 to 50.
inline constexpr std::size_t apns_max = 50;
inline constexpr std::uint32_t apn_context_max = 50;
/// TS 23.003, 9.1.
inline constexpr std::size_t apn_octets_max = 100;
/// Networks in a subscriber's own list; who roams in more is let roam everywhere.
inline constexpr std::size_t allowed_plmns_max = 64;
/// RAT-Frequency-Selection-Priority-ID. TS 36.413, 9.2.1.39.
inline constexpr std::uint32_t rfsp_max = 256;

/// Subscription is what an MME is told of a subscriber. TS 29.272, 7.3.2.
struct Subscription {
  bool barred = false;             ///< Subscriber-Status: operator determined barring
  std::uint32_t barring = 0;       ///< which, with `barred`; bits above
  std::uint32_t restrictions = 0;  ///< Access-Restriction-Data, bits above
  std::string msisdn{};            ///< at most 15 digits, may be empty
  std::uint32_t ambr_up_bps = 50'000'000;
  std::uint32_t ambr_down_bps = 100'000'000;
  std::vector<SubscribedApn> apns{SubscribedApn{}};  ///< 1 to apns_max; none: no EPS subscription
  std::uint32_t default_context = 1;                 ///< the context_id of the default APN
  /// Networks where the subscriber may register, of those the HSS serves. Empty: all of them.
  std::vector<PlmnId> allowed_plmns{};
  std::optional<std::uint32_t> rfsp{};              ///< 1 to rfsp_max
  std::optional<std::uint32_t> periodic_timer_s{};  ///< Subscribed-Periodic-RAU-TAU-Timer
  std::string charging{};                           ///< 4 hexadecimal digits, may be empty
  friend bool operator==(const Subscription&, const Subscription&) = default;

  /// default_apn is the entry default_context names; null when there is none.
  const SubscribedApn* default_apn() const;
  /// wrong says what does not hold of the bounds above; empty when all do.
  std::string_view wrong() const;
};

/// The form in which a store keeps it. What encode wrote decode reads; anything else is nothing.
ByteVector encode(const Subscription& s);
std::optional<Subscription> decode_subscription(Bytes octets);

// --- where the subscriber is --------------------------------------------------------------------

/// ServingNode is the MME or the SGSN that a subscriber is registered at. TS 23.008, 2.4.
struct ServingNode {
  DiameterIdentity host;
  std::optional<DiameterIdentity> realm{};
  std::optional<PlmnId> visited{};
  bool purged = false;  ///< it has forgotten the subscriber: TS 23.008, 2.7.6
  friend bool operator==(const ServingNode&, const ServingNode&) = default;
};

/// Terminal is what was told of the device last. TS 29.272, 7.3.3.
struct Terminal {
  std::string imei{};              ///< 14 or 15 digits, empty when never told
  std::string software_version{};  ///< 2 digits, may be empty
  friend bool operator==(const Terminal&, const Terminal&) = default;
};

/// SubscriberRecord is one subscription: the secrets, the sequence number, the profile, and where the
/// subscriber is. It is what the store keeps; the secrets leave it for the AuC functions only.
struct SubscriberRecord {
  Imsi imsi;
  AkaSecret secret;
  /// The bits below the separation bit are the operator's; that bit is what a vector is made for.
  /// TS 33.102, annex H; TS 33.401, 6.1.1.
  Amf amf{{0x80, 0x00}};

  /// seq_reserved is the highest SEQ that may have left in a vector: everything up to it counts as used
  /// after a crash and for another HSS of the same store. It is durable before a vector with such a SEQ
  /// leaves. TS 33.102, annex C.
  std::uint64_t seq_reserved = 0;
  std::uint32_t ind_bits = 5;
  SqnScheme sqn_scheme = SqnScheme::counter;
  /// What is added to the clock, modulo 2^(48 - ind_bits): DIF. TS 33.102, C.1.1.3.
  std::uint64_t seq_offset = 0;
  /// Resynchronisations since a location update last proved that the card takes our vectors.
  std::uint32_t resyncs = 0;

  Subscription subscription{};

  std::optional<ServingNode> mme{};
  std::optional<ServingNode> sgsn{};
  Terminal terminal{};

  /// Which KASME is in use, where the policy has the home network know it. (S0.D6)
  KasmeMemory kasme{};

  /// version is how often the record was written when it was loaded: a store writes it only over the same
  /// version. 0: only if there is none yet. Nothing: over whatever is there.
  std::optional<std::uint64_t> version{};

  /// copy duplicates the record on purpose: the store keeps one while a node works on another.
  SubscriberRecord copy() const;
};

/// SubscriberView is what may be shown of a record: everything but secrets.
struct SubscriberView {
  Imsi imsi;
  AkaAlgorithm algorithm{};
  Amf amf;
  std::uint64_t seq_reserved = 0;
  std::uint32_t ind_bits = 5;
  SqnScheme sqn_scheme = SqnScheme::counter;
  std::uint64_t seq_offset = 0;
  std::uint32_t resyncs = 0;
  Subscription subscription{};
  std::optional<ServingNode> mme{};
  std::optional<ServingNode> sgsn{};
  Terminal terminal{};
  std::optional<Generation> kasme{};  ///< of the KASME in use, where it is known
  std::optional<std::uint64_t> version{};
};
SubscriberView view_of(const SubscriberRecord& record);

}  // namespace baton::context
