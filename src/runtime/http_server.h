// http_server.h: HTTP/1.1 in the turn of the loop, over libmicrohttpd (docs/decisions/0016-http.md).
//
// What arrives is bounded before anybody looks at it: header octets, body octets, connections, and the time
// from a connection's last answer to the end of its next request. A request that keeps to the bounds goes to
// the handler, which may answer at once or in a later turn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "ids/endpoint.h"
#include "transport/loop.h"

namespace baton::runtime {

struct HttpRequest {
  std::string method;
  std::string path;  ///< percent escapes undone; without the query
  std::map<std::string, std::string, std::less<>> query;
  std::string authorization;
  std::string accept;
  std::string content_type;
  std::string body;                  ///< may hold a key: whoever takes the request wipes it
  std::string from;                  ///< "127.0.0.1", or "local" on a local socket
  std::optional<std::uint32_t> uid;  ///< who is at the other end of a local socket
  /// What was set aside for the request when its headers had come (HttpAdmission); given back with the last
  /// copy of it, also when the caller goes away in the middle.
  std::shared_ptr<void> held{};
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::map<std::string, std::string, std::less<>> headers{};
};

/// HttpAdmission is what a request may bring, by its headers alone.
struct HttpAdmission {
  std::size_t body_octets_max = 0;        ///< 0: what comes is dropped, and the handler says why
  std::optional<HttpResponse> refused{};  ///< the answer at once; nothing more is read
  std::shared_ptr<void> held{};           ///< goes into HttpRequest::held
};

/// HttpAnswer takes the one answer of a request, from the loop's thread. It may outlive the server.
using HttpAnswer = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest, HttpAnswer)>;

/// Where a server listens, and what it takes.
struct HttpDoor {
  std::string name;    ///< for messages: "metrics"
  std::string socket;  ///< path of a local socket, made with mode 0660; empty: `endpoint`
  Endpoint endpoint;   ///< port 0: any
  /// Asked once for each request, before its body comes; absent: no bodies.
  std::function<HttpAdmission(const HttpRequest&)> admit{};
  std::string certificate_file{};  ///< PEM; with `key_file`: TLS 1.3 and nothing else
  std::string key_file{};
};

class HttpServer {
 public:
  /// Fails in words when the door cannot be opened. A local socket that nobody listens to any more is
  /// replaced.
  static Expected<std::unique_ptr<HttpServer>, std::string> open(transport::Loop& loop, const HttpDoor& door,
                                                                 HttpHandler handler);
  ~HttpServer();
  /// Where it listens, with the port the system chose.
  Endpoint local() const;

  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// http_error is an answer that says in JSON what was wrong.
HttpResponse http_error(int status, std::string_view what);

}  // namespace baton::runtime
