#include "store/sequence_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

namespace baton::store {

namespace {

constexpr std::array<Byte, 8> mark{'B', 'A', 'T', 'O', 'N', 'S', 'Q', '1'};
constexpr std::size_t header_octets = 24;  ///< mark, id, check
constexpr std::size_t record_octets = 48;
/// A record that says: what stood here before of this subscriber does not count any more.
constexpr Byte forgotten_mark = 0xFF;

void put_number(ByteVector& out, std::uint64_t v) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<Byte>(v >> static_cast<unsigned>(shift)));
}
std::uint64_t number_at(Bytes b, std::size_t at) {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < 8; ++i) v = v << 8U | b[at + i];
  return v;
}

/// check_of tells octets that were written as a whole from others. Nobody forges them: who can write here can
/// write the database.
std::uint64_t check_of(Bytes octets, std::uint64_t id, std::uint64_t at) {
  std::uint64_t h = id ^ at * 0x9E3779B97F4A7C15U;
  for (std::size_t i = 0; i + 8 <= octets.size(); i += 8) {
    h = (h ^ number_at(octets, i)) * 0xFF51AFD7ED558CCDU;
    h ^= h >> 32U;
  }
  h *= 0xC4CEB9FE1A85EC53U;
  h ^= h >> 29U;
  return h | 1U;  // zeros are no record
}

void put_record(ByteVector& out, const SequenceLog::Entry& e, bool forgotten, std::uint64_t id,
                std::uint64_t at) {
  const std::size_t start = out.size();
  put_number(out, e.imsi);
  put_number(out, e.seq);
  put_number(out, e.version);
  put_number(out, e.offset);
  out.push_back(forgotten ? forgotten_mark : static_cast<Byte>(e.scheme));
  out.push_back(static_cast<Byte>(e.ind_bits));
  out.insert(out.end(), 6, Byte{0});
  put_number(out, check_of(Bytes(out).subspan(start, record_octets - 8), id, at));
}

std::uint64_t random_number() {
  std::array<Byte, 8> b{};
  if (::getrandom(b.data(), b.size(), 0) != static_cast<ssize_t>(b.size()))
    return static_cast<std::uint64_t>(::getpid()) << 32U ^ static_cast<std::uint64_t>(::time(nullptr));
  return number_at(b, 0);
}

class SystemFile final : public LogFiles::File {
 public:
  explicit SystemFile(int fd) : fd_(fd) {}
  ~SystemFile() override { ::close(fd_); }
  SystemFile(const SystemFile&) = delete;
  SystemFile& operator=(const SystemFile&) = delete;
  int write(std::uint64_t at, Bytes octets) override {
    while (!octets.empty()) {
      const ssize_t n = ::pwrite(fd_, octets.data(), octets.size(), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      if (n == 0) return ENOSPC;
      at += static_cast<std::uint64_t>(n);
      octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return 0;
  }
  int sync() override { return ::fdatasync(fd_) == 0 ? 0 : errno; }

 private:
  int fd_;
};

struct Locked {
  explicit Locked(int f) : fd(f) {}
  ~Locked() { ::close(fd); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  int fd;
};

class SystemFiles final : public LogFiles {
 public:
  Expected<std::shared_ptr<void>, int> lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return Fail{errno};
    auto held = std::make_shared<Locked>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return Fail{errno};
    return std::shared_ptr<void>(std::move(held));
  }
  Expected<std::optional<ByteVector>, int> read(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return std::optional<ByteVector>();
    if (fd < 0) return Fail{errno};
    ByteVector out;
    std::array<Byte, 65'536> piece;
    ssize_t n = 0;
    while ((n = ::read(fd, piece.data(), piece.size())) != 0) {
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) break;
      out.insert(out.end(), piece.begin(), piece.begin() + n);
    }
    const int why = n < 0 ? errno : 0;
    ::close(fd);
    if (why != 0) return Fail{why};
    return std::optional(std::move(out));
  }
  Expected<std::unique_ptr<File>, int> make(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return Fail{errno};
    return std::unique_ptr<File>(std::make_unique<SystemFile>(fd));
  }
  int rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) return errno;
    const auto slash = to.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : to.substr(0, slash + 1);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int why = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return why;
  }
};

}  // namespace

LogFiles& LogFiles::system() {
  static SystemFiles files;
  return files;
}

StoreError SequenceLog::failed(std::string_view doing, int number) const {
  StoreFault fault = StoreFault::io;
  if (number == ENOSPC || number == EDQUOT) fault = StoreFault::full;
  if (number == EROFS || number == EACCES || number == EPERM) fault = StoreFault::read_only;
  if (number == EWOULDBLOCK) fault = StoreFault::locked;
  if (number == ENOENT || number == ENOTDIR) fault = StoreFault::gone;
  return {path_ + " could not be " + std::string(doing) + ": " + std::strerror(number), fault};
}

