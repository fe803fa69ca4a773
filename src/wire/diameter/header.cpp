#include "wire/diameter/header.h"

#include "wire/diameter/limits.h"

namespace baton::wire::diameter {

namespace {

constexpr std::string_view name = "Diameter header";
constexpr Byte flag_request = 0x80;
constexpr Byte flag_proxiable = 0x40;
constexpr Byte flag_error = 0x20;
constexpr Byte flag_retransmitted = 0x10;

}  // namespace

//= RFC 6733, 3
Expected<Header, Error> decode_header(Bytes message) {
  Reader r(name, message);
  if (r.left() < header_octets) return Fail{r.error(Fault::short_read, "Message Length")};
  if (const auto version = r.u("Version", 1); *version != 1)
    return Fail{Error{Fault::unsupported, name, "Version", 0}};
  Header h;
  h.length = static_cast<std::uint32_t>(*r.u("Message Length", 3));
  const auto flags = static_cast<Byte>(*r.u("Command Flags", 1));
  h.request = (flags & flag_request) != 0;
  h.proxiable = (flags & flag_proxiable) != 0;
  h.error = (flags & flag_error) != 0;
  h.retransmitted = (flags & flag_retransmitted) != 0;
  h.code = static_cast<std::uint32_t>(*r.u("Command Code", 3));
  h.application = static_cast<std::uint32_t>(*r.u("Application-ID", 4));
  h.ids.hop_by_hop = static_cast<std::uint32_t>(*r.u("Hop-by-Hop Identifier", 4));
  h.ids.end_to_end = static_cast<std::uint32_t>(*r.u("End-to-End Identifier", 4));
  if (h.length != message.size() || h.length % 4 != 0)
    return Fail{Error{Fault::bad_value, name, "Message Length", 1}};
  // The reserved bits are ignored: a receiver may not depend on them.
  if ((h.request && h.error) || (!h.request && h.retransmitted))
    return Fail{Error{Fault::bad_value, name, "Command Flags", 4}};
  return h;
}

void put_header(Writer& w, const Command& command, MessageIds ids, bool retransmitted, bool error) {
  Byte flags = 0;
  if (command.request) flags |= flag_request;
  if (command.proxiable) flags |= flag_proxiable;
  if (error) flags |= flag_error;
  if (retransmitted) flags |= flag_retransmitted;
  w.u8(1);
  w.u(0, 3);
  w.u8(flags);
  w.u(command.code, 3);
  w.u(command.application, 4);
  w.u(ids.hop_by_hop, 4);
  w.u(ids.end_to_end, 4);
}

void close_header(Writer& w) { w.patch(1, w.size(), 3); }

void set_ids(MutableBytes message, MessageIds ids, bool retransmitted) {
  assert(message.size() >= header_octets);
  const auto put32 = [&](std::size_t at, std::uint32_t v) {
    for (std::size_t i = 0; i < 4; ++i) message[at + i] = static_cast<Byte>(v >> (24 - 8 * i));
  };
  put32(12, ids.hop_by_hop);
  put32(16, ids.end_to_end);
  if (retransmitted) message[4] |= flag_retransmitted;
}

}  // namespace baton::wire::diameter
