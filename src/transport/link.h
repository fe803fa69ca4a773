// link.h: a conversation with one neighbour, whatever carries it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "transport/address.h"

namespace baton::transport {

/// Down says why a link is gone.
enum class Down : Byte {
  closed_by_peer,  ///< in good order
  refused,         ///< nobody listens there
  timed_out,       ///< no answer, or no sign of life any more
  reset,           ///< the peer, or somebody in its name, broke it off
  oversized,       ///< the peer sent more than limits.h allows
  restarted,       ///< SCTP: the peer lost its memory and has begun anew with the same ports
  local,           ///< our own system refused
  untrusted,       ///< TLS: one of the two ends does not accept the other, or speaks something else
};
std::string_view to_string(Down why);

/// Proof is what TLS established of the other end; nothing without it.
struct Proof {
  bool secured = false;
  std::vector<std::string> names{};  ///< DNS names of its certificate, in lower case
};

/// LinkObserver hears what happens to a link. It must outlive the link. It may destroy the link, or
/// any other, inside a call.
class LinkObserver {
 public:
  virtual ~LinkObserver() = default;
  /// The link one asked for is ready. Not called for links that the neighbour opened.
  virtual void on_up() = 0;
  /// One whole message on SCTP, any piece of the stream on TCP (stream 0). `octets` lives until return.
  virtual void on_data(std::uint16_t stream, Bytes octets) = 0;
  /// The link is gone, or could not be made. The last call.
  virtual void on_down(Down why) = 0;
};

/// Link is one SCTP association or one TCP connection. Destroying it aborts without a word to its
/// observer.
class Link {
 public:
  virtual ~Link() = default;
  /// observe names who is told from now on; what arrived before is told then. For accepted links.
  virtual void observe(LinkObserver& observer) = 0;
  /// send puts one message (SCTP) or octets (TCP) on the link, in order within a stream. Errors:
  /// too_large, queue_full, not_connected.
  virtual Done send(std::uint16_t stream, Bytes octets) = 0;
  /// close ends the link in good order: what was sent is delivered first. The observer hears nothing
  /// more; the object may be destroyed right after.
  virtual void close() = 0;
  virtual Address local() const = 0;
  virtual Address remote() const = 0;
  /// proof is known from on_up, or from the acceptance, on.
  virtual Proof proof() const { return {}; }
};

/// OnAccept receives a link that a neighbour opened. Calling observe() on it is the first thing to do;
/// letting it go refuses the neighbour.
using OnAccept = std::function<void(std::unique_ptr<Link>)>;

}  // namespace baton::transport
