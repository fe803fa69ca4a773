#include "store/fault_vfs.h"

#include <unistd.h>

#include <algorithm>

namespace baton::store {

/// A file of ours, with the real one's memory behind it.
struct FaultFile {
  sqlite3_file base;
  FaultVfs* vfs;
  std::string* name;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct FaultCalls {
  using Call = FaultVfs::Call;
  static FaultFile& of(sqlite3_file* f) { return *reinterpret_cast<FaultFile*>(f); }
  static FaultVfs& of(sqlite3_vfs* v) { return *static_cast<FaultVfs*>(v->pAppData); }

  static int close(sqlite3_file* f) {
    FaultFile& file = of(f);
    const int rc = file.real()->pMethods == nullptr ? SQLITE_OK : file.real()->pMethods->xClose(file.real());
    delete file.name;
    file.name = nullptr;
    return rc;
  }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::read, *file.name)) return code;
    const int rc = file.real()->pMethods->xRead(file.real(), to, n, at);
    const std::string& suffix = file.vfs->corrupt_suffix_;
    // The first page says how to read the file at all; the rest is what a bad sector would hit.
    if (rc == SQLITE_OK && !suffix.empty() && file.name->ends_with(suffix) && at >= 4096)
      std::fill_n(static_cast<Byte*>(to), n, Byte{0xEE});
    return rc;
  }
  static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::write, *file.name)) return code;
    const bool torn = file.vfs->torn_code_ != 0;
    const int part = torn ? n / 2 : n;
    const auto* const p = static_cast<const Byte*>(from);
    file.vfs->log_.push_back({Written::Kind::write, *file.name, at, ByteVector(p, p + part)});
    const int rc = file.real()->pMethods->xWrite(file.real(), from, part, at);
    return torn ? file.vfs->torn_code_ : rc;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::truncate, *file.name)) return code;
    file.vfs->log_.push_back({Written::Kind::truncate, *file.name, size});
    return file.real()->pMethods->xTruncate(file.real(), size);
  }
  static int sync(sqlite3_file* f, int flags) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::sync, *file.name)) return code;
    if (file.vfs->slow_us_ > 0) ::usleep(static_cast<useconds_t>(file.vfs->slow_us_));
    ++file.vfs->syncs;
    const int rc = file.real()->pMethods->xSync(file.real(), flags);
    if (rc == SQLITE_OK) file.vfs->log_.push_back({Written::Kind::sync, *file.name});
    return rc;
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::size, *file.name)) return code;
    return file.real()->pMethods->xFileSize(file.real(), out);
  }
  static int lock(sqlite3_file* f, int how) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::lock, *file.name)) return code;
    return file.real()->pMethods->xLock(file.real(), how);
  }
  static int unlock(sqlite3_file* f, int how) {
    FaultFile& file = of(f);
    const int rc = file.real()->pMethods->xUnlock(file.real(), how);
    if (const int code = file.vfs->failing(Call::unlock, *file.name)) return code;
    return rc;
  }
  static int reserved(sqlite3_file* f, int* out) {
    return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out);
  }
  static int control(sqlite3_file* f, int op, void* arg) {
    return of(f).real()->pMethods->xFileControl(of(f).real(), op, arg);
  }
  static int sector(sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); }
  // No promises about power cuts: what SQLite has to assume of a disk it knows nothing of.
  static int traits(sqlite3_file*) { return 0; }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    FaultFile& file = of(f);
    if (const int code = file.vfs->failing(Call::shm_map, *file.name)) return code;
    return file.real()->pMethods->xShmMap(file.real(), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    FaultFile& file = of(f);
    if ((flags & SQLITE_SHM_LOCK) != 0)
      if (const int code = file.vfs->failing(Call::shm_lock, *file.name)) return code;
    return file.real()->pMethods->xShmLock(file.real(), offset, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); }
  static int shm_unmap(sqlite3_file* f, int erase) {
    return of(f).real()->pMethods->xShmUnmap(of(f).real(), erase);
  }

  static int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
    static const sqlite3_io_methods methods{
        2,       close,  read,   write,   truncate, sync,        size,      lock,    unlock, reserved,
        control, sector, traits, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};
    FaultFile& file = of(f);
    FaultVfs& vfs = of(v);
    file.base.pMethods = nullptr;
    const std::string path = name == nullptr ? "" : name;
    if (const int code = vfs.failing(Call::open, path)) return code;
    const int rc = vfs.real_->xOpen(vfs.real_, name, file.real(), flags, out);
    if (rc != SQLITE_OK) return rc;
    file.vfs = &vfs;
    file.name = new std::string(path);
    file.base.pMethods = &methods;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* v, const char* name, int sync_folder) {
    FaultVfs& vfs = of(v);
    if (const int code = vfs.failing(Call::removal, name)) return code;
    vfs.log_.push_back({Written::Kind::removal, name});
    return vfs.real_->xDelete(vfs.real_, name, sync_folder);
  }
};

FaultVfs::FaultVfs() {
  real_ = sqlite3_vfs_find(nullptr);
  vfs_ = *real_;
  vfs_.zName = "baton-fault";
  vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
  vfs_.pAppData = this;
  vfs_.pNext = nullptr;
  vfs_.xOpen = FaultCalls::open;
  vfs_.xDelete = FaultCalls::remove;
  // The others get the real one, whose data they read.
  vfs_.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    auto* real = FaultCalls::of(v).real_;
    return real->xAccess(real, name, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* v, const char* name, int n, char* out) {
    auto* real = FaultCalls::of(v).real_;
    return real->xFullPathname(real, name, n, out);
  };
  sqlite3_vfs_register(&vfs_, 1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FaultVfs::fail(Call call, int code, std::string suffix, int after) {
  plans_[call] = {code, std::move(suffix), after};
}

void FaultVfs::heal() {
  plans_.clear();
  torn_code_ = 0;
  slow_us_ = 0;
  corrupt_suffix_.clear();
}

int FaultVfs::failing(Call call, const std::string& file) {
  const auto at = plans_.find(call);
  if (at == plans_.end() || !file.ends_with(at->second.suffix)) return 0;
  if (at->second.after > 0) {
    --at->second.after;
    return 0;
  }
  return at->second.code;
}

}  // namespace baton::store
