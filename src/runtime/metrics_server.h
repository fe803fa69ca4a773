// metrics_server.h: GET /metrics for a collector.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/exposition.h"
#include "runtime/http_server.h"

namespace baton::runtime {

/// serve_metrics answers GET and HEAD of /metrics, and nothing else. `snapshot` is asked at each.
Expected<std::unique_ptr<HttpServer>, std::string> serve_metrics(transport::Loop& loop, const Endpoint& at,
                                                                 const Metrics& metrics,
                                                                 std::function<Snapshot()> snapshot);

}  // namespace baton::runtime
