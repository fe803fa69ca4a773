#include "runtime/capture.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "wire/cursor.h"
#include "wire/diameter/limits.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/s1ap/s1ap.h"

namespace baton::runtime {
namespace {

//= TS 36.412, 7: the payload protocol identifier of S1AP
constexpr std::uint32_t s1ap_payload_protocol = 18;

constexpr std::size_t diameter_header_octets = 20;

}  // namespace

// One association or connection. Diameter's stream is cut into messages first: which octets are keys can be
// told of whole messages only.
struct Capture::Link {
  Endpoint opener;
  std::optional<SctpFlow> sctp;
  std::optional<TcpFlow> tcp;
  struct Stream {
    ByteVector pending;
    bool unreadable = false;  // not Diameter: nothing of it is written but its length
  };
  Stream from_opener, from_listener;
};

Expected<std::unique_ptr<Capture>, std::string> Capture::open(const std::string& path, CaptureKeys keys) {
  const bool with_keys = keys == CaptureKeys::with_keys;
  auto file = PcapngWriter::open(
      path, with_keys,
      with_keys ? "This file holds the keys of its subscribers. Keep it as you would keep them."
                : "Octets of messages that hold keys are overwritten with zeros.");
  if (!file) return Fail{file.why()};
  return std::unique_ptr<Capture>(new Capture(std::move(*file), keys));
}

Capture::Capture(std::unique_ptr<PcapngWriter> file, CaptureKeys keys)
    : file_(std::move(file)), keys_(keys) {}
Capture::~Capture() = default;

void Capture::hosted(Ipv4 address, const std::string& node) {
  if (hosted_.insert(address).second) file_->name(address, node);
}

Capture::LinkKey Capture::key(const Endpoint& a, const Endpoint& b) {
  return a < b ? LinkKey{a, b} : LinkKey{b, a};
}

PacketOut Capture::writer(Instant at) {
  return [this, at](Bytes packet) { file_->packet(at, packet); };
}

Capture::Link& Capture::link(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to) {
  const auto found = links_.find(key(from, to));
  if (found != links_.end()) return *found->second;
  opened(at, port, from, to);
  return *links_.find(key(from, to))->second;
}

void Capture::opened(Instant at, peer::Port port, const Endpoint& opener, const Endpoint& listener) {
  auto [place, is_new] = links_.try_emplace(key(opener, listener));
  if (!is_new) return;  // the other end was here first
  place->second = std::make_unique<Link>();
  Link& l = *place->second;
  l.opener = opener;
  ++flows_;
  if (port == peer::Port::s1ap) {
    l.sctp.emplace(opener, listener, flows_);
    l.sctp->open(writer(at));
  } else {
    l.tcp.emplace(opener, listener, flows_);
    l.tcp->open(writer(at));
  }
}

void Capture::message(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to,
                      std::uint16_t stream, Bytes octets) {
  Link& l = link(at, port, from, to);
  const bool from_opener = from == l.opener;
  if (l.sctp)
    l.sctp->message(from_opener, stream, s1ap_payload_protocol, blank(port, octets), writer(at));
  else
    tcp_octets(at, l, from_opener, octets);
}

void Capture::tcp_octets(Instant at, Link& l, bool from_opener, Bytes octets) {
  if (keys_ == CaptureKeys::with_keys) return l.tcp->octets(from_opener, octets, writer(at));
  Link::Stream& s = from_opener ? l.from_opener : l.from_listener;
  s.pending.insert(s.pending.end(), octets.begin(), octets.end());
  while (!s.unreadable && s.pending.size() >= diameter_header_octets) {
    //= RFC 6733, 3: version, then the length in three octets
    const std::size_t n = static_cast<std::size_t>(s.pending[1]) << 16 |
                          static_cast<std::size_t>(s.pending[2]) << 8 | s.pending[3];
    if (s.pending[0] != 1 || n < diameter_header_octets || n > wire::diameter::message_octets_max) {
      s.unreadable = true;
      break;
    }
    if (s.pending.size() < n) return;
    l.tcp->octets(from_opener, blank(peer::Port::diameter, Bytes(s.pending).first(n)), writer(at));
    s.pending.erase(s.pending.begin(), s.pending.begin() + static_cast<std::ptrdiff_t>(n));
  }
  if (!s.unreadable) return;
  l.tcp->octets(from_opener, ByteVector(s.pending.size()), writer(at));
  s.pending.clear();
}

void Capture::closed(Instant at, peer::Port, const Endpoint& by, const Endpoint& other) {
  const auto found = links_.find(key(by, other));
  if (found == links_.end()) return;
  Link& l = *found->second;
  if (l.sctp)
    l.sctp->close(by == l.opener, writer(at));
  else
    l.tcp->close(by == l.opener, writer(at));
  links_.erase(found);
}

void Capture::lost(peer::Port, const Endpoint& a, const Endpoint& b) { links_.erase(key(a, b)); }

void Capture::datagram(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to, Bytes octets) {
  file_->packet(at, udp_packet(from, to, blank(port, octets)));
}

ByteVector Capture::blank(peer::Port port, Bytes message) const {
  ByteVector out(message.begin(), message.end());
  if (keys_ == CaptureKeys::with_keys) return out;
  std::vector<wire::SecretRange> ranges;
  switch (port) {
    case peer::Port::s1ap: ranges = wire::s1ap::secret_ranges(message); break;
    case peer::Port::diameter: ranges = wire::diameter::secret_ranges(message); break;
    case peer::Port::gtpc: ranges = wire::gtp2::secret_ranges(message); break;
    case peer::Port::radio: break;  // carries no key in any message
  }
  for (const wire::SecretRange& r : ranges) {
    const std::size_t from = std::min(r.offset, out.size());
    const std::size_t n = std::min(r.octets, out.size() - from);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(from), n, Byte{0});
  }
  return out;
}

}  // namespace baton::runtime
