// offline.h: the administration of a store file while no HSS runs on it.
#pragma once

#include <memory>
#include <string>

#include "runtime/admin/service.h"

namespace baton::runtime::admin {

/// make_folders makes the folders of the files that an HSS keeps, readable by its user alone, where they are
/// not there yet. The error is in words.
Expected<Ok, std::string> make_folders(const HssSettings& hss);

/// Offline is an HSS without doors: the same tasks with the same checks, on a store that nobody else may
/// write meanwhile. Serving nodes that would have to be told of a change are not.
class Offline {
 public:
  /// Fails in words: the store is in memory, in use, or cannot be opened.
  static Expected<std::unique_ptr<Offline>, std::string> open(const Topology& topology,
                                                              const HssSettings& hss,
                                                              const std::string& version);
  ~Offline();
  HttpResponse ask(HttpRequest request);

 private:
  struct Impl;
  explicit Offline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton::runtime::admin
