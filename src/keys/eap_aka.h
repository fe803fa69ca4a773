// eap_aka.h: the keys of EAP-AKA and EAP-AKA'.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/expected.h"
#include "keys/types.h"

namespace baton {

using EapKencr = Secret<struct EapKencrTag, 16>;
using Msk = Secret<struct MskTag, 64>;
using Emsk = Secret<struct EmskTag, 64>;

// --- EAP-AKA: RFC 4187, 7 ---

using EapAkaMk = Secret<struct EapAkaMkTag, 20>;  ///< kept for fast re-authentication
using EapAkaKaut = Secret<struct EapAkaKautTag, 16>;
struct EapAkaKeys {
  EapAkaMk mk;
  EapKencr k_encr;
  EapAkaKaut k_aut;
  Msk msk;
  Emsk emsk;
};
/// derive_eap_aka takes the identity as it was sent, octet by octet.
//= RFC 4187, 7
EapAkaKeys derive_eap_aka(Bytes identity, const Ck& ck, const Ik& ik);

struct EapSessionKeys {
  Msk msk;
  Emsk emsk;
};
/// derive_eap_aka_reauth makes session keys of a fast re-authentication: COUNTER is two octets, NONCE_S
/// sixteen.
//= RFC 4187, 7
EapSessionKeys derive_eap_aka_reauth(Bytes identity, std::uint16_t counter, std::span<const Byte, 16> nonce_s,
                                     const EapAkaMk& mk);

// --- EAP-AKA': RFC 9048, 3 ---

using CkPrime = Secret<struct CkPrimeTag, 16>;  ///< CK' of EAP-AKA', bound to the access network
using IkPrime = Secret<struct IkPrimeTag, 16>;
using EapAkaPrimeKaut = Secret<struct EapAkaPrimeKautTag, 32>;
using EapAkaPrimeKre = Secret<struct EapAkaPrimeKreTag, 32>;
struct EapPrimeKeys {
  CkPrime ck;
  IkPrime ik;
};
/// The longest network name: its length travels in an EAP attribute of at most 1020 octets.
inline constexpr std::size_t eap_network_name_octets_max = 1016;
enum class EapRefusal : Byte { network_name_length };

/// derive_eap_prime_keys binds CK and IK to the access network's name.
//= RFC 9048, 3.3
//= TS 33.402, A.2
Expected<EapPrimeKeys, EapRefusal> derive_eap_prime_keys(const Ck& ck, const Ik& ik,
                                                         std::string_view network_name,
                                                         const SqnXorAk& sqn_xor_ak);

struct EapAkaPrimeKeys {
  EapKencr k_encr;
  EapAkaPrimeKaut k_aut;
  EapAkaPrimeKre k_re;
  Msk msk;
  Emsk emsk;
};
//= RFC 9048, 3.3
EapAkaPrimeKeys derive_eap_aka_prime(Bytes identity, const CkPrime& ck, const IkPrime& ik);
//= RFC 9048, 3.3
EapSessionKeys derive_eap_aka_prime_reauth(Bytes identity, std::uint16_t counter,
                                           std::span<const Byte, 16> nonce_s, const EapAkaPrimeKre& k_re);

}  // namespace baton
