#include "transport/sctp_kernel.h"

#include <netinet/in.h>
#include <netinet/sctp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "transport/descriptor.h"

namespace baton::transport {
namespace {

std::uint32_t milliseconds(Duration d) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

template <class Option>
void set(int fd, int name, const Option& value) {
  ::setsockopt(fd, IPPROTO_SCTP, name, &value, sizeof value);  // an older kernel keeps its default
}

void prepare(int fd, const SctpOptions& o) {
  const int on = 1;
  set(fd, SCTP_NODELAY, on);
  set(fd, SCTP_RECVRCVINFO, on);
  const int off = 0;
  set(fd, SCTP_FRAGMENT_INTERLEAVE, off);
  sctp_event_subscribe events{};
  events.sctp_association_event = 1;
  set(fd, SCTP_EVENTS, events);
  sctp_initmsg init{};
  init.sinit_num_ostreams = o.streams;
  init.sinit_max_instreams = o.streams;
  init.sinit_max_attempts = o.init_attempts;
  init.sinit_max_init_timeo =
      static_cast<std::uint16_t>(std::min<std::uint32_t>(milliseconds(o.rto_max), 0xFFFF));
  set(fd, SCTP_INITMSG, init);
  sctp_rtoinfo rto{};
  rto.srto_initial = milliseconds(o.rto_initial);
  rto.srto_min = milliseconds(o.rto_min);
  rto.srto_max = milliseconds(o.rto_max);
  set(fd, SCTP_RTOINFO, rto);
  sctp_assocparams association{};
  association.sasoc_asocmaxrxt = o.path_retransmissions;
  set(fd, SCTP_ASSOCINFO, association);
  sctp_paddrparams path{};
  path.spp_address.ss_family = AF_INET;
  path.spp_hbinterval = milliseconds(o.heartbeat);
  path.spp_pathmaxrxt = o.path_retransmissions;
  path.spp_flags = SPP_HB_ENABLE;
  set(fd, SCTP_PEER_ADDR_PARAMS, path);
}

class KernelEndpoint;

class Association : public std::enable_shared_from_this<Association> {
 public:
  enum class State : Byte { connecting, up, closing, dead };
  Association(KernelEndpoint& endpoint, const Address& remote, State state)
      : endpoint_(&endpoint), remote_(remote), state_(state) {}

  void own(Descriptor fd);
  void expect(LinkObserver& observer) { observer_ = &observer; }
  void observe(LinkObserver& observer) {
    observer_ = &observer;
    if (watch_) watch_->want_read(true);
  }
  Done send(std::uint16_t stream, Bytes octets);
  void close();
  void abandon();
  void fail(Down why);
  void fail_later(Down why);
  State state() const { return state_; }
  Address local() const { return fd_ ? local_address(fd_.get()) : Address{}; }
  const Address& remote() const { return remote_; }

 private:
  Done hand_over(std::uint16_t stream, Bytes octets);
  void writable();
  void flush();
  void read();
  void notified(Bytes notification);
  void restarted();
  void learn_streams();
  Loop& loop() const;
  const SctpOptions& options() const;

