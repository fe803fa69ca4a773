#include "crypto/hmac_sha256.h"

#include <algorithm>

#include "base/secret.h"

namespace baton::crypto {

HmacSha256::HmacSha256(Bytes key, Path path) : inner_(path), outer_(path) {
  std::array<Byte, 64> block{};
  if (key.size() > block.size()) {
    Digest short_key = sha256(key, path);
    std::copy(short_key.begin(), short_key.end(), block.begin());
    secure_wipe(short_key.data(), short_key.size());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (Byte& b : block) b = static_cast<Byte>(b ^ 0x36U);
  inner_.update(block);
  for (Byte& b : block) b = static_cast<Byte>(b ^ 0x36U ^ 0x5CU);
  outer_.update(block);
  secure_wipe(block.data(), block.size());
}

Digest HmacSha256::finish() {
  Digest inner = inner_.finish();
  outer_.update(inner);
  secure_wipe(inner.data(), inner.size());
  return outer_.finish();
}

Digest hmac_sha256(Bytes key, Bytes message, Path path) {
  HmacSha256 h(key, path);
  h.update(message);
  return h.finish();
}

}  // namespace baton::crypto
