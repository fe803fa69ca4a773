// codec.h: GTPv2-C datagrams to values and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/cursor.h"
#include "wire/gtp2/messages.h"

namespace baton::wire::gtp2 {

/// Header of a message (TS 29.274, 5.1). Echo and Version Not Supported have no TEID.
struct Header {
  Byte type = 0;
  std::optional<Teid> teid;
  Sequence sequence;
  friend bool operator==(const Header&, const Header&) = default;
};

/// Packet is one message whose header is read and whose elements are not.
struct Packet {
  Header header;
  Bytes body;                   ///< a view of the datagram
  std::size_t body_offset = 0;  ///< octets from the start of the message
  bool truncated = false;       ///< the length field reaches past the datagram
  bool trailing = false;        ///< the datagram reaches past the length field, without the P flag
  Bytes piggybacked;            ///< the message behind this one when the P flag was set, else empty
};

/// encode writes one datagram. `teid` is ignored for messages without one. Empty when the message would
/// not fit a datagram (only opaque elements of another protocol can cause that).
ByteVector encode(const Message& message, Teid teid, Sequence sequence);

/// version_of is the version number of a datagram's first octet; 0 for an empty one.
Byte version_of(Bytes datagram);

/// decode_header reads the header. `unsupported`: another version than 2; `short_read`: too short to hold a
/// header, to be dropped in silence (TS 29.274, 7.7.3). A length that does not match the datagram is
/// `trailing_bytes` or `short_read` from decode_body, so that a request can still be answered.
Expected<Packet, Error> decode_header(Bytes datagram);

/// decode_body reads the elements. `wrong_type`: a message type nobody knows, to be dropped (7.7.4);
/// `missing_mandatory`, `short_read` (element or message length), `bad_value`: `offending` names the
/// element and `cause_for` the cause.
Expected<Message, Error> decode_body(const Packet& packet);

/// Decoded is a whole message.
struct Decoded {
  Header header;
  Message message;
};
/// decode_any reads header and elements in one go; refuses piggybacked messages as `trailing_bytes`.
Expected<Decoded, Error> decode_any(Bytes datagram);

/// offending is the element an Error is about, if it is about one.
std::optional<IeId> offending(const Error& error);
/// cause_for is the Cause that answers a request which could not be read (TS 29.274, 7.7).
Cause cause_for(const Error& error);

Byte type_of(const Message& message);
std::string_view name_of(const Message& message);
/// name_of_type names a message type, "unknown message" when Baton has no table for it.
std::string_view name_of_type(Byte type);
/// response_type is the type of the message that answers a request; nothing for what is not a request.
std::optional<Byte> response_type(Byte request);
/// acknowledge_type is the type of the message that answers a response: a Context Response is the only one.
std::optional<Byte> acknowledge_type(Byte response);
/// is_response: the message answers another one, by its sequence number.
bool is_response(Byte type);
/// carries_keys: the message may hold an MM context, so its octets are wiped after use. Of other messages a
/// private extension may hold keys: secret_ranges says so.
bool carries_keys(Byte type);
/// refusal is the response of the right type with nothing but a cause (and no bearer); nothing for what
/// cannot be refused so (Echo).
std::optional<Message> refusal(Byte request, Cause cause);
/// cause_of is the message's own Cause, where its table has one.
std::optional<Cause> cause_of(const Message& message);
/// recovery_of is the sender's restart counter, where the message carries it.
std::optional<Recovery> recovery_of(const Message& message);

/// describe is one line for a person: name, sequence, TEID and the identities; no opaque octets.
std::string describe(const Header& header, const Message& message);

/// secret_ranges finds the octets of a datagram that hold key material: the MM contexts of S10 and S3
/// (TS 29.274, 8.38), whatever message carries them. Empty for what cannot be read.
std::vector<SecretRange> secret_ranges(Bytes datagram);

}  // namespace baton::wire::gtp2
