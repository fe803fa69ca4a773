// monitor.h: looks at the lab's wires and at the ledger, and says when something is so that must never be.
//
// It learns keys where an all-seeing listener would: KASME from S6a and S10, KeNB and NH from S1AP, what
// follows from them by derivation. With them it verifies every NAS and every SRB1 message, so that it knows
// their COUNTs. It asks no node about its state.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sha256.h"
#include "keys/derive_eps.h"
#include "lab/watcher.h"
#include "node/key_agreement.h"
#include "wire/gtp2/values.h"
#include "wire/rrc/messages.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {

/// Place is what the monitor is told about a seat: who sits there, in the order of the seats.
struct Place {
  std::string name;
  node::Role role = node::Role::other;
  std::string imsi;             ///< of a UE, digits
  std::uint16_t pci = 0;        ///< of an eNB's cell
  std::uint32_t earfcn_dl = 0;  ///< of an eNB's cell
};

enum class Invariant : Byte {
  count_once,     ///< a (key, COUNT, direction) protects one message
  count_rises,    ///< neither end goes back to a lower COUNT
  same_keys,      ///< at rest both ends hold the same keys, or none
  known_key,      ///< what is protected is under a key that was made for this UE
  algorithms,     ///< no algorithm changes under a key
  key_gone,       ///< who gave a UE away keeps no key of it
  accepted_once,  ///< no message is accepted twice
};
inline constexpr std::size_t invariants = 7;
std::string_view to_string(Invariant invariant);
std::string_view meaning_of(Invariant invariant);

struct Violation {
  Invariant invariant{};
  Instant at;
  Subject ue = nobody;
  std::string text;  ///< the message or the ledger entry, and what is wrong with it; no key
};

class Monitor final : public Watcher {
 public:
  explicit Monitor(std::vector<Place> places);
  ~Monitor() override;

  void on_sent(const Sent& sent) override;
  void on_ledger(const LedgerEntry& entry, SeatNumber at, Subject subject) override;
  void on_outcome(const node::Outcome& outcome, SeatNumber at, Instant now) override;
  void on_link_end(SeatNumber a, SeatNumber b, peer::Port port, Instant now) override;
  void on_crash(SeatNumber seat, Instant now) override;
  void on_event_end(Instant now) override;

  /// violations in the order in which they were seen; at most violations_max are kept.
  const std::vector<Violation>& violations() const { return violations_; }
  static constexpr std::size_t violations_max = 16;

  /// Held is one key of a UE at one node.
  struct Held {
    KeyId key;
    SeatNumber seat = nobody;
    KeyKind kind{};
  };
  /// held are all keys of the UE anywhere now.
  const std::vector<Held>& held(Subject ue) const;
  std::vector<SeatNumber> holders(Subject ue, KeyKind kind, node::Role role) const;
  /// at_rest looks at a UE of which nothing is under way (Invariant::same_keys). `registered` and `secured`
  /// are what the UE itself shows: that it has a registration, that it has a protected radio connection.
  void at_rest(Subject ue, bool registered, bool secured, Instant now);

  /// The ledger so far, hashed entry by entry.
  crypto::Digest ledger_hash() const;
  std::uint64_t ledger_entries() const { return entries_; }
  std::uint64_t nas_verified() const { return nas_verified_; }
  std::uint64_t srb_verified() const { return srb_verified_; }
  /// authentications is how many vectors the HSS has given for the UE.
  std::uint64_t authentications(Subject ue) const;

 private:
  struct Uses;
  struct NasKeys;
  struct RadioKeys;
  struct UeState;
  struct Connection;
  struct Radio;
  using ConnectionKey = std::pair<SeatNumber, std::uint32_t>;

  void violate(Invariant invariant, Subject ue, std::string text);
  Subject ue_of_imsi(std::string_view digits) const;
  std::string who(Subject ue) const;
  UeState* state(Subject ue);
  const Place& place(SeatNumber seat) const { return places_[seat]; }

  void on_diameter(const Sent& sent);
  void on_gtp(const Sent& sent);
  void carried_beside(const Sent& sent, const std::vector<wire::gtp2::PrivateExtension>& extensions);
  void on_s1ap(const Sent& sent);
  void on_radio(const Sent& sent);
  void on_srb1(Subject ue, SeatNumber enb, bool up, std::uint16_t c_rnti, Bytes pdu);
  void on_rrc(Subject ue, bool up, Bytes text, Radio& radio);

  void learn(Subject ue, const Kasme& kasme);
  void learn(Subject ue, const Kenb& kenb);
  void learn(Subject ue, const Nh& nh);
  void learn(Subject ue, const KenbStar& star);
  /// carried notes that a message brings a key to a node, so that it may be received once.
  void carried(SeatNumber to, KeyId key, Bytes message);
  template <class Mm>
  void context_moves(const Sent& sent, Subject ue, const Mm& mm,
                     const std::vector<wire::gtp2::PrivateExtension>& extensions);
  void nas(Subject ue, bool up, bool ordered, Bytes pdu);
  bool nas_under(Subject ue, NasKeys& keys, bool up, bool ordered, Bytes pdu);
  struct Opened {
    ByteVector text;
    std::uint32_t count = 0;
  };
  static std::optional<Opened> srb_under(RadioKeys& keys, wire::rrc::AsAlgorithms algorithms, bool up,
                                         bool ciphered, Bytes pdu);
  /// use notes a COUNT; true when it had not been used.
  bool use(Subject ue, Uses& uses, std::uint32_t count, Bytes message, bool ordered, const char* what,
           bool up);
  Connection& connection(SeatNumber enb, std::uint32_t enb_ue_id, Subject subject);
  bool connected_at(SeatNumber enb, Subject ue) const;
  void uplink_nas(const Sent& sent, std::uint32_t enb_ue_id, const ByteVector& octets);
  void forget_connections(SeatNumber enb);
  void expect_gone(SeatNumber seat, Subject ue, bool air, const char* when);

  std::vector<Place> places_;
  std::map<std::string, Subject, std::less<>> by_imsi_;
  std::vector<std::unique_ptr<UeState>> ues_;             ///< by seat; null for nodes
  std::map<std::string, Subject, std::less<>> sessions_;  ///< Diameter requests under way
  /// UEs of Relocation Cancel Requests: by who asked, and the number. The answer names nobody.
  std::map<std::pair<SeatNumber, std::uint32_t>, Subject> cancels_;
  std::map<ConnectionKey, std::unique_ptr<Connection>> connections_;
  std::map<KeyId, Subject> owner_;
  struct Carriage {
    std::set<std::uint64_t> messages;
    std::size_t received = 0;
  };
  std::map<std::pair<SeatNumber, KeyId>, Carriage> carriages_;
  struct Check {
    SeatNumber seat;
    Subject ue;
    bool air;
    const char* when;
  };
  std::vector<Check> checks_;
  std::vector<Violation> violations_;
  Instant now_;
  crypto::Sha256 hash_;
  std::uint64_t entries_ = 0, nas_verified_ = 0, srb_verified_ = 0;
};

}  // namespace baton::lab
