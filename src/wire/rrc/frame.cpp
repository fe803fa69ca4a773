#include "wire/rrc/frame.h"

namespace baton::wire::rrc {

namespace {
constexpr std::string_view frame_name = "radio frame";
constexpr std::uint64_t magic = 0x4252;
constexpr Byte version = 1;

// Whether a frame of this channel belongs to a connection, and so to a C-RNTI.
bool of_connection(Channel c) { return acknowledged(c) || c == Channel::ack; }
}  // namespace

std::string_view to_string(Channel channel) {
  switch (channel) {
    case Channel::broadcast: return "broadcast";
    case Channel::srb0: return "SRB0";
    case Channel::srb1: return "SRB1";
    case Channel::srb2: return "SRB2";
    case Channel::drb: return "DRB";
    case Channel::ack: return "ack";
  }
  return "?";
}

ByteVector encode(const Frame& frame) {
  Writer w;
  w.octets().reserve(frame_header_octets + frame.payload.size());
  w.u(magic, 2);
  w.u8(version);
  w.u8(static_cast<Byte>(frame.channel));
  w.u(frame.c_rnti.value, 2);
  w.u(frame.sn, 2);
  w.u(frame.ack, 2);
  w.bytes(frame.payload);
  return w.done();
}

Expected<Frame, Error> decode_frame(Bytes datagram) {
  Reader r(frame_name, datagram);
  if (r.left() < frame_header_octets) return Fail{r.error(Fault::short_read, "header")};
  if (*r.u("magic", 2) != magic) return Fail{r.error(Fault::unsupported, "magic")};
  if (*r.u("version", 1) != version) return Fail{r.error(Fault::unsupported, "version")};
  const auto channel = static_cast<Byte>(*r.u("channel", 1));
  if (channel > static_cast<Byte>(Channel::ack)) return Fail{r.error(Fault::bad_value, "channel")};
  Frame f;
  f.channel = static_cast<Channel>(channel);
  f.c_rnti = CRnti{static_cast<std::uint16_t>(*r.u("C-RNTI", 2))};
  f.sn = static_cast<std::uint16_t>(*r.u("sequence number", 2));
  f.ack = static_cast<std::uint16_t>(*r.u("acknowledgement", 2));
  if (of_connection(f.channel) && f.c_rnti.value == 0) return Fail{r.error(Fault::bad_value, "C-RNTI")};
  if (r.left() > payload_octets_max) return Fail{r.error(Fault::too_many, "payload")};
  if (f.channel == Channel::ack && !r.empty()) return Fail{r.error(Fault::trailing_bytes, "payload")};
  if (f.channel != Channel::ack && r.empty()) return Fail{r.error(Fault::short_read, "payload")};
  const Bytes payload = r.rest();
  f.payload.assign(payload.begin(), payload.end());
  return f;
}

}  // namespace baton::wire::rrc
