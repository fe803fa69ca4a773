#include "vault/xaes_gcm.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace baton::vault {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }  // wipes the key schedule
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// With a key of the right length nothing of this fails but for want of memory, and nothing can go on then.
void must(bool done) {
  if (!done) std::abort();
}

int length(Bytes b) { return static_cast<int>(b.size()); }

using Block = std::array<Byte, 16>;
using Derived = Secret<struct DerivedTag, 32>;

/// derive is AES-256-CMAC of two blocks' worth of counter, "X" and half a nonce.
//= NIST SP 800-108, 4.1
Derived derive(const DataKey& key, Bytes half_nonce) {
  const Context c(EVP_CIPHER_CTX_new());
  must(c && EVP_EncryptInit_ex(c.get(), EVP_aes_256_ecb(), nullptr, key.expose().data(), nullptr) == 1 &&
       EVP_CIPHER_CTX_set_padding(c.get(), 0) == 1);
  const auto encipher = [&](Block in) {
    Block out{};
    int n = 0;
    must(EVP_EncryptUpdate(c.get(), out.data(), &n, in.data(), length(in)) == 1);
    return out;
  };
  Block k1 = encipher({});
  const bool carry = (k1[0] & 0x80U) != 0;
  for (std::size_t i = 0; i < k1.size(); ++i)
    k1[i] = static_cast<Byte>(k1[i] << 1U | (i + 1 < k1.size() ? k1[i + 1] >> 7U : 0));
  k1[15] = static_cast<Byte>(k1[15] ^ (carry ? 0x87U : 0U));
  std::array<Byte, 32> out{};
  for (Byte counter = 1; counter <= 2; ++counter) {
    Block m{0, counter, 'X', 0};
    std::copy(half_nonce.begin(), half_nonce.end(), m.begin() + 4);
    for (std::size_t i = 0; i < m.size(); ++i) m[i] = static_cast<Byte>(m[i] ^ k1[i]);
    const Block half = encipher(m);
    std::copy(half.begin(), half.end(), out.begin() + 16 * (counter - 1));
  }
  Derived derived(out);
  secure_wipe(out.data(), out.size());
  secure_wipe(k1.data(), k1.size());
  return derived;
}

}  // namespace

void random_octets(MutableBytes out) { must(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1); }

ByteVector xaes_seal_with(const DataKey& key, std::span<const Byte, nonce_octets> nonce, Bytes bound,
                          Bytes plain) {
  const Derived once = derive(key, nonce.first(12));
  ByteVector out(nonce_octets + plain.size() + tag_octets);
  std::copy(nonce.begin(), nonce.end(), out.begin());
  Byte* const text = out.data() + nonce_octets;
  const Context c(EVP_CIPHER_CTX_new());
  int n = 0;
  must(c &&
       EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, once.expose().data(), nonce.data() + 12) == 1);
  must(EVP_EncryptUpdate(c.get(), nullptr, &n, bound.data(), length(bound)) == 1);
  must(plain.empty() || EVP_EncryptUpdate(c.get(), text, &n, plain.data(), length(plain)) == 1);
  must(EVP_EncryptFinal_ex(c.get(), text + plain.size(), &n) == 1);
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, tag_octets, text + plain.size()) == 1);
  return out;
}

ByteVector xaes_seal(const DataKey& key, Bytes bound, Bytes plain) {
  std::array<Byte, nonce_octets> nonce{};
  random_octets(nonce);
  return xaes_seal_with(key, nonce, bound, plain);
}

std::optional<WipedOctets> xaes_open(const DataKey& key, Bytes bound, Bytes sealed) {
  if (sealed.size() < nonce_octets + tag_octets) return std::nullopt;
  const Bytes nonce = sealed.first(nonce_octets);
  const Bytes text = sealed.subspan(nonce_octets, sealed.size() - nonce_octets - tag_octets);
  std::array<Byte, tag_octets> tag{};
  std::copy(sealed.end() - tag_octets, sealed.end(), tag.begin());
  const Derived once = derive(key, nonce.first(12));
  ByteVector plain(text.size());
  const Context c(EVP_CIPHER_CTX_new());
  int n = 0;
  must(c &&
       EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, once.expose().data(), nonce.data() + 12) == 1);
  must(EVP_DecryptUpdate(c.get(), nullptr, &n, bound.data(), length(bound)) == 1);
  must(text.empty() || EVP_DecryptUpdate(c.get(), plain.data(), &n, text.data(), length(text)) == 1);
  must(EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, tag_octets, tag.data()) == 1);
  WipedOctets out(std::move(plain));
  std::array<Byte, 16> none{};
  if (EVP_DecryptFinal_ex(c.get(), none.data(), &n) != 1) return std::nullopt;
  return out;
}

}  // namespace baton::vault
