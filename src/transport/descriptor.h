// descriptor.h: a file descriptor with an owner, and conversions to the socket API's address.
#pragma once

#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "transport/address.h"

namespace baton::transport {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    if (this != &o) {
      reset();
      fd_ = std::exchange(o.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

inline sockaddr_in to_sockaddr(const Address& a) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(a.port);
  std::memcpy(&out.sin_addr, a.octets.data(), a.octets.size());
  return out;
}
inline Address from_sockaddr(const sockaddr_in& in) {
  Address out;
  std::memcpy(out.octets.data(), &in.sin_addr, out.octets.size());
  out.port = ntohs(in.sin_port);
  return out;
}

/// bound_socket makes a non-blocking socket of the kind and binds it; `reuse` lets a restarted node
/// take its address again at once.
Expected<Descriptor, Error> bound_socket(int type, int protocol, const Address& local, bool reuse);
/// local_address asks the kernel where a socket is bound.
Address local_address(int fd);

}  // namespace baton::transport
