// exposure.h: what follows for an attacker from the keys of a node: a closure over the ledger.
//
// The ledger says which keys a node held and from which keys each key was made. Everything else that goes
// into a derivation (counts, cell identities, C-RNTIs, what travels in the clear) is taken as known to the
// attacker. What the ledger does not record does not follow here: the answer is as complete as the ledger.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "keys/ledger.h"

namespace baton {

/// Compromise is what an attacker reads out of a node.
struct Compromise {
  std::string node;
  /// Nothing: all keys the node ever held. A time: those it held at that moment, as a copy of its memory.
  std::optional<Instant> at;
  /// With `at`: the attacker stays, and reads what the node comes to hold from then on too.
  bool stays = false;
};

/// When a key lived, seen from the attacker's moment. Without a moment it is the time in which the
/// compromised nodes held any key of the subscriber.
enum class Epoch : Byte {
  before,  ///< gone before it: the past is open
  during,  ///< alive in it
  after,   ///< made after it: the future is open
};
std::string_view to_string(Epoch epoch);

/// ExposedKey is a key that the attacker has.
struct ExposedKey {
  KeyId key;
  KeyKind kind{};
  std::string subscriber;            ///< IMSI digits; empty if no node says it
  bool read = false;                 ///< it was read out of a node; otherwise it follows from `from`
  std::vector<KeyId> from;           ///< one set of keys it was made from, all of them exposed
  std::vector<std::string> holders;  ///< every node that ever held it, in alphabetical order
  Instant born;                      ///< when the first of them came to hold it
  std::optional<Instant> gone;       ///< when the last of them erased it; nothing: somebody holds it still
  Epoch epoch = Epoch::during;
};

/// Exposure is the answer. `keys` is in the order in which the keys were born.
struct Exposure {
  std::vector<ExposedKey> keys;
  std::size_t keys_in_ledger = 0;
  bool node_known = false;  ///< at least one of the compromised nodes has written an entry
};

/// expose computes the closure. Entries stand in the order in which they were written.
Exposure expose(std::span<const LedgerEntry> entries, std::span<const Compromise> compromised);

/// Protected says what a key of an algorithm protects; nothing for a key that protects nothing itself.
struct Protected {
  std::string_view traffic;      ///< "NAS", "RRC" or "user plane"
  bool confidentiality = false;  ///< its holder reads; otherwise: its holder forges
};
std::optional<Protected> protects(KeyKind kind);

}  // namespace baton
