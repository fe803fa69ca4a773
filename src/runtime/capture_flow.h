// capture_flow.h: the IP packets that would have carried a conversation.
//
// Nodes run on an SCTP stack of their own under UDP, or on loopback TCP, and a capture is taken at their
// boundary, where there are messages and no packets. These classes make the packets: complete handshakes,
// consistent tags, sequence numbers, acknowledgements and checksums, so that a protocol analyser can
// follow them as if they had crossed a wire.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "base/bytes.h"
#include "ids/endpoint.h"

namespace baton::runtime {

/// PacketOut takes one complete IPv4 packet.
using PacketOut = std::function<void(Bytes)>;

/// Most octets of a message in one packet; the rest follows in another. Below IPv4's 65535 by the headers.
inline constexpr std::size_t capture_fragment_octets = 32'768;

/// CRC32c with the reflected Castagnoli polynomial (RFC 9260, appendix A).
std::uint32_t crc32c(Bytes octets);

/// udp_packet gives one datagram in its IPv4 packet.
ByteVector udp_packet(const Endpoint& source, const Endpoint& destination, Bytes payload);

/// SctpFlow is one association.
class SctpFlow {
 public:
  /// `seed` makes the tags and initial TSNs differ from those of other flows.
  SctpFlow(const Endpoint& opener, const Endpoint& listener, std::uint32_t seed);
  void open(const PacketOut& out);
  void message(bool from_opener, std::uint16_t stream, std::uint32_t ppid, Bytes octets,
               const PacketOut& out);
  void close(bool from_opener, const PacketOut& out);

 private:
  struct Side {
    Endpoint at;
    std::uint32_t tag = 0;       ///< in every packet to this side
    std::uint32_t next_tsn = 0;  ///< of this side's next DATA
    std::uint32_t heard = 0;     ///< last TSN of the other side
    unsigned unacknowledged = 0;
    std::map<std::uint16_t, std::uint16_t> next_ssn;
  };
  void send(const Side& from, const Side& to, std::uint32_t tag, Bytes chunks, const PacketOut& out);
  ByteVector sack(Side& side);

  Side opener_, listener_;
};

/// TcpFlow is one connection.
class TcpFlow {
 public:
  TcpFlow(const Endpoint& opener, const Endpoint& listener, std::uint32_t seed);
  void open(const PacketOut& out);
  void octets(bool from_opener, Bytes octets, const PacketOut& out);
  void close(bool from_opener, const PacketOut& out);

 private:
  struct Side {
    Endpoint at;
    std::uint32_t next = 0;   ///< sequence number of this side's next octet
    std::uint32_t heard = 0;  ///< what this side acknowledges
  };
  void send(const Side& from, const Side& to, Byte flags, Bytes payload, const PacketOut& out);

  Side opener_, listener_;
};

}  // namespace baton::runtime
