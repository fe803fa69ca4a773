// x2.h: what two eNBs say to each other when a UE goes from one to the other without the core: a stand-in for
// X2AP with its HANDOVER REQUEST, HANDOVER REQUEST ACKNOWLEDGE and UE CONTEXT RELEASE (TS 36.423, 8.2), in
// frames of the radio stand-in. It holds a key in the clear, and only the lab sends it (docs/extensions.md).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "ids/endpoint.h"
#include "keys/types.h"
#include "wire/cursor.h"

namespace baton::wire::rrc {

/// X2Request: source to target. Moved, never copied.
struct X2Request {
  static constexpr Byte type = 0x40;
  struct Bearer {
    Byte id = 5;
    Ipv4 uplink_address;
    Teid uplink;
    friend bool operator==(const Bearer&, const Bearer&) = default;
  };
  std::uint32_t reference = 0;  ///< the source's name of the UE
  Endpoint mme;                 ///< the MME that the UE is registered at
  std::uint32_t mme_ue_id = 0;
  std::uint16_t eea = 0, eia = 0;  ///< the UE's capabilities, as S1AP has them
  Kenb kenb_star;
  Byte ncc = 0;
  ByteVector preparation;  ///< HandoverPreparation
  std::vector<Bearer> bearers;
  friend bool operator==(const X2Request&, const X2Request&) = default;
};
/// X2Answer: target to source. Without a command it refuses.
struct X2Answer {
  static constexpr Byte type = 0x41;
  std::uint32_t reference = 0;
  std::optional<ByteVector> command;
  friend bool operator==(const X2Answer&, const X2Answer&) = default;
};
/// X2Release: target to source. The path has been switched; the source may forget the UE.
struct X2Release {
  static constexpr Byte type = 0x42;
  std::uint32_t reference = 0;
  friend bool operator==(const X2Release&, const X2Release&) = default;
};
using X2Message = std::variant<X2Request, X2Answer, X2Release>;

ByteVector encode_x2(const X2Message& message);
/// decode_x2 reads one message; anything left over is refused.
Expected<X2Message, Error> decode_x2(Bytes octets);

}  // namespace baton::wire::rrc
