// sctp.h: SCTP associations: messages in order on several streams.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "transport/limits.h"
#include "transport/link.h"
#include "transport/loop.h"

namespace baton::transport {

/// SctpOptions are the association parameters of RFC 9260, 16 that matter here. The defaults suit
/// neighbours a few milliseconds away; tests choose faster ones.
struct SctpOptions {
  std::uint16_t streams = 16;           ///< asked for in both directions
  std::uint32_t payload_protocol = 18;  ///< S1AP, TS 36.412, 7
  Duration rto_initial = 500ms;
  Duration rto_min = 200ms;  ///< above the peer's delayed acknowledgement
  Duration rto_max = 3s;
  Duration heartbeat = 5s;                 ///< on an idle association; finds a peer that is gone
  std::uint16_t path_retransmissions = 4;  ///< one path only, so also the association's limit
  std::uint16_t init_attempts = 4;
  std::uint16_t udp_port = 9899;  ///< RFC 6951; of both ends, user-space stack only
  std::size_t message_octets_max = sctp_message_octets_max;
};

/// SctpEndpoint is one node's presence on SCTP: one local address, any number of associations. Destroying
/// it aborts what is left of them.
class SctpEndpoint {
 public:
  virtual ~SctpEndpoint() = default;
  /// listen accepts associations at `port` of the local address.
  virtual Done listen(std::uint16_t port, OnAccept on_accept) = 0;
  /// connect opens an association from `local_port` (0: any) to `remote`. Whatever goes wrong is told to
  /// `observer` in a later turn.
  virtual std::unique_ptr<Link> connect(std::uint16_t local_port, const Address& remote,
                                        LinkObserver& observer) = 0;
  /// vanish stops every packet in both directions, as when the machine loses its power. For tests.
  virtual void vanish() = 0;
};

/// Which stack carries SCTP: the kernel's, or the one in this process over UDP (RFC 6951).
enum class SctpStack : Byte { kernel, user };
std::string_view to_string(SctpStack stack);

/// kernel_has_sctp asks the kernel once.
bool kernel_has_sctp();
/// preferred_sctp is the kernel's stack where there is one.
SctpStack preferred_sctp();

/// open_sctp makes a node's endpoint at the address `local` (IPv4; no port). Peers must use the same
/// kind of stack: one that encapsulates in UDP does not hear one that does not. The user-space stack is
/// one per process and serves one loop at a time (Fault::busy otherwise).
Expected<std::unique_ptr<SctpEndpoint>, Error> open_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                         const SctpOptions& options = {},
                                                         SctpStack stack = preferred_sctp());

}  // namespace baton::transport
