#include "store/postgres_store.h"

#include <libpq-fe.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/cases.h"

namespace baton::store {

namespace {

// Types of parameters, as the server numbers them.
constexpr Oid oid_octets = 17;
constexpr Oid oid_number = 20;
constexpr Oid oid_text = 25;

/// The tables. Numbers are BIGINT throughout, which every engine has; what each column is says schema.h.
constexpr std::array<std::string_view, 3> tables{
    "CREATE TABLE IF NOT EXISTS store (id BIGINT PRIMARY KEY, schema_version BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS data_key (number BIGINT PRIMARY KEY, kind TEXT NOT NULL, "
    "wrapped BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS subscriber (imsi TEXT PRIMARY KEY, k_sealed BYTEA NOT NULL, "
    "opc_sealed BYTEA NOT NULL, amf BYTEA NOT NULL, seq_reserved BIGINT NOT NULL, ind_bits BIGINT NOT NULL, "
    "apn TEXT NOT NULL, qci BIGINT NOT NULL, ambr_up_bps BIGINT NOT NULL, ambr_down_bps BIGINT NOT NULL, "
    "msisdn TEXT NOT NULL, mme_host TEXT, mme_realm TEXT, purged BIGINT NOT NULL, kasme_sealed BYTEA, "
    "algorithm BIGINT NOT NULL, tuak_res BIGINT NOT NULL, tuak_iterations BIGINT NOT NULL, "
    "sqn_scheme BIGINT NOT NULL, seq_offset BIGINT NOT NULL, resyncs BIGINT NOT NULL, subscription BYTEA, "
    "mme_plmn BYTEA, sgsn_host TEXT, sgsn_realm TEXT, sgsn_plmn BYTEA, sgsn_purged BIGINT NOT NULL, "
    "imei TEXT NOT NULL, software_version TEXT NOT NULL, data_key BIGINT NOT NULL, version BIGINT NOT NULL)"};
constexpr std::int64_t schema_version = 1;

/// After a failed attempt to connect the next one waits so long: whoever asks meanwhile is told at once.
constexpr std::int64_t connect_pause_us = 250'000;

std::int64_t monotonic_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}

std::string one_line(const char* text) {
  std::string out = text == nullptr ? "" : text;
  std::replace(out.begin(), out.end(), '\n', ' ');
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

/// What an SQLSTATE means here. PostgreSQL 15, appendix A.
StoreFault fault_of(std::string_view state) {
  const auto begins = [&](std::string_view with) { return state.starts_with(with); };
  if (state == "40001" || state == "40P01" || state == "55P03") return StoreFault::locked;
  if (state == "57014") return StoreFault::slow;
  if (state == "53100" || state == "53200") return StoreFault::full;
  if (state == "25006") return StoreFault::read_only;
  if (begins("08") || begins("57") || begins("28") || state == "53300" || state == "40003" || state.empty())
    return StoreFault::gone;
  if (begins("XX")) return StoreFault::corrupt;
  return StoreFault::io;
}

/// Whether another transaction was in the way and the same may succeed now.
bool in_the_way(std::string_view state) { return state == "40001" || state == "40P01"; }

}  // namespace

struct PostgresStore::Command {
  std::string_view statement;  ///< the name of a prepared one, or SQL
  std::vector<Value> values{};
  bool prepared = true;
};

/// The octets of a result's fields, and how many rows a change touched.
struct PostgresStore::Result {
  std::vector<std::vector<std::optional<ByteVector>>> rows;
  std::size_t changed = 0;
};

/// Connection is one link to a server. Every call waits, but not for ever.
class PostgresStore::Connection {
 public:
  Connection(const std::string& to, Duration patience) : patience_us_(patience.count()) {
    // Later ones win: the operator's string comes last.
    const std::array<const char*, 6> names{"connect_timeout",  "tcp_user_timeout", "target_session_attrs",
                                           "application_name", "dbname",           nullptr};
    const std::array<const char*, 6> values{"3", "5000", "read-write", "baton", to.c_str(), nullptr};
    db_ = PQconnectdbParams(names.data(), values.data(), 1);
    PQsetNoticeProcessor(
        db_, [](void*, const char*) {}, nullptr);  // of tables that are there already
  }
  ~Connection() { PQfinish(db_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool up() const { return PQstatus(db_) == CONNECTION_OK; }
  std::string why() const { return one_line(PQerrorMessage(db_)); }
  const std::string& state() const { return state_; }

  /// simple runs statements one after the other, for what is done once.
  Expected<Ok, StoreError> simple(const std::string& sql) {
    PGresult* const r = PQexec(db_, sql.c_str());
    const auto status = PQresultStatus(r);
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const StoreError wrong = error(r);
    PQclear(r);
    if (!done) return Fail{wrong};
    return Ok{};
  }

  Expected<Ok, StoreError> prepare(const char* name, const std::string& sql, const std::vector<Oid>& types) {
    PGresult* const r = PQprepare(db_, name, sql.c_str(), static_cast<int>(types.size()), types.data());
    const bool done = PQresultStatus(r) == PGRES_COMMAND_OK;
    const StoreError wrong = error(r);
    PQclear(r);
    if (!done) return Fail{wrong};
    return Ok{};
  }

  Expected<Results, StoreError> pipeline(const std::vector<Command>& commands) {
    until_us_ = monotonic_us() + patience_us_;
    state_.clear();
    if (PQsetnonblocking(db_, 1) != 0 || PQenterPipelineMode(db_) != 1) return lost();
    std::size_t sent = 0;
    for (const Command& c : commands) {
      if (!send(c)) return lost();
      // The server's answers are taken in meanwhile, so that neither side waits with full buffers.
      if (++sent % 64 == 0 && !push()) return lost();
    }
    if (PQpipelineSync(db_) != 1 || !flush()) return lost();

    Results out;
    std::optional<StoreError> wrong;
    for (bool synced = false; !synced;) {
      PGresult* r = next();
      if (gave_up_) return lost();
      if (r == nullptr) {
        if (PQstatus(db_) != CONNECTION_OK) return lost();
        continue;  // the end of one command's results
      }
      switch (PQresultStatus(r)) {
        case PGRES_PIPELINE_SYNC: synced = true; break;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK: out.push_back(taken(r)); break;
        case PGRES_PIPELINE_ABORTED: break;  // because of an earlier one, which said why
        default:
          if (!wrong) {
            wrong = error(r);
          }
      }
      PQclear(r);
    }
    PQexitPipelineMode(db_);
    PQsetnonblocking(db_, 0);
    if (wrong) {
      if (PQtransactionStatus(db_) != PQTRANS_IDLE) {
        const std::string kept = state_;
        (void)simple("ROLLBACK");
        state_ = kept;
      }
      return Fail{*wrong};
    }
    return out;
  }

 private:
  StoreError error(const PGresult* r) {
    const char* const state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    state_ = state == nullptr ? "" : state;
    const char* const text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    return {"the database: " + (text == nullptr ? why() : one_line(text)), fault_of(state_)};
  }

  Fail<StoreError> lost() const {
    if (gave_up_) return Fail{StoreError{"the database does not answer", StoreFault::slow}};
    return Fail{StoreError{"the database is gone: " + why(), StoreFault::gone}};
  }

  bool send(const Command& c) {
    numbers_.resize(c.values.size());
    pointers_.resize(c.values.size());
    lengths_.resize(c.values.size());
    types_.resize(c.values.size());
    formats_.assign(c.values.size(), 1);
    for (std::size_t i = 0; i < c.values.size(); ++i) {
      pointers_[i] = nullptr;
      lengths_[i] = 0;
      types_[i] = oid_octets;
      std::visit(Cases{[](std::monostate) {},
                       [&](std::int64_t n) {
                         types_[i] = oid_number;
                         for (std::size_t b = 0; b < 8; ++b)
                           numbers_[i][b] = static_cast<char>(static_cast<std::uint64_t>(n) >> (56 - 8 * b));
                         pointers_[i] = numbers_[i].data();
                         lengths_[i] = 8;
                       },
                       [&](const std::string& t) {
                         types_[i] = oid_text;
                         pointers_[i] = t.c_str();
                         lengths_[i] = static_cast<int>(t.size());
                       },
                       [&](const ByteVector& b) {
                         pointers_[i] = b.empty() ? "" : reinterpret_cast<const char*>(b.data());
                         lengths_[i] = static_cast<int>(b.size());
                       }},
                 c.values[i]);
    }
    const std::string text(c.statement);
    const int n = static_cast<int>(c.values.size());
    if (c.prepared)
      return PQsendQueryPrepared(db_, text.c_str(), n, pointers_.data(), lengths_.data(), formats_.data(),
                                 1) == 1;
    return PQsendQueryParams(db_, text.c_str(), n, types_.data(), pointers_.data(), lengths_.data(),
                             formats_.data(), 1) == 1;
  }

  /// wait until the socket can be read, or written too; false when patience is at its end.
  bool wait(bool for_writing) {
    const std::int64_t left = until_us_ - monotonic_us();
    pollfd p{PQsocket(db_), static_cast<short>(POLLIN | (for_writing ? POLLOUT : 0)), 0};
    if (left <= 0 || ::poll(&p, 1, static_cast<int>(left / 1000 + 1)) == 0) {
      gave_up_ = true;
      return false;
    }
    return true;
  }
  /// push sends what can be sent at once and takes in what is there.
  bool push() { return PQflush(db_) >= 0 && PQconsumeInput(db_) == 1; }
  bool flush() {
    for (;;) {
      const int left = PQflush(db_);
      if (left < 0) return false;
      if (left == 0) return true;
      if (!wait(true) || PQconsumeInput(db_) != 1) return false;
    }
  }
  PGresult* next() {
    while (PQisBusy(db_) == 1) {
      if (!wait(false)) return nullptr;
      if (PQconsumeInput(db_) != 1) return nullptr;
    }
    return PQgetResult(db_);
  }

  static Result taken(const PGresult* r) {
    Result out;
    const int rows = PQntuples(r);
    const int fields = PQnfields(r);
    for (int row = 0; row < rows; ++row) {
      auto& to = out.rows.emplace_back();
      for (int f = 0; f < fields; ++f) {
        if (PQgetisnull(r, row, f) == 1) {
          to.emplace_back();
          continue;
        }
        const auto* const from = reinterpret_cast<const Byte*>(PQgetvalue(r, row, f));
        to.emplace_back(ByteVector(from, from + PQgetlength(r, row, f)));
      }
    }
    out.changed = static_cast<std::size_t>(std::strtoull(PQcmdTuples(const_cast<PGresult*>(r)), nullptr, 10));
    return out;
  }

  PGconn* db_ = nullptr;
  std::int64_t patience_us_;
  std::int64_t until_us_ = 0;
  bool gave_up_ = false;
  std::string state_;
  std::vector<std::array<char, 8>> numbers_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<Oid> types_;

 public:
  std::int64_t failed_at_us = 0;  ///< when connecting failed
};

namespace {

std::int64_t number_of(const std::optional<ByteVector>& octets) {
  std::uint64_t out = 0;
  if (octets)
    for (const Byte b : *octets) out = out << 8U | b;
  return static_cast<std::int64_t>(out);
}
std::string text_of(const std::optional<ByteVector>& octets) {
  return octets ? std::string(octets->begin(), octets->end()) : std::string();
}

/// A row of a result whose columns begin at `first`.
Row row_from(const std::vector<std::optional<ByteVector>>& fields, std::size_t first) {
  Row row;
  for (std::size_t i = 0; i < columns.size() && first + i < fields.size(); ++i) {
    const auto& field = fields[first + i];
    if (!field) continue;
    switch (columns[i].kind) {
      case Kind::number: row[i] = number_of(field); break;
      case Kind::text: row[i] = text_of(field); break;
      case Kind::octets: row[i] = *field; break;
    }
  }
  return row;
}

std::vector<Value> parameters(const Imsi& imsi, const Row& row) {
  std::vector<Value> out{std::string(imsi.digits())};
  out.insert(out.end(), row.begin(), row.end());
  return out;
}

std::vector<Oid> types_of_row(bool with_expected) {
  std::vector<Oid> out{oid_text};
  for (const Column& c : columns)
    out.push_back(c.kind == Kind::number ? oid_number : c.kind == Kind::text ? oid_text : oid_octets);
  if (with_expected) out.push_back(oid_number);
  return out;
}

std::string range_sql() {
  std::string sql = select_sql('$');
  sql.replace(0, 7, "SELECT imsi, ");
  sql.replace(sql.find("imsi = $1"), std::string::npos, "imsi > $1 ORDER BY imsi LIMIT $2");
  return sql;
}

}  // namespace

PostgresStore::PostgresStore(Options options, KeySource source)
    : options_(std::move(options)), source_(std::move(source)) {
  if (source_.earlier) keys_.earlier = source_.earlier->clone();
}
PostgresStore::~PostgresStore() = default;

Expected<std::unique_ptr<PostgresStore>, StoreError> PostgresStore::open(Options options, KeySource keys) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(options), std::move(keys)));
  if (const auto made = store->make_tables(); !made) return Fail{made.why()};
  if (const auto up = store->connect(); !up) return Fail{up.why()};
  if (const auto read = store->read_keys(); !read) return Fail{read.why()};
  if (store->keys_.ring.newest() == 0)
    if (const auto added = store->add_data_key(); !added) return Fail{added.why()};
  return store;
}

