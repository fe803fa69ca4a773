// What is left of a database when the power goes, at every moment and with whatever the disk had not kept.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "store/fault_vfs.h"
#include "store/support.h"

namespace baton::store {
namespace {

constexpr int subscribers = 12;

using Image = std::map<std::string, ByteVector>;  ///< the files, by the ends of their names

/// apply does to the files what was done once.
void apply(Image& files, const Written& w, std::size_t octets) {
  ByteVector& f = files[w.file];
  switch (w.kind) {
    case Written::Kind::write: {
      const auto at = static_cast<std::size_t>(w.at);
      if (f.size() < at + octets) f.resize(at + octets);
      std::copy_n(w.octets.begin(), octets, f.begin() + w.at);
      break;
    }
    case Written::Kind::truncate: f.resize(static_cast<std::size_t>(w.at)); break;
    case Written::Kind::removal: files.erase(w.file); break;
    case Written::Kind::sync:
    case Written::Kind::mark: break;
  }
}

/// A small generator, so that a failure can be had again.
class Lots {
 public:
  explicit Lots(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t below(std::uint64_t n) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33U) % n;
  }

 private:
  std::uint64_t state_;
};

/// Disk is what certainly lies on it and what may.
struct Disk {
  Image certain;
  std::map<std::string, std::vector<const Written*>> pending;  ///< since the file's last sync

  void see(const Written& w) {
    if (w.kind == Written::Kind::mark) return;
    if (w.kind == Written::Kind::removal) {
      // The folder is flushed with it (SQLite asks for that): it happened.
      pending.erase(w.file);
      certain.erase(w.file);
      return;
    }
    if (w.kind == Written::Kind::sync) {
      for (const Written* p : pending[w.file]) apply(certain, *p, p->octets.size());
      pending[w.file].clear();
      return;
    }
    pending[w.file].push_back(&w);
  }
  /// everything is the disk that kept all it was given; nothing the one that kept what it had to.
  Image everything() const {
    Image out = certain;
    for (const auto& [file, writes] : pending)
      for (const Written* p : writes) apply(out, *p, p->octets.size());
    return out;
  }
  /// some is a disk that kept some of it, in any order of time, and cut writes at sectors.
  Image some(Lots& lots) const {
    Image out = certain;
    for (const auto& [file, writes] : pending)
      for (const Written* p : writes) {
        const std::size_t sectors = (p->octets.size() + 511) / 512;
        switch (lots.below(3)) {
          case 0: break;
          case 1: apply(out, *p, p->octets.size()); break;
          default: apply(out, *p, std::min(p->octets.size(), 512 * lots.below(sectors + 1)));
        }
      }
    return out;
  }
};

/// holds opens what is left and looks for everything that was acknowledged. Each commit gave all subscribers
/// the same number, so that half of one would show.
void holds(const Image& files, std::uint64_t acknowledged, std::uint64_t under_way, const std::string& when) {
  SCOPED_TRACE(when);
  Folder folder;
  for (const auto& [name, octets] : files) {
    std::ofstream out(folder.file(name.substr(name.rfind('/') + 1)), std::ios::binary);
    out.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  }
  auto opened = SqliteStore::open(folder.file("s.db"), key_of<context::StoreKey>(0x5A));
  ASSERT_TRUE(opened) << opened.why().what;
  auto& store = **opened;
  if (acknowledged == 0) return;
  std::optional<std::uint64_t> common;
  for (int n = 1; n <= subscribers; ++n) {
    const auto found = store.find(imsi(n));
    ASSERT_TRUE(found) << found.why().what;
    ASSERT_TRUE(*found) << "subscriber " << n << " is lost";
    const std::uint64_t seq = (*found)->seq_reserved;
    EXPECT_GE(seq, acknowledged);
    EXPECT_LE(seq, under_way);
    EXPECT_EQ((*found)->mme->host, *DiameterIdentity::parse("mme" + std::to_string(seq) + ".test"));
    if (!common) common = seq;
    EXPECT_EQ(seq, *common) << "half of a commit";
  }
}

TEST(PowerCut, leaves_all_that_was_acknowledged_at_every_moment) {
  Folder folder;
  std::vector<Written> log;
  constexpr std::uint64_t commits = 110;  // the log is copied into the database once in this time
  {
    FaultVfs vfs;
    auto store = open_sqlite(folder.file("s.db"));
    ASSERT_TRUE(store);
    vfs.mark("0");
    for (std::uint64_t n = 1; n <= commits; ++n) {
      for (int s = 1; s <= subscribers; ++s) {
        auto r = record(s, n);
        // A long list, so that a commit is a dozen pages.
        r.subscription.apns.clear();
        for (std::uint32_t a = 1; a <= context::apns_max; ++a)
          r.subscription.apns.push_back({.context_id = a, .apn = std::string(60, 'a') + std::to_string(n)});
        r.mme = context::ServingNode{*DiameterIdentity::parse("mme" + std::to_string(n) + ".test")};
        ASSERT_TRUE(store->put(std::move(r)));
      }
      ASSERT_TRUE(store->sync());
      vfs.mark(std::to_string(n));
    }
    log = std::move(vfs.log());
  }
  bool copied = false;
  Disk disk;
  std::uint64_t acknowledged = 0;
  bool made = false;
  Lots lots(7);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const Written& w = log[i];
    disk.see(w);
    if (w.kind == Written::Kind::mark) {
      made = true;
      acknowledged = std::stoull(w.file);
      continue;
    }
    const bool to_database = made && w.file.ends_with("s.db");
    copied |= to_database;
    // Every moment of the first commits and of the copying, and some of the others.
    if (acknowledged > 3 && !to_database && i % 59 != 0) continue;
    const std::string when = "after operation " + std::to_string(i);
    ++tried;
    holds(disk.everything(), acknowledged, acknowledged + 1, when + ", everything kept");
    holds(disk.certain, acknowledged, acknowledged + 1, when + ", only what was flushed");
    holds(disk.some(lots), acknowledged, acknowledged + 1, when + ", some of the rest");
    if (HasFailure()) return;
  }
  EXPECT_TRUE(copied) << "the log was never copied into the database, and half of the moments are missing";
  EXPECT_GT(tried, 60U);
}

}  // namespace
}  // namespace baton::store
