// admin_client.h: asks an HSS's administration: through the local socket of one that runs, or on the store
// file when none does.
#pragma once

#include <memory>
#include <string>

#include "runtime/admin/offline.h"

namespace baton::app {

class AdminClient {
 public:
  /// Fails in words.
  static Expected<AdminClient, std::string> open(const runtime::Topology& topology,
                                                 const runtime::HssSettings& hss, const std::string& version);
  /// ask wipes the request's body. The error says that there was no answer.
  Expected<runtime::HttpResponse, std::string> ask(runtime::HttpRequest request);
  bool offline() const { return offline_ != nullptr; }

 private:
  std::string socket_;
  std::unique_ptr<runtime::admin::Offline> offline_;
};

/// read_response reads what a server sends until it closes: an HTTP/1.1 answer whose length it names.
/// Nothing when it is none.
std::optional<runtime::HttpResponse> read_response(const std::string& text);

}  // namespace baton::app
