// wrapper.h: who wraps the data keys: a key file, a passphrase, or a PKCS#11 token.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/expected.h"
#include "vault/xaes_gcm.h"

namespace baton::vault {

/// Why something sealed or wrapped is not to be had.
struct VaultError {
  std::string what;        ///< in words, without key material
  bool wrong_key = false;  ///< the key is not the one it was made with, or the octets were changed
};

/// KeyWrapper wraps data keys for keeping. What it gives names its own parameters, so that another machine
/// unwraps it with the same file, passphrase or token. `number` is bound to the key.
class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;
  /// "file", "passphrase" or "token".
  virtual std::string_view kind() const = 0;
  virtual Expected<ByteVector, VaultError> wrap(std::uint32_t number, const DataKey& key) = 0;
  virtual Expected<DataKey, VaultError> unwrap(std::uint32_t number, Bytes wrapped) = 0;
};

/// A key file's 32 octets.
using FileKey = Secret<struct FileKeyTag, 32>;
std::unique_ptr<KeyWrapper> file_wrapper(const FileKey& key);

/// A passphrase, through scrypt (RFC 7914) with a salt for each wrapping.
class Passphrase {
 public:
  explicit Passphrase(WipedOctets octets) : octets_(std::move(octets)) {}
  Bytes expose() const { return octets_.view(); }

 private:
  WipedOctets octets_;
};
/// 2^log2_n is scrypt's cost: 17 takes 128 MB and some 0.3 s, which is once per start.
inline constexpr unsigned scrypt_log2_n = 17;
std::unique_ptr<KeyWrapper> passphrase_wrapper(Passphrase passphrase, unsigned log2_n = scrypt_log2_n);

/// TokenAccess says where the wrapping key is: an AES-256 key that never leaves a PKCS#11 token.
struct TokenAccess {
  std::string module;  ///< path of the token's PKCS#11 library
  std::string token;   ///< the token's label
  std::string key;     ///< the key's label
  Passphrase pin;
  bool make = false;  ///< have the token make the key if it has none of the name
};
/// The token wraps and unwraps (AES key wrap with padding-free 32 octets, RFC 3394); its key cannot be read.
Expected<std::unique_ptr<KeyWrapper>, VaultError> token_wrapper(TokenAccess access);

}  // namespace baton::vault
