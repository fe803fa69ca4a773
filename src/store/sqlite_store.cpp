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
  void blob(int i, const std::optional<PlmnId>& v) {
    if (v)
      blob(i, v->wire());
    else
      sqlite3_bind_null(s_, i);
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
  std::optional<DiameterIdentity> identity_at(int i) {
    if (null_at(i)) return std::nullopt;
    auto parsed = DiameterIdentity::parse(text_at(i));
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
  }
  std::optional<PlmnId> plmn_at(int i) {
    if (null_at(i)) return std::nullopt;
    auto parsed = PlmnId::from_wire(blob_at(i));
    return parsed ? std::optional(*parsed) : std::nullopt;
  }
  std::optional<context::ServingNode> node_at(int host, int realm, int plmn, int purged) {
    auto identity = identity_at(host);
    if (!identity) return std::nullopt;
    return context::ServingNode{std::move(*identity), identity_at(realm), plmn_at(plmn),
                                number_at(purged) != 0};
  }
  std::uint64_t number_at(int i) { return static_cast<std::uint64_t>(sqlite3_column_int64(s_, i)); }
  bool null_at(int i) { return sqlite3_column_type(s_, i) == SQLITE_NULL; }

 private:
  sqlite3_stmt* s_ = nullptr;
};

constexpr std::string_view select_sql =
    "SELECT k_sealed, opc_sealed, amf, seq_reserved, ind_bits, apn, qci, ambr_up_bps, ambr_down_bps, msisdn, "
    "mme_host, mme_realm, purged, kasme_sealed, algorithm, tuak_res, tuak_iterations, sqn_scheme, "
    "seq_offset, "
    "resyncs, subscription, mme_plmn, sgsn_host, sgsn_realm, sgsn_plmn, sgsn_purged, imei, software_version, "
    "version FROM subscriber WHERE imsi = ?1";
constexpr std::string_view version_sql = "SELECT version FROM subscriber WHERE imsi = ?1";
constexpr std::string_view upsert_sql =
    "INSERT OR REPLACE INTO subscriber (imsi, k_sealed, opc_sealed, amf, seq_reserved, ind_bits, apn, qci, "
    "ambr_up_bps, ambr_down_bps, msisdn, mme_host, mme_realm, purged, kasme_sealed, algorithm, tuak_res, "
    "tuak_iterations, sqn_scheme, seq_offset, resyncs, subscription, mme_plmn, sgsn_host, sgsn_realm, "
    "sgsn_plmn, sgsn_purged, imei, software_version, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
    "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, "
    "?30)";
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

// The field's name says which algorithm the secret is for, so that a row cannot be passed off as one of
// another.
constexpr std::string_view k_fields[] = {"K", "K of TUAK", "K of the test algorithm"};

/// Both sealed secrets as they lie in k_sealed and opc_sealed.
struct SealedSecret {
  ByteVector k, opc;
};
SealedSecret seal_secret(const context::StoreKey& key, const Imsi& imsi, const AkaSecret& secret) {
  const std::string_view field = k_fields[secret.index()];
  return std::visit(
      Cases{
          [&](const MilenageSecret& s) {
            return SealedSecret{context::seal(key, imsi, field, s.k), context::seal(key, imsi, "OPc", s.opc)};
          },
          [&](const TuakSecret& s) {
            return SealedSecret{context::seal(key, imsi, field, s.k),
                                context::seal(key, imsi, "TOPc", s.topc)};
          },
          [&](const TestSecret& s) {
            return SealedSecret{context::seal(key, imsi, field, s.k), {}};
          }},
      secret);
}

std::optional<TuakK> unseal_tuak_k(const context::StoreKey& key, const Imsi& imsi, Bytes sealed) {
  auto plain = context::unseal_octets(key, imsi, k_fields[1], sealed);
  if (!plain) return std::nullopt;
  std::optional<TuakK> out;
  if (plain->size() <= TuakK::size_max) out.emplace(*plain);
  secure_wipe(plain->data(), plain->size());
  return out;
}

std::optional<AkaSecret> unseal_secret(const context::StoreKey& key, const Imsi& imsi, Bytes sealed_k,
                                       Bytes sealed_opc, std::uint64_t algorithm, std::uint64_t tuak_res,
                                       std::uint64_t tuak_iterations) {
  switch (static_cast<AkaAlgorithm>(algorithm)) {
    case AkaAlgorithm::milenage: {
      auto k = context::unseal<K>(key, imsi, k_fields[0], sealed_k);
      auto opc = context::unseal<Opc>(key, imsi, "OPc", sealed_opc);
      if (!k || !opc) return std::nullopt;
      return MilenageSecret{std::move(*k), std::move(*opc)};
    }
    case AkaAlgorithm::tuak: {
      auto k = unseal_tuak_k(key, imsi, sealed_k);
      auto topc = context::unseal<Topc>(key, imsi, "TOPc", sealed_opc);
      if (!k || !topc || tuak_res > 0xFF || tuak_iterations > 0xFF) return std::nullopt;
      AkaSecret secret = TuakSecret{std::move(*k), std::move(*topc), static_cast<std::uint8_t>(tuak_res),
                                    static_cast<std::uint8_t>(tuak_iterations)};
      if (!sound(secret)) return std::nullopt;
      return secret;
    }
    case AkaAlgorithm::test: {
      auto k = context::unseal<K>(key, imsi, k_fields[2], sealed_k);
      if (!k) return std::nullopt;
      return TestSecret{std::move(*k)};
    }
  }
  return std::nullopt;
}

