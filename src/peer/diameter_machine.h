// diameter_machine.h: what DiameterNode remembers, and the object it becomes while it handles one event.
// Included by diameter_peer.cpp, diameter_machine.cpp and diameter_receive.cpp only.
#pragma once

#include <string>
#include <utility>

#include "peer/diameter_peer.h"

namespace baton::peer {

/// Timers of this machine; the kinds are apart from those of other users of TimerDomain::link.
enum class DiameterTimer : std::uint16_t {
  stranger = 0xD101,  ///< owner: link; its CER did not come
  answer,             ///< owner: peer; CEA or DPA did not come
  reconnect,          ///< owner: peer; Tc
  watchdog,           ///< owner: peer; Tw
  requests,           ///< owner: peer; the oldest pending request
};
inline TimerId timer_id(DiameterTimer kind, std::uint32_t owner) {
  return {TimerDomain::link, owner, static_cast<std::uint16_t>(kind)};
}

/// What RFC 3539, 3.4.1 knows of a connection. What it calls REOPEN is apart from this: Peer::to_prove.
enum class Watch : Byte { okay, asked, suspect };

/// So many watchdogs a peer that was lost answers before it gets requests that another can take as well.
//= RFC 3539, 3.4.1
inline constexpr int watchdogs_of_a_reopened_peer = 3;

struct DiameterNode::Pending {
  RequestToken token;
  std::string session;
  std::uint32_t code = 0;
  std::uint32_t end_to_end = 0;
  LinkId link{};
  Instant deadline{};
  std::uint32_t asked =
      0;  ///< index of the peer the answer is to come from; its agent may answer in its place
  /// The request itself, while another peer of its realm could take it over.
  ByteVector octets{};
};

struct DiameterNode::Peer {
  DiameterPeer config;
  std::uint32_t index = 0;
  std::uint32_t first = 0;  ///< index of the first entry of this identity: one peer may come by several ways
  diameter::State state = diameter::State::closed;
  std::optional<LinkId> i{};               ///< the connection we opened
  std::optional<LinkId> r{};               ///< the one the peer opened
  wire::diameter::MessageIds cer_ids{};    ///< of our CER
  wire::diameter::MessageIds r_cer_ids{};  ///< of the peer's, until the CEA is sent
  Watch watch = Watch::okay;
  Instant heard{};                          ///< when something arrived last
  Duration quiet{};                         ///< how long it may be silent this time: Tw and a jitter
  std::optional<std::uint32_t> state_id{};  ///< its Origin-State-Id as last seen
  bool restarted = false;                   ///< and that was another than before
  std::int64_t tokens_us = 0;               ///< of DiameterRate, in millionths of a request
  Instant refilled{};
  std::optional<std::uint32_t> dwr_hop_by_hop{};  ///< of the watchdog request that is not answered yet
  bool was_lost = false;                          ///< it was open before
  int to_prove = 0;    ///< watchdogs it has to answer before it is trusted again; 0: it is trusted
  bool wanted = true;  ///< false after stop, and after a DPR that wants no more
  wire::diameter::DisconnectCause cause{};     ///< of our DPR
  std::map<std::uint32_t, Pending> pending{};  ///< by hop-by-hop id
  std::optional<Instant> requests_due{};       ///< when the timer of pending requests fires
  std::size_t owed = 0;                        ///< over its connection
  /// What this identity asked last under an end-to-end id, of what is owed; kept at its first entry.
  std::map<std::uint32_t, OwedToken> asked{};

  bool open() const { return state == diameter::State::i_open || state == diameter::State::r_open; }
  std::optional<LinkId> link() const {
    return state == diameter::State::i_open || (state == diameter::State::closing && i) ? i : r;
  }
};

struct DiameterNode::Link {
  Endpoint remote;
  std::optional<std::uint32_t> peer{};  ///< nothing until its CER told
  bool ours = false;                    ///< we opened it
  bool speaks_private = false;          ///< both ends announced our own application
  LinkProof proof{};
  wire::diameter::StreamFramer framer{};
};

struct DiameterNode::Owed {
  std::uint32_t peer = 0;    ///< over whose connection
  std::uint32_t origin = 0;  ///< who asked
  LinkId link;
  wire::diameter::Header header;
  std::string session;
  ByteVector proxy_info;  ///< AVPs that go back as they came, RFC 6733, 6.2
};

/// add_proxy_info puts the Proxy-Info AVPs of a request behind its answer and sets the answer's length.
/// False, and the answer is as it was, when it would be too long.
bool add_proxy_info(ByteVector& answer, Bytes proxy_info);

/// What the event in hand brought, for the actions of the row it fires.
struct DiameterHand {
  LinkId link{};
  wire::diameter::MessageIds ids{};
};

/// DiameterMachine is DiameterNode for the length of one event: the state, the time, the outlet and what
/// has come of it so far.
class DiameterMachine {
 public:
  using Peer = DiameterNode::Peer;
  using Link = DiameterNode::Link;

