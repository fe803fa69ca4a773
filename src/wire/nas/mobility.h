// mobility.h: the elements of EMM procedures: types, results, timers, tracking areas.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ids/location.h"
#include "wire/cursor.h"
#include "wire/nas/limits.h"
#include "wire/nas/octets.h"

namespace baton::wire::nas {

/// Reserved values count as `eps`.
//= TS 24.301, 9.9.3.11
enum class AttachType : Byte { eps = 1, combined = 2, rlos = 3, emergency = 6 };
std::string_view to_string(AttachType t);

/// Reserved values are refused.
//= TS 24.301, 9.9.3.10
enum class AttachResult : Byte { eps_only = 1, combined = 2 };
std::string_view to_string(AttachResult r);

/// What a UE wants to leave. Reserved values count as `combined`.
//= TS 24.301, 9.9.3.7
struct UeDetachType {
  enum class Kind : Byte { eps = 1, imsi = 2, combined = 3 };
  Kind kind = Kind::eps;
  bool switch_off = false;
  static std::optional<UeDetachType> from_half(Byte b);
  Byte half() const { return static_cast<Byte>(static_cast<Byte>(kind) | (switch_off ? 8U : 0U)); }
  std::string text() const;
  friend bool operator==(const UeDetachType&, const UeDetachType&) = default;
};
/// What a network wants of the UE. Reserved values count as `reattach_not_required`.
//= TS 24.301, 9.9.3.7
enum class NetworkDetachType : Byte { reattach_required = 1, reattach_not_required = 2, imsi = 3 };
std::string_view to_string(NetworkDetachType t);

/// Reserved values count as `ta_updating`.
//= TS 24.301, 9.9.3.14
struct UpdateType {
  enum class Kind : Byte { ta_updating = 0, combined = 1, combined_imsi_attach = 2, periodic = 3 };
  Kind kind = Kind::ta_updating;
  bool active = false;  ///< the UE wants its bearers too
  static std::optional<UpdateType> from_half(Byte b);
  Byte half() const { return static_cast<Byte>(static_cast<Byte>(kind) | (active ? 8U : 0U)); }
  std::string text() const;
  friend bool operator==(const UpdateType&, const UpdateType&) = default;
};
/// Reserved values are refused.
//= TS 24.301, 9.9.3.13
enum class UpdateResult : Byte { ta_updated = 0, combined = 1, ta_updated_isr = 4, combined_isr = 5 };
std::string_view to_string(UpdateResult r);

/// GprsTimer is a time a network gives to a UE: 0 to 31 units of 2 seconds, a minute or six minutes, or
/// "deactivated".
//= TS 24.008, 10.5.7.3
class GprsTimer {
 public:
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = 1;
  GprsTimer() = default;  ///< 0 seconds
  /// of is the shortest time that can be told and is not shorter than `t`; the longest one for more.
  static GprsTimer of(std::chrono::seconds t);
  static GprsTimer deactivated() { return GprsTimer(0xE0); }
  static std::optional<GprsTimer> parse(Bytes value);
  /// The time; nothing when the timer is deactivated.
  std::optional<std::chrono::seconds> value() const;
  Byte octet() const { return octet_; }
  void write(Writer& w) const { w.u8(octet_); }
  std::string text() const;
  friend bool operator==(const GprsTimer&, const GprsTimer&) = default;

 private:
  explicit GprsTimer(Byte o) : octet_(o) {}
  Byte octet_ = 0;
};

/// GprsTimer2 has the same value in a counted element.
//= TS 24.008, 10.5.7.4
using GprsTimer2 = GprsTimer;

/// TaiList is where a UE may go without telling: 1 to 16 tracking areas. The three spellings of partial
/// lists are read; runs of the same PLMN are written as lists of type 1 (consecutive) or 0.
//= TS 24.301, 9.9.3.33
struct TaiList {
  static constexpr std::size_t octets_min = 6;
  static constexpr std::size_t octets_max = 96;
  std::vector<Tai> tais{};
  bool contains(const Tai& t) const;
  static std::optional<TaiList> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const TaiList&, const TaiList&) = default;
};

// Carried without being acted on. TS 24.301, 8.2.4, 8.2.29.
using MsNetworkCapability = Octets<struct MsNetworkCapabilityTag, 2, 8>;
using PTmsiSignature = Octets<struct PTmsiSignatureTag, 3, 3>;
using DrxParameter = Octets<struct DrxParameterTag, 2, 2>;
using Lai = Octets<struct LaiTag, 5, 5>;
using Classmark2 = Octets<struct Classmark2Tag, 3, 3>;
using Classmark3 = Octets<struct Classmark3Tag, 0, 32>;
using SupportedCodecs = Octets<struct SupportedCodecsTag, 3, 255>;
using VoicePreference = Octets<struct VoicePreferenceTag, 1, 1>;
using PlmnList = Octets<struct PlmnListTag, 3, 45>;
using EmergencyNumbers = Octets<struct EmergencyNumbersTag, 3, 48>;
using NetworkFeatureSupport = Octets<struct NetworkFeatureSupportTag, 1, 2>;
using NetworkName = Octets<struct NetworkNameTag, 1, 255>;
using TimeZone = Octets<struct TimeZoneTag, 1, 1>;
using UniversalTime = Octets<struct UniversalTimeTag, 7, 7>;
using DaylightSaving = Octets<struct DaylightSavingTag, 1, 1>;
using TmsiStatus = HalfOctet<struct TmsiStatusTag>;
using AdditionalUpdateType = HalfOctet<struct AdditionalUpdateTypeTag>;
using AdditionalUpdateResult = HalfOctet<struct AdditionalUpdateResultTag>;
using DeviceProperties = HalfOctet<struct DevicePropertiesTag>;
using OldGutiType = HalfOctet<struct OldGutiTypeTag>;
using MsNetworkFeatureSupport = HalfOctet<struct MsNetworkFeatureSupportTag>;
using GprsKeySequence = HalfOctet<struct GprsKeySequenceTag>;
using RadioCapabilityUpdate = HalfOctet<struct RadioCapabilityUpdateTag>;
using ExtendedEmmCause = HalfOctet<struct ExtendedEmmCauseTag>;

/// SMS or the like on its way to or from the MSC.
//= TS 24.301, 9.9.3.22
using NasContainer = Octets<struct NasContainerTag, 2, 251>;
//= TS 24.301, 9.9.3.43
using GenericContainer = Octets<struct GenericContainerTag, 1, 4096>;
using AdditionalInformation = Octets<struct AdditionalInformationTag, 1, 255>;

}  // namespace baton::wire::nas
