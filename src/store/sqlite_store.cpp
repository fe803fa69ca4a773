#include "store/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/cases.h"
#include "store/schema.h"

namespace baton::store {

namespace {

/// A writer that holds the database longer than this is not waited for: a request has about as long.
constexpr int busy_ms_max = 500;

/// Statement is one prepared statement; it is reset, its bindings cleared, when the use of it ends.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql) {
    sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &s_, nullptr);
  }
  ~Statement() { sqlite3_finalize(s_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool ready() const { return s_ != nullptr; }
  int step() { return sqlite3_step(s_); }
  void done() {
    sqlite3_reset(s_);
    sqlite3_clear_bindings(s_);
  }
  void text(int i, std::string_view v) {
    sqlite3_bind_text(s_, i, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT);
  }
  void blob(int i, Bytes v) {
    // No octets are not no value.
    sqlite3_bind_blob(s_, i, v.empty() ? "" : static_cast<const void*>(v.data()), static_cast<int>(v.size()),
                      SQLITE_TRANSIENT);
  }
  void number(int i, std::int64_t v) { sqlite3_bind_int64(s_, i, v); }
  void value(int i, const Value& v) {
    std::visit(Cases{[&](std::monostate) { sqlite3_bind_null(s_, i); }, [&](std::int64_t n) { number(i, n); },
                     [&](const std::string& t) { text(i, t); }, [&](const ByteVector& b) { blob(i, b); }},
               v);
  }

  std::string text_at(int i) {
    const auto* p = sqlite3_column_text(s_, i);
    return p == nullptr ? std::string{}
                        : std::string(reinterpret_cast<const char*>(p),
                                      static_cast<std::size_t>(sqlite3_column_bytes(s_, i)));
  }
  Bytes blob_at(int i) {
    const auto* p = static_cast<const Byte*>(sqlite3_column_blob(s_, i));
    return {p, p == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(s_, i))};
  }
  std::int64_t number_at(int i) { return sqlite3_column_int64(s_, i); }
  Value value_at(int i, Kind kind) {
    if (sqlite3_column_type(s_, i) == SQLITE_NULL) return {};
    switch (kind) {
      case Kind::number: return Value(number_at(i));
      case Kind::text: return Value(text_at(i));
      case Kind::octets: {
        const Bytes b = blob_at(i);
        return Value(ByteVector(b.begin(), b.end()));
      }
    }
    return {};
  }

 private:
  sqlite3_stmt* s_ = nullptr;
};

int run(sqlite3* db, const std::string& sql) {
  return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
}

StoreFault fault_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return StoreFault::none;
    case SQLITE_FULL: return StoreFault::full;
    case SQLITE_READONLY:
    case SQLITE_PERM: return StoreFault::read_only;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return StoreFault::locked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return StoreFault::corrupt;
    case SQLITE_CANTOPEN: return StoreFault::gone;
    default: return StoreFault::io;
  }
}

bool in_memory(const std::string& path) { return path == ":memory:"; }

/// A file that was made lies in its folder only when the folder was flushed too.
void flush_folder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)::fsync(fd);
  ::close(fd);
}

/// A database of before says with a text sealed under the key file whether it is the one. It is asked before
/// anything is written, and until there is a data key, which then says the same.
Expected<Ok, StoreError> right_key_file(sqlite3* h, const std::string& path, std::uint64_t version,
                                        const std::optional<context::StoreKey>& key) {
  const auto unreadable = [&] {
    return Fail{StoreError{path + ": " + sqlite3_errmsg(h), fault_of(sqlite3_extended_errcode(h))}};
  };
  if (version >= first_with_data_keys) {
    Statement any(h, "SELECT 1 FROM data_key LIMIT 1");
    const int row = any.ready() ? any.step() : SQLITE_ERROR;
    if (row == SQLITE_ROW) return Ok{};
    if (row != SQLITE_DONE) return unreadable();
  }
  Statement check(h, "SELECT key_check FROM store WHERE id = 1");
  const int row = check.ready() ? check.step() : SQLITE_ERROR;
  if (row == SQLITE_DONE) return Ok{};
  if (row != SQLITE_ROW) return unreadable();
  constexpr std::string_view where = "store";
  const Bytes bound(reinterpret_cast<const Byte*>(where.data()), where.size());
  if (!key || !crypto::siv_open(*key, {bound}, check.blob_at(0)))
    return Fail{StoreError{path + " was sealed under another key file", StoreFault::wrong_key}};
  return Ok{};
}

}  // namespace

