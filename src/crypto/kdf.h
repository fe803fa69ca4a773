// kdf.h: the key derivation function of 3GPP.
#pragma once

#include "base/secret.h"
#include "crypto/sha256.h"

namespace baton::crypto {

using KdfOutput = Secret<struct KdfOutputTag, 32>;

/// kdf is HMAC-SHA-256 over S, whose form is keys/kdf_string.h.
//= TS 33.220, B.2
KdfOutput kdf(Bytes key, Bytes s, Path path = sha_path());

}  // namespace baton::crypto
