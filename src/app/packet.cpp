#include "app/packet.h"

#include <algorithm>

namespace baton::app {
namespace {

constexpr std::uint32_t link_null = 0, link_ethernet = 1, link_raw_old = 12, link_raw_bsd = 14,
                        link_raw = 101, link_cooked = 113, link_ipv4 = 228, link_cooked2 = 276;
constexpr std::uint16_t ether_ipv4 = 0x0800, ether_vlan = 0x8100;
constexpr Byte ip_tcp = 6, ip_udp = 17, ip_sctp = 132;
constexpr std::uint16_t gtpc_port = 2123, diameter_port = 3868, radio_port = 4997, sctp_in_udp_port = 9899;
constexpr std::uint32_t ppid_s1ap = 18, ppid_diameter = 46;
constexpr Byte chunk_data = 0;

std::uint16_t u16(Bytes b, std::size_t at) { return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]); }
std::uint32_t u32(Bytes b, std::size_t at) {
  return static_cast<std::uint32_t>(u16(b, at)) << 16U | u16(b, at + 2);
}
Ipv4 address(Bytes b, std::size_t at) { return {{b[at], b[at + 1], b[at + 2], b[at + 3]}}; }

}  // namespace

void PacketReader::packet(std::uint32_t link, Instant at, Bytes frame) {
  ++out_.packets;
  std::size_t header = 0;
  std::uint16_t type = ether_ipv4;
  switch (link) {
    case link_ethernet:
      header = 14;
      if (frame.size() >= header) type = u16(frame, 12);
      if (type == ether_vlan && frame.size() >= 18) {
        type = u16(frame, 16);
        header = 18;
      }
      break;
    case link_cooked:
      header = 16;
      if (frame.size() >= header) type = u16(frame, 14);
      break;
    case link_cooked2:
      header = 20;
      if (frame.size() >= header) type = u16(frame, 0);
      break;
    case link_null: header = 4; break;
    case link_raw_old:
    case link_raw_bsd:
    case link_raw:
    case link_ipv4: break;
    default: ++out_.skipped; return;
  }
  if (frame.size() < header || type != ether_ipv4 || !ip(at, frame.subspan(header))) ++out_.skipped;
}

bool PacketReader::ip(Instant at, Bytes packet) {
  if (packet.size() < 20 || packet[0] >> 4U != 4) return false;
  const std::size_t header = (packet[0] & 0x0FU) * std::size_t{4};
  const std::size_t total = u16(packet, 2);
  if (header < 20 || total < header || total > packet.size()) return false;
  // A fragment; signalling on loopback and jumbo links is not fragmented, and guessing helps nobody.
  if ((u16(packet, 6) & 0x3FFFU) != 0) return false;
  const Ipv4 source = address(packet, 12), destination = address(packet, 16);
  const Bytes payload = packet.subspan(header, total - header);
  switch (packet[9]) {
    case ip_udp: return udp(at, source, destination, payload);
    case ip_tcp: return tcp(at, source, destination, payload);
    case ip_sctp: return sctp(at, source, destination, payload);
    default: return false;
  }
}

bool PacketReader::udp(Instant at, Ipv4 source, Ipv4 destination, Bytes segment) {
  if (segment.size() < 8) return false;
  const std::size_t length = u16(segment, 4);
  if (length < 8 || length > segment.size()) return false;
  const Direction direction{{source, u16(segment, 0)}, {destination, u16(segment, 2)}};
  const Bytes payload = segment.subspan(8, length - 8);
  const auto is = [&](std::uint16_t port) {
    return direction.first.port == port || direction.second.port == port;
  };
  if (is(sctp_in_udp_port)) return sctp(at, source, destination, payload);
  if (is(gtpc_port)) {
    message(at, Protocol::gtp2, direction, 0, payload);
  } else if (is(radio_port)) {
    message(at, Protocol::radio, direction, 0, payload);
  } else {
    return false;
  }
  return true;
}

