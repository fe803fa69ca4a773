#include "transport/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/secret.h"
#include "transport/limits.h"
#include "transport/tcp.h"

namespace baton::transport {

namespace {

struct FreeContext {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
};
struct FreeSession {
  void operator()(SSL* s) const { SSL_free(s); }
};
struct FreeCertificate {
  void operator()(X509* c) const { X509_free(c); }
};

/// What OpenSSL says of its last failure: a sentence of its own, no octet of a file or a neighbour.
std::string last_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text != nullptr ? text : "cannot be used";
}

// Host names compare in lower case; a name with anything but the characters of one is none.
std::optional<std::string> host_name(const ASN1_IA5STRING* name) {
  const auto* const octets = ASN1_STRING_get0_data(name);
  const int length = ASN1_STRING_length(name);
  if (length < 1 || length > 255) return std::nullopt;
  std::string out;
  for (int i = 0; i < length; ++i) {
    const char c = static_cast<char>(octets[i]);
    const bool upper = c >= 'A' && c <= 'Z';
    if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
      return std::nullopt;  // no wildcards either: a peer is one host
    out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

std::vector<std::string> names_of(SSL* ssl) {
  std::vector<std::string> out;
  const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(ssl));
  if (!certificate) return out;
  auto* const list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* const n = sk_GENERAL_NAME_value(list, i);
    if (n->type != GEN_DNS || out.size() >= certificate_names_max) continue;
    if (auto name = host_name(n->d.dNSName)) out.push_back(std::move(*name));
  }
  GENERAL_NAMES_free(list);
  return out;
}

}  // namespace

struct TlsIdentity::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> context;
};

TlsIdentity::TlsIdentity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsIdentity::~TlsIdentity() = default;

