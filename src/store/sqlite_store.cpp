#include "store/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "store/schema.h"

namespace baton::store {

namespace {

constexpr std::string_view key_check_text = "baton store key";
constexpr int busy_ms_max = 2000;

Bytes view(std::string_view s) { return {reinterpret_cast<const Byte*>(s.data()), s.size()}; }

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
  void text(int i, const std::optional<DiameterIdentity>& v) {
    if (v)
      text(i, v->value());
    else
      sqlite3_bind_null(s_, i);
  }
  void blob(int i, Bytes v) {
    sqlite3_bind_blob(s_, i, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT);
  }
  void number(int i, std::uint64_t v) { sqlite3_bind_int64(s_, i, static_cast<sqlite3_int64>(v)); }

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
  std::uint64_t number_at(int i) { return static_cast<std::uint64_t>(sqlite3_column_int64(s_, i)); }
  bool null_at(int i) { return sqlite3_column_type(s_, i) == SQLITE_NULL; }

 private:
  sqlite3_stmt* s_ = nullptr;
};

constexpr std::string_view select_sql =
    "SELECT k_sealed, opc_sealed, amf, seq_reserved, ind_bits, apn, qci, ambr_up_bps, ambr_down_bps, msisdn, "
    "mme_host, mme_realm, purged, kasme_sealed FROM subscriber WHERE imsi = ?1";
constexpr std::string_view upsert_sql =
    "INSERT OR REPLACE INTO subscriber (imsi, k_sealed, opc_sealed, amf, seq_reserved, ind_bits, apn, qci, "
    "ambr_up_bps, ambr_down_bps, msisdn, mme_host, mme_realm, purged, kasme_sealed) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
constexpr std::string_view delete_sql = "DELETE FROM subscriber WHERE imsi = ?1";

constexpr std::string_view kasme_field = "KASME memory";

std::optional<context::KasmeMemory> kasme_memory_from(const context::StoreKey& key, const Imsi& imsi,
                                                      Bytes sealed) {
  auto plain = context::unseal_octets(key, imsi, kasme_field, sealed);
  if (!plain) return std::nullopt;
  auto out = context::decode_kasme_memory(*plain);
  secure_wipe(plain->data(), plain->size());
  return out;
}

bool run(sqlite3* db, const std::string& sql) {
  return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace

struct SqliteStore::Database {
  sqlite3* handle = nullptr;
  std::unique_ptr<Statement> select, upsert, erase;
  ~Database() {
    select.reset();
    upsert.reset();
    erase.reset();
    sqlite3_close(handle);
  }
};

SqliteStore::SqliteStore(std::unique_ptr<Database> db, context::StoreKey key)
    : db_(std::move(db)), key_(std::move(key)) {}
SqliteStore::~SqliteStore() = default;

Expected<std::unique_ptr<SqliteStore>, StoreError> SqliteStore::open(const std::string& path,
                                                                     context::StoreKey key) {
  // SQLite gives the WAL file the database's mode, so making the file first settles both.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return Fail{StoreError{"cannot open " + path + " for writing"}};
  ::close(fd);

  auto db = std::make_unique<Database>();
  if (sqlite3_open_v2(path.c_str(), &db->handle, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
    return Fail{StoreError{"cannot open " + path + ": " + sqlite3_errmsg(db->handle)}};
  sqlite3* const h = db->handle;
  sqlite3_busy_timeout(h, busy_ms_max);
  // FULL flushes the log at every commit; without it the last syncs before a power cut are lost.
  if (!run(h, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"))
    return Fail{StoreError{path + " is not a database: " + sqlite3_errmsg(h)}};

  Statement version(h, "PRAGMA user_version");
  if (!version.ready() || version.step() != SQLITE_ROW)
    return Fail{StoreError{path + " is not a database: " + sqlite3_errmsg(h)}};
  const std::uint64_t found = version.number_at(0);
  version.done();
  if (found > migrations.size())
    return Fail{StoreError{path + " has schema version " + std::to_string(found) +
                           "; this program knows up to " + std::to_string(migrations.size())}};
  for (std::size_t v = found; v < migrations.size(); ++v) {
    const std::string step = "BEGIN IMMEDIATE;" + std::string(migrations[v]) +
                             "PRAGMA user_version=" + std::to_string(v + 1) + ";COMMIT;";
    if (!run(h, step)) {
      const std::string why = sqlite3_errmsg(h);
      run(h, "ROLLBACK");
      return Fail{
          StoreError{"cannot bring " + path + " to schema version " + std::to_string(v + 1) + ": " + why}};
    }
  }

  {
    Statement check(h, "SELECT key_check FROM store WHERE id = 1");
    const int row = check.ready() ? check.step() : SQLITE_ERROR;
    if (row == SQLITE_ROW) {
      const auto text = crypto::siv_open(key, {view("store")}, check.blob_at(0));
      if (!text) return Fail{StoreError{path + " was sealed under another key file"}};
    } else {
      Statement put(h, "INSERT INTO store (id, key_check) VALUES (1, ?1)");
      if (!put.ready()) return Fail{StoreError{path + ": " + sqlite3_errmsg(h)}};
      put.blob(1, crypto::siv_seal(key, {view("store")}, view(key_check_text)));
      if (put.step() != SQLITE_DONE) return Fail{StoreError{path + ": " + sqlite3_errmsg(h)}};
    }
  }

  db->select = std::make_unique<Statement>(h, select_sql);
  db->upsert = std::make_unique<Statement>(h, upsert_sql);
  db->erase = std::make_unique<Statement>(h, delete_sql);
  if (!db->select->ready() || !db->upsert->ready() || !db->erase->ready())
    return Fail{StoreError{path + " does not have the tables of its version: " + sqlite3_errmsg(h)}};
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(db), std::move(key)));
}

std::optional<context::SubscriberRecord> SqliteStore::load(const Imsi& imsi) {
  if (const auto staged = staged_.find(imsi); staged != staged_.end()) {
    if (!staged->second) return std::nullopt;
    return staged->second->copy();
  }
  Statement& s = *db_->select;
  s.text(1, imsi.digits());
  std::optional<context::SubscriberRecord> out;
  if (s.step() == SQLITE_ROW) {
    auto k = context::unseal<K>(key_, imsi, "K", s.blob_at(0));
    auto opc = context::unseal<Opc>(key_, imsi, "OPc", s.blob_at(1));
    const Bytes amf = s.blob_at(2);
    if (k && opc && amf.size() == Amf::size) {
      out.emplace(context::SubscriberRecord{.imsi = imsi, .k = std::move(*k), .opc = std::move(*opc)});
      out->amf = Amf::from(amf);
      out->seq_reserved = s.number_at(3);
      out->ind_bits = static_cast<std::uint32_t>(s.number_at(4));
      out->apn = s.text_at(5);
      out->qci = static_cast<std::uint8_t>(s.number_at(6));
      out->ambr_up_bps = static_cast<std::uint32_t>(s.number_at(7));
      out->ambr_down_bps = static_cast<std::uint32_t>(s.number_at(8));
      out->msisdn = s.text_at(9);
      if (auto host = DiameterIdentity::parse(s.text_at(10)); !s.null_at(10) && host) out->mme_host = *host;
      if (auto realm = DiameterIdentity::parse(s.text_at(11)); !s.null_at(11) && realm)
        out->mme_realm = *realm;
      out->purged = s.number_at(12) != 0;
      if (!s.null_at(13)) {
        auto memory = kasme_memory_from(key_, imsi, s.blob_at(13));
        // Without it the home network would take an old key for the one in use: better no record at all.
        if (memory) {
          out->kasme = std::move(*memory);
        } else {
          out.reset();
          ++unreadable_;
        }
      }
    } else {
      ++unreadable_;
    }
  }
  s.done();
  return out;
}

bool SqliteStore::put(context::SubscriberRecord record) {
  if (staged_.size() >= staged_max && !staged_.contains(record.imsi)) return false;
  Imsi imsi = record.imsi;
  staged_.insert_or_assign(std::move(imsi), std::optional(std::move(record)));
  return true;
}

bool SqliteStore::remove(const Imsi& imsi) {
  if (staged_.size() >= staged_max && !staged_.contains(imsi)) return false;
  staged_.insert_or_assign(imsi, std::nullopt);
  return true;
}

bool SqliteStore::sync() {
  if (staged_.empty()) return true;
  if (!run(db_->handle, "BEGIN IMMEDIATE")) return false;
  bool ok = true;
  for (const auto& [imsi, record] : staged_) {
    Statement& s = record ? *db_->upsert : *db_->erase;
    s.text(1, imsi.digits());
    if (record) {
      s.blob(2, context::seal(key_, imsi, "K", record->k));
      s.blob(3, context::seal(key_, imsi, "OPc", record->opc));
      s.blob(4, record->amf.bytes);
      s.number(5, record->seq_reserved);
      s.number(6, record->ind_bits);
      s.text(7, record->apn);
      s.number(8, record->qci);
      s.number(9, record->ambr_up_bps);
      s.number(10, record->ambr_down_bps);
      s.text(11, record->msisdn);
      s.text(12, record->mme_host);
      s.text(13, record->mme_realm);
      s.number(14, record->purged ? 1 : 0);
      if (!record->kasme.empty()) {
        ByteVector plain = context::encode(record->kasme);
        s.blob(15, context::seal_octets(key_, imsi, kasme_field, plain));
        secure_wipe(plain.data(), plain.size());
      }
    }
    ok = s.step() == SQLITE_DONE;
    s.done();
    if (!ok) break;
  }
  if (!ok || !run(db_->handle, "COMMIT")) {
    run(db_->handle, "ROLLBACK");
    return false;
  }
  staged_.clear();
  return true;
}

void SqliteStore::crash() { staged_.clear(); }

std::size_t SqliteStore::size() const { return subscribers().size(); }

std::vector<Imsi> SqliteStore::subscribers() const {
  std::vector<Imsi> out;
  Statement s(db_->handle, "SELECT imsi FROM subscriber ORDER BY imsi");
  while (s.ready() && s.step() == SQLITE_ROW)
    if (auto imsi = Imsi::parse(s.text_at(0)); imsi && !staged_.contains(*imsi)) out.push_back(*imsi);
  for (const auto& [imsi, record] : staged_)
    if (record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace baton::store
