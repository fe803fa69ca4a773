// types.h: one type per key. Two keys of the same size are never the same type.
#pragma once

#include <string_view>

#include "base/secret.h"

namespace baton {

// The subscriber's own secrets: in the USIM and in the AuC, nowhere else. TS 33.102, 6.3.
using K = Secret<struct KTag, 16>;
using Op = Secret<struct OpTag, 16>;
using Opc = Secret<struct OpcTag, 16>;

// What AKA makes of them. TS 33.102, 6.3; TS 33.401, 6.1.
using Ck = Secret<struct CkTag, 16>;
using Ik = Secret<struct IkTag, 16>;
using Ak = Secret<struct AkTag, 6>;
using Xres = ShortSecret<struct XresTag, 16>;  ///< 4 to 16 octets; secret until the UE has answered

// The EPS hierarchy. TS 33.401, 6.2 and annex A.
using Kasme = Secret<struct KasmeTag, 32>;
using Kenb = Secret<struct KenbTag, 32>;
using Nh = Secret<struct NhTag, 32>;
using KnasEnc = Secret<struct KnasEncTag, 16>;
using KnasInt = Secret<struct KnasIntTag, 16>;
using KrrcEnc = Secret<struct KrrcEncTag, 16>;
using KrrcInt = Secret<struct KrrcIntTag, 16>;
using KupEnc = Secret<struct KupEncTag, 16>;
using KupInt = Secret<struct KupIntTag, 16>;

// Keys for and from other systems. TS 33.401, annex A.8, A.12, A.13, A.15.
using CkMapped = Secret<struct CkMappedTag, 16>;  ///< CK' for UTRAN or GERAN
using IkMapped = Secret<struct IkMappedTag, 16>;  ///< IK'
using CkSrvcc = Secret<struct CkSrvccTag, 16>;    ///< for the CS domain after SRVCC
using IkSrvcc = Secret<struct IkSrvccTag, 16>;
using SKenb = Secret<struct SKenbTag, 32>;        ///< for the secondary eNB of dual connectivity
using NasToken = Secret<struct NasTokenTag, 32>;  ///< its low bits are sent: TS 33.401, A.9

// The hierarchy of the key policies that no standard has.
using KenbStar = Secret<struct KenbStarTag, 32>;  ///< KeNB* or KeNB*+: a target eNB cannot tell (S3.B5)
using Kho = Secret<struct KhoTag, 32>;            ///< K_HO: what makes KeNB*+ of KeNB* (S3.P4)
using Kupe = Secret<struct KupeTag, 32>;          ///< K_UPE: user plane between UE and UPE (S1.D3)
using Kn3 = Secret<struct Kn3Tag, 32>;            ///< K_N3: for an AAA server of non-3GPP access (S0.D8)
using UpdateProof = Secret<struct UpdateProofTag, 32>;  ///< it authorises a KASME' at one MME (S0.D5)

// What is sent over the air in the clear.
using Rand = Public<struct RandTag, 16>;
using Autn = Public<struct AutnTag, 16>;
using Auts = Public<struct AutsTag, 14>;
using SqnXorAk = Public<struct SqnXorAkTag, 6>;  ///< as it stands in AUTN
using Amf = Public<struct AmfTag, 2>;            ///< authentication management field

/// KeyKind names a kind of key in the ledger, in `baton key` and in key ids. The text form is part
/// of the key id and therefore fixed.
enum class KeyKind : Byte {
  k,
  opc,
  ck,
  ik,
  kasme,
  kenb,
  nh,
  knas_enc,
  knas_int,
  krrc_enc,
  krrc_int,
  kup_enc,
  kup_int,
  ck_mapped,
  ik_mapped,
  ck_srvcc,
  ik_srvcc,
  s_kenb,
  kenb_star,
  kho,
  kupe,
  kn3,
};
std::string_view to_string(KeyKind kind);

// clang-format off
template <class Key> struct KeyKindOf;
template <> struct KeyKindOf<K> { static constexpr KeyKind value = KeyKind::k; };
template <> struct KeyKindOf<Opc> { static constexpr KeyKind value = KeyKind::opc; };
template <> struct KeyKindOf<Ck> { static constexpr KeyKind value = KeyKind::ck; };
template <> struct KeyKindOf<Ik> { static constexpr KeyKind value = KeyKind::ik; };
template <> struct KeyKindOf<Kasme> { static constexpr KeyKind value = KeyKind::kasme; };
template <> struct KeyKindOf<Kenb> { static constexpr KeyKind value = KeyKind::kenb; };
template <> struct KeyKindOf<Nh> { static constexpr KeyKind value = KeyKind::nh; };
template <> struct KeyKindOf<KnasEnc> { static constexpr KeyKind value = KeyKind::knas_enc; };
template <> struct KeyKindOf<KnasInt> { static constexpr KeyKind value = KeyKind::knas_int; };
template <> struct KeyKindOf<KrrcEnc> { static constexpr KeyKind value = KeyKind::krrc_enc; };
template <> struct KeyKindOf<KrrcInt> { static constexpr KeyKind value = KeyKind::krrc_int; };
template <> struct KeyKindOf<KupEnc> { static constexpr KeyKind value = KeyKind::kup_enc; };
template <> struct KeyKindOf<KupInt> { static constexpr KeyKind value = KeyKind::kup_int; };
template <> struct KeyKindOf<CkMapped> { static constexpr KeyKind value = KeyKind::ck_mapped; };
template <> struct KeyKindOf<IkMapped> { static constexpr KeyKind value = KeyKind::ik_mapped; };
template <> struct KeyKindOf<CkSrvcc> { static constexpr KeyKind value = KeyKind::ck_srvcc; };
template <> struct KeyKindOf<IkSrvcc> { static constexpr KeyKind value = KeyKind::ik_srvcc; };
template <> struct KeyKindOf<SKenb> { static constexpr KeyKind value = KeyKind::s_kenb; };
template <> struct KeyKindOf<KenbStar> { static constexpr KeyKind value = KeyKind::kenb_star; };
template <> struct KeyKindOf<Kho> { static constexpr KeyKind value = KeyKind::kho; };
template <> struct KeyKindOf<Kupe> { static constexpr KeyKind value = KeyKind::kupe; };
template <> struct KeyKindOf<Kn3> { static constexpr KeyKind value = KeyKind::kn3; };
// clang-format on

}  // namespace baton
