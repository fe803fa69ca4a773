// api.h: what may be asked of an HSS over HTTP, for people and programs. docs/openapi.json describes it.
//
// Every request is somebody's (a token, or who holds the other end of the local socket), is one of a table of
// routes, and is written into the audit log: what changes something before it is begun and again before it is
// answered, both durably. Tasks go to the node and wait their turn there like any request of a peer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "node/node.h"
#include "runtime/admin/audit_log.h"
#include "runtime/admin/tokens.h"
#include "runtime/host.h"
#include "runtime/http_server.h"
#include "runtime/import.h"
#include "store/store.h"

namespace baton::runtime::admin {

/// openapi_text is the description that is served and that stands in docs/openapi.json.
std::string_view openapi_text();

/// Route is one operation. In a path "{imsi}" stands for one subscriber.
struct Route {
  std::string_view method, path, operation;
  Need need;
};
std::span<const Route> routes();

/// A JSON document, as api.cpp knows it.
struct Document;

class Api {
 public:
  /// What it works on; all of it outlives the Api.
  struct Parts {
    transport::Loop& loop;
    Host& host;
    AuditLog& audit;
    std::string version;
    Log* log = nullptr;
  };
  Api(Parts parts, Tokens tokens);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// admit is what a request may bring, by its headers alone: nothing for who has no token, and a file of
  /// subscribers for one at a time, of all callers and doors.
  HttpAdmission admit(const HttpRequest& head);
  void handle(HttpRequest request, HttpAnswer answer);

 private:
  struct Bucket {
    double left = 0;
    Instant at{};
  };
  using Then = std::function<void(node::Administered&)>;
  struct Match {
    const Route* route = nullptr;
    std::string imsi;
    bool path_known = false;
    std::string allowed;  ///< methods, when the path is known and the method is not
  };
  /// One request that was let in.
  struct Visit {
    Caller caller;
    std::string action, subject;
    HttpAnswer answer;
  };

  static Match match(const HttpRequest& request);
  std::optional<Caller> caller_of(const HttpRequest& request);
  bool within(std::map<std::string, Bucket>& buckets, const std::string& whose, double at_once,
              double per_second);
  bool note(const Visit& v, std::string_view outcome, std::string detail, bool durable);
  void finish(const Visit& v, std::string_view outcome, std::string detail, HttpResponse response,
              bool changed);
  void ask(decltype(node::Administer::task) task, const HttpAnswer& answer, Then then);

  void list(Visit v, const HttpRequest& request);
  void show(Visit v, const Imsi& imsi);
  void add(Visit v, HttpRequest& request);
  void change(Visit v, const Imsi& imsi, std::shared_ptr<Document> document, int attempt);
  void remove(Visit v, const Imsi& imsi);
  /// The one place of an import; null when somebody has it.
  std::shared_ptr<void> place_of_import();
  void import(Visit v, HttpRequest& request);
  using ReadFile = Expected<std::vector<context::SubscriberRecord>, InputErrors>;
  void imported(const Visit& v, bool keep, const std::shared_ptr<ReadFile>& read,
                const std::shared_ptr<void>& place);
  /// with_store asks the store (Host::with_store), or answers that it cannot be asked now.
  void with_store(const Visit& v, StoreWorker::Work work, std::function<void()> then);
  void audit(const Visit& v, const HttpRequest& request);

  Parts parts_;
  Tokens tokens_;
  std::map<std::uint64_t, Then> tasks_;
  std::uint64_t last_task_ = 0;
  std::map<std::string, Bucket> callers_, refusals_;
  std::thread reader_;             ///< of an import's file
  std::weak_ptr<void> importing_;  ///< held from an import's headers to its end
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime::admin
