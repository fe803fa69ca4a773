// frame.h: what one UDP datagram of the radio stand-in carries.
//
// LTE's physical layer, MAC and RLC have no meaning over UDP, so Baton's UE and eNB talk through a small
// stand-in of their own, on UDP port 4997. It is not a standard encoding and never leaves the radio hop.
//
//   octets  field
//   2       magic 0x42 0x52 ("BR")
//   1       version, 1
//   1       channel
//   2       C-RNTI, 0 before ConnectionSetup
//   2       sequence number of this frame on its connection (SRB1, SRB2 and DRB; else 0)
//   2       the next sequence number its sender waits for (cumulative acknowledgement; else 0)
//   n       payload: an RRC message on broadcast and SRB0, a PDCP PDU on SRB1, SRB2 and DRB, empty on ack
//
// The header is not authenticated, as MAC and RLC headers are not in LTE. What PDCP protects is safe from
// forgery; what the stand-in cannot protect is said in peer/radio_link.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "base/strong.h"
#include "wire/cursor.h"
#include "wire/rrc/limits.h"

namespace baton::wire::rrc {

/// Channel says what the payload is and whether the frame is acknowledged.
enum class Channel : Byte {
  broadcast = 0,  ///< Camp, CellInformation, Paging: plain, not acknowledged
  srb0 = 1,       ///< ConnectionRequest, ConnectionSetup, ConnectionReject: plain, not acknowledged
  srb1 = 2,       ///< PDCP, acknowledged
  srb2 = 3,       ///< PDCP, acknowledged
  drb = 4,        ///< PDCP, acknowledged
  ack = 5,        ///< nothing but the acknowledgement
};
std::string_view to_string(Channel channel);
/// acknowledged tells the channels that RadioLink carries from those that go as single datagrams.
constexpr bool acknowledged(Channel c) {
  return c == Channel::srb1 || c == Channel::srb2 || c == Channel::drb;
}

/// CRnti names a UE within its cell (TS 36.321, 7.1).
using CRnti = Strong<std::uint16_t, struct CRntiTag>;

struct Frame {
  Channel channel{};
  CRnti c_rnti;
  std::uint16_t sn = 0;
  std::uint16_t ack = 0;
  ByteVector payload;
  friend bool operator==(const Frame&, const Frame&) = default;
};

/// encode writes a frame; a payload past payload_octets_max is written all the same and refused by the
/// reader, so check the length where a peer decides it.
ByteVector encode(const Frame& frame);

/// decode_frame refuses another magic or version (`unsupported`), an unknown channel, a payload on `ack`,
/// none elsewhere, a payload past payload_octets_max, and a connection's frame without a C-RNTI.
Expected<Frame, Error> decode_frame(Bytes datagram);

}  // namespace baton::wire::rrc
