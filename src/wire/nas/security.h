// security.h: the elements of NAS security: key set, capabilities, algorithms, AKA parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/secret.h"
#include "keys/types.h"
#include "wire/cursor.h"
#include "wire/nas/limits.h"
#include "wire/nas/octets.h"

namespace baton::wire::nas {

/// Ksi names a key set: a native one by KSI_ASME, a mapped one by KSI_SGSN; 7 from a UE: it has none.
//= TS 24.301, 9.9.3.21
struct Ksi {
  Byte value = 7;       ///< 0 to 6, or 7: no key is available
  bool mapped = false;  ///< type of security context flag
  static constexpr Ksi none() { return {}; }
  static constexpr Ksi native(Byte v) { return {static_cast<Byte>(v & 7U), false}; }
  bool available() const { return value != 7; }

  static std::optional<Ksi> from_half(Byte b) { return Ksi{static_cast<Byte>(b & 7U), (b & 8U) != 0}; }
  Byte half() const { return static_cast<Byte>((value & 7U) | (mapped ? 8U : 0U)); }
  std::string text() const;
  friend bool operator==(const Ksi&, const Ksi&) = default;
};

/// algorithm_bit is the bit of algorithm `n` (0 to 7) in an octet of a capability: 0 is the highest.
constexpr Byte algorithm_bit(unsigned n) { return static_cast<Byte>(0x80U >> n); }

/// UeNetworkCapability is what a UE says it can do. `more` is UEA, UIA (with the UCS2 bit) and what later
/// releases added, as it came.
//= TS 24.301, 9.9.3.34
struct UeNetworkCapability {
  static constexpr std::size_t octets_min = 2;
  static constexpr std::size_t octets_max = 13;
  Byte eea = 0;
  Byte eia = 0;
  Octets<struct CapabilityTailTag, 0, 11> more{};

  bool has_eea(unsigned n) const { return (eea & algorithm_bit(n)) != 0; }
  bool has_eia(unsigned n) const { return (eia & algorithm_bit(n)) != 0; }
  std::optional<Byte> uea() const;
  std::optional<Byte> uia() const;  ///< 7 bits, without the UCS2 flag

  static std::optional<UeNetworkCapability> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const UeNetworkCapability&, const UeNetworkCapability&) = default;
};

/// UeSecurityCapability is what the network replays: EEA and EIA, then UMTS algorithms, then GPRS ones.
/// UMTS octets come in pairs; GPRS is there only after them.
//= TS 24.301, 9.9.3.36
struct UeSecurityCapability {
  static constexpr std::size_t octets_min = 2;
  static constexpr std::size_t octets_max = 5;
  struct Umts {
    Byte uea = 0;
    Byte uia = 0;  ///< bit 8 is spare
    friend bool operator==(const Umts&, const Umts&) = default;
  };
  Byte eea = 0;
  Byte eia = 0;
  std::optional<Umts> umts{};
  std::optional<Byte> gea{};  ///< only together with `umts`

  bool has_eea(unsigned n) const { return (eea & algorithm_bit(n)) != 0; }
  bool has_eia(unsigned n) const { return (eia & algorithm_bit(n)) != 0; }
  /// of takes from `c` what a security mode command has to replay. `gea`: the GPRS algorithms of the MS
  /// network capability, where the UE sent one.
  static UeSecurityCapability of(const UeNetworkCapability& c, std::optional<Byte> gea = std::nullopt);

  static std::optional<UeSecurityCapability> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const UeSecurityCapability&, const UeSecurityCapability&) = default;
};

/// NasAlgorithms are the numbers of the algorithms a security mode command selects, 0 to 7 each.
//= TS 24.301, 9.9.3.23
struct NasAlgorithms {
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = 1;
  Byte eea = 0;
  Byte eia = 0;
  static std::optional<NasAlgorithms> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const NasAlgorithms&, const NasAlgorithms&) = default;
};

/// ImeisvRequest: the network wants the IMEISV in the security mode complete.
//= TS 24.008, 10.5.5.10
struct ImeisvRequest {
  bool requested = true;
  static std::optional<ImeisvRequest> from_half(Byte b) { return ImeisvRequest{(b & 7U) == 1}; }
  Byte half() const { return requested ? 1 : 0; }
  std::string text() const { return requested ? "requested" : "not requested"; }
  friend bool operator==(const ImeisvRequest&, const ImeisvRequest&) = default;
};

/// Res answers a challenge. It travels in the clear, but text shows its length only: until the network
/// has compared it, whoever knows it can pass for the UE.
//= TS 24.301, 9.9.3.4
using Res = Octets<struct ResTag, res_octets_min, res_octets_max>;

//= TS 24.301, 9.9.3.25
using Nonce = Public<struct NonceTag, 4>;
//= TS 24.301, 9.9.3.50
using HashMme = Public<struct HashMmeTag, 8>;
/// A whole NAS message sent again inside a security mode complete.
//= TS 24.301, 9.9.3.51
using ReplayedNas = Octets<struct ReplayedNasTag, 1, message_octets_max>;

}  // namespace baton::wire::nas
