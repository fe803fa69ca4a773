// ledger.h: the key ledger: who held which key when, without holding any key.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/secret.h"
#include "keys/types.h"

namespace baton {

/// KeyId is the public name of a key: the first 8 octets of HMAC-SHA-256(key-id key, kind || 00 || key),
/// kind in its text form. Anyone who holds the key and the key-id key can recompute it.
struct KeyId {
  std::array<Byte, 8> octets{};
  std::string to_string() const { return hex(octets); }
  friend auto operator<=>(const KeyId&, const KeyId&) = default;
};

/// KeyIdKey is deployment configuration: 32 zero octets in lab and demo, so that the ids of two
/// processes compare.
struct KeyIdKey {
  std::array<Byte, 32> octets{};
};

KeyId key_id(const KeyIdKey& id_key, KeyKind kind, Bytes key);
template <class Key>
KeyId key_id_of(const KeyIdKey& id_key, const Key& key) {
  return key_id(id_key, KeyKindOf<Key>::value, key.expose());
}

/// What was done with a key. `derived`, `received` and `stored` begin to hold it, `erased` ends that;
/// `sent` and `used` change nothing about who holds it.
enum class KeyEvent : Byte { derived, received, sent, stored, erased };
std::string_view to_string(KeyEvent event);

/// LedgerEntry is one line of the ledger. It holds no secret.
struct LedgerEntry {
  Instant at;
  std::string node;        ///< name of the node that writes
  std::string subscriber;  ///< IMSI digits; empty where the node does not know it (an eNB)
  KeyEvent event{};
  KeyKind kind{};
  KeyId key;
  std::vector<KeyId> parents;  ///< what it was derived from, if `derived`
  std::string reason;          ///< procedure and step, for example "attach 5a" or "TS 33.401, A.3"
  std::string peer;            ///< the other end of `sent` and `received`
};

}  // namespace baton
