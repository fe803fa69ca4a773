// postgres_store.h: subscribers in PostgreSQL, or in an engine that speaks its protocol, for several HSSs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"
#include "store/keyed_store.h"
#include "store/staged.h"

namespace baton::store {

/// PostgresStore keeps subscribers in a database that several HSSs share. A commit is one transaction in one
/// pipeline, so it costs one turn to the server whatever its size; loads that are asked for together go
/// together (find_all). What the server refuses because of another transaction (40001, 40P01) is tried
/// again; a connection that was lost is made anew, to whichever server of the connection string takes writes.
///
/// A handle belongs to one thread at a time and waits: a node's host gives it a thread (runtime).
class PostgresStore final : public KeyedStore {
 public:
  struct Options {
    std::string
        connection;  ///< as libpq takes it: key=value pairs or a postgresql:// address, hosts in order
    /// A server that is silent for this time is given up, and with it the connection: what was asked may
    /// still happen (StoreFault::slow). It is not asked again for as long.
    Duration patience = std::chrono::seconds(5);
  };
  /// open makes the tables where there are none. Errors are in words.
  static Expected<std::unique_ptr<PostgresStore>, StoreError> open(Options options, KeySource keys);
  ~PostgresStore() override;
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;

  Expected<std::optional<context::SubscriberRecord>, StoreError> find(const Imsi& imsi) override;
  std::vector<Found> find_all(const std::vector<Imsi>& imsis) override;
  bool put(context::SubscriberRecord record) override;
  bool reserve(const Imsi& imsi, std::optional<std::uint64_t> version, std::uint64_t seq_reserved) override;
  using Store::remove;
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) override;
  Expected<Committed, StoreError> commit() override { return write(false); }
  Expected<Committed, StoreError> commit_whole() override { return write(true); }
  void crash() override;
  std::size_t size() const override;
  std::vector<Imsi> subscribers() const override;
  Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                     std::size_t limit) override;
  Expected<Joined, StoreError> join(const Member& who, Instant now, Instant until) override;
  Expected<Ok, StoreError> extend(const Member& who, Instant until) override;

  Expected<std::uint32_t, StoreError> add_data_key() override;
  Expected<std::size_t, StoreError> sealed_under(std::uint32_t number) override;
  Expected<Ok, StoreError> drop_data_key(std::uint32_t number) override;
  Expected<std::vector<std::uint32_t>, StoreError> data_keys() const override;
  Expected<Ok, StoreError> rewrap(std::shared_ptr<vault::KeyWrapper> by) override;

  /// at_one_moment runs `read`, whose every find() and range() sees the database as it is now.
  Expected<Ok, StoreError> at_one_moment(const std::function<Expected<Ok, StoreError>()>& read);

  /// hold keeps others from holding the store, for as long as what it gives lives and its connection does:
  /// for what is done by one at a time (a rotation, a restoration). It keeps nobody from reading or writing
  /// records. StoreFault::locked when another has it.
  Expected<std::shared_ptr<void>, StoreError> hold();

  /// Transactions that were tried again because of another one, and connections that were made anew.
  std::uint64_t retries() const { return retries_; }
  std::uint64_t reconnects() const { return reconnects_; }

  /// A transaction that others get in the way of this often is given up (StoreFault::locked).
  static constexpr int attempts_max = 10;
  /// Records that are sealed and sent together; more of one commit go in several turns of one transaction.
  static constexpr std::size_t slice = 1'000;

 private:
  class Connection;
  struct Command;
  struct Result;
  using Results = std::vector<Result>;

  PostgresStore(Options options, KeySource source);
  Expected<Ok, StoreError> connect() const;
  /// ask sends all commands in one pipeline and gives their results, in order. One that fails fails all.
  Expected<Results, StoreError> ask(const std::vector<Command>& commands) const;
  /// transact does so in a transaction, and again while others are in the way or the connection is lost.
  Expected<Results, StoreError> transact(const std::vector<Command>& commands);
  /// decide locks the store against others that decide, runs `seen`, and has `then` say what follows from
  /// its results: all of it one transaction, begun anew while others are in the way.
  Expected<Ok, StoreError> decide(
      const std::vector<Command>& seen,
      const std::function<Expected<std::vector<Command>, StoreError>(const Results&)>& then);
  Expected<Results, StoreError> patiently(const std::vector<Command>& commands) const;
  Expected<Ok, StoreError> make_tables();
  bool settled(const Imsi& imsi) const;
  Expected<Ok, StoreError> read_keys();
  /// Adds the key of this number if nobody did, and reads whichever is there.
  Expected<Ok, StoreError> keep_data_key(std::uint32_t number);
  Expected<Committed, StoreError> write(bool whole);
  Expected<Results, StoreError> write_staged(bool whole);
  Expected<Results, StoreError> write_slices(bool whole);
  Command command_of(const Imsi& imsi, const Staged& staged) const;
  Found found_of(const Imsi& imsi, const Result& result);

  Options options_;
  KeySource source_;
  Keys keys_;
  mutable std::unique_ptr<Connection> connection_;
  mutable std::uint64_t reconnects_ = 0;
  mutable std::int64_t away_until_us_ = 0;  ///< nobody connects before
  mutable StoreFault away_as_ = StoreFault::gone;
  bool one_moment_ = false;  ///< a transaction is open: no other connection takes its place
  std::uint64_t retries_ = 0;
  Staging staged_;
};

}  // namespace baton::store
