// radio_link.h: frames of one radio connection, in order and once, over datagrams that may be lost.
//
// A small stand-in for RLC's acknowledged mode (TS 36.322) under SRB1, SRB2 and DRB of one UE: one sequence
// of 16-bit numbers for the three, cumulative acknowledgement, a bounded window, a retransmission timer,
// duplicates dropped, and a report after `retransmissions_max` fruitless turns.
//
// What a forged frame can do. The header is not authenticated, as RLC's is not, so whoever can send from
// the neighbour's address and knows the C-RNTI can:
//  - acknowledge a frame that did not arrive. That frame is lost and the connection stalls on its sequence
//    number until the procedure above times out. The stand-in cannot prevent that.
//  - offer a frame with the number of one still to come. PDCP tells that it is forged; `refuse()` then
//    gives the number back, so the genuine frame, sent again because nothing acknowledged it, is taken.
//  - never: end a connection, move a PDCP COUNT, or make the window grow. Acknowledgements of what was never
//    sent and numbers outside the window are dropped and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "base/instant.h"
#include "ids/endpoint.h"
#include "peer/world.h"
#include "wire/rrc/frame.h"

namespace baton::peer {

namespace radio {
/// Frames under way without acknowledgement; signalling never needs more, and the receiver buffers as many.
inline constexpr std::uint16_t window = 32;
/// Frames waiting for room in the window. One past it, send() says no.
inline constexpr std::size_t queue_max = 256;
/// Time until everything not acknowledged is sent again. LTE's t-PollRetransmit is tens of milliseconds;
/// a loaded host needs more.
inline constexpr Duration retransmit_after = 500ms;
/// Turns without any acknowledgement until the link is reported as failed.
inline constexpr int retransmissions_max = 8;
}  // namespace radio

/// RadioLink is one end of one connection. The owner keys its links by endpoint and C-RNTI, hands
/// each link the frames that match, and asks `take` until it says nothing:
///
///     link.on_frame(std::move(frame), now, out);
///     while (auto pdu = link.take(out)) { if (!unprotect(*pdu)) link.refuse(); ... }
class RadioLink {
 public:
  struct Pdu {
    wire::rrc::Channel channel{};
    ByteVector octets;
  };
  enum class Health : Byte { up, failed };

  /// `timer` is the id this link uses for retransmission; the owner routes TimerFired back to on_timer.
  RadioLink(Endpoint remote, wire::rrc::CRnti c_rnti, TimerId timer)
      : remote_(remote), c_rnti_(c_rnti), timer_(timer) {}

  /// send queues one PDU for SRB1, SRB2 or DRB. False, and nothing happens, when the queue is full, the
  /// payload is empty or too long, or the link has failed.
  [[nodiscard]] bool send(wire::rrc::Channel channel, ByteVector pdu, Instant now, Outlet& out);

  /// on_frame takes a frame of this connection off the air (channel ack, srb1, srb2 or drb). Frames of
  /// another C-RNTI are ignored.
  void on_frame(wire::rrc::Frame frame, Instant now, Outlet& out);

  /// take hands over the next PDU in order. When there is none it acknowledges what came and returns
  /// nothing; so always ask until it does.
  std::optional<Pdu> take(Outlet& out);

  /// refuse undoes the last take: the PDU was forged or broken, and the genuine one may still come.
  /// Call it before anything is sent, because what is sent acknowledges.
  void refuse();

  /// on_timer sends again what is not acknowledged. `failed` once and for all after retransmissions_max.
  Health on_timer(Instant now, Outlet& out);

  /// close forgets everything under way and stops the timer. Also for a link that moves to another cell.
  void close(Outlet& out);

  /// quiet: everything sent is acknowledged. An eNB keeps a released connection's link until then.
  bool quiet() const { return unacknowledged_.empty() && waiting_.empty(); }
  Health health() const { return health_; }
  const Endpoint& remote() const { return remote_; }
  wire::rrc::CRnti c_rnti() const { return c_rnti_; }
  TimerId timer() const { return timer_; }

  /// acknowledge_gone answers a frame of a connection that this end has already released, so that the
  /// other end stops repeating it (the acknowledgement of a ConnectionRelease was lost, say). It is for the
  /// end that was told to release: an eNB that does not know a connection stays silent, so that a UE whose
  /// eNB has restarted learns from its own link that nobody hears it.
  static void acknowledge_gone(const wire::rrc::Frame& frame, Endpoint remote, Outlet& out);

 private:
  void transmit(const wire::rrc::Frame& frame, Outlet& out);
  void fill_window(Instant now, Outlet& out);
  void on_ack(std::uint16_t ack, Instant now, Outlet& out);

  Endpoint remote_;
  wire::rrc::CRnti c_rnti_;
  TimerId timer_;
  Health health_ = Health::up;

  // Sending: unacknowledged_ holds sn first_ ... first_ + size - 1.
  std::deque<wire::rrc::Frame> unacknowledged_;
  std::deque<wire::rrc::Frame> waiting_;
  std::uint16_t first_ = 0;
  int turns_ = 0;

  // Receiving: expected_ is the next number to deliver; early_ holds what came before its turn.
  std::map<std::uint16_t, Pdu> early_;
  std::uint16_t expected_ = 0;
  bool taken_ = false;
  bool owes_ack_ = false;
};

}  // namespace baton::peer
