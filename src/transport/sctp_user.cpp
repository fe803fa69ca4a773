#include "transport/sctp_user.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "transport/sctp_user_stack.h"
#include "transport/udp.h"

namespace baton::transport {
namespace {

std::uint16_t swap16(std::uint16_t v) { return static_cast<std::uint16_t>(v << 8 | v >> 8); }
std::uint32_t swap32(std::uint32_t v) { return __builtin_bswap32(v); }
std::uint32_t milliseconds(Duration d) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

// Socket buffers of one association: a burst of a thousand UEs' messages fits; they are taken as needed.
constexpr int association_buffer_octets = 1 << 20;

// What both a listening and a connecting socket are told. None of it can fail but by a mistake of ours.
void prepare(struct socket* s, const SctpOptions& o) {
  usrsctp_set_non_blocking(s, 1);
  const int size = association_buffer_octets;
  usrsctp_setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  usrsctp_setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  const int on = 1;
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on);
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on);
  // A message in parts is not mixed with others: one buffer an association puts it together.
  const int off = 0;
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &off, sizeof off);
  // Closing the socket aborts; good order is close()'s business.
  const struct linger now { 1, 0 };
  usrsctp_setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof now);

  struct sctp_event event {};
  event.se_assoc_id = SCTP_FUTURE_ASSOC;
  event.se_type = SCTP_ASSOC_CHANGE;
  event.se_on = 1;
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event);

  struct sctp_initmsg init {};
  init.sinit_num_ostreams = o.streams;
  init.sinit_max_instreams = o.streams;
  init.sinit_max_attempts = o.init_attempts;
  init.sinit_max_init_timeo =
      static_cast<std::uint16_t>(std::min<std::uint32_t>(milliseconds(o.rto_max), 0xFFFF));
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init);

  struct sctp_rtoinfo rto {};
  rto.srto_initial = milliseconds(o.rto_initial);
  rto.srto_min = milliseconds(o.rto_min);
  rto.srto_max = milliseconds(o.rto_max);
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto);

  struct sctp_assocparams association {};
  association.sasoc_asocmaxrxt = o.path_retransmissions;
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_ASSOCINFO, &association, sizeof association);

  struct sctp_paddrparams path {};
  path.spp_address.ss_family = AF_CONN;
  path.spp_hbinterval = milliseconds(o.heartbeat);
  path.spp_pathmaxrxt = o.path_retransmissions;
  path.spp_flags = SPP_HB_ENABLE;
  usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
}

class UserEndpoint;

// One association. Shared between its Link, its endpoint and the turn that serves it.
class Association : public std::enable_shared_from_this<Association> {
 public:
  enum class State : Byte { connecting, up, closing, dead };

  Association(UserEndpoint& endpoint, PathId path, std::uint16_t local_port, std::uint16_t remote_port,
              State state)
      : endpoint_(&endpoint),
        path_(path),
        local_port_(local_port),
        remote_port_(remote_port),
        state_(state) {}

  void own(struct socket* s);
  void observe(LinkObserver& observer) {
    observer_ = &observer;
    UserStack::instance().mark(ready_);
  }
  void expect(LinkObserver& observer) { observer_ = &observer; }
  Done send(std::uint16_t stream, Bytes octets);
  void close();
  void abandon();  // without a word to anybody here; the peer gets an ABORT
  void fail(Down why);
  void fail_later(Down why);
  void serve();

  State state() const { return state_; }
  PathId path() const { return path_; }
  std::uint16_t local_port() const { return local_port_; }
  std::uint16_t remote_port() const { return remote_port_; }
  Address local() const;
  Address remote() const {
    Address a = path_.peer();
    a.port = remote_port_;
    return a;
  }

 private:
  struct Message {
    std::uint16_t stream;
    ByteVector octets;
  };

