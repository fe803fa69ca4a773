// key_agreement.h: reads the ledger and says who holds which key now, and whether both ends agree.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "keys/ledger.h"

namespace baton::node {

/// Role is what a node is to the keys of a subscriber.
enum class Role : Byte { ue, enb, mme, hss, upe, other };
std::string_view to_string(Role role);

/// KeyState is one kind of key of one subscriber as the ledger leaves it.
struct KeyState {
  std::string subscriber;
  KeyKind kind{};
  std::optional<KeyId> current;       ///< the key in use: the UE's newest, else the newest anyone holds
  std::vector<std::string> holders;   ///< nodes that hold `current`, in name order
  std::vector<std::string> stale_at;  ///< nodes that hold another key of this kind and subscriber
  /// Both ends that this kind is for hold `current`, and nobody else but the HSS holds a different newest
  /// one. Nobody holding anything is agreement too. An MME that was given K_HO of the KASME in use instead of
  /// it is its other end (S3.D6), and no holder.
  bool agree = false;
  /// Two nodes of one role hold `current`: two MMEs while a context moves between them, and nobody else.
  bool shared = false;
};

/// KeyAgreement replays ledger entries. `derived`, `received` and `stored` make a node hold a key,
/// `erased` ends that. What an eNB writes names no subscriber; it is found through the key's id or its
/// parents' ids, as any reader of the ledger could.
class KeyAgreement {
 public:
  explicit KeyAgreement(std::map<std::string, Role> roles) : roles_(std::move(roles)) {}

  void add(const LedgerEntry& entry);

  /// states lists every kind the ledger has seen for the subscriber, in the order of KeyKind.
  std::vector<KeyState> states(const std::string& subscriber) const;

  /// ever_held lists the nodes that at any time held the key.
  std::vector<std::string> ever_held(KeyId key) const;

 private:
  struct Held {
    KeyId key;
    std::uint64_t since;  ///< entry number at which the node came to hold it
  };
  Role role_of(const std::string& node) const;
  bool stands_for(const std::string& subscriber, KeyId kasme) const;

  std::map<std::string, Role> roles_;
  std::map<KeyId, std::string> subscriber_of_;
  std::map<KeyId, std::vector<std::string>> ever_;
  std::map<KeyId, KeyId> kasme_of_;  ///< K_HO -> the KASME it was made of
  /// subscriber, kind, node -> keys held
  std::map<std::string, std::map<KeyKind, std::map<std::string, std::vector<Held>>>> held_;
  std::uint64_t entries_ = 0;
};

}  // namespace baton::node