bool run(sqlite3* db, const std::string& sql) {
  return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
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
    case SQLITE_LOCKED: return StoreFault::locked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return StoreFault::corrupt;
    case SQLITE_CANTOPEN: return StoreFault::gone;
    default: return StoreFault::io;
  }
}

StoreError error_of(sqlite3* db, int code) {
  return {std::string("the database: ") + sqlite3_errmsg(db), fault_of(code)};
}

}  // namespace

struct SqliteStore::Database {
  sqlite3* handle = nullptr;
  std::unique_ptr<Statement> select, version, upsert, erase;
  ~Database() {
    select.reset();
    version.reset();
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
  db->version = std::make_unique<Statement>(h, version_sql);
  db->upsert = std::make_unique<Statement>(h, upsert_sql);
  db->erase = std::make_unique<Statement>(h, delete_sql);
  if (!db->select->ready() || !db->version->ready() || !db->upsert->ready() || !db->erase->ready())
    return Fail{StoreError{path + " does not have the tables of its version: " + sqlite3_errmsg(h)}};
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(db), std::move(key)));
}

namespace {

/// The row `select_sql` found; nothing when something in it cannot be unsealed or read.
std::optional<context::SubscriberRecord> row_of(const context::StoreKey& key, Statement& s,
                                                const Imsi& imsi) {
  auto secret =
      unseal_secret(key, imsi, s.blob_at(0), s.blob_at(1), s.number_at(14), s.number_at(15), s.number_at(16));
  const Bytes amf = s.blob_at(2);
  if (!secret || amf.size() != Amf::size) return std::nullopt;
  context::SubscriberRecord r{.imsi = imsi, .secret = std::move(*secret)};
  r.amf = Amf::from(amf);
  r.seq_reserved = s.number_at(3);
  r.ind_bits = static_cast<std::uint32_t>(s.number_at(4));
  r.sqn_scheme = static_cast<context::SqnScheme>(s.number_at(17));
  r.seq_offset = s.number_at(18);
  r.resyncs = static_cast<std::uint32_t>(s.number_at(19));
  if (s.null_at(20)) {
    auto& apn = r.subscription.apns.front();
    apn.apn = s.text_at(5);
    apn.qci = static_cast<std::uint8_t>(s.number_at(6));
    apn.ambr_up_bps = r.subscription.ambr_up_bps = static_cast<std::uint32_t>(s.number_at(7));
    apn.ambr_down_bps = r.subscription.ambr_down_bps = static_cast<std::uint32_t>(s.number_at(8));
    r.subscription.msisdn = s.text_at(9);
  } else {
    auto subscription = context::decode_subscription(s.blob_at(20));
    if (!subscription) return std::nullopt;
    r.subscription = std::move(*subscription);
  }
  r.mme = s.node_at(10, 11, 21, 12);
  r.sgsn = s.node_at(22, 23, 24, 25);
  r.terminal = {s.text_at(26), s.text_at(27)};
  r.version = s.number_at(28);
  if (!s.null_at(13)) {
    // Without it the home network would take an old key for the one in use: better no record at all.
    auto memory = kasme_memory_from(key, imsi, s.blob_at(13));
    if (!memory) return std::nullopt;
    r.kasme = std::move(*memory);
  }
  return r;
}

void bind_row(const context::StoreKey& key, Statement& s, const context::SubscriberRecord& r,
              std::uint64_t version) {
  const SealedSecret secret = seal_secret(key, r.imsi, r.secret);
  s.blob(2, secret.k);
  s.blob(3, secret.opc);
  s.blob(4, r.amf.bytes);
  s.number(5, r.seq_reserved);
  s.number(6, r.ind_bits);
  const context::SubscribedApn none{.apn = {}};
  const auto* apn = r.subscription.default_apn();
  s.text(7, (apn != nullptr ? *apn : none).apn);
  s.number(8, (apn != nullptr ? *apn : none).qci);
  s.number(9, r.subscription.ambr_up_bps);
  s.number(10, r.subscription.ambr_down_bps);
  s.text(11, r.subscription.msisdn);
  s.text(12, r.mme ? std::optional(r.mme->host) : std::nullopt);
  s.text(13, r.mme ? r.mme->realm : std::nullopt);
  s.number(14, r.mme && r.mme->purged ? 1 : 0);
  if (!r.kasme.empty()) {
    ByteVector plain = context::encode(r.kasme);
    s.blob(15, context::seal_octets(key, r.imsi, kasme_field, plain));
    secure_wipe(plain.data(), plain.size());
  }
  s.number(16, static_cast<std::uint64_t>(algorithm_of(r.secret)));
  const auto* tuak = std::get_if<TuakSecret>(&r.secret);
  s.number(17, tuak != nullptr ? tuak->res_octets : 8);
  s.number(18, tuak != nullptr ? tuak->iterations : 1);
  s.number(19, static_cast<std::uint64_t>(r.sqn_scheme));
  s.number(20, r.seq_offset);
  s.number(21, r.resyncs);
  s.blob(22, context::encode(r.subscription));
  s.blob(23, r.mme ? r.mme->visited : std::nullopt);
  s.text(24, r.sgsn ? std::optional(r.sgsn->host) : std::nullopt);
  s.text(25, r.sgsn ? r.sgsn->realm : std::nullopt);
  s.blob(26, r.sgsn ? r.sgsn->visited : std::nullopt);
  s.number(27, r.sgsn && r.sgsn->purged ? 1 : 0);
  s.text(28, r.terminal.imei);
  s.text(29, r.terminal.software_version);
  s.number(30, version);
}

/// The version of the row there is, 0 when there is none.
std::uint64_t version_of(Statement& s, const Imsi& imsi) {
  s.text(1, imsi.digits());
  const std::uint64_t v = s.step() == SQLITE_ROW ? s.number_at(0) : 0;
  s.done();
  return v;
}

}  // namespace

