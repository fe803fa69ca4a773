// derive_device.h: the derivations that hold a USIM to its device, one function each.
#pragma once

#include <optional>
#include <span>

#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "keys/mobile_identity.h"
#include "keys/types.h"

namespace baton {

using Kme = Secret<struct KmeTag, 32>;    ///< KME: of one USIM in one device
using Krsp = Secret<struct KrspTag, 32>;  ///< K_rsp: for the serving node that loads a KME (S4.D10)

/// CheckNonce makes a KME_Check new each time, so that nobody is followed by it. (S4.D3)
using CheckNonce = Public<struct CheckNonceTag, 16>;
/// LoadNonce is the serving node's challenge with an encrypted KME, used once.
using LoadNonce = Public<struct LoadNonceTag, 16>;

/// KmeCheck is what a UE says of its KME without telling it: compared in constant time, since who may guess
/// at it must not learn how far a guess was right.
using KmeCheck = ShortSecret<struct KmeCheckTag, 32>;
/// What the network calls correct of it: the last 8 octets, or 16 by policy.
//= S4.D8
enum class KmeCheckSize : std::size_t { short_tag = 8, long_tag = 16 };

/// KME_Check over an identity as it stands in the message: `value` is the mobile identity's, at most
/// identity_octets_max octets. With NONCE_UE in `hardened`.
//= S4.P1
//= S4.D3
inline constexpr std::size_t identity_octets_max = 16;
KmeCheck derive_kme_check(const Kme& kme, MobileIdentityType type, Bytes value,
                          const std::optional<CheckNonce>& nonce,
                          KmeCheckSize size = KmeCheckSize::short_tag);

/// MeRsp is the device's answer to a load: who makes it holds the KME that came. `imei` is, here and below,
/// the value of a mobile identity: 8 octets.
//= S4.7
using MeRsp = Secret<struct MeRspTag, 16>;
MeRsp derive_me_rsp(const Kme& kme, const LoadNonce& nonce, Bytes imei);
/// K_rsp lets a serving node check ME_Rsp without the KME.
//= S4.D10
Krsp derive_krsp(const Kme& kme);
MeRsp derive_me_rsp(const Krsp& krsp, const LoadNonce& nonce, Bytes imei);

/// The KASME of a vector that is bound to a KME: of no use to a USIM in another device.
//= S4.D9
Kasme derive_kasme_bound(const Kasme& kasme, const Kme& kme, const PlmnId& serving_network, Bytes imei);
/// RES_b, with which success is explicit: eight octets.
//= S4.D9
Xres derive_res_bound(const Kme& kme, const Rand& rand, Bytes res);

/// StoreProof is the device's word that it took the KME into use with the challenge RAND: a serving node
/// cannot make it.
//= S4.D10
using StoreProof = Secret<struct StoreProofTag, 32>;
StoreProof derive_store_proof(const Kme& kme, const Rand& rand);

/// The literal reading: SHA-256 over KME and the identity, one after the other.
//= S4.P1
namespace raw {
KmeCheck derive_kme_check(const Kme& kme, Bytes value);
}  // namespace raw

}  // namespace baton
