// audit_log.h: who asked what of the subscribers, when, and what became of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"
#include "runtime/admin/tokens.h"

namespace baton::runtime::admin {

struct AuditEntry {
  std::string who;  ///< the token's name, "uid 0", "nobody"
  std::string role;
  std::string from;     ///< address, or "local"
  std::string action;   ///< "add", "list"
  std::string subject;  ///< IMSI; or what else it is about
  std::string outcome;  ///< "begun", "done", "refused": in words
  std::string detail;   ///< names of what was changed, never what it was changed to
};

/// AuditLog appends one JSON object a line to a file that it never shortens or changes, mode 0600. Entries
/// are numbered from 1 without a gap, so that a missing one is seen.
class AuditLog {
 public:
  /// Fails in words: the file cannot be opened for appending, or does not end in an entry.
  static Expected<std::unique_ptr<AuditLog>, std::string> open(const std::string& file);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// write appends an entry; with `durable` it is on the disk when this returns true. After a failure the
  /// file ends as it did before, or nothing is written any more.
  bool write(Instant at, const AuditEntry& entry, bool durable);
  /// page gives at most `limit` entries after number `after`, as they stand in the file.
  std::vector<std::string> page(std::uint64_t after, std::size_t limit) const;
  std::uint64_t entries() const { return entries_; }

 private:
  AuditLog(int fd, std::string file);
  /// Where to begin reading for an entry: every so many one is noted.
  static constexpr std::uint64_t noted_every = 1'024;

  int fd_;
  std::string file_;
  std::uint64_t entries_ = 0;
  std::int64_t end_ = 0;
  bool broken_ = false;
  std::vector<std::int64_t> noted_;  ///< offset of entry n * noted_every + 1
};

}  // namespace baton::runtime::admin
