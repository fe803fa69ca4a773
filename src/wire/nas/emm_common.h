// emm_common.h: EMM messages of the common procedures: authentication, security mode, identity, GUTI,
// transport.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "keys/types.h"
#include "wire/nas/causes.h"
#include "wire/nas/identity.h"
#include "wire/nas/layout.h"
#include "wire/nas/mobility.h"
#include "wire/nas/private.h"
#include "wire/nas/security.h"

namespace baton::wire::nas {

/// Network to UE. `guti` must hold a GUTI; the procedure checks.
//= TS 24.301, 8.2.16
struct GutiReallocationCommand {
  EpsMobileIdentity guti{};
  std::optional<TaiList> tai_list{};

  static constexpr Byte type = 0x50;
  static constexpr std::string_view name = "GUTI REALLOCATION COMMAND";
  static constexpr Family family = Family::emm;
  template <class M = GutiReallocationCommand>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"GUTI", &M::guti},
                      Tlv{0x54, "TAI list", &M::tai_list}};
    // clang-format on
  }
  friend bool operator==(const GutiReallocationCommand&, const GutiReallocationCommand&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.17
struct GutiReallocationComplete {
  static constexpr Byte type = 0x51;
  static constexpr std::string_view name = "GUTI REALLOCATION COMPLETE";
  static constexpr Family family = Family::emm;
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const GutiReallocationComplete&, const GutiReallocationComplete&) = default;
};

/// Network to UE: a challenge.
//= TS 24.301, 8.2.7
struct AuthenticationRequest {
  Ksi ksi{};
  Rand rand{};
  Autn autn{};

  static constexpr Byte type = 0x52;
  static constexpr std::string_view name = "AUTHENTICATION REQUEST";
  static constexpr Family family = Family::emm;
  template <class M = AuthenticationRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"NAS key set identifier", &M::ksi},
                      V{"RAND", &M::rand},
                      Lv{"AUTN", &M::autn}};
    // clang-format on
  }
  friend bool operator==(const AuthenticationRequest&, const AuthenticationRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.8
struct AuthenticationResponse {
  Res res{};

  static constexpr Byte type = 0x53;
  static constexpr std::string_view name = "AUTHENTICATION RESPONSE";
  static constexpr Family family = Family::emm;
  template <class M = AuthenticationResponse>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"Authentication response parameter", &M::res}};
    // clang-format on
  }
  friend bool operator==(const AuthenticationResponse&, const AuthenticationResponse&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.6
struct AuthenticationReject {
  static constexpr Byte type = 0x54;
  static constexpr std::string_view name = "AUTHENTICATION REJECT";
  static constexpr Family family = Family::emm;
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const AuthenticationReject&, const AuthenticationReject&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.18
struct IdentityRequest {
  IdentityType identity_type = IdentityType::imsi;

  static constexpr Byte type = 0x55;
  static constexpr std::string_view name = "IDENTITY REQUEST";
  static constexpr Family family = Family::emm;
  template <class M = IdentityRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"Identity type", &M::identity_type}};
    // clang-format on
  }
  friend bool operator==(const IdentityRequest&, const IdentityRequest&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.19
struct IdentityResponse {
  MobileIdentity identity{};

  static constexpr Byte type = 0x56;
  static constexpr std::string_view name = "IDENTITY RESPONSE";
  static constexpr Family family = Family::emm;
  template <class M = IdentityResponse>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"Mobile identity", &M::identity}};
    // clang-format on
  }
  friend bool operator==(const IdentityResponse&, const IdentityResponse&) = default;
};

/// UE to network: MAC failure, synch failure (with AUTS) or separation bit clear.
//= TS 24.301, 8.2.5
struct AuthenticationFailure {
  EmmCause cause{};
  std::optional<Auts> auts{};

  static constexpr Byte type = 0x5C;
  static constexpr std::string_view name = "AUTHENTICATION FAILURE";
  static constexpr Family family = Family::emm;
  template <class M = AuthenticationFailure>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause},
                      Tlv{0x30, "Authentication failure parameter", &M::auts}};
    // clang-format on
  }
  friend bool operator==(const AuthenticationFailure&, const AuthenticationFailure&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.20
struct SecurityModeCommand {
  NasAlgorithms algorithms{};
  Ksi ksi{};
  UeSecurityCapability replayed_capability{};
  std::optional<ImeisvRequest> imeisv_request{};
  std::optional<Nonce> replayed_nonce_ue{};
  std::optional<Nonce> nonce_mme{};
  std::optional<HashMme> hash_mme{};
  std::optional<AnnouncementEcho> announcement{};  ///< ours
  std::optional<KasmeNotice> kasme{};              ///< ours

  static constexpr Byte type = 0x5D;
  static constexpr std::string_view name = "SECURITY MODE COMMAND";
  static constexpr Family family = Family::emm;
  template <class M = SecurityModeCommand>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"Selected NAS security algorithms", &M::algorithms},
                      LowHalf{"NAS key set identifier", &M::ksi},
                      Lv{"Replayed UE security capabilities", &M::replayed_capability},
                      TvHalf{0xC0, "IMEISV request", &M::imeisv_request},
                      Tv{0x55, "Replayed NonceUE", &M::replayed_nonce_ue},
                      Tv{0x56, "NonceMME", &M::nonce_mme},
                      Tlv{0x4F, "HashMME", &M::hash_mme},
                      Tlv{announcement_iei, "announcements", &M::announcement},
                      Tlv{kasme_notice_iei, "KASME'", &M::kasme}};
    // clang-format on
  }
  friend bool operator==(const SecurityModeCommand&, const SecurityModeCommand&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.21
struct SecurityModeComplete {
  std::optional<MobileIdentity> imeisv{};
  std::optional<ReplayedNas> replayed_nas{};

  static constexpr Byte type = 0x5E;
  static constexpr std::string_view name = "SECURITY MODE COMPLETE";
  static constexpr Family family = Family::emm;
  template <class M = SecurityModeComplete>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x23, "IMEISV", &M::imeisv},
                      TlvE{0x79, "Replayed NAS message container", &M::replayed_nas}};
    // clang-format on
  }
  friend bool operator==(const SecurityModeComplete&, const SecurityModeComplete&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.22
struct SecurityModeReject {
  EmmCause cause{};

  static constexpr Byte type = 0x5F;
  static constexpr std::string_view name = "SECURITY MODE REJECT";
  static constexpr Family family = Family::emm;
  template <class M = SecurityModeReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause}};
    // clang-format on
  }
  friend bool operator==(const SecurityModeReject&, const SecurityModeReject&) = default;
};