struct SqliteStore::Database {
  sqlite3* handle = nullptr;
  std::unique_ptr<Statement> select, insert, update, upsert, reserve, erase, keys, kept;
  ~Database() {
    for (auto* s : {&select, &insert, &update, &upsert, &reserve, &erase, &keys, &kept}) s->reset();
    sqlite3_close(handle);
  }
};

SqliteStore::SqliteStore(std::string path, KeySource source)
    : path_(std::move(path)), source_(std::move(source)) {}
SqliteStore::~SqliteStore() = default;

Expected<std::unique_ptr<SqliteStore>, StoreError> SqliteStore::open(const std::string& path,
                                                                     const context::StoreKey& key) {
  return open(path, key_file(key));
}

Expected<std::unique_ptr<SqliteStore>, StoreError> SqliteStore::open(const std::string& path,
                                                                     KeySource keys) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(path, std::move(keys)));
  if (store->source_.earlier) store->keys_.earlier = store->source_.earlier->clone();
  if (!in_memory(path)) {
    // SQLite gives the WAL file the database's mode, so making the file first settles both.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return Fail{StoreError{"cannot open " + path + " for writing", StoreFault::gone}};
    ::close(fd);
    flush_folder(path);
  }
  if (const auto connected = store->connect(); !connected) return Fail{connected.why()};
  return store;
}

