#include "store/postgres_store.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "store/postgres_connection.h"

namespace baton::store {

namespace {

/// The tables, by the version that brought them; each statement does nothing where that is done already.
/// Numbers are BIGINT throughout, which every engine has; what each column is says schema.h.
constexpr std::array<std::string_view, 4> tables{
    // Version 1.
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
    "imei TEXT NOT NULL, software_version TEXT NOT NULL, data_key BIGINT NOT NULL REFERENCES data_key "
    "(number), "
    "version BIGINT NOT NULL)",
    // Version 2: the HSSs of the store, store/members.h.
    "CREATE TABLE IF NOT EXISTS member (name TEXT PRIMARY KEY, run BIGINT NOT NULL, first_index BIGINT NOT "
    "NULL, indices BIGINT NOT NULL, until_us BIGINT NOT NULL)"};
constexpr std::int64_t schema_version = 2;

/// Rows of table `store` that are there to be locked, beside that of the schema's version.
constexpr std::int64_t deciding_row = 1;  ///< by decide(): for one transaction
constexpr std::int64_t holding_row = 2;   ///< by hold(): for as long as somebody works

/// After a failed attempt to connect the next one waits so long, or as long as the attempt took: whoever asks
/// meanwhile is told at once, so that a server that hangs costs at most half of the time.
constexpr std::int64_t connect_pause_us = 250'000;

/// Longer each time, and not the same for two that collide: the clock's last digits are lots enough.
void pause_before(int attempt) {
  const std::int64_t us = (monotonic_us() % 1'000 + 500) << std::min(attempt, 6);
  const timespec pause{us / 1'000'000, us % 1'000'000 * 1'000};
  (void)::nanosleep(&pause, nullptr);
}

std::int64_t number_of(const std::optional<ByteVector>& octets) {
  std::uint64_t out = 0;
  if (octets)
    for (const Byte b : *octets) out = out << 8U | b;
  return static_cast<std::int64_t>(out);
}
std::string text_of(const std::optional<ByteVector>& octets) {
  return octets ? std::string(octets->begin(), octets->end()) : std::string();
}

/// Rows of number, kind and wrapped octets.
std::vector<WrappedKey> keys_from(const std::vector<std::vector<std::optional<ByteVector>>>& rows) {
  std::vector<WrappedKey> out;
  for (const auto& r : rows)
    out.push_back({static_cast<std::uint32_t>(number_of(r[0])), text_of(r[1]), r[2].value_or(ByteVector())});
  return out;
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
  // The first one by its number: whoever else starts now makes the same one, and one of the two is kept.
  if (store->keys_.ring.newest() == 0)
    if (const auto kept = store->keep_data_key(1); !kept) return Fail{kept.why()};
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
      const bool again =
          c.state() == "23505" || c.state() == "42P07" || c.state() == "42710" || in_the_way(c.state());
      if (!again || attempt == attempts_max) return Fail{made.why()};
    }
  }
  const auto noted = c.pipeline(
      {{"INSERT INTO store (id, schema_version) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
        {schema_version},
        false},
       {"INSERT INTO store (id, schema_version) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING",
        {holding_row},
        false},
       {"UPDATE store SET schema_version = $1 WHERE id = 1 AND schema_version < $1", {schema_version}, false},
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
  if (connection_ && connection_->ready && connection_->up()) return Ok{};
  const std::int64_t began = monotonic_us();
  if (began < away_until_us_) return Fail{StoreError{"the database is away", away_as_}};
  if (connection_) ++reconnects_;
  connection_ = std::make_unique<Connection>(options_.connection, options_.patience);
  Connection& c = *connection_;
  const auto failed = [&](StoreError why) {
    const std::int64_t now = monotonic_us();
    away_until_us_ = now + std::max(connect_pause_us, now - began);
    away_as_ = why.fault;
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
        std::tuple("baton_delete", delete_sql('$'), std::vector<Oid>{oid_text, oid_number}),
        std::tuple("baton_range", range_sql(), std::vector<Oid>{oid_text, oid_number})})
    if (const auto made = c.prepare(name, sql, types); !made) return failed(made.why());
  c.ready = true;
  return Ok{};
}

Expected<Ok, StoreError> PostgresStore::at_one_moment(const std::function<Expected<Ok, StoreError>()>& read) {
  if (const auto begun = patiently(
          {{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}, false}, {"SELECT 1", {}, false}});
      !begun)
    return Fail{begun.why()};
  one_moment_ = true;
  auto out = read();
  one_moment_ = false;
  if (connection_) (void)connection_->simple("ROLLBACK");
  return out;
}

Expected<PostgresStore::Results, StoreError> PostgresStore::ask(const std::vector<Command>& commands) const {
  // What failed ended the transaction, and what another would see is of another moment.
  if (one_moment_ && (!connection_ || !connection_->up() || !connection_->in_transaction()))
    return Fail{StoreError{"the database was lost in the middle of a reading", StoreFault::gone}};
  if (const auto up = connect(); !up) return Fail{up.why()};
  auto out = connection_->pipeline(commands);
  if (out) return out;
  const StoreFault fault = out.why().fault;
  if (fault == StoreFault::slow) {
    away_until_us_ = monotonic_us() + options_.patience.count();
    away_as_ = fault;
  }
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
    pause_before(attempt);
  }
}

Expected<Ok, StoreError> PostgresStore::decide(
    const std::vector<Command>& seen,
    const std::function<Expected<std::vector<Command>, StoreError>(const Results&)>& then) {
  std::vector<Command> first{
      {"BEGIN", {}, false},
      {"SELECT id FROM store WHERE id = $1 FOR UPDATE", {deciding_row}, false},
  };
  first.insert(first.end(), seen.begin(), seen.end());
  for (int attempt = 1;; ++attempt) {
    auto begun = ask(first);
    // Nothing has happened yet: a connection that was idle when its server went says so only now.
    bool again = !begun && (begun.why().fault == StoreFault::locked ||
                            (begun.why().fault == StoreFault::gone && attempt == 1));
    StoreError why = begun ? StoreError{} : begun.why();
    if (begun) {
      begun->erase(begun->begin(), begun->begin() + 2);
      auto rest = then(*begun);
      if (!rest) {
        (void)connection_->simple("ROLLBACK");
        return Fail{rest.why()};
      }
      rest->push_back({"COMMIT", {}, false});
      const auto done = connection_->pipeline(*rest);
      if (done) return Ok{};
      why = done.why();
      again = why.fault == StoreFault::locked;
      if (why.fault == StoreFault::gone || why.fault == StoreFault::slow) {
        connection_.reset();
        ++reconnects_;
      }
    }
    if (!again || attempt >= attempts_max) return Fail{std::move(why)};
    ++retries_;
    pause_before(attempt);
  }
}

Expected<Joined, StoreError> PostgresStore::join(const Member& who, Instant now, Instant until) {
  Joined out;
  const auto done =
      decide({{"SELECT name, run, first_index, indices, until_us FROM member ORDER BY name", {}, false}},
             [&](const Results& seen) -> Expected<std::vector<Command>, StoreError> {
               std::vector<Seat> seats;
               for (const auto& r : seen.front().rows)
                 seats.push_back({{text_of(r[0]), static_cast<std::uint64_t>(number_of(r[1])),
                                   static_cast<std::uint32_t>(number_of(r[2])),
                                   static_cast<std::uint32_t>(number_of(r[3]))},
                                  Instant{Duration(number_of(r[4]))}});
               auto joined = may_join(seats, who, now);
               if (!joined) return Fail{joined.why()};
               out = std::move(*joined);
               std::vector<Command> rest;
               for (const std::string& name : out.displaced)
                 rest.push_back({"DELETE FROM member WHERE name = $1", {name}, false});
               rest.push_back({"DELETE FROM member WHERE name = $1", {who.name}, false});
               rest.push_back(
                   {"INSERT INTO member (name, run, first_index, indices, until_us) VALUES ($1, $2, $3, "
                    "$4, $5)",
                    {who.name, static_cast<std::int64_t>(who.run), std::int64_t{who.first_index},
                     std::int64_t{who.indices},
                     static_cast<std::int64_t>(std::max(until, out.after).since_epoch.count())},
                    false});
               return rest;
             });
  if (!done) return Fail{done.why()};
  return out;
}

Expected<Ok, StoreError> PostgresStore::extend(const Member& who, Instant until) {
  const auto done = transact(
      {{"UPDATE member SET until_us = GREATEST(until_us, $3) WHERE name = $1 AND run = $2",
        {who.name, static_cast<std::int64_t>(who.run), static_cast<std::int64_t>(until.since_epoch.count())},
        false}});
  if (!done) return Fail{done.why()};
  if (done->front().changed == 0) return Fail{place_taken(who)};
  return Ok{};
}

Expected<std::shared_ptr<void>, StoreError> PostgresStore::hold() {
  // The row is locked by a transaction that stays open: who ends, however that is, holds it no more.
  auto c = std::make_shared<Connection>(options_.connection, options_.patience);
  if (!c->up()) return Fail{StoreError{"cannot connect: " + c->why(), StoreFault::gone}};
  const auto held = c->pipeline(
      {{"BEGIN", {}, false}, {"SELECT id FROM store WHERE id = $1 FOR UPDATE NOWAIT", {holding_row}, false}});
  if (!held && held.why().fault == StoreFault::locked)
    return Fail{StoreError{"another command works on the database", StoreFault::locked}};
  if (!held) return Fail{held.why()};
  return std::shared_ptr<void>(std::move(c));
}

Expected<Ok, StoreError> PostgresStore::read_keys() {
  const auto rows = patiently({{"SELECT number, kind, wrapped FROM data_key ORDER BY number", {}, false}});
  if (!rows) return Fail{rows.why()};
  return unwrap_into(keys_.ring, keys_from(rows->front().rows), *source_.wrapper);
}

Expected<std::uint32_t, StoreError> PostgresStore::add_data_key() {
  if (const auto read = read_keys(); !read) return Fail{read.why()};
  const std::uint32_t number = keys_.ring.newest() + 1;
  if (const auto kept = keep_data_key(number); !kept) return Fail{kept.why()};
  return number;
}

Expected<Ok, StoreError> PostgresStore::keep_data_key(std::uint32_t number) {
  const auto wrapped = source_.wrapper->wrap(number, vault::make_data_key());
  if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
  const auto kept = decide({{"SELECT number, kind, wrapped FROM data_key ORDER BY number", {}, false}},
                           [&](const Results& seen) -> Expected<std::vector<Command>, StoreError> {
                             // Those that are there may have been wrapped by another meanwhile: one more by
                             // ours would be of no use to whoever starts.
                             const auto there = keys_from(seen.front().rows);
                             if (const auto ours = unwrap_into(keys_.ring, there, *source_.wrapper); !ours)
                               return Fail{ours.why()};
                             if (const auto same = same_keys(keys_.ring, there, *source_.wrapper); !same)
                               return Fail{same.why()};
                             // Another process may have been quicker: whoever's key is kept is the one.
                             return std::vector<Command>{
                                 {"INSERT INTO data_key (number, kind, wrapped) VALUES ($1, $2, $3) ON "
                                  "CONFLICT (number) DO NOTHING",
                                  {std::int64_t{number}, std::string(source_.wrapper->kind()), *wrapped},
                                  false}};
                           });
  if (!kept) return Fail{kept.why()};
  return read_keys();
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
  // Somebody seals under it at this moment: it stays.
  if (!done && connection_ && connection_->state() == key_is_missing) return Ok{};
  if (!done) return Fail{done.why()};
  if (done->front().changed > 0) keys_.ring.drop(number);
  return Ok{};
}

Expected<std::vector<std::uint32_t>, StoreError> PostgresStore::data_keys() const {
  const auto rows = patiently({{"SELECT number FROM data_key ORDER BY number", {}, false}});
  if (!rows) return Fail{rows.why()};
  std::vector<std::uint32_t> out;
  for (const auto& r : rows->front().rows) out.push_back(static_cast<std::uint32_t>(number_of(r[0])));
  return out;
}

Expected<Ok, StoreError> PostgresStore::rewrap(std::shared_ptr<vault::KeyWrapper> by) {
  const auto left = sealed_under(0);
  if (!left) return Fail{left.why()};
  if (*left > 0)
    return Fail{StoreError{"some records are still sealed under the key file itself: rotate first"}};
  // The list, what is made of it and what is looked at again are one transaction on one connection.
  const Command list{"SELECT number, kind, wrapped FROM data_key ORDER BY number", {}, false};
  const Command locked{"SELECT number, kind, wrapped FROM data_key ORDER BY number FOR UPDATE", {}, false};
  // Nobody adds one meanwhile: who does locks the same row first.
  const Command alone{"SELECT id FROM store WHERE id = $1 FOR UPDATE", {deciding_row}, false};
  const auto begun = ask({{"BEGIN", {}, false}, alone, locked});
  if (!begun) return Fail{begun.why()};
  Connection& c = *connection_;
  const auto undo = [&](const StoreError& why) {
    (void)c.pipeline({{"ROLLBACK", {}, false}});
    return Fail{why};
  };
  const auto anew = rewrapped(keys_.ring, keys_from(begun->back().rows), *source_.wrapper, *by);
  if (!anew) return undo(anew.why());
  std::vector<Command> commands;
  for (const WrappedKey& k : *anew)
    commands.push_back({"UPDATE data_key SET kind = $2, wrapped = $3 WHERE number = $1",
                        {std::int64_t{k.number}, k.kind, k.wrapped},
                        false});
  commands.push_back(list);
  const auto written = c.pipeline(commands);
  if (!written) return undo(written.why());
  for (std::size_t i = 0; i < anew->size(); ++i)
    if ((*written)[i].changed != 1)
      return undo(
          {"data key " + std::to_string((*anew)[i].number) + " was not rewrapped", StoreFault::conflict});
  // One that somebody added meanwhile is there, and does not unwrap.
  if (const auto same = same_keys(keys_.ring, keys_from(written->back().rows), *by); !same)
    return undo(same.why());
  if (const auto done = c.pipeline({{"COMMIT", {}, false}}); !done) return Fail{done.why()};
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
bool PostgresStore::remove(const Imsi& imsi, std::optional<std::uint64_t> version) {
  return staged_.remove(imsi, version);
}

PostgresStore::Command PostgresStore::command_of(const Imsi& imsi, const Staged& staged) const {
  if (staged.reserved)
    return {"baton_reserve",
            {std::string(imsi.digits()), static_cast<std::int64_t>(*staged.reserved),
             static_cast<std::int64_t>(*staged.expected)}};
  if (!staged.record)
    return {"baton_delete",
            {std::string(imsi.digits()),
             staged.expected ? Value(static_cast<std::int64_t>(*staged.expected)) : Value()}};
  auto values = parameters(imsi, row_of(keys_.ring, *staged.record));
  const bool over_version = staged.expected && *staged.expected > 0;
  if (over_version) values.emplace_back(static_cast<std::int64_t>(*staged.expected));
  return {over_version      ? "baton_update"
          : staged.expected ? "baton_insert"
                            : "baton_upsert",
          std::move(values)};
}

Expected<PostgresStore::Results, StoreError> PostgresStore::write_staged(bool whole) {
  // In the order of the IMSIs, so that two transactions never hold what the other waits for.
  if (whole || staged_.all().size() > slice) return write_slices(whole);
  std::vector<Command> commands;
  commands.reserve(staged_.all().size());
  for (const auto& [imsi, staged] : staged_.all()) commands.push_back(command_of(imsi, staged));
  return transact(commands);
}

Expected<PostgresStore::Results, StoreError> PostgresStore::write_slices(bool whole) {
  const auto once = [&]() -> Expected<Results, StoreError> {
    if (const auto begun = ask({{"BEGIN", {}, false}}); !begun) return Fail{begun.why()};
    Results out;
    bool conflict = false;
    std::vector<Command> commands;
    const auto send = [&]() -> Expected<Ok, StoreError> {
      auto done = connection_->pipeline(commands);
      if (!done) return Fail{done.why()};
      commands.clear();
      std::move(done->begin(), done->end(), std::back_inserter(out));
      return Ok{};
    };
    for (const auto& [imsi, staged] : staged_.all()) {
      commands.push_back(command_of(imsi, staged));
      if (commands.size() < slice) continue;
      if (const auto sent = send(); !sent) return Fail{sent.why()};
    }
    if (!commands.empty())
      if (const auto sent = send(); !sent) return Fail{sent.why()};
    std::size_t i = 0;
    for (const auto& [imsi, staged] : staged_.all())
      if (out[i++].changed == 0 && staged.expected) conflict = true;
    const auto done = connection_->pipeline({{whole && conflict ? "ROLLBACK" : "COMMIT", {}, false}});
    if (!done) return Fail{done.why()};
    return out;
  };
  for (int attempt = 1;; ++attempt) {
    auto out = once();
    if (out) return out;
    const StoreFault fault = out.why().fault;
    if (fault == StoreFault::gone || fault == StoreFault::slow || fault == StoreFault::read_only) {
      connection_.reset();
      ++reconnects_;
    }
    if (fault != StoreFault::locked || attempt >= attempts_max) return out;
    ++retries_;
    pause_before(attempt);
  }
}

Expected<Committed, StoreError> PostgresStore::write(bool whole) {
  Committed out;
  if (staged_.empty()) return out;
  auto done = write_staged(whole);
  // The key that seals was dropped: somebody has rotated more than once since this handle last met a key.
  for (int attempt = 1;
       !done && attempt < attempts_max && connection_ && connection_->state() == key_is_missing; ++attempt) {
    if (const auto more = read_keys(); !more) return Fail{more.why()};
    done = write_staged(whole);
  }
  if (!done) return Fail{done.why()};
  std::size_t i = 0;
  for (const auto& [imsi, staged] : staged_.all()) {
    if (staged.expected && (*done)[i].changed == 0) out.conflicts.push_back(imsi);
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
