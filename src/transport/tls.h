// tls.h: TLS 1.3 over a stream, both ends with a certificate.
//
// There is no older version, no resumption, no early data and no end without a certificate: what a session
// would save is not worth a key that outlives its connection. Secrets of TLS stay in OpenSSL and are never
// written anywhere.
#pragma once

#include <memory>
#include <string>

#include "transport/link.h"
#include "transport/loop.h"

namespace baton::transport {

/// Which PEM files a node's end uses.
struct TlsFiles {
  std::string certificate;  ///< its own, followed by those of authorities in between
  std::string key;
  std::string authorities;  ///< whom it trusts to certify neighbours
};

/// TlsIdentity is a node's certificate, its key and whom it trusts. It outlives the links made with it.
class TlsIdentity {
 public:
  /// The error says which file and what is wrong with it, without a word of its content.
  static Expected<std::unique_ptr<TlsIdentity>, std::string> open(const TlsFiles& files);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TlsIdentity(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// tls_connect is tcp_connect with TLS on top: on_up comes when this end has verified the other. The other
/// may still refuse this one; then on_down follows.
std::unique_ptr<Link> tls_connect(Loop& loop, const TlsIdentity& identity, const Address& local,
                                  const Address& remote, LinkObserver& observer);

/// TlsListener accepts connections whose handshake has succeeded. Those under way are bounded (limits.h), in
/// all and from one address, and have a deadline.
class TlsListener {
 public:
  static Expected<std::unique_ptr<TlsListener>, Error> open(Loop& loop, const TlsIdentity& identity,
                                                            const Address& local, OnAccept on_accept);
  ~TlsListener();
  Address local() const;
  /// Handshakes under way.
  std::size_t half_open() const;
  /// Connections refused because of the bounds, and handshakes that failed, since the start.
  std::uint64_t turned_away() const;
  std::uint64_t failed() const;

  struct Impl;
  explicit TlsListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace baton::transport
