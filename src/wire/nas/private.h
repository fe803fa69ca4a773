// private.h: the elements of NAS that no standard has: what the key policies tell a UE. None of them has to
// be understood (TS 24.007, 11.2.4); docs/extensions.md lists their identifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "keys/derive_policy.h"
#include "wire/cursor.h"
#include "wire/nas/octets.h"
#include "wire/private_limits.h"

namespace baton::wire::nas {

inline constexpr Byte announcement_iei = 0x4E;  // extension: Attach and TAU Request, Security Mode Command
inline constexpr Byte kasme_notice_iei = 0x4D;  // extension: Security Mode Command
inline constexpr Byte upe_key_iei = 0x4C;       // extension: Activate Default EPS Bearer Context Request
/// Container type of DOWNLINK GENERIC NAS TRANSPORT that holds a UpeKeyNotice; reserved in
/// TS 24.301, 9.9.3.42.
inline constexpr Byte upe_key_container_type = 0xF0;  // extension: name of the UPE and counter

/// What a UE says of its profiles and private elements, opaque here. (Announcement)
using UeAnnouncement = Octets<struct UeAnnouncementTag, 1, announcement_octets_max>;

/// AnnouncementEcho is the MME's answer: its own announcement, and the octets it had from the UE, none when
/// it had none. The UE compares them with what it sent. length (1) || own || received.
struct AnnouncementEcho {
  static constexpr std::size_t octets_min = 2;
  static constexpr std::size_t octets_max = 1 + 2 * announcement_octets_max;
  ByteVector own{0};      ///< 1 to announcement_octets_max octets
  ByteVector received{};  ///< 0 to announcement_octets_max octets

  static std::optional<AnnouncementEcho> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const AnnouncementEcho&, const AnnouncementEcho&) = default;
};

/// KasmeNotice says in a Security Mode Command that it runs under KASME' of an idle mobility. flags (1), of
/// which the lowest says so and the others are 0, || low octet of n (1).
//= S0.D2
struct KasmeNotice {
  static constexpr std::size_t octets_min = 2;
  static constexpr std::size_t octets_max = 2;
  Byte n_low = 0;

  static std::optional<KasmeNotice> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const KasmeNotice&, const KasmeNotice&) = default;
};

/// UpeKeyNotice names the K_UPE of a bearer, which the UE derives. UPE id || counter (2).
//= S1.D3
struct UpeKeyNotice {
  static constexpr std::size_t octets_min = 3;
  static constexpr std::size_t octets_max = upe_id_octets_max + 2;
  std::string upe{"u"};  ///< 1 to upe_id_octets_max octets. The text of a peer: quote it
  UpeKeyCounter counter{};

  static std::optional<UpeKeyNotice> parse(Bytes value);
  void write(Writer& w) const;
  std::string text() const;
  friend bool operator==(const UpeKeyNotice&, const UpeKeyNotice&) = default;
};

}  // namespace baton::wire::nas
