// emm_registration.h: EMM messages of attach, detach, tracking area update and service reject.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "wire/nas/causes.h"
#include "wire/nas/identity.h"
#include "wire/nas/layout.h"
#include "wire/nas/mobility.h"
#include "wire/nas/private.h"
#include "wire/nas/security.h"
#include "wire/nas/session.h"

namespace baton::wire::nas {

/// UE to network: register.
//= TS 24.301, 8.2.4
struct AttachRequest {
  AttachType attach_type = AttachType::eps;
  Ksi ksi{};
  EpsMobileIdentity identity{};
  UeNetworkCapability capability{};
  EsmContainer esm{};
  std::optional<PTmsiSignature> old_p_tmsi_signature{};
  std::optional<EpsMobileIdentity> additional_guti{};
  std::optional<Tai> last_tai{};
  std::optional<DrxParameter> drx{};
  std::optional<MsNetworkCapability> ms_capability{};
  std::optional<Lai> old_lai{};
  std::optional<TmsiStatus> tmsi_status{};
  std::optional<Classmark2> classmark2{};
  std::optional<Classmark3> classmark3{};
  std::optional<SupportedCodecs> codecs{};
  std::optional<AdditionalUpdateType> additional_update_type{};
  std::optional<VoicePreference> voice_preference{};
  std::optional<DeviceProperties> device_properties{};
  std::optional<OldGutiType> old_guti_type{};
  std::optional<MsNetworkFeatureSupport> ms_feature_support{};
  std::optional<UeAnnouncement> announcement{};  ///< ours

  static constexpr Byte type = 0x41;
  static constexpr std::string_view name = "ATTACH REQUEST";
  static constexpr Family family = Family::emm;
  template <class M = AttachRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Halves{"EPS attach type", &M::attach_type, "NAS key set identifier", &M::ksi},
                      Lv{"EPS mobile identity", &M::identity},
                      Lv{"UE network capability", &M::capability},
                      LvE{"ESM message container", &M::esm},
                      Tv{0x19, "Old P-TMSI signature", &M::old_p_tmsi_signature},
                      Tlv{0x50, "Additional GUTI", &M::additional_guti},
                      Tv{0x52, "Last visited registered TAI", &M::last_tai},
                      Tv{0x5C, "DRX parameter", &M::drx},
                      Tlv{0x31, "MS network capability", &M::ms_capability},
                      Tv{0x13, "Old location area identification", &M::old_lai},
                      TvHalf{0x90, "TMSI status", &M::tmsi_status},
                      Tlv{0x11, "Mobile station classmark 2", &M::classmark2},
                      Tlv{0x20, "Mobile station classmark 3", &M::classmark3},
                      Tlv{0x40, "Supported codecs", &M::codecs},
                      TvHalf{0xF0, "Additional update type", &M::additional_update_type},
                      Tlv{0x5D, "Voice domain preference and UE's usage setting", &M::voice_preference},
                      TvHalf{0xD0, "Device properties", &M::device_properties},
                      TvHalf{0xE0, "Old GUTI type", &M::old_guti_type},
                      TvHalf{0xC0, "MS network feature support", &M::ms_feature_support},
                      Tlv{announcement_iei, "announcement", &M::announcement}};
    // clang-format on
  }
  friend bool operator==(const AttachRequest&, const AttachRequest&) = default;
};

/// Network to UE: registered. The ESM message activates the default bearer.
//= TS 24.301, 8.2.1
struct AttachAccept {
  AttachResult result = AttachResult::eps_only;
  GprsTimer t3412{};
  TaiList tai_list{};
  EsmContainer esm{};
  std::optional<Guti> guti{};
  std::optional<Lai> lai{};
  std::optional<MobileIdentity> ms_identity{};
  std::optional<EmmCause> cause{};
  std::optional<GprsTimer> t3402{};
  std::optional<GprsTimer> t3423{};
  std::optional<PlmnList> equivalent_plmns{};
  std::optional<EmergencyNumbers> emergency_numbers{};
  std::optional<NetworkFeatureSupport> feature_support{};
  std::optional<AdditionalUpdateResult> additional_update_result{};

