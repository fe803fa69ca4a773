// session.h: the elements of ESM procedures: bearers, APN, addresses, QoS.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/strong.h"
#include "ids/endpoint.h"
#include "wire/cursor.h"
#include "wire/nas/limits.h"
#include "wire/nas/octets.h"

namespace baton::wire::nas {

/// EpsBearerId is 5 to 15, or 0 where none is assigned. 1 to 4 are reserved: they can be read, and the
/// procedure answers them (TS 24.301, 7.3.2).
using EpsBearerId = Strong<Byte, struct EpsBearerIdTag>;
/// Pti ties an ESM answer to its request: 1 to 254, or 0 where the network began.
using Pti = Strong<Byte, struct PtiTag>;

/// EsmContainer is a whole ESM message inside an EMM message.
//= TS 24.301, 9.9.3.15
using EsmContainer = Octets<struct EsmContainerTag, esm_container_octets_min, esm_container_octets_max>;

/// EpsBearerStatus says which bearers its sender thinks are there.
//= TS 24.301, 9.9.2.1
struct EpsBearerStatus {
  static constexpr std::size_t octets_min = 2;
  static constexpr std::size_t octets_max = 2;
  std::uint16_t active = 0;  ///< bit n: bearer n; bits 0 to 4 are spare
  bool has(EpsBearerId b) const { return b.value < 16 && (active >> b.value & 1U) != 0; }
  void add(EpsBearerId b) { active = static_cast<std::uint16_t>(active | 1U << (b.value & 15U)); }
  static std::optional<EpsBearerStatus> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const EpsBearerStatus&, const EpsBearerStatus&) = default;
};

/// Reserved values count as `initial`.
//= TS 24.008, 10.5.6.17
enum class RequestType : Byte { initial = 1, handover = 2, emergency = 4 };
std::string_view to_string(RequestType t);

/// Reserved values count as `ipv6` (TS 24.301, 9.9.4.10).
//= TS 24.301, 9.9.4.10
enum class PdnType : Byte { ipv4 = 1, ipv6 = 2, ipv4v6 = 3, non_ip = 5 };
std::string_view to_string(PdnType t);

/// InformationTransfer: the UE keeps APN and options back until NAS security is on.
//= TS 24.301, 9.9.4.5
struct InformationTransfer {
  bool required = true;
  static std::optional<InformationTransfer> from_half(Byte b) { return InformationTransfer{(b & 1U) != 0}; }
  Byte half() const { return required ? 1 : 0; }
  std::string text() const { return required ? "required" : "not required"; }
  friend bool operator==(const InformationTransfer&, const InformationTransfer&) = default;
};

/// LinkedBearer names the default bearer of a PDN connection in a half octet.
//= TS 24.301, 9.9.4.6
struct LinkedBearer {
  EpsBearerId bearer{};
  static std::optional<LinkedBearer> from_half(Byte b) {
    return LinkedBearer{EpsBearerId{static_cast<Byte>(b & 0x0FU)}};
  }
  Byte half() const { return bearer.value & 0x0FU; }
  std::string text() const { return std::to_string(bearer.value); }
  friend bool operator==(const LinkedBearer&, const LinkedBearer&) = default;
};

/// Apn is an access point name: labels of letters, digits, hyphens and underscores, 1 to 100 octets on
/// the wire. A default one is empty and must not be encoded; decoding never makes one.
//= TS 24.008, 10.5.6.1
//= TS 23.003, 9.1
class Apn {
 public:
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = apn_octets_max;
  Apn() = default;
  /// from_text reads "internet" or "internet.mnc001.mcc001.gprs".
  static std::optional<Apn> from_text(std::string_view dotted);
  static std::optional<Apn> parse(Bytes value);
  const std::string& value() const { return dotted_; }
  void write(Writer& w) const;
  std::string text() const { return dotted_; }
  friend bool operator==(const Apn&, const Apn&) = default;

 private:
  explicit Apn(std::string d) : dotted_(std::move(d)) {}
  std::string dotted_;
};

/// PdnAddress is what the network gave: an IPv4 address, an IPv6 interface identifier, both, or neither.
//= TS 24.301, 9.9.4.9
struct PdnAddress {
  static constexpr std::size_t octets_min = 5;
  static constexpr std::size_t octets_max = 13;
  using InterfaceId = std::array<Byte, 8>;
  std::optional<Ipv4> ipv4{};
  std::optional<InterfaceId> ipv6{};
  PdnType type() const;
  static std::optional<PdnAddress> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const PdnAddress&, const PdnAddress&) = default;
};

/// EpsQos is a QCI and, for guaranteed bit rates, octets that Baton carries as they are.
//= TS 24.301, 9.9.4.3
struct EpsQos {
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = 13;
  Byte qci = 9;
  Octets<struct BitRatesTag, 0, 12> rates{};
  static std::optional<EpsQos> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const EpsQos&, const EpsQos&) = default;
};

/// Pco holds protocol configuration options as they came. They may hold credentials.
//= TS 24.008, 10.5.6.3
using Pco = Octets<struct PcoTag, 1, pco_octets_max>;
using ExtendedPco = Octets<struct ExtendedPcoTag, 1, 4096>;

// Carried without being acted on. TS 24.301, 8.3.
using Tft = Octets<struct TftTag, 1, 255>;
using TransactionId = Octets<struct TransactionIdTag, 1, 2>;
using NegotiatedQos = Octets<struct NegotiatedQosTag, 12, 20>;
using LlcSapi = Octets<struct LlcSapiTag, 1, 1>;
using RadioPriority = HalfOctet<struct RadioPriorityTag>;
using PacketFlow = Octets<struct PacketFlowTag, 1, 1>;
using ApnAmbr = Octets<struct ApnAmbrTag, 2, 6>;
using ConnectivityType = HalfOctet<struct ConnectivityTypeTag>;
using BackOffTimer = Octets<struct BackOffTimerTag, 1, 1>;

}  // namespace baton::wire::nas
