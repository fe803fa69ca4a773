// diameter_peer.h: the conversations of one node with its Diameter peers, sans-I/O. RFC 6733.
//
// A DiameterNode is fed with what happened to its links and timers and gives back PeerEvents; what it
// wants of the world goes into the Outlet. It opens and accepts connections, exchanges capabilities,
// watches the peers (RFC 3539), reconnects, and ties answers to requests. It knows nothing of S6a: the
// node above decodes `octets` of Request and Answer.
//
//   void Mme::on(LinkData& e) { for (auto& p : diameter_.on_link_data(e.link, e.octets, now, out)) handle(p);
//   } auto token = diameter_.request(hss, AuthenticationInformationRequest{...}, now, out);   // MME
//   diameter_.answer(request.token, AuthenticationInformationAnswer{...}, out);             // HSS
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/entropy.h"
#include "base/expected.h"
#include "base/instant.h"
#include "ids/endpoint.h"
#include "peer/diameter_table.h"
#include "peer/world.h"
#include "wire/diameter/framer.h"
#include "wire/diameter/message.h"

namespace baton::peer {

/// DiameterLimits bounds what peers can make a node remember.
struct DiameterLimits {
  /// Connections that have not yet said who they are. A peer needs one; a flood gets no more than these.
  static constexpr std::size_t strangers_max = 64;
  /// The same from one address, so that one neighbour cannot take the places of all.
  static constexpr std::size_t strangers_per_address_max = 4;
  /// Requests sent to one peer and not yet answered. Further ones are refused with `busy`.
  static constexpr std::size_t pending_max = 65536;
  /// Requests of one peer not yet answered. Further ones get DIAMETER_TOO_BUSY.
  static constexpr std::size_t owed_max = 16384;
};

/// DiameterTimes are the timers of the base protocol; the defaults are those of the standards.
struct DiameterTimes {
  Duration tw = 30s;            ///< watchdog, RFC 3539, 3.4.1; with a jitter of 2 s either way when tw > 6 s
  Duration tc = 30s;            ///< reconnect, RFC 6733, 2.1
  Duration capabilities = 10s;  ///< for a CER on an accepted link, for a CEA to ours
  Duration disconnect = 5s;     ///< for a DPA
  Duration request = 10s;       ///< for an answer to a request of the node above
};

/// DiameterRate bounds the requests of one peer: a token bucket.
struct DiameterRate {
  std::uint32_t per_second = 0;  ///< 0: no bound
  std::uint32_t burst = 1;       ///< at least 1; so many may come at once after a pause
};

/// DiameterPeer is a peer as the configuration names it. Nobody else is spoken to. The order of peers of one
/// realm is that in which they are asked: the first is the primary.
struct DiameterPeer {
  DiameterIdentity identity;
  DiameterIdentity realm;
  Ipv4 address;               ///< where its connections come from and ours go to
  std::uint16_t port = 3868;  ///< where ours go to
  bool connect = false;       ///< this node opens the connection (both sides may)
  bool secured = false;       ///< over TLS only, with a certificate that names `identity`
  /// The agent it is reached through and its requests come from; address, port and the rest are the agent's.
  std::optional<DiameterIdentity> via{};
  DiameterRate rate{};  ///< of its requests
};

struct DiameterConfig {
  DiameterIdentity identity;
  DiameterIdentity realm;
  Ipv4 address;  ///< goes into Host-IP-Address
  std::vector<DiameterPeer> peers;
  std::uint32_t application = wire::diameter::app_s6a;
  std::uint32_t application_vendor = wire::diameter::vendor_3gpp;
  /// Speak our own application beside it, with every peer that announces it too. (docs/extensions.md)
  bool private_application = false;
  /// Applications of the same vendor that are served beside it, with every peer: S13 for an equipment
  /// register.
  std::vector<std::uint32_t> more_applications{};
  std::uint32_t vendor_id = 0;  ///< of the product
  std::string product_name = "Baton";
  std::uint32_t origin_state_id = 0;  ///< grows with each start of the node; 0 leaves it out
  DiameterTimes times{};
  LinkId first_link{1};  ///< links opened here are numbered from this one
};

/// RequestToken names a request this node sent, until its Answer or Timeout.
using RequestToken = Strong<std::uint64_t, struct RequestTokenTag>;
/// OwedToken names a request this node owes exactly one answer to.
using OwedToken = Strong<std::uint64_t, struct OwedTokenTag>;

// --- what comes out -----------------------------------------------------------------------------

/// Capabilities are exchanged, or a silent peer speaks again; requests may be sent and will arrive.
struct DiameterUp {
  DiameterIdentity peer;
  /// Its Origin-State-Id is another than it was: it has lost whatever it did not store. RFC 6733, 8.16.
  bool restarted = false;
};
/// The peer is gone. Every request still pending there has been reported as DiameterTimeout first, and
/// what was owed to it is forgotten.
struct DiameterDown {
  DiameterIdentity peer;
  std::string reason;
};
/// A request for the node above: its header is sound, its Origin-Host is the peer's or that of one behind the
/// peer, its realm and host are this node's, its application is the configured one or, between two that
/// announced it, our own (header.application). decode<M> the octets; then answer once.
struct DiameterRequest {
  OwedToken token;
  DiameterIdentity peer;  ///< who asks, be it through an agent
  wire::diameter::Header header;
  ByteVector octets;
};
/// The answer to a request of this node, from the peer and on the connection it was sent on.
struct DiameterAnswer {
  RequestToken token;
  DiameterIdentity peer;
  wire::diameter::Header header;
  wire::diameter::AnswerResult result;
  ByteVector octets;
};
/// No answer will come: the deadline passed, or the peer went down.
struct DiameterTimeout {
  RequestToken token;
  DiameterIdentity peer;
};
using PeerEvent = std::variant<DiameterUp, DiameterDown, DiameterRequest, DiameterAnswer, DiameterTimeout>;
using PeerEvents = std::vector<PeerEvent>;

/// Why a request could not be sent.
enum class SendFault { unknown_peer, not_open, busy, too_long };
std::string_view to_string(SendFault f);

// --- the machine --------------------------------------------------------------------------------

/// DiameterNode is this node's end of all its Diameter connections.
class DiameterNode {
 public:
  DiameterNode(DiameterConfig config, Entropy& entropy);
  ~DiameterNode();
  DiameterNode(const DiameterNode&) = delete;
  DiameterNode& operator=(const DiameterNode&) = delete;

