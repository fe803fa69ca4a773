// policy.h: which of the ways to treat keys in a move a network takes: one value, and what it tells others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "keys/derive_policy.h"

namespace baton::context {

/// Where the AS keys of the target cell come from at a handover.
enum class HandoverRefresh : Byte {
  nh_ncc,          ///< the NH chain of TS 33.401, 7.2.8 (S3.D7)
  forward_secure,  ///< KeNB*+, which the target MME makes of KeNB* (S3.P)
  hash_chain,      ///< KeNB* as the source eNB made it (S3.B)
};
/// Where the UE is told which of the two it is, and what it believes. (S3.D3)
enum class BitProtection : Byte {
  nas,           ///< in the container under NAS-MAC and in the RRC command; they must agree
  rrc,           ///< in the RRC command alone
  algorithm_id,  ///< as nas, in a spare bit of the container's NAS algorithms (S3.P10)
};
/// What becomes of KASME when the MME changes.
enum class InterMmeKasme : Byte {
  keep,                    ///< it moves unchanged (S0.D1)
  refresh_and_update_hss,  ///< KASME' moves, and the HSS is told (S0.D2 to S0.D7)
  refresh_temporary,       ///< KASME' moves, and nobody tells the HSS: for study
};
/// Keys between UE and UPE. (S1.D3)
enum class UpeKeys : Byte { none, update, same };
/// Keys at a move to or from UTRAN and GERAN. (S1.D1, S1.D4)
enum class InterRatKeys : Byte { mapped, transferred, transferred_nonce };
/// What a security context travels in. (S1.D2)
enum class ContextCarrier : Byte { gtp, aaa };
/// Whether AKA is run after a move. (S1.D7)
enum class AfterMobility : Byte { reauthenticate_when_weaker, never, always };
/// Where the keys between UE and HSE come from. (S2.D11)
enum class E2mKeySource : Byte { emsdp, pull, push, context };
/// How a USIM is held to its device. (S4.D3, S4.D5)
enum class DeviceBinding : Byte { imei_check, hardened, hardened_combined, seed, seed_combined };
/// Between which MMEs forward_secure is more than hash_chain. (S3.D5)
enum class ForwardSecurePairs : Byte { always, never, inter_plmn };
/// What UE and MME do when a key of before refresh_temporary comes back. (S0.7, S0.8, S0.D8)
enum class Confusion : Byte { dump, keep };

std::string_view to_string(HandoverRefresh v);
std::string_view to_string(BitProtection v);
std::string_view to_string(InterMmeKasme v);
std::string_view to_string(UpeKeys v);
std::string_view to_string(InterRatKeys v);
std::string_view to_string(ContextCarrier v);
std::string_view to_string(AfterMobility v);
std::string_view to_string(E2mKeySource v);
std::string_view to_string(DeviceBinding v);
std::string_view to_string(ForwardSecurePairs v);
std::string_view to_string(Confusion v);

/// SecurityPolicy is every such choice. As it begins it is the profile `final`: the published standards.
struct SecurityPolicy {
  HandoverRefresh handover_refresh = HandoverRefresh::nh_ncc;
  BitProtection bit_protection = BitProtection::nas;
  InterMmeKasme inter_mme_kasme = InterMmeKasme::keep;
  UpeKeys upe_keys = UpeKeys::none;
  InterRatKeys inter_rat_keys = InterRatKeys::mapped;
  ContextCarrier context_carrier = ContextCarrier::gtp;
  AfterMobility after_mobility = AfterMobility::reauthenticate_when_weaker;
  E2mKeySource e2m_key_source = E2mKeySource::emsdp;
  DeviceBinding device_binding = DeviceBinding::imei_check;

  bool bind_earfcn = true;     ///< KeNB* is bound to the carrier beside the cell (S3.D1)
  bool raw_reading = false;    ///< the derivations of S3 hash plain concatenations (S3.D2)
  bool delegated = false;      ///< the target MME gets K_HO in the place of KASME (S3.D6)
  bool key_in_update = false;  ///< KASME' itself is in KASME-Update (S0.D3), else only its steps (S0.D7)
  ForwardSecurePairs pairs = ForwardSecurePairs::always;
  Confusion confusion = Confusion::dump;
  /// With a peer that announced too little: go on as `final` does. Else refuse. (Announcement)
  bool final_fallback = true;
  /// The label of K_HO (S3.O2): 1 to handover_string_octets_max octets.
  std::string handover_string{handover_string_default};

