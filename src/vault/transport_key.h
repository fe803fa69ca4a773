// transport_key.h: keys as SIM vendors deliver them, enciphered under a key agreed with the operator.
#pragma once

#include <array>

#include "base/expected.h"
#include "vault/wrapper.h"

namespace baton::vault {

/// TransportKey is the key a vendor enciphers Ki (and OPc) under: AES of 128, 192 or 256 bits.
using TransportKey = ShortSecret<struct TransportKeyTag, 32>;

/// How it is used: every block by itself, or chained from an initial vector of zeros. There is no padding.
enum class TransportMode : Byte { ecb, cbc };

/// decipher_eki gives what was enciphered: 16 or 32 octets for a Ki or OPc. Nothing tells whether the
/// transport key was the right one: vendors send no code along; a check value does, where there is one.
Expected<WipedOctets, VaultError> decipher_eki(const TransportKey& key, TransportMode mode, Bytes eki);

/// key_check_value is the first 3 octets of a block of zeros enciphered under the key: vendors print it
/// beside the name of the key.
std::array<Byte, 3> key_check_value(const TransportKey& key);

}  // namespace baton::vault
