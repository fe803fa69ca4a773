// world.h: what the world tells a node about its neighbours, and what a node asks of the world.
// Nobody below the line has a socket or a clock; these values are all there is.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/strong.h"
#include "ids/endpoint.h"

namespace baton::peer {

/// LinkId names one SCTP association or TCP connection of this node. A node numbers the links it
/// opens from 1; links that a neighbour opened are numbered by the world from `accepted_links_from`.
using LinkId = Strong<std::uint32_t, struct LinkIdTag>;
inline constexpr std::uint32_t accepted_links_from = 0x8000'0000;

/// Port is one of a node's own doors and says what is spoken there.
enum class Port : Byte {
  s1ap,      ///< SCTP 36412, PPID 18
  diameter,  ///< TCP 3868
  gtpc,      ///< UDP 2123
  radio,     ///< UDP 4997, the radio stand-in
};
std::string_view to_string(Port port);

/// TimerId names one timer of this node. `domain` says which part of the node owns it, `owner` which
/// context or transaction of that part, `kind` which of the owner's timers (T3460 ...).
enum class TimerDomain : Byte { node, ue, link, transaction };
struct TimerId {
  TimerDomain domain{};
  std::uint32_t owner = 0;
  std::uint16_t kind = 0;
  friend auto operator<=>(const TimerId&, const TimerId&) = default;
};

// --- what happens -------------------------------------------------------------------------------

/// LinkProof is what a link proved about its other end before anything was said on it.
struct LinkProof {
  bool secured = false;              ///< TLS 1.3, both ends with a certificate of a trusted authority
  std::vector<std::string> names{};  ///< the host names of the neighbour's certificate, in lower case
};
/// A link is ready: one that this node asked for, or one that a neighbour opened.
struct LinkUp {
  LinkId link;
  Port port{};
  Endpoint remote;
  LinkProof proof{};
};
/// A link is gone, or the one asked for could not be made.
struct LinkDown {
  LinkId link;
};
/// Octets on a link: one whole message on SCTP, any piece of the stream on TCP.
struct LinkData {
  LinkId link;
  std::uint16_t stream = 0;  ///< SCTP stream; 0 on TCP
  ByteVector octets;
};
/// One datagram arrived at `port`.
struct DatagramIn {
  Port port{};
  Endpoint remote;
  ByteVector octets;
};
struct TimerFired {
  TimerId timer;
};

// --- what may be asked --------------------------------------------------------------------------

enum class LogLevel : Byte { trace, debug, info, warning, error };
std::string_view to_string(LogLevel level);

/// Outlet is where a conversation puts what it wants done. It collects; nothing happens inside.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// send puts one SCTP message, or octets of a TCP stream, on a link.
  virtual void send(LinkId link, std::uint16_t stream, ByteVector octets) = 0;
  /// open_link asks for a link to `remote`; the answer is LinkUp or LinkDown with the same id.
  virtual void open_link(LinkId link, Port port, Endpoint remote) = 0;
  /// close_link ends a link in good order; no LinkDown follows.
  virtual void close_link(LinkId link) = 0;
  virtual void datagram(Port port, Endpoint remote, ByteVector octets) = 0;
  /// start_timer replaces a running timer of the same id.
  virtual void start_timer(TimerId timer, Instant at) = 0;
  virtual void stop_timer(TimerId timer) = 0;
  /// count adds one to a counter of the node (docs/operations.md lists the names).
  virtual void count(std::string_view counter) = 0;
  /// log writes a line. `text` must hold no key material and no octets of a peer's message.
  virtual void log(LogLevel level, std::string text) = 0;
};

}  // namespace baton::peer