/// Either direction: what came before was not understood.
//= TS 24.301, 8.2.14
struct EmmStatus {
  EmmCause cause{};

  static constexpr Byte type = 0x60;
  static constexpr std::string_view name = "EMM STATUS";
  static constexpr Family family = Family::emm;
  template <class M = EmmStatus>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause}};
    // clang-format on
  }
  friend bool operator==(const EmmStatus&, const EmmStatus&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.13
struct EmmInformation {
  std::optional<NetworkName> full_name{};
  std::optional<NetworkName> short_name{};
  std::optional<TimeZone> time_zone{};
  std::optional<UniversalTime> universal_time{};
  std::optional<DaylightSaving> daylight_saving{};

  static constexpr Byte type = 0x61;
  static constexpr std::string_view name = "EMM INFORMATION";
  static constexpr Family family = Family::emm;
  template <class M = EmmInformation>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Tlv{0x43, "Full name for network", &M::full_name},
                      Tlv{0x45, "Short name for network", &M::short_name},
                      Tv{0x46, "Local time zone", &M::time_zone},
                      Tv{0x47, "Universal time and local time zone", &M::universal_time},
                      Tlv{0x49, "Network daylight saving time", &M::daylight_saving}};
    // clang-format on
  }
  friend bool operator==(const EmmInformation&, const EmmInformation&) = default;
};

/// Network to UE: SMS.
//= TS 24.301, 8.2.12
struct DownlinkNasTransport {
  NasContainer container{};

  static constexpr Byte type = 0x62;
  static constexpr std::string_view name = "DOWNLINK NAS TRANSPORT";
  static constexpr Family family = Family::emm;
  template <class M = DownlinkNasTransport>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"NAS message container", &M::container}};
    // clang-format on
  }
  friend bool operator==(const DownlinkNasTransport&, const DownlinkNasTransport&) = default;
};

/// UE to network: SMS.
//= TS 24.301, 8.2.30
struct UplinkNasTransport {
  NasContainer container{};

  static constexpr Byte type = 0x63;
  static constexpr std::string_view name = "UPLINK NAS TRANSPORT";
  static constexpr Family family = Family::emm;
  template <class M = UplinkNasTransport>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Lv{"NAS message container", &M::container}};
    // clang-format on
  }
  friend bool operator==(const UplinkNasTransport&, const UplinkNasTransport&) = default;
};

/// Network to UE: positioning and the like.
//= TS 24.301, 8.2.31
struct DownlinkGenericNasTransport {
  Byte container_type = 1;
  GenericContainer container{};
  std::optional<AdditionalInformation> additional{};

  static constexpr Byte type = 0x68;
  static constexpr std::string_view name = "DOWNLINK GENERIC NAS TRANSPORT";
  static constexpr Family family = Family::emm;
  template <class M = DownlinkGenericNasTransport>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"Generic message container type", &M::container_type},
                      LvE{"Generic message container", &M::container},
                      Tlv{0x65, "Additional information", &M::additional}};
    // clang-format on
  }
  friend bool operator==(const DownlinkGenericNasTransport&, const DownlinkGenericNasTransport&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.32
struct UplinkGenericNasTransport {
  Byte container_type = 1;
  GenericContainer container{};
  std::optional<AdditionalInformation> additional{};

  static constexpr Byte type = 0x69;
  static constexpr std::string_view name = "UPLINK GENERIC NAS TRANSPORT";
  static constexpr Family family = Family::emm;
  template <class M = UplinkGenericNasTransport>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"Generic message container type", &M::container_type},
                      LvE{"Generic message container", &M::container},
                      Tlv{0x65, "Additional information", &M::additional}};
    // clang-format on
  }
  friend bool operator==(const UplinkGenericNasTransport&, const UplinkGenericNasTransport&) = default;
};

}  // namespace baton::wire::nas
