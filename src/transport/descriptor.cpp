#include "transport/descriptor.h"

#include <sys/socket.h>

#include <cerrno>

namespace baton::transport {

Expected<Descriptor, Error> bound_socket(int type, int protocol, const Address& local, bool reuse) {
  Descriptor fd(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  if (!fd) return Fail{error_from_errno(errno)};
  if (reuse) {
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  const sockaddr_in a = to_sockaddr(local);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0)
    return Fail{error_from_errno(errno)};
  return fd;
}

Address local_address(int fd) {
  sockaddr_in a{};
  socklen_t n = sizeof a;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &n) != 0) return {};
  return from_sockaddr(a);
}

}  // namespace baton::transport
