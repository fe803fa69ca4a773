#include "runtime/admin/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "runtime/text.h"

namespace baton::runtime::admin {
namespace {

std::string reason(const std::string& what) { return what + ": " + std::generic_category().message(errno); }

}  // namespace

AuditLog::AuditLog(int fd, std::string file) : fd_(fd), file_(std::move(file)) {}
AuditLog::~AuditLog() { ::close(fd_); }

Expected<std::unique_ptr<AuditLog>, std::string> AuditLog::open(const std::string& file) {
  const int fd =
      ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return Fail{reason(file)};
  struct stat kind {};
  if (::fstat(fd, &kind) != 0 || !S_ISREG(kind.st_mode)) {
    ::close(fd);
    return Fail{file + ": no ordinary file, which alone keeps what is written"};
  }
  std::unique_ptr<AuditLog> out(new AuditLog(fd, file));
  // What is there is counted, so that the numbers go on.
  std::array<char, 65536> piece{};
  bool at_start = true;
  for (;;) {
    const ssize_t n = ::pread(fd, piece.data(), piece.size(), out->end_);
    if (n < 0) return Fail{reason(file)};
    if (n == 0) break;
    for (ssize_t i = 0; i < n; ++i) {
      if (at_start && out->entries_ % noted_every == 0) out->noted_.push_back(out->end_ + i);
      at_start = piece[static_cast<std::size_t>(i)] == '\n';
      if (at_start) ++out->entries_;
    }
    out->end_ += n;
  }
  if (!at_start) {
    // A power cut in the middle of an entry: it was not durable, so nobody was told of it.
    std::int64_t last = out->end_;
    char c = 0;
    while (last > 0 && ::pread(fd, &c, 1, last - 1) == 1 && c != '\n') --last;
    if (::ftruncate(fd, last) != 0) return Fail{reason(file)};
    if (out->entries_ % noted_every == 0) out->noted_.pop_back();
    out->end_ = last;
  }
  return out;
}

bool AuditLog::write(Instant at, const AuditEntry& e, bool durable) {
  if (broken_) return false;
  std::string line = "{\"n\":" + std::to_string(entries_ + 1) + ",\"t\":\"" + utc(at, true) +
                     "\",\"who\":" + json_string(e.who) + ",\"role\":" + json_string(e.role) +
                     ",\"from\":" + json_string(e.from) + ",\"action\":" + json_string(e.action) +
                     ",\"subject\":" + json_string(e.subject) + ",\"outcome\":" + json_string(e.outcome) +
                     ",\"detail\":" + json_string(e.detail) + "}\n";
  const ssize_t written = ::write(fd_, line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size()) && (!durable || ::fdatasync(fd_) == 0);
  if (!whole) {
    // Half an entry would spoil the next one; after a failed flush nobody knows what is on the disk.
    broken_ = written == static_cast<ssize_t>(line.size()) || ::ftruncate(fd_, end_) != 0;
    return false;
  }
  if (entries_ % noted_every == 0) noted_.push_back(end_);
  end_ += written;
  ++entries_;
  return true;
}

std::vector<std::string> AuditLog::page(std::uint64_t after, std::size_t limit) const {
  std::vector<std::string> out;
  if (after >= entries_ || limit == 0) return out;
  std::int64_t at = noted_[after / noted_every];
  std::uint64_t skip = after % noted_every;
  std::string line;
  std::array<char, 65536> piece{};
  while (at < end_ && out.size() < limit) {
    const ssize_t n = ::pread(fd_, piece.data(), piece.size(), at);
    if (n <= 0) break;
    at += n;
    for (ssize_t i = 0; i < n && out.size() < limit; ++i) {
      const char c = piece[static_cast<std::size_t>(i)];
      if (c != '\n') {
        if (skip == 0) line += c;
        continue;
      }
      if (skip > 0)
        --skip;
      else
        out.push_back(std::exchange(line, {}));
    }
  }
  return out;
}

}  // namespace baton::runtime::admin
