// sqlite_store.h: subscribers in one SQLite file, durable at every commit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/keyed_store.h"
#include "store/staged.h"

namespace baton::store {

/// SqliteStore keeps subscribers in a write-ahead-logged SQLite database with synchronous=FULL. `put`
/// stages in memory; `commit` writes everything staged in one transaction, so one flush to the disk serves
/// them all, and a crash leaves all of a commit or none of it. The secrets and every KASME are sealed
/// (row.h).
///
/// Several handles may be open, in one process and in several; each belongs to one thread at a time. After a
/// failure a handle works again as soon as its file does.
class SqliteStore final : public KeyedStore {
 public:
  /// open makes the file (mode 0600) or opens it. Fails with words for the operator when it cannot be
  /// read, is of a newer version, or its data keys are wrapped by another.
  static Expected<std::unique_ptr<SqliteStore>, StoreError> open(const std::string& path, KeySource keys);
  /// The same with a key file's octets.
  static Expected<std::unique_ptr<SqliteStore>, StoreError> open(const std::string& path,
                                                                 const context::StoreKey& key);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Expected<std::optional<context::SubscriberRecord>, StoreError> find(const Imsi& imsi) override;
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

  /// check reads every page and every record, and says what is wrong; empty when nothing is.
  std::vector<std::string> check();
  /// image is the whole database at one instant, as the octets of a file.
  Expected<ByteVector, StoreError> image();

  /// Records that could not be unsealed or read back.
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  struct Database;
  SqliteStore(std::string path, KeySource source);

  Expected<Ok, StoreError> connect();
  Expected<Ok, StoreError> ready();
  StoreError failed(int code);
  Expected<Committed, StoreError> write(bool whole);
  /// settled is whether what is staged says all there is to say of a subscriber.
  bool settled(const Imsi& imsi) const;
  Expected<std::vector<WrappedKey>, StoreError> kept_keys();
  Expected<Ok, StoreError> read_keys();
  /// newest_is_kept is whether the key that seals is still in the database; newer ones are read if it is not.
  /// Within a transaction that writes, nobody can drop it afterwards.
  Expected<Ok, StoreError> newest_is_kept();
  Expected<Ok, StoreError> keep_key(std::uint32_t number, const vault::DataKey& key);
  Expected<std::optional<context::SubscriberRecord>, StoreError> read(const Imsi& imsi);
  /// page is range() in one search, where nothing is staged; nothing when a record cannot be read.
  std::optional<std::vector<context::SubscriberRecord>> page(const std::optional<Imsi>& after,
                                                             std::size_t limit);

  std::string path_;
  KeySource source_;
  Keys keys_;
  std::unique_ptr<Database> db_;
  bool broken_ = false;  ///< the handle is to be made anew: what SQLite cached may not be what lies there
  Staging staged_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace baton::store
