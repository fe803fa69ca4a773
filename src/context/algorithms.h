// algorithms.h: the EPS algorithms behind one call, by number.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/expected.h"
#include "crypto/direction.h"
#include "crypto/eia2.h"
#include "keys/algorithms.h"

namespace baton::context {

/// NotBuilt: a number that stands for no algorithm here (4 to 7 are spare).
struct NotBuilt {
  friend bool operator==(const NotBuilt&, const NotBuilt&) = default;
};

bool is_built(Eea a);
bool is_built(Eia a);

/// CipherInput is what every EPS algorithm takes beside key and message. TS 33.401, B.1.1.
struct CipherInput {
  std::uint32_t count = 0;
  Byte bearer = 0;  ///< 0 to 31
  crypto::Direction direction{};
};

/// cipher ciphers or deciphers whole octets in place; with EEA0 it leaves them alone.
Expected<Ok, NotBuilt> cipher(Eea a, std::span<const Byte, 16> key, CipherInput in, MutableBytes data);
/// integrity makes MAC-I over whole octets; with EIA0 it is zero.
Expected<crypto::MacI, NotBuilt> integrity(Eia a, std::span<const Byte, 16> key, CipherInput in, Bytes data);

}  // namespace baton::context