Expected<Ok, StoreError> PostgresStore::make_tables() {
  Connection c(options_.connection, options_.patience);
  if (!c.up()) return Fail{StoreError{"cannot connect: " + c.why(), StoreFault::gone}};
  for (const std::string_view sql : tables) {
    for (int attempt = 0;; ++attempt) {
      const auto made = c.simple(std::string(sql));
      if (made) break;
      // Two that make the same table at once: one of them is told of a name that is there already.
      const bool again = c.state() == "23505" || c.state() == "42P07" || in_the_way(c.state());
      if (!again || attempt == attempts_max) return Fail{made.why()};
    }
  }
  const auto noted =
      c.pipeline({{"INSERT INTO store (id, schema_version) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
                   {schema_version},
                   false},
                  {"SELECT schema_version FROM store WHERE id = 1", {}, false}});
  if (!noted) return Fail{noted.why()};
  const std::int64_t found = noted->back().rows.empty() ? 0 : number_of(noted->back().rows[0][0]);
  if (found != schema_version)
    return Fail{StoreError{"the database has schema version " + std::to_string(found) +
                               "; this program knows up to " + std::to_string(schema_version),
                           StoreFault::corrupt}};
  return Ok{};
}

Expected<Ok, StoreError> PostgresStore::connect() const {
  if (connection_ && connection_->up()) return Ok{};
  if (connection_ && connection_->failed_at_us != 0 &&
      monotonic_us() - connection_->failed_at_us < connect_pause_us)
    return Fail{StoreError{"the database is gone", StoreFault::gone}};
  if (connection_) ++reconnects_;
  connection_ = std::make_unique<Connection>(options_.connection, options_.patience);
  Connection& c = *connection_;
  const auto failed = [&](StoreError why) {
    c.failed_at_us = monotonic_us();
    return Fail{std::move(why)};
  };
  if (!c.up()) return failed({"cannot connect: " + c.why(), StoreFault::gone});
  // A commit that the server may lose is none. What the operator set beyond that stays.
  const auto durable = c.pipeline({{"SHOW synchronous_commit", {}, false}});
  if (!durable) return failed(durable.why());
  const std::string how =
      durable->empty() || durable->front().rows.empty() ? "" : text_of(durable->front().rows[0][0]);
  if (how == "off" || how == "local")
    if (const auto set = c.simple("SET synchronous_commit = on"); !set) return failed(set.why());
  for (const auto& [name, sql, types] :
       {std::tuple("baton_select", select_sql('$'), std::vector<Oid>{oid_text}),
        std::tuple("baton_insert", insert_sql('$'), types_of_row(false)),
        std::tuple("baton_update", update_sql('$'), types_of_row(true)),
        std::tuple("baton_upsert", upsert_sql('$'), types_of_row(false)),
        std::tuple("baton_reserve", reserve_sql('$'), std::vector<Oid>{oid_text, oid_number, oid_number}),
        std::tuple("baton_delete", delete_sql('$'), std::vector<Oid>{oid_text}),
        std::tuple("baton_range", range_sql(), std::vector<Oid>{oid_text, oid_number})})
    if (const auto made = c.prepare(name, sql, types); !made) return failed(made.why());
  return Ok{};
}

