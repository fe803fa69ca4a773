// derive_policy.h: the derivations of the key policies that no standard has, one function each.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/strong.h"
#include "ids/subscriber_id.h"
#include "keys/derive_eps.h"
#include "keys/nas_count.h"
#include "keys/types.h"

namespace baton {

/// CRntiValue is the name that a cell gives to a UE, 16 bits. TS 36.321, 7.1.
using CRntiValue = Strong<std::uint16_t, struct CRntiValueTag>;

/// The label of K_HO unless the policy has another one.
inline constexpr std::string_view handover_string_default = "Handover String";
/// A label longer than this has no place in a KdfString.
inline constexpr std::size_t handover_string_octets_max = 64;

/// KeNB* for a cell. Without a carrier it is bound to the physical cell identity alone, as TR 33.821 has it.
//= S3.D1
KenbStar derive_kenb_star_of_cell(const Kenb& kenb, Pci pci, std::optional<EarfcnDl> earfcn);

/// K_HO, what a handover function needs to know of KASME. `label` has at most handover_string_octets_max
/// octets: more is our own bug.
//= S3.P4
//= S3.D1
Kho derive_kho(const Kasme& kasme, std::string_view label = handover_string_default);

/// KeNB*+, which the source eNB cannot make.
//= S3.P4
//= S3.D1
KenbStar derive_kenb_star_plus(const Kho& kho, const KenbStar& kenb_star);

/// The KeNB of the target cell, from KeNB* or KeNB*+ and the C-RNTI that the UE gets there.
//= S3.B5
//= S3.D1
Kenb derive_kenb_from_star(const KenbStar& kenb_star, CRntiValue c_rnti);

/// The literal reading of the same four: HMAC-SHA-256 under the first operand over the others, one after the
/// other, without FC and lengths.
//= S3.D2
namespace raw {
KenbStar derive_kenb_star_of_cell(const Kenb& kenb, Pci pci, std::optional<EarfcnDl> earfcn);
Kho derive_kho(const Kasme& kasme, std::string_view label = handover_string_default);
KenbStar derive_kenb_star_plus(const Kho& kho, const KenbStar& kenb_star);
Kenb derive_kenb_from_star(const KenbStar& kenb_star, CRntiValue c_rnti);
}  // namespace raw

/// How KASME' came about.
//= S0.D2
enum class RefreshDirection : Byte {
  idle = 0x00,      ///< idle mobility; the count is that of the TAU Request
  handover = 0x01,  ///< the count is a downlink one
  aka = 0xFF,       ///< no KASME' but a KASME from AKA, step 0 of a proof
};

/// KASME' of the next MME. `direction` is idle or handover, `count` the NAS COUNT n.
//= S0.D2
Kasme derive_kasme_refreshed(const Kasme& kasme, RefreshDirection direction, NasCount count);

/// Generation orders the KASMEs of a subscriber: epoch numbers the vectors, step the changes since that AKA.
//= S0.D4
struct Generation {
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
  friend constexpr auto operator<=>(const Generation&, const Generation&) = default;
};

/// A Diameter identity of more octets has no place in a proof (RFC 1035, 2.3.4: a name has at most 255).
inline constexpr std::size_t proof_identity_octets_max = 255;

/// The proof by which the MME that held `old` says that `refreshed` may be used at the MME `identity` and
/// nowhere else. At step 0 (direction aka, COUNT 0) `old` and `refreshed` are the same key. `identity` has at
/// most proof_identity_octets_max octets: more is our own bug.
//= S0.D5
UpdateProof derive_update_proof(const Kasme& old, Generation generation, const Imsi& imsi,
                                RefreshDirection direction, NasCount count, std::string_view identity,
                                const Kasme& refreshed);

/// UpeKeyCounter counts the K_UPEs made from one KASME; 0 is before the first.
using UpeKeyCounter = Strong<std::uint16_t, struct UpeKeyCounterTag>;
/// The name of a UPE in a derivation and in elements with a one-octet length. More is our own bug.
inline constexpr std::size_t upe_id_octets_max = 64;

//= S1.D3
Kupe derive_kupe(const Kasme& kasme, std::string_view upe_id, UpeKeyCounter counter);
/// The keys of the algorithms between UE and UPE, by the derivation of TS 33.401, A.7.
//= S1.D3
KupEnc derive_kup_enc(const Kupe& kupe, Eea algorithm);
KupInt derive_kup_int(const Kupe& kupe, Eia algorithm);

/// The name of an access in the derivation of K_N3. More is our own bug.
inline constexpr std::size_t access_label_octets_max = 32;

/// K_N3, what the home network gives an AAA server in the place of KASME. `counter` grows with each transfer.
/// `aaa` has at most proof_identity_octets_max octets.
//= S0.D8
Kn3 derive_kn3(const Kasme& kasme, std::string_view access_label, std::string_view aaa,
               std::uint32_t counter);

}  // namespace baton
