#include "runtime/http_server.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <vector>

#include "base/secret.h"
#include "runtime/http_limits.h"
#include "runtime/text.h"
#include "transport/descriptor.h"

namespace baton::runtime {
namespace {

std::string reason(const std::string& what) { return what + ": " + std::generic_category().message(errno); }

/// One request from its first octet until its answer is out.
struct Exchange {
  MHD_Connection* connection = nullptr;
  HttpRequest request;
  std::optional<HttpResponse> response;
  bool begun = false;        ///< the handler has it
  bool suspended = false;    ///< the connection waits for the answer
  std::size_t body_max = 0;  ///< 0: what comes is dropped, so that the handler can say why
  std::size_t octets = 0;
};

/// One connection: when it last had an answer.
struct Guest {
  int descriptor = -1;
  Instant since{};
  bool waits = false;  ///< for us
};

MHD_Result add_argument(void* query, enum MHD_ValueKind, const char* key, const char* value) {
  static_cast<decltype(HttpRequest::query)*>(query)->emplace(key, value == nullptr ? "" : value);
  return MHD_YES;
}

std::string header_of(MHD_Connection* connection, const char* name) {
  const char* const value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string() : std::string(value);
}

Expected<transport::Descriptor, std::string> listening_at(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return Fail{path + ": the name of a local socket is shorter"};
  path.copy(name.sun_path, path.size());
  transport::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Fail{reason(path)};
  const auto* const address = reinterpret_cast<const sockaddr*>(&name);
  // A socket that a crash left behind refuses; one that somebody serves must not be taken from him.
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) return Fail{path + " is there and is no socket"};
    const transport::Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (probe && ::connect(probe.get(), address, sizeof name) == 0)
      return Fail{path + ": somebody serves there"};
    ::unlink(path.c_str());
  }
  const mode_t before = ::umask(0117);
  const bool bound = ::bind(fd.get(), address, sizeof name) == 0;
  const std::string why = bound ? "" : reason(path);
  ::umask(before);
  if (!bound) return Fail{why};
  if (::listen(fd.get(), http_backlog) != 0) return Fail{reason(path)};
  return fd;
}

Expected<transport::Descriptor, std::string> listening_at(const Endpoint& endpoint) {
  auto fd = transport::bound_socket(SOCK_STREAM, 0, {endpoint.address.octets, endpoint.port}, true);
  if (!fd) return Fail{endpoint.to_string() + ": " + fd.why().to_string()};
  if (::listen(fd->get(), http_backlog) != 0) return Fail{reason(endpoint.to_string())};
  return std::move(*fd);
}

bool read_whole(const std::string& path, std::string& out) {
  std::ifstream in(path, std::ios::binary);
  out.assign(std::istreambuf_iterator<char>(in), {});
  return in.good() || in.eof() ? !out.empty() : false;
}

}  // namespace

HttpResponse http_error(int status, std::string_view what) {
  return {status, "{\"error\":" + json_string(what) + "}\n"};
}

struct HttpServer::Impl {
  explicit Impl(transport::Loop& l) : loop(l) {}
  ~Impl() {
    *alive = false;
    watch.reset();
    timer.reset();
    sweep.reset();
    if (daemon != nullptr) {
      // The library wants nobody to wait when it stops.
      for (Exchange* e : std::set<Exchange*>(waiting)) {
        e->response = http_error(503, "the node stops");
        resume(*e);
      }
      MHD_run(daemon);
      MHD_stop_daemon(daemon);
    }
    if (!socket_path.empty()) ::unlink(socket_path.c_str());
  }

