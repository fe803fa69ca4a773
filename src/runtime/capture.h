// capture.h: everything the nodes of a process say, as a file for a protocol analyser.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/expected.h"
#include "base/instant.h"
#include "ids/endpoint.h"
#include "peer/world.h"
#include "runtime/capture_flow.h"
#include "runtime/pcapng.h"

namespace baton::runtime {

/// Whether the octets of messages that hold keys are overwritten with zeros of equal length. `with_keys`
/// is for test subscribers: the file says so in its first block and is readable by its owner only.
enum class CaptureKeys : Byte { blanked, with_keys };

/// Capture writes each message once: when a node of this process sends it, or when such a node receives it
/// from elsewhere.
class Capture {
 public:
  static Expected<std::unique_ptr<Capture>, std::string> open(const std::string& path, CaptureKeys keys);
  ~Capture();

  /// hosted says that a node of this process has the address; its name goes into the file.
  void hosted(Ipv4 address, const std::string& node);
  bool is_hosted(Ipv4 address) const { return hosted_.contains(address); }

  /// opened: a link was made; message: octets on it (SCTP a whole message, TCP any piece); closed: it ended
  /// in good order.
  void opened(Instant at, peer::Port port, const Endpoint& opener, const Endpoint& listener);
  void message(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to, std::uint16_t stream,
               Bytes octets);
  void closed(Instant at, peer::Port port, const Endpoint& by, const Endpoint& other);
  /// lost: it ended any other way; nothing is written, the ports may be used again.
  void lost(peer::Port port, const Endpoint& a, const Endpoint& b);
  void datagram(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to, Bytes octets);

  bool flush() { return file_->flush(); }
  bool has_unwritten() const { return file_->has_unwritten(); }

 private:
  struct Link;
  using LinkKey = std::pair<Endpoint, Endpoint>;

  Capture(std::unique_ptr<PcapngWriter> file, CaptureKeys keys);
  static LinkKey key(const Endpoint& a, const Endpoint& b);
  Link& link(Instant at, peer::Port port, const Endpoint& from, const Endpoint& to);
  PacketOut writer(Instant at);
  /// blank gives the message as it may be written.
  ByteVector blank(peer::Port port, Bytes message) const;
  void tcp_octets(Instant at, Link& link, bool from_opener, Bytes octets);

  std::unique_ptr<PcapngWriter> file_;
  CaptureKeys keys_;
  std::set<Ipv4> hosted_;
  std::map<LinkKey, std::unique_ptr<Link>> links_;
  std::uint32_t flows_ = 0;
};

}  // namespace baton::runtime