  static constexpr Byte type = 0x42;
  static constexpr std::string_view name = "ATTACH ACCEPT";
  static constexpr Family family = Family::emm;
  template <class M = AttachAccept>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"EPS attach result", &M::result},
                      V{"T3412 value", &M::t3412},
                      Lv{"TAI list", &M::tai_list},
                      LvE{"ESM message container", &M::esm},
                      Tlv{0x50, "GUTI", &M::guti},
                      Tv{0x13, "Location area identification", &M::lai},
                      Tlv{0x23, "MS identity", &M::ms_identity},
                      Tv{0x53, "EMM cause", &M::cause},
                      Tv{0x17, "T3402 value", &M::t3402},
                      Tv{0x59, "T3423 value", &M::t3423},
                      Tlv{0x4A, "Equivalent PLMNs", &M::equivalent_plmns},
                      Tlv{0x34, "Emergency number list", &M::emergency_numbers},
                      Tlv{0x64, "EPS network feature support", &M::feature_support},
                      TvHalf{0xF0, "Additional update result", &M::additional_update_result}};
    // clang-format on
  }
  friend bool operator==(const AttachAccept&, const AttachAccept&) = default;
};

/// UE to network.
//= TS 24.301, 8.2.2
struct AttachComplete {
  EsmContainer esm{};

  static constexpr Byte type = 0x43;
  static constexpr std::string_view name = "ATTACH COMPLETE";
  static constexpr Family family = Family::emm;
  template <class M = AttachComplete>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LvE{"ESM message container", &M::esm}};
    // clang-format on
  }
  friend bool operator==(const AttachComplete&, const AttachComplete&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.3
struct AttachReject {
  EmmCause cause{};
  std::optional<GprsTimer2> t3346{};
  std::optional<GprsTimer2> t3402{};
  std::optional<EsmContainer> esm{};
  std::optional<ExtendedEmmCause> extended_cause{};

  static constexpr Byte type = 0x44;
  static constexpr std::string_view name = "ATTACH REJECT";
  static constexpr Family family = Family::emm;
  template <class M = AttachReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause},
                      Tlv{0x5F, "T3346 value", &M::t3346},
                      Tlv{0x16, "T3402 value", &M::t3402},
                      TlvE{0x78, "ESM message container", &M::esm},
                      TvHalf{0xA0, "Extended EMM cause", &M::extended_cause}};
    // clang-format on
  }
  friend bool operator==(const AttachReject&, const AttachReject&) = default;
};

/// UE to network. The network's own request has the same type octet and another layout.
//= TS 24.301, 8.2.11.1
struct UeDetachRequest {
  UeDetachType detach_type{};
  Ksi ksi{};
  EpsMobileIdentity identity{};

  static constexpr Byte type = 0x45;
  static constexpr std::string_view name = "DETACH REQUEST (UE originating)";
  static constexpr Family family = Family::emm;
  template <class M = UeDetachRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Halves{"Detach type", &M::detach_type, "NAS key set identifier", &M::ksi},
                      Lv{"EPS mobile identity", &M::identity}};
    // clang-format on
  }
  friend bool operator==(const UeDetachRequest&, const UeDetachRequest&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.11.2
struct NetworkDetachRequest {
  NetworkDetachType detach_type = NetworkDetachType::reattach_not_required;
  std::optional<EmmCause> cause{};

  static constexpr Byte type = 0x45;
  static constexpr std::string_view name = "DETACH REQUEST (UE terminated)";
  static constexpr Family family = Family::emm;
  template <class M = NetworkDetachRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"Detach type", &M::detach_type},
                      Tv{0x53, "EMM cause", &M::cause}};
    // clang-format on
  }
  friend bool operator==(const NetworkDetachRequest&, const NetworkDetachRequest&) = default;
};

