// A backup: enciphered, whole or refused, and restored elsewhere.
#include "store/backup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "store/postgres_cluster.h"
#include "store/support.h"

namespace baton::store {
namespace {

vault::Passphrase words(std::string_view s) {
  return vault::Passphrase(WipedOctets(Bytes(reinterpret_cast<const Byte*>(s.data()), s.size())));
}
KeySource passphrase(std::string_view s) { return {vault::passphrase_wrapper(words(s), 4), std::nullopt}; }

/// A key whose octets are found nowhere by chance.
const std::string k_digits = "8baf473f2f8fd09487cccbd7097c6862";
const std::string opc_digits = "8e27b6af0e692e750f32667a3b14605d";

context::SubscriberRecord secretive(int n) {
  auto r = record(n, static_cast<std::uint64_t>(n));
  const ByteVector k = *parse_hex(k_digits);
  const ByteVector opc = *parse_hex(opc_digits);
  r.secret = MilenageSecret{K(Bytes(k).first<16>()), Opc(Bytes(opc).first<16>())};
  return r;
}

/// In what forms somebody would look for a key: octets, hexadecimal of either case, base64.
std::vector<std::string> forms(const std::string& digits) {
  const ByteVector octets = *parse_hex(digits);
  std::string upper = digits;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(std::toupper(c)); });
  std::vector<std::string> out{std::string(octets.begin(), octets.begin() + 8), digits.substr(0, 16),
                               upper.substr(0, 16)};
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (std::size_t i = 0; i + 2 < octets.size(); i += 3) {
    const std::uint32_t v = static_cast<std::uint32_t>(octets[i]) << 16U |
                            static_cast<std::uint32_t>(octets[i + 1]) << 8U | octets[i + 2];
    for (const unsigned shift : {18U, 12U, 6U, 0U}) base64 += letters[v >> shift & 63U];
  }
  out.push_back(base64.substr(0, 12));
  return out;
}

void holds_no_key(const std::string& octets, const std::string& where) {
  for (const std::string& digits : {k_digits, opc_digits})
    for (const std::string& form : forms(digits))
      EXPECT_EQ(octets.find(form), std::string::npos) << where << " has a form of a key: " << form;
}