Expected<PostgresStore::Results, StoreError> PostgresStore::ask(const std::vector<Command>& commands) const {
  if (const auto up = connect(); !up) return Fail{up.why()};
  auto out = connection_->pipeline(commands);
  if (out) return out;
  const StoreFault fault = out.why().fault;
  // Given up, lost, or a server that takes no writes any more: another one may.
  if (fault == StoreFault::gone || fault == StoreFault::slow || fault == StoreFault::read_only) {
    connection_.reset();
    ++reconnects_;
  }
  return out;
}

/// A read may be asked again without harm: a connection that was idle when its server went is told so only at
/// the next use.
Expected<PostgresStore::Results, StoreError> PostgresStore::patiently(
    const std::vector<Command>& commands) const {
  auto out = ask(commands);
  if (!out && (out.why().fault == StoreFault::gone || out.why().fault == StoreFault::locked))
    out = ask(commands);
  return out;
}

Expected<PostgresStore::Results, StoreError> PostgresStore::transact(const std::vector<Command>& commands) {
  std::vector<Command> all{{"BEGIN", {}, false}};
  all.insert(all.end(), commands.begin(), commands.end());
  all.push_back({"COMMIT", {}, false});
  bool reconnected = false;
  for (int attempt = 1;; ++attempt) {
    auto out = ask(all);
    if (out) {
      out->erase(out->begin());
      out->pop_back();
      return out;
    }
    const bool lost = out.why().fault == StoreFault::gone;
    if (lost && !reconnected) {
      // It may have happened. Then the versions say so when it is tried again, and it is a conflict.
      reconnected = true;
      continue;
    }
    if (lost || out.why().fault != StoreFault::locked || attempt >= attempts_max) return out;
    ++retries_;
    // Longer each time, and not the same for two that collide: the clock's last digits are lots enough.
    const std::int64_t us = (monotonic_us() % 1'000 + 500) << std::min(attempt, 6);
    const timespec pause{us / 1'000'000, us % 1'000'000 * 1'000};
    (void)::nanosleep(&pause, nullptr);
  }
}

Expected<Ok, StoreError> PostgresStore::read_keys() {
  const auto rows = patiently({{"SELECT number, kind, wrapped FROM data_key ORDER BY number", {}, false}});
  if (!rows) return Fail{rows.why()};
  std::vector<WrappedKey> kept;
  for (const auto& r : rows->front().rows)
    if (r[2]) kept.push_back({static_cast<std::uint32_t>(number_of(r[0])), text_of(r[1]), *r[2]});
  return unwrap_into(keys_.ring, kept, *source_.wrapper);
}

Expected<std::uint32_t, StoreError> PostgresStore::add_data_key() {
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  const std::uint32_t number = keys_.ring.newest() + 1;
  const auto wrapped = source_.wrapper->wrap(number, vault::make_data_key());
  if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
  // Another process may be quicker: whoever's key is kept is the one.
  const auto kept = transact(
      {{"INSERT INTO data_key (number, kind, wrapped) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING",
        {std::int64_t{number}, std::string(source_.wrapper->kind()), *wrapped},
        false}});
  if (!kept) return Fail{kept.why()};
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  return number;
}

Expected<std::size_t, StoreError> PostgresStore::sealed_under(std::uint32_t number) {
  const auto rows =
      patiently({{"SELECT count(*) FROM subscriber WHERE data_key = $1", {std::int64_t{number}}, false}});
  if (!rows) return Fail{rows.why()};
  return static_cast<std::size_t>(number_of(rows->front().rows[0][0]));
}

Expected<Ok, StoreError> PostgresStore::drop_data_key(std::uint32_t number) {
  const auto done =
      transact({{"DELETE FROM data_key WHERE number = $1 AND NOT EXISTS (SELECT 1 FROM subscriber "
                 "WHERE data_key = $1)",
                 {std::int64_t{number}},
                 false}});
  if (!done) return Fail{done.why()};
  if (done->front().changed > 0) keys_.ring.drop(number);
  return Ok{};
}

std::vector<std::uint32_t> PostgresStore::data_keys() const {
  std::vector<std::uint32_t> out;
  if (const auto rows = patiently({{"SELECT number FROM data_key ORDER BY number", {}, false}}))
    for (const auto& r : rows->front().rows) out.push_back(static_cast<std::uint32_t>(number_of(r[0])));
  return out;
}

Expected<Ok, StoreError> PostgresStore::rewrap(std::shared_ptr<vault::KeyWrapper> by) {
  if (const auto left = sealed_under(0); !left || *left > 0)
    return Fail{StoreError{"some records are still sealed under the key file itself: rotate first"}};
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  std::vector<Command> commands;
  for (const std::uint32_t number : data_keys()) {
    const auto wrapped = by->wrap(number, keys_.ring.key(number));
    if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
    commands.push_back({"UPDATE data_key SET kind = $2, wrapped = $3 WHERE number = $1",
                        {std::int64_t{number}, std::string(by->kind()), *wrapped},
                        false});
  }
  if (const auto done = transact(commands); !done) return Fail{done.why()};
  source_ = {std::move(by), std::nullopt};
  return Ok{};
}

Store::Found PostgresStore::found_of(const Imsi& imsi, const Result& result) {
  if (result.rows.empty()) return std::optional<context::SubscriberRecord>();
  const Row row = row_from(result.rows.front(), 0);
  auto record = record_of(keys_, imsi, row);
  if (!record && record.why().fault == StoreFault::wrong_key) {
    // Somebody rotates: its key is in the database by now.
    if (const auto more = read_keys(); !more) return Fail{more.why()};
    record = record_of(keys_, imsi, row);
  }
  if (!record) return Fail{record.why()};
  return std::optional(std::move(*record));
}

Expected<std::optional<context::SubscriberRecord>, StoreError> PostgresStore::find(const Imsi& imsi) {
  auto found = find_all({imsi});
  return std::move(found.front());
}

std::vector<Store::Found> PostgresStore::find_all(const std::vector<Imsi>& imsis) {
  std::vector<Command> commands;
  for (const Imsi& imsi : imsis)
    if (!settled(imsi)) commands.push_back({"baton_select", {std::string(imsi.digits())}});
  std::optional<StoreError> wrong;
  Results results;
  if (!commands.empty()) {
    auto asked = patiently(commands);
    if (asked)
      results = std::move(*asked);
    else
      wrong = asked.why();
  }
  std::vector<Found> out;
  std::size_t next = 0;
  for (const Imsi& imsi : imsis) {
    const Staged* const staged = staged_.find(imsi);
    if (staged != nullptr && !staged->reserved) {
      out.emplace_back(staged->record ? std::optional(staged->record->copy()) : std::nullopt);
    } else if (wrong) {
      out.emplace_back(Fail{*wrong});
    } else {
      out.push_back(found_of(imsi, results[next++]));
      if (auto& found = out.back(); staged != nullptr && found && *found) {
        (*found)->seq_reserved = *staged->reserved;
        (*found)->version = *staged->expected + 1;
      }
    }
  }
  return out;
}

bool PostgresStore::put(context::SubscriberRecord record) { return staged_.put(std::move(record)); }
bool PostgresStore::reserve(const Imsi& imsi, std::optional<std::uint64_t> version,
                            std::uint64_t seq_reserved) {
  if (version && staged_.reserve(imsi, *version, seq_reserved)) return true;
  return Store::reserve(imsi, version, seq_reserved);
}
bool PostgresStore::settled(const Imsi& imsi) const {
  const Staged* const staged = staged_.find(imsi);
  return staged != nullptr && !staged->reserved;
}
bool PostgresStore::remove(const Imsi& imsi) { return staged_.remove(imsi); }

Expected<Committed, StoreError> PostgresStore::commit() {
  Committed out;
  if (staged_.empty()) return out;
  // In the order of the IMSIs, so that two transactions never hold what the other waits for.
  std::vector<Command> commands;
  commands.reserve(staged_.all().size());
  for (const auto& [imsi, staged] : staged_.all()) {
    if (staged.reserved) {
      commands.push_back({"baton_reserve",
                          {std::string(imsi.digits()), static_cast<std::int64_t>(*staged.reserved),
                           static_cast<std::int64_t>(*staged.expected)}});
      continue;
    }
    if (!staged.record) {
      commands.push_back({"baton_delete", {std::string(imsi.digits())}});
      continue;
    }
    auto values = parameters(imsi, row_of(keys_.ring, *staged.record));
    const bool over_version = staged.expected && *staged.expected > 0;
    if (over_version) values.emplace_back(static_cast<std::int64_t>(*staged.expected));
    commands.push_back({over_version      ? "baton_update"
                        : staged.expected ? "baton_insert"
                                          : "baton_upsert",
                        std::move(values)});
  }
  const auto done = transact(commands);
  if (!done) return Fail{done.why()};
  std::size_t i = 0;
  for (const auto& [imsi, staged] : staged_.all()) {
    if (!staged.removal() && staged.expected && (*done)[i].changed == 0) out.conflicts.push_back(imsi);
    ++i;
  }
  staged_.clear();
  return out;
}

void PostgresStore::crash() { staged_.clear(); }

std::size_t PostgresStore::size() const {
  if (!staged_.empty()) return subscribers().size();
  const auto rows = patiently({{"SELECT count(*) FROM subscriber", {}, false}});
  return rows ? static_cast<std::size_t>(number_of(rows->front().rows[0][0])) : 0;
}

std::vector<Imsi> PostgresStore::subscribers() const {
  std::vector<Imsi> out;
  if (const auto rows = patiently({{"SELECT imsi FROM subscriber ORDER BY imsi", {}, false}}))
    for (const auto& r : rows->front().rows)
      if (auto imsi = Imsi::parse(text_of(r[0])); imsi && !settled(*imsi)) out.push_back(*imsi);
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record) out.push_back(imsi);
  std::sort(out.begin(), out.end());
  return out;
}

Expected<std::vector<context::SubscriberRecord>, StoreError> PostgresStore::range(
    const std::optional<Imsi>& after, std::size_t limit) {
  const auto rows = patiently({{"baton_range",
                                {after ? std::string(after->digits()) : std::string(),
                                 static_cast<std::int64_t>(limit + staged_.all().size())}}});
  if (!rows) return Fail{rows.why()};
  std::vector<context::SubscriberRecord> out;
  for (const auto& fields : rows->front().rows) {
    const auto imsi = Imsi::parse(text_of(fields[0]));
    if (!imsi || settled(*imsi)) continue;
    Result one;
    one.rows.emplace_back(fields.begin() + 1, fields.end());
    auto found = found_of(*imsi, one);
    if (!found) return Fail{found.why()};
    if (const Staged* const staged = staged_.find(*imsi)) {
      (*found)->seq_reserved = *staged->reserved;
      (*found)->version = *staged->expected + 1;
    }
    out.push_back(std::move(**found));
  }
  for (const auto& [imsi, staged] : staged_.all())
    if (staged.record && (!after || *after < imsi)) out.push_back(staged.record->copy());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.imsi < b.imsi; });
  while (out.size() > limit) out.pop_back();
  return out;
}

}  // namespace baton::store