  void turn() {
    if (running) return;
    running = true;
    MHD_run(daemon);
    running = false;
    MHD_UNSIGNED_LONG_LONG ms = 0;
    if (MHD_get_timeout(daemon, &ms) == MHD_YES)
      timer->set(loop.now() + std::chrono::milliseconds(std::min<MHD_UNSIGNED_LONG_LONG>(ms, 60'000)));
  }

  void resume(Exchange& e) {
    waiting.erase(&e);
    e.suspended = false;
    if (const auto guest = guests.find(e.connection); guest != guests.end()) guest->second.waits = false;
    MHD_resume_connection(e.connection);
  }

  void answered(Exchange& e, HttpResponse response) {
    if (e.response) return;
    e.response = std::move(response);
    if (!e.suspended) return;
    resume(e);
    loop.post([this, still = alive] {
      if (*still) turn();
    });
  }

  void sweep_guests() {
    const Instant now = loop.now();
    for (auto& [connection, guest] : guests)
      if (!guest.waits && now - guest.since > http_request_time_max) ::shutdown(guest.descriptor, SHUT_RDWR);
    if (!guests.empty()) sweep->set(now + http_sweep_every);
  }

  MHD_Result queue(MHD_Connection* connection, const HttpResponse& r) {
    MHD_Response* const response = MHD_create_response_from_buffer(
        r.body.size(), const_cast<char*>(r.body.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    if (!r.body.empty()) MHD_add_response_header(response, "Content-Type", r.type.c_str());
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : r.headers)
      MHD_add_response_header(response, name.c_str(), value.c_str());
    const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(r.status), response);
    MHD_destroy_response(response);
    return queued;
  }

  /// Called for the headers, for each piece of the body, when the body is whole, and after a resumption.
  MHD_Result serve(MHD_Connection* connection, const char* url, const char* method, const char* piece,
                   std::size_t* octets, void** closure) {
    if (*closure == nullptr) {
      auto made = std::make_unique<Exchange>();
      Exchange& e = *made;
      e.connection = connection;
      e.request.method = method;
      e.request.path = url;
      *closure = made.release();
      describe(connection, e.request);
      if (admit) {
        HttpAdmission admission = admit(e.request);
        if (admission.refused) return queue(connection, *admission.refused);
        e.body_max = admission.body_octets_max;
        e.request.held = std::move(admission.held);
      }
      const std::string length = header_of(connection, "Content-Length");
      // Known to be too long before it has come: refused at once, and the connection ends.
      if (length.size() > 18 || (!length.empty() && std::strtoull(length.c_str(), nullptr, 10) > bound(e)))
        return queue(connection, too_long(e));
      // A body whose length is known grows in no second place.
      if (e.body_max > 0 && !length.empty())
        e.request.body.reserve(std::strtoull(length.c_str(), nullptr, 10));
      return MHD_YES;
    }
    Exchange& e = *static_cast<Exchange*>(*closure);
    if (*octets > 0) {
      // Without a length it has to be counted; what goes past the bound is not listened to any more.
      e.octets += *octets;
      if (e.octets > bound(e)) return MHD_NO;
      if (e.body_max == 0) {
        *octets = 0;
        return MHD_YES;
      }
      append_wiping(e.request.body, std::string_view(piece, *octets));
      *octets = 0;
      return MHD_YES;
    }
    if (e.response) return queue(connection, *e.response);
    if (e.begun) return MHD_YES;
    e.begun = true;
    const std::weak_ptr<bool> still = alive;
    Exchange* const exchange = &e;
    const std::uint64_t number = ++last_number;
    exchanges[number] = exchange;
    number_of[exchange] = number;
    handler(std::move(e.request), [this, still, number](HttpResponse response) {
      const auto server = still.lock();
      if (!server || !*server) return;
      const auto at = exchanges.find(number);
      if (at != exchanges.end()) answered(*at->second, std::move(response));
    });
    if (e.response) return queue(connection, *e.response);
    e.suspended = true;
    waiting.insert(&e);
    if (const auto guest = guests.find(connection); guest != guests.end()) guest->second.waits = true;
    MHD_suspend_connection(connection);
    return MHD_YES;
  }

  static std::size_t bound(const Exchange& e) {
    return e.body_max == 0 ? http_dropped_octets_max : e.body_max;
  }
  static HttpResponse too_long(const Exchange& e) {
    return http_error(413, "the body is longer than " + std::to_string(bound(e)) + " octets");
  }

  /// A body that grows leaves no copy behind.
  static void append_wiping(std::string& body, std::string_view piece) {
    if (body.size() + piece.size() > body.capacity()) {
      std::string larger;
      larger.reserve(std::max(body.capacity() * 2, body.size() + piece.size()));
      larger.append(body);
      secure_wipe(body.data(), body.size());
      body.swap(larger);
    }
    body.append(piece);
  }

  void describe(MHD_Connection* connection, HttpRequest& request) {
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &request.query);
    request.authorization = header_of(connection, "Authorization");
    request.accept = header_of(connection, "Accept");
    request.content_type = header_of(connection, "Content-Type");
    if (!socket_path.empty()) {
      request.from = "local";
      const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
      ucred who{};
      socklen_t size = sizeof who;
      if (info != nullptr && ::getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
        request.uid = who.uid;
      return;
    }
    const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info != nullptr && info->client_addr != nullptr && info->client_addr->sa_family == AF_INET)
      request.from =
          Ipv4{transport::from_sockaddr(*reinterpret_cast<const sockaddr_in*>(info->client_addr)).octets}
              .to_string();
  }

  void done(void** closure) {
    auto* const e = static_cast<Exchange*>(*closure);
    *closure = nullptr;
    if (e == nullptr) return;
    if (const auto at = number_of.find(e); at != number_of.end()) {
      exchanges.erase(at->second);
      number_of.erase(at);
    }
    waiting.erase(e);
    if (const auto guest = guests.find(e->connection); guest != guests.end())
      guest->second.since = loop.now();
    secure_wipe(e->request.body.data(), e->request.body.size());
    secure_wipe(e->request.authorization.data(), e->request.authorization.size());
    delete e;
  }

  void came_or_went(MHD_Connection* connection, MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
      guests.erase(connection);
      return;
    }
    const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == nullptr) return;
    if (guests.empty()) sweep->set(loop.now() + http_sweep_every);
    guests[connection] = {info->connect_fd, loop.now(), false};
  }