std::string text_of_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Backup, restores_elsewhere_with_the_passphrase) {
  Folder here;
  Folder there;
  auto opened = SqliteStore::open(here.file("s.db"), passphrase("seven words"));
  ASSERT_TRUE(opened);
  auto& store = **opened;
  for (int n = 1; n <= 300; ++n) {
    auto r = secretive(n);
    if (n == 7) r.kasme.last_epoch = 9;
    ASSERT_TRUE(store.put(std::move(r)));
  }
  ASSERT_TRUE(store.sync());
  const auto by = vault::passphrase_wrapper(words("seven words"), 4);
  const auto backup = take_backup(store, *by, passphrase("seven words"), here.path().string());
  ASSERT_TRUE(backup) << backup.why().what;
  holds_no_key(std::string(backup->begin(), backup->end()), "the backup");
  EXPECT_EQ(std::string(backup->begin(), backup->end()).find(imsi(1).digits()), std::string::npos)
      << "nor does it say who is in it";
  for (const auto& file : fs::directory_iterator(here.path()))
    holds_no_key(text_of_file(file.path()), file.path().string());

  const auto restored = restore_file(*backup, passphrase("seven words"), there.file("t.db"));
  ASSERT_TRUE(restored) << restored.why().what;
  EXPECT_EQ(*restored, 300U);
  const auto again = SqliteStore::open(there.file("t.db"), passphrase("seven words"));
  ASSERT_TRUE(again);
  for (int n = 1; n <= 300; ++n) {
    const auto r = (*again)->load(imsi(n));
    ASSERT_TRUE(r);
    EXPECT_EQ(r->seq_reserved, static_cast<std::uint64_t>(n) + restored_seq_margin)
        << "SEQs since the backup do not leave again";
    EXPECT_EQ(r->kasme.last_epoch, n == 7 ? 9 + restored_epoch_margin : 0);
    EXPECT_TRUE(std::get<MilenageSecret>(r->secret).k == std::get<MilenageSecret>(secretive(n).secret).k);
  }
  EXPECT_FALSE(restore_file(*backup, passphrase("seven words"), there.file("t.db")))
      << "over another database";

  const auto wrong = restore_file(*backup, passphrase("eight words"), there.file("u.db"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.why().fault, StoreFault::wrong_key);
  const auto other_kind = restore_file(*backup, key_file(key_of<context::StoreKey>(1)), there.file("u.db"));
  ASSERT_FALSE(other_kind);
  EXPECT_NE(other_kind.why().what.find("passphrase"), std::string::npos);
  EXPECT_FALSE(fs::exists(there.file("u.db")));
}

TEST(Backup, is_refused_when_a_part_is_missing_moved_or_changed) {
  const auto by = vault::file_wrapper(key_of<vault::FileKey>(1));
  ByteVector image((std::size_t{2} << 20U) + 77);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<Byte>(i * 7 + i / 251);
  const auto sealed = seal_backup(image, *by);
  ASSERT_TRUE(sealed);
  const auto opened = open_backup(*sealed, *by);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(std::equal(opened->view().begin(), opened->view().end(), image.begin(), image.end()));
  // Chunks of 1 MB and what sealing adds, after the head.
  const std::size_t chunk = 4 + (std::size_t{1} << 20U) + vault::nonce_octets + vault::tag_octets;
  const std::size_t head = sealed->size() - 2 * chunk - (4 + 77 + vault::nonce_octets + vault::tag_octets);
  const auto cut = [&](std::size_t n) { return Bytes(*sealed).first(n); };
  for (const std::size_t n :
       {std::size_t{0}, std::size_t{5}, head, head + chunk, head + 2 * chunk, sealed->size() - 1})
    EXPECT_FALSE(open_backup(cut(n), *by)) << n;
  ByteVector without(sealed->begin(), sealed->begin() + static_cast<std::ptrdiff_t>(head));
  without.insert(without.end(), sealed->begin() + static_cast<std::ptrdiff_t>(head + chunk), sealed->end());
  EXPECT_FALSE(open_backup(without, *by)) << "one left out";
  ByteVector swapped = *sealed;
  std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(head),
                   swapped.begin() + static_cast<std::ptrdiff_t>(head + chunk),
                   swapped.begin() + static_cast<std::ptrdiff_t>(head + chunk));
  EXPECT_FALSE(open_backup(swapped, *by));
  for (const std::size_t at : {std::size_t{0}, head - 1, head + 50, sealed->size() - 1}) {
    ByteVector changed = *sealed;
    changed[at] ^= 1;
    EXPECT_FALSE(open_backup(changed, *by)) << at;
  }
  EXPECT_TRUE(open_backup(*seal_backup({}, *by), *by)->empty());
}

TEST(Backup, of_a_shared_database_becomes_a_file_and_goes_back) {
  auto shared = shared_cluster().fresh_store();
  for (int n = 1; n <= 1500; ++n) ASSERT_TRUE(shared->put(secretive(n)));
  ASSERT_TRUE(shared->sync());
  Folder folder;
  const auto by = vault::passphrase_wrapper(words("seven words"), 4);
  const auto backup = take_backup(*shared, *by, passphrase("seven words"), folder.path().string());
  ASSERT_TRUE(backup) << backup.why().what;
  EXPECT_TRUE(fs::is_empty(folder.path())) << "what was only for a while is gone";
  ASSERT_EQ(*restore_file(*backup, passphrase("seven words"), folder.file("t.db")), 1500U);
  const auto file = SqliteStore::open(folder.file("t.db"), passphrase("seven words"));
  ASSERT_TRUE(file);
  const auto empty = shared_cluster().fresh_store();
  ASSERT_EQ(*copy_all(**file, *empty), 1500U);
  EXPECT_EQ(empty->load(imsi(1500))->seq_reserved, 1500U + restored_seq_margin);
  EXPECT_FALSE(copy_all(**file, *empty)) << "into what is not empty";
}

TEST(PostgresStore, lets_no_key_lie_in_its_files) {
  Cluster cluster(nullptr, "fsync = off\nlog_statement = 'all'\nlog_min_duration_statement = 0\n");
  const auto store = open_postgres(cluster.connection());
  for (int n = 1; n <= 50; ++n) ASSERT_TRUE(store->put(secretive(n)));
  ASSERT_TRUE(store->sync());
  cluster.run("CHECKPOINT");
  bool there = false;
  for (const auto& file : fs::recursive_directory_iterator(cluster.socket_folder()))
    if (file.is_regular_file()) {
      const std::string octets = text_of_file(file.path());
      there |= octets.find(imsi(7).digits()) != std::string::npos;
      holds_no_key(octets, file.path().string());
    }
  EXPECT_TRUE(there);  // the records themselves are, so the search could have found their keys
}

}  // namespace
}  // namespace baton::store