Expected<std::optional<context::SubscriberRecord>, StoreError> SqliteStore::find(const Imsi& imsi) {
  std::optional<context::SubscriberRecord> out;
  if (const Staged* staged = staged_.find(imsi)) {
    if (staged->record) out = staged->record->copy();
    return out;
  }
  Statement& s = *db_->select;
  s.text(1, imsi.digits());
  const int row = s.step();
  if (row != SQLITE_ROW && row != SQLITE_DONE) {
    StoreError why = error_of(db_->handle, row);
    s.done();
    return Fail{std::move(why)};
  }
  bool readable = true;
  if (row == SQLITE_ROW) {
    out = row_of(key_, s, imsi);
    readable = out.has_value();
  }
  s.done();
  if (!readable) {
    ++unreadable_;
    return Fail{StoreError{"the record of " + imsi.digits() + " was changed, or sealed under another key",
                           StoreFault::corrupt}};
  }
  return out;
}

bool SqliteStore::put(context::SubscriberRecord record) { return staged_.put(std::move(record)); }
bool SqliteStore::remove(const Imsi& imsi) { return staged_.remove(imsi); }

Expected<Committed, StoreError> SqliteStore::commit() {
  if (staged_.empty()) return Committed{};
  const auto failed = [&] {
    StoreError why = error_of(db_->handle, sqlite3_extended_errcode(db_->handle));
    run(db_->handle, "ROLLBACK");
    return Fail{std::move(why)};
  };
  if (!run(db_->handle, "BEGIN IMMEDIATE")) return failed();
  Committed out;
  for (const auto& [imsi, staged] : staged_.all()) {
    const auto& record = staged.record;
    Statement& s = record ? *db_->upsert : *db_->erase;
    if (record) {
      const std::uint64_t there = version_of(*db_->version, imsi);
      if (!may_replace(staged.expected, there)) {
        out.conflicts.push_back(imsi);
        continue;
      }
      s.text(1, imsi.digits());
      bind_row(key_, s, *record, there + 1);
    } else {
      s.text(1, imsi.digits());
    }
    const bool written = s.step() == SQLITE_DONE;
    if (!written) {
      const auto why = failed();
      s.done();
      return why;
    }
    s.done();
  }
  if (!run(db_->handle, "COMMIT")) return failed();
  staged_.clear();
  return out;
}

void SqliteStore::crash() { staged_.clear(); }

std::size_t SqliteStore::size() const { return subscribers().size(); }

std::vector<Imsi> SqliteStore::subscribers() const {
  std::vector<Imsi> out;
  Statement s(db_->handle, "SELECT imsi FROM subscriber ORDER BY imsi");
  while (s.ready() && s.step() == SQLITE_ROW)
    if (auto imsi = Imsi::parse(s.text_at(0)); imsi && staged_.find(*imsi) == nullptr) out.push_back(*imsi);
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

Expected<std::vector<context::SubscriberRecord>, StoreError> SqliteStore::range(
    const std::optional<Imsi>& after, std::size_t limit) {
  std::vector<Imsi> found;
  {
    Statement s(db_->handle, "SELECT imsi FROM subscriber WHERE imsi > ?1 ORDER BY imsi LIMIT ?2");
    if (!s.ready()) return Fail{error_of(db_->handle, sqlite3_extended_errcode(db_->handle))};
    s.text(1, after ? std::string_view(after->digits()) : std::string_view(""));
    // What is staged may be a removal: as many more as there can be of those.
    s.number(2, limit + staged_.all().size());
    int row = 0;
    while ((row = s.step()) == SQLITE_ROW)
      if (auto imsi = Imsi::parse(s.text_at(0)); imsi && staged_.find(*imsi) == nullptr)
        found.push_back(*imsi);
    if (row != SQLITE_DONE) return Fail{error_of(db_->handle, row)};
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

}  // namespace baton::store