Expected<Ok, StoreError> SqliteStore::connect() {
  auto db = std::make_unique<Database>();
  const int flags = SQLITE_OPEN_READWRITE | (in_memory(path_) ? SQLITE_OPEN_CREATE : 0);
  if (const int rc = sqlite3_open_v2(path_.c_str(), &db->handle, flags, nullptr); rc != SQLITE_OK)
    return Fail{StoreError{"cannot open " + path_ + ": " + sqlite3_errmsg(db->handle), fault_of(rc)}};
  sqlite3* const h = db->handle;
  const auto fail = [&](const std::string& what) {
    return Fail{StoreError{what + ": " + sqlite3_errmsg(h), fault_of(sqlite3_extended_errcode(h))}};
  };
  sqlite3_busy_timeout(h, busy_ms_max);
  // FULL flushes the log at every commit; without it the last commits before a power cut are lost.
  if (run(h, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;") != SQLITE_OK)
    return fail(path_ + " is not a database, or cannot be read");

  std::uint64_t found = 0;
  {
    Statement version(h, "PRAGMA user_version");
    if (!version.ready() || version.step() != SQLITE_ROW)
      return fail(path_ + " is not a database, or cannot be read");
    found = static_cast<std::uint64_t>(version.number_at(0));
  }
  if (found > migrations.size())
    return Fail{StoreError{path_ + " has schema version " + std::to_string(found) +
                               "; this program knows up to " + std::to_string(migrations.size()),
                           StoreFault::corrupt}};
  if (found > 0)
    if (const auto right = right_key_file(h, path_, found, keys_.earlier); !right) return Fail{right.why()};
  for (std::size_t v = found; v < migrations.size(); ++v) {
    const std::string step = "BEGIN IMMEDIATE;" + std::string(migrations[v]) +
                             "PRAGMA user_version=" + std::to_string(v + 1) + ";COMMIT;";
    if (run(h, step) != SQLITE_OK) {
      const auto why = fail("cannot bring " + path_ + " to schema version " + std::to_string(v + 1));
      run(h, "ROLLBACK");
      return why;
    }
  }

  db->select = std::make_unique<Statement>(h, select_sql('?'));
  db->insert = std::make_unique<Statement>(h, insert_sql('?'));
  db->update = std::make_unique<Statement>(h, update_sql('?'));
  db->upsert = std::make_unique<Statement>(h, upsert_sql('?'));
  db->reserve = std::make_unique<Statement>(h, reserve_sql('?'));
  db->erase = std::make_unique<Statement>(h, delete_sql('?'));
  db->keys = std::make_unique<Statement>(h, "SELECT number, kind, wrapped FROM data_key ORDER BY number");
  db->kept = std::make_unique<Statement>(h, "SELECT 1 FROM data_key WHERE number = ?1");
  for (const auto* s :
       {&db->select, &db->insert, &db->update, &db->upsert, &db->reserve, &db->erase, &db->keys, &db->kept})
    if (!(*s)->ready()) return fail(path_ + " does not have the tables of its version");

  db_ = std::move(db);
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  if (keys_.ring.newest() == 0)
    if (const auto made = add_data_key(); !made) return Fail{made.why()};
  broken_ = false;
  return Ok{};
}

/// ready makes the handle anew after a failure that may have left in memory what is not on the disk.
Expected<Ok, StoreError> SqliteStore::ready() {
  if (!broken_) return Ok{};
  if (in_memory(path_)) return Ok{};
  return connect();
}

StoreError SqliteStore::failed(int code) {
  const StoreFault fault = fault_of(code);
  if (fault == StoreFault::io || fault == StoreFault::corrupt || fault == StoreFault::gone) broken_ = true;
  return {path_ + ": " + sqlite3_errmsg(db_->handle), fault};
}

Expected<std::vector<WrappedKey>, StoreError> SqliteStore::kept_keys() {
  std::vector<WrappedKey> kept;
  Statement& s = *db_->keys;
  int row = 0;
  while ((row = s.step()) == SQLITE_ROW) {
    const Bytes wrapped = s.blob_at(2);
    kept.push_back({static_cast<std::uint32_t>(s.number_at(0)), s.text_at(1),
                    ByteVector(wrapped.begin(), wrapped.end())});
  }
  s.done();
  if (row != SQLITE_DONE) return Fail{failed(row)};
  return kept;
}

Expected<Ok, StoreError> SqliteStore::read_keys() {
  const auto kept = kept_keys();
  if (!kept) return Fail{kept.why()};
  return unwrap_into(keys_.ring, *kept, *source_.wrapper);
}

Expected<Ok, StoreError> SqliteStore::newest_is_kept() {
  for (int attempt = 1;; ++attempt) {
    const std::uint32_t number = keys_.ring.newest();
    Statement& s = *db_->kept;
    s.number(1, number);
    const int row = s.step();
    s.done();
    if (row == SQLITE_ROW) return Ok{};
    if (row != SQLITE_DONE) return Fail{failed(row)};
    if (attempt > 1)
      return Fail{StoreError{"data key " + std::to_string(number) + " is not in the database any more",
                             StoreFault::wrong_key}};
    // Somebody has rotated more than once since this handle last met a key.
    if (const auto more = read_keys(); !more) return Fail{more.why()};
  }
}

Expected<Ok, StoreError> SqliteStore::keep_key(std::uint32_t number, const vault::DataKey& key) {
  const auto wrapped = source_.wrapper->wrap(number, key);
  if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
  Statement put(
      db_->handle,
      "INSERT INTO data_key (number, kind, wrapped) VALUES (?1, ?2, ?3) ON CONFLICT (number) DO NOTHING");
  if (!put.ready()) return Fail{failed(sqlite3_extended_errcode(db_->handle))};
  put.number(1, number);
  put.text(2, source_.wrapper->kind());
  put.blob(3, *wrapped);
  if (const int rc = put.step(); rc != SQLITE_DONE) return Fail{failed(rc)};
  return Ok{};
}

Expected<std::uint32_t, StoreError> SqliteStore::add_data_key() {
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  const std::uint32_t number = keys_.ring.newest() + 1;
  // Another process may have been quicker: whoever's key is kept is the one.
  if (const auto kept = keep_key(number, vault::make_data_key()); !kept) return Fail{kept.why()};
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  return number;
}

Expected<std::size_t, StoreError> SqliteStore::sealed_under(std::uint32_t number) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  Statement s(db_->handle, "SELECT count(*) FROM subscriber WHERE data_key = ?1");
  if (!s.ready()) return Fail{failed(sqlite3_extended_errcode(db_->handle))};
  s.number(1, number);
  if (const int rc = s.step(); rc != SQLITE_ROW) return Fail{failed(rc)};
  return static_cast<std::size_t>(s.number_at(0));
}

Expected<Ok, StoreError> SqliteStore::drop_data_key(std::uint32_t number) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  Statement s(db_->handle,
              "DELETE FROM data_key WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM subscriber WHERE "
              "data_key = ?1)");
  if (!s.ready()) return Fail{failed(sqlite3_extended_errcode(db_->handle))};
  s.number(1, number);
  if (const int rc = s.step(); rc != SQLITE_DONE) return Fail{failed(rc)};
  if (sqlite3_changes(db_->handle) > 0) keys_.ring.drop(number);
  return Ok{};
}

