// keyring.h: the data keys of a store, by their numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "base/expected.h"
#include "vault/locked.h"
#include "vault/wrapper.h"

namespace baton::vault {

/// Keyring seals under the newest data key and opens under every one it has, so that rows of both kinds can
/// be read while a rotation goes on. Keys lie in locked memory.
class Keyring {
 public:
  /// add takes a data key. Numbers begin at 1; the highest is the newest.
  void add(std::uint32_t number, DataKey key);
  bool has(std::uint32_t number) const { return keys_.contains(number); }
  void drop(std::uint32_t number) { keys_.erase(number); }
  /// key is there for wrapping it by another; the ring has it.
  const DataKey& key(std::uint32_t number) const { return *keys_.at(number); }
  /// The number of the key that seals; 0 without any.
  std::uint32_t newest() const { return keys_.empty() ? 0 : keys_.rbegin()->first; }

  /// seal gives a format octet, the key's number in 4, and xaes_seal's octets, bound to `row` (an IMSI), the
  /// name of `field`, and the key's number. There is a key.
  ByteVector seal(std::string_view row, std::string_view field, Bytes plain) const;
  /// open is the inverse. VaultError::wrong_key when the key is not here or the octets are not the ones.
  Expected<WipedOctets, VaultError> open(std::string_view row, std::string_view field, Bytes sealed) const;
  /// sealed_under is the number of the key that `sealed` needs; 0 when it is not one of seal()'s.
  static std::uint32_t sealed_under(Bytes sealed);

 private:
  std::map<std::uint32_t, Locked<DataKey>> keys_;
};

/// make_data_key draws a key.
DataKey make_data_key();

}  // namespace baton::vault
