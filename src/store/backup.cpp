#include "store/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "keys/sqn.h"
#include "store/postgres_store.h"
#include "store/sqlite_store.h"

namespace baton::store {

namespace {

constexpr std::string_view magic = "baton backup 1\n";
constexpr std::size_t chunk_octets = std::size_t{1} << 20U;
/// The number that the wrapping of a backup's key is bound to: no data key has it.
constexpr std::uint32_t backup_key_number = 0xFFFF'FFFF;
constexpr std::size_t page = 1'000;

void put(ByteVector& out, std::uint64_t value, unsigned octets) {
  for (unsigned shift = 8 * octets; shift > 0; shift -= 8)
    out.push_back(static_cast<Byte>(value >> (shift - 8)));
}

ByteVector bound_to(std::uint64_t index, bool last) {
  ByteVector out;
  for (const char c : magic) out.push_back(static_cast<Byte>(c));
  put(out, index, 8);
  put(out, last ? 1 : 0, 1);
  return out;
}

StoreError damaged() { return {"this is no whole backup", StoreFault::corrupt}; }

/// Reader takes parts off the front of octets; what is not there makes it say so.
struct Reader {
  Bytes left;
  bool whole = true;
  Bytes take(std::size_t n) {
    if (left.size() < n) {
      whole = false;
      return {};
    }
    const Bytes out = left.first(n);
    left = left.subspan(n);
    return out;
  }
  std::uint64_t number(unsigned octets) {
    std::uint64_t out = 0;
    for (const Byte b : take(octets)) out = out << 8U | b;
    return out;
  }
};

/// count_as_used raises what must never be given out twice, for what the backup cannot know of.
Expected<Ok, StoreError> count_as_used(Store& store) {
  std::optional<Imsi> after;
  for (;;) {
    auto records = store.range(after, page);
    if (!records) return Fail{records.why()};
    const std::size_t got = records->size();
    if (got > 0) after = records->back().imsi;
    for (auto& r : *records) {
      r.seq_reserved = std::min(r.seq_reserved + restored_seq_margin, Sqn::seq_max(r.ind_bits));
      if (!r.kasme.empty()) {
        const std::uint32_t left = 0xFFFF'FFFF - r.kasme.last_epoch;
        r.kasme.last_epoch += std::min(restored_epoch_margin, left);
      }
      if (!store.put(std::move(r))) return Fail{StoreError{"the store takes no more", StoreFault::full}};
    }
    if (const auto done = store.commit(); !done) return Fail{done.why()};
    if (got < page) return Ok{};
  }
}

void remove_database(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
}

}  // namespace

Expected<ByteVector, StoreError> seal_backup(Bytes image, vault::KeyWrapper& by) {
  const vault::DataKey key = vault::make_data_key();
  const auto wrapped = by.wrap(backup_key_number, key);
  if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
  ByteVector out(magic.begin(), magic.end());
  put(out, by.kind().size(), 1);
  out.insert(out.end(), by.kind().begin(), by.kind().end());
  put(out, wrapped->size(), 2);
  out.insert(out.end(), wrapped->begin(), wrapped->end());
  for (std::uint64_t index = 0;; ++index) {
    const std::size_t n = std::min(chunk_octets, image.size());
    const bool last = n == image.size();
    const ByteVector sealed = vault::xaes_seal(key, bound_to(index, last), image.first(n));
    put(out, sealed.size(), 4);
    out.insert(out.end(), sealed.begin(), sealed.end());
    image = image.subspan(n);
    if (last) return out;
  }
}

Expected<WipedOctets, StoreError> open_backup(Bytes backup, vault::KeyWrapper& by) {
  Reader in{backup};
  const Bytes first = in.take(magic.size());
  if (!std::equal(first.begin(), first.end(), magic.begin(), magic.end())) return Fail{damaged()};
  const Bytes kind_octets = in.take(in.number(1));
  const std::string kind(kind_octets.begin(), kind_octets.end());
  const Bytes wrapped = in.take(in.number(2));
  if (!in.whole) return Fail{damaged()};
  if (kind != by.kind())
    return Fail{
        StoreError{"the backup's key is wrapped by a " + kind + ", not by a " + std::string(by.kind()),
                   StoreFault::wrong_key}};
  const auto key = by.unwrap(backup_key_number, wrapped);
  if (!key) return Fail{StoreError{key.why().what, StoreFault::wrong_key}};
  ByteVector image;
  for (std::uint64_t index = 0;; ++index) {
    const Bytes sealed = in.take(in.number(4));
    if (!in.whole) return Fail{damaged()};
    const bool last = in.left.empty();
    const auto plain = vault::xaes_open(*key, bound_to(index, last), sealed);
    if (!plain) return Fail{damaged()};
    image.insert(image.end(), plain->view().begin(), plain->view().end());
    if (last) return WipedOctets(std::move(image));
  }
}

Expected<std::size_t, StoreError> copy_all(Store& from, Store& to) {
  std::size_t n = 0;
  std::optional<Imsi> after;
  for (;;) {
    auto records = from.range(after, page);
    if (!records) return Fail{records.why()};
    const std::size_t got = records->size();
    if (got > 0) after = records->back().imsi;
    for (auto& record : *records) {
      record.version = 0;
      if (!to.put(std::move(record))) return Fail{StoreError{"the store takes no more", StoreFault::full}};
    }
    const auto done = to.commit();
    if (!done) {
      to.crash();
      return Fail{done.why()};
    }
    if (!done->conflicts.empty())
      return Fail{StoreError{done->conflicts.front().digits() + " is there already", StoreFault::conflict}};
    n += got;
    if (got < page) return n;
  }
}

Expected<ByteVector, StoreError> take_backup(KeyedStore& store, vault::KeyWrapper& by, KeySource keys,
                                             const std::string& scratch) {
  if (auto* sqlite = dynamic_cast<SqliteStore*>(&store)) {
    const auto image = sqlite->image();
    if (!image) return Fail{image.why()};
    return seal_backup(*image, by);
  }
  std::string path = scratch + "/baton-backup-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0) return Fail{StoreError{"cannot make a file in " + scratch}};
  ::close(fd);
  const auto sealed = [&]() -> Expected<ByteVector, StoreError> {
    auto copy = SqliteStore::open(path, std::move(keys));
    if (!copy) return Fail{copy.why()};
    const auto copied = [&]() -> Expected<Ok, StoreError> {
      if (const auto n = copy_all(store, **copy); !n) return Fail{n.why()};
      return Ok{};
    };
    auto* const shared = dynamic_cast<PostgresStore*>(&store);
    if (const auto done = shared != nullptr ? shared->at_one_moment(copied) : copied(); !done)
      return Fail{done.why()};
    const auto image = (*copy)->image();
    if (!image) return Fail{image.why()};
    return seal_backup(*image, by);
  }();
  remove_database(path);
  return sealed;
}

Expected<std::size_t, StoreError> restore_file(Bytes backup, const KeySource& keys, const std::string& path) {
  const auto image = open_backup(backup, *keys.wrapper);
  if (!image) return Fail{image.why()};
  const auto failed = [&](const std::string& what) {
    return Fail{StoreError{what + ": " + std::generic_category().message(errno)}};
  };
  // What a killed process has left beside a database that is gone would be taken for the restored one's.
  for (const char* beside : {"-wal", "-shm", "-journal"})
    if (::access((path + beside).c_str(), F_OK) == 0)
      return Fail{StoreError{path + beside +
                             " is there, of a database that is not: move it away, it may hold "
                             "that one's last changes"}};
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot make " + path);
  Bytes left = image->view();
  while (!left.empty()) {
    const ssize_t n = ::write(fd, left.data(), left.size());
    if (n <= 0) break;
    left = left.subspan(static_cast<std::size_t>(n));
  }
  const bool kept = left.empty() && ::fsync(fd) == 0;
  const auto why = failed("cannot write " + path);
  ::close(fd);
  if (!kept) {
    remove_database(path);
    return why;
  }
  KeySource again{keys.wrapper, std::nullopt};
  if (keys.earlier) again.earlier = keys.earlier->clone();
  const auto store = SqliteStore::open(path, std::move(again));
  if (!store) {
    remove_database(path);
    return Fail{store.why()};
  }
  if (const auto wrong = (*store)->check(); !wrong.empty()) {
    remove_database(path);
    return Fail{StoreError{"the backup is damaged: " + wrong.front(), StoreFault::corrupt}};
  }
  if (const auto raised = count_as_used(**store); !raised) {
    remove_database(path);
    return Fail{raised.why()};
  }
  return (*store)->size();
}

}  // namespace baton::store
