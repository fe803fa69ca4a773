#include "vault/transport_key.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace baton::vault {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const EVP_CIPHER* cipher(const TransportKey& key, TransportMode mode) {
  const bool ecb = mode == TransportMode::ecb;
  switch (key.size()) {
    case 16: return ecb ? EVP_aes_128_ecb() : EVP_aes_128_cbc();
    case 24: return ecb ? EVP_aes_192_ecb() : EVP_aes_192_cbc();
    case 32: return ecb ? EVP_aes_256_ecb() : EVP_aes_256_cbc();
    default: return nullptr;
  }
}

constexpr std::array<Byte, 16> zeros{};

}  // namespace

Expected<WipedOctets, VaultError> decipher_eki(const TransportKey& key, TransportMode mode, Bytes eki) {
  const EVP_CIPHER* const with = cipher(key, mode);
  if (with == nullptr) return Fail{VaultError{"a transport key has 16, 24 or 32 octets"}};
  if (eki.size() != 16 && eki.size() != 32) return Fail{VaultError{"an enciphered key has 16 or 32 octets"}};
  const Context c(EVP_CIPHER_CTX_new());
  ByteVector plain(eki.size());
  int n = 0;
  const bool done =
      c && EVP_DecryptInit_ex(c.get(), with, nullptr, key.expose().data(), zeros.data()) == 1 &&
      EVP_CIPHER_CTX_set_padding(c.get(), 0) == 1 &&
      EVP_DecryptUpdate(c.get(), plain.data(), &n, eki.data(), static_cast<int>(eki.size())) == 1 &&
      static_cast<std::size_t>(n) == eki.size();
  WipedOctets out(std::move(plain));
  if (!done) return Fail{VaultError{"the key could not be deciphered"}};
  return out;
}

std::array<Byte, 3> key_check_value(const TransportKey& key) {
  std::array<Byte, 16> block{};
  int n = 0;
  const Context c(EVP_CIPHER_CTX_new());
  if (const EVP_CIPHER* const with = cipher(key, TransportMode::ecb); c && with != nullptr) {
    (void)EVP_EncryptInit_ex(c.get(), with, nullptr, key.expose().data(), nullptr);
    (void)EVP_EncryptUpdate(c.get(), block.data(), &n, zeros.data(), static_cast<int>(zeros.size()));
  }
  return {block[0], block[1], block[2]};
}

}  // namespace baton::vault