bool PacketReader::tcp(Instant at, Ipv4 source, Ipv4 destination, Bytes segment) {
  if (segment.size() < 20) return false;
  const std::size_t header = (segment[12] >> 4U) * std::size_t{4};
  if (header < 20 || header > segment.size()) return false;
  const Direction direction{{source, u16(segment, 0)}, {destination, u16(segment, 2)}};
  if (direction.first.port != diameter_port && direction.second.port != diameter_port) return false;
  const bool syn = (segment[13] & 0x02U) != 0;
  const std::uint32_t sequence = u32(segment, 4);
  Bytes payload = segment.subspan(header);
  if (syn) {
    if (tcp_.size() >= capture_streams_max) return false;
    tcp_[direction] = {sequence + 1, {}};
    return true;
  }
  if (payload.empty()) return true;
  const auto found = tcp_.find(direction);
  if (found == tcp_.end()) {
    // The capture began later than the connection: a segment that begins a message is a place to start.
    if (tcp_.size() >= capture_streams_max || payload[0] != 1) return false;
    tcp_[direction] = {sequence, {}};
  }
  TcpStream& stream = tcp_[direction];
  const auto behind = static_cast<std::int32_t>(stream.next - sequence);
  if (behind < 0) {  // something is missing: begin anew at the next segment that begins a message
    tcp_.erase(direction);
    return false;
  }
  if (static_cast<std::size_t>(behind) >= payload.size()) return true;  // sent again
  payload = payload.subspan(static_cast<std::size_t>(behind));
  stream.next += static_cast<std::uint32_t>(payload.size());
  if (stream.waiting.size() + payload.size() > capture_message_max) {
    tcp_.erase(direction);
    return false;
  }
  stream.waiting.insert(stream.waiting.end(), payload.begin(), payload.end());
  diameter(at, direction, stream.waiting);
  return true;
}

/// diameter takes whole messages off the front (RFC 6733, 3: a length of 24 bits behind the version).
void PacketReader::diameter(Instant at, const Direction& direction, ByteVector& waiting) {
  std::size_t taken = 0;
  while (waiting.size() - taken >= 20) {
    const Bytes rest = Bytes(waiting).subspan(taken);
    const std::size_t length = u32(rest, 0) & 0xFF'FFFFU;
    if (rest[0] != 1 || length < 20 || length > capture_message_max) {
      taken = waiting.size();  // not Diameter: forget what is there
      ++out_.skipped;
      break;
    }
    if (length > rest.size()) break;
    message(at, Protocol::diameter, direction, 0, rest.first(length));
    taken += length;
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
}

bool PacketReader::sctp(Instant at, Ipv4 source, Ipv4 destination, Bytes packet) {
  if (packet.size() < 12) return false;
  const Direction direction{{source, u16(packet, 0)}, {destination, u16(packet, 2)}};
  Bytes chunks = packet.subspan(12);
  while (chunks.size() >= 4) {
    const std::size_t length = u16(chunks, 2);
    if (length < 4 || length > chunks.size()) return false;
    if (chunks[0] == chunk_data && !sctp_data(at, direction, chunks[1], chunks.first(length))) return false;
    chunks = chunks.subspan(std::min(chunks.size(), (length + 3) / 4 * 4));
  }
  return true;
}

bool PacketReader::sctp_data(Instant at, const Direction& direction, Byte flags, Bytes chunk) {
  if (chunk.size() <= 16) return false;
  const std::uint32_t tsn = u32(chunk, 4);
  const std::uint16_t stream = u16(chunk, 8);
  const std::uint32_t ppid = u32(chunk, 12);
  const Bytes data = chunk.subspan(16);
  const bool first = (flags & 0x02U) != 0, last = (flags & 0x01U) != 0;
  const Protocol protocol = ppid == ppid_s1ap       ? Protocol::s1ap
                            : ppid == ppid_diameter ? Protocol::diameter
                                                    : Protocol::unknown;
  if (first && last) {
    message(at, protocol, direction, stream, data);
    return true;
  }
  const std::pair key{direction, stream};
  if (first) {
    if (sctp_.size() >= capture_streams_max) return false;
    sctp_[key] = {tsn + 1, ByteVector(data.begin(), data.end())};
    return true;
  }
  const auto found = sctp_.find(key);
  if (found == sctp_.end()) return false;
  if (found->second.next_tsn != tsn || found->second.octets.size() + data.size() > capture_message_max) {
    sctp_.erase(found);
    return false;
  }
  found->second.next_tsn = tsn + 1;
  found->second.octets.insert(found->second.octets.end(), data.begin(), data.end());
  if (last) {
    message(at, protocol, direction, stream, found->second.octets);
    sctp_.erase(found);
  }
  return true;
}

void PacketReader::message(Instant at, Protocol protocol, const Direction& direction, std::uint16_t stream,
                           Bytes octets) {
  out_.messages.push_back({out_.packets, at, protocol, direction.first, direction.second, stream,
                           ByteVector(octets.begin(), octets.end())});
}

}  // namespace baton::app
