// keyed_store.h: a store whose secrets are sealed under data keys that it keeps, wrapped, beside the rows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "store/row.h"
#include "store/store.h"
#include "vault/wrapper.h"

namespace baton::store {

/// KeySource is what opens a store's data keys.
struct KeySource {
  std::shared_ptr<vault::KeyWrapper> wrapper;
  /// For rows of databases up to version 3, whose key file sealed them itself.
  std::optional<context::StoreKey> earlier;
};
/// key_file is the source that a key file's 32 octets are, for new databases and for old ones.
KeySource key_file(const context::StoreKey& key);

/// A data key as it is kept.
struct WrappedKey {
  std::uint32_t number = 0;
  std::string kind;  ///< of the wrapper
  ByteVector wrapped;
};

class KeyedStore : public Store {
 public:
  /// add_data_key makes a data key with the next number, durably. Everything put from now on is sealed under
  /// it; other processes follow when they meet it.
  virtual Expected<std::uint32_t, StoreError> add_data_key() = 0;
  /// sealed_under counts the rows that need data key `number`; 0 stands for the key file itself.
  virtual Expected<std::size_t, StoreError> sealed_under(std::uint32_t number) = 0;
  /// drop_data_key deletes one that nothing is sealed under.
  virtual Expected<Ok, StoreError> drop_data_key(std::uint32_t number) = 0;
  /// data_keys lists the numbers, ascending.
  virtual Expected<std::vector<std::uint32_t>, StoreError> data_keys() const = 0;
  /// rewrap has all data keys wrapped by another, all or none. Each was unwrapped again before it counts.
  virtual Expected<Ok, StoreError> rewrap(std::shared_ptr<vault::KeyWrapper> by) = 0;
};

/// What a rotation did.
struct Rotated {
  std::uint32_t data_key = 0;  ///< the new one
  std::size_t resealed = 0;
  std::size_t left = 0;  ///< rows that others wrote meanwhile under an older key; rotate again
};
/// rotate makes a new data key and seals every record under it, while others go on working with the store.
/// Data keys older than the one before are dropped when nothing needs them: the one before stays, because
/// another process may be about to write under it.
Expected<Rotated, StoreError> rotate(KeyedStore& store,
                                     const std::function<void(std::size_t resealed)>& progress = {});
/// Records that are sealed again in one commit.
inline constexpr std::size_t rotation_page = 500;

/// rewrapped wraps every key of `kept` by another, in order. `ring` gets those that it does not have yet.
Expected<std::vector<WrappedKey>, StoreError> rewrapped(vault::Keyring& ring,
                                                        const std::vector<WrappedKey>& kept,
                                                        vault::KeyWrapper& from, vault::KeyWrapper& to);
/// same_keys is whether `kept` unwraps, by `by`, to the keys of `ring`.
Expected<Ok, StoreError> same_keys(const vault::Keyring& ring, const std::vector<WrappedKey>& kept,
                                   vault::KeyWrapper& by);

/// unwrap_into adds the keys that `ring` does not have yet.
Expected<Ok, StoreError> unwrap_into(vault::Keyring& ring, const std::vector<WrappedKey>& keys,
                                     vault::KeyWrapper& by);

}  // namespace baton::store
