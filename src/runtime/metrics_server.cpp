#include "runtime/metrics_server.h"

#include <utility>

namespace baton::runtime {

Expected<std::unique_ptr<HttpServer>, std::string> serve_metrics(transport::Loop& loop, const Endpoint& at,
                                                                 const Metrics& metrics,
                                                                 std::function<Snapshot()> snapshot) {
  HttpDoor door;
  door.name = "metrics";
  door.endpoint = at;
  return HttpServer::open(
      loop, door, [&metrics, snapshot = std::move(snapshot)](HttpRequest request, HttpAnswer answer) {
        if (request.path != "/metrics") return answer(http_error(404, "there is /metrics and nothing else"));
        if (request.method != "GET" && request.method != "HEAD") {
          auto refused = http_error(405, "GET and HEAD");
          refused.headers["Allow"] = "GET, HEAD";
          return answer(std::move(refused));
        }
        const ExpositionFormat format = format_for(request.accept);
        answer({200, expose(metrics, snapshot(), format), std::string(content_type(format))});
      });
}

}  // namespace baton::runtime
