// sealed.h: subscriber secrets as they lie in a store: sealed under the store's key, bound to their place.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/aes_siv.h"
#include "ids/subscriber_id.h"

namespace baton::context {

/// StoreKey seals K and OPc at rest. It comes from a key file beside the configuration, never from the
/// database. (Rotation, wrapping and hardware tokens: docs/security.md says what is not there yet.)
using StoreKey = crypto::SivKey;

/// seal gives what may lie on a disk: AES-SIV over the secret, bound to the IMSI and the field's name, so
/// that a row cannot be moved to another subscriber or K be passed off as OPc.
template <class Key>
ByteVector seal(const StoreKey& key, const Imsi& imsi, std::string_view field, const Key& secret) {
  const auto view = [](std::string_view s) {
    return Bytes(reinterpret_cast<const Byte*>(s.data()), s.size());
  };
  return crypto::siv_seal(key, {view(imsi.digits()), view(field)}, secret.expose());
}

/// seal_octets does the same with octets of any length that are not one key.
inline ByteVector seal_octets(const StoreKey& key, const Imsi& imsi, std::string_view field, Bytes plain) {
  const auto view = [](std::string_view s) {
    return Bytes(reinterpret_cast<const Byte*>(s.data()), s.size());
  };
  return crypto::siv_seal(key, {view(imsi.digits()), view(field)}, plain);
}
/// The caller wipes what unseal_octets gives.
inline std::optional<ByteVector> unseal_octets(const StoreKey& key, const Imsi& imsi, std::string_view field,
                                               Bytes sealed) {
  const auto view = [](std::string_view s) {
    return Bytes(reinterpret_cast<const Byte*>(s.data()), s.size());
  };
  return crypto::siv_open(key, {view(imsi.digits()), view(field)}, sealed);
}

/// unseal is the inverse; nothing when the octets, the subscriber, the field or the key are not the same.
template <class Key>
std::optional<Key> unseal(const StoreKey& key, const Imsi& imsi, std::string_view field, Bytes sealed) {
  const auto view = [](std::string_view s) {
    return Bytes(reinterpret_cast<const Byte*>(s.data()), s.size());
  };
  auto plain = crypto::siv_open(key, {view(imsi.digits()), view(field)}, sealed);
  if (!plain) return std::nullopt;
  std::optional<Key> out;
  if (plain->size() == Key::size) out.emplace(std::span<const Byte, Key::size>(*plain));
  secure_wipe(plain->data(), plain->size());
  return out;
}

}  // namespace baton::context