  Done hand_over(std::uint16_t stream, Bytes octets);
  void flush();
  void read();
  void notified(Bytes notification);
  void changed(const struct sctp_assoc_change& change);
  void restarted();
  void learn_streams();
  Down why_lost() const;
  struct socket* give_up();
  Loop& loop() const;
  const SctpOptions& options() const;

  UserEndpoint* endpoint_;
  PathId path_;
  std::uint16_t local_port_, remote_port_;
  State state_;
  struct socket* socket_ = nullptr;
  std::uint64_t ready_ = 0;
  std::uint16_t out_streams_ = 1;
  LinkObserver* observer_ = nullptr;
  ByteVector message_;  // what has arrived of the message under way
  std::deque<Message> queue_;
  std::size_t queue_octets_ = 0;
  std::unique_ptr<Timer> linger_;
};

class UserLink final : public Link {
 public:
  explicit UserLink(std::shared_ptr<Association> a) : a_(std::move(a)) {}
  ~UserLink() override {
    if (a_->state() != Association::State::closing) a_->abandon();
  }
  void observe(LinkObserver& observer) override { a_->observe(observer); }
  Done send(std::uint16_t stream, Bytes octets) override { return a_->send(stream, octets); }
  void close() override { a_->close(); }
  Address local() const override { return a_->local(); }
  Address remote() const override { return a_->remote(); }

 private:
  std::shared_ptr<Association> a_;
};

class UserEndpoint final : public SctpEndpoint, public StackEndpoint {
 public:
  UserEndpoint(Loop& loop, const std::array<Byte, 4>& local, const SctpOptions& options)
      : loop_(loop), local_(local), options_(options) {}
  ~UserEndpoint() override {
    for (const auto& a : std::set(associations_)) a->abandon();
    for (const auto& [port, accept] : accepts_) {
      listening(port).erase(this);
      UserStack::instance().unlisten(port);
    }
    if (number_ != 0) UserStack::instance().leave(number_);
  }

  Done open() {
    auto udp = UdpSocket::open(
        loop_, Address{local_, options_.udp_port},
        [this](Address from, Bytes packet) {
          if (!vanished_) UserStack::instance().packet_in(PathId::of(number_, from), packet);
        },
        sctp_socket_buffer_octets);
    if (!udp) return Fail{udp.why()};
    udp_ = std::move(*udp);
    auto number = UserStack::instance().enter(loop_, *this);
    if (!number) return Fail{number.why()};
    number_ = *number;
    return Ok{};
  }

  Done listen(std::uint16_t port, OnAccept on_accept) override {
    if (accepts_.contains(port)) return Fail{Error{Fault::address_in_use, EADDRINUSE}};
    auto s = UserStack::instance().listen(
        port, [this](struct socket* made) { prepare(made, options_); }, [port] { accept_all(port); });
    if (!s) return Fail{s.why()};
    accepts_.emplace(port, std::move(on_accept));
    listening(port).insert(this);
    sockets_of(port) = *s;
    return Ok{};
  }

  std::unique_ptr<Link> connect(std::uint16_t local_port, const Address& remote,
                                LinkObserver& observer) override {
    const PathId path = PathId::of(number_, Address{remote.octets, options_.udp_port});
    auto a =
        std::make_shared<Association>(*this, path, local_port, remote.port, Association::State::connecting);
    a->expect(observer);
    UserStack::instance().hold(path);
    associations_.insert(a);
    if (struct socket* const s = start(*a, path, remote.port))
      a->own(s);
    else
      a->fail_later(Down::local);
    return std::make_unique<UserLink>(std::move(a));
  }

  void vanish() override { vanished_ = true; }

  void packet_out(const Address& peer, Bytes packet) override {
    if (!vanished_) (void)udp_->send(peer, packet);  // lost as datagrams are; SCTP repeats it
  }
  bool expects(PathId path, std::uint16_t port) const override {
    if (accepts_.contains(port)) return true;
    for (const auto& a : associations_) {
      if (a->path() == path && a->local_port() == port) return true;  // both ends called at once
    }
    return false;
  }