Expected<std::vector<std::uint32_t>, StoreError> SqliteStore::data_keys() const {
  std::vector<std::uint32_t> out;
  Statement s(db_->handle, "SELECT number FROM data_key ORDER BY number");
  int row = s.ready() ? SQLITE_OK : sqlite3_extended_errcode(db_->handle);
  if (s.ready())
    while ((row = s.step()) == SQLITE_ROW) out.push_back(static_cast<std::uint32_t>(s.number_at(0)));
  if (row != SQLITE_DONE) return Fail{StoreError{path_ + ": " + sqlite3_errmsg(db_->handle), fault_of(row)}};
  return out;
}

Expected<Ok, StoreError> SqliteStore::rewrap(std::shared_ptr<vault::KeyWrapper> by) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  if (run(db_->handle, "BEGIN IMMEDIATE") != SQLITE_OK)
    return Fail{failed(sqlite3_extended_errcode(db_->handle))};
  const auto undo = [&](StoreError why) {
    run(db_->handle, "ROLLBACK");
    return Fail{std::move(why)};
  };
  const auto left = sealed_under(0);
  if (!left) return undo(left.why());
  if (*left > 0) return undo({"some records are still sealed under the key file itself: rotate first"});
  const auto kept = kept_keys();
  if (!kept) return undo(kept.why());
  const auto anew = rewrapped(keys_.ring, *kept, *source_.wrapper, *by);
  if (!anew) return undo(anew.why());
  for (const WrappedKey& k : *anew) {
    Statement s(db_->handle, "UPDATE data_key SET kind = ?2, wrapped = ?3 WHERE number = ?1");
    if (!s.ready()) return undo(failed(sqlite3_extended_errcode(db_->handle)));
    s.number(1, k.number);
    s.text(2, k.kind);
    s.blob(3, k.wrapped);
    if (const int rc = s.step(); rc != SQLITE_DONE) return undo(failed(rc));
    if (sqlite3_changes(db_->handle) != 1)
      return undo({"data key " + std::to_string(k.number) + " was not rewrapped", StoreFault::corrupt});
  }
  const auto written = kept_keys();
  if (!written) return undo(written.why());
  if (const auto same = same_keys(keys_.ring, *written, *by); !same) return undo(same.why());
  if (const int rc = run(db_->handle, "COMMIT"); rc != SQLITE_OK) return undo(failed(rc));
  source_ = {std::move(by), std::nullopt};
  return Ok{};
}

