#include "transport/tcp.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "transport/descriptor.h"
#include "transport/limits.h"

namespace baton::transport {
namespace {

Down down_from_errno(int code) {
  switch (code) {
    case ECONNREFUSED: return Down::refused;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH: return Down::timed_out;
    case ECONNRESET:
    case EPIPE: return Down::reset;
    default: return Down::local;
  }
}

// A connection. It is shared with the handlers it has started, so that it may be let go inside any of
// them, and with nobody but them while it lingers after close().
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Loop& loop) : loop_(loop) {}

  void connect(const Address& local, const Address& remote, LinkObserver& observer) {
    observer_ = &observer;
    remote_ = remote;
    auto fd = bound_socket(SOCK_STREAM, 0, local, true);
    if (!fd) return fail_later(Down::local);
    fd_ = std::move(*fd);
    const sockaddr_in a = to_sockaddr(remote);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 && errno != EINPROGRESS)
      return fail_later(down_from_errno(errno));
    state_ = State::connecting;
    start_watch(false);
    watch_->want_write();
  }

  void adopt(Descriptor fd, const Address& remote) {
    fd_ = std::move(fd);
    remote_ = remote;
    state_ = State::open;
    set_nodelay();
    start_watch(false);  // reads from observe() on
  }

  void observe(LinkObserver& observer) {
    observer_ = &observer;
    if (state_ == State::open) watch_->want_read(true);
  }

  Done send(Bytes octets) {
    if (state_ != State::open) return Fail{Error{Fault::not_connected, 0}};
    if (queue_.size() - sent_ + octets.size() > send_queue_octets_max)
      return Fail{Error{Fault::queue_full, 0}};
    queue_.insert(queue_.end(), octets.begin(), octets.end());
    // What is sent in one turn of the loop leaves in one system call.
    if (!flush_posted_) {
      flush_posted_ = true;
      loop_.post([self = shared_from_this()] {
        self->flush_posted_ = false;
        self->flush();
      });
    }
    return Ok{};
  }

  // Delivers what is queued, says goodbye, and waits for the peer's goodbye up to close_linger. Closing a
  // socket with unread octets would make the kernel reset the connection and lose the last message.
  void close() {
    observer_ = nullptr;
    if (state_ != State::open) return abandon();
    state_ = State::closing;
    loop_.keep(shared_from_this());
    linger_ = loop_.timer([this] { abandon(); });
    linger_->set(loop_.now() + close_linger);
    watch_->want_read(true);
    flush();
  }

  void abandon() {
    observer_ = nullptr;
    state_ = State::dead;
    watch_.reset();
    if (fd_) {
      const linger now{1, 0};  // a reset: no TIME_WAIT, nothing half-open
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      fd_.reset();
    }
    drop_linger();
  }

  bool lingering() const { return state_ == State::closing; }
  Address local() const { return fd_ ? local_address(fd_.get()) : Address{}; }
  const Address& remote() const { return remote_; }

 private:
  enum class State : Byte { idle, connecting, open, closing, dead };

  void set_nodelay() {
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void start_watch(bool read) {
    watch_ = loop_.watch(
        fd_.get(),
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->read();
        },
        [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->writable();
        });
    watch_->want_read(read);
  }

  void fail_later(Down why) {
    loop_.post([self = shared_from_this(), why] { self->fail(why); });
  }

  void fail(Down why) {
    LinkObserver* const told = observer_;
    const bool was_closing = state_ == State::closing;
    if (state_ == State::dead) return;
    observer_ = nullptr;
    state_ = State::dead;
    watch_.reset();
    fd_.reset();
    drop_linger();
    if (told && !was_closing) told->on_down(why);
  }

  // The loop may hold the last reference to a closed connection.
  void drop_linger() {
    if (!linger_) return;
    linger_->stop();
    loop_.let_go(this);
  }

  void writable() {
    if (state_ == State::connecting) {
      int error = 0;
      socklen_t n = sizeof error;
      ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &n);
      if (error != 0) return fail(down_from_errno(error));
      state_ = State::open;
      set_nodelay();
      watch_->want_read(true);
      if (observer_) observer_->on_up();
      return;
    }
    flush();
  }

  void flush() {
    if (state_ != State::open && state_ != State::closing) return;
    while (sent_ < queue_.size()) {
      const ssize_t n =
          ::send(fd_.get(), queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        watch_->want_write();
        return;
      }
      if (n < 0) return fail(down_from_errno(errno));
      sent_ += static_cast<std::size_t>(n);
    }
    queue_.clear();
    sent_ = 0;
    if (state_ == State::closing) ::shutdown(fd_.get(), SHUT_WR);
  }

  void read() {
    const auto self = shared_from_this();
    static thread_local std::vector<Byte> piece(65'536);
    std::size_t taken = 0;
    while (taken < tcp_octets_per_wake &&
           (state_ == State::closing || (state_ == State::open && observer_))) {
      const ssize_t n = ::recv(fd_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (n < 0) return fail(down_from_errno(errno));
      if (n == 0) return fail(Down::closed_by_peer);
      taken += static_cast<std::size_t>(n);
      if (observer_) observer_->on_data(0, Bytes(piece.data(), static_cast<std::size_t>(n)));
      // Less than there was room for is all there is; what comes meanwhile wakes the loop again.
      if (static_cast<std::size_t>(n) < piece.size()) return;
    }
  }

  Loop& loop_;
  Descriptor fd_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Timer> linger_;
  LinkObserver* observer_ = nullptr;
  Address remote_;
  State state_ = State::idle;
  std::vector<Byte> queue_;
  std::size_t sent_ = 0;
  bool flush_posted_ = false;
};

class TcpLink final : public Link {
 public:
  explicit TcpLink(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~TcpLink() override {
    if (!connection_->lingering()) connection_->abandon();
  }
  void observe(LinkObserver& observer) override { connection_->observe(observer); }
  Done send(std::uint16_t, Bytes octets) override { return connection_->send(octets); }
  void close() override { connection_->close(); }
  Address local() const override { return connection_->local(); }
  Address remote() const override { return connection_->remote(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

std::string_view to_string(Down why) {
  switch (why) {
    case Down::closed_by_peer: return "closed by the peer";
    case Down::refused: return "refused";
    case Down::timed_out: return "timed out";
    case Down::reset: return "reset";
    case Down::oversized: return "oversized message";
    case Down::restarted: return "peer restarted";
    case Down::local: return "refused by this system";
    case Down::untrusted: return "TLS failed";
  }
  return "?";
}

std::unique_ptr<Link> tcp_connect(Loop& loop, const Address& local, const Address& remote,
                                  LinkObserver& observer) {
  auto connection = std::make_shared<Connection>(loop);
  connection->connect(local, remote, observer);
  return std::make_unique<TcpLink>(std::move(connection));
}

struct TcpListener::Impl {
  explicit Impl(Loop& l) : loop(l) {}
  Loop& loop;
  Descriptor fd;
  OnAccept on_accept;
  std::unique_ptr<Watch> watch;
  bool gone = false;

  static void accept_all(const std::shared_ptr<Impl>& self) {
    for (int i = 0; i < listen_backlog && !self->gone; ++i) {
      sockaddr_in from{};
      socklen_t n = sizeof from;
      Descriptor fd(
          ::accept4(self->fd.get(), reinterpret_cast<sockaddr*>(&from), &n, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) return;
      auto connection = std::make_shared<Connection>(self->loop);
      connection->adopt(std::move(fd), from_sockaddr(from));
      self->on_accept(std::make_unique<TcpLink>(std::move(connection)));
    }
  }
};

Expected<std::unique_ptr<TcpListener>, Error> TcpListener::open(Loop& loop, const Address& local,
                                                                OnAccept on_accept) {
  auto fd = bound_socket(SOCK_STREAM, 0, local, true);
  if (!fd) return Fail{fd.why()};
  if (::listen(fd->get(), listen_backlog) != 0) return Fail{error_from_errno(errno)};
  auto impl = std::make_shared<Impl>(loop);
  impl->fd = std::move(*fd);
  impl->on_accept = std::move(on_accept);
  impl->watch = loop.watch(
      impl->fd.get(),
      [weak = std::weak_ptr(impl)] {
        if (const auto self = weak.lock()) Impl::accept_all(self);
      },
      [] {});
  return std::make_unique<TcpListener>(std::move(impl));
}

TcpListener::~TcpListener() {
  impl_->gone = true;
  impl_->watch.reset();
}

Address TcpListener::local() const { return local_address(impl_->fd.get()); }

}  // namespace baton::transport
