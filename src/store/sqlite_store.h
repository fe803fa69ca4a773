// sqlite_store.h: subscribers in one SQLite file, durable at every sync.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "context/sealed.h"
#include "store/store.h"

namespace baton::store {

/// SqliteStore keeps subscribers in a write-ahead-logged SQLite database with synchronous=FULL. `put`
/// stages in memory; `sync` writes everything staged in one transaction, so one flush to the disk serves
/// them all, and a crash leaves all of a sync or none of it. K, OPc and every
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

  std::optional<context::SubscriberRecord> load(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  bool remove(const Imsi& imsi) override;
  bool sync() override;
  void crash() override;
  std::size_t size() const override;
  std::vector<Imsi> subscribers() const override;

  /// Records that could not be unsealed or read back; each was answered as if absent.
  std::uint64_t unreadable() const { return unreadable_; }

  /// More staged records than this are refused until a sync: a store that cannot sync must not eat memory.
  static constexpr std::size_t staged_max = 1'000'000;

 private:
  struct Database;
  SqliteStore(std::unique_ptr<Database> db, context::StoreKey key);

  std::unique_ptr<Database> db_;
  context::StoreKey key_;
  std::map<Imsi, std::optional<context::SubscriberRecord>> staged_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace baton::store
