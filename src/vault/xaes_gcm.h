// xaes_gcm.h: AES-256-GCM with a nonce long enough to be drawn at random for ever.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/secret.h"
#include "base/wiped_octets.h"

namespace baton::vault {

/// DataKey seals what lies on disks. It is itself kept only wrapped (wrapper.h).
using DataKey = Secret<struct DataKeyTag, 32>;

inline constexpr std::size_t nonce_octets = 24;
inline constexpr std::size_t tag_octets = 16;

/// xaes_seal gives nonce, ciphertext and tag: 40 octets more than `plain`. `bound` is authenticated with
/// it. The nonce is random. Under plain AES-256-GCM a key may seal 2^32 times with random nonces, which a
/// busy HSS does in a day; here each value has an AES-256-GCM key of its own, derived by AES-256-CMAC from
/// the data key and half of a nonce of 192 bits (C2SP, XAES-256-GCM; SP 800-108, counter mode).
ByteVector xaes_seal(const DataKey& key, Bytes bound, Bytes plain);
/// xaes_open gives the plain octets, or nothing when key, bound octets or anything sealed is not the same.
std::optional<WipedOctets> xaes_open(const DataKey& key, Bytes bound, Bytes sealed);

/// xaes_seal_with takes the nonce from the caller: for published vectors.
ByteVector xaes_seal_with(const DataKey& key, std::span<const Byte, nonce_octets> nonce, Bytes bound,
                          Bytes plain);

/// random_octets are OpenSSL's, seeded by the kernel and safe after a fork.
void random_octets(MutableBytes out);

}  // namespace baton::vault
