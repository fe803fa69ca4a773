// service.h: the administration of one HSS, with its doors.
#pragma once

#include <memory>
#include <string>

#include "runtime/admin/api.h"
#include "runtime/topology.h"

namespace baton::runtime::admin {

/// StoreLock is held by whoever may write a store file: a running HSS, or a command that works on the file
/// itself. It ends with its process, however that ends.
class StoreLock {
 public:
  /// Fails in words when somebody else holds it. An empty name locks nothing.
  static Expected<StoreLock, std::string> take(const std::string& store_file);
  StoreLock(StoreLock&& o) noexcept;
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock();

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  int fd_;
};

/// audit_file is where the audit log of an HSS is, by its settings: beside the store unless told otherwise.
/// Empty when there is no place for one.
std::string audit_file(const HssSettings& hss);

/// Service is the Api with its audit log and its servers.
class Service {
 public:
  /// Fails in words. Serves the doors that `hss` names; none at all is no error: requests then come by ask().
  static Expected<std::unique_ptr<Service>, std::string> open(const HssSettings& hss,
                                                              const std::string& version,
                                                              transport::Loop& loop, Host& host, Log* log);
  ~Service();
  /// admit and ask put a request as a door would.
  HttpAdmission admit(const HttpRequest& head) { return api_->admit(head); }
  void ask(HttpRequest request, HttpAnswer answer) { api_->handle(std::move(request), std::move(answer)); }

 private:
  Service() = default;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> local_, remote_;
};

}  // namespace baton::runtime::admin
