// kdf.h: the key derivation function of 3GPP.
#pragma once

#include <span>

#include "base/secret.h"
#include "crypto/sha256.h"

namespace baton::crypto {

using KdfOutput = Secret<struct KdfOutputTag, 32>;

/// kdf is HMAC-SHA-256 over S, whose form is keys/kdf_string.h.
//= TS 33.220, B.2
KdfOutput kdf(Bytes key, Bytes s, Path path = sha_path());
/// kdf_into writes the same, for a key of 32 octets, to memory whose owner wipes it.
//= TS 33.220, B.2
void kdf_into(std::span<const Byte, 32> key, Bytes s, std::span<Byte, 32> out, Path path = sha_path());

}  // namespace baton::crypto
