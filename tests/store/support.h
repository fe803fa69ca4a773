// support.h: subscribers, folders and opened stores for the tests of the stores.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store/sqlite_store.h"

namespace baton::store {

namespace fs = std::filesystem;

template <class Key>
Key key_of(Byte fill) {
  std::array<Byte, Key::size> b{};
  b.fill(fill);
  return Key(b);
}

inline Imsi imsi(int n) {
  std::string digits = std::to_string(n);
  return *Imsi::parse("00101" + std::string(10 - digits.size(), '0') + digits);
}

inline context::SubscriberRecord record(int n, std::uint64_t seq = 0) {
  context::SubscriberRecord r{.imsi = imsi(n), .secret = MilenageSecret{key_of<K>(0x11), key_of<Opc>(0x22)}};
  r.seq_reserved = seq;
  r.subscription.msisdn = "4912345";
  r.mme = context::ServingNode{DiameterIdentity::test_value()};
  return r;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "baton-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

inline std::unique_ptr<SqliteStore> open_sqlite(const std::string& path, Byte key = 0x5A) {
  auto opened = SqliteStore::open(path, key_of<context::StoreKey>(key));
  EXPECT_TRUE(opened) << (opened ? "" : opened.why().what);
  return opened ? std::move(*opened) : nullptr;
}

/// in_file runs SQL on a database as somebody else would.
inline void in_file(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* why = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << (why != nullptr ? why : "");
  sqlite3_free(why);
  sqlite3_close(db);
}

}  // namespace baton::store
