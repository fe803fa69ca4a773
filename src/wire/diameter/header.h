// header.h: the twenty octets every Diameter message begins with.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/enterprise.h"

namespace baton::wire::diameter {

/// Application ids. RFC 6733, 11.3; TS 29.272, 7.1.8.
inline constexpr std::uint32_t app_base = 0;
inline constexpr std::uint32_t app_s6a = 16777251;
inline constexpr std::uint32_t app_s13 = 16777252;
/// Our own application, in the range of vendors; docs/extensions.md.
inline constexpr std::uint32_t app_private = 0xFFFF'0001;  // extension
inline constexpr std::uint32_t app_relay = 0xFFFF'FFFF;

/// Vendor ids. RFC 6733, 11.1.1; the 3GPP's enterprise number.
inline constexpr std::uint32_t vendor_ietf = 0;
inline constexpr std::uint32_t vendor_3gpp = 10415;
/// Ours: what stands in the tables; on_wire says what stands in a message.
inline constexpr std::uint32_t vendor_private = enterprise_default;

inline constexpr std::size_t header_octets = 20;

/// Command says which message a structure is: code, application, request or answer.
struct Command {
  std::uint32_t code;  ///< 24 bits
  std::uint32_t application;
  bool request;
  bool proxiable;
  friend constexpr bool operator==(const Command&, const Command&) = default;
};

/// MessageIds tie an answer to its request: hop-by-hop on one connection, end-to-end across agents.
struct MessageIds {
  std::uint32_t hop_by_hop = 0;
  std::uint32_t end_to_end = 0;
  friend constexpr bool operator==(const MessageIds&, const MessageIds&) = default;
};

/// Header is a decoded Diameter header. RFC 6733, 3.
struct Header {
  std::uint32_t length = 0;  ///< octets of the whole message, header included
  bool request = false;
  bool proxiable = false;
  bool error = false;          ///< E: an answer that does not follow its command's grammar
  bool retransmitted = false;  ///< T: the request may be a duplicate
  std::uint32_t code = 0;
  std::uint32_t application = 0;
  MessageIds ids;
  friend constexpr bool operator==(const Header&, const Header&) = default;
};

/// decode_header reads the header of a whole message. Faults: short_read; unsupported (version, 5011);
/// bad_value of "Message Length" (not the message's own length, or not a multiple of four, 5015) and of
/// "Command Flags" (E in a request, T in an answer, 3008).
Expected<Header, Error> decode_header(Bytes message);

/// put_header appends a header with length 0; close_header writes the length when the AVPs are in.
void put_header(Writer& w, const Command& command, MessageIds ids, bool retransmitted, bool error);
void close_header(Writer& w);

/// set_ids overwrites the two identifiers of an encoded message, for a request sent again elsewhere.
void set_ids(MutableBytes message, MessageIds ids, bool retransmitted);

}  // namespace baton::wire::diameter
