// private.h: what one enterprise's Private Extension says of a move: what the key policies need and TS 29.274
// does not have. Its value is a list of {type (1), length (2), value}; docs/extensions.md lists the types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "ids/endpoint.h"
#include "keys/kasme_lineage.h"
#include "keys/types.h"
#include "wire/cursor.h"
#include "wire/enterprise.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

/// The types of the list.
enum class PrivateType : Byte {
  announcement = 0x01,     // extension: of the node, in Echo Request and Response
  kenb_star = 0x02,        // extension: secret
  lineage = 0x03,          // extension: its proofs are secret
  kasme_refresh = 0x04,    // extension: how KASME' was made
  upe_key = 0x05,          // extension: name of the UPE and counter
  container = 0x06,        // extension: for the UE
  ue_announcement = 0x07,  // extension: what the UE said of itself
  mme = 0x08,              // extension: Diameter identity of the sender
  kho = 0x09,              // extension: secret
  kupe = 0x0A,             // extension: secret
  nas_keys = 0x0B,         // extension: secret; beside K_HO
};

/// How KASME' in an MM context was made of the KASME that the UE has.
//= S0.D2
struct KasmeRefresh {
  RefreshDirection direction = RefreshDirection::handover;  ///< idle or handover
  NasCount n{};
  friend bool operator==(const KasmeRefresh&, const KasmeRefresh&) = default;
};
/// Which K_UPE is in use.
//= S1.D3
struct UpeKeyName {
  std::string upe;  ///< 1 to upe_id_octets_max octets
  UpeKeyCounter counter{};
  friend bool operator==(const UpeKeyName&, const UpeKeyName&) = default;
};

/// NasKeys is what goes beside K_HO: the NAS keys in use, the key set they belong to, and which of the two
/// readings made K_HO.
//= S3.D6
struct NasKeys {
  Byte ksi = 7;  ///< native
  bool raw = false;
  KnasEnc enc;
  KnasInt integrity;
  friend bool operator==(const NasKeys&, const NasKeys&) = default;
};

/// MovePrivate is everything such an extension can say. It may hold keys: moved, never copied.
struct MovePrivate {
  std::optional<ByteVector> announcement{};  ///< 1 to announcement_octets_max octets
  std::optional<KenbStar> kenb_star{};       ///< as the source eNB made it
  std::optional<KasmeLineage> lineage{};
  std::optional<KasmeRefresh> refresh{};
  std::optional<UpeKeyName> upe{};
  std::optional<ByteVector> container{};        ///< 1 to handover_container_octets_max octets
  std::optional<ByteVector> ue_announcement{};  ///< empty: the UE was asked and said nothing
  std::optional<DiameterIdentity> mme{};
  std::optional<Kho> kho{};    ///< in the place of KASME (S3.D6)
  std::optional<Kupe> kupe{};  ///< for the UPE (S1.A4)
  std::optional<NasKeys> nas_keys{};
  bool empty() const;
  friend bool operator==(const MovePrivate&, const MovePrivate&) = default;
};

/// encode_private gives the extension, or none when there is nothing to say. A value past its bound is our
/// own bug.
std::optional<PrivateExtension> encode_private(const MovePrivate& value, std::uint16_t enterprise);

/// decode_private reads the extension of `enterprise` among those of a message; none is an empty value. Types
/// that nobody knows are stepped over. Refused: a type or an extension that is there twice (`repeated`), a
/// length that does not fit (`short_read`, `trailing_bytes`), a value that cannot be (`bad_value`,
/// `too_many`).
Expected<MovePrivate, Error> decode_private(const std::vector<PrivateExtension>& extensions,
                                            std::uint16_t enterprise);

/// private_secrets are the ranges of key octets in the value of a Private Extension (after the enterprise
/// number), whoever's it is: what does not end where it says is taken for one.
std::vector<SecretRange> private_secrets(Bytes value);

}  // namespace baton::wire::gtp2
