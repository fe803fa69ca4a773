#include "keys/ledger.h"

#include <algorithm>

#include "crypto/hmac_sha256.h"

namespace baton {

KeyId key_id(const KeyIdKey& id_key, KeyKind kind, Bytes key) {
  const std::string_view name = to_string(kind);
  crypto::HmacSha256 mac(id_key.octets);
  mac.update(Bytes(reinterpret_cast<const Byte*>(name.data()), name.size()));
  mac.update(std::array<Byte, 1>{0});
  mac.update(key);
  const crypto::Digest digest = mac.finish();
  KeyId id;
  std::copy_n(digest.begin(), id.octets.size(), id.octets.begin());
  return id;
}

std::string_view to_string(KeyEvent event) {
  switch (event) {
    case KeyEvent::derived: return "derived";
    case KeyEvent::received: return "received";
    case KeyEvent::sent: return "sent";
    case KeyEvent::stored: return "stored";
    case KeyEvent::erased: return "erased";
  }
  return "?";
}

}  // namespace baton
