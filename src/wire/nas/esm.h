// esm.h: ESM messages: PDN connections and bearers.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "wire/nas/causes.h"
#include "wire/nas/layout.h"
#include "wire/nas/mobility.h"
#include "wire/nas/private.h"
#include "wire/nas/session.h"

namespace baton::wire::nas {

/// Network to UE.
//= TS 24.301, 8.3.6
struct ActivateDefaultBearerRequest {
  EpsBearerId bearer{};
  Pti pti{};
  EpsQos qos{};
  Apn apn{};
  PdnAddress address{};
  std::optional<TransactionId> transaction{};
  std::optional<NegotiatedQos> negotiated_qos{};
  std::optional<LlcSapi> llc_sapi{};
  std::optional<RadioPriority> radio_priority{};
  std::optional<PacketFlow> packet_flow{};
  std::optional<ApnAmbr> ambr{};
  std::optional<EsmCause> cause{};
  std::optional<Pco> pco{};
  std::optional<ConnectivityType> connectivity{};
  std::optional<ExtendedPco> extended_pco{};
  std::optional<UpeKeyNotice> upe_key{};  ///< ours

  static constexpr Byte type = 0xC1;
  static constexpr std::string_view name = "ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDefaultBearerRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"EPS QoS", &M::qos},
                      Lv{"Access point name", &M::apn},
                      Lv{"PDN address", &M::address},
                      Tlv{0x5D, "Transaction identifier", &M::transaction},
                      Tlv{0x30, "Negotiated QoS", &M::negotiated_qos},
                      Tv{0x32, "Negotiated LLC SAPI", &M::llc_sapi},
                      TvHalf{0x80, "Radio priority", &M::radio_priority},
                      Tlv{0x34, "Packet flow identifier", &M::packet_flow},
                      Tlv{0x5E, "APN-AMBR", &M::ambr},
                      Tv{0x58, "ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TvHalf{0xB0, "Connectivity type", &M::connectivity},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco},
                      Tlv{upe_key_iei, "UPE key", &M::upe_key}};
    // clang-format on
  }
  friend bool operator==(const ActivateDefaultBearerRequest&, const ActivateDefaultBearerRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.4
struct ActivateDefaultBearerAccept {
  EpsBearerId bearer{};
  Pti pti{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xC2;
  static constexpr std::string_view name = "ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDefaultBearerAccept>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const ActivateDefaultBearerAccept&, const ActivateDefaultBearerAccept&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.5
struct ActivateDefaultBearerReject {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xC3;
  static constexpr std::string_view name = "ACTIVATE DEFAULT EPS BEARER CONTEXT REJECT";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDefaultBearerReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const ActivateDefaultBearerReject&, const ActivateDefaultBearerReject&) = default;
};

/// Network to UE.
//= TS 24.301, 8.3.3
struct ActivateDedicatedBearerRequest {
  EpsBearerId bearer{};
  Pti pti{};
  LinkedBearer linked{};
  EpsQos qos{};
  Tft tft{};
  std::optional<TransactionId> transaction{};
  std::optional<NegotiatedQos> negotiated_qos{};
  std::optional<LlcSapi> llc_sapi{};
  std::optional<RadioPriority> radio_priority{};
  std::optional<PacketFlow> packet_flow{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xC5;
  static constexpr std::string_view name = "ACTIVATE DEDICATED EPS BEARER CONTEXT REQUEST";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDedicatedBearerRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"Linked EPS bearer identity", &M::linked},
                      Lv{"EPS QoS", &M::qos},
                      Lv{"Traffic flow template", &M::tft},
                      Tlv{0x5D, "Transaction identifier", &M::transaction},
                      Tlv{0x30, "Negotiated QoS", &M::negotiated_qos},
                      Tv{0x32, "Negotiated LLC SAPI", &M::llc_sapi},
                      TvHalf{0x80, "Radio priority", &M::radio_priority},
                      Tlv{0x34, "Packet flow identifier", &M::packet_flow},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const ActivateDedicatedBearerRequest&,
                         const ActivateDedicatedBearerRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.1
struct ActivateDedicatedBearerAccept {
  EpsBearerId bearer{};
  Pti pti{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xC6;
  static constexpr std::string_view name = "ACTIVATE DEDICATED EPS BEARER CONTEXT ACCEPT";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDedicatedBearerAccept>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const ActivateDedicatedBearerAccept&,
                         const ActivateDedicatedBearerAccept&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.2
struct ActivateDedicatedBearerReject {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xC7;
  static constexpr std::string_view name = "ACTIVATE DEDICATED EPS BEARER CONTEXT REJECT";
  static constexpr Family family = Family::esm;
  template <class M = ActivateDedicatedBearerReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const ActivateDedicatedBearerReject&,
                         const ActivateDedicatedBearerReject&) = default;
};

/// Network to UE.
//= TS 24.301, 8.3.12
struct DeactivateBearerRequest {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};
  std::optional<Pco> pco{};
  std::optional<BackOffTimer> t3396{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xCD;
  static constexpr std::string_view name = "DEACTIVATE EPS BEARER CONTEXT REQUEST";
  static constexpr Family family = Family::esm;
  template <class M = DeactivateBearerRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      Tlv{0x37, "T3396 value", &M::t3396},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const DeactivateBearerRequest&, const DeactivateBearerRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.11
struct DeactivateBearerAccept {
  EpsBearerId bearer{};
  Pti pti{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xCE;
  static constexpr std::string_view name = "DEACTIVATE EPS BEARER CONTEXT ACCEPT";
  static constexpr Family family = Family::esm;
  template <class M = DeactivateBearerAccept>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const DeactivateBearerAccept&, const DeactivateBearerAccept&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.20
struct PdnConnectivityRequest {
  EpsBearerId bearer{};
  Pti pti{};
  RequestType request_type = RequestType::initial;
  PdnType pdn_type = PdnType::ipv4;
  std::optional<InformationTransfer> information_transfer{};
  std::optional<Apn> apn{};
  std::optional<Pco> pco{};
  std::optional<DeviceProperties> device_properties{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xD0;
  static constexpr std::string_view name = "PDN CONNECTIVITY REQUEST";
  static constexpr Family family = Family::esm;
  template <class M = PdnConnectivityRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Halves{"Request type", &M::request_type, "PDN type", &M::pdn_type},
                      TvHalf{0xD0, "ESM information transfer flag", &M::information_transfer},
                      Tlv{0x28, "Access point name", &M::apn},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TvHalf{0xC0, "Device properties", &M::device_properties},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const PdnConnectivityRequest&, const PdnConnectivityRequest&) = default;
};

/// Network to UE.
//= TS 24.301, 8.3.19
struct PdnConnectivityReject {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};
  std::optional<Pco> pco{};
  std::optional<BackOffTimer> back_off{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xD1;
  static constexpr std::string_view name = "PDN CONNECTIVITY REJECT";
  static constexpr Family family = Family::esm;
  template <class M = PdnConnectivityReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      Tlv{0x37, "Back-off timer value", &M::back_off},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const PdnConnectivityReject&, const PdnConnectivityReject&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.22
struct PdnDisconnectRequest {
  EpsBearerId bearer{};
  Pti pti{};
  LinkedBearer linked{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xD2;
  static constexpr std::string_view name = "PDN DISCONNECT REQUEST";
  static constexpr Family family = Family::esm;
  template <class M = PdnDisconnectRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"Linked EPS bearer identity", &M::linked},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const PdnDisconnectRequest&, const PdnDisconnectRequest&) = default;
};

/// Network to UE.
//= TS 24.301, 8.3.21
struct PdnDisconnectReject {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xD3;
  static constexpr std::string_view name = "PDN DISCONNECT REJECT";
  static constexpr Family family = Family::esm;
  template <class M = PdnDisconnectReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const PdnDisconnectReject&, const PdnDisconnectReject&) = default;
};

/// Network to UE: what was kept back until security was on.
//= TS 24.301, 8.3.13
struct EsmInformationRequest {
  EpsBearerId bearer{};
  Pti pti{};

  static constexpr Byte type = 0xD9;
  static constexpr std::string_view name = "ESM INFORMATION REQUEST";
  static constexpr Family family = Family::esm;
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const EsmInformationRequest&, const EsmInformationRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.3.14
struct EsmInformationResponse {
  EpsBearerId bearer{};
  Pti pti{};
  std::optional<Apn> apn{};
  std::optional<Pco> pco{};
  std::optional<ExtendedPco> extended_pco{};

  static constexpr Byte type = 0xDA;
  static constexpr std::string_view name = "ESM INFORMATION RESPONSE";
  static constexpr Family family = Family::esm;
  template <class M = EsmInformationResponse>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x28, "Access point name", &M::apn},
                      Tlv{0x27, "Protocol configuration options", &M::pco},
                      TlvE{0x7B, "Extended protocol configuration options", &M::extended_pco}};
    // clang-format on
  }
  friend bool operator==(const EsmInformationResponse&, const EsmInformationResponse&) = default;
};

/// Either direction.
//= TS 24.301, 8.3.15
struct EsmStatus {
  EpsBearerId bearer{};
  Pti pti{};
  EsmCause cause{};

  static constexpr Byte type = 0xE8;
  static constexpr std::string_view name = "ESM STATUS";
  static constexpr Family family = Family::esm;
  template <class M = EsmStatus>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"ESM cause", &M::cause}};
    // clang-format on
  }
  friend bool operator==(const EsmStatus&, const EsmStatus&) = default;
};

}  // namespace baton::wire::nas
