// tcp.h: streams of octets.
#pragma once

#include <memory>

#include "transport/link.h"
#include "transport/loop.h"

namespace baton::transport {

/// tcp_connect opens a connection from `local` (its port may be 0) to `remote`. Whatever goes wrong is
/// told to `observer` in a later turn, never from inside this call.
std::unique_ptr<Link> tcp_connect(Loop& loop, const Address& local, const Address& remote,
                                  LinkObserver& observer);

/// TcpListener accepts connections until it is destroyed; accepted links live on.
class TcpListener {
 public:
  static Expected<std::unique_ptr<TcpListener>, Error> open(Loop& loop, const Address& local,
                                                            OnAccept on_accept);
  ~TcpListener();
  Address local() const;

  struct Impl;
  explicit TcpListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace baton::transport
