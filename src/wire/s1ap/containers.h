// containers.h: what eNBs tell each other through the core (TS 36.413, 9.2.1.7, 9.2.1.8 and 9.2.1.31). The
// first two stand inside a TransparentContainer, which the MMEs do not open; the third is an element of its
// own, and also what GTPv2-C carries of it between MMEs. Every one has a parser of its own: what an eNB reads
// here came from another network's eNB.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "ids/location.h"
#include "wire/cursor.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

/// An E-RAB of the UE at the source, and whether the source proposes to forward what it has not delivered.
struct ErabInformation {
  ErabId id;
  bool dl_forwarding_proposed = false;
  friend bool operator==(const ErabInformation&, const ErabInformation&) = default;
};

//= TS 36.413, 9.2.1.42 to 9.2.1.43b and 9.2.1.66
enum class CellSize : Byte { very_small, small, medium, large };
struct LastVisitedEutranCell {
  Ecgi cell;
  CellSize size = CellSize::medium;
  std::uint16_t seconds =
      0;  ///< how long the UE was there; at most `seconds_max`, which stands for longer too
  static constexpr std::uint16_t seconds_max = 4095;
  friend bool operator==(const LastVisitedEutranCell&, const LastVisitedEutranCell&) = default;
};
/// As its own specification encodes it, opaque here.
struct LastVisitedUtranCell {
  ByteVector octets;
  friend bool operator==(const LastVisitedUtranCell&, const LastVisitedUtranCell&) = default;
};
struct LastVisitedGeranCell {
  friend bool operator==(const LastVisitedGeranCell&, const LastVisitedGeranCell&) = default;
};
/// As its own specification encodes it, opaque here.
struct LastVisitedNgRanCell {
  ByteVector octets;
  friend bool operator==(const LastVisitedNgRanCell&, const LastVisitedNgRanCell&) = default;
};
using LastVisitedCell =
    std::variant<LastVisitedEutranCell, LastVisitedUtranCell, LastVisitedGeranCell, LastVisitedNgRanCell>;

//= TS 36.413, 9.2.1.7
/// SourceToTarget is the Source eNB to Target eNB Transparent Container.
struct SourceToTarget {
  ByteVector rrc;                      ///< the UE's context at the source, as the radio layer encodes it
  std::vector<ErabInformation> erabs;  ///< 0 to 256
  Ecgi target_cell;
  std::optional<std::uint16_t> subscriber_profile;  ///< 1 to 256
  std::vector<LastVisitedCell> history;             ///< 1 to 16, the latest first
  friend bool operator==(const SourceToTarget&, const SourceToTarget&) = default;
};

//= TS 36.413, 9.2.1.8
/// TargetToSource is the Target eNB to Source eNB Transparent Container: the command that the source hands to
/// the UE.
struct TargetToSource {
  ByteVector rrc;
  friend bool operator==(const TargetToSource&, const TargetToSource&) = default;
};

//= TS 36.413, 9.2.1.32
/// PdcpCount is a COUNT of a bearer with 12-bit sequence numbers.
struct PdcpCount {
  std::uint16_t sn = 0;   ///< 12 bits
  std::uint32_t hfn = 0;  ///< 20 bits
  static constexpr std::uint16_t sn_max = 0xFFF;
  static constexpr std::uint32_t hfn_max = 0xF'FFFF;
  static PdcpCount from(std::uint32_t count) {
    return {static_cast<std::uint16_t>(count & sn_max), count >> 12};
  }
  /// count is the 32-bit COUNT that ciphering uses.
  std::uint32_t count() const { return hfn << 12 | sn; }
  friend bool operator==(const PdcpCount&, const PdcpCount&) = default;
};

//= TS 36.413, 9.2.1.31
/// ReceiveStatus has a bit for each of 4096 uplink PDCP SDUs, which the source has received.
struct ReceiveStatus {
  static constexpr std::size_t bits = 4096;
  ByteVector octets;  ///< `bits` bits
  friend bool operator==(const ReceiveStatus&, const ReceiveStatus&) = default;
};
/// ErabStatus is where a bearer's sequence numbers stand: the first missing uplink SDU and the next downlink
/// one. Bearers with 15 and 18-bit sequence numbers have further COUNTs in extensions, which are stepped
/// over.
struct ErabStatus {
  ErabId id;
  PdcpCount uplink;
  PdcpCount downlink;
  std::optional<ReceiveStatus> received;
  friend bool operator==(const ErabStatus&, const ErabStatus&) = default;
};
/// StatusTransferContainer is the eNB Status Transfer Transparent Container.
struct StatusTransferContainer {
  std::vector<ErabStatus> bearers;  ///< 1 to 256
  friend bool operator==(const StatusTransferContainer&, const StatusTransferContainer&) = default;
};

/// encode_container gives the octets of a container. A value past its bound is our own bug and asserted. The
/// whole can be longer than a TransparentContainer or a GTPv2-C element takes: 256 bearers with their receive
/// status are 135,000 octets. Check before sending.
ByteVector encode_container(const SourceToTarget& c);
ByteVector encode_container(const TargetToSource& c);
ByteVector encode_container(const StatusTransferContainer& c);

/// What cannot be read is an Error: too_many past a bound, unknown_mandatory for an element that had to be
/// understood, else a wrong transfer syntax. Octets past `transparent_container_octets_max` are refused
/// unread.
Expected<SourceToTarget, Error> decode_source_to_target(Bytes octets);
Expected<TargetToSource, Error> decode_target_to_source(Bytes octets);
Expected<StatusTransferContainer, Error> decode_status_transfer(Bytes octets);

}  // namespace baton::wire::s1ap