Expected<std::optional<context::SubscriberRecord>, StoreError> SqliteStore::read(const Imsi& imsi) {
  Statement& s = *db_->select;
  s.text(1, imsi.digits());
  const int code = s.step();
  if (code != SQLITE_ROW) {
    s.done();
    if (code != SQLITE_DONE) return Fail{failed(code)};
    return std::optional<context::SubscriberRecord>();
  }
  Row row;
  for (std::size_t i = 0; i < columns.size(); ++i) row[i] = s.value_at(static_cast<int>(i), columns[i].kind);
  s.done();
  auto record = record_of(keys_, imsi, row);
  if (!record) return Fail{record.why()};
  return std::optional(std::move(*record));
}

Expected<std::optional<context::SubscriberRecord>, StoreError> SqliteStore::find(const Imsi& imsi) {
  const Staged* const staged = staged_.find(imsi);
  if (staged != nullptr && !staged->reserved) {
    std::optional<context::SubscriberRecord> out;
    if (staged->record) out = staged->record->copy();
    return out;
  }
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  auto found = read(imsi);
  if (!found && found.why().fault == StoreFault::wrong_key) {
    // Somebody rotates: its key is in the database by now.
    if (const auto more = read_keys(); !more) return Fail{more.why()};
    found = read(imsi);
  }
  if (!found && (found.why().fault == StoreFault::wrong_key || found.why().fault == StoreFault::corrupt))
    ++unreadable_;
  if (staged != nullptr && found && *found) {
    (*found)->seq_reserved = *staged->reserved;
    (*found)->version = *staged->expected + 1;
  }
  return found;
}

bool SqliteStore::put(context::SubscriberRecord record) { return staged_.put(std::move(record)); }
bool SqliteStore::reserve(const Imsi& imsi, std::optional<std::uint64_t> version,
                          std::uint64_t seq_reserved) {
  if (version && staged_.reserve(imsi, *version, seq_reserved)) return true;
  return Store::reserve(imsi, version, seq_reserved);
}
bool SqliteStore::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  return staged_.remove(imsi, version);
}

Expected<Committed, StoreError> SqliteStore::write(bool whole) {
  Committed out;
  if (staged_.empty()) return out;
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  const auto undo = [&](int code) {
    StoreError why = failed(code);
    run(db_->handle, "ROLLBACK");
    return Fail{std::move(why)};
  };
  if (const int rc = run(db_->handle, "BEGIN IMMEDIATE"); rc != SQLITE_OK) return undo(rc);
  if (const auto kept = newest_is_kept(); !kept) {
    run(db_->handle, "ROLLBACK");
    return Fail{kept.why()};
  }
  for (const auto& [imsi, staged] : staged_.all()) {
    const bool over_version = staged.record && staged.expected && *staged.expected > 0;
    Statement& s = staged.reserved   ? *db_->reserve
                   : !staged.record  ? *db_->erase
                   : over_version    ? *db_->update
                   : staged.expected ? *db_->insert
                                     : *db_->upsert;
    s.text(1, imsi.digits());
    if (staged.record) {
      const Row row = row_of(keys_.ring, *staged.record);
      for (std::size_t i = 0; i < columns.size(); ++i) s.value(static_cast<int>(i) + 2, row[i]);
      if (over_version)
        s.number(static_cast<int>(columns.size()) + 2, static_cast<std::int64_t>(*staged.expected));
    }
    if (staged.removal() && staged.expected) s.number(2, static_cast<std::int64_t>(*staged.expected));
    if (staged.reserved) {
      s.number(2, static_cast<std::int64_t>(*staged.reserved));
      s.number(3, static_cast<std::int64_t>(*staged.expected));
    }
    const int code = s.step();
    s.done();
    if (code != SQLITE_DONE) return undo(code);
    if (staged.expected && sqlite3_changes(db_->handle) == 0) out.conflicts.push_back(imsi);
  }
  const bool kept = !whole || out.conflicts.empty();
  if (const int rc = run(db_->handle, kept ? "COMMIT" : "ROLLBACK"); rc != SQLITE_OK) return undo(rc);
  staged_.clear();
  return out;
}

void SqliteStore::crash() { staged_.clear(); }

