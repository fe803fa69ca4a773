// rsa_oaep.h: RSA with OAEP, SHA-256 in both of its places.
#pragma once

#include <memory>

#include "asymmetric/ecies.h"

namespace baton::asymmetric {

/// RsaKey is a public key, or a private one with its public one, of 2048 or 3072 bits.
class RsaKey {
 public:
  /// A SubjectPublicKeyInfo in DER. RFC 5280, 4.1.
  static Expected<RsaKey, SealError> public_from(Bytes der);
  /// A PrivateKeyInfo in DER, not enciphered. RFC 5958, 2.
  static Expected<RsaKey, SealError> private_from(Bytes der);

  /// seal enciphers `text` with `label`, at most octets() - 66 octets; the result is octets() long. The
  /// padding's random octets are OpenSSL's.
  //= RFC 8017, 7.1.1
  Expected<ByteVector, SealError> seal(Bytes text, Bytes label) const;
  /// open deciphers what was sealed under the same label. A public key opens nothing.
  //= RFC 8017, 7.1.2
  Expected<OpenedText, SealError> open(Bytes sealed, Bytes label) const;
  std::size_t octets() const;

 private:
  struct Free {
    void operator()(void* key) const;
  };
  using Handle = std::unique_ptr<void, Free>;
  RsaKey(Handle key, bool can_open) : key_(std::move(key)), can_open_(can_open) {}
  static Expected<RsaKey, SealError> of(Handle key, bool can_open);
  Handle key_;  ///< OpenSSL wipes what it holds
  bool can_open_;
};

}  // namespace baton::asymmetric