Expected<std::unique_ptr<SequenceLog>, StoreError> SequenceLog::open(std::string path, std::size_t octets,
                                                                     LogFiles& files) {
  std::unique_ptr<SequenceLog> log(new SequenceLog(std::move(path), octets, files));
  auto held = files.lock(log->path_ + ".lock");
  if (!held) return Fail{log->failed("locked", held.why())};
  log->lock_ = std::move(*held);
  const auto found = files.read(log->path_);
  if (!found) return Fail{log->failed("read", found.why())};
  if (*found) {
    const Bytes all(**found);
    const bool whole = all.size() >= header_octets && std::equal(mark.begin(), mark.end(), all.begin()) &&
                       number_at(all, 16) == check_of(all.first(16), 0, 0);
    // It got its name when all of it was on the disk.
    if (!whole)
      return Fail{StoreError{log->path_ + " is damaged; SEQs that left are written in it and nowhere else",
                             StoreFault::corrupt}};
    log->id_ = number_at(all, 8);
    log->replay(all);
  }
  if (const auto begun = log->begin_file(); !begun) return Fail{begun.why()};
  return log;
}

/// Every record that is whole counts, whatever stands between: what was cut was never relied on, and what was
/// not can only raise.
void SequenceLog::replay(Bytes octets) {
  for (std::size_t at = header_octets; at + record_octets <= octets.size(); at += record_octets) {
    const Bytes r = octets.subspan(at, record_octets);
    if (number_at(r, 40) != check_of(r.first(40), id_, at)) continue;
    const std::uint64_t imsi = number_at(r, 0);
    if (r[32] == forgotten_mark)
      erase(imsi);
    else
      take({imsi, number_at(r, 8), number_at(r, 16), number_at(r, 24), static_cast<context::SqnScheme>(r[32]),
            r[33]});
  }
}

void SequenceLog::take(const Entry& e) {
  if (const auto* at = index_.find(e.imsi)) {
    entries_[*at] = e;
    return;
  }
  index_.put(e.imsi, entries_.size());
  entries_.push_back(e);
}

void SequenceLog::erase(std::uint64_t imsi) {
  const auto* found = index_.find(imsi);
  if (found == nullptr) return;
  const std::size_t at = *found;
  index_.erase(imsi);
  if (at + 1 != entries_.size()) {
    entries_[at] = entries_.back();
    index_.put(entries_[at].imsi, at);
  }
  entries_.pop_back();
}

const SequenceLog::Entry* SequenceLog::find(std::uint64_t imsi) const {
  const auto* at = index_.find(imsi);
  return at == nullptr ? nullptr : &entries_[*at];
}

void SequenceLog::forget(std::uint64_t imsi) {
  if (index_.find(imsi) == nullptr) return;
  erase(imsi);
  forgotten_.push_back(imsi);
}

/// begin_file writes all that counts into a new file, as long as it will be, and puts it in the place of the
/// old one.
Expected<Ok, StoreError> SequenceLog::begin_file() {
  const std::string name = path_ + ".new";
  file_.reset();
  auto made = files_.make(name);
  if (!made) return Fail{failed("begun anew", made.why())};
  const std::uint64_t id = random_number();
  ByteVector out(mark.begin(), mark.end());
  put_number(out, id);
  put_number(out, check_of(out, 0, 0));
  out.reserve(header_octets + entries_.size() * record_octets);
  for (const Entry& e : entries_) put_record(out, e, false, id, out.size());
  const std::uint64_t used = out.size();
  const std::uint64_t end = std::max<std::uint64_t>(octets_min_, 4 * used);
  int why = (*made)->write(0, out);
  // A file that has its length is flushed in a third less time than one that grows.
  const ByteVector zeros(std::size_t{1} << 20U, Byte{0});
  for (std::uint64_t at = used; why == 0 && at < end; at += zeros.size())
    why = (*made)->write(
        at, Bytes(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), end - at))));
  if (why == 0) why = (*made)->sync();
  if (why == 0) why = files_.rename(name, path_);
  if (why != 0) {
    (void)files_.make(name);  // empty: it may have taken the last of the disk
    return Fail{failed("begun anew", why)};
  }
  file_ = std::move(*made);
  id_ = id;
  at_ = used;
  end_ = end;
  ++begun_;
  forgotten_.clear();
  return Ok{};
}

Expected<Ok, StoreError> SequenceLog::commit() {
  if (staged_.empty()) return Ok{};
  const std::uint64_t need = (staged_.size() + forgotten_.size()) * record_octets;
  if (!file_ || at_ + need > end_) {
    // The file that is there is left as it is until the new one has all of it and has its name.
    const std::vector<Entry> before = entries_;
    for (const Entry& e : staged_) take(e);
    if (const auto begun = begin_file(); !begun) {
      entries_ = before;
      index_.clear();
      for (std::size_t i = 0; i < entries_.size(); ++i) index_.put(entries_[i].imsi, i);
      return begun;
    }
    staged_.clear();
    return Ok{};
  }
  block_.clear();
  for (const std::uint64_t imsi : forgotten_)
    put_record(block_, {.imsi = imsi}, true, id_, at_ + block_.size());
  for (const Entry& e : staged_) put_record(block_, e, false, id_, at_ + block_.size());
  int why = file_->write(at_, block_);
  if (why == 0) why = file_->sync();
  if (why != 0) {
    // After a failed flush nobody knows what of this file is on the disk.
    file_.reset();
    return Fail{failed("written", why)};
  }
  at_ += block_.size();
  for (const Entry& e : staged_) take(e);
  staged_.clear();
  forgotten_.clear();
  return Ok{};
}

Expected<Ok, StoreError> SequenceLog::clear() {
  entries_.clear();
  index_.clear();
  staged_.clear();
  return begin_file();
}

}  // namespace baton::store
