// ctr.h: AES in counter mode.
#pragma once

#include "crypto/aes.h"

namespace baton::crypto {

/// ctr_xor adds the key stream of successive 128-bit big-endian counters, beginning at `counter`, to `data`.
/// The counter wraps over all 128 bits.
//= NIST SP 800-38A, 6.5
void ctr_xor(const Aes128& aes, Block counter, MutableBytes data);

}  // namespace baton::crypto
