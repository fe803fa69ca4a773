#include "crypto/kdf.h"

#include "crypto/hmac_sha256.h"

namespace baton::crypto {

KdfOutput kdf(Bytes key, Bytes s, Path path) {
  Digest out = hmac_sha256(key, s, path);
  KdfOutput secret(out);
  secure_wipe(out.data(), out.size());
  return secret;
}

}  // namespace baton::crypto
