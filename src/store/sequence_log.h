// sequence_log.h: SEQs that count as used, in a file of their own beside the database.
//
// A reservation of SEQs is all that most requests write. Put into the database it costs a search and a page;
// here it is one short record at the end of a file that has its length already, and one flush serves all that
// came together. The file holds no keys.
//
// What it says can only raise a SEQ: a record of it counts for a subscriber whose SEQs are numbered as they
// were then (scheme, bits of the index, offset: whoever sends SEQ back changes one of them), and only where
// the database has less. So octets twice there, or a last write that was cut, do no harm, and which of the
// two was written first does not matter. A log that is lost, older than the database's last requests, or cut
// below what was acknowledged does, and nothing notices: it belongs to the database and moves with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "context/subscriber.h"
#include "ids/imsi_map.h"
#include "store/store.h"

namespace baton::store {

/// LogFiles is the disk as a SequenceLog knows it. Tests put another in its place. Numbers are errno; 0 is
/// success.
class LogFiles {
 public:
  class File {
   public:
    virtual ~File() = default;
    virtual int write(std::uint64_t at, Bytes octets) = 0;
    /// sync returns when all that was written is on the disk.
    virtual int sync() = 0;
  };
  virtual ~LogFiles() = default;
  /// lock keeps a name for one owner, until what it gives is gone or the process is.
  virtual Expected<std::shared_ptr<void>, int> lock(const std::string& path) = 0;
  /// read gives the whole file; nothing when there is none.
  virtual Expected<std::optional<ByteVector>, int> read(const std::string& path) = 0;
  /// make makes an empty file (mode 0600) in place of whatever is there.
  virtual Expected<std::unique_ptr<File>, int> make(const std::string& path) = 0;
  /// rename puts a file in the place of another, for good when it returns.
  virtual int rename(const std::string& from, const std::string& to) = 0;

  /// The disk of this machine.
  static LogFiles& system();
};

/// SequenceLog is used by one thread at a time.
class SequenceLog {
 public:
  /// Entry is the last reservation of a subscriber.
  struct Entry {
    std::uint64_t imsi = 0;     ///< number_of
    std::uint64_t seq = 0;      ///< the highest SEQ that counts as used
    std::uint64_t version = 0;  ///< of the record with this reservation
    std::uint64_t offset = 0;   ///< SubscriberRecord::seq_offset
    context::SqnScheme scheme{};
    std::uint32_t ind_bits = 0;

    static Entry of(const context::SubscriberRecord& r, std::uint64_t number, std::uint64_t seq,
                    std::uint64_t version) {
      return {number, seq, version, r.seq_offset, r.sqn_scheme, r.ind_bits};
    }
    /// raises is whether the entry says more of a record than is in it.
    bool raises(const context::SubscriberRecord& r) const {
      return scheme == r.sqn_scheme && ind_bits == r.ind_bits && offset == r.seq_offset &&
             seq > r.seq_reserved;
    }
  };

  /// Octets a new file has at least, and room for so many records more than it begins with. 16 MiB take
  /// 350,000 reservations.
  static constexpr std::size_t usual_octets = std::size_t{16} << 20U;

  /// open reads what is there and begins a new file with it. StoreFault::locked when another has it open.
  static Expected<std::unique_ptr<SequenceLog>, StoreError> open(std::string path,
                                                                 std::size_t octets = usual_octets,
                                                                 LogFiles& files = LogFiles::system());

  /// find is what is durable of a subscriber; null when nothing is.
  const Entry* find(std::uint64_t imsi) const;
  /// all are the durable entries, in no order that means anything, the same for the same past.
  const std::vector<Entry>& all() const { return entries_; }

  void stage(const Entry& e) { staged_.push_back(e); }
  /// forget is for an entry whose subscriber's row was written since: the row says more.
  void forget(std::uint64_t imsi);
  /// commit makes what was staged durable with one flush. When it fails nothing of it can be relied on, it
  /// stays staged, and the next commit begins a new file.
  Expected<Ok, StoreError> commit();
  void drop() { staged_.clear(); }
  /// clear forgets all, for who has written it elsewhere.
  Expected<Ok, StoreError> clear();

  /// Files begun, the first included.
  std::uint64_t files() const { return begun_; }

 private:
  SequenceLog(std::string path, std::size_t octets, LogFiles& files)
      : path_(std::move(path)), octets_min_(octets), files_(files) {}
  Expected<Ok, StoreError> begin_file();
  StoreError failed(std::string_view doing, int number) const;
  void replay(Bytes octets);
  void take(const Entry& e);
  void erase(std::uint64_t imsi);

  std::string path_;
  std::shared_ptr<void> lock_;
  std::size_t octets_min_;
  LogFiles& files_;
  std::unique_ptr<LogFiles::File> file_;  ///< null: the next commit begins one
  std::uint64_t id_ = 0;                  ///< of the file: records of another count for nothing
  std::uint64_t at_ = 0, end_ = 0;
  std::uint64_t begun_ = 0;
  std::vector<Entry> entries_;
  ImsiMap<std::size_t> index_;  ///< of entries_
  std::vector<Entry> staged_;
  std::vector<std::uint64_t> forgotten_;  ///< to be said with the next commit
  ByteVector block_;
};

}  // namespace baton::store
