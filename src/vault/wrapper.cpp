#include "vault/wrapper.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/hmac_sha256.h"

namespace baton::vault {
namespace {

Bytes view(std::string_view s) { return {reinterpret_cast<const Byte*>(s.data()), s.size()}; }

/// What a wrapped data key is bound to.
ByteVector bound_to(std::string_view kind, std::uint32_t number) {
  ByteVector out;
  for (const char c : std::string_view("baton data key ")) out.push_back(static_cast<Byte>(c));
  for (const char c : kind) out.push_back(static_cast<Byte>(c));
  for (unsigned shift = 32; shift > 0; shift -= 8) out.push_back(static_cast<Byte>(number >> (shift - 8)));
  return out;
}

Expected<DataKey, VaultError> key_from(std::optional<WipedOctets> plain, std::string_view with) {
  if (!plain || plain->view().size() != DataKey::size)
    return Fail{VaultError{"the data keys were not wrapped with this " + std::string(with), true}};
  return DataKey(plain->view().first<DataKey::size>());
}

class FileWrapper final : public KeyWrapper {
 public:
  // The file's octets once sealed rows themselves; for wrapping they are made another key.
  explicit FileWrapper(const FileKey& key) : key_(derived(key)) {}
  std::string_view kind() const override { return "file"; }
  Expected<ByteVector, VaultError> wrap(std::uint32_t number, const DataKey& key) override {
    return xaes_seal(key_, bound_to(kind(), number), key.expose());
  }
  Expected<DataKey, VaultError> unwrap(std::uint32_t number, Bytes wrapped) override {
    return key_from(xaes_open(key_, bound_to(kind(), number), wrapped), "key file");
  }

 private:
  static DataKey derived(const FileKey& key) {
    auto digest = crypto::hmac_sha256(key.expose(), view("baton wrapping key"));
    DataKey out{std::span<const Byte, DataKey::size>(digest)};
    secure_wipe(digest.data(), digest.size());
    return out;
  }
  DataKey key_;
};

constexpr std::size_t salt_octets = 16;
constexpr std::uint64_t scrypt_r = 8;
constexpr std::uint64_t scrypt_p = 1;
/// Above this a damaged file could have the program take all memory: 2^20 is 1 GB.
constexpr unsigned log2_n_max = 20;

class PassphraseWrapper final : public KeyWrapper {
 public:
  PassphraseWrapper(Passphrase passphrase, unsigned log2_n)
      : passphrase_(std::move(passphrase)), log2_n_(log2_n) {}
  std::string_view kind() const override { return "passphrase"; }

  /// Cost and salt stand before what is wrapped: 1 and 16 octets.
  Expected<ByteVector, VaultError> wrap(std::uint32_t number, const DataKey& key) override {
    ByteVector out{static_cast<Byte>(log2_n_)};
    std::array<Byte, salt_octets> salt{};
    random_octets(salt);
    out.insert(out.end(), salt.begin(), salt.end());
    const auto with = stretched(log2_n_, salt);
    if (!with) return Fail{with.why()};
    const ByteVector sealed = xaes_seal(*with, bound_to(kind(), number), key.expose());
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
  }
  Expected<DataKey, VaultError> unwrap(std::uint32_t number, Bytes wrapped) override {
    if (wrapped.size() < 1 + salt_octets || wrapped[0] > log2_n_max)
      return Fail{VaultError{"a wrapped data key is damaged", true}};
    const auto with = stretched(wrapped[0], wrapped.subspan(1, salt_octets));
    if (!with) return Fail{with.why()};
    return key_from(xaes_open(*with, bound_to(kind(), number), wrapped.subspan(1 + salt_octets)),
                    "passphrase");
  }

 private:
  //= RFC 7914, 6
  Expected<DataKey, VaultError> stretched(unsigned log2_n, Bytes salt) const {
    std::array<Byte, DataKey::size> out{};
    const std::uint64_t n = std::uint64_t{1} << log2_n;
    const Bytes words = passphrase_.expose();
    const bool done =
        EVP_PBE_scrypt(reinterpret_cast<const char*>(words.data()), words.size(), salt.data(), salt.size(), n,
                       scrypt_r, scrypt_p, 256 * n * scrypt_r, out.data(), out.size()) == 1;
    if (!done) return Fail{VaultError{"there is no memory to stretch the passphrase"}};
    DataKey key(out);
    secure_wipe(out.data(), out.size());
    return key;
  }
  Passphrase passphrase_;
  unsigned log2_n_;
};

}  // namespace

std::unique_ptr<KeyWrapper> file_wrapper(const FileKey& key) { return std::make_unique<FileWrapper>(key); }
std::unique_ptr<KeyWrapper> passphrase_wrapper(Passphrase passphrase, unsigned log2_n) {
  return std::make_unique<PassphraseWrapper>(std::move(passphrase), log2_n);
}

}  // namespace baton::vault
