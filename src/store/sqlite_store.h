// sqlite_store.h: subscribers in one SQLite file, durable at every commit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "context/sealed.h"
#include "store/staged.h"
#include "store/store.h"

namespace baton::store {

/// SqliteStore keeps subscribers in a write-ahead-logged SQLite database with synchronous=FULL. `put`
/// stages in memory; `commit` writes everything staged in one transaction, so one flush to the disk serves
/// them all, and a crash leaves all of a commit or none of it. K, OPc and every
/// KASME are sealed (context/sealed.h).
class SqliteStore final : public Store {
 public:
  /// open makes the file (mode 0600) or opens it. Fails with words for the operator when it cannot be
  /// read, is of a newer version, or was sealed under another key.
  static Expected<std::unique_ptr<SqliteStore>, StoreError> open(const std::string& path,
                                                                 context::StoreKey key);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Expected<std::optional<context::SubscriberRecord>, StoreError> find(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  bool remove(const Imsi& imsi) override;
  Expected<Committed, StoreError> commit() override;
  void crash() override;
  std::size_t size() const override;
  std::vector<Imsi> subscribers() const override;
  Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                     std::size_t limit) override;

  /// Records that could not be unsealed or read back.
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  struct Database;
  SqliteStore(std::unique_ptr<Database> db, context::StoreKey key);

  std::unique_ptr<Database> db_;
  context::StoreKey key_;
  Staging staged_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace baton::store
