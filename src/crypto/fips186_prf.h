// fips186_prf.h: the generator of FIPS 186-2 that EAP-SIM and EAP-AKA expand their master key with.
#pragma once

#include <span>

#include "base/bytes.h"

namespace baton::crypto {

/// fips186_prf fills `out`, a multiple of 40 octets, from a key of 20: change notice 1, without a reduction
/// and without an optional input.
//= RFC 4187, A
void fips186_prf(std::span<const Byte, 20> key, MutableBytes out);

}  // namespace baton::crypto