  friend bool operator==(const SecurityPolicy&, const SecurityPolicy&) = default;
};

/// The policies that have a name.
enum class Profile : Byte { final_, seed, hardened, hash_chain, temporary_kasme };
inline constexpr std::array profiles{Profile::final_, Profile::seed, Profile::hardened, Profile::hash_chain,
                                     Profile::temporary_kasme};
/// "final", "seed", "hardened", "hash-chain", "temporary-kasme"
std::string_view to_string(Profile p);
std::optional<Profile> profile_named(std::string_view name);
SecurityPolicy policy_of(Profile p);
/// The profile whose policy this is, whatever it says of a fallback; nothing when it is none of them.
std::optional<Profile> profile_of(const SecurityPolicy& policy);

/// contradiction says why a policy cannot be: two of its values exclude each other, or one rests on another
/// that is not there. Nothing when it can.
std::optional<std::string_view> contradiction(const SecurityPolicy& policy);

/// The fields whose value asks for a procedure that Baton does not have yet. Nothing may be said to hold
/// because of them.
std::vector<std::string_view> not_built(const SecurityPolicy& policy);

/// set changes one field by name ("handover_refresh", ...) to a value spelled as to_string does; a bool is
/// "true" or "false". The error says what was expected.
Expected<Ok, std::string> set(SecurityPolicy& policy, std::string_view field, std::string_view value);
/// Every field with its value, in the order of the struct: what set reads.
std::vector<std::pair<std::string_view, std::string>> fields(const SecurityPolicy& policy);
/// The profile's name, or "final with" and the fields in which the policy differs from it.
std::string describe(const SecurityPolicy& policy);

// --- what a node tells its peers ------------------------------------------------------------------------

/// The private elements a node understands, as bits of an announcement. New ones get new bits.
enum class PrivateElement : std::uint16_t {
  refresh = 1U << 0U,        ///< KeNB* in handover messages, KeNB from it and the C-RNTI (S3)
  container = 1U << 1U,      ///< the handover container under NAS-MAC (S3.D4)
  kasme_refresh = 1U << 2U,  ///< KASME', its n and its lineage (S0.D2, S0.D4)
  kasme_update = 1U << 3U,   ///< the Diameter application (S0.D3)
  upe_keys = 1U << 4U,       ///< K_UPE, its name and counter (S1.D3)
  raw_reading = 1U << 5U,    ///< S3.D2
  delegated = 1U << 6U,      ///< K_HO in the place of KASME (S3.D6)
};
/// What this implementation understands, whatever its policy. An element is announced from the day its
/// procedure is.
inline constexpr std::uint16_t elements_understood = 0x7F;

/// Announcement says under which profiles a node is willing to run and which private elements it
/// understands. A peer that sent none is one that knows the standards only.
struct Announcement {
  static constexpr Byte version = 1;
  static constexpr std::size_t octets = 4;
  /// A later version may be longer; this much of it is kept, so that an echo is what was sent.
  static constexpr std::size_t octets_max = 16;

  Byte profiles = 0;           ///< bit n: Profile n; bit 7: a policy that has no name
  std::uint16_t elements = 0;  ///< bits of PrivateElement

  bool willing(Profile p) const { return (profiles >> static_cast<unsigned>(p) & 1U) != 0; }
  /// covers: it says everything that `required` does.
  bool covers(const Announcement& required) const {
    return (profiles & required.profiles) == required.profiles &&
           (elements & required.elements) == required.elements;
  }
  bool understands(PrivateElement e) const { return (elements & static_cast<std::uint16_t>(e)) != 0; }

  /// What a node with this policy says of itself: its profile, `final` where it may fall back to it, and
  /// everything it understands.
  static Announcement of(const SecurityPolicy& own, std::uint16_t understood = elements_understood);
  /// version (1) || profiles (1) || elements (2)
  ByteVector encode() const;
  /// A later version is read as far as this one goes. Nothing when it is none: too short, too long, version
  /// 0.
  static std::optional<Announcement> decode(Bytes in);

  friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// At which place a peer stands: what a policy needs of it differs.
enum class PeerRole : Byte { enb, mme, ue, hss, upe };
/// The private elements that a peer must understand for this policy, as bits of PrivateElement.
std::uint16_t elements_needed(const SecurityPolicy& policy, PeerRole role);

/// beyond_final says whether a policy needs anything of anybody that the standards do not have. A node whose
/// policy does not announces nothing: what it sends is what it would send if none of this existed.
bool beyond_final(const SecurityPolicy& policy);

/// Why two nodes do not agree on a policy and may not fall back.
enum class PolicyRefusal : Byte {
  nothing_announced,  ///< the peer knows the standards only
  no_common_profile,
  element_missing,  ///< it does not understand what the policy needs of it
};
std::string_view to_string(PolicyRefusal r);

/// fallen_back is the policy without what a peer in this role would have to understand.
SecurityPolicy fallen_back(SecurityPolicy policy, PeerRole role);

/// agreed is the policy in force with a peer: `policy` when it needs nothing of that peer or the peer
/// announced what it takes, fallen_back(policy, role) when the policy allows that, else the refusal. `own` is
/// what this node announced; `policy` may have fallen back before another peer of the same move.
Expected<SecurityPolicy, PolicyRefusal> agreed(const Announcement& own,
                                               const std::optional<Announcement>& peer,
                                               const SecurityPolicy& policy, PeerRole role);

/// Whether a move between these two MMEs' networks runs forward_secure or, by policy, hash_chain.
//= S3.D5
bool forward_secure_between(const SecurityPolicy& policy, bool same_plmn);

}  // namespace baton::context
