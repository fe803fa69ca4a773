// derive_eps.h: every derivation of TS 33.401 annex A, one function each.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/strong.h"
#include "ids/plmn_id.h"
#include "keys/algorithms.h"
#include "keys/nas_count.h"
#include "keys/types.h"

namespace baton {

/// Pci is a physical cell identity: 0 to 503 (TS 36.211, 6.11). The derivation takes all 16 bits.
using Pci = Strong<std::uint16_t, struct PciTag>;

/// EarfcnDl is a downlink carrier: 0 to 262143 (TS 36.101, 5.7.3).
class EarfcnDl {
 public:
  static constexpr std::uint32_t max = 262143;
  static constexpr std::optional<EarfcnDl> from(std::uint32_t v) {
    if (v > max) return std::nullopt;
    return EarfcnDl(v);
  }
  constexpr std::uint32_t value() const { return v_; }
  friend constexpr auto operator<=>(const EarfcnDl&, const EarfcnDl&) = default;

 private:
  constexpr explicit EarfcnDl(std::uint32_t v) : v_(v) {}
  std::uint32_t v_;
};

using NonceUe = Public<struct NonceUeTag, 4>;
using NonceMme = Public<struct NonceMmeTag, 4>;
/// ScgCounter counts the S-KeNBs made from one KeNB. TS 33.401, E.2.4.
using ScgCounter = Strong<std::uint16_t, struct ScgCounterTag>;
/// HashMme is the hash of a plain Attach or TAU Request that a UE compares. TS 33.401, I.2.
using HashMme = Public<struct HashMmeTag, 8>;

/// The direction a count was taken from is part of a derivation; the types keep them apart.
struct UplinkNasCount {
  NasCount count;
};
struct DownlinkNasCount {
  NasCount count;
};

//= TS 33.401, A.2
Kasme derive_kasme(const Ck& ck, const Ik& ik, const PlmnId& serving_network, const SqnXorAk& sqn_xor_ak);

/// The count is that of the NAS message that made the AS set-up necessary.
//= TS 33.401, A.3
Kenb derive_kenb(const Kasme& kasme, UplinkNasCount count);
/// At a handover from UTRAN or GERAN 2^32-1 takes the place of the count.
//= TS 33.401, 9.2.2
Kenb derive_kenb_after_handover_from_utran(const Kasme& mapped);

/// The first NH of a chain (NCC 1) is made with the KeNB just derived, every later one with the one before.
//= TS 33.401, A.4
Nh derive_nh(const Kasme& kasme, const Kenb& initial);
Nh derive_nh(const Kasme& kasme, const Nh& previous);

/// KeNB*, the KeNB of the target cell: from the current KeNB (horizontal) or from NH (vertical).
//= TS 33.401, A.5
Kenb derive_kenb_star(const Kenb& current, Pci pci, EarfcnDl earfcn);
Kenb derive_kenb_star(const Nh& nh, Pci pci, EarfcnDl earfcn);

/// The keys of the algorithms: the last 16 octets of the KDF's output.
//= TS 33.401, A.7
KnasEnc derive_knas_enc(const Kasme& kasme, Eea algorithm);
KnasInt derive_knas_int(const Kasme& kasme, Eia algorithm);
KrrcEnc derive_krrc_enc(const Kenb& kenb, Eea algorithm);
KrrcInt derive_krrc_int(const Kenb& kenb, Eia algorithm);
KupEnc derive_kup_enc(const Kenb& kenb, Eea algorithm);
KupInt derive_kup_int(const Kenb& kenb, Eia algorithm);

struct MappedUmtsKeys {
  CkMapped ck;
  IkMapped ik;
};
/// At handover to UTRAN or GERAN, with the current downlink count.
//= TS 33.401, A.8
MappedUmtsKeys derive_mapped_umts_keys_at_handover(const Kasme& kasme, DownlinkNasCount count);
/// At idle mobility to UTRAN or GERAN, with the current uplink count.
//= TS 33.401, A.13
MappedUmtsKeys derive_mapped_umts_keys_at_idle_mobility(const Kasme& kasme, UplinkNasCount count);

/// The token by which a UE proves itself to an SGSN's MME. What is sent is its low-order end.
//= TS 33.401, A.9
NasToken derive_nas_token(const Kasme& kasme, UplinkNasCount count);

/// K'ASME from UMTS keys at handover to E-UTRAN.
//= TS 33.401, A.10
Kasme derive_mapped_kasme_at_handover(const Ck& ck, const Ik& ik, const NonceMme& nonce_mme);
/// K'ASME from UMTS keys at idle mobility to E-UTRAN.
//= TS 33.401, A.11
Kasme derive_mapped_kasme_at_idle_mobility(const Ck& ck, const Ik& ik, const NonceUe& nonce_ue,
                                           const NonceMme& nonce_mme);

struct SrvccKeys {
  CkSrvcc ck;
  IkSrvcc ik;
};
//= TS 33.401, A.12
SrvccKeys derive_srvcc_keys(const Kasme& kasme, DownlinkNasCount count);

//= TS 33.401, A.15
SKenb derive_s_kenb(const Kenb& kenb, ScgCounter counter);

/// hash_mme is the last 8 octets of HMAC-SHA-256 under 32 zero octets over the plain NAS message.
//= TS 33.401, I.2
HashMme hash_mme(Bytes plain_attach_or_tau_request);

}  // namespace baton
