// hmac_sha256.h: HMAC-SHA-256.
#pragma once

#include "crypto/sha256.h"

namespace baton::crypto {

/// HmacSha256 authenticates what it is fed under a key of any length. Copy one that has been given its key
/// and nothing else to save two of four compressions for the next message.
//= RFC 2104, 2
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes key, Path path = sha_path());

  void update(Bytes in) { inner_.update(in); }
  /// finish returns the code; the object is then spent.
  Digest finish();

 private:
  Sha256 inner_;
  Sha256 outer_;
};

Digest hmac_sha256(Bytes key, Bytes message, Path path = sha_path());

}  // namespace baton::crypto
