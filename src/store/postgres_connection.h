// postgres_connection.h: one link of a PostgresStore to a server.
#pragma once

#include <libpq-fe.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/cases.h"
#include "store/postgres_store.h"

namespace baton::store {

// Types of parameters, as the server numbers them.
inline constexpr Oid oid_octets = 17;
inline constexpr Oid oid_number = 20;
inline constexpr Oid oid_text = 25;

inline std::int64_t monotonic_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}

inline std::string one_line(const char* text) {
  std::string out = text == nullptr ? "" : text;
  std::replace(out.begin(), out.end(), '\n', ' ');
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

/// What an SQLSTATE means here. PostgreSQL 15, appendix A.
inline StoreFault fault_of(std::string_view state) {
  const auto begins = [&](std::string_view with) { return state.starts_with(with); };
  if (state == "40001" || state == "40P01" || state == "55P03") return StoreFault::locked;
  if (state == "57014") return StoreFault::slow;
  if (state == "53100" || state == "53200") return StoreFault::full;
  if (state == "25006") return StoreFault::read_only;
  // A session without the statements that were prepared in it is none of ours any more.
  if (state == "26000") return StoreFault::gone;
  if (begins("08") || begins("57") || begins("28") || state == "53300" || state == "40003" || state.empty())
    return StoreFault::gone;
  if (begins("XX")) return StoreFault::corrupt;
  return StoreFault::io;
}

/// A row names a data key that is dropped, or the other way round: foreign_key_violation.
inline constexpr std::string_view key_is_missing = "23503";

/// Whether another transaction was in the way and the same may succeed now.
inline bool in_the_way(std::string_view state) { return state == "40001" || state == "40P01"; }

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
  bool in_transaction() const { return PQtransactionStatus(db_) == PQTRANS_INTRANS; }

  /// simple runs statements one after the other, for what is done once.
  Expected<Ok, StoreError> simple(const std::string& sql) {
    return once([&] { return PQsendQuery(db_, sql.c_str()) == 1; });
  }

  Expected<Ok, StoreError> prepare(const char* name, const std::string& sql, const std::vector<Oid>& types) {
    return once([&] {
      return PQsendPrepare(db_, name, sql.c_str(), static_cast<int>(types.size()), types.data()) == 1;
    });
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
  /// once sends one thing outside a pipeline and waits for its end.
  template <class Send>
  Expected<Ok, StoreError> once(Send send) {
    until_us_ = monotonic_us() + patience_us_;
    state_.clear();
    if (PQsetnonblocking(db_, 1) != 0 || !send() || !flush()) return lost();
    std::optional<StoreError> wrong;
    while (PGresult* const r = next()) {
      const auto status = PQresultStatus(r);
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !wrong) wrong = error(r);
      PQclear(r);
    }
    if (gave_up_) return lost();
    PQsetnonblocking(db_, 0);
    if (wrong) return Fail{*wrong};
    if (!up()) return lost();
    return Ok{};
  }

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
    // Octets move: it is not silent.
    until_us_ = monotonic_us() + patience_us_;
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
  bool ready = false;  ///< all statements are prepared
};

}  // namespace baton::store
