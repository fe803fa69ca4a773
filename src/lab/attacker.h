// attacker.h: somebody who has everything that some nodes ever held, and puts it to use.
//
// Nothing in a node gives a key away, here as little as in a daemon: what a node held is what the lab's wires
// brought it, whole, and what it can make of that. The ledger serves only to check guesses: a derivation
// whose result no node ever held leads nowhere, and its key id says so. So this is the other half of
// keys/exposure.h: that one says which keys follow from entries without any key, this one makes them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "keys/derive_eps.h"
#include "keys/derive_policy.h"
#include "keys/ledger.h"
#include "lab/cast.h"
#include "wire/rrc/messages.h"

namespace baton::lab {

/// Opened is a message that was protected and that the attacker has read.
struct Opened {
  Instant at;
  bool up = false;
  std::uint32_t count = 0;
  KeyId key;  ///< KeNB, KASME, or KNASint where KASME is not known
  ByteVector text;
};

/// Attacker of one subscriber. Cells, C-RNTIs, NAS COUNTs and labels are public to it.
class Attacker {
 public:
  /// The nodes are compromised from the beginning to now: one after the other, or together if several.
  Attacker(const Cast& cast, std::set<std::string> nodes);

  /// has: the attacker holds the key of this id, or has made it.
  bool has(KeyId id) const { return ids_.contains(id); }
  /// keys are the ids of all its keys of the kinds that it follows (see `follows`).
  const std::set<KeyId>& keys() const { return ids_; }
  /// KASME, KeNB, NH, KeNB*, K_HO and the keys of the algorithms made of KASME and KeNB.
  static bool follows(KeyKind kind);
  const Kenb* kenb(KeyId id) const;
  /// newest_star is the KeNB* that the source eNB made last.
  const KenbStar* newest_star() const { return stars_read_.empty() ? nullptr : &stars_read_.back(); }

  /// read_radio is everything on SRB1 between the UE and that eNB which the attacker can read, as it was
  /// captured.
  std::vector<Opened> read_radio(std::string_view ue, std::string_view enb) const;
  /// read_nas is the same for NAS between that eNB and its MME, from what was captured on S1.
  std::vector<Opened> read_nas(std::string_view enb) const;

  /// open_srb reads one PDU of SRB1, whose COUNT is below 32; nothing without the key.
  static std::optional<ByteVector> open_srb(const Kenb& kenb, wire::rrc::AsAlgorithms algorithms, bool up,
                                            Bytes pdu);
  /// forge_srb writes one in its place, under the same key and COUNT.
  static ByteVector forge_srb(const Kenb& kenb, wire::rrc::AsAlgorithms algorithms, bool up, Byte count,
                              Bytes text);

 private:
  void read(const WireTap& tap);
  void follow_all();
  template <class Key>
  void learn(std::map<KeyId, Key>& of, Key key, bool read);

  const Cast& cast_;
  std::set<std::string> nodes_;
  std::set<KeyId> in_ledger_;
  std::set<std::uint16_t> c_rntis_;
  std::map<KeyId, Kasme> kasmes_;
  std::map<KeyId, Kenb> kenbs_;
  std::map<KeyId, Nh> nhs_;
  std::map<KeyId, KenbStar> stars_;
  std::map<KeyId, Kho> khos_;
  /// NAS keys that moved without their KASME (S3.D6), by the id of the key of integrity.
  struct NasKeys {
    KnasEnc enc;
    KnasInt integrity;
  };
  std::map<KeyId, NasKeys> nas_;
  std::vector<KenbStar> stars_read_;
  std::set<KeyId> ids_;
};

}  // namespace baton::lab