std::size_t SqliteStore::size() const {
  if (!staged_.empty()) return subscribers().size();
  Statement s(db_->handle, "SELECT count(*) FROM subscriber");
  return s.ready() && s.step() == SQLITE_ROW ? static_cast<std::size_t>(s.number_at(0)) : 0;
}

bool SqliteStore::settled(const Imsi& imsi) const {
  const Staged* const staged = staged_.find(imsi);
  return staged != nullptr && !staged->reserved;
}

std::vector<Imsi> SqliteStore::subscribers() const {
  std::vector<Imsi> out;
  Statement s(db_->handle, "SELECT imsi FROM subscriber ORDER BY imsi");
  while (s.ready() && s.step() == SQLITE_ROW)
    if (auto imsi = Imsi::parse(s.text_at(0)); imsi && !settled(*imsi)) out.push_back(*imsi);
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::vector<context::SubscriberRecord>> SqliteStore::page(const std::optional<Imsi>& after,
                                                                        std::size_t limit) {
  Statement s(db_->handle, page_sql('?'));
  if (!s.ready()) return std::nullopt;
  s.text(1, after ? std::string_view(after->digits()) : std::string_view(""));
  s.number(2, static_cast<std::int64_t>(limit));
  std::vector<context::SubscriberRecord> out;
  Row row;
  int code = 0;
  while ((code = s.step()) == SQLITE_ROW) {
    const auto imsi = Imsi::parse(s.text_at(static_cast<int>(columns.size())));
    if (!imsi) return std::nullopt;
    for (std::size_t i = 0; i < columns.size(); ++i)
      row[i] = s.value_at(static_cast<int>(i), columns[i].kind);
    auto record = record_of(keys_, *imsi, row);
    if (!record) return std::nullopt;
    out.push_back(std::move(*record));
  }
  if (code != SQLITE_DONE) return std::nullopt;
  return out;
}

Expected<std::vector<context::SubscriberRecord>, StoreError> SqliteStore::range(
    const std::optional<Imsi>& after, std::size_t limit) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  // What stands in the way of this one says the other with its reason.
  if (staged_.empty())
    if (auto all = page(after, limit)) return std::move(*all);
  std::vector<Imsi> found;
  {
    Statement s(db_->handle, "SELECT imsi FROM subscriber WHERE imsi > ?1 ORDER BY imsi LIMIT ?2");
    if (!s.ready()) return Fail{failed(sqlite3_extended_errcode(db_->handle))};
    s.text(1, after ? std::string_view(after->digits()) : std::string_view(""));
    // What is staged may be a removal: as many more as there can be of those.
    s.number(2, static_cast<std::int64_t>(limit + staged_.all().size()));
    int row = 0;
    while ((row = s.step()) == SQLITE_ROW)
      if (auto imsi = Imsi::parse(s.text_at(0)); imsi && !settled(*imsi)) found.push_back(*imsi);
    if (row != SQLITE_DONE) return Fail{failed(row)};
  }
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record && (!after || *after < imsi)) found.push_back(imsi);
  std::sort(found.begin(), found.end());
  if (found.size() > limit) found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit), found.end());
  std::vector<context::SubscriberRecord> out;
  out.reserve(found.size());
  for (const Imsi& imsi : found) {
    auto record = find(imsi);
    if (!record) return Fail{record.why()};
    if (*record) out.push_back(std::move(**record));
  }
  return out;
}

