#include "runtime/admin/offline.h"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/entropy.h"
#include "runtime/hosts.h"

namespace baton::runtime::admin {
namespace {

/// An answer comes as soon as the disk has taken what was asked.
constexpr Duration answer_time_max = 3'600s;

}  // namespace

Expected<Ok, std::string> make_folders(const HssSettings& hss) {
  namespace fs = std::filesystem;
  for (const std::string& file : {hss.store, hss.admin.socket, audit_file(hss)}) {
    const fs::path folder = fs::path(file).parent_path();
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error)) continue;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return Fail{folder.string() + ": " + error.message()};
  }
  return Ok{};
}

struct Offline::Impl {
  transport::Loop loop;
  Services services{loop};
  std::unique_ptr<Entropy> entropy = system_entropy();
  std::optional<StoreLock> lock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Host> host;
  std::unique_ptr<Service> service;
};

Offline::Offline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Offline::~Offline() = default;

Expected<std::unique_ptr<Offline>, std::string> Offline::open(const Topology& topology,
                                                              const HssSettings& hss,
                                                              const std::string& version) {
  if (hss.store.empty() && hss.database.empty())
    return Fail{hss.name + " keeps its subscribers in memory and does not run"};
  if (const auto made = make_folders(hss); !made) return Fail{made.why()};
  auto impl = std::make_unique<Impl>();
  auto lock = StoreLock::take(hss.store);
  if (!lock) return Fail{lock.why()};
  impl->lock.emplace(std::move(*lock));
  auto store = open_store(hss, *impl->entropy);
  if (!store) return Fail{store.why()};
  impl->store = std::move(*store);
  impl->host = hss_host(impl->services, hss, topology, *impl->entropy, *impl->store);
  HssSettings without_doors = hss;
  without_doors.admin.socket.clear();
  without_doors.admin.server.reset();
  without_doors.admin.tokens.clear();
  auto service = Service::open(without_doors, version, impl->loop, *impl->host, nullptr);
  if (!service) return Fail{service.why()};
  impl->service = std::move(*service);
  return std::unique_ptr<Offline>(new Offline(std::move(impl)));
}

HttpResponse Offline::ask(HttpRequest request) {
  auto answer = std::make_shared<std::optional<HttpResponse>>();
  request.from = "local";
  request.uid = ::getuid();
  impl_->service->ask(std::move(request), [answer](HttpResponse response) { *answer = std::move(response); });
  impl_->loop.run_until([&] { return answer->has_value(); }, answer_time_max);
  return *answer ? std::move(**answer) : http_error(503, "no answer");
}

}  // namespace baton::runtime::admin