/// Either direction, answering the other's request.
//= TS 24.301, 8.2.10
struct DetachAccept {
  static constexpr Byte type = 0x46;
  static constexpr std::string_view name = "DETACH ACCEPT";
  static constexpr Family family = Family::emm;
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const DetachAccept&, const DetachAccept&) = default;
};

/// UE to network: I moved, or it is time.
//= TS 24.301, 8.2.29
struct TauRequest {
  UpdateType update_type{};
  Ksi ksi{};
  EpsMobileIdentity old_guti{};
  std::optional<Ksi> non_current_ksi{};
  std::optional<GprsKeySequence> gprs_key_sequence{};
  std::optional<PTmsiSignature> old_p_tmsi_signature{};
  std::optional<EpsMobileIdentity> additional_guti{};
  std::optional<Nonce> nonce_ue{};
  std::optional<UeNetworkCapability> capability{};
  std::optional<Tai> last_tai{};
  std::optional<DrxParameter> drx{};
  std::optional<RadioCapabilityUpdate> radio_capability_update{};
  std::optional<EpsBearerStatus> bearer_status{};
  std::optional<MsNetworkCapability> ms_capability{};
  std::optional<Lai> old_lai{};
  std::optional<TmsiStatus> tmsi_status{};
  std::optional<Classmark2> classmark2{};
  std::optional<Classmark3> classmark3{};
  std::optional<SupportedCodecs> codecs{};
  std::optional<AdditionalUpdateType> additional_update_type{};
  std::optional<VoicePreference> voice_preference{};
  std::optional<DeviceProperties> device_properties{};
  std::optional<OldGutiType> old_guti_type{};
  std::optional<MsNetworkFeatureSupport> ms_feature_support{};
  std::optional<UeAnnouncement> announcement{};  ///< ours

