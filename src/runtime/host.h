// host.h: gives a node its sockets, clock, timers and store, and carries out what it asks for.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/expected.h"
#include "ids/endpoint.h"
#include "node/node.h"
#include "runtime/capture.h"
#include "runtime/carrier.h"
#include "runtime/ledger_sink.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include "runtime/store_worker.h"
#include "store/store.h"
#include "transport/loop.h"
#include "transport/sctp.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "transport/udp.h"

namespace baton::runtime {

/// Services are what the nodes of a process share. Whatever is absent is not done. They outlive the hosts.
struct Services {
  explicit Services(transport::Loop& l) : loop(l) {}
  transport::Loop& loop;
  LedgerSink* ledger = nullptr;
  Metrics* metrics = nullptr;
  Log* log = nullptr;
  Capture* capture = nullptr;
  std::function<void(std::string_view node, Instant at, const node::Step&)> on_step;
  std::function<void(std::string_view node, Instant at, const node::Outcome&)> on_outcome;
};

/// Door is where one of a node's ports is on this machine. Links that the node opens come from the door's
/// address; a door that does not listen needs no port (SCTP, TCP).
struct Door {
  peer::Port port{};
  Endpoint local;
  bool listen = false;
  Carrier carrier = Carrier::tcp;  ///< of Diameter; other ports have one each
};

/// Host runs one node. It adds nothing: what happens becomes an event, what the node asks for is done, in
/// the order in which it asked. Saves of one turn of the loop share one sync of the store, and their
/// SubscriberSaved follow it.
class Host {
 public:
  struct Setup {
    std::vector<Door> doors{};
    store::Store* store = nullptr;  ///< for nodes that load and save; outlives the host
    /// Asks that store instead of the host, where its answers may take time; outlives the host.
    StoreWorker* worker = nullptr;
    /// How Diameter neighbours are reached that the node connects to; TCP where nothing is said.
    std::map<Endpoint, Carrier> carriers{};
    /// The node's certificate, for doors and neighbours with TLS; outlives the host.
    const transport::TlsIdentity* tls = nullptr;
    transport::SctpOptions sctp{};
    transport::SctpStack sctp_stack = transport::preferred_sctp();
  };

  Host(Services& services, std::unique_ptr<node::Node> node, Setup setup);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// open binds the node's doors. The error says which one and why.
  Expected<Ok, std::string> open();
  /// start gives the node its Started event.
  void start();
  /// command gives the node something to do, in this turn.
  void command(node::Command command);
  /// administer gives an HSS a task of the operator's, in this turn; `on_administered` gets the answer.
  void administer(node::Administer task);
  void on_administered(std::function<void(node::Administered&)> then) { administered_ = std::move(then); }

  /// with_store has `work` done with the store, of which nothing is staged then, and `then` follows in the
  /// loop: at once, or when the worker has done it. False: there is no store, or too much waits for it.
  bool with_store(StoreWorker::Work work, std::function<void()> then);
  /// store_refused counts and logs what a store said.
  void store_refused(std::string_view counter, const store::StoreError& why) { store_failed(counter, why); }

  /// close_links ends every link in good order, for a process that goes. The node is told nothing.
  void close_links();

  /// One link that is up.
  struct LinkState {
    peer::Port port{};
    Endpoint remote;
  };
  std::vector<LinkState> links() const;

  node::Node& node() { return *node_; }
  const std::string& name() const { return name_; }
  std::uint64_t events_handled() const { return handled_; }

 private:
  struct Line;

  void feed(node::Event event);
  void handle_queued();
  void handle();
  void carry_out(node::Send& a);
  void carry_out(node::OpenLink& a);
  void carry_out(node::CloseLink& a);
  void carry_out(node::SendDatagram& a);
  void carry_out(node::StartTimer& a);
  void carry_out(node::StopTimer& a);
  void carry_out(node::LoadSubscriber& a);
  void carry_out(node::SaveSubscriber& a);
  void carry_out(node::ReserveSequence& a);
  void carry_out(node::EraseSubscriber& a);
  void carry_out(node::Administered& a);
  void carry_out(node::Record& a);
  void carry_out(node::Count& a);
  void carry_out(node::Took& a);
  void carry_out(node::Log& a);
  void carry_out(node::Step& a);
  void carry_out(node::Outcome& a);

  const Door* door(peer::Port port) const;
  /// sctp is the node's SCTP endpoint for a port at an address, opened when it is wanted first.
  Expected<transport::SctpEndpoint*, std::string> sctp(peer::Port port, Ipv4 local);
  Expected<Ok, std::string> open_door(const Door& d);
  Expected<Ok, std::string> listen_sctp(const Door& d, const transport::OnAccept& on_accept);
  void accepted(peer::Port port, std::unique_ptr<transport::Link> link);
  void bury(std::map<peer::LinkId, std::unique_ptr<Line>>::iterator line);
  void link_down(peer::LinkId id, transport::Down why);
  /// write gives the worker a write, or says that it takes no more.
  void write(StoreWorker::Write w);
  /// staged goes on with a write that the store took, or did not.
  void staged(node::StoreToken token, Imsi imsi, bool taken);
  void sync_store();
  /// committed tells the node what became of what it had written.
  void committed(const std::vector<std::pair<node::StoreToken, Imsi>>& covered,
                 const Expected<store::Committed, store::StoreError>& done);
  void worked(StoreWorker::Results& results);
  context::StoreFault store_failed(std::string_view counter, const store::StoreError& why);
  void arm_timer();
  void timers_due();
  void count(std::string_view counter);
  void log(peer::LogLevel level, std::string_view text);
  bool captures_from(Ipv4 remote) const;
  void flush_capture_later();

  Services& services_;
  std::unique_ptr<node::Node> node_;
  std::string name_;
  Setup setup_;

  std::map<std::pair<peer::Port, Ipv4>, std::unique_ptr<transport::SctpEndpoint>> sctp_;
  std::vector<std::unique_ptr<transport::TcpListener>> listeners_;
  std::vector<std::unique_ptr<transport::TlsListener>> tls_listeners_;
  std::map<peer::Port, std::unique_ptr<transport::UdpSocket>> sockets_;
  std::map<peer::LinkId, std::unique_ptr<Line>> lines_;
  std::vector<std::unique_ptr<Line>> buried_;  ///< links that ended inside one of their own calls
  std::uint32_t next_accepted_ = peer::accepted_links_from;
  std::size_t accepted_count_ = 0;

  std::map<peer::TimerId, Instant> timers_;
  std::set<std::pair<Instant, peer::TimerId>> by_instant_;
  std::unique_ptr<transport::Timer> timer_;

  std::vector<std::pair<node::StoreToken, Imsi>> unsynced_;
  std::function<void(node::Administered&)> administered_;

  /// Where what is counted and timed most stands, by the literal that names it.
  std::unordered_map<const char*, std::uint64_t*> counters_;
  std::unordered_map<const char*, Durations*> times_;

  std::deque<node::Event> queue_;
  bool handling_ = false;
  bool burial_posted_ = false;
  bool capture_flush_posted_ = false;
  std::uint64_t handled_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< for what was posted to the loop
};

/// to_address and to_endpoint go between the two layers' words for the same thing.
transport::Address to_address(const Endpoint& e);
Endpoint to_endpoint(const transport::Address& a);

}  // namespace baton::runtime
