// gtp_path.h: a node's GTPv2-C endpoint towards all its configured neighbours (TS 29.274, 7.1 and 7.6).
//
// Requests are repeated until answered; answers count only from the neighbour that was asked, with the same
// sequence number and the right type; a request that comes twice is executed once and answered twice; paths
// are watched with Echo. Datagrams of anybody who is not configured are dropped and counted.
//
// UDP can be forged. A changed restart counter in a request is therefore only a reason to ask: PeerRestarted
// follows when the neighbour confirms it in the answer to an Echo Request of ours, whose sequence number a
// stranger off the path does not know.
//
// A Context Response is answered itself (TS 29.274, 7.3.7): the side that sends it repeats it until the
// Context Acknowledge comes; the side that gets it acknowledges once and repeats the acknowledgement.
// Messages of S10 hold keys: what is kept of them for repetitions is wiped when it is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "base/wiped_octets.h"
#include "ids/endpoint.h"
#include "peer/world.h"
#include "wire/gtp2/codec.h"

namespace baton::peer {

namespace gtp {
//= TS 29.274, 7.6
inline constexpr Duration t3_response = 3s;
/// How often a request is sent in all.
inline constexpr int n3_requests = 3;
//= TS 29.274, 7.1.1
/// Echo Requests are not sent more often than once a minute while the path answers.
inline constexpr Duration echo_interval = 60s;
/// How long the answer to a request is kept for its duplicates: longer than a neighbour repeats.
inline constexpr Duration answer_kept = 12s;
/// Answers kept at most; past it the oldest goes, and its request would be executed again.
inline constexpr std::size_t answers_max = 8192;
/// Requests under way at most; one past it, request() says no.
inline constexpr std::size_t requests_max = 8192;
/// Timer kinds. TimerDomain::transaction: T3-RESPONSE of one request or response; TimerDomain::link: Echo of
/// one path, and the time to wipe kept messages with keys in them.
inline constexpr std::uint16_t timer_t3 = 0x4701;
inline constexpr std::uint16_t timer_echo = 0x4702;
inline constexpr std::uint16_t timer_wipe = 0x4703;
/// Tokens of responses under way begin past all sequence numbers: the neighbour chose those numbers.
inline constexpr std::uint32_t acknowledge_token_first = 0x0100'0000;
}  // namespace gtp

/// GtpToken names one request of ours until it ends: its sequence number, never 0. Also one response of ours
/// that waits for its acknowledgement.
using GtpToken = Strong<std::uint32_t, struct GtpTokenTag>;

/// GtpInterface says what a neighbour may speak: nobody but an MME may ask for a UE's keys. `any` leaves it
/// to the node.
enum class GtpInterface : Byte { any, s11, s10 };

struct GtpPeer {
  std::string name;  ///< for logs and steps
  Endpoint remote;   ///< where it listens, port 2123
  GtpInterface interface = GtpInterface::any;
};
struct GtpPathConfig {
  std::vector<GtpPeer> peers;
  wire::gtp2::Recovery restart_counter;  ///< ours, one more at every start
  std::uint32_t first_sequence = 0;      ///< take it from Entropy; only 23 bits count
  bool echo = true;                      ///< watch the paths
  /// What every Echo Request and Response says beside the counter.
  std::vector<wire::gtp2::PrivateExtension> echo_says{};
};

/// Where a request came from; whoever answers hands it back.
struct GtpRequestRef {
  Endpoint from;
  wire::gtp2::Header header;
};
/// A neighbour asks something (also messages without an answer, such as a failure indication).
struct GtpRequest {
  GtpRequestRef ref;
  wire::gtp2::Message message;
  /// The neighbour's restart counter as this message says it, or as last confirmed. What is created for it
  /// belongs to that life of the neighbour (GtpPeerRestarted::counter).
  std::optional<wire::gtp2::Recovery> peer_counter;
};
/// A request that could not be read; the node answers it: respond(ref, teid, refusal(type, cause_for(why))).
struct GtpBadRequest {
  GtpRequestRef ref;
  wire::Error why;
};
/// The answer to a request of ours, or the acknowledgement of a response of ours.
struct GtpResponse {
  GtpToken token;
  Endpoint from;
  wire::gtp2::Message message;
  /// The answer's header, with the TEID it was sent to. A Context Response that accepts is answered with
  /// respond(ref, teid, ContextAcknowledge).
  GtpRequestRef ref;
};
/// How a request of ours ended without a usable answer, or a response without its acknowledgement.
enum class GtpFailure : Byte { timeout, unreadable_answer, version_not_supported };
std::string_view to_string(GtpFailure why);
struct GtpFailed {
  GtpToken token;
  Endpoint peer;
  GtpFailure why{};
};
/// The neighbour has lost everything it knew before `counter`.
struct GtpPeerRestarted {
  Endpoint peer;
  wire::gtp2::Recovery counter;
};
/// GtpEchoed is a neighbour's answer to an Echo Request of ours, with what it says of itself there. What an
/// Echo Request says is not reported: anybody who can send from its address could have written that.
struct GtpEchoed {
  Endpoint peer;
  wire::gtp2::Recovery counter;
  std::vector<wire::gtp2::PrivateExtension> says;
};
/// The neighbour answers no Echo. Requests may still be sent; each finds out for itself.
struct GtpPathDown {
  Endpoint peer;
};
struct GtpPathUp {
  Endpoint peer;
};
using GtpEvent = std::variant<GtpRequest, GtpBadRequest, GtpResponse, GtpFailed, GtpPeerRestarted,
                              GtpPathDown, GtpPathUp, GtpEchoed>;

class GtpPath {
 public:
  explicit GtpPath(GtpPathConfig config);

