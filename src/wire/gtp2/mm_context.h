// mm_context.h: what one MME tells another about a UE: its security context, and the values that only the
// mobility messages carry (TS 29.274, 8.38 and 8.46 to 8.51). What holds a key is moved, never copied.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "keys/nas_count.h"
#include "keys/types.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

/// Quadruplet is an EPS authentication vector that was not used yet.
struct Quadruplet {
  Rand rand;
  Xres xres;  ///< 4 to 16 octets
  Autn autn;
  Kasme kasme;
  friend bool operator==(const Quadruplet&, const Quadruplet&) = default;
};

/// NextHop is an NH and the number of its link in the chain (TS 33.401, 7.2.8).
struct NextHop {
  Nh nh;
  Byte ncc = 0;  ///< 3 bits
  friend bool operator==(const NextHop&, const NextHop&) = default;
};

/// OldEpsSecurity is the context the radio still runs on when a new KASME is in use for NAS already.
//= TS 33.401, 7.2.10
struct OldEpsSecurity {
  Byte ksi = 7;  ///< 3 bits
  Kasme kasme;
  std::optional<NextHop> next_hop;
  friend bool operator==(const OldEpsSecurity&, const OldEpsSecurity&) = default;
};

/// EpsMmContext is a UE's EPS security context and what belongs to it. Written: everything here. Read: also
/// with quintuplets and with what later releases put at the end, which are stepped over.
//= TS 29.274, 8.38; figure 8.38-5
struct EpsMmContext {
  Byte ksi = 7;               ///< KSI_ASME, 3 bits; 7: no key is available
  Byte nas_integrity = 0;     ///< number of the EIA in use, 3 bits
  Byte nas_ciphering = 0;     ///< number of the EEA in use, 4 bits
  NasCount uplink_count{};    ///< the next COUNT to use
  NasCount downlink_count{};  ///< the next COUNT to use
  /// 32 zero octets on the wire when there is none: private elements say what moves in its place.
  std::optional<Kasme> kasme{};
  std::optional<NextHop> next_hop{};
  std::vector<Quadruplet> vectors{};  ///< at most vectors_max; those past it are not written
  std::optional<Ambr> subscribed_ambr{};
  std::optional<Ambr> used_ambr{};
  ByteVector ue_network_capability{};  ///< the value part as in NAS; empty: none
  ByteVector ms_network_capability{};  ///< the value part as in NAS; empty: none
  std::optional<Mei> mei{};
  std::optional<OldEpsSecurity> old_security{};
  std::optional<std::array<Byte, 2>> drx{};  ///< as in NAS
  Byte access_restriction = 0;               ///< flags; 0: none. On the wire in any case
  friend bool operator==(const EpsMmContext&, const EpsMmContext&) = default;
};

//= TS 29.274, 8.48
/// FContainer is a container of the radio side that passes through. Type: 1 UTRAN, 2 BSS, 3 E-UTRAN.
struct FContainer {
  static constexpr Byte eutran = 3;
  Byte type = eutran;  ///< 4 bits
  ByteVector octets;
  friend bool operator==(const FContainer&, const FContainer&) = default;
};

//= TS 29.274, 8.49
/// FCause is a cause of S1AP: the group (0 radio network, 1 transport, 2 NAS, 3 protocol, 4 miscellaneous)
/// and the number in the group. In another protocol's instance the type means nothing.
struct FCause {
  Byte type = 0;  ///< 4 bits
  Byte value = 0;
  friend bool operator==(const FCause&, const FCause&) = default;
};

//= TS 29.274, 8.51
/// TargetIdentification says where a UE is handed over to. Of another kind than a macro eNB the PLMN is in
/// `enb`, its number and `tac` are 0, and `other` is the whole identity as it came.
struct TargetIdentification {
  static constexpr Byte macro_enb = 1;
  MacroEnbId enb;
  Tac tac;
  Byte kind = macro_enb;
  ByteVector other{};
  friend bool operator==(const TargetIdentification&, const TargetIdentification&) = default;
};

//= TS 29.274, 8.46
/// CompleteRequest is the NAS message, security header and all, by which the UE came: the old MME checks it.
struct CompleteRequest {
  static constexpr Byte attach = 0, tracking_area_update = 1;
  Byte kind = tracking_area_update;
  ByteVector nas;
  friend bool operator==(const CompleteRequest&, const CompleteRequest&) = default;
};

//= TS 29.274, 8.9
/// Ipv6 is an address of a PDN connection.
struct Ipv6 {
  std::array<Byte, 16> octets{};
  friend bool operator==(const Ipv6&, const Ipv6&) = default;
};

//= TS 29.274, 8.19
/// BearerTft travels between UE and gateway as in NAS; nobody between reads it.
struct BearerTft {
  ByteVector octets;
  friend bool operator==(const BearerTft&, const BearerTft&) = default;
};

/// The flags of Indication (TS 29.274, 8.12) that S10 uses: octet of `Indication::flags` and bit.
namespace flag {
struct Flag {
  std::size_t octet;
  Byte bit;
};
inline constexpr Flag sgw_change{0, 0x01};            ///< SGWCI: the target has chosen another UPE
inline constexpr Flag direct_forwarding{0, 0x10};     ///< DFI: eNBs forward data to each other
inline constexpr Flag handover{0, 0x20};              ///< HI
inline constexpr Flag unauthenticated_imsi{1, 0x40};  ///< UIMSI
inline constexpr Flag change_reporting{1, 0x10};      ///< CRSI
}  // namespace flag
/// has tells whether a flag is set; absent octets are zeros.
inline bool has(const std::optional<Indication>& i, flag::Flag f) {
  return i && f.octet < i->flags.size() && (i->flags[f.octet] & f.bit) != 0;
}

}  // namespace baton::wire::gtp2