  KernelEndpoint* endpoint_;
  Address remote_;
  State state_;
  Descriptor fd_;
  std::unique_ptr<Watch> watch_;
  std::uint16_t out_streams_ = 1;
  LinkObserver* observer_ = nullptr;
  ByteVector message_;
  std::deque<std::pair<std::uint16_t, ByteVector>> queue_;
  std::size_t queue_octets_ = 0;
  std::unique_ptr<Timer> linger_;
};

class KernelLink final : public Link {
 public:
  explicit KernelLink(std::shared_ptr<Association> a) : a_(std::move(a)) {}
  ~KernelLink() override {
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

class KernelEndpoint final : public SctpEndpoint {
 public:
  KernelEndpoint(Loop& loop, const std::array<Byte, 4>& local, const SctpOptions& options)
      : loop_(loop), local_(local), options_(options) {}
  ~KernelEndpoint() override {
    for (const auto& a : std::set(associations_)) a->abandon();
  }

  Done listen(std::uint16_t port, OnAccept on_accept) override {
    auto fd = bound_socket(SOCK_STREAM, IPPROTO_SCTP, Address{local_, port}, true);
    if (!fd) return Fail{fd.why()};
    prepare(fd->get(), options_);
    if (::listen(fd->get(), listen_backlog) != 0) return Fail{error_from_errno(errno)};
    auto l = std::make_unique<Listener>();
    l->fd = std::move(*fd);
    l->port = port;
    l->on_accept = std::move(on_accept);
    l->watch = loop_.watch(
        l->fd.get(), [this, raw = l.get()] { accept_all(*raw); }, [] {});
    listeners_.push_back(std::move(l));
    return Ok{};
  }

  std::unique_ptr<Link> connect(std::uint16_t local_port, const Address& remote,
                                LinkObserver& observer) override {
    auto a = std::make_shared<Association>(*this, remote, Association::State::connecting);
    a->expect(observer);
    associations_.insert(a);
    auto fd = bound_socket(SOCK_STREAM, IPPROTO_SCTP, Address{local_, local_port}, true);
    if (fd) {
      prepare(fd->get(), options_);
      const sockaddr_in to = to_sockaddr(remote);
      const bool started = ::connect(fd->get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ||
                           errno == EINPROGRESS;
      if (started)
        a->own(std::move(*fd));
      else
        a->fail_later(Down::local);
    } else {
      a->fail_later(Down::local);
    }
    return std::make_unique<KernelLink>(std::move(a));
  }

  // The kernel offers no way to fall silent; closing what is there is the nearest.
  void vanish() override {
    for (const auto& a : std::set(associations_)) a->abandon();
  }

  void offer(const std::shared_ptr<Association>& a) {
    for (const auto& l : listeners_) {
      if (l->port != a->local().port) continue;
      const OnAccept accept = l->on_accept;
      return accept(std::make_unique<KernelLink>(a));
    }
    a->abandon();
  }
  void add(const std::shared_ptr<Association>& a) { associations_.insert(a); }
  void forget(const std::shared_ptr<Association>& a) { associations_.erase(a); }
  Loop& loop() const { return loop_; }
  const SctpOptions& options() const { return options_; }

 private:
  struct Listener {
    Descriptor fd;
    std::uint16_t port = 0;
    OnAccept on_accept;
    std::unique_ptr<Watch> watch;
  };
  void accept_all(Listener& l) {
    for (int i = 0; i < listen_backlog; ++i) {
      sockaddr_in from{};
      socklen_t n = sizeof from;
      Descriptor fd(
          ::accept4(l.fd.get(), reinterpret_cast<sockaddr*>(&from), &n, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      prepare(fd.get(), options_);
      auto a = std::make_shared<Association>(*this, from_sockaddr(from), Association::State::up);
      associations_.insert(a);
      a->own(std::move(fd));
      offer(a);
    }
  }

  Loop& loop_;
  std::array<Byte, 4> local_;
  SctpOptions options_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::set<std::shared_ptr<Association>> associations_;
};

Loop& Association::loop() const { return endpoint_->loop(); }
const SctpOptions& Association::options() const { return endpoint_->options(); }

void Association::own(Descriptor fd) {
  fd_ = std::move(fd);
  watch_ = loop().watch(
      fd_.get(),
      [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->read();
      },
      [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->writable();
      });
  watch_->want_read(observer_ != nullptr && state_ == State::up);
  if (state_ == State::connecting)
    watch_->want_write();
  else
    learn_streams();
}

void Association::learn_streams() {
  sctp_status status{};
  socklen_t n = sizeof status;
  if (::getsockopt(fd_.get(), IPPROTO_SCTP, SCTP_STATUS, &status, &n) == 0 && status.sstat_outstrms > 0)
    out_streams_ = status.sstat_outstrms;
}

void Association::writable() {
  if (state_ != State::connecting) return flush();
  int error = 0;
  socklen_t n = sizeof error;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &n);
  if (error != 0) return fail(error == ECONNREFUSED ? Down::refused : Down::timed_out);
  state_ = State::up;
  learn_streams();
  watch_->want_read(true);
  observer_->on_up();
}

Done Association::send(std::uint16_t stream, Bytes octets) {
  if (state_ != State::up) return Fail{Error{Fault::not_connected, 0}};
  if (octets.empty() || octets.size() > options().message_octets_max) return Fail{Error{Fault::too_large, 0}};
  if (stream >= out_streams_)
    stream = out_streams_ > 1 ? static_cast<std::uint16_t>(1 + (stream - 1) % (out_streams_ - 1))
                              : std::uint16_t{0};
  if (queue_.empty()) {
    const Done done = hand_over(stream, octets);
    if (done || done.why().fault != Fault::queue_full) return done;
  }
  if (queue_octets_ + octets.size() > send_queue_octets_max) return Fail{Error{Fault::queue_full, 0}};
  queue_octets_ += octets.size();
  queue_.emplace_back(stream, ByteVector(octets.begin(), octets.end()));
  watch_->want_write();
  return Ok{};
}

Done Association::hand_over(std::uint16_t stream, Bytes octets) {
  iovec piece{const_cast<Byte*>(octets.data()), octets.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(sctp_sndinfo))> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_SCTP;
  header->cmsg_type = SCTP_SNDINFO;
  header->cmsg_len = CMSG_LEN(sizeof(sctp_sndinfo));
  sctp_sndinfo info{};
  info.snd_sid = stream;
  info.snd_ppid = htonl(options().payload_protocol);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
  if (::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return Fail{error_from_errno(errno)};
  return Ok{};
}

void Association::flush() {
  while (!queue_.empty()) {
    const Done done = hand_over(queue_.front().first, queue_.front().second);
    if (!done && done.why().fault == Fault::queue_full) return watch_->want_write();
    queue_octets_ -= queue_.front().second.size();
    queue_.pop_front();
  }
  if (state_ == State::closing) ::shutdown(fd_.get(), SHUT_WR);
}

void Association::close() {
  observer_ = nullptr;
  if (state_ != State::up) return abandon();
  state_ = State::closing;
  linger_ = loop().timer([this] { abandon(); });  // the endpoint holds us until then
  linger_->set(loop().now() + close_linger);
  watch_->want_read(true);
  flush();
}

void Association::abandon() {
  if (state_ == State::dead) return;
  const auto self = shared_from_this();
  observer_ = nullptr;
  state_ = State::dead;
  watch_.reset();
  if (fd_) {
    const linger now{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.reset();
  }
  if (linger_) linger_->stop();
  if (endpoint_) std::exchange(endpoint_, nullptr)->forget(self);
}

void Association::fail(Down why) {
  if (state_ == State::dead) return;
  LinkObserver* const told = observer_;
  abandon();
  if (told) told->on_down(why);
}

void Association::fail_later(Down why) {
  loop().post([self = shared_from_this(), why] { self->fail(why); });
}

void Association::read() {
  const auto self = shared_from_this();
  static thread_local std::vector<Byte> memory(65'536);
  while (state_ == State::closing || (state_ == State::up && observer_)) {
    iovec piece{memory.data(), memory.size()};
    alignas(cmsghdr) std::array<char, 256> control{};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(fd_.get(), &header, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n < 0) return fail(errno == ETIMEDOUT ? Down::timed_out : Down::reset);
    if (n == 0) return fail(Down::closed_by_peer);
    const Bytes octets(memory.data(), static_cast<std::size_t>(n));
    if (header.msg_flags & MSG_NOTIFICATION) {
      notified(octets);
      continue;
    }
    std::uint16_t stream = 0;
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
      if (c->cmsg_level != IPPROTO_SCTP || c->cmsg_type != SCTP_RCVINFO) continue;
      sctp_rcvinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      stream = info.rcv_sid;
    }
    if (message_.size() + octets.size() > options().message_octets_max) return fail(Down::oversized);
    message_.insert(message_.end(), octets.begin(), octets.end());
    if ((header.msg_flags & MSG_EOR) == 0) continue;
    const ByteVector whole = std::exchange(message_, {});
    if (observer_) observer_->on_data(stream, whole);
  }
}

void Association::notified(Bytes notification) {
  sctp_assoc_change change{};
  const std::size_t n = std::min(notification.size(), sizeof change);
  std::memcpy(&change, notification.data(), n);
  if (change.sac_type != SCTP_ASSOC_CHANGE) return;
  switch (change.sac_state) {
    case SCTP_RESTART: return restarted();
    case SCTP_SHUTDOWN_COMP: return fail(Down::closed_by_peer);
    case SCTP_COMM_LOST: return fail(change.sac_error == 0 ? Down::timed_out : Down::reset);
    case SCTP_CANT_STR_ASSOC: return fail(Down::timed_out);
    default: return;
  }
}

void Association::restarted() {
  if (state_ != State::up) return abandon();
  const auto self = shared_from_this();
  KernelEndpoint* const endpoint = endpoint_;
  auto next = std::make_shared<Association>(*endpoint, remote_, State::up);
  endpoint->add(next);
  LinkObserver* const told = observer_;
  watch_.reset();
  next->own(std::move(fd_));
  abandon();
  if (told) told->on_down(Down::restarted);
  if (next->state() == State::up) next->endpoint_->offer(next);
}

}  // namespace

bool kernel_has_sctp() {
  static const bool has = [] {
    const Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP));
    return static_cast<bool>(fd);
  }();
  return has;
}

Expected<std::unique_ptr<SctpEndpoint>, Error> open_kernel_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                                const SctpOptions& options) {
  if (!kernel_has_sctp()) return Fail{Error{Fault::unsupported, EPROTONOSUPPORT}};
  return std::unique_ptr<SctpEndpoint>(std::make_unique<KernelEndpoint>(loop, local, options));
}

}  // namespace baton::transport
