#include "runtime/admin/service.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace baton::runtime::admin {

Expected<StoreLock, std::string> StoreLock::take(const std::string& store_file) {
  if (store_file.empty()) return StoreLock(-1);
  const std::string name = store_file + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return Fail{name + ": " + std::generic_category().message(errno)};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK;
    const std::string why = std::generic_category().message(errno);
    ::close(fd);
    return Fail{held ? store_file + " is in use: an HSS runs on it, or another command works on it"
                     : name + ": " + why};
  }
  return StoreLock(fd);
}

StoreLock::StoreLock(StoreLock&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
StoreLock::~StoreLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::string audit_file(const HssSettings& hss) {
  if (!hss.admin.audit.empty()) return hss.admin.audit;
  return hss.store.empty() ? "" : hss.store + ".audit";
}

Service::~Service() {
  // Doors first: what they hand on would find nobody.
  local_.reset();
  remote_.reset();
}

Expected<std::unique_ptr<Service>, std::string> Service::open(const HssSettings& hss,
                                                              const std::string& version,
                                                              transport::Loop& loop, Host& host, Log* log) {
  std::unique_ptr<Service> out(new Service());
  const std::string file = audit_file(hss);
  if (file.empty())
    return Fail{hss.name +
                ": admin.audit: a file name, as there is no file of subscribers beside which it could be"};
  auto audit = AuditLog::open(file);
  if (!audit) return Fail{hss.name + ": the audit log: " + audit.why()};
  out->audit_ = std::move(*audit);
  Tokens tokens;
  if (!hss.admin.tokens.empty()) {
    auto read = Tokens::open(hss.admin.tokens);
    if (!read) return Fail{read.why()};
    tokens = std::move(*read);
  }
  out->api_ = std::make_unique<Api>(Api::Parts{loop, host, *out->audit_, version, log}, std::move(tokens));
  Api* const api = out->api_.get();
  const auto serve = [&](const HttpDoor& door) {
    return HttpServer::open(loop, door, [api](HttpRequest request, HttpAnswer answer) {
      api->handle(std::move(request), std::move(answer));
    });
  };
  HttpDoor door;
  door.name = "admin";
  door.admit = [api](const HttpRequest& head) { return api->admit(head); };
  if (!hss.admin.socket.empty()) {
    door.socket = hss.admin.socket;
    auto server = serve(door);
    if (!server) return Fail{server.why()};
    out->local_ = std::move(*server);
  }
  if (hss.admin.server) {
    door.socket.clear();
    door.endpoint = *hss.admin.server;
    door.certificate_file = hss.admin.certificate;
    door.key_file = hss.admin.key;
    auto server = serve(door);
    if (!server) return Fail{server.why()};
    out->remote_ = std::move(*server);
  }
  return out;
}

}  // namespace baton::runtime::admin