  /// start opens the connections that are this side's to open.
  void start(Instant now, Outlet& out);
  /// stop ends every connection in good order (DPR). Nothing reconnects until start.
  PeerEvents stop(wire::diameter::DisconnectCause cause, Instant now, Outlet& out);

  /// owns tells whether a link or a timer is this machine's business. An accepted link is owned from its
  /// LinkUp with Port::diameter on.
  bool owns(LinkId link) const;
  static bool owns(const TimerId& timer);

  PeerEvents on_link_up(LinkId link, const Endpoint& remote, Instant now, Outlet& out,
                        const LinkProof& proof = {});
  PeerEvents on_link_data(LinkId link, Bytes octets, Instant now, Outlet& out);
  PeerEvents on_link_down(LinkId link, Instant now, Outlet& out);
  PeerEvents on_timer(const TimerId& timer, Instant now, Outlet& out);

  /// request sends `message` to a peer. Its Session-Id must be in it (new_session_id).
  template <class M>
  Expected<RequestToken, SendFault> request(const DiameterIdentity& peer, const M& message, Instant now,
                                            Outlet& out) {
    return send_request(peer, wire::diameter::encode(message, {}), message.session_id, now, out);
  }
  /// request_in sends `message`, which names no Destination-Host, to the first peer of a realm that is open.
  /// When that peer falls silent or goes, the request goes on to the next, marked as repeated, with what is
  /// left of its time. RFC 6733, 5.5.4. Fault: unknown_peer (nobody of that realm), else the first peer's.
  template <class M>
  Expected<RequestToken, SendFault> request_in(const DiameterIdentity& realm, const M& message, Instant now,
                                               Outlet& out) {
    return send_request_in(realm, wire::diameter::encode(message, {}), message.session_id, now, out);
  }
  /// answer pays what is owed under `token`. False when nothing is owed any more (the peer went away, or
  /// it has been answered): then nothing is sent.
  template <class M>
  bool answer(OwedToken token, const M& message, Outlet& out) {
    return send_answer(token, wire::diameter::encode(message, {}), out);
  }
  /// refuse answers with a Result-Code and nothing else.
  bool refuse(OwedToken token, std::uint32_t result_code, Outlet& out);
  /// refuse answers a request that could not be decoded: the Result-Code and the Failed-AVP of the fault.
  bool refuse(OwedToken token, Bytes request, const wire::Error& why, Outlet& out);

  /// new_session_id is unique for this node: identity, 64 bits, RFC 6733, 8.8.
  std::string new_session_id();

  /// owes is whether an answer under `token` would still be sent.
  bool owes(OwedToken token) const;
  bool is_open(const DiameterIdentity& peer) const;
  /// Whether both ends of the open connection announced our own application.
  bool speaks_private(const DiameterIdentity& peer) const;
  diameter::State state(const DiameterIdentity& peer) const;
  /// The first open peer of a realm, in the order of the configuration; null when none is open.
  const DiameterIdentity* open_peer_in(const DiameterIdentity& realm) const;
  std::size_t pending(const DiameterIdentity& peer) const;
  std::size_t owed() const { return owed_.size(); }
  const DiameterConfig& config() const { return config_; }

 private:
  struct Peer;
  struct Link;
  struct Pending;
  struct Owed;
  friend class DiameterMachine;  ///< the same object while it handles one event (diameter_machine.h)

  Expected<RequestToken, SendFault> send_request(const DiameterIdentity& peer, ByteVector octets,
                                                 std::string session, Instant now, Outlet& out);
  Expected<RequestToken, SendFault> send_request_in(const DiameterIdentity& realm, ByteVector octets,
                                                    std::string session, Instant now, Outlet& out);
  Peer* find(const DiameterIdentity& identity) const;
  /// carrier is the peer whose connection reaches `p`: itself, or its agent; null when there is no such
  /// agent.
  Peer* carrier(Peer& p) const;
  /// usable is whether requests may go over the connection of `carrier` now.
  static bool usable(const Peer& carrier);
  /// transmit puts a request on the connection of `carrier`, whose answer is to come from `asked`.
  Expected<RequestToken, SendFault> transmit(Peer& carrier, Peer& asked, Pending pending, ByteVector octets,
                                             Outlet& out);
  bool send_answer(OwedToken token, ByteVector octets, Outlet& out);
  bool refuse(OwedToken token, ByteVector failed, std::uint32_t result_code, Outlet& out);

  DiameterConfig config_;
  Entropy& entropy_;
  std::vector<std::unique_ptr<Peer>> peers_;  ///< in the order of the configuration
  std::map<LinkId, Link> links_;
  std::map<OwedToken, Owed> owed_;
  std::uint32_t next_link_;
  std::uint64_t next_token_ = 1;
  std::uint32_t next_hop_by_hop_;
  std::uint32_t next_end_to_end_;
  std::uint32_t session_high_;
  std::uint32_t session_low_ = 0;
};

}  // namespace baton::peer
