// capture_builder.h: capture files made by hand, octet by octet, for the tests of the reader.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace baton::app::test {

inline void put(ByteVector& out, std::uint64_t v, std::size_t octets) {
  for (std::size_t i = octets; i > 0; --i) out.push_back(static_cast<Byte>(v >> (8 * (i - 1))));
}
inline void put_little(ByteVector& out, std::uint64_t v, std::size_t octets) {
  for (std::size_t i = 0; i < octets; ++i) out.push_back(static_cast<Byte>(v >> (8 * i)));
}
inline void put(ByteVector& out, Bytes more) { out.insert(out.end(), more.begin(), more.end()); }
inline ByteVector octets(std::string_view text) { return ByteVector(text.begin(), text.end()); }

/// 127.0.0.1 to 127.0.0.2, RFC 791, 3.1.
inline ByteVector ip(Byte protocol, Bytes payload) {
  ByteVector out{0x45, 0};
  put(out, 20 + payload.size(), 2);
  put(out, 0x00010000, 4);
  out.push_back(64);
  out.push_back(protocol);
  put(out, 0, 2);
  put(out, 0x7F000001, 4);
  put(out, 0x7F000002, 4);
  put(out, payload);
  return out;
}
inline ByteVector udp(std::uint16_t from, std::uint16_t to, Bytes payload) {
  ByteVector out;
  put(out, from, 2);
  put(out, to, 2);
  put(out, 8 + payload.size(), 2);
  put(out, 0, 2);
  put(out, payload);
  return ip(17, out);
}
inline ByteVector tcp(std::uint32_t sequence, Bytes payload, Byte flags = 0x18, std::uint16_t from = 40000) {
  ByteVector out;
  put(out, from, 2);
  put(out, 3868, 2);
  put(out, sequence, 4);
  put(out, 0, 4);
  put(out, 0x5000U | flags, 2);
  put(out, 0xFFFF, 2);
  put(out, 0, 4);
  put(out, payload);
  return ip(6, out);
}
/// One DATA chunk; flags 3 is a whole message, 2 its first piece, 0 a middle one, 1 the last.
inline ByteVector chunk(std::uint32_t tsn, std::uint16_t stream, Bytes payload, Byte flags = 3,
                        std::uint32_t ppid = 18) {
  ByteVector out{0, flags};
  put(out, 16 + payload.size(), 2);
  put(out, tsn, 4);
  put(out, stream, 2);
  put(out, 0, 2);
  put(out, ppid, 4);
  put(out, payload);
  while (out.size() % 4 != 0) out.push_back(0);
  return out;
}
inline ByteVector sctp_packet(Bytes chunks) {
  ByteVector out;
  put(out, 36412, 2);
  put(out, 36412, 2);
  put(out, 0, 8);
  put(out, chunks);
  return out;
}
inline ByteVector sctp(Bytes chunks) { return ip(132, sctp_packet(chunks)); }

/// A pcap file of raw IP packets, little-endian, microseconds.
inline ByteVector pcap(std::initializer_list<ByteVector> packets, std::uint32_t link = 101) {
  ByteVector out{0xD4, 0xC3, 0xB2, 0xA1};
  put_little(out, 2, 2);
  put_little(out, 4, 2);
  put_little(out, 0, 8);
  put_little(out, 262144, 4);
  put_little(out, link, 4);
  for (const ByteVector& p : packets) {
    put_little(out, 1700000000, 4);
    put_little(out, 123456, 4);
    put_little(out, p.size(), 4);
    put_little(out, p.size(), 4);
    put(out, p);
  }
  return out;
}

/// A big-endian pcapng file whose interface counts nanoseconds.
inline ByteVector pcapng(std::initializer_list<ByteVector> packets) {
  ByteVector out;
  put(out, 0x0A0D0D0A, 4);
  put(out, 28, 4);
  put(out, 0x1A2B3C4D, 4);
  put(out, 0x00010000, 4);
  put(out, 0xFFFFFFFFFFFFFFFF, 8);
  put(out, 28, 4);
  put(out, 1, 4);
  put(out, 32, 4);
  put(out, 101, 2);
  put(out, 0, 2);
  put(out, 0, 4);
  put(out, 9, 2);  // if_tsresol
  put(out, 1, 2);
  put(out, 0x09000000, 4);
  put(out, 0, 4);  // end of options
  put(out, 32, 4);
  for (const ByteVector& p : packets) {
    const std::size_t padded = (p.size() + 3) / 4 * 4;
    const std::uint64_t nanoseconds = 1700000000'123456000;
    put(out, 6, 4);
    put(out, 32 + padded, 4);
    put(out, 0, 4);
    put(out, nanoseconds >> 32U, 4);
    put(out, nanoseconds & 0xFFFFFFFFU, 4);
    put(out, p.size(), 4);
    put(out, p.size(), 4);
    put(out, p);
    put(out, 0, padded - p.size());
    put(out, 32 + padded, 4);
  }
  return out;
}

/// A Diameter message of `length` octets in all, RFC 6733, 3; the octets behind the header are `fill`.
inline ByteVector diameter(std::size_t length, Byte fill) {
  ByteVector out{1};
  put(out, length, 3);
  out.resize(length, fill);
  return out;
}

}  // namespace baton::app::test