//= RFC 6733, 13.1
Expected<std::unique_ptr<TlsIdentity>, std::string> TlsIdentity::open(const TlsFiles& files) {
  ERR_clear_error();
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_method()));
  SSL_CTX* const c = impl->context.get();
  if (c == nullptr || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) != 1)
    return Fail{"TLS 1.3: " + last_reason()};
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(c, certificate_depth_max);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(c, files.certificate.c_str()) != 1)
    return Fail{files.certificate + ": " + last_reason()};
  if (SSL_CTX_use_PrivateKey_file(c, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return Fail{files.key + ": " + last_reason()};
  if (SSL_CTX_check_private_key(c) != 1) return Fail{files.key + ": is not the key of " + files.certificate};
  if (SSL_CTX_load_verify_file(c, files.authorities.c_str()) != 1)
    return Fail{files.authorities + ": " + last_reason()};
  return std::unique_ptr<TlsIdentity>(new TlsIdentity(std::move(impl)));
}

namespace {

// A TLS connection above a TCP one. OpenSSL works on memory: what arrives is given to it, and what it has
// made is sent. Shared with what it has posted to the loop, and with the loop while it says goodbye.
class Session final : public LinkObserver, public std::enable_shared_from_this<Session> {
 public:
  /// `done` hears once how the handshake of an accepted connection ended; it may let the session go.
  using Done = std::function<void(bool)>;

  Session(Loop& loop, const TlsIdentity& identity, bool server)
      : loop_(loop), ssl_(SSL_new(identity.impl().context.get())), server_(server) {
    BIO* const in = BIO_new(BIO_s_mem());
    BIO* const out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    SSL_set_bio(ssl_.get(), in, out);
    if (server)
      SSL_set_accept_state(ssl_.get());
    else
      SSL_set_connect_state(ssl_.get());
  }

  ~Session() override { wipe_queue(); }

  void connect(const Address& local, const Address& remote, LinkObserver& observer) {
    observer_ = &observer;
    inner_ = tcp_connect(loop_, local, remote, *this);
  }
  void accept(std::unique_ptr<Link> inner, Session::Done done) {
    done_ = std::move(done);
    inner_ = std::move(inner);
    begin();
    inner_->observe(*this);
  }

  void observe(LinkObserver& observer) {
    observer_ = &observer;
    loop_.post([self = shared_from_this()] { self->deliver(); });
  }
  transport::Done send(Bytes octets) {
    if (state_ != State::open) return Fail{Error{Fault::not_connected, 0}};
    if (queue_.size() + octets.size() > send_queue_octets_max) return Fail{Error{Fault::queue_full, 0}};
    enqueue(octets);
    // What is sent in one turn of the loop shares its records.
    if (!flush_posted_) {
      flush_posted_ = true;
      loop_.post([self = shared_from_this()] {
        self->flush_posted_ = false;
        self->encipher();
      });
    }
    return Ok{};
  }
  void close() {
    observer_ = nullptr;
    if (state_ == State::open) {
      encipher();
      if (state_ == State::open) {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
        pump();
      }
    }
    end();
  }
  void abandon() {
    observer_ = nullptr;
    done_ = {};
    state_ = State::over;
    deadline_.reset();
    inner_.reset();
  }
  Address local() const { return inner_ ? inner_->local() : Address{}; }
  Address remote() const { return inner_ ? inner_->remote() : Address{}; }
  const Proof& proof() const { return proof_; }

  void on_up() override {
    begin();
    advance();
  }
  void on_data(std::uint16_t, Bytes octets) override {
    const auto self = shared_from_this();
    if (state_ == State::over) return;
    if (BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size())) !=
        static_cast<int>(octets.size()))
      return fail(Down::local);
    advance();
  }
  void on_down(Down why) override {
    const auto self = shared_from_this();
    fail(state_ == State::open && why == Down::closed_by_peer && !said_goodbye_ ? Down::reset : why);
  }

 private:
  enum class State : Byte { handshake, open, over };

  void begin() {
    deadline_ = loop_.timer([weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && self->state_ == State::handshake)
        self->fail(Down::timed_out);
    });
    deadline_->set(loop_.now() + tls_handshake_wait);
  }

  void advance() {
    const auto self = shared_from_this();
    if (state_ == State::handshake) {
      ERR_clear_error();
      const int done = SSL_do_handshake(ssl_.get());
      const int error = SSL_get_error(ssl_.get(), done);
      pump();  // an alert too
      if (done != 1) {
        if (error == SSL_ERROR_WANT_READ) return;
        ERR_clear_error();
        return fail(Down::untrusted);
      }
      if (SSL_get_verify_result(ssl_.get()) != X509_V_OK) return fail(Down::untrusted);
      deadline_.reset();
      state_ = State::open;
      proof_ = {true, names_of(ssl_.get())};
      if (server_) {
        if (done_) std::exchange(done_, {})(true);
      } else if (observer_ != nullptr) {
        observer_->on_up();
      }
    }
    deliver();
  }

  void deliver() {
    const auto self = shared_from_this();
    static thread_local std::vector<Byte> piece(65'536);
    while (state_ == State::open && observer_ != nullptr) {
      ERR_clear_error();
      const int n = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
      if (n > 0) {
        observer_->on_data(0, Bytes(piece.data(), static_cast<std::size_t>(n)));
        secure_wipe(piece.data(), static_cast<std::size_t>(n));
        continue;
      }
      const int error = SSL_get_error(ssl_.get(), n);
      ERR_clear_error();
      pump();
      if (error == SSL_ERROR_WANT_READ) return;
      if (error != SSL_ERROR_ZERO_RETURN) return fail(Down::reset);
      said_goodbye_ = true;
      return fail(Down::closed_by_peer);
    }
  }

  void encipher() {
    std::size_t at = 0;
    while (state_ == State::open && at < queue_.size()) {
      ERR_clear_error();
      const int n = SSL_write(ssl_.get(), queue_.data() + at,
                              static_cast<int>(std::min<std::size_t>(queue_.size() - at, 16'384)));
      if (n <= 0) {
        ERR_clear_error();
        return fail(Down::local);
      }
      at += static_cast<std::size_t>(n);
    }
    wipe_queue();
    pump();
  }

  // What is deciphered or not yet enciphered may hold keys: no copy of it outlives its use.
  void enqueue(Bytes octets) {
    if (queue_.size() + octets.size() > queue_.capacity()) {
      std::vector<Byte> larger;
      larger.reserve(std::max(2 * queue_.capacity(), queue_.size() + octets.size()));
      larger.insert(larger.end(), queue_.begin(), queue_.end());
      wipe_queue();
      queue_.swap(larger);
    }
    queue_.insert(queue_.end(), octets.begin(), octets.end());
  }
  void wipe_queue() {
    secure_wipe(queue_.data(), queue_.size());
    queue_.clear();
  }

  /// pump sends what OpenSSL has made.
  void pump() {
    BIO* const out = SSL_get_wbio(ssl_.get());
    char* octets = nullptr;
    const long n = BIO_get_mem_data(out, &octets);
    if (n <= 0 || !inner_) return;
    const auto sent =
        inner_->send(0, Bytes(reinterpret_cast<const Byte*>(octets), static_cast<std::size_t>(n)));
    (void)BIO_reset(out);
    if (!sent && state_ == State::open) fail(Down::local);
  }

  void fail(Down why) {
    if (state_ == State::over) return;
    const auto self = shared_from_this();
    LinkObserver* const told = std::exchange(observer_, nullptr);
    Session::Done done = std::exchange(done_, {});
    end();
    if (done) return done(false);
    if (told != nullptr) told->on_down(why);
  }

  // The TCP connection delivers what it holds, the alert or the goodbye above all; it may not be destroyed
  // inside one of its own calls.
  void end() {
    state_ = State::over;
    deadline_.reset();
    if (!inner_) return;
    inner_->close();
    loop_.post([self = shared_from_this(), inner = std::shared_ptr<Link>(std::move(inner_))] {});
  }

  Loop& loop_;
  std::unique_ptr<SSL, FreeSession> ssl_;
  bool server_;
  State state_ = State::handshake;
  bool flush_posted_ = false;
  bool said_goodbye_ = false;
  std::unique_ptr<Link> inner_;
  std::unique_ptr<Timer> deadline_;
  LinkObserver* observer_ = nullptr;
  Session::Done done_;
  Proof proof_;
  std::vector<Byte> queue_;
};

class TlsLink final : public Link {
 public:
  explicit TlsLink(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~TlsLink() override {
    if (!closed_) session_->abandon();
  }
  void observe(LinkObserver& observer) override { session_->observe(observer); }
  Done send(std::uint16_t, Bytes octets) override { return session_->send(octets); }
  void close() override {
    closed_ = true;
    session_->close();
  }
  Address local() const override { return session_->local(); }
  Address remote() const override { return session_->remote(); }
  Proof proof() const override { return session_->proof(); }

 private:
  std::shared_ptr<Session> session_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Link> tls_connect(Loop& loop, const TlsIdentity& identity, const Address& local,
                                  const Address& remote, LinkObserver& observer) {
  auto session = std::make_shared<Session>(loop, identity, false);
  session->connect(local, remote, observer);
  return std::make_unique<TlsLink>(std::move(session));
}

struct TlsListener::Impl : std::enable_shared_from_this<TlsListener::Impl> {
  Impl(Loop& l, const TlsIdentity& i) : loop(l), identity(i) {}
  Loop& loop;
  const TlsIdentity& identity;
  OnAccept on_accept;
  std::unique_ptr<TcpListener> tcp;
  std::map<const Session*, std::shared_ptr<Session>> under_way;
  std::uint64_t turned_away = 0;
  std::uint64_t failed = 0;

  void accept(std::unique_ptr<Link> inner) {
    const auto from = inner->remote().octets;
    const auto same = std::count_if(under_way.begin(), under_way.end(),
                                    [&](const auto& s) { return s.second->remote().octets == from; });
    if (under_way.size() >= tls_handshakes_max ||
        static_cast<std::size_t>(same) >= tls_handshakes_per_address_max) {
      ++turned_away;
      return;  // letting go refuses
    }
    const auto session = std::make_shared<Session>(loop, identity, true);
    under_way[session.get()] = session;
    session->accept(std::move(inner), [weak = weak_from_this(), key = session.get()](bool well) {
      const auto self = weak.lock();
      if (!self) return;
      const auto at = self->under_way.find(key);
      if (at == self->under_way.end()) return;
      const std::shared_ptr<Session> done = std::move(at->second);
      self->under_way.erase(at);
      if (!well) {
        ++self->failed;
        return;
      }
      self->on_accept(std::make_unique<TlsLink>(done));
    });
  }
};

Expected<std::unique_ptr<TlsListener>, Error> TlsListener::open(Loop& loop, const TlsIdentity& identity,
                                                                const Address& local, OnAccept on_accept) {
  auto impl = std::make_shared<Impl>(loop, identity);
  impl->on_accept = std::move(on_accept);
  auto tcp = TcpListener::open(loop, local, [weak = std::weak_ptr(impl)](std::unique_ptr<Link> link) {
    if (const auto self = weak.lock()) self->accept(std::move(link));
  });
  if (!tcp) return Fail{tcp.why()};
  impl->tcp = std::move(*tcp);
  return std::make_unique<TlsListener>(std::move(impl));
}

TlsListener::~TlsListener() {
  impl_->tcp.reset();
  for (const auto& [key, session] : std::exchange(impl_->under_way, {})) session->abandon();
}

Address TlsListener::local() const { return impl_->tcp->local(); }
std::size_t TlsListener::half_open() const { return impl_->under_way.size(); }
std::uint64_t TlsListener::turned_away() const { return impl_->turned_away; }
std::uint64_t TlsListener::failed() const { return impl_->failed; }

}  // namespace baton::transport
