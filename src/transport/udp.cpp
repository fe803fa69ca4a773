#include "transport/udp.h"

#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "base/secret.h"
#include "transport/descriptor.h"
#include "transport/limits.h"

namespace baton::transport {
namespace {

// One batch of receive buffers for all sockets of the thread: handlers run one at a time, and what
// they are given lives until they return.
struct Batch {
  static constexpr std::size_t each = 65'536;
  std::vector<Byte> memory = std::vector<Byte>(datagrams_per_wake * each);
  std::array<mmsghdr, datagrams_per_wake> headers{};
  std::array<iovec, datagrams_per_wake> pieces{};
  std::array<sockaddr_in, datagrams_per_wake> from{};
  Batch() {
    for (std::size_t i = 0; i < datagrams_per_wake; ++i) pieces[i] = {memory.data() + i * each, each};
  }
};

Batch& batch() {
  static thread_local Batch one;
  return one;
}

}  // namespace

struct UdpSocket::Impl {
  Descriptor fd;
  OnDatagram on_datagram;
  std::unique_ptr<Watch> watch;
  bool gone = false;

  // Whether a handler of this thread is inside batch(): a nested read would overwrite its datagrams.
  static inline thread_local bool reading = false;

  static void drain(const std::shared_ptr<Impl>& self) {
    if (reading) return;  // told again in the next turn
    Batch& b = batch();
    for (std::size_t i = 0; i < datagrams_per_wake; ++i) {
      b.headers[i] = {};
      b.headers[i].msg_hdr.msg_name = &b.from[i];
      b.headers[i].msg_hdr.msg_namelen = sizeof b.from[i];
      b.headers[i].msg_hdr.msg_iov = &b.pieces[i];
      b.headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int n = ::recvmmsg(self->fd.get(), b.headers.data(), datagrams_per_wake, MSG_DONTWAIT, nullptr);
    reading = true;
    for (int i = 0; i < n && !self->gone; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const Bytes octets(static_cast<const Byte*>(b.pieces[at].iov_base), b.headers[at].msg_len);
      self->on_datagram(from_sockaddr(b.from[at]), octets);
      secure_wipe(b.pieces[at].iov_base, octets.size());  // it may have held keys
    }
    reading = false;
  }
};

Expected<std::unique_ptr<UdpSocket>, Error> UdpSocket::open(Loop& loop, const Address& local,
                                                            OnDatagram on_datagram,
                                                            int receive_buffer_octets) {
  auto fd = bound_socket(SOCK_DGRAM, 0, local, false);
  if (!fd) return Fail{fd.why()};
  const int size = receive_buffer_octets > 0 ? receive_buffer_octets : udp_socket_buffer_octets;
  ::setsockopt(fd->get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  auto impl = std::make_shared<Impl>();
  impl->fd = std::move(*fd);
  impl->on_datagram = std::move(on_datagram);
  impl->watch = loop.watch(
      impl->fd.get(),
      [weak = std::weak_ptr(impl)] {
        if (const auto self = weak.lock()) Impl::drain(self);
      },
      [] {});
  return std::make_unique<UdpSocket>(std::move(impl));
}

UdpSocket::~UdpSocket() {
  impl_->gone = true;
  impl_->watch.reset();
}

Done UdpSocket::send(const Address& to, Bytes octets) {
  if (octets.size() > datagram_octets_max) return Fail{Error{Fault::too_large, 0}};
  const sockaddr_in a = to_sockaddr(to);
  const ssize_t n = ::sendto(impl_->fd.get(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&a), sizeof a);
  if (n < 0) return Fail{error_from_errno(errno)};
  return Ok{};
}

Address UdpSocket::local() const { return local_address(impl_->fd.get()); }

}  // namespace baton::transport
