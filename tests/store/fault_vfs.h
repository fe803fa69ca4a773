// fault_vfs.h: a file system under SQLite that writes down what is done to it and fails where it is told to.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace baton::store {

/// One thing that was done to a file, or a mark that the test set.
struct Written {
  enum class Kind : Byte { write, truncate, sync, removal, mark } kind{};
  std::string file;  ///< the whole path
  std::int64_t at = 0;
  ByteVector octets{};
};

/// FaultVfs is SQLite's default file system while it lives, with the real one below it. One at a time.
class FaultVfs {
 public:
  /// Where it can be made to fail.
  enum class Call : Byte {
    open,
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    unlock,
    shm_map,
    shm_lock,
    removal
  };

  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  /// fail has calls of that kind on files whose name ends with `suffix` fail with `code`, from the
  /// (after + 1)th on, until heal().
  void fail(Call call, int code, std::string suffix = {}, int after = 0);
  /// tear has writes write half of their octets and then fail.
  void tear(int code) { torn_code_ = code; }
  /// slow makes a sync take so long.
  void slow(int microseconds) { slow_us_ = microseconds; }
  /// corrupt flips a bit in whatever is read of files with that suffix.
  void corrupt(std::string suffix) { corrupt_suffix_ = std::move(suffix); }
  void heal();

  /// What was done to the files, with the test's marks in between.
  std::vector<Written>& log() { return log_; }
  void mark(std::string what) { log_.push_back({Written::Kind::mark, std::move(what)}); }
  std::uint64_t syncs = 0;

 private:
  friend struct FaultFile;
  friend struct FaultCalls;
  struct Plan {
    int code = 0;
    std::string suffix;
    int after = 0;
  };
  int failing(Call call, const std::string& file);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_ = nullptr;
  std::map<Call, Plan> plans_;
  int torn_code_ = 0;
  int slow_us_ = 0;
  std::string corrupt_suffix_;
  std::vector<Written> log_;
};

}  // namespace baton::store
