// packet.h: from a packet of a capture to the signalling messages it completes.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "app/capture_file.h"

namespace baton::app {

/// PacketReader is given the packets of a capture in order and puts messages together.
class PacketReader {
 public:
  /// packet reads one frame of link type `link` (LINKTYPE_ numbers of the pcap formats).
  void packet(std::uint32_t link, Instant at, Bytes frame);
  Capture take() && { return std::move(out_); }

 private:
  using Direction = std::pair<Endpoint, Endpoint>;
  struct TcpStream {
    std::uint32_t next = 0;
    ByteVector waiting;
  };
  struct SctpMessage {
    std::uint32_t next_tsn = 0;
    ByteVector octets;
  };

  bool ip(Instant at, Bytes packet);
  bool udp(Instant at, Ipv4 source, Ipv4 destination, Bytes segment);
  bool tcp(Instant at, Ipv4 source, Ipv4 destination, Bytes segment);
  bool sctp(Instant at, Ipv4 source, Ipv4 destination, Bytes packet);
  bool sctp_data(Instant at, const Direction& direction, Byte flags, Bytes chunk);
  void diameter(Instant at, const Direction& direction, ByteVector& waiting);
  void message(Instant at, Protocol protocol, const Direction& direction, std::uint16_t stream, Bytes octets);

  Capture out_;
  std::map<Direction, TcpStream> tcp_;
  std::map<std::pair<Direction, std::uint16_t>, SctpMessage> sctp_;
};

}  // namespace baton::app
