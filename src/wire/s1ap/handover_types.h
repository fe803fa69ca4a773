// handover_types.h: the values that only the handover messages carry (TS 36.413, 9.2).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "ids/location.h"
#include "ids/plmn_id.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.2.1.13
/// Values of later releases (EPS to 5GS and back) are not understood.
enum class HandoverType : Byte { intra_lte, lte_to_utran, lte_to_geran, utran_to_lte, geran_to_lte };

//= TS 36.413, 9.2.1.6, 9.2.1.14, 9.2.3.1 and 9.2.3.2
/// Where a UE is to go: an eNB and the tracking area that it will be in there.
struct TargetEnb {
  GlobalEnbId enb;
  Tai selected_tai;
  friend bool operator==(const TargetEnb&, const TargetEnb&) = default;
};
using Lac = Strong<std::uint16_t, struct LacTag>;
using Rac = Strong<std::uint8_t, struct RacTag>;
/// CellOfGeran is the Cell Identity (CI) inside a location area.
using CellOfGeran = Strong<std::uint16_t, struct CellOfGeranTag>;
/// 4096 to 65535, where an RNC has more than 12 bits.
using ExtendedRncId = Strong<std::uint16_t, struct ExtendedRncIdTag>;
inline constexpr std::uint16_t rnc_id_max = 4095;
inline constexpr std::uint16_t extended_rnc_id_min = 4096;

struct Lai {
  PlmnId plmn;
  Lac lac;
  friend bool operator==(const Lai&, const Lai&) = default;
};
struct TargetRnc {
  Lai lai;
  std::optional<Rac> rac;
  std::uint16_t rnc = 0;  ///< at most `rnc_id_max`
  std::optional<ExtendedRncId> extended_rnc;
  friend bool operator==(const TargetRnc&, const TargetRnc&) = default;
};
struct TargetCgi {
  PlmnId plmn;
  Lac lac;
  CellOfGeran cell;
  std::optional<Rac> rac;
  friend bool operator==(const TargetCgi&, const TargetCgi&) = default;
};
/// TargetId holds the three kinds of the first releases in the order of the CHOICE. An NG-RAN node, which
/// came later, is not understood.
using TargetId = std::variant<TargetEnb, TargetRnc, TargetCgi>;

//= TS 36.413, 9.2.3.15
enum class DirectForwardingPath : Byte { available };

//= TS 36.413, 9.2.1.56 and 9.2.1.57
/// TransparentContainer is what one eNB tells another through the core, opaque here: containers.h has its
/// inside. At most `transparent_container_octets_max` octets.
struct TransparentContainer {
  ByteVector octets;
  friend bool operator==(const TransparentContainer&, const TransparentContainer&) = default;
};

//= TS 36.413, 9.2.3.30 and 9.2.3.31
/// NasSecurityParameters belong to handover between radio technologies: what the UE needs to derive its
/// mapped keys. No key.
struct NasSecurityParameters {
  ByteVector octets;
  friend bool operator==(const NasSecurityParameters&, const NasSecurityParameters&) = default;
};

/// An E-RAB that the target is asked to take over (TS 36.413, 9.1.5.4). The address and TEID are the S-GW's
/// uplink end.
struct ErabToHandOver {
  ErabId id;
  TransportLayerAddress address;
  Teid teid;
  ErabQos qos;
  friend bool operator==(const ErabToHandOver&, const ErabToHandOver&) = default;
};
/// An E-RAB that the target has taken over (TS 36.413, 9.1.5.5). The address and TEID are its downlink end;
/// the others are where it awaits data that the source has not delivered.
struct ErabAdmitted {
  ErabId id;
  TransportLayerAddress address;
  Teid teid;
  std::optional<TransportLayerAddress> dl_forwarding_address;
  std::optional<Teid> dl_forwarding_teid;
  std::optional<TransportLayerAddress> ul_forwarding_address;
  std::optional<Teid> ul_forwarding_teid;
  friend bool operator==(const ErabAdmitted&, const ErabAdmitted&) = default;
};
/// An E-RAB whose data the source may forward, and where to (TS 36.413, 9.1.5.2).
struct ErabToForward {
  ErabId id;
  std::optional<TransportLayerAddress> dl_forwarding_address;
  std::optional<Teid> dl_forwarding_teid;
  std::optional<TransportLayerAddress> ul_forwarding_address;
  std::optional<Teid> ul_forwarding_teid;
  friend bool operator==(const ErabToForward&, const ErabToForward&) = default;
};
/// An E-RAB whose path is switched. The address and TEID are the new eNB's downlink end in the request
/// (TS 36.413, 9.1.5.8) and the S-GW's uplink end in its acknowledgement (TS 36.413, 9.1.5.9).
struct ErabSwitched {
  ErabId id;
  TransportLayerAddress address;
  Teid teid;
  friend bool operator==(const ErabSwitched&, const ErabSwitched&) = default;
};

//= TS 36.413, 9.2.1.22
/// Tracking or location areas of one network where the UE may not go, 1 to 4096.
struct ForbiddenTas {
  PlmnId plmn;
  std::vector<Tac> tacs;
  friend bool operator==(const ForbiddenTas&, const ForbiddenTas&) = default;
};
struct ForbiddenLas {
  PlmnId plmn;
  std::vector<Lac> lacs;
  friend bool operator==(const ForbiddenLas&, const ForbiddenLas&) = default;
};
enum class ForbiddenRats : Byte {
  all,
  geran,
  utran,
  cdma2000,
  // extensions
  geran_and_utran,
  cdma2000_and_utran,
};
struct HandoverRestrictionList {
  PlmnId serving_plmn;
  std::vector<PlmnId> equivalent_plmns;     ///< 0 to 15
  std::vector<ForbiddenTas> forbidden_tas;  ///< 0 to 16
  std::vector<ForbiddenLas> forbidden_las;  ///< 0 to 16
  std::optional<ForbiddenRats> forbidden_rats;
  friend bool operator==(const HandoverRestrictionList&, const HandoverRestrictionList&) = default;
};

}  // namespace baton::wire::s1ap
