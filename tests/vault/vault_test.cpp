// How keys lie on disks: sealed under data keys, and these wrapped by a file, a passphrase or a token.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "vault/keyring.h"
#include "vault/transport_key.h"

namespace baton::vault {
namespace {

namespace fs = std::filesystem;

Bytes view(std::string_view s) { return {reinterpret_cast<const Byte*>(s.data()), s.size()}; }

template <class Key>
Key key_of(Byte fill) {
  std::array<Byte, Key::size> b{};
  b.fill(fill);
  return Key(b);
}

Passphrase words(std::string_view s) { return Passphrase(WipedOctets(view(s))); }

/// Cheap, so that a test takes milliseconds.
constexpr unsigned cheap = 4;

//= NIST SP 800-108, 4.1; type=test
TEST(Xaes, computes_the_published_vectors) {
  std::array<Byte, nonce_octets> nonce{};
  const Bytes letters = view("ABCDEFGHIJKLMNOPQRSTUVWX");
  std::copy(letters.begin(), letters.end(), nonce.begin());
  const auto text = [&](Byte fill, std::string_view bound) {
    const ByteVector out = xaes_seal_with(key_of<DataKey>(fill), nonce, view(bound), view("XAES-256-GCM"));
    return hex(Bytes(out).subspan(nonce_octets));
  };
  // github.com/C2SP/C2SP, XAES-256-GCM.md: one for each value of the carry.
  EXPECT_EQ(text(0x01, ""), "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
  EXPECT_EQ(text(0x03, "c2sp.org/XAES-256-GCM"), "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
}

TEST(Xaes, opens_what_it_sealed_and_nothing_that_was_changed) {
  const auto key = key_of<DataKey>(7);
  const ByteVector sealed = xaes_seal(key, view("here"), view("a secret of some octets"));
  const auto plain = xaes_open(key, view("here"), sealed);
  ASSERT_TRUE(plain);
  EXPECT_EQ(hex(plain->view()), hex(view("a secret of some octets")));
  EXPECT_FALSE(xaes_open(key, view("there"), sealed));
  EXPECT_FALSE(xaes_open(key_of<DataKey>(8), view("here"), sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    ByteVector changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(xaes_open(key, view("here"), changed)) << i;
  }
  for (std::size_t n = 0; n < sealed.size(); ++n)
    EXPECT_FALSE(xaes_open(key, view("here"), Bytes(sealed).first(n))) << n;
  EXPECT_NE(hex(xaes_seal(key, view("here"), view("x"))), hex(xaes_seal(key, view("here"), view("x"))));
  EXPECT_TRUE(xaes_open(key, {}, xaes_seal(key, {}, {}))->empty());
}

TEST(Keyring, opens_under_every_key_it_has_and_seals_under_the_newest) {
  Keyring ring;
  EXPECT_EQ(ring.newest(), 0U);
  ring.add(1, key_of<DataKey>(1));
  const ByteVector old = ring.seal("001010000000001", "K", view("sixteen octets.."));
  ring.add(2, key_of<DataKey>(2));
  const ByteVector fresh = ring.seal("001010000000001", "K", view("sixteen octets.."));
  EXPECT_EQ(Keyring::sealed_under(old), 1U);
  EXPECT_EQ(Keyring::sealed_under(fresh), 2U);
  EXPECT_TRUE(ring.open("001010000000001", "K", old));
  EXPECT_TRUE(ring.open("001010000000001", "K", fresh));
  EXPECT_FALSE(ring.open("001010000000002", "K", fresh)) << "a row moved to another subscriber";
  EXPECT_FALSE(ring.open("001010000000001", "OPc", fresh)) << "K passed off as OPc";
  EXPECT_FALSE(ring.open("00101000000000", "1K", fresh)) << "the border between the two names";
  ByteVector renamed = old;
  renamed[4] = 2;
  EXPECT_FALSE(ring.open("001010000000001", "K", renamed));
  ring.drop(1);
  const auto lost = ring.open("001010000000001", "K", old);
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.why().wrong_key);
  EXPECT_NE(lost.why().what.find("data key 1"), std::string::npos);
}

/// What every wrapper promises; `same` and `other` are made with equal and with different secrets.
void wraps(KeyWrapper& one, KeyWrapper& same, KeyWrapper& other) {
  const DataKey key = make_data_key();
  const auto wrapped = one.wrap(3, key);
  ASSERT_TRUE(wrapped) << wrapped.why().what;
  const auto back = same.unwrap(3, *wrapped);
  ASSERT_TRUE(back) << back.why().what;
  EXPECT_TRUE(*back == key);
  const auto refused = other.unwrap(3, *wrapped);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.why().wrong_key);
  ByteVector changed = *wrapped;
  changed.back() ^= 1;
  EXPECT_FALSE(same.unwrap(3, changed));
  EXPECT_FALSE(same.unwrap(3, Bytes(*wrapped).first(10)));
  EXPECT_FALSE(same.unwrap(3, {}));
  // The octets of the key are nowhere in what is kept.
  EXPECT_EQ(hex(*wrapped).find(hex(key.expose().first(8))), std::string::npos);
}

TEST(Wrapper, wraps_with_a_key_file) {
  const auto one = file_wrapper(key_of<FileKey>(1));
  wraps(*one, *file_wrapper(key_of<FileKey>(1)), *file_wrapper(key_of<FileKey>(2)));
  const auto wrapped = one->wrap(1, key_of<DataKey>(9));
  EXPECT_FALSE(one->unwrap(2, *wrapped)) << "bound to its number";
}

//= RFC 7914, 6; type=test
TEST(Wrapper, wraps_with_a_passphrase) {
  const auto one = passphrase_wrapper(words("correct horse"), cheap);
  // The cost is read from what was wrapped.
  wraps(*one, *passphrase_wrapper(words("correct horse"), cheap + 1),
        *passphrase_wrapper(words("correct horsf"), cheap));
  auto wrapped = one->wrap(1, key_of<DataKey>(9));
  EXPECT_FALSE(one->unwrap(2, *wrapped));
  (*wrapped)[0] = 60;
  EXPECT_FALSE(one->unwrap(1, *wrapped)) << "a cost that no memory would hold";
}

/// A software token in a folder of its own.
class SoftToken {
 public:
  SoftToken() {
    std::string pattern = (fs::temp_directory_path() / "baton-token-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    fs::create_directory(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf") << "directories.tokendir = " << (folder_ / "tokens").string()
                                             << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    ready_ = std::system(
                 "softhsm2-util --init-token --free --label baton --pin 271828 --so-pin 314159 "
                 ">/dev/null 2>&1") == 0;  // NOLINT(concurrency-mt-unsafe)
  }
  ~SoftToken() { fs::remove_all(folder_); }
  bool ready() const { return ready_; }

 private:
  fs::path folder_;
  bool ready_ = false;
};

TokenAccess access(std::string_view pin, std::string key, bool make) {
  return {"/usr/lib/softhsm/libsofthsm2.so", "baton", std::move(key), words(pin), make};
}

//= RFC 3394, 2.2.2; type=test
TEST(Wrapper, wraps_on_a_token_whose_key_never_leaves_it) {
  const SoftToken token;
  ASSERT_TRUE(token.ready()) << "softhsm2-util is missing or failed";
  EXPECT_FALSE(token_wrapper(access("271828", "one", false))) << "no key of the name yet";
  {
    const auto wrong = token_wrapper(access("000000", "one", true));
    ASSERT_FALSE(wrong);
    EXPECT_TRUE(wrong.why().wrong_key);
  }
  ByteVector kept;
  const DataKey key = make_data_key();
  {
    auto one = token_wrapper(access("271828", "one", true));
    ASSERT_TRUE(one) << one.why().what;
    auto wrapped = (*one)->wrap(1, key);
    ASSERT_TRUE(wrapped) << wrapped.why().what;
    kept = *wrapped;
  }
  // Another run of the program, with the same token.
  auto one = token_wrapper(access("271828", "one", false));
  ASSERT_TRUE(one);
  auto other = token_wrapper(access("271828", "two", true));
  ASSERT_TRUE(other);
  const auto back = (*one)->unwrap(1, kept);
  ASSERT_TRUE(back) << back.why().what;
  EXPECT_TRUE(*back == key);
  wraps(**one, **one, **other);
  auto elsewhere = access("271828", "one", false);
  elsewhere.token = "another";
  EXPECT_FALSE(token_wrapper(std::move(elsewhere)));
  auto nowhere = access("271828", "one", false);
  nowhere.module = "/nonexistent.so";
  EXPECT_FALSE(token_wrapper(std::move(nowhere)));
}

// FIPS 197, C.1 and SP 800-38A, F.2.1: the transport key and Ki of a vendor are any octets.
TEST(TransportKey, deciphers_a_key_enciphered_under_one) {
  const auto octets = [](std::string_view digits) { return *parse_hex(digits); };
  const TransportKey fips(octets("000102030405060708090a0b0c0d0e0f"));
  const auto ki = decipher_eki(fips, TransportMode::ecb, octets("69c4e0d86a7b0430d8cdb78070b4c55a"));
  ASSERT_TRUE(ki);
  EXPECT_EQ(hex(ki->view()), "00112233445566778899aabbccddeeff");
  // F.1.1's first two blocks by themselves, and the same chained from zeros: the first is equal, the second
  // is what ECB gives, with the first block of ciphertext added.
  const TransportKey nist(octets("2b7e151628aed2a6abf7158809cf4f3c"));
  const auto two = octets("3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf");
  EXPECT_EQ(hex(decipher_eki(nist, TransportMode::ecb, two)->view()),
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const auto chained = decipher_eki(nist, TransportMode::cbc, two);
  EXPECT_EQ(hex(chained->view().first(16)), "6bc1bee22e409f96e93d7e117393172a");
  ByteVector second = octets("ae2d8a571e03ac9c9eb76fac45af8e51");
  for (std::size_t i = 0; i < 16; ++i) second[i] ^= two[i];
  EXPECT_EQ(hex(chained->view().subspan(16)), hex(second));
  EXPECT_EQ(hex(key_check_value(TransportKey(ByteVector(16, 0)))), "66e94b")
      << "AES-128 of zeros under zeros";
  EXPECT_FALSE(decipher_eki(nist, TransportMode::ecb, Bytes(two).first(15)));
  EXPECT_FALSE(decipher_eki(TransportKey(ByteVector(17, 0)), TransportMode::ecb, two));
}

TEST(Locked, keeps_its_object_out_of_cores) {
  const Locked<DataKey> locked(key_of<DataKey>(0x5C));
  EXPECT_TRUE(*locked == key_of<DataKey>(0x5C));
  const auto at = reinterpret_cast<std::uintptr_t>(&*locked);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  std::string flags;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) inside = from <= at && at < to;
    if (inside && line.starts_with("VmFlags:")) flags = line;
  }
  EXPECT_NE(flags.find(" dd"), std::string::npos) << flags << ": not to be dumped";
#if !defined(__SANITIZE_ADDRESS__)  // under which mlock() does nothing
  EXPECT_NE(flags.find(" lo"), std::string::npos) << flags << ": locked";
#endif
}

}  // namespace
}  // namespace baton::vault
