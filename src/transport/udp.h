// udp.h: datagrams.
#pragma once

#include <functional>
#include <memory>

#include "transport/address.h"
#include "transport/loop.h"

namespace baton::transport {

/// UdpSocket is bound to one address and port. Whatever waits is taken in batches of
/// datagrams_per_wake, so that a busy socket does not starve the others.
class UdpSocket {
 public:
  /// `octets` lives until the call returns. The socket may be destroyed inside.
  using OnDatagram = std::function<void(Address from, Bytes octets)>;

  static Expected<std::unique_ptr<UdpSocket>, Error> open(Loop& loop, const Address& local,
                                                          OnDatagram on_datagram,
                                                          int receive_buffer_octets = 0);
  ~UdpSocket();
  /// send hands one datagram to the system. queue_full: the datagram is gone, as datagrams go.
  Done send(const Address& to, Bytes octets);
  Address local() const;

  struct Impl;
  explicit UdpSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace baton::transport