  transport::Loop& loop;
  HttpHandler handler;
  std::function<HttpAdmission(const HttpRequest&)> admit;
  std::string socket_path;
  Endpoint local;
  MHD_Daemon* daemon = nullptr;
  bool running = false;
  std::unique_ptr<transport::Watch> watch;
  std::unique_ptr<transport::Timer> timer, sweep;
  std::map<MHD_Connection*, Guest> guests;
  std::set<Exchange*> waiting;
  std::map<std::uint64_t, Exchange*> exchanges;
  std::map<Exchange*, std::uint64_t> number_of;
  std::uint64_t last_number = 0;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

namespace {

// What the library calls, with the server as closure.
MHD_Result on_request(void* server, MHD_Connection* connection, const char* url, const char* method,
                      const char*, const char* piece, std::size_t* octets, void** closure) {
  return static_cast<HttpServer::Impl*>(server)->serve(connection, url, method, piece, octets, closure);
}
void on_done(void* server, MHD_Connection*, void** closure, MHD_RequestTerminationCode) {
  static_cast<HttpServer::Impl*>(server)->done(closure);
}
void on_connection(void* server, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
  static_cast<HttpServer::Impl*>(server)->came_or_went(connection, what);
}

}  // namespace

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
Endpoint HttpServer::local() const { return impl_->local; }

Expected<std::unique_ptr<HttpServer>, std::string> HttpServer::open(transport::Loop& loop,
                                                                    const HttpDoor& door,
                                                                    HttpHandler handler) {
  auto impl = std::make_unique<Impl>(loop);
  impl->handler = std::move(handler);
  impl->admit = door.admit;
  auto listening = door.socket.empty() ? listening_at(door.endpoint) : listening_at(door.socket);
  if (!listening) return Fail{door.name + ": " + listening.why()};
  if (door.socket.empty()) {
    const transport::Address at = transport::local_address(listening->get());
    impl->local = Endpoint{Ipv4{at.octets}, at.port};
  } else {
    impl->socket_path = door.socket;
  }

  std::string certificate, key;
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
  std::vector<MHD_OptionItem> options{
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<std::intptr_t>(http_connections_max), nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT,
       static_cast<std::intptr_t>(http_request_time_max / std::chrono::seconds(1)), nullptr},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(&on_done), impl.get()},
      {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<std::intptr_t>(&on_connection), impl.get()},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<std::intptr_t>(http_header_octets_max), nullptr}};
  if (door.socket.empty())
    options.push_back({MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                       static_cast<std::intptr_t>(http_connections_per_address_max), nullptr});
  if (!door.key_file.empty()) {
    if (!read_whole(door.certificate_file, certificate))
      return Fail{door.name + ": cannot read " + door.certificate_file};
    if (!read_whole(door.key_file, key)) return Fail{door.name + ": cannot read " + door.key_file};
    flags |= MHD_USE_TLS;
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, key.data()});
    options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>("NORMAL:-VERS-ALL:+VERS-TLS1.3")});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  // The library closes its own.
  const int own = ::fcntl(listening->get(), F_DUPFD_CLOEXEC, 0);
  if (own < 0) return Fail{reason(door.name)};
  options.insert(options.begin(), {MHD_OPTION_LISTEN_SOCKET, own, nullptr});
  impl->timer = loop.timer([server = impl.get()] { server->turn(); });
  impl->sweep = loop.timer([server = impl.get()] { server->sweep_guests(); });
  impl->daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, impl.get(), MHD_OPTION_ARRAY,
                                  options.data(), MHD_OPTION_END);
  secure_wipe(key.data(), key.size());
  if (impl->daemon == nullptr)
    return Fail{door.name + (door.key_file.empty() ? ": the HTTP server does not start"
                                                   : ": the certificate and its key cannot be used")};
  const auto* const info = MHD_get_daemon_info(impl->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  if (info == nullptr || info->epoll_fd < 0)
    return Fail{door.name + ": the HTTP server has nothing to watch"};
  impl->watch = loop.watch(
      info->epoll_fd, [server = impl.get()] { server->turn(); }, [] {});
  return std::make_unique<HttpServer>(std::move(impl));
}

}  // namespace baton::runtime
