#include "runtime/capture_flow.h"

#include <algorithm>
#include <array>

namespace baton::runtime {
namespace {

constexpr Byte protocol_tcp = 6, protocol_udp = 17, protocol_sctp = 132;

void u16(ByteVector& out, std::uint32_t v) {
  out.push_back(static_cast<Byte>(v >> 8));
  out.push_back(static_cast<Byte>(v));
}
void u32(ByteVector& out, std::uint32_t v) {
  u16(out, v >> 16);
  u16(out, v);
}
void append(ByteVector& out, Bytes in) { out.insert(out.end(), in.begin(), in.end()); }
void put16(ByteVector& out, std::size_t at, std::uint32_t v) {
  out[at] = static_cast<Byte>(v >> 8);
  out[at + 1] = static_cast<Byte>(v);
}

// The Internet checksum (RFC 1071) over `in`, beginning from a partial sum.
std::uint32_t ones_sum(Bytes in, std::uint32_t sum) {
  for (std::size_t i = 0; i + 1 < in.size(); i += 2)
    sum += static_cast<std::uint32_t>(in[i] << 8 | in[i + 1]);
  if (in.size() % 2 != 0) sum += static_cast<std::uint32_t>(in.back() << 8);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}
std::uint32_t checksum(Bytes in, std::uint32_t sum = 0) { return ~ones_sum(in, sum) & 0xFFFF; }

// The sum of the pseudo header of UDP and TCP (RFC 768, RFC 9293, 3.1).
std::uint32_t pseudo_header(const Endpoint& from, const Endpoint& to, Byte protocol, std::size_t octets) {
  ByteVector h;
  append(h, from.address.octets);
  append(h, to.address.octets);
  u16(h, protocol);
  u16(h, static_cast<std::uint32_t>(octets));
  return ones_sum(h, 0);
}

//= RFC 791, 3.1
ByteVector ip_packet(const Endpoint& from, const Endpoint& to, Byte protocol, Bytes payload) {
  ByteVector out;
  out.reserve(20 + payload.size());
  u16(out, 0x4500);
  u16(out, static_cast<std::uint32_t>(20 + payload.size()));
  u16(out, 0);       // identification: nothing is ever fragmented,
  u16(out, 0x4000);  // as "don't fragment" says (RFC 6864, 4.1)
  u16(out, 64u << 8 | protocol);
  u16(out, 0);
  append(out, from.address.octets);
  append(out, to.address.octets);
  put16(out, 10, checksum(out));
  append(out, payload);
  return out;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) ? 0x82F6'3B78 ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}

// Numbers that differ from flow to flow and from side to side; nothing depends on them being hard to guess.
std::uint32_t scramble(std::uint32_t x) {
  x ^= x >> 16;
  x *= 0x7FEB'352D;
  x ^= x >> 15;
  x *= 0x846C'A68B;
  return (x ^ x >> 16) | 1;  // never 0: a verification tag must not be
}

//= RFC 9260, 3.2: chunk types
constexpr Byte chunk_data = 0, chunk_init = 1, chunk_init_ack = 2, chunk_sack = 3, chunk_shutdown = 7,
               chunk_shutdown_ack = 8, chunk_cookie_echo = 10, chunk_cookie_ack = 11,
               chunk_shutdown_complete = 14;
constexpr std::uint32_t receiver_window = 1u << 20;
constexpr std::uint16_t streams = 16;
// The state cookie's content is the responder's own business (RFC 9260, 5.1.3); this one says what it is.
constexpr std::array<Byte, 16> cookie{'s', 'y', 'n', 't', 'h', 'e', 't', 'i',
                                      'c', ' ', 'c', 'o', 'o', 'k', 'i', 'e'};

ByteVector chunk(Byte type, Byte flags, Bytes body) {
  ByteVector out{type, flags};
  u16(out, static_cast<std::uint32_t>(4 + body.size()));
  append(out, body);
  while (out.size() % 4 != 0) out.push_back(0);
  return out;
}

}  // namespace

std::uint32_t crc32c(Bytes octets) {
  static constexpr auto table = make_crc_table();
  std::uint32_t c = 0xFFFF'FFFF;
  for (const Byte b : octets) c = table[(c ^ b) & 0xFF] ^ (c >> 8);
  return ~c;
}

ByteVector udp_packet(const Endpoint& source, const Endpoint& destination, Bytes payload) {
  ByteVector udp;
  udp.reserve(8 + payload.size());
  u16(udp, source.port);
  u16(udp, destination.port);
  u16(udp, static_cast<std::uint32_t>(8 + payload.size()));
  u16(udp, 0);
  append(udp, payload);
  std::uint32_t sum = checksum(udp, pseudo_header(source, destination, protocol_udp, udp.size()));
  if (sum == 0) sum = 0xFFFF;  // 0 would say "no checksum" (RFC 768)
  put16(udp, 6, sum);
  return ip_packet(source, destination, protocol_udp, udp);
}

SctpFlow::SctpFlow(const Endpoint& opener, const Endpoint& listener, std::uint32_t seed) {
  opener_ = {opener, scramble(4 * seed), scramble(4 * seed + 1), 0, 0, {}};
  listener_ = {listener, scramble(4 * seed + 2), scramble(4 * seed + 3), 0, 0, {}};
  opener_.heard = listener_.next_tsn - 1;
  listener_.heard = opener_.next_tsn - 1;
}

void SctpFlow::send(const Side& from, const Side& to, std::uint32_t tag, Bytes chunks, const PacketOut& out) {
  ByteVector packet;
  packet.reserve(12 + chunks.size());
  u16(packet, from.at.port);
  u16(packet, to.at.port);
  u32(packet, tag);
  u32(packet, 0);
  append(packet, chunks);
  //= RFC 9260, 6.8: the checksum is sent with its least significant octet first
  const std::uint32_t crc = crc32c(packet);
  for (std::size_t i = 0; i < 4; ++i) packet[8 + i] = static_cast<Byte>(crc >> (8 * i));
  out(ip_packet(from.at, to.at, protocol_sctp, packet));
}

void SctpFlow::open(const PacketOut& out) {
  const auto init = [](const Side& side) {
    ByteVector body;
    u32(body, side.tag);
    u32(body, receiver_window);
    u16(body, streams);
    u16(body, streams);
    u32(body, side.next_tsn);
    return body;
  };
  send(opener_, listener_, 0, chunk(chunk_init, 0, init(opener_)), out);
  ByteVector answer = init(listener_);
  u16(answer, 7);  // parameter: State Cookie
  u16(answer, 4 + cookie.size());
  append(answer, cookie);
  send(listener_, opener_, opener_.tag, chunk(chunk_init_ack, 0, answer), out);
  send(opener_, listener_, listener_.tag, chunk(chunk_cookie_echo, 0, cookie), out);
  send(listener_, opener_, opener_.tag, chunk(chunk_cookie_ack, 0, {}), out);
}

ByteVector SctpFlow::sack(Side& side) {
  ByteVector body;
  u32(body, side.heard);
  u32(body, receiver_window);
  u32(body, 0);  // no gaps, no duplicates
  side.unacknowledged = 0;
  return chunk(chunk_sack, 0, body);
}

void SctpFlow::message(bool from_opener, std::uint16_t stream, std::uint32_t ppid, Bytes octets,
                       const PacketOut& out) {
  Side& from = from_opener ? opener_ : listener_;
  Side& to = from_opener ? listener_ : opener_;
  const std::uint16_t ssn = from.next_ssn[stream]++;
  std::size_t at = 0;
  do {
    const std::size_t n = std::min(capture_fragment_octets, octets.size() - at);
    const Byte begins = at == 0 ? 2 : 0;
    const Byte ends = at + n == octets.size() ? 1 : 0;
    ByteVector body;
    body.reserve(12 + n);
    u32(body, from.next_tsn);
    u16(body, stream);
    u16(body, ssn);
    u32(body, ppid);
    append(body, octets.subspan(at, n));
    ByteVector chunks;
    if (from.unacknowledged > 0) chunks = sack(from);
    append(chunks, chunk(chunk_data, static_cast<Byte>(begins | ends), body));
    send(from, to, to.tag, chunks, out);
    to.heard = from.next_tsn++;
    //= RFC 9260, 6.2: at least every second packet is acknowledged
    if (++to.unacknowledged >= 2) send(to, from, from.tag, sack(to), out);
    at += n;
  } while (at < octets.size());
}

//= RFC 9260, 9.2
void SctpFlow::close(bool from_opener, const PacketOut& out) {
  Side& from = from_opener ? opener_ : listener_;
  Side& to = from_opener ? listener_ : opener_;
  if (to.unacknowledged > 0) send(to, from, from.tag, sack(to), out);
  ByteVector heard;
  u32(heard, from.heard);
  send(from, to, to.tag, chunk(chunk_shutdown, 0, heard), out);
  send(to, from, from.tag, chunk(chunk_shutdown_ack, 0, {}), out);
  send(from, to, to.tag, chunk(chunk_shutdown_complete, 0, {}), out);
}

namespace {

constexpr Byte fin = 0x01, syn = 0x02, push = 0x08, ack = 0x10;

}  // namespace

TcpFlow::TcpFlow(const Endpoint& opener, const Endpoint& listener, std::uint32_t seed)
    : opener_{opener, scramble(2 * seed), 0}, listener_{listener, scramble(2 * seed + 1), 0} {}

//= RFC 9293, 3.1
void TcpFlow::send(const Side& from, const Side& to, Byte flags, Bytes payload, const PacketOut& out) {
  const bool with_options = (flags & syn) != 0;
  ByteVector packet;
  packet.reserve(24 + payload.size());
  u16(packet, from.at.port);
  u16(packet, to.at.port);
  u32(packet, from.next);
  u32(packet, (flags & ack) ? from.heard : 0);
  u16(packet, (with_options ? 6u : 5u) << 12 | flags);
  u16(packet, 65'535);  // window
  u32(packet, 0);       // checksum, urgent pointer
  if (with_options) u32(packet, 0x0204'0000 | static_cast<std::uint32_t>(capture_fragment_octets));  // MSS
  append(packet, payload);
  put16(packet, 16, checksum(packet, pseudo_header(from.at, to.at, protocol_tcp, packet.size())));
  out(ip_packet(from.at, to.at, protocol_tcp, packet));
}

void TcpFlow::open(const PacketOut& out) {
  send(opener_, listener_, syn, {}, out);
  listener_.heard = ++opener_.next;
  send(listener_, opener_, syn | ack, {}, out);
  opener_.heard = ++listener_.next;
  send(opener_, listener_, ack, {}, out);
}

void TcpFlow::octets(bool from_opener, Bytes octets, const PacketOut& out) {
  Side& from = from_opener ? opener_ : listener_;
  Side& to = from_opener ? listener_ : opener_;
  for (std::size_t at = 0; at < octets.size();) {
    const std::size_t n = std::min(capture_fragment_octets, octets.size() - at);
    const bool last = at + n == octets.size();
    send(from, to, static_cast<Byte>(last ? push | ack : ack), octets.subspan(at, n), out);
    from.next += static_cast<std::uint32_t>(n);
    to.heard = from.next;
    send(to, from, ack, {}, out);
    at += n;
  }
}

void TcpFlow::close(bool from_opener, const PacketOut& out) {
  Side& from = from_opener ? opener_ : listener_;
  Side& to = from_opener ? listener_ : opener_;
  send(from, to, fin | ack, {}, out);
  to.heard = ++from.next;
  send(to, from, fin | ack, {}, out);
  from.heard = ++to.next;
  send(from, to, ack, {}, out);
}

}  // namespace baton::runtime