  // offer gives a link to whoever listens at the association's port.
  void offer(const std::shared_ptr<Association>& a) {
    const auto at = accepts_.find(a->local_port());
    if (at == accepts_.end()) return a->abandon();
    const OnAccept accept = at->second;  // it may stop listening inside
    accept(std::make_unique<UserLink>(a));
  }
  void add(const std::shared_ptr<Association>& a) { associations_.insert(a); }
  void forget(const std::shared_ptr<Association>& a) {
    if (associations_.erase(a) > 0) UserStack::instance().release(a->path());
  }

  Loop& loop() const { return loop_; }
  const SctpOptions& options() const { return options_; }
  const std::array<Byte, 4>& local() const { return local_; }

 private:
  // Which endpoints listen at a port, and the socket they share. One thread, so plain tables do.
  static std::set<UserEndpoint*>& listening(std::uint16_t port) {
    static std::map<std::uint16_t, std::set<UserEndpoint*>> table;
    return table[port];
  }
  static struct socket*& sockets_of(std::uint16_t port) {
    static std::map<std::uint16_t, struct socket*> table;
    return table[port];
  }

  static void accept_all(std::uint16_t port) {
    while (!listening(port).empty()) {
      sockaddr_conn from{};
      socklen_t n = sizeof from;
      struct socket* const s = usrsctp_accept(sockets_of(port), reinterpret_cast<sockaddr*>(&from), &n);
      if (!s) return;
      const PathId path = PathId::from_pointer(from.sconn_addr);
      UserEndpoint* mine = nullptr;
      for (UserEndpoint* const e : listening(port)) {
        if (e->number_ == path.endpoint()) mine = e;
      }
      if (!mine) {
        usrsctp_close(s);
        continue;
      }
      prepare(s, mine->options_);
      auto a =
          std::make_shared<Association>(*mine, path, port, swap16(from.sconn_port), Association::State::up);
      UserStack::instance().hold(path);
      mine->associations_.insert(a);
      a->own(s);
      mine->offer(a);
    }
  }

