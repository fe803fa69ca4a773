#include "asymmetric/rsa_oaep.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

namespace baton::asymmetric {
namespace {

constexpr Fail<SealError> refused{SealError::refused};

struct FreeContext {
  void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

EVP_PKEY* key_in(void* handle) { return static_cast<EVP_PKEY*>(handle); }

/// OpenSSL keeps its reasons in a queue of the thread; they are nobody's business.
struct Quiet {
  ~Quiet() { ERR_clear_error(); }
};

Context with_padding(void* key, int (*start)(EVP_PKEY_CTX*), Bytes label) {
  Context c(EVP_PKEY_CTX_new(key_in(key), nullptr));
  if (!c || start(c.get()) != 1 || EVP_PKEY_CTX_set_rsa_padding(c.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(c.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(c.get(), EVP_sha256()) != 1)
    return nullptr;
  if (!label.empty()) {
    // The context takes the copy over.
    void* copy = OPENSSL_memdup(label.data(), label.size());
    if (copy == nullptr) return nullptr;
    if (EVP_PKEY_CTX_set0_rsa_oaep_label(c.get(), copy, static_cast<int>(label.size())) != 1) {
      OPENSSL_free(copy);
      return nullptr;
    }
  }
  return c;
}

}  // namespace

void RsaKey::Free::operator()(void* key) const { EVP_PKEY_free(key_in(key)); }

Expected<RsaKey, SealError> RsaKey::of(Handle key, bool can_open) {
  const Quiet quiet;
  if (!key || EVP_PKEY_get_base_id(key_in(key.get())) != EVP_PKEY_RSA) return refused;
  const int bits = EVP_PKEY_get_bits(key_in(key.get()));
  if (bits != 2048 && bits != 3072) return refused;
  return RsaKey(std::move(key), can_open);
}

Expected<RsaKey, SealError> RsaKey::public_from(Bytes der) {
  const unsigned char* at = der.data();
  Handle key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (at != der.data() + der.size()) key.reset();
  return of(std::move(key), false);
}

Expected<RsaKey, SealError> RsaKey::private_from(Bytes der) {
  const unsigned char* at = der.data();
  Handle key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  if (at != der.data() + der.size()) key.reset();
  return of(std::move(key), true);
}

std::size_t RsaKey::octets() const { return static_cast<std::size_t>(EVP_PKEY_get_size(key_in(key_.get()))); }

Expected<ByteVector, SealError> RsaKey::seal(Bytes text, Bytes label) const {
  const Quiet quiet;
  const Context c = with_padding(key_.get(), EVP_PKEY_encrypt_init, label);
  ByteVector out(octets());
  std::size_t n = out.size();
  if (!c || EVP_PKEY_encrypt(c.get(), out.data(), &n, text.data(), text.size()) != 1 || n != out.size())
    return refused;
  return out;
}

Expected<OpenedText, SealError> RsaKey::open(Bytes sealed, Bytes label) const {
  const Quiet quiet;
  if (!can_open_ || sealed.size() != octets()) return refused;
  const Context c = with_padding(key_.get(), EVP_PKEY_decrypt_init, label);
  ByteVector all(octets());
  std::size_t n = all.size();
  const bool opened = c && EVP_PKEY_decrypt(c.get(), all.data(), &n, sealed.data(), sealed.size()) == 1;
  ByteVector text;
  if (opened) text.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
  secure_wipe(all.data(), all.size());
  if (!opened) return refused;
  return OpenedText(std::move(text));
}

}  // namespace baton::asymmetric