  static constexpr Byte type = 0x48;
  static constexpr std::string_view name = "TRACKING AREA UPDATE REQUEST";
  static constexpr Family family = Family::emm;
  template <class M = TauRequest>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{Halves{"EPS update type", &M::update_type, "NAS key set identifier", &M::ksi},
                      Lv{"Old GUTI", &M::old_guti},
                      TvHalf{0xB0, "Non-current native NAS key set identifier", &M::non_current_ksi},
                      TvHalf{0x80, "GPRS ciphering key sequence number", &M::gprs_key_sequence},
                      Tv{0x19, "Old P-TMSI signature", &M::old_p_tmsi_signature},
                      Tlv{0x50, "Additional GUTI", &M::additional_guti},
                      Tv{0x55, "NonceUE", &M::nonce_ue},
                      Tlv{0x58, "UE network capability", &M::capability},
                      Tv{0x52, "Last visited registered TAI", &M::last_tai},
                      Tv{0x5C, "DRX parameter", &M::drx},
                      TvHalf{0xA0, "UE radio capability information update needed", &M::radio_capability_update},
                      Tlv{0x57, "EPS bearer context status", &M::bearer_status},
                      Tlv{0x31, "MS network capability", &M::ms_capability},
                      Tv{0x13, "Old location area identification", &M::old_lai},
                      TvHalf{0x90, "TMSI status", &M::tmsi_status},
                      Tlv{0x11, "Mobile station classmark 2", &M::classmark2},
                      Tlv{0x20, "Mobile station classmark 3", &M::classmark3},
                      Tlv{0x40, "Supported codecs", &M::codecs},
                      TvHalf{0xF0, "Additional update type", &M::additional_update_type},
                      Tlv{0x5D, "Voice domain preference and UE's usage setting", &M::voice_preference},
                      TvHalf{0xD0, "Device properties", &M::device_properties},
                      TvHalf{0xE0, "Old GUTI type", &M::old_guti_type},
                      TvHalf{0xC0, "MS network feature support", &M::ms_feature_support},
                      Tlv{announcement_iei, "announcement", &M::announcement}};
    // clang-format on
  }
  friend bool operator==(const TauRequest&, const TauRequest&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.26
struct TauAccept {
  UpdateResult result = UpdateResult::ta_updated;
  std::optional<GprsTimer> t3412{};
  std::optional<Guti> guti{};
  std::optional<TaiList> tai_list{};
  std::optional<EpsBearerStatus> bearer_status{};
  std::optional<Lai> lai{};
  std::optional<MobileIdentity> ms_identity{};
  std::optional<EmmCause> cause{};
  std::optional<GprsTimer> t3402{};
  std::optional<GprsTimer> t3423{};
  std::optional<PlmnList> equivalent_plmns{};
  std::optional<EmergencyNumbers> emergency_numbers{};
  std::optional<NetworkFeatureSupport> feature_support{};
  std::optional<AdditionalUpdateResult> additional_update_result{};

  static constexpr Byte type = 0x49;
  static constexpr std::string_view name = "TRACKING AREA UPDATE ACCEPT";
  static constexpr Family family = Family::emm;
  template <class M = TauAccept>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{LowHalf{"EPS update result", &M::result},
                      Tv{0x5A, "T3412 value", &M::t3412},
                      Tlv{0x50, "GUTI", &M::guti},
                      Tlv{0x54, "TAI list", &M::tai_list},
                      Tlv{0x57, "EPS bearer context status", &M::bearer_status},
                      Tv{0x13, "Location area identification", &M::lai},
                      Tlv{0x23, "MS identity", &M::ms_identity},
                      Tv{0x53, "EMM cause", &M::cause},
                      Tv{0x17, "T3402 value", &M::t3402},
                      Tv{0x59, "T3423 value", &M::t3423},
                      Tlv{0x4A, "Equivalent PLMNs", &M::equivalent_plmns},
                      Tlv{0x34, "Emergency number list", &M::emergency_numbers},
                      Tlv{0x64, "EPS network feature support", &M::feature_support},
                      TvHalf{0xF0, "Additional update result", &M::additional_update_result}};
    // clang-format on
  }
  friend bool operator==(const TauAccept&, const TauAccept&) = default;
};

/// UE to network, when the accept carried a GUTI.
//= TS 24.301, 8.2.27
struct TauComplete {
  static constexpr Byte type = 0x4A;
  static constexpr std::string_view name = "TRACKING AREA UPDATE COMPLETE";
  static constexpr Family family = Family::emm;
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const TauComplete&, const TauComplete&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.28
struct TauReject {
  EmmCause cause{};
  std::optional<GprsTimer2> t3346{};
  std::optional<ExtendedEmmCause> extended_cause{};

  static constexpr Byte type = 0x4B;
  static constexpr std::string_view name = "TRACKING AREA UPDATE REJECT";
  static constexpr Family family = Family::emm;
  template <class M = TauReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause},
                      Tlv{0x5F, "T3346 value", &M::t3346},
                      TvHalf{0xA0, "Extended EMM cause", &M::extended_cause}};
    // clang-format on
  }
  friend bool operator==(const TauReject&, const TauReject&) = default;
};

/// Network to UE.
//= TS 24.301, 8.2.24
struct ServiceReject {
  EmmCause cause{};
  std::optional<GprsTimer> t3442{};
  std::optional<GprsTimer2> t3346{};

  static constexpr Byte type = 0x4E;
  static constexpr std::string_view name = "SERVICE REJECT";
  static constexpr Family family = Family::emm;
  template <class M = ServiceReject>
  static constexpr auto layout() {
    // clang-format off
    return std::tuple{V{"EMM cause", &M::cause},
                      Tv{0x5B, "T3442 value", &M::t3442},
                      Tlv{0x5F, "T3346 value", &M::t3346}};
    // clang-format on
  }
  friend bool operator==(const ServiceReject&, const ServiceReject&) = default;
};

}  // namespace baton::wire::nas