Expected<Joined, StoreError> SqliteStore::join(const Member& who, Instant now, Instant until) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  sqlite3* const h = db_->handle;
  if (const int rc = run(h, "BEGIN IMMEDIATE"); rc != SQLITE_OK) return Fail{failed(rc)};
  const auto undo = [&](StoreError why) {
    run(h, "ROLLBACK");
    return Fail{std::move(why)};
  };
  std::vector<Seat> seats;
  {
    Statement s(h, "SELECT name, run, first_index, indices, until_us FROM member ORDER BY name");
    if (!s.ready()) return undo(failed(sqlite3_extended_errcode(h)));
    int row = 0;
    while ((row = s.step()) == SQLITE_ROW)
      seats.push_back(
          {{s.text_at(0), static_cast<std::uint64_t>(s.number_at(1)),
            static_cast<std::uint32_t>(s.number_at(2)), static_cast<std::uint32_t>(s.number_at(3))},
           Instant{Duration(s.number_at(4))}});
    if (row != SQLITE_DONE) return undo(failed(row));
  }
  auto joined = may_join(seats, who, now);
  if (!joined) return undo(joined.why());
  auto leaving = joined->displaced;
  leaving.push_back(who.name);
  for (const std::string& name : leaving) {
    Statement s(h, "DELETE FROM member WHERE name = ?1");
    if (!s.ready()) return undo(failed(sqlite3_extended_errcode(h)));
    s.text(1, name);
    if (const int rc = s.step(); rc != SQLITE_DONE) return undo(failed(rc));
  }
  Statement s(h,
              "INSERT INTO member (name, run, first_index, indices, until_us) VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!s.ready()) return undo(failed(sqlite3_extended_errcode(h)));
  s.text(1, who.name);
  s.number(2, static_cast<std::int64_t>(who.run));
  s.number(3, who.first_index);
  s.number(4, who.indices);
  s.number(5, std::max(until, joined->after).since_epoch.count());
  if (const int rc = s.step(); rc != SQLITE_DONE) return undo(failed(rc));
  s.done();
  if (const int rc = run(h, "COMMIT"); rc != SQLITE_OK) return undo(failed(rc));
  return joined;
}

Expected<Ok, StoreError> SqliteStore::extend(const Member& who, Instant until) {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  Statement s(db_->handle, "UPDATE member SET until_us = max(until_us, ?3) WHERE name = ?1 AND run = ?2");
  if (!s.ready()) return Fail{failed(sqlite3_extended_errcode(db_->handle))};
  s.text(1, who.name);
  s.number(2, static_cast<std::int64_t>(who.run));
  s.number(3, until.since_epoch.count());
  if (const int rc = s.step(); rc != SQLITE_DONE) return Fail{failed(rc)};
  if (sqlite3_changes(db_->handle) == 0) return Fail{place_taken(who)};
  return Ok{};
}

std::vector<std::string> SqliteStore::check() {
  std::vector<std::string> wrong;
  if (const auto usable = ready(); !usable) return {usable.why().what};
  {
    Statement s(db_->handle, "PRAGMA integrity_check");
    int row = 0;
    while (s.ready() && (row = s.step()) == SQLITE_ROW)
      if (const std::string said = s.text_at(0); said != "ok") wrong.push_back(said);
    if (row != SQLITE_DONE) wrong.push_back(failed(row).what);
  }
  for (const Imsi& imsi : subscribers())
    if (const auto record = find(imsi); !record) wrong.push_back(record.why().what);
  return wrong;
}

Expected<ByteVector, StoreError> SqliteStore::image() {
  if (const auto usable = ready(); !usable) return Fail{usable.why()};
  // Copied into memory first: the octets of the file alone are not the database while there is a WAL.
  sqlite3* copy = nullptr;
  int rc = sqlite3_open(":memory:", &copy);
  if (rc == SQLITE_OK) {
    if (sqlite3_backup* b = sqlite3_backup_init(copy, "main", db_->handle, "main")) {
      rc = sqlite3_backup_step(b, -1);
      sqlite3_backup_finish(b);
    } else {
      rc = sqlite3_errcode(copy);
    }
  }
  if (rc != SQLITE_DONE) {
    sqlite3_close(copy);
    return Fail{StoreError{path_ + " could not be copied", fault_of(rc)}};
  }
  sqlite3_int64 n = 0;
  unsigned char* const octets = sqlite3_serialize(copy, "main", &n, 0);
  ByteVector out;
  if (octets != nullptr) out.assign(octets, octets + n);
  sqlite3_free(octets);
  sqlite3_close(copy);
  if (out.empty()) return Fail{StoreError{"there is no memory for a copy of " + path_}};
  return out;
}

}  // namespace baton::store