  struct socket* start(Association& a, PathId path, std::uint16_t remote_port) {
    struct socket* const s = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
    if (!s) return nullptr;
    prepare(s, options_);
    sockaddr_conn here = to_sockaddr(path, a.local_port());
    sockaddr_conn there = to_sockaddr(path, remote_port);
    if (usrsctp_bind(s, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 &&
        (usrsctp_connect(s, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0 || errno == EINPROGRESS))
      return s;
    usrsctp_close(s);
    return nullptr;
  }

  friend class Association;
  Loop& loop_;
  std::array<Byte, 4> local_;
  SctpOptions options_;
  std::uint16_t number_ = 0;
  bool vanished_ = false;
  std::unique_ptr<UdpSocket> udp_;
  std::map<std::uint16_t, OnAccept> accepts_;
  std::set<std::shared_ptr<Association>> associations_;
};

Loop& Association::loop() const { return endpoint_->loop(); }
const SctpOptions& Association::options() const { return endpoint_->options(); }

Address Association::local() const {
  return endpoint_ ? Address{endpoint_->local(), local_port_} : Address{{}, local_port_};
}

void Association::own(struct socket* s) {
  socket_ = s;
  UserStack& stack = UserStack::instance();
  ready_ = stack.add_ready([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->serve();
  });
  UserStack::watch(s, ready_);
  if (local_port_ == 0) {
    sockaddr* list = nullptr;
    if (usrsctp_getladdrs(s, 0, &list) > 0) {
      local_port_ = swap16(reinterpret_cast<const sockaddr_conn*>(list)->sconn_port);
      usrsctp_freeladdrs(list);
    }
  }
  if (state_ == State::up) learn_streams();
  stack.mark(ready_);  // what came before the upcall was set
}

void Association::learn_streams() {
  struct sctp_status status {};
  socklen_t n = sizeof status;
  if (usrsctp_getsockopt(socket_, IPPROTO_SCTP, SCTP_STATUS, &status, &n) == 0 && status.sstat_outstrms > 0)
    out_streams_ = status.sstat_outstrms;
}

Done Association::send(std::uint16_t stream, Bytes octets) {
  if (state_ != State::up) return Fail{Error{Fault::not_connected, 0}};
  if (octets.empty() || octets.size() > options().message_octets_max) return Fail{Error{Fault::too_large, 0}};
  // A peer may grant fewer streams than asked for. Stream 0 keeps its meaning, the others fold.
  if (stream >= out_streams_)
    stream = out_streams_ > 1 ? static_cast<std::uint16_t>(1 + (stream - 1) % (out_streams_ - 1))
                              : std::uint16_t{0};
  if (queue_.empty()) {
    const Done done = hand_over(stream, octets);
    if (done || done.why().fault != Fault::queue_full) return done;
  }
  if (queue_octets_ + octets.size() > send_queue_octets_max) return Fail{Error{Fault::queue_full, 0}};
  queue_octets_ += octets.size();
  queue_.push_back({stream, ByteVector(octets.begin(), octets.end())});
  return Ok{};
}

Done Association::hand_over(std::uint16_t stream, Bytes octets) {
  struct sctp_sndinfo info {};
  info.snd_sid = stream;
  info.snd_ppid = swap32(options().payload_protocol);
  const ssize_t n = usrsctp_sendv(socket_, octets.data(), octets.size(), nullptr, 0, &info, sizeof info,
                                  SCTP_SENDV_SNDINFO, 0);
  if (n < 0) return Fail{error_from_errno(errno)};
  return Ok{};
}

void Association::flush() {
  while (!queue_.empty() && socket_) {
    const Done done = hand_over(queue_.front().stream, queue_.front().octets);
    if (!done && done.why().fault == Fault::queue_full) return;
    queue_octets_ -= queue_.front().octets.size();
    queue_.pop_front();  // sent, or refused because the association is ending, which is told elsewhere
  }
  if (state_ == State::closing && queue_.empty() && socket_) usrsctp_shutdown(socket_, SHUT_WR);
}

void Association::close() {
  observer_ = nullptr;
  if (state_ != State::up) return abandon();
  state_ = State::closing;
  linger_ = loop().timer([this] { abandon(); });  // the endpoint holds us until then
  linger_->set(loop().now() + close_linger);
  flush();
  UserStack::instance().mark(ready_);
}

// Takes the association out of every table and gives the socket, still open.
struct socket* Association::give_up() {
  observer_ = nullptr;
  state_ = State::dead;
  queue_.clear();
  queue_octets_ = 0;
  if (ready_ != 0) UserStack::instance().remove_ready(std::exchange(ready_, 0));
  if (linger_) linger_->stop();
  if (endpoint_) std::exchange(endpoint_, nullptr)->forget(shared_from_this());
  return std::exchange(socket_, nullptr);
}

void Association::abandon() {
  if (state_ == State::dead) return;
  const auto self = shared_from_this();
  if (struct socket* const s = give_up()) usrsctp_close(s);  // SO_LINGER 0: the peer gets an ABORT
}

void Association::fail(Down why) {
  if (state_ == State::dead) return;
  LinkObserver* const told = observer_;
  if (why == Down::closed_by_peer && socket_) {
    const struct linger none {};  // it has ended in good order: nothing to abort
    usrsctp_setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  }
  abandon();
  if (told) told->on_down(why);
}

void Association::fail_later(Down why) {
  loop().post([self = shared_from_this(), why] { self->fail(why); });
}

Down Association::why_lost() const {
  int error = 0;
  socklen_t n = sizeof error;
  if (usrsctp_getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &n) != 0) return Down::reset;
  switch (error) {
    case ECONNREFUSED: return Down::refused;
    case ETIMEDOUT:
    case ECONNABORTED: return Down::timed_out;
    default: return Down::reset;
  }
}

void Association::serve() {
  if (state_ == State::dead) return;
  const auto self = shared_from_this();
  read();
  flush();
}

void Association::read() {
  static thread_local std::vector<Byte> piece(65'536);
  // An accepted association is read once somebody listens to it.
  while (socket_ && (observer_ || state_ == State::closing)) {
    sockaddr_conn from{};
    socklen_t from_length = sizeof from;
    struct sctp_rcvinfo info {};
    socklen_t info_length = sizeof info;
    unsigned info_type = 0;
    int flags = 0;
    const ssize_t n = usrsctp_recvv(socket_, piece.data(), piece.size(), reinterpret_cast<sockaddr*>(&from),
                                    &from_length, &info, &info_length, &info_type, &flags);
    if (n < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return;
      if (state_ == State::connecting && (errno == ENOTCONN || errno == EINPROGRESS)) return;
      return fail(errno == ECONNREFUSED ? Down::refused : errno == ETIMEDOUT ? Down::timed_out : Down::reset);
    }
    if (n == 0) return fail(Down::closed_by_peer);
    const Bytes octets(piece.data(), static_cast<std::size_t>(n));
    if (flags & MSG_NOTIFICATION) {
      notified(octets);
      continue;
    }
    if (message_.size() + octets.size() > options().message_octets_max) return fail(Down::oversized);
    if ((flags & MSG_EOR) == 0) {
      message_.insert(message_.end(), octets.begin(), octets.end());
      continue;
    }
    if (message_.empty()) {
      if (observer_) observer_->on_data(info.rcv_sid, octets);
      continue;
    }
    message_.insert(message_.end(), octets.begin(), octets.end());
    const ByteVector whole = std::exchange(message_, {});
    if (observer_) observer_->on_data(info.rcv_sid, whole);
  }
}

void Association::notified(Bytes notification) {
  struct sctp_assoc_change change {};
  if (notification.size() < sizeof change) return;
  std::copy_n(notification.begin(), sizeof change, reinterpret_cast<Byte*>(&change));
  if (change.sac_type == SCTP_ASSOC_CHANGE) changed(change);
}

void Association::changed(const struct sctp_assoc_change& change) {
  switch (change.sac_state) {
    case SCTP_COMM_UP:
      if (change.sac_outbound_streams > 0) out_streams_ = change.sac_outbound_streams;
      if (state_ != State::connecting) return;
      state_ = State::up;
      observer_->on_up();
      return;
    case SCTP_RESTART: return restarted();
    case SCTP_SHUTDOWN_COMP: return fail(Down::closed_by_peer);
    case SCTP_COMM_LOST:
    case SCTP_CANT_STR_ASSOC: return fail(why_lost());
    default: return;
  }
}

// The peer began anew with the same ports: for the node that is a link lost and another one made.
void Association::restarted() {
  message_.clear();
  if (state_ != State::up) return abandon();
  UserEndpoint* const endpoint = endpoint_;
  const auto self = shared_from_this();
  auto next = std::make_shared<Association>(*endpoint, path_, local_port_, remote_port_, State::up);
  UserStack::instance().hold(path_);
  endpoint->add(next);
  LinkObserver* const told = observer_;
  next->own(give_up());
  if (told) told->on_down(Down::restarted);
  if (next->state() == State::up) next->endpoint_->offer(next);
}

}  // namespace

Expected<std::unique_ptr<SctpEndpoint>, Error> open_user_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                              const SctpOptions& options) {
  auto endpoint = std::make_unique<UserEndpoint>(loop, local, options);
  const Done opened = endpoint->open();
  if (!opened) return Fail{opened.why()};
  return std::unique_ptr<SctpEndpoint>(std::move(endpoint));
}

}  // namespace baton::transport
