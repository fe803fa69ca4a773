// cmac.h: AES-CMAC over a message of any number of bits.
#pragma once

#include "crypto/aes.h"

namespace baton::crypto {

/// cmac authenticates the first `bits` bits of `head || data`. `head` is whole octets and counted in `bits`;
/// the two parts save callers a copy. There are at least `bits` bits, and unused ones are ignored.
//= NIST SP 800-38B, 6.2
Block cmac(const Aes128& aes, Bytes head, Bytes data, std::size_t bits);

}  // namespace baton::crypto
