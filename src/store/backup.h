// backup.h: a whole store as one enciphered file, which another machine opens with the same key file,
// passphrase or token.
#pragma once

#include <memory>
#include <string>

#include "store/keyed_store.h"

namespace baton::store {

/// take_backup reads the store at one moment, while others go on working with it, and seals what it read
/// under a key made for this backup and wrapped by `by`. `scratch` is a folder for a while: a store that is
/// no file of its own is copied there first, its secrets sealed as everywhere.
Expected<ByteVector, StoreError> take_backup(KeyedStore& store, vault::KeyWrapper& by, KeySource keys,
                                             const std::string& scratch);

/// What was given out between a backup and its restoration is not in it. Restored records count so many SEQs
/// and epochs as used: more vectors than a subscriber takes between two backups, and well within the jump
/// that a card follows (2^28; TS 33.102, C.2.1).
inline constexpr std::uint64_t restored_seq_margin = std::uint64_t{1} << 24U;
inline constexpr std::uint32_t restored_epoch_margin = 1U << 16U;

/// restore_file makes the SQLite database `path`, which must not be there yet, of a backup, and looks through
/// all of it. SEQs and epochs go up by their margins. Nothing is left when that fails. Gives the number of
/// subscribers.
Expected<std::size_t, StoreError> restore_file(Bytes backup, const KeySource& keys, const std::string& path);

/// copy_all puts every record of `from` into `to`, which is empty. Their versions begin anew.
Expected<std::size_t, StoreError> copy_all(Store& from, Store& to);

/// seal_backup and open_backup are the file's format: what unwraps the key, and chunks that are each sealed
/// and bound to their place, the last one marked, so that none can be left out, moved or cut off.
Expected<ByteVector, StoreError> seal_backup(Bytes image, vault::KeyWrapper& by);
Expected<WipedOctets, StoreError> open_backup(Bytes backup, vault::KeyWrapper& by);

}  // namespace baton::store