  DiameterMachine(DiameterNode& node, Instant now, Outlet& out) : node_(node), now_(now), out_(out) {}

  /// first_usable is the first peer of a realm whose connection is usable and not that of `except`; one whose
  /// connection has still to prove itself only if there is no other. Null when there is none.
  static Peer* first_usable(const DiameterNode& node, const DiameterIdentity& realm,
                            const Peer* except = nullptr);

  void start(Peer& p);
  void stop(Peer& p, wire::diameter::DisconnectCause cause);
  void link_up(LinkId link, const Endpoint& remote, const LinkProof& proof);
  void link_data(LinkId link, Bytes octets);
  void link_down(LinkId link);
  void timer(const TimerId& timer);

  std::uint32_t next_hop_by_hop() { return node_.next_hop_by_hop_++; }
  std::uint32_t next_end_to_end() { return node_.next_end_to_end_++; }
  PeerEvents take() { return std::move(events_); }

 private:
  void fire(Peer& p, diameter::On on, const DiameterHand& hand = {});
  void act(Peer& p, diameter::Do what, const DiameterHand& hand, bool& won);
  void opened(Peer& p);
  /// announce tells the node above that requests may go to `p` and to whoever is behind it.
  void announce(Peer& p);
  void left(Peer& p, diameter::On on);
  void forget_link(Peer& p, std::optional<LinkId>& which);
  void break_link(LinkId link, std::string_view counter);

  void message(LinkId link, Bytes octets);
  void from_stranger(LinkId link, const wire::diameter::Header& h, Bytes octets);
  void refuse_cer(LinkId link, const wire::diameter::Header& h, std::uint32_t result, ByteVector failed,
                  std::string_view counter);
  void for_a_cea(Peer& p, LinkId link, const wire::diameter::Header& h, Bytes octets);
  void on_open(Peer& p, LinkId link, const wire::diameter::Header& h, Bytes octets);
  void base_command(Peer& p, LinkId link, const wire::diameter::Header& h, Bytes octets);
  void request(Peer& p, LinkId link, const wire::diameter::Header& h, Bytes octets);
  /// under_way is what is owed for the first copy of a repeated request, if it still is.
  DiameterNode::Owed* under_way(const Peer& origin, const wire::diameter::Header& h,
                                std::string_view session);
  void answer(Peer& p, LinkId link, const wire::diameter::Header& h, Bytes octets);
  void protocol_error(LinkId link, const wire::diameter::Header& h, std::uint32_t result, Bytes request);

  void set_watchdog(Peer& p);
  void ask_watchdog(Peer& p);
  void watchdog_answered(Peer& p, std::uint32_t hop_by_hop);
  /// has_stand_in is whether requests that `p` carries can be routed by their realm over another connection.
  bool has_stand_in(const Peer& p) const;
  void watchdog(Peer& p);
  void note_state(Peer& p, std::optional<std::uint32_t> state_id);
  bool take_token(Peer& p);
  /// fail_over hands the pending requests of `p` to other peers of their realm. Where there is none, those of
  /// a peer that is gone are reported as timed out, and those of one that is only silent wait on.
  void fail_over(Peer& p, bool gone);
  static bool proves(const LinkProof& proof, const DiameterIdentity& identity);
  Peer* origin_of(Peer& p, std::string_view host, std::string_view realm);
  void expire_requests(Peer& p);

  template <class M>
  bool shares_application(const M& capabilities) const;
  template <class M>
  bool both_speak_private(const M& capabilities) const;
  template <class M>
  M capabilities() const;
  Peer* peer_named(const DiameterIdentity& identity);
  Peer& peer_at(std::uint32_t index) { return *node_.peers_[index]; }
  void send(LinkId link, ByteVector octets) { out_.send(link, 0, std::move(octets)); }
  void set_timer(DiameterTimer kind, std::uint32_t owner, Duration after) {
    out_.start_timer(timer_id(kind, owner), now_ + after);
  }
  void stop_timer(DiameterTimer kind, std::uint32_t owner) { out_.stop_timer(timer_id(kind, owner)); }

  DiameterNode& node_;
  Instant now_;
  Outlet& out_;
  PeerEvents events_;
};

}  // namespace baton::peer
