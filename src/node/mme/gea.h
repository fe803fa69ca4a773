// gea.h: what a UE says of itself that a security mode command has to replay: GPRS algorithms, announcement.
#pragma once

#include <optional>

#include "node/mme/ue_context.h"
#include "wire/nas/emm.h"

namespace baton::node::mme {

/// gea_of puts the algorithms of the MS network capability (GEA1 in bit 8 of its first octet, GEA2 to GEA7 in
/// bits 7 to 2 of the second, other things between) into the octet of the UE security capability: GEA1 to
/// GEA7 in bits 7 to 1. Nothing when the UE did not send any.
//= TS 24.008, 10.5.5.12
//= TS 24.301, 9.9.3.36
inline std::optional<Byte> gea_of(const std::optional<wire::nas::MsNetworkCapability>& c) {
  if (!c) return std::nullopt;
  const unsigned first = c->bytes()[0];
  const unsigned second = c->bytes()[1];
  return static_cast<Byte>((first >> 1U & 0x40U) | (second >> 1U & 0x3FU));
}

/// keep_gprs_capability keeps what a UE said of GPRS, for a security mode command and for the next MME.
inline void keep_gprs_capability(Ue& ue, const std::optional<wire::nas::MsNetworkCapability>& c) {
  ue.ms_capability = c;
  ue.gea = gea_of(c);
}

/// keep_announcement keeps what a UE said of its profiles: the command that follows repeats it.
inline void keep_announcement(Ue& ue, const std::optional<wire::nas::UeAnnouncement>& a) {
  ue.announced = a ? std::optional(a->bytes()) : std::nullopt;
}

}  // namespace baton::node::mme