  /// start begins to watch the paths: one Echo Request to each neighbour.
  void start(Instant now, Outlet& out);

  /// request sends a message and repeats it until a GtpResponse or GtpFailed with this token comes back.
  /// Nothing when `peer` is not configured, too many requests are under way, or the message does not fit.
  [[nodiscard]] std::optional<GtpToken> request(Endpoint peer, Teid teid, const wire::gtp2::Message& message,
                                                Instant now, Outlet& out);
  /// notify sends a message that has no answer (Downlink Data Notification Failure Indication).
  bool notify(Endpoint peer, Teid teid, const wire::gtp2::Message& message, Outlet& out);
  /// cancel forgets a request; a late answer is dropped.
  void cancel(GtpToken token, Outlet& out);
  /// respond answers a request, or acknowledges a response, and keeps the answer for its duplicates.
  void respond(const GtpRequestRef& ref, Teid teid, const wire::gtp2::Message& message, Instant now,
               Outlet& out);
  /// respond_expecting_acknowledge answers a Context Request and repeats the answer until a GtpResponse with
  /// the Context Acknowledge, or GtpFailed, comes back with this token. Nothing, and nothing sent, when the
  /// message has no acknowledgement, too many are under way, or it does not fit: answer with a refusal.
  [[nodiscard]] std::optional<GtpToken> respond_expecting_acknowledge(const GtpRequestRef& ref, Teid teid,
                                                                      const wire::gtp2::Message& message,
                                                                      Instant now, Outlet& out);

  std::vector<GtpEvent> on_datagram(Endpoint from, Bytes datagram, Instant now, Outlet& out);
  /// owns tells whether a timer is this path's; on_timer then handles it.
  static bool owns(TimerId timer);
  std::vector<GtpEvent> on_timer(TimerId timer, Instant now, Outlet& out);

  /// is_up: the neighbour has answered and has not fallen silent since.
  bool is_up(Endpoint peer) const;
  wire::gtp2::Recovery restart_counter() const { return config_.restart_counter; }
  std::size_t requests_under_way() const { return under_way_.size(); }

 private:
  struct Path {
    GtpPeer peer;
    bool up = false;
    bool down_said = false;
    std::optional<wire::gtp2::Recovery> counter;
    std::optional<GtpToken> echo;
  };
  struct UnderWay {
    std::size_t path;
    std::uint32_t sequence;
    Byte answered_by;  ///< type of the message that ends it
    WipedOctets octets;
    int sent = 1;
    bool own_echo = false;
  };
  using AnswerKey = std::tuple<Endpoint, Byte, std::uint32_t>;
  struct Answer {
    WipedOctets request;
    WipedOctets response;  ///< empty while the request is being worked on
    Instant at;
    std::uint64_t serial = 0;
    bool keys = false;  ///< one of the two may hold keys
    /// The restart counter that the message named, if it did.
    std::optional<wire::gtp2::Recovery> counter;
  };
  using AcknowledgeKey = std::pair<std::size_t, std::uint32_t>;  ///< path and the neighbour's number

  std::optional<std::size_t> path_of(Endpoint remote) const;
  wire::gtp2::Sequence next_sequence();
  std::optional<GtpToken> start_request(std::size_t path, Teid teid, const wire::gtp2::Message& message,
                                        bool own_echo, Instant now, Outlet& out);
  void send_echo(std::size_t path, Instant now, Outlet& out);
  void on_packet(std::size_t path, const wire::gtp2::Packet& packet, Bytes datagram, Instant now, Outlet& out,
                 std::vector<GtpEvent>& events);
  void on_request(std::size_t path, const wire::gtp2::Packet& packet, Bytes datagram, Instant now,
                  Outlet& out, std::vector<GtpEvent>& events);
  void on_response(std::size_t path, const wire::gtp2::Packet& packet, Bytes datagram, Instant now,
                   Outlet& out, std::vector<GtpEvent>& events);
  void heard(std::size_t path, std::vector<GtpEvent>& events);
  void counter_confirmed(std::size_t path, wire::gtp2::Recovery counter, std::vector<GtpEvent>& events);
  /// under_way finds what this answer ends.
  std::map<GtpToken, UnderWay>::iterator under_way(std::size_t path, const wire::gtp2::Header& header);
  void end(std::map<GtpToken, UnderWay>::iterator it);
  /// repeated answers a message that came before, if it did.
  bool repeated(const AnswerKey& key, Bytes datagram, Outlet& out);
  void keep(const AnswerKey& key, Bytes datagram, std::optional<wire::gtp2::Recovery> counter, Instant now,
            Outlet& out);
  /// send_answer gives the octets it has sent; none when they do not fit.
  ByteVector send_answer(const GtpRequestRef& ref, Teid teid, const wire::gtp2::Message& message, Instant now,
                         Outlet& out);
  void forget_old_answers(Instant now);
  void wipe_later(Instant at, Outlet& out);
  void wipe_old_keys(Instant now, Outlet& out);

  GtpPathConfig config_;
  std::vector<Path> paths_;
  std::map<GtpToken, UnderWay> under_way_;
  std::map<AcknowledgeKey, GtpToken> acknowledges_;  ///< responses of ours in under_way_
  std::map<AnswerKey, Answer> answers_;
  std::deque<std::pair<AnswerKey, std::uint64_t>> answers_by_age_;
  std::uint64_t serial_ = 0;
  std::uint32_t next_sequence_;
  std::uint32_t next_acknowledge_token_ = gtp::acknowledge_token_first;
  bool wipe_timer_runs_ = false;
};

}  // namespace baton::peer
