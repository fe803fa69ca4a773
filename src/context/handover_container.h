// handover_container.h: what the target MME tells the UE about the keys of a handover, under NAS-MAC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "context/eps_security.h"
#include "ids/location.h"
#include "keys/derive_policy.h"

namespace baton::context {

/// TargetEnbId is a Global eNB ID in seven octets: PLMN, then the eNB's identity right-aligned in four.
//= S1.D4
using TargetEnbId = Public<struct TargetEnbIdTag, 7>;
TargetEnbId target_enb_id(const MacroEnbId& enb);
/// The macro eNB that a cell belongs to.
TargetEnbId target_enb_id(const Ecgi& cell);

/// UpeKey names a K_UPE to the UE: it is derived, not sent.
//= S1.D3
struct UpeKey {
  std::string id;  ///< 1 to upe_id_octets_max octets
  UpeKeyCounter counter{};
  friend bool operator==(const UpeKey&, const UpeKey&) = default;
};

/// How the KeNB of the target cell comes from KeNB*.
struct StarUse {
  bool plus = false;          ///< KeNB*+, not KeNB* (S3.P7)
  bool earfcn_bound = false;  ///< KeNB* is bound to the carrier too
  bool raw = false;           ///< S3.D2
  friend bool operator==(const StarUse&, const StarUse&) = default;
};

/// HandoverContainer is what is in it. It names the NAS context it is protected under: with `n_low` that of
/// KASME' with COUNT 0, else the current one with the COUNT whose low octet is `sqn`.
///
///     version (1) || flags (1) || SQN (1) || eKSI (1) || NAS algorithms (1) || [low octet of n (1)] ||
///     [length (1) || UPE id || UPE key counter (2)] || target eNB (7) || NAS-MAC (4)
///
/// Flags, from the lowest: KeNB*+ used; n is there; a UPE key is there; AS keys from KeNB* or KeNB*+, not
/// from NH; KeNB* bound to the carrier; raw reading. The others are 0.
//= S3.D4
struct HandoverContainer {
  static constexpr Byte version = 1;
  static constexpr std::size_t octets_min = 16;
  static constexpr std::size_t octets_max = octets_min + 1 + 1 + upe_id_octets_max + 2;

  Byte sqn = 0;  ///< low octet of the COUNT of NAS-MAC; 0 under KASME'
  wire::nas::Ksi ksi{};
  Chosen algorithms{};
  std::optional<StarUse> star{};  ///< nothing: NH as in TS 33.401
  /// The bit of KeNB*+ stands in the spare bit of the ciphering algorithm, not in the flags.
  //= S3.P10
  bool bit_in_algorithms = false;
  std::optional<Byte> n_low{};  ///< KASME' was made, with this low octet of n (S0.D2)
  std::optional<UpeKey> upe{};
  TargetEnbId target;
  friend bool operator==(const HandoverContainer&, const HandoverContainer&) = default;
};

/// Why a container was refused. State is as before it, whichever it is.
enum class ContainerRefusal : Byte {
  malformed,       ///< too short or too long, a length that does not fit, spare bits that are not 0
  version,         ///< of a later version
  inconsistent,    ///< flags that exclude each other
  count,           ///< SQN is not that of the COUNT
  not_built,       ///< the integrity algorithm is not built in
  null_integrity,  ///< EIA0 proves nothing
  bad_mac,         ///< forged, broken, or under another key
};
std::string_view to_string(ContainerRefusal r);

/// seal writes a container under KNASint and the COUNT of the context it names; `container.sqn` becomes the
/// COUNT's. Refused: an algorithm that proves nothing, or flags that exclude each other.
//= S3.D4
Expected<ByteVector, ContainerRefusal> seal_container(HandoverContainer container, const KnasInt& key,
                                                      NasCount count);

/// decode_unverified reads the fields, so that the UE can find the key and the COUNT. Nothing about them has
/// been verified.
Expected<HandoverContainer, ContainerRefusal> decode_unverified(Bytes container);

/// verify says whether this is what the holder of KNASint wrote with this COUNT.
//= S3.D4
Expected<HandoverContainer, ContainerRefusal> verify_container(Bytes container, const KnasInt& key,
                                                               NasCount count);

}  // namespace baton::context
